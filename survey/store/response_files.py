"""Reads responses for files, in an order that does not show when they came in, in batches."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from survey.store import retention
from survey.store.responses import ResponseRow

Ids = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
_BATCH = 2_000


@dataclass(frozen=True)
class StoredForm:
    """The columns of one form for files, without its submission id and receipt."""

    collector_id: int
    language: str
    mode: str
    received_at: datetime
    is_complete: bool
    answers: dict[str, int | str | None]


def count(session: Session, campaign_id: int) -> int:
    """The number of rows of a file of the campaign, or what it was before they were deleted."""
    if (before := retention.counts_before(session, campaign_id)) is not None:
        return sum(before.forms.values())
    return session.scalar(select(func.count()).where(*_not_withdrawn(campaign_id))) or 0


def shuffle_ids(session: Session, campaign_id: int, key: bytes) -> tuple[Ids, Hashes]:
    """The ids of forms in the order of a keyed hash of their submission ids, and the hashes.

    Without the key the order looks random. With the same key it is the same, so a file is reproducible.
    """
    query = select(ResponseRow.id, ResponseRow.submission_id).where(*_not_withdrawn(campaign_id))
    numbers: list[Ids] = []
    hashes: list[Hashes] = []
    for batch in _stream(session, query):
        numbers.append(np.array([number for number, _ in batch], dtype=np.int64))
        hashes.append(np.frombuffer(b"".join(_hash(form, key) for _, form in batch), dtype=np.uint64))
    if not numbers:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64)
    ids, order_keys = np.concatenate(numbers), np.concatenate(hashes)
    order = np.lexsort((ids, order_keys))
    return ids[order], order_keys[order]


def _hash(submission_id: str, key: bytes) -> bytes:
    return hashlib.blake2b(submission_id.encode(), key=key, digest_size=8).digest()


def _stream(session: Session, query: object) -> Iterator[Sequence[tuple[int, str]]]:
    """The rows of a query in batches, by a server-side cursor where the database has one."""
    result = session.execute(query, execution_options={"yield_per": _BATCH})  # type: ignore[call-overload]
    yield from result.partitions()


def forms(session: Session, ids: Ids) -> Iterator[StoredForm]:
    """The forms with these ids, in their order, without those withdrawn in the meantime."""
    columns = (
        ResponseRow.id,
        ResponseRow.collector_id,
        ResponseRow.language,
        ResponseRow.mode,
        ResponseRow.received_at,
        ResponseRow.is_complete,
        ResponseRow.answers,
    )
    for start in range(0, ids.size, _BATCH):
        batch = ids[start : start + _BATCH].tolist()
        rows = session.execute(
            select(*columns).where(ResponseRow.id.in_(batch), ResponseRow.withdrawn_at.is_(None))
        )
        by_id = {row.id: StoredForm(*row[1:6], answers=row.answers or {}) for row in rows}
        yield from (by_id[number] for number in batch if number in by_id)


def counts_by_hour(session: Session, campaign_id: int) -> Iterator[tuple[int, datetime, int]]:
    """Collector, hour, and the number of forms of that hour."""
    rows = session.execute(
        select(ResponseRow.collector_id, ResponseRow.received_at, func.count())
        .where(*_not_withdrawn(campaign_id))
        .group_by(ResponseRow.collector_id, ResponseRow.received_at)
    )
    yield from ((collector_id, hour, n) for collector_id, hour, n in rows)


def _not_withdrawn(campaign_id: int) -> tuple[ColumnElement[bool], ...]:
    return (ResponseRow.campaign_id == campaign_id, ResponseRow.withdrawn_at.is_(None))
