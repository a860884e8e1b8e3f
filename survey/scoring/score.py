"""The score of a survey: whole, by section, by criterion and by domain."""

from dataclasses import dataclass, replace

import numpy as np

from survey.scoring.arrays import Codes, Flags, Floats, Labels, is_blank
from survey.scoring.design import DesignError, Layout, SampleDesign, lay_out
from survey.scoring.estimate import (
    AnswersError,
    AnswerSheet,
    Estimates,
    answer_sheet,
    estimates,
    scored_groups,
    section_keys,
)
from survey.scoring.interval import (
    NOTHING,
    Evidence,
    Interval,
    chance_at_least,
    chance_at_least_t,
    check_level,
    logit_t_interval,
    mean_fraction,
    t_interval,
    tilted_beta_interval,
)
from survey.scoring.results import CriterionScore, Score, SectionScore, SurveyScore
from survey.scoring.rules import Rules
from survey.scoring.variance import Variances, stratum_variances, units_with_weight
from survey.scoring.verdict import FormsNeeded, Reading, Spread, Verdict, forms_needed, reading_of, verdict_of

__all__ = [
    "AnswersError", "CriterionScore", "DesignError", "FormsNeeded", "Interval", "Reading", "Score",
    "SectionScore", "SurveyScore", "Verdict", "score_responses",
]  # fmt: skip


def score_responses(
    answers: Floats,
    rules: Rules,
    design: SampleDesign,
    *,
    group: Labels | None = None,
    domain: Labels | None = None,
    level: float = 0.95,
) -> SurveyScore:
    """The score of all respondents and of each domain, with intervals and verdicts.

    Parameters
    ----------
    answers : (n, Q) float, scale answers in the order of `rules.criteria`; NaN: no valid answer
    design : how the n respondents were drawn; without strata, the rule `fixed` takes the groups as strata
    group : (n,) labels, respondent group; the rule `fixed` needs it, and small groups withhold the verdict;
        a group without a weight in the rules' `group_weights`, where there are any, earns no points
    domain : (n,) labels to report by; a blank one (None, NaN, "") belongs to no domain
    level : confidence level, between 0 and 1

    Raises
    ------
    AnswersError, DesignError, IntervalError
        Answers off the scale or groups missing; a design that contradicts itself; a level not in 0 to 1.

    Source
    ------
    scoring.md sections 2 to 5.
    """
    check_level(level)
    sheet = answer_sheet(answers, rules, group)
    labels = None if group is None else np.asarray(group).astype(str)
    scored = sheet.cell_group >= 0
    layout = lay_out(_with_group_strata(design, rules, labels), scored.size)
    layout = _without_unscored(layout, scored)
    survey = _Survey(rules, sheet, layout, labels, level)
    whole = _score(survey, np.flatnonzero(scored))
    return SurveyScore(whole, {key: _score(survey, rows) for key, rows in _domains(domain, scored).items()})


@dataclass(frozen=True, eq=False)
class _Survey:
    rules: Rules
    sheet: AnswerSheet
    layout: Layout
    group: Labels | None
    level: float


@dataclass(frozen=True, eq=False)
class _Part:
    """The respondents being scored (rows) with everything estimated from them."""

    survey: _Survey
    rows: Codes
    found: Estimates
    variances: Variances
    effective_n: float
    fraction_if_flat: float
    design_df: float

    @property
    def shows_spread(self) -> bool:
        """Two sampling units at least, and a stratum whose variance they tell."""
        layout = self.survey.layout
        told = (layout.n_psu > 1) | (layout.fraction >= 1) | (layout.lonely_psu == "adjust")
        return bool(self.variances.n_units.sum() >= 2 and told.any())

    def evidence(self, estimate: int, full: float) -> Evidence:
        """What the interval of one estimate, 0..`full` points, is made from."""
        negligible = NOTHING * full**2
        variance, endless = (
            float(v[estimate]) if v[estimate] > negligible else 0.0
            for v in (self.variances.total, self.variances.without_fpc)
        )
        point = min(float(self.found.points[estimate]), full)
        df = self.interval_df(estimate) if self.shows_spread else None
        return Evidence(point, full, variance, endless, self.effective_n, df, self.fraction_if_flat)

    def interval_df(self, estimate: int) -> float:
        """Degrees of freedom of the intervals: Satterthwaite under `fixed`, else PSUs minus strata."""
        by_design = self.variances.design_df
        if self.survey.rules.group_rule == "pooled" or by_design < 1:
            return by_design
        return self.variances.satterthwaite_df(estimate) or by_design


