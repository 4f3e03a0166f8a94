"""Account Management, and EC2's DescribeRegions: which Regions an account may use, and what it is called.

Source: Account Management API reference; Enable or disable AWS Regions in your account; EC2 API reference, DescribeRegions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlencode

import msgspec
import pytest
from tests.contract.people import SECRET_OF_KEY, add_user, change, directory, statement
from tests.contract.region import ACCESS_KEY_ID, ACCOUNT, SECRET_ACCESS_KEY, START_MS, Answer, Region

from watchword.api.http import HTTPRequest
from watchword.api.shapes import account
from watchword.identity.model import OptStatus
from watchword.sigv4.sign import sign

HERE, OHIO, CAPE_TOWN, MILAN = "us-east-1", "us-east-2", "af-south-1", "eu-south-1"
BY_DEFAULT = "ENABLED_BY_DEFAULT"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
NOT_VALIDATED = "AWS was not able to validate the provided access credentials"


@pytest.fixture
def hosting(region: Region) -> Region:
    """A Region whose deployment hosts four, of which two have to be enabled."""
    region.hosted = (HERE, OHIO, CAPE_TOWN, MILAN)
    region.compose()
    return region


def ask(region: Region, operation: str, /, *, user: str | None = None, **members: object) -> Answer:
    """Ask Account Management as an SDK does, as the root user or with a user's key."""
    path = account.OPERATIONS[operation].path or "/"
    return send(region, "account", path, "application/json", json.dumps(members).encode(), user=user)


def describe(region: Region, /, *, user: str | None = None, **fields: str) -> Answer:
    """DescribeRegions, its members as they are in the form."""
    form = {"Action": "DescribeRegions", "Version": "2016-11-15"}
    form |= {name.replace("_", "."): value for name, value in fields.items()}
    return send(region, "ec2", "/", FORM, urlencode(form).encode(), user=user)


def send(
    region: Region, service: str, path: str, content_type: str, body: bytes, *, user: str | None = None
) -> Answer:
    unsigned = HTTPRequest(
        method="POST",
        target=path,
        headers=(("host", f"{service}.{region.name}.amazonaws.com"), ("content-type", content_type)),
        body=body,
        source="192.0.2.7",
    )
    signed = sign(
        unsigned,
        access_key_id=ACCESS_KEY_ID if user is None else f"AKIA{user.upper()}",
        secret_access_key=SECRET_ACCESS_KEY if user is None else SECRET_OF_KEY,
        region=region.name,
        service=service,
        now=region.clock.now,
    )
    return region.send(signed)


def refusal(answer: Answer) -> tuple[int, str, str]:
    """Status, code and text; a REST service has its code in a header."""
    return answer.status, answer.header("x-amzn-ErrorType"), answer.members["message"]


def put(region: Region, name: str, status: OptStatus) -> None:
    """What the registrar makes of a Region's status in the end."""
    settings = directory(region).settings
    change(region, msgspec.structs.replace(settings, regions={**settings.regions, name: status}))


def status(region: Region, name: str) -> str:
    answer = ask(region, "GetRegionOptStatus", RegionName=name)
    assert answer.members["RegionName"] == name
    return str(answer.members["RegionOptStatus"])


def listed(answer: Answer) -> list[tuple[str, str]]:
    assert answer.status == 200, answer.body
    return [(one["RegionName"], one["RegionOptStatus"]) for one in answer.members["Regions"]]


def shown(answer: Answer) -> list[tuple[str, str]]:
    assert answer.status == 200, answer.body
    items = answer.xml.findall("regionInfo/item")
    return [(item.findtext("regionName", ""), item.findtext("optInStatus", "")) for item in items]


# What there is


def test_the_regions_that_the_deployment_hosts_are_listed(hosting: Region) -> None:
    assert listed(ask(hosting, "ListRegions")) == [
        (CAPE_TOWN, "DISABLED"),
        (MILAN, "DISABLED"),
        (HERE, BY_DEFAULT),
        (OHIO, BY_DEFAULT),
    ]


