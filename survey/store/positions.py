"""Where the things that addresses name belong in the tree of units."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.store import fieldwork, people, questionnaires, scorecards, tokens
from survey.store.db import require
from survey.store.fieldwork import Collector
from survey.store.people import RoleAssignment
from survey.store.units import Unit, UnitPosition, position_of


@dataclass(frozen=True)
class ObjectPositions:
    """Where an object belongs. Whoever works on it may do so at each of its `owners`.

    `parts` are the units that desks of a campaign work for: each sees its own part. What `is_shared` was
    published by its owners; whoever works above or below one of them may read it.
    """

    owners: tuple[UnitPosition, ...]
    parts: tuple[UnitPosition, ...] = ()
    is_shared: bool = False


def of_campaign(session: Session, key: str) -> ObjectPositions:
    """The position of a campaign, and those of the units that its desks work for."""
    campaign = fieldwork.campaign_by_key(session, key)
    desks = select(Collector.unit_id).where(Collector.campaign_id == campaign.id)
    parts = session.execute(select(Unit.id, Unit.path).where(Unit.id.in_(desks)).order_by(Unit.id))
    return ObjectPositions(
        (position_of(session, campaign.unit_id),), tuple(UnitPosition(*row) for row in parts)
    )


def of_collector(session: Session, code: str) -> ObjectPositions:
    """The position of the campaign behind a code, and of the unit that the desk works for."""
    row = fieldwork.collector_by_code(session, code)
    parts = () if row.unit is None else (UnitPosition(row.unit.id, row.unit.path),)
    return ObjectPositions((position_of(session, row.campaign.unit_id),), parts)


def of_card(session: Session, card_id: int) -> ObjectPositions:
    """The position of a scorecard."""
    unit = scorecards.card(session, card_id).unit
    return ObjectPositions((UnitPosition(unit.id, unit.path),))


def of_task(session: Session, task_id: int) -> ObjectPositions:
    """The position of a task."""
    return ObjectPositions((position_of(session, scorecards.task(session, task_id).unit_id),))


def of_person(session: Session, person_id: int) -> ObjectPositions:
    """The position of a person, and every position where the person holds a role."""
    own = require(people.present(session, person_id)).unit_id
    held = select(RoleAssignment.unit_id).where(RoleAssignment.person_id == person_id)
    unit_ids: Sequence[int] = sorted({own, *session.scalars(held)})
    return ObjectPositions(tuple(position_of(session, unit_id) for unit_id in unit_ids))


def of_token(session: Session, token_id: int) -> ObjectPositions:
    """The position of a token for programs."""
    return ObjectPositions((position_of(session, tokens.by_id(session, token_id).unit_id),))


def of_unit(session: Session, unit_id: int) -> ObjectPositions:
    """A unit itself."""
    return ObjectPositions((position_of(session, unit_id),))


def of_questionnaire(session: Session, digest: str) -> ObjectPositions:
    """The units that published a version of a questionnaire."""
    return ObjectPositions(questionnaires.positions_of_version(session, digest), is_shared=True)


def of_definition(session: Session, digest: str) -> ObjectPositions:
    """The units that published a scorecard's definition."""
    return ObjectPositions(scorecards.positions_of_definition(session, digest), is_shared=True)
