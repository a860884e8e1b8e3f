"""Pages of the published versions of questionnaires, and the form to publish a file."""

import json

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from survey.authoring.forms import QuestionnaireForm
from survey.instrument import codec
from survey.instrument.problem import InstrumentError
from survey.store import questionnaires
from survey.store.audit import AuditAction, AuditObject, ObjectKind
from survey.web.changes import About, audited_change
from survey.web.context import database, now
from survey.web.document_problems import problem_messages
from survey.web.downloads import send_inline
from survey.web.file_problems import page_with_file_problems
from survey.web.guards import may, reach_of
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.unit_choices import top_unit

bp = Blueprint("authoring", __name__, url_prefix="/office/questionnaires")


@bp.get("")
@may(Permission.FIELDWORK_READ)
def versions() -> ResponseReturnValue:
    """The published versions, and the form to publish another."""
    return _versions_page()


@bp.post("")
@may(Permission.FIELDWORK_WRITE)
def publish() -> ResponseReturnValue:
    """Publish a questionnaire from its file. A refusal names all problems with their lines."""
    form, upload = QuestionnaireForm(), request.files.get("file")
    if not form.validate_on_submit() or upload is None or not upload.filename:
        return _versions_page(_("Choose a file"))
    try:
        text = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = _("The file is not UTF-8 text (byte %(place)s); save it as UTF-8 and try again")
        return _versions_page(message % {"place": error.start})
    try:
        _publish(text)
    except InstrumentError as error:
        return _versions_page(*problem_messages(error, text, _))
    return redirect(url_for("authoring.versions"), 303)


def _publish(text: str) -> None:
    """Publish the questionnaire that a text holds."""
    questionnaire, published_at = codec.questionnaire_to_publish(text), now()
    unit = top_unit(Permission.FIELDWORK_WRITE)
    audited_change(
        AuditAction.PUBLISHED_QUESTIONNAIRE,
        lambda digest: digest,
        lambda session: questionnaires.publish_from_file(session, questionnaire, now=published_at, unit=unit),
        About(lambda digest: AuditObject(ObjectKind.QUESTIONNAIRE, digest)),
    )
    published = _("Published: %(key)s, version %(version)s")
    flash(published % {"key": questionnaire.key, "version": questionnaire.version})


@bp.get("/<digest>.json")
@may(Permission.FIELDWORK_READ)
def document(digest: str) -> ResponseReturnValue:
    """A published version as a file that can be published again."""
    text = database().read(lambda session: questionnaires.version(session, digest)).document
    name = f"questionnaire-{digest[:8]}.json"
    # Indented: people change it, and problems are named by line.
    readable = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    return send_inline(readable.encode(), "application/json", name)


def _versions_page(*problems: str) -> ResponseReturnValue:
    within = reach_of(Permission.FIELDWORK_READ)
    versions = database().read(lambda session: questionnaires.versions(session, within))
    form = QuestionnaireForm()
    template = "authoring/questionnaires.html"
    return page_with_file_problems(template, "file", problems, versions=versions, form=form)
