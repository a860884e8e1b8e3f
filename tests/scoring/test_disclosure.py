"""No figure about fewer than five people follows from sums and differences of shown figures."""

from itertools import product
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.scoring.disclosure import hidden_in_views, hidden_parts


def respondents(**cells: int) -> tuple[Any, Any]:
    """Groups and desks of people; c1=20: twenty citizens at desk 1."""
    pairs = [(name[0], name[1]) for name, n in cells.items() for _ in range(n)]
    groups, desks = zip(*pairs, strict=True)
    return np.array(groups), np.array(desks)


def hidden(minimum: int = 5, **cells: int) -> dict[str, frozenset[str]]:
    groups, desks = respondents(**cells)
    return hidden_in_views({"group": groups, "desk": desks}, minimum)


def test_large_parts_are_shown() -> None:
    assert hidden_parts({"a": 5, "b": 5}, 5) == frozenset()
    assert hidden(c1=20, b2=20, c2=9) == {"group": frozenset(), "desk": frozenset()}


def test_a_small_part_takes_the_next_smallest_with_it() -> None:
    assert hidden_parts({"a": 3, "b": 8, "c": 30}, 5) == {"a", "b"}


def test_two_small_parts_that_together_are_too_few_take_a_third() -> None:
    assert hidden_parts({"a": 2, "b": 2, "c": 9, "d": 40}, 5) == {"a", "b", "c"}


def test_an_empty_part_hides_nothing() -> None:
    assert hidden_parts({"a": 0, "b": 8}, 5) == frozenset()


def test_a_small_group_that_is_a_desk_is_hidden_in_both_views() -> None:
    hidden_by_view = hidden(c1=30, c2=30, b3=3)
    assert "b" in hidden_by_view["group"]
    assert "3" in hidden_by_view["desk"]


def test_a_few_that_are_the_difference_of_two_shown_parts_are_protected() -> None:
    """All 20 citizens are at desk 1 with 3 businesses; desk 1 minus the citizens would be those 3."""
    hidden_by_view = hidden(c1=20, b1=3, b2=25)
    assert hidden_by_view["group"] or hidden_by_view["desk"]
    assert not is_revealed(hidden_by_view, c1=20, b1=3, b2=25)


def is_revealed(hidden_by_view: dict[str, frozenset[str]], minimum: int = 5, **cells: int) -> bool:
    """An attacker who tries every sum with coefficients -1, 0, 1 of the shown parts and the whole."""
    groups, desks = respondents(**cells)
    sets = [np.ones(groups.size)]
    for name, labels in (("group", groups), ("desk", desks)):
        sets += [(labels == part) * 1.0 for part in np.unique(labels) if part not in hidden_by_view[name]]
    small = [(groups == g) & (desks == d) for g, d in product(np.unique(groups), np.unique(desks))]
    small += [groups == g for g in np.unique(groups)] + [desks == d for d in np.unique(desks)]
    for signs in product((-1, 0, 1), repeat=len(sets)):
        total = sum(sign * part for sign, part in zip(signs, sets, strict=True))
        for people in small:
            if 0 < people.sum() < minimum and np.array_equal(total, people * 1.0):
                return True
    return False


@given(st.lists(st.integers(0, 12), min_size=6, max_size=6))
@settings(max_examples=60, deadline=None)
def test_suppression_cannot_be_undone_by_subtraction(counts: list[int]) -> None:
    cells = dict(zip(("c1", "c2", "c3", "b1", "b2", "b3"), counts, strict=True))
    if sum(counts) < 5:
        return  # the whole itself is withheld
    assert not is_revealed(hidden(**cells), **cells)
