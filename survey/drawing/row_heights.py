"""How high a row of a workbook must be for its texts: readers do not work it out for files of programs."""

import textwrap
from collections.abc import Iterable

_LINE, _AIR = 13.5, 2.0  # points, of Arial 10
_HIGHEST = 409.0  # the most that Excel takes
_PER_WIDTH, _PER_WIDTH_BOLD = 1.12, 0.98  # letters in the width of a digit, for words of either language


def row_height(texts: Iterable[tuple[str, float]], *, bold: bool = False) -> float | None:
    """The height in points for texts in columns of these widths (in digits); None for that of one line."""
    share = _PER_WIDTH_BOLD if bold else _PER_WIDTH
    lines = max((_count_lines(text, max(1, int(width * share))) for text, width in texts), default=1)
    return None if lines <= 1 else min(lines * _LINE + _AIR, _HIGHEST)


def _count_lines(text: str, letters: int) -> int:
    if len(text) <= letters and "\n" not in text:
        return 1
    return sum(len(textwrap.wrap(line, letters)) or 1 for line in text.splitlines())
