"""Files of people and of units: what their columns are called, and their rows read or refused by place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey.web.locale import LANGUAGES, gettext_in, language_name
from survey.web.searching import fold
from survey.web.table_files import TableFileError, read_table, row_problem

MOST_ROWS = 5000


@dataclass(frozen=True)
class FileColumn:
    """A column of a file. Its heading is the key, or the label in any language of the interface.

    `language` fills a blank of the heading.
    """

    key: str
    heading: str
    is_needed: bool = False
    language: str = ""

    def label(self, language: str) -> str:
        """The heading in a language of the interface."""
        blanks = {"language": language_name(self.language, language)} if self.language else {}
        return gettext_in(language)(self.heading) % blanks

    def names(self) -> set[str]:
        """What the heading may be, folded."""
        return {fold(self.key), *(fold(self.label(code)) for code in LANGUAGES)}


Cells = Mapping[str, str]  # by the key of the column
NumberedCells = tuple[int, Cells]  # with the number of the row, which counts from 1


def read_rows(content: bytes, name: str, columns: Sequence[FileColumn], language: str) -> list[NumberedCells]:
    """The rows of a file by the keys of columns; a column that is left out is empty.

    Raises
    ------
    TableFileError
        The file cannot be read, or a heading or a row is wrong; every problem is named by its place.
    """
    _ = gettext_in(language)
    table = read_table(content, name, MOST_ROWS + 1, _)  # with the row of the headings
    if not table.records:
        raise TableFileError(_("the file has no row below the one that names the columns"))
    keys = _keys_of(table.header, columns, language)
    problems = [
        message for row, cells in table.records if (message := row_problem(row, cells, table.header, _))
    ]
    problems += [
        _("row {row}: a cell stands under no heading").format(row=row)
        for row, cells in table.records
        if any(cell and not key for cell, key in zip(cells, keys, strict=False))
    ]
    refuse_any(problems)
    empty = dict.fromkeys((column.key for column in columns), "")
    return [(row, empty | dict(zip(keys, cells, strict=False))) for row, cells in table.records]


def _keys_of(header: Sequence[str], columns: Sequence[FileColumn], language: str) -> list[str]:
    """The key of the column under each heading."""
    _ = gettext_in(language)
    by_name = {name: column.key for column in columns for name in column.names()}
    keys, problems = [], []
    known = ", ".join(column.label(language) for column in columns)
    for heading in header:
        key = by_name.get(fold(heading))
        if not heading:
            keys.append("")
        elif key is None:
            message = _("row 1: the column {found} is unknown; known are {known}")
            problems.append(message.format(found=repr(heading[:40]), known=known))
        elif key in keys:
            message = _("row 1: the column {found} is named twice; keep one")
            problems.append(message.format(found=repr(heading[:40])))
        else:
            keys.append(key)
    for column in columns:
        if column.is_needed and column.key not in keys:
            message = _("row 1: the column {needed} is missing")
            problems.append(message.format(needed=column.label(language)))
    refuse_any(problems)
    return keys


def problem_at(row: int, column: FileColumn, message: str, language: str) -> str:
    """What is wrong with a cell."""
    _ = gettext_in(language)
    pattern = _("row {row}, column {column}: {words}")
    return pattern.format(row=row, column=column.label(language), words=message)


def refuse_any(problems: Sequence[str]) -> None:
    """Raise TableFileError with these problems where there are any."""
    if problems:
        raise TableFileError(*problems)
