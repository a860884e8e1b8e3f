"""Scorecards on the pages: entered with evidence, approved by another, corrected with a trace."""

import html
import io
import re
import time
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey.scorecards.cards import MAX_EVIDENCE_BYTES
from survey.scorecards.values_file import read_values
from survey.store import audit, scorecards, units
from survey.store.people import Role
from survey.store.questionnaires import load_shipped
from survey.web.context import today
from survey.web.locale import gettext_in
from survey.web.table_files import TableFileError
from tests.builders import a_form, database_of, send
from tests.conftest import on_postgres
from tests.roles import only_role
from tests.scorecards.builders import (
    OF_ANOTHER_UNIT,
    PDF,
    QUARTER,
    YEAR,
    decide,
    enter,
    enter_with,
    import_file,
    results_of,
)
from tests.web.browsing import everything_in, post
from tests.web.naughty import strings

MISSING = "unit_autonomy_rate"  # in the board's third quarter
APPROVED = "propaganda_rate"


def test_an_officer_enters_with_evidence_and_a_leader_approves(
    demo_app: Flask, officer: FlaskClient, leader: FlaskClient
) -> None:
    before = results_of(demo_app, QUARTER).scored
    counted = {"numerator": "9", "denominator": "10", "evidence_ref": "77/BC-BQL"}
    sent = enter_with(officer, MISSING, (PDF, "bao-cao.pdf"), **counted)
    assert sent.status_code == 303
    waiting = results_of(demo_app, QUARTER).standings[MISSING]
    assert (waiting.is_approved, waiting.pending is not None) == (False, True)
    assert decide(leader, demo_app, QUARTER, MISSING, "approve").status_code == 303
    after = results_of(demo_app, QUARTER)
    assert after.standings[MISSING].is_approved
    assert before.points is not None
    assert after.scored.points == pytest.approx(before.points + 2.7)
    page = leader.get(f"/office/scorecards/{QUARTER}/values/{MISSING}?lang=en").text
    for text in ("90% (9 / 10)", "77/BC-BQL", "bao-cao.pdf", "Officer", "approved: Leader"):
        assert text in page
    entry = after.standings[MISSING].history[-1].entry
    file = leader.get(f"/office/scorecards/{QUARTER}/evidence/{entry.id}")
    assert file.data == PDF
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_a_correction_needs_a_reason_counts_once_approved_and_leaves_its_trace(
    demo_app: Flask, officer: FlaskClient, leader: FlaskClient
) -> None:
    refused = enter(officer, QUARTER, APPROVED, numerator="2", denominator="3")
    assert refused.status_code == 422
    assert 'href="#reason"' in refused.text
    assert len(results_of(demo_app, QUARTER).standings[APPROVED].history) == 1
    sent = enter(officer, QUARTER, APPROVED, numerator="2", denominator="3", reason="Đếm thừa một đợt")
    assert sent.status_code == 303
    waits = results_of(demo_app, QUARTER).standings[APPROVED]
    assert waits.counted is not None
    assert waits.counted.entry.numerator == 3, "the approved value stands until the correction is approved"
    decide(leader, demo_app, QUARTER, APPROVED, "approve")
    corrected = results_of(demo_app, QUARTER).standings[APPROVED]
    assert corrected.counted is not None
    assert corrected.counted.entry.numerator == 2
    page = leader.get(f"/office/scorecards/{QUARTER}/values/{APPROVED}?lang=en").text
    for text in ("100% (3 / 3)", "66.66% (2 / 3)", "Đếm thừa một đợt"):
        assert text in page
    acts = [event.act for event in database_of(demo_app).read(lambda s: audit.latest(s, 3))]
    assert acts[:2] == ["approved value", "entered value"]


def test_a_value_that_is_sent_back_does_not_count_and_says_why(
    demo_app: Flask, officer: FlaskClient, leader: FlaskClient
) -> None:
    enter(officer, QUARTER, MISSING, value="95")
    silent = decide(leader, demo_app, QUARTER, MISSING, "back")
    assert (silent.status_code, 'href="#note"' in silent.text) == (422, True)
    assert decide(leader, demo_app, QUARTER, MISSING, "back", note="Thiếu văn bản").status_code == 303
    standing = results_of(demo_app, QUARTER).standings[MISSING]
    assert (standing.counted, standing.pending, standing.was_sent_back) == (None, None, True)
    assert "Thiếu văn bản" in officer.get(f"/office/scorecards/{QUARTER}/values/{MISSING}").text


