"""Masks what could identify a person in a comment: phone, identity and dossier numbers, e-mail addresses.

A doubtful number is masked: one too many costs a reader little, one too few can identify the author. Amounts
of money, dates and ranges of years stay, because comments are about them.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from survey.instrument.folding import compose, fold


class Kind(StrEnum):
    """The kind of text that was masked."""

    EMAIL = "email"
    PHONE = "phone"
    IDENTITY = "identity"
    DOSSIER = "dossier"
    NUMBER = "number"


# The position from which a match is masked, and its kind; None for a match that stays.
_KindOf = Callable[[re.Match[str], str], tuple[int, Kind] | None]

# All patterns are for folded text: lower case, no accents, plain digits.
_MAY_NAME = re.compile(r"[\d@]|[(\[]at[)\]]")  # no pattern below matches without one of these
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
_DATE_OR_YEARS = re.compile(rf"(?:{_DAY}(?: ?[-–] ?{_DAY})?|{_YEARS} ?[-–/] ?{_YEARS})")
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


def mask_text(text: str, labels: Mapping[Kind, str]) -> str:
    """`text`, composed, with a label instead of each match that could identify a person."""
    plain = compose(text)
    if not _MAY_NAME.search(fold(plain)):
        return plain
    for pattern, kind_of in _PATTERNS:
        plain = _replace_matches(plain, pattern, kind_of, labels)
    return plain


def _replace_matches(
    text: str,
    pattern: re.Pattern[str],
    kind_of: _KindOf,
    labels: Mapping[Kind, str],
) -> str:
    """`text` with each match replaced from the position that `kind_of` returns."""
    compared, pieces, done = fold(text), [], 0
    for match in pattern.finditer(compared):
        masked_from = kind_of(match, compared)
        if masked_from is not None:
            begin, kind = masked_from
            pieces += [text[done:begin], labels[kind]]
            done = match.end()
    return "".join([*pieces, text[done:]])


def _match_whole(kind: Kind) -> _KindOf:
    return lambda match, _text: (match.start(), kind)


def _match_code(match: re.Match[str], _text: str) -> tuple[int, Kind] | None:
    """The code after a word such as “mã hồ sơ”; the word itself stays."""
    if _DATE_OR_YEARS.fullmatch(match["code"]):
        return None
    return match.start("code"), _WORD_KINDS.get(match["word"], Kind.DOSSIER)


def _match_long_number(match: re.Match[str], text: str) -> tuple[int, Kind] | None:
    number = match.group()
    if _DATE_OR_YEARS.fullmatch(number) or _is_money(number, text[match.end() :]):
        return None
    digits = re.sub(r"\D", "", number)
    if _PHONE_DIGITS.fullmatch(digits):
        return match.start(), Kind.PHONE
    return match.start(), Kind.IDENTITY if len(digits) in _IDENTITY_LENGTHS else Kind.NUMBER


def _is_money(number: str, after: str) -> bool:
    is_amount = _GROUPED.fullmatch(number) or (number.isdecimal() and number[0] != "0")
    return bool(is_amount and _MONEY_AFTER.match(after))


_PATTERNS = (
    (_EMAIL, _match_whole(Kind.EMAIL)),
    (_DOSSIER, _match_whole(Kind.DOSSIER)),
    (_NAMED, _match_code),
    (_LONG, _match_long_number),
    (_PASSPORT, _match_whole(Kind.IDENTITY)),
)
