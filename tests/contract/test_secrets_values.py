"""Values and versions, through the gate: CreateSecret, GetSecretValue, PutSecretValue, DescribeSecret.

Every text is AWS's (facts 0.2, 1), every member that is absent is absent there too.
"""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from tests.contract.region import ACCOUNT, DAY_MS, START_MS, Region, token

from watchword.storage.stores import Access

ARN = re.compile(rf"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:(.+)-[A-Za-z0-9]{{6}}")
NAMES_ARN = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:"
NOW = START_MS / 1000
NOT_FOUND = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
NEED_TOKEN = (
    "InvalidRequestException",
    "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
)
INVALID_NAME = (
    "ValidationException",
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
)
BOTH_VALUES = (
    "InvalidParameterException",
    "You can't specify both a binary secret value and a string secret value in the same secret.",
)


def no_value(what: str) -> tuple[str, str]:
    return "ResourceNotFoundException", f"Secrets Manager can't find the specified secret value for {what}"


def in_use(version_id: str, arn: str) -> tuple[str, str]:
    return (
        "ResourceExistsException",
        f"You can't use ClientRequestToken {version_id} because that value is already in use"
        f" for a version of secret {arn}.",
    )


def stages(region: Region) -> dict[str, list[str]]:
    held: dict[str, list[str]] = region.call("DescribeSecret", SecretId="db")["VersionIdsToStages"]
    return held


def value(region: Region, **asked: object) -> Any:
    return region.call("GetSecretValue", **{"SecretId": "db", **asked})["SecretString"]


# CreateSecret


def test_a_secret_with_a_value_has_one_version_named_by_the_token(region: Region) -> None:
    version_id = token()

    made = region.call("CreateSecret", Name="prod/db", SecretString="v", ClientRequestToken=version_id)

    matched = ARN.fullmatch(made["ARN"])
    assert matched is not None
    assert matched[1] == "prod/db"
    assert made == {"ARN": made["ARN"], "Name": "prod/db", "VersionId": version_id}


def test_a_secret_without_a_value_has_no_version(region: Region) -> None:
    made = region.call("CreateSecret", Name="db")

    assert set(made) == {"ARN", "Name"}
    assert region.refused("GetSecretValue", SecretId="db") == no_value("staging label: AWSCURRENT")
    assert "VersionIdsToStages" not in region.call("DescribeSecret", SecretId="db")


def test_a_secret_made_again_after_a_force_delete_has_another_suffix(region: Region) -> None:
    """Facts 2.1: it does not inherit access written for the old ARN."""
    first = region.call("CreateSecret", Name="db", SecretString="v")["ARN"]
    region.call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)

    second = region.call("CreateSecret", Name="db", SecretString="v")["ARN"]

    assert first != second
    assert region.refused("GetSecretValue", SecretId=first) == NOT_FOUND


CREATE_REFUSALS: dict[str, tuple[dict[str, object], tuple[str, str]]] = {
    "a name that is none": ({"Name": "my name", "SecretString": "v"}, INVALID_NAME),
    "no token": ({"Name": "db", "SecretString": "v", "ClientRequestToken": None}, NEED_TOKEN),
    "a name that is none, told before the token": ({"Name": "a b", "ClientRequestToken": None}, INVALID_NAME),
    "both values": ({"Name": "db", "SecretString": "v", "SecretBinary": "dg=="}, BOTH_VALUES),
    "its own Region": (
        {"Name": "db", "AddReplicaRegions": [{"Region": "us-east-1"}]},
        ("InvalidParameterException", "Invalid replica region."),
    ),
    "a Region that is not hosted": (
        {"Name": "db", "AddReplicaRegions": [{"Region": "ap-south-1"}]},
        ("InvalidParameterException", "Invalid replica region."),
    ),
    "a reserved tag": (
        {"Name": "db", "Tags": [{"Key": "aws:x", "Value": "y"}]},
        (
            "InvalidParameterException",
            "You can't use a tag key that begins with aws:, because that prefix is reserved.",
        ),
    ),
}


@pytest.mark.parametrize(("members", "expected"), CREATE_REFUSALS.values(), ids=CREATE_REFUSALS)
def test_a_secret_is_not_made(region: Region, members: dict[str, object], expected: tuple[str, str]) -> None:
    assert region.refused("CreateSecret", **members) == expected
    assert region.call("ListSecrets") == {"SecretList": []}


