"""The page of the log as an inspector works with it: filters, pages, files, and what a filter refuses."""

import csv
import html
import io
import itertools
import re
from datetime import timedelta

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.accounts import audit_pages
from survey.instrument.questionnaire import Text
from survey.store import audit, units
from survey.store.audit import AuditAction
from tests.builders import database_of
from tests.conftest import official, on_sqlite
from tests.store.log_filling import BEGIN, add_entries
from tests.web.browsing import errors_in, log_of
from tests.web.naughty import strings

PATH = "/office/audit"
administrator = official("admin")
viewer = official("viewer")


def subjects(client: FlaskClient, **query: object) -> list[str]:
    """The subjects of the entries that a query shows, without the ones of this test's own sign-in."""
    page = client.get(PATH, query_string={"lang": "en", **query})
    assert page.status_code == 200
    return [
        html.unescape(s) for s in re.findall(r'<td data-label="On" class="long">([^<]*)</td>', page.text) if s
    ]


def link_on(page: TestResponse, label: str) -> str:
    """The address of a link by its label."""
    (address,) = re.findall(rf'<a href="([^"]+)">\s*{label}</a>', page.text)
    return html.unescape(address)


@pytest.fixture
def app_with_entries(app: Flask) -> Flask:
    """An application whose log has twelve entries from 9:00 of 24/11/2026 on."""
    add_entries(database_of(app), 12)
    return app


def test_each_filter_selects(app_with_entries: Flask, administrator: FlaskClient) -> None:
    every = [f"việc {n}" for n in range(12, 0, -1)]
    assert subjects(administrator) == every
    assert subjects(administrator, person="2") == ["việc 12", "việc 9", "việc 6", "việc 3"]
    assert subjects(administrator, person="none") == ["việc 10", "việc 7", "việc 4", "việc 1"]
    assert subjects(administrator, act="downloaded") == ["việc 11", "việc 8", "việc 5", "việc 2"]
    assert subjects(administrator, object="campaign", key="a") == every[1::2]
    assert subjects(administrator, object="scorecard") == []
    assert subjects(administrator, key="b", person="1") == ["việc 8", "việc 2"]


def test_a_unit_of_the_office_selects_its_entries(
    app_with_entries: Flask, administrator: FlaskClient
) -> None:
    def add_departments(session: Session) -> None:
        for number in range(2, 8):  # the province is the first unit
            names = Text({"vi": f"Sở {number}", "en": f"Department {number}"})
            units.add_unit(session, names, parent=units.province(session))

    database_of(app_with_entries).write(add_departments)
    assert subjects(administrator, unit="7") == [f"việc {n}" for n in (12, 10, 8, 6, 4, 2)]
    page = administrator.get(f"{PATH}?lang=en&unit=7").text
    assert '<option value="7" selected>Department 7</option>' in page
    assert ">Department 7</td>" in page


def test_days_are_those_of_the_office(app: Flask, administrator: FlaskClient) -> None:
    midnight = BEGIN.replace(hour=17, minute=0)  # the 25th begins in Viet Nam
    add_entries(database_of(app), 1, begin=midnight - timedelta(microseconds=1))
    add_entries(database_of(app), 1, begin=midnight)
    moments = r'<td data-label="Time">([^<]*)</td>'
    for query, expected in (
        ({"to": "2026-11-24"}, ["24 Nov 2026 23:59"]),
        ({"from": "2026-11-24", "to": "24/11/2026"}, ["24 Nov 2026 23:59"]),
        ({"from": "2026-11-25", "to": "2026-11-25"}, ["25 Nov 2026 00:00"]),
        ({"from": "2026-11-24", "to": "2026-11-25"}, ["25 Nov 2026 00:00", "24 Nov 2026 23:59"]),
    ):
        page = administrator.get(PATH, query_string={"lang": "en", **query}).text
        assert re.findall(moments, page) == expected, query


def test_pages_follow_each_other_and_keep_the_filter(
    app_with_entries: Flask, administrator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_pages, "_PAGE_ROWS", 3)
    first = administrator.get(f"{PATH}?lang=en&person=2")
    assert subjects(administrator, person="2") == ["việc 12", "việc 9", "việc 6"]
    second = administrator.get(link_on(first, "Older entries"))
    assert "việc 3<" in second.text
    assert "việc 6<" not in second.text
    assert "Older entries" not in second.text
    again = administrator.get(link_on(second, "Newer entries"))
    assert "việc 12<" in again.text
    assert "Newer entries" not in again.text
    assert link_on(second, "Newest entries") == f"{PATH}?person=2"


def test_an_entry_leads_to_the_others_of_its_object(
    app_with_entries: Flask, administrator: FlaskClient
) -> None:
    page = administrator.get(f"{PATH}?lang=en")
    address = re.findall(r'href="([^"]+)">Campaign b<', page.text)[0]
    assert html.unescape(address) == f"{PATH}?object=campaign&key=b"
    assert administrator.get(address).text.count("Campaign b<") == 6


def test_what_nothing_matches_is_said(app: Flask, administrator: FlaskClient) -> None:
    page = administrator.get(f"{PATH}?lang=en&act=exported+the+log").text
    assert "No entries match the filter." in page
    assert "<table" not in page
    page = administrator.get(f"{PATH}?lang=vi&before=1").text
    assert "Không còn mục nào cũ hơn." in page


