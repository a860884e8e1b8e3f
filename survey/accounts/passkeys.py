"""Passkeys: adding one, and proving with one who a person is (WebAuthn)."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from cryptography.exceptions import InvalidSignature
from sqlalchemy.orm import Session
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from survey.store import passkeys, people
from survey.store.passkeys import Passkey
from survey.store.people import Person
from survey.store.tokens import hash_of

_CHALLENGE_FOR = timedelta(minutes=5)
_ADDING, _PROVING = "add", "prove"
# What the library raises for an answer that no browser makes, besides its own errors.
_MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, InvalidSignature, OverflowError)
T = TypeVar("T")


class PasskeyRefusedError(ValueError):
    """A browser's answer proves nothing: forged, too late, used before, or of a passkey that is not known."""


def adding_options(session: Session, person: Person, rp_id: str, office: str, *, now: datetime) -> str:
    """What a browser needs to make a passkey, as JSON. It asks who holds the device for a PIN or a finger."""
    options = generate_registration_options(
        rp_id=rp_id,
        rp_name=office,
        user_id=user_handle(person.id),
        user_name=person.username,
        user_display_name=person.full_name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id))
            for passkey in passkeys.passkeys_of(session, person.id)
        ],
    )
    _store_challenge(session, options.challenge, _ADDING, now=now)
    return options_to_json(options)


def user_handle(person_id: int) -> bytes:
    """What stands for a person in their passkeys. It names nobody."""
    return hashlib.sha256(f"survey: person {person_id}".encode()).digest()


def add_passkey(
    session: Session, person_id: int, name: str, answer: str, rp: tuple[str, str], *, now: datetime
) -> Passkey:
    """Store the passkey that a browser made; `rp` is host and origin. PasskeyRefusedError otherwise."""
    credential = _parse(lambda: parse_registration_credential_json(answer))
    challenge = _take_challenge(session, credential.response.client_data_json, _ADDING, now=now)
    verified = _parse(
        lambda: verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp[0],
            expected_origin=rp[1],
            require_user_verification=True,
        )
    )
    credential_id = bytes_to_base64url(verified.credential_id)
    if passkeys.by_credential(session, credential_id) is not None:
        raise PasskeyRefusedError("the passkey is known already")
    passkey = Passkey(
        person_id=person_id,
        credential_hash=hash_of(credential_id),
        credential_id=credential_id,
        public_key=bytes_to_base64url(verified.credential_public_key),
        sign_count=verified.sign_count,
        name=name,
        created_at=now,
    )
    passkeys.add(session, passkey)
    return passkey


def proving_options(session: Session, rp_id: str, *, now: datetime) -> str:
    """What a browser needs to prove with one of its passkeys who somebody is, as JSON."""
    options = generate_authentication_options(
        rp_id=rp_id, user_verification=UserVerificationRequirement.REQUIRED
    )
    _store_challenge(session, options.challenge, _PROVING, now=now)
    return options_to_json(options)


def prove(session: Session, answer: str, rp: tuple[str, str], *, now: datetime) -> Person:
    """The active person whose passkey a browser used; PasskeyRefusedError for anything else."""
    credential = _parse(lambda: parse_authentication_credential_json(answer))
    challenge = _take_challenge(session, credential.response.client_data_json, _PROVING, now=now)
    passkey = passkeys.by_credential(session, credential.id)
    if passkey is None:
        raise PasskeyRefusedError("the passkey is not known")
    handle = credential.response.user_handle
    if handle is not None and handle != user_handle(passkey.person_id):
        raise PasskeyRefusedError("the passkey is of somebody else")
    verified = _parse(
        lambda: verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp[0],
            expected_origin=rp[1],
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    )
    person = people.by_id(session, passkey.person_id)
    if person is None or not person.is_active:
        raise PasskeyRefusedError("the account is closed")
    if not passkeys.store_use(session, passkey, verified.new_sign_count, now=now):
        raise PasskeyRefusedError("the passkey was used at the same moment")
    return person


def _parse(parse: Callable[[], T]) -> T:
    try:
        return parse()
    except (WebAuthnException, *_MALFORMED) as error:
        raise PasskeyRefusedError(type(error).__name__) from error


def _store_challenge(session: Session, challenge: bytes, purpose: str, *, now: datetime) -> None:
    text = bytes_to_base64url(challenge)
    passkeys.add_challenge(session, text, purpose, now=now, expires_at=now + _CHALLENGE_FOR)


def _take_challenge(session: Session, client_data: bytes, purpose: str, *, now: datetime) -> bytes:
    """The challenge that an answer names, which was ours and is taken now."""
    challenge = _parse(lambda: parse_client_data_json(client_data).challenge)
    if not passkeys.take_challenge(session, bytes_to_base64url(challenge), purpose, now=now):
        raise PasskeyRefusedError("the challenge is not known")
    return challenge
