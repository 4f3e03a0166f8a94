"""kill -9 of each process of two Regions while a multi-Region key is replicated, rotated and promoted: all comes about.

No material is lost, whatever was sealed opens in both Regions, and one Region is primary in the end.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, deployed, until

REGIONS = (VIRGINIA, OHIO)
KILLED = [
    (VIRGINIA, "agent"),
    (VIRGINIA, "custodian"),
    (VIRGINIA, "worker-1"),
    (OHIO, "agent"),
    (OHIO, "custodian"),
]
STAGES_S = (0.0, 0.004, 0.015, 0.05)
"""When a process is killed, after what was asked for was answered: before it is sent, on its way, after it is applied."""


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed(workers=1) as running:
        yield running


def client_of(deployment: Deployment, region: str) -> Any:
    config = Config(retries={"mode": "standard", "total_max_attempts": 10}, read_timeout=10)
    return deployment.client(region, service="kms", config=config)


def kill(deployment: Deployment, region: str, name: str) -> None:
    pid = deployment.pids(region).get(name)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)


def seen(deployment: Deployment, region: str, key_id: str) -> tuple[str, str, str] | None:
    """State, primary Region and the id of the material that seals, as a Region says; `None`: it can't say now."""
    try:
        metadata = client_of(deployment, region).describe_key(KeyId=key_id)["KeyMetadata"]
    except (ClientError, BotoCoreError):
        return None
    primary = metadata["MultiRegionConfiguration"]["PrimaryKey"]["Region"]
    return metadata["KeyState"], primary, metadata["CurrentKeyMaterialId"]


def agree(deployment: Deployment, key_id: str, *, other_than: str = "") -> tuple[str, str]:
    """Wait until both Regions say the same, with material that is not `other_than`; return the primary and the material."""

    def agreed() -> bool:
        one, other = (seen(deployment, region, key_id) for region in REGIONS)
        return one is not None and one == other and one[0] == "Enabled" and one[2] != other_than

    until(agreed, what="both Regions agreeing", seconds_max=60.0)
    found = seen(deployment, VIRGINIA, key_id)
    assert found is not None
    return found[1], found[2]


@pytest.mark.parametrize(("region", "name"), KILLED, ids=[f"{region}-{name}" for region, name in KILLED])
def test_a_killed_process_loses_no_material_and_leaves_one_primary(
    deployment: Deployment, region: str, name: str
) -> None:
    draw = random.Random(f"{region}/{name}")
    client = client_of(deployment, VIRGINIA)
    key_id = client.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    blobs = [client.encrypt(KeyId=key_id, Plaintext=b"0")["CiphertextBlob"]]

    client.replicate_key(KeyId=key_id, ReplicaRegion=OHIO)
    time.sleep(draw.choice(STAGES_S))
    kill(deployment, region, name)
    primary, material = agree(deployment, key_id)
    assert primary == VIRGINIA

    for number in (1, 2):
        until(lambda: rotated(deployment, primary, key_id), what="a rotation that is answered")  # noqa: B023 - asked at once
        time.sleep(draw.choice(STAGES_S))
        kill(deployment, region, name)
        primary, material = agree(deployment, key_id, other_than=material)
        for each in REGIONS:
            sealed = client_of(deployment, each).encrypt(KeyId=key_id, Plaintext=b"%d" % number)
            blobs.append(sealed["CiphertextBlob"])

        target = OHIO if primary == VIRGINIA else VIRGINIA
        client_of(deployment, primary).update_primary_region(KeyId=key_id, PrimaryRegion=target)
        time.sleep(draw.choice(STAGES_S))
        kill(deployment, region, name)
        primary, material = agree(deployment, key_id)
        assert primary == target

    for each in REGIONS:
        for blob in blobs:
            client_of(deployment, each).decrypt(CiphertextBlob=blob)


def rotated(deployment: Deployment, region: str, key_id: str) -> bool:
    """Ask for a rotation; one that is under way already, because an answer was lost, is as good."""
    try:
        client_of(deployment, region).rotate_key_on_demand(KeyId=key_id)
    except ClientError as error:
        return str(error.response["Error"]["Code"]) == "ConflictException"
    except BotoCoreError:
        return False
    return True
