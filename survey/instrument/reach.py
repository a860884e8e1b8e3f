"""Finds what respondents of a group can be asked at most, and refuses what nobody could be scored by."""

from collections.abc import Iterator, Sequence

from survey.instrument.checks import item_paths, touches
from survey.instrument.paths import Paths, TooManyPathsError
from survey.instrument.problem import DocumentProblem, DocumentRule, InstrumentError
from survey.instrument.questionnaire import GROUP_QUESTION, Criterion, Questionnaire

MAX_CONDITION_DEPTH = 50  # the rules of style that hide a question grow with it
_NAMES = frozenset(
    {"key", "groups", "show_if", "required", "page", "scored", "weight", "group_rule", "min_valid_items"}
    | {"max_points", "unscored_criteria"}
)


def check_reachable(q: Questionnaire) -> None:
    """Refuse a questionnaire by which a group, or a criterion, can never get points.

    Versions that are published already are read without this check.
    """
    if problems := problems_of_reach(q):
        raise InstrumentError(problems)


def problems_of_reach(q: Questionnaire, noted: Sequence[DocumentProblem] = ()) -> list[DocumentProblem]:
    """The groups and criteria that never get points; [] where a problem noted before decides about them.

    A questionnaire whose paths are too many to prove that has this as its problem.
    """
    if touches(_NAMES, noted):
        return []
    if deep := next(_chains_too_long(q), None):
        return [deep]
    try:
        reach = _Reach(q, Paths(q))
        return [*reach.problems_of_groups(), *reach.problems_of_criteria()]
    except TooManyPathsError:
        return [DocumentProblem(DocumentRule.CONDITIONS_TOO_MANY, ("context_questions",))]


def most_asked(q: Questionnaire, group: str, criteria: Sequence[Criterion]) -> int:
    """The largest number of these criteria that one respondent of a group can be asked."""
    keys = [criterion.key for criterion in criteria]
    return len(Paths(q).find_most(group, keys, enough=len(keys)))


class _Reach:
    """The groups and criteria of a questionnaire that can be reached on some path."""

    def __init__(self, q: Questionnaire, paths: Paths) -> None:
        self._q = q
        self._paths = paths
        self._earning = tuple(group for group in q.offered_groups() if _earns_points(q, group))
        self._scored = frozenset(criterion.key for criterion in q.scored_criteria)
        self._reached: set[str] = set()

    def problems_of_groups(self) -> Iterator[DocumentProblem]:
        minimum = self._q.scoring.min_valid_items
        keys = [criterion.key for criterion in self._q.criteria]
        for group in self._q.offered_groups():
            together = self._paths.find_most(group, keys, enough=max(minimum, 1))
            if len(together) < minimum:
                yield DocumentProblem(
                    DocumentRule.TOO_FEW_ASKED,
                    ("instrument", "min_valid_items"),
                    {"minimum": minimum, "group": group, "largest": len(together)},
                )
            if group in self._earning:
                scored = together & self._scored or self._paths.find_most(group, self._scored, enough=1)
                self._reached |= scored
                if not scored:
                    yield DocumentProblem(DocumentRule.GROUP_NEVER_ASKED, ("groups", group), {"group": group})

    def problems_of_criteria(self) -> Iterator[DocumentProblem]:
        for group in self._earning:
            self._reached |= self._paths.find_reachable(group, sorted(self._scored - self._reached))
        for path, criterion in item_paths(self._q):
            if criterion.key in self._scored - self._reached:
                arguments = {"key": criterion.key, "groups": self._earning}
                yield DocumentProblem(DocumentRule.CRITERION_NEVER_ASKED, path, arguments)


def _earns_points(q: Questionnaire, key: str) -> bool:
    group = q.group(key)
    return group.scored and (q.scoring.group_rule == "pooled" or group.weight > 0)


def _chains_too_long(q: Questionnaire) -> Iterator[DocumentProblem]:
    """The first item behind more questions, each asked after the one before, than a page can follow."""
    lengths: dict[str, int] = {}
    paths = {item.key: path for path, item in item_paths(q)}
    for key, conditions in q.conditions_by_key:
        named = {condition.question for condition in conditions} - {GROUP_QUESTION}
        lengths[key] = max((1 + lengths[question] for question in named), default=0)
        if lengths[key] > MAX_CONDITION_DEPTH:
            arguments = {"key": key, "n": lengths[key], "limit": MAX_CONDITION_DEPTH}
            yield DocumentProblem(DocumentRule.CONDITIONS_TOO_DEEP, (*paths[key], "show_if"), arguments)
