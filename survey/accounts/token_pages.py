"""Pages to create, list and revoke the tokens of programs."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from survey.accounts.forms import TokenForm
from survey.accounts.tokens import (
    DAYS_OFFERED,
    NewToken,
    TokenRevokedError,
    add_token,
    new_secret,
    revoke_token,
)
from survey.store import tokens
from survey.store.audit import AuditAction, AuditObject, ObjectKind
from survey.web.changes import About, audited_change
from survey.web.context import database, now
from survey.web.guards import fresh, may, official_id, reach_of
from survey.web.permissions import TOKEN_PERMISSIONS, Permission
from survey.web.templates import gettext as _
from survey.web.templates import page_with_errors

bp = Blueprint("tokens", __name__, url_prefix="/office/tokens")


@bp.get("")
@may(Permission.PEOPLE_MANAGE)
def show() -> ResponseReturnValue:
    """Every token, and the form for a new one."""
    return _page(TokenForm(formdata=None), {})


@bp.post("")
@may(Permission.PEOPLE_MANAGE)
@fresh
def create() -> ResponseReturnValue:
    """Create a token, which is shown once."""
    form, person_id, created_at = TokenForm(), official_id(), now()
    if not form.validate_on_submit():
        return _page(form, form.problems())
    secret = new_secret()
    unit_id = int(form.unit.data)
    new = NewToken(form.name.data.strip(), form.permissions.data, int(form.days.data), unit_id)
    audited_change(
        AuditAction.CREATED_TOKEN,
        f"{new.name}: {', '.join(new.permissions)}; {new.days}",
        lambda session: add_token(session, new, secret, person_id=person_id, now=created_at),
        About(lambda token: AuditObject(ObjectKind.TOKEN, str(token.id))),
    )
    return _page(TokenForm(formdata=None), {}, added=(new.name, secret))


@bp.post("/<id:token_id>/revoke")
@may(Permission.PEOPLE_MANAGE)
@fresh
def revoke(token_id: int) -> ResponseReturnValue:
    """Revoke a token at once."""
    revoked_at = now()
    try:
        name = audited_change(
            AuditAction.REVOKED_TOKEN,
            lambda name: name,
            lambda session: revoke_token(session, token_id, now=revoked_at),
        )
    except TokenRevokedError as error:
        name = error.name
    flash(_("The token has been revoked: %(name)s") % {"name": name})
    return redirect(url_for("tokens.show"), 303)


def _page(
    form: TokenForm, errors: dict[str, str], *, added: tuple[str, str] | None = None
) -> ResponseReturnValue:
    within = reach_of(Permission.PEOPLE_MANAGE)
    return page_with_errors(
        "accounts/tokens.html",
        errors,
        form=form,
        tokens=database().read(lambda session: tokens.tokens(session, within)),
        permissions=TOKEN_PERMISSIONS,
        days_offered=DAYS_OFFERED,
        added=added,
        now=now(),
    )
