"""Reliability and precision on the page, in files and for programs, from the forms of a campaign."""

import csv
import io
import json
from dataclasses import asdict, replace
from datetime import timedelta

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.instrument.answers import parse_form
from survey.instrument.questionnaire import Criterion
from survey.results.campaign import CampaignResults
from survey.scoring.reliability import MIN_REPORTED, covariances_of_rows, cronbach_alpha, item_rest
from tests.builders import BUSINESS, QUESTIONNAIRE, a_form, results_of, send
from tests.conftest import on_sqlite, sign_in_as

pytestmark = on_sqlite
CRITERIA = QUESTIONNAIRE.scored_criteria


def send_varied(app: Flask, code: str, n: int, seed: int = 5) -> np.ndarray:
    """Send `n` forms of people with an opinion of their own; their ratings (n, Q), NaN where not asked."""
    rng = np.random.default_rng(seed)
    opinions = rng.normal(4, 0.9, size=(n, 1)) + rng.normal(0, 0.8, size=(n, len(CRITERIA)))
    rated = np.full(opinions.shape, np.nan)
    for person, row in enumerate(np.clip(np.rint(opinions), 1, 5)):
        ratings = {c.key: f"{rating:.0f}" for c, rating in zip(CRITERIA, row, strict=True)}
        form = a_form(QUESTIONNAIRE, **ratings, **(BUSINESS if person % 2 else {}))
        send(app.test_client(), form, code)
        answers = parse_form(QUESTIONNAIRE, {name: [text] for name, text in form.items()}).answers
        rated[person] = [answers.rating(c.key) or np.nan for c in CRITERIA]
    return rated


def summary(office: FlaskClient, key: str, extension: str, language: str = "en") -> bytes:
    content: bytes = office.get(f"/office/campaigns/{key}/summary.{extension}?in={language}").data
    return content


def document_of(app: Flask, key: str) -> dict:  # type: ignore[type-arg]
    document: dict = json.loads(summary(sign_in_as(app, "admin"), key, "json"))  # type: ignore[type-arg]
    return document


