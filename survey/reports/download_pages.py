"""The files of a campaign: summary, certificate, responses; large ones are made in the background."""

import tempfile
from datetime import date
from pathlib import Path

from flask import Blueprint, Response, abort, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.drawing.file_formats import path_converter
from survey.reports import codebook, microdata
from survey.reports.export import FORMATS, render_file
from survey.reports.export_worker import ExportWorker
from survey.reports.files.responses import write_codebook
from survey.reports.response_export import (
    RESPONSE_FORMATS,
    ExportContext,
    responses_beside_summary,
    write_responses,
)
from survey.results.current import certificate_today, results_today
from survey.results.refuse_deleted import refuse_deleted
from survey.store import export_jobs, fieldwork, response_files, retention
from survey.store.audit import AuditAction
from survey.store.export_jobs import ExportJob, JobState
from survey.web.background import background
from survey.web.changes import audited_change, record_action
from survey.web.context import database, now, settings, start_of_today
from survey.web.downloads import requested_language, send_download
from survey.web.guards import fresh, fresh_file, may, signed_in_id, signed_in_official
from survey.web.locale import LANGUAGES
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import page_with_errors

bp = Blueprint("downloads", __name__, url_prefix="/office/campaigns")


@bp.get(f"/<key>/summary.{path_converter(FORMATS)}")
@may(Permission.REPORT_DOWNLOAD)
def summary(key: str, extension: str) -> ResponseReturnValue:
    """The summary as a file, in the language asked for; a workbook with responses for who may see them."""
    file_language = requested_language()
    results, responses = results_today(key)[0], None
    if extension == "xlsx" and _may_see_responses():
        responses = database().read(
            lambda session: responses_beside_summary(
                session, fieldwork.campaign_by_key(session, key), _export_context()
            )
        )
    content = render_file(results, extension, file_language, responses)
    file_format = FORMATS[extension]
    action = AuditAction.DOWNLOADED if responses is None else AuditAction.DOWNLOADED_RESPONSES
    record_action(action, f"{key}.{extension} ({file_language})")
    return send_download(
        content, file_format.mimetype, f"{key}-{file_language}.{file_format.suffix or extension}"
    )


@bp.get("/<key>/certificate.json")
@may(Permission.REPORT_DOWNLOAD)
def download_certificate(key: str) -> ResponseReturnValue:
    """What a stranger needs to recompute the score, without an answer of anybody."""
    return _send_certificate(key, "certificate.json")


@bp.get("/<key>/certificate-for-audit.json")
@may(Permission.RESPONSES_DOWNLOAD)
@fresh_file("downloads.show")
def download_audit_certificate(key: str) -> ResponseReturnValue:
    """The certificate with what each form counted, for an auditor."""
    return _send_certificate(key, "certificate-for-audit.json", for_audit=True)


def _send_certificate(key: str, name: str, *, for_audit: bool = False) -> ResponseReturnValue:
    content = certificate_today(key, for_audit=for_audit)
    action = AuditAction.DOWNLOADED_RESPONSES if for_audit else AuditAction.DOWNLOADED
    record_action(action, f"{key} {name}")
    return send_download(content, "application/json", f"{key}-{name}")


@bp.get(f"/<key>/responses.{path_converter(RESPONSE_FORMATS)}")
@may(Permission.RESPONSES_DOWNLOAD)
@fresh_file("downloads.show")
def download_responses(key: str, extension: str) -> ResponseReturnValue:
    """The responses as a file, one row a form; more than a request should wait for are made by a job."""
    file_language = requested_language()
    n = database().read(lambda session: response_files.count(session, _id_of_stored(session, key)))
    if n > microdata.MOST_ON_A_SHEET:
        flash(_("There are so many responses that the file is made in the background. Start it here."))
        return redirect(url_for("downloads.show", key=key))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "responses"
        database().read(
            lambda session: write_responses(
                session,
                fieldwork.campaign_by_key(session, key),
                extension,
                file_language,
                path,
                _export_context(),
            )
        )
        content = path.read_bytes()
    record_action(AuditAction.DOWNLOADED_RESPONSES, f"{key} responses.{extension} ({file_language})")
    return send_download(
        content, RESPONSE_FORMATS[extension].mimetype, f"{key}-responses-{file_language}.{extension}"
    )


@bp.get("/<key>/downloads")
@may(Permission.REPORT_DOWNLOAD)
def show(key: str) -> ResponseReturnValue:
    """Every file of a campaign, and the ones being made; it comes again by itself while there are some."""
    return _downloads_page(key)


