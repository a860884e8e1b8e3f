"""Comments of a campaign: found, read, sorted, noted, taken away as a file."""

import io
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.comments import triage, workbook
from survey.comments.forms import MarkForm
from survey.comments.triage import Wanted
from survey.instrument.questionnaire import Questionnaire
from survey.store import audit, comments, fieldwork, questionnaires
from survey.store.audit import AuditAction
from survey.store.comments import MaskedComment, Status
from survey.store.fieldwork import Campaign
from survey.web.context import database, now
from survey.web.guards import may, signed_in_id
from survey.web.locale import LANGUAGES, gettext_in
from survey.web.masks import mask_in
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import language

bp = Blueprint("comments", __name__, url_prefix="/office/campaigns")
_MAX_WORDS = 200


@bp.get("/<key>/comments")
@may(Permission.COMMENTS_READ)
def listed(key: str) -> ResponseReturnValue:
    """The comments asked for in the address; an address can be handed to a colleague."""
    wanted, errors = _wanted()
    return _comments_page(key, wanted, errors, 422 if errors else 200)


@bp.post("/<key>/comments/<reference>")
@may(Permission.COMMENTS_WRITE)
def note(key: str, reference: str) -> ResponseReturnValue:
    """Keep the status, tags and note of one comment."""
    form, at, by = MarkForm(), now(), signed_in_id()
    wanted, _errors = _wanted()
    if not form.validate_on_submit():
        return _comments_page(key, wanted, form.problems(), 422, form=form, opened=reference)
    status, tags = Status(form.status.data), triage.tags_typed(form.tags.data or "")
    text = (form.note.data or "").replace("\r\n", "\n").strip()
    for_report = bool(form.is_for_report.data)

    def kept(session: Session) -> None:
        campaign = fieldwork.campaign_by_key(session, key)
        comment = comments.comment_of(session, campaign.id, reference, mask_in("vi"))
        noted = replace(comment, status=status, tags=tags, note=text, is_for_report=for_report)
        comments.save_mark(session, noted, person_id=by, now=at)
        audit.record(
            session, AuditAction.NOTED_COMMENT, f"{key}: {reference} ({status})", person_id=by, now=at
        )

    database().write(kept)
    back = url_for("comments.listed", key=key, **_asked(wanted))
    return redirect(f"{back}#c-{reference}", 303)


@bp.get("/<key>/comments/<reference>")
@may(Permission.COMMENTS_READ)
def back_to_list(key: str, reference: str) -> ResponseReturnValue:
    """The address of a note that was refused, opened again in another language, leads to its comment."""
    return redirect(url_for("comments.listed", key=key, lang=language(), _anchor=f"c-{reference}"))


@bp.get("/<key>/comments.xlsx")
@may(Permission.COMMENTS_READ)
def download(key: str) -> ResponseReturnValue:
    """The comments asked for as a workbook, in the language asked for."""
    in_words, at, by = request.args.get("in") or language(), now(), signed_in_id()
    wanted, errors = _wanted()
    if in_words not in LANGUAGES or errors:
        abort(404)
    campaign, questionnaire, every = _comments(key, in_words)
    shown = triage.selected(every, wanted, questionnaire).found
    stream = io.BytesIO()
    workbook.write(shown, _status_names(in_words), campaign.name, in_words, stream)
    subject = f"{key}-comments.xlsx ({in_words})"
    database().write(
        lambda session: audit.record(session, AuditAction.DOWNLOADED, subject, person_id=by, now=at)
    )
    stream.seek(0)
    return send_file(
        stream,
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        download_name=f"{key}-comments-{in_words}.xlsx",
        as_attachment=True,
        max_age=0,
    )


def _wanted() -> tuple[Wanted, dict[str, str]]:
    """What the address asks for, and what of it cannot be."""
    asked = {name: request.args.get(name, "") for name in ("words", "status", "tag", "about")}
    errors = {}
    if asked["status"] and asked["status"] not in set(Status):
        errors["status"] = _("There is no status “%(found)s”; choose one from the list") % {
            "found": asked["status"][:40]
        }
        asked["status"] = ""
    if len(asked["words"]) > _MAX_WORDS:
        errors["words"] = _("Search for at most %(most)s characters") % {"most": _MAX_WORDS}
        asked["words"] = asked["words"][:_MAX_WORDS]
    page = request.args.get("page", default=1, type=int)
    return Wanted(**asked, page=min(page, 10**6)), errors


def _asked(wanted: Wanted) -> dict[str, Any]:
    """What is asked for, as a part of an address."""
    return {name: value for name, value in vars(wanted).items() if value and (name, value) != ("page", 1)}


def _comments(key: str, in_words: str) -> tuple[Campaign, Questionnaire, list[MaskedComment]]:
    def found(session: Session) -> tuple[Campaign, Questionnaire, list[MaskedComment]]:
        campaign = fieldwork.campaign_by_key(session, key)
        questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
        return campaign, questionnaire, comments.comments_of(session, campaign.id, mask_in(in_words))

    return database().read(found)


def _comments_page(
    key: str,
    wanted: Wanted,
    errors: dict[str, str],
    status: int = 200,
    *,
    form: MarkForm | None = None,
    opened: str = "",
) -> ResponseReturnValue:
    """The list; `opened` is the comment whose note was refused and `form` what was typed."""
    campaign, questionnaire, every = _comments(key, language())
    if opened and opened not in {comment.reference for comment in every}:
        abort(404)
    about = next((c for c in questionnaire.criteria if c.key == wanted.about), None)
    if wanted.about and about is None:
        errors = {**errors, "about": _("There is no criterion “%(found)s”") % {"found": wanted.about[:40]}}
        return _comments_page(key, Wanted(), errors, 422)
    page = render_template(
        "comments/list.html",
        campaign=campaign,
        selection=triage.selected(every, wanted, questionnaire),
        wanted=wanted,
        asked=_asked(wanted),
        about=about,
        fewest=questionnaire.scoring.small_cell_suppression,
        statuses=_status_names(language()),
        form=form or MarkForm(formdata=None),
        opened=opened,
        errors=errors,
        is_demo=campaign.is_demo,
    )
    return page, status


def _status_names(in_words: str) -> dict[Status, str]:
    _ = gettext_in(in_words)
    return {
        Status.NEW: _("New"),
        Status.READ: _("Read"),
        Status.TO_ACT: _("To act on"),
        Status.DONE: _("Done"),
        Status.SET_ASIDE: _("Set aside"),
    }
