"""What is wrapped under a Region's master opens for its owner alone."""

from __future__ import annotations

import itertools
import os
from dataclasses import fields, replace

import pytest

from watchword.envelope import wrap
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.wrap import Kind, Owner

MASTER = bytes(range(32))
CONTENT = bytes(range(32, 68))
OWNER = Owner(kind=Kind.KEY_MATERIAL, name="arn:aws:kms:us-east-1:1:key/a", region="us-east-1", account="1")
OTHER = Owner(kind=Kind.ACCESS_KEY, name="arn:aws:kms:us-east-1:1:key/b", region="us-east-2", account="2")
FIELDS = tuple(field.name for field in fields(Owner))
WRAPPED = wrap.wrap(MASTER, CONTENT, owner=OWNER, entropy=os.urandom)


def refused_at(wrapped: bytes, *, master: bytes = MASTER, owner: Owner = OWNER) -> Step:
    with pytest.raises(EnvelopeRefused) as refused:
        wrap.unwrap(master, wrapped, owner=owner)
    return refused.value.step


def test_it_opens_for_its_owner() -> None:
    assert wrap.unwrap(MASTER, WRAPPED, owner=OWNER) == CONTENT


@pytest.mark.parametrize(
    "names",
    [names for count in range(1, 5) for names in itertools.combinations(FIELDS, count)],
    ids="+".join,
)
def test_it_does_not_open_for_any_other(names: tuple[str, ...]) -> None:
    other = replace(OWNER, **{name: getattr(OTHER, name) for name in names})

    assert refused_at(WRAPPED, owner=other) is Step.TAG


def test_it_does_not_open_under_another_master() -> None:
    assert refused_at(WRAPPED, master=bytes(32)) is Step.COMMITMENT


def test_every_single_bit_that_is_flipped_and_every_truncation_is_noticed() -> None:
    for bit in range(len(WRAPPED) * 8):
        changed = bytearray(WRAPPED)
        changed[bit // 8] ^= 1 << bit % 8
        refused_at(bytes(changed))
    for length in range(len(WRAPPED)):
        refused_at(WRAPPED[:length])


def test_what_is_too_long_for_a_key_is_not_wrapped() -> None:
    with pytest.raises(EnvelopeRefused) as refused:
        wrap.wrap(MASTER, bytes(wrap.CONTENT_BYTES_MAX + 1), owner=OWNER, entropy=os.urandom)

    assert refused.value.step is Step.LENGTH
