"""The public keys of the identity providers that `watchword.toml` names: from a file, or fetched from the provider.

  1. Keys that were read are used for `FRESH_S`, and for `STALE_S` while the provider does not answer. A token that names
     a key which is not among them has them fetched at once, but not more often than every `AGAIN_S`: whoever makes up
     key ids must not make us ask for each.
  2. One fetch of a provider at a time, in a thread of its own, within a deadline. Who needs it waits for that long;
     whoever comes meanwhile and has older keys goes on with those, and is refused at once if not.

Only what a deployment's operator names is fetched, over https (http on loopback), and no redirect is followed.
"""

from __future__ import annotations

import http.client
import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

from watchword.envelope.jws import KEYS_BYTES_MAX, ProviderKey, read_keys
from watchword.envelope.refused import EnvelopeRefused
from watchword.identity.web_identity import ProviderUnreachable
from watchword.server.deployment import OIDCSettings

DEADLINE_S = 2.0
FRESH_S = 3_600.0
FRESH_FILE_S = 10.0
STALE_S = 86_400.0
AGAIN_S = 10.0

_log = logging.getLogger(__name__)


class _Provider:
    """One provider's keys, as this process has them. Shared by its threads."""

    def __init__(self, settings: OIDCSettings, *, home: Path, monotonic: Callable[[], float]) -> None:
        self._settings = settings
        self._home = home
        self._monotonic = monotonic
        self._keys: tuple[ProviderKey, ...] = ()
        self._read_at: float | None = None
        self._tried_at: float | None = None
        self._fetching = threading.Lock()

    def keys(self, key_id: str) -> tuple[ProviderKey, ...]:
        now = self._monotonic()
        fresh_s = FRESH_S if self._settings.is_fetched else FRESH_FILE_S
        is_fresh = self._read_at is not None and now - self._read_at < fresh_s
        is_known = any(key.key_id == key_id for key in self._keys)
        may_try = self._tried_at is None or now - self._tried_at >= AGAIN_S
        if not (is_fresh and is_known) and may_try:
            self._refresh()
        if self._read_at is None or self._monotonic() - self._read_at >= STALE_S:
            raise ProviderUnreachable
        return self._keys

    def _refresh(self) -> None:
        # (2) The thread gives the lock back: it may still hang in a name to look up when nobody waits for it any more.
        if not self._fetching.acquire(blocking=False):
            return
        done = threading.Event()

        def fetch() -> None:
            try:
                self._tried_at = self._monotonic()
                keys = read_keys(self._document())
                self._keys, self._read_at = keys, self._monotonic()
            except (OSError, http.client.HTTPException, EnvelopeRefused, ValueError) as error:
                _log.warning("the keys of %s can't be had: %s", self._settings.issuer, type(error).__name__)
            finally:
                self._fetching.release()
                done.set()

        threading.Thread(target=fetch, name="provider-keys", daemon=True).start()
        done.wait(DEADLINE_S)

    def _document(self) -> bytes:
        if not self._settings.is_fetched:
            path = self._home / self._settings.jwks
            with path.open("rb") as file:
                return file.read(KEYS_BYTES_MAX + 1)
        return _fetched(self._settings, home=self._home)


class ConfiguredProviders:
    """The port `identity.web_identity.ProviderKeys`."""

    def __init__(
        self,
        providers: Iterable[OIDCSettings],
        *,
        home: Path = Path(),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is opened before it is asked for."""
        self._held = {one.issuer: _Provider(one, home=home, monotonic=monotonic) for one in providers}

    def keys_of(self, issuer: str, *, key_id: str) -> tuple[ProviderKey, ...] | None:
        provider = self._held.get(issuer)
        return None if provider is None else provider.keys(key_id)


def _fetched(settings: OIDCSettings, *, home: Path) -> bytes:
    """GET the key set. Raises OSError or HTTPException for everything but a 200 within time and size."""
    ends = time.monotonic() + DEADLINE_S
    url = urlsplit(settings.jwks)
    host = url.hostname or ""
    connection: http.client.HTTPConnection
    if url.scheme == "https":
        authorities = None if settings.ca is None else home / settings.ca
        context = ssl.create_default_context(cafile=authorities)
        connection = http.client.HTTPSConnection(host, url.port, timeout=DEADLINE_S, context=context)
    else:
        connection = http.client.HTTPConnection(host, url.port, timeout=DEADLINE_S)
    try:
        connection.request("GET", (url.path or "/") + (f"?{url.query}" if url.query else ""))
        response = connection.getresponse()
        if response.status != 200:
            raise http.client.HTTPException(f"status {response.status}")
        parts: list[bytes] = []
        size = 0
        while part := response.read1(65_536):
            size += len(part)
            if size > KEYS_BYTES_MAX or time.monotonic() > ends:
                raise http.client.HTTPException("too large, or too slow")
            parts.append(part)
        return b"".join(parts)
    finally:
        connection.close()
