"""The office's way: open a campaign, add desks, say how many people there are, publish a questionnaire."""

import html
import io
import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.instrument import codec
from survey.intake.rendering import MODE_FIELD
from survey.store import fieldwork, questionnaires
from survey.store.fieldwork import Campaign, CollectorAtDesk
from survey.store.questionnaires import load_shipped
from survey.web.modes import Mode, token_for
from tests.builders import CONTACT, a_form, database_of, send
from tests.conftest import SECRET, sign_in_as
from tests.web.browsing import everything_in, log_of, post

Q = load_shipped()
DIGEST = codec.digest(Q)
LANGUAGES = ("vi", "en")
DAY = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()


@pytest.fixture
def office(app: Flask) -> FlaskClient:
    return sign_in_as(app, "admin")


def a_campaign(**fields: str) -> dict[str, str]:
    days = {"opens_on": str(DAY), "closes_on": str(DAY + timedelta(days=30))}
    desks = "Quầy 1 | Desk 1\nQuầy 2"
    return {"name": "Khảo sát thử", "instrument_digest": DIGEST, **days, "desks": desks, **CONTACT, **fields}


@pytest.fixture
def key(office: FlaskClient) -> str:
    """A campaign just opened."""
    return key_in(post(office, "/office/campaigns/new", **a_campaign()))


def key_in(answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.location).split("/")[3]


def errors_in(answer: TestResponse) -> str:
    summary = answer.text.partition('id="error-summary"')[2].partition("</div>")[0]
    return html.unescape(" | ".join(re.findall(r"<a [^>]*>([^<]+)</a>", summary)))


def campaign(app: Flask, key: str) -> Campaign:
    return database_of(app).read(lambda s: fieldwork.campaign_by_key(s, key))


def collectors(app: Flask, key: str) -> list[CollectorAtDesk]:
    return database_of(app).read(lambda s: fieldwork.collectors_of(s, campaign(app, key).id))


def last_act(office: FlaskClient) -> str:
    newest = log_of(office, "en")[0]
    office.get("/office/audit?lang=vi")
    return " ".join(newest)


def test_a_campaign_opens_with_its_desks(app: Flask, office: FlaskClient, key: str) -> None:
    assert key == "khao-sat-thu"
    assert [(row.desk.name, row.desk.name_in("en")) for row in collectors(app, key)] == [
        ("Quầy 1", "Desk 1"),
        ("Quầy 2", "Quầy 2"),
    ]
    page = office.get(f"/office/campaigns/{key}/desks").text
    for row in collectors(app, key):
        assert f"localhost/s/{row.collector.code}" in page
        assert app.test_client().get(f"/s/{row.collector.code}").status_code == 200
    assert "Khảo sát thử" in app.test_client().get("/").text
    assert last_act(office) == "Admin opened campaign khao-sat-thu"


def test_a_campaign_nobody_answered_has_a_page_of_results(office: FlaskClient, key: str) -> None:
    for lang in LANGUAGES:
        assert office.get(f"/office/campaigns/{key}?lang={lang}").status_code == 200


def test_two_campaigns_of_one_name_have_two_addresses(office: FlaskClient, key: str) -> None:
    assert key_in(post(office, "/office/campaigns/new", **a_campaign())) == "khao-sat-thu-2"


def test_a_campaign_named_new_is_no_page_of_the_office(office: FlaskClient) -> None:
    key = key_in(post(office, "/office/campaigns/new", **a_campaign(name="New")))
    assert key == "new-2"
    assert "<h1>New</h1>" in office.get(f"/office/campaigns/{key}").text


def test_a_day_may_be_typed_as_people_write_it(app: Flask, office: FlaskClient) -> None:
    answer = post(
        office, "/office/campaigns/new", **a_campaign(opens_on="01/12/2026", closes_on="31/12/2026")
    )
    opened = campaign(app, key_in(answer))
    assert (opened.opens_on, opened.closes_on) == (date(2026, 12, 1), date(2026, 12, 31))


