"""SIGSTOP: what stands still, without being gone, costs the others nothing and is answered with 503 in time.

Reliability, I13; design section 2, degraded answers 5xx.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

import pytest
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, Refused, deployed, until

DOOR_S_MAX = 12.0
"""The front door's deadline for an answer, 10 s, and what a busy machine adds."""
CUSTODY_S_MAX = 3.0
"""The deadline for the custodian is 2 s."""
MEASURED_S = 3.0
PAUSE_S = 0.005
CROWD = 40


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as running:
        yield running


@contextmanager
def paused(pids: Sequence[int]) -> Iterator[None]:
    """Stop processes in this order, and let them go on in the opposite one."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)


def p99_s(ask: Callable[[], object], *, seconds: float) -> float:
    """Ask again and again, one at a time; return what 99 of 100 answers took at most."""
    took = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        began = time.monotonic()
        ask()
        took.append(time.monotonic() - began)
        time.sleep(PAUSE_S)
    return sorted(took)[int(len(took) * 0.99)]


class Asking(threading.Thread):
    """One call on a thread of its own: what it was answered with, and how long that took."""

    def __init__(self, deployment: Deployment, *, door: bool, secret_name: str, timeout_s: float) -> None:
        super().__init__(daemon=True)
        self._caller = deployment.caller(VIRGINIA, door=door, timeout_s=timeout_s)
        self._secret_name = secret_name
        self.status = 0
        self.said: dict[str, object] = {}
        self.took_s = 0.0

    def run(self) -> None:
        began = time.monotonic()
        with closing(self._caller):
            self.status, self.said = self._caller.answer("GetSecretValue", SecretId=self._secret_name)
        self.took_s = time.monotonic() - began


def made(deployment: Deployment, region: str, *, count: int = 1) -> list[str]:
    """Secrets that nobody has read yet: the first read of each takes the custodian."""
    names = [f"paused/{uuid.uuid4()}" for _ in range(count)]
    with closing(deployment.caller(region)) as caller:
        for name in names:
            caller.ask("CreateSecret", Name=name, SecretString="x", ClientRequestToken=str(uuid.uuid4()))
    return names


def test_a_region_that_stands_still_costs_the_other_nothing_and_is_503(deployment: Deployment) -> None:
    """The supervisor is stopped with it, or it would rightly kill and replace what is silent for 10 s."""
    (here,), there = made(deployment, OHIO), made(deployment, VIRGINIA, count=8)
    process = deployment.process
    assert process is not None
    with closing(deployment.caller(OHIO, door=True)) as reader:
        reader.ask("GetSecretValue", SecretId=here)
        before_s = p99_s(lambda: reader.ask("GetSecretValue", SecretId=here), seconds=MEASURED_S)
        stopped = list(deployment.pids(VIRGINIA).values())

        with paused([process.pid, *stopped]):
            waiting = [
                Asking(deployment, door=True, secret_name=name, timeout_s=2 * DOOR_S_MAX) for name in there
            ]
            for one in waiting:
                one.start()
            during_s = p99_s(lambda: reader.ask("GetSecretValue", SecretId=here), seconds=MEASURED_S)
            still_waiting = [one.is_alive() for one in waiting]
            for one in waiting:
                one.join(2 * DOOR_S_MAX)

    # Twice as long, and what one hiccup of a shared machine adds; to stand in a queue with the others would take seconds.
    bound_s = 2 * before_s + 0.05
    assert during_s < bound_s
    assert all(still_waiting), "the Region was not standing still, so nothing is proven"
    assert {(503, "ServiceUnavailable")} == {(one.status, one.said["__type"]) for one in waiting}
    assert all(bound_s < one.took_s < DOOR_S_MAX for one in waiting)
    until(
        lambda: Refused not in map(type, _answers(deployment, there)),
        what="the Region to answer again",
        seconds_max=5.0,
    )
    assert sorted(stopped) == sorted(deployment.pids(VIRGINIA).values()), "a pause is no reason to kill"


def _answers(deployment: Deployment, names: Sequence[str]) -> list[object]:
    answers: list[object] = []
    with closing(deployment.caller(VIRGINIA, door=True)) as caller:
        for name in names:
            try:
                answers.append(caller.ask("GetSecretValue", SecretId=name))
            except Refused as refusal:
                answers.append(refusal)
    return answers


def test_a_custodian_that_stands_still_is_503_in_time_for_everybody_and_heals(deployment: Deployment) -> None:
    """Not a 4xx, which no client fails over on; and nobody waits for those who wait."""
    names = made(deployment, VIRGINIA, count=CROWD)
    for _ in range(CROWD):
        # A connection each, so that both workers are met: each asks the custodian once a day for its signing key.
        with closing(deployment.caller(VIRGINIA)) as caller:
            caller.ask("DescribeSecret", SecretId=names[0])
    custodian = deployment.pids(VIRGINIA)["custodian"]

    with paused_until_replaced(deployment, custodian):
        crowd = [Asking(deployment, door=False, secret_name=name, timeout_s=2 * DOOR_S_MAX) for name in names]
        for one in crowd:
            one.start()
        with closing(deployment.caller(VIRGINIA)) as caller:
            described = caller.ask("DescribeSecret", SecretId=names[0])
        for one in crowd:
            one.join(2 * DOOR_S_MAX)

    assert names[0] == described["Name"]
    assert {(503, "ServiceUnavailable")} == {(one.status, one.said["__type"]) for one in crowd}
    assert not any("SecretString" in one.said for one in crowd)
    slowest_s = max(one.took_s for one in crowd)
    assert slowest_s < CUSTODY_S_MAX
    assert [] == [answer for answer in _answers(deployment, names) if isinstance(answer, Refused)]


def test_where_no_data_key_is_kept_a_custodian_that_stands_still_holds_up_no_other_request() -> None:
    """Every read has it asked, and is 503 in time; what needs no key is answered as ever, by the same worker's loop."""
    settings = "[custodian]\nkeep_data_keys = false"
    with deployed(regions=(VIRGINIA,), workers=1, settings=settings) as deployment:
        names = made(deployment, VIRGINIA, count=8)
        custodian = deployment.pids(VIRGINIA)["custodian"]
        with closing(deployment.caller(VIRGINIA)) as reader:
            for name in names:
                reader.ask("GetSecretValue", SecretId=name)
            before_s = p99_s(lambda: reader.ask("DescribeSecret", SecretId=names[0]), seconds=1.0)

            with paused([custodian]):
                crowd = [
                    Asking(deployment, door=False, secret_name=name, timeout_s=2 * DOOR_S_MAX)
                    for name in names
                ]
                for one in crowd:
                    one.start()
                during_s = p99_s(lambda: reader.ask("DescribeSecret", SecretId=names[0]), seconds=1.5)
                still_waiting = [one.is_alive() for one in crowd]
                for one in crowd:
                    one.join(2 * DOOR_S_MAX)

            assert any(still_waiting), "nobody waited meanwhile, so nothing is proven"
            # To stand in a queue with those that wait for the custodian would take seconds.
            assert during_s < 2 * before_s + 0.05
            assert {(503, "ServiceUnavailable")} == {(one.status, one.said["__type"]) for one in crowd}
            assert max(one.took_s for one in crowd) < CUSTODY_S_MAX
            until(
                lambda: Refused not in map(type, _answers(deployment, names)),
                what="reads to be answered again",
                seconds_max=5.0,
            )
            assert custodian == deployment.pids(VIRGINIA)["custodian"], "a pause is no reason to kill"


@contextmanager
def paused_until_replaced(deployment: Deployment, custodian: int) -> Iterator[None]:
    """Stop the custodian for the block; its supervisor kills it when it has been silent for 10 s."""
    os.kill(custodian, signal.SIGSTOP)
    yield
    until(lambda: custodian not in deployment.pids(VIRGINIA).values(), what="it to be killed")
    until(lambda: deployment.is_whole(VIRGINIA), what="a successor")


@pytest.mark.deep
@pytest.mark.parametrize("name", ["worker-1", "worker-2", "agent"])
def test_any_process_that_stands_still_is_replaced(deployment: Deployment, name: str) -> None:
    """After 10 s of silence; meanwhile what the kernel gave it waits, and nothing else does."""
    (secret_name,) = made(deployment, VIRGINIA)
    pid = deployment.pids(VIRGINIA)[name]

    os.kill(pid, signal.SIGSTOP)
    until(lambda: pid not in deployment.pids(VIRGINIA).values(), what="it to be killed", seconds_max=15.0)
    until(lambda: deployment.is_whole(VIRGINIA), what="a successor", seconds_max=5.0)

    assert [] == [one for one in _answers(deployment, [secret_name]) if isinstance(one, Refused)]
