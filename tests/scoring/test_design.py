"""Sample designs: refused designs, and the effect of lonely units and known populations on the variance."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from survey.scoring.arrays import Floats
from survey.scoring.calibration import Calibration, Margin
from survey.scoring.design import DesignError, Layout, LonelyPsu, SampleDesign, lay_out
from survey.scoring.score import score_responses
from survey.scoring.variance import Variances, stratum_variances
from tests.scoring.builders import random_answers, some_rules

FOUR = np.array(["a", "a", "b", "b"])
LONELY = np.array(["a", "a", "a", "b"])
Z = np.array([[1.0], [2.0], [6.0], [5.0]])


def variances(design: SampleDesign) -> Variances:
    layout = lay_out(replace(design, weights=np.ones(4)), 4)
    return stratum_variances(layout, Z, np.arange(4))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"weights": np.array([1, -2, 1, 1.0])}, "respondent 2: weights is -2.0; it must be a number from 0"),
        ({"weights": np.array([1, 1, np.nan, 1])}, "respondent 3: weights is nan"),
        ({"weights": np.array([np.inf, 1, 1, 1])}, "respondent 1: weights is inf"),
        ({"weights": np.ones(3)}, r"weights has shape \(3,\) for 4 respondents"),
        ({"strata": np.array(["a", "", "b", "b"])}, "respondent 2: strata is ''; it must be a label"),
        ({"strata": np.array(["a", None, "b", "b"], dtype=object)}, "respondent 2: strata is None"),
        ({"psu": np.array([1.0, np.nan, 2, 2])}, "respondent 2: psu is nan"),
        (
            {"strata": FOUR, "fpc": np.array([9.0, 9, 8, 7])},
            "respondent 3: the population of 'b' is 8 here and 7",
        ),
        ({"fpc": np.full(4, 3.0)}, "4 sampled units in a population of 3"),
        ({"fpc": np.full(4, 0.25)}, "not a fraction"),
        ({"fpc": np.array([4.0, 4, 4, 0])}, "respondent 4: fpc is 0.0; it must be a number of units above 0"),
        ({"strata": FOUR, "psu": np.array([1, 2, 2, 3])}, "cluster '2' lies in two strata; set nest"),
        ({"strata": LONELY}, "respondent 4: stratum 'b' has one sampling unit"),
        ({"ssu": FOUR}, "without primary sampling units"),
        ({"psu": FOUR, "fpc2": np.full(4, 9.0)}, "without second-stage units"),
        ({"lonely_psu": "remove"}, "lonely_psu is 'remove'; use one of fail, adjust"),
    ],
)
def test_an_impossible_design_is_refused(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(DesignError, match=message):
        lay_out(SampleDesign(**columns), 4)


def test_an_error_knows_its_row_and_column() -> None:
    with pytest.raises(DesignError) as caught:
        lay_out(SampleDesign(weights=np.array([1, 1, -1.0])), 3)
    assert (caught.value.row, caught.value.column) == (3, "weights")


def test_labels_that_start_again_in_each_stratum_are_different_clusters_when_nested() -> None:
    layout = lay_out(SampleDesign(strata=FOUR, psu=np.array([1, 2, 1, 2]), nest=True), 4)
    assert layout.strata.n_psu.tolist() == [2, 2]


def test_without_weights_the_population_makes_them() -> None:
    layout = lay_out(SampleDesign(strata=FOUR, fpc=np.array([10.0, 10, 30, 30])), 4)
    assert (layout.weight * layout.weight_unit).tolist() == [5, 5, 15, 15]


def test_two_stages_multiply_the_chances() -> None:
    design = SampleDesign(
        psu=np.array([1, 1, 2, 2]), ssu=np.arange(4), fpc=np.full(4, 6.0), fpc2=np.array([4.0, 4, 8, 8])
    )
    layout = lay_out(design, 4)
    assert (layout.weight * layout.weight_unit).tolist() == [6, 6, 12, 12]


def test_a_fully_enumerated_stratum_adds_nothing() -> None:
    estimated = variances(SampleDesign(strata=FOUR, fpc=np.array([2.0, 2, 20, 20])))
    assert estimated.by_stratum[:, 0].tolist() == [0, pytest.approx(0.9 * 2 * 0.5)]


def test_an_endless_population_is_no_correction() -> None:
    endless = variances(SampleDesign(fpc=np.full(4, np.inf)))
    assert endless.total == variances(SampleDesign()).total


def test_a_single_unit_that_is_all_of_its_stratum_is_not_lonely() -> None:
    estimated = variances(SampleDesign(strata=LONELY, fpc=np.array([9.0, 9, 9, 1])))
    assert estimated.by_stratum[1, 0] == 0


@pytest.mark.parametrize(
    ("lonely", "added"), [("adjust", 25.0), ("certainty", 0.0), ("average", 3 * 7.0), ("fail", None)]
)
def test_a_lonely_unit_is_handled_as_the_design_says(lonely: LonelyPsu, added: float | None) -> None:
    design = SampleDesign(strata=LONELY, lonely_psu=lonely)
    if added is None:
        with pytest.raises(DesignError, match="one sampling unit"):
            variances(design)
        return
    assert variances(design).total[0] == pytest.approx(3 * 7.0 + added)


def test_a_respondent_without_weight_is_no_degree_of_freedom() -> None:
    answers = random_answers(1, 10, 0.0)
    weights = np.array([1.0] * 9 + [0.0])
    whole = score_responses(answers, some_rules(), SampleDesign(weights=weights)).whole
    assert whole.df == 8
    assert whole.n_respondents == 10
    assert whole.sum_weights == 9


def test_satterthwaite_lies_between_the_smallest_stratum_and_the_design() -> None:
    layout = lay_out(SampleDesign(strata=np.repeat(["a", "b"], [5, 20])), 25)
    estimated = stratum_variances(layout, np.random.default_rng(1).normal(size=(25, 1)), np.arange(25))
    df = estimated.satterthwaite_df(0)
    assert df is not None
    assert 4 <= df <= estimated.design_df == 23


def test_a_domain_counts_the_units_without_it_as_zero() -> None:
    layout = lay_out(SampleDesign(), 4)
    part = stratum_variances(layout, Z[:2], np.arange(2))
    padded = stratum_variances(layout, np.vstack([Z[:2], [[0.0], [0.0]]]), np.arange(4))
    assert part.total[0] == pytest.approx(padded.total[0])
    assert (part.design_df, padded.design_df) == (1, 3)


def two_stage(lonely: LonelyPsu) -> SampleDesign:
    """Two clusters of two in a population of 4; the second shows one unit of three."""
    return SampleDesign(
        psu=np.array([1, 1, 2, 2]),
        ssu=np.array([1, 2, 1, 1]),
        fpc=np.full(4, 4.0),
        fpc2=np.array([4.0, 4, 3, 3]),
        lonely_psu=lonely,
    )


@pytest.mark.parametrize(
    ("lonely", "inside"),
    [("certainty", 0.5 * 0.5), ("average", 0.5 * 0.5 * 2), ("adjust", 0.5 * (0.5 + (2 / 3) * 121))],
)
def test_a_lonely_second_stage_unit_is_handled_as_the_design_says(lonely: LonelyPsu, inside: float) -> None:
    between = 0.5 * 2 * ((3 - 7) ** 2 + (11 - 7) ** 2)
    assert variances(two_stage(lonely)).total[0] == pytest.approx(between + inside)


def test_a_lonely_second_stage_unit_is_refused_by_default() -> None:
    with pytest.raises(DesignError, match="respondent 3: a cluster has one second-stage unit"):
        variances(two_stage("fail"))


def test_an_empty_sample_has_an_empty_layout() -> None:
    layout: Layout = lay_out(SampleDesign(), 0)
    assert layout.weight.size == 0


CLUSTER = np.array([1, 1, 1, 1, 2, 2, 2, 3, 3])
Y = np.array([23, 33, 77, 25, 35, 74, 27, 37, 72.0])
OF_CLUSTER = np.array([100.0] * 4 + [50.0] * 3 + [75.0] * 2)
HEMPELMANN = SampleDesign(psu=CLUSTER, ssu=np.arange(9), fpc=np.full(9, 23.0), fpc2=OF_CLUSTER)


def se_of(influence: Floats, design: SampleDesign) -> float:
    layout = lay_out(design, 9)
    estimated = stratum_variances(layout, influence[:, None] * layout.weight_unit, np.arange(9))
    return float(estimated.total[0] ** 0.5)


def weights(design: SampleDesign) -> Floats:
    layout = lay_out(design, 9)
    return layout.weight * layout.weight_unit


def test_a_two_stage_mean_and_total_are_those_of_r() -> None:
    """R survey, printed by Hempelmann, r-help, 7 July 2006: mean 45.796 (5.5483), total 78999 (13643)."""
    w = weights(HEMPELMANN)
    mean = float(w @ Y / w.sum())
    assert mean == pytest.approx(45.796, abs=5e-4)
    assert w @ Y == pytest.approx(78999, abs=0.5)
    assert se_of((Y - mean) / w.sum(), HEMPELMANN) == pytest.approx(5.5483, abs=5e-5)
    assert se_of(Y, HEMPELMANN) == pytest.approx(13643, abs=0.5)


def test_a_total_calibrated_to_the_population_is_that_of_r() -> None:
    """The same message: calibrated to 1725 people, the total is 78999 (9570.7)."""
    everybody = Margin("all", np.full(9, "1"), {"1": 1725})
    design = replace(HEMPELMANN, calibration=Calibration("linear", (everybody,)))
    assert weights(design) @ Y == pytest.approx(78999, abs=0.5)
    assert se_of(Y, design) == pytest.approx(9570.7, abs=0.05)
