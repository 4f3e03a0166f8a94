"""`watchword why`: the gate's own decision, with the statements that made it, from a Region's store and its trail."""

from __future__ import annotations

from typing import Any

import pytest
from tests.contract.people import add_role, add_user, ask, statement
from tests.contract.region import ACCOUNT, ROOT_ARN, Region, found_account

from watchword.api.call import Place
from watchword.cli.why import Question, answer, given_of, operation_of, principal_named, text
from watchword.cli.why_events import read
from watchword.identity.context import Circumstances
from watchword.server.deployment import HomeError

GET = "secretsmanager:GetSecretValue"
ANN = f"arn:aws:iam::{ACCOUNT}:user/ann"
BLUE_ONLY = {
    "Sid": "BlueOnly",
    "Effect": "Allow",
    "Action": GET,
    "Resource": "*",
    "Condition": {"StringEquals": {"secretsmanager:ResourceTag/team": "blue"}},
}


def why(region: Region, principal: str, action: str, resource: str, *context: str) -> tuple[bool, str]:
    operation = operation_of(action)
    question = Question(
        principal=principal,
        operation=operation,
        request=operation.request(),
        resource=resource,
        circumstances=Circumstances(region=region.name, now=region.clock.now),
        given=given_of(context),
    )
    return asked(region, question)


def asked(region: Region, question: Question) -> tuple[bool, str]:
    unit = region.stores.unit()
    place = Place(
        partition="aws", region=region.name, dns_suffix="amazonaws.com", hosted_regions=region.hosted
    )
    who = principal_named(question.principal, unit)
    explained, found = answer(question, principal=who, place=place, unit=unit)
    return explained.decision.allowed, text(explained, question=question, principal=who, found=found)


def secret(region: Region, team: str) -> str:
    made = region.call(
        "CreateSecret", Name=f"of-{team}", SecretString="v", Tags=[{"Key": "team", "Value": team}]
    )
    arn: str = made["ARN"]
    return arn


def test_the_statement_that_allows_is_named_with_the_values_that_it_compared(region: Region) -> None:
    blue = secret(region, "blue")
    add_user(region, "ann", policy=statement(BLUE_ONLY))

    allowed, said = why(region, ANN, GET, blue)

    assert allowed
    assert said.splitlines()[:2] == [
        f"allowed: {ANN}, {GET}, {blue}",
        "  because: allowed by identity-based policy `p`, statement 1 `BlueOnly`: StringEquals "
        "secretsmanager:ResourceTag/team `blue`, the request has `blue`",
    ]


def test_what_was_considered_and_did_not_apply_is_told_with_its_reason(region: Region) -> None:
    red = secret(region, "red")
    add_user(region, "ann", policy=statement(BLUE_ONLY))
    others = {"Effect": "Allow", "Principal": {"AWS": ROOT_ARN}, "Action": GET, "Resource": "*"}
    region.call("PutResourcePolicy", SecretId="of-red", ResourcePolicy=statement(others))

    allowed, said = why(region, ANN, GET, red)

    assert not allowed
    assert said.splitlines() == [
        f"denied: {ANN}, {GET}, {red}",
        "  because: no identity-based policy allows it",
        f"  the caller reads: {ask(region, 'ann', 'GetSecretValue', SecretId=red).refusal[2]}",
        "considered:",
        "  identity-based policy `p`, statement 1 `BlueOnly`: allow, does not apply: does not hold: StringEquals "
        "secretsmanager:ResourceTag/team `blue`, the request has `red`",
        "  resource-based policy `default`, statement 1: allow, applies: unconditional",
    ]


def test_circumstances_can_be_given(region: Region) -> None:
    blue = secret(region, "blue")
    inside = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    }
    add_user(region, "ann", policy=statement(BLUE_ONLY, inside))

    assert why(region, ANN, GET, blue, "aws:SourceIp=192.0.2.7")[0]
    allowed, said = why(region, ANN, GET, blue, "AWS:sourceip=198.51.100.7")
    assert not allowed
    assert "because: explicit deny by identity-based policy `p`, statement 2" in said


def test_a_role_is_asked_for_by_its_arn_or_a_session_s(region: Region) -> None:
    blue = secret(region, "blue")
    for_nobody = {"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"}
    add_role(region, "job", policy=statement(BLUE_ONLY), trust=statement(for_nobody))
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/job/nightly"

    assert why(region, f"arn:aws:iam::{ACCOUNT}:role/job", GET, blue)[0]
    assert why(region, session, GET, blue)[0]
    add_user(region, "ann")
    trust = why(region, ANN, "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/job")
    assert not trust[0]
    assert "no role trust policy allows it" in trust[1]


