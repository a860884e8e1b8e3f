"""Roll-ups: stored counts of a campaign's responses, so that a result need not read every response.

The counts are exact at every moment:

1. A response is stored with `is_folded` false. Its transaction does nothing else.
2. A result is the stored counts plus the counts of the responses that are not folded, read in one snapshot.
3. Folding adds such responses to the stored counts and sets `is_folded`, in one transaction. A lock on the
   `rollup` row allows one fold of a campaign at a time. The order of ids does not matter.
4. A withdrawal subtracts its response from the stored counts, under the same lock, if it was folded.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import datetime, tzinfo
from operator import attrgetter
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ForeignKey,
    Integer,
    LargeBinary,
    Select,
    String,
    delete,
    func,
    insert,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.instrument.questionnaire import Questionnaire
from survey.scoring.pair_counts import from_bytes
from survey.store import questionnaires, releases, retention
from survey.store.db import Base, Database, JsonText, batches
from survey.store.fieldwork import Campaign
from survey.store.responses import ResponseRow
from survey.store.rolling import (
    COUNTS,
    LAYOUT,
    N_REASONS,
    VIEWS,
    CellKey,
    Crossing,
    FormToCount,
    RollUp,
    StoredCrossings,
    count_crossings,
    count_forms,
    crossings_from_json,
    roll_up_of,
)
from survey.store.unavailable import StoreUnavailableError

FOLD_FROM = 300  # limit of the unfolded responses that a result reads
FOLD_AT_ONCE = 1000  # responses in one transaction: on SQLite other writers wait for it
SelectForms = Select[int, str, str, datetime, bool, dict[str, int | str | None]]  # as `FormToCount`
_NO_SESSION_SYNC = {"synchronize_session": False}  # the session holds no objects of these rows


class RollUpState(Base):
    """The stored counts of a campaign besides its cells, one column for each of `rolling.COUNTS`.

    `made_for` is a hash of layout, version of the questionnaire and time zone.
    """

    __tablename__ = "rollup"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    made_for: Mapped[str] = mapped_column(String(64))
    time_zone: Mapped[str] = mapped_column(String(64))
    crossings: Mapped[StoredCrossings] = mapped_column(JsonText)
    languages: Mapped[dict[str, int]] = mapped_column(JsonText)
    modes: Mapped[dict[str, int]] = mapped_column(JsonText)
    incomplete: Mapped[int]


class RollUpCell(Base):
    """The stored counts of one respondent group in one part of a view."""

    __tablename__ = "rollup_cell"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    view: Mapped[str] = mapped_column(String(20), primary_key=True)
    part: Mapped[str] = mapped_column(String(100), primary_key=True)
    respondent_group: Mapped[str] = mapped_column(String(100), primary_key=True)
    n: Mapped[int] = mapped_column(Integer)
    counts: Mapped[bytes] = mapped_column(LargeBinary)


def roll_up(session: Session, campaign: Campaign, zone: tzinfo) -> RollUp:
    """The counts of all responses of a campaign that are not withdrawn."""
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    state = session.get(RollUpState, campaign.id)
    if state is None or not _is_current(session, state, campaign, zone):
        return count_all(session, campaign, zone)
    unfolded = _forms(session, _select_unfolded(campaign.id))
    stored = _load(session, state, questionnaire)
    return stored + count_forms(questionnaire, unfolded, zone) if unfolded else stored


def stored_counts(session: Session, campaign: Campaign, zone: tzinfo) -> RollUp | None:
    """The counts of the responses that are folded, None where they are outdated or there are none."""
    state = session.get(RollUpState, campaign.id)
    if state is None or state.made_for != _key_of(campaign, zone):
        return None
    return _load(session, state, questionnaires.questionnaire(session, campaign.instrument_digest))


def crossings_now(session: Session, campaign: Campaign, zone: tzinfo) -> Mapping[Crossing, int]:
    """The valid forms by crossing, without counting what they answered."""
    state = session.get(RollUpState, campaign.id)
    if state is None or not _is_current(session, state, campaign, zone):
        return count_crossings(_forms(session, _select_present(campaign.id)), zone)
    unfolded = count_crossings(_forms(session, _select_unfolded(campaign.id)), zone)
    return Counter(crossings_from_json(state.crossings)) + Counter(unfolded)


def count_valid(session: Session, campaign: Campaign, zone: tzinfo) -> int:
    """The number of valid forms at this moment."""
    state = session.get(RollUpState, campaign.id)
    if state is None or not _is_current(session, state, campaign, zone):
        return sum(crossings_now(session, campaign, zone).values())
    unfolded = _select_unfolded(campaign.id).where(ResponseRow.is_complete)
    n_unfolded = session.scalar(unfolded.with_only_columns(func.count())) or 0
    return n_unfolded + sum(n for _parts, n in state.crossings)


def last_folded_id(session: Session, campaign_id: int) -> int:
    """The highest id of a folded response, 0 without any."""
    folded = select(func.max(ResponseRow.id)).where(
        ResponseRow.campaign_id == campaign_id, ResponseRow.is_folded
    )
    return session.scalar(folded) or 0


def fold_all(database: Database, campaign_id: int, zone: tzinfo) -> None:
    """Fold every response that is stored now."""
    while database.write(lambda session: fold(session, session.get_one(Campaign, campaign_id), zone)):
        pass


def count_all(session: Session, campaign: Campaign, zone: tzinfo) -> RollUp:
    """The counts of `roll_up` from every response, without the stored counts."""
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    return count_forms(questionnaire, _forms(session, _select_present(campaign.id)), zone)


def is_exact(session: Session, campaign: Campaign, zone: tzinfo) -> bool:
    """Whether `roll_up` returns the counts of a full count."""
    return roll_up(session, campaign, zone).same_as(count_all(session, campaign, zone))


def fold_pending(database: Database, campaign_id: int, zone: tzinfo) -> None:
    """Fold responses while there are more than `FOLD_FROM`, at most `FOLD_AT_ONCE` in a transaction.

    While the store cannot be written, the counts stay as they are: what is not folded is counted when read.
    """
    with suppress(StoreUnavailableError):
        while database.read(lambda session: _needs_folding(session, campaign_id, zone)):
            database.write(lambda session: fold(session, session.get_one(Campaign, campaign_id), zone))


def _needs_folding(session: Session, campaign_id: int, zone: tzinfo) -> bool:
    if retention.has_begun(session, campaign_id):
        return False
    state = session.get(RollUpState, campaign_id)
    is_stale = state is not None and state.made_for != _key_of(session.get_one(Campaign, campaign_id), zone)
    rows = _select_present(campaign_id) if is_stale else _select_unfolded(campaign_id)
    ids = session.scalars(rows.with_only_columns(ResponseRow.id).limit(FOLD_FROM + 1)).all()
    return len(ids) > FOLD_FROM


def fold(session: Session, campaign: Campaign, zone: tzinfo, *, limit: int = FOLD_AT_ONCE) -> int:
    """Add responses that are not folded to the stored counts, and return their number.

    Counts of another time zone or layout are deleted first. Folding until nothing is left then counts
    everything anew. Counts of responses that are deleted stay as they are.
    """
    if retention.has_begun(session, campaign.id):
        return 0
    state = _lock_current(session, campaign, zone)
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    rows = session.execute(
        _select_unfolded(campaign.id).add_columns(ResponseRow.id).order_by(ResponseRow.id).limit(limit)
    ).all()
    if not rows:
        return 0
    change = count_forms(questionnaire, [FormToCount(*row[:-1]) for row in rows], zone)
    stored = _load(session, state, questionnaire, only=change.cells)
    _store(session, state, stored + change, set(change.cells))
    _mark_folded(session, [row[-1] for row in rows])
    return len(rows)


def subtract(session: Session, response_id: int) -> None:
    """Subtract a response from the stored counts before it is withdrawn, if it is folded."""
    row = session.get_one(ResponseRow, response_id)
    campaign = session.get_one(Campaign, row.campaign_id)
    state = _lock(session, campaign)
    session.refresh(row)
    if row.withdrawn_at is not None or not row.is_folded:
        return
    zone = ZoneInfo(state.time_zone)
    if state.made_for != _key_of(campaign, zone):
        return
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    change = count_forms(questionnaire, [FormToCount(*_columns_of(row))], zone)
    stored = _load(session, state, questionnaire, only=change.cells)
    _store(session, state, stored - change, set(change.cells))
    for crossing in change.crossings:
        releases.note_withdrawal(session, campaign.id, crossing)


def reset(session: Session, campaign: Campaign, zone: tzinfo) -> None:
    """Delete the stored counts; folding then counts every response again."""
    _clear(session, _lock_current(session, campaign, zone), campaign, zone)


def reduce_to_totals(session: Session, campaign: Campaign, zone: tzinfo) -> bool:
    """Leave of the stored counts how many forms were valid and incomplete, because responses are deleted.

    What is shown was released and is not in these counts. False where they lack a response: then nothing
    changed.
    """
    state = _lock(session, campaign)
    unfolded = session.scalar(_select_unfolded(campaign.id).with_only_columns(ResponseRow.id).limit(1))
    if state.made_for != _key_of(campaign, zone) or unfolded is not None:
        return False
    totals = RollUp(crossings=_total_of(state.crossings), incomplete=state.incomplete)
    session.execute(delete(RollUpCell).where(RollUpCell.campaign_id == campaign.id))
    for name, count in COUNTS.items():
        setattr(state, name, count.to_json(getattr(totals, name)))
    session.flush()
    return True


def _total_of(crossings: StoredCrossings) -> Mapping[Crossing, int]:
    n = sum(n for _parts, n in crossings)
    return {("",) * len(VIEWS): n} if n else {}


def _is_current(session: Session, state: RollUpState, campaign: Campaign, zone: tzinfo) -> bool:
    """Whether the stored counts are those of this layout and time zone, or cannot be counted again."""
    return state.made_for == _key_of(campaign, zone) or retention.has_begun(session, campaign.id)


def _key_of(campaign: Campaign, zone: tzinfo) -> str:
    conditions = "|".join((LAYOUT, campaign.instrument_digest, str(zone), *VIEWS))
    return hashlib.sha256(conditions.encode()).hexdigest()


def _lock_current(session: Session, campaign: Campaign, zone: tzinfo) -> RollUpState:
    """The locked state of a campaign, emptied if it is stale."""
    state = _lock(session, campaign)
    if state.made_for != _key_of(campaign, zone):
        _clear(session, state, campaign, zone)
    return state


def _lock(session: Session, campaign: Campaign) -> RollUpState:
    """The locked state of a campaign, created if missing. Other folds and withdrawals wait."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    empty = {name: count.empty_json for name, count in COUNTS.items()}
    session.execute(
        dialect.insert(RollUpState)
        .values(campaign_id=campaign.id, made_for="", time_zone="UTC", **empty)
        .on_conflict_do_nothing()
    )
    query = select(RollUpState).where(RollUpState.campaign_id == campaign.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _clear(session: Session, state: RollUpState, campaign: Campaign, zone: tzinfo) -> None:
    session.execute(delete(RollUpCell).where(RollUpCell.campaign_id == campaign.id))
    session.execute(
        update(ResponseRow)
        .where(ResponseRow.campaign_id == campaign.id, ResponseRow.is_folded)
        .values(is_folded=False)
    )
    state.made_for, state.time_zone = _key_of(campaign, zone), str(zone)
    for name, count in COUNTS.items():
        setattr(state, name, count.empty_json)
    session.flush()


_columns_of = attrgetter(*(column.name for column in fields(FormToCount)))
_FORMS: SelectForms = select(*_columns_of(ResponseRow))


def _select_present(campaign_id: int) -> SelectForms:
    """Responses that were not withdrawn."""
    return _FORMS.where(ResponseRow.campaign_id == campaign_id, ResponseRow.withdrawn_at.is_(None))


def _select_unfolded(campaign_id: int) -> SelectForms:
    """Responses that are not folded and not withdrawn; a withdrawn one has no answers.

    The text is that of the partial index. With another spelling SQLite reads the whole campaign.
    """
    is_unfolded = (ResponseRow.campaign_id == campaign_id, text("NOT response.is_folded"))
    return _FORMS.where(*is_unfolded, ResponseRow.answers.is_not(None))


def _forms(session: Session, query: SelectForms) -> list[FormToCount]:
    return [FormToCount(*row) for row in session.execute(query)]


def _load(
    session: Session,
    state: RollUpState,
    questionnaire: Questionnaire,
    *,
    only: Collection[CellKey] | None = None,
) -> RollUp:
    """The stored counts, with all cells or `only` some."""
    shape = (len(questionnaire.criteria), len(questionnaire.scale.options), N_REASONS)
    key = (RollUpCell.view, RollUpCell.part, RollUpCell.respondent_group)
    query = select(*key, RollUpCell.counts).where(RollUpCell.campaign_id == state.campaign_id)
    cells = session.execute(query if only is None else query.where(tuple_(*key).in_(only)))
    return roll_up_of(
        {(view, part, group): from_bytes(counts, *shape) for view, part, group, counts in cells},
        **{name: count.from_json(getattr(state, name)) for name, count in COUNTS.items()},
    )


def _store(session: Session, state: RollUpState, counts: RollUp, changed: set[CellKey]) -> None:
    """Write the changed cells and all other counts."""
    key = (RollUpCell.view, RollUpCell.part, RollUpCell.respondent_group)
    before = delete(RollUpCell).where(RollUpCell.campaign_id == state.campaign_id, tuple_(*key).in_(changed))
    session.execute(before, execution_options=_NO_SESSION_SYNC)
    rows = [
        {
            "campaign_id": state.campaign_id,
            "view": view,
            "part": part,
            "respondent_group": group,
            "n": counts.cells[view, part, group].n,
            "counts": counts.cells[view, part, group].to_bytes(),
        }
        for view, part, group in sorted(changed)
        if (view, part, group) in counts.cells
    ]
    if rows:
        session.execute(insert(RollUpCell), rows)
    for name, count in COUNTS.items():
        setattr(state, name, count.to_json(getattr(counts, name)))
    session.flush()


def _mark_folded(session: Session, ids: Sequence[int]) -> None:
    for part in batches(ids):
        statement = update(ResponseRow).where(ResponseRow.id.in_(part)).values(is_folded=True)
        session.execute(statement, execution_options=_NO_SESSION_SYNC)
