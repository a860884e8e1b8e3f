"""What a table is: cells, columns, rows, and how a language prints them.

A cell is a value, not a text: numbers keep full precision, and the column's kind says how they are printed.
"""

import itertools
from dataclasses import dataclass
from datetime import date
from typing import Literal

from survey.drawing.formatting import UNDEFINED, format_count, format_day, format_percent, format_points
from survey.web import locale

Cell = str | float | int | date | None
Kind = Literal["text", "points", "maximum", "percent", "count", "day"]
Borders = tuple[float, ...]


@dataclass(frozen=True)
class Column:
    """One column: its name in data files, its heading in the report's language, how its cells are printed.

    A number beside one of the `borders` is printed with the decimals that tell its side.
    """

    key: str
    label: str
    kind: Kind
    borders: Borders = ()

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers, which stand under one another at the right."""
        return self.kind not in ("text", "day")

    def format(self, cell: Cell, language: str) -> str:
        """A cell of the column as the language writes it."""
        return format_cell(cell, self.kind, language, self.borders)


@dataclass(frozen=True)
class Block:
    """Rows as printed under a heading of their own; `heading` is None in a table without sections."""

    heading: str | None
    rows: tuple[tuple[str, ...], ...]
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table. `keys` names each row in data files; `notes` are sentences printed under it.

    A column named `section` holds each row's section; a writer may print it as a heading over the rows.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def laid_out(self, language: str) -> tuple[tuple[Column, ...], list[Block]]:
        """The columns to print and the printed rows; a `section` column becomes headings over its rows."""
        rows = [
            tuple(column.format(cell, language) for cell, column in zip(row, self.columns, strict=True))
            for row in self.rows
        ]
        if self.columns[0].key != "section":
            return self.columns, [Block(None, tuple(rows), self.keys)]
        blocks = []
        for name, group in itertools.groupby(zip(self.keys, rows, strict=True), key=lambda one: one[1][0]):
            inside = list(group)
            blocks.append(
                Block(name, tuple(row[1:] for _key, row in inside), tuple(key for key, _row in inside))
            )
        return self.columns[1:], blocks


@dataclass(frozen=True)
class Fact:
    """One value with its name; `borders` as in a column."""

    key: str
    label: str
    value: Cell
    kind: Kind
    borders: Borders = ()

    def format(self, language: str) -> str:
        """The value as the language writes it."""
        return format_cell(self.value, self.kind, language, self.borders)


def format_cell(value: Cell, kind: Kind, language: str, borders: Borders = ()) -> str:
    """A cell as the language writes it; an en dash where it is undefined."""
    if value is None or isinstance(value, str):
        return UNDEFINED if value is None else value
    if isinstance(value, date):
        return format_day(value, language)
    if kind == "points":
        return format_points(value, language, borders=borders)
    if kind == "percent":
        return format_percent(value, language, borders=borders)
    if kind == "maximum":
        return locale.format_short(value, language)
    return format_count(int(value), language)
