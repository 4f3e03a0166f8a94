"""Users, groups, roles and the like as IAM's operations find them, show them and save them.

All that an operation reads is one `Directory`, and all that it changes is one step to the next. `find` names what was asked
for the same way whether it is there or not, so that a refusal tells nothing; the ARN that policy decides on is its own,
and where there is none, the one that it would have in the root path.

Source: IAM API reference; Service Authorization Reference, IAM, Resource types; facts A.3.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from typing import TypeVar
from urllib.parse import quote

import msgspec

from watchword.api.call import Call, Found, Scope
from watchword.api.errors import ApiError, InternalFailure, ValidationException
from watchword.api.operation import Operation
from watchword.api.shape import Instant
from watchword.api.shapes import iam
from watchword.identity import iam_conditions
from watchword.identity import iam_quotas as quotas
from watchword.identity.directory import Directory
from watchword.identity.model import (
    KIND_OF,
    AccessKeyItem,
    Group,
    InstanceProfile,
    Item,
    Role,
    Settings,
    User,
)
from watchword.identity.store import IdentityChanged, IdentityStore

EntityT = TypeVar("EntityT", User, Group, Role, InstanceProfile)

UNIQUE_ID_BYTES = 10
"""16 characters after the prefix; AWS's have 17 or more."""
TAGS_MAX = 50
NOT_FOUND = "The {kind} with name {name} cannot be found."
TAKEN = "{kind} with name {name} already exists."
_POLICY_ARN = re.compile(r"arn:[^:]+:iam::(?:[0-9]{12}|aws):policy/.+", re.ASCII)
TOO_LARGE = "Cannot exceed quota for {what}: {maximum}"
IN_USE = "Cannot delete entity, must {what} first."
NO_USER = "Must specify userName when calling with non-User credentials"


def directory_of(account: str, store: IdentityStore) -> Directory:
    """The account's identity.

    Raises:
        InternalFailure: this Region has the account without its identity, which only a damaged store shows.
    """
    held = store.directory(account)
    if held is None:
        raise InternalFailure("the account's identity has not arrived in this Region")
    return held


def find_user(request: object, scope: Scope, store: IdentityStore) -> Found[User | None]:
    """The user that `UserName` names; without one, whoever calls (a root user is no user: the operation says what then)."""
    directory = directory_of(scope.account, store)
    name: str | None = getattr(request, "user_name", None)
    if name is None:
        user = directory.users.get(scope.principal.unique_id)
        return _found(user, scope.principal.arn, directory, named=scope.principal.arn)
    return _named("user", name, directory.user_named(name), directory)


def find_group(request: object, scope: Scope, store: IdentityStore) -> Found[Group | None]:
    directory = directory_of(scope.account, store)
    name: str = getattr(request, "group_name", None) or ""
    return _named("group", name, directory.group_named(name), directory)


def find_role(request: object, scope: Scope, store: IdentityStore) -> Found[Role | None]:
    directory = directory_of(scope.account, store)
    name: str = getattr(request, "role_name", None) or ""
    return _named("role", name, directory.role_named(name), directory)


def find_instance_profile(
    request: object, scope: Scope, store: IdentityStore
) -> Found[InstanceProfile | None]:
    directory = directory_of(scope.account, store)
    name: str = getattr(request, "instance_profile_name", None) or ""
    found = directory.instance_profile_named(name)
    missing = f"Instance Profile {name} cannot be found."
    return _named("instance-profile", name, found, directory, missing=missing)


def moving(
    found: Found[EntityT | None], operation: Operation, *, name: str | None, path: str | None, kind: str
) -> Found[EntityT | None]:
    """What may get another name or path: policy has to allow it on the ARN that it has and on the one that it gets.

    Source: IAM User Guide, Renaming an IAM user, Renaming an IAM user group.
    """
    held = found.resource
    if held is None or (name is None and path is None):
        return found
    account = found.arn.partition(f":{kind}/")[0]
    arn = f"{account}:{kind}{path or held.path}{name or held.name}"
    target = Found(resource=None, arn=arn, named=arn, tags=found.tags, facts=found.facts)
    return msgspec.structs.replace(found, also=((operation, target),))


def find_new(kind: str, name: str, path: str | None, scope: Scope) -> Found[None]:
    """Something that is to be made: policy decides on the ARN that it will have."""
    place = scope.place
    arn = f"arn:{place.partition}:iam::{scope.account}:{kind}{path or '/'}{name}"
    return Found(resource=None, arn=arn)


def find_account(_request: object, _scope: Scope, _store: IdentityStore) -> Found[None]:
    """What belongs to no one thing: lists and settings of the account."""
    return Found(resource=None, arn="*")


def _named(
    kind: str, name: str, held: EntityT | None, directory: Directory, *, missing: str | None = None
) -> Found[EntityT | None]:
    error = iam.NoSuchEntityException(missing or NOT_FOUND.format(kind=kind, name=name))
    arn = f"arn:{directory.partition}:iam::{directory.account}:{kind}/{name}"
    return _found(held, arn, directory, named=f"{kind} {name}", missing=error)


def _found(
    held: EntityT | None,
    arn: str,
    directory: Directory,
    *,
    named: str,
    missing: ApiError | None = None,
) -> Found[EntityT | None]:
    if held is None:
        return Found(resource=None, arn=arn, named=named, missing=missing)
    tags: Mapping[str, str] = {} if isinstance(held, Group) else held.tags
    return Found(
        resource=held,
        arn=directory.arn_of(held),
        named=named,
        tags=tags,
        facts=iam_conditions.of_entity(held),
    )


