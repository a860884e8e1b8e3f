"""The respondent's pages: what they say, when they refuse, and that they set no cookie."""

import gzip
import html
import re
import zlib
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.intake.document import ID_MARK, NONCE_MARK, Document
from survey.intake.form import consent_blocks
from survey.store.questionnaires import load_shipped
from survey.web.compress import accepts_gzip
from tests.builders import ROUTING, a_form, database_of, receipt_in
from tests.conftest import app_on

Q = load_shipped()


def test_the_document_holds_every_question_in_both_languages(citizen: FlaskClient) -> None:
    for lang in Q.languages:
        page = html.unescape(citizen.get(f"/s/demo?lang={lang}").text)
        assert f'<html lang="{lang}">' in page
        for item in Q.items():
            assert item.text.to(lang).split("{")[0] in page, item.key
            assert f'name="{item.key}"' in page


@pytest.mark.parametrize("lang", Q.languages)
def test_the_consent_is_four_short_blocks(lang: str) -> None:
    blocks = consent_blocks(Q.consent.text.to(lang))
    assert len(blocks) == 4
    assert all(label.endswith(":") for label, _text in blocks)
    assert sum(len(f"{label} {text}".split()) for label, text in blocks) <= 110


def test_a_consent_without_headings_is_shown_as_it_stands() -> None:
    text = "Chúng tôi xin ý kiến Ông/Bà. Bên kiểm soát: Ban Quản lý."
    assert consent_blocks(text) == [("", text)]


def test_nothing_is_preselected(citizen: FlaskClient) -> None:
    assert " checked" not in citizen.get("/s/demo").text


def test_no_page_of_the_way_sets_a_cookie(citizen: FlaskClient) -> None:
    form = a_form(Q)
    for answer in (
        citizen.get("/"),
        citizen.get("/s/demo"),
        citizen.post("/s/demo", data=form),
        citizen.post("/s/demo/check", data=form),
        citizen.post("/s/demo/send", data=form),
        citizen.get("/receipt"),
        citizen.get("/s/nowhere"),
    ):
        assert "Set-Cookie" not in answer.headers, answer.request.path


def test_every_visitor_gets_an_id_and_a_nonce_of_their_own(citizen: FlaskClient) -> None:
    first, second = citizen.get("/s/demo"), citizen.get("/s/demo")
    ids = [re.search(r'name="submission_id" value="([0-9a-f-]{36})"', page.text) for page in (first, second)]
    assert ids[0] is not None
    assert ids[1] is not None
    assert ids[0][1] != ids[1][1]
    nonces = [set(re.findall(r'nonce="([^"]+)"', page.text)) for page in (first, second)]
    assert len(nonces[0]) == len(nonces[1]) == 1
    assert nonces[0] != nonces[1]
    assert f"'nonce-{nonces[0].pop()}'" in first.headers["Content-Security-Policy"]


def test_the_compressed_document_is_the_plain_one_and_fits_one_flight(citizen: FlaskClient) -> None:
    packed = citizen.get("/s/demo", headers={"Accept-Encoding": "gzip, br"})
    plain = citizen.get("/s/demo")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    added_by_servers = 150  # status line, date, connection, length, and HSTS over https
    headers = sum(len(f"{name}: {value}\r\n") for name, value in packed.headers.items())
    assert len(packed.data) + headers + added_by_servers <= 14_600

    def without(text: str) -> str:
        return re.sub(r'(nonce|value)="[\w-]{22,36}"', "", text)

    assert without(gzip.decompress(packed.data).decode()) == without(plain.text)


@pytest.mark.parametrize(
    "html_text",
    [
        f"<p>{NONCE_MARK}</p>",
        f"a{ID_MARK}",
        f"{NONCE_MARK}{ID_MARK}x",
        "no mark at all",
        f"{'Tiếng Việt ' * 9000}{NONCE_MARK}{'Tiếng Việt ' * 9000}{ID_MARK}{'Tiếng Việt ' * 90}",
    ],
)
def test_any_document_unpacks_to_itself(html_text: str) -> None:
    document = Document(html_text)
    for _ in range(3):
        packed, stream = document.copy(gzip=True), zlib.decompressobj(31)
        text = stream.decompress(packed.body).decode()
        assert stream.eof
        assert stream.unused_data == b""
        assert len(text) == len(html_text)
        assert NONCE_MARK not in text
        assert ID_MARK not in text


def test_a_browser_that_refuses_gzip_gets_none() -> None:
    assert [accepts_gzip(h) for h in ("gzip", "br, GZIP;q=0.5", "gzip;q=0", "br", "", "x-gzip")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("lang", "message"), [("vi", "Mã này không dẫn tới"), ("en", "does not lead to a survey")]
)
def test_an_unknown_code_is_said_in_the_respondents_language(
    citizen: FlaskClient, lang: str, message: str
) -> None:
    answer = citizen.get(f"/s/NOPE42?lang={lang}")
    assert answer.status_code == 404
    assert message in answer.text


def test_a_closed_campaign_says_so(citizen: FlaskClient) -> None:
    answer = citizen.get("/s/demo1b")
    assert answer.status_code == 410
    assert "đã kết thúc" in answer.text


def test_guessing_codes_is_stopped_and_real_ones_stay_open(citizen: FlaskClient) -> None:
    statuses = [citizen.get(f"/s/GUESS{i}").status_code for i in range(40)]
    assert statuses == [404] * 30 + [429] * 10
    assert citizen.get("/s/demo").status_code == 200
    assert citizen.get("/s/demo1b").status_code == 410, "a survey that is over says so"
    assert citizen.post("/s/demo/send", data=a_form(Q)).status_code == 200


