"""No (key, nonce) and no salt is used twice."""

from __future__ import annotations

import itertools
import os

import pytest

from watchword.envelope import ciphertext, suite

BLOBS = 100_000
MATERIAL = bytes(32)


def repeated(entropy: suite.Entropy, *, blobs: int) -> int:
    """Count the blobs that share their salt, hence their key, or their (key, nonce) with an earlier one."""
    salts, pairs = set(), set()
    for _ in range(blobs):
        blob = ciphertext.seal(MATERIAL, b"", key_arn="k", material_version=1, context={}, entropy=entropy)
        head = blob[: -suite.TAG_BYTES][-suite.HEAD_BYTES :]
        salt = head[: suite.SALT_BYTES]
        salts.add(salt)
        # One key comes of one salt, and another salt gives another key: HKDF.
        pairs.add((salt, suite.nonce_of(head)))
    return 2 * blobs - len(salts) - len(pairs)


def test_100_000_blobs_of_one_key_share_no_salt_and_no_nonce() -> None:
    assert repeated(os.urandom, blobs=BLOBS) == 0


@pytest.mark.parametrize("cycle", [1, 100, 999])
def test_a_source_that_repeats_itself_is_found(cycle: int) -> None:
    """The count above can fail: salts from a short cycle, nonces that are always new."""
    numbers = itertools.count()

    def entropy(size: int) -> bytes:
        number = next(numbers)
        return (number // 2 % cycle if size == suite.SALT_BYTES else number).to_bytes(size, "big")

    assert repeated(entropy, blobs=1_000) == 1_000 - cycle
