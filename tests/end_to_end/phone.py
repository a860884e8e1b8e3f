"""A phone in a citizen's hand: how it is opened, how questions are answered, what is wrong with a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

PROGRAM = "/usr/bin/chromium"
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 640},
    "is_mobile": True,
    "has_touch": True,
    "locale": "vi-VN",
}
VISIT = {
    "respondent_group": "business",
    "service_domain": "land",
    "submission_channel": "board_desk",
    "result_status": "on_time",
    "filed_feedback": "no",
}
SAID = "Cảm ơn <b>quầy 1</b>"
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
# The click changes the address, and the page shows its section when it is told so, a moment later. What is
# wrong with a section shows at once.
_NAMED_SECTION_SHOWS = (
    "html:not(:has(section:not(.on):target)):not(:has(section:not(.on) :target)), #error-summary"
)
_AXE = Axe().axe_script
_EXPECTED = (
    "422",
    "410",
    "409",
    "404",
    "ERR_INTERNET_DISCONNECTED",
    "ERR_FAILED",
)  # refusals; a line that was cut


@dataclass
class Phone:
    """A phone of 360 × 640, and what went wrong in it."""

    page: Page
    problems: list[str]
    requests: list[str]

    def pick(self, name: str, value: str) -> None:
        """Tick an answer."""
        self.page.locator(f"label:has(input[name={name}][value='{value}'])").click()

    def continue_(self) -> None:
        """Press the button that goes on, and wait until the section shows that the page's address names."""
        self.page.locator("section.on [data-next]").click()
        self.page.wait_for_selector(_NAMED_SECTION_SHOWS, state="attached")

    def open(self, address: str) -> None:
        """Scan a code."""
        self.page.goto(address)

    def begin(self, address: str) -> None:
        """Scan a code, agree, and go on to the first questions."""
        self.open(address)
        self.pick("consent", "agree")
        self.continue_()

    def fill_in(self, rating: str = "4") -> None:
        """Answer everything on the way, as a person would, to the page that shows it all before sending."""
        self.pick("consent", "agree")
        if runs_scripts(self.page):
            self.continue_()
            while not self.page.locator("#s-check.on").count():
                self.fill_in_section(rating)
            return
        for name, value in VISIT.items():
            self.pick(name, value)
        for question in self.page.locator(f"fieldset:visible:has(input[value='{rating}'])").all():
            question.locator(f"label:has(input[value='{rating}'])").click()
        self.page.fill("textarea", SAID)
        self.page.locator(".all button").click()

    def fill_in_section(self, rating: str = "4") -> None:
        """Answer the section that shows and go on."""
        page = self.page
        for question in page.locator("section.on fieldset:visible").all():
            name = question.locator("input").first.get_attribute("name") or ""
            choices = [value for value in (VISIT.get(name), rating) if value]
            wanted = question.locator(", ".join(f"label:has(input[value='{v}'])" for v in choices))
            if wanted.count():
                wanted.first.click()
        if page.locator("section.on textarea").count():
            page.fill("section.on textarea", SAID)
        shown = page.locator("section.on").get_attribute("id")
        self.continue_()
        if page.locator(f"#{shown} .note:visible").count():  # a reminder of questions left blank
            self.continue_()
        page.wait_for_selector(f"#{shown}:not(.on)", state="attached")

    def send(self) -> None:
        """Press the button that sends."""
        self.page.locator("[data-send]:visible, main form .go button:visible").first.click()

    def receipt(self, seconds: float = 30) -> str:
        """The receipt code, when it comes."""
        self.page.wait_for_selector("#receipt-code", timeout=seconds * 1000)
        return self.page.inner_text("#receipt-code")


def is_a_problem(message: ConsoleMessage) -> bool:
    """Chromium also calls a refused form and a network that is away an error, which they are not."""
    return message.type == "error" and not any(known in message.text for known in _EXPECTED)


def watch(page: Page) -> Phone:
    """A page as a phone that records its problems and requests."""
    phone = Phone(page, [], [])
    page.on("console", lambda m: phone.problems.append(m.text) if is_a_problem(m) else None)
    page.on("pageerror", lambda error: phone.problems.append(str(error)))
    page.on("request", lambda request: phone.requests.append(request.url))
    return phone


def open_phone(browser: Browser, **options: Any) -> tuple[BrowserContext, Phone]:
    """A phone of its own, with nothing kept on it."""
    context = browser.new_context(**PHONE, **options)
    context.set_default_timeout(30_000)
    return context, watch(context.new_page())


@contextmanager
def flawless_phone(browser: Browser, *, takes_cookies: bool = True, **options: Any) -> Iterator[Phone]:
    """A phone nobody has used, in which nothing may go wrong."""
    context, opened = open_phone(browser, **options)
    yield opened
    assert takes_cookies or context.cookies() == [], "a citizen's pages set no cookie"
    assert opened.problems == []
    context.close()


def wait_for_offline_copy(page: Page) -> None:
    """Wait until the service worker is at work and the page is kept on the phone."""
    page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    page.wait_for_function("caches.open('forms-1').then(c => c.keys()).then(forms => forms.length > 0)")


def accessible(page: Page) -> list[str]:
    """What axe finds wrong with the page as it shows."""
    return [violation["id"] for violation in violations(page, WCAG)]


def violations(page: Page, rules: dict[str, Any]) -> list[dict[str, Any]]:
    """What axe finds wrong by some rules; the page is given axe once, and tells only what is wrong."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    options = {**rules, "resultTypes": ["violations"]}
    problems: list[dict[str, Any]] = page.evaluate("options => axe.run(options)", options)["violations"]
    return problems


def runs_scripts(page: Page) -> bool:
    """Whether the questionnaire's script is at work."""
    return page.locator("html.js").count() == 1
