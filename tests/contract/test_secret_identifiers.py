"""What a SecretId means to every operation, and what of a secret never changes (facts 2, 3)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.contract.region import ACCOUNT, DAY_MS, START_MS, Region, token
from tests.contract.secret_requests import EVERYBODY, NAMES_A_SECRET

from watchword.api import table
from watchword.storage.stores import Access

HERE = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:"
TRAP = "app/db-a1b2c3"
"""Its ARN without the suffix reads as the full ARN of a secret `app/db`."""
NOT_FOUND = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")


def test_every_operation_that_names_a_secret_has_a_row() -> None:
    named = {
        operation.name
        for operation in table.OPERATIONS
        if operation.service.name == "secretsmanager" and operation.resource_member == "secret_id"
    }

    assert named == NAMES_A_SECRET.keys()


@pytest.mark.parametrize("operation", NAMES_A_SECRET)
def test_every_operation_finds_a_secret_in_the_same_ways(region: Region, operation: str) -> None:
    """Facts 2.3, the first three: by full ARN, by name, and by the ARN without its suffix."""
    made = region.call("CreateSecret", Name="app/x", SecretString="v", ClientRequestToken="1" * 32)
    trap = region.call("CreateSecret", Name=TRAP, SecretString="v", ClientRequestToken="1" * 32)
    before = region.call("ListSecrets")

    said = []
    for secret_id in ("app/x", made["ARN"], f"{HERE}app/x", TRAP, trap["ARN"]):
        answer = region.ask(operation, SecretId=secret_id, **NAMES_A_SECRET[operation])
        said.append(answer.refusal[1:])

    # What it says besides is another matter: some refuse, and a second DeleteSecret finds the secret marked.
    assert NOT_FOUND not in said
    assert len(before["SecretList"]) == 2


@pytest.mark.parametrize("operation", NAMES_A_SECRET)
def test_every_operation_passes_by_what_names_another_secret_or_none(region: Region, operation: str) -> None:
    """Facts 2.3: recorded of the name that ends like a suffix, and of a name with a suffix; documented of the others."""
    arn = region.call("CreateSecret", Name="app/x", SecretString="v")["ARN"]
    region.call("CreateSecret", Name=TRAP, SecretString="v")
    gone = region.call("CreateSecret", Name="gone", SecretString="v")["ARN"]
    region.call("DeleteSecret", SecretId="gone", ForceDeleteWithoutRecovery=True)
    region.call("CreateSecret", Name="gone", SecretString="v")
    before = region.call("ListSecrets")

    for secret_id in (
        HERE + TRAP,
        "app/X",
        arn.removeprefix(HERE),
        arn[:-6] + arn[-6:].swapcase()[::-1],
        arn.replace("us-east-1", "us-east-2"),
        arn.replace("arn:aws:", "arn:aws-cn:"),
        gone,
        f"{HERE}app",
    ):
        assert region.refused(operation, SecretId=secret_id, **NAMES_A_SECRET[operation]) == NOT_FOUND, (
            secret_id
        )
    assert region.call("ListSecrets") == before


def test_forcing_away_what_the_trap_names_leaves_its_secret_alone(region: Region) -> None:
    """A forced deletion of what is not there succeeds: it must not be the secret that a reader would take it for."""
    region.call("CreateSecret", Name=TRAP, SecretString="v")

    done = region.call("DeleteSecret", SecretId=HERE + TRAP, ForceDeleteWithoutRecovery=True)

    assert done["ARN"] == HERE + TRAP
    assert region.call("GetSecretValue", SecretId=TRAP)["SecretString"] == "v"


def test_one_name_in_two_cases_is_two_secrets_with_arns_of_their_own(region: Region) -> None:
    lower, upper = (region.call("CreateSecret", Name=name, SecretString=name)["ARN"] for name in ("db", "DB"))

    assert lower.lower() != upper.lower()
    assert region.call("GetSecretValue", SecretId=f"{HERE}DB")["SecretString"] == "DB"


def test_no_change_of_a_secret_changes_its_arn(region: Region) -> None:
    """Facts 2.1, so that policies that name it go on meaning it."""
    first, second = token(), token()
    arn = region.call("CreateSecret", Name="db", SecretString="v", ClientRequestToken=first)["ARN"]
    key = region.call("CreateKey")["KeyMetadata"]["KeyId"]
    changes: tuple[tuple[str, dict[str, Any]], ...] = (
        ("UpdateSecret", {"Description": "d", "SecretString": "w", "ClientRequestToken": second}),
        ("UpdateSecret", {"KmsKeyId": key}),
        ("PutSecretValue", {"SecretString": "x", "VersionStages": ["mine"]}),
        (
            "UpdateSecretVersionStage",
            {"VersionStage": "AWSCURRENT", "MoveToVersionId": first, "RemoveFromVersionId": second},
        ),
        ("PutResourcePolicy", {"ResourcePolicy": EVERYBODY}),
        ("DeleteResourcePolicy", {}),
        ("DeleteSecret", {}),
        ("RestoreSecret", {}),
        ("ReplicateSecretToRegions", {"AddReplicaRegions": [{"Region": "us-east-2"}]}),
        ("RemoveRegionsFromReplication", {"RemoveReplicaRegions": ["us-east-2"]}),
    )

    for operation, members in changes:
        assert region.call(operation, SecretId=arn, **members)["ARN"] == arn, operation
    region.call("TagResource", SecretId=arn, Tags=[{"Key": "k", "Value": "v"}])

    described = region.call("DescribeSecret", SecretId=arn)
    assert (described["ARN"], described["Name"]) == (arn, "db")


def test_a_list_holds_no_secret_of_another_account(region: Region) -> None:
    """Facts 1.14 (recorded)."""
    region.call("CreateSecret", Name="mine", SecretString="v")
    region.call("CreateSecret", Name="theirs", SecretString="v")
    region.tamper("UPDATE secret SET account = '210987654321' WHERE name = 'theirs'")

    listed = region.call("ListSecrets", IncludePlannedDeletion=True)["SecretList"]

    assert [entry["Name"] for entry in listed] == ["mine"]


def test_the_last_access_that_is_shown_is_of_a_version_that_is_there(region: Region) -> None:
    """DIVERGENCES.md: a version that was removed takes the day on which it was read with it."""
    first = token()
    region.call("CreateSecret", Name="db", SecretString="0", ClientRequestToken=first)
    region.clock.forward(1)
    for number in range(1, 100):
        region.call("PutSecretValue", SecretId="db", SecretString=str(number))
    region.call("GetSecretValue", SecretId="db", VersionId=first)
    ((account, sid, _),) = region.accessed
    today = START_MS // DAY_MS
    region.stores.record_access([Access(account=account, sid=sid, version_id=first, day=today)])
    assert region.call("DescribeSecret", SecretId="db")["LastAccessedDate"] == today * DAY_MS / 1000

    region.clock.forward(DAY_MS)
    region.call("PutSecretValue", SecretId="db", SecretString="100")

    assert "LastAccessedDate" not in region.call("DescribeSecret", SecretId="db")
