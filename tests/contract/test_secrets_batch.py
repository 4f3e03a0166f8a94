"""BatchGetSecretValue and GetRandomPassword, through the gate (facts 1.2, 1.9, 9.3, 9.4)."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from tests.contract.region import ACCOUNT, CANARY, ROOT_ARN, START_MS, Region, token

from watchword.api.call import Bound, Call
from watchword.api.errors import AccessDeniedException, InternalFailure
from watchword.api.shape import Shape
from watchword.api.shapes import secretsmanager as sm
from watchword.secrets import find

NOW = START_MS / 1000
NOT_FOUND = {
    "ErrorCode": "ResourceNotFoundException",
    "Message": "Secrets Manager can't find the specified secret.",
}
PAGES_MAX = 30
"""More than any list here has: one that never ends is a failure."""
BAD_TOKEN = ("InvalidNextTokenException", "The NextToken value is not valid.")


def create(region: Region, name: str, **members: object) -> dict[str, Any]:
    return region.call("CreateSecret", Name=name, **{"SecretString": f"value of {name}", **members})


def batch(region: Region, *secret_ids: str) -> dict[str, Any]:
    return region.call("BatchGetSecretValue", SecretIdList=secret_ids)


def names(answer: dict[str, Any]) -> list[str]:
    return [read["Name"] for read in answer["SecretValues"]]


def named(prefix: str) -> list[dict[str, object]]:
    return [{"Key": "name", "Values": [prefix]}]


# By a list


def test_values_are_read_with_these_members_and_no_others(region: Region) -> None:
    version_id = token()
    text = create(region, "text", ClientRequestToken=version_id)
    binary = create(region, "binary", SecretString=None, SecretBinary=base64.b64encode(b"\x00").decode())

    assert batch(region, "text", binary["ARN"]) == {
        "SecretValues": [
            {
                "ARN": text["ARN"],
                "Name": "text",
                "VersionId": version_id,
                "SecretString": "value of text",
                "VersionStages": ["AWSCURRENT"],
                "CreatedDate": NOW,
            },
            {
                "ARN": binary["ARN"],
                "Name": "binary",
                "VersionId": binary["VersionId"],
                "SecretBinary": "AA==",
                "VersionStages": ["AWSCURRENT"],
                "CreatedDate": NOW,
            },
        ],
        "Errors": [],
    }


def test_what_can_not_be_read_is_an_error_of_its_own(region: Region) -> None:
    create(region, "good")
    create(region, "empty", SecretString=None)
    create(region, "marked")
    region.call("DeleteSecret", SecretId="marked")
    key = region.call("CreateKey")["KeyMetadata"]["Arn"]
    create(region, "locked", KmsKeyId=key)
    region.call("DisableKey", KeyId=key)

    answer = batch(region, "absent", "good", "empty", "marked", "locked", "a b")

    assert names(answer) == ["good"]
    errors = {error.pop("SecretId"): error for error in answer["Errors"]}
    assert errors.pop("locked")["ErrorCode"] == "DecryptionFailure"
    assert errors == {
        "absent": NOT_FOUND,
        "empty": {
            "ErrorCode": "ResourceNotFoundException",
            "Message": "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
        },
        "marked": {
            "ErrorCode": "InvalidRequestException",
            "Message": "You can't perform this operation on the secret because it was marked for deletion.",
        },
        "a b": {
            "ErrorCode": "ValidationException",
            "Message": "Invalid name. Must be a valid name containing alphanumeric characters,"
            " or any of the following: -/_+=.@!",
        },
    }


def test_another_account_s_secret_is_denied_beside_one_s_own(region: Region) -> None:
    arn = create(region, "db")["ARN"]
    theirs = arn.replace(ACCOUNT, "210987654321")

    answer = batch(region, theirs, "db")

    assert names(answer) == ["db"]
    (error,) = answer["Errors"]
    assert (error["SecretId"], error["ErrorCode"]) == (theirs, "AccessDeniedException")
    assert error["Message"].startswith(
        f"User: {ROOT_ARN} is not authorized to perform: secretsmanager:GetSecretValue"
    )


def test_a_secret_that_is_listed_twice_is_read_once(region: Region) -> None:
    create(region, "db")

    answer = batch(region, "db", "db", "absent", "absent")

    assert names(answer) == ["db"]
    assert len(answer["Errors"]) == 1


def test_each_secret_leaves_an_event_as_if_it_were_read_alone(region: Region) -> None:
    create(region, "db")
    region.forget_events()

    batch(region, "db", "absent")

    assert [
        (event["eventName"], event.get("errorCode"), event["requestParameters"].get("secretId"))
        for event in region.events()
    ] == [
        ("Decrypt", None, None),
        ("GetSecretValue", None, "db"),
        ("GetSecretValue", "ResourceNotFoundException", "absent"),
        ("BatchGetSecretValue", None, None),
    ]


def test_a_read_in_a_batch_is_noted_and_writes_nothing(region: Region) -> None:
    version_id = create(region, "db")["VersionId"]
    commits = region.commits

    batch(region, "db")

    assert [(account, read) for account, _, read in region.accessed] == [(ACCOUNT, version_id)]
    assert region.commits == commits


def test_no_event_shows_a_value_that_was_read(region: Region) -> None:
    create(region, "db", SecretString=CANARY)

    assert batch(region, "db")["SecretValues"][0]["SecretString"] == CANARY
    assert CANARY not in str(region.events())


def test_without_custody_the_whole_batch_is_unavailable(region: Region) -> None:
    """Clients fail over on 5xx alone."""
    create(region, "db")
    batch(region, "db")
    region.lose_custody()

    assert region.ask("BatchGetSecretValue", SecretIdList=["db"]).status == 503


def test_a_fault_of_ours_is_no_secret_s_error(region: Region) -> None:
    def run(_request: object, _secret: object, _call: Call[Any]) -> Shape:
        raise InternalFailure("a stored value does not open")

    region.faults = (Bound(operation=sm.GET_SECRET_VALUE, find=find.find_nothing, run=run),)
    region.compose()

    status, code, text = region.ask("BatchGetSecretValue", SecretIdList=["db"]).refusal

    assert (status, code) == (500, "InternalServiceError")
    assert "stored value" not in text


EITHER = ("InvalidParameterException", "Either 'SecretIdList' or 'Filters' must be provided, but not both.")
REFUSALS: dict[str, tuple[dict[str, object], tuple[str, str]]] = {
    "neither": ({}, EITHER),
    "no filter at all": ({"Filters": []}, EITHER),
    "both": ({"SecretIdList": ["db"], "Filters": named("d")}, EITHER),
    "a page's size for a list": (
        {"SecretIdList": ["db"], "MaxResults": 5},
        (
            "InvalidParameterException",
            "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
        ),
    ),
    "a list's second page": ({"SecretIdList": ["db"], "NextToken": "x"}, BAD_TOKEN),
    "a token of nobody": ({"Filters": named("d"), "NextToken": "x"}, BAD_TOKEN),
    "a filter without a key": (
        {"Filters": [{"Values": ["d"]}]},
        ("InvalidParameterException", "Invalid filter key"),
    ),
    "a filter without values": (
        {"Filters": [{"Key": "name"}]},
        ("InvalidParameterException", "Invalid filter values for key: name"),
    ),
    "twenty-one secrets": (
        {"SecretIdList": ["db"] * 21},
        (
            "ValidationException",
            f"1 validation error detected: Value '[{', '.join(['db'] * 21)}]' at 'secretIdList' failed to satisfy"
            " constraint: Member must have length less than or equal to 20",
        ),
    ),
}


@pytest.mark.parametrize(("members", "expected"), REFUSALS.values(), ids=REFUSALS)
def test_a_batch_is_refused(region: Region, members: dict[str, object], expected: tuple[str, str]) -> None:
    create(region, "db")

    assert region.refused("BatchGetSecretValue", **members) == expected


# By filters


def test_filters_read_what_they_find(region: Region) -> None:
    for name in ("prod/a", "prod/b", "test/a"):
        create(region, name)

    answer = region.call("BatchGetSecretValue", Filters=named("prod/"))

    assert sorted(names(answer)) == ["prod/a", "prod/b"]
    assert set(answer) == {"SecretValues", "Errors"}


def test_filters_find_no_secret_that_is_marked_for_deletion(region: Region) -> None:
    create(region, "db")
    region.call("DeleteSecret", SecretId="db")

    assert region.call("BatchGetSecretValue", Filters=named("db")) == {"SecretValues": [], "Errors": []}


def test_what_filters_find_and_can_not_be_read_is_named_by_its_arn(region: Region) -> None:
    arn = create(region, "db", SecretString=None)["ARN"]

    (error,) = region.call("BatchGetSecretValue", Filters=named("db"))["Errors"]

    assert error["SecretId"] == arn


@pytest.mark.parametrize("size", [None, 20, 9, 1])
def test_pages_hold_each_secret_once(region: Region, size: int | None) -> None:
    """Twenty unless fewer are asked for; the last page may be empty, as a filtered list's may."""
    made = [f"app/{number}" for number in range(23)]
    for name in made:
        create(region, name)
        create(region, f"other/{name}")
    pages: list[list[str]] = []
    members: dict[str, object] = {}
    for _ in range(PAGES_MAX):
        answer = region.call("BatchGetSecretValue", Filters=named("app/"), MaxResults=size, **members)
        pages.append(names(answer))
        if "NextToken" not in answer:
            break
        members = {"NextToken": answer["NextToken"]}

    assert max(len(page) for page in pages) == (size or 20)
    assert sorted(name for page in pages for name in page) == sorted(made)


