"""Weekly summaries: when they are due, each made once and kept, whatever happens to its process."""

import hashlib
import html
import io
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from survey.publication.weekly_schedule import newest_due, next_due, week_before
from survey.publication.weekly_worker import WeeklyWorker
from survey.store import weekly
from survey.store.leases import LEASE, MAX_ATTEMPTS
from survey.store.weekly import SummaryState, WeeklySummary
from survey.web.background import BackgroundThread, attach
from tests.builders import QUESTIONNAIRE, a_form, database_of, send
from tests.comments.builders import note
from tests.conftest import csrf_in, sign_in_as
from tests.publication.builders import PAGE, WEEKS, ZONE, summaries, switch_on, the_campaign
from tests.waiting import Clock, wait_until
from tests.web.browsing import a_comment

OPENS, CLOSES = date(2026, 11, 4), date(2026, 11, 27)  # a Wednesday, and a Friday
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def office_time(day: int, hour: int = 6, month: int = 11) -> datetime:
    """A moment on the office's clock."""
    return datetime(2026, month, day, hour, tzinfo=ZONE)


def due(now: datetime, since: datetime = LONG_AGO, zone: ZoneInfo = ZONE) -> date | None:
    return newest_due(OPENS, CLOSES, since=since, now=now, zone=zone)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (office_time(2), None),
        (office_time(8), None),
        (office_time(9, 5), None),
        (office_time(9), date(2026, 11, 9)),
        (office_time(15), date(2026, 11, 9)),
        (office_time(16, 5), date(2026, 11, 9)),
        (office_time(16), date(2026, 11, 16)),
        (office_time(27), date(2026, 11, 23)),
        (office_time(28, 5), date(2026, 11, 23)),
        (office_time(28), date(2026, 11, 28)),
        (office_time(30), date(2026, 11, 28)),
        (office_time(31, month=12), date(2026, 11, 28)),
    ],
)
def test_a_summary_is_due_on_monday_mornings_and_after_the_last_day(now: datetime, day: date | None) -> None:
    assert due(now) == day


def test_a_campaign_that_opens_on_a_monday_or_for_one_day_has_nothing_to_sum_up_that_morning() -> None:
    monday = date(2026, 11, 9)
    whole = {"since": LONG_AGO, "zone": ZONE}
    assert newest_due(monday, CLOSES, now=office_time(9, 12), **whole) is None  # type: ignore[arg-type]
    assert newest_due(monday, monday, now=office_time(9, 12), **whole) is None  # type: ignore[arg-type]
    assert newest_due(monday, monday, now=office_time(10), **whole) == date(2026, 11, 10)  # type: ignore[arg-type]


def test_nothing_is_due_for_the_time_before_it_was_switched_on() -> None:
    assert due(office_time(18), since=office_time(17)) is None
    assert due(office_time(16), since=office_time(16, 5)) == date(2026, 11, 16)
    assert due(office_time(16, 7), since=office_time(16)) is None
    assert due(office_time(23), since=office_time(17)) == date(2026, 11, 23)


def test_monday_begins_where_the_office_is() -> None:
    now = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)  # 6:30 on Monday in Quảng Ngãi, Sunday in London
    assert due(now) == date(2026, 11, 16)
    assert due(now, zone=ZoneInfo("Europe/London")) == date(2026, 11, 9)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (office_time(1), 9),
        (office_time(4), 9),
        (office_time(9, 5), 9),
        (office_time(9), 16),
        (office_time(17), 23),
        (office_time(23), 28),
        (office_time(28, 5), 28),
        (office_time(28), None),
    ],
)
def test_the_next_one_is_told(now: datetime, day: int | None) -> None:
    following = next_due(OPENS, CLOSES, now=now, zone=ZONE)
    assert following == (date(2026, 11, day) if day else None)
    if following:
        assert due(datetime.combine(following, office_time(1).timetz(), ZONE)) == following


@pytest.mark.parametrize("year", [2026, 9998])
def test_the_next_one_of_a_campaign_to_the_end_of_all_days_is_told(year: int) -> None:
    whole = date.min, date.max
    for day in (date(year, 11, 3), date(year, 12, 30), date(year, 12, 31)):
        now = datetime.combine(day, office_time(1).timetz(), ZONE)
        following = next_due(*whole, now=now, zone=ZONE)
        assert following is not None
        assert day <= following <= date.max
        assert following.weekday() == 0 or following == date.max
        newest = newest_due(*whole, since=office_time(1), now=now, zone=ZONE)
        assert newest is None or newest <= day


