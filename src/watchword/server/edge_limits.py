"""What bounds the HTTP edge, and the three kinds of function that it is made with.

Every limit acts before anything is known of the caller: no signature has been read yet. So each has to be
safe against somebody who sends nothing but trouble, and still let a slow honest client through.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.api.operation import BODY_BYTES_MAX

Reply = Callable[[HTTPResponse], None]
"""Takes the answer to one request; called exactly once, in the loop's thread."""

Dispatch = Callable[[HTTPRequest, Reply], None]
"""Starts the work on a request and returns; the answer may come at once or later."""

Refusal = Callable[[Sequence[tuple[str, str]], int, str], HTTPResponse]
"""Headers read so far, status and text -> an answer in the protocol of the service that the headers name."""

BodyLimit = Callable[[Sequence[tuple[str, str]]], int]
"""Headers -> the largest body, in bytes, that this request may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The edge's limits, all per process. A deadline may fire up to two sweeps late, never early."""

    header_bytes_max: int = 16_384
    """All header lines of a request; botocore with a session token sends about 2 KiB."""
    header_count_max: int = 100
    target_bytes_max: int = 8_192
    """Path and query; a presigned URL with a session token is about 2 KiB."""
    body_bytes_max: int = BODY_BYTES_MAX
    bodies_bytes_max: int = 67_108_864
    """Bodies of all connections together, until they are answered: 1,000 full uploads would be 1 GiB."""
    header_ms: int = 5_000
    """From a request's first byte to the end of its headers, and from connecting to the first byte."""
    body_ms: int = 20_000
    """From the end of the headers to the end of the body."""
    body_grace_ms: int = 5_000
    """When the lower bound on a body's rate begins to be asked for."""
    body_rate_min: int = 1_024
    """Bytes a second, on average since the headers ended."""
    idle_ms: int = 60_000
    """Between two requests of one connection."""
    write_ms: int = 20_000
    """For a client to take an answer off our hands."""
    linger_ms: int = 2_000
    """How long a connection is still read, and what comes thrown away, after its last answer. Closing at
    once would reset it, and a reset takes away an answer that the client has not read yet (RFC 9112,
    9.6)."""
    handshake_ms: int = 5_000
    connections_max: int = 1_000
    connections_per_source_max: int = 50
    """One IPv4 address, or one IPv6 network of 64 bits: whoever has one address of it has them all."""
    connections_per_loopback_max: int = 1_000
    """All of one machine shares one address. Unix sockets know no address and have only `connections_max`."""
    pipelined_max: int = 16
    """Requests of one connection that wait behind the one at work; then the connection is not read."""
    queued_max: int = 256
    """Requests that wait for a thread; one more is answered 503."""
    sweep_ms: int = 250
    """How often deadlines are looked at. One sweep over all connections costs less than a timer a request."""


def source_group(source: str) -> str:
    """Name the group of callers that share one bound on connections.

    Pure: an IPv4 address stands for itself, also when mapped into IPv6; an IPv6 address for its 64-bit
    network.
    """
    if ":" not in source:
        return source
    address = ipaddress.IPv6Address(source.partition("%")[0])
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    if address.is_loopback:
        return source
    return address.packed[:8].hex()


def is_loopback(group: str) -> bool:
    """Say whether a group from `source_group` is this machine itself."""
    return group.startswith("127.") or group == "::1"
