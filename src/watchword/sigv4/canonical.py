"""The canonical request: the one spelling of a request that both sides sign.

Pure. What is done here, and what is deliberately not:

  - The path loses dot segments and repeated slashes, then is percent-encoded once more, as all services but
    S3 do. The characters that arrived are encoded, never their meaning: `%2F` becomes `%252F` and cannot pass
    for a slash.
  - The query is decoded and encoded again, name by name, so that each client's spelling of a character is one
    spelling. `+` is a space here because it is one to whoever reads the query later: were it signed as
    itself, a signed `%2B` could be exchanged for `+` on the way and mean something else under the same
    signature.
  - Blanks in header values are collapsed, also between quotation marks. Only ASCII blanks: header text is
    latin-1 here, and its 0xA0 and 0x85 are halves of UTF-8 characters.
  - What can't be written in latin-1 was not on the wire; `UnicodeEncodeError` says so.

Source: IAM User Guide, "Elements of an AWS API request signature", "Create a canonical request".
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from urllib.parse import quote, unquote_to_bytes

from watchword.api.http import HTTPRequest

ALGORITHM = "AWS4-HMAC-SHA256"
SIGNATURE_PARAMETER = "X-Amz-Signature"
EMPTY_HASH = hashlib.sha256(b"").hexdigest()


def body_hash(body: bytes) -> str:
    """Return SHA-256 of the body in lower case hexadecimal digits."""
    return hashlib.sha256(body).hexdigest() if body else EMPTY_HASH


def canonical_path(path: str) -> str:
    """Return the path without dot segments and repeated slashes, percent-encoded once more.

    Source: RFC 3986 section 5.2.4, and every AWS service but S3.
    """
    if path in ("/", ""):
        return "/"
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if kept:
                kept.pop()
        elif segment not in ("", "."):
            kept.append(segment)
    lead = "/" if path.startswith("/") else ""
    trail = "/" if path.endswith("/") and kept else ""
    return quote(f"{lead}{'/'.join(kept)}{trail}".encode("latin-1"), safe="/~")


def query_pairs(query: str) -> list[tuple[bytes, bytes]]:
    """Return the parameters of a raw query, decoded, in order; a parameter without `=` has an empty value.

    Empty pieces (`a=1&&b=2`) are no parameters. A `%` that no two hexadecimal digits follow stands for
    itself.
    """
    pairs = []
    for piece in query.encode("latin-1").split(b"&"):
        if piece:
            name, _, value = piece.replace(b"+", b" ").partition(b"=")
            pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    return pairs


def canonical_query(query: str) -> str:
    """Return all parameters but the signature itself, encoded and in order of name, then value."""
    if not query:
        return ""
    encoded = []
    for name, value in query_pairs(query):
        spelled = quote(name, safe="-_.~")
        if spelled != SIGNATURE_PARAMETER:
            encoded.append((spelled, quote(value, safe="-_.~")))
    # Sorted after encoding, as pairs: `a=1` stands before `a-b=0`, which a sort of the joined text would turn
    # around.
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def trimmed(value: str) -> str:
    """Return a header's value with each run of blanks as one space and none at the ends."""
    if " " not in value and value.isprintable():
        return value
    # bytes.split() knows the ASCII blanks alone; str.split() would cut UTF-8 characters in two, see above.
    return b" ".join(value.encode("latin-1").split()).decode("latin-1")


def canonical_request(request: HTTPRequest, *, signed_headers: Sequence[str], payload_hash: str) -> bytes:
    """Return the canonical request; a header that occurs several times is joined by commas, in order.

    Raises:
        KeyError: a header that is said to be signed is not there.
    """
    wanted = frozenset(signed_headers)
    held: dict[str, str] = {}
    for name, value in request.headers:
        if name in wanted:
            held[name] = f"{held[name]},{trimmed(value)}" if name in held else trimmed(value)
    headers = "".join([f"{name}:{held[name]}\n" for name in signed_headers])
    path, _, query = request.target.partition("?")
    text = (
        f"{request.method}\n{canonical_path(path)}\n{canonical_query(query)}\n"
        f"{headers}\n{';'.join(signed_headers)}\n{payload_hash}"
    )
    return text.encode("latin-1")


def string_to_sign(canonical: bytes, *, timestamp: str, day: str, region: str, service: str) -> bytes:
    """Return the text that is signed: algorithm, time, credential scope, hash of the canonical request."""
    digest = hashlib.sha256(canonical).hexdigest()
    return f"{ALGORITHM}\n{timestamp}\n{day}/{region}/{service}/aws4_request\n{digest}".encode()
