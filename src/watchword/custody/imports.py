"""Importing key material: RSA pairs, and what was wrapped under their public halves.

A pair serves one import token, and the private half leaves the custodian only inside that token, sealed under the master
and bound to the key that it is for. So nothing is kept here, and a token works after a restart.

  1. RSAES_OAEP: the material itself is encrypted under the public key.
  2. RSA_AES_KEY_WRAP: a fresh AES-256 key is, and the material is wrapped under that with padding (RFC 5649).

Whatever fails is one refusal: which step of a decryption failed would tell an attacker about the plaintext.
Deliberately not here: PKCS #1 v1.5, for which AWS no longer gives out wrapping keys.

Source: KMS Developer Guide, Encrypt the key material; RFC 8017 7.1; RFC 5649.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap_with_padding

from watchword.envelope import suite
from watchword.envelope.fields import decoded, encoded, joined, split
from watchword.envelope.refused import EnvelopeRefused, Step

EXPONENT = 65_537
BITS = (2_048, 3_072, 4_096)
NUMBER_BYTES = 8
TOKEN_PARTS = 3
MATERIAL_BYTES_MAX = 1_024
"""Far above the longest material of a key spec; keeps what is unwrapped from being anything else."""

MATERIAL_ID_PURPOSE = b"watchword/material-id/1"


@dataclass(frozen=True, slots=True)
class _Algorithm:
    hash: Callable[[], hashes.HashAlgorithm]
    wraps: bool
    """An AES key is encrypted, and the material wrapped under it."""


ALGORITHMS: Mapping[str, _Algorithm] = {
    "RSAES_OAEP_SHA_1": _Algorithm(hashes.SHA1, False),
    "RSAES_OAEP_SHA_256": _Algorithm(hashes.SHA256, False),
    "RSA_AES_KEY_WRAP_SHA_1": _Algorithm(hashes.SHA1, True),
    "RSA_AES_KEY_WRAP_SHA_256": _Algorithm(hashes.SHA256, True),
}


class NotYet(Exception):
    """A pair is being made; ask again."""


def make_pair(bits: int) -> bytes:
    """Make a pair; returns the private half as DER. Takes from a tenth of a second to several."""
    private = rsa.generate_private_key(public_exponent=EXPONENT, key_size=bits)
    return private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class Pairs:
    """Makes pairs in threads of their own, so that no other question waits for one."""

    def __init__(self) -> None:
        self._ready: dict[int, bytes] = {}
        self._making: set[int] = set()
        self._lock = threading.Lock()

    def take(self, bits: int) -> bytes:
        """Return a pair that nobody else gets.

        Raises:
            NotYet: one is being made from now on, one of each size at a time.
        """
        with self._lock:
            ready = self._ready.pop(bits, None)
            if ready is not None:
                return ready
            if bits not in self._making:
                self._making.add(bits)
                threading.Thread(target=self._make, args=(bits,), name="pairs", daemon=True).start()
        raise NotYet

    def _make(self, bits: int) -> None:
        try:
            made = make_pair(bits)
            with self._lock:
                self._ready[bits] = made
        finally:
            with self._lock:
                self._making.discard(bits)


def public_half(private: bytes) -> bytes:
    """As DER, the form in which AWS gives it out."""
    public = _loaded(private).public_key()
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def token_content(private: bytes, *, algorithm: str, expires_ms: int) -> bytes:
    """What an import token holds."""
    return joined(expires_ms.to_bytes(NUMBER_BYTES, "big"), encoded(algorithm), private)


def unwrapped(content: bytes, wrapped: bytes, *, now: int) -> bytes:
    """Return the material that was wrapped for a token of this content.

    Raises:
        EnvelopeRefused: EXPIRED, or IMPORT.
    """
    parts = split(content, parts_max=TOKEN_PARTS)
    if len(parts) != TOKEN_PARTS:
        raise EnvelopeRefused(Step.LENGTH)
    if int.from_bytes(parts[0], "big") < now:
        raise EnvelopeRefused(Step.EXPIRED)
    algorithm = ALGORITHMS[decoded(parts[1])]
    private = _loaded(parts[2])
    rsa_bytes = private.key_size // 8
    encrypted, rest = wrapped[:rsa_bytes], wrapped[rsa_bytes:]
    if algorithm.wraps == (not rest):
        raise EnvelopeRefused(Step.IMPORT)
    hash_ = algorithm.hash()
    oaep = padding.OAEP(mgf=padding.MGF1(algorithm=hash_), algorithm=hash_, label=None)
    try:
        opened = private.decrypt(encrypted, oaep)
        if algorithm.wraps:
            opened = aes_key_unwrap_with_padding(opened, rest)
    except (ValueError, InvalidUnwrap):
        raise EnvelopeRefused(Step.IMPORT) from None
    if not 0 < len(opened) <= MATERIAL_BYTES_MAX:
        raise EnvelopeRefused(Step.MATERIAL)
    return opened


def material_id(material: bytes, *, key_arn: str) -> str:
    """What imported material is called: the same each time that it is imported into the same key, and in every Region."""
    key_id = key_arn.rpartition("/")[2]
    info = joined(MATERIAL_ID_PURPOSE, encoded(key_id))
    return suite.hkdf(material, salt=bytes(suite.SALT_BYTES), info=info, size=32).hex()


def _loaded(private: bytes) -> rsa.RSAPrivateKey:
    key = serialization.load_der_private_key(private, password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key
