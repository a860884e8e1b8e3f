"""The demonstration: two rounds a year apart, answered as people answer, labelled wherever they show."""

import io
from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.fieldwork import demo
from survey.instrument.answers import Answers, Missing, from_stored
from survey.instrument.questionnaire import GROUP_QUESTION
from survey.instrument.routing import asked_keys
from survey.store import fieldwork, responses
from survey.store.db import Database
from survey.store.fieldwork import Campaign
from survey.store.questionnaires import load_shipped
from survey.store.responses import ResponseRow
from tests.builders import a_form, database_of, receipt_in
from tests.conftest import TODAY, Template, on_sqlite

Q = load_shipped()


def rows(session: Session) -> list[ResponseRow]:
    return list(session.scalars(select(ResponseRow).order_by(ResponseRow.id)))


def make(database: Database, seed: int) -> tuple[list[Campaign], list[ResponseRow]]:
    database.write(lambda s: demo.make_demo(s, today=TODAY, rng=np.random.default_rng(seed)))
    return database.read(fieldwork.campaigns), database.read(rows)


def answers(row: ResponseRow) -> Answers:
    assert row.answers is not None
    return from_stored(Q, row.answers, row.comment)


@pytest.fixture
def forms(database: Database) -> list[ResponseRow]:
    return make(database, 1)[1]


def test_two_campaigns_lie_a_year_apart(database: Database) -> None:
    newer, older = make(database, 1)[0]
    assert (newer.key, older.key) == ("demo", "demo-truoc")
    assert newer.opens_on - older.opens_on == timedelta(days=365)
    assert newer.is_open(TODAY)
    assert not older.is_open(TODAY)
    assert newer.is_demo
    assert older.is_demo
    assert newer.name == f"Khảo sát hài lòng {newer.opens_on.year}–{newer.closes_on.year}"
    assert older.name == f"Khảo sát hài lòng {older.opens_on.year}"


def test_each_has_about_three_hundred_forms(forms: list[ResponseRow]) -> None:
    assert all(290 <= n <= 330 for n in Counter(row.campaign_id for row in forms).values())
    assert len({row.collector_id for row in forms}) == 8, "four desks in each"


def content_of(row: ResponseRow) -> tuple[object, ...]:
    return row.submission_id, row.answers, row.comment, row.received_at, row.language, row.is_complete


def test_the_same_seed_makes_the_same_people_and_another_seed_others(
    database: Database, tmp_path: Path, empty_template: Template
) -> None:
    first = [content_of(row) for row in make(database, 5)[1]]
    for seed, is_same in ((5, True), (6, False)):
        folder = tmp_path / str(seed)
        folder.mkdir()
        other = Database(empty_template.copy(folder))
        assert ([content_of(row) for row in make(other, seed)[1]] == first) == is_same
        other.dispose()


def test_people_are_asked_what_their_answers_open_and_nothing_else(forms: list[ResponseRow]) -> None:
    for row in forms:
        values = answers(row).values
        chosen = {q.key: str(values[q.key]) for q in Q.questions if isinstance(values[q.key], str)}
        on_path = asked_keys(Q, chosen)
        for item in Q.items():
            assert (values[item.key] is Missing.NOT_ASKED) == (item.key not in on_path), item.key
            assert (item.key in (row.answers or {})) == (item.key in on_path), item.key


def test_some_things_do_not_apply_and_some_are_left_blank(forms: list[ResponseRow]) -> None:
    counts = Counter(
        value for row in forms for value in answers(row).values.values() if isinstance(value, Missing)
    )
    assert all(counts[kind] > 50 for kind in Missing)
    offered = {criterion.key for criterion in Q.criteria if criterion.not_applicable is not None}
    used = {key for row in forms for key, v in answers(row).values.items() if v is Missing.NOT_APPLICABLE}
    assert used <= offered


