"""IAM's groups, and who is in them. Source: IAM API reference, CreateGroup and its kin; facts A.3."""

from __future__ import annotations

import msgspec

from watchword.api.call import Bound, Call, Found, Scope
from watchword.api.shapes import iam
from watchword.identity import iam_quotas as quotas
from watchword.identity.directory import Directory
from watchword.identity.entities import (
    NOT_FOUND,
    directory_of,
    find_account,
    find_group,
    find_new,
    find_user,
    moment,
    moving,
    new_id,
    require,
    require_room,
    save,
    taken,
)
from watchword.identity.iam_lists import page
from watchword.identity.model import Group, User
from watchword.identity.store import IdentityStore
from watchword.identity.users import REFERENCES, in_list


def find_new_group(request: iam.CreateGroupRequest, scope: Scope, _store: IdentityStore) -> Found[None]:
    return find_new("group", request.group_name or "", request.path, scope)


def create_group(
    request: iam.CreateGroupRequest, _found: None, call: Call[IdentityStore]
) -> iam.CreateGroupResponse:
    directory = directory_of(call.account, call.store)
    name = request.group_name or ""
    if directory.group_named(name) is not None:
        raise taken("Group", name)
    require_room(len(directory.groups), maximum=quotas.GROUPS, what="GroupsPerAccount")
    group = Group(group_id=new_id("AGPA", call), name=name, path=request.path or "/", created_ms=call.now)
    return iam.CreateGroupResponse(group=shown(group, save(call, group)))


def get_group(
    request: iam.GetGroupRequest, group: Group | None, call: Call[IdentityStore]
) -> iam.GetGroupResponse:
    """Show a group and a page of its users."""
    group = require(group)
    directory = directory_of(call.account, call.store)
    users, truncated, marker = page(
        directory.members.get(group.group_id, ()),
        key=lambda user: user.name.lower(),
        marker=request.marker,
        max_items=request.max_items,
    )
    return iam.GetGroupResponse(
        group=shown(group, directory),
        users=tuple(in_list(user, directory) for user in users),
        is_truncated=truncated,
        marker=marker,
    )


def list_groups(
    request: iam.ListGroupsRequest, _found: None, call: Call[IdentityStore]
) -> iam.ListGroupsResponse:
    directory = directory_of(call.account, call.store)
    prefix = request.path_prefix or "/"
    groups, truncated, marker = page(
        (group for group in directory.groups.values() if group.path.startswith(prefix)),
        key=lambda group: group.name.lower(),
        marker=request.marker,
        max_items=request.max_items,
    )
    listed = tuple(shown(group, directory) for group in groups)
    return iam.ListGroupsResponse(groups=listed, is_truncated=truncated, marker=marker)


def list_groups_for_user(
    request: iam.ListGroupsForUserRequest, user: User | None, call: Call[IdentityStore]
) -> iam.ListGroupsForUserResponse:
    user = require(user)
    directory = directory_of(call.account, call.store)
    groups, truncated, marker = page(
        (directory.groups[group_id] for group_id in user.groups),
        key=lambda group: group.name.lower(),
        marker=request.marker,
        max_items=request.max_items,
    )
    listed = tuple(shown(group, directory) for group in groups)
    return iam.ListGroupsForUserResponse(groups=listed, is_truncated=truncated, marker=marker)


def find_moving_group(
    request: iam.UpdateGroupRequest, scope: Scope, store: IdentityStore
) -> Found[Group | None]:
    found = find_group(request, scope, store)
    name, path = request.new_group_name, request.new_path
    return moving(found, iam.UPDATE_GROUP, name=name, path=path, kind="group")


def update_group(request: iam.UpdateGroupRequest, group: Group | None, call: Call[IdentityStore]) -> None:
    group = require(group)
    name = request.new_group_name or group.name
    other = directory_of(call.account, call.store).group_named(name)
    if other is not None and other.group_id != group.group_id:
        raise taken("Group", name)
    save(call, msgspec.structs.replace(group, name=name, path=request.new_path or group.path))


def delete_group(_request: iam.DeleteGroupRequest, group: Group | None, call: Call[IdentityStore]) -> None:
    """Delete a group that is empty and has no policies. Raises DeleteConflict."""
    group = require(group)
    directory = directory_of(call.account, call.store)
    for held, what in (
        (directory.members.get(group.group_id), "remove users from group"),
        (group.inline, "delete policies"),
        (group.attached, "detach all policies"),
    ):
        if held:
            raise iam.DeleteConflictException(REFERENCES.format(what=what))
    save(call, remove=(group,))


def add_user_to_group(
    request: iam.AddUserToGroupRequest, group: Group | None, call: Call[IdentityStore]
) -> None:
    """Put a user into a group; who is in it already stays. Policy decides on the group alone."""
    group, user = require(group), _user(request.user_name, call)
    if group.group_id in user.groups:
        return
    require_room(len(user.groups), maximum=quotas.GROUPS_OF_USER, what="GroupsPerUser")
    save(call, msgspec.structs.replace(user, groups=(*user.groups, group.group_id)))


def remove_user_from_group(
    request: iam.RemoveUserFromGroupRequest, group: Group | None, call: Call[IdentityStore]
) -> None:
    group, user = require(group), _user(request.user_name, call)
    if group.group_id not in user.groups:
        raise iam.NoSuchEntityException(NOT_FOUND.format(kind="user", name=user.name))
    left = tuple(held for held in user.groups if held != group.group_id)
    save(call, msgspec.structs.replace(user, groups=left))


def _user(name: str | None, call: Call[IdentityStore]) -> User:
    user = directory_of(call.account, call.store).user_named(name or "")
    if user is None:
        raise iam.NoSuchEntityException(NOT_FOUND.format(kind="user", name=name))
    return user


def shown(group: Group, directory: Directory) -> iam.Group:
    return iam.Group(
        path=group.path,
        group_name=group.name,
        group_id=group.group_id,
        arn=directory.arn_of(group),
        create_date=moment(group.created_ms),
    )


def bindings() -> tuple[Bound, ...]:
    return (
        Bound(operation=iam.CREATE_GROUP, find=find_new_group, run=create_group),
        Bound(operation=iam.GET_GROUP, find=find_group, run=get_group),
        Bound(operation=iam.LIST_GROUPS, find=find_account, run=list_groups),
        Bound(operation=iam.LIST_GROUPS_FOR_USER, find=find_user, run=list_groups_for_user),
        Bound(operation=iam.UPDATE_GROUP, find=find_moving_group, run=update_group),
        Bound(operation=iam.DELETE_GROUP, find=find_group, run=delete_group),
        Bound(operation=iam.ADD_USER_TO_GROUP, find=find_group, run=add_user_to_group),
        Bound(operation=iam.REMOVE_USER_FROM_GROUP, find=find_group, run=remove_user_from_group),
    )
