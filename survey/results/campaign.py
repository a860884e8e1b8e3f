"""The one path from stored responses to results: pages, pictures, files and commands read CampaignResults."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from survey.instrument.questionnaire import Criterion, Questionnaire, Text
from survey.results.basis import Basis, basis_of, everybody_shown, sum_cells
from survey.results.few_ratings import FewRatings, few_ratings_in, find_few_ratings, score_without
from survey.results.form_counts import FormCounts
from survey.results.quality import ScaleQuality, quality_of
from survey.results.releasing import UNIT_VIEW
from survey.results.sections import (
    OlderSection,
    older_sections,
    score_with_older,
    section_of_criteria,
)
from survey.scoring.interval import Interval, watched_interval
from survey.scoring.pair_counts import PairCounts
from survey.scoring.releases import GROUP_VIEW
from survey.scoring.results import Score, SurveyScore
from survey.scoring.verdict import FormsNeeded
from survey.store import comments
from survey.store.fieldwork import DEFAULT_RETENTION_MONTHS, Campaign
from survey.store.rolling import EVERYTHING, N_REASONS, scored_positions
from survey.web.masks import mask_in

# The views that divide the forms into parts, each with its name in documents, in the order of the report.
VIEWS = {
    "group": "groups",
    "desk": "desks",
    UNIT_VIEW: "units",
    "field": "fields",
    "channel": "by_channel",
    "month": "months",
}


@dataclass(frozen=True)
class CampaignFacts:
    """The facts about a campaign; `public_page` is the address of its results once they are published."""

    key: str
    name: str
    opens_on: date
    closes_on: date
    is_demo: bool
    instrument_digest: str
    public_page: str | None = None


@dataclass(frozen=True)
class Tally:
    """How many valid forms share something, for example a desk."""

    key: str
    label: Text
    n: int


@dataclass(frozen=True)
class Breakdown:
    """The score of one part of the respondents. `score` is None where the part is too small to show.

    `as_of` is the hour when its figures were released, None where that was with the whole.
    """

    key: str
    label: Text
    n: int
    score: Score | None
    as_of: datetime | None = None


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
class Part:
    """The part of the forms that results are of: a part of a view, of one group where `group` is not ""."""

    view: str
    key: str
    group: str
    label: Text


@dataclass(frozen=True)
class CampaignResults:
    """Everything that is shown, printed, exported or served about one campaign's results.

    `populations` is the number of people served per respondent group where the office entered it, else empty;
    it is empty, and `populations_ignored` says so, when the numbers do not cover the people who are known.
    `is_census` says that every one of them sent a valid form, `is_open` that forms still come in. What limits
    the numbers is in `survey/results/cautions.py`.
    `satisfied_rate` is the share (0..1) of valid answers on the satisfied side, None without any.
    `left_out` are criteria without answers and points, because few rated them.
    `criteria_as_of` are the sections whose criteria are shown as they were at an earlier hour, "" for those
    without points.
    `comments` are those that an official has read and approved for printing.
    `digest` names the numbers of this result: the same responses under the same rules give the same digest.
    The comments are not in it.
    `breakdowns` scores the parts of each view in `VIEWS`, of a part of the forms by group only; `channels`
    counts forms. `part` is None where the results are of all forms.
    `quality` is that of all forms together, None for a part and while they are too few to show.
    `released_at` is the hour of the step of the results, in the zone of `computed_at`; None before the first.
    `retention_months` is what the consent of the annex says, as in `Campaign`.
    `n_waiting` forms came since or, below 0, were withdrawn; before the first step they are too few to show.
    """

    campaign: CampaignFacts
    questionnaire: Questionnaire
    score: Score
    forms_needed: FormsNeeded | None
    forms: FormCounts
    breakdowns: Mapping[str, tuple[Breakdown, ...]]
    channels: tuple[Tally, ...]
    languages: tuple[tuple[str, int], ...]
    answers: tuple[AnswerCounts, ...]
    satisfied_rate: float | None
    populations: Mapping[str, int]
    computed_at: datetime
    digest: str
    populations_ignored: bool = False
    modes: tuple[tuple[str, int], ...] = ()
    part: Part | None = None
    comments: tuple[str, ...] = ()
    is_census: bool = False
    n_waiting: int = 0
    released_at: datetime | None = None
    left_out: tuple[Criterion, ...] = ()
    criteria_as_of: Mapping[str, datetime] = field(default_factory=dict)
    retention_months: int = DEFAULT_RETENTION_MONTHS
    quality: ScaleQuality | None = None

    @property
    def watched(self) -> Interval | None:
        """The interval that holds at every look while forms come in; None once the campaign is closed."""
        evidence = self.score.evidence if self.is_open else None
        if evidence is None:
            return None
        return watched_interval(evidence, self.score.n_respondents, self.score.level)

    @property
    def is_open(self) -> bool:
        """Whether the campaign takes forms on the day of this result."""
        return self.campaign.opens_on <= self.computed_at.date() <= self.campaign.closes_on

    def parts(self, view: str) -> tuple[Breakdown, ...]:
        """The parts of a view, none where the results are not divided by it."""
        return self.breakdowns.get(view, ())


def campaign_results(
    session: Session, campaign: Campaign, *, computed_at: datetime, office_address: str | None = None
) -> CampaignResults:
    """The results of a campaign from its stored responses; months are those of `computed_at`'s time zone.

    `office_address` is where everybody reaches the office's pages, None where the settings do not say it.
    """
    return results_and_basis(session, campaign, computed_at=computed_at, office_address=office_address)[0]


def results_without_parts(session: Session, campaign: Campaign, *, computed_at: datetime) -> CampaignResults:
    """The results without comments and breakdowns other than by group, which are quicker to compute."""
    basis = basis_of(session, campaign, computed_at.tzinfo or UTC)
    return results_of(basis, computed_at=computed_at, with_parts=False)


def results_and_basis(
    session: Session, campaign: Campaign, *, computed_at: datetime, office_address: str | None = None
) -> tuple[CampaignResults, Basis]:
    """The results, and what they follow from."""
    basis = basis_of(session, campaign, computed_at.tzinfo or UTC)
    results = results_of(basis, computed_at=computed_at)
    page = None if office_address is None else f"{office_address}/results/{campaign.key}"
    facts = replace(results.campaign, public_page=page)
    return replace(
        results, campaign=facts, comments=comments.for_report(session, campaign.id, mask_in)
    ), basis


def results_of(basis: Basis, *, computed_at: datetime, with_parts: bool = True) -> CampaignResults:
    """The results of all forms."""
    by_group, older = basis.scores("group"), older_sections(basis)
    left_out = find_few_ratings(basis, older)
    campaign, rolled = basis.campaign, basis.rolled
    views = [view for view in VIEWS if view in rolled.views[1:] and with_parts]
    breakdowns = {view: _breakdown(basis, view, basis.scores(view)) for view in views}
    return CampaignResults(
        campaign=_facts(campaign),
        questionnaire=basis.questionnaire,
        score=score_without(
            score_with_older(by_group.whole, older), left_out, basis.rules.small_cell_suppression
        ),
        forms_needed=by_group.whole.forms_needed,
        forms=basis.forms,
        breakdowns={"group": _breakdown(basis, "group", by_group), **breakdowns},
        channels=tuple(
            Tally(key, label, rolled.sizes("channel").get(key, 0))
            for key, label in basis.labels("channel").items()
        ),
        languages=tuple(sorted(rolled.languages.items())),
        answers=_answers(basis, everybody_shown(basis), left_out, older),
        satisfied_rate=_satisfied_rate(basis, basis.scored_counts(EVERYTHING, EVERYTHING), left_out),
        left_out=_criteria_named(basis, left_out),
        criteria_as_of={key: section.as_of.astimezone(computed_at.tzinfo) for key, section in older.items()},
        populations=basis.populations,
        computed_at=computed_at,
        digest=basis.digest,
        populations_ignored=bool(campaign.populations) and not basis.populations,
        modes=tuple(sorted(rolled.modes.items())),
        is_census=basis.is_census,
        n_waiting=basis.n_waiting,
        released_at=_find_moment(basis, computed_at),
        retention_months=campaign.retention_months,
        quality=quality_of(basis, left_out, older) if with_parts else None,
    )


def _find_moment(basis: Basis, computed_at: datetime) -> datetime | None:
    if basis.release is None:
        return None
    return basis.release.released_at[basis.release.number].astimezone(computed_at.tzinfo)


def results_of_part(basis: Basis, part: Part, *, computed_at: datetime) -> CampaignResults | None:
    """The results of a part of the forms; None where it may not be shown or nobody in it is scored."""
    score = basis.scores(part.view, part.group).domains.get(part.key)
    if score is None or not basis.may_show(part.view, part.key, part.group):
        return None
    few = few_ratings_in(basis, part.view)
    left_out = few.of(part.key, part.group if part.view != GROUP_VIEW else "")
    cells = {group: cell for (key, group), cell in basis.parts(part.view).items() if key == part.key}
    of_part = [cell for group, cell in cells.items() if part.group in ("", group)]
    inside = sum_cells(of_part)
    return CampaignResults(
        campaign=_facts(basis.campaign),
        questionnaire=basis.questionnaire,
        score=score_without(score, left_out, basis.rules.small_cell_suppression),
        forms_needed=None,
        forms=FormCounts(inside.n if inside else 0, 0, 0, 0),
        breakdowns={"group": _groups_within(basis, part, few)},
        channels=(),
        languages=(),
        answers=_answers(basis, basis.sum_shown(of_part), left_out),
        satisfied_rate=_satisfied_rate(basis, basis.scored_counts(part.view, part.key, part.group), left_out),
        left_out=_criteria_named(basis, left_out),
        populations=basis.populations,
        computed_at=computed_at,
        digest=f"{basis.digest}:{part.view}:{part.key}:{part.group}",
        part=part,
        populations_ignored=bool(basis.campaign.populations) and not basis.populations,
        is_census=basis.is_census,
        n_waiting=basis.n_waiting,
        released_at=_find_moment(basis, computed_at),
    )


def satisfied_share(row: AnswerCounts, results: CampaignResults) -> float | None:
    """The share of a criterion's valid answers that are on the satisfied side; None without any."""
    satisfied = results.questionnaire.scale.satisfied_values
    paired = zip(results.questionnaire.scale.options, row.counts, strict=True)
    n_satisfied = sum(n for option, n in paired if option.value in satisfied)
    return n_satisfied / row.n_valid if row.n_valid else None


