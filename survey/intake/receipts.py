"""Receipt codes, made from the submission id and the office's secret: the same submission, the same code.

Only a code's hash is stored. Whoever holds the database alone can neither read nor make a code.
"""

import hashlib
import hmac
from collections.abc import Sequence

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to misread
_MISREAD = str.maketrans("ILO", "110")
_CODE_CHARS = 12  # 60 bits: with a limit on wrong tries, not to be guessed


def code_for(submission_id: str, secret_key: str) -> str:
    """The receipt code of a submission, like K7QX-M2PD-9R4T."""
    mac = hmac.digest(secret_key.encode(), b"receipt:" + submission_id.encode(), "sha256")
    number = int.from_bytes(mac, "big")
    digits = [_ALPHABET[(number >> 5 * i) & 31] for i in range(_CODE_CHARS)]
    return "-".join("".join(digits[i : i + 4]) for i in range(0, _CODE_CHARS, 4))


def hash_of(code: str) -> str:
    """What is stored of a code."""
    return hashlib.sha256(code.encode()).hexdigest()


def matching_code(submission_id: str, stored_hash: str, secret_keys: Sequence[str]) -> str | None:
    """The code that was given for a stored submission, under whichever of the office's secrets made it."""
    codes = (code_for(submission_id, key) for key in secret_keys)
    return next((code for code in codes if hmac.compare_digest(hash_of(code), stored_hash)), None)


def typed(text: str) -> str | None:
    """The code a person typed, however it was grouped or misread; None when it cannot be one."""
    letters = "".join(text.upper().split()).replace("-", "").translate(_MISREAD)
    if len(letters) != _CODE_CHARS or not set(letters) <= set(_ALPHABET):
        return None
    return "-".join(letters[i : i + 4] for i in range(0, _CODE_CHARS, 4))