def test_a_live_name_is_taken(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")

    assert region.refused("CreateSecret", Name="db", SecretString="v") == (
        "ResourceExistsException",
        "The operation failed because the secret db already exists.",
    )


def test_a_name_in_its_recovery_window_is_taken(region: Region) -> None:
    version_id = token()
    region.call("CreateSecret", Name="db", SecretString="v", ClientRequestToken=version_id)
    region.call("DeleteSecret", SecretId="db")
    expected = (
        "InvalidRequestException",
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
    )

    assert region.refused("CreateSecret", Name="db", SecretString="v") == expected
    assert (
        region.refused("CreateSecret", Name="db", SecretString="v", ClientRequestToken=version_id) == expected
    )


def test_names_differ_by_case(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="lower")
    region.call("CreateSecret", Name="DB", SecretString="upper")

    assert value(region, SecretId="DB") == "upper"


def test_a_repeated_create_is_answered_as_the_first_was(region: Region) -> None:
    """An answer that was lost on its way: the client sends the same request again (facts 3.2)."""
    asked = {"Name": "db", "SecretString": "v", "ClientRequestToken": token()}

    first = region.call("CreateSecret", **asked)
    commits = region.commits
    region.compose()  # even by another process, which remembers nothing
    again = region.call("CreateSecret", **asked)

    assert again == first
    assert region.commits == commits
    assert stages(region) == {asked["ClientRequestToken"]: ["AWSCURRENT"]}


def test_a_repeated_create_with_another_value_is_refused(region: Region) -> None:
    version_id = token()
    made = region.call("CreateSecret", Name="db", SecretString="v", ClientRequestToken=version_id)
    expected = in_use(version_id, made["ARN"])

    for other in ({"SecretString": "w"}, {"SecretBinary": base64.b64encode(b"v").decode()}):
        assert region.refused("CreateSecret", Name="db", ClientRequestToken=version_id, **other) == expected
    assert value(region) == "v"


def test_a_secret_that_is_to_be_replicated_answers_with_its_replicas_in_progress(region: Region) -> None:
    version_id = token()
    asked: dict[str, object] = {
        "Name": "db",
        "SecretString": "v",
        "ClientRequestToken": version_id,
        "AddReplicaRegions": [{"Region": "us-east-2"}, {"Region": "eu-west-1", "KmsKeyId": "alias/theirs"}],
    }

    made = region.call("CreateSecret", **asked)

    assert made["ReplicationStatus"] == [
        {"Region": "us-east-2", "KmsKeyId": "alias/aws/secretsmanager", "Status": "InProgress"},
        {"Region": "eu-west-1", "KmsKeyId": "alias/theirs", "Status": "InProgress"},
    ]
    assert region.call("CreateSecret", **asked) == made


# GetSecretValue


def test_a_value_is_read_with_these_members_and_no_others(region: Region) -> None:
    version_id = token()
    made = region.call("CreateSecret", Name="db", SecretString="v", ClientRequestToken=version_id)

    assert region.call("GetSecretValue", SecretId="db") == {
        "ARN": made["ARN"],
        "Name": "db",
        "VersionId": version_id,
        "SecretString": "v",
        "VersionStages": ["AWSCURRENT"],
        "CreatedDate": NOW,
    }


def test_a_binary_value_comes_back_as_it_was(region: Region) -> None:
    content = bytes(range(256))
    region.call("CreateSecret", Name="db", SecretBinary=base64.b64encode(content).decode())

    read = region.call("GetSecretValue", SecretId="db")

    assert base64.b64decode(read["SecretBinary"]) == content
    assert "SecretString" not in read


def test_a_secret_is_found_in_every_way_that_aws_finds_it(region: Region) -> None:
    arn = region.call("CreateSecret", Name="app/db", SecretString="v")["ARN"]

    for secret_id in ("app/db", arn, f"{NAMES_ARN}app/db"):
        assert value(region, SecretId=secret_id) == "v"


def test_a_secret_is_not_found_in_ways_that_aws_does_not_find_it(region: Region) -> None:
    arn = region.call("CreateSecret", Name="db", SecretString="v")["ARN"]
    suffix = arn[-6:]
    other = "aaaaaa" if suffix != "aaaaaa" else "bbbbbb"

    for secret_id in (
        "DB",
        f"db-{suffix}",
        f"{NAMES_ARN}db-{other}",
        arn.replace("us-east-1", "us-east-2"),
        arn.replace("arn:aws:", "arn:aws-cn:"),
        f"{NAMES_ARN}d",
    ):
        assert region.refused("GetSecretValue", SecretId=secret_id) == NOT_FOUND, secret_id


def test_a_name_that_ends_like_a_suffix_is_found_by_name_and_by_full_arn_alone(region: Region) -> None:
    """Facts 2.3 (recorded): its partial ARN reads as the full ARN of another secret."""
    name = "Invalid/_+=.@-Name-a1b2c3"
    arn = region.call("CreateSecret", Name=name, SecretString="v")["ARN"]

    assert value(region, SecretId=name) == value(region, SecretId=arn) == "v"
    assert region.refused("GetSecretValue", SecretId=f"{NAMES_ARN}{name}") == NOT_FOUND


def test_another_account_s_secret_is_not_this_caller_s_to_read(region: Region) -> None:
    arn = region.call("CreateSecret", Name="db", SecretString="v")["ARN"]
    theirs = arn.replace(ACCOUNT, "210987654321")

    assert region.refused("GetSecretValue", SecretId=theirs) == (
        "AccessDeniedException",
        f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: secretsmanager:GetSecretValue"
        f" on resource: {theirs} because no resource-based policy allows the secretsmanager:GetSecretValue action",
    )


def test_versions_are_read_by_id_and_by_label(region: Region) -> None:
    first, second = token(), token()
    region.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=first)
    region.call("PutSecretValue", SecretId="db", SecretString="two", ClientRequestToken=second)

    assert value(region) == "two"
    assert value(region, VersionStage="AWSPREVIOUS") == "one"
    assert value(region, VersionId=first) == "one"
    assert value(region, VersionId=second, VersionStage="AWSCURRENT") == "two"


