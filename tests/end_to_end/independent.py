"""The score of a campaign worked out from the database's rows and the questionnaire's file alone.

It shares no line with the product: plain SQL, plain loops, scipy for the quantiles (docs/statistics.md, rule
`fixed`, groups as strata, no population).
"""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from scipy import stats

LIBRARY = Path(__file__).resolve().parents[2] / "survey" / "instrument" / "library"


@dataclass(frozen=True)
class Figures:
    n: int
    score: float
    se: float
    df: float
    low: float
    high: float
    sections: dict[str, float]


def figures(database: Path, campaign: str) -> Figures:
    """The figures of a campaign of the shipped questionnaire."""
    questionnaire = yaml.safe_load((LIBRARY / "dungquat_38.yaml").read_text(encoding="utf-8"))
    rules = questionnaire["instrument"]
    forms = _forms(database, campaign, rules["min_valid_items"], questionnaire)
    weights = {key: group["weight"] for key, group in questionnaire["groups"].items() if group["scored"]}
    forms = [form for form in forms if form["respondent_group"] in weights]
    points, allotted, linear = 0.0, 0.0, [0.0] * len(forms)
    sections: dict[str, float] = {}
    for section in questionnaire["factors"]:
        for criterion in section["criteria"]:
            earned, parts = _criterion(forms, criterion["key"], weights, rules["min_valid_per_cell"])
            if earned is None:
                continue
            max_points = criterion["max_points"]
            points, allotted = points + max_points * earned, allotted + max_points
            sections[section["key"]] = sections.get(section["key"], 0.0) + max_points * earned
            linear = [so_far + max_points * part for so_far, part in zip(linear, parts, strict=True)]
    total = rules["total_points"]
    scale = total / allotted
    variance, df = _variance([scale * z for z in linear], [form["respondent_group"] for form in forms])
    low, high = _tilted_beta(scale * points, variance, df, len(forms), total)
    return Figures(len(forms), scale * points, variance**0.5, df, low, high, sections)


def _forms(database: Path, campaign: str, minimum: int, questionnaire: Any) -> list[dict[str, Any]]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT answers FROM response JOIN campaign ON campaign.id = response.campaign_id"
            " WHERE campaign.key = ? AND answers IS NOT NULL",
            (campaign,),
        ).fetchall()
    connection.close()
    rated = {c["key"] for section in questionnaire["factors"] for c in section["criteria"]}
    rated |= {c["key"] for c in questionnaire["unscored_criteria"]}
    forms = [json.loads(answers) for (answers,) in rows]
    return [f for f in forms if sum(isinstance(f.get(k), int) or f.get(k) == "na" for k in rated) >= minimum]


def _criterion(
    forms: list[dict[str, Any]], key: str, weights: dict[str, float], minimum: int
) -> tuple[float | None, list[float]]:
    """The share earned, and each form's term of its linearisation."""
    cells = {
        group: [
            i for i, f in enumerate(forms) if f["respondent_group"] == group and isinstance(f.get(key), int)
        ]
        for group in weights
    }
    counted = {group: cell for group, cell in cells.items() if len(cell) >= minimum}
    mass = sum(weights[group] for group in counted)
    earned, parts = 0.0, [0.0] * len(forms)
    for group, cell in counted.items():
        share = weights[group] / mass
        x = {i: (forms[i][key] - 1) / 4 for i in cell}
        mean = sum(x.values()) / len(cell)
        earned += share * mean
        for i in cell:
            parts[i] = share * (x[i] - mean) / len(cell)
    return (earned if counted else None), parts


def _variance(z: list[float], strata: list[str]) -> tuple[float, float]:
    variance, terms = 0.0, 0.0
    for stratum in set(strata):
        members = [value for value, s in zip(z, strata, strict=True) if s == stratum]
        n, mean = len(members), sum(members) / len(members)
        part = n / (n - 1) * sum((value - mean) ** 2 for value in members)
        variance, terms = variance + part, terms + part**2 / (n - 1)
    return variance, variance**2 / terms


def _tilted_beta(score: float, variance: float, df: float, n: int, total: float) -> tuple[float, float]:
    p, s2 = score / total, variance / total**2 * (n - 1)
    k = (stats.t.ppf(0.975, df) / stats.norm.ppf(0.975)) ** 2
    limits = []
    for c0, c1, level in ((0.5, 0.125, 0.025), (0.125, 0.5, 0.975)):
        size = n + c0 + c1
        mu = (n * p + c1) / size
        g = (n * (s2 + p**2) + c1) / size - mu**2
        v = min(k * g / (size + 1), 0.99 * mu * (1 - mu))
        a = mu * (1 - mu) / v - 1
        limits.append(total * float(stats.beta.ppf(level, mu * a, (1 - mu) * a)))
    return limits[0], limits[1]
