"""Temporary credentials, told with botocore against real processes: made in one Region and used in all.

One deployment for all stories, with an opt-in Region that its account has enabled.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from botocore.exceptions import ClientError
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, deployed, until, watchword
from tests.integration.identity import DENIED, Person, allow, deny, person, policy, refused

from watchword.api.http import HTTPRequest
from watchword.envelope.transport import CredentialKind
from watchword.identity.model import OptStatus
from watchword.identity.sessions import Claims, SessionKind, encoded
from watchword.identity.store import IdentityChanged
from watchword.server.home import open_home
from watchword.server.region import Region, Waker, close_trail, compose, now_ms, wake_path
from watchword.sigv4.sign import sign

CAPE_TOWN = "af-south-1"
REGIONS = (VIRGINIA, OHIO, CAPE_TOWN)
ACCOUNT = "123456789012"
READ = "secretsmanager:GetSecretValue"
INVALID, EXPIRED = "InvalidClientTokenId", "ExpiredToken"


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed(regions=REGIONS, workers=1) as running:
        # Those that every account has: nobody waits for the other one.
        running.regions = (VIRGINIA, OHIO)
        yield running


@pytest.fixture
def enabled(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    opt(deployment, monkeypatch, OptStatus.ENABLING)
    root = partial(is_let_in, root_session(deployment), deployment)
    until(lambda: root(CAPE_TOWN), what="the opt-in Region is enabled")


@contextmanager
def control(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[Region]:
    """The control Region, as one more process of it."""
    monkeypatch.chdir(deployment.home)
    home = open_home(deployment.home)
    settings = home.region(VIRGINIA)
    region = compose(home, settings, process="test", committed=Waker(wake_path(settings)))
    try:
        yield region
    finally:
        close_trail(region)
        region.stores.close()


def opt(deployment: Deployment, monkeypatch: pytest.MonkeyPatch, status: OptStatus) -> None:
    """What EnableRegion and DisableRegion stage."""
    with control(deployment, monkeypatch) as region:
        unit = region.stores.unit()
        before = unit.directory(ACCOUNT)
        assert before is not None
        settings = msgspec.structs.replace(before.settings, regions={CAPE_TOWN: status})
        after = before.changed(save=(settings,), now=now_ms(), entropy=lambda size: bytes(size))
        unit.stage(IdentityChanged(before=before, after=after))
        unit.commit(())


def client(held: dict[str, Any], deployment: Deployment, region: str, service: str = "secretsmanager") -> Any:
    return deployment.client(
        region,
        service=service,
        aws_access_key_id=held["AccessKeyId"],
        aws_secret_access_key=held["SecretAccessKey"],
        aws_session_token=held["SessionToken"],
    )


def verdict(held: dict[str, Any], deployment: Deployment, region: str) -> str:
    return refused(client(held, deployment, region, "sts").get_caller_identity)


def is_let_in(held: dict[str, Any], deployment: Deployment, region: str) -> bool:
    return verdict(held, deployment, region) == ""


def is_invalid(held: dict[str, Any], deployment: Deployment, region: str) -> bool:
    return verdict(held, deployment, region) == INVALID


def answers(code: str, call: Any, **members: Any) -> bool:
    """Whether a call is refused with this code; with none, whether it is answered."""
    return refused(call, **members) == code


def root_session(deployment: Deployment) -> dict[str, Any]:
    held: dict[str, Any] = deployment.client(VIRGINIA, service="sts").get_session_token()["Credentials"]
    return held


def role(deployment: Deployment, name: str, trusted: str, *statements: dict[str, Any], **made: Any) -> str:
    """A role that trusts a user or role of the account."""
    iam = deployment.client(VIRGINIA, service="iam")
    trust = policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:{trusted}"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
        }
    )
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **made)["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
    return arn


def assume(sts: Any, arn: str, **more: Any) -> dict[str, Any]:
    """Assume a role, as soon as the Region that is asked knows it."""
    got: list[dict[str, Any]] = []

    def is_assumed() -> bool:
        try:
            got.append(sts.assume_role(RoleArn=arn, RoleSessionName="story", **more)["Credentials"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
        return bool(got)

    until(is_assumed, what=f"{arn} is assumed")
    return got[0]


def secret(deployment: Deployment, name: str) -> None:
    made = deployment.client(VIRGINIA)
    made.create_secret(Name=name, SecretString="value", AddReplicaRegions=[{"Region": OHIO}])
    deployment.until_in_sync(name)


def test_a_chain_of_roles_reads_in_every_region(deployment: Deployment) -> None:
    secret(deployment, "chain")
    ann = person(deployment, "chain-ann")
    first = role(deployment, "chain-first", "user/chain-ann", MaxSessionDuration=7200)
    red = {"aws:PrincipalTag/team": "red"}
    second = role(deployment, "chain-second", "role/chain-first", allow(READ, StringEquals=red))
    tags = [{"Key": "team", "Value": "red"}]

    one = assume(ann.client(OHIO, "sts"), first, Tags=tags, TransitiveTagKeys=["team"], DurationSeconds=7200)
    two = assume(client(one, deployment, VIRGINIA, "sts"), second)

    for region in (VIRGINIA, OHIO):
        who = client(two, deployment, region, "sts").get_caller_identity()
        assert who["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/chain-second/story"
        read = partial(client(two, deployment, region).get_secret_value, SecretId="chain")
        until(partial(answers, "", read), what="the role's policy is known")
        assert read()["SecretString"] == "value"
    longer = client(one, deployment, OHIO, "sts").assume_role
    asked = {"RoleArn": second, "RoleSessionName": "x1", "DurationSeconds": 3601}
    assert refused(longer, **asked) == "ValidationError"


def test_a_token_is_good_while_the_region_that_issued_it_is_gone(deployment: Deployment) -> None:
    held: dict[str, Any] = deployment.client(OHIO, service="sts").get_session_token()["Credentials"]
    deployment.stop(OHIO)
    try:
        assert is_let_in(held, deployment, VIRGINIA)
    finally:
        deployment.start(OHIO)


def test_a_token_of_a_disabled_region_is_refused(
    deployment: Deployment, enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: dict[str, Any] = deployment.client(CAPE_TOWN, service="sts").get_session_token()["Credentials"]
    until(lambda: is_let_in(held, deployment, OHIO), what="the token is good elsewhere")

    opt(deployment, monkeypatch, OptStatus.DISABLING)

    for region in REGIONS:
        until(partial(is_invalid, held, deployment, region), what="it is refused")


def test_an_expired_token_is_refused_as_expired(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shortest session lasts 15 minutes, so this one is issued as the Region would have, a while ago."""
    with control(deployment, monkeypatch) as region:
        store = region.stores.unit()
        directory = store.directory(ACCOUNT)
        assert directory is not None
        key_id = directory.settings.session_keys[0].key_id
        sealed = store.sealed_credential(ACCOUNT, CredentialKind.SESSION_KEY, key_id)
        assert sealed is not None
        claims = Claims(
            kind=SessionKind.OWN, holder=ACCOUNT, issued_ms=now_ms() - 10_000, expires_ms=now_ms() - 1
        )
        issued = region.sessions.issue(sealed, account=ACCOUNT, key_id=key_id, claims=encoded(claims))
    held = {
        "AccessKeyId": issued.access_key_id,
        "SecretAccessKey": issued.secret_access_key,
        "SessionToken": issued.token,
    }

    assert [verdict(held, deployment, region) for region in (VIRGINIA, OHIO)] == [EXPIRED, EXPIRED]
    assert refused(client(held, deployment, OHIO).list_secrets) == "ExpiredTokenException"


