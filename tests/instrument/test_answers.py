"""Parsing a form: answers on the path, three kinds of missing answers, and errors a person can correct."""

from hypothesis import given
from hypothesis import strategies as st

from survey.instrument.answers import (
    AnswerError,
    AnswerProblem,
    Missing,
    from_stored,
    is_complete,
    parse_form,
    to_stored,
)
from survey.instrument.codec import from_document
from survey.instrument.questionnaire import Criterion, Question, Questionnaire
from survey.instrument.routing import asked_keys
from tests.builders import ROUTING
from tests.instrument.builders import document

Q: Questionnaire = from_document(document())


def _form(**fields: str) -> dict[str, list[str]]:
    return {key: [value] for key, value in {**ROUTING, **fields}.items()}


def _answers_of(item: Question | Criterion) -> set[object]:
    if isinstance(item, Question):
        return {option.key for option in item.options}
    not_applicable = set() if item.not_applicable is None else {Missing.NOT_APPLICABLE}
    return {option.value for option in Q.scale.options} | not_applicable


def test_not_applicable_blank_and_not_asked_are_distinct() -> None:
    answers = parse_form(Q, _form(acc_online="na", result_status="pending")).answers
    assert answers.values["acc_online"] is Missing.NOT_APPLICABLE
    assert answers.values["acc_info"] is Missing.BLANK
    assert answers.values["res_ontime"] is Missing.NOT_ASKED
    stored = to_stored(answers)
    assert (stored["acc_online"], stored["acc_info"], "res_ontime" in stored) == ("na", None, False)
    assert from_stored(Q, stored) == answers


def test_answers_off_the_path_are_dropped() -> None:
    answers = parse_form(
        Q, _form(respondent_group="citizen", imp_ez_support="5", result_status="pending", res_ontime="5")
    )
    assert answers.errors == ()
    assert answers.answers.values["imp_ez_support"] is Missing.NOT_ASKED
    assert answers.answers.values["res_ontime"] is Missing.NOT_ASKED


def test_a_business_is_asked_other_items_than_a_citizen() -> None:
    assert "imp_ez_support" not in asked_keys(Q, {"respondent_group": "citizen"})
    assert "imp_ez_support" in asked_keys(Q, {"respondent_group": "business"})


def test_a_question_that_depends_on_a_hidden_answer_is_hidden() -> None:
    doc = document()
    doc["context_questions"][6]["show_if"] = [{"q": "online_level", "in": ["full"]}]
    nested = from_document(doc)
    chosen = {"submission_channel": "board_desk", "online_level": "full"}
    assert doc["context_questions"][6]["key"] not in asked_keys(nested, chosen)
    assert doc["context_questions"][6]["key"] in asked_keys(
        nested, {**chosen, "submission_channel": "online"}
    )


def test_a_missing_routing_answer_is_an_error_and_a_missing_rating_is_not() -> None:
    form = _form()
    del form["service_domain"]
    assert parse_form(Q, form).errors == (AnswerError("service_domain", AnswerProblem.REQUIRED),)


def test_an_answer_that_is_not_offered_is_named() -> None:
    assert parse_form(Q, _form(acc_info="6")).errors == (
        AnswerError("acc_info", AnswerProblem.NOT_OFFERED, "6"),
    )
    assert parse_form(Q, _form(acc_info="na")).errors == (
        AnswerError("acc_info", AnswerProblem.NOT_OFFERED, "na"),
    )
    assert parse_form(Q, _form(visits="v9")).errors == (
        AnswerError("visits", AnswerProblem.NOT_OFFERED, "v9"),
    )


def test_two_different_answers_to_one_question_are_refused_and_the_same_twice_is_not() -> None:
    twice, same = _form(), _form()
    twice["acc_info"], same["acc_info"] = ["4", "5"], ["4", "4"]
    assert parse_form(Q, twice).errors == (AnswerError("acc_info", AnswerProblem.ANSWERED_TWICE, "4, 5"),)
    assert parse_form(Q, same).answers.rating("acc_info") == 4


def test_a_line_break_counts_as_one_character_of_the_comment() -> None:
    assert parse_form(Q, _form(comment="\r\n" * 999 + "x")).errors == ()
    assert parse_form(Q, _form(comment="x" * 1001)).errors == (
        AnswerError("comment", AnswerProblem.TOO_LONG, "1001"),
    )


def test_a_comment_is_stored_unchanged() -> None:
    text = "  =1+1 \x00 <b>\r\n\u202e \U0001f600 e\u0302\u0301 "
    assert parse_form(Q, _form(comment=text)).answers.comment == text


def test_a_form_with_seven_ratings_is_incomplete_and_with_eight_is_not() -> None:
    keys = [criterion.key for criterion in Q.scored_criteria][:8]
    eight = dict.fromkeys(keys, "3")
    assert is_complete(Q, parse_form(Q, _form(**eight)).answers)
    del eight[keys[0]]
    assert not is_complete(Q, parse_form(Q, _form(**eight)).answers)


def test_not_applicable_where_it_is_offered_completes_a_form() -> None:
    offered = [c.key for c in Q.scored_criteria if c.not_applicable is not None and not c.show_if]
    rated = [c.key for c in Q.scored_criteria if c.not_applicable is None][: 8 - len(offered[:6])]
    answers = parse_form(Q, _form(**dict.fromkeys(offered[:6], "na"), **dict.fromkeys(rated, "3"))).answers
    assert is_complete(Q, answers)
    blank = parse_form(Q, _form(**dict.fromkeys(offered[:6], ""), **dict.fromkeys(rated, "3"))).answers
    assert not is_complete(Q, blank)


_sent = st.dictionaries(
    st.sampled_from([*(item.key for item in Q.items()), "comment", "score", "is_complete"]),
    st.lists(
        st.sampled_from(["1", "5", "na", "", "citizen", "business", "online", "late", "yes", "x"]), max_size=3
    ),
)


@given(_sent)
def test_whatever_is_sent_every_item_gets_exactly_one_answer_that_is_offered(
    form: dict[str, list[str]],
) -> None:
    reading = parse_form(Q, form)
    chosen = {q.key: option for q in Q.questions if (option := reading.answers.option(q.key))}
    on_path = asked_keys(Q, chosen)
    for item in Q.items():
        value = reading.answers.values[item.key]
        if item.key in on_path:
            assert value is Missing.BLANK or value in _answers_of(item)
        else:
            assert value is Missing.NOT_ASKED
    assert from_stored(Q, to_stored(reading.answers), reading.answers.comment) == reading.answers
