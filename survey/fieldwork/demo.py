"""Demonstration data: two campaigns a year apart at four desks, with simulated respondents.

Respondents follow the questionnaire as real ones do: earlier answers decide what is asked, some items do not
apply, some stay blank. All random numbers come from the generator in the arguments.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from survey.fieldwork.campaigns import NewCampaign, add_desk, open_campaign
from survey.instrument.answers import Answer, Answers, Missing, is_complete, to_stored
from survey.instrument.questionnaire import GROUP_QUESTION, Criterion, Question, Questionnaire
from survey.instrument.routing import asked_keys
from survey.store import questionnaires, responses, units
from survey.store.fieldwork import Campaign, Collector, Contact
from survey.store.responses import NewResponse
from survey.store.units import Unit
from survey.web.locale import DEFAULT_LANGUAGE, SOURCE_LANGUAGE, text_of

DESKS = (
    text_of("Bộ phận Một cửa – Quầy 1: Đầu tư", "One-stop desk 1: Investment"),
    text_of("Bộ phận Một cửa – Quầy 2: Đất đai, xây dựng", "One-stop desk 2: Land and construction"),
    text_of("Bộ phận Một cửa – Quầy 3: Lao động, môi trường", "One-stop desk 3: Labour and environment"),
    text_of("Trung tâm Phục vụ hành chính công tỉnh", "Provincial Public Administration Service Centre"),
)
BOARD = (
    "Ban Quản lý Khu kinh tế Dung Quất và các Khu công nghiệp Quảng Ngãi",
    "Management Board of Dung Quat Economic Zone and Quang Ngai Industrial Parks",
)
_CENTRE = ("Văn phòng Ủy ban nhân dân tỉnh", "Office of the Provincial People's Committee")
_UNITS_OF_DESKS = (BOARD, BOARD, BOARD, _CENTRE)
_CONTACT = Contact(
    office=BOARD[0],
    address="Thành phố Quảng Ngãi, tỉnh Quảng Ngãi (địa chỉ minh họa)",
    phone="0255 000 0000",
    email="khaosat@example.gov.vn",
    responsible="Văn phòng Ban Quản lý",
)
OPEN_CODE = "demo"
_DAYS_OF_FIELDWORK = 28
_COMMENTS = (
    ("Cán bộ hướng dẫn tận tình, rõ ràng.", DEFAULT_LANGUAGE),
    ("Hồ sơ còn phải bổ sung nhiều lần.", DEFAULT_LANGUAGE),
    ("Nên trả kết quả qua mạng để đỡ đi lại.", DEFAULT_LANGUAGE),
    ("Thời gian giải quyết nhanh hơn năm trước.", DEFAULT_LANGUAGE),
    ("Please publish the forms in English too.", SOURCE_LANGUAGE),
)


@dataclass(frozen=True)
class _Round:
    """A planned campaign. `lift` moves everybody's satisfaction, in steps of the scale."""

    key: str
    opens_on: date
    closes_on: date
    size: int
    lift: float
    codes: tuple[str, str, str, str]

    @property
    def name(self) -> str:
        """The name, with the years in which it is open."""
        years = dict.fromkeys((self.opens_on.year, self.closes_on.year))
        return f"Khảo sát hài lòng {'–'.join(map(str, years))}"


def make_demo(session: Session, *, today: date, rng: np.random.Generator) -> None:
    """Add the two demonstration campaigns with their responses."""
    questionnaire = questionnaires.load_shipped()
    digest = questionnaires.publish(session, questionnaire, now=datetime.now(UTC))
    opens_on = today - timedelta(days=_DAYS_OF_FIELDWORK + 2)
    rounds = (
        _Round(
            key="demo-truoc",
            opens_on=opens_on - timedelta(days=365),
            closes_on=opens_on - timedelta(days=365 - 60),
            size=304,
            lift=-0.30,
            codes=("demo1b", "demo2b", "demo3b", "demo4b"),
        ),
        _Round(
            key="demo",
            opens_on=opens_on,
            closes_on=today + timedelta(days=365),
            size=312,
            lift=0.0,
            codes=(OPEN_CODE, "demo2", "demo3", "demo4"),
        ),
    )
    for planned in rounds:
        campaign, collectors = _add_campaign(session, planned, digest, today)
        people = _people(questionnaire, planned, rng)
        rows = [_response(p, i, campaign, collectors, questionnaire, rng) for i, p in enumerate(people)]
        responses.add_many(session, rows)
        for collector in collectors:
            for day in range(int(rng.integers(2, 6))):
                responses.count_decline(session, collector.id, planned.opens_on + timedelta(days=day))


