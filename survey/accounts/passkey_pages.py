"""Signing in with a passkey, and proving with one who is signed in."""

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from survey.accounts import passkeys
from survey.accounts.confirm_pages import ask_again, go_on
from survey.accounts.passkeys import PasskeyRefusedError
from survey.accounts.second_step_pages import (
    finish_sign_in,
    next_address,
    pending_person,
    second_step_page,
)
from survey.accounts.sign_in_pages import record_failure, sign_in_page
from survey.store.office_sessions import SignInMethod
from survey.store.people import Person
from survey.web.context import database, now, today
from survey.web.guards import guarded_official, may, public, to_enrol
from survey.web.limits import count_failure, customer, refuse_over
from survey.web.office_login import sign_in_person
from survey.web.permissions import Permission
from survey.web.relying_party import relying_party
from survey.web.templates import gettext as _

bp = Blueprint("passkey", __name__, url_prefix="/office")
_CHALLENGES = "60 per minute"  # of one address: each is a row for five minutes


@bp.post("/passkey/challenge")
@public
def challenge() -> Response:
    """What a browser needs to sign with a passkey, as JSON."""
    party, moment = relying_party(), now()
    key = ("passkey challenge", customer())
    refuse_over(_CHALLENGES, key)
    count_failure(_CHALLENGES, key)
    if party is None:
        abort(404)
    options = database().write(lambda s: passkeys.proving_options(s, party.id, now=moment))
    return Response(options, mimetype="application/json")


@bp.post("/passkey/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Sign a person in whose passkey it is. It stands for both factors: a device, and a PIN or finger."""
    person = _proven_person()
    if person is None:
        record_failure(None)
        return sign_in_page({"passkey": _message()})
    sign_in_person(person, SignInMethod.PASSKEY)
    return redirect(next_address(), 303)


@bp.post("/sign-in/second-step/passkey")
@public
def second_step() -> ResponseReturnValue:
    """Sign in who gave the password and has the passkey."""
    pending = pending_person()
    if pending is None:
        return redirect(url_for("accounts.sign_in", next=next_address()), 303)
    person = _proven_person()
    if person is None or person.id != pending.id:
        record_failure(pending)
        return second_step_page(pending, {"passkey": _message()})
    return finish_sign_in(person)


@bp.post("/confirm/passkey")
@may(Permission.OFFICE_ENTER)
@to_enrol
def confirm() -> ResponseReturnValue:
    """Go on with what was under way, once who is signed in has used a passkey of their own."""
    signed, person = guarded_official(), _proven_person()
    if person is None or person.id != signed.person.id:
        record_failure(signed.person)
        return ask_again({"confirm-passkey": _message()})
    return go_on(signed)


def _proven_person() -> Person | None:
    """The person whose passkey signed what the form holds."""
    party, moment = relying_party(), now()
    answer = request.form.get("confirm-credential", "")
    if party is None:
        return None
    try:
        person = database().write(lambda s: passkeys.prove(s, answer, (party.id, party.origin), now=moment))
    except PasskeyRefusedError:
        return None
    return None if person.is_away(today()) else person


def _message() -> str:
    return _("The passkey was not accepted. Try again, or sign in in another way")
