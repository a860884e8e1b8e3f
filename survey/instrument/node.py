"""Values of a YAML or JSON document with their paths, so that every error names the field."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

Choice = TypeVar("Choice", bound=str)
_MAX_BITS_SHOWN = 256
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


class InstrumentError(ValueError):
    """A document breaks a rule; the message names the field, the value and the mend."""


@dataclass(frozen=True)
class Node:
    """One value of the document and the path to it, for example `factors[2].criteria[0].max_points`."""

    value: object
    path: str

    def refuse(self, reason: str) -> InstrumentError:
        """The error to raise about this value."""
        return InstrumentError(f"{self.path}: {reason}")

    def fields(self, *, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, "Node"]:
        """The fields of a mapping; a missing or an unknown one is refused."""
        if not isinstance(self.value, dict):
            raise self.refuse(f"a mapping is needed, found {_short(self.value)}")
        required = list(required)
        known = {*required, *optional}
        for name in self.value:
            if name not in known:
                raise self.refuse(f"unknown field {_short(name)}; known here: {', '.join(sorted(known))}")
        for name in required:
            if name not in self.value:
                raise self.refuse(f"the field {name!r} is missing")
        return {name: Node(value, f"{self.path}.{name}") for name, value in self.value.items()}

    def entries(self) -> list[tuple[str, "Node"]]:
        """Keys and values of a mapping whose keys the document chooses."""
        if not isinstance(self.value, dict) or not self.value:
            raise self.refuse(f"a mapping with at least one entry is needed, found {_short(self.value)}")
        return [(Node(k, self.path).key(), Node(v, f"{self.path}.{k}")) for k, v in self.value.items()]

    def list(self) -> list["Node"]:
        """The elements of a list with at least one."""
        if not isinstance(self.value, list) or not self.value:
            raise self.refuse(f"a list with at least one element is needed, found {_short(self.value)}")
        return [Node(value, f"{self.path}[{i}]") for i, value in enumerate(self.value)]

    def lines(self) -> str:
        """A text of one or more lines, without empty ones; no other control characters."""
        if not isinstance(self.value, str):
            return self.text()
        lines = [Node(line, self.path).text().strip() for line in self.value.splitlines() if line.strip()]
        return "\n".join(lines) or self.text()

    def text(self) -> str:
        """A text: not empty, no control characters."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.refuse(f"a text is needed, found {_short(self.value)}")
        if any(ord(c) < 32 or ord(c) == 127 or 0xD800 <= ord(c) <= 0xDFFF for c in self.value):
            raise self.refuse("control characters are not allowed in a text")
        return self.value

    def key(self) -> str:
        """A name that can be a form field, a column and a CSS id."""
        if not isinstance(self.value, str) or not _KEY.fullmatch(self.value):
            raise self.refuse(
                f"{_short(self.value)} is not a key: use a letter, then letters a-z, digits and _, 40 at most"
            )
        return self.value

    def number(self, low: float, high: float) -> float:
        """A finite number in [low, high]."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            raise self.refuse(f"a number is needed, found {_short(self.value)}")
        if not low <= self.value <= high:
            raise self.refuse(f"{_short(self.value)} is outside {low:g} to {high:g}")
        return float(self.value)

    def integer(self, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        number = self.number(low, high)
        if not number.is_integer():
            raise self.refuse(f"a whole number is needed, found {number:g}")
        return int(number)

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise self.refuse(f"true or false is needed, found {_short(self.value)}")
        return self.value

    def choice(self, *allowed: Choice) -> Choice:
        """One of the `allowed` values."""
        chosen = next((value for value in allowed if value == self.value), None)
        if chosen is None:
            raise self.refuse(f"{_short(self.value)} is not one of {', '.join(allowed)}")
        return chosen


def _short(value: object) -> str:
    """The value as a text that is short enough for one line."""
    if isinstance(value, (dict, list)):
        return f"a {'mapping' if isinstance(value, dict) else 'list'} of {len(value)}"
    if isinstance(value, int) and value.bit_length() > _MAX_BITS_SHOWN:
        return f"a number of {value.bit_length()} bits"  # Python refuses to print the longest
    return repr(value)[:60]
