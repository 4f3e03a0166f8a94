"""What the contract tests of KMS share: keys of every state, and material wrapped as a client wraps it."""

from __future__ import annotations

import base64
import os
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding
from tests.contract.region import ACCOUNT, Region

from watchword.api.shapes import watchword

HERE = f"arn:aws:kms:us-east-1:{ACCOUNT}:"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
ABSENT_ID = "99999999-9999-4999-8999-999999999999"
DAY_MS = 86_400_000
LASTS = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def make_key(region: Region, **members: object) -> str:
    """Make a key and return its ARN."""
    arn: str = region.call("CreateKey", **members)["KeyMetadata"]["Arn"]
    return arn


def mac_key(region: Region, bits: int = 256) -> str:
    return make_key(region, KeySpec=f"HMAC_{bits}", KeyUsage="GENERATE_VERIFY_MAC")


def described(region: Region, key_id: str) -> dict[str, Any]:
    metadata: dict[str, Any] = region.call("DescribeKey", KeyId=key_id)["KeyMetadata"]
    return metadata


def state_of(region: Region, key_id: str) -> str:
    state: str = described(region, key_id)["KeyState"]
    return state


def tend(region: Region) -> int:
    """What the agent does of its own accord."""
    answer: watchword.TendKeysResponse = region.gate.perform(
        watchword.TEND_KEYS, watchword.TendKeysRequest(limit=100), principal=region.itself
    )
    return answer.tended or 0


def parameters(
    region: Region, key_id: str, *, algorithm: str = "RSAES_OAEP_SHA_256", spec: str = "RSA_2048"
) -> dict[str, Any]:
    return region.call(
        "GetParametersForImport", KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec=spec
    )


def wrapped(material: bytes, public_key: str, *, algorithm: str = "RSAES_OAEP_SHA_256") -> str:
    """Wrap material as KMS's guide tells its callers to."""
    public = serialization.load_der_public_key(base64.b64decode(public_key))
    assert isinstance(public, rsa.RSAPublicKey)
    digest: hashes.HashAlgorithm = hashes.SHA1() if algorithm.endswith("SHA_1") else hashes.SHA256()  # noqa: S303 - AWS still lists it
    oaep = padding.OAEP(mgf=padding.MGF1(algorithm=digest), algorithm=digest, label=None)
    if algorithm.startswith("RSAES"):
        return in_base64(public.encrypt(material, oaep))
    aes = os.urandom(32)
    return in_base64(public.encrypt(aes, oaep) + aes_key_wrap_with_padding(aes, material))


def import_material(region: Region, key_id: str, material: bytes, **members: object) -> dict[str, Any]:
    given = parameters(region, key_id)
    return region.call(
        "ImportKeyMaterial",
        KeyId=key_id,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=wrapped(material, given["PublicKey"]),
        **{**LASTS, **members},
    )
