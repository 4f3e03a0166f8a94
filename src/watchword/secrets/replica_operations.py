"""Replication of secrets: our own operations, which agents ask of their Region and of each other.

    primary:  ReadReplica -> (bytes over mutual TLS) -> ApplyReplica : replica
              AckReplica  <- (verdict)               <-
    and, before the first message after either store was opened anew:  ShakeHands, AckHands

The link and its Region authorise a message; the secret's resource policy never applies to replication (a Deny on
everybody must still arrive). Keys are used in the name of the link's principal, each in its own Region. For replication
a value is in the clear inside the two custodians alone. Source: design section 5; `replication/` has the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import msgspec

from watchword.api.call import Bound, Call, Found, Scope, root_of
from watchword.api.errors import AccessDeniedException, ApiError, ValidationException
from watchword.api.shapes import kms, watchword
from watchword.api.unit import Moved
from watchword.envelope.transport import Carriage
from watchword.replication import incoming as incoming_rules
from watchword.replication import link as links
from watchword.replication.model import (
    PROTOCOL_VERSION,
    Accept,
    Header,
    Holds,
    Incoming,
    Lifecycle,
    Role,
    Stand,
    Status,
    Verdict,
)
from watchword.secrets import replicas
from watchword.secrets.find import find_nothing
from watchword.secrets.model import DEFAULT_KEY_ALIAS, SealedValue, Secret, Version
from watchword.secrets.sealing import context_of, kms_reason
from watchword.secrets.store import (
    IncomingSaved,
    LinkClaimed,
    LinkRow,
    LinkStepped,
    SecretPurged,
    SecretSaved,
    SecretStore,
)
from watchword.secrets.versions import labelled

NOT_YOURS = "a Region may speak of its own links alone"
ONE_FOR_LIFE = "a link carries one secret for its whole life"
OTHER_VALUE = "a version keeps its value and its kind for its whole life"

_VERDICTS = frozenset(verdict.value for verdict in Verdict)
_ROLES = frozenset(role.value for role in Role)


class Met:
    """Which run of each Region's store has shaken hands with the present run of ours.

    Kept in memory on purpose: a new run of this agent has met nobody. One for each process, shared by its threads.
    """

    def __init__(self) -> None:
        self._met: dict[str, tuple[str, str]] = {}

    def note(self, region: str, *, ours: str, theirs: str) -> None:
        self._met[region] = (ours, theirs)

    def with_region(self, region: str, *, ours: str) -> str | None:
        met = self._met.get(region)
        return met[1] if met is not None and met[0] == ours else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A link of this Region's, and the secret it carries, if that still exists."""

    row: LinkRow | None
    secret: Secret | None
    """Read only for what is to be sent."""
    behind: bool
    """An older link to that Region, of a secret of this name, is still leaving: its replica has the name there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """What this Region holds of a link that replicates to it, and who holds the name."""

    incoming: Incoming | None
    replica: Secret | None
    holder: Secret | None


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


def find_arriving(
    request: watchword.Message | watchword.Removal, _scope: Scope, store: SecretStore
) -> Found[Arriving]:
    """What this Region holds of the link, and whoever has the name."""
    link_id = request.link_id or ""
    incoming = store.incoming(link_id)
    holder = None
    if isinstance(request, watchword.Message):
        holder = store.secret_named(request.account or "", request.name or "")
    found = Arriving(incoming=incoming, replica=store.secret_of_incoming(link_id), holder=holder)
    # For the trail: what an overwrite replaces is in no answer, and its ARN is gone afterwards (I10).
    touched = found.holder or found.replica
    return Found(resource=found, arn="*" if touched is None else touched.arn)


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
            try:
                message = _message(secret, row, apply, request.recipient or b"", call)
            except ApiError as error:
                reason = replicas.key_unusable(kms_reason(error))
                unreadable = links.Unreadable(message=reason, jitter=request.jitter or 0.0)
                call.stage(LinkStepped(link_id=row.link.link_id, event=unreadable, now=call.now))
                failed, _ = links.step(after, unreadable, now=call.now)
                _tell(row, failed, call)
                return watchword.ReadReplicaResponse()
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
    event = _event_of(request)
    call.stage(LinkStepped(link_id=row.link.link_id, event=event, now=call.now))
    after, _ = links.step(row.link, event, now=call.now)
    _tell(row, after, call)


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


def _event_of(request: watchword.AckReplicaRequest) -> links.Answered | links.Lost:
    """What an answer means to the link; one that makes no sense is as good as none."""
    answer = request.answer
    jitter = request.jitter or 0.0
    if answer is None or answer.verdict not in _VERDICTS:
        return links.Lost(jitter=jitter)
    verdict = Verdict(answer.verdict)
    stand = _stand(answer.stand)
    if verdict in (Verdict.APPLIED, Verdict.ALREADY) and stand is None:
        return links.Lost(jitter=jitter)
    return links.Answered(
        epoch=request.epoch or 0,
        theirs=request.theirs,
        verdict=verdict,
        stand=stand,
        their_epoch=answer.epoch or 0,
        message=answer.message,
        accessed_day=answer.accessed_day,
        jitter=jitter,
    )


def apply_replica(
    request: watchword.Message, found: Arriving, call: Call[SecretStore], *, met: Met
) -> watchword.ReplicaVerdict:
    """Apply a message whole, in one commit, or say why not.

    Nothing of the message is believed before the link's rules accept it; a value that does not open here for this link,
    epoch, revision and version is refused by the custodian.
    """
    peer = call.principal.user_id
    if not call.store.has_account(request.account or ""):
        raise AccessDeniedException("this Region has no such account")
    if request.primary_region != peer:
        raise AccessDeniedException(NOT_YOURS)
    _check_carried(request, found.replica)
    ours = call.store.incarnation()
    header = _header(request)
    occupant = replicas.occupant_of(None if _is_own(found) else found.holder, suffix=request.suffix or "")
    decision = incoming_rules.receive(
        found.incoming,
        header,
        primary_region=peer,
        ours=ours,
        met=met.with_region(peer, ours=ours),
        occupant=occupant,
    )
    if not isinstance(decision, Accept):
        taken = decision.verdict is Verdict.NAME_TAKEN and occupant is not None
        return watchword.ReplicaVerdict(
            verdict=decision.verdict,
            epoch=decision.epoch,
            stand=_stand_shape(decision.stand),
            message=replicas.name_taken(request.name or "", region=call.place.region, occupant=occupant)
            if taken and occupant is not None
            else None,
            accessed_day=found.replica.accessed_day if found.replica else None,
        )
    known = None if found.incoming is None else found.incoming.epoch
    key_id = replicas.key_of_replica(found.replica, request, epoch=known)
    request = msgspec.structs.replace(request, kms_key_id=key_id)
    try:
        values = _opened(request, found.replica, call)
    except ApiError as error:
        return watchword.ReplicaVerdict(
            verdict=Verdict.KEY_UNUSABLE,
            epoch=request.epoch,
            message=replicas.key_unusable(kms_reason(error)),
        )
    after = replicas.applied(
        found.replica,
        request,
        place=call.place,
        incoming=decision.incoming,
        sealed_under={version_id: next(iter(value.data_keys)) for version_id, value in values.items()},
        now=call.now,
        sid=call.entropy(16).hex(),
    )
    if replicas.digest_of(after) != request.digest:
        # What this Region holds plus what came is not what the primary has: ask for all of it, apply nothing.
        return watchword.ReplicaVerdict(verdict=Verdict.NEED_ALL, epoch=request.epoch)
    if decision.replaces and found.holder is not None:
        call.stage(SecretPurged(secret=found.holder))
    held = frozenset(found.replica.versions) if found.replica else frozenset()
    dropped = held - frozenset(after.versions)
    call.stage(SecretSaved(before=found.replica, after=after, values=values, dropped=dropped))
    call.stage(IncomingSaved(before=found.incoming, after=decision.incoming, account=request.account or ""))
    return watchword.ReplicaVerdict(
        verdict=Verdict.APPLIED,
        epoch=request.epoch,
        stand=_stand_shape(decision.incoming.stand),
        accessed_day=after.accessed_day,
    )


def _check_carried(message: watchword.Message, replica: Secret | None) -> None:
    """Refuse what no primary of ours sends, before keys are used for it or rows are written from it.

    Raises:
        AccessDeniedException: another secret than the link's: its values would be sealed under another account's key.
        ValidationException: a version that loses its value or changes its kind, which would never open again.
    """
    if replica is not None:
        carried = (message.account, message.name, message.suffix)
        if carried != (replica.account, replica.name, replica.suffix):
            raise AccessDeniedException(ONE_FOR_LIFE)
    for item in message.items or ():
        if (item.content_id is None) != (item.kind is None):
            raise ValidationException(OTHER_VALUE)
        known = replica.versions.get(item.version_id or "") if replica is not None else None
        if known is None or known.content_id is None:
            continue
        if item.content_id is None or (item.content_id == known.content_id and item.kind != known.kind):
            raise ValidationException(OTHER_VALUE)


def remove_replica(
    request: watchword.Removal, found: Arriving, call: Call[SecretStore]
) -> watchword.ReplicaVerdict:
    """Delete the replica of a link, or remember that it must never come to be."""
    after, deletes, verdict = incoming_rules.receive_removal(
        found.incoming,
        link_id=request.link_id or "",
        primary_region=call.principal.user_id,
        epoch=request.epoch or 0,
    )
    if deletes and found.replica is not None:
        call.stage(SecretPurged(secret=found.replica))
    if after != found.incoming:
        call.stage(IncomingSaved(before=found.incoming, after=after, account=request.account or ""))
    return watchword.ReplicaVerdict(verdict=verdict, epoch=after.epoch)


def shake_hands(
    request: watchword.ShakeHandsRequest, _found: None, call: Call[SecretStore], *, met: Met
) -> watchword.ShakeHandsResponse:
    """Say what this Region holds of each link, and its store's incarnation; from now on, the two have met.

    Of a link that comes from another Region than the one that asks, this Region says what it says of an unknown one.
    """
    peer = call.principal.user_id
    ours = call.store.incarnation()
    held = []
    for link_id in request.link_ids or ():
        incoming = call.store.incoming(link_id)
        if incoming is not None and incoming.primary_region != peer:
            incoming = None
        replica = None if incoming is None else call.store.secret_of_incoming(link_id)
        holds = incoming_rules.holds(incoming, accessed_day=replica.accessed_day if replica else None)
        held.append(
            watchword.Holds(
                link_id=link_id,
                role=holds.role.value,
                epoch=holds.epoch,
                stand=_stand_shape(holds.stand),
                accessed_day=holds.accessed_day,
            )
        )
    met.note(peer, ours=ours, theirs=request.incarnation or "")
    return watchword.ShakeHandsResponse(incarnation=ours, holds=tuple(held))


def ack_hands(request: watchword.AckHandsRequest, _found: None, call: Call[SecretStore]) -> None:
    """Compare what the replica Region holds with what was sent and acknowledged, link by link.

    What makes no sense of a link is passed over: that link asks again, and the others of the batch go on.
    """
    ours = call.store.incarnation()
    for held in request.holds or ():
        stand = _stand(held.stand)
        if held.role not in _ROLES or (held.role == Role.REPLICA and stand is None):
            continue
        holds = Holds(
            role=Role(held.role), epoch=held.epoch or 0, stand=stand, accessed_day=held.accessed_day
        )
        event = links.Shook(ours=ours, theirs=request.incarnation or "", holds=holds)
        call.stage(LinkStepped(link_id=held.link_id or "", event=event, now=call.now))


def note_promotion(request: watchword.NotePromotionRequest, found: Outgoing, call: Call[SecretStore]) -> None:
    """The other side says that this link's replica was promoted: the entry goes. Only its own Region may say so."""
    if found.row is None:
        return
    if found.row.link.region != call.principal.user_id:
        raise AccessDeniedException("a link is ended by its replica Region alone")
    answered = links.Answered(
        epoch=found.row.link.epoch,
        theirs=None,
        verdict=Verdict.PROMOTED,
        stand=None,
        their_epoch=request.epoch or 0,
        message=None,
        accessed_day=None,
        jitter=0.0,
    )
    call.stage(LinkStepped(link_id=found.row.link.link_id, event=answered, now=call.now))


