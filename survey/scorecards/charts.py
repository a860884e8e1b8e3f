"""The pictures of a scorecard, in the visual language of the survey's: bar is measured, ink is the point."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from markupsafe import Markup

from survey.drawing import canvas
from survey.drawing.canvas import Canvas, PictureKind
from survey.drawing.colours import BAND, GROUND, INK, LINE, MEASURED
from survey.drawing.demo_label import demo_label
from survey.drawing.formatting import UNDEFINED, format_points, quote
from survey.drawing.portions import ALL_ROWS, Portion, portions
from survey.drawing.tables import Table
from survey.scorecards import tables, wording
from survey.scorecards.ranking import Ranking
from survey.scorecards.results import CardResults
from survey.scoring.interval import Interval
from survey.scoring.par_index import ComponentPoints
from survey.web import locale
from survey.web.inline_svg import inline_svg
from survey.web.locale import gettext_in

_AIR = 0.06


def figures(results: CardResults, trend: Sequence[CardResults], language: str) -> dict[str, Markup]:
    """The page's drawings as SVG; the trend only where there is more than one period."""
    drawn = {"components": inline_svg(components_figure, _without_entries(results), language)}
    if len(trend) > 1:
        drawn["trend"] = inline_svg(trend_figure, [_without_entries(card) for card in trend], language)
    return drawn


def _without_entries(results: CardResults) -> CardResults:
    """The card as it is drawn: without what was entered when by whom, so that only its outcome counts."""
    return replace(results, standings={}, source=None)


def components_figure(
    results: CardResults,
    language: str,
    kind: PictureKind,
    *,
    wide: bool = False,
    portion: Portion = ALL_ROWS,
) -> bytes:
    """Each component's points as a share of its own maximum."""
    _ = gettext_in(language)
    labels = portion.rows_of([component.text.to(language) for component in results.definition.components])
    tops = _tops(labels, wide=wide)
    with canvas.drawing("components"):
        title = portion.title_of(_("Share of each component's maximum"), language)
        demo = None if wide else _demo(results, language)
        picture = Canvas(title, demo, body=tops[-1] + canvas.FOOT, wide=wide)
        for top, label, scored in zip(tops, labels, portion.rows_of(results.scored.components), strict=False):
            _draw_component(picture, top, label, scored, language)
        picture.scale(tops[-1], (0, 1), canvas.share_ticks(language), ends_inside=True)
        name = portion.name_of("components")
        return picture.render(name, kind, wording.total_sentence(results, language))


def component_portions(results: CardResults, language: str) -> tuple[Portion, ...]:
    """The pictures that the components need on paper."""
    labels = [component.text.to(language) for component in results.definition.components]
    return portions(labels, beside=canvas.FOOT)


def _draw_component(picture: Canvas, top: float, label: str, scored: ComponentPoints, language: str) -> None:
    points = format_points(scored.points, language, borders=(scored.max_scored,))
    earned = f"{points} / {locale.format_short(scored.max_scored, language)}"
    strip = picture.row(top, label, f"{earned} {wording.sign(scored.light)}", (0, 1))
    strip.bar(0, 1, fill=BAND, layer=1)
    if scored.points is None:
        return
    strip.bar(0, scored.points / scored.max_scored, fill=MEASURED)
    if scored.interval is not None:
        ends = (scored.interval.low / scored.max_scored, scored.interval.high / scored.max_scored)
        for colour, width in ((GROUND, 4.5), (INK, 2)):
            strip.line(ends, [0, 0], colour=colour, width=width, layer=3)


def trend_figure(
    cards: Sequence[CardResults],
    language: str,
    kind: PictureKind,
    *,
    wide: bool = False,
    portion: Portion = ALL_ROWS,
) -> bytes:
    """The totals of a unit's periods with their intervals, oldest first."""
    _ = gettext_in(language)
    rows = [(card.period.name_in(language), card.scored.points, card.scored.interval) for card in cards]
    title = _("Total by period, of {total} points").format(
        total=locale.format_short(cards[-1].scored.total, language)
    )
    demo = None if wide else next((_demo(card, language) for card in cards if card.is_demo), None)
    alternative = _as_sentences(tables.trend(cards, language), language)
    return _dots(
        "trend", title, demo, rows, language, kind, alternative=alternative, wide=wide, portion=portion
    )


def trend_portions(cards: Sequence[CardResults], language: str) -> tuple[Portion, ...]:
    """The pictures that the periods need on paper."""
    return portions([card.period.name_in(language) for card in cards], beside=canvas.FOOT)


def ranking_figure(ranking: Ranking, language: str) -> Markup:
    """The units of a period with their points and intervals, best first."""
    _ = gettext_in(language)
    table = tables.ranking(ranking, language)
    rows = [
        (str(cells[0]), placed.points, placed.interval)
        for cells, placed in zip(table.rows, ranking.placed, strict=True)
    ]
    demo = demo_label(language) if ranking.is_demo else None
    alternative = _as_sentences(table, language)
    draw = partial(_dots, "ranking", table.title, demo, rows, alternative=alternative)
    return inline_svg(draw, language)


def _dots(  # noqa: PLR0913 — one picture, two uses
    name: str,
    title: str,
    demo: str | None,
    rows: Sequence[tuple[str, float | None, Interval | None]],
    language: str,
    kind: PictureKind,
    *,
    alternative: str,
    wide: bool = False,
    portion: Portion = ALL_ROWS,
) -> bytes:
    """One row a value: its interval as a bar, the point as a tick, on a part of the scale."""
    drawn, shown = portion.rows_of(rows), _zoom(rows)
    tops = _tops([label for label, _points, _interval in drawn], wide=wide)
    with canvas.drawing(name):
        title = portion.title_of(title, language)
        picture = Canvas(title, demo, body=tops[-1] + canvas.FOOT, wide=wide)
        for top, (label, middle, interval) in zip(tops, drawn, strict=False):
            strip = picture.row(top, label, format_points(middle, language), shown)
            strip.line(shown, [0, 0], colour=LINE, width=0.8)
            strip.estimate(middle, interval)
        picture.scale(tops[-1], shown, canvas.whole_ticks(shown, language))
        return picture.render(portion.name_of(name), kind, alternative)


def _zoom(rows: Sequence[tuple[str, float | None, Interval | None]]) -> tuple[float, float]:
    values = [middle for _label, middle, _interval in rows if middle is not None]
    for _label, _middle, interval in rows:
        values += [interval.low, interval.high] if interval else []
    low, high = min(values, default=0.0), max(values, default=1.0)
    air = max(1.0, _AIR * (high - low))
    return low - air, high + air


def _tops(labels: Sequence[str], *, wide: bool) -> list[float]:
    heights = [canvas.row_height(label, wide=wide) for label in labels or [""]]
    return list(itertools.accumulate(heights, initial=0.0))


def _demo(results: CardResults, language: str) -> str | None:
    return demo_label(language) if results.is_demo else None


def _as_sentences(table: Table, language: str) -> str:
    """Name, points and interval of each row, for those who do not see the picture."""
    sentences = []
    for row in table.rows:
        label, *cells = (
            column.format(cell, language) for cell, column in zip(row, table.columns, strict=True)
        )
        named = zip(table.columns[1:], cells, strict=True)
        values_text = "; ".join(f"{column.label} {cell}" for column, cell in named)
        sentences.append(f"{quote(label, language)}: {values_text}.")
    return " ".join(sentences) or UNDEFINED
