"""Signing in and out, one's own password, and who else may look."""

import re

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user
from sqlalchemy.orm import Session

from survey.accounts import sign_in as accounts
from survey.accounts.forms import PasswordForm, PersonForm, RoleForm, SignInForm
from survey.store import audit, people
from survey.store.audit import AuditAction
from survey.store.db import require
from survey.store.people import Person, Role
from survey.web.context import database, now
from survey.web.guards import SignedIn, may, public, signed_in, signed_in_id
from survey.web.limits import FAILED_SIGN_INS, FAILED_SIGN_INS_OF_ONE_NAME, limit_failures
from survey.web.permissions import Permission, role_names
from survey.web.templates import gettext as _
from survey.web.templates import language

bp = Blueprint("accounts", __name__, url_prefix="/office")
_AUDIT_ROWS = 200
_INSIDE = re.compile(r"/office/[A-Za-z0-9_./?=&%-]*")


def _name_typed() -> str:
    return "name:" + request.form.get("username", "").strip().lower()[:60]


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Where officials sign in."""
    if signed_in():
        return redirect(url_for("fieldwork.campaigns"))
    return render_template("accounts/sign_in.html", form=SignInForm(), errors={})


@bp.post("/sign-in")
@public
@limit_failures(FAILED_SIGN_INS, status=422)
@limit_failures(FAILED_SIGN_INS_OF_ONE_NAME, status=422, of=_name_typed)
def check_sign_in() -> ResponseReturnValue:
    """Let a person in whose name and password are right; a wrong name and a wrong password look the same."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form, errors=form.problems()), 422
    person = database().read(lambda s: people.by_username(s, form.username.data))
    if person is None or not accounts.password_is_right(person, form.password.data):
        errors = {"username": _("The name or the password is wrong")}
        return render_template("accounts/sign_in.html", form=form, errors=errors), 422
    kept_language = session.get("language")
    session.clear()
    session.permanent = True
    if kept_language:
        session["language"] = kept_language
    login_user(SignedIn(person))
    person_id, at = person.id, now()
    database().write(lambda s: audit.record(s, AuditAction.SIGNED_IN, "", person_id=person_id, now=at))
    return redirect(_inside(request.args.get("next", "")) or url_for("fieldwork.campaigns"), 303)


def _inside(address: str) -> str | None:
    """An address inside the office to go on to; None for any other."""
    return address if _INSIDE.fullmatch(address) else None


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session."""
    logout_user()
    session.clear()
    return redirect(url_for("accounts.sign_in"), 303)


@bp.get("/password")
@may(Permission.OFFICE_ENTER)
def password() -> ResponseReturnValue:
    """Where a person changes the own password."""
    return render_template("accounts/password.html", form=PasswordForm(), errors={})


@bp.post("/password")
@may(Permission.OFFICE_ENTER)
@limit_failures(FAILED_SIGN_INS, status=422)
def change_password() -> ResponseReturnValue:
    """Change the own password, which ends every other session."""
    form, signed = PasswordForm(), signed_in()
    assert signed is not None  # noqa: S101 — guards let nobody else in
    person_id, at = signed.person.id, now()
    form.validate()
    errors = form.problems()
    if not errors and not accounts.password_is_right(signed.person, form.old.data):
        errors = {"old": _("This is not your present password")}
    if errors:
        return render_template("accounts/password.html", form=form, errors=errors), 422

    def change(s: Session) -> SignedIn:
        accounts.set_password(s, person_id, form.new.data)
        audit.record(s, AuditAction.CHANGED_OWN_PASSWORD, "", person_id=person_id, now=at)
        return SignedIn(s.get_one(people.Person, person_id))

    login_user(database().write(change))
    flash(_("Your password has been changed"))
    return redirect(url_for("fieldwork.campaigns"), 303)


@bp.get("/people")
@may(Permission.PEOPLE_MANAGE)
def everybody() -> ResponseReturnValue:
    """Who may sign in."""
    return _people_page(PersonForm(), {})


@bp.post("/people")
@may(Permission.PEOPLE_MANAGE)
def add_person() -> ResponseReturnValue:
    """Let another official in, with a password made here and shown once."""
    form, at, by = PersonForm(), now(), signed_in_id()
    if not form.validate_on_submit():
        return _people_page(form, form.problems(), 422)
    fresh = accounts.new_password()
    username, full_name, role = form.username.data, form.full_name.data, Role(form.role.data)

    def add(s: Session) -> None:
        accounts.add_person(s, username, full_name, role, password=fresh, now=at)
        audit.record(s, AuditAction.ADDED_PERSON, f"{username} ({role})", person_id=by, now=at)

    try:
        database().write(add)
    except accounts.NameTakenError:
        return _people_page(form, {"username": _("Somebody signs in under this name already")}, 422)
    return _people_page(PersonForm(formdata=None), {}, added=(username.strip().lower(), fresh))


@bp.get("/people/<id:person_id>")
@may(Permission.PEOPLE_MANAGE)
def person(person_id: int) -> ResponseReturnValue:
    """A person's role, and a new password for who forgot the old one."""
    found = _person(person_id)
    return _person_page(found, RoleForm(formdata=None, role=found.role), {})


