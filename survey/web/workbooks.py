"""Opening an XLSX file that somebody sent: what costs time and memory is counted before it is read."""

import posixpath
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, TYPE_CHECKING, BinaryIO
from xml.parsers import expat

if TYPE_CHECKING:
    from openpyxl import Workbook

# The parts that values are read from. Pictures, charts, links and macros are left out and not even unpacked.
_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/[^/]+\.rels|xl/[^/]+\.xml|xl/_rels/[^/]+\.rels|xl/worksheets/[^/]+\.xml",
    re.IGNORECASE,
)
_CELL_NAMES = frozenset({"row", "c", "v", "f", "is", "t"})
_CHUNK_BYTES = 64 * 1024
_MAX_RUN_BYTES = 512 * 1024  # without a tag: a cell holds at most 32,767 characters
_USUAL_CHARS, _CHARS_OF_AN_ELEMENT = 200, 10  # of attributes; more of them count as other elements
_MEMORY_BYTES = 32 * 1024 * 1024  # of the copy; what is beyond is in a file


class WorkbookProblem(StrEnum):
    """What is wrong with a file."""

    NO_WORKBOOK = "no_workbook"
    TOO_LARGE = "too_large"


class WorkbookError(ValueError):
    """The file is not opened."""

    def __init__(self, problem: WorkbookProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class WorkbookLimits:
    """The most that a workbook has: bytes unpacked; elements of cells; shared texts; all other elements.

    openpyxl takes some 4 µs for an element of a cell, 15 µs for a text and 50 µs for a format or a name.
    """

    unpacked_bytes: int
    cell_elements: int
    texts: int
    other_elements: int


@contextmanager
def open_workbook(file: BinaryIO, limits: WorkbookLimits) -> "Iterator[Workbook]":
    """The workbook in a file, to read its values from.

    openpyxl gets a copy that has only the parts counted here, so that no part hides under another name.

    Raises
    ------
    WorkbookError
        The file is no workbook, or has more in it than the limits allow.
    """
    from openpyxl import load_workbook

    with tempfile.SpooledTemporaryFile(_MEMORY_BYTES) as copy:
        try:
            with zipfile.ZipFile(file) as source, zipfile.ZipFile(copy, "w") as target:
                _copy_parts(source, target, limits)
            book = load_workbook(copy, read_only=True, data_only=True, keep_links=False)
        except WorkbookError:
            raise
        except Exception:  # noqa: BLE001 — a broken archive or part raises anything; all of it means the same
            raise WorkbookError(WorkbookProblem.NO_WORKBOOK) from None
        try:
            yield book
        finally:
            book.close()


def _copy_parts(source: zipfile.ZipFile, target: zipfile.ZipFile, limits: WorkbookLimits) -> None:
    parts = [part for part in source.infolist() if _PARTS.fullmatch(part.filename)]
    if sum(part.file_size for part in parts) > limits.unpacked_bytes:  # zipfile unpacks no more than that
        raise WorkbookError(WorkbookProblem.TOO_LARGE)
    is_twice = len({part.filename.lower() for part in parts}) < len(parts)
    # bzip2 and LZMA unpack without bounds, whatever size is stated.
    if is_twice or any(
        part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts
    ):
        raise WorkbookError(WorkbookProblem.NO_WORKBOOK)
    elements = _Elements(limits)
    for part in parts:
        with source.open(part) as packed, target.open(zipfile.ZipInfo(part.filename), "w") as copy:
            elements.copy_part(part.filename, packed, copy)


@dataclass
class _Elements:
    """Counts the elements of all parts and refuses the first that is too many."""

    limits: WorkbookLimits
    n_cells: int = 0
    n_texts: int = 0
    n_others: int = 0
    part: str = ""
    references: set[tuple[str, str, str]] = field(default_factory=set)

    def copy_part(self, name: str, packed: IO[bytes], copy: IO[bytes]) -> None:
        """Copy a part and count its elements."""
        self.part = name
        parser = expat.ParserCreate("utf-8")
        parser.ordered_attributes = True
        parser.StartElementHandler = self._count
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.XmlDeclHandler = _refuse_encoding
        n_without_tag = 0
        while chunk := packed.read(_CHUNK_BYTES):
            last = chunk.rfind(b"<")
            n_without_tag = n_without_tag + len(chunk) if last < 0 else len(chunk) - last
            if n_without_tag > _MAX_RUN_BYTES:
                raise WorkbookError(WorkbookProblem.TOO_LARGE)
            parser.Parse(chunk, False)  # noqa: FBT003 — it takes no names
            copy.write(chunk)
        parser.Parse(b"", True)  # noqa: FBT003

    def _count(self, qualified: str, attributes: list[str]) -> None:
        name = qualified.rpartition(":")[2]
        if name in _CELL_NAMES:
            self.n_cells += 1
        elif name == "si":
            self.n_texts += 1
        else:
            self.n_others += 1
        if (n_chars := sum(map(len, attributes))) > _USUAL_CHARS:  # a list of ranges, for example
            self.n_others += n_chars // _CHARS_OF_AN_ELEMENT
        limits = self.limits
        if (
            self.n_cells > limits.cell_elements
            or self.n_texts > limits.texts
            or self.n_others > limits.other_elements
        ):
            raise WorkbookError(WorkbookProblem.TOO_LARGE)
        if name in ("sheet", "Relationship"):
            self._refuse_second_reference(name, dict(zip(attributes[::2], attributes[1::2], strict=True)))

    def _refuse_second_reference(self, name: str, attributes: dict[str, str]) -> None:
        """Refuse sheets that share one part: it would be read once for each."""
        if name == "sheet":
            targets = [value for key, value in attributes.items() if key.rpartition(":")[2] == "id"]
        else:
            folder = posixpath.dirname(posixpath.dirname(self.part))
            targets = [posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))]
        for target in targets:
            reference = (self.part, name, target)
            if reference in self.references:
                raise WorkbookError(WorkbookProblem.NO_WORKBOOK)
            self.references.add(reference)


def _refuse_doctype(*_declared: object) -> None:
    """Refuse entities, by which a few bytes stand for many."""
    raise WorkbookError(WorkbookProblem.NO_WORKBOOK)


def _refuse_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    """Refuse what another parser could read as other elements."""
    if encoding is not None and encoding.lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise WorkbookError(WorkbookProblem.NO_WORKBOOK)
