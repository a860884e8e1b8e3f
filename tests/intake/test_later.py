"""A form put aside: found by its code, by nobody else, for three days, and never counted twice."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from survey.intake import later
from survey.store.db import Database
from survey.store.questionnaires import load_shipped
from survey.store.saved_forms import SavedForm
from tests.builders import a_form, database_of, receipt_in

Q = load_shipped()


@pytest.fixture
def database(demo_app: Flask) -> Database:
    return database_of(demo_app)


def save_form(citizen: FlaskClient, **fields: str) -> str:
    answer = citizen.post("/s/demo/save", data={"consent": "agree", **fields})
    assert answer.status_code == 200
    return answer.text.partition('id="saved-code">')[2].partition("<")[0]


def how_many(database: Database) -> int:
    return database.read(lambda s: s.scalar(select(func.count()).select_from(SavedForm))) or 0


def test_a_form_is_found_as_it_was_and_sent_under_its_own_id(
    citizen: FlaskClient, database: Database
) -> None:
    submission_id = str(uuid4())
    code = save_form(citizen, submission_id=submission_id, acc_info="2", comment="đang viết dở")
    page = citizen.post("/continue", data={"code": f" {code.lower()} "}).text
    assert f'name="submission_id" value="{submission_id}"' in page
    assert re.search(r'name="acc_info" value="2"[^>]* checked', page)
    assert "đang viết dở" in page
    receipt = receipt_in(citizen.post("/s/demo/send", data=a_form(Q, submission_id=submission_id)).text)
    again = citizen.post("/continue?lang=en", data={"code": code})
    assert (again.status_code, "has been sent already" in again.text) == (422, True)
    citizen.post("/receipt/withdraw", data={"code": receipt})
    assert how_many(database) == 0, "what is withdrawn is deleted everywhere"


def test_saving_again_leaves_one_form_and_one_code(citizen: FlaskClient, database: Database) -> None:
    submission_id = str(uuid4())
    first = save_form(citizen, submission_id=submission_id, acc_info="2")
    second = save_form(citizen, submission_id=submission_id, acc_info="5")
    assert how_many(database) == 1
    assert citizen.post("/continue", data={"code": first}).status_code == 422
    assert re.search(
        r'name="acc_info" value="5"[^>]* checked', citizen.post("/continue", data={"code": second}).text
    )


def test_after_three_days_it_is_gone(citizen: FlaskClient, database: Database) -> None:
    code = save_form(citizen, acc_info="2")
    past = datetime.now(UTC) - timedelta(seconds=1)
    database.write(lambda s: s.execute(update(SavedForm).values(expires_at=past)))
    assert citizen.post("/continue", data={"code": code}).status_code == 422
    save_form(citizen, acc_info="3")
    assert how_many(database) == 1, "the next one saved clears what has expired"


def test_nothing_is_kept_of_who_has_not_agreed(citizen: FlaskClient, database: Database) -> None:
    answer = citizen.post("/s/demo/save", data={"acc_info": "2"})
    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.text
    assert how_many(database) == 0


@pytest.mark.parametrize("code", ["AAAAA-AAAAA", "' OR 1=1 --", "\0", "ư" * 10])
def test_a_wrong_code_finds_nothing(citizen: FlaskClient, code: str) -> None:
    save_form(citizen, acc_info="2")
    answer = citizen.post("/continue?lang=en", data={"code": code})
    assert answer.status_code == 422
    assert "No unfinished form has this code" in answer.text


@pytest.mark.parametrize(
    ("path", "label"), [("/continue", "Code of the unfinished form"), ("/receipt", "Receipt code")]
)
def test_an_empty_box_asks_to_fill_it_in(citizen: FlaskClient, path: str, label: str) -> None:
    answer = citizen.post(f"{path}?lang=en", data={"code": "  "})
    assert answer.status_code == 422
    assert f'id="e-code">Fill in: {label}' in answer.text


def test_codes_cannot_be_tried_without_end(citizen: FlaskClient) -> None:
    tries = [citizen.post("/continue", data={"code": later.new_code()}).status_code for _ in range(40)]
    assert tries[:20] == [422] * 20
    assert tries[-1] == 429
