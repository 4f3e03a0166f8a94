"""KMS blobs open under their material with their encryption context; until then the header is a hint."""

from __future__ import annotations

import os

import pytest

from watchword.envelope import ciphertext, suite
from watchword.envelope.ciphertext import Header
from watchword.envelope.refused import EnvelopeRefused, Step

MATERIAL = bytes(range(32))
KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111"
CONTEXT = {
    "SecretARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf",
    "SecretVersionId": "v",
}
DATA_KEY = bytes(range(32, 64))


def sealed(
    plaintext: bytes = DATA_KEY, *, key_arn: str = KEY_ARN, context: dict[str, str] = CONTEXT
) -> bytes:
    return ciphertext.seal(
        MATERIAL, plaintext, key_arn=key_arn, material_version=7, context=context, entropy=os.urandom
    )


def refused_at(blob: bytes, *, material: bytes = MATERIAL, context: dict[str, str] = CONTEXT) -> Step:
    with pytest.raises(EnvelopeRefused) as refused:
        ciphertext.open_ciphertext(material, blob, context=context)
    return refused.value.step


def test_a_blob_opens_under_its_material_with_its_context() -> None:
    assert ciphertext.open_ciphertext(MATERIAL, sealed(), context=CONTEXT) == DATA_KEY


def test_the_context_may_come_in_any_order() -> None:
    """KMS Developer Guide: the order of the pairs does not matter."""
    turned = dict(reversed(CONTEXT.items()))

    assert ciphertext.open_ciphertext(MATERIAL, sealed(), context=turned) == DATA_KEY


def test_the_header_names_key_and_material_version() -> None:
    assert ciphertext.header(sealed()) == Header(key_arn=KEY_ARN, material_version=7)


OTHER_CONTEXTS = {
    "none": {},
    "one pair less": {"SecretVersionId": "v"},
    "one pair more": CONTEXT | {"more": ""},
    "another value": CONTEXT | {"SecretVersionId": "w"},
    "another case": CONTEXT | {"SecretVersionId": "V"},
    "another name": {"SecretARN": CONTEXT["SecretARN"], "SecretVersionID": "v"},
    "names and values swapped": {value: name for name, value in CONTEXT.items()},
    "a border moved": {"SecretARN": CONTEXT["SecretARN"], "SecretVersionIdv": ""},
}


@pytest.mark.parametrize("context", OTHER_CONTEXTS.values(), ids=OTHER_CONTEXTS)
def test_another_context_is_refused(context: dict[str, str]) -> None:
    """KMS Developer Guide: an exact, case-sensitive match."""
    assert refused_at(sealed(), context=context) is Step.TAG


def test_every_single_bit_that_is_flipped_is_noticed() -> None:
    blob = sealed()
    for bit in range(len(blob) * 8):
        changed = bytearray(blob)
        changed[bit // 8] ^= 1 << bit % 8

        refused_at(bytes(changed))


def test_every_truncation_is_noticed() -> None:
    blob = sealed()
    for length in range(len(blob)):
        refused_at(blob[:length])


def test_a_blob_does_not_open_under_other_material() -> None:
    assert refused_at(sealed(), material=DATA_KEY) is Step.COMMITMENT


def test_the_name_of_another_key_in_the_header_does_not_open() -> None:
    """The header was rewritten to a name of the same length; it is part of what is sealed."""
    blob = sealed().replace(b"key/1111", b"key/2222")

    assert ciphertext.header(blob).key_arn != KEY_ARN
    assert refused_at(blob) is Step.COMMITMENT


NOT_OURS = {
    "nothing": (b"", Step.FORMAT),
    "another magic": (b"AWS" + sealed()[3:], Step.FORMAT),
    "another format": (b"WWK\x02\x01" + sealed()[5:], Step.FORMAT),
    "another suite": (b"WWK\x01\x02" + sealed()[5:], Step.SUITE),
    "magic alone": (b"WWK", Step.LENGTH),
    "an ARN longer than the blob": (b"WWK\x01\x01\x01\xff" + b"a" * 100, Step.LENGTH),
    "an ARN longer than any": (b"WWK\x01\x01\xff\xff" + b"a" * 100, Step.LENGTH),
    "an ARN that is no text": (b"WWK\x01\x01\x00\x01\xff" + bytes(200), Step.TEXT),
    "longer than any blob": (sealed() + bytes(6_144), Step.LENGTH),
}


@pytest.mark.parametrize(("blob", "step"), NOT_OURS.values(), ids=NOT_OURS)
def test_what_is_not_a_blob_of_ours_is_refused_while_its_header_is_read(blob: bytes, step: Step) -> None:
    with pytest.raises(EnvelopeRefused) as refused:
        ciphertext.header(blob)

    assert refused.value.step is step
    assert refused_at(blob) is step


def test_the_largest_plaintext_under_the_longest_name_stays_within_awss_limit() -> None:
    """KMS API, Encrypt: plaintext up to 4,096 bytes; Decrypt: blob up to 6,144."""
    blob = sealed(bytes(4_096), key_arn="a" * ciphertext.KEY_ARN_BYTES_MAX)

    assert len(blob) <= 6_144
    assert ciphertext.open_ciphertext(MATERIAL, blob, context=CONTEXT) == bytes(4_096)


def test_what_is_too_long_is_not_sealed() -> None:
    with pytest.raises(EnvelopeRefused) as plaintext:
        sealed(bytes(4_097))
    with pytest.raises(EnvelopeRefused) as key_arn:
        sealed(key_arn="a" * (ciphertext.KEY_ARN_BYTES_MAX + 1))

    assert plaintext.value.step is key_arn.value.step is Step.LENGTH


def test_a_blob_is_no_value_and_no_wrapped_key() -> None:
    """Same key, same suite, another purpose: the derived keys have nothing in common."""
    blob = sealed()
    prefix_bytes = len(blob) - suite.HEAD_BYTES - len(DATA_KEY) - suite.TAG_BYTES
    for purpose in (b"watchword/value/1", b"watchword/wrap/1", b"watchword/token/1"):
        with pytest.raises(EnvelopeRefused) as refused:
            suite.unseal(MATERIAL, blob, purpose=purpose, prefix_bytes=prefix_bytes, bound=b"")
        assert refused.value.step is Step.COMMITMENT
