"""`flask survey score`: the score of files, with no database, as a JSON-able report."""

from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from survey.json_value import JsonObject
from survey.results.response_rows import design_of, is_response_file, scored_rows
from survey.results.score_inputs import (
    COLUMN_KEYS,
    DataFile,
    DesignKeys,
    Instrument,
    read_answers,
    read_design,
    read_groups,
    sample_design,
)
from survey.results.score_instrument import read_instrument
from survey.results.score_problems import Problems, ScoreFileError
from survey.results.score_tables import check_ids, read_table
from survey.scoring.arrays import Labels
from survey.scoring.difference import Difference, difference_of
from survey.scoring.interval import Interval, IntervalMethod, t_interval
from survey.scoring.rules import Target
from survey.scoring.score import (
    AnswersError,
    CriterionScore,
    DesignError,
    Score,
    SectionScore,
    SurveyScore,
    Verdict,
    score_responses,
)
from survey.scoring.verdict import forms_needed, verdict_of

__all__ = ["ScoreFileError", "score_entry", "score_files"]

_METHODS: tuple[IntervalMethod, ...] = ("tilted-beta", "t", "logit-t")


@dataclass(frozen=True)
class ScoreReport:
    """The report of `flask survey score`, about 95% intervals.

    `method` is the interval in `ci`, which the verdict is read from. `second` is the score of the file that
    was compared; None where none was.
    """

    survey: SurveyScore
    instrument: Instrument
    keys: DesignKeys
    method: IntervalMethod
    second: Score | None = None

    @property
    def whole(self) -> Score:
        """The score of all respondents."""
        return self.survey.whole

    @property
    def interval(self) -> Interval | None:
        """The interval of the score by `method`."""
        return _chosen(self.whole, self.method)

    @property
    def verdict(self) -> Verdict:
        """The verdict that follows from `interval`."""
        return _verdict(self.whole, self.instrument.rules.target, self.method)

    @property
    def difference(self) -> Difference | None:
        """The second score minus the first; None where there is no second file, or no score in one."""
        return None if self.second is None else difference_of(self.whole, self.second)

    def to_json(self) -> JsonObject:
        """The report as values that JSON knows, None where a number is undefined."""
        target, method = self.instrument.rules.target, self.method
        report = score_entry(self.whole, target, method) | {
            "total": self.whole.max_points,
            "target": asdict(target),
            "level": self.whole.level,
            "group_rule": self.instrument.rules.group_rule,
            "domain_variable": self.keys.domain,
            "domains": {
                key: _domain_entry(score, target, method) for key, score in self.survey.domains.items()
            },
        }
        return report if self.second is None else report | {"difference": _difference(self.difference)}


def score_files(
    data: Path,
    instrument: Path,
    design: Path | None,
    *,
    interval: str = "tilted-beta",
    compare: Path | None = None,
) -> ScoreReport:
    """The report of `flask survey score`.

    `interval` is "tilted-beta", "t" or "logit-t". `compare` is a second data file of the same instrument and
    design.

    Raises
    ------
    ScoreFileError
        Files cannot be used; the messages say which, where, what was found and what to do.
    """
    method = next((method for method in _METHODS if method == interval), None)
    if method is None:
        raise ScoreFileError(f"interval {interval!r} is unknown; choose one of {', '.join(_METHODS)}")
    problems = Problems()
    keys = problems.note(lambda: read_design(design))
    questions = problems.note(lambda: read_instrument(instrument, keys or DesignKeys({})))
    paths = [data] if compare is None else [data, compare]
    tables = [table for path in paths if (table := problems.note(partial(read_table, path))) is not None]
    if keys is None or questions is None:
        problems.refuse()
    stated = None if design is None else keys
    surveys = [problems.note(partial(_score_table, table, questions, stated)) for table in tables]
    problems.refuse_any()
    survey, second = [*(survey for survey in surveys if survey is not None), None][:2]
    if survey is None:
        problems.refuse()
    return ScoreReport(survey, questions, keys, method, None if second is None else second.whole)


def _score_table(table: DataFile, instrument: Instrument, stated: DesignKeys | None) -> SurveyScore:
    """The score of a table by the `stated` design; without one, by that of a response file, or at random."""
    keys, problems = stated or DesignKeys({}), Problems()
    if is_response_file(table):
        table = scored_rows(table, instrument)
        keys = stated or design_of(table)
    else:
        problems.note(lambda: check_ids(table))
    answers = problems.note(lambda: read_answers(table, instrument))
    group = problems.note(lambda: read_groups(table, instrument, keys))
    domain = problems.note(lambda: _read_domain(table, keys))
    design = problems.note(lambda: sample_design(table, keys))
    if problems.messages or answers is None or design is None:
        problems.refuse()
    try:
        return score_responses(answers, instrument.rules, design, group=group, domain=domain)
    except DesignError as error:
        raise ScoreFileError(_design_message(error, table, keys)) from None
    except AnswersError as error:
        raise ScoreFileError(f"{table.name}: {error}") from None


