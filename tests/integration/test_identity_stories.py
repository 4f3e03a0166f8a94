"""Stories of access, told with botocore against real processes: each condition key that multi-Region secrets lean on.

One deployment for all of them; each story has its own user and its own secrets.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, deployed
from tests.integration.identity import DENIED, Person, allow, deny, person, policy, refused, set_policy


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed(workers=1) as running:
        yield running


READ = "secretsmanager:GetSecretValue"


def secret(
    deployment: Deployment, name: str, *, tags: dict[str, str] | None = None, replica: bool = False
) -> str:
    client = deployment.client(VIRGINIA)
    more: dict[str, Any] = {"AddReplicaRegions": [{"Region": OHIO}]} if replica else {}
    listed = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    arn: str = client.create_secret(Name=name, SecretString="value", Tags=listed, **more)["ARN"]
    if replica:
        deployment.until_in_sync(name)
    return arn


def reads(who: Person, name: str, region: str = VIRGINIA) -> str:
    return refused(who.client(region).get_secret_value, SecretId=name)


def test_one_tag_based_policy_gives_access_in_every_region(deployment: Deployment) -> None:
    secret(deployment, "abac/red", tags={"team": "red"}, replica=True)
    secret(deployment, "abac/blue", tags={"team": "blue"}, replica=True)
    rule = allow(READ, StringEquals={"secretsmanager:ResourceTag/team": "${aws:PrincipalTag/team}"})
    red = person(deployment, "abac-red", rule, tags={"team": "red"})

    for region in (VIRGINIA, OHIO):
        assert reads(red, "abac/red", region) == ""
        assert reads(red, "abac/blue", region) == DENIED


def test_the_tag_of_a_resource_decides_as_of_now(deployment: Deployment) -> None:
    secret(deployment, "retagged", tags={"stage": "test"})
    who = person(deployment, "stager", allow(READ, StringEquals={"aws:ResourceTag/stage": "live"}))
    assert reads(who, "retagged") == DENIED

    deployment.client(VIRGINIA).tag_resource(SecretId="retagged", Tags=[{"Key": "stage", "Value": "live"}])
    assert reads(who, "retagged") == ""


def test_a_secret_is_made_only_with_the_tags_that_policy_asks_for(deployment: Deployment) -> None:
    who = person(
        deployment,
        "tagger",
        allow(
            ["secretsmanager:CreateSecret", "secretsmanager:TagResource"],
            StringEquals={"aws:RequestTag/team": "red"},
            ForAllValues__StringEquals={"aws:TagKeys": ["team", "stage"]},
        ),
    )
    create = who.client(VIRGINIA).create_secret

    def made(name: str, **tags: str) -> str:
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        return refused(create, Name=name, SecretString="v", Tags=listed)

    assert made("asked/1", team="red") == ""
    assert made("asked/2", team="red", stage="x") == ""
    assert made("asked/3", team="blue") == DENIED
    assert made("asked/4", team="red", other="x") == DENIED


def test_policy_says_into_which_regions_a_secret_may_be_replicated(deployment: Deployment) -> None:
    secret(deployment, "kept-here")
    who = person(
        deployment,
        "replicator",
        allow("secretsmanager:ReplicateSecretToRegions"),
        deny(
            "secretsmanager:ReplicateSecretToRegions",
            ForAnyValue__StringEquals={"secretsmanager:AddReplicaRegions": [OHIO]},
        ),
    )
    replicate = who.client(VIRGINIA).replicate_secret_to_regions
    asked = {"SecretId": "kept-here", "AddReplicaRegions": [{"Region": OHIO}]}
    assert refused(replicate, **asked) == DENIED

    set_policy(
        deployment,
        "replicator",
        allow("secretsmanager:ReplicateSecretToRegions"),
        deny(
            "secretsmanager:ReplicateSecretToRegions",
            Bool={"secretsmanager:ForceOverwriteReplicaSecret": "true"},
        ),
    )
    assert refused(replicate, **asked, ForceOverwriteReplicaSecret=True) == DENIED
    assert refused(replicate, **asked) == ""


def test_policy_says_of_which_primary_region_a_secret_must_be(deployment: Deployment) -> None:
    secret(deployment, "from-virginia", replica=True)
    rule = allow(READ, StringEquals={"secretsmanager:SecretPrimaryRegion": VIRGINIA})
    who = person(deployment, "of-virginia", rule)
    deployment.client(OHIO).create_secret(Name="from-ohio", SecretString="v")

    assert reads(who, "from-virginia", OHIO) == ""
    assert reads(who, "from-ohio", OHIO) == DENIED


def test_policy_says_in_which_region_one_may_ask(deployment: Deployment) -> None:
    secret(deployment, "everywhere", replica=True)
    who = person(deployment, "ohioan", allow(READ, StringEquals={"aws:RequestedRegion": OHIO}))

    assert reads(who, "everywhere", OHIO) == ""
    assert reads(who, "everywhere", VIRGINIA) == DENIED


def key(deployment: Deployment, *statements: dict[str, Any]) -> str:
    """A key whose policy lets the account's root user administer it, and says the rest."""
    account = deployment.env["account_id"]
    root = allow("kms:*") | {"Principal": {"AWS": f"arn:aws:iam::{account}:root"}}
    made = deployment.client(VIRGINIA, service="kms").create_key(Policy=policy(root, *statements))
    arn: str = made["KeyMetadata"]["Arn"]
    return arn


