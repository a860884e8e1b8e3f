"""The pictures of a result, drawn by matplotlib: SVG for the page, PNG for print.

One visual language: blue is what was measured, the light band is the target, ink is the point. Labels stand
on the marks; dark and light tell the colours apart, so pictures survive grey print and colour blindness.
"""

import itertools
import math

from survey.drawing import canvas
from survey.drawing.canvas import Canvas, PictureKind
from survey.drawing.colours import BAND, BAND_EDGE, GROUND, INK, LINE, MEASURED, SOFT, answer_colours, on
from survey.drawing.demo_label import demo_label
from survey.drawing.formatting import format_count, format_percent, format_points, quote
from survey.drawing.portions import ALL_ROWS, Portion, portions
from survey.drawing.strip import Reach, Side, Strip
from survey.drawing.tables import Table
from survey.instrument.questionnaire import Section
from survey.reports import cautions, tables, wording
from survey.results.campaign import AnswerCounts, CampaignResults
from survey.scoring.interval import Interval
from survey.scoring.results import SectionScore
from survey.scoring.rounding import round_half_up
from survey.scoring.verdict import Verdict
from survey.web import locale
from survey.web.locale import gettext_in

_BAR_Y = 0.42
_TEXT_ROOM = 0.17
_SCORE_BOTTOM = 72.0
_BESIDE_A_COUNT = 45  # characters of a name that leave room for "n = 1,000"


def score_figure(
    results: CampaignResults,
    language: str,
    kind: PictureKind,
    *,
    titled: bool = True,
    labelled: bool = True,
) -> bytes:
    """The score's interval and point against the target band, on the part of the scale where they lie.

    Untitled, for a place where the same words stand over it; not `labelled` as a demonstration where the page
    says so beside it.
    """
    with canvas.drawing("score"):
        demo = _demo(results, language) if labelled else None
        picture = Canvas(_score_title(results, language), demo, body=118, titled=titled)
        shown = _zoom(results)
        room = _side_room(shown)
        strip = picture.strip(top=14, height=58, across=(shown[0] - room, shown[1] + room), up=(0, 1))
        _draw_band(strip, results, language, shown)
        picture.scale(_SCORE_BOTTOM, strip.across, canvas.whole_ticks(shown, language), line=shown)
        _draw_interval(strip, results, language)
        _draw_whole_scale(picture, results, language, shown)
        return picture.render("score", kind, score_alternative(results, language))


def sections_figure(
    results: CampaignResults,
    language: str,
    kind: PictureKind,
    *,
    wide: bool = False,
    portion: Portion = ALL_ROWS,
) -> bytes:
    """Each section's points as a share of its own maximum, with its interval, on one axis from 0 to 100%.

    Wide for paper: names stand left of the bars instead of over them. The paper labels a demonstration.
    """
    _ = gettext_in(language)
    scores = {section.key: section for section in results.score.sections}
    sections = portion.rows_of(_scored_sections(results))
    labels = [section.text.to(language) for section in sections]
    tops = _tops(0, labels, canvas.CHARACTERS, wide=wide)
    with canvas.drawing("sections"):
        title = portion.title_of(_("Share of each factor's maximum"), language)
        demo = None if wide else _demo(results, language)
        picture = Canvas(title, demo, body=tops[-1] + canvas.FOOT, wide=wide)
        if not sections:
            picture.write_centred(_("There is no factor to show."))
        for top, label, section in zip(tops, labels, sections, strict=False):
            _draw_section(picture, top, label, scores[section.key], language)
        if sections:
            picture.scale(tops[-1], (0, 1), canvas.share_ticks(language), ends_inside=True)
        alternative = _as_sentences(
            tables.sections(results, language), ("label", "points", "max_points"), language
        )
        return picture.render(portion.name_of("sections"), kind, alternative)


def section_portions(results: CampaignResults, language: str) -> tuple[Portion, ...]:
    """The pictures that the sections need on paper."""
    return portions([section.text.to(language) for section in _scored_sections(results)], beside=canvas.FOOT)


def _scored_sections(results: CampaignResults) -> list[Section]:
    scored = {section.key for section in results.score.sections}
    return [section for section in results.questionnaire.sections if section.key in scored]


def distribution_figure(
    results: CampaignResults,
    language: str,
    kind: PictureKind,
    *,
    wide: bool = False,
    portion: Portion = ALL_ROWS,
) -> bytes:
    """The answers to each criterion as bars that part at the middle: dissatisfied left, satisfied right."""
    _ = gettext_in(language)
    key, answers = _answers_key(results, language), portion.rows_of(results.answers)
    colours = [colour for colour, _text in key]
    labels = [wording.criterion_label(row.criterion, language) for row in answers]
    tops = _tops(canvas.key_height(key, wide=wide), labels, _BESIDE_A_COUNT, wide=wide)
    with canvas.drawing("distribution"):
        title = portion.title_of(_("How each criterion was answered"), language)
        demo = None if wide else _demo(results, language)
        picture = Canvas(title, demo, body=tops[-1], wide=wide)
        if results.answers:
            picture.key(key)
        else:
            picture.write_centred(_("There is no answer to show."))
        reach = _reach(results)
        for top, label, row in zip(tops, labels, answers, strict=False):
            n_valid = format_count(row.n_valid, language)
            label_n = _("n = {n}").format(n=n_valid)
            strip = picture.row(top, label, label_n, reach, characters=_BESIDE_A_COUNT)
            _draw_answers(strip, row, colours, language)
        alternative = _as_sentences(
            tables.answers(results, language), ("label", "satisfied_share", "n"), language
        )
        return picture.render(portion.name_of("distribution"), kind, alternative)


