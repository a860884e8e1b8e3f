"""The fast score against the slow plain one, and changes of the input that must not change it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.scoring.arrays import Floats, Labels
from survey.scoring.design import SampleDesign
from survey.scoring.rules import Rules, ScoredCriterion
from survey.scoring.score import Score, score_responses
from tests.scoring.builders import fixed_rules, random_answers, some_rules
from tests.scoring.plain import plain_score

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=40, deadline=None)


def strata_of(rng: np.random.Generator, n: int) -> Labels:
    """Two strata of five respondents at least."""
    return np.concatenate([np.repeat(["a", "b"], 5), rng.choice(["a", "b"], n - 10)])


def clustered_design(seed: int, n: int) -> SampleDesign:
    """Two strata of four clusters with two units in each, all with known population numbers."""
    rng = np.random.default_rng(seed)
    psu = rng.permutation(np.concatenate([np.repeat(np.arange(8), 4), rng.integers(0, 8, n - 32)]))
    stratum = np.where(psu < 4, "a", "b")
    order = np.array([np.count_nonzero(psu[:i] == psu[i]) for i in range(n)])
    return SampleDesign(
        strata=stratum,
        psu=psu,
        ssu=order % 2,
        weights=rng.lognormal(0, 1, n),
        fpc=np.where(stratum == "a", 9.0, 21.0),
        fpc2=np.full(n, 5.0),
    )


def of(answers: Floats, rules: Rules, design: SampleDesign, group: Labels | None = None) -> Score:
    return score_responses(answers, rules, design, group=group).whole


@FEW
@given(SEEDS, st.integers(12, 40))
def test_a_stratified_weighted_score_is_that_of_the_plain_version(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    strata = strata_of(rng, n)
    design = SampleDesign(
        strata=strata, weights=rng.lognormal(0, 1, n), fpc=np.where(strata == "a", 60.0, 90.0)
    )
    answers = random_answers(seed, n, 0.1)
    plain = plain_score(answers, some_rules(), design, [True] * n)
    fast = of(answers, some_rules(), design)
    assert fast.score == pytest.approx(plain.score, abs=1e-9)
    assert fast.se == pytest.approx(plain.variance**0.5, abs=1e-9)


@FEW
@given(SEEDS, st.integers(40, 60))
def test_a_two_stage_score_and_its_domains_are_those_of_the_plain_version(seed: int, n: int) -> None:
    design, answers = clustered_design(seed, n), random_answers(seed, n, 0.0)
    domain = np.random.default_rng(seed).choice(["x", "y"], n)
    result = score_responses(answers, some_rules(), design, domain=domain)
    for key, score in {"all": result.whole, **result.domains}.items():
        inside = [key in ("all", label) for label in domain.tolist()]
        plain = plain_score(answers, some_rules(), design, inside)
        assert score.score == pytest.approx(plain.score, abs=1e-9)
        if score.se is not None:
            assert score.se == pytest.approx(plain.variance**0.5, abs=1e-9)


@FEW
@given(SEEDS, st.integers(24, 50), st.integers(1, 4))
def test_a_fixed_score_is_that_of_the_plain_version(seed: int, n: int, min_valid: int) -> None:
    group = np.where(np.arange(n) % 3 == 0, "business", "citizen")
    rules = fixed_rules(min_valid_per_cell=min_valid, group_weights={"citizen": 0.3, "business": 0.7})
    answers = random_answers(seed, n, 0.1)
    plain = plain_score(answers, rules, SampleDesign(strata=group), [True] * n, group.tolist())
    fast = of(answers, rules, SampleDesign(), group)
    assert fast.score == pytest.approx(plain.score, abs=1e-9)
    assert fast.se == pytest.approx(plain.variance**0.5, abs=1e-9)


@FEW
@given(SEEDS)
def test_the_order_of_respondents_does_not_matter(seed: int) -> None:
    n = 45
    design, answers = clustered_design(seed, n), random_answers(seed, n)
    order = np.random.default_rng(seed + 1).permutation(n)
    shuffled = replace(
        design,
        **{name: getattr(design, name)[order] for name in ("strata", "psu", "ssu", "weights", "fpc", "fpc2")},
    )
    same_numbers(of(answers, some_rules(), design), of(answers[order], some_rules(), shuffled))


@FEW
@given(SEEDS, st.sampled_from([2.0, 1e-300, 1e9]))
def test_multiplying_all_weights_changes_only_their_sum(seed: int, factor: float) -> None:
    n = 45
    design, answers = replace(clustered_design(seed, n), fpc=None, fpc2=None), random_answers(seed, n)
    assert design.weights is not None
    scaled = replace(design, weights=design.weights * factor)
    before, after = of(answers, some_rules(), design), of(answers, some_rules(), scaled)
    same_numbers(before, after)
    assert after.sum_weights == pytest.approx(before.sum_weights * factor, rel=1e-12)


@FEW
@given(SEEDS, st.floats(0.1, 10))
def test_the_score_scales_with_the_points(seed: int, factor: float) -> None:
    answers = random_answers(seed, 30)
    rules = some_rules()
    grown = replace(
        rules,
        total_points=rules.total_points * factor,
        criteria=tuple(ScoredCriterion(c.key, c.max_points * factor, c.section) for c in rules.criteria),
    )
    before, after = of(answers, rules, SampleDesign()), of(answers, grown, SampleDesign())
    assert before.score is not None
    assert before.se is not None
    assert before.interval is not None
    assert after.interval is not None
    assert after.score == pytest.approx(before.score * factor, rel=1e-9)
    assert after.se == pytest.approx(before.se * factor, rel=1e-9)
    assert after.interval.low == pytest.approx(before.interval.low * factor, rel=1e-9)


@FEW
@given(SEEDS)
def test_the_points_of_sections_and_of_criteria_sum_to_the_score(seed: int) -> None:
    whole = of(random_answers(seed, 30), some_rules(), SampleDesign())
    assert sum(section.score or 0 for section in whole.sections) == pytest.approx(whole.score, abs=1e-9)
    assert sum(criterion.points or 0 for criterion in whole.criteria) == pytest.approx(whole.score, abs=1e-9)


def test_equal_groups_make_fixed_and_stratified_pooled_the_same() -> None:
    answers = random_answers(3, 40, 0.0)
    group = np.array(["citizen", "business"] * 20)
    fixed = of(answers, fixed_rules(), SampleDesign(), group)
    pooled = of(answers, some_rules(), SampleDesign(strata=group), group)
    assert fixed.score == pytest.approx(pooled.score, abs=1e-12)
    assert fixed.se == pytest.approx(pooled.se, abs=1e-12)


def same_numbers(a: Score, b: Score) -> None:
    for name in ("score", "se", "df", "p_ge_low", "p_ge_low_t", "df_satterthwaite"):
        assert getattr(a, name) == pytest.approx(getattr(b, name), rel=1e-9, abs=1e-9), name
    assert a.interval is not None
    assert b.interval is not None
    assert a.interval.low == pytest.approx(b.interval.low, abs=1e-8)
    assert a.verdict is b.verdict
