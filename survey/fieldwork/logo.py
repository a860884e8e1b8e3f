"""A logo an office puts in → the small picture that travels inside every page."""

import io
from enum import StrEnum

MAX_BYTES = 4096  # the questionnaire has to stay one flight of packets
_MOST_PIXELS = 25_000_000
_HEIGHTS = (96, 72, 56, 40)
_COLOURS = (64, 16)


class Problem(StrEnum):
    """What is wrong with a file; the page has the words for it."""

    NO_PICTURE = "no_picture"
    TOO_LARGE = "too_large"
    TOO_DETAILED = "too_detailed"


class LogoError(ValueError):
    """The file is no picture that can be used."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


def small_png(content: bytes) -> bytes:
    """The picture, drawn anew as a PNG of at most MAX_BYTES: nothing else of the file is kept.

    LogoError where it is no PNG, JPEG or WebP, or too large to open.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP"))
        if picture.width * picture.height > _MOST_PIXELS:
            raise LogoError(Problem.TOO_LARGE)
        drawn = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, LogoError):
            raise
        raise LogoError(Problem.NO_PICTURE) from error
    for height in _HEIGHTS:
        size = (max(1, min(6 * height, round(drawn.width * height / drawn.height))), height)
        scaled = drawn.resize(size, Image.Resampling.LANCZOS)
        for colours in _COLOURS:
            file = io.BytesIO()
            few = scaled.quantize(colours, method=Image.Quantize.FASTOCTREE)
            few.save(file, "PNG", optimize=True)
            if len(file.getvalue()) <= MAX_BYTES:
                return file.getvalue()
    raise LogoError(Problem.TOO_DETAILED)
