"""One number of a result, opened: from what and by which formula it was made, to be made again."""

from collections.abc import Callable
from dataclasses import dataclass

from survey.drawing.formatting import format_percent, format_points, quote
from survey.drawing.tables import Column, Fact, Table
from survey.reports import method, wording
from survey.results.campaign import AnswerCounts, CampaignResults
from survey.scoring.interval import Interval
from survey.web import locale
from survey.web.locale import gettext_in, ngettext_in


@dataclass(frozen=True)
class OpenedNumber:
    """A number with its name, the formula in words, facts, the answers it counts, its version."""

    title: str
    formula: tuple[str, ...]
    facts: tuple[Fact, ...]
    answers: Table | None
    identity: tuple[Fact, ...]


def open_number(results: CampaignResults, kind: str, name: str, language: str) -> OpenedNumber | None:
    """The score (`whole/score`), a section or a criterion; None where there is no such number."""
    open_it = _OPEN.get(kind)
    return open_it(results, name, language) if open_it else None


def _whole(results: CampaignResults, name: str, language: str) -> OpenedNumber | None:
    if name != "score":
        return None
    _ = gettext_in(language)
    score = results.score
    numbers = (_score_formula(results, language),) if _adds_up(results) else ()
    formula = (
        _("Score = {total} × sum of the criteria's points ÷ sum of the maxima of the scored criteria").format(
            total=locale.format_short(score.max_points, language)
        ),
        *numbers,
        *_rule(results, language),
    )
    return OpenedNumber(
        _("Score"), formula, method.headline_facts(results, language), None, _identity(results, language)
    )


def _score_formula(results: CampaignResults, language: str) -> str:
    """The score's formula with its numbers."""
    score = results.score
    added = format_points(sum(c.points or 0 for c in score.criteria), language, 4)
    total, reached = (
        locale.format_short(maximum, language) for maximum in (score.max_points, score.scored_max)
    )
    return f"{wording.points(score.score, results, language)} = {total} × {added} ÷ {reached}"


def _adds_up(results: CampaignResults) -> bool:
    """Whether the points of the criteria that are shown are those of the score."""
    return not results.left_out and not results.criteria_as_of


def _section(results: CampaignResults, name: str, language: str) -> OpenedNumber | None:
    section = next((s for s in results.score.sections if s.key == name), None)
    question_section = next((s for s in results.questionnaire.sections if s.key == name), None)
    if section is None or question_section is None:
        return None
    _ = gettext_in(language)
    parts = [c for c in results.score.criteria if c.section == name and c.points is not None]
    added = " + ".join(format_points(c.points, language, 4) for c in parts)
    scaled = section.max_points / section.scored_max if section.scored_max else 0.0
    points, factor = format_points(section.score, language), format_points(scaled, language, 4)
    formula = (
        _("Points of a factor = sum of its criteria's points, scaled to its maximum where one is not scored"),
        *((f"{points} = ({added}) × {factor}",) if _adds_up(results) else ()),
        *_rule(results, language),
    )
    limits = _limits(section.interval, results, language)
    facts = (
        *_points(section.score, section.max_points, section.se, limits, language),
        Fact("n", _("Respondents"), section.n_respondents, "count"),
    )
    title = question_section.text.to(language)
    return OpenedNumber(title, formula, facts, None, _identity(results, language))


def _criterion(results: CampaignResults, name: str, language: str) -> OpenedNumber | None:
    criterion = next((c for c in results.score.criteria if c.key == name), None)
    answers = next((a for a in results.answers if a.criterion.key == name), None)
    if criterion is None or answers is None:
        return None
    _ = gettext_in(language)
    formula = (
        _("Points of a criterion = its maximum × the mean share that its valid answers earn"),
        f"{format_points(criterion.points, language, 4)}"
        f" = {locale.format_short(criterion.max_points, language)}"
        f" × {format_points(criterion.ratio, language, 5)}",
        *_rule(results, language),
    )
    limits = _limits(criterion.interval, results, language)
    facts = (
        *_points(criterion.points, criterion.max_points, criterion.se_points, limits, language),
        Fact("n", _("Valid answers"), criterion.n_valid, "count"),
        Fact("not_applicable", _("Not applicable"), answers.not_applicable, "count"),
        Fact("blank", _("Left blank"), answers.blank, "count"),
        Fact("not_asked", _("Not asked"), answers.not_asked, "count"),
    )
    title = wording.criterion_label(answers.criterion, language)
    return OpenedNumber(
        title, formula, facts, _answers(results, answers, language), _identity(results, language)
    )


def _points(
    points: float | None, maximum: float, se: float | None, limits: tuple[Fact, Fact], language: str
) -> tuple[Fact, ...]:
    _ = gettext_in(language)
    return (
        Fact("points", _("Points"), points, "points"),
        Fact("max_points", _("Maximum"), maximum, "maximum"),
        Fact("se", _("Standard error"), se, "points"),
        *limits,
    )


def _limits(interval: Interval | None, results: CampaignResults, language: str) -> tuple[Fact, Fact]:
    _ = gettext_in(language)
    low, high = (interval.low, interval.high) if interval else (None, None)
    level = wording.level(results, language)
    return (
        Fact("ci_low", _("{level} interval, lower").format(level=level), low, "points"),
        Fact("ci_high", _("{level} interval, upper").format(level=level), high, "points"),
    )


def _rule(results: CampaignResults, language: str) -> tuple[str, ...]:
    """How respondent groups are put together, with their weights."""
    _ = gettext_in(language)
    questionnaire = results.questionnaire
    if questionnaire.scoring.group_rule == "pooled":
        return (_("All valid answers are pooled, each with its form's weight."),)
    weights = "; ".join(
        f"{quote(group.text.to(language), language)} {format_percent(group.weight, language)}"
        for group in questionnaire.groups
        if group.scored
    )
    ngettext = ngettext_in(language)
    sentence = ngettext(
        "The mean is taken in each group with at least {least} valid answer, then over the groups by fixed"
        " weights: {weights}.",
        "The mean is taken in each group with at least {least} valid answers, then over the groups by fixed"
        " weights: {weights}.",
        questionnaire.scoring.min_valid_per_cell,
    )
    return (sentence.format(least=questionnaire.scoring.min_valid_per_cell, weights=weights),)


def _answers(results: CampaignResults, answers: AnswerCounts, language: str) -> Table:
    _ = gettext_in(language)
    options = results.questionnaire.scale.options
    rows = tuple(
        (
            option.text.to(language),
            n,
            n / answers.n_valid if answers.n_valid else None,
            option.share,
        )
        for option, n in zip(options, answers.counts, strict=True)
    )
    columns = (
        Column("label", _("Answer"), "text"),
        Column("n", _("Valid answers"), "count"),
        Column("answer_share", _("Share of answers"), "percent"),
        Column("share", _("Share of the maximum it earns"), "percent"),
    )
    return Table("answers", _("Answers"), columns, tuple(str(option.value) for option in options), rows)


def _identity(results: CampaignResults, language: str) -> tuple[Fact, ...]:
    wanted = ("questionnaire_key", "questionnaire_version", "questionnaire_digest", "result_digest")
    facts = method.identity_facts(results, language)
    return tuple(fact for fact in facts if fact.key in wanted)


_OPEN: dict[str, Callable[[CampaignResults, str, str], OpenedNumber | None]] = {
    "whole": _whole,
    "section": _section,
    "criterion": _criterion,
}