def test_a_campaign_that_lasts_as_long_as_days_are_counted_has_all_its_pages(
    app: Flask, office: FlaskClient
) -> None:
    key = key_in(post(office, "/office/campaigns/new", **a_campaign()))

    def last_for_ever(session: Session) -> None:  # as an earlier release allowed it
        row = fieldwork.campaign_by_key(session, key)
        row.opens_on, row.closes_on = date.min, date.max

    database_of(app).write(last_for_ever)
    of_campaign = [f"/office/campaigns/{key}{page}" for page in ("", "/desks", "/summaries", "/publication")]
    for lang in LANGUAGES:
        for path in (*of_campaign, "/office/", "/"):
            assert office.get(f"{path}?lang={lang}").status_code == 200
        assert office.get(f"/office/campaigns/{key}/summary.csv?in={lang}").status_code == 200


INVALID = [
    ("name", "", "Cần điền: Tên đợt khảo sát", "Fill in: Campaign name"),
    ("name", "   ", "Cần điền: Tên đợt khảo sát", "Fill in: Campaign name"),
    ("name", "x" * 201, "201", "Campaign name has 201 characters; the most is 200"),
    ("name", "a\nb", "không in được", "cannot be printed"),
    ("name", "a\x00b", "không in được", "cannot be printed"),
    ("instrument_digest", "", "Cần điền", "Fill in: Questionnaire"),
    ("instrument_digest", "f" * 64, "Hãy chọn trong danh sách", "Choose from the list: Questionnaire"),
    ("opens_on", "", "Cần điền: Ngày bắt đầu", "Fill in: First day"),
    ("opens_on", "tomorrow", "Ngày bắt đầu", "Enter a date: First day"),
    ("opens_on", "2026-02-30", "Ngày bắt đầu", "Enter a date: First day"),
    ("closes_on", "31-12-2026", "Ngày kết thúc", "Enter a date: Last day"),
    ("closes_on", "9999-12-31", "đến năm 2099: Ngày kết thúc", "in a year from 2000 to 2099: Last day"),
    ("opens_on", "0001-01-01", "từ năm 2000", "in a year from 2000 to 2099: First day"),
    ("closes_on", "2020-01-01", "trước ngày", "The last day is before the first day"),
    ("desks", "", "Cần điền", "Fill in: Desks"),
    ("desks", " | \n\n|x", "ít nhất một quầy", "Enter at least one desk, one per line"),
    ("desks", "\n".join(f"Quầy {i}" for i in range(201)), "200", "at most 200 desks"),
    ("desks", "A\nB\n\na|x", "Dòng 1 và dòng 4 là cùng một quầy “a”", "Lines 1 and 4 name the same desk"),
    ("desks", "Quầy\x00", "không in được", "cannot be printed"),
    ("desks", "q" * 201, "quá dài", "too long"),
    ("desks", "Quầy|" + "q" * 201, "quá dài", "too long"),
]


@pytest.mark.parametrize(("field", "value", "vi", "en"), INVALID)
def test_what_cannot_be_opened_is_said_and_nothing_typed_is_lost(
    app: Flask, office: FlaskClient, field: str, value: str, vi: str, en: str
) -> None:
    before = everything_in(app)
    for lang, message in (("vi", vi), ("en", en)):
        answer = post(office, f"/office/campaigns/new?lang={lang}", **a_campaign(**{field: value}))
        assert answer.status_code == 422
        assert message.lower() in errors_in(answer).lower()
        assert f'href="#{field}"' in answer.text
        assert re.search(rf'id="{field}"[^>]*aria-describedby="e-{field}', answer.text)
        page = html.unescape(answer.text).replace("\r\n", "\n")
        for name, typed in a_campaign(**{field: value}).items():
            if name != "instrument_digest" and "\x00" not in typed:
                assert typed in page, name
    assert everything_in(app) == before


def test_every_problem_of_a_form_is_named_at_once_in_its_language(office: FlaskClient) -> None:
    for lang, english in (("vi", False), ("en", True)):
        answer = post(office, f"/office/campaigns/new?lang={lang}")
        messages = errors_in(answer).split(" | ")
        assert len(messages) == 10
        assert all(message.startswith("Fill in: ") == english for message in messages)


