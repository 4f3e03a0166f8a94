"""IAM's users: made, shown, renamed, tagged, bounded and deleted.

A user without `UserName` in the request is whoever calls. Source: IAM API reference, CreateUser and its kin; facts A.3.
"""

from __future__ import annotations

import msgspec

from watchword.api.call import Bound, Call, Found, Scope
from watchword.api.errors import ValidationException
from watchword.api.shapes import iam
from watchword.identity import iam_quotas as quotas
from watchword.identity.directory import Directory
from watchword.identity.entities import (
    NO_USER,
    boundary_of,
    directory_of,
    find_account,
    find_new,
    find_user,
    moment,
    moving,
    new_id,
    require,
    require_boundary,
    require_room,
    save,
    tagged,
    tags_of,
    taken,
    untagged,
)
from watchword.identity.iam_lists import page
from watchword.identity.model import User
from watchword.identity.store import IdentityStore

REFERENCES = "Cannot delete entity, must {what} first."


def find_new_user(request: iam.CreateUserRequest, scope: Scope, _store: IdentityStore) -> Found[None]:
    return find_new("user", request.user_name or "", request.path, scope)


def create_user(
    request: iam.CreateUserRequest, _found: None, call: Call[IdentityStore]
) -> iam.CreateUserResponse:
    """Make a user. Raises EntityAlreadyExists, LimitExceeded, InvalidInput, NoSuchEntity (its boundary)."""
    directory = directory_of(call.account, call.store)
    name = request.user_name or ""
    if directory.user_named(name) is not None:
        raise taken("User", name)
    require_room(len(directory.users), maximum=quotas.USERS, what="UsersPerAccount")
    require_boundary(request.permissions_boundary, directory)
    user = User(
        user_id=new_id("AIDA", call),
        name=name,
        path=request.path or "/",
        created_ms=call.now,
        tags=tagged({}, request.tags or ()),
        boundary=request.permissions_boundary,
    )
    after = save(call, user)
    return iam.CreateUserResponse(user=shown(user, after))


def get_user(
    _request: iam.GetUserRequest, user: User | None, call: Call[IdentityStore]
) -> iam.GetUserResponse:
    """Show a user; of the root user, which is none, what AWS shows of it."""
    directory = directory_of(call.account, call.store)
    if user is None:
        root = iam.User(
            path="/",
            user_name=directory.settings.alias or directory.account,
            user_id=directory.account,
            arn=directory.root_arn,
            create_date=moment(directory.settings.created_ms),
        )
        if call.principal.arn != directory.root_arn:
            raise ValidationException(NO_USER)
        return iam.GetUserResponse(user=root)
    return iam.GetUserResponse(user=shown(user, directory))


def list_users(
    request: iam.ListUsersRequest, _found: None, call: Call[IdentityStore]
) -> iam.ListUsersResponse:
    directory = directory_of(call.account, call.store)
    prefix = request.path_prefix or "/"
    users, truncated, marker = page(
        (user for user in directory.users.values() if user.path.startswith(prefix)),
        key=lambda user: user.name.lower(),
        marker=request.marker,
        max_items=request.max_items,
    )
    listed = tuple(in_list(user, directory) for user in users)
    return iam.ListUsersResponse(users=listed, is_truncated=truncated, marker=marker)


def find_moving_user(
    request: iam.UpdateUserRequest, scope: Scope, store: IdentityStore
) -> Found[User | None]:
    found = find_user(request, scope, store)
    name, path = request.new_user_name, request.new_path
    return moving(found, iam.UPDATE_USER, name=name, path=path, kind="user")


def update_user(request: iam.UpdateUserRequest, user: User | None, call: Call[IdentityStore]) -> None:
    """Rename or move a user; policies that name it go on to mean it."""
    user = require(user)
    directory = directory_of(call.account, call.store)
    name = request.new_user_name or user.name
    other = directory.user_named(name)
    if other is not None and other.user_id != user.user_id:
        raise taken("User", name)
    save(call, msgspec.structs.replace(user, name=name, path=request.new_path or user.path))


