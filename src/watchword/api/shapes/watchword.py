"""Our own operations: what Regions say to each other, and what an agent asks of its own Region. Written by hand.

They stand in the operations table like AWS's, but their service is internal: a client's port answers
UnknownOperationException to them. Values in them are sealed to one Region's custodian. Source: design section 5.

What another Region says is bounded here like a client's words, request and answer alike: a Region whose host was taken
over must not be able to make this one store what it likes, or fail in ways that nobody thought of. Texts have AWS's own
bounds, which the primary has checked already; ids and counters have bounds that no honest Region comes near.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from watchword.api.operation import AccessLevel, ConditionKey, Operation, Protocol, Service
from watchword.api.shape import Member, Shape

MESSAGE_BYTES_MAX = 16_777_216
SHAKEN_MAX = 1_000
"""Links in one handshake."""
ITEMS_MAX = 100
"""A secret has at most 20 labels, and only versions with a label travel."""
TEXT_CHARACTERS_MAX = 4_096
"""Of StatusMessage. Source: StatusMessageType."""
COUNTER_MAX = 2**53
"""Of epochs and revisions: more than anybody counts to, and a number in every database and JSON parser."""
MOMENT_MS_MAX = 253_402_300_799_999
"""The end of the year 9999."""
DAY_MAX = 2_932_896
"""The same, in days since 1970."""
SEALED_BYTES_MAX = 300_000
"""A value of 262,144 bytes and what sealing adds."""
MATERIALS_MAX = 1_000
"""Versions of a key's material: 25 on demand, and four a year for two centuries."""
MATERIAL_VERSION_MAX = 2**32 - 1
"""What four bytes of a ciphertext hold."""
SEALED_MATERIAL_BYTES_MAX = 2_048
REGIONS_MAX = 100
ITEM_BYTES_MAX = 262_144
"""A managed policy with five versions of 6,144 characters: far below. But blanks, which do not count there, count here."""
CREDENTIAL_BYTES_MAX = 1_024
ACCOUNT_ITEMS_MAX = 50_000
HEADERS_MAX = 128
HEADER_CHARACTERS_MAX = 16_384
FORWARDED_BYTES_MAX = 2_097_152
VERDICTS = (
    "Applied",
    "Already",
    "NeedAll",
    "Shake",
    "Fenced",
    "Promoted",
    "Diverged",
    "NameTaken",
    "KeyUnusable",
    "Removed",
)
ROLES = ("unknown", "replica", "promoted", "removed")

_ID = Member(name="Id", minimum=1, maximum=64)
_ONE = Member(name="member")
"""A structure in a list: what bounds it, its own shape says."""


def _id(name: str, *, required: bool = True) -> Member:
    return Member(name=name, required=required, minimum=1, maximum=64)


def _count(name: str, *, required: bool = True) -> Member:
    return Member(name=name, required=required, minimum=0, maximum=COUNTER_MAX)


def _day(name: str) -> Member:
    return Member(name=name, minimum=0, maximum=DAY_MAX)


def _region(name: str, *, required: bool = True) -> Member:
    return Member(name=name, required=required, minimum=1, maximum=128, pattern=r"([a-z]+-)+[0-9]+")


_ACCOUNT = Member(name="Account", required=True, pattern="[0-9]{12}")
_KIND_OF_ITEM = Member(name="Kind", required=True, minimum=1, maximum=32, pattern="[a-z-]+")
_ID_OF_ITEM = Member(name="Id", required=True, minimum=1, maximum=255)
"""The longest is an identity provider's URL."""
_PRIMARY_REGION = _region("PrimaryRegion")

SERVICE = Service(
    name="watchword",
    signing_name="watchword",
    protocol=Protocol.JSON,
    target_prefix="Watchword",
    api_version="2026-11-21",
    error_message_member="message",
    event_source="watchword.amazonaws.com",
    internal=True,
)


class Stand(Shape, frozen=True, kw_only=True):
    """What a replica holds: the primary store's incarnation that sent it, the revision, and its digest."""

    incarnation: str | None = field(name="Incarnation", default=None)
    revision: int | None = field(name="Revision", default=None)
    digest: str | None = field(name="Digest", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "incarnation": _id("Incarnation"),
        "revision": _count("Revision"),
        "digest": _id("Digest"),
    }


class ValueBinding(Shape, frozen=True, kw_only=True):
    """What a sealed value is bound to (`envelope.value.Binding`)."""

    partition: str | None = field(name="Partition", default=None)
    region: str | None = field(name="Region", default=None)
    account: str | None = field(name="Account", default=None)
    secret_arn: str | None = field(name="SecretARN", default=None)
    version_id: str | None = field(name="VersionId", default=None)
    content_id: str | None = field(name="ContentId", default=None)
    kind: str | None = field(name="Kind", default=None)