def test_alpha_and_item_rest_are_those_of_the_rows(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    rows = covariances_of_rows(send_varied(app, code, 64))
    quality = document_of(app, key)["quality"]
    alpha = cronbach_alpha(rows, minimum=MIN_REPORTED)
    assert alpha is not None
    assert quality["alpha"] == pytest.approx(asdict(alpha))
    for criterion, correlation in zip(CRITERIA, item_rest(rows, minimum=MIN_REPORTED), strict=True):
        assert quality["criteria"][criterion.key]["item_rest"] == pytest.approx(correlation)


def test_the_page_says_what_each_statistic_means(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    send_varied(app, code, 64)
    office, results = sign_in_as(app, "admin"), results_of(app, key)
    assert results.quality
    assert results.quality.alpha
    page = office.get(f"/office/campaigns/{key}?lang=en").text
    assert f"criteria is {results.quality.alpha.value:.2f} (95% interval" in page
    assert "the criteria go together well enough to be added up to one score." in page
    for text in ("Item–rest correlation: how far", "limits (Wilson)", "Design effect: how many times"):
        assert text in page
    assert f"{results.score.effective_respondents:.0f} would tell as much." in page


def test_every_file_has_the_figures(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    send_varied(app, code, 64)
    office, document = sign_in_as(app, "admin"), document_of(app, key)
    rows = list(csv.DictReader(io.StringIO(summary(office, key, "csv").decode("utf-8-sig"), newline="")))
    facts = {row["key"]: row["value"] for row in rows if row["part"] == "fact"}
    assert float(facts["alpha"]) == document["quality"]["alpha"]["value"]
    assert float(facts["design_effect"]) == document["score"]["design_effect"]
    assert float(facts["effective_n"]) == document["score"]["effective_respondents"]
    assert float(facts["satisfied_low"]) == document["quality"]["satisfied"]["low"]
    assert [float(facts[key]) for key in ("watched_low", "watched_high")] == document["watched_interval"]
    in_table = {row["key"]: row["item_rest"] for row in rows if row["part"] == "quality"}
    assert set(in_table) == {criterion.key for criterion in CRITERIA}


def test_few_forms_have_no_reliability(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    send_varied(app, code, 4)
    assert document_of(app, key)["quality"] is None
    assert "Cronbach" not in sign_in_as(app, "admin").get(f"/office/campaigns/{key}?lang=en").text


@pytest.mark.parametrize("n", [MIN_REPORTED - 1, MIN_REPORTED])
def test_reliability_is_shown_from_thirty_forms_on(app: Flask, campaign: tuple[str, str], n: int) -> None:
    """Of the criteria that everybody is asked; that of five forms would say anything."""
    key, code = campaign
    send_varied(app, code, n)
    document, office = document_of(app, key), sign_in_as(app, "admin")
    is_known = n == MIN_REPORTED
    correlations = [one["item_rest"] for one in document["quality"]["criteria"].values()]
    assert (document["quality"]["alpha"] is not None) is is_known
    assert any(correlation is not None for correlation in correlations) is is_known
    for language, sentence in (("en", "(fewer than 30)."), ("vi", "(dưới 30 phiếu).")):
        page = office.get(f"/office/campaigns/{key}?lang={language}").text
        notes = str(json.loads(summary(office, key, "json", language))["tables"])
        assert [sentence in text for text in (page, notes)] == [not is_known] * 2


def few_ratings(app: Flask, code: str, criterion: Criterion) -> None:
    for person in range(MIN_REPORTED + 5):
        rare = {criterion.key: "5" if person < 4 else "na"}
        form = a_form(QUESTIONNAIRE, str(3 + person % 3), **rare)
        send(app.test_client(), form, code)


def test_a_criterion_that_few_rated_is_withheld_and_does_not_hide_the_others(
    app: Flask, campaign: tuple[str, str]
) -> None:
    key, code = campaign
    rare = next(c for c in CRITERIA if c.not_applicable and not c.show_if and c.groups == CRITERIA[0].groups)
    few_ratings(app, code, rare)
    quality = document_of(app, key)["quality"]
    assert quality["criteria"][rare.key] == {"item_rest": None, "satisfied": None}
    assert quality["alpha"]["n_criteria"] > len(CRITERIA) / 2
    page = sign_in_as(app, "admin").get(f"/office/campaigns/{key}?lang=en").text
    assert "A criterion that fewer people than 5 rated has no figures here." in page


def test_between_two_steps_nothing_moves(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    send_varied(app, code, 12)
    before = document_of(app, key)
    send_varied(app, code, 1, seed=8)
    after = document_of(app, key)
    assert (after["quality"], after["watched_interval"]) == (before["quality"], before["watched_interval"])


def test_an_open_campaign_has_a_wider_interval_for_repeated_looks(
    app: Flask, campaign: tuple[str, str]
) -> None:
    key, code = campaign
    send_varied(app, code, 24)
    document = document_of(app, key)
    (low, high), (fixed_low, fixed_high) = document["watched_interval"], document["score"]["ci"]
    assert low < fixed_low < fixed_high < high
    assert "holds at every look" in " ".join(document["summary"])


def close_before(results: CampaignResults) -> CampaignResults:
    day = results.computed_at.date() - timedelta(days=1)
    return replace(results, campaign=replace(results.campaign, closes_on=day))


def test_a_closed_campaign_has_none(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    send_varied(app, code, 12)
    assert close_before(results_of(app, key)).watched is None


def test_the_desks_page_has_the_rates_with_their_intervals(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    send_varied(app, code, 9)
    app.test_client().post(f"/s/{code}/check", data={"consent": "decline"})
    page = sign_in_as(app, "admin").get(f"/office/campaigns/{key}/desks?lang=en").text
    row = page.partition("Cooperation rate (COOP1)")[2].partition("</tr>")[0]
    assert [cell in row for cell in ("90.0%", "59.6%", "98.2%")] == [True, True, True]  # Wilson, 9 of 10
