"""What the rules of identity read, and what they stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from watchword.api.call import Principal
from watchword.identity.directory import Directory
from watchword.identity.model import AccessKey, AccessKeyUse

SID = "identity"
"""What stands for a secret's id in the links that carry an account's identity."""


class IdentityStore(Protocol):
    """Reads of this Region's own copy of the accounts' identity."""

    def access_key(self, access_key_id: str) -> AccessKey | None: ...

    def directory(self, account: str) -> Directory | None:
        """The account's identity; `None` where this Region does not have the account."""

    def glimpse(self, account: str) -> Directory | None:
        """The same, for whoever says by `rests_on` what of it counted: a commit compares that, and not the whole account.

        So changes of everybody else's identity do not make this request begin again.
        """

    def rests_on(self, directory: Directory | None, principal: Principal) -> None:
        """A decision about a principal rests on what was glimpsed of its account."""

    def accounts(self) -> Sequence[str]:
        """Every account that this Region has been told of."""

    def access_keys_of(self, account: str) -> Sequence[AccessKey]: ...

    def access_key_use(self, account: str, access_key_id: str) -> AccessKeyUse | None:
        """When it was last used in this Region, as far as that was written; it lags behind by half a minute."""

    def sealed_credential(self, account: str, kind: str, credential_id: str) -> bytes | None:
        """What this Region's custodian sealed for the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityChanged:
    """An account was founded (`before` is None) or its identity changed.

    The store writes the items whose content differs, keeps the index of access keys in step, and marks the account's
    active links dirty, all in one transaction; it refuses the commit as moved unless the account still is at `before`.
    """

    before: Directory | None
    after: Directory
    secrets: Mapping[str, bytes] = field(default_factory=dict)
    """Sealed secrets of access keys that are new in this Region, by access key id."""
    credentials: Mapping[tuple[str, str], bytes | None] = field(default_factory=dict)
    """Sealed credentials by kind and id; `None`: it goes."""
    incoming_link_id: str | None = None
    """The link that it came by; `None` in the control Region."""
