"""What a Region tells others of a multi-Region key, and what it makes of their answers.

Every Region that has the key has a link to each of the others, and tells over it all that is shared (`family.py`):

    ReadKey -> (bytes over mutual TLS) -> ApplyKey (`family_receiving.py`)
    AckKey  <- (verdict)               <-

The links are those of secrets (`replication/`), with one difference: what is told is merged, so nothing is lost by telling
it in spite of another history. A link that failed for that is asked again at once, with force. Material is in the
clear inside custodians alone. Source: design section 5; decision 0010.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from watchword.api.call import Bound, Call, Found, Scope
from watchword.api.errors import AccessDeniedException
from watchword.api.shapes import watchword
from watchword.api.unit import Moved
from watchword.envelope.refused import EnvelopeRefused
from watchword.keys import family, rotation
from watchword.keys.custody import Custody
from watchword.keys.model import KeyState, KeyUsage, KMSKey, Origin
from watchword.keys.store import KeyStore
from watchword.keys.telling import save
from watchword.replication import link as links
from watchword.replication.cargo import Cargo
from watchword.replication.hands import ended, event_of, stand_shape
from watchword.replication.model import PROTOCOL_VERSION, Kind, Lifecycle, Status
from watchword.replication.store import LinkClaimed, LinkRow, LinkStepped

CARGO = Cargo(
    kind=Kind.KEYS,
    read=watchword.READ_KEY,
    apply=watchword.APPLY_KEY,
    remove=None,
    ack=watchword.ACK_KEY,
    note_promotion=watchword.NOTE_KEY_DESTROYED,
)
NOT_ENABLED = "Replication failed: region {region} is not enabled for this account"
UNSEALABLE = "Replication failed: the custodian seals nothing for region {region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A link of this Region's, and the key that it tells of."""

    row: LinkRow | None
    key: KMSKey | None


def find_outgoing(
    request: watchword.ReadReplicaRequest | watchword.AckReplicaRequest | watchword.NotePromotionRequest,
    _scope: Scope,
    store: KeyStore,
) -> Found[Outgoing]:
    """The link and its key.

    Raises:
        Moved: the key was changed between the two reads.
    """
    row = store.link(request.link_id or "")
    if row is None:
        return Found(resource=Outgoing(row=None, key=None), arn="*")
    key = store.key(row.account, row.sid)
    reads = isinstance(request, watchword.ReadReplicaRequest) and row.link.lifecycle is Lifecycle.ACTIVE
    if reads and (key is None or key.family is None or key.family.revision != row.link.written):
        raise Moved("a key was changed while its link was read")
    return Found(resource=Outgoing(row=row, key=key), arn=row.arn)


def read_key(
    request: watchword.ReadReplicaRequest, found: Outgoing, call: Call[KeyStore], *, custody: Custody
) -> watchword.ReadKeyResponse:
    """Claim a link for sending and return what to send; material is sealed to the other Region's custodian already."""
    row, key = found.row, found.key
    if row is None or key is None or key.family is None:
        return watchword.ReadKeyResponse()
    claimed = links.Claimed(
        ours=call.store.incarnation(),
        theirs=request.theirs,
        revision=key.family.revision,
        digest=family.digest_of(key),
        jitter=request.jitter or 0.0,
    )
    after, sends = links.step(row.link, claimed, now=call.now)
    if after != row.link:
        call.stage(LinkClaimed(before=row.link, after=after))
    match sends:
        case (links.Shake(),):
            return watchword.ReadKeyResponse(shake=True)
        case (links.Apply() as apply,):
            if not call.store.is_enabled(row.account, row.link.region, place=call.place):
                return _fail(row, NOT_ENABLED, request, call, rarely=True)
            try:
                message = _message(key, row, apply, call, custody)
            except EnvelopeRefused:
                return _fail(row, UNSEALABLE, request, call)
            return watchword.ReadKeyResponse(message=message)
        case _:
            return watchword.ReadKeyResponse()


