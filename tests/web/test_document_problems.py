"""The problems of a document are sentences in the reader's language."""

import re

import pytest

from survey.instrument.problem import DocumentProblem, DocumentRule, InstrumentError
from survey.web.document_problems import SENTENCES, problem_line, problem_messages
from survey.web.locale import gettext_in


def test_every_rule_has_a_sentence() -> None:
    assert set(SENTENCES) == set(DocumentRule)


@pytest.mark.parametrize("rule", DocumentRule)
def test_a_sentence_is_filled_in_in_every_language(rule: DocumentRule) -> None:
    arguments: dict[str, object] = dict.fromkeys(re.findall(r"%\((\w+)\)s", SENTENCES[rule]), 1.5)
    error = InstrumentError([DocumentProblem(rule, ("scale", 2, "map"), arguments)])
    english = problem_line(error)
    [vietnamese] = problem_messages(error, "", gettext_in("vi"))
    assert english.startswith("scale[2].map: ")
    assert english != vietnamese
    assert english.count("1.5") == vietnamese.count("1.5") == SENTENCES[rule].count("%(")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "nothing"),
        ("", "nothing"),
        ({}, "nothing"),
        ({"a": 1}, "several fields"),
        ([1], "a list"),
        (True, "true"),
        (10**400, "a number that is too long"),
        ("a\x07\ud800b", r"'a\x07\ud800b'"),
        ("x" * 500, "'" + "x" * 59),
    ],
)
def test_what_was_found_is_shown_on_a_short_line(value: object, shown: str) -> None:
    error = InstrumentError([DocumentProblem(DocumentRule.NOT_TEXT, ("a",), {"found": value})])
    assert problem_line(error) == f"a: a text is needed, found {shown}"


def test_problems_stand_in_the_order_of_their_lines() -> None:
    missing = [DocumentProblem(DocumentRule.MISSING_FIELD, path) for path in (("b", "x"), ("a",), ("c",))]
    messages = problem_messages(InstrumentError(missing), "a: 1\nb: 2\n", gettext_in("en"))
    assert [message.partition(":")[0] for message in messages] == ["c", "a, line 1", "b.x, line 2"]