def test_entering_and_approving_are_different_rights(
    demo_app: Flask, officer: FlaskClient, leader: FlaskClient, administrator: FlaskClient
) -> None:
    assert enter(leader, QUARTER, MISSING, value="95").status_code == 403
    enter(administrator, QUARTER, MISSING, value="95")
    assert decide(officer, demo_app, QUARTER, MISSING, "approve").status_code == 403
    own = decide(administrator, demo_app, QUARTER, MISSING, "approve")
    assert (own.status_code, "somebody else has to approve" in own.text) == (422, True)
    pending = results_of(demo_app, QUARTER).standings[MISSING].pending
    assert pending is not None
    path = f"/office/scorecards/{QUARTER}/approvals?lang=en"
    assert post(administrator, path, entry=str(pending.entry.id)).status_code == 422
    assert not results_of(demo_app, QUARTER).standings[MISSING].is_approved


def test_a_value_that_was_replaced_can_no_longer_be_decided_on(
    demo_app: Flask, officer: FlaskClient, leader: FlaskClient
) -> None:
    enter(officer, QUARTER, MISSING, value="95")
    old = results_of(demo_app, QUARTER).standings[MISSING].pending
    assert old is not None
    enter(officer, QUARTER, MISSING, value="96")
    path = f"/office/scorecards/{QUARTER}/values/{MISSING}/decision?lang=en"
    late = post(leader, path, act="approve", entry=str(old.entry.id))
    assert (late.status_code, "no longer waits" in late.text) == (422, True)
    assert decide(leader, demo_app, QUARTER, MISSING, "approve").status_code == 303
    again = post(leader, path, act="approve", entry=str(old.entry.id))
    assert again.status_code == 422


@pytest.mark.parametrize("act", ["", "yes", "Approve", "return"])
def test_a_decision_that_is_neither_of_the_two_decides_nothing(
    demo_app: Flask, officer: FlaskClient, leader: FlaskClient, act: str
) -> None:
    enter(officer, QUARTER, MISSING, value="95")
    answer = decide(leader, demo_app, QUARTER, MISSING, act, note="Thiếu tháng 3")
    assert (answer.status_code, "Choose whether to approve" in answer.text) == (422, True)
    assert results_of(demo_app, QUARTER).standings[MISSING].pending is not None


def test_all_that_waits_is_approved_at_once(demo_app: Flask, leader: FlaskClient) -> None:
    waiting = [s.pending.entry.id for s in results_of(demo_app, QUARTER).standings.values() if s.pending]
    assert len(waiting) == 2
    path = f"/office/scorecards/{QUARTER}/approvals?lang=en"
    assert post(leader, path).status_code == 422
    assert post(leader, path, entry=[str(n) for n in waiting]).status_code == 303
    assert results_of(demo_app, QUARTER).waiting == ()


@pytest.mark.parametrize(
    ("key", "fields", "part", "message"),
    [
        (MISSING, {}, "value", "Fill in a value"),
        (MISSING, {"value": "abc"}, "value", "Found abc"),
        (MISSING, {"value": "9550"}, "value", "more than 1000 percent"),
        (MISSING, {"numerator": "5"}, "denominator", "Of how many cases"),
        (MISSING, {"numerator": "5", "denominator": "0"}, "denominator", "No case arose"),
        (MISSING, {"numerator": "8", "denominator": "10", "value": "90"}, "value", "8 of 10 is 80"),
        (MISSING, {"value": "90", "evidence_ref": "x" * 201}, "evidence_ref", "201 characters"),
        (MISSING, {"value": "90", "note": "a\x00b"}, "note", "cannot be printed"),
        ("staffing_within_quota", {"value": "maybe", "reason": "x"}, "value", "write yes or no"),
        ("satisfaction_points", {"value": "30"}, "value", "comes from the campaign"),
        ("rank", {"value": "21"}, "value", "from 1 to 20"),
    ],
)
def test_what_cannot_be_used_is_refused_beside_its_field(
    demo_app: Flask, officer: FlaskClient, key: str, fields: dict[str, str], part: str, message: str
) -> None:
    before = everything_in(demo_app)
    refused = enter(officer, QUARTER, key, **fields)
    assert refused.status_code == 422
    assert 'id="error-summary"' in refused.text
    assert f'href="#{part}"' in refused.text
    assert message in html.unescape(refused.text)
    assert everything_in(demo_app) == before


