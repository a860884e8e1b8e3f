"""The officer's guide does not lie: its pictures are taken here and every word it quotes is on the screen."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser

from tests.end_to_end.guide import GUIDE, Step, Walk, is_said, keep, sections
from tests.end_to_end.guide_steps import STEPS
from tests.end_to_end.server import demo_server

pytestmark = [pytest.mark.browser, pytest.mark.server]
LANGUAGES = ("vi", "en")
LARGEST_PICTURE, MOST_PICTURES = 60_000, 16
SETTINGS = {
    "PUBLIC_URL": "http://khao-sat.example.vn",
    "SECRET_KEY": "the-pictures-of-the-guide-stay-the-same",
}


@pytest.fixture(scope="module", params=LANGUAGES)
def walk(request: pytest.FixtureRequest, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """The whole way, walked once in a language."""
    language, today = str(request.param), datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
    with demo_server(tmp_path_factory.mktemp("instance"), **SETTINGS) as server:
        walked = Walk(browser, server, language, today, passwords=dict(server.sign_ins))
        for step in STEPS:
            walked.steps.append(Step())
            step(walked)
        walked.close()
    return walked


def test_the_guide_has_the_steps_of_the_walk(walk: Walk) -> None:
    assert len(sections(walk.language)) == len(walk.steps)


def test_every_picture_is_made_where_the_guide_shows_it(walk: Walk) -> None:
    taken = [step.pictures for step in walk.steps]
    assert [section.pictures for section in sections(walk.language)] == taken
    committed = {str(file.relative_to(GUIDE)) for file in (GUIDE / "pictures" / walk.language).iterdir()}
    assert committed == {name for names in taken for name in names}
    assert len(committed) <= MOST_PICTURES
    sizes = {name: (GUIDE / name).stat().st_size for name in committed}
    assert {name: size for name, size in sizes.items() if size > LARGEST_PICTURE} == {}


def test_every_word_of_the_screen_is_on_the_screen_of_its_step(walk: Walk) -> None:
    for number, (section, step) in enumerate(zip(sections(walk.language), walk.steps, strict=True), 1):
        text = "\n".join(step.texts)
        assert section.labels, number
        assert [label for label in (*section.labels, *section.lines) if not is_said(label, text)] == [], (
            number
        )


def test_both_guides_tell_the_same_steps_with_the_same_pictures() -> None:
    one, other = ([s.pictures for s in sections(language)] for language in LANGUAGES)
    assert [[name.replace("/vi/", "/en/") for name in names] for names in one] == other


def test_a_picture_is_written_again_only_when_it_looks_different(tmp_path: Path) -> None:
    file = tmp_path / "page.png"

    def page(text: str) -> Image.Image:
        drawn = Image.new("RGB", (640, 320), "white")
        ImageDraw.Draw(drawn).text((20, 20), text, fill="black", font_size=20)
        return drawn

    assert keep(page("Open until 24/11/2026"), file)
    assert not keep(page("Open until 25/12/2027"), file)
    assert keep(page("No form has come in yet.\nPrint the poster of each desk\nand put it up."), file)
    assert not keep(page("Open until 24/11/2026"), file, drawn=[(0, 0, 640, 160)])
    assert keep(page("Open until 24/11/2026").crop((0, 0, 640, 300)), file)
