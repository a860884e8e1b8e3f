"""Finds what respondents of a group can be asked at most, and refuses what nobody could be scored by."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from survey.instrument.checks import item_paths, touches
from survey.instrument.problem import DocumentProblem, DocumentRule, InstrumentError
from survey.instrument.questionnaire import GROUP_QUESTION, Condition, Criterion, Question, Questionnaire

_MAX_STEPS = 20_000  # of one search; beyond them a criterion counts as asked unless it was ruled out
_NAMES = frozenset(
    {"key", "groups", "show_if", "required", "page", "scored", "weight", "group_rule", "min_valid_items"}
    | {"max_points", "unscored_criteria"}
)
Chosen = Mapping[str, str | None]  # the answer to each question, None where it is not asked or left blank


def check_reachable(q: Questionnaire) -> None:
    """Refuse a questionnaire by which a group, or a criterion, can never get points.

    Versions that are published already are read without this check.
    """
    if problems := problems_of_reach(q):
        raise InstrumentError(problems)


def problems_of_reach(q: Questionnaire, noted: Sequence[DocumentProblem] = ()) -> list[DocumentProblem]:
    """The groups and criteria that never get points; [] where a problem noted before decides about them."""
    return [] if touches(_NAMES, noted) else [*_problems_of_groups(q), *_problems_of_criteria(q)]


def _problems_of_groups(q: Questionnaire) -> Iterator[DocumentProblem]:
    minimum = q.scoring.min_valid_items
    for group in q.offered_groups():
        largest = most_asked(q, group, q.criteria)
        if largest < minimum:
            yield DocumentProblem(
                DocumentRule.TOO_FEW_ASKED,
                ("instrument", "min_valid_items"),
                {"minimum": minimum, "group": group, "largest": largest},
            )
        if _earns_points(q, group) and most_asked(q, group, q.scored_criteria) == 0:
            yield DocumentProblem(DocumentRule.GROUP_NEVER_ASKED, ("groups", group), {"group": group})


def _problems_of_criteria(q: Questionnaire) -> Iterator[DocumentProblem]:
    earning = tuple(group for group in q.offered_groups() if _earns_points(q, group))
    for path, criterion in item_paths(q):
        if not isinstance(criterion, Criterion) or criterion.max_points == 0:
            continue
        if not any(most_asked(q, group, [criterion]) for group in earning):
            yield DocumentProblem(
                DocumentRule.CRITERION_NEVER_ASKED, path, {"key": criterion.key, "groups": earning}
            )


def _earns_points(q: Questionnaire, key: str) -> bool:
    group = q.group(key)
    return group.scored and (q.scoring.group_rule == "pooled" or group.weight > 0)


def most_asked(q: Questionnaire, group: str, criteria: Sequence[Criterion]) -> int:
    """The largest number of these criteria that one respondent of a group can be asked."""
    conditions = dict(q.conditions_by_key)
    questions = [question for question in q.questions if question.key != GROUP_QUESTION]
    return sum(
        _Search(part, [question for question in questions if question.key in keys], conditions, group).run()
        for keys, part in _independent(criteria, conditions)
    )


def _independent(
    criteria: Sequence[Criterion], conditions: Mapping[str, tuple[Condition, ...]]
) -> list[tuple[set[str], list[Criterion]]]:
    """The criteria in parts that depend on no common question, each with the questions it depends on."""
    parts: list[tuple[set[str], list[Criterion]]] = []
    for criterion in criteria:
        keys, members = _questions_behind(criterion.key, conditions), [criterion]
        for part in [part for part in parts if part[0] & keys]:
            parts.remove(part)
            keys, members = keys | part[0], part[1] + members
        parts.append((keys, members))
    return parts


def _questions_behind(key: str, conditions: Mapping[str, tuple[Condition, ...]]) -> set[str]:
    """The questions that decide whether an item is asked, besides that of the group."""
    keys: set[str] = set()
    waiting = [key]
    while waiting:
        named = {condition.question for condition in conditions[waiting.pop()]} - {GROUP_QUESTION}
        waiting += sorted(named - keys)
        keys |= named
    return keys


@dataclass
class _Search:
    """A search for the answers of a group by which most of the criteria are asked."""

    criteria: Sequence[Criterion]
    questions: Sequence[Question]
    conditions: Mapping[str, tuple[Condition, ...]]
    group: str
    best: int = 0
    steps: int = field(default=0, init=False)

    def run(self) -> int:
        """The largest number of criteria that can be asked."""
        self._choose(0, {GROUP_QUESTION: self.group})
        return self.best

    def _choose(self, index: int, chosen: Chosen) -> None:
        """Try the answers to the questions from `index` on, where they can lead to more than the best."""
        self.steps += 1
        possible = sum(
            all(_can_hold(c, chosen) for c in self.conditions[criterion.key]) for criterion in self.criteria
        )
        if possible <= self.best:
            return
        if index == len(self.questions) or self.steps > _MAX_STEPS:
            self.best = possible
            return
        question = self.questions[index]
        for answer in self._answers(question, chosen):
            self._choose(index + 1, {**chosen, question.key: answer})

    def _answers(self, question: Question, chosen: Chosen) -> list[str | None]:
        """Answers that lead to different paths; one for all that lead to the same."""
        if not all(_can_hold(condition, chosen) for condition in self.conditions[question.key]):
            return [None]
        of_question = [c for c in self._conditions() if c.question == question.key]
        by_path = {
            tuple(option.key in c.values for c in of_question): option.key for option in question.options
        }
        return [*by_path.values(), *([] if question.required else [None])]

    def _conditions(self) -> Iterable[Condition]:
        items: list[Question | Criterion] = [*self.questions, *self.criteria]
        return (condition for item in items for condition in self.conditions[item.key])


def _can_hold(condition: Condition, chosen: Chosen) -> bool:
    """Whether a condition holds, or its question has no answer yet."""
    if condition.question not in chosen:
        return True
    return (chosen[condition.question] in condition.values) != condition.negated
