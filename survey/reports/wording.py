"""The sentences about results that pages and files share: what is said about the score, in either language.

Pure functions over CampaignResults. The English words are the message ids, translations/vi/reports.po has the
Vietnamese. Numbers are printed here and nowhere else, so that no two outputs round differently.
"""

from collections.abc import Sequence

from survey.drawing.formatting import (
    UNDEFINED,
    format_count,
    format_interval,
    format_percent,
    format_points,
    format_signed,
    quote,
    quote_each,
)
from survey.reports import cautions
from survey.reports.cautions import criterion_label as criterion_label
from survey.results.analysis import RankedCriterion
from survey.results.campaign import CampaignResults
from survey.results.releasing import UNIT_VIEW
from survey.results.trend import NotCompared, Step
from survey.scoring.importance import Quadrant
from survey.scoring.interval import Interval
from survey.scoring.rules import Target
from survey.scoring.verdict import BandPosition, FormsNeeded, Verdict, band_precision
from survey.web import locale
from survey.web.locale import N_, gettext_in, ngettext_in

_MOST_NAMED = 3
_VERDICTS = {
    Verdict.EXCEEDS: N_("Target exceeded"),
    Verdict.MET: N_("Target met"),
    Verdict.MISSED: N_("Target missed"),
    Verdict.INCONCLUSIVE: N_("Not enough evidence to conclude"),
    Verdict.WITHHELD: N_("Sample too small to conclude"),
}
_READINGS = {
    BandPosition.BELOW: N_("below the target band"),
    BandPosition.WITHIN: N_("within the target band"),
    BandPosition.ABOVE: N_("above the target band"),
}
_QUADRANTS = {
    Quadrant.FIX_FIRST: N_("improve first"),
    Quadrant.KEEP_UP: N_("keep up"),
    Quadrant.LOW_PRIORITY: N_("later"),
    Quadrant.POSSIBLE_OVERKILL: N_("good enough"),
}

_NOT_COMPARED = {
    NotCompared.OTHER_VERSION: N_("Not compared, because their questionnaire is another version:"),
    NotCompared.OTHER_UNITS: N_("Not compared, because they are of other units:"),
    NotCompared.DEMONSTRATION: N_("Not compared, because only one side is a demonstration:"),
    NotCompared.NO_SCORE: N_("Not compared, because they have no score:"),
}


def view_names(language: str) -> dict[str, tuple[str, str]]:
    """What each view and one of its parts is called, in the order of the report."""
    _ = gettext_in(language)
    return {
        "group": (_("Respondent groups"), _("Group")),
        "desk": (_("Desks"), _("Desk")),
        UNIT_VIEW: (_("Units"), _("Unit")),
        "field": (_("Fields"), _("Field")),
        "channel": (_("Submission channels"), _("Channel")),
        "month": (_("Months"), _("Month")),
    }


def verdict_name(verdict: Verdict, language: str) -> str:
    """What the interval says about the target band, in a few words."""
    return gettext_in(language)(_VERDICTS[verdict])


def reading_name(reading: BandPosition | None, language: str) -> str:
    """Where the bare point lies, in a few words; an en dash without a score."""
    return UNDEFINED if reading is None else gettext_in(language)(_READINGS[reading])


def quadrant_name(quadrant: Quadrant | None, language: str) -> str:
    """What a quadrant says about its criteria, in a few words."""
    return UNDEFINED if quadrant is None else gettext_in(language)(_QUADRANTS[quadrant])


def band(results: CampaignResults, language: str) -> str:
    """The target band, 28 – 30."""
    scoring = results.questionnaire.scoring
    low, high = (locale.format_short(limit, language) for limit in (scoring.target_low, scoring.target_high))
    return f"{low} – {high}"


def borders(results: CampaignResults) -> tuple[float, float]:
    """The borders that a score and its limits are compared with: both ends of the target band."""
    scoring = results.questionnaire.scoring
    return (scoring.target_low, scoring.target_high)


def points(value: float | None, results: CampaignResults, language: str) -> str:
    """A score or a limit of it: 28,23, or 27,997 beside the target 28."""
    return format_points(value, language, borders=borders(results))


def interval(limits: Interval | None, results: CampaignResults, language: str) -> str:
    """The interval of a score: 24,44 – 32,02."""
    return format_interval(limits, language, borders=borders(results))


def out_of(results: CampaignResults, language: str) -> str:
    """The score out of its maximum, 28,23 / 38."""
    maximum = locale.format_short(results.score.max_points, language)
    return f"{points(results.score.score, results, language)} / {maximum}"


