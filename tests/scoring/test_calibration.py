"""Calibrated weights meet the known totals, and the variance uses their residuals."""

from dataclasses import replace

import numpy as np
import pytest

from survey.scoring.arrays import Floats
from survey.scoring.calibration import Calibration, Margin, calibrate
from survey.scoring.design import DesignError, SampleDesign
from survey.scoring.score import score_responses
from tests.scoring.builders import random_answers, some_rules

SEX = np.array(["f", "m"] * 20)
AREA = np.array(["town"] * 25 + ["zone"] * 15)
BASE = np.random.default_rng(1).uniform(5, 15, 40)
MARGINS = (Margin("sex", SEX, {"f": 300, "m": 200}), Margin("area", AREA, {"town": 240, "zone": 260}))


def totals(weight: Floats) -> list[float]:
    return [
        float(weight[labels == key].sum())
        for labels, key in ((SEX, "f"), (SEX, "m"), (AREA, "town"), (AREA, "zone"))
    ]


@pytest.mark.parametrize(
    "calibration",
    [
        Calibration("rake", MARGINS),
        Calibration("linear", MARGINS),
        Calibration("linear", MARGINS, (0.5, 2.0)),
    ],
)
def test_calibrated_weights_meet_every_total(calibration: Calibration) -> None:
    assert totals(calibrate(calibration, BASE).weight) == pytest.approx([300, 200, 240, 260], rel=1e-9)


def test_raking_one_margin_is_post_stratification() -> None:
    raked = calibrate(Calibration("rake", MARGINS[:1]), BASE).weight
    assert raked == pytest.approx(calibrate(Calibration("poststratify", MARGINS[:1]), BASE).weight)


def test_a_linear_fit_to_one_margin_is_post_stratification() -> None:
    linear = calibrate(Calibration("linear", MARGINS[:1]), BASE).weight
    assert linear == pytest.approx(calibrate(Calibration("poststratify", MARGINS[:1]), BASE).weight)


def test_bounds_hold() -> None:
    free = calibrate(Calibration("linear", MARGINS), BASE).weight / BASE
    bounds = (0.1, float(free.max()) * 0.99)
    factors = calibrate(Calibration("linear", MARGINS, bounds), BASE).weight / BASE
    assert bounds[0] - 1e-12 <= factors.min()
    assert factors.max() <= bounds[1] + 1e-12


def test_a_value_explained_by_the_totals_has_no_variance() -> None:
    fit = calibrate(Calibration("rake", MARGINS), BASE)
    explained = (3.0 * (SEX == "f") - 2.0 * (AREA == "town") + 1.0)[:, None]
    assert np.abs(fit.residual(explained)).max() < 1e-12


def test_totals_equal_to_the_sample_keep_the_score_and_nearly_its_error() -> None:
    answers, design = random_answers(1, 40), SampleDesign(weights=BASE)
    same = {key: float(BASE[key == SEX].sum()) for key in ("f", "m")}
    calibrated = replace(design, calibration=Calibration("poststratify", (Margin("sex", SEX, same),)))
    before = score_responses(answers, some_rules(), design).whole
    after = score_responses(answers, some_rules(), calibrated).whole
    assert after.score == pytest.approx(before.score, abs=1e-9)
    assert after.se == pytest.approx(before.se, rel=0.1)


def test_the_population_counts_in_the_sum_of_weights() -> None:
    design = SampleDesign(calibration=Calibration("rake", MARGINS))
    assert score_responses(random_answers(1, 40), some_rules(), design).whole.sum_weights == pytest.approx(
        500
    )


def test_no_respondents_have_nothing_to_calibrate() -> None:
    empty = np.array([], dtype=np.str_)
    design = SampleDesign(calibration=Calibration("poststratify", (Margin("sex", empty, {"f": 1}),)))
    assert score_responses(np.empty((0, 4)), some_rules(), design).whole.score is None


@pytest.mark.parametrize(
    ("calibration", "message"),
    [
        (Calibration("poststratify", MARGINS), "several for post-stratification"),
        (Calibration("rake", ()), "names no margin"),
        (
            Calibration("rake", (Margin("sex", SEX, {"f": 300}),)),
            "respondent 2: sex is 'm', which has no population",
        ),
        (
            Calibration("rake", (Margin("sex", SEX, {"f": 300, "m": 200, "x": 9}),)),
            "nobody with weight has sex 'x', but its population is 9",
        ),
        (
            Calibration("rake", (MARGINS[0], Margin("area", AREA, {"town": 240, "zone": 250}))),
            "area sum to 490, those of sex to 500",
        ),
        (Calibration("rake", (Margin("sex", SEX, {"f": -1, "m": 2}),)), "must be finite and not negative"),
        (Calibration("linear", MARGINS, (1.1, 2.0)), "must lie on both sides of 1"),
        (Calibration("linear", MARGINS, (0.99, 1.01)), "widen the bounds"),
        (Calibration("rake", (Margin("sex", SEX[:3], {"f": 1, "m": 1}),)), "3 labels for 40 respondents"),
    ],
)
def test_an_impossible_calibration_is_refused(calibration: Calibration, message: str) -> None:
    with pytest.raises(DesignError, match=message):
        calibrate(calibration, BASE)


def test_margins_that_contradict_the_sample_do_not_settle() -> None:
    mixed = np.array(["p", "q"] * 20)  # the same split as sex, but with other totals
    margins = (MARGINS[0], Margin("mixed", mixed, {"p": 200, "q": 300}))
    with pytest.raises(DesignError, match="raking does not settle"):
        calibrate(Calibration("rake", margins), BASE)
