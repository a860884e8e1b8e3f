"""Opening scorecards, entering values, approving them; what was approved stays, a correction is another."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.drawing.file_formats import DOCX, XLSX
from survey.scorecards.periods import Period
from survey.scoring.par_index import Observed
from survey.store import scorecards
from survey.store.db import lock
from survey.store.scorecards import Card, Decision, Entry, StoredEvidence

_STEM_CHARS = 190
MAX_EVIDENCE_BYTES = 5 * 1024 * 1024
# What the first bytes of a document are, and the kind of file they make; a ZIP is a DOCX or an XLSX.
_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"PK\x03\x04", "zip"),
)
_MIMETYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "docx": DOCX,
    "xlsx": XLSX,
}


class CardTakenError(ValueError):
    """The unit has a scorecard for this period already."""


class ReasonNeededError(ValueError):
    """An approved value is corrected without a reason."""


class OwnEntryError(ValueError):
    """Whoever entered a value cannot approve it."""


class DecidedError(ValueError):
    """The value was decided on already, or a newer one has taken its place."""


class EvidenceError(ValueError):
    """A file that is not taken as evidence: empty, too large, or of another kind than it says."""


@dataclass(frozen=True)
class NewCard:
    """A scorecard as an office opens it."""

    unit_id: int
    period: Period
    digest: str
    campaign_id: int | None
    is_demo: bool = False


@dataclass(frozen=True)
class EvidenceFile:
    """A document that was sent with a value."""

    name: str
    content: bytes


@dataclass(frozen=True)
class NewEntry:
    """A value with what it rests on."""

    key: str
    observed: Observed
    evidence_ref: str = ""
    note: str = ""
    reason: str = ""
    file: EvidenceFile | None = None


def open_card(session: Session, new: NewCard, *, now: datetime) -> Card:
    """The scorecard of a unit for a period; CardTakenError where there is one."""
    period = new.period.code
    if scorecards.cards(session, unit_id=new.unit_id, period=period):
        raise CardTakenError(period)
    card = Card(
        unit_id=new.unit_id,
        period=period,
        digest=new.digest,
        campaign_id=new.campaign_id,
        is_demo=new.is_demo,
        opened_at=now,
    )
    session.add(card)
    session.flush()
    return card


def choose_campaign(session: Session, card_id: int, campaign_id: int | None) -> None:
    """Take the satisfaction points from this campaign; None for what is typed."""
    session.get_one(Card, card_id).campaign_id = campaign_id


def enter(session: Session, card_id: int, new: NewEntry, *, person_id: int, now: datetime) -> Entry:
    """Keep a value beside those before it.

    An approved value goes on counting until the new one is approved; ReasonNeededError where none is given.
    """
    lock(session, Card.id, card_id)
    if not new.reason and scorecards.is_approved(session, card_id, new.key):
        raise ReasonNeededError(new.key)
    limits = new.observed.interval
    entry = Entry(
        card_id=card_id,
        indicator_key=new.key,
        value=new.observed.value,
        numerator=new.observed.numerator,
        denominator=new.observed.denominator,
        low=limits.low if limits else None,
        high=limits.high if limits else None,
        evidence_ref=new.evidence_ref,
        note=new.note,
        reason=new.reason,
        entered_by=person_id,
        entered_at=now,
    )
    session.add(entry)
    session.flush()
    if new.file is not None:
        session.add(_evidence(entry.id, new.file))
        session.flush()
    return entry


def _evidence(entry_id: int, file: EvidenceFile) -> StoredEvidence:
    return StoredEvidence(
        entry_id=entry_id,
        name=name_by_kind(file),
        mimetype=_MIMETYPES[kind_of(file)],
        size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(),
        content=file.content,
    )


def kind_of(file: EvidenceFile) -> str:
    """What kind of document it is, by its first bytes; EvidenceError where it is not taken."""
    extension = file.name.rpartition(".")[2].lower().replace("jpeg", "jpg")
    begins = next((kind for start, kind in _SIGNATURES if file.content.startswith(start)), None)
    if begins == "zip" and extension in ("docx", "xlsx"):
        begins = extension
    if begins not in _MIMETYPES or len(file.content) > MAX_EVIDENCE_BYTES:
        raise EvidenceError(file.name)
    return begins


def name_by_kind(file: EvidenceFile) -> str:
    """The name of a document with the ending of what it is: a PDF called a.html is kept as a.pdf."""
    kind, (stem, _, ending) = kind_of(file), file.name.rpartition(".")
    if ending.lower().replace("jpeg", "jpg") == kind:
        return file.name
    return f"{(stem or ending)[:_STEM_CHARS]}.{kind}"


def decide(
    session: Session, entry_id: int, *, approve: bool, note: str, person_id: int, now: datetime
) -> Decision:
    """Approve a value or send it back; OwnEntryError to whoever entered it, DecidedError where it is late."""
    entry = session.get_one(Entry, entry_id)
    lock(session, Card.id, entry.card_id)
    latest = scorecards.latest_entry(session, entry.card_id, entry.indicator_key)
    if scorecards.decision(session, entry_id) or latest is None or latest.id != entry_id:
        raise DecidedError(entry.indicator_key)
    if entry.entered_by == person_id:
        raise OwnEntryError(entry.indicator_key)
    decision = Decision(
        entry_id=entry_id, is_approved=approve, note=note, decided_by=person_id, decided_at=now
    )
    session.add(decision)
    session.flush()
    return decision