def test_a_version_that_is_not_there_is_named(region: Region) -> None:
    first = token()
    absent = token()
    region.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=first)

    assert region.refused("GetSecretValue", SecretId="db", VersionStage="X") == no_value("staging label: X")
    assert region.refused("GetSecretValue", SecretId="db", VersionId=absent) == no_value(
        f"VersionId: {absent}"
    )
    assert region.refused("GetSecretValue", SecretId="db", VersionId=first, VersionStage="X") == (
        "InvalidRequestException",
        "You provided a VersionStage that is not associated to the provided VersionId.",
    )


def test_a_version_without_a_label_is_read_by_its_id_and_shows_no_labels(region: Region) -> None:
    """Facts 1.11: deprecated versions stay readable; VersionStages is then absent."""
    first = token()
    region.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=first)
    for put in ("two", "three"):
        region.call("PutSecretValue", SecretId="db", SecretString=put)

    read = region.call("GetSecretValue", SecretId="db", VersionId=first)

    assert read["SecretString"] == "one"
    assert "VersionStages" not in read
    assert first not in stages(region)


def test_a_read_is_noted_and_writes_nothing(region: Region) -> None:
    version_id = token()
    region.call("CreateSecret", Name="db", SecretString="v", ClientRequestToken=version_id)
    commits = region.commits

    value(region)

    assert [(account, read) for account, _, read in region.accessed] == [(ACCOUNT, version_id)]
    assert region.commits == commits


# PutSecretValue


def test_a_put_answers_with_the_sorted_labels_of_the_new_version(region: Region) -> None:
    arn = region.call("CreateSecret", Name="db", SecretString="one")["ARN"]
    version_id = token()

    put = region.call(
        "PutSecretValue",
        SecretId="db",
        SecretString="two",
        ClientRequestToken=version_id,
        VersionStages=["two", "one", "three"],
    )

    assert put == {
        "ARN": arn,
        "Name": "db",
        "VersionId": version_id,
        "VersionStages": ["one", "three", "two"],
    }


