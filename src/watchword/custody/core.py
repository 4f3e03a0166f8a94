"""What the custodian computes, without its socket. Satisfies the port `keys.custody.Custody` by its shape.

The hierarchy: Region master -> KMS key material and access keys (wrapped, kept by the caller) -> per call a
key of its own -> data key -> value. Used inside the custodian, by `init` before there is one, and by tests.
"""

from __future__ import annotations

import contextlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from watchword.custody import credentials, imports
from watchword.custody.files import RootError
from watchword.custody.hsm import Hsm, unwrap_row, wrap_row
from watchword.custody.master import InHsm, Master, MasterKey
from watchword.envelope import ciphertext, suite, transport, value, wrap
from watchword.envelope.consignment import Consignment, open_material, seal_material
from watchword.envelope.fields import encoded, joined
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.transport import CredentialKind

MATERIALS_MAX = 1_024
"""Unwrapped KMS keys that are kept: about 0.5 MB. One that fell out costs 10 µs to unwrap again."""

DATA_KEY_BYTES_MAX = 1_024
"""Source: KMS API, GenerateDataKey (NumberOfBytes, 1 to 1,024)."""

MAC_MATERIAL_BYTES_MAX = 128
"""Source: KMS Developer Guide, importing key material, HMAC_384 and HMAC_512."""
MAC_DIGESTS: Mapping[str, str] = {
    "HMAC_SHA_224": "sha224",
    "HMAC_SHA_256": "sha256",
    "HMAC_SHA_384": "sha384",
    "HMAC_SHA_512": "sha512",
}

FIRST_VERSION = 1
TOKEN_PURPOSE = b"watchword/token-key/1"

