"""What locks a root: a passphrase costs what its lock says, within limits, and a key file is known by its fingerprint."""

from __future__ import annotations

import os

import pytest

from watchword.custody import shamir
from watchword.custody.files import RootError
from watchword.custody.lock import (
    Lock,
    LockKind,
    Passphrase,
    fingerprint,
    key_file_lock,
    shares_lock,
    split_of,
)

HELD = Lock(kind=LockKind.KEY_FILE)
SALT = bytes(range(16))


def cost(memory_kib: int, passes: int, lanes: int) -> bytes:
    return b"".join(number.to_bytes(4, "big") for number in (memory_kib, passes, lanes))


def lock_of(parameters: bytes) -> Lock:
    return Lock(kind=LockKind.PASSPHRASE, parameters=parameters)


CHEAP = lock_of(SALT + cost(64, 1, 1))


def known(text: bytes) -> Passphrase:
    return Passphrase(read=lambda: text)


def test_a_passphrase_gives_the_key_of_its_lock_again() -> None:
    assert known(b"correct horse").key(CHEAP) == known(b"correct horse").key(CHEAP)
    assert len(known(b"correct horse").key(CHEAP)) == 32


def test_another_passphrase_salt_or_cost_gives_another_key() -> None:
    passphrase = known(b"correct horse")
    keys = {
        passphrase.key(CHEAP),
        known(b"correct horsf").key(CHEAP),
        passphrase.key(lock_of(bytes(16) + cost(64, 1, 1))),
        passphrase.key(lock_of(SALT + cost(65, 1, 1))),
        passphrase.key(lock_of(SALT + cost(64, 2, 1))),
    }

    assert len(keys) == 5


def test_a_new_passphrase_lock_costs_what_rfc_9106_recommends() -> None:
    passphrase = known(b"a passphrase that is long")

    lock, key = passphrase.new(held=HELD, entropy=os.urandom)

    assert lock.parameters[16:] == cost(65_536, 3, 4)
    assert passphrase.key(lock) == key


def test_a_short_passphrase_is_refused_when_it_is_chosen() -> None:
    with pytest.raises(RootError, match="too short"):
        known(b"12345678901").new(held=HELD, entropy=os.urandom)


@pytest.mark.parametrize(
    "said",
    [
        cost(4_194_304, 1, 1),
        cost(64, 1_000, 1),
        cost(64, 1, 1_000),
        cost(7, 1, 1),
        cost(64, 0, 1),
        cost(64, 1, 0),
    ],
)
def test_a_lock_that_asks_for_more_or_less_than_can_be_is_refused_before_it_costs_anything(
    said: bytes,
) -> None:
    """Whoever writes to the disk writes the lock too, and its cost is paid before its seal can be checked."""
    with pytest.raises(RootError, match="more than a passphrase may cost"):
        known(b"correct horse").key(lock_of(SALT + said))


@pytest.mark.parametrize("parameters", [b"", SALT, SALT + cost(64, 1, 1)[:-1], SALT + cost(64, 1, 1) + b"x"])
def test_a_damaged_passphrase_lock_is_refused(parameters: bytes) -> None:
    with pytest.raises(RootError, match="damaged"):
        known(b"correct horse").key(lock_of(parameters))


def test_a_passphrase_is_not_shown() -> None:
    assert "correct" not in repr(known(b"correct horse"))


def test_a_key_files_fingerprint_tells_keys_apart_and_holds_none() -> None:
    one, other = os.urandom(32), os.urandom(32)

    assert fingerprint(one) != fingerprint(other)
    assert key_file_lock(one).parameters == fingerprint(one)
    assert fingerprint(one) not in one


def test_a_shares_lock_names_its_split() -> None:
    share = shamir.split(os.urandom(32), threshold=2, shares=3, entropy=os.urandom)[0]

    assert split_of(shares_lock(share)) == (share.split_id, 2, 3)


def test_locks_of_different_kinds_or_parameters_are_written_differently() -> None:
    """What is written is bound into the root's seal."""
    locks = [
        HELD,
        CHEAP,
        lock_of(b""),
        Lock(kind=LockKind.SHARES),
        Lock(kind=LockKind.KEY_FILE, parameters=b"x"),
    ]

    assert len({lock.written() for lock in locks}) == len(locks)
