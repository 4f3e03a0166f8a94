"""IAM: access levels and condition keys.

Source: Service Authorization Reference, Actions, resources, and condition keys for AWS Identity and Access Management (IAM).
"""

from __future__ import annotations

from collections.abc import Mapping

from tools.operations import OF_TAGS, RESOURCE, Facts, ServiceFacts

from watchword.api.operation import AccessLevel

READ, LIST, WRITE = AccessLevel.READ, AccessLevel.LIST, AccessLevel.WRITE
TAGGING, PERMISSIONS = AccessLevel.TAGGING, AccessLevel.PERMISSIONS

OF_A_THING: Mapping[str, str | None] = {"aws:ResourceTag/${TagKey}": RESOURCE}
"""Managed policies, instance profiles and OIDC providers. Groups have no tags, and so no key at all."""
OF_AN_ENTITY = {**OF_A_THING, "iam:ResourceTag/${TagKey}": RESOURCE}
"""Users and roles."""
BOUNDARY: Mapping[str, str | None] = {"iam:PermissionsBoundary": RESOURCE}
"""The boundary that a user or role has."""
NEW_BOUNDARY: Mapping[str, str | None] = {"iam:PermissionsBoundary": "PermissionsBoundary"}
"""The boundary that it is to get (IAM User Guide, Delegating responsibility to others using permissions boundaries)."""
POLICY: Mapping[str, str | None] = {"iam:PolicyARN": "PolicyArn"}
TEMPLATE: Mapping[str, str | None] = {"iam:RoleTemplateARN": RESOURCE}
UNTAGGED: Mapping[str, str | None] = {"aws:TagKeys": "TagKeys"}

KeyTables = Mapping[str, str | None]


def row(access: AccessLevel, resource: str | None, *tables: KeyTables, also: str | None = None) -> Facts:
    """`also`: the permission that tags on something new need besides."""
    keys: dict[str, str | None] = {}
    for table in tables:
        keys |= table
    return Facts(access=access, resource=resource, keys=keys, also={} if also is None else {also: "Tags"})


def user(access: AccessLevel, *tables: KeyTables) -> Facts:
    return row(access, "UserName", OF_AN_ENTITY, *tables)


def role(access: AccessLevel, *tables: KeyTables) -> Facts:
    return row(access, "RoleName", OF_AN_ENTITY, *tables)


def group(access: AccessLevel, *tables: KeyTables) -> Facts:
    return row(access, "GroupName", *tables)


def policy(access: AccessLevel, *tables: KeyTables) -> Facts:
    return row(access, "PolicyArn", OF_A_THING, *tables)


def profile(access: AccessLevel, *tables: KeyTables) -> Facts:
    return row(access, "InstanceProfileName", OF_A_THING, *tables)


def provider(access: AccessLevel, *tables: KeyTables) -> Facts:
    return row(access, "OpenIDConnectProviderArn", OF_A_THING, *tables)


def of_the_account(access: AccessLevel) -> Facts:
    return Facts(access=access)


