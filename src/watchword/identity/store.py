"""What the rules of identity read."""

from __future__ import annotations

from typing import Protocol

from watchword.identity.model import AccessKey


class IdentityStore(Protocol):
    """Reads of this Region's own copy of the accounts' identity."""

    def access_key(self, access_key_id: str) -> AccessKey | None: ...
