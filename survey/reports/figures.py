"""The drawings of a page about results."""

from collections.abc import Callable, Mapping

from markupsafe import Markup

from survey.drawing.canvas import PictureKind
from survey.reports import charts
from survey.results.campaign import CampaignResults
from survey.web.inline_svg import inline_svg

Draw = Callable[[CampaignResults, str, PictureKind], bytes]

OF_THE_SUMMARY: Mapping[str, Draw] = {
    "score": charts.score_figure,
    "sections": charts.sections_figure,
    "answers": charts.distribution_figure,
}


def figures(results: CampaignResults, language: str, draw: Mapping[str, Draw]) -> dict[str, Markup]:
    """The pictures by name, as SVG to set into a page."""
    return {name: inline_svg(function, results, language) for name, function in draw.items()}
