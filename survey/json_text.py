"""Reading JSON: a text in which a key stands twice in one object is refused, with the places of both."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Never

from survey.json_value import JsonValue

Path = tuple[str | int, ...]
_LISTED_LIMIT = 1000
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]')  # of a text that is known to be JSON


@dataclass(frozen=True)
class Position:
    """A line and a column of a text, both from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


@dataclass(frozen=True)
class RepeatedKey:
    """A key that stands in its object a second time. The path ends with the key."""

    path: Path
    first: Position
    second: Position

    def __str__(self) -> str:
        key = str(self.path[-1])[:60]
        return f"the key {key!r} stands twice, on {self.first} and on {self.second}; keep one"


class RepeatedKeysError(ValueError):
    """Keys that stand twice, in the order of the text; of many the first thousand."""

    def __init__(self, keys: tuple[RepeatedKey, ...]) -> None:
        super().__init__("; ".join(map(str, keys[:3])))
        self.keys = keys


class _RepetitionError(Exception):
    """Some object has a key twice."""


def parse_json(text: str) -> JsonValue:
    """The value of a JSON text.

    Raises
    ------
    RepeatedKeysError
        A key stands twice in an object: a reader sees the first, a parser takes the last.
    json.JSONDecodeError
        The text is not JSON; RecursionError where its values lie too deep in one another.
    """
    try:
        parsed: JsonValue = json.loads(text, object_pairs_hook=_build_object)
    except _RepetitionError:
        _refuse(text)
    return parsed


def _build_object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _RepetitionError
    return members


def _refuse(text: str) -> Never:
    json.loads(text)  # the text may also be broken further on, which is then the reason
    raise RepeatedKeysError(tuple(islice(_find_repeated_keys(text), _LISTED_LIMIT)))


@dataclass
class _OpenPart:
    """An object or a list that is being read; `step` is the key or the index of the value that comes next."""

    keys: dict[str, int] | None
    step: str | int = 0
    awaits_key: bool = False


def _find_repeated_keys(text: str) -> Iterator[RepeatedKey]:
    lines = _Lines(text)
    open_parts: list[_OpenPart] = []
    for token in _TOKEN.finditer(text):
        mark, part = token[0], open_parts[-1] if open_parts else None
        if mark in "{[":
            is_object = mark == "{"
            open_parts.append(_OpenPart({} if is_object else None, awaits_key=is_object))
        elif mark in "}]":
            open_parts.pop()
        elif mark == "," and part:
            part.awaits_key = part.keys is not None
            part.step = part.step + 1 if isinstance(part.step, int) else part.step
        elif part and part.keys is not None and part.awaits_key:
            key = part.step = str(json.loads(mark))
            part.awaits_key = False
            first = part.keys.setdefault(key, token.start())
            if first != token.start():
                path = tuple(outer.step for outer in open_parts)
                yield RepeatedKey(path, lines.find_position(first), lines.find_position(token.start()))


class _Lines:
    """Where the lines of a text begin."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def find_position(self, position: int) -> Position:
        line = bisect_right(self._starts, position)
        return Position(line, position - self._starts[line - 1] + 1)
