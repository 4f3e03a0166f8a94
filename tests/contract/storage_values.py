"""What the storage contract is tested with: stores behind their Protocols, values with every field filled, strategies."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from hypothesis import strategies as st

from watchword.api.unit import EventRow, UnitOfWork
from watchword.identity.model import AccessKey
from watchword.identity.store import IdentityStore
from watchword.keys.model import (
    SPECS,
    Alias,
    Family,
    Grant,
    KeyManager,
    KeyState,
    KeyUsage,
    KMSKey,
    Material,
    Origin,
    ReplicaWanted,
    RotationType,
)
from watchword.keys.store import KeySaved, KeyStore
from watchword.replication.link import new_link
from watchword.replication.model import Incoming, Lifecycle, Link, Role, Stand, Status
from watchword.replication.store import LinkRow
from watchword.secrets.model import (
    CURRENT,
    PREVIOUS,
    AcrossState,
    PrimaryAcross,
    ReplicaAcross,
    Rotation,
    RotationRules,
    SealedValue,
    Secret,
    Version,
)
from watchword.secrets.store import SecretSaved, SecretStore
from watchword.storage.migrate import migrate
from watchword.storage.stores import Access, Counts, IncomingRow, SQLiteStores

PARTITION = "aws"
REGION = "us-east-1"
ACCOUNT = "123456789012"
PRINCIPAL = f"arn:aws:iam::{ACCOUNT}:root"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0"


class Unit(UnitOfWork, KeyStore, SecretStore, IdentityStore, Protocol):
    """One request's share of a Region's store."""


class RegionStores(Protocol):
    """What a Region is composed with, whichever engine holds it."""

    def unit(self) -> Unit: ...
    def close(self) -> None: ...
    def due_links(self, *, region: str, now: int, limit: int) -> list[LinkRow]: ...
    def links_to_shake(self, region: str, after_link_id: str, limit: int) -> list[LinkRow]: ...
    def next_due_ms(self, *, region: str, after: int) -> int | None: ...
    def untold_promotions(self, limit: int, *, region: str | None = None) -> list[IncomingRow]: ...
    def counts(self) -> Counts: ...
    def events(self, limit: int) -> list[EventRow]: ...
    def accounts(self) -> list[str]: ...
    def readable(self) -> bool: ...
    def new_incarnation(self, entropy: Callable[[int], bytes]) -> str: ...
    def record_access(self, accesses: Sequence[Access]) -> None: ...
    def drop_events(self, event_ids: Sequence[str]) -> None: ...
    def add_account(self, account: str, *, now: int) -> None: ...
    def add_access_key(self, key: AccessKey) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A fresh, migrated database, and stores on it as several processes would have them."""

    open: Callable[[], RegionStores]
    opened: list[RegionStores] = field(default_factory=list)

    def stores(self) -> RegionStores:
        """Stores with a connection of their own, as another process has them."""
        made = self.open()
        self.opened.append(made)
        return made

    def close(self) -> None:
        for made in self.opened:
            made.close()


def engine_of(kind: str, folder: Path) -> Engine:
    assert kind == "sqlite"
    path = folder / "store.sqlite3"
    migrate(path)

    def open_() -> RegionStores:
        return SQLiteStores(path, partition=PARTITION, region=REGION)

    engine = Engine(open=open_)
    first = engine.stores()
    first.new_incarnation(os.urandom)
    return engine


_serial = itertools.count(1)


def fresh(kind: str) -> str:
    """An identifier that no other value of this test run has."""
    return f"{kind}-{next(_serial):06d}"


def version(version_id: str, *, revision: int, labels: frozenset[str] = frozenset({CURRENT})) -> Version:
    return Version(
        id=version_id,
        content_id=f"content-of-{version_id}",
        kind="string",
        labels=labels,
        created_ms=1_000 + revision,
        revision=revision,
        key_arns=(KEY_ARN,),
    )


def sealed(version_id: str, value: bytes = b"sealed") -> SealedValue:
    return SealedValue(version_id=version_id, sealed=value, data_keys={KEY_ARN: b"wrapped"})


