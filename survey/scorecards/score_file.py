"""`flask survey scorecard`: the points of a scorecard from files, with no database, as a JSON-able report."""

from dataclasses import dataclass
from pathlib import Path

from survey.instrument.problem import InstrumentError
from survey.instrument.scorecard import RANK, Scorecard
from survey.instrument.scorecard_codec import scorecard_from_text
from survey.json_value import JsonObject
from survey.scorecards.as_json import points_entry
from survey.scorecards.rules import rules_of
from survey.scorecards.values_file import read_values
from survey.scoring.par_index import CardPoints, score_card
from survey.web.document_problems import problem_line
from survey.web.file_problems import list_in_line
from survey.web.locale import SOURCE_LANGUAGE, gettext_in
from survey.web.table_files import TableFileError

_MOST_BYTES = 10_000_000


class ScorecardFileError(ValueError):
    """A file of `scorecard` that cannot be used; the message says which, where, what to do."""


@dataclass(frozen=True)
class ScorecardReport:
    """The report of `flask survey scorecard`."""

    card: Scorecard
    scored: CardPoints
    rank: float | None

    def to_json(self) -> JsonObject:
        """The report as docs/scorecard.md has it."""
        return points_entry(self.card, self.scored, self.rank)


def score_scorecard(definition: Path, values: Path) -> ScorecardReport:
    """The points of a scorecard.

    Raises
    ------
    ScorecardFileError
        A file cannot be used.
    """
    card = read_definition(definition)
    try:
        lines = read_values(_bytes_of(values), values.name, card, gettext_in(SOURCE_LANGUAGE))
    except TableFileError as error:
        raise ScorecardFileError(f"{values.name}: {list_in_line(error.messages)}") from None
    observed = {line.key: line.observed for line in lines}
    rank = observed.pop(RANK, None)
    return ScorecardReport(card, score_card(rules_of(card), observed), rank.value if rank else None)


def read_definition(path: Path) -> Scorecard:
    """The scorecard in a definition file."""
    try:
        text = _bytes_of(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScorecardFileError(
            f"{path.name}: not UTF-8 text at byte {error.start}; save it as UTF-8"
        ) from None
    try:
        return scorecard_from_text(text)
    except InstrumentError as error:
        raise ScorecardFileError(f"{path.name}: {problem_line(error, text)}") from None


def _bytes_of(path: Path) -> bytes:
    try:
        if (n_bytes := path.stat().st_size) > _MOST_BYTES:
            raise ScorecardFileError(f"{path.name}: {n_bytes} bytes; the most is {_MOST_BYTES}; shorten it")
        return path.read_bytes()
    except OSError as error:
        raise ScorecardFileError(f"{path} cannot be read: {error.strerror}; check its name") from None