@pytest.mark.parametrize(("minutes", "code"), [(4, ""), (6, "SignatureDoesNotMatch")])
@pytest.mark.parametrize("way", [-1, 1], ids=["behind", "ahead"])
def test_a_client_s_clock_may_be_five_minutes_off(
    deployment: Deployment, minutes: int, code: str, way: int
) -> None:
    held = root_session(deployment)
    host = deployment.endpoint(OHIO, door=False).removeprefix("http://")
    request = HTTPRequest(
        method="POST",
        target="/",
        headers=(
            ("host", host),
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-amz-security-token", held["SessionToken"]),
        ),
        body=urlencode({"Action": "GetCallerIdentity", "Version": "2011-06-15"}).encode(),
        source="",
    )
    signed = sign(
        request,
        access_key_id=held["AccessKeyId"],
        secret_access_key=held["SecretAccessKey"],
        region=OHIO,
        service="sts",
        now=now_ms() + way * minutes * 60_000,
    )
    with closing(http.client.HTTPConnection(host, timeout=10)) as connection:
        connection.request("POST", "/", body=signed.body, headers=dict(signed.headers))
        answer = connection.getresponse()
        body = answer.read().decode()

    assert answer.status == (403 if code else 200), body
    assert code in body


def test_the_keys_of_a_user_rotate_without_a_pause(deployment: Deployment) -> None:
    before = person(deployment, "rotating", allow("sts:GetAccessKeyInfo"))
    iam = deployment.client(OHIO, service="iam")

    key = iam.create_access_key(UserName="rotating")["AccessKey"]
    after = Person(
        deployment=deployment,
        name="rotating",
        access_key_id=key["AccessKeyId"],
        secret_access_key=key["SecretAccessKey"],
    )
    for region in (VIRGINIA, OHIO):
        sts = after.client(region, "sts")
        until(partial(answers, "", sts.get_caller_identity), what="the new key is known")
    own = after.client(OHIO, "sts").get_session_token()["Credentials"]
    iam.update_access_key(UserName="rotating", AccessKeyId=before.access_key_id, Status="Inactive")

    for region in (VIRGINIA, OHIO):
        sts = before.client(region, "sts")
        until(partial(answers, INVALID, sts.get_caller_identity), what="the old key ends")
        assert is_let_in(own, deployment, region)


