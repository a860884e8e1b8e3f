"""Text that is safe on paper and in pictures, whoever typed it."""

import re
import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_BREAK_HERE = "\N{ZERO WIDTH SPACE}"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_VIRAMA = 9  # the class of combining characters that join the next letter, as in Khmer


def printable(text: str, *, at_most: int = 2000, longest_run: int = 24, chunk: int = 6) -> str:
    """`text` for paper: composed, without control, format, private or unassigned characters, breakable.

    A longer run without a space may be broken after each `chunk` of letters, never between a letter and its
    marks.

    PDF/A refuses private characters and PDF/UA invisible ones; direction overrides would reorder a line.
    """
    composed = unicodedata.normalize("NFC", text)
    characters = "".join(_paper_character(character) for character in composed)
    if len(characters) > at_most:
        characters = characters[: at_most - 1].rstrip() + "…"
    return re.sub(rf"\S{{{longest_run + 1},}}", lambda run: _breakable(run.group(), chunk), characters)


def _breakable(text: str, chunk: int) -> str:
    if _DIGEST.fullmatch(text):  # to be copied from the page as it is
        return text
    letters: list[str] = []
    for character in text:
        if letters and (_is_mark(character) or unicodedata.combining(letters[-1][-1]) == _VIRAMA):
            letters[-1] += character
        else:
            letters.append(character)
    chunks = ("".join(letters[start : start + chunk]) for start in range(0, len(letters), chunk))
    return _BREAK_HERE.join(chunks)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _paper_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Zl", "Zp"} or character in "\t\r\n":
        return " "
    if category == "Cf":
        return ""
    return _REPLACEMENT if category.startswith("C") else character
