"""cloud-custodian: policies on `aws.secrets-manager`, with filters and actions, over two running Regions."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.integration.clients.environment import CUSTODIAN, variables_of
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, deployed, until

POLICIES = Path(__file__).parent / "clients"
RUN_S_MAX = 120.0
STRANGER = "210987654321"


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    CUSTODIAN.program("bin/custodian")
    with deployed() as running:
        yield running


def enforced(deployment: Deployment, name: str, *, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Run all policies of a file in the primary's Region; return the secrets that each of them found."""
    ended = subprocess.run(
        [
            CUSTODIAN.program("bin/custodian"),
            "run",
            *("--output-dir", folder, "--cache-period", "0", "--region", VIRGINIA),
            POLICIES / name,
        ],
        env=variables_of(deployment, region=VIRGINIA) | {"HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=RUN_S_MAX,
    )
    said = ended.stdout + ended.stderr
    assert (0, []) == (ended.returncode, [line for line in said.splitlines() if "ERROR" in line]), said
    return {
        found.parent.name: sorted(json.loads(found.read_text()), key=lambda secret: secret["Name"])
        for found in folder.glob("*/resources.json")
    }


def names(secrets: list[dict[str, Any]]) -> list[str]:
    return [secret["Name"] for secret in secrets]


def tags_of(deployment: Deployment, name: str, *, region: str = VIRGINIA) -> dict[str, str]:
    tags = deployment.client(region).describe_secret(SecretId=name).get("Tags", [])
    return {tag["Key"]: tag["Value"] for tag in tags}


def test_tags_are_seen_to_and_reach_the_replicas(deployment: Deployment, tmp_path: Path) -> None:
    client = deployment.client(VIRGINIA)
    client.create_secret(Name="custodian/owned", SecretString="x", Tags=[{"Key": "owner", "Value": "blue"}])
    client.create_secret(Name="custodian/plain", SecretString="x")
    client.create_secret(
        Name="custodian/replicated",
        SecretString="x",
        Tags=[{"Key": "temporary", "Value": "yes"}],
        AddReplicaRegions=[{"Region": OHIO}],
    )
    deployment.until_in_sync("custodian/replicated")

    found = enforced(deployment, "custodian_tags.yml", folder=tmp_path)
    deployment.until_in_sync("custodian/replicated")

    assert ["custodian/plain", "custodian/replicated"] == names(found["without-owner"])
    assert ["custodian/replicated"] == names(found["replicated-to-ohio"])
    assert ["custodian/owned", "custodian/plain", "custodian/replicated"] == (
        names(found["current-version-is-new"])
    )
    assert ["custodian/replicated"] == names(found["no-longer-temporary"])
    assert {"owner": "blue"} == tags_of(deployment, "custodian/owned")
    assert {"owner": "platform"} == tags_of(deployment, "custodian/plain")
    assert {"owner": "platform"} == tags_of(deployment, "custodian/replicated", region=OHIO)


def test_grants_to_strangers_are_taken_back_and_the_obsolete_is_deleted(
    deployment: Deployment, tmp_path: Path
) -> None:
    """Delete is RemoveRegionsFromReplication and DeleteSecret at once, with no wait for the removal between them."""
    client = deployment.client(VIRGINIA)
    ours, theirs = (grant(deployment.env["account_id"], sid="ours"), grant(STRANGER, sid="theirs"))
    for name, statements in {"grants/both": [ours, theirs], "grants/theirs": [theirs]}.items():
        client.create_secret(Name=name, SecretString="x")
        policy = {"Version": "2012-10-17", "Statement": statements}
        client.put_resource_policy(SecretId=name, ResourcePolicy=json.dumps(policy))
    client.create_secret(
        Name="grants/obsolete",
        SecretString="x",
        Tags=[{"Key": "obsolete", "Value": ""}],
        AddReplicaRegions=[{"Region": OHIO}],
    )
    deployment.until_in_sync("grants/obsolete")

    found = enforced(deployment, "custodian_grants.yml", folder=tmp_path)

    assert ["grants/both", "grants/theirs"] == names(found["foreign-grants"])
    assert ["grants/obsolete"] == names(found["obsolete"])
    kept = json.loads(client.get_resource_policy(SecretId="grants/both")["ResourcePolicy"])
    assert ["ours"] == [statement["Sid"] for statement in kept["Statement"]]
    assert "ResourcePolicy" not in client.get_resource_policy(SecretId="grants/theirs")
    assert "DeletedDate" in client.describe_secret(SecretId="grants/obsolete")
    until(lambda: is_gone(deployment, "grants/obsolete", region=OHIO), what="the replica to be removed")


def grant(account: str, *, sid: str) -> dict[str, object]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
    }


def is_gone(deployment: Deployment, name: str, *, region: str) -> bool:
    try:
        deployment.client(region).describe_secret(SecretId=name)
    except ClientError as error:
        return bool(error.response["Error"]["Code"] == "ResourceNotFoundException")
    return False
