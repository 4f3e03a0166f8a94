"""Rates of requests: how a bucket fills, and what several accounts and processes get of a rate (facts 9.6)."""

from __future__ import annotations

import threading

import pytest

from watchword.api.errors import ThrottlingException
from watchword.api.operation import Operation
from watchword.api.shapes import secretsmanager as sm
from watchword.gate.rates import BEHIND_MS_MAX, Bucket, Rate, Rates

NOW = 1_790_000_000_000
ONE, OTHER = "123456789012", "210987654321"
GET, TAG, UNTAG = sm.GET_SECRET_VALUE, sm.TAG_RESOURCE, sm.UNTAG_RESOURCE


def let_through(
    rates: Rates, *, requests: int, now: int, account: str = ONE, operation: Operation = GET
) -> int:
    """How many of so many requests at one moment are not refused."""
    through = 0
    for _ in range(requests):
        try:
            rates.take(operation, account, now=now)
        except ThrottlingException:
            continue
        through += 1
    return through


def rates_of(per_second: int, *, shared_by: int = 1) -> Rates:
    return Rates([Rate(operations=(GET,), per_second=per_second, shared_by=shared_by)])


FIRST_SECOND = {
    "one": (1, 1, 1),
    "ten": (10, 1, 10),
    "shared by two": (10, 2, 5),
    "shared by three, which it can't be divided by": (10, 3, 3),
    "less than the processes": (1, 4, 1),
}


@pytest.mark.parametrize(("per_second", "shared_by", "burst"), FIRST_SECOND.values(), ids=FIRST_SECOND)
def test_a_second_s_worth_is_let_through_at_once_and_no_more(
    per_second: int, shared_by: int, burst: int
) -> None:
    rates = rates_of(per_second, shared_by=shared_by)

    assert let_through(rates, requests=100, now=NOW) == burst
    with pytest.raises(ThrottlingException, match=r"^Rate exceeded$"):
        rates.take(GET, ONE, now=NOW)


LATER = {
    "the same millisecond": (10, 1, 0, 0),
    "a millisecond before the next": (10, 1, 99, 0),
    "when the next is due": (10, 1, 100, 1),
    "half a second": (10, 1, 500, 5),
    "a second": (10, 1, 1_000, 10),
    "an hour": (10, 1, 3_600_000, 10),
    "a clock that was set back": (10, 1, -60_000, 0),
    "shared by two": (10, 2, 1_000, 5),
    "shared by three": (10, 3, 3_000, 3),
    "less than the processes, just before": (1, 4, 3_999, 0),
    "less than the processes": (1, 4, 4_000, 1),
}


@pytest.mark.parametrize(("per_second", "shared_by", "after_ms", "more"), LATER.values(), ids=LATER)
def test_what_was_taken_comes_back_steadily(
    per_second: int, shared_by: int, after_ms: int, more: int
) -> None:
    rates = rates_of(per_second, shared_by=shared_by)
    let_through(rates, requests=100, now=NOW)

    assert let_through(rates, requests=100, now=NOW + after_ms) == more


@pytest.mark.parametrize(("per_second", "shared_by"), [(7, 1), (50, 3), (1_000, 2), (3, 5)])
def test_in_the_long_run_the_rate_is_kept_to_the_last_request(per_second: int, shared_by: int) -> None:
    """As many processes together, asked without a pause for a minute: a rate is neither lost nor exceeded by rounding."""
    through = 0
    for _ in range(shared_by):
        rates = rates_of(per_second, shared_by=shared_by)
        let_through(rates, requests=per_second + shared_by, now=NOW)
        through += sum(
            let_through(rates, requests=2 + 20 * per_second // 1_000, now=NOW + ms)
            for ms in range(0, 60_000 + 1, 10)
        )

    assert 60 * per_second - shared_by <= through <= 60 * per_second


def test_a_clock_that_was_set_back_goes_on_from_there() -> None:
    """Nobody waits until it has caught up."""
    rates = rates_of(10)
    let_through(rates, requests=10, now=NOW)
    let_through(rates, requests=1, now=NOW - 86_400_000)

    assert let_through(rates, requests=100, now=NOW - 86_400_000 + 1_000) == 10


@pytest.mark.parametrize("behind_ms", [1, BEHIND_MS_MAX])
def test_threads_that_come_out_of_order_are_given_no_time_twice(behind_ms: int) -> None:
    """A thread reads the clock before it waits for its turn."""
    rates = rates_of(10)
    let_through(rates, requests=10, now=NOW)

    through = sum(
        let_through(rates, requests=1, now=NOW - behind_ms) + let_through(rates, requests=1, now=NOW)
        for _ in range(1_000)
    )

    assert through == 0


def test_a_refused_request_takes_nothing() -> None:
    rates = rates_of(10)
    let_through(rates, requests=1_000, now=NOW)

    assert let_through(rates, requests=1, now=NOW + 100) == 1


def test_accounts_do_not_share_a_rate() -> None:
    rates = rates_of(10)
    let_through(rates, requests=100, now=NOW)

    assert let_through(rates, requests=100, now=NOW, account=OTHER) == 10


def test_operations_of_one_rate_share_it_and_others_have_their_own() -> None:
    rates = Rates([Rate(operations=(TAG, UNTAG), per_second=10), Rate(operations=(GET,), per_second=3)])

    assert let_through(rates, requests=6, now=NOW, operation=TAG) == 6
    assert let_through(rates, requests=6, now=NOW, operation=UNTAG) == 4
    assert let_through(rates, requests=6, now=NOW, operation=GET) == 3


def test_an_operation_without_a_rate_is_not_limited() -> None:
    rates = rates_of(1)

    assert let_through(rates, requests=1_000, now=NOW, operation=TAG) == 1_000
    rates.give_back(TAG, ONE)


def test_a_request_that_is_begun_again_counts_once() -> None:
    rates = rates_of(2)
    rates.take(GET, ONE, now=NOW)
    rates.give_back(GET, ONE)

    assert let_through(rates, requests=10, now=NOW) == 2


def test_giving_back_does_not_overfill() -> None:
    rate = Rate(operations=(GET,), per_second=2)
    full = Bucket.full(rate, now=NOW)

    assert full.given_back(rate) == full


def test_threads_together_get_one_rate() -> None:
    rates = rates_of(100)
    through: list[int] = []
    threads = [
        threading.Thread(target=lambda: through.append(let_through(rates, requests=100, now=NOW)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sum(through) == 100
