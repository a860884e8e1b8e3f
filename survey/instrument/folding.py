"""Vietnamese text as it is compared: without accents, in lower case, đ as d, however it was typed."""

import re
import unicodedata

_BLANKS = re.compile(r"\s+")


class _Folds(dict[int, str]):
    """What each character is compared as, worked out once."""

    def __missing__(self, code: int) -> str:
        self[code] = _folded(chr(code))
        return self[code]


class _Visible(dict[int, int | None]):
    """Each character, but nothing for an invisible one; worked out once."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.category(chr(code)) == "Cf" else code
        return self[code]


_folds, _visible = _Folds(), _Visible()


def composed(text: str) -> str:
    """`text` in its one composed spelling, without invisible format characters."""
    return unicodedata.normalize("NFC", text.translate(_visible))


def folded(text: str) -> str:
    """The text as it is compared, one character for each of `text`, so that places in both are the same."""
    return text.translate(_folds)


def search_key(text: str) -> str:
    """The text as it is searched: composed, folded, its blanks made one."""
    return _BLANKS.sub(" ", folded(composed(text))).strip()


def _folded(character: str) -> str:
    if character in "đĐ":
        return "d"
    if character.isdecimal():
        return str(unicodedata.digit(character))
    return unicodedata.normalize("NFKD", character)[0].lower()[:1]
