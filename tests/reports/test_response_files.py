"""Responses as files, read back by the programs they are for; nothing in them says who came when."""

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import openpyxl
import pyarrow.parquet as pq
import pyreadstat
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.instrument.questionnaire import GROUP_QUESTION
from survey.reports import codebook
from survey.reports.export import render_file
from survey.store import fieldwork, questionnaires
from survey.store.responses import ResponseRow, withdraw
from survey.web.context import database, now
from tests.builders import results_of
from tests.reports import builders

Q = questionnaires.load_shipped()
URL = "/office/campaigns/demo/responses"


def stored_rows(app: Flask) -> list[ResponseRow]:
    """The demo campaign's responses as they are kept."""

    def load(session: Session) -> list[ResponseRow]:
        campaign = fieldwork.campaign_by_key(session, "demo")
        return list(session.scalars(select(ResponseRow).where(ResponseRow.campaign_id == campaign.id)))

    with app.app_context():
        return database().read(load)


def codes_of(forms: list[ResponseRow], key: str) -> list[int]:
    """What a file says of a criterion, form by form, from what is stored of it."""
    codes: dict[object, int] = {"na": -1, "not asked": -2, None: -9}
    stored_rows = [form.answers.get(key, "not asked") for form in forms if form.answers is not None]
    return [answer if isinstance(answer, int) else codes[answer] for answer in stored_rows]


def as_csv(office: FlaskClient, path: str = f"{URL}.csv") -> list[dict[str, str]]:
    content = office.get(path).data
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_spss(office: FlaskClient, folder: Path, language: str = "vi") -> tuple[Any, Any]:
    path = folder / "responses.sav"
    path.write_bytes(office.get(f"{URL}.sav?in={language}").data)
    frame_and_labels: tuple[Any, Any] = pyreadstat.read_sav(path, user_missing=True)
    return frame_and_labels


def test_every_form_is_a_row_with_the_answers_it_gave(demo_app: Flask, administrator: FlaskClient) -> None:
    rows, forms = as_csv(administrator), stored_rows(demo_app)
    assert len(rows) == len(forms)
    for criterion in Q.criteria:
        assert Counter(int(row[criterion.key]) for row in rows) == Counter(codes_of(forms, criterion.key))


def test_spss_has_labels_missing_codes_and_the_same_rows_as_the_csv(
    administrator: FlaskClient, tmp_path: Path
) -> None:
    frame, meta = as_spss(administrator, tmp_path)
    rows = as_csv(administrator)
    for variable in codebook.variables(Q, {}, {}):
        if variable.kind == "code":
            assert [int(value) for value in frame[variable.name]] == [int(row[variable.name]) for row in rows]
    criterion = Q.criteria[0]
    assert meta.column_names_to_labels[criterion.key].startswith(criterion.text.to("vi")[:60])
    assert meta.variable_value_labels[criterion.key][5] == "Rất hài lòng"
    lows = {limits["lo"] for limits in meta.missing_ranges[criterion.key]}
    assert {-2, -9} <= lows
    assert meta.variable_measure[criterion.key] == "ordinal"
    days = ["" if day != day else str(day)[:10] for day in frame[codebook.DAY]]
    assert days == [row[codebook.DAY] for row in rows]


def test_spss_speaks_english_when_asked(administrator: FlaskClient, tmp_path: Path) -> None:
    _frame, meta = as_spss(administrator, tmp_path, "en")
    assert meta.variable_value_labels[Q.criteria[0].key][5] == "Very satisfied"


def test_parquet_has_the_rows_of_the_csv_and_says_what_codes_mean(administrator: FlaskClient) -> None:
    table = pq.read_table(io.BytesIO(administrator.get(f"{URL}.parquet?in=en").data))
    rows = as_csv(administrator)
    for name in (codebook.DESK, Q.criteria[0].key, GROUP_QUESTION):
        assert table[name].to_pylist() == [int(row[name]) for row in rows]
    assert [str(day or "") for day in table[codebook.DAY].to_pylist()] == [row[codebook.DAY] for row in rows]
    described = table.schema.field(Q.criteria[0].key).metadata
    assert json.loads(described[b"codes"])["5"] == "Very satisfied"
    assert -9 in json.loads(described[b"missing"])