def distribution_portions(results: CampaignResults, language: str) -> tuple[Portion, ...]:
    """The pictures that the criteria need on paper, each with the key of the colours."""
    labels = [wording.criterion_label(row.criterion, language) for row in results.answers]
    return portions(labels, beside=canvas.key_height(_answers_key(results, language), wide=True))


def _answers_key(results: CampaignResults, language: str) -> list[tuple[str, str]]:
    """The colour and the text of each answer."""
    options = results.questionnaire.scale.options
    colours = answer_colours(len(options))
    return [(colour, o.text.to(language)) for colour, o in zip(colours, options, strict=True)]


def score_alternative(results: CampaignResults, language: str) -> str:
    """The score picture in words, for those who do not see it."""
    sentences = (
        demo_label(language) + "." if results.campaign.is_demo else None,
        wording.verdict_sentence(results, language),
        *cautions.sentences_without_demo(results, language),
        _zoom_sentence(results, language),
    )
    return " ".join(sentence for sentence in sentences if sentence)


def _demo(results: CampaignResults, language: str) -> str | None:
    return demo_label(language) if results.campaign.is_demo else None


def _score_title(results: CampaignResults, language: str) -> str:
    """The finding in two lines, and its cautions in a third."""
    _ = gettext_in(language)
    score = results.score
    if score.score is None:
        limits = cautions.names_without_demo(results, language)
        return _("No score yet") + (f"\n({limits})" if limits else "")
    verdict = wording.verdict_name(score.verdict, language)
    points = _("{score} points").format(score=wording.out_of(results, language))
    limits = cautions.names_without_demo(results, language)
    return f"{points}\n{verdict}" + (f"\n({limits})" if limits else "")


def _zoom(results: CampaignResults) -> tuple[float, float]:
    """The part of the scale that is drawn: interval, point and band with some air, in whole points."""
    score, scoring = results.score, results.questionnaire.scoring
    values = [scoring.target_low, scoring.target_high]
    if score.score is not None:
        values.append(score.score)
        values += [score.interval.low, score.interval.high] if score.interval else []
    air = max(1.0, 0.08 * (max(values) - min(values)))
    low = max(0.0, math.floor(min(values) - air))
    high = min(score.max_points, math.ceil(max(values) + air))
    return (0.0, score.max_points) if high - low > 0.75 * score.max_points else (low, high)


def _zoom_sentence(results: CampaignResults, language: str) -> str | None:
    _ = gettext_in(language)
    low, high = _zoom(results)
    if (low, high) == (0.0, results.score.max_points):
        return None
    return _("Shown: {low} – {high} of the scale 0 – {max}").format(
        low=locale.format_short(low, language),
        high=locale.format_short(high, language),
        max=locale.format_short(results.score.max_points, language),
    )


def _draw_band(strip: Strip, results: CampaignResults, language: str, shown: Reach) -> None:
    scoring = results.questionnaire.scoring
    low, high = scoring.target_low, scoring.target_high
    strip.bar(low, high, middle=0.5, height=1, fill=BAND, layer=0)
    # A bracket, not two lines: lines would run through the numbers.
    strip.line([low, low, high, high], [0.9, 1, 1, 0.9], colour=BAND_EDGE, width=1.2)
    for edge in (low, high):
        strip.line([edge, edge], [0, 0.1], colour=BAND_EDGE, width=1.2)
    _ = gettext_in(language)
    label = _("target band {band}").format(band=wording.band(results, language))
    middle = 0.5 * (low + high)
    room = 0.28 * (shown[1] - shown[0])
    centre = min(max(middle, shown[0] + room - _side_room(shown)), shown[1] - room + _side_room(shown))
    strip.write_text(centre, 1.04, label, colour=BAND_EDGE, size=canvas.SMALL, above=True)


def _side_room(shown: tuple[float, float]) -> float:
    """Room left and right of the scale for the limits' labels, in points of the score."""
    return _TEXT_ROOM * (shown[1] - shown[0])


