"""The operations table: everything that can be asked, by what a request says of itself.

AWS's operations are generated; ours, between Regions, stand in `shapes/watchword.py` and are found only by
those who ask for them, so that a client's port cannot reach one by naming it.
"""

from __future__ import annotations

from types import MappingProxyType

from watchword.api.operation import Operation, Protocol, Service
from watchword.api.shapes import account, ec2, iam, kms, secretsmanager, sts, watchword

_modules = (secretsmanager, kms, iam, sts, account, ec2)
_FORMS = (Protocol.QUERY, Protocol.EC2)

SERVICES: tuple[Service, ...] = tuple(module.SERVICE for module in _modules)
"""AWS's, as a client's port answers for them."""

OPERATIONS: tuple[Operation, ...] = tuple(
    operation for module in _modules for operation in module.OPERATIONS.values()
)
INTERNAL_OPERATIONS: tuple[Operation, ...] = tuple(watchword.OPERATIONS.values())
PERMISSIONS: tuple[Operation, ...] = (*iam.PERMISSIONS, *sts.PERMISSIONS)
"""Actions of policies that no operation has the name of, and no request can name."""

_by_name = MappingProxyType({service.name: service for service in SERVICES})
_by_service_and_name = MappingProxyType(
    {f"{operation.service.name}:{operation.name}": operation for operation in OPERATIONS}
)
_by_prefix = MappingProxyType(
    {service.target_prefix: service for service in SERVICES if service.target_prefix}
)
_by_target = MappingProxyType(
    {
        f"{operation.service.target_prefix}.{operation.name}": operation
        for operation in OPERATIONS
        if operation.service.protocol is Protocol.JSON
    }
)
_internal_by_target = MappingProxyType(
    {f"{operation.service.target_prefix}.{operation.name}": operation for operation in INTERNAL_OPERATIONS}
)
_by_action = MappingProxyType(
    {
        (operation.service.name, operation.service.api_version, operation.name): operation
        for operation in OPERATIONS
        if operation.service.protocol in _FORMS
    }
)
_by_path = MappingProxyType({operation.path: operation for operation in OPERATIONS if operation.path})
_by_signing_name = MappingProxyType({service.signing_name: service for service in SERVICES})


def by_target(target: str, *, internal: bool = False) -> Operation | None:
    """Return the operation of a JSON service that `X-Amz-Target` names; ours only when `internal`."""
    found = _by_target.get(target)
    return _internal_by_target.get(target) if found is None and internal else found


def by_action(service: str, version: str, action: str) -> Operation | None:
    """Return the operation of a query service that `Version` and `Action` name."""
    return _by_action.get((service, version, action))


def by_path(path: str) -> Operation | None:
    """Return the operation of a REST service that has this path to itself."""
    return _by_path.get(path)


def operation_named(name: str) -> Operation | None:
    """Return the operation that is called so, after its service: `secretsmanager:GetSecretValue`."""
    return _by_service_and_name.get(name)


def service_named(name: str) -> Service | None:
    """Return the service that botocore calls so."""
    return _by_name.get(name)


def service_of_target(target: str) -> Service | None:
    """Return the JSON service whose prefix a target has, whether or not it has such an operation.

    An unknown operation of a known service is refused in that service's words.
    """
    return _by_prefix.get(target.partition(".")[0])


def service_of_version(version: str) -> Service | None:
    """Return the query service that has this API version: query requests name no service otherwise."""
    for service in SERVICES:
        if service.protocol in _FORMS and service.api_version == version:
            return service
    return None


def service_signed_as(name: str) -> Service | None:
    """Return the service that a signature's scope names."""
    return _by_signing_name.get(name)