def test_both_accounts_sides_are_told(region: Region) -> None:
    other = "210987654321"
    found_account(region, other, access_key_id="AKIAOTHER", secret_access_key="s" * 40)
    blue = secret(region, "blue")
    root = f"arn:aws:iam::{other}:root"

    assert "no resource-based policy allows it" in why(region, root, GET, blue)[1]
    letting_in = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": GET, "Resource": "*"}
    region.call("PutResourcePolicy", SecretId="of-blue", ResourcePolicy=statement(letting_in))
    assert why(region, root, GET, blue)[0]


def test_a_key_decides_by_its_policy_and_its_grants(region: Region) -> None:
    key = region.call("CreateKey")["KeyMetadata"]["Arn"]
    add_user(region, "ann")

    assert "because: no identity-based policy allows it" in why(region, ANN, "kms:Decrypt", key)[1]
    made = region.call("CreateGrant", KeyId=key, GranteePrincipal=ANN, Operations=["Decrypt"])
    allowed, said = why(region, ANN, "kms:decrypt", key)
    assert allowed
    assert f"because: allowed by grant {made['GrantId']}" in said


@pytest.mark.parametrize("operation", ["GetSecretValue", "TagResource"])
def test_an_event_of_the_trail_is_decided_again_by_the_policies_of_now(
    region: Region, operation: str
) -> None:
    blue = secret(region, "blue")
    add_user(region, "ann", policy=statement({**BLUE_ONLY, "Action": "*"}))
    members: dict[str, Any] = {"Tags": [{"Key": "a", "Value": "b"}]} if operation == "TagResource" else {}
    region.forget_events()
    ask(region, "ann", operation, SecretId=blue, **members)
    event = next(one for one in region.events() if one["eventName"] == operation)

    told = read(event)
    question = Question(
        principal=told.principal,
        operation=told.operation,
        request=told.request,
        resource=told.resource,
        circumstances=Circumstances(region=told.region, now=told.at_ms, source=told.source),
        given={},
    )

    assert told.summary == f"{operation} of {event['eventTime']} was carried out"
    assert (told.principal, told.resource, told.source) == (ANN, blue, "192.0.2.7")
    assert asked(region, question)[0]
    region.call("UntagResource", SecretId="of-blue", TagKeys=["team"])
    assert not asked(region, question)[0]


def test_a_refusal_in_the_trail_says_what_it_was_then(region: Region) -> None:
    add_user(region, "ann")
    region.forget_events()
    ask(region, "ann", "GetSecretValue", SecretId="none")
    (event,) = region.events()

    told = read(event)

    assert "ended in AccessDeniedException: User: " in told.summary
    assert told.summary.endswith("(then: no identity-based policy allows it)")
    assert told.resource == "none"


def test_a_request_is_read_back_from_its_event_without_what_is_hidden(region: Region) -> None:
    region.call(
        "CreateSecret",
        Name="n",
        SecretString="hidden",
        Tags=[{"Key": "k", "Value": "v"}],
        AddReplicaRegions=[{"Region": "us-east-2"}],
    )
    event = next(one for one in region.events() if one["eventName"] == "CreateSecret")

    request: Any = read(event).request

    assert (request.name, request.secret_string) == ("n", None)
    assert [(tag.key, tag.value) for tag in request.tags] == [("k", "v")]
    assert [one.region for one in request.add_replica_regions] == ["us-east-2"]


def test_an_event_that_policies_did_not_decide_on_says_so(region: Region) -> None:
    region.send(region.request("ListSecrets", b"{}", access_key_id="AKIANOBODY"))
    event = region.events()[-1]

    with pytest.raises(HomeError, match="nothing that policies decided on"):
        read(event)


NOBODY = {
    "a user that is not there": f"arn:aws:iam::{ACCOUNT}:user/none",
    "a role that is not there": f"arn:aws:sts::{ACCOUNT}:assumed-role/none/s",
    "an account that is not there": "arn:aws:iam::999999999999:root",
    "no ARN": "ann",
    "a secret": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:s",
}


@pytest.mark.parametrize("arn", NOBODY.values(), ids=NOBODY)
def test_who_is_nobody_is_refused_in_one_sentence(region: Region, arn: str) -> None:
    with pytest.raises(HomeError):
        principal_named(arn, region.stores.unit())


@pytest.mark.parametrize("pair", ["aws:SourceIp", "SourceIp=1", "=x"])
def test_what_is_no_condition_key_and_value_is_refused(pair: str) -> None:
    with pytest.raises(HomeError, match="condition key and its value"):
        given_of([pair])


def test_an_action_that_is_not_decided_here_is_refused() -> None:
    with pytest.raises(HomeError, match="`s3:GetObject` is no action that is decided here"):
        operation_of("s3:GetObject")
