"""Reading the files of `flask survey score`: data, instrument and design, each refusal with its place."""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeGuard, TypeVar

import numpy as np

from survey.json_value import JsonObject, JsonValue
from survey.scoring.arrays import Floats, Labels
from survey.scoring.calibration import Calibration, CalibrationKind, Margin
from survey.scoring.design import LonelyPsu, SampleDesign
from survey.scoring.rules import Rules

Choice = TypeVar("Choice", bound=str)
_DESIGN_KEYS = (
    "rule",
    "ids",
    "strata",
    "weights",
    "fpc",
    "nest",
    "lonely_psu",
    "ids2",
    "fpc2",
    "domain",
    "calibration",
    "group_column",
    "note",
)
_GROUP_COLUMNS = ("group", "respondent_group")
_LONELY: tuple[LonelyPsu, ...] = ("fail", "adjust", "certainty", "average")
_CALIBRATIONS: tuple[CalibrationKind, ...] = ("poststratify", "rake", "linear")
# The field of SampleDesign that a DesignError names, and the design key that names its column.
COLUMN_KEYS = {
    "psu": "ids",
    "strata": "strata",
    "weights": "weights",
    "fpc": "fpc",
    "ssu": "ids2",
    "fpc2": "fpc2",
}


class ScoreFileError(ValueError):
    """A file of `score` that cannot be used; the message says which, where, what was found and what to do."""


@dataclass(frozen=True)
class Instrument:
    """Rules, the text that stands for no answer beside an empty cell, and every group (scored or not).

    `group_options` are the groups in the order of a questionnaire's question for them, which numbers them in
    response files from 1; empty where the instrument is no questionnaire.
    """

    rules: Rules
    no_answer: frozenset[str]
    groups: tuple[str, ...]
    group_column: str | None = None
    group_options: tuple[str, ...] = ()


@dataclass(frozen=True)
class DesignKeys:
    """The design file: which columns say what. None where a key is not given."""

    columns: Mapping[str, str]
    share_rule: Literal["linear", "percent"] | None = None
    nest: bool = False
    lonely_psu: LonelyPsu = "fail"
    domain: str | None = None
    group_column: str | None = None
    calibration: "CalibrationKeys | None" = None


@dataclass(frozen=True)
class CalibrationKeys:
    """The calibration of a design file: people in each level of each variable, by the column's name."""

    kind: CalibrationKind
    margins: Mapping[str, Mapping[str, float]]
    bounds: tuple[float, float] | None


@dataclass(frozen=True)
class DataFile:
    """The rows of a data file under its header; the first column is the id."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]

    def describe_cell(self, respondent: int, column: str) -> str:
        """The file, row and column of a respondent's cell, for a message; respondents count from 1."""
        return f"{self.name}, row {self.rows[respondent - 1][0]}, column {column!r}"

    def column(self, name: str) -> list[str]:
        """The cells of one column, blanks trimmed.

        Raises
        ------
        ScoreFileError
            The header has no such column, or two.
        """
        if self.header.count(name) != 1:
            close = difflib.get_close_matches(name, self.header, 1)
            missing = f"is missing; is {close[0]!r} meant?" if close else "is missing; add it"
            problem = "is named twice; keep one" if name in self.header else missing
            raise ScoreFileError(f"{self.name}, row 1: the column {name!r} {problem}")
        index = self.header.index(name)
        return [cells[index].strip() for _, cells in self.rows]

    def numbers(self, name: str) -> Floats:
        """The cells of one column as numbers, shape (n,).

        Raises
        ------
        ScoreFileError
            A cell is empty or no number.
        """
        cells = self.column(name)
        values = np.empty(len(cells))
        for i, cell in enumerate(cells):
            try:
                values[i] = float(cell.replace("_", "?"))
            except ValueError:
                raise ScoreFileError(
                    f"{self.describe_cell(i + 1, name)}: found {cell!r}; write a number with a decimal point"
                ) from None
        return values

    def labels(self, name: str, *, blank: bool = False) -> Labels:
        """The cells of one column as labels, shape (n,); an empty one is refused unless `blank`."""
        cells = self.column(name)
        if not blank and "" in cells:
            raise ScoreFileError(
                f"{self.describe_cell(cells.index('') + 1, name)}: the cell is empty; write a label"
            )
        return np.array(cells, dtype=np.str_)


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, with or without a byte order mark."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ScoreFileError(f"{path}: the file cannot be read ({error.strerror}); check its name") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise ScoreFileError(
            f"{path.name}, row {row}: the byte 0x{content[error.start]:02x} is not UTF-8; save it as UTF-8"
        ) from None


def read_answers(table: DataFile, instrument: Instrument) -> Floats:
    """Scale answers in the order of the criteria, shape (n, Q); NaN where there is no valid answer."""
    known = {str(answer): float(answer) for answer in instrument.rules.shares}
    known |= dict.fromkeys({"", *instrument.no_answer} - known.keys(), float("nan"))
    answers = np.empty((len(table.rows), len(instrument.rules.criteria)))
    for q, criterion in enumerate(instrument.rules.criteria):
        cells = table.column(criterion.key)
        strange = next((i for i, cell in enumerate(cells) if cell not in known), None)
        if strange is not None:
            raise ScoreFileError(
                f"{table.describe_cell(strange + 1, criterion.key)}: found {cells[strange]!r}; write one of "
                f"{', '.join(str(answer) for answer in instrument.rules.shares)} or leave it empty"
            )
        answers[:, q] = [known[cell] for cell in cells]
    return answers


