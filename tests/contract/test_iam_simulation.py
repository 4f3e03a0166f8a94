"""IAM's policy simulator: it says what a real request is answered, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from tests.contract.iam_requests import AWS_READ_ONLY, done, pages, policy, refused, role, texts
from tests.contract.people import SECRET_OF_KEY, add_user, ask
from tests.contract.region import ACCOUNT, Answer, Region

ANN = f"arn:aws:iam::{ACCOUNT}:user/ann"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:db"
OTHER = "arn:aws:secretsmanager:us-east-1:210987654321:secret:db"
GET = "secretsmanager:GetSecretValue"


def said(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))


def allow(action: str = GET, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str = GET, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def several(name: str, *values: str) -> dict[str, str]:
    return {f"{name}.member.{number}": value for number, value in enumerate(values, 1)}


def entry(key: str, *values: str, type_: str = "string", number: int = 1) -> dict[str, str]:
    prefix = f"ContextEntries.member.{number}"
    return {
        f"{prefix}.ContextKeyName": key,
        f"{prefix}.ContextKeyType": type_,
        **several(f"{prefix}.ContextKeyValues", *values),
    }


def custom(
    region: Region,
    *policies: str,
    actions: tuple[str, ...] = (GET,),
    resources: tuple[str, ...] = (),
    more: Mapping[str, str] | None = None,
    **fields: str,
) -> Answer:
    lists = (
        several("PolicyInputList", *policies)
        | several("ActionNames", *actions)
        | several("ResourceArns", *resources)
    )
    answer: Answer = done(region, "SimulateCustomPolicy", **lists, **(more or {}), **fields)
    return answer


def principal(region: Region, arn: str = ANN, action: str = GET, **fields: str) -> Answer:
    asked = {"PolicySourceArn": arn, **several("ActionNames", action), **fields}
    answer: Answer = done(region, "SimulatePrincipalPolicy", **asked)
    return answer


def decisions(answer: Answer) -> list[str]:
    return texts(answer, "./*/EvaluationResults/member/EvalDecision")


def of_resources(answer: Answer) -> list[str]:
    return texts(answer, ".//EvalResourceDecision")


# Policies that are given


DECIDED = {
    "nothing says so": ((said(allow("secretsmanager:Put*")),), "implicitDeny"),
    "one says so": ((said(allow()),), "allowed"),
    "another one does": ((said(allow("kms:*")), said(allow())), "allowed"),
    "one denies": ((said(allow()), said(deny("secretsmanager:*"))), "explicitDeny"),
}


@pytest.mark.parametrize(("policies", "decision"), DECIDED.values(), ids=DECIDED)
def test_given_policies_decide(region: Region, policies: tuple[str, ...], decision: str) -> None:
    answer = custom(region, *policies)

    assert decisions(answer) == [decision]
    assert answer.text(".//EvalActionName") == GET
    assert answer.text(".//EvalResourceName") == "*"
    assert of_resources(answer) == []


def test_each_action_is_a_result_and_each_resource_stands_in_it(region: Region) -> None:
    rule = said(allow(resource=f"{SECRET}-*"), allow("secretsmanager:PutSecretValue"))
    actions = (GET, "secretsmanager:PutSecretValue")

    answer = custom(region, rule, actions=actions, resources=(f"{SECRET}-AbCdEf", f"{SECRET}2-AbCdEf"))
    assert decisions(answer) == ["implicitDeny", "allowed"]
    assert of_resources(answer) == ["allowed", "implicitDeny", "allowed", "allowed"]


def test_the_statements_that_decided_are_shown_where_they_stand(region: Region) -> None:
    first, second = said(allow("kms:*"), allow()), said(allow(Sid="two"))
    answer = custom(region, first, second)
    path = "./*/EvaluationResults/member/MatchedStatements/member"

    assert texts(answer, f"{path}/SourcePolicyId") == ["PolicyInputList.1", "PolicyInputList.2"]
    begin, end = (
        int(texts(answer, f"{path}/{edge}/Column")[0]) - 1 for edge in ("StartPosition", "EndPosition")
    )
    assert json.loads(first[begin:end]) == allow()

    denied = custom(region, first, said(deny()))
    assert texts(denied, f"{path}/SourcePolicyId") == ["PolicyInputList.2"]
    assert texts(custom(region, said(allow("kms:*"))), f"{path}/SourcePolicyId") == []


def test_context_entries_are_what_conditions_compare_with(region: Region) -> None:
    rule = said(
        allow(
            Condition={
                "StringEquals": {"aws:ResourceTag/Team": "red"},
                "Bool": {"aws:SecureTransport": "true"},
            }
        )
    )
    path = "./*/EvaluationResults/member/MissingContextValues/member"

    missing = custom(region, rule, more=entry("aws:securetransport", "true", type_="boolean"))
    assert decisions(missing) == ["implicitDeny"]
    assert texts(missing, path) == ["aws:ResourceTag/Team"]
    whole = entry("aws:SecureTransport", "true", type_="boolean") | entry(
        "aws:resourcetag/team", "red", number=2
    )
    given = custom(region, rule, more=whole)
    assert decisions(given) == ["allowed"]
    assert texts(given, path) == []


def test_a_variable_that_nobody_gives_is_missing(region: Region) -> None:
    rule = said(allow(resource="arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/Team}/*"))
    resource = SECRET.replace("secret:db", "secret:red/db")

    missing = custom(region, rule, resources=(resource,))
    assert texts(missing, ".//ResourceSpecificResults//MissingContextValues/member") == [
        "aws:PrincipalTag/Team"
    ]
    given = custom(region, rule, resources=(resource,), more=entry("aws:PrincipalTag/team", "red"))
    assert of_resources(given) == ["allowed"]


WRONG_ENTRIES = {
    "no number": entry("aws:MultiFactorAuthAge", "soon", type_="numeric"),
    "no date": entry("aws:CurrentTime", "soon", type_="date"),
    "no boolean": entry("aws:SecureTransport", "yes", type_="boolean"),
    "no address": entry("aws:SourceIp", "here", type_="ip"),
    "no base64": entry("kms:blob", "*", type_="binary"),
    "several of one": entry("aws:username", "ann", "bea"),
    "no value": entry("aws:username"),
}


@pytest.mark.parametrize("fields", WRONG_ENTRIES.values(), ids=WRONG_ENTRIES)
def test_what_is_no_context_entry_is_refused(region: Region, fields: dict[str, str]) -> None:
    asked = several("PolicyInputList", said(allow())) | several("ActionNames", GET)

    assert refused(region, "SimulateCustomPolicy", **asked, **fields)[:2] == (400, "InvalidInput")


def test_lists_of_values_are_taken(region: Region) -> None:
    rule = said(allow(Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}))

    for values, decision in ((("a", "b"), "allowed"), (("a", "c"), "implicitDeny")):
        answer = custom(region, rule, more=entry("aws:TagKeys", *values, type_="stringList"))
        assert decisions(answer) == [decision]


def test_a_boundary_limits_and_says_so(region: Region) -> None:
    def bounded(boundary: str) -> tuple[list[str], str]:
        answer = custom(region, said(allow()), more=several("PermissionsBoundaryPolicyInputList", boundary))
        return decisions(answer), answer.text(".//AllowedByPermissionsBoundary")

    assert bounded(said(allow("kms:*"))) == (["implicitDeny"], "false")
    assert bounded(said(allow(), deny())) == (["explicitDeny"], "false")
    assert bounded(said(allow("*"))) == (["allowed"], "true")


# A resource's policy


def resource_policy(arn: str = ANN) -> str:
    return said(allow(Principal={"AWS": arn}))


def test_a_resource_s_policy_lets_its_caller_in(region: Region) -> None:
    def decided(policy: str, **fields: str) -> list[str]:
        rule = said(allow("kms:*"))
        return of_resources(custom(region, rule, resources=(SECRET,), ResourcePolicy=policy, more=fields))

    assert decided(resource_policy(), CallerArn=ANN) == ["allowed"]
    assert decided(resource_policy(), CallerArn=f"{ANN}2") == ["implicitDeny"]
    job = f"arn:aws:iam::{ACCOUNT}:role/job"
    assert decided(resource_policy(job), CallerArn=job) == ["allowed"]


def test_across_accounts_both_sides_are_told_apart(region: Region) -> None:
    def decided(rule: str, **fields: str) -> tuple[list[str], dict[str, str]]:
        answer = custom(region, rule, resources=(OTHER,), CallerArn=ANN, more=fields)
        path = ".//ResourceSpecificResults/member/EvalDecisionDetails/entry"
        pairs = zip(texts(answer, f"{path}/key"), texts(answer, f"{path}/value"), strict=True)
        return of_resources(answer), dict(pairs)

    both = {"IAM Policy": "allowed", "Resource Policy": "allowed"}
    assert decided(said(allow()), ResourcePolicy=resource_policy()) == (["allowed"], both)
    assert decided(said(allow())) == (["implicitDeny"], {**both, "Resource Policy": "implicitDeny"})
    assert decided(said(allow("kms:*")), ResourcePolicy=resource_policy()) == (
        ["implicitDeny"],
        {**both, "IAM Policy": "implicitDeny"},
    )


def test_the_owner_of_what_names_none_is_said(region: Region) -> None:
    def decided(owner: str) -> list[str]:
        answer = custom(
            region,
            said(allow("s3:*")),
            actions=("s3:ListBucket",),
            resources=("arn:aws:s3:::bucket",),
            ResourceOwner=owner,
        )
        return of_resources(answer)

    assert decided(ACCOUNT) == ["allowed"]
    assert decided("210987654321") == decided("arn:aws:iam::210987654321:root") == ["implicitDeny"]


REFUSED = {
    "no policy": several("PolicyInputList", "{}"),
    "no boundary": several("PermissionsBoundaryPolicyInputList", "{}"),
    "two boundaries": several("PermissionsBoundaryPolicyInputList", said(allow()), said(allow())),
    "a wildcard for an action": several("ActionNames", "iam:*"),
    "an action of no service": several("ActionNames", "ListUsers"),
    "no ARN": several("ResourceArns", "db"),
    "no resource policy": {"ResourcePolicy": said(allow()), "CallerArn": ANN},
    "a resource policy and no caller": {"ResourcePolicy": resource_policy()},
    "a session for a caller": {"CallerArn": f"arn:aws:sts::{ACCOUNT}:assumed-role/job/now"},
    "no owner": {"ResourceOwner": "somebody"},
    "an organization": {
        "OrderedOrganizationPolicyInputList.member.1.ServiceControlPolicyInputList.member.1": said(allow())
    },
}


@pytest.mark.parametrize("fields", REFUSED.values(), ids=REFUSED)
def test_what_can_not_be_simulated_is_refused(region: Region, fields: dict[str, str]) -> None:
    asked = several("PolicyInputList", said(allow())) | several("ActionNames", GET)

    assert refused(region, "SimulateCustomPolicy", **(asked | fields))[:2] == (400, "InvalidInput")


def test_results_come_in_pages_in_the_order_of_the_actions(region: Region) -> None:
    asked = several("PolicyInputList", said(allow())) | several("ActionNames", "b:B", "a:A", "c:C")

    listed = pages(region, "SimulateCustomPolicy", ".//EvalActionName", **asked, MaxItems="2")
    assert list(listed) == [["b:B", "a:A"], ["c:C"]]


def test_a_page_ends_before_it_is_too_much_work(region: Region) -> None:
    asked = several("PolicyInputList", said(allow()))
    resources = several("ResourceArns", *(f"{SECRET}{number}" for number in range(600)))

    paged = pages(
        region,
        "SimulateCustomPolicy",
        ".//EvalActionName",
        **asked,
        **resources,
        **several("ActionNames", GET, GET),
    )
    assert [len(one) for one in paged] == [1, 1]


# Policies that stand


def test_a_user_s_policies_decide_as_they_do_of_its_requests(region: Region) -> None:
    add_user(region, "ann", policy=said(allow("secretsmanager:ListSecrets")))
    for operation, decision, status in (
        ("ListSecrets", "allowed", 200),
        ("GetRandomPassword", "implicitDeny", 400),
    ):
        assert decisions(principal(region, action=f"secretsmanager:{operation}")) == [decision]
        assert ask(region, "ann", operation).status == status


def test_the_source_of_each_statement_is_told(region: Region) -> None:
    add_user(region, "ann", policy=said(allow()))
    own = policy(region, "own", said(allow()))
    done(region, "CreateGroup", GroupName="readers")
    done(region, "AddUserToGroup", GroupName="readers", UserName="ann")
    done(region, "PutGroupPolicy", GroupName="readers", PolicyName="g", PolicyDocument=said(allow()))
    done(region, "AttachUserPolicy", UserName="ann", PolicyArn=own)
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
    done(region, "AttachUserPolicy", UserName="ann", PolicyArn=admin)

    def matched(answer: Answer) -> set[tuple[str, str]]:
        path = "./*/EvaluationResults/member/MatchedStatements/member"
        ids = texts(answer, f"{path}/SourcePolicyId")
        return set(zip(ids, texts(answer, f"{path}/SourcePolicyType"), strict=True))

    every = {
        ("p", "user"),
        ("own", "user-managed"),
        ("AdministratorAccess", "aws-managed"),
        ("g", "group"),
        ("PolicyInputList.1", "none"),
    }
    given = several("PolicyInputList", said(allow()))
    assert matched(principal(region, **given)) == every

    def without(**identifier: str) -> set[tuple[str, str]]:
        exclusion = {f"PolicyExclusionList.member.1.{name}": value for name, value in identifier.items()}
        return every - matched(principal(region, **given, **exclusion))

    assert without(PolicyType="inline") == {("p", "user"), ("g", "group")}
    assert without(PolicyType="user-managed") == without(PolicyArn=own) == {("own", "user-managed")}
    assert without(PolicyArn="arn:aws:iam::aws:policy/Admin*") == {("AdministratorAccess", "aws-managed")}
    inline = {
        "InlinePolicyIdentifier.PolicyName": "g",
        "InlinePolicyIdentifier.AttachmentType": "group",
        "InlinePolicyIdentifier.AttachmentName": "readers",
    }
    assert without(**inline) == {("g", "group")}
    of_group = principal(region, arn=f"arn:aws:iam::{ACCOUNT}:group/readers")
    assert matched(of_group) == {("g", "group")}


@pytest.mark.parametrize(
    "identifier",
    [{}, {"PolicyType": "inline", "PolicyArn": AWS_READ_ONLY}, {"PolicyArn": "arn:aws:iam::aws:policy/*a*"}],
    ids=["nothing", "two things", "two wildcards"],
)
def test_what_identifies_no_policy_is_refused(region: Region, identifier: dict[str, str]) -> None:
    add_user(region, "ann")
    asked = {"PolicySourceArn": ANN, **several("ActionNames", GET)}
    fields = {f"PolicyExclusionList.member.1.{name}": value for name, value in identifier.items()}
    if not fields:
        fields = {"PolicyExclusionList.member.1.Other": "x"}

    assert refused(region, "SimulatePrincipalPolicy", **asked, **fields)[:2] == (400, "InvalidInput")


def test_a_user_is_the_caller_and_its_tags_are_known(region: Region) -> None:
    condition = {
        "StringEquals": {"aws:PrincipalTag/Team": "red", "aws:username": "ann", "aws:PrincipalArn": ANN}
    }
    add_user(region, "ann", policy=said(allow(Condition=condition)), tags={"team": "red"})

    assert decisions(principal(region)) == ["allowed"]
    assert decisions(principal(region, **entry("aws:PrincipalTag/team", "blue"))) == ["implicitDeny"]
    as_bea = principal(region, CallerArn=ANN.replace("ann", "bea"))
    assert decisions(as_bea) == ["implicitDeny"]
    assert "aws:PrincipalTag/Team" in texts(as_bea, ".//MissingContextValues/member")


def test_a_role_s_boundary_counts_unless_another_is_given(region: Region) -> None:
    job = f"arn:aws:iam::{ACCOUNT}:role/job"
    role(region, "job", PermissionsBoundary=policy(region, "only-kms", said(allow("kms:*"))))
    done(region, "PutRolePolicy", RoleName="job", PolicyName="p", PolicyDocument=said(allow()))

    assert decisions(principal(region, job)) == ["implicitDeny"]
    given = several("PermissionsBoundaryPolicyInputList", said(allow("*")))
    assert decisions(principal(region, job, **given)) == ["allowed"]
    left_out = {"PolicyExclusionList.member.1.PolicyType": "permission-boundary"}
    assert decisions(principal(region, job, **left_out)) == ["allowed"]


ENTITY = ("SimulatePrincipalPolicy", "GetContextKeysForPrincipalPolicy")


@pytest.mark.parametrize("action", ENTITY)
def test_who_is_not_there_is_not_simulated(region: Region, action: str) -> None:
    asked = several("ActionNames", GET) if action == ENTITY[0] else {}

    absent = (404, "NoSuchEntity", "The user with name ann cannot be found.")
    assert refused(region, action, PolicySourceArn=ANN, **asked) == absent
    root = f"arn:aws:iam::{ACCOUNT}:root"
    text = f"Invalid Entity Arn: {root} does not clearly define entity type and name."
    assert refused(region, action, PolicySourceArn=root, **asked) == (400, "InvalidInput", text)


def test_a_policy_of_the_account_that_can_not_be_read_is_a_fault(region: Region) -> None:
    add_user(region, "ann", policy="no policy")

    fault = refused(region, "SimulatePrincipalPolicy", PolicySourceArn=ANN, **several("ActionNames", GET))
    assert fault == (500, "PolicyEvaluation", "A policy of the account can't be read.")


# Which condition keys there are


def test_context_keys_are_those_of_conditions_and_variables_once_each(region: Region) -> None:
    rule = said(
        allow(
            resource="arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/Team}/${aws:username}*",
            Condition={
                "StringEquals": {"aws:ResourceTag/team": "${aws:principaltag/team, 'none'}"},
                "Null": {"aws:UserName": "false"},
            },
        )
    )
    old = rule.replace("2012-10-17", "2008-10-17")
    keys = ".//ContextKeyNames/member"

    found = done(region, "GetContextKeysForCustomPolicy", **several("PolicyInputList", rule))
    assert texts(found, keys) == ["aws:ResourceTag/team", "aws:UserName", "aws:PrincipalTag/Team"]
    without_variables = done(region, "GetContextKeysForCustomPolicy", **several("PolicyInputList", old))
    assert texts(without_variables, keys) == ["aws:ResourceTag/team", "aws:UserName"]
    no_policy = several("PolicyInputList", "{}")
    assert refused(region, "GetContextKeysForCustomPolicy", **no_policy)[:2] == (400, "InvalidInput")


def test_context_keys_of_a_principal_are_its_policies(region: Region) -> None:
    add_user(region, "ann", policy=said(allow(Condition={"Bool": {"aws:SecureTransport": "true"}})))
    given = said(allow(Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}))

    asked = {"PolicySourceArn": ANN, **several("PolicyInputList", given)}
    found = done(region, "GetContextKeysForPrincipalPolicy", **asked)
    assert texts(found, ".//ContextKeyNames/member") == ["aws:SecureTransport", "aws:RequestedRegion"]


def test_who_may_simulate_is_a_matter_of_policy(region: Region) -> None:
    rule = said(
        allow("iam:SimulatePrincipalPolicy", Condition={"StringEquals": {"iam:ResourceTag/team": "red"}})
    )
    add_user(region, "red", policy=rule, tags={"team": "red"})
    add_user(region, "blue", tags={"team": "blue"})

    def asked(name: str) -> int:
        arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
        fields = {"PolicySourceArn": arn, **several("ActionNames", GET)}
        key = {"access_key_id": "AKIARED", "secret_access_key": SECRET_OF_KEY}
        return region.iam("SimulatePrincipalPolicy", fields, **key).status

    assert (asked("red"), asked("blue")) == (200, 403)