class Tag(Shape, frozen=True, kw_only=True):
    key: str | None = field(name="Key", default=None)
    value: str | None = field(name="Value", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "key": Member(name="Key", required=True, minimum=1, maximum=128),
        "value": Member(name="Value", required=True, maximum=256),
    }


class RotationMetadata(Shape, frozen=True, kw_only=True):
    key: str | None = field(name="Key", default=None)
    value: str | None = field(name="Value", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "key": Member(name="Key", required=True, minimum=1, maximum=256),
        "value": Member(name="Value", required=True, minimum=1, maximum=2048),
    }


class Rotation(Shape, frozen=True, kw_only=True):
    """How a secret is rotated at its primary; a replica shows it and does nothing of it."""

    enabled: bool | None = field(name="Enabled", default=None)
    lambda_arn: str | None = field(name="LambdaARN", default=None)
    automatically_after_days: int | None = field(name="AutomaticallyAfterDays", default=None)
    schedule_expression: str | None = field(name="ScheduleExpression", default=None)
    duration: str | None = field(name="Duration", default=None)
    role_arn: str | None = field(name="RoleARN", default=None)
    metadata: tuple[RotationMetadata, ...] | None = field(name="Metadata", default=None)
    rotated_ms: int | None = field(name="RotatedMs", default=None)
    due_ms: int | None = field(name="DueMs", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "enabled": Member(name="Enabled", required=True),
        "lambda_arn": Member(name="LambdaARN", minimum=1, maximum=2048),
        "automatically_after_days": Member(name="AutomaticallyAfterDays", minimum=1, maximum=1000),
        "schedule_expression": Member(name="ScheduleExpression", minimum=1, maximum=256),
        "duration": Member(name="Duration", minimum=2, maximum=3, pattern="[0-9]+h"),
        "role_arn": Member(name="RoleARN", minimum=20, maximum=2048),
        "metadata": Member(name="Metadata", maximum=50, item=_ONE),
        "rotated_ms": Member(name="RotatedMs", minimum=0, maximum=MOMENT_MS_MAX),
        "due_ms": Member(name="DueMs", minimum=0, maximum=MOMENT_MS_MAX),
    }


class Head(Shape, frozen=True, kw_only=True):
    """All of a secret that travels and is not a version."""

    description: str | None = field(name="Description", default=None)
    policy: str | None = field(name="Policy", default=None)
    tags: tuple[Tag, ...] | None = field(name="Tags", default=None)
    """Absent: never tagged; empty: all tags removed."""
    type: str | None = field(name="Type", default=None)
    rotation: Rotation | None = field(name="Rotation", default=None)
    """Absent: never configured."""

    MEMBERS: ClassVar[dict[str, Member]] = {
        "description": Member(name="Description", maximum=2048),
        "policy": Member(name="Policy", maximum=20480),
        "tags": Member(name="Tags", maximum=50, item=_ONE),
        "type": Member(name="Type", minimum=1, maximum=256),
        "rotation": Member(name="Rotation"),
    }


class Item(Shape, frozen=True, kw_only=True):
    """A version that has a label. `sealed` is the value, sealed to the replica Region's custodian; absent: no value yet."""

    version_id: str | None = field(name="VersionId", default=None)
    content_id: str | None = field(name="ContentId", default=None)
    kind: str | None = field(name="Kind", default=None)
    labels: tuple[str, ...] | None = field(name="Labels", default=None)
    created_ms: int | None = field(name="CreatedMs", default=None)
    sealed: bytes | None = field(name="Sealed", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "version_id": _id("VersionId"),
        "content_id": _id("ContentId", required=False),
        "kind": Member(name="Kind", values=("string", "binary")),
        "labels": Member(
            name="Labels", required=True, maximum=20, item=Member(name="Label", minimum=1, maximum=256)
        ),
        "created_ms": Member(name="CreatedMs", required=True, minimum=0, maximum=MOMENT_MS_MAX),
        "sealed": Member(name="Sealed", maximum=SEALED_BYTES_MAX),
    }


