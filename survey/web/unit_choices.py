"""The units that a form offers, each under the ones above it."""

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import SelectField

from survey.store import units
from survey.store.units import Unit
from survey.web.context import database
from survey.web.templates import language


class UnitField(SelectField):  # type: ignore[misc]  # WTForms has no types
    """The unit to which something new belongs: the first one offered where none was sent."""

    def pre_validate(self, form: FlaskForm) -> None:
        """Take the first choice for nothing, and refuse what is no choice."""
        if not any(self.raw_data or ()) and self.choices:
            self.data = self.choices[0][0]
        super().pre_validate(form)


_INDENT = "\N{NO-BREAK SPACE}" * 3


def unit_choices(within: Iterable[str]) -> list[tuple[str, str]]:
    """The units at or below these paths that are not closed, as choices."""
    offered = [unit for unit in database().read(lambda s: units.units(s, within)) if unit.closed_on is None]
    return [(str(unit.id), indent(unit, offered[0])) for unit in offered]


def indent(unit: Unit, top: Unit) -> str:
    """The name of a unit, set off by how far below the first one it is."""
    return _INDENT * max(0, unit.depth - top.depth) + unit.name_in(language())