def save(
    call: Call[IdentityStore],
    *items: Item,
    remove: Iterable[Item] = (),
    secrets: Mapping[str, bytes] | None = None,
) -> Directory:
    """Stage the account's next state; returns it.

    Raises:
        LimitExceededException: it would be more than a message between Regions holds.
    """
    before = directory_of(call.account, call.store)
    after = before.changed(save=items, remove=remove, now=call.now, entropy=call.entropy)
    _require_carriable(before, after, items)
    call.stage(IdentityChanged(before=before, after=after, secrets=secrets or {}))
    return after


def _require_carriable(before: Directory, after: Directory, saved: Iterable[Item]) -> None:
    """What gets smaller is always taken: it is the way back. So are access keys switched off, and Regions disabled."""
    saved = tuple(saved)
    for item in saved:
        address = KIND_OF[type(item)], item.item_id
        former = before.items.get(address)
        size = after.items[address].body_bytes
        if size > quotas.ITEM_BYTES and (former is None or size > former.body_bytes):
            raise iam.LimitExceededException(
                TOO_LARGE.format(what="BytesPerEntity", maximum=quotas.ITEM_BYTES)
            )
    if len(after.items) > max(quotas.ACCOUNT_ITEMS, len(before.items)):
        raise iam.LimitExceededException(
            TOO_LARGE.format(what="EntitiesPerAccount", maximum=quotas.ACCOUNT_ITEMS)
        )
    switched = all(
        isinstance(item, AccessKeyItem | Settings) and (KIND_OF[type(item)], item.item_id) in before.items
        for item in saved
    )
    if not switched and after.carried_bytes > max(quotas.ACCOUNT_BYTES, before.carried_bytes):
        raise iam.LimitExceededException(
            TOO_LARGE.format(what="BytesPerAccount", maximum=quotas.ACCOUNT_BYTES)
        )


def new_id(prefix: str, call: Call[IdentityStore]) -> str:
    """A unique id that was never given: `AIDA…`. Source: IAM User Guide, IAM identifiers."""
    return prefix + base64.b32encode(call.entropy(UNIQUE_ID_BYTES)).decode("ascii")


def require_user(user: User | None) -> User:
    """Of an operation that means whoever calls where no user is named.

    Raises:
        ValidationException: the caller is a role's session, or the root user.
    """
    if user is None:
        raise ValidationException(NO_USER)
    return user


def require(resource: EntityT | None) -> EntityT:
    """What `find` gave where the gate has refused what is missing."""
    assert resource is not None
    return resource


def taken(kind: str, name: str) -> iam.EntityAlreadyExistsException:
    return iam.EntityAlreadyExistsException(TAKEN.format(kind=kind, name=name))


def require_room(held: int, *, maximum: int, what: str) -> None:
    """Refuse one more. Source: facts A.3, LimitExceeded; IAM User Guide, IAM and AWS STS quotas."""
    if held >= maximum:
        raise iam.LimitExceededException(TOO_LARGE.format(what=what, maximum=maximum))


# As IAM shows things


def moment(ms: int) -> Instant:
    return Instant(ms)


def document_text(text: str) -> str:
    """A policy document as IAM's answers hold it: URL-encoded (RFC 3986). Source: IAM API, GetRolePolicy."""
    return quote(text, safe="-._~")


def tags_of(tags: Mapping[str, str]) -> tuple[iam.Tag, ...]:
    return tuple(iam.Tag(key=key, value=value) for key, value in tags.items())


def boundary_of(arn: str | None) -> iam.AttachedPermissionsBoundary | None:
    if arn is None:
        return None
    return iam.AttachedPermissionsBoundary(
        permissions_boundary_type="PermissionsBoundaryPolicy", permissions_boundary_arn=arn
    )


def tagged(held: Mapping[str, str], tags: Iterable[iam.Tag]) -> dict[str, str]:
    """Tags with others laid over them: a key keeps the case in which it was first given, and is found in any.

    Raises:
        InvalidInputException: a key twice in one request. LimitExceededException: more than 50.
    """
    after = dict(held)
    cases = {key.lower(): key for key in after}
    seen: set[str] = set()
    for tag in tags:
        key, value = tag.key or "", tag.value or ""
        if key.lower() in seen:
            raise iam.InvalidInputException(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive."
            )
        if key.lower().startswith("aws:"):
            raise iam.InvalidInputException("Tags with prefix aws: are reserved for system use.")
        seen.add(key.lower())
        after[cases.get(key.lower(), key)] = value
    if len(after) > TAGS_MAX:
        raise iam.LimitExceededException(
            f"The number of tags has reached the maximum limit. Maximum tags: {TAGS_MAX}"
        )
    return after


def untagged(held: Mapping[str, str], keys: Iterable[str]) -> dict[str, str]:
    gone = {key.lower() for key in keys}
    return {key: value for key, value in held.items() if key.lower() not in gone}


def require_policy_arn(arn: str | None) -> str:
    """Raises InvalidInput: it names no managed policy, whether there or not."""
    if arn is None or _POLICY_ARN.fullmatch(arn) is None:
        raise iam.InvalidInputException(f"ARN {arn} is not valid.")
    return arn


def require_boundary(arn: str | None, directory: Directory) -> None:
    """A boundary must be a managed policy that is there.

    Raises:
        InvalidInputException, NoSuchEntityException
    """
    if arn is not None and directory.document_of(require_policy_arn(arn)) is None:
        raise iam.NoSuchEntityException(f"Scope ARN: {arn} does not exist or is not attachable.")
