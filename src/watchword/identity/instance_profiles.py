"""IAM's instance profiles: made, shown, given a role, tagged and deleted. No machine uses them; templates make them.

Source: IAM API reference, CreateInstanceProfile and its kin; IAM User Guide, Using instance profiles; facts A.3.
"""

from __future__ import annotations

from typing import Any

import msgspec

from watchword.api.call import Bound, Call, Found, Names, Scope
from watchword.api.shapes import iam
from watchword.identity import iam_conditions, roles
from watchword.identity import iam_quotas as quotas
from watchword.identity.directory import Directory
from watchword.identity.entities import (
    directory_of,
    find_account,
    find_instance_profile,
    find_new,
    find_role,
    moment,
    new_id,
    require,
    require_room,
    save,
    tagged,
    tags_of,
    untagged,
)
from watchword.identity.iam_lists import page
from watchword.identity.inline_policies import modifiable
from watchword.identity.model import InstanceProfile, Role
from watchword.identity.store import IdentityStore

ROLES_OF_PROFILE = 1
HAS_ROLE = "Cannot delete entity, must remove roles from instance profile first."


def find_new_profile(
    request: iam.CreateInstanceProfileRequest, scope: Scope, _store: IdentityStore
) -> Found[None]:
    return find_new("instance-profile", request.instance_profile_name or "", request.path, scope)


def find_profile_and_role(
    request: Any, scope: Scope, store: IdentityStore
) -> Found[tuple[InstanceProfile, Role] | None]:
    """The profile, which policy decides on, and the role that goes in or out of it."""
    profile, role = find_instance_profile(request, scope, store), find_role(request, scope, store)
    both = None if profile.resource is None or role.resource is None else (profile.resource, role.resource)
    return Found(
        resource=both,
        arn=profile.arn,
        named=profile.named,
        tags=profile.tags,
        missing=profile.missing or role.missing,
    )


def find_to_add(
    request: iam.AddRoleToInstanceProfileRequest, scope: Scope, store: IdentityStore
) -> Found[tuple[InstanceProfile, Role] | None]:
    """Whoever puts a role in a profile hands it to machines, and needs iam:PassRole on it."""
    found = find_profile_and_role(request, scope, store)
    role = find_role(request, scope, store)
    place = scope.place
    passed = Found(
        resource=None,
        arn=role.arn,
        named=role.named,
        tags=role.tags,
        facts=iam_conditions.of_passed_role(
            service=f"ec2.{place.dns_suffix}",
            associated=f"arn:{place.partition}:ec2:*:{scope.account}:instance/*",
        ),
    )
    return msgspec.structs.replace(found, also=((iam.PASS_ROLE, passed),))


def create_instance_profile(
    request: iam.CreateInstanceProfileRequest, _found: None, call: Call[IdentityStore]
) -> iam.CreateInstanceProfileResponse:
    """Make a profile. Raises EntityAlreadyExists, InvalidInput, LimitExceeded."""
    directory = directory_of(call.account, call.store)
    name = request.instance_profile_name or ""
    if directory.instance_profile_named(name) is not None:
        raise iam.EntityAlreadyExistsException(f"Instance Profile {name} already exists.")
    require_room(
        len(directory.instance_profiles),
        maximum=quotas.INSTANCE_PROFILES,
        what="InstanceProfilesPerAccount",
    )
    profile = InstanceProfile(
        profile_id=new_id("AIPA", call),
        name=name,
        path=request.path or "/",
        created_ms=call.now,
        tags=tagged({}, request.tags or ()),
    )
    after = save(call, profile)
    return iam.CreateInstanceProfileResponse(instance_profile=shown(profile, after, call.names))


def get_instance_profile(
    _request: iam.GetInstanceProfileRequest, profile: InstanceProfile | None, call: Call[IdentityStore]
) -> iam.GetInstanceProfileResponse:
    directory = directory_of(call.account, call.store)
    return iam.GetInstanceProfileResponse(instance_profile=shown(require(profile), directory, call.names))


def list_instance_profiles(
    request: iam.ListInstanceProfilesRequest, _found: None, call: Call[IdentityStore]
) -> iam.ListInstanceProfilesResponse:
    directory = directory_of(call.account, call.store)
    prefix = request.path_prefix or "/"
    profiles, truncated, marker = page(
        (one for one in directory.instance_profiles.values() if one.path.startswith(prefix)),
        key=lambda one: one.name.lower(),
        marker=request.marker,
        max_items=request.max_items,
    )
    listed = tuple(in_list(one, directory, call.names) for one in profiles)
    return iam.ListInstanceProfilesResponse(instance_profiles=listed, is_truncated=truncated, marker=marker)


def list_instance_profiles_for_role(
    request: iam.ListInstanceProfilesForRoleRequest, role: Role | None, call: Call[IdentityStore]
) -> iam.ListInstanceProfilesForRoleResponse:
    role_id = require(role).role_id
    directory = directory_of(call.account, call.store)
    profiles, truncated, marker = page(
        (one for one in directory.instance_profiles.values() if one.role_id == role_id),
        key=lambda one: one.name.lower(),
        marker=request.marker,
        max_items=request.max_items,
    )
    listed = tuple(in_list(one, directory, call.names) for one in profiles)
    return iam.ListInstanceProfilesForRoleResponse(
        instance_profiles=listed, is_truncated=truncated, marker=marker
    )


