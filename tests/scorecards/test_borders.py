"""Numbers on a scorecard beside the floor, the target and the maximum."""

from dataclasses import replace

from flask import Flask

from survey.scorecards import tables, wording
from survey.scoring.interval import Interval
from tests.scorecards.builders import QUARTER, results_of


def test_points_just_under_the_maximum_of_a_component_are_not_printed_as_the_maximum(demo_app: Flask) -> None:
    results = results_of(demo_app, QUARTER)
    first, *others = results.scored.components
    near = replace(first, points=first.max_scored - 0.0035)
    card = replace(results.scored, components=(near, *others))
    columns, blocks = tables.components(replace(results, scored=card), "en").laid_out("en")
    row = dict(zip((column.key for column in columns), blocks[0].rows[0], strict=True))
    assert row["points"] == f"{first.max_scored - 0.0035 + 1e-9:.3f}"


def test_a_limit_of_the_survey_beside_its_target_is_not_printed_as_the_target(demo_app: Flask) -> None:
    results = results_of(demo_app, QUARTER)
    line = next(s.line for s in results.standings.values() if s.line.rule.kind == "from_survey")
    assert line.target == 28
    assert wording.limits(Interval(27.9965, 30), line, "en") == "27.997 – 30.00"


def test_a_distance_and_a_margin_are_not_printed_as_0_beside_the_border(demo_app: Flask) -> None:
    results = results_of(demo_app, QUARTER)
    scored = next(i for i in results.scored.indicators if i.margin is not None)
    standing = results.standings[scored.key]
    assert wording.risk(standing, replace(scored, margin=0.0035), "en").startswith("0.004 percentage points")
    assert wording.risk(standing, replace(scored, margin=0.0), "en").startswith("0.00 percentage points")