class Message(Shape, frozen=True, kw_only=True):
    """The state of one secret at one revision, as far as the replica does not hold it yet."""

    version: int | None = field(name="Version", default=None)
    link_id: str | None = field(name="LinkId", default=None)
    epoch: int | None = field(name="Epoch", default=None)
    incarnation: str | None = field(name="Incarnation", default=None)
    theirs: str | None = field(name="Theirs", default=None)
    """The replica store's incarnation that the primary shook hands with."""
    base: Stand | None = field(name="Base", default=None)
    since: int | None = field(name="Since", default=None)
    revision: int | None = field(name="Revision", default=None)
    digest: str | None = field(name="Digest", default=None)
    overwrite: bool | None = field(name="Overwrite", default=None)
    account: str | None = field(name="Account", default=None)
    principal_arn: str | None = field(name="PrincipalARN", default=None)
    """In whose name the replica Region uses its key."""
    primary_region: str | None = field(name="PrimaryRegion", default=None)
    name: str | None = field(name="Name", default=None)
    suffix: str | None = field(name="Suffix", default=None)
    kms_key_id: str | None = field(name="KmsKeyId", default=None)
    head: Head | None = field(name="Head", default=None)
    """Absent when unchanged since `since`."""
    items: tuple[Item, ...] | None = field(name="Items", default=None)
    """Versions that changed after `since`."""
    version_ids: tuple[str, ...] | None = field(name="VersionIds", default=None)
    """All versions that have a label at `revision`."""

    MEMBERS: ClassVar[dict[str, Member]] = {
        "version": _count("Version"),
        "link_id": _id("LinkId"),
        "epoch": _count("Epoch"),
        "incarnation": _id("Incarnation"),
        "theirs": _id("Theirs"),
        "base": Member(name="Base"),
        "since": _count("Since"),
        "revision": _count("Revision"),
        "digest": _id("Digest"),
        "overwrite": Member(name="Overwrite"),
        "account": _ACCOUNT,
        "principal_arn": Member(name="PrincipalARN", maximum=2048),
        "primary_region": _PRIMARY_REGION,
        "name": Member(name="Name", required=True, pattern="[A-Za-z0-9/_+=.@!-]{1,512}"),
        "suffix": Member(name="Suffix", required=True, pattern="[A-Za-z0-9]{6}"),
        "kms_key_id": Member(name="KmsKeyId", minimum=1, maximum=2048),
        "head": Member(name="Head"),
        "items": Member(name="Items", required=True, maximum=ITEMS_MAX, item=_ONE),
        "version_ids": Member(name="VersionIds", required=True, maximum=ITEMS_MAX, item=_ID),
    }


class KeyMember(Shape, frozen=True, kw_only=True):
    """One Region of a multi-Region key, with its number."""

    region: str | None = field(name="Region", default=None)
    count: int | None = field(name="Count", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "region": _region("Region"),
        "count": _count("Count"),
    }


class KeyVersion(Shape, frozen=True, kw_only=True):
    """What all Regions know of one version of a key's material."""

    version: int | None = field(name="Version", default=None)
    material_id: str | None = field(name="MaterialId", default=None)
    rotated_ms: int | None = field(name="RotatedMs", default=None)
    """When it began to seal in the place of the one before."""
    rotation: str | None = field(name="Rotation", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "version": Member(name="Version", required=True, minimum=1, maximum=MATERIAL_VERSION_MAX),
        "material_id": Member(name="MaterialId", required=True, pattern="[0-9a-f]{64}"),
        "rotated_ms": Member(name="RotatedMs", minimum=0, maximum=MOMENT_MS_MAX),
        "rotation": Member(name="Rotation", values=("AUTOMATIC", "ON_DEMAND")),
    }


class KeyHead(Shape, frozen=True, kw_only=True):
    """All that the Regions of a multi-Region key share and is not material. It is told whole each time."""

    spec: str | None = field(name="Spec", default=None)
    usage: str | None = field(name="Usage", default=None)
    origin: str | None = field(name="Origin", default=None)
    primary_region: str | None = field(name="PrimaryRegion", default=None)
    term: int | None = field(name="Term", default=None)
    handed_by: str | None = field(name="HandedBy", default=None)
    schedule_term: int | None = field(name="ScheduleTerm", default=None)
    schedule: int | None = field(name="Schedule", default=None)
    rotation_days: int | None = field(name="RotationDays", default=None)
    rotates_ms: int | None = field(name="RotatesMs", default=None)
    current_version: int | None = field(name="CurrentVersion", default=None)
    versions: tuple[KeyVersion, ...] | None = field(name="Versions", default=None)
    """All that there are."""
    members: tuple[KeyMember, ...] | None = field(name="Members", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "spec": Member(name="Spec", required=True, minimum=1, maximum=64),
        "usage": Member(name="Usage", required=True, values=("ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC")),
        "origin": Member(name="Origin", required=True, values=("AWS_KMS", "EXTERNAL")),
        "primary_region": _region("PrimaryRegion"),
        "term": _count("Term"),
        "handed_by": _region("HandedBy", required=False),
        "schedule_term": _count("ScheduleTerm"),
        "schedule": _count("Schedule"),
        "rotation_days": Member(name="RotationDays", minimum=90, maximum=2560),
        "rotates_ms": Member(name="RotatesMs", minimum=0, maximum=MOMENT_MS_MAX),
        "current_version": Member(
            name="CurrentVersion", required=True, minimum=0, maximum=MATERIAL_VERSION_MAX
        ),
        "versions": Member(name="Versions", required=True, maximum=MATERIALS_MAX, item=_ONE),
        "members": Member(name="Members", required=True, maximum=REGIONS_MAX, item=_ONE),
    }


