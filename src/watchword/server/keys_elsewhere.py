"""What a process of a Region holds of a KMS elsewhere: its client, and the data keys that were released a moment ago."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from watchword.api.call import Bound
from watchword.keys import elsewhere_operations
from watchword.keys.custody import Custody
from watchword.keys.elsewhere import Released
from watchword.server.deployment import KMSSettings
from watchword.server.kms_client import KMSClient


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysElsewhere:
    """One for each process, shared by its threads."""

    client: KMSClient
    released: Released

    def answering(self, own: Iterable[Bound], *, custody: Custody) -> tuple[Bound, ...]:
        """The operations of the Region's own KMS, as they are answered while its keys are elsewhere."""
        elsewhere = elsewhere_operations.Elsewhere(kms=self.client, released=self.released, custody=custody)
        return elsewhere_operations.bindings(own, elsewhere)

    def seal(self) -> None:
        """The Region was sealed: nothing more is asked, and what was released is dropped."""
        # In this order: what is under way must not be remembered after all was dropped.
        self.client.seal(True)
        self.released.clear()

    def unseal(self) -> None:
        self.client.seal(False)

    def status(self) -> dict[str, object]:
        """Where the keys are, and whether they can be used."""
        client = self.client
        return {"name": client.name, "default_key": client.default_key, "standing": client.standing()}


def keys_elsewhere(
    settings: KMSSettings | None,
    *,
    clock: Callable[[], int],
    may_wait: Callable[[], bool],
    remembers: bool,
) -> KeysElsewhere | None:
    """Prepare what the settings say; nothing is opened yet. Without `remembers` every read asks."""
    if settings is None:
        return None
    return KeysElsewhere(
        client=KMSClient(settings, clock=clock, may_wait=may_wait),
        released=Released(age_ms_max=settings.cache_ms if remembers else 0),
    )
