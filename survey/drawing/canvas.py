"""The paper of a picture: size, fonts and colours, title and rows, and its rendering as SVG or PNG."""

import io
import itertools
import logging
import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

from survey.drawing import svg
from survey.drawing.colours import COLOURS, GROUND, INK, LINE, SOFT, WORST
from survey.drawing.fonts import font_families
from survey.drawing.printable import printable, wrap
from survey.drawing.strip import Reach, Strip
from survey.web import locale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import RcKeyType

PictureKind = Literal["svg", "png"]
Side = Literal["left", "center", "right"]

# Sizes in points. On a phone of 360 px one point is 1.15 CSS pixels: no text is smaller than 10 pixels.
TITLE, BODY, SMALL = 12.0, 10.0, 9.0
FOOT = 18.0
_NARROW, _WIDE = 300.0, 482.0  # a phone; the text of an A4 page
_MARGIN, _LINE_HEIGHT = 8.0, 12.5
_BAR, _AIR = 14.0, 11.0
CHARACTERS, _TITLE_CHARACTERS = 38, 36
_WIDE_LABEL, _WIDE_VALUE, _WIDE_CHARACTERS, _WIDE_AIR = 196.0, 98.0, 36, 7.0
_TICK, _HAIR = 3.0, 0.8
_MOST_TICKS = 8
_DPI = 300
# matplotlib's settings are global and its caches are not made for threads.
_drawing_lock = threading.Lock()


class TextStyle(TypedDict, total=False):
    """How a text looks: colour, size in points, weight, and which end stands at its position."""

    color: str
    fontsize: float
    fontweight: Literal["bold"]
    ha: Side


@contextmanager
def drawing(name: str) -> Iterator[None]:
    """Draw in one thread at a time, with settings that make the same picture from the same result."""
    import matplotlib as mpl

    settings: dict[RcKeyType, object] = {
        "svg.fonttype": "none",
        "svg.hashsalt": f"survey-{name}",
        "font.family": font_families(),
        "text.parse_math": False,
        "path.simplify": False,
    }
    # The box has no bold face, about which matplotlib warns each time.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    with _drawing_lock, mpl.rc_context(settings):
        yield


