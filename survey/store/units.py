"""The units of the province, and the people who belong to one and see only its values."""

from typing import Self, TypeVar

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.instrument.questionnaire import DEFAULT_LANGUAGE, Text
from survey.store.db import Base, JsonText


class NameColumns:
    """The columns of a row with a name in the default language and its translations by language."""

    name: Mapped[str] = mapped_column(String(200), unique=True)
    translations: Mapped[dict[str, str]] = mapped_column(JsonText)

    @classmethod
    def with_names(cls, names: Text) -> Self:
        """A new row with these names."""
        translations = {code: name for code, name in names.translations.items() if code != DEFAULT_LANGUAGE}
        row = cls()
        row.name, row.translations = names.to(DEFAULT_LANGUAGE), translations
        return row

    @property
    def names(self) -> Text:
        """The name in every language it was given in."""
        return Text({DEFAULT_LANGUAGE: self.name, **self.translations})

    def name_in(self, language: str) -> str:
        """The name in a language."""
        return self.names.to(language)


class Unit(NameColumns, Base):
    """A department, board or agency that has a scorecard."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)


N = TypeVar("N", bound=NameColumns)


class PersonUnit(Base):
    """The unit a person belongs to; a person without one works for the whole province."""

    __tablename__ = "person_unit"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


def units(session: Session) -> list[Unit]:
    """Every unit, in the order they were added."""
    return list(session.scalars(select(Unit).order_by(Unit.id)))


def find_named(session: Session, table: type[N], name: str) -> N | None:
    """The desk or unit with exactly this name, None without one."""
    return session.scalar(select(table).where(table.name == name))


def add_unit(session: Session, names: Text) -> Unit:
    """Add a unit."""
    unit = Unit.with_names(names)
    session.add(unit)
    session.flush()
    return unit


def unit_of(session: Session, person_id: int) -> int | None:
    """The unit a person belongs to, None for the whole province."""
    return session.scalar(select(PersonUnit.unit_id).where(PersonUnit.person_id == person_id))


def members(session: Session) -> dict[int, int]:
    """The unit of every person that belongs to one."""
    return {row.person_id: row.unit_id for row in session.scalars(select(PersonUnit))}


def set_unit(session: Session, person_id: int, unit_id: int | None) -> None:
    """Set the unit of a person, or none."""
    row = session.get(PersonUnit, person_id)
    if row is not None:
        session.delete(row)
        session.flush()
    if unit_id is not None:
        session.add(PersonUnit(person_id=person_id, unit_id=unit_id))