@bp.post("/<key>/exports")
@may(Permission.RESPONSES_DOWNLOAD)
@fresh
def start_export(key: str) -> ResponseReturnValue:
    """Have a response file made in the background."""
    name, file_language = request.form.get("format", ""), request.form.get("language", "")
    if name not in RESPONSE_FORMATS or file_language not in LANGUAGES:
        message = _("Choose a format and a language that are offered here.")
        return _downloads_page(key, {"format": message})
    added_at, person_id = now(), signed_in_id()

    def add_job(session: Session) -> None:
        campaign_id = _id_of_stored(session, key)
        export_jobs.add(session, campaign_id, name, file_language, person_id=person_id, now=added_at)

    audited_change(AuditAction.REQUESTED_FILE, f"{key} responses.{name} ({file_language})", add_job)
    background(ExportWorker).wake()
    return redirect(url_for("downloads.show", key=key), 303)


@bp.post("/<key>/exports/<job_id>/cancel")
@may(Permission.RESPONSES_DOWNLOAD)
def cancel_export(key: str, job_id: str) -> ResponseReturnValue:
    """Stop a file that is being made; one that is finished stays."""
    cancelled_at, job = now(), _job(key, job_id)
    database().write(lambda session: export_jobs.cancel(session, job.id, now=cancelled_at))
    return redirect(url_for("downloads.show", key=key), 303)


@bp.get("/<key>/exports/<job_id>")
@may(Permission.RESPONSES_DOWNLOAD)
@fresh_file("downloads.show")
def download_export(key: str, job_id: str) -> ResponseReturnValue:
    """A file that was made in the background."""
    job = _job(key, job_id)
    path = background(ExportWorker).worker.path_of(job)
    if job.state != JobState.DONE or not path.is_file():
        abort(404)
    record_action(AuditAction.DOWNLOADED_RESPONSES, f"{key} responses.{job.format} ({job.language})")
    name = f"{key}-responses-{job.language}.{job.format}"
    return send_download(path, RESPONSE_FORMATS[job.format].mimetype, name)


@bp.get("/<key>/codebook.csv")
@may(Permission.REPORT_DOWNLOAD)
def download_codebook(key: str) -> ResponseReturnValue:
    """The variables and codes of the response files."""
    results, _basis = results_today(key)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "codebook"
        write_codebook(codebook.of_results(results), codebook.languages(results.questionnaire), path)
        content = path.read_bytes()
    return send_download(content, "text/csv", f"{key}-codebook.csv")


def _downloads_page(key: str, errors: dict[str, str] | None = None) -> Response:
    """The page of downloads; to look at it is to have abandoned jobs taken up again."""
    background(ExportWorker).wake()

    def load(session: Session) -> tuple[fieldwork.Campaign, list[ExportJob], date | None]:
        row = fieldwork.campaign_by_key(session, key)
        return row, export_jobs.of_campaign(session, row.id), retention.day_of(session, row.id)

    row, jobs, deleted_on = database().read(load)
    page = make_response(
        page_with_errors(
            "reports/downloads.html",
            errors or {},
            campaign=row,
            jobs=jobs,
            deleted_on=deleted_on,
            formats=FORMATS,
            response_formats=[(key, kind.label) for key, kind in RESPONSE_FORMATS.items()],
            states=_states(),
            kept_hours=int(export_jobs.KEEP_FOR.total_seconds() // 3600),
        )
    )
    if any(job.state not in export_jobs.ENDED for job in jobs):
        page.headers["Refresh"] = "3"
    return page


def _states() -> dict[str, str]:
    return {
        JobState.WAITING: _("waiting"),
        JobState.RUNNING: _("being made"),
        JobState.DONE: _("ready"),
        JobState.FAILED: _("failed; start it again"),
        JobState.CANCELLED: _("cancelled"),
    }


def _job(key: str, job_id: str) -> ExportJob:
    """The job of this campaign; a job of another is not found."""
    return database().read(lambda session: export_jobs.by_id(session, _id_of_stored(session, key), job_id))


def _id_of_stored(session: Session, key: str) -> int:
    """The number of a campaign whose responses are there; ResponsesDeletedError where they are deleted."""
    campaign_id = fieldwork.campaign_by_key(session, key).id
    refuse_deleted(session, campaign_id)
    return campaign_id


def _may_see_responses() -> bool:
    person = signed_in_official()
    return person is not None and person.may(Permission.RESPONSES_DOWNLOAD)


def _export_context() -> ExportContext:
    return ExportContext(settings().secret_keys[0], settings().time_zone, start_of_today())
