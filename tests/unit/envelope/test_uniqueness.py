"""No (key, nonce) and no salt is used twice."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable

import pytest

from watchword.envelope import ciphertext, suite, transport, value, wrap
from watchword.envelope.value import Binding
from watchword.envelope.wrap import Kind, Owner

BLOBS = 100_000
ENVELOPES = 1_000_000
MESSAGES = 5_000
MATERIAL = bytes(32)
HERE = Binding(
    partition="aws",
    region="us-east-1",
    account="1",
    secret_arn="a",
    version_id="v",
    content_id="c",
    kind="binary",
)
OWNER = Owner(kind=Kind.ACCESS_KEY, name="AKIA", region="us-east-1", account="")

Seal = Callable[[suite.Entropy], bytes]
SEALS: dict[str, tuple[Seal, bytes]] = {
    "blobs": (
        lambda entropy: ciphertext.seal(
            MATERIAL, b"", key_arn="k", material_version=1, context={}, entropy=entropy
        ),
        ciphertext.PURPOSE,
    ),
    "values": (lambda entropy: value.seal(MATERIAL, b"", binding=HERE, entropy=entropy), value.PURPOSE),
    "wrapped keys": (lambda entropy: wrap.wrap(MATERIAL, b"", owner=OWNER, entropy=entropy), wrap.PURPOSE),
}


def repeated(entropy: suite.Entropy, *, count: int, kind: str = "blobs") -> int:
    """Count the envelopes that share their salt, hence their key, or their (key, nonce) with an earlier one."""
    seal = SEALS[kind][0]
    salts, pairs = set(), set()
    for _ in range(count):
        head = seal(entropy)[: -suite.TAG_BYTES][-suite.HEAD_BYTES :]
        salt = head[: suite.SALT_BYTES]
        salts.add(salt)
        # One key comes of one salt, and another salt gives another key: HKDF.
        pairs.add(salt + suite.nonce_of(head))
    return 2 * count - len(salts) - len(pairs)


@pytest.mark.parametrize("kind", SEALS)
def test_another_salt_is_another_key_and_another_nonce_leaves_it_alone(kind: str) -> None:
    """What the count below rests on: the key is a function of the salt, and of nothing else that changes."""
    seal, purpose = SEALS[kind]
    keys = set()
    for salt, nonce in itertools.product((b"1" * 32, b"2" * 32), (b"1" * 12, b"2" * 12)):
        sealed = seal(_said(salt, nonce))
        prefix = sealed[: -suite.HEAD_BYTES - suite.TAG_BYTES]
        assert salt + nonce in sealed
        keys.add(suite.derive(MATERIAL, salt=salt, purpose=purpose, prefix=prefix))

    assert len(keys) == 2
    assert len({key for key, _ in keys}) == 2


def _said(salt: bytes, nonce: bytes) -> suite.Entropy:
    return lambda size: salt if size == suite.SALT_BYTES else nonce


def test_100_000_blobs_of_one_key_share_no_salt_and_no_nonce() -> None:
    assert repeated(os.urandom, count=BLOBS) == 0


@pytest.mark.deep
@pytest.mark.parametrize("kind", SEALS)
def test_1_000_000_envelopes_of_one_key_share_no_salt_and_no_nonce(kind: str) -> None:
    assert repeated(os.urandom, count=ENVELOPES, kind=kind) == 0


@pytest.mark.parametrize("cycle", [1, 100, 999])
@pytest.mark.parametrize("kind", SEALS)
def test_a_source_that_repeats_itself_is_found(cycle: int, kind: str) -> None:
    """The count above can fail: salts from a short cycle, nonces that are always new."""
    numbers = itertools.count()

    def entropy(size: int) -> bytes:
        number = next(numbers)
        return (number // 2 % cycle if size == suite.SALT_BYTES else number).to_bytes(size, "big")

    assert repeated(entropy, count=1_000, kind=kind) == 1_000 - cycle


def test_5_000_messages_to_one_region_share_no_encapsulated_key() -> None:
    """An HPKE message's key and nonce both come of its ephemeral key (RFC 9180, 5.1)."""
    pair = transport.generate_pair(os.urandom)
    at = len(suite.PREFIX)
    seen = {
        transport.seal_to(pair.public_key, b"", info=b"")[at : at + transport.ENCAPSULATED_BYTES]
        for _ in range(MESSAGES)
    }

    assert len(seen) == MESSAGES
