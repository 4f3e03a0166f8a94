"""Ids of requests and events: random UUIDs, made in batches."""

from __future__ import annotations

import os
import uuid

from watchword.api.ids import BATCH_IDS, Ids, uuid4


def test_an_id_is_a_version_4_uuid_of_its_random_bytes() -> None:
    """RFC 9562 section 5.4: version and variant take six bits, all others are the random ones."""
    for number in range(256):
        random = bytes([number]) * 16
        written = uuid.UUID(uuid4(random))

        assert (4, uuid.RFC_4122) == (written.version, written.variant)
        assert uuid.UUID(bytes=random, version=4) == written


def test_a_batch_asks_for_random_bytes_once_and_repeats_nothing() -> None:
    asked: list[int] = []

    def entropy(size: int) -> bytes:
        asked.append(size)
        return os.urandom(size)

    ids = Ids(entropy)

    made = [ids() for _ in range(BATCH_IDS + 1)]

    assert len(made) == len(set(made))
    assert [16 * BATCH_IDS, 16 * BATCH_IDS] == asked
