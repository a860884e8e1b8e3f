"""Files of people or units that were uploaded and checked, until their official imports or drops them."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, JsonText, UtcTime

LONGEST = timedelta(days=1)


class ImportDraft(Base):
    """The rows of a file, as they were read."""

    __tablename__ = "import_draft"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    rows: Mapped[list[list[str]]] = mapped_column(JsonText)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


def save(session: Session, draft: ImportDraft) -> None:
    """Keep a file instead of the official's last one of its kind. Old ones of everybody are deleted."""
    session.execute(delete(ImportDraft).where(ImportDraft.created_at <= draft.created_at - LONGEST))
    drop(session, draft.person_id, draft.kind)
    session.add(draft)
    session.flush()


def of_official(session: Session, person_id: int, kind: str) -> ImportDraft | None:
    """The file of a kind that an official uploaded last."""
    return session.get(ImportDraft, (person_id, kind))


def drop(session: Session, person_id: int, kind: str) -> None:
    """Delete the file of a kind of an official."""
    is_draft = (ImportDraft.person_id == person_id, ImportDraft.kind == kind)
    session.execute(delete(ImportDraft).where(*is_draft))