def test_regions_are_listed_by_status(hosting: Region) -> None:
    put(hosting, MILAN, OptStatus.ENABLED)

    def of(*statuses: str) -> list[str]:
        answer = ask(hosting, "ListRegions", RegionOptStatusContains=list(statuses))
        return [name for name, _ in listed(answer)]

    assert of("DISABLED") == [CAPE_TOWN]
    assert of("ENABLED", BY_DEFAULT) == [MILAN, HERE, OHIO]
    assert of("ENABLING") == []
    assert len(of()) == 4


def test_regions_are_listed_in_pages(hosting: Region) -> None:
    first = ask(hosting, "ListRegions", MaxResults=3)
    second = ask(hosting, "ListRegions", MaxResults=3, NextToken=first.members["NextToken"])

    assert [name for name, _ in listed(first) + listed(second)] == [CAPE_TOWN, MILAN, HERE, OHIO]
    assert "NextToken" not in second.members


def test_an_account_is_called_by_its_number_until_it_has_a_name(hosting: Region) -> None:
    def information() -> dict[str, object]:
        return ask(hosting, "GetAccountInformation").members

    created = datetime.fromtimestamp(START_MS / 1_000, tz=UTC)
    assert information() == {
        "AccountId": ACCOUNT,
        "AccountName": ACCOUNT,
        "AccountCreatedDate": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "AccountState": "ACTIVE",
    }

    answer = ask(hosting, "PutAccountName", AccountName="Payments, EU")

    assert (answer.status, answer.body) == (200, b"")
    assert information()["AccountName"] == "Payments, EU"


# Enabling and disabling


def test_a_region_begins_to_be_enabled(hosting: Region) -> None:
    answer = ask(hosting, "EnableRegion", RegionName=CAPE_TOWN)

    assert (answer.status, answer.body) == (200, b"")
    assert status(hosting, CAPE_TOWN) == "ENABLING"
    assert status(hosting, MILAN) == "DISABLED"


def test_a_region_begins_to_be_disabled(hosting: Region) -> None:
    put(hosting, CAPE_TOWN, OptStatus.ENABLED)

    answer = ask(hosting, "DisableRegion", RegionName=CAPE_TOWN)

    assert (answer.status, answer.body) == (200, b"")
    assert status(hosting, CAPE_TOWN) == "DISABLING"


AGAIN = [
    ("EnableRegion", OptStatus.ENABLED),
    ("EnableRegion", OptStatus.ENABLING),
    ("DisableRegion", OptStatus.DISABLED),
    ("DisableRegion", OptStatus.DISABLING),
]


@pytest.mark.parametrize(("operation", "before"), AGAIN)
def test_what_is_so_already_stays_so(hosting: Region, operation: str, before: OptStatus) -> None:
    put(hosting, CAPE_TOWN, before)
    revision = directory(hosting).revision

    assert ask(hosting, operation, RegionName=CAPE_TOWN).status == 200
    assert status(hosting, CAPE_TOWN) == before.value
    assert directory(hosting).revision == revision


@pytest.mark.parametrize(
    ("operation", "before"),
    [("EnableRegion", OptStatus.DISABLING), ("DisableRegion", OptStatus.ENABLING)],
)
def test_a_region_on_its_way_is_not_turned_back(hosting: Region, operation: str, before: OptStatus) -> None:
    put(hosting, CAPE_TOWN, before)

    assert refusal(ask(hosting, operation, RegionName=CAPE_TOWN)) == (
        409,
        "ConflictException",
        "The request could not be processed because of a conflict in the current status of the resource: the Region"
        f" af-south-1 is {before.value}",
    )
    assert status(hosting, CAPE_TOWN) == before.value


@pytest.mark.parametrize("operation", ["EnableRegion", "DisableRegion"])
def test_a_region_that_is_enabled_for_everybody_is_nobodys_choice(hosting: Region, operation: str) -> None:
    assert refusal(ask(hosting, operation, RegionName=OHIO)) == (
        400,
        "ValidationException",
        "The Region us-east-2 is enabled by default, and can be neither enabled nor disabled",
    )


def test_the_control_region_is_nobodys_choice(hosting: Region) -> None:
    hosting.control = CAPE_TOWN
    hosting.compose()

    assert status(hosting, CAPE_TOWN) == BY_DEFAULT


