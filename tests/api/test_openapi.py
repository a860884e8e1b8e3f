"""The description of the API is valid, whole, and what every route really answers."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from survey.fieldwork.campaigns import NewCampaign, open_campaign
from survey.instrument.codec import digest
from survey.reports.export import render_file
from survey.results.campaign import CampaignResults
from survey.store.questionnaires import load_shipped
from survey.web.guards import PUBLIC, declared_permission
from survey.web.locale import text_of
from tests.api.program import Program, mistakes
from tests.builders import database_of
from tests.conftest import TODAY, on_sqlite
from tests.reports import builders
from tests.web.browsing import address, app_fixture, routes

ROUTES = [
    "campaigns",
    "campaigns/<key>/results",
    "campaigns/<key>/certificate",
    "campaigns/<key>/codebook",
    "campaigns/<key>/responses",
    "scorecards",
    "scorecards/<id:card_id>",
]

pytestmark = on_sqlite


app = app_fixture()


@pytest.fixture(scope="module")
def program(app: Flask) -> Program:
    return Program(app)


@pytest.fixture(scope="module")
def campaign_without_forms(app: Flask) -> str:
    new = NewCampaign("Chưa có phiếu", digest(load_shipped()), TODAY, TODAY, (text_of("Quầy X", "Desk X"),))
    return database_of(app).write(lambda session: open_campaign(session, new, now=datetime.now(UTC)).key)


def operations(description: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {path: methods["get"] for path, methods in description["paths"].items()}


def schema_of(operation: dict[str, Any]) -> str:
    """The name of the schema an operation promises."""
    promised: str = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    return promised.rpartition("/")[2]


def test_the_description_is_valid(program: Program) -> None:
    OpenAPIV31SpecValidator(program.description).validate()


def test_every_schema_is_valid_and_used(program: Program) -> None:
    text = str(program.description)
    for name, schema in program.description["components"]["schemas"].items():
        assert f"'#/components/schemas/{name}'" in text
        assert mistakes(program.description, name, "no object"), schema


def test_the_description_holds_every_route_with_its_permission(app: Flask, program: Program) -> None:
    served = {
        route.removeprefix("GET /api/v1/"): rule for route, rule in routes(app).items() if "/api/" in route
    }
    assert set(served) == {*ROUTES, "openapi.json"}
    described = operations(program.description)
    assert len(described) == len(served)
    assert all(operation["summary"] for operation in described.values())
    by_name = {operation["operationId"]: operation["security"] for operation in described.values()}
    with app.app_context():
        for rule in served.values():
            permission = declared_permission(rule.endpoint)
            expected = [] if permission == PUBLIC else [{"token": [permission]}]
            assert by_name[rule.endpoint.removeprefix("api.")] == expected


@pytest.mark.parametrize("route", ROUTES)
def test_an_answer_is_what_the_description_promises(app: Flask, program: Program, route: str) -> None:
    path = address(app, routes(app)[f"GET /api/v1/{route}"])
    described = operations(program.description)
    promised = next(schema_of(o) for p, o in described.items() if _fits(p, path))
    answer = program.fetch(path.removeprefix("/api/v1/"))
    assert mistakes(program.description, promised, answer) == []


def _fits(pattern: str, path: str) -> bool:
    parts = list(zip(pattern.split("/"), path.split("/"), strict=False))
    same_length = pattern.count("/") == path.count("/")
    return same_length and all(part.startswith("{") or part == actual for part, actual in parts)


def test_what_is_described_as_closed_refuses_a_member_more(program: Program) -> None:
    results = program.fetch("campaigns/demo/results")
    assert mistakes(program.description, "Results", {**results, "more": 1})
    del results["score"]["ci"]
    assert mistakes(program.description, "Results", results)


def test_what_nobody_answered_is_described_too(app: Flask, campaign_without_forms: str) -> None:
    program = Program(app)
    for part, schema in (("results", "Results"), ("responses", "Responses"), ("certificate", "Certificate")):
        answer = program.fetch(f"campaigns/{campaign_without_forms}/{part}")
        assert mistakes(program.description, schema, answer) == []
    assert program.fetch(f"campaigns/{campaign_without_forms}/results")["score"]["score"] is None


@pytest.mark.parametrize(
    "build", [builders.normal, builders.provisional, builders.withheld, builders.no_data, builders.hostile]
)
def test_a_result_of_any_kind_is_described(program: Program, build: Callable[[], CampaignResults]) -> None:
    document = json.loads(render_file(build(), "json", "en"))
    assert mistakes(program.description, "Results", document) == []


def test_each_kind_of_refusal_that_is_described_has_words(program: Program) -> None:
    for operation in operations(program.description).values():
        for status, response in operation["responses"].items():
            assert response["description"], status
