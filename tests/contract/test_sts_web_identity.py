"""AssumeRoleWithWebIdentity: a token of a provider is what proves who asks, and the trust policy decides on its claims."""

from __future__ import annotations

import base64
import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from tests.contract.people import Lent, add_role, change, role_arn, statement
from tests.contract.region import ACCOUNT, START_MS, Answer, Region

from watchword.api.http import HTTPRequest
from watchword.identity.model import OIDCProvider
from watchword.identity.web_identity import ProviderUnreachable
from watchword.server import provider_keys
from watchword.server.deployment import OIDCSettings
from watchword.server.provider_keys import ConfiguredProviders

ISSUER = "https://idp.example/tenant"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example/tenant"
NOW_S = START_MS // 1000


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def key_set(*names: str) -> bytes:
    keys = []
    for name in names:
        public = key(name).public_key().public_numbers()
        keys.append({"kty": "RSA", "kid": name, "n": number(public.n), "e": number(public.e)})
    return json.dumps({"keys": keys}).encode()


def token(name: str = "k1", **claims: Any) -> str:
    said = {
        "iss": ISSUER,
        "sub": "system:serviceaccount:prod:app",
        "aud": "sts.amazonaws.com",
        "iat": NOW_S,
        "exp": NOW_S + 600,
        **claims,
    }
    said = {claim: value for claim, value in said.items() if value is not None}
    head, body = ({"alg": "RS256", "kid": name}, said)
    text = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(body).encode())}"
    return f"{text}.{b64(key(name).sign(text.encode(), padding.PKCS1v15(), SHA256()))}"


def trust(*, actions: tuple[str, ...] = ("sts:AssumeRoleWithWebIdentity",), **condition: Any) -> str:
    one: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": list(actions),
        "Condition": condition or {"StringEquals": {"idp.example/tenant:aud": "sts.amazonaws.com"}},
    }
    return statement(one)


def ask(region: Region, web_token: str, *, role: str = "app", **fields: str) -> Answer:
    """Nobody signs it."""
    form = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": role_arn(role),
        "RoleSessionName": "pod-1",
        "WebIdentityToken": web_token,
        **fields,
    }
    request = HTTPRequest(
        method="POST",
        target="/",
        headers=(
            ("host", f"sts.{region.name}.amazonaws.com"),
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
        ),
        body=urlencode(form).encode(),
        source="192.0.2.8",
    )
    return region.send(request)


@pytest.fixture
def idp(region: Region) -> Region:
    """A Region that has the provider's keys in a file, and an account that trusts it."""
    (region.path.parent / "keys.json").write_bytes(key_set("k1"))
    region.oidc = (OIDCSettings(issuer=ISSUER, jwks="keys.json"),)
    region.compose()
    change(region, OIDCProvider(url="idp.example/tenant", created_ms=0, client_ids=("sts.amazonaws.com",)))
    return region


def test_a_token_gets_a_session_of_a_role_that_trusts_its_provider(idp: Region) -> None:
    may_list = statement({"Effect": "Allow", "Action": "secretsmanager:ListSecrets", "Resource": "*"})
    add_role(idp, "app", trust=trust(), policy=may_list)

    answer = ask(idp, token())

    session = Lent.of(answer)
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/pod-1"
    assert session.call(idp, "GetCallerIdentity").text(".//Arn") == arn
    assert session.ask(idp, "ListSecrets").status == 200
    assert answer.text(".//SubjectFromWebIdentityToken") == "system:serviceaccount:prod:app"
    assert answer.text(".//Provider") == PROVIDER
    assert answer.text(".//Audience") == "sts.amazonaws.com"


CONDITIONS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "sub": (
        {"StringLike": {"idp.example/tenant:sub": "system:serviceaccount:prod:*"}},
        {},
        {"sub": "system:serviceaccount:test:app"},
    ),
    "amr": (
        {"ForAnyValue:StringEquals": {"idp.example/tenant:amr": "mfa"}},
        {"amr": ["pwd", "mfa"]},
        {"amr": ["pwd"]},
    ),
    "aws:FederatedProvider": (
        {"StringEquals": {"aws:FederatedProvider": PROVIDER, "idp.example/tenant:sub": "a"}},
        {"sub": "a"},
        {"sub": "b"},
    ),
}


