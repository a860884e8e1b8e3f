"""The pictures of a result, drawn by matplotlib: SVG for the page, PNG for print.

One visual language: blue is what was measured, the light band is the target, ink is the point. Labels stand
on the marks; dark and light tell the colours apart, so pictures survive grey print and colour blindness.
"""

import itertools
import math
from typing import TYPE_CHECKING

from survey.reports import canvas, tables, wording
from survey.reports.canvas import BAND, BAND_EDGE, GROUND, INK, LINE, MEASURED, SOFT, Canvas, PictureKind
from survey.reports.results import AnswerCounts, CampaignResults
from survey.reports.tabular import Table, printed
from survey.scoring.results import SectionScore
from survey.scoring.verdict import Verdict
from survey.web import locale
from survey.web.locale import gettext_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAR_Y = 0.42
_TEXT_ROOM = 0.17
_LEAST_LABELLED = 0.09
_MOST_TICKS = 8
_BESIDE_A_COUNT = 45  # characters of a name that leave room for "n = 1,000"


def score_figure(results: CampaignResults, language: str, kind: PictureKind, *, titled: bool = True) -> bytes:
    """The score's interval and point against the target band, on the part of the scale where they lie.

    Untitled, for a place where the same words stand over it.
    """
    with canvas.drawing("score"):
        picture = Canvas(_score_title(results, language), _demo(results, language), body=118, titled=titled)
        shown = _zoom(results)
        axes = picture.axes(top=14, height=58)
        _draw_band(axes, results, language, shown)
        _draw_scale(axes, shown, language)
        _draw_interval(axes, results, language)
        _draw_whole_scale(picture, results, language, shown)
        return picture.rendered("score", kind, score_alternative(results, language))


def sections_figure(
    results: CampaignResults, language: str, kind: PictureKind, *, wide: bool = False
) -> bytes:
    """Each section's points as a share of its own maximum, with its interval, on one axis from 0 to 100%.

    Wide for paper: names stand left of the bars instead of over them.
    """
    _ = gettext_in(language)
    scores = {section.key: section for section in results.score.sections}
    asked = [section for section in results.questionnaire.sections if section.key in scores]
    labels = [wording.said(section.text, language) for section in asked]
    tops = _tops(0, labels, canvas.CHARACTERS, wide=wide)
    with canvas.drawing("sections"):
        title = _("Share of each factor's maximum")
        picture = Canvas(title, _demo(results, language), body=tops[-1] + canvas.FOOT, wide=wide)
        if not asked:
            picture.say(_("There is no factor to show."))
        for top, label, section in zip(tops, labels, asked, strict=False):
            _draw_section(picture, top, label, scores[section.key], language)
        if asked:
            _draw_share_axis(picture, tops[-1], language)
        alternative = _as_sentences(
            tables.sections(results, language), ("label", "points", "max_points"), language
        )
        return picture.rendered("sections", kind, alternative)


def distribution_figure(
    results: CampaignResults, language: str, kind: PictureKind, *, wide: bool = False
) -> bytes:
    """The answers to each criterion as bars that part at the middle: dissatisfied left, satisfied right."""
    _ = gettext_in(language)
    options = results.questionnaire.scale.options
    colours = canvas.answer_colours(len(options))
    key = [(colour, wording.said(o.text, language)) for colour, o in zip(colours, options, strict=True)]
    labels = [wording.criterion_label(row.criterion, language) for row in results.answers]
    tops = _tops(canvas.key_height(key, wide=wide), labels, _BESIDE_A_COUNT, wide=wide)
    with canvas.drawing("distribution"):
        title = _("How each criterion was answered")
        picture = Canvas(title, _demo(results, language), body=tops[-1], wide=wide)
        if results.answers:
            picture.key(key)
        else:
            picture.say(_("There is no answer to show."))
        reach = _reach(results)
        for top, label, row in zip(tops, labels, results.answers, strict=False):
            n_valid = wording.count(row.n_valid, language)
            axes = picture.row(top, label, _("n = {n}").format(n=n_valid), characters=_BESIDE_A_COUNT)
            axes.set_xlim(*reach)
            _draw_answers(axes, row, colours, language)
        alternative = _as_sentences(
            tables.answers(results, language), ("label", "satisfied_share", "n"), language
        )
        return picture.rendered("distribution", kind, alternative)


def score_alternative(results: CampaignResults, language: str) -> str:
    """The score picture in words, for those who do not see it."""
    sentences = (
        wording.demo_label(language) + "." if results.campaign.is_demo else None,
        wording.verdict_sentence(results, language),
        wording.provisional_sentence(results, language),
        _zoom_sentence(results, language),
    )
    return " ".join(sentence for sentence in sentences if sentence)


def _demo(results: CampaignResults, language: str) -> str | None:
    return wording.demo_label(language) if results.campaign.is_demo else None


