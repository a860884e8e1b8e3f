"""The drawings of a page, each made once for a result and a language."""

from collections.abc import Callable, Mapping

from markupsafe import Markup

from survey.drawing.canvas import PictureKind
from survey.reports import charts
from survey.results.campaign import CampaignResults

Draw = Callable[[CampaignResults, str, PictureKind], bytes]

_DRAWN_AT_MOST = 256
_drawn: dict[tuple[str, str, str, str, str], Markup] = {}
OF_THE_SUMMARY: Mapping[str, Draw] = {
    "score": charts.score_figure,
    "sections": charts.sections_figure,
    "answers": charts.distribution_figure,
}


def figures(
    results: CampaignResults, language: str, draw: Mapping[str, Draw], audience: str = "office"
) -> dict[str, Markup]:
    """The pictures by name, as SVG to set into a page; each audience's are drawn apart."""
    return {name: _figure(results, language, name, draw[name], audience) for name in draw}


def _figure(results: CampaignResults, language: str, name: str, draw: Draw, audience: str) -> Markup:
    drawn_for = (results.campaign.key, results.digest, language, name, audience)
    if drawn_for not in _drawn:
        if len(_drawn) >= _DRAWN_AT_MOST:
            _drawn.clear()
        svg = draw(results, language, "svg").decode()
        _drawn[drawn_for] = Markup(svg)  # noqa: S704 — drawn by charts, texts escaped there
    return _drawn[drawn_for]
