"""Grants: whom they permit what, and what may stand in one (KMS Developer Guide, Grants in AWS KMS; facts A.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.unit.keys.made import ACCOUNT, ALICE, ROLE, ROOT, grant

from watchword.api.call import Principal, PrincipalKind, root_of
from watchword.api.errors import ApiError, ValidationException
from watchword.api.shapes import kms
from watchword.keys import grants
from watchword.keys.model import Grant, KeyUsage

DEPARTMENT = {"department": "finance"}
BOTH = {"department": "finance", "classification": "critical"}

PERMITS: dict[str, tuple[Grant, str, Mapping[str, str] | None, bool]] = {
    "what it lists": (grant("Encrypt"), "Encrypt", {}, True),
    "nothing else": (grant("Encrypt"), "Decrypt", {}, False),
    "any context where it has no constraint": (grant("Decrypt"), "Decrypt", BOTH, True),
    "an equal context": (grant("Decrypt", equals=DEPARTMENT), "Decrypt", DEPARTMENT, True),
    "an equal context in another order": (
        grant("Decrypt", equals=BOTH),
        "Decrypt",
        dict(reversed(BOTH.items())),
        True,
    ),
    "no larger context where it has to be equal": (
        grant("Decrypt", equals=DEPARTMENT),
        "Decrypt",
        BOTH,
        False,
    ),
    "no context where it has to be equal": (grant("Decrypt", equals=DEPARTMENT), "Decrypt", None, False),
    "a larger context where it has to hold some": (
        grant("Decrypt", subset=DEPARTMENT),
        "Decrypt",
        BOTH,
        True,
    ),
    "no smaller context": (grant("Decrypt", subset=BOTH), "Decrypt", DEPARTMENT, False),
    "no other value": (grant("Decrypt", subset=DEPARTMENT), "Decrypt", {"department": "Finance"}, False),
    "no name in another case": (
        grant("Decrypt", subset=DEPARTMENT),
        "Decrypt",
        {"Department": "finance"},
        False,
    ),
    "DescribeKey without a context": (grant("DescribeKey", equals=DEPARTMENT), "DescribeKey", None, True),
    "RetireGrant without a context": (grant("RetireGrant", subset=BOTH), "RetireGrant", None, True),
    "one side of ReEncrypt": (grant("ReEncryptFrom"), "ReEncryptFrom", {}, True),
    "not the other side": (grant("ReEncryptFrom"), "ReEncryptTo", {}, False),
}


@pytest.mark.parametrize(("held", "operation", "context", "permitted"), PERMITS.values(), ids=PERMITS)
def test_a_grant_permits(
    held: Grant, operation: str, context: Mapping[str, str] | None, permitted: bool
) -> None:
    found = list(
        grants.permitting([held], principals=frozenset({ALICE}), operation=operation, context=context)
    )

    assert found == ([held] if permitted else [])


def test_a_grant_permits_its_grantee_and_nobody_else() -> None:
    held = [grant("Decrypt"), grant("Decrypt", grantee=ROLE)]
    session = frozenset({"arn:aws:sts::123456789012:assumed-role/app/one", ROLE})

    assert list(grants.permitting(held, principals=session, operation="Decrypt")) == held[1:]
    assert list(grants.permitting(held, principals=frozenset({ROOT}), operation="Decrypt")) == []


RETIRERS: dict[str, tuple[Grant, set[str]]] = {
    "the account": (grant("Decrypt"), {ROOT}),
    "the retiring principal": (grant("Decrypt", retiring="AROAAPP"), {ROOT, "AROAAPP"}),
    "a grantee who was let": (grant("Decrypt", "RetireGrant"), {ROOT, ALICE}),
    "both": (grant("RetireGrant", grantee="AIDAANN", retiring=ROLE), {ROOT, "AIDAANN", ROLE}),
}


@pytest.mark.parametrize(("held", "who"), RETIRERS.values(), ids=RETIRERS)
def test_a_grant_is_retired_without_a_permission_by(held: Grant, who: set[str]) -> None:
    found = list(grants.retiring("kms:RetireGrant", grant=held, partition="aws"))

    assert {one.grantee for one in found} == who
    assert {one.grant_id for one in found} == {held.grant_id}
    assert list(grants.retiring("kms:RevokeGrant", grant=held, partition="aws")) == []


NAMES: dict[str, tuple[Principal, tuple[str, ...]]] = {
    "a root user": (root_of(ACCOUNT, partition="aws"), (ROOT,)),
    "a user": (
        Principal(
            kind=PrincipalKind.USER, arn=ALICE, account=ACCOUNT, user_id="AIDAALICE", unique_id="AIDAALICE"
        ),
        ("AIDAALICE", ROOT),
    ),
    "a role's session": (
        Principal(
            kind=PrincipalKind.ROLE_SESSION,
            arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/app/job",
            account=ACCOUNT,
            user_id="AROAAPP:job",
            unique_id="AROAAPP:job",
            issuer_arn=ROLE,
            issuer_id="AROAAPP",
        ),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/app/job", "AROAAPP", ROOT),
    ),
}


@pytest.mark.parametrize(("principal", "names"), NAMES.values(), ids=NAMES)
def test_grants_can_name(principal: Principal, names: tuple[str, ...]) -> None:
    assert grants.names_of(principal) == names


WIDER = {
    "the same": (grant("Encrypt"), grant("Encrypt"), True),
    "fewer operations": (grant("Encrypt"), grant("Encrypt", "Decrypt"), True),
    "more operations": (grant("Encrypt", "Decrypt"), grant("Encrypt"), False),
    "a constraint where there was none": (grant("Encrypt", equals=BOTH), grant("Encrypt"), True),
    "none where there was one": (grant("Encrypt"), grant("Encrypt", subset=DEPARTMENT), False),
    "more in the subset": (grant("Encrypt", subset=BOTH), grant("Encrypt", subset=DEPARTMENT), True),
    "less in the subset": (grant("Encrypt", subset=DEPARTMENT), grant("Encrypt", subset=BOTH), False),
    "equal to what holds the subset": (
        grant("Encrypt", equals=BOTH),
        grant("Encrypt", subset=DEPARTMENT),
        True,
    ),
    "a subset of what has to be equal": (grant("Encrypt", subset=BOTH), grant("Encrypt", equals=BOTH), False),
}


@pytest.mark.parametrize(("made", "parent", "within"), WIDER.values(), ids=WIDER)
def test_a_grant_that_is_passed_on_is_no_wider(made: Grant, parent: Grant, within: bool) -> None:
    assert grants.is_no_wider(made, parent) is within


def test_a_named_grant_that_is_asked_for_again_is_the_same_one() -> None:
    first = grant("Decrypt", name="app", subset=DEPARTMENT)
    again = replace(first, grant_id="0" * 64, created_ms=1)

    assert grants.same(first, again)
    assert not grants.same(replace(first, name=""), replace(again, name=""))
    assert not grants.same(first, replace(again, operations=("Encrypt",)))
    assert not grants.same(first, replace(again, context_subset=None, context_equals=DEPARTMENT))


WANTED: dict[str, tuple[str | None, str | None, tuple[str, ...], KeyUsage, type[ApiError]]] = {
    "nobody": (None, None, ("Decrypt",), KeyUsage.ENCRYPT_DECRYPT, ValidationException),
    "a name": ("alice", None, ("Decrypt",), KeyUsage.ENCRYPT_DECRYPT, kms.InvalidArnException),
    "a bucket": ("arn:aws:s3:::b", None, ("Decrypt",), KeyUsage.ENCRYPT_DECRYPT, kms.InvalidArnException),
    "a retirer who is none": (
        ALICE,
        "alice",
        ("Decrypt",),
        KeyUsage.ENCRYPT_DECRYPT,
        kms.InvalidArnException,
    ),
    "nothing": (ALICE, None, (), KeyUsage.ENCRYPT_DECRYPT, ValidationException),
    "a MAC under a key that encrypts": (
        ALICE,
        None,
        ("GenerateMac",),
        KeyUsage.ENCRYPT_DECRYPT,
        ValidationException,
    ),
    "encryption under a key for MACs": (
        ALICE,
        None,
        ("Decrypt",),
        KeyUsage.GENERATE_VERIFY_MAC,
        ValidationException,
    ),
    "a signature": (ALICE, None, ("Sign",), KeyUsage.ENCRYPT_DECRYPT, ValidationException),
}


@pytest.mark.parametrize(("grantee", "retiring", "operations", "usage", "error"), WANTED.values(), ids=WANTED)
def test_a_grant_is_refused_to(
    grantee: str | None,
    retiring: str | None,
    operations: tuple[str, ...],
    usage: KeyUsage,
    error: type[ApiError],
) -> None:
    with pytest.raises(error):
        grants.check_wanted(grantee=grantee, retiring=retiring, operations=operations, usage=usage)


@pytest.mark.parametrize(
    "principal",
    [
        ROOT,
        ALICE,
        ROLE,
        "arn:aws:sts::123456789012:assumed-role/app/session",
        "arn:aws-us-gov:iam::123456789012:role/path/app",
    ],
)
def test_a_grant_is_given_to(principal: str) -> None:
    grants.check_wanted(
        grantee=principal, retiring=principal, operations=("Decrypt",), usage=KeyUsage.ENCRYPT_DECRYPT
    )


def test_a_constraint_is_one_and_for_keys_that_encrypt() -> None:
    grants.check_constraints(equals=BOTH, subset=None, usage=KeyUsage.ENCRYPT_DECRYPT)
    grants.check_constraints(equals=None, subset=None, usage=KeyUsage.GENERATE_VERIFY_MAC)

    with pytest.raises(ValidationException):
        grants.check_constraints(equals=BOTH, subset=BOTH, usage=KeyUsage.ENCRYPT_DECRYPT)
    with pytest.raises(ValidationException):
        grants.check_constraints(equals=BOTH, subset=None, usage=KeyUsage.GENERATE_VERIFY_MAC)
