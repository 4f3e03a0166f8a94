"""Pages of KMS's lists. A Marker is sealed and bound to its list, so that none can be made up or used elsewhere.

Source: KMS API, ListKeys (Limit, Marker, Truncated); DIVERGENCES.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from watchword.api.shapes import kms
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.suite import Entropy
from watchword.envelope.token import open_token, seal_token
from watchword.keys import refusals

ItemT = TypeVar("ItemT")
TokenKey = Callable[[], bytes]
"""This Region's key for sealed tokens, from custody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list and how much of it a page holds."""

    purpose: str
    """The list with everything that selects from it; another one's marker does not open."""
    default: int
    most: int
    """A larger Limit is taken as this: a page may hold fewer than were asked for."""

    def size(self, limit: int | None) -> int:
        return self.default if limit is None else min(limit, self.most)


def after(marker: str | None, listing: Listing, token_key: TokenKey) -> tuple[str, ...] | None:
    """Where the page before ended; `None`: this is the first.

    Raises:
        InvalidMarkerException: not made by this Region for this list.
    """
    if marker is None:
        return None
    try:
        opened = open_token(token_key(), marker, purpose=listing.purpose)
        return msgspec.json.decode(opened, type=tuple[str, ...])
    except (EnvelopeRefused, msgspec.DecodeError) as error:
        raise kms.InvalidMarkerException(refusals.BAD_MARKER) from error


def page(
    found: Sequence[ItemT],
    listing: Listing,
    *,
    limit: int | None,
    place: Callable[[ItemT], tuple[str, ...]],
    token_key: TokenKey,
    entropy: Entropy,
) -> tuple[Sequence[ItemT], str | None]:
    """Cut a page from what was found, of which one more was asked for than it holds; returns it with its NextMarker."""
    size = listing.size(limit)
    if len(found) <= size:
        return found, None
    shown = found[:size]
    last = msgspec.json.encode(place(shown[-1]))
    return shown, seal_token(token_key(), last, purpose=listing.purpose, entropy=entropy)
