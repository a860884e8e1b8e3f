"""Questionnaires are parsed from documents. A broken document is refused with the field and the reason."""

import contextlib
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.instrument.codec import digest, from_document, questionnaire_from_yaml, to_document, to_json
from survey.instrument.document import lines_of, parse
from survey.instrument.problem import InstrumentError, Path, path_text
from tests.builders import Change, drop_at, set_at
from tests.instrument.builders import SHIPPED, document


def test_the_default_questionnaire_has_19_scored_criteria_that_make_38_points() -> None:
    questionnaire = questionnaire_from_yaml(SHIPPED.read_text(encoding="utf-8"))
    assert len(questionnaire.scored_criteria) == 19
    assert sum(criterion.max_points for criterion in questionnaire.scored_criteria) == 38
    assert (questionnaire.scoring.target_low, questionnaire.scoring.target_high) == (28, 30)


def test_a_questionnaire_survives_its_own_document() -> None:
    questionnaire = from_document(document())
    assert from_document(to_document(questionnaire)) == questionnaire
    assert questionnaire_from_yaml(to_json(questionnaire)) == questionnaire


def test_the_digest_changes_with_one_word_and_not_with_the_order_of_fields() -> None:
    plain, reordered, reworded = document(), document(), document()
    reordered["instrument"] = dict(reversed(reordered["instrument"].items()))
    reworded["factors"][0]["criteria"][0]["en"] += "!"
    digests = [digest(from_document(d)) for d in (plain, reordered, reworded)]
    assert digests[0] == digests[1] != digests[2]


FIRST = ("factors", 0, "criteria", 0)


@pytest.mark.parametrize(
    ("change", "path", "rule"),
    [
        (set_at(*FIRST, "max_points", to=3), "instrument.total_points", "points_sum"),
        (set_at(*FIRST, "max_points", to=-1), "factors[0].criteria[0].max_points", "out_of_range"),
        (set_at(*FIRST, "max_points", to=float("nan")), "factors[0].criteria[0].max_points", "out_of_range"),
        (set_at(*FIRST, "key", to="acc_place"), "factors[0].criteria[1].key", "key_twice"),
        (set_at(*FIRST, "key", to="Có dấu"), "factors[0].criteria[0].key", "not_key"),
        (set_at(*FIRST, "key", to="consent"), "factors[0].criteria[0].key", "key_reserved"),
        (set_at(*FIRST, "key", to="form_desk"), "factors[0].criteria[0].key", "key_reserved"),
        (set_at(*FIRST, "groups", to=["nobody"]), "factors[0].criteria[0].groups[0]", "unknown_group"),
        (set_at(*FIRST, "groups", to=["unit_head"]), "factors[0].criteria[0].groups", "no_weight"),
        (
            set_at(*FIRST, "na", to={"vi": "x", "en": "x"}),
            "factors[0].criteria[0].na",
            "label_without_answer",
        ),
        (drop_at(*FIRST, "en"), "factors[0].criteria[0].en", "missing_field"),
        (set_at(*FIRST, "show_iff", to=[]), "factors[0].criteria[0].show_iff", "unknown_field"),
        (set_at(*FIRST, "vi", to="{a}"), "factors[0].criteria[0].vi", "no_placeholders"),
        (set_at(*FIRST, "show_if", to=[{"q": "a"}]), "factors[0].criteria[0].show_if[0]", "condition_form"),
        (
            set_at(*FIRST, "substitute_when", to={}),
            "factors[0].criteria[0].substitute_when",
            "substitute_missing",
        ),
        (
            set_at("factors", 0, "criteria", 1, "show_if", 0, "q", to="nowhere"),
            "factors[0].criteria[1].show_if[0]",
            "condition_question",
        ),
        (
            set_at("factors", 0, "criteria", 1, "show_if", 0, "in", to=["moon"]),
            "factors[0].criteria[1].show_if[0]",
            "condition_answer",
        ),
        (set_at("factors", 5, "criteria", 0, "vi", to="Không"), "factors[5].criteria[0].vi", "placeholders"),
        (set_at("factors", to=[]), "factors", "not_list"),
        (set_at("factors", 0, to=7), "factors[0]", "not_mapping"),
        (set_at("factors", 1, "key", to="visit"), "factors[1].key", "key_reserved"),
        (set_at("context_questions", 0, "required", to=False), "context_questions[0].key", "group_question"),
        (set_at("context_questions", 0, "required", to="yes"), "context_questions[0].required", "not_flag"),
        (set_at("instrument", "target", "low", to=31), "instrument.target", "target_order"),
        (set_at("instrument", "target", "high", to=39), "instrument.target.high", "out_of_range"),
        (set_at("instrument", "min_valid_per_cell", to=0), "instrument.min_valid_per_cell", "out_of_range"),
        (set_at("instrument", "version", to="one"), "instrument.version", "not_number"),
        (set_at("instrument", "version", to=1.5), "instrument.version", "not_whole"),
        (set_at("instrument", "group_rule", to="mean"), "instrument.group_rule", "not_choice"),
        (set_at("instrument", "default_lang", to="vn"), "instrument.default_lang", "not_choice"),
        (set_at("groups", "citizen", "weight", to=0.4), "groups", "weights_sum"),
        (set_at("scale", "options", 0, "value", to=2), "scale.options", "scale_values"),
        (set_at("scale", "options", 0, "map", to=0.9), "scale.options[1].map", "scale_order"),
        (set_at("scale", "satisfied_values", to=[6]), "scale.satisfied_values[0]", "satisfied_value"),
        (set_at("consent", "prechecked", to=True), "consent.prechecked", "consent_preselected"),
        (set_at("consent", "required", to=False), "consent.required", "consent_optional"),
        (set_at("comment", "required", to=True), "comment.required", "comment_required"),
        (set_at("comment", "vi", to="a\x00b"), "comment.vi", "control_characters"),
        (set_at("comment", "vi", to=" "), "comment.vi", "not_text"),
        (set_at("thanks", "vi", to="Cảm ơn"), "thanks.vi", "placeholders"),
        (set_at("title", to="x"), "title", "unknown_field"),
        (
            set_at("unscored_criteria", 0, "max_points", to=1),
            "unscored_criteria[0].max_points",
            "unscored_points",
        ),
    ],
)
def test_a_broken_rule_is_refused_with_its_path_and_nothing_else(
    change: Change, path: str, rule: str
) -> None:
    broken = document()
    change(broken)
    assert problems_of(broken) == [(path, rule)]