def _fail(
    row: LinkRow,
    reason: str,
    request: watchword.ReadReplicaRequest,
    call: Call[KeyStore],
    *,
    rarely: bool = False,
) -> watchword.ReadKeyResponse:
    """Send nothing now; the link tries again."""
    message = reason.format(region=row.link.region)
    unreadable = links.Unreadable(message=message, jitter=request.jitter or 0.0, rarely=rarely)
    call.stage(LinkStepped(link_id=row.link.link_id, event=unreadable, now=call.now))
    return watchword.ReadKeyResponse()


def ack_key(request: watchword.AckReplicaRequest, found: Outgoing, call: Call[KeyStore]) -> None:
    """Take the other Region's answer, or note that none came."""
    if found.row is not None:
        step(found.row, event_of(request), call)


def note_key_destroyed(
    request: watchword.NotePromotionRequest, found: Outgoing, call: Call[KeyStore]
) -> None:
    """The other Region says that it destroyed its key, by way of the link that told it. Only that Region may say so."""
    if found.row is None:
        return
    if found.row.link.region != call.principal.user_id:
        raise AccessDeniedException("a link is ended by the Region that it leads to alone")
    step(found.row, ended(found.row, epoch=request.epoch), call)


def step(row: LinkRow, event: links.Event, call: Call[KeyStore]) -> None:
    """Take a step of a link, and do what follows from it."""
    call.stage(LinkStepped(link_id=row.link.link_id, event=event, now=call.now))
    after, _ = links.step(row.link, event, now=call.now)
    follow(row, after, call)


def follow(row: LinkRow, after: links.Link, call: Call[KeyStore]) -> None:
    """What becomes of a key when one of its links took a step.

    1. The link has ended: the key was destroyed there, and the window of a primary that waited for that begins.
    2. The other Region has heard: whoever was to be primary is, and what all Regions have seals.
    3. Two histories: what is told is merged there, so it is told again with force.
    """
    if after.lifecycle is Lifecycle.GONE:
        key = call.store.key(row.account, row.sid)
        if key is not None:
            gone = family.left(key, row.link.region, count=row.link.ordinal, now=call.now)
            save(key, advanced(gone, call), call)
    elif after.status is Status.IN_SYNC and row.link.status is not Status.IN_SYNC:
        key = call.store.key(row.account, row.sid)
        if key is not None:
            save(key, advanced(key, call), call)
    elif is_of_two_histories(after):
        ask_again(row, after, call)


def advanced(key: KMSKey, call: Call[KeyStore]) -> KMSKey:
    """The key as far as what the other Regions have heard lets it go on."""
    if key.family is None:
        return key
    rows = call.store.links_of(key.account, key.key_id)
    heard = {row.link.region for row in rows if row.link.status is Status.IN_SYNC}
    if key.state is KeyState.UPDATING and key.family.primary_region in heard:
        key = family.update_ended(key)
    if not (key.is_primary and rotation.is_under_way(key)):
        return key
    if not heard >= family.relatives(key).keys():
        # Written all the same: of two Regions that are heard at once, each would see the other as not heard yet, and nobody
        # would come by again. So one of the two commits moves the other, which then sees both.
        return replace(key, stamp=key.stamp + 1)
    call.occurred("RotateKey", account=key.account, arn=key.arn, details={"keyId": key.key_id})
    return rotation.begun(key, now=call.now)


def is_of_two_histories(link: links.Link) -> bool:
    """Whether a link failed because its ends know of each other what neither has said in this life of its store."""
    stopped = link.status is Status.FAILED and link.next_attempt_ms is None
    return stopped and link.message == links.DIVERGED_MESSAGE.format(region=link.region)


