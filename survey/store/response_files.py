"""Responses read for files: in an order that tells nothing of who came when, a few thousand at a time."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from survey.store.responses import ResponseRow

Ids = npt.NDArray[np.int64]
Places = npt.NDArray[np.uint64]
_AT_ONCE = 2_000


@dataclass(frozen=True)
class StoredForm:
    """What files say of one form that was not withdrawn; never its submission id or receipt."""

    collector_id: int
    language: str
    mode: str
    received_at: datetime
    is_complete: bool
    answers: dict[str, int | str | None]


def count(session: Session, campaign_id: int) -> int:
    """How many forms a file of the campaign has a row for."""
    return session.scalar(select(func.count()).where(*_kept(campaign_id))) or 0


def shuffle_ids(session: Session, campaign_id: int, key: bytes) -> tuple[Ids, Places]:
    """The forms' numbers, in the order of a keyed hash of their submission ids, and that hash.

    Nobody without the key can tell it from a random order, and whoever asks again gets the same: a file
    made twice is the same file.
    """
    query = select(ResponseRow.id, ResponseRow.submission_id).where(*_kept(campaign_id))
    numbers: list[Ids] = []
    places: list[Places] = []
    for part in _streamed(session, query):
        numbers.append(np.array([number for number, _ in part], dtype=np.int64))
        hashes = b"".join(_hash(submission_id, key) for _, submission_id in part)
        places.append(np.frombuffer(hashes, dtype=np.uint64))
    if not numbers:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64)
    ids, hashed = np.concatenate(numbers), np.concatenate(places)
    order = np.lexsort((ids, hashed))
    return ids[order], hashed[order]


def _hash(submission_id: str, key: bytes) -> bytes:
    return hashlib.blake2b(submission_id.encode(), key=key, digest_size=8).digest()


def _streamed(session: Session, query: object) -> Iterator[Sequence[tuple[int, str]]]:
    """The rows of a query a few thousand at a time, by a cursor of the server where it has one."""
    found = session.execute(query, execution_options={"yield_per": _AT_ONCE})  # type: ignore[call-overload]
    yield from found.partitions()


def forms(session: Session, ids: Ids) -> Iterator[StoredForm]:
    """The forms with these numbers, in their order; one withdrawn in the meantime is left out."""
    columns = (
        ResponseRow.id, ResponseRow.collector_id, ResponseRow.language, ResponseRow.mode,
        ResponseRow.received_at, ResponseRow.is_complete, ResponseRow.answers,
    )  # fmt: skip
    for start in range(0, ids.size, _AT_ONCE):
        part = ids[start : start + _AT_ONCE].tolist()
        rows = session.execute(
            select(*columns).where(ResponseRow.id.in_(part), ResponseRow.withdrawn_at.is_(None))
        )
        by_id = {row.id: StoredForm(*row[1:6], answers=row.answers or {}) for row in rows}
        yield from (by_id[number] for number in part if number in by_id)


def counts_by_hour(session: Session, campaign_id: int) -> Iterator[tuple[int, datetime, int]]:
    """Collector, hour, and how many forms came in there then."""
    rows = session.execute(
        select(ResponseRow.collector_id, ResponseRow.received_at, func.count())
        .where(*_kept(campaign_id))
        .group_by(ResponseRow.collector_id, ResponseRow.received_at)
    )
    yield from ((collector_id, hour, n) for collector_id, hour, n in rows)


def _kept(campaign_id: int) -> tuple[ColumnElement[bool], ...]:
    return (ResponseRow.campaign_id == campaign_id, ResponseRow.withdrawn_at.is_(None))
