"""Three partitions in one home, with real processes: one front door, and nothing else in common."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import botocore.session
import pytest
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, Refused, deployed

GOV, CHINA = "us-gov-west-1", "cn-north-1"
CAPE_TOWN = "af-south-1"
"""To be enabled first, as AWS has it."""
PARTITIONS = {VIRGINIA: "aws", OHIO: "aws", GOV: "aws-us-gov", CHINA: "aws-cn"}
TOKEN = "0" * 32


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed(regions=(*PARTITIONS, CAPE_TOWN), workers=1) as running:
        yield running


def test_each_partition_has_an_account_and_an_access_key_of_its_own(deployment: Deployment) -> None:
    held = deployment.env["partitions"]

    assert list(held) == ["aws", "aws-us-gov", "aws-cn"]
    assert [held[each]["account_id"] for each in held] == ["123456789012", "123456789013", "123456789014"]
    assert len({held[each]["access_key_id"] for each in held}) == 3
    assert {name: line["partition"] for name, line in deployment.env["regions"].items()} == PARTITIONS | {
        CAPE_TOWN: "aws"
    }


def test_a_region_that_was_not_enabled_knows_nobody(deployment: Deployment) -> None:
    with (
        closing(deployment.caller(CAPE_TOWN)) as caller,
        pytest.raises(Refused, match="security token included in the request is invalid"),
    ):
        caller.ask("ListSecrets")


@pytest.mark.parametrize("door", [False, True], ids=["directly", "through the front door"])
@pytest.mark.parametrize("region", PARTITIONS)
def test_every_region_answers_in_its_partition_s_name(
    deployment: Deployment, region: str, door: bool
) -> None:
    partition = PARTITIONS[region]
    account = deployment.env["partitions"][partition]["account_id"]
    with closing(deployment.caller(region, door=door)) as caller:
        made = caller.ask("CreateSecret", Name=f"s-{door}", SecretString="v", ClientRequestToken=TOKEN)
        value = caller.ask("GetSecretValue", SecretId=made["ARN"])["SecretString"]

    assert made["ARN"].startswith(f"arn:{partition}:secretsmanager:{region}:{account}:secret:s-{door}-")
    assert value == "v"


@pytest.mark.parametrize("door", [False, True], ids=["directly", "through the front door"])
@pytest.mark.parametrize(("region", "stranger"), [(VIRGINIA, "aws-us-gov"), (GOV, "aws"), (CHINA, "aws")])
def test_an_access_key_of_another_partition_is_nobody_s(
    deployment: Deployment, region: str, stranger: str, door: bool
) -> None:
    with (
        closing(deployment.caller(region, door=door, partition=stranger)) as caller,
        pytest.raises(Refused) as refused,
    ):
        caller.ask("ListSecrets")

    assert refused.value.code.endswith("UnrecognizedClientException")


def test_nothing_is_replicated_from_one_partition_to_another(deployment: Deployment) -> None:
    """It works within one, so that what is refused is the partition."""
    with closing(deployment.caller(VIRGINIA)) as caller:
        caller.ask(
            "CreateSecret",
            Name="near",
            SecretString="v",
            AddReplicaRegions=[{"Region": OHIO}],
            ClientRequestToken=TOKEN,
        )
        deployment.until_in_sync("near")
        for region in (GOV, CHINA):
            wanted = [{"Region": region}]
            with pytest.raises(Refused, match="Invalid replica region"):
                caller.ask("ReplicateSecretToRegions", SecretId="near", AddReplicaRegions=wanted)
            with pytest.raises(Refused, match="Invalid replica region"):
                caller.ask(
                    "CreateSecret",
                    Name="far",
                    SecretString="v",
                    AddReplicaRegions=wanted,
                    ClientRequestToken=TOKEN,
                )
    for region in (GOV, CHINA):
        with closing(deployment.caller(region)) as caller:
            names = {entry["Name"] for entry in caller.ask("ListSecrets")["SecretList"]}
            assert not names & {"near", "far"}


def test_no_region_speaks_to_one_of_another_partition(deployment: Deployment) -> None:
    """Each Region meets the others of its partition; of those beyond, its log would tell."""
    assert f"replication waits for {GOV}" not in deployment.log()
    assert f"replication waits for {CHINA}" not in deployment.log()


@pytest.mark.parametrize(("signed_for", "partition"), [("eu-west-1", "aws"), ("us-gov-east-1", "aws-us-gov")])
def test_a_request_for_a_region_that_is_not_here_goes_to_its_partition(
    deployment: Deployment, signed_for: str, partition: str
) -> None:
    held = deployment.env["partitions"][partition]
    client = deployment.client(
        signed_for,
        service="sts",
        door=True,
        aws_access_key_id=held["access_key_id"],
        aws_secret_access_key=held["secret_access_key"],
        endpoint_url=deployment.env["endpoint_url"],
    )

    assert client.get_caller_identity()["Arn"] == f"arn:{partition}:iam::{held['account_id']}:root"


def test_the_credentials_file_is_one_that_sdks_read(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(deployment.home / "credentials"))
    profiles = {"default": VIRGINIA, "aws-us-gov": GOV, "aws-cn": CHINA}

    for profile, region in profiles.items():
        session = botocore.session.Session(profile=profile)
        client = session.create_client(
            "secretsmanager", region_name=region, endpoint_url=deployment.env["endpoint_url"]
        )
        assert "SecretList" in client.list_secrets()


def test_shell_exports_are_those_of_the_region_s_partition(deployment: Deployment) -> None:
    by_region = deployment.cli("env", "--region", CHINA).stdout
    by_partition = deployment.cli("env", "--partition", "aws-cn").stdout
    neither = deployment.cli("env", "--region", CHINA, "--partition", "aws")
    nowhere = deployment.cli("env", "--partition", "aws-iso")

    assert deployment.env["partitions"]["aws-cn"]["access_key_id"] in by_region
    assert by_region == by_partition
    assert (neither.returncode, neither.stderr) == (
        2,
        "watchword: `cn-north-1` is a Region of the partition `aws-cn`\n",
    )
    assert (nowhere.returncode, nowhere.stderr) == (
        2,
        "watchword: this deployment has no Region of the partition `aws-iso`\n",
    )


def test_each_partition_has_a_control_region(deployment: Deployment) -> None:
    listed = json.loads(deployment.cli("region", "list", "--json").stdout)["regions"]

    assert {line["name"]: line["control"] for line in listed} == {
        VIRGINIA: True,
        OHIO: False,
        GOV: True,
        CHINA: True,
        CAPE_TOWN: False,
    }
    assert {line["name"] for line in listed if line["opt_in"]} == {CAPE_TOWN}
    assert {line["state"] for line in listed} == {"running"}
    assert {line["custody"] for line in listed} == {"open"}


def test_the_tour_finds_two_regions_of_one_partition(deployment: Deployment) -> None:
    toured = deployment.cli("tour")

    assert toured.returncode == 0, toured.stderr
    assert "Done" in toured.stdout
