"""Pages to sign in and out, to change one's own password, and to manage officials."""

import re
from contextlib import suppress

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user
from sqlalchemy.orm import Session

from survey.accounts import officials
from survey.accounts.forms import PasswordForm, PersonForm, SignInForm
from survey.accounts.person_page import load_person_page
from survey.store import audit, office_sessions, people, units
from survey.store.audit import AuditAction, AuditObject, ObjectKind
from survey.store.db import require
from survey.store.people import Person, Role
from survey.store.tokens import hash_of
from survey.store.unavailable import StoreUnavailableError
from survey.web.changes import About, audited_change, record_action
from survey.web.context import database, now
from survey.web.guards import (
    SignedIn,
    guarded_official,
    may,
    public,
    reach_of,
    signed_in_id,
    signed_in_official,
)
from survey.web.limits import FAILED_SIGN_INS, FAILED_SIGN_INS_OF_ONE_NAME, limit_failures
from survey.web.permissions import Authority, Permission, role_names
from survey.web.redirects import redirect_to
from survey.web.templates import gettext as _
from survey.web.templates import language, ngettext, page_with_errors
from survey.web.unit_choices import unit_choices

bp = Blueprint("accounts", __name__, url_prefix="/office")
_OFFICE_ADDRESS = re.compile(r"/office/[A-Za-z0-9_./?=&%-]*")


def _typed_name() -> str:
    return "name:" + request.form.get("username", "").strip().lower()[:60]


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The form to sign in."""
    if signed_in_official():
        return redirect(url_for("fieldwork.show_campaigns"))
    return render_template("accounts/sign_in.html", form=SignInForm(), errors={})


@bp.post("/sign-in")
@public
@limit_failures(FAILED_SIGN_INS, status=422)
@limit_failures(FAILED_SIGN_INS_OF_ONE_NAME, status=422, of=_typed_name)
def check_sign_in() -> ResponseReturnValue:
    """Sign a person in. The answer to a wrong name and to a wrong password is the same."""
    form = SignInForm()
    if not form.validate_on_submit():
        return page_with_errors("accounts/sign_in.html", form.problems(), form=form)
    person = database().read(lambda s: people.by_username(s, form.username.data))
    # Both are asked for a name that does not exist, too: the answer takes as long.
    is_right = officials.password_is_right(person, form.password.data)
    if person is None or not is_right:
        _record_failure(person)
        errors = {"username": _("The name or the password is wrong")}
        return page_with_errors("accounts/sign_in.html", errors, form=form)
    chosen_language = session.get("language")
    session.clear()
    session.permanent = True
    if chosen_language:
        session["language"] = chosen_language
    _begin_session(person)
    record_action(AuditAction.SIGNED_IN)
    return redirect(_office_address(request.args.get("next", "")) or url_for("fieldwork.show_campaigns"), 303)


def _begin_session(person: Person) -> None:
    moment = now()
    token = database().write(lambda s: office_sessions.begin(s, person.id, now=moment))
    grants = database().read(lambda s: people.grants_of(s, person.id))
    login_user(SignedIn(person, Authority(grants), token))


def _record_failure(person: Person | None) -> None:
    """Record a refused sign-in under the person whose name was typed. Other names may be typed passwords."""
    moment, number = now(), person.id if person else None
    subject = person.username if person else ""
    with suppress(StoreUnavailableError):  # the answer is the same
        database().write(
            lambda s: audit.record(s, AuditAction.FAILED_SIGN_IN, subject, person_id=number, now=moment)
        )


def _office_address(address: str) -> str | None:
    """The address of an office page to continue with; None for any other address."""
    return address if _OFFICE_ADDRESS.fullmatch(address) else None


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session, so that nobody goes on with a copy of its cookie."""
    signed = signed_in_official()
    token = signed.token if signed else ""
    logout_user()
    session.clear()
    if token:
        database().write(lambda s: office_sessions.end(s, token))
    return redirect(url_for("accounts.sign_in"), 303)


@bp.get("/password")
@may(Permission.OFFICE_ENTER)
def password() -> ResponseReturnValue:
    """The form to change one's own password, and one's own sessions."""
    return _password_page(PasswordForm(), {})


@bp.post("/password")
@may(Permission.OFFICE_ENTER)
@limit_failures(FAILED_SIGN_INS, status=422)
def change_password() -> ResponseReturnValue:
    """Change one's own password, which ends every other session."""
    form, signed = PasswordForm(), guarded_official()
    form.validate()
    errors = form.problems()
    if not errors and not officials.password_is_right(signed.person, form.old.data):
        errors = {"old": _("The current password is wrong")}
    if errors:
        return _password_page(form, errors)
    person_id, new_password = signed.person.id, form.new.data
    person = audited_change(
        AuditAction.CHANGED_OWN_PASSWORD,
        "",
        lambda s: officials.set_password(s, person_id, new_password),
    )
    _begin_session(person)
    flash(_("Your password has been changed"))
    return redirect(url_for("fieldwork.show_campaigns"), 303)


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


