"""A KMS elsewhere that is gone, slow, full of errors or says no: what callers hear, how soon, and that it heals by itself.

One deployment has the keys, another one's Virginia uses them; both are real processes.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from tests.fault.canaries import Canaries, found, places, said_by
from tests.fault.test_paused_processes import Asking, paused
from tests.integration.deployment import OHIO, VIRGINIA, Caller, Deployment, until
from tests.integration.kms_elsewhere import (
    CACHE_MS,
    CREDENTIALS,
    DEADLINE_MS,
    OREGON,
    Vault,
    vault_and_deployment,
)
from tests.integration.test_kms_elsewhere import events
from tests.integration.test_sealed_region import done

Both = tuple[Vault, Deployment]
WORKERS = 2
CROWD = 60
SLACK_S = 2.0
"""What a busy machine adds."""
IN_FORCE_S = CACHE_MS / 1_000
HEALED_S_MAX = 5.0


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    with vault_and_deployment() as made:
        yield made


def ask(deployment: Deployment, operation: str, **members: Any) -> tuple[int, str, str]:
    """One call on a connection of its own: status, code, and the value or text."""
    with closing(deployment.caller(VIRGINIA)) as caller:
        status, said = caller.answer(operation, **members)
    return status, said.get("__type", ""), said.get("SecretString") or said.get("Message") or ""


def made(deployment: Deployment, *, value: str = "x", **members: Any) -> str:
    name = f"fault/{uuid.uuid4()}"
    token = str(uuid.uuid4())
    status, code, text = ask(
        deployment, "CreateSecret", Name=name, SecretString=value, ClientRequestToken=token, **members
    )
    assert status == 200, (code, text)
    return name


def reads(deployment: Deployment, name: str) -> tuple[int, str, str]:
    return ask(deployment, "GetSecretValue", SecretId=name)


def reads_again(deployment: Deployment, name: str) -> None:
    until(lambda: reads(deployment, name)[0] == 200, what="reads again", seconds_max=HEALED_S_MAX)


def puts(deployment: Deployment, name: str) -> tuple[int, str, str]:
    token = str(uuid.uuid4())
    return ask(deployment, "PutSecretValue", SecretId=name, SecretString="y", ClientRequestToken=token)


def health(deployment: Deployment) -> tuple[int, dict[str, str]]:
    host = deployment.endpoint(VIRGINIA, door=False).removeprefix("http://")
    with closing(http.client.HTTPConnection(host, timeout=10)) as connection:
        connection.request("GET", "/-/health")
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def crowd_of(deployment: Deployment, names: Sequence[str]) -> list[Asking]:
    crowd = [Asking(deployment, door=False, secret_name=name, timeout_s=20.0) for name in names]
    for one in crowd:
        one.start()
    return crowd


def test_a_key_that_is_disabled_is_in_force_within_a_second_under_load(both: Both) -> None:
    """Also while many read: who asks again for all of them must not make the others' memory younger than it is."""
    vault, deployment = both
    arn = vault.new_key(f"alias/{uuid.uuid4()}")
    name = made(deployment, value="before", KmsKeyId=arn)
    with closing(deployment.caller(VIRGINIA)) as caller:
        ends = time.monotonic() + 2 * IN_FORCE_S
        while time.monotonic() < ends:
            assert caller.answer("GetSecretValue", SecretId=name)[0] == 200

        vault.kms.disable_key(KeyId=arn)
        disabled = time.monotonic()
        late: list[float] = []
        refused: dict[str, Any] = {}
        while time.monotonic() < disabled + 2 * IN_FORCE_S:
            began = time.monotonic()
            status, said = caller.answer("GetSecretValue", SecretId=name)
            if status == 200:
                late.append(began - disabled)
            else:
                refused = said

    assert refused["__type"] == "DecryptionFailure"
    assert refused["Message"] == (
        f"Secrets Manager can't decrypt the secret value: {arn} is disabled. "
        "(Service: AWSKMS; Status Code: 400; Error Code: DisabledException)"
    )
    assert max(late, default=0.0) < IN_FORCE_S
    code, text = puts(deployment, name)[1:]
    assert (code, f"{arn} is disabled." in text) == ("EncryptionFailure", True)
    vault.kms.enable_key(KeyId=arn)
    assert reads(deployment, name) == (200, "", "before")