def test_a_key_that_is_used_through_secrets_manager_alone(deployment: Deployment) -> None:
    arn = key(deployment)
    deployment.client(VIRGINIA).create_secret(Name="via", SecretString="v", KmsKeyId=arn)
    through = {"kms:ViaService": f"secretsmanager.{VIRGINIA}.amazonaws.com"}
    who = person(deployment, "via", allow(READ), allow("kms:*", arn, StringEquals=through))

    assert reads(who, "via") == ""
    kms = who.client(VIRGINIA, "kms")
    assert refused(kms.generate_data_key, KeyId=arn, KeySpec="AES_256") == DENIED


def test_a_key_that_opens_one_secret_alone(deployment: Deployment) -> None:
    arn = key(deployment)
    client = deployment.client(VIRGINIA)
    mine = client.create_secret(Name="ctx/mine", SecretString="v", KmsKeyId=arn)["ARN"]
    client.create_secret(Name="ctx/other", SecretString="v", KmsKeyId=arn)
    rule = allow("kms:Decrypt", arn, StringEquals={"kms:EncryptionContext:SecretARN": mine})
    who = person(deployment, "ctx", allow(READ), rule)

    assert reads(who, "ctx/mine") == ""
    assert reads(who, "ctx/other") == DENIED


def test_a_users_key_is_rotated_without_a_gap(deployment: Deployment) -> None:
    secret(deployment, "rotated-by", replica=True)
    old = person(deployment, "rotator", allow(READ))
    iam = deployment.client(OHIO, service="iam")
    made = iam.create_access_key(UserName="rotator")["AccessKey"]
    new = Person(
        deployment=deployment,
        name="rotator",
        access_key_id=made["AccessKeyId"],
        secret_access_key=made["SecretAccessKey"],
    )
    # Made through Ohio, which waits for its own copy: it is known there at once.
    assert reads(new, "rotated-by", OHIO) == ""
    assert reads(old, "rotated-by", OHIO) == ""

    iam.update_access_key(UserName="rotator", AccessKeyId=old.access_key_id, Status="Inactive")
    assert reads(old, "rotated-by", OHIO) == "UnrecognizedClientException"
    iam.delete_access_key(UserName="rotator", AccessKeyId=old.access_key_id)
    assert reads(new, "rotated-by", OHIO) == ""


def test_what_is_there_and_what_is_not_look_the_same_without_rights(deployment: Deployment) -> None:
    """Byte for byte, but for the request id and the name that was sent."""
    there = secret(deployment, "hidden/there")
    who = person(deployment, "stranger", allow("secretsmanager:ListSecrets"))
    not_there = there.replace("hidden/there", "hidden/gone-")
    asked = {
        "GetSecretValue": [("hidden/there", "hidden/gone-"), (there, not_there)],
        "DescribeSecret": [("hidden/there", "hidden/gone-"), (there, not_there)],
        "DeleteSecret": [("hidden/there", "hidden/gone-")],
        "GetResourcePolicy": [("hidden/there", "hidden/gone-")],
    }
    client = who.client(VIRGINIA)
    for operation, pairs in asked.items():
        for known, unknown in pairs:
            answers = [_error(client, operation, named) for named in (known, unknown)]
            assert answers[0] == answers[1].replace(unknown, known), operation


def _error(client: Any, operation: str, named: str) -> str:
    try:
        client._make_api_call(operation, {"SecretId": named})
    except ClientError as error:
        said = error.response
        return json.dumps({"Error": said["Error"], "status": said["ResponseMetadata"]["HTTPStatusCode"]})
    raise AssertionError("not refused")


def test_iam_written_through_any_region_is_read_there_at_once(deployment: Deployment) -> None:
    iam = deployment.client(OHIO, service="iam")

    iam.create_user(UserName="through-ohio")
    assert iam.get_user(UserName="through-ohio")["User"]["UserName"] == "through-ohio"
    iam.tag_user(UserName="through-ohio", Tags=[{"Key": "a", "Value": "b"}])
    assert iam.list_user_tags(UserName="through-ohio")["Tags"] == [{"Key": "a", "Value": "b"}]
    iam.delete_user(UserName="through-ohio")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_user(UserName="through-ohio")


def test_a_signature_for_any_region_of_the_partition_is_taken(deployment: Deployment) -> None:
    """A client with an endpoint of its own signs with its own Region, whichever Region it then reaches."""
    for signed in (VIRGINIA, OHIO, "eu-west-1"):
        iam = deployment.client(OHIO, service="iam", region_name=signed)
        assert iam.get_user()["User"]["Arn"].endswith(":root")


def test_a_silent_control_region_takes_nothing_from_the_secrets_of_another(deployment: Deployment) -> None:
    """Frozen, it takes connections and never answers: those who wait for it are many, and wait by themselves."""
    secrets = deployment.client(OHIO)
    secrets.create_secret(Name="beside", SecretString="0")
    agent = deployment.pids(VIRGINIA)["agent"]
    once = Config(retries={"total_max_attempts": 1}, read_timeout=20, max_pool_connections=20)
    iam = deployment.client(OHIO, service="iam", config=once)

    def write(number: int) -> None:
        iam.create_user(UserName=f"silent-{number}")

    with ThreadPoolExecutor(max_workers=20) as crowd:
        os.kill(agent, signal.SIGSTOP)
        try:
            waiting = [crowd.submit(write, number) for number in range(20)]
            time.sleep(0.3)
            began = time.monotonic()
            for number in range(5):
                secrets.put_secret_value(SecretId="beside", SecretString=str(number))
            took = time.monotonic() - began
        finally:
            os.kill(agent, signal.SIGCONT)
        # It speaks again: all are answered.
        for one in waiting:
            one.result()
    assert took < 1.0
