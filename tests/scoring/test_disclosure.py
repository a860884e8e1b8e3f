"""No figure about fewer than five people follows from shown figures, and little is hidden for that."""

from collections.abc import Mapping
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.scoring.arrays import Labels
from survey.scoring.disclosure import hidden_in_views

COSTS = {"group": 100.0, "desk": 10.0, "field": 10.0, "channel": 3.0, "month": 3.0}
Views = dict[str, Labels]
Hidden = Mapping[str, frozenset[str]]


def respondents(**cells: int) -> Views:
    """Groups and desks of people; c1=20: twenty citizens at desk 1."""
    pairs = [(name[0], name[1]) for name, n in cells.items() for _ in range(n)]
    groups, desks = zip(*pairs, strict=True)
    return {"group": np.array(groups), "desk": np.array(desks)}


def hidden(minimum: int = 5, **cells: int) -> Hidden:
    return hidden_in_views(respondents(**cells), minimum, weights=COSTS)


def test_large_parts_are_shown() -> None:
    assert hidden(c1=20, b2=20, c2=9) == {"group": frozenset(), "desk": frozenset()}


def test_a_small_part_takes_the_next_smallest_with_it() -> None:
    assert hidden(c1=3, c2=8, c3=30)["desk"] == {"1", "2"}


def test_two_small_parts_that_together_are_too_few_take_a_third() -> None:
    assert hidden(c1=2, c2=2, c3=9, c4=40)["desk"] == {"1", "2", "3"}


def test_two_small_parts_that_together_are_enough_take_no_third() -> None:
    assert hidden(c1=3, c2=3, c3=9, c4=40)["desk"] == {"1", "2"}


def test_a_small_group_that_is_a_desk_is_hidden_in_both_views() -> None:
    hidden_by_view = hidden(c1=30, c2=30, b3=3)
    assert "b" in hidden_by_view["group"]
    assert "3" in hidden_by_view["desk"]


def test_a_few_that_are_the_difference_of_two_shown_parts_are_protected() -> None:
    """All 20 citizens are at desk 1 with 3 businesses; desk 1 minus the citizens would be those 3."""
    hidden_by_view = hidden(c1=20, b1=3, b2=25)
    assert hidden_by_view["group"] or hidden_by_view["desk"]
    assert not is_revealed(hidden_by_view, respondents(c1=20, b1=3, b2=25))


def test_a_part_that_nobody_could_abuse_is_not_hidden_for_a_small_one_elsewhere() -> None:
    """131 forms, 6 from businesses, one field of 3: groups and desks hide nothing."""
    hidden_by_view = hidden_in_views(office(131, businesses=6, seed=1), 5, weights=COSTS)
    assert hidden_by_view["group"] == frozenset()
    assert hidden_by_view["desk"] == frozenset()


def small_sets_of(views: Views, minimum: int) -> list[Labels]:
    """Small parts, and small crossings of two or more views, as flags of the people."""
    labels = list(views.values())
    sets = [np.asarray(column == part) for column in labels for part in np.unique(column)]
    sets += [
        (one == a) & (other == b)
        for i, one in enumerate(labels)
        for other in labels[:i]
        for a, b in product(np.unique(one), np.unique(other))
    ]
    every = np.unique(np.column_stack(labels), axis=0)
    sets += [(np.column_stack(labels) == crossing).all(axis=1) for crossing in every]
    return [people for people in sets if 0 < people.sum() < minimum]


def shown_sets(hidden_by_view: Hidden, views: Views) -> list[Labels]:
    return [np.ones(len(next(iter(views.values()))), dtype=bool)] + [
        labels == part
        for name, labels in views.items()
        for part in np.unique(labels)
        if part and part not in hidden_by_view[name]
    ]


def is_revealed(hidden_by_view: Hidden, views: Views, minimum: int = 5) -> bool:
    """Whether least squares writes a small set as a combination of shown ones, person by person."""
    shown = np.column_stack(shown_sets(hidden_by_view, views)).astype(float)
    for people in small_sets_of(views, minimum):
        target = people.astype(float)
        coefficients = np.linalg.lstsq(shown, target, rcond=None)[0]
        if np.abs(shown @ coefficients - target).max() < 1e-7:
            return True
    return any(people.sum() < minimum for people in shown_sets(hidden_by_view, views))


@given(st.lists(st.integers(0, 12), min_size=6, max_size=6))
@settings(max_examples=60, deadline=None)
def test_suppression_cannot_be_undone_by_subtraction(counts: list[int]) -> None:
    cells = dict(zip(("c1", "c2", "c3", "b1", "b2", "b3"), counts, strict=True))
    if sum(counts) < 5:
        return  # the whole itself is withheld
    assert not is_revealed(hidden(**cells), respondents(**cells))


