"""An HSM that is gone, slow, broken or stuck: 503 in time, a bounded number waits, all else goes on, and it heals by itself.

A real SoftHSM behind a library that does wrong when it is told to (`tests/integration/hsm.py`), and real signals. The
Region's master stays in the HSM: whatever opens something needs it.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass

import pytest
from tests.integration import hsm as hsms
from tests.integration.deployment import VIRGINIA, Caller, until
from tests.integration.hsm import HsmDeployment, hsm_deployment

pytestmark = pytest.mark.skipif(
    not hsms.is_installed(), reason=f"{hsms.NEEDED} are not installed, which `make test` does"
)

DEADLINE_MS = 500
ANSWER_S_MAX = 3.0
"""The deadline, as the worker that waits has one, and what a busy machine adds."""
HEALED_S_MAX = 20.0
"""The keeper kills what was stopped after 5 s, rests for one, and a login takes another on a busy machine."""
OTHERS_S_MAX = 1.0
"""What needs no key is answered in a few ms; this is far below what anything that waits would take."""
CROWD = 40
WORKERS = 2


@pytest.fixture(scope="module")
def deployment() -> Iterator[HsmDeployment]:
    with hsm_deployment(mode="every", workers=WORKERS, deadline_ms=DEADLINE_MS) as made:
        made.done("init", "--to", "hsm")
        made.forget_key_file()
        made.up()
        yield made


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    took_s: float


def asked(
    deployment: HsmDeployment, operation: str, *, service: str = "secretsmanager", **parameters: str
) -> Answer:
    began = time.monotonic()
    with closing(deployment.caller(VIRGINIA)) as caller:
        status = caller.answer(operation, service=service, **parameters)[0]
    return Answer(status=status, took_s=time.monotonic() - began)


def unread(caller: Caller, count: int) -> list[str]:
    """Secrets that nobody has read: no worker has their data keys."""
    names = [f"hsm/{uuid.uuid4()}" for _ in range(count)]
    for name in names:
        caller.ask("CreateSecret", Name=name, SecretString="v", ClientRequestToken=str(uuid.uuid4()))
    return names


def heals(deployment: HsmDeployment, name: str) -> float:
    """Wait until a secret is read, without any other help; return how long that took."""
    return until(
        lambda: asked(deployment, "GetSecretValue", SecretId=name).status == 200,
        what="reads again",
        seconds_max=HEALED_S_MAX,
    )


# What goes wrong, and what ends it.


@contextmanager
def told(deployment: HsmDeployment, how: str) -> Iterator[None]:
    deployment.hsm.fail(how)
    try:
        yield
    finally:
        deployment.hsm.fail("")


@contextmanager
def taken_away(deployment: HsmDeployment) -> Iterator[None]:
    deployment.hsm.take_away()
    try:
        yield
    finally:
        deployment.hsm.bring_back()


@contextmanager
def stopped(deployment: HsmDeployment) -> Iterator[None]:
    """The process that speaks to the HSM stands still, and is not let go on: it has to be replaced."""
    (asker,) = deployment.askers()
    os.kill(asker, signal.SIGSTOP)
    yield


@contextmanager
def killed(deployment: HsmDeployment) -> Iterator[None]:
    """It dies, and its successors as long as this lasts."""
    ended = threading.Event()

    def kill() -> None:
        while not ended.is_set():
            for asker in deployment.askers():
                os.kill(asker, signal.SIGKILL)
            time.sleep(0.05)

    killing = threading.Thread(target=kill)
    killing.start()
    try:
        until(lambda: deployment.standing()["hsm"] != "ok", what="noticed")
        yield
    finally:
        ended.set()
        killing.join()


FAULTS: dict[str, Callable[[HsmDeployment], AbstractContextManager[None]]] = {
    "it never returns": lambda deployment: told(deployment, "hang"),
    "it takes longer than it may": lambda deployment: told(deployment, f"slow {4 * DEADLINE_MS}"),
    "it has an error of its device": lambda deployment: told(deployment, "fail"),
    "its token is gone": taken_away,
    "its process stands still": stopped,
    "its process is killed again and again": killed,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_without_its_hsm_a_region_answers_503_in_time_goes_on_with_the_rest_and_heals(
    deployment: HsmDeployment, fault: str
) -> None:
    with closing(deployment.caller(VIRGINIA)) as caller:
        names = unread(caller, CROWD + 1)
        key = caller.ask("CreateKey", service="kms")["KeyMetadata"]["KeyId"]
        blob = caller.ask("Encrypt", service="kms", KeyId=key, Plaintext="eA==")["CiphertextBlob"]
    pids = deployment.pids(VIRGINIA)

    with FAULTS[fault](deployment), ThreadPoolExecutor(CROWD) as crowd:
        reads = [crowd.submit(asked, deployment, "GetSecretValue", SecretId=name) for name in names[:CROWD]]
        others = others_meanwhile(deployment, reads, name=names[0])
        answers = [read.result() for read in reads]
        decrypted = asked(deployment, "Decrypt", service="kms", CiphertextBlob=blob)
        created = asked(deployment, "CreateKey", service="kms")
        # What is decided without a key.
        described = asked(deployment, "DescribeSecret", SecretId=names[0])
        healthy = deployment.standing()

    assert {answer.status for answer in answers} == {503}
    assert max(answer.took_s for answer in answers) < ANSWER_S_MAX
    assert (decrypted.status, created.status, described.status) == (503, 503, 200)
    assert max(decrypted.took_s, created.took_s) < ANSWER_S_MAX
    assert others
    assert {answer.status for answer in others} == {200}
    assert sorted(answer.took_s for answer in others)[len(others) // 2] < OTHERS_S_MAX
    assert healthy["sealed"] is False
    # By itself; and nobody but the process that speaks to the HSM was replaced.
    heals(deployment, names[CROWD])
    assert {asked(deployment, "GetSecretValue", SecretId=name).status for name in names[:4]} == {200}
    assert asked(deployment, "Decrypt", service="kms", CiphertextBlob=blob).status == 200
    assert deployment.pids(VIRGINIA) == pids


def others_meanwhile(
    deployment: HsmDeployment, reads: Sequence[Future[Answer]], *, name: str
) -> list[Answer]:
    """Ask what needs no key, as long as the reads are under way, and once at least."""
    answers: list[Answer] = []
    while not answers or not all(read.done() for read in reads):
        answers.append(asked(deployment, "DescribeSecret", SecretId=name))
    return answers


def test_the_harness_is_one_that_a_wrong_answer_fails(deployment: HsmDeployment) -> None:
    """Without a fault, the same crowd reads: what answers 503 above does so because of the fault."""
    with closing(deployment.caller(VIRGINIA)) as caller:
        names = unread(caller, CROWD)

    with ThreadPoolExecutor(CROWD) as crowd:
        reads = [crowd.submit(asked, deployment, "GetSecretValue", SecretId=name) for name in names]

    assert {read.result().status for read in reads} == {200}


def test_a_slow_hsm_serves_whom_it_can_and_refuses_the_others_in_time(deployment: HsmDeployment) -> None:
    """60 ms a call, two calls a read: in 500 ms it serves a few of 40, and nobody waits longer than the deadline."""
    with closing(deployment.caller(VIRGINIA)) as caller:
        names = unread(caller, CROWD + 1)

    with told(deployment, "slow 60"), ThreadPoolExecutor(CROWD) as crowd:
        reads = [crowd.submit(asked, deployment, "GetSecretValue", SecretId=name) for name in names[:CROWD]]
        answers = [read.result() for read in reads]

    statuses = [answer.status for answer in answers]
    assert set(statuses) == {200, 503}
    assert max(answer.took_s for answer in answers) < ANSWER_S_MAX
    heals(deployment, names[CROWD])


def test_reads_of_the_last_half_minute_go_on_without_the_hsm(deployment: HsmDeployment) -> None:
    """The bounded memory of data keys is not the HSM's; how long it lasts is DataKeys' promise."""
    with closing(deployment.caller(VIRGINIA)) as caller:
        (name,) = unread(caller, 1)
        # Each worker has a memory of its own.
        for _ in range(8 * WORKERS):
            assert asked(deployment, "GetSecretValue", SecretId=name).status == 200

    with taken_away(deployment):
        until(
            lambda: asked(deployment, "CreateKey", service="kms").status == 503,
            what="without the HSM",
            seconds_max=HEALED_S_MAX,
        )
        assert asked(deployment, "GetSecretValue", SecretId=name).status == 200
    heals(deployment, name)


def test_who_was_known_before_is_known_without_the_hsm(deployment: HsmDeployment) -> None:
    """Each worker asks for a signing key of the day once: the custodian gives out again those that it gave out before."""
    with told(deployment, "hang"):
        assert asked(deployment, "CreateKey", service="kms").status == 503
        os.kill(deployment.pids(VIRGINIA)["worker-1"], signal.SIGKILL)
        until(lambda: deployment.is_whole(VIRGINIA), what="a new worker")
        statuses = {asked(deployment, "ListSecrets").status for _ in range(8 * WORKERS)}

    assert statuses == {200}
    until(
        lambda: asked(deployment, "CreateKey", service="kms").status == 200,
        what="healed",
        seconds_max=HEALED_S_MAX,
    )


@pytest.mark.parametrize("who", ["custodian", "hsm"])
def test_a_region_that_loses_its_custodian_or_its_keeper_is_whole_again(
    deployment: HsmDeployment, who: str
) -> None:
    with closing(deployment.caller(VIRGINIA)) as caller:
        (name,) = unread(caller, 1)

    os.kill(deployment.pids(VIRGINIA)[who], signal.SIGKILL)

    heals(deployment, name)
    assert deployment.standing()["sealed"] is False


def test_while_it_hangs_a_custodian_that_is_replaced_starts_sealed_and_opens_itself(
    deployment: HsmDeployment,
) -> None:
    """Its root is the HSM's too. It is not given up by its supervisor, which would end the Region."""
    with closing(deployment.caller(VIRGINIA)) as caller:
        (name,) = unread(caller, 1)

    with told(deployment, "hang"):
        os.kill(deployment.pids(VIRGINIA)["custodian"], signal.SIGKILL)
        until(lambda: deployment.is_whole(VIRGINIA), what="a new custodian")
        assert deployment.standing()["sealed"] is True
        assert asked(deployment, "GetSecretValue", SecretId=name).status == 503

    until(lambda: not deployment.standing()["sealed"], what="open", seconds_max=HEALED_S_MAX)
    heals(deployment, name)
