"""The operations table's rows: one `Operation` for each thing that can be asked of a service."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchword.api.errors import ApiError
    from watchword.api.shape import Shape

BODY_BYTES_MAX = 1_048_576
"""65,536 legal control characters, the largest value, are 393,236 bytes of JSON; 1 MiB leaves room for the rest."""


class Protocol(StrEnum):
    JSON = "json"
    QUERY = "query"
    REST_JSON = "rest-json"
    EC2 = "ec2"


class AccessLevel(StrEnum):
    """The Service Authorization Reference's classes."""

    READ = "Read"
    LIST = "List"
    WRITE = "Write"
    TAGGING = "Tagging"
    PERMISSIONS = "Permissions management"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One AWS service as its model describes it."""

    name: str
    """botocore's name for it: `secretsmanager`."""
    signing_name: str
    protocol: Protocol
    target_prefix: str | None = None
    """JSON services: what stands before the dot in `X-Amz-Target`."""
    api_version: str
    xml_namespace: str | None = None
    error_message_member: str = "message"
    """The member that holds an error's text: `Message` in Secrets Manager, `message` in KMS."""
    event_source: str
    """As in CloudTrail: `secretsmanager.amazonaws.com`."""
    internal: bool = False
    """Ours, between Regions; a client's port answers UnknownOperationException to its operations."""
    any_region: bool = False
    """A signature made for any Region of the partition is accepted (IAM, STS, Account)."""
    account_state: bool = False
    """What it writes is the account's in the whole partition, and is written in its control Region (IAM, Account)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionKey:
    """One condition key of policies and the request member that fills it (`None`: filled from what was found)."""

    name: str
    member: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """A permission that an operation needs too if a member of its request is there."""

    action: str
    member: str
    """The request's field (Python name)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation:
    """One operation: drives routing, validation, authorization, audit and documentation."""

    service: Service
    name: str
    request: type[Shape]
    response: type[Shape] | None
    errors: tuple[type[ApiError], ...] = ()
    result_wrapper: str | None = None
    """Query services: the element around the answer, `GetCallerIdentityResult`."""
    path: str | None = None
    """REST services: what is POSTed to, `/listRegions`."""
    signed: bool = True
    """AWS asks for a signature; AssumeRoleWithWebIdentity has a token of another party instead."""
    action: str | None = None
    """The IAM action; `None` where AWS asks for no permission (GetCallerIdentity)."""
    access: AccessLevel
    changes_nothing: bool = False
    """Its access level is Write, but it only uses something: CloudTrail records it as read-only."""
    resource_member: str | None = None
    """The request's field (Python name) that names the resource; `None`: the operation acts on `*` or makes a resource."""
    condition_keys: tuple[ConditionKey, ...] = ()
    also: tuple[Also, ...] = ()
    body_bytes_max: int = BODY_BYTES_MAX
    paginated: bool = False

    @property
    def read_only(self) -> bool:
        """As CloudTrail's `readOnly` says it."""
        return self.changes_nothing or self.access in (AccessLevel.READ, AccessLevel.LIST)

    @property
    def global_write(self) -> bool:
        """It changes the account in every Region of the partition: the control Region carries it out (decision 0008)."""
        return self.service.account_state and not self.read_only

    def __repr__(self) -> str:
        return f"<{self.service.name}:{self.name}>"
