"""The units that a form offers, each under the ones above it."""

from flask_wtf import FlaskForm
from wtforms import SelectField

from survey.store import units
from survey.store.units import Unit
from survey.web.context import database
from survey.web.guards import reach_of
from survey.web.permissions import Permission
from survey.web.templates import language

_INDENT = "\N{NO-BREAK SPACE}" * 3


class UnitField(SelectField):  # type: ignore[misc]  # WTForms has no types
    """A unit where who is signed in may do something, of those that are not closed."""

    def __init__(self, label: str, permission: Permission, **options: object) -> None:
        super().__init__(label, **options)
        self.choices = _unit_choices(permission)


class UnitOfNewField(UnitField):
    """The unit to which something new belongs: the first one offered where none was sent."""

    def pre_validate(self, form: FlaskForm) -> None:
        """Take the first choice for nothing, and refuse what is no choice."""
        if not any(self.raw_data or ()) and self.choices:
            self.data = self.choices[0][0]
        super().pre_validate(form)


def _unit_choices(permission: Permission) -> list[tuple[str, str]]:
    within = reach_of(permission)
    offered = [unit for unit in database().read(lambda s: units.units(s, within)) if unit.closed_on is None]
    return [(str(unit.id), _indent(unit, offered[0])) for unit in offered]


def _indent(unit: Unit, top: Unit) -> str:
    """The name of a unit, set off by how far below the first one it is."""
    return _INDENT * max(0, unit.depth - top.depth) + unit.name_in(language())


def top_unit(permission: Permission) -> Unit:
    """The highest unit where who is signed in may do this."""
    path = reach_of(permission)[0]
    return database().read(lambda session: units.by_path(session, path))
