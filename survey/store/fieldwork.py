"""Campaigns, desks and collectors. A collector is the one link (and QR) of a campaign at a desk."""

import calendar
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Select, String, UniqueConstraint, func, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from survey.store.db import Base, JsonText, NotFoundError, UtcTime, require
from survey.store.units import NameColumns, Unit, is_within


@dataclass(frozen=True)
class Contact:
    """Whom citizens ask about a survey: the office that answers for the data, and who is in charge."""

    office: str
    address: str
    phone: str
    email: str
    responsible: str


DEFAULT_RETENTION_MONTHS = 24
MIN_RETENTION_MONTHS, MAX_RETENTION_MONTHS = 1, 120


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last day of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    if year > date.max.year:
        return date.max  # there is no later day
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))


class Campaign(Base):
    """One round of a survey. `populations` holds people served per respondent group, where known.

    `contact` holds the fields of a `Contact`, None where nobody entered them.

    `forms_issued` is the number of forms handed out or offered, None where it is not known. `published_at` is
    None while the results are not public; `share_key` is part of the links to them. `retention_months` is how
    many months after the last day single responses are deleted.
    """

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    instrument_digest: Mapped[str] = mapped_column(ForeignKey("instrument_version.digest"))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    is_demo: Mapped[bool]
    populations: Mapped[dict[str, int]] = mapped_column(JsonText)
    forms_issued: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcTime)
    share_key: Mapped[str | None] = mapped_column(String(16))
    contact: Mapped[dict[str, str] | None] = mapped_column(JsonText)
    retention_months: Mapped[int] = mapped_column(server_default="24")
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    @property
    def responses_due_on(self) -> date:
        """The day on which single responses are deleted."""
        return months_after(self.closes_on, self.retention_months)

    @property
    def contact_details(self) -> Contact | None:
        """Whom citizens ask; None where nobody entered it."""
        return Contact(**self.contact) if self.contact else None

    def is_open(self, today: date) -> bool:
        """Whether the campaign accepts responses on this day."""
        return self.opens_on <= today <= self.closes_on


_NEWEST_FIRST = (Campaign.opens_on.desc(), Campaign.id.desc())


