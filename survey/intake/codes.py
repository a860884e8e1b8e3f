"""Codes people read, type and read out: Crockford's letters and digits, however they are typed."""

import hashlib
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U to misread
_MISREAD = str.maketrans("ILO", "110")


def grouped(letters: str, size: int) -> str:
    """Letters in groups, joined by hyphens."""
    return "-".join(letters[i : i + size] for i in range(0, len(letters), size))


def typed(text: str, chars: int, size: int) -> str | None:
    """The code a person typed, however it was grouped or misread; None when it cannot be one."""
    letters = "".join(text.upper().split()).replace("-", "").translate(_MISREAD)
    return grouped(letters, size) if len(letters) == chars and set(letters) <= set(ALPHABET) else None


def new(chars: int, size: int) -> str:
    """A code nobody can guess."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(chars)), size)


def hash_of(code: str) -> str:
    """What is stored of a code."""
    return hashlib.sha256(code.encode()).hexdigest()