bp.add_url_rule(
    "/sessions", "back_to_password", may(Permission.OFFICE_ENTER)(redirect_to("accounts.password"))
)


def _password_page(form: PasswordForm, errors: dict[str, str]) -> ResponseReturnValue:
    moment, signed = now(), guarded_official()
    person_id = signed.person.id
    return page_with_errors(
        "accounts/password.html",
        errors,
        form=form,
        sessions=database().read(lambda s: office_sessions.sessions_of(s, person_id, now=moment)),
        own_hash=hash_of(signed.token),
    )


@bp.get("/people")
@may(Permission.PEOPLE_MANAGE)
def everybody() -> ResponseReturnValue:
    """Everybody who may sign in."""
    return _people_page(person_form(bound=False), {})


@bp.post("/people")
@may(Permission.PEOPLE_MANAGE)
def add_person() -> ResponseReturnValue:
    """Add an official with a random password, which is shown once."""
    form, created_at = person_form(bound=True), now()
    if not form.validate_on_submit():
        return _people_page(form, form.problems())
    password = officials.new_password()
    username, full_name, role = form.username.data, form.full_name.data, Role(form.role.data)
    unit_id = int(form.unit.data)
    try:
        audited_change(
            AuditAction.ADDED_PERSON,
            f"{username} ({role})",
            lambda s: officials.add_person(
                s, username, full_name, role, password=password, now=created_at, unit_id=unit_id
            ),
            About(lambda added: AuditObject(ObjectKind.PERSON, str(added.id))),
        )
    except officials.NameTakenError:
        return _people_page(form, {"username": _("This sign-in name is already in use")})
    return _people_page(person_form(bound=False), {}, added=(username.strip().lower(), password))


@bp.get("/people/<id:person_id>")
@may(Permission.PEOPLE_MANAGE)
def person(person_id: int) -> ResponseReturnValue:
    """A person's role, and a new password for a person who forgot theirs."""
    return _person_page(_person(person_id))


bp.add_url_rule(
    "/people/<id:person_id>/password",
    "back_to_person",
    may(Permission.PEOPLE_MANAGE)(redirect_to("accounts.person")),
)


@bp.post("/people/<id:person_id>/password")
@may(Permission.PEOPLE_MANAGE)
def renew_password(person_id: int) -> ResponseReturnValue:
    """Replace a password that another person forgot, show it once, and end that person's sessions."""
    if person_id == signed_in_id():
        return redirect(url_for("accounts.password"), 303)
    password = officials.new_password()
    changed = audited_change(
        AuditAction.RENEWED_PASSWORD,
        lambda changed: changed.username,
        lambda s: officials.set_password(s, person_id, password),
    )
    return _person_page(changed, password=password)


def _person(person_id: int) -> Person:
    return database().read(lambda s: require(people.by_id(s, person_id)))


def _person_page(
    official: Person, errors: dict[str, str] | None = None, *, password: str | None = None
) -> ResponseReturnValue:
    """The page of an official; `password` is a new one, to be shown once."""
    return page_with_errors(
        "accounts/person.html", errors or {}, **load_person_page(official, password=password)
    )


@bp.post("/people/<id:person_id>/active")
@may(Permission.PEOPLE_MANAGE)
def set_person_active(person_id: int) -> ResponseReturnValue:
    """Reactivate or deactivate a person."""
    choice = request.form.get("active")
    if choice not in ("yes", "no"):
        errors = {f"active-{person_id}": _("Choose whether the account is active")}
        return _people_page(person_form(bound=False), errors)
    active = choice == "yes"
    try:
        audited_change(
            AuditAction.REACTIVATED_PERSON if active else AuditAction.DEACTIVATED_PERSON,
            lambda changed: changed.username,
            lambda s: officials.set_active(s, person_id, active=active),
        )
    except officials.LastAdministratorError:
        flash(_("You cannot deactivate the last administrator"))
    return redirect(url_for("accounts.everybody"), 303)


def person_form(*, bound: bool) -> PersonForm:
    """The form for a new person, with the units where one may add people."""
    form = PersonForm() if bound else PersonForm(formdata=None)
    form.unit.choices = unit_choices(reach_of(Permission.PEOPLE_MANAGE))
    return form


def _people_page(
    form: PersonForm, errors: dict[str, str], *, added: tuple[str, str] | None = None
) -> ResponseReturnValue:
    within = reach_of(Permission.PEOPLE_MANAGE)

    def load(s: Session) -> dict[str, object]:
        shown = people.people(s, within)
        return {
            "people": shown,
            "grants": people.grants(s, [person.id for person in shown]),
            "units": {unit.id: unit for unit in units.units(s)},
        }

    return page_with_errors(
        "accounts/people.html",
        errors,
        roles=role_names(language()),
        form=form,
        added=added,
        **database().read(load),
    )
