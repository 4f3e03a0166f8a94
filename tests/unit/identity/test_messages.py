"""Encoded messages: decoded for the account that they were made for, by the Region that made them."""

from __future__ import annotations

import os

import pytest

from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.token import open_token
from watchword.identity.messages import MESSAGE_CHARACTERS_MAX, open_message, seal_message

KEY = bytes(range(32))
ACCOUNT = "123456789012"


@pytest.mark.parametrize("size", [0, 100, 7_500])
def test_a_message_is_decoded_as_it_was_encoded(size: int) -> None:
    text = seal_message(KEY, bytes(size), account=ACCOUNT, entropy=os.urandom)

    assert open_message(KEY, text, account=ACCOUNT) == bytes(size)
    assert len(text) <= MESSAGE_CHARACTERS_MAX


def test_a_message_is_of_one_account_region_and_purpose() -> None:
    text = seal_message(KEY, b"denied", account=ACCOUNT, entropy=os.urandom)

    with pytest.raises(EnvelopeRefused):
        open_message(KEY, text, account="210987654321")
    with pytest.raises(EnvelopeRefused):
        open_message(bytes(32), text, account=ACCOUNT)
    with pytest.raises(EnvelopeRefused):
        open_token(KEY, text, purpose=f"ListSecrets {ACCOUNT}")


def test_a_message_that_does_not_fit_is_not_encoded() -> None:
    """STS API, DecodeAuthorizationMessage: EncodedMessage has up to 10,240 characters."""
    with pytest.raises(EnvelopeRefused):
        seal_message(KEY, bytes(7_600), account=ACCOUNT, entropy=os.urandom)
