"""Adding units."""

from sqlalchemy.orm import Session

from survey.store import units
from survey.store.units import Unit


class UnitExistsError(ValueError):
    """There is a unit of this name."""


def add_unit(session: Session, name: str, name_en: str) -> Unit:
    """Add a unit; UnitExistsError when the name is in use."""
    if units.find_named(session, Unit, name):
        raise UnitExistsError(name)
    return units.add_unit(session, name, name_en)
