"""Desks that work for the same unit are scored together, and the units are set side by side."""

import re
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey.fieldwork.campaigns import NewCampaign, add_desk, open_campaign, set_units
from survey.fieldwork.demo import unit_called
from survey.instrument.codec import digest
from survey.reports import codebook, microdata
from survey.results.basis import Basis, basis_of
from survey.store import fieldwork
from survey.store.fieldwork import Campaign, CollectorAtDesk
from survey.web.context import database
from survey.web.locale import text_of
from tests.builders import BUSINESS, NOW, QUESTIONNAIRE, a_form, results_of, send
from tests.conftest import SECRET, sign_in_as
from tests.web.browsing import post

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HERE, THERE = ("Sở Thử", "Trial Department"), ("Sở Khác", "Other Department")


def campaign_in(session: Session, key: str) -> Campaign:
    return fieldwork.campaign_by_key(session, key)


@pytest.fixture
def key(app: Flask) -> str:
    """A campaign of three desks; each has answers of its own and none has a unit."""

    def make(session: Session) -> tuple[str, list[str]]:
        desks = tuple(text_of(f"Quầy {n}", f"Desk {n}") for n in (1, 2, 3))
        new = NewCampaign("Ba quầy", digest(QUESTIONNAIRE), NOW.date(), NOW.date().replace(year=2100), desks)
        campaign = open_campaign(session, new, now=NOW)
        rows = fieldwork.collectors_of(session, campaign.id)
        return campaign.key, [row.collector.code for row in rows]

    with app.app_context():
        key, codes = database().write(make)
    for code, ratings in zip(codes, ("34", "45", "25"), strict=True):
        for rating in ratings:
            for group in ({}, BUSINESS):
                for _ in range(5):
                    send(app.test_client(), a_form(QUESTIONNAIRE, rating, **group), code)
    return key


def basis(app: Flask, key: str) -> Basis:
    with app.app_context():
        return database().read(lambda s: basis_of(s, campaign_in(s, key), ZONE))


def collectors(app: Flask, key: str) -> list[CollectorAtDesk]:
    with app.app_context():
        return database().read(lambda s: fieldwork.collectors_of(s, campaign_in(s, key).id))


def give_units(app: Flask, key: str, *names: tuple[str, str] | None) -> list[int | None]:
    """Let the desks, in their order, work for units; the units' numbers."""

    def give(session: Session) -> list[int | None]:
        campaign = campaign_in(session, key)
        unit_ids = [unit_called(session, *name).id if name else None for name in names]
        ids = [row.collector.id for row in fieldwork.collectors_of(session, campaign.id)]
        set_units(session, campaign, dict(zip(ids, unit_ids, strict=True)))
        return unit_ids

    with app.app_context():
        return database().write(give)


def test_a_unit_is_scored_as_its_desks_forms_together(app: Flask, key: str) -> None:
    give_units(app, key, HERE, HERE, THERE)
    units = results_of(app, key).parts("unit")
    assert [(unit.label.to("en"), unit.n) for unit in units] == [(HERE[1], 40), (THERE[1], 20)]
    assert units[0].score is not None
    assert units[0].score.score == pytest.approx(38 * np.mean([0.5, 0.75, 0.75, 1.0]))
    alone, third = units[1].score, results_of(app, key).parts("desk")[2].score
    assert alone is not None
    assert third is not None
    assert (alone.score, alone.se, alone.interval) == (third.score, third.se, third.interval)


def test_results_without_units_are_named_as_before_and_with_them_anew(app: Flask, key: str) -> None:
    before = results_of(app, key)
    assert before.parts("unit") == ()
    give_units(app, key, None, None, HERE)
    after = results_of(app, key)
    assert after.digest != before.digest
    assert after.score == before.score
    assert [unit.n for unit in after.parts("unit")] == [20]
    give_units(app, key, None, None, None)
    assert results_of(app, key).digest == before.digest


def test_a_small_unit_is_hidden_and_hides_what_would_give_it_away(app: Flask, key: str) -> None:
    def add(session: Session) -> str:
        return add_desk(session, campaign_in(session, key), text_of("Quầy 4", "Desk 4")).code

    with app.app_context():
        code = database().write(add)
    for _ in range(3):
        send(app.test_client(), a_form(QUESTIONNAIRE), code)
    give_units(app, key, HERE, HERE, HERE, THERE)
    stated = basis(app, key)
    here, there = stated.labels("unit")
    assert stated.rolled.sizes("unit") == {here: 60, there: 3}
    assert not stated.may_show("unit", there)
    assert not stated.may_show("unit", here), "with all forms it would tell of the other three"
    assert not stated.may_show("desk", list(stated.labels("desk"))[3])


