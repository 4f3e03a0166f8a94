"""Our own operations: what Regions say to each other, and what an agent asks of its own Region. Written by hand.

They stand in the operations table like AWS's, but their service is internal: a client's port answers
UnknownOperationException to them. Values in them are sealed to one Region's custodian. Source: design section 5.
"""

from __future__ import annotations

from msgspec import field

from watchword.api.operation import AccessLevel, Operation, Protocol, Service
from watchword.api.shape import Shape

MESSAGE_BYTES_MAX = 16_777_216

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


class Head(Shape, frozen=True, kw_only=True):
    """All of a secret that travels and is not a version."""

    description: str | None = field(name="Description", default=None)
    policy: str | None = field(name="Policy", default=None)
    tags: tuple[Tag, ...] | None = field(name="Tags", default=None)
    """Absent: never tagged; empty: all tags removed."""


class Item(Shape, frozen=True, kw_only=True):
    """A version that has a label. `sealed` is the value, sealed to the replica Region's custodian; absent: no value yet."""

    version_id: str | None = field(name="VersionId", default=None)
    content_id: str | None = field(name="ContentId", default=None)
    kind: str | None = field(name="Kind", default=None)
    labels: tuple[str, ...] | None = field(name="Labels", default=None)
    created_ms: int | None = field(name="CreatedMs", default=None)
    sealed: bytes | None = field(name="Sealed", default=None)


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


class Removal(Shape, frozen=True, kw_only=True):
    link_id: str | None = field(name="LinkId", default=None)
    epoch: int | None = field(name="Epoch", default=None)
    account: str | None = field(name="Account", default=None)
    primary_region: str | None = field(name="PrimaryRegion", default=None)


class Holds(Shape, frozen=True, kw_only=True):
    """What a Region holds of one link."""

    link_id: str | None = field(name="LinkId", default=None)
    role: str | None = field(name="Role", default=None)
    epoch: int | None = field(name="Epoch", default=None)
    stand: Stand | None = field(name="Stand", default=None)
    accessed_day: int | None = field(name="AccessedDay", default=None)


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


class ReplicaVerdict(Shape, frozen=True, kw_only=True):
    """The replica's answer to a message or a removal. `incarnation` is its store's."""

    verdict: str | None = field(name="Verdict", default=None)
    epoch: int | None = field(name="Epoch", default=None)
    stand: Stand | None = field(name="Stand", default=None)
    message: str | None = field(name="Message", default=None)
    accessed_day: int | None = field(name="AccessedDay", default=None)


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


class ShakeHandsResponse(Shape, frozen=True, kw_only=True):
    incarnation: str | None = field(name="Incarnation", default=None)
    holds: tuple[Holds, ...] | None = field(name="Holds", default=None)


class AckHandsRequest(Shape, frozen=True, kw_only=True):
    incarnation: str | None = field(name="Incarnation", default=None)
    holds: tuple[Holds, ...] | None = field(name="Holds", default=None)


class NotePromotionRequest(Shape, frozen=True, kw_only=True):
    link_id: str | None = field(name="LinkId", default=None)
    epoch: int | None = field(name="Epoch", default=None)


class PromotionToldRequest(Shape, frozen=True, kw_only=True):
    link_id: str | None = field(name="LinkId", default=None)


class PurgeSecretsRequest(Shape, frozen=True, kw_only=True):
    limit: int | None = field(name="Limit", default=None)


class PurgeSecretsResponse(Shape, frozen=True, kw_only=True):
    purged: int | None = field(name="Purged", default=None)


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

# Asked by another Region's agent, on the peer port.
APPLY_REPLICA = _operation("ApplyReplica", Message, ReplicaVerdict)
REMOVE_REPLICA = _operation("RemoveReplica", Removal, ReplicaVerdict)
SHAKE_HANDS = _operation("ShakeHands", ShakeHandsRequest, ShakeHandsResponse, AccessLevel.READ)
NOTE_PROMOTION = _operation("NotePromotion", NotePromotionRequest, None)

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

PEER_OPERATIONS = frozenset({APPLY_REPLICA, REMOVE_REPLICA, SHAKE_HANDS, NOTE_PROMOTION})
"""What the peer port answers; the rest is for this Region's own processes."""

OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        READ_REPLICA,
        ACK_REPLICA,
        ACK_HANDS,
        PROMOTION_TOLD,
        PURGE_SECRETS,
        APPLY_REPLICA,
        REMOVE_REPLICA,
        SHAKE_HANDS,
        NOTE_PROMOTION,
        SEAL_FOR_REGION,
        OPEN_FROM_REGION,
    )
}
