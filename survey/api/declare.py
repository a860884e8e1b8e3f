"""Declarations of the API's routes: answer and parameters. Description and parsing follow from them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import cast

from flask import request
from flask.typing import ResponseReturnValue

from survey.json_value import JsonObject
from survey.web.problems import Problem

View = Callable[..., ResponseReturnValue]
_DECLARED = "survey_operation"
_NUMBER = re.compile(r"[0-9]{1,9}")
_SHOWN_CHARS = 60


@dataclass(frozen=True)
class EnumSchema:
    """One of several texts."""

    options: Sequence[str]
    default: str

    @property
    def wanted(self) -> str:
        """What a value must be, for a refusal."""
        return f"one of {', '.join(self.options)}"

    def to_json(self) -> JsonObject:
        """The JSON Schema."""
        return {"type": "string", "enum": list(self.options), "default": self.default}

    def parse(self, text: str) -> str | None:
        """The value; None when it is not allowed."""
        return text if text in self.options else None


@dataclass(frozen=True)
class IntegerSchema:
    """A whole number of a range."""

    minimum: int
    maximum: int
    default: int

    @property
    def wanted(self) -> str:
        """What a value must be, for a refusal."""
        return f"a whole number from {self.minimum} to {self.maximum}"

    def to_json(self) -> JsonObject:
        """The JSON Schema."""
        limits: JsonObject = {"minimum": self.minimum, "maximum": self.maximum}
        return {"type": "integer", **limits, "default": self.default}

    def parse(self, text: str) -> int | None:
        """The value; None when it is not allowed."""
        is_allowed = _NUMBER.fullmatch(text) and self.minimum <= int(text) <= self.maximum
        return int(text) if is_allowed else None


@dataclass(frozen=True)
class TextSchema:
    """A text, or none."""

    default = None
    wanted = "a text"

    def to_json(self) -> JsonObject:
        """The JSON Schema."""
        return {"type": "string"}

    def parse(self, text: str) -> str:
        """The value."""
        return text


@dataclass(frozen=True)
class Parameter:
    """A parameter of the query string. Its schema has the allowed values and the default."""

    name: str
    description: str
    schema: EnumSchema | IntegerSchema | TextSchema

    def parse(self, texts: Sequence[str]) -> str | int | None:
        """The value that was sent, or the default, or None; a Problem when it is not allowed."""
        if not texts:
            return self.schema.default
        if len(texts) > 1:
            raise self._problem(", ".join(texts), "given once")
        value = self.schema.parse(texts[0])
        if value is None:
            raise self._problem(texts[0], self.schema.wanted)
        return value

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
        def view_with_parameters(**path: str | int) -> ResponseReturnValue:
            return view(**path, **_parse(parameters))

        setattr(view_with_parameters, _DECLARED, operation)
        return view_with_parameters

    return declare


def operation_of(view: object) -> Operation:
    """The declaration of a route."""
    return cast(Operation, getattr(view, _DECLARED))


def _parse(parameters: Sequence[Parameter]) -> dict[str, str | int | None]:
    known = [parameter.name for parameter in parameters]
    for name in request.args:
        if name not in known:
            offered = f"known are: {', '.join(known)}" if known else "none is known"
            detail = f"There is no parameter {name[:_SHOWN_CHARS]!r} here; {offered}"
            raise Problem(422, "A parameter is not known", detail)
    return {parameter.name: parameter.parse(request.args.getlist(parameter.name)) for parameter in parameters}