def problems_of(broken: dict[str, Any]) -> list[tuple[str, str]]:
    """The path and the rule of each problem."""
    with pytest.raises(InstrumentError) as refusal:
        from_document(broken)
    return [(path_text(problem.path), problem.rule) for problem in refusal.value.problems]


def test_all_problems_of_a_questionnaire_are_found_in_one_reading() -> None:
    broken = document()
    for change in (
        drop_at("instrument", "organisation", "en"),
        set_at("scale", "options", 2, "map", to="half"),
        set_at(*FIRST, "show_iff", to=[]),
        set_at("factors", 0, "criteria", 1, "show_if", 0, "in", to=["moon"]),
        set_at("instrument", "total_points", to=40),
    ):
        change(broken)
    assert problems_of(broken) == [
        ("scale.options[2].map", "not_number"),
        ("instrument.organisation.en", "missing_field"),
        ("factors[0].criteria[0].show_iff", "unknown_field"),
        ("instrument.total_points", "points_sum"),
        ("factors[0].criteria[1].show_if[0]", "condition_answer"),
    ]


def test_a_document_with_thousands_of_problems_is_refused_after_the_first_thousand() -> None:
    broken = document()
    broken["factors"] = [1] * 40_000
    assert len(problems_of(broken)) == 1000


def test_a_part_that_is_left_out_is_one_problem_and_not_that_of_others_too() -> None:
    broken = document()
    for change in (drop_at("groups"), drop_at("scale", "options"), set_at("factors", 2, "criteria", to="x")):
        change(broken)
    assert problems_of(broken) == [
        ("groups", "missing_field"),
        ("scale.options", "missing_field"),
        ("factors[2].criteria", "not_list"),
    ]


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("a: 1\n\tb: 2", "tab", 2),
        ("a: 1\nb: c: d", "stray_colon", 2),
        ("a:\n  - b\n c: 1", "indentation", 3),
        ("a: 1\nb: 'x\n", "open_quote", 2),
        ("a: 1\nb: [1, 2\nc: 3", "open_bracket", 3),
        ("a: 1\nb: *c", "unknown_alias", 2),
        ("a: 1\nb: !!python/object:os.system {}", "unknown_tag", 2),
        ("a: 1\nb: \x01", "unprintable", 2),
        ("a: 1\n---\nb: 2", "several_documents", 2),
        ("a: 2026-99-99", "no_such_value", None),
        ("[" * 5000, "too_deep", None),
        ("[" * 600 + "]" * 600, "too_deep", None),
        ("a" * 400_001, "too_long", None),
    ],
)
def test_a_text_that_is_not_parsed_says_what_is_wrong_on_which_line(
    text: str, rule: str, line: int | None
) -> None:
    with pytest.raises(InstrumentError) as refusal:
        parse(text)
    assert [(problem.rule, problem.line) for problem in refusal.value.problems] == [(rule, line)]


def test_a_value_has_the_line_of_its_name_and_a_missing_one_that_of_its_parent() -> None:
    text = "a: 1\nb:\n  - c: 1\n    d: 2\n  - c: 3\n"
    paths: list[Path] = [("a",), ("b", 0, "d"), ("b", 1), ("b", 1, "d"), ("b", 7), ()]
    assert lines_of(text, paths) == [1, 4, 5, 5, 2, None]
    assert lines_of('{\n "a": {\n  "b": 1}}', [("a", "b")]) == [3]


@pytest.mark.parametrize(
    "text", ["", "- a", "a: [", "x: !!python/object:os.system {}", "[" * 5000, "a: &a [*a]"]
)
def test_a_text_without_a_questionnaire_is_refused(text: str) -> None:
    with pytest.raises(InstrumentError):
        questionnaire_from_yaml(text)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(document())), _json)
def test_any_value_of_a_field_is_parsed_or_refused(field: str, value: Any) -> None:
    doc = document()
    doc[field] = value
    with contextlib.suppress(InstrumentError):  # and nothing else
        from_document(doc)


def test_merge_keys_of_a_few_bytes_cannot_stand_for_millions_of_values() -> None:
    doubled = (f"a{i}: &a{i}\n  <<: [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9))
    text = "\n".join(["a0: &a0 {k: 1}", *doubled])
    assert len(text) < 600
    begun = time.perf_counter()
    with pytest.raises(InstrumentError, match="too_many_merges"):
        questionnaire_from_yaml(text)
    assert time.perf_counter() - begun < 20


def test_a_path_in_a_message_holds_nothing_that_a_terminal_obeys() -> None:
    assert path_text(("instrument", "k\x1b[31m\u202eế")) == "instrument.k\\x1b[31m\\u202eế"
