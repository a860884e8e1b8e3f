"""What R's survey package says about a sample of every kind: script, data and numbers in tests/scoring/r."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from survey.scoring.calibration import Margin

FOLDER = Path(__file__).resolve().parent / "r"
GOLDEN: dict[str, Any] = json.loads((FOLDER / "golden.json").read_text())
ROWS = list(csv.DictReader((FOLDER / "data.csv").read_text().splitlines()))
ANSWERS = np.array([[float(row[q] or "nan") for q in ("q1", "q2", "q3", "q4")] for row in ROWS])
DOMAIN = np.array([row["domain"] for row in ROWS])


def labels(name: str) -> Any:
    return np.array([row[name] for row in ROWS])


def numbers(name: str) -> Any:
    return np.array([float(row[name]) for row in ROWS])


STRATA, CLUSTERS, WEIGHTS = labels("stratum"), labels("cluster"), numbers("weight")
LONELY = np.where(STRATA == "z", "99", CLUSTERS)
BY_STRATUM = Margin("stratum", STRATA, {"x": 90, "y": 50, "z": 30})
BY_DOMAIN = Margin("domain", DOMAIN, {"p": 70, "r": 60, "s": 40})
