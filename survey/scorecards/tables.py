"""The tables of a scorecard, each built once: page, PDF, DOCX and workbook only write them down."""

from collections.abc import Sequence

from survey.drawing.formatting import format_interval
from survey.drawing.tables import Cell, Column, Table
from survey.scorecards import wording
from survey.scorecards.ranking import Ranking
from survey.scorecards.report import CardReport
from survey.scorecards.results import CardResults, LineStatus
from survey.scoring.borders import is_at_most
from survey.scoring.par_index import IndicatorPoints, IndicatorState
from survey.scoring.ranking import Placing
from survey.web.locale import gettext_in

N_MOVERS = 6
_NARROW_MARGIN = 3.0  # percentage points above the floor


def components(results: CardResults, language: str) -> Table:
    """Points and maximum of each component."""
    _ = gettext_in(language)
    maxima = tuple({component.max_scored for component in results.scored.components})
    columns = (
        Column("label", _("Component"), "text"),
        Column("points", _("Points"), "points", maxima),
        Column("max_points", _("Maximum"), "maximum"),
        Column("share", _("Share of maximum"), "percent"),
        Column("max_scored", _("Scored from"), "maximum"),
        Column("state", _("State"), "text"),
    )
    names = {component.key: component.text.to(language) for component in results.definition.components}
    rows = tuple(
        (
            names[component.key],
            component.points,
            component.max_points,
            None if component.points is None else component.points / component.max_scored,
            component.max_scored,
            wording.light(component.light, language),
        )
        for component in results.scored.components
    )
    keys = tuple(component.key for component in results.scored.components)
    return Table("component", _("Components"), columns, keys, rows)


def indicators(results: CardResults, language: str) -> Table:
    """Every indicator under its component: value, target, points, what it rests on."""
    _ = gettext_in(language)
    columns = (
        Column("section", _("Component"), "text"),
        Column("label", _("Indicator"), "text"),
        Column("value", _("Value"), "text"),
        Column("target", _("Target"), "text"),
        Column("points", _("Points"), "points"),
        Column("max_points", _("Maximum"), "maximum"),
        Column("state", _("State, distance to the target"), "text"),
        Column("wilson", _("95% interval of the rate"), "text"),
        Column("evidence", _("Evidence"), "text"),
        Column("approval", _("Approval"), "text"),
    )
    rows = tuple(
        _indicator_row(
            component.text.to(language), results.standings[indicator.key], indicator, results, language
        )
        for component, scored in zip(results.definition.components, results.scored.components, strict=True)
        for indicator in scored.indicators
    )
    keys = tuple(indicator.key for indicator in results.scored.indicators)
    return Table("indicator", _("Indicators"), columns, keys, rows)


def _indicator_row(
    component: str, standing: LineStatus, scored: IndicatorPoints, results: CardResults, language: str
) -> tuple[Cell, ...]:
    line, counted = standing.line, standing.counted
    value = wording.value(line, scored.value, language)
    if counted is not None and not (results.source and line.rule.kind == "from_survey"):
        value = wording.entry_text(line, counted.entry, language)
    elif scored.interval is not None:
        value = f"{value} ({wording.limits(scored.interval, line, language)})"
    interval, away = scored.wilson, wording.distance(standing, scored, language)
    return (
        component,
        line.text.to(language),
        value,
        wording.target(line, language),
        scored.points,
        scored.max_points,
        "; ".join(text for text in (wording.state(scored, language), away) if text),
        f"{format_interval(interval, language)}%" if interval else "",
        _evidence(standing, results, language),
        approval(standing, results, language),
    )


def _evidence(standing: LineStatus, results: CardResults, language: str) -> str:
    if results.source and standing.line.rule.kind == "from_survey":
        return results.source.name
    return standing.counted.entry.evidence_ref if standing.counted else ""


def approval(standing: LineStatus, results: CardResults, language: str) -> str:
    """Where the approving of a line stands."""
    _ = gettext_in(language)
    if results.source and standing.line.rule.kind == "from_survey":
        return _("from the survey")
    if standing.is_approved:
        waits = standing.pending is not None
        return _("approved; a correction waits") if waits else _("approved")
    if standing.pending is not None:
        return _("waits for approval")
    return _("sent back") if standing.was_sent_back else ""


def movers(results: CardResults, language: str) -> Table:
    """What moves the total most: the indicators with the most points still to gain, and what it takes."""
    _ = gettext_in(language)
    columns = (
        Column("label", _("Indicator"), "text"),
        Column("gain", _("Points to gain"), "points"),
        Column("how", _("What it takes"), "text"),
    )
    open_ones = [
        (_gain(indicator), indicator) for indicator in results.scored.indicators if _gain(indicator) > 0
    ]
    open_ones.sort(key=lambda pair: -pair[0])
    rows = tuple(
        (
            results.standings[indicator.key].line.text.to(language),
            gain,
            wording.mover(results.standings[indicator.key], indicator, language),
        )
        for gain, indicator in open_ones[:N_MOVERS]
    )
    keys = tuple(indicator.key for _gain_, indicator in open_ones[:N_MOVERS])
    return Table("mover", _("What moves the total most"), columns, keys, rows)


