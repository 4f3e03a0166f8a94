"""What no AWS model says of an operation: one small table for each service, read by `tools/generate_api.py`.

Members are named as on the wire; the generator refuses a name that the model does not know, and turns the
rest into Python names. The order of a table is the order of the generated file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchword.api.operation import AccessLevel

RESOURCE = None
"""A condition key that the request does not fill: its value comes from what was found, or from who calls."""

OF_TAGS: dict[str, str | None] = {"aws:RequestTag/${TagKey}": "Tags", "aws:TagKeys": "Tags"}
"""What policies may ask of the tags in a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One operation's row, as the Service Authorization Reference gives it."""

    access: AccessLevel
    resource: str | None = None
    """The request member that names the resource."""
    keys: Mapping[str, str | None] = field(default_factory=dict)
    """Condition key -> the request member that fills it, or `RESOURCE`."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Operation of the same service whose permission is needed too -> the request member that makes it so."""
    changes_nothing: bool = False
    """Its access level is Write, and CloudTrail records it as read-only: it uses a key."""
    permission: bool = True
    """AWS asks for an IAM permission of the operation's name."""
    action: str | None = None
    """The IAM permission, where it has another name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """One service: what its model leaves open, and the operations that this project answers."""

    service: str
    """botocore's name for it, and the name of the generated module."""
    event_source: str
    """As in CloudTrail."""
    operations: Mapping[str, Facts]
    any_region: bool = False
    """A signature made for any Region of the partition is accepted."""
    account_state: bool = False
    """What it writes is the account's in the whole partition."""
    permissions: Mapping[str, Facts] = field(default_factory=dict)
    """Actions of policies that no operation has the name of: operations of other names ask for them."""
    sensitive: frozenset[str] = frozenset()
    """Shapes of the model that are hidden here though the model shows them."""
