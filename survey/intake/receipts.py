"""Receipt codes, made from the submission id and the office's secret: the same submission, the same code.

Only a code's hash is stored. Whoever holds the database alone can neither read nor make a code.
"""

import hmac
from collections.abc import Sequence

from survey.intake import codes
from survey.intake.codes import hash_of

_CHARS, _GROUP = 12, 4  # 60 bits: with a limit on wrong tries, not to be guessed


def code_for(submission_id: str, secret_key: str) -> str:
    """The receipt code of a submission, like K7QX-M2PD-9R4T."""
    mac = hmac.digest(secret_key.encode(), b"receipt:" + submission_id.encode(), "sha256")
    number = int.from_bytes(mac, "big")
    digits = "".join([codes.ALPHABET[(number >> 5 * i) & 31] for i in range(_CHARS)])
    return codes.grouped(digits, _GROUP)


def matching_code(submission_id: str, stored_hash: str, secret_keys: Sequence[str]) -> str | None:
    """The code that was given for a stored submission, under whichever of the office's secrets made it."""
    candidates = (code_for(submission_id, key) for key in secret_keys)
    return next((code for code in candidates if hmac.compare_digest(hash_of(code), stored_hash)), None)


def typed(text: str) -> str | None:
    """The code a person typed, however it was grouped or misread; None when it cannot be one."""
    return codes.typed(text, _CHARS, _GROUP)