def test_required_questions_are_answered_and_every_answer_is_on_the_scale(forms: list[ResponseRow]) -> None:
    scale = {option.value for option in Q.scale.options}
    for row in forms:
        filled = answers(row)
        assert filled.option(GROUP_QUESTION) in Q.offered_groups()
        assert {v for v in filled.values.values() if isinstance(v, int)} <= scale
        for question in Q.questions:
            if question.required and filled.values[question.key] is not Missing.NOT_ASKED:
                assert filled.option(question.key) in {option.key for option in question.options}


def test_forms_came_in_while_the_campaign_was_open_in_office_hours(database: Database) -> None:
    campaigns, forms = make(database, 1)
    by_id = {campaign.id: campaign for campaign in campaigns}
    for row in forms:
        there = row.received_at + timedelta(hours=7)
        assert by_id[row.campaign_id].opens_on <= there.date() <= TODAY
        assert 8 <= there.hour <= 17


def test_nobody_holds_the_receipt_of_a_made_up_form(forms: list[ResponseRow]) -> None:
    assert all(row.receipt_hash.startswith("demo:") for row in forms)


def test_some_people_declined(database: Database) -> None:
    make(database, 1)

    def count_declined(session: Session) -> list[int]:
        counts = []
        for campaign in fieldwork.campaigns(session):
            ids = [row.collector.id for row in fieldwork.collectors_of(session, campaign.id)]
            counts.append(responses.count_declined(session, ids))
        return counts

    assert all(n >= 8 for n in database.read(count_declined))


LABELS = {"vi": "minh họa", "en": "demonstration"}


@on_sqlite
@pytest.mark.parametrize("lang", LABELS)
def test_every_page_of_a_demonstration_says_so(
    citizen: FlaskClient, administrator: FlaskClient, lang: str
) -> None:
    query, form = f"?lang={lang}", a_form(Q)
    sent = citizen.post(f"/s/demo/send{query}", data=form)
    pages = [
        citizen.get(f"/s/demo{query}"),
        citizen.post(f"/s/demo{query}", data=form),
        citizen.post(f"/s/demo/check{query}", data=form),
        citizen.get(f"/s/demo/declined{query}"),
        sent,
        citizen.post(f"/receipt{query}", data={"code": receipt_in(sent.text)}),
        administrator.get(f"/office/campaigns/demo{query}"),
        administrator.get(f"/office/campaigns/demo/desks{query}"),
        administrator.get(f"/office/campaigns/demo-truoc{query}"),
    ]
    for page in pages:
        banner = page.text.partition('<p class="demo">')[2].partition("</p>")[0]
        assert LABELS[lang] in banner.lower(), page.request.path
    assert 'class="tag"' in administrator.get(f"/office/{query}").text


def words_of(extension: str, content: bytes) -> str:
    """What a reader of the file sees, as one text."""
    if extension == "pdf":
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    elif extension == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        text = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    else:
        text = content.decode("utf-8")
    return " ".join(text.replace("\u200b", "").lower().split())


@on_sqlite
@pytest.mark.parametrize("lang", LABELS)
@pytest.mark.parametrize("extension", ["pdf", "xlsx", "csv", "svg"])
def test_every_file_of_a_demonstration_says_so(administrator: FlaskClient, extension: str, lang: str) -> None:
    file = administrator.get(f"/office/campaigns/demo/summary.{extension}?in={lang}")
    assert LABELS[lang] in words_of(extension, file.data)


@on_sqlite
def test_the_poster_of_a_demonstration_says_so(administrator: FlaskClient) -> None:
    poster = words_of("pdf", administrator.get("/s/demo/poster.pdf").data)
    assert "bản minh họa" in poster
    assert "demonstration" in poster


def test_a_real_campaign_is_not_called_a_demonstration(demo_app: Flask, administrator: FlaskClient) -> None:
    def real(session: Session) -> None:
        campaign = fieldwork.campaign_by_key(session, "demo")
        campaign.is_demo, campaign.name = False, "Khảo sát thật"

    database_of(demo_app).write(real)
    for path in ("/office/campaigns/demo", "/office/campaigns/demo/desks", "/s/demo"):
        assert 'class="demo"' not in administrator.get(path).text, path
    assert "minh họa" not in words_of(
        "csv", administrator.get("/office/campaigns/demo/summary.csv?in=vi").data
    )
