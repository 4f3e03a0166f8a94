"""Sessions: what a token claims, and who that is here and now.

A token holds the unique id of the role or user it stands for, and nothing of what that may do: the role, its policies and
its tags are looked up at each use, in the account's identity as this Region has it then. So a role that is deleted ends
its sessions, a renamed one goes on under its new name, and one that is made again under the same name inherits none.

    version 1 | claims (MessagePack)

Source: STS API; IAM User Guide, Temporary security credentials, Unique identifiers; decision 0008.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

import msgspec

from watchword.api.call import Principal, PrincipalKind, Session
from watchword.identity.directory import Directory
from watchword.identity.model import Role, User

VERSION = b"\x01"
"""Of the claims. Another version is for another release: this one takes it for no session."""
SESSIONS_REMEMBERED = 4_096
"""Claims that are kept read; they are at most 8 KiB."""
PACKED_BYTES_MAX = 7_168
"""Of session policies and tags in a token; beside them claims have at most 1 KiB."""


class SessionKind(StrEnum):
    ROLE = "role"
    """AssumeRole and its kin."""
    OWN = "own"
    """GetSessionToken: a user, or the root user, with temporary credentials."""
    FEDERATED = "federated"
    """GetFederationToken."""


class Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a session token says of its session."""

    kind: SessionKind
    holder: str
    """The unique id of the role, or of the user; of the root user its account id."""
    name: str = ""
    """Of a role's session, or of a federated user."""
    issued_ms: int
    expires_ms: int
    policies: tuple[str, ...] = ()
    policy_arns: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    transitive: tuple[str, ...] = ()
    source_identity: str | None = None
    federated_provider: str | None = None
    chained: bool = False
    padding: bytes = b""
    """Of a token that was asked to be longer than it would have been."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Claims)


def encoded(claims: Claims) -> bytes:
    return VERSION + _encoder.encode(claims)


def packed_bytes(claims: Claims) -> int:
    """How much of a token session policies and tags take."""
    return len(_encoder.encode((claims.policies, claims.policy_arns, claims.tags, claims.transitive)))


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """Claims that were read, and the session as decisions and the trail see it."""

    claims: Claims
    session: Session


@lru_cache(maxsize=SESSIONS_REMEMBERED)
def claimed(raw: bytes, *, region: str) -> Claimed:
    """Read the claims of a token that `region` has issued; the same claims give the same `Session`.

    Raises:
        ValueError: claims of another release.
    """
    if not raw.startswith(VERSION):
        raise ValueError("claims of another version")
    claims = _decoder.decode(raw[len(VERSION) :])
    session = Session(
        policies=claims.policies,
        policy_arns=claims.policy_arns,
        tags=claims.tags,
        transitive=frozenset(claims.transitive),
        source_identity=claims.source_identity,
        federated_provider=claims.federated_provider,
        chained=claims.chained,
        of_root=claims.kind is not SessionKind.ROLE and not claims.holder.startswith("AIDA"),
        issued_ms=claims.issued_ms,
        expires_ms=claims.expires_ms,
        region=region,
    )
    return Claimed(claims=claims, session=session)


def principal_of(held: Claimed, directory: Directory, *, access_key_id: str) -> Principal | None:
    """Who a session stands for now; `None`: its role or user is gone. Pure."""
    claims = held.claims
    if claims.kind is SessionKind.ROLE:
        role = directory.roles.get(claims.holder)
        if role is None:
            return None
        return of_role(role, directory, name=claims.name, session=held.session, access_key_id=access_key_id)
    user = directory.users.get(claims.holder)
    if user is None and claims.holder != directory.account:
        return None
    if claims.kind is SessionKind.FEDERATED:
        return of_federated(
            user, directory, name=claims.name, session=held.session, access_key_id=access_key_id
        )
    return _of_own(user, directory, session=held.session, access_key_id=access_key_id)


def of_role(
    role: Role, directory: Directory, *, name: str, session: Session, access_key_id: str | None = None
) -> Principal:
    """A role's session, by its name."""
    user_id = f"{role.role_id}:{name}"
    return Principal(
        kind=PrincipalKind.ROLE_SESSION,
        arn=f"arn:{directory.partition}:sts::{directory.account}:assumed-role/{role.name}/{name}",
        account=directory.account,
        user_id=user_id,
        access_key_id=access_key_id,
        unique_id=user_id,
        issuer_arn=directory.arn_of(role),
        issuer_id=role.role_id,
        tags=tags_over(role.tags.items(), session.tags),
        session=session,
    )


def of_federated(
    user: User | None, directory: Directory, *, name: str, session: Session, access_key_id: str | None = None
) -> Principal:
    """A federated user; `user` vouched for it, or the root user (`None`)."""
    return Principal(
        kind=PrincipalKind.FEDERATED_USER,
        arn=f"arn:{directory.partition}:sts::{directory.account}:federated-user/{name}",
        account=directory.account,
        user_id=f"{directory.account}:{name}",
        access_key_id=access_key_id,
        issuer_arn=directory.root_arn if user is None else directory.arn_of(user),
        issuer_id="" if user is None else user.user_id,
        # A federated user has the tags that were passed, and none of the user who vouched.
        tags=session.tags,
        session=session,
    )


def _of_own(user: User | None, directory: Directory, *, session: Session, access_key_id: str) -> Principal:
    if user is None:
        return Principal(
            kind=PrincipalKind.ROOT,
            arn=directory.root_arn,
            account=directory.account,
            user_id=directory.account,
            access_key_id=access_key_id,
            session=session,
        )
    return Principal(
        kind=PrincipalKind.USER,
        arn=directory.arn_of(user),
        account=directory.account,
        user_id=user.user_id,
        access_key_id=access_key_id,
        unique_id=user.user_id,
        name=user.name,
        tags=tuple(user.tags.items()),
        session=session,
    )


def tags_over(
    standing: Iterable[tuple[str, str]], passed: Iterable[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """The tags of a role with those of its session over them; keys are compared without regard to case. Pure."""
    passed = tuple(passed)
    over = {key.lower() for key, _ in passed}
    return (*((key, value) for key, value in standing if key.lower() not in over), *passed)
