"""What a Region takes of what others tell of a multi-Region key. The other side is `family_sending.py`.

Only who is one of the key's Regions is listened to, and who is, the Regions themselves say: a Region of the deployment
that does not have a key can't make itself one of those that do, and be told its material. A key that is not here is made if
the Region that was asked to make it says so (ReplicateKey).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from watchword.api.call import Bound, Call, Found, Scope, root_of
from watchword.api.errors import AccessDeniedException, ApiError, ValidationException
from watchword.api.shapes import watchword
from watchword.envelope.refused import EnvelopeRefused
from watchword.keys import family, find, imports, policies, states
from watchword.keys.custody import Custody
from watchword.keys.family import Conflict, Told
from watchword.keys.family_sending import NOT_ENABLED, ask_again
from watchword.keys.model import (
    SPECS,
    Family,
    KeyManager,
    KeyState,
    KeyUsage,
    KMSKey,
    Material,
    Origin,
    Quotas,
    RotationType,
)
from watchword.keys.policies import KeyPolicyReader
from watchword.keys.store import KeyStore
from watchword.keys.telling import save
from watchword.replication import incoming as incoming_rules
from watchword.replication.hands import stand_of, stand_shape
from watchword.replication.met import Met
from watchword.replication.model import (
    Accept,
    Header,
    Incoming,
    Kind,
    Status,
    Verdict,
)
from watchword.replication.store import IncomingSaved

NOT_YOURS = "a Region may speak of its own links alone"
ONE_FOR_LIFE = "a key keeps its kind for its whole life"
NOT_A_MEMBER = "Replication failed: region {region} has no part in this key"
NOT_MADE_YET = "Replication failed: the key is not in region {region}"
NO_ROOM = "Replication failed: an account has at most {keys_max} keys in a Region"
CONFLICT = "Replication failed: two materials of one version"
NOT_OPENED = "Replication failed: the material does not open in region {region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """What this Region holds of a link that tells it of a key, and the key, if it is here."""

    incoming: Incoming | None
    key: KMSKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """What telling works with, the same for all messages of a process."""

    met: Met
    custody: Custody
    read_policy: KeyPolicyReader
    quotas: Quotas


def find_arriving(request: watchword.KeyMessage, scope: Scope, store: KeyStore) -> Found[Arriving]:
    place = scope.place
    account, key_id = request.account or "", request.key_id or ""
    found = Arriving(incoming=store.incoming(request.link_id or ""), key=store.key(account, key_id))
    return Found(resource=found, arn=f"arn:{place.partition}:kms:{place.region}:{account}:key/{key_id}")


def apply_key(
    request: watchword.KeyMessage, found: Arriving, call: Call[KeyStore], *, receiver: Receiver
) -> watchword.ReplicaVerdict:
    """Merge what is told into this Region's key, or make it, in one commit; or say why not.

    Raises:
        AccessDeniedException: an account that is not here, or a Region that speaks for another.
        ValidationException: what no Region of ours tells.
    """
    peer = call.principal.user_id
    if not call.store.has_account(request.account or ""):
        raise AccessDeniedException("this Region has no such account")
    if request.primary_region != peer:
        raise AccessDeniedException(NOT_YOURS)
    if not call.store.is_enabled(request.account or "", call.place.region, place=call.place):
        return _not_now(request, NOT_ENABLED.format(region=call.place.region))
    told = told_by(request)
    ours = call.store.incarnation()
    decision = incoming_rules.receive(
        found.incoming,
        _header(request),
        primary_region=peer,
        ours=ours,
        met=receiver.met.with_region(peer, ours=ours),
        occupant=None,
    )
    if not isinstance(decision, Accept):
        return watchword.ReplicaVerdict(
            verdict=decision.verdict, epoch=decision.epoch, stand=stand_shape(decision.stand)
        )
    held = found.key
    if held is not None:
        refusal = _stranger(held, peer, request)
        if refusal is not None:
            return refusal
    elif request.replica is None:
        return _not_now(request, NOT_MADE_YET.format(region=call.place.region))
    elif not call.store.has_room_for_key(request.account or "", keys_max=receiver.quotas.keys_max):
        return _not_now(request, NO_ROOM.format(keys_max=receiver.quotas.keys_max))
    before = held or _new_key(request, request.replica or watchword.ReplicaKey(), told, call, receiver)
    try:
        after = _merged(before, told, request, call, receiver.custody)
    except Conflict:
        return _not_now(request, CONFLICT)
    except EnvelopeRefused:
        return _not_now(request, NOT_OPENED.format(region=call.place.region))
    if after is None:
        return watchword.ReplicaVerdict(verdict=Verdict.NEED_ALL, epoch=request.epoch)
    if held is None:
        after = family.changed(before, after)
    _keep(held, after, decision.incoming, found, call)
    return watchword.ReplicaVerdict(
        verdict=Verdict.APPLIED, epoch=request.epoch, stand=stand_shape(decision.incoming.stand)
    )


def take_primacy(request: watchword.TakePrimacyRequest, key: KMSKey, _call: Call[KeyStore]) -> None:
    """Say whether this Region's key may become the primary: the permission, and its state.

    Raises:
        DisabledException, KMSInvalidStateException: as UpdatePrimaryRegion does of the other key.
    """
    states.check("UpdatePrimaryRegion", key.state, arn=key.arn)


def bindings(
    *, met: Met, custody: Custody, read_policy: KeyPolicyReader, quotas: Quotas
) -> tuple[Bound, ...]:
    """What a Region is asked by the agents of the others that have a key, and by itself."""
    receiver = Receiver(met=met, custody=custody, read_policy=read_policy, quotas=quotas)
    return (
        Bound(
            operation=watchword.APPLY_KEY,
            find=find_arriving,
            run=partial(apply_key, receiver=receiver),
        ),
        Bound(operation=watchword.TAKE_PRIMACY, find=find.find_key, run=take_primacy),
    )


def told_by(request: watchword.KeyMessage) -> Told:
    """What a message tells.

    Raises:
        ValidationException: a spec that keys here don't have, or a message that contradicts itself.
    """
    head = request.head or watchword.KeyHead()
    spec = SPECS.get(head.spec or "")
    if spec is None or spec.usage.value != head.usage:
        raise ValidationException(ONE_FOR_LIFE)
    materials = {
        one.version or 0: Material(
            material_id=one.material_id or "",
            wrapped=None,
            rotated_ms=one.rotated_ms,
            rotation=None if one.rotation is None else RotationType(one.rotation),
        )
        for one in head.versions or ()
    }
    both = (head.rotation_days is None) == (head.rotates_ms is None)
    if not both or (head.current_version or 0) not in {0, *materials}:
        raise ValidationException(ONE_FOR_LIFE)
    return Told(
        spec=head.spec or "",
        usage=KeyUsage(head.usage),
        origin=Origin.EXTERNAL if head.origin == Origin.EXTERNAL else Origin.AWS_KMS,
        family=Family(
            revision=request.revision or 0,
            primary_region=head.primary_region or "",
            term=head.term or 0,
            handed_by=head.handed_by or "",
            schedule=(head.schedule_term or 0, head.schedule or 0),
            members={one.region or "": one.count or 0 for one in head.members or ()},
        ),
        rotation_days=head.rotation_days,
        rotates_ms=head.rotates_ms,
        current_version=head.current_version or 0,
        materials=materials,
    )


def _stranger(key: KMSKey, peer: str, request: watchword.KeyMessage) -> watchword.ReplicaVerdict | None:
    """Refuse a Region that has no part in a key: one that nobody has told of yet asks again soon, the others don't."""
    assert key.family is not None
    if family.is_there(key.family, peer):
        return None
    if key.family.members.get(peer, 0) == 0:
        return _not_now(request, NOT_A_MEMBER.format(region=peer))
    return watchword.ReplicaVerdict(verdict=Verdict.FENCED, epoch=request.epoch)


