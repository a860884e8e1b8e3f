"""A printed number says on which side of a border it is."""

import pytest

from survey.scoring.rounding import decimals_beside, round_half_up


@pytest.mark.parametrize(
    ("value", "decimals"),
    [
        (27.9965, 3),
        (28.0035, 3),
        (27.99996, 5),
        (29.996, 3),
        (28.0, 2),
        (27.999999999999996, 2),
        (27.99, 2),
        (27.994, 2),
        (31.4159, 2),
        (28 - 1e-6, 6),
    ],
)
def test_a_limit_of_27_9965_has_the_decimals_that_tell_it_from_28(value: float, decimals: int) -> None:
    assert decimals_beside(value, (28, 30), 2) == decimals
    rounded = round_half_up(value, decimals)
    assert (rounded < 28, rounded > 30) == (value < 28 - 1e-9, value > 30)


def test_a_number_without_borders_keeps_its_decimals() -> None:
    assert decimals_beside(27.9965, (), 2) == 2
