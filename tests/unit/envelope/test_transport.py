"""From custodian to custodian: opened by the Region it was sealed to, for the carriage it was sealed for."""

from __future__ import annotations

import itertools
import os
from dataclasses import fields, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from watchword.envelope import suite, transport
from watchword.envelope.fields import joined
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.transport import Carriage, CredentialCarriage, CredentialKind
from watchword.envelope.value import VALUE_BYTES_MAX
from watchword.envelope.wrap import Kind

PAIR = transport.generate_pair(os.urandom)
PLAINTEXT = b"correct horse battery staple"
CARRIAGE = Carriage(
    protocol_version=1,
    link_id="l1",
    epoch=2,
    revision=3,
    primary_arn="arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf",
    replica_arn="arn:aws:secretsmanager:us-east-2:123456789012:secret:db-AbCdEf",
    version_id="v1",
    content_id="c1",
    kind="string",
    source_region="us-east-1",
    target_region="us-east-2",
)
OTHER = Carriage(
    protocol_version=2,
    link_id="l2",
    epoch=3,
    revision=4,
    primary_arn="arn:aws:secretsmanager:us-east-1:123456789012:secret:db-GhIjKl",
    replica_arn="arn:aws:secretsmanager:us-east-2:123456789012:secret:db-GhIjKl",
    version_id="v2",
    content_id="c2",
    kind="binary",
    source_region="us-east-2",
    target_region="us-east-1",
)
FIELDS = tuple(field.name for field in fields(Carriage))
SEALED = transport.seal_to(PAIR.public_key, PLAINTEXT, info=CARRIAGE.info())


def refused_at(
    sealed: bytes, *, private_key: bytes = PAIR.private_key, carriage: Carriage = CARRIAGE
) -> Step:
    with pytest.raises(EnvelopeRefused) as refused:
        transport.open_sealed(private_key, sealed, info=carriage.info())
    return refused.value.step


@pytest.mark.parametrize(
    "plaintext", [b"", PLAINTEXT, bytes(VALUE_BYTES_MAX)], ids=["empty", "text", "largest"]
)
def test_it_opens_at_the_other_end(plaintext: bytes) -> None:
    sealed = transport.seal_to(PAIR.public_key, plaintext, info=CARRIAGE.info())

    assert transport.open_sealed(PAIR.private_key, sealed, info=CARRIAGE.info()) == plaintext


@pytest.mark.parametrize(
    "names", [names for count in (1, 2) for names in itertools.combinations(FIELDS, count)], ids="+".join
)
def test_it_does_not_open_for_another_carriage(names: tuple[str, ...]) -> None:
    other = replace(CARRIAGE, **{name: getattr(OTHER, name) for name in names})

    assert refused_at(SEALED, carriage=other) is Step.TAG


def test_an_epoch_and_a_revision_do_not_run_into_each_other() -> None:
    one, other = replace(CARRIAGE, epoch=1, revision=11), replace(CARRIAGE, epoch=11, revision=1)

    assert one.info() != other.info()


def test_it_does_not_open_in_another_region() -> None:
    assert refused_at(SEALED, private_key=transport.generate_pair(os.urandom).private_key) is Step.TAG


