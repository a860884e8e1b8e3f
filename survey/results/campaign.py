"""The one path from stored responses to results: pages, pictures, files and commands read CampaignResults."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from survey.instrument.questionnaire import Criterion, Questionnaire, Text
from survey.results.basis import Basis, basis_of, sum_cells
from survey.results.form_counts import FormCounts
from survey.results.quality import ScaleQuality, quality_of
from survey.results.releasing import UNIT_VIEW
from survey.scoring.interval import Interval, watched_interval
from survey.scoring.pair_counts import PairCounts
from survey.scoring.results import Score, SurveyScore
from survey.scoring.verdict import FormsNeeded
from survey.store import comments
from survey.store.fieldwork import Campaign
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
    `comments` are those that an official has read and approved for printing.
    `digest` names the numbers of this result: the same responses under the same rules give the same digest.
    The comments are not in it.
    `breakdowns` scores the parts of each view in `VIEWS`, of a part of the forms by group only; `channels`
    counts forms. `part` is None where the results are of all forms.
    `quality` is that of all forms together, None for a part and while they are too few to show.
    `released_at` is the hour of the step of the results, in the zone of `computed_at`; None before the first.
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
    by_group = basis.scores("group")
    campaign, rolled = basis.campaign, basis.rolled
    views = [view for view in VIEWS if view in rolled.views[1:] and with_parts]
    breakdowns = {view: _breakdown(basis, view, basis.scores(view)) for view in views}
    return CampaignResults(
        campaign=_facts(campaign),
        questionnaire=basis.questionnaire,
        score=by_group.whole,
        forms_needed=by_group.whole.forms_needed,
        forms=basis.forms,
        breakdowns={"group": _breakdown(basis, "group", by_group), **breakdowns},
        channels=tuple(
            Tally(key, label, rolled.sizes("channel").get(key, 0))
            for key, label in basis.labels("channel").items()
        ),
        languages=tuple(sorted(rolled.languages.items())),
        answers=_answers(basis, sum_cells(list(rolled.part(EVERYTHING, EVERYTHING).values()))),
        satisfied_rate=_satisfied_rate(basis, basis.scored_counts(EVERYTHING, EVERYTHING)),
        populations=basis.populations,
        computed_at=computed_at,
        digest=basis.digest,
        populations_ignored=bool(campaign.populations) and not basis.populations,
        modes=tuple(sorted(rolled.modes.items())),
        is_census=basis.is_census,
        n_waiting=basis.n_waiting,
        released_at=_find_moment(basis, computed_at),
        quality=quality_of(basis) if with_parts else None,
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
    cells = {group: cell for (key, group), cell in basis.parts(part.view).items() if key == part.key}
    inside = sum_cells([cell for group, cell in cells.items() if part.group in ("", group)])
    return CampaignResults(
        campaign=_facts(basis.campaign),
        questionnaire=basis.questionnaire,
        score=score,
        forms_needed=None,
        forms=FormCounts(inside.n if inside else 0, 0, 0, 0),
        breakdowns={"group": _groups_within(basis, part)},
        channels=(),
        languages=(),
        answers=_answers(basis, inside),
        satisfied_rate=_satisfied_rate(basis, basis.scored_counts(part.view, part.key, part.group)),
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
    sizes = basis.sizes(view)
    return tuple(
        Breakdown(
            key,
            label,
            sizes.get(key, 0),
            scored.domains.get(key) if basis.may_show(view, key) else None,
            basis.as_of(view, key),
        )
        for key, label in basis.labels(view).items()
    )


def _groups_within(basis: Basis, part: Part) -> tuple[Breakdown, ...]:
    """The groups of a part; none where the part is of one group."""
    if part.group or part.view == "group":
        return ()
    sizes = {group: cell.n for (key, group), cell in basis.parts(part.view).items() if key == part.key}
    return tuple(
        Breakdown(
            group,
            label,
            sizes.get(group, 0),
            basis.scores(part.view, group).domains.get(part.key)
            if basis.may_show(part.view, part.key, group)
            else None,
        )
        for group, label in basis.labels("group").items()
    )


def _answers(basis: Basis, counts: PairCounts | None) -> tuple[AnswerCounts, ...]:
    criteria, n_answers = basis.questionnaire.criteria, len(basis.questionnaire.scale.options)
    counted = []
    for index, criterion in enumerate(criteria):
        marks = [0] * (n_answers + N_REASONS) if counts is None else counts.marks[index].tolist()
        counted.append(AnswerCounts(criterion, tuple(marks[:n_answers]), *marks[n_answers:]))
    return tuple(counted)


def _satisfied_rate(basis: Basis, counts: PairCounts | None) -> float | None:
    """Satisfied answers over valid ones to the scored criteria, of people whose group earns points."""
    if counts is None:
        return None
    answers = counts.marks[list(scored_positions(basis.questionnaire)), : counts.n_answers].sum(axis=0)
    satisfied = basis.questionnaire.scale.satisfied_values
    options = basis.questionnaire.scale.options
    n_valid = int(answers.sum())
    n_satisfied = sum(int(n) for option, n in zip(options, answers, strict=True) if option.value in satisfied)
    return n_satisfied / n_valid if n_valid else None
