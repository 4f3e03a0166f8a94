"""Amazon Resource Names: read strictly, written as they were read.

What is handled: the six fields of any service's ARN. What is not: wildcards, which belong to policies, and
what the resource part means, which belongs to each service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from watchword.regions.partitions import is_region

ARN_CHARACTERS_MAX = 2_048
"""The longest ARN of any shape that this project generates (SecretARNType, ArnType)."""

_partition = re.compile(r"aws(?:-[a-z]+)*")
_service = re.compile(r"[a-z0-9-]{1,63}")
# IAM's managed policies belong to the account `aws`.
_account = re.compile(r"[0-9]{12}|aws|")
# Printable ASCII without blanks: no service here allows more, and nothing in it can end a log line or a
# header.
_resource = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ARN:
    """The name of one resource. `str()` of it is what `parse` reads.

    Raises:
        ValueError: a field holds what an ARN cannot; the message does not repeat it.

    Source: IAM User Guide, Identify AWS resources with Amazon Resource Names (ARNs).
    """

    partition: str
    service: str
    region: str
    """Empty for what has no Region: IAM's resources."""
    account: str
    """Twelve digits; empty where the resource part names a thing across accounts."""
    resource: str
    """Everything after the fifth colon; may hold colons and slashes."""

    def __post_init__(self) -> None:
        if _partition.fullmatch(self.partition) is None:
            raise ValueError("an ARN's partition is `aws`, or `aws-` and lower-case words")
        if _service.fullmatch(self.service) is None:
            raise ValueError("an ARN's service is lower-case letters, digits and hyphens")
        if self.region and not is_region(self.region):
            raise ValueError("an ARN's Region is a Region code or empty")
        if _account.fullmatch(self.account) is None:
            raise ValueError("an ARN's account is twelve digits or empty")
        if _resource.fullmatch(self.resource) is None:
            raise ValueError("an ARN's resource is printable ASCII without blanks")

    @classmethod
    def parse(cls, text: str) -> ARN:
        """Read an ARN; `ValueError` if it is none."""
        if len(text) > ARN_CHARACTERS_MAX:
            raise ValueError(f"an ARN has at most {ARN_CHARACTERS_MAX} characters")
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn":
            raise ValueError("an ARN has the form `arn:partition:service:region:account:resource`")
        _, partition, service, region, account, resource = parts
        return cls(partition=partition, service=service, region=region, account=account, resource=resource)

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"
