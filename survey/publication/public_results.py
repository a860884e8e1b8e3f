"""What of a result everybody may see: nothing of fewer people than the questionnaire lets be shown."""

from dataclasses import replace

from survey.drawing.tables import Table
from survey.reports import tables
from survey.results.campaign import Breakdown, CampaignResults
from survey.scoring.results import CriterionScore, Score, SectionScore


def public_results(results: CampaignResults) -> CampaignResults | None:
    """The results without any part of too few people; None when the whole is of too few.

    Parts that are hidden from the office are left out. That no small part can be found by subtraction holds
    for the office's breakdowns together, so it holds for what is left of them.
    """
    fewest = results.questionnaire.scoring.small_cell_suppression
    if results.forms.valid < fewest or results.score.n_respondents < fewest:
        return None
    return replace(
        results,
        score=_large_enough(results.score, fewest),
        breakdowns={view: _shown(parts) for view, parts in results.breakdowns.items()},
        answers=tuple(row for row in results.answers if row.n_valid >= fewest),
        channels=(),
        languages=(),
        comments=(),
    )


def _shown(parts: tuple[Breakdown, ...]) -> tuple[Breakdown, ...]:
    return tuple(part for part in parts if part.score is not None)


def _large_enough(score: Score, fewest: int) -> Score:
    return replace(
        score,
        criteria=tuple(_criterion(criterion, fewest) for criterion in score.criteria),
        sections=tuple(_section(section, fewest) for section in score.sections),
    )


def _criterion(criterion: CriterionScore, fewest: int) -> CriterionScore:
    if criterion.n_valid >= fewest:
        return criterion
    return replace(criterion, ratio=None, points=None, se_points=None, n_valid=0, interval=None)


def _section(section: SectionScore, fewest: int) -> SectionScore:
    if section.n_respondents >= fewest:
        return section
    return replace(section, score=None, se=None, interval=None, n_respondents=0)


def public_criteria(results: CampaignResults, language: str) -> Table:
    """The points of each criterion as the public sees them: without how many said that it does not apply."""
    table = tables.criteria(results, language)
    kept = [place for place, column in enumerate(table.columns) if column.key != "not_applicable"]
    return replace(
        table,
        columns=tuple(table.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in table.rows),
    )
