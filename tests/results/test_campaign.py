"""Results from kept counts are those of the rows themselves, and nothing small is shown by any door."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy.orm import Session

from survey.fieldwork import demo
from survey.instrument.answers import Answers, Missing, from_stored
from survey.results.basis import Basis, basis_of
from survey.results.campaign import CampaignResults, Part, campaign_results, results_of_part
from survey.results.few_ratings import score_without
from survey.results.scoring_rules import rules_of
from survey.scoring.design import SampleDesign
from survey.scoring.rates import satisfied_rates
from survey.scoring.results import Score
from survey.scoring.score import SurveyScore, score_responses
from survey.store import fieldwork, responses, rollups
from survey.store.db import Database
from survey.store.questionnaires import load_shipped
from tests.conftest import TODAY

Q = load_shipped()
RULES = rules_of(Q)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 24, tzinfo=ZONE)


@pytest.fixture
def demo_database(database: Database) -> Database:
    """The demonstration, partly folded."""
    database.write(lambda s: demo.make_demo(s, today=TODAY, rng=np.random.default_rng(11)))
    database.write(lambda s: rollups.fold(s, campaign_in(s), ZONE, limit=200))
    return database


def campaign_in(session: Session) -> fieldwork.Campaign:
    return fieldwork.campaign_by_key(session, "demo")


def results(database: Database) -> CampaignResults:
    return database.read(lambda s: campaign_results(s, campaign_in(s), computed_at=NOW))


def basis(database: Database) -> Basis:
    return database.read(lambda s: basis_of(s, campaign_in(s), ZONE))


class Rows:
    """The forms one by one, scored the slow way."""

    def __init__(self, database: Database, populations: Mapping[str, int]) -> None:
        stored = database.read(lambda s: list(responses.valid(s, campaign_in(s).id)))
        self.answers: list[Answers] = [from_stored(Q, row.answers) for row in stored]
        self.desk = np.array([str(row.collector_id) for row in stored])
        collectors = database.read(lambda s: fieldwork.collectors_of(s, campaign_in(s).id))
        unit = {str(row.collector.id): str(row.unit.id) for row in collectors if row.unit}
        self.unit = np.array([unit[desk] for desk in self.desk])
        self.group = self.option("respondent_group")
        rated = [[a.rating(c.key) for c in Q.scored_criteria] for a in self.answers]
        self.ratings = np.array(rated, dtype=float)
        self.design = SampleDesign(lonely_psu="adjust")
        if populations:
            n = {group: int((self.group == group).sum()) for group in populations}
            weights = np.array([populations[group] / n[group] for group in self.group])
            people = np.array([float(populations[group]) for group in self.group])
            self.design = SampleDesign(strata=self.group, weights=weights, fpc=people, lonely_psu="adjust")

    def option(self, key: str) -> "np.ndarray[tuple[int], np.dtype[np.str_]]":
        return np.array([answers.option(key) or "" for answers in self.answers])

    def score_by(self, domain: "np.ndarray[tuple[int], np.dtype[np.str_]]") -> SurveyScore:
        return score_responses(self.ratings, RULES, self.design, group=self.group, domain=domain)


def assert_same(one: Score, other: Score) -> None:
    for name in ("score", "se", "df", "df_satterthwaite", "scored_max", "p_ge_low", "design_effect"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-9, abs=1e-9), name
    assert (one.verdict, one.reading, one.withheld_because) == (
        other.verdict,
        other.reading,
        other.withheld_because,
    )
    assert one.interval is not None
    assert other.interval is not None
    assert (one.interval.low, one.interval.high) == pytest.approx((other.interval.low, other.interval.high))
    assert [c.points for c in one.criteria] == pytest.approx([c.points for c in other.criteria])
    assert [c.n_valid for c in one.criteria] == [c.n_valid for c in other.criteria]
    assert [s.score for s in one.sections] == pytest.approx([s.score for s in other.sections])


@pytest.mark.parametrize("populations", [{}, {"citizen": 900, "business": 400}], ids=["endless", "known"])
def test_every_score_is_the_one_from_the_rows(demo_database: Database, populations: dict[str, int]) -> None:
    def keep(session: Session) -> None:
        campaign_in(session).populations = populations

    demo_database.write(keep)
    computed, rows = results(demo_database), Rows(demo_database, populations)
    assert_same(computed.score, rows.score_by(rows.group).whole)
    breakdowns = {
        "group": (computed.parts("group"), rows.group),
        "desk": (computed.parts("desk"), rows.desk),
        "unit": (computed.parts("unit"), rows.unit),
        "field": (computed.parts("field"), rows.option("service_domain")),
        "channel": (computed.parts("channel"), rows.option("submission_channel")),
    }
    for parts, labels in breakdowns.values():
        slow = rows.score_by(labels).domains
        assert sum(part.n for part in parts) == int((labels != "").sum())
        for part in parts:
            if part.score is not None:
                left_out = {c.key for c in part.score.criteria if c.points is None}
                assert_same(part.score, score_without(slow[part.key], left_out, 5))


def test_a_part_of_a_group_is_scored_as_its_rows(demo_database: Database) -> None:
    rows = Rows(demo_database, {})
    both = np.array([f"{desk}/{group}" for desk, group in zip(rows.desk, rows.group, strict=True)])
    slow = rows.score_by(both).domains
    stated = basis(demo_database)
    for desk, label in stated.labels("desk").items():
        part = results_of_part(stated, Part("desk", desk, "citizen", label), computed_at=NOW)
        assert part is not None
        left_out = {criterion.key for criterion in part.left_out}
        assert_same(part.score, score_without(slow[f"{desk}/citizen"], left_out, 5))


def test_answers_rate_and_languages_are_counted_from_the_rows(demo_database: Database) -> None:
    computed, rows = results(demo_database), Rows(demo_database, {})
    for counted in computed.answers:
        values = [answers.values[counted.criterion.key] for answers in rows.answers]
        assert counted.counts == tuple(values.count(option.value) for option in Q.scale.options)
        reasons = (Missing.NOT_APPLICABLE, Missing.BLANK, Missing.NOT_ASKED)
        assert (counted.not_applicable, counted.blank, counted.not_asked) == tuple(map(values.count, reasons))
    rate = satisfied_rates(rows.ratings, RULES, group=rows.group).overall.share
    assert computed.satisfied_rate == pytest.approx(rate)
    assert sum(n for _language, n in computed.languages) == computed.forms.valid == len(rows.answers)


def test_the_digest_does_not_change_by_folding_and_does_by_a_form(demo_database: Database) -> None:
    before = results(demo_database).digest
    rollups.fold_pending(demo_database, demo_database.read(campaign_in).id, ZONE)
    demo_database.write(lambda s: rollups.fold(s, campaign_in(s), ZONE))
    assert results(demo_database).digest == before


def test_nothing_that_may_be_shown_is_small_or_gives_something_small_away(demo_database: Database) -> None:
    stated = basis(demo_database)
    crossings = sorted(stated.rolled.crossings)
    sizes = np.array([stated.rolled.crossings[crossing] for crossing in crossings])
    shown, small = [np.ones(len(crossings))], []
    for index, view in enumerate(stated.rolled.views):
        for part in stated.labels(view):
            for group in ("", *stated.labels("group")):
                inside = np.array([float(c[index] == part and group in ("", c[0])) for c in crossings])
                if view == "group" and group:
                    continue
                if stated.may_show(view, part, group) and inside @ sizes:
                    assert inside @ sizes >= 5
                    shown.append(inside)
                elif 0 < inside @ sizes < 5:
                    small.append(inside)
    assert len(shown) > 20, "most is shown"
    for inside in small:
        rest = np.linalg.lstsq(np.array(shown).T, inside, rcond=None)
        assert np.abs(np.array(shown).T @ rest[0] - inside).max() > 1e-6
