"""20 departments: nothing of one stands in any page, file or answer that another one's people see."""

import html
import io
import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.fieldwork.campaigns import NewCampaign, open_campaign, set_forms_issued
from survey.instrument.answers import Answers, to_stored
from survey.scorecards.cards import NewCard, NewEntry, enter, open_card
from survey.scorecards.periods import Period
from survey.scoring.par_index import Observed
from survey.store import fieldwork, questionnaires, responses, scorecards, units
from survey.store.fieldwork import Contact
from survey.store.people import Role
from survey.store.responses import NewResponse
from survey.store.scorecards import Task
from survey.store.units import Unit, UnitKind
from survey.web.locale import text_of
from tests.access.province import add_official, add_token
from tests.builders import NOW, QUESTIONNAIRE, database_of
from tests.conftest import Template, on_sqlite, running_app, sign_in_as

pytestmark = [on_sqlite, pytest.mark.slow]
_N_DEPARTMENTS, _N_CAMPAIGNS, _N_FORMS = 20, 3, 12
_ROLES = (Role.ADMINISTRATOR, Role.OFFICER, Role.LEADER, Role.INSPECTOR, Role.VIEWER)
_DAYS = (date(2026, 11, 1), date(2027, 3, 1))
_MOST_PAGES = 250


@dataclass(frozen=True)
class Marks:
    """A word and a number that stand in everything that belongs to one department."""

    word: str
    number: int


def marks_of(department: int) -> Marks:
    letters = "".join(chr(ord("A") + int(digit)) for digit in f"{department:02}")
    return Marks(f"Xq{letters}wz", 7_310_057 + 10_007 * department)


@pytest.fixture(scope="module")
def province(empty_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("departments")
    with running_app(empty_template.copy(folder), folder) as app:
        for department in range(_N_DEPARTMENTS):
            database_of(app).write(lambda session, n=department: _fill(session, n))  # type: ignore[misc]
        yield app


def _fill(session: Session, department: int) -> None:
    marks = marks_of(department)
    top = units.province(session)
    unit = units.add_unit(session, text_of(f"Sở {marks.word}"), parent=top, kind=UnitKind.DEPARTMENT)
    people = [add_official(session, f"{marks.word.lower()}-{role}", role, unit) for role in _ROLES]
    questionnaire = replace(QUESTIONNAIRE, key=f"q_{marks.word.lower()}")
    digest = questionnaires.publish(session, questionnaire, now=NOW, unit=unit)
    for number in range(_N_CAMPAIGNS):
        _add_campaign(session, marks, unit, digest, number)
    card_digest = scorecards.publish(session, scorecards.load_shipped(), now=NOW)
    card = open_card(session, NewCard(unit.id, Period(2026, "year", 0), card_digest, None), now=NOW)
    count = Observed(None, marks.number, 2 * marks.number)
    entry = NewEntry("tthc_ontime_rate", count, evidence_ref=marks.word, note=marks.word)
    enter(session, card.id, entry, person_id=people[1].id, now=NOW)
    title = f"Việc {marks.word}"
    task = Task(unit_id=unit.id, year=2026, title=title, responsible="", due_on=_DAYS[1], evidence_ref="")
    scorecards.add_task(session, task)
    add_token(session, f"survey_{marks.word}", people[0].id, unit)


def _add_campaign(session: Session, marks: Marks, unit: Unit, digest: str, number: int) -> None:
    office = Contact(f"Sở {marks.word}", "1", "0255 123 456", f"{marks.word}@example.gov.vn", marks.word)
    new = NewCampaign(
        name=f"Khảo sát {number} {marks.word}",
        instrument_digest=digest,
        opens_on=_DAYS[0],
        closes_on=_DAYS[1],
        desks=(text_of(f"Quầy {marks.word}"),),
        key=f"{marks.word.lower()}-{number}",
        contact=office,
        unit_id=unit.id,
    )
    campaign = open_campaign(session, new, now=NOW)
    set_forms_issued(session, campaign.id, marks.number)
    (row,) = fieldwork.collectors_of(session, campaign.id)
    forms = [_form(campaign.id, row.collector.id, digest, marks) for _ in range(_N_FORMS)]
    responses.add_many(session, forms)


def _form(campaign_id: int, collector_id: int, digest: str, marks: Marks) -> NewResponse:
    values = {criterion.key: 4 for criterion in QUESTIONNAIRE.criteria}
    answers = Answers({"respondent_group": "business", **values}, marks.word)
    return NewResponse(
        submission_id=str(uuid4()),
        receipt_hash=uuid4().hex,
        campaign_id=campaign_id,
        collector_id=collector_id,
        instrument_digest=digest,
        language="vi",
        mode="self",
        received_at=datetime(2026, 11, 2, tzinfo=UTC),
        is_complete=True,
        answers=to_stored(answers),
        comment=marks.word,
    )


def crawl(client: FlaskClient, start: str, headers: dict[str, str], *, with_files: bool) -> dict[str, str]:
    """Everything that links lead to from a page, as text by address."""
    waiting = [start]
    seen: dict[str, str] = {}
    while waiting and len(seen) < _MOST_PAGES:
        path = waiting.pop(0)
        if path in seen:
            continue
        answer = client.get(path, headers=headers, buffered=True)
        seen[path] = text_in(answer)
        links = re.findall(r'(?:href="|": ")(/(?:office|api)/[^"#]*)', answer.text if is_text(answer) else "")
        for link in links:
            address = urljoin(path, html.unescape(link))
            is_file = "." in urlsplit(address).path.rpartition("/")[2]
            if "lang=en" not in address and "in=en" not in address and (with_files or not is_file):
                waiting.append(address)
    return seen


def is_text(answer: TestResponse) -> bool:
    kind = answer.mimetype or ""
    return kind.startswith("text/") or kind.endswith("json")


def text_in(answer: TestResponse) -> str:
    """All letters and digits of an answer, whatever kind of file it is."""
    content: bytes = answer.data
    if answer.mimetype == "application/pdf":
        command = ["/usr/bin/pdftotext", "-", "-"]
        content = subprocess.run(command, input=content, capture_output=True, check=True).stdout  # noqa: S603
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            return " ".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())
    return content.decode("utf-8", "replace")


