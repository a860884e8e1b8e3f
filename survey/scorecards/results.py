"""The one path from stored values to a scorecard: page, files, ranking and JSON read CardResults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.instrument.questionnaire import Text
from survey.instrument.scorecard import RANK, Indicator, Scorecard
from survey.results.campaign import CampaignResults, results_without_parts
from survey.results.cautions import cautions_of
from survey.results.current import release_today
from survey.scorecards.periods import Period, read_period
from survey.scorecards.rules import lines_of, rules_of
from survey.scoring.interval import Interval
from survey.scoring.par_index import CardPoints, Observed, score_card, value_of
from survey.store import scorecards
from survey.store.fieldwork import Campaign
from survey.store.scorecards import Entry, EntryRecord, UnitCard
from survey.web.context import database

OTHER_PERIOD = "other_period"


@dataclass(frozen=True)
class LineStatus:
    """The status of one line.

    `counted` is the value that counts: the newest approved, else the newest that was not sent back. `pending`
    is one that waits for a decision; it may be `counted` itself. `history` is oldest first.
    """

    line: Indicator
    counted: EntryRecord | None
    pending: EntryRecord | None
    history: tuple[EntryRecord, ...]

    @property
    def is_approved(self) -> bool:
        """Whether what counts has been approved."""
        return self.counted is not None and _approved(self.counted)

    @property
    def was_sent_back(self) -> bool:
        """Whether the newest value was returned and no other was entered."""
        return bool(self.history) and _refused(self.history[-1])


@dataclass(frozen=True)
class Source:
    """The campaign the satisfaction points come from, with its results.

    `is_other_period` says that no day of it is in the period of the scorecard.
    """

    key: str
    name: str
    n_forms: int
    survey: CampaignResults
    is_other_period: bool

    @property
    def cautions(self) -> tuple[str, ...]:
        """The codes of what limits its points: the cautions of the result, and `other_period`."""
        own = (OTHER_PERIOD,) if self.is_other_period else ()
        return (*(caution.value for caution in cautions_of(self.survey)), *own)


@dataclass(frozen=True)
class CardResults:
    """Everything that is shown, printed, exported or served about one scorecard.

    `missing` are the lines that wait for a value, `waiting` those that wait for a decision.
    """

    card_id: int
    unit_id: int
    unit: Text
    period: Period
    definition: Scorecard
    digest: str
    is_demo: bool
    campaign_id: int | None
    source: Source | None
    standings: Mapping[str, LineStatus]
    scored: CardPoints
    rank: int | None
    computed_at: datetime

    def unit_called(self, language: str) -> str:
        """The unit's name in a language."""
        return self.unit.to(language)

    @property
    def missing(self) -> tuple[Indicator, ...]:
        """The lines without a value; an indicator without a target waits for its target instead."""
        return tuple(
            standing.line
            for key, standing in self.standings.items()
            if standing.counted is None
            and standing.line.target is not None
            and not (self.source and standing.line.rule.kind == "from_survey")
            and key != RANK
        )

    @property
    def waiting(self) -> tuple[Indicator, ...]:
        """The lines that a leader decides on."""
        return tuple(s.line for s in self.standings.values() if s.pending is not None)

    @property
    def n_approved(self) -> int:
        """How many of the values that count have been approved."""
        return sum(standing.is_approved for standing in self.standings.values())

    @property
    def n_entered(self) -> int:
        """How many lines have a value that counts."""
        return sum(standing.counted is not None for standing in self.standings.values())


def release_surveys() -> None:
    """Bring the results of every survey that is a line of a scorecard up to date, before cards are read."""
    release_today(database().read(scorecards.survey_ids))


def card_results(session: Session, row: UnitCard, *, computed_at: datetime) -> CardResults:
    """The outcome of one scorecard."""
    return results_of_cards(session, [row], computed_at=computed_at)[0]


