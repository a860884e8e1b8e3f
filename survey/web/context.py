"""What a page needs from the running application: its database, its settings, the time."""

from datetime import UTC, date, datetime, time
from typing import cast
from zoneinfo import ZoneInfo

from flask import Flask, current_app

from survey.config import Settings
from survey.store.db import Database


def attach(app: Flask, database: Database, settings: Settings) -> None:
    """Give the application its database and settings."""
    app.extensions["database"] = database
    app.extensions["settings"] = settings


def database() -> Database:
    """The application's database."""
    return cast(Database, current_app.extensions["database"])


def settings() -> Settings:
    """The application's settings."""
    return cast(Settings, current_app.extensions["settings"])


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day it is at the office."""
    return now().astimezone(settings().time_zone).date()


def start_of_today() -> datetime:
    """When this day began at the office: results are dated by the day, so a file made twice is the same."""
    return start_of_day(now(), settings().time_zone)


def start_of_day(moment: datetime, time_zone: ZoneInfo) -> datetime:
    """When the day of a moment began in a time zone."""
    return datetime.combine(moment.astimezone(time_zone).date(), time(), time_zone)