def test_labels_move_from_version_to_version(region: Region) -> None:
    """Facts 3.3, the whole story of one secret."""
    a, b, p, c = (token() for _ in range(4))
    put = {"SecretId": "db", "SecretString": "v"}

    region.call("CreateSecret", Name="db", SecretString="v", ClientRequestToken=a)
    assert stages(region) == {a: ["AWSCURRENT"]}
    region.call("PutSecretValue", **put, ClientRequestToken=b)
    assert stages(region) == {a: ["AWSPREVIOUS"], b: ["AWSCURRENT"]}
    region.call("PutSecretValue", **put, ClientRequestToken=p, VersionStages=["AWSPENDING"])
    assert stages(region) == {a: ["AWSPREVIOUS"], b: ["AWSCURRENT"], p: ["AWSPENDING"]}
    region.call("PutSecretValue", **put, ClientRequestToken=c, VersionStages=["AWSCURRENT", "AWSPENDING"])
    assert stages(region) == {b: ["AWSPREVIOUS"], c: ["AWSCURRENT", "AWSPENDING"]}


def test_the_first_value_becomes_current_whatever_labels_it_gets(region: Region) -> None:
    region.call("CreateSecret", Name="db")

    put = region.call("PutSecretValue", SecretId="db", SecretString="v", VersionStages=["mine"])

    assert put["VersionStages"] == ["AWSCURRENT", "mine"]
    assert value(region) == "v"


def test_a_repeated_put_changes_nothing(region: Region) -> None:
    """Facts 3.2: same token, same value: 200 with the labels that the version has by now."""
    region.call("CreateSecret", Name="db", SecretString="one")
    asked = {"SecretId": "db", "SecretString": "two", "ClientRequestToken": token()}
    first = region.call("PutSecretValue", **asked)
    region.clock.forward(1_000)
    before = region.call("DescribeSecret", SecretId="db")
    region.compose()

    again = region.call("PutSecretValue", **asked)
    with_other_labels = region.call("PutSecretValue", **asked, VersionStages=["X"])

    assert again == with_other_labels == first
    assert region.call("DescribeSecret", SecretId="db") == before


def test_a_put_repeated_after_others_shows_the_labels_of_now(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="one")
    asked = {"SecretId": "db", "SecretString": "two", "ClientRequestToken": token()}
    region.call("PutSecretValue", **asked)
    region.call("PutSecretValue", SecretId="db", SecretString="three")

    assert region.call("PutSecretValue", **asked)["VersionStages"] == ["AWSPREVIOUS"]
    region.call("PutSecretValue", SecretId="db", SecretString="four")
    assert "VersionStages" not in region.call("PutSecretValue", **asked)


def test_a_token_names_one_value_for_ever(region: Region) -> None:
    version_id = token()
    arn = region.call("CreateSecret", Name="db", SecretString="v", ClientRequestToken=version_id)["ARN"]
    expected = in_use(version_id, arn)

    for other in ({"SecretString": "w"}, {"SecretBinary": base64.b64encode(b"v").decode()}):
        assert (
            region.refused("PutSecretValue", SecretId="db", ClientRequestToken=version_id, **other)
            == expected
        )


def test_the_token_of_a_create_is_the_token_of_a_put(region: Region) -> None:
    version_id = token()
    region.call("CreateSecret", Name="db", SecretString="v", ClientRequestToken=version_id)

    put = region.call("PutSecretValue", SecretId="db", SecretString="v", ClientRequestToken=version_id)

    assert put["VersionStages"] == ["AWSCURRENT"]


PUT_REFUSALS: dict[str, tuple[dict[str, object], tuple[str, str]]] = {
    "no such secret": ({"SecretId": "none", "SecretString": "v"}, NOT_FOUND),
    "a SecretId that is none": ({"SecretId": "a b", "SecretString": "v"}, INVALID_NAME),
    "no token": ({"SecretId": "db", "SecretString": "v", "ClientRequestToken": None}, NEED_TOKEN),
    "no token, told before whether the secret exists": (
        {"SecretId": "none", "SecretString": "v", "ClientRequestToken": None},
        NEED_TOKEN,
    ),
    "neither value": (
        {"SecretId": "db"},
        ("InvalidRequestException", "You must provide either SecretString or SecretBinary."),
    ),
    "both values": ({"SecretId": "db", "SecretString": "v", "SecretBinary": "dg=="}, BOTH_VALUES),
}


