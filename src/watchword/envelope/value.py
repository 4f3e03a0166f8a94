"""A secret version's value, sealed under its data key, for one place only.

Form: `suite.py`, with the prefix `format 1 | suite 1`. The place is a `Binding`; a sealed value that is
copied to another row, version, kind, account, Region or partition does not open there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from watchword.envelope import suite
from watchword.envelope.fields import encoded, joined
from watchword.envelope.refused import EnvelopeRefused, Step

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ValueKind = Literal["string", "binary"]

VALUE_BYTES_MAX = 262_144
"""65,536 characters, the longest SecretString, of 4 bytes each in UTF-8."""

PURPOSE = b"watchword/value/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """The place that a value is sealed for. All of it is associated data; none of it is secret."""

    partition: str
    region: str
    account: str
    secret_arn: str
    """With its random suffix: a secret made again under the same name is another place."""
    version_id: str
    content_id: str
    kind: ValueKind

    def written(self) -> bytes:
        """Write the fields, length-prefixed, in an order that never changes."""
        return joined(
            encoded(self.partition),
            encoded(self.region),
            encoded(self.account),
            encoded(self.secret_arn),
            encoded(self.version_id),
            encoded(self.content_id),
            encoded(self.kind),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """What opening the same sealed value again needs not compute again."""

    head: bytes
    binding: Binding
    cipher: AESGCM
    associated: bytes

    def __repr__(self) -> str:
        return "_Prepared(***)"


class Opener:
    """A data key that opens values and remembers its last one's cipher; for callers that keep data keys.

    A data key has one version and so, as a rule, one value: opening it again costs one AES-GCM and no HKDF.
    Any other value, or the same for another place, takes the whole way with every check. May be shared
    between threads.
    """

    __slots__ = ("_data_key", "_prepared")

    def __init__(self, data_key: bytes) -> None:
        if len(data_key) != suite.KEY_BYTES:
            raise EnvelopeRefused(Step.KEY)
        self._data_key = data_key
        self._prepared: _Prepared | None = None

    def open(self, sealed: bytes, *, binding: Binding) -> bytes:
        """Return the value.

        Raises:
            EnvelopeRefused: another key, another place, or changed bytes.
        """
        prepared = self._prepared
        # The head is public, so a plain comparison. An equal head has an equal commitment, and that one was
        # checked.
        if prepared is None or not sealed.startswith(prepared.head) or prepared.binding != binding:
            prepared = self._prepare(sealed, binding=binding)
            self._prepared = prepared
        head = prepared.head
        return suite.decrypt(
            prepared.cipher,
            sealed[len(head) :],
            nonce=suite.nonce_of(head),
            associated=prepared.associated,
        )

    def _prepare(self, sealed: bytes, *, binding: Binding) -> _Prepared:
        suite.check_prefix(sealed)
        head = suite.head_of(sealed, prefix_bytes=len(suite.PREFIX))
        return _Prepared(
            head=head,
            binding=binding,
            cipher=suite.committed(self._data_key, head, purpose=PURPOSE, prefix_bytes=len(suite.PREFIX)),
            associated=suite.associated_with(head, binding.written()),
        )

    def __repr__(self) -> str:
        return "Opener(***)"


def seal(data_key: bytes, plaintext: bytes, *, binding: Binding, entropy: suite.Entropy) -> bytes:
    """Seal a value for its place.

    Raises:
        EnvelopeRefused: the value is longer than a secret may be, or the data key has not 32 bytes.
    """
    if len(plaintext) > VALUE_BYTES_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    return suite.seal(
        data_key, plaintext, purpose=PURPOSE, prefix=suite.PREFIX, bound=binding.written(), entropy=entropy
    )


def open_value(data_key: bytes, sealed: bytes, *, binding: Binding) -> bytes:
    """Open a value once; whoever opens it often keeps an `Opener`.

    Raises:
        EnvelopeRefused: another key, another place, or changed bytes.
    """
    return Opener(data_key).open(sealed, binding=binding)