def promotion_told(request: watchword.PromotionToldRequest, _found: None, call: Call[SecretStore]) -> None:
    incoming = call.store.incoming(request.link_id or "")
    if incoming is not None:
        after = incoming_rules.heard(incoming)
        replica = call.store.secret_of_incoming(incoming.link_id)
        call.stage(IncomingSaved(before=incoming, after=after, account=replica.account if replica else ""))


def purge_secrets(
    request: watchword.PurgeSecretsRequest, _found: None, call: Call[SecretStore]
) -> watchword.PurgeSecretsResponse:
    """Purge what is past its recovery window; also what fell due while this Region was stopped."""
    due = call.store.due_for_purge(now=call.now, limit=request.limit or 1)
    for secret in due:
        call.stage(SecretPurged(secret=secret))
    return watchword.PurgeSecretsResponse(purged=len(due))


def bindings(*, met: Met) -> tuple[Bound, ...]:
    return (
        Bound(operation=watchword.READ_REPLICA, find=find_outgoing, run=read_replica),
        Bound(operation=watchword.ACK_REPLICA, find=find_outgoing, run=ack_replica),
        Bound(operation=watchword.APPLY_REPLICA, find=find_arriving, run=partial(apply_replica, met=met)),
        Bound(operation=watchword.REMOVE_REPLICA, find=find_arriving, run=remove_replica),
        Bound(operation=watchword.SHAKE_HANDS, find=find_nothing, run=partial(shake_hands, met=met)),
        Bound(operation=watchword.ACK_HANDS, find=find_nothing, run=ack_hands),
        Bound(operation=watchword.NOTE_PROMOTION, find=find_outgoing, run=note_promotion),
        Bound(operation=watchword.PROMOTION_TOLD, find=find_nothing, run=promotion_told),
        Bound(operation=watchword.PURGE_SECRETS, find=find_nothing, run=purge_secrets),
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
        base=_stand_shape(apply.base),
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
            binding=_binding_shape(secret, version_id=version.id, item=version),
            recipient=recipient,
            info=carriage.info(),
        )
        principal = root_of(secret.account, partition=secret.partition)
        try:
            answer: watchword.SealForRegionResponse = call.invoke(
                watchword.SEAL_FOR_REGION, request, principal=principal
            )
        except ApiError as error:
            refused = error
        else:
            return answer.sealed or b""
    raise refused


