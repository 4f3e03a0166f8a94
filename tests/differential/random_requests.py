"""Requests and policies made from a seed: few names, so that policies meet requests often, and all of the language.

Each case is made from (seed, number) alone, so one that finds a difference can be made again without those before it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

OURS, THEIRS = "123456789012", "210987654321"
ANNA = f"arn:aws:iam::{OURS}:user/anna"
BEN = f"arn:aws:iam::{OURS}:user/ben"
ROLE = f"arn:aws:iam::{OURS}:role/reader"
SESSION = f"arn:aws:sts::{OURS}:assumed-role/reader/job"
OTHER_SESSION = f"arn:aws:sts::{OURS}:assumed-role/reader/other"
FEDERATED = f"arn:aws:sts::{OURS}:federated-user/fay"
STRANGER = f"arn:aws:iam::{THEIRS}:user/sam"
ROOT = f"arn:aws:iam::{OURS}:root"
SERVICE = "lambda.amazonaws.com"

SECRETS = [
    f"arn:aws:secretsmanager:us-east-1:{OURS}:secret:prod/db-AbCdEf",
    f"arn:aws:secretsmanager:eu-west-1:{OURS}:secret:test/anna-GhIjKl",
]
KEYS = [f"arn:aws:kms:us-east-1:{OURS}:key/11111111-1111-4111-8111-111111111111"]
ROLES = [f"arn:aws:iam::{OURS}:role/reader"]
RESOURCES = {
    "secretsmanager:GetSecretValue": SECRETS,
    "secretsmanager:DescribeSecret": SECRETS,
    "secretsmanager:TagResource": SECRETS,
    "secretsmanager:ListSecrets": ["*"],
    "kms:Decrypt": KEYS,
    "kms:GenerateDataKey": KEYS,
    "sts:AssumeRole": ROLES,
}
ACTIONS = [
    "*",
    "secretsmanager:*",
    "secretsmanager:Get*",
    "SecretsManager:GETsecretVALUE",
    "secretsmanager:*Secret*",
    "secretsmanager:?escribeSecret",
    "secretsmanager:TagResource",
    "kms:*",
    "kms:Decrypt",
    "kms:*Data*",
    "sts:AssumeRole",
    "sts:Assume*",
    "s3:*",
]
PATTERNS = [
    "*",
    "*",
    SECRETS[0],
    f"arn:aws:secretsmanager:*:{OURS}:secret:*",
    f"arn:aws:secretsmanager:us-east-1:{OURS}:secret:prod/*",
    f"arn:aws:secretsmanager:*:{OURS}:secret:prod/db-??????",
    "arn:aws:secretsmanager:*:*:secret:*/*a*-*",
    "arn:aws:secretsmanager:eu-*:*:secret:test/${aws:username}-*",
    "arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/team, 'prod'}/*",
    "arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/team}/*",
    f"arn:aws:secretsmanager:*:{THEIRS}:*",
    "arn:aws:kms:*:*:key/*",
    KEYS[0],
    f"arn:aws:kms:us-west-?:{OURS}:key/*",
    f"arn:aws:iam::{OURS}:role/*",
]
PRINCIPALS: list[Any] = [
    "*",
    {"AWS": "*"},
    {"AWS": OURS},
    {"AWS": ROOT},
    {"AWS": ANNA},
    {"AWS": [ANNA, BEN]},
    {"AWS": BEN},
    {"AWS": ROLE},
    {"AWS": SESSION},
    {"AWS": [OTHER_SESSION, STRANGER]},
    {"AWS": THEIRS},
    {"AWS": FEDERATED},
    {"Service": SERVICE},
    {"AWS": [ROOT, ANNA]},
    {"AWS": [ROOT, ROLE, SESSION]},
]

CONTEXT: dict[str, list[Any]] = {
    "aws:PrincipalTag/team": ["prod", "test", ""],
    "aws:ResourceTag/stage": ["prod", "Prod", "test"],
    "aws:RequestTag/team": ["prod", "x*y"],
    "aws:TagKeys": [["team"], ["team", "stage"], ["stage", "Owner"], []],
    "aws:SourceIp": ["10.1.2.3", "203.0.113.7", "2001:db8::1"],
    "aws:SecureTransport": ["true", "false"],
    "aws:CurrentTime": ["2026-11-22T01:30:00Z", "2020-02-29T23:59:59Z"],
    "aws:EpochTime": ["1795311000", "1000000000"],
    "aws:MultiFactorAuthAge": ["0", "300", "3600"],
    "aws:SourceArn": [f"arn:aws:lambda:us-east-1:{OURS}:function:rotate", "arn:aws:s3:::bucket/a:b/c"],
    "aws:UserAgent": ["boto3/1.0", "aws-cli (*)"],
}
STRINGS = ["aws:PrincipalTag/team", "aws:ResourceTag/stage", "aws:RequestTag/team", "aws:UserAgent"]
STRING_VALUES = [
    "prod",
    "test",
    "PROD",
    "p*",
    "*o*",
    "?rod",
    "*",
    "",
    "x${*}y",
    "boto3/*",
    "aws-cli (${*})",
    "${aws:PrincipalTag/team}",
    "${aws:PrincipalTag/team, 'test'}",
    "${AWS:username}",
]
NUMBERS = ["0", "299.5", "300", "3600", "1000"]
DATES = ["2026-11-22T01:30:00Z", "2026-11-22T02:30:00+01:00", "2020-03-01", "2026", "1795311000", "2030-01"]
NETWORKS = ["10.0.0.0/8", "203.0.113.7", "203.0.113.0/29", "2001:db8::/32", "0.0.0.0/0"]
ARNS = [
    f"arn:aws:lambda:us-east-1:{OURS}:function:rotate",
    f"arn:aws:lambda:*:{OURS}:function:*",
    "arn:aws:s3:::bucket/*",
    "arn:*:s3:*:*:bucket/*c",
    f"arn:aws:iam::{OURS}:user/${{aws:username}}",
    f"arn:aws:iam::{OURS}:*",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request with all policies, as the simulator reads it."""

    number: int
    principal: str
    action: str
    resource: str
    context: dict[str, Any]
    identity: list[dict[str, Any]]
    resource_policy: dict[str, Any] | None
    boundary: dict[str, Any] | None
    session: dict[str, Any] | None
    account: str = OURS

    @property
    def policies(self) -> list[dict[str, Any]]:
        others = (self.resource_policy, self.boundary, self.session)
        return [*self.identity, *(policy for policy in others if policy is not None)]

    def question(self) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "request": {
                "principal": self.principal,
                "action": self.action,
                "resource": {"resource": self.resource, "accountId": self.account},
                "contextVariables": self.context,
            },
            "identityPolicies": [
                {"name": f"identity-{index}", "policy": policy} for index, policy in enumerate(self.identity)
            ],
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
        }
        if self.resource_policy is not None:
            asked["resourcePolicy"] = self.resource_policy
        if self.boundary is not None:
            asked["permissionBoundaryPolicies"] = [{"name": "boundary", "policy": self.boundary}]
        if self.session is not None:
            asked["sessionPolicy"] = self.session
        return asked


