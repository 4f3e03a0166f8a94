"""IAM's roles: made, shown, trusted, tagged, bounded and deleted; and those that a service is linked to.

A trust policy is kept with its principals' unique ids and shown with the ARNs that they have now.
Source: IAM API reference, CreateRole and its kin; IAM User Guide, service-linked roles; facts A.3.
"""

from __future__ import annotations

import json

import msgspec

from watchword.api.call import Bound, Call, Found, Names, Scope
from watchword.api.shapes import iam
from watchword.identity import iam_documents as documents
from watchword.identity import iam_quotas as quotas
from watchword.identity.directory import Directory
from watchword.identity.entities import (
    boundary_of,
    directory_of,
    document_text,
    find_account,
    find_new,
    find_role,
    moment,
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
from watchword.identity.inline_policies import modifiable
from watchword.identity.model import Role
from watchword.identity.store import IdentityStore
from watchword.identity.users import REFERENCES

SESSION_S = 3_600
LINKED_PATH = "/aws-service-role/"
RESERVED_PATH = f"Path {LINKED_PATH} is reserved for service-linked roles."
TASK = "task{path}/{name}/{role_id}"


def find_new_role(request: iam.CreateRoleRequest, scope: Scope, _store: IdentityStore) -> Found[None]:
    return find_new("role", request.role_name or "", request.path, scope)


def create_role(
    request: iam.CreateRoleRequest, _found: None, call: Call[IdentityStore]
) -> iam.CreateRoleResponse:
    """Make a role. Raises EntityAlreadyExists, MalformedPolicyDocument, LimitExceeded, InvalidInput, NoSuchEntity."""
    directory = directory_of(call.account, call.store)
    name = request.role_name or ""
    if directory.role_named(name) is not None:
        raise taken("Role", name)
    if (request.path or "/").lower().startswith(LINKED_PATH):
        # By its path a role is told to be service-linked, and no boundary limits those.
        raise iam.InvalidInputException(RESERVED_PATH)
    require_room(len(directory.roles), maximum=quotas.ROLES, what="RolesPerAccount")
    require_boundary(request.permissions_boundary, directory)
    role = Role(
        role_id=new_id("AROA", call),
        name=name,
        path=request.path or "/",
        created_ms=call.now,
        trust=_trust(request.assume_role_policy_document or "", call),
        description=request.description,
        max_session_s=int(request.max_session_duration or SESSION_S),
        tags=tagged({}, request.tags or ()),
        boundary=request.permissions_boundary,
    )
    return iam.CreateRoleResponse(role=shown(role, save(call, role), call.names))


def get_role(
    _request: iam.GetRoleRequest, role: Role | None, call: Call[IdentityStore]
) -> iam.GetRoleResponse:
    directory = directory_of(call.account, call.store)
    return iam.GetRoleResponse(role=shown(require(role), directory, call.names))


def list_roles(
    request: iam.ListRolesRequest, _found: None, call: Call[IdentityStore]
) -> iam.ListRolesResponse:
    directory = directory_of(call.account, call.store)
    prefix = request.path_prefix or "/"
    roles, truncated, marker = page(
        (role for role in directory.roles.values() if role.path.startswith(prefix)),
        key=lambda role: role.name.lower(),
        marker=request.marker,
        max_items=request.max_items,
    )
    listed = tuple(in_list(role, directory, call.names) for role in roles)
    return iam.ListRolesResponse(roles=listed, is_truncated=truncated, marker=marker)


def update_role(
    request: iam.UpdateRoleRequest, role: Role | None, call: Call[IdentityStore]
) -> iam.UpdateRoleResponse:
    """Set description and longest session; a session's length that is not said becomes the default, as on AWS.

    Of a service-linked role the description alone is anybody's. Source: IAM User Guide, Edit a service-linked role.
    """
    role = require(role)
    if request.max_session_duration is not None:
        modifiable(role)
    changed = msgspec.structs.replace(
        role,
        description=role.description if request.description is None else request.description,
        max_session_s=int(request.max_session_duration or SESSION_S),
    )
    save(call, changed)
    return iam.UpdateRoleResponse()


def update_role_description(
    request: iam.UpdateRoleDescriptionRequest, role: Role | None, call: Call[IdentityStore]
) -> iam.UpdateRoleDescriptionResponse:
    changed = msgspec.structs.replace(require(role), description=request.description)
    return iam.UpdateRoleDescriptionResponse(role=shown(changed, save(call, changed), call.names))


def update_assume_role_policy(
    request: iam.UpdateAssumeRolePolicyRequest, role: Role | None, call: Call[IdentityStore]
) -> None:
    role = require(role)
    modifiable(role)
    save(call, msgspec.structs.replace(role, trust=_trust(request.policy_document or "", call)))


def delete_role(_request: iam.DeleteRoleRequest, role: Role | None, call: Call[IdentityStore]) -> None:
    """Delete a role that nothing hangs on any more; its sessions end with it. Raises DeleteConflict."""
    role = require(role)
    modifiable(role)
    directory = directory_of(call.account, call.store)
    profiles = [one for one in directory.instance_profiles.values() if one.role_id == role.role_id]
    for held, what in (
        (profiles, "remove roles from instance profile"),
        (role.inline, "delete policies"),
        (role.attached, "detach all policies"),
    ):
        if held:
            raise iam.DeleteConflictException(REFERENCES.format(what=what))
    save(call, remove=(role,))


def tag_role(request: iam.TagRoleRequest, role: Role | None, call: Call[IdentityStore]) -> None:
    role = require(role)
    save(call, msgspec.structs.replace(role, tags=tagged(role.tags, request.tags or ())))


def untag_role(request: iam.UntagRoleRequest, role: Role | None, call: Call[IdentityStore]) -> None:
    role = require(role)
    save(call, msgspec.structs.replace(role, tags=untagged(role.tags, request.tag_keys or ())))


def list_role_tags(
    request: iam.ListRoleTagsRequest, role: Role | None, _call: Call[IdentityStore]
) -> iam.ListRoleTagsResponse:
    tags, truncated, marker = page(
        tags_of(require(role).tags),
        key=lambda tag: tag.key or "",
        marker=request.marker,
        max_items=request.max_items,
    )
    return iam.ListRoleTagsResponse(tags=tags, is_truncated=truncated, marker=marker)


def put_role_permissions_boundary(
    request: iam.PutRolePermissionsBoundaryRequest, role: Role | None, call: Call[IdentityStore]
) -> None:
    role = require(role)
    modifiable(role)
    require_boundary(request.permissions_boundary, directory_of(call.account, call.store))
    save(call, msgspec.structs.replace(role, boundary=request.permissions_boundary))


def delete_role_permissions_boundary(
    _request: iam.DeleteRolePermissionsBoundaryRequest, role: Role | None, call: Call[IdentityStore]
) -> None:
    role = require(role)
    modifiable(role)
    if role.boundary is None:
        raise iam.NoSuchEntityException(f"Role {role.name} does not have a permissions boundary.")
    save(call, msgspec.structs.replace(role, boundary=None))


# Roles that a service is linked to


def find_new_linked_role(
    request: iam.CreateServiceLinkedRoleRequest, scope: Scope, _store: IdentityStore
) -> Found[None]:
    service = request.aws_service_name or ""
    return find_new("role", _linked_name(request), f"{LINKED_PATH}{service}/", scope)


def create_service_linked_role(
    request: iam.CreateServiceLinkedRoleRequest, _found: None, call: Call[IdentityStore]
) -> iam.CreateServiceLinkedRoleResponse:
    """Make the role by which a service would act in the account. No service here needs one; deployment tools ask for it."""
    service = request.aws_service_name or ""
    if not service.endswith(".amazonaws.com"):
        raise iam.InvalidInputException(f"Service role name {service} is not a service principal")
    directory = directory_of(call.account, call.store)
    name = _linked_name(request)
    if directory.role_named(name) is not None:
        text = f"Service role name {name} has been taken in this account, please try a different suffix."
        raise iam.InvalidInputException(text)
    require_room(len(directory.roles), maximum=quotas.ROLES, what="RolesPerAccount")
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    role = Role(
        role_id=new_id("AROA", call),
        name=name,
        path=f"{LINKED_PATH}{service}/",
        created_ms=call.now,
        trust=json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":")),
        description=request.description,
        service=service,
    )
    return iam.CreateServiceLinkedRoleResponse(role=shown(role, save(call, role), call.names))


