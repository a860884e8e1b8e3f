"""Pages of the comments of a campaign: search, notes, and the workbook."""

import io

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.comments import workbook
from survey.comments.forms import MarkForm
from survey.comments.triage import CommentFilter, Note, parse_tags, save_note, select_comments
from survey.drawing.demo_label import demo_label
from survey.drawing.file_formats import XLSX
from survey.results.current import outside_now, show_new_texts
from survey.results.refuse_deleted import refuse_deleted
from survey.results.text_release import TextsOutside
from survey.store import comments, fieldwork
from survey.store.audit import AuditAction
from survey.store.comments import MaskedComment, Status
from survey.store.fieldwork import Campaign
from survey.store.text_batches import TextKind
from survey.web.changes import audited_change, record_action
from survey.web.context import database, now
from survey.web.downloads import requested_language, send_download
from survey.web.guards import may, signed_in_id
from survey.web.locale import N_, gettext_in
from survey.web.masks import mask_in
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors

bp = Blueprint("comments", __name__, url_prefix="/office/campaigns")
_MAX_SEARCH_CHARS = 200
_STATUS_NAMES = {
    Status.NEW: N_("New"),
    Status.READ: N_("Read"),
    Status.TO_ACT: N_("To act on"),
    Status.DONE: N_("Done"),
    Status.SET_ASIDE: N_("No action"),
}


@bp.get("/<key>/comments")
@may(Permission.COMMENTS_READ)
def show(key: str) -> ResponseReturnValue:
    """The comments that the query string selects, so that colleagues can share the address."""
    wanted, errors = _parse_filter()
    return _comments_page(key, wanted, errors)


@bp.post("/<key>/comments/<reference>")
@may(Permission.COMMENTS_WRITE)
def note(key: str, reference: str) -> ResponseReturnValue:
    """Save the status, tags and note of a comment."""
    form, noted_at, person_id = MarkForm(), now(), signed_in_id()
    wanted, _errors = _parse_filter()
    if not form.validate_on_submit():
        return _comments_page(key, wanted, form.problems(), form=form, opened=reference)
    new = Note(
        status=Status(form.status.data),
        tags=parse_tags(form.tags.data or ""),
        text=(form.note.data or "").replace("\r\n", "\n").strip(),
        is_for_report=bool(form.is_for_report.data),
    )
    audited_change(
        AuditAction.NOTED_COMMENT,
        f"{key}: {reference} ({new.status})",
        lambda session: save_note(session, key, reference, new, person_id=person_id, now=noted_at),
    )
    back = url_for("comments.show", key=key, _external=False, **_query_of(wanted))
    return redirect(f"{back}#c-{reference}", 303)


@bp.get("/<key>/comments/<reference>")
@may(Permission.COMMENTS_READ)
def back_to_list(key: str, reference: str) -> ResponseReturnValue:
    """Redirect the address of a refused note, opened in another language, to its comment."""
    return redirect(url_for("comments.show", key=key, lang=language(), _anchor=f"c-{reference}"))


@bp.get("/<key>/comments.xlsx")
@may(Permission.COMMENTS_READ)
def download(key: str) -> ResponseReturnValue:
    """The selected comments as a workbook, in the requested language."""
    file_language = requested_language()
    wanted, errors = _parse_filter()
    if errors:
        abort(404)
    campaign, all_comments, _outside = _load_comments(key, file_language)
    selected = select_comments(all_comments, wanted).comments
    stream = io.BytesIO()
    label = f" – {demo_label(file_language)}" if campaign.is_demo else ""
    title = f"{campaign.name}{label}"
    workbook.write(selected, _status_names(file_language), title, file_language, stream)
    record_action(AuditAction.READ_COMMENTS, f"{key}-comments.xlsx ({file_language})")
    return send_download(stream.getvalue(), XLSX, f"{key}-comments-{file_language}.xlsx")


def _parse_filter() -> tuple[CommentFilter, dict[str, str]]:
    """The filter in the query string, and an error for each part that was left out of it."""
    text, status, tag = (request.args.get(name, "") for name in ("words", "status", "tag"))
    errors = {}
    if status and status not in set(Status):
        message = _("There is no status “%(found)s”; choose one from the list")
        errors["status"] = message % {"found": status[:40]}
        status = ""
    if len(text) > _MAX_SEARCH_CHARS:
        errors["words"] = _("Search for at most %(most)s characters") % {"most": _MAX_SEARCH_CHARS}
        text = text[:_MAX_SEARCH_CHARS]
    page = request.args.get("page", default=1, type=int)
    return CommentFilter(text, status, tag, page=min(page, 10**6)), errors


def _query_of(wanted: CommentFilter) -> dict[str, str]:
    """The query string of a filter, without what is not set."""
    query = {"words": wanted.text, "status": wanted.status, "tag": wanted.tag}
    if wanted.page != 1:
        query["page"] = str(wanted.page)
    return {name: value for name, value in query.items() if value}


def _load_comments(key: str, mask_language: str) -> tuple[Campaign, list[MaskedComment], TextsOutside]:
    """The campaign, its comments that are shown, and those that wait."""
    campaign = database().read(lambda session: fieldwork.campaign_by_key(session, key))
    database().read(lambda session: refuse_deleted(session, campaign.id))
    show_new_texts(campaign.id, TextKind.COMMENT)

    def load(session: Session) -> tuple[Campaign, list[MaskedComment], TextsOutside]:
        shown = comments.comments_of(session, campaign.id, mask_in(mask_language))
        return campaign, shown, outside_now(session, campaign, TextKind.COMMENT)

    return database().read(load)


def _comments_page(
    key: str,
    wanted: CommentFilter,
    errors: dict[str, str],
    *,
    form: MarkForm | None = None,
    opened: str = "",
) -> ResponseReturnValue:
    """The list. `opened` is the comment whose note was refused, `form` what was typed."""
    campaign, all_comments, outside = _load_comments(key, language())
    if opened and opened not in {comment.reference for comment in all_comments}:
        abort(404)
    selection = select_comments(all_comments, wanted)
    if selection.shown:  # what was searched for may be what somebody wrote, and is not in the log
        record_action(AuditAction.READ_COMMENTS, f"{key}: {selection.page}/{selection.n_pages}")
    return page_with_errors(
        "comments/list.html",
        errors,
        campaign=campaign,
        selection=selection,
        outside=outside,
        wanted=wanted,
        query=_query_of(wanted),
        statuses=_status_names(language()),
        form=form or MarkForm(formdata=None),
        opened=opened,
    )


def _status_names(names_language: str) -> dict[Status, str]:
    return {status: gettext_in(names_language)(name) for status, name in _STATUS_NAMES.items()}
