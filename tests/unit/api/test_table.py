"""The operations table, by what a request says of itself."""

from __future__ import annotations

import re

import pytest

from watchword.api import table
from watchword.api.operation import Operation, Protocol
from watchword.api.shapes import account, ec2, iam, kms, secretsmanager, sts, watchword

TARGETS = {
    "secretsmanager.GetSecretValue": secretsmanager.GET_SECRET_VALUE,
    "TrentService.GenerateDataKey": kms.GENERATE_DATA_KEY,
    "TrentService.GetSecretValue": None,
    "secretsmanager.getsecretvalue": None,
    "SecretsManager.GetSecretValue": None,
    "GetSecretValue": None,
    "secretsmanager.": None,
    "": None,
    # A query service is not reached by a target.
    "sts.GetCallerIdentity": None,
    "None.GetCallerIdentity": None,
    "Watchword.ApplyReplica": None,
}


@pytest.mark.parametrize(("target", "operation"), TARGETS.items())
def test_a_target_names_one_operation_or_none(target: str, operation: Operation | None) -> None:
    assert operation is table.by_target(target)


def test_our_own_operations_are_found_only_by_those_who_ask_for_them() -> None:
    for operation in watchword.OPERATIONS.values():
        target = f"{watchword.SERVICE.target_prefix}.{operation.name}"
        assert table.by_target(target) is None
        assert operation is table.by_target(target, internal=True)
    assert watchword.SERVICE not in table.SERVICES
    assert not set(watchword.OPERATIONS.values()) & set(table.OPERATIONS)


def test_whoever_asks_for_ours_still_finds_aws_s() -> None:
    found = table.by_target("secretsmanager.GetSecretValue", internal=True)

    assert found is secretsmanager.GET_SECRET_VALUE


ACTIONS = [
    (("sts", "2011-06-15", "GetCallerIdentity"), sts.GET_CALLER_IDENTITY),
    (("sts", "2010-05-08", "GetCallerIdentity"), None),
    (("iam", "2011-06-15", "GetCallerIdentity"), None),
    (("sts", "2011-06-15", "AssumeRoleWithSAML"), None),
    (("iam", "2010-05-08", "ListUsers"), iam.LIST_USERS),
    (("ec2", "2016-11-15", "DescribeRegions"), ec2.DESCRIBE_REGIONS),
    # Nobody can ask for a permission.
    (("iam", "2010-05-08", "PassRole"), None),
    # A JSON service is not reached by an action.
    (("kms", "2014-11-01", "Decrypt"), None),
]


@pytest.mark.parametrize(("asked", "operation"), ACTIONS)
def test_an_action_names_one_operation_or_none(
    asked: tuple[str, str, str], operation: Operation | None
) -> None:
    assert operation is table.by_action(*asked)


def test_a_path_names_one_operation_or_none() -> None:
    assert table.by_path("/listRegions") is account.LIST_REGIONS
    assert table.by_path("/listregions") is None
    assert table.by_path("/listRegions/") is None
    assert table.by_path("/") is None
    assert table.by_path("") is None
    # An operation of the model that is not here.
    assert table.by_path("/getAlternateContact") is None


def test_a_service_is_known_without_its_operation() -> None:
    """An unknown operation of a known service is refused in that service's words."""
    assert table.service_of_target("secretsmanager.NoSuchThing") is secretsmanager.SERVICE
    assert table.service_of_target("TrentService.") is kms.SERVICE
    assert table.service_of_target("Watchword.ApplyReplica") is None
    assert table.service_of_target("") is None
    assert table.service_of_version("2011-06-15") is sts.SERVICE
    assert table.service_of_version("2014-11-01") is None
    assert table.service_signed_as("account") is account.SERVICE
    assert table.service_signed_as("s3") is None
    assert table.service_named("kms") is kms.SERVICE
    assert table.service_named("watchword") is None


def test_no_two_operations_are_asked_for_in_the_same_way() -> None:
    names = [(operation.service.name, operation.name) for operation in table.OPERATIONS]

    assert len(names) == len(set(names)) == 205


@pytest.mark.parametrize("operation", table.OPERATIONS, ids=repr)
def test_every_operation_has_its_authorization_facts(operation: Operation) -> None:
    keys = [key.name for key in operation.condition_keys]

    assert len(keys) == len(set(keys))
    if operation in (sts.GET_CALLER_IDENTITY, sts.GET_SESSION_TOKEN):
        # Everybody may ask who they are, and for a session of their own (STS API reference).
        assert operation.action is None
    else:
        # ReEncrypt needs two permissions, and none of its own name (KMS API reference).
        name = "ReEncryptTo" if operation is kms.RE_ENCRYPT else operation.name
        assert operation.action == f"{operation.service.signing_name}:{name}"
    # What names a resource is asked about by the resource's keys; groups and accounts have none.
    without = operation.resource_member in ("group_name", "account_id")
    assert (operation.resource_member is None) or keys or without


