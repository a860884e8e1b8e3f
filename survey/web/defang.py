"""Text that is safe in a spreadsheet, whoever typed it.

A spreadsheet runs a cell that begins like a formula, also after blanks, quotes or invisible characters, and
a CSV opened with another separator begins cells in the middle of ours. An apostrophe in front makes it text.
"""

import re

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# What XML 1.0 cannot hold: controls other than tab and line ends, lone surrogates, non-characters.
_UNSTORABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
# = + - @ | % and their full-width, small and mathematical forms, which spreadsheets normalise.
_TRIGGERS = "=+\\-@|%＝＋－＠｜％﹦﹢﹣﹫−"
# A reader may drop these before it looks at the first character.
_IGNORED = "\\s\"'`“”‘’«»\u00a0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3000\ufeff"
_LEADING = re.compile(f"[{_IGNORED}]*[{_TRIGGERS}]|[\t\r\n]")
_AFTER_SEPARATOR = re.compile(f"([;\t\r\n][{_IGNORED}]*)(?=[{_TRIGGERS}])")


def storable(text: str) -> str:
    """`text` with every character that XML or UTF-8 cannot hold replaced by U+FFFD."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def defang(text: str) -> str:
    """`text` as no spreadsheet runs it: storable, an apostrophe before whatever looks like a formula."""
    plain = _AFTER_SEPARATOR.sub(r"\1'", storable(text))
    return f"'{plain}" if _LEADING.match(plain) else plain
