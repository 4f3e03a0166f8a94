"""The unit of work: everything one request reads and changes, durable together or not at all.

The gate asks for a unit, services read through it and stage changes in it, the gate commits. `storage` implements it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

from watchword.api.call import Change


class Moved(Exception):
    """Something that this unit read was changed before its commit: run the request again from nothing."""


class StoreUnavailable(Exception):
    """The store can't be read or written now; the request was not carried out."""


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the trail that is committed together with the change it tells of."""

    event_id: str
    at_ms: int
    line: bytes
    """One JSON document, without the line's end."""


class UnitOfWork(Protocol):
    """Reads of one request, and its staged changes. Not shared between threads."""

    @property
    def has_changes(self) -> bool: ...

    def stage(self, change: Change) -> None: ...

    def commit(self, events: Sequence[EventRow]) -> None:
        """Write every staged change and the events in one transaction; on return they are durable.

        Raises:
            Moved: a row that was read has another stamp now, a name was taken, or a claimed link moved.
            StoreUnavailable: nothing was written.
        """


class Stores(Protocol):
    def unit(self) -> UnitOfWork:
        """A new unit on this thread's own connection."""

    def turn(self) -> AbstractContextManager[None]:
        """One at a time in the whole Region: for changes of which each moves what all others have read.

        Whoever reads, and whoever writes other things, takes no turn and waits for none. Not to be taken twice.
        """