def delete_service_linked_role(
    _request: iam.DeleteServiceLinkedRoleRequest, role: Role | None, call: Call[IdentityStore]
) -> iam.DeleteServiceLinkedRoleResponse:
    """Delete it at once; the task that is answered has ended already."""
    role = require(role)
    if role.service is None:
        raise iam.NoSuchEntityException(f"The role {role.name} is not a service-linked role.")
    save(call, remove=(role,))
    task = TASK.format(path=role.path.rstrip("/"), name=role.name, role_id=role.role_id)
    return iam.DeleteServiceLinkedRoleResponse(deletion_task_id=task)


def get_service_linked_role_deletion_status(
    request: iam.GetServiceLinkedRoleDeletionStatusRequest, _found: None, call: Call[IdentityStore]
) -> iam.GetServiceLinkedRoleDeletionStatusResponse:
    """A task that this account was answered has succeeded: its role's id is never given again."""
    parts = (request.deletion_task_id or "").split("/")
    if len(parts) != 5 or parts[:2] != ["task", "aws-service-role"] or not parts[4].startswith("AROA"):
        raise iam.InvalidInputException("The deletion task id is not valid.")
    if parts[4] in directory_of(call.account, call.store).roles:
        raise iam.NoSuchEntityException(f"Deletion task {request.deletion_task_id} cannot be found.")
    return iam.GetServiceLinkedRoleDeletionStatusResponse(status="SUCCEEDED")


