"""boto3's IAM client against two running Regions: what tools make of roles and policies, in their order of calls.

All is asked of the Region that is not the control Region, so that each change is forwarded to that and read again at home.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import boto3
import pytest
from tests.integration.deployment import OHIO, VIRGINIA, Deployment, deployed, until
from tests.integration.identity import allow, deny, policy, refused

AT_ONCE = {"Delay": 1, "MaxAttempts": 5}
ACCOUNT_PAGE = {"PageSize": 2}


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed(workers=1) as running:
        yield running


@pytest.fixture
def iam(deployment: Deployment) -> Any:
    """A client of the Region where nothing of IAM's is written."""
    return client_of(deployment, OHIO)


def client_of(deployment: Deployment, region: str, service: str = "iam") -> Any:
    return boto3.client(
        service,
        endpoint_url=deployment.endpoint(region, door=False),
        region_name=region,
        aws_access_key_id=deployment.env["access_key_id"],
        aws_secret_access_key=deployment.env["secret_access_key"],
    )


def trust(*principals: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def account_of(deployment: Deployment) -> str:
    account: str = client_of(deployment, OHIO, "sts").get_caller_identity()["Account"]
    return account


def test_a_role_is_made_read_and_taken_down_as_tools_do(deployment: Deployment, iam: Any) -> None:
    trusted = trust(f"arn:aws:iam::{account_of(deployment)}:root")
    reading = json.loads(policy(allow("secretsmanager:GetSecretValue")))
    made = iam.create_role(
        RoleName="app",
        Path="/apps/",
        AssumeRolePolicyDocument=json.dumps(trusted, indent=2),
        Tags=[{"Key": "team", "Value": "red"}],
    )["Role"]
    iam.get_waiter("role_exists").wait(RoleName="app", WaiterConfig=AT_ONCE)
    arn = iam.create_policy(PolicyName="read", PolicyDocument=json.dumps(reading))["Policy"]["Arn"]
    iam.get_waiter("policy_exists").wait(PolicyArn=arn, WaiterConfig=AT_ONCE)
    iam.attach_role_policy(RoleName="app", PolicyArn=arn)
    iam.put_role_policy(RoleName="app", PolicyName="inline", PolicyDocument=json.dumps(reading))

    assert made["AssumeRolePolicyDocument"] == trusted
    role = iam.get_role(RoleName="app")["Role"]
    assert role["AssumeRolePolicyDocument"] == trusted
    assert role["Tags"] == [{"Key": "team", "Value": "red"}]
    assert iam.get_role_policy(RoleName="app", PolicyName="inline")["PolicyDocument"] == reading
    version = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
    assert version["Document"] == reading
    assert iam.list_role_policies(RoleName="app")["PolicyNames"] == ["inline"]
    attached = iam.list_attached_role_policies(RoleName="app")["AttachedPolicies"]
    assert attached == [{"PolicyName": "read", "PolicyArn": arn}]
    # The control Region has what was forwarded to it.
    control = client_of(deployment, VIRGINIA)
    assert control.get_role(RoleName="app")["Role"]["RoleId"] == role["RoleId"]

    assert refused(iam.delete_role, RoleName="app") == "DeleteConflict"
    iam.detach_role_policy(RoleName="app", PolicyArn=arn)
    iam.delete_role_policy(RoleName="app", PolicyName="inline")
    iam.delete_policy(PolicyArn=arn)
    iam.delete_role(RoleName="app")
    assert refused(iam.get_role, RoleName="app") == "NoSuchEntity"


def test_a_trust_policy_shows_who_is_gone(iam: Any) -> None:
    user = iam.create_user(UserName="ann")["User"]
    iam.create_role(RoleName="trusting", AssumeRolePolicyDocument=json.dumps(trust(user["Arn"])))

    def trusted() -> list[str]:
        shown = iam.get_role(RoleName="trusting")["Role"]["AssumeRolePolicyDocument"]
        named: list[str] = shown["Statement"][0]["Principal"]["AWS"]
        return named

    assert trusted() == [user["Arn"]]
    iam.delete_user(UserName="ann")
    iam.create_user(UserName="ann")
    assert trusted() == [user["UserId"]]


def test_an_instance_profile_has_its_role(deployment: Deployment, iam: Any) -> None:
    trusted = json.dumps(trust(account_of(deployment)))
    iam.create_role(RoleName="machine", AssumeRolePolicyDocument=trusted)
    iam.create_instance_profile(InstanceProfileName="box")
    iam.get_waiter("instance_profile_exists").wait(InstanceProfileName="box", WaiterConfig=AT_ONCE)
    iam.add_role_to_instance_profile(InstanceProfileName="box", RoleName="machine")

    profile = iam.get_instance_profile(InstanceProfileName="box")["InstanceProfile"]
    assert [role["RoleName"] for role in profile["Roles"]] == ["machine"]
    assert refused(iam.delete_role, RoleName="machine") == "DeleteConflict"


def test_every_list_comes_whole_in_pages(iam: Any) -> None:
    for number in range(5):
        made = policy(allow("kms:Decrypt"))
        iam.create_policy(PolicyName=f"paged-{number}", PolicyDocument=made, Path="/paged/")
    lists = {"list_policies": "Policies", "list_roles": "Roles", "list_instance_profiles": "InstanceProfiles"}

    for operation, member in lists.items():
        pages = iam.get_paginator(operation).paginate(PaginationConfig=ACCOUNT_PAGE)
        names = [one["Arn"] for page in pages for one in page[member]]
        whole = getattr(iam, operation)()[member]
        assert names == [one["Arn"] for one in whole]
        assert len(set(names)) == len(names)
    paged = iam.get_paginator("list_policies").paginate(PathPrefix="/paged/", PaginationConfig=ACCOUNT_PAGE)
    assert [len(page["Policies"]) for page in paged] == [2, 2, 1]


def test_a_simulation_says_what_a_request_is_answered(deployment: Deployment, iam: Any) -> None:
    user = iam.create_user(UserName="simulated")["User"]
    rules = policy(allow("secretsmanager:*"), deny("secretsmanager:DeleteSecret"), allow("kms:ListKeys"))
    iam.put_user_policy(UserName="simulated", PolicyName="p", PolicyDocument=rules)
    key = iam.create_access_key(UserName="simulated")["AccessKey"]
    secrets = deployment.client(
        OHIO, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )
    until(lambda: refused(secrets.list_secrets) == "", what="the new key in force")
    actions = ["secretsmanager:ListSecrets", "secretsmanager:DeleteSecret", "kms:CreateKey"]

    results = iam.simulate_principal_policy(PolicySourceArn=user["Arn"], ActionNames=actions)
    said = {one["EvalActionName"]: one["EvalDecision"] for one in results["EvaluationResults"]}
    assert said == dict(zip(actions, ["allowed", "explicitDeny", "implicitDeny"], strict=True))
    assert refused(partial(secrets.delete_secret, SecretId="any")) == "AccessDeniedException"
    denied = results["EvaluationResults"][1]["MatchedStatements"]
    assert [one["SourcePolicyId"] for one in denied] == ["p"]
    begin, end = (denied[0][edge]["Column"] - 1 for edge in ("StartPosition", "EndPosition"))
    assert json.loads(rules[begin:end])["Effect"] == "Deny"


def test_a_provider_is_trusted_by_a_role(iam: Any) -> None:
    arn = iam.create_open_id_connect_provider(Url="https://id.example.com", ClientIDList=["app"])[
        "OpenIDConnectProviderArn"
    ]
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"id.example.com:aud": "app"}},
    }
    trusting = {"Version": "2012-10-17", "Statement": [statement]}
    iam.create_role(RoleName="federated", AssumeRolePolicyDocument=json.dumps(trusting))

    assert iam.get_role(RoleName="federated")["Role"]["AssumeRolePolicyDocument"] == trusting
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ClientIDList"] == ["app"]
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert refused(iam.get_open_id_connect_provider, OpenIDConnectProviderArn=arn) == "NoSuchEntity"
