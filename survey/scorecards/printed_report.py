"""The report of a scorecard that an official signs: what its PDF and DOCX print."""

from collections.abc import Callable
from functools import partial

from survey.drawing.portions import Portion
from survey.drawing.report import Grid, Lead, Picture, Report, ReportPart, Sentences, build_report, table_grid
from survey.drawing.tables import Table
from survey.scorecards import charts, tables, wording
from survey.scorecards.report import CardReport
from survey.scorecards.results import CardResults
from survey.web.locale import gettext_in

_PICTURE_MM, _NUMBER_MM, _FIRST_SHARE = 160, 17, 1.7


def printed_report(report: CardReport, language: str) -> Report:
    """The report of a scorecard: the total and its parts first, the indicators as an annex."""
    _ = gettext_in(language)
    results = report.results
    period = results.period.name_in(language)
    organisation = results.unit_called(language)
    indicators = _grids((tables.indicators(results, language),), language)
    annex = ReportPart(_("Annex. Indicators, evidence and approval"), indicators, sideways=True)
    return build_report(
        language,
        organisation=organisation,
        subtitle=_("Scorecard of administrative reform: {period}").format(period=period),
        footer=f"{organisation} · {period} · {results.digest[:12]}",
        result_digest=results.digest,
        computed_at=results.computed_at,
        is_demo=results.is_demo,
        body=_body(report, language),
        annexes=(annex,),
    )


def summary_sentences(report: CardReport, language: str) -> tuple[str, ...]:
    """The sentences under the total; what does not apply is left out."""
    results = report.results
    sentences = (
        wording.provisional_sentence(results, language),
        wording.components_sentence(results, language),
        wording.rank_sentence(results, language),
        wording.source_sentence(results, language),
        wording.uncertainty_sentence(results, language),
        wording.approval_sentence(results, language),
        wording.to_do_sentence(results, language),
    )
    return tuple(sentence for sentence in sentences if sentence)


def strongest_tables(report: CardReport, language: str) -> tuple[Table, ...]:
    """What moves the total most, and what is at risk; a table without rows is left out."""
    results = report.results
    both = (tables.movers(results, language), tables.risks(results, language))
    return tuple(table for table in both if table.rows)


def _body(report: CardReport, language: str) -> tuple[ReportPart, ...]:
    _ = gettext_in(language)
    results, progress = report.results, report.progress
    lead = Lead(wording.total_sentence(results, language), wording.estimate_label(language) + ".")
    sentences = Sentences(summary_sentences(report, language))
    components = _pictures(
        partial(charts.components_figure, results, language, wide=True),
        charts.component_portions(results, language),
        results,
        language,
    )
    counts = {"done": progress.done, "total": progress.total, "late": progress.late}
    done = _("Tasks done: %(done)s of %(total)s; late: %(late)s.") % counts
    components_table = tables.components(results, language)
    tasks = _grids((tables.tasks(report, language),), language)
    parts = [
        ReportPart(_("1. Result"), (lead, sentences, *components)),
        ReportPart(_("2. Components"), _grids((components_table,), language)),
        ReportPart(_("3. What moves the total most"), _grids(strongest_tables(report, language), language)),
        ReportPart(_("4. Tasks of the plan"), (Sentences((done,)), *tasks)),
    ]
    if len(report.trend) > 1:
        pictures = _pictures(
            partial(charts.trend_figure, report.trend, language, wide=True),
            charts.trend_portions(report.trend, language),
            results,
            language,
        )
        trend = _grids((tables.trend(report.trend, language),), language)
        parts.append(ReportPart(_("5. Trend"), (*pictures, *trend)))
    return tuple(parts)


def _pictures(
    draw: Callable[..., bytes], shared_out: tuple[Portion, ...], results: CardResults, language: str
) -> tuple[Picture, ...]:
    alternative = wording.total_sentence(results, language)
    return tuple(
        Picture(partial(draw, portion=portion), portion.title_of(alternative, language), _PICTURE_MM)
        for portion in shared_out
    )


def _grids(shown: tuple[Table, ...], language: str) -> tuple[Grid, ...]:
    """The tables that have rows; each has a title where there are several."""
    filled = [table for table in shown if table.rows]
    return tuple(
        table_grid(table, language, titled=len(filled) > 1, number_mm=_NUMBER_MM, first_share=_FIRST_SHARE)
        for table in filled
    )
