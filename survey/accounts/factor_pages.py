"""Pages of one's own second factors: authenticator app, recovery codes, passkeys; and who needs one."""

import segno
from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.accounts import passkeys as passkey_use
from survey.accounts import second_factors
from survey.accounts.forms import PasskeyForm, RequiredFactorForm
from survey.accounts.passkeys import PasskeyRefusedError
from survey.accounts.second_factors import FactorExistsError
from survey.store import audit, factors, passkeys, people
from survey.store.audit import AuditAction
from survey.store.db import NotFoundError, require
from survey.store.people import Person, Role
from survey.store.units import Unit
from survey.web.changes import audited_change
from survey.web.context import database, now, settings
from survey.web.guards import fresh, guarded_official, may, to_enrol
from survey.web.permissions import Permission, role_names
from survey.web.relying_party import RelyingParty, passkeys_work, relying_party
from survey.web.sign_in_limits import begin_attempt_of_session
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors
from survey.web.unit_choices import top_unit

bp = Blueprint("factors", __name__, url_prefix="/office/factors")


@bp.get("")
@may(Permission.OFFICE_ENTER)
@to_enrol
def show() -> ResponseReturnValue:
    """One's own second factors, and what can be added."""
    return _factors_page({})


@bp.post("/app")
@may(Permission.OFFICE_ENTER)
@to_enrol
@fresh
def begin_app() -> ResponseReturnValue:
    """Make a secret for an authenticator app, which the next page shows."""
    person_id, moment, keys = guarded_official().person.id, now(), settings().secret_keys
    try:
        database().write(lambda s: second_factors.begin_app(s, person_id, keys, now=moment))
    except FactorExistsError:
        flash(_("You have an authenticator app already. Remove it before you add another one"))
        return redirect(url_for("factors.show"), 303)
    return redirect(url_for("factors.show_app"), 303)


@bp.get("/app")
@may(Permission.OFFICE_ENTER)
@to_enrol
@fresh
def show_app() -> ResponseReturnValue:
    """The QR code for the app, and the form for its first code."""
    return _app_page({})


def _app_page(errors: dict[str, str]) -> ResponseReturnValue:
    person, keys = guarded_official().person, settings().secret_keys
    secret = database().read(lambda s: second_factors.unconfirmed_secret(s, person.id, keys))
    if secret is None:
        return redirect(url_for("factors.show"))
    address = second_factors.app_address(secret, person, _("Satisfaction surveys"))
    return page_with_errors(
        "accounts/app.html",
        errors,
        qr=segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=4, light="#fff"),
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
    )


@bp.post("/app/code")
@may(Permission.OFFICE_ENTER)
@to_enrol
@fresh
def confirm_app() -> ResponseReturnValue:
    """Let the app count whose code was typed, and show the recovery codes once."""
    signed, moment, keys = guarded_official(), now(), settings().secret_keys
    attempt, typed, person_id = begin_attempt_of_session(signed.token), _typed_code(), signed.person.id

    def confirm(session: Session) -> list[str] | None:
        if not second_factors.confirm_app(session, person_id, typed, keys, now=moment):
            return None
        audit.record(session, AuditAction.ADDED_APP, "", person_id=person_id, now=moment)
        return second_factors.new_recovery_codes(session, person_id)

    codes = database().write(confirm)
    if codes is None:
        attempt.count_failure()
        return _app_page({"code": _("The code is not the one of the app now. Wait for the next one")})
    return _codes_page(codes)


def _typed_code() -> str:
    return request.form.get("code", "")[:60]


def _codes_page(codes: list[str]) -> ResponseReturnValue:
    return page_with_errors("accounts/recovery_codes.html", {}, codes=codes)


@bp.post("/app/remove")
@may(Permission.OFFICE_ENTER)
@fresh
def remove_app() -> ResponseReturnValue:
    """Remove one's own authenticator app."""
    person_id = guarded_official().person.id
    audited_change(AuditAction.REMOVED_APP, "", lambda s: second_factors.remove_app(s, person_id))
    flash(_("The authenticator app has been removed"))
    return redirect(url_for("factors.show"), 303)


@bp.post("/recovery-codes")
@may(Permission.OFFICE_ENTER)
@fresh
def renew_recovery_codes() -> ResponseReturnValue:
    """Ten new recovery codes, shown once; all before stop working."""
    person_id = guarded_official().person.id
    if not database().read(lambda s: factors.factors_of(s, person_id)).has_any:
        return redirect(url_for("factors.show"), 303)
    codes = audited_change(
        AuditAction.CREATED_RECOVERY_CODES, "", lambda s: second_factors.new_recovery_codes(s, person_id)
    )
    return _codes_page(codes)


@bp.post("/passkeys/challenge")
@may(Permission.OFFICE_ENTER)
@to_enrol
@fresh
def passkey_challenge() -> Response:
    """What a browser needs to make a passkey, as JSON."""
    party, person, moment = _party(), guarded_official().person, now()
    office = _("Satisfaction surveys")
    options = database().write(lambda s: passkey_use.adding_options(s, person, party.id, office, now=moment))
    return Response(options, mimetype="application/json")


def _party() -> RelyingParty:
    return relying_party() or abort(404)


