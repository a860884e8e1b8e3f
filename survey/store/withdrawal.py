"""Withdrawing a response: everything that was kept because of it goes, wherever it is."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey.store import comments, responses, rollups, saved_forms
from survey.store.responses import ResponseRow


def withdraw(session: Session, response_id: int, *, now: datetime) -> None:
    """Remove a response's answers and comment, what was noted about it and what was put aside of it before.

    The row stays as a count.
    """
    rollups.take_out(session, response_id)
    responses.withdraw(session, response_id, now=now)
    comments.forget_mark(session, response_id)
    saved_forms.drop(session, session.get_one(ResponseRow, response_id).submission_id)
