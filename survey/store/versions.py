"""Published versions of questionnaires and scorecards, identified by their digests and never edited."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey import instrument
from survey.instrument.problem import DocumentProblem, DocumentRule, InstrumentError
from survey.instrument.problem import Path as DocumentPath
from survey.store.cache import BoundedCache
from survey.store.db import UtcTime, require

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


@dataclass(frozen=True)
class Versions(Generic[D, V]):
    """The published versions of one table. A version never changes, so its parsed document is cached.

    `version_path` leads to the number of the version in a document.
    """

    table: type[V]
    digest: Callable[[D], str]
    to_json: Callable[[D], str]
    parse: Callable[[str], D]
    version_path: DocumentPath
    _parsed: BoundedCache[D] = field(default_factory=lambda: BoundedCache(_PARSED_LIMIT))

    def publish(self, session: Session, document: D, *, now: datetime) -> str:
        """Store a version, unless it is stored already, and return its digest."""
        digest = self.digest(document)
        if session.get(self.table, digest) is None:
            row = self.table()
            row.digest, row.key, row.version = digest, document.key, document.version
            row.document, row.published_at = self.to_json(document), now
            session.add(row)
            session.flush()
        return digest

    def publish_from_file(self, session: Session, document: D, *, now: datetime) -> str:
        """Store a version that an official puts in, and return its digest.

        Raises
        ------
        VersionTakenError
            This version of the key is published with another text.
        """
        self.refuse_twin(session, document)
        return self.publish(session, document, now=now)

    def refuse_twin(self, session: Session, document: D) -> None:
        """Raise VersionTakenError where the document's key and version are those of another text."""
        same = (self.table.key == document.key, self.table.version == document.version)
        digests = session.scalars(select(self.table.digest).where(*same)).all()
        if digests and self.digest(document) not in digests:
            raise VersionTakenError(self.version_path, document.key, document.version, digests[0])

    def all(self, session: Session) -> list[V]:
        """Every published version, newest first."""
        newest_first = (self.table.published_at.desc(), self.table.digest)
        return list(session.scalars(select(self.table).order_by(*newest_first)))

    def row(self, session: Session, digest: str) -> V:
        """The stored version with this digest."""
        return require(session.get(self.table, digest))

    def load(self, session: Session, digest: str) -> D:
        """The document of the version with this digest."""
        return self._parsed.get(digest, lambda: self.parse(self.row(session, digest).document))


def library_text(name: str) -> str:
    """The text of a document that comes with the product."""
    return (_LIBRARY / f"{name}.yaml").read_text(encoding="utf-8")
