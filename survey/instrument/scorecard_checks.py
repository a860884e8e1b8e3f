"""The rules that a scorecard follows as a whole, beyond the form of its parts."""

from collections.abc import Iterator, Sequence

from survey.instrument.checks import find_twice, touches
from survey.instrument.problem import DocumentProblem, DocumentRule, Path
from survey.instrument.scorecard import RANK, Indicator, Scorecard

_TOLERANCE = 1e-9
_COMPONENTS = ("par_scorecard", "components")


def problems_of(card: Scorecard, noted: Sequence[DocumentProblem] = ()) -> list[DocumentProblem]:
    """The problems of a scorecard as a whole; a check that reads a value noted as a problem is left out."""
    problems: list[DocumentProblem] = []
    if not touches({"key"}, noted):
        problems += _keys(card)
    if not touches({"rule"}, noted):
        problems += _surveys(card)
    if not touches({"max_points", "total_points"}, noted):
        problems += _points(card)
    return problems


def _indicator_paths(card: Scorecard) -> list[tuple[Path, Indicator]]:
    return [
        ((*_COMPONENTS, i, "indicators", j), indicator)
        for i, component in enumerate(card.components)
        for j, indicator in enumerate(component.indicators)
    ]


def _keys(card: Scorecard) -> Iterator[DocumentProblem]:
    components = [((*_COMPONENTS, i, "key"), c.key) for i, c in enumerate(card.components)]
    indicators = [((*path, "key"), indicator.key) for path, indicator in _indicator_paths(card)]
    for keys in (components, indicators):
        yield from find_twice(DocumentRule.KEY_TWICE, keys)
    for path, key in indicators:
        if key == RANK:
            yield DocumentProblem(DocumentRule.RANK_RESERVED, path, {"key": RANK})


def _surveys(card: Scorecard) -> Iterator[DocumentProblem]:
    surveys = [(path, i.key) for path, i in _indicator_paths(card) if i.rule.kind == "from_survey"]
    if len(surveys) > 1:
        path, keys = surveys[1][0], tuple(key for _, key in surveys)
        yield DocumentProblem(DocumentRule.SEVERAL_SURVEYS, (*path, "rule"), {"keys": keys})


def _points(card: Scorecard) -> Iterator[DocumentProblem]:
    points, total = sum(component.max_points for component in card.components), card.total_points
    if abs(points - total) > _TOLERANCE:
        path = ("par_scorecard", "total_points")
        yield DocumentProblem(DocumentRule.POINTS_SUM, path, {"points": points, "total": total})
