"""Claims of sessions: read back as they were written, and who they stand for as things are now."""

from __future__ import annotations

import os

import msgspec
import pytest

from watchword.api.call import Principal, PrincipalKind
from watchword.envelope.session import CLAIMS_BYTES_MAX
from watchword.identity.directory import Directory, founded
from watchword.identity.model import Item, Role, Settings, User
from watchword.identity.sessions import (
    PACKED_BYTES_MAX,
    Claims,
    SessionKind,
    claimed,
    encoded,
    packed_bytes,
    principal_of,
    tags_over,
)

ACCOUNT = "123456789012"
ANN = User(user_id="AIDAANN", name="ann", path="/ops/", created_ms=0, tags={"team": "red"})
READER = Role(
    role_id="AROAREADER", name="reader", path="/x/", created_ms=0, trust="", tags={"Team": "red", "a": "1"}
)
OF_ROLE = Claims(
    kind=SessionKind.ROLE,
    holder="AROAREADER",
    name="job",
    issued_ms=1,
    expires_ms=2,
    policies=("{}",),
    policy_arns=("arn:aws:iam::aws:policy/ReadOnlyAccess",),
    tags=(("team", "blue"),),
    transitive=("team",),
    source_identity="ann",
    federated_provider="arn:aws:iam::123456789012:oidc-provider/idp",
    chained=True,
)
OWN = Claims(kind=SessionKind.OWN, holder="AIDAANN", issued_ms=1, expires_ms=2)
FEDERATED = Claims(kind=SessionKind.FEDERATED, holder="AIDAANN", name="bob", issued_ms=1, expires_ms=2)


def directory(*items: Item) -> Directory:
    held = (Settings(created_ms=0), *items)
    return founded(account=ACCOUNT, partition="aws", items=held, now=0, entropy=os.urandom)


def who(claims: Claims, *items: Item) -> Principal | None:
    held = claimed(encoded(claims), region="us-east-1")
    return principal_of(held, directory(*items), access_key_id="ASIA")


def test_claims_are_read_back_whole() -> None:
    held = claimed(encoded(OF_ROLE), region="us-east-1")

    assert held.claims == OF_ROLE
    session = held.session
    for name in ("policies", "policy_arns", "tags", "source_identity", "federated_provider", "chained"):
        assert getattr(session, name) == getattr(OF_ROLE, name)
    assert (session.transitive, session.region) == (frozenset({"team"}), "us-east-1")
    assert (session.issued_ms, session.expires_ms, session.of_root) == (1, 2, False)


def test_the_same_claims_are_one_session() -> None:
    """Policies that are made ready are found again by it."""
    again = claimed(encoded(OF_ROLE), region="us-east-1").session

    assert again is claimed(encoded(OF_ROLE), region="us-east-1").session
    assert again is not claimed(encoded(OF_ROLE), region="us-east-2").session


@pytest.mark.parametrize("raw", [b"", b"\x02" + encoded(OWN)[1:], b"\x01", b"\x01\xc0", b"\x01{}"])
def test_claims_of_another_release_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError):
        claimed(raw, region="us-east-1")


def test_a_role_s_session_is_its_role_as_it_is_now() -> None:
    renamed = msgspec.structs.replace(READER, name="writer")
    held = who(OF_ROLE, renamed)

    assert held is not None
    assert held.kind is PrincipalKind.ROLE_SESSION
    assert held.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/writer/job"
    assert held.user_id == held.unique_id == "AROAREADER:job"
    assert (held.issuer_arn, held.issuer_id) == (f"arn:aws:iam::{ACCOUNT}:role/x/writer", "AROAREADER")
    assert held.tags == (("a", "1"), ("team", "blue"))
    assert held.name is None


def test_who_is_gone_has_no_sessions() -> None:
    assert who(OF_ROLE, ANN) is None
    assert who(OWN, READER) is None
    assert who(FEDERATED) is None


def test_a_user_s_own_session_is_the_user() -> None:
    held = who(OWN, ANN)

    assert held is not None
    assert (held.kind, held.arn) == (PrincipalKind.USER, f"arn:aws:iam::{ACCOUNT}:user/ops/ann")
    assert (held.user_id, held.unique_id, held.name) == ("AIDAANN", "AIDAANN", "ann")
    assert held.tags == (("team", "red"),)


def test_a_federated_user_is_nobody_of_the_account() -> None:
    held = who(FEDERATED, ANN)

    assert held is not None
    assert held.arn == f"arn:aws:sts::{ACCOUNT}:federated-user/bob"
    assert (held.user_id, held.unique_id, held.name) == (f"{ACCOUNT}:bob", "", None)
    assert (held.issuer_arn, held.issuer_id) == (f"arn:aws:iam::{ACCOUNT}:user/ops/ann", "AIDAANN")
    assert held.tags == ()


@pytest.mark.parametrize("kind", [SessionKind.OWN, SessionKind.FEDERATED])
def test_the_root_user_s_sessions_say_so(kind: SessionKind) -> None:
    held = who(Claims(kind=kind, holder=ACCOUNT, name="bob", issued_ms=1, expires_ms=2))

    assert held is not None
    assert held.session is not None
    assert held.session.of_root
    assert held.kind is (PrincipalKind.ROOT if kind is SessionKind.OWN else PrincipalKind.FEDERATED_USER)


def test_another_account_s_root_user_is_nobody() -> None:
    assert who(Claims(kind=SessionKind.OWN, holder="210987654321", issued_ms=1, expires_ms=2)) is None


def test_session_tags_stand_over_the_role_s_in_any_case() -> None:
    assert tags_over([("Team", "red"), ("a", "1")], [("TEAM", "blue")]) == (("a", "1"), ("TEAM", "blue"))


def test_the_fullest_claims_fit_into_a_token() -> None:
    """Whatever may be passed leaves room for the longest names beside it."""
    policy = "{" + "x" * 2_000 + "}"
    tags: tuple[tuple[str, str], ...] = ()
    claims = Claims(
        kind=SessionKind.FEDERATED,
        holder="A" * 128,
        name="n" * 64,
        issued_ms=2**62,
        expires_ms=2**62,
        policies=(policy,),
        source_identity="s" * 64,
        federated_provider=f"arn:aws:iam::{ACCOUNT}:oidc-provider/" + "u" * 255,
        chained=True,
    )
    while packed_bytes(claims) <= PACKED_BYTES_MAX:
        fullest = claims
        tags = (*tags, (f"{len(tags):03}", "v" * 64))
        claims = msgspec.structs.replace(claims, tags=tags, transitive=tuple(key for key, _ in tags))

    assert PACKED_BYTES_MAX - 100 < packed_bytes(fullest) <= PACKED_BYTES_MAX
    assert len(encoded(fullest)) <= CLAIMS_BYTES_MAX