class KeyMaterial(Shape, frozen=True, kw_only=True):
    """One version of a key's material, sealed to the other Region's custodian."""

    version: int | None = field(name="Version", default=None)
    sealed: bytes | None = field(name="Sealed", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "version": Member(name="Version", required=True, minimum=1, maximum=MATERIAL_VERSION_MAX),
        "sealed": Member(name="Sealed", required=True, maximum=SEALED_MATERIAL_BYTES_MAX),
    }


class ReplicaKey(Shape, frozen=True, kw_only=True):
    """What a new replica is to have of its own. It is sent as long as the Region has the replica, and read once."""

    count: int | None = field(name="Count", default=None)
    description: str | None = field(name="Description", default=None)
    policy: str | None = field(name="Policy", default=None)
    tags: tuple[Tag, ...] | None = field(name="Tags", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "count": _count("Count"),
        "description": Member(name="Description", maximum=8192),
        "policy": Member(name="Policy", minimum=1, maximum=131072),
        "tags": Member(name="Tags", maximum=50, item=_ONE),
    }


class KeyMessage(Shape, frozen=True, kw_only=True):
    """What one Region knows of a multi-Region key at one of its revisions, as far as the other has not acknowledged it."""

    version: int | None = field(name="Version", default=None)
    link_id: str | None = field(name="LinkId", default=None)
    epoch: int | None = field(name="Epoch", default=None)
    incarnation: str | None = field(name="Incarnation", default=None)
    theirs: str | None = field(name="Theirs", default=None)
    base: Stand | None = field(name="Base", default=None)
    since: int | None = field(name="Since", default=None)
    revision: int | None = field(name="Revision", default=None)
    digest: str | None = field(name="Digest", default=None)
    overwrite: bool | None = field(name="Overwrite", default=None)
    account: str | None = field(name="Account", default=None)
    primary_region: str | None = field(name="PrimaryRegion", default=None)
    """The Region that sends, whatever it is of the key."""
    key_id: str | None = field(name="KeyId", default=None)
    head: KeyHead | None = field(name="Head", default=None)
    replica: ReplicaKey | None = field(name="Replica", default=None)
    """Absent: this Region was not asked to make the replica."""
    materials: tuple[KeyMaterial, ...] | None = field(name="Materials", default=None)
    """What came to be there after `since`; nothing of a key whose material is imported in each Region."""

    MEMBERS: ClassVar[dict[str, Member]] = {
        "version": _count("Version"),
        "link_id": _id("LinkId"),
        "epoch": _count("Epoch"),
        "incarnation": _id("Incarnation"),
        "theirs": _id("Theirs"),
        "base": Member(name="Base"),
        "since": _count("Since"),
        "revision": _count("Revision"),
        "digest": _id("Digest"),
        "overwrite": Member(name="Overwrite"),
        "account": _ACCOUNT,
        "primary_region": _PRIMARY_REGION,
        "key_id": Member(name="KeyId", required=True, pattern="mrk-[0-9a-f]{32}"),
        "head": Member(name="Head", required=True),
        "replica": Member(name="Replica"),
        "materials": Member(name="Materials", required=True, maximum=MATERIALS_MAX, item=_ONE),
    }


class Removal(Shape, frozen=True, kw_only=True):
    link_id: str | None = field(name="LinkId", default=None)
    epoch: int | None = field(name="Epoch", default=None)
    account: str | None = field(name="Account", default=None)
    primary_region: str | None = field(name="PrimaryRegion", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "link_id": _id("LinkId"),
        "epoch": _count("Epoch"),
        "account": _ACCOUNT,
        "primary_region": _PRIMARY_REGION,
    }


class Holds(Shape, frozen=True, kw_only=True):
    """What a Region holds of one link."""

    link_id: str | None = field(name="LinkId", default=None)
    role: str | None = field(name="Role", default=None)
    epoch: int | None = field(name="Epoch", default=None)
    stand: Stand | None = field(name="Stand", default=None)
    accessed_day: int | None = field(name="AccessedDay", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "link_id": _id("LinkId"),
        "role": Member(name="Role", required=True, values=ROLES),
        "epoch": _count("Epoch"),
        "stand": Member(name="Stand"),
        "accessed_day": _day("AccessedDay"),
    }


