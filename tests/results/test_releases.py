"""Two looks at a survey, however close, never differ by what a few people answered."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.results.basis import Basis, basis_of
from survey.results.releasing import COSTS, release_if_due
from survey.scoring.arrays import Flags
from survey.scoring.releases import (
    SEPARATOR,
    WITH_GROUP,
    PartKey,
    ShownStep,
    ViewNames,
    are_parts_due,
    is_due,
    parts_of_step,
    within,
)
from survey.store import fieldwork, releases
from survey.store.fieldwork import Campaign
from survey.store.rolling import VIEWS, Crossing, RollUp
from tests.builders import BUSINESS, database_of, send_forms
from tests.conftest import sign_in_as

Key = tuple[str, str]


@pytest.fixture
def viewer(app: Flask) -> FlaskClient:
    return sign_in_as(app, "viewer")


def load_numbers(viewer: FlaskClient, key: str) -> dict[str, object]:
    """The numbers of a campaign as a viewer's files have them, without how many forms came."""
    shown = {}
    for extension in ("json", "csv"):
        answer = viewer.get(f"/office/campaigns/{key}/summary.{extension}?in=en")
        assert answer.status_code == 200
        shown[extension] = answer.data
    document = json.loads(shown["json"])
    return {
        name: document[name] for name in ("score", "answers", "groups", "desks", "digest", "satisfied_rate")
    }


def basis(app: Flask, key: str) -> Basis:
    return database_of(app).read(
        lambda session: basis_of(session, fieldwork.campaign_by_key(session, key), UTC)
    )


def close(app: Flask, key: str, *, day: date) -> None:
    def change(session: Session) -> None:
        session.execute(update(Campaign).where(Campaign.key == key).values(closes_on=day))

    database_of(app).write(change)


