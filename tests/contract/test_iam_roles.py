"""IAM's roles, asked with real requests: made, shown, trusted, tagged, bounded, deleted, and what is refused."""

from __future__ import annotations

import json

import pytest
from tests.contract.iam_requests import (
    AWS_READ_ONLY,
    READ,
    document,
    done,
    pages,
    refused,
    role,
    tags,
    texts,
    trust,
)
from tests.contract.people import add_role, change, directory
from tests.contract.region import ACCOUNT, Region

from watchword.identity.model import Role

NOT_THERE = (404, "NoSuchEntity", "The role with name none cannot be found.")
LINKED = "AWSServiceRoleForLambda"
ANN = f"arn:aws:iam::{ACCOUNT}:user/ann"


def linked(region: Region) -> str:
    made = done(region, "CreateServiceLinkedRole", AWSServiceName="lambda.amazonaws.com")
    name: str = made.text(".//RoleName")
    return name


def test_a_role_is_shown_as_it_was_made(region: Region) -> None:
    fields = tags(team="red")
    role_id = role(
        region,
        "Deploy",
        Path="/ci/",
        Description="deploys",
        MaxSessionDuration="7200",
        PermissionsBoundary=AWS_READ_ONLY,
        **fields,
    )

    shown = done(region, "GetRole", RoleName="deploy")
    assert role_id.startswith("AROA")
    assert shown.text(".//RoleId") == role_id
    assert shown.text(".//Arn") == f"arn:aws:iam::{ACCOUNT}:role/ci/Deploy"
    assert shown.text(".//Description") == "deploys"
    assert shown.text(".//MaxSessionDuration") == "7200"
    assert shown.text(".//PermissionsBoundaryArn") == AWS_READ_ONLY
    assert shown.text(".//Tags/member/Value") == "red"
    assert document(shown, ".//AssumeRolePolicyDocument") == json.loads(trust(ACCOUNT))


def test_a_name_is_taken_in_any_case(region: Region) -> None:
    role(region, "job")

    assert refused(region, "CreateRole", RoleName="JOB", AssumeRolePolicyDocument=trust(ACCOUNT)) == (
        409,
        "EntityAlreadyExists",
        "Role with name JOB already exists.",
    )


OF_NONE = {
    "GetRole": {},
    "UpdateRole": {},
    "UpdateRoleDescription": {"Description": "x"},
    "UpdateAssumeRolePolicy": {"PolicyDocument": trust(ACCOUNT)},
    "DeleteRole": {},
    "TagRole": tags(a="b"),
    "UntagRole": {"TagKeys.member.1": "a"},
    "ListRoleTags": {},
    "PutRolePermissionsBoundary": {"PermissionsBoundary": AWS_READ_ONLY},
    "DeleteRolePermissionsBoundary": {},
    "DeleteServiceLinkedRole": {},
}


@pytest.mark.parametrize(("action", "fields"), OF_NONE.items(), ids=OF_NONE)
def test_a_role_that_is_not_there_is_not_found(region: Region, action: str, fields: dict[str, str]) -> None:
    assert refused(region, action, RoleName="none", **fields) == NOT_THERE


def test_pages_of_roles_have_those_of_a_path(region: Region) -> None:
    for name in "abcde":
        role(region, f"in-{name}", Path="/in/")
    role(region, "out")

    listed = list(pages(region, "ListRoles", ".//Roles/member/RoleName", PathPrefix="/in/", MaxItems="2"))
    assert listed == [["in-a", "in-b"], ["in-c", "in-d"], ["in-e"]]


def test_a_list_has_no_tags_and_no_boundary(region: Region) -> None:
    role(region, "job", PermissionsBoundary=AWS_READ_ONLY, **tags(a="b"))

    listed = done(region, "ListRoles")
    assert texts(listed, ".//Tags") == []
    assert texts(listed, ".//PermissionsBoundary") == []


# Trust