@pytest.mark.parametrize(
    ("query", "message", "in_vietnamese"),
    [
        ({"from": "31/02/2026"}, "Enter a date: From day", "Từ ngày"),
        ({"to": "yesterday"}, "Enter a date: To day", "Đến ngày"),
        ({"to": "1999-12-31"}, "Enter a day in a year from 2000 to 2099: To day", "1999"),
        ({"from": "2026-11-25", "to": "2026-11-24"}, "The last day is before the first day", "Ngày kết thúc"),
        ({"person": "99"}, "Choose from the list: Who", "Hãy chọn"),
        ({"unit": "2"}, "Choose from the list: Unit", "Hãy chọn"),
        ({"act": "flew away"}, "Choose from the list: What", "Hãy chọn"),
        ({"object": "moon"}, "Choose from the list: Kind of object", "Hãy chọn"),
        ({"key": "k" * 121}, "Key or number of the object has 121 characters; the most is 120", "121"),
        ({"key": "a\0b"}, "holds a character that cannot be printed", "ký tự"),
    ],
)
def test_what_is_wrong_with_a_filter_is_said_in_the_readers_language(
    app: Flask, administrator: FlaskClient, query: dict[str, str], message: str, in_vietnamese: str
) -> None:
    page = administrator.get(PATH, query_string={"lang": "en", **query})
    assert page.status_code == 422
    assert message in errors_in(page.text)
    assert "<details open>" in page.text
    assert "<table" not in page.text, "entries that another filter selects would mislead"
    page = administrator.get(PATH, query_string={"lang": "vi", **query})
    assert in_vietnamese in page.text
    assert message not in page.text
    for extension in ("csv", "xlsx"):
        answer = administrator.get(f"{PATH}/entries.{extension}", query_string=query)
        assert answer.status_code == 302
        assert administrator.get(answer.location).status_code == 422


def test_hostile_values_of_a_filter_break_nothing(app: Flask, administrator: FlaskClient) -> None:
    names = itertools.cycle(("person", "unit", "object", "key", "act", "from", "to", "before", "after"))
    for text in strings()[::3]:
        for name in itertools.islice(names, 2):
            answer = administrator.get(PATH, query_string={name: text})
            assert answer.status_code in (200, 422), (name, ascii(text))
    for number in ("0", "-1", "9" * 9, "9" * 10, "9" * 400, "٣", "1e3", "2147483648"):
        for name in ("before", "after", "person", "unit"):
            assert administrator.get(PATH, query_string={name: number}).status_code in (200, 422)


def test_files_hold_what_the_filter_selects_and_are_in_the_log(
    app_with_entries: Flask, administrator: FlaskClient
) -> None:
    answer = administrator.get(f"{PATH}/entries.csv?in=en&person=2&from=2026-11-24")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["On"] for row in rows] == ["việc 12", "việc 9", "việc 6", "việc 3"]
    assert rows[0] == {
        "No.": "12",
        "Time": "2026-11-24 09:11:00+07:00",
        "Who": "Viewer",
        "What": "entered value",
        "On": "việc 12",
        "Kind of object": "Campaign",
        "Key or number of the object": "b",
        "Unit": "7",
        "Reason": "vì sai số",
        "Hash": database_of(app_with_entries).read(lambda s: list(audit.entries_in_order(s)))[11].hash,
    }
    book = administrator.get(f"{PATH}/entries.xlsx?in=vi&person=2").data
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["Số", 12, 9, 6, 3]
    assert log_of(administrator, "en")[:2] == [
        ("Admin", "exported the log", "xlsx (vi) person=2"),
        ("Admin", "exported the log", "csv (en) person=2, from=2026-11-24"),
    ]


def test_no_cell_of_a_file_is_a_formula(app: Flask, administrator: FlaskClient) -> None:
    database_of(app).write(
        lambda s: audit.record(s, AuditAction.ADDED_TASK, "=1+1", person_id=None, now=BEGIN)
    )
    assert ",'=1+1," in administrator.get(f"{PATH}/entries.csv?person=none").text
    book = openpyxl.load_workbook(io.BytesIO(administrator.get(f"{PATH}/entries.xlsx?person=none").data))
    assert book.active["E2"].value == "'=1+1"


def test_more_than_a_file_holds_is_not_written(
    app_with_entries: Flask, administrator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_pages, "MAX_ROWS", 4)
    assert administrator.get(f"{PATH}/entries.csv?person=2").status_code == 200
    answer = administrator.get(f"{PATH}/entries.csv?lang=en&object=campaign")
    assert answer.location == f"{PATH}?object=campaign"
    assert (
        "Entries selected: more than 4. Choose fewer days, then download."
        in administrator.get(answer.location).text
    )


def test_a_viewer_sees_no_log(app: Flask, viewer: FlaskClient) -> None:
    for path in (PATH, f"{PATH}/entries.csv", f"{PATH}/entries.xlsx"):
        assert viewer.get(path).status_code == 403


@on_sqlite
def test_a_file_that_does_not_exist_is_not_found(app: Flask, administrator: FlaskClient) -> None:
    for path in ("entries.pdf", "entries.csv?in=xx"):
        assert administrator.get(f"{PATH}/{path}").status_code == 404
