"""What every command of `flask survey` shares."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import NoReturn, ParamSpec

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DatabaseError

from survey.store import fieldwork, migrate
from survey.store.fieldwork import CampaignNotFoundError
from survey.store.unavailable import StoreUnavailableError
from survey.web.context import database

P = ParamSpec("P")
_PATIENCE_SECONDS = 30
FILE = click.Path(path_type=Path)  # the commands report a missing file themselves


def command(name: str) -> Callable[[Callable[..., None]], click.Command]:
    """Make a function a command that runs in the application's context."""

    def decorate(function: Callable[..., None]) -> click.Command:
        return click.command(name)(with_appcontext(_refusing_in_a_line(function)))

    return decorate


def _refusing_in_a_line(function: Callable[P, None]) -> Callable[P, None]:
    """The function; where the database cannot be used, the process ends with the reason in one line."""

    @wraps(function)
    def refusing(*args: P.args, **kwargs: P.kwargs) -> None:
        database().be_patient(_PATIENCE_SECONDS)
        try:
            function(*args, **kwargs)
        except (DatabaseError, StoreUnavailableError) as error:
            reason = error.orig if isinstance(error, DatabaseError) else error
            exit_with_error(migrate.schema_problem(database()) or f"the database refused: {reason}")

    return refusing


def exit_with_error(message: str) -> NoReturn:
    """Print one line that names the problem, the position and the remedy, and exit with status 1."""
    click.echo(" ".join(message.split()), err=True)
    sys.exit(1)


@contextmanager
def refuse_unknown_campaign() -> Iterator[None]:
    """Refuse a key that no campaign has, and name the keys that exist."""
    try:
        yield
    except CampaignNotFoundError as error:
        known = ", ".join(c.key for c in database().read(fieldwork.campaigns)) or "none"
        exit_with_error(f"no campaign has the key {error.key!r}; known: {known}")
