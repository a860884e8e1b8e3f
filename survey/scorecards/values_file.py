"""The values of a period as a file, CSV or XLSX, a row an indicator: read whole or refused by place."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from survey.instrument.scorecard import Indicator, Scorecard
from survey.scorecards.entries import TypedLine, ValueProblem, parse_line, parts
from survey.scorecards.rules import lines_of
from survey.scoring.par_index import Observed
from survey.web.locale import Gettext
from survey.web.table_files import TableFileError, UploadedTable, read_table, row_problem

KEY = "indicator_key"
TEXT_LIMITS = {"evidence_ref": 200, "note": 500}  # in characters
COLUMNS = (KEY, *parts(), *TEXT_LIMITS)
LABEL = "indicator"  # in files of ours, for the reader; not read back
_MOST_ROWS = 2000


@dataclass(frozen=True)
class Line:
    """One row that holds a value. `row` counts from 1, the header being row 1."""

    row: int
    key: str
    observed: Observed
    evidence_ref: str
    note: str


def read_values(content: bytes, name: str, card: Scorecard, _: Gettext) -> tuple[Line, ...]:
    """The values in a file, by its name CSV or XLSX; rows without a value are left out.

    Raises
    ------
    TableFileError
        The file cannot be read, or rows are wrong: each problem of each is named by row and column.
    """
    table = read_table(content, name, _MOST_ROWS, _)
    _check_header(table.header, _)
    return _lines(table, card, _)


def _lines(table: UploadedTable, card: Scorecard, _: Gettext) -> tuple[Line, ...]:
    """The rows under the header, or all their problems."""
    lines: list[Line] = []
    problems: list[tuple[int, str]] = []
    indicators = {line.key: line for line in lines_of(card)}
    known = ", ".join(indicators)  # named once
    for row, cells in table.records:
        if message := row_problem(row, cells, table.header, _):
            problems.append((row, message))
            continue
        named = dict.fromkeys(table.header, "") | dict(zip(table.header, cells, strict=False))
        indicator = indicators.get(named[KEY])
        if indicator is None:
            problems.append((row, _unknown_key(row, named[KEY], known, _)))
            known = ""
            continue
        parsed = _line(row, named, card, indicator, _)
        if isinstance(parsed, Line):
            lines.append(parsed)
        else:
            pattern = _("row {row}, column {column}: {words}")
            problems += ((row, pattern.format(row=row, column=p.part, words=p.message)) for p in parsed)
    problems += _twice(lines, _)
    if problems:
        raise TableFileError(*(message for _row, message in sorted(problems, key=itemgetter(0))))
    return tuple(lines)


def _unknown_key(row: int, key: str, known: str, _: Gettext) -> str:
    """That a key is no indicator, and what the indicators are where `known` has them."""
    message = _("{found} is no indicator of the scorecard")
    if known:
        message = _("{found} is no indicator of the scorecard; known are {known}")
    pattern = _("row {row}, column {column}: {words}")
    return pattern.format(row=row, column=KEY, words=message.format(found=repr(key[:40]), known=known))


def _check_header(header: Sequence[str], _: Gettext) -> None:
    if problems := list(_header_problems(header, _)):
        raise TableFileError(*problems)


def _header_problems(header: Sequence[str], _: Gettext) -> Iterator[str]:
    if KEY not in header or "value" not in header:
        message = _("row 1: the columns {needed} are needed; found: {found}")
        yield message.format(needed=f"{KEY}, value", found=", ".join(header)[:100])
    for name, n in Counter(name for name in header if name).items():
        if name not in (*COLUMNS, LABEL):
            message = _("row 1: the column {found} is unknown; known are {known}")
            yield message.format(found=repr(name[:40]), known=", ".join(COLUMNS))
        if n > 1:
            yield _("row 1: the column {found} is named twice; keep one").format(found=repr(name[:40]))


def _line(
    row: int, cells: Mapping[str, str], card: Scorecard, indicator: Indicator, _: Gettext
) -> Line | tuple[ValueProblem, ...]:
    """One row, or what is wrong with each part of it; () where it holds no value."""
    typed = TypedLine(**{part: cells.get(part, "") for part in parts()})
    if typed.is_empty:
        return ()
    observed = parse_line(card, indicator, typed, _)
    texts = {name: cells.get(name, "") for name in TEXT_LIMITS}
    message = _("{n} characters; the most is {most}")
    too_long = tuple(
        ValueProblem(name, message.format(n=len(texts[name]), most=limit))
        for name, limit in TEXT_LIMITS.items()
        if len(texts[name]) > limit
    )
    if isinstance(observed, tuple):
        return (*observed, *too_long)
    return too_long or Line(row, indicator.key, observed, **texts)


def _twice(lines: Sequence[Line], _: Gettext) -> Iterator[tuple[int, str]]:
    first: dict[str, int] = {}
    for line in lines:
        if line.key in first:
            message = _("row {row}, column {column}: {key} stands in row {first} too; keep one")
            fields = {"row": line.row, "column": KEY, "key": line.key, "first": first[line.key]}
            yield line.row, message.format(**fields)
        first.setdefault(line.key, line.row)
