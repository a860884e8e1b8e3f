"""A slow, plain score and variance, written from docs/statistics.md in loops: the oracle of the fast one."""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from survey.scoring.arrays import Floats
from survey.scoring.design import SampleDesign
from survey.scoring.rules import Rules


@dataclass(frozen=True)
class PlainScore:
    score: float
    variance: float


def plain_score(
    answers: Floats, rules: Rules, design: SampleDesign, inside: list[bool], group: list[str] | None = None
) -> PlainScore:
    """The score of the respondents `inside`, and its variance over the whole design."""
    n = len(inside)
    w = [1.0] * n if design.weights is None else [float(x) for x in design.weights]
    groups = ["all"] * n if group is None else group
    weights = {"all": 1.0} if group is None else dict(rules.group_weights)
    score, u = 0.0, [0.0] * n
    for q, criterion in enumerate(rules.criteria):
        cells: dict[str, list[int]] = defaultdict(list)
        for i in range(n):
            if inside[i] and not np.isnan(answers[i, q]) and w[i] > 0:
                cells[groups[i]].append(i)
        used = [g for g in weights if len(cells[g]) >= rules.min_valid_per_cell]
        for g in used:
            share = weights[g] / sum(weights[k] for k in used)
            x = {i: rules.shares[int(answers[i, q])] for i in cells[g]}
            mass = sum(w[i] for i in cells[g])
            mean = sum(w[i] * x[i] for i in cells[g]) / mass
            score += criterion.max_points * share * mean
            for i in cells[g]:
                u[i] += criterion.max_points * share * (x[i] - mean) / mass
    return PlainScore(score, plain_variance([w[i] * u[i] for i in range(n)], design))


def plain_variance(z: list[float], design: SampleDesign) -> float:
    """V = sum_h (1 - f_h) n_h/(n_h - 1) sum_k (z_hk - mean)^2, plus f_h times the same inside each PSU."""
    n = len(z)
    stratum: list[Hashable] = ["all"] * n if design.strata is None else list(design.strata.tolist())
    psu: list[Hashable] = list(range(n)) if design.psu is None else list(design.psu.tolist())
    ssu: list[Hashable] = list(range(n)) if design.ssu is None else list(design.ssu.tolist())
    variance = 0.0
    for h in set(stratum):
        rows = [i for i in range(n) if stratum[i] == h]
        units = {k: sum(z[i] for i in rows if psu[i] == k) for k in {psu[i] for i in rows}}
        f = 0.0 if design.fpc is None else len(units) / float(design.fpc[rows[0]])
        variance += (1 - f) * _spread(list(units.values()))
        if design.fpc is None or design.fpc2 is None:
            continue
        for k in units:
            members = [i for i in rows if psu[i] == k]
            parts = {s: sum(z[i] for i in members if ssu[i] == s) for s in {ssu[i] for i in members}}
            f2 = len(parts) / float(design.fpc2[members[0]])
            variance += f * (1 - f2) * _spread(list(parts.values()))
    return variance


def _spread(totals: list[float]) -> float:
    n = len(totals)
    mean = sum(totals) / n
    return n / (n - 1) * sum((t - mean) ** 2 for t in totals)
