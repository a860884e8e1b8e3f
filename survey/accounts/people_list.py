"""Finding and sorting people in a list."""

from collections.abc import Mapping, Sequence

from survey.store.people import ListedPerson
from survey.store.units import Unit
from survey.web.locale import gettext_in
from survey.web.searching import fold, matches

ORDERS = ("username", "full_name", "unit")


def find_people(
    everybody: Sequence[ListedPerson], units: Mapping[int, Unit], wanted: str, order: str
) -> list[ListedPerson]:
    """The people in whose names, address or unit's name all message stand, in one of `ORDERS`.

    `units` has the order of the tree. `everybody` is sorted by sign-in name, which decides between equals.
    """
    chosen = [
        person
        for person in everybody
        if matches(wanted, person.username, person.full_name, person.email, units[person.unit_id].name)
    ]
    if order == "full_name":
        chosen.sort(key=lambda person: _by_given_name(person.full_name))
    if order == "unit":
        in_tree = {unit_id: number for number, unit_id in enumerate(units)}
        chosen.sort(key=lambda person: in_tree[person.unit_id])
    return chosen


def _by_given_name(full_name: str) -> tuple[str, ...]:
    """What Vietnamese lists sort by: the last word of a name, then the others."""
    message = fold(full_name).split()
    return (*message[-1:], *message)


def order_names(language: str) -> dict[str, str]:
    """What a list of people can be sorted by."""
    _ = gettext_in(language)
    return dict(zip(ORDERS, (_("Sign-in name"), _("Full name"), _("Unit")), strict=True))