def _add_campaign(
    session: Session, planned: _Round, digest: str, today: date
) -> tuple[Campaign, list[Collector]]:
    new = NewCampaign(
        name=planned.name,
        instrument_digest=digest,
        opens_on=planned.opens_on,
        closes_on=planned.closes_on,
        desks=(),
        is_demo=True,
        key=planned.key,
        contact=_CONTACT,
    )
    campaign = open_campaign(session, new, now=datetime.combine(planned.opens_on, time(7), UTC))
    if planned.closes_on < today:
        campaign.published_at = datetime.combine(planned.closes_on + timedelta(days=7), time(2), UTC)
    codes = zip(DESKS, planned.codes, strict=True)
    collectors = [add_desk(session, campaign, desk, code=code) for desk, code in codes]
    for collector, names in zip(collectors, _UNITS_OF_DESKS, strict=True):
        collector.unit_id = unit_called(session, *names).id
    return campaign, collectors


def unit_called(session: Session, *names: str) -> Unit:
    """The unit with the first of these names, given in the order of languages; added if it does not exist."""
    named = units.units_named(session, names[0])
    return named[0] if named else units.add_unit(session, text_of(*names), parent=units.province(session))


@dataclass(frozen=True)
class _Respondent:
    """One simulated respondent."""

    answers: Answers
    desk: int
    language: str
    received_at: datetime


def _people(questionnaire: Questionnaire, planned: _Round, rng: np.random.Generator) -> list[_Respondent]:
    hardness = {criterion.key: rng.normal(0, 0.30) for criterion in questionnaire.criteria}
    desk_effect = rng.normal(0, 0.22, len(DESKS))
    respondents = []
    for _ in range(planned.size):
        desk = int(rng.choice(len(DESKS), p=(0.30, 0.27, 0.23, 0.20)))
        mood = rng.normal(3.95 + planned.lift + desk_effect[desk], 0.62)
        answers, language = _answers(questionnaire, desk, mood, hardness, rng)
        day = planned.opens_on + timedelta(days=int(rng.integers(0, _DAYS_OF_FIELDWORK)))
        received_at = datetime.combine(day, time(int(rng.integers(1, 10))), UTC)  # 8:00 to 17:00 in Vietnam
        respondents.append(_Respondent(answers, desk, language, received_at))
    return respondents


def _answers(
    questionnaire: Questionnaire, desk: int, mood: float, hardness: dict[str, float], rng: np.random.Generator
) -> tuple[Answers, str]:
    chosen: dict[str, str] = {}
    for question in questionnaire.questions:
        weights = _probabilities(question, desk, chosen.get(GROUP_QUESTION, ""))
        option = question.options[int(rng.choice(len(question.options), p=weights))].key
        if question.required or rng.random() > 0.06:
            chosen[question.key] = option
    if chosen.get("result_status") in ("late", "overdue"):
        mood -= 0.7
    keys = asked_keys(questionnaire, chosen)
    values: dict[str, Answer] = {}
    for item in questionnaire.items():
        if item.key not in keys:
            values[item.key] = Missing.NOT_ASKED
        elif isinstance(item, Question):
            values[item.key] = chosen.get(item.key, Missing.BLANK)
        else:
            values[item.key] = _rating(item, mood + hardness[item.key], rng)
    is_foreign = chosen.get("org_type") == "fdi" and rng.random() < 0.6
    language = SOURCE_LANGUAGE if is_foreign else DEFAULT_LANGUAGE
    texts = [text for text, text_language in _COMMENTS if text_language == language]
    comment = texts[int(rng.integers(len(texts)))] if rng.random() < 0.08 else None
    return Answers(values, comment), language


def _probabilities(question: Question, desk: int, group: str) -> list[float]:
    """The probability of each answer: realistic for the questions that matter, else equal."""
    usual = {
        GROUP_QUESTION: (0.58, 0.42),
        "result_status": (0.12, 0.62, 0.08, 0.05, 0.13),
        "filed_feedback": (0.12, 0.88),
        "submission_channel": (0.08, 0.55, 0.30, 0.07)
        if desk == len(DESKS) - 1
        else (0.60, 0.05, 0.30, 0.05),
    }.get(question.key)
    if usual is None or len(usual) != len(question.options):
        return [1 / len(question.options)] * len(question.options)
    return list(usual)


def _rating(criterion: Criterion, level: float, rng: np.random.Generator) -> Answer:
    if criterion.not_applicable is not None and rng.random() < 0.09:
        return Missing.NOT_APPLICABLE
    if rng.random() < 0.02:
        return Missing.BLANK
    return int(np.clip(np.rint(rng.normal(level, 0.55)), 1, 5))


def _response(
    respondent: _Respondent,
    number: int,
    campaign: Campaign,
    collectors: list[Collector],
    questionnaire: Questionnaire,
    rng: np.random.Generator,
) -> NewResponse:
    return NewResponse(
        submission_id=str(UUID(bytes=rng.bytes(16), version=4)),
        receipt_hash=f"demo:{campaign.key}:{number}",  # the hash of no code: nobody can withdraw it
        campaign_id=campaign.id,
        collector_id=collectors[respondent.desk].id,
        instrument_digest=campaign.instrument_digest,
        language=respondent.language,
        mode="self",
        received_at=respondent.received_at,
        is_complete=is_complete(questionnaire, respondent.answers),
        answers=to_stored(respondent.answers),
        comment=respondent.answers.comment,
    )