def secret(name: str | None = None, *, created_ms: int = 1_000) -> Secret:
    """A secret with one version, as CreateSecret makes it."""
    first = version("version-1", revision=1)
    return Secret(
        account=ACCOUNT,
        sid=fresh("sid"),
        partition=PARTITION,
        region=REGION,
        name=fresh("name") if name is None else name,
        suffix="AbCdEf",
        description="first",
        kms_key_id=None,
        policy=None,
        tags={"team": "blue"},
        versions={first.id: first},
        revision=1,
        head_revision=1,
        stamp=1,
        created_ms=created_ms,
        changed_ms=created_ms,
    )


def made(value: Secret) -> SecretSaved:
    """The change that makes a secret, with a sealed value for each version that has content."""
    values = {
        held.id: SealedValue(
            version_id=held.id,
            sealed=f"sealed {held.content_id}".encode(),
            data_keys={arn: f"under {arn}".encode() for arn in held.key_arns},
        )
        for held in value.versions.values()
        if held.content_id is not None
    }
    return SecretSaved(before=None, after=value, values=values)


def described(before: Secret, description: str, *, now: int = 2_000) -> SecretSaved:
    """The change that a new description makes."""
    after = replace(
        before,
        description=description,
        revision=before.revision + 1,
        head_revision=before.revision + 1,
        stamp=before.stamp + 1,
        changed_ms=now,
    )
    return SecretSaved(before=before, after=after)


def valued(before: Secret, version_id: str, *, now: int = 2_000) -> SecretSaved:
    """The change that a new current value makes."""
    revision = before.revision + 1
    versions = {
        held.id: replace(held, labels=frozenset({PREVIOUS}), revision=revision)
        if CURRENT in held.labels
        else held.without(frozenset({PREVIOUS}), revision=revision)
        for held in before.versions.values()
    }
    versions[version_id] = version(version_id, revision=revision)
    after = replace(before, versions=versions, revision=revision, stamp=before.stamp + 1, changed_ms=now)
    return SecretSaved(
        before=before, after=after, values={version_id: sealed(version_id, version_id.encode())}
    )


def link_to(region: str, *, ordinal: int = 0, revision: int = 1, now: int = 1_000) -> Link:
    return new_link(
        link_id=fresh("link"),
        region=region,
        ordinal=ordinal,
        principal_arn=PRINCIPAL,
        kms_key_id=None,
        overwrite=False,
        revision=revision,
        now=now,
    )


def incoming(link_id: str | None = None) -> Incoming:
    return Incoming(
        link_id=fresh("link") if link_id is None else link_id,
        primary_region="us-east-2",
        epoch=1,
        role=Role.REPLICA,
        stand=Stand(incarnation="theirs", revision=1, digest="d1"),
        told=False,
    )


def key(key_id: str | None = None) -> KMSKey:
    return KMSKey(
        account=ACCOUNT,
        key_id=fresh("key") if key_id is None else key_id,
        partition=PARTITION,
        region=REGION,
        description="",
        manager=KeyManager.CUSTOMER,
        state=KeyState.ENABLED,
        tags={},
        policy=None,
        materials={1: Material(material_id="0" * 64, wrapped=b"wrapped")},
        current_version=1,
        created_ms=1_000,
        stamp=1,
    )


def disabled(before: KMSKey) -> KeySaved:
    return KeySaved(before=before, after=replace(before, state=KeyState.DISABLED, stamp=before.stamp + 1))


def access_key(access_key_id: str | None = None) -> AccessKey:
    return AccessKey(
        access_key_id=fresh("AKIA") if access_key_id is None else access_key_id,
        account=ACCOUNT,
        principal_arn=PRINCIPAL,
        user_id=ACCOUNT,
        sealed_secret=b"sealed to the custodian",
        active=True,
    )


def event(event_id: str | None = None, *, at_ms: int = 1_000) -> EventRow:
    return EventRow(event_id=fresh("event") if event_id is None else event_id, at_ms=at_ms, line=b'{"e":1}')


# Strategies: every field of every stored value, so that a column that is forgotten shows.

