"""Requests with their policies and what AWS's pages say of them: the rows of `test_decision_evaluation.py`.

They are values, so that the same rows can be put to rules with a planted fault (`test_decision_faults.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from watchword.identity.policy_document import PolicyKind, read

OURS, THEIRS = "123456789012", "210987654321"
ROOT = f"arn:aws:iam::{OURS}:root"
ANNA = f"arn:aws:iam::{OURS}:user/anna"
BEN = f"arn:aws:iam::{OURS}:user/ben"
ROLE = f"arn:aws:iam::{OURS}:role/readers/reader"
LINKED_ROLE = f"arn:aws:iam::{OURS}:role/aws-service-role/mrk.kms.amazonaws.com/AWSServiceRoleForKeys"
SESSION = f"arn:aws:sts::{OURS}:assumed-role/reader/job"
FEDERATED = f"arn:aws:sts::{OURS}:federated-user/fay"
STRANGER = f"arn:aws:iam::{THEIRS}:user/sam"
STRANGE_ROOT = f"arn:aws:iam::{THEIRS}:root"
SERVICE = "lambda.amazonaws.com"
PROVIDER = f"arn:aws:iam::{OURS}:oidc-provider/token.example.com"

SECRET = f"arn:aws:secretsmanager:us-east-1:{OURS}:secret:prod/db-AbCdEf"
KEY = f"arn:aws:kms:us-east-1:{OURS}:key/11111111-1111-4111-8111-111111111111"
ANOTHER_ROLE = f"arn:aws:iam::{OURS}:role/admin"
GET, DECRYPT, ASSUME = "secretsmanager:GetSecretValue", "kms:Decrypt", "sts:AssumeRole"

WHO: Mapping[str, tuple[str, str, str]] = {
    "root": ("ROOT", ROOT, ""),
    "anna": ("USER", ANNA, ""),
    "session": ("ROLE_SESSION", SESSION, ROLE),
    "linked": ("ROLE_SESSION", SESSION, LINKED_ROLE),
    "federated": ("FEDERATED_USER", FEDERATED, ANNA),
    "stranger": ("USER", STRANGER, ""),
    "strange root": ("ROOT", STRANGE_ROOT, ""),
}
ANNA_ID, BEN_ID, ROLE_ID = "AIDAANNA", "AIDABEN", "AROAREADER"
KNOWN: Mapping[str, tuple[str, str, str]] = {
    "known anna": ("anna", ANNA_ID, ""),
    "known session": ("session", "", ROLE_ID),
    "known federated": ("federated", "", ANNA_ID),
}
"""Callers of `WHO` whose unique ids are known: their own, and their issuers'."""
Statement = dict[str, Any]
Verdict = tuple[str, str]
"""What was decided, and by which type of policy."""

ALLOWED, EXPLICIT, IMPLICIT = "allowed", "explicitly denied", "implicitly denied"
IDENTITY, RESOURCE, TRUST = "identity-based policy", "resource-based policy", "role trust policy"
BOUNDARY, SESSION_POLICY, BY_GRANT, BY_ROOT = "permissions boundary", "session policy", "grant", "root user"


def allow(**elements: Any) -> Statement:
    return _statement("Allow", elements)


def deny(**elements: Any) -> Statement:
    return _statement("Deny", elements)


def _statement(effect: str, elements: Mapping[str, Any]) -> Statement:
    """A statement on everything, but for what is given."""
    statement: Statement = {"Effect": effect}
    if "NotAction" not in elements:
        statement["Action"] = "*"
    if "NotResource" not in elements:
        statement["Resource"] = "*"
    return statement | dict(elements)


def to(principal: Any, **elements: Any) -> Statement:
    """An Allow of a resource's policy."""
    return allow(Principal=principal, **elements)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    who: str = "anna"
    action: str = GET
    resource: str = SECRET
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    identity: Sequence[Statement] = ()
    boundary: Sequence[Statement] | None = None
    session: Sequence[Statement] | None = None
    policy: Sequence[Statement] | None = None
    version: str = "2012-10-17"
    grants: Sequence[str] = ()
    """Grantees."""
    expected: Verdict


NOTHING = [allow(Action="s3:*")]
"""Policies that allow something else: what they don't say is denied implicitly."""

