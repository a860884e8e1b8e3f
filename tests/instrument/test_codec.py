"""Questionnaires are parsed from documents. A broken document is refused with the field and the reason."""

import contextlib
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.instrument.codec import digest, from_document, questionnaire_from_yaml, to_document, to_json
from survey.instrument.node import InstrumentError
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


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        (set_at("factors", 0, "criteria", 0, "max_points", to=3), "factors", "sum to 39, total_points is 38"),
        (
            set_at("factors", 0, "criteria", 0, "max_points", to=-1),
            "factors[0].criteria[0].max_points",
            "outside",
        ),
        (set_at("factors", 0, "criteria", 0, "max_points", to=float("nan")), "max_points", "outside"),
        (set_at("factors", 0, "criteria", 0, "key", to="acc_place"), "acc_place", "names two items"),
        (set_at("factors", 0, "criteria", 0, "key", to="Có dấu"), "criteria[0].key", "is not a key"),
        (set_at("factors", 0, "criteria", 0, "key", to="consent"), "consent", "reserved"),
        (set_at("factors", 0, "criteria", 0, "key", to="form_desk"), "form_desk", "reserved"),
        (
            set_at("factors", 0, "criteria", 0, "groups", to=["nobody"]),
            "acc_info.groups",
            "not among the groups",
        ),
        (
            set_at("factors", 0, "criteria", 0, "na", to={"vi": "x", "en": "x"}),
            "criteria[0].na",
            "not offered",
        ),
        (drop_at("factors", 0, "criteria", 0, "en"), "factors[0].criteria[0]", "'en' is missing"),
        (set_at("factors", 0, "criteria", 0, "show_iff", to=[]), "criteria[0]", "unknown field 'show_iff'"),
        (
            set_at("factors", 0, "criteria", 1, "show_if", 0, "q", to="nowhere"),
            "acc_place.show_if",
            "not a context",
        ),
        (
            set_at("factors", 0, "criteria", 1, "show_if", 0, "in", to=["moon"]),
            "acc_place.show_if",
            "not an answer",
        ),
        (
            set_at("context_questions", 0, "required", to=False),
            "context_questions",
            "first question, required",
        ),
        (set_at("instrument", "target", "low", to=31), "instrument.target", "must be below"),
        (set_at("instrument", "target", "high", to=39), "instrument.target.high", "outside 0 to 38"),
        (set_at("instrument", "min_valid_per_cell", to=0), "instrument.min_valid_per_cell", "outside"),
        (set_at("instrument", "version", to="one"), "instrument.version", "a number is needed"),
        (set_at("instrument", "group_rule", to="mean"), "instrument.group_rule", "not one of fixed, pooled"),
        (set_at("groups", "citizen", "weight", to=0.4), "groups", "sum to 0.9"),
        (set_at("scale", "options", 0, "value", to=2), "scale.options", "values must be 1, 2, 3"),
        (set_at("scale", "options", 0, "map", to=0.9), "scale.options", "earns less"),
        (set_at("scale", "satisfied_values", to=[6]), "scale.satisfied_values", "not an answer"),
        (set_at("consent", "prechecked", to=True), "consent.prechecked", "never preselected"),
        (set_at("thanks", "vi", to="Cảm ơn"), "thanks", "receipt_code"),
        (set_at("factors", 5, "criteria", 0, "vi", to="Không có chỗ"), "imp_ez_procedure", "placeholders"),
        (set_at("title", to="x"), "document", "unknown field 'title'"),
        (set_at("factors", to=[]), "document.factors", "at least one"),
        (set_at("comment", "vi", to="a\x00b"), "document.comment.vi", "control characters"),
        (set_at("unscored_criteria", 0, "max_points", to=1), "overall", "max_points 0"),
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


def test_merge_keys_of_a_few_bytes_cannot_stand_for_millions_of_values() -> None:
    doubled = (f"a{i}: &a{i}\n  <<: [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9))
    text = "\n".join(["a0: &a0 {k: 1}", *doubled])
    assert len(text) < 600
    begun = time.perf_counter()
    with pytest.raises(InstrumentError, match=r"merge keys \(<<\) copy more than 50000 values"):
        questionnaire_from_yaml(text)
    assert time.perf_counter() - begun < 1
