"""The phone without a network: whatever is cut, and when, one response is stored and one receipt shown."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, expect
from sqlalchemy import select, update

from survey.fieldwork.campaigns import NewCampaign, open_campaign, set_quota
from survey.store import fieldwork, questionnaires
from survey.store.db import Database
from survey.store.fieldwork import Campaign
from survey.store.responses import ResponseRow, count_declined
from survey.web.locale import text_of
from tests.end_to_end.phone import (
    CHROMIUM,
    PHONE,
    PROGRAM,
    SAID,
    VISIT,
    Phone,
    open_phone,
    wait_for_offline_copy,
    watch,
)
from tests.end_to_end.server import Server, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.server]


class Desk:
    """A desk of a campaign of its own."""

    def __init__(self, server: Server, database: Database, number: int) -> None:
        self._database = database
        now = datetime.now(UTC)
        digest = database.read(questionnaires.versions)[0].digest
        today = now.date()
        new = NewCampaign(
            f"Đợt thử {number}",
            digest,
            today - timedelta(1),
            today + timedelta(9),
            (text_of("Quầy thử", ""),),
        )
        self.campaign_id = database.write(lambda s: open_campaign(s, new, now=now).id)
        row = database.read(lambda s: fieldwork.collectors_of(s, self.campaign_id))[0]
        self.collector_id, self.code = row.collector.id, row.collector.code
        self.address = f"{server.address}/s/{self.code}"

    def responses(self) -> list[ResponseRow]:
        """What is stored."""
        return self._database.read(
            lambda s: list(s.scalars(select(ResponseRow).where(ResponseRow.campaign_id == self.campaign_id)))
        )

    def change(self, **values: Any) -> None:
        """Change the campaign behind the desk's back, and wait until the server sees it."""
        self._database.write(
            lambda s: s.execute(update(Campaign).where(Campaign.id == self.campaign_id).values(**values))
        )

    def close(self) -> None:
        """End the campaign."""
        self.change(closes_on=self.first_day())

    def first_day(self) -> Any:
        """The day before the campaign's first."""
        opened = self._database.read(lambda s: s.get_one(Campaign, self.campaign_id).opens_on)
        return opened - timedelta(1)

    def fill(self) -> None:
        """Take no more forms than there are."""
        self._database.write(lambda s: set_quota(s, self.collector_id, len(self.responses()) or 1))


