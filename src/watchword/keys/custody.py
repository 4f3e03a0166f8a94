"""The port to custody: what KMS, replication and the signature check may ask of key material.

KMS decides (policy, grants, key state); custody alone computes. No call here says whether it is allowed. All
calls may be repeated: none changes anything that custody keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from watchword.envelope.value import Binding


class KeyUnavailable(Exception):
    """Custody is gone, slow or busy: a degradation, a 5xx and never a 4xx. Says why, for an operator."""


class WouldWait(Exception):
    """Custody has to be asked, and whoever asks here must not wait: the call is made again where it may."""


class Custody(Protocol):
    """Key material's only holder.

    `material` is a KMS key's wrapped material, as `create_material` returned it and the caller stored it.
    Every call raises KeyUnavailable when custody does not answer in time; those that open something raise
    EnvelopeRefused when it does not open (for a KMS blob: AWS's InvalidCiphertextException).
    """

    def create_material(self, *, key_arn: str) -> bytes:
        """Make a KMS key's material; returns it wrapped, for the caller to store."""
        ...

    def generate_data_key(
        self, *, material: bytes, key_arn: str, context: Mapping[str, str], size: int
    ) -> tuple[bytes, bytes]:
        """Make a data key of `size` bytes; returns it in the clear, and as a blob."""
        ...

    def encrypt(
        self, *, material: bytes, key_arn: str, context: Mapping[str, str], plaintext: bytes
    ) -> bytes:
        """Encrypt up to 4,096 bytes; returns the blob."""
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

    def seal_access_key(self, *, access_key_id: str, secret_access_key: str) -> bytes:
        """Wrap a secret access key, for the caller to store."""
        ...

    def signing_key(self, *, sealed: bytes, access_key_id: str, day: str, region: str, service: str) -> bytes:
        """Derive SigV4's signing key; the secret access key itself never leaves custody."""
        ...

    def token_key(self) -> bytes:
        """Return the Region's key for sealed tokens (NextToken and the like)."""
        ...
