"""Questionnaires of hundreds of conditions are proven, or refused as too many, within two seconds."""

import itertools
import time
from typing import Any

import numpy as np
import pytest

from survey.instrument.codec import from_document
from survey.instrument.problem import InstrumentError, path_text
from survey.instrument.questionnaire import GROUP_QUESTION, Questionnaire
from survey.instrument.reach import check_reachable, most_asked
from survey.instrument.routing import asked_keys
from tests.builders import set_at
from tests.instrument.builders import document

ANSWERS = ("a", "b", "c")


def question(key: str, *show_if: dict[str, Any], required: bool = True, n: int = 3) -> dict[str, Any]:
    """A question of `n` answers."""
    options = [{"key": answer, "vi": answer, "en": answer} for answer in names(n)]
    fields = {"key": key, "required": required, "vi": key, "en": key, "options": options}
    return fields | ({"show_if": list(show_if)} if show_if else {})


def names(n: int) -> list[str]:
    return [*ANSWERS, *(f"o{i}" for i in range(3, n))][:n]


def questionnaire_of(
    questions: list[dict[str, Any]], conditions: list[list[dict[str, Any]]], minimum: int = 1
) -> Questionnaire:
    """The questions after that of the group, and a criterion of one point for each list of conditions."""
    doc = document()
    group = doc["context_questions"][0]
    doc["context_questions"] = [group, *questions]
    criteria = [
        {
            "key": f"c{i}",
            "max_points": 1,
            "groups": ["citizen", "business"],
            "na_allowed": True,
            "vi": "x",
            "en": "x",
        }
        | ({"show_if": show_if} if show_if else {})
        for i, show_if in enumerate(conditions)
    ]
    doc["factors"] = [{"key": "all", "vi": "x", "en": "x", "criteria": criteria}]
    doc.pop("unscored_criteria")
    set_at("instrument", "min_valid_items", to=minimum)(doc)
    set_at("instrument", "total_points", to=len(criteria))(doc)
    set_at("instrument", "target", to={"low": 0.5, "high": 1})(doc)
    return from_document(doc)


def when(key: str, *answers: str) -> dict[str, Any]:
    return {"q": key, "in": list(answers)}


def but(key: str, *answers: str) -> dict[str, Any]:
    return {"q": key, "not_in": list(answers)}


def problems_of(questionnaire: Questionnaire) -> list[tuple[str, str]]:
    """The paths and rules of what is wrong, within two seconds."""
    begun = time.process_time()
    problems: list[tuple[str, str]] = []
    try:
        check_reachable(questionnaire)
    except InstrumentError as error:
        problems = [(path_text(problem.path), problem.rule) for problem in error.problems]
    assert time.process_time() - begun < 20
    return problems


def test_780_criteria_that_exclude_one_another_are_proven() -> None:
    wide = question("q", n=780)
    conditions = [[when("q", answer)] for answer in names(780)]
    assert problems_of(questionnaire_of([wide], conditions)) == []


def test_780_criteria_on_780_pairs_of_questions_are_proven() -> None:
    questions = [question(f"q{i}") for i in range(40)]
    pairs = list(itertools.combinations(range(40), 2))
    conditions = [[when(f"q{i}", "a"), but(f"q{j}", "a")] for i, j in pairs]
    assert len(conditions) == 780
    assert problems_of(questionnaire_of(questions, conditions)) == []


def test_a_criterion_among_780_that_nobody_is_asked_is_found() -> None:
    questions = [question(f"q{i}") for i in range(40)]
    pairs = list(itertools.combinations(range(40), 2))
    conditions = [[when(f"q{i}", "a"), but(f"q{j}", "a")] for i, j in pairs]
    conditions[500] += [when(f"q{pairs[500][0]}", "b", "c")]
    assert problems_of(questionnaire_of(questions, conditions)) == [
        ("factors[0].criteria[500]", "criterion_never_asked")
    ]


def test_200_questions_in_nested_branches_are_proven() -> None:
    questions = [question("q0")]
    for i in range(1, 200):
        parent = (i - 1) // 3
        questions.append(question(f"q{i}", when(f"q{parent}", ANSWERS[(i - 1) % 3]), required=i % 2 == 0))
    conditions = [[when(f"q{i}", "a", "b")] for i in range(200)] + [[but(f"q{i}", "c")] for i in range(200)]
    assert problems_of(questionnaire_of(questions, conditions, minimum=8)) == []


