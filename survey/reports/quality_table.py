"""How well the criteria measure what the score adds up: the table, and what each of its statistics means."""

from survey.drawing.formatting import format_count, format_percent, format_points
from survey.drawing.tables import Cell, Column, Fact, Table
from survey.reports import wording
from survey.results.campaign import CampaignResults
from survey.results.quality import CriterionQuality, ScaleQuality
from survey.scoring.borders import is_at_least, is_below
from survey.scoring.rates import SatisfiedRate
from survey.scoring.reliability import MIN_REPORTED
from survey.scoring.results import CriterionScore
from survey.web.locale import gettext_in

_RELIABLE = 0.7  # Nunnally, Bernstein (1994), ch. 7
_OWN_REASONS = 0.3  # the same, ch. 8


def quality(results: CampaignResults, language: str) -> Table:
    """Each scored criterion: how it goes with the others, and how precisely its satisfied share is known.

    There are no rows while fewer people answered than may be shown.
    """
    _ = gettext_in(language)
    scores = {criterion.key: criterion for criterion in results.score.criteria}
    measured = {} if results.quality is None else {one.key: one for one in results.quality.criteria}
    shown = [
        (section, criterion)
        for section in results.questionnaire.sections
        for criterion in section.criteria
        if criterion.key in measured and criterion.key in scores
    ]
    rows = tuple(
        (
            section.text.to(language),
            wording.criterion_label(criterion, language),
            *_cells(measured[criterion.key], scores[criterion.key]),
        )
        for section, criterion in shown
    )
    columns = (
        Column("section", _("Factor"), "text"),
        Column("label", _("Criterion"), "text"),
        Column("n", _("Valid answers"), "count"),
        Column("item_rest", _("Item–rest correlation"), "points", (_OWN_REASONS,)),
        Column("satisfied_share", _("Satisfied"), "percent"),
        Column("satisfied_low", _("Satisfied, lower"), "percent"),
        Column("satisfied_high", _("Satisfied, upper"), "percent"),
        Column("design_effect", _("Design effect"), "points"),
    )
    notes = () if results.quality is None else _notes(results, results.quality, language)
    keys = tuple(criterion.key for _section, criterion in shown)
    return Table("quality", _("Reliability of the questions"), columns, keys, rows, notes)


def quality_facts(results: CampaignResults, language: str) -> tuple[Fact, ...]:
    """What the table does not hold: the figures of all criteria together."""
    _ = gettext_in(language)
    score = results.score
    alpha = results.quality.alpha if results.quality else None
    satisfied = results.quality.satisfied if results.quality else SatisfiedRate(0, 0, None, None, None)
    value, low, high = (alpha.value, alpha.low, alpha.high) if alpha else (None, None, None)
    borders = (_RELIABLE,)
    return (
        Fact("satisfied_low", _("Satisfied answers, lower limit"), satisfied.low, "percent"),
        Fact("satisfied_high", _("Satisfied answers, upper limit"), satisfied.high, "percent"),
        Fact("design_effect", _("Design effect"), score.design_effect, "points"),
        Fact("effective_n", _("Effective respondents"), score.effective_respondents, "points"),
        Fact("alpha", _("Cronbach’s alpha"), value, "points", borders),
        Fact("alpha_low", _("Cronbach’s alpha, lower limit"), low, "points", borders),
        Fact("alpha_high", _("Cronbach’s alpha, upper limit"), high, "points", borders),
    )


def _cells(measured: CriterionQuality, scored: CriterionScore) -> tuple[Cell, ...]:
    rate = measured.satisfied
    if rate is None:  # too few to show
        return (scored.n_valid, None, None, None, None, None)
    return (rate.n_valid, measured.item_rest, rate.share, rate.low, rate.high, scored.design_effect)


def _notes(results: CampaignResults, measured: ScaleQuality, language: str) -> tuple[str, ...]:
    _ = gettext_in(language)
    item_rest = _(
        "Item–rest correlation: how far people who rate this criterion higher also rate the others higher."
        " Below {border} it is rated for reasons of its own; look at how it is worded."
    ).format(border=format_points(_OWN_REASONS, language, 1))
    hidden = _("A criterion that fewer people than {n} rated has no figures here.").format(
        n=format_count(results.questionnaire.scoring.small_cell_suppression, language)
    )
    notes = (
        _alpha_sentence(measured, results, language),
        None if measured.is_scale_short else item_rest,
        None if measured.is_scale_short else _short_sentence(measured, language),
        _satisfied_sentence(measured.satisfied, results, language),
        _design_sentence(results, language),
        hidden if any(one.satisfied is None for one in measured.criteria) else None,
    )
    return tuple(note for note in notes if note)


def _alpha_sentence(measured: ScaleQuality, results: CampaignResults, language: str) -> str:
    _ = gettext_in(language)
    alpha, minimum = measured.alpha, format_count(MIN_REPORTED, language)
    if measured.is_scale_short:
        text = _(
            "Cronbach’s alpha and item–rest correlations: too few forms for these figures (fewer than {n})."
        )
        return text.format(n=minimum)
    if alpha is None:
        return _("Cronbach’s alpha is not known: everybody rated the criteria alike.")
    if is_at_least(alpha.low, _RELIABLE):
        meaning = _("the criteria go together well enough to be added up to one score.")
    elif is_below(alpha.high, _RELIABLE):
        meaning = _("the criteria go together too little to be read as one score; read each by itself.")
    else:
        meaning = _("whether the criteria go together well enough for one score is not certain yet.")
    value, low, high = (
        format_points(number, language, borders=(_RELIABLE,))
        for number in (alpha.value, alpha.low, alpha.high)
    )
    statement = _("Cronbach’s alpha of {k} criteria is {alpha} ({level} interval {low} – {high}): ").format(
        k=alpha.n_criteria, alpha=value, level=wording.level(results, language), low=low, high=high
    )
    return statement + meaning


def _short_sentence(measured: ScaleQuality, language: str) -> str | None:
    """Why single criteria have no item-rest correlation."""
    if all(one.satisfied is None or one.item_rest is not None for one in measured.criteria):
        return None
    _ = gettext_in(language)
    return _(
        "No item–rest correlation: too few forms for this figure (fewer than {n} that rate the criterion and"
        " the others together), or everybody rated it alike."
    ).format(n=format_count(MIN_REPORTED, language))


def _satisfied_sentence(rate: SatisfiedRate, results: CampaignResults, language: str) -> str | None:
    if rate.share is None:
        return None
    _ = gettext_in(language)
    share, low, high = (format_percent(value, language) for value in (rate.share, rate.low, rate.high))
    return _(
        "Satisfied, with {level} limits (Wilson): the share among everybody who could have been asked"
        " probably lies between them; of all answers together {share} ({low} – {high})."
    ).format(level=wording.level(results, language), share=share, low=low, high=high)


def _design_sentence(results: CampaignResults, language: str) -> str | None:
    score = results.score
    if score.design_effect is None or score.effective_respondents is None:
        return None
    _ = gettext_in(language)
    return _(
        "Design effect: how many times as many forms are needed for the same precision as with people drawn"
        " at random. That of the score is {effect}. Forms: {n}; drawn at random, {effective} would tell as"
        " much."
    ).format(
        effect=format_points(score.design_effect, language),
        n=format_count(score.n_respondents, language),
        effective=format_points(score.effective_respondents, language, 0),
    )
