"""What a KMS key is, with its material, aliases and grants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

TAGS_MAX = 50


class KeyState(StrEnum):
    ENABLED = "Enabled"
    DISABLED = "Disabled"
    PENDING_IMPORT = "PendingImport"
    """Of imported material something is missing: not yet imported, expired or deleted."""
    PENDING_DELETION = "PendingDeletion"
    PENDING_REPLICA_DELETION = "PendingReplicaDeletion"
    CREATING = "Creating"
    UPDATING = "Updating"
    """These three are of multi-Region keys alone."""


class KeyManager(StrEnum):
    AWS = "AWS"
    CUSTOMER = "CUSTOMER"


class KeyUsage(StrEnum):
    ENCRYPT_DECRYPT = "ENCRYPT_DECRYPT"
    GENERATE_VERIFY_MAC = "GENERATE_VERIFY_MAC"


class Origin(StrEnum):
    AWS_KMS = "AWS_KMS"
    EXTERNAL = "EXTERNAL"
    """The customer imports the material."""


class RotationType(StrEnum):
    AUTOMATIC = "AUTOMATIC"
    ON_DEMAND = "ON_DEMAND"


SYMMETRIC = "SYMMETRIC_DEFAULT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What kind of material a key spec stands for."""

    usage: KeyUsage
    material_bytes: int
    """Of material that is made here."""
    imported_bytes_min: int
    imported_bytes_max: int
    mac_algorithm: str | None = None


def _mac(bits: int, *, least: int, most: int) -> Spec:
    return Spec(
        usage=KeyUsage.GENERATE_VERIFY_MAC,
        material_bytes=bits // 8,
        imported_bytes_min=least,
        imported_bytes_max=most,
        mac_algorithm=f"HMAC_SHA_{bits}",
    )


