"""Adding units."""

from sqlalchemy.orm import Session

from survey.instrument.questionnaire import DEFAULT_LANGUAGE, Text
from survey.store import units
from survey.store.units import Unit


class UnitExistsError(ValueError):
    """There is a unit of this name."""


def add_unit(session: Session, names: Text) -> Unit:
    """Add a unit; UnitExistsError when the name is in use."""
    name = names.to(DEFAULT_LANGUAGE)
    if units.find_named(session, Unit, name):
        raise UnitExistsError(name)
    return units.add_unit(session, names)
