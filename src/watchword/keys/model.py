"""What a KMS key is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class KeyState(StrEnum):
    ENABLED = "Enabled"
    DISABLED = "Disabled"


class KeyManager(StrEnum):
    AWS = "AWS"
    CUSTOMER = "CUSTOMER"


@dataclass(frozen=True, slots=True, kw_only=True)
class KMSKey:
    """A symmetric encryption key of one Region. Its material is wrapped by the custodian; nobody else opens it."""

    account: str
    key_id: str
    """A UUID."""
    partition: str
    region: str
    description: str
    manager: KeyManager
    state: KeyState
    tags: Mapping[str, str]
    policy: str | None
    """The key policy as given; `None`: the default one, which delegates to the account."""
    materials: Mapping[int, bytes]
    """Wrapped material by version, from 1; the highest seals, all open."""
    created_ms: int
    stamp: int
    """Raised by every write; commits compare it."""

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:kms:{self.region}:{self.account}:key/{self.key_id}"

    @property
    def current_version(self) -> int:
        return max(self.materials)