def _score_title(results: CampaignResults, language: str) -> str:
    """The finding in two lines."""
    _ = gettext_in(language)
    score = results.score
    if score.score is None:
        return _("No score yet")
    verdict = wording.verdict_name(score.verdict, language)
    provisional = " " + _("(provisional)") if score.provisional else ""
    return _("{score} points").format(score=wording.out_of(score, language)) + provisional + "\n" + verdict


def _zoom(results: CampaignResults) -> tuple[float, float]:
    """The part of the scale that is drawn: interval, point and band with some air, in whole points."""
    score, scoring = results.score, results.questionnaire.scoring
    places = [scoring.target_low, scoring.target_high]
    if score.score is not None:
        places.append(score.score)
        places += [score.interval.low, score.interval.high] if score.interval else []
    air = max(1.0, 0.08 * (max(places) - min(places)))
    low = max(0.0, math.floor(min(places) - air))
    high = min(score.max_points, math.ceil(max(places) + air))
    return (0.0, score.max_points) if high - low > 0.75 * score.max_points else (low, high)


def _zoom_sentence(results: CampaignResults, language: str) -> str | None:
    _ = gettext_in(language)
    low, high = _zoom(results)
    if (low, high) == (0.0, results.score.max_points):
        return None
    return _("Shown: {low} – {high} of the scale 0 – {max}").format(
        low=locale.points(low, language),
        high=locale.points(high, language),
        max=locale.points(results.score.max_points, language),
    )


def _draw_band(axes: "Axes", results: CampaignResults, language: str, shown: tuple[float, float]) -> None:
    scoring = results.questionnaire.scoring
    low, high = scoring.target_low, scoring.target_high
    axes.axvspan(low, high, color=BAND, linewidth=0, zorder=0)
    # A bracket, not two lines: lines would run through the numbers.
    axes.plot(
        [low, low, high, high], [0.9, 1, 1, 0.9], color=BAND_EDGE, linewidth=1.2, zorder=1, clip_on=False
    )
    for edge in (low, high):
        axes.plot([edge, edge], [0, 0.1], color=BAND_EDGE, linewidth=1.2, zorder=1)
    _ = gettext_in(language)
    label = _("target band {band}").format(band=wording.band(results, language))
    middle = 0.5 * (low + high)
    room = 0.28 * (shown[1] - shown[0])
    centre = min(max(middle, shown[0] + room - _side_room(shown)), shown[1] - room + _side_room(shown))
    axes.text(centre, 1.04, label, ha="center", va="bottom", color=BAND_EDGE, fontsize=canvas.SMALL)


def _side_room(shown: tuple[float, float]) -> float:
    """Room left and right of the scale for the limits' labels, in points of the score."""
    return _TEXT_ROOM * (shown[1] - shown[0])


def _draw_scale(axes: "Axes", shown: tuple[float, float], language: str) -> None:
    low, high = shown
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 1000) if (high - low) / s <= _MOST_TICKS)
    ticks = [tick for tick in range(0, math.floor(high) + 1, step) if tick >= low]
    axes.set_xlim(low - _side_room(shown), high + _side_room(shown))
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.set_xticks(ticks, [locale.points(tick, language) for tick in ticks])
    axes.tick_params(axis="x", labelsize=canvas.SMALL, colors=SOFT, length=3, pad=2)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_bounds(low, high)
    axes.spines["bottom"].set_color(LINE)


def _draw_interval(axes: "Axes", results: CampaignResults, language: str) -> None:
    score = results.score
    if score.score is None:
        low, high = axes.get_xlim()
        _ = gettext_in(language)
        words = _("no criterion can be scored yet")
        axes.text(
            0.5 * (low + high), _BAR_Y, words, ha="center", va="center", color=INK, fontsize=canvas.BODY
        )
        return
    if score.interval is not None:
        _draw_limits(axes, results, language)
    for colour, width in ((GROUND, 5), (INK, 2.5)):
        axes.plot([score.score] * 2, [_BAR_Y - 0.22, _BAR_Y + 0.22], color=colour, linewidth=width,
                  solid_capstyle="butt", zorder=4)  # fmt: skip
    label = wording.points(score.score, language)
    axes.text(score.score, _BAR_Y + 0.27, label, ha="center", va="bottom", color=INK, fontsize=canvas.BODY,
              fontweight="bold", zorder=5)  # fmt: skip


def _draw_limits(axes: "Axes", results: CampaignResults, language: str) -> None:
    score = results.score
    if score.interval is None:
        return
    low, high = score.interval.low, score.interval.high
    # A withheld result is drawn hollow: there is a measurement, but no conclusion stands on it.
    fill = GROUND if score.verdict is Verdict.WITHHELD else MEASURED
    axes.barh(
        _BAR_Y, high - low, left=low, height=0.2, color=fill, edgecolor=MEASURED, linewidth=1.2, zorder=3
    )
    gap = 0.1 * _side_room(_zoom(results))
    for limit, side, shift in ((low, "right", -gap), (high, "left", gap)):
        words = wording.points(limit, language)
        axes.text(limit + shift, _BAR_Y, words, ha=side, va="center", color=MEASURED,
                  fontsize=canvas.BODY, zorder=5)  # fmt: skip


