"""The score of a survey: in total, by section, by criterion and by domain."""

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
    strata_behind,
)
from survey.scoring.findings import Findings, score_from_findings
from survey.scoring.interval import Interval, check_level, mean_fraction
from survey.scoring.results import CriterionScore, Score, SectionScore, SurveyScore
from survey.scoring.rules import Rules
from survey.scoring.variance import Variances, stratum_variances, units_with_weight
from survey.scoring.verdict import BandPosition, FormsNeeded, Verdict

__all__ = [
    "AnswersError",
    "BandPosition",
    "CriterionScore",
    "DesignError",
    "FormsNeeded",
    "Interval",
    "Score",
    "SectionScore",
    "SurveyScore",
    "Verdict",
    "score_responses",
]


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
    docs/statistics.md#points and docs/statistics.md#verdict.
    """
    check_level(level)
    sample = sample_of(answers, rules, design, group)
    whole = score_from_findings(_findings(sample, np.flatnonzero(sample.scored)), rules, level)
    parts = {key: _findings(sample, rows) for key, rows in domain_rows(domain, sample.scored).items()}
    return SurveyScore(whole, {key: score_from_findings(part, rules, level) for key, part in parts.items()})


@dataclass(frozen=True, eq=False)
class Sample:
    """Checked answers and their checked design. Respondents who are not `scored` (n,) have no weight."""

    rules: Rules
    sheet: AnswerSheet
    layout: Layout
    group: Labels | None
    scored: Flags


def sample_of(answers: Floats, rules: Rules, design: SampleDesign, group: Labels | None) -> Sample:
    """Check answers and design together. Parameters and errors are those of `score_responses`."""
    sheet = answer_sheet(answers, rules, group)
    labels = None if group is None else np.asarray(group).astype(str)
    scored = sheet.cell_group >= 0
    layout = lay_out(_with_group_strata(design, rules, labels), scored.size)
    return Sample(rules, sheet, _drop_unscored_weight(layout, scored), labels, scored)


def _with_group_strata(design: SampleDesign, rules: Rules, group: Labels | None) -> SampleDesign:
    """Under `fixed` without strata the groups are the strata, unless a cluster holds several groups.

    A group with one form, which would refuse the whole score, takes the average variance of the others. Its
    verdict is withheld.
    """
    if rules.group_rule != "fixed" or design.strata is not None or group is None:
        return design
    if design.psu is not None and not design.nest:
        pairs = {
            (cluster, label)
            for cluster, label in zip(np.asarray(design.psu).tolist(), group.tolist(), strict=True)
        }
        if len(pairs) > len({cluster for cluster, _ in pairs}):
            return design
    lonely = "average" if design.lonely_psu == "fail" else design.lonely_psu
    return replace(design, strata=group, lonely_psu=lonely)


def _drop_unscored_weight(layout: Layout, scored: Flags) -> Layout:
    """The layout without weight for groups that earn no points: no variance, no degrees of freedom.

    A calibrated layout is unchanged, because the known totals may count these groups.
    """
    if layout.calibration is not None:
        return layout
    return replace(layout, weight=np.where(scored, layout.weight, 0.0))


def domain_rows(domain: Labels | None, scored: Flags) -> dict[str, Codes]:
    """Rows of each domain, in the labels' sorted order."""
    if domain is None:
        return {}
    labels = np.asarray(domain)
    if labels.shape != scored.shape:
        raise AnswersError(f"domain has shape {labels.shape} for {scored.size} respondents; give one each")
    usable = scored & ~is_blank(labels)
    texts = labels.astype(str)
    return {str(key): np.flatnonzero(usable & (texts == key)) for key in np.unique(texts[usable])}


def _findings(sample: Sample, rows: Codes) -> Findings:
    layout, sheet = sample.layout, sample.sheet
    weight, valid = layout.weight[rows], sheet.valid[rows]
    estimated, influence = estimates(sheet, sample.rules, layout.weight, rows)
    behind = behind_of(sample, estimated, rows)
    variances = stratum_variances(layout, influence, rows, behind)
    answered = valid.any(axis=1)
    units = units_with_weight(layout, np.arange(layout.weight.size))
    square = float(weight @ weight)
    return Findings(
        estimated,
        variances,
        np.einsum("r,rk,rk->k", weight, influence, influence),
        effective_n=float(weight.sum()) ** 2 / square if square else 0.0,
        fraction_if_flat=mean_fraction(layout, rows),
        design_df=float(units.sum() - np.count_nonzero(units)),
        shows_spread=_shows_spread(layout, variances, behind),
        n_respondents=int(rows.size),
        n_answered=int(np.count_nonzero(answered)),
        answered_by_group=_count_by_group(sample, rows[answered]),
        answered_weight=float(weight[answered].sum()),
        valid_weight=weight @ valid,
        sum_weights=float(weight.sum() * layout.weight_unit),
        people=_people(layout, rows),
        population=_population(layout, rows),
    )


def behind_of(sample: Sample, estimated: Estimates, rows: Codes) -> Flags:
    """The strata behind each estimate of the rows, (H, 1 + S + Q)."""
    layout = sample.layout
    n_strata = layout.strata.n_psu.size
    return strata_behind(sample.sheet, estimated, layout.weight, layout.stratum, rows, n_strata)


def _shows_spread(layout: Layout, variances: Variances, behind: Flags) -> bool:
    """Whether there are two sampling units, and a stratum behind the score whose variance can be measured."""
    is_measured = layout.strata.is_measured
    if layout.calibration is None and behind[:, 0].any():
        is_measured = is_measured & behind[:, 0]
    return bool(variances.n_units.sum() >= 2 and is_measured.any())


def _count_by_group(sample: Sample, rows: Codes) -> dict[str, int]:
    if sample.group is None:
        return {}
    group = sample.group[rows]
    return {key: int(np.count_nonzero(group == key)) for key in scored_groups(sample.rules)}


def _people(layout: Layout, rows: Codes) -> dict[str, float]:
    weight = np.abs(layout.weight[rows])
    people = np.bincount(layout.stratum[rows], weights=weight, minlength=layout.strata.n_psu.size)
    shares = zip(layout.strata.names, people, strict=True)
    return {name: float(share) for name, share in shares if share > 0}


def _population(layout: Layout, rows: Codes) -> float | None:
    """The population of the rows, known only for element samples with an FPC."""
    if not layout.each_is_a_psu or not np.isfinite(layout.strata.population).all():
        return None
    return float((1 / layout.strata.fraction[layout.stratum[rows]]).sum())
