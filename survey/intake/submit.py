"""Storing a response exactly once, with the same receipt however often it is sent."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from survey.instrument.answers import Answers, is_complete, to_stored
from survey.intake import links, receipts
from survey.intake.codes import hash_code
from survey.intake.links import OpenCollector
from survey.store import declines, fieldwork, responses
from survey.store.db import lock
from survey.web.errors import Refusal, RefusalKind


class ReceiptLostError(Refusal):
    """A stored submission was sent again, but the secret of its receipt code is no longer configured."""

    kind = RefusalKind.CONFLICT
    title = "Your form has been received before"
    advice = "It is stored and counted. Its receipt code cannot be shown again."


@dataclass(frozen=True)
class Submission:
    """A form as sent: the id of its page, its answers, its language and how it was filled in."""

    submission_id: str
    answers: Answers
    language: str
    mode: str = "self"


@dataclass(frozen=True)
class Receipt:
    """The answer to a submission. `same_answers` is False when it was sent before with other answers."""

    code: str
    same_answers: bool


def submission_id_in(text: str) -> str | None:
    """A submission id in its one spelling; None when the text is not one."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return None


def earlier_receipt(session: Session, sent: Submission, secret_keys: Sequence[str]) -> Receipt | None:
    """The receipt of a submission that is stored already, whether or not its campaign is still open."""
    stored = responses.by_submission(session, sent.submission_id)
    if stored is None:
        return None
    code = receipts.matching_code(sent.submission_id, stored.receipt_hash, secret_keys)
    if code is None:
        raise ReceiptLostError
    is_same = (stored.answers, stored.comment) == (to_stored(sent.answers), sent.answers.comment)
    return Receipt(code, is_same)


def submit(
    session: Session, sent: Submission, collector: OpenCollector, *, secret_keys: Sequence[str], now: datetime
) -> Receipt:
    """Store one response exactly once and return its receipt.

    A phone may send the same submission twice (double tap, lost reply, offline queue).

    1. Where the collector has a quota, its row is locked and a new response beyond the quota is refused.
    2. The receipt code is computed from the submission id and the newest secret.
    3. The response is inserted unless its submission id is stored: the database decides, not a look before.
    4. The first insert returns the code, and takes back a decline of the same visit. A later one changes
       nothing and returns the code of the first, found with the secret that was used then, and whether the
       answers were the same.
    """
    if collector.quota is not None:
        _check_quota(session, sent, collector)
    code = receipts.code_for(sent.submission_id, secret_keys[0])
    is_first = responses.add_once(
        session,
        responses.NewResponse(
            submission_id=sent.submission_id,
            receipt_hash=hash_code(code),
            campaign_id=collector.campaign_id,
            collector_id=collector.collector_id,
            instrument_digest=collector.instrument_digest,
            language=sent.language,
            mode=sent.mode,
            received_at=now,
            is_complete=is_complete(collector.questionnaire, sent.answers),
            answers=to_stored(sent.answers),
            comment=sent.answers.comment,
        ),
    )
    if is_first:
        declines.take_back(session, sent.submission_id)
        return Receipt(code, same_answers=True)
    earlier = earlier_receipt(session, sent, secret_keys)
    if earlier is None:
        raise ReceiptLostError
    return earlier


def _check_quota(session: Session, sent: Submission, collector: OpenCollector) -> None:
    """Check the quota under a lock, one response of the collector at a time; a stored one always passes."""
    lock(session, fieldwork.Collector.id, collector.collector_id)
    if responses.by_submission(session, sent.submission_id) is None:
        links.refuse_if_full(session, collector)


def decline(session: Session, collector: OpenCollector, submission_id: str, today: date) -> None:
    """Count a person who chose not to take part, once a visit, and keep nothing else."""
    declines.count_once(session, submission_id, collector.collector_id, today)
