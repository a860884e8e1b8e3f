"""The glossary and the code use the same names."""

import re

import pytest

from tests.docs.pages import ROOT, table_columns, text_of

_ROWS = table_columns(text_of("docs/glossary.md"))
_NAMES = sorted({name for row in _ROWS for name in re.findall(r"`([^`]+)`", row[2])})
_SOURCES = [path for path in (ROOT / "survey").rglob("*") if path.suffix in (".py", ".yaml", ".html")]
_CODE = "\n".join(path.read_text(encoding="utf-8") for path in _SOURCES)


@pytest.mark.parametrize("name", _NAMES)
def test_the_code_uses_a_name_of_the_glossary(name: str) -> None:
    assert re.search(rf"\b{re.escape(name)}\b", _CODE)


def test_every_term_has_a_name_in_the_code_or_says_why_not() -> None:
    assert [row for row in _ROWS if "`" not in row[2] and row[2] not in ("text", "coming")] == []