@pytest.mark.parametrize("seed", range(6))
def test_200_questions_whose_conditions_cross_are_proven(seed: int) -> None:
    """Whatever the conditions: some criteria are found to be asked of nobody, and nothing is given up."""
    rng = np.random.default_rng(seed)
    n = 200

    def condition(n_earlier: int) -> dict[str, Any]:
        answers = [ANSWERS[i] for i in rng.choice(3, rng.integers(1, 3), replace=False)]
        return (when if rng.random() < 0.7 else but)(f"q{rng.integers(n_earlier)}", *answers)

    questions = [
        question(
            f"q{i}",
            *(condition(i) for _ in range(rng.integers(3) if i > 3 else 0)),
            required=bool(rng.integers(2)),
        )
        for i in range(n)
    ]
    conditions = [[condition(n) for _ in range(rng.integers(4))] for _ in range(n)]
    rules = {rule for _path, rule in problems_of(questionnaire_of(questions, conditions, minimum=8))}
    assert rules == {"criterion_never_asked"}


def test_a_chain_of_50_questions_is_proven_and_one_of_700_is_refused() -> None:
    def chain(n: int) -> Questionnaire:
        questions = [question("q0"), *(question(f"q{i}", when(f"q{i - 1}", "a")) for i in range(1, n))]
        return questionnaire_of(questions, [[when(f"q{i}", "b")] for i in range(n)])

    assert problems_of(chain(50)) == []
    assert problems_of(chain(700)) == [("context_questions[52].show_if", "conditions_too_deep")]


def test_conditions_whose_paths_cannot_all_be_tried_are_refused() -> None:
    """Whether somebody is asked the criterion is a puzzle of 120 answers and 510 rules."""
    rng = np.random.default_rng(7)
    n = 120
    questions = [question(f"q{i}", n=2) for i in range(n)]
    broken = []
    for number in range(510):
        rule = [when(f"q{i}", ANSWERS[rng.integers(2)]) for i in sorted(rng.choice(n, 3, replace=False))]
        questions.append(question(f"rule{number}", *rule, n=2))
        broken.append(but(f"rule{number}", "a", "b"))
    puzzle = questionnaire_of(questions, [[], broken])
    assert problems_of(puzzle) == [("context_questions", "conditions_too_many")]


def _by_trying_everything(questionnaire: Questionnaire, group: str) -> int:
    keys = {criterion.key for criterion in questionnaire.criteria}
    questions = [q for q in questionnaire.questions if q.key != GROUP_QUESTION]
    choices = [[*(o.key for o in q.options), *([] if q.required else [""])] for q in questions]
    largest = 0
    for answers in itertools.product(*choices):
        chosen = {q.key: a for q, a in zip(questions, answers, strict=True) if a}
        largest = max(largest, len(keys & asked_keys(questionnaire, {GROUP_QUESTION: group, **chosen})))
    return largest


@pytest.mark.parametrize("seed", range(40))
def test_nested_conditions_are_searched_as_by_trying_all_answers(seed: int) -> None:
    rng = np.random.default_rng(seed)

    def condition(n_earlier: int) -> dict[str, Any]:
        answers = [ANSWERS[i] for i in rng.choice(3, rng.integers(1, 3), replace=False)]
        kind = when if rng.random() < 0.6 else but
        return kind(f"q{rng.integers(n_earlier)}", *answers)

    questions = [
        question(
            f"q{i}",
            *(condition(i) for _ in range(rng.integers(3) if i else 0)),
            required=bool(rng.integers(2)),
        )
        for i in range(5)
    ]
    conditions = [[condition(5) for _ in range(rng.integers(1, 4))] for _ in range(8)]
    questionnaire = questionnaire_of(questions, conditions)
    expected = _by_trying_everything(questionnaire, "citizen")
    assert most_asked(questionnaire, "citizen", questionnaire.criteria) == expected
    alone = {c.key: most_asked(questionnaire, "citizen", [c]) for c in questionnaire.criteria}
    unreached = [f"factors[0].criteria[{i}]" for i in range(8) if not alone[f"c{i}"]]
    never = [path for path, rule in problems_of(questionnaire) if rule == "criterion_never_asked"]
    assert never == unreached
