"""Every kind of form of the office, filled in and sent through TLS by a real browser."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page

from survey import create_app
from survey.instrument.codec import digest
from survey.scorecards.cards import MAX_EVIDENCE_BYTES
from survey.store import scorecards
from tests.builders import CONTACT, QUESTIONNAIRE, database_of
from tests.conftest import settings_for
from tests.end_to_end.office import sign_in
from tests.production.bed import ADDRESS, HOST, Bed
from tests.production.office_forms import ADDED, LEADER, LINE, OFFICER, VALUES, OfficeForm, secret_on, send
from tests.scorecards.builders import PDF

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.postgres]
WITH_A_TEST_OF_THEIR_OWN = {
    "accounts.end_session": "tests/accounts/test_sessions.py",
    "accounts.stay_signed_in": "tests/end_to_end/test_sign_in.py",
    "second_step.check": "test_sign_in.py",
    "confirm.check": "tests/end_to_end/test_sign_in.py",
    "passkey.challenge": "test_sign_in.py",
    "passkey.sign_in": "test_sign_in.py",
    "passkey.second_step": "tests/end_to_end/test_sign_in.py",
    "passkey.confirm": "tests/end_to_end/test_sign_in.py",
    "factors.begin_app": "test_sign_in.py",
    "factors.confirm_app": "test_sign_in.py",
    "factors.remove_app": "tests/accounts/test_second_factors.py",
    "factors.renew_recovery_codes": "tests/accounts/test_second_factors.py",
    "factors.passkey_challenge": "test_sign_in.py",
    "factors.add_passkey": "test_sign_in.py",
    "factors.rename_passkey": "tests/accounts/test_passkeys.py",
    "factors.remove_passkey": "tests/accounts/test_passkeys.py",
    "factors.reset_factors": "tests/accounts/test_second_factors.py",
    "factors.set_required": "tests/accounts/test_second_factors.py",
    "accounts.check_sign_in": "test_visitors.py signs in",
    "account.delete": "tests/accounts/test_invitations.py",
    "invitations.send_letters": "tests/accounts/test_invitations.py",
    "invitations.make_file": "tests/accounts/test_invitations.py",
    "links.set_new_password": "everybody who is added here sets a password",
    "links.ask_for_letter": "tests/accounts/test_invitations.py",
    "accounts.end_other_sessions": "its button is there with a second session; tests/accounts/test_pages.py",
    "accounts.sign_out": "the last fact below",
    "downloads.start_export": "test_downloads.py has a file made and cancels another",
    "downloads.cancel_export": "the same",
    "summaries.change": "test_operations.py switches them on",
    "summaries.start_again": "test_operations.py sends a refused letter again",
}
FIRST_PASSWORD = "nam buoc chan tren cat"  # noqa: S105 — the same
NEW_PASSWORD = "bon mua hoa no dep"  # noqa: S105 — of somebody who exists in this test only


@pytest.fixture(scope="module")
def app(bed: Bed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on the bed's database, to know its routes and what is stored."""
    created = create_app(settings_for(bed.server.database_url, tmp_path_factory.mktemp("app")))
    yield created
    database_of(created).dispose()


