"""A criterion that few rated shows nobody's answer: on no page, in no file, by no subtraction, at no look."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.results.few_ratings import score_without
from survey.results.releasing import sections_of
from survey.scoring.results import Score
from survey.store.fieldwork import Campaign
from tests.builders import BUSINESS, QUESTIONNAIRE, database_of, results_of, send_forms
from tests.conftest import sign_in_as

RESPONSE = "fb_response"  # asked of those who gave feedback
OF_BUSINESSES = ("imp_ez_procedure", "imp_ez_coordination", "imp_ez_support")


@pytest.fixture
def viewer(app: Flask) -> FlaskClient:
    return sign_in_as(app, "viewer")


def load_summary(viewer: FlaskClient, key: str) -> dict[str, list[dict[str, object]]]:
    answer = viewer.get(f"/office/campaigns/{key}/summary.json?in=en")
    assert answer.status_code == 200
    return dict(json.loads(answer.data))


def answers_in(summary: dict[str, list[dict[str, object]]]) -> dict[str, object]:
    """The counts of answers by criterion."""
    return {str(row["criterion"]): row["counts"] for row in summary["answers"]}


def points_in(summary: dict[str, list[dict[str, object]]]) -> list[tuple[object, object]]:
    """The points and standard errors of sections and criteria; limits follow with the score's freedom."""
    score: dict[str, dict[str, dict[str, object]]] = summary["score"]  # type: ignore[assignment]
    sections = [(part["score"], part["se"]) for part in score["sections"].values()]
    return sections + [(part["points"], part["ratio"]) for part in score["criteria"].values()]


def close(app: Flask, key: str) -> None:
    day = datetime.now(UTC).date() - timedelta(days=2)

    def change(session: Session) -> None:
        session.execute(update(Campaign).where(Campaign.key == key).values(closes_on=day))

    database_of(app).write(change)