def _with_group_strata(design: SampleDesign, rules: Rules, group: Labels | None) -> SampleDesign:
    """Under `fixed` without strata the groups are the strata, unless a cluster holds several groups.

    A group with one form would refuse the whole score; it borrows the others' average instead, and its
    verdict is withheld anyway.
    """
    if rules.group_rule != "fixed" or design.strata is not None or group is None:
        return design
    if design.psu is not None and not design.nest:
        pairs = {
            (cluster, of) for cluster, of in zip(np.asarray(design.psu).tolist(), group.tolist(), strict=True)
        }
        if len(pairs) > len({cluster for cluster, _ in pairs}):
            return design
    lonely = "average" if design.lonely_psu == "fail" else design.lonely_psu
    return replace(design, strata=group, lonely_psu=lonely)


def _without_unscored(layout: Layout, scored: Flags) -> Layout:
    """Groups that earn no points stay in the design without weight: no variance, no degrees of freedom.

    A calibrated design keeps their weight, as the known totals may count them.
    """
    if layout.calibration is not None:
        return layout
    return replace(layout, weight=np.where(scored, layout.weight, 0.0))


def _domains(domain: Labels | None, scored: Flags) -> dict[str, Codes]:
    """Rows of each domain, in the labels' sorted order."""
    if domain is None:
        return {}
    labels = np.asarray(domain)
    if labels.shape != scored.shape:
        raise AnswersError(f"domain has shape {labels.shape} for {scored.size} respondents; give one each")
    usable = scored & ~is_blank(labels)
    texts = labels.astype(str)
    return {str(key): np.flatnonzero(usable & (texts == key)) for key in np.unique(texts[usable])}


def _score(survey: _Survey, rows: Codes) -> Score:
    part = _part(survey, rows)
    rules = survey.rules
    evidence = part.evidence(0, rules.total_points) if _is_defined(part, 0, rules.total_points) else None
    unscored = tuple(c.key for c, ok in zip(rules.criteria, part.found.scored, strict=True) if not ok)
    score = Score(
        score=None, se=None, df=_or_none(part.variances.design_df, part), max_points=rules.total_points,
        df_satterthwaite=None, scored_max=float(part.found.scored_max[0]),
        provisional=bool(evidence and part.found.scored_max[0] < rules.total_points * (1 - 1e-9)),
        interval=Interval(0.0, rules.total_points) if rows.size == 0 else None,
        interval_t=None, interval_logit_t=None, verdict=Verdict.WITHHELD,
        withheld_because=_withheld_because(part, unscored, is_scored=evidence is not None),
        reading=None, p_ge_low=None, n_respondents=int(rows.size),
        sum_weights=float(survey.layout.weight[rows].sum() * survey.layout.weight_unit),
        criteria=_criteria(part), sections=_sections(part),
        df_design=_or_none(part.design_df, part), level=survey.level, unscored=unscored, evidence=evidence,
    )  # fmt: skip
    return score if evidence is None else _judged(score, evidence, part)


def _part(survey: _Survey, rows: Codes) -> _Part:
    layout = survey.layout
    found = estimates(survey.sheet, survey.rules, layout.weight, rows)
    weight = layout.weight[rows]
    variances = stratum_variances(layout, found.influence, rows)
    square = float(weight @ weight)
    units = units_with_weight(layout, np.arange(layout.weight.size))
    return _Part(
        survey, rows, found, variances, float(weight.sum()) ** 2 / square if square else 0.0,
        mean_fraction(layout, rows), float(units.sum() - np.count_nonzero(units)),
    )  # fmt: skip


