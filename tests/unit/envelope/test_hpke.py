"""What we seal to a Region is HPKE as RFC 9180 has it, opened here step by step from the RFC's text.

The library gives no way to choose the ephemeral key, so vectors cannot be replayed; the RFC's own receiver
can.
"""

from __future__ import annotations

import hmac
import os

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from watchword.envelope import suite, transport
from watchword.envelope.fields import joined

PAIR = transport.generate_pair(os.urandom)
# Section 7: KEM 0x0020 is DHKEM(X25519, HKDF-SHA256), KDF 0x0001 is HKDF-SHA256, AEAD 0x0002 is AES-256-GCM.
KEM_SUITE = b"KEM" + b"\x00\x20"
HPKE_SUITE = b"HPKE" + b"\x00\x20" + b"\x00\x01" + b"\x00\x02"


def labeled_extract(suite_id: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    """Section 4: LabeledExtract."""
    return hmac.digest(salt, b"HPKE-v1" + suite_id + label + ikm, "sha256")


def labeled_expand(suite_id: bytes, key: bytes, label: bytes, info: bytes, size: int) -> bytes:
    """Section 4: LabeledExpand, for no more than one hash, which is all that is asked for here."""
    labeled = size.to_bytes(2, "big") + b"HPKE-v1" + suite_id + label + info
    return hmac.digest(key, labeled + b"\x01", "sha256")[:size]


def opened_by_the_rfc(private_key: bytes, sealed: bytes, *, info: bytes) -> bytes:
    """Sections 4.1 (Decap), 5.1 (KeySchedule in mode_base) and 5.2 (Open, the first and only message)."""
    encapsulated, ciphertext = sealed[:32], sealed[32:]
    private = X25519PrivateKey.from_private_bytes(private_key)
    agreed = private.exchange(X25519PublicKey.from_public_bytes(encapsulated))
    extracted = labeled_extract(KEM_SUITE, b"", b"eae_prk", agreed)
    kem_context = encapsulated + private.public_key().public_bytes_raw()
    shared = labeled_expand(KEM_SUITE, extracted, b"shared_secret", kem_context, 32)

    context = b"\x00" + b"".join(
        (
            labeled_extract(HPKE_SUITE, b"", b"psk_id_hash", b""),
            labeled_extract(HPKE_SUITE, b"", b"info_hash", info),
        )
    )
    secret = labeled_extract(HPKE_SUITE, shared, b"secret", b"")
    key = labeled_expand(HPKE_SUITE, secret, b"key", context, 32)
    nonce = labeled_expand(HPKE_SUITE, secret, b"base_nonce", context, 12)
    return AESGCM(key).decrypt(nonce, ciphertext, b"")


def test_the_rfcs_receiver_opens_what_we_seal() -> None:
    sealed = transport.seal_to(PAIR.public_key, b"a value", info=b"l1 e1 r1")

    assert sealed.startswith(suite.PREFIX)
    info = joined(transport.PURPOSE, suite.PREFIX, b"l1 e1 r1")
    assert opened_by_the_rfc(PAIR.private_key, sealed[len(suite.PREFIX) :], info=info) == b"a value"
