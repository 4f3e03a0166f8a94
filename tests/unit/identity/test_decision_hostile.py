"""Documents that are made to be slow or to be read in two ways: refused, or read and decided in bounded time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from watchword.identity.compiled import CallerKind, caller, compiled, policy_set
from watchword.identity.decision import Asked, PoliciesOfPrincipal, decide
from watchword.identity.policy_document import PolicyKind, PolicyRefused, parse

TEXT_CHARACTERS = 20_480
"""The longest policy of a secret."""
ARN_CHARACTERS = 640
"""A secret's name has 512."""
DECIDED_S_MAX = 0.01
COUNTED, COUNTED_S = 100_000, 0.0022
"""What the machine on which the limit was set took to count: one that is slower, or shared, is given as much more."""
ANNA = caller(CallerKind.USER, "arn:aws:iam::123456789012:user/anna")


def slowness() -> float:
    """How much slower than that machine this one is now; never less than as fast."""
    began = time.process_time()
    counted = 0
    for number in range(COUNTED):
        counted += number & 3
    return max(1.0, (time.process_time() - began) / COUNTED_S)


def document(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def filled(one: Callable[[int], str], **elements: object) -> str:
    """A statement with as many resources as fit."""
    resources = [one(0)]
    while len(document(allow(Resource=[*resources, one(len(resources))], **elements))) < TEXT_CHARACTERS:
        resources.append(one(len(resources)))
    return document(allow(Resource=resources, **elements))


def allow(**elements: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": "*", "Resource": "*"} | elements


ARN = "arn:aws:s3:::"
SLOW: dict[str, str] = {
    "one pattern of stars": document(allow(Resource=ARN + "*a" * 10_000)),
    "one pattern of stars and questions": document(allow(Resource=ARN + "*a?" * 6_000)),
    "stars in every field": document(
        allow(Resource="arn:aws:s3:" + "*a" * 3_000 + ":" + "*1" * 3_000 + ":*b")
    ),
    "many patterns": filled(lambda number: f"{ARN}*a?b{number}*"),
    "many patterns with different heads": filled(
        lambda number: f"arn:aws:s3:*{number % 10}*:*:*a?b{number}*"
    ),
    "many inner texts": filled(lambda number: f"{ARN}*{'a' * 20}{number}*"),
    "many variables": filled(lambda number: f"{ARN}${{aws:username}}*a?{number}*"),
    "one pattern of variables": document(allow(Resource=ARN + "${aws:username}*" * 1_200)),
    "beginnings of variables": document(allow(Resource=ARN + "${" * 10_000)),
    "a default that never ends": document(allow(Resource=ARN + "${a" + " " * 20_000 + "}")),
    "many actions": document(allow(Action=[f"s3:*a?b{number}*" for number in range(1_100)])),
    "100 statements": document(
        *(allow(Resource=[f"{ARN}*a?b{number}*", f"{ARN}*b?a*"], Action="s3:*o*?t*") for number in range(100))
    ),
    "many values of a condition": document(
        allow(Condition={"StringLike": {"aws:UserAgent": [f"*a?b{number}*" for number in range(1_200)]}})
    ),
    "100 conditions": document(
        allow(Condition={"StringLike": {f"aws:RequestTag/{number}": "*a?b*a?c*" for number in range(500)}})
    ),
    "large numbers": document(
        allow(Condition={"NumericEquals": {"aws:MultiFactorAuthAge": ["9" * 9_000, "1e" + "9" * 9_000]}})
    ),
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_a_document_that_is_made_to_be_slow_is_decided_in_time(text: str) -> None:
    """The longest ARN, of what the patterns look for; time of this process, the best of three."""
    assert len(text) < TEXT_CHARACTERS + 12_288
    made = policy_set([compiled(parse(text, kind=PolicyKind.IDENTITY), name="hostile")])
    identity = PoliciesOfPrincipal(identity=made)
    tags = {f"aws:requesttag/{number}": ("a" * 256,) for number in range(500)}
    request = Asked(
        action="s3:GetObject",
        resource=ARN + "a" * (ARN_CHARACTERS - len(ARN)),
        caller=ANNA,
        context={
            "aws:username": ("a" * 64,),
            "aws:useragent": ("a" * 2_048,),
            "aws:multifactorauthage": ("9" * 9_000,),
            **tags,
        },
    )

    taken = []
    for _ in range(3):
        slow = slowness()
        began = time.process_time()
        decide(request, identity=identity)
        taken.append((time.process_time() - began) / slow)

    assert min(taken) < DECIDED_S_MAX


REFUSED: dict[str, str] = {
    "deep nesting": '{"Version": "2012-10-17", "Statement": ' + "[" * 10_000 + "]" * 10_000 + "}",
    "an object in an object": '{"Statement": ' + '{"a": ' * 9_000 + "1" + "}" * 9_000 + "}",
    "a name twice": '{"Version": "2012-10-17", "Statement": [], "Statement": [{"Effect": "Allow"}]}',
    "an effect twice": document(allow()).replace('"Effect": "Allow"', '"Effect": "Deny", "Effect": "Allow"'),
    "a key twice in another case": document(
        allow(Condition={"StringEquals": {"aws:username": "a", "AWS:username": "b"}})
    ),
    "half of a surrogate pair": document(allow()).replace('"Allow"', '"Allow\\ud800"'),
    "a character beyond Latin-1": document(allow(Resource=ARN + "x")).replace("x", "\u0430"),
    "a NUL": document(allow()).replace('"*"', '"\x00"'),
    "a byte order mark": "\ufeff" + document(allow()),
    "NaN": document(allow(Condition={"NumericEquals": {"a:b": 1}})).replace("1}", "NaN}"),
    "too long": " " * 40_000 + document(allow()),
    "too many statements": document(*(allow() for _ in range(501))),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_a_document_that_could_be_read_in_two_ways_is_refused_in_time(text: str) -> None:
    slow = slowness()
    began = time.process_time()

    with pytest.raises(PolicyRefused):
        parse(text, kind=PolicyKind.IDENTITY)

    assert (time.process_time() - began) / slow < DECIDED_S_MAX
