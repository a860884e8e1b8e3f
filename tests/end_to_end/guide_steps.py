"""The steps of the officer's guide, one function each, done in a real browser as the guide tells them."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Locator, Page

from tests.builders import CONTACT
from tests.end_to_end.guide import Walk
from tests.end_to_end.server import ROOT
from tests.scorecards.builders import PDF

OFFICER, NEW_PASSWORD = "hoa", "bon mua hoa no dep"
TYPED = {
    "vi": {
        "officer": "Nguyễn Thị Hoa",
        "office": "Sở Nông nghiệp tỉnh A",
        "campaign": "Khảo sát hài lòng quý IV",
        "desks": "Quầy 1: Tiếp nhận | Desk 1: Intake\nQuầy 2: Trả kết quả | Desk 2: Results",
        "desk": "Quầy 3: Lưu động",
        "search": "phai bo sung",
        "tags": "thành phần hồ sơ",
        "note": "Chuyển Văn phòng rà soát thành phần hồ sơ",
    },
    "en": {
        "officer": "Hoa Nguyen",
        "office": "Department of Agriculture A",
        "campaign": "Satisfaction survey, quarter 4",
        "desks": "Quầy 1: Tiếp nhận | Desk 1: Intake\nQuầy 2: Trả kết quả | Desk 2: Results",
        "desk": "Quầy 3: Lưu động",
        "search": "phai bo sung",
        "tags": "documents asked for",
        "note": "To the Office, to review which documents are asked for",
    },
}
LINE = "office/scorecards/3/values/unit_autonomy_rate"


def upload(name: str, mimetype: str, content: bytes) -> FilePayload:
    """A file as somebody chooses it."""
    return {"name": name, "mimeType": mimetype, "buffer": content}


def first_sign_in(walk: Walk) -> None:
    """The administrator comes in with the password that was handed over, and changes it."""
    page = walk.desktop_of("admin")
    walk.press(page, page.locator(".who a[href$='/password']"))
    page.fill("#old", walk.passwords["admin"])
    page.fill("#new", NEW_PASSWORD)
    go = page.locator("main button").first
    walk.picture(page, "password", [page.locator("h1")], page.locator("#old"), page.locator("#new"), go)
    walk.press(page, go)
    walk.passwords["admin"] = NEW_PASSWORD
    walk.press(page, page.locator(".who a[href$='/password']"))
    walk.press(page, page.locator("main a[href$='/factors']"))


def people(walk: Walk) -> None:
    """An officer is let in; what can be changed of one is on a page of its own."""
    page = walk.desktop_of("admin")
    walk.press(page, page.locator("nav a[href$='/people']"))
    page.fill("#username", OFFICER)
    page.fill("#full_name", TYPED[walk.language]["officer"])
    page.select_option("#role", "officer")
    walk.press(page, page.locator("form.narrow button"))
    secret = page.locator(".secret")
    _set_password(page, secret.inner_text())
    walk.passwords[OFFICER] = NEW_PASSWORD
    form, row = page.locator("form.narrow"), page.locator("tr", has_text=OFFICER)
    walk.picture(page, "people", [page.locator("h1"), form], form, secret, row.locator("button"))
    walk.press(page, row.locator("th a"))


def _set_password(page: Page, link: str) -> None:
    """Follow a link to set a password, as who was added does in a browser of their own."""
    browser = page.context.browser
    assert browser
    with browser.new_context() as context:
        own = context.new_page()
        own.goto(urljoin(page.url, urlsplit(link).path))  # the address of the guide leads nowhere
        own.fill("#new", NEW_PASSWORD)
        own.locator("main form button").click()
        own.wait_for_url("**/office/")


def appearance(walk: Walk) -> None:
    """Colour and logo of the office."""
    logo = Image.new("RGB", (240, 240), "#ffffff")
    ImageDraw.Draw(logo).ellipse((20, 20, 220, 220), fill="#a3140f")
    file = io.BytesIO()
    logo.save(file, "PNG")
    page = walk.desktop_of("admin")
    walk.press(page, page.locator("nav a[href$='/appearance']"))
    page.fill("#accent", "#0b4a8f")
    page.set_input_files("#logo", upload("logo.png", "image/png", file.getvalue()))
    walk.press(page, page.locator("form.narrow button"))
    picks = page.locator("#accent"), page.locator("#logo"), page.locator("form.narrow button")
    walk.picture(page, "appearance", [page.locator("h1"), page.locator(".flash").first], *picks)


def questionnaire(walk: Walk) -> None:
    """The shipped questionnaire becomes the office's own, as the next version."""
    page = walk.desktop_of(OFFICER)
    walk.press(page, page.locator("nav a[href$='/questionnaires']"))
    link = page.locator("td a").first
    document = json.loads(page.request.get(f"{walk.server.address}{link.get_attribute('href')}").text())
    document["instrument"]["version"] += 1
    document["instrument"]["organisation"][walk.language] = TYPED[walk.language]["office"]
    buffer = json.dumps(document, ensure_ascii=False).encode()
    picks = link, page.locator("#file"), page.locator("form.narrow button")
    walk.picture(page, "questionnaire", [page.locator("h1"), page.locator("table")], *picks)
    page.set_input_files("#file", upload("phieu.json", "application/json", buffer))
    walk.press(page, picks[-1])
    assert page.locator("tbody tr").count() == 2


