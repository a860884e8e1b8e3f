"""How wide the columns of a printed table are, so that no word of a heading breaks where there is room."""

from survey.drawing.fonts import text_width
from survey.drawing.report import Grid

_WIDEST = "DejaVu Serif"  # of the fonts that readers take for Times New Roman
_POINT_MM = 25.4 / 72
_AIR_MM, _LEAST_TEXT_MM, _ONLY_NUMBER_MM = 2.0, 36.0, 24.0


def column_widths(grid: Grid, room_mm: float, *, head_points: float) -> list[float]:
    """The width of each column in millimetres: texts share what numbers leave.

    A number has the width that the report says, or that of the longest word of its heading, as far as the
    texts keep room for theirs.
    """
    narrow = grid.number_mm if len(grid.columns) > 2 else _ONLY_NUMBER_MM
    shares = [0.0 if column.kind != "text" else 1.0 for column in grid.columns]
    shares[0] *= grid.first_share
    n_numbers, n_texts = shares.count(0.0), len(shares) - shares.count(0.0)
    wanted = [
        0.0 if share else max(0.0, _word_mm(column.label, head_points) - narrow)
        for column, share in zip(grid.columns, shares, strict=True)
    ]
    spare = max(0.0, room_mm - n_numbers * narrow - n_texts * _LEAST_TEXT_MM)
    part = min(1.0, spare / (sum(wanted) or 1))
    wide = (room_mm - n_numbers * narrow - part * sum(wanted)) / (sum(shares) or 1)
    return [
        wide * share if share else narrow + part * more for share, more in zip(shares, wanted, strict=True)
    ]


def _word_mm(label: str, points: float) -> float:
    """The width that the longest word of a heading needs in its cell."""
    widths = (text_width(word, points, _WIDEST, bold=True) for word in label.split())
    return max(widths, default=0.0) * _POINT_MM + _AIR_MM