# Source: IAM User Guide, Policy evaluation logic, "Determining whether a request is allowed or denied".
SAME_ACCOUNT: dict[str, Row] = {
    "by default a request is denied": Row(expected=(IMPLICIT, IDENTITY)),
    "but for the root user's": Row(who="root", expected=(ALLOWED, BY_ROOT)),
    "an identity policy allows": Row(identity=[allow()], expected=(ALLOWED, IDENTITY)),
    "one that allows something else does not": Row(identity=NOTHING, expected=(IMPLICIT, IDENTITY)),
    "a resource's policy allows": Row(policy=[to({"AWS": ANNA})], expected=(ALLOWED, RESOURCE)),
    "either is enough": Row(identity=NOTHING, policy=[to({"AWS": ANNA})], expected=(ALLOWED, RESOURCE)),
    "a deny in an identity policy wins": Row(
        identity=[allow(), deny()], policy=[to({"AWS": ANNA})], expected=(EXPLICIT, IDENTITY)
    ),
    "a deny in the resource's policy wins": Row(
        identity=[allow()],
        policy=[to({"AWS": ANNA}), deny(Principal={"AWS": ANNA})],
        expected=(EXPLICIT, RESOURCE),
    ),
    "a deny in the boundary wins": Row(
        boundary=[allow(), deny()], policy=[to({"AWS": ANNA})], expected=(EXPLICIT, BOUNDARY)
    ),
    "a deny in the session policy wins": Row(
        who="session",
        session=[allow(), deny()],
        policy=[to({"AWS": SESSION})],
        expected=(EXPLICIT, SESSION_POLICY),
    ),
    "a deny of something else does nothing": Row(
        identity=[allow(), deny(Action=DECRYPT), deny(Resource=KEY)], expected=(ALLOWED, IDENTITY)
    ),
    "the root user is denied by a resource's policy": Row(
        who="root", policy=[deny(Principal="*")], expected=(EXPLICIT, RESOURCE)
    ),
    "and by one that denies its account": Row(
        who="root", policy=[deny(Principal={"AWS": OURS})], expected=(EXPLICIT, RESOURCE)
    ),
    "the boundary must allow as well": Row(
        identity=[allow()], boundary=NOTHING, expected=(IMPLICIT, BOUNDARY)
    ),
    "a boundary alone allows nothing": Row(boundary=[allow()], expected=(IMPLICIT, IDENTITY)),
    "both do": Row(identity=[allow()], boundary=[allow()], expected=(ALLOWED, IDENTITY)),
    "a boundary does not limit a service-linked role": Row(
        who="linked", identity=[allow()], boundary=NOTHING, expected=(ALLOWED, IDENTITY)
    ),
    "the session policy must allow as well": Row(
        who="session", identity=[allow()], session=NOTHING, expected=(IMPLICIT, SESSION_POLICY)
    ),
    "a session policy alone allows nothing": Row(
        who="session", session=[allow()], expected=(IMPLICIT, IDENTITY)
    ),
    "identity, boundary and session policy do": Row(
        who="session", identity=[allow()], boundary=[allow()], session=[allow()], expected=(ALLOWED, IDENTITY)
    ),
    "a role's session without session policy has all of the role's": Row(
        who="session", identity=[allow()], expected=(ALLOWED, IDENTITY)
    ),
    "a federated user without session policy has none": Row(
        who="federated", identity=[allow()], expected=(IMPLICIT, SESSION_POLICY)
    ),
    "with one it has what both allow": Row(
        who="federated", identity=[allow()], session=[allow()], expected=(ALLOWED, IDENTITY)
    ),
    "but never more than the user who vouched": Row(
        who="federated", session=[allow()], expected=(IMPLICIT, IDENTITY)
    ),
}