def office(n: int, *, seed: int, businesses: int | None = None, share: float = 0.1) -> Views:
    """An office of four desks, seven fields and four channels, with every view within groups."""
    rng = np.random.default_rng(seed)
    is_business = rng.permutation(n) < businesses if businesses else rng.random(n) < share
    views = {"group": np.where(is_business, "business", "citizen")}
    for name, shares in (
        ("desk", (0.4, 0.3, 0.2, 0.1)),
        ("field", (0.3, 0.2, 0.15, 0.12, 0.1, 0.08, 0.05)),
        ("channel", (0.6, 0.25, 0.1, 0.05)),
        ("month", (0.5, 0.5)),
    ):
        parts = rng.choice(len(shares), n, p=shares).astype(str)
        views[name] = parts
        views[f"{name}+group"] = np.char.add(parts, views["group"])
    return views


@pytest.mark.parametrize("seed", range(6))
def test_nothing_small_follows_from_an_office_with_five_views_and_their_groups(seed: int) -> None:
    views = office(40 + 20 * seed, seed=seed, share=0.05 + 0.06 * seed)
    hidden_by_view = hidden_in_views(views, 5, weights=COSTS)
    assert not is_revealed(hidden_by_view, views)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_that_is_hidden_could_be_shown_besides(seed: int) -> None:
    views = office(90, seed=seed)
    hidden_by_view = hidden_in_views(views, 5, weights=COSTS)
    for name in ("desk", "field", "channel", "desk+group", "channel+group"):
        for part in hidden_by_view[name]:
            assert is_too_much({**hidden_by_view, name: hidden_by_view[name] - {part}}, views), (name, part)


def is_too_much(hidden_by_view: Hidden, views: Views, minimum: int = 5) -> bool:
    """Whether something small is revealed, or is what a shown part has besides shown parts of a view."""
    if is_revealed(hidden_by_view, views, minimum):
        return True
    sets = shown_sets(hidden_by_view, views)
    for name, labels in views.items():
        shown = [labels == part for part in np.unique(labels) if part not in hidden_by_view[name]]
        for around in sets:
            inside = sum(
                (part for part in shown if not np.logical_and(part, np.logical_not(around)).any()),
                np.zeros(around.size, bool),
            )
            if 0 < np.logical_and(around, np.logical_not(inside)).sum() < minimum:
                return True
    return False


def test_the_cost_is_at_most_a_tenth_above_the_least_that_any_choice_has() -> None:
    """Every choice of parts of 14 small tables, by brute force."""
    total = least = 0.0
    for seed in range(14):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(15, 60))
        groups = np.where(rng.random(n) < rng.uniform(0.05, 0.5), "b", "c")
        desks = rng.choice(3, n, p=[0.5, 0.3, 0.2]).astype(str)
        views = {"group": groups, "desk": desks, "desk+group": np.char.add(desks, groups)}
        chosen = cost_of(hidden_in_views(views, 5, weights=COSTS), views)
        best = least_cost(views)
        assert chosen <= 1.1 * best, seed
        total, least = total + chosen, least + best
    assert total <= 1.01 * least


def cost_of(hidden_by_view: Hidden, views: Views) -> float:
    return sum(
        COSTS.get(name, 1.0) * int((views[name] == part).sum())
        for name, parts in hidden_by_view.items()
        for part in parts
    )


def least_cost(views: Views) -> float:
    parts = [(name, str(part)) for name, labels in views.items() for part in np.unique(labels)]
    choices = [
        {name: frozenset(part for view, part in chosen if view == name) for name in views}
        for flags in product((False, True), repeat=len(parts))
        for chosen in [[key for key, flag in zip(parts, flags, strict=True) if flag]]
    ]
    by_cost = sorted(choices, key=lambda choice: cost_of(choice, views))
    return next(cost_of(choice, views) for choice in by_cost if not is_too_much(choice, views))


@pytest.mark.parametrize(("n", "share"), [(130, 0.1), (300, 0.0)])
def test_an_office_with_few_businesses_loses_few_desks_and_fields(n: int, share: float) -> None:
    """Without costs, 72% of desks and 93% of fields were hidden at 130 forms and 10% businesses."""
    n_hidden = n_parts = 0
    for seed in range(20):
        views = office(n, seed=seed, share=0.1)
        hidden_by_view = hidden_in_views(views, 5, weights=COSTS)
        for name in ("desk", "field"):
            n_hidden += len(hidden_by_view[name])
            n_parts += np.unique(views[name]).size
    assert n_hidden <= share * n_parts
