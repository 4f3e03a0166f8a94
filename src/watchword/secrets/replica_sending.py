"""The primary's side of replication: what is sent for a link, and what is made of the answer.

Both sides are our own operations, which agents ask of their Region and of each other; `replica_receiving.py` is the
other one:

    primary:  ReadReplica -> (bytes over mutual TLS) -> ApplyReplica : replica
              AckReplica  <- (verdict)               <-
    and, before the first message after either store was opened anew:  ShakeHands, AckHands (`replication/hands.py`)

The link and its Region authorise a message; the secret's resource policy never applies to replication (a Deny on
everybody must still arrive). Keys are used in the name of the link's principal, each in its own Region. For replication
a value is in the clear inside the two custodians alone. Source: design section 5; `replication/` has the rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchword.api.call import Bound, Call, Found, Scope
from watchword.api.errors import AccessDeniedException, ApiError
from watchword.api.shapes import kms, watchword
from watchword.api.unit import Moved
from watchword.envelope.transport import Carriage
from watchword.replication import link as links
from watchword.replication.cargo import Cargo
from watchword.replication.hands import ended, event_of, stand_shape
from watchword.replication.model import PROTOCOL_VERSION, Kind, Lifecycle, Status
from watchword.replication.store import LinkClaimed, LinkRow, LinkStepped
from watchword.secrets import replicas
from watchword.secrets.model import Secret, Version
from watchword.secrets.sealing import acting, context_of, kms_reason
from watchword.secrets.store import SecretStore
from watchword.secrets.versions import labelled

CARGO = Cargo(
    kind=Kind.SECRETS,
    read=watchword.READ_REPLICA,
    apply=watchword.APPLY_REPLICA,
    remove=watchword.REMOVE_REPLICA,
    ack=watchword.ACK_REPLICA,
    note_promotion=watchword.NOTE_PROMOTION,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A link of this Region's, and the secret it carries, if that still exists."""

    row: LinkRow | None
    secret: Secret | None
    """Read only for what is to be sent."""
    behind: bool
    """An older link to that Region, of a secret of this name, is still leaving: its replica has the name there."""


def find_outgoing(
    request: watchword.ReadReplicaRequest | watchword.AckReplicaRequest | watchword.NotePromotionRequest,
    _scope: Scope,
    store: SecretStore,
) -> Found[Outgoing]:
    """The link, and for what is to be sent the secret that it carries.

    Raises:
        Moved: the secret was changed between the two reads.
    """
    row = store.link(request.link_id or "")
    if row is None or not isinstance(request, watchword.ReadReplicaRequest):
        # An answer is taken on the link alone: with the secret read too, it would conflict with that secret's writers.
        found = Outgoing(row=row, secret=None, behind=False)
        return Found(resource=found, arn=row.arn if row else "*")
    secret = store.secret(row.account, row.sid)
    behind = False
    if row.link.lifecycle is Lifecycle.ACTIVE:
        if secret is not None and secret.revision != row.link.written:
            raise Moved("a secret was changed while its link was read")
        if row.link.acked is None:
            # Of the name, not of the secret alone: one made again meets the replica of its predecessor there.
            name = _name_in(row.arn)
            leaving = store.leaving_links(row.account, row.link.region)
            behind = links.is_behind(
                row.link, [other.link for other in leaving if _name_in(other.arn) == name]
            )
    return Found(resource=Outgoing(row=row, secret=secret, behind=behind), arn=row.arn)


def read_replica(
    request: watchword.ReadReplicaRequest, found: Outgoing, call: Call[SecretStore]
) -> watchword.ReadReplicaResponse:
    """Claim a link for sending and return what to send; values are sealed to the replica's custodian already.

    What is sent is recorded in the commit that claims the link, so that a handshake after any failure knows it.
    """
    row, secret = found.row, found.secret
    if row is None:
        return watchword.ReadReplicaResponse()
    claimed = links.Claimed(
        ours=call.store.incarnation(),
        theirs=request.theirs,
        revision=secret.revision if secret else 0,
        digest=replicas.digest_of(secret) if secret else "",
        jitter=request.jitter or 0.0,
        behind=found.behind,
    )
    after, sends = links.step(row.link, claimed, now=call.now)
    if after != row.link:
        call.stage(LinkClaimed(before=row.link, after=after))
    if not sends:
        return watchword.ReadReplicaResponse()
    match sends[0]:
        case links.Shake():
            return watchword.ReadReplicaResponse(shake=True)
        case links.Remove(epoch=epoch):
            removal = watchword.Removal(
                link_id=row.link.link_id,
                epoch=epoch,
                account=row.account,
                primary_region=call.place.region,
            )
            return watchword.ReadReplicaResponse(removal=removal)
        case links.Apply() as apply if secret is not None:
            if not call.store.is_enabled(row.account, row.link.region, place=call.place):
                # Not for the other Region to say alone: values do not travel to where nobody may read them.
                reason = replicas.not_enabled(row.link.region)
                return _fail(row, after, reason, request, call, rarely=True)
            try:
                message = _message(secret, row, apply, request.recipient or b"", call)
            except ApiError as error:
                return _fail(row, after, replicas.key_unusable(kms_reason(error)), request, call)
            if row.link.acked is None and row.link.sent is None:
                call.occurred(
                    "ReplicationStarted",
                    account=row.account,
                    arn=row.arn,
                    details={"replicaRegion": row.link.region},
                )
            return watchword.ReadReplicaResponse(message=message)
        case _:
            return watchword.ReadReplicaResponse()


