"""Conditions, what a request has, and whether they hold: the rows of `test_conditions.py`.

They are values, so that the same rows can be put to rules with a planted fault (`test_decision_faults.py`).
Source: IAM User Guide, Condition operators; Conditions with multiple context keys or values; Variables and tags.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from watchword.identity.policy_document import OLD_VERSION, VERSION, PolicyKind, parse
from watchword.wire import strict_json

Given = Mapping[str, tuple[str, ...]]
Row = tuple[str, Given, bool]
"""A `Condition` element as JSON, the request's context, whether it holds."""

TEAM = "aws:principaltag/team"
A: Given = {TEAM: ("a",)}
TAGS = "aws:tagkeys"
NONE: Given = {}


def one(operator: str, values: str, *, key: str = "aws:PrincipalTag/team") -> str:
    return f'{{"{operator}": {{"{key}": {values}}}}}'


STRINGS: dict[str, Row] = {
    "StringEquals: the same": (one("StringEquals", '"a"'), A, True),
    "StringEquals: case matters": (one("StringEquals", '"A"'), A, False),
    "StringEquals: one of several values": (one("StringEquals", '["b", "a"]'), A, True),
    "StringEquals: none of them": (one("StringEquals", '["b", "c"]'), A, False),
    "StringEquals: * is itself": (one("StringEquals", '"*"'), A, False),
    "StringEquals: an empty value is a value": (one("StringEquals", '""'), {TEAM: ("",)}, True),
    "StringNotEquals: another": (one("StringNotEquals", '"b"'), A, True),
    "StringNotEquals: the same": (one("StringNotEquals", '"a"'), A, False),
    "StringNotEquals: none of several (NOR)": (one("StringNotEquals", '["b", "a"]'), A, False),
    "StringEqualsIgnoreCase: another case": (one("StringEqualsIgnoreCase", '"A"'), A, True),
    "StringEqualsIgnoreCase: another text": (one("StringEqualsIgnoreCase", '"b"'), A, False),
    "StringNotEqualsIgnoreCase: another case": (one("StringNotEqualsIgnoreCase", '"A"'), A, False),
    "StringNotEqualsIgnoreCase: another text": (one("StringNotEqualsIgnoreCase", '"b"'), A, True),
    "StringLike: *": (one("StringLike", '"pro*"'), {TEAM: ("prod:x/y",)}, True),
    "StringLike: * stands for nothing too": (one("StringLike", '"prod*"'), {TEAM: ("prod",)}, True),
    "StringLike: ?": (one("StringLike", '"?rod"'), {TEAM: ("prod",)}, True),
    "StringLike: ? is not nothing": (one("StringLike", '"?prod"'), {TEAM: ("prod",)}, False),
    "StringLike: case matters": (one("StringLike", '"PRO*"'), {TEAM: ("prod",)}, False),
    "StringLike: no wildcard, no part": (one("StringLike", '"pro"'), {TEAM: ("prod",)}, False),
    "StringLike: the end": (one("StringLike", '"*od"'), {TEAM: ("prod-x",)}, False),
    "StringLike: both ends": (one("StringLike", '"p*d"'), {TEAM: ("prod",)}, True),
    "StringLike: an inner text": (one("StringLike", '"*ro*"'), {TEAM: ("prod",)}, True),
    "StringLike: an inner text that is missing": (one("StringLike", '"*or*"'), {TEAM: ("prod",)}, False),
    "StringLike: ? within": (one("StringLike", '"*r?d*"'), {TEAM: ("a prod is",)}, True),
    "StringNotLike": (one("StringNotLike", '"pro*"'), {TEAM: ("prod",)}, False),
    "StringNotLike: another": (one("StringNotLike", '"pro*"'), {TEAM: ("test",)}, True),
    "keys are compared without regard to case": (
        one("StringEquals", '"a"', key="AWS:principaltag/TEAM"),
        A,
        True,
    ),
    "a boolean of JSON is its text": (one("StringEquals", "true"), {TEAM: ("true",)}, True),
}

