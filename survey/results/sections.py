"""Sections and criteria of the whole that stay as they were shown, until enough people rated them since.

The whole moves by several people, but few of them may be of a group, or have rated a criterion: it is asked
of some, or does not apply. Then the sections and their criteria stay, while the score moves on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from survey.results.basis import Basis
from survey.results.releasing import SECTION_VIEW, sections_of
from survey.scoring.releases import GROUP_VIEW
from survey.scoring.results import CriterionScore, Score, SectionScore
from survey.store.rolling import EVERYTHING


@dataclass(frozen=True, eq=False)
class OlderSection:
    """A section whose criteria are shown as of an earlier hour, and the basis of what is shown of them."""

    as_of: datetime
    basis: Basis


def older_sections(basis: Basis) -> dict[str, OlderSection]:
    """The sections whose criteria did not move with the last step, by key; "" for those without points."""
    if basis.release is None:
        return {}
    older = {}
    for key in sections_of(basis.questionnaire):
        step = basis.release.step_of.get((SECTION_VIEW, key), basis.release.number)
        if step != basis.release.number:
            shown = basis.rolled.part(SECTION_VIEW, key)
            cells = {(EVERYTHING, EVERYTHING, group): cell for group, cell in shown.items()}
            then = replace(basis, rolled=replace(basis.rolled, cells=cells))
            older[key] = OlderSection(basis.release.released_at[step], then)
    return older


def section_of_criteria(basis: Basis) -> dict[str, str]:
    """For each criterion, the key of its section, "" for one that earns no points."""
    criteria = basis.questionnaire.criteria
    return {
        criteria[p].key: key for key, positions in sections_of(basis.questionnaire).items() for p in positions
    }


def score_with_older(score: Score, older: Mapping[str, OlderSection]) -> Score:
    """The score with some sections and their criteria as they were shown earlier."""
    then: dict[str, CriterionScore] = {}
    points: dict[str, SectionScore] = {}
    for key, section in older.items():
        earlier = section.basis.scores(GROUP_VIEW).whole
        then |= {criterion.key: criterion for criterion in earlier.criteria if criterion.section == key}
        points |= {part.key: part for part in earlier.sections if part.key == key}
    return replace(
        score,
        criteria=tuple(then.get(criterion.key, criterion) for criterion in score.criteria),
        sections=tuple(points.get(part.key, part) for part in score.sections),
    )