def test_a_unit_of_many_desks_is_shown_though_some_desks_are_small(app: Flask, key: str) -> None:
    with app.app_context():
        names = [text_of(f"Bàn {n}", f"Counter {n}") for n in range(6)]
        codes = database().write(lambda s: [add_desk(s, campaign_in(s, key), name).code for name in names])
    for code in codes:
        for _ in range(3):
            send(app.test_client(), a_form(QUESTIONNAIRE, "3"), code)
    give_units(app, key, *[HERE] * 3, *[THERE] * 3, HERE, HERE, THERE)
    sign_in_as(app, "viewer").get(f"/office/campaigns/{key}")  # the first look releases
    results = results_of(app, key)
    assert results.released_at is not None
    assert [part.score for part in results.parts("desk") if part.n == 3] == [None] * 6
    assert all(part.score is not None for part in results.parts("unit"))


def test_units_are_compared_filtered_and_downloaded(app: Flask, key: str) -> None:
    office = sign_in_as(app, "admin")
    path = f"/office/campaigns/{key}"
    assert office.get(f"{path}/comparison?by=unit").status_code == 422, "there are none yet"
    assert office.get(f"{path}?unit=1").status_code == 422
    here, _there, _third = give_units(app, key, HERE, THERE, None)
    compared = office.get(f"{path}/comparison?by=unit&lang=en")
    assert compared.status_code == 200
    pair = compared.text.partition('id="t-pairs"')[2].partition("</table>")[0]
    assert HERE[1] in pair
    assert THERE[1] in pair
    part = office.get(f"{path}?unit={here}&lang=en").text
    assert f"{HERE[1]}</b>" in part
    assert "20 forms" in part
    assert office.get(f"{path}?unit={here}&desk=1").status_code == 422
    table = office.get(f"{path}/summary.csv?in=en").data.decode()
    assert re.search(rf"unit,.*{HERE[1]}", table)


def test_response_files_say_the_unit_of_each_form_once_a_desk_has_one(app: Flask, key: str) -> None:
    def rows(session: Session) -> tuple[list[str], list[microdata.Row]]:
        campaign = campaign_in(session, key)
        data = microdata.microdata(session, campaign, secret=SECRET, time_zone=ZONE, made_at=NOW)
        return [variable.name for variable in data.variables], list(microdata.rows(session, data))

    with app.app_context():
        assert codebook.UNIT not in database().read(rows)[0]
    give_units(app, key, HERE, None, HERE)
    with app.app_context():
        names, data = database().read(rows)
    desk, unit = names.index(codebook.DESK), names.index(codebook.UNIT)
    assert {(row[desk], row[unit]) for row in data} == {(1, 2), (2, codebook.NO_UNIT), (3, 2)}
    variable = next(v for v in codebook.of_results(results_of(app, key)) if v.name == codebook.UNIT)
    assert variable.missing == (codebook.NO_UNIT,)


def test_a_new_desk_changes_no_code_of_another(app: Flask, key: str) -> None:
    give_units(app, key, HERE, None, HERE)

    def codes(session: Session) -> dict[str, int]:
        listed = microdata.variables_of(session, campaign_in(session, key))
        return {
            f"{variable.name} {code.label.to('vi')}": code.value
            for variable in listed
            if variable.name in (codebook.DESK, codebook.UNIT)
            for code in variable.codes
        }

    with app.app_context():
        before = database().read(codes)
        database().write(
            lambda s: add_desk(s, campaign_in(s, key), text_of("A – quầy đứng đầu danh sách", "A first"))
        )
        after = database().read(codes)
    assert len(after) == len(before) + 1
    assert {name: after[name] for name in before} == before


def test_a_desk_works_for_the_same_unit_in_the_next_campaign(app: Flask, key: str) -> None:
    give_units(app, key, HERE, None, None)

    def again(session: Session) -> list[str | None]:
        desks = (text_of("Quầy 1", "Desk 1"), text_of("Quầy 2", "Desk 2"))
        new = NewCampaign("Sau", digest(QUESTIONNAIRE), NOW.date(), NOW.date(), desks)
        campaign = open_campaign(session, new, now=NOW)
        rows = fieldwork.collectors_of(session, campaign.id)
        return [row.unit.name if row.unit else None for row in rows]

    with app.app_context():
        assert database().write(again) == [HERE[0], None]


def test_an_officer_says_on_the_desks_page_which_unit_a_desk_works_for(app: Flask, key: str) -> None:
    office: FlaskClient = sign_in_as(app, "admin")
    page = office.get(f"/office/campaigns/{key}/desks?lang=en").text
    assert "There are no units yet" in page
    here, _there = give_units(app, key, HERE, THERE, None)[:2]
    give_units(app, key, None, None, None)
    first, second, third = (f"unit-{row.collector.id}" for row in collectors(app, key))
    path = f"/office/campaigns/{key}/units"
    wrong = post(office, path, **{first: str(here), second: "999", third: ""})
    assert wrong.status_code == 422
    assert f'href="#{second}"' in wrong.text
    assert [row.unit for row in collectors(app, key)] == [None] * 3, "nothing of it is kept"
    assert post(office, path, **{first: str(here), second: "", third: str(here)}).status_code == 303
    assert [row.unit.name if row.unit else None for row in collectors(app, key)] == [HERE[0], None, HERE[0]]
    assert "set units of desks" in office.get("/office/audit?lang=en").text.partition("<tbody>")[2]
    assert office.get(path).status_code == 302
