"""A root that an HSM opens: done when the HSM is there, by the custodian itself."""

from __future__ import annotations

from collections.abc import Callable

from watchword.custody import root
from watchword.custody.files import RootError
from watchword.custody.hsm import LOCK_PURPOSE, HsmAway, lock_parts, refused_by
from watchword.custody.hsm_link import OK, HsmAnswer, HsmLink, HsmQuestion, Say
from watchword.custody.lock import LockKind
from watchword.custody.seal import Seal
from watchword.envelope.fields import joined
from watchword.envelope.refused import EnvelopeRefused


class HsmRoot:
    """Mutable: whether the root was opened with the HSM. Used by the custodian's thread."""

    def __init__(self, seal: Seal, link: HsmLink, *, say: Callable[[str], None]) -> None:
        self._seal = seal
        self._link = link
        self._say = say
        self._may_open = True
        self._asked = False
        link.on_change = self._changed

    @property
    def is_settled(self) -> bool:
        """Whether it was said how the HSM stands, and the root is open if it can be."""
        return self._link.has_verdict and not self._asked

    def leave_sealed(self) -> None:
        """An operator has sealed the Region: that it is connected again opens nothing."""
        self._may_open = False

    def _changed(self, state: str) -> None:
        self._say("the HSM answers" if state == OK else f"without the HSM: {state}")
        if state == OK and self._may_open and self._seal.keyring is None:
            self._open()

    def _open(self) -> None:
        try:
            lock = root.read(self._seal.path).lock
            if lock.kind is not LockKind.HSM:
                return
            key_label, wrapped = lock_parts(lock)
        except RootError as error:
            self._say(str(error))
            return

        def then(answer: HsmAnswer) -> None:
            self._asked = False
            try:
                if isinstance(answer, HsmAway):
                    self._say(f"sealed: {answer}")
                elif isinstance(answer, EnvelopeRefused):
                    self._say(f"sealed: {refused_by(key_label)}")
                elif self._seal.keyring is None and self._may_open:
                    self._seal.unseal(answer[0])
                    self._say("open, by the HSM")
            except RootError as error:
                self._say(str(error))

        question = HsmQuestion(say=Say.OPEN, key_label=key_label, bound=joined(LOCK_PURPOSE), wrapped=wrapped)
        try:
            self._link.ask(question, then, ends=self._link.deadline())
            self._asked = True
        except HsmAway as away:
            self._say(f"sealed: {away}")