def campaign(walk: Walk) -> None:
    """A campaign of a month at two desks."""
    typed = TYPED[walk.language]
    page = walk.desktop_of(OFFICER)
    walk.press(page, page.locator("a[href$='/campaigns/new']"))
    page.fill("#name", typed["campaign"])
    page.select_option("#instrument_digest", index=0)
    page.fill("#opens_on", str(walk.today))
    page.fill("#closes_on", str(walk.today + timedelta(days=30)))
    page.fill("#desks", typed["desks"])
    for key, text in CONTACT.items():
        page.fill(f"#{key}", text)
    fields = [page.locator(f"#{key}") for key in ("name", "instrument_digest", "opens_on", "closes_on")]
    picks = *fields, page.locator("#desks"), page.locator("form.narrow button")
    walk.picture(page, "campaign", [page.locator("h1")], *picks)
    walk.press(page, picks[-1])


def posters(walk: Walk) -> None:
    """A desk is added; its poster is two clicks from the list."""
    page = walk.desktop_of(OFFICER)
    walk.press(page, own(walk, page).locator("a[href$='/desks']"))
    page.fill("#name", TYPED[walk.language]["desk"])
    page.fill("#quota", "60")
    walk.press(page, page.locator("form[action$='/desks'] button"))
    assert page.locator(".card").count() == 3
    card = page.locator(".card").first
    poster = card.locator("a[href$='poster.pdf']")
    quota = page.locator(".card .count").last
    cards = page.locator(".cards")
    picks = poster, quota
    walk.picture(page, "desks", [page.locator("h1"), cards], *picks, drawn=cards.locator("img").all())
    own_poster = page.request.get(f"{walk.server.address}{poster.get_attribute('href')}").body()
    assert own_poster.startswith(b"%PDF")
    with_a_fixed_code = page.request.get(f"{walk.server.address}/s/demo/poster.pdf").body()
    walk.paper("poster", with_a_fixed_code, 0, scale=0.7)


def own(walk: Walk, page: Page) -> Locator:
    """The row of the campaign this walk opened."""
    return page.locator("tr", has_text=TYPED[walk.language]["campaign"])


def tablet(walk: Walk) -> None:
    """The start screen of a tablet at the desk, and a form that a clerk fills in for somebody."""
    page = walk.desktop_of(OFFICER)
    walk.press(page, own(walk, page).locator("a[href$='/desks']"))
    card = page.locator(".card").first
    kiosk, assisted = (
        (card.locator(f"a[href*='/{mode}/']").get_attribute("href") or "").partition("?")[0]
        for mode in ("kiosk", "assisted")
    )
    screen = walk.screen(is_tablet=True)
    walk.open(screen, kiosk)
    screen.locator("summary").click()
    walk.picture(screen, "tablet", [screen.locator("header"), screen.locator("main")])
    desk = walk.screen(runs_scripts=False)
    walk.fill_in(desk, assisted)


def field(walk: Walk) -> None:
    """How many forms each desk has, and how many are needed."""
    page = walk.desktop_of(OFFICER)
    demo = page.locator("tr:has(a[href='/office/campaigns/demo'])")
    walk.press(page, demo.locator("a[href$='/desks']"))
    counts = [page.locator(".count").nth(number) for number in range(3)]
    walk.picture(page, "field", [page.locator(".tabs"), page.locator(".card").first], *counts)
    walk.press(page, tab(page, ""))


def tab(page: Page, name: str) -> Locator:
    """The tab of a campaign's page; the first has no name in its address."""
    ending = f"/{name}" if name else "/demo"
    return page.locator(f".tabs a[href$='{ending}']")


