"""Forms as a citizen sends them, short ways through the questionnaire, and what an application stored."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey.instrument.questionnaire import Questionnaire
from survey.results.campaign import CampaignResults, campaign_results
from survey.store import fieldwork
from survey.store.db import Database
from survey.store.questionnaires import load_shipped

QUESTIONNAIRE = load_shipped()
NOW = datetime(2026, 11, 24, tzinfo=UTC)
BUSINESS = {"respondent_group": "business"}
CONTACT = {
    "office": "Ban Quản lý Khu kinh tế",
    "address": "Số 1 đường Thử, tỉnh Quảng Ngãi",
    "phone": "0255 123 456",
    "email": "khaosat@example.gov.vn",
    "responsible": "Văn phòng Ban Quản lý",
}

ROUTING = {
    "respondent_group": "citizen",
    "service_domain": "land",
    "submission_channel": "board_desk",
    "result_status": "on_time",
    "filed_feedback": "no",
}


Change = Callable[[dict[str, Any]], object]


def set_at(*path: str | int, to: Any) -> Change:
    """A change of a document: another value at the end of the way that leads to it."""

    def change(document: dict[str, Any]) -> None:
        _parent(document, path)[path[-1]] = to

    return change


def drop_at(*path: str | int) -> Change:
    """A change of a document: nothing at the end of the way."""

    def change(document: dict[str, Any]) -> None:
        del _parent(document, path)[path[-1]]

    return change


def _parent(document: Any, path: Sequence[str | int]) -> Any:
    for step in path[:-1]:
        document = document[step]
    return document


def a_form(questionnaire: Questionnaire, rating: str = "4", **fields: str) -> dict[str, str]:
    """A form with consent, the required answers, `rating` for every criterion; `fields` replace or add."""
    form = {"submission_id": str(uuid4()), "consent": "agree", **ROUTING}
    form |= {criterion.key: rating for criterion in questionnaire.criteria}
    return {**form, **fields}


def receipt_in(page: str) -> str:
    """The receipt code a page shows; "" without one."""
    return page.partition('id="receipt-code">')[2].partition("<")[0]


def send(client: FlaskClient, form: dict[str, str], code: str = "demo", lang: str = "vi") -> str:
    """Send a form and return the receipt code."""
    answer = client.post(f"/s/{code}/send?lang={lang}", data=form)
    assert answer.status_code == 200, answer.text[:3000]
    return receipt_in(answer.text)


def send_forms(app: Flask, code: str, n: int, rating: str = "4", **fields: str) -> list[str]:
    """Send `n` forms to a collector and return their receipt codes."""
    return [send(app.test_client(), a_form(QUESTIONNAIRE, rating, **fields), code) for _ in range(n)]


def database_of(app: Flask) -> Database:
    """The database of an application."""
    database: Database = app.extensions["database"]
    return database


def results_of(app: Flask, key: str) -> CampaignResults:
    """The results of a campaign, computed now."""

    def compute(session: Session) -> CampaignResults:
        return campaign_results(session, fieldwork.campaign_by_key(session, key), computed_at=NOW)

    with app.app_context():
        return database_of(app).read(compute)
