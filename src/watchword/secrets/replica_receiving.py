"""The replica's side of replication: what this Region takes of a message, and what it says that it holds.

The other side, with the drawing of both and what authorises a message, is `replica_sending.py`. Source: design
section 5; `replication/incoming.py` has the rules, `replicas.py` makes the new record.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import msgspec

from watchword.api.call import Bound, Call, Found, Scope
from watchword.api.errors import AccessDeniedException, ApiError, ValidationException
from watchword.api.shapes import watchword
from watchword.envelope.transport import Carriage
from watchword.replication import incoming as incoming_rules
from watchword.replication.hands import stand_of, stand_shape
from watchword.replication.met import Met
from watchword.replication.model import PROTOCOL_VERSION, Accept, Header, Incoming, Refuse, Verdict
from watchword.replication.store import IncomingSaved
from watchword.secrets import refusals, replicas
from watchword.secrets.model import DEFAULT_KEY_ALIAS, SealedValue, Secret
from watchword.secrets.names import SECRETS_MAX
from watchword.secrets.sealing import acting, context_of, kms_reason
from watchword.secrets.store import SecretPurged, SecretSaved, SecretStore

NOT_YOURS = "a Region may speak of its own links alone"
ONE_FOR_LIFE = "a link carries one secret for its whole life"
OTHER_VALUE = "a version keeps its value and its kind for its whole life"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """What this Region holds of a link that replicates to it, and who holds the name."""

    incoming: Incoming | None
    replica: Secret | None
    holder: Secret | None


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


def apply_replica(
    request: watchword.Message, found: Arriving, call: Call[SecretStore], *, met: Met, secrets_max: int
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
    if not call.store.is_enabled(request.account or "", call.place.region, place=call.place):
        return _not_now(request, replicas.not_enabled(call.place.region))
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
        reason = None
        if decision.verdict is Verdict.NAME_TAKEN and occupant is not None:
            reason = replicas.name_taken(request.name or "", region=call.place.region, occupant=occupant)
        return _refused(decision, found, reason)
    if not _fits(request, found, call, secrets_max=secrets_max):
        return _not_now(request, replicas.key_unusable(refusals.TOO_MANY_SECRETS.format(maximum=secrets_max)))
    known = None if found.incoming is None else found.incoming.epoch
    key_id = replicas.key_of_replica(found.replica, request, epoch=known)
    request = msgspec.structs.replace(request, kms_key_id=key_id)
    try:
        values = _opened(request, found.replica, call)
    except ApiError as error:
        return _not_now(request, replicas.key_unusable(kms_reason(error)))
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
        stand=stand_shape(decision.incoming.stand),
        accessed_day=after.accessed_day,
    )


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


def bindings(*, met: Met, secrets_max: int = SECRETS_MAX) -> tuple[Bound, ...]:
    """What a replica's Region is asked by the primary Region's agent."""
    return (
        Bound(
            operation=watchword.APPLY_REPLICA,
            find=find_arriving,
            run=partial(apply_replica, met=met, secrets_max=secrets_max),
        ),
        Bound(operation=watchword.REMOVE_REPLICA, find=find_arriving, run=remove_replica),
    )


def _fits(message: watchword.Message, found: Arriving, call: Call[SecretStore], *, secrets_max: int) -> bool:
    """Whether there is room for one secret more; a change of one, or one in the place of another, needs none."""
    held = found.replica is not None or found.holder is not None
    return held or call.store.has_room(message.account or "", secrets_max=secrets_max)


def _not_now(message: watchword.Message, reason: str) -> watchword.ReplicaVerdict:
    """It can't be taken now, and may be later: Regions of before know one verdict for all of that."""
    return watchword.ReplicaVerdict(verdict=Verdict.KEY_UNUSABLE, epoch=message.epoch, message=reason)


def _refused(decision: Refuse, found: Arriving, reason: str | None) -> watchword.ReplicaVerdict:
    return watchword.ReplicaVerdict(
        verdict=decision.verdict,
        epoch=decision.epoch,
        stand=stand_shape(decision.stand),
        message=reason,
        accessed_day=found.replica.accessed_day if found.replica else None,
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
    principal = acting(message.principal_arn or "", shape.account, call.names)
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
            binding=replicas.binding_of(shape, version_id=version_id, item=item),
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
        base=stand_of(message.base),
        since=message.since or 0,
        revision=message.revision or 0,
        digest=message.digest or "",
        overwrite=bool(message.overwrite),
    )