def test_what_few_rated_is_left_out_and_named(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    key, code = campaign
    send_forms(app, code, 20)
    send_forms(app, code, 4, "1", filed_feedback="yes")
    assert RESPONSE not in answers_in(load_summary(viewer, key))
    page = viewer.get(f"/office/campaigns/{key}?lang=en").text
    assert "Fewer people than 5 rated them" in page
    numbers = viewer.get(f"/office/campaigns/{key}/numbers/criterion/{RESPONSE}")
    assert numbers.status_code == 404


def test_one_business_among_five_does_not_move_what_businesses_are_asked(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    """Its three ratings were the whole difference."""
    key, code = campaign
    send_forms(app, code, 10)
    send_forms(app, code, 10, "4", **BUSINESS)
    before = load_summary(viewer, key)
    send_forms(app, code, 4)
    send_forms(app, code, 1, "1", **BUSINESS)
    after = load_summary(viewer, key)
    assert after["score"] != before["score"]
    answers, earlier = answers_in(after), answers_in(before)
    assert answers == earlier, "points and answers of a criterion tell those of each group"
    assert points_in(after) == points_in(before)
    page = viewer.get(f"/office/campaigns/{key}?lang=en").text
    assert "are shown as they were earlier" in page
    send_forms(app, code, 1)
    send_forms(app, code, 5, "1", **BUSINESS)
    moved = answers_in(load_summary(viewer, key))
    assert all(moved[name] != earlier[name] for name in OF_BUSINESSES)


def test_the_ratings_of_one_business_do_not_follow_from_points_and_answers(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    """The points were of the citizens alone, the answers of everybody: the difference was the business."""
    key, code = campaign
    send_forms(app, code, 20)
    send_forms(app, code, 1, "1", **BUSINESS)
    answers = answers_in(load_summary(viewer, key))
    assert answers["acc_info"] == {"1": 0, "2": 0, "3": 0, "4": 20, "5": 0}
    assert results_of(app, key).satisfied_rate == 1.0
    public = viewer.get(f"/office/campaigns/{key}/numbers/criterion/acc_info?lang=en").text
    assert ">1<" not in public.partition("Answers")[2]


def test_the_points_of_what_stays_are_those_of_its_answers(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    key, code = campaign
    send_forms(app, code, 10)
    send_forms(app, code, 10, "4", **BUSINESS)
    load_summary(viewer, key)
    send_forms(app, code, 4)
    send_forms(app, code, 1, "1", **BUSINESS)
    load_summary(viewer, key)
    shown = {c.key: c for c in results_of(app, key).score.criteria}
    for name in OF_BUSINESSES:
        assert shown[name].ratio == pytest.approx(0.75)
        assert shown[name].n_valid == 10


def test_a_part_of_an_open_survey_has_no_criteria_that_only_some_are_asked(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    key, code = campaign
    send_forms(app, code, 10)
    send_forms(app, code, 10, "4", **BUSINESS)

    def points(view: str) -> dict[str, list[bool]]:
        parts = [part["score"] for part in load_summary(viewer, key)[view]]
        scores = [score for score in parts if score]
        return {
            name: [score["criteria"][name]["points"] is not None for score in scores]  # type: ignore[index]
            for name in (*OF_BUSINESSES, "acc_info")
        }

    assert not any(any(points("desks")[name]) for name in OF_BUSINESSES)
    assert any(points("groups")["imp_ez_support"]), "every business is asked"
    close(app, key)
    assert all(any(points("desks")[name]) for name in OF_BUSINESSES)


def test_there_is_no_certificate_for_everybody_of_criteria_that_stay(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    """It holds the sums of every criterion as they are now."""
    key, code = campaign
    send_forms(app, code, 10, filed_feedback="yes")
    send_forms(app, code, 10, "4", **BUSINESS | {"filed_feedback": "yes"})
    path = f"/office/campaigns/{key}/certificate.json?in=en"
    assert viewer.get(path).status_code == 200
    send_forms(app, code, 4, filed_feedback="yes")
    send_forms(app, code, 1, "1", **BUSINESS | {"filed_feedback": "yes"})
    assert viewer.get(path).status_code == 409


def score_of(app: Flask, campaign: tuple[str, str]) -> Score:
    key, code = campaign
    send_forms(app, code, 10)
    send_forms(app, code, 10, "4", **BUSINESS)
    return results_of(app, key).score


def known_by_subtraction(score: Score, shown: Score) -> set[str]:
    """The hidden criteria and sections that are all that is missing of a sum."""
    known = set()
    for section in score.sections:
        own = [c for c in score.criteria if c.section == section.key and c.points is not None]
        missing = [c.key for c in own if {s.key: s for s in shown.criteria}[c.key].points is None]
        if len(missing) == 1 and next(s for s in shown.sections if s.key == section.key).score is not None:
            known |= set(missing)
    missing_sections = [s.key for s in shown.sections if s.score is None]
    return known | (set(missing_sections) if len(missing_sections) == 1 else set())


@pytest.mark.parametrize("name", [criterion.key for criterion in QUESTIONNAIRE.scored_criteria])
def test_no_criterion_that_is_left_out_follows_from_a_sum(
    app: Flask, campaign: tuple[str, str], name: str
) -> None:
    score = score_of(app, campaign)
    shown = score_without(score, {name}, 5)
    assert {c.key: c for c in shown.criteria}[name].points is None
    assert known_by_subtraction(score, shown) == set()


def test_a_section_of_one_criterion_takes_another_with_it(app: Flask, campaign: tuple[str, str]) -> None:
    score = score_of(app, campaign)
    first, *rest = (c for c in score.criteria if c.section == score.criteria[0].section)
    alone = replace(score, criteria=tuple(c for c in score.criteria if c not in rest))
    shown = score_without(alone, {first.key}, 5)
    assert [section.score is None for section in shown.sections].count(True) == 2
    assert known_by_subtraction(alone, shown) == set()


def test_every_criterion_is_in_one_section() -> None:
    positions = sorted(p for section in sections_of(QUESTIONNAIRE).values() for p in section)
    assert positions == list(range(len(QUESTIONNAIRE.criteria)))
