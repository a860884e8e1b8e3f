"""The part of a result that everybody may see: nothing about fewer people than the questionnaire allows."""

from dataclasses import replace

from survey.drawing.tables import Table
from survey.reports import tables
from survey.results.campaign import Breakdown, CampaignResults
from survey.scoring.results import CriterionScore, Score, SectionScore


def public_results(results: CampaignResults) -> CampaignResults | None:
    """The results without any part that has too few people; None when the whole has too few.

    Parts that are hidden from the office are left out. No small part can be computed by subtraction from the
    office's breakdowns together, so none can be computed from a selection of them.
    """
    minimum = results.questionnaire.scoring.small_cell_suppression
    if results.forms.valid < minimum or results.score.n_respondents < minimum:
        return None
    return replace(
        results,
        score=_large_enough(results.score, minimum),
        breakdowns={view: _visible_parts(parts) for view, parts in results.breakdowns.items()},
        answers=tuple(row for row in results.answers if row.n_valid >= minimum),
        channels=(),
        languages=(),
        comments=(),
        quality=None,
    )


def _visible_parts(parts: tuple[Breakdown, ...]) -> tuple[Breakdown, ...]:
    return tuple(part for part in parts if part.score is not None)


def _large_enough(score: Score, minimum: int) -> Score:
    return replace(
        score,
        criteria=tuple(_criterion(criterion, minimum) for criterion in score.criteria),
        sections=tuple(_section(section, minimum) for section in score.sections),
    )


def _criterion(criterion: CriterionScore, minimum: int) -> CriterionScore:
    if criterion.n_valid >= minimum:
        return criterion
    return replace(criterion, ratio=None, points=None, se_points=None, n_valid=0, interval=None)


def _section(section: SectionScore, minimum: int) -> SectionScore:
    if section.n_respondents >= minimum:
        return section
    return replace(section, score=None, se=None, interval=None, n_respondents=0)


def public_criteria(results: CampaignResults, language: str) -> Table:
    """The points of each criterion, without how many people said that it does not apply."""
    table = tables.criteria(results, language)
    columns = [i for i, column in enumerate(table.columns) if column.key != "not_applicable"]
    return replace(
        table,
        columns=tuple(table.columns[i] for i in columns),
        rows=tuple(tuple(row[i] for i in columns) for row in table.rows),
    )
