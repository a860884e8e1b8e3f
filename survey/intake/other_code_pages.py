"""A code typed where codes of another kind are read: which kind it is, and the page that reads it.

The kind follows from how many letters a code has, so no answer tells whether there is a form with it. A code
in an address opens nothing by itself: its page sends it as a form, whose wrong codes are limited.
"""

import re

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from survey.intake import codes, later, links, receipts
from survey.intake.later_pages import ask_page
from survey.intake.receipt_pages import find_page
from survey.store.fieldwork import fold_code
from survey.web.context import database
from survey.web.locale import N_
from survey.web.templates import language

_RECEIPT = N_("This is a receipt code. It is read at %(address)s, best on a device of your own.")
_UNFINISHED = N_(
    "This is the code of an unfinished form. Go on with it at %(address)s, best on a device of your own."
)
_DESK = N_("This is the code of a desk, which is on its poster. It opens the survey and ends no tablet mode.")
_SPELLING = re.compile(r"[^\W_]+([- ]+[^\W_]+)*")
_SHORTEST, _LONGEST = 4, 12  # letters and digits of the product's codes


def may_be_code(typed: str) -> bool:
    """Whether a text may be one of the product's codes, however it was typed."""
    letters = fold_code(typed).upper()
    has_length = _SHORTEST <= len(letters) <= _LONGEST
    return has_length and set(letters) <= set(codes.ALPHABET) and bool(_SPELLING.fullmatch(typed))


def page_of(typed: str) -> ResponseReturnValue | None:
    """The page that reads the code of a receipt, an unfinished form or a desk; None for no such code."""
    if receipt_code := receipts.parse_code(typed):
        return find_page({}, receipt_code, sends=True)
    if short_code := later.parse_code(typed):
        return ask_page({}, short_code, sends=True)
    desk = links.desk_of(database(), typed)
    return redirect(url_for("intake.questionnaire", code=desk, lang=language()), 303) if desk else None


def message_about(typed: str) -> tuple[str, str] | None:
    """What a code of another kind than asked for is, and the endpoint that reads it."""
    if receipts.parse_code(typed) is not None:
        return _RECEIPT, "receipt.find"
    if later.parse_code(typed) is not None:
        return _UNFINISHED, "later.ask"
    return (_DESK, "intake.open_surveys") if links.desk_of(database(), typed) else None
