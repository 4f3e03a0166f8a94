"""IAM's account: how much it holds, and the alias that it is called by.

Source: IAM API reference, GetAccountSummary, CreateAccountAlias and its kin; IAM User Guide, Use an alias for your AWS
account ID; facts A.3.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from watchword.api.call import Bound, Call
from watchword.api.shape import Integer
from watchword.api.shapes import iam
from watchword.identity import authorization_details
from watchword.identity import iam_quotas as quotas
from watchword.identity.directory import Directory
from watchword.identity.entities import NOT_FOUND, directory_of, find_account, save
from watchword.identity.iam_lists import page
from watchword.identity.store import IdentityStore

ALIAS_TAKEN = "The account alias {alias} already exists."
TOKEN_VERSION = 2
"""Of the tokens of STS's global endpoint: good in every enabled Region."""


def get_account_summary(
    _request: iam.GetAccountSummaryRequest, _found: None, call: Call[IdentityStore]
) -> iam.GetAccountSummaryResponse:
    """Count what there is, and say how much there may be. Of what is not here there are none, and may be none."""
    numbers = {**_QUOTAS, **_NONE, **_held(directory_of(call.account, call.store))}
    summary = {key: Integer(number) for key, number in sorted(numbers.items())}
    return iam.GetAccountSummaryResponse(summary_map=summary)


def create_account_alias(
    request: iam.CreateAccountAliasRequest, _found: None, call: Call[IdentityStore]
) -> None:
    """Call the account by an alias, in place of the one that it had. Raises EntityAlreadyExists: some account has it."""
    alias = request.account_alias
    # Each is read, so that of two accounts that take one alias at the same moment the later is refused.
    held = [call.store.directory(account) for account in call.store.accounts()]
    if any(one is not None and one.settings.alias == alias for one in held):
        raise iam.EntityAlreadyExistsException(ALIAS_TAKEN.format(alias=alias))
    settings = directory_of(call.account, call.store).settings
    save(call, msgspec.structs.replace(settings, alias=alias))


def list_account_aliases(
    request: iam.ListAccountAliasesRequest, _found: None, call: Call[IdentityStore]
) -> iam.ListAccountAliasesResponse:
    alias = directory_of(call.account, call.store).settings.alias
    aliases, truncated, marker = page(
        () if alias is None else (alias,), key=str, marker=request.marker, max_items=request.max_items
    )
    return iam.ListAccountAliasesResponse(account_aliases=aliases, is_truncated=truncated, marker=marker)


def delete_account_alias(
    request: iam.DeleteAccountAliasRequest, _found: None, call: Call[IdentityStore]
) -> None:
    settings = directory_of(call.account, call.store).settings
    if settings.alias != request.account_alias:
        text = NOT_FOUND.format(kind="Account Alias", name=request.account_alias)
        raise iam.NoSuchEntityException(text)
    save(call, msgspec.structs.replace(settings, alias=None))


def _held(directory: Directory) -> Mapping[str, int]:
    return {
        "Users": len(directory.users),
        "Groups": len(directory.groups),
        "Roles": len(directory.roles),
        "Policies": len(directory.policies),
        "PolicyVersionsInUse": sum(len(one.versions) for one in directory.policies.values()),
        "InstanceProfiles": len(directory.instance_profiles),
        "Providers": len(directory.oidc_providers),
        "AccountAccessKeysPresent": int(bool(directory.keys_of.get(directory.account))),
    }


_QUOTAS: Mapping[str, int] = {
    "UsersQuota": quotas.USERS,
    "GroupsQuota": quotas.GROUPS,
    "RolesQuota": quotas.ROLES,
    "PoliciesQuota": quotas.POLICIES,
    "InstanceProfilesQuota": quotas.INSTANCE_PROFILES,
    "GroupsPerUserQuota": quotas.GROUPS_OF_USER,
    "AccessKeysPerUserQuota": quotas.ACCESS_KEYS_OF_USER,
    "AttachedPoliciesPerUserQuota": quotas.ATTACHED,
    "AttachedPoliciesPerGroupQuota": quotas.ATTACHED,
    "AttachedPoliciesPerRoleQuota": quotas.ATTACHED,
    "VersionsPerPolicyQuota": quotas.VERSIONS_OF_POLICY,
    "PolicyVersionsInUseQuota": quotas.POLICIES * quotas.VERSIONS_OF_POLICY,
    "PolicySizeQuota": quotas.POLICY_CHARACTERS,
    "UserPolicySizeQuota": quotas.INLINE_CHARACTERS_OF_USER,
    "GroupPolicySizeQuota": quotas.INLINE_CHARACTERS_OF_GROUP,
    "RolePolicySizeQuota": quotas.INLINE_CHARACTERS_OF_ROLE,
    "AssumeRolePolicySizeQuota": quotas.TRUST_CHARACTERS,
    "GlobalEndpointTokenVersion": TOKEN_VERSION,
}

_NONE: Mapping[str, int] = dict.fromkeys(
    (
        "ServerCertificates",
        "ServerCertificatesQuota",
        "SigningCertificatesPerUserQuota",
        "AccountSigningCertificatesPresent",
        "MFADevices",
        "MFADevicesInUse",
        "AccountMFAEnabled",
        "AccountPasswordPresent",
    ),
    0,
)


def bindings() -> tuple[Bound, ...]:
    return (
        Bound(operation=iam.GET_ACCOUNT_SUMMARY, find=find_account, run=get_account_summary),
        Bound(
            operation=iam.GET_ACCOUNT_AUTHORIZATION_DETAILS,
            find=find_account,
            run=authorization_details.get_account_authorization_details,
        ),
        Bound(operation=iam.CREATE_ACCOUNT_ALIAS, find=find_account, run=create_account_alias),
        Bound(operation=iam.LIST_ACCOUNT_ALIASES, find=find_account, run=list_account_aliases),
        Bound(operation=iam.DELETE_ACCOUNT_ALIAS, find=find_account, run=delete_account_alias),
    )
