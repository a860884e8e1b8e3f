"""The officer's guide as it is written, and a walk along it that takes its pictures and reads the screens."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops
from playwright.sync_api import Browser, BrowserContext, FloatRect, Locator, Page, ViewportSize

from tests.end_to_end.phone import Phone
from tests.end_to_end.server import ROOT, Server

GUIDE = ROOT / "docs" / "officers-guide"
_DESKTOP = ViewportSize(width=1280, height=800)
_TABLET = ViewportSize(width=768, height=1024)
_COLOURS, _MARGIN = 48, 10
_CLEARLY, _ALLOWED = 64, 0.005  # of 255 steps of grey; the share of a picture that a new date may change
Box = tuple[float, float, float, float]
_MARK = """(element, number) => {
  element.style.outline = '3px solid #c2410c';
  element.style.outlineOffset = '1px';
  document.activeElement.blur();
  if (!number) return;
  const box = element.getBoundingClientRect(), badge = document.createElement('b');
  badge.textContent = number;
  Object.assign(badge.style, {position: 'absolute', left: `${box.right + scrollX - 6}px`,
    top: `${box.top + scrollY - 18}px`, background: '#c2410c', color: '#fff', borderRadius: '50%',
    font: 'bold 18px/30px sans-serif', width: '30px', textAlign: 'center'});
  document.body.append(badge);
}"""
_TEXT = """() => {
  const closed = [...document.querySelectorAll('details:not([open])')];
  closed.forEach(each => each.open = true);
  const text = document.body.innerText;
  closed.forEach(each => each.open = false);
  return text;
}"""


@dataclass(frozen=True)
class Section:
    """A step as the guide tells it."""

    text: str

    @property
    def pictures(self) -> list[str]:
        """Which pictures it shows, in order."""
        return re.findall(r"!\[[^]]+\]\(([^)]+)\)", self.text)

    @property
    def labels(self) -> list[str]:
        """The labels of the screen that it names."""
        return re.findall(r"\*\*(.+?)\*\*", self.text)

    @property
    def lines(self) -> list[str]:
        """What it says a program prints."""
        printed = re.findall(r"^```text\n(.*?)^```", self.text, re.DOTALL | re.MULTILINE)
        return [line for block in printed for line in block.splitlines()]


def sections(language: str) -> list[Section]:
    """The numbered steps of the guide; what stands before the first is no step."""
    text = (GUIDE / f"{language}.md").read_text(encoding="utf-8")
    return [Section(part) for part in re.split(r"^## (?=\d+\. )", text, flags=re.MULTILINE)[1:]]


def is_said(label: str, text: str) -> bool:
    """Whether whole words stand in a text, however its lines are broken."""
    wanted = r"\s+".join(re.escape(word) for word in label.split())
    return re.search(rf"(?<!\w){wanted}(?!\w)", text) is not None


@dataclass
class Step:
    """The texts of the screens and papers of a step, and the names of its pictures."""

    texts: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)


@dataclass
class Walk:
    """Somebody of the office with the guide in hand."""

    browser: Browser
    server: Server
    language: str
    today: date
    steps: list[Step] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)
    _desktops: dict[str, Page] = field(default_factory=dict)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def desktop_of(self, name: str) -> Page:
        """The desktop of somebody, who signs in the first time; at the list of campaigns."""
        if name in self._desktops:
            page = self._desktops[name]
            self.open(page, "office/")
            return page
        page = self._desktops[name] = self.screen()
        self.open(page, "office/sign-in")
        page.fill("#username", name)
        page.fill("#password", self.passwords[name])
        self.press(page, page.locator("main button").first)
        return page

    def screen(self, *, is_tablet: bool = False, runs_scripts: bool = True) -> Page:
        """A desktop, or a tablet at a desk, that shows nothing yet."""
        size = _TABLET if is_tablet else _DESKTOP
        context = self.browser.new_context(viewport=size, java_script_enabled=runs_scripts)
        self._contexts.append(context)
        return context.new_page()

    def close(self) -> None:
        """Put every screen away."""
        for context in self._contexts:
            context.close()

    def open(self, page: Page, path: str) -> None:
        """Go to a page of the product, in the walk's language, and read it."""
        page.goto(f"{self.server.address}/{path.lstrip('/')}?lang={self.language}")
        self.look(page)

    def press(self, page: Page, button: Locator) -> None:
        """Press what leads to another page, and read that."""
        with page.expect_navigation():
            button.click()
        self.look(page)

    def look(self, page: Page) -> None:
        """Read the page, its closed parts too."""
        self.steps[-1].texts.append(page.evaluate(_TEXT))

    def picture(
        self, page: Page, name: str, of: Sequence[Locator], *marked: Locator, drawn: Sequence[Locator] = ()
    ) -> None:
        """Take the picture of what lies between some elements, with others marked in it.

        What is `drawn` by chance, as the code of a desk is, does not make it another picture.
        """
        self.look(page)
        for number, locator in enumerate(marked, 1):
            locator.evaluate(_MARK, number if len(marked) > 1 else 0)
        page.evaluate("scrollTo(0, 0)")
        boxes = [box for locator in (*of, *marked) if (box := locator.bounding_box())]
        left = max(0, min(box["x"] for box in boxes) - _MARGIN)
        top = max(0, min(box["y"] for box in boxes) - _MARGIN)
        right = max(box["x"] + box["width"] for box in boxes) + _MARGIN
        bottom = max(box["y"] + box["height"] for box in boxes) + _MARGIN
        clip = FloatRect(x=left, y=top, width=right - left, height=bottom - top)
        size = page.viewport_size or _DESKTOP
        page.set_viewport_size(ViewportSize(width=size["width"], height=max(size["height"], int(bottom) + 1)))
        taken = page.screenshot(clip=clip, animations="disabled")
        chance = [box for locator in drawn if (box := locator.bounding_box())]
        corners = [(box["x"] - left, box["y"] - top, box["width"], box["height"]) for box in chance]
        self._keep(name, _trim(Image.open(io.BytesIO(taken)).convert("RGB")), corners)

    def paper(self, name: str, content: bytes, *pages: int, scale: float) -> None:
        """Take the picture of pages of a PDF, side by side, and read all of it."""
        document = pypdfium2.PdfDocument(content)
        self.steps[-1].texts.extend(page.get_textpage().get_text_range() for page in document)
        sheets = [document[number].render(scale=scale).to_pil().convert("RGB") for number in pages]
        gap = _MARGIN if len(sheets) > 1 else 0
        whole = Image.new("RGB", (sum(s.width + gap for s in sheets) - gap, sheets[0].height), "#9aa5b1")
        for sheet_number, sheet in enumerate(sheets):
            whole.paste(sheet, (sheet_number * (sheet.width + gap), 0))
        self._keep(name, whole)

    def _keep(self, name: str, picture: Image.Image, drawn: Sequence[Box] = ()) -> None:
        self.steps[-1].pictures.append(f"pictures/{self.language}/{name}.png")
        keep(picture, GUIDE / self.steps[-1].pictures[-1], drawn)

    def fetch(self, page: Page, link: Locator) -> bytes:
        """The file behind a link that is pressed."""
        with page.expect_download() as waiting:
            link.click()
        return Path(waiting.value.path()).read_bytes()

    def fill_in(self, page: Page, address: str) -> None:
        """Answer the questionnaire behind an address, on a screen that runs no scripts, and send it."""
        self.open(page, address)
        phone = Phone(page, [], [])
        with page.expect_navigation():  # to the page that shows it all before sending
            phone.fill_in()
        self.look(page)
        phone.send()
        phone.receipt()
        self.look(page)


def keep(picture: Image.Image, file: Path, drawn: Sequence[Box] = ()) -> bool:
    """Write the picture in few colours, unless the one there shows the same; whether it was written."""
    reduced = picture.convert("RGB").quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    if file.exists():
        with Image.open(file) as before:
            if not _differ(reduced, before, drawn):
                return False
    file.parent.mkdir(parents=True, exist_ok=True)
    reduced.save(file, optimize=True)
    return True


def _trim(picture: Image.Image) -> Image.Image:
    """The picture without what is blank at its right."""
    blank = Image.new("RGB", picture.size, picture.getpixel((picture.width - 1, picture.height - 1)))
    box = ImageChops.difference(picture, blank).getbbox()
    return picture.crop((0, 0, min(picture.width, box[2] + _MARGIN), picture.height)) if box else picture


def _differ(one: Image.Image, other: Image.Image, drawn: Sequence[Box]) -> bool:
    if one.size != other.size:
        return True
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).convert("L")
    for left, top, width, height in drawn:
        difference.paste(0, (int(left), int(top), int(left + width), int(top + height)))
    return sum(difference.histogram()[_CLEARLY:]) > _ALLOWED * one.width * one.height
