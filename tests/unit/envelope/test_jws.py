"""Tokens of identity providers: whose signature counts, and every way of not having one."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from watchword.envelope.jws import key_id, payload_of, read_keys, verify
from watchword.envelope.refused import EnvelopeRefused, Step

PAYLOAD = {"iss": "https://idp.example", "sub": "ann"}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def part(document: object) -> str:
    return b64(json.dumps(document).encode())


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@cache
def rsa_key(bits: int = 2_048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=bits)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def rsa_jwk(private: rsa.RSAPrivateKey, **more: object) -> dict[str, object]:
    public = private.public_key().public_numbers()
    return {"kty": "RSA", "kid": "r", "use": "sig", "n": number(public.n), "e": number(public.e), **more}


def ec_jwk(**more: object) -> dict[str, object]:
    public = ec_key().public_key().public_numbers()
    return {"kty": "EC", "kid": "e", "crv": "P-256", "x": number(public.x), "y": number(public.y), **more}


def key_set(*keys: dict[str, object]) -> bytes:
    return json.dumps({"keys": keys}).encode()


def rs256(header: dict[str, Any] | None = None, *, payload: object = PAYLOAD) -> str:
    text = f"{part({'alg': 'RS256', 'kid': 'r', **(header or {})})}.{part(payload)}"
    return f"{text}.{b64(rsa_key().sign(text.encode(), padding.PKCS1v15(), SHA256()))}"


def es256() -> str:
    text = f"{part({'alg': 'ES256', 'kid': 'e'})}.{part(PAYLOAD)}"
    r, s = decode_dss_signature(ec_key().sign(text.encode(), ec.ECDSA(SHA256())))
    return f"{text}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def test_both_kinds_of_signature_are_verified() -> None:
    keys = read_keys(key_set(rsa_jwk(rsa_key()), ec_jwk()))

    assert verify(rs256(), keys) == verify(es256(), keys) == PAYLOAD
    assert payload_of(rs256()) == PAYLOAD
    assert key_id(es256()) == "e"


def other_signature(token: str) -> str:
    head, _, signature = token.split(".")
    return f"{head}.{part({**PAYLOAD, 'sub': 'eve'})}.{signature}"


REFUSED: dict[str, tuple[str, Step]] = {
    "a changed payload": (other_signature(rs256()), Step.SIGNATURE),
    "a changed payload under a curve": (other_signature(es256()), Step.SIGNATURE),
    "no algorithm": (rs256({"alg": "none"}), Step.SUITE),
    "a public key taken for a secret": (rs256({"alg": "HS256"}), Step.SUITE),
    "another algorithm of the same key": (rs256({"alg": "RS512"}), Step.SIGNATURE),
    "a curve's algorithm for an RSA key": (rs256({"alg": "ES256"}), Step.SUITE),
    "an unknown key": (rs256({"kid": "x"}), Step.KEY),
    "a header that asks for more": (rs256({"crit": ["b64"], "b64": False}), Step.FORMAT),
    "two parts": ("a.b", Step.FORMAT),
    "no base64": ("*.*.*", Step.TEXT),
    "a name twice": (
        b64(b'{"alg":"none","alg":"RS256","kid":"r"}') + f".{part(PAYLOAD)}.",
        Step.FORMAT,
    ),
    "too long": ("a" * 20_001, Step.LENGTH),
    "no text": ("é.é.é", Step.FORMAT),
    "nested without end": (f"{b64(b'[' * 9_000)}.{part(PAYLOAD)}.", Step.FORMAT),
}


@pytest.mark.parametrize(("token", "step"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_token_of_these_keys_is_refused(token: str, step: Step) -> None:
    keys = read_keys(key_set(rsa_jwk(rsa_key()), ec_jwk()))

    with pytest.raises(EnvelopeRefused) as refused:
        verify(token, keys)

    assert refused.value.step is step


LEFT_OUT: dict[str, dict[str, object]] = {
    "a short RSA key": rsa_jwk(rsa_key(1_024)),
    "a key to encrypt with": rsa_jwk(rsa_key(), use="enc"),
    "another kind": {"kty": "oct", "kid": "r", "k": "c2VjcmV0"},
    "a point that is on no curve": ec_jwk(y=number(5)),
    "an unknown curve": ec_jwk(crv="P-192"),
    "a number that is none": rsa_jwk(rsa_key(), n=5),
}


@pytest.mark.parametrize("one", LEFT_OUT.values(), ids=LEFT_OUT)
def test_keys_of_another_kind_are_left_out(one: dict[str, object]) -> None:
    assert read_keys(key_set(one)) == ()
    assert len(read_keys(key_set(one, rsa_jwk(rsa_key())))) == 1


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"keys": {}}', b"\xff", b" " * 262_145])
def test_what_is_no_key_set_is_refused(document: bytes) -> None:
    with pytest.raises(EnvelopeRefused):
        read_keys(document)


def test_a_key_for_one_algorithm_is_for_no_other() -> None:
    keys = read_keys(key_set(rsa_jwk(rsa_key(), alg="RS512")))

    with pytest.raises(EnvelopeRefused) as refused:
        verify(rs256(), keys)

    assert refused.value.step is Step.SUITE


def test_without_ids_every_key_without_one_is_tried() -> None:
    nameless = {name: value for name, value in rsa_jwk(rsa_key()).items() if name != "kid"}
    other = {name: value for name, value in ec_jwk().items() if name != "kid"}
    keys = read_keys(key_set(other, nameless))

    assert verify(rs256({"kid": ""}), keys) == PAYLOAD
