"""Where the object of an address belongs: found from the address alone, never from a field of a form."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from survey.store import places
from survey.store.places import ObjectPlaces

_FINDERS: Mapping[str, Callable[[Session, Any], ObjectPlaces]] = {
    "key": places.of_campaign,
    "code": places.of_collector,
    "card_id": places.of_card,
    "task_id": places.of_task,
    "person_id": places.of_person,
    "token_id": places.of_token,
    "unit_id": places.of_unit,
    "digest": places.of_questionnaire,
    "card_digest": places.of_definition,
}
# What is looked for within the object that another part of the address names.
WITHIN = frozenset(
    {"extension", "job_id", "summary_id", "reference", "kind", "name", "indicator", "entry_id"}
)


class UnknownObjectError(LookupError):
    """An address has a part of which nobody says where it belongs."""


def find_places(session: Session, arguments: Mapping[str, Any]) -> ObjectPlaces | None:
    """Where the object belongs that an address names; None where it names none.

    Raises
    ------
    NotFoundError
        There is no such object.
    UnknownObjectError
        It is not known where an object of this kind belongs.
    """
    named = [name for name in arguments if name not in WITHIN]
    if not named:
        if arguments:
            raise UnknownObjectError(", ".join(arguments))
        return None
    if len(named) > 1 or named[0] not in _FINDERS:
        raise UnknownObjectError(", ".join(named))
    return _FINDERS[named[0]](session, arguments[named[0]])
