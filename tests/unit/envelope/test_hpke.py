"""What we seal to a Region is HPKE as RFC 9180 has it, opened here step by step from the RFC's text.

The library gives no way to choose the ephemeral key, so vectors cannot be replayed; the RFC's own receiver
can.
"""

from __future__ import annotations

import os

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.unit.envelope.rfc9180 import key_and_nonce

from watchword.envelope import suite, transport
from watchword.envelope.fields import joined

PAIR = transport.generate_pair(os.urandom)


def opened_by_the_rfc(private_key: bytes, sealed: bytes, *, info: bytes) -> bytes:
    """Sections 4.1 (Decap) and 5.2 (Open, the first and only message)."""
    encapsulated, ciphertext = sealed[:32], sealed[32:]
    private = X25519PrivateKey.from_private_bytes(private_key)
    agreed = private.exchange(X25519PublicKey.from_public_bytes(encapsulated))
    recipient = private.public_key().public_bytes_raw()
    key, nonce = key_and_nonce(agreed, encapsulated=encapsulated, recipient=recipient, info=info)
    return AESGCM(key).decrypt(nonce, ciphertext, b"")


def test_the_rfcs_receiver_opens_what_we_seal() -> None:
    sealed = transport.seal_to(PAIR.public_key, b"a value", info=b"l1 e1 r1")

    assert sealed.startswith(suite.PREFIX)
    info = joined(transport.PURPOSE, suite.PREFIX, b"l1 e1 r1")
    opened = opened_by_the_rfc(PAIR.private_key, sealed[len(suite.PREFIX) :], info=info)
    assert opened == bytes(32) + b"a value"
