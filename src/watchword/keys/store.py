"""What the rules of keys read, and what they stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from watchword.keys.model import KMSKey


class KeyStore(Protocol):
    """Reads of one Region's KMS keys; sees what the same request staged before."""

    def key(self, account: str, key_id: str) -> KMSKey | None: ...

    def key_of_alias(self, account: str, alias: str) -> KMSKey | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySaved:
    """A key was made (`before` is None) or changed; `alias` names a new key in the same transaction."""

    before: KMSKey | None
    after: KMSKey
    alias: str | None = None
