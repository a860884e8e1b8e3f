"""The log of the actions of officials. Entries are only added, each with the hash of the one before.

The database refuses to change or remove an entry, and to add one that does not follow from the last (the
triggers of migration 0028). Whoever can drop the triggers can change rows, and then hashes no longer follow
from one another. Whoever computes all hashes anew makes another last hash than the one that was exported.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import Dialect, ForeignKey, Index, String, Text, func, select, text, type_coerce
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from survey.store.db import Base, UtcTime, run_last
from survey.store.people import Person

TRIGGERS = frozenset({"audit_event_no_update", "audit_event_no_delete", "audit_event_follows"})
TRIGGERS_OF_POSTGRESQL = TRIGGERS | {"audit_event_no_truncate"}
_SUBJECT_CHARS, _KEY_CHARS, _REASON_CHARS = 300, 120, 2000
_PENDING = "entries of the log"
_CHAIN_LOCK = 0x6175646974  # of PostgreSQL, "audit"
_ROWS_AT_ONCE = 1000


class AuditAction(StrEnum):
    """The actions in the log. The values are stored and translated, so they never change."""

    SIGNED_IN = "signed in"
    FAILED_SIGN_IN = "was refused at sign-in"
    FAILED_SECOND_STEP = "was refused at the second step"
    FAILED_CONFIRMATION = "was refused when asked again"
    USED_RECOVERY_CODE = "used a recovery code"
    ADDED_APP = "added an authenticator app"
    REMOVED_APP = "removed the authenticator app"
    CREATED_RECOVERY_CODES = "made recovery codes"
    ADDED_PASSKEY = "added a passkey"
    RENAMED_PASSKEY = "renamed a passkey"
    REMOVED_PASSKEY = "removed a passkey"
    RESET_FACTORS = "removed the second factors of"
    REQUIRED_FACTORS = "set who needs a second factor"
    LINKED_OPENID = "linked a sign-in service"
    ENDED_SESSIONS = "ended sessions"
    CHANGED_OWN_PASSWORD = "changed own password"  # noqa: S105
    ADDED_PERSON = "added person"
    CHANGED_ROLE = "changed role"  # of releases in which a person had one role
    GAVE_ROLE = "gave a role"
    TOOK_ROLE = "took a role away"
    RENAMED_PERSON = "renamed person"
    SET_LEAVE = "set leave"
    DELETED_PERSON = "deleted person"
    IMPORTED_PEOPLE = "imported people"
    IMPORTED_UNITS = "imported units"
    CREATED_PASSWORD_LINKS = "made links to set passwords"  # noqa: S105
    ASKED_FOR_LINK = "asked for a new password"
    SET_PASSWORD = "set a password by a link"  # noqa: S105
    RENEWED_PASSWORD = "gave a new password"  # noqa: S105
    REACTIVATED_PERSON = "activated account"
    DEACTIVATED_PERSON = "deactivated account"
    CREATED_TOKEN = "made a token"  # noqa: S105
    REVOKED_TOKEN = "revoked a token"  # noqa: S105
    DOWNLOADED = "downloaded"
    DOWNLOADED_RESPONSES = "downloaded single responses"
    READ_COMMENTS = "read comments"
    READ_OPINIONS = "read opinions about the form"
    READ_EVIDENCE = "opened evidence"
    EXPORTED_LOG = "exported the log"
    REQUESTED_FILE = "asked for a file"
    NOTED_COMMENT = "noted comment"
    CHANGED_APPEARANCE = "changed appearance"
    OPENED_CAMPAIGN = "opened campaign"
    ADDED_DESK = "added desk"
    SET_POPULATIONS = "set populations"
    SET_CONTACT = "set contact details"
    SET_RETENTION = "set retention"
    DELETED_RESPONSES = "deleted single responses"
    SET_UNITS_OF_DESKS = "set units of desks"
    PUBLISHED_QUESTIONNAIRE = "published questionnaire"
    PUBLISHED_RESULTS = "published results"
    WITHDREW_RESULTS = "took back results"
    CREATED_LINK = "made a link"
    ENDED_LINKS = "ended links"
    CREATED_SUMMARY = "made a weekly summary"
    SENT_SUMMARY = "sent a weekly summary"
    SET_SUMMARIES = "set weekly summaries"
    ENDED_SUMMARIES = "ended weekly summaries"
    RETRIED_SUMMARY = "tried a summary again"
    OPENED_SCORECARD = "opened scorecard"
    PUBLISHED_DEFINITION = "published definition"
    CHOSE_SOURCE = "chose source"
    IMPORTED_VALUES = "imported values"
    ENTERED_VALUE = "entered value"
    APPROVED_VALUE = "approved value"
    RETURNED_VALUE = "sent value back"
    ADDED_TASK = "added task"
    MARKED_TASK = "marked task"
    ADDED_UNIT = "added unit"
    RENAMED_UNIT = "renamed unit"
    MOVED_UNIT = "moved unit"
    MERGED_UNIT = "merged unit"
    CLOSED_UNIT = "closed unit"
    REOPENED_UNIT = "reopened unit"
    SET_UNIT = "set unit"


class ObjectKind(StrEnum):
    """The kinds of objects that an action can be about. The values are stored, so they never change."""

    CAMPAIGN = "campaign"
    DESK = "desk"
    QUESTIONNAIRE = "questionnaire"
    SCORECARD = "scorecard"
    DEFINITION = "definition"
    TASK = "task"
    PERSON = "person"
    UNIT = "unit"
    TOKEN = "token"  # noqa: S105


@dataclass(frozen=True)
class AuditObject:
    """What an action is about: the key of a campaign, the number of a scorecard or person, a digest."""

    kind: ObjectKind
    key: str


@dataclass(frozen=True)
class EntryContext:
    """The object of an action, the unit it belongs to, and why it was done; None where it is not known."""

    target: AuditObject | None = None
    unit_id: int | None = None
    reason: str | None = None


NO_CONTEXT = EntryContext()


@dataclass(frozen=True)
class LogHead:
    """The number of entries, with the hash and the time of the last; None in a log without entries."""

    count: int
    hash: str
    recorded_at: datetime | None


EMPTY_HEAD = LogHead(0, "0" * 64, None)


class AuditEvent(Base):
    """One action on a subject. `person_id` is None for the system and for somebody who is not signed in.

    `id` is the number of the entry: the first has 1, and none is left out. `subject` is a text to read,
    `object_kind` and `object_key` are for looking entries up. Entries of before them have none.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_at", "at", "id"),
        Index("ix_audit_event_person_id", "person_id", "at", "id"),
        Index("ix_audit_event_unit_id", "unit_id", "at", "id"),
        Index("ix_audit_event_act", "act", "at", "id"),
        Index("ix_audit_event_object_kind", "object_kind", "at", "id"),
        Index("ix_audit_event_object_key", "object_key", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column("at", UtcTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(_SUBJECT_CHARS))
    unit_id: Mapped[int | None]
    object_kind: Mapped[str | None] = mapped_column(String(20))
    object_key: Mapped[str | None] = mapped_column(String(_KEY_CHARS))
    reason: Mapped[str | None] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64), server_default="")
    hash: Mapped[str] = mapped_column(String(64), server_default="")


