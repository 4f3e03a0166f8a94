"""RotateSecret and CancelRotateSecret through the gate, and what they leave to be seen (facts 1.3, 1.20, 7).

A Region as it is composed today has nobody who rotates; where a test needs somebody, it puts a name into a registry.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.contract.region import ACCOUNT, CANARY, DAY_MS, START_MS, Region, make_region, scratch, token
from tests.contract.rotators import Registry

FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:rotate"
OTHER_FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:other"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/partner"
RULES = {"AutomaticallyAfterDays": 30}
PARTNER = "SalesforceClientSecret"

CANT_INVOKE = (
    "AccessDeniedException",
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to "
    "the principal secretsmanager.amazonaws.com.",
)
NO_FUNCTION = (
    "InvalidRequestException",
    "No Lambda rotation function ARN is associated with this secret.",
)
PENDING = (
    "InvalidRequestException",
    "A previous rotation isn't complete. That rotation will be reattempted.",
)
MARKED = (
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
)
NEED_TOKEN = "You must provide a ClientRequestToken value. We recommend a UUID-type value."


@pytest.fixture
def rotating() -> Iterator[Region]:
    """A Region with one function that can be invoked, and one role that can be assumed."""
    with scratch() as folder:
        made = make_region(folder, "us-east-1")
        made.rotators = Registry(functions={FUNCTION}, roles={ROLE})
        made.compose()
        yield made
        made.stores.close()


def create(region: Region, **members: object) -> str:
    """The secret `db` with one version; the version's id."""
    made: str = region.call("CreateSecret", Name="db", **{"SecretString": CANARY, **members})["VersionId"]
    return made


def described(region: Region) -> dict[str, Any]:
    return region.call("DescribeSecret", SecretId="db")


def listed(region: Region) -> dict[str, Any]:
    entry: dict[str, Any] = region.call("ListSecrets")["SecretList"][0]
    return entry


def rotation_of(members: dict[str, Any]) -> dict[str, Any]:
    """The members that concern rotation."""
    named = ("Rotat", "ExternalSecret", "NextRotationDate", "LastRotatedDate", "Type")
    return {name: value for name, value in members.items() if name.startswith(named)}


def rotate(region: Region, **members: object) -> str:
    """Begin a rotation of `db`; the id of the version that it makes."""
    asked = {"SecretId": "db", "RotationLambdaARN": FUNCTION, "RotationRules": RULES, **members}
    made: str = region.call("RotateSecret", **asked)["VersionId"]
    return made


def finish(region: Region, old: str, new: str) -> None:
    """What a function does in its steps createSecret and finishSecret."""
    region.call(
        "PutSecretValue",
        SecretId="db",
        ClientRequestToken=new,
        SecretString="made by the function",
        VersionStages=["AWSPENDING"],
    )
    region.call(
        "UpdateSecretVersionStage",
        SecretId="db",
        VersionStage="AWSCURRENT",
        MoveToVersionId=new,
        RemoveFromVersionId=old,
    )


# Nobody rotates


@pytest.mark.parametrize("immediately", [True, False, None])
def test_a_function_that_can_not_be_invoked_is_told_and_nothing_is_stored(
    region: Region, immediately: bool | None
) -> None:
    create(region)
    before, commits = described(region), region.commits

    refused = region.refused(
        "RotateSecret",
        SecretId="db",
        RotationLambdaARN=FUNCTION,
        RotationRules=RULES,
        RotateImmediately=immediately,
    )

    assert refused == CANT_INVOKE
    assert (described(region), region.commits) == (before, commits)


def test_a_role_that_can_not_be_assumed_is_told_and_nothing_is_stored(region: Region) -> None:
    create(region, Type=PARTNER)
    before, commits = described(region), region.commits

    refused = region.refused("RotateSecret", SecretId="db", ExternalSecretRotationRoleArn=ROLE)

    assert refused == ("InvalidRequestException", f"Secrets Manager unable to assume role {ROLE}")
    assert (described(region), region.commits) == (before, commits)


def test_a_token_is_asked_for_before_anything_is_looked_up(region: Region) -> None:
    """Recorded: the code is another one than that of the operations beside it (facts 1.20)."""
    refused = region.refused("RotateSecret", SecretId="nobody", ClientRequestToken=None)

    assert refused == ("InvalidParameterException", NEED_TOKEN)


@pytest.mark.parametrize("operation", ["RotateSecret", "CancelRotateSecret"])
def test_a_secret_that_is_not_there(region: Region, operation: str) -> None:
    refused = region.refused(operation, SecretId="nobody")

    assert refused == ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")