def made(seed: int, number: int) -> Case:
    """Make a case."""
    chance = random.Random(f"{seed}/{number}")
    action = chance.choice(list(RESOURCES))
    resource = chance.choice(RESOURCES[action])
    principal = chance.choice([ANNA, ANNA, ANNA, SESSION, SESSION, SESSION, FEDERATED, STRANGER, SERVICE])
    has_policies = principal != SERVICE
    context = {key: chance.choice(values) for key, values in CONTEXT.items() if chance.random() < 0.6}
    if principal in (ANNA, STRANGER):
        context["aws:username"] = principal.rpartition("/")[2]
    if has_policies:
        context["aws:PrincipalArn"] = ROLE if principal == SESSION else principal
    trust = action == "sts:AssumeRole"
    always = trust or action.startswith("kms:")

    def policy(kind: str) -> dict[str, Any]:
        version = "2008-10-17" if chance.random() < 0.05 else "2012-10-17"
        count = chance.choice((1, 1, 2, 3))
        return {
            "Version": version,
            "Statement": [
                _statement(chance, kind=kind, action=action, resource=resource) for _ in range(count)
            ],
        }

    return Case(
        number=number,
        principal=principal,
        action=action,
        resource=resource,
        context=context,
        identity=[policy("identity") for _ in range(chance.choice((0, 1, 1, 2)))] if has_policies else [],
        resource_policy=(
            policy("trust" if trust else "resource")
            if resource != "*" and (always or chance.random() < 0.5)
            else None
        ),
        boundary=policy("identity") if has_policies and chance.random() < 0.25 else None,
        session=(
            policy("identity")
            if principal in (SESSION, FEDERATED)
            and chance.random() < (0.8 if principal == FEDERATED else 0.3)
            else None
        ),
    )