@dataclass(frozen=True)
class ChainedEntry:
    """An entry as it is stored, to compute its hash; a time that cannot be read is None."""

    number: int
    recorded_at: datetime | None
    person_id: int | None
    act: str
    subject: str
    unit_id: int | None
    object_kind: str | None
    object_key: str | None
    reason: str | None
    previous_hash: str
    hash: str

    def compute_hash(self) -> str:
        """SHA-256 of the hash before it and all columns, as a JSON array in ASCII without spaces."""
        values = (
            self.previous_hash,
            self.number,
            self.recorded_at and self.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.person_id,
            self.act,
            self.subject,
            self.unit_id,
            self.object_kind,
            self.object_key,
            self.reason,
        )
        # What somebody put into SQLite by hand can have any type: then it has another hash.
        return sha256(json.dumps(values, separators=(",", ":"), default=repr).encode()).hexdigest()


def record(
    session: Session,
    action: AuditAction,
    subject: str,
    *,
    person_id: int | None,
    now: datetime,
    context: EntryContext = NO_CONTEXT,
) -> None:
    """Add an action to the log, as the last thing that the transaction does."""
    if now.tzinfo is None:
        raise ValueError(f"{now!r} has no time zone")
    target = context.target
    entry = AuditEvent(
        recorded_at=now,
        person_id=person_id,
        act=action.value,
        subject=_storable(subject, _SUBJECT_CHARS),
        unit_id=context.unit_id,
        object_kind=target.kind.value if target else None,
        object_key=_storable(target.key, _KEY_CHARS) if target else None,
        reason=_storable(context.reason, _REASON_CHARS) if context.reason else None,
    )
    session.info.setdefault(_PENDING, []).append(entry)
    run_last(session, _append_pending)


