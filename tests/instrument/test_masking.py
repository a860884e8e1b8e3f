"""Numbers and addresses that could identify a person are masked in any spelling; amounts and dates stay."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.instrument.folding import compose, fold, search_key
from survey.instrument.masking import Kind, mask_text

WORDS = {kind: f"<{kind}>" for kind in Kind}


def hidden(text: str) -> str:
    return mask_text(text, WORDS)


@pytest.mark.parametrize(
    "number",
    [
        "0905123456",
        "0905 123 456",
        "0905.123.456",
        "0905-123-456",
        "0905–123–456",
        "(0905) 123 456",
        "+84905123456",
        "+84 905 123 456",
        "(+84) 905.123.456",
        "84905123456",
        "0084905123456",
        "02553822888",
        "0255 3822 888",
        "(0255)3.822.888",
        "０９０５１２３４５６",
        "٠٩٠٥١٢٣٤٥٦",
        "09\u200b05\u200b123456",
        "0 9 0 5 1 2 3 4 5 6",
    ],
)
def test_a_telephone_number_in_any_spelling_is_masked(number: str) -> None:
    assert hidden(f"Gọi {number} nhé") == "Gọi <phone> nhé"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("thư lan.tran+hs@gmail.com ạ", "thư <email> ạ"),
        ("lan.tran @ gmail . com", "<email>"),
        ("lan(at)gmail.com", "<email>"),
        ("trần.lan＠công-ty.vn", "<email>"),
        ("CCCD 051088001234", "CCCD <identity>"),
        ("cmnd số 212345678 của tôi", "cmnd số <identity> của tôi"),
        ("hộ chiếu B1234567", "hộ chiếu <identity>"),
        ("C7654321 là của tôi", "<identity> là của tôi"),
        ("Hồ sơ số 4521/2024 chậm", "Hồ sơ số <dossier> chậm"),
        ("mã hồ sơ: 000.00.12.H48-241124-0001 trễ", "mã hồ sơ: <dossier> trễ"),
        ("H48.12-241124-00017 trễ", "<dossier> trễ"),
        ("biên nhận BN-00123", "biên nhận <dossier>"),
        ("MST 4300205943", "MST <identity>"),
        ("zalo 0905.12.34.56 hoặc a@b.vn", "zalo <phone> hoặc <email>"),
        ("số 12345678 đây", "số <number> đây"),
        ("905.123.456", "<identity>"),
    ],
)
def test_text_that_identifies_a_person_or_dossier_is_masked(text: str, shown: str) -> None:
    assert hidden(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Chờ 3 ngày, từ 8h30 đến 11h45, đi lại 4 lần",
        "Nộp ngày 24/11/2026 hẹn 01/12/2026 – 05/12/2026",
        "hẹn 2026-12-01 mới xong",
        "giai đoạn 2022 - 2026 và 2022-2030",
        "Phí 1.500.000 đồng, sau là 10.000.000 đ",
        "phạt 20000000 đồng",
        "Nghị định 61/2018/NĐ-CP, Thông tư 01/2018/TT-VPCP",
        "Quầy 3 tầng 2, phòng 201",
        "Hồ sơ 3 bộ, hồ sơ năm 2026 chậm hơn",
        "điểm 4,5/5",
        "ID thì tốt, file đính kèm hỏng",
    ],
)
def test_amounts_and_dates_stay(text: str) -> None:
    assert hidden(text) == text


def test_decomposed_text_is_masked_and_composed() -> None:
    text = "Điện thoại: 0905123456"
    assert hidden(unicodedata.normalize("NFD", text)) == hidden(text) == "Điện thoại: <phone>"


@given(st.text())
def test_any_text_can_be_masked_and_masking_twice_changes_nothing(text: str) -> None:
    once = hidden(text)
    assert hidden(once) == once


@given(st.text())
def test_folding_keeps_positions(text: str) -> None:
    plain = compose(text)
    assert len(fold(plain)) == len(plain)


@given(st.from_regex(r"0[35789]\d{8}", fullmatch=True), st.text(alphabet="aàđ ,;\n", max_size=5))
def test_no_mobile_number_survives(number: str, around: str) -> None:
    assert number not in hidden(f"{around} {number} {around}")


@pytest.mark.parametrize("typed", ["Đất đai", "dat dai", "ĐẤT  ĐAI", unicodedata.normalize("NFD", "đất đai")])
def test_search_ignores_accents_case_and_composition(typed: str) -> None:
    assert search_key(typed) == "dat dai"
