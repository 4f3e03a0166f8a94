"""Verify a request's signature, in four steps that each raise and never return a boolean.

  1. `present` reads what the request claims: who, when, for which day, Region and service, and what is
     signed.
  2. `check_scope` compares Region and service with those that answer.
  3. `check_time` compares the claimed time with the clock.
  4. `check_signature` hashes the body, computes the signature and compares, in constant time.

Pure. The key of step 4 belongs to the access key of step 1, and whoever looks it up does so between 3 and 4.

Strict on purpose: every part of the claim occurs once and in one place; a header that could change what a
request means (`host`, every `x-amz-*`) is signed; `SignedHeaders` is spelled as the canonical request spells
it; a payload goes unsigned over TLS alone. Left open on purpose: headers that nobody here reads may be
unsigned, and parameters of the query form may be spelled with any percent-encoding. SigV4A
(`AWS4-ECDSA-P256-SHA256`) and signed chunks are not spoken.

A signature can be repeated within its window (no nonce is kept); writes are idempotent by their
ClientRequestToken.

Messages quote nothing that a caller could have put into the wrong field: who exchanges access key id and
secret access key sends the secret where the id belongs, and a message ends up in logs and in the trail. AWS
quotes such parts hashed or not.

Source: IAM User Guide, "AWS Signature Version 4 for API requests", "Troubleshoot".
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from watchword.api.errors import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
)
from watchword.api.http import HTTPRequest
from watchword.sigv4.canonical import ALGORITHM, body_hash, canonical_request, query_pairs, string_to_sign
from watchword.sigv4.key import TERMINATOR, SigningKey

__all__ = ["Presented", "SigningKey", "check_scope", "check_signature", "check_time", "present"]

WINDOW_SECONDS = 300
"""How far a request's time may lie from ours, before or after: AWS's newer services say 5 minutes."""
EXPIRES_SECONDS_MAX = 604_800
"""A presigned request lives for a week at most."""
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

MISSING_TOKEN = "Request is missing Authentication Token"  # noqa: S105 - AWS's text, no token
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
MISSING_EQUAL_SIGN = (
    "Invalid key=value pair (missing equal-sign) in Authorization header "
    "(hashed with SHA-256 and encoded with Base64): '{hashed}'."
)
HEADER_REQUIRES = "Authorization header requires '{name}' parameter."
HEADER_REQUIRES_DATE = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
HEADER_HASHED = "(Hashed with SHA-256 and encoded with Base64) Authorization={hashed}"
QUERY_REQUIRES = "AWS query-string parameters must include '{name}'."
QUERY_REQUIRES_DATE = (
    "AWS query-string parameters must include existence of either a 'X-Amz-Date' or a 'Date' header."
)
QUERY_REEXAMINE = "Re-examine the query-string parameters."
FIVE_ELEMENTS = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term"
WRONG_TERMINATOR = "Credential should be scoped with a valid terminator: 'aws4_request'."
WRONG_REGION = "Credential should be scoped to a valid region."
WRONG_SERVICE = "Credential should be scoped to correct service: '{service}'."
NOT_BASIC_FORMAT = (
    "Date must be in ISO-8601 'basic format'. Got '{got}'. See http://en.wikipedia.org/wiki/ISO_8601"
)
OTHER_DAY = (
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
    "'{scope}' != '{day}', from '{timestamp}'."
)
EXPIRED = "Signature expired: {timestamp} is now earlier than {limit} ({now} - {span})"
NOT_YET_CURRENT = "Signature not yet current: {timestamp} is still later than {limit} ({now} + {span})"
MUST_BE_SIGNED = "'{name}' must be a 'SignedHeader' in the AWS Authorization."
HOST_NAMES = "Host' or ':authority"
"""AWS names both spellings of HTTP/1 and HTTP/2: `'Host' or ':authority' must be …`."""

_SINGLE_HEADERS = frozenset({"authorization", "content-length", "content-type", "date", "host"})
"""With every `x-amz-*`: two of one of them and it is anyone's guess which one the next reader takes."""
_UNSIGNED_HEADERS = frozenset(
    {
        # SigV4 lets a client add it after signing. Nothing is lost: the token says whose secret signed, so
        # with another token the signature is wrong.
        "x-amz-security-token",
        # Browsers can't set User-Agent, so SDKs in them send this; as unsigned as User-Agent and read by
        # nobody.
        "x-amz-user-agent",
        # A CDN before an endpoint adds it to what the client signed; read by nobody.
        "x-amz-cf-id",
    }
)
# `x-amzn-trace-id` needs no entry: it lacks the prefix `x-amz-`. Load balancers rewrite it, so no SDK signs
# it.

