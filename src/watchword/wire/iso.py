"""Moments as ISO 8601 in UTC, as XML has them, and forms, and some members in JSON (Smithy, `date-time`)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from watchword.api.shape import Instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_instant = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)


def read(text: str) -> int:
    """Return milliseconds since 1970.

    Raises:
        ValueError: it is no moment, or none in UTC.
    """
    if _instant.fullmatch(text) is None:
        raise ValueError("no moment in UTC")
    whole, _, rest = text[:-1].partition(".")
    past = datetime.fromisoformat(f"{whole}+00:00") - _EPOCH
    return past // timedelta(milliseconds=1) + int(f"{rest:0<3}"[:3])


def write(instant: Instant) -> str:
    """Write a moment; a fraction only where there is one, for IAM's moments are whole seconds."""
    fraction = f".{instant.ms % 1000:03d}" if instant.ms % 1000 else ""
    return f"{_EPOCH + timedelta(milliseconds=instant.ms):%Y-%m-%dT%H:%M:%S}{fraction}Z"
