"""What kinds of units, and changes of units, are called."""

from survey.store.units import ChangeKind, UnitKind
from survey.web.locale import gettext_in


def kind_names(language: str) -> dict[str, str]:
    """The kinds of units, from the top of the tree down."""
    _ = gettext_in(language)
    return {
        UnitKind.PROVINCE: _("Province"),
        UnitKind.DEPARTMENT: _("Department"),
        UnitKind.BOARD: _("Board or agency"),
        UnitKind.DISTRICT: _("District"),
        UnitKind.DIVISION: _("Division"),
        UnitKind.COMMUNE: _("Commune or ward"),
    }


def change_names(language: str) -> dict[str, str]:
    """What became of a unit."""
    _ = gettext_in(language)
    return {
        ChangeKind.RENAMED: _("renamed"),
        ChangeKind.MOVED: _("moved"),
        ChangeKind.MERGED: _("merged into another unit"),
        ChangeKind.CLOSED: _("closed"),
        ChangeKind.REOPENED: _("opened again"),
    }
