"""A small province of units, each with one of everything that belongs to a unit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from survey.accounts import officials
from survey.accounts import tokens as api_tokens
from survey.accounts.tokens import NewToken
from survey.fieldwork.campaigns import NewCampaign, open_campaign
from survey.scorecards.cards import NewCard, open_card
from survey.scorecards.periods import Period
from survey.store import fieldwork, people, questionnaires, scorecards, tokens, units
from survey.store.people import Role
from survey.store.scorecards import Task
from survey.store.units import Unit, UnitKind
from survey.web.locale import text_of
from survey.web.permissions import TOKEN_PERMISSIONS
from tests.builders import NOW, QUESTIONNAIRE
from tests.conftest import PASSWORD

POSITIONS = ("own", "child", "sibling", "parent", "part")
_DAYS = (date(2026, 11, 1), date(2027, 3, 1))


@dataclass(frozen=True)
class Belongings:
    """What belongs to one unit, as the parts of addresses name it."""

    unit: Unit
    named: Mapping[str, Any]


def make_province(session: Session) -> dict[str, Belongings]:
    """A department with two divisions, one of which has another below it; what belongs to each by position.

    "own" is where the people of the tests hold their roles. "part" is a campaign of the department with a
    desk that works for "own".
    """
    department = _unit(session, "Sở Thử", units.province(session), UnitKind.DEPARTMENT)
    own = _unit(session, "Phòng Mình", department, UnitKind.DIVISION)
    child = _unit(session, "Tổ Dưới", own, UnitKind.DIVISION)
    sibling = _unit(session, "Phòng Bên", department, UnitKind.DIVISION)
    by_position = {"own": own, "child": child, "sibling": sibling, "parent": department}
    created = {position: _belongings(session, position, unit) for position, unit in by_position.items()}
    for number, role in enumerate(Role):
        person = add_official(session, f"own-{role}", role, own)
        assert person.id, number
    shared = _campaign(session, "part", department)
    (row,) = fieldwork.collectors_of(session, shared["campaign_id"])
    row.collector.unit_id = own.id
    return created | {"part": Belongings(department, {**created["parent"].named, **shared})}


def add_official(session: Session, username: str, role: Role, unit: Unit) -> people.Person:
    """Somebody with a role at a unit."""
    return officials.add_person(
        session, username, username.title(), role, password=PASSWORD, now=NOW, unit_id=unit.id
    )


def _unit(session: Session, name: str, parent: Unit, kind: UnitKind) -> Unit:
    return units.add_unit(session, text_of(name), parent=parent, kind=kind)


def _belongings(session: Session, position: str, unit: Unit) -> Belongings:
    person = add_official(session, f"some-{position}", Role.VIEWER, unit)
    questionnaire = replace(QUESTIONNAIRE, key=f"q_{position}")
    definition = replace(scorecards.load_shipped(), key=f"d_{position}")
    card_digest = scorecards.publish(session, definition, now=NOW, unit=unit)
    card = open_card(session, NewCard(unit.id, Period(2026, "year", 0), card_digest, None), now=NOW)
    task = Task(unit_id=unit.id, year=2026, title="Việc", responsible="", due_on=_DAYS[1], evidence_ref="")
    scorecards.add_task(session, task)
    session.flush()
    return Belongings(
        unit,
        {
            "unit_id": unit.id,
            "person_id": person.id,
            "digest": questionnaires.publish(session, questionnaire, now=NOW, unit=unit),
            "card_digest": card_digest,
            "card_id": card.id,
            "task_id": task.id,
            "token_id": add_token(session, f"token-{position}", person.id, unit),
            **_campaign(session, position, unit),
        },
    )


def _campaign(session: Session, position: str, unit: Unit) -> dict[str, Any]:
    digest = questionnaires.publish(session, QUESTIONNAIRE, now=NOW)
    new = NewCampaign(f"Khảo sát {position}", digest, *_DAYS, (text_of("Quầy"),), unit_id=unit.id)
    campaign = open_campaign(session, replace(new, key=f"c-{position}"), now=NOW)
    (row,) = fieldwork.collectors_of(session, campaign.id)
    return {"key": campaign.key, "code": row.collector.code, "campaign_id": campaign.id}


def add_token(session: Session, secret: str, person_id: int, unit: Unit) -> int:
    """A token of a person at a unit with every permission; its number."""
    new = NewToken(secret, TOKEN_PERMISSIONS, 365, unit.id)
    api_tokens.add_token(session, new, secret, person_id=person_id, now=NOW)
    session.flush()
    return tokens.tokens(session)[0].token.id
