"""A strip of a picture: the drawing of one row, in units of its own, drawn directly on the figure.

matplotlib's axes would do the same and cost thirty milliseconds each; a page of results has fifty rows.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from survey.drawing.colours import GROUND, INK, MEASURED
from survey.drawing.fonts import font_families, text_width
from survey.drawing.printable import printable
from survey.scoring.interval import Interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Reach = tuple[float, float]
Side = Literal["left", "center", "right"]
_UP = (-1.5, 1.5)
_AIR = 3.0  # points beside a text in a bar, both sides together


class Strip:
    """A part of a figure with its own scales: `across` from left to right, `up` from bottom to top.

    `box` is left, bottom, width and height as shares of the figure. What lies outside of `across` is cut.
    """

    def __init__(
        self, figure: "Figure", box: tuple[float, float, float, float], across: Reach, up: Reach = _UP
    ) -> None:
        self.across, self._figure, self._box, self._up = across, figure, box, up

    def line(
        self, across: Sequence[float], up: Sequence[float], *, colour: str, width: float, layer: int = 1
    ) -> None:
        """A line through points, with square ends."""
        from matplotlib.lines import Line2D

        figure = self._figure
        figure.add_artist(
            Line2D(
                [self._x(value) for value in across],
                [self._y(value) for value in up],
                color=colour,
                linewidth=width,
                solid_capstyle="butt",
                zorder=layer,
            )
        )

    def bar(  # noqa: PLR0913 — the look of one bar
        self,
        left: float,
        right: float,
        *,
        fill: str,
        middle: float = 0.0,
        height: float = 1.1,
        edge: str | None = None,
        edge_width: float = 0.0,
        layer: int = 2,
    ) -> None:
        """A bar from left to right around a height."""
        from matplotlib.patches import Rectangle

        x, y = self._x(left), self._y(middle - height / 2)
        self._figure.add_artist(
            Rectangle(
                (x, y),
                self._x(right) - x,
                self._y(middle + height / 2) - y,
                facecolor=fill,
                edgecolor=edge or "none",
                linewidth=edge_width if edge else 0,
                zorder=layer,
            )
        )

    def write_text(  # noqa: PLR0913 — the look of a text
        self,
        across: float,
        up: float,
        text: str,
        *,
        colour: str,
        size: float,
        side: Side = "center",
        above: bool = False,
        bold: bool = False,
        layer: int = 5,
    ) -> None:
        """Write a short text around a point, or over it."""
        self._figure.text(
            self._x(across, cut=False),
            self._y(up),
            printable(text),
            color=colour,
            fontsize=size,
            fontweight="bold" if bold else "normal",
            ha=side,
            va="bottom" if above else "center",
            zorder=layer,
        )

    def write_inside(
        self, left: float, right: float, up: float, text: str, *, colour: str, size: float
    ) -> None:
        """Write a short text into the middle of a bar; nothing where the bar is narrower than the text."""
        room = (self._x(right) - self._x(left)) * self._figure.get_figwidth() * 72
        if text_width(text, size, font_families()[0]) + _AIR <= room:
            self.write_text((left + right) / 2, up, text, colour=colour, size=size)

    def estimate(self, point: float | None, interval: Interval | None, *, hollow: bool = False) -> None:
        """What was measured: an interval as a bar, hollow where it carries no conclusion, and the point."""
        if point is None:
            return
        if interval is not None:
            fill, edge = (GROUND, MEASURED) if hollow else (MEASURED, None)
            self.bar(interval.low, interval.high, fill=fill, edge=edge, edge_width=1.0)
        for colour, width in ((GROUND, 4.0), (INK, 2.5)):
            self.line([point] * 2, [-1.3, 1.3], colour=colour, width=width, layer=4)

    def share(self, value: float) -> float:
        """Where a value stands, as a share of the figure's width."""
        return self._x(value, cut=False)

    def _x(self, value: float, *, cut: bool = True) -> float:
        low, high = self.across
        inside = min(max(value, low), high) if cut else value
        return self._box[0] + self._box[2] * (inside - low) / (high - low)

    def _y(self, value: float) -> float:
        low, high = self._up
        return self._box[1] + self._box[3] * (value - low) / (high - low)
