"""Sessions among a deployment's Regions: the port `identity.custody.Sessions` over the custodian.

An opened session is kept by a digest of its token, with all that it was opened for; the token itself is not kept. Whether
it has expired, and whether its Region still counts, whoever asks judges anew each time.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping

from watchword.envelope.session import Issued
from watchword.identity.custody import IdentityCustody, Session
from watchword.keys.custody import KeyUnavailable
from watchword.server.deployment import Deployment
from watchword.sigv4.key import SigningKey

SESSIONS_MAX = 4_096
"""Half a kilobyte each as a rule, 8 with the longest claims. One that fell out costs the custodian 0.2 ms."""


def issuers_of(deployment: Deployment, *, partition: str) -> dict[str, bytes]:
    """Return the public keys of the Regions whose sessions count in a partition. Pure."""
    return {
        settings.name: settings.signing_key
        for settings in deployment.regions
        if settings.partition == partition and settings.signing_key is not None
    }


class CustodySessions:
    """Sessions, opened once by this process's custodian. May be shared between threads."""

    def __init__(
        self,
        custody: IdentityCustody,
        *,
        region: str,
        issuers: Mapping[str, bytes],
        sessions_max: int = SESSIONS_MAX,
    ) -> None:
        self._custody = custody
        self._region = region
        self._issuers = issuers
        self._sessions_max = sessions_max
        self._held: dict[tuple[bytes | str, ...], Session] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"CustodySessions(region={self._region!r}, ***)"

    def issue(self, session_key: bytes, *, account: str, key_id: str, claims: bytes) -> Issued:
        if self._region not in self._issuers:
            raise KeyUnavailable(
                f"no session can be issued: watchword.toml lacks the `signing_key` of `{self._region}`; "
                "it is added when the Region is started, or unsealed and started again"
            )
        return self._custody.issue_session(session_key, account=account, key_id=key_id, claims=claims)

    def open(
        self,
        session_key: bytes,
        *,
        account: str,
        token: str,
        access_key_id: str,
        day: str,
        region: str,
        service: str,
    ) -> Session:
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        # Also the key, as it is sealed: a token of a key that was dropped is not open any more.
        wanted = (digest, session_key, account, access_key_id, day, region, service)
        held = self._held.get(wanted)
        if held is None:
            opened = self._custody.open_session(
                session_key,
                account=account,
                token=token,
                access_key_id=access_key_id,
                day=day,
                region=region,
                service=service,
                issuers=self._issuers,
            )
            held = Session(key=SigningKey(opened.signing_key), claims=opened.claims, region=opened.region)
            with self._lock:
                while len(self._held) >= self._sessions_max:
                    self._held.pop(next(iter(self._held)))
                self._held[wanted] = held
        return held
