"""What a route of the API declares, its answer and its parameters: they are described and read from it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from survey.web.problems import Problem

Schema = Mapping[str, Any]
View = Callable[..., ResponseReturnValue]
_DECLARED = "survey_operation"
_NUMBER = re.compile(r"[0-9]{1,9}")
_SHOWN = 60


@dataclass(frozen=True)
class Parameter:
    """One parameter of the query; its schema says what it may be and what it is when it is left out."""

    name: str
    description: str
    schema: Schema

    def read(self, texts: Sequence[str]) -> Any:
        """What was sent, or the default (None without one); 422 when it is none of what it may be."""
        if not texts:
            return self.schema.get("default")
        if len(texts) > 1:
            raise self._refused(", ".join(texts), "given once")
        text = texts[0]
        if "enum" in self.schema:
            return text if text in self.schema["enum"] else self._not_one_of(text)
        return self._number(text) if self.schema["type"] == "integer" else text

    def _number(self, text: str) -> int:
        least, most = self.schema["minimum"], self.schema["maximum"]
        if _NUMBER.fullmatch(text) and least <= int(text) <= most:
            return int(text)
        raise self._refused(text, f"a whole number from {least} to {most}")

    def _not_one_of(self, text: str) -> Any:
        raise self._refused(text, f"one of {', '.join(self.schema['enum'])}")

    def _refused(self, found: str, wanted: str) -> Problem:
        detail = f"The parameter {self.name} is {found[:_SHOWN]!r}; it must be {wanted}"
        return Problem(422, "A parameter cannot be used", detail)


@dataclass(frozen=True)
class Operation:
    """What a route answers: the name of a schema, its parameters, and the statuses it may refuse with."""

    answer: str
    parameters: tuple[Parameter, ...] = ()
    refusals: tuple[int, ...] = ()


def answers(schema: str, *parameters: Parameter, refusals: tuple[int, ...] = ()) -> Callable[[View], View]:
    """Declare what a route answers. It is called with each parameter's value, read and checked."""
    operation = Operation(schema, parameters, refusals)

    def declare(view: View) -> View:
        @wraps(view)
        def checked(**path: Any) -> ResponseReturnValue:
            return view(**path, **_read(parameters))

        setattr(checked, _DECLARED, operation)
        return checked

    return declare


def operation_of(view: object) -> Operation:
    """What a route declares."""
    found: Operation = getattr(view, _DECLARED)
    return found


def _read(parameters: Sequence[Parameter]) -> dict[str, Any]:
    known = [parameter.name for parameter in parameters]
    for name in request.args:
        if name not in known:
            offered = f"known are: {', '.join(known)}" if known else "none is known"
            detail = f"There is no parameter {name[:_SHOWN]!r} here; {offered}"
            raise Problem(422, "A parameter is not known", detail)
    return {parameter.name: parameter.read(request.args.getlist(parameter.name)) for parameter in parameters}