@bp.post("/passkeys")
@may(Permission.OFFICE_ENTER)
@to_enrol
@fresh
def add_passkey() -> ResponseReturnValue:
    """Add the passkey that the browser made, and show recovery codes with the first factor."""
    form, party, moment, person_id = PasskeyForm(), _party(), now(), guarded_official().person.id
    if not form.validate_on_submit():
        return _factors_page(form.problems(), form)
    name, answer = form.name.data.strip(), request.form.get("credential", "")

    def add(session: Session) -> list[str] | None:
        is_first = not factors.factors_of(session, person_id).has_any
        passkey_use.add_passkey(session, person_id, name, answer, (party.id, party.origin), now=moment)
        factors.update_sessions(session, person_id)
        return second_factors.new_recovery_codes(session, person_id) if is_first else None

    try:
        codes = audited_change(AuditAction.ADDED_PASSKEY, name, add)
    except PasskeyRefusedError:
        return _factors_page({"name": _("The passkey was not accepted. Try again")}, form)
    if codes is not None:
        return _codes_page(codes)
    flash(_("The passkey has been added: %(name)s") % {"name": name})
    return redirect(url_for("factors.show"), 303)


@bp.post("/passkeys/<id:passkey_id>")
@may(Permission.OFFICE_ENTER)
@fresh
def rename_passkey(passkey_id: int) -> ResponseReturnValue:
    """Give one of one's own passkeys another name."""
    form, person_id = PasskeyForm(), guarded_official().person.id
    owned = database().read(lambda s: [passkey.id for passkey in passkeys.passkeys_of(s, person_id)])
    if passkey_id not in owned:
        raise NotFoundError(str(passkey_id))
    if not form.validate_on_submit():
        return _factors_page({f"name-{passkey_id}": form.problems().get("name", "")}, None)
    name = form.name.data.strip()

    def rename(session: Session) -> None:
        if not passkeys.rename(session, person_id, passkey_id, name):
            raise NotFoundError(str(passkey_id))

    audited_change(AuditAction.RENAMED_PASSKEY, name, rename)
    return redirect(url_for("factors.show"), 303)


@bp.post("/passkeys/<id:passkey_id>/remove")
@may(Permission.OFFICE_ENTER)
@fresh
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Remove one of one's own passkeys; one that is gone already stays so."""
    person_id, moment = guarded_official().person.id, now()

    def remove(session: Session) -> str | None:
        name = passkeys.remove(session, person_id, passkey_id)
        if name is not None:
            second_factors.drop_recovery_codes_alone(session, person_id)
            factors.update_sessions(session, person_id)
            audit.record(session, AuditAction.REMOVED_PASSKEY, name, person_id=person_id, now=moment)
        return name

    name = database().write(remove)
    if name is not None:
        flash(_("The passkey has been removed: %(name)s") % {"name": name})
    return redirect(url_for("factors.show"), 303)


def _factors_page(errors: dict[str, str], form: PasskeyForm | None = None) -> ResponseReturnValue:
    signed = guarded_official()
    person_id = signed.person.id
    owned, own_passkeys = database().read(
        lambda s: (factors.factors_of(s, person_id), passkeys.passkeys_of(s, person_id))
    )
    return page_with_errors(
        "accounts/factors.html",
        errors,
        form=form or PasskeyForm(formdata=None),
        factors=owned,
        passkeys=own_passkeys,
        with_passkey=passkeys_work(),
        must_enrol=signed.must_enrol,
    )


@bp.post("/of/<id:person_id>/remove")
@may(Permission.PEOPLE_MANAGE)
@fresh
def reset_factors(person_id: int) -> ResponseReturnValue:
    """Remove the second factors of a person who lost them."""

    def reset(session: Session) -> Person:
        person = require(people.by_id(session, person_id))
        second_factors.reset_factors(session, person_id)
        return person

    audited_change(AuditAction.RESET_FACTORS, lambda person: person.username, reset)
    flash(_("The second factors of this person have been removed"))
    return redirect(url_for("accounts.person", person_id=person_id), 303)


@bp.get("/required")
@may(Permission.PEOPLE_MANAGE)
def show_required() -> ResponseReturnValue:
    """Which roles must have a second factor at one's own unit and below."""
    unit = top_unit(Permission.PEOPLE_MANAGE)
    chosen = database().read(lambda s: factors.required_roles(s, unit.id))
    return _required_page(unit, RequiredFactorForm(formdata=None, roles=sorted(chosen)), {})


@bp.post("/required")
@may(Permission.PEOPLE_MANAGE)
@fresh
def set_required() -> ResponseReturnValue:
    """Set which roles must have a second factor."""
    form, unit = RequiredFactorForm(), top_unit(Permission.PEOPLE_MANAGE)
    if not form.validate_on_submit():
        return _required_page(unit, form, form.problems())
    roles = [Role(role) for role in form.roles.data or []]
    audited_change(
        AuditAction.REQUIRED_FACTORS,
        ", ".join(roles) or "–",
        lambda s: factors.set_required_roles(s, unit.id, roles),
    )
    flash(_("The roles have been saved"))
    return redirect(url_for("factors.show_required"), 303)


def _required_page(unit: Unit, form: RequiredFactorForm, errors: dict[str, str]) -> ResponseReturnValue:
    names = role_names(language())
    template = "accounts/required_factors.html"
    return page_with_errors(template, errors, form=form, roles=names, unit=unit.name_in(language()))
