"""Roll-ups: a campaign's counts, kept so that results need not read every response, exact at every moment.

A response is its own delta: it comes in with `is_folded` false, in its own transaction and at no extra cost,
and a result is the kept counts plus those of the rows that are not folded yet, read in one moment. Folding
adds such rows to the counts and marks them in one transaction, one at a time for a campaign; nothing depends
on the order of ids or on a watermark. A withdrawal takes its form out of the counts, if it was in.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ForeignKey,
    Integer,
    LargeBinary,
    Select,
    String,
    delete,
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
from survey.store import questionnaires
from survey.store.db import Base, Database, JsonText
from survey.store.fieldwork import Campaign
from survey.store.responses import ResponseRow
from survey.store.rolling import N_REASONS, VIEWS, CellKey, FormToCount, RollUp, rolled_up

_LAYOUT = "1"  # another number makes every roll-up be counted anew
FOLD_FROM = 300  # rows that are read unfolded with every result, at most
FOLD_AT_ONCE = 1000  # rows one transaction folds: others that write wait for it on SQLite
_IDS_IN_A_STATEMENT = 500
_AS_THEY_ARE = {"synchronize_session": False}  # no object in the session needs to hear of it


class RollUpState(Base):
    """What a campaign's kept counts are besides cells. `made_for` names the layout, version and time zone."""

    __tablename__ = "rollup"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    made_for: Mapped[str] = mapped_column(String(64))
    time_zone: Mapped[str] = mapped_column(String(64))
    crossings: Mapped[list[tuple[list[str], int]]] = mapped_column(JsonText)
    languages: Mapped[dict[str, int]] = mapped_column(JsonText)
    modes: Mapped[dict[str, int]] = mapped_column(JsonText)
    incomplete: Mapped[int]


class RollUpCell(Base):
    """The kept counts of one part of a view by one respondent group."""

    __tablename__ = "rollup_cell"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    view: Mapped[str] = mapped_column(String(20), primary_key=True)
    part: Mapped[str] = mapped_column(String(100), primary_key=True)
    respondent_group: Mapped[str] = mapped_column(String(100), primary_key=True)
    n: Mapped[int] = mapped_column(Integer)
    counts: Mapped[bytes] = mapped_column(LargeBinary)


def roll_up(session: Session, campaign: Campaign, zone: tzinfo) -> RollUp:
    """The counts of all forms of a campaign that are stored and not withdrawn at this moment."""
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    state = session.get(RollUpState, campaign.id)
    if state is None or state.made_for != _made_for(campaign, zone):
        return recounted(session, campaign, zone)
    fresh = _forms(session, _unfolded(campaign.id))
    kept = _kept(session, state, questionnaire)
    return kept + rolled_up(questionnaire, fresh, zone) if fresh else kept


def recounted(session: Session, campaign: Campaign, zone: tzinfo) -> RollUp:
    """The same from every response, whatever is kept."""
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    return rolled_up(questionnaire, _forms(session, _present(campaign.id)), zone)


def is_exact(session: Session, campaign: Campaign, zone: tzinfo) -> bool:
    """Whether the kept counts, with what came in since, are those of a full count."""
    return roll_up(session, campaign, zone).same_as(recounted(session, campaign, zone))


def keep_up(database: Database, campaign_id: int, zone: tzinfo) -> None:
    """Fold what has come in, when it is much, a piece to a transaction."""
    while database.read(lambda session: _needs_folding(session, campaign_id, zone)):
        database.write(lambda session: fold(session, session.get_one(Campaign, campaign_id), zone))


def _needs_folding(session: Session, campaign_id: int, zone: tzinfo) -> bool:
    state = session.get(RollUpState, campaign_id)
    is_stale = state is not None and state.made_for != _made_for(session.get_one(Campaign, campaign_id), zone)
    rows = _present(campaign_id) if is_stale else _unfolded(campaign_id)
    some = session.scalars(rows.with_only_columns(ResponseRow.id).limit(FOLD_FROM + 1)).all()
    return len(some) > FOLD_FROM


def fold(session: Session, campaign: Campaign, zone: tzinfo, *, at_most: int = FOLD_AT_ONCE) -> int:
    """Take rows that are not folded into the kept counts; how many there were.

    Counts that were kept for another time zone or by an older layout are dropped first, so that folding until
    nothing is left counts everything anew.
    """
    state = _locked(session, campaign, zone)
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    rows = session.execute(
        _unfolded(campaign.id).add_columns(ResponseRow.id).order_by(ResponseRow.id).limit(at_most)
    ).all()
    if not rows:
        return 0
    forms = [_form(row[:-1]) for row in rows]
    change = rolled_up(questionnaire, forms, zone)
    kept = _kept(session, state, questionnaire, only=change.cells)
    _keep(session, state, kept + change, set(change.cells))
    _mark(session, [row[-1] for row in rows])
    return len(rows)


