"""What a request has for each condition key that a policy may ask about.

A value comes from one of three places: the call itself (who, when, from where: the global keys), the request's own members
(the operations table says which member fills which key), or what was found before policy was asked (its service says).
Nothing is worked out before a statement asks for it, since most requests meet no condition at all.

A tag's key is compared without regard to case. Two tags of one resource whose keys differ in case only are two values of
one condition key. What a service asks in a caller's name has no `aws:SourceIp`: the address would be the service's.

Source: IAM User Guide, AWS global condition context keys; Service Authorization Reference; facts B.3, B.8, F.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from watchword.api.call import Principal, PrincipalKind, Session
from watchword.api.operation import Operation
from watchword.api.shape import Instant, Shape

REQUEST_TAG = "aws:requesttag/"
RESOURCE_TAG = ("aws:resourcetag/", "iam:resourcetag/", "secretsmanager:resourcetag/")
PRINCIPAL_TAG = "aws:principaltag/"
ENCRYPTION_CONTEXT = "kms:encryptioncontext:"
TAG_KEYS = "aws:tagkeys"

Values = tuple[str, ...]


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """How and where a request came in."""

    region: str
    """`aws:RequestedRegion`."""
    now: int
    """Milliseconds since 1970 UTC."""
    source: str = ""
    """The caller's address; empty for what this Region does by itself."""
    secure: bool = False
    user_agent: str | None = None
    via: str | None = None
    """`Call.via`: the service that asks in the caller's name."""


class RequestContext:
    """The condition keys of one request; `decision.Context`."""

    __slots__ = ("_account", "_circumstances", "_facts", "_operation", "_principal", "_request", "_tags")

    def __init__(
        self,
        *,
        operation: Operation,
        request: Shape,
        principal: Principal,
        circumstances: Circumstances,
        account: str,
        tags: Mapping[str, str],
        facts: Callable[[], Mapping[str, Values]] | None,
    ) -> None:
        """`account` owns the resource; `tags` and `facts` (by lower-case condition key) are of what was found."""
        self._operation = operation
        self._request = request
        self._principal = principal
        self._circumstances = circumstances
        self._account = account
        self._tags = tags
        self._facts = facts

    def get(self, key: str, /) -> Values | None:
        """All values of a condition key, in lower case; `None` if the request lacks it."""
        of_call = GLOBAL.get(key)
        if of_call is not None:
            return of_call(self._principal, self._circumstances, self._account)
        if key.startswith(PRINCIPAL_TAG):
            return _of_tags(self._principal.tags, key.removeprefix(PRINCIPAL_TAG))
        for prefix in RESOURCE_TAG:
            if key.startswith(prefix):
                return _of_tags(self._tags.items(), key.removeprefix(prefix))
        filled = filling(self._operation).get(_name_of(key))
        if filled is not None:
            member = getattr(self._request, filled)
            if member is not None:
                return _of_member(key, member)
            # Not said, and there all the same: what a session hands on, an algorithm that is the default.
        return None if self._facts is None else self._facts().get(key)


def filling(operation: Operation) -> Mapping[str, str]:
    """The request's members that fill condition keys: by the key's name in lower case, without what is the caller's."""
    found = _FILLING.get(operation)
    if found is None:
        found = {
            _name_of(key.name.lower()): key.member
            for key in operation.condition_keys
            if key.member is not None
        }
        _FILLING[operation] = found
    return found


_FILLING: dict[Operation, Mapping[str, str]] = {}
"""Bounded by the operations table."""

_OPEN_ENDED = (REQUEST_TAG, ENCRYPTION_CONTEXT)


def _name_of(key: str) -> str:
    """A key's name as the table has it: what a caller may append is cut off."""
    for prefix in _OPEN_ENDED:
        if key.startswith(prefix):
            return prefix
    return key


def _of_member(key: str, member: Any) -> Values | None:
    """A request's member as a policy sees it."""
    if key.startswith(REQUEST_TAG):
        return _of_tags(_pairs(member), key.removeprefix(REQUEST_TAG))
    if key.startswith(ENCRYPTION_CONTEXT):
        return _of_tags(member.items(), key.removeprefix(ENCRYPTION_CONTEXT))
    if key == TAG_KEYS and member and not isinstance(member[0], str):
        return tuple(name for name, _ in _pairs(member))
    if isinstance(member, Mapping):
        return tuple(member)
    if isinstance(member, tuple):
        return tuple(_text(_region_in(one)) for one in member)
    if isinstance(member, Shape):
        # Whether it is there at all, as `secretsmanager:ModifyRotationRules` asks.
        return ("true",)
    return (_text(member),)


