"""Moments: the sums of a sample give the score of its rows, in any split and order."""

import json
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.scoring.design import DesignError, SampleDesign
from survey.scoring.moment_score import score_moments
from survey.scoring.moments import Moments, MomentsError, from_document, moments_of, to_document
from survey.scoring.results import Score, SurveyScore
from survey.scoring.rules import Rules
from survey.scoring.score import score_responses
from tests.scoring.builders import fixed_rules, random_answers, some_rules

N = 240


def labels(seed: int, names: str, n: int = N) -> Any:
    return np.random.default_rng(seed).choice(list(names), size=n)


def numbers(score: Score) -> dict[str, Any]:
    """Every figure of a score, flattened."""
    actual: dict[str, Any] = {f.name: getattr(score, f.name) for f in fields(Score)}
    parts = {f"{c.key}.{f.name}": getattr(c, f.name) for c in score.criteria for f in fields(c)}
    parts |= {f"{s.key}.{f.name}": getattr(s, f.name) for s in score.sections for f in fields(s)}
    for name in ("criteria", "sections", "evidence", "spread"):
        del actual[name]
    forms = actual.pop("forms_needed")
    if forms is not None:
        parts |= {f"forms.{f.name}": getattr(forms, f.name) for f in fields(forms)}
    return actual | parts


def assert_same(actual: SurveyScore, expected: SurveyScore) -> None:
    assert actual.domains.keys() == expected.domains.keys()
    pairs = [(actual.whole, expected.whole)]
    pairs += [(actual.domains[key], expected.domains[key]) for key in expected.domains]
    for one, other in pairs:
        first, second = numbers(one), numbers(other)
        for name, value in second.items():
            if isinstance(value, float):
                assert first[name] == pytest.approx(value, rel=1e-9, abs=1e-9), name
            elif hasattr(value, "low"):
                assert first[name].low == pytest.approx(value.low, abs=1e-9), name
                assert first[name].high == pytest.approx(value.high, abs=1e-9), name
            else:
                assert first[name] == value, name


GROUPS = labels(1, "cb")
GROUP_NAMES = np.where(GROUPS == "c", "citizen", "business")
STRATA, DOMAIN = labels(2, "xyz"), labels(3, "pqr")
WEIGHTS = np.random.default_rng(4).uniform(0.5, 3, N).round(2)
CLUSTERS = np.char.add(STRATA, labels(5, "123456"))

DESIGNS = {
    "simple": SampleDesign(),
    "stratified": SampleDesign(strata=STRATA),
    "weighted": SampleDesign(strata=STRATA, weights=WEIGHTS),
    "some of weight 0": SampleDesign(strata=STRATA, weights=np.where(WEIGHTS > 2.5, 0, WEIGHTS)),
    "clusters": SampleDesign(strata=STRATA, psu=CLUSTERS, weights=WEIGHTS),
    "clusters nested": SampleDesign(strata=STRATA, psu=labels(5, "123456"), nest=True),
    "clusters alone": SampleDesign(psu=labels(6, "abcdefgh")),
}


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("rules", [some_rules(), fixed_rules()], ids=["pooled", "fixed"])
def test_moments_give_the_score_of_the_rows(name: str, rules: Rules) -> None:
    answers, design = random_answers(7, N), DESIGNS[name]
    moments = moments_of(answers, rules, design, group=GROUP_NAMES, domain=DOMAIN)
    expected = score_responses(answers, rules, design, group=GROUP_NAMES, domain=DOMAIN)
    assert_same(score_moments(moments, rules), expected)


@pytest.mark.parametrize("rules", [some_rules(), fixed_rules()], ids=["pooled", "fixed"])
def test_populations_correct_and_weigh_as_with_rows(rules: Rules) -> None:
    answers = random_answers(8, N)
    populations = {"x": 900.0, "y": 400.0, "z": 2000.0}
    design = SampleDesign(strata=STRATA, fpc=np.array([populations[h] for h in STRATA]))
    moments = moments_of(answers, rules, SampleDesign(strata=STRATA), group=GROUP_NAMES, domain=DOMAIN)
    expected = score_responses(answers, rules, design, group=GROUP_NAMES, domain=DOMAIN)
    assert_same(score_moments(moments, rules, populations=populations), expected)


def test_groups_that_earn_no_points_stay_without_weight() -> None:
    group = np.where(DOMAIN == "p", "unit_head", GROUP_NAMES)
    answers, rules = random_answers(9, N), fixed_rules()
    moments = moments_of(answers, rules, SampleDesign(), group=group)
    assert_same(score_moments(moments, rules), score_responses(answers, rules, SampleDesign(), group=group))


