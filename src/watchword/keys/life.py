"""The life of a key: switched off and on, scheduled for deletion, and what falls due. Pure.

Source: KMS Developer Guide, Delete AWS KMS keys, Key states; KMS API, ScheduleKeyDeletion, CancelKeyDeletion; facts A.2.
"""

from __future__ import annotations

from dataclasses import replace

from watchword.api.errors import ValidationException
from watchword.keys import family, imports, refusals
from watchword.keys.model import KeyState, KMSKey
from watchword.keys.rotation import DAY_MS

WINDOW_DAYS_DEFAULT = 30
WINDOW_DAYS_MIN = 7
WINDOW_DAYS_MAX = 30
"""The model says 1 to 365; the service has these."""


def switched(key: KMSKey, state: KeyState) -> KMSKey:
    """The key enabled or disabled; one that is so already stays as it is."""
    return key if key.state is state else replace(key, state=state, stamp=key.stamp + 1)


def scheduled_for_deletion(key: KMSKey, *, window_days: int | None, now: int) -> KMSKey:
    """The key, unusable at once; its material is destroyed at `deletion_ms`.

    The primary of a multi-Region key that has replicas waits for the last of them to be gone, and for its window then.

    Raises:
        ValidationException: the window is not one of 7 to 30 days.
    """
    days = WINDOW_DAYS_DEFAULT if window_days is None else window_days
    if not WINDOW_DAYS_MIN <= days <= WINDOW_DAYS_MAX:
        text = refusals.out_of_range(days, "pendingWindowInDays", least=WINDOW_DAYS_MIN, most=WINDOW_DAYS_MAX)
        raise ValidationException(text)
    if family.replicas(key) and key.is_primary:
        return replace(key, state=KeyState.PENDING_REPLICA_DELETION, window_days=days, stamp=key.stamp + 1)
    return replace(key, state=KeyState.PENDING_DELETION, deletion_ms=now + days * DAY_MS, stamp=key.stamp + 1)


def deletion_cancelled(key: KMSKey) -> KMSKey:
    """The key, disabled; one whose imported material is incomplete waits for it."""
    state = KeyState.DISABLED if imports.is_complete(key) else KeyState.PENDING_IMPORT
    return replace(key, state=state, deletion_ms=None, window_days=None, stamp=key.stamp + 1)


def is_to_be_destroyed(key: KMSKey, *, now: int) -> bool:
    return key.state is KeyState.PENDING_DELETION and key.deletion_ms is not None and key.deletion_ms <= now