def read_groups(table: DataFile, instrument: Instrument, design: DesignKeys) -> Labels | None:
    """The group of each respondent, shape (n,); None where neither the rules nor the file speak of groups."""
    if not instrument.groups:
        return None
    name = design.group_column or instrument.group_column
    name = name or next((column for column in _GROUP_COLUMNS if column in table.header), None)
    if name is None and instrument.rules.group_rule == "pooled":
        return None
    name = name or _GROUP_COLUMNS[0]
    labels = table.labels(name)
    strange = ~np.isin(labels, instrument.groups)
    if strange.any():
        i = int(np.argmax(strange))
        raise ScoreFileError(
            f"{table.describe_cell(i + 1, name)}: found {str(labels[i])!r}; "
            f"the instrument's groups are {', '.join(instrument.groups)}"
        )
    return labels


def sample_design(table: DataFile, keys: DesignKeys) -> SampleDesign:
    """The design with its columns read from the data."""
    columns = keys.columns
    labels = {key: table.labels(columns[key]) for key in ("ids", "strata", "ids2") if key in columns}
    numbers = {key: table.numbers(columns[key]) for key in ("weights", "fpc", "fpc2") if key in columns}
    return SampleDesign(
        strata=labels.get("strata"),
        psu=labels.get("ids"),
        ssu=labels.get("ids2"),
        weights=numbers.get("weights"),
        fpc=numbers.get("fpc"),
        fpc2=numbers.get("fpc2"),
        nest=keys.nest,
        lonely_psu=keys.lonely_psu,
        calibration=None if keys.calibration is None else _calibration(table, keys.calibration),
    )


def _calibration(table: DataFile, keys: CalibrationKeys) -> Calibration:
    margins = tuple(Margin(name, table.labels(name), totals) for name, totals in keys.margins.items())
    return Calibration(keys.kind, margins, keys.bounds)


def read_design(path: Path | None) -> DesignKeys:
    """The design file; without one, a simple random sample."""
    if path is None:
        return DesignKeys({})
    stated = json_object(path, read_text(path))
    for key in stated:
        if key not in _DESIGN_KEYS:
            raise ScoreFileError(
                f"{path.name}: the key {key!r} is unknown; known are {', '.join(_DESIGN_KEYS)}"
            )
    columns = {}
    for key in (*COLUMN_KEYS.values(), "domain", "group_column"):
        value = stated.get(key)
        if value is not None and not (isinstance(value, str) and value):
            raise ScoreFileError(f"{path.name}, key {key!r}: found {value!r}; name a column or write null")
        if value is not None:
            columns[key] = value
    nest = stated.get("nest") or False
    if not isinstance(nest, bool):
        raise ScoreFileError(f"{path.name}, key 'nest': found {nest!r}; write true or false")
    return DesignKeys(
        columns={key: value for key, value in columns.items() if key in COLUMN_KEYS.values()},
        share_rule=read_choice(path, stated, "rule", ("linear", "percent")),
        nest=nest,
        lonely_psu=read_choice(path, stated, "lonely_psu", _LONELY) or "fail",
        domain=columns.get("domain"),
        group_column=columns.get("group_column"),
        calibration=_read_calibration(path, stated.get("calibration")),
    )


def read_choice(
    path: Path, stated: Mapping[str, JsonValue], key: str, choices: Sequence[Choice]
) -> Choice | None:
    """The one of the choices that a key has; None where the key is missing or null."""
    value = stated.get(key)
    chosen = next((choice for choice in choices if choice == value), None)
    if value is not None and chosen is None:
        raise ScoreFileError(f"{path.name}, key {key!r}: found {value!r}; write one of {', '.join(choices)}")
    return chosen


def _read_calibration(path: Path, stated: JsonValue) -> CalibrationKeys | None:
    if stated is None:
        return None
    where = f"{path.name}, key 'calibration'"
    fields = stated if isinstance(stated, dict) else {}
    kind = next((kind for kind in _CALIBRATIONS if kind == fields.get("type")), None)
    if kind is None:
        raise ScoreFileError(f"{where}: found {stated!r}; give a type out of {', '.join(_CALIBRATIONS)}")
    is_one_variable = kind == "poststratify"
    margins = {fields.get("variable"): fields.get("population")} if is_one_variable else fields.get("margins")
    bounds = fields.get("bounds")
    if not isinstance(margins, dict) or not margins or not all(map(_is_margin, margins.items())):
        raise ScoreFileError(f"{where}: name each variable with a number of people for each of its levels")
    if bounds is not None and not _is_pair(bounds):
        raise ScoreFileError(f"{where}: found bounds {bounds!r}; write [low, high] or null")
    limits = None if bounds is None else (float(bounds[0]), float(bounds[1]))
    return CalibrationKeys(kind, margins, limits)


def _is_margin(margin: tuple[object, object]) -> bool:
    """Whether a variable has a name and a number of people for each of its levels."""
    name, totals = margin
    has_totals = isinstance(totals, dict) and bool(totals) and all(map(is_number, totals.values()))
    return isinstance(name, str) and has_totals


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(is_number, value))


def is_number(value: object) -> TypeGuard[float]:
    """Whether a JSON value is a number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def json_object(path: Path, text: str) -> JsonObject:
    """The JSON object that a file's text holds."""
    if not text.strip():
        raise ScoreFileError(f"{path.name}: the file is empty; write one JSON object")
    try:
        stated = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ScoreFileError(f"{path.name}: this is not JSON ({error}); correct it there") from None
    if not isinstance(stated, dict):
        raise ScoreFileError(f"{path.name}: found a {type(stated).__name__}; write one JSON object")
    return stated
