"""Which scorecards a person may see: those of the own unit, or all for whoever belongs to none."""

from sqlalchemy.orm import Session

from survey.store import scorecards, units
from survey.store.scorecards import Task, UnitCard


def card_for(session: Session, card_id: int, person_id: int) -> UnitCard | None:
    """The card, where the person may see it."""
    row = scorecards.card(session, card_id)
    return row if row and _may_see(session, row.unit.id, person_id) else None


def cards_for(session: Session, person_id: int) -> list[UnitCard]:
    """The cards the person may see, latest period first."""
    return scorecards.cards(session, unit_id=units.unit_of(session, person_id))


def task_for(session: Session, task_id: int, person_id: int) -> Task | None:
    """The task, where the person may see it."""
    task = scorecards.task(session, task_id)
    return task if task and _may_see(session, task.unit_id, person_id) else None


def units_for(session: Session, person_id: int) -> list[units.Unit]:
    """The units a person may work for."""
    own = units.unit_of(session, person_id)
    return [unit for unit in units.units(session) if own in (None, unit.id)]


def _may_see(session: Session, unit_id: int, person_id: int) -> bool:
    return units.unit_of(session, person_id) in (None, unit_id)
