"""Secrets Manager: resource policies. One short function per operation; the gate commits.

Source: Secrets Manager API reference; facts 1.5, 1.10, 1.12, 1.15, 1.26.
"""

from __future__ import annotations

import contextlib
from functools import partial

from watchword.api.call import Bound, Call, Found, Scope, UnknownPrincipal
from watchword.api.shapes import secretsmanager as sm
from watchword.api.shapes.secretsmanager import InvalidNextTokenException
from watchword.secrets import find, policies, refusals
from watchword.secrets.model import Secret
from watchword.secrets.policies import DEFAULT_NAME, PolicyReader
from watchword.secrets.store import SecretSaved, SecretStore


def find_secret_if_named(
    request: sm.ValidateResourcePolicyRequest, scope: Scope, store: SecretStore
) -> Found[Secret | None]:
    """As `find_secret`, but a document can be validated without a secret."""
    if request.secret_id is None:
        return Found(resource=None, arn="*")
    return find.find_secret(request, scope, store)


def put_resource_policy(
    request: sm.PutResourcePolicyRequest, secret: Secret, call: Call[SecretStore], *, read: PolicyReader
) -> sm.PutResourcePolicyResponse:
    """Attach a policy in the place of the one before. It is kept to the letter, but for the ids of users and roles; the
    same again changes nothing.

    Raises:
        InvalidParameterException: a replica, or a name other than `default`.
        MalformedPolicyDocumentException: a syntax error, or a principal that can't be one or does not exist.
        PublicPolicyException: BlockPublicPolicy is set, and the policy gives broad access.
    """
    policies.check_changeable(request.policy_name)
    refusals.check_live(secret)
    refusals.check_head_writable(secret)
    document = request.resource_policy or ""
    policies.check_attachable(read(document), block_public=bool(request.block_public_policy))
    kept = policies.kept(document, call.names)
    _save(secret, policies.with_policy(secret, kept, now=call.now), call)
    return sm.PutResourcePolicyResponse(arn=secret.arn, name=secret.name, policy_name=DEFAULT_NAME)


def get_resource_policy(
    request: sm.GetResourcePolicyRequest, secret: Secret, call: Call[SecretStore]
) -> sm.GetResourcePolicyResponse:
    """The policy's text with the names that users and roles have now, also of a replica; ARN and name alone if there is
    none (facts 1.10, recorded)."""
    refusals.check_live(secret)
    policies.check_readable(secret, request.policy_name)
    if request.policy_name == policies.ACROSS_NAME:
        return sm.GetResourcePolicyResponse(
            arn=secret.arn,
            name=secret.name,
            resource_policy=policies.managed(secret),
            policy_name=policies.ACROSS_NAME,
        )
    return sm.GetResourcePolicyResponse(
        arn=secret.arn,
        name=secret.name,
        resource_policy=None if secret.policy is None else call.names.policy_shown(secret.policy),
        policy_name=None if secret.policy is None else DEFAULT_NAME,
    )


def delete_resource_policy(
    request: sm.DeleteResourcePolicyRequest, secret: Secret, call: Call[SecretStore]
) -> sm.DeleteResourcePolicyResponse:
    """Take the policy away; of a secret without one nothing changes."""
    policies.check_changeable(request.policy_name)
    refusals.check_live(secret)
    refusals.check_head_writable(secret)
    _save(secret, policies.with_policy(secret, None, now=call.now), call)
    return sm.DeleteResourcePolicyResponse(arn=secret.arn, name=secret.name, policy_name=DEFAULT_NAME)


def validate_resource_policy(
    request: sm.ValidateResourcePolicyRequest,
    secret: Secret | None,
    call: Call[SecretStore],
    *,
    read: PolicyReader,
) -> sm.ValidateResourcePolicyResponse:
    """Say everything that is wrong with a policy at once, a syntax error too; it is refused nowhere here.

    The secret, if one is named, must be there and live; then it is also said whether the policy would keep its author from
    changing it again. Source: facts 8.5.
    """
    document = request.resource_policy or ""
    found = read(document)
    kept: str | None = None
    if not found.malformed:
        with contextlib.suppress(UnknownPrincipal):
            kept = call.names.policy_remembered(document)
    locks_out = False
    if secret is not None:
        refusals.check_live(secret)
        # Of a document that could not be kept, nobody knows whom it would let in.
        locks_out = kept is not None and not call.would_allow(
            kept, action=sm.PUT_RESOURCE_POLICY.action or "", arn=secret.arn
        )
    errors = policies.validation_errors(
        found, unknown_principal=kept is None and not found.malformed, locks_out=locks_out
    )
    return sm.ValidateResourcePolicyResponse(
        policy_validation_passed=not errors,
        validation_errors=tuple(
            sm.ValidationErrorsEntry(check_name=check, error_message=text) for check, text in errors
        ),
    )


def list_resource_policies(
    request: sm.ListResourcePoliciesRequest, secret: Secret, _call: Call[SecretStore]
) -> sm.ListResourcePoliciesResponse:
    """The names of a secret's policies, also of a replica's.

    Raises:
        InvalidNextTokenException: a token names the first policy of its page, of which there are two at most.
    """
    refusals.check_live(secret)
    names = policies.names_of(secret)
    if request.next_token is not None:
        if request.next_token != policies.ACROSS_NAME or policies.ACROSS_NAME not in names:
            raise InvalidNextTokenException(refusals.BAD_PAGE_TOKEN)
        names = (policies.ACROSS_NAME,)
    page, rest = names[: request.max_results], names[request.max_results or len(names) :]
    return sm.ListResourcePoliciesResponse(
        resource_policies=tuple(sm.ResourcePolicySummary(policy_name=name) for name in page),
        next_token=rest[0] if rest else None,
    )


def bindings(*, read_policy: PolicyReader) -> tuple[Bound, ...]:
    """The operations on resource policies."""
    by_id = find.find_secret
    return (
        Bound(
            operation=sm.PUT_RESOURCE_POLICY, find=by_id, run=partial(put_resource_policy, read=read_policy)
        ),
        Bound(operation=sm.GET_RESOURCE_POLICY, find=by_id, run=get_resource_policy),
        Bound(operation=sm.DELETE_RESOURCE_POLICY, find=by_id, run=delete_resource_policy),
        Bound(
            operation=sm.VALIDATE_RESOURCE_POLICY,
            find=find_secret_if_named,
            run=partial(validate_resource_policy, read=read_policy),
        ),
        Bound(operation=sm.LIST_RESOURCE_POLICIES, find=by_id, run=list_resource_policies),
    )


def _save(before: Secret, after: Secret, call: Call[SecretStore]) -> None:
    if after is not before:
        call.stage(SecretSaved(before=before, after=after))
