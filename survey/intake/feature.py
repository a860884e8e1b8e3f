"""What the folder offers the application."""

from survey.intake import device_pages, later_pages, pages, receipt_pages
from survey.intake.deletion import LOOK_EVERY_SECONDS, DeletionWorker
from survey.web.background import BackgroundThread
from survey.web.context import database, now
from survey.web.feature import Feature


def _deletion_thread() -> BackgroundThread[DeletionWorker]:
    return BackgroundThread(DeletionWorker(database(), now), every_seconds=LOOK_EVERY_SECONDS)


FEATURE = Feature(
    blueprints=(pages.bp, receipt_pages.bp, later_pages.bp, device_pages.bp),
    background=(_deletion_thread,),
)
