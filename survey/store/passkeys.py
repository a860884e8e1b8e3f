"""Passkeys of officials, and the challenges that a browser has to sign. A challenge is accepted once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, UtcTime, rows_changed
from survey.store.tokens import hash_of


class Passkey(Base):
    """A passkey: its public key, and how often its device says that it has signed."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    credential_hash: Mapped[str] = mapped_column(String(64), unique=True)
    credential_id: Mapped[str] = mapped_column(Text)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class SignInChallenge(Base):
    """A challenge that was sent to a browser and not come back yet. Only its hash is stored."""

    __tablename__ = "sign_in_challenge"

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    expires_at: Mapped[datetime] = mapped_column(UtcTime)


def passkeys_of(session: Session, person_id: int) -> Sequence[Passkey]:
    """A person's passkeys, the oldest first."""
    return session.scalars(select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)).all()


def by_credential(session: Session, credential_id: str) -> Passkey | None:
    """The passkey with this identifier (base64url)."""
    return session.scalar(select(Passkey).where(Passkey.credential_hash == hash_of(credential_id)))


def add(session: Session, passkey: Passkey) -> None:
    """Add a passkey."""
    session.add(passkey)
    session.flush()


def store_use(session: Session, passkey: Passkey, sign_count: int, *, now: datetime) -> bool:
    """Store a use; False where another use was stored since the passkey was read."""
    unchanged = update(Passkey).where(Passkey.id == passkey.id, Passkey.sign_count == passkey.sign_count)
    changed = session.execute(unchanged.values(sign_count=sign_count, last_used_at=now))
    return rows_changed(changed) == 1


def rename(session: Session, person_id: int, passkey_id: int, name: str) -> bool:
    """Give one of a person's passkeys another name; whether it is there."""
    own = update(Passkey).where(Passkey.id == passkey_id, Passkey.person_id == person_id)
    return rows_changed(session.execute(own.values(name=name))) == 1


def remove(session: Session, person_id: int, passkey_id: int) -> str | None:
    """Remove one of a person's passkeys and return its name; None where it is not there."""
    own = delete(Passkey).where(Passkey.id == passkey_id, Passkey.person_id == person_id)
    return session.scalars(own.returning(Passkey.name)).one_or_none()


def remove_all(session: Session, person_id: int) -> int:
    """Remove every passkey of a person; how many."""
    return rows_changed(session.execute(delete(Passkey).where(Passkey.person_id == person_id)))


def add_challenge(
    session: Session, challenge: str, purpose: str, *, now: datetime, expires_at: datetime
) -> None:
    """Store a challenge. Those that have expired are deleted."""
    session.execute(delete(SignInChallenge).where(SignInChallenge.expires_at <= now))
    session.add(SignInChallenge(challenge_hash=hash_of(challenge), purpose=purpose, expires_at=expires_at))


def take_challenge(session: Session, challenge: str, purpose: str, *, now: datetime) -> bool:
    """Take a challenge that came back; whether it was sent for this purpose, not long ago, and not taken."""
    taken = delete(SignInChallenge).where(
        SignInChallenge.challenge_hash == hash_of(challenge),
        SignInChallenge.purpose == purpose,
        SignInChallenge.expires_at > now,
    )
    return rows_changed(session.execute(taken)) == 1
