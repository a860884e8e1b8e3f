"""Weekly summaries of the demonstration as a test sets them up."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy.orm import Session

from survey.store import fieldwork, weekly
from survey.store.fieldwork import Campaign
from survey.store.weekly import WeeklySummary
from tests.builders import database_of

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PAGE = "/office/campaigns/demo/summaries"
WEEKS = [timedelta(days=7 * n) for n in range(10)]


def the_campaign(app: Flask) -> Campaign:
    return database_of(app).read(lambda session: fieldwork.campaign_by_key(session, "demo"))


def switch_on(app: Flask, since: datetime, *recipients: str, language: str = "vi") -> None:
    campaign_id = the_campaign(app).id
    database_of(app).write(
        lambda session: weekly.switch_on(session, campaign_id, language, recipients, now=since)
    )


def summaries(app: Flask) -> list[WeeklySummary]:
    """With their content, newest first."""

    def load(session: Session) -> list[WeeklySummary]:
        listed = weekly.summaries_of(session, the_campaign(app).id)
        numbers = [summary.id for summary in listed]
        session.expunge_all()
        return [session.get_one(WeeklySummary, number) for number in numbers]

    return database_of(app).read(load)
