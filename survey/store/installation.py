"""What an installation knows of itself: the fingerprints of its secrets, and when it last could write."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, Database

_SECRET, _WROTE, _FORWARDED = "secret:", "wrote", "forwarded"


class InstallationFact(Base):
    """A fact by its name."""

    __tablename__ = "installation_fact"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[str] = mapped_column(String(100))


def note_write(session: Session, *, now: datetime) -> None:
    """Write something, which shows that the store can be written."""
    session.merge(InstallationFact(name=_WROTE, value=now.isoformat(timespec="seconds")))


def last_write(session: Session) -> datetime | None:
    """When `note_write` last wrote; None where it never did."""
    fact = session.get(InstallationFact, _WROTE)
    return datetime.fromisoformat(fact.value) if fact else None


def note_forwarded(session: Session, *, now: datetime) -> None:
    """Store the day of a request with headers of a proxy although none is trusted."""
    session.merge(InstallationFact(name=_FORWARDED, value=now.date().isoformat()))


def day_of_proxy_headers(session: Session) -> str | None:
    """The day of the last such request that a process noted; None without one."""
    fact = session.get(InstallationFact, _FORWARDED)
    return fact.value if fact else None


def knows_one_of(session: Session, secret_keys: Sequence[str]) -> bool:
    """Whether the installation was used with one of these secrets, or with none so far."""
    secrets = select(InstallationFact.name).where(InstallationFact.name.startswith(_SECRET))
    names = set(session.scalars(secrets))
    return not names or any(_name_of(key) in names for key in secret_keys)


def accept(session: Session, secret_keys: Sequence[str], *, now: datetime) -> None:
    """Know these secrets from now on."""
    for key in secret_keys:
        if session.get(InstallationFact, _name_of(key)) is None:
            session.add(InstallationFact(name=_name_of(key), value=now.date().isoformat()))


def secret_problem(database: Database, secret_keys: Sequence[str]) -> str | None:
    """What is wrong with the secrets of a process, in one line with what to do; None for nothing.

    Secrets beside a known one become known, so that the older one can be left out later.
    """
    if not database.read(lambda session: knows_one_of(session, secret_keys)):
        return (
            "the secret is not one that this database was used with: no receipt or link made so far would be"
            " valid. Put the backup of secret_key (or SECRET_KEY) back; if it is lost, run"
            " `flask survey accept-secret`"
        )
    now = datetime.now(UTC)
    database.write(lambda session: accept(session, secret_keys, now=now))
    return None


def _name_of(secret_key: str) -> str:
    """The name of a secret's fact: a fingerprint from which the secret does not follow."""
    return _SECRET + hmac.digest(secret_key.encode(), b"fingerprint", hashlib.sha256).hex()[:32]
