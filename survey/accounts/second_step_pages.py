"""The second step of signing in: a code of an app, a recovery code, or a passkey."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.accounts import second_factors
from survey.store import audit, factors, people
from survey.store.audit import AuditAction
from survey.store.office_sessions import SignInMethod
from survey.store.people import Person
from survey.store.tokens import hash_of
from survey.web.context import database, now, settings, today
from survey.web.guards import public
from survey.web.office_login import sign_in_person
from survey.web.redirects import office_address
from survey.web.relying_party import passkeys_work
from survey.web.sign_in_limits import begin_attempt
from survey.web.templates import gettext as _
from survey.web.templates import page_with_errors

bp = Blueprint("second_step", __name__, url_prefix="/office/sign-in/second-step")
_PENDING = "second_step"
_LONGEST_SECONDS = 600


def continue_sign_in(person: Person, method: SignInMethod, address: str) -> ResponseReturnValue:
    """After the first proof: sign the person in, or ask for the second factor where there is one."""
    if not database().read(lambda s: factors.factors_of(s, person.id)).has_any:
        sign_in_person(person, method)
        return redirect(address, 303)
    session[_PENDING] = {
        "person": person.id,
        "method": method.value,
        "password": _fingerprint(person),
        "until": now().timestamp() + _LONGEST_SECONDS,
    }
    return redirect(url_for("second_step.show", next=address), 303)


def _fingerprint(person: Person) -> str:
    """What changes with the password, so that a new one ends a sign-in that is under way."""
    return hash_of(person.password_hash)[:16]


def pending_person() -> Person | None:
    """Who gave the first proof in this browser some minutes ago; None for nobody."""
    pending = session.get(_PENDING)
    if not isinstance(pending, dict) or pending["until"] < now().timestamp():
        return None
    person = database().read(lambda s: people.by_id(s, pending["person"]))
    if person is None or not person.can_sign_in(today()) or _fingerprint(person) != pending["password"]:
        return None
    return person


def finish_sign_in(person: Person) -> ResponseReturnValue:
    """Sign a person in who gave both proofs."""
    first = session[_PENDING]["method"]
    method = SignInMethod.SECOND_FACTOR if first == SignInMethod.PASSWORD else SignInMethod(first)
    sign_in_person(person, method)
    return redirect(next_address(), 303)


def next_address() -> str:
    """The page to continue with."""
    return office_address(request.args.get("next", "")) or url_for("fieldwork.show_campaigns")


def _back_to_first_step() -> ResponseReturnValue:
    return redirect(url_for("accounts.sign_in", next=request.args.get("next")), 303)


@bp.get("")
@public
def show() -> ResponseReturnValue:
    """The form for the second proof."""
    person = pending_person()
    return second_step_page(person, {}) if person else _back_to_first_step()


@bp.post("")
@public
def check() -> ResponseReturnValue:
    """Sign in who has the second factor, too."""
    person, moment = pending_person(), now()
    if person is None:
        return _back_to_first_step()
    attempt = begin_attempt(person.username, "second factor")
    typed = request.form.get("code", "")[:60]
    keys = settings().secret_keys
    if database().write(lambda s: _code_is_right(s, person, typed, keys, now=moment)):
        return finish_sign_in(person)
    attempt.count_failure()
    database().write(
        lambda s: audit.record(s, AuditAction.FAILED_SECOND_STEP, "", person_id=person.id, now=moment)
    )
    return second_step_page(person, {"code": _("The code is wrong, has expired or was used before")})


def _code_is_right(
    store: Session, person: Person, typed: str, secret_keys: Sequence[str], *, now: datetime
) -> bool:
    """Whether this is a code of the app, or a recovery code, whose use is recorded in the log."""
    if second_factors.code_is_right(store, person.id, typed, secret_keys, now=now):
        return True
    if not second_factors.recovery_code_is_right(store, person.id, typed, now=now):
        return False
    audit.record(store, AuditAction.USED_RECOVERY_CODE, "", person_id=person.id, now=now)
    return True


def second_step_page(person: Person, errors: dict[str, str]) -> ResponseReturnValue:
    """The form for the second proof, with what was wrong."""
    owned = database().read(lambda s: factors.factors_of(s, person.id))
    return page_with_errors(
        "accounts/second_step.html",
        errors,
        factors=owned,
        next_address=next_address(),
        with_passkey=owned.has_passkey and passkeys_work(),
    )
