"""Which part of the forms an address asks for: a part of one view, or a group's people in it, and no smaller.

The parts of each view and of each view within groups are a fixed set, decided about together
(`basis.hidden`). Other crossings are refused: from enough of them small cells can be found by subtraction.
"""

from collections.abc import Mapping

from survey.instrument.questionnaire import Text
from survey.reports import wording
from survey.results.basis import Basis
from survey.results.campaign import VIEWS, Part
from survey.web.locale import LANGUAGES, gettext_in, ngettext_in


class FilterError(ValueError):
    """A part that is not there or may not be shown; the message says which and what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def view_names(basis: Basis, language: str) -> dict[str, str]:
    """What the views are called, in the order they are shown; units only where a desk has one."""
    return {
        view: name
        for view, (name, _part) in wording.view_names(language).items()
        if view in basis.rolled.views
    }


def choices(basis: Basis, language: str) -> dict[str, list[tuple[str, str]]]:
    """The parts of each view that may be shown, to choose from."""
    _ = gettext_in(language)
    return {
        view: [("", _("All"))]
        + [
            (part, label.to(language))
            for part, label in basis.labels(view).items()
            if basis.rolled.sizes(view).get(part) and basis.may_show(view, part)
        ]
        for view in basis.rolled.views
    }


def part_asked_for(basis: Basis, arguments: Mapping[str, str], language: str) -> Part | None:
    """The part an address asks for; None for everybody.

    Raises
    ------
    FilterError
        There is no such part, it may not be shown, or more is crossed than a view with groups.
    """
    _ = gettext_in(language)
    wanted = {view: arguments[view] for view in VIEWS if arguments.get(view)}
    for view, part in wanted.items():
        if part not in basis.labels(view) or not basis.rolled.sizes(view).get(part):
            message = _("Nobody answered for “{found}” ({view}); choose from the list")
            raise FilterError(
                view, message.format(found=part[:40], view=wording.view_names(language)[view][0])
            )
    others = [view for view in wanted if view != "group"]
    if len(others) > 1:
        message = _(
            "Choose one of desk, unit, field, channel and month, with or without a group: smaller crossings"
            " could tell what single people answered"
        )
        raise FilterError(others[1], message)
    if not wanted:
        return None
    view = others[0] if others else "group"
    group = wanted.get("group", "") if others else ""
    if not basis.may_show(view, wanted[view], group) or not basis.may_show(view, wanted[view]):
        raise FilterError(view, withheld_message(basis, language))
    return Part(view, wanted[view], group, _label(basis, view, wanted[view], group))


def withheld_message(basis: Basis, language: str) -> str:
    """Why a part is not shown."""
    few = basis.rules.small_cell_suppression
    ngettext = ngettext_in(language)
    message = ngettext(
        "Fewer than {n} person, or so few that others could be found by subtraction; not shown",
        "Fewer than {n} people, or so few that others could be found by subtraction; not shown",
        few,
    )
    return message.format(n=few)


def _label(basis: Basis, view: str, part: str, group: str) -> Text:
    label = basis.labels(view)[part]
    if not group:
        return label
    group_label = basis.labels("group")[group]
    return Text({code: f"{label.to(code)}, {group_label.to(code)}" for code in LANGUAGES})