def add_role_to_instance_profile(
    _request: iam.AddRoleToInstanceProfileRequest,
    both: tuple[InstanceProfile, Role] | None,
    call: Call[IdentityStore],
) -> None:
    """Raises LimitExceeded: a profile has one role, and it is not replaced. UnmodifiableEntity."""
    assert both is not None
    profile, role = both
    modifiable(role)
    held = 0 if profile.role_id is None else 1
    require_room(held, maximum=ROLES_OF_PROFILE, what="InstanceSessionsPerInstanceProfile")
    save(call, msgspec.structs.replace(profile, role_id=role.role_id))


def remove_role_from_instance_profile(
    _request: iam.RemoveRoleFromInstanceProfileRequest,
    both: tuple[InstanceProfile, Role] | None,
    call: Call[IdentityStore],
) -> None:
    assert both is not None
    profile, role = both
    modifiable(role)
    if profile.role_id != role.role_id:
        raise iam.NoSuchEntityException(
            f"The role {role.name} is not associated with instance profile {profile.name}."
        )
    save(call, msgspec.structs.replace(profile, role_id=None))


def delete_instance_profile(
    _request: iam.DeleteInstanceProfileRequest, profile: InstanceProfile | None, call: Call[IdentityStore]
) -> None:
    """Delete a profile that has no role any more. Raises DeleteConflict."""
    profile = require(profile)
    if profile.role_id is not None:
        raise iam.DeleteConflictException(HAS_ROLE)
    save(call, remove=(profile,))


def tag_instance_profile(
    request: iam.TagInstanceProfileRequest, profile: InstanceProfile | None, call: Call[IdentityStore]
) -> None:
    profile = require(profile)
    save(call, msgspec.structs.replace(profile, tags=tagged(profile.tags, request.tags or ())))


def untag_instance_profile(
    request: iam.UntagInstanceProfileRequest, profile: InstanceProfile | None, call: Call[IdentityStore]
) -> None:
    profile = require(profile)
    save(call, msgspec.structs.replace(profile, tags=untagged(profile.tags, request.tag_keys or ())))


def list_instance_profile_tags(
    request: iam.ListInstanceProfileTagsRequest,
    profile: InstanceProfile | None,
    _call: Call[IdentityStore],
) -> iam.ListInstanceProfileTagsResponse:
    tags, truncated, marker = page(
        tags_of(require(profile).tags),
        key=lambda tag: tag.key or "",
        marker=request.marker,
        max_items=request.max_items,
    )
    return iam.ListInstanceProfileTagsResponse(tags=tags, is_truncated=truncated, marker=marker)


def in_list(profile: InstanceProfile, directory: Directory, names: Names) -> iam.InstanceProfile:
    """As lists show it: without tags. Source: IAM API, ListInstanceProfiles."""
    role = None if profile.role_id is None else directory.roles.get(profile.role_id)
    return iam.InstanceProfile(
        path=profile.path,
        instance_profile_name=profile.name,
        instance_profile_id=profile.profile_id,
        arn=directory.arn_of(profile),
        create_date=moment(profile.created_ms),
        roles=() if role is None else (roles.in_list(role, directory, names),),
    )


def shown(profile: InstanceProfile, directory: Directory, names: Names) -> iam.InstanceProfile:
    return msgspec.structs.replace(in_list(profile, directory, names), tags=tags_of(profile.tags))


def bindings() -> tuple[Bound, ...]:
    found = find_instance_profile
    return (
        Bound(operation=iam.CREATE_INSTANCE_PROFILE, find=find_new_profile, run=create_instance_profile),
        Bound(operation=iam.GET_INSTANCE_PROFILE, find=found, run=get_instance_profile),
        Bound(operation=iam.LIST_INSTANCE_PROFILES, find=find_account, run=list_instance_profiles),
        Bound(
            operation=iam.LIST_INSTANCE_PROFILES_FOR_ROLE,
            find=find_role,
            run=list_instance_profiles_for_role,
        ),
        Bound(operation=iam.ADD_ROLE_TO_INSTANCE_PROFILE, find=find_to_add, run=add_role_to_instance_profile),
        Bound(
            operation=iam.REMOVE_ROLE_FROM_INSTANCE_PROFILE,
            find=find_profile_and_role,
            run=remove_role_from_instance_profile,
        ),
        Bound(operation=iam.DELETE_INSTANCE_PROFILE, find=found, run=delete_instance_profile),
        Bound(operation=iam.TAG_INSTANCE_PROFILE, find=found, run=tag_instance_profile),
        Bound(operation=iam.UNTAG_INSTANCE_PROFILE, find=found, run=untag_instance_profile),
        Bound(operation=iam.LIST_INSTANCE_PROFILE_TAGS, find=found, run=list_instance_profile_tags),
    )