@pytest.mark.parametrize(("condition", "good", "bad"), CONDITIONS.values(), ids=CONDITIONS)
def test_the_trust_policy_decides_on_the_token_s_claims(
    idp: Region, condition: dict[str, Any], good: dict[str, Any], bad: dict[str, Any]
) -> None:
    add_role(idp, "app", trust=trust(**condition))

    assert ask(idp, token(**good)).status == 200

    text = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    assert ask(idp, token(**bad)).query_refusal == (403, "AccessDenied", text)
    assert ask(idp, token(**good), role="none").query_refusal == (403, "AccessDenied", text)


def test_a_role_that_trusts_everybody_has_not_chosen_a_provider(idp: Region) -> None:
    add_role(idp, "app", trust=statement({"Effect": "Allow", "Principal": "*", "Action": "*"}))

    assert ask(idp, token()).query_refusal[1] == "AccessDenied"


INVALID, REJECTED, EXPIRED = "InvalidIdentityToken", "IDPRejectedClaim", "ExpiredTokenException"
REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "over": ({"exp": NOW_S}, 400, EXPIRED),
    "without an end": ({"exp": None}, 400, INVALID),
    "of tomorrow": ({"iat": NOW_S + 301}, 400, INVALID),
    "for somebody else": ({"aud": "other"}, 400, INVALID),
    "for nobody": ({"aud": None}, 400, INVALID),
    "about nobody": ({"sub": None}, 400, INVALID),
    "of another issuer": ({"iss": "https://other.example"}, 400, INVALID),
    "of no issuer": ({"iss": None}, 400, INVALID),
    "whose end is no time": ({"exp": True}, 403, REJECTED),
    "whose tags are none": ({"https://aws.amazon.com/tags": []}, 403, REJECTED),
    "whose source identity is AWS's": ({"https://aws.amazon.com/source_identity": "aws:x"}, 403, REJECTED),
    "by a party that is none of the provider's": ({"azp": "other"}, 400, INVALID),
}


@pytest.mark.parametrize(("claims", "status", "code"), REFUSED.values(), ids=REFUSED)
def test_a_token_that_proves_nothing_is_refused(
    idp: Region, claims: dict[str, Any], status: int, code: str
) -> None:
    add_role(idp, "app", trust=trust())

    assert ask(idp, token(**claims)).query_refusal[:2] == (status, code)


def test_a_key_that_the_provider_does_not_have_is_refused(idp: Region) -> None:
    add_role(idp, "app", trust=trust())

    head, body, _ = token().split(".")
    forged = f"{head}.{body}.{token('k2').split('.')[2]}"
    for one in (token("k2"), forged, "none", "a.b.c"):
        assert ask(idp, one).query_refusal[:2] == (400, INVALID)


def test_tags_and_source_identity_of_a_token_need_the_role_s_permission(idp: Region) -> None:
    claims: dict[str, Any] = {
        "https://aws.amazon.com/tags": {
            "principal_tags": {"team": ["red"]},
            "transitive_tag_keys": ["team"],
        },
        "https://aws.amazon.com/source_identity": "ann",
    }
    by_tag = statement(
        {
            "Effect": "Allow",
            "Action": "secretsmanager:ListSecrets",
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    "aws:PrincipalTag/team": "red",
                    "aws:SourceIdentity": "ann",
                    "aws:FederatedProvider": PROVIDER,
                }
            },
        }
    )
    add_role(idp, "app", trust=trust(actions=("sts:*",)), policy=by_tag)
    add_role(idp, "plain", trust=trust())

    assert Lent.of(ask(idp, token(**claims))).ask(idp, "ListSecrets").status == 200
    assert ask(idp, token(**claims), role="plain").query_refusal == (
        403,
        "AccessDenied",
        "Not authorized to perform sts:TagSession",
    )


