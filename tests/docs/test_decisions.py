import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

_DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
_HEAD = re.compile(r"# (\d+)\. .+\n\n\d{4}-\d\d-\d\d · (accepted|superseded by)\b")


@pytest.mark.parametrize("path", _DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_number_date_state_and_its_four_parts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    head = _HEAD.match(text)
    assert head
    assert path.name.startswith(f"{int(head[1]):04}-")
    for part in ("Context", "Decision", "Rejected", "Revisit"):
        assert f"**{part}" in text
    assert len(text.splitlines()) <= 40
