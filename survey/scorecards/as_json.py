"""The points of a scorecard as values that JSON knows: what the command line, the download and an API say."""

from collections.abc import Mapping

from survey.instrument.scorecard import Scorecard
from survey.json_value import JsonObject
from survey.scorecards.results import CardResults
from survey.scoring.interval import Interval
from survey.scoring.par_index import CardPoints, ComponentPoints, IndicatorPoints
from survey.web.locale import LANGUAGES


def points_entry(card: Scorecard, scored: CardPoints, rank: float | None) -> JsonObject:
    """The whole outcome; null where a number is undefined."""
    units = {indicator.key: indicator.unit for indicator in card.indicators}
    report: JsonObject = {
        "points": scored.points,
        "max_scored": scored.max_scored,
        "total": scored.total,
        "provisional": scored.provisional,
        "interval": _limits(scored.interval),
        "components_at_max": scored.components_at_max,
        "components": {component.key: _component(component, units) for component in scored.components},
    }
    if card.rank_target is not None:
        target = card.rank_target
        rank_value = None if rank is None else int(rank)
        report["rank"] = {"value": rank_value, "max_rank": target.max_rank, "of": target.of}
    return report


def unit_entry(results: CardResults) -> JsonObject:
    """The unit by its id and its name in every language of the interface."""
    return {"id": results.unit_id, **{language: results.unit.to(language) for language in LANGUAGES}}


def card_entry(results: CardResults) -> JsonObject:
    """The outcome of a stored scorecard, with what it is the outcome of and where each value stands."""
    entry: JsonObject = {
        "unit": unit_entry(results),
        "period": results.period.code,
        "definition": {
            "key": results.definition.key,
            "version": results.definition.version,
            "digest": results.digest,
            "decision": results.definition.decision,
        },
        "is_demo": results.is_demo,
        "is_internal_estimate": True,
        "campaign": results.source.key if results.source else None,
        "cautions": list(results.source.cautions) if results.source else [],
        "computed_on": results.computed_at.date().isoformat(),
        "missing": [line.key for line in results.missing],
        "waiting": [line.key for line in results.waiting],
        "approved": [key for key, standing in results.standings.items() if standing.is_approved],
    }
    return entry | points_entry(results.definition, results.scored, results.rank)


def _component(component: ComponentPoints, units: Mapping[str, str]) -> JsonObject:
    return {
        "points": component.points,
        "max_scored": component.max_scored,
        "max_points": component.max_points,
        "interval": _limits(component.interval),
        "indicators": {
            indicator.key: _indicator(indicator, units[indicator.key]) for indicator in component.indicators
        },
    }


def _indicator(indicator: IndicatorPoints, unit: str) -> JsonObject:
    value = indicator.value
    return {
        "value": bool(value) if unit == "boolean" and value is not None else value,
        "points": indicator.points,
        "max_points": indicator.max_points,
        "state": indicator.state.value,
        "interval": _limits(indicator.interval),
        "wilson": _limits(indicator.wilson),
    }


def _limits(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]
