"""Values of a YAML or JSON document with their paths, so that every problem of the document names its field.

A value that breaks a rule is noted and a stand-in takes its place, so that one reading finds all problems.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from survey.instrument.problem import PROBLEMS_LIMIT, DocumentProblem, DocumentRule, InstrumentError, Path

Choice = TypeVar("Choice", bound=str)
_SHOWN_CHARS = 60
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Node:
    """One value of the document, the path to it, and the problems of the whole document so far.

    `is_refused` marks a value that cannot be there: reading it gives a stand-in and notes nothing more.
    """

    value: object
    path: Path = ()
    problems: list[DocumentProblem] = field(default_factory=list)
    is_refused: bool = False

    def refuse(self, rule: DocumentRule, **arguments: object) -> None:
        """Note a problem of this value; raise all of them once there are too many to go on."""
        if not self.is_refused:
            self.problems.append(DocumentProblem(rule, self.path, arguments))
        if len(self.problems) >= PROBLEMS_LIMIT:
            raise InstrumentError(self.problems)

    def fields(self, *, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, "Node"]:
        """The fields of a mapping, at least the required ones; a missing or an unknown one is a problem."""
        required = list(required)
        if not isinstance(self.value, dict):
            self.refuse(DocumentRule.NOT_MAPPING, found=self.value)
            return {name: self._absent(name) for name in required}
        known = {*required, *optional}
        nodes = {name: self._absent(name) for name in required}
        for name, value in self.value.items():
            if name in known:
                nodes[name] = self._part(name, value)
            else:
                self._part(str(name)[:_SHOWN_CHARS], value).refuse(
                    DocumentRule.UNKNOWN_FIELD, known=tuple(sorted(known))
                )
        for name in (name for name in required if name not in self.value):
            self._part(name, None).refuse(DocumentRule.MISSING_FIELD)
        return nodes

    def _part(self, step: str | int, value: object) -> "Node":
        return Node(value, (*self.path, step), self.problems, self.is_refused)

    def _absent(self, name: str) -> "Node":
        return Node(None, (*self.path, name), self.problems, is_refused=True)

    def entries(self) -> list[tuple[str, "Node"]]:
        """Keys and values of a mapping whose keys the document chooses, at least one."""
        if not isinstance(self.value, dict) or not self.value:
            self.refuse(DocumentRule.NOT_MAPPING, found=self.value)
            return []
        parts = [(name, self._part(str(name)[:_SHOWN_CHARS], value)) for name, value in self.value.items()]
        return [(Node(name, part.path, self.problems).key(), part) for name, part in parts]

    def list(self) -> list["Node"]:
        """The elements of a list with at least one."""
        if not isinstance(self.value, list) or not self.value:
            self.refuse(DocumentRule.NOT_LIST, found=self.value)
            return []
        return [self._part(index, value) for index, value in enumerate(self.value)]

    def lines(self) -> str:
        """A text of one or more lines, without empty ones; no other control characters."""
        if not isinstance(self.value, str) or not self.value.strip():
            return self.text()
        lines = [line.strip() for line in self.value.splitlines() if line.strip()]
        if any(_has_control_characters(line) for line in lines):
            self.refuse(DocumentRule.CONTROL_CHARACTERS)
        return "\n".join(lines)

    def text(self) -> str:
        """A text: not empty, no control characters."""
        if not isinstance(self.value, str) or not self.value.strip():
            self.refuse(DocumentRule.NOT_TEXT, found=self.value)
            return ""
        if _has_control_characters(self.value):
            self.refuse(DocumentRule.CONTROL_CHARACTERS)
        return self.value

    def key(self) -> str:
        """A name that can be a form field, a column and a CSS id."""
        if not isinstance(self.value, str) or not _KEY.fullmatch(self.value):
            self.refuse(DocumentRule.NOT_KEY, found=self.value)
            return ""
        return self.value

    def number(self, low: float, high: float) -> float:
        """A finite number in [low, high]. The stand-in is `high`, so that what it limits is not refused."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            self.refuse(DocumentRule.NOT_NUMBER, found=self.value)
            return float(high)
        if not low <= self.value <= high:
            self.refuse(DocumentRule.OUT_OF_RANGE, found=self.value, low=low, high=high)
            return float(high)
        return float(self.value)

    def integer(self, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        number = self.number(low, high)
        if not number.is_integer():
            self.refuse(DocumentRule.NOT_WHOLE, found=self.value)
        return int(number)

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.refuse(DocumentRule.NOT_FLAG, found=self.value)
            return False
        return self.value

    def choice(self, *allowed: Choice) -> Choice:
        """One of the `allowed` values."""
        chosen = next((value for value in allowed if value == self.value), None)
        if chosen is None:
            self.refuse(DocumentRule.NOT_CHOICE, found=self.value, allowed=allowed)
            return allowed[0]
        return chosen


def _has_control_characters(text: str) -> bool:
    return any(ord(c) < 32 or ord(c) == 127 or 0xD800 <= ord(c) <= 0xDFFF for c in text)