@pytest.mark.parametrize(("members", "expected"), PUT_REFUSALS.values(), ids=PUT_REFUSALS)
def test_a_value_is_not_put(region: Region, members: dict[str, object], expected: tuple[str, str]) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")

    assert region.refused("PutSecretValue", **members) == expected
    assert value(region) == "v"


def test_the_hundred_and_first_version_of_a_day_is_refused_and_of_the_next_day_is_not(region: Region) -> None:
    first = token()
    region.call("CreateSecret", Name="db", SecretString="0", ClientRequestToken=first)
    for number in range(1, 100):
        region.clock.forward(1)
        region.call("PutSecretValue", SecretId="db", SecretString=str(number))

    code, _ = region.refused("PutSecretValue", SecretId="db", SecretString="one too many")
    assert code == "LimitExceededException"
    assert value(region) == "99"

    region.clock.forward(DAY_MS)
    region.call("PutSecretValue", SecretId="db", SecretString="100")
    assert region.refused("GetSecretValue", SecretId="db", VersionId=first) == no_value(f"VersionId: {first}")


def test_the_twenty_first_label_is_refused(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    region.call(
        "PutSecretValue",
        SecretId="db",
        SecretString="w",
        VersionStages=[f"l{number}" for number in range(19)],
    )

    code, _ = region.refused("PutSecretValue", SecretId="db", SecretString="x", VersionStages=["one more"])

    assert code == "LimitExceededException"


# Bounds of values

VALUES = {
    "one character": "a",
    "65,536 bytes of ASCII": "a" * 65_536,
    "65,536 bytes, two a character": "ß" * 32_768,
    "65,536 bytes, four a character": "\U0001f511" * 16_384,
    "65,536 control characters, six times as long in JSON": "\x01" * 65_536,
    "a NUL": "a\x00b",
    "what looks like JSON": '{"a": [null, "\\u0000"]}',
    "blanks": "  \n\t ",
}


@pytest.mark.parametrize("string", VALUES.values(), ids=VALUES)
def test_a_value_comes_back_as_it_was(region: Region, string: str) -> None:
    region.call("CreateSecret", Name="db", SecretString=string)

    assert value(region) == string


TOO_LONG = {
    "one byte of ASCII more": "a" * 65_537,
    "one byte more, two a character": "ß" * 32_768 + "a",
    "65,536 characters of four bytes": "\U0001f511" * 65_536,
}


@pytest.mark.parametrize("string", TOO_LONG.values(), ids=TOO_LONG)
def test_a_value_longer_than_the_quota_is_refused_and_not_repeated(region: Region, string: str) -> None:
    answer = region.ask("CreateSecret", Name="db", SecretString=string)

    assert answer.refusal == (
        400,
        "ValidationException",
        "1 validation error detected: Value at 'secretString' failed to satisfy constraint: "
        "Member must have length less than or equal to 65536",
    )


def test_an_empty_value_is_none(region: Region) -> None:
    for member in ("secretString", "secretBinary"):
        assert region.refused("CreateSecret", Name="db", **{member[0].upper() + member[1:]: ""}) == (
            "ValidationException",
            f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        )


def test_binary_values_have_the_same_bound(region: Region) -> None:
    longest = base64.b64encode(b"\xff" * 65_536).decode()
    region.call("CreateSecret", Name="db", SecretBinary=longest)

    assert region.call("GetSecretValue", SecretId="db")["SecretBinary"] == longest
    code, text = region.refused(
        "CreateSecret", Name="other", SecretBinary=base64.b64encode(b"\xff" * 65_537).decode()
    )
    assert code == "ValidationException"
    assert "secretBinary" in text


# DescribeSecret


def test_a_bare_secret_is_described_by_what_it_has(region: Region) -> None:
    made = region.call("CreateSecret", Name="db")

    assert region.call("DescribeSecret", SecretId="db") == {
        "ARN": made["ARN"],
        "Name": "db",
        "CreatedDate": NOW,
        "LastChangedDate": NOW,
    }


def test_a_full_secret_is_described_with_all_it_has(region: Region) -> None:
    key_id = region.call("CreateKey")["KeyMetadata"]["KeyId"]
    version_id = token()
    made = region.call(
        "CreateSecret",
        Name="db",
        SecretString="v",
        ClientRequestToken=version_id,
        Description="the database",
        KmsKeyId=key_id,
        Tags=[{"Key": "team", "Value": "red"}],
        AddReplicaRegions=[{"Region": "us-east-2"}],
    )

    assert region.call("DescribeSecret", SecretId="db") == {
        "ARN": made["ARN"],
        "Name": "db",
        "Description": "the database",
        "KmsKeyId": key_id,
        "CreatedDate": NOW,
        "LastChangedDate": NOW,
        "Tags": [{"Key": "team", "Value": "red"}],
        "VersionIdsToStages": {version_id: ["AWSCURRENT"]},
        "PrimaryRegion": "us-east-1",
        "ReplicationStatus": [
            {"Region": "us-east-2", "KmsKeyId": "alias/aws/secretsmanager", "Status": "InProgress"}
        ],
    }


@pytest.mark.parametrize("spelled", ["", "alias/aws/secretsmanager"])
def test_the_default_key_is_not_shown(region: Region, spelled: str) -> None:
    region.call("CreateSecret", Name="db", SecretString="v", KmsKeyId=spelled)

    assert "KmsKeyId" not in region.call("DescribeSecret", SecretId="db")
    assert value(region) == "v"


def test_an_empty_description_is_none(region: Region) -> None:
    region.call("CreateSecret", Name="db", Description="")

    assert "Description" not in region.call("DescribeSecret", SecretId="db")


def test_the_day_of_last_access_is_midnight(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    value(region)
    ((account, sid, version_id),) = region.accessed
    changed = region.call("DescribeSecret", SecretId="db")["LastChangedDate"]
    region.stores.record_access(
        [Access(account=account, sid=sid, version_id=version_id, day=region.clock.now // DAY_MS)]
    )

    described = region.call("DescribeSecret", SecretId="db")
    assert described["LastAccessedDate"] == START_MS // DAY_MS * 86_400
    assert described["LastChangedDate"] == changed


def test_a_change_moves_the_date_of_last_change(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    region.clock.forward(1_234)

    region.call("PutSecretValue", SecretId="db", SecretString="w")

    described = region.call("DescribeSecret", SecretId="db")
    assert (described["CreatedDate"], described["LastChangedDate"]) == (NOW, NOW + 1.234)


# Every operation that names a secret

BY_SECRET_ID: dict[str, dict[str, object]] = {
    "GetSecretValue": {},
    "PutSecretValue": {"SecretString": "v"},
    "DescribeSecret": {},
    "DeleteSecret": {},
    "RestoreSecret": {},
    "TagResource": {"Tags": []},
    "UntagResource": {"TagKeys": []},
    "ReplicateSecretToRegions": {"AddReplicaRegions": [{"Region": "us-east-2"}]},
    "RemoveRegionsFromReplication": {"RemoveReplicaRegions": ["us-east-2"]},
    "StopReplicationToReplica": {},
}


@pytest.mark.parametrize(("operation", "members"), BY_SECRET_ID.items(), ids=BY_SECRET_ID)
def test_a_secret_that_is_not_there_is_not_found(
    region: Region, operation: str, members: dict[str, object]
) -> None:
    assert region.refused(operation, SecretId="none", **members) == NOT_FOUND


@pytest.mark.parametrize(("operation", "members"), BY_SECRET_ID.items(), ids=BY_SECRET_ID)
def test_a_badly_spelled_secret_id_is_never_not_found(
    region: Region, operation: str, members: dict[str, object]
) -> None:
    """Facts 2.2 (recorded)."""
    assert region.refused(operation, SecretId="a b", **members) == INVALID_NAME


@pytest.mark.parametrize(("operation", "members"), BY_SECRET_ID.items(), ids=BY_SECRET_ID)
def test_a_secret_id_is_required(region: Region, operation: str, members: dict[str, object]) -> None:
    assert region.refused(operation, **members) == (
        "ValidationException",
        "1 validation error detected: Value null at 'secretId' failed to satisfy constraint: "
        "Member must not be null",
    )
