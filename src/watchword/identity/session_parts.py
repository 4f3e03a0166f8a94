"""What a caller passes on to a session: policies and tags, judged before a token holds them. Pure.

  1. Policies together have at most 2,048 characters, inline text and ARNs; at most 10 of them are managed, and of the
     account of the session.
  2. A tag's key stands for itself in any case of its letters; one of AWS's own is nobody's to pass.
  3. Tags that the calling session hands on are in the new one whatever it asks for, and can't be set anew.
  4. What is passed has to fit into a token: `PackedPolicySize` says how much of the room it takes.

Source: STS API, AssumeRole, GetFederationToken; IAM User Guide, Passing session tags in AWS STS; facts A.4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from watchword.api.call import Session
from watchword.api.errors import ApiError, ValidationException
from watchword.api.shapes import sts
from watchword.identity.directory import Directory
from watchword.identity.policy_document import PolicyKind, PolicyRefused, read
from watchword.identity.sessions import PACKED_BYTES_MAX, Claims, packed_bytes

POLICY_CHARACTERS_MAX = 2_048
MANAGED_MAX = 10
TAGS_MAX = 50

MALFORMED = "Syntax errors in policy."
NO_POLICY = "The session policy {arn} does not exist in the account of the session."
TOO_LONG = (
    "1 validation error detected: Value at 'policy' failed to satisfy constraint: "
    "Member must have length less than or equal to {maximum}"
)
TOO_MANY_POLICIES = (
    "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: "
    "Member must have length less than or equal to {maximum}"
)
TOO_MANY_TAGS = (
    "1 validation error detected: Value at 'tags' failed to satisfy constraint: "
    "Member must have length less than or equal to {maximum}"
)
DUPLICATE_TAGS = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
RESERVED_TAG = "Tag keys and source identities that begin with aws: are reserved for internal use."
TRANSITIVE_NOT_PASSED = "The specified transitive tag key must be included in the requested tags."
TRANSITIVE_CONFLICT = (
    "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from "
    "the calling session."
)
TAG_CONFLICT = (
    "One of the specified tag keys can't be set because it conflicts with a transitive tag key from the calling "
    "session."
)
TOO_LARGE = (
    "The session policies and session tags that are passed take {percent}% of the room that a session token has "
    "for them."
)


class InvalidParameterValueException(ApiError):
    """Of STS's, though its model does not declare it. Source: facts A.4."""

    code = "InvalidParameterValue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What a session gets from whoever asks for it, and from the session that asks."""

    policies: tuple[str, ...] = ()
    policy_arns: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    """Those that the calling session hands on, too."""
    transitive: tuple[str, ...] = ()


def passed(
    *,
    policy: str | None,
    policy_arns: Iterable[sts.PolicyDescriptorType] | None,
    tags: Iterable[sts.Tag] | None = None,
    transitive_keys: Iterable[str] | None = None,
    calling: Session | None = None,
    directory: Directory,
) -> Passed:
    """Judge what is passed to a session of the directory's account; `calling` is the session that asks, if it is one.

    Raises:
        MalformedPolicyDocumentException: a policy is none, or there is no such managed policy.
        ValidationException: too much of it.
        InvalidParameterValueException: tags that can't be passed.
    """
    arns = tuple(dict.fromkeys(one.arn or "" for one in policy_arns or ()))
    # (1)
    if len(arns) > MANAGED_MAX:
        raise ValidationException(TOO_MANY_POLICIES.format(maximum=MANAGED_MAX))
    if len(policy or "") + sum(map(len, arns)) > POLICY_CHARACTERS_MAX:
        raise ValidationException(TOO_LONG.format(maximum=POLICY_CHARACTERS_MAX))
    if policy is not None:
        try:
            read(policy, kind=PolicyKind.IDENTITY)
        except PolicyRefused as error:
            raise sts.MalformedPolicyDocumentException(MALFORMED) from error
    for arn in arns:
        if directory.document_of(arn) is None:
            raise sts.MalformedPolicyDocumentException(NO_POLICY.format(arn=arn))
    # (2), (3)
    asked = tuple((one.key or "", one.value or "") for one in tags or ())
    handed = handed_on(calling)
    transitive = tuple(transitive_keys or ())
    _check_tags(asked, transitive, handed)
    return Passed(
        policies=() if policy is None else (policy,),
        policy_arns=arns,
        tags=(*handed, *asked),
        transitive=(*(key for key, _ in handed), *_spelled_as_tags(transitive, asked)),
    )


def handed_on(calling: Session | None) -> tuple[tuple[str, str], ...]:
    """The tags that a session hands on to the next role of a chain."""
    if calling is None:
        return ()
    transitive = {key.lower() for key in calling.transitive}
    return tuple((key, value) for key, value in calling.tags if key.lower() in transitive)


def is_reserved(name: str) -> bool:
    return name.lower().startswith("aws:")


def packed_percent(claims: Claims) -> int | None:
    """How much of the room in a token its policies and tags take; `None`: there are none.

    Raises:
        PackedPolicyTooLargeException: more than there is (4).
    """
    if not (claims.policies or claims.policy_arns or claims.tags):
        return None
    percent = -(-100 * packed_bytes(claims) // PACKED_BYTES_MAX)
    if percent > 100:
        raise sts.PackedPolicyTooLargeException(TOO_LARGE.format(percent=percent))
    return percent


def _check_tags(
    asked: tuple[tuple[str, str], ...], transitive: tuple[str, ...], handed: tuple[tuple[str, str], ...]
) -> None:
    keys = [key.lower() for key, _ in asked]
    chained = {key.lower() for key, _ in handed}
    if len(set(keys)) != len(keys):
        raise InvalidParameterValueException(DUPLICATE_TAGS)
    if any(map(is_reserved, keys)):
        raise InvalidParameterValueException(RESERVED_TAG)
    wanted = [key.lower() for key in transitive]
    if not chained.isdisjoint(wanted):
        raise InvalidParameterValueException(TRANSITIVE_CONFLICT)
    if not chained.isdisjoint(keys):
        raise InvalidParameterValueException(TAG_CONFLICT)
    if not set(wanted) <= set(keys):
        raise InvalidParameterValueException(TRANSITIVE_NOT_PASSED)
    if len(asked) + len(handed) > TAGS_MAX:
        raise ValidationException(TOO_MANY_TAGS.format(maximum=TAGS_MAX))


def _spelled_as_tags(wanted: Iterable[str], asked: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Keys as the tags have them: what is asked for in another case is the same tag."""
    meant = {key.lower() for key in wanted}
    return tuple(key for key, _ in asked if key.lower() in meant)
