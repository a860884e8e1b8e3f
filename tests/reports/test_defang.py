import pytest

from survey.drawing.printable import printable
from survey.web.defang import defang, storable
from tests.cases import HOSTILE_STRINGS, collected_strings

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "|calc",
    "%x",
    "\t=1",
    "\r=1",
    "\nx",
    "\tx",
    " =1",
    "\u00a0=1",
    "\ufeff=1",
    "\u200b\u200b=1",
    "\u202e=1",
    '"=1',
    "'=1",
    "“=1",
    "\u3000=1",
    "` =1",
    "＝1",
    "＋1",
    "－1",
    "＠SUM",
    "﹦1",
    "−1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert defang(text)[0] == "'"
    assert defang(text).replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize(
    "text", ["", "Đất đai", "a = b", "1 + 1", "A - B", "28,23", "x@y.vn", "95% (n = 3)", "?=1"]
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert defang(text) == text


@pytest.mark.parametrize(
    ("text", "safe"), [("a;=1", "a;'=1"), ("a\n=1", "a\n'=1"), ('a;"=1', "a;\"'=1"), ("a;\t=1", "a;\t'=1")]
)
def test_a_cell_that_another_separator_would_begin_is_no_formula_either(text: str, safe: str) -> None:
    assert defang(text) == safe


def test_characters_that_xml_cannot_hold_are_replaced() -> None:
    assert storable("a\x00b\x0b\ud800\uffff\x85\tc\n") == "a\ufffdb\ufffd\ufffd\ufffd\x85\tc\n"


@pytest.mark.skipif(not HOSTILE_STRINGS.exists(), reason=f"not there: {HOSTILE_STRINGS}")
def test_every_naughty_string_is_harmless() -> None:
    for text in collected_strings():
        safe = defang(text)
        safe.encode()
        assert safe.lstrip(" \"'\ufeff\u00a0")[:1] not in tuple("=+-@") or safe[0] == "'"


def test_paper_gets_composed_text_without_invisible_characters() -> None:
    assert printable("Đợt \u202eabc\ufeff\x00\ue000\t1") == "Đợt abc\ufffd\ufffd 1"
    assert printable("e\u0302\u0301") == "ế"


def test_a_run_too_long_for_a_column_can_break_but_a_digest_stays_whole() -> None:
    assert printable("W" * 30).replace("\u200b", "") == "W" * 30
    assert "\u200b" in printable("W" * 30)
    assert printable("0f" * 32) == "0f" * 32


def test_a_text_too_long_for_paper_ends_in_an_ellipsis() -> None:
    assert printable("ab " * 50, at_most=10) == "ab ab ab…"
