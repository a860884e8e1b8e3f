"""Putting a form aside, to finish it on another device."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.instrument.answers import Answers, from_stored, to_stored
from survey.instrument.questionnaire import Questionnaire
from survey.intake import codes
from survey.intake.links import OpenCollector
from survey.store import questionnaires, responses, saved_forms

KEPT_FOR = timedelta(days=3)
_CHARS, _GROUP = 10, 5  # 50 bits, for three days and a few hundred tries an hour


def typed(text: str) -> str | None:
    """The code a person typed; None when it cannot be one."""
    return codes.typed(text, _CHARS, _GROUP)


def new_code() -> str:
    """A code for a form put aside, like K7QXM-2PD9R."""
    return codes.new(_CHARS, _GROUP)


def put_aside(
    session: Session,
    collector: OpenCollector,
    submission_id: str,
    answers: Answers,
    *,
    code: str,
    now: datetime,
) -> datetime:
    """Keep a form as it is under a code; until when."""
    form = saved_forms.FormToSave(
        submission_id=submission_id,
        collector_code=collector.code,
        instrument_digest=collector.instrument_digest,
        answers=to_stored(answers),
        comment=answers.comment,
    )
    until = now + KEPT_FOR
    saved_forms.save(session, form, code_hash=codes.hash_of(code), expires_at=until, now=now)
    return until


@dataclass(frozen=True)
class PutAside:
    """A form found again. `was_sent` when it has been sent meanwhile, from whichever device."""

    collector_code: str
    submission_id: str
    questionnaire: Questionnaire
    answers: Answers
    was_sent: bool


def found(session: Session, code: str, *, now: datetime) -> PutAside | None:
    """The form put aside under a code; None when there is none or its time is over."""
    row = saved_forms.by_code(session, codes.hash_of(code), now=now)
    if row is None:
        return None
    questionnaire = questionnaires.questionnaire(session, row.instrument_digest)
    return PutAside(
        collector_code=row.collector_code,
        submission_id=row.submission_id,
        questionnaire=questionnaire,
        answers=from_stored(questionnaire, row.answers, row.comment),
        was_sent=responses.by_submission(session, row.submission_id) is not None,
    )