@pytest.mark.parametrize("operation", ["RotateSecret", "CancelRotateSecret"])
def test_a_secret_in_its_recovery_window(region: Region, operation: str) -> None:
    create(region)
    region.call("DeleteSecret", SecretId="db")

    assert region.refused(operation, SecretId="db") == MARKED


REFUSALS: dict[str, tuple[dict[str, object], tuple[str, str]]] = {
    "no function, now or before": ({}, NO_FUNCTION),
    "an empty function is none": ({"RotationLambdaARN": ""}, NO_FUNCTION),
    "rules without a function": ({"RotationRules": RULES}, NO_FUNCTION),
    "no function of Lambda's": (
        {"RotationLambdaARN": "rotate"},
        ("InvalidParameterException", "RotationLambdaARN must be the ARN of a Lambda function."),
    ),
    "two schedules": (
        {"RotationRules": {"AutomaticallyAfterDays": 30, "ScheduleExpression": "rate(30 days)"}},
        (
            "InvalidParameterException",
            "You cannot specify both rotation frequency and schedule expression together.",
        ),
    ),
    "a schedule that is none": (
        {"RotationRules": {"ScheduleExpression": "cron(30 10 * * ? *)"}},
        ("InvalidParameterException", "Invalid schedule expression."),
    ),
    "the rules are read before it is asked who rotates": (
        {"RotationRules": {"ScheduleExpression": "rate(3 hours)"}, "RotationLambdaARN": "rotate"},
        ("InvalidParameterException", "Rate in hour should be least 4 and less than 24."),
    ),
    "no days at all": (
        {"RotationRules": {"AutomaticallyAfterDays": 0}},
        (
            "ValidationException",
            "1 validation error detected: Value '0' at 'rotationRules.automaticallyAfterDays' failed to satisfy "
            "constraint: Member must have value greater than or equal to 1",
        ),
    ),
    "a partner's role for a secret of no partner": (
        {"ExternalSecretRotationRoleArn": ROLE},
        (
            "InvalidParameterException",
            "You can't specify external rotation parameters for a secret that is not a managed external secret.",
        ),
    ),
    "a function and a partner's role": (
        {"RotationLambdaARN": FUNCTION, "ExternalSecretRotationRoleArn": ROLE},
        (
            "InvalidParameterException",
            "You can't specify RotationLambdaARN for a managed external secret.",
        ),
    ),
    "a function that is not there": ({"RotationLambdaARN": OTHER_FUNCTION}, CANT_INVOKE),
}


@pytest.mark.parametrize(("members", "expected"), REFUSALS.values(), ids=REFUSALS)
def test_a_rotation_that_is_refused_changes_nothing(
    rotating: Region, members: dict[str, object], expected: tuple[str, str]
) -> None:
    create(rotating)
    before = described(rotating)

    assert rotating.refused("RotateSecret", SecretId="db", **members) == expected
    assert described(rotating) == before


def test_what_is_wrong_with_a_request_is_told_before_the_state_of_the_secret(rotating: Region) -> None:
    create(rotating)
    rotating.call("DeleteSecret", SecretId="db")

    code, text = rotating.refused("RotateSecret", SecretId="db", RotationLambdaARN="rotate")

    assert (code, text.split()[0]) == ("InvalidParameterException", "RotationLambdaARN")


def test_that_another_rotation_is_under_way_is_told_before_the_function_is_asked(rotating: Region) -> None:
    create(rotating)
    rotate(rotating)

    refused = rotating.refused("RotateSecret", SecretId="db", RotationLambdaARN=OTHER_FUNCTION)

    assert refused == PENDING


# A rotation


def test_a_rotation_waits_for_the_function_s_value(rotating: Region) -> None:
    """Recorded: the label is there, the value is not (facts 3.1, 7.2)."""
    first = create(rotating)

    answer = rotating.call(
        "RotateSecret",
        SecretId="db",
        ClientRequestToken="t" * 32,
        RotationLambdaARN=FUNCTION,
        RotationRules=RULES,
    )

    members = described(rotating)
    assert answer == {"ARN": members["ARN"], "Name": "db", "VersionId": "t" * 32}
    assert members["VersionIdsToStages"] == {first: ["AWSCURRENT"], "t" * 32: ["AWSPENDING"]}
    assert rotating.refused(
        "GetSecretValue", SecretId="db", VersionId="t" * 32, VersionStage="AWSPENDING"
    ) == (
        "ResourceNotFoundException",
        f"Secrets Manager can't find the specified secret value for VersionId: {'t' * 32}",
    )
    versions = rotating.call("ListSecretVersionIds", SecretId="db", IncludeDeprecated=True)["Versions"]
    assert [version["VersionId"] for version in versions] == [first]
    assert rotating.call("GetSecretValue", SecretId="db")["SecretString"] == CANARY