def _judged(score: Score, evidence: Evidence, part: _Part) -> Score:
    """The score with its intervals, verdict, chances and the forms still needed."""
    rules, level = part.survey.rules, part.survey.level
    interval = tilted_beta_interval(evidence, level)
    verdict = Verdict.WITHHELD if score.withheld_because else verdict_of(interval, rules.target)
    known = evidence.df is not None
    return replace(
        score,
        score=evidence.estimate,
        se=float(np.sqrt(evidence.variance)) if known else None,
        df_satterthwaite=part.variances.satterthwaite_df(0) if known and evidence.variance > 0 else None,
        interval=interval,
        interval_t=t_interval(evidence, level),
        interval_logit_t=logit_t_interval(evidence, level),
        verdict=verdict,
        reading=reading_of(evidence.estimate, rules.target),
        p_ge_low=chance_at_least(evidence, rules.target.low, interval, level),
        p_ge_low_t=chance_at_least_t(evidence, rules.target.low),
        forms_needed=forms_needed(evidence.estimate, verdict, rules.target, _spread(part, evidence)),
    )


def _or_none(df: float, part: _Part) -> float | None:
    return df if part.variances.n_units.sum() >= 2 else None


def _is_defined(part: _Part, estimate: int, full: float) -> bool:
    """Whether an estimate has points: all its criteria under `undefined`, some of them under `rescale`."""
    behind = float(part.found.scored_max[estimate])
    if part.survey.rules.when_unscored == "undefined":
        return behind > 0 and behind >= full * (1 - 1e-9)
    return behind > 0


def _withheld_because(part: _Part, unscored: tuple[str, ...], *, is_scored: bool) -> tuple[str, ...]:
    """Codes of the reasons to say no verdict; see Score."""
    rules, survey = part.survey.rules, part.survey
    answered = part.rows[survey.sheet.valid[part.rows].any(axis=1)]
    if answered.size == 0:
        return ("no_answers",)
    reasons = [] if is_scored else [f"unscored:{key}" for key in unscored]
    if answered.size < max(2, rules.small_cell_suppression):
        reasons.append(f"few_respondents:{answered.size}")
    if survey.group is not None:
        for key in scored_groups(rules):
            count = int(np.count_nonzero(survey.group[answered] == key))
            if 0 < count < rules.min_group_n_for_verdict:
                reasons.append(f"small_group:{key}:{count}")
    return tuple(reasons)


def _criteria(part: _Part) -> tuple[CriterionScore, ...]:
    found, rules = part.found, part.survey.rules
    first = 1 + len(section_keys(rules))
    scores = []
    for q, criterion in enumerate(rules.criteria):
        scored = bool(found.scored[q])
        se = float(np.sqrt(part.variances.total[first + q])) if scored and part.shows_spread else None
        scores.append(
            CriterionScore(
                criterion.key, criterion.section, criterion.max_points,
                float(found.ratio[q]) if scored else None,
                float(found.points[first + q]) if scored else None,
                se, int(found.n_valid[q]),
            )
        )  # fmt: skip
    return tuple(scores)


def _sections(part: _Part) -> tuple[SectionScore, ...]:
    rules, level = part.survey.rules, part.survey.level
    scores = []
    for s, key in enumerate(section_keys(rules)):
        full = sum(criterion.max_points for criterion in rules.criteria if criterion.section == key)
        scored_max = float(part.found.scored_max[1 + s])
        score = SectionScore(key, full, scored_max, None, None, None, None, None, int(part.rows.size))
        if _is_defined(part, 1 + s, full):
            evidence = part.evidence(1 + s, full)
            score = replace(
                score,
                score=evidence.estimate,
                se=None if evidence.df is None else float(np.sqrt(evidence.variance)),
                interval=tilted_beta_interval(evidence, level),
                interval_t=t_interval(evidence, level),
                interval_logit_t=logit_t_interval(evidence, level),
            )
        scores.append(score)
    return tuple(scores)


def _spread(part: _Part, evidence: Evidence) -> Spread:
    """What a plan for more forms is made from. Only element samples with an FPC know the population."""
    layout, rows = part.survey.layout, part.rows
    weight = layout.weight[rows]
    people = np.bincount(layout.stratum[rows], weights=np.abs(weight), minlength=layout.n_psu.size)
    population = None
    if layout.each_is_a_psu and np.isfinite(layout.population).all():
        population = float((1 / layout.fraction[layout.stratum[rows]]).sum())
    by_stratum = {
        name: float(share) for name, share in zip(layout.stratum_names, people, strict=True) if share > 0
    }
    return Spread(int(rows.size), evidence.variance_without_fpc, population, by_stratum)
