"""Publishing a questionnaire from its file."""

import html
import json
import re
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.instrument.codec import from_document, to_document
from survey.store import questionnaires
from tests.builders import CONTACT, NOW, QUESTIONNAIRE, database_of
from tests.command_line import run
from tests.conftest import csrf_in, official

office = official("admin")


@pytest.fixture
def unreachable() -> str:
    """The shipped questionnaire, asking for more answers than it has criteria."""
    document = json.loads(json.dumps(to_document(QUESTIONNAIRE)))
    document["instrument"]["min_valid_items"] = 99
    return json.dumps(document)


def _problems(page: str) -> list[str]:
    """What the summary lists below its link."""
    listed = page.partition('id="error-summary"')[2].partition("<ol>")[2].partition("</ol>")[0]
    return [html.unescape(problem) for problem in re.findall(r"<li>([^<]*)</li>", listed)]


def _message(page: str) -> str:
    return " ".join(re.findall(r"min_valid_items[^<]*", page))


def test_a_questionnaire_that_nobody_can_complete_is_not_published(
    app: Flask, office: FlaskClient, unreachable: str, tmp_path: Path
) -> None:
    page = office.get("/office/questionnaires").text
    file = (BytesIO(unreachable.encode()), "q.json")
    data = {"csrf_token": csrf_in(page), "file": file}
    answer = office.post("/office/questionnaires?lang=en", data=data)
    assert answer.status_code == 422
    assert "min_valid_items is 99" in _message(answer.text)
    (tmp_path / "q.json").write_text(unreachable)
    command = run(app, "publish-questionnaire", tmp_path / "q.json")
    assert command.exit_code == 1
    assert "min_valid_items is 99" in command.stderr
    assert len(database_of(app).read(questionnaires.versions)) == 1


def test_another_text_of_a_published_version_is_refused(
    app: Flask, office: FlaskClient, tmp_path: Path
) -> None:
    document = json.loads(json.dumps(to_document(QUESTIONNAIRE)))
    document["thanks"]["en"] += " Bye."
    text = json.dumps(document)
    (tmp_path / "q.json").write_text(text)
    page = office.get("/office/questionnaires").text
    file = (BytesIO(text.encode()), "q.json")
    data = {"csrf_token": csrf_in(page), "file": file}
    answer = office.post("/office/questionnaires?lang=en", data=data)
    assert answer.status_code == 422
    assert "is published already with another text" in answer.text
    for options in ([], ["--check"]):
        command = run(app, "publish-questionnaire", tmp_path / "q.json", *options)
        assert command.exit_code == 1
        assert "give this text another number in `version`" in command.stderr
    document["instrument"]["version"] += 1
    (tmp_path / "q.json").write_text(json.dumps(document))
    assert run(app, "publish-questionnaire", tmp_path / "q.json").exit_code == 0
    (tmp_path / "same.json").write_text(json.dumps(to_document(QUESTIONNAIRE)))
    assert run(app, "publish-questionnaire", tmp_path / "same.json").exit_code == 0, "the same text again"


def test_a_new_campaign_refuses_a_version_by_which_nobody_can_be_scored(
    app: Flask, office: FlaskClient, unreachable: str
) -> None:
    old = from_document(json.loads(unreachable))
    digest = database_of(app).write(lambda s: questionnaires.publish(s, old, now=NOW))
    page = office.get("/office/campaigns/new").text
    days = {"opens_on": "2026-12-01", "closes_on": "2026-12-31"}
    fields = {"name": "Khảo sát", "instrument_digest": digest, "desks": "Quầy 1", **days, **CONTACT}
    answer = office.post("/office/campaigns/new?lang=en", data={"csrf_token": csrf_in(page), **fields})
    assert answer.status_code == 422
    assert "With this questionnaire some respondents can never be scored" in answer.text
    assert "min_valid_items is 99" in _message(answer.text)


BROKEN = """schema_version: 1
instrument:
  key: Có dấu
  default_lang: vi
  title: {vi: Phiếu}
comment: {key: a, vi: b, fr: c, de: d}
"""


def test_a_file_is_refused_with_all_its_problems_by_line_in_the_language_of_the_page(
    app: Flask, office: FlaskClient, tmp_path: Path
) -> None:
    token = csrf_in(office.get("/office/questionnaires").text)
    pages = {}
    for lang in ("vi", "en"):
        file = (BytesIO(BROKEN.encode()), "q.yaml")
        path = f"/office/questionnaires?lang={lang}"
        answer = office.post(path, data={"csrf_token": token, "file": file})
        assert answer.status_code == 422
        pages[lang] = answer.text
    assert "The file has 21 problems; nothing of it was saved" in pages["en"]
    assert "Tệp có 21 chỗ cần sửa; chưa lưu nội dung nào" in pages["vi"]
    vietnamese, english = _problems(pages["vi"]), _problems(pages["en"])
    assert len(english) == len(vietnamese) == 21
    assert (vietnamese[-1], english[-1]) == ("và 1 lỗi khác", "and 1 more")
    assert "scale: the field is missing; add it" in english
    assert "instrument.version, line 2: the field is missing; add it" in english
    assert "dòng 2, instrument.version: thiếu trường này; hãy bổ sung" in vietnamese
    assert any(problem.startswith("dòng 3, instrument.key: 'Có dấu' không phải mã") for problem in vietnamese)
    (tmp_path / "q.yaml").write_text(BROKEN, encoding="utf-8")
    command = run(app, "publish-questionnaire", tmp_path / "q.yaml")
    assert (command.exit_code, command.stderr.count("\n")) == (1, 1)
    assert "; ".join(english) in command.stderr
