"""Samples at the edge: nobody, one, two, everybody the same, nobody answered, groups of nobody."""

import numpy as np
import pytest

from survey.scoring.arrays import Floats, Labels
from survey.scoring.design import SampleDesign
from survey.scoring.rules import Rules
from survey.scoring.score import AnswersError, DesignError, Interval, Score, Verdict, score_responses
from tests.scoring.builders import BLANK, everybody_says, fixed_rules, random_answers, some_rules


def whole(answers: Floats, rules: Rules | None = None, group: Labels | None = None) -> Score:
    return score_responses(answers, rules or some_rules(), SampleDesign(), group=group).whole


def groups(citizens: int, businesses: int) -> Labels:
    return np.array(["citizen"] * citizens + ["business"] * businesses)


def test_a_scored_group_without_answers_is_named_and_planned_for() -> None:
    rules = fixed_rules(min_group_n_for_verdict=10)
    score = whole(everybody_says(5, 60), rules, np.repeat("citizen", 60))
    assert score.verdict is Verdict.EXCEEDS
    assert score.absent_groups == ("business",)
    assert score.forms_needed is not None
    assert score.forms_needed.is_for_absent_only
    assert score.forms_needed.by_stratum == {"citizen": 0, "business": 10}
    both = whole(random_answers(3, 60), rules, groups(40, 20))
    assert both.absent_groups == ()


def test_nobody_gives_no_score_and_the_whole_scale() -> None:
    score = whole(np.empty((0, 4)))
    assert (score.score, score.se, score.df, score.p_ge_low, score.reading) == (None,) * 5
    assert score.interval == Interval(0, 38)
    assert score.withheld_because == ("no_answers",)
    assert [section.score for section in score.sections] == [None, None]


def test_one_form_has_points_and_the_whole_scale() -> None:
    score = whole(everybody_says(4, 1))
    assert (score.score, score.se, score.df) == (28.5, None, None)
    assert score.interval == Interval(0, 38)
    assert score.interval_t is None
    assert score.verdict is Verdict.WITHHELD


@pytest.mark.parametrize("n", [2, 3, 4])
def test_two_to_four_forms_have_an_interval_and_no_verdict(n: int) -> None:
    score = whole(random_answers(1, n, 0.0))
    assert score.se is not None
    assert score.interval is not None
    assert score.verdict is Verdict.WITHHELD
    assert score.withheld_because == (f"few_respondents:{n}",)


def test_five_forms_have_a_verdict_where_no_groups_are_scored() -> None:
    assert whole(everybody_says(1, 5)).verdict is Verdict.MISSED


@pytest.mark.parametrize("answer", [1, 3, 5])
def test_everybody_the_same_has_no_spread_and_still_an_interval(answer: int) -> None:
    score = whole(everybody_says(answer, 30))
    assert score.se == 0
    assert score.df_satterthwaite is None
    assert score.interval is not None
    assert 0 <= score.interval.low <= 38 * (answer - 1) / 4 <= score.interval.high <= 38
    assert score.interval.high - score.interval.low > 1


def test_thirty_fives_are_the_printed_example() -> None:
    score = whole(everybody_says(5, 30))
    assert score.interval is not None
    assert (score.interval.low, score.interval.high) == pytest.approx((34.81, 38), abs=0.005)
    assert score.interval_logit_t is None
    assert score.verdict is Verdict.EXCEEDS


def test_everybody_the_same_with_odd_weights_has_no_spread_either() -> None:
    weights = np.random.default_rng(1).lognormal(0, 2, 30)
    score = score_responses(everybody_says(4, 30), some_rules(), SampleDesign(weights=weights)).whole
    assert score.se == 0


def test_everybody_in_the_population_leaves_nothing_to_chance() -> None:
    design = SampleDesign(fpc=np.full(20, 20.0))
    score = score_responses(random_answers(1, 20, 0.0), some_rules(), design).whole
    assert score.score is not None
    assert score.interval == Interval(score.score, score.score)
    assert score.se == 0
    assert score.p_ge_low in (0.0, 1.0)


def test_an_unanswered_criterion_makes_the_score_undefined_and_is_named() -> None:
    answers = random_answers(1, 20, 0.0)
    answers[:, 2] = BLANK
    score = whole(answers)
    assert (score.score, score.se, score.interval, score.verdict) == (None, None, None, Verdict.WITHHELD)
    assert score.withheld_because == ("unscored:attitude",)
    assert score.unscored == ("attitude",)
    assert [section.score is None for section in score.sections] == [False, True]


def test_an_unanswered_criterion_is_left_out_when_rescaled() -> None:
    answers = everybody_says(3, 20)
    answers[:, 2] = BLANK
    score = whole(answers, some_rules(when_unscored="rescale"))
    assert score.score == pytest.approx(19)
    assert score.provisional
    assert score.scored_max == 26
    assert score.sections[1].score == pytest.approx(10)
    assert score.sections[1].scored_max == 8
    assert score.withheld_because == ()


def test_nothing_answered_at_all_is_no_score_even_when_rescaled() -> None:
    score = whole(everybody_says(BLANK, 20), some_rules(when_unscored="rescale"))
    assert score.score is None
    assert not score.provisional
    assert score.withheld_because == ("no_answers",)


def test_a_respondent_who_answered_nothing_stays_in_the_design() -> None:
    answers = np.vstack([random_answers(1, 20, 0.0), [[BLANK] * 4]])
    score = whole(answers)
    assert (score.n_respondents, score.df) == (21, 20)


