"""A campaign of the demonstration whose single responses are due."""

import re
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey.retention.worker import RetentionWorker
from survey.store import erasure, fieldwork, retention
from survey.store.comments import CommentMark
from survey.store.db import Database
from survey.store.feedback import FormFeedback
from survey.store.fieldwork import Campaign
from survey.store.responses import ResponseRow
from survey.store.retention import ResponseDeletion
from survey.web.background import background
from tests.builders import database_of

KEY = "demo-truoc"  # closed ten months ago, published, 304 forms
SAID = "Nobody-but-me-wrote-this"


def campaign_of(app: Flask, key: str = KEY) -> Campaign:
    return database_of(app).read(lambda session: fieldwork.campaign_by_key(session, key))


def make_due(app: Flask, key: str = KEY, months: int = 1) -> Campaign:
    """The campaign with a time that is over, set behind the back of the rules."""
    change = update(Campaign).where(Campaign.key == key).values(retention_months=months)
    database_of(app).write(lambda session: session.execute(change))
    return campaign_of(app, key)


def worker_of(app: Flask) -> RetentionWorker:
    with app.app_context():
        return background(RetentionWorker).worker


def write_traces(app: Flask) -> None:
    """A comment with its own words on every form, marks on some, and opinions about the form."""
    campaign = campaign_of(app)

    def write(session: Session) -> None:
        rows = session.scalars(select(ResponseRow).where(ResponseRow.campaign_id == campaign.id)).all()
        for number, row in enumerate(rows):
            row.comment = f"{SAID} {number}. " + "Chỗ này cần sửa. " * (number % 40)
            if number % 10 == 0:
                session.add(a_mark(row.id, number))
            if number % 4 == 0:
                session.add(an_opinion(campaign.id, number))

    database_of(app).write(write)


def a_mark(response_id: int, number: int) -> CommentMark:
    return CommentMark(
        response_id=response_id,
        status="read",
        tags=[],
        note=f"{SAID} noted {number}",
        is_for_report=False,
        changed_at=datetime.now(UTC),
        changed_by=None,
    )


def an_opinion(campaign_id: int, number: int) -> FormFeedback:
    opinion = {"ease": 1 + number % 3, "comment": f"{SAID} opinion {number}"}
    return FormFeedback(campaign_id=campaign_id, language="vi", day=datetime.now(UTC).date(), **opinion)


def n_stored(app: Flask, key: str = KEY) -> int:
    campaign = campaign_of(app, key)
    return database_of(app).read(lambda session: erasure.count_responses(session, campaign.id))


def deletion_of(app: Flask, key: str = KEY) -> ResponseDeletion | None:
    campaign = campaign_of(app, key)
    rows = database_of(app).read(retention.deletions)
    return next((row for row in rows if row.campaign_id == campaign.id), None)


def files_with(database: Database, text: str) -> list[str]:
    """The files of SQLite that hold a text."""
    file = Path(database.url.database or "")
    files = (file, *file.parent.glob(f"{file.name}-*"))
    return [path.name for path in files if path.exists() and text.encode() in path.read_bytes()]


def page_of(client: FlaskClient, path: str) -> str:
    """A page without what differs from one visit to the next."""
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return re.sub(r'nonce="[^"]*"|name="csrf_token" value="[^"]*"|data-left="[0-9]*"', "", answer.text)
