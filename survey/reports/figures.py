"""The drawings of a page about results."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from survey.drawing.canvas import PictureKind
from survey.drawing.formatting import quote
from survey.drawing.portions import screen_portions
from survey.reports import charts
from survey.reports.comparison_charts import ScoreRow, intervals_figure
from survey.results.campaign import CampaignResults
from survey.web.inline_svg import inline_svg

Draw = Callable[[CampaignResults, str, PictureKind], bytes]

OF_THE_SUMMARY: Mapping[str, Draw] = {
    "score": partial(charts.score_figure, labelled=False),  # it stands under the label of the page
    "sections": charts.sections_figure,
    "answers": charts.distribution_figure,
}


def figures(results: CampaignResults, language: str, draw: Mapping[str, Draw]) -> dict[str, Markup]:
    """The pictures by name, as SVG to set into a page."""
    return {name: inline_svg(function, results, language) for name, function in draw.items()}


@dataclass(frozen=True)
class Figure:
    """A picture of a page with its title, and from which row to which it goes where it is one of several."""

    title: str
    drawing: Markup


def interval_figures(
    results: CampaignResults, title: str, rows: Sequence[ScoreRow], language: str
) -> tuple[Figure, ...]:
    """The pictures of scores side by side: several where one would be many screens high."""
    shown = []
    for portion in screen_portions(len(rows)):
        drawing = inline_svg(partial(intervals_figure, portion=portion), results, title, rows, language)
        labels = [quote(row.label, language) for row in portion.rows_of(rows)]
        ends = " – ".join((*labels[:1], *labels[-1:]))
        shown.append(Figure(f"{portion.title_of(title, language)}: {ends}", drawing))
    return tuple(shown)
