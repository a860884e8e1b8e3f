"""The accounts at an OpenID provider that officials sign in with."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, UtcTime
from survey.store.people import Person


class OpenIdAccount(Base):
    """An account of a provider (`subject` of `issuer`) and the person who signs in with it."""

    __tablename__ = "openid_account"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    issuer: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(255))
    linked_at: Mapped[datetime] = mapped_column(UtcTime)


def person_of(session: Session, issuer: str, subject: str) -> Person | None:
    """The person who signs in with this account; None where it is not known."""
    query = select(Person).join(OpenIdAccount, OpenIdAccount.person_id == Person.id)
    return session.scalar(query.where(OpenIdAccount.issuer == issuer, OpenIdAccount.subject == subject))


def has_account(session: Session, person_id: int, issuer: str) -> bool:
    """Whether a person signs in with an account of this provider already."""
    query = select(OpenIdAccount.id).where(
        OpenIdAccount.person_id == person_id, OpenIdAccount.issuer == issuer
    )
    return session.scalar(query.limit(1)) is not None


def link(session: Session, person_id: int, issuer: str, subject: str, *, now: datetime) -> None:
    """Store that a person signs in with this account from now on."""
    session.add(OpenIdAccount(person_id=person_id, issuer=issuer, subject=subject, linked_at=now))
    session.flush()


def remove_all(session: Session, person_id: int) -> None:
    """Forget the accounts that a person signs in with."""
    session.execute(delete(OpenIdAccount).where(OpenIdAccount.person_id == person_id))
