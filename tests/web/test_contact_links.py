"""What officials typed as contact details becomes addresses that a telephone or a mail program opens."""

import pytest

from survey.web.contact_links import mail_link, phone_link


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("0255 3825 825", "tel:02553825825"),
        (" (0255) 3.825-825 ", "tel:02553825825"),
        ("+84 (0)255 3825 825", "tel:+842553825825"),
        ("1022", "tel:1022"),
        ("0255 3825 825 – 3825 826", ""),
        ("0255 3825 825/826", ""),
        ("0255 3825 825 máy lẻ 12", ""),
        ("0255 3825 825;ext=*21#", ""),
        ("02553825825 02553825826", ""),
        ("javascript:alert(123)", ""),
        ("٠١٢٣", ""),
    ],
)
def test_one_telephone_number_is_an_address_and_nothing_else_is(typed: str, address: str) -> None:
    assert phone_link(typed) == address


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("bql@example.gov.vn", "mailto:bql@example.gov.vn"),
        ("bql+khaosat@example.gov.vn", "mailto:bql%2Bkhaosat@example.gov.vn"),
        ("a?bcc=x@example.vn", "mailto:a%3Fbcc%3Dx@example.vn"),
        ('a&b,"c%0a@example.vn', "mailto:a%26b%2C%22c%250a@example.vn"),
        ("thư@ví-dụ.vn", "mailto:th%C6%B0@v%C3%AD-d%E1%BB%A5.vn"),
    ],
)
def test_a_mail_address_adds_no_header_and_no_person(typed: str, address: str) -> None:
    assert mail_link(typed) == address
