"""Pages for who sets a password by a link, and for who forgot it and asks for a letter with one."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.accounts import password_links
from survey.accounts.forms import ForgottenForm, NewPasswordForm
from survey.accounts.invitations import letters_work, wake_letters
from survey.accounts.password_problems import problem_of_new
from survey.accounts.passwords import hash_of_password
from survey.accounts.second_step_pages import continue_sign_in
from survey.store import audit
from survey.store.audit import AuditAction
from survey.store.office_sessions import SignInMethod
from survey.store.people import Person
from survey.web.context import database, now, today
from survey.web.guards import public
from survey.web.sign_in_limits import begin_attempt
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors

bp = Blueprint("links", __name__, url_prefix="/office")


@bp.get("/new-password/<link>")
@public
def new_password(link: str) -> ResponseReturnValue:
    """The form to set a password by a link."""
    moment = now()
    person = database().read(lambda s: password_links.owner_of(s, link, now=moment))
    return _form_page(person, {}) if person else _no_link()


@bp.post("/new-password/<link>")
@public
def set_new_password(link: str) -> ResponseReturnValue:
    """Set the password, then go on as after signing in with it."""
    form, moment = NewPasswordForm(), now()
    person = database().read(lambda s: password_links.owner_of(s, link, now=moment))
    if person is None:
        return _no_link()
    form.validate()
    errors = form.problems() or problem_of_new(form.new.data, person)
    if errors:
        return _form_page(person, errors)
    password_hash = hash_of_password(form.new.data)

    def set_password(session: Session) -> Person | None:
        changed = password_links.use_link(session, link, password_hash, now=moment)
        if changed is not None:
            audit.record(session, AuditAction.SET_PASSWORD, "", person_id=changed.id, now=moment)
        return changed

    changed = database().write(set_password)
    if changed is None:
        return _no_link()
    if changed.is_away(today()):
        return _message_page(_("Your password has been set. You can sign in after your leave."))
    return continue_sign_in(changed, SignInMethod.PASSWORD, url_for("fieldwork.show_campaigns"))


def _form_page(person: Person, errors: dict[str, str]) -> ResponseReturnValue:
    return page_with_errors("accounts/new_password.html", errors, owner=person)


def _message_page(message: str) -> ResponseReturnValue:
    return render_template("accounts/letter_asked.html", message=message)


def _no_link() -> ResponseReturnValue:
    return render_template("accounts/no_link.html", with_letters=letters_work()), 404


@bp.get("/forgotten")
@public
def forgotten() -> ResponseReturnValue:
    """The form to ask for a letter with a link."""
    return _forgotten_page({})


@bp.post("/forgotten")
@public
def ask_for_letter() -> ResponseReturnValue:
    """Have a letter sent where an account has an address. The answer does not tell whether one has."""
    form, moment, lang = ForgottenForm(), now(), language()
    if not letters_work() or not form.validate_on_submit():
        return _forgotten_page(form.problems())
    name = form.name.data
    begin_attempt(name, "letter").count_failure()

    def ask(session: Session) -> bool:
        person = password_links.ask_for_letter(session, name, lang, now=moment)
        number, subject = (person.id, person.username) if person else (None, "")
        audit.record(session, AuditAction.ASKED_FOR_LINK, subject, person_id=number, now=moment)
        return person is not None

    database().write(ask)
    wake_letters()
    return _message_page(
        _(
            "If there is an account of this name with an e-mail address, a letter is on its way to it."
            " The link in it works for two hours."
        )
    )


def _forgotten_page(errors: dict[str, str]) -> ResponseReturnValue:
    return page_with_errors("accounts/forgotten.html", errors, with_letters=letters_work())
