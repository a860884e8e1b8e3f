"""A campaign is compared with those before it that are like it; interval and word of a difference agree."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from survey.fieldwork.campaigns import NewCampaign, open_campaign
from survey.fieldwork.demo import unit_called
from survey.instrument.codec import digest
from survey.reports import analysis_tables, wording
from survey.results.analysis import BENJAMINI_HOCHBERG, HOLM, Adjustment, compare
from survey.results.trend import NotCompared, Trend, TrendCampaign, steps_of, trend_of
from survey.scoring.borders import is_above, is_below
from survey.scoring.design import SampleDesign
from survey.scoring.difference import Difference, difference_of
from survey.scoring.interval import Interval
from survey.scoring.multiplicity import benjamini_hochberg, fcr_levels, holm, holm_levels
from survey.scoring.results import Score
from survey.scoring.score import score_responses
from survey.store import fieldwork
from survey.web.context import start_of_today, today
from survey.web.locale import text_of
from tests.builders import BUSINESS, NOW, QUESTIONNAIRE, database_of, send_forms
from tests.conftest import sign_in_as
from tests.reports.builders import normal
from tests.scoring.builders import BLANK, random_answers, some_rules

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def _score(seed: int, n: int = 60) -> Score:
    return score_responses(random_answers(seed, n), some_rules(), SampleDesign()).whole


def test_a_trend_begins_without_a_difference_and_adjusts_the_rest() -> None:
    first, second = _score(1), _score(2)
    steps = steps_of([TrendCampaign(k, k, s) for k, s in (("a", first), ("b", second), ("c", first))])
    assert steps[0].change is None
    changes = [step.change for step in steps[1:] if step.change]
    one, two = (change.difference for change in changes)
    assert one
    assert two
    assert one.estimate == pytest.approx(-two.estimate)
    assert one.p_value is not None
    assert changes[0].p_adjusted == pytest.approx(min(1, 2 * one.p_value)), "Holm, of two"


def _differences(p_values: Sequence[float]) -> list[Difference]:
    """Differences with 40 degrees of freedom and these two-sided p-values."""
    from scipy.special import stdtrit

    estimates = [float(-stdtrit(40, max(p, 1e-12) / 2)) for p in p_values]
    return [
        Difference(e, 1.0, 40.0, Interval(e - 2, e + 2), max(p, 1e-12))
        for e, p in zip(estimates, p_values, strict=True)
    ]


@pytest.mark.parametrize(
    ("adjustment", "adjusted"), [(HOLM, holm), (BENJAMINI_HOCHBERG, benjamini_hochberg)], ids=["holm", "bh"]
)
@settings(max_examples=60, deadline=None)
@given(p_values=P_VALUES)
def test_an_interval_leaves_out_0_where_the_word_says_so_and_nowhere_else(
    adjustment: Adjustment, adjusted: object, p_values: list[float]
) -> None:
    score = normal().score
    compared = compare(_differences(p_values), [(score, score)] * len(p_values), adjustment)
    for comparison in compared:
        assert comparison.difference
        assert comparison.difference.interval
        interval = comparison.difference.interval
        leaves_out_0 = is_above(interval.low, 0.0) or is_below(interval.high, 0.0)
        assert comparison.is_significant == leaves_out_0
        assert comparison.p_adjusted is not None
        if abs(comparison.p_adjusted - 0.05) > 1e-9:
            assert comparison.is_significant == (comparison.p_adjusted <= 0.05)


@given(P_VALUES)
def test_the_levels_are_those_at_which_the_procedures_decide(p_values: list[float]) -> None:
    for levels, adjusted in ((holm_levels, holm), (fcr_levels, benjamini_hochberg)):
        is_found = [p <= level for p, level in zip(p_values, levels(p_values, 0.05), strict=True)]
        close = [abs(p - 0.05) < 1e-9 for p in adjusted(p_values)]
        expected = [p <= 0.05 for p in adjusted(p_values)]
        assert all(a == b or c for a, b, c in zip(is_found, expected, close, strict=True))


def test_levels_of_a_known_example() -> None:
    p_values = (0.001, 0.02, 0.03, 0.6)
    assert holm_levels(p_values, 0.05) == pytest.approx((0.0125, 0.05 / 3, 0.05 / 3, 0.05 / 3))
    assert fcr_levels(p_values, 0.05) == pytest.approx((0.0375,) * 4), "three of four are found"
    assert fcr_levels((0.5, 0.9), 0.05) == pytest.approx((0.025, 0.025))
    assert holm_levels((), 0.05) == fcr_levels((), 0.05) == ()


def test_a_difference_of_scores_from_other_criteria_is_marked() -> None:
    answers = random_answers(4, 60)
    partly = answers.copy()
    partly[:, 0] = BLANK
    rules = some_rules(when_unscored="rescale")
    one, two = (score_responses(a, rules, SampleDesign()).whole for a in (answers, partly))
    steps = steps_of([TrendCampaign("a", "A", one), TrendCampaign("b", "B", two)])
    assert steps[1].change
    assert not steps[1].change.same_criteria
    assert "not of the same criteria" in wording.change_sentence(steps[1], "en")
    table = analysis_tables.trend(steps, normal(), "en")
    column = [c.key for c in table.columns].index("differs")
    assert str(table.rows[1][column]).endswith(" *")
    assert any("not of the same criteria" in note for note in table.notes)


def test_no_difference_is_not_the_word_for_withheld() -> None:
    score = _score(1)
    equal = difference_of(score, replace(score))
    (comparison,) = compare([equal], [(score, score)], BENJAMINI_HOCHBERG)
    assert comparison.is_significant is False
    assert analysis_tables._significance(comparison, "en") == "not significant"
    assert analysis_tables._significance(comparison, "vi") == "không có ý nghĩa thống kê"


def _campaign(app: Flask, key: str, days_ago: int, *, unit: str = "", is_demo: bool = False) -> str:
    """A campaign of two weeks, and the code of its one desk."""
    with app.app_context():
        opens_on = today() - timedelta(days=days_ago)
    desk = text_of(f"Quầy {unit or key}")
    days = (opens_on, opens_on + timedelta(days=14 + days_ago))
    new = NewCampaign(key, digest(QUESTIONNAIRE), *days, (desk,), is_demo=is_demo, key=key)

    def create(session: Session) -> str:
        row = open_campaign(session, new, now=NOW)
        (at_desk,) = fieldwork.collectors_of(session, row.id)
        if unit:
            at_desk.collector.unit_id = unit_called(session, unit).id
        return at_desk.collector.code

    return database_of(app).write(create)


def _fill(app: Flask, code: str, rating: str) -> None:
    send_forms(app, code, 6, rating)
    send_forms(app, code, 6, rating, **BUSINESS, acc_info="3")


def _trend(app: Flask, key: str) -> Trend:
    with app.app_context():
        day = start_of_today()
    return database_of(app).read(lambda s: trend_of(s, fieldwork.campaign_by_key(s, key), computed_at=day))


def test_the_headline_is_about_the_campaign_of_the_page(app: Flask) -> None:
    for key, days_ago, rating in (("first", 90, "3"), ("second", 60, "4"), ("third", 30, "5")):
        _fill(app, _campaign(app, key, days_ago), rating)
    trend = _trend(app, "second")
    assert [step.campaign.key for step in trend.steps] == ["first", "second", "third"]
    assert trend.current.campaign.key == "second"
    assert trend.current.before is not None
    assert trend.current.before.key == "first"
    office = sign_in_as(app, "admin")
    page = office.get("/office/campaigns/second/trend?lang=en").text
    assert "points since “first”" in page
    assert "points since “second”" not in page
    assert "No earlier campaign can be compared" in office.get("/office/campaigns/first/trend?lang=en").text


def test_demonstrations_empty_campaigns_and_those_of_other_units_are_not_the_one_before(app: Flask) -> None:
    _fill(app, _campaign(app, "real", 90, unit="A"), "3")
    _fill(app, _campaign(app, "demo", 80, unit="A", is_demo=True), "5")
    _fill(app, _campaign(app, "other", 70, unit="B"), "5")
    _campaign(app, "empty", 60, unit="A")
    _fill(app, _campaign(app, "now", 30, unit="A"), "4")
    trend = _trend(app, "now")
    assert [step.campaign.key for step in trend.steps] == ["real", "now"]
    assert dict(trend.skipped) == {
        NotCompared.DEMONSTRATION: ("demo",),
        NotCompared.OTHER_UNITS: ("other",),
        NotCompared.NO_SCORE: ("empty",),
    }
    page = sign_in_as(app, "admin").get("/office/campaigns/now/trend?lang=en").text
    assert "points since “real”" in page
    assert "because they are of other units: “other”" in page


def test_a_campaign_without_forms_has_a_trend_of_its_own(app: Flask) -> None:
    _fill(app, _campaign(app, "before", 90), "3")
    _campaign(app, "nothing", 30)
    assert _trend(app, "nothing").current.campaign.key == "nothing"
    page = sign_in_as(app, "admin").get("/office/campaigns/nothing/trend?lang=en").text
    assert "not defined, so no change can be told" in page


def test_two_lonely_constant_samples_are_not_called_equal() -> None:
    score = score_responses(np.full((9, 4), 5.0), some_rules(), SampleDesign()).whole
    worse = score_responses(np.full((9, 4), 4.0), some_rules(), SampleDesign()).whole
    (comparison,) = compare([difference_of(score, worse)], [(score, worse)], HOLM)
    assert comparison.is_significant is None
