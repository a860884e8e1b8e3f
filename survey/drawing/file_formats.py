"""What a kind of file is, for whoever offers some."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Generic, TypeVar

Subject = TypeVar("Subject")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class FileFormat(Generic[Subject]):
    """A kind of file and how it is written.

    `suffix` is the end of its name where that is not the key of the format. Pages offer a format that
    `is_offered_first` beside what it is about, and the others on the page of all files.
    """

    mimetype: str
    write: Callable[[Subject, str, BinaryIO], None]
    suffix: str | None = None
    is_offered_first: bool = True

    def render(self, subject: Subject, language: str) -> bytes:
        """The file in a language. The same subject makes the same bytes."""
        stream = io.BytesIO()
        self.write(subject, language, stream)
        return stream.getvalue()


def offered_first(formats: Mapping[str, FileFormat[Subject]]) -> tuple[str, ...]:
    """The keys of the formats that pages offer beside what they are about."""
    return tuple(key for key, file_format in formats.items() if file_format.is_offered_first)


def path_converter(formats: Mapping[str, object]) -> str:
    """The part of a route that takes the key of a format, as in `<any(pdf, csv):extension>`."""
    return f"<any({', '.join(formats)}):extension>"
