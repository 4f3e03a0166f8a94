"""IAM's access keys: made, listed, switched on and off, deleted.

The secret is made in custody and shown once, in the answer that makes it. Without `UserName` the keys are those of whoever
calls, the root user's too. Source: IAM API reference, CreateAccessKey and its kin.
"""

from __future__ import annotations

import base64
from functools import partial

import msgspec

from watchword.api.call import Bound, Call, Found, PrincipalKind, Scope
from watchword.api.errors import AccessDeniedException, ValidationException
from watchword.api.shapes import iam
from watchword.identity import iam_conditions
from watchword.identity import iam_quotas as quotas
from watchword.identity.custody import IdentityCustody
from watchword.identity.entities import NO_USER, directory_of, find_user, moment, require_room, save
from watchword.identity.iam_lists import page
from watchword.identity.model import AccessKeyItem, User
from watchword.identity.store import IdentityStore

PREFIX = "AKIA"
ID_BYTES = 10
STATUSES = {True: "Active", False: "Inactive"}
NO_USE = "N/A"
NOT_YOURS = "User: {caller} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: {named}"
"""AWS's answer for a key of nobody, or of another account, to whoever asks."""
NO_KEY = "The Access Key with id {key_id} cannot be found."


def create_access_key(
    _request: iam.CreateAccessKeyRequest,
    user: User | None,
    call: Call[IdentityStore],
    *,
    custody: IdentityCustody,
) -> iam.CreateAccessKeyResponse:
    """Make an access key; its secret is in this answer and nowhere else. Raises LimitExceeded, NoSuchEntity."""
    owner_id, name = _owner(user, call)
    directory = directory_of(call.account, call.store)
    held = len(directory.keys_of.get(owner_id, ()))
    require_room(held, maximum=quotas.ACCESS_KEYS_OF_USER, what="AccessKeysPerUser")
    key_id = PREFIX + base64.b32encode(call.entropy(ID_BYTES)).decode("ascii")
    secret, sealed = custody.make_access_key(access_key_id=key_id)
    key = AccessKeyItem(access_key_id=key_id, owner_id=owner_id, created_ms=call.now)
    save(call, key, secrets={key_id: sealed})
    made = iam.AccessKey(
        user_name=name,
        access_key_id=key_id,
        status=STATUSES[True],
        secret_access_key=secret,
        create_date=moment(call.now),
    )
    return iam.CreateAccessKeyResponse(access_key=made)


def list_access_keys(
    request: iam.ListAccessKeysRequest, user: User | None, call: Call[IdentityStore]
) -> iam.ListAccessKeysResponse:
    owner_id, name = _owner(user, call)
    keys, truncated, marker = page(
        directory_of(call.account, call.store).keys_of.get(owner_id, ()),
        key=lambda key: key.access_key_id,
        marker=request.marker,
        max_items=request.max_items,
    )
    listed = tuple(
        iam.AccessKeyMetadata(
            user_name=name,
            access_key_id=key.access_key_id,
            status=STATUSES[key.active],
            create_date=moment(key.created_ms),
        )
        for key in keys
    )
    return iam.ListAccessKeysResponse(access_key_metadata=listed, is_truncated=truncated, marker=marker)


def update_access_key(
    request: iam.UpdateAccessKeyRequest, user: User | None, call: Call[IdentityStore]
) -> None:
    """Switch a key on or off. Raises NoSuchEntity; InvalidInput: a key expires by no request."""
    key = _key(request.access_key_id or "", user, call)
    if request.status not in STATUSES.values():
        raise iam.InvalidInputException(f"Status {request.status} cannot be set.")
    save(call, msgspec.structs.replace(key, active=request.status == STATUSES[True]))


def delete_access_key(
    request: iam.DeleteAccessKeyRequest, user: User | None, call: Call[IdentityStore]
) -> None:
    save(call, remove=(_key(request.access_key_id or "", user, call),))


def find_key(
    request: iam.GetAccessKeyLastUsedRequest, scope: Scope, store: IdentityStore
) -> Found[AccessKeyItem | None]:
    """An access key of the account's; policy decides on its user. What is another account's is not there."""
    key_id = request.access_key_id or ""
    directory = directory_of(scope.account, store)
    key = directory.access_keys.get(key_id)
    user = None if key is None else directory.users.get(key.owner_id)
    named = f"access key {key_id}"
    if user is not None:
        arn, tags = directory.arn_of(user), user.tags
        return Found(resource=key, arn=arn, named=named, tags=tags, facts=iam_conditions.of_entity(user))
    text = NOT_YOURS.format(caller=scope.principal.arn, named=named)
    missing = AccessDeniedException(text) if key is None else None
    return Found(resource=key, arn=directory.root_arn, named=named, missing=missing)


def get_access_key_last_used(
    _request: iam.GetAccessKeyLastUsedRequest, key: AccessKeyItem | None, call: Call[IdentityStore]
) -> iam.GetAccessKeyLastUsedResponse:
    """Say when and with which service an access key was last used in this Region."""
    assert key is not None
    user = directory_of(call.account, call.store).users.get(key.owner_id)
    use = call.store.access_key_use(call.account, key.access_key_id)
    last = iam.AccessKeyLastUsed(
        last_used_date=None if use is None else moment(use.at_ms),
        service_name=NO_USE if use is None else use.service,
        region=NO_USE if use is None else call.place.region,
    )
    name = None if user is None else user.name
    return iam.GetAccessKeyLastUsedResponse(user_name=name, access_key_last_used=last)


def bindings(custody: IdentityCustody) -> tuple[Bound, ...]:
    return (
        Bound(
            operation=iam.CREATE_ACCESS_KEY,
            find=find_user,
            run=partial(create_access_key, custody=custody),
        ),
        Bound(operation=iam.LIST_ACCESS_KEYS, find=find_user, run=list_access_keys),
        Bound(operation=iam.UPDATE_ACCESS_KEY, find=find_user, run=update_access_key),
        Bound(operation=iam.DELETE_ACCESS_KEY, find=find_user, run=delete_access_key),
        Bound(operation=iam.GET_ACCESS_KEY_LAST_USED, find=find_key, run=get_access_key_last_used),
    )


def _owner(user: User | None, call: Call[IdentityStore]) -> tuple[str, str | None]:
    """Whose keys they are, by id and name: a root user has no name. A role's session has no keys of its own."""
    if user is not None:
        return user.user_id, user.name
    if call.principal.kind is PrincipalKind.ROOT:
        return call.account, None
    raise ValidationException(NO_USER)


def _key(key_id: str, user: User | None, call: Call[IdentityStore]) -> AccessKeyItem:
    owner_id, _ = _owner(user, call)
    key = directory_of(call.account, call.store).access_keys.get(key_id)
    if key is None or key.owner_id != owner_id:
        raise iam.NoSuchEntityException(NO_KEY.format(key_id=key_id))
    return key
