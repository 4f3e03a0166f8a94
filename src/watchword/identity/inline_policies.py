"""Policies inside users, groups and roles: put, shown, listed and deleted, the same for all three.

Source: IAM API reference, PutUserPolicy and its kin; facts A.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from watchword.api.call import Bound, Call
from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.api.shapes import iam
from watchword.identity import iam_quotas as quotas
from watchword.identity.entities import document_text, find_group, find_role, find_user, require, save
from watchword.identity.iam_documents import check_identity, length
from watchword.identity.iam_lists import page
from watchword.identity.model import Group, Role, User
from watchword.identity.store import IdentityStore

Holder = User | Group | Role
TOO_LARGE = "Maximum policy size of {maximum} bytes exceeded for {kind} {name}"
MISSING = "The {kind} policy with name {name} cannot be found."


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The four operations on the inline policies of one kind of holder."""

    kind: str
    member: str
    """Of requests and answers, the holder's name."""
    characters_max: int
    """Of all its inline policies together, blanks left out."""
    find: Callable[..., Any]
    put: Operation
    get: Operation
    delete: Operation
    list: Operation

    def run_put(self, request: Any, holder: Any, call: Call[IdentityStore]) -> None:
        """Raises MalformedPolicyDocument, LimitExceeded."""
        holder = modifiable(require(holder))
        name, document = request.policy_name or "", request.policy_document or ""
        check_identity(document)
        inline = {**holder.inline, name: document}
        if sum(map(length, inline.values())) > self.characters_max:
            raise iam.LimitExceededException(
                TOO_LARGE.format(maximum=self.characters_max, kind=self.kind, name=holder.name)
            )
        save(call, msgspec.structs.replace(holder, inline=inline))

    def run_get(self, request: Any, holder: Any, _call: Call[IdentityStore]) -> Shape:
        holder = require(holder)
        document = holder.inline.get(request.policy_name or "")
        if document is None:
            raise self._missing(request.policy_name)
        assert self.get.response is not None
        named = {self.member: holder.name, "policy_name": request.policy_name}
        return self.get.response(**named, policy_document=document_text(document))

    def run_delete(self, request: Any, holder: Any, call: Call[IdentityStore]) -> None:
        holder = modifiable(require(holder))
        inline = dict(holder.inline)
        if inline.pop(request.policy_name or "", None) is None:
            raise self._missing(request.policy_name)
        save(call, msgspec.structs.replace(holder, inline=inline))

    def run_list(self, request: Any, holder: Any, _call: Call[IdentityStore]) -> Shape:
        names, truncated, marker = page(
            require(holder).inline, key=str, marker=request.marker, max_items=request.max_items
        )
        assert self.list.response is not None
        return self.list.response(policy_names=names, is_truncated=truncated, marker=marker)

    def _missing(self, name: str | None) -> iam.NoSuchEntityException:
        return iam.NoSuchEntityException(MISSING.format(kind=self.kind, name=name))

    def bindings(self) -> tuple[Bound, ...]:
        return (
            Bound(operation=self.put, find=self.find, run=self.run_put),
            Bound(operation=self.get, find=self.find, run=self.run_get),
            Bound(operation=self.delete, find=self.find, run=self.run_delete),
            Bound(operation=self.list, find=self.find, run=self.run_list),
        )


FAMILIES = (
    Family(
        kind="user",
        member="user_name",
        characters_max=quotas.INLINE_CHARACTERS_OF_USER,
        find=find_user,
        put=iam.PUT_USER_POLICY,
        get=iam.GET_USER_POLICY,
        delete=iam.DELETE_USER_POLICY,
        list=iam.LIST_USER_POLICIES,
    ),
    Family(
        kind="group",
        member="group_name",
        characters_max=quotas.INLINE_CHARACTERS_OF_GROUP,
        find=find_group,
        put=iam.PUT_GROUP_POLICY,
        get=iam.GET_GROUP_POLICY,
        delete=iam.DELETE_GROUP_POLICY,
        list=iam.LIST_GROUP_POLICIES,
    ),
    Family(
        kind="role",
        member="role_name",
        characters_max=quotas.INLINE_CHARACTERS_OF_ROLE,
        find=find_role,
        put=iam.PUT_ROLE_POLICY,
        get=iam.GET_ROLE_POLICY,
        delete=iam.DELETE_ROLE_POLICY,
        list=iam.LIST_ROLE_POLICIES,
    ),
)


def modifiable(holder: Holder) -> Holder:
    """Raises UnmodifiableEntity: only the service changes a service-linked role."""
    if isinstance(holder, Role) and holder.service is not None:
        raise iam.UnmodifiableEntityException(
            f"Cannot perform the operation on the protected role '{holder.name}' -"
            " this role is only modifiable by AWS"
        )
    return holder


def bindings() -> tuple[Bound, ...]:
    return tuple(bound for family in FAMILIES for bound in family.bindings())
