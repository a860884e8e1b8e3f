"""The logo of an office, reduced to the small picture that is embedded in every page."""

import io
from enum import StrEnum

MAX_BYTES = 4096  # the questionnaire has to fit into the first packets of a connection
_MAX_SIDE = 5000  # pixels
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
    from PIL import Image, UnidentifiedImageError

    if not content:
        raise LogoError(LogoProblem.EMPTY)
    try:
        picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP"))
        if max(picture.size) > _MAX_SIDE:  # known from the head of the file, before anything is decoded
            raise LogoError(LogoProblem.TOO_LARGE)
        drawn = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, LogoError):
            raise
        raise LogoError(LogoProblem.NO_PICTURE) from error
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
