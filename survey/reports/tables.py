"""The tables of a result, each built once: page, PDF, workbook and CSV only write them down."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

from survey.drawing.formatting import format_count, format_day, quote_each
from survey.drawing.rates_table import rates_table
from survey.drawing.tables import Cell, Column, Table
from survey.reports import wording
from survey.reports.quality_table import quality as quality
from survey.results.campaign import VIEWS, Breakdown, CampaignResults, satisfied_share
from survey.scoring.borders import is_below
from survey.scoring.interval import Interval
from survey.scoring.results import CriterionScore, Score
from survey.web.locale import LANGUAGES, Gettext, format_time, gettext_in, ngettext_in

N_WEAKEST = 3
_ALWAYS_SHOWN = ("group", "desk")


def whole(results: CampaignResults, language: str) -> Table:
    """The score of all valid forms, in one row."""
    _ = gettext_in(language)
    row = (_("All valid forms"), results.forms.valid, *_score_cells(results.score))
    columns = (_label(_("Scope")), _n(_("Forms")), *_score_columns(results, language))
    return Table("score", _("Score"), columns, ("whole",), (row,))


def breakdown(results: CampaignResults, view: str, language: str) -> Table:
    """The score of each part of a view; of groups with the number of people served, where it was entered."""
    _ = gettext_in(language)
    names = wording.view_names(language)[view]
    key = "by_channel" if view == "channel" else view  # "channel" is the table of counts
    table = _parts(key, names, results.parts(view), results, language)
    if view != "group" or not results.populations:
        return table
    served = Column("population", _("People served"), "count")
    rows = ((*row, results.populations.get(key)) for key, row in zip(table.keys, table.rows, strict=True))
    return replace(table, columns=(*table.columns, served), rows=tuple(rows))


def sections(results: CampaignResults, language: str) -> Table:
    """The points of each section, out of its own maximum."""
    _ = gettext_in(language)
    by_key = {section.key: section for section in results.score.sections}
    scored = [(s, by_key[s.key]) for s in results.questionnaire.sections if s.key in by_key]
    rows = tuple(
        (
            section.text.to(language),
            *_earned_cells(part.score, part.max_points, _share(part.score, part.max_points), part.se),
            *_limits(part.interval),
            part.n_respondents,
        )
        for section, part in scored
    )
    columns = (
        _label(_("Factor")),
        *_points_columns(_),
        *_interval_columns(results, language),
        _n(_("Respondents")),
    )
    short = [s.text.to(language) for s, part in scored if is_below(part.scored_max, part.max_points)]
    note = _("Provisional, because some of its criteria could not be scored: {factors}.").format(
        factors=quote_each(short, language)
    )
    keys = tuple(section.key for section, _part in scored)
    return Table("section", _("Factors"), columns, keys, rows, (note,) if short else ())


def criteria(results: CampaignResults, language: str) -> Table:
    """The points of each scored criterion under its section, the three weakest numbered."""
    _ = gettext_in(language)
    earned = {criterion.key: criterion for criterion in results.score.criteria}
    skipped = {row.criterion.key: row.not_applicable for row in results.answers}
    pairs = [(s, c) for s in results.questionnaire.sections for c in s.criteria if c.key in earned]
    rank = weakest(results)
    rows = tuple(
        (
            section.text.to(language),
            wording.criterion_label(criterion, language),
            *_criterion_cells(earned[criterion.key]),
            earned[criterion.key].n_valid,
            skipped.get(criterion.key),
            rank.get(criterion.key),
        )
        for section, criterion in pairs
    )
    columns = (
        Column("section", _("Factor"), "text"),
        _label(_("Criterion")),
        *_points_columns(_),
        *_interval_columns(results, language),
        _n(_("Valid answers")),
        Column("not_applicable", _("Not applicable"), "count"),
        Column("weakest", _("Weakest"), "count"),
    )
    note = _(
        "“Weakest” numbers the three criteria with the lowest share of their maximum, 1 being the lowest."
    )
    keys = tuple(criterion.key for _section, criterion in pairs)
    return Table("criterion", _("Criteria"), columns, keys, rows, (note,) if rank else ())


def answers(results: CampaignResults, language: str) -> Table:
    """How many valid forms gave each answer to each criterion, worst answer first."""
    _ = gettext_in(language)
    scale = results.questionnaire.scale.options
    columns = (
        _label(_("Criterion")),
        *(Column(f"answer_{option.value}", option.text.to(language), "count") for option in scale),
        _n(_("Valid answers")),
        Column("satisfied_share", _("Satisfied"), "percent"),
        Column("not_applicable", _("Not applicable"), "count"),
        Column("blank", _("Left blank"), "count"),
        Column("not_asked", _("Not asked"), "count"),
    )
    rows = tuple(
        (
            wording.criterion_label(row.criterion, language),
            *row.counts,
            row.n_valid,
            satisfied_share(row, results),
            row.not_applicable,
            row.blank,
            row.not_asked,
        )
        for row in results.answers
    )
    keys = tuple(row.criterion.key for row in results.answers)
    return Table("answer", _("Distribution of answers"), columns, keys, rows)


def forms(results: CampaignResults, language: str) -> Table:
    """What became of the forms."""
    _ = gettext_in(language)
    counted = results.forms
    issued = [] if counted.issued is None else [("issued", _("Issued"), counted.issued)]
    fates = (
        *issued,
        ("returned", _("Returned"), counted.returned),
        ("valid", _("of these valid (scored)"), counted.valid),
        ("incomplete", _("of these incomplete (not scored)"), counted.incomplete),
        ("withdrawn", _("Withdrawn by the respondent"), counted.withdrawn),
        ("declined", _("Declined to take part"), counted.declined),
    )
    note = _("Forms issued were not counted: anybody who sees the link or QR code may answer.")
    notes = () if counted.issued is not None else (note,)
    table = _tally("form", (_("Number of forms"), _("State of the form")), fates, language)
    return replace(table, notes=notes)


def rates(results: CampaignResults, language: str) -> Table:
    """How fieldwork went, by the standard rates with their intervals."""
    forms = results.forms
    return rates_table(
        forms.rates, forms.rate_limits, is_issued_too_small=forms.is_issued_too_small, language=language
    )


def channels(results: CampaignResults, language: str) -> Table:
    """How many valid forms each way of submitting a dossier has."""
    tallies = ((tally.key, tally.label.to(language), tally.n) for tally in results.channels)
    return _tally("channel", wording.view_names(language)["channel"], tallies, language)


def languages(results: CampaignResults, language: str) -> Table:
    """How many valid forms were answered in each language."""
    _ = gettext_in(language)
    tallies = ((code, LANGUAGES.get(code, code), n) for code, n in results.languages)
    return _tally("language", (_("Languages of the forms"), _("Language")), tallies, language)


def all_tables(results: CampaignResults, language: str) -> tuple[Table, ...]:
    """Every table, in the order of the report."""
    first = (whole, forms, rates)
    last = (languages, sections, criteria, answers, quality)
    return (
        *(build(results, language) for build in first),
        *breakdowns(results, language),
        *(build(results, language) for build in last),
    )


def breakdowns(results: CampaignResults, language: str) -> tuple[Table, ...]:
    """The tables of the parts of every view: groups and desks, and others where there are parts.

    Not every questionnaire asks about the others, and not every result is divided by them. Where channels are
    not scored, their forms are counted.
    """
    shown = []
    for view in VIEWS:
        counts_only = view == "channel" and not results.parts(view)
        table = channels(results, language) if counts_only else breakdown(results, view, language)
        if table.rows or view in _ALWAYS_SHOWN:
            shown.append(table)
    return tuple(shown)


def weakest(results: CampaignResults) -> dict[str, int]:
    """Rank (1 is the lowest) of the scored criteria that earn the smallest share of their maximum."""
    scored = [
        (c.ratio, position, c.key) for position, c in enumerate(results.score.criteria) if c.ratio is not None
    ]
    return {key: rank for rank, (_ratio, _position, key) in enumerate(sorted(scored)[:N_WEAKEST], start=1)}


def _parts(
    key: str, names: tuple[str, str], parts: tuple[Breakdown, ...], results: CampaignResults, language: str
) -> Table:
    _ = gettext_in(language)
    title, label = names
    rows = tuple((part.label.to(language), part.n, *_score_cells(part.score)) for part in parts)
    notes = []
    if any(part.score is None for part in parts):
        few = results.questionnaire.scoring.small_cell_suppression
        ngettext = ngettext_in(language)
        hidden = ngettext(
            "A part with fewer than {n} form, and any that would give it away, is not shown.",
            "A part with fewer than {n} forms, and any that would give it away, is not shown.",
            few,
        )
        notes.append(hidden.format(n=format_count(few, language)))
    notes.extend(_earlier_parts(parts, results, language))
    columns = (_label(label), _n(_("Forms")), *_score_columns(results, language))
    return Table(key, title, columns, tuple(part.key for part in parts), rows, tuple(notes))


def _earlier_parts(parts: tuple[Breakdown, ...], results: CampaignResults, language: str) -> Iterator[str]:
    """For each moment before that of the whole, the parts whose figures are as of then."""
    _ = gettext_in(language)
    moments = sorted({part.as_of for part in parts if part.as_of is not None})
    for moment in moments:
        here = moment.astimezone(results.computed_at.tzinfo)
        labels = quote_each((part.label.to(language) for part in parts if part.as_of == moment), language)
        note = _("As of {time} on {day}, because too few new forms came here or beside it: {parts}")
        yield note.format(
            time=format_time(here, language), day=format_day(here.date(), language), parts=labels
        )


def earlier_notes(results: CampaignResults, language: str) -> tuple[tuple[str, str], ...]:
    """The titles of views with figures of an earlier moment, each with the note on which parts they are."""
    names = wording.view_names(language)
    return tuple(
        (names[view][0], note)
        for view in results.breakdowns
        for note in _earlier_parts(results.parts(view), results, language)
    )


def _tally(key: str, names: tuple[str, str], tallies: Iterable[tuple[str, str, int]], language: str) -> Table:
    _ = gettext_in(language)
    title, label = names
    counted = tuple(tallies)
    columns = (_label(label), _n(_("Forms")))
    return Table(
        key,
        title,
        columns,
        tuple(name for name, _label, _n in counted),
        tuple((label, n) for _key, label, n in counted),
    )


def _label(heading: str) -> Column:
    return Column("label", heading, "text")


def _n(heading: str) -> Column:
    return Column("n", heading, "count")


def _points_columns(_: Gettext, borders: tuple[float, ...] = ()) -> tuple[Column, ...]:
    return (
        Column("points", _("Points"), "points", borders),
        Column("max_points", _("Maximum"), "maximum"),
        Column("share", _("Share of maximum"), "percent"),
        Column("se", _("Standard error"), "points"),
    )


def _interval_columns(
    results: CampaignResults, language: str, borders: tuple[float, ...] = ()
) -> tuple[Column, ...]:
    _ = gettext_in(language)
    level = wording.level(results, language)
    return (
        Column("ci_low", _("{level} interval, lower").format(level=level), "points", borders),
        Column("ci_high", _("{level} interval, upper").format(level=level), "points", borders),
    )


def _score_columns(results: CampaignResults, language: str) -> tuple[Column, ...]:
    borders = wording.borders(results)
    earned = _points_columns(gettext_in(language), borders)
    return (*earned, *_interval_columns(results, language, borders))


def _score_cells(score: Score | None) -> tuple[Cell, ...]:
    if score is None:
        return (None,) * 6
    earned = _earned_cells(score.score, score.max_points, _share(score.score, score.max_points), score.se)
    return (*earned, *_limits(score.interval))


def _criterion_cells(scored: CriterionScore) -> tuple[Cell, ...]:
    points = _earned_cells(scored.points, scored.max_points, scored.ratio, scored.se_points)
    return (*points, *_limits(scored.interval))


def _earned_cells(
    points: float | None, maximum: float, share: float | None, se: float | None
) -> tuple[Cell, ...]:
    return (_finite(points), maximum, _finite(share), _finite(se))


def _limits(interval: Interval | None) -> tuple[Cell, Cell]:
    return (None, None) if interval is None else (_finite(interval.low), _finite(interval.high))


def _share(part: float | None, total: float) -> float | None:
    return None if part is None or total <= 0 else part / total


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