def level(results: CampaignResults, language: str) -> str:
    """The confidence level of every interval, 95%."""
    return f"{locale.format_short(100 * results.score.level, language)}%"


def verdict_sentence(results: CampaignResults, language: str) -> str:
    """The first sentence of every report: score, verdict, interval and target band."""
    _ = gettext_in(language)
    score, target = results.score, band(results, language)
    if score.score is None:
        return _("No score yet. Target band {band}.").format(band=target)
    verdict = verdict_name(score.verdict, language)
    values = {
        "score": out_of(results, language),
        "verdict": verdict[:1].lower() + verdict[1:],
        "band": target,
    }
    if score.interval is None:
        statement = _("{score} points — {verdict}. Target band {band}.").format(**values)
    else:
        limits = interval(score.interval, results, language)
        statement = _(
            "{score} points — {verdict} ({level} confidence interval: {interval}). Target band {band}."
        ).format(level=level(results, language), interval=limits, **values)
    return _whose_score(results, language) + statement


def _whose_score(results: CampaignResults, language: str) -> str:
    """The beginning of the first sentence where a scored group has no answer, or too few forms."""
    _ = gettext_in(language)
    scored = [group.key for group in results.questionnaire.groups if group.scored]
    absent, short = results.score.absent_groups, _short_groups(results, language)
    parts = []
    if absent:
        present = tuple(key for key in scored if key not in absent)
        parts.append(
            _("Only {present}; no answer from {absent}").format(
                present=cautions.group_labels(results, present, language),
                absent=cautions.group_labels(results, absent, language),
            )
        )
    parts += short
    return "; ".join(parts) + ": " if parts else ""


def _short_groups(results: CampaignResults, language: str) -> list[str]:
    """The scored groups with too few forms for a verdict, with how many."""
    ngettext = ngettext_in(language)
    codes = [code.split(":") for code in results.score.withheld_because if code.startswith("small_group:")]
    return [
        ngettext("Only {n} form from {group}", "Only {n} forms from {group}", int(code[-1])).format(
            n=code[-1], group=cautions.group_labels(results, (":".join(code[1:-1]),), language)
        )
        for code in codes
    ]


def reading_sentence(results: CampaignResults, language: str) -> str | None:
    """The plain reading of the point beside the verdict; None without a score."""
    if results.score.reading is None:
        return None
    _ = gettext_in(language)
    return _(
        "The point alone lies {reading}; a scoring table reads it so, without its margin of error."
    ).format(reading=reading_name(results.score.reading, language))


def forms_needed_sentence(results: CampaignResults, language: str) -> str | None:
    """How many more forms would settle an open verdict, as a plan; None when nothing is open."""
    needed = results.forms_needed
    if needed is None:
        return None
    ngettext = ngettext_in(language)
    values = {"more": format_count(needed.more, language), "total": format_count(needed.total, language)}
    if needed.is_for_absent_only:
        message = ngettext(
            "For a score of all groups, at least {more} more form is needed from {groups}.",
            "For a score of all groups, at least {more} more forms are needed from {groups}.",
            needed.more,
        )
        return message.format(
            groups=cautions.group_labels(results, tuple(needed.of_absent), language), **values
        )
    if needed.can_decide:
        return ngettext(
            "To settle it, about {more} more form is needed ({total} in all), if answers go on varying as"
            " they do; a plan, not a promise.",
            "To settle it, about {more} more forms are needed ({total} in all), if answers go on varying as"
            " they do; a plan, not a promise.",
            needed.more,
        ).format(**values) + _by_group(needed, results, language)
    return ngettext(
        "The score is too close to the edge of the target band for more forms to decide. For an interval of"
        " {half_width} points, about {more} more form is needed ({total} in all).",
        "The score is too close to the edge of the target band for more forms to decide. For an interval of"
        " {half_width} points, about {more} more forms are needed ({total} in all).",
        needed.more,
    ).format(
        half_width=f"±\N{NO-BREAK SPACE}{locale.format_short(needed.half_width or 0.0, language)}", **values
    )


def _by_group(needed: FormsNeeded, results: CampaignResults, language: str) -> str:
    """How the forms share out over respondent groups, where the sample is drawn by them."""
    labels = {group.key: group.text.to(language) for group in results.questionnaire.groups}
    shared = [
        f"{quote(labels[key], language)} {format_count(more, language)}"
        for key, more in needed.by_stratum.items()
        if key in labels
    ]
    return f" ({'; '.join(shared)})" if len(shared) > 1 else ""


