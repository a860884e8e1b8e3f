"""Themes are words and phrases, by the number of comments that contain them."""

import pytest

from survey.instrument.themes import themes


def themes_in(*comments: str) -> dict[str, int]:
    return {theme.phrase: theme.n for theme in themes(comments)}


def test_a_pair_is_counted_once_a_comment_whatever_its_accents() -> None:
    counted = themes_in("Hồ sơ chậm. Hồ sơ quá chậm", "ho so phải bổ sung", "hồ sơ bổ sung nhiều lần")
    assert counted["hồ sơ"] == 3
    assert counted["bổ sung"] == 2


def test_a_word_of_one_comment_is_no_theme() -> None:
    assert themes_in("Cán bộ nhiệt tình", "Trả kết quả đúng hẹn") == {}


def test_words_without_content_are_no_theme() -> None:
    assert (
        themes_in("cho tôi và của tôi là được", "cho tôi và của tôi là được", "it is very", "it is very")
        == {}
    )


def test_a_word_that_is_mostly_in_a_pair_counts_with_the_pair() -> None:
    counted = themes_in("waiting time", "waiting time too long", "the waiting time")
    assert counted == {"waiting time": 3}


def test_a_pair_stays_within_a_sentence() -> None:
    assert "chậm đông" not in themes_in("Rất chậm. Đông người", "Rất chậm. Đông người")


def test_pairs_that_overlap_in_the_same_comments_are_one_phrase() -> None:
    assert themes_in(*["Thời gian giải quyết nhanh"] * 3) == {"thời gian giải quyết nhanh": 3}


def test_a_masked_part_is_no_theme() -> None:
    assert themes_in("Gọi tôi [số điện thoại]", "Xin gọi lại [số điện thoại]") == {}


@pytest.mark.parametrize("phrase", ["trả kết quả", "cán bộ", "thái độ", "đầu tư", "chi phí", "đăng ký"])
def test_a_syllable_with_the_accents_of_a_word_of_the_office_belongs_to_its_phrase(phrase: str) -> None:
    assert themes_in(phrase.capitalize(), f"Rất mong {phrase}") == {phrase: 2}
