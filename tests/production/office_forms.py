"""Every form of the office as somebody fills it in: where it stands and what is typed, by its endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from playwright.sync_api import FilePayload, Locator, Page, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from tests.production.bed import ADDRESS

# Who fills a form in: somebody with a sign-in of the bed, or the person whom the first form adds.
ADMIN, OFFICER, LEADER, ADDED = "admin", "officer", "leader", "them"
LINE = "/office/scorecards/3/values/unit_autonomy_rate"
VALUES = "/office/scorecards/3/values"


@dataclass(frozen=True)
class OfficeForm:
    """A form of a page. `row` narrows the page down where the same form stands more than once.

    `typed` has a value for each field by name: text, a choice of a list, True for a box to tick, or a file.
    """

    endpoint: str
    path: str
    typed: Mapping[str, "str | bool | FilePayload"] = field(default_factory=dict)
    username: str = ADMIN
    row: str = "main"
    button: str = "button"

    def with_known(self, known: Mapping[str, str]) -> "OfficeForm":
        """The form with what is known only on the way: {person}, the page of ADDED, and {password}."""
        typed = {name: known.get(v, v) if isinstance(v, str) else v for name, v in self.typed.items()}
        return replace(self, path=known.get(self.path, self.path), typed=typed)


def form_on(page: Page, filled: OfficeForm, routes: MapAdapter) -> Locator:
    """The form of a page that is sent to the endpoint."""
    for form in page.locator(f"{filled.row} form[method=post]").all():
        path = form.evaluate("f => new URL(f.getAttribute('action') || '', location.href).pathname")
        try:
            if routes.match(path, method="POST")[0] == filled.endpoint:
                return form
        except HTTPException:
            continue
    raise AssertionError(f"{page.url} has no form for {filled.endpoint}")


def send(page: Page, filled: OfficeForm, routes: MapAdapter) -> Response:
    """Fill the form in and press its button; the answer to the form itself, before any redirect."""
    page.goto(ADDRESS + filled.path)
    form = form_on(page, filled, routes)
    form.evaluate("f => f.closest('details')?.setAttribute('open', '')")
    for name, value in filled.typed.items():
        _fill(form.locator(f"[name='{name}']"), value)
    with (
        page.expect_response(lambda answer: answer.request.method == "POST") as waiting,
        page.expect_navigation(),
    ):
        form.locator(filled.button).first.click()
    return waiting.value


def _fill(element: Locator, value: "str | bool | FilePayload") -> None:
    if isinstance(value, bool):
        element.first.check()
    elif not isinstance(value, str):
        element.set_input_files(value)
    elif element.evaluate("e => e.tagName") == "SELECT":
        element.select_option(value)
    else:
        element.fill(value)


def secret_on(page: Page) -> str:
    """The password that a page shows once."""
    return page.inner_text(".secret")
