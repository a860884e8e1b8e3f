"""Leaves criteria that few people rated out of results: their answers would be those of persons.

Points are left out with the answers, and where one criterion or factor could be computed from a sum, another
one is left out too.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from survey.instrument.questionnaire import GROUP_QUESTION
from survey.results.basis import Basis, everybody, sum_cells
from survey.results.sections import OlderSection, older_sections, section_of_criteria
from survey.scoring.arrays import Counts, Flags
from survey.scoring.few_ratings import LeftOut, RatedParts, leave_out_few
from survey.scoring.pair_counts import PairCounts
from survey.scoring.releases import GROUP_VIEW
from survey.scoring.results import CriterionScore, Score, SectionScore
from survey.store.rolling import EVERYTHING


def find_few_ratings(basis: Basis, older: Mapping[str, OlderSection]) -> set[str]:
    """The keys of the criteria that few people rated, in some sections as they were shown earlier."""
    now, then = _is_few_in_whole(basis), {key: _is_few_in_whole(s.basis) for key, s in older.items()}
    section_of = section_of_criteria(basis)
    keys = [criterion.key for criterion in basis.questionnaire.criteria]
    return {key for position, key in enumerate(keys) if then.get(section_of[key], now)[position]}


def _is_few_in_whole(basis: Basis) -> Flags:
    return _is_few(basis, basis.rolled.part(EVERYTHING, EVERYTHING))


def _is_few(basis: Basis, groups: Mapping[str, PairCounts]) -> Flags:
    """By criterion, whether few of these people rated it, or few of a group that its points are of."""
    minimum, cells = basis.rules.small_cell_suppression, list(groups.values())
    n, n_shown = _raters(basis, sum_cells(cells)), _raters(basis, basis.sum_shown(cells))
    few: Flags = (n > 0) & (n_shown < minimum) | basis.few_behind_points(groups)
    return few


@dataclass(frozen=True)
class FewRatings:
    """The criteria to leave out of the parts of a view: by part, and by part and group."""

    keys: Sequence[str]
    parts: Sequence[str]
    groups: Sequence[str]
    left_out: LeftOut
    of_every_part: Collection[str]

    def of(self, part: str, group: str = "") -> set[str]:
        """The keys of the criteria to leave out of a part, or of a group's people in it."""
        row = self.parts.index(part)
        flags = self.left_out.of_cell[row, self.groups.index(group)] if group else self.left_out.of_part[row]
        of_part = {key for key, is_few in zip(self.keys, flags.tolist(), strict=True) if is_few}
        return of_part.union(self.of_every_part)


def few_ratings_in(basis: Basis, view: str) -> FewRatings:
    """The criteria to leave out of the parts of a view.

    While a survey is open, parts do not show the criteria that only some are asked: few of those who came
    since they moved last may have been asked.
    """
    cells = basis.parts(view)
    parts = list(dict.fromkeys([*basis.labels(view), *(part for part, _group in cells)]))
    groups = list(dict.fromkeys([*basis.labels(GROUP_VIEW), *(group for _part, group in cells)]))
    n = np.zeros((len(parts) + 1, len(groups) + 1, len(basis.questionnaire.criteria)), dtype=np.int64)
    rated = RatedParts(n, np.zeros(n.shape[0], dtype=np.bool_), np.zeros(n.shape[:2], dtype=np.bool_))
    for row, part in enumerate(parts):
        rated.is_part_shown[row] = basis.may_show(view, part)
        for column, group in enumerate(groups):
            n[row, column] = _raters(basis, cells.get((part, group)))
            rated.is_cell_shown[row, column] = (
                view != GROUP_VIEW and rated.is_part_shown[row] and basis.may_show(view, part, group)
            )
    n[-1, -1] = np.maximum(0, _everybody(basis, older_sections(basis)) - n.sum(axis=(0, 1)))  # of no part
    left_out = leave_out_few(rated, basis.rules.small_cell_suppression)
    for row, part in enumerate(parts):
        of_groups = {group: cells[part, group] for group in groups if (part, group) in cells}
        left_out.of_part[row] |= _is_few(basis, of_groups)
    keys = [criterion.key for criterion in basis.questionnaire.criteria]
    return FewRatings(keys, parts, groups, left_out, _asked_of_some(basis, view))


def _asked_of_some(basis: Basis, view: str) -> set[str]:
    """The criteria that not everybody in a part is asked, while the survey is open."""
    if basis.release is None or basis.release.is_final:
        return set()
    questionnaire = basis.questionnaire
    return {
        criterion.key
        for criterion in questionnaire.criteria
        if any(
            view != GROUP_VIEW or condition.question != GROUP_QUESTION
            for condition in questionnaire.conditions(criterion)
        )
    }


def _everybody(basis: Basis, older: Mapping[str, OlderSection]) -> Counts:
    """How many people rated each criterion in what is shown of the whole."""
    now = _raters(basis, everybody(basis))
    then = {key: _raters(basis, everybody(section.basis)) for key, section in older.items()}
    section_of = section_of_criteria(basis)
    keys = [criterion.key for criterion in basis.questionnaire.criteria]
    return np.array([then.get(section_of[key], now)[i] for i, key in enumerate(keys)], dtype=np.int64)


def _raters(basis: Basis, cell: PairCounts | None) -> Counts:
    if cell is None:
        return np.zeros(len(basis.questionnaire.criteria), dtype=np.int64)
    return cell.raters


def score_without(score: Score, left_out: Collection[str], minimum: int) -> Score:
    """The score without the points of some criteria, and of others where a sum would tell them.

    The points of the criteria of a section are those of the section, and those of the sections are the score.
    """
    earning = [criterion for criterion in score.criteria if criterion.points is not None]
    hidden = {criterion.key for criterion in earning if criterion.key in left_out}
    hidden_sections: set[str] = set()
    for section in score.sections:
        own = sorted((c for c in earning if c.section == section.key), key=lambda c: c.n_valid)
        n_hidden = sum(criterion.key in hidden for criterion in own)
        if n_hidden == 1:
            hidden |= {c.key for c in [c for c in own if c.key not in hidden][:1]}
        if n_hidden and (len(own) == 1 or section.n_respondents < minimum):
            hidden_sections.add(section.key)
    if len(hidden_sections) == 1:
        others = [s for s in score.sections if s.score is not None and s.key not in hidden_sections]
        for section in sorted(others, key=lambda section: section.n_respondents)[:1]:
            hidden_sections.add(section.key)
            hidden |= {criterion.key for criterion in earning if criterion.section == section.key}
    return replace(
        score,
        criteria=tuple(_without_points(c) if c.key in hidden else c for c in score.criteria),
        sections=tuple(_without_score(s) if s.key in hidden_sections else s for s in score.sections),
    )


def _without_points(criterion: CriterionScore) -> CriterionScore:
    return replace(criterion, ratio=None, points=None, se_points=None, design_effect=None, interval=None)


def _without_score(section: SectionScore) -> SectionScore:
    return replace(section, score=None, se=None, interval=None, interval_t=None, interval_logit_t=None)
