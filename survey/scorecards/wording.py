"""The sentences about a scorecard that pages and files share, in either language."""

from datetime import date

from survey.drawing.formatting import UNDEFINED, format_interval, format_points
from survey.instrument.scorecard import RANK, Indicator
from survey.reports import cautions
from survey.scorecards.ranking import Ranking
from survey.scorecards.results import CardResults, LineStatus, value_in
from survey.scorecards.tasks import is_late
from survey.scoring.borders import is_at_least, round_down, round_up
from survey.scoring.interval import Interval
from survey.scoring.par_index import IndicatorPoints, IndicatorState, Light
from survey.store.scorecards import Entry, Task
from survey.web import locale
from survey.web.locale import N_, gettext_in, ngettext_in

_LIGHTS = {
    Light.FULL: N_("reached"),
    Light.NEAR: N_("near"),
    Light.LOW: N_("low"),
    Light.NONE: N_("not scored"),
}
_SIGNS = {Light.FULL: "●", Light.NEAR: "◐", Light.LOW: "○", Light.NONE: "–"}


def estimate_label(language: str) -> str:
    """The words that stand beside every total."""
    _ = gettext_in(language)
    return _("Internal estimate – only the province's council gives the official points")


def limits(interval: Interval | None, line: Indicator, language: str) -> str:
    """Both ends of an indicator's interval, told apart from its target; an en dash where there is none."""
    return format_interval(interval, language, borders=() if line.target is None else (line.target,))


def total_sentence(results: CardResults, language: str) -> str:
    """The answer: points, interval, and that they are an estimate."""
    _ = gettext_in(language)
    scored = results.scored
    total = locale.format_short(scored.total, language)
    if scored.points is None:
        return _("No points yet, of {total}.").format(total=total)
    values = {"points": format_points(scored.points, language), "total": total}
    if scored.interval is None:
        return _("{points} / {total} points.").format(**values)
    sentence = _("{points} / {total} points (95% confidence interval: {interval}).")
    return sentence.format(interval=format_interval(scored.interval, language), **values)


def provisional_sentence(results: CardResults, language: str) -> str | None:
    """From how many points the total is scored, and why not from all; None where it is."""
    scored = results.scored
    if not scored.provisional:
        return None
    _ = gettext_in(language)
    states = [indicator.state for indicator in scored.indicators]
    message = _(
        "Provisional: scored from {max} of {total} points. Without a value: {missing}; no target: {targets}."
    )
    return message.format(
        max=locale.format_short(scored.max_scored, language),
        total=locale.format_short(scored.total, language),
        missing=states.count(IndicatorState.MISSING),
        targets=states.count(IndicatorState.NO_TARGET),
    )


def approval_sentence(results: CardResults, language: str) -> str:
    """How much of what counts has been approved."""
    _ = gettext_in(language)
    if results.n_entered == 0:
        return _("No value has been entered yet.")
    if results.n_approved == results.n_entered:
        ngettext = ngettext_in(language)
        return ngettext(
            "The {n} value that was entered is approved.",
            "All {n} values that were entered are approved.",
            results.n_entered,
        ).format(n=results.n_entered)
    message = _("Values approved: {approved} of {entered}; the others count until a leader decides.")
    return message.format(approved=results.n_approved, entered=results.n_entered)


def source_sentence(results: CardResults, language: str) -> str | None:
    """Where the satisfaction points come from; None where they are typed."""
    source = results.source
    if source is None:
        return None
    ngettext = ngettext_in(language)
    message = ngettext(
        "Satisfaction comes live from “{campaign}”, {n} form.",
        "Satisfaction comes live from “{campaign}”, {n} forms.",
        source.n_forms,
    ).format(campaign=source.name, n=locale.format_number(source.n_forms, language, 0))
    return " ".join((message, *caution_sentences(results, language)))


def caution_sentences(results: CardResults, language: str, *, labelled: bool = True) -> tuple[str, ...]:
    """What limits the satisfaction points: the cautions of their campaign, and another time.

    Where demonstrations are `labelled`, those of one do not say so again.
    """
    source = results.source
    if source is None:
        return ()
    is_said = labelled and results.is_demo
    sentences = cautions.sentences_without_demo if is_said else cautions.sentences
    return (*_other_period(results, language), *sentences(source.survey, language))