NO_PEERS: Mapping[str, bytes] = {}

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

    def __init__(
        self,
        master: Master,
        *,
        entropy: suite.Entropy,
        materials_max: int = MATERIALS_MAX,
        pairs: Callable[[int], bytes] = imports.make_pair,
        peers: Mapping[str, bytes] = NO_PEERS,
        hsm: Hsm | None = None,
    ) -> None:
        """`pairs` gives an RSA pair of that many bits to one import, or raises NotYet.

        `peers` are the transport keys of the Regions that material of multi-Region keys may go to and come from. Under a
        master that stays in an HSM, whatever opens something or makes material raises HsmAway, too.

        Raises:
            RootError: the master is in an HSM, and there is none.
        """
        self._peers = peers
        if isinstance(master.key, InHsm) or isinstance(master.before, InHsm):
            if hsm is None:
                raise RootError(
                    "the master is in an HSM: say in `[custodian.hsm]` which, and start the Region"
                )
            # Each unwrapping is the HSM's, or taking it away would stop nothing.
            materials_max = 0
        self._hsm = hsm
        self._master = master
        self._entropy = entropy
        self._pairs = pairs
        # Keyed by the wrapped bytes: who has forgotten those (a deleted key) reaches nothing through the
        # cache.
        self._unwrapped = lru_cache(maxsize=materials_max)(self._unwrap)
        self._unwrapped_mac = lru_cache(maxsize=materials_max)(self._unwrap_mac)
        self.credentials = credentials.Credentials(
            partition=master.partition,
            region=master.region,
            transport_private_key=master.transport_private_key,
            wrapped=self._wrap,
            unwrapped=self._opened,
            entropy=entropy,
        )
        """What is done for identity."""

    def __repr__(self) -> str:
        return f"Keyring(region={self._master.region!r}, ***)"

    # KMS

    def create_material(self, *, key_arn: str, material_version: int = FIRST_VERSION) -> bytes:
        """Make a KMS key's material; returns it wrapped, with its version, which every blob then names."""
        return self._wrapped(self._entropy(suite.KEY_BYTES), key_arn, material_version)

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
        named = ciphertext.Header(key_arn=ciphertext.name_of(key_arn), material_version=held.version)
        if ciphertext.header(blob) != named:
            raise EnvelopeRefused(Step.KEY)
        return ciphertext.open_ciphertext(held.key, blob, context=context)

    def generate_sealed_data_key(
        self, *, material: bytes, key_arn: str, context: Mapping[str, str], size: int
    ) -> bytes:
        """Make a data key and return its blob alone."""
        return self.generate_data_key(material=material, key_arn=key_arn, context=context, size=size)[1]

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
        """Decrypt a blob and encrypt what it holds under another key or context; no plaintext leaves here."""
        plaintext = self.decrypt(material=material, key_arn=key_arn, context=context, blob=blob)
        return self.encrypt(material=to_material, key_arn=to_key_arn, context=to_context, plaintext=plaintext)

    def random(self, *, size: int) -> bytes:
        if not 0 < size <= DATA_KEY_BYTES_MAX:
            raise EnvelopeRefused(Step.LENGTH)
        return self._entropy(size)

    # MACs. Their material is of a kind of its own: a key that signs never seals, whatever is asked.

    def create_mac_material(self, *, key_arn: str, size: int) -> bytes:
        """Make an HMAC key's material; returns it wrapped."""
        if not 0 < size <= MAC_MATERIAL_BYTES_MAX:
            raise EnvelopeRefused(Step.LENGTH)
        return self._wrapped_mac(self._entropy(size), key_arn)

    def generate_mac(self, *, material: bytes, key_arn: str, algorithm: str, message: bytes) -> bytes:
        """Compute a MAC over up to 4,096 bytes. Source: KMS API, GenerateMac."""
        digest = MAC_DIGESTS.get(algorithm)
        if digest is None or len(message) > ciphertext.PLAINTEXT_BYTES_MAX:
            raise EnvelopeRefused(Step.LENGTH)
        return hmac.digest(self._unwrapped_mac(material, key_arn).key, message, digest)

    def verify_mac(
        self, *, material: bytes, key_arn: str, algorithm: str, message: bytes, mac: bytes
    ) -> bool:
        """Say whether a MAC is right, in constant time."""
        right = self.generate_mac(material=material, key_arn=key_arn, algorithm=algorithm, message=message)
        return hmac.compare_digest(right, mac)

    # Imported material

    def import_parameters(
        self, *, key_arn: str, bits: int, algorithm: str, expires_ms: int
    ) -> tuple[bytes, bytes]:
        """Return a public key (DER) to wrap material with, and the private half sealed as a token for this key.

        Raises:
            EnvelopeRefused: no such size or algorithm. NotYet: the pair is being made.
        """
        if bits not in imports.BITS or algorithm not in imports.ALGORITHMS:
            raise EnvelopeRefused(Step.LENGTH)
        private = self._pairs(bits)
        token = self._wrap(
            imports.token_content(private, algorithm=algorithm, expires_ms=expires_ms),
            owner=self._material_owner(key_arn, wrap.Kind.IMPORT_KEY),
        )
        return imports.public_half(private), token

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
        """Take over material that was wrapped for a token; returns it wrapped under the master, and its id.

        Raises:
            EnvelopeRefused: EXPIRED, or a token that is none for this key; IMPORT; MATERIAL.
        """
        owner = self._material_owner(key_arn, wrap.Kind.IMPORT_KEY)
        content = self._opened(token, owner=owner)
        material = imports.unwrapped(content, wrapped, now=now)
        if not size_min <= len(material) <= size_max or (not mac and len(material) != suite.KEY_BYTES):
            raise EnvelopeRefused(Step.MATERIAL)
        named = imports.material_id(material, key_arn=key_arn)
        if mac:
            return self._wrapped_mac(material, key_arn), named
        return self._wrapped(material, key_arn, material_version), named

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

    # The material of multi-Region keys, which goes from custodian to custodian alone

    def material_for_region(self, *, material: bytes, key_arn: str, mac: bool, region: str) -> bytes:
        """Seal a version of a multi-Region key's material to another Region's custodian.

        Raises:
            EnvelopeRefused: KEY: the key is of one Region, or that Region none that this custodian was told of.
        """
        held = self._unwrapped_mac(material, key_arn) if mac else self._unwrapped(material, key_arn)
        peer = self._peer(region)
        ours = self._master.region
        consignment = _consignment(key_arn, held.version, mac=mac, source=ours, target=region)
        return seal_material(
            held.key,
            consignment=consignment,
            private_key=self._master.transport_private_key,
            recipient=peer,
            entropy=self._entropy,
        )

    def material_from_region(
        self, *, sealed: bytes, key_arn: str, material_version: int, mac: bool, region: str
    ) -> bytes:
        """Take over a version of a multi-Region key's material that another Region's custodian sealed; returns it wrapped.

        Raises:
            EnvelopeRefused: it is not that material, or that custodian's.
        """
        ours = self._master.region
        consignment = _consignment(key_arn, material_version, mac=mac, source=region, target=ours)
        material = open_material(
            sealed,
            consignment=consignment,
            private_key=self._master.transport_private_key,
            sender=self._peer(region),
        )
        if mac:
            return self._wrapped_mac(material, key_arn)
        if len(material) != suite.KEY_BYTES:
            raise EnvelopeRefused(Step.LENGTH)
        return self._wrapped(material, key_arn, material_version)

    def _peer(self, region: str) -> bytes:
        try:
            return self._peers[region]
        except KeyError:
            raise EnvelopeRefused(Step.KEY) from None

    # Access keys and tokens

    def seal_access_key(self, *, access_key_id: str, secret_access_key: str) -> bytes:
        """Wrap a secret access key. It must be recoverable, for SigV4 is an HMAC under it."""
        return self._wrap(encoded(secret_access_key), owner=self._access_key_owner(access_key_id))

    def signing_key(self, *, sealed: bytes, access_key_id: str, day: str, region: str, service: str) -> bytes:
        """Derive the key that signs one day's requests of one access key to one service of one Region."""
        secret = self._opened(sealed, owner=self._access_key_owner(access_key_id))
        return credentials.signing_key(secret, day=day, region=region, service=service)

    def token_key(self) -> bytes:
        """Derive the Region's key for sealed tokens; the same in every process, for ever."""
        if self._master.token_key is not None:
            return self._master.token_key
        # A master that stays in an HSM is never a Region's first: what renews a master keeps the token key.
        assert isinstance(self._master.key, bytes)
        return suite.hkdf(
            self._master.key,
            salt=bytes(suite.SALT_BYTES),
            info=joined(TOKEN_PURPOSE, encoded(self._master.partition), encoded(self._master.region)),
            size=suite.KEY_BYTES,
        )

    # Another master

    def rewrap_material(self, *, material: bytes, key_arn: str) -> bytes:
        """Return a KMS key's material of either kind under the present master; as it came if it is so already.

        Raises:
            EnvelopeRefused: it opens under neither master.
        """
        kinds = (wrap.Kind.KEY_MATERIAL, wrap.Kind.MAC_MATERIAL)
        return self._rewrapped(material, owners=[self._material_owner(key_arn, kind) for kind in kinds])

    def rewrap_access_key(self, *, sealed: bytes, access_key_id: str) -> bytes:
        """Return a secret access key under the present master; as it came if it is so already."""
        return self._rewrapped(sealed, owners=[self._access_key_owner(access_key_id)])

    def rewrap_credential(self, *, sealed: bytes, kind: CredentialKind, account: str, key_id: str) -> bytes:
        """Return an account's key under the present master; as it came if it is so already."""
        owner = self.credentials.owner(kind, account=account, credential_id=key_id)
        return self._rewrapped(sealed, owners=[owner])

    def _rewrapped(self, wrapped: bytes, *, owners: Sequence[wrap.Owner]) -> bytes:
        for owner in owners:
            with contextlib.suppress(EnvelopeRefused):
                self._unwrap_under(self._master.key, wrapped, owner=owner)
                return wrapped
        if self._master.before is not None:
            for owner in owners:
                with contextlib.suppress(EnvelopeRefused):
                    content = self._unwrap_under(self._master.before, wrapped, owner=owner)
                    return self._wrap(content, owner=owner)
        raise EnvelopeRefused(Step.COMMITMENT)

    def _opened(self, wrapped: bytes, *, owner: wrap.Owner) -> bytes:
        """Open what is wrapped under the present master, or under the one before while its last row is not re-wrapped."""
        if self._master.before is None:
            return self._unwrap_under(self._master.key, wrapped, owner=owner)
        try:
            return self._unwrap_under(self._master.key, wrapped, owner=owner)
        except EnvelopeRefused as refused:
            # The commitment tells which master it is, the suite whether that is in an HSM; any other refusal is one under
            # both.
            if refused.step not in (Step.COMMITMENT, Step.SUITE):
                raise
            return self._unwrap_under(self._master.before, wrapped, owner=owner)

    def _wrap(self, content: bytes, *, owner: wrap.Owner) -> bytes:
        key = self._master.key
        if isinstance(key, InHsm):
            assert self._hsm is not None
            return wrap_row(self._hsm, key, content, owner=owner, entropy=self._entropy)
        return wrap.wrap(key, content, owner=owner, entropy=self._entropy)

    def _unwrap_under(self, key: MasterKey, wrapped: bytes, *, owner: wrap.Owner) -> bytes:
        if isinstance(key, InHsm):
            assert self._hsm is not None
            return unwrap_row(self._hsm, key, wrapped, owner=owner)
        return wrap.unwrap(key, wrapped, owner=owner)

    def _wrapped(self, material: bytes, key_arn: str, material_version: int) -> bytes:
        content = material_version.to_bytes(_VERSION_BYTES, "big") + material
        owner = self._material_owner(key_arn, wrap.Kind.KEY_MATERIAL)
        return self._wrap(content, owner=owner)

    def _wrapped_mac(self, material: bytes, key_arn: str) -> bytes:
        owner = self._material_owner(key_arn, wrap.Kind.MAC_MATERIAL)
        return self._wrap(material, owner=owner)

    def _unwrap(self, material: bytes, key_arn: str) -> Material:
        owner = self._material_owner(key_arn, wrap.Kind.KEY_MATERIAL)
        content = self._opened(material, owner=owner)
        if len(content) != _VERSION_BYTES + suite.KEY_BYTES:
            raise EnvelopeRefused(Step.LENGTH)
        return Material(version=int.from_bytes(content[:_VERSION_BYTES], "big"), key=content[_VERSION_BYTES:])

    def _unwrap_mac(self, material: bytes, key_arn: str) -> Material:
        owner = self._material_owner(key_arn, wrap.Kind.MAC_MATERIAL)
        return Material(version=FIRST_VERSION, key=self._opened(material, owner=owner))

    def _material_owner(self, key_arn: str, kind: wrap.Kind) -> wrap.Owner:
        # arn:PARTITION:kms:REGION:ACCOUNT:key/ID. Only the account is taken from it: the Region is this one.
        fields = key_arn.split(":")
        if len(fields) < 6:
            raise EnvelopeRefused(Step.TEXT)
        return wrap.Owner(kind=kind, name=key_arn, region=self._master.region, account=fields[4])

    def _access_key_owner(self, access_key_id: str) -> wrap.Owner:
        return self.credentials.owner(CredentialKind.ACCESS_KEY, account="", credential_id=access_key_id)


def _consignment(key_arn: str, version: int, *, mac: bool, source: str, target: str) -> Consignment:
    """Of a multi-Region key; any other's material stays where it was made, whoever asks."""
    # arn:PARTITION:kms:REGION:ACCOUNT:key/ID
    fields = key_arn.split(":", 5)
    key_id = key_arn.rpartition("/")[2]
    if len(fields) < 6 or not key_id.startswith(ciphertext.MULTI_REGION):
        raise EnvelopeRefused(Step.KEY)
    return Consignment(
        partition=fields[1],
        account=fields[4],
        key_id=key_id,
        material_version=version,
        mac=mac,
        source_region=source,
        target_region=target,
    )
