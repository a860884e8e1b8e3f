"""Raked weights have the variance of R's `calibrate(calfun = "raking")`: residuals by base weights.

The reference is written after R survey's `calibrate` and `svyrecvar`, apart from our code: Newton steps for
the weights, an orthogonal basis of the variables times the root of the base weights for the residuals. With
the linear distance it gives R's own numbers of golden.json.
"""

import numpy as np
import pytest

from survey.scoring.arrays import Flags, Floats, Labels
from survey.scoring.calibration import Calibration, Margin
from survey.scoring.design import SampleDesign
from survey.scoring.score import score_responses
from tests.scoring.builders import some_rules
from tests.scoring.golden import (
    ANSWERS,
    BY_DOMAIN,
    BY_STRATUM,
    DOMAIN,
    GOLDEN,
    STRATA,
    WEIGHTS,
)

RULES = some_rules()


def _factors(matrix: Floats, base: Floats, target: Floats, *, is_raking: bool) -> Floats:
    """Factors exp(x b), or 1 + x b, that make the weighted sums of the columns the target."""
    slope = np.zeros(matrix.shape[1])
    factor = np.ones(base.size)
    for _ in range(200):
        miss = target - matrix.T @ (base * factor)
        derivative = factor if is_raking else np.ones(base.size)
        slope = slope + np.linalg.pinv(matrix.T @ (matrix * (base * derivative)[:, None])) @ miss
        factor = np.exp(matrix @ slope) if is_raking else 1 + matrix @ slope
    assert np.abs(target - matrix.T @ (base * factor)).max() < 1e-9
    return np.asarray(factor)


def _reference(
    answers: Floats,
    strata: Labels,
    base: Floats,
    margins: tuple[Margin, ...],
    *,
    inside: Flags | None = None,
    is_raking: bool = True,
) -> tuple[float, float]:
    """Score and standard error of the respondents inside a domain."""
    matrix = np.column_stack(
        [np.asarray(margin.labels) == label for margin in margins for label in margin.totals]
    ).astype(float)
    target = np.array([total for margin in margins for total in margin.totals.values()], dtype=float)
    weight = base * _factors(matrix, base, target, is_raking=is_raking)
    score, influence = 0.0, np.zeros(base.size)
    domain = np.ones(base.size) if inside is None else inside.astype(float)
    for column, criterion in enumerate(RULES.criteria):
        valid = ~np.isnan(answers[:, column]) * domain
        share = np.where(valid > 0, (np.nan_to_num(answers[:, column]) - 1) / 4, 0.0)
        ratio = weight @ share / (weight @ valid)
        score += criterion.max_points * ratio
        influence += criterion.max_points * (share - ratio * valid) / (weight @ valid)
    root = np.sqrt(base)
    left, singular, _right = np.linalg.svd(matrix * root[:, None], full_matrices=False)
    basis = left[:, singular > 1e-9 * singular.max()]
    scaled = influence * root  # R: x / psvar$w, where x is weighted and psvar$w is g * root
    residual = (scaled - basis @ (basis.T @ scaled)) * (weight / root)
    variance = 0.0
    for stratum in np.unique(strata):
        z = residual[strata == stratum]
        variance += z.size / (z.size - 1) * float(((z - z.mean()) ** 2).sum())
    return score, float(np.sqrt(variance))


@pytest.mark.parametrize("domain", [None, "p"])
def test_the_reference_gives_r_s_numbers_for_linear_calibration(domain: str | None) -> None:
    suffix = f"_{domain}" if domain else ""
    score, se = _reference(
        ANSWERS,
        STRATA,
        WEIGHTS,
        (BY_STRATUM, BY_DOMAIN),
        inside=None if domain is None else np.isin(DOMAIN, [domain]),
        is_raking=False,
    )
    assert score == pytest.approx(GOLDEN["linear"]["score" + suffix], abs=1e-9)
    assert se == pytest.approx(GOLDEN["linear"]["se" + suffix], abs=1e-9)


def _three_correlated_margins(seed: int) -> tuple[Floats, Labels, Floats, tuple[Margin, ...], Labels]:
    """Answers, strata, base weights, margins that go together, and a domain, of 240 respondents."""
    rng = np.random.default_rng(seed)
    n = 240
    strata = np.repeat(["a", "b", "c"], [120, 80, 40])
    base = np.repeat([2.0, 6.0, 15.0], [120, 80, 40]) * rng.uniform(0.7, 1.4, n)
    mood = rng.normal(size=n)
    first = np.where(mood + rng.normal(size=n) > 0, "old", "young")
    second = np.where(mood + 0.7 * rng.normal(size=n) > 0.3, "town", "zone")
    third = np.where(mood + (second == "town") + rng.normal(size=n) > 0.4, "paper", "online")
    margins = []
    for name, labels in (("age", first), ("area", second), ("channel", third)):
        sums = {key: float(base[labels == key].sum()) for key in np.unique(labels).tolist()}
        moved = dict(zip(sums, np.array(list(sums.values())) * rng.uniform(0.7, 1.3, 2), strict=True))
        scale = 1500.0 / sum(moved.values())
        margins.append(Margin(name, labels, {key: total * scale for key, total in moved.items()}))
    answers = np.clip(np.round(3.4 + mood[:, None] + rng.normal(size=(n, 4))), 1, 5)
    answers[rng.uniform(size=answers.shape) < 0.1] = np.nan
    return answers, strata, base, tuple(margins), np.where(mood > 0.2, "content", "other")


@pytest.mark.parametrize("seed", range(5))
def test_three_correlated_margins_on_strata_have_r_s_errors_in_domains_too(seed: int) -> None:
    answers, strata, base, margins, domain = _three_correlated_margins(seed)
    design = SampleDesign(strata=strata, weights=base, calibration=Calibration("rake", margins))
    scored = score_responses(answers, RULES, design, domain=domain)
    score, se = _reference(answers, strata, base, margins)
    assert (scored.whole.score, scored.whole.se) == pytest.approx((score, se), abs=1e-6)
    for name, part in scored.domains.items():
        expected = _reference(answers, strata, base, margins, inside=domain == name)
        assert (part.score, part.se) == pytest.approx(expected, abs=1e-6)
