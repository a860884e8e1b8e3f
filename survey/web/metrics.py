"""Pages for monitoring: is the process alive, can it work."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from survey.store import migrate
from survey.web.context import database
from survey.web.guards import public

bp = Blueprint("metrics", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process is alive."""
    return {"status": "ok"}


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """The database can be reached and has the schema this code needs."""
    try:
        current = migrate.current(database())
    except SQLAlchemyError:
        return {"status": "no database"}, 503
    if current != migrate.head():
        return {"status": "not migrated", "found": current, "needed": migrate.head()}, 503
    return {"status": "ok"}
