"""Deletion windows, and who may be deleted (facts 4, 5.10)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.secrets.made import ACCOUNT, DAY_MS, NOW, failed, incoming, link, secret

from watchword.api.errors import ApiError
from watchword.api.shapes.secretsmanager import InvalidParameterException, InvalidRequestException
from watchword.replication.model import Lifecycle, Role
from watchword.secrets.deletion import check_deletable, restore, schedule_deletion, window_days
from watchword.secrets.model import Secret

WINDOWS = {
    "nothing asked": (None, False, 30),
    "the shortest": (7, False, 7),
    "the longest": (30, False, 30),
    "at once": (None, True, 0),
}


@pytest.mark.parametrize(("asked", "force", "days"), WINDOWS.values(), ids=WINDOWS)
def test_the_recovery_window(asked: int | None, force: bool, days: int) -> None:
    assert window_days(asked=asked, force=force) == days


RANGE = "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
BOTH = "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
NO_WINDOWS = {
    "a day too short": (6, False, RANGE),
    "a day too long": (31, False, RANGE),
    "none": (0, False, RANGE),
    "negative": (-7, False, RANGE),
    "both": (7, True, BOTH),
    "both, and out of range": (6, True, BOTH),
}


@pytest.mark.parametrize(("asked", "force", "text"), NO_WINDOWS.values(), ids=NO_WINDOWS)
def test_a_window_that_is_none(asked: int, force: bool, text: str) -> None:
    with pytest.raises(InvalidParameterException) as refused:
        window_days(asked=asked, force=force)

    assert refused.value.message == text


ON_REPLICA = "Operation not permitted on a replica secret. Call must be made in primary secret's region."
MARKED = "You can't perform this operation on the secret because it was marked for deletion."
HAS_REPLICAS = (
    f"You can't delete secret arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:db-AbCdEf"
    " that still has replica regions [ap-south-1, eu-west-1, us-east-2]."
)
THREE = tuple(link(region) for region in ("us-east-2", "ap-south-1", "eu-west-1"))
LEAVING = replace(link("us-east-2"), lifecycle=Lifecycle.LEAVING)
SCHEDULED = schedule_deletion(secret(), days=7, now=NOW)

UNDELETABLE: dict[str, tuple[Secret, bool, type[ApiError], str]] = {
    "a replica": (secret(incoming=incoming()), False, InvalidParameterException, ON_REPLICA),
    "a replica, by force": (secret(incoming=incoming()), True, InvalidParameterException, ON_REPLICA),
    "a primary, its Regions in alphabetical order": (
        secret(links=THREE),
        False,
        InvalidParameterException,
        HAS_REPLICAS,
    ),
    "a primary, by force": (secret(links=THREE), True, InvalidParameterException, HAS_REPLICAS),
    "a primary whose one entry failed": (
        secret(links=(failed(link("us-east-2"), "no"),)),
        False,
        InvalidParameterException,
        HAS_REPLICAS.replace("[ap-south-1, eu-west-1, us-east-2]", "[us-east-2]"),
    ),
    "one that is scheduled already": (SCHEDULED, False, InvalidRequestException, MARKED),
}


@pytest.mark.parametrize(("held", "force", "error", "text"), UNDELETABLE.values(), ids=UNDELETABLE)
def test_who_may_not_be_deleted(held: Secret, force: bool, error: type[ApiError], text: str) -> None:
    with pytest.raises(error) as refused:
        check_deletable(held, force=force)

    assert refused.value.message == text


DELETABLE = {
    "an ordinary one": (secret(), False),
    "one that is scheduled already, by force": (SCHEDULED, True),
    "one whose replicas are on their way out": (secret(links=(LEAVING,)), False),
    "one that was promoted": (secret(incoming=incoming(Role.PROMOTED)), False),
}


@pytest.mark.parametrize(("held", "force"), DELETABLE.values(), ids=DELETABLE)
def test_who_may_be_deleted(held: Secret, force: bool) -> None:
    check_deletable(held, force=force)


def test_a_scheduled_secret_is_purged_when_its_window_has_passed() -> None:
    assert SCHEDULED.deleted_ms == NOW
    assert SCHEDULED.purge_ms == NOW + 7 * DAY_MS
    assert SCHEDULED.stamp == secret().stamp + 1


def test_restore_undoes_a_scheduled_deletion_and_nothing_else() -> None:
    restored = restore(SCHEDULED, now=NOW + 1)

    assert restored == replace(secret(), stamp=SCHEDULED.stamp + 1, changed_ms=NOW + 1)


def test_restoring_what_is_not_scheduled_changes_nothing() -> None:
    live = secret()

    assert restore(live, now=NOW) is live
