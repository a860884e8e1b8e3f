"""Importing people and units from files: checked and shown, then whole or not at all."""

import io

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey.store import people, units
from survey.store.people import Person, Role
from survey.store.units import Unit, UnitKind
from tests.accounts.inviting import send
from tests.builders import database_of
from tests.conftest import official
from tests.web.browsing import errors_in, log_of, token
from tests.web.naughty import strings

administrator, viewer = official("admin"), official("viewer")


def upload(
    client: FlaskClient, kind: str, content: str | bytes, name: str = "f.csv", lang: str = "en"
) -> TestResponse:
    body = content.encode() if isinstance(content, str) else content
    fields = {"csrf_token": token(client), "file": (io.BytesIO(body), name)}
    return client.post(f"/office/{kind}/import?lang=en", data=fields, content_type="multipart/form-data")


def take_over(client: FlaskClient, kind: str) -> TestResponse:
    return send(client, f"/office/{kind}/import/all?lang=en")


def workbook(*rows: tuple[str, ...]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def person(app: Flask, username: str) -> Person | None:
    return database_of(app).read(lambda s: people.by_username(s, username))


def unit(app: Flask, name: str) -> Unit:
    (row,) = database_of(app).read(lambda s: units.units_named(s, name))
    return row


PEOPLE = """Sign-in name,Full name,E-mail address,Unit,Role
lan,Nguyễn Thị Lan,lan@example.vn,,officer
Binh,Trần Bình,,,
"""


def test_people_are_shown_before_and_added_after(app: Flask, administrator: FlaskClient) -> None:
    assert upload(administrator, "people", PEOPLE).status_code == 303
    page = administrator.get("/office/people/import?lang=en").text
    assert "Nguyễn Thị Lan" in page
    assert "2 people" in page
    assert person(app, "lan") is None
    assert take_over(administrator, "people").status_code == 303
    lan, binh = person(app, "lan"), person(app, "binh")
    assert lan
    assert binh
    assert (lan.full_name, lan.email, lan.password_hash) == ("Nguyễn Thị Lan", "lan@example.vn", "")
    roles = database_of(app).read(lambda s: people.grants(s, [lan.id, binh.id]))
    assert [grant.role for grant in (*roles[lan.id], *roles[binh.id])] == [Role.OFFICER, Role.VIEWER]
    assert ("Admin", "imported people", "2") in log_of(administrator, "en")
    assert "What will be added" not in administrator.get("/office/people/import?lang=en").text


@pytest.mark.parametrize(
    "header",
    [
        "Tên đăng nhập;Họ và tên;Vai trò",
        "ten dang nhap;ho va ten;vai tro",
        "username;full_name;role",
        "SIGN-IN NAME;FULL NAME;ROLE",
    ],
)
def test_columns_are_known_by_their_names_in_every_language(
    app: Flask, administrator: FlaskClient, header: str
) -> None:
    assert upload(administrator, "people", f"{header}\nlan;Lan;Lãnh đạo\n").status_code == 303
    take_over(administrator, "people")
    lan = person(app, "lan")
    assert lan
    assert [grant.role for grant in database_of(app).read(lambda s: people.grants_of(s, lan.id))] == [
        Role.LEADER
    ]


def test_a_workbook_is_read_as_a_csv_file_is(app: Flask, administrator: FlaskClient) -> None:
    content = workbook(("Họ và tên", "Tên đăng nhập"), ("Lan", "lan"), ("Bình", "binh"))
    assert upload(administrator, "people", content, "people.xlsx").status_code == 303
    take_over(administrator, "people")
    assert person(app, "lan")
    assert person(app, "binh")


def test_the_empty_file_that_is_offered_has_the_columns(administrator: FlaskClient) -> None:
    for kind, first in (("people", "Sign-in name"), ("units", "Unit's name")):
        content = administrator.get(f"/office/{kind}/import/columns.csv?lang=en").data.decode("utf-8-sig")
        assert content.startswith(first)
        answer = upload(administrator, kind, content)
        assert "no row below" in errors_in(answer.text)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("username\nlan\n", "the column Full name is missing"),
        ("username,full_name,shoe\nlan,Lan,42\n", "the column &#39;shoe&#39; is unknown"),
        ("username,full_name,username\nlan,Lan,x\n", "named twice"),
        (
            "username,full_name\nadmin,Lan\n",
            "row 2, column Sign-in name: This sign-in name is",
        ),
        ("username,full_name\nlan,Lan\nLAN,Lan\n", "row 3, column Sign-in name: lan stands in row 2 too"),
        ("username,full_name\nLan Anh,Lan\n", "row 2, column Sign-in name: A sign-in name has 2 to 60"),
        ("username,full_name\nlan,\n", "row 2, column Full name: a name of 1 to 120 characters"),
        ("username,full_name,email\nlan,Lan,nowhere\n", "row 2, column E-mail address: Enter one"),
        ("username,full_name,role\nlan,Lan,king\n", "row 2, column Role: &#39;king&#39; is no role"),
        (
            "username,full_name,unit\nlan,Lan,Atlantis\n",
            "row 2, column Unit: there is no unit",
        ),
        ("", "the file is empty"),
    ],
)
def test_what_is_wrong_is_named_by_place_and_nothing_is_added(
    app: Flask, administrator: FlaskClient, rows: str, message: str
) -> None:
    answer = upload(administrator, "people", rows)
    assert answer.status_code == 422
    assert message in answer.text
    assert take_over(administrator, "people").status_code == 422
    assert person(app, "lan") is None


