"""An answer as bytes.

Handled: status line, `Date` (rendered once a second), `Content-Length`, `Connection`, no body after HEAD.
Deliberately not: a `Server` header (it would tell an attacker what to try), chunked answers (all are whole).
"""

from __future__ import annotations

import time
from email.utils import formatdate
from http import HTTPStatus

from watchword.api.http import HTTPResponse

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_REASONS = {status.value: status.phrase for status in HTTPStatus}


class Writer:
    """Renders answers; keeps the start of each status for the current second."""

    __slots__ = ("_second", "_starts")

    def __init__(self) -> None:
        self._second = 0
        self._starts: dict[int, str] = {}

    def render(self, response: HTTPResponse, *, connection: str | None, head_only: bool) -> bytes:
        """Return the whole answer, to be written at once; `connection` is that header's value, if needed.

        Raises:
            ValueError: a header holds a line end (an answer split in two) or a character outside latin-1.
        """
        now = int(time.time())
        if now != self._second:
            self._second = now
            self._starts.clear()
        start = self._starts.get(response.status)
        if start is None:
            reason = _REASONS.get(response.status, "")
            date = formatdate(now, usegmt=True)
            start = f"HTTP/1.1 {response.status} {reason}\r\nDate: {date}\r\n"
            self._starts[response.status] = start
        lines = "".join(["%s: %s\r\n" % pair for pair in response.headers])  # noqa: UP031  (faster for pairs)
        # A line end inside would begin a header, or a second answer, of somebody else's choice.
        if lines.count("\n") != len(response.headers) or lines.count("\r") != len(response.headers):
            raise ValueError("a header of the answer holds a line end")
        close = "" if connection is None else f"Connection: {connection}\r\n"
        if response.status == 204:
            # RFC 9110, 8.6: no Content-Length beside 204.
            return f"{start}{lines}{close}\r\n".encode("latin-1")
        head = f"{start}{lines}{close}Content-Length: {len(response.body)}\r\n\r\n".encode("latin-1")
        return head if head_only else head + response.body
