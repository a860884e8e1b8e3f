"""What a page needs from the running application: its database, its settings, the time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import cast
from zoneinfo import ZoneInfo

from flask import Flask, current_app, request

from survey.store.db import Database
from survey.web.mail import MailServer


@dataclass(frozen=True)
class Office:
    """The settings pages use. `secret_keys` are newest first; `mail` is None where no mail server is set."""

    secret_keys: tuple[str, ...]
    public_url: str | None
    time_zone: ZoneInfo
    mail: MailServer | None = None


def attach(app: Flask, database: Database, office: Office) -> None:
    """Give the application its database and settings."""
    app.extensions["database"] = database
    app.extensions["office"] = office


def database() -> Database:
    """The application's database."""
    return cast(Database, current_app.extensions["database"])


def office() -> Office:
    """The settings pages use."""
    return cast(Office, current_app.extensions["office"])


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day it is at the office."""
    return now().astimezone(office().time_zone).date()


def public_url(path: str) -> str:
    """The address of `path` (which begins with /) as a citizen's phone reaches it."""
    return (office().public_url or request.host_url.rstrip("/")) + path


def this_morning() -> datetime:
    """When this day began at the office: results are dated by the day, so a file made twice is the same."""
    return morning_of(now(), office().time_zone)


def morning_of(moment: datetime, time_zone: ZoneInfo) -> datetime:
    """When the day of a moment began in a time zone."""
    return datetime.combine(moment.astimezone(time_zone).date(), time(), time_zone)