# Source: as above, "Resource-based policies and implicit denies in other policy types (same account)".
FINAL: dict[str, Row] = {
    "a user's ARN is final: the boundary does not limit it": Row(
        boundary=NOTHING, policy=[to({"AWS": ANNA})], expected=(ALLOWED, RESOURCE)
    ),
    "a session's ARN is final": Row(
        who="session",
        boundary=NOTHING,
        session=NOTHING,
        policy=[to({"AWS": SESSION})],
        expected=(ALLOWED, RESOURCE),
    ),
    "a federated user's ARN is final": Row(
        who="federated",
        boundary=NOTHING,
        session=NOTHING,
        policy=[to({"AWS": FEDERATED})],
        expected=(ALLOWED, RESOURCE),
    ),
    "and needs no session policy": Row(
        who="federated", policy=[to({"AWS": FEDERATED})], expected=(ALLOWED, RESOURCE)
    ),
    "a role's ARN needs no identity policy": Row(
        who="session", policy=[to({"AWS": ROLE})], expected=(ALLOWED, RESOURCE)
    ),
    "but is limited by the boundary": Row(
        who="session", boundary=NOTHING, policy=[to({"AWS": ROLE})], expected=(IMPLICIT, BOUNDARY)
    ),
    "and by the session policy": Row(
        who="session", session=NOTHING, policy=[to({"AWS": ROLE})], expected=(IMPLICIT, SESSION_POLICY)
    ),
    "and allowed within both": Row(
        who="session",
        boundary=[allow()],
        session=[allow()],
        policy=[to({"AWS": ROLE})],
        expected=(ALLOWED, RESOURCE),
    ),
    "the ARN of the user who vouched is limited likewise": Row(
        who="federated", session=NOTHING, policy=[to({"AWS": ANNA})], expected=(IMPLICIT, SESSION_POLICY)
    ),
    "also where there is no session policy": Row(
        who="federated", policy=[to({"AWS": ANNA})], expected=(IMPLICIT, SESSION_POLICY)
    ),
    "and allowed within it": Row(
        who="federated", session=[allow()], policy=[to({"AWS": ANNA})], expected=(ALLOWED, RESOURCE)
    ),
    "everybody is whoever asks: no identity policy is needed": Row(
        policy=[to("*")], expected=(ALLOWED, RESOURCE)
    ),
    "AWS: * is everybody": Row(policy=[to({"AWS": "*"})], expected=(ALLOWED, RESOURCE)),
    "granted to everybody is not limited by boundary or session policy": Row(
        who="session", boundary=NOTHING, session=NOTHING, policy=[to("*")], expected=(ALLOWED, RESOURCE)
    ),
    "but denied by an explicit deny": Row(
        who="session", identity=[deny()], policy=[to("*")], expected=(EXPLICIT, IDENTITY)
    ),
    "the account's ARN only delegates": Row(policy=[to({"AWS": ROOT})], expected=(IMPLICIT, IDENTITY)),
    "so does its number": Row(policy=[to({"AWS": OURS})], expected=(IMPLICIT, IDENTITY)),
    "the identity policy then decides": Row(
        identity=[allow()], policy=[to({"AWS": OURS})], expected=(ALLOWED, IDENTITY)
    ),
    "the closest of several statements counts": Row(
        boundary=NOTHING,
        policy=[to({"AWS": OURS}), to({"AWS": ANNA}), to({"AWS": OURS})],
        expected=(ALLOWED, RESOURCE),
    ),
    "only a statement that applies counts": Row(
        policy=[to({"AWS": OURS}), to({"AWS": ANNA}, Action=DECRYPT), to({"AWS": ANNA}, Resource=KEY)],
        expected=(IMPLICIT, IDENTITY),
    ),
    "another user's ARN is not this one's": Row(policy=[to({"AWS": BEN})], expected=(IMPLICIT, IDENTITY)),
    "another session's is not this one's": Row(
        who="session", policy=[to({"AWS": SESSION.replace("job", "other")})], expected=(IMPLICIT, IDENTITY)
    ),
    "a role is not the user of its name": Row(
        who="session", policy=[to({"AWS": ROLE.replace("role/", "user/")})], expected=(IMPLICIT, IDENTITY)
    ),
    "a deny of the role denies its sessions": Row(
        who="session",
        identity=[allow()],
        policy=[deny(Principal={"AWS": ROLE})],
        expected=(EXPLICIT, RESOURCE),
    ),
    "a deny of the account denies everybody in it": Row(
        identity=[allow()], policy=[deny(Principal={"AWS": ROOT})], expected=(EXPLICIT, RESOURCE)
    ),
    "a deny of another user denies nobody else": Row(
        identity=[allow()], policy=[deny(Principal={"AWS": BEN})], expected=(ALLOWED, IDENTITY)
    ),
}

# Source: Cross-account policy evaluation logic: both accounts have to allow.
CROSS_ACCOUNT: dict[str, Row] = {
    "the identity policy alone does not reach across": Row(
        who="stranger", identity=[allow()], expected=(IMPLICIT, RESOURCE)
    ),
    "nor does the resource's policy": Row(
        who="stranger", policy=[to({"AWS": STRANGER})], expected=(IMPLICIT, IDENTITY)
    ),
    "both do": Row(
        who="stranger", identity=[allow()], policy=[to({"AWS": STRANGER})], expected=(ALLOWED, IDENTITY)
    ),
    "to the account is enough": Row(
        who="stranger", identity=[allow()], policy=[to({"AWS": THEIRS})], expected=(ALLOWED, IDENTITY)
    ),
    "to everybody as well": Row(
        who="stranger", identity=[allow()], policy=[to("*")], expected=(ALLOWED, IDENTITY)
    ),
    "to everybody alone is not": Row(who="stranger", policy=[to("*")], expected=(IMPLICIT, IDENTITY)),
    "the resource's own account is another one": Row(
        who="stranger", identity=[allow()], policy=[to({"AWS": OURS})], expected=(IMPLICIT, RESOURCE)
    ),
    "the boundary limits, whomever the resource's policy names": Row(
        who="stranger",
        identity=[allow()],
        boundary=NOTHING,
        policy=[to({"AWS": STRANGER})],
        expected=(IMPLICIT, BOUNDARY),
    ),
    "a deny on either side wins: theirs": Row(
        who="stranger",
        identity=[allow(), deny()],
        policy=[to({"AWS": STRANGER})],
        expected=(EXPLICIT, IDENTITY),
    ),
    "a deny on either side wins: ours": Row(
        who="stranger",
        identity=[allow()],
        policy=[to({"AWS": STRANGER}), deny(Principal={"AWS": THEIRS})],
        expected=(EXPLICIT, RESOURCE),
    ),
    "another account's root user needs the resource's policy": Row(
        who="strange root", expected=(IMPLICIT, RESOURCE)
    ),
    "and no policy of its own": Row(
        who="strange root", policy=[to({"AWS": THEIRS})], expected=(ALLOWED, BY_ROOT)
    ),
}

