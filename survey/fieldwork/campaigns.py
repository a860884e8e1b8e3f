"""Opening campaigns with their desks and collectors."""

import re
import secrets
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from survey.instrument.questionnaire import Questionnaire, Text
from survey.instrument.retention_text import contradictions
from survey.store import fieldwork, questionnaires, releases, units
from survey.store.fieldwork import DEFAULT_RETENTION_MONTHS, Campaign, Collector, Contact, Desk
from survey.web.errors import Refusal, RefusalKind
from survey.web.locale import DEFAULT_LANGUAGE, LANGUAGES, text_of

_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing to misread on a poster
_CODE_CHARS = 6
_MAX_KEY_CHARS = 50
_PAGES = frozenset({"new"})  # have the address that a campaign of this key would have


class DeskTakenError(ValueError):
    """The campaign already has this desk."""


class ConsentContradictedError(ValueError):
    """The consent names `times` until responses are deleted, and the campaign has another one."""

    def __init__(self, times: Sequence[str]) -> None:
        super().__init__(f"the consent names {', '.join(times)}")
        self.times = tuple(times)


@dataclass(frozen=True)
class NewCampaign:
    """A campaign as an office plans it. It belongs to the province where no unit is named."""

    name: str
    instrument_digest: str
    opens_on: date
    closes_on: date
    desks: tuple[Text, ...]
    is_demo: bool = False
    key: str = ""
    contact: Contact | None = None
    retention_months: int = DEFAULT_RETENTION_MONTHS
    unit_id: int | None = None


def open_campaign(session: Session, new: NewCampaign, *, now: datetime) -> Campaign:
    """Add a campaign with a collector for each of its desks.

    Raises
    ------
    ConsentContradictedError
        The questionnaire's consent names another time until responses are deleted.
    """
    refuse_contradiction(questionnaires.questionnaire(session, new.instrument_digest), new.retention_months)
    campaign = Campaign(
        key=new.key or free_key(session, new.name),
        name=new.name,
        instrument_digest=new.instrument_digest,
        opens_on=new.opens_on,
        closes_on=new.closes_on,
        is_demo=new.is_demo,
        populations={},
        contact=asdict(new.contact) if new.contact else None,
        retention_months=new.retention_months,
        created_at=now,
        unit_id=new.unit_id or units.province(session).id,
    )
    session.add(campaign)
    session.flush()
    for desk in new.desks:
        add_desk(session, campaign, desk)
    return campaign


def add_desk(
    session: Session, campaign: Campaign, names: Text, *, code: str = "", quota: int | None = None
) -> Collector:
    """Add a collector of the campaign at a desk; DeskTakenError when the campaign has one there.

    A desk with a name that is new in the campaign's unit is added. An existing one works for the unit that it
    worked for in its last campaign.
    """
    name = names.to(DEFAULT_LANGUAGE)
    desk = fieldwork.find_desk(session, campaign.unit_id, name)
    if desk is None:
        desk = Desk.with_names(names)
        desk.unit_id = campaign.unit_id
        session.add(desk)
        session.flush()
    if any(row.desk.id == desk.id for row in fieldwork.collectors_of(session, campaign.id)):
        raise DeskTakenError(name)
    collector = Collector(
        code=code or _free_code(session),
        campaign_id=campaign.id,
        desk_id=desk.id,
        quota=quota,
        unit_id=fieldwork.last_unit_of(session, desk.id),
    )
    session.add(collector)
    session.flush()
    return collector


def set_populations(session: Session, campaign_id: int, populations: Mapping[str, int]) -> None:
    """Store how many people each respondent group has: the base of weights and population correction.

    Results follow; what is published stays until there is a new edition.
    """
    campaign = session.get_one(Campaign, campaign_id)
    if campaign.populations != dict(populations):
        campaign.populations = dict(populations)
        releases.delete_certificate(session, campaign_id)


def set_forms_issued(session: Session, campaign_id: int, forms_issued: int | None) -> None:
    """Store how many forms were issued, the base of response rates; None where nobody counted."""
    session.get_one(Campaign, campaign_id).forms_issued = forms_issued


def set_contact(session: Session, key: str, contact: Contact) -> None:
    """Store whom citizens ask about a campaign."""
    fieldwork.campaign_by_key(session, key).contact = asdict(contact)


def refuse_contradiction(questionnaire: Questionnaire, months: int) -> None:
    """Raise ConsentContradictedError where the consent promises another time than `months`."""
    if times := contradictions(questionnaire, months):
        raise ConsentContradictedError(times)


def set_quota(session: Session, collector_id: int, quota: int | None) -> None:
    """Store the limit of responses of a collector; None for no limit."""
    session.get_one(Collector, collector_id).quota = quota


def set_units(session: Session, campaign: Campaign, units: Mapping[int, int | None]) -> None:
    """Store the unit of the campaign's desks by collector id; None for no unit.

    Raises
    ------
    ResultsPublishedError
        Everybody sees the results of the units as they are.
    """
    if campaign.published_at is not None:
        raise ResultsPublishedError(campaign.key)
    for row in fieldwork.collectors_of(session, campaign.id):
        row.collector.unit_id = units.get(row.collector.id, row.collector.unit_id)


class ResultsPublishedError(Refusal):
    """A change would alter results that are published, without a new edition."""

    kind = RefusalKind.CONFLICT
    title = "The results of this survey are published"
    advice = "Withdraw the results first, change the units, and publish the results again: a new edition."


def free_key(session: Session, name: str) -> str:
    """An unused key made of the name, for addresses and commands."""
    folded = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    parts = re.findall(r"[a-z0-9]+", folded.encode("ascii", "ignore").decode())
    base = "-".join(parts)[:_MAX_KEY_CHARS].strip("-") or "campaign"
    key, number = base, 2
    while key in _PAGES or fieldwork.has_campaign(session, key):
        key, number = f"{base}-{number}", number + 1
    return key


def _free_code(session: Session) -> str:
    while True:
        code = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_CHARS))
        if not fieldwork.code_is_taken(session, code):
            return code


def parse_desks(lines: str) -> Sequence[Text]:
    """Desks as typed, one per line: `name | English name`, in the order of the interface's languages.

    All names but the first are optional.
    """
    return [text_of(*names) for _number, names in _named_lines(lines)]


@dataclass(frozen=True)
class DeskTwice:
    """A desk that two lines name, which count from 1. Their letters may differ in case."""

    name: str
    first_line: int
    line: int


def find_desk_twice(lines: str) -> DeskTwice | None:
    """The first desk that is named a second time; None without one."""
    first_lines: dict[str, int] = {}
    for number, (name, *_further) in _named_lines(lines):
        folded = " ".join(unicodedata.normalize("NFC", name).casefold().split())
        if folded in first_lines:
            return DeskTwice(name, first_lines[folded], number)
        first_lines[folded] = number
    return None


def _named_lines(lines: str) -> Iterator[tuple[int, list[str]]]:
    """The number of each line with a desk, from 1, and the desk's names."""
    for number, line in enumerate(lines.splitlines(), 1):
        names = [name.strip() for name in line.split("|", len(LANGUAGES) - 1)]
        if names[0]:
            yield number, names
