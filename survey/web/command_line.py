"""What every command of `flask survey` shares."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from flask.cli import with_appcontext

from survey.store import fieldwork
from survey.store.fieldwork import CampaignNotFoundError
from survey.web.context import database

FILE = click.Path(path_type=Path)  # a file that is not there is a refused input like any other


def command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a command that runs in the application's context."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        return click.command(name)(with_appcontext(function))

    return decorate


def refused(message: str) -> NoReturn:
    """End with one line that says what was found, where, and what to do."""
    click.echo(" ".join(message.split()), err=True)
    sys.exit(1)


@contextmanager
def refuse_unknown_campaign() -> Iterator[None]:
    """Refuse a key that no campaign has, and name the keys that exist."""
    try:
        yield
    except CampaignNotFoundError as error:
        known = ", ".join(c.key for c in database().read(fieldwork.campaigns)) or "none"
        refused(f"no campaign has the key {error.key!r}; known: {known}")
