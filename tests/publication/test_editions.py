"""What is published changes only with a new edition, which says what is new in it."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.results import verification
from survey.results.certificate_file import parse_certificate
from survey.store import editions, fieldwork, withdrawal
from survey.store.responses import ResponseRow
from tests.builders import database_of, send_forms
from tests.conftest import csrf_in, sign_in_as

KEY = "demo-truoc"
PUBLIC, OFFICE = f"/results/{KEY}?lang=en", f"/office/campaigns/{KEY}/publication?lang=en"
SENTENCE = re.compile(r'<section class="answer[^>]*>\s*<h2>(.*?)</h2>', re.DOTALL)


@pytest.fixture
def officer(demo_app: Flask) -> FlaskClient:
    return sign_in_as(demo_app, "officer")


@pytest.fixture
def administrator(demo_app: Flask) -> FlaskClient:
    return sign_in_as(demo_app, "admin")


def sentence(client: FlaskClient) -> str:
    """What the public page says first."""
    match = SENTENCE.search(client.get(PUBLIC).text)
    assert match
    return match[1]


def set_numbers(officer: FlaskClient, **numbers: str) -> str:
    """Change the office's numbers, and return what the page says."""
    path = f"/office/campaigns/{KEY}"
    token = csrf_in(officer.get(f"{path}/desks").text)
    fields = {name.replace("_", "-"): value for name, value in numbers.items()}
    answer = officer.post(
        f"{path}/populations?lang=en", data={"csrf_token": token, **fields}, follow_redirects=True
    )
    assert answer.status_code == 200
    return answer.text


def publish(administrator: FlaskClient) -> None:
    token = csrf_in(administrator.get(OFFICE).text)
    answer = administrator.post(OFFICE, data={"csrf_token": token, "public": "yes"})
    assert answer.status_code == 303


def editions_of(app: Flask) -> list[editions.Edition]:
    return list(
        database_of(app).read(lambda s: editions.editions_of(s, fieldwork.campaign_by_key(s, KEY).id))
    )


def test_other_numbers_of_the_office_do_not_change_what_is_published(
    demo_app: Flask, citizen: FlaskClient, officer: FlaskClient, administrator: FlaskClient
) -> None:
    before = sentence(citizen)
    badge = citizen.get(f"/results/{KEY}/badge.svg?lang=en").text
    certificate = citizen.get(f"/results/{KEY}/certificate.json").data
    page = set_numbers(officer, population_citizen="1000", population_business="900", forms_issued="5000")
    assert "What is published stays until there is a new edition" in page
    assert sentence(citizen) == before
    assert citizen.get(f"/results/{KEY}/badge.svg?lang=en").text == badge
    assert citizen.get(f"/results/{KEY}/certificate.json").data == certificate
    page = administrator.get(OFFICE).text
    assert "The public page shows those of its last edition" in page
    assert "Publish a new edition" in page
    assert "Publish a new edition" not in officer.get(OFFICE).text


def test_a_new_edition_says_what_is_new(
    demo_app: Flask, citizen: FlaskClient, officer: FlaskClient, administrator: FlaskClient
) -> None:
    before = sentence(citizen)
    assert "Edition 1" in citizen.get(PUBLIC).text
    set_numbers(officer, population_citizen="1000", population_business="900", forms_issued="5000")
    publish(administrator)
    assert sentence(citizen) != before
    page = citizen.get(PUBLIC).text
    assert "Edition 2" in page
    changes = re.findall(r"<li>(.*?)</li>", page)
    assert "People served, Individual or household: not known before, 1,000 now" in changes
    assert "Forms issued: not known before, 5,000 now" in changes
    assert any(change.startswith("Score: ") and " now" in change for change in changes)
    assert "Publish a new edition" not in administrator.get(OFFICE).text
    publish(administrator)
    assert [edition.number for edition in editions_of(demo_app)] == [2, 1], "the same is no new edition"


