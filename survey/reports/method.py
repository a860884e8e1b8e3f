"""How a score was made and what identifies it, in words and values: what a reader needs to recompute it."""

from datetime import date

from survey.drawing.formatting import format_count, format_percent, quote
from survey.drawing.tables import Fact
from survey.reports import wording
from survey.reports.quality_table import quality_facts
from survey.results.campaign import CampaignResults
from survey.web import locale
from survey.web.locale import gettext_in, ngettext_in


def headline_facts(results: CampaignResults, language: str) -> tuple[Fact, ...]:
    """The numbers and words of the score, one by one."""
    _ = gettext_in(language)
    score, scoring = results.score, results.questionnaire.scoring
    level, borders = wording.level(results, language), wording.borders(results)
    tail = (1 - score.level) / 2
    low, high = (score.interval.low, score.interval.high) if score.interval else (None, None)
    t_low, t_high = (score.interval_t.low, score.interval_t.high) if score.interval_t else (None, None)
    return (
        Fact("score", _("Score"), score.score, "points", borders),
        Fact("max_points", _("Maximum"), score.max_points, "maximum"),
        Fact("verdict", _("Verdict"), wording.verdict_name(score.verdict, language), "text"),
        Fact(
            "reading", _("Plain reading of the point"), wording.reading_name(score.reading, language), "text"
        ),
        Fact("ci_low", _("{level} interval, lower").format(level=level), low, "points", borders),
        Fact("ci_high", _("{level} interval, upper").format(level=level), high, "points", borders),
        Fact("target_low", _("Target band, from"), scoring.target_low, "maximum"),
        Fact("target_high", _("Target band, to"), scoring.target_high, "maximum"),
        Fact("scored_max", _("Maximum of the scored criteria"), score.scored_max, "maximum"),
        Fact("se", _("Standard error"), score.se, "points"),
        Fact("df", _("Degrees of freedom"), score.df_satterthwaite, "points"),
        Fact("t_low", _("t interval for comparison, lower"), t_low, "points", borders),
        Fact("t_high", _("t interval for comparison, upper"), t_high, "points", borders),
        Fact(
            "p_ge_low",
            _("Confidence that the score reaches the band"),
            score.p_ge_low,
            "percent",
            (tail, 1 - tail),
        ),
        Fact("satisfied_rate", _("Satisfied answers"), results.satisfied_rate, "percent"),
        *_watched_facts(results, language),
        *quality_facts(results, language),
        Fact("n", _("Valid forms"), results.forms.valid, "count"),
    )


def _watched_facts(results: CampaignResults, language: str) -> tuple[Fact, ...]:
    """The interval for repeated looks, while forms come in."""
    if results.watched is None:
        return ()
    _ = gettext_in(language)
    level, borders = wording.level(results, language), wording.borders(results)
    low = _("{level} interval for repeated looks, lower").format(level=level)
    high = _("{level} interval for repeated looks, upper").format(level=level)
    return (
        Fact("watched_low", low, results.watched.low, "points", borders),
        Fact("watched_high", high, results.watched.high, "points", borders),
    )


def identity_facts(results: CampaignResults, language: str) -> tuple[Fact, ...]:
    """What names the campaign, its questionnaire and this very result."""
    _ = gettext_in(language)
    campaign, questionnaire = results.campaign, results.questionnaire
    values: tuple[tuple[str, str, str | date], ...] = (
        ("campaign", _("Campaign"), campaign.name),
        ("campaign_key", _("Campaign code"), campaign.key),
        ("opens_on", _("First day"), campaign.opens_on),
        ("closes_on", _("Last day"), campaign.closes_on),
        ("organisation", _("Organisation"), questionnaire.organisation.to(language)),
        ("questionnaire", _("Questionnaire"), questionnaire.title.to(language)),
        ("questionnaire_key", _("Questionnaire code"), questionnaire.key),
        ("questionnaire_version", _("Questionnaire version"), str(questionnaire.version)),
        ("questionnaire_digest", _("Questionnaire digest"), campaign.instrument_digest),
        ("computed_at", _("Computed at"), results.computed_at.date()),
        ("result_digest", _("Result digest"), results.digest),
    )
    return tuple(
        Fact(key, label, value, "text" if isinstance(value, str) else "day") for key, label, value in values
    )


def method_sentences(results: CampaignResults, language: str) -> tuple[str, ...]:
    """The method note, one paragraph each."""
    _ = gettext_in(language)
    return (
        _points_rule(results, language),
        _group_rule(results, language),
        _("Score = total points × points earned ÷ maximum of the criteria that could be scored."),
        _error_rule(results, language),
        _verdict_rule(results, language),
        wording.sampling_error_sentence(language),
        *wording.band_sentences(results, language),
    )


def _points_rule(results: CampaignResults, language: str) -> str:
    _ = gettext_in(language)
    shares = "; ".join(
        f"{quote(option.text.to(language), language)} {format_percent(option.share, language)}"
        for option in results.questionnaire.scale.options
    )
    return _(
        "Each answer earns a share of its criterion's maximum: {shares}. Answers left blank, not applicable"
        " or not asked count neither for nor against; nothing is imputed."
    ).format(shares=shares)


def _group_rule(results: CampaignResults, language: str) -> str:
    _ = gettext_in(language)
    scoring = results.questionnaire.scoring
    if scoring.group_rule == "pooled":
        return _("All respondents count together, by their sampling weights.")
    weights = "; ".join(
        f"{quote(group.text.to(language), language)} {format_percent(group.weight, language)}"
        for group in results.questionnaire.groups
        if group.scored
    )
    ngettext = ngettext_in(language)
    return ngettext(
        "Respondent groups have fixed weights: {weights}. In each criterion the weights are shared among the"
        " groups with at least {n} valid answer.",
        "Respondent groups have fixed weights: {weights}. In each criterion the weights are shared among the"
        " groups with at least {n} valid answers.",
        scoring.min_valid_per_cell,
    ).format(weights=weights, n=format_count(scoring.min_valid_per_cell, language))


def _error_rule(results: CampaignResults, language: str) -> str:
    _ = gettext_in(language)
    error = _(
        "The standard error follows Taylor linearisation and keeps the correlation between the answers of one"
        " person; the interval is the tilted beta interval, whose coverage was checked by"
        " simulation, not proved."
    )
    if results.populations_ignored:
        return (
            error
            + " "
            + _("The numbers of people served are not used, since they do not fit the forms that came in.")
        )
    if results.populations:
        return (
            error
            + " "
            + _("The number of people served is taken into account (finite population correction).")
        )
    return error


def _verdict_rule(results: CampaignResults, language: str) -> str:
    _ = gettext_in(language)
    scoring = results.questionnaire.scoring
    return _(
        "Verdict: exceeded if the whole interval is at or above {high}; met if it is at or above {low};"
        " missed if it is below {low}; otherwise not enough evidence. No verdict is given while a scored"
        " group has answers but not the number of forms that is needed, {n}."
    ).format(
        low=locale.format_short(scoring.target_low, language),
        high=locale.format_short(scoring.target_high, language),
        n=format_count(scoring.min_group_n_for_verdict, language),
    )
