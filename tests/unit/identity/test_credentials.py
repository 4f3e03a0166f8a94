"""From an access key to a principal and a signing key; one refusal for every way of not being known."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import NoReturn

import pytest
from msgspec import structs

from watchword.api.call import Place, Principal, PrincipalKind
from watchword.api.errors import UnrecognizedClientException
from watchword.custody.core import Keyring
from watchword.custody.master import Master
from watchword.identity.credentials import credentials
from watchword.identity.directory import Directory, founded
from watchword.identity.model import AccessKey, AccessKeyUse, Settings, User
from watchword.sigv4.key import SigningKey, derive
from watchword.sigv4.verify import Presented

ACCOUNT = "123456789012"
# AWS's own example key, published as such.
ACCESS_KEY_ID, SECRET_ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
CUSTODY = Keyring(
    Master(partition="aws", region="us-east-1", key=os.urandom(32), transport_private_key=os.urandom(32)),
    entropy=os.urandom,
)
HELD = AccessKey(
    access_key_id=ACCESS_KEY_ID,
    account=ACCOUNT,
    principal_arn=f"arn:aws:iam::{ACCOUNT}:root",
    user_id=ACCOUNT,
    sealed_secret=CUSTODY.seal_access_key(access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET_ACCESS_KEY),
    active=True,
)
PRESENTED = Presented(
    access_key_id=ACCESS_KEY_ID,
    day="20261121",
    region="us-east-1",
    service="secretsmanager",
    signed_headers=("host",),
    signature="0" * 64,
    timestamp="20261121T220000Z",
    time_ms=0,
)

PLACE = Place(
    partition="aws",
    region="us-east-1",
    dns_suffix="amazonaws.com",
    hosted_regions=("us-east-1",),
    control="us-east-1",
)


class NoSessions:
    """What opens no token: nobody is to ask for one."""

    @staticmethod
    def issue(*_: object, **__: object) -> NoReturn:
        raise AssertionError

    open = issue


@dataclass(frozen=True)
class Identity:
    """A Region's copy of identity, as values."""

    held: AccessKey | None
    known: Directory | None = None

    def access_key(self, access_key_id: str) -> AccessKey | None:
        return self.held if self.held and self.held.access_key_id == access_key_id else None

    def directory(self, account: str) -> Directory | None:
        return self.known

    glimpse = directory

    def rests_on(self, directory: Directory | None, principal: Principal) -> None:
        """Nothing is committed here."""

    def accounts(self) -> tuple[str, ...]:
        return (ACCOUNT,)

    def access_keys_of(self, account: str) -> tuple[AccessKey, ...]:
        return () if self.held is None else (self.held,)

    def access_key_use(self, account: str, access_key_id: str) -> AccessKeyUse | None:
        return None

    def sealed_credential(self, account: str, kind: str, credential_id: str) -> bytes | None:
        return None


class Keys:
    """Custody's signing keys in the verifier's type."""

    def signing_key(
        self, *, sealed: bytes, access_key_id: str, day: str, region: str, service: str
    ) -> SigningKey:
        return SigningKey(
            CUSTODY.signing_key(
                sealed=sealed, access_key_id=access_key_id, day=day, region=region, service=service
            )
        )


def test_an_access_key_stands_for_its_principal() -> None:
    known = credentials(PRESENTED, Identity(HELD), Keys(), NoSessions(), place=PLACE, now=0)

    assert known.principal == Principal(
        kind=PrincipalKind.ROOT,
        arn=f"arn:aws:iam::{ACCOUNT}:root",
        account=ACCOUNT,
        user_id=ACCOUNT,
        access_key_id=ACCESS_KEY_ID,
    )


@pytest.mark.parametrize(
    "presented",
    [
        PRESENTED,
        structs.replace(PRESENTED, region="us-east-2"),
        structs.replace(PRESENTED, service="kms", day="20261122"),
    ],
)
def test_the_signing_key_is_that_of_the_presented_scope(presented: Presented) -> None:
    known = credentials(presented, Identity(HELD), Keys(), NoSessions(), place=PLACE, now=0)

    expected = SigningKey(
        derive(SECRET_ACCESS_KEY, day=presented.day, region=presented.region, service=presented.service)
    )
    assert known.key.sign(b"text") == expected.sign(b"text")


USER = User(user_id="AIDAEXAMPLE", name="Ann", path="/ops/", created_ms=0, tags={"team": "red"})
KNOWN = founded(
    account=ACCOUNT, partition="aws", items=(Settings(created_ms=0), USER), now=0, entropy=os.urandom
)
USERS_KEY = replace(HELD, user_id=USER.user_id, principal_arn=f"arn:aws:iam::{ACCOUNT}:user/before/Ann")


def out_of_force(directory: Directory) -> Directory:
    return Directory(
        account=directory.account,
        partition=directory.partition,
        revision=directory.revision,
        content_id=directory.content_id,
        changed_ms=directory.changed_ms,
        in_force=False,
        items=directory.items,
    )


def test_a_users_access_key_stands_for_the_user_as_it_is_now() -> None:
    known = credentials(PRESENTED, Identity(USERS_KEY, KNOWN), Keys(), NoSessions(), place=PLACE, now=0)

    assert known.principal == Principal(
        kind=PrincipalKind.USER,
        arn=f"arn:aws:iam::{ACCOUNT}:user/ops/Ann",
        account=ACCOUNT,
        user_id=USER.user_id,
        access_key_id=ACCESS_KEY_ID,
        unique_id=USER.user_id,
        name="Ann",
        tags=(("team", "red"),),
    )


UNKNOWN = {
    "a key of a user who is gone": (PRESENTED, Identity(replace(USERS_KEY, user_id="AIDAGONE"), KNOWN)),
    "a user's key before its account's identity came": (PRESENTED, Identity(USERS_KEY)),
    "a root user's key where the Region is not enabled": (PRESENTED, Identity(HELD, out_of_force(KNOWN))),
    "a user's key where the Region is not enabled": (PRESENTED, Identity(USERS_KEY, out_of_force(KNOWN))),
    "an unknown access key": (PRESENTED, Identity(None)),
    "another access key": (structs.replace(PRESENTED, access_key_id="AKIAI44QH8DHBEXAMPLE"), Identity(HELD)),
    "an inactive access key": (PRESENTED, Identity(replace(HELD, active=False))),
    "a session token, which nobody was given": (
        structs.replace(PRESENTED, session_token="t"),
        Identity(HELD),
    ),
    "an empty session token": (structs.replace(PRESENTED, session_token=""), Identity(HELD)),
}


@pytest.mark.parametrize(("presented", "store"), UNKNOWN.values(), ids=UNKNOWN)
def test_whoever_is_not_known_hears_the_same(presented: Presented, store: Identity) -> None:
    """One text for all, so that nobody learns which access keys exist (facts A.1)."""
    with pytest.raises(UnrecognizedClientException) as refused:
        credentials(presented, store, Keys(), NoSessions(), place=PLACE, now=0)

    assert refused.value.message == "The security token included in the request is invalid."
