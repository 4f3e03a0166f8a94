"""The row cache's bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watchword.storage.cache import Bounded

puts = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), max_size=60)


def small() -> Bounded[int, str]:
    return Bounded(entries_max=5, bytes_max=40)


@given(puts)
def test_a_cache_holds_no_more_than_its_bounds(puts: list[tuple[int, int]]) -> None:
    cache = small()
    held: dict[int, int] = {}
    for key, weight in puts:
        cache.put(key, str(key), weight=weight)
        held[key] = weight
        kept = {each: held[each] for each in held if cache.get(each) is not None}
        held = kept

        assert cache.get(key) == str(key)
        assert len(cache) == len(held) <= 5
        assert cache.weight == sum(held.values()) <= 40


def test_what_was_not_asked_for_longest_goes_first() -> None:
    cache = small()
    for key in range(5):
        cache.put(key, "kept", weight=1)
    cache.get(0)
    cache.put(9, "new", weight=1)

    assert cache.get(0) == "kept"
    assert cache.get(1) is None


def test_what_is_heavier_than_the_cache_is_not_kept() -> None:
    cache = small()
    cache.put(1, "light", weight=1)
    cache.put(2, "heavy", weight=41)

    assert cache.get(2) is None
    assert cache.get(1) == "light"


def test_a_heavier_value_in_place_of_a_light_one_counts_in_full() -> None:
    cache = small()
    cache.put(1, "light", weight=1)
    cache.put(1, "heavy", weight=30)

    assert cache.weight == 30
    cache.put(1, "too heavy", weight=41)
    assert cache.get(1) is None


def test_a_cleared_cache_holds_nothing() -> None:
    cache = small()
    cache.put(1, "any", weight=7)
    cache.clear()

    assert (len(cache), cache.weight, cache.get(1)) == (0, 0, None)
