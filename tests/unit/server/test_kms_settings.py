"""What watchword.toml may say of a KMS elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from watchword.server.deployment import (
    Address,
    Deployment,
    HomeError,
    KMSSettings,
    from_toml,
    planned,
    to_toml,
)

HOME = Path("/srv/watchword")
DEFAULT_KEY = "arn:aws:kms:us-west-2:111122223333:key/11111111-1111-4111-8111-111111111111"
LEAST = KMSSettings(
    endpoint="https://kms.us-west-2.amazonaws.com",
    region="us-west-2",
    default_key=DEFAULT_KEY,
    credentials=Path("kms.credentials"),
)


def with_kms(settings: KMSSettings | None) -> Deployment:
    made = planned(
        home=HOME,
        deployment_id="d1",
        regions=("us-east-1", "us-east-2"),
        account_id="123456789012",
        port=7700,
        workers=2,
    )
    first, second = (replace(held, transport_key=bytes(32)) for held in made.regions)
    return replace(made, regions=(replace(first, kms=settings), second))


def read(**changed: object) -> KMSSettings:
    """Settings that were written and read; a change is written whether or not it can be."""
    # Each test changes one setting, to a value of its type or to one that must be refused.
    settings = replace(LEAST, **changed)  # type: ignore[arg-type]
    kms = from_toml(to_toml(with_kms(settings)), home=HOME).regions[0].kms
    assert kms is not None
    return kms


@pytest.mark.parametrize(
    "settings",
    [
        None,
        LEAST,
        replace(
            LEAST,
            endpoint="https://[::1]:8443",
            credentials=Path("credential:kms"),
            ca=Path('tls/a "b".crt'),
            deadline_ms=500,
            concurrency=64,
            cache_ms=0,
        ),
        replace(LEAST, endpoint="http://192.0.2.1:80", plain_http=True),
        replace(LEAST, endpoint="http://127.0.0.1:7701"),
    ],
)
def test_a_kms_elsewhere_is_read_back_as_it_was_written(settings: KMSSettings | None) -> None:
    deployment = with_kms(settings)

    assert from_toml(to_toml(deployment), home=HOME) == deployment


@pytest.mark.parametrize(
    ("endpoint", "address"),
    [
        ("https://kms.us-west-2.amazonaws.com", Address(host="kms.us-west-2.amazonaws.com", port=443)),
        ("https://kms.example:8443", Address(host="kms.example", port=8443)),
        ("http://localhost", Address(host="localhost", port=80)),
    ],
)
def test_without_a_port_it_is_the_scheme_s(endpoint: str, address: Address) -> None:
    assert read(endpoint=endpoint).address == address


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"endpoint": "http://kms.example"}, "without TLS"),
        ({"endpoint": "https://kms.example/path"}, "is no endpoint"),
        ({"endpoint": "https://me@kms.example"}, "is no endpoint"),
        ({"endpoint": "ftp://kms.example"}, "is no endpoint"),
        ({"endpoint": "kms.example:x"}, "is no endpoint"),
        ({"region": "moon"}, "is no Region name"),
        ({"default_key": ""}, "the ARN of a key in us-west-2"),
        ({"default_key": "alias/mine"}, "the ARN of a key in us-west-2"),
        ({"default_key": DEFAULT_KEY.replace("us-west-2", "us-west-1")}, "the ARN of a key in us-west-2"),
        (
            {"default_key": "arn:aws:kms:us-west-2:1:alias/aws/secretsmanager"},
            "the ARN of a key in us-west-2",
        ),
        ({"deadline_ms": 99}, "`deadline_ms` should be from 100 to 8000"),
        ({"deadline_ms": 8_001}, "`deadline_ms` should be from 100 to 8000"),
        ({"concurrency": 0}, "`concurrency` should be from 1 to 64"),
        ({"cache_ms": 60_001}, "`cache_ms` should be from 0 to 60000"),
        ({"endpoint": "http://127.0.0.1:1", "ca": Path("x")}, "`ca` is for an https endpoint"),
    ],
)
def test_what_can_not_be_is_refused_in_one_sentence(changed: dict[str, object], said: str) -> None:
    with pytest.raises(HomeError) as refused:
        read(**changed)
    assert said in str(refused.value)


@pytest.mark.parametrize("name", ["endpoint", "region", "default_key", "credentials"])
def test_what_has_to_be_said_is_missed(name: str) -> None:
    lines = to_toml(with_kms(LEAST)).splitlines()
    start = lines.index("[regions.us-east-1.kms]")
    at = next(i for i in range(start, len(lines)) if lines[i].startswith(f"{name} ="))

    with pytest.raises(HomeError, match=f"`{name}` is missing"):
        from_toml("\n".join(lines[:at] + lines[at + 1 :]), home=HOME)


def test_a_misspelt_setting_is_refused() -> None:
    text = to_toml(with_kms(LEAST)).replace("default_key =", 'defaultkey = "x"\ndefault_key =')
    with pytest.raises(HomeError, match="`defaultkey`"):
        from_toml(text, home=HOME)