NUMBERS: dict[str, Row] = {
    f"Numeric{name}: {given} and {value}": (
        one(f"Numeric{name}", f'"{value}"', key="aws:MultiFactorAuthAge"),
        {"aws:multifactorauthage": (given,)},
        holds,
    )
    for name, given, value, holds in (
        ("Equals", "10", "10", True),
        ("Equals", "10", "10.0", True),
        ("Equals", "10", "1e1", True),
        ("Equals", "10", "11", False),
        ("Equals", "9007199254740993", "9007199254740992", False),
        ("Equals", "0.1", "0.10", True),
        ("Equals", "ten", "10", False),
        ("NotEquals", "10", "10", False),
        ("NotEquals", "10", "11", True),
        ("LessThan", "9", "10", True),
        ("LessThan", "10", "10", False),
        ("LessThan", "-1", "0", True),
        ("LessThanEquals", "10", "10", True),
        ("LessThanEquals", "11", "10", False),
        ("GreaterThan", "11", "10", True),
        ("GreaterThan", "10", "10", False),
        ("GreaterThanEquals", "10", "10", True),
        ("GreaterThanEquals", "9", "10", False),
        ("LessThan", "1", "1e999999999999999999999", True),
    )
}

NOON = "2026-11-22T12:00:00Z"
DATES: dict[str, Row] = {
    f"Date{name}: {given} and {value}": (
        one(f"Date{name}", f'"{value}"', key="aws:CurrentTime"),
        {"aws:currenttime": (given,)},
        holds,
    )
    for name, given, value, holds in (
        ("Equals", NOON, NOON, True),
        ("Equals", NOON, "2026-11-22T13:00:00+01:00", True),
        ("Equals", NOON, "2026-11-22T07:00:00-0500", True),
        ("Equals", NOON, "2026-11-22T12:00Z", True),
        ("Equals", NOON, "2026-11-22T12:00:00.5Z", False),
        ("Equals", NOON, "1795348800", True),
        ("Equals", "1795348800", NOON, True),
        ("Equals", NOON, "2026-11-22", False),
        ("Equals", "2026-01-01T00:00:00Z", "2026", True),
        ("Equals", "2026-02-01T00:00:00Z", "2026-02", True),
        ("Equals", "yesterday", NOON, False),
        ("NotEquals", NOON, NOON, False),
        ("NotEquals", NOON, "2026", True),
        ("LessThan", NOON, "2027", True),
        ("LessThan", NOON, NOON, False),
        ("LessThanEquals", NOON, NOON, True),
        ("GreaterThan", NOON, "2026-11-22", True),
        ("GreaterThan", NOON, NOON, False),
        ("GreaterThanEquals", NOON, NOON, True),
        ("GreaterThanEquals", NOON, "2026-11-23", False),
    )
}

