"""Regions that an account has to enable, with real processes and boto3's clients: enabled, disabled, and down meanwhile."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, deployed, until

CAPE_TOWN = "af-south-1"
"""To be enabled first, as AWS has it."""
HEALED_S_MAX = 5.0
"""Far less than what waits for a Region to be enabled would wait by itself."""


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    """Its control Region is the first."""
    with deployed(regions=(VIRGINIA, OHIO, CAPE_TOWN), workers=1) as running:
        yield running


@pytest.fixture(autouse=True)
def _disabled(deployment: Deployment) -> Iterator[None]:
    """Each test begins where the account has Cape Town disabled."""
    yield
    if status(deployment) != "DISABLED":
        set_to(deployment, "disable_region", "DISABLED")


def status(deployment: Deployment, *, asked: str = VIRGINIA) -> str:
    client = deployment.client(asked, service="account")
    return str(client.get_region_opt_status(RegionName=CAPE_TOWN)["RegionOptStatus"])


def set_to(deployment: Deployment, operation: str, wanted: str, *, asked: str = VIRGINIA) -> None:
    """Enable or disable Cape Town, by way of a Region, and wait until it is so."""
    getattr(deployment.client(asked, service="account"), operation)(RegionName=CAPE_TOWN)
    until(lambda: status(deployment) == wanted, what=wanted)


def entry(deployment: Deployment, name: str, *, primary: str = VIRGINIA) -> tuple[str, str | None]:
    described = deployment.client(primary).describe_secret(SecretId=name)
    (only,) = described["ReplicationStatus"]
    return only["Status"], only.get("StatusMessage")


FAILED = ("Failed", "Replication failed: Region af-south-1 is not enabled for this account.")
IN_SYNC = ("InSync", "Replication succeeded")


def create(deployment: Deployment, name: str, value: str, *, primary: str = VIRGINIA) -> None:
    deployment.client(primary).create_secret(
        Name=name, SecretString=value, AddReplicaRegions=[{"Region": CAPE_TOWN}]
    )


def until_entry(
    deployment: Deployment, name: str, wanted: tuple[str, str], *, primary: str = VIRGINIA
) -> None:
    until(
        lambda: entry(deployment, name, primary=primary) == wanted,
        what=f"`{name}` is {wanted[0]}",
        seconds_max=HEALED_S_MAX,
    )


def read(deployment: Deployment, name: str, *, region: str = CAPE_TOWN, **changed: Any) -> str:
    return str(deployment.client(region, **changed).get_secret_value(SecretId=name)["SecretString"])


def session(deployment: Deployment, region: str) -> dict[str, Any]:
    """What a client is given of a root session that a Region issues."""
    issued = deployment.client(region, service="sts").get_session_token()["Credentials"]
    return {
        "aws_access_key_id": issued["AccessKeyId"],
        "aws_secret_access_key": issued["SecretAccessKey"],
        "aws_session_token": issued["SessionToken"],
    }


def refusal(ask: Any, **parameters: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as refused:
        ask(**parameters)
    told = refused.value.response
    return told["ResponseMetadata"]["HTTPStatusCode"], told["Error"]["Code"]


def require_nobody_is_known(deployment: Deployment, **changed: Any) -> None:
    """Refused in the words of each protocol."""

    def client(service: str) -> Any:
        return deployment.client(CAPE_TOWN, service=service, **changed)

    refused = {
        "secretsmanager": refusal(client("secretsmanager").get_secret_value, SecretId="none"),
        "kms": refusal(client("kms").list_keys),
        "sts": refusal(client("sts").get_caller_identity),
        "ec2": refusal(client("ec2").describe_regions),
        "account": refusal(client("account").list_regions),
    }
    assert refused == {
        "secretsmanager": (400, "UnrecognizedClientException"),
        "kms": (400, "UnrecognizedClientException"),
        "sts": (403, "InvalidClientTokenId"),
        "ec2": (401, "AuthFailure"),
        "account": (403, "UnrecognizedClientException"),
    }


def test_a_region_is_enabled_and_what_failed_heals(deployment: Deployment) -> None:
    """Secrets of two primaries; enabled by way of the Region that is not the control Region."""
    value = secrets.token_hex(16)
    require_nobody_is_known(deployment)
    for primary in (VIRGINIA, OHIO):
        create(deployment, f"of-{primary}", value, primary=primary)
        until_entry(deployment, f"of-{primary}", FAILED, primary=primary)

    set_to(deployment, "enable_region", "ENABLED", asked=OHIO)

    for primary in (VIRGINIA, OHIO):
        until_entry(deployment, f"of-{primary}", IN_SYNC, primary=primary)
        assert read(deployment, f"of-{primary}") == value


@pytest.mark.parametrize("door", [False, True], ids=["directly", "through the front door"])
def test_tools_see_which_regions_there_are(deployment: Deployment, door: bool) -> None:
    def regions(**asked: Any) -> dict[str, str]:
        found = deployment.client(OHIO, service="ec2", door=door).describe_regions(**asked)["Regions"]
        return {one["RegionName"]: one["OptInStatus"] for one in found}

    by_default = dict.fromkeys((VIRGINIA, OHIO), "opt-in-not-required")
    assert regions() == by_default
    assert regions(AllRegions=True) == {**by_default, CAPE_TOWN: "not-opted-in"}

    set_to(deployment, "enable_region", "ENABLED")

    until(lambda: regions() == {**by_default, CAPE_TOWN: "opted-in"}, what="opted in, in Ohio too")
    pages = deployment.client(CAPE_TOWN, service="account", door=door).get_paginator("list_regions")
    listed = [
        (one["RegionName"], one["RegionOptStatus"])
        for page in pages.paginate(PaginationConfig={"PageSize": 1})
        for one in page["Regions"]
    ]
    assert listed == [
        (CAPE_TOWN, "ENABLED"),
        (VIRGINIA, "ENABLED_BY_DEFAULT"),
        (OHIO, "ENABLED_BY_DEFAULT"),
    ]


def test_a_region_is_disabled_and_enabled_again(deployment: Deployment) -> None:
    """Root and a user are refused there, nothing is deleted, and what was missed comes."""
    iam = deployment.client(VIRGINIA, service="iam")
    iam.create_user(UserName="ann")
    iam.attach_user_policy(UserName="ann", PolicyArn="arn:aws:iam::aws:policy/SecretsManagerReadWrite")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    ann = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    first, second = secrets.token_hex(16), secrets.token_hex(16)
    set_to(deployment, "enable_region", "ENABLED")
    create(deployment, "kept", first)
    until_entry(deployment, "kept", IN_SYNC)
    assert read(deployment, "kept", **ann) == first

    issued = {region: session(deployment, region) for region in (VIRGINIA, CAPE_TOWN)}
    for token in issued.values():
        assert read(deployment, "kept", **token) == first
        assert read(deployment, "kept", region=VIRGINIA, **token) == first

    set_to(deployment, "disable_region", "DISABLED")

    require_nobody_is_known(deployment)
    for token in issued.values():
        require_nobody_is_known(deployment, **token)
    # What Cape Town has issued counts nowhere; Virginia's sessions go on elsewhere.
    assert read(deployment, "kept", region=VIRGINIA, **issued[VIRGINIA]) == first
    disowned = deployment.client(VIRGINIA, **issued[CAPE_TOWN])
    assert refusal(disowned.get_secret_value, SecretId="kept") == (400, "UnrecognizedClientException")
    require_nobody_is_known(deployment, **ann)
    assert read(deployment, "kept", region=VIRGINIA, **ann) == first
    deployment.client(VIRGINIA).put_secret_value(SecretId="kept", SecretString=second)
    until_entry(deployment, "kept", FAILED)
    assert deployment.status_of(CAPE_TOWN)["secrets"] >= 1

    set_to(deployment, "enable_region", "ENABLED")

    assert read(deployment, "kept", **ann) in (first, second)
    until_entry(deployment, "kept", IN_SYNC)
    assert read(deployment, "kept", **ann) == second


def test_a_region_that_is_down_is_disabled_when_it_is_back(deployment: Deployment) -> None:
    set_to(deployment, "enable_region", "ENABLED")
    account = deployment.client(VIRGINIA, service="account")
    deployment.stop(CAPE_TOWN)
    try:
        account.disable_region(RegionName=CAPE_TOWN)
        assert status(deployment) == "DISABLING"
        assert refusal(account.enable_region, RegionName=CAPE_TOWN) == (409, "ConflictException")
        # Longer than the registrar and the courier need where it is up.
        with pytest.raises(AssertionError, match="not within"):
            until(lambda: status(deployment) != "DISABLING", what="another status", seconds_max=3)
    finally:
        deployment.start(CAPE_TOWN)

    until(lambda: status(deployment) == "DISABLED", what="DISABLED")
    require_nobody_is_known(deployment)


def test_a_region_that_is_down_is_enabled_when_it_is_back(deployment: Deployment) -> None:
    account = deployment.client(VIRGINIA, service="account")
    deployment.stop(CAPE_TOWN)
    try:
        account.enable_region(RegionName=CAPE_TOWN)
        create(deployment, "waits", secrets.token_hex(16))
        assert status(deployment) == "ENABLING"
        assert refusal(account.disable_region, RegionName=CAPE_TOWN) == (409, "ConflictException")
        assert entry(deployment, "waits")[0] in ("InProgress", "Failed")
    finally:
        deployment.start(CAPE_TOWN)

    until(lambda: status(deployment) == "ENABLED", what="ENABLED")
    until_entry(deployment, "waits", IN_SYNC)
