"""What the folder offers the application."""

from survey.publication import commands, pages, summary_pages
from survey.publication.weekly_worker import LOOK_EVERY_SECONDS, WeeklyWorker
from survey.web.background import BackgroundThread
from survey.web.context import database, now, settings
from survey.web.feature import Feature


def _weekly_thread() -> BackgroundThread[WeeklyWorker]:
    office = settings()
    worker = WeeklyWorker(database(), office.time_zone, office.mail, office.public_url, now)
    return BackgroundThread(worker, every_seconds=LOOK_EVERY_SECONDS)


FEATURE = Feature(
    blueprints=(pages.public_bp, pages.bp, summary_pages.bp),
    commands=(commands.send_weekly_summaries,),
    background=(_weekly_thread,),
)
