"""What the folder offers the application."""

from survey.reports.feature import export_worker
from survey.retention import commands, pages
from survey.retention.worker import LOOK_EVERY_SECONDS, RetentionWorker
from survey.web.background import BackgroundThread
from survey.web.context import database, now, settings
from survey.web.feature import Feature


def _retention_thread() -> BackgroundThread[RetentionWorker]:
    worker = RetentionWorker(database(), settings().time_zone, export_worker(), now)
    return BackgroundThread(worker, every_seconds=LOOK_EVERY_SECONDS)


FEATURE = Feature(blueprints=(pages.bp,), commands=(commands.purge,), background=(_retention_thread,))
