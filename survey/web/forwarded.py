"""Says once that requests come through a proxy that no setting names."""

import logging
import threading

from flask import Flask, request
from sqlalchemy.exc import SQLAlchemyError

from survey.store import installation
from survey.store.unavailable import StoreUnavailableError
from survey.web.context import database, now, settings

_HEADERS = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded")
log = logging.getLogger("survey.proxies")


def init(app: Flask) -> None:
    """Warn in the log, and store for `flask survey doctor`, at the first request with a proxy's headers."""
    was_noted = threading.Event()

    def note() -> None:
        if was_noted.is_set() or settings().trusted_proxies:
            return
        if any(name in request.headers for name in _HEADERS):
            was_noted.set()
            _warn_and_store()

    app.before_request(note)


def _warn_and_store() -> None:
    log.warning(
        "a request has X-Forwarded headers and TRUSTED_PROXIES is 0: if a proxy is in front, all visitors"
        " share its address and its limits; set TRUSTED_PROXIES to the number of proxies"
    )
    noted_at = now()
    try:
        database().write(lambda session: installation.note_forwarded(session, now=noted_at))
    except (SQLAlchemyError, StoreUnavailableError):
        log.warning("that cannot be stored now; the log has it")
