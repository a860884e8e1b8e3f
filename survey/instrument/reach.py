"""Finds what respondents of a group can be asked at most, and refuses what nobody could be scored by."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from survey.instrument.node import InstrumentError
from survey.instrument.questionnaire import GROUP_QUESTION, Condition, Criterion, Question, Questionnaire

_MAX_STEPS = 20_000  # of one search; beyond them a criterion counts as asked unless it was ruled out
Chosen = Mapping[str, str | None]  # the answer to each question, None where it is not asked or left blank


def check_reachable(q: Questionnaire) -> None:
    """Refuse a questionnaire by which a group, or a criterion, can never get points.

    Versions that are published already are read without this check.
    """
    for problem in _problems(q):
        raise InstrumentError(problem)


def _problems(q: Questionnaire) -> Iterator[str]:
    minimum = q.scoring.min_valid_items
    for group in q.offered_groups():
        largest = most_asked(q, group, q.criteria)
        if largest < minimum:
            yield (
                f"instrument.min_valid_items: {minimum} answered criteria make a form complete, but the "
                f"group {group!r} is asked {largest} at most, so its forms are never scored; "
                f"write {largest} or less, or ask the group more criteria"
            )
        if _earns_points(q, group) and most_asked(q, group, q.scored_criteria) == 0:
            yield (
                f"groups.{group}: the group is scored, but 0 of {len(q.scored_criteria)} criteria with "
                "points are ever asked of it; ask it one, or set scored to false"
            )
    for criterion in q.scored_criteria:
        earning = [group for group in q.offered_groups() if _earns_points(q, group)]
        if not any(most_asked(q, group, [criterion]) for group in earning):
            yield (
                f"{criterion.key}: none of the scored groups ({', '.join(earning) or 'there is none'}) is "
                "ever asked it, so it never earns points; correct its groups or show_if"
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