def _gain(scored: IndicatorPoints) -> float:
    if scored.state is IndicatorState.NO_CASE:
        return 0.0
    return scored.to_gain if scored.state is IndicatorState.SCORED else scored.max_points


def risks(results: CardResults, language: str) -> Table:
    """The indicators that stand so little over their floor that they may lose all their points."""
    _ = gettext_in(language)
    columns = (
        Column("label", _("Indicator"), "text"),
        Column("loss", _("Points at risk"), "points"),
        Column("why", _("How near"), "text"),
    )
    near = [
        indicator
        for indicator in results.scored.indicators
        if indicator.margin is not None and is_at_most(indicator.margin, _NARROW_MARGIN) and indicator.at_risk
    ]
    near.sort(key=lambda indicator: -indicator.at_risk)
    rows = tuple(
        (
            results.standings[indicator.key].line.text.to(language),
            indicator.at_risk,
            wording.risk(results.standings[indicator.key], indicator, language),
        )
        for indicator in near
    )
    return Table("risk", _("What could be lost"), columns, tuple(indicator.key for indicator in near), rows)


def trend(cards: Sequence[CardResults], language: str) -> Table:
    """The totals of a unit's periods, oldest first."""
    _ = gettext_in(language)
    columns = (
        Column("label", _("Reporting period"), "text"),
        Column("points", _("Points"), "points"),
        Column("ci_low", _("95% interval, lower"), "points"),
        Column("ci_high", _("95% interval, upper"), "points"),
        Column("max_scored", _("Scored from"), "maximum"),
        Column("at_max", _("Components at maximum"), "count"),
    )
    rows = tuple(
        (
            card.period.name_in(language),
            card.scored.points,
            card.scored.interval.low if card.scored.interval else None,
            card.scored.interval.high if card.scored.interval else None,
            card.scored.max_scored,
            card.scored.components_at_max,
        )
        for card in cards
    )
    return Table("trend", _("Trend"), columns, tuple(str(card.card_id) for card in cards), rows)


def ranking(ranked: Ranking, language: str) -> Table:
    """The units by their points, with how sure each place is."""
    _ = gettext_in(language)
    columns = (
        Column("label", _("Unit"), "text"),
        Column("rank", _("Place"), "count"),
        Column("places", _("95% interval of places"), "text"),
        Column("chance", _("Probability of the top {top}").format(top=ranked.top), "percent"),
        Column("points", _("Points"), "points"),
        Column("interval", _("95% interval"), "text"),
        Column("scored", _("Scored from"), "maximum"),
    )
    rows = tuple(
        (
            unit.card.unit_called(language),
            unit.placing.rank,
            _places(unit.placing),
            unit.placing.chance_top if ranked.has_top else None,
            unit.points,
            format_interval(unit.interval, language),
            unit.card.scored.max_scored,
        )
        for unit in ranked.placed
    )
    keys = tuple(unit.placing.key for unit in ranked.placed)
    return Table("ranking", _("Ranking"), columns, keys, rows)


def _places(placing: Placing) -> str:
    return f"{placing.low}" if placing.low == placing.high else f"{placing.low} – {placing.high}"


def values(results: CardResults, language: str) -> Table:
    """What was entered for every line, as numbers to go on calculating with."""
    _ = gettext_in(language)
    columns = (
        Column("label", _("Indicator"), "text"),
        Column("key", _("Key"), "text"),
        Column("value", _("Value"), "points"),
        Column("unit", _("Measured in"), "text"),
        Column("numerator", _("Numerator: cases that count"), "maximum"),
        Column("denominator", _("Denominator: all cases"), "maximum"),
        Column("target", _("Target"), "maximum"),
        Column("evidence", _("Evidence"), "text"),
        Column("approval", _("Approval"), "text"),
    )
    units = {"percent": "%", "points": _("points"), "boolean": _("1 yes, 0 no"), "number": _("number")}
    scored = {indicator.key: indicator for indicator in results.scored.indicators}
    rows = []
    for key, standing in results.standings.items():
        entry = standing.counted.entry if standing.counted else None
        value = scored[key].value if key in scored else results.rank
        rows.append(
            (
                standing.line.text.to(language),
                key,
                value,
                units[standing.line.unit],
                entry.numerator if entry else None,
                entry.denominator if entry else None,
                standing.line.target,
                _evidence(standing, results, language),
                approval(standing, results, language),
            )
        )
    return Table("value", _("Values"), columns, tuple(results.standings), tuple(rows))


def tasks(report: CardReport, language: str) -> Table:
    """The tasks of the year's plan."""
    _ = gettext_in(language)
    columns = (
        Column("label", _("Task"), "text"),
        Column("responsible", _("Responsible"), "text"),
        Column("due", _("Due"), "day"),
        Column("state", _("State"), "text"),
        Column("evidence", _("Document"), "text"),
    )
    rows = tuple(
        (
            task.title,
            task.responsible,
            task.due_on,
            wording.task_state(task, report.today, language),
            task.evidence_ref,
        )
        for task in report.tasks
    )
    return Table("task", _("Tasks of the plan"), columns, tuple(str(task.id) for task in report.tasks), rows)
