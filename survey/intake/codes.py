"""Codes that people read out and type: Crockford's letters and digits."""

import hashlib
import secrets

from survey.store.fieldwork import fold_code

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U to misread


def group_letters(letters: str, size: int) -> str:
    """Letters in groups, joined by hyphens."""
    return "-".join(letters[i : i + size] for i in range(0, len(letters), size))


def parse_code(text: str, chars: int, size: int) -> str | None:
    """The code in its one spelling, however it was grouped or misread; None when the text cannot be one."""
    letters = fold_code(text).upper()
    return group_letters(letters, size) if len(letters) == chars and set(letters) <= set(ALPHABET) else None


def new_code(chars: int, size: int) -> str:
    """A random code."""
    return group_letters("".join(secrets.choice(ALPHABET) for _ in range(chars)), size)


def hash_code(code: str) -> str:
    """The hash of a code, which is stored instead of it."""
    return hashlib.sha256(code.encode()).hexdigest()
