"""What an inspector looks for in the log: read from the query of an address, and written into one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from survey.store.audit import AuditAction, ObjectKind
from survey.store.audit_entries import EntryFilter
from survey.web.forms import DAY_FORMATS, FIRST_YEAR, LAST_YEAR, is_plain
from survey.web.locale import N_, Gettext

Chosen = TypeVar("Chosen", int, str)
NOBODY = "none"
FIELDS = ("person", "unit", "object", "key", "act", "from", "to")
_KEY_CHARS = 120
_LARGEST_NUMBER = 2**31 - 1  # of an entry, in PostgreSQL
_MAX_DIGITS = 10
KIND_NAMES = {
    ObjectKind.CAMPAIGN: N_("Campaign"),
    ObjectKind.DESK: N_("Desk"),
    ObjectKind.QUESTIONNAIRE: N_("Questionnaire"),
    ObjectKind.SCORECARD: N_("Scorecard"),
    ObjectKind.DEFINITION: N_("Definition of a scorecard"),
    ObjectKind.TASK: N_("Task"),
    ObjectKind.PERSON: N_("Official"),
    ObjectKind.UNIT: N_("Unit"),
    ObjectKind.TOKEN: N_("Token of a program"),
}


@dataclass(frozen=True)
class LogNames:
    """The names of people and of units by their numbers, and the people to choose from."""

    people: Mapping[int, str]
    units: Mapping[int, str]
    offered: Mapping[int, str]


@dataclass(frozen=True)
class LogQuery:
    """A query of the log: what was typed by field, what it selects, and what is wrong with it.

    `before` and `after` are the number of the entry that the page begins beside.
    """

    typed: Mapping[str, str]
    wanted: EntryFilter
    errors: Mapping[str, str] = field(default_factory=dict)
    before: int | None = None
    after: int | None = None

    @property
    def in_address(self) -> dict[str, str]:
        """The fields that are filled in, for an address."""
        return {name: text for name, text in self.typed.items() if text}


def parse_query(query: Mapping[str, str], names: LogNames, time_zone: ZoneInfo, _: Gettext) -> LogQuery:
    """Read a query. What is not in a list, or is no day, is an error and no part of the filter."""
    reader = _QueryReader({name: query.get(name, "").strip() for name in FIELDS}, _)
    people = {NOBODY: 0} | {str(number): number for number in names.offered}
    since, until = reader.read_day("from", _("From day")), reader.read_day("to", _("To day"))
    if since and until and since > until:
        reader.errors["to"] = _("The last day is before the first day")
    wanted = EntryFilter(
        person_id=reader.choose("person", _("Who"), people),
        unit_id=reader.choose("unit", _("Unit"), {str(number): number for number in names.units}),
        act=reader.choose("act", _("What"), {act.value: act.value for act in AuditAction}),
        object_kind=reader.choose(
            "object", _("Kind of object"), {kind.value: kind.value for kind in ObjectKind}
        ),
        object_key=reader.read_key("key", _("Key or number of the object")),
        since=_begin(since, time_zone),
        until=_begin(until and until + timedelta(days=1), time_zone),
    )
    before, after = (_number(query.get(name, "")) for name in ("before", "after"))
    return LogQuery(reader.typed, wanted, reader.errors, before, after)


def _begin(day: date | None, time_zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), time_zone) if day else None


def _number(text: str) -> int | None:
    """The number of an entry; None for what can be none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS
    return min(int(text), _LARGEST_NUMBER) if is_number else None


class _QueryReader:
    """Reads the fields of a query and collects what is wrong."""

    def __init__(self, typed: Mapping[str, str], gettext: Gettext) -> None:
        self.typed, self.errors, self._gettext = typed, dict[str, str](), gettext

    def choose(self, name: str, label: str, offered: Mapping[str, Chosen]) -> Chosen | None:
        """The value of what was chosen from a list."""
        _, text = self._gettext, self.typed[name]
        if text and text not in offered:
            self.errors[name] = _("Choose from the list: %(field)s") % {"field": label}
        return offered.get(text)

    def read_day(self, name: str, label: str) -> date | None:
        """The day that was typed."""
        _, text = self._gettext, self.typed[name]
        day = parse_day(text)
        if text and day is None:
            self.errors[name] = _("Enter a date: %(field)s") % {"field": label}
        elif day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            message = _("Enter a day in a year from %(first)s to %(last)s: %(field)s")
            self.errors[name] = message % {"first": FIRST_YEAR, "last": LAST_YEAR, "field": label}
        return None if name in self.errors else day

    def read_key(self, name: str, label: str) -> str | None:
        """The key that was typed."""
        _, text = self._gettext, self.typed[name]
        if len(text) > _KEY_CHARS:
            message = _("%(field)s has %(n)s characters; the most is %(most)s")
            self.errors[name] = message % {"field": label, "n": len(text), "most": _KEY_CHARS}
        elif not is_plain(text):
            message = _("%(field)s holds a character that cannot be printed; type it again")
            self.errors[name] = message % {"field": label}
        return text if text and name not in self.errors else None


def parse_day(text: str) -> date | None:
    """The day that a text stands for, as browsers send it or as people type it; None for no day."""
    for pattern in DAY_FORMATS:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 — a day has no time zone
        except ValueError:
            continue
    return None
