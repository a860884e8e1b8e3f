"""Deletes the single responses of a campaign with everything that holds a single person's answers.

What stays are counts: the results that were released, their certificate, and how many forms there were.
Counts of parts that were never released are deleted too: a part with one form holds one person's answers.
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import ColumnElement

from survey.store import feedback, fieldwork, releases, responses, retention, rollups
from survey.store.comments import CommentMark
from survey.store.db import rows_changed
from survey.store.declines import DeclinedVisit
from survey.store.feedback import FormFeedback
from survey.store.fieldwork import Campaign
from survey.store.responses import ResponseRow
from survey.store.retention import CountsBefore, ResponseDeletion
from survey.store.saved_forms import SavedForm
from survey.store.text_batches import TextKind, last_shown


def count_for_good(
    session: Session, deletion: ResponseDeletion, campaign: Campaign, zone: tzinfo, *, now: datetime
) -> bool:
    """Store the counts that stay, and delete those of parts that were not released.

    False where the stored counts lack a response, or another process has the deletion: then nothing changed.
    """
    if not retention.renew(session, deletion, 0, now=now):
        return False
    if not rollups.reduce_to_totals(session, campaign, zone):
        return False
    counts = CountsBefore(
        responses.counts_by_collector(session, campaign.id),
        responses.count_withdrawn(session, campaign.id),
        feedback.count_by_ease(session, campaign.id, last_shown(session, campaign.id, TextKind.OPINION)),
    )
    releases.delete_unreleased(session, campaign.id)
    return retention.note_counts(session, deletion, counts, today=now.astimezone(zone).date())


def count_responses(session: Session, campaign_id: int) -> int:
    """The rows of single responses of a campaign, withdrawn ones included."""
    return session.scalar(select(func.count()).where(ResponseRow.campaign_id == campaign_id)) or 0


def delete_responses(session: Session, campaign_id: int, *, limit: int) -> int:
    """Delete at most `limit` responses with the marks on their comments; how many they were."""
    ids = _ids(session, ResponseRow.id, ResponseRow.campaign_id == campaign_id, limit)
    session.execute(delete(CommentMark).where(CommentMark.response_id.in_(ids)))
    return rows_changed(session.execute(delete(ResponseRow).where(ResponseRow.id.in_(ids))))


def delete_opinions(session: Session, campaign_id: int, *, limit: int) -> int:
    """Delete at most `limit` opinions about the form; how many they were."""
    ids = _ids(session, FormFeedback.id, FormFeedback.campaign_id == campaign_id, limit)
    return rows_changed(session.execute(delete(FormFeedback).where(FormFeedback.id.in_(ids))))


def delete_visits(session: Session, campaign_id: int) -> None:
    """Delete the saved forms of a campaign, and what is remembered of visits that declined."""
    collectors = [row.collector for row in fieldwork.collectors_of(session, campaign_id)]
    codes, ids = [collector.code for collector in collectors], [collector.id for collector in collectors]
    session.execute(delete(SavedForm).where(SavedForm.collector_code.in_(codes)))
    session.execute(delete(DeclinedVisit).where(DeclinedVisit.collector_id.in_(ids)))


def _ids(
    session: Session, key: InstrumentedAttribute[int], is_of_campaign: ColumnElement[bool], limit: int
) -> Sequence[int]:
    return session.scalars(select(key).where(is_of_campaign).order_by(key).limit(limit)).all()
