"""Resource policies: which names they have, what is refused, and what a change does to a secret. Pure.

A secret has at most one policy, `default`, and as a replica of another account's secret a managed one besides. `default`
is stored as it was sent, but for users and roles, which it names by unique id, and replicated with everything else.
Whether a document obeys the grammar, and whether it is public, is identity's knowledge: it comes in through
`PolicyReader`; who is who, through `Call.names`.

Source: Secrets Manager API, PutResourcePolicy and ValidateResourcePolicy; facts 8.4, 8.5.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from watchword.api.call import Names, UnknownPrincipal
from watchword.api.shapes.secretsmanager import (
    InvalidParameterException,
    MalformedPolicyDocumentException,
    PublicPolicyException,
    ResourceNotFoundException,
)
from watchword.regions.arn import ARN
from watchword.secrets.model import Secret

DEFAULT_NAME = "default"
ACROSS_NAME = "cross-account-replication"
"""The managed policy of a replica of another account's secret; it is there as long as the replica is one."""
ACCEPT_ACTION = "secretsmanager:AcceptCrossAccountReplication"
"""What it lets the primary's account do; no operation of the API."""
JOINED_MAX = 1_024

SYNTAX_ERROR = "This resource policy contains a syntax error."
UNSUPPORTED_PRINCIPAL = "This resource policy contains an unsupported principal."
INVALID_SERVICE_PRINCIPAL = "This resource policy contains an invalid service principal."
BROAD = (
    "This resource policy grants broad access to your secret. "
    "Secrets Manager does not allow creating and applying such policies in the console."
)
LOCKED_OUT = "Your requested changes will not allow you to manage this secret in the future."
BLOCKED = "You can't attach a resource-based policy that allows broad access to the secret."
ONLY_DEFAULT = "You can only attach or delete the default resource policy."
CANT_FIND_POLICY = "Secrets Manager can't find the specified resource policy."


class PolicyFindings(Protocol):
    """What is wrong with a policy document. Of a malformed one nothing else is known."""

    @property
    def malformed(self) -> bool: ...

    @property
    def unsupported_principal(self) -> bool: ...

    @property
    def invalid_service_principal(self) -> bool: ...

    @property
    def public(self) -> bool:
        """It gives broad access."""


class PolicyReader(Protocol):
    """Reads a policy document and says what is wrong with it; identity's, handed in where a process is composed."""

    def __call__(self, text: str, /) -> PolicyFindings: ...


def check_changeable(policy_name: str | None) -> None:
    """Refuse to attach or delete any policy but `default`.

    Raises:
        InvalidParameterException

    Source: Secrets Manager API, PutResourcePolicy and DeleteResourcePolicy, PolicyName; the text is ours.
    """
    if policy_name not in (None, DEFAULT_NAME):
        raise InvalidParameterException(ONLY_DEFAULT)


def managed(secret: Secret) -> str | None:
    """The policy that lets the primary's account replicate to this secret. AWS's text is unknown; this is ours."""
    if secret.primary_across is None:
        return None
    partition, account = secret.partition, ARN.parse(secret.primary_across.arn).account
    statement = {
        "Sid": "CrossAccountReplication",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
        "Action": ACCEPT_ACTION,
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def deciding(secret: Secret) -> str | None:
    """What is decided on: the statements of all the policies that a secret has, in one document."""
    across = managed(secret)
    if across is None or secret.policy is None:
        return secret.policy if across is None else across
    return _joined(secret.policy, across)


@lru_cache(maxsize=JOINED_MAX)
def _joined(policy: str, across: str) -> str:
    """The first document with the statements of the second too, which has no variables and so reads alike in any version."""
    document = json.loads(policy)
    statements = document["Statement"]
    own = statements if isinstance(statements, list) else [statements]
    return json.dumps(document | {"Statement": [*own, *json.loads(across)["Statement"]]})


def names_of(secret: Secret) -> tuple[str, ...]:
    """`default` first, then the others by name. Source: Secrets Manager API, ListResourcePolicies."""
    default = () if secret.policy is None else (DEFAULT_NAME,)
    return default if secret.primary_across is None else (*default, ACROSS_NAME)


def check_readable(secret: Secret, policy_name: str | None) -> None:
    """Refuse the name of a policy that can't be there. Source: Secrets Manager API, GetResourcePolicy, PolicyName.

    Raises:
        ResourceNotFoundException
    """
    if policy_name == ACROSS_NAME and secret.primary_across is not None:
        return
    if policy_name not in (None, DEFAULT_NAME):
        raise ResourceNotFoundException(CANT_FIND_POLICY)


def check_attachable(found: PolicyFindings, *, block_public: bool) -> None:
    """Refuse a document that is no policy of a secret, and on request one that gives broad access.

    Raises:
        MalformedPolicyDocumentException, PublicPolicyException
    """
    for wrong, _, text in _document_checks(found):
        if wrong:
            raise MalformedPolicyDocumentException(text)
    if block_public and found.public:
        raise PublicPolicyException(BLOCKED)


def kept(document: str, names: Names) -> str:
    """A document that obeys the grammar, as it is stored: users and roles by unique id (decision 0008).

    Raises:
        MalformedPolicyDocumentException: one of them does not exist. Source: facts 8.4.
    """
    try:
        return names.policy_remembered(document)
    except UnknownPrincipal as error:
        raise MalformedPolicyDocumentException(UNSUPPORTED_PRINCIPAL) from error


def validation_errors(
    found: PolicyFindings, *, unknown_principal: bool, locks_out: bool
) -> tuple[tuple[str, str], ...]:
    """Everything that ValidateResourcePolicy reports: the name of each check that failed, and AWS's text.

    AWS's names of the checks are unknown; these are ours (DIVERGENCES.md).
    """
    checks = (
        *_document_checks(found, unknown_principal=unknown_principal),
        (found.public, "BroadAccess", BROAD),
        (locks_out, "LockOut", LOCKED_OUT),
    )
    return tuple((check, text) for wrong, check, text in checks if wrong)


def _document_checks(
    found: PolicyFindings, *, unknown_principal: bool = False
) -> tuple[tuple[bool, str, str], ...]:
    """Whether a check of the document failed, its name, and AWS's text."""
    return (
        (found.malformed, "Syntax", SYNTAX_ERROR),
        (found.unsupported_principal or unknown_principal, "Principal", UNSUPPORTED_PRINCIPAL),
        (found.invalid_service_principal, "ServicePrincipal", INVALID_SERVICE_PRINCIPAL),
    )


def with_policy(secret: Secret, policy: str | None, *, now: int) -> Secret:
    """The secret with this policy, or with none; one that has it already stays as it is."""
    if policy == secret.policy:
        return secret
    revision = secret.revision + 1
    return replace(
        secret,
        policy=policy,
        revision=revision,
        head_revision=revision,
        changed_ms=now,
        stamp=secret.stamp + 1,
    )
