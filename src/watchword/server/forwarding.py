"""What writes an account's identity is carried out in the control Region, wherever a client asks for it.

The client's own bytes go over the peer channel as they came: method, target, headers, body. The control Region verifies
the signature in them itself and takes nobody's word for it; what it must take the other Region's word for is where the
client's connection came from and whether it was TLS. Its answer goes back unchanged.

Then the Region that was asked waits, for at most `CAUGHT_UP_S`, until its own copy has the answer's revision: who wrote
through it reads here what was written. Source: decision 0008.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial

from watchword.api.call import Bound, Call
from watchword.api.errors import AccessDeniedException, ServiceUnavailable
from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.api.shapes import watchword
from watchword.api.unit import StoreUnavailable
from watchword.gate.route import Unroutable, route
from watchword.identity.store import IdentityStore
from watchword.replication.hands import find_nothing
from watchword.server.certificates import client_context
from watchword.server.deployment import Deployment, RegionSettings
from watchword.server.peers import Peer, PeerUnreachable
from watchword.storage.stores import SQLiteStores

FORWARDING_MAX = 8
"""How many requests of one process wait for the control Region at once."""
QUEUED_MAX = 16
"""How many more wait for their turn. Where the control Region is silent each takes `peers.CALL_S_MAX`."""
CAUGHT_UP_S = 1.0
LOOK_S = 0.005
UNREACHABLE = (
    "the control Region `{region}` can't be reached: identity can't be changed now, and stays as it is"
)
NO_CONTROL = "the control Region is being moved: identity can't be changed now, and stays as it is"
NOT_HERE = "this Region is not the control Region"
NO_WRITE = "only what changes an account's identity is forwarded"


class Forwarding:
    """The way to the control Region, from another Region of its partition; one connection per thread."""

    def __init__(
        self, deployment: Deployment, settings: RegionSettings, *, control: str, stores: SQLiteStores
    ) -> None:
        """`control` is empty while nobody is the control Region."""
        self._deployment = deployment
        self._settings = settings
        self._control = control
        self._stores = stores
        self._of_thread = threading.local()
        self._context: ssl.SSLContext | None = None

    def __call__(self, request: HTTPRequest, account: str) -> HTTPResponse:
        """Have a client's request carried out by the control Region.

        Raises:
            ServiceUnavailable: it does not answer; whether it carried the request out, nobody here knows.
        """
        if not self._control:
            raise ServiceUnavailable(NO_CONTROL)
        try:
            # Once: a client's write that is carried out twice makes two keys, or refuses what it has just made.
            answer: watchword.ForwardResponse = self._peer().ask(
                watchword.FORWARD, asked(request, account), repeat=False
            )
        except PeerUnreachable as error:
            raise ServiceUnavailable(UNREACHABLE.format(region=self._control)) from error
        if answer.status == 200 and answer.revision is not None:
            self._wait_for(account, answer.revision)
        return HTTPResponse(
            status=answer.status or 500,
            headers=tuple((one.name or "", one.value or "") for one in answer.headers or ()),
            body=answer.body or b"",
        )

    def _peer(self) -> Peer:
        held: Peer | None = getattr(self._of_thread, "peer", None)
        if held is None:
            if self._context is None:
                self._context = client_context(self._settings.folder)
            control = self._deployment.region(self._control)
            held = Peer(control, context=self._context, deployment_id=self._deployment.id)
            self._of_thread.peer = held
        return held

    def _wait_for(self, account: str, revision: int) -> None:
        until = time.monotonic() + CAUGHT_UP_S
        while time.monotonic() < until:
            try:
                held = self._stores.unit().directory(account)
            except StoreUnavailable:
                return
            if held is not None and held.revision >= revision:
                return
            time.sleep(LOOK_S)


def is_forwarded(request: HTTPRequest) -> bool:
    """Whether a Region that is not the control Region hands it on, and waits for another Region's answer. Pure."""
    if request.header("x-amz-target") is not None:
        # No service that is asked by it has anything to do with an account's identity: most requests stop here.
        return False
    try:
        return route(request).global_write
    except Unroutable:
        return False


def asked(request: HTTPRequest, account: str) -> watchword.ForwardRequest:
    """A client's request as it goes over the peer channel. Pure."""
    return watchword.ForwardRequest(
        method=request.method,
        target=request.target,
        headers=tuple(watchword.ForwardedHeader(name=name, value=value) for name, value in request.headers),
        body=request.body,
        source=request.source,
        secure=request.secure,
        account=account,
    )


def forward(
    request: watchword.ForwardRequest,
    _found: None,
    call: Call[IdentityStore],
    *,
    answer: Callable[[HTTPRequest], HTTPResponse],
    revisions: Callable[[], Mapping[str, int]],
) -> watchword.ForwardResponse:
    """Answer a client's request that came to another Region, as if it had come here.

    Raises:
        AccessDeniedException: this is not the control Region, or the request is none that has to be forwarded.
    """
    if not call.place.is_control:
        raise AccessDeniedException(NOT_HERE)
    asked = HTTPRequest(
        method=request.method or "",
        target=request.target or "",
        headers=tuple((one.name or "", one.value or "") for one in request.headers or ()),
        body=request.body or b"",
        source=request.source or "",
        secure=bool(request.secure),
    )
    try:
        operation = route(asked)
    except Unroutable as refused:
        raise AccessDeniedException(NO_WRITE) from refused
    if not operation.global_write:
        raise AccessDeniedException(NO_WRITE)
    response = answer(asked)
    return watchword.ForwardResponse(
        status=response.status,
        headers=tuple(watchword.ForwardedHeader(name=name, value=value) for name, value in response.headers),
        body=response.body,
        revision=revisions().get(request.account or ""),
    )


def bindings(
    *, answer: Callable[[HTTPRequest], HTTPResponse], revisions: Callable[[], Mapping[str, int]]
) -> tuple[Bound, ...]:
    """What a control Region is asked by the others. `answer` is its gate's, for clients."""
    run = partial(forward, answer=answer, revisions=revisions)
    return (Bound(operation=watchword.FORWARD, find=find_nothing, run=run),)
