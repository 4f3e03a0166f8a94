"""UpdateSecret, UpdateSecretVersionStage and ListSecretVersionIds, through the gate (facts 1.13, 1.24, 1.25, 3, 6.4)."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from tests.contract.region import ACCOUNT, CANARY, DAY_MS, START_MS, Region, token

from watchword.api.call import Bound, Call
from watchword.api.errors import AccessDeniedException
from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.api.shapes import kms
from watchword.keys import find as find_key
from watchword.storage.stores import Access

NOW = START_MS / 1000
NOT_FOUND = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
MARKED = (
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
)
NEED_TOKEN = (
    "InvalidRequestException",
    "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
)
INVALID_NAME = (
    "ValidationException",
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
)
BAD_TOKEN = ("InvalidNextTokenException", "The NextToken value is not valid.")
DEFAULT = "DefaultEncryptionKey"
PAGES_MAX = 10
"""More than any list here has: one that never ends is a failure."""


def described(region: Region) -> dict[str, Any]:
    return region.call("DescribeSecret", SecretId="db")


def stages(region: Region) -> dict[str, list[str]]:
    held: dict[str, list[str]] = described(region)["VersionIdsToStages"]
    return held


def value(region: Region, **asked: object) -> Any:
    return region.call("GetSecretValue", **{"SecretId": "db", **asked})["SecretString"]


def versions(region: Region, **asked: object) -> dict[str, dict[str, Any]]:
    listed = region.call("ListSecretVersionIds", **{"SecretId": "db", **asked})["Versions"]
    return {version["VersionId"]: version for version in listed}


def keys(region: Region, version_id: str) -> Any:
    return versions(region, IncludeDeprecated=True)[version_id]["KmsKeyIds"]


def create_key(region: Region) -> str:
    arn: str = region.call("CreateKey")["KeyMetadata"]["Arn"]
    return arn


def make(region: Region, *values: str, **members: object) -> list[str]:
    """Make the secret `db` with these values, one after another; the ids of its versions."""
    made = [token() for _ in values]
    region.call("CreateSecret", Name="db", SecretString=values[0], ClientRequestToken=made[0], **members)
    for version_id, put in zip(made[1:], values[1:], strict=True):
        region.clock.forward(1)
        region.call("PutSecretValue", SecretId="db", SecretString=put, ClientRequestToken=version_id)
    return made


# UpdateSecret


def test_a_value_makes_a_version_and_moves_the_labels(region: Region) -> None:
    (first,) = make(region, "one")
    arn = described(region)["ARN"]
    second = token()

    updated = region.call("UpdateSecret", SecretId="db", SecretString="two", ClientRequestToken=second)

    assert updated == {"ARN": arn, "Name": "db", "VersionId": second}
    assert stages(region) == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT"]}
    assert value(region) == "two"


def test_a_binary_value_replaces_a_string(region: Region) -> None:
    make(region, "one")

    region.call("UpdateSecret", SecretId="db", SecretBinary=base64.b64encode(b"\x00two").decode())

    read = region.call("GetSecretValue", SecretId="db")
    assert base64.b64decode(read["SecretBinary"]) == b"\x00two"
    assert "SecretString" not in read


def test_a_description_alone_makes_no_version(region: Region) -> None:
    (version_id,) = make(region, "one", Description="old", Tags=[{"Key": "a", "Value": "b"}])
    before = described(region)
    region.clock.forward(5_000)

    updated = region.call("UpdateSecret", SecretId="db", Description="new")

    assert updated == {"ARN": before["ARN"], "Name": "db"}
    assert described(region) == before | {"Description": "new", "LastChangedDate": NOW + 5}
    assert stages(region) == {version_id: ["AWSCURRENT"]}


def test_an_empty_description_clears_it(region: Region) -> None:
    make(region, "one", Description="old")

    region.call("UpdateSecret", SecretId="db", Description="")

    assert "Description" not in described(region)


SAME: dict[str, dict[str, object]] = {
    "nothing": {},
    "the same description": {"Description": "old"},
    "the same key": {"KmsKeyId": "alias/aws/secretsmanager"},
}


@pytest.mark.parametrize("members", SAME.values(), ids=SAME)
def test_an_update_to_what_is_there_changes_nothing(region: Region, members: dict[str, object]) -> None:
    make(region, "one", Description="old")
    before = described(region)
    region.clock.forward(5_000)

    updated = region.call("UpdateSecret", SecretId="db", **members)

    assert set(updated) == {"ARN", "Name"}
    assert described(region) == before


def test_all_at_once_is_one_change(region: Region) -> None:
    make(region, "one", Description="old")
    arn = create_key(region)
    version_id = token()
    commits = region.commits

    region.call(
        "UpdateSecret",
        SecretId="db",
        SecretString="two",
        Description="new",
        KmsKeyId=arn,
        ClientRequestToken=version_id,
    )

    assert region.commits == commits + 1
    assert (described(region)["Description"], described(region)["KmsKeyId"]) == ("new", arn)
    assert keys(region, version_id) == [arn]


def test_a_first_value_comes_by_an_update(region: Region) -> None:
    region.call("CreateSecret", Name="db")

    region.call("UpdateSecret", SecretId="db", SecretString="one")

    assert value(region) == "one"


def test_a_repeated_update_changes_nothing(region: Region) -> None:
    """Facts 3.2 (recorded): the same token and value succeed, though the page says otherwise."""
    make(region, "one")
    asked = {"SecretId": "db", "SecretString": "two", "Description": "d", "ClientRequestToken": token()}
    first = region.call("UpdateSecret", **asked)
    before = described(region)
    region.clock.forward(1_000)
    region.compose()

    again = region.call("UpdateSecret", **asked)

    assert again == first
    assert described(region) == before


def test_an_update_repeated_after_others_takes_nothing_back(region: Region) -> None:
    make(region, "one")
    asked = {"SecretId": "db", "SecretString": "two", "ClientRequestToken": token()}
    first = region.call("UpdateSecret", **asked)
    region.call("UpdateSecret", SecretId="db", SecretString="three")

    assert region.call("UpdateSecret", **asked) == first
    assert value(region) == "three"


def test_a_token_of_another_value_is_refused(region: Region) -> None:
    (version_id,) = make(region, "one")
    arn = described(region)["ARN"]

    for other in ({"SecretString": "two"}, {"SecretBinary": base64.b64encode(b"one").decode()}):
        assert region.refused("UpdateSecret", SecretId="db", ClientRequestToken=version_id, **other) == (
            "ResourceExistsException",
            f"You can't use ClientRequestToken {version_id} because that value is already in use"
            f" for a version of secret {arn}.",
        )


def test_a_token_that_comes_without_a_value_names_nothing(region: Region) -> None:
    (version_id,) = make(region, "one")

    updated = region.call("UpdateSecret", SecretId="db", Description="d", ClientRequestToken=version_id)

    assert set(updated) == {"ARN", "Name"}


UPDATE_REFUSALS: dict[str, tuple[dict[str, object], tuple[str, str]]] = {
    "no such secret": ({"SecretId": "none", "SecretString": "v"}, NOT_FOUND),
    "a SecretId that is none": ({"SecretId": "a b"}, INVALID_NAME),
    "no token": ({"ClientRequestToken": None, "SecretString": "v"}, NEED_TOKEN),
    "no token, though none is used": ({"ClientRequestToken": None, "Description": "d"}, NEED_TOKEN),
    "no token, told before whether the secret exists": (
        {"SecretId": "none", "ClientRequestToken": None},
        NEED_TOKEN,
    ),
    "both values": (
        {"SecretString": "v", "SecretBinary": "dg=="},
        (
            "InvalidParameterException",
            "You can't specify both a binary secret value and a string secret value in the same secret.",
        ),
    ),
}


@pytest.mark.parametrize(("members", "expected"), UPDATE_REFUSALS.values(), ids=UPDATE_REFUSALS)
def test_an_update_is_refused(region: Region, members: dict[str, object], expected: tuple[str, str]) -> None:
    make(region, "one")
    before = described(region)

    assert region.refused("UpdateSecret", **{"SecretId": "db", **members}) == expected
    assert described(region) == before


def test_no_update_shows_a_value(region: Region) -> None:
    make(region, "one")
    region.call("UpdateSecret", SecretId="db", SecretString=CANARY)
    region.ask("UpdateSecret", SecretId="none", SecretString=CANARY)

    assert CANARY not in str(region.events())
    assert CANARY.encode() not in region.everything_on_disk()
    assert region.event_names()[-1] == "UpdateSecret"


# Another key


def test_another_key_seals_the_versions_in_use_and_keeps_the_old_copies(region: Region) -> None:
    """Facts 6.4: current, previous and pending; the others stay under the old key."""
    old = create_key(region)
    deprecated, previous, current = make(region, "one", "two", "three", KmsKeyId=old)
    pending, custom = token(), token()
    for version_id, label in ((pending, "AWSPENDING"), (custom, "mine")):
        region.call(
            "PutSecretValue",
            SecretId="db",
            SecretString=label,
            ClientRequestToken=version_id,
            VersionStages=[label],
        )
    new = create_key(region)

    region.call("UpdateSecret", SecretId="db", KmsKeyId=new)

    assert {
        version_id: held["KmsKeyIds"] for version_id, held in versions(region, IncludeDeprecated=True).items()
    } == {
        deprecated: [old],
        previous: [new, old],
        current: [new, old],
        pending: [new, old],
        custom: [old],
    }
    assert described(region)["KmsKeyId"] == new
    for key in (old, new):
        region.call("DisableKey", KeyId=key)
        assert [value(region, VersionId=one) for one in (previous, current, pending)] == [
            "two",
            "three",
            "AWSPENDING",
        ]
        region.call("EnableKey", KeyId=key)
    region.call("DisableKey", KeyId=old)
    assert region.refused("GetSecretValue", SecretId="db", VersionStage="mine")[0] == "DecryptionFailure"


def test_the_next_version_is_under_the_new_key_alone(region: Region) -> None:
    make(region, "one")
    new = create_key(region)
    region.call("UpdateSecret", SecretId="db", KmsKeyId=new)

    second = region.call("PutSecretValue", SecretId="db", SecretString="two")["VersionId"]

    assert keys(region, second) == [new]


@pytest.mark.parametrize("spelled", ["", "alias/aws/secretsmanager"])
def test_an_empty_key_is_the_default_key(region: Region, spelled: str) -> None:
    arn = create_key(region)
    (version_id,) = make(region, "one", KmsKeyId=arn)

    region.call("UpdateSecret", SecretId="db", KmsKeyId=spelled)

    assert "KmsKeyId" not in described(region)
    assert keys(region, version_id) == [DEFAULT, arn]
    region.call("DisableKey", KeyId=arn)
    assert value(region) == "one"


def test_a_key_that_comes_back_is_no_second_copy(region: Region) -> None:
    first, second = create_key(region), create_key(region)
    (version_id,) = make(region, "one", KmsKeyId=first)

    for arn in (second, first, second):
        region.call("UpdateSecret", SecretId="db", KmsKeyId=arn)
    region.forget_events()
    region.call("UpdateSecret", SecretId="db", KmsKeyId=first)

    # The copy that is there comes first again: KMS is asked to try the key, and for nothing else.
    assert region.event_names() == ["GenerateDataKey", "Decrypt", "UpdateSecret"]
    assert keys(region, version_id) == [first, second]


def test_a_version_is_held_by_its_last_ten_keys(region: Region) -> None:
    arns = [create_key(region) for _ in range(12)]
    (version_id,) = make(region, "one", KmsKeyId=arns[0])

    for arn in arns[1:]:
        region.call("UpdateSecret", SecretId="db", KmsKeyId=arn)

    assert keys(region, version_id) == arns[:1:-1]
    assert value(region) == "one"


def test_a_key_is_tried_before_anything_is_changed(region: Region) -> None:
    make(region, "one")
    arn = create_key(region)
    region.call("DisableKey", KeyId=arn)
    before = described(region)

    code, text = region.refused("UpdateSecret", SecretId="db", KmsKeyId=arn, Description="d")

    assert code == "EncryptionFailure"
    assert text.endswith(
        f"{arn} is disabled. (Service: AWSKMS; Status Code: 400; Error Code: DisabledException)"
    )
    assert described(region) == before


def test_a_change_of_key_asks_kms_as_aws_does(region: Region) -> None:
    """Facts 6.2: GenerateDataKey and Decrypt to try it; Decrypt old and Encrypt new of each data key."""
    (version_id,) = make(region, "one")
    new = create_key(region)
    arn = described(region)["ARN"]
    region.forget_events()

    region.call("UpdateSecret", SecretId="db", KmsKeyId=new)

    probe = {"SecretARN": arn, "SecretVersionId": "RequestToValidateKeyAccess"}
    held = {"SecretARN": arn, "SecretVersionId": version_id}
    assert [
        (event["eventName"], (event["requestParameters"] or {}).get("encryptionContext"))
        for event in region.events()
    ] == [
        ("GenerateDataKey", probe),
        ("Decrypt", probe),
        ("Decrypt", held),
        ("Encrypt", held),
        ("UpdateSecret", None),
    ]


def refusing(operation: Operation) -> Bound:
    """KMS as it answers who may not use a key, but for the trial of a new one."""

    def run(request: Any, _key: object, _call: Call[Any]) -> Shape:
        assert request.encryption_context["SecretVersionId"] != "RequestToValidateKeyAccess"
        raise AccessDeniedException("not authorized")

    return Bound(operation=operation, find=find_key.find_key_or_alias, run=run)


def test_without_the_right_to_encrypt_the_update_succeeds_and_seals_nothing(region: Region) -> None:
    """Facts 6.4."""
    first, second = make(region, "one", "two")
    new = create_key(region)
    region.faults = (refusing(kms.ENCRYPT),)
    region.compose()

    region.call("UpdateSecret", SecretId="db", KmsKeyId=new)

    assert described(region)["KmsKeyId"] == new
    assert keys(region, first) == keys(region, second) == [DEFAULT]
    assert value(region) == "two"


def test_under_a_disabled_old_key_the_update_succeeds_and_seals_nothing(region: Region) -> None:
    """The way out of a key that is lost: what comes next is under the new one."""
    old, new = create_key(region), create_key(region)
    (first,) = make(region, "one", KmsKeyId=old)
    region.call("DisableKey", KeyId=old)

    region.call("UpdateSecret", SecretId="db", KmsKeyId=new, SecretString="two")

    assert keys(region, first) == [old]
    assert value(region) == "two"


def test_the_same_key_said_again_seals_what_was_left_out(region: Region) -> None:
    old, new = create_key(region), create_key(region)
    (version_id,) = make(region, "one", KmsKeyId=old)
    region.call("DisableKey", KeyId=old)
    region.call("UpdateSecret", SecretId="db", KmsKeyId=new)
    region.call("EnableKey", KeyId=old)

    region.call("UpdateSecret", SecretId="db", KmsKeyId=new)

    assert keys(region, version_id) == [new, old]


def test_without_custody_no_key_is_changed(region: Region) -> None:
    make(region, "one")
    new = create_key(region)
    value(region)
    before = described(region)
    region.lose_custody()

    assert region.ask("UpdateSecret", SecretId="db", KmsKeyId=new).status == 503
    region.restore_custody()
    assert described(region) == before


# UpdateSecretVersionStage


def test_current_moves_back_to_the_version_before(region: Region) -> None:
    """A rollback (facts 3.3): the two labels swap."""
    first, second = make(region, "one", "two")
    before = described(region)
    region.clock.forward(5_000)

    moved = region.call(
        "UpdateSecretVersionStage",
        SecretId="db",
        VersionStage="AWSCURRENT",
        MoveToVersionId=first,
        RemoveFromVersionId=second,
    )

    assert moved == {"ARN": before["ARN"], "Name": "db"}
    assert value(region) == "one"
    assert stages(region) == {first: ["AWSCURRENT"], second: ["AWSPREVIOUS"]}
    assert described(region)["LastChangedDate"] == before["LastChangedDate"] + 5


def test_a_label_is_put_on_moved_and_taken_off(region: Region) -> None:
    first, second = make(region, "one", "two")
    mine = {"SecretId": "db", "VersionStage": "mine"}

    region.call("UpdateSecretVersionStage", **mine, MoveToVersionId=first)
    assert value(region, VersionStage="mine") == "one"
    region.call("UpdateSecretVersionStage", **mine, MoveToVersionId=second, RemoveFromVersionId=first)
    assert value(region, VersionStage="mine") == "two"
    region.call("UpdateSecretVersionStage", **mine, RemoveFromVersionId=second)
    assert stages(region) == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT"]}


def test_a_label_moved_to_where_it_is_is_no_change(region: Region) -> None:
    (version_id,) = make(region, "one")
    before = described(region)
    region.clock.forward(5_000)

    region.call(
        "UpdateSecretVersionStage",
        SecretId="db",
        VersionStage="AWSCURRENT",
        MoveToVersionId=version_id,
        RemoveFromVersionId=version_id,
    )

    assert described(region) == before


def test_a_move_says_which_version_it_takes_the_label_from(region: Region) -> None:
    """Facts 0.2 (recorded), and the curly apostrophe of the text for what can not be removed."""
    first, second = make(region, "one", "two")
    absent = token()
    current: dict[str, object] = {"SecretId": "db", "VersionStage": "AWSCURRENT"}
    refusals = {
        "The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version"
        f" {second}, so you must explicitly reference that version in RemoveFromVersionId.": {
            "MoveToVersionId": first
        },
        "You can only move staging label AWSCURRENT to a different secret version."
        " It can\u2019t be completely removed.": {"RemoveFromVersionId": second},
        f"Version stage AWSCURRENT not found in version {first}": {
            "RemoveFromVersionId": first,
            "MoveToVersionId": second,
        },
        f"Not a valid version: {absent}": {"RemoveFromVersionId": second, "MoveToVersionId": absent},
        "You must specify MoveToVersionId, RemoveFromVersionId, or both.": {},
    }

    for text, members in refusals.items():
        assert region.refused("UpdateSecretVersionStage", **current, **members) == (
            "InvalidParameterException",
            text,
        )
    assert value(region) == "two"


def test_the_twenty_first_label_is_not_put_on_by_itself_either(region: Region) -> None:
    (version_id,) = make(region, "one")
    for number in range(19):
        region.call(
            "UpdateSecretVersionStage", SecretId="db", VersionStage=f"X{number}", MoveToVersionId=version_id
        )

    assert region.refused(
        "UpdateSecretVersionStage", SecretId="db", VersionStage="one more", MoveToVersionId=version_id
    ) == (
        "LimitExceededException",
        "You can't attach more than 20 staging labels to the versions of a secret.",
    )


def test_a_label_of_no_secret_is_not_moved(region: Region) -> None:
    asked = {"VersionStage": "X", "MoveToVersionId": token()}

    assert region.refused("UpdateSecretVersionStage", SecretId="none", **asked) == NOT_FOUND
    assert region.refused("UpdateSecretVersionStage", SecretId="a b", **asked) == INVALID_NAME


# In the recovery window


@pytest.mark.parametrize("operation", ["UpdateSecret", "UpdateSecretVersionStage"])
def test_a_secret_that_is_marked_for_deletion_is_not_updated(region: Region, operation: str) -> None:
    (version_id,) = make(region, "one")
    region.call("DeleteSecret", SecretId="db")
    asked = {
        "UpdateSecret": {"Description": "d"},
        "UpdateSecretVersionStage": {"VersionStage": "X", "MoveToVersionId": version_id},
    }

    assert region.refused(operation, SecretId="db", **asked[operation]) == MARKED


def test_the_versions_of_a_secret_that_is_marked_for_deletion_are_listed(region: Region) -> None:
    """Facts 4: no error for it is declared."""
    (version_id,) = make(region, "one")
    region.call("DeleteSecret", SecretId="db")

    assert set(versions(region)) == {version_id}


# ListSecretVersionIds


def test_versions_are_listed_with_these_members_and_no_others(region: Region) -> None:
    first, second, third = make(region, "one", "two", "three")
    arn = described(region)["ARN"]
    value(region, VersionId=third)
    account, sid, _ = region.accessed[-1]
    region.stores.record_access([Access(account=account, sid=sid, version_id=third, day=START_MS // DAY_MS)])

    listed = region.call("ListSecretVersionIds", SecretId="db")
    whole = region.call("ListSecretVersionIds", SecretId="db", IncludeDeprecated=True)

    deprecated = {"VersionId": first, "CreatedDate": NOW, "KmsKeyIds": [DEFAULT]}
    labelled = [
        {
            "VersionId": second,
            "VersionStages": ["AWSPREVIOUS"],
            "CreatedDate": NOW + 0.001,
            "KmsKeyIds": [DEFAULT],
        },
        {
            "VersionId": third,
            "VersionStages": ["AWSCURRENT"],
            "CreatedDate": NOW + 0.002,
            "KmsKeyIds": [DEFAULT],
            "LastAccessedDate": START_MS // DAY_MS * DAY_MS / 1000,
        },
    ]
    assert listed == {"ARN": arn, "Name": "db", "Versions": labelled}
    assert whole == {"ARN": arn, "Name": "db", "Versions": [deprecated, *labelled]}


def test_a_secret_without_a_value_has_no_versions_to_list(region: Region) -> None:
    arn = region.call("CreateSecret", Name="db")["ARN"]

    assert region.call("ListSecretVersionIds", SecretId="db") == {"ARN": arn, "Name": "db", "Versions": []}


def test_a_label_without_a_value_is_no_version_to_list(region: Region) -> None:
    """Facts 3.1: it shows in DescribeSecret alone. Only a rotation makes one, so the row is written by hand."""
    (version_id,) = make(region, "one")
    waiting = token()
    region.tamper(
        "INSERT INTO secret_version (labels, created_ms, revision, account, sid, version_id)"
        " SELECT '[\"AWSPENDING\"]', created_ms, revision, account, sid, ? FROM secret_version",
        waiting,
    )

    assert stages(region)[waiting] == ["AWSPENDING"]
    assert set(versions(region)) == set(versions(region, IncludeDeprecated=True)) == {version_id}
    region.call(
        "UpdateSecretVersionStage",
        SecretId="db",
        VersionStage="AWSPENDING",
        RemoveFromVersionId=waiting,
    )
    assert set(versions(region, IncludeDeprecated=True)) == {version_id}


def test_versions_of_no_secret_are_not_listed(region: Region) -> None:
    assert region.refused("ListSecretVersionIds", SecretId="none") == NOT_FOUND
    assert region.refused("ListSecretVersionIds", SecretId="a b") == INVALID_NAME


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_of_versions_hold_each_once_though_some_are_made_meanwhile(region: Region, size: int) -> None:
    made = make(region, "one", "two", "three", "four")
    seen: list[str] = []
    members: dict[str, object] = {}
    for _ in range(PAGES_MAX):
        page = region.call(
            "ListSecretVersionIds", SecretId="db", IncludeDeprecated=True, MaxResults=size, **members
        )
        assert 0 < len(page["Versions"]) <= size
        seen += [version["VersionId"] for version in page["Versions"]]
        if "NextToken" not in page:
            break
        if len(made) < 6:
            region.clock.forward(1)
            made.append(region.call("PutSecretValue", SecretId="db", SecretString="v")["VersionId"])
        members = {"NextToken": page["NextToken"]}

    assert seen == made


def test_a_page_of_versions_goes_on_for_its_own_secret_alone(region: Region) -> None:
    make(region, "one", "two")
    region.call("CreateSecret", Name="other", SecretString="v")
    region.call("PutSecretValue", SecretId="other", SecretString="w")
    page = region.call("ListSecretVersionIds", SecretId="db", MaxResults=1)
    asked = {"MaxResults": 1, "NextToken": page["NextToken"]}

    assert region.refused("ListSecretVersionIds", SecretId="other", **asked) == BAD_TOKEN
    assert region.refused("ListSecretVersionIds", SecretId="db", IncludeDeprecated=True, **asked) == BAD_TOKEN
    assert region.refused("ListSecretVersionIds", SecretId="db", NextToken="x") == BAD_TOKEN
    assert region.refused("ListSecrets", NextToken=page["NextToken"]) == BAD_TOKEN
    # The page's size and the secret's spelling may change.
    rest = region.call("ListSecretVersionIds", SecretId=page["ARN"], NextToken=page["NextToken"])
    assert len(rest["Versions"]) == 1


def test_no_kms_is_asked_for_a_list_of_versions(region: Region) -> None:
    """Facts 6.2."""
    make(region, "one", KmsKeyId=create_key(region))
    region.forget_events()

    region.call("ListSecretVersionIds", SecretId="db")

    assert region.event_names() == ["ListSecretVersionIds"]


def test_a_stranger_learns_nothing_of_a_secret_s_versions(region: Region) -> None:
    make(region, "one")
    theirs = described(region)["ARN"].replace(ACCOUNT, "210987654321")

    for operation, members in (
        ("UpdateSecret", {}),
        ("UpdateSecretVersionStage", {"VersionStage": "X", "MoveToVersionId": token()}),
        ("ListSecretVersionIds", {}),
    ):
        code, text = region.refused(operation, SecretId=theirs, **members)
        assert code == "AccessDeniedException"
        assert f"secretsmanager:{operation} on resource: {theirs}" in text
