"""The example of docs/statistics.md#worked-example: rule `fixed`, ten citizens, ten businesses, no FPC."""

import csv

import numpy as np
import pytest

from survey.scoring.arrays import Floats, Labels
from survey.scoring.design import SampleDesign
from survey.scoring.rules import Rules, ScoredCriterion, Target
from survey.scoring.score import BandPosition, Score, Verdict, score_responses
from tests.cases import CASES
from tests.scoring.builders import LINEAR

BOTH, BUSINESS = ("citizen", "business"), ("business",)
CRITERIA = (
    ScoredCriterion("acc_info", 2, "access", BOTH),
    ScoredCriterion("acc_place", 2, "access", BOTH),
    ScoredCriterion("acc_online", 2, "access", BOTH),
    ScoredCriterion("proc_public", 2, "procedure", BOTH),
    ScoredCriterion("proc_simple", 2, "procedure", BOTH),
    ScoredCriterion("proc_fee", 2, "procedure", BOTH),
    ScoredCriterion("proc_deadline", 2, "procedure", BOTH),
    ScoredCriterion("off_attitude", 2, "official", BOTH),
    ScoredCriterion("off_guidance", 2, "official", BOTH),
    ScoredCriterion("off_competence", 2, "official", BOTH),
    ScoredCriterion("off_integrity", 2, "official", BOTH),
    ScoredCriterion("res_ontime", 3, "result", BOTH),
    ScoredCriterion("res_quality", 3, "result", BOTH),
    ScoredCriterion("fb_channel", 2, "feedback", BOTH),
    ScoredCriterion("fb_response", 2, "feedback", BOTH),
    ScoredCriterion("imp_ez_procedure", 2, "impact", BUSINESS),
    ScoredCriterion("imp_ez_coordination", 1.5, "impact", BUSINESS),
    ScoredCriterion("imp_ez_support", 1.5, "impact", BUSINESS),
    ScoredCriterion("imp_progress", 1, "impact", BOTH),
)
RULES = Rules(
    total_points=38,
    criteria=CRITERIA,
    shares=LINEAR,
    target=Target(28, 30),
    group_rule="fixed",
    group_weights={"citizen": 0.5, "business": 0.5},
    when_unscored="rescale",
    min_valid_per_cell=5,
)


def read_example() -> tuple[Floats, Labels]:
    rows = list(csv.DictReader((CASES / "worked_example.csv").read_text().splitlines()))
    answers = np.array([[float(row[c.key] or "nan") for c in CRITERIA] for row in rows])
    return answers, np.array([row["group"] for row in rows])


@pytest.fixture(scope="module")
def example() -> Score:
    answers, group = read_example()
    return score_responses(answers, RULES, SampleDesign(), group=group).whole


def points(example: Score, key: str) -> float | None:
    return next(criterion.points for criterion in example.criteria if criterion.key == key)


def test_the_score_and_its_error_are_as_printed(example: Score) -> None:
    assert example.score == pytest.approx(28.228048, abs=1e-6)
    assert example.se == pytest.approx(1.790587, abs=1e-6)
    assert example.df_satterthwaite == pytest.approx(16.264562, abs=1e-6)
    assert example.df == 18


def test_the_raw_points_are_26_742361_of_36(example: Score) -> None:
    raw = sum(criterion.points or 0 for criterion in example.criteria)
    assert raw == pytest.approx(26.742361, abs=1e-6)
    assert example.scored_max == 36


def test_the_t_interval_uses_satterthwaite(example: Score) -> None:
    assert example.interval_t is not None
    assert example.interval_t.low == pytest.approx(24.437184, abs=1e-6)
    assert example.interval_t.high == pytest.approx(32.018911, abs=1e-6)


def test_it_is_provisional_within_the_band_and_inconclusive(example: Score) -> None:
    assert example.provisional
    assert example.reading is BandPosition.WITHIN
    assert example.verdict is Verdict.INCONCLUSIVE
    assert example.withheld_because == ()


def test_a_criterion_with_two_answers_a_group_is_not_scored(example: Score) -> None:
    assert points(example, "fb_response") is None
    assert example.unscored == ("fb_response",)


def test_a_cell_with_four_answers_leaves_its_weight_to_the_other_group(example: Score) -> None:
    assert points(example, "acc_online") == pytest.approx(1.50, abs=1e-12)


def test_both_cells_share_the_fee_question(example: Score) -> None:
    assert points(example, "proc_fee") == pytest.approx(2 * (0.80556 + 0.72222) / 2, abs=1e-4)
    assert points(example, "proc_fee") == pytest.approx(1.5278, abs=5e-5)


def test_more_forms_cannot_decide_a_score_so_near_the_edge(example: Score) -> None:
    assert example.forms_needed is not None
    assert not example.forms_needed.can_decide
    assert example.forms_needed.half_width == 1
    assert sum(example.forms_needed.by_stratum.values()) == example.forms_needed.more


def test_the_percent_map_gives_27_79() -> None:
    answers, group = read_example()
    rules = Rules(**{**vars(RULES), "shares": {1: 0.0, 2: 0.0, 3: 0.0, 4: 1.0, 5: 1.0}})
    whole = score_responses(answers, rules, SampleDesign(), group=group).whole
    assert whole.score == pytest.approx(27.79, abs=0.005)


def test_a_group_that_earns_no_points_changes_nothing(example: Score) -> None:
    answers, group = read_example()
    answers = np.vstack([answers, np.ones((3, answers.shape[1]))])
    group = np.concatenate([group, ["unit_head"] * 3])
    whole = score_responses(answers, RULES, SampleDesign(), group=group).whole
    assert whole == example


def test_the_order_of_group_weights_changes_nothing(example: Score) -> None:
    answers, group = read_example()
    rules = Rules(**{**vars(RULES), "group_weights": {"business": 3.0, "citizen": 3.0}})
    whole = score_responses(answers, rules, SampleDesign(), group=group).whole
    assert whole.score == pytest.approx(example.score, abs=1e-12)
    assert whole.se == pytest.approx(example.se, abs=1e-12)