class CampaignNotFoundError(NotFoundError):
    """No campaign has this key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Desk(NameColumns, Base):
    """A place of a unit where people are served. A desk outlives its campaigns."""

    __tablename__ = "desk"
    __table_args__ = (UniqueConstraint("unit_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)


class Collector(Base):
    """The link of one campaign at one desk. `quota` is the limit of its responses, None for no limit.

    `unit_id` is the unit of the desk in this campaign, None where it is not set.
    """

    __tablename__ = "collector"
    __table_args__ = (UniqueConstraint("campaign_id", "desk_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    desk_id: Mapped[int] = mapped_column(ForeignKey("desk.id"))
    quota: Mapped[int | None]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


_LOOK_ALIKES = str.maketrans("ilo", "110")


@dataclass(frozen=True)
class CollectorAtDesk:
    """A collector with its desk and campaign, and the unit of the desk, where it is set."""

    collector: Collector
    desk: Desk
    campaign: Campaign
    unit: Unit | None


def collector_by_code(session: Session, code: str) -> CollectorAtDesk:
    """The collector of a code on a poster, however the code was typed, as long as only one can be meant."""
    exact = session.execute(_collectors().where(Collector.code == code)).one_or_none()
    if exact is None:
        similar = session.execute(
            _collectors().where(_fold_column(Collector.code) == fold_code(code)).limit(2)
        ).all()
        exact = similar[0] if len(similar) == 1 else None
    return CollectorAtDesk(*require(exact))


def fold_code(text: str) -> str:
    """The letters and digits of a code as people read and type it: no case, no signs, look-alikes as one."""
    letters = unicodedata.normalize("NFKC", text).lower()
    return "".join(c for c in letters if c.isascii() and c.isalnum()).translate(_LOOK_ALIKES)


def _fold_column(code: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """What `fold_code` makes of a stored code."""
    folded: ColumnElement[str] = func.lower(code)
    for letter, digit in ("i", "1"), ("l", "1"), ("o", "0"):
        folded = func.replace(folded, letter, digit)
    return folded


def collectors_of(session: Session, campaign_id: int) -> list[CollectorAtDesk]:
    """The collectors of a campaign by the name of their desk."""
    rows = session.execute(_collectors().where(Collector.campaign_id == campaign_id).order_by(Desk.name))
    return [CollectorAtDesk(*row) for row in rows]


def _collectors() -> Select[Collector, Desk, Campaign, Unit | None]:
    return (
        select(Collector, Desk, Campaign, Unit)
        .join(Desk, Desk.id == Collector.desk_id)
        .join(Campaign, Campaign.id == Collector.campaign_id)
        .join(Unit, Unit.id == Collector.unit_id, isouter=True)
    )


def last_unit_of(session: Session, desk_id: int) -> int | None:
    """The unit of a desk in its latest campaign."""
    latest = select(Collector.unit_id).where(Collector.desk_id == desk_id).order_by(Collector.id.desc())
    return session.scalar(latest.limit(1))


def code_is_taken(session: Session, code: str) -> bool:
    """Whether a collector has this code."""
    return session.scalar(select(func.count()).where(Collector.code == code)) != 0


def campaign_by_key(session: Session, key: str) -> Campaign:
    """The campaign with the key of an address or command; CampaignNotFoundError without one."""
    campaign = session.scalar(select(Campaign).where(Campaign.key == key))
    if campaign is None:
        raise CampaignNotFoundError(key)
    return campaign


def ids_of(session: Session, key: str) -> list[int]:
    """The number of the campaign with this key, none without one."""
    return list(session.scalars(select(Campaign.id).where(Campaign.key == key)))


def has_campaign(session: Session, key: str) -> bool:
    """Whether there is a campaign with this key."""
    return session.scalar(select(func.count()).where(Campaign.key == key)) != 0


def campaigns(session: Session, within: Iterable[str] = ("/",)) -> list[Campaign]:
    """The campaigns of the units at or below these paths, newest first."""
    query = select(Campaign).join(Unit, Unit.id == Campaign.unit_id).where(is_within(within))
    return list(session.scalars(query.order_by(*_NEWEST_FIRST)))


def campaigns_of(session: Session, unit_id: int) -> list[Campaign]:
    """The campaigns of one unit, newest first."""
    return list(session.scalars(select(Campaign).where(Campaign.unit_id == unit_id).order_by(*_NEWEST_FIRST)))


def campaigns_seen(session: Session, within: Sequence[str]) -> list[Campaign]:
    """The campaigns of units at or below these paths, and those with desks of such units, newest first."""
    query = select(Campaign).join(Unit, Unit.id == Campaign.unit_id)
    return list(session.scalars(query.where(is_within(within) | _has_desks(within)).order_by(*_NEWEST_FIRST)))


def _has_desks(within: Iterable[str]) -> ColumnElement[bool]:
    theirs = select(Collector.campaign_id).join(Unit, Unit.id == Collector.unit_id).where(is_within(within))
    return Campaign.id.in_(theirs)


def find_desk(session: Session, unit_id: int, name: str) -> Desk | None:
    """The desk of a unit with exactly this name, None without one."""
    return session.scalar(select(Desk).where(Desk.unit_id == unit_id, Desk.name == name))


def last_contact(session: Session, within: Iterable[str] = ("/",)) -> Contact | None:
    """The contact details of the newest campaign at or below these paths, as a proposal for the next."""
    query = select(Campaign).join(Unit, Unit.id == Campaign.unit_id).where(is_within(within))
    row = session.scalar(query.where(Campaign.contact.is_not(None)).order_by(Campaign.id.desc()).limit(1))
    return row.contact_details if row else None
