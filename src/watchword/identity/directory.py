"""An account's identity at one revision: who there is, and what they may do. Immutable, and read whole.

Every decision and every IAM operation looks at one `Directory`, so none sees half of a change. What is worked out of the
items (who has which name, which statements mean whom) is worked out once, when it is first asked for, and goes with the
revision. A change makes a new `Directory`; the store writes what differs.

Names are unique without regard to case, and kept as they were given. Source: IAM API, CreateUser, CreateRole; facts A.3.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import chain
from typing import TypeVar

import msgspec

from watchword.api.call import Principal, PrincipalKind, Session
from watchword.identity import aws_managed
from watchword.identity.compiled import Compiled, PolicySet, compiled, policy_set
from watchword.identity.decision import PoliciesOfPrincipal
from watchword.identity.model import (
    KIND_OF,
    SETTINGS_ID,
    AccessKeyItem,
    Group,
    InstanceProfile,
    Item,
    Kind,
    ManagedPolicy,
    OIDCProvider,
    Role,
    Settings,
    User,
    encoded,
)
from watchword.identity.policy_document import PolicyKind, PolicyRefused, read

CONTENT_ID_BYTES = 16
ITEM_BYTES = 160
"""What a message has around an item's body: its names, its revision, its content id."""
CREDENTIAL_BYTES = 384
"""What it has of an access key besides: the secret, sealed for one Region."""
PRINCIPALS_REMEMBERED = 1_024
"""Whose policies are kept ready, of one account."""
ACTING = "watchword"
"""The name of the session in which a role acts while nobody has assumed it."""
POLICIES_REMEMBERED = 2_048
"""Documents that are kept ready, of all accounts, whatever revision they were read at."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """An item in its account's state."""

    item: Item
    revision: int
    """At which it last changed."""
    content_id: str
    """Random, new with each change: equal ids, equal content."""
    body_bytes: int
    """How long the item is as it is kept and sent."""


Address = tuple[Kind, str]

ItemT = TypeVar("ItemT", bound=Item)
NamedT = TypeVar("NamedT", User, Group, Role, ManagedPolicy, InstanceProfile)