def _facts(campaign: Campaign) -> CampaignFacts:
    return CampaignFacts(
        key=campaign.key,
        name=campaign.name,
        opens_on=campaign.opens_on,
        closes_on=campaign.closes_on,
        is_demo=campaign.is_demo,
        instrument_digest=campaign.instrument_digest,
    )


def _breakdown(basis: Basis, view: str, scored: SurveyScore) -> tuple[Breakdown, ...]:
    sizes, few = basis.sizes(view), few_ratings_in(basis, view)
    scores = {key: scored.domains.get(key) for key in basis.labels(view) if basis.may_show(view, key)}
    return tuple(
        Breakdown(
            key,
            label,
            sizes.get(key, 0),
            _without_few(basis, scores.get(key), few.of(key)),
            basis.as_of(view, key),
        )
        for key, label in basis.labels(view).items()
    )


def _without_few(basis: Basis, score: Score | None, left_out: Collection[str]) -> Score | None:
    return score and score_without(score, left_out, basis.rules.small_cell_suppression)


def _groups_within(basis: Basis, part: Part, few: FewRatings) -> tuple[Breakdown, ...]:
    """The groups of a part; none where the part is of one group."""
    if part.group or part.view == "group":
        return ()
    sizes = {group: cell.n for (key, group), cell in basis.parts(part.view).items() if key == part.key}
    return tuple(
        Breakdown(
            group,
            label,
            sizes.get(group, 0),
            _without_few(basis, basis.scores(part.view, group).domains.get(part.key), few.of(part.key, group))
            if basis.may_show(part.view, part.key, group)
            else None,
        )
        for group, label in basis.labels("group").items()
    )


