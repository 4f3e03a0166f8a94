"""A registry of who can carry out rotations, for tests of what RotateSecret does once somebody can.

It holds names and no code: what a function would do, a test does by calling the API as the function does.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from watchword.api.call import Call
from watchword.api.errors import AccessDeniedException
from watchword.api.shapes.secretsmanager import InvalidRequestException
from watchword.secrets import refusals
from watchword.secrets.store import SecretStore


@dataclass(kw_only=True)
class Registry:
    functions: set[str] = field(default_factory=set)
    """ARNs of functions that Secrets Manager may invoke."""
    roles: set[str] = field(default_factory=set)
    """ARNs of roles that it may assume."""

    def check_function(self, function_arn: str, _call: Call[SecretStore]) -> None:
        if function_arn not in self.functions:
            raise AccessDeniedException(refusals.CANT_INVOKE)

    def check_role(self, role_arn: str, _call: Call[SecretStore]) -> None:
        if role_arn not in self.roles:
            raise InvalidRequestException(refusals.CANT_ASSUME.format(role_arn=role_arn))
