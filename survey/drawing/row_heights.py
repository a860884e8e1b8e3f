"""How high rows of a workbook must be for their texts, and where pages begin: readers do not work it out."""

import textwrap
from collections.abc import Iterable, Sequence

ROW_HEIGHT = 15.0  # points, of a row that nobody set
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


def begin_pages(
    heights: Sequence[float], together: Iterable[range], room: float, *, repeated: int
) -> list[int]:
    """The rows that begin a page of paper of so much room, after the first page.

    Rows that stay together are not cut, unless they are higher than a page. The first `repeated` rows stand
    on every page.
    """
    ends = {rows.start: rows.stop for rows in together}
    room_after = room - sum(heights[:repeated])
    breaks: list[int] = []
    taken = 0.0
    for row, height in enumerate(heights):
        here = room_after if breaks else room
        block = sum(heights[row : ends.get(row, row + 1)])
        is_cut = taken + (block if block <= room_after else height) > here
        if row > repeated and is_cut:
            breaks.append(row)
            taken = 0.0
        taken += height
    return breaks
