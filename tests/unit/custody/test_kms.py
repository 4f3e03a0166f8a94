"""What the custodian computes for KMS beside ciphertexts: versions, MACs, imported material, re-encryption."""

from __future__ import annotations

import hmac
import os
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding

from watchword.custody import imports
from watchword.custody.core import Keyring
from watchword.custody.master import Master
from watchword.envelope import ciphertext
from watchword.envelope.refused import EnvelopeRefused, Step

KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111"
OTHER_ARN = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-4222-8222-222222222222"
MASTER = Master(partition="aws", region="us-east-1", key=os.urandom(32), transport_private_key=os.urandom(32))
PAIR = imports.make_pair(2_048)
"""One for all tests here: each takes a tenth of a second and more."""
KEYS = Keyring(MASTER, entropy=os.urandom, pairs=lambda _bits: PAIR)
MATERIAL = KEYS.create_material(key_arn=KEY_ARN)
NOW = 1_795_298_400_000
LATER = NOW + 86_400_000
SECRET = bytes(range(32))


def encrypt_to(public_key: bytes, content: bytes, *, digest: hashes.HashAlgorithm) -> bytes:
    public = serialization.load_der_public_key(public_key)
    assert isinstance(public, rsa.RSAPublicKey)
    return public.encrypt(
        content, padding.OAEP(mgf=padding.MGF1(algorithm=digest), algorithm=digest, label=None)
    )


def offered(
    *, algorithm: str = "RSAES_OAEP_SHA_256", content: bytes = SECRET, key_arn: str = KEY_ARN
) -> tuple[bytes, bytes]:
    """A token, and material wrapped for it."""
    public, token = KEYS.import_parameters(key_arn=key_arn, bits=2_048, algorithm=algorithm, expires_ms=LATER)
    return token, encrypt_to(public, content, digest=hashes.SHA256())


def take(
    token: bytes,
    wrapped: bytes,
    *,
    key_arn: str = KEY_ARN,
    version: int = 1,
    mac: bool = False,
    now: int = NOW,
    keys: Keyring = KEYS,
) -> tuple[bytes, str]:
    return keys.import_material(
        token=token,
        wrapped=wrapped,
        key_arn=key_arn,
        material_version=version,
        mac=mac,
        size_min=32,
        size_max=64 if mac else 32,
        now=now,
    )


def step_of(token: bytes, wrapped: bytes, *, key_arn: str = KEY_ARN, now: int = NOW) -> Step:
    with pytest.raises(EnvelopeRefused) as refused:
        take(token, wrapped, key_arn=key_arn, now=now)
    return refused.value.step


# Versions and re-encryption


def test_a_blob_moves_to_another_key_and_context() -> None:
    other = KEYS.create_material(key_arn=OTHER_ARN, material_version=7)
    blob = KEYS.encrypt(material=MATERIAL, key_arn=KEY_ARN, context={"a": "1"}, plaintext=b"x")

    moved = KEYS.re_encrypt(
        material=MATERIAL,
        key_arn=KEY_ARN,
        context={"a": "1"},
        blob=blob,
        to_material=other,
        to_key_arn=OTHER_ARN,
        to_context={"b": "2"},
    )

    assert ciphertext.header(moved) == ciphertext.Header(key_arn=OTHER_ARN, material_version=7)
    opened = KEYS.decrypt(material=other, key_arn=OTHER_ARN, context={"b": "2"}, blob=moved)
    assert opened == b"x"
    with pytest.raises(EnvelopeRefused):
        KEYS.re_encrypt(
            material=MATERIAL,
            key_arn=KEY_ARN,
            context={"a": "2"},
            blob=blob,
            to_material=other,
            to_key_arn=OTHER_ARN,
            to_context={},
        )


def test_a_sealed_data_key_opens_to_as_many_bytes() -> None:
    blob = KEYS.generate_sealed_data_key(material=MATERIAL, key_arn=KEY_ARN, context={}, size=16)

    assert len(KEYS.decrypt(material=MATERIAL, key_arn=KEY_ARN, context={}, blob=blob)) == 16


@pytest.mark.parametrize("size", [0, 1_025])
def test_random_bytes_are_1_to_1024(size: int) -> None:
    with pytest.raises(EnvelopeRefused):
        KEYS.random(size=size)


# MACs


def test_a_mac_is_right_for_its_message_its_key_and_its_length_alone() -> None:
    material, other = (KEYS.create_mac_material(key_arn=KEY_ARN, size=32) for _ in range(2))

    def verified(sent: bytes, *, by: bytes = material, message: bytes = b"m") -> bool:
        return KEYS.verify_mac(
            material=by, key_arn=KEY_ARN, algorithm="HMAC_SHA_256", message=message, mac=sent
        )

    mac = KEYS.generate_mac(material=material, key_arn=KEY_ARN, algorithm="HMAC_SHA_256", message=b"m")

    assert verified(mac)
    assert not any(verified(wrong) for wrong in (mac[:-1], mac + b"x", bytes(32), b""))
    assert not verified(mac, by=other)
    assert not verified(mac, message=b"n")