def test_what_is_configured_is_shown_by_describe_and_list(rotating: Region) -> None:
    create(rotating)

    rotate(rotating)

    midnight = START_MS - START_MS % DAY_MS
    expected = {
        "RotationEnabled": True,
        "RotationLambdaARN": FUNCTION,
        "RotationRules": RULES,
        "NextRotationDate": (midnight + 31 * DAY_MS - 1_000) / 1_000,
    }
    assert rotation_of(described(rotating)) == expected
    assert rotation_of(listed(rotating)) == expected


def test_with_an_expression_the_days_are_calculated(rotating: Region) -> None:
    """AWS's sample of DescribeSecret; tools send RotationRules back as they read them, without the days."""
    create(rotating)

    rotate(rotating, RotationRules={"ScheduleExpression": "cron(0 16 1,15 * ? *)", "Duration": "2h"})

    rules = described(rotating)["RotationRules"]
    assert rules == {
        "AutomaticallyAfterDays": 14,
        "Duration": "2h",
        "ScheduleExpression": "cron(0 16 1,15 * ? *)",
    }


def test_a_rotation_without_rules_is_on_and_has_no_date(rotating: Region) -> None:
    create(rotating)

    rotating.call("RotateSecret", SecretId="db", RotationLambdaARN=FUNCTION, RotationRules={})

    assert rotation_of(described(rotating)) == {"RotationEnabled": True, "RotationLambdaARN": FUNCTION}


def test_a_secret_that_was_never_rotated_shows_nothing_of_it(region: Region) -> None:
    create(region)

    assert rotation_of(described(region)) == rotation_of(listed(region)) == {}


def test_a_secret_without_a_value_is_rotated(rotating: Region) -> None:
    rotating.call("CreateSecret", Name="db")

    made = rotate(rotating)

    assert described(rotating)["VersionIdsToStages"] == {made: ["AWSPENDING"]}


def test_a_repeated_call_changes_nothing(rotating: Region) -> None:
    create(rotating)
    made = rotate(rotating)
    before, commits = described(rotating), rotating.commits

    again = rotate(rotating, ClientRequestToken=made, RotationRules={"AutomaticallyAfterDays": 7})

    assert again == made
    assert (described(rotating), rotating.commits) == (before, commits)


def test_a_repeated_test_changes_nothing_and_does_not_become_a_rotation(rotating: Region) -> None:
    create(rotating)
    trial = rotate(rotating, RotateImmediately=False)
    before, commits = described(rotating), rotating.commits

    assert rotate(rotating, ClientRequestToken=trial, RotateImmediately=False) == trial
    assert rotating.refused("RotateSecret", SecretId="db", ClientRequestToken=trial) == PENDING
    assert (described(rotating), rotating.commits) == (before, commits)


def test_a_token_of_a_version_is_refused(rotating: Region) -> None:
    first = create(rotating)
    arn = described(rotating)["ARN"]

    refused = rotating.refused(
        "RotateSecret", SecretId="db", ClientRequestToken=first, RotationLambdaARN=FUNCTION
    )

    assert refused == (
        "InvalidParameterException",
        f"You can't use ClientRequestToken {first} because that value is already in use for a version of secret {arn}.",
    )


def test_while_one_is_pending_no_other_begins(rotating: Region) -> None:
    create(rotating)
    rotate(rotating)

    assert rotating.refused("RotateSecret", SecretId="db") == PENDING


def test_a_finished_rotation_lets_the_next_one_begin(rotating: Region) -> None:
    """AWSPENDING on the current version is in nobody's way, and moves on (facts 7.2)."""
    first = create(rotating)
    second = rotate(rotating)
    finish(rotating, first, second)

    third = rotating.call("RotateSecret", SecretId="db")["VersionId"]

    assert described(rotating)["VersionIdsToStages"] == {
        first: ["AWSPREVIOUS"],
        second: ["AWSCURRENT"],
        third: ["AWSPENDING"],
    }
    assert described(rotating)["RotationLambdaARN"] == FUNCTION


