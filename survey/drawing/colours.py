"""The colours of pictures, each with the name a stylesheet knows it by."""

COLOURS = {
    "#16202a": "ink",
    "#414d59": "soft",
    "#5a6672": "line",
    "#d3e6e1": "band",
    "#0b5d4e": "band-edge",
    "#0b4a8f": "measured",
    "#ffffff": "ground",
    "#8c2d04": "answer-worst",
    "#dd9468": "answer-bad",
    "#d3d9de": "answer-neutral",
    "#74a7d8": "answer-good",
}
INK, SOFT, LINE, BAND, BAND_EDGE, MEASURED, GROUND, WORST, _BAD, _NEUTRAL, _GOOD = COLOURS
_ANSWERS = (WORST, _BAD, _NEUTRAL, _GOOD, MEASURED)


def answer_colours(n: int) -> list[str]:
    """`n` colours from the worst answer's to the best's: dark, light, dark again."""
    last = len(_ANSWERS) - 1
    return [_ANSWERS[round(index * last / max(1, n - 1))] for index in range(n)]


def on(colour: str) -> str:
    """The colour of words on `colour`."""
    return GROUND if colour in {WORST, MEASURED} else INK
