"""The account as a whole: its summary, all of its details, its alias.

Source: IAM API reference, GetAccountSummary, GetAccountAuthorizationDetails, CreateAccountAlias and its kin; IAM User Guide,
Your AWS account ID and its alias; facts A.3.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from watchword.api.call import Bound, Call, Names
from watchword.api.errors import ValidationException
from watchword.api.shapes import iam
from watchword.identity import aws_managed, instance_profiles, managed_policies, roles
from watchword.identity import iam_quotas as quotas
from watchword.identity.aws_managed import AWSManaged
from watchword.identity.directory import Directory
from watchword.identity.entities import (
    boundary_of,
    directory_of,
    document_text,
    find_account,
    moment,
    save,
    tags_of,
)
from watchword.identity.iam_lists import page
from watchword.identity.model import Group, ManagedPolicy, Role, User
from watchword.identity.store import IdentityStore

ALIAS_TAKEN = "The account alias {alias} already exists."
NO_ALIAS = "The Account Alias {alias} cannot be found."
LIKE_AN_ID = "An account alias cannot be a 12-digit number."
ID_DIGITS = 12
TOKENS_FOR_ALL_REGIONS = 2
"""Source: IAM API, SetSecurityTokenServicePreferences: version 2 is good in every Region."""

Detailed = User | Group | Role | ManagedPolicy | AWSManaged

FILTERS: dict[type[Detailed], str] = {
    User: "User",
    Group: "Group",
    Role: "Role",
    ManagedPolicy: "LocalManagedPolicy",
    AWSManaged: "AWSManagedPolicy",
}


# Summary


def get_account_summary(
    _request: iam.GetAccountSummaryRequest, _found: None, call: Call[IdentityStore]
) -> iam.GetAccountSummaryResponse:
    """How much of everything there is, and how much there may be; of what no account here has, none of none."""
    directory = directory_of(call.account, call.store)
    return iam.GetAccountSummaryResponse(summary_map={**_held(directory), **_QUOTAS, **_NOT_HERE})


def _held(directory: Directory) -> dict[str, int]:
    return {
        "Users": len(directory.users),
        "Groups": len(directory.groups),
        "Roles": len(directory.roles),
        "Policies": len(directory.policies),
        "PolicyVersionsInUse": sum(len(policy.versions) for policy in directory.policies.values()),
        "InstanceProfiles": len(directory.instance_profiles),
        "Providers": len(directory.oidc_providers),
        "AccountAccessKeysPresent": len(directory.keys_of.get(directory.account, ())),
    }


_QUOTAS = {
    "UsersQuota": quotas.USERS,
    "GroupsQuota": quotas.GROUPS,
    "RolesQuota": quotas.ROLES,
    "PoliciesQuota": quotas.POLICIES,
    "PolicyVersionsInUseQuota": quotas.POLICIES * quotas.VERSIONS_OF_POLICY,
    "VersionsPerPolicyQuota": quotas.VERSIONS_OF_POLICY,
    "PolicySizeQuota": quotas.POLICY_CHARACTERS,
    "InstanceProfilesQuota": quotas.INSTANCE_PROFILES,
    "GroupsPerUserQuota": quotas.GROUPS_OF_USER,
    "AccessKeysPerUserQuota": quotas.ACCESS_KEYS_OF_USER,
    "AttachedPoliciesPerUserQuota": quotas.ATTACHED,
    "AttachedPoliciesPerGroupQuota": quotas.ATTACHED,
    "AttachedPoliciesPerRoleQuota": quotas.ATTACHED,
    "UserPolicySizeQuota": quotas.INLINE_CHARACTERS_OF_USER,
    "GroupPolicySizeQuota": quotas.INLINE_CHARACTERS_OF_GROUP,
    "RolePolicySizeQuota": quotas.INLINE_CHARACTERS_OF_ROLE,
    "AssumeRolePolicySizeQuota": quotas.TRUST_CHARACTERS,
    "GlobalEndpointTokenVersion": TOKENS_FOR_ALL_REGIONS,
}
_NOT_HERE = dict.fromkeys(
    (
        "AccountMFAEnabled",
        "AccountPasswordPresent",
        "AccountSigningCertificatesPresent",
        "MFADevices",
        "MFADevicesInUse",
        "ServerCertificates",
        "ServerCertificatesQuota",
        "SigningCertificatesPerUserQuota",
    ),
    0,
)


# Details


def get_account_authorization_details(
    request: iam.GetAccountAuthorizationDetailsRequest, _found: None, call: Call[IdentityStore]
) -> iam.GetAccountAuthorizationDetailsResponse:
    """Show everything with its policies, in pages over all kinds; of AWS's policies those that are in use."""
    directory = directory_of(call.account, call.store)
    kinds = list(FILTERS)
    wanted = request.filter or tuple(FILTERS.values())
    found, truncated, marker = page(
        (one for one in _all(directory) if FILTERS[type(one)] in wanted),
        key=lambda one: f"{kinds.index(type(one))} {one.name.lower()}",
        marker=request.marker,
        max_items=request.max_items,
    )
    return iam.GetAccountAuthorizationDetailsResponse(
        user_detail_list=tuple(_user(one, directory) for one in found if isinstance(one, User)),
        group_detail_list=tuple(_group(one, directory) for one in found if isinstance(one, Group)),
        role_detail_list=tuple(_role(one, directory, call.names) for one in found if isinstance(one, Role)),
        policies=tuple(
            managed_policies.detailed(one, directory)
            for one in found
            if isinstance(one, ManagedPolicy | AWSManaged)
        ),
        is_truncated=truncated,
        marker=marker,
    )