_HEADER_PARAMETERS = ("Credential", "Signature", "SignedHeaders")
_QUERY_REQUIRED = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders")
_QUERY_PARAMETERS = {
    name.encode(): name for name in (*_QUERY_REQUIRED, "X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token")
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = re.compile(r"[0-9]{8}")
_BASIC_FORMAT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z")
_HTTP_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2}) ("
    + "|".join(_MONTHS)
    + r") ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) (?:GMT|UTC|[+-]0000)"
)


class Presented(msgspec.Struct, frozen=True, kw_only=True):
    """What a request claims about itself; nothing of it is proven before `check_signature`."""

    access_key_id: str
    day: str
    """Of the credential scope: `YYYYMMDD`."""
    region: str
    service: str
    signed_headers: tuple[str, ...]
    """In lower case, sorted, each once; `host` is among them."""
    signature: str
    timestamp: str
    """`YYYYMMDDTHHMMSSZ`, as it was signed."""
    time_ms: int
    expires_seconds: int | None = None
    """Presigned requests: how long after `time_ms` they live, 1 to 604,800."""
    session_token: str | None = None

    def __repr__(self) -> str:
        # Within its window the signature is as good as the request, a session token is a credential, and what
        # stands where the access key id belongs may be a secret access key in the wrong place.
        return f"Presented(region={self.region!r}, service={self.service!r}, time_ms={self.time_ms}, ***)"


def present(request: HTTPRequest) -> Presented:
    """Read the signature's claims, from the `Authorization` header or from a presigned query.

    Raises:
        MissingAuthenticationTokenException: there is neither.
        IncompleteSignatureException: both, a part missing, repeated or malformed, or another algorithm.
        InvalidSignatureException: a header that must be signed is not, or the scope ends in another term.
    """
    headers: dict[str, str] = {}
    for name, value in request.headers:
        if name.startswith("x-amz-") or name in _SINGLE_HEADERS:
            if name in headers:
                raise IncompleteSignatureException(f"header `{name}` occurs more than once")
            headers[name] = value
    query = _query_claims(request.query) if "?" in request.target else {}
    authorization = headers.get("authorization")
    if authorization is not None:
        if query:
            raise IncompleteSignatureException(
                "only one of the `Authorization` header and the `X-Amz-…` query parameters may be used"
            )
        presented = _from_header(authorization, headers)
    elif query:
        presented = _from_query(query, headers)
    else:
        raise MissingAuthenticationTokenException(MISSING_TOKEN)
    _check_signed(presented.signed_headers, headers)
    return presented


def check_scope(presented: Presented, *, region: str | None, service: str) -> None:
    """Compare the credential scope with the Region and service that answer; `None` accepts any Region.

    IAM, STS and Account take a signature for any Region: with an endpoint of their own, SDKs sign with the
    client's Region.

    Raises:
        InvalidSignatureException: made for another Region or service.
    """
    if region is not None and presented.region != region:
        raise InvalidSignatureException(WRONG_REGION)
    if presented.service != service:
        raise InvalidSignatureException(WRONG_SERVICE.format(service=service))


def check_time(presented: Presented, *, now: int) -> None:
    """Compare the claimed time with `now` (milliseconds since 1970 UTC), in whole seconds as AWS's texts do.

    A header-signed request is good for five minutes to either side; a presigned one from five minutes before
    its time until it expires. A presigned request without `X-Amz-Expires` gets the window of a header-signed
    one.

    Raises:
        InvalidSignatureException: too old, too new, or the scope's day is not the day of the claimed time.
    """
    timestamp = presented.timestamp
    if presented.day != timestamp[:8]:
        shown = presented.day if _DAY.fullmatch(presented.day) else "…"
        raise InvalidSignatureException(OTHER_DAY.format(scope=shown, day=timestamp[:8], timestamp=timestamp))
    claimed = presented.time_ms // 1000
    seconds = now // 1000
    life = WINDOW_SECONDS if presented.expires_seconds is None else presented.expires_seconds
    if claimed < seconds - life:
        raise InvalidSignatureException(
            EXPIRED.format(
                timestamp=timestamp, limit=_basic(seconds - life), now=_basic(seconds), span=_span(life)
            )
        )
    if claimed > seconds + WINDOW_SECONDS:
        raise InvalidSignatureException(
            NOT_YET_CURRENT.format(
                timestamp=timestamp,
                limit=_basic(seconds + WINDOW_SECONDS),
                now=_basic(seconds),
                span=_span(WINDOW_SECONDS),
            )
        )


