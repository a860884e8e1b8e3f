"""The questionnaire as one document, the same bytes for everybody but for two numbers; the receipt likewise.

Rendering and compressing take milliseconds, so both are done once for a collector and language. What differs
from one visitor to the next (submission id, receipt code, nonce of the content security policy) has a fixed
length and is set into the compressed stream as it is sent: a deflate stream may hold pieces that are stored
and not compressed.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from uuid import uuid4

from survey.web.security import new_nonce

NONCE_MARK = "@NONCE@".center(22, "@")
ID_MARK = "@SUBMISSION@".center(36, "@")
CODE_MARK = "@RECEIPT-CODE@"
_MARKS = re.compile(f"({NONCE_MARK}|{ID_MARK}|{CODE_MARK})")
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_WINDOW = 32768


@dataclass(frozen=True)
class Piece:
    """A run of the document that never changes: plain, and as a part of a deflate stream."""

    plain: bytes
    deflated: bytes


@dataclass(frozen=True)
class Copy:
    """One visitor's copy of the document."""

    body: bytes
    nonce: str
    is_gzip: bool


class Document:
    """A rendered page, cut at its marks. `marks` are what stands between one piece and the next."""

    def __init__(self, html: str) -> None:
        parts = _MARKS.split(html)
        self._marks = parts[1::2]
        self._pieces = _pieces([part.encode() for part in parts[0::2]], self._marks)

    def copy(self, *, gzip: bool, receipt_code: str = "") -> Copy:
        """A copy with a submission id and a nonce of its own, and the receipt code where one stands."""
        nonce = new_nonce()
        values = {NONCE_MARK: nonce, ID_MARK: str(uuid4()), CODE_MARK: receipt_code}
        filled = [values[mark].encode() for mark in self._marks]
        body = self._gzip(filled) if gzip else self._plain(filled)
        return Copy(body, nonce, gzip)

    def _plain(self, filled: list[bytes]) -> bytes:
        runs = [self._pieces[0].plain]
        for value, piece in zip(filled, self._pieces[1:], strict=True):
            runs += (value, piece.plain)
        return b"".join(runs)

    def _gzip(self, filled: list[bytes]) -> bytes:
        runs = [_GZIP_HEADER, self._pieces[0].deflated]
        check, length = zlib.crc32(self._pieces[0].plain), len(self._pieces[0].plain)
        for value, piece in zip(filled, self._pieces[1:], strict=True):
            runs += (_stored_block(value), piece.deflated)
            check = zlib.crc32(piece.plain, zlib.crc32(value, check))
            length += len(value) + len(piece.plain)
        runs.append(struct.pack("<II", check, length & 0xFFFFFFFF))
        return b"".join(runs)


def _pieces(plain: list[bytes], marks: list[str]) -> list[Piece]:
    """Compress each run with what stands before it as its dictionary, where a mark is blank."""
    pieces, before = [], b""
    for i, run in enumerate(plain):
        squeeze = zlib.compressobj(
            9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, *([before] if before else [])
        )
        is_last = i == len(plain) - 1
        deflated = squeeze.compress(run) + squeeze.flush(zlib.Z_FINISH if is_last else zlib.Z_SYNC_FLUSH)
        pieces.append(Piece(run, deflated))
        blank = b"" if is_last else b"\0" * len(marks[i])
        before = (before + run + blank)[-_WINDOW:]
    return pieces


def _stored_block(value: bytes) -> bytes:
    """A deflate block that holds bytes as they are (RFC 1951, 3.2.4); it begins on a whole byte."""
    return b"\x00" + struct.pack("<HH", len(value), len(value) ^ 0xFFFF) + value
