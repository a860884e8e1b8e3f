"""Ways a person works with scorecards, short enough for a test to read."""

import io

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from survey.scorecards.report import CardReport, card_report
from survey.scorecards.results import CardResults
from survey.store import scorecards
from survey.web.context import database, start_of_today, today
from tests.web.browsing import post, token

QUARTER, YEAR, OF_ANOTHER_UNIT = 3, 4, 5  # cards of the demonstration: the board's, the board's, another's
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>> endobj\n%%EOF\n"


def report_of(app: Flask, card_id: int) -> CardReport:
    """What is stored about a card."""

    def load(session: Session) -> CardReport:
        row = scorecards.card(session, card_id)
        return card_report(session, row, computed_at=moment, today=day)

    with app.app_context():
        moment, day = start_of_today(), today()
        return database().read(load)


def results_of(app: Flask, card_id: int) -> CardResults:
    return report_of(app, card_id).results


def enter(client: FlaskClient, card_id: int, key: str, **fields: str) -> TestResponse:
    """Enter a value."""
    return post(client, f"/office/scorecards/{card_id}/values/{key}?lang=en", **fields)


def enter_with(client: FlaskClient, key: str, file: tuple[bytes, str], **fields: str) -> TestResponse:
    """Enter a value of the board's quarter with a document: its content and name."""
    content, name = file
    document = FileStorage(io.BytesIO(content), name)
    boundary, body = encode_multipart({"csrf_token": token(client), "file": document, **fields})
    path = f"/office/scorecards/{QUARTER}/values/{key}?lang=en"
    return client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def decide(client: FlaskClient, app: Flask, card_id: int, key: str, act: str, **fields: str) -> TestResponse:
    """Approve the value that waits, or send it back."""
    pending = results_of(app, card_id).standings[key].pending
    entry = str(pending.entry.id) if pending else "0"
    path = f"/office/scorecards/{card_id}/values/{key}/decision?lang=en"
    return post(client, path, act=act, entry=entry, **fields)


def import_file(client: FlaskClient, card_id: int, content: bytes, name: str = "values.csv") -> TestResponse:
    """Put in a file of values."""
    path = f"/office/scorecards/{card_id}/values?lang=en"
    return post(client, path, file=(io.BytesIO(content), name))
