"""Text that is safe on paper and in pictures, whoever typed it."""

import re
import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_BREAK_HERE = "\N{ZERO WIDTH SPACE}"
_LONG_RUN = re.compile(r"\S{25,}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 6


def printable(text: str, *, at_most: int = 2000) -> str:
    """`text` for paper: composed, without control, format, private or unassigned characters, breakable.

    PDF/A refuses private characters and PDF/UA invisible ones; direction overrides would reorder a line.
    """
    composed = unicodedata.normalize("NFC", text)
    characters = "".join(_paper_character(character) for character in composed)
    if len(characters) > at_most:
        characters = characters[: at_most - 1].rstrip() + "…"
    return _LONG_RUN.sub(_breakable, characters)


def _breakable(run: re.Match[str]) -> str:
    text = run.group()
    if _DIGEST.fullmatch(text):  # to be copied from the page as it is
        return text
    return _BREAK_HERE.join(text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK))


def _paper_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Zl", "Zp"} or character in "\t\r\n":
        return " "
    if category == "Cf":
        return ""
    return _REPLACEMENT if category.startswith("C") else character
