"""Pages to sign in and out."""

from contextlib import suppress

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from survey.accounts.forms import SignInForm
from survey.accounts.invitations import letters_work
from survey.accounts.pages import bp
from survey.accounts.passwords import password_is_right
from survey.accounts.second_step_pages import continue_sign_in, next_address
from survey.store import audit, office_sessions, people
from survey.store.audit import AuditAction
from survey.store.office_sessions import SignInMethod
from survey.store.people import Person
from survey.store.unavailable import StoreUnavailableError
from survey.web.context import database, now, settings, today
from survey.web.guards import public, signed_in_official
from survey.web.office_login import forget_browser_session
from survey.web.relying_party import passkeys_work
from survey.web.sign_in_limits import begin_attempt
from survey.web.templates import gettext as _
from survey.web.templates import page_with_errors


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The form to sign in."""
    if signed_in_official():
        return redirect(next_address())
    return sign_in_page({})


def sign_in_page(errors: dict[str, str], form: SignInForm | None = None) -> ResponseReturnValue:
    """The form to sign in, with what was wrong."""
    return page_with_errors(
        "accounts/sign_in.html",
        errors,
        form=form or SignInForm(formdata=None),
        next_address=next_address(),
        with_passkey=passkeys_work(),
        with_letters=letters_work(),
        openid_name=openid.name if (openid := settings().openid) else None,
    )


@bp.post("/sign-in")
@public
def check_sign_in() -> ResponseReturnValue:
    """Sign a person in. The answer to a wrong name and to a wrong password is the same."""
    form = SignInForm()
    if not form.validate_on_submit():
        return sign_in_page(form.problems(), form)
    attempt = begin_attempt(form.username.data)
    person = database().read(lambda s: people.by_username(s, form.username.data))
    # Both are asked for a name that does not exist, too: the answer takes as long.
    is_right = password_is_right(person, form.password.data)
    if person is None or not is_right or person.is_away(today()):
        attempt.count_failure()
        record_failure(person)
        return sign_in_page({"username": _("The name or the password is wrong")}, form)
    return continue_sign_in(person, SignInMethod.PASSWORD, next_address())


def record_failure(person: Person | None) -> None:
    """Record a refused sign-in under the person whose name was typed. Other names may be typed passwords."""
    moment, number = now(), person.id if person else None
    subject = person.username if person else ""
    with suppress(StoreUnavailableError):  # the answer is the same
        database().write(
            lambda s: audit.record(s, AuditAction.FAILED_SIGN_IN, subject, person_id=number, now=moment)
        )


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session, so that nobody goes on with a copy of its cookie."""
    signed = signed_in_official()
    token = signed.token if signed else ""
    logout_user()
    forget_browser_session()
    if token:
        database().write(lambda s: office_sessions.end(s, token))
    return redirect(url_for("accounts.sign_in"), 303)
