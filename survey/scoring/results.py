"""The results of scoring, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass

from survey.scoring.interval import Evidence, Interval
from survey.scoring.verdict import BandPosition, FormsNeeded, Spread, Verdict


@dataclass(frozen=True)
class CriterionScore:
    """Points of one criterion. `ratio`, `points` and `se_points` are None when it could not be scored.

    `n_valid` counts the valid answers of respondents with weight. `design_effect`: see Score. `interval` is
    tilted beta, of the points.
    """

    key: str
    section: str
    max_points: float
    ratio: float | None
    points: float | None
    se_points: float | None
    n_valid: int
    design_effect: float | None = None
    interval: Interval | None = None


@dataclass(frozen=True)
class SectionScore:
    """Points of one section, out of its own maximum `max_points`; None when none of it could be scored.

    Under `when_unscored="undefined"` it is None as soon as one of its criteria could not be scored.
    `scored_max` is the maximum of the criteria that could be scored; a score under `max_points` is
    provisional.
    """

    key: str
    max_points: float
    scored_max: float
    score: float | None
    se: float | None
    interval: Interval | None
    interval_t: Interval | None
    interval_logit_t: Interval | None
    n_respondents: int


@dataclass(frozen=True)
class Score:
    """The score of a sample or of one domain of it.

    Every number is None where it is undefined: `score` with no valid answer (or, under
    `when_unscored="undefined"`, with an unscored criterion), `se` and `df` with fewer than two sampling
    units.
    `n_respondents` counts respondents in the design, also those who answered nothing.

    `df` are PSUs minus strata among the respondents scored, `df_design` among the whole survey's;
    `df_satterthwaite` weighs strata by their variance and makes the intervals under the rule `fixed`.
    `interval` is tilted beta at `level`; without any answer it is all of 0..`max_points`.
    `withheld_because` has the codes `no_answers`, `unscored:<criterion>`, `few_respondents:<n>` and
    `small_group:<group>:<n>`; it is empty unless the verdict is withheld. `unscored` names the criteria
    without points. `absent_groups` are scored groups without any answer: the score is one of the others.
    `evidence` is the basis of the intervals and `spread` that of the plan, None without a score.
    `design_effect` is the variance over that of as many respondents drawn at random with replacement;
    `effective_respondents` are those who answered, divided by it.
    """

    score: float | None
    se: float | None
    df: float | None
    df_satterthwaite: float | None
    max_points: float
    scored_max: float
    provisional: bool
    interval: Interval | None
    interval_t: Interval | None
    interval_logit_t: Interval | None
    verdict: Verdict
    withheld_because: tuple[str, ...]
    reading: BandPosition | None
    p_ge_low: float | None
    n_respondents: int
    sum_weights: float
    criteria: tuple[CriterionScore, ...]
    sections: tuple[SectionScore, ...]
    p_ge_low_t: float | None = None
    df_design: float | None = None
    level: float = 0.95
    forms_needed: FormsNeeded | None = None
    unscored: tuple[str, ...] = ()
    absent_groups: tuple[str, ...] = ()
    evidence: Evidence | None = None
    design_effect: float | None = None
    effective_respondents: float | None = None
    spread: Spread | None = None


@dataclass(frozen=True)
class SurveyScore:
    """The score of the whole sample and of each of its domains, keyed by the domain's label."""

    whole: Score
    domains: Mapping[str, Score]