def results_of_cards(
    session: Session, rows: Sequence[UnitCard], *, computed_at: datetime
) -> tuple[CardResults, ...]:
    """The outcomes of several scorecards; a campaign that feeds more than one is computed once."""
    by_card: dict[int, list[EntryRecord]] = {row.card.id: [] for row in rows}
    for entered in scorecards.entries(session, list(by_card)):
        by_card[entered.entry.card_id].append(entered)
    campaigns = {row.card.campaign_id for row in rows if row.card.campaign_id is not None}
    surveys = {number: _survey(session, number, computed_at) for number in sorted(campaigns)}
    return tuple(
        _result(session, row, by_card[row.card.id], surveys.get(row.card.campaign_id or 0), computed_at)
        for row in rows
    )


def _survey(session: Session, campaign_id: int, computed_at: datetime) -> CampaignResults:
    return results_without_parts(session, session.get_one(Campaign, campaign_id), computed_at=computed_at)


def _result(
    session: Session,
    row: UnitCard,
    entered: Sequence[EntryRecord],
    survey: CampaignResults | None,
    computed_at: datetime,
) -> CardResults:
    definition = scorecards.definition(session, row.card.digest)
    standings = {line.key: _standing(line, entered) for line in lines_of(definition)}
    observed = {
        key: observation_of(standing.counted.entry)
        for key, standing in standings.items()
        if standing.counted is not None
    }
    if survey is not None:
        observed |= _satisfaction(definition, survey)
    rank = observed.pop(RANK, Observed()).value
    return CardResults(
        card_id=row.card.id,
        unit_id=row.unit.id,
        unit=row.unit.names,
        period=_period(row.card.period),
        definition=definition,
        digest=row.card.digest,
        is_demo=row.card.is_demo,
        campaign_id=row.card.campaign_id,
        source=_source(survey, _period(row.card.period)) if survey else None,
        standings=standings,
        scored=score_card(rules_of(definition), observed),
        rank=None if rank is None else int(rank),
        computed_at=computed_at,
    )


def _period(text: str) -> Period:
    period = read_period(text)
    if period is None:
        raise ValueError(f"a scorecard is stored for the period {text!r}, which is none")
    return period


def _standing(line: Indicator, entered: Sequence[EntryRecord]) -> LineStatus:
    history = tuple(record for record in entered if record.entry.indicator_key == line.key)
    approved = [record for record in history if _approved(record)]
    newest = history[-1] if history else None
    pending = newest if newest is not None and newest.decision is None else None
    return LineStatus(line, approved[-1] if approved else pending, pending, history)


def _approved(entered: EntryRecord) -> bool:
    return entered.decision is not None and entered.decision.is_approved


def _refused(entered: EntryRecord) -> bool:
    return entered.decision is not None and not entered.decision.is_approved


def observation_of(entry: Entry) -> Observed:
    """What an entry says, as scoring takes it."""
    has_limits = entry.low is not None and entry.high is not None
    limits = Interval(entry.low or 0.0, entry.high or 0.0) if has_limits else None
    return Observed(entry.value, entry.numerator, entry.denominator, limits)


def value_in(entry: Entry) -> float | None:
    """The value of an entry in its indicator's unit; None where no case arose."""
    return value_of(observation_of(entry))


def _satisfaction(definition: Scorecard, survey: CampaignResults) -> dict[str, Observed]:
    """The satisfaction points of a campaign, on the scale of the indicator that takes them."""
    line = next((i for i in definition.indicators if i.rule.kind == "from_survey"), None)
    score = survey.score
    if line is None:
        return {}
    if score.score is None:
        return {line.key: Observed()}
    scale = line.max_points / score.max_points
    limits = None if score.interval is None else score.interval.scale(scale)
    return {line.key: Observed(score.score * scale, interval=limits)}


def _source(survey: CampaignResults, period: Period) -> Source:
    campaign = survey.campaign
    is_inside = campaign.opens_on <= period.last_day and period.first_day <= campaign.closes_on
    return Source(campaign.key, campaign.name, survey.forms.valid, survey, not is_inside)
