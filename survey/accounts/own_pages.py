"""Pages of one's own account: password and sessions."""

from flask import flash, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue

from survey.accounts import officials
from survey.accounts.authority_rows import authority_rows
from survey.accounts.forms import PasswordForm
from survey.accounts.pages import bp
from survey.accounts.password_problems import problem_of_new
from survey.accounts.passwords import hash_of_password, password_is_right
from survey.store import office_sessions, units
from survey.store.audit import AuditAction
from survey.store.office_sessions import SignInMethod
from survey.store.tokens import hash_of
from survey.web.changes import audited_change
from survey.web.context import database, now
from survey.web.guards import SignedIn, guarded_official, may, to_enrol
from survey.web.office_login import begin_session
from survey.web.permissions import Permission
from survey.web.redirects import redirect_to
from survey.web.sign_in_limits import begin_attempt_of_session
from survey.web.templates import gettext as _
from survey.web.templates import language, ngettext, page_with_errors


@bp.get("/password")
@may(Permission.OFFICE_ENTER)
def password() -> ResponseReturnValue:
    """The form to change one's own password, and one's own sessions."""
    return _password_page(PasswordForm(), {})


@bp.post("/password")
@may(Permission.OFFICE_ENTER)
def change_password() -> ResponseReturnValue:
    """Change one's own password, which ends every other session."""
    form, signed = PasswordForm(), guarded_official()
    attempt = begin_attempt_of_session(signed.token)
    form.validate()
    errors = form.problems()
    if not errors:
        errors = _password_problems(form, signed)
        if "old" in errors:
            attempt.count_failure()
    if errors:
        return _password_page(form, errors)
    person_id, password_hash = signed.person.id, hash_of_password(form.new.data)
    person = audited_change(
        AuditAction.CHANGED_OWN_PASSWORD,
        "",
        lambda s: officials.set_password(s, person_id, password_hash),
    )
    method = SignInMethod(signed.session.method) if signed.session else SignInMethod.PASSWORD
    begin_session(person, method)
    flash(_("Your password has been changed"))
    return redirect(url_for("fieldwork.show_campaigns"), 303)


def _password_problems(form: PasswordForm, signed: SignedIn) -> dict[str, str]:
    if not password_is_right(signed.person, form.old.data):
        return {"old": _("The current password is wrong")}
    return problem_of_new(form.new.data, signed.person)


@bp.post("/sessions")
@may(Permission.OFFICE_ENTER)
def end_other_sessions() -> ResponseReturnValue:
    """End one's own other sessions, for example one that was left open at another computer."""
    signed = guarded_official()
    person_id, token = signed.person.id, signed.token
    n = audited_change(
        AuditAction.ENDED_SESSIONS, "", lambda s: office_sessions.end_all(s, person_id, but_token=token)
    )
    message = ngettext("%(n)s other session has been ended", "%(n)s other sessions have been ended", n)
    flash(message % {"n": n})
    return redirect(url_for("accounts.password"), 303)


@bp.post("/sessions/<id:session_id>")
@may(Permission.OFFICE_ENTER)
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    person_id = guarded_official().person.id
    audited_change(
        AuditAction.ENDED_SESSIONS, "", lambda s: office_sessions.end_one(s, person_id, session_id)
    )
    flash(_("The session has been ended"))
    return redirect(url_for("accounts.password"), 303)


@bp.post("/session")
@may(Permission.OFFICE_ENTER)
@to_enrol
def stay_signed_in() -> ResponseReturnValue:
    """Use the session, so that it does not end; the seconds it lasts at most."""
    return jsonify(left=guarded_official().seconds_left)


bp.add_url_rule(
    "/sessions", "back_to_password", may(Permission.OFFICE_ENTER)(redirect_to("accounts.password"))
)


def _password_page(form: PasswordForm, errors: dict[str, str]) -> ResponseReturnValue:
    moment, signed = now(), guarded_official()
    person_id = signed.person.id
    tree = database().read(units.units)
    return page_with_errors(
        "accounts/password.html",
        errors,
        form=form,
        methods=method_names(),
        sessions=database().read(lambda s: office_sessions.sessions_of(s, person_id, now=moment)),
        own_hash=hash_of(signed.token),
        authority=authority_rows(signed.authority.grants, tree, language()),
    )


def method_names() -> dict[str, str]:
    """What is shown for each way to begin a session."""
    return {
        SignInMethod.PASSWORD: _("with the password"),
        SignInMethod.SECOND_FACTOR: _("with the password and a second factor"),
        SignInMethod.PASSKEY: _("with a passkey"),
        SignInMethod.OPENID: _("through another sign-in service"),
    }