def test_a_deleted_role_ends_its_sessions(deployment: Deployment) -> None:
    ann = person(deployment, "deleted-ann")
    arn = role(deployment, "deleted", "user/deleted-ann")
    held = assume(ann.client(OHIO, "sts"), arn)
    assert is_let_in(held, deployment, VIRGINIA)

    deployment.client(OHIO, service="iam").delete_role(RoleName="deleted")

    for region in (VIRGINIA, OHIO):
        until(partial(is_invalid, held, deployment, region), what="its sessions end")


def test_a_policy_revokes_the_sessions_of_before(deployment: Deployment) -> None:
    """As IAM's console does it. Source: IAM User Guide, Revoke IAM role temporary security credentials."""
    ann = person(deployment, "revoked-ann")
    arn = role(deployment, "revoked", "user/revoked-ann", allow("secretsmanager:ListSecrets"))
    held = assume(ann.client(VIRGINIA, "sts"), arn)
    until(lambda: refused(client(held, deployment, OHIO).list_secrets) == "", what="the role may list")
    time.sleep(1.1)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    revoke = deny("*", DateLessThan={"aws:TokenIssueTime": now})
    deployment.client(OHIO, service="iam").put_role_policy(
        RoleName="revoked", PolicyName="revoke", PolicyDocument=policy(revoke)
    )

    for region in (VIRGINIA, OHIO):
        listing = client(held, deployment, region).list_secrets
        until(partial(answers, DENIED, listing), what="the session is revoked")
    again = assume(ann.client(VIRGINIA, "sts"), arn)
    assert refused(client(again, deployment, OHIO).list_secrets) == ""


def test_an_operator_renews_the_session_key(deployment: Deployment) -> None:
    held = root_session(deployment)

    def renew(*more: str) -> str:
        home = ("--home", str(deployment.home))
        ended = watchword("account", "renew-sessions", ACCOUNT, *home, *more)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    assert renew() == f"{ACCOUNT} has another session key; its sessions go on until they expire\n"
    fresh = root_session(deployment)
    for region in (VIRGINIA, OHIO):
        assert is_let_in(held, deployment, region)
        assert is_let_in(fresh, deployment, region)
    assert renew("--end-old") == f"{ACCOUNT} has another session key, and none of its sessions is left\n"
    for region in (VIRGINIA, OHIO):
        until(partial(is_invalid, held, deployment, region), what="its sessions end")
    again = root_session(deployment)
    until(lambda: is_let_in(again, deployment, OHIO), what="a new session is good everywhere")


def test_no_secret_or_token_of_a_session_is_left_in_a_file(deployment: Deployment) -> None:
    held = root_session(deployment)
    for region in (VIRGINIA, OHIO):
        assert is_let_in(held, deployment, region)
        refused(client(held, deployment, region).get_secret_value, SecretId="none")

    files = [path for path in deployment.home.rglob("*") if path.is_file()]
    files += [deployment.out, deployment.err]

    def holds(path: Path, canary: str) -> bool:
        return canary.encode() in path.read_bytes()

    events = [path for path in files if "trail" in path.parts and holds(path, held["AccessKeyId"])]
    assert events, "a harness that looks into the right files finds the access key id"
    assert json.loads(events[0].read_bytes().splitlines()[0])
    for canary in (held["SecretAccessKey"], held["SessionToken"]):
        assert [path for path in files if holds(path, canary)] == []