def check_signature(presented: Presented, request: HTTPRequest, *, key: SigningKey) -> None:
    """Compute the signature of `request` with `key` and compare it with the presented one.

    Raises:
        InvalidSignatureException: the request, or its body, is not the one that was signed with this key.
    """
    declared = request.header("x-amz-content-sha256")
    if declared == UNSIGNED_PAYLOAD:
        # Without TLS anybody on the way could exchange the body. (The header itself is signed:
        # `_check_signed`.)
        if not request.secure:
            raise InvalidSignatureException(f"`{UNSIGNED_PAYLOAD}` is accepted over TLS only")
        payload_hash = declared
    else:
        payload_hash = body_hash(request.body)
        if declared is not None and declared != payload_hash:
            raise InvalidSignatureException(MISMATCH)
    try:
        canonical = canonical_request(
            request, signed_headers=presented.signed_headers, payload_hash=payload_hash
        )
    except (KeyError, UnicodeEncodeError) as error:
        # A header that was signed was taken away, or the text was never on a wire.
        raise InvalidSignatureException(MISMATCH) from error
    expected = key.sign(
        string_to_sign(
            canonical,
            timestamp=presented.timestamp,
            day=presented.day,
            region=presented.region,
            service=presented.service,
        )
    )
    # Constant time: an early exit would tell a caller how many characters were right. Bytes, for
    # compare_digest refuses text that is not ASCII.
    if not hmac.compare_digest(expected.encode(), presented.signature.encode(errors="replace")):
        raise InvalidSignatureException(MISMATCH)


def _from_header(authorization: str, headers: Mapping[str, str]) -> Presented:
    algorithm, _, rest = authorization.partition(" ")
    claims = _header_claims(rest, authorization)
    timestamp = _timestamp(headers.get("x-amz-date"), headers.get("date"))
    lacking = [HEADER_REQUIRES.format(name=name) for name in _HEADER_PARAMETERS if name not in claims]
    if timestamp is None:
        lacking.append(HEADER_REQUIRES_DATE)
    if lacking or timestamp is None:
        raise IncompleteSignatureException(
            " ".join([*lacking, HEADER_HASHED.format(hashed=_hashed(authorization))])
        )
    if algorithm != ALGORITHM:
        raise IncompleteSignatureException(f"the algorithm must be `{ALGORITHM}`")
    return _presented(
        credential=claims["Credential"],
        signed_headers=claims["SignedHeaders"],
        signature=claims["Signature"],
        timestamp=timestamp,
        expires=None,
        session_token=headers.get("x-amz-security-token"),
    )


def _from_query(query: Mapping[str, str], headers: Mapping[str, str]) -> Presented:
    if query.get("X-Amz-Algorithm", ALGORITHM) != ALGORITHM:
        raise IncompleteSignatureException(f"the algorithm must be `{ALGORITHM}`")
    timestamp = _timestamp(query.get("X-Amz-Date", headers.get("x-amz-date")), headers.get("date"))
    lacking = [QUERY_REQUIRES.format(name=name) for name in _QUERY_REQUIRED if name not in query]
    if timestamp is None:
        lacking.append(QUERY_REQUIRES_DATE)
    if lacking or timestamp is None:
        raise IncompleteSignatureException(" ".join([*lacking, QUERY_REEXAMINE]))
    token = query.get("X-Amz-Security-Token")
    if token is not None and "x-amz-security-token" in headers:
        raise IncompleteSignatureException("`X-Amz-Security-Token` occurs in the query and in a header")
    return _presented(
        credential=query["X-Amz-Credential"],
        signed_headers=query["X-Amz-SignedHeaders"],
        signature=query["X-Amz-Signature"],
        timestamp=timestamp,
        expires=query.get("X-Amz-Expires"),
        session_token=headers.get("x-amz-security-token") if token is None else token,
    )


def _presented(
    *,
    credential: str,
    signed_headers: str,
    signature: str,
    timestamp: str,
    expires: str | None,
    session_token: str | None,
) -> Presented:
    elements = credential.split("/")
    if len(elements) != 5 or not all(elements):
        raise IncompleteSignatureException(FIVE_ELEMENTS)
    access_key_id, day, region, service, terminator = elements
    if terminator != TERMINATOR:
        raise InvalidSignatureException(WRONG_TERMINATOR)
    return Presented(
        access_key_id=access_key_id,
        day=day,
        region=region,
        service=service,
        signed_headers=_signed_headers(signed_headers),
        signature=signature,
        timestamp=timestamp,
        time_ms=_time_ms(timestamp),
        expires_seconds=None if expires is None else _expires_seconds(expires),
        session_token=session_token,
    )