def test_what_the_policy_of_a_key_elsewhere_denies_is_denied_here(both: Both) -> None:
    vault, deployment = both
    arn = vault.new_key(f"alias/{uuid.uuid4()}")
    name = made(deployment, KmsKeyId=arn)
    everything = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
    using = ["kms:Decrypt", "kms:GenerateDataKey"]
    denied = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": using, "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [everything, denied]}

    vault.kms.put_key_policy(KeyId=arn, Policy=json.dumps(policy))
    time.sleep(IN_FORCE_S)

    refusal = (400, "AccessDeniedException", "Access to KMS is not allowed")
    assert (reads(deployment, name), puts(deployment, name)) == (refusal, refusal)
    vault.kms.put_key_policy(KeyId=arn, Policy=json.dumps(policy | {"Statement": [everything]}))
    assert reads(deployment, name)[0] == 200


@pytest.mark.parametrize(
    "wrong", ["another secret key", "an unknown access key", "a damaged file", "no file"]
)
def test_wrong_credentials_are_the_region_s_trouble_and_heal_with_the_file(both: Both, wrong: str) -> None:
    """503: another Region may well answer, and no caller did anything wrong."""
    vault, deployment = both
    name = made(deployment)
    path = deployment.home / CREDENTIALS
    right = path.read_text()
    time.sleep(IN_FORCE_S)
    match wrong:
        case "another secret key":
            path.write_text(right.rstrip()[:-4] + "AAAA\n")
        case "an unknown access key":
            path.write_text(right.replace("AKIA", "AKIB"))
        case "a damaged file":
            path.write_text("[default]\naws_access_key_id")
        case _:
            path.rename(path.with_suffix(".away"))
    secret = right.partition("aws_secret_access_key = ")[2].strip()

    assert reads(deployment, name)[:2] == puts(deployment, name)[:2] == (503, "ServiceUnavailable")
    standing = json.loads(deployment.cli("status", "--json").stdout)["regions"][VIRGINIA]["kms"]["standing"]
    assert "credentials" in standing or str(CREDENTIALS) in standing
    assert secret not in standing + deployment.log()
    path.with_suffix(".away").unlink(missing_ok=True)
    shutil.copy(vault.deployment.home / "credentials", path)
    assert reads(deployment, name)[0] == 200


def test_a_kms_that_is_stopped_is_503_at_once_and_what_needs_no_key_goes_on(both: Both) -> None:
    vault, deployment = both
    name = made(deployment)
    vault.deployment.stop(OREGON)
    try:
        time.sleep(IN_FORCE_S)
        began = time.monotonic()
        answers = [reads(deployment, name)[:2] for _ in range(4)] + [puts(deployment, name)[:2]]
        took_s = time.monotonic() - began

        assert answers == [(503, "ServiceUnavailable")] * 5
        assert took_s < DEADLINE_MS / 1_000
        assert ask(deployment, "DescribeSecret", SecretId=name)[0] == 200

        # Each worker believes its last answer for a while; one that has met the silence says so.
        def is_told() -> bool:
            reads(deployment, name)
            status, said = health(deployment)
            return (status, said["kms"], said["custody"]) == (503, "unreachable", "ok")

        until(is_told, what="health to tell", seconds_max=HEALED_S_MAX)
    finally:
        vault.deployment.start(OREGON)
    reads_again(deployment, name)
    until(lambda: health(deployment)[0] == 200, what="health again", seconds_max=HEALED_S_MAX)


def test_processes_of_the_kms_that_are_killed_cost_no_answer_but_503(both: Both) -> None:
    vault, deployment = both
    name = made(deployment)
    for group_member in ("worker-1", "custodian"):
        os.kill(vault.deployment.pids(OREGON)[group_member], signal.SIGKILL)
        time.sleep(IN_FORCE_S)
        seen = {reads(deployment, name)[:2] for _ in range(3)}
        assert seen <= {(200, ""), (503, "ServiceUnavailable")}
        reads_again(deployment, name)


def test_a_kms_that_stands_still_is_503_in_time_for_a_crowd_and_holds_up_nobody_else(both: Both) -> None:
    vault, deployment = both
    names = [made(deployment) for _ in range(CROWD)]
    process = vault.deployment.process
    assert process is not None
    time.sleep(IN_FORCE_S)

    with paused([process.pid, *vault.deployment.pids(OREGON).values()]):
        crowd = crowd_of(deployment, names)
        began = time.monotonic()
        described = [ask(deployment, "DescribeSecret", SecretId=name)[0] for name in names[:10]]
        described_s = time.monotonic() - began
        written, late = puts(deployment, names[0])[:2], reads(deployment, names[1])[:2]
        for one in crowd:
            one.join(20.0)
        again = crowd_of(deployment, names[:20])
        for one in again:
            one.join(20.0)

    assert described == [200] * 10
    assert described_s < 2 * DEADLINE_MS / 1_000, "each of them would wait for as long"
    assert written == late == (503, "ServiceUnavailable")
    answers = {(one.status, one.said.get("__type")) for one in [*crowd, *again]}
    assert answers == {(503, "ServiceUnavailable")}
    assert max(one.took_s for one in [*crowd, *again]) < DEADLINE_MS / 1_000 + SLACK_S
    # Once it is known to be silent, one question of each worker at a time finds out, and nobody else waits.
    assert len([one for one in again if one.took_s > 0.9 * DEADLINE_MS / 1_000]) <= 2 * WORKERS
    for name in names:
        reads_again(deployment, name)


