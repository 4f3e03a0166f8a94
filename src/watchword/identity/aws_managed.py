"""AWS's managed policies, the few that people who keep secrets attach. The documents say what AWS's say.

They belong to no account and never change here; a deployment has no services that AWS's longer ones name, so those are cut
to what is here. Source: AWS Managed Policy Reference Guide; facts A.3.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

import msgspec


class AWSManaged(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    path: str
    policy_id: str
    """`ANPA…`, AWS's own where it is published."""
    description: str
    document: str


def _document(*statements: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))


def _allow(*actions: str, resource: str = "*") -> Mapping[str, object]:
    return {
        "Effect": "Allow",
        "Action": list(actions) if len(actions) > 1 else actions[0],
        "Resource": resource,
    }


_POLICIES = (
    AWSManaged(
        name="AdministratorAccess",
        path="/",
        policy_id="ANPAIWMBCKSKIEE64ZLYK",
        description="Provides full access to AWS services and resources.",
        document=_document(_allow("*")),
    ),
    AWSManaged(
        name="PowerUserAccess",
        path="/",
        policy_id="ANPAJYRXTHIB4FOVS3ZXS",
        description="Provides full access to AWS services and resources, but does not allow management of Users and groups.",
        document=_document(
            {
                "Effect": "Allow",
                "NotAction": ["iam:*", "organizations:*", "account:*"],
                "Resource": "*",
            },
            _allow(
                "iam:CreateServiceLinkedRole",
                "iam:DeleteServiceLinkedRole",
                "iam:ListRoles",
                "account:ListRegions",
                "account:GetAccountInformation",
            ),
        ),
    ),
    AWSManaged(
        name="ReadOnlyAccess",
        path="/",
        policy_id="ANPAILL3HVNFSB6DCOWYQ",
        description="Provides read-only access to AWS services and resources.",
        document=_document(
            _allow(
                "account:Get*",
                "account:List*",
                "cloudformation:Describe*",
                "cloudformation:Get*",
                "cloudformation:List*",
                "ec2:Describe*",
                "iam:Generate*",
                "iam:Get*",
                "iam:List*",
                "iam:Simulate*",
                "kms:Describe*",
                "kms:Get*",
                "kms:List*",
                "lambda:Get*",
                "lambda:List*",
                "secretsmanager:Describe*",
                "secretsmanager:GetResourcePolicy",
                "secretsmanager:List*",
                "sts:GetAccessKeyInfo",
                "sts:GetCallerIdentity",
                "sts:GetSessionToken",
            )
        ),
    ),
    AWSManaged(
        name="SecurityAudit",
        path="/",
        policy_id="ANPAIX2T3QCXHR2OGGCTO",
        description="The security audit template grants access to read security configuration metadata.",
        document=_document(
            _allow(
                "account:GetRegionOptStatus",
                "account:ListRegions",
                "ec2:Describe*",
                "iam:GenerateCredentialReport",
                "iam:GenerateServiceLastAccessedDetails",
                "iam:Get*",
                "iam:List*",
                "iam:SimulateCustomPolicy",
                "iam:SimulatePrincipalPolicy",
                "kms:Describe*",
                "kms:GetKeyPolicy",
                "kms:GetKeyRotationStatus",
                "kms:List*",
                "lambda:GetFunctionConfiguration",
                "lambda:GetPolicy",
                "lambda:List*",
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetResourcePolicy",
                "secretsmanager:ListSecretVersionIds",
                "secretsmanager:ListSecrets",
            )
        ),
    ),
    AWSManaged(
        name="ViewOnlyAccess",
        path="/job-function/",
        policy_id="ANPAID22R6XPJATWOFDK6",
        description="Grants permissions to view resources and basic metadata across AWS services.",
        document=_document(
            _allow(
                "cloudformation:DescribeStacks",
                "cloudformation:ListStacks",
                "ec2:DescribeRegions",
                "iam:Get*",
                "iam:List*",
                "kms:ListAliases",
                "kms:ListKeys",
                "lambda:List*",
                "secretsmanager:ListSecrets",
                "sts:Get*",
            )
        ),
    ),
    AWSManaged(
        name="IAMFullAccess",
        path="/",
        policy_id="ANPAI7XKCFMBPM3QQRRVQ",
        description="Provides full access to IAM.",
        document=_document(_allow("iam:*")),
    ),
    AWSManaged(
        name="IAMReadOnlyAccess",
        path="/",
        policy_id="ANPAJKSO7NDY4T57MWDSQ",
        description="Provides read only access to IAM.",
        document=_document(_allow("iam:Generate*", "iam:Get*", "iam:List*", "iam:Simulate*")),
    ),
    AWSManaged(
        name="SecretsManagerReadWrite",
        path="/",
        policy_id="ANPAI3VG7CI5BIQZQ6G2E",
        description="Provides read/write access to AWS Secrets Manager, and what its rotation needs.",
        document=_document(
            _allow(
                "secretsmanager:*",
                "cloudformation:CreateChangeSet",
                "cloudformation:DescribeChangeSet",
                "cloudformation:DescribeStackResource",
                "cloudformation:DescribeStacks",
                "cloudformation:ExecuteChangeSet",
                "kms:DescribeKey",
                "kms:ListAliases",
                "kms:ListKeys",
                "lambda:ListFunctions",
            ),
            _allow(
                "lambda:AddPermission",
                "lambda:CreateFunction",
                "lambda:GetFunction",
                "lambda:InvokeFunction",
                "lambda:UpdateFunctionConfiguration",
                resource="arn:*:lambda:*:*:function:SecretsManager*",
            ),
        ),
    ),
    AWSManaged(
        name="AWSKeyManagementServicePowerUser",
        path="/",
        policy_id="ANPAJNPP7PPPPMJRV2SA4",
        description="Provides access to AWS Key Management Service (KMS).",
        document=_document(
            _allow(
                "kms:CreateAlias",
                "kms:CreateKey",
                "kms:DeleteAlias",
                "kms:Describe*",
                "kms:GenerateRandom",
                "kms:Get*",
                "kms:List*",
                "kms:TagResource",
                "kms:UntagResource",
                "iam:ListGroups",
                "iam:ListRoles",
                "iam:ListUsers",
            )
        ),
    ),
    AWSManaged(
        name="AWSLambdaBasicExecutionRole",
        path="/service-role/",
        policy_id="ANPAJNCQGXC42545SKXIK",
        description="Provides write permissions to CloudWatch Logs.",
        document=_document(_allow("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")),
    ),
)
_BY_PATH: Mapping[str, AWSManaged] = {f"{one.path}{one.name}": one for one in _POLICIES}


def all_of(partition: str) -> Mapping[str, AWSManaged]:
    """By ARN, in the order of their names."""
    return _of(partition)


def policy(arn: str) -> AWSManaged | None:
    """The policy that has this ARN, in whichever partition."""
    parts = arn.split(":", 5)
    if len(parts) != 6 or (parts[0], *parts[2:5]) != ("arn", "iam", "", "aws"):
        return None
    return _BY_PATH.get(parts[5].removeprefix("policy"))


def document_of(arn: str) -> str | None:
    found = policy(arn)
    return None if found is None else found.document


@cache
def _of(partition: str) -> Mapping[str, AWSManaged]:
    named = sorted(_POLICIES, key=lambda one: one.name.lower())
    return {f"arn:{partition}:iam::aws:policy{one.path}{one.name}": one for one in named}