# Source: KMS Developer Guide, Key policies, "Allows access to the account"; Grants; Troubleshooting key access.
KEYS: dict[str, Row] = {
    "no policy of a key, no access": Row(
        action=DECRYPT, resource=KEY, identity=[allow()], expected=(IMPLICIT, RESOURCE)
    ),
    "not even the root user's": Row(
        who="root", action=DECRYPT, resource=KEY, policy=[to({"AWS": ANNA})], expected=(IMPLICIT, RESOURCE)
    ),
    "the account's ARN lets identity policies decide": Row(
        action=DECRYPT,
        resource=KEY,
        identity=[allow()],
        policy=[to({"AWS": ROOT})],
        expected=(ALLOWED, IDENTITY),
    ),
    "and gives nothing by itself": Row(
        action=DECRYPT, resource=KEY, policy=[to({"AWS": ROOT})], expected=(IMPLICIT, IDENTITY)
    ),
    "but to the root user": Row(
        who="root", action=DECRYPT, resource=KEY, policy=[to({"AWS": ROOT})], expected=(ALLOWED, RESOURCE)
    ),
    "a user's ARN is enough": Row(
        action=DECRYPT, resource=KEY, policy=[to({"AWS": ANNA})], expected=(ALLOWED, RESOURCE)
    ),
    "a role's ARN is, within the boundary": Row(
        who="session",
        action=DECRYPT,
        resource=KEY,
        boundary=NOTHING,
        policy=[to({"AWS": ROLE})],
        expected=(IMPLICIT, BOUNDARY),
    ),
    "another account needs both": Row(
        who="stranger",
        action=DECRYPT,
        resource=KEY,
        policy=[to({"AWS": STRANGER})],
        expected=(IMPLICIT, IDENTITY),
    ),
    "a grant is enough": Row(
        action=DECRYPT, resource=KEY, policy=[to({"AWS": BEN})], grants=[ANNA], expected=(ALLOWED, BY_GRANT)
    ),
    "a grant to a role is one to its sessions": Row(
        who="session", action=DECRYPT, resource=KEY, grants=[ROLE], expected=(ALLOWED, BY_GRANT)
    ),
    "within their session policies": Row(
        who="session",
        action=DECRYPT,
        resource=KEY,
        grants=[ROLE],
        session=NOTHING,
        expected=(IMPLICIT, SESSION_POLICY),
    ),
    "a grant to another account's user is enough": Row(
        who="stranger", action=DECRYPT, resource=KEY, grants=[STRANGER], expected=(ALLOWED, BY_GRANT)
    ),
    "a grant to somebody else is nothing": Row(
        action=DECRYPT, resource=KEY, grants=[BEN], expected=(IMPLICIT, RESOURCE)
    ),
    "a grant to an account hands the decision to its policies": Row(
        action=DECRYPT,
        resource=KEY,
        policy=[to({"AWS": BEN})],
        identity=[allow()],
        grants=[ROOT],
        expected=(ALLOWED, IDENTITY),
    ),
    "and allows nobody by itself": Row(
        action=DECRYPT, resource=KEY, policy=[to({"AWS": BEN})], grants=[ROOT], expected=(IMPLICIT, IDENTITY)
    ),
    "but its root user": Row(
        who="root",
        action=DECRYPT,
        resource=KEY,
        policy=[to({"AWS": BEN})],
        grants=[ROOT],
        expected=(ALLOWED, BY_GRANT),
    ),
    "a grant to another account is none to this one": Row(
        action=DECRYPT,
        resource=KEY,
        policy=[to({"AWS": BEN})],
        identity=[allow()],
        grants=[STRANGE_ROOT],
        expected=(IMPLICIT, RESOURCE),
    ),
    "a deny takes back what is granted": Row(
        action=DECRYPT, resource=KEY, identity=[deny()], grants=[ANNA], expected=(EXPLICIT, IDENTITY)
    ),
}

