"""Sessions among a deployment's Regions: opened once, and issued only where others can tell whose they are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from watchword.custody.core import Keyring
from watchword.custody.credentials import Credentials
from watchword.custody.master import Master
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.session import Issued, Opened
from watchword.identity.custody import Session, Sessions
from watchword.keys.custody import KeyUnavailable
from watchword.server.deployment import ACCOUNT_DEFAULT, planned
from watchword.server.sessions import CustodySessions, issuers_of
from watchword.sigv4.key import SigningKey, derive

REGION = "us-east-1"


class Counting(Credentials):
    """Custody that counts how often a token was opened."""

    opened = 0

    def open_session(
        self,
        session_key: bytes,
        *,
        account: str,
        token: str,
        access_key_id: str,
        day: str,
        region: str,
        service: str,
        issuers: Mapping[str, bytes],
    ) -> Opened:
        self.opened += 1
        return super().open_session(
            session_key,
            account=account,
            token=token,
            access_key_id=access_key_id,
            day=day,
            region=region,
            service=service,
            issuers=issuers,
        )


KEYS = Keyring(
    Master(partition="aws", region=REGION, key=os.urandom(32), transport_private_key=os.urandom(32)),
    entropy=os.urandom,
)
SESSION_KEY = KEYS.credentials.make_session_key(account=ACCOUNT_DEFAULT, key_id="k1")


def custody() -> Counting:
    return Counting(
        partition="aws",
        region=REGION,
        transport_private_key=os.urandom(32),
        wrapped=KEYS._wrap,
        unwrapped=KEYS._opened,
        entropy=os.urandom,
    )


def sessions(held: Counting, *, sessions_max: int = 10) -> CustodySessions:
    return CustodySessions(
        held, region=REGION, issuers={REGION: held.issuer_key()}, sessions_max=sessions_max
    )


def issued(held: Sessions) -> Issued:
    return held.issue(SESSION_KEY, account=ACCOUNT_DEFAULT, key_id="k1", claims=b"claims")


def opened(
    held: Sessions, made: Issued, *, token: str | None = None, day: str = "20261122", region: str = REGION
) -> Session:
    return held.open(
        SESSION_KEY,
        account=ACCOUNT_DEFAULT,
        token=made.token if token is None else token,
        access_key_id=made.access_key_id,
        day=day,
        region=region,
        service="kms",
    )


def test_a_session_verifies_what_its_secret_signed() -> None:
    held = sessions(custody())
    made = issued(held)

    session = opened(held, made)

    key = SigningKey(derive(made.secret_access_key, day="20261122", region=REGION, service="kms"))
    assert session.key.sign(b"x") == key.sign(b"x")
    assert (session.claims, session.region) == (b"claims", REGION)
    assert "claims=" not in repr(session)


def test_a_session_is_opened_once_for_each_day_and_region() -> None:
    counting = custody()
    held = sessions(counting)
    made = issued(held)

    assert opened(held, made) is opened(held, made)
    assert counting.opened == 1
    opened(held, made, day="20261123")
    opened(held, made, region="us-east-2")
    assert counting.opened == 3


def test_a_token_that_is_none_is_refused_each_time_whatever_is_kept() -> None:
    counting = custody()
    held = sessions(counting)
    made = issued(held)
    opened(held, made)

    for token in (made.token[:-1], made.token + "A", "", "\ud800"):
        for _ in range(2):
            with pytest.raises(EnvelopeRefused):
                opened(held, made, token=token)
    other = issued(held)
    with pytest.raises(EnvelopeRefused):
        opened(held, replace(made, access_key_id=other.access_key_id))


def test_what_is_kept_is_bounded() -> None:
    counting = custody()
    held = sessions(counting, sessions_max=2)
    made = [issued(held) for _ in range(3)]
    for one in made:
        opened(held, one)

    opened(held, made[2])
    assert counting.opened == 3
    opened(held, made[0])
    assert counting.opened == 4


def test_a_region_without_a_signing_key_in_the_deployment_issues_nothing_and_says_why() -> None:
    held = CustodySessions(custody(), region=REGION, issuers={})

    with pytest.raises(KeyUnavailable) as refused:
        issued(held)

    assert "watchword.toml lacks the `signing_key` of `us-east-1`" in str(refused.value)


def test_sessions_of_another_partition_do_not_count() -> None:
    deployment = planned(
        home=Path("/srv/watchword"),
        deployment_id="d1",
        regions=("us-east-1", "us-east-2", "us-west-2", "cn-north-1"),
        account_id=ACCOUNT_DEFAULT,
        port=7700,
        workers=1,
    )
    one, two, bare, china = deployment.regions
    regions = (
        replace(one, signing_key=b"1" * 32),
        replace(two, signing_key=b"2" * 32),
        bare,
        replace(china, signing_key=b"3" * 32),
    )
    deployment = replace(deployment, regions=regions)

    assert issuers_of(deployment, partition="aws") == {"us-east-1": b"1" * 32, "us-east-2": b"2" * 32}
    assert issuers_of(deployment, partition="aws-cn") == {"cn-north-1": b"3" * 32}
