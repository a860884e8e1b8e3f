"""The people of a file: who they are, checked against the units and the people there are."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from survey.accounts.import_files import Cells, FileColumn, NumberedCells, problem_at, refuse_any
from survey.accounts.officials import PersonNames, is_sign_in_name
from survey.accounts.unit_lookup import UnitLookup, UnitLookupError
from survey.mail_server import is_address
from survey.store.people import Role
from survey.store.units import Unit
from survey.web.locale import LANGUAGES, N_, gettext_in
from survey.web.permissions import role_names
from survey.web.searching import fold

_USERNAME = FileColumn("username", N_("Sign-in name"), is_needed=True)
_FULL_NAME = FileColumn("full_name", N_("Full name"), is_needed=True)
_EMAIL = FileColumn("email", N_("E-mail address"))
_UNIT = FileColumn("unit", N_("Unit"))
_ROLE = FileColumn("role", N_("Role"))
COLUMNS = (_USERNAME, _FULL_NAME, _EMAIL, _UNIT, _ROLE)
_LONGEST_NAME = 120


@dataclass(frozen=True)
class NewPerson:
    """Somebody to invite."""

    names: PersonNames
    role: Role
    unit_id: int


def parse_people(
    rows: Sequence[NumberedCells], units: Sequence[Unit], taken: Collection[str], language: str
) -> list[NewPerson]:
    """The people of the rows; a row without a unit is of the first unit, one without a role a viewer.

    `taken` are the sign-in names in use. TableFileError names every problem by row and column.
    """
    _, lookup = gettext_in(language), UnitLookup(units)
    read, problems = [], []
    first_row: dict[str, int] = {}
    for row, cells in rows:
        username = cells["username"].lower()
        problems += [
            problem_at(row, column, message, language) for column, message in _problems(cells, language)
        ]
        if username in taken:
            problems.append(problem_at(row, _USERNAME, _("This sign-in name is already in use"), language))
        elif username and username in first_row:
            message = _("{name} stands in row {first} too; keep one")
            text = message.format(name=username[:60], first=first_row[username])
            problems.append(problem_at(row, _USERNAME, text, language))
        first_row.setdefault(username, row)
        try:
            unit_id = lookup.find(cells["unit"], _) if cells["unit"] else units[0].id
        except UnitLookupError as error:
            problems.append(problem_at(row, _UNIT, str(error), language))
            continue
        names = PersonNames(username, cells["full_name"], cells["email"] or None)
        read.append(NewPerson(names, _role(cells["role"]) or Role.VIEWER, unit_id))
    refuse_any(problems)
    return read


def _problems(cells: Cells, language: str) -> Iterator[tuple[FileColumn, str]]:
    """What is wrong with the cells of a row in themselves."""
    _ = gettext_in(language)
    if not is_sign_in_name(cells["username"]):
        yield _USERNAME, _("A sign-in name has 2 to 60 letters a-z, digits, dots, dashes or @")
    if not 0 < len(cells["full_name"]) <= _LONGEST_NAME:
        yield _FULL_NAME, _("a name of 1 to {most} characters is needed").format(most=_LONGEST_NAME)
    if cells["email"] and not is_address(cells["email"]):
        yield _EMAIL, _("Enter one e-mail address, for example lan@example.gov.vn")
    if cells["role"] and _role(cells["role"]) is None:
        known = ", ".join(name.split(":")[0] for name in role_names(language).values())
        message = _("{found} is no role; known are {known}")
        yield _ROLE, message.format(found=repr(cells["role"][:40]), known=known)


def _role(text: str) -> Role | None:
    """The role with this key, or this name in a language of the interface."""
    return _roles_by_name().get(fold(text))


@cache
def _roles_by_name() -> dict[str, Role]:
    named = {fold(name.split(":")[0]): role for code in LANGUAGES for role, name in role_names(code).items()}
    return {role.value: role for role in Role} | named
