"""boto3's KMS client against three running Regions: a key of all three, through real custodians in their rooms.

Also what no other test sees: that custodians are told of each other at their start, and have loaded what they need before
they close their rooms.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, deployed, until

IRELAND = "eu-west-1"
REGIONS = (VIRGINIA, OHIO, IRELAND)
CONTEXT = {"purpose": "test"}


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed(regions=REGIONS, workers=1) as running:
        yield running


def client_of(deployment: Deployment, region: str = VIRGINIA, *, service: str = "kms") -> Any:
    return boto3.client(
        service,
        endpoint_url=deployment.endpoint(region, door=False),
        region_name=region,
        aws_access_key_id=deployment.env["access_key_id"],
        aws_secret_access_key=deployment.env["secret_access_key"],
        config=Config(retries={"mode": "standard", "total_max_attempts": 5}),
    )


def shown(deployment: Deployment, region: str, key_id: str) -> dict[str, Any] | None:
    try:
        metadata: dict[str, Any] = client_of(deployment, region).describe_key(KeyId=key_id)["KeyMetadata"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        return None
    return metadata


def primary_seen_in(deployment: Deployment, region: str, key_id: str) -> str | None:
    metadata = shown(deployment, region, key_id)
    if metadata is None or metadata["KeyState"] == "Updating":
        return None
    primary: str = metadata["MultiRegionConfiguration"]["PrimaryKey"]["Region"]
    return primary


def replicated(deployment: Deployment, *targets: str, **members: Any) -> str:
    client = client_of(deployment)
    key_id: str = client.create_key(MultiRegion=True, **members)["KeyMetadata"]["KeyId"]
    for target in targets:
        client.replicate_key(KeyId=key_id, ReplicaRegion=target)
    for target in targets:
        until(partial(shown, deployment, target, key_id), what=f"the replica in {target}")
    return key_id


def current(deployment: Deployment, region: str, key_id: str) -> str | None:
    metadata = shown(deployment, region, key_id)
    return None if metadata is None else metadata["CurrentKeyMaterialId"]


def test_what_one_region_encrypts_every_other_decrypts(deployment: Deployment) -> None:
    key_id = replicated(deployment, OHIO, IRELAND)

    for source in REGIONS:
        sealed = client_of(deployment, source).encrypt(
            KeyId=key_id, Plaintext=b"attack at dawn", EncryptionContext=CONTEXT
        )
        for target in REGIONS:
            opened = client_of(deployment, target).decrypt(
                CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=CONTEXT
            )
            assert b"attack at dawn" == opened["Plaintext"]
            assert target in opened["KeyId"]


def test_macs_cross_regions(deployment: Deployment) -> None:
    key_id = replicated(deployment, OHIO, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    said = {"KeyId": key_id, "Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}

    mac = client_of(deployment).generate_mac(**said)["Mac"]

    assert client_of(deployment, OHIO).verify_mac(**said, Mac=mac)["MacValid"]


def test_rotation_is_followed_and_the_primary_moves(deployment: Deployment) -> None:
    key_id = replicated(deployment, OHIO, IRELAND)
    old = current(deployment, VIRGINIA, key_id)
    sealed = client_of(deployment).encrypt(KeyId=key_id, Plaintext=b"old")["CiphertextBlob"]

    client_of(deployment).rotate_key_on_demand(KeyId=key_id)

    until(
        lambda: all(current(deployment, region, key_id) not in (None, old) for region in REGIONS),
        what="the new material in every Region",
    )
    assert 1 == len({current(deployment, region, key_id) for region in REGIONS})
    assert b"old" == client_of(deployment, IRELAND).decrypt(CiphertextBlob=sealed)["Plaintext"]

    client_of(deployment).update_primary_region(KeyId=key_id, PrimaryRegion=OHIO)

    until(
        lambda: all(primary_seen_in(deployment, region, key_id) == OHIO for region in REGIONS),
        what="the primary in its new Region",
    )
    new = current(deployment, OHIO, key_id)
    client_of(deployment, OHIO).rotate_key_on_demand(KeyId=key_id)
    until(
        lambda: all(current(deployment, region, key_id) not in (None, new) for region in REGIONS),
        what="the next material in every Region",
    )
    with pytest.raises(ClientError, match="is not a multi-region primary key"):
        client_of(deployment).rotate_key_on_demand(KeyId=key_id)


def test_a_secret_under_a_multi_region_key_is_replicated(deployment: Deployment) -> None:
    key_id = replicated(deployment, OHIO)
    client_of(deployment, service="secretsmanager").create_secret(
        Name="under-mrk",
        SecretString="s3cret",
        KmsKeyId=key_id,
        AddReplicaRegions=[{"Region": OHIO, "KmsKeyId": key_id}],
    )
    deployment.until_in_sync("under-mrk")

    read = client_of(deployment, OHIO, service="secretsmanager").get_secret_value(SecretId="under-mrk")
    assert read["SecretString"] == "s3cret"


def test_a_region_that_is_stopped_has_the_replica_when_it_starts_and_seals_with_the_new_material_then(
    deployment: Deployment,
) -> None:
    key_id = replicated(deployment, IRELAND)
    client = client_of(deployment)
    deployment.stop(OHIO)

    answer = client.replicate_key(KeyId=key_id, ReplicaRegion=OHIO)["ReplicaKeyMetadata"]
    client.rotate_key_on_demand(KeyId=key_id)

    assert (answer["KeyState"], answer["Enabled"]) == ("Creating", False)
    old = current(deployment, VIRGINIA, key_id)
    sealed = client.encrypt(KeyId=key_id, Plaintext=b"p")["CiphertextBlob"]
    assert b"p" == client_of(deployment, IRELAND).decrypt(CiphertextBlob=sealed)["Plaintext"]

    deployment.start(OHIO)

    until(
        lambda: all(current(deployment, region, key_id) not in (None, old) for region in REGIONS),
        what="the new material in every Region",
    )
    assert b"p" == client_of(deployment, OHIO).decrypt(CiphertextBlob=sealed)["Plaintext"]