def test_one_visit_moves_no_number_and_five_do(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    """The difference of two looks was that person's whole form, 16 of 16."""
    key, code = campaign
    send_forms(app, code, 20)
    before = load_numbers(viewer, key)
    for _visit in range(4):
        send_forms(app, code, 1, "1")
        assert load_numbers(viewer, key) == before
    send_forms(app, code, 1, "1")
    assert load_numbers(viewer, key) != before
    assert basis(app, key).rolled.valid == 25


def test_what_is_not_included_is_said(app: Flask, campaign: tuple[str, str], viewer: FlaskClient) -> None:
    key, code = campaign
    send_forms(app, code, 20)
    viewer.get(f"/office/campaigns/{key}")
    send_forms(app, code, 3)
    page = viewer.get(f"/office/campaigns/{key}?lang=en").text
    assert "not included: 3" in page


def test_of_fewer_than_five_forms_nothing_is_shown(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    key, code = campaign
    send_forms(app, code, 4, "1")
    page = viewer.get(f"/office/campaigns/{key}?lang=en").text
    assert "Valid forms so far: 4." in page
    assert load_numbers(viewer, key)["satisfied_rate"] is None
    assert basis(app, key).rolled.valid == 0


def test_a_withdrawal_is_gone_at_once_and_seen_with_the_next_step(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    key, code = campaign
    receipts = send_forms(app, code, 20) + send_forms(app, code, 1, "1")
    before = load_numbers(viewer, key)
    app.test_client().post("/receipt/withdraw", data={"code": receipts[-1]})
    assert load_numbers(viewer, key) == before, "the difference would be that person's form"
    send_forms(app, code, 6)
    after = load_numbers(viewer, key)
    assert after != before
    assert basis(app, key).rolled.valid == 26


def test_the_last_few_of_a_survey_that_is_over_stay_outside(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    key, code = campaign
    send_forms(app, code, 30)
    before = load_numbers(viewer, key)
    send_forms(app, code, 3, "1")
    close(app, key, day=datetime.now(UTC).date() - timedelta(days=2))
    assert load_numbers(viewer, key)["score"] == before["score"]
    assert basis(app, key).n_waiting == 3


def test_a_survey_nobody_looked_at_is_released_whole(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    key, code = campaign
    send_forms(app, code, 31)
    close(app, key, day=datetime.now(UTC).date() - timedelta(days=2))
    load_numbers(viewer, key)
    assert basis(app, key).rolled.valid == 31


def test_a_part_with_few_new_forms_stays_as_it_was_and_says_so(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    key, code = campaign
    send_forms(app, code, 12)
    send_forms(app, code, 12, "3", **BUSINESS)
    before = load_numbers(viewer, key)
    send_forms(app, code, 8, "5")
    send_forms(app, code, 2, "1", **BUSINESS)
    after = load_numbers(viewer, key)
    assert after["score"] != before["score"]
    assert [g["score"] for g in after["groups"]] == [g["score"] for g in before["groups"]]  # type: ignore[attr-defined]
    assert all(g["as_of"] for g in after["groups"])  # type: ignore[attr-defined]


def test_two_who_look_at_once_make_one_step(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    send_forms(app, code, 9)
    database, now = database_of(app), datetime.now(UTC)
    number = database.read(lambda session: fieldwork.campaign_by_key(session, key).id)
    release_if_due(database, [number], now=now, zone=UTC)
    step = database.read(lambda session: releases.steps_of(session, number))
    stale = releases.NewStep(0, RollUp(), {}, (), {}, 0, is_final=False)
    assert not database.write(lambda session: releases.add_step(session, number, stale, now=now))
    assert database.read(lambda session: releases.steps_of(session, number)) == step


def random_forms(n: int, rng: np.random.Generator) -> list[Crossing]:
    """Forms of an office: group, desk, field, channel, month."""
    return [
        (
            "bc"[int(rng.random() < 0.2)],
            str(rng.choice(3, p=[0.5, 0.3, 0.2])),
            str(rng.choice(4)),
            str(rng.choice(2)),
            str(i * 2 // n),
        )
        for i in range(n)
    ]


def totals_of(forms: list[Crossing]) -> Counter[PartKey]:
    totals: Counter[PartKey] = Counter()
    for form in forms:
        for view, part in zip(VIEWS, form, strict=True):
            totals[view, part] += 1
            if view != "group":
                totals[view + WITH_GROUP, within(part, form[0])] += 1
    return totals


def release_all(forms: list[Crossing], minimum: int) -> list[tuple[int, ShownStep]]:
    """Every step of a survey that somebody looks at after each form, with how many forms it has."""
    steps: list[tuple[int, ShownStep]] = []
    names = ViewNames(VIEWS, {}, COSTS)
    shown = n_with_parts = 0
    for n in range(1, len(forms) + 1):
        if not is_due(n - shown, shown, minimum):
            continue
        changes, earlier = Counter(forms[shown:n]), [step for _n, step in steps]
        parts: frozenset[PartKey] = frozenset()
        if are_parts_due(n - n_with_parts, n_with_parts, minimum, sum(len(step.parts) for step in earlier)):
            parts = parts_of_step(names, earlier, changes, totals_of(forms[:n]), minimum)
            n_with_parts = n
        shown = n
        steps.append((n, ShownStep(changes, parts)))
    return steps


def people_in(part: PartKey, forms: list[Crossing], n: int) -> Flags:
    view, name = part
    flags = np.zeros(len(forms), dtype=bool)
    for i, form in enumerate(forms[:n]):
        value = form[VIEWS.index(view.removesuffix(WITH_GROUP))]
        flags[i] = name == (f"{value}{SEPARATOR}{form[0]}" if view.endswith(WITH_GROUP) else value)
    return flags


@pytest.mark.parametrize("seed", range(4))
def test_no_combination_of_all_steps_tells_what_a_few_answered(seed: int) -> None:
    """Least squares, person by person, over everything that was ever shown of 100 visits."""
    rng, minimum = np.random.default_rng(seed), 5
    forms = random_forms(100, rng)
    steps = release_all(forms, minimum)
    shown = [np.arange(len(forms)) < n for n, _step in steps]
    shown += [people_in(part, forms, n) for n, step in steps for part in step.parts]
    matrix = np.column_stack(shown).astype(float)
    left, values, _right = np.linalg.svd(matrix, full_matrices=False)
    basis_vectors = left[:, values > 1e-9 * values[0]]
    borders = [0, *(n for n, _step in steps)]
    for view in [*VIEWS, *(name + WITH_GROUP for name in VIEWS[1:])]:
        for key in {key for key in totals_of(forms) if key[0] == view}:
            inside = people_in(key, forms, len(forms))
            for after, until in ((a, b) for i, a in enumerate(borders) for b in borders[i + 1 :]):
                people = inside & (np.arange(len(forms)) >= after) & (np.arange(len(forms)) < until)
                if 0 < people.sum() < minimum:
                    target = people.astype(float)
                    rest = target - basis_vectors @ (basis_vectors.T @ target)
                    assert np.abs(rest).max() > 1e-7, (key, after, until)


def test_the_parts_of_a_survey_follow_its_forms() -> None:
    """Safety does not cost everything: after 300 visits every desk is at most three steps behind."""
    forms = random_forms(300, np.random.default_rng(7))
    tables = [step.parts for _n, step in release_all(forms, 5) if step.parts]
    last: dict[Key, int] = {part: number for number, parts in enumerate(tables) for part in parts}
    assert all(len(tables) - 1 - last["desk", desk] <= 3 for desk in "012")
