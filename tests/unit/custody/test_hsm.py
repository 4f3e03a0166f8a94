"""What is kept of an HSM's answers: rows under a master that stays in it, locks, and what the root says of both."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from watchword.custody.core import Keyring
from watchword.custody.files import RootError
from watchword.custody.hsm import HsmOpener, lock_parts, unwrap_row, wrap_row
from watchword.custody.lock import Lock, LockKind
from watchword.custody.master import InHsm, Master, key_from, key_written
from watchword.envelope import wrap
from watchword.envelope.fields import encoded, joined
from watchword.envelope.refused import EnvelopeRefused, Step

MASTER = InHsm(master_id=bytes(range(16)), key_label="region-root")
OWNER = wrap.Owner(kind=wrap.Kind.KEY_MATERIAL, name="arn:1", region="us-east-1", account="1")
CONTENT = bytes(range(36))
KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111"


@dataclass(kw_only=True)
class InMemory:
    """The port `Hsm` with keys in memory, in the form that a token's AES-GCM gives."""

    keys: dict[str, bytes] = field(
        default_factory=lambda: {"region-root": bytes(32), "another": bytes(31) + b"1"}
    )
    asked: int = 0

    def make(self, *, key_label: str, bound: bytes) -> tuple[bytes, bytes]:
        self.asked += 1
        key, nonce = os.urandom(32), os.urandom(12)
        return key, nonce + AESGCM(self.keys[key_label]).encrypt(nonce, key, bound)

    def open(self, *, key_label: str, bound: bytes, wrapped: bytes) -> bytes:
        self.asked += 1
        try:
            return AESGCM(self.keys[key_label]).decrypt(wrapped[:12], wrapped[12:], bound)
        except InvalidTag:
            raise EnvelopeRefused(Step.TAG) from None


def refused(act: Callable[[], object]) -> Step:
    with pytest.raises(EnvelopeRefused) as refusal:
        act()
    return refusal.value.step


def test_a_row_opens_for_its_owner_and_changes_with_each_wrapping() -> None:
    hsm = InMemory()
    rows = [wrap_row(hsm, MASTER, CONTENT, owner=OWNER, entropy=os.urandom) for _ in range(3)]

    assert len(set(rows)) == 3
    assert all(unwrap_row(hsm, MASTER, row, owner=OWNER) == CONTENT for row in rows)


