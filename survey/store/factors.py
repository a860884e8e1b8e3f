"""Second factors: codes of an authenticator app (TOTP) and recovery codes, and the roles that must have one.

The secret of an app is stored encrypted (`accounts/sealed.py`), recovery codes as hashes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store import people
from survey.store.db import Base, UtcTime, rows_changed
from survey.store.office_sessions import OfficeSession
from survey.store.passkeys import Passkey
from survey.store.people import Person
from survey.store.units import Unit


class TotpFactor(Base):
    """A person's authenticator app. It counts once a code of it was typed, which `confirmed_at` says.

    `last_step` is the time step of the last code that was accepted: no code is accepted twice.
    """

    __tablename__ = "totp_factor"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    sealed_secret: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    last_step: Mapped[int] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A code that stands for the second factor once, when the person has lost it."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class RequiredFactor(Base):
    """A role that must have a second factor at a unit and below it."""

    __tablename__ = "required_factor"
    __table_args__ = (UniqueConstraint("unit_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[str] = mapped_column(String(20))


@dataclass(frozen=True)
class Factors:
    """The second factors that a person has."""

    totp_since: datetime | None
    recovery_codes_left: int
    has_passkey: bool

    @property
    def has_any(self) -> bool:
        """Whether the person can be asked for a second factor."""
        return self.totp_since is not None or self.has_passkey


def factors_of(session: Session, person_id: int) -> Factors:
    """The second factors of a person."""
    totp_since = session.scalar(select(TotpFactor.confirmed_at).where(TotpFactor.person_id == person_id))
    left = session.scalar(
        select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    )
    has_passkey = session.scalar(select(exists().where(Passkey.person_id == person_id)))
    return Factors(totp_since, left or 0, bool(has_passkey))


def add_totp(session: Session, person_id: int, sealed_secret: str, *, now: datetime) -> None:
    """Store the secret of an app that is not confirmed yet, in place of another such one."""
    session.execute(
        delete(TotpFactor).where(TotpFactor.person_id == person_id, TotpFactor.confirmed_at.is_(None))
    )
    session.add(TotpFactor(person_id=person_id, sealed_secret=sealed_secret, created_at=now, last_step=0))
    session.flush()


def totp_of(session: Session, person_id: int) -> TotpFactor | None:
    """A person's app, also one that is not confirmed."""
    return session.get(TotpFactor, person_id)


def accept_step(session: Session, person_id: int, step: int) -> bool:
    """Accept the code of a time step; whether it was not accepted before, nor a later one.

    One statement decides, so of two requests with the same code one is accepted.
    """
    later = update(TotpFactor).where(TotpFactor.person_id == person_id, TotpFactor.last_step < step)
    return rows_changed(session.execute(later.values(last_step=step))) == 1


def confirm_totp(session: Session, person_id: int, *, now: datetime) -> None:
    """Let a person's app count from now on."""
    session.execute(update(TotpFactor).where(TotpFactor.person_id == person_id).values(confirmed_at=now))


def replace_sealed_secret(session: Session, person_id: int, sealed_secret: str) -> None:
    """Store the secret of an app as it is encrypted with another key."""
    session.execute(
        update(TotpFactor).where(TotpFactor.person_id == person_id).values(sealed_secret=sealed_secret)
    )


def all_totp(session: Session) -> Sequence[TotpFactor]:
    """The app of everybody."""
    return session.scalars(select(TotpFactor).order_by(TotpFactor.person_id)).all()


def remove_totp(session: Session, person_id: int) -> bool:
    """Remove a person's app; whether there was one."""
    removed = delete(TotpFactor).where(TotpFactor.person_id == person_id)
    return rows_changed(session.execute(removed)) == 1


def set_recovery_codes(session: Session, person_id: int, hashes: Sequence[str]) -> None:
    """Store new recovery codes of a person in place of all before."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    session.add_all(RecoveryCode(person_id=person_id, code_hash=code_hash) for code_hash in hashes)
    session.flush()


def use_recovery_code(session: Session, person_id: int, code_hash: str, *, now: datetime) -> bool:
    """Use a recovery code; whether it was one of the person's and not used. One statement decides."""
    unused = update(RecoveryCode).where(
        RecoveryCode.person_id == person_id,
        RecoveryCode.code_hash == code_hash,
        RecoveryCode.used_at.is_(None),
    )
    return rows_changed(session.execute(unused.values(used_at=now))) == 1


def required_roles(session: Session, unit_id: int) -> set[str]:
    """The roles that must have a second factor at a unit and below it."""
    return set(session.scalars(select(RequiredFactor.role).where(RequiredFactor.unit_id == unit_id)))


def set_required_roles(session: Session, unit_id: int, roles: Sequence[str]) -> None:
    """Set the roles that must have a second factor at a unit and below. Holds for open sessions, too."""
    session.execute(delete(RequiredFactor).where(RequiredFactor.unit_id == unit_id))
    session.add_all(RequiredFactor(unit_id=unit_id, role=role) for role in dict.fromkeys(roles))
    session.flush()
    update_sessions(session)


def second_factor_required(session: Session, person_ids: Sequence[int]) -> set[int]:
    """Which of these people hold a role that must have a second factor at its unit. Nothing else decides."""
    query = select(RequiredFactor.role, Unit.path).join(Unit, Unit.id == RequiredFactor.unit_id)
    required = session.execute(query).all()
    return {
        person_id
        for person_id, grants in people.grants(session, person_ids).items()
        for grant in grants
        if any(grant.role == role and grant.path.startswith(path) for role, path in required)
    }


def must_enrol(session: Session, person: Person) -> bool:
    """Whether a person must have a second factor and has none."""
    is_required = bool(second_factor_required(session, [person.id]))
    return is_required and not factors_of(session, person.id).has_any


def update_sessions(session: Session, person_id: int | None = None) -> None:
    """Store in open sessions, of one person or all, whether their persons have to add a second factor.

    Called where a factor is added or removed, a role changes or a requirement: so no page has to look it up.
    """
    has_factor = or_(
        exists().where(
            and_(TotpFactor.person_id == OfficeSession.person_id, TotpFactor.confirmed_at.is_not(None))
        ),
        exists().where(Passkey.person_id == OfficeSession.person_id),
    )
    session.flush()
    signed_in = session.scalars(select(OfficeSession.person_id).distinct()).all()
    required = OfficeSession.person_id.in_(second_factor_required(session, signed_in))
    changed = update(OfficeSession).values(must_enrol=and_(required, ~has_factor))
    if person_id is not None:
        changed = changed.where(OfficeSession.person_id == person_id)
    session.execute(changed.execution_options(synchronize_session=False))
