"""Versions and staging labels: how labels move, and which versions are kept. Pure.

Source: Secrets Manager user guide, "What's in a secret"; facts 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from watchword.api.shapes.secretsmanager import (
    InvalidParameterException,
    InvalidRequestException,
    LimitExceededException,
    ResourceNotFoundException,
)
from watchword.secrets import refusals
from watchword.secrets.model import (
    CURRENT,
    LABELS_MAX,
    PREVIOUS,
    VERSIONS_MAX,
    Secret,
    Version,
)

UNLABELLED_MS_MIN = 86_400_000
"""An unlabelled version younger than 24 hours is never removed."""


def put_value(secret: Secret, *, new: Version, now: int) -> Secret:
    """Add a version and move its staging labels to it; the secret's revision grows by one.

    A label is on at most one version of a secret. When `AWSCURRENT` moves, the version that loses it becomes
    `AWSPREVIOUS`. The first value of a secret gets `AWSCURRENT` whatever was asked for.

    Raises:
        LimitExceededException: more than 20 labels over all versions, or 100 versions that may not be removed.

    Source: Secrets Manager API, PutSecretValue (ClientRequestToken, VersionStages); facts 3.3, 3.4.
    """
    revision = secret.revision + 1
    # A label that waits for its value keeps its place: only the listed ones move.
    waiting = secret.versions.get(new.id)
    labels = new.labels if waiting is None else new.labels | waiting.labels
    if secret.holder_of(CURRENT) is None:
        labels |= {CURRENT}
    demoted = secret.holder_of(CURRENT) if CURRENT in labels else None
    if demoted is not None and demoted.id == new.id:
        demoted = None
    # AWSPREVIOUS follows AWSCURRENT, even if the caller asked for it on the new version.
    labels = labels if demoted is None else labels - {PREVIOUS}
    moving = labels if demoted is None else labels | {PREVIOUS}
    versions = {held: version.without(moving, revision=revision) for held, version in secret.versions.items()}
    if demoted is not None:
        versions[demoted.id] = versions[demoted.id].labelled(PREVIOUS, revision=revision)
    versions[new.id] = replace(new, labels=labels, revision=revision)
    kept = trimmed(versions, now=now)
    _check_quotas(kept)
    return replace(
        secret,
        versions=kept,
        revision=revision,
        stamp=secret.stamp + 1,
        changed_ms=now,
    )


def move_label(
    secret: Secret, label: str, *, to_version: str | None, from_version: str | None, now: int
) -> Secret:
    """Put a label on a version, take it off one, or both; the secret's revision grows by one if anything moves.

    A label that is on a version is moved by naming that version, so that nobody takes what another has just put there.
    `AWSPREVIOUS` follows `AWSCURRENT` to the version that loses it; all other labels stay where they are.

    Raises:
        InvalidParameterException: no such version, the label is elsewhere, or nowhere to put `AWSCURRENT`.
        LimitExceededException: more than 20 labels over all versions.

    Source: Secrets Manager API, UpdateSecretVersionStage; facts 1.25, 3.3.
    """
    if to_version is None and from_version is None:
        raise InvalidParameterException(refusals.NEITHER_VERSION)
    for version_id in (to_version, from_version):
        if version_id is not None and version_id not in secret.versions:
            raise InvalidParameterException(refusals.NO_SUCH_VERSION.format(version_id=version_id))
    holder = secret.holder_of(label)
    if from_version is not None and (holder is None or holder.id != from_version):
        text = refusals.LABEL_NOT_THERE.format(label=label, version_id=from_version)
        raise InvalidParameterException(text)
    if from_version is None and holder is not None:
        text = refusals.NAME_HOLDER.format(label=label, version_id=holder.id)
        raise InvalidParameterException(text)
    if from_version == to_version:
        return secret
    if label == CURRENT and to_version is None:
        raise InvalidParameterException(refusals.KEEP_CURRENT)
    if label == CURRENT and secret.versions[to_version or ""].content_id is None:
        # A current version without a value would leave the secret unreadable.
        raise InvalidParameterException(refusals.NO_SUCH_VERSION.format(version_id=to_version))

    revision = secret.revision + 1
    moving = frozenset({CURRENT, PREVIOUS} if label == CURRENT and holder is not None else {label})
    versions = {held: version.without(moving, revision=revision) for held, version in secret.versions.items()}
    if to_version is not None:
        versions[to_version] = versions[to_version].labelled(label, revision=revision)
    if label == CURRENT and holder is not None:
        versions[holder.id] = versions[holder.id].labelled(PREVIOUS, revision=revision)
    _check_labels(versions)
    return replace(secret, versions=versions, revision=revision, stamp=secret.stamp + 1, changed_ms=now)


def chosen(secret: Secret, *, version_id: str | None, label: str | None) -> Version:
    """The version that GetSecretValue means: by id, by label, by both if they agree, else the current one.

    Raises:
        ResourceNotFoundException: no such version, or none that has a value.
        InvalidRequestException: the label is not on that version.

    Source: Secrets Manager API, GetSecretValue; facts 3.5.
    """
    if version_id is None:
        label = label or CURRENT
        version = secret.holder_of(label)
        if version is None or version.content_id is None:
            raise ResourceNotFoundException(refusals.CANT_FIND_LABEL.format(label=label))
        return version
    version = secret.versions.get(version_id)
    if version is None or version.content_id is None:
        raise ResourceNotFoundException(refusals.CANT_FIND_VERSION.format(version_id=version_id))
    if label is not None and label not in version.labels:
        raise InvalidRequestException(refusals.STAGE_MISMATCH)
    return version


def labelled(secret: Secret) -> tuple[Version, ...]:
    """The versions that have a label, oldest first: what travels to replicas and what DescribeSecret lists."""
    versions = [version for version in secret.versions.values() if version.labels]
    return tuple(sorted(versions, key=lambda version: (version.created_ms, version.id)))


def trimmed(versions: Mapping[str, Version], *, now: int) -> dict[str, Version]:
    """Drop the oldest unlabelled versions beyond 100, never one younger than 24 hours."""
    kept = dict(versions)
    removable = sorted(
        (v for v in kept.values() if not v.labels and now - v.created_ms >= UNLABELLED_MS_MIN),
        key=lambda version: (version.created_ms, version.id),
    )
    for version in removable[: max(0, len(kept) - VERSIONS_MAX)]:
        del kept[version.id]
    return kept


def _check_quotas(versions: Mapping[str, Version]) -> None:
    _check_labels(versions)
    if len(versions) > VERSIONS_MAX:
        raise LimitExceededException(refusals.TOO_MANY_VERSIONS.format(maximum=VERSIONS_MAX))


def _check_labels(versions: Mapping[str, Version]) -> None:
    if sum(len(version.labels) for version in versions.values()) > LABELS_MAX:
        raise LimitExceededException(refusals.TOO_MANY_LABELS.format(maximum=LABELS_MAX))
