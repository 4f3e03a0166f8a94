"""Material of a multi-Region key opens for the custodian it is for, from the custodian that sealed it, as what it is."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from watchword.envelope import transport
from watchword.envelope.consignment import MATERIAL_BYTES_MAX, Consignment, open_material, seal_material
from watchword.envelope.refused import EnvelopeRefused, Step

OURS, THEIRS, STRANGER = (transport.generate_pair(os.urandom) for _ in range(3))
MATERIAL = bytes(range(32))
CONSIGNMENT = Consignment(
    partition="aws",
    account="123456789012",
    key_id="mrk-1",
    material_version=7,
    mac=False,
    source_region="us-east-1",
    target_region="us-east-2",
)


def sealed(consignment: Consignment = CONSIGNMENT, *, by: transport.Pair = OURS) -> bytes:
    return seal_material(
        MATERIAL,
        consignment=consignment,
        private_key=by.private_key,
        recipient=THEIRS.public_key,
        entropy=os.urandom,
    )


def opened(
    blob: bytes,
    consignment: Consignment = CONSIGNMENT,
    *,
    by: transport.Pair = THEIRS,
    sender: bytes = OURS.public_key,
) -> bytes:
    return open_material(blob, consignment=consignment, private_key=by.private_key, sender=sender)


def test_material_opens_at_the_custodian_that_it_was_sealed_to() -> None:
    assert MATERIAL == opened(sealed())


OTHERS = {
    "another partition": replace(CONSIGNMENT, partition="aws-cn"),
    "another account": replace(CONSIGNMENT, account="210987654321"),
    "another key": replace(CONSIGNMENT, key_id="mrk-2"),
    "another version": replace(CONSIGNMENT, material_version=8),
    "another kind": replace(CONSIGNMENT, mac=True),
    "from another Region": replace(CONSIGNMENT, source_region="eu-west-1"),
    "for another Region": replace(CONSIGNMENT, target_region="eu-west-1"),
    "a border moved": replace(CONSIGNMENT, account="12345678901", key_id="2mrk-1"),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_material_is_refused_as_anything_else_than_what_it_is(other: Consignment) -> None:
    with pytest.raises(EnvelopeRefused):
        opened(sealed(), other)
    with pytest.raises(EnvelopeRefused):
        opened(sealed(other))


def test_another_custodian_opens_nothing() -> None:
    with pytest.raises(EnvelopeRefused):
        opened(sealed(), by=STRANGER)


def test_who_is_no_custodian_of_that_region_can_not_make_material_up() -> None:
    """Anybody can seal to a public key; that it opens takes the private half of the Region that it is said to be from."""
    with pytest.raises(EnvelopeRefused) as refused:
        opened(sealed(by=STRANGER))

    assert refused.value.step is Step.COMMITMENT


def test_what_was_sealed_in_one_direction_does_not_open_in_the_other() -> None:
    back = seal_material(
        MATERIAL,
        consignment=CONSIGNMENT,
        private_key=THEIRS.private_key,
        recipient=OURS.public_key,
        entropy=os.urandom,
    )

    with pytest.raises(EnvelopeRefused):
        opened(back)


def test_every_single_bit_that_is_flipped_is_noticed() -> None:
    blob = sealed()
    for bit in range(len(blob) * 8):
        changed = bytearray(blob)
        changed[bit // 8] ^= 1 << bit % 8

        with pytest.raises(EnvelopeRefused):
            opened(bytes(changed))


def test_every_truncation_is_noticed() -> None:
    blob = sealed()
    for length in range(len(blob)):
        with pytest.raises(EnvelopeRefused):
            opened(blob[:length])


@pytest.mark.parametrize("size", [0, MATERIAL_BYTES_MAX + 1])
def test_what_is_no_material_is_not_sealed(size: int) -> None:
    with pytest.raises(EnvelopeRefused) as refused:
        seal_material(
            bytes(size),
            consignment=CONSIGNMENT,
            private_key=OURS.private_key,
            recipient=THEIRS.public_key,
            entropy=os.urandom,
        )

    assert refused.value.step is Step.LENGTH


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(32), b"\1" + bytes(31)])
def test_what_is_no_transport_key_is_refused(key: bytes) -> None:
    """RFC 7748, section 6.1: a point of low order, with which everybody agrees on zero."""
    with pytest.raises(EnvelopeRefused) as refused:
        seal_material(
            MATERIAL,
            consignment=CONSIGNMENT,
            private_key=OURS.private_key,
            recipient=key,
            entropy=os.urandom,
        )

    assert refused.value.step is Step.KEY


def test_two_envelopes_of_one_material_have_nothing_in_common() -> None:
    one, other = sealed(), sealed()

    assert not {one[at : at + 16] for at in range(2, len(one) - 15)} & {
        other[at : at + 16] for at in range(2, len(other) - 15)
    }
