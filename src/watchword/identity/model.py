"""What IAM keeps of an account: its items, frozen, each one replicated as a whole.

An item is written as JSON. A member that is added later has a default, so that an older Region's item still reads.
Source: IAM API reference, data types; facts A.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import msgspec

SETTINGS_ID = "account"
"""The one item of its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey:
    """An access key of a principal. The secret half is sealed to this Region's custodian: nobody here can read it."""

    access_key_id: str
    account: str
    principal_arn: str
    """Of a root user; of others only what it was when the key was made."""
    user_id: str
    """Whose it is: the account id for the root user, `AIDA…` for others."""
    sealed_secret: bytes
    active: bool


class AccessKeyUse(msgspec.Struct, frozen=True, kw_only=True):
    """An access key let a request in."""

    service: str
    """As scopes of signatures name it."""
    at_ms: int


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that an account's state is made of."""

    @property
    def item_id(self) -> str:
        """By which it is told from the others of its kind, for ever."""
        raise NotImplementedError


class OptStatus(StrEnum):
    """Source: Account Management API, RegionOptStatus."""

    ENABLED = "ENABLED"
    ENABLING = "ENABLING"
    DISABLING = "DISABLING"
    DISABLED = "DISABLED"
    ENABLED_BY_DEFAULT = "ENABLED_BY_DEFAULT"


class AccountKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key of the account's that only custodians hold: what stands in the state is that there is one."""

    key_id: str
    created_ms: int


class PasswordPolicy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Source: IAM API, UpdateAccountPasswordPolicy; the defaults are its own."""

    minimum_length: int = 6
    require_symbols: bool = False
    require_numbers: bool = False
    require_uppercase: bool = False
    require_lowercase: bool = False
    allow_users_to_change: bool = False
    max_age_days: int | None = None
    reuse_prevention: int | None = None
    hard_expiry: bool | None = None


class Settings(Item, frozen=True, kw_only=True, omit_defaults=True):
    """What belongs to the account as a whole."""

    created_ms: int
    name: str | None = None
    """Account Management's account name."""
    alias: str | None = None
    password_policy: PasswordPolicy | None = None
    regions: Mapping[str, OptStatus] = {}
    """Opt-in Regions that are or were enabled; a Region that is not named is as it is by default."""
    session_keys: tuple[AccountKey, ...] = ()
    """Of session tokens. The newest first: it seals; the others still open."""
    password_keys: tuple[AccountKey, ...] = ()
    """Of the hashes of passwords, in the same order."""

    @property
    def item_id(self) -> str:
        return SETTINGS_ID


