"""The port to custody: what identity may ask about access keys, sessions and passwords.

What is sealed is kept by the caller, in rows: a secret access key, an account's session keys, its password keys. Each
opens in its own Region, for its kind, account and id alone; `carry_credential` and `take_credential` bring it to another.
All calls may be repeated: none changes anything that custody keeps. Every call raises KeyUnavailable (`keys.custody`)
when custody does not answer in time, and EnvelopeRefused when something does not open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from watchword.envelope.session import Issued, Opened
from watchword.envelope.transport import CredentialKind
from watchword.sigv4.key import SigningKey


class IdentityCustody(Protocol):
    """The only holder of what sessions are made with."""

    def make_access_key(self, *, access_key_id: str) -> tuple[str, bytes]:
        """Make a secret access key; returns it in the clear, to be shown to its owner once, and sealed."""
        ...

    def make_session_key(self, *, account: str, key_id: str) -> bytes:
        """Make a key for an account's session tokens; returns it sealed. `key_id` is public: it stands in each token."""
        ...

    def make_password_key(self, *, account: str, key_id: str) -> bytes:
        """Make a key for the hashes of an account's passwords; returns it sealed."""
        ...

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
        """Seal it to another Region's transport key, for one `CredentialCarriage`."""
        ...

    def take_credential(
        self, message: bytes, *, kind: CredentialKind, account: str, credential_id: str, info: bytes
    ) -> bytes:
        """Take over what `carry_credential` of another Region made for this one; returns it sealed."""
        ...

    def issuer_key(self) -> bytes:
        """The public half of what this Region signs sessions with: `signing_key` in watchword.toml."""
        ...

    def issue_session(self, session_key: bytes, *, account: str, key_id: str, claims: bytes) -> Issued:
        """Make a session: its access key id, its secret, its token, which holds up to 8 KiB of claims."""
        ...

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
    ) -> Opened:
        """Open a token with the session key that its header names (`envelope.session.header`).

        `issuers`: the public keys of the Regions whose sessions count. Whether it has expired is for the caller to say.
        EnvelopeRefused for every token that is none, whatever is wrong with it.
        """
        ...

    def seal_password(
        self, password_key: bytes, *, account: str, key_id: str, user_id: str, password: str
    ) -> str:
        """Hash a user's password; the text is the same in every Region. Takes 40 ms, in the calling thread."""
        ...

    def check_password(
        self, password_key: bytes, *, account: str, user_id: str, password: str, hashed: str
    ) -> bool:
        """Say whether it is the password; `password_key` is the one that the hash names (`envelope.password.parse`)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a session token proves, and the key its requests are verified with."""

    key: SigningKey
    claims: bytes = field(repr=False)
    region: str
    """That issued it: the caller asks whether the account has it enabled."""


class Sessions(Protocol):
    """Sessions as a Region's processes use them: among the Regions that watchword.toml names, and kept once opened."""

    def issue(self, session_key: bytes, *, account: str, key_id: str, claims: bytes) -> Issued:
        """As `issue_session`; KeyUnavailable, too, while watchword.toml lacks this Region's `signing_key`."""
        ...

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
        """As `open_session`; a session that was open before costs no question."""
        ...