class Directory:
    """The identity of one account, in one Region."""

    def __init__(
        self,
        *,
        account: str,
        partition: str,
        revision: int,
        content_id: str,
        changed_ms: int,
        in_force: bool,
        items: Mapping[Address, Held],
    ) -> None:
        """`content_id` is random and new with each revision; `in_force`: the Region is enabled for the account."""
        self.account = account
        self.partition = partition
        self.revision = revision
        self.content_id = content_id
        self.changed_ms = changed_ms
        self.in_force = in_force
        self.items = items
        self._ready: dict[str, PoliciesOfPrincipal] = {}
        self._ready_sessions: dict[Session, PoliciesOfPrincipal] = {}

    def __repr__(self) -> str:
        return f"<Directory {self.account} at {self.revision}, {len(self.items)} items>"

    # Who there is

    @cached_property
    def settings(self) -> Settings:
        held = self.items.get((Kind.SETTINGS, SETTINGS_ID))
        # An account without settings is one that another Region has not sent whole; it never stands in a store.
        assert held is not None
        return _as(Settings, held.item)

    @cached_property
    def users(self) -> Mapping[str, User]:
        """By unique id, in the order of their names."""
        return {one.user_id: one for one in self._sorted(User)}

    @cached_property
    def groups(self) -> Mapping[str, Group]:
        return {one.group_id: one for one in self._sorted(Group)}

    @cached_property
    def roles(self) -> Mapping[str, Role]:
        return {one.role_id: one for one in self._sorted(Role)}

    @cached_property
    def policies(self) -> Mapping[str, ManagedPolicy]:
        """The account's own managed policies by ARN, in the order of their names."""
        return {self.arn_of(one): one for one in self._sorted(ManagedPolicy)}

    @cached_property
    def instance_profiles(self) -> Mapping[str, InstanceProfile]:
        return {one.profile_id: one for one in self._sorted(InstanceProfile)}

    @cached_property
    def oidc_providers(self) -> Mapping[str, OIDCProvider]:
        """By URL."""
        return {one.url: one for one in self.of(OIDCProvider)}

    @cached_property
    def access_keys(self) -> Mapping[str, AccessKeyItem]:
        return {one.access_key_id: one for one in self.of(AccessKeyItem)}

    @cached_property
    def keys_of(self) -> Mapping[str, tuple[AccessKeyItem, ...]]:
        """Access keys by their owner's id, the oldest first."""
        found: defaultdict[str, list[AccessKeyItem]] = defaultdict(list)
        for key in sorted(self.access_keys.values(), key=lambda key: (key.created_ms, key.access_key_id)):
            found[key.owner_id].append(key)
        return {owner_id: tuple(keys) for owner_id, keys in found.items()}

    @cached_property
    def members(self) -> Mapping[str, tuple[User, ...]]:
        """Users by the id of their group, in the order of their names."""
        found: defaultdict[str, list[User]] = defaultdict(list)
        for user in self.users.values():
            for group_id in user.groups:
                found[group_id].append(user)
        return {group_id: tuple(users) for group_id, users in found.items()}

    @cached_property
    def attachments(self) -> Mapping[str, int]:
        """On how many users, groups and roles a managed policy is, by its ARN; of those on nobody, nothing."""
        holders: Iterator[User | Group | Role] = chain(self.of(User), self.of(Group), self.of(Role))
        return Counter(arn for holder in holders for arn in holder.attached)

    @cached_property
    def bounding(self) -> Mapping[str, int]:
        """How many users and roles a managed policy bounds, by its ARN; of those that bound nobody, nothing."""
        holders: Iterator[User | Role] = chain(self.of(User), self.of(Role))
        return Counter(holder.boundary for holder in holders if holder.boundary is not None)

    def user_named(self, name: str) -> User | None:
        return self._named(User).get(name.lower())

    def group_named(self, name: str) -> Group | None:
        return self._named(Group).get(name.lower())

    def role_named(self, name: str) -> Role | None:
        return self._named(Role).get(name.lower())

    def policy_named(self, name: str) -> ManagedPolicy | None:
        return self._named(ManagedPolicy).get(name.lower())

    def instance_profile_named(self, name: str) -> InstanceProfile | None:
        return self._named(InstanceProfile).get(name.lower())

    def of(self, type_: type[ItemT]) -> Iterator[ItemT]:
        """All items of a kind, in no order."""
        kind = KIND_OF[type_]
        for (of_kind, _), held in self.items.items():
            if of_kind is kind:
                yield _as(type_, held.item)

    def _sorted(self, type_: type[NamedT]) -> list[NamedT]:
        return sorted(self.of(type_), key=lambda one: one.name.lower())

    @cached_property
    def _names(self) -> dict[type[Item], Mapping[str, Item]]:
        return {}

    def _named(self, type_: type[NamedT]) -> Mapping[str, NamedT]:
        found = self._names.get(type_)
        if found is None:
            found = {one.name.lower(): one for one in self.of(type_)}
            self._names[type_] = found
        # What a type's entry holds is of that type: it was put there three lines above.
        return found  # type: ignore[return-value]

    # Names of things

    @property
    def root_arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:root"

    def arn_of(self, item: User | Group | Role | ManagedPolicy | InstanceProfile | OIDCProvider) -> str:
        if isinstance(item, OIDCProvider):
            return f"arn:{self.partition}:iam::{self.account}:oidc-provider/{item.url}"
        return f"arn:{self.partition}:iam::{self.account}:{_RESOURCES[type(item)]}{item.path}{item.name}"

    @cached_property
    def _ids(self) -> Mapping[str, str]:
        return {self.arn_of(one): one.item_id for kind in (self.users, self.roles) for one in kind.values()}

    def id_of_arn(self, arn: str) -> str | None:
        """The unique id of the user or role that has an ARN now."""
        return self._ids.get(arn)

    def arn_of_id(self, unique_id: str) -> str | None:
        """The ARN that a user or role has now; `None`: it is gone."""
        found = self.users.get(unique_id) or self.roles.get(unique_id)
        return None if found is None else self.arn_of(found)

    def principal_of_id(self, unique_id: str) -> Principal | None:
        """A user, or a role as if somebody had assumed it, for what goes on in its name."""
        user = self.users.get(unique_id)
        if user is not None:
            return Principal(
                kind=PrincipalKind.USER,
                arn=self.arn_of(user),
                account=self.account,
                user_id=user.user_id,
                unique_id=user.user_id,
                name=user.name,
                tags=tuple(user.tags.items()),
            )
        role = self.roles.get(unique_id)
        if role is None:
            return None
        return Principal(
            kind=PrincipalKind.ROLE_SESSION,
            arn=f"arn:{self.partition}:sts::{self.account}:assumed-role/{role.name}/{ACTING}",
            account=self.account,
            user_id=f"{role.role_id}:{ACTING}",
            unique_id=f"{role.role_id}:{ACTING}",
            issuer_arn=self.arn_of(role),
            issuer_id=role.role_id,
            tags=tuple(role.tags.items()),
        )

    # What they may do

    def policies_of(self, principal: Principal) -> PoliciesOfPrincipal:
        """The policies of a principal of this account, ready to be decided by.

        Of a session they are its role's (or its user's), with the session's own beside them.
        """
        session = principal.session
        if session is None or not (session.policies or session.policy_arns):
            return self._standing_of(principal)
        ready = self._ready_sessions.get(session)
        if ready is None:
            standing = self._standing_of(principal)
            ready = PoliciesOfPrincipal(
                identity=standing.identity, boundary=standing.boundary, session=self._of_session(session)
            )
            if len(self._ready_sessions) >= PRINCIPALS_REMEMBERED:
                self._ready_sessions.clear()
            self._ready_sessions[session] = ready
        return ready

    def _of_session(self, session: Session) -> PolicySet:
        texts = [("session policy", text) for text in session.policies]
        # A managed policy that is gone meanwhile denies everything: nobody knows any more what it denied.
        texts += [(arn, self.document_of(arn) or "") for arn in session.policy_arns]
        return policy_set([_made(text, name) for name, text in texts])

    def _standing_of(self, principal: Principal) -> PoliciesOfPrincipal:
        """What stands in the account, without the session's own."""
        if principal.kind is PrincipalKind.ROOT:
            return PoliciesOfPrincipal()
        if principal.session is not None and principal.session.of_root:
            # A federated user for whom the root user vouched: its session's policies alone limit it.
            return PoliciesOfPrincipal(identity=policy_set([_made(_ALLOW_ALL, "the root user")]))
        unique_id = principal.issuer_id or principal.unique_id
        ready = self._ready.get(unique_id)
        if ready is None:
            ready = self._made_ready(unique_id)
            if len(self._ready) >= PRINCIPALS_REMEMBERED:
                self._ready.clear()
            self._ready[unique_id] = ready
        return ready

    def _made_ready(self, unique_id: str) -> PoliciesOfPrincipal:
        user = self.users.get(unique_id)
        holder: User | Role | None = user or self.roles.get(unique_id)
        if holder is None:
            return PoliciesOfPrincipal()
        found = list(self._documents(holder))
        if user is not None:
            for group_id in user.groups:
                group = self.groups.get(group_id)
                if group is not None:
                    found.extend(self._documents(group))
        boundary = None
        if holder.boundary is not None:
            # A boundary that can't be found allows nothing; no IAM operation leaves one behind.
            boundary = policy_set([_made(self.document_of(holder.boundary) or "", holder.boundary)])
        return PoliciesOfPrincipal(
            identity=policy_set([_made(document, name) for name, document in found]), boundary=boundary
        )

    def basis_of(self, principal: Principal) -> frozenset[Address]:
        """All items that say who a principal of this account is and what it may do, whether they are there or not.

        The settings are among them: they have the keys of sessions and the Regions that count. A policy is never renamed,
        so that none comes to stand under an ARN without a change of who has it.
        """
        holder_id = principal.issuer_id or principal.unique_id
        found: set[Address] = {(Kind.SETTINGS, SETTINGS_ID), (Kind.USER, holder_id), (Kind.ROLE, holder_id)}
        user = self.users.get(holder_id)
        holder: User | Role | None = user or self.roles.get(holder_id)
        arns = set(() if principal.session is None else principal.session.policy_arns)
        if holder is not None:
            arns |= {*holder.attached, holder.boundary or ""}
        for group_id in () if user is None else user.groups:
            found.add((Kind.GROUP, group_id))
            group = self.groups.get(group_id)
            arns |= set(() if group is None else group.attached)
        found |= {(Kind.POLICY, self.policies[arn].policy_id) for arn in arns if arn in self.policies}
        return frozenset(found)

    def _documents(self, holder: User | Group | Role) -> Iterator[tuple[str, str]]:
        """Names (ARNs of managed ones) and documents of what is in or on a user, group or role."""
        yield from sorted(holder.inline.items())
        for arn in holder.attached:
            document = self.document_of(arn)
            if document is not None:
                yield arn, document

    def document_of(self, policy_arn: str) -> str | None:
        """The document of a managed policy, the account's own or one of AWS's; `None`: there is none."""
        held = self.policies.get(policy_arn)
        return aws_managed.document_of(policy_arn) if held is None else held.document

    # Change

    def changed(
        self,
        *,
        save: Iterable[Item] = (),
        remove: Iterable[Item] = (),
        now: int,
        entropy: Callable[[int], bytes],
    ) -> Directory:
        """The account after a change, one revision on. Pure but for `entropy`."""
        items = dict(self.items)
        revision = self.revision + 1
        for item in remove:
            del items[KIND_OF[type(item)], item.item_id]
        for item in save:
            items[KIND_OF[type(item)], item.item_id] = Held(
                item=item,
                revision=revision,
                content_id=entropy(CONTENT_ID_BYTES).hex(),
                body_bytes=len(encoded(item)),
            )
        return Directory(
            account=self.account,
            partition=self.partition,
            revision=revision,
            content_id=entropy(CONTENT_ID_BYTES).hex(),
            changed_ms=now,
            in_force=self.in_force,
            items=items,
        )

    def out_of_force(self) -> Directory:
        """The same state, in a Region where it counts no more."""
        return Directory(
            account=self.account,
            partition=self.partition,
            revision=self.revision,
            content_id=self.content_id,
            changed_ms=self.changed_ms,
            in_force=False,
            items=self.items,
        )

    @cached_property
    def carried_bytes(self) -> int:
        """At most so many bytes a message has that holds all of it."""
        return sum(map(_carried_bytes, self.items, self.items.values()))

    @cached_property
    def digest(self) -> str:
        """Equal digests, equal state, since content ids are random. SHA-256 in hex."""
        lines = sorted(
            f"{kind}\0{item_id}\0{held.content_id}\n" for (kind, item_id), held in self.items.items()
        )
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def founded(
    *, account: str, partition: str, items: Iterable[Item], now: int, entropy: Callable[[int], bytes]
) -> Directory:
    """The first state of an account."""
    nothing = Directory(
        account=account,
        partition=partition,
        revision=0,
        content_id="",
        changed_ms=now,
        in_force=True,
        items={},
    )
    return nothing.changed(save=items, now=now, entropy=entropy)