@pytest.fixture(scope="module")
def database(server: Server) -> Iterator[Database]:
    opened = Database(server.database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def new_desk(server: Server, database: Database) -> Callable[[], Desk]:
    count = iter(range(10))
    return lambda: Desk(server, database, next(count))


@pytest.fixture
def desk(new_desk: Callable[[], Desk]) -> Desk:
    return new_desk()


def in_outbox(page: Page) -> int:
    """How many forms the phone keeps."""
    return int(page.evaluate("outbox.all().then(forms => forms.length)"))


def test_a_network_cut_before_sending(phone: Phone, desk: Desk) -> None:
    phone.open(desk.address)
    phone.fill_in()
    phone.page.context.set_offline(True)
    phone.send()
    expect(phone.page.locator("#sending")).to_contain_text("được giữ trên máy này")
    assert desk.responses() == []
    phone.page.context.set_offline(False)
    phone.receipt()
    assert len(desk.responses()) == 1


def shown_codes(page: Page) -> int:
    """How many receipt codes can be read on the page without a tap, besides the example."""
    codes = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", page.inner_text("body"))
    return len([code for code in codes if code != "K7QX-M2PD-9R4T"])


def test_a_receipt_that_nobody_keeps_is_gone_for_the_next_person(
    phone: Phone, desk: Desk, server: Server
) -> None:
    phone.open(desk.address)
    phone.fill_in()
    phone.send()
    phone.receipt()
    assert in_outbox(phone.page) == 0
    phone.open(desk.address)
    phone.page.wait_for_timeout(500)
    assert phone.page.locator("#outbox").is_hidden()
    assert shown_codes(phone.page) == 0


def test_a_receipt_is_kept_when_its_owner_says_so_and_shows_after_a_tap(
    phone: Phone, desk: Desk, server: Server
) -> None:
    page = phone.page
    phone.open(desk.address)
    phone.fill_in()
    phone.send()
    code = phone.receipt()
    page.get_by_role("button", name="Giữ mã phiếu trên máy này").click()
    expect(page.locator("#keep")).to_contain_text("được giữ trên máy này 30 ngày")
    phone.open(desk.address)
    page.get_by_role("link", name="Một phiếu đã được gửi từ máy này").wait_for()
    assert shown_codes(page) == 0
    page.get_by_role("link", name="Một phiếu đã được gửi từ máy này").click()
    page.locator("#kept summary").wait_for()
    assert shown_codes(page) == 0
    page.locator("#kept summary").click()
    expect(page.locator("#kept b")).to_have_text(code)
    page.locator("#kept").get_by_role("link", name="Xem hoặc rút phiếu").click()
    expect(page.get_by_role("heading", name="Phiếu của Ông/Bà")).to_be_visible()


def test_a_receipt_on_the_phone_ends_after_its_time(phone: Phone, desk: Desk, server: Server) -> None:
    phone.open(f"{server.address}/receipt?lang=vi")
    day = 24 * 3600 * 1000
    stored = (
        ("left", f"until: Date.now() - 1, at: Date.now() - 8 * {day}"),
        ("kept", f"until: Date.now() + {day}, at: Date.now()"),
        ("of an earlier release", f"at: Date.now() - 31 * {day}"),
    )
    for name, times in stored:
        phone.page.evaluate(f"outbox.keep({{ id: '{name}', receipt: 'K7QX-M2PD-9R4T', {times} }})")
    phone.page.reload()
    expect(phone.page.locator("#kept summary")).to_have_text("Mã phiếu trên máy này: 1")
    assert in_outbox(phone.page) == 1
    phone.page.locator("#kept summary").click()
    phone.page.get_by_role("button", name="Xóa khỏi máy này").click()
    expect(phone.page.locator("#kept")).to_be_hidden()
    assert in_outbox(phone.page) == 0


def test_a_refused_form_is_opened_mended_and_sent(phone: Phone, desk: Desk) -> None:
    page = phone.page
    phone.open(desk.address)
    phone.fill_in()
    page.evaluate("document.querySelector('#f textarea').value = 'ă'.repeat(1001)")
    page.context.set_offline(True)
    phone.send()
    expect(page.locator("#sending")).to_contain_text("được giữ trên máy này")
    page.goto("about:blank")
    page.context.set_offline(False)
    phone.open(desk.address)
    page.get_by_role("link", name="không được nhận").click()
    page.get_by_role("button", name="Mở phiếu để sửa và gửi lại").click()
    expect(page.locator("#error-summary")).to_contain_text("1001 ký tự")
    assert in_outbox(page) == 1, "the form stays until it is sent"
    page.locator("#f textarea").fill(SAID)
    phone.continue_()
    phone.send()
    phone.receipt()
    assert [response.comment for response in desk.responses()] == [SAID]
    assert in_outbox(page) == 0


@pytest.mark.parametrize(
    "breakage",
    [
        "DOMParser.prototype.parseFromString = () => { throw new Error('broken'); }; 0",
        "outbox.send = () => { throw new Error('broken'); }; 0",
    ],
)
def test_a_failure_of_the_script_while_sending_offers_the_plain_form(
    phone: Phone, desk: Desk, breakage: str
) -> None:
    phone.open(desk.address)
    phone.fill_in()
    phone.page.evaluate(breakage)
    phone.send()
    expect(phone.page.locator("#sending")).to_contain_text("gửi theo cách khác")
    phone.send()
    phone.receipt()
    assert len(desk.responses()) == 1


def test_a_script_that_cannot_start_leaves_the_plain_form(browser: Browser, desk: Desk) -> None:
    context, phone = open_phone(browser)
    phone.page.add_init_script(
        "Document.prototype.getElementsByName = null;"
        "Element.prototype.scrollIntoView = null;"
        "HTMLFormElement.prototype.querySelector = () => { throw new Error('broken'); }"
    )
    phone.open(desk.address)
    phone.fill_in()
    phone.send()
    phone.receipt()
    assert len(desk.responses()) == 1
    context.close()


@pytest.mark.parametrize("reaches_the_server", [False, True], ids=["request-lost", "reply-lost"])
def test_a_network_cut_while_sending(phone: Phone, desk: Desk, *, reaches_the_server: bool) -> None:
    cut: list[str] = []

    def lose(route: Route) -> None:
        if cut:
            return route.continue_()
        if reaches_the_server:
            cut.append(route.fetch().text().partition('id="receipt-code">')[2][:14])
        else:
            cut.append("")
        return route.abort()

    phone.page.route("**/send*", lose)
    phone.open(desk.address)
    phone.fill_in()
    phone.send()
    expect(phone.page.locator("#sending")).to_contain_text("được giữ trên máy này")
    phone.send()  # the service worker may have been quicker
    assert phone.receipt() == (cut[0] or phone.receipt())
    assert len(desk.responses()) == 1


def test_a_sign_in_page_of_a_cafe_is_not_taken_for_an_answer(phone: Phone, desk: Desk) -> None:
    phone.page.route("**/send*", lambda route: route.fulfill(body="<h1>Wifi miễn phí</h1>"), times=1)
    phone.open(desk.address)
    phone.fill_in()
    phone.send()
    expect(phone.page.locator("#sending")).to_contain_text("được giữ trên máy này")
    phone.send()
    phone.receipt()
    assert len(desk.responses()) == 1


def open_phone_of(playwright: Playwright, folder: Path) -> tuple[BrowserContext, Phone]:
    """A phone whose browser stores in a folder, so that it can be closed and opened again."""
    context = playwright.chromium.launch_persistent_context(
        folder, executable_path=PROGRAM, args=CHROMIUM, **PHONE
    )
    context.set_default_timeout(30_000)
    return context, watch(context.pages[0])


def open_phone_that_keeps(playwright: Playwright, folder: Path, desk: Desk) -> tuple[BrowserContext, Phone]:
    """The same with a desk's questionnaire open, and kept for when there is no network."""
    context, phone = open_phone_of(playwright, folder)
    phone.open(desk.address)
    wait_for_offline_copy(phone.page)
    return context, phone


def test_offline_answered_sent_killed_and_opened_again(
    playwright: Playwright, server: Server, desk: Desk, tmp_path: Path
) -> None:
    context, phone = open_phone_that_keeps(playwright, tmp_path, desk)
    context.set_offline(True)
    server.stop()  # set_offline is of pages: a form that waits would be sent by Chromium's background sync
    phone.page.reload()
    phone.fill_in()
    phone.send()
    expect(phone.page.locator("#sending")).to_contain_text("được giữ trên máy này")
    phone.page.reload()
    expect(phone.page.locator("#outbox")).to_contain_text("Số phiếu đang chờ trên máy này: 1")
    assert desk.responses() == []
    context.close()
    server.start_again()
    context, phone = open_phone_of(playwright, tmp_path)
    phone.open(desk.address)
    phone.page.get_by_role("link", name="Một phiếu đã được gửi từ máy này").click(timeout=30_000)
    assert len(desk.responses()) == 1
    phone.page.locator("#kept summary").click()
    phone.page.get_by_role("button", name="Xóa khỏi máy này").click()
    expect(phone.page.locator("#kept button")).to_have_count(0)
    assert in_outbox(phone.page) == 0
    context.close()


def test_an_unfinished_form_is_offered_again_after_the_browser_was_killed(
    playwright: Playwright, desk: Desk, tmp_path: Path
) -> None:
    context, phone = open_phone_that_keeps(playwright, tmp_path, desk)
    context.set_offline(True)
    phone.pick("consent", "agree")
    phone.continue_()
    phone.fill_in_section()
    where = phone.page.locator("section.on").get_attribute("id")
    context.close()
    context, phone = open_phone_of(playwright, tmp_path)
    context.set_offline(True)
    phone.open(desk.address)
    phone.page.get_by_role("button", name="Điền tiếp phiếu đó").click()
    expect(phone.page.locator("section.on")).to_have_attribute("id", where or "")
    assert phone.page.locator("input[value=business]").is_checked()
    context.set_offline(False)
    while not phone.page.locator("#s-check.on").count():
        phone.fill_in_section()
    phone.send()
    phone.receipt()
    [stored] = desk.responses()
    assert stored.comment == SAID
    context.close()


def test_somebody_else_on_the_same_phone_starts_afresh(phone: Phone, desk: Desk) -> None:
    phone.open(desk.address)
    phone.fill_in()
    phone.send()
    first = phone.receipt()
    phone.open(desk.address)
    assert phone.page.locator("input:checked").count() == 0
    phone.fill_in("2")
    phone.send()
    assert phone.receipt() != first
    assert len(desk.responses()) == 2


def test_two_tabs_and_two_surveys(browser: Browser, new_desk: Callable[[], Desk]) -> None:
    here, there = new_desk(), new_desk()
    context, first = open_phone(browser)
    tabs = [first, watch(context.new_page()), watch(context.new_page())]
    for tab, desk in zip(tabs, (here, here, there), strict=True):
        tab.page.bring_to_front()
        tab.open(desk.address)
        tab.fill_in()
    context.set_offline(True)
    for tab in tabs:
        tab.page.bring_to_front()
        tab.send()
        expect(tab.page.locator("#sending")).to_contain_text("được giữ trên máy này")
    assert in_outbox(first.page) == 3
    context.set_offline(False)
    codes = {tab.receipt() for tab in tabs}
    assert len(codes) == 3
    assert (len(here.responses()), len(there.responses())) == (2, 1)
    context.close()


def test_a_phone_that_is_full_keeps_the_page_open_and_sends(phone: Phone, desk: Desk) -> None:
    phone.page.add_init_script(
        "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }"
    )
    phone.open(desk.address)
    phone.fill_in()
    phone.page.context.set_offline(True)
    phone.send()
    expect(phone.page.locator("#sending")).to_contain_text("Xin đừng đóng trang này")
    phone.page.context.set_offline(False)
    phone.receipt()
    assert len(desk.responses()) == 1


DENIED = """for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
  Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });
Object.defineProperty(Navigator.prototype, 'serviceWorker', { get() { return undefined; } });"""
OLD = """delete window.fetch; delete window.Promise; delete window.crypto;
delete window.IntersectionObserver; delete Element.prototype.closest;
Object.defineProperty(window, 'indexedDB', { value: undefined });
Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined });"""


@pytest.mark.parametrize("world", [DENIED, OLD], ids=["storage-denied", "old-webview"])
def test_without_what_new_browsers_have(phone: Phone, desk: Desk, world: str) -> None:
    phone.page.add_init_script(world)
    phone.begin(desk.address)
    phone.fill_in_section()
    phone.page.get_by_role("button", name="English").click()
    expect(phone.page.locator("html")).to_have_attribute("lang", "en")
    while not phone.page.locator("#s-check.on").count():
        phone.fill_in_section()
    phone.send()
    phone.receipt()
    [stored] = desk.responses()
    assert stored.answers is not None
    assert stored.answers["respondent_group"] == "business"


@pytest.mark.parametrize("why", ["closed", "full"])
def test_what_is_no_longer_taken_is_said_and_kept(phone: Phone, desk: Desk, why: str) -> None:
    if why == "full":
        phone.open(desk.address)
        phone.fill_in()
        phone.send()
        phone.receipt()
    phone.open(desk.address)
    phone.fill_in()
    phone.page.context.set_offline(True)
    phone.send()
    expect(phone.page.locator("#sending")).to_contain_text("được giữ trên máy này")
    desk.close() if why == "closed" else desk.fill()
    before = len(desk.responses())
    phone.page.wait_for_timeout(1500)  # the server remembers a look-up for a second
    phone.page.context.set_offline(False)
    message = "Khảo sát đã kết thúc" if why == "closed" else "đủ số phiếu"
    expect(phone.page.locator("h1")).to_contain_text(message, timeout=30_000)
    phone.page.locator("#outbox a").click()
    expect(phone.page.locator("#kept")).to_contain_text("không được nhận")
    phone.page.locator("#kept details:has(pre) summary").last.click()
    expect(phone.page.locator("#kept pre").last).to_contain_text(SAID)
    phone.page.get_by_role("button", name="Mở phiếu để sửa và gửi lại").click()
    expect(phone.page.locator("h1")).to_contain_text(message)
    assert len(desk.responses()) == before


def test_a_questionnaire_that_changed_meanwhile_is_shown_with_every_answer(phone: Phone, desk: Desk) -> None:
    phone.page.add_init_script(
        "addEventListener('DOMContentLoaded', () => {"
        " const field = document.querySelector('[name=_version]');"
        " if (!field || sessionStorage.getItem('aged')) return;"
        " field.value = 'older'; sessionStorage.setItem('aged', 1); })"
    )
    phone.open(desk.address)
    phone.fill_in()
    phone.send()
    expect(phone.page.locator("#error-summary")).to_contain_text("Mẫu phiếu đã thay đổi")
    assert desk.responses() == []
    assert phone.page.locator("textarea").first.input_value() == SAID
    phone.continue_()
    while not phone.page.locator("#s-check.on").count():
        phone.fill_in_section()
    phone.send()
    phone.receipt()
    assert len(desk.responses()) == 1


def test_a_hurried_person_loses_nothing_and_sends_once(phone: Phone, desk: Desk) -> None:
    page = phone.page
    phone.open(desk.address)
    phone.pick("consent", "agree")
    page.locator("section.on [data-next]").dblclick()
    page.go_back()
    page.go_forward()
    phone.fill_in_section()
    page.reload()
    expect(page.locator("input[value=business]")).to_be_checked()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    phone.fill_in_section()
    page.get_by_role("button", name="Tiếng Việt").dblclick()
    while not page.locator("#s-check.on").count():
        phone.fill_in_section()
    page.locator("[data-send]").dblclick()
    phone.receipt()
    page.go_back()
    page.wait_for_timeout(300)
    page.reload()
    assert len(desk.responses()) == 1
    assert page.locator("input:checked").count() == 0


def test_the_service_worker_sends_with_the_page_closed(
    playwright: Playwright, desk: Desk, tmp_path: Path
) -> None:
    context, phone = open_phone_that_keeps(playwright, tmp_path, desk)
    phone.fill_in()
    context.set_offline(True)
    phone.send()
    expect(phone.page.locator("#sending")).to_contain_text("được giữ trên máy này")
    phone.page.goto("about:blank")
    context.set_offline(False)
    wait_until(lambda: len(desk.responses()) == 1, "the service worker to send", seconds=60)
    context.close()


def test_half_an_emoji_in_a_comment_is_sent(phone: Phone, desk: Desk) -> None:
    phone.open(desk.address)
    phone.fill_in()
    phone.page.evaluate("document.querySelector('#f textarea').value = 'Tốt \\ud83d'")
    phone.send()
    phone.receipt()
    assert [response.comment for response in desk.responses()] == ["Tốt \N{REPLACEMENT CHARACTER}"]


def test_a_comment_is_never_longer_than_the_server_takes(phone: Phone, desk: Desk) -> None:
    phone.open(desk.address)
    phone.fill_in()
    phone.page.goto(f"{desk.address}#comment")
    comment = phone.page.locator("#f textarea")
    assert "tối đa 1.000 ký tự" in phone.page.locator("label[for=comment]").inner_text()
    phone.page.evaluate("document.querySelector('#f textarea').value = 'ă'.repeat(999)")
    comment.press("End")
    comment.press_sequentially("bcd")
    assert comment.input_value() == "ă" * 999 + "b"
    phone.continue_()
    phone.send()
    phone.receipt()
    assert [len(response.comment or "") for response in desk.responses()] == [1000]


def test_the_skip_link_stays_in_the_section(phone: Phone, desk: Desk) -> None:
    phone.begin(desk.address)
    section = phone.page.locator("section.on")
    expect(section).to_have_attribute("id", "s-visit-1")
    phone.page.locator(".skip").focus()
    phone.page.keyboard.press("Enter")
    phone.page.wait_for_function("location.hash === '#main'")
    expect(section).to_have_attribute("id", "s-visit-1")
    phone.fill_in_section()
    expect(section).not_to_have_attribute("id", "s-visit-1")


def test_a_form_that_is_continued_opens_where_it_was_left(phone: Phone, desk: Desk, server: Server) -> None:
    phone.begin(desk.address)
    phone.fill_in_section()
    where = phone.page.locator("section.on").get_attribute("id") or ""
    phone.page.locator(".later button").click()
    code = phone.page.inner_text("#saved-code")
    phone.open(f"{server.address}/continue")
    phone.page.fill("#code", code)
    phone.page.locator("main form button").click()
    expect(phone.page.locator("section.on")).to_have_attribute("id", where)
    for language in ("en", "vi"):
        phone.page.locator("[data-language]").click()
        expect(phone.page.locator("html")).to_have_attribute("lang", language)
        expect(phone.page.locator("section.on")).to_have_attribute("id", where)
        assert phone.page.locator(f"input[value={VISIT['submission_channel']}]").is_checked()


def test_without_scripts_the_way_back_from_the_receipt_is_no_error(browser: Browser, desk: Desk) -> None:
    context, phone = open_phone(browser, java_script_enabled=False)
    page = phone.page
    phone.open(desk.address)
    phone.fill_in()
    phone.send()
    phone.receipt()
    page.go_back()
    expect(page.locator("h1")).to_have_text("Kiểm tra câu trả lời trước khi gửi")
    page.go_back()
    expect(page.locator("#s-consent")).to_be_visible()
    page.go_forward()
    page.go_forward()
    phone.receipt()
    assert len(desk.responses()) == 1
    context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("way_back", ["button", "browser"])
def test_who_declines_and_comes_back_is_one_visit(
    browser: Browser, desk: Desk, database: Database, way_back: str, *, scripts: bool
) -> None:
    context, phone = open_phone(browser, java_script_enabled=scripts)
    page = phone.page
    phone.open(desk.address)
    for n_declined in (1, 1, 0):
        if n_declined:
            phone.pick("consent", "decline")
            page.locator("section.on [data-next]:visible, .bye button:visible").first.click()
            expect(page.locator("h1")).to_have_text("Xin cảm ơn Ông/Bà")
            page.locator("main form button").click() if way_back == "button" else page.go_back()
            page.wait_for_selector("#s-consent")
        else:
            phone.fill_in()
            phone.send()
            phone.receipt()
        assert database.read(lambda s: count_declined(s, [desk.collector_id])) == n_declined
    context.close()


def test_an_optional_answer_is_taken_back_by_keyboard_and_finger(phone: Phone, desk: Desk) -> None:
    phone.begin(desk.address)
    assert phone.page.locator("section.on .clear:visible").count() == 0
    while not phone.page.locator("section.on fieldset:not([data-required]):visible").count():
        phone.fill_in_section()
    item = phone.page.locator("section.on fieldset:not([data-required]):visible").first
    height = phone.page.evaluate("document.documentElement.scrollHeight")
    for is_by_key in (True, False):
        item.locator("input").first.check(force=True)
        button = item.get_by_role("button", name="Bỏ câu trả lời")
        assert abs(phone.page.evaluate("document.documentElement.scrollHeight") - height) <= 1, (
            "nothing moves"
        )
        button.press("Enter") if is_by_key else button.click()
        assert item.locator("input:checked").count() == 0
        assert button.is_hidden()
        expect(item.locator("input").first).to_be_focused()
    key = item.locator("input").first.get_attribute("name") or ""
    phone.page.reload()
    assert phone.page.locator(f"input[name={key}]:checked").count() == 0


def test_the_number_of_parts_grows_for_nobody(phone: Phone, desk: Desk) -> None:
    phone.begin(desk.address)
    totals, at_most = [], []
    while not phone.page.locator("#s-check.on").count():
        text = phone.page.locator(".progress").inner_text()
        totals.append([int(number) for number in re.findall(r"\d+", text)][1])
        at_most.append("tối đa" in text)
        phone.fill_in_section()
    assert totals == sorted(totals, reverse=True)
    assert at_most == sorted(at_most, reverse=True)
    settled = totals[at_most.count(True) :]
    assert settled
    assert len(set(settled)) == 1
