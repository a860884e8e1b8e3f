"""Declarations of the API's routes: answer and parameters. Description and parsing follow from them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from flask import request
from flask.typing import ResponseReturnValue

from survey.web.problems import Problem

Schema = Mapping[str, Any]
View = Callable[..., ResponseReturnValue]
_DECLARED = "survey_operation"
_NUMBER = re.compile(r"[0-9]{1,9}")
_SHOWN_CHARS = 60


@dataclass(frozen=True)
class Parameter:
    """A parameter of the query string. Its schema has the allowed values and the default."""

    name: str
    description: str
    schema: Schema

    def parse(self, texts: Sequence[str]) -> Any:
        """The value that was sent, or the default, or None; a Problem when it is not allowed."""
        if not texts:
            return self.schema.get("default")
        if len(texts) > 1:
            raise self._problem(", ".join(texts), "given once")
        text = texts[0]
        if "enum" in self.schema:
            if text not in self.schema["enum"]:
                raise self._problem(text, f"one of {', '.join(self.schema['enum'])}")
            return text
        return self._number(text) if self.schema["type"] == "integer" else text

    def _number(self, text: str) -> int:
        minimum, maximum = self.schema["minimum"], self.schema["maximum"]
        if _NUMBER.fullmatch(text) and minimum <= int(text) <= maximum:
            return int(text)
        raise self._problem(text, f"a whole number from {minimum} to {maximum}")

    def _problem(self, text: str, wanted: str) -> Problem:
        detail = f"The parameter {self.name} is {text[:_SHOWN_CHARS]!r}; it must be {wanted}"
        return Problem(422, "A parameter cannot be used", detail)


@dataclass(frozen=True)
class Operation:
    """A route: the name of the schema of its answer, its parameters, and the statuses of its refusals."""

    answer: str
    parameters: tuple[Parameter, ...] = ()
    refusals: tuple[int, ...] = ()


def answers(schema: str, *parameters: Parameter, refusals: tuple[int, ...] = ()) -> Callable[[View], View]:
    """Declare the answer of a route and its parameters, whose checked values it is called with."""
    operation = Operation(schema, parameters, refusals)

    def declare(view: View) -> View:
        @wraps(view)
        def view_with_parameters(**path: Any) -> ResponseReturnValue:
            return view(**path, **_parse(parameters))

        setattr(view_with_parameters, _DECLARED, operation)
        return view_with_parameters

    return declare


def operation_of(view: object) -> Operation:
    """The declaration of a route."""
    return cast(Operation, getattr(view, _DECLARED))


def _parse(parameters: Sequence[Parameter]) -> dict[str, Any]:
    known = [parameter.name for parameter in parameters]
    for name in request.args:
        if name not in known:
            offered = f"known are: {', '.join(known)}" if known else "none is known"
            detail = f"There is no parameter {name[:_SHOWN_CHARS]!r} here; {offered}"
            raise Problem(422, "A parameter is not known", detail)
    return {parameter.name: parameter.parse(request.args.getlist(parameter.name)) for parameter in parameters}
