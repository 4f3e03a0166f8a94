"""SigV4 against botocore's own signers: what they sign is accepted here, and one change of it is not.

botocore is the other implementation; nothing of ours takes part in signing. Where it and the documentation
differ, the strategies keep to the documentation: queries in their normal spelling (botocore signs any other
as it stands), blanks of ASCII only (botocore also collapses Unicode's).
"""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import quote, urlsplit

import botocore.session
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from watchword.api.errors import ApiError
from watchword.api.http import HTTPRequest
from watchword.sigv4.key import SigningKey, derive
from watchword.sigv4.sign import presign, sign
from watchword.sigv4.verify import Presented, check_scope, check_signature, check_time, present

KEY_ID = "AKIAEXAMPLE000000001"
SECRET = "an/example+of forty characters, no more."
REGION = "eu-central-1"
HOPS = frozenset({"content-length"})
"""What botocore's transport adds after signing."""


def on_the_wire(prepared: Any) -> HTTPRequest:
    """What a server reads of a prepared botocore request: latin-1 text of the bytes sent."""
    url = urlsplit(prepared.url)
    named = {str(name).lower() for name in prepared.headers}
    headers = [] if "host" in named else [("host", url.netloc.lower())]
    for name, value in prepared.headers.items():
        raw = value if isinstance(value, bytes) else str(value).encode()
        headers.append((str(name).lower(), raw.decode("latin-1").strip(" \t")))
    body = prepared.body or b""
    return HTTPRequest(
        method=prepared.method,
        target=(url.path or "/") + (f"?{url.query}" if url.query else ""),
        headers=tuple(headers),
        body=body.encode() if isinstance(body, str) else bytes(body),
        source="127.0.0.1",
        secure=url.scheme == "https",
    )


def verify(request: HTTPRequest, *, service: str = "secretsmanager", region: str = REGION) -> Presented:
    presented = present(request)
    check_scope(presented, region=region, service=service)
    check_time(presented, now=presented.time_ms)
    derived = derive(SECRET, day=presented.day, region=presented.region, service=presented.service)
    check_signature(presented, request, key=SigningKey(derived))
    return presented


# What may stand in a path on the wire, odd pieces more often than plain ones.
PATHS = st.lists(
    st.sampled_from(
        [
            "/",
            "//",
            "/.",
            "/..",
            "/../",
            "a",
            "B",
            "0",
            "-",
            "_",
            ".",
            "~",
            "%2F",
            "%2f",
            "%20",
            "%25",
            "%C3%A9",
            "%2e",
            *"!$&'()*+,;=:@",
        ]
    ),
    max_size=10,
).map(lambda pieces: "/" + "".join(pieces))
# Text that survives a URL: no lone surrogates.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=5)


def spelled(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)


QUERIES = PAIRS.map(lambda pairs: spelled([(f"p{name}", value) for name, value in pairs]))
VALUES = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"])
    | st.sampled_from("  \t"),
    max_size=12,
)
# Names of each length sort among the others; a name twice is joined.
HEADERS = st.lists(
    st.tuples(st.sampled_from(["X-A", "x-a-b", "X-Amz-Meta", "a", "Zz", "content-type"]), VALUES),
    max_size=6,
    unique_by=lambda pair: pair[0],
)
BODIES = st.one_of(st.just(b""), st.binary(max_size=80), st.just(b'{"SecretId": "db"}'))
TOKENS = st.sampled_from([None, "a/session+token=="])
HOSTS = st.sampled_from(
    [
        "http://127.0.0.1:7701",
        "https://secretsmanager.eu-central-1.example",
        "http://Localhost",
        "http://[::1]:7701",
    ]
)
METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE"])


def botocore_request(method: str, url: str, headers: list[tuple[str, str]], body: bytes) -> AWSRequest:
    request = AWSRequest(method=method, url=url, data=body)
    for name, value in headers:
        request.headers[name] = value
    return request


