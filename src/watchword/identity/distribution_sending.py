"""The control Region's side of distribution: accounts are founded, linked to their Regions, and sent there.

    control:  ReadAccount -> (bytes over mutual TLS) -> ApplyAccount : every enabled Region
              AckAccount  <- (verdict)               <-

The rules of a link are those of every other (`replication/`). What is this service's own: which Regions an account has a
link to (`tend`), and what a message holds. Source: decision 0008.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import msgspec

from watchword.api.call import Bound, Call, Found, Scope, root_of
from watchword.api.errors import AccessDeniedException, ValidationException
from watchword.api.shapes import watchword
from watchword.api.unit import Moved
from watchword.envelope.transport import CredentialCarriage, CredentialKind
from watchword.identity.custody import IdentityCustody
from watchword.identity.directory import Directory, founded
from watchword.identity.model import AccessKey, AccessKeyItem, AccountKey, Item, OptStatus, Settings, encoded
from watchword.identity.opt_in import is_wanted, status_of
from watchword.identity.store import SID, IdentityChanged, IdentityStore
from watchword.replication import link as links
from watchword.replication.cargo import Cargo
from watchword.replication.hands import event_of, find_nothing, stand_shape
from watchword.replication.model import (
    PROTOCOL_VERSION,
    Answered,
    Asked,
    Lifecycle,
    Link,
    Removed,
    Status,
    Verdict,
)
from watchword.replication.model import Kind as Carried
from watchword.replication.store import LinkClaimed, LinkMade, LinkRow, LinkStepped, LinkStore

CARGO = Cargo(
    kind=Carried.IDENTITY,
    read=watchword.READ_ACCOUNT,
    apply=watchword.APPLY_ACCOUNT,
    remove=watchword.REMOVE_ACCOUNT,
    ack=watchword.ACK_ACCOUNT,
    note_promotion=None,
)
ID_BYTES = 16
HASTENED_MAX = 200
"""Links in one commit."""
NOT_CONTROL = "accounts are founded in the partition's control Region alone"
ACCOUNT_THERE = "the account is there already"


class SendingStore(IdentityStore, LinkStore, Protocol):
    def identity_links(self, account: str) -> tuple[LinkRow, ...]:
        """All links that carry the account's identity away from here, those that are leaving too."""

    def accounts_waiting_for(self, region: str, *, after: int) -> Sequence[str]:
        """Whose links to a Region, of whatever kind, wait until later than `after`."""

    def links_waiting_for(self, region: str, *, account: str, after: int, limit: int) -> Sequence[LinkRow]:
        """Those of one account. Not remembered for the commit: a step is taken on the link as it then is."""


def tend(
    _request: watchword.TendIdentityRequest,
    _found: None,
    call: Call[SendingStore],
    *,
    custody: IdentityCustody,
) -> watchword.TendIdentityResponse:
    """Bring every account's links in line with its enabled Regions, and its Regions' statuses in line with the links.

    Found an account that has no identity yet: one that was made by `init`, or by a release that had no IAM. In a Region
    that is not the control Region, drop what is left from a time when it was; while that moves, touch nothing.

    In every Region, have tried again what waits for another to be enabled, as soon as that is heard here.
    """
    waits = _hasten(call)
    if not call.place.control:
        return watchword.TendIdentityResponse(waits=waits)
    for account in call.store.accounts():
        if not call.place.is_control:
            for row in call.store.identity_links(account):
                _drop(row, call)
            continue
        directory = call.store.directory(account)
        if directory is None:
            held = call.store.access_keys_of(account)
            _tend_account(_founded(account, None, held, call, custody), call)
        else:
            waits = _tend_account(directory, call) or waits
    return watchword.TendIdentityResponse(waits=waits)