def a_file(name: str, mimetype: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": mimetype, "buffer": content}


def a_logo() -> FilePayload:
    file = io.BytesIO()
    Image.effect_noise((400, 400), 100).save(file, "PNG")
    assert 100_000 < len(file.getvalue()) < 200_000
    return a_file("logo.png", "image/png", file.getvalue())


def a_questionnaire(app: Flask) -> FilePayload:
    library = Path(app.root_path) / "instrument" / "library" / "dungquat_38.yaml"
    document = yaml.safe_load(library.read_text(encoding="utf-8"))
    document["instrument"]["version"] = 7
    return a_file("phieu.json", "application/json", json.dumps(document, ensure_ascii=False).encode())


def a_definition(app: Flask, version: int) -> str:
    """The shipped scorecard as another version."""
    library = Path(app.root_path) / "instrument" / "library" / "par_index.yaml"
    document = yaml.safe_load(library.read_text(encoding="utf-8"))
    document["par_scorecard"]["version"] = version
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def evidence_just_within_the_limit() -> FilePayload:
    return a_file("bao-cao.pdf", "application/pdf", PDF.ljust(MAX_EVIDENCE_BYTES - 1, b"\n"))


def forms_of(app: Flask) -> list[OfficeForm]:
    """Every form, in an order in which each is possible: what is changed or ended was made before."""
    today, card = date.today(), database_of(app).read(scorecards.versions)[0].digest  # noqa: DTZ011
    return [
        OfficeForm("accounts.add_person", "/office/people", {"username": ADDED, "full_name": "Lê Văn Thêm"}),
        OfficeForm(
            "accounts.change_password",
            "/office/password",
            {"old": "{password}", "new": NEW_PASSWORD},
            username=ADDED,
        ),
        OfficeForm("roles.give", "{person}", {"role": "officer"}),
        OfficeForm("roles.move", "{person}"),
        OfficeForm("roles.take", "{person}", row="tr:has-text('Cán bộ khảo sát')"),
        OfficeForm("account.rename", "{person}", {"full_name": "Lê Văn Thêm Nữa"}),
        OfficeForm("account.set_leave", "{person}", {"away_from": "2031-01-01", "away_until": "2031-02-01"}),
        OfficeForm("accounts.renew_password", "{person}"),
        OfficeForm(
            "imports.upload_people",
            "/office/people/import",
            {"file": a_file("nguoi.csv", "text/csv", b"username,full_name\nnhap.1,Lan\nnhap.2,Hoa\n")},
        ),
        OfficeForm("imports.import_people", "/office/people/import"),
        OfficeForm(
            "imports.upload_units",
            "/office/units/import",
            {"file": a_file("don-vi.csv", "text/csv", "name\nPhòng nhập\n".encode())},
        ),
        OfficeForm("imports.import_units", "/office/units/import"),
        OfficeForm("accounts.set_person_active", "/office/people", row=f"tr:has-text('{ADDED}')"),
        OfficeForm("units.add", "/office/units", {"name": "Phòng thử"}),
        OfficeForm("units.rename", "/office/units/2", {"name": "Ban Quản lý, tên mới"}),
        OfficeForm("units.move", "/office/units/3"),
        OfficeForm("units.close", "/office/units/3"),
        OfficeForm("tokens.create", "/office/tokens", {"name": "Bảng tin", "permissions": True}),
        OfficeForm("tokens.revoke", "/office/tokens"),
        OfficeForm("authoring.publish", "/office/questionnaires", {"file": a_questionnaire(app)}),
        OfficeForm(
            "comments.note", "/office/campaigns/demo/comments", {"note": "Đã chuyển"}, username=OFFICER
        ),
        OfficeForm(
            "fieldwork.open_campaign",
            "/office/campaigns/new",
            {
                "name": "Đợt thử",
                "instrument_digest": digest(QUESTIONNAIRE),
                "opens_on": str(today),
                "closes_on": str(today + timedelta(days=30)),
                "desks": "Quầy 1\nQuầy 2",
                **CONTACT,
            },
        ),
        OfficeForm("contact.save", "/office/campaigns/demo/contact", CONTACT),
        OfficeForm("retention.save", "/office/campaigns/demo/retention", {"retention_months": "18"}),
        OfficeForm("fieldwork.add_desk", "/office/campaigns/demo/desks", {"name": "Quầy 9", "quota": "60"}),
        OfficeForm("fieldwork.set_units", "/office/campaigns/demo/desks"),
        OfficeForm("fieldwork.set_populations", "/office/campaigns/demo/desks", {"forms-issued": "5000"}),
        OfficeForm("look.save", "/office/appearance", {"accent": "#0b4a8f", "logo": a_logo()}),
        OfficeForm("publication.publish", "/office/campaigns/demo-truoc/publication"),
        OfficeForm("publication.share", "/office/campaigns/demo-truoc/publication"),
        OfficeForm("scorecards.open_card", "/office/scorecards", {"period": "2026-09"}),
        OfficeForm(
            "scorecards.publish",
            "/office/scorecards/definitions",
            {"file": a_file("bo-chi-so.yaml", "application/yaml", a_definition(app, 8).encode())},
        ),
        OfficeForm(
            "scorecards.publish_edited",
            f"/office/scorecards/definitions/{card}/edit",
            {"text": a_definition(app, 9)},
        ),
        OfficeForm(
            "scorecard_values.enter_value",
            LINE,
            {
                "numerator": "9",
                "denominator": "10",
                "evidence_ref": "88/BC-BQL",
                "file": evidence_just_within_the_limit(),
            },
            username=OFFICER,
        ),
        OfficeForm("scorecard_values.decide_value", LINE, username=LEADER, button="button[value=approve]"),
        OfficeForm(
            "scorecard_values.import_values",
            VALUES,
            {
                "file": a_file(
                    "values.csv",
                    "text/csv",
                    b"indicator_key,value,numerator,denominator\nunit_autonomy_rate,,8,10\n",
                )
            },
            username=OFFICER,
        ),
        OfficeForm("scorecard_values.approve_values", VALUES, username=LEADER),
        OfficeForm("scorecard_values.choose_source", VALUES),
        OfficeForm(
            "plan.add_task",
            "/office/tasks",
            {"title": "Rà soát", "year": "2026", "due_on": "2026-12-31", "responsible": "Lan"},
        ),
        OfficeForm("plan.mark_task", "/office/tasks/1", {"done_on": str(today)}),
    ]


@pytest.fixture
def desks(chromium: Browser, bed: Bed) -> Iterator[Callable[[str], Page]]:
    """The desktops of the office by sign-in name, each signed in at its first use."""
    pages: dict[str, Page] = {}
    with ExitStack() as opened:

        def desk_of(name: str) -> Page:
            if name not in pages:
                pages[name] = opened.enter_context(sign_in(chromium, bed.server, name))
            return pages[name]

        yield desk_of


def set_password(chromium: Browser, link: str) -> None:
    """Follow a link to set a password, as who was added does in a browser of their own."""
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(link)
        page.fill("#new", FIRST_PASSWORD)
        page.locator("main form button").click()
        page.wait_for_url("**/office/**")
        assert "new-password" not in page.url


def test_every_form_of_the_office_is_taken_behind_tls(
    desks: Callable[[str], Page], chromium: Browser, bed: Bed, app: Flask
) -> None:
    routes = app.url_map.bind(HOST)
    known: dict[str, str] = {}
    for form in forms_of(app):
        page = desks(form.username)
        answer = send(page, form.with_known(known), routes)
        errors = page.locator("#error-summary")
        assert errors.count() == 0, (form.endpoint, errors.inner_text())
        assert answer.status in {200, 303}, (form.endpoint, answer.status)
        if form.endpoint in {"accounts.add_person", "accounts.renew_password"}:
            bed.server.sign_ins[ADDED] = known["{password}"] = FIRST_PASSWORD
            set_password(chromium, secret_on(page))
        if form.endpoint == "accounts.add_person":
            known["{person}"] = page.locator(f"tr:has-text('{ADDED}') th a").get_attribute("href") or ""


def test_every_route_that_takes_an_office_form_is_walked_or_has_a_test_of_its_own(app: Flask) -> None:
    taken = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.rule.startswith("/office/")
    }
    walked = {form.endpoint for form in forms_of(app)}
    assert walked | WITH_A_TEST_OF_THEIR_OWN.keys() == taken
    assert walked & WITH_A_TEST_OF_THEIR_OWN.keys() == set()


def test_signing_out_ends_the_session(official: Page) -> None:
    with official.expect_navigation():
        official.locator("form[action='/office/sign-out'] button").click()
    official.goto(f"{ADDRESS}/office/people")
    assert official.url.startswith(f"{ADDRESS}/office/sign-in?next=")


def test_a_document_over_the_limit_is_refused_by_the_form_and_not_by_nginx(
    chromium: Browser, bed: Bed, app: Flask
) -> None:
    too_large = a_file("bao-cao.pdf", "application/pdf", PDF.ljust(MAX_EVIDENCE_BYTES + 1, b"\n"))
    value = OfficeForm(
        "scorecard_values.enter_value",
        LINE,
        {"numerator": "9", "denominator": "10", "evidence_ref": "88/BC-BQL", "file": too_large},
    )
    with sign_in(chromium, bed.server, OFFICER) as page:
        answer = send(page, value, app.url_map.bind(HOST))
        assert answer.status == 422
        assert page.locator("#error-summary a[href='#file']").is_visible()
