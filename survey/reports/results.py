"""The one path from stored responses to results: screens, pictures, files and CLI read CampaignResults."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from sqlalchemy.orm import Session

from survey.instrument.answers import Answers, Missing, from_stored
from survey.instrument.questionnaire import GROUP_QUESTION, Criterion, Questionnaire, Text
from survey.reports.scoring_rules import rules_of
from survey.scoring.design import SampleDesign
from survey.scoring.disclosure import hidden_in_views
from survey.scoring.rates import satisfied_rates
from survey.scoring.score import Score, score_responses
from survey.scoring.verdict import FormsNeeded
from survey.store import fieldwork, questionnaires, responses
from survey.store.fieldwork import Campaign, CollectorAtDesk
from survey.store.responses import ScoredResponse

CHANNEL_QUESTION = "submission_channel"


@dataclass(frozen=True)
class CampaignFacts:
    """What a report says about the campaign itself."""

    key: str
    name: str
    opens_on: date
    closes_on: date
    is_demo: bool
    instrument_digest: str


@dataclass(frozen=True)
class FormCounts:
    """What became of the forms: `valid` are scored, `incomplete` had too few answers; both not withdrawn."""

    valid: int
    incomplete: int
    withdrawn: int
    declined: int

    @property
    def returned(self) -> int:
        """Forms that came in and were not withdrawn."""
        return self.valid + self.incomplete


@dataclass(frozen=True)
class Tally:
    """How many valid forms share something, for example a desk."""

    key: str
    label: Text
    n: int


@dataclass(frozen=True)
class Breakdown:
    """The score of one part of the respondents. `score` is None where the part is too small to show."""

    key: str
    label: Text
    n: int
    score: Score | None


@dataclass(frozen=True)
class AnswerCounts:
    """How the valid forms answered one criterion. `counts` follows the scale, worst first."""

    criterion: Criterion
    counts: tuple[int, ...]
    not_applicable: int
    blank: int
    not_asked: int

    @property
    def n_valid(self) -> int:
        """Answers on the scale."""
        return sum(self.counts)


@dataclass(frozen=True)
class CampaignResults:
    """Everything that is shown, printed, exported or served about one campaign's results.

    `populations` is the number of people served per respondent group where the office entered it, else empty;
    it is empty, and `populations_ignored` says so, when a number is smaller than the forms that came in.
    `satisfied_rate` is the share (0..1) of valid answers on the satisfied side, None without any.
    `comments` are those that an official has read and approved for printing.
    `digest` names this result: the same responses under the same rules give the same digest.
    """

    campaign: CampaignFacts
    questionnaire: Questionnaire
    score: Score
    forms_needed: FormsNeeded | None
    forms: FormCounts
    groups: tuple[Breakdown, ...]
    desks: tuple[Breakdown, ...]
    channels: tuple[Tally, ...]
    languages: tuple[tuple[str, int], ...]
    answers: tuple[AnswerCounts, ...]
    satisfied_rate: float | None
    populations: Mapping[str, int]
    computed_at: datetime
    digest: str
    populations_ignored: bool = False
    comments: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Sample:
    """The valid forms of a campaign as columns, one entry a form."""

    answers: tuple[Answers, ...]
    groups: tuple[str, ...]
    collectors: tuple[str, ...]
    languages: tuple[str, ...]
    ratings: np.ndarray[tuple[int, int], np.dtype[np.float64]]


def campaign_results(session: Session, campaign: Campaign, *, computed_at: datetime) -> CampaignResults:
    """The results of a campaign from its stored responses."""
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    collectors = fieldwork.collectors_of(session, campaign.id)
    counts = responses.state_counts(session, campaign.id, [row.collector.id for row in collectors])
    stored = list(responses.valid(session, campaign.id))
    sample = _sample(questionnaire, stored)
    rules = rules_of(questionnaire)
    fits = populations_fit(campaign.populations, Counter(sample.groups), questionnaire)
    populations = campaign.populations if fits else {}
    design = _design(sample, populations)
    group, desk = np.array(sample.groups, dtype=str), np.array(sample.collectors, dtype=str)
    by_group = score_responses(sample.ratings, rules, design, group=group, domain=group)
    by_desk = score_responses(sample.ratings, rules, design, group=group, domain=desk)
    hidden = hidden_in_views({"group": group, "desk": desk}, rules.small_cell_suppression)
    return CampaignResults(
        campaign=_facts(campaign),
        questionnaire=questionnaire,
        score=by_group.whole,
        forms_needed=by_group.whole.forms_needed,
        forms=FormCounts(counts.valid, counts.incomplete, counts.withdrawn, counts.declined),
        groups=_group_breakdown(questionnaire, sample, by_group.domains, hidden["group"]),
        desks=_desk_breakdown(collectors, sample, by_desk.domains, hidden["desk"]),
        channels=_channels(questionnaire, sample),
        languages=tuple(sorted(Counter(sample.languages).items())),
        answers=tuple(
            _answer_counts(questionnaire, criterion, sample) for criterion in questionnaire.criteria
        ),
        satisfied_rate=satisfied_rates(sample.ratings, rules, group=group).overall.share,
        populations=populations,
        computed_at=computed_at,
        digest=_digest(campaign, stored, populations),
        populations_ignored=bool(campaign.populations) and not fits,
    )


def _sample(questionnaire: Questionnaire, stored: Sequence[ScoredResponse]) -> _Sample:
    answers = tuple(from_stored(questionnaire, response.answers) for response in stored)
    keys = [criterion.key for criterion in questionnaire.scored_criteria]
    ratings = np.full((len(answers), len(keys)), np.nan)
    for i, given in enumerate(answers):
        for q, key in enumerate(keys):
            rating = given.rating(key)
            if rating is not None:
                ratings[i, q] = rating
    return _Sample(
        answers=answers,
        groups=tuple(given.option(GROUP_QUESTION) or "" for given in answers),
        collectors=tuple(str(response.collector_id) for response in stored),
        languages=tuple(response.language for response in stored),
        ratings=ratings,
    )


def populations_fit(
    populations: Mapping[str, int], counts: Mapping[str, int], questionnaire: Questionnaire
) -> bool:
    """Whether the office's numbers can serve: each scored group has one, none smaller than its forms."""
    return bool(populations) and all(
        populations.get(key, 0) >= n for key, n in counts.items() if questionnaire.group(key).scored
    )


