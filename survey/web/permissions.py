"""What an official may do: the permissions, and the roles that hold them."""

from enum import StrEnum

from survey.store.people import Role
from survey.web.locale import gettext_in


class Permission(StrEnum):
    """A permission that a page or a route for programs needs."""

    OFFICE_ENTER = "office.enter"
    OFFICE_MANAGE = "office.manage"
    PEOPLE_MANAGE = "people.manage"
    AUDIT_READ = "audit.read"
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


_READ = frozenset(
    {
        Permission.OFFICE_ENTER,
        Permission.REPORT_READ,
        Permission.REPORT_DOWNLOAD,
        Permission.COMMENTS_READ,
        Permission.FIELDWORK_READ,
        Permission.SCORECARD_READ,
    }
)
_SURVEY_WORK = frozenset(
    {
        Permission.FIELDWORK_WRITE,
        Permission.COMMENTS_WRITE,
        Permission.SCORECARD_ENTER,
        Permission.REPORT_SCHEDULE,
    }
)
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _READ,
    Role.LEADER: _READ | {Permission.SCORECARD_APPROVE},
    Role.OFFICER: _READ | _SURVEY_WORK,
    Role.ADMINISTRATOR: frozenset(Permission),
}
TOKEN_PERMISSIONS = (
    Permission.REPORT_READ,
    Permission.REPORT_DOWNLOAD,
    Permission.RESPONSES_DOWNLOAD,
    Permission.SCORECARD_READ,
)


def role_names(language: str) -> dict[Role, str]:
    """What each role is called, with what it may do."""
    _ = gettext_in(language)
    return {
        Role.ADMINISTRATOR: _("Administrator: everything"),
        Role.OFFICER: _("Officer: campaigns, entering values of the scorecard"),
        Role.LEADER: _("Leader: results, approving values of the scorecard"),
        Role.VIEWER: _("Viewer: results, downloads, posters"),
    }
