"""Pages of the office's colour and logo, which every citizen sees. The contrast is checked before saving."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.fieldwork import logo
from survey.store import look as look_store
from survey.store.audit import AuditAction
from survey.web import colour, look
from survey.web.changes import audited_change
from survey.web.context import database, now
from survey.web.guards import may
from survey.web.locale import format_short
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors

bp = Blueprint("look", __name__, url_prefix="/office/appearance")


@dataclass(frozen=True)
class LookChange:
    """A colour, a new logo or None, and whether to remove the old logo."""

    accent: str
    logo: bytes | None
    removes_logo: bool


@bp.get("")
@may(Permission.OFFICE_MANAGE)
def show() -> ResponseReturnValue:
    """The current colour and logo."""
    row = database().read(look_store.current)
    return _page(row.accent or "" if row else "", {})


def _page(accent: str, errors: dict[str, str]) -> ResponseReturnValue:
    return page_with_errors("fieldwork/look.html", errors, accent=accent, logo=look.current().logo)


@bp.post("")
@may(Permission.OFFICE_MANAGE)
def save() -> ResponseReturnValue:
    """Save a readable colour and a logo that is small enough."""
    typed, errors = _parse_form()
    if errors:
        return _page(typed.accent, errors)
    changed_at = now()

    def change(session: Session) -> None:
        row = look_store.current(session)
        old_logo = None if typed.removes_logo or row is None else row.logo
        look_store.change(session, accent=typed.accent or None, logo=typed.logo or old_logo, now=changed_at)

    audited_change(AuditAction.CHANGED_APPEARANCE, typed.accent, change)
    flash(_("The appearance has been saved"))
    return redirect(url_for("look.show"), 303)


def _parse_form() -> tuple[LookChange, dict[str, str]]:
    errors = {}
    accent = request.form.get("accent", "").strip().lower()
    if accent and not colour.is_colour(accent):
        message = _("“%(found)s” is not a colour: write # and six digits or letters a–f")
        errors["accent"] = message % {"found": accent[:20]}
    elif accent and colour.contrast(accent, "#ffffff") < colour.AAA:
        message = _(
            "White text on %(found)s has a contrast of %(ratio)s to 1; 7 to 1 is needed. Try %(darker)s."
        )
        ratio = format_short(colour.contrast(accent, "#ffffff"), language())
        errors["accent"] = message % {"found": accent, "ratio": ratio, "darker": colour.dark_enough(accent)}
    upload, picture = request.files.get("logo"), None
    if upload is not None and upload.filename:
        try:
            picture = logo.small_png(upload.read())
        except logo.LogoError as error:
            errors["logo"] = _logo_problem(error.problem)
    return LookChange(accent, picture, "without_logo" in request.form), errors


def _logo_problem(problem: logo.LogoProblem) -> str:
    return {
        logo.LogoProblem.EMPTY: _("The file is empty: choose another one"),
        logo.LogoProblem.NO_PICTURE: _("This file is not a readable picture: use PNG, JPEG or WebP"),
        logo.LogoProblem.TOO_LARGE: _("The picture has too many pixels: make it at most 4000 × 3000"),
        logo.LogoProblem.TOO_DETAILED: _(
            "The picture is too detailed to be part of every page: use a simpler one"
        ),
    }[problem]
