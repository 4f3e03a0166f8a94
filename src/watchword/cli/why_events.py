"""What an event of the trail tells of a request: who asked, for what, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from watchword.api import table
from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.api.unit import StoreUnavailable
from watchword.server.deployment import Deployment, HomeError, RegionSettings
from watchword.server.region import store_path
from watchword.storage.stores import SQLiteStores
from watchword.trail.redaction import HIDDEN, plan

WAITING_MAX = 10_000
"""Events that the agent has not joined to a segment yet; more than it ever leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event, as far as a decision needs it."""

    region: str
    principal: str
    operation: Operation
    request: Shape
    """Without what the trail hides."""
    resource: str
    at_ms: int
    source: str
    user_agent: str | None
    invoked_by: str | None
    """The service that asked in the principal's name: `secretsmanager`."""
    summary: str
    """What became of it, in one line."""


def told_of(deployment: Deployment, event_id: str, *, region: str | None) -> Told:
    """Find an event in the trails of this host's Regions.

    Raises:
        HomeError: there is none, or it tells of nothing that policies decide on.
    """
    searched = deployment.regions if region is None else (deployment.region(region),)
    event = _with(deployment, searched, "eventID", event_id)
    if event is None:
        raise HomeError(
            f"no event `{event_id}` is in the trails of {', '.join(one.name for one in searched)}"
        )
    if event["userIdentity"]["type"] == "AWSAccount":
        # The owner's event of another account's call: the caller's own says more.
        event = _with(deployment, searched, "sharedEventID", event["sharedEventID"]) or event
    return read(event)


def read(event: Mapping[str, Any]) -> Told:
    """Take an event apart. Pure.

    Raises:
        HomeError: it tells of nothing that policies decide on.
    """
    who = event["userIdentity"]
    service = event["eventSource"].partition(".")[0]
    operation = table.operation_named(f"{service}:{event['eventName']}")
    if operation is None or "arn" not in who:
        raise HomeError(f"event `{event['eventID']}` tells of nothing that policies decided on")
    parameters = event.get("requestParameters") or {}
    request = request_of(operation.request, parameters)
    resources = event.get("resources") or []
    resource = resources[0]["ARN"] if resources else None
    if resource is None and operation.resource_member is not None:
        resource = getattr(request, operation.resource_member)
    invoked_by = who.get("invokedBy")
    return Told(
        region=event["awsRegion"],
        principal=who["arn"],
        operation=operation,
        request=request,
        resource=resource or "*",
        at_ms=round(datetime.fromisoformat(event["eventTime"]).timestamp() * 1_000),
        source="" if invoked_by else event["sourceIPAddress"],
        user_agent=event.get("userAgent"),
        invoked_by=None if invoked_by is None else invoked_by.partition(".")[0],
        summary=_summary(event),
    )


def request_of(shape: type[Shape], parameters: Mapping[str, Any]) -> Shape:
    """A request as an event shows it; what the trail hides is left out. Pure."""
    info = msgspec.inspect.type_info(shape)
    assert isinstance(info, msgspec.inspect.StructType)
    kinds = {field.name: field.type for field in info.fields}
    members = {}
    for name, shown, _ in plan(shape):
        value = parameters.get(shown)
        if value is not None and value != HIDDEN:
            members[name] = _value(kinds[name], value)
    return shape(**members)


def _value(kind: msgspec.inspect.Type, value: Any) -> Any:
    match kind:
        case msgspec.inspect.UnionType(types=kinds):
            present = [one for one in kinds if not isinstance(one, msgspec.inspect.NoneType)]
            return _value(present[0], value)
        case msgspec.inspect.StructType(cls=cls) if issubclass(cls, Shape) and isinstance(value, dict):
            return request_of(cls, value)
        case msgspec.inspect.VarTupleType(item_type=item) | msgspec.inspect.ListType(item_type=item):
            return tuple(_value(item, one) for one in value)
        case msgspec.inspect.CustomType():
            # A moment is written as text, and no condition key asks for one.
            return None
        case _:
            return value


def _summary(event: Mapping[str, Any]) -> str:
    became = "was carried out"
    if "errorCode" in event:
        became = f"ended in {event['errorCode']}: {event.get('errorMessage', '')}"
    note = (event.get("additionalEventData") or {}).get("decision")
    then = "" if note is None else f" (then: {note})"
    return f"{event['eventName']} of {event['eventTime']} {became}{then}"


def _with(
    deployment: Deployment, searched: tuple[RegionSettings, ...], member: str, wanted: str
) -> Mapping[str, Any] | None:
    """The event with this id; of those that several accounts got, the one that names the caller."""
    needle = wanted.encode()
    found = None
    for settings in searched:
        for line in _lines(deployment, settings):
            if needle not in line:
                continue
            event: Mapping[str, Any] = json.loads(line)
            if event.get(member) == wanted:
                found = event
                if event["userIdentity"]["type"] != "AWSAccount":
                    return event
    return found


def _lines(deployment: Deployment, settings: RegionSettings) -> Iterator[bytes]:
    for path in sorted((deployment.home / settings.folder / "trail").glob("*.jsonl")):
        with path.open("rb") as segment:
            # A line that is being written has no end yet.
            yield from (line for line in segment if line.endswith(b"\n"))
    path = store_path(settings, home=deployment.home)
    if not path.is_file():
        return
    stores = SQLiteStores(path, partition=settings.partition, region=settings.name)
    try:
        yield from (row.line for row in stores.events(limit=WAITING_MAX))
    except StoreUnavailable as error:
        raise HomeError(f"Region `{settings.name}`: its database can't be read: {error}") from None
    finally:
        stores.close()