def test_every_flipped_bit_of_a_row_is_refused() -> None:
    hsm = InMemory()
    row = wrap_row(hsm, MASTER, CONTENT, owner=OWNER, entropy=os.urandom)

    for at in range(8 * len(row)):
        changed = bytearray(row)
        changed[at // 8] ^= 1 << at % 8
        refused(lambda changed=bytes(changed): unwrap_row(hsm, MASTER, changed, owner=OWNER))  # type: ignore[misc]


@pytest.mark.parametrize("size", [0, 1, 2, 18, 77, 78, 150])
def test_a_row_that_is_cut_short_is_refused(size: int) -> None:
    hsm = InMemory()
    row = wrap_row(hsm, MASTER, CONTENT, owner=OWNER, entropy=os.urandom)

    refused(lambda: unwrap_row(hsm, MASTER, row[:size], owner=OWNER))


def test_a_row_opens_for_no_other_owner() -> None:
    hsm = InMemory()
    owners = [
        wrap.Owner(kind=kind, name=name, region=region, account=account)
        for kind, name, region, account in itertools.product(
            (wrap.Kind.KEY_MATERIAL, wrap.Kind.MAC_MATERIAL), ("arn:1", "arn:2"), ("r1", "r2"), ("1", "2")
        )
    ]
    rows = [wrap_row(hsm, MASTER, CONTENT, owner=owner, entropy=os.urandom) for owner in owners]

    for (row, its), owner in itertools.product(zip(rows, owners, strict=True), owners):
        if owner != its:
            assert refused(lambda row=row, owner=owner: unwrap_row(hsm, MASTER, row, owner=owner)) is Step.TAG  # type: ignore[misc]


def test_a_row_of_another_master_is_told_without_the_hsm() -> None:
    """So that re-wrapping knows which it is, and an HSM is not asked in vain."""
    hsm = InMemory()
    row = wrap_row(hsm, MASTER, CONTENT, owner=OWNER, entropy=os.urandom)
    outside = wrap.wrap(bytes(32), CONTENT, owner=OWNER, entropy=os.urandom)
    other = InHsm(master_id=bytes(16), key_label="region-root")
    asked = hsm.asked

    assert refused(lambda: unwrap_row(hsm, other, row, owner=OWNER)) is Step.COMMITMENT
    assert refused(lambda: unwrap_row(hsm, MASTER, outside, owner=OWNER)) is Step.COMMITMENT
    assert refused(lambda: wrap.unwrap(bytes(32), row, owner=OWNER)) is Step.SUITE
    assert hsm.asked == asked


def test_two_masters_under_one_key_stay_two() -> None:
    """The master is bound in the HSM: a row whose head is changed to another master does not open under that."""
    hsm = InMemory()
    row = wrap_row(hsm, MASTER, CONTENT, owner=OWNER, entropy=os.urandom)
    other = InHsm(master_id=bytes(16), key_label="region-root")

    assert refused(lambda: unwrap_row(hsm, other, row[:2] + bytes(16) + row[18:], owner=OWNER)) is Step.TAG


def keyring(hsm: InMemory, *, key: bytes | InHsm = MASTER, before: bytes | InHsm | None = None) -> Keyring:
    master = Master(
        partition="aws",
        region="us-east-1",
        key=key,
        before=before,
        transport_private_key=bytes(32),
        token_key=bytes(32),
    )
    return Keyring(master, entropy=os.urandom, hsm=hsm)


def test_under_a_master_in_the_hsm_every_use_of_a_key_asks_it() -> None:
    hsm = InMemory()
    held = keyring(hsm)
    material = held.create_material(key_arn=KEY_ARN)
    blob = held.encrypt(material=material, key_arn=KEY_ARN, context={}, plaintext=b"x")
    asked = hsm.asked

    for _ in range(3):
        assert held.decrypt(material=material, key_arn=KEY_ARN, context={}, blob=blob) == b"x"

    assert hsm.asked == asked + 3


MOVES: dict[str, tuple[bytes | InHsm, bytes | InHsm]] = {
    "into the HSM": (bytes(32), MASTER),
    "out of it": (MASTER, bytes(32)),
    "to another key of it": (MASTER, InHsm(master_id=bytes(16), key_label="another")),
}


@pytest.mark.parametrize(("old", "new"), MOVES.values(), ids=MOVES)
def test_rows_move_between_masters(old: bytes | InHsm, new: bytes | InHsm) -> None:
    hsm = InMemory()
    before, both, after = keyring(hsm, key=old), keyring(hsm, key=new, before=old), keyring(hsm, key=new)
    material, mac = (
        before.create_material(key_arn=KEY_ARN),
        before.create_mac_material(key_arn=KEY_ARN, size=32),
    )
    sealed = before.seal_access_key(access_key_id="AKIA", secret_access_key="never a real one")
    blob = before.encrypt(material=material, key_arn=KEY_ARN, context={}, plaintext=b"x")

    assert both.decrypt(material=material, key_arn=KEY_ARN, context={}, blob=blob) == b"x"
    moved = both.rewrap_material(material=material, key_arn=KEY_ARN)
    assert moved != material
    assert both.rewrap_material(material=moved, key_arn=KEY_ARN) == moved
    moved_mac = both.rewrap_material(material=mac, key_arn=KEY_ARN)
    moved_key = both.rewrap_access_key(sealed=sealed, access_key_id="AKIA")
    assert after.decrypt(material=moved, key_arn=KEY_ARN, context={}, blob=blob) == b"x"
    macs = [
        one.generate_mac(material=wrapped, key_arn=KEY_ARN, algorithm="HMAC_SHA_256", message=b"m")
        for one, wrapped in ((before, mac), (after, moved_mac))
    ]
    assert macs[0] == macs[1]
    after.rewrap_access_key(sealed=moved_key, access_key_id="AKIA")
    with pytest.raises(EnvelopeRefused):
        after.decrypt(material=material, key_arn=KEY_ARN, context={}, blob=blob)


def test_a_master_in_an_hsm_is_refused_where_there_is_none() -> None:
    master = Master(partition="aws", region="us-east-1", key=MASTER, transport_private_key=bytes(32))

    with pytest.raises(RootError, match=r"\[custodian.hsm\]"):
        Keyring(master, entropy=os.urandom)


def test_a_lock_names_its_key_and_opens_with_no_other() -> None:
    hsm = InMemory()
    opener = HsmOpener(hsm=hsm, key_label="region-root")
    held = Lock(kind=LockKind.KEY_FILE)

    lock, key = opener.new(held=held, entropy=os.urandom)

    assert opener.key(lock) == key
    assert HsmOpener(hsm=hsm, key_label="another").key(lock) == key
    label, wrapped = lock_parts(lock)
    assert (label, len(wrapped)) == ("region-root", 60)
    elsewhere = Lock(kind=LockKind.HSM, parameters=joined(encoded("another"), wrapped))
    with pytest.raises(RootError, match="does not open the root"):
        opener.key(elsewhere)


def test_a_locks_key_is_no_row_key() -> None:
    """What was wrapped as the one is refused as the other, or a row could be made of a stolen root."""
    hsm = InMemory()
    lock, _ = HsmOpener(hsm=hsm, key_label="region-root").new(
        held=Lock(kind=LockKind.KEY_FILE), entropy=os.urandom
    )
    row = wrap_row(hsm, MASTER, CONTENT, owner=OWNER, entropy=os.urandom)

    _, wrapped = lock_parts(lock)
    assert refused(lambda: unwrap_row(hsm, MASTER, row[:18] + wrapped + row[78:], owner=OWNER)) is Step.TAG


@pytest.mark.parametrize(
    "lock",
    [
        Lock(kind=LockKind.KEY_FILE, parameters=joined(b"region-root", bytes(60))),
        Lock(kind=LockKind.HSM),
        Lock(kind=LockKind.HSM, parameters=joined(b"region-root")),
        Lock(kind=LockKind.HSM, parameters=joined(b"region-root", bytes(59))),
        Lock(kind=LockKind.HSM, parameters=joined(b"\xff", bytes(60))),
        Lock(kind=LockKind.HSM, parameters=b"\xff" * 70),
    ],
)
def test_a_damaged_lock_is_one_sentence(lock: Lock) -> None:
    with pytest.raises(RootError, match="damaged"):
        lock_parts(lock)


def test_a_masters_key_is_read_back_as_it_was_written() -> None:
    assert key_from(key_written(MASTER)) == MASTER
    assert key_from(key_written(bytes(32))) == bytes(32)
    assert len(key_written(InHsm(master_id=bytes(16), key_label=""))) > 32


@pytest.mark.parametrize("written", [b"", bytes(31), bytes(33), joined(b"x", bytes(16), b"k"), joined(b"x")])
def test_what_is_no_masters_key_is_refused(written: bytes) -> None:
    refused(lambda: key_from(written))
