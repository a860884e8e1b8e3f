"""Everybody can answer: each page and state a citizen meets, in each language and width, by any means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from survey.web.modes import Mode, token_for
from tests.end_to_end.phone import Phone, violations, watch
from tests.end_to_end.server import ROOT, Server

pytestmark = [pytest.mark.browser, pytest.mark.server]
ARTEFACTS = ROOT / "artefacts" / "phone"
# WCAG 2.2 AA, and of AAA what costs nothing: contrast of 7 to 1.
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}},
}
SMALL_TARGETS = """() => [...document.querySelectorAll(
  'button, summary, label:has(input), header a, .desks a, .back a, textarea, .code')]
  .filter(e => e.checkVisibility() && !e.closest('.vh, .skip') && e.getBoundingClientRect().height < 43.5)
  .map(e => e.outerHTML.slice(0, 90))"""


@dataclass(frozen=True)
class World:
    """How somebody sees a page: a window, and colours of one's own.

    `is_asked` is whether axe looks, and a picture is taken; else only what is cut or too small to hit.
    """

    width: int
    height: int = 640
    colours: Literal["light", "dark", "forced"] = "light"
    is_asked: bool = True

    def __str__(self) -> str:
        return f"{self.width}x{self.height}-{self.colours}"

    def enter(self, page: Page) -> None:
        """Let the page be seen so."""
        page.set_viewport_size({"width": self.width, "height": self.height})
        page.emulate_media(
            color_scheme="dark" if self.colours == "dark" else "light",
            forced_colors="active" if self.colours == "forced" else "none",
            reduced_motion="no-preference" if self.colours == "light" else "reduce",
        )


PHONE, DESKTOP = World(360), World(1280, 800)
SMALL_PHONE, TABLET = World(320, is_asked=False), World(768, 1024, is_asked=False)
ENLARGED = (World(640, 400, is_asked=False), World(320, 200, is_asked=False))  # 200 % and 400 % of 1280 x 800
IN_COLOURS = (World(360, colours="dark"), World(360, colours="forced"))
EVERY_WORLD = (PHONE, SMALL_PHONE, TABLET, DESKTOP, *ENLARGED, *IN_COLOURS)


class Looker:
    """Looks at a page as it shows in several worlds: axe, sideways scrolling, small targets; takes pictures.

    Between two looks the page is in the first of them.
    """

    def __init__(self, page: Page, name: str, worlds: Sequence[World]) -> None:
        self.page, self._name, self._worlds = page, name, worlds
        worlds[0].enter(page)

    def look(self, state: str) -> None:
        """Fail where somebody could not use what shows now."""
        for world in self._worlds:
            world.enter(self.page)
            self._look(f"{state}-{world}", world)
        self._worlds[0].enter(self.page)

    def _look(self, state: str, world: World) -> None:
        page = self.page
        assert page.evaluate("document.documentElement.scrollWidth") <= world.width, state
        assert page.evaluate(SMALL_TARGETS) == [], state
        if world.is_asked:
            page.screenshot(path=ARTEFACTS / f"{self._name}-{state}.png", full_page=True)
            problems = violations(page, RULES)
            assert [(v["id"], v["nodes"][0]["html"][:120]) for v in problems] == [], state


def secret_of(server: Server) -> str:
    """The secret the running server made for itself."""
    return (server.instance / "secret_key").read_text().split()[0]


def open_phone(browser: Browser, **options: Any) -> tuple[Any, Phone]:
    context = browser.new_context(has_touch=True, **options)
    context.set_default_timeout(30_000)
    return context, watch(context.new_page())


def look_at_the_way(phone: Phone, looker: Looker, server: Server, lang: str) -> None:
    """From the first page to the receipt, with everything that can go wrong between."""
    page = phone.page
    page.goto(f"{server.address}/s/demo?lang={lang}")
    looker.look("consent")
    phone.continue_()
    looker.look("consent-error")
    phone.pick("consent", "agree")
    phone.continue_()
    looker.look("section")
    phone.continue_()
    looker.look("section-error")
    while not page.locator("#s-check.on").count():
        phone.fill_in_section()
    looker.look("check")
    page.context.set_offline(True)
    phone.send()
    expect(page.locator("#s-check.waits")).to_be_visible()
    looker.look("waiting")
    page.reload()
    expect(page.locator("#outbox button").first).to_be_visible()
    looker.look("offline-opened-again")
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#outbox a")).to_be_visible(timeout=30_000)
    looker.look("sent-meanwhile")
    look_at_kept_receipts(page, looker)


def look_at_kept_receipts(page: Page, looker: Looker) -> None:
    """From the line above the consent to the form of a receipt that this device keeps."""
    page.locator("#outbox a").click()
    page.locator("#kept summary").click()
    looker.look("receipts-of-this-device")
    page.locator("#kept a").click()
    expect(page.locator("main form [name=code]")).to_have_count(1)
    looker.look("my-form")


def look_at_the_receipt(phone: Phone, looker: Looker, server: Server, lang: str) -> None:
    """The receipt and what can be done from there."""
    page = phone.page
    page.goto(f"{server.address}/s/demo?lang={lang}")
    phone.fill_in("1")
    page.locator(".later button").click()
    looker.look("saved")
    page.goto(f"{server.address}/s/demo?lang={lang}")
    while not page.locator("#s-check.on").count():
        phone.fill_in_section("1")
    phone.send()
    phone.receipt()
    looker.look("receipt")
    page.locator(".feedback button").click()
    looker.look("opinion-error")


def look_around(page: Page, looker: Looker, server: Server, lang: str) -> str:
    """The pages around the questionnaire; the address of a shared tablet."""
    secret = secret_of(server)
    kiosk = f"/s/demo/kiosk/{token_for(Mode.KIOSK, 'demo', secret)}"
    assisted = f"/s/demo/assisted/{token_for(Mode.ASSISTED, 'demo', secret)}"
    for state, path in {
        "home": "/",
        "find-receipt": "/receipt",
        "continue": "/continue",
        "accessibility": "/accessibility",
        "declined": "/s/demo/declined",
        "thanks": "/s/demo/thanks",
        "unknown": "/s/NOPE42",
        "closed": "/s/demo1b",
        "tablet": kiosk,
        "assisted": assisted,
    }.items():
        page.goto(f"{server.address}{path}?lang={lang}")
        looker.look(state)
    return f"{server.address}{kiosk}"


def look_at_a_tablet(page: Page, looker: Looker, kiosk: str, lang: str) -> None:
    """A shared tablet that nobody touches."""
    page.clock.install()
    page.goto(f"{kiosk}/form?lang={lang}")
    page.clock.run_for(31_000)
    expect(page.locator("#idle")).to_be_visible()
    looker.look("tablet-warning")


@pytest.mark.parametrize(
    ("lang", "worlds"), [("vi", EVERY_WORLD), ("en", (PHONE, DESKTOP))], ids=["vi", "en"]
)
def test_every_state_with_scripts(
    browser: Browser, server: Server, lang: str, worlds: Sequence[World]
) -> None:
    context, phone = open_phone(browser)
    looker = Looker(phone.page, lang, worlds)
    look_at_the_way(phone, looker, server, lang)
    look_at_the_receipt(phone, looker, server, lang)
    kiosk = look_around(phone.page, looker, server, lang)
    look_at_a_tablet(phone.page, looker, kiosk, lang)
    assert phone.problems == []
    context.close()


def without_scripts(route: Route) -> None:
    """Let a page come without its scripts: axe is a script itself and needs a browser that runs some."""
    answer = route.fetch()
    page = re.sub(r"<script\b.*?</script>", "", answer.text(), flags=re.DOTALL)
    route.fulfill(response=answer, body=page)


@pytest.mark.parametrize(
    ("lang", "worlds"), [("vi", (PHONE, SMALL_PHONE, DESKTOP)), ("en", (PHONE, TABLET))], ids=["vi", "en"]
)
def test_every_state_without_scripts(
    browser: Browser, server: Server, lang: str, worlds: Sequence[World]
) -> None:
    context, phone = open_phone(browser, service_workers="block")
    context.route("**/*", without_scripts)
    page, looker = phone.page, Looker(phone.page, f"{lang}-plain", worlds)
    page.goto(f"{server.address}/s/demo?lang={lang}")
    looker.look("form")
    phone.pick("consent", "agree")
    page.locator(".all button").click()
    assert page.locator("#error-summary a").count() > 0
    looker.look("error")
    page.locator(".later button").click()
    looker.look("saved")
    page.locator("main form button").click()
    phone.fill_in()
    looker.look("check")
    phone.send()
    phone.receipt()
    looker.look("receipt")
    look_around(page, looker, server, lang)
    context.close()


def test_with_a_keyboard_alone(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{server.address}/s/demo?lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(400):
        if page.locator("#receipt-code").count():
            break
        press_on(page)
    assert page.locator("#receipt-code").count() == 1
    assert page.evaluate("document.activeElement.tagName") == "H1", "the news is where the focus is"
    context.close()


def press_on(page: Page) -> None:
    """One Tab; a radio that nothing is chosen beside is chosen, a button that leads on is pressed."""
    page.keyboard.press("Tab")
    what = page.evaluate(
        """() => { const e = document.activeElement, box = e.getBoundingClientRect();
        const chosen = e.type === 'radio' && document.querySelector(`input[name=${e.name}]:checked`);
        if (e.type === 'radio') return chosen ? 'chosen' : 'radio';
        if (e.hasAttribute('data-next')) return 'on';
        if (e.hasAttribute('data-send')) return 'send';
        return e === document.body || box.width ? '' : 'hidden'; }"""
    )
    assert what != "hidden", page.evaluate("document.activeElement.outerHTML")
    if what == "radio":
        page.keyboard.press("Space")
    elif what == "on":
        page.keyboard.press("Enter")
    elif what == "send":
        page.keyboard.press("Enter")
        page.wait_for_selector("#receipt-code")


def test_printed_the_receipt_has_its_code_and_no_buttons(browser: Browser, server: Server) -> None:
    context, phone = open_phone(browser, viewport={"width": 360, "height": 640})
    page = phone.page
    page.goto(f"{server.address}/s/demo?lang=vi")
    phone.fill_in()
    phone.send()
    code = phone.receipt()
    page.emulate_media(media="print")
    assert page.locator("#receipt-code").is_visible()
    assert page.locator("button:visible").count() == 0
    assert code in page.inner_text("main")
    context.close()


@pytest.fixture(autouse=True)
def _artefacts() -> None:
    ARTEFACTS.mkdir(parents=True, exist_ok=True)


def test_printed_in_dark_mode_a_page_is_light(browser: Browser, server: Server) -> None:
    context, phone = open_phone(browser, viewport={"width": 360, "height": 640}, color_scheme="dark")
    for path in ("/s/demo", "/office/sign-in"):
        phone.page.goto(f"{server.address}{path}")
        phone.page.emulate_media(media="print", color_scheme="dark")
        assert phone.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        phone.page.emulate_media(media="screen", color_scheme="dark")
        assert phone.page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    context.close()


def test_enlarged_the_receipt_code_is_larger_than_the_text(browser: Browser, server: Server) -> None:
    context, phone = open_phone(browser, viewport={"width": 360, "height": 640})
    phone.page.goto(f"{server.address}/s/demo?lang=vi")
    phone.fill_in()
    phone.send()
    phone.receipt()
    phone.page.evaluate("document.documentElement.style.fontSize = '200%'")
    size = "getComputedStyle(document.querySelector('{}')).fontSize.replace('px', '') * 1"
    assert phone.page.evaluate(size.format("#receipt-code")) > phone.page.evaluate(size.format("main > p"))
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_a_form_that_is_viewed_stays_in_another_language(browser: Browser, server: Server) -> None:
    context, phone = open_phone(browser, viewport={"width": 360, "height": 640})
    page = phone.page
    page.goto(f"{server.address}/s/demo?lang=vi")
    phone.fill_in()
    phone.send()
    code = phone.receipt()
    page.goto(f"{server.address}/receipt?lang=vi")
    page.fill("#code", code)
    page.locator("main form button").first.click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Your form")
    page.get_by_role("button", name="Withdraw my form").click()
    page.get_by_role("link", name="To the open surveys").click()
    page.wait_for_url("**/?lang=en")
    context.close()


def test_the_list_of_campaigns_is_whole_on_a_phone(official: Page, server: Server) -> None:
    official.set_viewport_size({"width": 360, "height": 640})
    official.goto(f"{server.address}/office/?lang=vi")
    cells = official.locator("table td")
    for cell in cells.all():
        box = cell.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 360
    official.screenshot(path=ARTEFACTS / "campaigns-on-a-phone.png", full_page=True)