def digits_of(text: str) -> str:
    """A text in which numbers stand as digits only, however they were grouped."""
    return re.sub(r"(?<=\d)[.,\u00a0\u202f ](?=\d{3})", "", text)


def of_others(text: str) -> list[str]:
    """What stands in a text of another department than the first."""
    others = [marks_of(department) for department in range(1, _N_DEPARTMENTS)]
    plain, lowered = digits_of(text), text.casefold()
    names = [marks.word for marks in others if marks.word.casefold() in lowered]
    return names + [str(marks.number) for marks in others if str(marks.number) in plain]


@pytest.mark.parametrize("role", _ROLES)
def test_no_page_or_file_tells_anything_of_another_department(province: Flask, role: Role) -> None:
    client = sign_in_as(province, f"{marks_of(0).word.lower()}-{role}")
    seen = crawl(client, "/office/", {}, with_files=role is Role.ADMINISTRATOR)
    assert len(seen) > 30
    assert sum(marks_of(0).word in text for text in seen.values()) > 20, "the crawl found what is its own"
    assert {path: rest for path, text in seen.items() if (rest := of_others(text))} == {}


def test_no_answer_of_the_api_tells_anything_of_another_department(province: Flask) -> None:
    headers = {"Authorization": f"Bearer survey_{marks_of(0).word}"}
    client = province.test_client(use_cookies=False)
    seen: dict[str, str] = {}
    for start in ("/api/v1/campaigns", "/api/v1/scorecards"):
        seen |= crawl(client, start, headers, with_files=True)
    assert len(seen) > 12
    assert {path: rest for path, text in seen.items() if (rest := of_others(text))} == {}


def test_the_province_sees_every_department(province: Flask) -> None:
    text = sign_in_as(province, "admin").get("/office/").text
    assert all(marks_of(department).word in text for department in range(_N_DEPARTMENTS))