def test_material_for_macs_never_seals_and_material_that_seals_makes_no_mac() -> None:
    """A kind of its own: whatever the rules of KMS ask, or whoever writes to the store."""
    mac_material = KEYS.create_mac_material(key_arn=KEY_ARN, size=32)

    with pytest.raises(EnvelopeRefused):
        KEYS.encrypt(material=mac_material, key_arn=KEY_ARN, context={}, plaintext=b"x")
    with pytest.raises(EnvelopeRefused):
        KEYS.generate_mac(material=MATERIAL, key_arn=KEY_ARN, algorithm="HMAC_SHA_256", message=b"m")
    with pytest.raises(EnvelopeRefused):
        KEYS.generate_mac(material=mac_material, key_arn=OTHER_ARN, algorithm="HMAC_SHA_256", message=b"m")


@pytest.mark.parametrize(("algorithm", "size"), [("HMAC_MD5", 1), ("HMAC_SHA_256", 4_097)])
def test_no_other_mac_is_made(algorithm: str, size: int) -> None:
    material = KEYS.create_mac_material(key_arn=KEY_ARN, size=32)

    with pytest.raises(EnvelopeRefused):
        KEYS.generate_mac(material=material, key_arn=KEY_ARN, algorithm=algorithm, message=bytes(size))


# Imported material


def test_imported_material_seals_and_is_the_same_each_time() -> None:
    first, name = take(*offered())
    again, same_name = take(*offered())
    blob = KEYS.encrypt(material=first, key_arn=KEY_ARN, context={}, plaintext=b"x")

    assert (name, first != again) == (same_name, True)
    assert KEYS.decrypt(material=again, key_arn=KEY_ARN, context={}, blob=blob) == b"x"
    assert SECRET not in first


def test_material_is_called_otherwise_in_every_key_and_as_in_the_other_regions() -> None:
    name = imports.material_id(SECRET, key_arn=KEY_ARN)

    assert name == imports.material_id(SECRET, key_arn=KEY_ARN.replace("us-east-1", "eu-west-1"))
    assert name != imports.material_id(SECRET, key_arn=OTHER_ARN)
    assert name != imports.material_id(bytes(32), key_arn=KEY_ARN)
    assert len(bytes.fromhex(name)) == 32


def test_imported_mac_material_is_the_hmac_key() -> None:
    token, wrapped = offered(content=bytes(range(64)))
    material, _ = take(token, wrapped, mac=True)

    mac = KEYS.generate_mac(material=material, key_arn=KEY_ARN, algorithm="HMAC_SHA_256", message=b"m")

    assert mac == hmac.digest(bytes(range(64)), b"m", "sha256")


def test_a_token_is_for_its_key_its_region_and_its_day() -> None:
    token, wrapped = offered()
    changed = token[:-1] + bytes([token[-1] ^ 1])
    elsewhere = Keyring(replace(MASTER, region="us-east-2"), entropy=os.urandom)

    assert step_of(token, wrapped, key_arn=OTHER_ARN) is Step.TAG
    assert step_of(changed, wrapped) is Step.TAG
    assert step_of(MATERIAL, wrapped) in (Step.TAG, Step.COMMITMENT)
    assert step_of(token, wrapped, now=LATER + 1) is Step.EXPIRED
    take(token, wrapped, now=LATER)
    with pytest.raises(EnvelopeRefused):
        take(token, wrapped, keys=elsewhere)


def test_what_was_wrapped_otherwise_is_one_refusal() -> None:
    """Whatever fails: more would tell an attacker about the plaintext."""
    token, wrapped = offered()
    aes, aes_wrapped = offered(algorithm="RSA_AES_KEY_WRAP_SHA_256", content=bytes(32))
    good = aes_key_wrap_with_padding(bytes(32), SECRET)
    take(aes, aes_wrapped + good)
    public, _ = KEYS.import_parameters(
        key_arn=KEY_ARN, bits=2_048, algorithm="RSAES_OAEP_SHA_1", expires_ms=LATER
    )
    sha1 = encrypt_to(public, SECRET, digest=hashes.SHA1())  # noqa: S303 - AWS still lists it

    for held, sent in (
        (token, wrapped[:-1]),
        (token, wrapped + b"x"),
        (token, bytes(256)),
        (token, b""),
        (token, sha1),
        (aes, aes_wrapped),
        (aes, aes_wrapped + good[:-1]),
        (aes, aes_wrapped + bytes(len(good))),
        (aes, wrapped + good),
    ):
        assert step_of(held, sent) is Step.IMPORT


@pytest.mark.parametrize("size", [1, 16, 31, 33, 64])
def test_material_that_seals_has_32_bytes(size: int) -> None:
    token, wrapped = offered(content=bytes(size))

    assert step_of(token, wrapped) is Step.MATERIAL


@pytest.mark.parametrize(("bits", "algorithm"), [(1_024, "RSAES_OAEP_SHA_256"), (2_048, "RSAES_PKCS1_V1_5")])
def test_no_other_pair_is_given_out(bits: int, algorithm: str) -> None:
    with pytest.raises(EnvelopeRefused):
        KEYS.import_parameters(key_arn=KEY_ARN, bits=bits, algorithm=algorithm, expires_ms=LATER)
