"""Secrets that the product must be able to read again, encrypted with keys made of the settings' secrets.

The newest secret encrypts, and all of them decrypt, so a secret is replaced as docs/operations.md says.
"""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"survey: secrets of second factors"


class UnreadableSecretError(ValueError):
    """None of the settings' secrets decrypts this."""


def seal(text: str, secret_keys: Sequence[str]) -> str:
    """The text, encrypted with the newest secret."""
    return _fernet(secret_keys[0]).encrypt(text.encode()).decode()


def unseal(sealed: str, secret_keys: Sequence[str]) -> str:
    """The text that was encrypted with one of the secrets; UnreadableSecretError for anything else."""
    try:
        return MultiFernet([_fernet(key) for key in secret_keys]).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise UnreadableSecretError from None


def is_of_newest(sealed: str, secret_keys: Sequence[str]) -> bool:
    """Whether the newest secret encrypted this."""
    try:
        _fernet(secret_keys[0]).decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def _fernet(secret: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
