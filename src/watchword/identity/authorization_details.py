"""Everybody in an account and everything that they may do, in one list of several kinds: for whoever audits it.

The pages go through users, groups, roles and policies in this order, each kind by name. Of AWS's own policies those are
listed that are on somebody or bound somebody. Source: IAM API reference, GetAccountAuthorizationDetails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from watchword.api.call import Call, Names
from watchword.api.shapes import iam
from watchword.identity import aws_managed, managed_policies, roles
from watchword.identity.aws_managed import AWSManaged
from watchword.identity.directory import Directory
from watchword.identity.entities import boundary_of, directory_of, document_text, moment, tags_of
from watchword.identity.iam_lists import page
from watchword.identity.model import Group, InstanceProfile, ManagedPolicy, PolicyVersion, Role, User
from watchword.identity.store import IdentityStore

Entity = User | Group | Role | ManagedPolicy | AWSManaged


class EntityType(StrEnum):
    """Source: IAM API, EntityType."""

    USER = "User"
    GROUP = "Group"
    ROLE = "Role"
    OWN_POLICY = "LocalManagedPolicy"
    AWS_POLICY = "AWSManagedPolicy"


ORDER: Mapping[EntityType, int] = {kind: place for place, kind in enumerate(EntityType)}


def get_account_authorization_details(
    request: iam.GetAccountAuthorizationDetailsRequest, _found: None, call: Call[IdentityStore]
) -> iam.GetAccountAuthorizationDetailsResponse:
    """Show a page of all of it, or of the kinds that are asked for."""
    directory = directory_of(call.account, call.store)
    wanted = [kind for kind in EntityType if not request.filter or kind.value in request.filter]
    listed, truncated, marker = page(
        ((kind, entity) for kind in wanted for entity in _OF_KIND[kind](directory)),
        key=lambda one: f"{ORDER[one[0]]} {one[1].name.lower()}",
        marker=request.marker,
        max_items=request.max_items,
    )
    shown = [entity for _, entity in listed]
    return iam.GetAccountAuthorizationDetailsResponse(
        user_detail_list=tuple(_user(one, directory) for one in shown if isinstance(one, User)),
        group_detail_list=tuple(_group(one, directory) for one in shown if isinstance(one, Group)),
        role_detail_list=tuple(_role(one, directory, call.names) for one in shown if isinstance(one, Role)),
        policies=tuple(
            _policy(one, directory) for one in shown if isinstance(one, ManagedPolicy | AWSManaged)
        ),
        is_truncated=truncated,
        marker=marker,
    )


def _aws_policies_in_use(directory: Directory) -> Iterator[AWSManaged]:
    used = {one.boundary for kind in (directory.users, directory.roles) for one in kind.values()}
    for kind in (directory.users, directory.groups, directory.roles):
        for holder in kind.values():
            used.update(holder.attached)
    for arn, policy in aws_managed.all_of(directory.partition).items():
        if arn in used:
            yield policy


_OF_KIND: Mapping[EntityType, Callable[[Directory], Iterator[Entity]]] = {
    EntityType.USER: lambda directory: iter(directory.users.values()),
    EntityType.GROUP: lambda directory: iter(directory.groups.values()),
    EntityType.ROLE: lambda directory: iter(directory.roles.values()),
    EntityType.OWN_POLICY: lambda directory: iter(directory.policies.values()),
    EntityType.AWS_POLICY: _aws_policies_in_use,
}


def _user(user: User, directory: Directory) -> iam.UserDetail:
    return iam.UserDetail(
        path=user.path,
        user_name=user.name,
        user_id=user.user_id,
        arn=directory.arn_of(user),
        create_date=moment(user.created_ms),
        user_policy_list=_inline(user),
        group_list=tuple(sorted(directory.groups[group_id].name for group_id in user.groups)),
        attached_managed_policies=_attached(user),
        permissions_boundary=boundary_of(user.boundary),
        tags=tags_of(user.tags),
    )


def _group(group: Group, directory: Directory) -> iam.GroupDetail:
    return iam.GroupDetail(
        path=group.path,
        group_name=group.name,
        group_id=group.group_id,
        arn=directory.arn_of(group),
        create_date=moment(group.created_ms),
        group_policy_list=_inline(group),
        attached_managed_policies=_attached(group),
    )


def _role(role: Role, directory: Directory, names: Names) -> iam.RoleDetail:
    shown = roles.shown(role, directory, names)
    profiles = [one for one in directory.instance_profiles.values() if one.role_id == role.role_id]
    return iam.RoleDetail(
        path=shown.path,
        role_name=shown.role_name,
        role_id=shown.role_id,
        arn=shown.arn,
        create_date=shown.create_date,
        assume_role_policy_document=shown.assume_role_policy_document,
        instance_profile_list=tuple(_profile(one, role, directory, names) for one in profiles),
        role_policy_list=_inline(role),
        attached_managed_policies=_attached(role),
        permissions_boundary=shown.permissions_boundary,
        tags=tags_of(role.tags),
        role_last_used=shown.role_last_used,
    )


def _profile(profile: InstanceProfile, role: Role, directory: Directory, names: Names) -> iam.InstanceProfile:
    return iam.InstanceProfile(
        path=profile.path,
        instance_profile_name=profile.name,
        instance_profile_id=profile.profile_id,
        arn=directory.arn_of(profile),
        create_date=moment(profile.created_ms),
        roles=(roles.in_list(role, directory, names),),
    )


def _policy(policy: ManagedPolicy | AWSManaged, directory: Directory) -> iam.ManagedPolicyDetail:
    listed = managed_policies.in_list(policy, directory)
    return iam.ManagedPolicyDetail(
        policy_name=listed.policy_name,
        policy_id=listed.policy_id,
        arn=listed.arn,
        path=listed.path,
        default_version_id=listed.default_version_id,
        attachment_count=listed.attachment_count,
        permissions_boundary_usage_count=listed.permissions_boundary_usage_count,
        is_attachable=listed.is_attachable,
        description=policy.description,
        create_date=listed.create_date,
        update_date=listed.update_date,
        policy_version_list=tuple(
            iam.PolicyVersion(
                document=document_text(version.document),
                version_id=version.version_id,
                is_default_version=version.version_id == listed.default_version_id,
                create_date=moment(version.created_ms),
            )
            for version in reversed(_versions(policy))
        ),
    )


def _versions(policy: ManagedPolicy | AWSManaged) -> tuple[PolicyVersion, ...]:
    if isinstance(policy, ManagedPolicy):
        return policy.versions
    only = PolicyVersion(
        version_id=managed_policies.AWS_VERSION,
        document=policy.document,
        created_ms=managed_policies.AWS_CREATED_MS,
    )
    return (only,)


def _inline(holder: User | Group | Role) -> tuple[iam.PolicyDetail, ...]:
    return tuple(
        iam.PolicyDetail(policy_name=name, policy_document=document_text(document))
        for name, document in sorted(holder.inline.items())
    )


def _attached(holder: User | Group | Role) -> tuple[iam.AttachedPolicy, ...]:
    return tuple(
        iam.AttachedPolicy(policy_name=arn.rpartition("/")[2], policy_arn=arn) for arn in holder.attached
    )