@pytest.mark.parametrize("operation", ["GetRegionOptStatus", "EnableRegion", "DisableRegion"])
@pytest.mark.parametrize("name", ["ap-east-1", "us-gov-west-1", "nowhere"])
def test_a_region_that_is_not_hosted_is_refused(hosting: Region, operation: str, name: str) -> None:
    assert refusal(ask(hosting, operation, RegionName=name)) == (
        400,
        "ValidationException",
        f"The Region {name} is not one of this deployment's",
    )


GOOD: dict[str, dict[str, str]] = {
    "ListRegions": {},
    "GetRegionOptStatus": {"RegionName": CAPE_TOWN},
    "EnableRegion": {"RegionName": CAPE_TOWN},
    "DisableRegion": {"RegionName": CAPE_TOWN},
    "GetAccountInformation": {},
    "PutAccountName": {"AccountName": "a"},
}


@pytest.mark.parametrize("operation", GOOD)
@pytest.mark.parametrize("named", [ACCOUNT, "210987654321"])
def test_no_account_is_the_management_account_of_an_organization(
    hosting: Region, operation: str, named: str
) -> None:
    revision = directory(hosting).revision

    assert refusal(ask(hosting, operation, **GOOD[operation], AccountId=named)) == (
        403,
        "AccessDeniedException",
        "AccountId is for the management account of an organization, and this account is none",
    )
    assert directory(hosting).revision == revision


@pytest.mark.parametrize("operation", GOOD)
def test_what_is_no_account_id_is_refused(hosting: Region, operation: str) -> None:
    status, code, text = refusal(ask(hosting, operation, **GOOD[operation], AccountId="12"))

    assert (status, code) == (400, "ValidationException")
    assert "'accountId'" in text


def test_a_token_that_is_none_of_ours_is_refused(hosting: Region) -> None:
    assert refusal(ask(hosting, "ListRegions", NextToken="~"))[:2] == (400, "ValidationException")


# Who may


def test_a_policy_says_which_regions_may_be_enabled(hosting: Region) -> None:
    allow = {
        "Effect": "Allow",
        "Action": ["account:EnableRegion", "account:ListRegions"],
        "Resource": f"arn:aws:account::{ACCOUNT}:account",
        "Condition": {"StringEqualsIfExists": {"account:TargetRegion": MILAN}},
    }
    add_user(hosting, "ann", policy=statement(allow))

    denied = refusal(ask(hosting, "EnableRegion", user="ann", RegionName=CAPE_TOWN))
    assert denied[:2] == (403, "AccessDeniedException")
    assert "account:EnableRegion" in denied[2]
    assert ask(hosting, "EnableRegion", user="ann", RegionName=MILAN).status == 200
    assert ask(hosting, "ListRegions", user="ann").status == 200
    assert refusal(ask(hosting, "PutAccountName", user="ann", AccountName="a"))[:2] == denied[:2]


def test_who_may_nothing_learns_not_what_the_deployment_hosts(hosting: Region) -> None:
    add_user(hosting, "ann")

    answers = {
        refusal(ask(hosting, "GetRegionOptStatus", user="ann", RegionName=name))[:2] for name in (HERE, "xx")
    }
    assert answers == {(403, "AccessDeniedException")}


# EC2


def test_regions_that_can_be_used_are_described(hosting: Region) -> None:
    put(hosting, MILAN, OptStatus.ENABLED)

    answer = describe(hosting)

    assert shown(answer) == [
        (MILAN, "opted-in"),
        (HERE, "opt-in-not-required"),
        (OHIO, "opt-in-not-required"),
    ]
    assert answer.text("regionInfo/item/regionEndpoint") == "ec2.eu-south-1.amazonaws.com"


UNUSABLE = [OptStatus.DISABLED, OptStatus.ENABLING, OptStatus.DISABLING]


