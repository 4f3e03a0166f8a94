"""What policies may ask of a secret (Service Authorization Reference; facts 8.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.secrets.made import ACCOUNT, incoming, link, secret

from watchword.secrets.conditions import OF_SECRET, of_secret
from watchword.secrets.model import Rotation, Secret

FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/partner"
PRIMARY_REGION = "secretsmanager:secretprimaryregion"
TYPE = "secretsmanager:resource/type"
FUNCTION_KEY = "secretsmanager:resource/allowrotationlambdaarn"

ROWS: dict[str, tuple[Secret, dict[str, tuple[str, ...]]]] = {
    "alone": (secret(), {PRIMARY_REGION: ("us-east-1",)}),
    "a primary": (secret(links=(link("us-east-2"),)), {PRIMARY_REGION: ("us-east-1",)}),
    "a replica": (secret(incoming=incoming()), {PRIMARY_REGION: ("us-east-2",)}),
    "a partner's": (
        replace(secret(), type="SnowflakePat", rotation=Rotation(enabled=True, role_arn=ROLE)),
        {PRIMARY_REGION: ("us-east-1",), TYPE: ("SnowflakePat",)},
    ),
    "rotated": (
        replace(secret(), rotation=Rotation(enabled=True, lambda_arn=FUNCTION)),
        {PRIMARY_REGION: ("us-east-1",), FUNCTION_KEY: (FUNCTION,)},
    ),
    "rotated no longer": (
        replace(secret(), rotation=Rotation(enabled=False, lambda_arn=FUNCTION)),
        {PRIMARY_REGION: ("us-east-1",), FUNCTION_KEY: (FUNCTION,)},
    ),
}


@pytest.mark.parametrize(("held", "asked"), ROWS.values(), ids=ROWS)
def test_a_policy_may_ask_what_a_secret_is(held: Secret, asked: dict[str, tuple[str, ...]]) -> None:
    assert of_secret(held) == asked
    assert asked.keys() <= OF_SECRET
