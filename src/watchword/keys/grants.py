"""Grants: what they permit, what may stand in one, and who may end one. Pure.

A grant only allows. It permits its grantee the operations that it lists, and of those that take an encryption context
only the ones whose context fits its constraint. Constraints are ignored for DescribeKey, RetireGrant and CreateGrant, which
take none. What permits a caller, in a request, an action is one input of the policy decision (`granting`, `retiring`),
which asks for it where no policy allows: whoever has a permission by a grant alone makes no grant that is wider.

Principals are kept as policies keep them: users and roles by unique id, all others by ARN.

Source: KMS Developer Guide, Grants in AWS KMS, Creating grants, Retiring and revoking grants; KMS API, CreateGrant,
RetireGrant; facts A.2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from watchword.api.call import Granting, Principal
from watchword.api.errors import ValidationException
from watchword.api.shapes import kms
from watchword.keys.model import Grant, KeyUsage, KMSKey

CREATE = "CreateGrant"
RETIRE = "RetireGrant"
_WITHOUT_CONTEXT = frozenset({"DescribeKey", RETIRE, CREATE})
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

OPERATIONS: frozenset[str] = frozenset().union(*_OF_USAGE.values())
"""What a grant can permit; no other action needs to be looked for."""
ACTION_PREFIX = "kms:"

PRINCIPAL_ARN = re.compile(
    r"arn:aws[a-z-]*:(iam::[0-9]{12}:(root|(user|role|federated-user)/.+)|sts::[0-9]{12}:(assumed-role|federated-user)/.+)"
)


GrantsOf = Callable[[str], Iterable[Grant]]
"""A key's grants to one grantee, read as far as they are looked at."""


def names_of(principal: Principal) -> tuple[str, ...]:
    """As whom grants can name a caller: itself, who issued its session, its account."""
    partition = principal.arn.split(":", 2)[1]
    account = f"arn:{partition}:iam::{principal.account}:root"
    named = (principal.remembered_as, principal.issuer_remembered_as, account)
    return tuple(dict.fromkeys(filter(None, named)))


def granting(
    action: str,
    *,
    principal: Principal,
    grants_of: GrantsOf,
    context: Mapping[str, str] | None,
    wanted: Grant | None,
) -> Iterator[Granting]:
    """The grants on a key that permit a caller an action: for each of its names the first that does.

    `context` is the encryption context of the request; `wanted` the grant that CreateGrant asks for, which may not be wider
    than the one that permits to make it.
    """
    operation = action.removeprefix(ACTION_PREFIX)
    # Who may retire a grant is a matter of that grant, whatever others permit (`retiring`).
    if operation not in OPERATIONS or operation == RETIRE:
        return
    for name in names_of(principal):
        held = permitting(grants_of(name), principals=frozenset({name}), operation=operation, context=context)
        fitting = (one for one in held if wanted is None or is_no_wider(wanted, one))
        first = next(fitting, None)
        if first is not None:
            yield Granting(grant_id=first.grant_id, grantee=name)


def retiring(action: str, *, grant: Grant, partition: str) -> Iterator[Granting]:
    """Whom a grant lets retire it without any permission: the retiring principal, a grantee that was given RetireGrant,
    and the account in which it was made.

    Source: KMS API, RetireGrant.
    """
    if action != ACTION_PREFIX + RETIRE:
        return
    names = [f"arn:{partition}:iam::{grant.issuing_account}:root"]
    if grant.retiring:
        names.append(grant.retiring)
    if RETIRE in grant.operations:
        names.append(grant.grantee)
    for name in names:
        yield Granting(grant_id=grant.grant_id, grantee=name)


def permitting(
    grants: Iterable[Grant],
    *,
    principals: frozenset[str],
    operation: str,
    context: Mapping[str, str] | None = None,
) -> Iterator[Grant]:
    """The grants on a key that permit an operation to somebody.

    `principals`: every name that the caller has (`names_of`); `operation` as grants name it: ReEncrypt
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


def asked_for(request: kms.CreateGrantRequest, key: KMSKey) -> Grant:
    """The grant that a request asks for: what it permits, before anybody knows who is who, when, and by which id."""
    constraints = request.constraints or kms.GrantConstraints()
    return Grant(
        account=key.account,
        key_id=key.key_id,
        grant_id="",
        name=request.name or "",
        grantee=request.grantee_principal or "",
        retiring=request.retiring_principal or "",
        operations=tuple(sorted(set(request.operations or ()))),
        context_equals=constraints.encryption_context_equals,
        context_subset=constraints.encryption_context_subset,
        issuing_account="",
        created_ms=0,
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
