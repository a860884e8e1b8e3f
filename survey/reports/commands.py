"""Commands that write a campaign's files."""

import shutil
import sys
import tempfile
from pathlib import Path

import click
from sqlalchemy.orm import Session

from survey.reports.export import FORMATS, render_file
from survey.reports.response_export import (
    RESPONSE_FORMATS,
    ExportContext,
    responses_beside_summary,
    write_responses,
)
from survey.results.certificate import CertificateOutdatedError, CertificateWithheldError
from survey.results.current import certificate_today, results_today
from survey.results.refuse_deleted import ResponsesDeletedError
from survey.store import fieldwork
from survey.store.audit import AuditAction, AuditObject, ObjectKind
from survey.web.changes import record_command
from survey.web.command_line import command, exit_with_error, refuse_unknown_campaign
from survey.web.context import database, settings, start_of_today
from survey.web.locale import DEFAULT_LANGUAGE, LANGUAGES

_CERTIFICATE = "certificate"
_EVERY_FORMAT = sorted({*FORMATS, *RESPONSE_FORMATS, _CERTIFICATE})


@command("export")
@click.argument("campaign")
@click.option("--format", "name", required=True, type=click.Choice(_EVERY_FORMAT))
@click.option("--responses", "by_form", is_flag=True, help="A row a form (csv; sav and parquet always are).")
@click.option("--lang", type=click.Choice(sorted(LANGUAGES)), default=DEFAULT_LANGUAGE, show_default=True)
@click.option("--out", required=True, type=click.Path(dir_okay=False, allow_dash=True))
def export(campaign: str, *, name: str, by_form: bool, lang: str, out: str) -> None:
    """Write a campaign's summary or responses, the same bytes as the web's; `-` is standard output."""
    if by_form and name not in (*RESPONSE_FORMATS, _CERTIFICATE):
        raise click.UsageError(
            f"--responses goes with {', '.join(RESPONSE_FORMATS)} or certificate, not with {name}"
        )
    write = _write_summary if name in FORMATS and not by_form else _write_responses
    if name == _CERTIFICATE:
        write = _write_audit_certificate if by_form else _write_certificate
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        try:
            with refuse_unknown_campaign():
                has_responses = write(campaign, name, lang, path)
        except ResponsesDeletedError as error:
            exit_with_error(f"{campaign}: {error}")
        if has_responses:
            subject, target = f"{campaign} {name} ({lang})", AuditObject(ObjectKind.CAMPAIGN, campaign)
            record_command(AuditAction.DOWNLOADED_RESPONSES, subject, target)
        try:
            if out == "-":
                with path.open("rb") as file:
                    shutil.copyfileobj(file, sys.stdout.buffer)
            else:
                shutil.copyfile(path, out)
        except OSError as error:
            exit_with_error(f"{out} cannot be written: {error.strerror}")


def _write_summary(key: str, name: str, lang: str, path: Path) -> bool:
    """Write the file of a format with all an administrator sees; whether single responses are in it."""
    results, basis = results_today(key)
    responses = None
    if name == "xlsx":
        responses = database().read(
            lambda session: responses_beside_summary(session, basis.campaign, _export_context())
        )
    path.write_bytes(render_file(results, name, lang, responses))
    return responses is not None


def _write_certificate(key: str, name: str, lang: str, path: Path) -> bool:
    """Write the certificate for everybody, which has no single response."""
    try:
        path.write_bytes(certificate_today(key))
    except (CertificateWithheldError, CertificateOutdatedError) as error:
        exit_with_error(str(error))
    return False


def _write_audit_certificate(key: str, name: str, lang: str, path: Path) -> bool:
    """Write the certificate with what each form counted."""
    try:
        path.write_bytes(certificate_today(key, for_audit=True))
    except CertificateOutdatedError as error:
        exit_with_error(str(error))
    return True


def _write_responses(key: str, name: str, lang: str, path: Path) -> bool:
    """Write a response file, telling the progress to a terminal."""

    def progress(done: int, n: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{done:,} / {n:,}", err=True, nl=done == n)

    def write(session: Session) -> None:
        campaign = fieldwork.campaign_by_key(session, key)
        write_responses(session, campaign, name, lang, path, _export_context(), progress=progress)

    database().read(write)
    return True


def _export_context() -> ExportContext:
    return ExportContext(settings().secret_keys[0], settings().time_zone, start_of_today())