def test_a_page_goes_on_for_its_own_filters_and_operation_alone(region: Region) -> None:
    for name in ("a1", "a2", "b1"):
        create(region, name)
    next_token = region.call("BatchGetSecretValue", Filters=named("a"), MaxResults=1)["NextToken"]
    listed = region.call("ListSecrets", Filters=named("a"), MaxResults=1)["NextToken"]

    assert region.refused("BatchGetSecretValue", Filters=named("b"), NextToken=next_token) == BAD_TOKEN
    assert region.refused("BatchGetSecretValue", Filters=named("a"), NextToken=listed) == BAD_TOKEN
    assert region.refused("ListSecrets", Filters=named("a"), NextToken=next_token) == BAD_TOKEN


def test_who_may_not_list_may_not_filter(region: Region) -> None:
    """Facts 8.2: filters need the permission of ListSecrets; a list of ids does not."""

    def run(_request: object, _found: object, _call: Call[Any]) -> Shape:
        raise AccessDeniedException("not authorized to list")

    create(region, "db")
    region.faults = (Bound(operation=sm.LIST_SECRETS, find=find.find_nothing, run=run),)
    region.compose()

    assert region.refused("BatchGetSecretValue", Filters=named("db")) == (
        "AccessDeniedException",
        "not authorized to list",
    )
    assert names(batch(region, "db")) == ["db"]


