"""Published versions of questionnaires, never edited: a change is another version with another digest."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.instrument import codec
from survey.instrument.questionnaire import Questionnaire
from survey.store.db import Base, UtcTime

_LIBRARY = Path(codec.__file__).resolve().parent / "library"
DEFAULT = "dungquat_38"
_parsed: dict[str, Questionnaire] = {}


class InstrumentVersion(Base):
    """One published version, kept as its canonical document."""

    __tablename__ = "instrument_version"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    document: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UtcTime)


def shipped(name: str = DEFAULT) -> Questionnaire:
    """A questionnaire that comes with the product."""
    return codec.questionnaire_from_yaml((_LIBRARY / f"{name}.yaml").read_text(encoding="utf-8"))


def publish(session: Session, questionnaire: Questionnaire, *, now: datetime) -> str:
    """Keep a version and return its digest; one that is kept already stays as it is."""
    digest = codec.digest(questionnaire)
    if session.get(InstrumentVersion, digest) is None:
        session.add(
            InstrumentVersion(
                digest=digest,
                key=questionnaire.key,
                version=questionnaire.version,
                document=codec.to_json(questionnaire),
                published_at=now,
            )
        )
        session.flush()
    return digest


def versions(session: Session) -> list[InstrumentVersion]:
    """Every published version, newest first."""
    newest_first = InstrumentVersion.published_at.desc()
    return list(session.scalars(select(InstrumentVersion).order_by(newest_first, InstrumentVersion.digest)))


def questionnaire(session: Session, digest: str) -> Questionnaire:
    """The published version with this digest. A version never changes, so it is parsed once in a process."""
    if digest not in _parsed:
        _parsed[digest] = codec.questionnaire_from_json(session.get_one(InstrumentVersion, digest).document)
    return _parsed[digest]