def test_a_summary_closes_a_week_of_the_campaign() -> None:
    assert week_before(date(2026, 11, 16), OPENS) == (date(2026, 11, 9), date(2026, 11, 15))
    assert week_before(date(2026, 11, 9), OPENS) == (OPENS, date(2026, 11, 8))
    assert week_before(date(2026, 11, 28), OPENS) == (date(2026, 11, 23), CLOSES)


@pytest.fixture
def worker(demo_app: Flask, clock: Clock) -> WeeklyWorker:
    return a_worker(demo_app, clock)


def a_worker(app: Flask, clock: Callable[[], datetime]) -> WeeklyWorker:
    """What the pages wake too, so that no other clock meddles."""
    created = WeeklyWorker(database_of(app), ZONE, None, None, clock)
    attach(app, BackgroundThread(created))
    return created


def days(app: Flask) -> list[date]:
    return [summary.due_on for summary in summaries(app)]


def test_a_summary_is_made_once_a_week_and_says_what_the_page_says(
    demo_app: Flask, worker: WeeklyWorker, clock: Clock
) -> None:
    switch_on(demo_app, clock.moment - WEEKS[1])
    outcomes = [outcome.message for outcome in worker.run_due()]
    monday = clock.moment.date() - timedelta(days=1)
    assert outcomes == [f"demo {monday}: made"]
    assert worker.run_due() == []
    clock.moment += WEEKS[1]
    worker.run_due()
    newest, first = summaries(demo_app)
    assert (newest.due_on, first.due_on) == (monday + WEEKS[1], monday)
    assert first.content is not None
    assert first.content.startswith(b"%PDF-")
    assert first.headline is not None
    assert "/ 38 điểm" in first.headline["vi"]
    assert "/ 38 points" in first.headline["en"]
    log = sign_in_as(demo_app, "admin").get("/office/audit?lang=en").text.partition("<tbody>")[2]
    assert log.count("made a weekly summary") == 2


@pytest.mark.slow
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_file_is_the_download_of_its_day_and_stays_as_it_was_made(
    demo_app: Flask, clock: Clock, language: str
) -> None:
    clock.moment = datetime.now(UTC)
    switch_on(demo_app, clock.moment - WEEKS[2], language=language)
    office = sign_in_as(demo_app, "viewer")
    a_worker(demo_app, clock).run_due()
    same_day = office.get(f"/office/campaigns/demo/summary.pdf?in={language}").data
    (summary,) = summaries(demo_app)
    address = f"{PAGE}/{summary.id}.pdf"
    assert office.get(address).data == same_day == summary.content
    assert hashlib.sha256(same_day).hexdigest() == summary.sha256
    for _form in range(3):
        send(demo_app.test_client(), a_form(QUESTIONNAIRE, "1"))
    assert office.get(f"/office/campaigns/demo/summary.pdf?in={language}").data != same_day
    answer = office.get(address)
    assert answer.data == same_day
    assert f"demo-{summary.due_on}-{language}.pdf" in answer.headers["Content-Disposition"]


@pytest.mark.slow
def test_comments_are_in_the_report_and_not_in_what_is_kept_and_sent(
    demo_app: Flask, clock: Clock, administrator: FlaskClient
) -> None:
    clock.moment = datetime.now(UTC)
    assert note(administrator, a_comment(demo_app), is_for_report="yes") == 303
    switch_on(demo_app, clock.moment - WEEKS[2], language="en")
    a_worker(demo_app, clock).run_due()
    (summary,) = summaries(demo_app)
    assert summary.content is not None
    heading = "Comments of respondents"
    assert heading in words_of(administrator.get("/office/campaigns/demo/summary.pdf?in=en").data)
    assert heading not in words_of(summary.content)


def words_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_after_weeks_without_a_server_one_summary_is_made(
    demo_app: Flask, worker: WeeklyWorker, clock: Clock
) -> None:
    switch_on(demo_app, clock.moment - WEEKS[1])
    worker.run_due()
    clock.moment += WEEKS[4]
    worker.run_due()
    newest, first = days(demo_app)
    assert newest > first + WEEKS[1]


def test_the_last_one_is_made_the_day_after_the_campaign_and_then_no_more(
    demo_app: Flask, worker: WeeklyWorker, clock: Clock
) -> None:
    switch_on(demo_app, clock.moment)
    clock.moment += timedelta(days=500)
    worker.run_due()
    clock.moment += WEEKS[9]
    assert worker.run_due() == []
    assert days(demo_app) == [the_campaign(demo_app).closes_on + timedelta(days=1)]


def test_of_many_processes_one_makes_it(demo_app: Flask, clock: Clock) -> None:
    switch_on(demo_app, clock.moment - WEEKS[1])
    start, outcomes = threading.Barrier(4, timeout=30), []

    def one() -> None:
        process = a_worker(demo_app, clock)
        start.wait()
        outcomes.extend(process.run_due())

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == len(days(demo_app)) == 1


