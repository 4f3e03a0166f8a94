"""Pages of IAM's lists: `Marker`, `MaxItems`, `IsTruncated`. Pure.

A marker says after which thing a page begins, by its place in the order of the list; it is opaque, and one that does
not read as ours is refused. What was deleted meanwhile leaves no gap, and what was made meanwhile may be missed, as on AWS.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import TypeVar

from watchword.api.errors import ValidationException

ThingT = TypeVar("ThingT")

ITEMS_DEFAULT = 100
ITEMS_MAX = 1_000
WRONG_MARKER = "Invalid Marker."


def page(
    things: Iterable[ThingT],
    *,
    key: Callable[[ThingT], str],
    marker: str | None,
    max_items: int | None,
) -> tuple[tuple[ThingT, ...], bool, str | None]:
    """A page of things that are sorted by `key`: the things, whether more follow, and the next marker.

    Raises:
        ValidationException: the marker is none.
    """
    after = None if marker is None else _read(marker)
    ordered = sorted(things, key=key)
    rest = [thing for thing in ordered if after is None or key(thing) > after]
    shown = rest[: min(max_items or ITEMS_DEFAULT, ITEMS_MAX)]
    if len(shown) == len(rest):
        return tuple(shown), False, None
    return tuple(shown), True, base64.urlsafe_b64encode(key(shown[-1]).encode()).decode("ascii")


def _read(marker: str) -> str:
    try:
        return base64.b64decode(marker.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise ValidationException(WRONG_MARKER) from error
