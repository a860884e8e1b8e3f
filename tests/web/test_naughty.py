"""A thousand hostile strings as the value of every field: nothing breaks, changes, runs or is half stored."""

import csv
import html
import io
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.fieldwork.campaigns import NewCampaign, open_campaign
from survey.instrument.codec import digest
from survey.reports.export import render_file
from survey.results.campaign import campaign_results
from survey.store import fieldwork, people, responses
from survey.store.questionnaires import load_shipped
from survey.web.locale import text_of
from tests.builders import CONTACT, a_form, database_of, receipt_in
from tests.conftest import TODAY, Template, official, on_postgres
from tests.web.browsing import app_for_all, everything_in, token
from tests.web.naughty import strings

# The stricter of the two: PostgreSQL refuses what SQLite keeps.
pytestmark = on_postgres
Q = load_shipped()
STRINGS = strings()
assert len(STRINGS) >= 1000
CODE = "demo"
_AS_ONE_OF_MANY = 800  # characters, for the whole form to stay under the limit of a body
_visitors = count()


@pytest.fixture(scope="module")
def app(demo_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with app_for_all(demo_template, tmp_path_factory.mktemp("naughty")) as created:
        yield created


@pytest.fixture(scope="module")
def citizen(app: Flask) -> FlaskClient:
    return app.test_client()


office = official("admin", "module")


@pytest.fixture(scope="module")
def some() -> list[str]:
    """Every fourth string: each of them is sent to dozens of pages."""
    return STRINGS[1::4]


def post(client: FlaskClient, path: str, fields: dict[str, Any]) -> TestResponse:
    """Send a form from an address of its own, so that no limit on tries steps in."""
    n = next(_visitors)
    address = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
    return client.post(path, data=fields, environ_base={"REMOTE_ADDR": address})


def load_response(app: Flask, submission_id: str) -> responses.ResponseRow | None:
    return database_of(app).read(lambda session: responses.by_submission(session, submission_id))


def as_read_by_a_browser(page: str) -> str:
    """The text of a page: entities read, line breaks as one character."""
    return html.unescape(page).replace("\r\n", "\n").replace("\r", "\n")


def is_offered(text: str) -> bool:
    """Whether this is by chance an answer every criterion takes, or none at all."""
    return text in {"", *(str(option.value) for option in Q.scale.options)}


def test_a_comment_is_kept_as_it_was_sent_or_refused_whole(app: Flask, citizen: FlaskClient) -> None:
    for text in STRINGS:
        form = a_form(Q, comment=text)
        answer = post(citizen, f"/s/{CODE}/send", form)
        stored = load_response(app, form["submission_id"])
        if text.strip() and len(text.replace("\r\n", "\n")) > Q.comment.max_chars:
            assert answer.status_code == 422, ascii(text)
            assert stored is None
        else:
            assert answer.status_code == 200, ascii(text)
            assert stored is not None
            assert stored.comment == (text if text.strip() else None), ascii(text)


def test_a_comment_is_shown_as_text_and_adds_nothing_to_a_page(citizen: FlaskClient, some: list[str]) -> None:
    def tags(page: str) -> list[str]:
        return re.findall(r"<[a-z/!?][^\s>]*", page)

    receipt = receipt_in(post(citizen, f"/s/{CODE}/send", a_form(Q, comment="Cảm ơn")).text)
    plain = {
        path: tags(post(citizen, path, fields).text)
        for path, fields in (
            ("/receipt", {"code": receipt}),
            (f"/s/{CODE}/check", a_form(Q, comment="Cảm ơn")),
        )
    }
    for text in (s for s in some[::2] if s.strip() and len(s.replace("\r\n", "\n")) <= Q.comment.max_chars):
        receipt = receipt_in(post(citizen, f"/s/{CODE}/send", a_form(Q, comment=text)).text)
        for path, fields in (("/receipt", {"code": receipt}), (f"/s/{CODE}/check", a_form(Q, comment=text))):
            page = post(citizen, path, fields).text
            assert tags(page) == plain[path], (path, ascii(text))
            assert text.replace("\r\n", "\n").replace("\r", "\n") in as_read_by_a_browser(page), ascii(text)


def test_as_every_answer_at_once_nothing_is_stored(app: Flask, citizen: FlaskClient, some: list[str]) -> None:
    before = everything_in(app)["response"]
    for text in some:
        form = dict.fromkeys(
            ("consent", "submission_id", *(item.key for item in Q.items())), text[:_AS_ONE_OF_MANY]
        )
        assert post(citizen, f"/s/{CODE}/send", form).status_code == 422, ascii(text)
    assert everything_in(app)["response"] == before


def test_as_the_answer_to_one_criterion_the_whole_form_is_refused(
    app: Flask, citizen: FlaskClient, some: list[str]
) -> None:
    keys = [criterion.key for criterion in Q.criteria if "citizen" in criterion.groups]
    hostile = [text for text in some if not is_offered(text) and text != "na"]
    for i in range(0, len(hostile), 5):
        form = a_form(Q) | {keys[(i + j) % len(keys)]: text for j, text in enumerate(hostile[i : i + 5])}
        answer = post(citizen, f"/s/{CODE}/send", form)
        assert answer.status_code == 422, [ascii(text) for text in hostile[i : i + 5]]
        assert load_response(app, form["submission_id"]) is None


def test_as_a_submission_id_only_an_id_is_taken(citizen: FlaskClient, some: list[str]) -> None:
    for text in some[::2]:
        answer = post(citizen, f"/s/{CODE}/send", a_form(Q, submission_id=text))
        assert answer.status_code == 422, ascii(text)
        assert re.search(r'name="submission_id" value="[0-9a-f-]{36}"', answer.text), "one is given"


def test_as_the_name_of_a_field_it_is_ignored(citizen: FlaskClient, some: list[str]) -> None:
    for text in some[::3]:
        answer = post(citizen, f"/s/{CODE}/send", {text: text, **a_form(Q)})
        assert answer.status_code == 200, ascii(text)


def test_as_a_receipt_code_it_finds_no_form(citizen: FlaskClient, some: list[str]) -> None:
    for text in some:
        for path in ("/receipt", "/receipt/withdraw"):
            answer = post(citizen, path, {"code": text})
            if answer.status_code == 307:  # as long as the code of a saved form, which is read at its own box
                answer = post(citizen, answer.location, {"code": text})
            assert answer.status_code == 422, ascii(text)


PLACES = [
    "/s/{}",
    "/s/{}/qr.svg",
    "/s/{}/declined",
    "/{}",
    "/s/demo?lang={}",
    "/receipt?{}={}",
    "/s/{}/poster.pdf",
    "/office/campaigns/{}",
    "/office/campaigns/{}/desks",
    "/office/questionnaires/{}.json",
    "/office/campaigns/demo/summary.csv?in={}",
    "/office/sign-in?next={}",
    "/office/people/{}/active",
]


def test_in_an_address_it_is_not_found_or_ignored(
    citizen: FlaskClient, office: FlaskClient, some: list[str]
) -> None:
    for i, text in enumerate(some):
        target = PLACES[i % len(PLACES)]
        client = office if target.startswith("/office") or "poster" in target else citizen
        address = target.replace("{}", quote(text[:300], safe=""))
        answer = client.get(address, environ_base={"REMOTE_ADDR": f"10.9.{i >> 8}.{i & 255}"})
        assert answer.status_code < 500, (target, ascii(text))


def test_as_name_and_password_it_signs_nobody_in(app: Flask, some: list[str]) -> None:
    client = app.test_client()
    csrf = token(client)
    for text in some:
        answer = post(client, "/office/sign-in", {"username": text, "password": text, "csrf_token": csrf})
        assert answer.status_code in {422, 429}, ascii(
            text
        )  # 429: another spelling of a name tried five times
    for text in some[::3]:
        answer = post(client, "/office/sign-in", {"username": "admin", "password": text, "csrf_token": csrf})
        assert answer.status_code in {422, 429}, ascii(text)


OFFICE_FORMS = [
    ("/office/campaigns/new", ("name", "instrument_digest", "opens_on", "closes_on", "desks")),
    ("/office/campaigns/demo/contact", tuple(CONTACT)),
    ("/office/campaigns/demo/retention", ("retention_months",)),
    ("/office/campaigns/demo/desks", ("name", "name_en", "quota")),
    ("/office/campaigns/demo/populations", ("population-citizen", "population-business")),
    ("/office/campaigns/demo/summaries", ("language", "recipients", "weekly")),
    ("/office/people", ("username", "full_name", "role")),
    ("/office/password", ("old", "new")),
]


def is_a_number(text: str) -> bool:
    try:
        return int(text) > 0
    except ValueError:
        return not text.strip()


@pytest.mark.parametrize(("path", "fields"), OFFICE_FORMS, ids=[path for path, _ in OFFICE_FORMS])
def test_as_every_field_of_an_office_form_at_once_it_is_refused(
    app: Flask, office: FlaskClient, path: str, fields: tuple[str, ...], some: list[str]
) -> None:
    csrf, before = token(office), everything_in(app)
    may_pass = {"quota", "population-citizen", "retention_months"} & set(fields)
    strings = some[:4] if path == "/office/password" else some[::5]  # a fifth wrong password has to wait
    for text in (string[:_AS_ONE_OF_MANY] for string in strings):
        if may_pass and is_a_number(text):
            continue
        answer = post(office, path, {"csrf_token": csrf, **dict.fromkeys(fields, text)})
        assert answer.status_code == 422, ascii(text)
    assert everything_in(app) == before


def test_as_a_token_it_opens_nothing(app: Flask, office: FlaskClient, some: list[str]) -> None:
    before = everything_in(app)
    for text in some[::3]:
        answer = post(office, "/office/people/2/active", {"csrf_token": text, "active": text})
        assert answer.status_code == 400, ascii(text)
    assert everything_in(app) == before


def test_as_a_questionnaire_it_is_refused_with_a_reason(office: FlaskClient, some: list[str]) -> None:
    csrf = token(office)
    for text in some[::3]:
        file = (io.BytesIO(text.encode()), "x.yaml")
        answer = post(office, "/office/questionnaires", {"csrf_token": csrf, "file": file})
        assert answer.status_code == 422, ascii(text)
        assert 'id="error-summary"' in answer.text


def test_as_a_name_it_is_kept_as_typed_or_refused(app: Flask, office: FlaskClient, some: list[str]) -> None:
    csrf = token(office)
    for text in some[::6]:
        form = {"csrf_token": csrf, "instrument_digest": digest(Q), "opens_on": TODAY, "closes_on": TODAY}
        answer = post(office, "/office/campaigns/new", {**form, **CONTACT, "name": text, "desks": "Quầy thử"})
        assert answer.status_code in {303, 422}, ascii(text)
        if answer.status_code == 303:
            names = {campaign.name for campaign in database_of(app).read(fieldwork.campaigns)}
            assert text.strip() in names
            assert html.escape(text.strip(), quote=False).replace("'", "&#39;").replace('"', "&#34;") in (
                office.get(answer.location).text
            )
        person = {
            "csrf_token": csrf,
            "username": f"p{uuid.uuid4().hex[:12]}",
            "full_name": text,
            "role": "viewer",
        }
        answer = post(office, "/office/people", person)
        assert answer.status_code in {200, 422}, ascii(text)
        row = database_of(app).read(lambda s, name=person["username"]: people.by_username(s, name))  # type: ignore[misc]
        assert (row.full_name if row else None) == (text.strip() if answer.status_code == 200 else None)


FORMULA = re.compile(r"\s*[=+\-@|%＝＋－＠]|[\t\r]")
_NUMBERS = {"points", "max_points", "share", "se", "ci_low", "ci_high", "n"}


def named_like_formulas(app: Flask) -> tuple[bytes, bytes]:
    """CSV and workbook of a campaign that is named like a formula, as are its desks."""
    formulas = [
        s for s in STRINGS if s.isprintable() and s.strip() == s and FORMULA.match(s) and len(s) <= 200
    ]
    assert len(formulas) >= 40
    desks = tuple(text_of(name, name) for name in formulas[:150])
    new = NewCampaign("=1+1", digest(Q), TODAY - timedelta(days=1), TODAY, desks)

    def make(session: Session) -> tuple[bytes, bytes]:
        campaign = open_campaign(session, new, now=datetime.now(UTC))
        results = campaign_results(session, campaign, computed_at=datetime.now(UTC))
        return render_file(results, "csv", "vi"), render_file(results, "xlsx", "vi")

    return database_of(app).write(make)


def test_names_like_formulas_are_text_in_every_file(app: Flask) -> None:
    as_csv, as_workbook = named_like_formulas(app)
    head, *rows = csv.reader(io.StringIO(as_csv.decode("utf-8-sig"), newline=""))
    texts = [cell for row in rows for name, cell in zip(head, row, strict=True) if name not in _NUMBERS]
    assert not [cell for cell in texts if FORMULA.match(cell) and not re.fullmatch(r"-?[\d.e-]+", cell)]
    assert sum(cell.startswith("'") for cell in texts) >= 40
    book = openpyxl.load_workbook(io.BytesIO(as_workbook))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert any(str(cell.value).lstrip("'").startswith("=1+1") for cell in cells)
