"""The office's colour and logo on every page a citizen sees."""

import base64
from dataclasses import dataclass
from hashlib import sha256

from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.store import look as store
from survey.store.unavailable import StoreUnavailableError
from survey.web import colour
from survey.web.context import database


@dataclass(frozen=True)
class Look:
    """Style rules and logo as they stand in a page, and what tells one look from another."""

    css: Markup
    logo: str
    key: str


_PLAIN = Look(Markup(""), "", "")


def current() -> Look:
    """The look of the office as it is set now; a page that says the database is gone needs none."""
    try:
        return database().recall("look", _look)
    except (SQLAlchemyError, StoreUnavailableError):
        return _PLAIN


def _look(session: Session) -> Look:
    row = store.current(session)
    if row is None:
        return _PLAIN
    css = colour.style(row.accent) if row.accent else ""
    logo = f"data:image/png;base64,{base64.b64encode(row.logo).decode()}" if row.logo else ""
    return Look(Markup(css), logo, sha256((css + logo).encode()).hexdigest())  # noqa: S704 — a checked colour


def office_name(organisation: str) -> Markup:
    """The office's name at the head of a page, with its logo; the name says what the logo shows."""
    logo = current().logo
    picture = Markup('<img src="{}" alt="" height="40"> ').format(logo) if logo else ""
    return Markup('<p class="office">{}{}</p>').format(picture, organisation)
