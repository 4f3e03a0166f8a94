"""JSON Web Signatures of an identity provider's tokens, verified with the provider's public keys, which are handed in.

  1. A token is three parts of base64url; its first names the algorithm and the key. Nothing else of it is believed, and
     a header that asks for more (`crit`) is refused.
  2. The algorithm has to be one of these, and the key's own kind: so neither `none` nor a public key taken for a secret
     passes.
  3. The signature is over the two parts as they came.

What the payload says is for the caller to judge.

Source: RFC 7515 (JWS), RFC 7517 (JWK), RFC 7518 (algorithms), RFC 8725 (best current practices).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

from watchword.envelope.refused import EnvelopeRefused, Step

TOKEN_CHARACTERS_MAX = 20_000
KEYS_BYTES_MAX = 262_144
KEYS_MAX = 100
RSA_BITS_MIN = 2_048
RSA_BITS_MAX = 8_192
"""A larger modulus costs whoever verifies, and adds nothing."""

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

_RSA: Mapping[str, HashAlgorithm] = {"RS256": SHA256(), "RS384": SHA384(), "RS512": SHA512()}
_EC: Mapping[str, tuple[HashAlgorithm, ec.EllipticCurve]] = {
    "ES256": (SHA256(), ec.SECP256R1()),
    "ES384": (SHA384(), ec.SECP384R1()),
    "ES512": (SHA512(), ec.SECP521R1()),
}
_CURVES: Mapping[str, ec.EllipticCurve] = {
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderKey:
    """One public key of a provider's set."""

    key_id: str
    """Empty if the provider does not say; then it is tried for tokens that name none."""
    algorithm: str | None
    """The only one it is for, if the provider says so."""
    public: PublicKey


def read_keys(document: bytes) -> tuple[ProviderKey, ...]:
    """Read a JWK Set. Keys of another kind or use are left out.

    Raises:
        EnvelopeRefused: FORMAT, it is no JWK Set; LENGTH, too large.
    """
    if len(document) > KEYS_BYTES_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    listed = _object(document).get("keys")
    if not isinstance(listed, list) or len(listed) > KEYS_MAX:
        raise EnvelopeRefused(Step.FORMAT)
    return tuple(key for one in listed if (key := _key(one)) is not None)


def key_id(token: str) -> str:
    """The key that a token names, empty if none; nothing about it is proven.

    Raises:
        EnvelopeRefused: no token of this form.
    """
    return _head(token)[0]


def payload_of(token: str) -> Mapping[str, Any]:
    """What a token says, unproven: by its issuer the keys are found.

    Raises:
        EnvelopeRefused: no token of this form.
    """
    return _object(_decoded(_parts(token)[1]))


def verify(token: str, keys: tuple[ProviderKey, ...]) -> Mapping[str, Any]:
    """What a token says, proven.

    Raises:
        EnvelopeRefused: FORMAT or LENGTH, no token; SUITE, an algorithm that is none of ours or not the key's; KEY, none of
            the keys is meant; SIGNATURE.
    """
    named, algorithm = _head(token)
    meant = [key for key in keys if key.key_id == named]
    if not meant:
        raise EnvelopeRefused(Step.KEY)
    head, payload, signature = _parts(token)
    signed = f"{head}.{payload}".encode("ascii")
    # As a rule one; a set without ids may hold an old key and a new one.
    refused = EnvelopeRefused(Step.SIGNATURE)
    for key in meant:
        try:
            _check(key, algorithm, signed, _decoded(signature))
        except EnvelopeRefused as error:
            refused = error
        else:
            return _object(_decoded(payload))
    raise refused


def _check(key: ProviderKey, algorithm: str, signed: bytes, signature: bytes) -> None:
    if key.algorithm not in (None, algorithm):
        raise EnvelopeRefused(Step.SUITE)
    try:
        if isinstance(key.public, rsa.RSAPublicKey):
            if algorithm not in _RSA:
                raise EnvelopeRefused(Step.SUITE)
            key.public.verify(signature, signed, padding.PKCS1v15(), _RSA[algorithm])
            return
        hashed, curve = _EC.get(algorithm, (None, None))
        if hashed is None or curve is None or key.public.curve.name != curve.name:
            raise EnvelopeRefused(Step.SUITE)
        size = (curve.key_size + 7) // 8
        if len(signature) != 2 * size:
            raise EnvelopeRefused(Step.SIGNATURE)
        r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
        key.public.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashed))
    except InvalidSignature:
        raise EnvelopeRefused(Step.SIGNATURE) from None


def _head(token: str) -> tuple[str, str]:
    header = _object(_decoded(_parts(token)[0]))
    algorithm, named = header.get("alg"), header.get("kid", "")
    if not isinstance(algorithm, str) or not isinstance(named, str) or "crit" in header:
        raise EnvelopeRefused(Step.FORMAT)
    if algorithm not in _RSA and algorithm not in _EC:
        raise EnvelopeRefused(Step.SUITE)
    return named, algorithm


def _parts(token: str) -> tuple[str, str, str]:
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise EnvelopeRefused(Step.LENGTH)
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii():
        raise EnvelopeRefused(Step.FORMAT)
    head, payload, signature = parts
    return head, payload, signature


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise EnvelopeRefused(Step.TEXT) from None


def _object(document: bytes) -> dict[str, Any]:
    try:
        read = json.loads(document.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise EnvelopeRefused(Step.FORMAT) from None
    if not isinstance(read, dict):
        raise EnvelopeRefused(Step.FORMAT)
    return read


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name twice could be read in two ways."""
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a name twice")
    return read


def _key(one: object) -> ProviderKey | None:
    if not isinstance(one, dict) or one.get("use", "sig") != "sig":
        return None
    named, algorithm = one.get("kid", ""), one.get("alg")
    if not isinstance(named, str) or not (algorithm is None or isinstance(algorithm, str)):
        return None
    public = _public(one)
    return None if public is None else ProviderKey(key_id=named, algorithm=algorithm, public=public)


def _public(one: Mapping[str, Any]) -> PublicKey | None:
    try:
        if one.get("kty") == "RSA":
            modulus = _number(one.get("n"))
            if not RSA_BITS_MIN <= modulus.bit_length() <= RSA_BITS_MAX:
                return None
            return rsa.RSAPublicNumbers(_number(one.get("e")), modulus).public_key()
        if one.get("kty") == "EC" and one.get("crv") in _CURVES:
            curve = _CURVES[one["crv"]]
            return ec.EllipticCurvePublicNumbers(
                _number(one.get("x")), _number(one.get("y")), curve
            ).public_key()
    except (EnvelopeRefused, ValueError):
        return None
    return None


def _number(text: object) -> int:
    if not isinstance(text, str):
        raise EnvelopeRefused(Step.FORMAT)
    return int.from_bytes(_decoded(text), "big")