class Canvas:
    """One picture, narrow for a page of any width or wide for paper.

    Positions are points from the top of its body, under the title. A picture without a title on it has one in
    the SVG.
    """

    def __init__(
        self, title: str, demo: str | None, *, body: float, wide: bool = False, titled: bool = True
    ) -> None:
        from matplotlib.figure import Figure

        self.title = title
        self.wide = wide
        self.width = _WIDE if wide else _NARROW
        shown = title.split("\n") if titled else []
        lines = [line for part in shown for line in wrap(part, self._title_characters())]
        self._head = _MARGIN + (_LINE_HEIGHT if demo else 0) + len(lines) * 16 + 8
        self.height = self._head + body + _MARGIN
        self.figure = Figure(figsize=(self.width / 72, self.height / 72), facecolor=GROUND)
        top = _MARGIN
        if demo:
            self._add_text(_MARGIN, top, demo, color=WORST, fontsize=SMALL, fontweight="bold")
            top += _LINE_HEIGHT + 2
        for index, line in enumerate(lines):
            self._add_text(_MARGIN, top + index * 16, line, color=INK, fontsize=TITLE, fontweight="bold")

    def axes(self, *, top: float, height: float) -> "Axes":
        """Transparent axes over the picture's width; of a wide one, over the part for its rows."""
        return self.figure.add_axes(self._box(top, height), facecolor="none")

    def text(self, share: float, top: float, text: str, **style: Unpack[TextStyle]) -> None:
        """Write a small text at a share (0..1) of the width."""
        self._add_text(share * self.width, self._head + top, text, **TextStyle(fontsize=SMALL) | style)

    def write_centred(self, text: str) -> None:
        """Write a text in the middle, where there is nothing to draw."""
        self.text(0.5, _LINE_HEIGHT, text, ha="center", color=INK)

    def strip(self, *, top: float, height: float, across: Reach, up: Reach) -> Strip:
        """A part of the picture with scales of its own."""
        return Strip(self.figure, self._box(top, height), across, up)

    def row(self, top: float, label: str, value: str, reach: Reach, *, characters: int = CHARACTERS) -> Strip:
        """A row's name and its value at the right; under them its strip, up from -1.5 to 1.5."""
        lines = _row_lines(label, wide=self.wide, characters=characters)
        for index, line in enumerate(lines):
            self.text(_MARGIN / self.width, top + index * _LINE_HEIGHT, line, color=INK)
        self.text(1 - _MARGIN / self.width, top, value, ha="right", color=SOFT)
        below = top if self.wide else top + len(lines) * _LINE_HEIGHT + 1
        return Strip(self.figure, self._box(below, _BAR), reach)

    def scale(
        self,
        top: float,
        reach: Reach,
        ticks: Sequence[tuple[float, str]],
        *,
        line: Reach | None = None,
        ends_inside: bool = False,
    ) -> None:
        """A scale under the rows, its line over the whole reach or over `line`.

        `ends_inside` keeps the labels of the first and last tick inside the reach.
        """
        strip = self.strip(top=top, height=_TICK, across=reach, up=(0, 1))
        strip.line(line or reach, [1, 1], colour=LINE, width=_HAIR)
        sides: dict[int, Side] = {0: "left", len(ticks) - 1: "right"} if ends_inside else {}
        for index, (value, label) in enumerate(ticks):
            strip.line([value, value], [0, 1], colour=SOFT, width=_HAIR)
            share = strip.share(value)
            self.text(share, top + _TICK + 2, label, ha=sides.get(index, "center"), color=SOFT)

    def key(self, entries: list[tuple[str, str]]) -> None:
        """The colours' names at the top, flowing over as many lines as they need."""
        for (row, left), (colour, label) in zip(_flow(entries, self.width), entries, strict=True):
            top = row * (_LINE_HEIGHT + 2)
            self.text(left / self.width, top, "■", color=colour, fontsize=BODY)
            self.text((left + 12) / self.width, top, printable(label, at_most=40), color=SOFT)

    def render(self, name: str, kind: PictureKind, alternative: str) -> bytes:
        """The finished picture; `alternative` becomes its description."""
        file = io.BytesIO()
        if kind == "png":
            described = {"Software": None, "Description": printable(alternative, at_most=8000)}
            self.figure.savefig(file, format="png", dpi=_DPI, metadata=described)
            return file.getvalue()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        self.figure.savefig(file, format="svg", metadata=nothing)
        names = svg.Names(
            name, printable(self.title.replace("\n", " – ")), printable(alternative, at_most=8000)
        )
        return svg.accessible(file.getvalue().decode(), names, COLOURS)

    def _box(self, top: float, height: float) -> tuple[float, float, float, float]:
        """Left, bottom, width and height of the part for rows, as shares of the figure."""
        left, right = (_WIDE_LABEL, _WIDE_VALUE) if self.wide else (_MARGIN, _MARGIN)
        bottom = self.height - self._head - top - height
        inner = self.width - left - right
        return (left / self.width, bottom / self.height, inner / self.width, height / self.height)

    def _title_characters(self) -> int:
        return round(_TITLE_CHARACTERS * self.width / _NARROW)

    def _add_text(self, left: float, top: float, text: str, **style: Unpack[TextStyle]) -> None:
        self.figure.text(left / self.width, 1 - top / self.height, printable(text), va="top", **style)


def whole_ticks(reach: Reach, language: str) -> list[tuple[float, str]]:
    """Whole numbers on a scale, so far apart that their labels do not touch."""
    low, high = reach
    steps = (first * 10**zeros for zeros in itertools.count() for first in (1, 2, 5))
    step = next(step for step in steps if (high - low) / step <= _MOST_TICKS)
    ticks = range(math.ceil(low / step) * step, math.floor(high) + 1, step)
    return [(float(tick), locale.format_short(tick, language)) for tick in ticks]


def share_ticks(language: str) -> list[tuple[float, str]]:
    """The quarters of a scale from 0 to 1, in percent."""
    return [(part / 4, f"{locale.format_short(25 * part, language)}%") for part in range(5)]


def row_height(label: str, *, wide: bool = False, characters: int = CHARACTERS) -> float:
    """The height that a row with this name needs, so many characters to a line."""
    lines = len(_row_lines(label, wide=wide, characters=characters)) * _LINE_HEIGHT
    return max(lines, _BAR) + _WIDE_AIR if wide else lines + 1 + _BAR + _AIR


def _row_lines(label: str, *, wide: bool, characters: int) -> list[str]:
    width = _WIDE_CHARACTERS if wide else characters
    return wrap(printable(label, at_most=400), width, max_lines=3) or [""]


def key_height(entries: list[tuple[str, str]], *, wide: bool = False) -> float:
    """The height that the key of these colours needs."""
    lines = _flow(entries, _WIDE if wide else _NARROW)
    return (1 + max((row for row, _left in lines), default=0)) * (_LINE_HEIGHT + 2) + 6


def _flow(entries: list[tuple[str, str]], room: float) -> list[tuple[int, float]]:
    """The line and the left edge of each entry of a key."""
    positions, row, left = [], 0, _MARGIN
    for _colour, label in entries:
        width = 24 + 5.6 * min(len(label), 40)
        if left + width > room and left > _MARGIN:
            row, left = row + 1, _MARGIN
        positions.append((row, left))
        left += width
    return positions