def comments(walk: Walk) -> None:
    """A comment is found, read, tagged and let into the report."""
    typed = TYPED[walk.language]
    page = walk.desktop_of(OFFICER)
    walk.open(page, "office/campaigns/demo/comments")
    page.fill("#words", typed["search"])
    walk.press(page, page.locator("form.find button"))
    comment = page.locator(".comment").first
    comment.locator("summary").click()
    comment.locator("select").select_option("to_act")
    comment.locator("[name=tags]").fill(typed["tags"])
    comment.locator("[name=note]").fill(typed["note"])
    comment.locator("[name=is_for_report]").check()
    keep = comment.locator("form button")
    search, status = page.locator("#words"), comment.locator("select")
    tags, tick = comment.locator("[name=tags]"), comment.locator("label.tick")
    walk.picture(page, "comments", [page.locator(".tabs"), comment], search, status, tags, tick, keep)
    walk.press(page, keep)


def results(walk: Walk) -> None:
    """The score read line by line, and a campaign that has too few forms for one."""
    page = walk.desktop_of(OFFICER)
    walk.open(page, "office/campaigns/demo")
    answer = page.locator(".answer")
    lines = [answer.locator(f"xpath=(./h2|./p)[{number}]") for number in range(1, 6)]
    note = answer.locator(".note")
    walk.picture(page, "results", [page.locator(".tabs"), page.locator(".top")], *lines, note)
    walk.press(page, answer.locator("a").first)
    walk.open(page, "office/")
    walk.press(page, own(walk, page).locator("a").first)
    few = page.locator(".answer")
    walk.picture(page, "few", [few], few.locator("h2"), few.locator("p").first)


def downloads(walk: Walk) -> None:
    """What an officer can take away, and what only an administrator can."""
    page = walk.desktop_of(OFFICER)
    walk.open(page, "office/campaigns/demo/downloads")
    report = page.locator("p.downloads a").first
    certificate = page.locator("a[href$='/certificate.json']")
    walk.picture(page, "downloads", [page.locator("h1"), page.locator(".tabs")], report, certificate)
    walk.open(page, "office/retention")
    page = walk.desktop_of("admin")
    walk.open(page, "office/campaigns/demo/downloads")


def report(walk: Walk) -> None:
    """The report to sign."""
    page = walk.desktop_of(OFFICER)
    walk.open(page, "office/campaigns/demo/downloads")
    link = page.locator(f"a[href*='summary.pdf?in={walk.language}']")
    walk.paper("report", walk.fetch(page, link), 1, 2, scale=0.9)


def certificate(walk: Walk) -> None:
    """The score is recomputed from the certificate, by a program that shares nothing with the product."""
    page = walk.desktop_of(OFFICER)
    walk.open(page, "office/campaigns/demo/downloads")
    content = walk.fetch(page, page.locator("a[href$='/certificate.json']"))
    file = walk.server.instance / "certificate.json"
    file.write_bytes(content)
    command = [sys.executable, str(ROOT / "bin" / "verify_certificate.py"), str(file)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    walk.steps[-1].texts.append(printed)
    auditors = walk.desktop_of("admin")
    walk.open(auditors, "office/campaigns/demo/downloads")


def publication(walk: Walk) -> None:
    """A closed campaign's results are taken back and published again."""
    page = walk.desktop_of("admin")
    walk.open(page, "office/campaigns/demo-truoc/publication")
    walk.press(page, page.locator("#public"))
    walk.look(page)
    button = page.locator("#public")
    share = page.locator("form.narrow button")
    walk.picture(page, "publication", [page.locator("h1"), page.locator("form.narrow")], button, share)
    walk.press(page, button)
    walk.press(page, page.locator("form.narrow button"))
    citizen = walk.screen()
    walk.open(citizen, "results/demo-truoc")


def scorecard(walk: Walk) -> None:
    """A value of the quarter is entered, approved by somebody else, and handed out."""
    page = walk.desktop_of(OFFICER)
    walk.press(page, page.locator("nav a[href$='/scorecards']"))
    walk.open(page, "office/scorecards/3/values")
    walk.open(page, LINE)
    page.fill("#numerator", "10")
    page.fill("#denominator", "10")
    page.fill("#evidence_ref", "88/BC-BQL")
    page.set_input_files("#file", upload("bao-cao.pdf", "application/pdf", PDF))
    picks = [page.locator(f"#{key}") for key in ("numerator", "denominator", "evidence_ref", "file")]
    go = page.locator("form.narrow button")
    walk.picture(page, "scorecard", [page.locator("h1"), page.locator("form.narrow")], *picks, go)
    walk.press(page, go)
    page = walk.desktop_of("leader")
    walk.open(page, "office/scorecards/3/values")
    walk.press(page, page.locator("#approvals button"))
    walk.open(page, "office/scorecards/3")


STEPS: tuple[Callable[[Walk], None], ...] = (
    first_sign_in,
    people,
    appearance,
    questionnaire,
    campaign,
    posters,
    tablet,
    field,
    comments,
    results,
    downloads,
    report,
    certificate,
    publication,
    scorecard,
)