def test_the_certificate_is_that_of_the_edition(
    demo_app: Flask, citizen: FlaskClient, officer: FlaskClient, administrator: FlaskClient
) -> None:
    path, office = f"/results/{KEY}/certificate.json", f"/office/campaigns/{KEY}/certificate.json"
    first = json.loads(citizen.get(path).data)
    set_numbers(officer, population_citizen="1000", population_business="900")
    of_office = json.loads(officer.get(office).data)
    assert of_office["result"] != first["result"], "the office sees its own numbers"
    publish(administrator)
    second = json.loads(citizen.get(path).data)
    assert second["result"] == of_office["result"]
    assert [edition.certificate is None for edition in editions_of(demo_app)] == [False, True]
    for document in (first, second):
        assert all(check.problem is None for check in verification.verify(parse_certificate(document)))


def test_results_taken_back_and_published_again_continue_their_editions(
    demo_app: Flask, citizen: FlaskClient, officer: FlaskClient, administrator: FlaskClient
) -> None:
    citizen.get(PUBLIC)
    token = csrf_in(administrator.get(OFFICE).text)
    administrator.post(OFFICE, data={"csrf_token": token, "public": "no"})
    assert citizen.get(PUBLIC).status_code == 404
    set_numbers(officer, population_citizen="1000", population_business="900")
    publish(administrator)
    assert "Edition 2" in citizen.get(PUBLIC).text


def test_a_link_shows_the_edition_once_results_are_published(
    demo_app: Flask, citizen: FlaskClient, officer: FlaskClient, administrator: FlaskClient
) -> None:
    before = sentence(citizen)
    token = csrf_in(administrator.get(OFFICE).text)
    page = administrator.post(f"/office/campaigns/{KEY}/links", data={"csrf_token": token, "days": "7"}).text
    link = "/shared/" + page.partition("/shared/")[2].partition('"')[0]
    set_numbers(officer, population_citizen="1000", population_business="900")
    match = SENTENCE.search(citizen.get(f"{link}?lang=en").text)
    assert match
    assert match[1] == before


def withdraw_six(session: Session) -> None:
    """Withdraw the last forms, whatever the day."""
    for number in session.scalars(select(ResponseRow.id).order_by(ResponseRow.id.desc()).limit(6)):
        withdrawal.withdraw(session, number, now=datetime.now(UTC))


def test_results_that_moved_because_people_withdrew_are_an_edition(
    app: Flask, campaign: tuple[str, str]
) -> None:
    key, code = campaign
    send_forms(app, code, 20)
    send_forms(app, code, 6, "1")

    def end_and_publish(session: Session) -> None:
        row = fieldwork.campaign_by_key(session, key)
        row.closes_on, row.published_at = datetime.now(UTC).date() - timedelta(days=2), datetime.now(UTC)

    database_of(app).write(end_and_publish)
    citizen = app.test_client()
    path = f"/results/{key}?lang=en"
    assert "26 valid forms" in citizen.get(path).text
    database_of(app).write(withdraw_six)
    page = citizen.get(path).text
    assert "20 valid forms" in page
    assert "Edition 2" in page
    assert "Valid forms: 26 before, 20 now" in page
    assert citizen.get(path).text == page, "one change is one edition"


def test_units_of_published_results_are_not_changed(
    demo_app: Flask, citizen: FlaskClient, officer: FlaskClient, administrator: FlaskClient
) -> None:
    page, path = f"/office/campaigns/{KEY}/desks?lang=en", f"/office/campaigns/{KEY}/units?lang=en"
    before = citizen.get(PUBLIC).text
    assert "Units can be changed once the results are withdrawn" in officer.get(page).text
    answer = officer.post(path, data={"csrf_token": token_of(officer, page)})
    assert answer.status_code == 409
    assert "Withdraw the results first" in answer.text
    assert citizen.get(PUBLIC).text == before
    token = csrf_in(administrator.get(OFFICE).text)
    administrator.post(OFFICE, data={"csrf_token": token, "public": "no"})
    assert officer.post(path, data={"csrf_token": token_of(officer, page)}).status_code == 303


def token_of(client: FlaskClient, page: str) -> str:
    return csrf_in(client.get(page).text)
