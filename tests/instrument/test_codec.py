"""Questionnaires are parsed from documents. A broken document is refused with the field and the reason."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.instrument.codec import digest, from_document, questionnaire_from_yaml, to_document, to_json
from survey.instrument.node import InstrumentError
from tests.instrument.builders import SHIPPED, document

Change = Callable[[dict[str, Any]], None]


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


def _set(*path: Any, to: Any) -> Change:
    def change(doc: dict[str, Any]) -> None:
        parent: Any = doc
        for step in path[:-1]:
            parent = parent[step]
        parent[path[-1]] = to

    return change


def _drop(*path: Any) -> Change:
    def change(doc: dict[str, Any]) -> None:
        parent: Any = doc
        for step in path[:-1]:
            parent = parent[step]
        del parent[path[-1]]

    return change


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        (_set("factors", 0, "criteria", 0, "max_points", to=3), "factors", "sum to 39, total_points is 38"),
        (
            _set("factors", 0, "criteria", 0, "max_points", to=-1),
            "factors[0].criteria[0].max_points",
            "outside",
        ),
        (_set("factors", 0, "criteria", 0, "max_points", to=float("nan")), "max_points", "outside"),
        (_set("factors", 0, "criteria", 0, "key", to="acc_place"), "acc_place", "names two items"),
        (_set("factors", 0, "criteria", 0, "key", to="Có dấu"), "criteria[0].key", "is not a key"),
        (_set("factors", 0, "criteria", 0, "key", to="consent"), "consent", "reserved"),
        (_set("factors", 0, "criteria", 0, "key", to="form_desk"), "form_desk", "reserved"),
        (
            _set("factors", 0, "criteria", 0, "groups", to=["nobody"]),
            "acc_info.groups",
            "not among the groups",
        ),
        (_set("factors", 0, "criteria", 0, "na", to={"vi": "x", "en": "x"}), "criteria[0].na", "not offered"),
        (_drop("factors", 0, "criteria", 0, "en"), "factors[0].criteria[0]", "'en' is missing"),
        (_set("factors", 0, "criteria", 0, "show_iff", to=[]), "criteria[0]", "unknown field 'show_iff'"),
        (
            _set("factors", 0, "criteria", 1, "show_if", 0, "q", to="nowhere"),
            "acc_place.show_if",
            "not a context",
        ),
        (
            _set("factors", 0, "criteria", 1, "show_if", 0, "in", to=["moon"]),
            "acc_place.show_if",
            "not an answer",
        ),
        (_set("context_questions", 0, "required", to=False), "context_questions", "first question, required"),
        (_set("instrument", "target", "low", to=31), "instrument.target", "must be below"),
        (_set("instrument", "target", "high", to=39), "instrument.target.high", "outside 0 to 38"),
        (_set("instrument", "min_valid_per_cell", to=0), "instrument.min_valid_per_cell", "outside"),
        (_set("instrument", "version", to="one"), "instrument.version", "a number is needed"),
        (_set("instrument", "group_rule", to="mean"), "instrument.group_rule", "not one of fixed, pooled"),
        (_set("groups", "citizen", "weight", to=0.4), "groups", "sum to 0.9"),
        (_set("scale", "options", 0, "value", to=2), "scale.options", "values must be 1, 2, 3"),
        (_set("scale", "options", 0, "map", to=0.9), "scale.options", "earns less"),
        (_set("scale", "satisfied_values", to=[6]), "scale.satisfied_values", "not an answer"),
        (_set("consent", "prechecked", to=True), "consent.prechecked", "never preselected"),
        (_set("thanks", "vi", to="Cảm ơn"), "thanks", "receipt_code"),
        (_set("factors", 5, "criteria", 0, "vi", to="Không có chỗ"), "imp_ez_procedure", "placeholders"),
        (_set("title", to="x"), "document", "unknown field 'title'"),
        (_set("factors", to=[]), "document.factors", "at least one"),
        (_set("comment", "vi", to="a\x00b"), "document.comment.vi", "control characters"),
        (_set("unscored_criteria", 0, "max_points", to=1), "overall", "max_points 0"),
    ],
)
def test_a_broken_rule_is_refused_with_its_field_and_reason(change: Change, field: str, reason: str) -> None:
    broken = document()
    change(broken)
    with pytest.raises(InstrumentError) as refusal:
        from_document(broken)
    assert field in str(refusal.value)
    assert reason in str(refusal.value)


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
