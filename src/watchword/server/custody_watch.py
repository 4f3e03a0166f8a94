"""The agent's eye on the custodian: its alarms become events of the trail.

The custodian writes no trail, for it reaches no file and knows no date. It counts, and the agent asks. An agent that
was replaced tells an alarm again, under the same event id.
"""

from __future__ import annotations

import hashlib
import itertools
import logging
import os

from watchword.api.ids import uuid4
from watchword.custody.limits import Report
from watchword.keys.custody import KeyUnavailable
from watchword.server.region import Region, now_ms
from watchword.trail.event import Occurrence, service_event

EVENT = "BulkDecryption"
EVENT_SOURCE = "kms.amazonaws.com"
ID_BYTES = 16
BOOT_ID_BYTES = 4

_log = logging.getLogger(__name__)


class CustodyWatch:
    """Mutable: which alarms were told already. Used by one thread."""

    def __init__(self, region: Region) -> None:
        self._region = region
        self._told: tuple[str, int] = ("", 0)
        """The custodian's start, and the last of its alarms that is in the trail."""
        self._process = f"custody-watch-{os.urandom(BOOT_ID_BYTES).hex()}"
        self._sequence = itertools.count(1)

    def look(self) -> None:
        """Write what is new. Raises TrailUnavailable; it is then tried again."""
        try:
            report = self._region.custody.report()
        except KeyUnavailable as unavailable:
            # It is being replaced, or busy; that it stays away is told by everything else.
            _log.debug("no report: %s", unavailable)
            return
        start, last = self._told
        for number, age_s in report.alarms_told:
            if start != report.start or number > last:
                self._write(report, number=number, age_s=age_s)
                start, last = self._told = (report.start, number)

    def _write(self, report: Report, *, number: int, age_s: int) -> None:
        region = self._region
        identity = f"{report.start}/{number}".encode()
        occurrence = Occurrence(
            name=EVENT,
            event_source=EVENT_SOURCE,
            place=region.place,
            account=region.deployment.accounts_of(region.settings.partition)[0].id,
            now=now_ms() - age_s * 1_000,
            event_id=uuid4(hashlib.sha256(identity).digest()[:ID_BYTES]),
            details={
                "alarm": str(number),
                "decryptionsPerMinute": str(report.decryptions_per_minute),
                "custodian": report.start,
            },
        )
        line = service_event(occurrence, process=self._process, sequence=next(self._sequence))
        region.trail.append(line)
        _log.error(
            "%s: more than %s decryptions in a minute", region.settings.name, report.decryptions_per_minute
        )
