"""Sealed tokens: a client carries them and can neither read, change, nor use them elsewhere."""

from __future__ import annotations

import base64
import os
import string
from collections.abc import Callable

import pytest

from watchword.envelope import token
from watchword.envelope.refused import EnvelopeRefused, Step

KEY = bytes(range(32))
PAYLOAD = b'{"after": "prod/db"}'
PURPOSE = "ListSecrets 123456789012"
ALPHABET = string.ascii_letters + string.digits + "-_"


def sealed(payload: bytes = PAYLOAD) -> str:
    return token.seal_token(KEY, payload, purpose=PURPOSE, entropy=os.urandom)


def refused_at(text: str, *, key: bytes = KEY, purpose: str = PURPOSE) -> Step:
    with pytest.raises(EnvelopeRefused) as refused:
        token.open_token(key, text, purpose=purpose)
    return refused.value.step


@pytest.mark.parametrize("size", [0, 1, 2, 3, 20, token.PAYLOAD_BYTES_MAX])
def test_a_token_opens_for_its_purpose(size: int) -> None:
    text = sealed(bytes(size))

    assert token.open_token(KEY, text, purpose=PURPOSE) == bytes(size)
    assert len(text) <= token.TOKEN_CHARACTERS_MAX
    assert set(text) <= set(ALPHABET)


def test_a_token_does_not_open_for_another_purpose_or_key() -> None:
    assert refused_at(sealed(), purpose="ListSecrets 210987654321") is Step.TAG
    assert refused_at(sealed(), key=bytes(32)) is Step.COMMITMENT


@pytest.mark.parametrize("size", [18, 19, 20])
def test_every_other_character_in_any_place_is_noticed(size: int) -> None:
    """Three sizes: the last character carries 6, 4 or 2 bits, and its unused ones are no second spelling."""
    text = sealed(bytes(size))
    for at in range(len(text)):
        others = ALPHABET if at == len(text) - 1 else ALPHABET[at % 7 :: 7]
        for other in others.replace(text[at], ""):
            refused_at(text[:at] + other + text[at + 1 :])


def test_every_truncation_is_noticed() -> None:
    text = sealed()
    for length in range(len(text)):
        refused_at(text[:length])


def standard(text: str) -> str:
    return text.replace("-", "+").replace("_", "/")


SPELLINGS: dict[str, Callable[[str], str]] = {
    "padding": lambda text: (
        base64.urlsafe_b64encode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))).decode() + "=" * 4
    ),
    "a blank": lambda text: text + " ",
    "a line end": lambda text: text + "\n",
    "not ASCII": lambda text: text[:-1] + "\u00e9",
    "a lone surrogate": lambda text: text[:-1] + "\ud800",
    "nothing": lambda text: "",
    "too long": lambda text: text * 40,
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_another_spelling_is_no_token(spelling: str) -> None:
    assert refused_at(SPELLINGS[spelling](sealed())) in (Step.TEXT, Step.LENGTH)


def test_the_standard_alphabet_is_no_token() -> None:
    text = next(text for text in (sealed() for _ in range(1_000)) if standard(text) != text)

    assert refused_at(standard(text)) is Step.TEXT


def test_a_payload_that_a_token_cannot_carry_is_refused() -> None:
    with pytest.raises(EnvelopeRefused) as refused:
        sealed(bytes(token.PAYLOAD_BYTES_MAX + 1))

    assert refused.value.step is Step.LENGTH