@bp.post("/people/<id:person_id>")
@may(Permission.PEOPLE_MANAGE)
def set_role(person_id: int) -> ResponseReturnValue:
    """Give a person another role, which holds from the next page on."""
    form, at, by, found = RoleForm(), now(), signed_in_id(), _person(person_id)
    if not form.validate_on_submit():
        return _person_page(found, form, form.problems(), 422)
    role, username = Role(form.role.data), found.username

    def change(s: Session) -> None:
        accounts.set_role(s, person_id, role)
        audit.record(s, AuditAction.CHANGED_ROLE, f"{username} ({role})", person_id=by, now=at)

    try:
        database().write(change)
    except accounts.LastAdministratorError:
        errors = {"role": _("The last administrator cannot have another role")}
        return _person_page(found, form, errors, 422)
    flash(_("The role has been changed"))
    return redirect(url_for("accounts.everybody"), 303)


@bp.get("/people/<id:person_id>/password")
@may(Permission.PEOPLE_MANAGE)
def back_to_person(person_id: int) -> ResponseReturnValue:
    """The address of a password that was shown, opened again, leads to the person and shows none."""
    return redirect(url_for("accounts.person", person_id=person_id))


@bp.post("/people/<id:person_id>/password")
@may(Permission.PEOPLE_MANAGE)
def renew_password(person_id: int) -> ResponseReturnValue:
    """A new password, shown once, for somebody else who forgot it; ends the sessions of the old one."""
    at, by, found, fresh = now(), signed_in_id(), _person(person_id), accounts.new_password()
    if person_id == by:
        return redirect(url_for("accounts.password"), 303)
    username = found.username

    def renew(s: Session) -> None:
        accounts.set_password(s, person_id, fresh)
        audit.record(s, AuditAction.RENEWED_PASSWORD, username, person_id=by, now=at)

    database().write(renew)
    return _person_page(found, RoleForm(formdata=None, role=found.role), {}, fresh=fresh)


def _person(person_id: int) -> Person:
    return database().read(lambda s: require(people.by_id(s, person_id)))


def _person_page(
    found: Person, form: RoleForm, errors: dict[str, str], status: int = 200, *, fresh: str | None = None
) -> ResponseReturnValue:
    page = render_template(
        "accounts/person.html", one=found, roles=role_names(language()), form=form, errors=errors, fresh=fresh
    )
    return page, status


@bp.post("/people/<id:person_id>/active")
@may(Permission.PEOPLE_MANAGE)
def switch_person(person_id: int) -> ResponseReturnValue:
    """Let a person sign in again, or no longer."""
    active, at, by = request.form.get("active") == "yes", now(), signed_in_id()
    username = _person(person_id).username

    def switch(s: Session) -> None:
        accounts.set_active(s, person_id, active=active)
        audit.record(
            s,
            AuditAction.REACTIVATED_PERSON if active else AuditAction.DEACTIVATED_PERSON,
            username,
            person_id=by,
            now=at,
        )

    try:
        database().write(switch)
    except accounts.LastAdministratorError:
        flash(_("The last administrator cannot be shut out"))
    return redirect(url_for("accounts.everybody"), 303)


@bp.get("/audit")
@may(Permission.AUDIT_READ)
def audit_log() -> ResponseReturnValue:
    """What officials did, newest first."""
    events, names = database().read(
        lambda s: (audit.latest(s, _AUDIT_ROWS), {person.id: person.full_name for person in people.people(s)})
    )
    return render_template("accounts/audit.html", events=events, names=names)


def _people_page(
    form: PersonForm, errors: dict[str, str], status: int = 200, *, added: tuple[str, str] | None = None
) -> ResponseReturnValue:
    everyone = database().read(people.people)
    page = render_template(
        "accounts/people.html",
        roles=role_names(language()),
        form=form,
        errors=errors,
        people=everyone,
        added=added,
    )
    return page, status
