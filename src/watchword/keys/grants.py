"""Grants: what they permit, what may stand in one, and who may end one. Pure.

A grant only allows. It permits its grantee the operations that it lists, and of those that take an encryption context
only the ones whose context fits its constraint. Constraints are ignored for DescribeKey, RetireGrant and CreateGrant, which
take none. The policy decision takes `permitting` as one of its inputs.

Source: KMS Developer Guide, Grants in AWS KMS; KMS API, CreateGrant, RetireGrant; facts A.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from watchword.api.errors import ValidationException
from watchword.api.shapes import kms
from watchword.keys.model import Grant, KeyUsage

_WITHOUT_CONTEXT = frozenset({"DescribeKey", "RetireGrant", "CreateGrant"})
_OF_USAGE: Mapping[KeyUsage, frozenset[str]] = {
    KeyUsage.ENCRYPT_DECRYPT: frozenset(
        {
            "Decrypt",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext",
            "ReEncryptFrom",
            "ReEncryptTo",
        }
    )
    | _WITHOUT_CONTEXT,
    KeyUsage.GENERATE_VERIFY_MAC: frozenset({"GenerateMac", "VerifyMac"}) | _WITHOUT_CONTEXT,
}

PRINCIPAL_ARN = re.compile(
    r"arn:aws[a-z-]*:(iam::[0-9]{12}:(root|(user|role|federated-user)/.+)|sts::[0-9]{12}:(assumed-role|federated-user)/.+)"
)


def permitting(
    grants: Iterable[Grant],
    *,
    principals: frozenset[str],
    operation: str,
    context: Mapping[str, str] | None = None,
) -> Iterator[Grant]:
    """The grants on a key that permit an operation to somebody.

    `principals`: every ARN that the caller has (the session's and its role's); `operation` as grants name it: ReEncrypt
    is `ReEncryptFrom` on one key and `ReEncryptTo` on the other. `context` is the encryption context of the request.
    """
    for grant in grants:
        is_named = grant.grantee in principals and operation in grant.operations
        if is_named and (operation in _WITHOUT_CONTEXT or _fits(grant, context or {})):
            yield grant


def _fits(grant: Grant, context: Mapping[str, str]) -> bool:
    if grant.context_equals is not None:
        return dict(grant.context_equals) == dict(context)
    if grant.context_subset is not None:
        return all(context.get(name) == value for name, value in grant.context_subset.items())
    return True


def is_no_wider(grant: Grant, than: Grant) -> bool:
    """Whether a grant that was made by right of another one stays within it.

    Source: KMS Developer Guide, granting CreateGrant permission: no other operations, a constraint as narrow.
    """
    if not set(grant.operations) <= set(than.operations):
        return False
    if than.context_equals is not None:
        return grant.context_equals is not None and dict(grant.context_equals) == dict(than.context_equals)
    if than.context_subset is not None:
        held = grant.context_equals if grant.context_equals is not None else grant.context_subset
        return held is not None and than.context_subset.items() <= held.items()
    return True


def may_retire(grant: Grant, *, principals: frozenset[str], root_arn: str) -> bool:
    """The account in which the grant was made, its retiring principal, and a grantee that was given RetireGrant.

    Source: KMS API, RetireGrant.
    """
    return (
        root_arn in principals
        or (bool(grant.retiring) and grant.retiring in principals)
        or (grant.grantee in principals and "RetireGrant" in grant.operations)
    )


def same(grant: Grant, other: Grant) -> bool:
    """Whether two grants were asked for with the same name and parameters: then they are one. Source: CreateGrant, Name."""
    return bool(grant.name) and _parameters(grant) == _parameters(other)


def _parameters(grant: Grant) -> tuple[object, ...]:
    return (
        grant.name,
        grant.grantee,
        grant.retiring,
        grant.operations,
        None if grant.context_equals is None else dict(grant.context_equals),
        None if grant.context_subset is None else dict(grant.context_subset),
    )


def check_wanted(
    *, grantee: str | None, retiring: str | None, operations: Iterable[str], usage: KeyUsage
) -> None:
    """Refuse a grant to nobody who could be, or of what the key can't do.

    Raises:
        ValidationException: no grantee, no operation, or one that is not for this kind of key.
        InvalidArnException: a principal that is none.
    """
    if not grantee:
        raise ValidationException("a grant has a GranteePrincipal")
    for principal in (grantee, retiring):
        if principal and PRINCIPAL_ARN.fullmatch(principal) is None:
            raise kms.InvalidArnException("a principal is the ARN of an account, user, role or session")
    wanted = set(operations)
    if not wanted:
        raise ValidationException("a grant has at least one operation")
    wrong = sorted(wanted - _OF_USAGE[usage])
    if wrong:
        raise ValidationException(f"a key for {usage.value} can't be granted {', '.join(wrong)}")


def check_constraints(
    *, equals: Mapping[str, str] | None, subset: Mapping[str, str] | None, usage: KeyUsage
) -> None:
    """Refuse two constraints at once, and one on a key whose operations take no encryption context.

    Raises:
        ValidationException
    """
    if equals is not None and subset is not None:
        raise ValidationException("a grant has EncryptionContextEquals or EncryptionContextSubset, not both")
    if (equals is not None or subset is not None) and usage is not KeyUsage.ENCRYPT_DECRYPT:
        raise ValidationException(
            "a constraint on the encryption context is for symmetric encryption keys alone"
        )
