"""Text that is safe on paper and in pictures, whoever typed it."""

import re
import textwrap
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
    for index, character in enumerate(text):
        if _is_within_letter(text, index):
            letters[-1] += character
        else:
            letters.append(character)
    chunks = ("".join(letters[start : start + chunk]) for start in range(0, len(letters), chunk))
    return _BREAK_HERE.join(chunks)


def wrap(text: str, width: int, *, max_lines: int | None = None) -> list[str]:
    """The lines of a text of at most `width` characters each; an ellipsis ends the last of `max_lines`."""
    return _Wrapper(width, max_lines=max_lines, placeholder=" …").wrap(text)


class _Wrapper(textwrap.TextWrapper):
    """Breaks a word that is too long, but not between a letter and its marks."""

    def _handle_long_word(
        self, reversed_chunks: list[str], cur_line: list[str], cur_len: int, width: int
    ) -> None:
        word, room = reversed_chunks[-1], max(1, width - cur_len)
        while room > 1 and _is_within_letter(word, room):
            room -= 1
        super()._handle_long_word(reversed_chunks, cur_line, cur_len, cur_len + room)


def _is_within_letter(text: str, index: int) -> bool:
    """Whether the character belongs to the letter before it: a mark, or joined by a virama."""
    is_mark = unicodedata.category(text[index]).startswith("M")
    return index > 0 and (is_mark or unicodedata.combining(text[index - 1]) == _VIRAMA)


def _paper_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Zl", "Zp"} or character in "\t\r\n":
        return " "
    if category == "Cf":
        return ""
    return _REPLACEMENT if category.startswith("C") else character
