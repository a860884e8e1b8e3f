"""AAPOR's standard definitions on the numbers of a worked case."""

import pytest

from survey.scoring.fieldwork_rates import Dispositions, fieldwork_rates


def test_the_rates_of_a_worked_case() -> None:
    outcomes = Dispositions(complete=50, partial=10, refusal=20, non_contact=10, other=5, unknown=5)
    rates = fieldwork_rates(outcomes)
    assert rates.rr1 == pytest.approx(50 / 100)
    assert rates.rr2 == pytest.approx(60 / 100)
    assert rates.rr5 == pytest.approx(50 / 95)
    assert rates.coop1 == pytest.approx(50 / 85)
    assert rates.ref1 == pytest.approx(20 / 100)


def test_nobody_approached_has_no_rate() -> None:
    assert fieldwork_rates(Dispositions(0)).rr1 is None


def test_a_negative_number_of_people_is_refused() -> None:
    with pytest.raises(ValueError, match="refusal is -1"):
        Dispositions(1, refusal=-1)
