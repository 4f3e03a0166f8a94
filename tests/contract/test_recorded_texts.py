"""Every text that AWS is known to say: sent for, and compared to the letter.

Programs match on these. `TEXTS` is all of them, each with its code: recorded from the real service, quoted in its
documentation, or known from the field. Each has a row in `ROWS` that provokes it with signed requests, or stands in
`UNREACHED` with the reason why nothing does. What is not reached is asked for as nearly as it can be, so
that an entry that came into reach is noticed.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, NoReturn

import pytest
from tests.contract.region import ACCOUNT, ROOT_ARN, Answer
from tests.contract.secret_requests import EVERYBODY, NAMES_A_SECRET, STRANGER, THEIRS
from tests.contract.several_regions import Regions, several

from watchword.api.call import Bound
from watchword.api.errors import ApiError
from watchword.api.shapes import secretsmanager as sm
from watchword.api.shapes.secretsmanager import InvalidRequestException, ResourceNotFoundException

ONE, TWO, THREE = "us-east-1", "us-east-2", "eu-west-1"
STATUS = "StatusMessage"
"""In the place of a code: no refusal, but what DescribeSecret shows of a replica."""
FINDING = "ValidationErrors"
"""In the place of a code: what ValidateResourcePolicy finds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What AWS says; `<arn>` and its like are what a row fills in."""

    code: str
    text: str


def said(code: str, text: str) -> Text:
    return Text(code=code, text=text)


MUST = "failed to satisfy constraint: Member must"
NO_REMOVAL = (
    "You can only move staging label AWSCURRENT to a different secret version. "
    "It can’t be completely removed."
)
REPLICA_TEXT = "Operation not permitted on a replica secret. Call must be made in primary secret's region."
NEED_TOKEN_TEXT = "You must provide a ClientRequestToken value. We recommend a UUID-type value."
BROAD_TEXT = (
    "This resource policy grants broad access to your secret. "
    "Secrets Manager does not allow creating and applying such policies in the console."
)
DENIED_ACROSS = (
    f"User: {ROOT_ARN} is not authorized to perform: secretsmanager:GetSecretValue on resource: <theirs>"
    " because no resource-based policy allows the secretsmanager:GetSecretValue action"
)

TEXTS: dict[str, Text] = {
    # Recorded, at a glance
    "no such secret": said("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
    "label on no version": said(
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: <label>",
    ),
    "no such version": said(
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for VersionId: <version>",
    ),
    "label and version disagree": said(
        "InvalidRequestException",
        "You provided a VersionStage that is not associated to the provided VersionId.",
    ),
    "bad name": said(
        "ValidationException",
        "Invalid name. Must be a valid name containing alphanumeric characters, "
        "or any of the following: -/_+=.@!",
    ),
    "name live": said(
        "ResourceExistsException", "The operation failed because the secret <name> already exists."
    ),
    "name in its recovery window": said(
        "InvalidRequestException",
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
    ),
    "marked for deletion": said(
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
    ),
    "just deleted": said(
        "InvalidRequestException", "You can't perform this operation on the secret because it was deleted."
    ),
    "no token": said("InvalidRequestException", NEED_TOKEN_TEXT),
    "no token for a rotation": said("InvalidParameterException", NEED_TOKEN_TEXT),
    "token of other data": said(
        "ResourceExistsException",
        "You can't use ClientRequestToken <token> because that value is already in use for a version of secret <arn>.",
    ),
    "holder of a label not named": said(
        "InvalidParameterException",
        "The parameter RemoveFromVersionId can't be empty. Staging label <label> is currently attached to version "
        "<version>, so you must explicitly reference that version in RemoveFromVersionId.",
    ),
    "AWSCURRENT dropped": said("InvalidParameterException", NO_REMOVAL),
    "rotation without a function": said(
        "InvalidRequestException", "No Lambda rotation function ARN is associated with this secret."
    ),
    "rotation function not invocable": said(
        "AccessDeniedException",
        "Secrets Manager cannot invoke the specified Lambda function. "
        "Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.",
    ),
    "rotation pending": said(
        "InvalidRequestException", "A previous rotation isn't complete. That rotation will be reattempted."
    ),
    "default key across accounts": said(
        "InvalidRequestException",
        "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS "
        "service key.",
    ),
    "write on a replica": said("InvalidParameterException", REPLICA_TEXT),
    "primary with replicas": said(
        "InvalidParameterException",
        "You can't delete secret <arn> that still has replica regions [eu-west-1, us-east-2].",
    ),
    "replica in its own Region": said("InvalidParameterException", "Invalid replica region."),
    "both kinds of value": said(
        "InvalidParameterException",
        "You can't specify both a binary secret value and a string secret value in the same secret.",
    ),
    "denied by IAM": said(
        "AccessDeniedException",
        "User: <caller> is not authorized to perform: secretsmanager:GetSecretValue on resource: <arn> because no "
        "identity-based policy allows the secretsmanager:GetSecretValue action",
    ),
    "denied across accounts": said("AccessDeniedException", DENIED_ACROSS),
    "KMS not allowed": said("AccessDeniedException", "Access to KMS is not allowed"),
    "throttled": said("ThrottlingException", "Rate exceeded"),
    # Of the model's constraints
    "too great": said(
        "ValidationException",
        f"1 validation error detected: Value '4097' at 'passwordLength' {MUST} have value less than or equal to 4096",
    ),
    "too short": said(
        "ValidationException",
        f"1 validation error detected: Value '' at 'secretId' {MUST} have length greater than or equal to 1",
    ),
    "of no enum": said(
        "ValidationException",
        f"1 validation error detected: Value 'invalid' at 'filters.1.member.key' {MUST} satisfy enum value set: "
        # AWS's order of the set varies.
        "[description, name, tag-key, tag-value, primary-region, owning-service, all]",
    ),
    "of no pattern": said(
        "ValidationException",
        f"1 validation error detected: Value 'a b' at 'policyName' {MUST} satisfy regular expression pattern: "
        r"[0-9A-Za-z\-\_]+",
    ),
    "two violations": said(
        "ValidationException",
        f"2 validation errors detected: Value '0' at 'maxResults' {MUST} have value greater than or equal to 1; "
        f"Value 'up' at 'sortOrder' {MUST} satisfy enum value set: [asc, desc]",
    ),
    "token of another length": said(
        "InvalidParameterException", "ClientRequestToken must be 32-64 characters long."
    ),
    # Of single operations
    "a batch of both": said(
        "InvalidParameterException", "Either 'SecretIdList' or 'Filters' must be provided, but not both."
    ),
    "a page of no filters": said(
        "InvalidParameterException",
        "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
    ),
    "no filter key": said("InvalidParameterException", "Invalid filter key"),
    "no filter values": said("InvalidParameterException", "Invalid filter values for key: description"),
    "cancelling no rotation": said(
        "InvalidRequestException",
        "You tried to enable rotation on a secret that doesn't already have a Lambda function ARN configured"
        "and you didn't include such an ARN as a parameter in this call.",
    ),
    "a window out of range": said(
        "InvalidParameterException",
        "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
    ),
    "a window and force": said(
        "InvalidParameterException",
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    ),
    "a password too short": said(
        "InvalidParameterException", "Password length is too short based on the required types."
    ),
    "a type of character excluded": said(
        "InvalidParameterException", "All characters of the desired type have been excluded"
    ),
    "all characters excluded": said(
        "InvalidParameterException", "All characters have been excluded from selection"
    ),
    "no value": said("InvalidRequestException", "You must provide either SecretString or SecretBinary."),
    "managed by a service": said(
        "InvalidRequestException",
        "This secret is managed by an AWS service, and you must use that service to update it.",
    ),
    "a role that is not assumed": said(
        "InvalidRequestException", "Secrets Manager unable to assume role <role>"
    ),
    "no version to move to": said("InvalidParameterException", "Not a valid version: <version>"),
    "a label that is not there": said(
        "InvalidParameterException", "Version stage <label> not found in version <version>"
    ),
    "marked, in the words of old pages": said(
        "InvalidRequestException",
        "You tried to perform the operation on a secret that's currently marked deleted.",
    ),
    "a value that KMS can't decrypt": said(
        "DecryptionFailure",
        "Secrets Manager can't decrypt the secret value: <key> is disabled. (Service: AWSKMS; Status Code: 400; "
        "Error Code: DisabledException; Request ID: <request>; Proxy: null)",
    ),
    "an asymmetric key": said(
        "InvalidKeyUsageException", "Cannot generate a data key with an asymmetric KMS key"
    ),
    # Resource policies
    "a policy that locks out": said(
        FINDING, "Your requested changes will not allow you to manage this secret in the future."
    ),
    "a broad policy": said(FINDING, BROAD_TEXT),
    "a policy's syntax": said(
        "MalformedPolicyDocumentException", "This resource policy contains a syntax error."
    ),
    "a policy's principal": said(
        "MalformedPolicyDocumentException", "This resource policy contains an unsupported principal."
    ),
    "a policy's service principal": said(
        "MalformedPolicyDocumentException", "This resource policy contains an invalid service principal."
    ),
    "a broad policy, blocked": said(
        "PublicPolicyException",
        "You can't attach a resource-based policy that allows broad access to the secret.",
    ),
    # Replicas
    "a replica in sync": said(STATUS, "Replication succeeded"),
    "a replica's name taken": said(
        STATUS, "Replication failed: Secret name db already exists in region us-east-2."
    ),
    "a replica's name taken, by the model": said(
        STATUS, "Secret with this name already exists in this region"
    ),
    "a replica's name of another primary": said(
        STATUS,
        "Replication failed: Secret name db is currently replicated to us-east-2 with a different arn",
    ),
    # KMS
    "KMS: no key id": said("NotFoundException", "Invalid keyId 'fake-key-id'"),
    "KMS: no key": said("NotFoundException", "Key '<absent key>' does not exist"),
    "KMS: no alias": said(
        "NotFoundException", f"Alias arn:aws:kms:us-east-1:{ACCOUNT}:alias/x is not found."
    ),
    "KMS: another Region's key": said("NotFoundException", "Invalid arn us-east-2"),
    "KMS: a disabled key": said("DisabledException", "<key> is disabled."),
    "KMS: a ciphertext of another key": said(
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
    ),
    "KMS: no ciphertext": said("InvalidCiphertextException", ""),
    "KMS: a dry run": said(
        "DryRunOperationException", "The request would have succeeded, but the DryRun option is set."
    ),
    "KMS: a tag twice": said("TagException", "Duplicate tag keys"),
    "KMS: a reserved tag": said("TagException", "Tags beginning with aws: are reserved"),
    "KMS: too many tags": said("TagException", "Too many tags"),
    "KMS: a plaintext too long": said(
        "ValidationException",
        f"1 validation error detected: Value at 'plaintext' {MUST} have length less than or equal to 4096",
    ),
    "KMS: no bytes": said(
        "ValidationException",
        f"1 validation error detected: Value '0' at 'numberOfBytes' {MUST} have value greater than or equal to 1",
    ),
    "KMS: how many bytes": said("ValidationException", "NumberOfBytes is required."),
    "KMS: no usage": said(
        "ValidationException",
        "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
    ),
    "KMS: a usage that is none": said(
        "ValidationException",
        f"1 validation error detected: Value 'RANDOM' at 'keyUsage' {MUST} satisfy enum value set: "
        "[SIGN_VERIFY, ENCRYPT_DECRYPT, GENERATE_VERIFY_MAC, KEY_AGREEMENT, ENCAPSULATE_DECAPSULATE]",
    ),
    "KMS: pending deletion": said("KMSInvalidStateException", "<key> is pending deletion."),
    "KMS: not pending deletion": said("KMSInvalidStateException", "<key> is not pending deletion."),
    "KMS: a usage that does not fit": said(
        "InvalidKeyUsageException",
        "<key> key usage is GENERATE_VERIFY_MAC which is not valid for Encrypt.",
    ),
    "KMS: no primary key": said("UnsupportedOperationException", "<key> is not a multi-region primary key."),
    "KMS: another origin": said(
        "UnsupportedOperationException", "<key> origin is AWS_KMS which is not valid for this operation."
    ),
    "KMS: too many rotations": said(
        "LimitExceededException",
        "The on-demand rotations limit has been reached for the given keyId. "
        "No more on-demand rotations can be performed for this key: <key>",
    ),
    "KMS: an alias without its prefix": said(
        "ValidationException",
        'Alias must start with the prefix "alias/". Please see '
        "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
    ),
    "KMS: a policy that locks out": said(
        "MalformedPolicyDocumentException",
        "The new key policy will not allow you to update the key policy in the future.",
    ),
    "KMS: a policy of no principal": said(
        "MalformedPolicyDocumentException",
        "Policy contains a statement with one or more invalid principals.",
    ),
    "KMS: denied by a ciphertext": said(
        "AccessDeniedException",
        f"User: {ROOT_ARN} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext "
        "because the resource does not exist in this Region, no resource-based policies allow access, or a "
        "resource-based policy explicitly denies access",
    ),
    "KMS: unavailable": said(
        "KeyUnavailableException",
        "The request was rejected because the specified KMS key was not available. You can retry the request.",
    ),
    "KMS: denied across accounts": said(
        "AccessDeniedException",
        f"User: {ROOT_ARN} is not authorized to perform: kms:DescribeKey on resource: <their key> because no "
        "resource-based policy allows the kms:DescribeKey action",
    ),
    # Of others
    "a function: not enabled": said("ValueError", "Secret <arn> is not enabled for rotation"),
    "a function: no stage": said(
        "ValueError", "Secret version <token> has no stage for rotation of secret <arn>."
    ),
    "a function: not pending": said(
        "ValueError", "Secret version <token> not set as AWSPENDING for rotation of secret <arn>."
    ),
    "an event: a rotation's step failed": said(
        "RotationFailed", "Error when executing lambda <function> during setSecret step"
    ),
    "a stack: half a template": said(
        "ValidationError", "SecretStringTemplate and GenerateStringKey must both be set or removed"
    ),
}

# Requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request; `<arn>` and its like stand for what earlier answers said."""

    operation: str
    members: Mapping[str, object]
    at: str = ONE


