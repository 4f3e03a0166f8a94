"""The memory of unwrapped data keys: bounded in age, uses and number, and never a way around the custodian."""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest

from watchword.custody.core import Keyring
from watchword.custody.master import Master
from watchword.envelope.refused import EnvelopeRefused
from watchword.keys.data_keys import CacheLimits, DataKeys

KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111"
OTHER_ARN = KEY_ARN.replace("1111-4", "2222-4")
CONTEXT = {"SecretARN": "arn", "SecretVersionId": "v"}
NOW = 1_790_000_000_000


class CountingKeyring(Keyring):
    """A custodian that counts how often it was asked to decrypt."""

    asked = 0

    def decrypt(self, *, material: bytes, key_arn: str, context: Mapping[str, str], blob: bytes) -> bytes:
        self.asked += 1
        return super().decrypt(material=material, key_arn=key_arn, context=context, blob=blob)


class Opening:
    """A custodian, two keys of it, and the memory before it."""

    def __init__(self, limits: CacheLimits) -> None:
        master = Master(
            partition="aws", region="us-east-1", key=os.urandom(32), transport_private_key=os.urandom(32)
        )
        self.custody = CountingKeyring(master, entropy=os.urandom)
        self.materials = {arn: self.custody.create_material(key_arn=arn) for arn in (KEY_ARN, OTHER_ARN)}
        self.data_keys = DataKeys(self.custody, limits=limits)

    def blob(self, *, key_arn: str = KEY_ARN) -> tuple[bytes, bytes]:
        return self.custody.generate_data_key(
            material=self.materials[key_arn], key_arn=key_arn, context=CONTEXT, size=32
        )

    def open(
        self,
        blob: bytes,
        *,
        now: int = NOW,
        context: Mapping[str, str] = CONTEXT,
        key_arn: str = KEY_ARN,
    ) -> bytes:
        return self.data_keys.open(
            material=self.materials[key_arn], key_arn=key_arn, context=context, blob=blob, now=now
        )


def test_a_data_key_is_asked_of_the_custodian_once() -> None:
    opening = Opening(CacheLimits())
    data_key, blob = opening.blob()

    opened = [opening.open(blob) for _ in range(5)]

    assert opened == [data_key] * 5
    assert opening.custody.asked == 1


AGES = {"the last moment": (59_999, 1), "its age": (60_000, 2), "a clock that was set back": (-1, 2)}


@pytest.mark.parametrize(("later", "asked"), AGES.values(), ids=AGES)
def test_a_data_key_is_kept_for_a_minute(later: int, asked: int) -> None:
    opening = Opening(CacheLimits(age_ms_max=60_000))
    _, blob = opening.blob()

    opening.open(blob, now=NOW)
    opening.open(blob, now=NOW + later)

    assert opening.custody.asked == asked


def test_use_does_not_make_a_data_key_younger() -> None:
    opening = Opening(CacheLimits(age_ms_max=60_000))
    _, blob = opening.blob()

    for later in (0, 30_000, 59_000, 61_000):
        opening.open(blob, now=NOW + later)

    assert opening.custody.asked == 2


def test_a_data_key_is_used_a_thousand_times() -> None:
    opening = Opening(CacheLimits(uses_max=1_000))
    _, blob = opening.blob()

    for _ in range(1_000):
        opening.open(blob)
    assert opening.custody.asked == 1

    opening.open(blob)
    assert opening.custody.asked == 2


def test_no_more_data_keys_are_kept_than_the_limit_and_the_oldest_goes() -> None:
    opening = Opening(CacheLimits(entries_max=2))
    blobs = [opening.blob()[1] for _ in range(3)]

    for blob in blobs:
        opening.open(blob)
    asked = opening.custody.asked
    opening.open(blobs[1])
    opening.open(blobs[2])
    assert opening.custody.asked == asked

    opening.open(blobs[0])
    assert opening.custody.asked == asked + 1


def test_a_limit_of_none_switches_the_memory_off() -> None:
    opening = Opening(CacheLimits(entries_max=0))
    _, blob = opening.blob()

    for _ in range(3):
        opening.open(blob)

    assert opening.custody.asked == 3


def test_another_context_is_never_answered_from_memory() -> None:
    opening = Opening(CacheLimits())
    _, blob = opening.blob()
    opening.open(blob)

    with pytest.raises(EnvelopeRefused):
        opening.open(blob, context={**CONTEXT, "SecretVersionId": "w"})


def test_another_key_is_never_answered_from_memory() -> None:
    opening = Opening(CacheLimits())
    _, blob = opening.blob()
    opening.open(blob)

    with pytest.raises(EnvelopeRefused):
        opening.open(blob, key_arn=OTHER_ARN)


def test_a_context_that_the_caller_changes_later_opens_nothing() -> None:
    """The memory has its own copy: otherwise a mutable context would be its own permission."""
    opening = Opening(CacheLimits())
    _, blob = opening.blob()
    context = dict(CONTEXT)
    opening.open(blob, context=context)
    context["SecretVersionId"] = "w"

    with pytest.raises(EnvelopeRefused):
        opening.open(blob, context=context)


def test_what_is_forgotten_of_one_key_is_kept_of_another() -> None:
    opening = Opening(CacheLimits())
    _, blob = opening.blob()
    _, other = opening.blob(key_arn=OTHER_ARN)
    opening.open(blob)
    opening.open(other, key_arn=OTHER_ARN)

    opening.data_keys.forget(KEY_ARN)

    opening.open(other, key_arn=OTHER_ARN)
    assert opening.custody.asked == 2
    opening.open(blob)
    assert opening.custody.asked == 3


def test_what_is_too_old_does_not_stay_in_memory() -> None:
    opening = Opening(CacheLimits(age_ms_max=60_000))
    _, early = opening.blob()
    _, late = opening.blob()
    opening.open(early, now=NOW)
    opening.open(late, now=NOW + 1)

    opening.data_keys.expire(now=NOW + 60_000)

    # Asked with a clock at which both would be young enough: only what is still there is answered from memory.
    opening.open(late, now=NOW + 1)
    assert opening.custody.asked == 2
    opening.open(early, now=NOW + 1)
    assert opening.custody.asked == 3


def test_what_does_not_open_is_not_kept() -> None:
    opening = Opening(CacheLimits())
    _, blob = opening.blob()

    for _ in range(2):
        with pytest.raises(EnvelopeRefused):
            opening.open(blob[:-1] + bytes([blob[-1] ^ 1]))

    assert opening.custody.asked == 2
