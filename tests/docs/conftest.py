"""Fixtures of the tests of documents."""

import shutil
from pathlib import Path

import pytest

from tests.docs.pages import ROOT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what runs."""
    for name in ("survey", "migrations", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.png"))
    (tmp_path / "instance").mkdir()
    return tmp_path
