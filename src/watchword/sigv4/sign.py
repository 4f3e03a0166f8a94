"""Sign requests, for our own clients: the bench, the console, the tests.

Pure. What is signed is everything that is there, but for headers that proxies and HTTP libraries write.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from msgspec.structs import replace

from watchword.api.http import HTTPRequest
from watchword.sigv4.canonical import (
    ALGORITHM,
    SIGNATURE_PARAMETER,
    body_hash,
    canonical_request,
    string_to_sign,
)
from watchword.sigv4.key import TERMINATOR, SigningKey, derive
from watchword.sigv4.verify import EXPIRES_SECONDS_MAX

_LEFT_OUT = frozenset(
    {
        "authorization",
        "connection",
        "content-length",
        "expect",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    }
)


def sign(
    request: HTTPRequest,
    *,
    access_key_id: str,
    secret_access_key: str,
    region: str,
    service: str,
    now: int,
    session_token: str | None = None,
) -> HTTPRequest:
    """Return the request with `X-Amz-Date` and `Authorization`; `now` in milliseconds since 1970 UTC.

    The request has a `host` header and neither of the two yet.
    """
    timestamp = _basic(now)
    added = [("x-amz-date", timestamp)]
    if session_token is not None:
        added.append(("x-amz-security-token", session_token))
    dated = replace(request, headers=(*request.headers, *added))
    signed_headers = _signed_headers(dated)
    signature = _signature(
        dated,
        signed_headers=signed_headers,
        secret_access_key=secret_access_key,
        region=region,
        service=service,
        timestamp=timestamp,
    )
    authorization = (
        f"{ALGORITHM} Credential={access_key_id}/{timestamp[:8]}/{region}/{service}/{TERMINATOR}, "
        f"SignedHeaders={';'.join(signed_headers)}, Signature={signature}"
    )
    return replace(dated, headers=(*dated.headers, ("authorization", authorization)))


def presign(
    request: HTTPRequest,
    *,
    access_key_id: str,
    secret_access_key: str,
    region: str,
    service: str,
    now: int,
    expires_seconds: int,
    session_token: str | None = None,
) -> HTTPRequest:
    """Return the request with its signature in the query; whoever holds it can send it until it expires."""
    assert 1 <= expires_seconds <= EXPIRES_SECONDS_MAX
    timestamp = _basic(now)
    signed_headers = _signed_headers(request)
    parameters = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{access_key_id}/{timestamp[:8]}/{region}/{service}/{TERMINATOR}",
        "X-Amz-Date": timestamp,
        "X-Amz-Expires": str(expires_seconds),
        "X-Amz-SignedHeaders": ";".join(signed_headers),
    }
    if session_token is not None:
        parameters["X-Amz-Security-Token"] = session_token
    joint = "&" if request.query else "" if request.target.endswith("?") else "?"
    claims = "&".join(f"{name}={quote(value, safe='-_.~')}" for name, value in parameters.items())
    unsigned = replace(request, target=f"{request.target}{joint}{claims}")
    signature = _signature(
        unsigned,
        signed_headers=signed_headers,
        secret_access_key=secret_access_key,
        region=region,
        service=service,
        timestamp=timestamp,
    )
    return replace(unsigned, target=f"{unsigned.target}&{SIGNATURE_PARAMETER}={signature}")


def _signed_headers(request: HTTPRequest) -> tuple[str, ...]:
    names = {name for name, _ in request.headers} - _LEFT_OUT
    assert "host" in names, "a request without `host` can't be signed"
    return tuple(sorted(names))


def _signature(
    request: HTTPRequest,
    *,
    signed_headers: tuple[str, ...],
    secret_access_key: str,
    region: str,
    service: str,
    timestamp: str,
) -> str:
    payload_hash = request.header("x-amz-content-sha256") or body_hash(request.body)
    canonical = canonical_request(request, signed_headers=signed_headers, payload_hash=payload_hash)
    day = timestamp[:8]
    key = SigningKey(derive(secret_access_key, day=day, region=region, service=service))
    return key.sign(string_to_sign(canonical, timestamp=timestamp, day=day, region=region, service=service))


def _basic(now: int) -> str:
    return datetime.fromtimestamp(now // 1000, tz=UTC).strftime("%Y%m%dT%H%M%SZ")