OTHERS: dict[str, Row] = {
    f"{operator}: {given} and {values}": (one(operator, values, key=key), {key.lower(): (given,)}, holds)
    for operator, key, given, values, holds in (
        ("Bool", "aws:SecureTransport", "true", '"true"', True),
        ("Bool", "aws:SecureTransport", "true", "true", True),
        ("Bool", "aws:SecureTransport", "true", '"TRUE"', True),
        ("Bool", "aws:SecureTransport", "false", '"true"', False),
        ("Bool", "aws:SecureTransport", "false", '["true", "false"]', True),
        ("BinaryEquals", "x:bytes", "QUJD", '"QUJD"', True),
        ("BinaryEquals", "x:bytes", "QUJE", '"QUJD"', False),
        ("BinaryEquals", "x:bytes", "no base64!", '"QUJD"', False),
        ("IpAddress", "aws:SourceIp", "203.0.113.7", '"203.0.113.0/24"', True),
        ("IpAddress", "aws:SourceIp", "203.0.114.0", '"203.0.113.0/24"', False),
        ("IpAddress", "aws:SourceIp", "203.0.112.255", '"203.0.113.0/24"', False),
        ("IpAddress", "aws:SourceIp", "203.0.113.7", '"203.0.113.7"', True),
        ("IpAddress", "aws:SourceIp", "203.0.113.8", '"203.0.113.7"', False),
        ("IpAddress", "aws:SourceIp", "10.0.0.1", '["203.0.113.0/24", "10.0.0.0/8"]', True),
        ("IpAddress", "aws:SourceIp", "10.0.0.1", '"0.0.0.0/0"', True),
        ("IpAddress", "aws:SourceIp", "2001:db8::1", '"2001:DB8::/32"', True),
        ("IpAddress", "aws:SourceIp", "2001:db9::1", '"2001:DB8::/32"', False),
        ("IpAddress", "aws:SourceIp", "2001:db8::1", '"0.0.0.0/0"', False),
        ("IpAddress", "aws:SourceIp", "::1", '"0.0.0.0/0"', False),
        ("IpAddress", "aws:SourceIp", "10.0.0.1", '"::/0"', False),
        ("IpAddress", "aws:SourceIp", "::ffff:10.0.0.1", '"10.0.0.0/8"', True),
        ("IpAddress", "aws:SourceIp", "nowhere", '"0.0.0.0/0"', False),
        ("NotIpAddress", "aws:SourceIp", "203.0.113.7", '"203.0.113.0/24"', False),
        ("NotIpAddress", "aws:SourceIp", "10.0.0.1", '"203.0.113.0/24"', True),
        ("NotIpAddress", "aws:SourceIp", "2001:db8::1", '"203.0.113.0/24"', True),
        ("ArnEquals", "aws:SourceArn", "arn:aws:s3:::b", '"arn:aws:s3:::b"', True),
        ("ArnEquals", "aws:SourceArn", "arn:aws:s3:::b", '"arn:aws:s3:::*"', True),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::b/c:d", '"arn:aws:s3:::b*"', True),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::b", '"arn:*:s3:*:*:?"', True),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::b", '"arn:aws:*:::b"', True),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::b", '"arn:aws:s3:::B"', False),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::b", '"arn:aws:s3:*"', False),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::b", '"*"', False),
        ("ArnLike", "aws:SourceArn", "no arn", '"arn:aws:s3:::*"', False),
        # The page's own example of where ArnLike differs from StringLike.
        (
            "ArnLike",
            "aws:SourceArn",
            "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
            '"arn:aws:someservice:*:111122223333:finance/*"',
            False,
        ),
        (
            "StringLike",
            "aws:SourceArn",
            "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
            '"arn:aws:someservice:*:111122223333:finance/*"',
            True,
        ),
        ("ArnNotEquals", "aws:SourceArn", "arn:aws:s3:::b", '"arn:aws:s3:::*"', False),
        ("ArnNotLike", "aws:SourceArn", "arn:aws:s3:::b", '"arn:aws:sns:::*"', True),
        ("ArnNotLike", "aws:SourceArn", "arn:aws:s3:::b", '["arn:aws:sns:::*", "arn:aws:s3:::b"]', False),
    )
}

