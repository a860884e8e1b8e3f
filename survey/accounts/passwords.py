"""Passwords: hashing them with argon2id, checking them, and refusing those that are easy to guess.

A password is normalised (NFKC) when it is set and when it is checked: keyboards write the same Vietnamese
letter in several ways. A hash made before that, of the letters as they were typed, is still accepted.
"""

import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from survey.store.people import Person
from survey.web.searching import fold

MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_CHARS = 200
_MIN_GUESSES = 1e8  # a thousand a second for a day
_MIN_GUESSES_OF_LETTERS = 1e6  # without accents and spaces, which add to what has to be guessed
_ESTIMATED_CHARS = 72  # the estimate takes long for more, and a long password is not judged by its end
_FEW_CHARACTERS = 3
_OWN_CHARS = 6  # what a password has to have besides a name
_MIN_NAME_CHARS = 3
_REPEATED = re.compile(r"(.{1,4}?)\1+.{0,3}", re.DOTALL)
# What people here begin a password with; the list of the library has English words.
_COMMON_HERE = (
    *("matkhau", "vietnam", "quangngai", "dungquat", "khaosat", "cchc", "hailong", "hanoi", "saigon"),
    *("danang", "motcua", "chuyenvien", "quantri", "lanhdao", "admin", "officer", "leader", "viewer"),
    *("survey", "office", "anhyeuem", "emyeuanh", "khongbiet", "giadinh", "conyeu", "xinchao", "honghanh"),
)
_estimating = threading.Lock()  # zxcvbn keeps the names of a call where every thread reads them
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP: 19 MiB, t=2, p=1


class WeakPassword(Enum):
    """Why a password is refused."""

    WRONG_LENGTH = auto()
    PRESENT = auto()
    NAME = auto()
    REPEATED = auto()
    SEQUENCE = auto()
    COMMON = auto()


def normalise(password: str) -> str:
    """The password as it is hashed. No letter becomes more than 18, so what is too long stays too long."""
    return unicodedata.normalize("NFKC", password[: 4 * MAX_PASSWORD_CHARS])[: MAX_PASSWORD_CHARS + 1]


def hash_of_password(password: str) -> str:
    """The hash to store."""
    return _hasher.hash(normalise(password))


@cache
def _hash_of_nobody() -> str:
    """A hash to check against when the name does not exist, so that the answer takes as long."""
    return _hasher.hash(secrets.token_hex(16))


def password_is_right(person: Person | None, password: str) -> bool:
    """Whether this is the active person's password.

    Takes the same time for nobody, a closed account, and a person who has set no password yet.
    """
    password_hash = (person.password_hash if person else "") or _hash_of_nobody()
    # As typed, too: that is what hashes from before the normalisation were made of.
    variants = dict.fromkeys((normalise(password), password[: MAX_PASSWORD_CHARS + 1]))
    is_right = any(_verify(password_hash, variant) for variant in variants)
    return is_right and person is not None and person.is_active


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def find_weakness(password: str, person: Person, office_names: Iterable[str] = ()) -> WeakPassword | None:
    """Why a person must not have this as their new password; None where they may."""
    text = normalise(password)
    if not MIN_PASSWORD_CHARS <= len(text) <= MAX_PASSWORD_CHARS:
        return WeakPassword.WRONG_LENGTH
    if password_is_right(person, password):
        return WeakPassword.PRESENT
    names = list(_name_parts([person.username, person.full_name, *office_names]))
    plain = _letters(text)
    if len(_without(names, plain)) < _OWN_CHARS and _without(names, plain) != plain:
        return WeakPassword.NAME
    if _REPEATED.fullmatch(text.lower()) or len(set(plain)) <= _FEW_CHARACTERS:
        return WeakPassword.REPEATED
    return _estimate(text, _MIN_GUESSES, names) or _estimate(plain, _MIN_GUESSES_OF_LETTERS, names)


def _estimate(text: str, min_guesses: float, names: list[str]) -> WeakPassword | None:
    """What makes a text easy to guess, by the word lists and patterns of zxcvbn (Wheeler 2016)."""
    from zxcvbn import zxcvbn  # its lists take some ten megabytes, and few processes set a password

    with _estimating:
        estimate = zxcvbn(text[:_ESTIMATED_CHARS], user_inputs=[*names, *_COMMON_HERE])
    if estimate["guesses"] >= min_guesses:
        return None
    main = max(estimate["sequence"], key=lambda match: len(match["token"]))
    if main["pattern"] in ("sequence", "spatial"):
        return WeakPassword.SEQUENCE
    if main["pattern"] == "repeat":
        return WeakPassword.REPEATED
    if main.get("dictionary_name") == "user_inputs" and main["matched_word"] in names:
        return WeakPassword.NAME
    return WeakPassword.COMMON


def _name_parts(names: Iterable[str]) -> Iterator[str]:
    """Names as somebody types them into a password: whole, and each of their words; the longest first."""
    parts = {
        part for name in names for part in (_letters(name), *map(_letters, re.split(r"[\W_]+", name.lower())))
    }
    long = {part for part in parts if len(part) >= _MIN_NAME_CHARS}
    yield from sorted(long, key=lambda part: (-len(part), part))


def _without(names: list[str], plain: str) -> str:
    """What is left of a password without names, also written backwards."""
    for name in names:
        plain = plain.replace(name, "").replace(name[::-1], "")
    return plain


def _letters(text: str) -> str:
    """Letters and digits only, small, without accents."""
    return "".join(c for c in fold(text) if c.isalnum())


def new_password() -> str:
    """A random password or recovery code that a person can type: four groups, about 80 bits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))