def ranking_cautions(ranking: Ranking, language: str) -> tuple[str, ...]:
    """What limits the satisfaction points of units that have a place, each once, with the campaign's name."""
    sentences = (
        f"{card.source.name}: {sentence}"
        for card in ranking.cards
        if card.source is not None
        for sentence in caution_sentences(card, language)
    )
    return tuple(dict.fromkeys(sentences))


def _other_period(results: CardResults, language: str) -> tuple[str, ...]:
    _ = gettext_in(language)
    source = results.source
    if source is None or not source.is_other_period:
        return ()
    campaign = source.survey.campaign
    first, last = (locale.format_day(day, language) for day in (campaign.opens_on, campaign.closes_on))
    message = _("It was held from {first} to {last}, outside the period of this scorecard ({period}).")
    return (message.format(first=first, last=last, period=results.period.name_in(language)),)


def uncertainty_sentence(results: CardResults, language: str) -> str | None:
    """What the interval of the total covers; None where there is none."""
    if results.scored.interval is None:
        return None
    _ = gettext_in(language)
    return _("The interval covers the sampling error of the satisfaction points only; the rest is counted.")


def rank_sentence(results: CardResults, language: str) -> str | None:
    """The place that was given, against the target and the year before; None without a target."""
    target = results.definition.rank_target
    if target is None:
        return None
    _ = gettext_in(language)
    if results.rank is None:
        message = _("Rank: not given yet; the target is the top {max} of {of}.")
    elif results.rank <= target.max_rank:
        message = _("Rank {rank} of {of}: the target, the top {max}, is reached.")
    else:
        message = _("Rank {rank} of {of}: the target, the top {max}, is not reached.")
    sentence = message.format(rank=results.rank, max=target.max_rank, of=target.of)
    return " ".join([sentence, *_baseline_sentences(results, language)])


def _baseline_sentences(results: CardResults, language: str) -> list[str]:
    _ = gettext_in(language)
    message = _("In {year}: rank {rank} of {of}; components at their maximum: {at_max} of {components}.")
    return [
        message.format(
            year=b.year, rank=b.rank, of=b.of, at_max=b.components_at_max, components=b.components_total
        )
        for b in results.definition.baselines
    ]


def to_do_sentence(results: CardResults, language: str) -> str:
    """How many values are missing and how many wait for a decision."""
    _ = gettext_in(language)
    message = _("Values missing: {missing}; waiting for approval: {waiting}.")
    return message.format(missing=len(results.missing), waiting=len(results.waiting))


def reminder(results: CardResults, today: date, language: str) -> str:
    """What is still to be done on a scorecard, and whether its period is over."""
    if not results.missing and not results.waiting:
        return ""
    _ = gettext_in(language)
    due = results.period.last_day
    message = _("Due since {day}.") if due < today else _("Due on {day}.")
    return f"{to_do_sentence(results, language)} {message.format(day=locale.format_day(due, language))}"


def task_state(task: Task, today: date, language: str) -> str:
    """A sign and words for where a task of the plan stands."""
    _ = gettext_in(language)
    if task.done_on is not None:
        return f"{_SIGNS[Light.FULL]} " + _("done on {day}").format(
            day=locale.format_day(task.done_on, language)
        )
    if is_late(task, today):
        return f"{_SIGNS[Light.LOW]} " + _("late")
    return f"{_SIGNS[Light.NEAR]} " + _("under way")


def components_sentence(results: CardResults, language: str) -> str:
    """How many components have all their points."""
    _ = gettext_in(language)
    scored = results.scored
    return _("Components at their maximum: {n} of {all}.").format(
        n=scored.components_at_max, all=len(scored.components)
    )


def sign(light: Light) -> str:
    """The sign of a light alone, where the word stands beside the picture."""
    return _SIGNS[light]


def light(light: Light, language: str) -> str:
    """A sign and a word: never a colour alone."""
    return f"{_SIGNS[light]} {gettext_in(language)(_LIGHTS[light])}"


def state(scored: IndicatorPoints, language: str) -> str:
    """The light of a scored indicator, the reason of one that is not."""
    _ = gettext_in(language)
    return {
        IndicatorState.SCORED: light(scored.light, language),
        IndicatorState.MISSING: "– " + _("no value yet"),
        IndicatorState.NO_CASE: "– " + _("no case arose"),
        IndicatorState.NO_TARGET: "– " + _("no target set"),
    }[scored.state]


