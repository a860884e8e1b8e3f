"""Small surveys for the tests of scoring, the reference cases, and a slow plain version of the estimator."""

import csv
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from survey.scoring.arrays import Floats, Labels
from survey.scoring.calibration import Calibration, Margin
from survey.scoring.design import SampleDesign
from survey.scoring.rules import Rules, ScoredCriterion, Target
from tests.cases import CASES

LINEAR = {answer: (answer - 1) / 4 for answer in range(1, 6)}
BLANK = float("nan")
REFERENCE_CASES = sorted(folder.name for folder in (CASES / "scoring").iterdir())

TWO_QUESTIONS = {
    "scale": [1, 5],
    "na": "blank",
    "total_points": 38,
    "criteria": [
        {"id": "q1", "max_points": 20, "section": "access"},
        {"id": "q2", "max_points": 18, "section": "staff"},
    ],
}  # as `flask survey score` reads them


def some_rules(**changes: Any) -> Rules:
    """Four criteria in two sections, 38 points in all: 10 + 8 and 12 + 8."""
    fields: dict[str, Any] = {
        "total_points": 38.0,
        "criteria": (
            ScoredCriterion("info", 10, "access"),
            ScoredCriterion("place", 8, "access"),
            ScoredCriterion("attitude", 12, "staff"),
            ScoredCriterion("skill", 8, "staff"),
        ),
        "shares": LINEAR,
        "target": Target(28, 30),
    }
    return Rules(**(fields | changes))


def fixed_rules(**changes: Any) -> Rules:
    """The same criteria; citizens and businesses count half each, and every cell counts."""
    fields = {"group_rule": "fixed", "group_weights": {"citizen": 0.5, "business": 0.5}}
    return some_rules(**(fields | changes))


def everybody_says(answer: float, n: int) -> Floats:
    """The same answer of n respondents to all four criteria."""
    return np.full((n, 4), float(answer))


def random_answers(seed: int, n: int, blank_share: float = 0.2) -> Floats:
    """Scale answers of n respondents who differ, some left blank."""
    rng = np.random.default_rng(seed)
    mood = rng.normal(3.6, 0.8, size=(n, 1))
    answers = np.clip(np.rint(mood + rng.normal(0, 0.8, size=(n, 4))), 1, 5)
    answers[rng.random(answers.shape) < blank_share] = BLANK
    return answers


@dataclass(frozen=True)
class ReferenceCase:
    """One reference case, read without the product's own reader."""

    answers: Floats
    rules: Rules
    design: SampleDesign
    domain: Labels
    expected: dict[str, Any]


def reference_case(name: str) -> ReferenceCase:
    """The reference case of this name."""
    folder = CASES / "scoring" / name
    instrument = json.loads((folder / "instrument.json").read_text())
    design = json.loads((folder / "design.json").read_text())
    rows = list(csv.DictReader((folder / "data.csv").read_text().splitlines()))

    def column(key: str) -> Labels | None:
        return np.array([row[design[key]] for row in rows]) if design[key] else None

    def numbers(key: str) -> Floats | None:
        return np.array([float(row[design[key]]) for row in rows]) if design[key] else None

    criteria = tuple(ScoredCriterion(c["id"], c["max_points"], c["section"]) for c in instrument["criteria"])
    sample = SampleDesign(
        strata=column("strata"),
        psu=column("ids"),
        weights=numbers("weights"),
        fpc=numbers("fpc"),
        nest=design["nest"],
        lonely_psu=design["lonely_psu"],
        calibration=_calibration(design["calibration"], rows),
    )
    return ReferenceCase(
        np.array([[float(row[c.key] or "nan") for c in criteria] for row in rows]),
        Rules(instrument["total_points"], criteria, LINEAR, Target(28, 30)),
        sample,
        np.array([row[design["domain"]] for row in rows]),
        json.loads((folder / "expected.json").read_text()),
    )


def _calibration(stated: dict[str, Any] | None, rows: list[dict[str, str]]) -> Calibration | None:
    if stated is None:
        return None
    name = stated["variable"]
    return Calibration(
        "poststratify", (Margin(name, np.array([row[name] for row in rows]), stated["population"]),)
    )
