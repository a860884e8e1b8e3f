"""Comments as an official works through them: masked, found without accents, noted, taken away as a file."""

import io
import re

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey.instrument.questionnaire import Questionnaire
from survey.store.comments import CommentMark
from survey.store.questionnaires import load_shipped
from tests.builders import a_form, database_of, send
from tests.comments.builders import PATH, comments_on, note
from tests.conftest import csrf_in, on_sqlite
from tests.web.browsing import a_comment, elements
from tests.web.naughty import strings

Q: Questionnaire = load_shipped()


def comment(app: Flask, text: str, **fields: str) -> str:
    """Send a form with a comment; its receipt."""
    return send(app.test_client(), a_form(Q, comment=text, **fields))


def test_nobody_sees_a_number_that_names_a_person(demo_app: Flask, viewer: FlaskClient) -> None:
    comment(demo_app, "Gọi 0905 123 456 hoặc lan@gmail.com, mã hồ sơ H48.12-241124-00017")
    page = viewer.get(f"{PATH}?words=hoac").text
    assert comments_on(page) == ["Gọi [số điện thoại] hoặc [địa chỉ thư điện tử], mã hồ sơ [mã hồ sơ]"]
    book = viewer.get(f"{PATH}.xlsx?in=en").data
    cells = [str(cell) for row in openpyxl.load_workbook(io.BytesIO(book)).active.values for cell in row]
    assert not [cell for cell in cells if "0905" in cell or "lan@" in cell or "H48" in cell]
    assert viewer.get(f"{PATH}?words=0905").text.count("<blockquote>") == 0


@pytest.mark.parametrize("typed", ["dat dai", "ĐẤT ĐAI", "Đất  đai"])
def test_search_finds_with_and_without_accents(demo_app: Flask, viewer: FlaskClient, typed: str) -> None:
    comment(demo_app, "Thủ tục đất đai còn lâu")
    assert comments_on(viewer.get(PATH, query_string={"words": typed}).text) == ["Thủ tục đất đai còn lâu"]


def test_what_is_noted_is_found_again(demo_app: Flask, administrator: FlaskClient) -> None:
    reference = a_comment(demo_app)
    assert note(administrator, reference, tags="trả kết quả, Quầy 2", note="Đã báo lãnh đạo") == 303
    page = administrator.get(f"{PATH}?status=to_act&tag=Quầy 2").text
    assert len(comments_on(page)) == 1
    assert f"c-{reference}" in page
    assert "Đã báo lãnh đạo" in page
    assert comments_on(administrator.get(f"{PATH}?words=bao lanh").text)
    assert reference in administrator.get("/office/audit").text


def test_a_comment_is_printed_only_where_somebody_said_so(
    demo_app: Flask, administrator: FlaskClient, viewer: FlaskClient
) -> None:
    comment(demo_app, "Gọi lại giúp tôi: 0905 123 456")
    reference = re.findall(r'id="c-(\w+)"', administrator.get(f"{PATH}?words=goi lai giup").text)[0]

    def printed_comments() -> list[str]:
        document = viewer.get("/office/campaigns/demo/summary.json").json
        assert document is not None
        return list(document["comments"])

    assert printed_comments() == []
    assert note(administrator, reference, is_for_report="yes") == 303
    assert printed_comments() == ["Gọi lại giúp tôi: [số điện thoại]"]
    assert "Trong báo cáo" in administrator.get(f"{PATH}?words=goi lai giup").text
    assert note(administrator, reference) == 303
    assert printed_comments() == []


def test_what_cannot_be_kept_is_said_beside_its_field(demo_app: Flask, administrator: FlaskClient) -> None:
    token, reference = csrf_in(administrator.get(PATH).text), a_comment(demo_app)
    wrong = {"status": "lost", "tags": "x" * 41, "note": "y" * 1001}
    answer = administrator.post(f"{PATH}/{reference}", data={"csrf_token": token, **wrong})
    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.text
    assert answer.text.count('class="error"') == 3
    assert note(administrator, "0" * 16) == 404