POSITIVE = {
    "StringEquals": '"a"',
    "StringEqualsIgnoreCase": '"a"',
    "StringLike": '"*"',
    "NumericEquals": "1",
    "NumericLessThan": "1",
    "NumericLessThanEquals": "1",
    "NumericGreaterThan": "1",
    "NumericGreaterThanEquals": "1",
    "DateEquals": '"2026"',
    "DateLessThan": '"2026"',
    "DateLessThanEquals": '"2026"',
    "DateGreaterThan": '"2026"',
    "DateGreaterThanEquals": '"2026"',
    "Bool": "false",
    "BinaryEquals": '"QUJD"',
    "IpAddress": '"0.0.0.0/0"',
    "ArnEquals": '"arn:aws:s3:::*"',
    "ArnLike": '"arn:aws:s3:::*"',
}
NEGATED = {
    "StringNotEquals": '"a"',
    "StringNotEqualsIgnoreCase": '"a"',
    "StringNotLike": '"*"',
    "NumericNotEquals": "1",
    "DateNotEquals": '"2026"',
    "NotIpAddress": '"0.0.0.0/0"',
    "ArnNotEquals": '"arn:aws:s3:::*"',
    "ArnNotLike": '"arn:aws:s3:::*"',
}
MISSING: dict[str, Row] = {
    **{f"{name}: the key is missing": (one(name, values), NONE, False) for name, values in POSITIVE.items()},
    **{f"{name}: the key is missing": (one(name, values), NONE, True) for name, values in NEGATED.items()},
    **{
        f"{name}IfExists: the key is missing": (one(f"{name}IfExists", values), NONE, True)
        for name, values in {**POSITIVE, **NEGATED}.items()
    },
    **{
        f"ForAllValues:{name}: the key is missing": (one(f"ForAllValues:{name}", values), NONE, True)
        for name, values in {**POSITIVE, **NEGATED}.items()
    },
    **{
        f"ForAnyValue:{name}: the key is missing": (one(f"ForAnyValue:{name}", values), NONE, False)
        for name, values in {**POSITIVE, **NEGATED}.items()
    },
    **{
        f"ForAnyValue:{name}IfExists: the key is missing": (
            one(f"ForAnyValue:{name}IfExists", values),
            NONE,
            False,
        )
        for name, values in {**POSITIVE, **NEGATED}.items()
    },
    "IfExists: the key is there and does not match": (one("StringEqualsIfExists", '"b"'), A, False),
    "IfExists: the key is there and matches": (one("StringEqualsIfExists", '"a"'), A, True),
    "NotEqualsIfExists: the key is there and matches": (one("StringNotEqualsIfExists", '"a"'), A, False),
    "no values is missing": (one("StringNotEquals", '"a"', key="aws:TagKeys"), {TAGS: ()}, True),
    "Null true: missing": (one("Null", '"true"'), NONE, True),
    "Null true: there": (one("Null", '"true"'), A, False),
    "Null true: no values": (one("Null", '"true"', key="aws:TagKeys"), {TAGS: ()}, True),
    "Null false: missing": (one("Null", '"false"'), NONE, False),
    "Null false: there": (one("Null", '"false"'), A, True),
    "Null false: no values": (one("Null", '"false"', key="aws:TagKeys"), {TAGS: ()}, False),
    "Null as a boolean": (one("Null", "true"), NONE, True),
    "Null either: missing": (one("Null", '["true", "false"]'), NONE, True),
    "Null either: there": (one("Null", '["true", "false"]'), A, True),
}

AB: Given = {TAGS: ("a", "b")}
SEVERAL: dict[str, Row] = {
    name: (one(operator, values, key="aws:TagKeys"), given, holds)
    for name, operator, values, given, holds in (
        ("ForAllValues: all match", "ForAllValues:StringEquals", '["a", "b", "c"]', AB, True),
        ("ForAllValues: one does not", "ForAllValues:StringEquals", '["a", "c"]', AB, False),
        ("ForAllValues: none to match", "ForAllValues:StringEquals", '["a"]', {TAGS: ()}, True),
        ("ForAllValues, negated: none matches", "ForAllValues:StringNotEquals", '["c", "d"]', AB, True),
        ("ForAllValues, negated: one matches", "ForAllValues:StringNotEquals", '["a", "c"]', AB, False),
        ("ForAllValues with wildcards", "ForAllValues:StringLike", '["?"]', AB, True),
        ("ForAnyValue: one matches", "ForAnyValue:StringEquals", '["b", "c"]', AB, True),
        ("ForAnyValue: none matches", "ForAnyValue:StringEquals", '["c", "d"]', AB, False),
        ("ForAnyValue: none to match", "ForAnyValue:StringEquals", '["a"]', {TAGS: ()}, False),
        ("ForAnyValue, negated: one differs", "ForAnyValue:StringNotEquals", '["a"]', AB, True),
        ("ForAnyValue, negated: none differs", "ForAnyValue:StringNotEquals", '["a", "b"]', AB, False),
        ("ForAllValues of one value", "ForAllValues:StringEquals", '["a"]', {TAGS: ("a",)}, True),
        # AWS's pages ask for a qualifier here and say nothing of its absence.
        ("several values, no qualifier: any", "StringEquals", '"a"', AB, True),
        ("several values, no qualifier: none", "StringEquals", '"c"', AB, False),
        ("several values, no qualifier, negated: none matches", "StringNotEquals", '"c"', AB, True),
        ("several values, no qualifier, negated: one matches", "StringNotEquals", '"a"', AB, False),
    )
}

