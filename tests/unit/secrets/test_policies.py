"""Resource policies: what is refused in which words, and what a change does to a secret (facts 8.5)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from tests.unit.secrets.made import NOW, secret

from watchword.api.errors import ApiError
from watchword.api.shapes.secretsmanager import (
    InvalidParameterException,
    MalformedPolicyDocumentException,
    PublicPolicyException,
    ResourceNotFoundException,
)
from watchword.secrets.policies import (
    check_attachable,
    check_changeable,
    check_readable,
    validation_errors,
    with_policy,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a reader of documents answers."""

    malformed: bool = False
    unsupported_principal: bool = False
    invalid_service_principal: bool = False
    public: bool = False


SYNTAX = "This resource policy contains a syntax error."
PRINCIPAL = "This resource policy contains an unsupported principal."
SERVICE = "This resource policy contains an invalid service principal."
BROAD = (
    "This resource policy grants broad access to your secret. "
    "Secrets Manager does not allow creating and applying such policies in the console."
)
BLOCKED = "You can't attach a resource-based policy that allows broad access to the secret."

REFUSED: dict[str, tuple[Found, bool, type[ApiError], str]] = {
    "a syntax error": (Found(malformed=True), False, MalformedPolicyDocumentException, SYNTAX),
    "a principal": (Found(unsupported_principal=True), False, MalformedPolicyDocumentException, PRINCIPAL),
    "a service": (Found(invalid_service_principal=True), False, MalformedPolicyDocumentException, SERVICE),
    "both kinds of principal": (
        Found(unsupported_principal=True, invalid_service_principal=True),
        False,
        MalformedPolicyDocumentException,
        PRINCIPAL,
    ),
    "a public policy that is blocked": (Found(public=True), True, PublicPolicyException, BLOCKED),
    "what is wrong, before what is public": (
        Found(unsupported_principal=True, public=True),
        True,
        MalformedPolicyDocumentException,
        PRINCIPAL,
    ),
}


@pytest.mark.parametrize(("found", "block", "error", "text"), REFUSED.values(), ids=REFUSED)
def test_a_policy_that_is_not_attached(found: Found, block: bool, error: type[ApiError], text: str) -> None:
    with pytest.raises(error) as refused:
        check_attachable(found, block_public=block)

    assert refused.value.message == text


@pytest.mark.parametrize(("public", "block"), [(False, False), (False, True), (True, False)])
def test_a_policy_that_is_attached(public: bool, block: bool) -> None:
    check_attachable(Found(public=public), block_public=block)


VALIDATED: dict[str, tuple[Found, tuple[tuple[str, str], ...]]] = {
    "nothing wrong": (Found(), ()),
    "a syntax error": (Found(malformed=True), (("Syntax", SYNTAX),)),
    "public": (Found(public=True), (("BroadAccess", BROAD),)),
    "everything else at once": (
        Found(unsupported_principal=True, invalid_service_principal=True, public=True),
        (("Principal", PRINCIPAL), ("ServicePrincipal", SERVICE), ("BroadAccess", BROAD)),
    ),
}


@pytest.mark.parametrize(("found", "errors"), VALIDATED.values(), ids=VALIDATED)
def test_a_validation_reports_all_that_is_wrong(found: Found, errors: tuple[tuple[str, str], ...]) -> None:
    assert validation_errors(found, unknown_principal=False, locks_out=False) == errors


def test_a_validation_reports_a_user_or_role_that_does_not_exist_as_it_does_one_that_can_not_be() -> None:
    """Facts 8.4: one text for both."""
    assert validation_errors(Found(), unknown_principal=True, locks_out=False) == (("Principal", PRINCIPAL),)


def test_a_validation_reports_a_policy_that_locks_its_author_out_last() -> None:
    """Facts 8.5."""
    text = "Your requested changes will not allow you to manage this secret in the future."

    assert validation_errors(Found(public=True), unknown_principal=False, locks_out=True) == (
        ("BroadAccess", BROAD),
        ("LockOut", text),
    )


@pytest.mark.parametrize("name", [None, "default"])
def test_the_default_policy_is_the_one_that_is_meant(name: str | None) -> None:
    check_changeable(name)
    check_readable(secret(), name)


@pytest.mark.parametrize("name", ["Default", "other", "default-2", "cross-account-replication"])
def test_there_is_no_policy_of_another_name(name: str) -> None:
    with pytest.raises(InvalidParameterException):
        check_changeable(name)
    with pytest.raises(ResourceNotFoundException):
        check_readable(secret(), name)


@pytest.mark.parametrize(("before", "after"), [(None, "{}"), ("{}", "{ }"), ("{}", None)])
def test_a_changed_policy_is_a_change_of_the_head(before: str | None, after: str | None) -> None:
    """So it travels, and no version does."""
    held = replace(secret(), policy=before, revision=7, head_revision=3, stamp=9)

    changed = with_policy(held, after, now=NOW + 5)

    assert changed == replace(held, policy=after, revision=8, head_revision=8, stamp=10, changed_ms=NOW + 5)


@pytest.mark.parametrize("policy", [None, "{}"])
def test_the_same_policy_again_changes_nothing(policy: str | None) -> None:
    held = replace(secret(), policy=policy)

    assert with_policy(held, policy, now=NOW + 5) is held
