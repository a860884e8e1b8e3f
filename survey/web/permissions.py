"""What an official may do where: the permissions, the roles that hold them, and the one rule that decides.

A role at a unit holds there and in everything below. What no role gives is refused.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from survey.store.people import Grant, Role
from survey.store.positions import ObjectPositions
from survey.store.units import UnitPosition
from survey.web.locale import gettext_in


class Permission(StrEnum):
    """A permission that a page or a route for programs needs."""

    OFFICE_ENTER = "office.enter"
    OFFICE_MANAGE = "office.manage"
    UNITS_MANAGE = "units.manage"
    PEOPLE_MANAGE = "people.manage"
    AUDIT_READ = "audit.read"
    DESKS_READ = "desks.read"
    FIELDWORK_READ = "fieldwork.read"
    FIELDWORK_WRITE = "fieldwork.write"
    COMMENTS_READ = "comments.read"
    COMMENTS_WRITE = "comments.write"
    REPORT_READ = "report.read"
    REPORT_DOWNLOAD = "report.download"
    REPORT_SCHEDULE = "report.schedule"
    REPORT_PUBLISH = "report.publish"
    RESPONSES_DOWNLOAD = "responses.download"
    SCORECARD_READ = "scorecard.read"
    SCORECARD_ENTER = "scorecard.enter"
    SCORECARD_APPROVE = "scorecard.approve"
    SCORECARD_DEFINE = "scorecard.define"


_AT_A_DESK = frozenset({Permission.OFFICE_ENTER, Permission.DESKS_READ})
_READ = _AT_A_DESK | {
    Permission.REPORT_READ,
    Permission.REPORT_DOWNLOAD,
    Permission.COMMENTS_READ,
    Permission.FIELDWORK_READ,
    Permission.SCORECARD_READ,
}
_SURVEY_WORK = frozenset(
    {
        Permission.FIELDWORK_WRITE,
        Permission.COMMENTS_WRITE,
        Permission.SCORECARD_ENTER,
        Permission.REPORT_SCHEDULE,
    }
)
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CLERK: _AT_A_DESK,
    Role.VIEWER: _READ,
    Role.LEADER: _READ | {Permission.SCORECARD_APPROVE},
    Role.ANALYST: _READ | {Permission.RESPONSES_DOWNLOAD},
    Role.INSPECTOR: _READ | {Permission.RESPONSES_DOWNLOAD, Permission.AUDIT_READ},
    Role.OFFICER: _READ | _SURVEY_WORK,
    Role.ADMINISTRATOR: frozenset(Permission),
}
_OF_THE_PROVINCE = frozenset({Permission.OFFICE_MANAGE})  # what it changes is the same for all units
_AT_THE_TOP = 2  # slashes in the path of the province
TOKEN_PERMISSIONS = (
    Permission.REPORT_READ,
    Permission.REPORT_DOWNLOAD,
    Permission.RESPONSES_DOWNLOAD,
    Permission.SCORECARD_READ,
)


@dataclass(frozen=True)
class Authority:
    """What somebody may do where: the roles held at units.

    A program acts within the `permissions` and below the `top` of its token.
    """

    grants: tuple[Grant, ...]
    permissions: Collection[Permission] = frozenset(Permission)
    top: str = "/"

    def may(self, permission: Permission, position: UnitPosition) -> bool:
        """Whether this is allowed on what belongs to a unit."""
        return any(position.is_within(path) for path in self.reach(permission))

    def may_anywhere(self, permission: Permission) -> bool:
        """Whether this is allowed at any unit."""
        return bool(self.reach(permission))

    def may_on(self, permission: Permission, positions: ObjectPositions) -> bool:
        """Whether this is allowed on an object as a whole."""
        if positions.is_shared:
            paths = self.reach(permission)
            return any(
                position.path.startswith(path) or path.startswith(position.path)
                for position in positions.owners
                for path in paths
            )
        return all(self.may(permission, position) for position in positions.owners)

    def parts_of(self, permission: Permission, positions: ObjectPositions) -> tuple[UnitPosition, ...]:
        """The parts of an object on which this is allowed."""
        return tuple(position for position in positions.parts if self.may(permission, position))

    def knows(self, positions: ObjectPositions) -> bool:
        """Whether anything at all is allowed on an object, so that it is no secret that there is one."""
        around = (*positions.owners, *positions.parts)
        return any(self.may(permission, position) for permission in Permission for position in around)

    def reach(self, permission: Permission) -> tuple[str, ...]:
        """The paths of the units at and below which this is allowed, none of them below another."""
        if permission not in self.permissions:
            return ()
        held = {grant.path for grant in self.grants if permission in ROLE_PERMISSIONS[grant.role]}
        paths = _topmost(filter(None, (_lower(path, self.top) for path in held)))
        return tuple(path for path in paths if permission not in _OF_THE_PROVINCE or is_of_province(path))


def is_of_province(path: str) -> bool:
    """Whether a path is that of the province."""
    return path.count("/") == _AT_THE_TOP


def _lower(path: str, other: str) -> str:
    """The lower one of two paths where it is at or below the other; "" where neither is."""
    longer, shorter = (path, other) if len(path) >= len(other) else (other, path)
    return longer if longer.startswith(shorter) else ""


def _topmost(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths that are below no other of them."""
    topmost: list[str] = []
    for path in sorted(set(paths), key=lambda path: (len(path), path)):
        if not any(path.startswith(above) for above in topmost):
            topmost.append(path)
    return tuple(topmost)


def role_names(language: str) -> dict[Role, str]:
    """What each role is called, with what it may do."""
    _ = gettext_in(language)
    return {
        Role.ADMINISTRATOR: _("Administrator: everything"),
        Role.OFFICER: _("Survey officer: campaigns, entering values of the scorecard"),
        Role.ANALYST: _("Analyst: results, files of single responses"),
        Role.LEADER: _("Leader: results, approving values of the scorecard"),
        Role.INSPECTOR: _("Inspector: reads everything, the log too, and changes nothing"),
        Role.CLERK: _("Desk clerk: the codes and posters of desks"),
        Role.VIEWER: _("Viewer: results, downloads, posters"),
    }
