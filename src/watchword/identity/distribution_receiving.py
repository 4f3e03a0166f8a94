"""An enabled Region's side of distribution: an account's identity arrives whole, or not at all.

Believed is the Region that this one's own watchword.toml names as control, on its links, and nobody else: no message can
make another Region the control Region. A link that is new takes the place of the one before it, which either belonged to
a former control Region or to an account that was disabled here and is enabled again.

An account that is disabled here keeps its items and loses its force: nobody of it is let in. Source: decision 0008.
"""

from __future__ import annotations

from functools import partial
from typing import Protocol

import msgspec

from watchword.api.call import Bound, Call, Found, Scope
from watchword.api.errors import AccessDeniedException, ValidationException
from watchword.api.shapes import watchword
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.transport import CredentialCarriage, CredentialKind
from watchword.identity.custody import IdentityCustody
from watchword.identity.directory import Address, Directory, Held
from watchword.identity.distribution_sending import account_keys
from watchword.identity.model import Kind, decoded
from watchword.identity.store import IdentityChanged, IdentityStore
from watchword.replication import incoming as incoming_rules
from watchword.replication.hands import stand_of, stand_shape
from watchword.replication.met import Met
from watchword.replication.model import Accept, Header, Incoming, Refuse, Verdict
from watchword.replication.model import Kind as Carried
from watchword.replication.store import IncomingSaved, LinkStore

NOT_CONTROL = "identity comes from the partition's control Region alone"
ONE_ACCOUNT = "a link carries one account for its whole life"
UNREADABLE = "a credential does not open here"
UNKNOWN_ITEM = "an item that this release does not know: upgrade this Region first"


Taken = dict[tuple[CredentialKind, str], bytes]
"""Credentials by kind and id, sealed to this Region."""


class ReceivingStore(IdentityStore, LinkStore, Protocol):
    def identity_link(self, account: str) -> str | None:
        """The link that the account's identity came by."""

    def account_of_incoming(self, link_id: str) -> str | None: ...


class Arriving(msgspec.Struct, frozen=True, kw_only=True):
    """What this Region holds of the link, and of the account."""

    incoming: Incoming | None
    directory: Directory | None
    came_by: str | None
    """The link that the account's identity came by last."""
    carries: str | None
    """The account that the link is known to carry."""


def find_arriving(
    request: watchword.AccountMessage | watchword.Removal, _scope: Scope, store: ReceivingStore
) -> Found[Arriving]:
    account, link_id = request.account or "", request.link_id or ""
    found = Arriving(
        incoming=store.incoming(link_id),
        directory=store.directory(account),
        came_by=store.identity_link(account),
        carries=store.account_of_incoming(link_id),
    )
    return Found(resource=found, arn="*" if found.directory is None else found.directory.root_arn)


def apply_account(
    request: watchword.AccountMessage,
    found: Arriving,
    call: Call[ReceivingStore],
    *,
    custody: IdentityCustody,
    met: Met,
) -> watchword.ReplicaVerdict:
    """Apply a message whole, in one commit, or say why not."""
    peer = call.principal.user_id
    _check_sender(request, found, call)
    ours = call.store.incarnation()
    decision = incoming_rules.receive(
        found.incoming,
        _header(request),
        primary_region=peer,
        ours=ours,
        met=met.with_region(peer, ours=ours),
        # Whoever had the account's identity before: control of it is this Region's own setting, not the message's.
        occupant=None,
    )
    if isinstance(decision, Refuse):
        return _refused(decision)
    since = request.since or 0
    if since and found.came_by != request.link_id:
        # What stands here came by another link: nothing of it is the base of this message.
        return watchword.ReplicaVerdict(verdict=Verdict.NEED_ALL, epoch=request.epoch)
    try:
        after = _applied(request, found.directory if since else None, place_partition=call.place.partition)
    except (KeyError, ValueError, msgspec.ValidationError):
        return _unusable(request, UNKNOWN_ITEM)
    if after is None or after.digest != request.digest:
        # What this Region holds plus what came is not what the control Region has: ask for all of it, apply nothing.
        return watchword.ReplicaVerdict(verdict=Verdict.NEED_ALL, epoch=request.epoch)
    try:
        taken = _taken(request, call, custody)
    except (EnvelopeRefused, ValueError):
        return _unusable(request, UNREADABLE)
    _stage(request, found, decision, after, taken, call)
    return watchword.ReplicaVerdict(
        verdict=Verdict.APPLIED, epoch=request.epoch, stand=stand_shape(decision.incoming.stand)
    )


def remove_account(
    request: watchword.Removal, found: Arriving, call: Call[ReceivingStore]
) -> watchword.ReplicaVerdict:
    """The account has disabled this Region: put its identity out of force, and delete nothing.

    That is for the control Region to say; what any other ends is its own link, and nobody's identity.
    """
    account = request.account or ""
    after, ends, verdict = incoming_rules.receive_removal(
        found.incoming,
        link_id=request.link_id or "",
        primary_region=call.principal.user_id,
        epoch=request.epoch or 0,
    )
    is_believed = call.principal.user_id == call.place.control
    if is_believed and ends and found.directory is not None and found.came_by == request.link_id:
        call.stage(
            IdentityChanged(
                before=found.directory,
                after=found.directory.out_of_force(),
                incoming_link_id=request.link_id,
            )
        )
    if after != found.incoming:
        call.stage(IncomingSaved(before=found.incoming, after=after, account=account, kind=Carried.IDENTITY))
    return watchword.ReplicaVerdict(verdict=verdict, epoch=after.epoch)


