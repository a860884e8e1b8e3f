"""Giving a person a link to set a password: by a letter where that can be sent, else shown once."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.accounts import password_links
from survey.accounts.link_letters import LinkLetterWorker
from survey.accounts.password_links import LINK_PATH
from survey.store.people import Person
from survey.store.unavailable import StoreUnavailableError
from survey.web.background import background
from survey.web.context import now, settings
from survey.web.hosts import public_url
from survey.web.templates import language


@dataclass(frozen=True)
class Invitation:
    """A person who was given a link, and the link where it is to be shown; None: a letter is on its way."""

    person: Person
    link: str | None


def letters_work() -> bool:
    """Whether letters with links can be sent: there is a mail server, and an address to write into them."""
    return settings().mail is not None and settings().public_url is not None


def link_giver(email: str | None) -> Callable[[Session, Person], str | None]:
    """What gives a person a link inside a change of the store, and returns it where it is to be shown."""
    moment, lang, by_letter = now(), language(), email is not None and letters_work()
    to_token = None if by_letter else public_url(LINK_PATH)

    def give(session: Session, person: Person) -> str | None:
        if to_token is None:
            password_links.invite_by_letter(session, person, lang, now=moment)
            return None
        return to_token + password_links.create_link(session, person.id, lang, now=moment)

    return give


def wake_letters() -> None:
    """Have letters sent now that are due."""
    with suppress(StoreUnavailableError):  # the thread looks again by itself
        background(LinkLetterWorker).wake()
