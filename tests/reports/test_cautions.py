"""Every output that shows a score prints every caution of it; an output that is not listed here fails."""

import csv
import html
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path

import docx
import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.publication import links, publishing, weekly_letters
from survey.publication.weekly_worker import WeeklyWorker
from survey.reports import cautions
from survey.reports.export import FORMATS
from survey.results.campaign import CampaignResults
from survey.results.cautions import Caution, cautions_of
from survey.results.current import current_results
from survey.scorecards.export import FORMATS as CARD_FORMATS
from survey.store import fieldwork, weekly
from survey.store.fieldwork import Campaign
from survey.store.scorecards import Card
from survey.store.weekly import Letter, SummaryLetter, WeeklySummary
from survey.web.context import now, start_of_today, today
from tests.builders import BUSINESS, CONTACT, database_of, send_forms
from tests.conftest import SECRET, Template, on_sqlite, running_app, sign_in_as
from tests.publication.builders import ZONE
from tests.scorecards.builders import QUARTER
from tests.web.browsing import a_token

pytestmark = on_sqlite
SUMMARY, CARD = "/office/campaigns/{key}/summary", "/office/scorecards/{card}/report"
PAGE_LABEL = "Demonstration data, not a real result."  # of pages of the office and of the public page


@dataclass(frozen=True)
class Case:
    """A campaign whose results have some cautions: forms of each group, people served, changes of its row."""

    citizens: int
    businesses: int
    served: dict[str, int]
    is_demo: bool = False
    is_open: bool = False
    late: int = 0
    few_rated: bool = False
    late_businesses: int = 0


CASES = {
    "open, demonstration, one group, some of the people": Case(
        12, 0, {"citizen": 60, "business": 9}, is_demo=True, is_open=True
    ),
    "short group, too few people entered": Case(12, 6, {"citizen": 12, "business": 5}),
    "the newest forms are not included": Case(12, 11, {}, late=3),
    "few rated a criterion": Case(12, 11, {}, few_rated=True),
    "one of the last five is a business": Case(12, 11, {}, late=4, late_businesses=1),
    "everybody": Case(12, 11, {"citizen": 12, "business": 11}),
}


