"""Managed policies, their versions, and on whom they are: the account's own, and AWS's, which nobody here changes.

Source: IAM API reference, CreatePolicy and its kin; IAM User Guide, Versioning IAM policies; facts A.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from watchword.api.call import Bound, Call, Found, Scope
from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.api.shapes import iam
from watchword.identity import aws_managed
from watchword.identity import iam_quotas as quotas
from watchword.identity.aws_managed import AWSManaged
from watchword.identity.directory import Directory
from watchword.identity.entities import (
    directory_of,
    document_text,
    find_account,
    find_group,
    find_new,
    find_role,
    find_user,
    moment,
    new_id,
    require,
    require_policy_arn,
    require_room,
    save,
    tagged,
    tags_of,
    untagged,
)
from watchword.identity.iam_documents import check_identity, length, require_length
from watchword.identity.iam_lists import page
from watchword.identity.inline_policies import modifiable
from watchword.identity.model import Group, ManagedPolicy, PolicyVersion, Role, User
from watchword.identity.store import IdentityStore

Holder = User | Group | Role
Managed = ManagedPolicy | AWSManaged

MISSING = "Policy {arn} was not found."
NOT_ATTACHABLE = "Policy {arn} does not exist or is not attachable."
NO_VERSION = "Policy {arn} version {version} does not exist or is not attachable."
AWS_VERSION = "v1"
AWS_CREATED_MS = 1_423_165_200_000
"""When AWS made the first of them, in February 2015."""


def find_new_policy(request: iam.CreatePolicyRequest, scope: Scope, _store: IdentityStore) -> Found[None]:
    return find_new("policy", request.policy_name or "", request.path, scope)


def find_policy(request: Any, scope: Scope, store: IdentityStore) -> Found[Managed | None]:
    """The account's own policy of an ARN, or one of AWS's.

    Raises:
        InvalidInputException: it is no policy's ARN.
    """
    arn = require_policy_arn(request.policy_arn)
    directory = directory_of(scope.account, store)
    own = directory.policies.get(arn)
    if own is not None:
        return Found(resource=own, arn=arn, named=f"policy {arn}", tags=own.tags)
    error = iam.NoSuchEntityException(MISSING.format(arn=arn))
    managed = aws_managed.all_of(scope.place.partition).get(arn)
    missing = None if managed is not None else error
    return Found(resource=managed, arn=arn, named=f"policy {arn}", missing=missing)


def create_policy(
    request: iam.CreatePolicyRequest, _found: None, call: Call[IdentityStore]
) -> iam.CreatePolicyResponse:
    """Make a policy, with its first version in force. Raises EntityAlreadyExists, MalformedPolicyDocument, LimitExceeded."""
    directory = directory_of(call.account, call.store)
    name = request.policy_name or ""
    if directory.policy_named(name) is not None:
        raise iam.EntityAlreadyExistsException(
            f"A policy called {name} already exists. Duplicate names are not allowed."
        )
    require_room(len(directory.policies), maximum=quotas.POLICIES, what="PoliciesPerAccount")
    policy = ManagedPolicy(
        policy_id=new_id("ANPA", call),
        name=name,
        path=request.path or "/",
        created_ms=call.now,
        updated_ms=call.now,
        description=request.description,
        tags=tagged({}, request.tags or ()),
        versions=(_version(1, request.policy_document or "", call.now),),
        default_version="v1",
        last_version=1,
    )
    after = save(call, policy)
    shown = msgspec.structs.replace(in_list(policy, after), tags=tags_of(policy.tags) or None)
    return iam.CreatePolicyResponse(policy=shown)


def get_policy(
    _request: iam.GetPolicyRequest, policy: Managed | None, call: Call[IdentityStore]
) -> iam.GetPolicyResponse:
    directory = directory_of(call.account, call.store)
    assert policy is not None
    listed = in_list(policy, directory)
    tags = () if isinstance(policy, AWSManaged) else tags_of(policy.tags)
    shown = msgspec.structs.replace(listed, description=policy.description, tags=tags)
    return iam.GetPolicyResponse(policy=shown)


def list_policies(
    request: iam.ListPoliciesRequest, _found: None, call: Call[IdentityStore]
) -> iam.ListPoliciesResponse:
    """List policies by scope, path, use, and whether they are attached to anything."""
    directory = directory_of(call.account, call.store)
    scope = request.scope or "All"
    held: list[Managed] = []
    if scope in ("All", "Local"):
        held += directory.policies.values()
    if scope in ("All", "AWS"):
        held += aws_managed.all_of(call.place.partition).values()
    prefix = request.path_prefix or "/"
    policies, truncated, marker = page(
        (
            policy
            for policy in held
            if policy.path.startswith(prefix) and _is_wanted(_arn(policy, directory), request, directory)
        ),
        key=lambda policy: f"{policy.name.lower()} {policy.policy_id}",
        marker=request.marker,
        max_items=request.max_items,
    )
    listed = tuple(in_list(policy, directory) for policy in policies)
    return iam.ListPoliciesResponse(policies=listed, is_truncated=truncated, marker=marker)


def _is_wanted(arn: str, request: iam.ListPoliciesRequest, directory: Directory) -> bool:
    attached = arn in directory.attachments
    bounds = arn in directory.bounding
    if request.policy_usage_filter == "PermissionsPolicy" and not attached:
        return False
    if request.policy_usage_filter == "PermissionsBoundary" and not bounds:
        return False
    return not request.only_attached or attached


def delete_policy(
    _request: iam.DeletePolicyRequest, policy: Managed | None, call: Call[IdentityStore]
) -> None:
    """Delete a policy that is on nobody, bounds nobody and has one version. Raises DeleteConflict."""
    own = _own(policy)
    directory = directory_of(call.account, call.store)
    arn = directory.arn_of(own)
    if arn in directory.attachments or arn in directory.bounding:
        raise iam.DeleteConflictException("Cannot delete a policy attached to entities.")
    if len(own.versions) > 1:
        raise iam.DeleteConflictException(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions."
            " The default version is deleted with the policy."
        )
    save(call, remove=(own,))


def create_policy_version(
    request: iam.CreatePolicyVersionRequest, policy: Managed | None, call: Call[IdentityStore]
) -> iam.CreatePolicyVersionResponse:
    own = _own(policy)
    if len(own.versions) >= quotas.VERSIONS_OF_POLICY:
        raise iam.LimitExceededException(
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing"
            " version."
        )
    made = _version(own.last_version + 1, request.policy_document or "", call.now)
    changed = msgspec.structs.replace(
        own,
        versions=(*own.versions, made),
        last_version=own.last_version + 1,
        default_version=made.version_id if request.set_as_default else own.default_version,
        updated_ms=call.now,
    )
    save(call, changed)
    shown = _shown_version(made, changed)
    return iam.CreatePolicyVersionResponse(policy_version=msgspec.structs.replace(shown, document=None))


def get_policy_version(
    request: iam.GetPolicyVersionRequest, policy: Managed | None, call: Call[IdentityStore]
) -> iam.GetPolicyVersionResponse:
    assert policy is not None
    shown = _shown_version(_version_of(policy, request.version_id or "", call), policy)
    return iam.GetPolicyVersionResponse(policy_version=shown)


def list_policy_versions(
    request: iam.ListPolicyVersionsRequest, policy: Managed | None, _call: Call[IdentityStore]
) -> iam.ListPolicyVersionsResponse:
    """The newest first."""
    assert policy is not None
    versions, truncated, marker = page(
        _versions(policy),
        key=lambda version: f"{99_999_999 - int(version.version_id[1:]):08}",
        marker=request.marker,
        max_items=request.max_items,
    )
    listed = tuple(
        msgspec.structs.replace(_shown_version(version, policy), document=None) for version in versions
    )
    return iam.ListPolicyVersionsResponse(versions=listed, is_truncated=truncated, marker=marker)


def set_default_policy_version(
    request: iam.SetDefaultPolicyVersionRequest, policy: Managed | None, call: Call[IdentityStore]
) -> None:
    own = _own(policy)
    version = _version_of(own, request.version_id or "", call)
    save(call, msgspec.structs.replace(own, default_version=version.version_id, updated_ms=call.now))


def delete_policy_version(
    request: iam.DeletePolicyVersionRequest, policy: Managed | None, call: Call[IdentityStore]
) -> None:
    own = _own(policy)
    version = _version_of(own, request.version_id or "", call)
    if version.version_id == own.default_version:
        raise iam.DeleteConflictException("Cannot delete the default version of a policy.")
    left = tuple(one for one in own.versions if one.version_id != version.version_id)
    save(call, msgspec.structs.replace(own, versions=left, updated_ms=call.now))


def tag_policy(request: iam.TagPolicyRequest, policy: Managed | None, call: Call[IdentityStore]) -> None:
    own = _own(policy)
    save(call, msgspec.structs.replace(own, tags=tagged(own.tags, request.tags or ())))


def untag_policy(request: iam.UntagPolicyRequest, policy: Managed | None, call: Call[IdentityStore]) -> None:
    own = _own(policy)
    save(call, msgspec.structs.replace(own, tags=untagged(own.tags, request.tag_keys or ())))


def list_policy_tags(
    request: iam.ListPolicyTagsRequest, policy: Managed | None, _call: Call[IdentityStore]
) -> iam.ListPolicyTagsResponse:
    assert policy is not None
    tags, truncated, marker = page(
        () if isinstance(policy, AWSManaged) else tags_of(policy.tags),
        key=lambda tag: tag.key or "",
        marker=request.marker,
        max_items=request.max_items,
    )
    return iam.ListPolicyTagsResponse(tags=tags, is_truncated=truncated, marker=marker)


def list_entities_for_policy(
    request: iam.ListEntitiesForPolicyRequest, policy: Managed | None, call: Call[IdentityStore]
) -> iam.ListEntitiesForPolicyResponse:
    """On whom a policy is, and whom it bounds: groups, then roles, then users, in pages over all of them."""
    assert policy is not None
    directory = directory_of(call.account, call.store)
    arn = _arn(policy, directory)
    holders, truncated, marker = page(
        _entities(arn, request, directory),
        key=lambda holder: f"{type(holder).__name__} {holder.name.lower()}",
        marker=request.marker,
        max_items=request.max_items,
    )
    return iam.ListEntitiesForPolicyResponse(
        policy_groups=tuple(
            iam.PolicyGroup(group_name=one.name, group_id=one.group_id)
            for one in holders
            if isinstance(one, Group)
        ),
        policy_users=tuple(
            iam.PolicyUser(user_name=one.name, user_id=one.user_id)
            for one in holders
            if isinstance(one, User)
        ),
        policy_roles=tuple(
            iam.PolicyRole(role_name=one.name, role_id=one.role_id)
            for one in holders
            if isinstance(one, Role)
        ),
        is_truncated=truncated,
        marker=marker,
    )


_KINDS: dict[str, type[Holder]] = {"User": User, "Group": Group, "Role": Role}


def _entities(arn: str, request: iam.ListEntitiesForPolicyRequest, directory: Directory) -> Iterator[Holder]:
    prefix = request.path_prefix or "/"
    usage = request.policy_usage_filter
    kind = _KINDS.get(request.entity_filter or "")
    if request.entity_filter is not None and kind is None:
        return
    for holder in _holders(directory):
        attached = usage != "PermissionsBoundary" and arn in holder.attached
        bounds = usage != "PermissionsPolicy" and getattr(holder, "boundary", None) == arn
        if (
            (attached or bounds)
            and holder.path.startswith(prefix)
            and (kind is None or isinstance(holder, kind))
        ):
            yield holder


# On whom they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachments:
    """The three operations on the managed policies of one kind of holder."""

    find: Callable[..., Any]
    attach: Operation
    detach: Operation
    list: Operation

    def run_attach(self, request: Any, holder: Any, call: Call[IdentityStore]) -> None:
        """Raises InvalidInput, NoSuchEntity, LimitExceeded. One that is on it already stays."""
        holder = modifiable(require(holder))
        arn = require_policy_arn(request.policy_arn)
        directory = directory_of(call.account, call.store)
        if arn not in directory.policies and arn not in aws_managed.all_of(call.place.partition):
            raise iam.NoSuchEntityException(NOT_ATTACHABLE.format(arn=arn))
        if arn in holder.attached:
            return
        require_room(
            len(holder.attached), maximum=quotas.ATTACHED, what=f"PoliciesPer{type(holder).__name__}"
        )
        save(call, msgspec.structs.replace(holder, attached=(*holder.attached, arn)))

    def run_detach(self, request: Any, holder: Any, call: Call[IdentityStore]) -> None:
        holder = modifiable(require(holder))
        arn = require_policy_arn(request.policy_arn)
        if arn not in holder.attached:
            raise iam.NoSuchEntityException(MISSING.format(arn=arn))
        left = tuple(held for held in holder.attached if held != arn)
        save(call, msgspec.structs.replace(holder, attached=left))

    def run_list(self, request: Any, holder: Any, call: Call[IdentityStore]) -> Shape:
        directory = directory_of(call.account, call.store)
        prefix = request.path_prefix or "/"
        arns, truncated, marker = page(
            (arn for arn in require(holder).attached if _path(arn, directory).startswith(prefix)),
            key=str,
            marker=request.marker,
            max_items=request.max_items,
        )
        listed = tuple(iam.AttachedPolicy(policy_name=arn.rpartition("/")[2], policy_arn=arn) for arn in arns)
        assert self.list.response is not None
        return self.list.response(attached_policies=listed, is_truncated=truncated, marker=marker)

    def bindings(self) -> tuple[Bound, ...]:
        return (
            Bound(operation=self.attach, find=self.find, run=self.run_attach),
            Bound(operation=self.detach, find=self.find, run=self.run_detach),
            Bound(operation=self.list, find=self.find, run=self.run_list),
        )


ATTACHMENTS = (
    Attachments(
        find=find_user,
        attach=iam.ATTACH_USER_POLICY,
        detach=iam.DETACH_USER_POLICY,
        list=iam.LIST_ATTACHED_USER_POLICIES,
    ),
    Attachments(
        find=find_group,
        attach=iam.ATTACH_GROUP_POLICY,
        detach=iam.DETACH_GROUP_POLICY,
        list=iam.LIST_ATTACHED_GROUP_POLICIES,
    ),
    Attachments(
        find=find_role,
        attach=iam.ATTACH_ROLE_POLICY,
        detach=iam.DETACH_ROLE_POLICY,
        list=iam.LIST_ATTACHED_ROLE_POLICIES,
    ),
)


def in_list(policy: Managed, directory: Directory) -> iam.Policy:
    """As lists show it: without description and tags. Source: IAM API, ListPolicies."""
    arn = _arn(policy, directory)
    return iam.Policy(
        policy_name=policy.name,
        policy_id=policy.policy_id,
        arn=arn,
        path=policy.path,
        default_version_id=AWS_VERSION if isinstance(policy, AWSManaged) else policy.default_version,
        attachment_count=directory.attachments.get(arn, 0),
        permissions_boundary_usage_count=directory.bounding.get(arn, 0),
        is_attachable=True,
        create_date=moment(AWS_CREATED_MS if isinstance(policy, AWSManaged) else policy.created_ms),
        update_date=moment(AWS_CREATED_MS if isinstance(policy, AWSManaged) else policy.updated_ms),
    )


def detailed(policy: Managed, directory: Directory) -> iam.ManagedPolicyDetail:
    """With all its versions and their documents. Source: IAM API, GetAccountAuthorizationDetails."""
    listed = in_list(policy, directory)
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
        policy_version_list=tuple(_shown_version(version, policy) for version in _versions(policy)),
    )


def bindings() -> tuple[Bound, ...]:
    return (
        Bound(operation=iam.CREATE_POLICY, find=find_new_policy, run=create_policy),
        Bound(operation=iam.GET_POLICY, find=find_policy, run=get_policy),
        Bound(operation=iam.LIST_POLICIES, find=find_account, run=list_policies),
        Bound(operation=iam.DELETE_POLICY, find=find_policy, run=delete_policy),
        Bound(operation=iam.CREATE_POLICY_VERSION, find=find_policy, run=create_policy_version),
        Bound(operation=iam.GET_POLICY_VERSION, find=find_policy, run=get_policy_version),
        Bound(operation=iam.LIST_POLICY_VERSIONS, find=find_policy, run=list_policy_versions),
        Bound(operation=iam.SET_DEFAULT_POLICY_VERSION, find=find_policy, run=set_default_policy_version),
        Bound(operation=iam.DELETE_POLICY_VERSION, find=find_policy, run=delete_policy_version),
        Bound(operation=iam.TAG_POLICY, find=find_policy, run=tag_policy),
        Bound(operation=iam.UNTAG_POLICY, find=find_policy, run=untag_policy),
        Bound(operation=iam.LIST_POLICY_TAGS, find=find_policy, run=list_policy_tags),
        Bound(operation=iam.LIST_ENTITIES_FOR_POLICY, find=find_policy, run=list_entities_for_policy),
        *(bound for family in ATTACHMENTS for bound in family.bindings()),
    )


def _own(policy: Managed | None) -> ManagedPolicy:
    """Raises InvalidInput: AWS's policies are AWS's."""
    if not isinstance(policy, ManagedPolicy):
        raise iam.InvalidInputException("Policy is outside your own account.")
    return policy


def _version(number: int, document: str, now: int) -> PolicyVersion:
    check_identity(document)
    require_length(length(document), maximum=quotas.POLICY_CHARACTERS, what="PolicySize")
    return PolicyVersion(version_id=f"v{number}", document=document, created_ms=now)


def _versions(policy: Managed) -> tuple[PolicyVersion, ...]:
    if isinstance(policy, ManagedPolicy):
        return policy.versions
    return (PolicyVersion(version_id=AWS_VERSION, document=policy.document, created_ms=AWS_CREATED_MS),)


def _version_of(policy: Managed, version_id: str, call: Call[IdentityStore]) -> PolicyVersion:
    for version in _versions(policy):
        if version.version_id == version_id:
            return version
    arn = _arn(policy, directory_of(call.account, call.store))
    raise iam.NoSuchEntityException(NO_VERSION.format(arn=arn, version=version_id))


def _shown_version(version: PolicyVersion, policy: Managed) -> iam.PolicyVersion:
    default = AWS_VERSION if isinstance(policy, AWSManaged) else policy.default_version
    return iam.PolicyVersion(
        document=document_text(version.document),
        version_id=version.version_id,
        is_default_version=version.version_id == default,
        create_date=moment(version.created_ms),
    )


def _arn(policy: Managed, directory: Directory) -> str:
    if isinstance(policy, ManagedPolicy):
        return directory.arn_of(policy)
    return f"arn:{directory.partition}:iam::aws:policy{policy.path}{policy.name}"


def _path(arn: str, directory: Directory) -> str:
    held = directory.policies.get(arn) or aws_managed.policy(arn)
    return "/" if held is None else held.path


def _holders(directory: Directory) -> Iterable[Holder]:
    yield from directory.groups.values()
    yield from directory.roles.values()
    yield from directory.users.values()
