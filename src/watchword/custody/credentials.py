"""What the custodian does for identity: access keys, sessions, passwords. Satisfies the port `identity.custody`.

Kept by the caller, wrapped under the master: secret access keys, each account's session keys and password keys. They
leave a custodian for another Region's alone, but for a new access key's secret, which is shown to its owner once, and a
new session's, which is its token's. Policy, expiry, and which Region may issue are judged by whoever asks.

The Region signs the sessions that it issues. Its key is derived from its transport key: it is there in every root that
was ever made, and stays what it is when the master is renewed or the root locked anew.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from watchword.envelope import password as passwords
from watchword.envelope import session, suite, transport, wrap
from watchword.envelope.fields import decoded, encoded, joined
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.transport import CredentialKind

SECRET_BYTES = 30
"""40 characters in base64, as long as AWS's."""
SECRET_CHARACTERS_MAX = 128
ISSUER_PURPOSE = b"watchword/session-issuer/1"
TERMINATOR = "aws4_request"


class Wrap(Protocol):
    """Seal something under the Region's master."""

    def __call__(self, content: bytes, /, *, owner: wrap.Owner) -> bytes: ...


class Unwrap(Protocol):
    """Open what `Wrap` made for the same owner; EnvelopeRefused."""

    def __call__(self, wrapped: bytes, /, *, owner: wrap.Owner) -> bytes: ...