def test_a_form_with_missing_answers_comes_back_with_everything_typed(citizen: FlaskClient) -> None:
    form = a_form(Q, comment="<b>giữ</b> nguyên")
    del form["service_domain"], form["consent"]
    answer = citizen.post("/s/demo/check", data=form)
    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.text
    assert "<title>Lỗi:" in answer.text
    assert 'href="#service_domain"' in answer.text
    assert 'href="#consent"' in answer.text
    assert "&lt;b&gt;giữ&lt;/b&gt; nguyên" in answer.text
    assert re.search(r'name="acc_info" value="4"[^>]* checked', answer.text)
    assert form["submission_id"] in answer.text


def test_the_check_page_carries_what_was_said_and_leads_to_one_receipt(citizen: FlaskClient) -> None:
    form = a_form(Q, comment="dòng 1\r\ndòng 2", imp_ez_support="5", score="38", is_complete="no")
    page = citizen.post("/s/demo/check", data=form).text
    fields = {
        name: html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    }
    assert fields["comment"] == "dòng 1\r\ndòng 2"
    assert "imp_ez_support" not in fields, "off the path of a citizen"
    assert "score" not in fields
    assert receipt_in(citizen.post("/s/demo/send", data=fields).text)


def test_the_check_page_says_the_answers_in_words(citizen: FlaskClient) -> None:
    form = a_form(Q, respondent_group="business", service_domain="trade", acc_online="na")
    del form["acc_info"]
    page = html.unescape(citizen.post("/s/demo/check?lang=en", data=form).text)
    assert "Handling of “trade, import-export, certificates of origin, border gate” procedures" in page
    assert "I did not use the online service" in page
    assert "No answer" in page


def test_the_check_page_takes_an_optional_answer_back_without_scripts(citizen: FlaskClient) -> None:
    form, rated = a_form(Q, comment="bỏ đi"), Q.criteria[0].key
    page = citizen.post("/s/demo/check", data=form).text
    clearable = re.findall(r'name="_clear" value="(\w+)"', page)
    assert {rated, "comment"} <= set(clearable)
    assert "respondent_group" not in clearable, "a required answer can be changed only"
    page = citizen.post("/s/demo/check", data={**form, "_clear": rated}).text
    assert f'name="{rated}"' not in page
    assert f'name="{Q.criteria[1].key}"' in page
    assert 'name="comment"' in page
    assert 'name="comment"' not in citizen.post("/s/demo/check", data={**form, "_clear": "comment"}).text


def test_a_language_switch_keeps_every_answer(citizen: FlaskClient) -> None:
    page = citizen.post("/s/demo?lang=en", data=a_form(Q, comment="giữ lại")).text
    assert '<html lang="en">' in page
    for key, value in ROUTING.items():
        assert re.search(rf'name="{key}" value="{value}"[^>]* checked', page), key
    assert "giữ lại" in page
    assert re.search(r'name="consent" value="agree"[^>]* checked', page)


def test_a_comment_over_the_limit_is_named_with_its_length(citizen: FlaskClient) -> None:
    answer = citizen.post("/s/demo/check?lang=en", data=a_form(Q, comment="x" * 1001))
    assert answer.status_code == 422
    assert "1001 characters. Shorten it to 1000." in answer.text


def test_a_body_over_the_limit_is_refused_in_words(citizen: FlaskClient) -> None:
    answer = citizen.post("/s/demo/send", data=a_form(Q, comment="x" * 300_000))
    assert answer.status_code == 413
    assert "Nội dung gửi quá lớn" in answer.text


def test_the_last_steps_opened_without_answers_lead_to_the_first(citizen: FlaskClient) -> None:
    for step in ("check", "send"):
        assert citizen.get(f"/s/demo/{step}").location == "/s/demo?lang=vi"


def test_the_first_page_lists_the_open_surveys_and_no_closed_one(citizen: FlaskClient) -> None:
    page = citizen.get("/?lang=en").text
    assert "/s/demo?lang=en" in page
    assert "/s/demo1b" not in page


def test_demo_data_is_labelled_on_every_page_of_the_way(citizen: FlaskClient) -> None:
    form = a_form(Q)
    for answer in (
        citizen.get("/s/demo"),
        citizen.post("/s/demo/check", data=form),
        citizen.post("/s/demo/send", data=form),
    ):
        assert "Dữ liệu minh họa" in answer.text


def test_an_odd_request_is_no_error_of_the_server(demo_app: Flask) -> None:
    client = demo_app.test_client()
    for path in (
        "/s/%00",
        "/s/%ff%fe",
        "/s/demo?lang=%00",
        "/s/" + "a" * 3000,
        "/receipt?lang[]=x",
        "/s/demo/send",
    ):
        for method in ("get", "post", "put", "head", "options"):
            answer = getattr(client, method)(path)
            assert answer.status_code < 500, (method, path, answer.status_code)


def test_two_applications_in_a_process_have_pages_of_their_own(demo_url: str, tmp_path: Path) -> None:
    pages = []
    for name in ("First office", "Second office"):
        app = app_on(demo_url, tmp_path)
        app.jinja_env.globals["office_name"] = lambda _organisation, name=name: name  # as a new setting would
        pages.append(app.test_client().get("/s/demo").text)
        database_of(app).dispose()
    assert ["First office" in page for page in pages] == [True, False]
    assert ["Second office" in page for page in pages] == [False, True]


def test_a_document_is_rendered_once_for_what_it_shows(demo_app: Flask, citizen: FlaskClient) -> None:
    rendered = []

    def office_name(organisation: str) -> str:
        rendered.append(organisation)
        return organisation

    demo_app.jinja_env.globals["office_name"] = office_name
    for path in ("/s/demo", "/s/demo", "/s/demo?lang=en", "/s/demo?lang=en"):
        assert citizen.get(path).status_code == 200
    assert len(rendered) == 2
