"""The cautions of a result in words: a sentence for texts, a few words for where there is little room."""

from collections.abc import Callable, Mapping

from survey.drawing.demo_label import demo_label
from survey.drawing.formatting import format_count, format_day, quote, quote_each
from survey.instrument.questionnaire import Criterion
from survey.results.campaign import CampaignResults
from survey.results.cautions import Caution, cautions_of
from survey.web import locale
from survey.web.locale import N_, gettext_in, ngettext_in

_MOST_NAMED = 3
_NAMES = {
    Caution.DEMO: N_("demonstration"),
    Caution.OPEN: N_("survey still open"),
    Caution.ABSENT_GROUP: N_("a group did not answer"),
    Caution.WITHHELD: N_("no conclusion"),
    Caution.PROVISIONAL: N_("provisional"),
    Caution.POPULATION_IGNORED: N_("people served not used"),
    Caution.CENSUS: N_("everybody answered"),
    Caution.SELF_CHOSEN: N_("respondents chose themselves"),
    Caution.WAITING: N_("newest forms not included"),
    Caution.FEW_RATINGS: N_("criteria that few rated left out"),
    Caution.OLDER_CRITERIA: N_("factors as of an earlier hour"),
}


def names(results: CampaignResults, language: str) -> str:
    """All cautions in a few words each; empty without any."""
    return names_of(cautions_of(results), language)


def names_of(cautions: tuple[Caution, ...], language: str) -> str:
    """Cautions in a few words each."""
    _ = gettext_in(language)
    return "; ".join(_(_NAMES[caution]) for caution in cautions)


def names_without_demo(results: CampaignResults, language: str) -> str:
    """The same for what has the label of a demonstration already."""
    return names_of(_without_demo(results), language)


def sentences(results: CampaignResults, language: str) -> tuple[str, ...]:
    """A sentence for each caution of a result."""
    return tuple(sentence(caution, results, language) for caution in cautions_of(results))


def sentences_without_demo(results: CampaignResults, language: str) -> tuple[str, ...]:
    """The same for what has the label of a demonstration already."""
    return tuple(sentence(caution, results, language) for caution in _without_demo(results))


def _without_demo(results: CampaignResults) -> tuple[Caution, ...]:
    return tuple(caution for caution in cautions_of(results) if caution is not Caution.DEMO)


def sentence(caution: Caution, results: CampaignResults, language: str) -> str:
    """What a caution says about a result."""
    return _SENTENCES[caution](results, language)


def _demo(results: CampaignResults, language: str) -> str:
    return demo_label(language)


def _open(results: CampaignResults, language: str) -> str:
    _ = gettext_in(language)
    return _(
        "The survey is still open until {day}. An interval that is looked at every day is wrong more often"
        " than it says; use the result only after the last day."
    ).format(day=format_day(results.campaign.closes_on, language))


def _absent_group(results: CampaignResults, language: str) -> str:
    _ = gettext_in(language)
    groups = group_labels(results, results.score.absent_groups, language)
    return _("Nobody answered from: {groups}. The score says nothing about them.").format(groups=groups)


def group_labels(results: CampaignResults, keys: tuple[str, ...], language: str) -> str:
    """The names of groups, with their weight in the score where it is fixed."""
    _ = gettext_in(language)
    is_fixed = results.questionnaire.scoring.group_rule == "fixed"
    labels = []
    for group in (group for group in results.questionnaire.groups if group.key in keys):
        weight = locale.format_short(100 * group.weight, language)
        label, with_weight = quote(group.text.to(language), language), _("{group} ({weight}% of the score)")
        labels.append(with_weight.format(group=label, weight=weight) if is_fixed else label)
    return "; ".join(labels)


def _withheld(results: CampaignResults, language: str) -> str:
    _ = gettext_in(language)
    reasons = "; ".join(_withheld_reasons(results, language))
    return _("No conclusion yet: {reasons}.").format(reasons=reasons)


def _withheld_reasons(results: CampaignResults, language: str) -> list[str]:
    """Each reason in words; criteria without a score are named while they are few, else counted."""
    codes = results.score.withheld_because
    unscored = [code for code in codes if code.startswith("unscored:")]
    if len(unscored) <= _MOST_NAMED:
        return [_withheld_reason(code, results, language) for code in codes]
    ngettext = ngettext_in(language)
    counted = ngettext(
        "{n} criterion could not be scored", "{n} criteria could not be scored", len(unscored)
    ).format(n=format_count(len(unscored), language))
    others = [_withheld_reason(code, results, language) for code in codes if code not in unscored]
    return [counted, *others]