def watched_sentence(results: CampaignResults, language: str) -> str | None:
    """The interval for repeated looks; None once the campaign is closed."""
    if results.watched is None:
        return None
    _ = gettext_in(language)
    return _(
        "While forms come in and results are looked at again and again, only a wider {level} interval holds"
        " at every look: {interval}."
    ).format(level=level(results, language), interval=interval(results.watched, results, language))


def rate_sentence(results: CampaignResults, language: str) -> str | None:
    """The share of satisfied answers, labelled as unweighted; None without answers."""
    if results.satisfied_rate is None:
        return None
    _ = gettext_in(language)
    return _("Satisfied answers: {rate} of all valid answers (unweighted; not the score).").format(
        rate=format_percent(results.satisfied_rate, language)
    )


def sampling_error_sentence(language: str) -> str:
    """What the interval does not cover. Printed beside every interval."""
    _ = gettext_in(language)
    return _(
        "The confidence interval covers sampling error only; people who scan a QR code choose themselves and"
        " may not represent everybody who used the service."
    )


def band_sentences(results: CampaignResults, language: str) -> tuple[str, ...]:
    """How narrow the target band is, and how many forms it takes to say anything about it."""
    _ = gettext_in(language)
    scoring = results.questionnaire.scoring
    band = band_precision(Target(scoring.target_low, scoring.target_high), scoring.total_points)
    if band is None:
        return ()
    narrow = _(
        "In points, the target band is {width} wide; thirty forms usually give an interval {usual} wide."
    )
    ngettext = ngettext_in(language)
    needed = ngettext(
        "To find that the score lies inside the band usually takes more than {forms} form; with fewer, “not"
        " enough evidence” is to be expected and no sign of poor service.",
        "To find that the score lies inside the band usually takes more than {forms} forms; with fewer, “not"
        " enough evidence” is to be expected and no sign of poor service.",
        band.forms,
    )
    return (
        narrow.format(
            width=locale.format_short(band.width, language),
            usual=format_points(band.interval_width_of_thirty, language, 1),
        ),
        needed.format(forms=format_count(band.forms, language)),
    )


def summary_sentences(results: CampaignResults, language: str) -> tuple[str, ...]:
    """What the summary says, most important first; what does not apply is left out."""
    said_first = (
        verdict_sentence(results, language),
        *cautions.sentences_without_demo(results, language),
        reading_sentence(results, language),
        watched_sentence(results, language),
        forms_needed_sentence(results, language),
        rate_sentence(results, language),
        sampling_error_sentence(language),
    )
    return tuple(sentence for sentence in said_first if sentence) + band_sentences(results, language)


def change_sentence(step: Step, language: str) -> str:
    """What changed from the campaign before to this one."""
    _ = gettext_in(language)
    if step.before is None or step.change is None:
        return _("No earlier campaign can be compared with this one")
    change, before = step.change.difference, step.before.name
    if change is None:
        return _("The score of one of the two campaigns is not defined, so no change can be told")
    if change.interval is None:
        return _("{change} points since “{before}”; its sampling error is not known").format(
            change=format_signed(change.estimate, language), before=before
        )
    text = _(
        "{change} points since “{before}”, not statistically significant (adjusted interval: {interval})"
    )
    if step.change.is_significant:
        text = _(
            "{change} points since “{before}”, statistically significant (adjusted interval: {interval})"
        )
    limits = format_interval(change.interval, language, borders=(0.0,))
    sentence = text.format(change=format_signed(change.estimate, language), before=before, interval=limits)
    return sentence if step.change.same_criteria else f"{sentence}. {other_criteria_note(language)}"


def other_criteria_note(language: str) -> str:
    """That two scores are of different criteria."""
    _ = gettext_in(language)
    return _("The two scores are not of the same criteria, because one lacks answers to some.")


def not_compared_sentence(reason: NotCompared, names: Sequence[str], language: str) -> str:
    """The campaigns that are not compared for one reason."""
    _ = gettext_in(language)
    return _(_NOT_COMPARED[reason]) + " " + quote_each(names, language)


def priorities_sentence(ranked: Sequence[RankedCriterion], language: str) -> str:
    """Which criteria matter most and do worst."""
    _ = gettext_in(language)
    first = [one for one in ranked if one.priority.quadrant is Quadrant.FIX_FIRST]
    if not any(one.priority.quadrant for one in ranked):
        return _("Too few people answered the overall question to tell what matters.")
    if not first:
        return _("No criterion is both important and weak")
    first.sort(
        key=lambda one: one.priority.importance.value if one.priority.importance else 0.0, reverse=True
    )
    labels = (criterion_label(one.criterion, language) for one in first[:_MOST_NAMED])
    return _("Improve first: {criteria}").format(criteria=quote_each(labels, language))