def ask(operation: str, /, **members: object) -> Sent:
    return Sent(operation=operation, members=members)


def ask_at(region: str, operation: str, /, **members: object) -> Sent:
    return Sent(operation=operation, members=members, at=region)


SETTLE = ask("settle")
"""No request: the couriers carry what is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    sent: Sent
    given: tuple[Sent, ...] = ()
    """What is asked before, with success."""
    known: Mapping[str, str] = field(default_factory=dict)
    """What the text says besides what answers said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """A text that nothing provokes, and why; `sent` is the nearest that can be asked."""

    reason: str
    sent: Sent | None = None
    given: tuple[Sent, ...] = ()


V1, V2, ABSENT = ("11111111-1111-4111-8111-111111111111", "2" * 32, "99999999-9999-4999-8999-999999999999")
BINARY = base64.b64encode(b"v").decode()
HERE = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:"
KEYS_HERE = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/"


def policy(**statement: object) -> str:
    said = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [said]})


ABSURD_PRINCIPAL = policy(Principal={"AWS": "arn:aws:iam::123456789012:group/admins"})
ABSURD_SERVICE = policy(Principal={"Service": "nobody"})
DENY_ALL = policy(Effect="Deny", Action="secretsmanager:*", Principal="*")

EMPTY = ask("CreateSecret", Name="db")
MADE = ask("CreateSecret", Name="db", SecretString="v", ClientRequestToken=V1)
PUT = ask("PutSecretValue", SecretId="db", SecretString="w", ClientRequestToken=V2)
MARKED = ask("DeleteSecret", SecretId="db")
GONE = ask("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)
REPLICATED = (
    ask("CreateSecret", Name="db", SecretString="v", AddReplicaRegions=[{"Region": TWO}]),
    SETTLE,
)
KEY = ask("CreateKey")
ENCRYPTED = ask("Encrypt", KeyId="<key>", Plaintext=BINARY)
ROTATED_KEY = ask("RotateKeyOnDemand", KeyId="<key>")
DESCRIBED = ask("DescribeSecret", SecretId="db")
BAD_NAMES = ("a b", "a*", "a?", "a]", "a\\", "a)")
"""Each recorded."""

ALSO_OF_MARKED = {
    "DescribeSecret",
    "RestoreSecret",
    "ListSecretVersionIds",
    # On a secret that is no replica it says so first; a replica is never marked.
    "StopReplicationToReplica",
}
ALSO_AT_A_REPLICA = {
    "DescribeSecret",
    "GetSecretValue",
    "ListSecretVersionIds",
    "GetResourcePolicy",
    "ListResourcePolicies",
    "ValidateResourcePolicy",
    "StopReplicationToReplica",
}


def on_each(*given: Sent, secret_id: str, but: Set[str] = frozenset(), at: str = ONE) -> tuple[Row, ...]:
    return tuple(
        Row(given=given, sent=Sent(operation=operation, members={"SecretId": secret_id, **members}, at=at))
        for operation, members in NAMES_A_SECRET.items()
        if operation not in but
    )


ROTATES = Sent(operation="RotateSecret", members={"SecretId": "db", **NAMES_A_SECRET["RotateSecret"]})
HALF_ROTATED = ask(
    "PutSecretValue",
    SecretId="db",
    SecretString="w",
    ClientRequestToken=ABSENT,
    VersionStages=["AWSPENDING"],
)
PARTNER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/partner"

ROWS: dict[str, tuple[Row, ...]] = {
    "no such secret": (
        *on_each(secret_id="db"),
        *on_each(secret_id=f"{HERE}db-AbCdEf"),
        *on_each(MADE, GONE, secret_id="<arn>"),
    ),
    "label on no version": (
        Row(given=(EMPTY,), sent=ask("GetSecretValue", SecretId="db"), known={"label": "AWSCURRENT"}),
        Row(
            given=(MADE,),
            sent=ask("GetSecretValue", SecretId="db", VersionStage="AWSPENDING"),
            known={"label": "AWSPENDING"},
        ),
    ),
    "no such version": (
        Row(
            given=(MADE,),
            sent=ask("GetSecretValue", SecretId="db", VersionId=ABSENT),
            known={"version": ABSENT},
        ),
        Row(given=(EMPTY,), sent=ask("GetSecretValue", SecretId="db", VersionId=V1), known={"version": V1}),
    ),
    "label and version disagree": (
        Row(
            given=(MADE, PUT),
            sent=ask("GetSecretValue", SecretId="db", VersionId=V1, VersionStage="AWSCURRENT"),
        ),
    ),
    "bad name": (
        *(Row(sent=ask("CreateSecret", Name=name, SecretString="v")) for name in BAD_NAMES),
        *(row for name in BAD_NAMES for row in on_each(secret_id=name)),
        Row(sent=ask("DeleteSecret", SecretId="a b", ForceDeleteWithoutRecovery=True)),
    ),
    "name live": (
        Row(given=(MADE,), sent=ask("CreateSecret", Name="db", SecretString="v"), known={"name": "db"}),
        Row(given=REPLICATED, sent=ask_at(TWO, "CreateSecret", Name="db"), known={"name": "db"}),
    ),
    "name in its recovery window": (
        Row(given=(MADE, MARKED), sent=ask("CreateSecret", Name="db", SecretString="v")),
        Row(
            given=(MADE, MARKED),
            sent=ask("CreateSecret", Name="db", SecretString="v", ClientRequestToken=V1),
        ),
    ),
    "marked for deletion": on_each(MADE, MARKED, secret_id="db", but=ALSO_OF_MARKED),
    "no token": (
        Row(sent=ask("CreateSecret", Name="db", SecretString="v", ClientRequestToken=None)),
        Row(sent=ask("PutSecretValue", SecretId="absent", SecretString="v", ClientRequestToken=None)),
        Row(given=(MADE,), sent=ask("UpdateSecret", SecretId="db", Description="d", ClientRequestToken=None)),
    ),
    "token of other data": tuple(
        Row(
            given=(MADE,),
            sent=ask(operation, **named, SecretString="other", ClientRequestToken=V1),
            known={"token": V1},
        )
        for operation, named in (
            ("CreateSecret", {"Name": "db"}),
            ("PutSecretValue", {"SecretId": "db"}),
            ("UpdateSecret", {"SecretId": "db"}),
        )
    ),
    "holder of a label not named": (
        Row(
            given=(MADE, PUT),
            sent=ask(
                "UpdateSecretVersionStage", SecretId="db", VersionStage="AWSCURRENT", MoveToVersionId=V1
            ),
            known={"label": "AWSCURRENT", "version": V2},
        ),
    ),
    "AWSCURRENT dropped": (
        Row(
            given=(MADE,),
            sent=ask(
                "UpdateSecretVersionStage", SecretId="db", VersionStage="AWSCURRENT", RemoveFromVersionId=V1
            ),
        ),
    ),
    "write on a replica": on_each(*REPLICATED, secret_id="db", but=ALSO_AT_A_REPLICA, at=TWO),
    "primary with replicas": tuple(
        Row(
            given=(ask("CreateSecret", Name="db", AddReplicaRegions=[{"Region": TWO}, {"Region": THREE}]),),
            sent=ask("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=force),
        )
        for force in (None, True)
    ),
    "replica in its own Region": (
        Row(sent=ask("CreateSecret", Name="db", AddReplicaRegions=[{"Region": ONE}])),
        Row(
            given=(MADE,),
            sent=ask("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": ONE}]),
        ),
    ),
    "both kinds of value": (
        Row(sent=ask("CreateSecret", Name="db", SecretString="v", SecretBinary=BINARY)),
        Row(given=(MADE,), sent=ask("PutSecretValue", SecretId="db", SecretString="v", SecretBinary=BINARY)),
        Row(given=(MADE,), sent=ask("UpdateSecret", SecretId="db", SecretString="v", SecretBinary=BINARY)),
    ),
    "no token for a rotation": (Row(sent=ask("RotateSecret", SecretId="absent", ClientRequestToken=None)),),
    "rotation without a function": (
        Row(given=(MADE,), sent=ask("RotateSecret", SecretId="db", ClientRequestToken=V2)),
    ),
    "rotation function not invocable": (Row(given=(MADE,), sent=ROTATES),),
    "rotation pending": (Row(given=(MADE, HALF_ROTATED), sent=ROTATES),),
    "a role that is not assumed": (
        Row(
            given=(ask("CreateSecret", Name="db", SecretString="v", Type="SnowflakePat"),),
            sent=ask(
                "RotateSecret",
                SecretId="db",
                ClientRequestToken=V2,
                ExternalSecretRotationRoleArn=PARTNER_ROLE,
            ),
            known={"role": PARTNER_ROLE},
        ),
    ),
    "denied across accounts": (Row(sent=ask("GetSecretValue", SecretId=THEIRS), known={"theirs": THEIRS}),),
    "KMS not allowed": (
        Row(
            sent=ask(
                "CreateSecret",
                Name="db",
                SecretString="v",
                KmsKeyId=f"arn:aws:kms:us-east-1:{STRANGER}:key/{ABSENT}",
            )
        ),
    ),
    "too great": (Row(sent=ask("GetRandomPassword", PasswordLength=4097)),),
    "too short": (Row(sent=ask("GetSecretValue", SecretId="")),),
    "of no enum": (Row(sent=ask("ListSecrets", Filters=[{"Key": "invalid", "Values": ["x"]}])),),
    "of no pattern": (Row(sent=ask("GetResourcePolicy", SecretId="db", PolicyName="a b")),),
    "two violations": (Row(sent=ask("ListSecrets", MaxResults=0, SortOrder="up")),),
    "a batch of both": (
        Row(sent=ask("BatchGetSecretValue", SecretIdList=["db"], Filters=[{"Key": "name", "Values": ["d"]}])),
        Row(sent=ask("BatchGetSecretValue")),
    ),
    "a page of no filters": (Row(sent=ask("BatchGetSecretValue", SecretIdList=["db"], MaxResults=5)),),
    "no filter key": (Row(sent=ask("ListSecrets", Filters=[{"Values": ["x"]}])),),
    "no filter values": (Row(sent=ask("ListSecrets", Filters=[{"Key": "description"}])),),
    "a window out of range": tuple(
        Row(given=(MADE,), sent=ask("DeleteSecret", SecretId="db", RecoveryWindowInDays=days))
        for days in (6, 31, 0, -7)
    ),
    "a window and force": (
        Row(
            given=(MADE,),
            sent=ask("DeleteSecret", SecretId="db", RecoveryWindowInDays=7, ForceDeleteWithoutRecovery=True),
        ),
    ),
    "a password too short": (Row(sent=ask("GetRandomPassword", PasswordLength=3)),),
    "a type of character excluded": (Row(sent=ask("GetRandomPassword", ExcludeCharacters="0123456789")),),
    "all characters excluded": (
        Row(
            sent=ask(
                "GetRandomPassword",
                ExcludeNumbers=True,
                ExcludePunctuation=True,
                ExcludeUppercase=True,
                ExcludeLowercase=True,
            )
        ),
    ),
    "no value": (Row(given=(MADE,), sent=ask("PutSecretValue", SecretId="db")),),
    "no version to move to": tuple(
        Row(
            given=(MADE,),
            sent=ask("UpdateSecretVersionStage", SecretId="db", VersionStage="x", **{member: ABSENT}),
            known={"version": ABSENT},
        )
        for member in ("MoveToVersionId", "RemoveFromVersionId")
    ),
    "a label that is not there": (
        Row(
            given=(MADE, PUT),
            sent=ask(
                "UpdateSecretVersionStage",
                SecretId="db",
                VersionStage="AWSCURRENT",
                MoveToVersionId=V2,
                RemoveFromVersionId=V1,
            ),
            known={"label": "AWSCURRENT", "version": V1},
        ),
    ),
    "a policy that locks out": (
        Row(given=(MADE,), sent=ask("ValidateResourcePolicy", SecretId="db", ResourcePolicy=DENY_ALL)),
    ),
    "a broad policy": (Row(sent=ask("ValidateResourcePolicy", ResourcePolicy=EVERYBODY)),),
    "a policy's syntax": (
        Row(given=(MADE,), sent=ask("PutResourcePolicy", SecretId="db", ResourcePolicy="{")),
    ),
    "a policy's principal": (
        Row(given=(MADE,), sent=ask("PutResourcePolicy", SecretId="db", ResourcePolicy=ABSURD_PRINCIPAL)),
    ),
    "a policy's service principal": (
        Row(given=(MADE,), sent=ask("PutResourcePolicy", SecretId="db", ResourcePolicy=ABSURD_SERVICE)),
    ),
    "a broad policy, blocked": (
        Row(
            given=(MADE,),
            sent=ask("PutResourcePolicy", SecretId="db", ResourcePolicy=EVERYBODY, BlockPublicPolicy=True),
        ),
    ),
    "a replica in sync": (Row(given=REPLICATED, sent=DESCRIBED),),
    "a replica's name taken": (
        Row(given=(ask_at(TWO, "CreateSecret", Name="db"), *REPLICATED), sent=DESCRIBED),
    ),
    "a replica's name of another primary": (
        Row(
            given=(
                ask_at(THREE, "CreateSecret", Name="db", AddReplicaRegions=[{"Region": TWO}]),
                SETTLE,
                *REPLICATED,
            ),
            sent=DESCRIBED,
        ),
    ),
    "KMS: no key id": (Row(sent=ask("DescribeKey", KeyId="fake-key-id")),),
    "KMS: no key": (
        Row(sent=ask("DescribeKey", KeyId=ABSENT), known={"absent key": KEYS_HERE + ABSENT}),
        Row(
            sent=ask("Encrypt", KeyId=KEYS_HERE + ABSENT, Plaintext=BINARY),
            known={"absent key": KEYS_HERE + ABSENT},
        ),
    ),
    "KMS: no alias": (Row(sent=ask("DescribeKey", KeyId="alias/x")),),
    "KMS: another Region's key": (
        Row(sent=ask("DescribeKey", KeyId=f"arn:aws:kms:us-east-2:{ACCOUNT}:key/{ABSENT}")),
    ),
    "KMS: a disabled key": tuple(
        Row(given=(KEY, ENCRYPTED, ask("DisableKey", KeyId="<key>")), sent=sent)
        for sent in (
            ENCRYPTED,
            ask("Decrypt", CiphertextBlob="<ciphertext>"),
            ask("GenerateDataKey", KeyId="<key>", KeySpec="AES_256"),
        )
    ),
    "KMS: a ciphertext of another key": (
        Row(
            given=(KEY, ENCRYPTED, KEY),
            sent=ask("Decrypt", KeyId="<key>", CiphertextBlob="<ciphertext>"),
        ),
    ),
    "KMS: no ciphertext": (
        Row(sent=ask("Decrypt", CiphertextBlob=BINARY)),
        Row(
            given=(KEY, ENCRYPTED),
            sent=ask("Decrypt", CiphertextBlob="<ciphertext>", EncryptionContext={"a": "b"}),
        ),
    ),
    "KMS: a dry run": (Row(given=(KEY,), sent=ask("Encrypt", KeyId="<key>", Plaintext=BINARY, DryRun=True)),),
    "KMS: a tag twice": (Row(sent=ask("CreateKey", Tags=[{"TagKey": "k", "TagValue": "v"}] * 2)),),
    "KMS: a reserved tag": (Row(sent=ask("CreateKey", Tags=[{"TagKey": "aws:k", "TagValue": "v"}])),),
    "KMS: too many tags": (
        Row(sent=ask("CreateKey", Tags=[{"TagKey": f"k{n}", "TagValue": "v"} for n in range(51)])),
    ),
    "KMS: a plaintext too long": (
        Row(
            given=(KEY,),
            sent=ask("Encrypt", KeyId="<key>", Plaintext=base64.b64encode(bytes(4097)).decode()),
        ),
    ),
    "KMS: no bytes": (Row(given=(KEY,), sent=ask("GenerateDataKey", KeyId="<key>", NumberOfBytes=0)),),
    "KMS: a usage that is none": (Row(sent=ask("CreateKey", KeyUsage="RANDOM")),),
    "KMS: how many bytes": (Row(sent=ask("GenerateRandom")),),
    "KMS: no usage": (Row(sent=ask("CreateKey", KeySpec="HMAC_256")),),
    "KMS: pending deletion": tuple(
        Row(given=(KEY, ENCRYPTED, ask("ScheduleKeyDeletion", KeyId="<key>")), sent=sent)
        for sent in (
            ENCRYPTED,
            ask("Decrypt", CiphertextBlob="<ciphertext>"),
            ask("EnableKey", KeyId="<key>"),
        )
    ),
    "KMS: not pending deletion": (Row(given=(KEY,), sent=ask("CancelKeyDeletion", KeyId="<key>")),),
    "KMS: a usage that does not fit": (
        Row(given=(ask("CreateKey", KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC"),), sent=ENCRYPTED),
    ),
    "KMS: no primary key": (Row(given=(KEY,), sent=ask("ReplicateKey", KeyId="<key>", ReplicaRegion=TWO)),),
    "KMS: another origin": (
        Row(
            given=(KEY,),
            sent=ask(
                "GetParametersForImport",
                KeyId="<key>",
                WrappingAlgorithm="RSAES_OAEP_SHA_256",
                WrappingKeySpec="RSA_2048",
            ),
        ),
    ),
    "KMS: too many rotations": (Row(given=(KEY, *25 * (ROTATED_KEY,)), sent=ROTATED_KEY),),
    "KMS: an alias without its prefix": (
        Row(given=(KEY,), sent=ask("CreateAlias", AliasName="mine", TargetKeyId="<key>")),
    ),
    "KMS: a policy that locks out": (
        Row(sent=ask("CreateKey", Policy=policy(Principal={"AWS": ROOT_ARN}, Action="kms:Encrypt"))),
    ),
    "KMS: a policy of no principal": (
        Row(sent=ask("CreateKey", Policy=policy(Principal={"AWS": "nobody"}, Action="kms:*"))),
    ),
    "KMS: denied across accounts": (
        Row(
            sent=ask("DescribeKey", KeyId=f"arn:aws:kms:us-east-1:{STRANGER}:key/{ABSENT}"),
            known={"their key": f"arn:aws:kms:us-east-1:{STRANGER}:key/{ABSENT}"},
        ),
    ),
}

NO_FUNCTIONS = "rotation functions do not run yet"
OTHERS_SAY = "said by a program beside the service, and not by the service"

UNREACHED: dict[str, Unreached] = {
    "just deleted": Unreached(
        reason="a forced deletion is final at once (DIVERGENCES.md)",
        given=(MADE, GONE),
        sent=MADE,
    ),
    "cancelling no rotation": Unreached(
        reason="one implementation's words for what is asked of RotateSecret; here it is the recorded text for no "
        "function",
        given=(MADE,),
        sent=ask("CancelRotateSecret", SecretId="db"),
    ),
    "default key across accounts": Unreached(
        reason="no policy lets another account in yet", sent=ask("GetSecretValue", SecretId=THEIRS)
    ),
    "denied by IAM": Unreached(
        reason="an account's one principal is its root user, who is denied nothing in it",
        given=(MADE, ask("PutResourcePolicy", SecretId="db", ResourcePolicy=DENY_ALL)),
        sent=ask("GetSecretValue", SecretId="db"),
    ),
    "throttled": Unreached(
        reason="AWS's rates protect AWS; none is set here by itself",
        sent=ask("GetRandomPassword"),
    ),
    "token of another length": Unreached(
        reason="the model's constraint is violated first, and says so in its own words",
        given=(MADE,),
        sent=ask("PutSecretValue", SecretId="db", SecretString="w", ClientRequestToken="t" * 31),
    ),
    "managed by a service": Unreached(
        reason="no service of AWS's has secrets here; a name like theirs is a name",
        given=(ask("CreateSecret", Name="rds!db", SecretString="v"),),
        sent=ask("UpdateSecret", SecretId="rds!db", SecretString="w"),
    ),
    "marked, in the words of old pages": Unreached(
        reason="a phrase of old API pages, which the wire never had",
        given=(MADE, MARKED),
        sent=ask("GetSecretValue", SecretId="db"),
    ),
    "a value that KMS can't decrypt": Unreached(
        reason="quoted without KMS's request id and proxy, which are not there (DIVERGENCES.md)",
        given=(
            KEY,
            ask("CreateSecret", Name="db", SecretString="v", KmsKeyId="<key>"),
            ask("DisableKey", KeyId="<key>"),
        ),
        sent=ask("GetSecretValue", SecretId="db"),
    ),
    "an asymmetric key": Unreached(
        reason="keys are symmetric here", sent=ask("CreateKey", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    ),
    "a replica's name taken, by the model": Unreached(
        reason="the model's example; the real service was seen to say another text for it",
        given=(ask_at(TWO, "CreateSecret", Name="db"), *REPLICATED),
        sent=DESCRIBED,
    ),
    "a function: not enabled": Unreached(reason=OTHERS_SAY),
    "a function: no stage": Unreached(reason=OTHERS_SAY),
    "a function: not pending": Unreached(reason=OTHERS_SAY),
    "an event: a rotation's step failed": Unreached(reason=NO_FUNCTIONS),
    "a stack: half a template": Unreached(reason=OTHERS_SAY),
    "KMS: denied by a ciphertext": Unreached(
        reason="a ciphertext of another account does not open here, and is answered as one that is none",
        sent=ask("Decrypt", CiphertextBlob=BINARY),
    ),
    "KMS: unavailable": Unreached(reason="custody out of reach is 503 (DIVERGENCES.md)"),
}


# What is the case


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several(ONE, TWO, THREE) as made:
        yield made


def filled(value: Any, known: Mapping[str, str]) -> Any:
    match value:
        case str():
            for name, text in known.items():
                value = value.replace(f"<{name}>", text)
            return value
        case dict():
            return {name: filled(held, known) for name, held in value.items()}
        case list():
            return [filled(held, known) for held in value]
        case _:
            return value


def heard(regions: Regions, given: tuple[Sent, ...], sent: Sent) -> tuple[dict[str, str], Answer]:
    """Ask for what is given and then for what is sent; return what was learnt on the way, and the answer."""
    known: dict[str, str] = {}
    for before in given:
        if before is SETTLE:
            regions.settle()
            continue
        answer = asked(regions, before, known)
        assert answer.status == 200, (before, answer.refusal)
        learn(known, before, answer.members)
    return known, asked(regions, sent, known)


def asked(regions: Regions, sent: Sent, known: Mapping[str, str]) -> Answer:
    return regions[sent.at].ask(sent.operation, **filled(dict(sent.members), known))


def learn(known: dict[str, str], sent: Sent, members: dict[str, Any]) -> None:
    if sent.operation == "CreateSecret":
        known["arn"] = members["ARN"]
    elif sent.operation == "CreateKey":
        known["key"] = members["KeyMetadata"]["Arn"]
    elif sent.operation == "Encrypt":
        known["ciphertext"] = members["CiphertextBlob"]


def texts_in(answer: Answer) -> list[tuple[str, str]]:
    """Every (code, text) of an answer: of a refusal, of findings, of replicas."""
    members = answer.members
    if answer.status != 200:
        assert answer.status == 400
        return [answer.refusal[1:]]
    return [
        *((FINDING, found["ErrorMessage"]) for found in members.get("ValidationErrors", ())),
        *((STATUS, entry.get("StatusMessage", "")) for entry in members.get("ReplicationStatus", ())),
    ]


CASES = {
    f"{name}: {row.sent.operation} {number}": (name, row)
    for name, rows in ROWS.items()
    for number, row in enumerate(rows, start=1)
}


@pytest.mark.parametrize(("name", "row"), CASES.values(), ids=CASES)
def test_a_known_text_is_said_to_the_letter(regions: Regions, name: str, row: Row) -> None:
    text = TEXTS[name]

    known, answer = heard(regions, row.given, row.sent)

    assert texts_in(answer) == [(text.code, filled(text.text, {**known, **row.known}))]


ASKED_NEARLY = {name: one for name, one in UNREACHED.items() if one.sent is not None}


@pytest.mark.parametrize(("name", "unreached"), ASKED_NEARLY.items(), ids=ASKED_NEARLY)
def test_a_text_that_is_not_reached_is_really_not(regions: Regions, name: str, unreached: Unreached) -> None:
    """One that came into reach belongs into the table."""
    assert unreached.sent is not None
    text = TEXTS[name]

    known, answer = heard(regions, unreached.given, unreached.sent)

    assert (text.code, filled(text.text, {"version": V1, **known})) not in texts_in(answer)


def test_every_known_text_has_a_row_or_a_reason() -> None:
    assert not ROWS.keys() & UNREACHED.keys()
    assert ROWS.keys() | UNREACHED.keys() == TEXTS.keys()
    assert all(ROWS.values())
    assert all(one.reason for one in UNREACHED.values())


NEARLY: dict[str, ApiError] = {
    "another code": InvalidRequestException("Secrets Manager can't find the specified secret."),
    "without its stop": ResourceNotFoundException("Secrets Manager can't find the specified secret"),
    "another apostrophe": ResourceNotFoundException("Secrets Manager can’t find the specified secret."),
    "nothing": ResourceNotFoundException(),
}


@pytest.mark.parametrize("error", NEARLY.values(), ids=NEARLY)
def test_a_text_that_is_not_to_the_letter_is_noticed(regions: Regions, error: ApiError) -> None:
    """A planted fault: GetSecretValue says nearly what it should."""

    def refuse(_request: object, _scope: object, _store: object) -> NoReturn:
        raise error

    regions[ONE].faults = (Bound(operation=sm.GET_SECRET_VALUE, find=refuse, run=refuse),)
    regions[ONE].compose()

    with pytest.raises(AssertionError):
        test_a_known_text_is_said_to_the_letter(
            regions, "no such secret", Row(sent=ask("GetSecretValue", SecretId="db"))
        )