def value(line: Indicator, amount: float | None, language: str) -> str:
    """A value with its unit, an en dash where there is none."""
    if amount is None:
        return UNDEFINED
    _ = gettext_in(language)
    if line.unit == "boolean":
        return _("yes") if amount else _("no")
    if line.key == RANK:
        return f"{amount:.0f}"
    number = locale.format_short(_short(amount), language)
    ngettext = ngettext_in(language)
    points = ngettext("{n} point", "{n} points", 1 if amount == 1 else 2).format(n=number)
    return {"percent": f"{number}%", "points": points}.get(line.unit, number)


def _short(amount: float) -> float:
    """Two decimals, never rounded up to a mark that was not reached: 79.999 is 79.99."""
    return round_down(amount * 100) / 100


def entry_text(line: Indicator, entry: Entry, language: str) -> str:
    """What an entry says: its value, and of how many cases."""
    _ = gettext_in(language)
    if entry.denominator == 0:
        return _("no case arose")
    text = value(line, value_in(entry), language)
    if entry.denominator:
        counts = [
            locale.format_short(number or 0.0, language) for number in (entry.numerator, entry.denominator)
        ]
        return f"{text} ({counts[0]} / {counts[1]})"
    if entry.low is not None and entry.high is not None:
        return f"{text} ({limits(Interval(entry.low, entry.high), line, language)})"
    return text


def rule(line: Indicator, language: str) -> str:
    """How the value earns points, in words."""
    _ = gettext_in(language)
    floor = locale.format_short(line.rule.floor, language)
    return {
        "ratio": _("the rate times the maximum, nothing below {floor}%").format(floor=floor),
        "linear": _("the maximum times value over target"),
        "boolean": _("all or nothing"),
        "from_survey": _("the points of the survey"),
    }[line.rule.kind]


def target(line: Indicator, language: str) -> str:
    """What is aimed at: 95 – 100%, 28 – 30 points, yes."""
    _ = gettext_in(language)
    if line.target is None:
        return _("not set")
    if line.key == RANK:
        return f"≤ {line.target:.0f}"
    if line.stretch is None or line.stretch == line.target:
        return value(line, line.target, language)
    return f"{locale.format_short(line.target, language)} – {value(line, line.stretch, language)}"


def distance(standing: LineStatus, scored: IndicatorPoints, language: str) -> str:
    """How far the value lies from its target, in cases where they were counted; empty where reached."""
    _ = gettext_in(language)
    line, goal = standing.line, standing.line.target
    if scored.value is None or goal is None or scored.light is Light.FULL or line.unit == "boolean":
        return ""
    if is_at_least(scored.value, goal):
        return ""
    entry = standing.counted.entry if standing.counted else None
    if entry is not None and entry.denominator and entry.numerator is not None:
        more = round_up(goal / 100 * entry.denominator) - entry.numerator
        ngettext = ngettext_in(language)
        message = ngettext("{n} more case of {all}", "{n} more cases of {all}", int(more))
        return message.format(
            n=locale.format_short(more, language), all=locale.format_short(entry.denominator, language)
        )
    return _("{n} short").format(n=format_points(goal - scored.value, language, borders=(0.0,)))


def mover(standing: LineStatus, scored: IndicatorPoints, language: str) -> str:
    """What to do about an indicator that could earn more."""
    _ = gettext_in(language)
    if scored.state is IndicatorState.MISSING:
        return _("enter a value")
    if scored.state is IndicatorState.NO_TARGET:
        return _("set a target")
    away = distance(standing, scored, language)
    reach = _("reach {target}").format(target=target(standing.line, language))
    return f"{reach}: {away}" if away else reach


def risk(standing: LineStatus, scored: IndicatorPoints, language: str) -> str:
    """By how little a value stands over the floor under which it earns nothing."""
    _ = gettext_in(language)
    floor = standing.line.rule.floor
    message = _("{margin} percentage points above the floor of {floor}%, under which nothing is earned")
    return message.format(
        margin=format_points(scored.margin, language, borders=(0.0,)),
        floor=locale.format_short(floor, language),
    )
