"""Answers as shares, ratios of criteria, and the influence of each respondent on every estimate."""

from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from survey.scoring.arrays import Codes, Flags, Floats, Labels, chunks, is_blank, sums_by
from survey.scoring.rules import Rules, ScoredCriterion


class AnswersError(ValueError):
    """Answers that the rules cannot score. `row` counts respondents from 1; `criterion` is a key."""

    def __init__(self, message: str, *, row: int | None = None, criterion: str | None = None) -> None:
        super().__init__(message)
        self.row = row
        self.criterion = criterion


@dataclass(frozen=True, eq=False)
class AnswerSheet:
    """The answers of n respondents to Q criteria.

    `share` (n, Q) is 0..1 of the criterion's maximum, 0 where not valid; `valid` (n, Q) is 1.0 for a valid
    answer of somebody who is asked the criterion, else 0.0. `cell_group` (n,) is the group whose cell the
    respondent falls in, -1 for a group that earns no points; under `pooled` all share group 0.
    `group_share` (Q, G) is the weight of each group in each criterion by the rules, before cells are dropped.
    """

    share: Floats
    valid: Floats
    cell_group: Codes
    group_share: Floats


@dataclass(frozen=True, eq=False)
class Cells:
    """Sums over each (criterion, group), all (Q, G): valid answers of people with weight, and weighted sums.

    `mass` sums the weights of valid answers, `total` weight times share.
    """

    count: Floats
    mass: Floats
    total: Floats


@dataclass(frozen=True, eq=False)
class Estimates:
    """Every estimate of one set of respondents: the score, the S sections, the Q criteria, in this order.

    `points` (1 + S + Q,) is in points; `scored_max` (1 + S + Q,) is the maximum of the criteria behind each
    that could be scored; `ratio` (Q,) is 0 where `scored` (Q,) is False; `n_valid` (Q,) counts valid answers.
    `mean` (Q, G) is each cell's mean share. An answer of share x changes the estimates by (x - mean) times
    `per_answer` (Q, G) times `loading` (Q, 1 + S + Q), per unit of weight.
    """

    points: Floats
    scored_max: Floats
    ratio: Floats
    scored: Flags
    n_valid: Floats
    mean: Floats
    per_answer: Floats
    loading: Floats


def answer_sheet(answers: Floats, rules: Rules, group: Labels | None) -> AnswerSheet:
    """Scale answers, shape (n, Q), as shares; answers of groups not asked a criterion are left out.

    Raises
    ------
    AnswersError
        The answers have another number of columns, an answer is not on the scale, or a group is missing
        where the rules need it.
    """
    answers = np.asarray(answers, dtype=np.float64)
    if answers.ndim != 2 or answers.shape[1] != len(rules.criteria):
        raise AnswersError(
            f"answers have shape {answers.shape}; give one column for each of {len(rules.criteria)} criteria"
        )
    labels = _group_labels(group, rules, answers.shape[0])
    share, valid = _shares(answers, rules)
    for column, criterion in enumerate(rules.criteria):
        if criterion.groups and labels is not None:
            valid[~np.isin(labels, criterion.groups), column] = 0.0
    share *= valid
    return AnswerSheet(share, valid, _cell_groups(labels, rules, answers.shape[0]), group_shares(rules))


def section_keys(rules: Rules) -> tuple[str, ...]:
    """The sections in the order of their first criterion."""
    return tuple(dict.fromkeys(criterion.section for criterion in rules.criteria))


def scored_groups(rules: Rules) -> tuple[str, ...]:
    """The groups that earn points; empty when the rules know no groups."""
    return tuple(group for group, weight in rules.group_weights.items() if weight > 0)


def estimates(sheet: AnswerSheet, rules: Rules, weight: Floats, rows: Codes) -> tuple[Estimates, Floats]:
    """The estimates of the rows, and each row's influence on them in points, (r, 1 + S + Q).

    Parameters
    ----------
    weight : (n,) float, weight of every respondent, any unit
    rows : (r,) int, the respondents to score

    Source
    ------
    docs/statistics.md#variance; Särndal, Swensson, Wretman (1992), ch. 5 (linearised ratio).
    """
    everyone = rows.size == weight.size
    share, valid = (sheet.share, sheet.valid) if everyone else (sheet.share[rows], sheet.valid[rows])
    group = sheet.cell_group[rows]
    result = combine_cells(_cells(share, valid, weight[rows], group, sheet), rules, sheet.group_share)
    influence = np.empty((rows.size, result.points.size))
    for chunk in chunks(rows.size):
        deviation = share[chunk] - valid[chunk] * result.mean.T[group[chunk]]
        influence[chunk] = (deviation * result.per_answer.T[group[chunk]]) @ result.loading
    return result, influence


def strata_behind(
    sheet: AnswerSheet, estimated: Estimates, weight: Floats, stratum: Codes, rows: Codes, n_strata: int
) -> Flags:
    """The strata with an answer behind each estimate, (H, 1 + S + Q): a valid one in a cell that counts.

    `weight` and `stratum` are (n,), of every respondent; `rows` are those that the estimates are of.
    """
    counts = np.zeros((n_strata, estimated.ratio.size))
    for part in chunks(rows.size):
        inside = rows[part]
        in_used_cell = estimated.per_answer.T[sheet.cell_group[inside]] > 0
        valid = sheet.valid[inside] * in_used_cell * (weight[inside] > 0)[:, None]
        counts += sums_by(valid, stratum[inside], n_strata)
    return answers_behind(counts > 0, estimated)


def answers_behind(has_answer: Flags, estimated: Estimates) -> Flags:
    """The rows of `has_answer`, (H, Q), that are behind each estimate, (H, 1 + S + Q)."""
    return np.asarray(has_answer.astype(np.float64) @ (estimated.loading > 0) > 0)