@pytest.mark.parametrize("lonely", ["adjust", "certainty", "average"])
def test_a_lonely_cluster_counts_as_with_rows(lonely: Any) -> None:
    clusters = np.where(STRATA == "x", "only", CLUSTERS)
    answers, rules = random_answers(10, N), some_rules()
    design = SampleDesign(strata=STRATA, psu=clusters, lonely_psu=lonely)
    moments = moments_of(answers, rules, design)
    assert_same(score_moments(moments, rules, lonely_psu=lonely), score_responses(answers, rules, design))
    with pytest.raises(DesignError, match="one sampling unit"):
        score_moments(moments, rules)


@given(st.lists(st.integers(0, 3), min_size=N, max_size=N), st.permutations(range(4)))
@settings(max_examples=25, deadline=None)
def test_any_split_and_order_gives_the_same(parts: list[int], order: list[int]) -> None:
    answers, rules, design = random_answers(11, N), fixed_rules(), DESIGNS["clusters"]
    whole = score_responses(answers, rules, design, group=GROUP_NAMES, domain=DOMAIN)
    shards = [shard(answers, rules, np.array(parts) == k) for k in order]
    assert_same(score_moments(shards[0] + shards[1] + shards[2] + shards[3], rules), whole)
    assert_same(score_moments(shards[0] + (shards[1] + (shards[2] + shards[3])), rules), whole)


def shard(answers: Any, rules: Rules, inside: Any) -> Moments:
    design = SampleDesign(strata=STRATA[inside], psu=CLUSTERS[inside], weights=WEIGHTS[inside])
    return moments_of(answers[inside], rules, design, group=GROUP_NAMES[inside], domain=DOMAIN[inside])


def test_a_response_is_added_and_a_withdrawal_subtracted() -> None:
    answers, rules = random_answers(12, N), some_rules()
    moments = moments_of(answers[:1], rules, SampleDesign())
    for row in range(1, N):
        moments = moments + moments_of(answers[[row]], rules, SampleDesign())
    assert_same(score_moments(moments, rules), score_responses(answers, rules, SampleDesign()))
    for row in range(40):
        moments = moments - moments_of(answers[[row]], rules, SampleDesign())
    assert_same(score_moments(moments, rules), score_responses(answers[40:], rules, SampleDesign()))


@pytest.mark.parametrize("name", ["weighted", "clusters"])
def test_moments_equal_those_of_their_document(name: str) -> None:
    answers, rules = random_answers(13, N), some_rules()
    moments = moments_of(answers, rules, DESIGNS[name], domain=DOMAIN)
    read = from_document(json.loads(json.dumps(to_document(moments))))
    assert score_moments(read, rules) == score_moments(moments, rules)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_or_no_responses(n: int) -> None:
    answers, rules = random_answers(14, n, blank_share=0), some_rules()
    expected = score_responses(answers, rules, SampleDesign())
    assert_same(score_moments(moments_of(answers, rules, SampleDesign()), rules), expected)


def test_moments_of_other_rules_are_refused() -> None:
    answers, rules = random_answers(15, 20), some_rules()
    moments = moments_of(answers, rules, SampleDesign())
    percent = some_rules(shares={answer: float(answer >= 4) for answer in range(1, 6)})
    with pytest.raises(MomentsError, match="answer map"):
        score_moments(moments, percent)
    with pytest.raises(MomentsError, match="answer map"):
        moments + moments_of(answers, percent, SampleDesign())


def test_samples_of_different_kinds_are_not_added() -> None:
    answers, rules = random_answers(16, 20), some_rules()
    clusters = moments_of(answers, rules, SampleDesign(psu=np.arange(20) % 5))
    with pytest.raises(MomentsError, match="clusters or weights"):
        clusters + moments_of(answers, rules, SampleDesign())


def test_a_design_that_needs_the_rows_is_refused() -> None:
    answers, rules = random_answers(17, 20), some_rules()
    with pytest.raises(MomentsError, match="population sizes when they are scored"):
        moments_of(answers, rules, SampleDesign(fpc=np.full(20, 100.0)))


def test_a_population_that_is_missing_or_too_small_is_refused() -> None:
    answers, rules = random_answers(18, N), some_rules()
    moments = moments_of(answers, rules, SampleDesign(strata=STRATA))
    with pytest.raises(DesignError, match="'z' has no population"):
        score_moments(moments, rules, populations={"x": 900, "y": 900})
    with pytest.raises(DesignError, match="in a population of 3"):
        score_moments(moments, rules, populations={"x": 3, "y": 900, "z": 900})


@pytest.mark.parametrize("document", [{}, [], {"rules_key": "x", "has_clusters": 0, "cells": [[1]]}, None])
def test_a_document_of_another_form_is_refused(document: Any) -> None:
    with pytest.raises(MomentsError, match="no document of moments"):
        from_document(document)
