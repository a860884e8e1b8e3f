"""The message of a box for a code that was left empty, or that holds a code nobody has."""

from survey.web.templates import gettext as _


def code_message(typed: str, label: str, unknown: str) -> str:
    """Ask to fill in the box, by its label, where nothing was typed; else say that the code is not known."""
    return unknown if typed.strip() else _("Fill in: %(field)s") % {"field": label}
