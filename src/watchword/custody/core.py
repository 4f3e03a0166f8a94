"""What the custodian computes, without its socket. Satisfies the port `keys.custody.Custody` by its shape.

The hierarchy: Region master -> KMS key material and access keys (wrapped, kept by the caller) -> per call a
key of its own -> data key -> value. Used inside the custodian, by `init` before there is one, and by tests.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from watchword.custody.master import Master
from watchword.envelope import ciphertext, suite, transport, value, wrap
from watchword.envelope.fields import encoded, joined
from watchword.envelope.refused import EnvelopeRefused, Step

MATERIALS_MAX = 1_024
"""Unwrapped KMS keys that are kept: about 0.5 MB. One that fell out costs 10 µs to unwrap again."""

DATA_KEY_BYTES_MAX = 1_024
"""Source: KMS API, GenerateDataKey (NumberOfBytes, 1 to 1,024)."""

FIRST_VERSION = 1
TOKEN_PURPOSE = b"watchword/token-key/1"

_VERSION_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One version of a KMS key's material, in the clear."""

    version: int
    key: bytes

    def __repr__(self) -> str:
        return f"Material(version={self.version}, key=***)"


class Keyring:
    """A Region's unlocked master and what is computed under it. May be shared between threads."""

    def __init__(self, master: Master, *, entropy: suite.Entropy, materials_max: int = MATERIALS_MAX) -> None:
        self._master = master
        self._entropy = entropy
        # Keyed by the wrapped bytes: who has forgotten those (a deleted key) reaches nothing through the
        # cache.
        self._unwrapped = lru_cache(maxsize=materials_max)(self._unwrap)

    def __repr__(self) -> str:
        return f"Keyring(region={self._master.region!r}, ***)"

    # KMS

    def create_material(self, *, key_arn: str, material_version: int = FIRST_VERSION) -> bytes:
        """Make a KMS key's material; returns it wrapped, with its version, which every blob then names."""
        content = material_version.to_bytes(_VERSION_BYTES, "big") + self._entropy(suite.KEY_BYTES)
        return wrap.wrap(
            self._master.key, content, owner=self._material_owner(key_arn), entropy=self._entropy
        )

    def generate_data_key(
        self, *, material: bytes, key_arn: str, context: Mapping[str, str], size: int
    ) -> tuple[bytes, bytes]:
        """Make a data key; returns it in the clear, and as a blob.

        Raises:
            EnvelopeRefused: the material does not unwrap, or `size` is not one of 1 to 1,024.
        """
        if not 0 < size <= DATA_KEY_BYTES_MAX:
            raise EnvelopeRefused(Step.LENGTH)
        data_key = self._entropy(size)
        return data_key, self.encrypt(material=material, key_arn=key_arn, context=context, plaintext=data_key)

    def encrypt(
        self, *, material: bytes, key_arn: str, context: Mapping[str, str], plaintext: bytes
    ) -> bytes:
        """Encrypt up to 4,096 bytes; returns the blob."""
        held = self._unwrapped(material, key_arn)
        return ciphertext.seal(
            held.key,
            plaintext,
            key_arn=key_arn,
            material_version=held.version,
            context=context,
            entropy=self._entropy,
        )

    def decrypt(self, *, material: bytes, key_arn: str, context: Mapping[str, str], blob: bytes) -> bytes:
        """Decrypt a blob that names this key and this version of its material.

        Raises:
            EnvelopeRefused: another key or version, another encryption context, or changed bytes.
        """
        held = self._unwrapped(material, key_arn)
        if ciphertext.header(blob) != ciphertext.Header(key_arn=key_arn, material_version=held.version):
            raise EnvelopeRefused(Step.KEY)
        return ciphertext.open_ciphertext(held.key, blob, context=context)

    # Replication

    def seal_for_region(
        self,
        *,
        material: bytes,
        key_arn: str,
        context: Mapping[str, str],
        data_key: bytes,
        sealed_value: bytes,
        binding: value.Binding,
        recipient: bytes,
        info: bytes,
    ) -> bytes:
        """Open a value (`data_key`: its blob) and seal it to another Region; no plaintext leaves here."""
        opened = self.decrypt(material=material, key_arn=key_arn, context=context, blob=data_key)
        plaintext = value.open_value(opened, sealed_value, binding=binding)
        return transport.seal_to(recipient, plaintext, info=info)

    def open_from_region(
        self,
        *,
        sealed: bytes,
        info: bytes,
        material: bytes,
        key_arn: str,
        context: Mapping[str, str],
        binding: value.Binding,
    ) -> tuple[bytes, bytes]:
        """Take over a value: returns a new data key's blob and the value, sealed for its place here."""
        plaintext = transport.open_sealed(self._master.transport_private_key, sealed, info=info)
        data_key, blob = self.generate_data_key(
            material=material, key_arn=key_arn, context=context, size=suite.KEY_BYTES
        )
        return blob, value.seal(data_key, plaintext, binding=binding, entropy=self._entropy)

    # Access keys and tokens

    def seal_access_key(self, *, access_key_id: str, secret_access_key: str) -> bytes:
        """Wrap a secret access key. It must be recoverable, for SigV4 is an HMAC under it."""
        return wrap.wrap(
            self._master.key,
            encoded(secret_access_key),
            owner=self._access_key_owner(access_key_id),
            entropy=self._entropy,
        )

    def signing_key(self, *, sealed: bytes, access_key_id: str, day: str, region: str, service: str) -> bytes:
        """Derive the key that signs one day's requests of one access key to one service of one Region.

        Source: IAM User Guide, create a signed API request, derive a signing key.
        """
        secret = wrap.unwrap(self._master.key, sealed, owner=self._access_key_owner(access_key_id))
        key = b"AWS4" + secret
        for part in (day, region, service, "aws4_request"):
            key = hmac.digest(key, encoded(part), "sha256")
        return key

    def token_key(self) -> bytes:
        """Derive the Region's key for sealed tokens; the same in every process and after every restart."""
        return suite.hkdf(
            self._master.key,
            salt=bytes(suite.SALT_BYTES),
            info=joined(TOKEN_PURPOSE, encoded(self._master.partition), encoded(self._master.region)),
            size=suite.KEY_BYTES,
        )

    def _unwrap(self, material: bytes, key_arn: str) -> Material:
        content = wrap.unwrap(self._master.key, material, owner=self._material_owner(key_arn))
        if len(content) != _VERSION_BYTES + suite.KEY_BYTES:
            raise EnvelopeRefused(Step.LENGTH)
        return Material(version=int.from_bytes(content[:_VERSION_BYTES], "big"), key=content[_VERSION_BYTES:])

    def _material_owner(self, key_arn: str) -> wrap.Owner:
        # arn:PARTITION:kms:REGION:ACCOUNT:key/ID. Only the account is taken from it: the Region is this one.
        fields = key_arn.split(":")
        if len(fields) < 6:
            raise EnvelopeRefused(Step.TEXT)
        return wrap.Owner(
            kind=wrap.Kind.KEY_MATERIAL, name=key_arn, region=self._master.region, account=fields[4]
        )

    def _access_key_owner(self, access_key_id: str) -> wrap.Owner:
        # No account: an access key ID names one key of one account, in every partition.
        return wrap.Owner(
            kind=wrap.Kind.ACCESS_KEY, name=access_key_id, region=self._master.region, account=""
        )