class ReadReplicaRequest(Shape, frozen=True, kw_only=True):
    link_id: str | None = field(name="LinkId", default=None)
    theirs: str | None = field(name="Theirs", default=None)
    recipient: bytes | None = field(name="Recipient", default=None)
    """The replica Region's transport key."""
    jitter: float | None = field(name="Jitter", default=None)


class ReadReplicaResponse(Shape, frozen=True, kw_only=True):
    """At most one of the members is there; none: nothing is due."""

    shake: bool | None = field(name="Shake", default=None)
    message: Message | None = field(name="Message", default=None)
    removal: Removal | None = field(name="Removal", default=None)


class ReadKeyResponse(Shape, frozen=True, kw_only=True):
    """At most one of the members is there; none: nothing is due. Nobody is asked to remove a replica of a key."""

    shake: bool | None = field(name="Shake", default=None)
    message: KeyMessage | None = field(name="Message", default=None)
    removal: Removal | None = field(name="Removal", default=None)


class ReplicaVerdict(Shape, frozen=True, kw_only=True):
    """The replica's answer to a message or a removal. `incarnation` is its store's."""

    verdict: str | None = field(name="Verdict", default=None)
    epoch: int | None = field(name="Epoch", default=None)
    stand: Stand | None = field(name="Stand", default=None)
    message: str | None = field(name="Message", default=None)
    accessed_day: int | None = field(name="AccessedDay", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "verdict": Member(name="Verdict", required=True, values=VERDICTS),
        "epoch": _count("Epoch", required=False),
        "stand": Member(name="Stand"),
        "message": Member(name="Message", maximum=TEXT_CHARACTERS_MAX),
        "accessed_day": _day("AccessedDay"),
    }


class AckReplicaRequest(Shape, frozen=True, kw_only=True):
    link_id: str | None = field(name="LinkId", default=None)
    epoch: int | None = field(name="Epoch", default=None)
    theirs: str | None = field(name="Theirs", default=None)
    """The run of the replica's store that the message was meant for; absent for a removal."""
    answer: ReplicaVerdict | None = field(name="Answer", default=None)
    """Absent: no answer came."""
    jitter: float | None = field(name="Jitter", default=None)


class ShakeHandsRequest(Shape, frozen=True, kw_only=True):
    incarnation: str | None = field(name="Incarnation", default=None)
    """Of the primary's store."""
    link_ids: tuple[str, ...] | None = field(name="LinkIds", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "incarnation": _id("Incarnation"),
        "link_ids": Member(name="LinkIds", maximum=SHAKEN_MAX, item=_ID),
    }


class ShakeHandsResponse(Shape, frozen=True, kw_only=True):
    incarnation: str | None = field(name="Incarnation", default=None)
    holds: tuple[Holds, ...] | None = field(name="Holds", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "incarnation": _id("Incarnation"),
        "holds": Member(name="Holds", maximum=SHAKEN_MAX, item=_ONE),
    }


class AckHandsRequest(Shape, frozen=True, kw_only=True):
    incarnation: str | None = field(name="Incarnation", default=None)
    holds: tuple[Holds, ...] | None = field(name="Holds", default=None)


class NotePromotionRequest(Shape, frozen=True, kw_only=True):
    link_id: str | None = field(name="LinkId", default=None)
    epoch: int | None = field(name="Epoch", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "link_id": _id("LinkId"),
        "epoch": _count("Epoch"),
    }


class PromotionToldRequest(Shape, frozen=True, kw_only=True):
    link_id: str | None = field(name="LinkId", default=None)


class PurgeSecretsRequest(Shape, frozen=True, kw_only=True):
    limit: int | None = field(name="Limit", default=None)


class PurgeSecretsResponse(Shape, frozen=True, kw_only=True):
    purged: int | None = field(name="Purged", default=None)


class TakePrimacyRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = field(name="KeyId", default=None)
    primary_region: str | None = field(name="PrimaryRegion", default=None)


class TendKeysRequest(Shape, frozen=True, kw_only=True):
    limit: int | None = field(name="Limit", default=None)


class TendKeysResponse(Shape, frozen=True, kw_only=True):
    tended: int | None = field(name="Tended", default=None)


class TendCrossAccountRequest(Shape, frozen=True, kw_only=True):
    pass


class TendCrossAccountResponse(Shape, frozen=True, kw_only=True):
    tended: int | None = field(name="Tended", default=None)


class SealForRegionRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = field(name="KeyId", default=None)
    ciphertext_blob: bytes | None = field(name="CiphertextBlob", default=None)
    encryption_context: dict[str, str] | None = field(name="EncryptionContext", default=None)
    sealed_value: bytes | None = field(name="SealedValue", default=None)
    binding: ValueBinding | None = field(name="Binding", default=None)
    recipient: bytes | None = field(name="Recipient", default=None)
    info: bytes | None = field(name="Info", default=None)