def _new_key(
    message: watchword.KeyMessage,
    replica: watchword.ReplicaKey,
    told: Told,
    call: Call[KeyStore],
    receiver: Receiver,
) -> KMSKey:
    """A replica that nothing was told of yet.

    Raises:
        MalformedPolicyDocumentException, LimitExceededException: a policy that the other Region would have refused.
    """
    place = call.place
    if replica.policy is not None:
        # Whom it names was asked where it was set; it names them by unique ids, which no client writes (decision 0008).
        most = receiver.quotas.policy_bytes_max
        policies.check_readable(replica.policy, receiver.read_policy(replica.policy), bytes_max=most)
    return KMSKey(
        account=message.account or "",
        key_id=message.key_id or "",
        partition=place.partition,
        region=place.region,
        description=replica.description or "",
        manager=KeyManager.CUSTOMER,
        state=KeyState.ENABLED,
        tags={tag.key or "": tag.value or "" for tag in replica.tags or ()},
        policy=replica.policy,
        materials={},
        current_version=0,
        created_ms=call.now,
        stamp=0,
        spec=told.spec,
        usage=told.usage,
        origin=told.origin,
        family=Family(
            revision=0, primary_region="", term=0, schedule=(0, 0), members={place.region: replica.count or 1}
        ),
    )