TOGETHER: dict[str, Row] = {
    "operators are all needed": (
        '{"StringEquals": {"aws:PrincipalTag/team": "a"}, "Bool": {"aws:SecureTransport": "true"}}',
        {**A, "aws:securetransport": ("false",)},
        False,
    ),
    "and all there": (
        '{"StringEquals": {"aws:PrincipalTag/team": "a"}, "Bool": {"aws:SecureTransport": "true"}}',
        {**A, "aws:securetransport": ("true",)},
        True,
    ),
    "keys are all needed": (
        '{"StringEquals": {"aws:PrincipalTag/team": "a", "aws:PrincipalTag/stage": "b"}}',
        {**A, "aws:principaltag/stage": ("a",)},
        False,
    ),
    "and all there too": (
        '{"StringEquals": {"aws:PrincipalTag/team": "a", "aws:PrincipalTag/stage": "b"}}',
        {**A, "aws:principaltag/stage": ("b",)},
        True,
    ),
    "no condition": ("{}", NONE, True),
}

STAGE = "aws:ResourceTag/stage"
VARIABLES: dict[str, Row] = {
    name: (one(operator, value, key=STAGE), given, holds)
    for name, operator, value, given, holds in (
        ("a variable", "StringEquals", '"${aws:PrincipalTag/team}"', {**A, STAGE.lower(): ("a",)}, True),
        ("another value", "StringEquals", '"${aws:PrincipalTag/team}"', {**A, STAGE.lower(): ("b",)}, False),
        ("its key's case", "StringEquals", '"${AWS:principaltag/TEAM}"', {**A, STAGE.lower(): ("a",)}, True),
        (
            "a text around it",
            "StringLike",
            '"x-${aws:PrincipalTag/team}-*"',
            {**A, STAGE.lower(): ("x-a-1",)},
            True,
        ),
        ("no value, positive", "StringEquals", '"${aws:PrincipalTag/team}"', {STAGE.lower(): ("a",)}, False),
        ("no value, negated", "StringNotEquals", '"${aws:PrincipalTag/team}"', {STAGE.lower(): ("a",)}, True),
        ("no value, like", "StringLike", '"${aws:PrincipalTag/team}*"', {STAGE.lower(): ("a",)}, False),
        ("no value, not like", "StringNotLike", '"${aws:PrincipalTag/team}*"', {STAGE.lower(): ("a",)}, True),
        (
            "no value beside another",
            "StringEquals",
            '["${aws:PrincipalTag/team}", "a"]',
            {STAGE.lower(): ("a",)},
            True,
        ),
        (
            "an empty value is none",
            "StringLike",
            '"${aws:PrincipalTag/team}*"',
            {STAGE.lower(): ("a",), TEAM: ("",)},
            False,
        ),
        ("a default", "StringEquals", "\"${aws:PrincipalTag/team, 'a'}\"", {STAGE.lower(): ("a",)}, True),
        (
            "a default that is not needed",
            "StringEquals",
            "\"${aws:PrincipalTag/team, 'b'}\"",
            {**A, STAGE.lower(): ("a",)},
            True,
        ),
        (
            "a default's * is itself",
            "StringLike",
            "\"${aws:PrincipalTag/team, '*'}\"",
            {STAGE.lower(): ("a",)},
            False,
        ),
        (
            "a value's * is itself",
            "StringLike",
            '"${aws:PrincipalTag/team}"',
            {STAGE.lower(): ("a",), TEAM: ("*",)},
            False,
        ),
        (
            "several values are none",
            "StringEquals",
            '"${aws:TagKeys}"',
            {STAGE.lower(): ("a",), TAGS: ("a",)},
            False,
        ),
        ("${*}", "StringLike", '"a${*}"', {STAGE.lower(): ("a*",)}, True),
        ("${*} is no wildcard", "StringLike", '"a${*}"', {STAGE.lower(): ("ab",)}, False),
        ("${?}", "StringLike", '"a${?}*"', {STAGE.lower(): ("a?b",)}, True),
        ("${?} is no wildcard", "StringLike", '"a${?}*"', {STAGE.lower(): ("abb",)}, False),
        ("${$}", "StringEquals", '"${$}{x}"', {STAGE.lower(): ("${x}",)}, True),
        ("${*} without wildcards", "StringEquals", '"a${*}"', {STAGE.lower(): ("a*",)}, True),
        ("what never closes is text", "StringEquals", '"${a"', {STAGE.lower(): ("${a",)}, True),
        (
            "a variable without regard to case",
            "StringEqualsIgnoreCase",
            '"${aws:PrincipalTag/team}"',
            {**A, STAGE.lower(): ("A",)},
            True,
        ),
        (
            "a variable in an ARN",
            "ArnLike",
            '"arn:aws:s3:::${aws:PrincipalTag/team}/*"',
            {**A, STAGE.lower(): ("arn:aws:s3:::a/b",)},
            True,
        ),
        (
            "a variable without value in an ARN",
            "ArnLike",
            '"arn:aws:s3:::${aws:PrincipalTag/team}*"',
            {STAGE.lower(): ("arn:aws:s3:::a",)},
            False,
        ),
        (
            "and negated",
            "ArnNotLike",
            '"arn:aws:s3:::${aws:PrincipalTag/team}*"',
            {STAGE.lower(): ("arn:aws:s3:::a",)},
            True,
        ),
        (
            "a variable in Bool",
            "Bool",
            '"${aws:PrincipalTag/team}"',
            {STAGE.lower(): ("true",), TEAM: ("true",)},
            True,
        ),
    )
}

