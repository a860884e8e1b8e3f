"""Who is asked what: the path that earlier answers open through a questionnaire."""

from collections.abc import Mapping

from survey.instrument.questionnaire import (
    GROUP_QUESTION,
    Condition,
    Criterion,
    Question,
    Questionnaire,
    once,
)


def conditions(questionnaire: Questionnaire, item: Question | Criterion) -> tuple[Condition, ...]:
    """Everything that must hold for `item` to be asked: its own conditions and its respondent groups.

    A condition on a question that was not asked, or left blank, does not hold; negated, it does.
    """
    if isinstance(item, Question) or set(questionnaire.offered_groups()) <= set(item.groups):
        return item.show_if
    return (Condition(GROUP_QUESTION, item.groups), *item.show_if)


def asked_keys(questionnaire: Questionnaire, chosen: Mapping[str, str]) -> frozenset[str]:
    """The keys of the items on the path of a respondent who chose these options (question key → option key).

    Options chosen in questions off the path are ignored, however they got into `chosen`.
    """
    asked: set[str] = set()
    for key, needed in _paths(questionnaire):
        if all(_holds(condition, chosen, asked) for condition in needed):
            asked.add(key)
    return frozenset(asked)


@once
def _paths(questionnaire: Questionnaire) -> tuple[tuple[str, tuple[Condition, ...]], ...]:
    """Every item's key with its conditions, in the order items are asked."""
    return tuple((item.key, conditions(questionnaire, item)) for item in questionnaire.items())


def _holds(condition: Condition, chosen: Mapping[str, str], asked: set[str]) -> bool:
    answer = chosen.get(condition.question) if condition.question in asked else None
    return (answer in condition.values) != condition.negated
