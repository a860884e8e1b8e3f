"""Reading the files of `flask survey score`: data, instrument and design, each refusal with its place."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, TypeGuard, TypeVar

import numpy as np

from survey.json_value import JsonObject, JsonValue
from survey.results.score_problems import Problems, ScoreFileError, json_of, show_value
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
_COMPARED_COLUMNS = 500  # with a name that is missing, each of which takes some 20 µs
_GROUP_COLUMNS = ("group", "respondent_group")
ShareRule = Literal["linear", "percent"]
_SHARE_RULES: tuple[ShareRule, ...] = ("linear", "percent")
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
    share_rule: ShareRule | None = None
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
            close = difflib.get_close_matches(name[:60], self.header[:_COMPARED_COLUMNS], 1)
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
        values, problems = np.empty(len(cells)), Problems()
        for i, cell in enumerate(cells):
            try:
                values[i] = float(cell.replace("_", "?"))
            except ValueError:
                where = self.describe_cell(i + 1, name)
                problems.add(f"{where}: found {cell[:60]!r}; write a number with a decimal point")
        problems.refuse_any()
        return values

    def labels(self, name: str, *, blank: bool = False) -> Labels:
        """The cells of one column as labels, shape (n,); an empty one is refused unless `blank`."""
        cells, problems = self.column(name), Problems()
        for i, cell in enumerate(cells):
            if not (cell or blank):
                problems.add(f"{self.describe_cell(i + 1, name)}: the cell is empty; write a label")
        problems.refuse_any()
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
    shares, problems = instrument.rules.shares, Problems()
    known = {str(answer): float(answer) for answer in shares}
    known |= dict.fromkeys({"", *instrument.no_answer} - known.keys(), float("nan"))
    advice = f"write one of {', '.join(map(str, shares))} or leave it empty"
    answers = np.empty((len(table.rows), len(instrument.rules.criteria)))
    for q, criterion in enumerate(instrument.rules.criteria):
        cells = problems.note(partial(table.column, criterion.key)) or []
        for i, cell in enumerate(cells):
            if cell not in known:
                where = table.describe_cell(i + 1, criterion.key)
                problems.add(f"{where}: found {cell[:60]!r}; {advice}")
        if not problems.messages:
            answers[:, q] = [known[cell] for cell in cells]
    problems.refuse_any()
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
    labels, problems = table.labels(name), Problems()
    for i in np.flatnonzero(~np.isin(labels, instrument.groups)).tolist():
        where = table.describe_cell(i + 1, name)
        known = ", ".join(instrument.groups)
        problems.add(f"{where}: found {str(labels[i])[:60]!r}; the instrument's groups are {known}")
    problems.refuse_any()
    return labels


def sample_design(table: DataFile, keys: DesignKeys) -> SampleDesign:
    """The design with its columns read from the data."""
    columns, problems = keys.columns, Problems()
    labels = {
        key: problems.note(partial(table.labels, columns[key]))
        for key in ("ids", "strata", "ids2")
        if key in columns
    }
    numbers = {
        key: problems.note(partial(table.numbers, columns[key]))
        for key in ("weights", "fpc", "fpc2")
        if key in columns
    }
    stated = keys.calibration
    calibration = None if stated is None else problems.note(partial(_calibration, table, stated))
    problems.refuse_any()
    return SampleDesign(
        strata=labels.get("strata"),
        psu=labels.get("ids"),
        ssu=labels.get("ids2"),
        weights=numbers.get("weights"),
        fpc=numbers.get("fpc"),
        fpc2=numbers.get("fpc2"),
        nest=keys.nest,
        lonely_psu=keys.lonely_psu,
        calibration=calibration,
    )


def _calibration(table: DataFile, keys: CalibrationKeys) -> Calibration:
    problems, margins = Problems(), []
    for name, totals in keys.margins.items():
        labels = problems.note(partial(table.labels, name))
        if labels is not None:
            margins.append(Margin(name, labels, totals))
    problems.refuse_any()
    return Calibration(keys.kind, tuple(margins), keys.bounds)


def read_design(path: Path | None) -> DesignKeys:
    """The design file; without one, a simple random sample."""
    if path is None:
        return DesignKeys({})
    stated, problems = json_object(path, read_text(path)), Problems()
    for key in stated:
        if key not in _DESIGN_KEYS:
            problems.add(f"{path.name}: the key {key[:60]!r} is unknown; known are {', '.join(_DESIGN_KEYS)}")
    columns = {}
    for key in (*COLUMN_KEYS.values(), "domain", "group_column"):
        value = stated.get(key)
        if isinstance(value, str) and value:
            columns[key] = value
        elif value is not None:
            problems.add(f"{path.name}, key {key!r}: found {show_value(value)}; name a column or write null")
    nest = stated.get("nest") or False
    if not isinstance(nest, bool):
        problems.add(f"{path.name}, key 'nest': found {show_value(nest)}; write true or false")
    share_rule = problems.note(lambda: read_choice(path, stated, "rule", _SHARE_RULES))
    lonely_psu = problems.note(lambda: read_choice(path, stated, "lonely_psu", _LONELY))
    calibration = problems.note(lambda: _read_calibration(path, stated.get("calibration")))
    problems.refuse_any()
    return DesignKeys(
        columns={key: value for key, value in columns.items() if key in COLUMN_KEYS.values()},
        share_rule=share_rule,
        nest=bool(nest),
        lonely_psu=lonely_psu or "fail",
        domain=columns.get("domain"),
        group_column=columns.get("group_column"),
        calibration=calibration,
    )


def read_choice(
    path: Path, stated: Mapping[str, JsonValue], key: str, choices: Sequence[Choice]
) -> Choice | None:
    """The one of the choices that a key has; None where the key is missing or null."""
    value = stated.get(key)
    chosen = next((choice for choice in choices if choice == value), None)
    if value is not None and chosen is None:
        raise ScoreFileError(
            f"{path.name}, key {key!r}: found {show_value(value)}; write one of {', '.join(choices)}"
        )
    return chosen


def _read_calibration(path: Path, stated: JsonValue) -> CalibrationKeys | None:
    if stated is None:
        return None
    where = f"{path.name}, key 'calibration'"
    fields = stated if isinstance(stated, dict) else {}
    kind = next((kind for kind in _CALIBRATIONS if kind == fields.get("type")), None)
    if kind is None:
        raise ScoreFileError(
            f"{where}: found {show_value(stated)}; give a type out of {', '.join(_CALIBRATIONS)}"
        )
    is_one_variable = kind == "poststratify"
    margins = {fields.get("variable"): fields.get("population")} if is_one_variable else fields.get("margins")
    bounds = fields.get("bounds")
    if not isinstance(margins, dict) or not margins or not all(map(_is_margin, margins.items())):
        raise ScoreFileError(f"{where}: name each variable with a number of people for each of its levels")
    if bounds is not None and not _is_pair(bounds):
        raise ScoreFileError(f"{where}: found bounds {show_value(bounds)}; write [low, high] or null")
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
    stated = json_of(path, text)
    if not isinstance(stated, dict):
        raise ScoreFileError(f"{path.name}: found a {type(stated).__name__}; write one JSON object")
    return stated
