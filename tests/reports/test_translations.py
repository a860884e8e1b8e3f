"""Every sentence of reports and posters is said in Vietnamese, with the same blanks to fill."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

SURVEY = Path(__file__).resolve().parents[2] / "survey"
SOURCES = {
    "reports": [
        *(SURVEY / "reports" / f"{name}.py" for name in ("wording", "tables", "method", "charts", "canvas")),
        *(SURVEY / "reports" / "files").glob("*.py"),
    ],
    "posters": [SURVEY / "fieldwork" / "posters.py"],
}


def said_in(catalogue: str) -> dict[str, str]:
    with (SURVEY / "translations" / "vi" / f"{catalogue}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def asked_for(catalogue: str) -> set[str]:
    found = (extract_from_file("python", source) for source in SOURCES[catalogue])
    return {str(message) for messages in found for _line, message, _comments, _context in messages}


@pytest.mark.parametrize("catalogue", SOURCES)
def test_every_sentence_has_its_vietnamese_and_no_translation_is_left_over(catalogue: str) -> None:
    assert set(said_in(catalogue)) == asked_for(catalogue)
    assert all(said_in(catalogue).values())


@pytest.mark.parametrize("catalogue", SOURCES)
def test_a_translation_names_no_blank_the_sentence_does_not_have(catalogue: str) -> None:
    for english, vietnamese in said_in(catalogue).items():
        blanks = set(re.findall(r"{\w+}", english))
        assert set(re.findall(r"{\w+}", vietnamese)) == blanks
