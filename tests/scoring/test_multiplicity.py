"""Adjusted p-values as R's p.adjust gives them."""

import pytest

from survey.scoring.multiplicity import benjamini_hochberg, holm

P = (0.01, 0.04, 0.03, 0.005, 0.5)


def test_holm_as_in_r() -> None:
    """p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.5), "holm")"""
    assert holm(P) == pytest.approx((0.04, 0.09, 0.09, 0.025, 0.5))


def test_benjamini_hochberg_as_in_r() -> None:
    """p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.5), "BH")"""
    assert benjamini_hochberg(P) == pytest.approx((0.025, 0.05, 0.05, 0.025, 0.5))


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_one_or_no_comparison_stays_as_it_is(adjust: object) -> None:
    assert callable(adjust)
    assert adjust([0.2]) == (0.2,)
    assert adjust([]) == ()


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan")])
def test_an_invalid_p_value_is_refused_with_its_position(wrong: float) -> None:
    with pytest.raises(ValueError, match="p-value 2 is"):
        holm([0.1, wrong])
