"""AES-GCM does not commit to its key; our envelopes do.

The attack: without the keys' owner noticing, one ciphertext is made that AES-GCM opens under two keys, to two
different values. Its last block is chosen so that the tags under both keys meet: a linear equation over
GF(2^128).
"""

from __future__ import annotations

import base64
import os

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.unit.envelope.rfc9180 import key_and_nonce

from watchword.envelope import ciphertext, suite, token, transport, value, wrap
from watchword.envelope.fields import canonical_context, joined
from watchword.envelope.refused import EnvelopeRefused, Step

ONE, OTHER = bytes(32), bytes(range(32))
HERE = value.Binding(
    partition="aws",
    region="us-east-1",
    account="123456789012",
    secret_arn="arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf",
    version_id="v",
    content_id="c",
    kind="binary",
)


def times(one: int, other: int) -> int:
    """Multiply in GCM's field (SP 800-38D, 6.3: the leftmost bit is the coefficient of x^0)."""
    product = 0
    for bit in range(127, -1, -1):
        if other >> bit & 1:
            product ^= one
        one = one >> 1 ^ (0xE1 << 120 if one & 1 else 0)
    return product


def power(one: int, exponent: int) -> int:
    product = 1 << 127
    while exponent:
        if exponent & 1:
            product = times(product, one)
        one, exponent = times(one, one), exponent >> 1
    return product


def encrypted_block(key: bytes, block: bytes) -> int:
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - one block, as GCM itself does
    return int.from_bytes(encryptor.update(block), "big")


def ghash(h: int, blocks: list[int]) -> int:
    folded = 0
    for block in blocks:
        folded = times(folded ^ block, h)
    return folded


def blocks_of(content: bytes) -> list[int]:
    padded = content + bytes(-len(content) % 16)
    return [int.from_bytes(padded[at : at + 16], "big") for at in range(0, len(padded), 16)]


def opens_under_both(
    keys: tuple[bytes, bytes], *, nonces: tuple[bytes, bytes], associated: bytes, lead: bytes
) -> bytes:
    """Return what AES-GCM takes under either key with its nonce: the lead, whole blocks, a chosen block, then the tag."""
    assert len(lead) % 16 == 0
    lengths = (len(associated) * 8 << 64) | (len(lead) + 16) * 8
    tags, factors = [], []
    for key, nonce in zip(keys, nonces, strict=True):
        h = encrypted_block(key, bytes(16))
        mask = encrypted_block(key, nonce + b"\0\0\0\1")
        tags.append(ghash(h, [*blocks_of(associated), *blocks_of(lead), 0, lengths]) ^ mask)
        # The chosen block is followed by the lengths: it enters the tag times H squared.
        factors.append(times(h, h))
    chosen = times(tags[0] ^ tags[1], power(factors[0] ^ factors[1], 2**128 - 2))
    tag = tags[0] ^ times(chosen, factors[0])
    content = lead + chosen.to_bytes(16, "big") + tag.to_bytes(16, "big")

    # The attack is a real one: AES-GCM itself opens it twice, and to different values.
    opened = [
        AESGCM(key).decrypt(nonce, content, associated) for key, nonce in zip(keys, nonces, strict=True)
    ]
    assert opened[0] != opened[1]
    return content


def forged(purpose: bytes, *, prefix: bytes, bound: bytes) -> bytes:
    """Return an envelope with the commitment of ONE, whose ciphertext AES-GCM opens under OTHER's key too."""
    salt, nonce = os.urandom(suite.SALT_BYTES), os.urandom(suite.NONCE_BYTES)
    key, commitment = suite.derive(ONE, salt=salt, purpose=purpose, prefix=prefix)
    other_key, _ = suite.derive(OTHER, salt=salt, purpose=purpose, prefix=prefix)
    head = prefix + salt + nonce + commitment
    return head + opens_under_both(
        (key, other_key),
        nonces=(nonce, nonce),
        associated=suite.associated_with(head, bound),
        lead=os.urandom(16),
    )


def test_a_value_that_aes_gcm_opens_under_two_data_keys_opens_under_one() -> None:
    sealed = forged(value.PURPOSE, prefix=suite.PREFIX, bound=HERE.written())

    value.open_value(ONE, sealed, binding=HERE)
    with pytest.raises(EnvelopeRefused) as refused:
        value.open_value(OTHER, sealed, binding=HERE)
    assert refused.value.step is Step.COMMITMENT


def test_a_blob_that_aes_gcm_opens_under_two_kms_keys_opens_under_one() -> None:
    prefix = ciphertext.MAGIC + suite.PREFIX + b"\x00\x01k" + bytes((0, 0, 0, 1))
    sealed = forged(ciphertext.PURPOSE, prefix=prefix, bound=joined(canonical_context({})))

    ciphertext.open_ciphertext(ONE, sealed, context={})
    with pytest.raises(EnvelopeRefused) as refused:
        ciphertext.open_ciphertext(OTHER, sealed, context={})
    assert refused.value.step is Step.COMMITMENT


def test_what_aes_gcm_unwraps_under_two_masters_unwraps_under_one() -> None:
    owner = wrap.Owner(kind=wrap.Kind.KEY_MATERIAL, name="k", region="us-east-1", account="1")
    wrapped = forged(wrap.PURPOSE, prefix=suite.PREFIX, bound=owner.written())

    wrap.unwrap(ONE, wrapped, owner=owner)
    with pytest.raises(EnvelopeRefused) as refused:
        wrap.unwrap(OTHER, wrapped, owner=owner)
    assert refused.value.step is Step.COMMITMENT


def test_a_token_that_aes_gcm_opens_under_two_keys_opens_under_one() -> None:
    sealed = forged(token.PURPOSE, prefix=suite.PREFIX, bound=joined(b"ListSecrets"))
    text = base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    token.open_token(ONE, text, purpose="ListSecrets")
    with pytest.raises(EnvelopeRefused) as refused:
        token.open_token(OTHER, text, purpose="ListSecrets")
    assert refused.value.step is Step.COMMITMENT


def key_stream(key: bytes, nonce: bytes, *, size: int) -> bytes:
    """What AES-GCM hides the first bytes behind: as ciphertext, they are zeros."""
    return AESGCM(key).encrypt(nonce, bytes(size), b"")[:size]


def test_a_message_that_aes_gcm_opens_in_two_regions_opens_in_one() -> None:
    """HPKE's sender knows what any two recipients derive from one ephemeral key; it commits to neither by itself."""
    info = b"l1 e1 r1"
    regions = (transport.generate_pair(os.urandom), transport.generate_pair(os.urandom))
    ephemeral = X25519PrivateKey.generate()
    encapsulated = ephemeral.public_key().public_bytes_raw()
    derived = [
        key_and_nonce(
            ephemeral.exchange(X25519PublicKey.from_public_bytes(region.public_key)),
            encapsulated=encapsulated,
            recipient=region.public_key,
            info=joined(transport.PURPOSE, suite.PREFIX, info),
        )
        for region in regions
    ]
    content = opens_under_both(
        (derived[0][0], derived[1][0]),
        nonces=(derived[0][1], derived[1][1]),
        associated=b"",
        lead=key_stream(*derived[0], size=len(transport.COMMITMENT)) + os.urandom(16),
    )
    sealed = suite.PREFIX + encapsulated + content

    transport.open_sealed(regions[0].private_key, sealed, info=info)
    with pytest.raises(EnvelopeRefused) as refused:
        transport.open_sealed(regions[1].private_key, sealed, info=info)
    assert refused.value.step is Step.COMMITMENT