def _read_domain(table: DataFile, keys: DesignKeys) -> Labels | None:
    return table.labels(keys.domain, blank=True) if keys.domain else None


def _design_message(error: DesignError, table: DataFile, keys: DesignKeys) -> str:
    """The error in the words of the files: a row of the table and a column by its name there."""
    column = error.column and keys.columns.get(COLUMN_KEYS.get(error.column, ""), error.column)
    if column is None:
        return f"{table.name}: {error.message}"
    if error.row is None:
        return f"{table.name}, column {column!r}: {error.message}"
    return f"{table.describe_cell(error.row, column)}: {error.message}"


def score_entry(score: Score, target: Target, method: IntervalMethod) -> JsonObject:
    """One score with its criteria and sections, under the names of the report; `ci` is by `method`."""
    verdict = _verdict(score, target, method)
    return {
        "score": score.score,
        "se": score.se,
        "df": score.df,
        "df_satterthwaite": score.df_satterthwaite,
        "max": score.max_points,
        "ci": _limits(_chosen(score, method)),
        "ci_t": _limits(score.interval_t),
        "ci_logit_t": _limits(score.interval_logit_t),
        "interval": method,
        "verdict": verdict.value,
        "withheld_because": list(score.withheld_because),
        "reading": None if score.reading is None else score.reading.value,
        "provisional": score.provisional,
        "scored_max": score.scored_max,
        "unscored": list(score.unscored),
        "absent_groups": list(score.absent_groups),
        "p_ge_low": score.p_ge_low,
        "p_ge_low_t": score.p_ge_low_t,
        f"p_ge_{target.low:g}_t": score.p_ge_low_t,
        "n_respondents": score.n_respondents,
        "sum_weights": score.sum_weights,
        "design_effect": score.design_effect,
        "effective_respondents": score.effective_respondents,
        "forms_needed": _forms(score, target, method),
        "criteria": {criterion.key: _criterion_entry(criterion) for criterion in score.criteria},
        "sections": {section.key: _section_entry(section, score.df, method) for section in score.sections},
    }


def _domain_entry(score: Score, target: Target, method: IntervalMethod) -> JsonObject:
    """A domain's score, with the intervals of its own and of the whole design's degrees of freedom."""
    by_design = None
    if score.evidence is not None and score.se is not None:
        by_design = t_interval(replace(score.evidence, df=score.df_design), score.level)
    return score_entry(score, target, method) | {
        "df_domain": score.df,
        "df_design": score.df_design,
        "ci95_t_df_domain": _limits(score.interval_t),
        "ci95_logit_t_df_domain": _limits(score.interval_logit_t),
        "ci95_t_df_design": _limits(by_design),
    }


def _criterion_entry(criterion: CriterionScore) -> JsonObject:
    return {
        "ratio": criterion.ratio,
        "points": criterion.points,
        "se_points": criterion.se_points,
        "ci": _limits(criterion.interval),
        "n_valid": criterion.n_valid,
        "max": criterion.max_points,
        "section": criterion.section,
        "design_effect": criterion.design_effect,
    }


def _section_entry(section: SectionScore, df: float | None, method: IntervalMethod) -> JsonObject:
    return {
        "score": section.score,
        "se": section.se,
        "max": section.max_points,
        "scored_max": section.scored_max,
        "df": df,
        "ci": _limits(_chosen(section, method)),
        "ci95_t": _limits(section.interval_t),
        "ci95_logit_t": _limits(section.interval_logit_t),
    }


def _chosen(score: Score | SectionScore, method: IntervalMethod) -> Interval | None:
    return {
        "tilted-beta": score.interval,
        "t": score.interval_t,
        "logit-t": score.interval_logit_t,
    }[method]


def _verdict(score: Score, target: Target, method: IntervalMethod) -> Verdict:
    return score.verdict if score.verdict is Verdict.WITHHELD else verdict_of(_chosen(score, method), target)


def _forms(score: Score, target: Target, method: IntervalMethod) -> JsonObject | None:
    """The plan from the interval that the verdict is of."""
    interval, spread = _chosen(score, method), score.spread
    if score.score is None or interval is None or spread is None:
        return None
    needed = forms_needed(score.score, interval, _verdict(score, target, method), target, spread)
    return None if needed is None else asdict(needed)


def _limits(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def _difference(difference: Difference | None) -> JsonObject:
    if difference is None:
        return {"estimate": None, "se": None, "df": None, "ci": None}
    return {
        "estimate": difference.estimate,
        "se": difference.se,
        "df": difference.df,
        "ci": _limits(difference.interval),
    }
