"""Scorecards of units and periods. Values and decisions are only added. A correction is another value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, Select, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from survey.instrument import scorecard_codec
from survey.instrument.scorecard import Scorecard
from survey.store.db import Base, UtcTime, require
from survey.store.units import Unit, is_within
from survey.store.versions import SharedColumns, VersionColumns, Versions, library_text

DEFAULT = "par_index"


class ScorecardVersion(VersionColumns, Base):
    """One published version of a scorecard's definition as its canonical document."""

    __tablename__ = "scorecard_version"


class ScorecardVersionUnit(SharedColumns, Base):
    """That a unit published this version."""

    __tablename__ = "scorecard_version_unit"

    digest: Mapped[str] = mapped_column(ForeignKey("scorecard_version.digest"), primary_key=True)


class Card(Base):
    """The scorecard of a unit in a period (2018, 2018-Q3, 2018-09), with or without a campaign."""

    __tablename__ = "scorecard"
    __table_args__ = (UniqueConstraint("unit_id", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    period: Mapped[str] = mapped_column(String(8))
    digest: Mapped[str] = mapped_column(ForeignKey("scorecard_version.digest"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    is_demo: Mapped[bool]
    opened_at: Mapped[datetime] = mapped_column(UtcTime)


class Entry(Base):
    """One value of an official. `reason` says why it corrects an approved value."""

    __tablename__ = "scorecard_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("scorecard.id"), index=True)
    indicator_key: Mapped[str] = mapped_column(String(40))
    value: Mapped[float | None]
    numerator: Mapped[float | None]
    denominator: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    evidence_ref: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(500))
    reason: Mapped[str] = mapped_column(String(500))
    entered_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcTime)


class Decision(Base):
    """The final decision of a leader on an entry."""

    __tablename__ = "scorecard_decision"

    entry_id: Mapped[int] = mapped_column(ForeignKey("scorecard_entry.id"), primary_key=True)
    is_approved: Mapped[bool]
    note: Mapped[str] = mapped_column(String(500))
    decided_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcTime)


class StoredEvidence(Base):
    """The document that proves an entry, unchanged."""

    __tablename__ = "scorecard_evidence"

    entry_id: Mapped[int] = mapped_column(ForeignKey("scorecard_entry.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    mimetype: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Task(Base):
    """A task of the plan: responsible person, due day, and the day and document of its completion."""

    __tablename__ = "plan_task"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    year: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    responsible: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    evidence_ref: Mapped[str] = mapped_column(String(200))


@dataclass(frozen=True)
class EntryRecord:
    """An entry with its decision and its evidence, the latter without content."""

    entry: Entry
    decision: Decision | None
    evidence: StoredEvidence | None


@dataclass(frozen=True)
class UnitCard:
    """A card with its unit."""

    card: Card
    unit: Unit


_versions = Versions(
    ScorecardVersion,
    ScorecardVersionUnit,
    scorecard_codec.digest,
    scorecard_codec.to_json,
    scorecard_codec.scorecard_from_text,
    version_path=("par_scorecard", "version"),
)
publish = _versions.publish
publish_from_file = _versions.publish_from_file
versions = _versions.all
definition = _versions.load
positions_of_definition = _versions.positions


def load_shipped(name: str = DEFAULT) -> Scorecard:
    """A scorecard that comes with the product."""
    return scorecard_codec.scorecard_from_text(library_text(name))


def card(session: Session, card_id: int) -> UnitCard:
    """The card with this number."""
    return UnitCard(*require(session.execute(_cards().where(Card.id == card_id)).one_or_none()))


def cards(
    session: Session,
    *,
    within: Iterable[str] = ("/",),
    unit_id: int | None = None,
    period: str | None = None,
) -> list[UnitCard]:
    """The cards of units at or below paths, of one unit or one period, by latest period, then by unit."""
    query = _cards().where(is_within(within)).order_by(Card.period.desc(), Unit.id)
    if unit_id is not None:
        query = query.where(Card.unit_id == unit_id)
    if period is not None:
        query = query.where(Card.period == period)
    return [UnitCard(*row) for row in session.execute(query)]


def _cards() -> Select[Card, Unit]:
    return select(Card, Unit).join(Unit, Unit.id == Card.unit_id)


def survey_ids(session: Session) -> list[int]:
    """The campaigns whose scores are lines of scorecards."""
    chosen = select(Card.campaign_id).where(Card.campaign_id.is_not(None)).distinct()
    return [number for number in session.scalars(chosen.order_by(Card.campaign_id)) if number is not None]


def entries(session: Session, card_ids: Sequence[int]) -> list[EntryRecord]:
    """Every entry of the cards, oldest first."""
    query = (
        select(Entry, Decision, StoredEvidence)
        .outerjoin(Decision, Decision.entry_id == Entry.id)
        .outerjoin(StoredEvidence, StoredEvidence.entry_id == Entry.id)
        .where(Entry.card_id.in_(card_ids))
        .order_by(Entry.id)
        .options(defer(StoredEvidence.content, raiseload=True))
    )
    return [EntryRecord(*row) for row in session.execute(query)]


def latest_entry(session: Session, card_id: int, key: str) -> Entry | None:
    """The newest entry of an indicator."""
    query = select(Entry).where(Entry.card_id == card_id, Entry.indicator_key == key)
    return session.scalar(query.order_by(Entry.id.desc()).limit(1))


def is_approved(session: Session, card_id: int, key: str) -> bool:
    """Whether any value of an indicator has been approved."""
    query = (
        select(func.count())
        .select_from(Entry)
        .join(Decision, Decision.entry_id == Entry.id)
        .where(Entry.card_id == card_id, Entry.indicator_key == key, Decision.is_approved)
    )
    return session.scalar(query) != 0


def decision(session: Session, entry_id: int) -> Decision | None:
    """The decision on an entry."""
    return session.get(Decision, entry_id)


def evidence(session: Session, card_id: int, entry_id: int) -> StoredEvidence:
    """The document of an entry of a card, with its content."""
    query = select(StoredEvidence).join(Entry, Entry.id == StoredEvidence.entry_id)
    return require(session.scalar(query.where(Entry.id == entry_id, Entry.card_id == card_id)))


def demo_units(session: Session) -> set[int]:
    """The units with demonstration cards: their tasks belong to the demonstration, too."""
    return set(session.scalars(select(Card.unit_id).where(Card.is_demo)))


def tasks(
    session: Session,
    within: Iterable[str] = ("/",),
    *,
    unit_id: int | None = None,
    year: int | None = None,
) -> list[Task]:
    """The tasks of units at or below paths, of one unit or of one year, by due day."""
    query = select(Task).join(Unit, Unit.id == Task.unit_id).where(is_within(within))
    query = query.order_by(Task.due_on, Task.id)
    if unit_id is not None:
        query = query.where(Task.unit_id == unit_id)
    if year is not None:
        query = query.where(Task.year == year)
    return list(session.scalars(query))


def task(session: Session, task_id: int) -> Task:
    """The task with this number."""
    return require(session.get(Task, task_id))


def add_task(session: Session, task: Task) -> int:
    """Add a task to the plan and return its number."""
    session.add(task)
    session.flush()
    return task.id