def ack_replica(request: watchword.AckReplicaRequest, found: Outgoing, call: Call[SecretStore]) -> None:
    """Take the replica's answer, or note that none came."""
    if found.row is None:
        return
    row = found.row
    event = event_of(request)
    call.stage(LinkStepped(link_id=row.link.link_id, event=event, now=call.now))
    after, _ = links.step(row.link, event, now=call.now)
    _tell(row, after, call)


def note_promotion(request: watchword.NotePromotionRequest, found: Outgoing, call: Call[SecretStore]) -> None:
    """The other side says that this link's replica was promoted: the entry goes. Only its own Region may say so."""
    if found.row is None:
        return
    if found.row.link.region != call.principal.user_id:
        raise AccessDeniedException("a link is ended by its replica Region alone")
    answered = ended(found.row, epoch=request.epoch)
    call.stage(LinkStepped(link_id=found.row.link.link_id, event=answered, now=call.now))


def bindings() -> tuple[Bound, ...]:
    """What a primary's Region is asked: by its own agent, and of a promotion by the replica Region's."""
    return (
        Bound(operation=watchword.READ_REPLICA, find=find_outgoing, run=read_replica),
        Bound(operation=watchword.ACK_REPLICA, find=find_outgoing, run=ack_replica),
        Bound(operation=watchword.NOTE_PROMOTION, find=find_outgoing, run=note_promotion),
    )


def _fail(
    row: LinkRow,
    claimed: links.Link,
    reason: str,
    request: watchword.ReadReplicaRequest,
    call: Call[SecretStore],
    *,
    rarely: bool = False,
) -> watchword.ReadReplicaResponse:
    """Send nothing now; the entry says why, and the link tries again."""
    unreadable = links.Unreadable(message=reason, jitter=request.jitter or 0.0, rarely=rarely)
    call.stage(LinkStepped(link_id=row.link.link_id, event=unreadable, now=call.now))
    failed, _ = links.step(claimed, unreadable, now=call.now)
    _tell(row, failed, call)
    return watchword.ReadReplicaResponse()


def _tell(row: LinkRow, after: links.Link, call: Call[SecretStore]) -> None:
    """Leave the event that AWS leaves when a replica came to be current, or could not. Source: facts 5.13."""
    if after.status is row.link.status:
        return
    details = {"replicaRegion": after.region}
    if after.status is Status.IN_SYNC:
        call.occurred("ReplicationSucceeded", account=row.account, arn=row.arn, details=details)
    elif after.status is Status.FAILED:
        call.occurred(
            "ReplicationFailed", account=row.account, arn=row.arn, details=details, reason=after.message
        )


def _message(
    secret: Secret, row: LinkRow, apply: links.Apply, recipient: bytes, call: Call[SecretStore]
) -> watchword.Message:
    """The message that `apply` asks for: what changed after `since`, and the ids of all there is."""
    alive = labelled(secret)
    items = []
    for version in alive:
        if version.revision > apply.since:
            sealed = None
            if version.content_id is not None:
                sealed = _sealed_for_replica(secret, version, row.link, apply, recipient, call)
            items.append(replicas.item_of(version, sealed=sealed))
    return watchword.Message(
        version=PROTOCOL_VERSION,
        link_id=row.link.link_id,
        epoch=apply.epoch,
        incarnation=apply.incarnation,
        theirs=apply.theirs,
        base=stand_shape(apply.base),
        since=apply.since,
        revision=apply.revision,
        digest=apply.digest,
        overwrite=apply.overwrite or None,
        account=secret.account,
        principal_arn=row.link.principal_arn,
        primary_region=secret.region,
        name=secret.name,
        suffix=secret.suffix,
        kms_key_id=row.link.kms_key_id,
        head=replicas.head_of(secret) if secret.head_revision > apply.since else None,
        items=tuple(items),
        version_ids=tuple(version.id for version in alive),
    )


def _sealed_for_replica(
    secret: Secret,
    version: Version,
    link: links.Link,
    apply: links.Apply,
    recipient: bytes,
    call: Call[SecretStore],
) -> bytes:
    """Have the custodian open a value and seal it to the replica Region's, with the link principal's kms:Decrypt.

    Raises:
        ApiError: no key that holds the version is usable; the last one's refusal.
    """
    held = call.store.sealed_value(secret, version.id)
    carriage = Carriage(
        protocol_version=PROTOCOL_VERSION,
        link_id=link.link_id,
        epoch=apply.epoch,
        revision=apply.revision,
        primary_arn=secret.arn,
        replica_arn=secret.arn_in(link.region),
        version_id=version.id,
        content_id=version.content_id or "",
        kind=version.kind or "string",
        source_region=secret.region,
        target_region=link.region,
    )
    refused: ApiError = kms.NotFoundException("the version has no data key")
    for blob in held.data_keys.values():
        request = watchword.SealForRegionRequest(
            ciphertext_blob=blob,
            encryption_context=context_of(secret.arn, version.id),
            sealed_value=held.sealed,
            binding=replicas.binding_of(secret, version_id=version.id, item=version),
            recipient=recipient,
            info=carriage.info(),
        )
        try:
            principal = acting(link.principal_arn, secret.account, call.names)
            answer: watchword.SealForRegionResponse = call.invoke(
                watchword.SEAL_FOR_REGION, request, principal=principal
            )
        except ApiError as error:
            refused = error
        else:
            return answer.sealed or b""
    raise refused


def _name_in(arn: str) -> str:
    """The secret's name in its ARN: what stands before the hyphen and the six characters."""
    return arn.split(":", 6)[6][:-7]
