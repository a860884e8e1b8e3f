"""docs/operations.md as it stands: its variables are all set, its nginx block and its cron line run."""

import subprocess
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select, update

from survey.scorecards.cards import MAX_EVIDENCE_BYTES
from survey.store.db import Database
from survey.store.responses import ResponseRow
from survey.store.weekly import WeeklyPlan
from tests.end_to_end.server import PROGRAMS, ROOT, wait_until
from tests.production import operations
from tests.production.bed import ADDRESS, Bed, keys_in_redis
from tests.web.inbox import FROM, PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.postgres]
SUMMARIES = f"{ADDRESS}/office/campaigns/demo/summaries"
LAN, MINH = "lan@example.vn", "minh@example.vn"


def test_the_bed_sets_every_variable_of_the_document(bed: Bed) -> None:
    assert operations.variables() <= bed.server.environment.keys()
    assert len(operations.variables()) >= 11


def test_the_nginx_block_is_what_runs(bed: Bed) -> None:
    port = int(bed.server.environment["PORT"])
    assert operations.nginx_location(port) in (bed.folder / "nginx.conf").read_text()
    assert "proxy_pass" in operations.nginx_location(port)


def test_nothing_is_amiss_at_the_start(bed: Bed) -> None:
    assert "TRUSTED_PROXIES" not in bed.server.log
    assert '"level": "WARNING"' not in bed.server.log
    assert '"level": "ERROR"' not in bed.server.log


def test_probes_answer_through_the_proxy(bed: Bed) -> None:
    with bed.program() as program:
        for path in ("/healthz", "/readyz"):
            assert program.get(ADDRESS + path).status_code == 200


def test_a_body_beyond_the_limit_gets_the_page_of_the_product_through_nginx(bed: Bed) -> None:
    address = f"{ADDRESS}/office/sign-in?lang=en"
    with bed.program() as program:
        for n_bytes in (MAX_EVIDENCE_BYTES, 9 * 1024 * 1024, 20 * 1024 * 1024):
            answer = program.post(address, data=b"x" * n_bytes)
            assert answer.status_code == 413
            assert "Too much was sent at once" in answer.text
            assert "Content-Security-Policy" in answer.headers
        beyond = program.post(address, data=b"x" * (64 * 1024 * 1024 + 1))
    assert (beyond.status_code, "nginx" in beyond.text) == (413, True)


def run_cron_line(bed: Bed, runs: str = "weekly") -> "subprocess.CompletedProcess[str]":
    """The line for cron of a command of `flask survey`, run as cron runs it."""
    times, command = operations.cron_command(runs, str(ROOT), str(PROGRAMS))
    assert len(times) == 5
    line = ["/bin/sh", "-c", command]
    return subprocess.run(  # noqa: S603
        line, env=bed.server.environment, capture_output=True, text=True, check=False, timeout=120
    )


def switch_on(page: Page) -> None:
    page.goto(f"{SUMMARIES}?lang=en")
    page.fill("#recipients", f"{LAN}\n{MINH}")
    with page.expect_navigation():
        page.locator("#weekly").click()


def set_back_a_week(bed: Bed) -> None:
    """Pretend that the summaries have been on for a week, so that one is due."""
    database = Database(bed.server.database_url)
    since = datetime.now(UTC) - timedelta(days=7)
    database.write(lambda session: session.execute(update(WeeklyPlan).values(since=since)))
    database.dispose()


def letters_to(bed: Bed, address: str) -> list[EmailMessage]:
    return [letter for sender, to, letter in bed.inbox.received if (sender, to) == (FROM, [address])]


def n_responses(bed: Bed) -> int:
    database = Database(bed.server.database_url)
    n = database.read(lambda session: session.scalar(select(func.count()).select_from(ResponseRow)))
    database.dispose()
    return int(n or 0)


def test_the_cron_line_has_nothing_to_do_where_nothing_is_due(bed: Bed) -> None:
    ran = run_cron_line(bed)
    assert (ran.returncode, ran.stdout) == (0, "nothing was due\n"), ran.stderr


def test_the_cron_line_of_the_deletion_deletes_nothing_that_is_not_due(bed: Bed) -> None:
    before = n_responses(bed)
    ran = run_cron_line(bed, "purge")
    assert ran.returncode == 0, ran.stderr
    assert "single responses: none are due" in ran.stdout
    assert n_responses(bed) == before > 0


def test_every_cron_line_of_the_document_is_run_here() -> None:
    assert len(operations.blocks("cron")) == 2


def test_the_cron_line_sends_the_weekly_letter_over_starttls(official: Page, bed: Bed) -> None:
    bed.inbox.answers[MINH] = "550 5.1.1 No such user here"
    switch_on(official)
    set_back_a_week(bed)
    run_cron_line(bed)  # unless a process that serves was quicker
    wait_until(lambda: bool(letters_to(bed, LAN)), "the letter")
    assert {data.password.decode() for data in bed.inbox.signed_in} == {PASSWORD}, "told over TLS only"
    [letter] = letters_to(bed, LAN)
    [attached] = letter.iter_attachments()
    assert attached.get_content().startswith(b"%PDF-")
    body = letter.get_body(("plain",))
    assert body is not None
    assert f"{ADDRESS}/office/campaigns/demo/summaries" in body.get_content()


def test_a_letter_that_was_refused_is_sent_again_by_its_button(official: Page, bed: Bed) -> None:
    official.goto(f"{SUMMARIES}?lang=en")
    again = official.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    bed.inbox.answers.clear()
    with official.expect_navigation():
        again.click()
    wait_until(lambda: bool(letters_to(bed, MINH)), "the second letter")
    assert len(letters_to(bed, LAN)) == 1
    with official.expect_navigation():
        official.get_by_role("button", name="Switch the weekly summary off").click()


def test_limits_are_counted_in_redis(bed: Bed) -> None:
    with bed.door_of("127.0.0.5") as door, bed.program(door) as visitor:
        visitor.get(f"{ADDRESS}/s/GUESS")
    assert any("127.0.0.5" in key for key in keys_in_redis(bed))
