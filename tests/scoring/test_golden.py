"""Results of R's survey package for samples of every kind, with scripts and numbers in tests/scoring/r."""

from typing import Any

import pytest

from survey.scoring.calibration import Calibration
from survey.scoring.design import SampleDesign
from survey.scoring.difference import differences_between
from survey.scoring.multiplicity import benjamini_hochberg, holm
from survey.scoring.score import sample_of, score_responses
from tests.scoring.builders import some_rules
from tests.scoring.golden import (
    ANSWERS,
    BY_DOMAIN,
    BY_STRATUM,
    CLUSTERS,
    DOMAIN,
    GOLDEN,
    LONELY,
    STRATA,
    WEIGHTS,
    labels,
    numbers,
)

RULES = some_rules()
DESIGNS = {
    "simple": SampleDesign(),
    "weighted": SampleDesign(strata=STRATA, weights=WEIGHTS),
    "fpc": SampleDesign(strata=STRATA, fpc=numbers("people")),
    "clusters": SampleDesign(strata=STRATA, psu=CLUSTERS, weights=WEIGHTS),
    "clusters_fpc": SampleDesign(strata=STRATA, psu=CLUSTERS, weights=WEIGHTS, fpc=numbers("clusters")),
    "two_stage": SampleDesign(
        strata=STRATA, psu=CLUSTERS, ssu=labels("id"), fpc=numbers("clusters"), fpc2=numbers("members")
    ),
    "raked": SampleDesign(
        strata=STRATA, weights=WEIGHTS, calibration=Calibration("rake", (BY_STRATUM, BY_DOMAIN))
    ),
    "post_stratified_clusters": SampleDesign(
        strata=STRATA, psu=CLUSTERS, weights=WEIGHTS, calibration=Calibration("poststratify", (BY_DOMAIN,))
    ),
    "linear": SampleDesign(
        strata=STRATA, weights=WEIGHTS, calibration=Calibration("linear", (BY_STRATUM, BY_DOMAIN))
    ),
    "bounded": SampleDesign(
        strata=STRATA,
        weights=WEIGHTS,
        calibration=Calibration("linear", (BY_STRATUM, BY_DOMAIN), bounds=(0.8, 1.43)),
    ),
    "adjust": SampleDesign(strata=STRATA, psu=LONELY, weights=WEIGHTS, lonely_psu="adjust"),
    "average": SampleDesign(strata=STRATA, psu=LONELY, weights=WEIGHTS, lonely_psu="average"),
    "certainty": SampleDesign(strata=STRATA, psu=LONELY, weights=WEIGHTS, lonely_psu="certainty"),
}


# R's rake() has a linearisation of its own; test_raking.py has that of calibrate(calfun = "raking").
@pytest.mark.parametrize("name", [name for name in DESIGNS if name != "raked"])
def test_score_domain_difference_and_design_effect_are_those_of_r(name: str) -> None:
    golden, design = GOLDEN[name], DESIGNS[name]
    close: dict[str, Any] = {"abs": 1e-9}
    scored = score_responses(ANSWERS, RULES, design, domain=DOMAIN)
    part = scored.domains["p"]
    (difference,) = differences_between(sample_of(ANSWERS, RULES, design, None), DOMAIN, [("p", "r")])
    assert difference is not None
    assert scored.whole.score == pytest.approx(golden["score"], **close)
    assert scored.whole.se == pytest.approx(golden["se"], **close)
    assert part.score == pytest.approx(golden["score_p"], **close)
    assert part.se == pytest.approx(golden["se_p"], **close)
    assert difference.estimate == pytest.approx(golden["difference"], **close)
    assert difference.se == pytest.approx(golden["se_difference"], **close)
    assert scored.whole.criteria[0].design_effect == pytest.approx(golden["deff_q1"], **close)


def test_raked_scores_are_those_of_r() -> None:
    golden = GOLDEN["raked"]
    scored = score_responses(ANSWERS, RULES, DESIGNS["raked"], domain=DOMAIN)
    assert scored.whole.score == pytest.approx(golden["score"], rel=1e-6)
    assert scored.domains["p"].score == pytest.approx(golden["score_p"], rel=1e-6)


def test_adjusted_p_values_are_those_of_r() -> None:
    p = (0.001, 0.2, 0.013, 0.013, 0.04, 0.8)
    assert holm(p) == pytest.approx(GOLDEN["holm"], abs=1e-12)
    assert benjamini_hochberg(p) == pytest.approx(GOLDEN["benjamini_hochberg"], abs=1e-12)