def take_out(session: Session, response_id: int) -> None:
    """Take a form that is about to be withdrawn out of the kept counts, if it is in."""
    row = session.get_one(ResponseRow, response_id)
    campaign = session.get_one(Campaign, row.campaign_id)
    state = _lock(session, campaign)
    session.refresh(row)
    if row.withdrawn_at is not None or not row.is_folded:
        return
    zone = ZoneInfo(state.time_zone)
    if state.made_for != _made_for(campaign, zone):
        return
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    form = FormToCount(
        row.collector_id, row.language, row.mode, row.received_at, row.is_complete, row.answers or {}
    )
    gone = rolled_up(questionnaire, [form], zone)
    kept = _kept(session, state, questionnaire, only=gone.cells)
    _keep(session, state, kept - gone, set(gone.cells))


def start_anew(session: Session, campaign: Campaign, zone: tzinfo) -> None:
    """Drop what is kept; folding then counts every response again."""
    _clear(session, _locked(session, campaign, zone), campaign, zone)


def _made_for(campaign: Campaign, zone: tzinfo) -> str:
    what = "|".join((_LAYOUT, campaign.instrument_digest, str(zone), *VIEWS))
    return hashlib.sha256(what.encode()).hexdigest()


def _locked(session: Session, campaign: Campaign, zone: tzinfo) -> RollUpState:
    """The campaign's state, emptied if it is stale; other folds and withdrawals wait."""
    state = _lock(session, campaign)
    if state.made_for != _made_for(campaign, zone):
        _clear(session, state, campaign, zone)
    return state


def _lock(session: Session, campaign: Campaign) -> RollUpState:
    """The campaign's state, made if there is none, which no other transaction has until this one ends."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    empty = {"crossings": [], "languages": {}, "modes": {}, "incomplete": 0}
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
    state.made_for, state.time_zone = _made_for(campaign, zone), str(zone)
    state.crossings, state.languages, state.modes, state.incomplete = [], {}, {}, 0
    session.flush()


_COLUMNS = (
    ResponseRow.collector_id,
    ResponseRow.language,
    ResponseRow.mode,
    ResponseRow.received_at,
    ResponseRow.is_complete,
    ResponseRow.answers,
)


_Forms = Select[int, str, str, datetime, bool, dict[str, int | str | None] | None]


def _present(campaign_id: int) -> _Forms:
    """Responses that were not withdrawn."""
    return select(*_COLUMNS).where(ResponseRow.campaign_id == campaign_id, ResponseRow.withdrawn_at.is_(None))


def _unfolded(campaign_id: int) -> _Forms:
    """Those that are not folded; who withdrew has no answers.

    Asked in other words, SQLite would not take the index of these few and read the whole campaign.
    """
    is_fresh = (ResponseRow.campaign_id == campaign_id, text("NOT response.is_folded"))
    return select(*_COLUMNS).where(*is_fresh, ResponseRow.answers.is_not(None))


def _forms(session: Session, rows: _Forms) -> list[FormToCount]:
    return [_form(row) for row in session.execute(rows)]


def _form(row: Sequence[Any]) -> FormToCount:
    collector_id, language, mode, received_at, is_complete, answers = row
    return FormToCount(collector_id, language, mode, received_at, is_complete, answers or {})


def _kept(
    session: Session,
    state: RollUpState,
    questionnaire: Questionnaire,
    *,
    only: Collection[CellKey] | None = None,
) -> RollUp:
    """What is kept; of the cells `only` some, where they are named."""
    shape = (len(questionnaire.criteria), len(questionnaire.scale.options), N_REASONS)
    key = (RollUpCell.view, RollUpCell.part, RollUpCell.respondent_group)
    query = select(*key, RollUpCell.counts).where(RollUpCell.campaign_id == state.campaign_id)
    cells = session.execute(query if only is None else query.where(tuple_(*key).in_(only)))
    return RollUp(
        {(view, part, group): from_bytes(counts, *shape) for view, part, group, counts in cells},
        {tuple(parts): n for parts, n in state.crossings},
        state.languages,
        state.modes,
        state.incomplete,
    )


def _keep(session: Session, state: RollUpState, kept: RollUp, changed: set[tuple[str, str, str]]) -> None:
    """Write the cells that changed, and the rest."""
    key = (RollUpCell.view, RollUpCell.part, RollUpCell.respondent_group)
    before = delete(RollUpCell).where(RollUpCell.campaign_id == state.campaign_id, tuple_(*key).in_(changed))
    session.execute(before, execution_options=_AS_THEY_ARE)
    rows = [
        {"campaign_id": state.campaign_id, "view": view, "part": part, "respondent_group": group,
         "n": kept.cells[view, part, group].n, "counts": kept.cells[view, part, group].to_bytes()}
        for view, part, group in sorted(changed)
        if (view, part, group) in kept.cells
    ]  # fmt: skip
    if rows:
        session.execute(insert(RollUpCell), rows)
    state.crossings = [(list(parts), n) for parts, n in sorted(kept.crossings.items())]
    state.languages, state.modes = dict(kept.languages), dict(kept.modes)
    state.incomplete = kept.incomplete
    session.flush()


def _mark(session: Session, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), _IDS_IN_A_STATEMENT):
        some = ids[start : start + _IDS_IN_A_STATEMENT]
        folded = update(ResponseRow).where(ResponseRow.id.in_(some)).values(is_folded=True)
        session.execute(folded, execution_options=_AS_THEY_ARE)
