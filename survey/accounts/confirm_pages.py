"""The page that asks who is signed in to prove it anew, before what must not happen at an open screen.

It stands in place of the answer: a form that was sent is carried along and sent again with the proof.
"""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.accounts import second_factors
from survey.accounts.passwords import password_is_right
from survey.store import audit, factors, office_sessions
from survey.store.audit import AuditAction
from survey.web.context import database, now, settings
from survey.web.guards import SignedIn, fresh_page, guarded_official, may, to_enrol
from survey.web.permissions import Permission
from survey.web.redirects import is_office_address, office_address
from survey.web.relying_party import passkeys_work
from survey.web.sign_in_limits import begin_attempt_of_session
from survey.web.templates import gettext as _

bp = Blueprint("confirm", __name__, url_prefix="/office/confirm")
_OURS = "confirm-"  # what the names of this page's own fields begin with
_NOT_CARRIED = ("csrf_token", "password", "old", "new")


@bp.get("")
@may(Permission.OFFICE_ENTER)
@to_enrol
def ask() -> ResponseReturnValue:
    """The form to prove who one is; the guards show it in place of a page that needs a fresh proof."""
    if request.endpoint == "confirm.ask":
        return _page({}, address=office_address(request.args.get("next", "")) or _start(), carried=[])
    if request.method == "POST" and not request.files:
        return _page({}, address=request.full_path.rstrip("?"), carried=_text_fields(), is_sent=True), 403
    page = fresh_page(str(request.endpoint))
    key = (request.view_args or {}).get("key")
    address = url_for(page, key=key) if page else office_address(request.full_path.rstrip("?"))
    return _page({}, address=address or _start(), carried=[]), 403


def _start() -> str:
    return url_for("fieldwork.show_campaigns")


def _text_fields() -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in _NOT_CARRIED and not name.startswith(_OURS)
    ]


@bp.post("")
@may(Permission.OFFICE_ENTER)
@to_enrol
def check() -> ResponseReturnValue:
    """Take the proof, then go on with what was under way."""
    signed, moment = guarded_official(), now()
    person_id = signed.person.id
    attempt = begin_attempt_of_session(signed.token)
    if _proof_is_right(signed):
        return go_on(signed)
    attempt.count_failure()
    database().write(
        lambda s: audit.record(s, AuditAction.FAILED_CONFIRMATION, "", person_id=person_id, now=moment)
    )
    return ask_again({f"{_OURS}password": _("The password or the code is wrong")})


def _carried_address() -> tuple[str, bool]:
    """Where to go on after the proof, and whether the carried form is to be sent there."""
    address = request.form.get(f"{_OURS}address", "")
    if is_office_address(address):
        return address, request.form.get(f"{_OURS}sent") == "yes"
    return _start(), False


def ask_again(errors: dict[str, str]) -> ResponseReturnValue:
    """The page once more, after a proof that is wrong."""
    address, is_sent = _carried_address()
    return _page(errors, address=address, carried=_text_fields(), is_sent=is_sent), 422


def go_on(signed: SignedIn) -> ResponseReturnValue:
    """Store that who is signed in has just proved who they are, and go on with what was under way."""
    moment, token = now(), signed.token
    database().write(lambda s: office_sessions.store_proof(s, token, now=moment))
    address, is_sent = _carried_address()
    return redirect(address, 307 if is_sent else 303)


def _proof_is_right(signed: SignedIn) -> bool:
    """Whether the password is right, or the code of the app; one of them is enough in an open session."""
    password, code = request.form.get(f"{_OURS}password", ""), request.form.get(f"{_OURS}code", "")[:60]
    moment, keys, person_id = now(), settings().secret_keys, signed.person.id
    if code and database().write(
        lambda s: second_factors.code_is_right(s, person_id, code, keys, now=moment)
    ):
        return True
    return bool(password) and password_is_right(signed.person, password)


def _page(
    errors: dict[str, str], *, address: str, carried: list[tuple[str, str]], is_sent: bool = False
) -> str:
    person_id = guarded_official().person.id
    owned = database().read(lambda s: factors.factors_of(s, person_id))
    return render_template(
        "accounts/confirm.html",
        errors=errors,
        address=address,
        carried=carried,
        is_sent=is_sent,
        factors=owned,
        with_passkey=owned.has_passkey and passkeys_work(),
    )
