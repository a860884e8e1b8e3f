"""What must hold before the product serves. Each refusal is one line: what was found, and what to do."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from flask import Flask


def create_app_or_exit() -> "Flask":
    """The application of this environment; the process ends with one line where a setting cannot be used."""
    from survey import create_app

    with _exiting_on_wrong_settings():
        return create_app()


def check_or_exit() -> None:
    """End the process with one line unless the settings and the database are fit to serve."""
    import survey.features  # noqa: F401 — declares every table
    from survey.config import read_settings
    from survey.store.db import Database
    from survey.store.installation import secret_problem
    from survey.store.migrate import schema_problem

    with _exiting_on_wrong_settings():
        settings = read_settings(os.environ)
        database = Database(settings.database_url)
    problem = schema_problem(database) or secret_problem(database, settings.secret_keys)
    database.dispose()
    if problem is not None:
        _exit(problem)
    if settings.public_url is None:
        _say(
            "PUBLIC_URL is not set: links and posters are made for localhost, addresses of private networks"
            " and TRUSTED_HOSTS only. Set PUBLIC_URL to the address of the posters"
        )
    if settings.https_only and not settings.trusted_proxies:
        _say(
            "PUBLIC_URL is https and TRUSTED_PROXIES is 0: all visitors share the proxy's address and its"
            " limits. Set TRUSTED_PROXIES to the number of proxies in front"
        )


def whole_number_or_exit(name: str, default: int) -> int:
    """A whole number above 0 from the environment; the process ends with one line for anything else."""
    text = os.environ.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
        _exit(f"{name} is {text!r}; use a whole number above 0")
    return int(text)


@contextmanager
def _exiting_on_wrong_settings() -> Generator[None, None, None]:
    from survey.config import ConfigError

    try:
        yield
    except ConfigError as error:
        _exit(str(error))
    except OSError as error:
        _exit(f"{error.filename} cannot be used: {error.strerror}; check INSTANCE_PATH and DATABASE_URL")


def _say(message: str) -> None:
    sys.stderr.write(f"survey: {' '.join(message.split())}\n")


def _exit(message: str) -> NoReturn:
    _say(message)
    sys.exit(1)
