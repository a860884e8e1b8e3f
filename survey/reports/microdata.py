"""The responses of a campaign as rows for files: shuffled, coded, and dated no finer than hides a person."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.orm import Session

from survey.instrument.checks import FORM_COLUMNS
from survey.instrument.questionnaire import GROUP_QUESTION, Questionnaire
from survey.reports import codebook
from survey.reports.codebook import NOT_ASKED, Variable
from survey.results.basis import desk_names, populations_fit, unit_names
from survey.results.form_counts import count_people_known
from survey.results.refuse_deleted import refuse_deleted
from survey.store import fieldwork, questionnaires, response_files
from survey.store.fieldwork import Campaign, CollectorAtDesk
from survey.store.response_files import Hashes, Ids, StoredForm

Value = int | float | str | date | None
Row = tuple[Value, ...]
MOST_ON_A_SHEET = 20_000


@dataclass(frozen=True, eq=False)
class Microdata:
    """What response files say of a campaign before their first row.

    `days` are the (collector, day) pairs with enough forms to be named; `weights` give each respondent
    group's people per valid form, empty where people are not known. `positions` are those of `ids` in the
    shuffled order. `desks` and `units` give the codes by collector; `units` is empty where no desk has one.
    """

    campaign_key: str
    campaign_name: str
    is_demo: bool
    questionnaire: Questionnaire
    variables: tuple[Variable, ...]
    ids: Ids
    positions: Hashes
    desks: Mapping[int, int]
    units: Mapping[int, int]
    days: frozenset[tuple[int, date]]
    weights: Mapping[str, float]
    time_zone: ZoneInfo
    made_at: datetime

    @property
    def n(self) -> int:
        """How many rows there are."""
        return int(self.ids.size)


@dataclass(frozen=True, eq=False)
class Responses:
    """The responses for a sheet beside the summary; `rows` is None where there are too many for one."""

    variables: tuple[Variable, ...]
    rows: tuple[Row, ...] | None


def microdata(
    session: Session,
    campaign: Campaign,
    *,
    secret: str,
    time_zone: ZoneInfo,
    made_at: datetime,
    weights: Mapping[str, float] | None = None,
) -> Microdata:
    """The responses of a campaign; `secret` hides the order they came in.

    `weights` are those of a page before, None to take them from the forms as they are now.

    Raises
    ------
    ResponsesDeletedError
        The responses are deleted.
    """
    refuse_deleted(session, campaign.id)
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    collectors = fieldwork.collectors_of(session, campaign.id)
    ids, positions = response_files.shuffle_ids(session, campaign.id, shuffle_key(secret, "responses"))
    return Microdata(
        campaign_key=campaign.key,
        campaign_name=campaign.name,
        is_demo=campaign.is_demo,
        questionnaire=questionnaire,
        variables=_variables(questionnaire, collectors),
        ids=ids,
        positions=positions,
        desks={row.collector.id: row.collector.id for row in collectors},
        units=_unit_codes(collectors),
        days=_days_to_name(session, campaign, questionnaire.scoring.small_cell_suppression, time_zone),
        weights=_weights(session, campaign, questionnaire, ids) if weights is None else weights,
        time_zone=time_zone,
        made_at=made_at,
    )


def variables_of(session: Session, campaign: Campaign) -> tuple[Variable, ...]:
    """The variables of a campaign's responses."""
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    return _variables(questionnaire, fieldwork.collectors_of(session, campaign.id))


def _variables(questionnaire: Questionnaire, collectors: Sequence[CollectorAtDesk]) -> tuple[Variable, ...]:
    return codebook.variables(questionnaire, desk_names(collectors), unit_names(collectors))


def _unit_codes(collectors: Sequence[CollectorAtDesk]) -> dict[int, int]:
    has_units = any(row.unit for row in collectors)
    return {
        row.collector.id: row.unit.id if row.unit else codebook.NO_UNIT for row in collectors if has_units
    }


def page_of(data: Microdata, *, after: int | None, limit: int) -> tuple[Microdata, int | None]:
    """At most `limit` forms after a position (None: from the first), and the last position if more follow."""
    start = 0 if after is None else int(np.searchsorted(data.positions, np.uint64(after), side="right"))
    end = start + limit
    last = int(data.positions[end - 1]) if end < data.n else None
    return replace(data, ids=data.ids[start:end], positions=data.positions[start:end]), last


def shuffle_key(secret: str, purpose: str) -> bytes:
    """The key of a file's order: another for comments than for responses, so that no row meets the other."""
    return hashlib.sha256(f"shuffle {purpose}:{secret}".encode()).digest()


def rows(session: Session, data: Microdata) -> Iterator[Row]:
    """A row for each form, in the order of the variables."""
    items = [variable for variable in data.variables if variable.name not in FORM_COLUMNS]
    coded = [(variable.name, codebook.encoders(variable)) for variable in items]
    for form in response_files.forms(session, data.ids):
        stored = form.answers
        answers = (codes[stored[key]] if key in stored else NOT_ASKED for key, codes in coded)
        yield (*_of_the_form(data, form), *answers)


def _of_the_form(data: Microdata, form: StoredForm) -> Row:
    day = form.received_at.astimezone(data.time_zone).date()
    weight = data.weights.get(str(form.answers.get(GROUP_QUESTION))) if form.is_complete else None
    return (
        int(form.is_complete),
        data.desks[form.collector_id],
        *((data.units[form.collector_id],) if data.units else ()),
        day if (form.collector_id, day) in data.days else None,
        form.language,
        form.mode,
        weight,
    )


def _days_to_name(
    session: Session, campaign: Campaign, at_least: int, time_zone: ZoneInfo
) -> frozenset[tuple[int, date]]:
    """Desk and day with forms enough that a clerk who remembers one visitor learns nothing."""
    counts: Counter[tuple[int, date]] = Counter()
    for collector_id, hour, n in response_files.counts_by_hour(session, campaign.id):
        counts[collector_id, hour.astimezone(time_zone).date()] += n
    return frozenset(key for key, n in counts.items() if n >= at_least)


def _weights(
    session: Session, campaign: Campaign, questionnaire: Questionnaire, ids: Ids
) -> Mapping[str, float]:
    """As the score has them: a valid form stands for its group's people over its group's forms."""
    if not campaign.populations:
        return {}
    valid = (form for form in response_files.forms(session, ids) if form.is_complete)
    counts = Counter(str(form.answers.get(GROUP_QUESTION)) for form in valid)
    known = count_people_known(session, campaign)
    if not populations_fit(campaign.populations, counts, questionnaire, known):
        return {}
    return {group: campaign.populations.get(group, n) / n for group, n in counts.items()}


def responses_for_a_sheet(session: Session, data: Microdata) -> Responses:
    """The rows together, where they are few enough to be read in a spreadsheet."""
    return Responses(data.variables, tuple(rows(session, data)) if data.n <= MOST_ON_A_SHEET else None)
