"""A value between the clear and the store: its kinds, its bounds, and what its repr shows."""

from __future__ import annotations

import pytest
from tests.unit.secrets.made import secret

from watchword.api.errors import ValidationException
from watchword.api.shapes.kms import DisabledException
from watchword.api.shapes.secretsmanager import InvalidParameterException
from watchword.secrets.model import VALUE_BYTES_MAX
from watchword.secrets.sealing import Value, binding_of, context_of, kms_reason, value_of

CANARY = "correct-horse-battery-staple"


def test_a_value_is_a_string_or_binary_or_none() -> None:
    assert value_of(string="ä", binary=None) == Value(kind="string", content="ä".encode())
    assert value_of(string=None, binary=b"\x00") == Value(kind="binary", content=b"\x00")
    assert value_of(string=None, binary=None) is None


def test_the_same_bytes_of_another_kind_are_another_value() -> None:
    assert value_of(string="a", binary=None) != value_of(string=None, binary=b"a")


def test_both_kinds_at_once_are_refused() -> None:
    with pytest.raises(InvalidParameterException) as refused:
        value_of(string=CANARY, binary=CANARY.encode())

    assert refused.value.message == (
        "You can't specify both a binary secret value and a string secret value in the same secret."
    )


BOUNDS = {
    "ASCII": "a" * VALUE_BYTES_MAX,
    "two bytes each": "ä" * (VALUE_BYTES_MAX // 2),
    "four bytes each": "\U0001f511" * (VALUE_BYTES_MAX // 4),
}


@pytest.mark.parametrize("string", BOUNDS.values(), ids=BOUNDS)
def test_the_quota_counts_bytes_and_not_characters(string: str) -> None:
    """Facts 3.4: 65,536 bytes of UTF-8, while the model counts characters."""
    held = value_of(string=string, binary=None)

    assert held is not None
    assert len(held.content) == VALUE_BYTES_MAX
    with pytest.raises(ValidationException) as refused:
        value_of(string=string + "a", binary=None)
    assert refused.value.message == (
        "1 validation error detected: Value at 'secretString' failed to satisfy constraint: "
        "Member must have length less than or equal to 65536"
    )


def test_a_value_shows_nothing_of_itself() -> None:
    assert CANARY not in repr(Value(kind="string", content=CANARY.encode()))


def test_the_encryption_context_is_always_these_two_pairs() -> None:
    """Facts 6.1."""
    assert context_of("arn", "v") == {"SecretARN": "arn", "SecretVersionId": "v"}


def test_a_value_is_bound_to_its_place() -> None:
    bound = binding_of(secret(), version_id="v", content_id="c", kind="string")

    assert (bound.partition, bound.region, bound.secret_arn) == ("aws", "us-east-1", secret().arn)
    assert (bound.version_id, bound.content_id, bound.kind) == ("v", "c", "string")


def test_kms_is_quoted_as_secrets_manager_quotes_it() -> None:
    """Facts 6.5, less the request id and proxy."""
    said = kms_reason(DisabledException("arn:k is disabled."))

    assert said == "arn:k is disabled. (Service: AWSKMS; Status Code: 400; Error Code: DisabledException)"