def _hasten(call: Call[SendingStore]) -> bool:
    """Ask again for replicas in Regions that are enabled by now; returns whether one commit does not take them all."""
    place = call.place
    after = call.now + links.RETRY_MS_MAX
    more = False
    for region in sorted(place.opt_in - {place.region}):
        for account in call.store.accounts_waiting_for(region, after=after):
            if not call.store.is_enabled(account, region, place=place):
                continue
            rows = call.store.links_waiting_for(region, account=account, after=after, limit=HASTENED_MAX)
            # What has not failed and yet waits that long is of a clock that was set back; the courier sees to it.
            failed = [row.link for row in rows if row.link.status is Status.FAILED]
            for link in failed:
                asked = Asked(
                    kms_key_id=link.kms_key_id, overwrite=link.overwrite, principal_arn=link.principal_arn
                )
                call.stage(LinkStepped(link_id=link.link_id, event=asked, now=call.now))
            more = more or len(failed) == HASTENED_MAX
    return more


def found_account(
    request: watchword.FoundAccountRequest,
    _found: None,
    call: Call[SendingStore],
    *,
    custody: IdentityCustody,
) -> watchword.FoundAccountResponse:
    """Found another account, with its root user's first access key; asked again with the same key, change nothing.

    Raises:
        AccessDeniedException: this is not the partition's control Region.
        ValidationException: the account is there already, and its root user does not have this key.
    """
    if not call.place.is_control:
        raise AccessDeniedException(NOT_CONTROL)
    account, key_id = request.account or "", request.access_key_id or ""
    held = call.store.directory(account)
    if held is not None and key_id in held.access_keys:
        return watchword.FoundAccountResponse(account=account)
    if held is not None or call.store.has_account(account):
        raise ValidationException(ACCOUNT_THERE)
    key = AccessKey(
        access_key_id=key_id,
        account=account,
        principal_arn=root_of(account, partition=call.place.partition).arn,
        user_id=account,
        sealed_secret=request.sealed or b"",
        active=True,
    )
    _tend_account(_founded(account, request.name, (key,), call, custody), call)
    return watchword.FoundAccountResponse(account=account)


def _founded(
    account: str,
    name: str | None,
    access_keys: Sequence[AccessKey],
    call: Call[SendingStore],
    custody: IdentityCustody,
) -> Directory:
    """Stage an account's first state, and return it."""
    session_key = AccountKey(key_id=call.entropy(ID_BYTES).hex(), created_ms=call.now)
    password_key = AccountKey(key_id=call.entropy(ID_BYTES).hex(), created_ms=call.now)
    items: list[Item] = [
        Settings(created_ms=call.now, name=name, session_keys=(session_key,), password_keys=(password_key,))
    ]
    secrets = {}
    for held in access_keys:
        item = AccessKeyItem(
            access_key_id=held.access_key_id, owner_id=held.user_id, created_ms=call.now, active=held.active
        )
        items.append(item)
        secrets[held.access_key_id] = held.sealed_secret
    after = founded(
        account=account, partition=call.place.partition, items=items, now=call.now, entropy=call.entropy
    )
    credentials: dict[tuple[str, str], bytes | None] = {
        (CredentialKind.SESSION_KEY, session_key.key_id): custody.make_session_key(
            account=account, key_id=session_key.key_id
        ),
        (CredentialKind.PASSWORD_KEY, password_key.key_id): custody.make_password_key(
            account=account, key_id=password_key.key_id
        ),
    }
    call.stage(IdentityChanged(before=None, after=after, secrets=secrets, credentials=credentials))
    return after


def _tend_account(directory: Directory, call: Call[SendingStore]) -> bool:
    """Returns whether a Region is on its way to be enabled or disabled, or has just come there."""
    settings = directory.settings
    rows = call.store.identity_links(directory.account)
    active = {row.link.region: row for row in rows if row.link.lifecycle is Lifecycle.ACTIVE}
    leaving = {row.link.region for row in rows if row.link.lifecycle is Lifecycle.LEAVING}
    regions = dict(settings.regions)
    for region in call.place.hosted_regions:
        if region == call.place.region:
            continue
        status = status_of(settings, region, place=call.place)
        row = active.pop(region, None)
        if is_wanted(status) and row is None:
            _link(directory, region, ordinal=len(rows), call=call)
        elif not is_wanted(status) and row is not None:
            _end(row, call)
        elif status is OptStatus.ENABLING and row is not None and row.link.acked is not None:
            regions[region] = OptStatus.ENABLED
        elif status is OptStatus.DISABLING and row is None and region not in leaving:
            regions[region] = OptStatus.DISABLED
    for row in active.values():
        # Regions that the deployment hosts no more.
        _end(row, call)
    if regions != dict(settings.regions):
        changed = msgspec.structs.replace(settings, regions=regions)
        after = directory.changed(save=(changed,), now=call.now, entropy=call.entropy)
        call.stage(IdentityChanged(before=directory, after=after))
    under_way = (OptStatus.ENABLING, OptStatus.DISABLING)
    return any(status in under_way for status in (*settings.regions.values(), *regions.values()))


