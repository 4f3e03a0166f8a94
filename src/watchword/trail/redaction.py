"""What of a request or an answer an event may show: pure, and decided per shape, once.

  - A member that the model marks sensitive is shown as `HIDDEN_DUE_TO_SECURITY_REASONS`, in CloudTrail's
    words.
  - A blob is hidden whatever the model says: a ciphertext today is a plaintext to whoever gets the key.
  - What this module does not know (a type, a member that the shape does not describe) is hidden: a new kind
    of member must ask to be seen.
  - Long text is cut at 1 KiB and long lists at 100 items, so that a caller can't fill the disk with one
    event.

Names are written as CloudTrail writes them: `KmsKeyId` is `kmsKeyId`, `ARN` is `arn`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from itertools import islice
from typing import Any

import msgspec

from watchword.api.shape import Instant, Member, Shape
from watchword.trail.moment import iso_milliseconds

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
TEXT_CHARACTERS_MAX = 1024
ITEMS_MAX = 100

# `Any` here and below: this is where shapes of every kind meet generic code.
Render = Callable[[Any], Any]


def shown(shape: Shape) -> dict[str, Any]:
    """Return what an event shows of a shape: members that are there, redacted, under CloudTrail's names."""
    document = {}
    for field, name, render in plan(type(shape)):
        value = getattr(shape, field)
        if value is not None:
            document[name] = render(value)
    return document


@functools.cache
def plan(shape: type[Shape]) -> tuple[tuple[str, str, Render], ...]:
    """Return (field, name in the event, how it is shown) for each member, in the model's order.

    Cached for ever: there are as many plans as shapes.
    """
    info = msgspec.inspect.type_info(shape)
    assert isinstance(info, msgspec.inspect.StructType)
    rows = []
    for field in info.fields:
        member = shape.MEMBERS.get(field.name)
        # A generated shape describes every member; one that describes some but not this is not to be trusted.
        known = member is not None or not shape.MEMBERS
        rows.append(
            (field.name, event_name(field.encode_name), _render(field.type, member) if known else _hide)
        )
    return tuple(rows)


def event_name(name: str) -> str:
    """Return a member's name as events spell it: `SecretId` -> `secretId`, `KMSKeyId` -> `kmsKeyId`."""
    capitals = 0
    while capitals < len(name) and name[capitals].isupper():
        capitals += 1
    # The last capital of a run begins the next word, unless the run is all there is.
    if 1 < capitals < len(name):
        capitals -= 1
    return name[:capitals].lower() + name[capitals:]


def cut(text: str) -> str:
    """Return the text, or its first 1,024 characters and a mark that some are missing."""
    return text if len(text) <= TEXT_CHARACTERS_MAX else f"{text[:TEXT_CHARACTERS_MAX]}…"


def _render(kind: msgspec.inspect.Type, member: Member | None) -> Render:
    """Choose how values of one type are shown; `member` is what the model says of them."""
    if member is not None and member.sensitive:
        return _hide
    match kind:
        case msgspec.inspect.UnionType(types=kinds):
            present = [one for one in kinds if not isinstance(one, msgspec.inspect.NoneType)]
            return _render(present[0], member) if len(present) == 1 else _hide
        case msgspec.inspect.StrType():
            return cut
        case msgspec.inspect.BoolType() | msgspec.inspect.IntType() | msgspec.inspect.FloatType():
            return _same
        case msgspec.inspect.CustomType(cls=cls) if issubclass(cls, Instant):
            return _moment
        case msgspec.inspect.StructType(cls=cls) if issubclass(cls, Shape):
            return shown
        case msgspec.inspect.VarTupleType(item_type=item) | msgspec.inspect.ListType(item_type=item):
            return functools.partial(_list, _render(item, member.item if member else None))
        case msgspec.inspect.DictType(key_type=key, value_type=value):
            names = _render(key, member.key if member else None)
            if names is not cut:
                return _hide
            return functools.partial(_map, _render(value, member.item if member else None))
        case _:
            return _hide


def _hide(_: Any) -> str:
    return HIDDEN


def _same(value: Any) -> Any:
    return value


def _moment(value: Instant) -> str:
    return iso_milliseconds(value.ms)


def _list(render: Render, values: Any) -> list[Any]:
    items = [render(value) for value in values[:ITEMS_MAX]]
    if len(values) > ITEMS_MAX:
        items.append(f"… and {len(values) - ITEMS_MAX} more")
    return items


def _map(render: Render, values: Any) -> dict[str, Any]:
    items = {cut(name): render(value) for name, value in islice(values.items(), ITEMS_MAX)}
    if len(values) > ITEMS_MAX:
        items["…"] = f"and {len(values) - ITEMS_MAX} more"
    return items