def _criteria_named(basis: Basis, keys: Collection[str]) -> tuple[Criterion, ...]:
    return tuple(criterion for criterion in basis.questionnaire.criteria if criterion.key in keys)


def _answers(
    basis: Basis,
    counts: PairCounts | None,
    left_out: Collection[str],
    older: Mapping[str, OlderSection] = MappingProxyType({}),
) -> tuple[AnswerCounts, ...]:
    criteria, n_answers = basis.questionnaire.criteria, len(basis.questionnaire.scale.options)
    counts_of = {key: everybody_shown(section.basis) for key, section in older.items()}
    section_of = section_of_criteria(basis)
    counted = []
    for index, criterion in enumerate(criteria):
        then = counts_of.get(section_of[criterion.key], counts)
        marks = [0] * (n_answers + N_REASONS) if then is None else then.marks[index].tolist()
        counted.append(AnswerCounts(criterion, tuple(marks[:n_answers]), *marks[n_answers:]))
    return tuple(row for row in counted if row.criterion.key not in left_out)


def _satisfied_rate(basis: Basis, counts: PairCounts | None, left_out: Collection[str]) -> float | None:
    """Satisfied answers over valid ones to the scored criteria, of people whose group earns points."""
    if counts is None:
        return None
    criteria = basis.questionnaire.criteria
    positions = [p for p in scored_positions(basis.questionnaire) if criteria[p].key not in left_out]
    answers = counts.marks[positions, : counts.n_answers].sum(axis=0)
    satisfied = basis.questionnaire.scale.satisfied_values
    options = basis.questionnaire.scale.options
    n_valid = int(answers.sum())
    n_satisfied = sum(int(n) for option, n in zip(options, answers, strict=True) if option.value in satisfied)
    return n_satisfied / n_valid if n_valid else None