def _link(directory: Directory, region: str, *, ordinal: int, call: Call[SendingStore]) -> None:
    link = links.new_link(
        link_id=call.entropy(ID_BYTES).hex(),
        region=region,
        ordinal=ordinal,
        principal_arn=directory.root_arn,
        kms_key_id=None,
        overwrite=False,
        revision=directory.revision,
        now=call.now,
    )
    row = LinkRow(
        account=directory.account, sid=SID, arn=directory.root_arn, link=link, kind=Carried.IDENTITY
    )
    call.stage(LinkMade(row=row))


def _end(row: LinkRow, call: Call[SendingStore]) -> None:
    if row.link.lifecycle is Lifecycle.ACTIVE:
        call.stage(LinkStepped(link_id=row.link.link_id, event=Removed(), now=call.now))


def _drop(row: LinkRow, call: Call[SendingStore]) -> None:
    """End a former control Region's link without a word.

    A removal means that the account is disabled there: whoever still takes us for the control Region would believe it,
    and lock everybody out.
    """
    _end(row, call)
    epoch = row.link.epoch + (row.link.lifecycle is Lifecycle.ACTIVE)
    as_if_acknowledged = Answered(
        epoch=epoch,
        theirs=None,
        verdict=Verdict.REMOVED,
        stand=None,
        their_epoch=epoch,
        message=None,
        accessed_day=None,
        jitter=0.0,
    )
    call.stage(LinkStepped(link_id=row.link.link_id, event=as_if_acknowledged, now=call.now))


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A link of this Region's, and the account it carries."""

    row: LinkRow | None
    directory: Directory | None
    behind: bool
    """An older link of the account to that Region is still leaving."""


def find_outgoing(
    request: watchword.ReadReplicaRequest | watchword.AckReplicaRequest, _scope: Scope, store: SendingStore
) -> Found[Outgoing]:
    row = store.link(request.link_id or "")
    if row is None or not isinstance(request, watchword.ReadReplicaRequest):
        found = Outgoing(row=row, directory=None, behind=False)
        return Found(resource=found, arn="*" if row is None else row.arn)
    directory = store.directory(row.account)
    is_active = row.link.lifecycle is Lifecycle.ACTIVE
    if is_active and directory is not None and directory.revision != row.link.written:
        raise Moved("an account was changed while its link was read")
    others = store.identity_links(row.account)
    behind = row.link.acked is None and links.is_behind(
        row.link, [other.link for other in others if _leaves(other.link, row.link.region)]
    )
    found = Outgoing(row=row, directory=directory, behind=behind)
    return Found(resource=found, arn=row.arn)


def _leaves(link: Link, region: str) -> bool:
    return link.lifecycle is Lifecycle.LEAVING and link.region == region


def read_account(
    request: watchword.ReadReplicaRequest,
    found: Outgoing,
    call: Call[SendingStore],
    *,
    custody: IdentityCustody,
) -> watchword.ReadAccountResponse:
    """Claim a link for sending and return what to send; credentials are sealed to the other Region's custodian."""
    row, directory = found.row, found.directory
    if row is None:
        return watchword.ReadAccountResponse()
    claimed = links.Claimed(
        ours=call.store.incarnation(),
        theirs=request.theirs,
        revision=directory.revision if directory else 0,
        digest=directory.digest if directory else "",
        jitter=request.jitter or 0.0,
        behind=found.behind,
    )
    after, sends = links.step(row.link, claimed, now=call.now)
    if after != row.link:
        call.stage(LinkClaimed(before=row.link, after=after))
    if not sends:
        return watchword.ReadAccountResponse()
    match sends[0]:
        case links.Shake():
            return watchword.ReadAccountResponse(shake=True)
        case links.Remove(epoch=epoch):
            removal = watchword.Removal(
                link_id=row.link.link_id,
                epoch=epoch,
                account=row.account,
                primary_region=call.place.region,
            )
            return watchword.ReadAccountResponse(removal=removal)
        case links.Apply() as apply if directory is not None:
            message = _message(directory, row, apply, request.recipient or b"", call, custody)
            return watchword.ReadAccountResponse(message=message)
        case _:
            return watchword.ReadAccountResponse()


