"""One event of the trail: a JSON document in CloudTrail's form. Pure.

`event` tells of one operation that somebody called, `service_event` of something that a Region did by itself.
The names, and what is null when, are CloudTrail's record format, version 1.11; ours is the member
`watchword`, which says which process wrote the event and as its how-many-eth, so that a missing one is
noticed.

What a request said under the names of a secret is never in an event (`redaction.py`); nor is a signature or a
token.

Source: CloudTrail User Guide, "CloudTrail record contents", "userIdentity element".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from watchword.api.call import Place, Principal, PrincipalKind, Session
from watchword.api.errors import ApiError
from watchword.api.operation import Operation, Protocol
from watchword.api.shape import Shape
from watchword.trail.moment import iso_seconds
from watchword.trail.redaction import cut, shown

EVENT_VERSION = "1.11"
EVENT_BYTES_MAX = 262_144
"""As CloudTrail's own limit; beyond it parameters and answer are left out, and the event says so."""

_RESOURCE_TYPES = {"secretsmanager": "AWS::SecretsManager::Secret", "kms": "AWS::KMS::Key"}
# A secret access key, put where the id belongs, does not look like this (it is 40 characters of both cases).
_ACCESS_KEY_ID = re.compile(r"[A-Z0-9]{16,128}")
_CAPITALS = {
    "request_id": "requestID",
    "event_id": "eventID",
    "source_ip_address": "sourceIPAddress",
    "shared_event_id": "sharedEventID",
}
_encoder = msgspec.json.Encoder()


def _spelled(name: str) -> str:
    """CloudTrail's spelling of a member: camel case, but for some initialisms."""
    head, *rest = name.split("_")
    return _CAPITALS.get(name) or head + "".join(map(str.capitalize, rest))


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One call of an operation, as the gate saw it end."""

    operation: Operation
    request: Shape | None
    """None: refused before it could be read."""
    response: Shape | None = None
    error: ApiError | None = None
    principal: Principal | None
    """None: nobody was proven."""
    access_key_id: str | None = None
    """What an unproven caller said; shown only where it looks like an access key id."""
    place: Place
    now: int
    """Milliseconds since 1970 UTC."""
    request_id: str
    event_id: str
    source: str
    """The caller's address."""
    user_agent: str | None = None
    via: str | None = None
    """The service that called in the principal's name, as in `Call.via`."""
    note: Mapping[str, str] = msgspec.field(default_factory=dict)
    resources: Sequence[str] = ()
    """ARNs of what was found."""
    shared_event_id: str | None = None
    """The same in the events of one call that several accounts get: the caller's, and the resource's."""
    recipient: str | None = None
    """The resource's account, if this is its event of another account's call; else the caller's account gets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Something that a Region did by itself: `ReplicationSucceeded`, a segment removed."""

    name: str
    event_source: str
    """`secretsmanager.amazonaws.com`."""
    place: Place
    account: str
    now: int
    event_id: str
    error_code: str | None = None
    error_message: str | None = None
    details: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Never a value."""
    resources: Sequence[str] = ()


class _Document(msgspec.Struct, kw_only=True, rename=_spelled):
    """What differs from event to event, in CloudTrail's names; a Struct, for a map costs twice as much to write."""

    user_identity: msgspec.Raw
    event_time: str
    request_parameters: Any = None
    response_elements: Any = None
    request_id: str | None
    event_id: str
    source_ip_address: str
    user_agent: str | None
    error_code: str | UnsetType = UNSET
    error_message: str | UnsetType = UNSET
    additional_event_data: dict[str, str] | UnsetType = UNSET
    service_event_details: Any = UNSET
    resources: list[msgspec.Raw] | UnsetType = UNSET
    recipient_account_id: str | UnsetType = UNSET
    shared_event_id: str | UnsetType = UNSET
    watchword: dict[str, str | int]