def _opened(
    message: watchword.Message, replica: Secret | None, call: Call[SecretStore]
) -> dict[str, SealedValue]:
    """Have the custodian open each value that is new here and seal it under this Region's key.

    A version whose content is here already under the same key keeps its row: only labels move.

    Raises:
        ApiError: the replica's KMS key can't be used, or a value was not sealed for this link and version.
    """
    place = call.place
    shape = replicas.empty(message, place=place, now=call.now, sid="")
    principal = root_of(shape.account, partition=place.partition)
    values: dict[str, SealedValue] = {}
    for item in message.items or ():
        version_id, content_id = item.version_id or "", item.content_id
        known = replica.versions.get(version_id) if replica is not None else None
        same_key = replica is not None and replica.kms_key_id == message.kms_key_id
        if content_id is None or (known is not None and known.content_id == content_id and same_key):
            continue
        carriage = Carriage(
            protocol_version=PROTOCOL_VERSION,
            link_id=message.link_id or "",
            epoch=message.epoch or 0,
            revision=message.revision or 0,
            primary_arn=shape.arn_in(message.primary_region or ""),
            replica_arn=shape.arn,
            version_id=version_id,
            content_id=content_id,
            kind="binary" if item.kind == "binary" else "string",
            source_region=message.primary_region or "",
            target_region=place.region,
        )
        request = watchword.OpenFromRegionRequest(
            key_id=message.kms_key_id or DEFAULT_KEY_ALIAS,
            sealed=item.sealed,
            info=carriage.info(),
            encryption_context=context_of(shape.arn, version_id),
            binding=_binding_shape(shape, version_id=version_id, item=item),
        )
        answer: watchword.OpenFromRegionResponse = call.invoke(
            watchword.OPEN_FROM_REGION, request, principal=principal
        )
        values[version_id] = SealedValue(
            version_id=version_id,
            sealed=answer.sealed_value or b"",
            data_keys={answer.key_id or "": answer.ciphertext_blob or b""},
        )
    return values