@dataclass(frozen=True)
class Reader:
    """Somebody who may read every output about a campaign and a scorecard that takes its points."""

    app: Flask
    office: FlaskClient
    results: CampaignResults
    key: str

    def page(self, path: str) -> bytes:
        answer = self.office.get(path.format(key=self.key, card=QUARTER), follow_redirects=True)
        assert answer.status_code == 200, (path, answer.text[:2000])
        return bytes(answer.data)

    def program(self, path: str, permission: str) -> bytes:
        token = a_token(self.app, permission)
        answer = self.app.test_client().get(
            f"/api/v1/{path.format(key=self.key, card=QUARTER)}", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 200, answer.text
        return bytes(answer.data)


@pytest.fixture(scope="module", params=CASES, ids=list(CASES))
def reader(
    request: pytest.FixtureRequest, demo_template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("cautions")
    with running_app(demo_template.copy(folder), folder) as app:
        key = _make_campaign(app, CASES[request.param])
        office = sign_in_as(app, "admin")
        office.get("/office/?lang=en")
        yield Reader(app, office, _results(app, key), key)


def _results(app: Flask, key: str) -> CampaignResults:
    with app.app_context():
        day = start_of_today()
        moment = now()
    return current_results(database_of(app), key, now=moment, computed_at=day, office_address=None)[0]


def _make_campaign(app: Flask, case: Case) -> str:
    """A new campaign of the case, published, with the scorecard that takes its points."""
    with app.app_context():
        day = today()
    office = sign_in_as(app, "admin")
    page = office.get("/office/campaigns/new").text
    csrf = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    digest = re.findall(r'<option value="([0-9a-f]{64})"', page)[0]
    fields = {"name": "Case", "instrument_digest": digest, "desks": "Case desk", **CONTACT}
    fields["csrf_token"] = csrf
    days = {
        "opens_on": (day - timedelta(days=9)).isoformat(),
        "closes_on": (day + timedelta(days=9)).isoformat(),
    }
    assert office.post("/office/campaigns/new", data={**fields, **days}).status_code == 303

    def find(session: Session) -> tuple[Campaign, str]:
        campaign = fieldwork.campaign_by_key(session, "case")
        return campaign, fieldwork.collectors_of(session, campaign.id)[0].collector.code

    campaign, code = database_of(app).read(find)
    send_forms(app, code, case.citizens, "5")
    send_forms(app, code, case.businesses, "3", **BUSINESS)
    send_forms(app, code, 2 if case.few_rated else 0, filed_feedback="yes")
    assert office.get("/office/campaigns/case").status_code == 200
    send_forms(app, code, case.late)
    send_forms(app, code, case.late_businesses, "1", **BUSINESS)
    closes_on = day + timedelta(days=9) if case.is_open else day - timedelta(days=1)
    changes = {"populations": case.served, "is_demo": case.is_demo, "closes_on": closes_on}

    def change(session: Session) -> None:
        row = update(Campaign).where(Campaign.id == campaign.id)
        session.execute(row.values(**changes, published_at=campaign.created_at))
        publishing.share(session, "case")
        session.execute(update(Card).where(Card.id == QUARTER).values(campaign_id=campaign.id))

    database_of(app).write(change)
    return "case"


def _pdf(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def _docx(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    headers = [p.text for section in document.sections for p in section.header.paragraphs]
    return "\n".join([*headers, *document.element.body.itertext()])


def _xlsx(content: bytes) -> str:
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    rows = (row for sheet in workbook for row in sheet.iter_rows(values_only=True))
    return "\n".join(str(cell) for row in rows for cell in row if cell is not None)


def _csv(content: bytes) -> str:
    return "\n".join(cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row)


def _markup(content: bytes) -> str:
    return html.unescape(re.sub(r"<[^>]*>", " ", content.decode()))


def _png(content: bytes) -> str:
    return str(Image.open(io.BytesIO(content)).info["Description"])


def _json(content: bytes) -> str:
    return json.dumps(json.loads(content), ensure_ascii=False)


def _letter(reader: Reader) -> str:
    """The text of the letter that brings the summary made today."""
    database = database_of(reader.app)
    with reader.app.app_context():
        started = now()

    def switch_on(session: Session) -> None:
        campaign = fieldwork.campaign_by_key(session, reader.key)
        weekly.switch_on(session, campaign.id, "en", [], now=started - timedelta(days=8))

    database.write(switch_on)
    WeeklyWorker(database, ZONE, None, None, lambda: started).run_due()

    def load(session: Session) -> tuple[Campaign, WeeklySummary]:
        campaign = fieldwork.campaign_by_key(session, reader.key)
        summary = session.get_one(WeeklySummary, weekly.summaries_of(session, campaign.id)[0].id)
        assert summary.content
        return campaign, summary

    campaign, summary = database.read(load)
    due = Letter(SummaryLetter(address="a@example.vn", token="t" * 32), summary, campaign)
    letter = weekly_letters.build_letter(due, Address("O", "o", "example.vn"), None, now=started)
    return str(next(letter.iter_parts()).get_content())


def _shared_link(reader: Reader) -> str:
    campaign = database_of(reader.app).read(lambda s: fieldwork.campaign_by_key(s, reader.key))
    with reader.app.app_context():
        token = links.token_for(reader.key, campaign.share_key or "", days=7, now=now(), secret_key=SECRET)
    return f"/shared/{token}?lang=en"


READ: dict[str, Callable[[bytes], str]] = {
    "pdf": _pdf,
    "docx": _docx,
    "xlsx": _xlsx,
    "csv": _csv,
    "json": _json,
    "ddi": _markup,
    "svg": _markup,
    "png": _png,
}


def _file(path: str, name: str) -> Callable[[Reader], str]:
    return lambda reader: READ[name](reader.page(f"{path}.{name}?in=en"))


def _summaries(reader: Reader) -> str:
    return _markup(reader.page("/office/campaigns/{key}/summaries?lang=en"))


def _page(path: str) -> Callable[[Reader], str]:
    return lambda reader: _markup(reader.page(path))


def _document(path: str, permission: str) -> Callable[[Reader], str]:
    return lambda reader: _json(reader.program(path, permission))


PUBLIC_CERTIFICATES = {
    "downloads.download_certificate",
    "public_results.score_certificate",
    "api.certificate",
}
REFUSES_CERTIFICATES = {Caution.FEW_RATINGS, Caution.OLDER_CRITERIA}

# Texts for people have the sentence of each caution, documents for programs its code.
TEXTS: dict[str, Callable[[Reader], str]] = {
    **{f"downloads.summary {name}": _file(SUMMARY, name) for name in FORMATS if name != "json"},
    "reports.campaign": _page("/office/campaigns/{key}?lang=en"),
    "reports.trend": _page("/office/campaigns/{key}/trend?lang=en"),
    "reports.comparison": _page("/office/campaigns/{key}/comparison?lang=en"),
    "reports.priorities": _page("/office/campaigns/{key}/priorities?lang=en"),
    "reports.number": _page("/office/campaigns/{key}/numbers/whole/score?lang=en"),
    "public_results.summary": _page("/results/{key}?lang=en"),
    "public_results.shared_summary": lambda reader: _markup(reader.page(_shared_link(reader))),
    "public_results.score_badge": _page("/results/{key}/badge.svg?lang=en"),
    "summaries.show": lambda reader: _letter(reader) and _summaries(reader),
    "the weekly letter": _letter,
    "scorecards.card": _page("/office/scorecards/{card}?lang=en"),
    "scorecards.show_cards": _page("/office/scorecards?lang=en"),
    "scorecards.ranking": _page("/office/scorecards/ranking?period=2018-Q3&lang=en"),
    "scorecard_values.value": _page("/office/scorecards/{card}/values/satisfaction_points?lang=en"),
    **{f"scorecards.download {name}": _file(CARD, name) for name in ("pdf", "docx", "xlsx")},
}
CODES: dict[str, Callable[[Reader], str]] = {
    "downloads.summary json": _file(SUMMARY, "json"),
    "downloads.download_certificate": _file("/office/campaigns/{key}/certificate", "json"),
    "downloads.download_audit_certificate": _file("/office/campaigns/{key}/certificate-for-audit", "json"),
    "public_results.score_certificate": _file("/results/{key}/certificate", "json"),
    "api.results": _document("campaigns/{key}/results", "report.read"),
    "api.certificate": _document("campaigns/{key}/certificate", "report.download"),
    "api.scorecard": _document("scorecards/{card}", "scorecard.read"),
    "api.scorecards": _document("scorecards", "scorecard.read"),
    "scorecards.download json": _file(CARD, "json"),
}
# Outputs of a campaign or scorecard without a score, and why none is in them.
WITHOUT_SCORE = {
    "api.campaigns": "counts forms",
    "api.codebook": "names variables",
    "api.responses": "answers",
    "api.description": "describes the API",
    "comments.back_to_list": "leads on",
    "comments.download": "comments",
    "comments.show": "comments",
    "downloads.download_codebook": "names variables",
    "downloads.download_export": "answers",
    "downloads.download_responses": "answers",
    "downloads.show": "offers files",
    "publication.back_to_publication": "leads on",
    "publication.publication": "shows the badge, which has them",
    "scorecard_values.back_from_approvals": "leads on",
    "scorecard_values.back_from_decision": "leads on",
    "scorecard_values.back_from_source": "leads on",
    "scorecard_values.evidence": "documents",
    "scorecard_values.values": "typed values",
    "scorecards.document": "a definition",
    "scorecards.download csv": "typed values, as they are imported",
    "scorecards.edit": "a definition",
    "scorecards.versions": "definitions",
    "summaries.download": "the PDF of that day, as downloads.summary pdf",
}
BLUEPRINTS = {
    *("api", "comments", "downloads", "publication", "public_results", "reports"),
    *("scorecard_values", "scorecards", "summaries"),
}


def test_every_output_is_registered(demo_app: Flask) -> None:
    endpoints = {
        rule.endpoint
        for rule in demo_app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint.split(".")[0] in BLUEPRINTS
    }
    outputs = endpoints - {"downloads.summary", "scorecards.download"}
    outputs |= {f"downloads.summary {name}" for name in FORMATS}
    outputs |= {f"scorecards.download {name}" for name in CARD_FORMATS}
    registered = {*TEXTS, *CODES, *WITHOUT_SCORE} - {"the weekly letter"}
    assert outputs - registered == set(), "register it in TEXTS, CODES or WITHOUT_SCORE"
    assert registered - outputs == set(), "it is gone"


def test_the_cases_have_every_caution_together(demo_template: Template, tmp_path: Path) -> None:
    seen: set[Caution] = set()
    for name, case in CASES.items():
        folder = tmp_path / str(len(name))
        folder.mkdir()
        with running_app(demo_template.copy(folder), folder) as app:
            seen |= set(cautions_of(_results(app, _make_campaign(app, case))))
    assert seen == set(Caution)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_prints_every_caution(reader: Reader, name: str) -> None:
    text = _squeeze(TEXTS[name](reader))
    for caution in cautions_of(reader.results):
        sentence = cautions.sentence(caution, reader.results, "en")
        wordings = (sentence, PAGE_LABEL) if caution is Caution.DEMO else (sentence,)
        assert any(_squeeze(w) in text for w in wordings), f"{name} does not print {caution}: {sentence}"


@pytest.mark.parametrize("name", CODES)
def test_a_document_has_every_caution(reader: Reader, name: str) -> None:
    if name in PUBLIC_CERTIFICATES and REFUSES_CERTIFICATES.intersection(cautions_of(reader.results)):
        pytest.skip("refused: tests/results/test_few_ratings.py")
    document = CODES[name](reader)
    listed = re.findall(r'"cautions": \[(.*?)\]', document)
    for caution in cautions_of(reader.results):
        assert any(f'"{caution.value}"' in codes for codes in listed), f"{name} does not list {caution}"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_caution_has_words(reader: Reader, language: str) -> None:
    for caution in cautions_of(reader.results):
        sentence = cautions.sentence(caution, reader.results, language)
        assert sentence
        assert "{" not in sentence
    assert cautions.names(reader.results, language).count(";") == len(cautions_of(reader.results)) - 1


def _squeeze(text: str) -> str:
    """The letters, digits and signs of a text: files break lines and pages indent."""
    return re.sub(r"[\s\u2009\u00a0\u00ad\u200b]+", "", text)
