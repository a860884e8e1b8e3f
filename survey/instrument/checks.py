"""The rules that a questionnaire follows as a whole, beyond the form of its parts."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from survey.instrument.node import InstrumentError
from survey.instrument.questionnaire import (
    CONSENT,
    GROUP_QUESTION,
    Condition,
    Criterion,
    Question,
    Questionnaire,
    Substitution,
    Text,
)

# The columns of response files that describe the form and hold no answer.
FORM_COLUMNS = (
    "form_valid",
    "form_desk",
    "form_unit",
    "form_day",
    "form_language",
    "form_mode",
    "form_weight",
)
# In response files: not applicable, not asked, left blank.
NO_ANSWER_CODES = (-1, -2, -9)
# A field with the name of a property of HTML forms (action, …) would hide that property from the script.
RESERVED_KEYS = frozenset({CONSENT, "submission_id", "lang", "change", "f", "main"}) | frozenset(
    {"action", "contains", "dataset", "submit", *FORM_COLUMNS}
)
PAGE_KEYS = frozenset({CONSENT, "visit", "last", "check"})
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_TOLERANCE = 1e-9


def check(q: Questionnaire) -> None:
    """Refuse a questionnaire that could not be asked or scored. The error names the field and the reason."""
    for problem in _problems(q):
        raise InstrumentError(problem)


def _problems(q: Questionnaire) -> Iterator[str]:
    yield from _keys(q)
    yield from _points(q)
    yield from _scale(q)
    yield from _groups(q)
    yield from _conditions(q)
    yield from _substitutions(q)


def _keys(q: Questionnaire) -> Iterator[str]:
    keys = [item.key for item in q.items()] + [q.comment.key]
    yield from (f"{key}: this key names two items; every key is used once" for key in _duplicates(keys))
    yield from (f"{key}: this key is reserved for the form itself" for key in keys if key in RESERVED_KEYS)
    sections = [section.key for section in q.sections]
    yield from (
        f"factors: the key {key!r} is reserved for the form itself" for key in sections if key in PAGE_KEYS
    )
    yield from (f"factors: two sections are named {key!r}" for key in _duplicates(sections))
    for question in q.questions:
        for key in _duplicates(option.key for option in question.options):
            yield f"{question.key}: two options are named {key!r}"


def _points(q: Questionnaire) -> Iterator[str]:
    total, points = q.scoring.total_points, sum(c.max_points for c in q.scored_criteria)
    if abs(total - points) > _TOLERANCE:
        yield f"factors: max_points sum to {points:g}, total_points is {total:g}; they must be equal"
    if not q.scoring.target_low < q.scoring.target_high:
        low, high = q.scoring.target_low, q.scoring.target_high
        yield f"instrument.target: low ({low:g}) must be below high ({high:g})"
    for criterion in q.unscored:
        if criterion.max_points:
            yield f"{criterion.key}: an unscored criterion has max_points 0, points {criterion.max_points:g}"


def _scale(q: Questionnaire) -> Iterator[str]:
    values = [option.value for option in q.scale.options]
    if values != list(range(1, len(values) + 1)):
        yield f"scale.options: values must be 1, 2, 3 … from worst to best, found {values}"
    for worse, better in pairwise(q.scale.options):
        if worse.share > better.share:
            yield f"scale.options: answer {better.value} earns less ({better.share:g}) than {worse.value}"
    for value in set(q.scale.satisfied_values) - set(values):
        yield f"scale.satisfied_values: {value} is not an answer of the scale"


def _groups(q: Questionnaire) -> Iterator[str]:
    known = {group.key for group in q.groups}
    routing = next((question for question in q.questions if question.key == GROUP_QUESTION), None)
    if routing is None or not routing.required or routing.show_if or q.questions[0] is not routing:
        yield f"context_questions: {GROUP_QUESTION!r} must be the first question, required and always shown"
        return
    for key in (option.key for option in routing.options if option.key not in known):
        yield f"{GROUP_QUESTION}: the option {key!r} is not among the groups: {', '.join(sorted(known))}"
    for criterion in q.criteria:
        for key in (key for key in criterion.groups if key not in known):
            yield f"{criterion.key}.groups: {key!r} is not among the groups: {', '.join(sorted(known))}"
    if q.scoring.group_rule == "fixed":
        yield from _fixed_weights(q)


def _fixed_weights(q: Questionnaire) -> Iterator[str]:
    weights = {group.key: group.weight for group in q.groups if group.scored}
    if abs(sum(weights.values()) - 1) > _TOLERANCE:
        yield f"groups: the weights of the scored groups sum to {sum(weights.values()):g}; they must sum to 1"
    for criterion in q.scored_criteria:
        if not any(weights.get(key, 0) > 0 for key in criterion.groups):
            yield f"{criterion.key}.groups: no scored group with a weight is asked, so it never earns points"


def _conditions(q: Questionnaire) -> Iterator[str]:
    earlier: dict[str, Question] = {}
    for item in q.items():
        for condition in item.show_if:
            yield from _condition(item, condition, earlier)
        if isinstance(item, Question):
            earlier[item.key] = item


def _condition(
    item: Question | Criterion, condition: Condition, earlier: dict[str, Question]
) -> Iterator[str]:
    question = earlier.get(condition.question)
    if question is None:
        yield f"{item.key}.show_if: {condition.question!r} is not a context question asked before it"
        return
    known = {option.key for option in question.options}
    for value in (value for value in condition.values if value not in known):
        yield f"{item.key}.show_if: {value!r} is not an answer of {question.key}: {', '.join(sorted(known))}"


def _substitutions(q: Questionnaire) -> Iterator[str]:
    first_pages = {question.key: question for question in q.questions if not question.on_last_page}
    for criterion in q.criteria:
        substitution = criterion.substitution
        expected = set() if substitution is None else {substitution.question}
        for names in (names for names in _placeholders(criterion.text) if names != expected):
            yield f"{criterion.key}: placeholders {sorted(names)} in the wording, expected {sorted(expected)}"
        if substitution is not None:
            yield from _substitution(criterion.key, substitution, first_pages)
    for names in _placeholders(q.thanks):
        if names != {"receipt_code"}:
            yield f"thanks: must hold the placeholder {{receipt_code}} and no other, found {sorted(names)}"


def _substitution(key: str, substitution: Substitution, earlier: dict[str, Question]) -> Iterator[str]:
    question = earlier.get(substitution.question)
    if question is None:
        yield f"{key}.substitute: {substitution.question!r} is not a context question asked before it"
        return
    for answer in sorted(set(substitution.instead) - {option.key for option in question.options}):
        yield f"{key}.substitute_when: {answer!r} is not an answer of {substitution.question}"


def _placeholders(text: Text) -> list[set[str]]:
    return [set(_PLACEHOLDER.findall(wording)) for wording in text.translations.values()]


def _duplicates(keys: Iterable[str]) -> list[str]:
    return [key for key, count in Counter(keys).items() if count > 1]