def _storable(value: str, max_chars: int) -> str:
    """The text as both databases store it: no NUL and no half of a character, cut to a length."""
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()[:max_chars]


def _append_pending(session: Session) -> None:
    """Add the entries of a transaction to the end of the chain.

    On PostgreSQL writers wait for each other here and until the commit, which follows. Whoever waits holds
    no lock that an insert could need: the rows of people, which the foreign key locks, are locked before.
    """
    pending: Sequence[AuditEvent] = session.info.pop(_PENDING, ())
    if session.get_bind().dialect.name == "postgresql":
        people = sorted({entry.person_id for entry in pending if entry.person_id is not None})
        rows = select(Person.id).where(Person.id.in_(people)).order_by(Person.id)
        session.execute(rows.with_for_update(read=True, key_share=True))
        session.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK)))
    last = head(session)
    previous_hash = last.hash
    for number, entry in enumerate(pending, last.count + 1):
        entry.id, entry.previous_hash = number, previous_hash
        entry.hash = previous_hash = _to_chained_entry(entry).compute_hash()
    session.add_all(pending)
    session.flush()


def _to_chained_entry(row: AuditEvent) -> ChainedEntry:
    return ChainedEntry(
        number=row.id,
        recorded_at=row.recorded_at,
        person_id=row.person_id,
        act=row.act,
        subject=row.subject,
        unit_id=row.unit_id,
        object_kind=row.object_kind,
        object_key=row.object_key,
        reason=row.reason,
        previous_hash=row.previous_hash,
        hash=row.hash or "",
    )


def head(session: Session) -> LogHead:
    """The end of the log."""
    query = select(AuditEvent.id, AuditEvent.hash, AuditEvent.recorded_at)
    row = session.execute(query.order_by(AuditEvent.id.desc()).limit(1)).one_or_none()
    return LogHead(*row) if row is not None else EMPTY_HEAD


class _StoredTime(TypeDecorator[datetime]):
    """A time as SQLite stores it, a text; one that is none is None."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:
        """The time that the text stands for, in UTC."""
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def entries_in_order(session: Session) -> Iterator[ChainedEntry]:
    """Every entry by its number, a thousand at a time."""
    query = select(
        AuditEvent.id,
        type_coerce(AuditEvent.recorded_at, _StoredTime),
        AuditEvent.person_id,
        AuditEvent.act,
        AuditEvent.subject,
        AuditEvent.unit_id,
        AuditEvent.object_kind,
        AuditEvent.object_key,
        AuditEvent.reason,
        AuditEvent.previous_hash,
        AuditEvent.hash,
    ).order_by(AuditEvent.id)
    for row in session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)):
        yield ChainedEntry(*row)


def missing_triggers(session: Session) -> Sequence[str]:
    """The triggers that protect the log and are not there or switched off."""
    if session.get_bind().dialect.name == "postgresql":
        query = (
            "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass('audit_event') AND tgenabled <> 'D'"
        )
        return sorted(TRIGGERS_OF_POSTGRESQL - set(session.scalars(text(query))))
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_event'"
    return sorted(TRIGGERS - set(session.scalars(text(query))))


def extent(session: Session) -> tuple[int, datetime | None]:
    """The number of entries, and the time of the first; None without one."""
    n, first = session.execute(select(func.count(), func.min(AuditEvent.recorded_at))).one()
    return n, first


def latest(session: Session, limit: int) -> list[AuditEvent]:
    """The newest actions."""
    return list(session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)))
