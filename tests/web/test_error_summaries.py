"""Every link of an error summary leads to an element of its page."""

import re
from collections import defaultdict

from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import official, on_postgres
from tests.web.browsing import address, app_fixture, elements, routes, token

pytestmark = on_postgres  # the store has no part in it
app = app_fixture()
office = official("admin", "module")
# Pages that refuse a query, and fields of forms that a script or a person can leave out.
QUERIES = (
    "/office/campaigns/demo/comparison?by=moon",
    "/office/campaigns/demo/comments?status=moon",
    f"/office/campaigns/demo/comments?words={'x' * 300}",
    "/office/campaigns/demo?desk=moon",
    "/office/campaigns/demo/priorities?acc_info=lots",
)


def targets_missing(page: str) -> set[str]:
    """The targets of the summary's links that no element of the page has as its id."""
    assert 'id="error-summary"' in page
    summary = page.partition('id="error-summary"')[2].partition("</div>")[0]
    ids = {attributes["id"] for _tag, attributes in elements(page) if "id" in attributes}
    return set(re.findall(r'href="#([^"]*)"', summary)) - ids


def fields_by_action(app: Flask, office: FlaskClient) -> dict[str, set[str]]:
    """The names of the fields of each form of the office and of the public, by the address it is sent to."""
    names: dict[str, set[str]] = defaultdict(set)
    for name, rule in routes(app).items():
        if not name.startswith("GET ") or "extension" in rule.arguments or rule.rule.startswith("/api"):
            continue
        path = address(app, rule)
        answer = office.get(path)
        page = answer.text if answer.mimetype == "text/html" else ""
        answer.close()
        action = path
        for tag, attributes in elements(page):
            if tag == "form":
                action = attributes.get("action") or path
            elif tag in ("input", "select", "textarea") and "name" in attributes:
                names[action.partition("?")[0]].add(attributes["name"])
    return names


def test_every_refused_form_leads_to_the_fields_that_are_wrong(app: Flask, office: FlaskClient) -> None:
    fields, csrf = fields_by_action(app, office), token(office)
    missing: dict[str, set[str]] = {}
    for name, rule in routes(app).items():
        if not name.startswith("POST ") or rule.rule.startswith(("/api", "/office/sign-out")):
            continue
        path = address(app, rule)
        names = fields[path] - {"csrf_token"}
        forms = [{}, dict.fromkeys(names, "\x07"), dict.fromkeys(names, "x" * 3000)]
        forms += [dict.fromkeys(names, "\x07") | {one: ""} for one in sorted(names)]
        for form in forms:
            answer = office.post(path, data={**form, "csrf_token": csrf})
            assert answer.status_code < 500, path
            if answer.status_code == 422:
                missing[name] = missing.get(name, set()) | targets_missing(answer.text)
    assert {name: targets for name, targets in missing.items() if targets} == {}
    assert len(missing) > 20, "the forms are found"


def test_every_refused_query_leads_to_what_is_wrong(office: FlaskClient) -> None:
    for query in QUERIES:
        answer = office.get(query)
        assert (answer.status_code, targets_missing(answer.text)) == (422, set()), query
