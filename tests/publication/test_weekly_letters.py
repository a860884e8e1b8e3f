"""Letters that bring a summary: to each its own, again after a failure, never to who was not meant."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey import create_app
from survey.mail_server import MailServer
from survey.publication.weekly_worker import WeeklyWorker
from survey.store import fieldwork, weekly
from survey.store.fieldwork import Campaign
from survey.store.leases import LEASE
from survey.store.weekly import SummaryLetter, SummaryState
from survey.web.background import BackgroundThread, attach
from survey.web.context import now
from tests.builders import database_of
from tests.conftest import csrf_in, settings_for, sign_in_as
from tests.end_to_end.server import free_port
from tests.publication.builders import PAGE, WEEKS, ZONE, summaries, switch_on, the_campaign
from tests.waiting import Clock, wait_until
from tests.web.inbox import Inbox, server_on

LAN, MINH = "lan@example.vn", "minh@example.vn"


@pytest.fixture
def server(mail_port: int) -> MailServer:
    return server_on(mail_port)


def a_worker(app: Flask, mail: MailServer | None, clock: Callable[[], datetime]) -> WeeklyWorker:
    """What the pages wake too, so that no other clock meddles."""
    created = WeeklyWorker(database_of(app), ZONE, mail, "https://khaosat.example.vn", clock)
    attach(app, BackgroundThread(created))
    return created


@pytest.fixture
def worker(demo_app: Flask, server: MailServer, clock: Clock) -> WeeklyWorker:
    """With two people to write to since a week ago."""
    switch_on(demo_app, clock.moment - WEEKS[1], LAN, MINH)
    return a_worker(demo_app, server, clock)


def letters(app: Flask) -> dict[str, SummaryLetter]:
    listed = database_of(app).read(lambda session: weekly.letters_of(session, the_campaign(app).id))
    return {letter.address: letter for letter in listed}


def to(inbox: Inbox) -> list[str]:
    """Who got a letter, in order of arrival."""
    assert all(len(recipients) == 1 for _, recipients, _ in inbox.received)
    return [recipients[0] for _, recipients, _ in inbox.received]


def parts(letter: EmailMessage) -> tuple[str, EmailMessage]:
    """The words, and the file."""
    body = letter.get_body(("plain",))
    (attached,) = letter.iter_attachments()
    assert body is not None
    assert isinstance(attached, EmailMessage)
    return body.get_content(), attached


def test_each_gets_a_letter_of_its_own_with_the_very_file_that_is_kept(
    demo_app: Flask, worker: WeeklyWorker, inbox: Inbox
) -> None:
    outcomes = [outcome.message for outcome in worker.run_due()]
    (summary,) = summaries(demo_app)
    name = f"demo {summary.due_on}"
    assert outcomes == [f"{name}: made", f"{name}: sent to {LAN}", f"{name}: sent to {MINH}"]
    assert to(inbox) == [LAN, MINH]
    letter = inbox.received[0][2]
    assert letter["To"] == LAN
    assert MINH not in letter.as_string()
    assert letter["Subject"].startswith("Báo cáo tóm tắt tuần ")
    assert letter["Subject"].endswith(the_campaign(demo_app).name)
    assert letter["Auto-Submitted"] == "auto-generated"
    text, attached = parts(letter)
    assert summary.headline is not None
    for part in (
        "DỮ LIỆU MINH HỌA",
        summary.headline["vi"],
        str(summary.sha256),
        "https://khaosat.example.vn" + PAGE,
    ):
        assert part in text
    assert attached.get_content() == summary.content
    assert attached.get_filename() == f"demo-{summary.due_on}-vi.pdf"
    assert worker.run_due() == []
    assert len({one["Message-ID"] for _, _, one in inbox.received}) == 2
    office = sign_in_as(demo_app, "admin")
    assert "Sent by mail to 2" in office.get(f"{PAGE}?lang=en").text
    assert f"{name}: {LAN}" in office.get("/office/audit").text


def test_nobody_is_written_to_where_nobody_is_named(
    demo_app: Flask, server: MailServer, clock: Clock, inbox: Inbox
) -> None:
    switch_on(demo_app, clock.moment - WEEKS[1])
    a_worker(demo_app, server, clock).run_due()
    assert len(summaries(demo_app)) == 1
    assert inbox.received == []


def test_a_name_cannot_add_a_header(demo_app: Flask, worker: WeeklyWorker, inbox: Inbox) -> None:
    def rename(session: Session) -> None:
        campaign = fieldwork.campaign_by_key(session, "demo")
        campaign.name = "Đợt\r\nBcc: thief@example.vn\r\n\r\nbody\u2028x"

    database_of(demo_app).write(rename)
    worker.run_due()
    letter = inbox.received[0][2]
    assert letter["Bcc"] is None
    assert letter["Subject"].endswith("Đợt Bcc: thief@example.vn body x")
    assert to(inbox) == [LAN, MINH]


def test_an_address_the_server_refuses_is_told_and_the_other_gets_its_letter(
    demo_app: Flask, worker: WeeklyWorker, inbox: Inbox, clock: Clock
) -> None:
    inbox.answers[LAN] = "550 5.1.1 <b>No such user</b>"
    assert [outcome.succeeded for outcome in worker.run_due()] == [True, False, True]
    clock.moment += timedelta(days=5)
    assert worker.run_due() == [], "it will never be taken, so it is not tried again"
    page = sign_in_as(demo_app, "officer").get(f"{PAGE}?lang=en").text
    assert "Sent by mail to 1" in page
    assert f"({LAN}): the mail server refused: 550 5.1.1 &lt;b&gt;No such user&lt;/b&gt;" in page
    seen_by_a_viewer = sign_in_as(demo_app, "viewer").get(f"{PAGE}?lang=en").text
    assert "the mail server refused" in seen_by_a_viewer
    assert LAN not in seen_by_a_viewer


def test_an_official_has_a_letter_sent_again(demo_app: Flask, server: MailServer, inbox: Inbox) -> None:
    switch_on(demo_app, now() - WEEKS[2], LAN, MINH)
    inbox.answers[LAN] = "550 5.1.1 No such user"
    a_worker(demo_app, server, now).run_due()
    del inbox.answers[LAN]
    officer = sign_in_as(demo_app, "officer")
    (summary,) = summaries(demo_app)
    token = csrf_in(officer.get(PAGE).text)
    again = officer.post(f"{PAGE}/{summary.id}/again", data={"csrf_token": token})
    assert again.status_code == 303
    wait_until(lambda: letters(demo_app)[LAN].state == SummaryState.DONE)
    assert to(inbox) == [MINH, LAN], "nobody gets it twice"
    assert "Try again" not in officer.get(f"{PAGE}?lang=en").text


def test_a_failure_that_may_pass_is_tried_again_after_a_pause_that_doubles(
    demo_app: Flask, worker: WeeklyWorker, inbox: Inbox, clock: Clock
) -> None:
    inbox.answers[LAN] = "451 4.7.1 Come back later"
    worker.run_due()
    for minutes in (5, 10, 20):
        clock.moment += timedelta(minutes=minutes, seconds=-1)
        assert worker.run_due() == []
        clock.moment += timedelta(seconds=1)
        assert [outcome.succeeded for outcome in worker.run_due()] == [False]
    page = sign_in_as(demo_app, "officer").get(f"{PAGE}?lang=en").text
    assert "the mail server refused: 451 4.7.1 Come back later; tried again on" in page
    del inbox.answers[LAN]
    clock.moment += timedelta(minutes=40)
    assert [outcome.succeeded for outcome in worker.run_due()] == [True]
    assert to(inbox) == [MINH, LAN]
    assert letters(demo_app)[LAN].problem == ""


def test_a_server_that_stays_away_is_tried_for_seven_days(demo_app: Flask, clock: Clock) -> None:
    def end_yesterday(session: Session) -> None:
        campaign = session.get_one(Campaign, the_campaign(demo_app).id)
        campaign.closes_on = clock.moment.date() - timedelta(days=1)

    database_of(demo_app).write(end_yesterday)
    switch_on(demo_app, clock.moment - WEEKS[1], LAN)
    began, tries = clock.moment, 0
    away = a_worker(demo_app, server_on(free_port()), clock)
    while not tries or letters(demo_app)[LAN].state == SummaryState.OPEN:
        tries += sum(not outcome.succeeded for outcome in away.run_due())
        clock.moment = letters(demo_app)[LAN].try_at
    assert timedelta(days=6) < clock.moment - began <= timedelta(days=7, hours=12)
    assert 15 < tries < 25
    page = sign_in_as(demo_app, "officer").get(f"{PAGE}?lang=en").text
    assert "no connection to the mail server: Connection refused" in page
    assert "Try again" in page


def test_a_process_killed_while_sending_leaves_the_letter_to_another_under_the_same_name(
    demo_app: Flask, worker: WeeklyWorker, inbox: Inbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr("survey.store.weekly.note_sent", kill)
        with pytest.raises(KilledError):
            worker.run_due()
    assert to(inbox) == [LAN]
    worker.run_due()
    assert to(inbox) == [LAN, MINH], "the letter may be with the dead process still"
    clock.moment += LEASE
    worker.run_due()
    assert to(inbox) == [LAN, MINH, LAN], "nobody knows whether it went, and lost is worse than twice"
    first, _, again = (letter["Message-ID"] for _, _, letter in inbox.received)
    assert first == again, "so a mail server that has it can tell"


class KilledError(BaseException):
    """What ends a process."""


def kill(*_arguments: object, **_named: object) -> None:
    raise KilledError


def test_letters_wait_for_a_mail_server_but_no_longer_than_seven_days(
    demo_app: Flask, server: MailServer, inbox: Inbox, clock: Clock
) -> None:
    switch_on(demo_app, clock.moment - WEEKS[1], LAN)
    nowhere = a_worker(demo_app, None, clock)
    assert len(nowhere.run_due()) == 1
    page = sign_in_as(demo_app, "officer").get(f"{PAGE}?lang=en").text
    assert "no mail server is set" in page
    assert "Waiting to be sent by mail: 1" in page
    clock.moment += timedelta(days=1)
    a_worker(demo_app, server, clock).run_due()
    assert to(inbox) == [LAN]
    clock.moment += WEEKS[1] - timedelta(days=1)
    nowhere.run_due()
    clock.moment += timedelta(days=7, seconds=1)
    a_worker(demo_app, server, clock).run_due()
    assert to(inbox) == [LAN, LAN]
    newest, late, _first = (one.due_on for one in summaries(demo_app))
    assert str(newest) in str(inbox.received[1][2].as_bytes())
    assert str(late) not in str(inbox.received[1][2].as_bytes())
    assert (
        "it could not be sent for seven days" in sign_in_as(demo_app, "officer").get(f"{PAGE}?lang=en").text
    )


def test_who_is_struck_off_gets_no_letter_that_was_waiting(
    demo_app: Flask, server: MailServer, inbox: Inbox, clock: Clock
) -> None:
    switch_on(demo_app, clock.moment - WEEKS[1], LAN, MINH)
    a_worker(demo_app, None, clock).run_due()
    switch_on(demo_app, clock.moment, MINH)
    a_worker(demo_app, server, clock).run_due()
    assert to(inbox) == [MINH]
    clock.moment += WEEKS[1]
    a_worker(demo_app, None, clock).run_due()
    database_of(demo_app).write(lambda s: weekly.switch_off(s, the_campaign(demo_app).id))
    a_worker(demo_app, server, clock).run_due()
    assert to(inbox) == [MINH]
    assert len(summaries(demo_app)) == 2


def test_the_mail_server_of_the_settings_is_the_one_used(
    demo_url: str, tmp_path: Path, server: MailServer, inbox: Inbox
) -> None:
    app = create_app(replace(settings_for(demo_url, tmp_path), mail=server))
    switch_on(app, datetime.now(ZONE) - WEEKS[2], LAN)
    output = app.test_cli_runner().invoke(args=["survey", "weekly"]).stdout
    assert f"sent to {LAN}" in output
    assert to(inbox) == [LAN]
    text, _file = parts(inbox.received[0][2])
    assert "/office/" not in text, "without a public address there is no link that would lead nowhere"
    database_of(app).dispose()