def test_desks_are_added_to_a_campaign(app: Flask, office: FlaskClient, key: str) -> None:
    path = f"/office/campaigns/{key}/desks"
    answer = post(office, path, name=" Quầy 3 ", name_en="Desk 3", quota="2")
    assert (answer.status_code, answer.location) == (303, path)
    row = next(row for row in collectors(app, key) if row.desk.name == "Quầy 3")
    assert (row.desk.name_in("en"), row.collector.quota) == ("Desk 3", 2)
    assert last_act(office) == f"Admin added desk {key}: Quầy 3"
    for _ in range(2):
        send(app.test_client(), a_form(Q), row.collector.code)
    assert app.test_client().post(f"/s/{row.collector.code}/send", data=a_form(Q)).status_code == 409
    assert "<b>2</b> phiếu / 2" in office.get(path).text


def test_a_desk_of_an_earlier_campaign_is_the_same_desk(app: Flask, office: FlaskClient, key: str) -> None:
    again = key_in(post(office, "/office/campaigns/new", **a_campaign(desks="Quầy 1")))
    assert collectors(app, again)[0].desk.id == collectors(app, key)[0].desk.id
    assert collectors(app, again)[0].collector.code != collectors(app, key)[0].collector.code


@pytest.mark.parametrize(
    ("fields", "vi", "en"),
    [
        ({"name": ""}, "Cần điền: Tên quầy", "Fill in: Desk's name"),
        ({"name": "Quầy 1"}, "đã có quầy này", "has this desk already"),
        ({"name": "q" * 201}, "201", "201 characters"),
        ({"name_en": "q" * 201}, "201", "201 characters"),
        ({"name": "a\u2028b"}, "không in được", "cannot be printed"),
        ({"quota": "0"}, "số nguyên từ 1", "whole number from 1"),
        ({"quota": "-5"}, "số nguyên từ 1", "whole number from 1"),
        ({"quota": "nhiều"}, "số nguyên từ 1", "whole number from 1"),
        ({"quota": "1.5"}, "số nguyên từ 1", "whole number from 1"),
        ({"quota": "1000001"}, "số nguyên từ 1", "whole number from 1"),
        ({"quota": "9" * 5000}, "số nguyên từ 1", "whole number from 1"),
    ],
)
def test_a_desk_that_cannot_be_added_is_said_and_nothing_typed_is_lost(
    app: Flask, office: FlaskClient, key: str, fields: dict[str, str], vi: str, en: str
) -> None:
    before, typed = everything_in(app), {"name": "Quầy 9", "name_en": "Desk 9", "quota": "30", **fields}
    for lang, message in (("vi", vi), ("en", en)):
        answer = post(office, f"/office/campaigns/{key}/desks?lang={lang}", **typed)
        assert answer.status_code == 422
        assert message in errors_in(answer)
        for name, value in typed.items():
            assert f'name="{name}" value="{value}"' in html.unescape(answer.text)
    assert everything_in(app) == before


def test_populations_are_kept_and_taken_back(app: Flask, office: FlaskClient, key: str) -> None:
    path = f"/office/campaigns/{key}/populations"
    page = office.get(f"/office/campaigns/{key}/desks").text
    groups = re.findall(r'name="population-(\w+)"', page)
    assert set(groups) == set(Q.offered_groups())
    post(office, path, **{f"population-{groups[0]}": " 1200 "})
    assert campaign(app, key).populations == {groups[0]: 1200}
    assert "Đã lưu" in office.get(f"/office/campaigns/{key}/desks").text
    assert last_act(office).startswith("Admin set populations")
    post(office, path, **{f"population-{groups[0]}": ""})
    assert campaign(app, key).populations == {}


@pytest.mark.parametrize("typed", ["1200", "1.200", "1,200", "1 200", "1\u202f200", " 1200 "])
def test_a_number_of_people_is_read_as_people_write_it(
    app: Flask, office: FlaskClient, key: str, typed: str
) -> None:
    group = Q.offered_groups()[0]
    answer = post(
        office,
        f"/office/campaigns/{key}/populations",
        **{f"population-{group}": typed, "forms-issued": typed},
    )
    assert answer.status_code == 303
    assert (campaign(app, key).populations, campaign(app, key).forms_issued) == ({group: 1200}, 1200)


