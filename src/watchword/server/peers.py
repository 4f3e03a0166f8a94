"""The way to another Region's peer port: our own operations over HTTP/1.1 and mutual TLS, one connection per thread."""

from __future__ import annotations

import http.client
import select
import ssl
from typing import Any

from watchword.api import constraints
from watchword.api.errors import ApiError
from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.server.certificates import PeerRefused, require_region
from watchword.server.deployment import RegionSettings
from watchword.wire import json11

CALL_S_MAX = 10.0
"""One message is at most 16 MiB and applied in one commit; a Region that takes longer counts as unreachable."""
ANSWER_BYTES_MAX = 4_194_304


class PeerUnreachable(Exception):
    """No answer came: the Region is down, slow, or not the one that it should be. What was asked may have been done."""


class PeerFailed(PeerUnreachable):
    """It answered, but with a refusal or with what is no answer: so it may do to this question and to no other."""


class Peer:
    """One connection to a Region's agent. Not shared between threads."""

    def __init__(self, settings: RegionSettings, *, context: ssl.SSLContext, deployment_id: str) -> None:
        self._settings = settings
        self._context = context
        self._deployment_id = deployment_id
        self._connection: http.client.HTTPSConnection | None = None

    def ask(self, operation: Operation, request: Shape, *, repeat: bool = True) -> Any:
        """Ask one operation of the Region and return its answer.

        What Regions say of links may be repeated, so a kept connection that turns out to be closed is replaced once. With
        `repeat` false it is asked once at most: it may have been done although no answer came.

        Raises:
            PeerUnreachable: nobody answered. PeerFailed: the answer is none that we can use.
        """
        if not repeat and self._is_over():
            self.close()
        kept = self._connection is not None
        try:
            return self._ask(operation, request)
        except PeerFailed:
            raise
        except PeerUnreachable:
            if not kept or not repeat:
                raise
            return self._ask(operation, request)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _is_over(self) -> bool:
        """Whether the other end has closed a kept connection: nothing else is ever there to read between two questions."""
        held = None if self._connection is None else self._connection.sock
        return held is not None and bool(select.select([held], [], [], 0)[0])

    def _ask(self, operation: Operation, request: Shape) -> Any:
        body = json11.encode(request)
        headers = {
            "Content-Type": json11.CONTENT_TYPE,
            "X-Amz-Target": f"{operation.service.target_prefix}.{operation.name}",
        }
        try:
            connection = self._connected()
            connection.request("POST", "/", body=body, headers=headers)
            response = connection.getresponse()
            answer = response.read(ANSWER_BYTES_MAX + 1)
        except (OSError, http.client.HTTPException, PeerRefused) as error:
            self.close()
            raise PeerUnreachable(f"{self._settings.name}: {error or type(error).__name__}") from error
        if response.status != 200 or len(answer) > ANSWER_BYTES_MAX:
            self.close()
            raise PeerFailed(f"{self._settings.name}: answered {response.status}")
        if operation.response is None:
            return None
        try:
            said: Shape = json11.read(operation.response, answer)
            constraints.check(said)
        except ApiError as error:
            self.close()
            # Not the text: it repeats what the other Region said.
            raise PeerFailed(f"{self._settings.name}: its answer is refused, {error.code}") from error
        return said

    def _connected(self) -> http.client.HTTPSConnection:
        if self._connection is None:
            address = self._settings.peer
            connection = http.client.HTTPSConnection(
                address.host, address.port, timeout=CALL_S_MAX, context=self._context
            )
            connection.connect()
            try:
                certificate = connection.sock.getpeercert()
                require_region(certificate, deployment_id=self._deployment_id, region=self._settings.name)
            except PeerRefused:
                connection.close()
                raise
            self._connection = connection
        return self._connection
