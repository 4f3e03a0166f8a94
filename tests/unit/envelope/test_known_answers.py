"""The bytes of every envelope, pinned: what a release has sealed, every later one opens.

A change that makes one of these fail is a new format or suite byte, never a new answer here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from watchword.envelope import ciphertext, token, value, wrap
from watchword.envelope.value import Binding
from watchword.envelope.wrap import Kind, Owner

KEY = bytes(range(32))
HERE = Binding(
    partition="aws",
    region="us-east-1",
    account="123456789012",
    secret_arn="arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf",
    version_id="v",
    content_id="c",
    kind="string",
)
OWNER = Owner(kind=Kind.KEY_MATERIAL, name="arn:aws:kms:us-east-1:1:key/k", region="us-east-1", account="1")


def counted() -> Callable[[int], bytes]:
    """A source that is the same in each run: 1, 2, 3, …"""
    numbers = itertools.count(1)
    return lambda size: next(numbers).to_bytes(size, "big")


def sealed() -> dict[str, bytes]:
    return {
        "value": value.seal(KEY, b"text", binding=HERE, entropy=counted()),
        "blob": ciphertext.seal(
            KEY,
            b"text",
            key_arn="arn:aws:kms:us-east-1:1:key/k",
            material_version=3,
            context={"b": "2", "a": "1"},
            entropy=counted(),
        ),
        "wrapped": wrap.wrap(KEY, b"text", owner=OWNER, entropy=counted()),
        "token": token.seal_token(KEY, b"text", purpose="ListSecrets", entropy=counted()).encode(),
    }


ANSWERS = {
    "value": (
        "01010000000000000000000000000000000000000000000000000000000000000001000000000000000000000002773d",
        "1225fd87d7ecd9338f6b4cae15854b1eee2bc21cd2121c33b1f898f3302bc8280844e50b9c65991e5d0ae32996c5251e",
        "0251",
    ),
    "blob": (
        "57574b0101001d61726e3a6177733a6b6d733a75732d656173742d313a313a6b65792f6b000000030000000000000000",
        "000000000000000000000000000000000000000000000001000000000000000000000002acd17427e5b36c6123567c24",
        "837f673ad4eee639e7ef56ac74e91330b873a97193a0c247345fec29f775da28ba3c375498dacf65",
    ),
    "wrapped": (
        "01010000000000000000000000000000000000000000000000000000000000000001000000000000000000000002129e",
        "8571f31f4a0d3674f70778e18b68f4977219e4f7ec904018d5b6e73bf6db0e3f240e73f0e6ff7f175abbfd7e1a58a3b6",
        "6555",
    ),
    "token": (
        "415145414141414141414141414141414141414141414141414141414141414141414141414141414141414141514141",
        "4141414141414141414141414167545f3051796e7a396775423964573755376d646e5034544956524430305172747949",
        "457a4d475a4e424244625f6575306d74737747517a2d4f6a622d7345644f704e35496b",
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_envelope_has_the_bytes_that_it_always_had(name: str) -> None:
    assert sealed()[name].hex() == "".join(ANSWERS[name])


def test_what_was_sealed_by_an_earlier_release_opens() -> None:
    held = {name: bytes.fromhex("".join(answer)) for name, answer in ANSWERS.items()}

    assert value.open_value(KEY, held["value"], binding=HERE) == b"text"
    assert ciphertext.open_ciphertext(KEY, held["blob"], context={"a": "1", "b": "2"}) == b"text"
    assert wrap.unwrap(KEY, held["wrapped"], owner=OWNER) == b"text"
    assert token.open_token(KEY, held["token"].decode(), purpose="ListSecrets") == b"text"