def test_all_problems_are_told_at_once(administrator: FlaskClient) -> None:
    rows = "username,full_name\n" + "".join(f"x {number},\n" for number in range(30))
    answer = upload(administrator, "people", rows)
    assert "60 problems" in answer.text
    assert "and 40 more" in answer.text


def test_a_name_taken_meanwhile_is_told_and_nobody_is_added(app: Flask, administrator: FlaskClient) -> None:
    upload(administrator, "people", PEOPLE)
    send(administrator, "/office/people", username="binh", full_name="Bình", role=Role.VIEWER)
    answer = take_over(administrator, "people")
    assert answer.status_code == 422
    assert "row 3, column Sign-in name" in answer.text
    assert person(app, "lan") is None


def test_units_of_a_file_stand_below_one_another(app: Flask, administrator: FlaskClient) -> None:
    rows = (
        "Unit's name,Unit's name in English,Kind of unit,Unit above\n"
        "Sở Tư pháp,Department of Justice,department,\n"
        "Văn phòng,Office,Division,Sở Tư pháp\n"
        "Sở Y tế,Department of Health,,\n"
        "Văn phòng,Office,division,Department of Health\n"
    )
    assert upload(administrator, "units", rows).status_code == 303
    assert "4 units" in administrator.get("/office/units/import?lang=en").text
    assert take_over(administrator, "units").status_code == 303
    justice = unit(app, "Sở Tư pháp")
    assert (justice.kind, justice.name_in("en")) == (UnitKind.DEPARTMENT, "Department of Justice")
    offices = database_of(app).read(lambda s: units.units_named(s, "Văn phòng"))
    assert [office.parent_id for office in offices] == [justice.id, unit(app, "Sở Y tế").id]

    one = "username,full_name,unit\nlan,Lan,Văn phòng\n"
    assert "2 units are called Văn phòng" in upload(administrator, "people", one).text
    assert upload(administrator, "people", one.replace("Văn phòng", "so y te / van phong")).status_code == 303
    take_over(administrator, "people")
    lan = person(app, "lan")
    assert lan
    assert lan.unit_id == offices[1].id


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("name,parent\nA,Nowhere\n", "row 2, column Unit above: there is no unit"),
        ("name\nA\nA\n", "row 3, column Unit&#39;s name: A stands in row 2 too"),
        ("name,kind\nA,province\n", "row 2, column Kind of unit: &#39;province&#39; is no kind"),
        ("name,kind\nA,ship\n", "row 2, column Kind of unit: &#39;ship&#39; is no kind"),
        ("name\n" + "x" * 201 + "\n", "row 2, column Unit&#39;s name: a name of 1 to 200 characters"),
    ],
)
def test_units_that_cannot_be_are_named_by_place(administrator: FlaskClient, rows: str, message: str) -> None:
    assert message in upload(administrator, "units", rows).text


def test_a_tree_too_deep_adds_nothing(app: Flask, administrator: FlaskClient) -> None:
    rows = "name,parent\nu0,\n" + "".join(f"u{number},u{number - 1}\n" for number in range(1, 12))
    upload(administrator, "units", rows)
    answer = take_over(administrator, "units")
    assert answer.status_code == 422
    assert "too deep" in answer.text
    assert not database_of(app).read(lambda s: units.units_named(s, "u0"))


def test_hostile_cells_are_refused_or_shown_as_text(administrator: FlaskClient) -> None:
    for text in strings()[::25]:
        for kind, columns in (("people", "username,full_name"), ("units", "name,kind")):
            cell = text.replace('"', '""')
            answer = upload(
                administrator, kind, f'{columns}\nlan,"{cell}"\n'.encode("utf-8", "surrogatepass")
            )
            assert answer.status_code in (303, 400, 413, 422), ascii(text)
    assert "<script>alert" not in administrator.get("/office/people/import").text


def test_files_of_other_kinds_are_refused(administrator: FlaskClient) -> None:
    for content, name in ((b"\x89PNG\r\n", "a.png"), (b"PK\x03\x04", "a.xlsx"), (b"\xff\xfea\x00", "a.csv")):
        assert upload(administrator, "people", content, name).status_code == 422


def test_who_manages_nobody_imports_nothing(viewer: FlaskClient) -> None:
    for kind in ("people", "units"):
        assert upload(viewer, kind, PEOPLE).status_code == 403
        assert take_over(viewer, kind).status_code == 403


@pytest.mark.slow
def test_five_thousand_people_of_two_thousand_units_are_imported_and_listed(
    app: Flask, administrator: FlaskClient
) -> None:
    tree = "name,parent\n" + "".join(
        f"Đơn vị {n}{',' if n % 100 == 0 else f',Đơn vị {n - n % 100}'}\n" for n in range(2000)
    )
    everybody = "username,full_name,unit,role\n" + "".join(
        f"p{n},Nguyễn Văn {n},Đơn vị {n % 2000},viewer\n" for n in range(5000)
    )
    for kind, rows in (("units", tree), ("people", everybody)):
        assert upload(administrator, kind, rows).status_code == 303
        assert take_over(administrator, kind).status_code == 303
    page = administrator.get("/office/people?words=nguyen+4321&sort=full_name&lang=en").text
    assert "1 person" in page
    assert "p4321" in page
    assert "5,002 people" in administrator.get("/office/people?sort=unit&page=80&lang=en").text
