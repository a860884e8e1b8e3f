"""The collector of a code on a poster, and why it is closed; the form of a receipt code."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from survey.instrument.answers import Answers, from_stored
from survey.instrument.questionnaire import GROUP_QUESTION, Questionnaire, Text
from survey.results.refuse_deleted import refuse_deleted
from survey.store import commitments, fieldwork, questionnaires, responses
from survey.store.db import Database, NotFoundError
from survey.web.errors import Refusal, RefusalKind
from survey.web.locale import N_


class NoSurveyError(Refusal):
    """No collector has the code of an address."""

    kind = RefusalKind.MISSING
    title = N_("This code does not lead to a survey")
    advice = N_("Check the letters and digits of the address, or scan the code at the desk again.")


@dataclass(frozen=True)
class OpenCollector:
    """A collector with its campaign, desk and questionnaire, as the pages of the questionnaire show them.

    Compared without the questionnaire, which its digest identifies.
    """

    code: str
    collector_id: int
    campaign_id: int
    quota: int | None
    desk: Text
    is_demo: bool
    contact: fieldwork.Contact | None
    retention_months: int
    instrument_digest: str
    questionnaire: Questionnaire = field(compare=False)


def find_collector(database: Database, code: str) -> tuple[OpenCollector, fieldwork.Campaign]:
    """The collector with this code, open or not; a Refusal without one."""
    return database.recall(("collector", code), lambda session: _collector(session, code))


def _collector(session: Session, code: str) -> tuple[OpenCollector, fieldwork.Campaign]:
    try:
        row = fieldwork.collector_by_code(session, code)
    except NotFoundError:
        raise NoSurveyError from None
    digest = row.campaign.instrument_digest
    collector = OpenCollector(
        code=row.collector.code,
        collector_id=row.collector.id,
        campaign_id=row.campaign.id,
        quota=row.collector.quota,
        desk=row.desk.names,
        is_demo=row.campaign.is_demo,
        contact=row.campaign.contact_details,
        retention_months=row.campaign.retention_months,
        instrument_digest=digest,
        questionnaire=questionnaires.questionnaire(session, digest),
    )
    return collector, row.campaign


def desk_of(database: Database, typed: str) -> str | None:
    """The code of the desk whose poster somebody typed; None where no poster has it."""
    if not typed.isprintable():
        return None
    try:
        return database.read(lambda session: fieldwork.collector_by_code(session, typed).collector.code)
    except NotFoundError:
        return None


def open_collector(database: Database, code: str, *, today: date) -> OpenCollector:
    """The collector with this code, ready to take a response; a Refusal says why it is not."""
    collector, campaign = find_collector(database, code)
    refuse_if_closed(campaign, today)
    if collector.quota is not None:
        database.read(lambda session: refuse_if_full(session, collector))
    return collector


def refuse_if_closed(campaign: fieldwork.Campaign, today: date) -> None:
    """Raise unless the campaign takes responses on this day."""
    if today < campaign.opens_on:
        title = N_("This survey is not open yet")
        advice = N_("Please come back on the first day printed on the poster.")
        raise Refusal.because(RefusalKind.CLOSED, title, advice)
    if today > campaign.closes_on:
        title = N_("This survey is closed")
        advice = N_("Thank you for your interest. The result will be published by the office.")
        raise Refusal.because(RefusalKind.CLOSED, title, advice)


def refuse_if_full(session: Session, collector: OpenCollector) -> None:
    """Raise when the collector has as many responses as its quota."""
    if collector.quota is not None and responses.count_at(session, collector.collector_id) >= collector.quota:
        title = N_("This survey has all the forms it needs")
        raise Refusal.because(RefusalKind.CONFLICT, title, N_("Thank you for your willingness to take part."))


@dataclass(frozen=True)
class OpenDesk:
    """A desk of an open survey and the code of its collector."""

    code: str
    name: str


@dataclass(frozen=True)
class OpenSurvey:
    """A survey anybody can take part in today."""

    name: str
    is_demo: bool
    closes_on: date
    desks: tuple[OpenDesk, ...]


def open_surveys(session: Session, today: date, language: str) -> list[OpenSurvey]:
    """The campaigns that take responses today, with their desks."""
    surveys = []
    for campaign in fieldwork.campaigns(session):
        if not campaign.is_open(today):
            continue
        desks = tuple(
            OpenDesk(row.collector.code, row.desk.name_in(language))
            for row in fieldwork.collectors_of(session, campaign.id)
        )
        surveys.append(OpenSurvey(campaign.name, campaign.is_demo, campaign.closes_on, desks))
    return surveys


@dataclass(frozen=True)
class SentForm:
    """A stored form, judged as `is_complete` when it came in. `answers` is None once it is withdrawn."""

    response_id: int
    submission_id: str
    campaign: fieldwork.Campaign
    questionnaire: Questionnaire
    is_complete: bool
    answers: Answers | None
    withdrawn_on: datetime | None


def find_form(session: Session, receipt_hash: str) -> SentForm | None:
    """The form whose receipt code has this hash; a Refusal where its campaign's forms are being deleted."""
    row = responses.by_receipt(session, receipt_hash)
    if row is None:
        return None
    refuse_deleted(session, row.campaign_id)
    questionnaire = questionnaires.questionnaire(session, row.instrument_digest)
    answers = from_stored(questionnaire, row.answers, row.comment) if row.answers is not None else None
    campaign = session.get_one(fieldwork.Campaign, row.campaign_id)
    return SentForm(
        row.id, row.submission_id, campaign, questionnaire, row.is_complete, answers, row.withdrawn_at
    )


def leaf_of(form: SentForm, receipt_hash: str) -> str | None:
    """The form's code in the certificate of its campaign; None for one that is not counted."""
    if form.answers is None or not form.is_complete:
        return None
    group = form.answers.option(GROUP_QUESTION) or ""
    ratings = [form.answers.rating(criterion.key) for criterion in form.questionnaire.scored_criteria]
    return commitments.leaf_of(receipt_hash, group, ratings)