def ack_account(request: watchword.AckReplicaRequest, found: Outgoing, call: Call[SendingStore]) -> None:
    """Take the other Region's answer, or note that none came."""
    if found.row is not None:
        event = event_of(request)
        call.stage(LinkStepped(link_id=found.row.link.link_id, event=event, now=call.now))


def _message(
    directory: Directory,
    row: LinkRow,
    apply: links.Apply,
    recipient: bytes,
    call: Call[SendingStore],
    custody: IdentityCustody,
) -> watchword.AccountMessage:
    items, held, credentials = [], [], []
    carriage = CredentialCarriage(
        protocol_version=PROTOCOL_VERSION,
        link_id=row.link.link_id,
        epoch=apply.epoch,
        revision=apply.revision,
        content_id=directory.content_id,
        source_region=call.place.region,
        target_region=row.link.region,
    )
    for (kind, item_id), one in directory.items.items():
        if one.revision <= apply.since:
            held.append(watchword.ItemAddress(kind=kind.value, id=item_id))
            continue
        items.append(
            watchword.IdentityItem(
                kind=kind.value,
                id=item_id,
                revision=one.revision,
                content_id=one.content_id,
                body=encoded(one.item),
            )
        )
        for of_kind, credential_id, sealed in _credentials_of(directory, one.item, call.store):
            carried = custody.carry_credential(
                sealed,
                kind=of_kind,
                account=directory.account,
                credential_id=credential_id,
                recipient=recipient,
                info=carriage.info(),
            )
            credentials.append(watchword.CarriedCredential(kind=of_kind, id=credential_id, sealed=carried))
    return watchword.AccountMessage(
        version=PROTOCOL_VERSION,
        link_id=row.link.link_id,
        epoch=apply.epoch,
        incarnation=apply.incarnation,
        theirs=apply.theirs,
        base=stand_shape(apply.base),
        since=apply.since,
        revision=apply.revision,
        digest=apply.digest,
        account=directory.account,
        content_id=directory.content_id,
        changed_ms=directory.changed_ms,
        items=tuple(items),
        held=tuple(held),
        credentials=tuple(credentials),
    )


def _credentials_of(
    directory: Directory, item: Item, store: IdentityStore
) -> list[tuple[CredentialKind, str, bytes]]:
    """What custodians keep of an item: kind, id, and as it is sealed here."""
    if isinstance(item, AccessKeyItem):
        key = store.access_key(item.access_key_id)
        return [] if key is None else [(CredentialKind.ACCESS_KEY, key.access_key_id, key.sealed_secret)]
    if not isinstance(item, Settings):
        return []
    found = []
    for kind, key_id in account_keys(item):
        sealed = store.sealed_credential(directory.account, kind, key_id)
        if sealed is not None:
            found.append((kind, key_id, sealed))
    return found


def account_keys(settings: Settings) -> tuple[tuple[CredentialKind, str], ...]:
    """The account's own keys, by kind and id."""
    return (
        *((CredentialKind.SESSION_KEY, key.key_id) for key in settings.session_keys),
        *((CredentialKind.PASSWORD_KEY, key.key_id) for key in settings.password_keys),
    )


def bindings(custody: IdentityCustody) -> tuple[Bound, ...]:
    """What a Region's own agent asks of it."""
    return (
        Bound(operation=watchword.TEND_IDENTITY, find=find_nothing, run=partial(tend, custody=custody)),
        Bound(
            operation=watchword.FOUND_ACCOUNT,
            find=find_nothing,
            run=partial(found_account, custody=custody),
        ),
        Bound(
            operation=watchword.READ_ACCOUNT,
            find=find_outgoing,
            run=partial(read_account, custody=custody),
        ),
        Bound(operation=watchword.ACK_ACCOUNT, find=find_outgoing, run=ack_account),
    )