def bindings(custody: IdentityCustody, *, met: Met) -> tuple[Bound, ...]:
    """What a Region is asked by the control Region's agent."""
    return (
        Bound(
            operation=watchword.APPLY_ACCOUNT,
            find=find_arriving,
            run=partial(apply_account, custody=custody, met=met),
        ),
        Bound(operation=watchword.REMOVE_ACCOUNT, find=find_arriving, run=remove_account),
    )


def _check_sender(request: watchword.AccountMessage, found: Arriving, call: Call[ReceivingStore]) -> None:
    if call.place.is_control or call.principal.user_id != call.place.control:
        raise AccessDeniedException(NOT_CONTROL)
    if found.carries not in (None, request.account):
        raise ValidationException(ONE_ACCOUNT)


def _header(request: watchword.AccountMessage) -> Header:
    return Header(
        version=request.version or 0,
        link_id=request.link_id or "",
        epoch=request.epoch or 0,
        incarnation=request.incarnation or "",
        theirs=request.theirs or "",
        base=stand_of(request.base),
        since=request.since or 0,
        revision=request.revision or 0,
        digest=request.digest or "",
        overwrite=False,
    )


def _applied(
    request: watchword.AccountMessage, base: Directory | None, *, place_partition: str
) -> Directory | None:
    """The account after the message; `None`: the message leaves out what this Region does not hold. Pure.

    Raises:
        KeyError, ValueError, msgspec.ValidationError: an item that this release can't read.
    """
    items: dict[Address, Held] = {}
    for address in request.held or ():
        at = (Kind(address.kind or ""), address.id or "")
        if base is None or at not in base.items:
            return None
        items[at] = base.items[at]
    for sent in request.items or ():
        kind = Kind(sent.kind or "")
        body = sent.body or b""
        item = decoded(kind, body)
        if item.item_id != sent.id:
            raise ValueError("an item under another's id")
        items[kind, item.item_id] = Held(
            item=item,
            revision=sent.revision or 0,
            content_id=sent.content_id or "",
            body_bytes=len(body),
        )
    return Directory(
        account=request.account or "",
        partition=place_partition,
        revision=request.revision or 0,
        content_id=request.content_id or "",
        changed_ms=request.changed_ms or 0,
        in_force=True,
        items=items,
    )


def _taken(request: watchword.AccountMessage, call: Call[ReceivingStore], custody: IdentityCustody) -> Taken:
    """The credentials that came, sealed to this Region."""
    carriage = CredentialCarriage(
        protocol_version=request.version or 0,
        link_id=request.link_id or "",
        epoch=request.epoch or 0,
        revision=request.revision or 0,
        content_id=request.content_id or "",
        source_region=call.principal.user_id,
        target_region=call.place.region,
    )
    taken = {}
    for carried in request.credentials or ():
        kind, credential_id = CredentialKind(carried.kind or ""), carried.id or ""
        taken[kind, credential_id] = custody.take_credential(
            carried.sealed or b"",
            kind=kind,
            account=request.account or "",
            credential_id=credential_id,
            info=carriage.info(),
        )
    return taken


def _stage(
    request: watchword.AccountMessage,
    found: Arriving,
    decision: Accept,
    after: Directory,
    taken: Taken,
    call: Call[ReceivingStore],
) -> None:
    before = found.directory
    keys = frozenset(account_keys(after.settings))
    former = frozenset() if before is None else frozenset(account_keys(before.settings))
    credentials: dict[tuple[str, str], bytes | None] = dict.fromkeys(former - keys)
    credentials |= {at: sealed for at, sealed in taken.items() if at in keys}
    secrets = {
        key_id: sealed
        for (kind, key_id), sealed in taken.items()
        if kind is CredentialKind.ACCESS_KEY and key_id in after.access_keys
    }
    call.stage(
        IdentityChanged(
            before=before,
            after=after,
            secrets=secrets,
            credentials=credentials,
            incoming_link_id=request.link_id,
        )
    )
    call.stage(
        IncomingSaved(
            before=found.incoming, after=decision.incoming, account=after.account, kind=Carried.IDENTITY
        )
    )


def _refused(decision: Refuse) -> watchword.ReplicaVerdict:
    return watchword.ReplicaVerdict(
        verdict=decision.verdict, epoch=decision.epoch, stand=stand_shape(decision.stand)
    )


def _unusable(request: watchword.AccountMessage, reason: str) -> watchword.ReplicaVerdict:
    """It heals when this Region can: the control Region tries again."""
    return watchword.ReplicaVerdict(verdict=Verdict.KEY_UNUSABLE, epoch=request.epoch, message=reason)