def delete_user(_request: iam.DeleteUserRequest, user: User | None, call: Call[IdentityStore]) -> None:
    """Delete a user that nothing hangs on any more. Raises DeleteConflict."""
    user = require(user)
    directory = directory_of(call.account, call.store)
    for held, what in (
        (directory.keys_of.get(user.user_id), "delete access keys"),
        (user.login, "delete login profile"),
        (user.inline, "delete policies"),
        (user.attached, "detach all policies"),
        (user.groups, "remove users from group"),
    ):
        if held:
            raise iam.DeleteConflictException(REFERENCES.format(what=what))
    save(call, remove=(user,))


def tag_user(request: iam.TagUserRequest, user: User | None, call: Call[IdentityStore]) -> None:
    user = require(user)
    save(call, msgspec.structs.replace(user, tags=tagged(user.tags, request.tags or ())))


def untag_user(request: iam.UntagUserRequest, user: User | None, call: Call[IdentityStore]) -> None:
    user = require(user)
    save(call, msgspec.structs.replace(user, tags=untagged(user.tags, request.tag_keys or ())))


def list_user_tags(
    request: iam.ListUserTagsRequest, user: User | None, _call: Call[IdentityStore]
) -> iam.ListUserTagsResponse:
    user = require(user)
    tags, truncated, marker = page(
        tags_of(user.tags),
        key=lambda tag: tag.key or "",
        marker=request.marker,
        max_items=request.max_items,
    )
    return iam.ListUserTagsResponse(tags=tags, is_truncated=truncated, marker=marker)


def put_user_permissions_boundary(
    request: iam.PutUserPermissionsBoundaryRequest, user: User | None, call: Call[IdentityStore]
) -> None:
    user = require(user)
    require_boundary(request.permissions_boundary, directory_of(call.account, call.store))
    save(call, msgspec.structs.replace(user, boundary=request.permissions_boundary))


def delete_user_permissions_boundary(
    _request: iam.DeleteUserPermissionsBoundaryRequest, user: User | None, call: Call[IdentityStore]
) -> None:
    user = require(user)
    if user.boundary is None:
        raise iam.NoSuchEntityException(f"User {user.name} does not have a permissions boundary.")
    save(call, msgspec.structs.replace(user, boundary=None))


def in_list(user: User, directory: Directory) -> iam.User:
    """As lists show it: without tags and boundary. Source: IAM API, ListUsers."""
    return iam.User(
        path=user.path,
        user_name=user.name,
        user_id=user.user_id,
        arn=directory.arn_of(user),
        create_date=moment(user.created_ms),
    )


def shown(user: User, directory: Directory) -> iam.User:
    return msgspec.structs.replace(
        in_list(user, directory),
        permissions_boundary=boundary_of(user.boundary),
        tags=tags_of(user.tags) or None,
    )


def bindings() -> tuple[Bound, ...]:
    return (
        Bound(operation=iam.CREATE_USER, find=find_new_user, run=create_user),
        Bound(operation=iam.GET_USER, find=find_user, run=get_user),
        Bound(operation=iam.LIST_USERS, find=find_account, run=list_users),
        Bound(operation=iam.UPDATE_USER, find=find_moving_user, run=update_user),
        Bound(operation=iam.DELETE_USER, find=find_user, run=delete_user),
        Bound(operation=iam.TAG_USER, find=find_user, run=tag_user),
        Bound(operation=iam.UNTAG_USER, find=find_user, run=untag_user),
        Bound(operation=iam.LIST_USER_TAGS, find=find_user, run=list_user_tags),
        Bound(operation=iam.PUT_USER_PERMISSIONS_BOUNDARY, find=find_user, run=put_user_permissions_boundary),
        Bound(
            operation=iam.DELETE_USER_PERMISSIONS_BOUNDARY,
            find=find_user,
            run=delete_user_permissions_boundary,
        ),
    )
