"""The people served cover everybody who is known, and a census is one only then."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.fieldwork.campaigns import set_populations
from survey.reports import cautions, wording
from survey.reports.response_export import ExportContext, campaign_microdata
from survey.results.cautions import Caution, cautions_of
from survey.results.form_counts import count_people_known
from survey.scoring.verdict import Verdict
from survey.store import fieldwork, responses, saved_forms
from survey.store.saved_forms import FormToSave
from tests.builders import BUSINESS, NOW, QUESTIONNAIRE, a_form, database_of, results_of, send, send_forms
from tests.conftest import SECRET, TODAY, sign_in_as
from tests.publication.builders import ZONE
from tests.web.browsing import post

Keys = tuple[str, str]


def _serve(app: Flask, key: str, **served: int) -> None:
    def change(session: Session) -> None:
        set_populations(session, fieldwork.campaign_by_key(session, key).id, served)

    database_of(app).write(change)


def _decline(app: Flask, code: str, times: int) -> None:
    def count(session: Session) -> None:
        collector = fieldwork.collector_by_code(session, code).collector
        for _ in range(times):
            responses.count_decline(session, collector.id, TODAY)

    database_of(app).write(count)


def test_people_served_equal_to_the_valid_forms_are_refused_where_others_declined(
    app: Flask, campaign: Keys
) -> None:
    key, code = campaign
    send_forms(app, code, 12, "4")
    send_forms(app, code, 11, "2", **BUSINESS)
    _decline(app, code, 11)
    free = results_of(app, key)
    _serve(app, key, citizen=12, business=11)
    results = results_of(app, key)
    assert results.populations_ignored
    assert (results.score.interval, results.score.verdict) == (free.score.interval, free.score.verdict)
    assert Caution.POPULATION_IGNORED in cautions_of(results)
    assert Caution.CENSUS not in cautions_of(results)


def test_people_who_declined_are_people_of_the_population(app: Flask, campaign: Keys) -> None:
    key, code = campaign
    send_forms(app, code, 12, "4")
    send_forms(app, code, 11, "2", **BUSINESS)
    _decline(app, code, 11)
    _serve(app, key, citizen=17, business=17)
    results = results_of(app, key)
    assert not results.populations_ignored
    assert results.score.interval is not None
    assert results.score.interval.low < results.score.interval.high
    assert Caution.SELF_CHOSEN in cautions_of(results)


def test_a_census_is_said_in_words(app: Flask, campaign: Keys) -> None:
    key, code = campaign
    send_forms(app, code, 12, "4")
    send_forms(app, code, 11, "2", **BUSINESS)
    _serve(app, key, citizen=12, business=11)
    results = results_of(app, key)
    assert results.score.se == 0
    assert Caution.CENSUS in cautions_of(results)
    assert Caution.SELF_CHOSEN not in cautions_of(results)
    assert "Every one of the 23 people served answered" in " ".join(wording.summary_sentences(results, "en"))
    assert "Toàn bộ 23 người" in cautions.sentence(Caution.CENSUS, results, "vi")


@pytest.mark.parametrize("known_by", ["withdrawn", "saved", "incomplete"])
def test_everybody_who_is_known_counts(app: Flask, campaign: Keys, known_by: str) -> None:
    key, code = campaign
    send_forms(app, code, 12, "4")
    send_forms(app, code, 11, "2", **BUSINESS)
    blank = dict.fromkeys((c.key for c in QUESTIONNAIRE.criteria), "")
    if known_by in ("withdrawn", "incomplete"):
        send(app.test_client(), a_form(QUESTIONNAIRE, **blank), code)

    def change(session: Session) -> None:
        row = session.scalars(select(responses.ResponseRow).order_by(responses.ResponseRow.id.desc())).first()
        assert row
        if known_by == "withdrawn":
            responses.withdraw(session, row.id, now=NOW)
        if known_by == "saved":
            form = FormToSave("0" * 36, code, row.instrument_digest, {"acc_info": 3}, None)
            saved_forms.save(session, form, code_hash="h", expires_at=NOW.replace(year=2099), now=NOW)

    database_of(app).write(change)
    _serve(app, key, citizen=12, business=11)
    assert results_of(app, key).populations_ignored
    _serve(app, key, citizen=13, business=11)
    results = results_of(app, key)
    assert not results.populations_ignored
    assert results.forms.people_known == 24
    known = database_of(app).read(lambda s: count_people_known(s, fieldwork.campaign_by_key(s, key)))
    assert known == 24


def test_fewer_people_than_are_known_are_refused_where_they_are_entered(app: Flask, campaign: Keys) -> None:
    key, code = campaign
    send_forms(app, code, 3, "4")
    _decline(app, code, 2)
    office = sign_in_as(app, "admin")
    served = {"population-citizen": "3", "population-business": "1"}
    answer = post(office, f"/office/campaigns/{key}/populations?lang=en", **served)
    assert answer.status_code == 422
    assert "The number of people, 4, is below the 5 who are known already" in answer.text
    served["population-business"] = "2"
    assert post(office, f"/office/campaigns/{key}/populations?lang=en", **served).status_code == 303


def test_weights_of_response_files_follow_the_same_rule(app: Flask, campaign: Keys) -> None:
    key, code = campaign
    send_forms(app, code, 6, "4")
    send_forms(app, code, 6, "2", **BUSINESS)
    _decline(app, code, 3)

    def weights(session: Session) -> set[object]:
        context = ExportContext(SECRET, ZONE, NOW)
        data = campaign_microdata(session, fieldwork.campaign_by_key(session, key), context)
        return {data.weights.get("citizen"), data.weights.get("business")}

    _serve(app, key, citizen=6, business=8)
    assert database_of(app).read(weights) == {None}
    _serve(app, key, citizen=6, business=9)
    assert database_of(app).read(weights) == {1.0, 1.5}


def test_the_first_sentence_says_whose_score_it_is(app: Flask, campaign: Keys) -> None:
    key, code = campaign
    send_forms(app, code, 60, "5")
    results = results_of(app, key)
    assert results.score.verdict is Verdict.EXCEEDS
    sentence = wording.verdict_sentence(results, "en")
    assert sentence.startswith(
        "Only “Individual or household” (50% of the score);"
        " no answer from “Business, organisation or investor” (50% of the score): 38.00 / 38 points"
    )
    assert wording.verdict_sentence(results, "vi").startswith("Chỉ tính nhóm “Cá nhân, hộ gia đình”")
    plan = wording.forms_needed_sentence(results, "en")
    assert plan is not None
    assert "at least 10 more forms are needed from “Business, organisation or investor”" in plan
    assert results.forms_needed is not None
    assert results.forms_needed.by_stratum["business"] == 10
    citizens = results.parts("group")[0].score
    assert citizens is not None
    assert citizens.absent_groups == ()
    assert citizens.forms_needed is None


def test_a_short_group_stands_first_in_the_sentence(app: Flask, campaign: Keys) -> None:
    key, code = campaign
    send_forms(app, code, 20, "5")
    send_forms(app, code, 9, "1", **BUSINESS)
    results = results_of(app, key)
    assert results.score.verdict is Verdict.WITHHELD
    sentence = wording.verdict_sentence(results, "en")
    assert sentence.startswith("Only 9 forms from “Business, organisation or investor” (50% of the score): ")