def test_every_single_bit_that_is_flipped_and_every_truncation_is_noticed() -> None:
    """X25519 ignores one bit of the encapsulated key; HPKE binds that one too (RFC 9180, 4.1)."""
    for bit in range(len(SEALED) * 8):
        changed = bytearray(SEALED)
        changed[bit // 8] ^= 1 << bit % 8
        refused_at(bytes(changed))
    for length in range(len(SEALED)):
        refused_at(SEALED[:length])


def test_sealing_the_same_twice_gives_two_different_ciphertexts() -> None:
    assert transport.seal_to(PAIR.public_key, PLAINTEXT, info=CARRIAGE.info()) != SEALED


LOW_ORDER = {
    "zero": bytes(32),
    "one": b"\x01" + bytes(31),
    "order 8": bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    "short": bytes(31),
    "long": bytes(33),
}


@pytest.mark.parametrize("public_key", LOW_ORDER.values(), ids=LOW_ORDER)
def test_nothing_is_sealed_to_a_key_that_everybody_agrees_with(public_key: bytes) -> None:
    """RFC 7748, 6.1; the points are those of the curve's small subgroup."""
    with pytest.raises(EnvelopeRefused) as refused:
        transport.seal_to(public_key, PLAINTEXT, info=b"")

    assert refused.value.step is Step.KEY


def test_what_does_not_begin_with_the_commitment_is_refused() -> None:
    """A whole HPKE message for this carriage, by a sender that leaves the zeros out or changes one bit of them."""
    hpke = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    recipient = X25519PublicKey.from_public_bytes(PAIR.public_key)
    info = joined(transport.PURPOSE, suite.PREFIX, CARRIAGE.info())
    for opened in (PLAINTEXT + bytes(32), *((1 << bit).to_bytes(32, "big") for bit in range(256))):
        sealed = suite.PREFIX + hpke.encrypt(opened, recipient, info=info)

        assert refused_at(sealed) is Step.COMMITMENT
    short = suite.PREFIX + hpke.encrypt(bytes(31), recipient, info=info)
    assert refused_at(short) is Step.LENGTH


@pytest.mark.parametrize("encapsulated", [bytes(32), b"\x01" + bytes(31)])
def test_an_encapsulated_key_of_low_order_is_refused(encapsulated: bytes) -> None:
    assert refused_at(SEALED[:2] + encapsulated + SEALED[34:]) is Step.TAG


def test_another_format_or_suite_is_refused() -> None:
    assert refused_at(b"\x02" + SEALED[1:]) is Step.FORMAT
    assert refused_at(b"\x01\x02" + SEALED[2:]) is Step.SUITE


def test_the_private_half_is_not_shown() -> None:
    shown = f"{PAIR!r} {PAIR}"

    assert "***" in shown
    assert repr(PAIR.private_key)[2:-1] not in shown
    assert len(PAIR.public_key) == suite.KEY_BYTES


def test_what_is_longer_than_a_value_is_not_sealed() -> None:
    with pytest.raises(EnvelopeRefused) as refused:
        transport.seal_to(PAIR.public_key, bytes(VALUE_BYTES_MAX + 1), info=b"")

    assert refused.value.step is Step.LENGTH


CREDENTIAL = CredentialCarriage(
    protocol_version=1,
    link_id="l1",
    epoch=2,
    revision=3,
    content_id="c1",
    source_region="us-east-1",
    target_region="us-east-2",
)
OTHER_CREDENTIAL = CredentialCarriage(
    protocol_version=2,
    link_id="l2",
    epoch=3,
    revision=4,
    content_id="c2",
    source_region="us-east-2",
    target_region="us-east-1",
)


@pytest.mark.parametrize("name", [field.name for field in fields(CredentialCarriage)])
def test_a_credential_s_carriage_says_each_of_its_fields(name: str) -> None:
    other = replace(CREDENTIAL, **{name: getattr(OTHER_CREDENTIAL, name)})

    assert other.info() != CREDENTIAL.info()


def test_what_is_sealed_for_one_purpose_does_not_open_for_another() -> None:
    """Or a credential could be taken over as a secret's value, which its owner may read."""
    sealed = transport.seal_to(PAIR.public_key, PLAINTEXT, info=b"i", purpose=transport.CREDENTIAL_PURPOSE)

    with pytest.raises(EnvelopeRefused):
        transport.open_sealed(PAIR.private_key, sealed, info=b"i")
    opened = transport.open_sealed(PAIR.private_key, sealed, info=b"i", purpose=transport.CREDENTIAL_PURPOSE)
    assert opened == PLAINTEXT


def test_every_kind_of_credential_is_one_that_is_wrapped() -> None:
    assert {kind.value for kind in CredentialKind} < {kind.value for kind in Kind}
