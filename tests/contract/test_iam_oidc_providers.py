"""IAM's OpenID Connect providers, asked with real requests."""

from __future__ import annotations

import pytest
from tests.contract.iam_requests import done, pages, refused, tags, texts
from tests.contract.people import change, directory
from tests.contract.region import ACCOUNT, Region

from watchword.identity.model import OIDCProvider

URL = "https://id.example.com/realms/ops"
ARN = f"arn:aws:iam::{ACCOUNT}:oidc-provider/id.example.com/realms/ops"
NAMED = {"OpenIDConnectProviderArn": ARN}
THUMBPRINT = "0123456789abcdef0123456789ABCDEF01234567"


def provider(region: Region, url: str = URL, **fields: str) -> str:
    made = done(region, "CreateOpenIDConnectProvider", Url=url, **fields)
    arn: str = made.text(".//OpenIDConnectProviderArn")
    return arn


def several(name: str, values: list[str]) -> dict[str, str]:
    return {f"{name}.member.{number}": value for number, value in enumerate(values, 1)}


def client_ids(region: Region) -> list[str]:
    return texts(done(region, "GetOpenIDConnectProvider", **NAMED), ".//ClientIDList/member")


def test_a_provider_is_shown_as_it_was_made(region: Region) -> None:
    lists = several("ClientIDList", ["sts", "app", "sts"]) | several("ThumbprintList", [THUMBPRINT])
    assert provider(region, **lists, **tags(team="red")) == ARN

    shown = done(region, "GetOpenIDConnectProvider", **NAMED)
    assert shown.text(".//Url") == "id.example.com/realms/ops"
    assert texts(shown, ".//ClientIDList/member") == ["sts", "app"]
    assert texts(shown, ".//ThumbprintList/member") == [THUMBPRINT.lower()]
    assert shown.text(".//Tags/member/Value") == "red"
    assert texts(done(region, "ListOpenIDConnectProviders"), ".//Arn") == [ARN]


def test_a_provider_is_there_once(region: Region) -> None:
    provider(region)

    for url in (URL, URL.replace("id.", "ID.")):
        text = f"Provider with url {url} already exists."
        taken = refused(region, "CreateOpenIDConnectProvider", Url=url)
        assert taken == (409, "EntityAlreadyExists", text)


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example.com",
        "id.example.com",
        "https://",
        "https://id.example.com:8443",
        "https://id.example.com/?realm=ops",
        "https://me@id.example.com",
        "https://id.example.com/a b",
    ],
)
def test_what_is_no_provider_s_url_is_refused(region: Region, url: str) -> None:
    text = "Invalid Open ID Connect Provider URL"
    assert refused(region, "CreateOpenIDConnectProvider", Url=url) == (400, "InvalidInput", text)


OF_A_PROVIDER: dict[str, dict[str, str]] = {
    "GetOpenIDConnectProvider": {},
    "AddClientIDToOpenIDConnectProvider": {"ClientID": "app"},
    "RemoveClientIDFromOpenIDConnectProvider": {"ClientID": "app"},
    "UpdateOpenIDConnectProviderThumbprint": {"ThumbprintList.member.1": THUMBPRINT},
    "TagOpenIDConnectProvider": tags(a="b"),
    "UntagOpenIDConnectProvider": {"TagKeys.member.1": "a"},
    "ListOpenIDConnectProviderTags": {},
    "DeleteOpenIDConnectProvider": {},
}


@pytest.mark.parametrize(("action", "fields"), OF_A_PROVIDER.items(), ids=OF_A_PROVIDER)
def test_a_provider_that_is_not_there_is_not_found(
    region: Region, action: str, fields: dict[str, str]
) -> None:
    no_arn = refused(region, action, OpenIDConnectProviderArn=f"arn:aws:iam::{ACCOUNT}:user/ann", **fields)
    assert no_arn[:2] == (400, "InvalidInput")
    if action == "DeleteOpenIDConnectProvider":
        done(region, action, **NAMED)
    else:
        text = f"OpenIDConnect Provider not found for arn {ARN}"
        assert refused(region, action, **NAMED, **fields) == (404, "NoSuchEntity", text)


def test_a_provider_of_another_account_is_nobody_s_here(region: Region) -> None:
    provider(region)

    other = ARN.replace(ACCOUNT, "210987654321")
    refusal = refused(region, "GetOpenIDConnectProvider", OpenIDConnectProviderArn=other)
    assert refusal[:2] == (403, "AccessDenied")


def test_client_ids_are_added_and_removed_as_often_as_one_likes(region: Region) -> None:
    provider(region)
    for name in ("app", "app", "web"):
        done(region, "AddClientIDToOpenIDConnectProvider", **NAMED, ClientID=name)
    assert client_ids(region) == ["app", "web"]

    for _ in range(2):
        done(region, "RemoveClientIDFromOpenIDConnectProvider", **NAMED, ClientID="app")
    assert client_ids(region) == ["web"]


def test_a_provider_has_100_client_ids(region: Region) -> None:
    names = [f"app{number}" for number in range(101)]
    too_many = refused(region, "CreateOpenIDConnectProvider", Url=URL, **several("ClientIDList", names))
    assert too_many[:2] == (409, "LimitExceeded")

    provider(region, **several("ClientIDList", names[:100]))
    assert refused(region, "AddClientIDToOpenIDConnectProvider", **NAMED, ClientID="one-more") == (
        409,
        "LimitExceeded",
        "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100",
    )


def test_thumbprints_are_replaced_five_at_most(region: Region) -> None:
    provider(region, **several("ThumbprintList", [THUMBPRINT]))
    update = "UpdateOpenIDConnectProviderThumbprint"
    five = [f"{number:040x}" for number in range(5)]

    done(region, update, **NAMED, **several("ThumbprintList", five))
    shown = done(region, "GetOpenIDConnectProvider", **NAMED)
    assert texts(shown, ".//ThumbprintList/member") == five
    six = several("ThumbprintList", [*five, THUMBPRINT])
    assert refused(region, update, **NAMED, **six)[:2] == (400, "InvalidInput")
    no_hex = several("ThumbprintList", ["x" * 40])
    assert refused(region, update, **NAMED, **no_hex)[:2] == (400, "InvalidInput")


def test_an_account_has_100_providers(region: Region) -> None:
    change(region, *(OIDCProvider(url=f"id{n}.example.com", created_ms=0) for n in range(99)))

    provider(region)
    text = "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100"
    more = refused(region, "CreateOpenIDConnectProvider", Url="https://more.example.com")
    assert more == (409, "LimitExceeded", text)


def test_tags_are_laid_over_taken_away_and_paged(region: Region) -> None:
    provider(region, **tags(Team="red", stage="x"))
    done(region, "TagOpenIDConnectProvider", **NAMED, **tags(team="blue"))
    listed = pages(region, "ListOpenIDConnectProviderTags", ".//Tags/member/Value", **NAMED, MaxItems="1")
    assert list(listed) == [["blue"], ["x"]]
    done(region, "UntagOpenIDConnectProvider", **NAMED, **{"TagKeys.member.1": "stage"})

    twice = tags(a="1", A="2")
    assert refused(region, "TagOpenIDConnectProvider", **NAMED, **twice)[:2] == (400, "InvalidInput")
    many = tags(**{f"k{number}": "v" for number in range(50)})
    assert refused(region, "TagOpenIDConnectProvider", **NAMED, **many)[:2] == (409, "LimitExceeded")


def test_a_provider_is_deleted(region: Region) -> None:
    provider(region)

    done(region, "DeleteOpenIDConnectProvider", **NAMED)
    assert directory(region).oidc_providers == {}
