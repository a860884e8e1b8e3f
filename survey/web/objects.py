"""Where the object of an address belongs: found from the address alone, never from a field of a form."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from survey.store import positions
from survey.store.positions import ObjectPositions

_BY_NAME: Mapping[str, Callable[[Session, str], ObjectPositions]] = {
    "key": positions.of_campaign,
    "code": positions.of_collector,
    "digest": positions.of_questionnaire,
    "card_digest": positions.of_definition,
}
_BY_NUMBER: Mapping[str, Callable[[Session, int], ObjectPositions]] = {
    "card_id": positions.of_card,
    "task_id": positions.of_task,
    "person_id": positions.of_person,
    "token_id": positions.of_token,
    "unit_id": positions.of_unit,
}
# What the person who is signed in owns: each page looks among their own only.
_OWN = frozenset({"session_id", "passkey_id"})
# What is looked for within the object that another part of the address names.
WITHIN = frozenset(
    {"extension", "job_id", "summary_id", "reference", "kind", "name", "indicator", "entry_id"}
)


class UnknownObjectError(LookupError):
    """An address has a part of which nobody says where it belongs."""


def find_positions(session: Session, arguments: Mapping[str, str | int]) -> ObjectPositions | None:
    """Where the object belongs that an address names; None where it names none.

    Raises
    ------
    NotFoundError
        There is no such object.
    UnknownObjectError
        It is not known where an object of this kind belongs.
    """
    named = [(name, value) for name, value in arguments.items() if name not in WITHIN]
    if arguments.keys() <= _OWN | {"extension"}:
        return None
    match named:
        case [(name, str(value))] if name in _BY_NAME:
            return _BY_NAME[name](session, value)
        case [(name, int(value))] if name in _BY_NUMBER:
            return _BY_NUMBER[name](session, value)
    raise UnknownObjectError(", ".join(arguments))
