"""Deletion, restore, tags, lists and their pages, through the gate (facts 1.6, 1.14, 4, 9)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.contract.region import ACCOUNT, DAY_MS, START_MS, Region, make_region, scratch, token

from watchword.api.shapes import watchword
from watchword.secrets import listing

NOW = START_MS / 1000
DAY_S = 86_400
MARKED = (
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
)
NOT_FOUND = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
BAD_TOKEN = "InvalidNextTokenException"


# Deletion


@pytest.mark.parametrize(("asked", "days"), [(None, 30), (7, 7), (30, 30)])
def test_a_deleted_secret_can_be_described_and_not_read(region: Region, asked: int | None, days: int) -> None:
    version_id = token()
    made = region.call("CreateSecret", Name="db", SecretString="v", ClientRequestToken=version_id)

    deleted = region.call("DeleteSecret", SecretId="db", RecoveryWindowInDays=asked)

    assert deleted == {"ARN": made["ARN"], "Name": "db", "DeletionDate": NOW + days * DAY_S}
    assert region.refused("GetSecretValue", SecretId="db") == MARKED
    described = region.call("DescribeSecret", SecretId="db")
    assert described["DeletedDate"] == deleted["DeletionDate"]
    assert described["VersionIdsToStages"] == {version_id: ["AWSCURRENT"]}


REFUSED_WHILE_MARKED: dict[str, dict[str, object]] = {
    "GetSecretValue": {},
    "PutSecretValue": {"SecretString": "w"},
    "DeleteSecret": {},
    "TagResource": {"Tags": [{"Key": "k", "Value": "v"}]},
    "UntagResource": {"TagKeys": ["k"]},
    "ReplicateSecretToRegions": {"AddReplicaRegions": [{"Region": "us-east-2"}]},
    "RemoveRegionsFromReplication": {"RemoveReplicaRegions": ["us-east-2"]},
}


@pytest.mark.parametrize(("operation", "members"), REFUSED_WHILE_MARKED.items(), ids=REFUSED_WHILE_MARKED)
def test_nothing_is_done_to_a_secret_that_is_marked_for_deletion(
    region: Region, operation: str, members: dict[str, object]
) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    region.call("DeleteSecret", SecretId="db")

    assert region.refused(operation, SecretId="db", **members) == MARKED


def test_a_restored_secret_is_as_it_was(region: Region) -> None:
    made = region.call("CreateSecret", Name="db", SecretString="v", Tags=[{"Key": "k", "Value": "v"}])
    before = region.call("DescribeSecret", SecretId="db")
    region.call("DeleteSecret", SecretId="db")

    assert region.call("RestoreSecret", SecretId="db") == {"ARN": made["ARN"], "Name": "db"}

    assert region.call("DescribeSecret", SecretId="db") == before
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"


def test_restoring_a_secret_that_is_not_marked_changes_nothing(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    commits = region.commits

    region.call("RestoreSecret", SecretId="db")

    assert region.commits == commits


def test_a_forced_deletion_is_final_at_once(region: Region) -> None:
    made = region.call("CreateSecret", Name="db", SecretString="v")

    deleted = region.call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)

    assert deleted == {"ARN": made["ARN"], "Name": "db", "DeletionDate": NOW}
    for operation in ("DescribeSecret", "GetSecretValue", "RestoreSecret"):
        assert region.refused(operation, SecretId="db") == NOT_FOUND
    region.call("CreateSecret", Name="db", SecretString="w")


def test_a_marked_secret_can_be_forced_away(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    region.call("DeleteSecret", SecretId="db")

    region.call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)

    assert region.refused("DescribeSecret", SecretId="db") == NOT_FOUND


def test_forcing_away_what_is_not_there_succeeds(region: Region) -> None:
    """Facts 1.6 (recorded): success with ARN, Name and DeletionDate."""
    commits = region.commits

    deleted = region.call("DeleteSecret", SecretId="none", ForceDeleteWithoutRecovery=True)

    assert re.fullmatch(
        rf"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:none-[A-Za-z0-9]{{6}}", deleted["ARN"]
    )
    assert (deleted["Name"], deleted["DeletionDate"]) == ("none", NOW)
    assert region.commits == commits


def test_what_is_forced_away_by_another_region_s_arn_is_not_said_to_be_this_one_s(region: Region) -> None:
    made = region.call("CreateSecret", Name="db", SecretString="v")["ARN"]
    elsewhere = made.replace("us-east-1", "us-east-2")

    deleted = region.call("DeleteSecret", SecretId=elsewhere, ForceDeleteWithoutRecovery=True)

    assert deleted["ARN"] == elsewhere
    assert region.call("DescribeSecret", SecretId="db")["ARN"] == made


WINDOWS: dict[str, tuple[dict[str, object], tuple[str, str]]] = {
    "too short": (
        {"RecoveryWindowInDays": 6},
        (
            "InvalidParameterException",
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
        ),
    ),
    "too long": (
        {"RecoveryWindowInDays": 31},
        (
            "InvalidParameterException",
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
        ),
    ),
    "both": (
        {"RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True},
        (
            "InvalidParameterException",
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        ),
    ),
}


@pytest.mark.parametrize(("members", "expected"), WINDOWS.values(), ids=WINDOWS)
def test_a_deletion_that_is_refused(
    region: Region, members: dict[str, object], expected: tuple[str, str]
) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")

    assert region.refused("DeleteSecret", SecretId="db", **members) == expected
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"


def purge(region: Region) -> int:
    answer: watchword.PurgeSecretsResponse = region.gate.perform(
        watchword.PURGE_SECRETS, watchword.PurgeSecretsRequest(limit=10), principal=region.itself
    )
    return answer.purged or 0


def test_a_secret_is_purged_when_its_window_has_passed_and_not_before(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    region.call("CreateSecret", Name="live", SecretString="v")
    region.call("DeleteSecret", SecretId="db", RecoveryWindowInDays=7)

    region.clock.forward(7 * DAY_MS - 1)
    assert purge(region) == 0
    region.call("RestoreSecret", SecretId="db")
    region.call("DeleteSecret", SecretId="db", RecoveryWindowInDays=7)
    region.clock.forward(7 * DAY_MS)

    assert purge(region) == 1
    assert region.refused("RestoreSecret", SecretId="db") == NOT_FOUND
    assert region.call("GetSecretValue", SecretId="live")["SecretString"] == "v"


# Tags


def tags(region: Region) -> Any:
    return region.call("DescribeSecret", SecretId="db").get("Tags")


def test_tags_come_and_go(region: Region) -> None:
    region.call("CreateSecret", Name="db")
    assert tags(region) is None

    tagged = region.ask("TagResource", SecretId="db", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
    assert (tagged.status, tagged.body) == (200, b"")
    assert tags(region) == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]

    region.call("TagResource", SecretId="db", Tags=[{"Key": "a", "Value": "2"}])
    untagged = region.ask("UntagResource", SecretId="db", TagKeys=["b", "unknown"])
    assert (untagged.status, untagged.body) == (200, b"")
    assert tags(region) == [{"Key": "a", "Value": "2"}]

    region.call("UntagResource", SecretId="db", TagKeys=["a"])
    assert tags(region) == []


def test_untagging_what_was_never_tagged_changes_nothing(region: Region) -> None:
    region.call("CreateSecret", Name="db")

    region.call("UntagResource", SecretId="db", TagKeys=["a"])

    assert tags(region) is None


def test_the_fifty_first_tag_is_refused(region: Region) -> None:
    """Facts 1.22: LimitExceededException is not declared, so it is InvalidParameterException."""
    region.call("CreateSecret", Name="db", Tags=[{"Key": f"k{number}", "Value": ""} for number in range(50)])

    code, _ = region.refused("TagResource", SecretId="db", Tags=[{"Key": "one more", "Value": ""}])

    assert code == "InvalidParameterException"
    assert len(tags(region)) == 50


# Lists


def names(answer: dict[str, Any]) -> list[str]:
    return [entry["Name"] for entry in answer["SecretList"]]


def test_an_entry_of_a_list_shows_what_describe_shows_under_its_own_names(region: Region) -> None:
    version_id = token()
    made = region.call(
        "CreateSecret",
        Name="db",
        SecretString="v",
        ClientRequestToken=version_id,
        Description="d",
        Tags=[{"Key": "k", "Value": "v"}],
        AddReplicaRegions=[{"Region": "us-east-2"}],
    )

    assert region.call("ListSecrets") == {
        "SecretList": [
            {
                "ARN": made["ARN"],
                "Name": "db",
                "Description": "d",
                "CreatedDate": NOW,
                "LastChangedDate": NOW,
                "Tags": [{"Key": "k", "Value": "v"}],
                "SecretVersionsToStages": {version_id: ["AWSCURRENT"]},
                "PrimaryRegion": "us-east-1",
            }
        ]
    }


def test_secrets_in_their_recovery_window_are_listed_when_asked_for(region: Region) -> None:
    region.call("CreateSecret", Name="gone")
    region.call("CreateSecret", Name="here")
    region.call("DeleteSecret", SecretId="gone")

    assert names(region.call("ListSecrets")) == ["here"]
    both = region.call("ListSecrets", IncludePlannedDeletion=True, SortBy="name")
    assert names(both) == ["gone", "here"]
    assert "DeletedDate" in both["SecretList"][0]


def make(region: Region, *made: str) -> None:
    """In this order, a millisecond apart."""
    for name in made:
        region.clock.forward(1)
        region.call("CreateSecret", Name=name)


ORDERS: dict[str, tuple[dict[str, object], list[str]]] = {
    "by the date of creation unless said otherwise": ({}, ["c", "a", "b"]),
    "by the date of creation": ({"SortBy": "created-date"}, ["c", "a", "b"]),
    "by the date of creation, descending": ({"SortBy": "created-date", "SortOrder": "desc"}, ["b", "a", "c"]),
    "by name": ({"SortBy": "name", "SortOrder": "asc"}, ["a", "b", "c"]),
    "by name, descending": ({"SortBy": "name", "SortOrder": "desc"}, ["c", "b", "a"]),
    "by the date of change": ({"SortBy": "last-changed-date"}, ["c", "b", "a"]),
    "by the date of access, never first": ({"SortBy": "last-accessed-date"}, ["a", "b", "c"]),
}


@pytest.mark.parametrize(("asked", "expected"), ORDERS.values(), ids=ORDERS)
def test_a_list_is_in_order(region: Region, asked: dict[str, object], expected: list[str]) -> None:
    make(region, "c", "a", "b")
    region.clock.forward(1)
    region.call("TagResource", SecretId="a", Tags=[{"Key": "k", "Value": "v"}])

    listed = region.call("ListSecrets", **asked)

    if asked.get("SortBy") == "last-accessed-date":
        # None was ever read: all are in one place, in the order of nothing that a caller sees.
        assert sorted(names(listed)) == expected
    else:
        assert names(listed) == expected


def pages(region: Region, **asked: object) -> list[list[str]]:
    found = []
    next_token = None
    while True:
        page = region.call("ListSecrets", NextToken=next_token, **asked)
        found.append(names(page))
        next_token = page.get("NextToken")
        if next_token is None:
            return found


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("key", ["created-date", "last-changed-date", "last-accessed-date", "name"])
def test_pages_together_are_the_list(region: Region, key: str, order: str) -> None:
    make(region, *(f"s{number}" for number in range(7)))
    whole = names(region.call("ListSecrets", SortBy=key, SortOrder=order))

    paged = pages(region, SortBy=key, SortOrder=order, MaxResults=3)

    assert [len(page) for page in paged] == [3, 3, 1]
    assert [name for page in paged for name in page] == whole


def test_a_list_that_ends_with_its_page_carries_no_token(region: Region) -> None:
    make(region, "a", "b", "c")

    assert "NextToken" not in region.call("ListSecrets", MaxResults=3)


def test_secrets_made_and_deleted_meanwhile_neither_shift_nor_repeat_the_rest(region: Region) -> None:
    make(region, *(f"s{number}" for number in range(9)))
    listed: list[str] = []
    first = region.call("ListSecrets", SortBy="name", MaxResults=3)
    listed += names(first)

    # Behind, at and before the place where the page ended.
    region.call("DeleteSecret", SecretId="s0", ForceDeleteWithoutRecovery=True)
    region.call("DeleteSecret", SecretId="s2", ForceDeleteWithoutRecovery=True)
    region.call("DeleteSecret", SecretId="s3", ForceDeleteWithoutRecovery=True)
    make(region, "s1a", "s5a")
    second = region.call("ListSecrets", SortBy="name", MaxResults=3, NextToken=first["NextToken"])
    listed += names(second)
    region.call("DeleteSecret", SecretId=names(second)[-1], ForceDeleteWithoutRecovery=True)
    third = region.call("ListSecrets", SortBy="name", MaxResults=9, NextToken=second["NextToken"])
    listed += names(third)

    assert listed == ["s0", "s1", "s2", "s4", "s5", "s5a", "s6", "s7", "s8"]


def test_a_filtered_list_is_paged_over_all_that_match(region: Region) -> None:
    make(region, *(f"{kind}{number}" for number in range(5) for kind in ("red", "blue")))

    paged = pages(region, MaxResults=2, Filters=[{"Key": "name", "Values": ["red"]}])

    assert [name for page in paged for name in page] == [f"red{number}" for number in range(5)]
    assert all(len(page) <= 2 for page in paged)


def test_a_filter_that_finds_little_ends_a_page_early_and_not_the_list(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Facts 9.2: a page may hold fewer than asked, even none, and still carry a token."""
    monkeypatch.setattr(listing, "SCANNED_MAX", 8)
    make(region, *(f"s{number:02}" for number in range(30)))

    paged = pages(region, Filters=[{"Key": "name", "Values": ["s00", "s13", "s29"]}])

    assert [name for page in paged for name in page] == ["s00", "s13", "s29"]
    assert [] in paged


