"""Names, ARN suffixes, and what a SecretId can mean (facts 2)."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from tests.unit.secrets.made import bytes_in_turn

from watchword.api.errors import ValidationException
from watchword.secrets.names import INVALID_NAME, SecretId, check_name, new_suffix, parse

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"


def named(name: str) -> SecretId:
    return SecretId(name=name, suffix=None, region=None, account=None, partition=None)


def full(name: str, suffix: str | None) -> SecretId:
    return SecretId(name=name, suffix=suffix, region="us-east-1", account="123456789012", partition="aws")


MEANINGS = {
    "a name": ("db", named("db")),
    "a path": ("prod/app/db", named("prod/app/db")),
    "every character that a name may have": ("aZ9/_+=.@!-", named("aZ9/_+=.@!-")),
    "a name with something like a suffix is a plain name": ("MyName-a1b2c3", named("MyName-a1b2c3")),
    "a full ARN": (f"{ARN}db-AbCdEf", full("db", "AbCdEf")),
    "a full ARN of a path": (f"{ARN}prod/app/db-AbCdEf", full("prod/app/db", "AbCdEf")),
    "an ARN without its suffix": (f"{ARN}db", full("db", None)),
    "a full ARN of a name that ends like a suffix": (
        f"{ARN}Invalid/_+=.@-Name-a1b2c3-XyZ987",
        full("Invalid/_+=.@-Name-a1b2c3", "XyZ987"),
    ),
    "AWS's trap: that name's partial ARN reads as the full ARN of another secret": (
        f"{ARN}Invalid/_+=.@-Name-a1b2c3",
        full("Invalid/_+=.@-Name", "a1b2c3"),
    ),
    "five characters are no suffix": (f"{ARN}db-AbCdE", full("db-AbCdE", None)),
    "seven characters are no suffix": (f"{ARN}db-AbCdEfG", full("db-AbCdEfG", None)),
    "punctuation is no suffix": (f"{ARN}db-AbC_Ef", full("db-AbC_Ef", None)),
    "a suffix alone is a name": (f"{ARN}-AbCdEf", full("-AbCdEf", None)),
    "another Region": (
        "arn:aws-cn:secretsmanager:cn-north-1:210987654321:secret:db-AbCdEf",
        SecretId(name="db", suffix="AbCdEf", region="cn-north-1", account="210987654321", partition="aws-cn"),
    ),
    "the longest name": ("n" * 512, named("n" * 512)),
    "the longest name's full ARN": (f"{ARN}{'n' * 512}-AbCdEf", full("n" * 512, "AbCdEf")),
}


@pytest.mark.parametrize(("secret_id", "meant"), MEANINGS.values(), ids=MEANINGS)
def test_a_secret_id_means(secret_id: str, meant: SecretId) -> None:
    """Facts 2.3; the trap is recorded from AWS."""
    assert parse(secret_id) == meant


NO_IDENTIFIERS = {
    "empty": "",
    "a blank": "my name",
    "an asterisk": "db*",
    "a question mark": "db?",
    "a bracket": "db]",
    "a backslash": "db\\",
    "a parenthesis": "db)",
    "a colon": "db:1",
    "a letter that is not ASCII": "dé",
    "a digit of another script": "db٣",
    "a line feed at the end": "db\n",
    "longer than a name": "n" * 513,
    "an ARN of another service": "arn:aws:kms:us-east-1:123456789012:secret:db-AbCdEf",
    "an ARN of another resource": "arn:aws:secretsmanager:us-east-1:123456789012:key:db-AbCdEf",
    "an ARN cut short": "arn:aws:secretsmanager:us-east-1",
    "an ARN without a name": ARN,
    "an ARN with a blank in the name": f"{ARN}my name-AbCdEf",
    "an ARN with a colon in the name": f"{ARN}db:AbCdEf",
    "an ARN with a name too long": f"{ARN}{'n' * 513}-AbCdEf",
}


@pytest.mark.parametrize("secret_id", NO_IDENTIFIERS.values(), ids=NO_IDENTIFIERS)
def test_a_badly_spelled_secret_id_is_never_not_found(secret_id: str) -> None:
    """Facts 2.2 (recorded): ValidationException, whatever the operation."""
    with pytest.raises(ValidationException) as refused:
        parse(secret_id)

    assert refused.value.message == INVALID_NAME


def test_a_name_has_512_characters_at_most() -> None:
    check_name("n" * 512)

    with pytest.raises(ValidationException):
        check_name("n" * 513)


def test_a_suffix_is_six_letters_and_digits_of_either_case() -> None:
    assert new_suffix(bytes_in_turn([0, 25, 26, 51, 52, 61])) == "AZaz09"


def test_bytes_that_would_prefer_some_letters_are_thrown_away() -> None:
    """A byte has four values more than four alphabets: with them, A to H would come more often."""
    assert new_suffix(bytes_in_turn([248, 255, 247, 62, 61, 250, 0, 1, 2, 3])) == "9A9ABC"


def test_every_character_of_a_suffix_is_equally_likely() -> None:
    source = random.Random(20261121)
    suffixes = [new_suffix(source.randbytes) for _ in range(10_000)]

    seen = Counter("".join(suffixes))

    assert len(seen) == 62
    # 60,000 draws, 968 expected of each: six standard deviations are 185. The first eight would have 1,172
    # if no byte were thrown away.
    assert all(abs(times - 60_000 / 62) < 185 for times in seen.values())