def _draw_whole_scale(
    picture: Canvas, results: CampaignResults, language: str, shown: tuple[float, float]
) -> None:
    """A thin line for the whole scale, thick where the picture zooms in."""
    words = _zoom_sentence(results, language)
    if words is None:
        return
    total = results.score.max_points
    axes = picture.axes(top=100, height=6)
    axes.set_axis_off()
    axes.set_xlim(-0.08 * total, 1.08 * total)
    axes.set_ylim(-1, 1)
    axes.plot([0, total], [0, 0], color=LINE, linewidth=1, solid_capstyle="butt")
    axes.plot(shown, [0, 0], color=INK, linewidth=4, solid_capstyle="butt")
    ends = ((0.0, "right", -0.02), (total, "left", 0.02))
    for value, side, shift in ends:
        axes.text(value + shift * total, 0, locale.points(value, language), ha=side, va="center", color=SOFT,
                  fontsize=canvas.SMALL)  # fmt: skip
    picture.text(0.5, 112, words, ha="center", color=SOFT)


def _tops(first: float, labels: list[str], characters: int, *, wide: bool) -> list[float]:
    """Where each row begins, and last where the rows end; so many characters to a line of a name."""
    heights = [canvas.row_height(label, wide=wide, characters=characters) for label in labels or [""]]
    return list(itertools.accumulate(heights, initial=first))


def _draw_section(picture: Canvas, top: float, label: str, section: SectionScore, language: str) -> None:
    share = None if section.score is None else section.score / section.max_points
    earned = f"{wording.points(section.score, language)} / {locale.points(section.max_points, language)}"
    axes = picture.row(
        top, label, f"{earned} · {wording.percent(share, language)}" if share is not None else earned
    )
    axes.set_xlim(0, section.max_points)
    axes.plot([0, section.max_points], [0, 0], color=LINE, linewidth=0.8, solid_capstyle="butt", zorder=1)
    if section.score is None:
        return
    if section.interval is not None:
        width = section.interval.high - section.interval.low
        axes.barh(0, width, left=section.interval.low, height=1.1, color=MEASURED, linewidth=0, zorder=2)
    for colour, thickness in ((GROUND, 4), (INK, 2.5)):
        axes.plot(
            [section.score] * 2,
            [-1.3, 1.3],
            color=colour,
            linewidth=thickness,
            solid_capstyle="butt",
            zorder=4,
        )


def _draw_share_axis(picture: Canvas, top: float, language: str) -> None:
    axes = picture.axes(top=top, height=1)
    axes.set_xlim(0, 1)
    axes.set_yticks([])
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    axes.set_xticks(ticks, [f"{locale.points(100 * tick, language)}%" for tick in ticks])
    axes.tick_params(axis="x", labelsize=canvas.SMALL, colors=SOFT, length=3, pad=2)
    first, *_between, last = axes.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(LINE)


def _reach(results: CampaignResults) -> tuple[float, float]:
    """How far the bars of all rows go to the left and the right of the middle: all have one scale."""
    starts = [_start(row) for row in results.answers if row.n_valid]
    return min(starts, default=-0.5) - 0.005, max(starts, default=-0.5) + 1.005


def _start(row: AnswerCounts) -> float:
    """Where a row's bar begins: its dissatisfied answers and half of the middle ones lie left of 0."""
    half, odd = divmod(len(row.counts), 2)
    left = sum(row.counts[:half]) + (row.counts[half] / 2 if odd else 0)
    return -left / row.n_valid


def _draw_answers(axes: "Axes", row: AnswerCounts, colours: list[str], language: str) -> None:
    axes.plot([0, 0], [-1.5, 1.5], color=LINE, linewidth=0.8, zorder=1)
    left = _start(row) if row.n_valid else 0.0
    for n, colour in zip(row.counts, colours, strict=True):
        share = n / row.n_valid if row.n_valid else 0.0
        axes.barh(0, share, left=left, height=2.8, color=colour, edgecolor=GROUND, linewidth=0.8, zorder=2)
        if share >= _LEAST_LABELLED:
            words = f"{locale.number(wording.rounded(100 * share, 0), language, 0)}%"
            axes.text(left + share / 2, -0.06, words, ha="center", va="center", color=canvas.on(colour),
                      fontsize=canvas.SMALL, zorder=3)  # fmt: skip
        left += share


def _as_sentences(table: Table, columns: tuple[str, ...], language: str) -> str:
    """A table's most telling columns as a sentence a row."""
    places = [place for place, column in enumerate(table.columns) if column.key in columns]
    sentences = []
    for row in table.rows:
        label, *values = (printed(row[place], table.columns[place].kind, language) for place in places)
        headings = [table.columns[place].label for place in places[1:]]
        said = "; ".join(f"{heading} {value}" for heading, value in zip(headings, values, strict=True))
        sentences.append(f"{label}: {said}.")
    return " ".join(sentences)