class SealForRegionResponse(Shape, frozen=True, kw_only=True):
    sealed: bytes | None = field(name="Sealed", default=None)


class OpenFromRegionRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = field(name="KeyId", default=None)
    sealed: bytes | None = field(name="Sealed", default=None)
    info: bytes | None = field(name="Info", default=None)
    encryption_context: dict[str, str] | None = field(name="EncryptionContext", default=None)
    binding: ValueBinding | None = field(name="Binding", default=None)


class OpenFromRegionResponse(Shape, frozen=True, kw_only=True):
    ciphertext_blob: bytes | None = field(name="CiphertextBlob", default=None)
    sealed_value: bytes | None = field(name="SealedValue", default=None)
    key_id: str | None = field(name="KeyId", default=None)


class IdentityItem(Shape, frozen=True, kw_only=True):
    """One item of an account's state, in the form in which the store keeps it."""

    kind: str | None = field(name="Kind", default=None)
    id: str | None = field(name="Id", default=None)
    revision: int | None = field(name="Revision", default=None)
    content_id: str | None = field(name="ContentId", default=None)
    body: bytes | None = field(name="Body", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "kind": _KIND_OF_ITEM,
        "id": _ID_OF_ITEM,
        "revision": _count("Revision"),
        "content_id": _id("ContentId"),
        "body": Member(name="Body", required=True, maximum=ITEM_BYTES_MAX),
    }


