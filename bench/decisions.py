"""What a policy decision costs: ten policies of ten statements, a typical secret, a typical question.

No Region is started and nothing is loaded: one thread decides. Beside each figure stands how long the same thread took to
count, so that a busy machine can be told from slow rules.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

from bench.measures import Row
from watchword.identity.compiled import CallerKind, Compiled, PolicySet, caller, compiled, policy_set
from watchword.identity.decision import Asked, PoliciesOfPrincipal, ResourceSide, decide
from watchword.identity.policy_document import PolicyKind, parse

ACCOUNT = "123456789012"
SERVICES = ("secretsmanager", "kms", "iam", "sts", "s3", "lambda", "ec2", "sqs", "sns", "logs")
POLICIES = 10
ROUNDS, DECISIONS = 9, 2_000
COUNTED = 1_000
DECISION_US_MAX = 30.0

SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:team9/db-AbCdEf"
ANNA = caller(CallerKind.USER, f"arn:aws:iam::{ACCOUNT}:user/anna")
CONTEXT = {
    "aws:resourcetag/stage": ("test",),
    "aws:principaltag/team": ("team9",),
    "aws:username": ("anna",),
    "aws:sourceip": ("10.0.0.1",),
}


def measure(*, quick: bool = False) -> list[Row]:
    """The rows of the table."""
    policies = [_policy(number) for number in range(POLICIES)]
    typical = policy_set(policies)
    secretive = policy_set([_secretive(number) for number in range(POLICIES)])
    resource = policy_set(
        [
            _compiled(
                [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": NOT_HERE}]
            )
        ]
    )
    setting = f"{POLICIES} policies of {len(SERVICES)} statements"
    return [
        _row("policy decision, one service in ten", setting, typical, None, quick=quick),
        _row("policy decision, and the resource's policy", setting, typical, resource, quick=quick),
        _row("policy decision, every statement means the action", setting, secretive, None, quick=quick),
        _compile_row(setting, quick=quick),
    ]


NOT_HERE = {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}}


def _row(figure: str, setting: str, identity: PolicySet, resource: PolicySet | None, *, quick: bool) -> Row:
    principal = PoliciesOfPrincipal(identity=identity)
    side = ResourceSide(account=ACCOUNT, policy=resource)

    def one() -> None:
        asked = Asked(action="secretsmanager:GetSecretValue", resource=SECRET, caller=ANNA, context=CONTEXT)
        assert decide(asked, identity=principal, resource=side).allowed

    taken_us, counting_us = _timed(one, count=100 if quick else DECISIONS)
    missed = "" if taken_us < DECISION_US_MAX else " **"
    return Row(figure, setting, f"{taken_us:.1f} µs{missed}", f"counting to {COUNTED}: {counting_us:.1f} µs")


def _compile_row(setting: str, *, quick: bool) -> Row:
    taken_us, counting_us = _timed(
        lambda: policy_set([_policy(number) for number in range(POLICIES)]), count=1 if quick else 5
    )
    return Row(
        "policies read and made ready",
        setting,
        f"{taken_us / 1_000:.1f} ms",
        f"counting to {COUNTED}: {counting_us:.1f} µs",
    )


def _timed(one: Callable[[], object], *, count: int) -> tuple[float, float]:
    """CPU of this thread for one of them, and for counting in the same rounds: the median of some rounds."""
    taken: list[float] = []
    counting: list[float] = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        for _ in range(count):
            one()
        done = time.thread_time()
        sum(range(COUNTED))
        counting.append(time.thread_time() - done)
        taken.append((done - began) / count)
    return median(taken) * 1e6, median(counting) * 1e6


def _policy(number: int) -> tuple[Compiled, ...]:
    """A statement for each service; the last policy's first one is what allows."""
    statements = []
    for service in SERVICES:
        statements.append(
            {
                "Sid": f"{service}{number}",
                "Effect": "Deny" if service == "logs" else "Allow",
                "Action": [f"{service}:Get*", f"{service}:Describe*", f"{service}:List*"],
                "Resource": [
                    f"arn:aws:{service}:*:{ACCOUNT}:secret:team{number}/*",
                    f"arn:aws:{service}:*:{ACCOUNT}:secret:${{aws:username}}/*",
                ],
                "Condition": {"StringEquals": {"aws:ResourceTag/stage": ["test", "dev"]}},
            }
        )
    return _compiled(statements, kind=PolicyKind.IDENTITY)


def _secretive(number: int) -> tuple[Compiled, ...]:
    """Statements that all mean the action, each for another team; the last one of the last policy is what allows."""
    first = 0 if number == POLICIES - 1 else 10 * (number + 1)
    return _compiled(
        [
            {
                "Effect": "Allow",
                "Action": "secretsmanager:*",
                "Resource": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:team{team}/*",
            }
            for team in range(first, first + len(SERVICES))
        ],
        kind=PolicyKind.IDENTITY,
    )


def _compiled(
    statements: Sequence[Mapping[str, object]], *, kind: PolicyKind = PolicyKind.RESOURCE
) -> tuple[Compiled, ...]:
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return compiled(parse(text, kind=kind), name="bench")
