"""Second factors: adding an authenticator app, checking its codes and recovery codes, removing them."""

import hmac
import re
from collections.abc import Sequence
from datetime import datetime

import pyotp
from sqlalchemy.orm import Session

from survey.accounts.passwords import new_password
from survey.accounts.sealed import UnreadableSecretError, is_of_newest, seal, unseal
from survey.store import factors, passkeys
from survey.store.people import Person
from survey.store.tokens import hash_of

STEP_SECONDS = 30
_STEPS_AROUND = (0, -1, 1)  # clocks of phones are some seconds off
N_RECOVERY_CODES = 10
_CODE = re.compile(r"[0-9]{6}")


class FactorExistsError(ValueError):
    """The person has an app already."""


def begin_app(session: Session, person_id: int, secret_keys: Sequence[str], *, now: datetime) -> None:
    """Store a new secret for an app; it counts once a code was typed. FactorExistsError where one counts."""
    totp = factors.totp_of(session, person_id)
    if totp is not None and totp.confirmed_at is not None:
        raise FactorExistsError(str(person_id))
    factors.add_totp(session, person_id, seal(pyotp.random_base32(), secret_keys), now=now)


def unconfirmed_secret(session: Session, person_id: int, secret_keys: Sequence[str]) -> str | None:
    """The secret that a person is about to type into an app; None without one."""
    totp = factors.totp_of(session, person_id)
    if totp is None or totp.confirmed_at is not None:
        return None
    return _readable_secret(totp.sealed_secret, secret_keys)


def app_address(secret: str, person: Person, office: str) -> str:
    """What the QR code says to an app (otpauth://)."""
    return pyotp.TOTP(secret).provisioning_uri(name=person.username, issuer_name=office)


def confirm_app(
    session: Session, person_id: int, code: str, secret_keys: Sequence[str], *, now: datetime
) -> bool:
    """Let an app count whose code this is; whether it is."""
    if not _accept_code(session, person_id, code, secret_keys, now=now):
        return False
    factors.confirm_totp(session, person_id, now=now)
    factors.update_sessions(session, person_id)
    return True


def code_is_right(
    session: Session, person_id: int, code: str, secret_keys: Sequence[str], *, now: datetime
) -> bool:
    """Whether this is a code of the person's app that counts, and was not accepted before."""
    totp = factors.totp_of(session, person_id)
    if totp is None or totp.confirmed_at is None:
        return False
    return _accept_code(session, person_id, code, secret_keys, now=now)


def _accept_code(
    session: Session, person_id: int, typed: str, secret_keys: Sequence[str], *, now: datetime
) -> bool:
    code, totp = re.sub(r"\s", "", typed), factors.totp_of(session, person_id)
    if totp is None or not _CODE.fullmatch(code):
        return False
    secret = _readable_secret(totp.sealed_secret, secret_keys)
    if secret is None:
        return False
    step = _step_of(code, secret, now)
    if step is None or not factors.accept_step(session, person_id, step):
        return False
    if not is_of_newest(totp.sealed_secret, secret_keys):
        factors.replace_sealed_secret(session, person_id, seal(secret, secret_keys))
    return True


def _readable_secret(sealed: str, secret_keys: Sequence[str]) -> str | None:
    try:
        return unseal(sealed, secret_keys)
    except UnreadableSecretError:
        return None


def _step_of(code: str, secret: str, now: datetime) -> int | None:
    """The time step around now that has this code."""
    app, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    steps = [present + offset for offset in _STEPS_AROUND]
    matching = [step for step in steps if hmac.compare_digest(app.at(step * STEP_SECONDS), code)]
    return next(iter(matching), None)


def reseal_all(session: Session, secret_keys: Sequence[str]) -> tuple[int, int]:
    """Encrypt every secret with the newest key; how many were, and how many no key can read."""
    n_sealed = n_unreadable = 0
    for totp in factors.all_totp(session):
        if is_of_newest(totp.sealed_secret, secret_keys):
            continue
        secret = _readable_secret(totp.sealed_secret, secret_keys)
        if secret is None:
            n_unreadable += 1
            continue
        factors.replace_sealed_secret(session, totp.person_id, seal(secret, secret_keys))
        n_sealed += 1
    return n_sealed, n_unreadable


def new_recovery_codes(session: Session, person_id: int) -> list[str]:
    """Ten new recovery codes, in place of all before; of about 79 bits each, so a fast hash is enough."""
    codes = [new_password() for _ in range(N_RECOVERY_CODES)]
    factors.set_recovery_codes(session, person_id, [_recovery_hash(code) for code in codes])
    return codes


def recovery_code_is_right(session: Session, person_id: int, typed: str, *, now: datetime) -> bool:
    """Whether this is an unused recovery code of a person, which is used then."""
    return factors.use_recovery_code(session, person_id, _recovery_hash(typed), now=now)


def _recovery_hash(typed: str) -> str:
    return hash_of("recovery code:" + re.sub(r"[^a-z0-9]", "", typed.lower()))


def remove_app(session: Session, person_id: int) -> None:
    """Remove a person's app, and the recovery codes where no other factor is left."""
    factors.remove_totp(session, person_id)
    drop_recovery_codes_alone(session, person_id)
    factors.update_sessions(session, person_id)


def drop_recovery_codes_alone(session: Session, person_id: int) -> None:
    """Remove recovery codes that stand for no factor."""
    if not factors.factors_of(session, person_id).has_any:
        factors.set_recovery_codes(session, person_id, [])


def reset_factors(session: Session, person_id: int) -> None:
    """Remove everything a person has besides the password, who lost it all."""
    factors.remove_totp(session, person_id)
    passkeys.remove_all(session, person_id)
    factors.set_recovery_codes(session, person_id, [])
    factors.update_sessions(session, person_id)
