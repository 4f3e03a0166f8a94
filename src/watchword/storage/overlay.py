"""What one request has staged, laid over what it reads: later reads of the same unit see its own changes.

Everything here is in memory and of one unit. Links are kept as the list of what befell them, applied when one
is looked at, because the commit does the same on the rows as they stand then.
"""

from __future__ import annotations

from dataclasses import replace

from watchword.api.call import Change
from watchword.identity.directory import Directory
from watchword.identity.store import IdentityChanged
from watchword.keys.model import KMSKey
from watchword.keys.store import AliasSaved, GrantEnded, GrantMade, KeyDestroyed, KeySaved, ReplicaAsked
from watchword.replication.link import step
from watchword.replication.model import Committed, Incoming, Lifecycle, Link
from watchword.replication.store import IncomingSaved, LinkClaimed, LinkMade, LinkRow, LinkStepped
from watchword.secrets.model import SealedValue, Secret
from watchword.secrets.store import LinkAdded, SecretPurged, SecretSaved


class Overlay:
    __slots__ = (
        "_added",
        "_aliases",
        "_bases",
        "_directories",
        "_incomings",
        "_keys",
        "_sealed",
        "_secrets",
        "_steps",
        "staged",
    )

    def __init__(self) -> None:
        self.staged: list[Change] = []
        """In the order in which they came, which is the order in which they are written."""
        self._secrets: dict[tuple[str, str], Secret | None] = {}
        self._sealed: dict[tuple[str, str, str], SealedValue] = {}
        self._added: dict[str, LinkRow] = {}
        self._bases: dict[tuple[str, str], tuple[Link, ...]] = {}
        """Each secret's links as the database has them, on which the steps are taken."""
        self._steps: dict[str, list[LinkStepped | LinkClaimed]] = {}
        self._incomings: dict[str, Incoming] = {}
        self._keys: dict[tuple[str, str], KMSKey | None] = {}
        self._aliases: dict[tuple[str, str], str | None] = {}
        """By account and alias: the id of the key; None, as above: it goes."""

        self._directories: dict[str, Directory] = {}

    def stage(self, change: Change) -> None:
        self.staged.append(change)
        match change:
            case SecretSaved():
                self._save_secret(change)
            case SecretPurged():
                self._secrets[change.secret.account, change.secret.sid] = None
            case LinkAdded():
                secret = change.secret
                self._added[change.link.link_id] = LinkRow(
                    account=secret.account, sid=secret.sid, arn=secret.arn, link=change.link
                )
            case LinkMade():
                self._added[change.row.link.link_id] = change.row
            case LinkStepped():
                self._steps.setdefault(change.link_id, []).append(change)
            case LinkClaimed():
                self._steps.setdefault(change.before.link_id, []).append(change)
            case IncomingSaved():
                self._incomings[change.after.link_id] = change.after
            case KeySaved():
                self._keys[change.after.account, change.after.key_id] = change.after
                if change.alias is not None:
                    self._aliases[change.after.account, change.alias] = change.after.key_id
            case KeyDestroyed():
                self._keys[change.key.account, change.key.key_id] = None
            case AliasSaved():
                named = change.after or change.before
                assert named is not None
                self._aliases[named.account, named.name] = None if change.after is None else named.key_id
            case GrantMade() | GrantEnded() | ReplicaAsked():
                # No operation looks at one after it has staged one.
                pass
            case IdentityChanged():
                self._directories[change.after.account] = change.after
            case _:
                raise AssertionError(f"no store writes a `{type(change).__name__}`")

    def _save_secret(self, change: SecretSaved) -> None:
        after = change.after
        address = (after.account, after.sid)
        self._secrets[address] = after
        # Set once: what a second change carries has this unit's own steps in it already.
        self._bases.setdefault(address, change.before.links if change.before is not None else ())
        for version_id, value in change.values.items():
            self._sealed[*address, version_id] = value
        if after.incoming is not None:
            self._incomings[after.incoming.link_id] = after.incoming
        if raises_revision(change):
            for link in self._links(after):
                if link.lifecycle is Lifecycle.ACTIVE:
                    self._steps.setdefault(link.link_id, []).append(
                        LinkStepped(
                            link_id=link.link_id,
                            event=Committed(revision=after.revision),
                            now=after.changed_ms,
                        )
                    )

    def knows_secret(self, account: str, sid: str) -> bool:
        return (account, sid) in self._secrets

    def secret(self, account: str, sid: str) -> Secret | None:
        held = self._secrets.get((account, sid))
        return None if held is None else self.over(held)

    def secret_named(self, account: str, name: str) -> Secret | None:
        for held in self._secrets.values():
            if held is not None and held.account == account and held.name == name:
                return self.over(held)
        return None

    def secret_of_incoming(self, link_id: str) -> Secret | None:
        for held in self._secrets.values():
            if held is not None and held.incoming is not None and held.incoming.link_id == link_id:
                return self.over(held)
        return None

    def over(self, read: Secret) -> Secret | None:
        """A secret that was read, as this unit's changes leave it; None when they purge it."""
        address = (read.account, read.sid)
        held = self._secrets.get(address, read)
        if held is None:
            return None
        if address not in self._secrets:
            self._bases.setdefault(address, read.links)
        links = self._links(held)
        incoming = held.incoming
        if incoming is not None:
            incoming = self._incomings.get(incoming.link_id, incoming)
        if links == held.links and incoming == held.incoming:
            return held
        return replace(held, links=links, incoming=incoming)

    def _links(self, secret: Secret) -> tuple[Link, ...]:
        links = {link.link_id: link for link in self._bases.get((secret.account, secret.sid), ())}
        for row in self._added.values():
            if (row.account, row.sid) == (secret.account, secret.sid):
                links.setdefault(row.link.link_id, row.link)
        stepped = (self._stepped(link) for link in links.values())
        left = [link for link in stepped if link.lifecycle is not Lifecycle.GONE]
        return tuple(sorted(left, key=lambda link: (link.ordinal, link.link_id)))

    def _stepped(self, link: Link) -> Link:
        for taken in self._steps.get(link.link_id, ()):
            if link.lifecycle is Lifecycle.GONE:
                break
            link = after_change(link, taken)
        return link

    def link_added(self, link_id: str) -> LinkRow | None:
        return self._added.get(link_id)

    def link_over(self, read: LinkRow) -> LinkRow | None:
        link = self._stepped(read.link)
        return None if link.lifecycle is Lifecycle.GONE else replace(read, link=link)

    def sealed_value(self, account: str, sid: str, version_id: str) -> SealedValue | None:
        return self._sealed.get((account, sid, version_id))

    def incoming(self, link_id: str) -> Incoming | None:
        return self._incomings.get(link_id)

    def directory(self, account: str) -> Directory | None:
        return self._directories.get(account)

    def knows_key(self, account: str, key_id: str) -> bool:
        return (account, key_id) in self._keys

    def key(self, account: str, key_id: str) -> KMSKey | None:
        return self._keys.get((account, key_id))

    def knows_alias(self, account: str, alias: str) -> bool:
        return (account, alias) in self._aliases

    def key_id_of_alias(self, account: str, alias: str) -> str | None:
        return self._aliases.get((account, alias))


def raises_revision(change: SecretSaved) -> bool:
    """Replicas must see this change: every active link wants the new revision."""
    return change.after.revision > (change.before.revision if change.before is not None else -1)


def tells(change: KeySaved) -> bool:
    """Other Regions must hear of this change: every active link wants the new revision."""
    before, after = change.before, change.after
    if before is None or before.family is None or after.family is None:
        return False
    return after.family.revision > before.family.revision


def after_change(link: Link, change: LinkStepped | LinkClaimed) -> Link:
    if isinstance(change, LinkClaimed):
        return change.after
    return step(link, change.event, now=change.now)[0]