# Source: IAM User Guide, How IAM roles differ from resource-based policies; AssumeRole.
TRUSTS: dict[str, Row] = {
    "an identity policy alone assumes no role": Row(
        action=ASSUME, resource=ANOTHER_ROLE, identity=[allow()], expected=(IMPLICIT, TRUST)
    ),
    "a trusted user needs no identity policy": Row(
        action=ASSUME, resource=ANOTHER_ROLE, policy=[to({"AWS": ANNA})], expected=(ALLOWED, TRUST)
    ),
    "a user of a trusted account does": Row(
        action=ASSUME, resource=ANOTHER_ROLE, policy=[to({"AWS": OURS})], expected=(IMPLICIT, IDENTITY)
    ),
    "with one it is let in": Row(
        action=ASSUME,
        resource=ANOTHER_ROLE,
        identity=[allow()],
        policy=[to({"AWS": OURS})],
        expected=(ALLOWED, IDENTITY),
    ),
    "a trusted stranger needs one as well": Row(
        who="stranger",
        action=ASSUME,
        resource=ANOTHER_ROLE,
        policy=[to({"AWS": STRANGER})],
        expected=(IMPLICIT, IDENTITY),
    ),
    "a deny in the trust policy": Row(
        action=ASSUME,
        resource=ANOTHER_ROLE,
        policy=[to({"AWS": ANNA}), deny(Principal="*")],
        expected=(EXPLICIT, TRUST),
    ),
    "a service": Row(
        who=SERVICE,
        action=ASSUME,
        resource=ANOTHER_ROLE,
        policy=[to({"Service": SERVICE})],
        expected=(ALLOWED, TRUST),
    ),
    "another service": Row(
        who="ec2.amazonaws.com",
        action=ASSUME,
        resource=ANOTHER_ROLE,
        policy=[to({"Service": SERVICE})],
        expected=(IMPLICIT, TRUST),
    ),
    "a web identity": Row(
        who=PROVIDER,
        action="sts:AssumeRoleWithWebIdentity",
        resource=ANOTHER_ROLE,
        policy=[to({"Federated": PROVIDER})],
        expected=(ALLOWED, TRUST),
    ),
    # Ours: who trusts `*` has chosen no identity provider.
    "a web identity is not everybody": Row(
        who=PROVIDER,
        action="sts:AssumeRoleWithWebIdentity",
        resource=ANOTHER_ROLE,
        policy=[to("*")],
        expected=(IMPLICIT, TRUST),
    ),
    "but everybody who is denied": Row(
        who=PROVIDER,
        action="sts:AssumeRoleWithWebIdentity",
        resource=ANOTHER_ROLE,
        policy=[to({"Federated": PROVIDER}), deny(Principal="*")],
        expected=(EXPLICIT, TRUST),
    ),
}

# Source: JSON policy elements: Principal, NotPrincipal.
PRINCIPALS: dict[str, Row] = {
    "a service has what a resource's policy gives": Row(
        who=SERVICE, policy=[to({"Service": SERVICE})], expected=(ALLOWED, RESOURCE)
    ),
    "and nothing else": Row(who=SERVICE, expected=(IMPLICIT, RESOURCE)),
    "a service is not the AWS principal of its name": Row(
        who=SERVICE, policy=[to({"AWS": OURS})], expected=(IMPLICIT, RESOURCE)
    ),
    "a deny of everybody denies a service": Row(
        who=SERVICE, policy=[to({"Service": SERVICE}), deny(Principal="*")], expected=(EXPLICIT, RESOURCE)
    ),
    "nobody known has what everybody has": Row(who="", policy=[to("*")], expected=(ALLOWED, RESOURCE)),
    "and what the account has not": Row(who="", policy=[to({"AWS": OURS})], expected=(IMPLICIT, RESOURCE)),
    "NotPrincipal with Deny denies all others": Row(
        identity=[allow()],
        policy=[deny(NotPrincipal={"AWS": [BEN, ROOT]})],
        expected=(EXPLICIT, RESOURCE),
    ),
    "it spares who is named, with the account": Row(
        identity=[allow()], policy=[deny(NotPrincipal={"AWS": [ANNA, ROOT]})], expected=(ALLOWED, IDENTITY)
    ),
    "not who is named without it": Row(
        identity=[allow()], policy=[deny(NotPrincipal={"AWS": ANNA})], expected=(EXPLICIT, RESOURCE)
    ),
    "nor whose account alone is named": Row(
        identity=[allow()], policy=[deny(NotPrincipal={"AWS": ROOT})], expected=(EXPLICIT, RESOURCE)
    ),
    "a session needs account, role and session": Row(
        who="session",
        identity=[allow()],
        policy=[deny(NotPrincipal={"AWS": [ROOT, ROLE, SESSION]})],
        expected=(ALLOWED, IDENTITY),
    ),
    "account and role are not enough": Row(
        who="session",
        identity=[allow()],
        policy=[deny(NotPrincipal={"AWS": [ROOT, ROLE]})],
        expected=(EXPLICIT, RESOURCE),
    ),
    "account and session are not enough": Row(
        who="session",
        identity=[allow()],
        policy=[deny(NotPrincipal={"AWS": [ROOT, SESSION]})],
        expected=(EXPLICIT, RESOURCE),
    ),
    "the root user is its account": Row(
        who="root", policy=[deny(NotPrincipal={"AWS": OURS})], expected=(ALLOWED, BY_ROOT)
    ),
    "who has a boundary is denied, named or not": Row(
        identity=[allow()],
        boundary=[allow()],
        policy=[deny(NotPrincipal={"AWS": [ANNA, ROOT]})],
        expected=(EXPLICIT, RESOURCE),
    ),
    "a service that is named is spared": Row(
        who=SERVICE,
        policy=[to({"Service": SERVICE}), deny(NotPrincipal={"Service": SERVICE})],
        expected=(ALLOWED, RESOURCE),
    ),
    "a service that is not is denied": Row(
        who=SERVICE,
        policy=[to({"Service": SERVICE}), deny(NotPrincipal={"AWS": OURS})],
        expected=(EXPLICIT, RESOURCE),
    ),
    "NotPrincipal with Allow lets in all others": Row(
        policy=[allow(NotPrincipal={"AWS": BEN})], expected=(ALLOWED, RESOURCE)
    ),
    "but who is named in any way": Row(
        policy=[allow(NotPrincipal={"AWS": ROOT})], expected=(IMPLICIT, IDENTITY)
    ),
}