def combine_cells(cells: Cells, rules: Rules, group_share: Floats) -> Estimates:
    """The estimates from sums over cells: ratios of sums, combined over groups by the rules."""
    is_used = (cells.count >= max(rules.min_valid_per_cell, 1)) & (group_share > 0) & (cells.mass > 0)
    mean = np.divide(cells.total, cells.mass, out=np.zeros_like(cells.total), where=cells.mass > 0)
    part = np.where(is_used, group_share, 0.0)
    whole = part.sum(axis=1)
    scored = whole > 0
    part = part / np.where(scored, whole, 1.0)[:, None]
    ratio = (part * mean).sum(axis=1)
    per_answer = np.divide(part, cells.mass, out=np.zeros_like(part), where=is_used)
    loading, scored_max = _loadings(rules, scored)
    n_valid = cells.count.sum(axis=1)
    return Estimates(ratio @ loading, scored_max, ratio, scored, n_valid, mean, per_answer, loading)


def _cells(share: Floats, valid: Floats, weight: Floats, group: Codes, sheet: AnswerSheet) -> Cells:
    shape = sheet.group_share.shape
    count, mass, total = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for part in chunks(weight.size):
        for g in range(shape[1]):
            w = np.where(group[part] == g, weight[part], 0.0)
            count[:, g] += (w > 0).astype(np.float64) @ valid[part]
            mass[:, g] += w @ valid[part]
            total[:, g] += w @ share[part]
    return Cells(count, mass, total)


def _loadings(rules: Rules, scored: Flags) -> tuple[Floats, Floats]:
    """Contribution of each criterion's ratio to each estimate (Q, 1 + S + Q), and the maximum behind each."""
    maxima = np.array([criterion.max_points for criterion in rules.criteria], dtype=np.float64)
    sections = section_keys(rules)
    member = np.array([[criterion.section == key for key in sections] for criterion in rules.criteria])
    member = member.reshape(maxima.size, len(sections))
    behind = np.column_stack(
        [np.ones(maxima.size, dtype=np.bool_), member, np.eye(maxima.size, dtype=np.bool_)]
    )
    full = np.concatenate([[rules.total_points], maxima @ member, maxima])
    scored_max = (maxima * scored) @ behind
    scale = np.divide(full, scored_max, out=np.zeros_like(full), where=scored_max > 0)
    return (maxima * scored)[:, None] * behind * scale, scored_max


def _shares(answers: Floats, rules: Rules) -> tuple[Floats, Floats]:
    """Share and validity of each answer, both (n, Q)."""
    lowest, highest = min(rules.shares), max(rules.shares)
    worth = np.array([rules.shares.get(answer, np.nan) for answer in range(lowest, highest + 1)])
    share, valid = np.empty(answers.shape), np.empty(answers.shape)
    for chunk in chunks(answers.shape[0]):
        values = answers[chunk]
        blank = np.isnan(values)
        on_scale = np.where(blank, lowest, np.clip(values, lowest, highest))
        earned = worth[(on_scale - lowest).astype(np.intp)]
        off_scale = ((on_scale != values) & ~blank) | (on_scale % 1 != 0) | np.isnan(earned)
        if off_scale.any():
            _refuse(answers, rules, chunk.start, off_scale)
        valid[chunk] = ~blank
        np.multiply(earned, valid[chunk], out=share[chunk])
    return share, valid


def _refuse(answers: Floats, rules: Rules, start: int, off_scale: Flags) -> NoReturn:
    offset, column = divmod(int(np.argmax(off_scale)), off_scale.shape[1])
    row, key = start + offset, rules.criteria[column].key
    raise AnswersError(
        f"respondent {row + 1}, criterion {key}: the answer {answers[row, column]:g} is not on the scale "
        f"{', '.join(str(answer) for answer in rules.shares)}",
        row=row + 1,
        criterion=key,
    )


def _group_labels(group: Labels | None, rules: Rules, n: int) -> Labels | None:
    if group is None:
        if rules.group_rule == "fixed":
            raise AnswersError("the rule `fixed` needs the group of each respondent; give `group`")
        return None
    labels = np.asarray(group)
    if labels.shape != (n,):
        raise AnswersError(f"group has shape {labels.shape} for {n} respondents; give one each")
    blank = is_blank(labels)
    if blank.any() and rules.group_weights:
        row = int(np.argmax(blank)) + 1
        raise AnswersError(
            f"respondent {row} has no group; give one of {', '.join(rules.group_weights)}", row=row
        )
    return labels.astype(str)


def _cell_groups(labels: Labels | None, rules: Rules, n: int) -> Codes:
    if labels is None or not rules.group_weights:
        return np.zeros(n, dtype=np.intp)
    codes = np.full(n, -1, dtype=np.intp)
    for g, key in enumerate(scored_groups(rules)):
        codes[labels == key] = g if rules.group_rule == "fixed" else 0
    return codes


def group_shares(rules: Rules) -> Floats:
    """The weight of each group in each criterion, (Q, G); the rule `pooled` has one group."""
    if rules.group_rule == "pooled":
        return np.ones((len(rules.criteria), 1))
    groups = scored_groups(rules)
    shares = [[_group_share(rules, criterion, key) for key in groups] for criterion in rules.criteria]
    return np.array(shares, dtype=np.float64).reshape(len(rules.criteria), len(groups))


def _group_share(rules: Rules, criterion: ScoredCriterion, group: str) -> float:
    is_asked = not criterion.groups or group in criterion.groups
    return rules.group_weights[group] if is_asked else 0.0