def test_replication_waits_for_a_kms_elsewhere_and_goes_on_by_itself(both: Both) -> None:
    vault, deployment = both
    with closing(deployment.caller(OHIO)) as ohio:
        vault.deployment.stop(OREGON)
        try:
            token = str(uuid.uuid4())
            ohio.ask(
                "CreateSecret",
                Name="waits",
                SecretString="late",
                ClientRequestToken=token,
                AddReplicaRegions=[{"Region": VIRGINIA}],
            )
            time.sleep(IN_FORCE_S)
            assert deployment.replication("waits", primary=OHIO) == {VIRGINIA: "InProgress"}
        finally:
            vault.deployment.start(OREGON)
    deployment.until_in_sync("waits", primary=OHIO, replica=VIRGINIA)
    assert reads(deployment, "waits") == (200, "", "late")


def test_a_sealed_region_answers_nothing_that_needs_a_key_although_the_key_is_elsewhere(both: Both) -> None:
    """Workers look once a second; what they had opened before is dropped, and nobody asks elsewhere."""
    vault, deployment = both
    names = [made(deployment) for _ in range(3)]
    assert [reads(deployment, name)[0] for name in names] == [200] * 3
    trail = vault.deployment.home / "regions" / OREGON / "trail"

    done(deployment, "seal")
    time.sleep(1 + SLACK_S)
    asked = len(events(trail, "Decrypt"))

    assert {reads(deployment, name)[:2] for name in names} == {(503, "ServiceUnavailable")}
    assert len(events(trail, "Decrypt")) == asked
    done(deployment, "unseal")
    reads_again(deployment, names[0])


def test_no_value_and_no_access_key_is_left_anywhere_on_either_side(both: Both) -> None:
    """Values that were written, moved to another key, replicated both ways, refused, and met a KMS that was gone."""
    vault, deployment = both
    canaries = Canaries()
    first, second = (vault.new_key(f"alias/{uuid.uuid4()}") for _ in range(2))
    with closing(deployment.caller(VIRGINIA)) as virginia, closing(deployment.caller(OHIO)) as ohio:

        def create(caller: Caller, name: str, **members: Any) -> None:
            token = str(uuid.uuid4())
            value = canaries.text()
            caller.answer("CreateSecret", Name=name, SecretString=value, ClientRequestToken=token, **members)
            caller.answer("GetSecretValue", SecretId=name)

        for number in range(10):
            create(virginia, f"out/{number}", KmsKeyId=first, AddReplicaRegions=[{"Region": OHIO}])
            create(ohio, f"in/{number}", AddReplicaRegions=[{"Region": VIRGINIA}])
            token = str(uuid.uuid4())
            moved = {"SecretId": f"out/{number}", "KmsKeyId": second, "ClientRequestToken": token}
            virginia.ask("UpdateSecret", **moved)
        for number in range(10):
            deployment.until_in_sync(f"out/{number}")
            deployment.until_in_sync(f"in/{number}", primary=OHIO, replica=VIRGINIA)
            virginia.ask("GetSecretValue", SecretId=f"in/{number}")
        vault.kms.disable_key(KeyId=second)
        create(virginia, "refused", KmsKeyId=second)
        vault.deployment.stop(OREGON)
        for number in range(5):
            create(virginia, f"unreachable/{number}")
        vault.deployment.start(OREGON)
    access_key = vault.deployment.env["secret_access_key"].encode()
    belongs = {str(vault.deployment.home / "credentials"), str(deployment.home / CREDENTIALS)}

    for one in (vault.deployment, deployment):
        sought = {"canary": canaries.mark.encode(), "access key": access_key}
        said = said_by(one) if one is deployment else replace(said_by(one), urls=())
        hits = found(sought, places(one, said=said))
        assert {place for place, _ in hits} <= belongs
        # The search finds what is there: the file that has to hold it.
        assert [what for _, what in hits] == ["access key"]
    assert canaries.made == 26
