"""Builds a score from the findings of a sample: intervals, verdict, forms needed.

The findings come from the rows of a sample (`score.py`) or from its sums (`moment_score.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from survey.scoring.arrays import Floats
from survey.scoring.borders import is_at_least, is_below
from survey.scoring.estimate import Estimates, scored_groups, section_keys
from survey.scoring.interval import (
    NOTHING,
    Evidence,
    Interval,
    chance_at_least,
    chance_at_least_t,
    logit_t_interval,
    t_interval,
    tilted_beta_interval,
)
from survey.scoring.results import CriterionScore, Score, SectionScore
from survey.scoring.rules import Rules, Target
from survey.scoring.variance import Variances
from survey.scoring.verdict import Spread, Verdict, band_position, forms_needed, verdict_of


@dataclass(frozen=True, eq=False)
class Findings:
    """Estimates, variances and counts of a sample or one of its domains.

    `variances` are in the order of the estimates (score, sections, criteria). `squares` (1 + S + Q,) are sums
    of weight times squared influence, for the design effect. `effective_n` is (sum w)^2 / sum w^2.
    `design_df` are PSUs minus strata of the whole survey. `shows_spread` says that there are two sampling
    units and a stratum whose variance can be measured. `answered_by_group` counts people with any answer,
    empty where groups are not known. `people` is the weight in each stratum; `population` is the number of
    people, where each could be drawn and their number is known.
    """

    estimates: Estimates
    variances: Variances
    squares: Floats
    effective_n: float
    fraction_if_flat: float
    design_df: float
    shows_spread: bool
    n_respondents: int
    n_answered: int
    answered_by_group: Mapping[str, int]
    answered_weight: float
    valid_weight: Floats
    sum_weights: float
    people: Mapping[str, float]
    population: float | None


def score_from_findings(findings: Findings, rules: Rules, level: float) -> Score:
    """The score of a sample with intervals, verdict and reasons.

    Source
    ------
    docs/statistics.md#points and docs/statistics.md#verdict.
    """
    builder = _ScoreBuilder(findings, rules, level)
    evidence = builder.evidence(0, rules.total_points) if builder.is_defined(0, rules.total_points) else None
    scored, reached = findings.estimates.scored, float(findings.estimates.scored_max[0])
    unscored = tuple(c.key for c, ok in zip(rules.criteria, scored, strict=True) if not ok)
    score = Score(
        score=None,
        se=None,
        df=builder.df_or_none(findings.variances.design_df),
        max_points=rules.total_points,
        df_satterthwaite=None,
        scored_max=reached,
        provisional=evidence is not None and is_below(reached, rules.total_points),
        interval=Interval(0.0, rules.total_points) if findings.n_respondents == 0 else None,
        interval_t=None,
        interval_logit_t=None,
        verdict=Verdict.WITHHELD,
        withheld_because=builder.withheld_because(unscored, is_scored=evidence is not None),
        reading=None,
        p_ge_low=None,
        n_respondents=findings.n_respondents,
        sum_weights=findings.sum_weights,
        criteria=builder.criteria(),
        sections=builder.sections(),
        df_design=builder.df_or_none(findings.design_df),
        level=level,
        unscored=unscored,
        absent_groups=tuple(builder.absent_groups()),
        evidence=evidence,
    )
    return score if evidence is None else builder.add_conclusions(score, evidence)


def without_absent(score: Score, target: Target) -> Score:
    """The score of people of one group, in whose plan and cautions the other groups are not missed."""
    if score.score is None or score.interval is None or score.spread is None:
        return replace(score, absent_groups=())
    spread = replace(score.spread, absent={})
    needed = forms_needed(score.score, score.interval, score.verdict, target, spread)
    return replace(score, absent_groups=(), spread=spread, forms_needed=needed)


@dataclass(frozen=True, eq=False)
class _ScoreBuilder:
    findings: Findings
    rules: Rules
    level: float

    def evidence(self, estimate: int, full: float) -> Evidence:
        """The evidence of one estimate, 0..`full` points, for its interval."""
        findings, negligible = self.findings, NOTHING * full**2
        variance, variance_without_fpc = (
            float(v[estimate]) if v[estimate] > negligible else 0.0
            for v in (findings.variances.total, findings.variances.without_fpc)
        )
        point = min(float(findings.estimates.points[estimate]), full)
        df = self._interval_df(estimate) if findings.shows_spread else None
        return Evidence(
            point, full, variance, variance_without_fpc, findings.effective_n, df, findings.fraction_if_flat
        )

    def _interval_df(self, estimate: int) -> float:
        """Degrees of freedom of the intervals: Satterthwaite under `fixed`, else PSUs minus strata."""
        by_design = self.findings.variances.design_df
        if self.rules.group_rule == "pooled" or by_design < 1:
            return by_design
        return self.findings.variances.satterthwaite_df(estimate) or by_design

    def is_defined(self, estimate: int, full: float) -> bool:
        """Whether an estimate has points: of all its criteria under `undefined`, of some under `rescale`."""
        behind = float(self.findings.estimates.scored_max[estimate])
        if self.rules.when_unscored == "undefined":
            return behind > 0 and is_at_least(behind, full)
        return behind > 0

    def df_or_none(self, df: float) -> float | None:
        return df if self.findings.variances.n_units.sum() >= 2 else None

    def withheld_because(self, unscored: tuple[str, ...], *, is_scored: bool) -> tuple[str, ...]:
        """Codes of the reasons to withhold the verdict; see Score."""
        rules, answered = self.rules, self.findings.n_answered
        if answered == 0:
            return ("no_answers",)
        reasons = [] if is_scored else [f"unscored:{key}" for key in unscored]
        if answered < self._min_respondents:
            reasons.append(f"few_respondents:{answered}")
        for key, missing in self.missing_by_group().items():
            reasons.append(f"small_group:{key}:{rules.min_group_n_for_verdict - missing}")
        return tuple(reasons)

    @property
    def _min_respondents(self) -> int:
        return max(2, self.rules.small_cell_suppression)

    def missing_by_group(self) -> dict[str, int]:
        """The forms that each group lacks for a verdict, of the scored groups that have any answer."""
        counts = {key: self.findings.answered_by_group.get(key, 0) for key in scored_groups(self.rules)}
        minimum = self.rules.min_group_n_for_verdict
        return {key: minimum - n for key, n in counts.items() if 0 < n < minimum}

    def absent_groups(self) -> dict[str, int]:
        """The scored groups without any answer, where others have some, and the forms that each needs."""
        counts = self.findings.answered_by_group
        absent = [key for key in scored_groups(self.rules) if counts.get(key, 0) == 0]
        has_others = any(counts.values())
        return dict.fromkeys(absent, self.rules.min_group_n_for_verdict) if has_others else {}

    def add_conclusions(self, score: Score, evidence: Evidence) -> Score:
        """The score with its intervals, verdict, chances and forms needed."""
        findings, rules, level = self.findings, self.rules, self.level
        interval = tilted_beta_interval(evidence, level)
        verdict = Verdict.WITHHELD if score.withheld_because else verdict_of(interval, rules.target)
        known = evidence.df is not None
        deff = self._design_effect(0, findings.n_answered, findings.answered_weight) if known else None
        spread = Spread(
            findings.n_respondents,
            evidence.variance,
            evidence.variance_without_fpc,
            findings.population,
            dict(findings.people),
            self.missing_by_group(),
            max(0, self._min_respondents - findings.n_answered),
            self.absent_groups(),
        )
        return replace(
            score,
            score=evidence.estimate,
            se=float(np.sqrt(evidence.variance)) if known else None,
            df_satterthwaite=findings.variances.satterthwaite_df(0)
            if known and evidence.variance > 0
            else None,
            interval=interval,
            interval_t=t_interval(evidence, level),
            interval_logit_t=logit_t_interval(evidence, level),
            verdict=verdict,
            reading=band_position(evidence.estimate, rules.target),
            p_ge_low=chance_at_least(evidence, rules.target.low, interval, level),
            p_ge_low_t=chance_at_least_t(evidence, rules.target.low),
            spread=spread,
            forms_needed=forms_needed(evidence.estimate, interval, verdict, rules.target, spread),
            design_effect=deff,
            effective_respondents=findings.n_answered / deff if deff else None,
        )

    def _design_effect(self, estimate: int, n: int, weight: float) -> float | None:
        """Variance over that of as many people in a simple random sample; None where that is 0."""
        variance = float(self.findings.variances.total[estimate])
        at_random = weight * float(self.findings.squares[estimate]) / (n - 1) if n > 1 else 0.0
        return variance / at_random if at_random > NOTHING * self.rules.total_points**2 else None

    def criteria(self) -> tuple[CriterionScore, ...]:
        findings, rules = self.findings, self.rules
        estimates, first = findings.estimates, 1 + len(section_keys(rules))
        scores = []
        for q, criterion in enumerate(rules.criteria):
            scored, n = bool(estimates.scored[q]), int(estimates.n_valid[q])
            known = scored and findings.shows_spread
            scores.append(
                CriterionScore(
                    criterion.key,
                    criterion.section,
                    criterion.max_points,
                    float(estimates.ratio[q]) if scored else None,
                    float(estimates.points[first + q]) if scored else None,
                    float(np.sqrt(findings.variances.total[first + q])) if known else None,
                    n,
                    self._design_effect(first + q, n, float(findings.valid_weight[q])) if known else None,
                    self._criterion_interval(first + q, criterion.max_points, n) if scored else None,
                )
            )
        return tuple(scores)

    def _criterion_interval(self, estimate: int, full: float, n: int) -> Interval | None:
        """The interval from the people with a valid answer, who can be fewer than those with any answer."""
        evidence = self.evidence(estimate, full)
        of_answers = replace(
            evidence, effective_n=evidence.effective_n * n / max(self.findings.n_answered, n)
        )
        return tilted_beta_interval(of_answers, self.level)

    def sections(self) -> tuple[SectionScore, ...]:
        scores = []
        for s, key in enumerate(section_keys(self.rules)):
            full = sum(c.max_points for c in self.rules.criteria if c.section == key)
            scored_max = float(self.findings.estimates.scored_max[1 + s])
            score = SectionScore(
                key, full, scored_max, None, None, None, None, None, self.findings.n_respondents
            )
            if self.is_defined(1 + s, full):
                evidence = self.evidence(1 + s, full)
                score = replace(
                    score,
                    score=evidence.estimate,
                    se=None if evidence.df is None else float(np.sqrt(evidence.variance)),
                    interval=tilted_beta_interval(evidence, self.level),
                    interval_t=t_interval(evidence, self.level),
                    interval_logit_t=logit_t_interval(evidence, self.level),
                )
            scores.append(score)
        return tuple(scores)