@pytest.mark.parametrize(
    "wrong",
    [
        "1.20",
        "1.200,300",
        ".200",
        "1..200",
        "-1",
        "0",
        "nhiều",
        "1.5",
        "1,5",
        "1e3",
        "100000001",
        "9" * 400,
        "000000000001" + "9" * 5000,
        "²",
        "٣",
        "12 0",
    ],
)
def test_populations_that_are_no_numbers_are_refused(
    app: Flask, office: FlaskClient, key: str, wrong: str
) -> None:
    first, second = Q.offered_groups()[:2]
    post(office, f"/office/campaigns/{key}/populations", **{f"population-{first}": "77"})
    typed = {f"population-{first}": wrong, f"population-{second}": "5"}
    for lang, message in (("vi", "số người phải là số nguyên"), ("en", "not a whole number of people")):
        answer = post(office, f"/office/campaigns/{key}/populations?lang={lang}", **typed)
        assert answer.status_code == 422
        assert message in errors_in(answer).lower()
        for name, value in typed.items():
            assert f'name="{name}" value="{value}"' in html.unescape(answer.text)
    assert campaign(app, key).populations == {first: 77}


def test_a_viewer_sees_desks_and_no_form(app: Flask, key: str) -> None:
    page = sign_in_as(app, "viewer").get(f"/office/campaigns/{key}/desks").text
    assert "Quầy 1" in page
    assert 'method="post"' not in page.partition("<main")[2]


def test_links_that_fill_in_for_others_are_shown_to_who_may_run_a_survey(
    app: Flask, office: FlaskClient, key: str
) -> None:
    clients = (office, sign_in_as(app, "viewer"))
    pages = [client.get(f"/office/campaigns/{key}/desks").text for client in clients]
    for secret in ("/kiosk/", "/assisted/", "Mã thoát"):
        assert [secret in page for page in pages] == [True, False], secret


@pytest.mark.parametrize("path", ["nothing", "nothing/desks", "nothing/populations", "nothing/summary.csv"])
def test_a_campaign_that_is_not_there_is_not_found(office: FlaskClient, path: str) -> None:
    answer = office.get(f"/office/campaigns/{path}", follow_redirects=True)
    assert answer.status_code == 404
    assert post(office, "/office/campaigns/nothing/desks", name="Quầy").status_code == 404
    assert post(office, "/office/campaigns/nothing/populations").status_code == 404


def test_the_code_at_a_desk_leads_to_its_questionnaire(app: Flask, office: FlaskClient, key: str) -> None:
    for row in collectors(app, key):
        link = f"http://localhost/s/{row.collector.code}"
        picture = app.test_client().get(f"/s/{row.collector.code}/qr.png")
        barcode = zxingcpp.read_barcode(Image.open(io.BytesIO(picture.data)).convert("L"))
        assert barcode is not None
        assert barcode.text == link
        drawing = app.test_client().get(f"/s/{row.collector.code}/qr.svg")
        assert (picture.mimetype, drawing.mimetype) == ("image/png", "image/svg+xml")
    for paper in ("a4", "a5"):
        poster = office.get(f"/s/{row.collector.code}/poster.pdf?paper={paper}")
        assert poster.data.startswith(b"%PDF-")
    assert office.get("/s/NOPE42/poster.pdf").status_code == 404


def publish(office: FlaskClient, content: bytes | str, lang: str = "vi") -> TestResponse:
    file = (io.BytesIO(content.encode() if isinstance(content, str) else content), "q.yaml")
    return post(office, f"/office/questionnaires?lang={lang}", file=file)


def changed_document(path: list[str | int], value: object) -> str:
    """The next version of the load_shipped questionnaire with one thing changed, as a file."""
    document: Any = codec.to_document(Q)
    document["instrument"]["version"] += 1
    node: Any = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return json.dumps(document, ensure_ascii=False)


def versions(app: Flask) -> list[str]:
    return [version.digest for version in database_of(app).read(questionnaires.versions)]


def test_a_downloaded_version_is_put_in_again_as_the_same(app: Flask, office: FlaskClient) -> None:
    file = office.get(f"/office/questionnaires/{DIGEST}.json")
    assert file.mimetype == "application/json"
    assert codec.digest(codec.questionnaire_from_json(file.text)) == DIGEST
    assert publish(office, file.data).status_code == 303
    assert publish(office, b"\xef\xbb\xbf" + file.data).status_code == 303, "saved by Windows"
    assert versions(app) == [DIGEST]


