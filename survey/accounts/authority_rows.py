"""What a person may do where, as a table for the person and for who manages people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from survey.store.people import Grant
from survey.store.units import Unit
from survey.web.locale import gettext_in
from survey.web.permissions import Authority, Permission


@dataclass(frozen=True)
class AuthorityRow:
    """A kind of work, and the highest units where it is allowed, each with how many units are below it."""

    label: str
    units: tuple[tuple[Unit, int], ...]


def authority_rows(grants: Sequence[Grant], units: Iterable[Unit], language: str) -> list[AuthorityRow]:
    """What is allowed by roles, a row a kind of work; what is allowed nowhere has no row."""
    authority, by_path = Authority(tuple(grants)), {unit.path: unit for unit in units}
    rows = []
    for permission, label in _labels(language).items():
        reached = tuple(
            (by_path[path], _count_below(path, by_path))
            for path in authority.reach(permission)
            if path in by_path
        )
        if reached:
            rows.append(AuthorityRow(label, reached))
    return rows


def _count_below(path: str, by_path: Mapping[str, Unit]) -> int:
    return sum(other.startswith(path) for other in by_path) - 1


def _labels(language: str) -> dict[Permission, str]:
    """Kinds of work by the permission that each needs."""
    _ = gettext_in(language)
    return {
        Permission.REPORT_READ: _("See results and scorecards, and download them"),
        Permission.COMMENTS_READ: _("Read comments"),
        Permission.RESPONSES_DOWNLOAD: _("Download single responses"),
        Permission.DESKS_READ: _("See desks, and print posters"),
        Permission.FIELDWORK_WRITE: _("Open and change campaigns, enter values of scorecards"),
        Permission.REPORT_PUBLISH: _("Publish results"),
        Permission.SCORECARD_APPROVE: _("Approve values of scorecards"),
        Permission.PEOPLE_MANAGE: _("Manage people and their roles"),
        Permission.UNITS_MANAGE: _("Manage units"),
        Permission.AUDIT_READ: _("Read the log"),
        Permission.OFFICE_MANAGE: _("Change the appearance"),
    }
