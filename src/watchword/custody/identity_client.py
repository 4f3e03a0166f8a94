"""The way to the custodian for identity: the port `IdentityCustody` over the Unix socket.

The half of a password's hash that takes long is computed here, in the calling thread, so that the custodian's one thread
goes on answering everybody else. A process computes few of them at once; one more is refused instead of waited with, or
whoever sends passwords would hold all of a worker's threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from watchword.custody import protocol
from watchword.custody.client import DEADLINE_MS, CustodyClient
from watchword.custody.protocol import Op
from watchword.envelope import password as passwords
from watchword.envelope import session
from watchword.envelope.fields import decoded, encoded
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.transport import CredentialKind
from watchword.keys.custody import KeyUnavailable, WouldWait

HASHES_MAX = 2
"""Half of a worker's threads; 19 MiB and 40 ms each."""


class IdentityClient(CustodyClient):
    """What `Credentials` does, asked over the socket. Made in the process that uses it, and shared by its threads."""

    def __init__(
        self,
        path: str | Path,
        *,
        deadline_ms: int = DEADLINE_MS,
        may_wait: Callable[[], bool] = lambda: True,
        hashes_max: int = HASHES_MAX,
    ) -> None:
        super().__init__(path, deadline_ms=deadline_ms, may_wait=may_wait)
        self._hashes_max = hashes_max
        self._hashes = threading.BoundedSemaphore(hashes_max)

    def make_access_key(self, *, access_key_id: str) -> tuple[str, bytes]:
        secret, sealed = self._ask(Op.MAKE_ACCESS_KEY, (encoded(access_key_id),), answers=2)
        return decoded(secret), sealed

    def make_session_key(self, *, account: str, key_id: str) -> bytes:
        return self._ask(Op.MAKE_SESSION_KEY, (encoded(account), encoded(key_id)), answers=1)[0]

    def make_password_key(self, *, account: str, key_id: str) -> bytes:
        return self._ask(Op.MAKE_PASSWORD_KEY, (encoded(account), encoded(key_id)), answers=1)[0]

    def carry_credential(
        self,
        sealed: bytes,
        *,
        kind: CredentialKind,
        account: str,
        credential_id: str,
        recipient: bytes,
        info: bytes,
    ) -> bytes:
        parts = (sealed, encoded(kind), encoded(account), encoded(credential_id), recipient, info)
        return self._ask(Op.CARRY_CREDENTIAL, parts, answers=1)[0]

    def take_credential(
        self, message: bytes, *, kind: CredentialKind, account: str, credential_id: str, info: bytes
    ) -> bytes:
        parts = (message, encoded(kind), encoded(account), encoded(credential_id), info)
        return self._ask(Op.TAKE_CREDENTIAL, parts, answers=1)[0]

    def issuer_key(self) -> bytes:
        return self._ask(Op.ISSUER_KEY, (), answers=1)[0]

    def issue_session(
        self, session_key: bytes, *, account: str, key_id: str, claims: bytes
    ) -> session.Issued:
        parts = (session_key, encoded(account), encoded(key_id), claims)
        access_key_id, secret, token = self._ask(Op.ISSUE_SESSION, parts, answers=3)
        return session.Issued(
            access_key_id=decoded(access_key_id), secret_access_key=decoded(secret), token=decoded(token)
        )

    def open_session(
        self,
        session_key: bytes,
        *,
        account: str,
        token: str,
        access_key_id: str,
        day: str,
        region: str,
        service: str,
        issuers: Mapping[str, bytes],
    ) -> session.Opened:
        # The custodian is told the one key that counts; the token says which.
        issuer_key = issuers.get(session.header(token).region)
        if issuer_key is None:
            raise EnvelopeRefused(Step.KEY)
        named = (encoded(account), encoded(token), encoded(access_key_id))
        scope = (encoded(day), encoded(region), encoded(service))
        signing_key, claims, issuer = self._ask(
            Op.OPEN_SESSION, (session_key, *named, *scope, issuer_key), answers=3
        )
        return session.Opened(signing_key=signing_key, claims=claims, region=decoded(issuer))

    def seal_password(
        self, password_key: bytes, *, account: str, key_id: str, user_id: str, password: str
    ) -> str:
        parameters = passwords.new_parameters(self.random(size=passwords.SALT_BYTES))
        stretched = self._stretched(password, parameters=parameters)
        named = (encoded(account), encoded(key_id), encoded(user_id))
        parts = (password_key, *named, parameters, stretched)
        mac = self._ask(Op.FINISH_PASSWORD, parts, answers=1)[0]
        return passwords.Hash(key_id=key_id, parameters=parameters, mac=mac).text()

    def check_password(
        self, password_key: bytes, *, account: str, user_id: str, password: str, hashed: str
    ) -> bool:
        held = passwords.parse(hashed)
        stretched = self._stretched(password, parameters=held.parameters)
        named = (encoded(account), encoded(held.key_id), encoded(user_id))
        parts = (password_key, *named, held.parameters, stretched, held.mac)
        return self._ask(Op.COMPARE_PASSWORD, parts, answers=1)[0] == protocol.yes(True)

    def _stretched(self, password: str, *, parameters: bytes) -> bytes:
        if not self._may_wait():
            raise WouldWait
        if not self._hashes.acquire(blocking=False):
            raise KeyUnavailable(f"{self._hashes_max} passwords are being hashed already")
        try:
            return passwords.stretch(password, parameters=parameters)
        except MemoryError:
            raise KeyUnavailable("the memory to hash a password is not there") from None
        finally:
            self._hashes.release()
