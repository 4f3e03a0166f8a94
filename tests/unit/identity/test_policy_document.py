"""The grammar of policies: what is read, and what is refused (facts B.1, B.3, B.5)."""

from __future__ import annotations

import json

import pytest

from watchword.identity.policy_document import (
    DOCUMENT_CHARACTERS_MAX,
    OLD_VERSION,
    STATEMENTS_MAX,
    Condition,
    Effect,
    Fault,
    Operator,
    Policy,
    PolicyKind,
    PolicyRefused,
    Principals,
    Qualifier,
    Statement,
    parse,
    principal_faults,
    read,
)

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/anna"
RESOURCE, IDENTITY, TRUST = PolicyKind.RESOURCE, PolicyKind.IDENTITY, PolicyKind.TRUST

EVERYBODY: dict[str, object] = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
MINE: dict[str, object] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ASSUME: dict[str, object] = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}


def document(*statements: object, **elements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **elements})


def everybody(**elements: object) -> str:
    """A policy of one statement that is right but for these elements; one that is None is left out."""
    statement = {**EVERYBODY, **elements}
    return document({name: value for name, value in statement.items() if value is not None})


def only(policy: Policy) -> Statement:
    (statement,) = policy.statements
    return statement


# What is read


def test_a_policy_is_read_whole() -> None:
    text = document(
        {
            "Sid": "Readers of the database",
            "Effect": "Allow",
            "Principal": {"AWS": [USER, ACCOUNT], "Service": "lambda.amazonaws.com"},
            "Action": ["secretsmanager:GetSecretValue", "secretsmanager:Describe*"],
            "Resource": "*",
            "Condition": {
                "StringEquals": {"aws:ResourceTag/stage": ["test", "production"]},
                "ForAnyValue:StringLikeIfExists": {"aws:TagKeys": "team-*"},
                "NumericLessThan": {"aws:MultiFactorAuthAge": 300},
                "Bool": {"aws:SecureTransport": True},
            },
        },
        {"Effect": "Deny", "NotPrincipal": "*", "NotAction": "*", "NotResource": "*"},
        Id="a policy",
    )

    assert parse(text, kind=RESOURCE) == Policy(
        version="2012-10-17",
        policy_id="a policy",
        statements=(
            Statement(
                sid="Readers of the database",
                effect=Effect.ALLOW,
                principals=Principals(
                    everybody=False, aws=(USER, ACCOUNT), service=("lambda.amazonaws.com",)
                ),
                not_principals=None,
                actions=("secretsmanager:GetSecretValue", "secretsmanager:Describe*"),
                not_actions=(),
                resources=("*",),
                not_resources=(),
                conditions=(
                    condition(Operator.STRING_EQUALS, "aws:ResourceTag/stage", "test", "production"),
                    Condition(
                        qualifier=Qualifier.ANY,
                        operator=Operator.STRING_LIKE,
                        if_exists=True,
                        key="aws:TagKeys",
                        values=("team-*",),
                    ),
                    condition(Operator.NUMERIC_LESS_THAN, "aws:MultiFactorAuthAge", "300"),
                    condition(Operator.BOOL, "aws:SecureTransport", "true"),
                ),
            ),
            Statement(
                sid="",
                effect=Effect.DENY,
                principals=None,
                not_principals=Principals(everybody=True),
                actions=(),
                not_actions=("*",),
                resources=(),
                not_resources=("*",),
                conditions=(),
            ),
        ),
    )


def condition(operator: Operator, key: str, *values: str) -> Condition:
    return Condition(qualifier=None, operator=operator, if_exists=False, key=key, values=values)


def test_one_statement_needs_no_list() -> None:
    assert parse(json.dumps({"Statement": EVERYBODY}), kind=RESOURCE) == parse(
        json.dumps({"Version": OLD_VERSION, "Statement": [EVERYBODY]}), kind=RESOURCE
    )


@pytest.mark.parametrize(
    ("version", "has_variables"),
    [({}, False), ({"Version": OLD_VERSION}, False), ({"Version": "2012-10-17"}, True)],
)
def test_variables_stand_for_something_in_the_new_version_only(
    version: dict[str, str], has_variables: bool
) -> None:
    policy = parse(json.dumps({**version, "Statement": EVERYBODY}), kind=RESOURCE)

    assert policy.has_variables is has_variables


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["*"]}, {"AWS": [USER, "*"]}], ids=str)
def test_everybody_has_several_spellings(principal: object) -> None:
    named = only(parse(everybody(Principal=principal), kind=RESOURCE)).principals

    assert named is not None
    assert named.everybody
    assert "*" not in named.aws