class Login(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A password for the console."""

    password_hash: str
    created_ms: int
    reset_required: bool = False
    changed_ms: int = 0
    former_hashes: tuple[str, ...] = ()
    """For the password policy's reuse prevention, the newest first."""


class User(Item, frozen=True, kw_only=True, omit_defaults=True):
    user_id: str
    """`AIDA…`."""
    name: str
    path: str = "/"
    created_ms: int
    tags: Mapping[str, str] = {}
    boundary: str | None = None
    """ARN of the managed policy that bounds its permissions."""
    inline: Mapping[str, str] = {}
    """Policy documents by name."""
    attached: tuple[str, ...] = ()
    """ARNs of managed policies."""
    groups: tuple[str, ...] = ()
    """Ids of its groups."""
    login: Login | None = None

    @property
    def item_id(self) -> str:
        return self.user_id


class Group(Item, frozen=True, kw_only=True, omit_defaults=True):
    group_id: str
    """`AGPA…`."""
    name: str
    path: str = "/"
    created_ms: int
    inline: Mapping[str, str] = {}
    attached: tuple[str, ...] = ()

    @property
    def item_id(self) -> str:
        return self.group_id


class Role(Item, frozen=True, kw_only=True, omit_defaults=True):
    role_id: str
    """`AROA…`."""
    name: str
    path: str = "/"
    created_ms: int
    trust: str
    """The trust policy, with principals as they are remembered (`policy_principals.py`)."""
    description: str | None = None
    max_session_s: int = 3600
    tags: Mapping[str, str] = {}
    boundary: str | None = None
    inline: Mapping[str, str] = {}
    attached: tuple[str, ...] = ()
    service: str | None = None
    """Of a service-linked role the service."""

    @property
    def item_id(self) -> str:
        return self.role_id


class PolicyVersion(msgspec.Struct, frozen=True, kw_only=True):
    version_id: str
    """`v1`, `v2`, …"""
    document: str
    created_ms: int


class ManagedPolicy(Item, frozen=True, kw_only=True, omit_defaults=True):
    policy_id: str
    """`ANPA…`."""
    name: str
    path: str = "/"
    created_ms: int
    updated_ms: int
    description: str | None = None
    tags: Mapping[str, str] = {}
    versions: tuple[PolicyVersion, ...]
    """At most five, the oldest first."""
    default_version: str
    last_version: int
    """The number of the version made last; a number is never used again."""

    @property
    def item_id(self) -> str:
        return self.policy_id

    @property
    def document(self) -> str:
        """The one in force."""
        return next(one.document for one in self.versions if one.version_id == self.default_version)


class AccessKeyItem(Item, frozen=True, kw_only=True, omit_defaults=True):
    """What the account knows of an access key; its secret is no part of the state."""

    access_key_id: str
    owner_id: str
    """`AIDA…`, or the account id: the root user's."""
    created_ms: int
    active: bool = True

    @property
    def item_id(self) -> str:
        return self.access_key_id


class InstanceProfile(Item, frozen=True, kw_only=True, omit_defaults=True):
    profile_id: str
    """`AIPA…`."""
    name: str
    path: str = "/"
    created_ms: int
    role_id: str | None = None
    tags: Mapping[str, str] = {}

    @property
    def item_id(self) -> str:
        return self.profile_id


class OIDCProvider(Item, frozen=True, kw_only=True, omit_defaults=True):
    """An OpenID Connect identity provider whose tokens roles may trust."""

    url: str
    """Without `https://`; the ARN ends with it."""
    created_ms: int
    client_ids: tuple[str, ...] = ()
    thumbprints: tuple[str, ...] = ()
    tags: Mapping[str, str] = {}

    @property
    def item_id(self) -> str:
        return self.url


class Kind(StrEnum):
    """Of items; the names stand in the store and in messages."""

    SETTINGS = "settings"
    USER = "user"
    GROUP = "group"
    ROLE = "role"
    POLICY = "policy"
    ACCESS_KEY = "access-key"
    INSTANCE_PROFILE = "instance-profile"
    OIDC_PROVIDER = "oidc-provider"


ITEM_TYPES: Mapping[Kind, type[Item]] = {
    Kind.SETTINGS: Settings,
    Kind.USER: User,
    Kind.GROUP: Group,
    Kind.ROLE: Role,
    Kind.POLICY: ManagedPolicy,
    Kind.ACCESS_KEY: AccessKeyItem,
    Kind.INSTANCE_PROFILE: InstanceProfile,
    Kind.OIDC_PROVIDER: OIDCProvider,
}
KIND_OF: Mapping[type[Item], Kind] = {type_: kind for kind, type_ in ITEM_TYPES.items()}

_encoder = msgspec.json.Encoder(order="deterministic")
_DECODERS = {kind: msgspec.json.Decoder(type_) for kind, type_ in ITEM_TYPES.items()}


def encoded(item: Item) -> bytes:
    return _encoder.encode(item)


def decoded(kind: Kind, body: bytes) -> Item:
    """Read an item.

    Raises:
        msgspec.ValidationError: it is no item of that kind.
    """
    item: Item = _DECODERS[kind].decode(body)
    return item
