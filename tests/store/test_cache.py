"""A bounded cache: computes once, forgets the oldest, an expired one and all that a change made outdated."""

from survey.store.cache import BoundedCache


def test_a_value_is_computed_once_for_its_key() -> None:
    cache, computed = BoundedCache[str](2), []

    def compute(text: str) -> str:
        computed.append(text)
        return text.upper()

    values = [cache.get(key, lambda key=key: compute(key)) for key in ("a", "b", "a")]  # type: ignore[misc]
    assert (values, computed) == (["A", "B", "A"], ["a", "b"])


def test_the_oldest_value_goes_when_the_cache_is_full() -> None:
    cache = BoundedCache[int](2)
    for key in "abc":
        cache.get(key, lambda: 1)
    assert [cache.get(key, lambda: 2) for key in "cba"] == [1, 1, 2]


def test_a_value_expires() -> None:
    cache = BoundedCache[int](2, seconds=0)
    assert [cache.get("a", lambda n=n: n) for n in (1, 2)] == [1, 2]  # type: ignore[misc]


def test_a_value_computed_before_the_cache_was_cleared_is_not_stored_after() -> None:
    cache = BoundedCache[int](2)

    def compute_during_a_change() -> int:
        cache.clear()
        return 1

    assert cache.get("a", compute_during_a_change) == 1
    assert cache.get("a", lambda: 2) == 2
