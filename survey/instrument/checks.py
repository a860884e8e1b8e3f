"""The rules that a questionnaire follows as a whole, beyond the form of its parts."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from survey.instrument.problem import PROBLEMS_LIMIT, DocumentProblem, DocumentRule, Path
from survey.instrument.questionnaire import (
    CONSENT,
    GROUP_QUESTION,
    Comment,
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
_CONTAINER_NAMES = frozenset(
    {"instrument", "scale", "options", "groups", "context_questions", "factors", "criteria"}
    | {"components", "indicators"}
)
Problems = Iterator[DocumentProblem]


def problems_of(q: Questionnaire, noted: Sequence[DocumentProblem] = ()) -> list[DocumentProblem]:
    """The problems of a questionnaire as a whole.

    `noted` are the problems of its values, in whose place are stand-ins; a check that reads one is left out.
    """
    problems: list[DocumentProblem] = []
    for find_problems, names in _CHECKS:
        if not touches(names, noted):
            problems += islice(find_problems(q), PROBLEMS_LIMIT - len(problems))
    return problems


def touches(names: Iterable[str], noted: Sequence[DocumentProblem]) -> bool:
    """Whether a problem lies in a field with one of these names, or left out a whole list or mapping."""
    return any(_leaves_out_parts(p) or not p.names.isdisjoint(names) for p in noted)


def _leaves_out_parts(problem: DocumentProblem) -> bool:
    is_missing = problem.rule == DocumentRule.MISSING_FIELD and problem.path[-1] in _CONTAINER_NAMES
    return is_missing or problem.rule in (DocumentRule.NOT_MAPPING, DocumentRule.NOT_LIST)


def item_paths(q: Questionnaire) -> list[tuple[Path, Question | Criterion]]:
    """Every question and criterion with its path in the document, in the order in which they are asked."""
    paths: list[tuple[Path, Question | Criterion]] = []
    paths += ((("context_questions", i), question) for i, question in enumerate(q.questions))
    for i, section in enumerate(q.sections):
        paths += ((("factors", i, "criteria", j), criterion) for j, criterion in enumerate(section.criteria))
    paths += ((("unscored_criteria", i), criterion) for i, criterion in enumerate(q.unscored))
    return paths


def _problem(rule: DocumentRule, path: Path, **arguments: object) -> DocumentProblem:
    return DocumentProblem(rule, path, arguments)


def _keys(q: Questionnaire) -> Problems:
    items: list[tuple[Path, Question | Criterion | Comment]] = [*item_paths(q), (("comment",), q.comment)]
    keys = [((*path, "key"), item.key) for path, item in items]
    yield from find_twice(DocumentRule.KEY_TWICE, keys)
    yield from _find_reserved(keys, RESERVED_KEYS)
    sections = [(("factors", i, "key"), section.key) for i, section in enumerate(q.sections)]
    yield from _find_reserved(sections, PAGE_KEYS)
    yield from find_twice(DocumentRule.KEY_TWICE, sections)
    for i, question in enumerate(q.questions):
        path = ("context_questions", i, "options")
        options = [((*path, j, "key"), option.key) for j, option in enumerate(question.options)]
        yield from find_twice(DocumentRule.KEY_TWICE, options)


def find_twice(rule: DocumentRule, keys: Sequence[tuple[Path, str]]) -> Problems:
    """Every key that another thing before it has already."""
    counts, seen = Counter(key for _, key in keys), set[str]()
    for path, key in keys:
        if counts[key] > 1 and key in seen:
            yield _problem(rule, path, key=key)
        seen.add(key)


def _find_reserved(keys: Sequence[tuple[Path, str]], reserved: frozenset[str]) -> Problems:
    for path, key in keys:
        if key in reserved:
            yield _problem(DocumentRule.KEY_RESERVED, path, key=key)


def _points(q: Questionnaire) -> Problems:
    total, points = q.scoring.total_points, sum(c.max_points for c in q.scored_criteria)
    if abs(total - points) > _TOLERANCE:
        yield _problem(DocumentRule.POINTS_SUM, ("instrument", "total_points"), points=points, total=total)
    low, high = q.scoring.target_low, q.scoring.target_high
    if not low < high:
        yield _problem(DocumentRule.TARGET_ORDER, ("instrument", "target"), low=low, high=high)
    for i, criterion in enumerate(q.unscored):
        if criterion.max_points:
            path = ("unscored_criteria", i, "max_points")
            yield _problem(DocumentRule.UNSCORED_POINTS, path, key=criterion.key, points=criterion.max_points)


def _scale(q: Questionnaire) -> Problems:
    values, path = [option.value for option in q.scale.options], ("scale", "options")
    if values != list(range(1, len(values) + 1)):
        yield _problem(DocumentRule.SCALE_VALUES, path, values=tuple(map(str, values)))
    for i, (worse, better) in enumerate(pairwise(q.scale.options), 1):
        if worse.share > better.share:
            yield _problem(
                DocumentRule.SCALE_ORDER,
                (*path, i, "map"),
                better=better.value,
                share=better.share,
                worse=worse.value,
            )
    for i, value in enumerate(q.scale.satisfied_values):
        if value not in values:
            path_of_value = ("scale", "satisfied_values", i)
            yield _problem(DocumentRule.SATISFIED_VALUE, path_of_value, value=value)


def _groups(q: Questionnaire) -> Problems:
    known = {group.key for group in q.groups}
    first = q.questions[0]
    if first.key != GROUP_QUESTION or not first.required or first.show_if:
        yield _problem(DocumentRule.GROUP_QUESTION, ("context_questions", 0, "key"), key=GROUP_QUESTION)
        return
    options = [(("context_questions", 0, "options", i, "key"), o.key) for i, o in enumerate(first.options)]
    named = [
        ((*path, "groups", i), key)
        for path, item in item_paths(q)
        if isinstance(item, Criterion)
        for i, key in enumerate(item.groups)
    ]
    names = tuple(sorted(known))
    for path, key in (*options, *named):
        if key not in known:
            yield _problem(DocumentRule.UNKNOWN_GROUP, path, key=key, known=names)


def _weights(q: Questionnaire) -> Problems:
    if q.scoring.group_rule != "fixed":
        return
    weights, known = {g.key: g.weight for g in q.groups if g.scored}, {g.key for g in q.groups}
    if abs(sum(weights.values()) - 1) > _TOLERANCE:
        yield _problem(DocumentRule.WEIGHTS_SUM, ("groups",), sum=sum(weights.values()))
    for path, item in item_paths(q):
        if not isinstance(item, Criterion) or item.max_points == 0 or not known.issuperset(item.groups):
            continue
        if not any(weights.get(key, 0) > 0 for key in item.groups):
            yield _problem(DocumentRule.NO_WEIGHT, (*path, "groups"), key=item.key)


def _conditions(q: Questionnaire) -> Problems:
    paths = {id(item): path for path, item in item_paths(q)}
    earlier: dict[str, _KnownAnswers] = {}
    for item in q.items():
        for i, condition in enumerate(item.show_if):
            yield from _condition((*paths[id(item)], "show_if", i), condition, earlier)
        if isinstance(item, Question):
            keys = frozenset(option.key for option in item.options)
            earlier[item.key] = _KnownAnswers(keys, tuple(sorted(keys)))


class _KnownAnswers(NamedTuple):
    """The answers of a question, to look one up and to name all."""

    keys: frozenset[str]
    names: tuple[str, ...]


def _condition(path: Path, condition: Condition, earlier: dict[str, _KnownAnswers]) -> Problems:
    known = earlier.get(condition.question)
    if known is None:
        yield _problem(DocumentRule.CONDITION_QUESTION, path, key=condition.question)
        return
    rule, question = DocumentRule.CONDITION_ANSWER, condition.question
    for value in (value for value in condition.values if value not in known.keys):
        yield _problem(rule, path, answer=value, question=question, known=known.names)


def _substitutions(q: Questionnaire) -> Problems:
    first_pages = {question.key: question for question in q.questions if not question.on_last_page}
    for path, item in item_paths(q):
        if isinstance(item, Criterion) and item.substitution is not None:
            yield from _substitution(path, item.substitution, first_pages)


def _substitution(path: Path, substitution: Substitution, earlier: dict[str, Question]) -> Problems:
    question = earlier.get(substitution.question)
    if question is None:
        yield _problem(DocumentRule.CONDITION_QUESTION, (*path, "substitute"), key=substitution.question)
        return
    known = {option.key for option in question.options}
    for answer in sorted(set(substitution.instead) - known):
        yield _problem(
            DocumentRule.CONDITION_ANSWER,
            (*path, "substitute_when", answer),
            answer=answer,
            question=question.key,
            known=tuple(sorted(known)),
        )


def _placeholders(q: Questionnaire) -> Problems:
    for path, item in item_paths(q):
        if isinstance(item, Criterion):
            substitution = item.substitution
            needed = () if substitution is None else (substitution.question,)
            yield from _placeholders_of(path, item.text, needed)
    yield from _placeholders_of(("thanks",), q.thanks, ("receipt_code",))


def _placeholders_of(path: Path, text: Text, needed: tuple[str, ...]) -> Problems:
    """The wordings whose blanks are others than those needed."""
    for language, wording in text.translations.items():
        names = set(_PLACEHOLDER.findall(wording))
        if names != set(needed):
            rule = DocumentRule.PLACEHOLDERS if needed else DocumentRule.NO_PLACEHOLDERS
            braced = [tuple(f"{{{name}}}" for name in sorted(group)) for group in (names, needed)]
            yield _problem(rule, (*path, language), names=braced[0], needed=braced[1])


# Each check with the names of the fields that it reads.
_CHECKS: tuple[tuple[Callable[[Questionnaire], Problems], frozenset[str]], ...] = (
    (_keys, frozenset({"key"})),
    (_points, frozenset({"max_points", "total_points", "target"})),
    (_scale, frozenset({"value", "map", "satisfied_values"})),
    (_groups, frozenset({"key", "groups", "required", "show_if"})),
    (_weights, frozenset({"groups", "scored", "weight", "group_rule", "max_points"})),
    (_conditions, frozenset({"key", "show_if", "page"})),
    (_substitutions, frozenset({"key", "substitute", "substitute_when", "page"})),
    (_placeholders, frozenset({"substitute", "substitute_when", "thanks"})),
)
