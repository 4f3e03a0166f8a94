"""Secrets Manager: rotation. One short function per operation; the gate commits.

RotateSecret configures a rotation and leaves it under way; the function's steps are asked of it afterwards, by whoever
finds in the store that it is. Whether somebody can rotate at all is asked first, of `Rotators`: what can't begin is not
stored either.

Source: Secrets Manager API reference; facts 1.3, 1.20, 7.
"""

from __future__ import annotations

from functools import partial
from typing import Protocol

from watchword.api.call import Bound, Call, Found, Scope
from watchword.api.errors import AccessDeniedException
from watchword.api.shapes import secretsmanager as sm
from watchword.api.shapes.secretsmanager import InvalidParameterException, InvalidRequestException
from watchword.secrets import find, refusals, rotation
from watchword.secrets.model import CURRENT, PENDING, Rotation, SealedValue, Secret, Version
from watchword.secrets.rotation import Asked
from watchword.secrets.sealing import Openers, open_version, seal_version
from watchword.secrets.store import SecretSaved, SecretStore


class Rotators(Protocol):
    """Who carries a rotation out: Lambda functions, and the partners of managed external secrets."""

    def check_function(self, function_arn: str, call: Call[SecretStore]) -> None:
        """See that the function is there, and lets Secrets Manager invoke it.

        Raises:
            AccessDeniedException: `refusals.CANT_INVOKE`.
        """

    def check_role(self, role_arn: str, call: Call[SecretStore]) -> None:
        """See that Secrets Manager can assume the role through which it reaches the partner.

        Raises:
            InvalidRequestException: `refusals.CANT_ASSUME`.
        """


class NoRotators:
    """A Region without Lambda functions and roles: there is nobody to ask."""

    def check_function(self, _function_arn: str, _call: Call[SecretStore]) -> None:
        raise AccessDeniedException(refusals.CANT_INVOKE)

    def check_role(self, role_arn: str, _call: Call[SecretStore]) -> None:
        raise InvalidRequestException(refusals.CANT_ASSUME.format(role_arn=role_arn))


def find_secret_to_rotate(
    request: sm.RotateSecretRequest, scope: Scope, store: SecretStore
) -> Found[Secret | None]:
    """As `find_secret`; a missing token has another code here than elsewhere (facts 1.20, recorded)."""
    if request.client_request_token is None:
        raise InvalidParameterException(refusals.NEED_TOKEN)
    return find.find_secret(request, scope, store)


def rotate_secret(
    request: sm.RotateSecretRequest,
    secret: Secret,
    call: Call[SecretStore],
    *,
    rotators: Rotators,
    openers: Openers,
) -> sm.RotateSecretResponse:
    """Configure rotation and begin one, or a test of it. A call that is repeated while that goes on changes nothing.

      1. What is wrong with the request, whatever the secret.
      2. A secret that is marked for deletion, or a replica.
      3. Nobody is named who could rotate.
      4. Another rotation is not over, or the token names a version.
      5. Whoever should rotate can't.

    Raises:
        InvalidParameterException: (1), a replica, a token in use.
        InvalidRequestException: marked for deletion, (3), not over, a partner's role that can't be assumed.
        AccessDeniedException: the function can't be invoked; for a test also the KMS key.
        LimitExceededException: as `versions.put_value`.
    """
    token = request.client_request_token or ""
    asked = _asked(request)
    rotation.check_asked(asked)
    refusals.check_live(secret)
    refusals.check_writable(secret)
    answer = sm.RotateSecretResponse(arn=secret.arn, name=secret.name, version_id=token)
    immediately = request.rotate_immediately is not False
    if rotation.is_under_way(secret, version_id=token, tests=not immediately):
        return answer
    after = rotation.configured(secret, asked, immediately=immediately, now=call.now)
    rotation.check_idle(secret)
    rotation.check_fresh(secret, version_id=token)
    if after.lambda_arn is not None:
        rotators.check_function(after.lambda_arn, call)
    if after.role_arn is not None:
        rotators.check_role(after.role_arn, call)
    if immediately:
        _stage(secret, rotation.started(secret, after, version_id=token, now=call.now), {}, call)
    else:
        _begin_trial(secret, after, token, call, openers)
    call.occurred(
        "RotationStarted" if immediately else "TestRotationStarted",
        account=secret.account,
        arn=secret.arn,
        details={"rotationVersionId": token},
    )
    return answer


def cancel_rotate_secret(
    _request: sm.CancelRotateSecretRequest, secret: Secret, call: Call[SecretStore]
) -> sm.CancelRotateSecretResponse:
    """Turn rotation off; what it was stays, and so does AWSPENDING, on the version that the answer names.

    Raises:
        InvalidRequestException: marked for deletion, or rotation was never configured.
        InvalidParameterException: a replica.
    """
    refusals.check_live(secret)
    refusals.check_writable(secret)
    after = rotation.cancelled(secret, now=call.now)
    if after is not secret:
        _stage(secret, after, {}, call)
    pending = rotation.pending(secret)
    return sm.CancelRotateSecretResponse(
        arn=secret.arn, name=secret.name, version_id=None if pending is None else pending.id
    )


def bindings(*, rotators: Rotators, openers: Openers) -> tuple[Bound, ...]:
    """The operations on rotation."""
    return (
        Bound(
            operation=sm.ROTATE_SECRET,
            find=find_secret_to_rotate,
            run=partial(rotate_secret, rotators=rotators, openers=openers),
        ),
        Bound(operation=sm.CANCEL_ROTATE_SECRET, find=find.find_secret, run=cancel_rotate_secret),
    )


def _asked(request: sm.RotateSecretRequest) -> Asked:
    """The configuration in a request; an empty RotationLambdaARN and empty rules are none."""
    said = request.rotation_rules
    rules = None
    if said is not None:
        rules = rotation.checked_rules(
            days=said.automatically_after_days,
            expression=said.schedule_expression,
            duration=said.duration,
        )
    metadata = request.external_secret_rotation_metadata
    return Asked(
        lambda_arn=request.rotation_lambda_arn or None,
        rules=rules,
        role_arn=request.external_secret_rotation_role_arn,
        metadata=None if metadata is None else tuple((item.key or "", item.value or "") for item in metadata),
    )


def _begin_trial(
    secret: Secret, after: Rotation, token: str, call: Call[SecretStore], openers: Openers
) -> None:
    """Stage a test's version: a copy of the current value, in the caller's right to its key; empty if there is none."""
    current = secret.holder_of(CURRENT)
    labels = frozenset({PENDING})
    values: dict[str, SealedValue] = {}
    if current is None or current.content_id is None:
        trial = Version(
            id=token,
            content_id=None,
            kind=None,
            labels=labels,
            created_ms=call.now,
            revision=secret.revision,
            key_arns=(),
        )
    else:
        value = open_version(secret, current, call, openers=openers)
        trial, values[token] = seal_version(secret, value, version_id=token, labels=labels, call=call)
    _stage(secret, rotation.trial_started(secret, after, trial=trial, now=call.now), values, call)


def _stage(before: Secret, after: Secret, values: dict[str, SealedValue], call: Call[SecretStore]) -> None:
    dropped = frozenset(before.versions) - frozenset(after.versions)
    call.stage(SecretSaved(before=before, after=after, values=values, dropped=dropped))
