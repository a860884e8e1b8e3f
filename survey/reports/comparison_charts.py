"""The pictures that set scores side by side: parts of a survey, campaigns, importance against performance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey.reports import canvas, wording
from survey.reports.analysis import RankedCriterion
from survey.reports.canvas import BAND, GROUND, INK, LINE, MEASURED, SOFT, Canvas, PictureKind
from survey.reports.results import Breakdown, CampaignResults
from survey.scoring.importance import Quadrant
from survey.scoring.results import Score
from survey.scoring.verdict import Verdict
from survey.web import locale
from survey.web.locale import gettext_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_TICKS = 8
_SQUARE = 300.0
_LABEL_CHARACTERS = 34
_NUDGE = 0.045  # of the square, between numbers that would stand on one another


@dataclass(frozen=True)
class Row:
    """A score with its name; None where it may not be shown."""

    label: str
    n: int
    score: Score | None


def rows_of(parts: Sequence[Breakdown], language: str) -> list[Row]:
    """The parts of a breakdown that anybody is in."""
    return [Row(wording.said(part.label, language), part.n, part.score) for part in parts if part.n]


def intervals_figure(
    results: CampaignResults, title: str, rows: Sequence[Row], language: str, kind: PictureKind
) -> bytes:
    """Scores with their intervals on one scale, with the target band behind them."""
    _ = gettext_in(language)
    labels = [row.label for row in rows]
    tops = [0.0]
    for label in labels or [""]:
        tops.append(tops[-1] + canvas.row_height(label, characters=_LABEL_CHARACTERS))
    low, high = _reach(results, rows)
    with canvas.drawing("intervals"):
        demo = wording.demo_label(language) if results.campaign.is_demo else None
        picture = Canvas(title, demo, body=tops[-1] + canvas.FOOT)
        if not rows:
            picture.say(_("There is nothing to show."))
        for top, row in zip(tops, rows, strict=False):
            axes = picture.row(top, row.label, _row_value(row, language), characters=_LABEL_CHARACTERS)
            axes.set_xlim(low, high)
            _draw_row(axes, results, row.score, (low, high))
        if rows:
            _draw_axis(picture, tops[-1], (low, high), language)
        said = (f"{row.label}: {_row_value(row, language)}, {_limits(row, language)}" for row in rows)
        return picture.rendered(f"intervals-{_number_of(title)}", kind, "; ".join(said))


def _number_of(title: str) -> int:
    """A number that is the same for the same title in every process, to make names on a page unique."""
    return sum((place + 1) * ord(character) for place, character in enumerate(title))


def _limits(row: Row, language: str) -> str:
    return wording.interval(row.score.interval if row.score else None, language)


def _row_value(row: Row, language: str) -> str:
    _ = gettext_in(language)
    n = _("n = {n}").format(n=wording.count(row.n, language))
    if row.score is None or row.score.score is None:
        return f"{wording.UNDEFINED} · {n}"
    return f"{wording.points(row.score.score, language)} · {n}"


def _reach(results: CampaignResults, rows: Sequence[Row]) -> tuple[float, float]:
    """The part of the scale that holds the band and every interval."""
    scoring = results.questionnaire.scoring
    places = [scoring.target_low, scoring.target_high]
    for row in rows:
        if row.score is not None and row.score.score is not None:
            places.append(row.score.score)
            places += [row.score.interval.low, row.score.interval.high] if row.score.interval else []
    return max(0.0, math.floor(min(places) - 0.5)), min(scoring.total_points, math.ceil(max(places) + 0.5))


def _draw_row(
    axes: "Axes", results: CampaignResults, score: Score | None, reach: tuple[float, float]
) -> None:
    scoring = results.questionnaire.scoring
    axes.axvspan(scoring.target_low, scoring.target_high, color=BAND, linewidth=0, zorder=0)
    axes.plot(reach, [0, 0], color=LINE, linewidth=0.8, solid_capstyle="butt", zorder=1)
    if score is None or score.score is None:
        return
    if score.interval is not None:
        fill = GROUND if score.verdict is Verdict.WITHHELD else MEASURED
        width = score.interval.high - score.interval.low
        axes.barh(0, width, left=score.interval.low, height=1.1, color=fill, edgecolor=MEASURED,
                  linewidth=1.0, zorder=2)  # fmt: skip
    for colour, thickness in ((GROUND, 4), (INK, 2.5)):
        axes.plot([score.score] * 2, [-1.3, 1.3], color=colour, linewidth=thickness,
                  solid_capstyle="butt", zorder=4)  # fmt: skip


def _draw_axis(picture: Canvas, top: float, reach: tuple[float, float], language: str) -> None:
    low, high = reach
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 1000) if (high - low) / s <= _MOST_TICKS)
    ticks = [tick for tick in range(0, math.floor(high) + 1, step) if tick >= low]
    axes = picture.axes(top=top, height=1)
    axes.set_xlim(low, high)
    axes.set_yticks([])
    axes.set_xticks(ticks, [locale.points(tick, language) for tick in ticks])
    axes.tick_params(axis="x", labelsize=canvas.SMALL, colors=SOFT, length=3, pad=2)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(LINE)


def priorities_figure(
    results: CampaignResults, ranked: Sequence[RankedCriterion], language: str, kind: PictureKind
) -> bytes:
    """Each criterion by its number: how well it does to the right, how much it matters upwards."""
    _ = gettext_in(language)
    title = _("What to mend first: important and doing poorly, top left")
    known = [(i, r) for i, r in enumerate(ranked, start=1) if r.priority.quadrant is not None]
    with canvas.drawing("priorities"):
        demo = wording.demo_label(language) if results.campaign.is_demo else None
        picture = Canvas(title, demo, body=_SQUARE + 34)
        if not known:
            picture.say(_("Too few people answered the overall question to tell what matters."))
        else:
            _draw_priorities(picture, known, language)
        said = (
            f"{i}: {wording.criterion_label(r.criterion, language)}, "
            f"{quadrant_name(r.priority.quadrant, language)}"
            for i, r in known
        )
        return picture.rendered("priorities", kind, "; ".join(said))


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
        colour = canvas.answer_colours(5)[0] if quadrant is Quadrant.FIX_FIRST else MEASURED
        axes.text(share, value, str(number), ha="center", va="center", color=colour,
                  fontsize=canvas.BODY, fontweight="bold", zorder=3)  # fmt: skip
    words = (
        (0.0, 1.0, "left", "top", Quadrant.FIX_FIRST),
        (1.0, 1.0, "right", "top", Quadrant.KEEP_UP),
        (0.0, 0.0, "left", "bottom", Quadrant.LOW_PRIORITY),
        (1.0, 0.0, "right", "bottom", Quadrant.POSSIBLE_OVERKILL),
    )
    for x, y, ha, va, quadrant in words:
        axes.text(0.01 + 0.98 * x, 0.01 + 0.98 * y, quadrant_name(quadrant, language),
                  transform=axes.transAxes, ha=ha, va=va, color=SOFT, fontsize=canvas.SMALL)  # fmt: skip
    low, high = (f"{locale.points(round(edge), language)}%" for edge in axes.get_xlim())
    picture.text(0.03, _SQUARE + 10, low, color=SOFT)
    picture.text(0.5, _SQUARE + 10, _("share of the maximum earned →"), ha="center", color=SOFT)
    picture.text(0.97, _SQUARE + 10, high, ha="right", color=SOFT)
    picture.text(0.03, -4, _("↑ importance (rank correlation with the overall question)"), color=SOFT)


def _apart(
    points: list[tuple[int, float, float, Quadrant | None]],
    across: tuple[float, float],
    upwards: tuple[float, float],
) -> list[tuple[int, float, float, Quadrant | None]]:
    """The numbers, those moved up a little that would stand on one another."""
    dx, dy = _NUDGE * (across[1] - across[0]), _NUDGE * (upwards[1] - upwards[0])
    placed: list[tuple[int, float, float, Quadrant | None]] = []
    for number, share, value, quadrant in sorted(points, key=lambda point: point[2]):
        near = [p[2] for p in placed if abs(p[1] - share) < dx]
        highest = max(near, default=-2.0)
        placed.append((number, share, max(value, highest + dy), quadrant))
    return placed


def _frame(axes: "Axes", shares: Sequence[float], values: Sequence[float]) -> None:
    """The square with its means as lines."""
    for set_limits, found, air in ((axes.set_xlim, shares, 4.0), (axes.set_ylim, values, 0.06)):
        set_limits(min(found) - air, max(found) + air)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(LINE)
    axes.axvline(sum(shares) / len(shares), color=LINE, linewidth=0.8)
    axes.axhline(sum(values) / len(values), color=LINE, linewidth=0.8)


def quadrant_name(quadrant: Quadrant | None, language: str) -> str:
    """What a quadrant says about its criteria, in a few words."""
    if quadrant is None:
        return wording.UNDEFINED
    _ = gettext_in(language)
    return {
        Quadrant.FIX_FIRST: _("mend first"),
        Quadrant.KEEP_UP: _("keep up"),
        Quadrant.LOW_PRIORITY: _("later"),
        Quadrant.POSSIBLE_OVERKILL: _("good enough"),
    }[quadrant]
