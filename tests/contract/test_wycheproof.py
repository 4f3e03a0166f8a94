"""The primitives as we call them, against every one of Wycheproof's cases."""

from __future__ import annotations

import hmac
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from watchword.envelope import suite, transport
from watchword.envelope.refused import EnvelopeRefused, Step

VECTORS = Path(__file__).parents[1] / "vectors" / "wycheproof"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One vector: its numbers by name, what to expect, and what it is about."""

    name: str
    values: dict[str, bytes]
    sizes: dict[str, int]
    result: str
    flags: tuple[str, ...]


def cases(file: str) -> Iterator[Case]:
    for group in json.loads((VECTORS / file).read_text())["testGroups"]:
        sizes = {name: number for name, number in group.items() if isinstance(number, int)}
        for test in group["tests"]:
            texts = {name: text for name, text in test.items() if isinstance(text, str)}
            yield Case(
                name=f"{test['tcId']} {test['comment']}",
                values={
                    name: bytes.fromhex(text)
                    for name, text in texts.items()
                    if name not in ("comment", "result")
                },
                sizes=sizes | {name: number for name, number in test.items() if isinstance(number, int)},
                result=test["result"],
                flags=tuple(test["flags"]),
            )


def sealed_as(case: Case) -> bytes | None:
    """Seal as the case says, by the library; None where it refuses the nonce's size."""
    try:
        return AESGCM(case.values["key"]).encrypt(case.values["iv"], case.values["msg"], case.values["aad"])
    except ValueError:
        return None


def test_aes_gcm_of_the_library_is_right_in_every_case() -> None:
    """316 cases: 283 right; 33 have nonces of a size that is refused, which is right too."""
    counted: Counter[str] = Counter()
    for case in cases("aes_gcm_test.json"):
        stated = case.values["ct"] + case.values["tag"]
        sealed = sealed_as(case)
        if sealed is None:
            assert not 8 <= len(case.values["iv"]) <= 128, case.name
            counted["refused"] += 1
            continue
        assert (sealed == stated) == (case.result == "valid"), case.name
        try:
            opened = AESGCM(case.values["key"]).decrypt(case.values["iv"], stated, case.values["aad"])
        except InvalidTag:
            assert case.result == "invalid", case.name
        else:
            assert (case.result, opened) == ("valid", case.values["msg"]), case.name
        counted["right"] += 1

    assert counted == {"right": 283, "refused": 33}


def refused_at(case: Case) -> Step | None:
    """Open through our own wrapper; the step that refuses, or None where it opens to what the case says."""
    try:
        opened = suite.decrypt(
            suite.cipher_of(case.values["key"]),
            case.values["ct"] + case.values["tag"],
            nonce=case.values["iv"],
            associated=case.values["aad"],
        )
    except EnvelopeRefused as refused:
        return refused.step
    assert opened == case.values["msg"], case.name
    return None


def test_our_aes_gcm_takes_256_bit_keys_and_96_bit_nonces_alone_and_is_right_in_every_case() -> None:
    """66 of the 316 cases have both our sizes."""
    counted: Counter[Step | None] = Counter()
    for case in cases("aes_gcm_test.json"):
        if len(case.values["key"]) != suite.KEY_BYTES:
            expected: Step | None = Step.KEY
        elif len(case.values["iv"]) != suite.NONCE_BYTES:
            expected = Step.LENGTH
        else:
            expected = None if case.result == "valid" else Step.TAG

        assert refused_at(case) == expected, case.name
        counted[expected] += 1

    assert counted.total() == 316
    assert counted == {None: 39, Step.TAG: 27, Step.KEY: 211, Step.LENGTH: 39}


def test_hkdf_is_right_in_every_case() -> None:
    """RFC 5869: 86 cases; those that ask for more than 255 hashes are refused."""
    counted: Counter[str] = Counter()
    for case in cases("hkdf_sha256_test.json"):
        try:
            derived = suite.hkdf(
                case.values["ikm"],
                salt=case.values["salt"],
                info=case.values["info"],
                size=case.sizes["size"],
            )
        except ValueError:
            assert (case.result, "SizeTooLarge" in case.flags) == ("invalid", True), case.name
            counted["refused"] += 1
            continue
        assert (case.result, derived) == ("valid", case.values["okm"]), case.name
        counted["right"] += 1

    assert counted.total() == 86
    assert counted["refused"] > 0


def test_hmac_is_right_in_every_case() -> None:
    """As the derivation of a signing key calls it; 174 cases, some with a tag cut to half."""
    counted: Counter[str] = Counter()
    for case in cases("hmac_sha256_test.json"):
        tag = hmac.digest(case.values["key"], case.values["msg"], "sha256")[: case.sizes["tagSize"] // 8]

        assert hmac.compare_digest(tag, case.values["tag"]) == (case.result == "valid"), case.name
        counted[case.result] += 1

    assert counted.total() == 174
    assert counted["invalid"] > 0


def test_x25519_is_right_in_every_case_and_refuses_to_agree_on_zero() -> None:
    """RFC 7748: 518 cases; a shared secret of zero, which tells everybody everything, is refused."""
    counted: Counter[str] = Counter()
    for case in cases("x25519_test.json"):
        private = X25519PrivateKey.from_private_bytes(case.values["private"])
        try:
            shared = private.exchange(X25519PublicKey.from_public_bytes(case.values["public"]))
        except ValueError:
            assert case.values["shared"] == bytes(32), case.name
            with pytest.raises(EnvelopeRefused):
                transport.seal_to(case.values["public"], b"x", info=b"")
            counted["refused"] += 1
            continue
        assert (case.result in ("valid", "acceptable"), shared) == (True, case.values["shared"]), case.name
        counted["right"] += 1

    assert counted.total() == 518
    assert counted["refused"] > 0