def event(entry: Entry, *, process: str, sequence: int) -> bytes:
    """Return the event of one call, without the line's end.

    The answer is shown for changes only, and null for reads and refusals, as in CloudTrail; but for sessions that were
    issued, whose access key id leads to what was done with them.
    """
    operation = entry.operation
    answer, error, principal = entry.response, entry.error, entry.principal
    # CloudTrail names the calling service in both; the caller's own address is in that service's event.
    service = None if entry.via is None else _service_of(entry.via)
    agent = entry.user_agent
    document = _Document(
        user_identity=_identity(entry),
        event_time=iso_seconds(entry.now // 1000),
        request_parameters=None if entry.request is None else shown(entry.request),
        response_elements=None if answer is None or error or _is_read(operation) else shown(answer),
        request_id=entry.request_id,
        event_id=entry.event_id,
        source_ip_address=service or entry.source,
        user_agent=service or (None if agent is None else cut(agent)),
        error_code=UNSET if error is None else _error_code(error, operation),
        error_message=UNSET if error is None else cut(error.message),
        additional_event_data={name: cut(text) for name, text in entry.note.items()} if entry.note else UNSET,
        resources=[_resource(arn) for arn in entry.resources] if entry.resources else UNSET,
        recipient_account_id=UNSET
        if principal is None
        else entry.recipient or principal.account or _owner(entry.resources),
        shared_event_id=UNSET if entry.shared_event_id is None else entry.shared_event_id,
        watchword={"process": process, "sequence": sequence},
    )
    return _line(_constant(operation, entry.place.region), document)


def service_event(occurrence: Occurrence, *, process: str, sequence: int) -> bytes:
    """Return the event of something that nobody called, without the line's end."""
    source = occurrence.event_source
    details = {name: cut(text) for name, text in occurrence.details.items()}
    identity = {"accountId": occurrence.account, "invokedBy": source}
    document = _Document(
        user_identity=msgspec.Raw(_encoder.encode(identity)),
        event_time=iso_seconds(occurrence.now // 1000),
        request_id=None,
        event_id=occurrence.event_id,
        source_ip_address=source,
        user_agent=source,
        error_code=UNSET if occurrence.error_code is None else occurrence.error_code,
        error_message=UNSET if occurrence.error_message is None else cut(occurrence.error_message),
        service_event_details=details or UNSET,
        resources=[_resource(arn) for arn in occurrence.resources] if occurrence.resources else UNSET,
        recipient_account_id=occurrence.account,
        watchword={"process": process, "sequence": sequence},
    )
    constant = _head(
        source=source, name=occurrence.name, region=occurrence.place.region, read_only=False, of_service=True
    )
    return _line(constant, document)


def _owner(resources: Sequence[str]) -> str:
    """Whose resource it was, of a caller that is of no account."""
    return resources[0].split(":", 5)[4] if resources else ""


@functools.cache
def _is_read(operation: Operation) -> bool:
    """Cached for ever: one per operation."""
    issues = operation.response is not None and "credentials" in operation.response.__struct_fields__
    return operation.read_only and not issues


def _line(constant: bytes, document: _Document) -> bytes:
    """Join what is the same in every event of an operation and what is not."""
    line = constant + _encoder.encode(document)[1:]
    if len(line) <= EVENT_BYTES_MAX:
        return line
    omitted = {"omitted": True, "originalSize": len(line), "reason": "event too large"}
    document.resources = document.additional_event_data = UNSET
    if document.request_parameters is not None:
        document.request_parameters = omitted
    if document.response_elements is not None:
        document.response_elements = omitted
    if document.service_event_details is not UNSET:
        document.service_event_details = omitted
    return constant + _encoder.encode(document)[1:]


@functools.cache
def _constant(operation: Operation, region: str) -> bytes:
    """Cached for ever: one per operation in each Region, and a process serves one Region."""
    service = operation.service
    return _head(
        source=service.event_source,
        name=operation.name,
        region=region,
        read_only=operation.read_only,
        # What Regions say to each other is no call of a customer.
        of_service=service.internal,
    )


def _head(*, source: str, name: str, region: str, read_only: bool, of_service: bool) -> bytes:
    """Return the start of a JSON object, up to the comma before its next member."""
    constant = {
        "eventVersion": EVENT_VERSION,
        "eventSource": source,
        "eventName": name,
        "awsRegion": region,
        "readOnly": read_only,
        "eventType": "AwsServiceEvent" if of_service else "AwsApiCall",
        "managementEvent": True,
        "eventCategory": "Management",
    }
    return _encoder.encode(constant)[:-1] + b","


def _identity(entry: Entry) -> msgspec.Raw:
    principal = entry.principal
    if principal is None:
        return _unproven(entry.access_key_id)
    if entry.recipient not in (None, principal.account):
        return _foreign(principal)
    return _proven(principal, entry.via)


@functools.lru_cache(maxsize=1024)
def _foreign(principal: Principal) -> msgspec.Raw:
    """A caller as another account's events show it: the account, and no name. Source: userIdentity, AWSAccount."""
    identity = {"type": "AWSAccount", "principalId": principal.user_id, "accountId": principal.account}
    return msgspec.Raw(_encoder.encode(identity))


@functools.lru_cache(maxsize=1024)
def _proven(principal: Principal, via: str | None) -> msgspec.Raw:
    """Return the identity, encoded. Cached because a client calls again and again as the same principal."""
    identity: dict[str, object] = {
        # CloudTrail knows no Regions as callers; an AWS service is what comes nearest.
        "type": "AWSService" if principal.kind is PrincipalKind.REGION else principal.kind.value,
        "principalId": principal.user_id,
        "arn": principal.arn,
        "accountId": principal.account,
    }
    if principal.access_key_id is not None:
        identity["accessKeyId"] = principal.access_key_id
    if principal.name is not None:
        identity["userName"] = principal.name
    if principal.kind is PrincipalKind.WEB_IDENTITY:
        # Of no account, and on the way to a session: the provider is what stands for it.
        identity["identityProvider"] = identity.pop("arn")
        del identity["accountId"]
        return msgspec.Raw(_encoder.encode(identity))
    session = principal.session
    if session is not None:
        identity["sessionContext"] = _session_context(principal, session)
    if via is not None:
        identity["invokedBy"] = _service_of(via)
    return msgspec.Raw(_encoder.encode(identity))


def _session_context(principal: Principal, session: Session) -> dict[str, object]:
    """Source: CloudTrail userIdentity element, sessionContext."""
    said: dict[str, object] = {
        "attributes": {"creationDate": iso_seconds(session.issued_ms // 1000), "mfaAuthenticated": "false"},
        "issuingRegion": session.region,
    }
    if principal.kind is PrincipalKind.ROLE_SESSION:
        said["sessionIssuer"] = {
            "type": "Role",
            "principalId": principal.issuer_id,
            "arn": principal.issuer_arn,
            "accountId": principal.account,
            "userName": principal.issuer_arn.rpartition("/")[2],
        }
    if session.source_identity is not None:
        said["sourceIdentity"] = session.source_identity
    if session.federated_provider is not None:
        said["webIdFederationData"] = {"federatedProvider": session.federated_provider}
    return said


def _unproven(access_key_id: str | None) -> msgspec.Raw:
    identity = {"type": "Unknown"}
    if access_key_id is not None and _ACCESS_KEY_ID.fullmatch(access_key_id):
        identity["accessKeyId"] = access_key_id
    return msgspec.Raw(_encoder.encode(identity))


def _service_of(via: str) -> str:
    """Turn `kms:ViaService`'s `kms.us-east-1.amazonaws.com` into CloudTrail's `kms.amazonaws.com`."""
    return f"{via.partition('.')[0]}.amazonaws.com"


def _error_code(error: ApiError, operation: Operation) -> str:
    if operation.service.protocol is Protocol.QUERY and error.query_code is not None:
        return error.query_code
    return error.code


@functools.lru_cache(maxsize=4_096)
def _resource(arn: str) -> msgspec.Raw:
    """Name a resource, encoded: the same ones are asked for again and again; what found nothing may be no ARN at all."""
    resource = {"ARN": cut(arn)}
    parts = arn.split(":", 5)
    if len(parts) == 6 and parts[0] == "arn":
        resource["accountId"] = parts[4]
        if parts[2] in _RESOURCE_TYPES:
            resource["type"] = _RESOURCE_TYPES[parts[2]]
    return msgspec.Raw(_encoder.encode(resource))