def test_a_search_that_costs_too_much_ends_a_page_early_and_not_the_list(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "SEARCHED_CHARACTERS_MAX", 50)
    make(region, *(f"s{number:02}" for number in range(30)))

    paged = pages(region, Filters=[{"Key": "all", "Values": ["s03", "s29"]}])

    assert [name for page in paged for name in page] == ["s03", "s29"]
    assert len(paged) > 2


def test_a_page_may_be_asked_again(region: Region) -> None:
    """A lost answer: the token does not wear off."""
    make(region, "a", "b", "c")
    next_token = region.call("ListSecrets", MaxResults=1)["NextToken"]

    first = region.call("ListSecrets", MaxResults=1, NextToken=next_token)
    region.compose()

    assert names(region.call("ListSecrets", MaxResults=1, NextToken=next_token)) == names(first) == ["b"]


def test_the_size_of_a_page_may_change_on_the_way(region: Region) -> None:
    make(region, "a", "b", "c")
    next_token = region.call("ListSecrets", MaxResults=1)["NextToken"]

    assert names(region.call("ListSecrets", MaxResults=5, NextToken=next_token)) == ["b", "c"]


OTHER_QUERIES: dict[str, dict[str, object]] = {
    "another order": {"SortBy": "name"},
    "another direction": {"SortOrder": "desc"},
    "another filter": {"Filters": [{"Key": "name", "Values": ["a"]}]},
    "with deleted ones": {"IncludePlannedDeletion": True},
}