class ItemAddress(Shape, frozen=True, kw_only=True):
    kind: str | None = field(name="Kind", default=None)
    id: str | None = field(name="Id", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {"kind": _KIND_OF_ITEM, "id": _ID_OF_ITEM}


class CarriedCredential(Shape, frozen=True, kw_only=True):
    """A secret access key or a session key, sealed to the other Region's custodian."""

    kind: str | None = field(name="Kind", default=None)
    id: str | None = field(name="Id", default=None)
    sealed: bytes | None = field(name="Sealed", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "kind": _KIND_OF_ITEM,
        "id": _ID_OF_ITEM,
        "sealed": Member(name="Sealed", required=True, maximum=CREDENTIAL_BYTES_MAX),
    }


class AccountMessage(Shape, frozen=True, kw_only=True):
    """The identity of one account at one revision, as far as the other Region does not hold it yet."""

    version: int | None = field(name="Version", default=None)
    link_id: str | None = field(name="LinkId", default=None)
    epoch: int | None = field(name="Epoch", default=None)
    incarnation: str | None = field(name="Incarnation", default=None)
    theirs: str | None = field(name="Theirs", default=None)
    base: Stand | None = field(name="Base", default=None)
    since: int | None = field(name="Since", default=None)
    revision: int | None = field(name="Revision", default=None)
    digest: str | None = field(name="Digest", default=None)
    account: str | None = field(name="Account", default=None)
    content_id: str | None = field(name="ContentId", default=None)
    changed_ms: int | None = field(name="ChangedMs", default=None)
    items: tuple[IdentityItem, ...] | None = field(name="Items", default=None)
    """Those that changed after `since`."""
    held: tuple[ItemAddress, ...] | None = field(name="Held", default=None)
    """All others that there are at `revision`."""
    credentials: tuple[CarriedCredential, ...] | None = field(name="Credentials", default=None)
    """Those of the items that travel."""

    MEMBERS: ClassVar[dict[str, Member]] = {
        "version": _count("Version"),
        "link_id": _id("LinkId"),
        "epoch": _count("Epoch"),
        "incarnation": _id("Incarnation"),
        "theirs": _id("Theirs"),
        "base": Member(name="Base"),
        "since": _count("Since"),
        "revision": _count("Revision"),
        "digest": _id("Digest"),
        "account": _ACCOUNT,
        "content_id": _id("ContentId"),
        "changed_ms": Member(name="ChangedMs", required=True, minimum=0, maximum=MOMENT_MS_MAX),
        "items": Member(name="Items", required=True, maximum=ACCOUNT_ITEMS_MAX, item=_ONE),
        "held": Member(name="Held", required=True, maximum=ACCOUNT_ITEMS_MAX, item=_ONE),
        "credentials": Member(name="Credentials", required=True, maximum=ACCOUNT_ITEMS_MAX, item=_ONE),
    }


class ReadAccountResponse(Shape, frozen=True, kw_only=True):
    """At most one of the members is there; none: nothing is due."""

    shake: bool | None = field(name="Shake", default=None)
    message: AccountMessage | None = field(name="Message", default=None)
    removal: Removal | None = field(name="Removal", default=None)


class TendIdentityRequest(Shape, frozen=True, kw_only=True):
    """Whatever is due of the accounts' identity here."""


class TendIdentityResponse(Shape, frozen=True, kw_only=True):
    waits: bool | None = field(name="Waits", default=None)
    """A Region is on its way to be enabled or disabled: look again soon."""


class RenewSessionsRequest(Shape, frozen=True, kw_only=True):
    """Another session key for an account; the old sessions go on, or end."""

    account: str | None = field(name="Account", default=None)
    end_old: bool | None = field(name="EndOld", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "account": _ACCOUNT,
        "end_old": Member(name="EndOld", required=True),
    }


class RenewSessionsResponse(Shape, frozen=True, kw_only=True):
    keys: int | None = field(name="Keys", default=None)
    """Session keys that the account has now."""
    revision: int | None = field(name="Revision", default=None)


class FoundAccountRequest(Shape, frozen=True, kw_only=True):
    """An account that an operator wants, with its root user's first access key."""

    account: str | None = field(name="Account", default=None)
    name: str | None = field(name="Name", default=None)
    access_key_id: str | None = field(name="AccessKeyId", default=None)
    sealed: bytes | None = field(name="Sealed", default=None)
    """Its secret, sealed by this Region's custodian."""

    MEMBERS: ClassVar[dict[str, Member]] = {
        "account": _ACCOUNT,
        "name": Member(name="Name", maximum=TEXT_CHARACTERS_MAX),
        "access_key_id": Member(name="AccessKeyId", required=True),
        "sealed": Member(name="Sealed", required=True),
    }


class FoundAccountResponse(Shape, frozen=True, kw_only=True):
    account: str | None = field(name="Account", default=None)


class ForwardedHeader(Shape, frozen=True, kw_only=True):
    name: str | None = field(name="Name", default=None)
    value: str | None = field(name="Value", default=None)

    MEMBERS: ClassVar[dict[str, Member]] = {
        "name": Member(name="Name", required=True, minimum=1, maximum=HEADER_CHARACTERS_MAX),
        "value": Member(name="Value", required=True, maximum=HEADER_CHARACTERS_MAX),
    }


class ForwardRequest(Shape, frozen=True, kw_only=True):
    """A client's request as it came, for the Region that alone may carry it out."""

    method: str | None = field(name="Method", default=None)
    target: str | None = field(name="Target", default=None)
    headers: tuple[ForwardedHeader, ...] | None = field(name="Headers", default=None)
    body: bytes | None = field(name="Body", default=None)
    source: str | None = field(name="Source", default=None)
    """The client's address, as the Region that it came to saw it."""
    secure: bool | None = field(name="Secure", default=None)
    account: str | None = field(name="Account", default=None)
    """Whose identity's revision the answer tells."""

    MEMBERS: ClassVar[dict[str, Member]] = {
        "method": Member(name="Method", required=True, values=("GET", "POST")),
        "target": Member(name="Target", required=True, minimum=1, maximum=HEADER_CHARACTERS_MAX),
        "headers": Member(name="Headers", required=True, maximum=HEADERS_MAX, item=_ONE),
        "body": Member(name="Body", maximum=FORWARDED_BYTES_MAX),
        "source": Member(name="Source", maximum=128),
        "secure": Member(name="Secure", required=True),
        "account": _ACCOUNT,
    }


class ForwardResponse(Shape, frozen=True, kw_only=True):
    """The answer, as the client gets it."""

    status: int | None = field(name="Status", default=None)
    headers: tuple[ForwardedHeader, ...] | None = field(name="Headers", default=None)
    body: bytes | None = field(name="Body", default=None)
    revision: int | None = field(name="Revision", default=None)
    """Of the account's identity after it; absent: the Region does not have the account."""

    MEMBERS: ClassVar[dict[str, Member]] = {
        "status": Member(name="Status", required=True, minimum=200, maximum=599),
        "headers": Member(name="Headers", required=True, maximum=HEADERS_MAX, item=_ONE),
        "body": Member(name="Body", maximum=FORWARDED_BYTES_MAX),
        "revision": _count("Revision", required=False),
    }


def _operation(
    name: str, request: type[Shape], response: type[Shape] | None, access: AccessLevel = AccessLevel.WRITE
) -> Operation:
    return Operation(
        service=SERVICE,
        name=name,
        request=request,
        response=response,
        action=f"watchword:{name}",
        access=access,
        body_bytes_max=MESSAGE_BYTES_MAX,
    )


# Asked by this Region's own agent.
READ_REPLICA = _operation("ReadReplica", ReadReplicaRequest, ReadReplicaResponse)
ACK_REPLICA = _operation("AckReplica", AckReplicaRequest, None)
ACK_HANDS = _operation("AckHands", AckHandsRequest, None)
PROMOTION_TOLD = _operation("PromotionTold", PromotionToldRequest, None)
PURGE_SECRETS = _operation("PurgeSecrets", PurgeSecretsRequest, PurgeSecretsResponse)
TEND_KEYS = _operation("TendKeys", TendKeysRequest, TendKeysResponse)
TEND_CROSS_ACCOUNT = _operation("TendCrossAccount", TendCrossAccountRequest, TendCrossAccountResponse)
READ_KEY = _operation("ReadKey", ReadReplicaRequest, ReadKeyResponse)
ACK_KEY = _operation("AckKey", AckReplicaRequest, None)
TEND_IDENTITY = _operation("TendIdentity", TendIdentityRequest, TendIdentityResponse)
FOUND_ACCOUNT = _operation("FoundAccount", FoundAccountRequest, FoundAccountResponse)
READ_ACCOUNT = _operation("ReadAccount", ReadReplicaRequest, ReadAccountResponse)
ACK_ACCOUNT = _operation("AckAccount", AckReplicaRequest, None)
RENEW_SESSIONS = _operation("RenewSessions", RenewSessionsRequest, RenewSessionsResponse)

# Asked by another Region's agent, on the peer port.
APPLY_REPLICA = _operation("ApplyReplica", Message, ReplicaVerdict)
REMOVE_REPLICA = _operation("RemoveReplica", Removal, ReplicaVerdict)
SHAKE_HANDS = _operation("ShakeHands", ShakeHandsRequest, ShakeHandsResponse, AccessLevel.READ)
NOTE_PROMOTION = _operation("NotePromotion", NotePromotionRequest, None)
APPLY_KEY = _operation("ApplyKey", KeyMessage, ReplicaVerdict)
NOTE_KEY_DESTROYED = _operation("NoteKeyDestroyed", NotePromotionRequest, None)
APPLY_ACCOUNT = _operation("ApplyAccount", AccountMessage, ReplicaVerdict)
REMOVE_ACCOUNT = _operation("RemoveAccount", Removal, ReplicaVerdict)
FORWARD = _operation("Forward", ForwardRequest, ForwardResponse)

# Asked by Secrets Manager in the name of a link's principal: KMS's part in replication.
SEAL_FOR_REGION = Operation(
    service=SERVICE,
    name="SealForRegion",
    request=SealForRegionRequest,
    response=SealForRegionResponse,
    action="kms:Decrypt",
    access=AccessLevel.WRITE,
    changes_nothing=True,
    resource_member="key_id",
)
OPEN_FROM_REGION = Operation(
    service=SERVICE,
    name="OpenFromRegion",
    request=OpenFromRegionRequest,
    response=OpenFromRegionResponse,
    action="kms:GenerateDataKey",
    access=AccessLevel.WRITE,
    changes_nothing=True,
    resource_member="key_id",
)

# Asked by KMS when another Region hands the primary of a multi-Region key to this one.
TAKE_PRIMACY = Operation(
    service=SERVICE,
    name="TakePrimacy",
    request=TakePrimacyRequest,
    response=None,
    action="kms:UpdatePrimaryRegion",
    access=AccessLevel.WRITE,
    resource_member="key_id",
    condition_keys=(ConditionKey(name="kms:PrimaryRegion", member="primary_region"),),
)

PEER_OPERATIONS = frozenset(
    {
        APPLY_REPLICA,
        REMOVE_REPLICA,
        SHAKE_HANDS,
        NOTE_PROMOTION,
        APPLY_KEY,
        NOTE_KEY_DESTROYED,
        APPLY_ACCOUNT,
        REMOVE_ACCOUNT,
        FORWARD,
    }
)
"""What the peer port answers; the rest is for this Region's own processes."""

OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        READ_REPLICA,
        ACK_REPLICA,
        ACK_HANDS,
        PROMOTION_TOLD,
        PURGE_SECRETS,
        TEND_KEYS,
        TEND_CROSS_ACCOUNT,
        TEND_IDENTITY,
        READ_ACCOUNT,
        ACK_ACCOUNT,
        RENEW_SESSIONS,
        APPLY_ACCOUNT,
        REMOVE_ACCOUNT,
        FORWARD,
        APPLY_REPLICA,
        REMOVE_REPLICA,
        SHAKE_HANDS,
        NOTE_PROMOTION,
        SEAL_FOR_REGION,
        OPEN_FROM_REGION,
        READ_KEY,
        ACK_KEY,
        APPLY_KEY,
        NOTE_KEY_DESTROYED,
        TAKE_PRIMACY,
    )
}
