"""The report of a campaign that an official signs: what its PDF and DOCX print."""

from collections.abc import Callable, Iterator
from functools import partial

from survey.drawing.canvas import PictureKind
from survey.drawing.report import (
    TEXT_MM,
    Cover,
    Grid,
    Lead,
    Picture,
    Report,
    ReportPart,
    Sentences,
    build_report,
    facts_grid,
    table_grid,
)
from survey.drawing.tables import Table
from survey.reports import blank_form, charts, method, result_code, tables, wording
from survey.results.campaign import CampaignResults
from survey.web import locale
from survey.web.locale import gettext_in

_SCORE_MM = 122
_CODE_MM = 34


def printed_report(results: CampaignResults, language: str) -> Report:
    """The report of a campaign: findings, forms, factors and signature first, then the annexes."""
    _ = gettext_in(language)
    campaign = results.campaign
    footer = _("{campaign} · result {digest}").format(
        campaign=_short(campaign.name, 90), digest=results.digest[:12]
    )
    first, last = (locale.format_day(day, language) for day in (campaign.opens_on, campaign.closes_on))
    return build_report(
        language,
        organisation=_short(results.questionnaire.organisation.to(language), 200),
        subtitle=_("Results of the satisfaction survey: {campaign}").format(
            campaign=_short(campaign.name, 200)
        ),
        cover=Cover(
            _("Survey period: {period}").format(period=f"{first} – {last}"),
            _("Computed on {day}").format(day=locale.format_day(results.computed_at.date(), language)),
        ),
        footer=footer,
        result_digest=results.digest,
        computed_at=results.computed_at,
        is_demo=campaign.is_demo,
        body=tuple(_body(results, language)),
        annexes=tuple(_annexes(results, language)),
    )


def _short(text: str, at_most: int) -> str:
    return text if len(text) <= at_most else text[: at_most - 1].rstrip() + "…"


def _body(results: CampaignResults, language: str) -> Iterator[ReportPart]:
    _ = gettext_in(language)
    lead, *sentences = wording.summary_sentences(results, language)
    score = Picture(
        partial(charts.score_figure, results, language, titled=False),
        charts.score_alternative(results, language),
        _SCORE_MM,
    )
    yield ReportPart(_("1. Findings"), (Lead(lead), score, Sentences(tuple(sentences))))
    forms = table_grid(tables.forms(results, language), language, titled=False)
    yield ReportPart(_("2. Forms"), (forms, table_grid(tables.rates(results, language), language)))
    factors = tables.sections(results, language)
    picture = _picture_of(factors, partial(charts.sections_figure, results, language, wide=True), language)
    yield ReportPart(_("3. Factors"), (table_grid(factors, language, titled=False), picture))


def _picture_of(table: Table, draw: Callable[[PictureKind], bytes], language: str) -> Picture:
    """A picture of a table that stands beside it, and so needs no more words than where they are."""
    _ = gettext_in(language)
    alternative = _("Picture of the numbers in the table: {title}").format(title=table.title)
    return Picture(draw, alternative, TEXT_MM)


def _quality(results: CampaignResults, language: str) -> tuple[Grid, ...]:
    table = tables.quality(results, language)
    return (table_grid(table, language),) if table.rows else ()


def _annexes(results: CampaignResults, language: str) -> Iterator[ReportPart]:
    _ = gettext_in(language)
    criteria = tables.criteria(results, language)
    yield ReportPart(_("Annex 1. Points by criterion"), (table_grid(criteria, language, titled=False),))
    parts = (
        tables.whole(results, language),
        *tables.breakdowns(results, language),
        tables.languages(results, language),
    )
    grids = tuple(table_grid(table, language) for table in parts)
    yield ReportPart(_("Annex 2. By group, desk and other parts"), grids)
    answers = tables.answers(results, language)
    picture = _picture_of(
        answers, partial(charts.distribution_figure, results, language, wide=True), language
    )
    yield ReportPart(
        _("Annex 3. Distribution of answers"),
        (table_grid(answers, language, titled=False), picture, *_quality(results, language)),
    )
    yield ReportPart(
        _("Annex 4. Method and how to recompute"),
        (
            Sentences(method.method_sentences(results, language)),
            facts_grid(_("The numbers of the score"), method.headline_facts(results, language), language),
            facts_grid(_("What identifies this result"), method.identity_facts(results, language), language),
            Picture(
                partial(result_code.drawing, results, language),
                result_code.alternative(results, language),
                _CODE_MM,
            ),
            Sentences((result_code.sentence(results, language),)),
        ),
    )
    yield ReportPart(_("Annex 5. The questionnaire"), blank_form.sections(results.questionnaire, language))
    if results.comments:
        comments = tuple(f"– {comment}" for comment in results.comments)
        limit = _("The result digest covers the numbers of this report, not these comments.")
        yield ReportPart(_("Annex 6. Comments of respondents"), (Sentences((*comments, limit)),))
