"""Hashes of passwords: worth nothing without the account's key, for one user, at a cost that is bounded."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from watchword.envelope import password
from watchword.envelope.password import Hash
from watchword.envelope.refused import EnvelopeRefused, Step

KEY = bytes(range(32))
SALT = bytes(range(16))
CHEAP = b"\1" + SALT + b"".join(number.to_bytes(4, "big") for number in (8, 1, 1))
HASH = Hash(key_id="k1", parameters=CHEAP, mac=bytes(range(32)))


def cost(memory_kib: int, passes: int, lanes: int) -> bytes:
    return b"\1" + SALT + b"".join(number.to_bytes(4, "big") for number in (memory_kib, passes, lanes))


def test_a_hash_is_read_as_it_was_written() -> None:
    assert password.parse(HASH.text()) == HASH
    assert len(HASH.text()) < 100
    named = replace(HASH, key_id="a:b:c")
    assert password.parse(named.text()) == named


@pytest.mark.parametrize(
    "text",
    ["", ":", "k1:", "k1", HASH.text()[:-1], HASH.text() + "A", HASH.text()[2:], "k" * 65 + HASH.text()[2:]],
)
def test_what_is_no_hash_is_refused(text: str) -> None:
    with pytest.raises(EnvelopeRefused):
        password.parse(text)


def test_another_form_is_refused() -> None:
    with pytest.raises(EnvelopeRefused) as refused:
        password.parse(replace(HASH, parameters=b"\2" + CHEAP[1:]).text())

    assert refused.value.step is Step.FORMAT


def test_the_first_half_is_argon2id_of_the_password() -> None:
    expected = Argon2id(salt=SALT, length=32, iterations=1, lanes=1, memory_cost=8).derive(
        "pässword".encode()
    )

    assert password.stretch("pässword", parameters=CHEAP) == expected


def test_new_hashes_cost_what_owasp_says() -> None:
    """Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane."""
    assert password.new_parameters(SALT) == cost(19 * 1_024, 2, 1)
    with pytest.raises(EnvelopeRefused):
        password.new_parameters(SALT[:-1])


@pytest.mark.parametrize(
    "parameters",
    [
        cost(65_537, 1, 1),
        cost(7, 1, 1),
        cost(15, 1, 2),
        cost(8, 0, 1),
        cost(8, 9, 1),
        cost(64, 1, 5),
        cost(8, 1, 0),
        CHEAP[:-1],
        b"",
    ],
)
def test_a_hash_that_asks_for_another_cost_than_it_may_is_refused_unpaid(parameters: bytes) -> None:
    with pytest.raises(EnvelopeRefused):
        password.stretch("x", parameters=parameters)


def test_a_password_is_no_longer_than_iam_s_longest() -> None:
    """IAM API, CreateLoginProfile: 1 to 128 characters."""
    assert password.stretch("ÿ" * 128, parameters=CHEAP)
    with pytest.raises(EnvelopeRefused):
        password.stretch("x" * (password.PASSWORD_BYTES_MAX + 1), parameters=CHEAP)


def test_the_second_half_is_of_one_key_account_user_and_cost() -> None:
    def finished(
        key: bytes = KEY, account: str = "1", user: str = "AIDA1", parameters: bytes = CHEAP
    ) -> bytes:
        return password.finish(key, b"s", parameters=parameters, account=account, user_id=user)

    others = [
        finished(key=bytes(32)),
        finished(account="2"),
        finished(user="AIDA2"),
        finished(account="1A", user="IDA1"),
        finished(parameters=cost(16, 1, 1)),
    ]
    assert len({finished(), *others}) == 6
    assert finished() == finished()
    with pytest.raises(EnvelopeRefused):
        finished(key=b"short")


def test_the_mac_is_not_shown() -> None:
    assert repr(HASH.mac)[2:-1] not in f"{HASH!r}"
