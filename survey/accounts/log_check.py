"""Checks the log: that its entries follow from one another, and that they are those of exported heads."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path

from survey.json_value import JsonObject
from survey.store.audit import EMPTY_HEAD, ChainedEntry, LogHead

LISTED_LIMIT = 20
_HASH_CHARS = 64


class LogProblemKind(StrEnum):
    """What is wrong with the log."""

    CHANGED = "changed"
    REMOVED = "removed"
    OUT_OF_ORDER = "out of order"
    CUT_OFF = "cut off"
    REWRITTEN = "rewritten"
    UNPROTECTED = "unprotected"


@dataclass(frozen=True)
class LogProblem:
    """Something wrong, with the first entry it is about and its time where they are known."""

    kind: LogProblemKind
    number: int | None
    recorded_at: datetime | None
    message: str

    def to_json(self) -> JsonObject:
        """The problem as a program reads it."""
        return {
            "kind": self.kind.value,
            "number": self.number,
            "recorded_at": _iso(self.recorded_at),
            "message": self.message,
        }


class HeadFileError(ValueError):
    """A file with heads cannot be read. The message is one line with what to do."""


@dataclass
class LogCheck:
    """A check that goes through the entries once. It keeps the first problems and counts the others."""

    heads: Sequence[LogHead]
    time_zone: tzinfo
    problems: list[LogProblem] = field(default_factory=list)
    n_problems: int = 0
    last: LogHead = EMPTY_HEAD
    n_entries: int = 0
    confirmed: int = 0  # entries that an exported head confirms
    _is_last_changed: bool = False

    def run(self, entries: Iterable[ChainedEntry]) -> None:
        """Check every entry, by number, and then the heads beyond the last."""
        by_count: dict[int, list[LogHead]] = {}
        for head in self.heads:
            by_count.setdefault(head.count, []).append(head)
        for entry in entries:
            self._check_entry(entry)
            self.n_entries += 1
            self.last = LogHead(entry.number, entry.hash, entry.recorded_at)
            for head in by_count.get(entry.number, ()):
                self._check_head(head)
        for head in self.heads:
            if head.count > self.last.count:
                self._note_cut(head)

    def note_unprotected(self, triggers: Sequence[str]) -> None:
        """Note that the database no longer refuses changes."""
        if triggers:
            self._note(
                LogProblemKind.UNPROTECTED,
                None,
                None,
                f"the database no longer refuses changes of the log: {', '.join(triggers)} is missing or"
                " switched off; create the trigger again as migration 0028 does, or restore a backup",
            )

    def _check_entry(self, entry: ChainedEntry) -> None:
        n_missing = entry.number - self.last.count - 1
        if entry.number < 1:
            self._note_entry(LogProblemKind.OUT_OF_ORDER, entry, "was put in before the first one")
        elif n_missing:
            self._note_gap(entry, n_missing)
        is_changed = entry.compute_hash() != entry.hash
        if is_changed:
            self._note_entry(LogProblemKind.CHANGED, entry, "was changed after it was written")
        elif not n_missing and entry.previous_hash != self.last.hash and not self._is_last_changed:
            before = (
                self._name(self.last.count, self.last.recorded_at) if self.last.count else "the beginning"
            )
            self._note_entry(
                LogProblemKind.OUT_OF_ORDER,
                entry,
                f"does not follow from {before}: one of the two was replaced, or put in out of order",
            )
        self._is_last_changed = is_changed

    def _note_gap(self, entry: ChainedEntry, n_missing: int) -> None:
        first = self.last.count + 1
        missing = f"entry {first} is" if n_missing == 1 else f"entries {first} to {entry.number - 1} are"
        after = f"after {self._name(self.last.count, self.last.recorded_at)} and " if self.last.count else ""
        before = self._name(entry.number, entry.recorded_at)
        message = f"{missing} missing, {after}before {before}: removed after writing"
        self._note(LogProblemKind.REMOVED, first, self.last.recorded_at, message)

    def _check_head(self, head: LogHead) -> None:
        if head.hash == self.last.hash:
            self.confirmed = max(self.confirmed, head.count)
            return
        begin = self.confirmed + 1
        self._note(
            LogProblemKind.REWRITTEN,
            begin,
            head.recorded_at,
            f"entries {begin} to {head.count} are not those of the exported head of {head.count} entries, the"
            f" last of {self._moment(head.recorded_at)}: the log was written anew since",
        )

    def _note_cut(self, head: LogHead) -> None:
        last = self._name(self.last.count, self.last.recorded_at) if self.last.count else "the beginning"
        self._note(
            LogProblemKind.CUT_OFF,
            self.last.count + 1,
            head.recorded_at,
            f"the log ends after {last}, and the exported head has {head.count} entries, the last of"
            f" {self._moment(head.recorded_at)}: entries {self.last.count + 1} to {head.count} were cut off",
        )

    def _note_entry(self, kind: LogProblemKind, entry: ChainedEntry, message: str) -> None:
        name = self._name(entry.number, entry.recorded_at)
        self._note(kind, entry.number, entry.recorded_at, f"{name} {message}")

    def _note(
        self, kind: LogProblemKind, number: int | None, recorded_at: datetime | None, message: str
    ) -> None:
        self.n_problems += 1
        if len(self.problems) < LISTED_LIMIT:
            self.problems.append(LogProblem(kind, number, recorded_at, message))

    def _name(self, number: int, recorded_at: datetime | None) -> str:
        return f"entry {number} of {self._moment(recorded_at)}"

    def _moment(self, moment: datetime | None) -> str:
        if moment is None:
            return "an unknown time"
        return moment.astimezone(self.time_zone).isoformat(sep=" ", timespec="seconds")

    def to_json(self) -> JsonObject:
        """The outcome as a program reads it."""
        return {
            "holds": self.n_problems == 0,
            "entries": self.n_entries,
            "heads": len(self.heads),
            "last": head_to_json(self.last),
            "n_problems": self.n_problems,
            "problems": [problem.to_json() for problem in self.problems],
        }


def head_to_json(head: LogHead) -> JsonObject:
    """A head as it is exported."""
    return {"count": head.count, "hash": head.hash, "recorded_at": _iso(head.recorded_at)}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def read_heads(path: Path) -> list[LogHead]:
    """The heads in a file, one a line, as `log-head` prints them.

    Raises
    ------
    HeadFileError
        The file cannot be read, has no head, or a line of it is none.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise HeadFileError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise HeadFileError(f"{path} is not UTF-8 text; export a head with `flask survey log-head`") from None
    heads = [_head(line, f"{path} line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not heads:
        raise HeadFileError(f"{path} has no head; export one with `flask survey log-head`")
    return heads


def _head(line: str, position: str) -> LogHead:
    try:
        document = json.loads(line)
        count, own_hash, recorded_at = (document[key] for key in ("count", "hash", "recorded_at"))
        moment = None if recorded_at is None else datetime.fromisoformat(recorded_at)
    except (ValueError, TypeError, KeyError, RecursionError):
        count, own_hash, moment = None, None, None
    if (
        type(count) is not int
        or count < 0
        or not isinstance(own_hash, str)
        or len(own_hash) != _HASH_CHARS
        or (moment is not None and moment.tzinfo is None)
    ):
        raise HeadFileError(
            f'{position}: no head of the log, as in {{"count": 1, "hash": "…", "recorded_at": "…"}};'
            " export one with `flask survey log-head`"
        )
    return LogHead(count, own_hash, moment)
