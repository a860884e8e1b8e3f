"""Themes are words and pairs of words, by the number of comments that hold them."""

from survey.instrument.themes import themes


def found(*comments: str) -> dict[str, int]:
    return {theme.phrase: theme.n for theme in themes(comments)}


def test_a_pair_is_counted_once_a_comment_whatever_its_accents() -> None:
    counted = found("Hồ sơ chậm. Hồ sơ quá chậm", "ho so phải bổ sung", "hồ sơ bổ sung nhiều lần")
    assert counted["hồ sơ"] == 3
    assert counted["bổ sung"] == 2


def test_what_stands_in_one_comment_is_no_theme() -> None:
    assert found("Cán bộ nhiệt tình", "Trả kết quả đúng hẹn") == {}


def test_words_that_say_nothing_are_no_theme() -> None:
    assert found("cho tôi và của tôi là được", "cho tôi và của tôi là được", "it is very", "it is very") == {}


def test_a_word_that_lives_in_a_pair_is_left_to_it() -> None:
    counted = found("waiting time", "waiting time too long", "the waiting time")
    assert counted == {"waiting time": 3}


def test_a_pair_does_not_reach_over_a_full_stop() -> None:
    assert "chậm đông" not in found("Rất chậm. Đông người", "Rất chậm. Đông người")


def test_pairs_that_go_on_in_the_same_comments_are_one_phrase() -> None:
    assert found(*["Thời gian giải quyết nhanh"] * 3) == {"thời gian giải quyết nhanh": 3}
