"""How a changed key is staged: with the links by which the other Regions of a multi-Region key hear of it."""

from __future__ import annotations

from watchword.api.call import Call, root_of
from watchword.keys import family
from watchword.keys.model import KMSKey
from watchword.keys.store import KeyDestroyed, KeySaved, KeyStore
from watchword.replication.hands import ended
from watchword.replication.incoming import promote
from watchword.replication.link import new_link
from watchword.replication.model import Kind, Lifecycle, Role
from watchword.replication.store import IncomingSaved, LinkMade, LinkRow, LinkStepped

NEVER_LOWER = 2**53
"""An epoch above all others: the end of a link is not doubted."""


def save(before: KMSKey | None, after: KMSKey, call: Call[KeyStore]) -> None:
    """Stage a new or changed key, unless nothing has changed."""
    if after is before:
        return
    if before is not None:
        after = family.changed(before, after)
    call.stage(KeySaved(before=before, after=after, now=call.now))
    told = before.family if before is not None else None
    if after.family is not None and (told is None or told.members != after.family.members):
        _keep_links(after, call)


def destroy(key: KMSKey, call: Call[KeyStore]) -> None:
    """Stage the end of a key. The other Regions of a multi-Region key are told until they have taken notice."""
    if key.family is not None:
        for incoming in call.store.incomings_of(key.account, key.key_id):
            if incoming.role is Role.REPLICA:
                call.stage(
                    IncomingSaved(
                        before=incoming,
                        after=promote(incoming),
                        account=key.account,
                        kind=Kind.KEYS,
                        sid=key.key_id,
                    )
                )
    call.stage(KeyDestroyed(key=key))


def _keep_links(key: KMSKey, call: Call[KeyStore]) -> None:
    """One link to each other Region that has the key, and none to one that has not; its ordinal is the Region's number."""
    assert key.family is not None
    wanted = dict(family.relatives(key))
    for row in call.store.links_of(key.account, key.key_id):
        link = row.link
        if link.lifecycle is not Lifecycle.ACTIVE:
            continue
        if wanted.get(link.region) == link.ordinal:
            del wanted[link.region]
        elif key.family.members.get(link.region, 0) > link.ordinal:
            event = ended(row, epoch=NEVER_LOWER)
            call.stage(LinkStepped(link_id=link.link_id, event=event, now=call.now))
    for region, count in sorted(wanted.items()):
        made = new_link(
            link_id=call.entropy(16).hex(),
            region=region,
            ordinal=count,
            principal_arn=root_of(key.account, partition=key.partition).arn,
            kms_key_id=None,
            overwrite=False,
            revision=key.family.revision,
            now=call.now,
        )
        row = LinkRow(account=key.account, sid=key.key_id, arn=key.arn, link=made, kind=Kind.KEYS)
        call.stage(LinkMade(row=row))
