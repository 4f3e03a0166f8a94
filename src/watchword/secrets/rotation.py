"""Rotation: how it is configured, what a rotation does to versions and labels, and when the next one is due. Pure.

    RotateSecret   configured -> check_idle -> started (AWSPENDING on a version without a value yet)
                                            or trial_started (a copy of the current value, for testSecret alone)
    the function   PutSecretValue fills the pending version, UpdateSecretVersionStage makes it current
    afterwards     completed, or trial_ended
    on the way     cancelled (AWSPENDING stays), or revalued: somebody else's value ends the rotation

A pending version that is not current blocks the next rotation; who put the label there does not matter.

Source: Secrets Manager user guide, "Rotate AWS Secrets Manager secrets"; API, RotateSecret, CancelRotateSecret; facts 7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from watchword.api.shapes.secretsmanager import InvalidParameterException, InvalidRequestException
from watchword.regions.arn import ARN
from watchword.secrets import refusals
from watchword.secrets.model import CURRENT, PENDING, Rotation, RotationRules, Secret, Version
from watchword.secrets.rotation_schedule import (
    Rate,
    Schedule,
    Window,
    check_duration,
    days_between,
    hours_of,
    parse,
    window_after,
)
from watchword.secrets.versions import put_value

METADATA_ITEMS_MAX = 50
"""Of a managed external secret's; the model sets no limit, and they travel with every change of the head."""

