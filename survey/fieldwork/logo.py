"""The logo of an office, reduced to the small picture that is embedded in every page."""

import io
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MAX_BYTES = 4096  # the questionnaire has to fit into the first packets of a connection
_MAX_SIDE, _MAX_PIXELS = 4000, 12_000_000  # of which a WebP with transparency takes four times 4 bytes
_MAX_SCANS = 100  # of a progressive JPEG, each of which goes over all pixels: some ten are usual
_START_OF_SCAN = b"\xff\xda"
_HEIGHTS = (96, 72, 56, 40)
_COLOURS = (64, 16)


class LogoProblem(StrEnum):
    """What is wrong with a file."""

    EMPTY = "empty"
    NO_PICTURE = "no_picture"
    TOO_LARGE = "too_large"
    TOO_DETAILED = "too_detailed"


class LogoError(ValueError):
    """The file cannot be used as a logo."""

    def __init__(self, problem: LogoProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def small_png(content: bytes) -> bytes:
    """The picture as a new PNG of at most MAX_BYTES, without anything else of the file.

    LogoError where the file is empty, no PNG, JPEG or WebP, or too large to open.
    """
    from PIL import Image

    if not content:
        raise LogoError(LogoProblem.EMPTY)
    drawn = _open_picture(content)
    for height in _HEIGHTS:
        size = (max(1, min(6 * height, round(drawn.width * height / drawn.height))), height)
        scaled = drawn.resize(size, Image.Resampling.LANCZOS)
        for colours in _COLOURS:
            file = io.BytesIO()
            few = scaled.quantize(colours, method=Image.Quantize.FASTOCTREE)
            few.save(file, "PNG", optimize=True)
            if len(file.getvalue()) <= MAX_BYTES:
                return file.getvalue()
    raise LogoError(LogoProblem.TOO_DETAILED)


def _open_picture(content: bytes) -> "Picture":
    """The decoded picture; LogoError as of `small_png`."""
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP"))
        width, height = picture.size  # known from the head of the file, before anything is decoded
        if max(width, height) > _MAX_SIDE or width * height > _MAX_PIXELS:
            raise LogoError(LogoProblem.TOO_LARGE)
        if picture.format == "JPEG" and content.count(_START_OF_SCAN) > _MAX_SCANS:
            raise LogoError(LogoProblem.NO_PICTURE)
        picture.draft("RGB", (6 * _HEIGHTS[0], _HEIGHTS[0]))  # a JPEG is decoded no larger than is needed
        picture.load()
        return picture if picture.mode == "RGBA" else picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, LogoError):
            raise
        raise LogoError(LogoProblem.NO_PICTURE) from error