def _all(directory: Directory) -> Iterator[Detailed]:
    yield from directory.users.values()
    yield from directory.groups.values()
    yield from directory.roles.values()
    yield from directory.policies.values()
    for arn, policy in aws_managed.all_of(directory.partition).items():
        if arn in directory.attachments or arn in directory.bounding:
            yield policy


def _user(user: User, directory: Directory) -> iam.UserDetail:
    return iam.UserDetail(
        path=user.path,
        user_name=user.name,
        user_id=user.user_id,
        arn=directory.arn_of(user),
        create_date=moment(user.created_ms),
        user_policy_list=_inline(user),
        group_list=tuple(directory.groups[group_id].name for group_id in user.groups),
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
    listed = roles.in_list(role, directory, names)
    return iam.RoleDetail(
        path=role.path,
        role_name=role.name,
        role_id=role.role_id,
        arn=listed.arn,
        create_date=listed.create_date,
        assume_role_policy_document=listed.assume_role_policy_document,
        instance_profile_list=tuple(
            instance_profiles.in_list(profile, directory, names)
            for profile in directory.instance_profiles.values()
            if profile.role_id == role.role_id
        ),
        role_policy_list=_inline(role),
        attached_managed_policies=_attached(role),
        permissions_boundary=boundary_of(role.boundary),
        tags=tags_of(role.tags),
        role_last_used=iam.RoleLastUsed(),
    )


def _inline(holder: User | Group | Role) -> tuple[iam.PolicyDetail, ...]:
    return tuple(
        iam.PolicyDetail(policy_name=name, policy_document=document_text(document))
        for name, document in sorted(holder.inline.items())
    )


def _attached(holder: User | Group | Role) -> tuple[iam.AttachedPolicy, ...]:
    return tuple(
        iam.AttachedPolicy(policy_name=arn.rpartition("/")[2], policy_arn=arn) for arn in holder.attached
    )


# Alias


def create_account_alias(
    request: iam.CreateAccountAliasRequest, _found: None, call: Call[IdentityStore]
) -> None:
    """Give the account its alias, in place of one that it has. Raises EntityAlreadyExists: another account's."""
    alias = request.account_alias or ""
    if len(alias) == ID_DIGITS and alias.isdigit():
        raise ValidationException(LIKE_AN_ID)
    for account in call.store.accounts():
        # What was read is compared at the commit: of two accounts that ask for one alias at once, one gets it.
        other = call.store.directory(account)
        if other is not None and other.settings.alias == alias:
            raise iam.EntityAlreadyExistsException(ALIAS_TAKEN.format(alias=alias))
    settings = directory_of(call.account, call.store).settings
    save(call, msgspec.structs.replace(settings, alias=alias))


def list_account_aliases(
    _request: iam.ListAccountAliasesRequest, _found: None, call: Call[IdentityStore]
) -> iam.ListAccountAliasesResponse:
    """An account has one alias at most, so there is one page."""
    alias = directory_of(call.account, call.store).settings.alias
    return iam.ListAccountAliasesResponse(
        account_aliases=() if alias is None else (alias,), is_truncated=False
    )


def delete_account_alias(
    request: iam.DeleteAccountAliasRequest, _found: None, call: Call[IdentityStore]
) -> None:
    settings = directory_of(call.account, call.store).settings
    if settings.alias != request.account_alias:
        raise iam.NoSuchEntityException(NO_ALIAS.format(alias=request.account_alias))
    save(call, msgspec.structs.replace(settings, alias=None))


def bindings() -> tuple[Bound, ...]:
    return (
        Bound(operation=iam.GET_ACCOUNT_SUMMARY, find=find_account, run=get_account_summary),
        Bound(
            operation=iam.GET_ACCOUNT_AUTHORIZATION_DETAILS,
            find=find_account,
            run=get_account_authorization_details,
        ),
        Bound(operation=iam.CREATE_ACCOUNT_ALIAS, find=find_account, run=create_account_alias),
        Bound(operation=iam.LIST_ACCOUNT_ALIASES, find=find_account, run=list_account_aliases),
        Bound(operation=iam.DELETE_ACCOUNT_ALIAS, find=find_account, run=delete_account_alias),
    )
