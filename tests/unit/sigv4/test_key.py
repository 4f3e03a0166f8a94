"""Signing keys: AWS's own example, RFC 4231, and that a key never shows itself."""

from __future__ import annotations

import hmac
import pickle

import pytest

from watchword.sigv4.key import SigningKey, derive

EXAMPLE_SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def test_the_example_of_the_documentation_derives() -> None:
    """IAM User Guide, examples of how to derive a signing key."""
    derived = derive(EXAMPLE_SECRET, day="20150830", region="us-east-1", service="iam")

    assert derived.hex() == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"


PARTS = {"day": "20150831", "region": "us-east-2", "service": "sts"}


@pytest.mark.parametrize("part", PARTS)
def test_each_part_of_the_scope_changes_the_key(part: str) -> None:
    scope = {"day": "20150830", "region": "us-east-1", "service": "iam"}

    other = derive(EXAMPLE_SECRET, **{**scope, part: PARTS[part]})

    assert other != derive(EXAMPLE_SECRET, **scope)


@pytest.mark.parametrize("size", [0, 1, 54, 55, 56, 63, 64, 65, 119, 200, 10_000])
def test_the_kept_hash_states_sign_as_hmac_does(size: int) -> None:
    """RFC 2104, against the standard library, on both sides of SHA-256's block borders."""
    derived = bytes(range(32))
    text = bytes(index % 251 for index in range(size))

    signature = SigningKey(derived).sign(text)

    assert signature == hmac.new(derived, text, "sha256").hexdigest()


def test_a_key_signs_any_number_of_times() -> None:
    key = SigningKey(b"k" * 32)

    assert [key.sign(b"a"), key.sign(b"b"), key.sign(b"a")] == [
        key.sign(b"a"),
        key.sign(b"b"),
        key.sign(b"a"),
    ]
    assert key.sign(b"a") != key.sign(b"b")


def test_a_key_never_shows_itself() -> None:
    derived = derive(EXAMPLE_SECRET, day="20150830", region="us-east-1", service="iam")
    key = SigningKey(derived)

    assert repr(key) == str(key) == f"{key}" == "SigningKey(***)"
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_what_is_longer_than_a_block_is_no_derived_key() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SigningKey(b"k" * 65)