def test_a_trust_policy_follows_whom_it_names_and_no_namesake(region: Region) -> None:
    user_id = done(region, "CreateUser", UserName="ann").text(".//UserId")
    role(region, "job", AssumeRolePolicyDocument=trust(ANN))

    def trusted() -> object:
        shown = document(done(region, "GetRole", RoleName="job"), ".//AssumeRolePolicyDocument")
        return shown["Statement"][0]["Principal"]["AWS"]

    assert trusted() == [ANN]
    done(region, "UpdateUser", UserName="ann", NewUserName="bea")
    assert trusted() == [f"arn:aws:iam::{ACCOUNT}:user/bea"]

    done(region, "DeleteUser", UserName="bea")
    done(region, "CreateUser", UserName="bea")
    assert trusted() == [user_id]


def test_a_trust_policy_is_replaced_whole(region: Region) -> None:
    role(region, "job")
    written = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
        },
        indent=3,
    )

    done(region, "UpdateAssumeRolePolicy", RoleName="job", PolicyDocument=written)
    shown = done(region, "GetRole", RoleName="job")
    assert document(shown, ".//AssumeRolePolicyDocument") == json.loads(written)
    assert "+" not in shown.text(".//AssumeRolePolicyDocument")


NO_TRUST = {
    "no JSON": ("{", "This policy contains invalid Json"),
    "a member twice": (
        '{"Version":"2012-10-17","Version":"2012-10-17"}',
        "This policy contains invalid Json",
    ),
    "a policy of a user": (READ, "Syntax errors in policy."),
    "an unknown user": (trust(ANN), f'Invalid principal in policy: "AWS":"{ANN}"'),
    "a part of an account": (trust("12345"), "Invalid principal in policy."),
}


@pytest.mark.parametrize(("written", "said"), NO_TRUST.values(), ids=NO_TRUST)
def test_what_is_no_trust_policy_is_refused(region: Region, written: str, said: str) -> None:
    role(region, "job")
    malformed = (400, "MalformedPolicyDocument", said)

    assert refused(region, "CreateRole", RoleName="new", AssumeRolePolicyDocument=written) == malformed
    assert refused(region, "UpdateAssumeRolePolicy", RoleName="job", PolicyDocument=written) == malformed
    assert directory(region).role_named("new") is None


def trust_of_length(characters: int) -> str:
    short = json.loads(trust(ACCOUNT))
    short["Statement"][0]["Condition"] = {"StringEquals": {"sts:ExternalId": ""}}
    missing = characters - len(json.dumps(short, separators=(",", ":")))
    short["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"] = "x" * missing
    return json.dumps(short, indent=4)


