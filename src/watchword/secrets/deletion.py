"""Deletion and restore. Pure. Source: Secrets Manager API, DeleteSecret and RestoreSecret; facts 4 and 5.10."""

from __future__ import annotations

from dataclasses import replace

from watchword.api.shapes.secretsmanager import InvalidParameterException, InvalidRequestException
from watchword.secrets import refusals
from watchword.secrets.model import Secret

WINDOW_DAYS_DEFAULT = 30
WINDOW_DAYS_MIN = 7
WINDOW_DAYS_MAX = 30
DAY_MS = 86_400_000


def window_days(*, asked: int | None, force: bool) -> int:
    """The recovery window in days; 0 for a deletion at once.

    Raises:
        InvalidParameterException: both options, or a window outside 7 to 30 days.
    """
    if asked is not None and force:
        raise InvalidParameterException(refusals.WINDOW_AND_FORCE)
    if asked is not None and not WINDOW_DAYS_MIN <= asked <= WINDOW_DAYS_MAX:
        raise InvalidParameterException(refusals.WINDOW_RANGE)
    return 0 if force else WINDOW_DAYS_DEFAULT if asked is None else asked


def check_deletable(secret: Secret, *, force: bool) -> None:
    """Refuse a replica, a primary that still has replicas, in other Regions or in another account, and a second deletion
    without force.

    A Failed entry counts as a replica until it is removed.
    """
    refusals.check_head_writable(secret)
    if secret.primary_across is not None:
        raise InvalidParameterException(refusals.NOT_REPLICATED_ACROSS)
    if secret.replica_across is not None and not secret.replica_across.detached:
        text = refusals.HAS_REPLICA_ACROSS.format(arn=secret.arn, replica=secret.replica_across.arn)
        raise InvalidParameterException(text)
    if secret.active_links:
        regions = ", ".join(sorted(link.region for link in secret.active_links))
        raise InvalidParameterException(refusals.HAS_REPLICAS.format(arn=secret.arn, regions=regions))
    if secret.deleted_ms is not None and not force:
        raise InvalidRequestException(refusals.MARKED)


def schedule_deletion(secret: Secret, *, days: int, now: int) -> Secret:
    """The secret is unreadable at once, and purged once `purge_ms` has come."""
    return replace(
        secret, deleted_ms=now, purge_ms=now + days * DAY_MS, changed_ms=now, stamp=secret.stamp + 1
    )


def restore(secret: Secret, *, now: int) -> Secret:
    """Take a secret out of its recovery window; one that is not in it stays as it is."""
    if secret.deleted_ms is None:
        return secret
    return replace(secret, deleted_ms=None, purge_ms=None, changed_ms=now, stamp=secret.stamp + 1)
