"""The way to the custodian for those who look after its seal: operators, and the agent when a master is renewed."""

from __future__ import annotations

from collections.abc import Sequence

from watchword.custody.client import CustodyClient
from watchword.custody.lock import Lock
from watchword.custody.protocol import Op, number
from watchword.custody.seal import Standing
from watchword.custody.seal_questions import STANDING_PARTS, many_from, standing_from
from watchword.envelope.fields import decoded, encoded, joined
from watchword.envelope.transport import CredentialKind


class SealClient(CustodyClient):
    """What `Seal` does, asked over the socket; each raises RootError as it does there, and KeyUnavailable."""

    def standing(self) -> Standing:
        return standing_from(self._ask(Op.STANDING, (), answers=STANDING_PARTS))

    def seal(self) -> None:
        self._ask(Op.SEAL, (), answers=0)

    def unseal(self, key: bytes) -> None:
        self._ask(Op.UNSEAL, (key,), answers=0)

    def unseal_by_share(self, text: str) -> None:
        self._ask(Op.UNSEAL_BY_SHARE, (encoded(text),), answers=0)

    def relock(self, proof: Sequence[bytes], *, lock: Lock, key: bytes) -> None:
        self._ask(Op.RELOCK, (joined(*proof), encoded(lock.kind), lock.parameters, key), answers=0)

    def hand_out_shares(self, proof: Sequence[bytes], *, threshold: int, shares: int) -> tuple[str, ...]:
        parts = (joined(*proof), number(threshold), number(shares))
        (handed_out,) = self._ask(Op.HAND_OUT_SHARES, parts, answers=1)
        return tuple(decoded(text) for text in many_from(handed_out))

    def lock_with_shares(self, proof: Sequence[bytes], *, returned: Sequence[str]) -> None:
        self._ask(Op.LOCK_WITH_SHARES, (joined(*proof), joined(*map(encoded, returned))), answers=0)

    def renew_master(self, proof: Sequence[bytes], *, in_hsm: str | None = None) -> None:
        parts = (joined(*proof),) if in_hsm is None else (joined(*proof), encoded(in_hsm))
        self._ask(Op.RENEW_MASTER, parts, answers=0)

    def retire_master(self) -> None:
        self._ask(Op.RETIRE_MASTER, (), answers=0)

    def note_progress(self, *, rewrapped: int, rows: int, refused: int) -> None:
        self._ask(Op.NOTE_PROGRESS, (number(rewrapped), number(rows), number(refused)), answers=0)

    def rewrap_material(self, *, material: bytes, key_arn: str) -> bytes:
        return self._ask(Op.REWRAP_MATERIAL, (material, encoded(key_arn)), answers=1)[0]

    def rewrap_access_key(self, *, sealed: bytes, access_key_id: str) -> bytes:
        return self._ask(Op.REWRAP_ACCESS_KEY, (sealed, encoded(access_key_id)), answers=1)[0]

    def rewrap_credential(self, *, sealed: bytes, kind: CredentialKind, account: str, key_id: str) -> bytes:
        parts = (sealed, encoded(kind), encoded(account), encoded(key_id))
        return self._ask(Op.REWRAP_CREDENTIAL, parts, answers=1)[0]