def test_only_a_token_of_another_party_needs_no_signature() -> None:
    assert [operation for operation in table.OPERATIONS if not operation.signed] == [
        sts.ASSUME_ROLE_WITH_WEB_IDENTITY
    ]


def test_what_the_control_region_carries_out_is_iam_s_and_account_s_writes() -> None:
    """Reads are answered by each Region, and so are sessions, which change nothing (decision 0008)."""
    written = {operation for operation in table.OPERATIONS if operation.global_write}

    assert {operation.service for operation in written} == {iam.SERVICE, account.SERVICE}
    assert {operation.name for operation in written if operation.service is account.SERVICE} == {
        "DisableRegion",
        "EnableRegion",
        "PutAccountName",
    }
    verbs = re.compile("Add|Attach|Change|Create|Delete|Detach|Put|Remove|Set|Tag|Untag|Update")
    for operation in iam.OPERATIONS.values():
        assert operation.global_write == (verbs.match(operation.name) is not None), operation


def test_a_permission_is_no_operation() -> None:
    names = {operation.name for operation in table.PERMISSIONS}

    assert names == {"PassRole", "SetSourceIdentity", "TagSession"}
    assert not names & {operation.name for operation in table.OPERATIONS}


def test_every_permission_that_is_needed_besides_is_somebody_s() -> None:
    """A tag on something new asks for the permission to tag: a name that nobody can grant would lock everybody out."""
    known = {operation.action for operation in table.OPERATIONS + table.PERMISSIONS}

    assert {also.action for operation in table.OPERATIONS for also in operation.also} <= known


RESOURCES = {
    "names a secret": (secretsmanager.GET_SECRET_VALUE, "secret_id"),
    "makes one": (secretsmanager.CREATE_SECRET, None),
    "names a user": (iam.DELETE_USER, "user_name"),
    "names a role": (sts.ASSUME_ROLE, "role_arn"),
    "names whoever calls": (iam.CHANGE_PASSWORD, None),
    "acts on all": (secretsmanager.LIST_SECRETS, None),
    "names a key": (kms.DISABLE_KEY, "key_id"),
    "may name a key": (kms.DECRYPT, "key_id"),
}


@pytest.mark.parametrize(("operation", "member"), RESOURCES.values(), ids=RESOURCES)
def test_an_operation_says_which_member_names_its_resource(operation: Operation, member: str | None) -> None:
    assert member == operation.resource_member


def test_the_services_differ_as_their_models_say() -> None:
    assert secretsmanager.SERVICE.error_message_member == "Message"
    assert kms.SERVICE.error_message_member == "message"
    assert kms.SERVICE.target_prefix == "TrentService"
    assert sts.SERVICE.protocol is Protocol.QUERY
    assert sts.SERVICE.any_region
    assert iam.SERVICE.any_region
    assert account.SERVICE.any_region
    assert not kms.SERVICE.any_region
    assert not ec2.SERVICE.any_region
    assert account.SERVICE.protocol is Protocol.REST_JSON
    assert ec2.SERVICE.protocol is Protocol.EC2
    assert secretsmanager.LIST_SECRETS.paginated
    assert not secretsmanager.DESCRIBE_SECRET.paginated


def test_reads_lists_and_uses_of_a_key_change_nothing() -> None:
    """CloudTrail's readOnly: what uses a key has access level Write, and is recorded as a read."""
    services = {"secretsmanager", "kms"}
    assert {one.name for one in table.OPERATIONS if one.read_only and one.service.name in services} == {
        "GetSecretValue",
        "DescribeSecret",
        "ListSecrets",
        "ListSecretVersionIds",
        "BatchGetSecretValue",
        "GetRandomPassword",
        "GetResourcePolicy",
        "ListResourcePolicies",
        "Decapsulate",
        "Decrypt",
        "DeriveSharedSecret",
        "DescribeCustomKeyStores",
        "DescribeKey",
        "Encapsulate",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GenerateRandom",
        "GetKeyLastUsage",
        "GetKeyPolicy",
        "GetKeyRotationStatus",
        "GetParametersForImport",
        "GetPublicKey",
        "ListAliases",
        "ListGrants",
        "ListKeyPolicies",
        "ListKeyRotations",
        "ListKeys",
        "ListResourceTags",
        "ListRetirableGrants",
        "ReEncrypt",
        "Sign",
        "Verify",
        "VerifyMac",
    }


def test_sessions_change_nothing_and_so_do_lists_of_regions() -> None:
    """CloudTrail records AssumeRole and its kin as read-only."""
    for operation in (*sts.OPERATIONS.values(), *ec2.OPERATIONS.values()):
        assert operation.read_only, operation
