"""The front door: one address for all Regions of a deployment. It decides nothing; no gate, store or key is behind it.

A request goes to

  1. the Region that its signature is made for: in `Authorization`, or in `X-Amz-Credential` of a presigned URL;
  2. else the Region that is named by a label of its Host;
  3. else, and when (1) is none of this deployment, the first Region that answers, of the partition of (1) if that is
     here: a service of a whole partition is asked of any of its Regions, and what AWS would refuse, its gate refuses in
     AWS's words.

Target, headers and body pass unchanged, for the signature covers them; only the caller's address is added, which a
Region believes on the socket that it gives the front door. A Region that is down, or silent beyond its deadline, is 503
`ServiceUnavailable`: SDKs and AWS's own CSI driver fail over on 5xx only, never on 4xx.

`GET /-/health` is answered here: which Regions answer.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Collection, Sequence
from urllib.parse import unquote

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.regions.partitions import is_region, partition_of
from watchword.server.edge import Edge, Limits, Refusal, Reply
from watchword.server.front_door_region import HOP_BY_HOP, Exchange, Region, RegionClient, RegionLimits

__all__ = ["HEALTH_PATH", "SOURCE_HEADER", "FrontDoor", "Region", "RegionLimits", "region_of", "serve"]

SOURCE_HEADER = "x-watchword-source"
"""Carries the caller's address to a Region; what a client sends under this name is dropped."""

HEALTH_PATH = "/-/health"


def region_of(request: HTTPRequest, *, hosted: Collection[str]) -> str | None:
    """Return the Region that a request names, hosted or not; `None` if it names none. Pure.

    Only to find the way: whether the scope is well-formed, and whether it fits, is the gate's to say.
    """
    scope = _scope_in_header(request) or _scope_in_query(request.query)
    if scope is not None:
        parts = scope.split("/")
        if len(parts) >= 3 and parts[2]:
            return parts[2]
    host = (request.header("host") or "").rpartition(":")[0] or (request.header("host") or "")
    return next((label for label in host.lower().split(".") if label in hosted), None)


def _scope_in_header(request: HTTPRequest) -> str | None:
    authorization = request.header("authorization")
    if authorization is None:
        return None
    _, found, rest = authorization.partition("Credential=")
    return rest.partition(",")[0].strip() if found else None


def _scope_in_query(query: str) -> str | None:
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if unquote(name) == "X-Amz-Credential":
            return unquote(value)
    return None


def forwarded(request: HTTPRequest) -> bytes:
    """Write a request as it goes to a Region. Pure."""
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    names = set()
    for name, value in request.headers:
        if name in HOP_BY_HOP or name == SOURCE_HEADER:
            continue
        names.add(name)
        lines.append(f"{name}: {value}")
    if "host" not in names:
        lines.append("host: ")  # HTTP/1.0; empty, for it named none (RFC 9110, 7.2)
    if "content-length" not in names and request.body:
        lines.append(f"content-length: {len(request.body)}")  # it was chunked
    lines.append(f"{SOURCE_HEADER}: {request.source}")
    lines.append("\r\n")
    return "\r\n".join(lines).encode("latin-1") + request.body


class FrontDoor:
    """The door's `Dispatch`: sends each request to its Region and hands back the answer, whole."""

    def __init__(
        self, regions: Sequence[Region], *, refusal: Refusal, limits: RegionLimits | None = None
    ) -> None:
        limits = RegionLimits() if limits is None else limits
        self._refusal = refusal
        self._clients = {region.name: RegionClient(region, limits=limits) for region in regions}

    def start(self) -> None:
        """Begin to watch the Regions; needs a running loop."""
        for client in self._clients.values():
            client.start()

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    @property
    def health(self) -> dict[str, str]:
        """Which Regions answer, in the deployment's order; at most about two seconds old."""
        return {name: "ok" if it.answers else "unreachable" for name, it in self._clients.items()}

    def client(self, region: str) -> RegionClient:
        return self._clients[region]

    def __call__(self, request: HTTPRequest, reply: Reply) -> None:
        if request.path == HEALTH_PATH:
            reply(self._say_health())
            return
        region = region_of(request, hosted=self._clients)
        named = self._clients.get(region or "")
        first, *others = [named] if named else self._ways(region)

        def ended(exchange: Exchange, response: HTTPResponse | None) -> None:
            if response is not None:
                reply(response)
            elif exchange.fallbacks and not exchange.received:
                following, *rest = exchange.fallbacks
                exchange.fallbacks = tuple(rest)
                exchange.retried = False
                following.send(exchange)
            else:
                reply(self._refusal(request.headers, 503, self._unavailable(named)))

        head_only = request.method == "HEAD"
        first.send(Exchange(forwarded(request), head_only=head_only, fallbacks=tuple(others), ended=ended))

    def _ways(self, region: str | None) -> list[RegionClient]:
        """(3) Those of which it is not known that they do not answer come first."""
        held = list(self._clients.values())
        if region is not None and is_region(region):
            partition = partition_of(region).name
            held = [client for client in held if client.region.partition == partition] or held
        return sorted(held, key=lambda client: client.answers is False)

    def _unavailable(self, named: RegionClient | None) -> str:
        if named is None:
            return "no Region of this deployment answers"
        return f"the Region `{named.region.name}` does not answer"

    def _say_health(self) -> HTTPResponse:
        health = self.health
        return HTTPResponse(
            status=200 if "ok" in health.values() else 503,
            headers=(("Content-Type", "application/json"),),
            body=json.dumps({"regions": health}).encode(),
        )


async def serve(
    sockets: Sequence[socket.socket],
    *,
    regions: Sequence[Region],
    refusal: Refusal,
    stop: asyncio.Event,
    limits: Limits | None = None,
    region_limits: RegionLimits | None = None,
    drain_ms: int = 5_000,
    listening: Callable[[Edge], None] = lambda _: None,
) -> None:
    """Be the front door on bound sockets until `stop` is set; then end what has begun and return.

    `listening` is told of the edge when it takes connections.
    """
    door = FrontDoor(regions, refusal=refusal, limits=region_limits)
    edge = Edge(door, refusal=refusal, limits=limits)
    door.start()
    try:
        for sock in sockets:
            await edge.listen(sock)
        listening(edge)
        await stop.wait()
        await edge.drain(ms=drain_ms)
    finally:
        door.close()
