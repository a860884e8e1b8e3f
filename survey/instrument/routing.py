"""Finds which items a respondent is asked, from the answers before them."""

from collections.abc import Mapping

from survey.instrument.questionnaire import Condition, Questionnaire


def asked_keys(questionnaire: Questionnaire, chosen: Mapping[str, str]) -> frozenset[str]:
    """The keys of the items that a respondent with these options (question key → option key) is asked.

    Options of questions that are not asked are ignored.
    """
    keys: set[str] = set()
    for key, conditions in questionnaire.conditions_by_key:
        if all(_holds(condition, chosen, keys) for condition in conditions):
            keys.add(key)
    return frozenset(keys)


def _holds(condition: Condition, chosen: Mapping[str, str], keys: set[str]) -> bool:
    answer = chosen.get(condition.question) if condition.question in keys else None
    return (answer in condition.values) != condition.negated