_FUNCTION = re.compile(r"function:[A-Za-z0-9_-]{1,64}(:(\$LATEST|[A-Za-z0-9_-]{1,128}))?", re.ASCII)
_ROLE = re.compile(r"role/[!-~]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a RotateSecret says of the configuration; what it leaves out stays as it is."""

    lambda_arn: str | None = None
    rules: RotationRules | None = None
    role_arn: str | None = None
    metadata: tuple[tuple[str, str], ...] | None = None


def checked_rules(*, days: int | None, expression: str | None, duration: str | None) -> RotationRules | None:
    """The rules of a request, or None if it says nothing.

    Raises:
        InvalidParameterException: days beside an expression, a duration alone, no schedule, a window that does not fit.
    """
    if days is not None and expression is not None:
        raise InvalidParameterException(refusals.TWO_SCHEDULES)
    if days is None and expression is None:
        if duration is not None:
            raise InvalidParameterException(refusals.DURATION_ALONE)
        return None
    rules = RotationRules(automatically_after_days=days, schedule_expression=expression, duration=duration)
    schedule = schedule_of(rules)
    if duration is not None:
        check_duration(schedule, hours_of(duration))
    return rules


def check_asked(asked: Asked) -> None:
    """Refuse what is wrong with the configuration itself, whatever the secret.

    Raises:
        InvalidParameterException: an ARN of something else, a function beside a partner's role, too much metadata.
    """
    if asked.lambda_arn is not None:
        _check_arn(asked.lambda_arn, service="lambda", resource=_FUNCTION, text=refusals.NO_FUNCTION_ARN)
        if asked.role_arn is not None or asked.metadata is not None:
            raise InvalidParameterException(refusals.FUNCTION_AND_PARTNER)
    if asked.role_arn is not None:
        _check_arn(asked.role_arn, service="iam", resource=_ROLE, text=refusals.NO_ROLE_ARN)
    if asked.metadata is not None and len(asked.metadata) > METADATA_ITEMS_MAX:
        raise InvalidParameterException(refusals.TOO_MUCH_METADATA.format(maximum=METADATA_ITEMS_MAX))


def configured(secret: Secret, asked: Asked, *, immediately: bool, now: int) -> Rotation:
    """The secret's rotation as a request leaves it: on, and due.

    Who rotates now starts the count anew. Who does not keeps counting from the last rotation, so that a rotation
    which was off for a while may be due soon; what would be past is counted from now.

    Raises:
        InvalidParameterException: a function for a partner's secret, a partner's role for another one.
        InvalidRequestException: nobody is named who could rotate, neither now nor before.
    """
    held = secret.rotation or Rotation(enabled=False)
    lambda_arn = asked.lambda_arn or held.lambda_arn
    role_arn = asked.role_arn or held.role_arn
    if secret.type is not None:
        if asked.lambda_arn is not None:
            raise InvalidParameterException(refusals.FUNCTION_AND_PARTNER)
        lambda_arn = None
        if role_arn is None:
            raise InvalidRequestException(refusals.NO_ROLE)
    else:
        if asked.role_arn is not None or asked.metadata is not None:
            raise InvalidParameterException(refusals.NO_PARTNER)
        role_arn, held = None, replace(held, metadata=())
        if lambda_arn is None:
            raise InvalidRequestException(refusals.NO_FUNCTION)
    after = replace(
        held,
        enabled=True,
        lambda_arn=lambda_arn,
        role_arn=role_arn,
        rules=asked.rules or held.rules,
        metadata=held.metadata if asked.metadata is None else asked.metadata,
    )
    counted_from = now if immediately or held.rotated_ms is None else held.rotated_ms
    counted = scheduled(after, counted_from=counted_from)
    if counted.due_ms is not None and counted.due_ms <= now:
        return scheduled(after, counted_from=now)
    return counted


def scheduled(rotation: Rotation, *, counted_from: int) -> Rotation:
    """The rotation with its next date, and with the days that follow from an expression."""
    if rotation.rules is None:
        return replace(rotation, due_ms=None)
    days = days_between(schedule_of(rotation.rules), after=counted_from)
    return replace(
        rotation,
        rules=replace(rotation.rules, automatically_after_days=days),
        due_ms=next_rotation(rotation.rules, counted_from=counted_from),
    )


def schedule_of(rules: RotationRules) -> Schedule:
    """Raises InvalidParameterException if the rules are a caller's; what is stored was checked."""
    if rules.schedule_expression is not None:
        return parse(rules.schedule_expression)
    assert rules.automatically_after_days is not None
    return Rate(every=rules.automatically_after_days, unit="day")


def next_window(rules: RotationRules, *, counted_from: int) -> Window:
    hours = None if rules.duration is None else hours_of(rules.duration)
    return window_after(schedule_of(rules), hours=hours, after=counted_from)


def next_rotation(rules: RotationRules, *, counted_from: int) -> int:
    """NextRotationDate: the last second of the next window, for the rotation comes on or before it."""
    return next_window(rules, counted_from=counted_from).closes_ms - 1_000


def check_idle(secret: Secret) -> None:
    """Refuse to rotate while AWSPENDING is on a version that is not current.

    Raises:
        InvalidRequestException
    """
    if pending(secret) is not None:
        raise InvalidRequestException(refusals.ROTATION_PENDING)


def check_fresh(secret: Secret, *, version_id: str) -> None:
    """Refuse a token that names a version already: a rotation makes one.

    Raises:
        InvalidParameterException: ResourceExistsException, as of PutSecretValue, is not declared here.
    """
    held = secret.versions.get(version_id)
    if held is not None and (held.content_id is not None or held.labels):
        text = refusals.TOKEN_IN_USE.format(token=version_id, arn=secret.arn)
        raise InvalidParameterException(text)


def is_under_way(secret: Secret, *, version_id: str, tests: bool) -> bool:
    """The token is that of the rotation, or of the test, that was started last and is not over: the call is repeated."""
    held = secret.rotation
    return held is not None and held.enabled and (held.version_id, held.tests) == (version_id, tests)


def pending(secret: Secret) -> Version | None:
    """The version that has AWSPENDING and is not current."""
    holder = secret.holder_of(PENDING)
    return None if holder is None or CURRENT in holder.labels else holder


def started(secret: Secret, rotation: Rotation, *, version_id: str, now: int) -> Secret:
    """Rotation is configured, and under way: AWSPENDING waits on a version for the value that the function makes.

    Raises:
        LimitExceededException: as `versions.put_value`.
    """
    placeholder = Version(
        id=version_id,
        content_id=None,
        kind=None,
        labels=frozenset({PENDING}),
        created_ms=now,
        revision=secret.revision + 1,
        key_arns=(),
    )
    return _with_pending(secret, replace(rotation, version_id=version_id, tests=False), placeholder, now=now)


def trial_started(secret: Secret, rotation: Rotation, *, trial: Version, now: int) -> Secret:
    """Rotation is configured, and tested: AWSPENDING is on a version that goes again when the test is over.

    `trial` holds a copy of the current value, or none if the secret has none.
    """
    return _with_pending(secret, replace(rotation, version_id=trial.id, tests=True), trial, now=now)


def trial_ended(secret: Secret, *, now: int) -> Secret:
    """The test's version is gone, however the test went; the configuration stays."""
    rotation = secret.rotation
    assert rotation is not None
    assert rotation.tests
    versions = {held: version for held, version in secret.versions.items() if held != rotation.version_id}
    after = replace(secret, versions=versions)
    return _rotated(after, replace(rotation, version_id=None, tests=False), now=now)


def completed(secret: Secret, *, now: int) -> Secret:
    """The rotation under way is over and its version is current; the count begins anew.

    AWS leaves AWSPENDING on the current version, or takes it away; here it goes, for once another value is current it
    would block the next rotation.
    """
    rotation = secret.rotation
    assert rotation is not None
    label = frozenset({PENDING})
    versions = {
        held: version.without(label, revision=secret.revision + 1)
        for held, version in secret.versions.items()
    }
    over = replace(rotation, rotated_ms=now, version_id=None)
    after = scheduled(over, counted_from=now) if over.enabled else over
    return _rotated(replace(secret, versions=versions), after, now=now)


def cancelled(secret: Secret, *, now: int) -> Secret:
    """Rotation is off until it is asked for again; what it was stays, and so does AWSPENDING.

    Raises:
        InvalidRequestException: it was never configured.
    """
    rotation = secret.rotation
    if rotation is None:
        raise InvalidRequestException(refusals.NO_FUNCTION)
    if not rotation.enabled:
        return secret
    off = replace(rotation, enabled=False, due_ms=None, version_id=None, tests=False)
    return _rotated(secret, off, now=now)


def revalued(secret: Secret, *, version_id: str, now: int) -> Secret:
    """What a new value means to rotation; `secret` has it already, as the version `version_id`.

    A new current value that is not the rotation's own ends the rotation under way: AWSPENDING goes from whatever version
    has it, so that the next one can begin. It counts as a rotation where days are counted, not with an expression.
    LastRotatedDate stays.

    Source: RotationRulesType, AutomaticallyAfterDays; user guide, CloudTrail entries (RotationAbandoned); facts 7.1, 7.2.
    """
    rotation = secret.rotation
    if rotation is None or not rotation.enabled or rotation.version_id == version_id:
        return secret
    if CURRENT not in secret.versions[version_id].labels:
        return secret
    after = replace(rotation, version_id=None, tests=False)
    if after.rules is not None and after.rules.schedule_expression is None:
        after = scheduled(after, counted_from=now)
    left = pending(secret)
    versions = dict(secret.versions)
    if left is not None and (left.content_id is None or (rotation.tests and left.id == rotation.version_id)):
        del versions[left.id]
    elif left is not None:
        versions[left.id] = left.without(frozenset({PENDING}), revision=secret.revision)
    head_revision = secret.head_revision if after == rotation else secret.revision
    return replace(secret, versions=versions, rotation=after, head_revision=head_revision)


def is_abandoned(before: Secret, after: Secret) -> bool:
    """A new value has ended a rotation that was under way; a test is none."""
    ended = (
        before.rotation is not None and before.rotation.version_id is not None and not before.rotation.tests
    )
    return ended and after.rotation is not None and after.rotation.version_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What DescribeSecret and ListSecrets show of rotation. All None: it was never configured."""

    enabled: bool | None = None
    lambda_arn: str | None = None
    rules: RotationRules | None = None
    role_arn: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()
    rotated_ms: int | None = None
    due_ms: int | None = None


def shown(secret: Secret) -> Shown:
    """Both dates are there while rotation is on; what is configured stays when it is off. Source: DescribeSecret."""
    rotation = secret.rotation
    if rotation is None:
        return Shown()
    return Shown(
        enabled=rotation.enabled,
        lambda_arn=rotation.lambda_arn,
        rules=rotation.rules,
        role_arn=rotation.role_arn,
        metadata=rotation.metadata,
        rotated_ms=rotation.rotated_ms if rotation.enabled else None,
        due_ms=rotation.due_ms if rotation.enabled else None,
    )


def _with_pending(secret: Secret, rotation: Rotation, new: Version, *, now: int) -> Secret:
    if secret.holder_of(CURRENT) is not None:
        after = put_value(secret, new=new, now=now)
    else:
        # The first value of a secret is its current one; a label that waits for a value, or a test's, is not.
        versions = dict(secret.versions) | {new.id: replace(new, revision=secret.revision + 1)}
        after = replace(
            secret, versions=versions, revision=secret.revision + 1, stamp=secret.stamp + 1, changed_ms=now
        )
    return replace(after, rotation=rotation, head_revision=after.revision)


def _rotated(secret: Secret, rotation: Rotation, *, now: int) -> Secret:
    revision = secret.revision + 1
    return replace(
        secret,
        rotation=rotation,
        revision=revision,
        head_revision=revision,
        stamp=secret.stamp + 1,
        changed_ms=now,
    )


def _check_arn(arn: str, *, service: str, resource: re.Pattern[str], text: str) -> None:
    try:
        named = ARN.parse(arn)
    except ValueError:
        raise InvalidParameterException(text) from None
    is_one = named.service == service and named.account.isdigit() and resource.fullmatch(named.resource)
    if not is_one:
        raise InvalidParameterException(text)
