"""A second account on a deployment that runs: made by `watchword account`, and let in to what the first one shares.

Real processes, botocore's clients (boto3's), two Regions.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, deployed, until

from watchword.server.home import read_credentials

FIRST, SECOND = "123456789012", "123456789013"
GET = "secretsmanager:GetSecretValue"


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed(regions=(VIRGINIA, OHIO)) as running:
        made = running.cli("account", "create", "--name", "dev")
        assert made.returncode == 0, made.stderr
        assert f"{SECOND} is an account of aws" in made.stdout
        yield running


def as_dev(deployment: Deployment, service: str = "secretsmanager", *, region: str = VIRGINIA) -> Any:
    held = read_credentials(deployment.home, profile="dev")
    return deployment.client(
        region,
        service=service,
        aws_access_key_id=held.access_key_id,
        aws_secret_access_key=held.secret_access_key,
    )


def policy(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def to(account: str, *actions: str) -> dict[str, object]:
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    return {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*"}


def refusal(client: Any, arn: str) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        client.get_secret_value(SecretId=arn)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_new_account_is_known_in_every_region_when_the_command_returns(deployment: Deployment) -> None:
    for region in (VIRGINIA, OHIO):
        said = as_dev(deployment, "sts", region=region).get_caller_identity()

        assert said["Arn"] == f"arn:aws:iam::{SECOND}:root"


def test_its_access_key_is_in_credentials_and_nowhere_else(deployment: Deployment) -> None:
    file = deployment.home / "credentials"
    secret = read_credentials(deployment.home, profile="dev").secret_access_key

    again = deployment.cli("account", "create", "--name", "dev")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert again.returncode == 0, again.stderr
    assert read_credentials(deployment.home, profile="dev").secret_access_key == secret
    assert secret not in again.stdout + again.stderr
    holding = [
        path for path in deployment.home.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()
    ]
    assert holding == [file]


def test_accounts_are_listed(deployment: Deployment) -> None:
    listed = json.loads(deployment.cli("account", "list", "--json").stdout)["accounts"]

    assert listed == [
        {"id": FIRST, "name": None, "partition": "aws", "profile": "default"},
        {"id": SECOND, "name": "dev", "partition": "aws", "profile": "dev"},
    ]


def test_what_an_account_can_not_be_is_one_sentence(deployment: Deployment) -> None:
    for arguments, sentence in (
        (("--id", FIRST), f"this deployment has the account `{FIRST}` already"),
        (("--name", "default"), "`default` is no name for an account"),
        (("--partition", "aws-cn"), "this deployment has no Region of the partition `aws-cn`"),
        (("--id", "12"), "`12` is no account id"),
    ):
        ended = deployment.cli("account", "create", *arguments)

        assert (ended.returncode, ended.stdout) == (2, "")
        assert sentence in ended.stderr


def test_a_secret_is_read_from_another_account_when_both_policies_let_it(deployment: Deployment) -> None:
    ours, kms = deployment.client(VIRGINIA), deployment.client(VIRGINIA, service="kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    arn = ours.create_secret(Name="shared", SecretString="theirs too", KmsKeyId=key)["ARN"]
    dev = as_dev(deployment)
    own = to(FIRST, "kms:*")

    code, text = refusal(dev, arn)
    assert code == "AccessDeniedException"
    assert text.endswith(f"because no resource-based policy allows the {GET} action")
    ours.put_resource_policy(SecretId=arn, ResourcePolicy=policy(to(SECOND, GET)))
    assert refusal(dev, arn) == ("AccessDeniedException", "Access to KMS is not allowed")
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(own, to(SECOND, "kms:Decrypt")))
    assert dev.get_secret_value(SecretId=arn)["SecretString"] == "theirs too"
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(own))

    def is_denied() -> bool:
        try:
            dev.get_secret_value(SecretId=arn)
        except ClientError:
            return True
        return False

    until(is_denied, what="the key's policy is in force")


def test_a_replica_in_another_account_follows_its_primary_by_itself(deployment: Deployment) -> None:
    ours, dev = deployment.client(VIRGINIA), as_dev(deployment)
    arn = ours.create_secret(Name="followed", SecretString="one")["ARN"]
    own, encrypts = to(SECOND, "kms:*"), to(FIRST, "kms:Encrypt")
    key = as_dev(deployment, "kms").create_key(Policy=policy(own, encrypts))["KeyMetadata"]["Arn"]
    replica = dev.create_secret(Name="follows", KmsKeyId=key, CrossAccountPrimaryARN=arn)["ARN"]

    ours.associate_cross_account_replica(
        SecretId=arn, CrossAccountReplicaARN=replica, ReplicaRestriction="NoRestriction"
    )

    def has(text: str) -> bool:
        shown = dev.describe_secret(SecretId=replica)["CrossAccountPrimary"]["ReplicationStatus"]
        if shown != "InSync":
            return False
        held: str = dev.get_secret_value(SecretId=replica)["SecretString"]
        return held == text

    until(lambda: has("one"), what="the first value is there")
    ours.put_secret_value(SecretId=arn, SecretString="two")
    until(lambda: has("two"), what="the second value is there")


def test_a_name_means_each_account_s_own_secret(deployment: Deployment) -> None:
    ours, dev = deployment.client(VIRGINIA), as_dev(deployment)
    ours.create_secret(Name="same", SecretString="ours")
    dev.create_secret(
        Name="same",
        SecretString="dev's",
        AddReplicaRegions=[{"Region": OHIO}],
        ForceOverwriteReplicaSecret=True,
    )

    assert ours.get_secret_value(SecretId="same")["SecretString"] == "ours"
    assert dev.get_secret_value(SecretId="same")["SecretString"] == "dev's"

    def replicated() -> bool:
        (entry,) = dev.describe_secret(SecretId="same")["ReplicationStatus"]
        return bool(entry["Status"] == "InSync")

    until(replicated, what="the new account's secret in the other Region")
    assert as_dev(deployment, region=OHIO).get_secret_value(SecretId="same")["SecretString"] == "dev's"


def test_why_answers_while_the_region_runs_and_by_its_exit_status(deployment: Deployment) -> None:
    made = as_dev(deployment).create_secret(Name="asked-about", SecretString="x")["ARN"]
    dev, ours = f"arn:aws:iam::{SECOND}:root", f"arn:aws:iam::{FIRST}:root"
    about = ("--action", GET, "--resource", made)

    allowed = deployment.cli("why", "--principal", dev, *about)
    denied = deployment.cli("why", "--principal", ours, *about)
    nonsense = deployment.cli("why", "--principal", dev, "--action", "s3:GetObject", "--resource", "*")

    assert (allowed.returncode, denied.returncode, nonsense.returncode) == (0, 1, 2)
    assert allowed.stdout.startswith(
        f"allowed: {dev}, {GET}, {made}\n  because: the root user of the account"
    )
    assert "because: no resource-based policy allows it" in denied.stdout
    assert "is no action that is decided here" in nonsense.stderr


def test_why_answers_for_an_event_of_the_trail(deployment: Deployment) -> None:
    made = as_dev(deployment).create_secret(Name="read-by-a-stranger", SecretString="x")["ARN"]
    refusal(deployment.client(VIRGINIA), made)

    def event_id() -> str | None:
        for path in (deployment.home / "regions" / VIRGINIA / "trail").glob("*.jsonl"):
            for line in path.read_text().splitlines():
                event = json.loads(line)
                named = [one["ARN"] for one in event.get("resources", ())]
                if event["eventName"] == "GetSecretValue" and made in named:
                    return str(event["eventID"])
        return None

    until(lambda: event_id() is not None, what="the event in the trail")
    said = deployment.cli("why", "--event", event_id() or "")

    assert said.returncode == 1, said.stderr
    first, second, *rest = said.stdout.splitlines()
    assert first.startswith("GetSecretValue of ")
    assert "ended in AccessDeniedException" in first
    assert second == "By the policies of now:"
    assert rest[0] == f"denied: arn:aws:iam::{FIRST}:root, {GET}, {made}"
    assert deployment.cli("why", "--event", "none").returncode == 2
