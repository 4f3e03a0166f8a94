"""Requests that are nearly right, through the gate of a Region in this process: refused as the model says, never a fault.

The quick part of `tests/fault/test_mutated_requests.py`, which sends many more to real processes.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import NoReturn

import pytest
from tests.contract.region import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Region
from tests.fault import mutations
from tests.fault.mutations import Mutated, Pool

from watchword.api.call import Bound
from watchword.api.errors import ApiError
from watchword.api.http import HTTPResponse
from watchword.api.operation import Operation
from watchword.api.shapes import kms
from watchword.api.shapes import secretsmanager as sm
from watchword.secrets.find import find_nothing
from watchword.sigv4.sign import sign

SEED = int(os.environ.get("WATCHWORD_TEST_SEED", "20261122"))
COUNT = 6_000
OFTEN = 30
"""As often asked for, an operation must have come past the first checks."""


def answered(region: Region, asked: Mutated) -> HTTPResponse:
    request = sign(
        asked.request(host=f"{asked.service}.{region.name}.amazonaws.com"),
        access_key_id=ACCESS_KEY_ID,
        secret_access_key=SECRET_ACCESS_KEY,
        region=region.name,
        service=asked.service,
        now=region.clock.now,
    )
    return region.gate.answer(request)


def wrong(region: Region, pool: Pool, *, count: int) -> tuple[list[str], Counter[tuple[str, str]]]:
    """Send that many requests; return what was wrong with answers, and how often each answer came."""
    complaints, seen = [], Counter[tuple[str, str]]()
    for number in range(count):
        asked = mutations.mutated(number, seed=SEED, pool=pool)
        answer = answered(region, asked)
        code = mutations.code_of(answer.body, answer.headers)
        seen[asked.operation, "success" if answer.status == 200 else code] += 1
        said = mutations.wrong_with(asked, status=answer.status, body=answer.body, headers=answer.headers)
        if said is not None:
            complaints.append(f"seed {SEED}: {asked}: {said}")
    return complaints, seen


def test_mutated_requests_are_refused_as_the_model_says(region: Region) -> None:
    complaints, seen = wrong(region, mutations.pool_of(region.call, prefix="fuzz"), count=COUNT)

    assert complaints == []
    # Requests that all ended at the first check would have shown nothing.
    asked = Counter(operation for operation, _ in seen.elements())
    deep = {operation for operation, outcome in seen if outcome not in mutations.EARLY_CODES}
    assert {operation for operation, count in asked.items() if count >= OFTEN} - deep == set()
    assert len(deep) > len(mutations.models()) / 2
    assert sum(count for (_, outcome), count in seen.items() if outcome == "success") > COUNT / 20


def raising(error: Exception) -> NoReturn:
    raise error


PLANTED: dict[str, tuple[Operation, Exception, str]] = {
    "a fault": (sm.LIST_RESOURCE_POLICIES, KeyError(), "answered 500 InternalServiceError"),
    "a code of another operation": (
        kms.DESCRIBE_KEY,
        sm.PublicPolicyException(),
        "answered 400 with the code `PublicPolicyException`, which is not declared",
    ),
    "a secret in a refusal": (
        sm.DESCRIBE_SECRET,
        sm.ResourceNotFoundException(mutations.CANARY),
        "answered 400 and repeats a secret",
    ),
    "another status": (
        sm.TAG_RESOURCE,
        type("InvalidRequestException", (ApiError,), {"code": "InvalidRequestException", "status": 404})(),
        "answered 404 InvalidRequestException",
    ),
}


@pytest.mark.parametrize(("operation", "error", "complaint"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_found(
    region: Region, operation: Operation, error: Exception, complaint: str
) -> None:
    pool = mutations.pool_of(region.call, prefix="fuzz")
    planted = Bound(operation=operation, find=find_nothing, run=lambda *_: raising(error))
    region.faults = (planted,)
    region.compose()

    complaints, _ = wrong(region, pool, count=3_000)

    assert complaints
    assert all(operation.name in one and one.endswith(complaint) for one in complaints)
