"""Text for comparisons: Vietnamese without accents, in lower case, đ as d, in one Unicode spelling."""

import re
import unicodedata

_BLANKS = re.compile(r"\s+")


class _Folds(dict[int, str]):
    """Maps each character to its folded one. An entry is computed when it is first needed."""

    def __missing__(self, code: int) -> str:
        self[code] = _fold_character(chr(code))
        return self[code]


class _Visible(dict[int, int | None]):
    """Maps each character to itself, an invisible one to None."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.category(chr(code)) == "Cf" else code
        return self[code]


_folds, _visible = _Folds(), _Visible()


def compose(text: str) -> str:
    """`text` in its one composed spelling, without invisible format characters."""
    return unicodedata.normalize("NFC", text.translate(_visible))


def fold(text: str) -> str:
    """The text for comparisons, with one character for each of `text`, so positions stay the same."""
    return text.translate(_folds)


def search_key(text: str) -> str:
    """The text for searches: composed, folded, with single blanks."""
    return _BLANKS.sub(" ", fold(compose(text))).strip()


def _fold_character(character: str) -> str:
    if character in "đĐ":
        return "d"
    if character.isdecimal():
        return str(unicodedata.digit(character))
    return unicodedata.normalize("NFKD", character)[0].lower()[:1]
