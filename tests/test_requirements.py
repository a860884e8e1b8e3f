"""What is installed: pinned to a version and the hashes of its files, and in the bill of materials."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.server import PROGRAMS

ROOT = Path(__file__).resolve().parents[1]
_PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^\s;\\]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def pins(name: str) -> dict[tuple[str, str], set[str]]:
    """The hashes of each package of a file, by its name and version."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {(name, version): set(_HASH.findall(rest)) for name, version, rest in _PIN.findall(text)}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_to_the_hashes_of_its_files(name: str) -> None:
    packages = pins(name)
    assert len(packages) > 50
    assert [pin for pin, hashes in packages.items() if not hashes] == []
    lines = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line[:1] not in "# "]
    assert len(lines) == len(packages), "nothing is installed without a version"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_no_file_names_a_registry(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links|--trusted-host", text)


def test_the_tests_run_with_what_is_served() -> None:
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


def test_every_package_that_is_named_is_pinned() -> None:
    named = {
        line.strip()
        for name in ("requirements.in", "requirements-dev.in")
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if line[:1] not in {"#", "-", ""}
    }
    names = {name for name, _version in pins("requirements-dev.txt")}
    assert {re.split(r"[\[<>=;]", line)[0].lower() for line in named} <= names


def test_the_bill_of_materials_lists_what_is_installed_with_its_hashes() -> None:
    command = (ROOT / "bin" / "sbom").read_text(encoding="utf-8").splitlines()[-1]
    arguments = command.removeprefix("exec .venv/bin/").split()
    bill = json.loads(
        subprocess.run(  # noqa: S603
            [str(PROGRAMS / arguments[0]), *arguments[1:]], cwd=ROOT, capture_output=True, check=True
        ).stdout
    )
    assert bill["bomFormat"] == "CycloneDX"
    listed = {
        (component["name"], component["version"]): {
            entry["content"] for source in component["externalReferences"] for entry in source["hashes"]
        }
        for component in bill["components"]
    }
    assert listed == pins("requirements.txt")
