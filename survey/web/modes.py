"""How a form is filled in: by oneself, at a shared tablet, or read out by a clerk; and the links that say so.

A link for a tablet or a clerk carries a token only the office can make, so nobody else can mark a form so.
"""

import hashlib
import hmac
from collections.abc import Sequence
from enum import StrEnum

_TOKEN_CHARS = 20  # 80 bits
_EXIT_DIGITS = 6


class Mode(StrEnum):
    """The way a response came in."""

    SELF = "self"
    KIOSK = "kiosk"
    ASSISTED = "assisted"


def token_for(mode: Mode, collector_code: str, secret_key: str) -> str:
    """What a link of this mode carries."""
    return _mac(secret_key, f"mode:{mode}:{collector_code}").hex()[:_TOKEN_CHARS]


def mode_of(token: str, collector_code: str, secret_keys: Sequence[str]) -> Mode:
    """The mode a token stands for at this collector; by oneself when it stands for none."""
    for mode in (Mode.KIOSK, Mode.ASSISTED):
        for key in secret_keys:
            if hmac.compare_digest(token_for(mode, collector_code, key).encode(), token.encode()):
                return mode
    return Mode.SELF


def exit_code_for(collector_code: str, secret_key: str) -> str:
    """The digits staff type to leave the shared tablet's start screen."""
    number = int.from_bytes(_mac(secret_key, f"exit:{collector_code}"), "big")
    return str(number % 10**_EXIT_DIGITS).zfill(_EXIT_DIGITS)


def _mac(secret_key: str, what: str) -> bytes:
    return hmac.digest(secret_key.encode(), what.encode(), hashlib.sha256)
