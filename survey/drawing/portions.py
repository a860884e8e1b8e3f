"""Rows of a picture that are more than a page or a screen holds, shared out over several pictures."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from survey.drawing import canvas
from survey.web.locale import gettext_in

_Row = TypeVar("_Row")
_ROWS_OF_A_SCREEN = 25
_PAGE = 665.0  # points for key, rows and scale of a picture with title and demo label on A4


@dataclass(frozen=True)
class Portion:
    """The rows of one picture: those from `first` to before `end`, or to the last. It is one of `total`."""

    first: int = 0
    end: int | None = None
    number: int = 1
    total: int = 1

    def rows_of(self, rows: Sequence[_Row]) -> Sequence[_Row]:
        """Those of the rows that are in this picture."""
        return rows[self.first : self.end]

    def title_of(self, title: str, language: str) -> str:
        """The title, with which of the pictures it is where there are several."""
        if self.total == 1:
            return title
        _ = gettext_in(language)
        return _("{title} – picture {number} of {total}").format(
            title=title, number=self.number, total=self.total
        )

    def name_of(self, name: str) -> str:
        """A name that no other of the pictures has."""
        return name if self.total == 1 else f"{name}-{self.number}"


ALL_ROWS = Portion()


def portions(labels: Sequence[str], *, beside: float = 0.0) -> tuple[Portion, ...]:
    """The n_pictures pictures for paper that hold rows of these names, about equally high.

    `beside` points of each are taken.
    """
    heights, room = [canvas.row_height(label, wide=True) for label in labels], _PAGE - beside
    n_pictures = len(_starts(heights, room))
    low, high = sum(heights) / n_pictures, room
    while high - low > 1:
        middle = (low + high) / 2
        low, high = (low, middle) if len(_starts(heights, middle)) == n_pictures else (middle, high)
    starts = _starts(heights, high)
    ends = [*starts[1:], None]
    return tuple(
        Portion(first, end, number, len(starts))
        for number, (first, end) in enumerate(zip(starts, ends, strict=True), start=1)
    )


def screen_portions(n_rows: int) -> tuple[Portion, ...]:
    """The pictures for a page of a browser that hold so many rows."""
    parts = split_rows(n_rows, _ROWS_OF_A_SCREEN)
    if not parts:
        return (ALL_ROWS,)
    return tuple(
        Portion(first, end, number, len(parts)) for number, (first, end) in enumerate(parts, start=1)
    )


def split_rows(n_rows: int, limit: int) -> list[tuple[int, int]]:
    """The first row and the row after the last of each part of at most `limit` rows, about equally large."""
    n_parts = -(-n_rows // limit)
    borders = [round(n_rows * part / n_parts) for part in range(n_parts + 1)] if n_parts else []
    return list(itertools.pairwise(borders))


def _starts(heights: Sequence[float], room: float) -> list[int]:
    """The first row of each picture, when each takes as many rows as its room holds, at least one."""
    starts, taken = [0], 0.0
    for index, height in enumerate(heights):
        if index > starts[-1] and taken + height > room:
            starts.append(index)
            taken = 0.0
        taken += height
    return starts
