"""Published versions of questionnaires and scorecards, identified by their digests and never edited."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey import instrument
from survey.instrument.problem import DocumentProblem, DocumentRule, InstrumentError
from survey.instrument.problem import Path as DocumentPath
from survey.store.cache import BoundedCache
from survey.store.db import UtcTime, require
from survey.store.units import Unit, UnitPosition, is_in_line, province

_LIBRARY = Path(instrument.__file__).resolve().parent / "library"
_PARSED_LIMIT = 100


class VersionedDocument(Protocol):
    """The common attributes of a questionnaire and a scorecard."""

    @property
    def key(self) -> str:
        """The name that all versions share."""

    @property
    def version(self) -> int:
        """The number of the version."""


class VersionTakenError(InstrumentError):
    """A version that is published already with another text; a reader could not tell one from the other."""

    def __init__(self, path: DocumentPath, key: str, version: int, digest: str) -> None:
        taken = {"key": key, "version": version, "digest": digest[:12]}
        super().__init__([DocumentProblem(DocumentRule.VERSION_TAKEN, path, taken)])


class VersionColumns:
    """The columns of a published version."""

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    document: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UtcTime)


D = TypeVar("D", bound=VersionedDocument)
V = TypeVar("V", bound=VersionColumns)


class SharedColumns:
    """The columns that say that a unit published a version, which is seen from there, below and above."""

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)


S = TypeVar("S", bound=SharedColumns)


@dataclass(frozen=True)
class Versions(Generic[D, V, S]):
    """The published versions of one table. A version never changes, so its parsed document is cached.

    `version_path` leads to the number of the version in a document.
    """

    table: type[V]
    shared: type[S]
    digest: Callable[[D], str]
    to_json: Callable[[D], str]
    parse: Callable[[str], D]
    version_path: DocumentPath
    _parsed: BoundedCache[D] = field(default_factory=lambda: BoundedCache(_PARSED_LIMIT))

    def publish(self, session: Session, document: D, *, now: datetime, unit: Unit | None = None) -> str:
        """Store a version for a unit, or for the province, unless it is stored, and return its digest."""
        digest, unit = self.digest(document), unit or province(session)
        if session.get(self.table, digest) is None:
            row = self.table()
            row.digest, row.key, row.version = digest, document.key, document.version
            row.document, row.published_at = self.to_json(document), now
            session.add(row)
            session.flush()
        if session.get(self.shared, (digest, unit.id)) is None:
            shared = self.shared()
            shared.digest, shared.unit_id = digest, unit.id
            session.add(shared)
            session.flush()
        return digest

    def publish_from_file(
        self, session: Session, document: D, *, now: datetime, unit: Unit | None = None
    ) -> str:
        """Store a version that an official puts in for a unit, and return its digest.

        Raises
        ------
        VersionTakenError
            This version of the key is published with another text.
        """
        unit = unit or province(session)
        self.refuse_twin(session, document, [unit.path])
        return self.publish(session, document, now=now, unit=unit)

    def refuse_twin(self, session: Session, document: D, paths: Iterable[str] = ("/",)) -> None:
        """Raise VersionTakenError where the document's key and version are those of another text.

        `paths` are those of the units that see the version. What only others see does not count.
        """
        same = (self.table.key == document.key, self.table.version == document.version)
        digests = session.scalars(select(self.table.digest).where(*same, self._is_seen_from(paths))).all()
        if digests and self.digest(document) not in digests:
            raise VersionTakenError(self.version_path, document.key, document.version, digests[0])

    def all(self, session: Session, paths: Iterable[str] = ("/",)) -> list[V]:
        """Every version that is seen from units with these paths, newest first."""
        newest_first = (self.table.published_at.desc(), self.table.digest)
        return list(
            session.scalars(select(self.table).where(self._is_seen_from(paths)).order_by(*newest_first))
        )

    def positions(self, session: Session, digest: str) -> tuple[UnitPosition, ...]:
        """The units that published a version; NotFoundError where there is no such version."""
        self.row(session, digest)
        query = select(Unit.id, Unit.path).join(self.shared, self.shared.unit_id == Unit.id)
        rows = session.execute(query.where(self.shared.digest == digest).order_by(Unit.id))
        return tuple(UnitPosition(*row) for row in rows)

    def _is_seen_from(self, paths: Iterable[str]) -> ColumnElement[bool]:
        sharing = select(self.shared.digest).join(Unit, Unit.id == self.shared.unit_id)
        return self.table.digest.in_(sharing.where(is_in_line(paths)))

    def row(self, session: Session, digest: str) -> V:
        """The stored version with this digest."""
        return require(session.get(self.table, digest))

    def load(self, session: Session, digest: str) -> D:
        """The document of the version with this digest."""
        return self._parsed.get(digest, lambda: self.parse(self.row(session, digest).document))


def library_text(name: str) -> str:
    """The text of a document that comes with the product."""
    return (_LIBRARY / f"{name}.yaml").read_text(encoding="utf-8")
