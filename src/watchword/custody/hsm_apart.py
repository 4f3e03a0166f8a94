"""An HSM asked once, for a command: in a short-lived fork, which is killed where the HSM does not answer.

A call of a vendor's library can't be given up in any other way, and so none is ever loaded into the process that asks.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from watchword.custody.hsm import HsmAway, Token
from watchword.envelope.fields import joined, split
from watchword.envelope.refused import EnvelopeRefused, Step

if TYPE_CHECKING:
    from watchword.custody.hsm_session import HsmSession

DEADLINE_S = 20.0
"""To load a library, to find a token and to log in; a network HSM takes seconds."""
ANSWER_BYTES_MAX = 4_096
ANSWER_PARTS_MAX = 4
DONE, AWAY, REFUSED = b"done", b"away", b"refused"
NOT_INSTALLED = "an HSM needs the package `python-pkcs11`: install `watchword[hsm]`"


@dataclass(frozen=True, slots=True, kw_only=True)
class HsmApart:
    """A token, for which each question is a login of its own: the port `hsm.Hsm`."""

    token: Token
    deadline_s: float = DEADLINE_S

    def make(self, *, key_label: str, bound: bytes) -> tuple[bytes, bytes]:
        key, wrapped = self._asked(lambda session: session.make(key_label=key_label, bound=bound))
        return key, wrapped

    def open(self, *, key_label: str, bound: bytes, wrapped: bytes) -> bytes:
        return self._asked(
            lambda session: (session.open(key_label=key_label, bound=bound, wrapped=wrapped),)
        )[0]

    def prepare(self, *, key_label: str) -> bool:
        """Make the key where the token has none of this label; returns whether it did."""
        made = self._asked(lambda session: (bytes((session.prepare(key_label=key_label),)),), writes=True)
        return made == [b"\1"]

    def _asked(self, work: Callable[[HsmSession], tuple[bytes, ...]], *, writes: bool = False) -> list[bytes]:
        reads, told = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reads)
            _answer(self.token, work, writes=writes, told=told)
        os.close(told)
        try:
            in_time = bool(select.select([reads], [], [], self.deadline_s)[0])
            answer = os.read(reads, ANSWER_BYTES_MAX) if in_time else b""
        finally:
            os.close(reads)
            # It has answered, and its library may take its time to end.
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        if not in_time:
            raise HsmAway(f"the HSM did not answer within {self.deadline_s:g} s")
        outcome, *parts = split(answer, parts_max=ANSWER_PARTS_MAX) or [AWAY]
        if outcome == REFUSED:
            raise EnvelopeRefused(Step.TAG)
        if outcome != DONE:
            raise HsmAway(parts[0].decode() if parts else "the HSM's library ended the process that asked")
        return parts


def _answer(
    token: Token, work: Callable[[HsmSession], tuple[bytes, ...]], *, writes: bool, told: int
) -> NoReturn:
    """Ask and tell, in the fork. What is told fits a pipe, so it is one write."""
    answer: tuple[bytes, ...] = (AWAY,)
    try:
        # Here, and not above: most deployments have no HSM, and no library for one.
        from watchword.custody import hsm_session

        answer = (DONE, *work(hsm_session.begin(hsm_session.load(token.module), token, writes=writes)))
    except ImportError:
        answer = (AWAY, NOT_INSTALLED.encode())
    except EnvelopeRefused:
        answer = (REFUSED,)
    except HsmAway as away:
        answer = (AWAY, str(away).encode())
    except BaseException as error:  # noqa: BLE001 - the edge of a process: what is not caught here would unwind into the caller's frames
        answer = (AWAY, f"the HSM could not be asked: {type(error).__name__}".encode())
    finally:
        os.write(told, joined(*answer))
        # Not sys.exit: the caller's frames, exit handlers and buffers are on this stack too.
        os._exit(0)