def test_the_rows_stand_in_no_order_of_arrival(demo_app: Flask, administrator: FlaskClient) -> None:
    rows, forms = as_csv(administrator), stored_rows(demo_app)
    arrived = [json.dumps(form.answers, sort_keys=True) for form in sorted(forms, key=lambda f: f.id)]
    assert len(set(arrived)) > 300, "forms that can be told apart"
    first = Q.criteria[0].key
    assert [int(row[first]) for row in rows] != codes_of(forms, first)
    assert not {"submission_id", "receipt_hash", "id", "received_at"} & set(rows[0])


def test_a_day_is_named_only_where_a_desk_had_forms_enough(
    demo_app: Flask, administrator: FlaskClient
) -> None:
    rows = as_csv(administrator)
    per_desk_and_day = Counter((row[codebook.DESK], row[codebook.DAY]) for row in rows if row[codebook.DAY])
    assert per_desk_and_day
    assert min(per_desk_and_day.values()) >= Q.scoring.small_cell_suppression
    assert any(row[codebook.DAY] == "" for row in rows)


def test_no_comment_is_in_a_response_file(administrator: FlaskClient) -> None:
    assert Q.comment.key not in as_csv(administrator)[0]


def test_a_withdrawn_form_is_in_no_file(demo_app: Flask, administrator: FlaskClient) -> None:
    forms = stored_rows(demo_app)
    with demo_app.app_context():
        moment = now()
        database().write(lambda session: withdraw(session, forms[0].id, now=moment))
    assert len(as_csv(administrator)) == len(forms) - 1


def test_the_codebook_names_every_column_and_code(administrator: FlaskClient) -> None:
    book = as_csv(administrator, "/office/campaigns/demo/codebook.csv")
    row = as_csv(administrator)[0]
    assert list(dict.fromkeys(line["variable"] for line in book)) == list(row)
    codes = {(line["variable"], line["code"]) for line in book}
    for record in as_csv(administrator):
        for variable in Q.questions:
            assert (variable.key, record[variable.key]) in codes


def test_the_workbook_has_the_responses_for_an_administrator_only(
    administrator: FlaskClient, viewer: FlaskClient
) -> None:
    path = "/office/campaigns/demo/summary.xlsx?in=vi"
    full = openpyxl.load_workbook(io.BytesIO(administrator.get(path).data))
    assert full.sheetnames[-2:] == ["Bảng mã", "Phiếu trả lời"]
    rows = as_csv(administrator)
    sheet = full["Phiếu trả lời"]
    assert [cell.value for cell in sheet[4]] == list(rows[0])
    assert sheet.max_row == 4 + len(rows)
    assert openpyxl.load_workbook(io.BytesIO(viewer.get(path).data)).sheetnames[-1] == "Bảng mã"


def test_ddi_describes_every_variable(demo_app: Flask) -> None:
    results = results_of(demo_app, "demo")
    book = Xml.fromstring(render_file(results, "ddi", "vi"))  # noqa: S314 — of our own making
    space = {"d": "ddi:codebook:2_5"}
    names = [variable.get("name") for variable in book.findall("d:dataDscr/d:var", space)]
    assert names == [variable.name for variable in codebook.of_results(results)]
    first = book.find(f"d:dataDscr/d:var[@name='{Q.criteria[0].key}']", space)
    assert first is not None
    languages = [
        label.get("{http://www.w3.org/XML/1998/namespace}lang") for label in first.findall("d:labl", space)
    ]
    assert languages == ["vi", "en"]
    missing = [
        c.findtext("d:catValu", namespaces=space) for c in first.findall("d:catgry[@missing='Y']", space)
    ]
    assert {"-2", "-9"} <= set(missing)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_hostile_questionnaire_makes_whole_xml(language: str) -> None:
    content = render_file(builders.hostile(), "ddi", language)
    book = Xml.fromstring(content)  # noqa: S314 — of our own making
    assert book.tag == "{ddi:codebook:2_5}codeBook"