def _statement(chance: random.Random, *, kind: str, action: str, resource: str) -> dict[str, Any]:
    allow = chance.random() < 0.8
    statement: dict[str, Any] = {"Effect": "Allow" if allow else "Deny"}
    if kind != "identity":
        # NotPrincipal goes with a Deny alone, and with no trust policy.
        negated = not allow and kind == "resource" and chance.random() < 0.2
        statement["NotPrincipal" if negated else "Principal"] = chance.choice(
            PRINCIPALS[2 if negated else 0 :]
        )
    service = action.partition(":")[0]
    actions = ["sts:AssumeRole", "sts:*", "*"] if kind == "trust" else ACTIONS
    if chance.random() < 0.6:
        statement["Action"] = chance.choice((action, f"{service}:*", "*", [action.lower(), "s3:*"]))
    else:
        statement["NotAction" if chance.random() < 0.25 else "Action"] = _some(chance, actions)
    if kind != "trust":
        if chance.random() < 0.4:
            statement["Resource"] = chance.choice(("*", resource))
        else:
            statement["NotResource" if chance.random() < 0.2 else "Resource"] = _some(chance, PATTERNS)
    conditions: dict[str, Any] = {}
    while chance.random() < 0.35:
        operator, key, value = _condition(chance)
        keys = conditions.setdefault(operator, {})
        # A key under one operator twice is refused, also in another case.
        if key.lower() not in {name.lower() for name in keys}:
            keys[key] = value
    if conditions:
        statement["Condition"] = conditions
    return statement


def _some(chance: random.Random, values: list[str]) -> Any:
    if chance.random() < 0.5:
        return chance.choice(values)
    return chance.sample(values, chance.choice((1, 2, 3)) if len(values) > 2 else 1)


def _condition(chance: random.Random) -> tuple[str, str, Any]:
    suffix = "IfExists" if chance.random() < 0.2 else ""
    family = chance.choice(
        ("string", "string", "string", "tags", "number", "date", "bool", "ip", "arn", "null")
    )
    key, values = "", STRING_VALUES
    match family:
        case "string":
            operator = chance.choice(
                [
                    f"String{negated}{how}"
                    for negated in ("", "Not")
                    for how in ("Equals", "EqualsIgnoreCase", "Like")
                ]
            )
            key = chance.choice(STRINGS)
        case "tags":
            how = chance.choice(("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"))
            operator, key = f"{chance.choice(('ForAllValues', 'ForAnyValue'))}:{how}", "aws:TagKeys"
            values = ["team", "stage", "*", "t*", "Team", "Own?r"]
        case "number":
            operator = "Numeric" + chance.choice(_COMPARISONS)
            key, values = "aws:MultiFactorAuthAge", NUMBERS
        case "date":
            operator = "Date" + chance.choice(_COMPARISONS)
            key, values = chance.choice(("aws:CurrentTime", "aws:EpochTime")), DATES
        case "bool":
            operator, key, values = "Bool", "aws:SecureTransport", ["true", "false", "True"]
        case "ip":
            operator, key, values = chance.choice(("IpAddress", "NotIpAddress")), "aws:SourceIp", NETWORKS
        case "arn":
            operator = chance.choice(("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"))
            key, values = chance.choice(("aws:SourceArn", "aws:PrincipalArn")), ARNS
        case _:
            operator, suffix, values = "Null", "", ["true", "false"]
            key = chance.choice([*STRINGS, "aws:TagKeys", "aws:SourceIp"])
    written = chance.choice((key, key, key.upper() if "/" not in key else key))
    return operator + suffix, written, _some(chance, values)


_COMPARISONS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
