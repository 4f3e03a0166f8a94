"""One HTTP request and one answer, as values: what the edge hands to the gate and gets back."""

from __future__ import annotations

import msgspec


class HTTPRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A complete request, read under the edge's limits; nothing in it is trusted yet."""

    method: str
    target: str
    """Path and query as the client sent them, undecoded: SigV4 signs these characters."""
    headers: tuple[tuple[str, str], ...]
    """In order, names in lower case, values as latin-1 text without surrounding blanks."""
    body: bytes
    source: str
    """Address of the caller: of the connection, or, on the front door's socket, what the front door says."""
    secure: bool = False
    """The connection is TLS."""
    peer: str | None = None
    """The URI in the client certificate's subject alternative name; only the peer port asks for one."""

    def header(self, name: str) -> str | None:
        """Return the first value of a header; `name` is in lower case."""
        for held, value in self.headers:
            if held == name:
                return value
        return None

    def __repr__(self) -> str:
        # Headers hold signatures and tokens, the body may hold a value.
        return f"HTTPRequest({self.method} {self.target!r} from {self.source!r}, ***)"

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


class HTTPResponse(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. The edge adds `Date`, `Content-Length` and `Connection`; all else is here."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def __repr__(self) -> str:
        # The body may be a value.
        return f"HTTPResponse(status={self.status}, ***)"
