"""`flask survey doctor`: is an installation as docs/operations.md says? Check by check, with what to do."""

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from limits.storage import storage_from_string
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.publication.weekly_schedule import newest_due
from survey.store import installation, migrate, weekly
from survey.store.db import Database
from survey.store.fieldwork import Campaign
from survey.store.unavailable import StoreUnavailableError
from survey.store.weekly import SummaryState, WeeklyPlan

_REDIS_SECONDS = 2
_FREE_TO_WARN, _FREE_TO_FAIL = 2 * 1024**3, 200 * 1024**2  # bytes
_CLOCK_TOLERANCE = timedelta(minutes=2)
_NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)  # when this was written
_PATIENCE = timedelta(hours=2)  # for a summary: a thread looks each minute, and a failure is tried again
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
CANNOT_BE_USED = (SQLAlchemyError, StoreUnavailableError, OSError)


class FindingState(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """What a check saw, in one line, and what to do about it; "" where there is nothing to do."""

    check: str
    state: FindingState
    observed: str
    advice: str = ""


def _ok(check: str, observed: str) -> Finding:
    return Finding(check, FindingState.OK, observed)


def _warn(check: str, observed: str, advice: str) -> Finding:
    return Finding(check, FindingState.WARN, observed, advice)


def _fail(check: str, observed: str, advice: str) -> Finding:
    return Finding(check, FindingState.FAIL, observed, advice)


def examine(database: Database, settings: Settings, *, now: datetime) -> list[Finding]:
    """Every check of an installation, in the order in which problems are best mended."""
    findings = [
        _public_address(settings),
        *_secret_files(settings, database),
        _free_disk(settings, database),
        _redis(settings, is_sqlite=database.is_sqlite),
    ]
    schema = _schema(database)
    findings.append(schema)
    if schema.state is not FindingState.OK:
        return findings
    stored: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("proxies", lambda: _proxies(database, settings)),
        ("clock", lambda: _clock(database, now)),
        ("store", lambda: _writable(database, now)),
        ("secret", lambda: _fingerprint(database, settings)),
        ("weekly summaries", lambda: _weekly(database, settings, now)),
    )
    for name, check in stored:
        try:
            findings.append(check())
        except CANNOT_BE_USED as error:
            findings.append(_unusable(name, error))
    return findings


def _unusable(check: str, error: Exception) -> Finding:
    reason = " ".join(str(getattr(error, "orig", None) or error).split())[:200]
    advice = "free the disk, end the program that locks the database, or put the file back"
    return _fail(check, f"the database cannot be used ({reason})", advice)


def _public_address(settings: Settings) -> Finding:
    if settings.public_url is None:
        return _warn(
            "public address",
            "PUBLIC_URL is not set: posters and links take the address that a request names, and are made for"
            " localhost, addresses of private networks and TRUSTED_HOSTS only",
            "set PUBLIC_URL=https://… before a poster is printed",
        )
    if not settings.https_only:
        return _warn(
            "public address",
            f"PUBLIC_URL is {settings.public_url}: answers travel unencrypted, and phones keep no form",
            "put a proxy with TLS in front and set PUBLIC_URL=https://…",
        )
    return _ok("public address", f"PUBLIC_URL is {settings.public_url}")


def _proxies(database: Database, settings: Settings) -> Finding:
    hops, advice = settings.trusted_proxies, "set TRUSTED_PROXIES to the number of reverse proxies in front"
    if hops:
        return _ok("proxies", f"TRUSTED_PROXIES is {hops}; the last {hops} must set X-Forwarded-For")
    seen_on = database.read(installation.day_of_proxy_headers)
    if seen_on:
        return _warn(
            "proxies",
            f"TRUSTED_PROXIES is 0, and a request of {seen_on} had X-Forwarded headers: if a proxy set them,"
            " all visitors share its address and its limits",
            advice,
        )
    if settings.https_only:
        return _warn("proxies", "PUBLIC_URL is https and TRUSTED_PROXIES is 0", advice)
    return _ok("proxies", "TRUSTED_PROXIES is 0, and no request had X-Forwarded headers")


def _secret_files(settings: Settings, database: Database) -> Iterator[Finding]:
    """Files that only their owner may read, and the first passwords, which nobody needs to keep."""
    folder = settings.instance
    files = [folder / "secret_key", folder / "demo-sign-ins.txt"]
    if database.is_sqlite and database.url.database:
        files += [Path(f"{database.url.database}{suffix}") for suffix in ("", "-wal", "-shm")]
    there = [file for file in files if file.exists()]
    modes = {file: stat.S_IMODE(file.stat().st_mode) for file in there}
    for file, mode in modes.items():
        if mode & _FOR_OTHERS:
            observed = f"{file} has mode {mode:03o}: others may read it"
            yield _warn("file modes", observed, f"chmod 600 '{file}'")
    if not any(mode & _FOR_OTHERS for mode in modes.values()):
        names = ", ".join(file.name for file in there) or "no file"
        yield _ok("file modes", f"for their owner only: {names}")
    if files[1].exists():
        yield _warn(
            "first passwords",
            f"{files[1]} holds them",
            "change them after the first sign-in, then delete the file",
        )


