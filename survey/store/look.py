"""The appearance of an office's pages: an accent colour and a logo."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, UtcTime

_ONLY = 1


class OfficeLook(Base):
    """The only row. `accent` is #rrggbb and `logo` a PNG; both are None where not set."""

    __tablename__ = "office_look"

    id: Mapped[int] = mapped_column(primary_key=True)
    accent: Mapped[str | None] = mapped_column(String(7))
    logo: Mapped[bytes | None] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


def current(session: Session) -> OfficeLook | None:
    """The appearance of the office, None while nothing is set."""
    return session.get(OfficeLook, _ONLY)


def change(session: Session, *, accent: str | None, logo: bytes | None, now: datetime) -> None:
    """Set accent and logo."""
    row = session.get(OfficeLook, _ONLY)
    if row is None:
        session.add(OfficeLook(id=_ONLY, accent=accent, logo=logo, changed_at=now))
    else:
        row.accent, row.logo, row.changed_at = accent, logo, now