def _region_in(one: Any) -> Any:
    """Of a replica Region in a list, its name."""
    return getattr(one, "region", None) or "" if isinstance(one, Shape) else one


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Instant):
        return str(value.ms // 1000)
    return str(value)


def _pairs(tags: Sequence[Shape]) -> list[tuple[str, str]]:
    """Names and values of a request's tags: KMS says TagKey and TagValue, the others Key and Value."""
    return [
        (getattr(tag, name) or "", getattr(tag, value) or "")
        for tag in tags
        for name, value in (tag.__struct_fields__[:2],)
    ]


def _of_tags(pairs: Iterable[tuple[str, str]], wanted: str) -> Values | None:
    return tuple(value for name, value in pairs if name.lower() == wanted) or None


def _iso(now: int) -> str:
    return datetime.fromtimestamp(now // 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# The call itself

_TYPES = {
    PrincipalKind.ROOT: "Account",
    PrincipalKind.USER: "User",
    PrincipalKind.ROLE_SESSION: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
}
"""`aws:PrincipalType`."""


def _principal_arn(who: Principal) -> str:
    """Of a role's session the role's ARN: so that one value stands for all its sessions."""
    return who.issuer_arn if who.kind is PrincipalKind.ROLE_SESSION else who.arn


def _username(who: Principal) -> str | None:
    """Of users alone, with temporary credentials too; neither roles nor federated users have one."""
    return who.name if who.kind is PrincipalKind.USER else None


def _of_session(who: Principal, value: Callable[[Session], str | None]) -> Values | None:
    """What temporary credentials bring with them; long-term ones lack these keys."""
    return None if who.session is None else _one(value(who.session))


def _one(value: str | None) -> Values | None:
    return None if value is None else (value,)


GLOBAL: Mapping[str, Callable[[Principal, Circumstances, str], Values | None]] = {
    "aws:currenttime": lambda _who, how, _of: (_iso(how.now),),
    "aws:epochtime": lambda _who, how, _of: (str(how.now // 1000),),
    "aws:federatedprovider": lambda who, _how, _of: _of_session(who, lambda one: one.federated_provider),
    # Nobody signs in with a second factor here, and a session says so; how old one is, none can say.
    "aws:multifactorauthage": lambda _who, _how, _of: None,
    "aws:multifactorauthpresent": lambda who, _how, _of: _of_session(who, lambda _one: "false"),
    "aws:principalaccount": lambda who, _how, _of: _one(who.account or None),
    "aws:principalarn": lambda who, _how, _of: (_principal_arn(who),),
    "aws:principalisawsservice": lambda _who, _how, _of: ("false",),
    "aws:principaltype": lambda who, _how, _of: _one(_TYPES.get(who.kind)),
    "aws:requestedregion": lambda _who, how, _of: (how.region,),
    "aws:resourceaccount": lambda _who, _how, of: _one(of or None),
    "aws:securetransport": lambda _who, how, _of: (_text(how.secure),),
    "aws:sourceidentity": lambda who, _how, _of: _of_session(who, lambda one: one.source_identity),
    "aws:sourceip": lambda _who, how, _of: (how.source,) if how.source and how.via is None else None,
    "aws:tokenissuetime": lambda who, _how, _of: _of_session(who, lambda one: _iso(one.issued_ms)),
    "aws:useragent": lambda _who, how, _of: _one(how.user_agent),
    "aws:userid": lambda who, _how, _of: (who.user_id,),
    "aws:username": lambda who, _how, _of: _one(_username(who)),
    "aws:viaawsservice": lambda _who, how, _of: (_text(how.via is not None),),
    "ec2:region": lambda _who, how, _of: (how.region,),
    "kms:calleraccount": lambda who, _how, _of: _one(who.account or None),
    "kms:viaservice": lambda _who, how, _of: _one(how.via),
}
"""By condition key in lower case: from who calls, how it came in, and the account that owns the resource."""