def _design(sample: _Sample, populations: Mapping[str, int]) -> SampleDesign:
    """Groups as strata; with populations, a form stands for its group's people and FPC applies."""
    if not populations:
        return SampleDesign(lonely_psu="adjust")
    people = np.array([populations.get(group, np.inf) for group in sample.groups], dtype=float)
    counts = Counter(sample.groups)
    weights = [populations.get(group, counts[group]) / counts[group] for group in sample.groups]
    return SampleDesign(
        strata=np.array(sample.groups, dtype=str), weights=np.array(weights), fpc=people, lonely_psu="adjust"
    )


def _facts(campaign: Campaign) -> CampaignFacts:
    return CampaignFacts(
        key=campaign.key,
        name=campaign.name,
        opens_on=campaign.opens_on,
        closes_on=campaign.closes_on,
        is_demo=campaign.is_demo,
        instrument_digest=campaign.instrument_digest,
    )


def _group_breakdown(
    questionnaire: Questionnaire, sample: _Sample, scores: Mapping[str, Score], hidden: Set[str]
) -> tuple[Breakdown, ...]:
    labels = {key: questionnaire.group(key).text for key in questionnaire.offered_groups()}
    return _breakdown(labels, Counter(sample.groups), scores, hidden)


def _desk_breakdown(
    collectors: Sequence[CollectorAtDesk], sample: _Sample, scores: Mapping[str, Score], hidden: Set[str]
) -> tuple[Breakdown, ...]:
    labels = {
        str(row.collector.id): Text({"vi": row.desk.name, "en": row.desk.name_en}) for row in collectors
    }
    return _breakdown(labels, Counter(sample.collectors), scores, hidden)


def _breakdown(
    labels: Mapping[str, Text], counts: Mapping[str, int], scores: Mapping[str, Score], hidden: Set[str]
) -> tuple[Breakdown, ...]:
    return tuple(
        Breakdown(key, label, counts.get(key, 0), None if key in hidden else scores.get(key))
        for key, label in labels.items()
    )


def _channels(questionnaire: Questionnaire, sample: _Sample) -> tuple[Tally, ...]:
    question = next((q for q in questionnaire.questions if q.key == CHANNEL_QUESTION), None)
    if question is None:
        return ()
    counts = Counter(given.option(question.key) for given in sample.answers)
    return tuple(Tally(option.key, option.text, counts[option.key]) for option in question.options)


def _answer_counts(questionnaire: Questionnaire, criterion: Criterion, sample: _Sample) -> AnswerCounts:
    counts = Counter(given.values[criterion.key] for given in sample.answers)
    return AnswerCounts(
        criterion=criterion,
        counts=tuple(counts[option.value] for option in questionnaire.scale.options),
        not_applicable=counts[Missing.NOT_APPLICABLE],
        blank=counts[Missing.BLANK],
        not_asked=counts[Missing.NOT_ASKED],
    )


def _digest(campaign: Campaign, stored: Sequence[ScoredResponse], populations: Mapping[str, int]) -> str:
    """SHA-256 over the version, the populations and the answers, in no order that tells who came when."""
    forms = sorted(json.dumps(response.answers, sort_keys=True) for response in stored)
    what = [campaign.instrument_digest, dict(sorted(populations.items())), forms]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()