@pytest.mark.parametrize("operator", Operator)
def test_every_operator_is_read(operator: Operator) -> None:
    value = {"Nu": "1", "Da": "2026-11-21", "Bo": "true", "Bi": "dg==", "Ip": "192.0.2.1", "No": "192.0.2.1"}
    text = everybody(
        Condition={operator: {"aws:Key": "true" if operator == "Null" else value.get(operator[:2], "v")}}
    )

    assert [one.operator for one in only(parse(text, kind=RESOURCE)).conditions] == [operator]


READ = {
    "an empty condition is none": everybody(Condition={}),
    "a Sid may be empty, more than once": document({**EVERYBODY, "Sid": ""}, {**EVERYBODY, "Sid": ""}),
    "a Sid of a resource's policy may have blanks": everybody(Sid="Enable root, and nobody else"),
    "all actions of all services": everybody(Action="*:*"),
    "actions in any case": everybody(Action="SecretsManager:getsecretvalue"),
    "a resource with wildcards in its fields": everybody(
        Resource="arn:aws:secretsmanager:*:123456789012:secret:db-??????"
    ),
    "a resource with a variable": everybody(Resource="arn:aws:s3:::home/${aws:username}/*"),
    "a condition key with blanks in a tag's name": everybody(
        Condition={"StringEquals": {"aws:ResourceTag/cost center": "7"}}
    ),
    "a condition key of an identity provider": everybody(
        Condition={"StringEquals": {"oidc.example.com/id/ABC:sub": "x"}}
    ),
    "what another escape of JSON says": everybody(
        Condition={"StringEquals": {"aws:PrincipalTag/name": "Zo\u0301e"}}
    ),
    "blanks and line ends around everything": json.dumps({"Statement": [EVERYBODY]}, indent=8).replace(
        "\n", "\r\n\t"
    ),
    "the last character that is allowed": everybody(Sid="\u00ff").replace("\\u00ff", "\u00ff"),
}


@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_what_is_read(text: str) -> None:
    assert parse(text, kind=RESOURCE).statements


@pytest.mark.parametrize(("kind", "statement"), [(IDENTITY, MINE), (RESOURCE, EVERYBODY), (TRUST, ASSUME)])
def test_each_kind_of_policy_has_its_own_elements(kind: PolicyKind, statement: dict[str, object]) -> None:
    assert parse(document(statement), kind=kind).statements
    for other in {IDENTITY, RESOURCE, TRUST} - {kind}:
        with pytest.raises(PolicyRefused):
            parse(document(statement), kind=other)


# What is refused

