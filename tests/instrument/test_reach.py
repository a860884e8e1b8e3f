"""A questionnaire is published only if each of its groups can reach a score."""

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.instrument.codec import from_document, questionnaire_from_json, questionnaire_to_publish, to_json
from survey.instrument.problem import InstrumentError, path_text
from survey.instrument.questionnaire import GROUP_QUESTION, Questionnaire
from survey.instrument.reach import check_reachable, most_asked
from survey.instrument.routing import asked_keys
from tests.builders import set_at
from tests.instrument.builders import SHIPPED, document

SHORT_PATH = ("imp_ez_support", "proc_fee", "overall", "acc_info")


def _criteria(doc: dict[str, Any]) -> list[dict[str, Any]]:
    return [*(c for section in doc["factors"] for c in section["criteria"]), *doc["unscored_criteria"]]


def _with_short_business() -> dict[str, Any]:
    """Businesses are asked four criteria, citizens all."""
    doc = document()
    for criterion in _criteria(doc):
        criterion["groups"] = ["citizen", "business"] if criterion["key"] in SHORT_PATH else ["citizen"]
    return doc


def _refusals(doc: dict[str, Any]) -> list[tuple[str, str, dict[str, object]]]:
    """The path, the rule and the numbers of each problem."""
    with pytest.raises(InstrumentError) as refusal:
        check_reachable(from_document(doc))
    return [(path_text(p.path), p.rule, dict(p.arguments)) for p in refusal.value.problems]


def test_the_shipped_questionnaire_lets_every_group_reach_a_score() -> None:
    questionnaire_to_publish(SHIPPED.read_text(encoding="utf-8"))


def test_eight_answers_of_a_group_that_is_asked_four_criteria_are_refused() -> None:
    assert _refusals(_with_short_business()) == [
        (
            "instrument.min_valid_items",
            "too_few_asked",
            {"minimum": 8, "group": "business", "largest": 4},
        )
    ]


def test_four_of_four_criteria_are_enough() -> None:
    doc = _with_short_business()
    set_at("instrument", "min_valid_items", to=4)(doc)
    check_reachable(from_document(doc))


def test_two_criteria_that_exclude_each_other_count_as_one() -> None:
    doc = _with_short_business()
    online = {"q": "submission_channel", "in": ["online"]}
    offline = {"q": "submission_channel", "not_in": ["online"]}
    for criterion in _criteria(doc):
        if criterion["key"] in SHORT_PATH[:2]:
            criterion["show_if"] = [online]
        elif criterion["key"] in SHORT_PATH:
            criterion["show_if"] = [offline]
    set_at("instrument", "min_valid_items", to=3)(doc)
    assert _refusals(doc)[0][2]["largest"] == 2


def test_a_criterion_with_points_that_nobody_is_ever_asked_is_refused() -> None:
    doc = document()
    doc["factors"][0]["criteria"][0]["show_if"] = [
        {"q": "submission_channel", "in": ["online"]},
        {"q": "submission_channel", "not_in": ["online"]},
    ]
    earning = {"key": "acc_info", "groups": ("citizen", "business")}
    assert _refusals(doc) == [("factors[0].criteria[0]", "criterion_never_asked", earning)]


def test_a_version_published_before_this_rule_is_still_read() -> None:
    old = from_document(_with_short_business())
    assert questionnaire_from_json(to_json(old)) == old


def _by_trying_everything(questionnaire: Questionnaire, group: str) -> int:
    """The most criteria over all answers to all questions."""
    conditioning = {c.question for item in questionnaire.items() for c in questionnaire.conditions(item)}
    questions = [q for q in questionnaire.questions if q.key in conditioning and q.key != GROUP_QUESTION]
    keys = {criterion.key for criterion in questionnaire.criteria}
    largest = 0
    for answers in itertools.product(
        *([o.key for o in q.options] + ([] if q.required else [""]) for q in questions)
    ):
        chosen = {q.key: a for q, a in zip(questions, answers, strict=True) if a}
        largest = max(largest, len(keys & asked_keys(questionnaire, {GROUP_QUESTION: group, **chosen})))
    return largest


_condition = st.tuples(
    st.sampled_from([("submission_channel", "online"), ("submission_channel", "board_desk")])
    | st.sampled_from([("result_status", "on_time"), ("filed_feedback", "yes"), ("filed_feedback", "no")]),
    st.sampled_from(["in", "not_in"]),
).map(lambda pair: {"q": pair[0][0], pair[1]: [pair[0][1]]})


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_the_most_criteria_are_those_found_by_trying_all_answers(data: st.DataObject) -> None:
    doc = document()
    for criterion in _criteria(doc):
        criterion["show_if"] = data.draw(st.lists(_condition, min_size=1, max_size=3))
    questionnaire = from_document(doc)
    for group in questionnaire.offered_groups():
        assert most_asked(questionnaire, group, questionnaire.criteria) == _by_trying_everything(
            questionnaire, group
        )