def _check_signed(signed_headers: Sequence[str], headers: Mapping[str, str]) -> None:
    """Refuse a header that means something and is not signed: it may have been changed on the way."""
    if "host" not in signed_headers:
        raise InvalidSignatureException(MUST_BE_SIGNED.format(name=HOST_NAMES))
    for name in headers:
        if name not in signed_headers and name.startswith("x-amz-") and name not in _UNSIGNED_HEADERS:
            raise InvalidSignatureException(MUST_BE_SIGNED.format(name=name))


def _header_claims(text: str, authorization: str) -> dict[str, str]:
    """Split `Credential=…, SignedHeaders=…, Signature=…`; blanks around a piece are no part of it."""
    claims: dict[str, str] = {}
    for piece in text.split(","):
        name, equals, value = piece.strip(" \t").partition("=")
        if not equals:
            if not name:
                continue  # nothing between two commas, or nothing at all
            raise IncompleteSignatureException(MISSING_EQUAL_SIGN.format(hashed=_hashed(authorization)))
        if name in claims:
            # The name is quoted only where it is one of ours; any other could be a piece of a credential.
            shown = name if name in _HEADER_PARAMETERS else "…"
            raise IncompleteSignatureException(
                f"parameter `{shown}` occurs more than once in the Authorization header"
            )
        claims[name] = value
    return claims


def _query_claims(query: str) -> dict[str, str]:
    """Return the parameters that make a presigned request; names are case-sensitive, as AWS's are."""
    claims: dict[str, str] = {}
    try:
        pairs = query_pairs(query)
    except UnicodeEncodeError as error:
        raise IncompleteSignatureException("the query must be percent-encoded") from error
    for raw, value in pairs:
        name = _QUERY_PARAMETERS.get(raw)
        if name is not None:
            if name in claims:
                raise IncompleteSignatureException(f"query parameter `{name}` occurs more than once")
            claims[name] = value.decode("latin-1")
    return claims


@functools.lru_cache(maxsize=256)
def _signed_headers(text: str) -> tuple[str, ...]:
    """Cached because a client sends the same few lists for ever; only lists that passed are kept."""
    names = tuple(text.split(";"))
    # The list is signed as it stands. An unsorted or repeating one has two readings: AWS's and the sender's.
    if not all(names) or list(names) != sorted(set(names)) or text != text.lower():
        raise IncompleteSignatureException(
            "`SignedHeaders` must name headers in lower case, in order, each once, separated by semicolons"
        )
    return names


def _expires_seconds(text: str) -> int:
    # At most six digits of ASCII: int() also takes signs, underscores and the digits of other scripts.
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0
    if not 1 <= seconds <= EXPIRES_SECONDS_MAX:
        raise IncompleteSignatureException(
            f"`X-Amz-Expires` must be a number of seconds from 1 to {EXPIRES_SECONDS_MAX}"
        )
    return seconds


def _timestamp(amz_date: str | None, date: str | None) -> str | None:
    """Return the claimed time in basic format: `X-Amz-Date`, or else `Date` in either format."""
    if amz_date is not None:
        return amz_date
    if date is None:
        return None
    matched = _HTTP_DATE.fullmatch(date)
    if matched is None:
        return date
    day, month, year, hour, minute, second = matched.groups()
    return f"{year}{_MONTHS.index(month) + 1:02}{day}T{hour}{minute}{second}Z"


@functools.lru_cache(maxsize=1024)
def _time_ms(timestamp: str) -> int:
    """Cached because many requests carry the same second."""
    matched = _BASIC_FORMAT.fullmatch(timestamp)
    try:
        if matched is None:
            raise ValueError("not in basic format")
        year, month, day, hour, minute, second = map(int, matched.groups())
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        got = timestamp if len(timestamp) <= 32 and timestamp.isprintable() else "…"
        raise IncompleteSignatureException(NOT_BASIC_FORMAT.format(got=got)) from error
    return int(moment.timestamp()) * 1000


def _basic(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y%m%dT%H%M%SZ")


def _span(seconds: int) -> str:
    return f"{seconds // 60} min." if seconds % 60 == 0 else f"{seconds} sec."


def _hashed(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode(errors="replace")).digest()).decode()
