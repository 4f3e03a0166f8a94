"""Key policies: the default ones, and which are refused. Pure.

A key has one policy, `default`. It is stored as it was given, but for users and roles, which it names by unique id. Whether
a document obeys the grammar, and whom it can name, is identity's knowledge: it comes in through `KeyPolicyReader`; whether
it locks out who sets it, through `Call.would_allow`; who is who, through `Call.names`.

Source: KMS Developer Guide, Key policies, Default key policy; Secrets Manager User Guide, encryption; facts A.2, 6.3.
"""

from __future__ import annotations

import json
from typing import Protocol

from watchword.api.shapes import kms
from watchword.keys import refusals
from watchword.keys.model import KeyManager, KMSKey

DEFAULT_NAME = "default"

Statement = dict[str, object]
"""Of a policy document that is written here, in JSON's terms."""


class KeyPolicyFindings(Protocol):
    """What is wrong with a key policy. Of a malformed one nothing else is known."""

    @property
    def malformed(self) -> bool: ...

    @property
    def unsupported_principal(self) -> bool: ...

    @property
    def invalid_service_principal(self) -> bool: ...


class KeyPolicyReader(Protocol):
    """Reads a policy document and says what is wrong with it; identity's, handed in where a process is composed."""

    def __call__(self, text: str, /) -> KeyPolicyFindings: ...


def check_settable(text: str, found: KeyPolicyFindings, *, bytes_max: int) -> None:
    """Refuse a document that is no policy of a key.

    Raises:
        LimitExceededException: too long. MalformedPolicyDocumentException: all else.
    """
    check_readable(text, found, bytes_max=bytes_max)
    if found.unsupported_principal or found.invalid_service_principal:
        raise kms.MalformedPolicyDocumentException(refusals.INVALID_PRINCIPALS)


def check_readable(text: str, found: KeyPolicyFindings, *, bytes_max: int) -> None:
    """Refuse a document that is no policy, whomever it names. Raises as `check_settable`."""
    if len(text.encode()) > bytes_max:
        raise kms.LimitExceededException(f"a key policy has at most {bytes_max} bytes")
    if found.malformed:
        raise kms.MalformedPolicyDocumentException("This key policy contains a syntax error.")


def check_name(policy_name: str | None) -> None:
    """Raises NotFoundException: a key has no policy but `default`."""
    if policy_name not in (None, DEFAULT_NAME):
        raise kms.NotFoundException(refusals.NO_SUCH_POLICY)


def policy_of(key: KMSKey, *, dns_suffix: str) -> str:
    """The policy that holds for a key: its own, or the default one of who manages it."""
    if key.policy is not None:
        return key.policy
    if key.manager is KeyManager.AWS:
        return secrets_manager_default(
            account=key.account, partition=key.partition, region=key.region, dns_suffix=dns_suffix
        )
    statement: Statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": _root_arn(account=key.account, partition=key.partition)},
        "Action": "kms:*",
        "Resource": "*",
    }
    return _written("key-default-1", [statement])


def letting_in(*, account: str, partition: str) -> str:
    """A policy that leaves it to the policies of an account what its principals may."""
    statement: Statement = {
        "Effect": "Allow",
        "Principal": {"AWS": _root_arn(account=account, partition=partition)},
        "Action": "kms:*",
        "Resource": "*",
    }
    return _written("account", [statement])


def secrets_manager_default(*, account: str, partition: str, region: str, dns_suffix: str) -> str:
    """Everybody in the account may use it through Secrets Manager; its root user may look at it."""
    through: Statement = {
        "Sid": "Allow access through AWS Secrets Manager for all principals in the account that are authorized "
        "to use AWS Secrets Manager",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:CreateGrant", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "kms:CallerAccount": account,
                "kms:ViaService": f"secretsmanager.{region}.{dns_suffix}",
            }
        },
    }
    data_keys: Statement = {
        **through,
        "Sid": "Allow access through AWS Secrets Manager for all principals in the account",
        "Action": "kms:GenerateDataKey*",
        "Condition": {
            "StringEquals": {"kms:CallerAccount": account},
            "StringLike": {"kms:ViaService": f"secretsmanager.{region}.{dns_suffix}"},
        },
    }
    metadata: Statement = {
        "Sid": "Allow direct access to key metadata to the account",
        "Effect": "Allow",
        "Principal": {"AWS": _root_arn(account=account, partition=partition)},
        "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
        "Resource": "*",
    }
    return _written("auto-secretsmanager-2", [through, data_keys, metadata])


def _root_arn(*, account: str, partition: str) -> str:
    return f"arn:{partition}:iam::{account}:root"


def _written(policy_id: str, statements: list[Statement]) -> str:
    document = {"Version": "2012-10-17", "Id": policy_id, "Statement": statements}
    # As AWS shows it: a blank on each side of a colon.
    return json.dumps(document, indent=2, separators=(",", " : "))