def test_a_questionnaire_keeps_every_character_through_a_download(app: Flask, office: FlaskClient) -> None:
    text = "😀 𠜎 =1+1 <script>alert(1)</script> '\"& \u202e %s {{7*7}}"
    assert publish(office, changed_document(["instrument", "title", "vi"], text)).status_code == 303
    new = next(digest for digest in versions(app) if digest != DIGEST)
    file = office.get(f"/office/questionnaires/{new}.json").data
    assert publish(office, file).status_code == 303
    assert len(versions(app)) == 2
    key = key_in(post(office, "/office/campaigns/new", **a_campaign(instrument_digest=new)))
    page = app.test_client().get(f"/s/{collectors(app, key)[0].collector.code}").text
    assert html.escape(text, quote=False) in page.replace("&#39;", "'").replace("&#34;", '"')


def in_languages(document: Any, languages: Mapping[str, str]) -> Any:
    """The document with its texts under other languages; those not kept are gone."""
    if isinstance(document, list):
        return [in_languages(part, languages) for part in document]
    if not isinstance(document, dict):
        return document
    texts = {languages[name]: text for name, text in document.items() if name in languages}
    rest = {name: in_languages(part, languages) for name, part in document.items() if name not in LANGUAGES}
    return {**rest, **texts}


@pytest.mark.parametrize("languages", [{"vi": "vi"}, {"en": "en"}, {"vi": "fr"}, {"vi": "en", "en": "vi"}])
def test_a_questionnaire_in_any_languages_can_be_answered_in_every_language_of_the_pages(
    app: Flask, office: FlaskClient, languages: dict[str, str]
) -> None:
    document = in_languages(codec.to_document(Q), languages)
    document["instrument"] |= {"default_lang": next(iter(languages.values())), "version": Q.version + 1}
    assert publish(office, json.dumps(document)).status_code == 303
    new = next(digest for digest in versions(app) if digest != DIGEST)
    key = key_in(post(office, "/office/campaigns/new", **a_campaign(instrument_digest=new)))
    code, citizen = collectors(app, key)[0].collector.code, app.test_client()
    of_questionnaire = list(languages.values())
    for lang in ("vi", "en"):
        shown = lang if lang in of_questionnaire else of_questionnaire[0]
        desk = "Desk 1" if shown == "en" else "Quầy 1"
        page = citizen.get(f"/s/{code}?lang={lang}")
        assert page.status_code == 200
        assert f'<p class="where">{desk}</p>' in page.text
        assert f'<html lang="{shown}"' in page.text
        assert citizen.post(f"/s/{code}/check?lang={lang}", data=a_form(Q)).status_code == 200
        assert citizen.post(f"/s/{code}/check?lang={lang}", data={}).status_code == 422
        assert send(citizen, a_form(Q), code, lang)
        for path in (f"/office/campaigns/{key}", f"/office/campaigns/{key}/desks", f"/s/{code}/poster.pdf"):
            assert office.get(f"{path}?lang={lang}").status_code == 200


def test_a_change_is_another_version_and_the_published_one_stays(
    app: Flask, office: FlaskClient, key: str
) -> None:
    before = office.get(f"/office/questionnaires/{DIGEST}.json").data
    assert publish(office, changed_document(["instrument", "title", "vi"], "Phiếu mới")).status_code == 303
    assert len(versions(app)) == 2
    assert office.get(f"/office/questionnaires/{DIGEST}.json").data == before
    assert campaign(app, key).instrument_digest == DIGEST
    assert "published questionnaire" in last_act(office)
    assert "Phiếu mới" not in app.test_client().get(f"/s/{collectors(app, key)[0].collector.code}").text
    new = next(digest for digest in versions(app) if digest != DIGEST)
    again = key_in(post(office, "/office/campaigns/new", **a_campaign(instrument_digest=new)))
    assert "Phiếu mới" in app.test_client().get(f"/s/{collectors(app, again)[0].collector.code}").text


