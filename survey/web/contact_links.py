"""Addresses that a telephone or mail program opens, from the contact details that officials typed."""

import re
from urllib.parse import quote

_ONE_NUMBER = re.compile(r"[+(]?[0-9][0-9\s().-]*")
_LONGEST = 15  # digits of a number, by E.164


def phone_link(text: str) -> str:
    """The `tel:` address of a telephone number; "" where the text is anything else, as two numbers.

    A zero that is left out when dialled from abroad, as in +84 (0)255, is left out.
    """
    number = text.strip()
    if not _ONE_NUMBER.fullmatch(number):
        return ""
    plus = "+" if number.startswith("+") else ""
    digits = re.sub(r"[^0-9]", "", number.replace("(0)", "", 1) if plus else number)
    return f"tel:{plus}{digits}" if len(digits) <= _LONGEST else ""


def mail_link(text: str) -> str:
    """The `mailto:` address of an e-mail address, with nothing in it that could add a header or a person."""
    return f"mailto:{quote(text.strip(), safe='@')}"