SPECS: Mapping[str, Spec] = {
    SYMMETRIC: Spec(
        usage=KeyUsage.ENCRYPT_DECRYPT, material_bytes=32, imported_bytes_min=32, imported_bytes_max=32
    ),
    "HMAC_224": _mac(224, least=28, most=64),
    "HMAC_256": _mac(256, least=32, most=64),
    "HMAC_384": _mac(384, least=48, most=128),
    "HMAC_512": _mac(512, least=64, most=128),
}
"""The specs that keys here have. Source: KMS Developer Guide, key spec reference; importing key material, requirements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One version of a key's material, wrapped by the custodian; nobody else opens it."""

    material_id: str
    """64 hexadecimal digits; of imported material it follows from the material."""
    wrapped: bytes | None
    """`None`: imported material that expired or was deleted. The same can be imported again."""
    rotated_ms: int | None = None
    """When it took the place of the one before; `None`: the first one, or one that waits for its rotation."""
    rotation: RotationType | None = None
    description: str | None = None
    expires_ms: int | None = None
    """When imported material has to go; `None`: never."""
    learned: int = 0
    """The family's revision with which it came to be here; a message carries what came after what was acknowledged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What the Regions of a multi-Region key tell each other of it, beside its kind, material and rotation.

    Two Regions' are merged (`family.py`), never put one in the place of the other.
    """

    revision: int
    """Counts the changes of all that is shared, in this Region; its links carry it."""
    primary_region: str
    term: int = 1
    """Raised by each UpdatePrimaryRegion; of two claims the later term's holds."""
    handed_by: str = ""
    """Which Region gave the primary away, and has it back if the new one declines; empty: nobody is asked."""
    schedule: tuple[int, int] = (1, 0)
    """Term and number of the last change of when it is rotated; the later one holds."""
    members: Mapping[str, int] = field(default_factory=dict)
    """By Region: how often the key was made there and destroyed, together. Odd: it is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaWanted:
    """What ReplicateKey asked for in a Region: all that is that Region's own from then on."""

    account: str
    key_id: str
    region: str
    count: int
    """The Region's number in `Family.members` that this made."""
    description: str
    policy: str | None
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KMSKey:
    """A key of one Region."""

    account: str
    key_id: str
    """A UUID; of a multi-Region key `mrk-` and 32 hexadecimal digits, the same in all its Regions."""
    partition: str
    region: str
    description: str
    manager: KeyManager
    state: KeyState
    tags: Mapping[str, str]
    policy: str | None
    """The key policy as given; `None`: the default one, which delegates to the account."""
    materials: Mapping[int, Material]
    """By version, from 1; without gaps, but for a multi-Region key's. No version's bytes ever become another's."""
    current_version: int
    """Which version seals; all open. 0: nothing was imported yet."""
    created_ms: int
    stamp: int
    """Raised by every write; commits compare it."""
    spec: str = SYMMETRIC
    """One of `SPECS`."""
    usage: KeyUsage = KeyUsage.ENCRYPT_DECRYPT
    origin: Origin = Origin.AWS_KMS
    deletion_ms: int | None = None
    """When the material is destroyed. Not `None` if and only if the key is pending deletion."""
    rotation_days: int | None = None
    """The period of automatic rotation; `None`: there is none."""
    rotates_ms: int | None = None
    """When the next automatic rotation is due. Not `None` if and only if there is a period."""
    window_days: int | None = None
    """How long the window is that begins when the last replica is gone. Not `None` if and only if the key waits for that."""
    family: Family | None = None
    """`None`: a key of one Region."""

    arn: str = field(init=False, repr=False, compare=False)
    """Written once: every read of a secret asks for it several times."""

    def __post_init__(self) -> None:
        arn = f"arn:{self.partition}:kms:{self.region}:{self.account}:key/{self.key_id}"
        object.__setattr__(self, "arn", arn)

    @property
    def is_primary(self) -> bool:
        """Whether what is shared is changed here: also a key of one Region."""
        return self.family is None or self.family.primary_region == self.region

    @property
    def current(self) -> Material | None:
        return self.materials.get(self.current_version)

    @property
    def expires_ms(self) -> int | None:
        """When the first of the imported materials that are here expires."""
        if self.origin is not Origin.EXTERNAL:
            return None
        moments = (one.expires_ms for one in self.materials.values() if one.wrapped is not None)
        return min((moment for moment in moments if moment is not None), default=None)

    @property
    def due_ms(self) -> int | None:
        """When this Region has to do something about the key by itself."""
        rotates = (
            self.state is KeyState.ENABLED
            and self.is_primary
            and max(self.materials, default=0) <= self.current_version
        )
        rotates_ms = self.rotates_ms if rotates else None
        moments = (self.deletion_ms, rotates_ms, self.expires_ms)
        return min((moment for moment in moments if moment is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A name of a key, unique in its account and Region."""

    account: str
    name: str
    """With its prefix: `alias/mine`."""
    key_id: str
    created_ms: int
    updated_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a key's owner lets one principal do with it."""

    account: str
    key_id: str
    grant_id: str
    """64 hexadecimal digits."""
    name: str
    """Empty: none; then every CreateGrant makes another grant."""
    grantee: str
    """The ARN of a principal."""
    retiring: str
    """The ARN of who may retire it besides; empty: nobody."""
    operations: tuple[str, ...]
    """Sorted, each once."""
    context_equals: Mapping[str, str] | None
    context_subset: Mapping[str, str] | None
    """At most one of the two: what a request's encryption context has to be, or to hold."""
    issuing_account: str
    created_ms: int

    @property
    def address(self) -> tuple[str, str, str]:
        return self.account, self.key_id, self.grant_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """The last successful cryptographic operation with a key."""

    operation: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """How much an account may have in a Region. Source: KMS Developer Guide, Quotas."""

    keys_max: int = 100_000
    aliases_of_key_max: int = 50
    grants_of_key_max: int = 50_000
    policy_bytes_max: int = 32_768
    on_demand_rotations_max: int = 25


QUOTAS = Quotas()
