"""The documents as the tests read them: paths, headings and table cells."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/**/*.md")]
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def text_of(name: str) -> str:
    """The text of a document, named by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub names them."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(name: str, heading: str) -> str:
    """The text of a document from a heading to the next of the same level."""
    level = heading.partition(" ")[0]
    _before, _heading, rest = text_of(name).partition(f"\n{heading}\n")
    assert rest, f"{name} has no heading {heading!r}"
    return re.split(rf"^{level} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def table_columns(text: str) -> list[tuple[str, ...]]:
    """The rows of the tables in a text, without their heads."""
    rows = re.findall(r"^\|(.+)\|$", text, re.MULTILINE)
    cells = [tuple(cell.strip() for cell in row.split(" | ")) for row in rows]
    heads = {n for n, row in enumerate(cells[1:]) if set("".join(row)) <= set("-|: ")}
    return [row for n, row in enumerate(cells) if n not in heads and n - 1 not in heads]
