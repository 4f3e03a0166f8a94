"""Who there is: accounts and access keys."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey:
    """An access key of a principal. The secret half is sealed to this Region's custodian: nobody here can read it."""

    access_key_id: str
    account: str
    principal_arn: str
    user_id: str
    """STS's UserId: the account id for the root user."""
    sealed_secret: bytes
    active: bool