def test_a_viewer_reads_and_notes_nothing(demo_app: Flask, viewer: FlaskClient) -> None:
    assert '<form class="narrow"' not in viewer.get(PATH).text
    assert note(viewer, a_comment(demo_app)) == 403


@pytest.mark.parametrize("query", ["status=lost", "words=" + "x" * 201])
def test_what_cannot_be_asked_for_is_said(viewer: FlaskClient, query: str) -> None:
    answer = viewer.get(f"{PATH}?{query}")
    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.text


def test_withdrawing_a_form_takes_comment_and_note_along(demo_app: Flask, administrator: FlaskClient) -> None:
    receipt = comment(demo_app, "Rút lại điều này")
    reference = re.findall(r'id="c-(\w+)"', administrator.get(f"{PATH}?words=rut lai").text)[0]
    assert note(administrator, reference, note="chép lại") == 303
    demo_app.test_client().post("/receipt/withdraw", data={"code": receipt})
    assert comments_on(administrator.get(f"{PATH}?words=rut lai").text) == []
    assert database_of(demo_app).read(lambda s: s.scalars(select(CommentMark)).all()) == []


def test_no_filter_of_comments_uses_answers(demo_app: Flask, viewer: FlaskClient) -> None:
    """Which criteria list a comment gave its author's low ratings, 15 of 15 right."""
    for _number in range(9):
        comment(demo_app, "Phí cao quá", proc_fee="1")
    comment(demo_app, "Phí cao nhưng tốt", proc_fee="5")
    listed = comments_on(viewer.get(f"{PATH}?words=phi cao").text)
    assert len(listed) == 10
    for criterion in Q.criteria:
        assert comments_on(viewer.get(f"{PATH}?words=phi cao&about={criterion.key}").text) == listed
    assert "about=" not in viewer.get("/office/campaigns/demo").text


def test_a_long_list_is_turned_over_page_by_page(demo_app: Flask, viewer: FlaskClient) -> None:
    for _number in range(25):
        comment(demo_app, "Rất đông người")
    first, last = (viewer.get(f"{PATH}?words=dong nguoi&page={page}").text for page in (1, 99))
    assert (len(comments_on(first)), len(comments_on(last))) == (20, 5)


@on_sqlite
def test_a_thousand_hostile_comments_put_no_element_on_the_page(
    demo_app: Flask, administrator: FlaskClient
) -> None:
    hostile = [text for text in strings() if len(text.strip()) > 0 and len(text) <= 1000]
    client = demo_app.test_client()
    for number, text in enumerate(hostile):
        client.environ_base["REMOTE_ADDR"] = f"10.0.{number // 250}.1"  # below the brake on floods
        send(client, a_form(Q, comment=text))
    allowed = {
        "html",
        "head",
        "meta",
        "title",
        "link",
        "body",
        "a",
        "header",
        "nav",
        "div",
        "form",
        "input",
        "button",
        "main",
        "h1",
        "h2",
        "p",
        "label",
        "select",
        "option",
        "b",
        "span",
        "article",
        "blockquote",
        "details",
        "summary",
        "textarea",
        "dialog",
    }
    n_shown = 0
    for page in range(1, len(hostile) // 20 + 2):
        parts = elements(administrator.get(f"{PATH}?page={page}").text)
        scripts = [attributes for tag, attributes in parts if tag == "script"]
        assert all(attributes["src"].startswith("/static/office/") for attributes in scripts)
        tags = [tag for tag, _attributes in parts if tag != "script"]
        assert set(tags) <= allowed
        names = {name for _tag, attributes in parts for name in attributes}
        assert not [name for name in names if name.startswith("on")]
        assert tags.count("blockquote") == tags.count("article") == tags.count("textarea")
        n_shown += tags.count("article")
    assert n_shown >= len(hostile)
    book = openpyxl.load_workbook(io.BytesIO(administrator.get(f"{PATH}.xlsx").data))
    cells = [cell for row in book.active.iter_rows(min_row=4) for cell in row if cell.value is not None]
    assert len(cells) >= 2 * len(hostile)
    for cell in cells:
        assert cell.data_type == "s"
        assert not re.match(r"[\s\"\ufeff\u200b]*[=+\-@|%\t\r＝＋－＠]", cell.value)