def _draw_interval(strip: Strip, results: CampaignResults, language: str) -> None:
    score = results.score
    if score.score is None:
        _ = gettext_in(language)
        message = _("no criterion can be scored yet")
        strip.write_text(sum(strip.across) / 2, _BAR_Y, message, colour=INK, size=canvas.BODY)
        return
    if score.interval is not None:
        _draw_limits(strip, results, score.interval, language)
    for colour, width in ((GROUND, 5), (INK, 2.5)):
        strip.line([score.score] * 2, [_BAR_Y - 0.22, _BAR_Y + 0.22], colour=colour, width=width, layer=4)
    label = wording.points(score.score, results, language)
    strip.write_text(score.score, _BAR_Y + 0.27, label, colour=INK, size=canvas.BODY, above=True, bold=True)


def _draw_limits(strip: Strip, results: CampaignResults, interval: Interval, language: str) -> None:
    # A withheld result is drawn hollow: there is a measurement, but no conclusion stands on it.
    fill = GROUND if results.score.verdict is Verdict.WITHHELD else MEASURED
    strip.bar(
        interval.low,
        interval.high,
        middle=_BAR_Y,
        height=0.2,
        fill=fill,
        edge=MEASURED,
        edge_width=1.2,
        layer=3,
    )
    gap = 0.1 * _side_room(_zoom(results))
    for limit, side, shift in _both_sides(interval.low, interval.high, gap):
        label = wording.points(limit, results, language)
        strip.write_text(limit + shift, _BAR_Y, label, colour=MEASURED, size=canvas.BODY, side=side)


def _both_sides(low: float, high: float, gap: float) -> tuple[tuple[float, Side, float], ...]:
    """Two ends with the side their words stand on and how far away."""
    return ((low, "right", -gap), (high, "left", gap))


def _draw_whole_scale(
    picture: Canvas, results: CampaignResults, language: str, shown: tuple[float, float]
) -> None:
    """A thin line for the whole scale, thick where the picture zooms in."""
    zoomed = _zoom_sentence(results, language)
    if zoomed is None:
        return
    total = results.score.max_points
    strip = picture.strip(top=100, height=6, across=(-0.08 * total, 1.08 * total), up=(-1, 1))
    strip.line([0, total], [0, 0], colour=LINE, width=1)
    strip.line(shown, [0, 0], colour=INK, width=4)
    for value, side, shift in _both_sides(0.0, total, 0.02 * total):
        label = locale.format_short(value, language)
        strip.write_text(value + shift, 0, label, colour=SOFT, size=canvas.SMALL, side=side)
    picture.text(0.5, 112, zoomed, ha="center", color=SOFT)


def _tops(first: float, labels: list[str], characters: int, *, wide: bool) -> list[float]:
    """Where each row begins, and last where the rows end; so many characters to a line of a name."""
    heights = [canvas.row_height(label, wide=wide, characters=characters) for label in labels or [""]]
    return list(itertools.accumulate(heights, initial=first))


def _draw_section(picture: Canvas, top: float, label: str, section: SectionScore, language: str) -> None:
    share = None if section.score is None else section.score / section.max_points
    earned = f"{format_points(section.score, language)} / {locale.format_short(section.max_points, language)}"
    value = f"{earned} · {format_percent(share, language)}" if share is not None else earned
    strip = picture.row(top, label, value, (0, section.max_points))
    strip.line(strip.across, [0, 0], colour=LINE, width=0.8)
    strip.estimate(section.score, section.interval)


def _reach(results: CampaignResults) -> tuple[float, float]:
    """How far the bars of all rows go to the left and the right of the middle: all have one scale."""
    starts = [_start(row) for row in results.answers if row.n_valid]
    return min(starts, default=-0.5) - 0.005, max(starts, default=-0.5) + 1.005


def _start(row: AnswerCounts) -> float:
    """Where a row's bar begins: its dissatisfied answers and half of the middle ones lie left of 0."""
    half, odd = divmod(len(row.counts), 2)
    left = sum(row.counts[:half]) + (row.counts[half] / 2 if odd else 0)
    return -left / row.n_valid


def _draw_answers(strip: Strip, row: AnswerCounts, colours: list[str], language: str) -> None:
    strip.line([0, 0], [-1.5, 1.5], colour=LINE, width=0.8)
    left = _start(row) if row.n_valid else 0.0
    for n, colour in zip(row.counts, colours, strict=True):
        share = n / row.n_valid if row.n_valid else 0.0
        strip.bar(left, left + share, height=2.8, fill=colour, edge=GROUND, edge_width=0.8)
        if n:
            label = f"{locale.format_number(round_half_up(100 * share, 0), language, 0)}%"
            strip.write_inside(left, left + share, -0.06, label, colour=on(colour), size=canvas.SMALL)
        left += share


def _as_sentences(table: Table, columns: tuple[str, ...], language: str) -> str:
    """A table's most telling columns as a sentence a row."""
    indices = [index for index, column in enumerate(table.columns) if column.key in columns]
    sentences = []
    for row in table.rows:
        label, *values = (table.columns[index].format(row[index], language) for index in indices)
        headings = [table.columns[index].label for index in indices[1:]]
        values_text = "; ".join(f"{heading} {value}" for heading, value in zip(headings, values, strict=True))
        sentences.append(f"{quote(label, language)}: {values_text}.")
    return " ".join(sentences)