class Credentials:
    """A Region's access keys and sessions, under its unlocked master. May be shared between threads."""

    def __init__(
        self,
        *,
        partition: str,
        region: str,
        transport_private_key: bytes,
        wrapped: Wrap,
        unwrapped: Unwrap,
        entropy: suite.Entropy,
    ) -> None:
        self._region = region
        self._transport_private_key = transport_private_key
        self._wrapped = wrapped
        self._unwrapped = unwrapped
        self._entropy = entropy
        self._signer = _signer(transport_private_key, partition=partition, region=region)

    def __repr__(self) -> str:
        return f"Credentials(region={self._region!r}, ***)"

    # Access keys and an account's own keys

    def make_access_key(self, *, access_key_id: str) -> tuple[str, bytes]:
        """Make a secret access key; returns it in the clear, for its owner alone, and wrapped."""
        secret = base64.b64encode(self._entropy(SECRET_BYTES))
        owner = self.owner(CredentialKind.ACCESS_KEY, account="", credential_id=access_key_id)
        return decoded(secret), self._wrapped(secret, owner=owner)

    def make_session_key(self, *, account: str, key_id: str) -> bytes:
        """Make a key for an account's session tokens; returns it wrapped."""
        owner = self.owner(CredentialKind.SESSION_KEY, account=account, credential_id=key_id)
        return self._wrapped(self._entropy(suite.KEY_BYTES), owner=owner)

    def make_password_key(self, *, account: str, key_id: str) -> bytes:
        """Make a key for the hashes of an account's passwords; returns it wrapped."""
        owner = self.owner(CredentialKind.PASSWORD_KEY, account=account, credential_id=key_id)
        return self._wrapped(self._entropy(suite.KEY_BYTES), owner=owner)

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
        """Open a credential and seal it to another Region's transport key; nothing in the clear leaves here."""
        content = self._unwrapped(
            sealed, owner=self.owner(kind, account=account, credential_id=credential_id)
        )
        return transport.seal_to(
            recipient,
            content,
            info=_carried(kind, account, credential_id, info),
            purpose=transport.CREDENTIAL_PURPOSE,
        )

    def take_credential(
        self, message: bytes, *, kind: CredentialKind, account: str, credential_id: str, info: bytes
    ) -> bytes:
        """Take over a credential that another Region's custodian has sealed to this one; returns it wrapped.

        Raises:
            EnvelopeRefused: for another Region, carriage, kind, account or id, or not as long as its kind is.
        """
        content = transport.open_sealed(
            self._transport_private_key,
            message,
            info=_carried(kind, account, credential_id, info),
            purpose=transport.CREDENTIAL_PURPOSE,
        )
        fits = (
            0 < len(content) <= SECRET_CHARACTERS_MAX
            if kind is CredentialKind.ACCESS_KEY
            else len(content) == suite.KEY_BYTES
        )
        if not fits:
            raise EnvelopeRefused(Step.LENGTH)
        return self._wrapped(content, owner=self.owner(kind, account=account, credential_id=credential_id))

    # Sessions

    def issuer_key(self) -> bytes:
        """Return the public half of the key that this Region signs sessions with."""
        return _public(self._signer)

    def issue_session(
        self, session_key: bytes, *, account: str, key_id: str, claims: bytes
    ) -> session.Issued:
        """Make a session; `session_key` is the wrapped key of this account and id."""
        owner = self.owner(CredentialKind.SESSION_KEY, account=account, credential_id=key_id)
        return session.issue(
            self._unwrapped(session_key, owner=owner),
            account=account,
            key_id=key_id,
            region=self._region,
            signer=self._signer,
            claims=claims,
            entropy=self._entropy,
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
        """Open a token with the session key that it names, and derive its signing key; the secret stays here.

        Raises:
            EnvelopeRefused: as `session.open_token`.
        """
        named = session.header(token)
        owner = self.owner(CredentialKind.SESSION_KEY, account=account, credential_id=named.key_id)
        held = session.open_token(
            self._unwrapped(session_key, owner=owner),
            token,
            account=account,
            access_key_id=access_key_id,
            issuers=issuers,
        )
        key = signing_key(encoded(held.secret_access_key), day=day, region=region, service=service)
        return session.Opened(signing_key=key, claims=held.claims, region=held.region)

    # Passwords. The half that takes long is no question to the custodian (`identity_client.py`).

    def seal_password(
        self, password_key: bytes, *, account: str, key_id: str, user_id: str, password: str
    ) -> str:
        """Return the hash of a user's password; `password_key` is the wrapped key of this account and id."""
        parameters = passwords.new_parameters(self._entropy(passwords.SALT_BYTES))
        mac = self.finish_password(
            password_key,
            account=account,
            key_id=key_id,
            user_id=user_id,
            parameters=parameters,
            stretched=passwords.stretch(password, parameters=parameters),
        )
        return passwords.Hash(key_id=key_id, parameters=parameters, mac=mac).text()

    def check_password(
        self, password_key: bytes, *, account: str, user_id: str, password: str, hashed: str
    ) -> bool:
        """Say whether it is the password that was hashed.

        Raises:
            EnvelopeRefused: `hashed` is no hash, or of another password key.
        """
        held = passwords.parse(hashed)
        return self.compare_password(
            password_key,
            account=account,
            key_id=held.key_id,
            user_id=user_id,
            parameters=held.parameters,
            stretched=passwords.stretch(password, parameters=held.parameters),
            mac=held.mac,
        )

    def finish_password(
        self,
        password_key: bytes,
        *,
        account: str,
        key_id: str,
        user_id: str,
        parameters: bytes,
        stretched: bytes,
    ) -> bytes:
        """Return the MAC of a stretched password."""
        owner = self.owner(CredentialKind.PASSWORD_KEY, account=account, credential_id=key_id)
        key = self._unwrapped(password_key, owner=owner)
        return passwords.finish(key, stretched, parameters=parameters, account=account, user_id=user_id)

    def compare_password(
        self,
        password_key: bytes,
        *,
        account: str,
        key_id: str,
        user_id: str,
        parameters: bytes,
        stretched: bytes,
        mac: bytes,
    ) -> bool:
        """Say whether a MAC is that of a stretched password, in constant time; the right one is not told."""
        right = self.finish_password(
            password_key,
            account=account,
            key_id=key_id,
            user_id=user_id,
            parameters=parameters,
            stretched=stretched,
        )
        return hmac.compare_digest(right, mac)

    def owner(self, kind: CredentialKind, *, account: str, credential_id: str) -> wrap.Owner:
        """Name what a credential is wrapped for."""
        if kind is CredentialKind.ACCESS_KEY:
            # No account: an access key ID names one key of one account, in every partition.
            account = ""
        return wrap.Owner(
            kind=wrap.Kind(kind.value), name=credential_id, region=self._region, account=account
        )


def signing_key(secret: bytes, *, day: str, region: str, service: str) -> bytes:
    """Derive the key that signs one day's requests to one service of one Region.

    Source: IAM User Guide, create a signed API request, derive a signing key.
    """
    key = b"AWS4" + secret
    for part in (day, region, service, TERMINATOR):
        key = hmac.digest(key, encoded(part), "sha256")
    return key


def issuer_key(transport_private_key: bytes, *, partition: str, region: str) -> bytes:
    """Return the public half of the key that a Region with this root signs sessions with."""
    return _public(_signer(transport_private_key, partition=partition, region=region))


def _signer(transport_private_key: bytes, *, partition: str, region: str) -> Ed25519PrivateKey:
    # HKDF with an `info` of its own: nothing that is done with one of the two keys tells about the other.
    seed = suite.hkdf(
        transport_private_key,
        salt=bytes(suite.SALT_BYTES),
        info=joined(ISSUER_PURPOSE, encoded(partition), encoded(region)),
        size=suite.KEY_BYTES,
    )
    return Ed25519PrivateKey.from_private_bytes(seed)


def _public(signer: Ed25519PrivateKey) -> bytes:
    return signer.public_key().public_bytes_raw()


def _carried(kind: CredentialKind, account: str, credential_id: str, info: bytes) -> bytes:
    return joined(encoded(kind), encoded(account), encoded(credential_id), info)
