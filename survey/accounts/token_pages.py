"""Tokens for programs: who made which, what each may, and an end to one."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.accounts import tokens as work
from survey.accounts.forms import TokenForm
from survey.store import audit, tokens
from survey.store.audit import AuditAction
from survey.web.context import database, now
from survey.web.guards import may, official_id
from survey.web.permissions import TOKEN_PERMISSIONS, Permission
from survey.web.templates import gettext as _

bp = Blueprint("tokens", __name__, url_prefix="/office/tokens")


@bp.get("")
@may(Permission.PEOPLE_MANAGE)
def listed() -> ResponseReturnValue:
    """Every token there is, and where another is made."""
    return _page(TokenForm(), {})


@bp.post("")
@may(Permission.PEOPLE_MANAGE)
def make() -> ResponseReturnValue:
    """Make a token, shown once."""
    form, by, at = TokenForm(), official_id(), now()
    if not form.validate_on_submit():
        return _page(form, form.problems(), 422)
    secret = work.new_secret()
    new = work.NewToken(form.name.data.strip(), form.permissions.data, int(form.days.data))

    def made(session: Session) -> None:
        work.make_token(session, new, secret, person_id=by, now=at)
        words = f"{new.name}: {', '.join(new.permissions)}; {new.days}"
        audit.record(session, AuditAction.CREATED_TOKEN, words, person_id=by, now=at)

    database().write(made)
    return _page(TokenForm(formdata=None), {}, added=(new.name, secret))


@bp.post("/<id:token_id>/revoke")
@may(Permission.PEOPLE_MANAGE)
def revoke(token_id: int) -> ResponseReturnValue:
    """End a token at once."""
    by, at = official_id(), now()

    def revoked(session: Session) -> str:
        token = tokens.by_id(session, token_id)
        if work.revoke(token, now=at):
            audit.record(session, AuditAction.REVOKED_TOKEN, token.name, person_id=by, now=at)
        return token.name

    name = database().write(revoked)
    flash(_("Nothing is answered to this token any more: %(name)s") % {"name": name})
    return redirect(url_for("tokens.listed"), 303)


def _page(
    form: TokenForm, errors: dict[str, str], status: int = 200, *, added: tuple[str, str] | None = None
) -> ResponseReturnValue:
    page = render_template(
        "accounts/tokens.html",
        form=form,
        errors=errors,
        tokens=database().read(tokens.tokens),
        permissions=TOKEN_PERMISSIONS,
        days_offered=work.DAYS_OFFERED,
        added=added,
        now=now(),
    )
    return page, status
