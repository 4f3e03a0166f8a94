"""Times as events write them: ISO 8601, UTC."""

from __future__ import annotations

import functools
from datetime import UTC, datetime


@functools.lru_cache(maxsize=64)
def iso_seconds(seconds: int) -> str:
    """`2026-11-21T21:29:30Z`. Cached because a busy process asks for the same second thousands of times."""
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_milliseconds(ms: int) -> str:
    """`2026-11-21T21:29:30.123Z`."""
    return f"{iso_seconds(ms // 1000)[:-1]}.{ms % 1000:03}Z"