def _linked_name(request: iam.CreateServiceLinkedRoleRequest) -> str:
    service = (request.aws_service_name or "").partition(".")[0]
    suffix = "" if request.custom_suffix is None else f"_{request.custom_suffix}"
    return f"AWSServiceRoleFor{service.replace('-', ' ').title().replace(' ', '')}{suffix}"


def _trust(document: str, call: Call[IdentityStore]) -> str:
    documents.require_length(
        documents.length(document), maximum=quotas.TRUST_CHARACTERS, what="ACLSizePerRole"
    )
    return documents.trust(document, call.names)


def in_list(role: Role, directory: Directory, names: Names) -> iam.Role:
    """As lists show it: without tags, boundary and last use. Source: IAM API, ListRoles."""
    return iam.Role(
        path=role.path,
        role_name=role.name,
        role_id=role.role_id,
        arn=directory.arn_of(role),
        create_date=moment(role.created_ms),
        assume_role_policy_document=document_text(names.policy_shown(role.trust)),
        description=role.description,
        max_session_duration=role.max_session_s,
    )


def shown(role: Role, directory: Directory, names: Names) -> iam.Role:
    return msgspec.structs.replace(
        in_list(role, directory, names),
        permissions_boundary=boundary_of(role.boundary),
        tags=tags_of(role.tags) or None,
        role_last_used=iam.RoleLastUsed(),
    )


def bindings() -> tuple[Bound, ...]:
    return (
        Bound(operation=iam.CREATE_ROLE, find=find_new_role, run=create_role),
        Bound(operation=iam.GET_ROLE, find=find_role, run=get_role),
        Bound(operation=iam.LIST_ROLES, find=find_account, run=list_roles),
        Bound(operation=iam.UPDATE_ROLE, find=find_role, run=update_role),
        Bound(operation=iam.UPDATE_ROLE_DESCRIPTION, find=find_role, run=update_role_description),
        Bound(operation=iam.UPDATE_ASSUME_ROLE_POLICY, find=find_role, run=update_assume_role_policy),
        Bound(operation=iam.DELETE_ROLE, find=find_role, run=delete_role),
        Bound(operation=iam.TAG_ROLE, find=find_role, run=tag_role),
        Bound(operation=iam.UNTAG_ROLE, find=find_role, run=untag_role),
        Bound(operation=iam.LIST_ROLE_TAGS, find=find_role, run=list_role_tags),
        Bound(operation=iam.PUT_ROLE_PERMISSIONS_BOUNDARY, find=find_role, run=put_role_permissions_boundary),
        Bound(
            operation=iam.DELETE_ROLE_PERMISSIONS_BOUNDARY,
            find=find_role,
            run=delete_role_permissions_boundary,
        ),
        Bound(
            operation=iam.CREATE_SERVICE_LINKED_ROLE,
            find=find_new_linked_role,
            run=create_service_linked_role,
        ),
        Bound(operation=iam.DELETE_SERVICE_LINKED_ROLE, find=find_role, run=delete_service_linked_role),
        Bound(
            operation=iam.GET_SERVICE_LINKED_ROLE_DELETION_STATUS,
            find=find_account,
            run=get_service_linked_role_deletion_status,
        ),
    )