@pytest.mark.parametrize("asked", OTHER_QUERIES.values(), ids=OTHER_QUERIES)
def test_a_token_of_one_query_is_none_of_another(region: Region, asked: dict[str, object]) -> None:
    make(region, "a", "b")
    next_token = region.call("ListSecrets", MaxResults=1)["NextToken"]

    code, _ = region.refused("ListSecrets", NextToken=next_token, **asked)

    assert code == BAD_TOKEN


def test_a_token_that_was_touched_is_none(region: Region) -> None:
    make(region, "a", "b")
    next_token = region.call("ListSecrets", MaxResults=1)["NextToken"]

    for at in range(0, len(next_token), 7):
        changed = "A" if next_token[at] != "A" else "B"
        touched = next_token[:at] + changed + next_token[at + 1 :]
        assert region.refused("ListSecrets", NextToken=touched)[0] == BAD_TOKEN, at
    for invented in ("a", "null", next_token[:-1], next_token + "A", "☃", "a b"):
        assert region.refused("ListSecrets", NextToken=invented)[0] == BAD_TOKEN, invented


def test_a_token_of_another_region_is_none(region: Region) -> None:
    make(region, "a", "b")
    next_token = region.call("ListSecrets", MaxResults=1)["NextToken"]
    with scratch() as folder:
        other = make_region(folder, "us-east-2")
        make(other, "a", "b")

        assert other.refused("ListSecrets", NextToken=next_token)[0] == BAD_TOKEN
        other.stores.close()


FILTER_REFUSALS: dict[str, tuple[object, tuple[str, str]]] = {
    "no key": ([{"Values": ["a"]}], ("InvalidParameterException", "Invalid filter key")),
    "no values": (
        [{"Key": "description"}],
        ("InvalidParameterException", "Invalid filter values for key: description"),
    ),
}


@pytest.mark.parametrize(("filters", "expected"), FILTER_REFUSALS.values(), ids=FILTER_REFUSALS)
def test_a_filter_that_says_too_little(region: Region, filters: object, expected: tuple[str, str]) -> None:
    assert region.refused("ListSecrets", Filters=filters) == expected


def test_a_filter_of_an_unknown_key_is_a_violation(region: Region) -> None:
    code, text = region.refused("ListSecrets", Filters=[{"Key": "invalid", "Values": ["a"]}])

    assert code == "ValidationException"
    assert text.startswith(
        "1 validation error detected: Value 'invalid' at 'filters.1.member.key' failed to satisfy constraint: "
        "Member must satisfy enum value set: ["
    )
