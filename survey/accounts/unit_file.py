"""The units of a file: what they are called and where they stand, checked against the tree there is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from survey.accounts.import_files import Cells, FileColumn, NumberedCells, problem_at, refuse_any
from survey.accounts.unit_lookup import UnitLookup, UnitLookupError
from survey.accounts.unit_words import kind_names
from survey.instrument.questionnaire import Text
from survey.store.units import Unit, UnitKind
from survey.web.locale import DEFAULT_LANGUAGE, LANGUAGES, N_, Gettext, gettext_in
from survey.web.searching import fold

_NAME = FileColumn("name", N_("Unit's name"), is_needed=True)
_KIND = FileColumn("kind", N_("Kind of unit"))
_PARENT = FileColumn("parent", N_("Unit above"))
_OTHER_LANGUAGES = tuple(code for code in LANGUAGES if code != DEFAULT_LANGUAGE)
_LONGEST_NAME = 200
_TRANSLATIONS = {
    code: FileColumn(f"name_{code}", N_("Unit's name in %(language)s"), language=code)
    for code in _OTHER_LANGUAGES
}
COLUMNS = (_NAME, *_TRANSLATIONS.values(), _KIND, _PARENT)


@dataclass(frozen=True)
class NewUnit:
    """A unit to add: below the one with `parent_id`, or below that of an earlier row, `parent_row`."""

    row: int
    names: Text
    kind: UnitKind
    parent_id: int | None
    parent_row: int | None


def parse_units(rows: Sequence[NumberedCells], units: Sequence[Unit], language: str) -> list[NewUnit]:
    """The units of the rows, each after the one above it; one without a unit above is below the first unit.

    A unit above is looked for among the earlier rows of the file, then among the units there are.
    TableFileError names every problem by row and column.
    """
    _, lookup = gettext_in(language), UnitLookup(units)
    read, problems = [], []
    row_of: dict[str, list[int]] = {}
    stands: dict[tuple[int | None, int | None, str], int] = {
        (unit.parent_id, None, unit.name): 0 for unit in units
    }
    for row, cells in rows:
        problems += [
            problem_at(row, column, message, language) for column, message in _problems(cells, language)
        ]
        earlier = row_of.get(fold(cells["parent"]), [])
        try:
            parent_id, parent_row = _parent(cells["parent"], earlier, lookup, units[0].id, _)
        except UnitLookupError as error:
            problems.append(problem_at(row, _PARENT, str(error), language))
            continue
        twin = stands.setdefault((parent_id, parent_row, cells["name"]), row)
        if twin != row:
            problems.append(problem_at(row, _NAME, _twin_message(cells, twin, _), language))
        names = {DEFAULT_LANGUAGE: cells["name"], **_translations(cells)}
        for name in {fold(name) for name in names.values()}:
            row_of.setdefault(name, []).append(row)
        read.append(
            NewUnit(row, Text(names), _kind(cells["kind"]) or UnitKind.DEPARTMENT, parent_id, parent_row)
        )
    refuse_any(problems)
    return read


def _parent(
    text: str, earlier: Sequence[int], lookup: UnitLookup, top_id: int, _: Gettext
) -> tuple[int | None, int | None]:
    """The number of the unit above, or the row of the file that it comes from."""
    if not text:
        return top_id, None
    if len(earlier) == 1:
        return None, earlier[0]
    if earlier:
        message = _("{n} units of the file are called {name}; import those above first")
        raise UnitLookupError(message.format(n=len(earlier), name=text[:60]))
    return lookup.find(text, _), None


def _twin_message(cells: Cells, row: int, _: Gettext) -> str:
    """What is wrong with a name that stands in another row, or (0) in the tree."""
    if row == 0:
        return _("There is a unit of this name already")
    return _("{name} stands in row {first} too; keep one").format(name=cells["name"][:60], first=row)


def _translations(cells: Cells) -> dict[str, str]:
    named = {code: cells[column.key] for code, column in _TRANSLATIONS.items()}
    return {code: name for code, name in named.items() if name}


def _problems(cells: Cells, language: str) -> Iterator[tuple[FileColumn, str]]:
    """What is wrong with the cells of a row in themselves."""
    _ = gettext_in(language)
    for column in (_NAME, *_TRANSLATIONS.values()):
        least = 1 if column.is_needed else 0
        if not least <= len(cells[column.key]) <= _LONGEST_NAME:
            yield column, _("a name of 1 to {most} characters is needed").format(most=_LONGEST_NAME)
    if cells["kind"] and _kind(cells["kind"]) is None:
        names = kind_names(language)
        known = ", ".join(names[kind] for kind in UnitKind if kind != UnitKind.PROVINCE)
        message = _("{found} is no kind of unit; known are {known}")
        yield _KIND, message.format(found=repr(cells["kind"][:40]), known=known)


def _kind(text: str) -> UnitKind | None:
    """The kind with this key, or this name in a language of the interface; never the province."""
    return _kinds_by_name().get(fold(text))


@cache
def _kinds_by_name() -> dict[str, UnitKind]:
    kinds = [UnitKind(kind) for kind in UnitKind if kind != UnitKind.PROVINCE]
    named = {fold(kind_names(code)[kind]): kind for code in LANGUAGES for kind in kinds}
    return {str(kind): kind for kind in kinds} | named
