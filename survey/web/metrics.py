"""Pages for monitoring: is the process alive, can it work."""

import logging

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from survey.store import installation, migrate
from survey.store.cache import BoundedCache
from survey.store.unavailable import StoreUnavailableError
from survey.web.context import database, now
from survey.web.guards import public

bp = Blueprint("metrics", __name__)
log = logging.getLogger("survey.readiness")
_problems: BoundedCache[str | None] = BoundedCache(1, 1.0)  # the store is asked once a second at most


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process is alive."""
    return {"status": "ok"}


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Whether the database can be read and written, and has the schema this code needs."""
    problem = _problems.get(database().url, _problem)
    return ({"status": "ok"}, 200) if problem is None else ({"status": problem}, 503)


def _problem() -> str | None:
    """Why a form could not be stored now, in a few words without names of the machine; None for nothing."""
    try:
        revision, missing = migrate.revision_and_gaps(database())
        if revision != migrate.head():
            return f"not migrated: {revision} instead of {migrate.head()}"
        if missing:
            return "a table is missing"
        probed_at = now()
        database().write(lambda session: installation.note_write(session, now=probed_at))
    except (SQLAlchemyError, StoreUnavailableError) as error:
        log.warning("not ready: %s", type(error).__name__)
        return "the database cannot be used"
    return None