def test_a_rotation_leaves_its_event_with_the_commit(rotating: Region) -> None:
    create(rotating)
    rotating.forget_events()

    made = rotate(rotating)

    started, called = sorted(rotating.events(), key=lambda event: str(event["eventName"]), reverse=True)
    assert (called["eventName"], called["readOnly"]) == ("RotateSecret", False)
    assert (started["eventName"], started["eventType"]) == ("RotationStarted", "AwsServiceEvent")
    assert started["serviceEventDetails"] == {"rotationVersionId": made}


# A test of the configuration


def test_who_waits_has_the_configuration_tested_on_a_copy_of_the_value(rotating: Region) -> None:
    """RotateImmediately false: a version for the step testSecret alone (facts 7.2)."""
    first = create(rotating)
    rotating.forget_events()

    trial = rotate(rotating, RotateImmediately=False)

    assert described(rotating)["VersionIdsToStages"] == {first: ["AWSCURRENT"], trial: ["AWSPENDING"]}
    copy = rotating.call("GetSecretValue", SecretId="db", VersionStage="AWSPENDING")
    assert (copy["VersionId"], copy["SecretString"]) == (trial, CANARY)
    assert described(rotating)["RotationEnabled"] is True
    assert "TestRotationStarted" in rotating.event_names()


def test_a_test_of_a_secret_without_a_value_waits_empty(rotating: Region) -> None:
    rotating.call("CreateSecret", Name="db")

    trial = rotate(rotating, RotateImmediately=False)

    assert described(rotating)["VersionIdsToStages"] == {trial: ["AWSPENDING"]}
    assert rotating.refused("GetSecretValue", SecretId="db")[0] == "ResourceNotFoundException"


def test_a_test_under_a_disabled_key_begins_nothing(rotating: Region) -> None:
    key = rotating.call("CreateKey")["KeyMetadata"]["KeyId"]
    create(rotating, KmsKeyId=key)
    rotating.call("DisableKey", KeyId=key)

    code, _ = rotating.refused(
        "RotateSecret", SecretId="db", RotationLambdaARN=FUNCTION, RotateImmediately=False
    )

    assert code == "DecryptionFailure"
    assert rotation_of(described(rotating)) == {}


# Cancelling


def test_cancelled_rotation_names_the_version_that_is_left(rotating: Region) -> None:
    first = create(rotating)
    made = rotate(rotating)

    answer = rotating.call("CancelRotateSecret", SecretId="db")

    members = described(rotating)
    assert answer == {"ARN": members["ARN"], "Name": "db", "VersionId": made}
    assert members["VersionIdsToStages"] == {first: ["AWSCURRENT"], made: ["AWSPENDING"]}
    assert rotation_of(members) == {
        "RotationEnabled": False,
        "RotationLambdaARN": FUNCTION,
        "RotationRules": RULES,
    }
    assert rotation_of(listed(rotating)) == rotation_of(members)


def test_what_is_left_of_a_cancelled_rotation_blocks_the_next_until_its_label_is_gone(
    rotating: Region,
) -> None:
    create(rotating)
    made = rotate(rotating)
    rotating.call("CancelRotateSecret", SecretId="db")

    assert rotating.refused("RotateSecret", SecretId="db") == PENDING
    rotating.call(
        "UpdateSecretVersionStage", SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=made
    )
    again = rotating.call("RotateSecret", SecretId="db", ClientRequestToken=made)["VersionId"]

    assert (again, described(rotating)["RotationEnabled"]) == (made, True)


def test_cancelled_between_rotations_there_is_no_version_to_name(rotating: Region) -> None:
    first = create(rotating)
    finish(rotating, first, rotate(rotating))

    answer = rotating.call("CancelRotateSecret", SecretId="db")

    assert answer.keys() == {"ARN", "Name"}


def test_cancelled_twice_changes_nothing_more(rotating: Region) -> None:
    create(rotating)
    rotate(rotating)
    first, commits = rotating.call("CancelRotateSecret", SecretId="db"), rotating.commits

    assert rotating.call("CancelRotateSecret", SecretId="db") == first
    assert rotating.commits == commits


def test_what_was_never_configured_is_not_cancelled(region: Region) -> None:
    create(region)

    assert region.refused("CancelRotateSecret", SecretId="db") == NO_FUNCTION


# Somebody else's value


