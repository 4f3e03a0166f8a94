"""What watchword.toml may say of an identity provider."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from watchword.server.deployment import Deployment, HomeError, OIDCSettings, from_toml, planned, to_toml

HOME = Path("/srv/watchword")
ISSUER = "https://token.example.com/tenant"


def with_providers(*providers: OIDCSettings) -> Deployment:
    made = planned(
        home=HOME,
        deployment_id="d1",
        regions=("us-east-1",),
        account_id="123456789012",
        port=7700,
        workers=2,
    )
    (region,) = made.regions
    return replace(made, regions=(replace(region, transport_key=bytes(32)),), oidc=providers)


GOOD = {
    "a URL": OIDCSettings(issuer=ISSUER, jwks="https://token.example.com/keys"),
    "authorities of its own": OIDCSettings(
        issuer=ISSUER, jwks="https://token.example.com/keys?v=1", ca=Path("tls/ca.crt")
    ),
    "a file": OIDCSettings(issuer=ISSUER, jwks="oidc/keys.json"),
    "plain http on loopback": OIDCSettings(issuer=ISSUER, jwks="http://127.0.0.1:8080/keys"),
}


@pytest.mark.parametrize("provider", GOOD.values(), ids=GOOD)
def test_a_provider_is_read_as_it_was_written(provider: OIDCSettings) -> None:
    other = OIDCSettings(issuer="https://other.example", jwks="other.json")

    assert from_toml(to_toml(with_providers(provider, other)), home=HOME).oidc == (provider, other)


BAD = {
    "plain http": OIDCSettings(issuer=ISSUER, jwks="http://token.example.com/keys"),
    "another scheme": OIDCSettings(issuer=ISSUER, jwks="file:///etc/passwd"),
    "an issuer without https": OIDCSettings(issuer="token.example.com", jwks="keys.json"),
}


@pytest.mark.parametrize("provider", BAD.values(), ids=BAD)
def test_what_nobody_may_trust_is_refused(provider: OIDCSettings) -> None:
    with pytest.raises(HomeError):
        from_toml(to_toml(with_providers(provider)), home=HOME)


def test_a_misspelt_setting_is_refused() -> None:
    text = to_toml(with_providers(GOOD["a file"])).replace("jwks", "jkws")

    with pytest.raises(HomeError):
        from_toml(text, home=HOME)
