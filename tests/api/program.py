"""A program that reads the API."""

from typing import Any

import jsonschema
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.browsing import a_token


class Program:
    """A program with a token; every response is checked against the description."""

    def __init__(self, app: Flask, *permissions: str, person_id: int = 1) -> None:
        self.client = app.test_client()
        self.secret = a_token(app, *permissions, person_id=person_id)
        self.description: dict[str, Any] = self.client.get("/api/v1/openapi.json").get_json()

    def get(self, path: str, visitor: str = "127.0.0.1", **headers: str) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.secret}", **headers}
        answer = self.client.get(f"/api/v1/{path}", headers=sent, environ_base={"REMOTE_ADDR": visitor})
        assert answer.status_code in {200, 304} or answer.mimetype == "application/problem+json", answer.text
        return answer

    def fetch(self, path: str) -> Any:
        """The document at a path."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def refusal_of(self, path: str, status: int) -> str:
        """The detail of a refusal."""
        answer = self.get(path)
        assert answer.status_code == status, answer.text
        problem = answer.get_json(force=True)
        assert mistakes(self.description, "Problem", problem) == []
        assert problem["status"] == status
        return str(problem["detail"])


def mistakes(description: dict[str, Any], schema: str, document: Any) -> list[str]:
    """Where a document is not what its schema says."""
    checked = {"$ref": f"#/components/schemas/{schema}", "components": description["components"]}
    validator = jsonschema.Draft202012Validator(
        checked, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    return [
        f"{list(error.absolute_path)}: {error.message[:200]}" for error in validator.iter_errors(document)
    ]
