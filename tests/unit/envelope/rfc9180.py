"""HPKE step by step from RFC 9180's text, for the tests: base mode, X25519, HKDF-SHA256, AES-256-GCM."""

from __future__ import annotations

import hmac

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


def key_and_nonce(
    agreed: bytes, *, encapsulated: bytes, recipient: bytes, info: bytes
) -> tuple[bytes, bytes]:
    """Sections 4.1 (from the agreed secret on) and 5.1 (KeySchedule in mode_base): the first message's key and nonce."""
    extracted = labeled_extract(KEM_SUITE, b"", b"eae_prk", agreed)
    shared = labeled_expand(KEM_SUITE, extracted, b"shared_secret", encapsulated + recipient, 32)
    context = b"\x00" + b"".join(
        (
            labeled_extract(HPKE_SUITE, b"", b"psk_id_hash", b""),
            labeled_extract(HPKE_SUITE, b"", b"info_hash", info),
        )
    )
    secret = labeled_extract(HPKE_SUITE, shared, b"secret", b"")
    key = labeled_expand(HPKE_SUITE, secret, b"key", context, 32)
    return key, labeled_expand(HPKE_SUITE, secret, b"base_nonce", context, 12)
