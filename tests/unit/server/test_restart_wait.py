"""How long a supervisor waits before it starts a process again."""

from __future__ import annotations

import pytest

from watchword.server.supervisor import Patience, restart_wait_s

WAITS = {0: 0.0, 1: 0.1, 2: 0.2, 3: 0.4, 6: 3.2, 7: 4.0, 8: 4.0, 10_000_000: 4.0}


@pytest.mark.parametrize(("deaths", "expected"), WAITS.items(), ids=str)
def test_the_first_death_costs_no_wait_and_each_further_one_twice_as_much_up_to_a_bound(
    deaths: int, expected: float
) -> None:
    assert restart_wait_s(deaths) == pytest.approx(expected)


def test_the_wait_is_bounded_by_what_the_supervisor_was_given() -> None:
    patience = Patience(restart_s_min=1.0, restart_s_max=3.0)

    assert [restart_wait_s(deaths, patience=patience) for deaths in range(4)] == [0.0, 1.0, 2.0, 3.0]