TWICE = document(EVERYBODY)[:-1]
MALFORMED: dict[str, str] = {
    "nothing": "",
    "no JSON": "policy",
    "two documents": document(EVERYBODY) * 2,
    "a list": f"[{document(EVERYBODY)}]",
    "a string": '"policy"',
    "a byte order mark": "\ufeff" + document(EVERYBODY),
    "a character beyond Latin-1": everybody(Sid="\u0100").replace("\\u0100", "\u0100"),
    "a control character": document(EVERYBODY) + "\v",
    "half of a surrogate pair": everybody(Condition={"StringEquals": {"aws:x": "\ud800"}}),
    "not a number": everybody(Condition={"NumericEquals": {"aws:x": float("nan")}}),
    "a number that is too large": everybody(Condition={"NumericEquals": {"aws:x": 1}}).replace(
        ": 1}", ": 1e999}"
    ),
    "deep nesting": "[" * 10_000 + "]" * 10_000,
    "deep nesting in place": everybody(Action="x").replace('"x"', "[" * 40 + "]" * 40),
    "no statement": json.dumps({"Version": "2012-10-17"}),
    "an empty list of statements": document(),
    "a statement that is null": json.dumps({"Statement": None}),
    "a statement that is text": document("Allow everything"),
    "a statement in a list in a list": document([EVERYBODY]),
    "an unknown element": document(EVERYBODY, Statements=[]),
    "an element in another case": json.dumps({"statement": [EVERYBODY]}),
    "an element twice": TWICE + ', "Version": "2012-10-17"}',
    "a version that is none": document(EVERYBODY, Version="2012-10-18"),
    "a version in a list": document(EVERYBODY, Version=["2012-10-17"]),
    "a version that is null": document(EVERYBODY, Version=None),
    "an id that is a number": document(EVERYBODY, Id=7),
    "an id that is null": document(EVERYBODY, Id=None),
    "an unknown element of a statement": everybody(Actions="*"),
    "an element of a statement in another case": everybody(effect="Allow"),
    "a Sid that is a number": everybody(Sid=1),
    "a Sid twice": document({**EVERYBODY, "Sid": "a"}, {**EVERYBODY, "Sid": "a"}),
    "no effect": everybody(Effect=None),
    "an effect in another case": everybody(Effect="allow"),
    "an effect in a list": everybody(Effect=["Allow"]),
    "no principal": everybody(Principal=None),
    "a principal and its negation": everybody(NotPrincipal="*"),
    "a principal without a kind": everybody(Principal=USER),
    "principals in a list": everybody(Principal=["*"]),
    "an empty map of principals": everybody(Principal={}),
    "an empty list of principals": everybody(Principal={"AWS": []}),
    "a kind of principal that is none": everybody(Principal={"aws": USER}),
    "a principal that is a number": everybody(Principal={"AWS": 123456789012}),
    "no action": everybody(Action=None),
    "an action and its negation": everybody(NotAction="*"),
    "an empty list of actions": everybody(Action=[]),
    "an empty action": everybody(Action=""),
    "an action without a service": everybody(Action="GetSecretValue"),
    "an action with two colons": everybody(Action="secretsmanager:Get:SecretValue"),
    "a wildcard within a service": everybody(Action="secrets*:GetSecretValue"),
    "an action that is a number": everybody(Action=[1]),
    "one wrong action among others": everybody(Action=["secretsmanager:GetSecretValue", "Get"]),
    "no resource": everybody(Resource=None),
    "a resource and its negation": everybody(NotResource="*"),
    "an empty list of resources": everybody(Resource=[]),
    "a resource by name": everybody(Resource="db"),
    "a resource with too few fields": everybody(Resource="arn:aws:secretsmanager:*"),
    "a resource with a wildcard in its service": everybody(Resource="arn:aws:*:us-east-1:123456789012:x"),
    "conditions in a list": everybody(Condition=[]),
    "an operator that is none": everybody(Condition={"StringIs": {"aws:x": "v"}}),
    "an operator in another case": everybody(Condition={"stringEquals": {"aws:x": "v"}}),
    "an operator without a key": everybody(Condition={"StringEquals": {}}),
    "an operator with a value and no key": everybody(Condition={"StringEquals": "v"}),
    "a prefix that is none": everybody(Condition={"ForSomeValues:StringEquals": {"aws:x": "v"}}),
    "two prefixes": everybody(Condition={"ForAnyValue:ForAnyValue:StringEquals": {"aws:x": "v"}}),
    "an empty prefix": everybody(Condition={":StringEquals": {"aws:x": "v"}}),
    "a suffix twice": everybody(Condition={"StringEqualsIfExistsIfExists": {"aws:x": "v"}}),
    "Null if it exists": everybody(Condition={"NullIfExists": {"aws:x": "true"}}),
    "Null for every value": everybody(Condition={"ForAllValues:Null": {"aws:x": "true"}}),
    "a condition key without a service": everybody(Condition={"StringEquals": {"PrincipalOrgID": "o-1"}}),
    "a condition key with a blank before its colon": everybody(Condition={"StringEquals": {"aws x:y": "v"}}),
    "a condition key twice in two cases": everybody(
        Condition={"StringEquals": {"aws:SourceVpc": "vpc-1", "AWS:sourcevpc": "vpc-2"}}
    ),
    "no value": everybody(Condition={"StringEquals": {"aws:x": []}}),
    "a value that is null": everybody(Condition={"StringEquals": {"aws:x": None}}),
    "a value that is a map": everybody(Condition={"StringEquals": {"aws:x": {}}}),
    "one value among others that is null": everybody(Condition={"StringEquals": {"aws:x": ["v", None]}}),
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_what_is_malformed(text: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        parse(text, kind=RESOURCE)

    assert refused.value.fault is Fault.SYNTAX


def test_what_the_table_of_malformed_policies_changes_was_right_before() -> None:
    """Else a row could be refused for another reason than its name says."""
    assert parse(everybody(), kind=RESOURCE).statements
    assert parse(TWICE + "}", kind=RESOURCE).statements


@pytest.mark.parametrize("kind", [IDENTITY, TRUST])
def test_the_sid_of_iam_s_own_policies_is_letters_and_digits(kind: PolicyKind) -> None:
    statement = MINE if kind is IDENTITY else ASSUME
    assert parse(document({**statement, "Sid": "Read2"}), kind=kind).statements

    with pytest.raises(PolicyRefused):
        parse(document({**statement, "Sid": "Read 2"}), kind=kind)


def test_a_document_has_a_longest_length() -> None:
    longest = document(EVERYBODY).ljust(DOCUMENT_CHARACTERS_MAX)
    assert parse(longest, kind=RESOURCE).statements

    with pytest.raises(PolicyRefused):
        parse(longest + " ", kind=RESOURCE)


def test_a_document_has_a_largest_number_of_statements() -> None:
    shortest = json.dumps(EVERYBODY, separators=(",", ":"))

    def of(count: int) -> str:
        return '{"Statement":[' + ",".join([shortest] * count) + "]}"

    assert len(parse(of(STATEMENTS_MAX), kind=RESOURCE).statements) == STATEMENTS_MAX
    assert len(of(STATEMENTS_MAX + 1)) <= DOCUMENT_CHARACTERS_MAX
    with pytest.raises(PolicyRefused):
        parse(of(STATEMENTS_MAX + 1), kind=RESOURCE)


def test_a_refusal_repeats_nothing_of_the_document() -> None:
    for text in (everybody(Marked="marked"), everybody(Condition={"marked": {}}), everybody(Action="marked")):
        with pytest.raises(PolicyRefused) as refused:
            parse(text, kind=RESOURCE)

        assert "marked" not in str(refused.value).lower()


VALUES: dict[Operator, tuple[list[object], list[object]]] = {
    Operator.NUMERIC_EQUALS: (
        [0, -1, 1.5, "3600", "+1.5e3"],
        ["", "1,5", "0x10", "one", "${aws:x}", "\u0661", "1\n"],
    ),
    Operator.DATE_LESS_THAN: (
        [
            "2026-11-21T10:00:00Z",
            "2026-11-21T10:00:00.5+01:00",
            "2026-11-21T10:00Z",
            "2026-11-21",
            "2026-11",
            "2026",
            "1795298400",
            1795298400,
        ],
        [
            "",
            "21.11.2026",
            "2026-02-30",
            "2026-13-01",
            "2026-11-21T25:00:00Z",
            "2026-11-21T10:00:00",
            "0000-01-01",
            "${aws:x}",
        ],
    ),
    Operator.BOOL: ([True, False, "true", "FALSE", "${aws:PrincipalTag/x}"], ["", "yes", 1]),
    Operator.NULL: ([True, "false"], ["", "${aws:x}", 0]),
    Operator.BINARY_EQUALS: (["dmFsdWU=", ""], ["dmFsdWU", "v v=", "dm\u00e4="]),
    Operator.IP_ADDRESS: (
        ["192.0.2.1", "192.0.2.7/24", "2001:db8::/32", "::1"],
        ["", "*", "192.0.2", "192.0.2.1/33", "192.0.2.0/255.255.255.0", "fe80::1%eth0", "${aws:x}", 7],
    ),
    Operator.ARN_LIKE: (["arn:aws:iam::*:role/x", "*", ""], []),
    Operator.STRING_NOT_LIKE: (["", "*", 7, True], []),
}


@pytest.mark.parametrize(("operator", "value"), [(o, v) for o, (right, _) in VALUES.items() for v in right])
def test_a_value_that_its_operator_can_compare(operator: Operator, value: object) -> None:
    assert parse(everybody(Condition={operator: {"aws:x": value}}), kind=RESOURCE)


@pytest.mark.parametrize(("operator", "value"), [(o, v) for o, (_, wrong) in VALUES.items() for v in wrong])
def test_a_value_that_its_operator_can_not_compare(operator: Operator, value: object) -> None:
    """Under a negated operator it would always match."""
    right = VALUES[operator][0][0]

    with pytest.raises(PolicyRefused):
        parse(everybody(Condition={operator: {"aws:x": [right, value]}}), kind=RESOURCE)


# Principals

NAMED = [
    ACCOUNT,
    f"arn:aws:iam::{ACCOUNT}:root",
    USER,
    f"arn:aws:iam::{ACCOUNT}:user/team/sub-team/anna+b@example.com",
    f"arn:aws-cn:iam::{ACCOUNT}:role/service-role/reader",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/session@1",
    f"arn:aws:sts::{ACCOUNT}:federated-user/anna",
]
NOBODY = [
    "",
    "anna",
    "12345678901",
    "1234567890123",
    "\u0661" * 12,
    "AROAEXAMPLEEXAMPLE001",
    f"arn:aws:iam::{ACCOUNT}:*",
    f"arn:aws:iam::{ACCOUNT}:user/*",
    f"arn:aws:iam::{ACCOUNT}:user/ann?",
    f"arn:aws:iam::{ACCOUNT}:role/*/reader",
    "arn:aws:iam::*:root",
    f"arn:*:iam::{ACCOUNT}:root",
    f"arn:aws:iam::{ACCOUNT}:group/readers",
    f"arn:aws:iam::{ACCOUNT}:policy/reader",
    f"arn:aws:iam::{ACCOUNT}:instance-profile/reader",
    f"arn:aws:iam::{ACCOUNT}:user",
    f"arn:aws:iam::{ACCOUNT}:user/",
    f"arn:aws:iam::{ACCOUNT}:user//anna",
    f"arn:aws:iam::{ACCOUNT}:user/an na",
    f"arn:aws:iam::{ACCOUNT}:user/{'a' * 65}",
    f"arn:aws:iam::{ACCOUNT}:Root",
    f"arn:aws:iam:us-east-1:{ACCOUNT}:root",
    "arn:aws:iam::1234:root",
    "arn:aws:iam::aws:user/anna",
    "arn:aws:iam:::user/anna",
    f"arn:aws-moon:iam::{ACCOUNT}:root",
    f"arn:aws:s3::{ACCOUNT}:user/anna",
    f"arn:aws:sts::{ACCOUNT}:root",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/reader",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/path/reader/session",
    f"arn:aws:sts::{ACCOUNT}:federated-user/a/b",
    f"arn:aws:iam::{ACCOUNT}:assumed-role/reader/session",
    "arn:aws:iam",
]


@pytest.mark.parametrize("principal", NAMED)
def test_a_principal_that_can_be_named(principal: str) -> None:
    assert parse(everybody(Principal={"AWS": principal}), kind=RESOURCE).statements


@pytest.mark.parametrize("element", ["Principal", "NotPrincipal"])
@pytest.mark.parametrize("principal", NOBODY)
def test_a_principal_that_can_not_be_named(principal: str, element: str) -> None:
    text = everybody(**{"Principal": None, element: {"AWS": [USER, principal]}})

    with pytest.raises(PolicyRefused) as refused:
        parse(text, kind=RESOURCE)

    assert refused.value.fault is Fault.PRINCIPAL


@pytest.mark.parametrize(
    "service",
    [
        "lambda.amazonaws.com",
        "ops.apigateway.amazonaws.com",
        "ec2.amazonaws.com.cn",
        "logs.us-east-1.amazonaws.com",
    ],
)
def test_a_service_that_can_be_named(service: str) -> None:
    assert parse(everybody(Principal={"Service": service}), kind=RESOURCE).statements


@pytest.mark.parametrize(
    "service",
    [
        "*",
        "lambda",
        "lambda.example.com",
        "*.amazonaws.com",
        "Lambda.amazonaws.com",
        ".amazonaws.com",
        "amazonaws.com",
        "",
    ],
)
def test_a_service_that_can_not_be_named(service: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        parse(everybody(Principal={"Service": service}), kind=RESOURCE)

    assert refused.value.fault is Fault.SERVICE_PRINCIPAL


PROVIDERS = [
    "accounts.google.com",
    f"arn:aws:iam::{ACCOUNT}:saml-provider/corp",
    f"arn:aws:iam::{ACCOUNT}:oidc-provider/o.example/id/A",
]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_identity_provider_is_trusted_by_roles_alone(provider: str) -> None:
    named = {"Principal": {"Federated": provider}}
    assert parse(document({**ASSUME, **named}), kind=TRUST).statements

    with pytest.raises(PolicyRefused) as refused:
        parse(everybody(**named), kind=RESOURCE)

    assert refused.value.fault is Fault.PRINCIPAL


@pytest.mark.parametrize(
    "provider", ["*", "corp", f"arn:aws:iam::{ACCOUNT}:user/anna", f"arn:aws:iam::{ACCOUNT}:saml-provider/*"]
)
def test_an_identity_provider_that_is_none(provider: str) -> None:
    with pytest.raises(PolicyRefused):
        parse(document({**ASSUME, "Principal": {"Federated": provider}}), kind=TRUST)


@pytest.mark.parametrize("kind", [RESOURCE, TRUST])
def test_a_canonical_user_is_s3_s_alone(kind: PolicyKind) -> None:
    statement = EVERYBODY if kind is RESOURCE else ASSUME

    with pytest.raises(PolicyRefused) as refused:
        parse(document({**statement, "Principal": {"CanonicalUser": "7" * 64}}), kind=kind)

    assert refused.value.fault is Fault.PRINCIPAL


def test_all_faults_of_principals_are_found_at_once() -> None:
    text = document(
        {**EVERYBODY, "Principal": {"Service": "nobody"}},
        {**EVERYBODY, "Principal": {"AWS": ["nobody", "none"]}},
    )

    assert principal_faults(read(text, kind=RESOURCE), kind=RESOURCE) == (
        Fault.PRINCIPAL,
        Fault.SERVICE_PRINCIPAL,
    )
