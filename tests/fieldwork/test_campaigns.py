"""Opening a campaign: keys for addresses, codes for posters, desks as typed."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.fieldwork import campaigns
from survey.fieldwork.campaigns import NewCampaign
from survey.instrument.codec import digest
from survey.instrument.questionnaire import Text
from survey.store import fieldwork
from survey.store.db import Database
from survey.store.fieldwork import Campaign
from survey.store.questionnaires import load_shipped
from survey.web.locale import text_of
from tests.conftest import TODAY

DIGEST = digest(load_shipped())
NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
DECOMPOSED = unicodedata.normalize("NFD", "Quầy")


def open_one(session: Session, name: str = "Đợt 1", *desks: str) -> Campaign:
    new = NewCampaign(name, DIGEST, TODAY, TODAY + timedelta(days=9), tuple(text_of(d, d) for d in desks))
    return campaigns.open_campaign(session, new, now=NOW)


def codes(session: Session, campaign: Campaign) -> list[str]:
    return [row.collector.code for row in fieldwork.collectors_of(session, campaign.id)]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Khảo sát mức độ hài lòng 2026", "khao-sat-muc-do-hai-long-2026"),
        ("Đợt Đặc biệt – Quý IV/2026", "dot-dac-biet-quy-iv-2026"),
        ("调查", "campaign"),
        ("=1+1", "1-1"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 200, "x" * 50),
        ("ế" * 200, "e" * 50),
        ("new", "new-2"),
        ("New!", "new-2"),
        ("🙂", "campaign"),
    ],
)
def test_a_key_is_made_of_letters_and_digits_of_the_name(database: Database, name: str, key: str) -> None:
    assert database.write(lambda s: campaigns.free_key(s, name)) == key


def test_a_key_is_used_once(database: Database) -> None:
    def work(session: Session) -> list[str]:
        return [open_one(session, name).key for name in ("Đợt 1", "đợt 1", "Dot  1!")]

    assert database.write(work) == ["dot-1", "dot-1-2", "dot-1-3"]


def test_a_key_fits_its_column_whatever_its_number(database: Database) -> None:
    keys = [database.write(lambda s: open_one(s, "x" * 200).key) for _ in range(12)]
    assert max(map(len, keys)) <= 60
    assert len(set(keys)) == 12


def test_every_desk_has_a_code_that_cannot_be_misread(database: Database) -> None:
    def work(session: Session) -> list[str]:
        return codes(session, open_one(session, "Đợt", *(f"Quầy {i}" for i in range(60))))

    results = database.write(work)
    assert len(set(results)) == 60
    assert all(re.fullmatch("[2-9A-HJKMNP-TV-Z]{6}", code) for code in results)
    assert not set("".join(results)) & set("0O1ILU")


def test_a_desk_outlives_its_campaign(database: Database) -> None:
    def work(session: Session) -> list[str]:
        open_one(session, "Đợt 1", "Quầy 1")
        open_one(session, "Đợt 2", "Quầy 1", "Quầy 2")
        return [desk.name for desk in session.scalars(select(fieldwork.Desk).order_by(fieldwork.Desk.name))]

    assert database.write(work) == ["Quầy 1", "Quầy 2"]


def test_a_campaign_has_a_desk_once(database: Database) -> None:
    def twice(session: Session) -> None:
        campaign = open_one(session, "Đợt 1", "Quầy 1")
        campaigns.add_desk(session, campaign, text_of("Quầy 1", "other words"))

    with pytest.raises(campaigns.DeskTakenError):
        database.write(twice)
    assert database.read(fieldwork.campaigns) == [], "and nothing is stored by halves"


def test_a_quota_is_set_and_lifted(database: Database) -> None:
    def quotas(session: Session) -> list[int | None]:
        row = fieldwork.collectors_of(session, open_one(session, "Đợt", "Quầy").id)[0]
        values = [row.collector.quota]
        for quota in (5, None):
            campaigns.set_quota(session, row.collector.id, quota)
            values.append(row.collector.quota)
        return values

    assert database.write(quotas) == [None, 5, None]


@pytest.mark.parametrize(
    ("typed", "desks"),
    [
        ("Quầy 1", [text_of("Quầy 1", "Quầy 1")]),
        ("Quầy 1 | Desk 1", [text_of("Quầy 1", "Desk 1")]),
        ("Quầy 1|Desk 1|more", [text_of("Quầy 1", "Desk 1|more")]),
        ("  Quầy 1  |\r\n\r\n\tQuầy 2", [text_of("Quầy 1", "Quầy 1"), text_of("Quầy 2", "Quầy 2")]),
        ("| only English\n   \n", []),
        ("", []),
    ],
)
def test_desks_are_typed_one_a_line(typed: str, desks: list[Text]) -> None:
    assert list(campaigns.parse_desks(typed)) == desks


@pytest.mark.parametrize(
    ("typed", "twice"),
    [
        ("Quầy 1\nQuầy 2", None),
        ("Quầy 1|A\n\nQuầy 1|B", campaigns.DeskTwice("Quầy 1", 1, 3)),
        ("\nQuầy 1\nQuầy 2\n quầy  1 \nQuầy 2", campaigns.DeskTwice("quầy  1", 2, 4)),
        (f"Quầy\n{DECOMPOSED}", campaigns.DeskTwice(DECOMPOSED, 1, 2)),
    ],
)
def test_a_desk_that_two_lines_name_is_found(typed: str, twice: campaigns.DeskTwice | None) -> None:
    assert campaigns.find_desk_twice(typed) == twice


def test_a_campaign_is_open_from_its_first_day_to_its_last(database: Database) -> None:
    campaign = database.write(open_one)
    days = (TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=9), TODAY + timedelta(days=10))
    assert [campaign.is_open(day) for day in days] == [False, True, True, False]
