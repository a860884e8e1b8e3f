"""The refusal of files of `flask survey score`, and the list in which all their problems are collected."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Never, TypeVar

from survey.instrument.problem import path_text
from survey.json_text import RepeatedKeysError, parse_json
from survey.json_value import JsonValue
from survey.web.file_problems import list_in_line

T = TypeVar("T")
_NOTED_LIMIT, _SHOWN_CHARS = 1000, 80


class ScoreFileError(ValueError):
    """Files that cannot be used; each message says which, where, what was found and what to do."""

    def __init__(self, *messages: str) -> None:
        super().__init__(list_in_line(messages))
        self.messages = messages


class Problems:
    """What is wrong with files, collected so that a refusal names all of it; of thousands the first."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def add(self, message: str) -> None:
        """Note a problem; raise all of them once there are too many to go on."""
        self.messages.append(message)
        if len(self.messages) >= _NOTED_LIMIT:
            self.refuse()

    def note(self, read: Callable[[], T]) -> T | None:
        """What `read` returns; None where it refuses, with its problems noted."""
        try:
            return read()
        except ScoreFileError as error:
            for message in error.messages:
                self.add(message)
            return None

    def refuse(self) -> Never:
        """Raise the problems."""
        raise ScoreFileError(*self.messages)

    def refuse_any(self) -> None:
        """Raise the problems, if there are some."""
        if self.messages:
            self.refuse()


def json_of(path: Path, text: str) -> JsonValue:
    """The JSON value that a file's text holds."""
    try:
        return parse_json(text)
    except RepeatedKeysError as error:
        raise ScoreFileError(*(f"{path.name}, {path_text(key.path)}: {key}" for key in error.keys)) from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise ScoreFileError(f"{path.name}: this is not JSON ({error}); correct it there") from None
    except ValueError:  # a number of thousands of digits
        raise ScoreFileError(f"{path.name}: a number has too many digits; shorten it") from None


def show_value(value: object) -> str:
    """A value as it is written, of a long one the beginning."""
    try:
        text = repr(value)
    except RecursionError:
        return "values too deep in one another"
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"
