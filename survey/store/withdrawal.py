"""Withdrawing a response: everything that was kept because of it goes, wherever it is."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey.store import comments, responses, rollups


def withdraw(session: Session, response_id: int, *, now: datetime) -> None:
    """Remove a response's answers and comment and what was noted about it; the row stays as a count."""
    rollups.take_out(session, response_id)
    responses.withdraw(session, response_id, now=now)
    comments.forget_mark(session, response_id)