@pytest.mark.parametrize(
    ("content", "name", "status"),
    [
        (b"", "empty.pdf", 422),
        (b"MZ\x90\x00", "program.exe", 422),
        (b"<html><script>1</script>", "report.pdf", 422),
        (b"PK\x03\x04zip", "archive.zip", 422),
        (PDF + b"\x00" * (MAX_EVIDENCE_BYTES - 1000), "large.pdf", 303),
        (PDF + b"\x00" * (MAX_EVIDENCE_BYTES + 500_000), "larger.pdf", 413),
        (b"\x89PNG\r\n\x1a\n..", "../../scan\u202e.png", 303),
    ],
)
def test_a_document_is_taken_by_what_it_is(
    demo_app: Flask, officer: FlaskClient, content: bytes, name: str, status: int
) -> None:
    sent = enter_with(officer, MISSING, (content, name), value="95")
    assert sent.status_code == status
    assert len(results_of(demo_app, QUARTER).standings[MISSING].history) == (status == 303)
    assert ("The file is empty: choose another one" in sent.text) == (not content)


@pytest.mark.parametrize(
    ("content", "sent_name", "name"),
    [
        (PDF, "a.html", "a.pdf"),
        (b"\x89PNG\r\n\x1a\n..", "bao cao.exe", "bao cao.png"),
        (PDF, "a.PDF", "a.PDF"),
        (b"\xff\xd8\xff..", "scan.jpeg", "scan.jpeg"),
        (PDF, "report", "report.pdf"),
        (PDF, ".html", "html.pdf"),
        (PDF, "x" * 300 + ".html", "x" * 190 + ".pdf"),
    ],
)
def test_a_document_is_kept_and_given_under_a_name_of_what_it_is(
    demo_app: Flask, officer: FlaskClient, content: bytes, sent_name: str, name: str
) -> None:
    assert enter_with(officer, MISSING, (content, sent_name), value="95").status_code == 303
    entry = results_of(demo_app, QUARTER).standings[MISSING].history[-1].entry
    file = officer.get(f"/office/scorecards/{QUARTER}/evidence/{entry.id}")
    assert file.headers["Content-Disposition"].endswith((f"filename={name}", f'filename="{name}"'))


def test_a_workbook_with_a_row_of_a_million_cells_is_not_read(officer: FlaskClient) -> None:
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        row = (
            b"<worksheet><sheetData><row>"
            + b"<c><v>1</v></c>" * 1_700_000
            + b"</row></sheetData></worksheet>"
        )
        archive.writestr("xl/worksheets/sheet1.xml", row)
    begun = time.perf_counter()
    with pytest.raises(TableFileError, match="more cells, texts, formats or names"):
        read_values(book.getvalue(), "v.xlsx", scorecards.load_shipped(), gettext_in("en"))
    assert time.perf_counter() - begun < 20


def test_a_large_body_is_taken_from_nobody_else(demo_app: Flask) -> None:
    stranger = demo_app.test_client()
    sent = stranger.post(
        f"/office/scorecards/{QUARTER}/values/{MISSING}", data={"value": "95", "note": "x" * 400_000}
    )
    assert sent.status_code == 413


def test_values_travel_out_and_in_as_csv(
    demo_app: Flask, officer: FlaskClient, administrator: FlaskClient
) -> None:
    file = officer.get(f"/office/scorecards/{QUARTER}/report.csv?in=en").data
    filled = file.decode("utf-8-sig").replace(
        "unit_autonomy_rate,Public service units that run autonomously,,,,,,,",
        "unit_autonomy_rate,Public service units that run autonomously,,3,3,,,88/BC,from the file",
    )
    opened = post(
        administrator,
        "/office/scorecards",
        unit_id="1",
        period="2018-12",
        campaign="typed",
        digest=results_of(demo_app, QUARTER).digest,
    )
    card_id = int(opened.location.split("/")[-2])
    assert import_file(officer, card_id, filled.encode()).status_code == 303
    old, new = results_of(demo_app, QUARTER), results_of(demo_app, card_id)
    autonomy = new.standings[MISSING].counted
    assert autonomy is not None
    assert (autonomy.entry.evidence_ref, autonomy.entry.note) == ("88/BC", "from the file")
    for mine, theirs in zip(old.scored.indicators, new.scored.indicators, strict=True):
        if mine.key not in (MISSING, "satisfaction_points"):
            assert (mine.value, mine.points, mine.state) == (theirs.value, theirs.points, theirs.state)