def test_weights_of_zero_leave_no_score() -> None:
    score = score_responses(everybody_says(4, 10), some_rules(), SampleDesign(weights=np.zeros(10))).whole
    assert (score.score, score.sum_weights) == (None, 0)


def test_a_group_nobody_belongs_to_leaves_its_weight_to_the_others() -> None:
    score = whole(everybody_says(4, 20), fixed_rules(), groups(20, 0))
    assert score.score == pytest.approx(28.5)
    assert score.withheld_because == ()


def test_a_small_group_withholds_the_verdict() -> None:
    score = whole(random_answers(1, 29, 0.0), fixed_rules(), groups(20, 9))
    assert score.score is not None
    assert score.verdict is Verdict.WITHHELD
    assert score.withheld_because == ("small_group:business:9",)


def test_groups_are_counted_under_pooled_too_when_the_rules_name_them() -> None:
    rules = some_rules(group_weights={"citizen": 0.5, "business": 0.5})
    assert whole(random_answers(1, 29, 0.0), rules, groups(20, 9)).withheld_because == (
        "small_group:business:9",
    )


def test_a_group_of_one_borrows_the_spread_of_the_others() -> None:
    answers = random_answers(1, 21, 0.0)
    score = whole(answers, fixed_rules(), groups(20, 1))
    alone = whole(answers[:20], fixed_rules(group_weights={"citizen": 1.0}), groups(20, 0))
    assert score.se is not None
    assert alone.se is not None
    assert score.se == pytest.approx(alone.se * 0.5 * 2**0.5, rel=1e-9)


def test_one_form_of_each_group_shows_no_spread() -> None:
    score = whole(random_answers(1, 2, 0.0), fixed_rules(), groups(1, 1))
    assert (score.se, score.interval) == (None, Interval(0, 38))


def test_a_criterion_counts_only_the_groups_that_are_asked_it() -> None:
    rules = fixed_rules()
    only_business = tuple(
        type(c)(c.key, c.max_points, c.section, ("business",)) if c.key == "skill" else c
        for c in rules.criteria
    )
    answers = np.vstack([everybody_says(1, 10), everybody_says(5, 10)])
    score = whole(answers, fixed_rules(criteria=only_business), groups(10, 10))
    assert [criterion.ratio for criterion in score.criteria] == [0.5, 0.5, 0.5, 1.0]
    assert score.criteria[3].n_valid == 10


def test_a_cluster_with_both_groups_keeps_one_stratum() -> None:
    design = SampleDesign(psu=np.repeat(np.arange(5), 4))
    score = score_responses(random_answers(1, 20, 0.0), fixed_rules(), design, group=groups(10, 10)).whole
    assert score.df == 4


def test_clusters_inside_groups_make_the_groups_strata() -> None:
    design = SampleDesign(psu=np.repeat(np.arange(10), 2))
    score = score_responses(random_answers(1, 20, 0.0), fixed_rules(), design, group=groups(10, 10)).whole
    assert score.df == 8


def test_a_blank_domain_belongs_to_none() -> None:
    domain = np.array(["x"] * 10 + [""] * 5 + ["y"] * 5)
    domains = score_responses(random_answers(1, 20), some_rules(), SampleDesign(), domain=domain).domains
    assert {key: score.n_respondents for key, score in domains.items()} == {"x": 10, "y": 5}


def test_a_domain_of_one_has_points_and_the_whole_scale() -> None:
    domain = np.array(["x"] * 19 + ["y"])
    score = score_responses(random_answers(1, 20, 0.0), some_rules(), SampleDesign(), domain=domain).domains[
        "y"
    ]
    assert score.score is not None
    assert score.interval == Interval(0, 38)
    assert score.df is None


def test_an_answer_off_the_scale_is_named() -> None:
    answers = everybody_says(4, 3)
    answers[1, 2] = 6
    with pytest.raises(
        AnswersError, match="respondent 2, criterion attitude: the answer 6 is not on the scale 1, 2"
    ):
        whole(answers)


def test_an_infinite_answer_is_refused() -> None:
    answers = everybody_says(4, 3)
    answers[0, 0] = np.inf
    with pytest.raises(AnswersError, match="the answer inf is not on the scale"):
        whole(answers)


def test_a_wrong_number_of_criteria_is_refused() -> None:
    with pytest.raises(AnswersError, match=r"shape \(3, 2\); give one column for each of 4 criteria"):
        whole(np.ones((3, 2)))


def test_fixed_without_groups_is_refused() -> None:
    with pytest.raises(AnswersError, match="needs the group of each respondent"):
        whole(everybody_says(4, 3), fixed_rules())


def test_a_blank_group_is_named() -> None:
    with pytest.raises(AnswersError, match="respondent 2 has no group; give one of citizen, business"):
        whole(everybody_says(4, 3), fixed_rules(), np.array(["citizen", "", "business"]))


def test_an_explicit_stratum_of_one_fails_by_default() -> None:
    with pytest.raises(DesignError, match="stratum 'b' has one sampling unit"):
        score_responses(everybody_says(4, 3), some_rules(), SampleDesign(strata=np.array(["a", "a", "b"])))


def test_a_level_that_is_a_percentage_is_refused() -> None:
    with pytest.raises(ValueError, match="confidence level is 95"):
        score_responses(everybody_says(4, 3), some_rules(), SampleDesign(), level=95)