def _merged(
    key: KMSKey, told: Told, message: watchword.KeyMessage, call: Call[KeyStore], custody: Custody
) -> KMSKey | None:
    """The key after a message; `None`: the message leaves something out that is not here.

    Raises:
        Conflict: another material of one version. EnvelopeRefused: material that does not open here.
    """
    if (key.spec, key.origin) != (told.spec, told.origin):
        raise ValidationException(ONE_FOR_LIFE)
    sealed = {one.version or 0: one.sealed or b"" for one in message.materials or ()}
    new = family.unknown(key, told)
    if key.origin is Origin.AWS_KMS and not new.keys() <= sealed.keys():
        return None
    if family.asks_to_be_primary(key, told) and not _accepts(key, told, call):
        told = family.declined(key, told)
    mac = key.usage is KeyUsage.GENERATE_VERIFY_MAC
    adopted = {
        version: custody.material_from_region(
            sealed=sealed[version],
            key_arn=key.arn,
            material_version=version,
            mac=mac,
            region=message.primary_region or "",
        )
        for version in new
        if version in sealed
    }
    after = family.merged(key, told, adopted=adopted, now=call.now)
    if key.origin is Origin.EXTERNAL and key.state is KeyState.ENABLED and not imports.is_complete(after):
        after = replace(after, state=KeyState.PENDING_IMPORT)
    assert after.family is not None
    if after.state is KeyState.UPDATING and after.family.primary_region == message.primary_region:
        # It speaks for itself, so it has heard.
        after = family.update_ended(after)
    return after


def _accepts(key: KMSKey, told: Told, call: Call[KeyStore]) -> bool:
    """Whether the caller of UpdatePrimaryRegion may make this Region's key the primary, and the key may be it."""
    if told.family.handed_by == key.region:
        return True
    request = watchword.TakePrimacyRequest(key_id=key.arn, primary_region=key.region)
    try:
        call.invoke(watchword.TAKE_PRIMACY, request, principal=root_of(key.account, partition=key.partition))
    except ApiError:
        return False
    return True


def _keep(
    before: KMSKey | None, after: KMSKey, incoming: Incoming, found: Arriving, call: Call[KeyStore]
) -> None:
    """Stage what a message made of a key, with what is now known of its link, and the events of it."""
    peer = incoming.primary_region
    details = {"keyId": after.key_id, "sourceRegion": peer}
    if before is None:
        call.occurred("CreateKey", account=after.account, arn=after.arn, details=details)
    if after is not before:
        call.occurred("SynchronizeMultiRegionKey", account=after.account, arn=after.arn, details=details)
    save(before, after, call)
    saved = IncomingSaved(
        before=found.incoming, after=incoming, account=after.account, kind=Kind.KEYS, sid=after.key_id
    )
    call.stage(saved)
    # It listens, whatever it said before.
    for row in call.store.links_of(after.account, after.key_id):
        stopped = row.link.status is Status.FAILED and row.link.next_attempt_ms is None
        if row.link.region == peer and stopped:
            ask_again(row, row.link, call)


def _not_now(message: watchword.KeyMessage, reason: str) -> watchword.ReplicaVerdict:
    """It can't be taken now, and may be later."""
    return watchword.ReplicaVerdict(verdict=Verdict.KEY_UNUSABLE, epoch=message.epoch, message=reason)


def _header(message: watchword.KeyMessage) -> Header:
    return Header(
        version=message.version or 0,
        link_id=message.link_id or "",
        epoch=message.epoch or 0,
        incarnation=message.incarnation or "",
        theirs=message.theirs or "",
        base=stand_of(message.base),
        since=message.since or 0,
        revision=message.revision or 0,
        digest=message.digest or "",
        overwrite=bool(message.overwrite),
    )
