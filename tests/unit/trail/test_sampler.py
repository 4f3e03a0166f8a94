"""The sampler: at most ten events in any second, however unknown callers arrive."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from watchword.trail.sampler import SAMPLES_PER_SECOND, Sampler


def offered(times: list[int]) -> tuple[Sampler, list[int]]:
    """The sampler after these requests, and the times of those that left an event."""
    sampler, sampled = Sampler(), []
    for now in times:
        sampler, leaves_event = sampler.offer(now=now)
        if leaves_event:
            sampled.append(now)
    return sampler, sampled


def test_the_first_ten_are_sampled_and_the_next_is_counted_only() -> None:
    sampler, sampled = offered([5000] * 11)

    assert sampled == [5000] * 10
    assert sampler.seen == 11


def test_a_token_comes_back_one_second_after_it_was_taken() -> None:
    assert offered([0] * 10 + [999])[1] == [0] * 10
    assert offered([0] * 10 + [1000])[1] == [0] * 10 + [1000]


def test_a_clock_that_was_set_back_does_not_end_sampling() -> None:
    _, sampled = offered([3_600_000] * 10 + [0] * 11)

    assert sampled == [3_600_000] * 10 + [0] * 10


@given(steps=st.lists(st.integers(0, 400), max_size=200))
def test_no_second_has_more_than_ten(steps: list[int]) -> None:
    times = list(itertools.accumulate(steps))

    sampler, sampled = offered(times)

    assert sampler.seen == len(times)
    assert len(sampler.taken_ms) <= SAMPLES_PER_SECOND
    for start in times:
        assert sum(start <= taken < start + 1000 for taken in sampled) <= SAMPLES_PER_SECOND
    # And none is refused without reason: before each one that was, ten had been taken within its second.
    for now in set(times) - set(sampled):
        assert sum(now - 1000 < taken <= now for taken in sampled) == SAMPLES_PER_SECOND
