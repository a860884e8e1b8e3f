"""The rules that a scorecard follows as a whole, beyond the form of its parts."""

from collections import Counter
from collections.abc import Iterator

from survey.instrument.node import InstrumentError
from survey.instrument.scorecard import RANK, Scorecard

_TOLERANCE = 1e-9


def check(card: Scorecard) -> None:
    """Refuse a scorecard that could not be scored. The error names the field and the reason."""
    for problem in _problems(card):
        raise InstrumentError(problem)


def _problems(card: Scorecard) -> Iterator[str]:
    for what, keys in (
        ("components", [c.key for c in card.components]),
        ("indicators", [i.key for i in card.indicators]),
    ):
        for key in (key for key, n in Counter(keys).items() if n > 1):
            yield f"par_scorecard.components: two {what} are named {key!r}; every key is used once"
    if card.indicator(RANK):
        yield f"par_scorecard.components: the key {RANK!r} is kept for the rank that is entered"
    surveys = [indicator.key for indicator in card.indicators if indicator.rule.kind == "from_survey"]
    if len(surveys) > 1:
        yield f"par_scorecard.components: {', '.join(surveys)} are all from_survey; one campaign feeds one"
    points = sum(component.max_points for component in card.components)
    if abs(points - card.total_points) > _TOLERANCE:
        yield (
            f"par_scorecard.total_points: max_points sum to {points:g}, total_points is "
            f"{card.total_points:g}; they must be equal"
        )