# Source: JSON policy elements: Action, NotAction, Resource, NotResource; Variables and tags.
REQUEST = {
    "aws:securetransport": ("true",),
    "aws:principaltag/team": ("prod",),
    "aws:requestedregion": ("us-east-1",),
}
ELEMENTS: dict[str, Row] = {
    name: Row(
        identity=[statement],
        context=REQUEST,
        expected=(ALLOWED, IDENTITY) if allowed else (IMPLICIT, IDENTITY),
    )
    for name, statement, allowed in (
        ("an action as it is written", allow(Action=GET), True),
        ("an action's case means nothing", allow(Action="SECRETSMANAGER:getsecretvalue"), True),
        ("another action", allow(Action="secretsmanager:PutSecretValue"), False),
        ("one of several actions", allow(Action=[DECRYPT, GET]), True),
        ("an action with *", allow(Action="secretsmanager:Get*"), True),
        ("an action with * inside", allow(Action="secretsmanager:*Value"), True),
        ("an action with ?", allow(Action="secretsmanager:?etSecretValue"), True),
        ("? is one character", allow(Action="secretsmanager:?GetSecretValue"), False),
        ("all actions of a service", allow(Action="secretsmanager:*"), True),
        ("all actions of another", allow(Action="kms:*"), False),
        ("a prefix is no action", allow(Action="secretsmanager:GetSecret"), False),
        ("NotAction allows the others", allow(NotAction="secretsmanager:Put*"), True),
        ("and not what it names", allow(NotAction=[DECRYPT, "secretsmanager:get*"]), False),
        ("a resource as it is written", allow(Resource=SECRET), True),
        ("a resource's case means something", allow(Resource=SECRET.replace("prod", "Prod")), False),
        ("one of several resources", allow(Resource=[KEY, SECRET]), True),
        ("a resource with * at its end", allow(Resource=SECRET.replace("db-AbCdEf", "*")), True),
        ("a resource with ??????", allow(Resource=SECRET.replace("AbCdEf", "??????")), True),
        ("a character too few", allow(Resource=SECRET.replace("AbCdEf", "?????")), False),
        (
            "* spans slashes and colons of the last field",
            allow(Resource=SECRET.replace("secret:prod/db", "*")),
            True,
        ),
        ("* in a field", allow(Resource=SECRET.replace("us-east-1", "us-*")), True),
        ("? in a field", allow(Resource=SECRET.replace("us-east-1", "us-east-?")), True),
        ("* is a whole field", allow(Resource=SECRET.replace("us-east-1", "*").replace(OURS, "*")), True),
        (
            "* stays in its field",
            allow(Resource=f"arn:aws:secretsmanager:*:secret:prod/db-AbCdEf:{OURS}:x"),
            False,
        ),
        (
            "a * spans no colon before the last field",
            allow(Resource="arn:aws:secretsmanager:us*:*:db-AbCdEf"),
            False,
        ),
        ("a field's inner text", allow(Resource=SECRET.replace("us-east-1", "*s?e*t*1*")), True),
        ("another inner text", allow(Resource=SECRET.replace("us-east-1", "*w?s*t*1*")), False),
        ("another field of a pattern", allow(Resource=SECRET.replace("us-east-1", "eu-*")), False),
        (
            "a field without wildcards",
            allow(Resource=SECRET.replace("us-east-1", "us-east-2").replace("AbCdEf", "??????")),
            False,
        ),
        ("a condition that holds", allow(Condition={"Bool": {"aws:SecureTransport": "true"}}), True),
        ("one that does not", allow(Condition={"Bool": {"aws:SecureTransport": "false"}}), False),
        (
            "the second of two",
            allow(
                Condition={"Bool": {"aws:SecureTransport": "true"}, "Null": {"aws:SecureTransport": "true"}}
            ),
            False,
        ),
        (
            "a variable in a resource",
            allow(Resource=SECRET.replace("prod", "${aws:PrincipalTag/team}")),
            True,
        ),
        (
            "a variable in a resource of another Region",
            allow(
                Resource=SECRET.replace("us-east-1", "us-east-2").replace("prod", "${aws:PrincipalTag/team}")
            ),
            False,
        ),
        (
            "a variable without value matches no resource",
            allow(Resource=SECRET.replace("prod/db-AbCdEf", "${aws:username}*")),
            False,
        ),
        (
            "a variable before the fifth colon is none",
            allow(Resource=SECRET.replace("us-east-1", "${aws:RequestedRegion}")),
            False,
        ),
        (
            "NotResource with a variable",
            allow(NotResource=SECRET.replace("prod", "${aws:PrincipalTag/team}")),
            False,
        ),
        # Ours: nobody knows what was to be left out.
        ("NotResource with a variable without value", allow(NotResource=KEY[:-1] + "${aws:username}"), False),
        ("another account's", allow(Resource=SECRET.replace(OURS, THEIRS)), False),
        ("NotResource allows the others", allow(NotResource=KEY), True),
        (
            "and not what it names",
            allow(NotResource=[KEY, "arn:aws:secretsmanager:*:*:secret:prod/*"]),
            False,
        ),
        ("NotResource * is nothing", allow(NotResource="*"), False),
    )
}


