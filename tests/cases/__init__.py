"""Reference cases: those of this folder, and those that may lie beside a checkout and are not part of it."""

import json
from pathlib import Path

CASES = Path(__file__).resolve().parent
SHARED_CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
HOSTILE_STRINGS = SHARED_CASES / "naughty.jsonl"


def collected_strings() -> list[str]:
    """The hostile strings that others collected; none where their file is missing."""
    lines = HOSTILE_STRINGS.read_text(encoding="utf-8").splitlines() if HOSTILE_STRINGS.exists() else []
    return [json.loads(line)["s"] for line in lines]