counts = st.integers(min_value=0, max_value=2**53)
days = st.one_of(st.none(), st.integers(min_value=0, max_value=100_000))
maybe_ms = st.one_of(st.none(), counts)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
words = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
maybe_texts = st.one_of(st.none(), texts)
stands = st.builds(Stand, incarnation=words, revision=counts, digest=words)
maybe_stands = st.one_of(st.none(), stands)
tag_maps = st.dictionaries(texts, texts, max_size=3)

INCOMING_FIELDS = {
    "link_id": words,
    "primary_region": words,
    "epoch": counts,
    "role": st.sampled_from((Role.REPLICA, Role.PROMOTED, Role.REMOVED)),
    "stand": maybe_stands,
    "told": st.booleans(),
}
incomings = st.builds(Incoming, **INCOMING_FIELDS)

LINK_FIELDS = {
    "link_id": words,
    "region": words,
    "epoch": counts,
    "ordinal": counts,
    "principal_arn": words,
    "kms_key_id": maybe_texts,
    "overwrite": st.booleans(),
    "lifecycle": st.sampled_from((Lifecycle.ACTIVE, Lifecycle.LEAVING)),
    "status": st.sampled_from(tuple(Status)),
    "message": maybe_texts,
    "written": counts,
    "sent": maybe_stands,
    "acked": maybe_stands,
    "shaken": st.one_of(st.none(), st.tuples(words, words)),
    "whole": st.booleans(),
    "dirty_since_ms": maybe_ms,
    "dirty_after_send_ms": maybe_ms,
    "attempts": counts,
    "next_attempt_ms": maybe_ms,
    "accessed_day": days,
}
links = st.builds(Link, **LINK_FIELDS)

VERSION_FIELDS = {
    "id": words,
    "content_id": st.one_of(st.none(), words),
    "kind": st.sampled_from(("string", "binary", None)),
    "labels": st.frozensets(texts, max_size=3),
    "created_ms": counts,
    "revision": counts,
    "key_arns": st.lists(words, unique=True, min_size=1, max_size=2).map(tuple),
    "accessed_day": days,
}


def _keys_only_with_content(drawn: Version) -> Version:
    return drawn if drawn.content_id is not None else replace(drawn, key_arns=(), kind=None)


versions = st.builds(Version, **VERSION_FIELDS).map(_keys_only_with_content)
version_maps = st.lists(versions, unique_by=lambda each: each.id, max_size=3).map(
    lambda each: {held.id: held for held in each}
)

ROTATION_RULES_FIELDS = {
    "automatically_after_days": days,
    "schedule_expression": maybe_texts,
    "duration": maybe_texts,
}
ROTATION_FIELDS = {
    "enabled": st.booleans(),
    "lambda_arn": maybe_texts,
    "rules": st.one_of(st.none(), st.builds(RotationRules, **ROTATION_RULES_FIELDS)),
    "role_arn": maybe_texts,
    "metadata": st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    "rotated_ms": maybe_ms,
    "due_ms": maybe_ms,
    "version_id": maybe_texts,
    "tests": st.booleans(),
}
rotations = st.builds(Rotation, **ROTATION_FIELDS)

PRIMARY_ACROSS_FIELDS = {"arn": texts, "state": st.sampled_from(tuple(AcrossState))}
REPLICA_ACROSS_FIELDS = {
    "arn": texts,
    "principal": texts,
    "role": maybe_texts,
    "acked": counts,
    "tried": counts,
    "message": maybe_texts,
    "failures": counts,
    "retry_ms": counts,
    "detached": st.booleans(),
}

