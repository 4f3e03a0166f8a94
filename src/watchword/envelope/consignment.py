"""The material of a multi-Region key on its way from one Region's custodian to another's.

    as transport.py has it, and inside that as suite.py has it: format 1 | suite 1 | head | material | tag 16

The outer envelope is HPKE to the other Region's transport key, as for values. HPKE says nothing about who sealed, and the
inner one does: its key follows from both Regions' transport keys, so that nobody but their two custodians can compute it.
Whoever has taken over a process that may ask a custodian can therefore neither have material sealed to himself, for
the recipient is one of the Regions that the custodian was told of at its start, nor have it take material that he made up.

Both envelopes are for one `Consignment`: the material of another key, version or kind, or for another Region, does not open.
Nothing of a link is in it, for a version's material is the same for ever.

Source: RFC 7748, section 6.1 (X25519); NIST SP 800-56A, C(0e, 2s): a key that follows from two static ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from watchword.envelope import suite, transport
from watchword.envelope.fields import encoded, joined
from watchword.envelope.refused import EnvelopeRefused, Step

PURPOSE = b"watchword/consignment/1"
BETWEEN_PURPOSE = b"watchword/between-custodians/1"
MATERIAL_BYTES_MAX = 1_024
"""Far above the longest material of a key spec; keeps what is opened from being anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """Which material goes where. None of it is secret, and both custodians write it from what they know."""

    partition: str
    account: str
    key_id: str
    material_version: int
    mac: bool
    """Material that computes MACs never seals, whatever is asked."""
    source_region: str
    target_region: str

    def written(self) -> bytes:
        """Write the fields, length-prefixed, in an order that never changes."""
        return joined(
            encoded(self.partition),
            encoded(self.account),
            encoded(self.key_id),
            encoded(str(self.material_version)),
            b"mac" if self.mac else b"encryption",
            encoded(self.source_region),
            encoded(self.target_region),
        )


def seal_material(
    material: bytes,
    *,
    consignment: Consignment,
    private_key: bytes,
    recipient: bytes,
    entropy: suite.Entropy,
) -> bytes:
    """Seal to the custodian whose transport key `recipient` is, with this custodian's own (`private_key`).

    Raises:
        EnvelopeRefused: too long, or no public key that a secret can be agreed with.
    """
    if not 0 < len(material) <= MATERIAL_BYTES_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    bound = consignment.written()
    key = _between(private_key, recipient, sender=transport.public_key_of(private_key), recipient=recipient)
    inner = suite.seal(key, material, purpose=PURPOSE, prefix=suite.PREFIX, bound=bound, entropy=entropy)
    return transport.seal_to(recipient, inner, info=joined(PURPOSE, bound))


def open_material(sealed: bytes, *, consignment: Consignment, private_key: bytes, sender: bytes) -> bytes:
    """Open what the custodian with the transport key `sender` sealed for this one.

    Raises:
        EnvelopeRefused: by another custodian, for another Region, key, version or kind, or changed bytes.
    """
    bound = consignment.written()
    inner = transport.open_sealed(private_key, sealed, info=joined(PURPOSE, bound))
    key = _between(private_key, sender, sender=sender, recipient=transport.public_key_of(private_key))
    suite.check_prefix(inner)
    material = suite.unseal(key, inner, purpose=PURPOSE, prefix_bytes=len(suite.PREFIX), bound=bound)
    if not 0 < len(material) <= MATERIAL_BYTES_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    return material


def _between(private_key: bytes, other: bytes, *, sender: bytes, recipient: bytes) -> bytes:
    """The key that two custodians have in common, one for each direction."""
    if len(private_key) != suite.KEY_BYTES:
        raise EnvelopeRefused(Step.KEY)
    try:
        public = X25519PublicKey.from_public_bytes(other)
        shared = X25519PrivateKey.from_private_bytes(private_key).exchange(public)
    except ValueError:
        # Not 32 bytes, or a point of low order, with which everybody agrees on zero.
        raise EnvelopeRefused(Step.KEY) from None
    info = joined(BETWEEN_PURPOSE, sender, recipient)
    return suite.hkdf(shared, salt=bytes(suite.SALT_BYTES), info=info, size=suite.KEY_BYTES)
