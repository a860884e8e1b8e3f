"""What documents and code cite exists: files, and headings in them."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, anchors

_SOURCES = [
    path
    for folder in ("survey", "tests", "benchmarks", "migrations", "bin")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".js", ".css", ".html", ".sh", ".yaml", ".typ", "") and path.is_file()
]
_LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
# A name in quotes is a file that a program reads.
_CITATION = re.compile(r"""(?<![\w./{}"'-])([\w./-]+\.md)\b(?:#([\w-]+))?""")
_SECTION_BY_NUMBER = re.compile(r"\.md`?,? section \d")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(page: Path) -> None:
    for address, anchor in _LINK.findall(page.read_text(encoding="utf-8")):
        if address.startswith(("http:", "https:", "mailto:")):
            continue
        target = (page.parent / address).resolve() if address else page
        assert target.exists(), f"{page.name} links to {address}"
        assert not anchor or anchor in anchors(target), f"{page.name} links to {address}#{anchor}"


def test_every_document_that_code_cites_has_that_heading() -> None:
    for source in _SOURCES:
        text = source.read_text(encoding="utf-8")
        assert not _SECTION_BY_NUMBER.search(text), f"{source}: cite a heading, as docs/statistics.md#points"
        for address, anchor in _CITATION.findall(text):
            target = ROOT / address
            assert target.exists(), f"{source} cites {address}; name it from the root of the repository"
            assert not anchor or anchor in anchors(target), f"{source} cites {address}#{anchor}"