@pytest.mark.parametrize(
    ("content", "reason", "reason_vi"),
    [
        ("text", "fields (name: value) are needed, found 'text'", "phải là các trường (tên: giá trị)"),
        (
            "a: [",
            "line 1, column 5: brackets cannot be read",
            "dòng 1, cột 5: không đọc được phần trong ngoặc",
        ),
        ("[1, 2]", "are needed, found a list", "hiện là một danh sách"),
        ("x: 2026-99-99", "a value looks like a day, a time or a number", "trông như ngày, giờ hoặc số"),
        (
            changed_document(["scale", "options", 0, "map"], 2),
            "scale.options[0].map, line 1: 2 is outside 0 to 1",
            "dòng 1, scale.options[0].map: 2 nằm ngoài khoảng từ 0 đến 1",
        ),
        (
            changed_document(["factors", 0, "criteria", 0, "max_points"], 9),
            "max_points sum to 45, total_points is 38",
            "tổng các max_points là 45, total_points là 38",
        ),
        (
            changed_document(["factors", 0, "criteria", 0, "max_points"], 10**400),
            "a number that is too long is outside",
            "một số quá dài nằm ngoài khoảng",
        ),
        (
            changed_document(["instrument", "surprise"], 1),
            "instrument.surprise, line 1: unknown field; known here:",
            "dòng 1, instrument.surprise: không có trường này",
        ),
        (
            changed_document(["thanks", "vi"], "Cảm ơn"),
            "the placeholders must be {receipt_code}, found none",
            "phần trong ngoặc nhọn phải là {receipt_code}",
        ),
        (
            changed_document(["consent", "agree", "vi"], "\x07"),
            "consent.agree.vi, line 1: control characters",
            "không được có ký tự điều khiển",
        ),
        (
            changed_document(["comment", "key"], "dataset"),
            "the key dataset is reserved for the form itself",
            "mã dataset dành riêng cho hệ thống",
        ),
        (
            changed_document(["comment", "key"], "a b"),
            "comment.key, line 1: 'a b' is not a key",
            "dòng 1, comment.key: 'a b' không phải mã hợp lệ",
        ),
    ],
)
def test_a_questionnaire_that_breaks_a_rule_is_refused_with_place_and_reason_in_the_readers_language(
    app: Flask, office: FlaskClient, content: str, reason: str, reason_vi: str
) -> None:
    for lang, expected in (("vi", reason_vi), ("en", reason)):
        answer = publish(office, content, lang)
        assert answer.status_code == 422
        assert expected in errors_in(answer)
    assert versions(app) == [DIGEST]


@pytest.mark.parametrize("content", ["", "\ufeff", " \n", "# sau này\n---\n"])
def test_an_empty_questionnaire_is_said_to_be_empty(office: FlaskClient, content: str) -> None:
    for lang, message in (
        ("vi", "tệp trống hoặc chỉ có chú thích; hãy chọn tệp có nội dung"),
        ("en", "the file is empty or has only comments; choose the file that has the content"),
    ):
        answer = publish(office, content, lang)
        assert (answer.status_code, errors_in(answer)) == (422, message)


def test_aliases_that_stand_for_billions_are_refused_at_once(app: Flask, office: FlaskClient) -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{c}: &{c} [{', '.join([f'*{p}'] * 9)}]\n" for p, c in zip("abcdefghijk", "bcdefghijkl", strict=True)
    )
    answer = publish(office, bomb, "en")
    assert answer.status_code == 422
    assert "the most is 50000" in errors_in(answer)


@pytest.mark.parametrize(
    ("lang", "no_file", "not_text"),
    [("vi", "Chọn một tệp", "không phải văn bản UTF-8"), ("en", "Choose a file", "not UTF-8 text (byte 2)")],
)
def test_no_file_and_no_text_are_refused_in_words(
    office: FlaskClient, lang: str, no_file: str, not_text: str
) -> None:
    answer = post(office, f"/office/questionnaires?lang={lang}")
    assert (answer.status_code, errors_in(answer)) == (422, no_file)
    answer = publish(office, b"a:\xff\xfe", lang)
    assert answer.status_code == 422
    assert not_text in errors_in(answer)


def test_a_version_that_is_not_there_is_not_found(office: FlaskClient) -> None:
    assert office.get(f"/office/questionnaires/{'0' * 64}.json").status_code == 404


