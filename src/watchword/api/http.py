"""One HTTP request and one answer, as values: what the edge hands to the gate and gets back."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class HTTPRequest:
    """A complete request, read under the edge's limits; nothing in it is trusted yet."""

    method: str
    target: str
    """Path and query as the client sent them, undecoded: SigV4 signs these characters."""
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    """In order, names in lower case, values as latin-1 text without surrounding blanks."""
    body: bytes = field(repr=False)
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

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class HTTPResponse:
    """An answer. The edge adds `Date`, `Content-Length` and `Connection`; all else is here."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