# Names are the test's own, so that examples do not take each other's.
SECRET_FIELDS = {
    "account": st.just(ACCOUNT),
    "sid": st.builds(fresh, st.just("sid")),
    "partition": st.just(PARTITION),
    "region": st.just(REGION),
    "name": st.builds(fresh, st.just("name")),
    "suffix": words,
    "description": maybe_texts,
    "kms_key_id": maybe_texts,
    "policy": maybe_texts,
    "tags": st.one_of(st.none(), tag_maps),
    "versions": version_maps,
    "revision": counts,
    "head_revision": counts,
    "stamp": counts,
    "created_ms": counts,
    "changed_ms": counts,
    "deleted_ms": maybe_ms,
    "purge_ms": maybe_ms,
    "type": maybe_texts,
    "rotation": st.one_of(st.none(), rotations),
    "incoming": st.one_of(st.none(), incomings.map(lambda each: replace(each, link_id=fresh("link")))),
    "links": st.just(()),
    "primary_across": st.one_of(st.none(), st.builds(PrimaryAcross, **PRIMARY_ACROSS_FIELDS)),
    "replica_across": st.one_of(st.none(), st.builds(ReplicaAcross, **REPLICA_ACROSS_FIELDS)),
}
secrets = st.builds(Secret, **SECRET_FIELDS)

MATERIAL_FIELDS = {
    "material_id": words,
    "wrapped": st.one_of(st.none(), st.binary(min_size=1, max_size=20)),
    "rotated_ms": maybe_ms,
    "rotation": st.one_of(st.none(), st.sampled_from(tuple(RotationType))),
    "description": maybe_texts,
    "expires_ms": maybe_ms,
    "learned": counts,
}
materials = st.builds(Material, **MATERIAL_FIELDS)

GRANT_FIELDS = {
    "account": st.just(ACCOUNT),
    "key_id": words,
    "grant_id": st.builds(fresh, st.just("grant")),
    "name": words,
    "grantee": words,
    "retiring": words,
    "operations": st.lists(words, max_size=3).map(tuple),
    "context_equals": st.one_of(st.none(), tag_maps),
    "context_subset": st.one_of(st.none(), tag_maps),
    "issuing_account": words,
    "created_ms": counts,
}
grants = st.builds(Grant, **GRANT_FIELDS)

ALIAS_FIELDS = {
    "account": st.just(ACCOUNT),
    "name": st.builds(fresh, st.just("alias/")),
    "key_id": words,
    "created_ms": counts,
    "updated_ms": counts,
}
aliases = st.builds(Alias, **ALIAS_FIELDS)

FAMILY_FIELDS = {
    "revision": counts,
    "primary_region": words,
    "term": counts,
    "handed_by": words,
    "schedule": st.tuples(counts, counts),
    "members": st.dictionaries(words, counts, max_size=3),
}
families = st.builds(Family, **FAMILY_FIELDS)

REPLICA_WANTED_FIELDS = {
    "account": st.just(ACCOUNT),
    "key_id": st.builds(fresh, st.just("mrk")),
    "region": words,
    "count": counts,
    "description": texts,
    "policy": maybe_texts,
    "tags": tag_maps,
}
replicas_wanted = st.builds(ReplicaWanted, **REPLICA_WANTED_FIELDS)

KEY_FIELDS = {
    "account": st.just(ACCOUNT),
    "key_id": st.builds(fresh, st.just("key")),
    "partition": st.just(PARTITION),
    "region": st.just(REGION),
    "description": texts,
    "manager": st.sampled_from(tuple(KeyManager)),
    "state": st.sampled_from(tuple(KeyState)),
    "tags": tag_maps,
    "policy": maybe_texts,
    "materials": st.dictionaries(st.integers(1, 9), materials, max_size=3),
    "current_version": st.integers(0, 9),
    "created_ms": counts,
    "stamp": counts,
    "spec": st.sampled_from(tuple(SPECS)),
    "usage": st.sampled_from(tuple(KeyUsage)),
    "origin": st.sampled_from(tuple(Origin)),
    "deletion_ms": maybe_ms,
    "rotation_days": maybe_ms,
    "rotates_ms": maybe_ms,
    "window_days": maybe_ms,
    "family": st.one_of(st.none(), families),
}
keys = st.builds(KMSKey, **KEY_FIELDS)

ACCESS_KEY_FIELDS = {
    "access_key_id": st.builds(fresh, st.just("AKIA")),
    "account": words,
    "principal_arn": words,
    "user_id": words,
    "sealed_secret": st.binary(max_size=60),
    "active": st.booleans(),
}
access_keys = st.builds(AccessKey, **ACCESS_KEY_FIELDS)
