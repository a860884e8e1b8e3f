"""Receipt codes, computed from the submission id and the office's secret: the same submission, the same code.

Only a code's hash is stored. The database alone is not enough to read or to compute a code.
"""

import hmac
from collections.abc import Sequence

from survey.intake import codes
from survey.intake.codes import hash_code

_CHARS, _GROUP = 12, 4  # 60 bits: with a limit on wrong tries, not to be guessed


def code_for(submission_id: str, secret_key: str) -> str:
    """The receipt code of a submission, like K7QX-M2PD-9R4T."""
    mac = hmac.digest(secret_key.encode(), b"receipt:" + submission_id.encode(), "sha256")
    number = int.from_bytes(mac, "big")
    digits = "".join([codes.ALPHABET[(number >> 5 * i) & 31] for i in range(_CHARS)])
    return codes.group_letters(digits, _GROUP)


def matching_code(submission_id: str, stored_hash: str, secret_keys: Sequence[str]) -> str | None:
    """The receipt code of a stored submission; None when none of the office's secrets gives it."""
    candidates = (code_for(submission_id, key) for key in secret_keys)
    return next((code for code in candidates if hmac.compare_digest(hash_code(code), stored_hash)), None)


def parse_code(text: str) -> str | None:
    """The code in its one spelling; None when the text cannot be a receipt code."""
    return codes.parse_code(text, _CHARS, _GROUP)
