"""Sealing from one Region's custodian to another's: HPKE in base mode.

    format 1 | suite 1 | encapsulated key 32 | ciphertext | tag 16

What is encrypted begins with 32 zero bytes, which commit to the key: AES-GCM alone does not, and whoever seals knows
the keys that any two Regions would derive, so one message could be made to open in both, to two values. With the zeros
two keys would have to agree in the first two blocks of their key streams, a collision of 256 bits. They are compared in
constant time; until then nothing that was opened is used.

HPKE says nothing about who sealed: the peer port's mutual TLS and the link do. What it is sealed for is the
`info`, which the caller writes from a `Carriage`: the message of another link, epoch, revision or version
does not open. The `purpose` is the custodian's own and no caller's: a credential can't be taken over as a secret's
value, which callers may read. Post-quantum key encapsulation would be another suite byte; today's allow-list has this one
entry.

Source: RFC 9180, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. For the zeros: Albertini et al., How to Abuse
and Fix Authenticated Encryption Without Key Commitment (2022), the padding fix.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from watchword.envelope import suite
from watchword.envelope.fields import encoded, joined
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.value import VALUE_BYTES_MAX, ValueKind

ENCAPSULATED_BYTES = 32
COMMITMENT = bytes(suite.COMMITMENT_BYTES)
"""What every plaintext begins with."""
PURPOSE = b"watchword/transport/1"
CREDENTIAL_PURPOSE = b"watchword/transport/credential/1"

_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriage:
    """What one sealed value is on its way for; nothing secret, and both ends write it from what they know."""

    protocol_version: int
    link_id: str
    epoch: int
    revision: int
    primary_arn: str
    replica_arn: str
    version_id: str
    content_id: str
    kind: ValueKind
    source_region: str
    target_region: str

    def info(self) -> bytes:
        """Write it for HPKE, length-prefixed, in an order that never changes."""
        return joined(
            encoded(str(self.protocol_version)),
            encoded(self.link_id),
            encoded(str(self.epoch)),
            encoded(str(self.revision)),
            encoded(self.primary_arn),
            encoded(self.replica_arn),
            encoded(self.version_id),
            encoded(self.content_id),
            encoded(self.kind),
            encoded(self.source_region),
            encoded(self.target_region),
        )


class CredentialKind(StrEnum):
    """What custodians hand to each other beside secrets' values; named as it is wrapped (`wrap.Kind`)."""

    ACCESS_KEY = "access-key"
    SESSION_KEY = "session-key"
    PASSWORD_KEY = "password-key"  # noqa: S105 - the name of a kind


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialCarriage:
    """What a credential is on its way for, beside its kind, account and id, which the custodians bind by themselves."""

    protocol_version: int
    link_id: str
    epoch: int
    revision: int
    content_id: str
    source_region: str
    target_region: str

    def info(self) -> bytes:
        """Write it for HPKE, length-prefixed, in an order that never changes."""
        return joined(
            encoded(str(self.protocol_version)),
            encoded(self.link_id),
            encoded(str(self.epoch)),
            encoded(str(self.revision)),
            encoded(self.content_id),
            encoded(self.source_region),
            encoded(self.target_region),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A Region's transport key; only the public half leaves custody."""

    private_key: bytes
    public_key: bytes

    def __repr__(self) -> str:
        return f"Pair(private_key=***, public_key={self.public_key!r})"


def generate_pair(entropy: suite.Entropy) -> Pair:
    """Make a transport key; any 32 bytes are an X25519 private key (RFC 7748, section 5)."""
    private_key = entropy(suite.KEY_BYTES)
    return Pair(private_key=private_key, public_key=public_key_of(private_key))


def public_key_of(private_key: bytes) -> bytes:
    """Return the public half."""
    return _private(private_key).public_key().public_bytes_raw()


def _private(private_key: bytes) -> X25519PrivateKey:
    if len(private_key) != suite.KEY_BYTES:
        raise EnvelopeRefused(Step.KEY)
    return X25519PrivateKey.from_private_bytes(private_key)


def seal_to(public_key: bytes, plaintext: bytes, *, info: bytes, purpose: bytes = PURPOSE) -> bytes:
    """Seal to the holder of a transport key. The ephemeral key's randomness is the library's own.

    Raises:
        EnvelopeRefused: too long, or not a public key that a secret can be agreed with.
    """
    if len(plaintext) > VALUE_BYTES_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    try:
        recipient = X25519PublicKey.from_public_bytes(public_key)
        sealed = _HPKE.encrypt(COMMITMENT + plaintext, recipient, info=joined(purpose, suite.PREFIX, info))
    except ValueError:
        # Not 32 bytes, or a point of low order, with which everybody agrees on zero (RFC 7748, section 6.1).
        raise EnvelopeRefused(Step.KEY) from None
    return suite.PREFIX + sealed


def open_sealed(private_key: bytes, sealed: bytes, *, info: bytes, purpose: bytes = PURPOSE) -> bytes:
    """Open what was sealed to this transport key for this `info`.

    Raises:
        EnvelopeRefused: for another Region, carriage or purpose, or changed bytes.
    """
    suite.check_prefix(sealed)
    if len(sealed) < len(suite.PREFIX) + ENCAPSULATED_BYTES + len(COMMITMENT) + suite.TAG_BYTES:
        raise EnvelopeRefused(Step.LENGTH)
    recipient = _private(private_key)
    try:
        opened = _HPKE.decrypt(
            sealed[len(suite.PREFIX) :], recipient, info=joined(purpose, suite.PREFIX, info)
        )
    except (InvalidTag, ValueError):
        raise EnvelopeRefused(Step.TAG) from None
    # Constant time, as in `suite.py`: an early exit would say something of what another key made of the message.
    if not hmac.compare_digest(opened[: len(COMMITMENT)], COMMITMENT):
        raise EnvelopeRefused(Step.COMMITMENT)
    return opened[len(COMMITMENT) :]