def _binding_shape(
    secret: Secret, *, version_id: str, item: Version | watchword.Item
) -> watchword.ValueBinding:
    return watchword.ValueBinding(
        partition=secret.partition,
        region=secret.region,
        account=secret.account,
        secret_arn=secret.arn,
        version_id=version_id,
        content_id=item.content_id,
        kind=item.kind,
    )


def _name_in(arn: str) -> str:
    """The secret's name in its ARN: what stands before the hyphen and the six characters."""
    return arn.split(":", 6)[6][:-7]


def _is_own(found: Arriving) -> bool:
    """The name is held by this very link's replica."""
    return found.holder is not None and found.replica is not None and found.holder.sid == found.replica.sid


def _header(message: watchword.Message) -> Header:
    return Header(
        version=message.version or 0,
        link_id=message.link_id or "",
        epoch=message.epoch or 0,
        incarnation=message.incarnation or "",
        theirs=message.theirs or "",
        base=_stand(message.base),
        since=message.since or 0,
        revision=message.revision or 0,
        digest=message.digest or "",
        overwrite=bool(message.overwrite),
    )


def _stand(shape: watchword.Stand | None) -> Stand | None:
    if shape is None:
        return None
    return Stand(incarnation=shape.incarnation or "", revision=shape.revision or 0, digest=shape.digest or "")


def _stand_shape(stand: Stand | None) -> watchword.Stand | None:
    if stand is None:
        return None
    return watchword.Stand(incarnation=stand.incarnation, revision=stand.revision, digest=stand.digest)