def _free_disk(settings: Settings, database: Database) -> Finding:
    path = Path(database.url.database or "") if database.is_sqlite else settings.instance
    folder = path if path.is_dir() else path.parent
    free = shutil.disk_usage(folder).free
    observed = f"{free / 1024**3:.1f} GB are free at {folder.resolve()}"
    advice = "free some: without space no form can be stored"
    if free < _FREE_TO_FAIL:
        return _fail("disk", observed, advice)
    return _warn("disk", observed, advice) if free < _FREE_TO_WARN else _ok("disk", observed)


def _redis(settings: Settings, *, is_sqlite: bool) -> Finding:
    if settings.redis_url is None:
        if is_sqlite:
            return _ok("redis", "REDIS_URL is not set; one process counts the limits")
        return _warn(
            "redis",
            "REDIS_URL is not set: each of the processes on PostgreSQL counts the limits for itself",
            "set REDIS_URL=redis://… where WORKERS is above 1 or several machines serve",
        )
    options = {"socket_timeout": _REDIS_SECONDS, "socket_connect_timeout": _REDIS_SECONDS}
    storage = storage_from_string(settings.redis_url, wrap_exceptions=True, **options)
    if storage.check():
        return _ok("redis", "Redis answers")
    return _warn(
        "redis",
        "Redis does not answer: each process counts the limits for itself",
        "start Redis, or correct REDIS_URL",
    )


def _schema(database: Database) -> Finding:
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    problem = migrate.schema_problem(database)
    if problem is None:
        return _ok("schema", f"{kind} is at revision {migrate.head()}")
    observed, _, advice = problem.rpartition("; ")
    return _fail("schema", observed or problem, advice)


def _clock(database: Database, now: datetime) -> Finding:
    last = database.read(installation.last_write)
    if now < _NOT_BEFORE or (last is not None and now < last - _CLOCK_TOLERANCE):
        latest = f"{last or _NOT_BEFORE:%Y-%m-%d %H:%M}"
        observed = f"it is {now:%Y-%m-%d %H:%M} UTC here, which is before {latest}, when something was stored"
        return _fail("clock", observed, "set the clock: run timedatectl set-ntp true")
    return _ok("clock", f"it is {now:%Y-%m-%d %H:%M} UTC")


def _writable(database: Database, now: datetime) -> Finding:
    database.write(lambda session: installation.note_write(session, now=now))
    return _ok("store", "a write was stored")


def _fingerprint(database: Database, settings: Settings) -> Finding:
    if database.read(lambda session: installation.knows_one_of(session, settings.secret_keys)):
        return _ok("secret", "it is one that this database was used with")
    return _fail(
        "secret",
        "this database was used with another secret: receipts and links made so far are not valid",
        "put the backup of secret_key (or SECRET_KEY) back; if it is lost, run flask survey accept-secret",
    )


def _weekly(database: Database, settings: Settings, now: datetime) -> Finding:
    plans = database.read(weekly.plans)
    if not plans:
        return _ok("weekly summaries", "no campaign has them")
    with_letters = [campaign.key for plan, campaign in plans if plan.recipients]
    if with_letters and settings.mail is None:
        observed = f"{', '.join(with_letters)} has recipients, and SMTP_URL is not set: nothing is sent"
        return _warn("weekly summaries", observed, "set SMTP_URL and MAIL_FROM")
    problems = database.read(lambda session: list(_weekly_problems(session, plans, settings, now)))
    if problems:
        advice = "keep a server or the line for cron running; see Downloads, Weekly summaries"
        return _warn("weekly summaries", "; ".join(problems), advice)
    return _ok("weekly summaries", f"up to date for {', '.join(campaign.key for _plan, campaign in plans)}")


def _weekly_problems(
    session: Session, plans: list[tuple[WeeklyPlan, Campaign]], settings: Settings, now: datetime
) -> Iterator[str]:
    """What is missing or was given up of the newest summary of each campaign."""
    for plan, campaign in plans:
        days = campaign.opens_on, campaign.closes_on
        due_on = newest_due(*days, since=plan.since, now=now - _PATIENCE, zone=settings.time_zone)
        summaries = {summary.due_on: summary for summary in weekly.summaries_of(session, campaign.id)}
        summary = summaries.get(due_on) if due_on else None
        if due_on and (summary is None or summary.state != SummaryState.DONE):
            yield f"the summary of {campaign.key} for {due_on} was not made"
        failed = [
            letter
            for letter in weekly.letters_of(session, campaign.id)
            if summary and letter.summary_id == summary.id and letter.problem
        ]
        if failed:
            yield f"letters of {campaign.key} for {due_on} not sent: {len(failed)} ({failed[0].problem})"
