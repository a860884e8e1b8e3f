"""Saving an unfinished form, to finish it on another device."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.instrument.answers import Answers, from_stored, to_stored
from survey.instrument.questionnaire import Questionnaire
from survey.intake import codes
from survey.intake.links import OpenCollector
from survey.store import questionnaires, responses, saved_forms
from survey.store.responses import full_hour

SAVED_FOR = timedelta(days=3)
_CHARS, _GROUP = 10, 5  # 50 bits, for three days and a few hundred tries an hour


def parse_code(text: str) -> str | None:
    """The code in its one spelling; None when the text cannot be one."""
    return codes.parse_code(text, _CHARS, _GROUP)


def new_code() -> str:
    """A code for an unfinished form, like K7QXM-2PD9R."""
    return codes.new_code(_CHARS, _GROUP)


def save_form(
    session: Session,
    collector: OpenCollector,
    submission_id: str,
    answers: Answers,
    *,
    code: str,
    now: datetime,
) -> datetime:
    """Store an unfinished form under a code; the moment it expires."""
    form = saved_forms.FormToSave(
        submission_id=submission_id,
        collector_code=collector.code,
        instrument_digest=collector.instrument_digest,
        answers=to_stored(answers),
        comment=answers.comment,
    )
    expires_at = full_hour(now) + SAVED_FOR + timedelta(hours=1)
    saved_forms.save(session, form, code_hash=codes.hash_code(code), expires_at=expires_at, now=now)
    return expires_at


@dataclass(frozen=True)
class UnfinishedForm:
    """A form found by its code. `was_sent` is whether it has been sent meanwhile, from any device."""

    collector_code: str
    submission_id: str
    questionnaire: Questionnaire
    answers: Answers
    was_sent: bool


def find_form(session: Session, code: str, *, now: datetime) -> UnfinishedForm | None:
    """The unfinished form with a code; None when there is none or it has expired."""
    row = saved_forms.by_code(session, codes.hash_code(code), now=now)
    if row is None:
        return None
    questionnaire = questionnaires.questionnaire(session, row.instrument_digest)
    return UnfinishedForm(
        collector_code=row.collector_code,
        submission_id=row.submission_id,
        questionnaire=questionnaire,
        answers=from_stored(questionnaire, row.answers, row.comment),
        was_sent=responses.by_submission(session, row.submission_id) is not None,
    )