def claim(app: Flask, clock: Clock) -> WeeklySummary:
    """The summary of this Monday, in the hand of a process that makes it."""
    campaign, monday = the_campaign(app), clock.moment.date() - timedelta(days=1)
    summary = database_of(app).write(lambda s: weekly.claim(s, campaign.id, monday, now=clock.moment))
    assert summary is not None
    return summary


def test_what_a_killed_process_had_in_hand_is_taken_over_when_its_lease_has_run_out(
    demo_app: Flask, worker: WeeklyWorker, clock: Clock
) -> None:
    switch_on(demo_app, clock.moment - WEEKS[1])
    held = claim(demo_app, clock)
    assert worker.run_due() == [], "its process may still be at it"
    clock.moment += LEASE
    assert [outcome.succeeded for outcome in worker.run_due()] == [True]
    late = database_of(demo_app).write(lambda s: weekly.finish(s, held, b"late", {}, now=clock.moment))
    assert late is False, "the first process, back from the dead, changes nothing"
    assert summaries(demo_app)[0].content != b"late"


def test_one_that_ends_its_process_three_times_is_given_up_until_somebody_says_so(
    demo_app: Flask, worker: WeeklyWorker, clock: Clock
) -> None:
    switch_on(demo_app, clock.moment - WEEKS[1])
    for _attempt in range(MAX_ATTEMPTS):
        claim(demo_app, clock)
        clock.moment += LEASE
    assert worker.run_due() == []
    (summary,) = summaries(demo_app)
    assert summary.state == SummaryState.FAILED
    database_of(demo_app).write(lambda s: weekly.start_again(s, summary, now=clock.moment))
    assert [outcome.succeeded for outcome in worker.run_due()] == [True]


def test_one_that_cannot_be_made_keeps_nothing_else_back(
    demo_app: Flask, worker: WeeklyWorker, clock: Clock
) -> None:
    switch_on(demo_app, clock.moment - WEEKS[1], language="gone")
    (outcome,) = worker.run_due()
    assert not outcome.succeeded
    assert worker.run_due() == []
    switch_on(demo_app, clock.moment, language="en")
    clock.moment += LEASE
    assert [one.succeeded for one in worker.run_due()] == [True]


def test_one_left_unfinished_is_forgotten_for_the_next(
    demo_app: Flask, worker: WeeklyWorker, clock: Clock
) -> None:
    switch_on(demo_app, clock.moment - WEEKS[1])
    first = claim(demo_app, clock)
    clock.moment += WEEKS[1]
    worker.run_due()
    assert days(demo_app) == [first.due_on + WEEKS[1]]


def test_switched_off_while_one_is_made_it_is_not_kept(
    demo_app: Flask, worker: WeeklyWorker, clock: Clock
) -> None:
    switch_on(demo_app, clock.moment - WEEKS[1])
    held = claim(demo_app, clock)
    database_of(demo_app).write(lambda s: weekly.switch_off(s, held.campaign_id))
    assert database_of(demo_app).write(lambda s: weekly.finish(s, held, b"x", {}, now=clock.moment)) is False
    clock.moment += WEEKS[1]
    assert worker.run_due() == []
    assert days(demo_app) == []


def test_the_thread_looks_by_itself_and_survives_a_failure(demo_app: Flask, clock: Clock) -> None:
    switch_on(demo_app, clock.moment - WEEKS[1])
    stop, looks = threading.Event(), []

    def failing_at_first() -> datetime:
        looks.append(clock.moment)
        if len(looks) == 1:
            stop.set()
            raise OSError("the database is away")
        return clock.moment

    thread = BackgroundThread(a_worker(demo_app, failing_at_first))
    thread.run_periodically(stop, every_seconds=60)
    assert days(demo_app) == []
    thread.run_periodically(stop, every_seconds=60)
    assert len(days(demo_app)) == 1


def change(client: FlaskClient, **fields: str) -> tuple[int, str]:
    answer = client.post(PAGE, data={"csrf_token": csrf_in(client.get(PAGE).text), **fields})
    return answer.status_code, answer.text


ON = {"weekly": "on", "language": "en"}