@lru_cache(maxsize=POLICIES_REMEMBERED)
def _made(document: str, name: str) -> tuple[Compiled, ...]:
    """A policy's statements, ready; what can't be read denies everything, for nobody knows what it was to deny."""
    try:
        return compiled(read(document, kind=PolicyKind.IDENTITY), name=name)
    except PolicyRefused:
        return compiled(read(_DENY_ALL, kind=PolicyKind.IDENTITY), name=name)


_ALLOW_ALL = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


def _carried_bytes(address: Address, held: Held) -> int:
    kind, item_id = address
    credential = CREDENTIAL_BYTES if kind is Kind.ACCESS_KEY else 0
    return ITEM_BYTES + len(item_id.encode()) + (held.body_bytes + 2) // 3 * 4 + credential


_DENY_ALL = (
    '{"Version":"2012-10-17","Statement":[{"Sid":"Unreadable","Effect":"Deny","Action":"*","Resource":"*"}]}'
)


def _as(type_: type[ItemT], item: Item) -> ItemT:
    # Items lie under the kind of their type, and only model.decoded makes them.
    assert isinstance(item, type_)
    return item


_RESOURCES: Mapping[type[Item], str] = {
    User: "user",
    Group: "group",
    Role: "role",
    ManagedPolicy: "policy",
    InstanceProfile: "instance-profile",
}
