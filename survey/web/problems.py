"""Refusals to programs: problem+json (RFC 9457), in English.

The title names the kind of problem and does not change: programs compare `type`, which is made from it.
"""

import json
from collections.abc import Mapping

from flask import Response, request
from werkzeug.exceptions import HTTPException

MIMETYPE = "application/problem+json"
_PREFIX = "/api/"
_PATH_CHARS = 200


class Problem(Exception):  # noqa: N818 — a program is refused something, which is no error of ours
    """A refusal to a program. `detail` names what was found and what to do."""

    def __init__(
        self, status: int, title: str, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail = status, title, detail
        self.headers = dict(headers or {})


def is_from_a_program() -> bool:
    """Whether the request is to the API, where nobody reads pages."""
    return request.path.startswith(_PREFIX)


def response_of(problem: Problem) -> Response:
    """The problem as it is sent."""
    kind = f"urn:problem:survey:{problem.title.lower().replace(' ', '-')}"
    members = {"type": kind, "status": problem.status, "title": problem.title, "detail": problem.detail}
    response = Response(json.dumps(members, ensure_ascii=False), problem.status, mimetype=MIMETYPE)
    response.headers.update(problem.headers)
    return response


def problem_of(error: HTTPException) -> Problem:
    """The problem behind an error of the protocol."""
    path = request.path[:_PATH_CHARS]
    if error.code == 405:
        methods = ", ".join(sorted(error.valid_methods or ()))  # type: ignore[attr-defined]
        detail = f"{request.method} is not answered at {path}; use one of: {methods}"
        return Problem(405, "Method not allowed", detail, headers={"Allow": methods})
    if error.code == 429:
        detail = (
            "There were too many failures from this address. Wait, then try again with a token that holds"
        )
        seconds = dict(error.get_headers()).get("Retry-After", "60")
        return Problem(429, "Too many attempts", detail, headers={"Retry-After": seconds})
    if error.code == 403:
        return Problem(403, "Not allowed", f"Nobody may open {path}; see /api/v1/openapi.json")
    if error.code is None or error.code < 400 or error.code == 404:
        return Problem(404, "Not found", f"There is nothing at {path}; see /api/v1/openapi.json")
    return Problem(error.code, error.name, error.description or error.name)