OLD: dict[str, Row] = {
    "in the old version a variable is text": (
        one("StringEquals", '"${aws:PrincipalTag/team}"', key=STAGE),
        {STAGE.lower(): ("${aws:PrincipalTag/team}",)},
        True,
    ),
    "and stands for nothing": (
        one("StringEquals", '"${aws:PrincipalTag/team}"', key=STAGE),
        {**A, STAGE.lower(): ("a",)},
        False,
    ),
    "its wildcards are wildcards": (one("StringLike", '"${*}"', key=STAGE), {STAGE.lower(): ("${x}",)}, True),
}

CHAPTERS = (STRINGS, NUMBERS, DATES, OTHERS, MISSING, SEVERAL, TOGETHER, VARIABLES)
ROWS: Mapping[str, tuple[Row, str]] = {
    **{name: (row, VERSION) for rows in CHAPTERS for name, row in rows.items()},
    **{name: (row, OLD_VERSION) for name, row in OLD.items()},
}


def holds(row: Row, version: str, *, conditions: ModuleType) -> bool:
    """Whether a condition holds by these rules."""
    written, given, _ = row
    strict_json.read(written.encode())
    document = (
        f'{{"Version": "{version}", "Statement":'
        f' {{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {written}}}}}'
    )
    policy = parse(document, kind=PolicyKind.IDENTITY)
    return all(
        conditions.check(condition, variables=policy.has_variables).holds(given)
        for condition in policy.statements[0].conditions
    )
