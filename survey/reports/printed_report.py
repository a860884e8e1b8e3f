"""The report of a campaign that an official signs: what its PDF and DOCX print."""

from collections.abc import Callable, Iterator
from functools import partial

from survey.drawing.portions import Portion
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
        partial(charts.score_figure, results, language, titled=False, labelled=False),
        charts.score_alternative(results, language),
        _SCORE_MM,
    )
    yield ReportPart(_("1. Findings"), (Lead(lead), score, Sentences(tuple(sentences))))
    forms = table_grid(tables.forms(results, language), language, titled=False)
    yield ReportPart(_("2. Forms"), (forms, table_grid(tables.rates(results, language), language)))
    factors = tables.sections(results, language)
    pictures = _pictures_of(
        factors,
        partial(charts.sections_figure, results, language, wide=True),
        charts.section_portions(results, language),
        language,
    )
    yield ReportPart(_("3. Factors"), (table_grid(factors, language, titled=False), *pictures))


def _pictures_of(
    table: Table, draw: Callable[..., bytes], shared_out: tuple[Portion, ...], language: str
) -> tuple[Picture, ...]:
    """The pictures of a table that stands beside them; they need no more words than where those are."""
    _ = gettext_in(language)
    alternative = _("Picture of the numbers in the table: {title}").format(title=table.title)
    return tuple(
        Picture(partial(draw, portion=portion), portion.title_of(alternative, language), TEXT_MM)
        for portion in shared_out
    )


def _answers(results: CampaignResults, language: str) -> Iterator[Grid | Picture]:
    answers, quality = tables.answers(results, language), tables.quality(results, language)
    yield table_grid(answers, language, titled=False)
    draw = partial(charts.distribution_figure, results, language, wide=True)
    yield from _pictures_of(answers, draw, charts.distribution_portions(results, language), language)
    if quality.rows:
        yield table_grid(quality, language)


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
    yield ReportPart(_("Annex 3. Distribution of answers"), tuple(_answers(results, language)))
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
    yield ReportPart(
        _("Annex 5. The questionnaire"),
        blank_form.sections(results.questionnaire, language, results.retention_months),
    )
    if results.comments:
        comments = tuple(f"– {comment}" for comment in results.comments)
        limit = _("The result digest covers the numbers of this report, not these comments.")
        yield ReportPart(_("Annex 6. Comments of respondents"), (Sentences((*comments, limit)),))