@pytest.mark.parametrize("operation", ["PutSecretValue", "UpdateSecret"])
def test_somebody_else_s_value_abandons_a_rotation(rotating: Region, operation: str) -> None:
    first = create(rotating)
    rotate(rotating)
    rotating.clock.forward(2 * DAY_MS)
    rotating.forget_events()
    due = described(rotating)["NextRotationDate"]

    second = rotating.call(operation, SecretId="db", SecretString="by hand")["VersionId"]

    members = described(rotating)
    assert members["VersionIdsToStages"] == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT"]}
    assert members["NextRotationDate"] == due + 2 * 86_400
    assert "LastRotatedDate" not in members
    assert "RotationAbandoned" in rotating.event_names()
    rotating.call("RotateSecret", SecretId="db")


def test_a_new_description_abandons_nothing(rotating: Region) -> None:
    create(rotating)
    made = rotate(rotating)

    rotating.call("UpdateSecret", SecretId="db", Description="new")

    assert described(rotating)["VersionIdsToStages"][made] == ["AWSPENDING"]
    assert "RotationAbandoned" not in rotating.event_names()


def test_a_rotation_token_is_taken_and_seen_nowhere(rotating: Region) -> None:
    """PutSecretValue: it says who calls; until roles exist, the root user needs none, and any is as good."""
    create(rotating)
    made = rotate(rotating)
    told = "secret-rotation-token-0123456789-abcdef"

    rotating.call(
        "PutSecretValue",
        SecretId="db",
        ClientRequestToken=made,
        SecretString="new",
        VersionStages=["AWSPENDING"],
        RotationToken=told,
    )

    assert told not in json.dumps(rotating.events())
    assert told.encode() not in rotating.everything_on_disk()
    put = next(event for event in rotating.events() if event["eventName"] == "PutSecretValue")
    assert put["requestParameters"]["rotationToken"] == "HIDDEN_DUE_TO_SECURITY_REASONS"


@pytest.mark.parametrize("told", ["too-short", "with blanks in it, and punctuation in it"])
def test_a_rotation_token_that_is_none_is_not_repeated(region: Region, told: str) -> None:
    create(region)

    code, text = region.refused("PutSecretValue", SecretId="db", SecretString="new", RotationToken=told)

    assert code == "ValidationException"
    assert told not in text


# Managed external secrets


def test_a_type_is_kept_and_shown(region: Region) -> None:
    create(region, Type=PARTNER)

    assert described(region)["Type"] == listed(region)["Type"] == PARTNER


def test_a_type_can_be_changed_and_taken_away(region: Region) -> None:
    create(region)

    region.call("UpdateSecret", SecretId="db", Type=PARTNER)
    assert described(region)["Type"] == PARTNER
    region.call("UpdateSecret", SecretId="db", Description="the rest stays")
    assert described(region)["Type"] == PARTNER
    region.call("UpdateSecret", SecretId="db", Type="")
    assert "Type" not in described(region)


def test_the_same_type_again_changes_nothing(region: Region) -> None:
    create(region, Type=PARTNER)
    commits = region.commits

    region.call("UpdateSecret", SecretId="db", Type=PARTNER)

    assert region.commits == commits


def test_any_type_is_taken(region: Region) -> None:
    """AWS adds partners from time to time, and its text for an unknown one is not documented."""
    create(region, Type="APartnerOfTomorrow")

    assert described(region)["Type"] == "APartnerOfTomorrow"


def test_a_partner_s_secret_is_rotated_through_a_role(rotating: Region) -> None:
    first = create(rotating, Type=PARTNER)
    metadata = [{"Key": "apiVersion", "Value": "v65.0"}]

    made = rotating.call(
        "RotateSecret",
        SecretId="db",
        ExternalSecretRotationRoleArn=ROLE,
        ExternalSecretRotationMetadata=metadata,
        RotationRules=RULES,
    )["VersionId"]

    members = described(rotating)
    assert members["VersionIdsToStages"] == {first: ["AWSCURRENT"], made: ["AWSPENDING"]}
    for shown in (members, listed(rotating)):
        assert shown["ExternalSecretRotationRoleArn"] == ROLE
        assert shown["ExternalSecretRotationMetadata"] == metadata
        assert "RotationLambdaARN" not in shown


def test_a_rotation_is_read_as_it_was_stored_by_another_process(rotating: Region) -> None:
    create(rotating)
    rotate(rotating, ClientRequestToken=token())
    before = described(rotating)

    rotating.stores.close()
    rotating.stores = rotating.open_stores()
    rotating.compose()

    assert described(rotating) == before
    assert rotating.refused("RotateSecret", SecretId="db") == PENDING
