"""What a visitor reads when something is not to be had: words in a language asked for, no traceback."""

import re
import unicodedata
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.exceptions import abort

from survey.fieldwork.campaigns import set_quota
from survey.store import fieldwork
from survey.store.questionnaires import load_shipped
from survey.web.errors import REFUSAL_STATUS, Refusal
from survey.web.guards import public
from survey.web.locale import gettext_in
from tests.builders import a_form, database_of
from tests.conftest import Template, app_on, sign_in_as
from tests.web.browsing import app_for_all

Q = load_shipped()
WORDS = {
    403: {"vi": "Không có quyền mở trang này", "en": "You do not have permission to open this page"},
    404: {"vi": "Không tìm thấy trang", "en": "Page not found"},
    405: {"vi": "Không thể mở trang theo cách này", "en": "This page cannot be opened like this"},
    409: {"vi": "Khảo sát đã nhận đủ số phiếu", "en": "This survey has all the forms it needs"},
    410: {"vi": "Khảo sát đã kết thúc", "en": "This survey is closed"},
    500: {"vi": "Hệ thống gặp lỗi", "en": "Something went wrong on our side"},
}


def fail() -> str:
    raise RuntimeError("the secret inside")


def is_vietnamese(text: str) -> bool:
    """Whether a text has letters that English does not have."""
    return bool(re.search("[đĐ\u0300-\u0323\u031b]", unicodedata.normalize("NFD", text)))


@pytest.fixture(scope="module")
def app(demo_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with app_for_all(demo_template, tmp_path_factory.mktemp("errors")) as created:
        created.add_url_rule("/fail", "fail", public(fail))
        created.add_url_rule("/give/<int:status>", "give", public(abort))
        database_of(created).write(partial(set_quota_of_desk_two, 1))
        yield created


def set_quota_of_desk_two(quota: int | None, session: Session) -> None:
    row = fieldwork.collector_by_code(session, "demo2")
    set_quota(session, row.collector.id, quota)


CASES = [
    (404, "GET", "/nowhere"),
    (404, "GET", "/office/nowhere"),
    (404, "POST", "/nowhere"),
    (404, "GET", "/s/demo/nowhere"),
    (404, "GET", "/static/nowhere.css"),
    (404, "GET", "/s/NOPE42/qr.svg"),
    (405, "POST", "/"),
    (405, "PUT", "/s/demo"),
    (405, "DELETE", "/receipt"),
    (405, "POST", "/healthz"),
    (410, "GET", "/s/demo1b"),
    (410, "POST", "/s/demo1b/check"),
    (410, "POST", "/s/demo1b/send"),
    (409, "GET", "/s/demo2"),
    (409, "POST", "/s/demo2/check"),
    (409, "POST", "/s/demo2/send"),
    (403, "OPTIONS", "/office/people"),
    (500, "GET", "/fail"),
]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(("status", "method", "path"), CASES)
def test_a_page_that_is_not_to_be_had_says_so(
    app: Flask, status: int, method: str, path: str, lang: str
) -> None:
    form = a_form(Q) if method == "POST" else None
    answer = app.test_client().open(f"{path}?lang={lang}", method=method, data=form)
    assert answer.status_code == status
    assert f'<html lang="{lang}">' in answer.text
    assert f"<h1>{WORDS[status][lang]}</h1>" in answer.text or status == 404
    assert f"<title>{WORDS[status][lang]}</title>" in answer.text or status == 404
    for trace in ("Traceback", "secret", "RuntimeError", ".py", "sqlalchemy"):
        assert trace not in answer.text


@pytest.mark.parametrize(("status", "method", "path"), CASES)
def test_a_page_in_english_has_no_vietnamese_and_the_other_way_round(
    app: Flask, status: int, method: str, path: str
) -> None:
    texts = {}
    for lang in ("vi", "en"):
        page = app.test_client().open(f"{path}?lang={lang}", method=method, data=a_form(Q)).text
        body = page.partition("<main")[2].partition("</main>")[0]
        texts[lang] = [text.strip() for text in re.findall(r">([^<]+)<", body) if text.strip()]
    assert all(is_vietnamese(text) for text in texts["vi"]), texts["vi"]
    assert not any(is_vietnamese(text) for text in texts["en"]), texts["en"]


def test_what_is_not_allowed_names_what_is(app: Flask) -> None:
    answer = app.test_client().delete("/receipt")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize("path", ["/office/nowhere", "/office/audit", "/office/people"])
def test_a_refusal_in_the_office_leads_back_to_the_office(app: Flask, path: str) -> None:
    answer = sign_in_as(app, "viewer").get(path)
    assert answer.status_code in (403, 404)
    assert 'href="/office/"' in answer.text


def test_too_much_sent_with_a_form_names_the_limit_and_leads_back_to_the_form(app: Flask) -> None:
    sent = {"logo": (BytesIO(b"x" * 300_000), "logo.png")}
    answer = sign_in_as(app, "admin").post("/office/appearance?lang=en", data=sent)
    assert answer.status_code == 413
    assert "The most that can be sent here is 256\u00a0kB." in answer.text
    assert '<a href="/office/appearance">Back to the form</a>' in answer.text


def test_every_refusal_has_words_in_both_languages(app: Flask) -> None:
    kinds: list[type[Refusal]] = [Refusal, *Refusal.__subclasses__()]
    assert len(kinds) >= 6
    for kind in kinds:
        assert 400 <= REFUSAL_STATUS[kind.kind] < 500
        for text in (kind.title, kind.advice):
            assert is_vietnamese(gettext_in("vi")(text)), text


@pytest.mark.parametrize("status", [400, 401, 406, 408, 414, 415, 418, 422, 501, 502, 503, 504])
def test_an_error_nobody_has_words_for_still_has_a_page(app: Flask, status: int) -> None:
    answer = app.test_client().get(f"/give/{status}")
    assert answer.status_code == status
    assert is_vietnamese(answer.text.partition("<h1>")[2].partition("</h1>")[0])


def rename(table: str, session: Session) -> None:
    session.connection().exec_driver_sql(f"ALTER TABLE {table} RENAME TO {table}_gone")


def test_with_the_database_gone_every_page_says_so_and_none_breaks(url: str, tmp_path: Path) -> None:
    app = app_on(url, tmp_path)
    official = sign_in_as(app, "admin")
    for table in ("person", "collector"):
        database_of(app).write(partial(rename, table))
    for client, path in (
        (official, "/office/"),
        (official, "/office/people"),
        (official, "/office/sign-in"),
        (app.test_client(), "/s/ANYCODE"),
    ):
        answer = client.get(path)
        assert answer.status_code == 500, path
        assert "<h1>Hệ thống gặp lỗi</h1>" in answer.text, path
    assert app.test_client().get("/healthz").status_code == 200
    database_of(app).dispose()


def test_a_form_is_refused_when_full_and_taken_again_when_there_is_room(app: Flask) -> None:
    citizen, form = app.test_client(), a_form(Q)
    assert citizen.post("/s/demo2/send", data=form).status_code == 409
    database_of(app).write(partial(set_quota_of_desk_two, None))
    assert citizen.post("/s/demo2/send", data=form).status_code == 200
    database_of(app).write(partial(set_quota_of_desk_two, 1))
    assert citizen.post("/s/demo2/send", data=form).status_code == 200, "sent before"
