"""boto3's KMS client against a running Region: material that is imported, used, expires, and is told of.

What falls due is the agent's work. It looks when it starts, so a Region that is stopped and started shows it at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from tests.integration.deployment import VIRGINIA, Deployment, deployed, until

CONTEXT = {"purpose": "test"}


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as running:
        yield running


def client_of(deployment: Deployment) -> Any:
    return boto3.client(
        "kms",
        endpoint_url=deployment.endpoint(VIRGINIA, door=False),
        region_name=VIRGINIA,
        aws_access_key_id=deployment.env["access_key_id"],
        aws_secret_access_key=deployment.env["secret_access_key"],
        config=Config(retries={"mode": "standard", "total_max_attempts": 5}),
    )


def import_material(
    client: Any, key_id: str, material: bytes, *, lasts: timedelta | None = None
) -> datetime | None:
    """As KMS's guide says: ask for a public key, wrap the material under it, hand it in. Returns when it expires."""
    given = client.get_parameters_for_import(
        KeyId=key_id, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    )
    public = serialization.load_der_public_key(given["PublicKey"])
    assert isinstance(public, rsa.RSAPublicKey)
    digest = hashes.SHA256()
    oaep = padding.OAEP(mgf=padding.MGF1(algorithm=digest), algorithm=digest, label=None)
    expires = None if lasts is None else datetime.now(UTC) + lasts
    expiry: dict[str, object] = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    client.import_key_material(
        KeyId=key_id,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=public.encrypt(material, oaep),
        **(expiry if expires is None else {"ValidTo": expires}),
    )
    return expires


def state_of(client: Any, key_id: str) -> str:
    state: str = client.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"]
    return state


def test_keys_are_used_listed_and_rotated(deployment: Deployment) -> None:
    client = client_of(deployment)
    key_id = client.create_key(Description="mine")["KeyMetadata"]["KeyId"]
    client.create_alias(AliasName="alias/mine", TargetKeyId=key_id)
    blob = client.encrypt(KeyId="alias/mine", Plaintext=b"v", EncryptionContext=CONTEXT)["CiphertextBlob"]
    client.rotate_key_on_demand(KeyId=key_id)

    moved = client.re_encrypt(
        CiphertextBlob=blob, SourceEncryptionContext=CONTEXT, DestinationKeyId="alias/mine"
    )

    assert client.decrypt(CiphertextBlob=moved["CiphertextBlob"])["Plaintext"] == b"v"
    assert moved["SourceKeyMaterialId"] != moved["DestinationKeyMaterialId"]
    pages = client.get_paginator("list_key_rotations").paginate(KeyId=key_id)
    assert [entry["RotationType"] for page in pages for entry in page["Rotations"]] == ["ON_DEMAND"]
    grant = client.create_grant(
        KeyId=key_id, GranteePrincipal=deployment_root(client), Operations=["Decrypt"], Name="app"
    )
    listed = client.get_paginator("list_grants").paginate(KeyId=key_id, PaginationConfig={"PageSize": 1})
    assert [one["GrantId"] for page in listed for one in page["Grants"]] == [grant["GrantId"]]
    client.retire_grant(GrantToken=grant["GrantToken"])


def deployment_root(client: Any) -> str:
    """The account's root user, from the ARN of any of its keys."""
    account = client.list_keys()["Keys"][0]["KeyArn"].split(":")[4]
    return f"arn:aws:iam::{account}:root"


def test_what_fell_due_while_a_region_was_stopped_is_done_when_it_starts(deployment: Deployment) -> None:
    client = client_of(deployment)
    key_id = client.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    material = os.urandom(32)
    expires = import_material(client, key_id, material, lasts=timedelta(seconds=4))
    assert expires is not None
    blob = client.encrypt(KeyId=key_id, Plaintext=b"v")["CiphertextBlob"]
    until(lambda: datetime.now(UTC) > expires, what="the material to expire")
    with pytest.raises(ClientError) as refused:
        client.decrypt(CiphertextBlob=blob)
    assert refused.value.response["Error"]["Code"] == "KMSInvalidStateException"

    deployment.stop(VIRGINIA)
    deployment.start(VIRGINIA)

    client = client_of(deployment)
    until(lambda: state_of(client, key_id) == "PendingImport", what="the agent to take the material away")
    import_material(client, key_id, material)
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"v"
    # What was used before the restart was written down when the workers ended.
    last = client.get_key_last_usage(KeyId=key_id)["KeyLastUsage"]
    assert last["Operation"] == "Encrypt"
