"""The port to custody: what KMS, replication and the signature check may ask of key material.

KMS decides (policy, grants, key state); custody alone computes. No call here says whether it is allowed. All
calls may be repeated: none changes anything that custody keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from watchword.envelope.value import Binding


class KeyUnavailable(Exception):
    """Custody is gone, slow or busy: a degradation, a 5xx and never a 4xx. Says why, for an operator."""


class KeySealed(KeyUnavailable):
    """Custody is there and holds no key until somebody unseals the Region."""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What `decrypt` is asked with; nothing of it is secret."""

    material: bytes
    key_arn: str
    context: Mapping[str, str]
    blob: bytes


Opened = bytes | Exception
"""What `decrypt` gives for an opening: what the blob holds, or what it raises."""


class WouldWait(Exception):
    """Custody has to be asked, and whoever asks here must not wait: the call is made again where it may.

    Or it is made again here, once somebody has asked for `opening` meanwhile; None: for this nobody can ask ahead.
    """

    def __init__(self, opening: Opening | None = None) -> None:
        super().__init__()
        self.opening = opening


class Custody(Protocol):
    """Key material's only holder.

    `material` is a KMS key's wrapped material, as `create_material` returned it and the caller stored it.
    Every call raises KeyUnavailable when custody does not answer in time; those that open something raise
    EnvelopeRefused when it does not open (for a KMS blob: AWS's InvalidCiphertextException).
    """

    def create_material(self, *, key_arn: str, material_version: int = 1) -> bytes:
        """Make a version of a KMS key's material; returns it wrapped, for the caller to store."""
        ...

    def create_mac_material(self, *, key_arn: str, size: int) -> bytes:
        """Make an HMAC key's material; it computes MACs and nothing else."""
        ...

    def import_parameters(
        self, *, key_arn: str, bits: int, algorithm: str, expires_ms: int
    ) -> tuple[bytes, bytes]:
        """Make an RSA pair to wrap material with; returns the public key (DER), and the private one sealed as a token."""
        ...

    def import_material(
        self,
        *,
        token: bytes,
        wrapped: bytes,
        key_arn: str,
        material_version: int,
        mac: bool,
        size_min: int,
        size_max: int,
        now: int,
    ) -> tuple[bytes, str]:
        """Take over material that was wrapped under a token's public key; returns it wrapped, and its id.

        EnvelopeRefused says at which step: EXPIRED and what concerns the token, IMPORT if the material does not unwrap,
        MATERIAL if its size is not one of those.
        """
        ...

    def generate_mac(self, *, material: bytes, key_arn: str, algorithm: str, message: bytes) -> bytes: ...

    def verify_mac(
        self, *, material: bytes, key_arn: str, algorithm: str, message: bytes, mac: bytes
    ) -> bool: ...

    def random(self, *, size: int) -> bytes:
        """Up to 1,024 random bytes."""
        ...

    def generate_data_key(
        self, *, material: bytes, key_arn: str, context: Mapping[str, str], size: int
    ) -> tuple[bytes, bytes]:
        """Make a data key of `size` bytes; returns it in the clear, and as a blob."""
        ...

    def generate_sealed_data_key(
        self, *, material: bytes, key_arn: str, context: Mapping[str, str], size: int
    ) -> bytes:
        """Make a data key and return its blob alone."""
        ...

    def encrypt(
        self, *, material: bytes, key_arn: str, context: Mapping[str, str], plaintext: bytes
    ) -> bytes:
        """Encrypt up to 4,096 bytes; returns the blob."""
        ...

    def re_encrypt(
        self,
        *,
        material: bytes,
        key_arn: str,
        context: Mapping[str, str],
        blob: bytes,
        to_material: bytes,
        to_key_arn: str,
        to_context: Mapping[str, str],
    ) -> bytes:
        """Decrypt a blob and encrypt what it holds under another key or context; no plaintext leaves."""
        ...

    def decrypt(self, *, material: bytes, key_arn: str, context: Mapping[str, str], blob: bytes) -> bytes:
        """Decrypt a blob that names this key."""
        ...

    def seal_for_region(
        self,
        *,
        material: bytes,
        key_arn: str,
        context: Mapping[str, str],
        data_key: bytes,
        sealed_value: bytes,
        binding: Binding,
        recipient: bytes,
        info: bytes,
    ) -> bytes:
        """Open a value (`data_key`: its blob) and seal it to another Region's key, for one `Carriage`."""
        ...

    def open_from_region(
        self,
        *,
        sealed: bytes,
        info: bytes,
        material: bytes,
        key_arn: str,
        context: Mapping[str, str],
        binding: Binding,
    ) -> tuple[bytes, bytes]:
        """Take over a value; returns a new data key's blob and the sealed value, both under local keys."""
        ...

    def material_for_region(self, *, material: bytes, key_arn: str, mac: bool, region: str) -> bytes:
        """Seal a version of a multi-Region key's material to the custodian of another Region."""
        ...

    def material_from_region(
        self, *, sealed: bytes, key_arn: str, material_version: int, mac: bool, region: str
    ) -> bytes:
        """Take over such a version from the custodian of another Region; returns it wrapped, for the caller to store."""
        ...

    def seal_access_key(self, *, access_key_id: str, secret_access_key: str) -> bytes:
        """Wrap a secret access key, for the caller to store."""
        ...

    def signing_key(self, *, sealed: bytes, access_key_id: str, day: str, region: str, service: str) -> bytes:
        """Derive SigV4's signing key; the secret access key itself never leaves custody."""
        ...

    def token_key(self) -> bytes:
        """Return the Region's key for sealed tokens (NextToken and the like)."""
        ...
