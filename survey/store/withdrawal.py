"""Withdraws a response with everything that was stored because of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey.store import comments, responses, rollups, saved_forms
from survey.store.responses import ResponseRow


def withdraw(session: Session, response_id: int, *, now: datetime) -> None:
    """Remove the answers and comment of a response, the marks on it and its saved form. The row stays.

    1. Subtract the response from the stored counts.
    2. Clear answers and comment.
    3. Delete marks and the saved form.
    """
    rollups.subtract(session, response_id)
    responses.withdraw(session, response_id, now=now)
    comments.delete_mark(session, response_id)
    saved_forms.delete_saved(session, session.get_one(ResponseRow, response_id).submission_id)