@pytest.mark.parametrize("status", UNUSABLE)
def test_what_can_not_be_used_is_described_if_asked_for(hosting: Region, status: OptStatus) -> None:
    put(hosting, CAPE_TOWN, status)

    assert CAPE_TOWN not in dict(shown(describe(hosting)))
    assert dict(shown(describe(hosting, AllRegions="true")))[CAPE_TOWN] == "not-opted-in"
    assert shown(describe(hosting, RegionName_1=CAPE_TOWN)) == [(CAPE_TOWN, "not-opted-in")]


FILTERED: dict[str, tuple[dict[str, str], Iterable[str]]] = {
    "by name": ({"Filter_1_Name": "region-name", "Filter_1_Value_1": OHIO}, [OHIO]),
    "by any of two names": (
        {"Filter_1_Name": "region-name", "Filter_1_Value_1": OHIO, "Filter_1_Value_2": MILAN},
        [MILAN, OHIO],
    ),
    "by a wildcard": ({"Filter_1_Name": "region-name", "Filter_1_Value_1": "us-east-?"}, [HERE, OHIO]),
    "by endpoint": ({"Filter_1_Name": "endpoint", "Filter_1_Value_1": "*.af-*"}, [CAPE_TOWN]),
    "by status": ({"Filter_1_Name": "opt-in-status", "Filter_1_Value_1": "not-opted-in"}, [CAPE_TOWN, MILAN]),
    "by two filters": (
        {
            "Filter_1_Name": "opt-in-status",
            "Filter_1_Value_1": "not-opted-in",
            "Filter_2_Name": "region-name",
            "Filter_2_Value_1": "eu-*",
        },
        [MILAN],
    ),
    "by nothing that there is": ({"Filter_1_Name": "region-name", "Filter_1_Value_1": "moon"}, []),
}


@pytest.mark.parametrize(("filters", "names"), FILTERED.values(), ids=FILTERED)
def test_regions_are_filtered(hosting: Region, filters: dict[str, str], names: list[str]) -> None:
    assert [name for name, _ in shown(describe(hosting, AllRegions="true", **filters))] == names


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "a Region that is not hosted": (
        {"RegionName_1": HERE, "RegionName_2": "ap-east-1", "RegionName_3": "moon"},
        "Invalid region provided: [ap-east-1, moon]",
    ),
    "a filter that there is not": (
        {
            "Filter_1_Name": "region-name",
            "Filter_1_Value_1": "none",
            "Filter_2_Name": "color",
            "Filter_2_Value_1": "red",
        },
        "The filter 'color' is invalid",
    ),
    "a filter without a name": ({"Filter_1_Value_1": "red"}, "The filter 'null' is invalid"),
}


@pytest.mark.parametrize(("fields", "text"), WRONG.values(), ids=WRONG)
def test_what_there_is_not_is_refused(hosting: Region, fields: dict[str, str], text: str) -> None:
    assert describe(hosting, **fields).query_refusal == (400, "InvalidParameterValue", text)


def test_a_dry_run_says_whether_it_would_be_answered(hosting: Region) -> None:
    add_user(hosting, "ann")

    assert describe(hosting, DryRun="true").query_refusal == (
        412,
        "DryRunOperation",
        "Request would have succeeded, but DryRun flag is set.",
    )
    assert describe(hosting, DryRun="true", user="ann").query_refusal[:2] == (403, "UnauthorizedOperation")


@pytest.mark.parametrize(("named", "allowed"), [(HERE, True), (OHIO, False)])
def test_a_policy_may_ask_in_which_region_regions_are_described(
    hosting: Region, named: str, allowed: bool
) -> None:
    allow = {
        "Effect": "Allow",
        "Action": "ec2:DescribeRegions",
        "Resource": "*",
        "Condition": {"StringEquals": {"ec2:Region": named}},
    }
    add_user(hosting, "ann", policy=statement(allow))

    assert describe(hosting, user="ann").status == (200 if allowed else 403)


def test_a_key_that_is_not_known_is_refused_in_each_protocol_s_words(hosting: Region) -> None:
    assert describe(hosting, user="nobody").query_refusal == (401, "AuthFailure", NOT_VALIDATED)
    assert refusal(ask(hosting, "ListRegions", user="nobody"))[:2] == (403, "UnrecognizedClientException")
