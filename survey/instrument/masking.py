"""What could name a person in a comment, masked: phones, identity and dossier numbers, e-mail addresses.

When in doubt a number is masked: one too many costs a reader little, one too few tells who wrote. Amounts of
money, days and ranges of years are left, because comments are about them.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from survey.instrument.folding import composed, folded


class Kind(StrEnum):
    """What stood where something was masked."""

    EMAIL = "email"
    PHONE = "phone"
    IDENTITY = "identity"
    DOSSIER = "dossier"
    NUMBER = "number"


# All patterns look at folded text: lower case, no accents, plain digits.
_MAY_NAME = re.compile(r"[\d@]|[(\[]at[)\]]")  # without any of these nothing below matches
_EMAIL = re.compile(
    r"[\w.+%'-]+ {0,2}(?:@|\(at\)|\[at\]) {0,2}[\w-]+(?: {0,2}(?:\.|\(dot\)|\[dot\]) {0,2}[\w-]+)+"
)
_DOSSIER = re.compile(r"\b(?:\d{3}(?:\.\d{2}){1,4}\.)?[a-z]\d{2}(?:\.\d{2,3})*[-.]\d{6}[-.]\d{2,6}\b")
_NAMED = re.compile(
    r"\b(?P<word>(?:ma )?ho so|ma hs|hs|bien nhan|giay hen|phieu hen|cccd|cmnd"
    r"|can cuoc(?: cong dan)?|chung minh(?: thu)?|ho chieu|passport|id(?: card)?|sdt|so dt|dt|dien thoai"
    r"|zalo|tel|phone|hotline|ma so thue|mst|dossier|file)"
    r"(?P<between>(?: ?(?:so|no|number|code|la|cua toi|is))*[ .:#№]{0,3})"
    r"(?P<code>(?=[\w./-]*\d[\w./-]*\d[\w./-]*\d)[\w][\w./-]{3,39})"
)
_BETWEEN_DIGITS = r"[ .()\-‐-―−·_/\xa0]{0,3}"
_LONG = re.compile(rf"(?<![\w])(?:\(?\+|\()?\d(?:{_BETWEEN_DIGITS}\d){{7,}}(?!\w)")
_PASSPORT = re.compile(r"\b[a-z]\d{7,8}\b")
_DAY = r"(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}[/.-]\d{1,2}[/.-]\d{1,2})"
_YEARS = r"(?:19|20)\d\d"
_LEFT = re.compile(rf"(?:{_DAY}(?: ?[-–] ?{_DAY})?|{_YEARS} ?[-–/] ?{_YEARS})")
_MONEY_AFTER = re.compile(r" ?(?:d|dong|vnd|vnđ|trieu|ty|usd)\b")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[. ]\d{3})+")
_PHONE_DIGITS = re.compile(r"0?(?:0|84|0084)\d{8,10}")
_IDENTITY_LENGTHS = (9, 12)
_WORD_KINDS = {
    **dict.fromkeys(("sdt", "so dt", "dt", "dien thoai", "zalo", "tel", "phone", "hotline"), Kind.PHONE),
    **dict.fromkeys(
        ("cccd", "cmnd", "passport", "id", "id card", "ho chieu", "ma so thue", "mst"), Kind.IDENTITY
    ),
    **dict.fromkeys(("can cuoc", "can cuoc cong dan", "chung minh", "chung minh thu"), Kind.IDENTITY),
}


def masked(text: str, words: Mapping[Kind, str]) -> str:
    """`text` composed, with `words` in the place of what could name a person."""
    plain = composed(text)
    if not _MAY_NAME.search(folded(plain)):
        return plain
    for pattern, kind_of in _PATTERNS:
        plain = _replaced(plain, pattern, kind_of, words)
    return plain


def _replaced(
    text: str,
    pattern: re.Pattern[str],
    kind_of: "Callable[[re.Match[str], str], tuple[int, Kind] | None]",
    words: Mapping[Kind, str],
) -> str:
    """`text` with each match replaced from where its kind says it begins."""
    compared, pieces, done = folded(text), [], 0
    for found in pattern.finditer(compared):
        what = kind_of(found, compared)
        if what is not None:
            begin, kind = what
            pieces += [text[done:begin], words[kind]]
            done = found.end()
    return "".join([*pieces, text[done:]])


def _whole(kind: Kind) -> "Callable[[re.Match[str], str], tuple[int, Kind] | None]":
    return lambda found, _text: (found.start(), kind)


def _named(found: re.Match[str], _text: str) -> tuple[int, Kind] | None:
    """The code after a word such as “mã hồ sơ”; the word itself stays."""
    if _LEFT.fullmatch(found["code"]):
        return None
    return found.start("code"), _WORD_KINDS.get(found["word"], Kind.DOSSIER)


def _long(found: re.Match[str], text: str) -> tuple[int, Kind] | None:
    number = found.group()
    if _LEFT.fullmatch(number) or _is_money(number, text[found.end() :]):
        return None
    digits = re.sub(r"\D", "", number)
    if _PHONE_DIGITS.fullmatch(digits):
        return found.start(), Kind.PHONE
    return found.start(), Kind.IDENTITY if len(digits) in _IDENTITY_LENGTHS else Kind.NUMBER


def _is_money(number: str, after: str) -> bool:
    is_amount = _GROUPED.fullmatch(number) or (number.isdecimal() and number[0] != "0")
    return bool(is_amount and _MONEY_AFTER.match(after))


_PATTERNS = (
    (_EMAIL, _whole(Kind.EMAIL)),
    (_DOSSIER, _whole(Kind.DOSSIER)),
    (_NAMED, _named),
    (_LONG, _long),
    (_PASSPORT, _whole(Kind.IDENTITY)),
)
