"""`[limits.requests_per_second]` of watchword.toml: what it may say, and what it means for one API worker."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from watchword.api.shapes import secretsmanager as sm
from watchword.gate.rates import Rate
from watchword.server.deployment import (
    ACCOUNT_DEFAULT,
    REQUESTS_PER_SECOND_MAX,
    Deployment,
    HomeError,
    RequestRate,
    from_toml,
    planned,
    to_toml,
    with_base_port,
)
from watchword.server.region import rates_of

HOME = Path("/srv/watchword")
GET = "secretsmanager:GetSecretValue"
TAGS = "secretsmanager:TagResource secretsmanager:UntagResource"
BOTH = (
    RequestRate(operations=(GET,), per_second=10_000),
    RequestRate(operations=("secretsmanager:TagResource", "secretsmanager:UntagResource"), per_second=50),
)


def plan(*rates: RequestRate) -> Deployment:
    made = planned(
        home=HOME,
        deployment_id="d1",
        regions=("us-east-1", "us-east-2"),
        account_id=ACCOUNT_DEFAULT,
        port=7700,
        workers=2,
    )
    regions = tuple(replace(held, transport_key=bytes(32)) for held in made.regions)
    return replace(made, regions=regions, request_rates=rates)


def limited(lines: str) -> str:
    """A good watchword.toml with these lines among its rates."""
    return f"{to_toml(plan())}\n[limits.requests_per_second]\n{lines}\n"


def test_rates_are_read_as_they_are_written_by_hand() -> None:
    text = limited(f'"{GET}" = 10000\n"{TAGS}" = 50')

    assert from_toml(text, home=HOME).request_rates == BOTH


@pytest.mark.parametrize("rates", [(), BOTH[:1], BOTH], ids=["none", "one", "two"])
def test_rates_are_read_back_as_they_were_written(rates: tuple[RequestRate, ...]) -> None:
    assert from_toml(to_toml(plan(*rates)), home=HOME) == plan(*rates)


def test_other_ports_leave_the_rates_as_they_are() -> None:
    assert with_base_port(plan(*BOTH), 8800).request_rates == BOTH


def test_a_table_without_rates_limits_nothing() -> None:
    assert from_toml(f"{to_toml(plan())}\n[limits]\n", home=HOME).request_rates == ()


BORDERS = (1, REQUESTS_PER_SECOND_MAX)


@pytest.mark.parametrize("per_second", BORDERS)
def test_a_rate_is_taken_up_to_its_borders(per_second: int) -> None:
    (rate,) = from_toml(limited(f'"{GET}" = {per_second}'), home=HOME).request_rates

    assert rate.per_second == per_second


REFUSED = {
    "none a second": (f'"{GET}" = 0', f"`{GET}` should be from 1 to 1000000"),
    "too many": (f'"{GET}" = 1000001', f"`{GET}` should be from 1 to 1000000"),
    "a fraction": (f'"{GET}" = 0.5', f"`{GET}` should be an integer"),
    "true": (f'"{GET}" = true', f"`{GET}` should be an integer"),
    "an operation that is none": (
        '"secretsmanager:GetSecret" = 1',
        "no operation: `secretsmanager:GetSecret`",
    ),
    "no service": (
        "GetSecretValue = 1",
        "`, [limits], [requests_per_second], names no operation: `GetSecretValue`",
    ),
    "one of ours": ('"watchword:ApplyReplica" = 1', "names no operation: `watchword:ApplyReplica`"),
    "one of two is none": (f'"{GET} secretsmanager:No" = 1', "names no operation: `secretsmanager:No`"),
    "twice": (f'"{GET}" = 1\n"{GET} secretsmanager:ListSecrets" = 1', f"limits `{GET}` twice"),
    "twice in one": (f'"{GET} {GET}" = 1', f"limits `{GET}` twice"),
    "nothing": ('" " = 1', "has a rate of no operation"),
}


@pytest.mark.parametrize(("lines", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_rate_that_says_something_else_is_refused_in_one_sentence(lines: str, sentence: str) -> None:
    with pytest.raises(HomeError) as refused:
        from_toml(limited(lines), home=HOME)

    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_another_limit_is_not_known() -> None:
    with pytest.raises(HomeError, match="not known: `requests_per_minute`"):
        from_toml(f"{to_toml(plan())}\n[limits]\nrequests_per_minute = 1\n", home=HOME)


def test_the_workers_of_a_region_divide_a_rate() -> None:
    """Of three workers each lets a third through; the sum is never above the rate."""
    deployment = plan(*BOTH)
    settings = replace(deployment.regions[0], workers=3)

    rates = rates_of(deployment, settings)

    assert rates is not None
    expected = Rate(operations=(sm.GET_SECRET_VALUE,), per_second=10_000, shared_by=3)
    assert rates.of(sm.GET_SECRET_VALUE) == expected
    assert rates.of(sm.TAG_RESOURCE) == rates.of(sm.UNTAG_RESOURCE)
    assert rates.of(sm.LIST_SECRETS) is None


def test_without_limits_a_worker_counts_nothing() -> None:
    assert rates_of(plan(), plan().regions[0]) is None