UNRESOLVED: dict[str, Row] = {
    # Ours, the other half: a Deny leaves nothing out.
    "a Deny with NotResource and a variable without value denies": Row(
        identity=[allow(), deny(NotResource=SECRET.replace("db-AbCdEf", "${aws:username}*"))],
        expected=(EXPLICIT, IDENTITY),
    ),
    "with a value it spares what it names": Row(
        identity=[allow(), deny(NotResource=SECRET.replace("db-AbCdEf", "${aws:username}*"))],
        context={"aws:username": ("db",)},
        expected=(ALLOWED, IDENTITY),
    ),
    "in the old version a variable in a resource is text": Row(
        identity=[allow(Resource=SECRET.replace("prod", "${aws:username}"))],
        context={"aws:username": ("prod",)},
        version="2008-10-17",
        expected=(IMPLICIT, IDENTITY),
    ),
    "a name where nothing was found is matched by *": Row(
        resource="prod/db", identity=[allow()], expected=(ALLOWED, IDENTITY)
    ),
    "and by no pattern": Row(
        resource="prod/db",
        identity=[allow(Resource="arn:aws:secretsmanager:*:*:*")],
        expected=(IMPLICIT, IDENTITY),
    ),
}


def judged(row: Row, *, compiled: ModuleType, decision: ModuleType) -> Verdict:
    """What these rules decide."""
    kinds = compiled.CallerKind
    name, unique_id, issuer_id = KNOWN.get(row.who, (row.who, "", ""))
    if name in WHO:
        kind, arn, issuer = WHO[name]
        who = compiled.caller(kinds[kind], arn, issuer_arn=issuer, unique_id=unique_id, issuer_id=issuer_id)
    else:
        outside = kinds.WEB_IDENTITY if row.who == PROVIDER else kinds.SERVICE if row.who else kinds.ANONYMOUS
        who = compiled.outsider(outside, row.who)
    is_role = row.resource == ANOTHER_ROLE

    def policies(statements: Sequence[Statement] | None, kind: PolicyKind) -> Any:
        if statements is None:
            return None
        if kind is PolicyKind.TRUST:
            statements = [
                {name: held for name, held in one.items() if name != "Resource"} for one in statements
            ]
        text = json.dumps({"Version": row.version, "Statement": list(statements)})
        return compiled.policy_set([compiled.compiled(read(text, kind=kind), name=str(kind))])

    decided = decision.decide(
        decision.Asked(action=row.action, resource=row.resource, caller=who, context=row.context),
        identity=decision.PoliciesOfPrincipal(
            identity=policies(row.identity or None, PolicyKind.IDENTITY) or compiled.NOTHING,
            boundary=policies(row.boundary, PolicyKind.IDENTITY),
            session=policies(row.session, PolicyKind.IDENTITY),
        ),
        resource=decision.ResourceSide(
            account=OURS,
            policy=policies(row.policy, PolicyKind.TRUST if is_role else PolicyKind.RESOURCE),
            decides_itself=is_role or row.resource == KEY,
            is_role=is_role,
            grants=tuple(
                decision.Granted(grant_id=f"grant-{index}", grantee=grantee)
                for index, grantee in enumerate(row.grants)
            ),
        ),
    )
    verdict = ALLOWED if decided.allowed else EXPLICIT if decided.explicit else IMPLICIT
    return verdict, str(decided.by)


