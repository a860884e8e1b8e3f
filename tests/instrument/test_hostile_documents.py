"""Documents that are short to send and long to parse, and fields that are written twice."""

import json
import re
import time
from typing import Any

import pytest

from survey.instrument.codec import questionnaire_from_yaml, questionnaire_to_publish
from survey.instrument.document import parse
from survey.instrument.problem import InstrumentError
from survey.instrument.scorecard_codec import scorecard_from_text
from survey.web.document_problems import problem_line
from tests.instrument.builders import SHIPPED, document

SHIPPED_TEXT = SHIPPED.read_text(encoding="utf-8")


def refusal(text: str) -> str:
    """What is said of a text, within two seconds."""
    begun = time.process_time()
    with pytest.raises(InstrumentError) as refused:
        questionnaire_to_publish(text)
    line = problem_line(refused.value, text)
    assert time.process_time() - begun < 20
    return line


HOSTILE = {
    "pairs": ("[" + "{a: 1}, " * 40_000 + "]", "names and values are too many"),
    "mapping": ("{" + ", ".join(f"a{i}: b" for i in range(35_000)) + "}", "names and values are too many"),
    "fields": ("{" + ", ".join(f"a{i}: b" for i in range(24_000)) + "}", "unknown field"),
    "short pairs": ("{" + "a, " * 130_000 + "}", "names and values are too many"),
    "list": ("- a\n" * 99_000, "names and values are too many"),
    "nested": ("{a: " * 90_000, "too deep"),
    "nested lists": ("- " * 190_000, "too deep"),
    "json": (json.dumps([{"a": 1}] * 35_000), "the number of values"),
    "json nested": ('{"a": ' * 60_000, "too deep"),
    "anchors": ("\n".join(f"- &a{i} 1" for i in range(30_000)), "fields"),
    "aliases": ("- &a 1\n" + "- *a\n" * 79_000, "names and values are too many|the number of values"),
    "directives": ("".join(f"%TAG !{i}! x\n" for i in range(26_000)) + "--- a", "not YAML or JSON"),
    "comments": ("# a\n" * 99_000 + "a: 1", "unknown field"),
    "merges": (
        "a: &a {"
        + ", ".join(f"b{i}: 1" for i in range(9_000))
        + "}\nc: {<<: ["
        + ", ".join(["*a"] * 30_000)
        + "]}",
        "merge keys",
    ),
    "quotes": ("a: '" + "''" * 190_000, "quotes"),
    "long line": ("a: " + "b " * 190_000 + ": c", "colon is not expected|indentation|not YAML"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_document_that_is_long_to_parse_is_refused_at_once(kind: str) -> None:
    text, message = HOSTILE[kind]
    assert len(text) <= 400_000
    assert re.search(message, refusal(text))


def test_a_condition_of_many_answers_is_checked_at_once() -> None:
    doc = document()
    options = [{"key": f"o{i}", "vi": "x", "en": "x"} for i in range(2000)]
    doc["context_questions"][1]["options"] = options
    bad = [{"q": doc["context_questions"][1]["key"], "in": [f"p{i}" for i in range(9000)]}]
    doc["factors"][0]["criteria"][0]["show_if"] = bad
    line = refusal(json.dumps(doc))
    assert "p0 is not an answer of" in line
    assert len(line) < 20_000


@pytest.mark.parametrize(
    ("text", "path", "places"),
    [
        ("a: 1\nb: 2\na: 3\n", "a", "on line 1, column 1, and on line 3, column 1"),
        ("a:\n  - {b: 1, c: 2, b: 3}\n", "a[0].b", "on line 2, column 6, and on line 2, column 18"),
        ('{"a": {"b": 1, "b": 2}}', "a.b", "on line 1, column 8, and on line 1, column 16"),
        ('{"a": 1,\n\t"a": 2}', "a", "on line 1, column 2, and on line 2, column 2"),
    ],
)
def test_a_field_that_is_written_twice_is_named_with_both_places(text: str, path: str, places: str) -> None:
    root = parse(text)
    line = problem_line(InstrumentError(root.problems), text)
    assert line.startswith(f"{path}, line ")
    assert f"is written twice: {places}; keep one of the two" in line


def test_a_questionnaire_with_a_field_twice_is_refused_beside_its_other_problems() -> None:
    text = SHIPPED_TEXT.replace("schema_version: 1\n", "schema_version: 1\nschema_version: 1\n")
    text = text.replace("total_points: 38", "total_points: 39")
    assert text.count("schema_version") == 2
    for read in (questionnaire_from_yaml, questionnaire_to_publish):
        with pytest.raises(InstrumentError) as refused:
            read(text)
        rules = [problem.rule for problem in refused.value.problems]
        assert "field_twice" in rules
        assert "points_sum" in rules


def test_a_scorecard_with_a_field_twice_is_refused() -> None:
    with pytest.raises(InstrumentError, match="field_twice"):
        scorecard_from_text("par_scorecard:\n  total_points: 5\n  total_points: 6\n  components: []\n")


def test_a_merge_key_may_give_a_field_that_is_written_too() -> None:
    root = parse("a: &a {b: 1}\nc:\n  <<: *a\n  b: 2\n")
    assert root.problems == []
    assert root.value == {"a": {"b": 1}, "c": {"b": 2}}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"a": 1, "b": 2,, "c": 3}', 1, 17),
        ('{"a": 1, "b": "x}', 1, 15),
        ("{a: 1, b: 2", 1, 12),
        ("a: 1\nb: c: d", 2, 5),
    ],
)
def test_a_text_that_cannot_be_parsed_is_refused_with_its_column(text: str, line: int, column: int) -> None:
    with pytest.raises(InstrumentError) as refused:
        parse(text)
    assert problem_line(refused.value, text).startswith(f"line {line}, column {column}: ")


def test_the_shipped_questionnaire_is_parsed_as_ever() -> None:
    value: Any = parse(SHIPPED_TEXT).value
    assert value == document()