def change_one(request: HTTPRequest, presented: Presented, *, seed: int) -> HTTPRequest:
    """Change one thing that is signed, so that it means something else."""
    rng = random.Random(seed)
    signed = [index for index, (name, _) in enumerate(request.headers) if name in presented.signed_headers]
    kind = rng.choice(["method", "path", "query", "body", "header", "header", "remove"])
    if kind == "method":
        return replace(request, method="PATCH")
    if kind == "path":
        path, mark, query = request.target.partition("?")
        return replace(request, target=f"{path}{'x' if path.endswith('/') else '/x'}{mark}{query}")
    if kind == "query":
        return replace(request, target=f"{request.target}{'&' if '?' in request.target else '?'}extra=1")
    if kind == "body":
        flipped = bytes([request.body[0] ^ 1]) + request.body[1:] if request.body else b"x"
        return replace(request, body=flipped)
    place = rng.choice(signed)
    headers = list(request.headers)
    if kind == "remove":
        del headers[place]
    else:
        headers[place] = (headers[place][0], headers[place][1] + "x")
    return replace(request, headers=tuple(headers))


@settings(max_examples=250, deadline=None)
@given(
    method=METHODS,
    host=HOSTS,
    path=PATHS,
    query=QUERIES,
    headers=HEADERS,
    body=BODIES,
    token=TOKENS,
    seed=st.integers(),
)
def test_what_botocore_signs_in_the_header_is_accepted(
    method: str,
    host: str,
    path: str,
    query: str,
    headers: list[tuple[str, str]],
    body: bytes,
    token: str | None,
    seed: int,
) -> None:
    request = botocore_request(method, f"{host}{path}{'?' if query else ''}{query}", headers, body)
    SigV4Auth(Credentials(KEY_ID, SECRET, token), "secretsmanager", REGION).add_auth(request)
    wire = on_the_wire(request.prepare())

    presented = verify(wire)

    assert presented.access_key_id == KEY_ID
    assert presented.session_token == token
    with pytest.raises(ApiError):
        verify(change_one(wire, presented, seed=seed))


@settings(max_examples=250, deadline=None)
@given(
    host=HOSTS,
    path=PATHS,
    query=QUERIES,
    headers=HEADERS,
    token=TOKENS,
    expires=st.integers(1, 604_800),
    seed=st.integers(),
)
def test_what_botocore_presigns_is_accepted(
    host: str,
    path: str,
    query: str,
    headers: list[tuple[str, str]],
    token: str | None,
    expires: int,
    seed: int,
) -> None:
    request = botocore_request("GET", f"{host}{path}{'?' if query else ''}{query}", headers, b"")
    SigV4QueryAuth(Credentials(KEY_ID, SECRET, token), "sts", REGION, expires=expires).add_auth(request)
    wire = on_the_wire(request.prepare())

    presented = verify(wire, service="sts")

    assert presented.expires_seconds == expires
    assert presented.session_token == token
    with pytest.raises(ApiError):
        verify(change_one(wire, presented, seed=seed), service="sts")


@settings(max_examples=100, deadline=None)
@given(pairs=st.dictionaries(TEXT.map(lambda text: f"p{text}"), TEXT, max_size=5))
def test_parameters_that_botocore_spells_in_two_ways_are_accepted(pairs: dict[str, str]) -> None:
    """botocore signs a blank in `params` as `%20` and sends it as `+`."""
    request = AWSRequest(method="GET", url="http://127.0.0.1:7701/", params=dict(pairs))
    SigV4Auth(Credentials(KEY_ID, SECRET), "sts", REGION).add_auth(request)
    prepared = AWSRequest(
        method="GET", url="http://127.0.0.1:7701/", params=dict(pairs), headers=dict(request.headers)
    ).prepare()

    verify(on_the_wire(prepared), service="sts")