def _withheld_reason(code: str, results: CampaignResults, language: str) -> str:
    _, ngettext = gettext_in(language), ngettext_in(language)
    reason, *details = code.split(":")
    if reason == "unscored":
        return _("“{criterion}” could not be scored").format(
            criterion=_criterion_named(details, results, language)
        )
    if reason == "few_respondents":
        n_forms = int(details[-1])
        message = ngettext("there is only {n} valid form", "there are only {n} valid forms", n_forms)
        return message.format(n=n_forms)
    if reason == "small_group":
        labels = {group.key: group.text.to(language) for group in results.questionnaire.groups}
        message = ngettext(
            "the group “{group}” has {n} valid form, {needed} are needed",
            "the group “{group}” has {n} valid forms, {needed} are needed",
            int(details[-1]),
        )
        return message.format(
            group=labels.get(details[0], details[0]),
            n=details[-1],
            needed=format_count(results.questionnaire.scoring.min_group_n_for_verdict, language),
        )
    return _("there is no valid answer")


def _criterion_named(details: list[str], results: CampaignResults, language: str) -> str:
    key = ":".join(details)
    named = (c for c in results.questionnaire.criteria if c.key == key)
    return next((criterion_label(c, language) for c in named), key)


def criterion_label(criterion: Criterion, language: str) -> str:
    """The criterion's wording with an ellipsis where a form shows the respondent's earlier answer."""
    label = criterion.text.to(language)
    if criterion.substitution is None:
        return label
    return label.replace("{" + criterion.substitution.question + "}", "…")


def _provisional(results: CampaignResults, language: str) -> str:
    _ = gettext_in(language)
    score = results.score
    unscored = {c.key for c in score.criteria if c.points is None}
    labels = [
        criterion_label(c, language) for c in results.questionnaire.scored_criteria if c.key in unscored
    ]
    return _(
        "Provisional, rescaled from {scored} of {total} points. Not scored for lack of answers: {criteria}."
    ).format(
        scored=locale.format_short(score.scored_max, language),
        total=locale.format_short(score.max_points, language),
        criteria=quote_each(labels, language),
    )


def _population_ignored(results: CampaignResults, language: str) -> str:
    _ = gettext_in(language)
    return _(
        "The numbers of people served are not used: one is missing, or they are fewer than the people who are"
        " known (valid, incomplete, withdrawn and saved forms, and people who declined)."
    )


def _census(results: CampaignResults, language: str) -> str:
    people = sum(results.populations.values())
    ngettext = ngettext_in(language)
    return ngettext(
        "The {n} person served answered, so there is no sampling error.",
        "Every one of the {n} people served answered, so there is no sampling error.",
        people,
    ).format(n=format_count(people, language))


def _self_chosen(results: CampaignResults, language: str) -> str:
    _ = gettext_in(language)
    return _(
        "The interval is narrowed by the number of people served, as if respondents had been drawn at random."
        " They chose themselves, so it may be too narrow."
    )


def _waiting(results: CampaignResults, language: str) -> str:
    _ = gettext_in(language)
    n = format_count(abs(results.n_waiting), language)
    if results.released_at is None:
        few = format_count(results.questionnaire.scoring.small_cell_suppression, language)
        text = _(
            "Valid forms so far: {n}. Results are shown from {few} on, so that nobody's answers can be seen."
        )
        return text.format(n=n, few=few)
    text = _(
        "Results as of {time} on {day}. Forms that came or were withdrawn since, and are not included: {n}."
        " Results move when enough have come, so that nobody's answers can be seen."
    )
    time = locale.format_time(results.released_at, language)
    return text.format(time=time, day=format_day(results.released_at.date(), language), n=n)


def _few_ratings(results: CampaignResults, language: str) -> str:
    _ = gettext_in(language)
    text = _(
        "Left out, so that nobody's answers can be seen: {criteria}. Fewer people than {few} rated them here"
        " or beside it."
    )
    few = format_count(results.questionnaire.scoring.small_cell_suppression, language)
    labels = (criterion_label(criterion, language) for criterion in results.left_out)
    return text.format(few=few, criteria=quote_each(labels, language))


def _older_criteria(results: CampaignResults, language: str) -> str:
    _ = gettext_in(language)
    names = {section.key: section.text.to(language) for section in results.questionnaire.sections}
    sections = (
        _("{section} (as of {time} on {day})").format(
            section=quote(names[key], language) if key in names else _("questions without points"),
            time=locale.format_time(moment, language),
            day=format_day(moment.date(), language),
        )
        for key, moment in results.criteria_as_of.items()
    )
    text = _(
        "Factors and their criteria are shown as they were earlier, because too few people of a group have"
        " rated one since: {sections}. The score is up to date."
    )
    return text.format(sections="; ".join(sections))


_SENTENCES: Mapping[Caution, Callable[[CampaignResults, str], str]] = {
    Caution.DEMO: _demo,
    Caution.OPEN: _open,
    Caution.ABSENT_GROUP: _absent_group,
    Caution.WITHHELD: _withheld,
    Caution.PROVISIONAL: _provisional,
    Caution.POPULATION_IGNORED: _population_ignored,
    Caution.CENSUS: _census,
    Caution.SELF_CHOSEN: _self_chosen,
    Caution.WAITING: _waiting,
    Caution.FEW_RATINGS: _few_ratings,
    Caution.OLDER_CRITERIA: _older_criteria,
}