# Source: IAM User Guide, JSON policy elements: Principal ("if you delete and recreate the role"); decision 0008.
REMEMBERED: dict[str, Row] = {
    "a user is named by its id": Row(
        who="known anna", policy=[to({"AWS": ANNA_ID})], expected=(ALLOWED, RESOURCE)
    ),
    "finally": Row(
        who="known anna", boundary=NOTHING, policy=[to({"AWS": ANNA_ID})], expected=(ALLOWED, RESOURCE)
    ),
    "not by the ARN that it has now": Row(
        who="known anna", policy=[to({"AWS": ANNA})], expected=(IMPLICIT, IDENTITY)
    ),
    "nor by the id of who had its name before": Row(
        who="known anna", policy=[to({"AWS": "AIDABEFORE"})], expected=(IMPLICIT, IDENTITY)
    ),
    "a deny of its id denies it": Row(
        who="known anna",
        identity=[allow()],
        policy=[deny(Principal={"AWS": ANNA_ID})],
        expected=(EXPLICIT, RESOURCE),
    ),
    "a deny of its namesake does not": Row(
        who="known anna",
        identity=[allow()],
        policy=[deny(Principal={"AWS": "AIDABEFORE"})],
        expected=(ALLOWED, IDENTITY),
    ),
    "a deny of all but its id spares it": Row(
        who="known anna",
        identity=[allow()],
        policy=[deny(NotPrincipal={"AWS": [ROOT, ANNA_ID]})],
        expected=(ALLOWED, IDENTITY),
    ),
    "a deny of all but its namesake does not spare it": Row(
        who="known anna",
        identity=[allow()],
        policy=[deny(NotPrincipal={"AWS": [ROOT, ANNA]})],
        expected=(EXPLICIT, RESOURCE),
    ),
    "a session is named by its role's id": Row(
        who="known session", policy=[to({"AWS": ROLE_ID})], expected=(ALLOWED, RESOURCE)
    ),
    "within its boundary": Row(
        who="known session", boundary=NOTHING, policy=[to({"AWS": ROLE_ID})], expected=(IMPLICIT, BOUNDARY)
    ),
    "not by its role's ARN": Row(
        who="known session", policy=[to({"AWS": ROLE})], expected=(IMPLICIT, IDENTITY)
    ),
    "and by its own ARN, finally": Row(
        who="known session", boundary=NOTHING, policy=[to({"AWS": SESSION})], expected=(ALLOWED, RESOURCE)
    ),
    "a deny of all but role and session spares the session": Row(
        who="known session",
        identity=[allow()],
        policy=[deny(NotPrincipal={"AWS": [ROOT, ROLE_ID, SESSION]})],
        expected=(ALLOWED, IDENTITY),
    ),
    "a federated user is named by the id of who vouched": Row(
        who="known federated", session=[allow()], policy=[to({"AWS": ANNA_ID})], expected=(ALLOWED, RESOURCE)
    ),
    "and not by that one's ARN": Row(
        who="known federated", session=[allow()], policy=[to({"AWS": ANNA})], expected=(IMPLICIT, IDENTITY)
    ),
    "a grant is to an id": Row(
        who="known anna", action=DECRYPT, resource=KEY, grants=[ANNA_ID], expected=(ALLOWED, BY_GRANT)
    ),
    "not to whoever has the ARN": Row(
        who="known anna", action=DECRYPT, resource=KEY, grants=[ANNA, BEN_ID], expected=(IMPLICIT, RESOURCE)
    ),
    "a grant to a role's id is one to its sessions": Row(
        who="known session", action=DECRYPT, resource=KEY, grants=[ROLE_ID], expected=(ALLOWED, BY_GRANT)
    ),
    "and not one to the role's ARN": Row(
        who="known session", action=DECRYPT, resource=KEY, grants=[ROLE], expected=(IMPLICIT, RESOURCE)
    ),
}

CHAPTERS: Mapping[str, Mapping[str, Row]] = {
    "same account": SAME_ACCOUNT,
    "final": FINAL,
    "cross account": CROSS_ACCOUNT,
    "keys": KEYS,
    "trusts": TRUSTS,
    "principals": PRINCIPALS,
    "elements": ELEMENTS,
    "unresolved": UNRESOLVED,
    "remembered": REMEMBERED,
}
ROWS: Mapping[str, Row] = {
    f"{chapter}: {number}. {name}": row
    for chapter, rows in CHAPTERS.items()
    for number, (name, row) in enumerate(rows.items(), start=1)
}
