"""The one suite of symmetric envelopes: HKDF-SHA-256 to a fresh key and a commitment, then AES-256-GCM.

Everything hazardous about them is on this screen. An envelope is

    prefix | salt 32 | nonce 12 | commitment 32 | ciphertext | tag 16

where the prefix begins with a format and a suite byte (a KMS blob: after its magic).

  1. Each envelope has a key of its own: HKDF(key, salt = 32 random bytes, info = purpose and prefix). So the
     bound of 2^32 messages under one key with random nonces (SP 800-38D, 8.3) is never near, however often a
     key is used.
  2. The same HKDF gives 32 bytes that commit to the key. AES-GCM alone does not: one ciphertext can be made
     to open under two keys. The commitment is compared in constant time before anything is decrypted.
  3. The associated data is SHA-256 of everything before the ciphertext, then each field of the place that it
     is sealed for, length-prefixed. So neither a header nor a whole envelope can be moved.

Not handled: hiding the length of the content; zeroing memory, which Python cannot promise.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from watchword.envelope.fields import joined
from watchword.envelope.refused import EnvelopeRefused, Step

Entropy = Callable[[int], bytes]
"""That many bytes from a cryptographic source."""

FORMAT = 1
SUITE = 1
"""HKDF-SHA-256, AES-256-GCM, 32-byte commitment. The allow-list has this one entry."""

PREFIX = bytes((FORMAT, SUITE))
KEY_BYTES = 32
SALT_BYTES = 32
NONCE_BYTES = 12
COMMITMENT_BYTES = 32
TAG_BYTES = 16
HEAD_BYTES = SALT_BYTES + NONCE_BYTES + COMMITMENT_BYTES
"""Of what stands between the prefix and the ciphertext."""


def hkdf(key: bytes, *, salt: bytes, info: bytes, size: int) -> bytes:
    """Derive `size` bytes.

    Every salt here has the same length: HMAC pads, so that `salt` and `salt + NUL` would collide.

    Source: RFC 5869.
    """
    return HKDF(algorithm=SHA256(), length=size, salt=salt, info=info).derive(key)


def cipher_of(key: bytes) -> AESGCM:
    """Prepare AES-256-GCM; a shorter key, which AES would take, is refused."""
    if len(key) != KEY_BYTES:
        raise EnvelopeRefused(Step.KEY)
    return AESGCM(key)


def decrypt(cipher: AESGCM, ciphertext: bytes, *, nonce: bytes, associated: bytes) -> bytes:
    """Decrypt and check the tag; only 96-bit nonces, the one length that GCM does not hash first."""
    if len(nonce) != NONCE_BYTES or len(ciphertext) < TAG_BYTES:
        raise EnvelopeRefused(Step.LENGTH)
    try:
        return cipher.decrypt(nonce, ciphertext, associated)
    except InvalidTag:
        raise EnvelopeRefused(Step.TAG) from None


def associated_with(head: bytes, bound: bytes) -> bytes:
    """Bind everything before the ciphertext, by its hash, then the place, in length-prefixed fields."""
    return hashlib.sha256(head).digest() + bound


def derive(key: bytes, *, salt: bytes, purpose: bytes, prefix: bytes) -> tuple[bytes, bytes]:
    """Return the encryption key and the commitment of one envelope."""
    if len(key) != KEY_BYTES:
        raise EnvelopeRefused(Step.KEY)
    both = hkdf(key, salt=salt, info=joined(purpose, prefix), size=KEY_BYTES + COMMITMENT_BYTES)
    return both[:KEY_BYTES], both[KEY_BYTES:]


def seal(
    key: bytes, plaintext: bytes, *, purpose: bytes, prefix: bytes, bound: bytes, entropy: Entropy
) -> bytes:
    """Seal under a fresh key derived from `key`; see the module for the form."""
    salt, nonce = entropy(SALT_BYTES), entropy(NONCE_BYTES)
    encryption_key, commitment = derive(key, salt=salt, purpose=purpose, prefix=prefix)
    head = prefix + salt + nonce + commitment
    return head + cipher_of(encryption_key).encrypt(nonce, plaintext, associated_with(head, bound))


def committed(key: bytes, head: bytes, *, purpose: bytes, prefix_bytes: int) -> AESGCM:
    """Return the cipher of an envelope whose head says that it was sealed under `key`.

    Raises:
        EnvelopeRefused: another key, or a changed salt, prefix or commitment.
    """
    salt = head[prefix_bytes : prefix_bytes + SALT_BYTES]
    encryption_key, commitment = derive(key, salt=salt, purpose=purpose, prefix=head[:prefix_bytes])
    # Constant time: an early exit would tell how many bytes of a guess were right.
    if not hmac.compare_digest(commitment, head[-COMMITMENT_BYTES:]):
        raise EnvelopeRefused(Step.COMMITMENT)
    return cipher_of(encryption_key)


def head_of(sealed: bytes, *, prefix_bytes: int) -> bytes:
    """Return everything before the ciphertext; the caller has checked the first `prefix_bytes`."""
    head_bytes = prefix_bytes + HEAD_BYTES
    if len(sealed) < head_bytes + TAG_BYTES:
        raise EnvelopeRefused(Step.LENGTH)
    return sealed[:head_bytes]


def nonce_of(head: bytes) -> bytes:
    return head[-COMMITMENT_BYTES - NONCE_BYTES : -COMMITMENT_BYTES]


def unseal(key: bytes, sealed: bytes, *, purpose: bytes, prefix_bytes: int, bound: bytes) -> bytes:
    """Open what `seal` made; the commitment first, then the tag."""
    head = head_of(sealed, prefix_bytes=prefix_bytes)
    cipher = committed(key, head, purpose=purpose, prefix_bytes=prefix_bytes)
    return decrypt(cipher, sealed[len(head) :], nonce=nonce_of(head), associated=associated_with(head, bound))


def check_prefix(sealed: bytes, *, at: int = 0) -> None:
    """Refuse a format or suite that is not ours; there is no older one to fall back to.

    Raises:
        EnvelopeRefused: too short to say, or unknown.
    """
    stated = sealed[at : at + len(PREFIX)]
    if len(stated) < len(PREFIX):
        raise EnvelopeRefused(Step.LENGTH)
    if stated[0] != FORMAT:
        raise EnvelopeRefused(Step.FORMAT)
    if stated[1] != SUITE:
        raise EnvelopeRefused(Step.SUITE)