def test_the_list_says_what_is_open(office: FlaskClient, key: str) -> None:
    post(office, "/office/campaigns/new", **a_campaign(name="Sắp tới", opens_on=str(DAY + timedelta(days=5))))
    long_ago = {"opens_on": "2020-01-01", "closes_on": "2020-02-01"}
    post(office, "/office/campaigns/new", **a_campaign(name="Đã qua", **long_ago))
    rows = office.get("/office/?lang=en").text.split("<tr>")[2:]
    states = {
        re.findall(r'lang="vi">([^<]+)<', row)[0]: re.findall(r"<td>([^<]+)</td>", row)[1] for row in rows
    }
    assert states == {"Sắp tới": "Not open yet", "Khảo sát thử": "Open", "Đã qua": "Closed"}


@pytest.mark.parametrize("field", CONTACT)
def test_a_campaign_is_opened_with_all_of_its_contact_details(office: FlaskClient, field: str) -> None:
    answer = post(office, "/office/campaigns/new?lang=vi", **a_campaign(**{field: " "}))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text


@pytest.mark.parametrize(
    ("field", "typed"), [("phone", "không có"), ("email", "ten@"), ("email", "a b@c.vn")]
)
def test_contact_details_that_reach_nobody_are_refused(office: FlaskClient, field: str, typed: str) -> None:
    answer = post(office, "/office/campaigns/new?lang=vi", **a_campaign(**{field: typed}))
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text


def test_citizens_see_the_contact_details_where_the_consent_promises_them(
    app: Flask, office: FlaskClient, key: str
) -> None:
    code = collectors(app, key)[0].collector.code
    citizen = app.test_client()
    form = a_form(load_shipped())
    pages = [
        citizen.get(f"/s/{code}").text,
        citizen.get(f"/s/{code}/privacy").text,
        citizen.post(f"/s/{code}/send", data=form).text,
    ]
    for page in pages:
        for text in CONTACT.values():
            assert text in html.unescape(page)
    assert f"/s/{code}/privacy" in pages[0]


def test_contact_details_are_links_beside_the_questionnaire_and_marked_as_vietnamese(
    app: Flask, office: FlaskClient, key: str
) -> None:
    """Not in the questionnaire, which has no byte to spare, and not on a shared tablet."""
    code = collectors(app, key)[0].collector.code
    citizen, form = app.test_client(), a_form(load_shipped())
    links = (f'<a href="mailto:{CONTACT["email"]}">', '<a href="tel:0255123456">')
    pages = {lang: citizen.get(f"/s/{code}/privacy?lang={lang}").text for lang in ("vi", "en")}
    receipt = citizen.post(f"/s/{code}/send?lang=en", data=form).text
    blank = citizen.get(f"/s/{code}?lang=en").text
    kiosk = {**a_form(load_shipped()), MODE_FIELD: token_for(Mode.KIOSK, code, SECRET)}
    on_tablet = citizen.post(f"/s/{code}/send?lang=en", data=kiosk).text
    assert [link in page for page in (pages["vi"], pages["en"], receipt) for link in links] == [True] * 6
    assert [link in page for page in (blank, on_tablet) for link in links] == [False] * 4
    marked = f'<span lang="vi">{CONTACT["office"]}, {CONTACT["address"]}</span>'
    assert [marked in page for page in (pages["en"], receipt, blank, on_tablet)] == [True] * 4
    assert marked not in pages["vi"]


def test_a_campaign_of_an_earlier_release_says_whom_to_ask_and_prompts_the_officer(
    app: Flask, office: FlaskClient, key: str
) -> None:
    def forget(session: Session) -> None:
        fieldwork.campaign_by_key(session, key).contact = None

    database_of(app).write(forget)
    code = collectors(app, key)[0].collector.code
    assert "xin hỏi cán bộ tại quầy" in html.unescape(app.test_client().get(f"/s/{code}").text)
    assert "chưa có thông tin liên hệ" in html.unescape(office.get(f"/office/campaigns/{key}/desks").text)
    assert post(office, f"/office/campaigns/{key}/contact", **CONTACT).status_code == 303
    assert "chưa có thông tin liên hệ" not in html.unescape(office.get(f"/office/campaigns/{key}/desks").text)
    assert CONTACT["phone"] in app.test_client().get(f"/s/{code}").text


def test_the_next_campaign_is_proposed_the_contact_details_of_the_last(office: FlaskClient, key: str) -> None:
    assert CONTACT["address"] in html.unescape(office.get("/office/campaigns/new").text)
