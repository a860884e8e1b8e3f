"""The description of the API (OpenAPI 3.1), built from what its routes declare."""

import inspect
import re

from flask import Flask
from werkzeug.routing import Rule

from survey.api.declare import Operation, operation_of
from survey.api.schemas import SCHEMAS, ref
from survey.json_value import JsonObject
from survey.web.guards import PUBLIC, declared_permission
from survey.web.problems import MIMETYPE

_ABOUT = (
    "Results of campaigns, their responses and scorecards, to read. A program sends `Authorization: Bearer` "
    "and a token that an administrator made (Office, People, Tokens for programs); it may what the token "
    "allows and its owner's role still does. Each answer has an `ETag`; sent back as `If-None-Match`, it is "
    "answered 304 where nothing changed. What is refused is told as a problem (RFC 9457)."
)
_REASONS = {
    401: "No token, or one that does not hold",
    403: "The token, or its owner, may not do this",
    404: "There is no such thing, or not for this token's owner",
    409: "There is no certificate yet: a group has so few forms that its sums would be answers of persons",
    410: "The single responses were deleted, as the survey had promised; the day is in `detail`",
    422: "A parameter is unknown or cannot be used",
    429: "Too many tokens that do not hold were sent from this address",
}
_VARIABLE = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_OF_TOKENS = (401, 403, 429)


def document(app: Flask, blueprint: str) -> JsonObject:
    """The description of a blueprint's routes."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{blueprint}.")]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Citizen satisfaction surveys", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "paths": {_path(rule): {"get": _operation(app, rule)} for rule in rules},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": dict(SCHEMAS),
        },
    }


def _path(rule: Rule) -> str:
    return _VARIABLE.sub(r"{\2}", rule.rule)


def _operation(app: Flask, rule: Rule) -> JsonObject:
    view = app.view_functions[rule.endpoint]
    operation, permission = operation_of(view), declared_permission(rule.endpoint)
    is_public = permission == PUBLIC
    return {
        "operationId": rule.endpoint.rpartition(".")[2],
        "summary": (inspect.getdoc(view) or "").partition("\n")[0],
        "security": [] if is_public else [{"token": [permission]}],
        "parameters": [*_in_path(rule), *_in_query(operation)],
        "responses": _responses(operation, is_public=is_public),
    }


def _in_path(rule: Rule) -> list[JsonObject]:
    kinds: dict[str, JsonObject] = {
        "id": {"type": "integer", "minimum": 0},
        "": {"type": "string", "minLength": 1},
    }
    return [
        {"name": name, "in": "path", "required": True, "schema": kinds[kind]}
        for kind, name in _VARIABLE.findall(rule.rule)
    ]


def _in_query(operation: Operation) -> list[JsonObject]:
    return [
        {
            "name": parameter.name,
            "in": "query",
            "description": parameter.description,
            "schema": parameter.schema.to_json(),
        }
        for parameter in operation.parameters
    ]


def _responses(operation: Operation, *, is_public: bool) -> JsonObject:
    refusals = {422, *operation.refusals, *(() if is_public else _OF_TOKENS)}
    return {
        "200": {
            "description": "As asked for",
            "headers": {"ETag": {"schema": {"type": "string"}}},
            "content": {"application/json": {"schema": ref(operation.answer)}},
        },
        "304": {"description": "Nothing changed since the ETag that was sent"},
        **{
            str(status): {
                "description": _REASONS[status],
                "content": {MIMETYPE: {"schema": ref("Problem")}},
            }
            for status in sorted(refusals)
        },
    }
