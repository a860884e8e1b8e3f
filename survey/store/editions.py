"""Editions of published results: what everybody was shown from which day on.

A published result follows from the released counts and from numbers of the office, which an edition holds.
Where either changes, there is a new edition, and readers see what is new in it.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Double, ForeignKey, LargeBinary, String, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, JsonText, UtcTime
from survey.store.fieldwork import Campaign


class Edition(Base):
    """One edition. `digest` is that of its results; `certificate` is theirs, compressed; it may be None.

    `score`, `low` and `high` are points, None where the score was withheld.
    """

    __tablename__ = "edition"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    published_at: Mapped[datetime] = mapped_column(UtcTime)
    populations: Mapped[dict[str, int]] = mapped_column(JsonText)
    forms_issued: Mapped[int | None]
    digest: Mapped[str] = mapped_column(String(64))
    n_valid: Mapped[int]
    score: Mapped[float | None] = mapped_column(Double)
    low: Mapped[float | None] = mapped_column(Double)
    high: Mapped[float | None] = mapped_column(Double)
    certificate: Mapped[bytes | None] = mapped_column(LargeBinary)


@dataclass(frozen=True)
class NewEdition:
    """What the next edition of a campaign shows; `certificate` is not compressed."""

    populations: Mapping[str, int]
    forms_issued: int | None
    digest: str
    n_valid: int
    score: float | None
    low: float | None
    high: float | None
    certificate: bytes | None


def editions_of(session: Session, campaign_id: int) -> Sequence[Edition]:
    """The editions of a campaign, the newest first."""
    query = select(Edition).where(Edition.campaign_id == campaign_id)
    return session.scalars(query.order_by(Edition.number.desc())).all()


def last_edition(session: Session, campaign_id: int) -> Edition | None:
    """The edition that is public while the campaign is published, None before the first."""
    query = select(Edition).where(Edition.campaign_id == campaign_id)
    return session.scalars(query.order_by(Edition.number.desc()).limit(1)).one_or_none()


def add_edition(
    session: Session, campaign_id: int, edition: NewEdition, *, after: int, now: datetime
) -> None:
    """Store an edition, unless another one was stored since the one with the number `after`.

    Earlier ones lose their certificates, which may have forms that were withdrawn since.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    packed = None if edition.certificate is None else zlib.compress(edition.certificate, 6)
    values = {**vars(edition), "populations": dict(edition.populations), "certificate": packed}
    row = dialect.insert(Edition).values(
        campaign_id=campaign_id, number=after + 1, published_at=now, **values
    )
    session.execute(row.on_conflict_do_nothing())
    earlier = update(Edition).where(Edition.campaign_id == campaign_id, Edition.number <= after)
    session.execute(earlier.values(certificate=None), execution_options={"synchronize_session": False})


def certificate_in(edition: Edition) -> bytes | None:
    """The certificate that was stored with an edition."""
    return None if edition.certificate is None else zlib.decompress(edition.certificate)


def as_published(campaign: Campaign, edition: Edition) -> Campaign:
    """The campaign with the office's numbers of an edition, outside of any session."""
    values = {column.key: getattr(campaign, column.key) for column in Campaign.__table__.columns}
    numbers = {"populations": edition.populations, "forms_issued": edition.forms_issued}
    return Campaign(**values | numbers)
