"""Opening a campaign, its desks, and their collectors."""

import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from survey.store import fieldwork, units
from survey.store.fieldwork import Campaign, Collector, Desk

_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing to misread on a poster
_CODE_CHARS = 6
_MAX_KEY_CHARS = 50
_PAGES = frozenset({"new"})  # stand where a campaign's key does in an address


class DeskTakenError(ValueError):
    """The campaign has this desk already."""


@dataclass(frozen=True)
class NewDesk:
    """A desk as typed in: its Vietnamese name and its English one."""

    name: str
    name_en: str


@dataclass(frozen=True)
class NewCampaign:
    """A campaign as an office plans it."""

    name: str
    instrument_digest: str
    opens_on: date
    closes_on: date
    desks: tuple[NewDesk, ...]
    is_demo: bool = False
    key: str = ""


def open_campaign(session: Session, new: NewCampaign, *, now: datetime) -> Campaign:
    """A campaign with a collector for each of its desks."""
    campaign = Campaign(
        key=new.key or free_key(session, new.name),
        name=new.name,
        instrument_digest=new.instrument_digest,
        opens_on=new.opens_on,
        closes_on=new.closes_on,
        is_demo=new.is_demo,
        populations={},
        created_at=now,
    )
    session.add(campaign)
    session.flush()
    for desk in new.desks:
        add_desk(session, campaign, desk)
    return campaign


def add_desk(session: Session, campaign: Campaign, new: NewDesk, *, code: str = "") -> Collector:
    """A collector of the campaign at a desk, which is made if nobody knows it yet.

    A known desk works for the same unit as it did last.
    """
    desk = units.find_named(session, fieldwork.Desk, new.name)
    if desk is None:
        desk = Desk(name=new.name, name_en=new.name_en or new.name)
        session.add(desk)
        session.flush()
    if any(row.desk.id == desk.id for row in fieldwork.collectors_of(session, campaign.id)):
        raise DeskTakenError(new.name)
    collector = Collector(
        code=code or _free_code(session),
        campaign_id=campaign.id,
        desk_id=desk.id,
        quota=None,
        unit_id=fieldwork.last_unit_of(session, desk.id),
    )
    session.add(collector)
    session.flush()
    return collector


def set_populations(session: Session, campaign_id: int, populations: Mapping[str, int]) -> None:
    """Keep how many people each respondent group has: the base of weights and population correction."""
    session.get_one(Campaign, campaign_id).populations = dict(populations)


def set_forms_issued(session: Session, campaign_id: int, forms_issued: int | None) -> None:
    """Keep how many forms were handed out, the base of response rates; None where nobody counted."""
    session.get_one(Campaign, campaign_id).forms_issued = forms_issued


def set_quota(session: Session, collector_id: int, quota: int | None) -> None:
    """The most responses a collector takes; None for no limit."""
    session.get_one(Collector, collector_id).quota = quota


def set_units(session: Session, campaign: Campaign, units: Mapping[int, int | None]) -> None:
    """Keep which unit each of the campaign's desks works for, by the collector's id; None for no unit."""
    for row in fieldwork.collectors_of(session, campaign.id):
        row.collector.unit_id = units.get(row.collector.id, row.collector.unit_id)


def free_key(session: Session, name: str) -> str:
    """A short name for addresses and commands that no campaign has."""
    folded = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    words = re.findall(r"[a-z0-9]+", folded.encode("ascii", "ignore").decode())
    base = "-".join(words)[:_MAX_KEY_CHARS].strip("-") or "campaign"
    key, number = base, 2
    while key in _PAGES or fieldwork.has_campaign(session, key):
        key, number = f"{base}-{number}", number + 1
    return key


def _free_code(session: Session) -> str:
    while True:
        code = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_CHARS))
        if not fieldwork.code_is_taken(session, code):
            return code


def desks_typed(lines: str) -> Sequence[NewDesk]:
    """Desks as typed, one a line: `name | English name`, the English one being optional."""
    found: dict[str, NewDesk] = {}
    for line in lines.splitlines():
        name, _, name_en = (part.strip() for part in line.partition("|"))
        if name:
            found.setdefault(name, NewDesk(name, name_en or name))
    return list(found.values())
