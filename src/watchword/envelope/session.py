"""Sessions: what AssumeRole and its kin hand out, and what a token of theirs gives back in any Region of the account.

    format 1 | suite 1 | length 1 | issuing Region | length 1 | key id | then as in `suite.py` | signature 64

As text, base64url without padding. What is sealed is the session's secret access key (30 bytes) and its claims.

  1. Sealed under the account's session key, which the custodians of its enabled Regions hold: each of them opens the
     token alone, and nobody else reads or makes one. The key id says which, since a new key does not end old sessions.
  2. Signed by the issuing Region (Ed25519). All of those Regions hold the session key; the signature tells them apart,
     so that what a Region issued can be refused when the account has disabled it.
  3. Bound, in the seal and in the signature, to the account and to the session's access key id: a token does not go
     with another one.
  4. The access key id names its account, so that a Region knows whose session key to take. It proves nothing.

Not handled: whether a session has expired, or is wanted: the claims are bytes here.

Source: RFC 8032 (Ed25519); STS API, AssumeRole (Credentials); IAM User Guide, unique identifiers (ASIA).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from watchword.envelope import suite
from watchword.envelope.fields import decoded, encoded, joined
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.token import bytes_of, text_of

CLAIMS_BYTES_MAX = 8_192
NAME_BYTES_MAX = 64
"""Of a Region, and of a key id."""
SECRET_BYTES = 30
"""40 characters, as long as AWS's."""
SIGNATURE_BYTES = 64
PUBLIC_KEY_BYTES = 32
TOKEN_CHARACTERS_MAX = 12_000
"""That of the longest claims and names has 11,368; a request's headers may have 16,384 bytes in all."""

PREFIX_OF_ACCESS_KEYS = "ASIA"
ACCOUNT_BYTES = 5
RANDOM_BYTES = 5
"""As many as AWS's have beside the account: an id tells sessions apart in a trail, and guards nothing."""
ACCOUNT_DIGITS = 12

PURPOSE = b"watchword/session/1"
SIGNATURE_PURPOSE = b"watchword/session-signature/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a token says about itself: a hint, not yet authenticated."""

    region: str
    """That issued it."""
    key_id: str
    """Of the session key that it is sealed under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A session's credentials, for the caller alone."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a token held."""

    secret_access_key: str = field(repr=False)
    claims: bytes = field(repr=False)
    region: str
    """That issued it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session as whoever checks a signature gets to see it: without its secret."""

    signing_key: bytes = field(repr=False)
    """Of one day, Region and service."""
    claims: bytes = field(repr=False)
    region: str
    """That issued it."""


def header(token: str) -> Header:
    """Read whose token it says it is; nothing about it is proven before it is open.

    Raises:
        EnvelopeRefused: not a token of ours, or cut short.
    """
    return _parse(bytes_of(token, characters_max=TOKEN_CHARACTERS_MAX))[0]


def account_of(access_key_id: str) -> str:
    """Return the account that a session's access key id names.

    Raises:
        EnvelopeRefused: it is no session's.
    """
    text = access_key_id.removeprefix(PREFIX_OF_ACCESS_KEYS)
    try:
        named = base64.b32decode(text)
    except (binascii.Error, ValueError):
        raise EnvelopeRefused(Step.TEXT) from None
    account = int.from_bytes(named[:ACCOUNT_BYTES], "big")
    if text == access_key_id or len(named) != ACCOUNT_BYTES + RANDOM_BYTES or account >= 10**ACCOUNT_DIGITS:
        raise EnvelopeRefused(Step.TEXT)
    return f"{account:0{ACCOUNT_DIGITS}}"


