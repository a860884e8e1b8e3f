"""The office's colour and logo: seen by every citizen, checked for contrast before they are kept."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.fieldwork import logo
from survey.store import audit
from survey.store import look as store
from survey.store.audit import AuditAction
from survey.web import colour, look
from survey.web.context import database, now
from survey.web.guards import may, signed_in_id
from survey.web.locale import format_short
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import language

bp = Blueprint("look", __name__, url_prefix="/office/appearance")


@dataclass(frozen=True)
class Typed:
    """What the form says: a colour, a new logo or none, and whether the old one goes."""

    accent: str
    logo: bytes | None
    without_logo: bool


@bp.get("")
@may(Permission.OFFICE_MANAGE)
def show() -> ResponseReturnValue:
    """The colour and logo as they are."""
    row = database().read(store.current)
    return _page(row.accent or "" if row else "", {})


def _page(accent: str, errors: dict[str, str]) -> ResponseReturnValue:
    page = render_template("fieldwork/look.html", accent=accent, errors=errors, logo=look.current().logo)
    return page, 422 if errors else 200


@bp.post("")
@may(Permission.OFFICE_MANAGE)
def keep() -> ResponseReturnValue:
    """Keep a colour that can be read and a logo that is small enough."""
    typed, errors = _typed()
    if errors:
        return _page(typed.accent, errors)
    at, by = now(), signed_in_id()

    def changed(session: Session) -> None:
        row = store.current(session)
        kept = None if typed.without_logo or row is None else row.logo
        store.change(session, accent=typed.accent or None, logo=typed.logo or kept, now=at)
        audit.record(session, AuditAction.CHANGED_APPEARANCE, typed.accent, person_id=by, now=at)

    database().write(changed)
    flash(_("The appearance has been kept"))
    return redirect(url_for("look.show"), 303)


def _typed() -> tuple[Typed, dict[str, str]]:
    errors = {}
    accent = request.form.get("accent", "").strip().lower()
    if accent and not colour.is_colour(accent):
        errors["accent"] = _("“%(found)s” is not a colour: write # and six digits or letters a–f") % {
            "found": accent[:20]}  # fmt: skip
    elif accent and colour.contrast(accent, "#ffffff") < colour.AAA:
        errors["accent"] = _(
            "White words on %(found)s have a contrast of %(ratio)s to 1; 7 to 1 is needed. Try %(darker)s."
        ) % {
            "found": accent, "darker": colour.dark_enough(accent),
            "ratio": format_short(colour.contrast(accent, "#ffffff"), language()),
        }  # fmt: skip
    upload, picture = request.files.get("logo"), None
    if upload is not None and upload.filename:
        try:
            picture = logo.small_png(upload.read())
        except logo.LogoError as error:
            errors["logo"] = _logo_problem(error.problem)
    return Typed(accent, picture, "without_logo" in request.form), errors


def _logo_problem(problem: logo.Problem) -> str:
    return {
        logo.Problem.NO_PICTURE: _("This file is no picture we can read: use PNG, JPEG or WebP"),
        logo.Problem.TOO_LARGE: _("The picture has too many pixels: make it at most 5000 × 5000"),
        logo.Problem.TOO_DETAILED: _(
            "The picture is too detailed to travel in every page: use a simpler one"
        ),
    }[problem]
