"""What the folder offers the application."""

from pathlib import Path

from flask import current_app

from survey.reports import commands, download_pages, pages
from survey.reports.export_worker import LOOK_EVERY_SECONDS, ExportWorker
from survey.reports.response_export import ExportContext
from survey.web.background import BackgroundThread
from survey.web.context import database, now, settings, start_of_day
from survey.web.feature import Feature


def export_worker() -> ExportWorker:
    """What makes files of responses, and removes them, in the running application."""
    secret, zone = settings().secret_keys[0], settings().time_zone
    folder = Path(current_app.instance_path) / "exports"

    def make_context() -> ExportContext:
        return ExportContext(secret, zone, start_of_day(now(), zone))

    return ExportWorker(database(), folder, make_context, now)


def _export_thread() -> BackgroundThread[ExportWorker]:
    return BackgroundThread(export_worker(), every_seconds=LOOK_EVERY_SECONDS)


FEATURE = Feature(
    blueprints=(pages.bp, download_pages.bp), commands=(commands.export,), background=(_export_thread,)
)
