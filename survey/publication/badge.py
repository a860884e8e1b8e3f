"""The score as a small picture with words, for other sites."""

from dataclasses import dataclass

from survey.reports import wording
from survey.results.campaign import CampaignResults
from survey.web.locale import gettext_in

_CHARACTER, _AIR = 7.2, 20.0  # an average character of 12 px, and the room beside the words
_COLOURS = {
    "exceeds": "#0b4a8f",
    "met": "#0b5d4e",
    "missed": "#8c2d04",
    "inconclusive": "#5b4d00",
    "withheld": "#5b4d00",
}


@dataclass(frozen=True)
class Badge:
    """Words left and right, the colour of the right ones' ground, and how wide each side is."""

    label: str
    value: str
    colour: str
    label_width: float
    value_width: float
    title: str


def badge(results: CampaignResults, shown: CampaignResults | None, language: str) -> Badge:
    """The badge of a published result; it says so when there are too few forms to show a score."""
    _ = gettext_in(language)
    label = _("Satisfaction") + (" (demo)" if results.campaign.is_demo else "")
    if shown is None or shown.score.score is None:
        return _laid_out(label, _("too few forms"), _COLOURS["withheld"], results.campaign.name)
    verdict = wording.verdict_name(shown.score.verdict, language)
    value = f"{wording.out_of(shown.score, language)} · {verdict}"
    title = f"{results.campaign.name}. {wording.verdict_sentence(shown, language)}"
    return _laid_out(label, value, _COLOURS[shown.score.verdict.value], title)


def _laid_out(label: str, value: str, colour: str, title: str) -> Badge:
    left, right = (round(_CHARACTER * len(words) + _AIR, 1) for words in (label, value))
    return Badge(label, value, colour, left, right, title)
