"""Which runs of two stores have met: kept in memory on purpose, and shared by all kinds of links."""

from __future__ import annotations


class Met:
    """Which run of each Region's store has shaken hands with the present run of ours.

    A new run of this agent has met nobody. One for each process, shared by its threads.
    """

    def __init__(self) -> None:
        self._met: dict[str, tuple[str, str]] = {}

    def note(self, region: str, *, ours: str, theirs: str) -> None:
        self._met[region] = (ours, theirs)

    def run_of(self, region: str) -> str | None:
        """Which run of a Region's store has last said its name here; another one than was met before was opened anew."""
        met = self._met.get(region)
        return None if met is None else met[1]

    def with_region(self, region: str, *, ours: str) -> str | None:
        met = self._met.get(region)
        return met[1] if met is not None and met[0] == ours else None