def test_a_trust_policy_has_2048_characters_at_most_without_blanks(region: Region) -> None:
    role(region, "job", AssumeRolePolicyDocument=trust_of_length(2_048))
    too_long = (409, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")

    longer = trust_of_length(2_049)
    assert refused(region, "CreateRole", RoleName="new", AssumeRolePolicyDocument=longer) == too_long
    assert refused(region, "UpdateAssumeRolePolicy", RoleName="job", PolicyDocument=longer) == too_long


# Change


def test_an_update_sets_the_description_and_the_longest_session(region: Region) -> None:
    role(region, "job", Description="old", MaxSessionDuration="7200")

    done(region, "UpdateRole", RoleName="job", Description="new")
    shown = done(region, "GetRole", RoleName="job")
    assert (shown.text(".//Description"), shown.text(".//MaxSessionDuration")) == ("new", "3600")

    described = done(region, "UpdateRoleDescription", RoleName="job", Description="newer")
    assert described.text(".//Description") == "newer"
    assert done(region, "GetRole", RoleName="job").text(".//Description") == "newer"


def test_tags_are_laid_over_taken_away_and_paged(region: Region) -> None:
    role(region, "job", **tags(Team="red", stage="test"))
    done(region, "TagRole", RoleName="job", **tags(team="blue"))

    listed = list(pages(region, "ListRoleTags", ".//Tags/member/Value", RoleName="job", MaxItems="1"))
    assert listed == [["blue"], ["test"]]
    done(region, "UntagRole", RoleName="job", **{"TagKeys.member.1": "TEAM"})
    assert texts(done(region, "ListRoleTags", RoleName="job"), ".//Tags/member/Key") == ["stage"]


def test_a_tag_twice_and_a_tag_too_many_are_refused(region: Region) -> None:
    role(region, "job", **tags(**{f"k{number}": "v" for number in range(49)}))

    twice = tags(a="1", A="2")
    duplicate = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    assert refused(region, "TagRole", RoleName="job", **twice) == (400, "InvalidInput", duplicate)
    made = {"RoleName": "other", "AssumeRolePolicyDocument": trust(ACCOUNT)}
    assert refused(region, "CreateRole", **made, **twice) == (400, "InvalidInput", duplicate)

    done(region, "TagRole", RoleName="job", **tags(last="v"))
    assert refused(region, "TagRole", RoleName="job", **tags(more="v"))[:2] == (409, "LimitExceeded")


def test_a_boundary_is_put_and_taken_away(region: Region) -> None:
    role(region, "job")
    done(region, "PutRolePermissionsBoundary", RoleName="job", PermissionsBoundary=AWS_READ_ONLY)
    assert done(region, "GetRole", RoleName="job").text(".//PermissionsBoundaryArn") == AWS_READ_ONLY

    done(region, "DeleteRolePermissionsBoundary", RoleName="job")
    assert refused(region, "DeleteRolePermissionsBoundary", RoleName="job")[:2] == (404, "NoSuchEntity")


NO_BOUNDARY = {
    "not there": (f"arn:aws:iam::{ACCOUNT}:policy/none", (404, "NoSuchEntity")),
    "no policy": (f"arn:aws:iam::{ACCOUNT}:user/ann", (400, "InvalidInput")),
}


@pytest.mark.parametrize(("arn", "answer"), NO_BOUNDARY.values(), ids=NO_BOUNDARY)
def test_what_is_no_boundary_is_refused(region: Region, arn: str, answer: tuple[int, str]) -> None:
    role(region, "job")
    new = {"RoleName": "new", "AssumeRolePolicyDocument": trust(ACCOUNT)}

    put = refused(region, "PutRolePermissionsBoundary", RoleName="job", PermissionsBoundary=arn)
    assert put[:2] == answer
    assert refused(region, "CreateRole", **new, PermissionsBoundary=arn)[:2] == answer


def test_an_account_has_1000_roles(region: Region) -> None:
    change(
        region,
        *(Role(role_id=f"AROA{n}", name=f"r{n}", created_ms=0, trust=trust(ACCOUNT)) for n in range(999)),
    )

    role(region, "last")
    assert refused(region, "CreateRole", RoleName="more", AssumeRolePolicyDocument=trust(ACCOUNT)) == (
        409,
        "LimitExceeded",
        "Cannot exceed quota for RolesPerAccount: 1000",
    )
    assert refused(region, "CreateServiceLinkedRole", AWSServiceName="lambda.amazonaws.com")[:2] == (
        409,
        "LimitExceeded",
    )


# The end


def test_a_role_is_deleted_once_nothing_hangs_on_it(region: Region) -> None:
    role(region, "job")
    done(region, "PutRolePolicy", RoleName="job", PolicyName="p", PolicyDocument=READ)
    done(region, "AttachRolePolicy", RoleName="job", PolicyArn=AWS_READ_ONLY)
    done(region, "CreateInstanceProfile", InstanceProfileName="box")
    done(region, "AddRoleToInstanceProfile", InstanceProfileName="box", RoleName="job")
    steps = (
        (
            "remove roles from instance profile",
            "RemoveRoleFromInstanceProfile",
            {"InstanceProfileName": "box"},
        ),
        ("delete policies", "DeleteRolePolicy", {"PolicyName": "p"}),
        ("detach all policies", "DetachRolePolicy", {"PolicyArn": AWS_READ_ONLY}),
    )

    for what, action, fields in steps:
        text = f"Cannot delete entity, must {what} first."
        assert refused(region, "DeleteRole", RoleName="job") == (409, "DeleteConflict", text)
        done(region, action, RoleName="job", **fields)
    done(region, "DeleteRole", RoleName="job")
    assert refused(region, "GetRole", RoleName="job")[:2] == (404, "NoSuchEntity")


# Roles that a service is linked to


def test_a_service_linked_role_is_made_described_and_deleted(region: Region) -> None:
    made = done(
        region, "CreateServiceLinkedRole", AWSServiceName="lambda.amazonaws.com", Description="for it"
    )
    assert made.text(".//RoleName") == LINKED
    assert made.text(".//Arn").endswith(f":role/aws-service-role/lambda.amazonaws.com/{LINKED}")
    assert document(made, ".//AssumeRolePolicyDocument")["Statement"][0]["Principal"] == {
        "Service": "lambda.amazonaws.com"
    }
    done(region, "UpdateRole", RoleName=LINKED, Description="anybody's")

    task = done(region, "DeleteServiceLinkedRole", RoleName=LINKED).text(".//DeletionTaskId")
    status = done(region, "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
    assert status.text(".//Status") == "SUCCEEDED"
    assert directory(region).role_named(LINKED) is None


def test_a_service_has_another_linked_role_by_a_suffix(region: Region) -> None:
    linked(region)
    again = refused(region, "CreateServiceLinkedRole", AWSServiceName="lambda.amazonaws.com")
    assert again[:2] == (400, "InvalidInput")

    other = {"AWSServiceName": "lambda.amazonaws.com", "CustomSuffix": "two"}
    assert done(region, "CreateServiceLinkedRole", **other).text(".//RoleName") == f"{LINKED}_two"


def test_no_service_has_no_linked_role(region: Region) -> None:
    assert refused(region, "CreateServiceLinkedRole", AWSServiceName="lambda.example.com")[:2] == (
        400,
        "InvalidInput",
    )


OF_THE_SERVICE = {
    "UpdateRole": {"MaxSessionDuration": "7200"},
    "UpdateAssumeRolePolicy": {"PolicyDocument": trust(ACCOUNT)},
    "DeleteRole": {},
    "PutRolePermissionsBoundary": {"PermissionsBoundary": AWS_READ_ONLY},
    "DeleteRolePermissionsBoundary": {},
    "PutRolePolicy": {"PolicyName": "p", "PolicyDocument": READ},
    "DeleteRolePolicy": {"PolicyName": "p"},
    "AttachRolePolicy": {"PolicyArn": AWS_READ_ONLY},
    "DetachRolePolicy": {"PolicyArn": AWS_READ_ONLY},
}


@pytest.mark.parametrize(("action", "fields"), OF_THE_SERVICE.items(), ids=OF_THE_SERVICE)
def test_a_service_linked_role_is_the_service_s_to_change(
    region: Region, action: str, fields: dict[str, str]
) -> None:
    linked(region)

    assert refused(region, action, RoleName=LINKED, **fields) == (
        400,
        "UnmodifiableEntity",
        f"Cannot perform the operation on the protected role '{LINKED}' -"
        " this role is only modifiable by AWS",
    )


def test_only_a_service_linked_role_is_deleted_as_one(region: Region) -> None:
    role(region, "job")

    assert refused(region, "DeleteServiceLinkedRole", RoleName="job")[:2] == (404, "NoSuchEntity")


def test_a_deletion_that_nobody_asked_for_has_no_status(region: Region) -> None:
    held = add_role(region, "job")
    status = "GetServiceLinkedRoleDeletionStatus"

    assert refused(region, status, DeletionTaskId="nonsense")[:2] == (400, "InvalidInput")
    task = f"task/aws-service-role/lambda.amazonaws.com/job/{held.role_id}"
    assert refused(region, status, DeletionTaskId=task)[:2] == (404, "NoSuchEntity")
