"""The style rules hide exactly what the server does not ask, whatever is ticked."""

import re
from itertools import product
from typing import Any

import pytest

from survey.instrument import codec
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.routing import asked_keys
from survey.intake.skip_css import skip_css
from tests.instrument.builders import document

_RULE = re.compile(r"#f((?::not\(:has\([^)]*\)\)|:has\([^)]*\))*) #q-(\w+)\{display:none\}")
_PART = re.compile(r"(:not\()?:has\(([^)]*)\)")
_TICKED = re.compile(r"\[name=(\w+)\]\[value=(\w+)\]:checked")


def question(key: str, *show_if: dict[str, Any]) -> dict[str, Any]:
    options = [{"key": name, "vi": name, "en": name} for name in ("a", "b")]
    asked_if = {"show_if": list(show_if)} if show_if else {}
    return {"key": key, "required": False, "vi": key, "en": key, "options": options, **asked_if}


def with_questions(*questions: dict[str, Any]) -> Questionnaire:
    changed = document()
    changed["context_questions"] += questions
    return codec.from_document(changed)


DEEP = with_questions(
    question("first"),
    question("second", {"q": "first", "in": ["a"]}),
    question("third", {"q": "second", "not_in": ["a"]}),
    question("fourth", {"q": "third", "not_in": ["b"]}, {"q": "second", "in": ["a", "b"]}),
    question("fifth", {"q": "fourth", "in": ["a"]}),
)


def hidden_by(css: str, ticked: dict[str, str]) -> set[str]:
    """The keys of the questions that the rules hide while these answers are ticked."""

    def matches(selectors: str) -> bool:
        return all(
            any((name, value) in ticked.items() for name, value in _TICKED.findall(answers))
            is not bool(negated)
            for negated, answers in _PART.findall(selectors)
        )

    return {key for selectors, key in _RULE.findall(css) if matches(selectors)}


def test_the_page_hides_what_the_server_does_not_ask_however_deep_its_conditions() -> None:
    css, keys = skip_css(DEEP), ("first", "second", "third", "fourth", "fifth")
    for answers in product(("", "a", "b"), repeat=len(keys)):
        ticked = {key: answer for key, answer in zip(keys, answers, strict=True) if answer}
        keys_asked = asked_keys(DEEP, ticked)
        assert hidden_by(css, ticked) & set(keys) == set(keys) - keys_asked, ticked


def test_the_shipped_questionnaire_hides_by_the_same_rule() -> None:
    questionnaire = codec.from_document(document())
    css, every = skip_css(questionnaire), {item.key for item in questionnaire.items()}
    asking = [q for q in questionnaire.questions if q.key in css][:4]
    for answers in product(*(("", *(o.key for o in q.options)) for q in asking)):
        ticked = {q.key: answer for q, answer in zip(asking, answers, strict=True) if answer}
        assert hidden_by(css, ticked) == every - asked_keys(questionnaire, ticked), ticked


def test_many_conditions_do_not_multiply_without_end() -> None:
    chain = [question("q0")]
    chain += [question(f"q{n}", *({"q": f"q{m}", "not_in": ["a"]} for m in range(n))) for n in range(1, 30)]
    assert len(skip_css(with_questions(*chain))) < 2_000_000


@pytest.mark.parametrize("css", [skip_css(DEEP)])
def test_a_question_without_conditions_is_never_hidden(css: str) -> None:
    assert "#q-first{" not in css
