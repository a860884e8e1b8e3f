"""What a consent says about deletion: the blank for the campaign's time, and times of its own."""

from dataclasses import replace

import pytest

from survey.instrument.questionnaire import Questionnaire, Text
from survey.instrument.retention_text import BLANK, contradictions, named_times
from tests.builders import QUESTIONNAIRE


def with_consent(**translations: str) -> Questionnaire:
    return replace(QUESTIONNAIRE, consent=replace(QUESTIONNAIRE.consent, text=Text(translations)))


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("Phiếu lẻ được xóa sau 24 tháng.", [("24 tháng", 24)]),
        ("What is kept: answers; single forms are deleted after 24 months.", [("24 months", 24)]),
        ("Forms are kept for 2 years. It takes 4 minutes.", [("2 years", 24)]),
        ("Dữ liệu được lưu 1 năm rồi xóa.", [("1 năm", 12)]),
        ("Forms are erased after 90 days.", [("90 days", None)]),
        ("In the last 12 months you came to us. Forms are deleted.", []),
        ("Khoảng 4 phút, tự nguyện.", []),
        (f"Forms are deleted after {BLANK}, at the latest after 2 years.", []),
    ],
)
def test_a_time_is_named_where_a_sentence_is_about_deletion(
    text: str, times: list[tuple[str, int | None]]
) -> None:
    assert named_times(text) == times


def test_a_text_with_the_blank_fits_every_campaign() -> None:
    assert [contradictions(QUESTIONNAIRE, months) for months in (1, 24, 120)] == [[], [], []]


def test_a_text_with_a_time_fits_the_campaigns_that_have_it() -> None:
    questionnaire = with_consent(vi="Phiếu được xóa sau 2 năm.", en=f"Forms are deleted after {BLANK}.")
    assert contradictions(questionnaire, 24) == []
    assert contradictions(questionnaire, 12) == ["2 năm"]


def test_a_time_in_days_fits_no_campaign() -> None:
    assert contradictions(with_consent(en="Forms are deleted after 90 days."), 3) == ["90 days"]


def test_a_text_that_names_no_time_fits_every_campaign() -> None:
    assert contradictions(with_consent(en="Your answers are stored."), 7) == []