# GetRandomPassword


def test_a_password_is_drawn_and_recorded_without_it(region: Region) -> None:
    answer = region.call("GetRandomPassword")

    assert set(answer) == {"RandomPassword"}
    assert len(answer["RandomPassword"]) == 32
    assert answer != region.call("GetRandomPassword")
    assert region.event_names() == ["GetRandomPassword"] * 2
    assert answer["RandomPassword"] not in str(region.events())


def test_a_password_is_drawn_as_asked(region: Region) -> None:
    answer = region.call(
        "GetRandomPassword",
        PasswordLength=64,
        ExcludeCharacters="abc",
        ExcludePunctuation=True,
        ExcludeUppercase=True,
        IncludeSpace=True,
        RequireEachIncludedType=False,
    )

    assert len(answer["RandomPassword"]) == 64
    assert set(answer["RandomPassword"]) <= set("defghijklmnopqrstuvwxyz0123456789 ")


PASSWORD_REFUSALS: dict[str, tuple[dict[str, object], tuple[str, str]]] = {
    "too long": (
        {"PasswordLength": 4_097},
        (
            "ValidationException",
            "1 validation error detected: Value '4097' at 'passwordLength' failed to satisfy constraint:"
            " Member must have value less than or equal to 4096",
        ),
    ),
    "too short": (
        {"PasswordLength": 3},
        (
            "InvalidParameterException",
            "Password length is too short based on the required types.",
        ),
    ),
    "a type is excluded": (
        {"ExcludeCharacters": "0123456789"},
        ("InvalidParameterException", "All characters of the desired type have been excluded"),
    ),
    "all are excluded": (
        {
            "ExcludeNumbers": True,
            "ExcludePunctuation": True,
            "ExcludeUppercase": True,
            "ExcludeLowercase": True,
        },
        ("InvalidParameterException", "All characters have been excluded from selection"),
    ),
}


@pytest.mark.parametrize(("members", "expected"), PASSWORD_REFUSALS.values(), ids=PASSWORD_REFUSALS)
def test_a_password_is_refused(region: Region, members: dict[str, object], expected: tuple[str, str]) -> None:
    assert region.refused("GetRandomPassword", **members) == expected