def ask_again(row: LinkRow, after: links.Link, call: Call[KeyStore]) -> None:
    """Have a link that stopped tell everything in a higher epoch, after a pause."""
    asked = links.Asked(kms_key_id=None, overwrite=True, principal_arn=after.principal_arn)
    for event in (asked, links.Lost(jitter=0.0)):
        call.stage(LinkStepped(link_id=row.link.link_id, event=event, now=call.now))


def bindings(*, custody: Custody) -> tuple[Bound, ...]:
    """What a Region is asked about the keys that it tells of: by its own agent, and of an end by the other's."""
    return (
        Bound(operation=watchword.READ_KEY, find=find_outgoing, run=partial(read_key, custody=custody)),
        Bound(operation=watchword.ACK_KEY, find=find_outgoing, run=ack_key),
        Bound(operation=watchword.NOTE_KEY_DESTROYED, find=find_outgoing, run=note_key_destroyed),
    )


def _message(
    key: KMSKey, row: LinkRow, apply: links.Apply, call: Call[KeyStore], custody: Custody
) -> watchword.KeyMessage:
    """The message that `apply` asks for: what is shared, and the material that came here after `since`."""
    link = row.link
    return watchword.KeyMessage(
        version=PROTOCOL_VERSION,
        link_id=link.link_id,
        epoch=apply.epoch,
        incarnation=apply.incarnation,
        theirs=apply.theirs,
        base=stand_shape(apply.base),
        since=apply.since,
        revision=apply.revision,
        digest=apply.digest,
        overwrite=apply.overwrite or None,
        account=key.account,
        primary_region=key.region,
        key_id=key.key_id,
        head=_head(key),
        replica=_replica(key, link, call),
        materials=_materials(key, region=link.region, since=apply.since, custody=custody),
    )


def _head(key: KMSKey) -> watchword.KeyHead:
    shared = key.family
    assert shared is not None
    return watchword.KeyHead(
        spec=key.spec,
        usage=key.usage.value,
        origin=key.origin.value,
        primary_region=shared.primary_region,
        term=shared.term,
        handed_by=shared.handed_by or None,
        schedule_term=shared.schedule[0],
        schedule=shared.schedule[1],
        rotation_days=key.rotation_days,
        rotates_ms=key.rotates_ms,
        current_version=key.current_version,
        versions=tuple(
            watchword.KeyVersion(
                version=version,
                material_id=one.material_id,
                rotated_ms=one.rotated_ms,
                rotation=None if one.rotation is None else one.rotation.value,
            )
            for version, one in sorted(key.materials.items())
        ),
        members=tuple(
            watchword.KeyMember(region=region, count=count)
            for region, count in sorted(shared.members.items())
        ),
    )


def _replica(key: KMSKey, link: links.Link, call: Call[KeyStore]) -> watchword.ReplicaKey | None:
    """What the Region's replica was to be, if it was asked for here and is not an earlier one."""
    wanted = call.store.replica_wanted(key.account, key.key_id, link.region)
    if wanted is None or wanted.count != link.ordinal:
        return None
    return watchword.ReplicaKey(
        count=wanted.count,
        description=wanted.description,
        policy=wanted.policy,
        tags=tuple(watchword.Tag(key=name, value=value) for name, value in wanted.tags.items()),
    )


def _materials(
    key: KMSKey, *, region: str, since: int, custody: Custody
) -> tuple[watchword.KeyMaterial, ...]:
    """Raises EnvelopeRefused: this Region's custodian was not told of that Region."""
    if key.origin is Origin.EXTERNAL:
        return ()
    mac = key.usage is KeyUsage.GENERATE_VERIFY_MAC
    sent = []
    for version, one in sorted(key.materials.items()):
        if since == 0 or one.learned > since:
            assert one.wrapped is not None
            sealed = custody.material_for_region(
                material=one.wrapped, key_arn=key.arn, mac=mac, region=region
            )
            sent.append(watchword.KeyMaterial(version=version, sealed=sealed))
    return tuple(sent)
