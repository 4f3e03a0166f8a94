"""An account's identity as a value: who there is, found quickly however many there are."""

from __future__ import annotations

import time

import pytest

from watchword.identity.directory import Directory, founded
from watchword.identity.model import AccessKeyItem, Group, Item, Settings, User

ACCOUNT = "123456789012"
FEW, MANY = 4_000, 16_000
GROUP = Group(group_id="AGPAALL", name="all", created_ms=0)


def account(*items: Item) -> Directory:
    return founded(
        account=ACCOUNT,
        partition="aws",
        items=(Settings(created_ms=0), *items),
        now=0,
        entropy=lambda count: bytes(count),
    )


def crowd(count: int) -> Directory:
    """So many users in one group, and as many access keys of one of them."""
    users = [
        User(user_id=f"AIDA{number}", name=f"u{number}", created_ms=0, groups=(GROUP.group_id,))
        for number in range(count)
    ]
    keys = [
        AccessKeyItem(access_key_id=f"AKIA{number}", owner_id="AIDA0", created_ms=number)
        for number in range(count)
    ]
    return account(GROUP, *users, *keys)


def seconds(name: str, count: int) -> float:
    """Of this thread, the best of several tries: others may use the machine, and garbage is collected when it pleases."""
    took = []
    for _ in range(7):
        held = crowd(count)
        began = time.thread_time()
        assert len(next(iter(getattr(held, name).values()))) == count
        took.append(time.thread_time() - began)
    return min(took)


@pytest.mark.parametrize("name", ["members", "keys_of"])
def test_four_times_as_many_cost_about_four_times_as_much(name: str) -> None:
    assert seconds(name, MANY) < 11 * seconds(name, FEW)


def test_members_are_in_the_order_of_their_names_and_keys_in_that_of_their_age() -> None:
    held = account(
        GROUP,
        User(user_id="AIDA1", name="Zoe", created_ms=0, groups=(GROUP.group_id,)),
        User(user_id="AIDA2", name="ann", created_ms=0, groups=(GROUP.group_id,)),
        AccessKeyItem(access_key_id="AKIAA", owner_id="AIDA1", created_ms=2),
        AccessKeyItem(access_key_id="AKIAB", owner_id="AIDA1", created_ms=1),
    )

    assert [user.name for user in held.members[GROUP.group_id]] == ["ann", "Zoe"]
    assert [key.access_key_id for key in held.keys_of["AIDA1"]] == ["AKIAB", "AKIAA"]
