"""Which scorecards a person may see: those of the own unit, or all for whoever belongs to none."""

from sqlalchemy.orm import Session

from survey.store import scorecards, units
from survey.store.db import NotFoundError
from survey.store.scorecards import Task, UnitCard


def card_for(session: Session, card_id: int, person_id: int) -> UnitCard:
    """The card; NotFoundError where there is none that the person may see."""
    row = scorecards.card(session, card_id)
    _refuse_other_unit(session, row.unit.id, person_id)
    return row


def cards_for(session: Session, person_id: int) -> list[UnitCard]:
    """The cards the person may see, latest period first."""
    return scorecards.cards(session, unit_id=units.unit_of(session, person_id))


def task_for(session: Session, task_id: int, person_id: int) -> Task:
    """The task; NotFoundError where there is none that the person may see."""
    task = scorecards.task(session, task_id)
    _refuse_other_unit(session, task.unit_id, person_id)
    return task


def units_for(session: Session, person_id: int) -> list[units.Unit]:
    """The units a person may work for."""
    own = units.unit_of(session, person_id)
    return [unit for unit in units.units(session) if own in (None, unit.id)]


def _refuse_other_unit(session: Session, unit_id: int, person_id: int) -> None:
    if units.unit_of(session, person_id) not in (None, unit_id):
        raise NotFoundError
