"""What is said about a decision: AWS's words to the caller (facts B.7), the statement and its values to the trail."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from tests.unit.identity.decision_rows import (
    ANNA,
    ASSUME,
    GET,
    OURS,
    ROLE,
    ROOT,
    SECRET,
    SESSION,
    allow,
    deny,
    to,
)

from watchword.identity.compiled import ANONYMOUS, CallerKind, PolicySet, caller, compiled, policy_set
from watchword.identity.decision import (
    OWN,
    Asked,
    Decision,
    Granted,
    PoliciesOfPrincipal,
    ResourceSide,
    decide,
)
from watchword.identity.explanation import Considered, because, considered, refusal_text
from watchword.identity.policy_document import PolicyKind, parse

USER = caller(CallerKind.USER, ANNA)
STAGE = {"StringEquals": {"aws:ResourceTag/stage": ["test", "dev"]}}


def policy(
    *statements: dict[str, Any], name: str = "readers", kind: PolicyKind = PolicyKind.IDENTITY
) -> PolicySet:
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return policy_set([compiled(parse(text, kind=kind), name=name)])


def asked(**changes: Any) -> Asked:
    return msgspec.structs.replace(Asked(action=GET, resource=SECRET, caller=USER, context={}), **changes)


NO = PoliciesOfPrincipal()
ALLOWED = policy(allow())
DENIED = policy(allow(), deny(Sid="Never"))
SILENT = policy(allow(Action="s3:*"))
OTHERS = ResourceSide(account="210987654321")
TRUST = ResourceSide(is_role=True, decides_itself=True)

REASONS: dict[str, tuple[PoliciesOfPrincipal, ResourceSide, str, str]] = {
    "no identity policy": (NO, OWN, GET, f"because no identity-based policy allows the {GET} action"),
    "no resource's policy": (NO, OTHERS, GET, f"because no resource-based policy allows the {GET} action"),
    "no boundary": (
        PoliciesOfPrincipal(identity=ALLOWED, boundary=SILENT),
        OWN,
        GET,
        f"because no permissions boundary allows the {GET} action",
    ),
    "no session policy": (
        PoliciesOfPrincipal(identity=ALLOWED, session=SILENT),
        OWN,
        GET,
        f"because no session policy allows the {GET} action",
    ),
    "no trust policy": (NO, TRUST, ASSUME, f"because no role trust policy allows the {ASSUME} action"),
    "denied by identity": (
        PoliciesOfPrincipal(identity=DENIED),
        OWN,
        GET,
        "with an explicit deny in an identity-based policy",
    ),
    "denied by the resource": (
        NO,
        ResourceSide(policy=policy(deny(Principal="*"), kind=PolicyKind.RESOURCE)),
        GET,
        "with an explicit deny in a resource-based policy",
    ),
    "denied by the boundary": (
        PoliciesOfPrincipal(boundary=DENIED),
        OWN,
        GET,
        "with an explicit deny in a permissions boundary",
    ),
    "denied by the session policy": (
        PoliciesOfPrincipal(session=DENIED),
        OWN,
        GET,
        "with an explicit deny in a session policy",
    ),
    "denied by the trust policy": (
        NO,
        ResourceSide(
            is_role=True,
            decides_itself=True,
            policy=policy({"Effect": "Deny", "Principal": "*", "Action": "*"}, kind=PolicyKind.TRUST),
        ),
        ASSUME,
        "with an explicit deny in the role trust policy",
    ),
}


@pytest.mark.parametrize(("identity", "resource", "action", "reason"), REASONS.values(), ids=REASONS)
def test_a_refusal_is_told_in_aws_s_words(
    identity: PoliciesOfPrincipal, resource: ResourceSide, action: str, reason: str
) -> None:
    """Troubleshoot access denied error messages; which statement refused is not in it."""
    request = asked(action=action)

    decision = decide(request, identity=identity, resource=resource)

    expected = f"User: {ANNA} is not authorized to perform: {action} on resource: {SECRET} {reason}"
    assert refusal_text(request, decision) == expected


def test_a_refusal_on_everything_names_no_resource() -> None:
    request = asked(action="secretsmanager:ListSecrets", resource="*")

    text = refusal_text(request, decide(request, identity=NO))

    assert text == (
        f"User: {ANNA} is not authorized to perform: secretsmanager:ListSecrets"
        " because no identity-based policy allows the secretsmanager:ListSecrets action"
    )


def test_a_refusal_names_what_was_sent_where_nothing_was_found() -> None:
    request = asked(resource="prod/db")

    assert "on resource: prod/db because" in refusal_text(request, decide(request, identity=NO))


def test_a_session_is_named_as_itself() -> None:
    request = asked(caller=caller(CallerKind.ROLE_SESSION, SESSION, issuer_arn=ROLE))

    assert refusal_text(request, decide(request, identity=NO)).startswith(f"User: {SESSION} is not")


WHY: dict[str, tuple[Asked, PoliciesOfPrincipal, ResourceSide, str]] = {
    "the root user": (asked(caller=caller(CallerKind.ROOT, ROOT)), NO, OWN, "the root user of the account"),
    "nothing": (asked(), NO, OWN, "no identity-based policy allows it"),
    "a grant": (
        asked(),
        NO,
        ResourceSide(grants=(Granted(grant_id="abc", grantee=ANNA),)),
        "allowed by grant abc",
    ),
    "an Allow": (
        asked(),
        PoliciesOfPrincipal(identity=ALLOWED),
        OWN,
        "allowed by identity-based policy `readers`, statement 1",
    ),
    "a Deny": (
        asked(),
        PoliciesOfPrincipal(identity=DENIED),
        OWN,
        "explicit deny by identity-based policy `readers`, statement 2 `Never`",
    ),
    "a condition and its value": (
        asked(context={"aws:resourcetag/stage": ("test",)}),
        PoliciesOfPrincipal(identity=policy(allow(Condition=STAGE))),
        OWN,
        "allowed by identity-based policy `readers`, statement 1: "
        "StringEquals aws:ResourceTag/stage `test`, `dev`, the request has `test`",
    ),
    "a key that is missing": (
        asked(),
        PoliciesOfPrincipal(
            identity=policy(
                allow(), deny(Condition={"ForAllValues:StringNotEqualsIfExists": {"aws:TagKeys": "owner"}})
            )
        ),
        OWN,
        "explicit deny by identity-based policy `readers`, statement 2: "
        "ForAllValues:StringNotEqualsIfExists aws:TagKeys `owner`, the request has none",
    ),
}


@pytest.mark.parametrize(("request_", "identity", "resource", "why"), WHY.values(), ids=WHY)
def test_the_trail_is_told_which_statement_and_which_value(
    request_: Asked, identity: PoliciesOfPrincipal, resource: ResourceSide, why: str
) -> None:
    assert because(request_, decide(request_, identity=identity, resource=resource)) == why


def test_long_values_and_long_lists_are_cut() -> None:
    values = [f"{number}" + "x" * 200 for number in range(100)]
    request = asked(context={"aws:resourcetag/stage": ("0" + "x" * 200,)})
    made = policy(allow(Condition={"StringLike": {"aws:ResourceTag/stage": values}}))

    text = because(request, decide(request, identity=PoliciesOfPrincipal(identity=made)))

    assert len(text) < 2_000
    assert "and 92 more" in text


def test_many_conditions_are_cut() -> None:
    made = policy(allow(Condition={"Null": {f"aws:RequestTag/{number}": "true" for number in range(100)}}))

    text = because(asked(), decide(asked(), identity=PoliciesOfPrincipal(identity=made)))

    assert len(text) < 1_000
    assert text.endswith("; and 92 more")


def test_every_statement_that_means_the_action_is_accounted_for() -> None:
    request = asked(context={"aws:resourcetag/stage": ("prod",)})
    identity = PoliciesOfPrincipal(
        identity=policy(
            allow(Action="kms:*"),
            allow(Resource="arn:aws:secretsmanager:*:*:secret:test/*"),
            allow(Condition=STAGE),
            allow(),
        ),
        boundary=ALLOWED,
    )
    resource = ResourceSide(
        account=OURS,
        policy=policy(to({"AWS": ROLE}), deny(Principal={"AWS": ROLE}), kind=PolicyKind.RESOURCE),
    )

    said = [
        (one.by.value, one.statement.index, one.applies, one.because)
        for one in considered(request, identity=identity, resource=resource)
    ]

    assert said == [
        ("identity-based policy", 1, False, "does not cover the resource"),
        (
            "identity-based policy",
            2,
            False,
            "does not hold: StringEquals aws:ResourceTag/stage `test`, `dev`, the request has `prod`",
        ),
        ("identity-based policy", 3, True, "unconditional"),
        ("permissions boundary", 0, True, "unconditional"),
        ("resource-based policy", 0, False, "does not name the user"),
        ("resource-based policy", 1, False, "does not name the user"),
    ]


def test_nobody_known_is_told_of_as_well() -> None:
    resource = ResourceSide(policy=policy(to({"AWS": OURS}), kind=PolicyKind.RESOURCE))

    said: tuple[Considered, ...] = considered(asked(caller=ANONYMOUS), identity=NO, resource=resource)

    assert [one.because for one in said] == ["does not name the caller"]


def test_an_allowance_has_no_refusal() -> None:
    decision: Decision = decide(asked(), identity=PoliciesOfPrincipal(identity=ALLOWED))

    with pytest.raises(AssertionError):
        refusal_text(asked(), decision)