def issue(
    session_key: bytes,
    *,
    account: str,
    key_id: str,
    region: str,
    signer: Ed25519PrivateKey,
    claims: bytes,
    entropy: suite.Entropy,
) -> Issued:
    """Make a session of an account, issued by this Region.

    Raises:
        EnvelopeRefused: the claims or a name are too long, or `account` is none.
    """
    if len(claims) > CLAIMS_BYTES_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    secret = entropy(SECRET_BYTES)
    access_key_id = _access_key_id(account, entropy=entropy)
    bound = _bound(account, access_key_id)
    sealed = suite.seal(
        session_key,
        secret + claims,
        purpose=PURPOSE,
        prefix=suite.PREFIX + _short(region) + _short(key_id),
        bound=bound,
        entropy=entropy,
    )
    return Issued(
        access_key_id=access_key_id,
        secret_access_key=_secret_text(secret),
        token=text_of(sealed + signer.sign(_signed(sealed, bound=bound))),
    )


def open_token(
    session_key: bytes, token: str, *, account: str, access_key_id: str, issuers: Mapping[str, bytes]
) -> Held:
    """Open a token of this account that goes with this access key id; `issuers`: the Regions' public keys.

    The seal first: it is ten times cheaper to refuse than a signature is.

    Raises:
        EnvelopeRefused: KEY, it names a Region that is none of the issuers; SIGNATURE, that Region has not signed it;
            sealed under another key, for another account or access key id, or changed.
    """
    raw = bytes_of(token, characters_max=TOKEN_CHARACTERS_MAX)
    named, prefix_bytes = _parse(raw)
    issuer = issuers.get(named.region)
    if issuer is None:
        raise EnvelopeRefused(Step.KEY)
    sealed, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
    bound = _bound(account, access_key_id)
    content = suite.unseal(session_key, sealed, purpose=PURPOSE, prefix_bytes=prefix_bytes, bound=bound)
    try:
        Ed25519PublicKey.from_public_bytes(issuer).verify(signature, _signed(sealed, bound=bound))
    except InvalidSignature:
        raise EnvelopeRefused(Step.SIGNATURE) from None
    except ValueError:
        raise EnvelopeRefused(Step.KEY) from None
    if len(content) < SECRET_BYTES:
        raise EnvelopeRefused(Step.LENGTH)
    return Held(
        secret_access_key=_secret_text(content[:SECRET_BYTES]),
        claims=content[SECRET_BYTES:],
        region=named.region,
    )


def _parse(raw: bytes) -> tuple[Header, int]:
    """Return the header and the number of bytes of the prefix that holds it."""
    suite.check_prefix(raw)
    region, at = _read_short(raw, at=len(suite.PREFIX))
    key_id, at = _read_short(raw, at=at)
    if len(raw) < at + suite.HEAD_BYTES + suite.TAG_BYTES + SIGNATURE_BYTES:
        raise EnvelopeRefused(Step.LENGTH)
    return Header(region=region, key_id=key_id), at


def _short(name: str) -> bytes:
    written = encoded(name)
    if not 0 < len(written) <= NAME_BYTES_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    return bytes((len(written),)) + written


def _read_short(raw: bytes, *, at: int) -> tuple[str, int]:
    size = int.from_bytes(raw[at : at + 1], "big")
    end = at + 1 + size
    if not 0 < size <= NAME_BYTES_MAX or len(raw) < end:
        raise EnvelopeRefused(Step.LENGTH)
    return decoded(raw[at + 1 : end]), end


def _access_key_id(account: str, *, entropy: suite.Entropy) -> str:
    if len(account) != ACCOUNT_DIGITS or not (account.isascii() and account.isdigit()):
        raise EnvelopeRefused(Step.TEXT)
    named = int(account).to_bytes(ACCOUNT_BYTES, "big") + entropy(RANDOM_BYTES)
    return PREFIX_OF_ACCESS_KEYS + base64.b32encode(named).decode("ascii")


def _secret_text(secret: bytes) -> str:
    return base64.b64encode(secret).decode("ascii")


def _bound(account: str, access_key_id: str) -> bytes:
    return joined(encoded(account), encoded(access_key_id))


def _signed(sealed: bytes, *, bound: bytes) -> bytes:
    return joined(SIGNATURE_PURPOSE, bound, sealed)
