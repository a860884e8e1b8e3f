"""The score as a small picture with text, for other sites."""

from dataclasses import dataclass

from survey.drawing.demo_label import demo_label
from survey.reports import cautions, wording
from survey.results.campaign import CampaignResults
from survey.web.locale import gettext_in, ngettext_in

_CHARACTER_WIDTH, _PADDING = 7.2, 20.0  # an average character of 12 px, and the space beside the text
_COLOURS = {
    "exceeds": "#0b4a8f",
    "met": "#0b5d4e",
    "missed": "#8c2d04",
    "inconclusive": "#5b4d00",
    "withheld": "#5b4d00",
}


@dataclass(frozen=True)
class Badge:
    """The texts on the left and right, the background colour of the right, and the widths of both."""

    label: str
    value: str
    colour: str
    label_width: float
    value_width: float
    title: str


def badge(results: CampaignResults, shown: CampaignResults | None, language: str) -> Badge:
    """The badge of a published result, with a message when there are too few forms to show a score."""
    _ = gettext_in(language)
    label = _("Satisfaction")
    if shown is None or shown.score.score is None:
        reasons = cautions.sentences(shown, language) if shown else _of_too_few(results, language)
        title = " ".join((results.campaign.name + ".", *reasons))
        return _layout(label, _("too few forms"), _COLOURS["withheld"], title)
    verdict, limits = wording.verdict_name(shown.score.verdict, language), cautions.names(shown, language)
    value = f"{wording.out_of(shown, language)} · {verdict}" + (f" ({limits})" if limits else "")
    findings = (wording.verdict_sentence(shown, language), *cautions.sentences(shown, language))
    title = f"{results.campaign.name}. {' '.join(findings)}"
    return _layout(label, value, _COLOURS[shown.score.verdict.value], title)


def _of_too_few(results: CampaignResults, language: str) -> tuple[str, ...]:
    """What the public page says, too: not how many they are."""
    minimum = results.questionnaire.scoring.small_cell_suppression
    message = ngettext_in(language)(
        "Fewer than %(n)s person took part; nothing about so few is published.",
        "Fewer than %(n)s people took part; nothing about so few is published.",
        minimum,
    )
    sentence = message % {"n": minimum}
    return (demo_label(language), sentence) if results.campaign.is_demo else (sentence,)


def _layout(label: str, value: str, colour: str, title: str) -> Badge:
    left, right = (round(_CHARACTER_WIDTH * len(text) + _PADDING, 1) for text in (label, value))
    return Badge(label, value, colour, left, right, title)