IAM = ServiceFacts(
    service="iam",
    event_source="iam.amazonaws.com",
    # A client with an endpoint of its own signs with its own Region, whichever Region it then reaches.
    any_region=True,
    account_state=True,
    operations={
        # Users
        "CreateUser": row(WRITE, None, OF_AN_ENTITY, NEW_BOUNDARY, OF_TAGS, also="TagUser"),
        "GetUser": user(READ),
        "UpdateUser": user(WRITE),
        "DeleteUser": user(WRITE),
        "ListUsers": of_the_account(LIST),
        "TagUser": user(TAGGING, OF_TAGS),
        "UntagUser": user(TAGGING, UNTAGGED),
        "ListUserTags": user(LIST),
        "PutUserPermissionsBoundary": user(PERMISSIONS, NEW_BOUNDARY),
        "DeleteUserPermissionsBoundary": user(PERMISSIONS, BOUNDARY),
        # Access keys
        "CreateAccessKey": user(WRITE),
        "ListAccessKeys": user(LIST),
        "UpdateAccessKey": user(WRITE),
        "DeleteAccessKey": user(WRITE),
        "GetAccessKeyLastUsed": row(READ, "AccessKeyId", OF_AN_ENTITY),
        # Passwords
        "CreateLoginProfile": user(WRITE),
        "GetLoginProfile": user(LIST),
        "UpdateLoginProfile": user(WRITE),
        "DeleteLoginProfile": user(WRITE),
        # Of whoever calls: no member names the user.
        "ChangePassword": row(WRITE, None, OF_AN_ENTITY),
        "GetAccountPasswordPolicy": of_the_account(READ),
        "UpdateAccountPasswordPolicy": of_the_account(WRITE),
        "DeleteAccountPasswordPolicy": of_the_account(PERMISSIONS),
        # Groups
        "CreateGroup": row(WRITE, None),
        "GetGroup": group(READ),
        "UpdateGroup": group(WRITE),
        "DeleteGroup": group(WRITE),
        "ListGroups": of_the_account(LIST),
        "ListGroupsForUser": user(LIST),
        "AddUserToGroup": group(WRITE),
        "RemoveUserFromGroup": group(WRITE),
        # Roles
        "CreateRole": row(WRITE, None, OF_AN_ENTITY, NEW_BOUNDARY, TEMPLATE, OF_TAGS, also="TagRole"),
        "GetRole": role(READ, BOUNDARY, TEMPLATE),
        "UpdateRole": role(WRITE, BOUNDARY),
        "UpdateRoleDescription": role(WRITE, BOUNDARY),
        "UpdateAssumeRolePolicy": role(PERMISSIONS, BOUNDARY),
        "DeleteRole": role(WRITE, BOUNDARY),
        "ListRoles": of_the_account(LIST),
        "TagRole": role(TAGGING, TEMPLATE, OF_TAGS),
        "UntagRole": role(TAGGING, UNTAGGED),
        "ListRoleTags": role(LIST),
        "PutRolePermissionsBoundary": role(PERMISSIONS, NEW_BOUNDARY, TEMPLATE),
        "DeleteRolePermissionsBoundary": role(PERMISSIONS, BOUNDARY),
        "CreateServiceLinkedRole": row(WRITE, None, OF_AN_ENTITY, {"iam:AWSServiceName": "AWSServiceName"}),
        "DeleteServiceLinkedRole": role(WRITE),
        "GetServiceLinkedRoleDeletionStatus": row(READ, "DeletionTaskId", OF_AN_ENTITY),
        # Policies inside users, groups and roles
        "PutUserPolicy": user(PERMISSIONS, BOUNDARY),
        "GetUserPolicy": user(READ),
        "DeleteUserPolicy": user(PERMISSIONS, BOUNDARY),
        "ListUserPolicies": user(LIST),
        "PutGroupPolicy": group(PERMISSIONS),
        "GetGroupPolicy": group(READ),
        "DeleteGroupPolicy": group(PERMISSIONS),
        "ListGroupPolicies": group(LIST),
        "PutRolePolicy": role(PERMISSIONS, BOUNDARY, TEMPLATE),
        "GetRolePolicy": role(READ),
        "DeleteRolePolicy": role(PERMISSIONS, BOUNDARY),
        "ListRolePolicies": role(LIST),
        # Managed policies
        "CreatePolicy": row(PERMISSIONS, None, OF_A_THING, OF_TAGS, also="TagPolicy"),
        "GetPolicy": policy(READ),
        "DeletePolicy": policy(PERMISSIONS),
        "ListPolicies": of_the_account(LIST),
        "CreatePolicyVersion": policy(PERMISSIONS),
        "GetPolicyVersion": policy(READ),
        "ListPolicyVersions": policy(LIST),
        "SetDefaultPolicyVersion": policy(PERMISSIONS),
        "DeletePolicyVersion": policy(PERMISSIONS),
        "TagPolicy": policy(TAGGING, OF_TAGS),
        "UntagPolicy": policy(TAGGING, UNTAGGED),
        "ListPolicyTags": policy(LIST),
        "AttachUserPolicy": user(PERMISSIONS, BOUNDARY, POLICY),
        "DetachUserPolicy": user(PERMISSIONS, BOUNDARY, POLICY),
        "ListAttachedUserPolicies": user(LIST),
        "AttachGroupPolicy": group(PERMISSIONS, POLICY),
        "DetachGroupPolicy": group(PERMISSIONS, POLICY),
        "ListAttachedGroupPolicies": group(LIST),
        "AttachRolePolicy": role(PERMISSIONS, BOUNDARY, POLICY, TEMPLATE),
        "DetachRolePolicy": role(PERMISSIONS, BOUNDARY, POLICY),
        "ListAttachedRolePolicies": role(LIST),
        "ListEntitiesForPolicy": policy(LIST),
        # What policies would decide
        "SimulateCustomPolicy": of_the_account(READ),
        "SimulatePrincipalPolicy": row(READ, "PolicySourceArn", OF_AN_ENTITY),
        "GetContextKeysForCustomPolicy": of_the_account(READ),
        "GetContextKeysForPrincipalPolicy": row(READ, "PolicySourceArn", OF_AN_ENTITY),
        # The account
        "GetAccountSummary": of_the_account(LIST),
        "GetAccountAuthorizationDetails": of_the_account(READ),
        "CreateAccountAlias": of_the_account(WRITE),
        "ListAccountAliases": of_the_account(LIST),
        "DeleteAccountAlias": of_the_account(WRITE),
        # Instance profiles
        "CreateInstanceProfile": row(WRITE, None, OF_A_THING, OF_TAGS, also="TagInstanceProfile"),
        "GetInstanceProfile": profile(READ),
        "DeleteInstanceProfile": profile(WRITE),
        "ListInstanceProfiles": of_the_account(LIST),
        "ListInstanceProfilesForRole": role(LIST),
        "AddRoleToInstanceProfile": profile(WRITE),
        "RemoveRoleFromInstanceProfile": profile(WRITE),
        "TagInstanceProfile": profile(TAGGING, OF_TAGS),
        "UntagInstanceProfile": profile(TAGGING, UNTAGGED),
        "ListInstanceProfileTags": profile(LIST),
        # OIDC providers
        "CreateOpenIDConnectProvider": row(WRITE, None, OF_A_THING, OF_TAGS, also="TagOpenIDConnectProvider"),
        "GetOpenIDConnectProvider": provider(READ),
        "DeleteOpenIDConnectProvider": provider(WRITE),
        "ListOpenIDConnectProviders": of_the_account(LIST),
        "AddClientIDToOpenIDConnectProvider": provider(WRITE),
        "RemoveClientIDFromOpenIDConnectProvider": provider(WRITE),
        "UpdateOpenIDConnectProviderThumbprint": provider(WRITE),
        "TagOpenIDConnectProvider": provider(TAGGING, OF_TAGS),
        "UntagOpenIDConnectProvider": provider(TAGGING, UNTAGGED),
        "ListOpenIDConnectProviderTags": provider(LIST),
    },
    permissions={
        # Asked for by what hands a role to a service: AddRoleToInstanceProfile, a function's role.
        "PassRole": Facts(
            access=WRITE,
            keys=OF_AN_ENTITY | {"iam:AssociatedResourceArn": RESOURCE, "iam:PassedToService": RESOURCE},
        ),
    },
)