def test_what_can_t_be_passed_to_a_session_is_refused(idp: Region) -> None:
    add_role(idp, "app", trust=trust(actions=("sts:*",)))
    tags = {f"{n:03}".ljust(100, "k"): ["v" * 200] for n in range(40)}
    claims: dict[str, Any] = {"https://aws.amazon.com/tags": {"principal_tags": tags}}
    many = token(**claims)

    assert ask(idp, token(), Policy="{").query_refusal[:2] == (400, "MalformedPolicyDocument")
    assert ask(idp, many).query_refusal[:2] == (400, "PackedPolicyTooLarge")


def test_the_trail_names_provider_and_subject_and_holds_no_token(idp: Region) -> None:
    add_role(idp, "app", trust=trust())
    web_token = token()
    session = Lent.of(ask(idp, web_token))

    event = idp.events()[-1]

    assert event["userIdentity"] == {
        "type": "WebIdentityUser",
        "principalId": f"{PROVIDER}:sts.amazonaws.com:system:serviceaccount:prod:app",
        "userName": "system:serviceaccount:prod:app",
        "identityProvider": PROVIDER,
    }
    assert event["recipientAccountId"] == ACCOUNT
    left = json.dumps(idp.events()).encode() + idp.everything_on_disk()
    for secret in (web_token, session.token, session.secret_access_key):
        assert secret.encode() not in left


def test_of_unproven_tokens_ten_a_second_leave_an_event(idp: Region) -> None:
    idp.forget_events()

    for _ in range(30):
        ask(idp, "a.b.c")

    assert 0 < len(idp.events()) <= 10


class Provider:
    """An identity provider's key set over HTTP, on loopback."""

    def __init__(self) -> None:
        self.keys = key_set("k1")
        self.status = 200
        self.asked = 0
        self.url = ""


@contextmanager
def serving() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked += 1
            self.send_response(provider.status)
            self.end_headers()
            self.wfile.write(provider.keys)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    provider.url = f"http://127.0.0.1:{server.server_port}/keys"
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_keys_are_fetched_once_and_a_provider_that_is_gone_is_said(idp: Region) -> None:
    add_role(idp, "app", trust=trust())
    with serving() as provider:
        idp.oidc = (OIDCSettings(issuer=ISSUER, jwks=provider.url),)
        idp.compose()
        for _ in range(3):
            assert ask(idp, token()).status == 200
        for _ in range(3):
            # A key that nobody has: fetched for at most every ten seconds.
            assert ask(idp, token("k2")).query_refusal[:2] == (400, INVALID)
        assert provider.asked == 1
        provider.status = 500
        idp.compose()
        assert ask(idp, token()).query_refusal[:2] == (400, "IDPCommunicationError")
    idp.compose()
    assert ask(idp, token()).query_refusal[:2] == (400, "IDPCommunicationError")


def test_keys_change_with_the_provider_and_outlive_it_for_a_day(region: Region) -> None:
    path = region.path.parent / "keys.json"
    path.write_bytes(key_set("k1"))
    now = [1_000.0]
    held = ConfiguredProviders(
        (OIDCSettings(issuer=ISSUER, jwks="keys.json"),), home=path.parent, monotonic=lambda: now[0]
    )

    def ids(key_id: str) -> list[str]:
        return [one.key_id for one in held.keys_of(ISSUER, key_id=key_id) or ()]

    assert ids("k1") == ["k1"]
    path.write_bytes(key_set("k1", "k2"))
    assert ids("k2") == ["k1"]
    now[0] += provider_keys.AGAIN_S
    assert ids("k2") == ["k1", "k2"]
    path.write_bytes(b"damaged")
    now[0] += provider_keys.STALE_S - 1
    assert ids("k2") == ["k1", "k2"]
    now[0] += provider_keys.AGAIN_S
    with pytest.raises(ProviderUnreachable):
        ids("k2")
    assert held.keys_of("https://other.example", key_id="k1") is None


def test_a_provider_that_hangs_holds_one_thread_and_nobody_for_longer_than_its_deadline(
    idp: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_keys, "DEADLINE_S", 0.2)
    add_role(idp, "app", trust=trust())
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/keys"
        idp.oidc = (OIDCSettings(issuer=ISSUER, jwks=url),)
        idp.compose()
        began = time.monotonic()
        for _ in range(3):
            assert ask(idp, token()).query_refusal[:2] == (400, "IDPCommunicationError")

        assert time.monotonic() - began < 5