def test_an_officer_switches_it_on_changes_it_and_switches_it_off(demo_app: Flask) -> None:
    officer = sign_in_as(demo_app, "officer")
    assert "Off. Once it is on" in officer.get(f"{PAGE}?lang=en").text
    assert PAGE in officer.get("/office/campaigns/demo/downloads").text
    typed = "Lan@example.vn, minh@example.vn;lan@example.vn\r\n"
    assert change(officer, **ON, recipients=typed)[0] == 303
    page = officer.get(PAGE).text
    assert "On. The next one is made on" in page
    assert "lan@example.vn\nminh@example.vn</textarea>" in page
    assert "SMTP_URL" in page
    assert change(officer, weekly="on", language="vi")[0] == 303
    assert "@example.vn" not in officer.get(PAGE).text
    assert change(officer, weekly="off")[0] == 303
    assert "Off. Once it is on" in officer.get(PAGE).text
    log = sign_in_as(demo_app, "admin").get("/office/audit?lang=en").text.partition("<tbody>")[2]
    assert "lan@example.vn, minh@example.vn" in log
    assert "ended weekly summaries" in log


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Fill in: Language of the summary"),
        ({"weekly": "perhaps", "language": "vi"}, "Choose to switch it on or off"),
        ({"weekly": "on", "language": "xx"}, "Choose from the list"),
        ({**ON, "recipients": "lan"}, "“lan” is no e-mail address"),
        ({**ON, "recipients": "Lan <lan@example.vn>"}, "“Lan” is no e-mail address"),
        ({**ON, "recipients": "lan@example.vn\r\nBcc: x@example.vn"}, "“Bcc:” is no e-mail address"),
        ({**ON, "recipients": "lan@quảng-ngãi.vn"}, "is no e-mail address"),
        ({**ON, "recipients": "l" * 250 + "@example.vn"}, "is no e-mail address"),
        ({**ON, "recipients": " ".join(f"a{n}@example.vn" for n in range(21))}, "There are 21 addresses"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    administrator: FlaskClient, fields: dict[str, str], message: str
) -> None:
    administrator.get(f"{PAGE}?lang=en")
    status, page = change(administrator, **fields)
    assert status == 422
    assert 'id="error-summary"' in page
    assert message in html.unescape(page)
    assert "Off. Once it is on" in administrator.get(PAGE).text


def test_a_viewer_sees_the_summaries_and_no_address(
    demo_app: Flask, viewer: FlaskClient, worker: WeeklyWorker, clock: Clock
) -> None:
    switch_on(demo_app, clock.moment - WEEKS[1], "lan@example.vn")
    worker.run_due()
    page = viewer.get(f"{PAGE}?lang=en").text
    assert "/ 38 points" in page
    assert "Waiting to be sent by mail: 1" in page
    assert "lan@example.vn" not in page
    assert "<textarea" not in page
    assert change(viewer, weekly="off")[0] == 403


def test_a_summary_of_another_campaign_or_of_none_is_not_found(
    demo_app: Flask, viewer: FlaskClient, worker: WeeklyWorker, clock: Clock
) -> None:
    switch_on(demo_app, clock.moment - WEEKS[1])
    worker.run_due()
    (summary,) = summaries(demo_app)
    assert viewer.get(f"{PAGE}/{summary.id}.pdf").status_code == 200
    assert viewer.get(f"{PAGE.replace('demo', 'demo-truoc')}/{summary.id}.pdf").status_code == 404
    assert viewer.get(f"{PAGE}/{summary.id + 1}.pdf").status_code == 404
    assert viewer.get(f"{PAGE}/99999999999.pdf").status_code == 404


def test_a_campaign_that_is_over_offers_nothing(administrator: FlaskClient) -> None:
    page = administrator.get("/office/campaigns/demo-truoc/summaries?lang=en").text
    assert "The survey is over" in page
    assert "<textarea" not in page


def test_looking_at_the_page_has_done_what_is_due(demo_app: Flask, viewer: FlaskClient) -> None:
    switch_on(demo_app, datetime.now(UTC) - WEEKS[2])
    assert viewer.get(PAGE).status_code == 200
    wait_until(lambda: [one.state for one in summaries(demo_app)] == [SummaryState.DONE])
    wait_until(lambda: not demo_app.extensions["background"][WeeklyWorker].is_running)


def test_cron_makes_what_is_due_and_says_so(demo_app: Flask) -> None:
    def weekly_command() -> tuple[int, str, str]:
        result = demo_app.test_cli_runner().invoke(args=["survey", "weekly"])
        return result.exit_code, result.stdout, result.stderr

    assert weekly_command() == (0, "nothing was due\n", "")
    switch_on(demo_app, datetime.now(UTC) - WEEKS[2])
    code, output, _problem = weekly_command()
    (due_on,) = days(demo_app)
    assert (code, output) == (0, f"demo {due_on}: made\n")
    assert weekly_command() == (0, "nothing was due\n", "")


def test_cron_says_what_could_not_be_made(demo_app: Flask) -> None:
    switch_on(demo_app, datetime.now(UTC) - WEEKS[2], language="gone")
    result = demo_app.test_cli_runner().invoke(args=["survey", "weekly"])
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "could not be made; the log says why" in result.stderr
