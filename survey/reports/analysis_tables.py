"""The tables of what is asked of a result besides its score."""

from collections.abc import Sequence

from survey.drawing.formatting import UNDEFINED, format_points
from survey.drawing.tables import Cell, Column, Table
from survey.reports import cautions, wording
from survey.results.analysis import SIGNIFICANCE, Comparison, Pair, RankedCriterion
from survey.results.campaign import CampaignResults
from survey.results.trend import Step
from survey.scoring.difference import Difference
from survey.scoring.results import Score
from survey.web.locale import gettext_in

_SMALL_P = 0.001
_NO_DIFFERENCE = (0.0,)


def pairs(compared: Sequence[Pair], language: str) -> Table:
    """Every pair of parts, the difference with its adjusted interval, and whether it is significant."""
    _ = gettext_in(language)
    rows = tuple(
        (
            pair.second.to(language),
            pair.first.to(language),
            *_difference_cells(pair.comparison.difference),
            _p(pair.comparison.p_adjusted, language),
            _significance(pair.comparison, language),
        )
        for pair in compared
    )
    columns = (
        Column("label", _("This part"), "text"),
        Column("against", _("against"), "text"),
        *_difference_columns(language),
        Column("differs", _("Difference is"), "text"),
    )
    note = _(
        "p and the interval are adjusted for all pairs of the table (Benjamini and Hochberg; Benjamini and"
        " Yekutieli). “Not significant” does not mean equal: the forms are too few to tell."
    )
    notes = (note, *_criteria_note([pair.comparison for pair in compared], language))
    return Table("pairs", _("Differences"), columns, tuple(map(str, range(len(rows)))), rows, notes)


def _significance(comparison: Comparison, language: str) -> str:
    """Whether a difference is significant; marked where the scores are not of the same criteria."""
    _ = gettext_in(language)
    if comparison.is_significant is None:
        return UNDEFINED
    text = _("significant") if comparison.is_significant else _("not significant")
    return text if comparison.same_criteria else f"{text} *"


def _criteria_note(compared: Sequence[Comparison], language: str) -> tuple[str, ...]:
    if all(comparison.same_criteria for comparison in compared):
        return ()
    return (f"* {wording.other_criteria_note(language)}",)


def trend(steps: Sequence[Step], results: CampaignResults, language: str) -> Table:
    """Every campaign with its score and cautions, and its difference from the one before."""
    _ = gettext_in(language)
    rows = tuple(
        (
            step.campaign.name,
            step.campaign.score.n_respondents,
            step.campaign.score.score,
            *_limits(step.campaign.score),
            *_difference_cells(step.change.difference if step.change else None),
            _p(step.change.p_adjusted if step.change else None, language),
            _significance(step.change, language) if step.change else UNDEFINED,
            cautions.names_of(step.campaign.cautions, language),
        )
        for step in steps
    )
    level, borders = wording.level(results, language), wording.borders(results)
    columns = (
        Column("label", _("Campaign"), "text"),
        Column("n", _("Forms"), "count"),
        Column("points", _("Points"), "points", borders),
        Column("ci_low", _("{level} interval, lower").format(level=level), "points", borders),
        Column("ci_high", _("{level} interval, upper").format(level=level), "points", borders),
        *_difference_columns(language),
        Column("differs", _("Difference is"), "text"),
        Column("cautions", _("Please note"), "text"),
    )
    note = _(
        "The difference is from the campaign before, for separate samples (Welch); p and the interval of the"
        " difference are adjusted for all steps (Holm)."
    )
    notes = (note, *_criteria_note([step.change for step in steps if step.change], language))
    return Table("trend", _("Campaigns"), columns, tuple(step.campaign.key for step in steps), rows, notes)


def priorities(ranked: Sequence[RankedCriterion], language: str) -> Table:
    """Every criterion by its number in the picture: importance, performance, gain from mending it."""
    _ = gettext_in(language)
    rows = tuple(
        (
            f"{number}. {wording.criterion_label(one.criterion, language)}",
            wording.quadrant_name(one.priority.quadrant, language),
            one.priority.share,
            *_importance_cells(one),
            one.priority.gain,
        )
        for number, one in enumerate(ranked, start=1)
    )
    columns = (
        Column("label", _("Criterion"), "text"),
        Column("quadrant", _("Reading"), "text"),
        Column("share", _("Share of maximum"), "percent"),
        Column("importance", _("Importance"), "points"),
        Column("importance_low", _("Importance, lower"), "points"),
        Column("importance_high", _("Importance, upper"), "points"),
        Column("n", _("Respondents"), "count"),
        Column("gain", _("Points for 10 points of % more"), "points"),
    )
    note = _(
        "Importance is the rank correlation with the answer to the overall question, with its 95% interval;"
        " it shows what goes together, not what causes what. The lines of the picture lie at the means."
    )
    keys = tuple(one.criterion.key for one in ranked)
    return Table("priorities", _("Importance and performance"), columns, keys, rows, (note,))


def against_population(results: CampaignResults, language: str) -> Table:
    """Each group's share of the forms beside its share of the people served, where they are known."""
    _ = gettext_in(language)
    people, forms = sum(results.populations.values()), sum(part.n for part in results.parts("group"))
    rows = tuple(
        (
            part.label.to(language),
            part.n,
            part.n / forms if forms else None,
            results.populations.get(part.key),
            results.populations.get(part.key, 0) / people,
            results.populations.get(part.key, 0) / part.n if part.n else None,
        )
        for part in results.parts("group")
        if people
    )
    columns = (
        Column("label", _("Group"), "text"),
        Column("n", _("Forms"), "count"),
        Column("form_share", _("Share of forms"), "percent"),
        Column("population", _("People served"), "count"),
        Column("people_share", _("Share of people"), "percent"),
        Column("weight", _("People a form stands for"), "points"),
    )
    title = _("Respondents against the people served")
    return Table(
        "population", title, columns, tuple(part.key for part in results.parts("group") if people), rows
    )


def _difference_columns(language: str) -> tuple[Column, ...]:
    _ = gettext_in(language)
    return (
        Column("difference", _("Difference"), "points", _NO_DIFFERENCE),
        Column("difference_low", _("Difference, lower"), "points", _NO_DIFFERENCE),
        Column("difference_high", _("Difference, upper"), "points", _NO_DIFFERENCE),
        Column("p", _("p, adjusted"), "text"),
    )


def _difference_cells(difference: Difference | None) -> tuple[Cell, Cell, Cell]:
    if difference is None:
        return (None, None, None)
    if difference.interval is None:
        return (difference.estimate, None, None)
    return (difference.estimate, difference.interval.low, difference.interval.high)


def _importance_cells(one: RankedCriterion) -> tuple[Cell, Cell, Cell, Cell]:
    importance = one.priority.importance
    if importance is None:
        return (None, None, None, None)
    return (importance.value, importance.low, importance.high, importance.n)


def _limits(score: Score) -> tuple[Cell, Cell]:
    return (None, None) if score.interval is None else (score.interval.low, score.interval.high)


def _p(value: float | None, language: str) -> str:
    if value is None:
        return UNDEFINED
    if value < _SMALL_P:
        return f"< {format_points(_SMALL_P, language, 3)}"
    return format_points(value, language, 3, borders=(SIGNIFICANCE,))
