"""The pictures that set scores side by side: parts of a survey, campaigns, importance against performance."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey.drawing import canvas
from survey.drawing.canvas import Canvas, PictureKind
from survey.drawing.colours import BAND, LINE, MEASURED, SOFT, answer_colours
from survey.drawing.demo_label import demo_label
from survey.drawing.formatting import UNDEFINED, format_count, quote
from survey.drawing.portions import ALL_ROWS, Portion
from survey.drawing.strip import Strip
from survey.reports import wording
from survey.results.analysis import RankedCriterion
from survey.results.campaign import Breakdown, CampaignResults
from survey.scoring.importance import Quadrant
from survey.scoring.results import Score
from survey.scoring.verdict import Verdict
from survey.web import locale
from survey.web.locale import gettext_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SQUARE = 300.0
_LABEL_CHARACTERS = 34
_NUDGE = 0.045  # of the square, between numbers that would stand on one another
_STEPS = range(-20, 21)  # half nudges
# How far a number may be moved, in nudges, the nearest first.
_SPOTS = sorted(
    ((right / 2, up / 2) for right in _STEPS for up in _STEPS), key=lambda spot: (math.hypot(*spot), spot)
)


@dataclass(frozen=True)
class ScoreRow:
    """A score with its name; None where it may not be shown."""

    label: str
    n: int
    score: Score | None


def rows_of(parts: Sequence[Breakdown], language: str) -> list[ScoreRow]:
    """The parts of a breakdown that anybody is in."""
    return [ScoreRow(part.label.to(language), part.n, part.score) for part in parts if part.n]


def intervals_figure(
    results: CampaignResults,
    title: str,
    rows: Sequence[ScoreRow],
    language: str,
    kind: PictureKind,
    *,
    portion: Portion = ALL_ROWS,
) -> bytes:
    """Scores with their intervals on one scale, that of all rows, with the target band behind them."""
    _ = gettext_in(language)
    reach, drawn = _reach(results, rows), portion.rows_of(rows)
    tops = _tops(drawn)
    with canvas.drawing("intervals"):
        demo = demo_label(language) if results.campaign.is_demo else None
        picture = Canvas(portion.title_of(title, language), demo, body=tops[-1] + canvas.FOOT)
        if not rows:
            picture.write_centred(_("There is nothing to show."))
        for top, row in zip(tops, drawn, strict=False):
            value = _row_value(results, row, language)
            strip = picture.row(top, row.label, value, reach, characters=_LABEL_CHARACTERS)
            _draw_row(strip, results, row.score)
        if rows:
            picture.scale(tops[-1], reach, canvas.whole_ticks(reach, language))
        sentences = (
            f"{quote(row.label, language)}: {_row_value(results, row, language)},"
            f" {_limits(results, row, language)}"
            for row in drawn
        )
        name = portion.name_of(f"intervals-{_number_of(title)}")
        return picture.render(name, kind, "; ".join(sentences))


def _tops(rows: Sequence[ScoreRow]) -> list[float]:
    """Where each row begins, and last where the rows end."""
    labels = [row.label for row in rows] or [""]
    heights = (canvas.row_height(label, characters=_LABEL_CHARACTERS) for label in labels)
    return list(itertools.accumulate(heights, initial=0.0))


def _number_of(title: str) -> int:
    """A number that is the same for the same title in every process, to make names on a page unique."""
    return sum((index + 1) * ord(character) for index, character in enumerate(title))


def _limits(results: CampaignResults, row: ScoreRow, language: str) -> str:
    return wording.interval(row.score.interval if row.score else None, results, language)


def _row_value(results: CampaignResults, row: ScoreRow, language: str) -> str:
    _ = gettext_in(language)
    n = _("n = {n}").format(n=format_count(row.n, language))
    if row.score is None or row.score.score is None:
        return f"{UNDEFINED} · {n}"
    return f"{wording.points(row.score.score, results, language)} · {n}"


def _reach(results: CampaignResults, rows: Sequence[ScoreRow]) -> tuple[float, float]:
    """The part of the scale that holds the band and every interval."""
    scoring = results.questionnaire.scoring
    values = [scoring.target_low, scoring.target_high]
    for row in rows:
        if row.score is not None and row.score.score is not None:
            values.append(row.score.score)
            values += [row.score.interval.low, row.score.interval.high] if row.score.interval else []
    return max(0.0, math.floor(min(values) - 0.5)), min(scoring.total_points, math.ceil(max(values) + 0.5))


def _draw_row(strip: Strip, results: CampaignResults, score: Score | None) -> None:
    scoring = results.questionnaire.scoring
    strip.bar(scoring.target_low, scoring.target_high, height=3, fill=BAND, layer=0)
    strip.line(strip.across, [0, 0], colour=LINE, width=0.8)
    if score is not None:
        strip.estimate(score.score, score.interval, hollow=score.verdict is Verdict.WITHHELD)


def priorities_figure(
    results: CampaignResults, ranked: Sequence[RankedCriterion], language: str, kind: PictureKind
) -> bytes:
    """Each criterion by its number: how well it does to the right, how much it matters upwards."""
    _ = gettext_in(language)
    title = _("What to improve first: important and doing poorly, top left")
    known = [(i, r) for i, r in enumerate(ranked, start=1) if r.priority.quadrant is not None]
    with canvas.drawing("priorities"):
        demo = demo_label(language) if results.campaign.is_demo else None
        picture = Canvas(title, demo, body=_SQUARE + 34)
        if not known:
            picture.write_centred(_("Too few people answered the overall question to tell what matters."))
        else:
            _draw_priorities(picture, known, language)
        sentences = (
            f"{i}: {quote(wording.criterion_label(r.criterion, language), language)}, "
            f"{wording.quadrant_name(r.priority.quadrant, language)}"
            for i, r in known
        )
        return picture.render("priorities", kind, "; ".join(sentences))


def _draw_priorities(picture: Canvas, known: Sequence[tuple[int, RankedCriterion]], language: str) -> None:
    _ = gettext_in(language)
    points = [
        (i, 100 * (r.priority.share or 0), r.priority.importance.value, r.priority.quadrant)
        for i, r in known
        if r.priority.importance is not None
    ]
    shares, values = [p[1] for p in points], [p[2] for p in points]
    axes = picture.axes(top=10, height=_SQUARE - 6)
    _frame(axes, shares, values)
    for number, share, value, quadrant in _apart(points, axes.get_xlim(), axes.get_ylim()):
        colour = answer_colours(5)[0] if quadrant is Quadrant.FIX_FIRST else MEASURED
        axes.text(
            share,
            value,
            str(number),
            ha="center",
            va="center",
            color=colour,
            fontsize=canvas.BODY,
            fontweight="bold",
            zorder=3,
        )
    _name_corners(axes, language)
    low, high = (f"{locale.format_short(round(edge), language)}%" for edge in axes.get_xlim())
    picture.text(0.03, _SQUARE + 10, low, color=SOFT)
    picture.text(0.5, _SQUARE + 10, _("share of the maximum earned →"), ha="center", color=SOFT)
    picture.text(0.97, _SQUARE + 10, high, ha="right", color=SOFT)
    picture.text(0.03, -4, _("↑ importance (rank correlation with the overall question)"), color=SOFT)


def _name_corners(axes: "Axes", language: str) -> None:
    """Write the name of each quadrant into its corner."""
    corners = (
        (0.0, 1.0, "left", "top", Quadrant.FIX_FIRST),
        (1.0, 1.0, "right", "top", Quadrant.KEEP_UP),
        (0.0, 0.0, "left", "bottom", Quadrant.LOW_PRIORITY),
        (1.0, 0.0, "right", "bottom", Quadrant.POSSIBLE_OVERKILL),
    )
    for x, y, ha, va, quadrant in corners:
        axes.text(
            0.01 + 0.98 * x,
            0.01 + 0.98 * y,
            wording.quadrant_name(quadrant, language),
            transform=axes.transAxes,
            ha=ha,
            va=va,
            color=SOFT,
            fontsize=canvas.SMALL,
        )


def _apart(
    points: Sequence[tuple[int, float, float, Quadrant | None]],
    across: tuple[float, float],
    upwards: tuple[float, float],
) -> list[tuple[int, float, float, Quadrant | None]]:
    """The numbers, those moved that would stand on one another: to the nearest free spot of their quadrant.

    The lines between quadrants are the means of the points. A number stays where it is if there is no spot.
    """
    dx, dy = _NUDGE * (across[1] - across[0]), _NUDGE * (upwards[1] - upwards[0])
    shares, values = [point[1] for point in points], [point[2] for point in points]
    middle = (sum(shares) / len(shares), sum(values) / len(values))
    placed: list[tuple[int, float, float, Quadrant | None]] = []
    for number, share, value, quadrant in sorted(points, key=lambda point: point[2]):
        spots = ((share + right * dx, value + up * dy) for right, up in _SPOTS)
        free = (
            (x, y)
            for x, y in spots
            if across[0] + dx < x < across[1] - dx
            and upwards[0] + 2 * dy < y < upwards[1] - 2 * dy
            and (x >= middle[0], y >= middle[1]) == (share >= middle[0], value >= middle[1])
            and not any(abs(p[1] - x) < dx and abs(p[2] - y) < dy for p in placed)
        )
        placed.append((number, *next(free, (share, value)), quadrant))
    return placed


def _frame(axes: "Axes", shares: Sequence[float], values: Sequence[float]) -> None:
    """The square with its means as lines."""
    for set_limits, values_of_axis, air in ((axes.set_xlim, shares, 4.0), (axes.set_ylim, values, 0.06)):
        set_limits(min(values_of_axis) - air, max(values_of_axis) + air)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(LINE)
    axes.axvline(sum(shares) / len(shares), color=LINE, linewidth=0.8)
    axes.axhline(sum(values) / len(values), color=LINE, linewidth=0.8)