@pytest.mark.slow
def test_importing_what_is_there_already_asks_nobody_to_approve_it_again(
    demo_app: Flask, officer: FlaskClient
) -> None:
    file = officer.get(f"/office/scorecards/{QUARTER}/report.csv?in=vi").data
    before = {key: len(s.history) for key, s in results_of(demo_app, QUARTER).standings.items()}
    changed = file.replace(b",4,4,", b",3,4,")
    assert import_file(officer, QUARTER, changed).status_code == 303
    after = {key: len(s.history) for key, s in results_of(demo_app, QUARTER).standings.items()}
    assert [key for key in after if after[key] > before[key]] == ["tthc_control_rate"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"indicator_key,value\nunit_autonomy_rate,90\nplan_completion_rate,x\n", "row 3, column value"),
        (b"indicator_key,value,note\nunit_autonomy_rate,90," + b"x" * 501, "row 2, column note: 501"),
        (b"a,b\n", "are needed; found: a, b"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_a_file_is_entered_whole_or_not_at_all(
    demo_app: Flask, officer: FlaskClient, content: bytes, message: str
) -> None:
    before = everything_in(demo_app)
    refused = import_file(officer, QUARTER, content)
    assert refused.status_code == 422
    assert 'id="error-summary"' in refused.text
    assert message in html.unescape(refused.text)
    assert everything_in(demo_app) == before


def test_satisfaction_is_live(demo_app: Flask, citizen: FlaskClient) -> None:
    before = results_of(demo_app, QUARTER)
    for _ in range(20):
        send(citizen, a_form(load_shipped(), "1"))
    after = results_of(demo_app, QUARTER)
    assert before.scored.points is not None
    assert after.scored.points is not None
    assert after.scored.points < before.scored.points - 0.1
    assert after.source is not None
    assert before.source is not None
    assert after.source.n_forms == before.source.n_forms + 20


def test_the_campaign_behind_the_satisfaction_can_be_chosen_again(
    demo_app: Flask, officer: FlaskClient, leader: FlaskClient
) -> None:
    path = f"/office/scorecards/{QUARTER}/source?lang=en"
    assert post(leader, path, campaign="typed").status_code == 403
    assert post(officer, path, campaign="999").status_code == 422
    assert post(officer, path, campaign="typed").status_code == 303
    typed = results_of(demo_app, QUARTER)
    assert (typed.source, "satisfaction_points" in {line.key for line in typed.missing}) == (None, True)
    entered = enter(officer, QUARTER, "satisfaction_points", value="28,5", low="27", high="30")
    assert entered.status_code == 303
    interval = results_of(demo_app, QUARTER).scored.interval
    assert interval is not None
    assert interval.high - interval.low == pytest.approx(3)
    assert post(officer, path, campaign="1").status_code == 303
    fed = results_of(demo_app, QUARTER)
    assert fed.source is not None
    assert fed.source.key == "demo-truoc"


@pytest.mark.slow
def test_a_person_of_a_unit_sees_that_unit_only(demo_app: Flask, viewer: FlaskClient) -> None:
    def join(session: Session) -> None:
        other = scorecards.card(session, OF_ANOTHER_UNIT)
        only_role(session, 2, Role.VIEWER, other.unit.id)

    assert viewer.get(f"/office/scorecards/{QUARTER}").status_code == 200
    database_of(demo_app).write(join)
    entry = results_of(demo_app, QUARTER).standings["plan_completion_rate"].history[0].entry
    for path in (
        "",
        "/values",
        f"/values/{APPROVED}",
        "/report.pdf",
        "/report.json",
        f"/evidence/{entry.id}",
    ):
        assert viewer.get(f"/office/scorecards/{QUARTER}{path}").status_code == 404, path
    assert viewer.get("/office/tasks/1").status_code == 404
    assert viewer.get(f"/office/scorecards/{OF_ANOTHER_UNIT}").status_code == 200
    assert viewer.get(f"/office/scorecards/{OF_ANOTHER_UNIT}/evidence/{entry.id}").status_code == 404
    for path in ("/office/scorecards", "/office/scorecards/ranking?period=2018", "/office/tasks"):
        page = viewer.get(f"{path}{'&' if '?' in path else '?'}lang=en").text
        assert "Made-up department 03" not in page, path
        assert "Management Board" not in page, path
    ranking = viewer.get("/office/scorecards/ranking?period=2018&lang=en").text
    assert "Made-up department 02" in ranking
    assert ranking.count('<th scope="row">') == 1
    assert "Places are among 20 units." in ranking


def test_the_ranking_shows_how_sure_each_place_is(viewer: FlaskClient) -> None:
    page = viewer.get("/office/scorecards/ranking?period=2018&lang=en").text
    assert page.count('<th scope="row">') == 20
    assert "Probability of the top 10" in page
    assert viewer.get("/office/scorecards/ranking?period=2031").status_code == 200
    assert viewer.get("/office/scorecards/ranking?period=nonsense").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("period", ["", "2018-Q5", "2018-13", "next year", "2018", "\u0662018"])
def test_a_scorecard_needs_a_period_that_is_free(demo_app: Flask, officer: FlaskClient, period: str) -> None:
    before = everything_in(demo_app)
    quarter = results_of(demo_app, QUARTER)
    new = {"unit_id": str(quarter.unit_id), "period": period, "campaign": "typed", "digest": quarter.digest}
    refused = post(officer, "/office/scorecards?lang=en", **new)
    assert refused.status_code == 422
    assert 'href="#period"' in refused.text
    assert everything_in(demo_app) == before


def test_the_page_says_what_a_leader_asks(viewer: FlaskClient) -> None:
    page = html.unescape(viewer.get(f"/office/scorecards/{YEAR}?lang=en").text)
    for text in (
        "Internal estimate",
        "95% confidence interval",
        "Rank 9 of 20: the target, the top 10, is reached",
        "In 2017: rank 13 of 20",
        "What moves the total most",
        "Tasks done: 7 of 10",
        "no target set",
    ):
        assert text in page, text
    quarter = html.unescape(viewer.get(f"/office/scorecards/{QUARTER}?lang=en").text)
    for text in ("Values missing: 2; waiting for approval: 2", "What could be lost", "Quarter 1 of 2018"):
        assert text in quarter, text


def test_a_definition_is_changed_into_another_version(
    demo_app: Flask, administrator: FlaskClient, officer: FlaskClient
) -> None:
    digest = results_of(demo_app, QUARTER).digest
    text = administrator.get(f"/office/scorecards/definitions/{digest}.yaml").text
    edit = f"/office/scorecards/definitions/{digest}/edit?lang=en"
    assert officer.get(edit).status_code == 403
    broken = post(administrator, edit, text=text.replace("max_points: 38.0", "max_points: 30.0"))
    assert (broken.status_code, "max_points sum to 92" in broken.text) == (422, True)
    decided = text.replace("version: 1", "version: 2\n  decision: Quyết định 01/QĐ-UBND")
    assert post(administrator, edit, text=decided).status_code == 303
    known = database_of(demo_app).read(scorecards.versions)
    assert sorted(version.version for version in known) == [1, 2]
    assert results_of(demo_app, QUARTER).digest == digest, "a card stays with the version it was opened with"


def test_tasks_are_added_marked_and_counted(demo_app: Flask, officer: FlaskClient) -> None:
    with demo_app.app_context():
        day = today()
    wrong = post(officer, "/office/tasks?lang=en", title="", unit_id="1", year="1", due_on="x")
    assert wrong.status_code == 422
    for part in ("title", "year", "due_on"):
        assert f'href="#{part}"' in wrong.text
    answer = post(
        officer, "/office/tasks", title="Họp", unit_id="1", year=str(day.year), due_on=f"{day:%d/%m/%Y}"
    )
    assert answer.status_code == 303
    task = database_of(demo_app).read(lambda s: scorecards.tasks(s, year=day.year))[0]
    path = f"/office/tasks/{task.id}?lang=en"
    assert post(officer, path, done_on=str(day + timedelta(days=1))).status_code == 422
    assert post(officer, path, done_on="someday").status_code == 422
    for beyond in ("0001-01-01", "9999-12-31"):
        late = post(officer, "/office/tasks?lang=en", title="x", unit_id="1", year="2026", due_on=beyond)
        assert (late.status_code, "in a year from 2000 to 2099: Due" in late.text) == (422, True)
        assert post(officer, path, done_on=beyond).status_code == 422
    assert post(officer, path, done_on=str(day), evidence_ref="9/BC").status_code == 303
    page = officer.get(f"/office/tasks?year={day.year}&lang=en").text
    assert "Tasks done: 1 of 1; late: 0." in page
    assert "9/BC" in page


def test_units_and_their_people_are_kept(demo_app: Flask, administrator: FlaskClient) -> None:
    path, top = "/office/units?lang=en", str(database_of(demo_app).read(units.province).id)
    new = {"name": "Sở Minh họa", "name_en": "", "parent": top}
    assert post(administrator, path, **new).status_code == 303
    again = post(administrator, path, **new)
    assert (again.status_code, "of this name already" in again.text) == (422, True)
    unit = database_of(demo_app).read(lambda s: units.units_named(s, "Sở Minh họa")[0])
    assert unit is not None
    assert post(administrator, "/office/people/2/unit", belongs_to=str(unit.id)).status_code == 303
    assert unit.name in administrator.get("/office/people").text
    assert post(administrator, "/office/people/2/unit", belongs_to="999").status_code == 422
    assert post(administrator, "/office/people/999/unit", belongs_to=str(unit.id)).status_code == 404


def test_numbers_in_an_address_may_be_anything(administrator: FlaskClient) -> None:
    for text in ("9" * 5000, "-1", "\u0662", "x", "0" * 5000, ""):
        for path in ("/office/tasks", "/office/scorecards/ranking"):
            query = {"year": text, "unit": text, "period": text}
            assert administrator.get(path, query_string=query).status_code == 200


@pytest.mark.parametrize("path", ["", "/3", "/3/values", "/ranking", "/definitions"])
def test_no_page_is_there_for_a_card_that_is_not(administrator: FlaskClient, path: str) -> None:
    assert administrator.get(f"/office/scorecards{path}").status_code == 200
    if path.startswith("/3"):
        assert administrator.get(f"/office/scorecards{path.replace('/3', '/999')}").status_code == 404


@on_postgres
def test_hostile_words_are_refused_or_kept_and_shown_as_text(demo_app: Flask, officer: FlaskClient) -> None:
    for text in strings()[::25]:
        sent = enter(officer, QUARTER, MISSING, value="95", evidence_ref=text, note=text)
        assert sent.status_code in {303, 422}, ascii(text)
        entries = results_of(demo_app, QUARTER).standings[MISSING].history
        if sent.status_code == 303:
            assert entries[-1].entry.evidence_ref == text.strip(), ascii(text)
    plain = officer.get(f"/office/scorecards/{QUARTER}/values/{APPROVED}").text
    page = officer.get(f"/office/scorecards/{QUARTER}/values/{MISSING}").text
    assert set(re.findall(r"<[a-z]+", page)) <= set(re.findall(r"<[a-z]+", plain))
    assert officer.get(f"/office/scorecards/{QUARTER}").status_code == 200


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "=cmd()", "x" * 300])
def test_hostile_names_of_tasks_and_units_are_text(
    demo_app: Flask, administrator: FlaskClient, text: str
) -> None:
    task = {"title": text, "unit_id": "1", "year": "2019", "due_on": "2019-01-31", "responsible": text[:200]}
    assert post(administrator, "/office/tasks", **task).status_code == 303
    post(administrator, "/office/units", name=text, name_en=text)
    for path in ("/office/tasks?year=2019", "/office/units", "/office/scorecards"):
        page = administrator.get(path)
        assert page.status_code == 200
        assert "<script>alert(1)" not in page.text
