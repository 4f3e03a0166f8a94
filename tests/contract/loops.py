"""A custodian as the loop's own thread meets it: what is to be opened there stops, and goes on when somebody has asked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from tests.contract.region import Region

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.custody.client import CustodyClient
from watchword.custody.core import Keyring
from watchword.custody.master import Master
from watchword.envelope.refused import EnvelopeRefused
from watchword.gate.gate import Waiting
from watchword.keys.custody import Opened, Opening


class LoopCustody(Keyring):
    """The Region's keyring, reached as `CustodyClient` lets a thread reach the custodian that may not wait."""

    def __init__(self, master: Master) -> None:
        super().__init__(master, entropy=os.urandom)
        self.on_loop = False
        self.opened = 0
        self._client = CustodyClient("nowhere", may_wait=lambda: False)

    def decrypt(self, *, material: bytes, key_arn: str, context: Mapping[str, str], blob: bytes) -> bytes:
        opens = self._client.decrypt if self.on_loop else super().decrypt
        return opens(material=material, key_arn=key_arn, context=context, blob=blob)

    def at_once(self, region: Region, requests: Sequence[HTTPRequest]) -> list[HTTPResponse | Waiting | None]:
        self.on_loop = True
        try:
            return region.gate.answer_at_once(requests)
        finally:
            self.on_loop = False

    def go_on(
        self, region: Region, stopped: Sequence[Waiting], *, answers: Sequence[Opened] | None = None
    ) -> list[HTTPResponse | None]:
        """Open what they wait for, or say that `answers` came, and have them go on."""
        openings = [one.opening for one in stopped]
        opened = list(map(self._open, openings)) if answers is None else answers
        self.on_loop = True
        try:
            with self._client.ahead(zip(openings, opened, strict=True)):
                return region.gate.answer_opened(stopped)
        finally:
            self.on_loop = False

    def _open(self, opening: Opening) -> Opened:
        self.opened += 1
        try:
            return super().decrypt(
                material=opening.material,
                key_arn=opening.key_arn,
                context=opening.context,
                blob=opening.blob,
            )
        except EnvelopeRefused as refused:
            return refused
