"""Contrast as WCAG defines it, and an accent that can always be read."""

import numpy as np
import pytest

from survey.web import colour


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#ffffff", "#000000", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#16202a", "#ffffff", 16.5),
        ("#0b5d4e", "#ffffff", 7.8),
        ("#ffd400", "#16202a", 11.5),
    ],
)
def test_known_contrasts(one: str, other: str, ratio: float) -> None:
    assert colour.contrast(one, other) == pytest.approx(ratio, abs=0.05)
    assert colour.contrast(other, one) == colour.contrast(one, other)


def test_any_accent_becomes_readable_by_day_and_night() -> None:
    rng = np.random.default_rng(5)
    accents = ["#ffffff", "#000000", "#ffff00", *(f"#{n:06x}" for n in rng.integers(0, 1 << 24, 200))]
    for accent in accents:
        dark = colour.dark_enough(accent)
        assert colour.contrast(dark, "#ffffff") >= 7
        rules = colour.style(dark)
        night = rules.rpartition("--action:")[2][:7]
        assert colour.contrast(night, "#11181f") >= 7
        assert colour.contrast(night, "#0c1a17") >= 7
        day, dim = (rules.split("--chosen:")[i][:7] for i in (1, 2))
        assert colour.contrast("#16202a", day) >= 7, "an answer that is chosen can be read"
        assert colour.contrast("#eef2f5", dim) >= 7


@pytest.mark.parametrize("text", ["", "red", "#fff", "#gggggg", "#1234567", "#12345\n", "url(x)#123456"])
def test_what_is_no_colour(text: str) -> None:
    assert not colour.is_colour(text)