@settings(max_examples=60, deadline=None)
@given(method=METHODS, path=PATHS, query=QUERIES, headers=HEADERS, body=BODIES, token=TOKENS)
def test_our_signature_is_the_one_that_botocore_makes(
    method: str, path: str, query: str, headers: list[tuple[str, str]], body: bytes, token: str | None
) -> None:
    request = botocore_request(
        method, f"http://127.0.0.1:7701{path}{'?' if query else ''}{query}", headers, body
    )
    SigV4Auth(Credentials(KEY_ID, SECRET, token), "kms", REGION).add_auth(request)
    wire = on_the_wire(request.prepare())
    theirs = present(wire)
    written_by_us = {"authorization", "x-amz-date", "x-amz-security-token"} | HOPS
    unsigned = replace(wire, headers=tuple(pair for pair in wire.headers if pair[0] not in written_by_us))

    ours = sign(
        unsigned,
        access_key_id=KEY_ID,
        secret_access_key=SECRET,
        region=REGION,
        service="kms",
        now=theirs.time_ms,
        session_token=token,
    )

    assert ours.header("authorization") == wire.header("authorization")


# --- whole clients


def sent_by(service: str, operation: str, **parameters: Any) -> HTTPRequest:
    """The signed request that a botocore client is about to send; it is sent nowhere."""
    caught: list[Any] = []

    def catch(request: Any, **_: Any) -> AWSResponse:
        caught.append(request)
        return AWSResponse(request.url, 500, {}, None)

    client = client_of(service)
    client.meta.events.register("before-send", catch)
    with pytest.raises(Exception):  # noqa: B017 - the answer is none; what was sent is all that counts
        getattr(client, operation)(**parameters)
    return on_the_wire(caught[0])


def client_of(service: str) -> Any:
    session = botocore.session.Session()
    return session.create_client(
        service,
        region_name=REGION,
        endpoint_url="http://127.0.0.1:7700",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        config=Config(retries={"total_max_attempts": 1}),
    )


CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "GetSecretValue": ("secretsmanager", "get_secret_value", {"SecretId": "db/é"}),
    "CreateSecret": ("secretsmanager", "create_secret", {"Name": "db", "SecretString": "é" * 100}),
    "GenerateDataKey": ("kms", "generate_data_key", {"KeyId": "alias/a", "KeySpec": "AES_256"}),
    "GetCallerIdentity": ("sts", "get_caller_identity", {}),
    "ListUsers": ("iam", "list_users", {"PathPrefix": "/a b/"}),
}


@pytest.mark.parametrize(("service", "operation", "parameters"), CALLS.values(), ids=CALLS)
def test_a_clients_call_is_accepted(service: str, operation: str, parameters: dict[str, Any]) -> None:
    request = sent_by(service, operation, **parameters)

    # IAM is signed for the client's Region when it has an endpoint of its own.
    assert verify(request, service=service).region == REGION
    with pytest.raises(ApiError):
        verify(replace(request, body=request.body + b" "), service=service)


def test_a_clients_presigned_call_is_accepted() -> None:
    """`sts:GetCallerIdentity` as a URL is how EKS and others pass an identity on."""
    url = urlsplit(
        client_of("sts").generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    )
    request = HTTPRequest(
        method="GET",
        target=f"{url.path}?{url.query}",
        headers=(("host", url.netloc),),
        body=b"",
        source="127.0.0.1",
    )

    assert verify(request, service="sts").expires_seconds == 60


def test_our_presigned_request_is_the_one_that_botocore_makes() -> None:
    request = AWSRequest(
        method="GET", url="http://127.0.0.1:7700/?Action=GetCallerIdentity&Version=2011-06-15"
    )
    SigV4QueryAuth(Credentials(KEY_ID, SECRET), "sts", REGION, expires=60).add_auth(request)
    theirs = on_the_wire(request.prepare())
    unsigned = replace(theirs, target="/?Action=GetCallerIdentity&Version=2011-06-15")
    unsigned = replace(unsigned, headers=tuple(pair for pair in unsigned.headers if pair[0] not in HOPS))

    ours = presign(
        unsigned,
        access_key_id=KEY_ID,
        secret_access_key=SECRET,
        region=REGION,
        service="sts",
        now=present(theirs).time_ms,
        expires_seconds=60,
    )

    assert ours.target == theirs.target
