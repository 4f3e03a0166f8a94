"""What a Region keeps in its store under its master: KMS key material, access keys, an account's keys, its own
transport key.

Form: `suite.py`. What is wrapped is bound to its kind, to what it belongs to, to the Region and to the
account, so that a row that is copied over another one does not open there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from watchword.envelope import suite
from watchword.envelope.fields import encoded, joined
from watchword.envelope.refused import EnvelopeRefused, Step

CONTENT_BYTES_MAX = 4_096
"""Keys are short; this only stops a mistake."""

PURPOSE = b"watchword/wrap/1"


class Kind(StrEnum):
    KEY_MATERIAL = "key-material"
    MAC_MATERIAL = "mac-material"
    IMPORT_KEY = "import-key"
    """The private half of a pair under which material is imported."""
    ACCESS_KEY = "access-key"
    SESSION_KEY = "session-key"
    """What seals an account's session tokens."""
    PASSWORD_KEY = "password-key"  # noqa: S105 - the name of a kind
    """What hashes of an account's console passwords are made with."""
    TRANSPORT_KEY = "transport-key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """What wrapped bytes belong to. None of it is secret."""

    kind: Kind
    name: str
    """A key ARN, an access key ID, a Region: whatever names the one thing of this kind."""
    region: str
    account: str
    """Empty where the name belongs to one account alone (access keys) or to none (the transport key)."""

    def written(self) -> bytes:
        return joined(encoded(self.kind), encoded(self.name), encoded(self.region), encoded(self.account))


def wrap(master: bytes, content: bytes, *, owner: Owner, entropy: suite.Entropy) -> bytes:
    """Seal key material or the like under the Region's master.

    Raises:
        EnvelopeRefused: too long, or the master has not 32 bytes.
    """
    if len(content) > CONTENT_BYTES_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    return suite.seal(
        master, content, purpose=PURPOSE, prefix=suite.PREFIX, bound=owner.written(), entropy=entropy
    )


def unwrap(master: bytes, wrapped: bytes, *, owner: Owner) -> bytes:
    """Open what `wrap` made for the same owner.

    Raises:
        EnvelopeRefused: another master, another owner, or changed bytes.
    """
    suite.check_prefix(wrapped)
    return suite.unseal(
        master, wrapped, purpose=PURPOSE, prefix_bytes=len(suite.PREFIX), bound=owner.written()
    )
