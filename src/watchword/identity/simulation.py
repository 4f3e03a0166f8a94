"""IAM's policy simulator: what policies would decide, asked without doing it.

  1. An answer has one result for each action; what was found of each resource stands in it.
  2. The caller of SimulatePrincipalPolicy is whose policies they are, unless another is named.
  3. Of the caller are known its ARN, account, type, name and tags, if it is one of the account's; a condition key that the
     request gives counts before what is known.
  4. Nothing is asked about more than `EVALUATIONS_MAX` pairs of an action and a resource at once; the page ends there.

Source: IAM API reference, SimulateCustomPolicy, SimulatePrincipalPolicy and GetContextKeysFor…; facts A.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from watchword.api.call import Bound, Call, Found, Scope
from watchword.api.shapes import iam
from watchword.identity import aws_managed, policy_positions
from watchword.identity import simulated as simulator
from watchword.identity.compiled import Caller, CallerKind, caller
from watchword.identity.directory import Directory
from watchword.identity.entities import NOT_FOUND, directory_of, find_account
from watchword.identity.iam_lists import ITEMS_DEFAULT, page
from watchword.identity.model import Group, Role, User
from watchword.identity.policy import account_of
from watchword.identity.policy_document import PolicyKind, PolicyRefused, read
from watchword.identity.simulated import Result, Simulation, Source, SourceKind, Verdict
from watchword.identity.simulation_inputs import Excluded, context_of
from watchword.identity.store import IdentityStore

EVALUATIONS_MAX = 1_000
"""A form has no room for more resources than this (`wire/query.py`), so that every page has a result."""
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9_]+", re.ASCII)
_ENTITY = re.compile(
    r"arn:(?P<partition>[^:]+):iam::(?P<account>[0-9]{12}):(?P<kind>user|group|role)/(?:[^:]*/)?(?P<name>[\w+=,.@-]+)",
    re.ASCII,
)
_OWNER = re.compile(r"(?:arn:[^:]+:iam::)?(?P<account>[0-9]{12})(?::.+)?", re.ASCII)
NO_ENTITY = "Invalid Entity Arn: {arn} does not clearly define entity type and name."
NOBODY = "arn:{partition}:iam::{account}:user/-"
"""Who calls where nobody is named: a user of the account whom no policy can mean."""
SESSION = "simulated"

Holder = User | Group | Role
Asking = iam.SimulateCustomPolicyRequest | iam.SimulatePrincipalPolicyRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A policy that stands in the account."""

    source: Source
    arn: str | None = None
    """Of a managed one."""
    holder: str = ""
    """The name of whom it is in or on."""


def find_entity(
    request: iam.SimulatePrincipalPolicyRequest | iam.GetContextKeysForPrincipalPolicyRequest,
    scope: Scope,
    store: IdentityStore,
) -> Found[Holder | None]:
    """The user, group or role of an ARN.

    Raises:
        InvalidInputException: it is an ARN of something else.
    """
    arn = request.policy_source_arn or ""
    named = _ENTITY.fullmatch(arn)
    if named is None:
        raise iam.InvalidInputException(NO_ENTITY.format(arn=arn))
    directory = directory_of(scope.account, store)
    held = _entity(directory, named["kind"], named["name"])
    shown = f"{named['kind']} {named['name']}"
    if held is None or directory.arn_of(held) != arn:
        missing = iam.NoSuchEntityException(NOT_FOUND.format(kind=named["kind"], name=named["name"]))
        return Found(resource=None, arn=arn, named=shown, missing=missing)
    tags: Mapping[str, str] = {} if isinstance(held, Group) else held.tags
    return Found(resource=held, arn=arn, named=shown, tags=tags)


def simulate_custom_policy(
    request: iam.SimulateCustomPolicyRequest, _found: None, call: Call[IdentityStore]
) -> iam.SimulatePolicyResponse:
    """Ask policies that are given. Raises InvalidInput."""
    directory = directory_of(call.account, call.store)
    if request.resource_policy is not None and request.caller_arn is None:
        raise iam.InvalidInputException("CallerArn is required with a ResourcePolicy.")
    who = request.caller_arn or NOBODY.format(partition=directory.partition, account=directory.account)
    given = _given(request.policy_input_list)
    return _answer(request, given, boundary=None, who=who, directory=directory, now=call.now)


def simulate_principal_policy(
    request: iam.SimulatePrincipalPolicyRequest, holder: Holder | None, call: Call[IdentityStore]
) -> iam.SimulatePolicyResponse:
    """Ask the policies of a user, group or role, and those that are given. Raises InvalidInput, PolicyEvaluation."""
    assert holder is not None
    directory = directory_of(call.account, call.store)
    excluded = [Excluded.of(entry) for entry in request.policy_exclusion_list or ()]
    sources = [
        one.source
        for one in _standing(holder, directory)
        if not any(
            entry.covers(kind=one.source.kind, name=one.source.policy_id, arn=one.arn, holder=one.holder)
            for entry in excluded
        )
    ]
    boundary = None if isinstance(holder, Group) else holder.boundary
    if any(entry.policy_type == "permission-boundary" for entry in excluded):
        boundary = None
    return _answer(
        request,
        [*sources, *_given(request.policy_input_list)],
        # (2)
        who=request.caller_arn or request.policy_source_arn or "",
        boundary=None if boundary is None else directory.document_of(boundary),
        directory=directory,
        now=call.now,
    )


def get_context_keys_for_custom_policy(
    request: iam.GetContextKeysForCustomPolicyRequest, _found: None, _call: Call[IdentityStore]
) -> iam.GetContextKeysForPolicyResponse:
    """Raises InvalidInput."""
    return _context_keys(_given(request.policy_input_list))


def get_context_keys_for_principal_policy(
    request: iam.GetContextKeysForPrincipalPolicyRequest, holder: Holder | None, call: Call[IdentityStore]
) -> iam.GetContextKeysForPolicyResponse:
    """Raises InvalidInput."""
    assert holder is not None
    standing = _standing(holder, directory_of(call.account, call.store))
    return _context_keys([*(one.source for one in standing), *_given(request.policy_input_list)])


def _context_keys(sources: Iterable[Source]) -> iam.GetContextKeysForPolicyResponse:
    found: dict[str, str] = {}
    for source in sources:
        for key in simulator.context_keys(read(source.document, kind=PolicyKind.IDENTITY)):
            found.setdefault(key.lower(), key)
    return iam.GetContextKeysForPolicyResponse(context_key_names=tuple(found.values()))


# What is asked


def _answer(
    request: Asking,
    sources: list[Source],
    *,
    boundary: str | None,
    who: str,
    directory: Directory,
    now: int,
) -> iam.SimulatePolicyResponse:
    asking = _caller(who)
    if (
        isinstance(request, iam.SimulateCustomPolicyRequest)
        and request.ordered_organization_policy_input_list
    ):
        raise iam.InvalidInputException("OrderedOrganizationPolicyInputList: there are no organizations.")
    given = request.permissions_boundary_policy_input_list or ()
    if len(given) > 1:
        raise iam.InvalidInputException("PermissionsBoundaryPolicyInputList holds one policy at most.")
    for document in given:
        _require_policy(document, PolicyKind.IDENTITY, member="PermissionsBoundaryPolicyInputList")
        boundary = document
    if request.resource_policy is not None:
        _require_policy(request.resource_policy, PolicyKind.RESOURCE, member="ResourcePolicy")
    known = {**_known(asking, who, directory), **_clock(now), **context_of(request.context_entries or ())}
    try:
        simulation = Simulation(
            caller=asking,
            identity=sources,
            boundary=boundary,
            resource_policy=request.resource_policy,
            context=known,
        )
    except PolicyRefused as refused:
        # What was given was read before: it is one of the account's own, which was a policy when it was put.
        raise iam.PolicyEvaluationException("A policy of the account can't be read.") from refused
    return _page(request, simulation, asking)


def _page(request: Asking, simulation: Simulation, asking: Caller) -> iam.SimulatePolicyResponse:
    actions, resources = _actions(request), _resources(request)
    owner = _owner(request.resource_owner) or asking.account
    # (4)
    room = max(1, EVALUATIONS_MAX // len(resources))
    places, truncated, marker = page(
        range(len(actions)),
        key=lambda place: f"{place:06}",
        marker=request.marker,
        max_items=min(request.max_items or ITEMS_DEFAULT, room),
    )
    # (1)
    results = tuple(
        _result(
            actions[place],
            [simulation.ask(actions[place], one, owner=account_of(one) or owner) for one in resources],
        )
        for place in places
    )
    return iam.SimulatePolicyResponse(evaluation_results=results, is_truncated=truncated, marker=marker)


def _actions(request: Asking) -> tuple[str, ...]:
    actions = request.action_names or ()
    for action in actions:
        if _ACTION.fullmatch(action) is None:
            raise iam.InvalidInputException(f"Invalid action: {action}")
    return actions


def _resources(request: Asking) -> tuple[str, ...]:
    resources = request.resource_arns or ("*",)
    for resource in resources:
        if resource != "*" and (not resource.startswith("arn:") or resource.count(":") < 5):
            raise iam.InvalidInputException(f"Invalid resource ARN: {resource}")
    return resources


def _owner(given: str | None) -> str | None:
    if given is None:
        return None
    named = _OWNER.fullmatch(given)
    if named is None:
        raise iam.InvalidInputException(f"Invalid resource owner: {given}")
    return named["account"]


def _given(documents: tuple[str, ...] | None) -> list[Source]:
    sources = []
    for number, document in enumerate(documents or (), 1):
        name = f"PolicyInputList.{number}"
        _require_policy(document, PolicyKind.IDENTITY, member=name)
        sources.append(Source(policy_id=name, kind=SourceKind.NONE, document=document))
    return sources


def _require_policy(document: str, kind: PolicyKind, *, member: str) -> None:
    try:
        read(document, kind=kind)
    except PolicyRefused as refused:
        raise iam.InvalidInputException(f"{member}: Syntax errors in policy.") from refused


# Who calls


def _caller(arn: str) -> Caller:
    """A role calls by a session of its own; a group never calls, and nothing names it."""
    named = _ENTITY.fullmatch(arn)
    if named is None:
        raise iam.InvalidInputException(NO_ENTITY.format(arn=arn))
    if named["kind"] != "role":
        return caller(CallerKind.USER, arn)
    session = f"arn:{named['partition']}:sts::{named['account']}:assumed-role/{named['name']}/{SESSION}"
    return caller(CallerKind.ROLE_SESSION, session, issuer_arn=arn)


def _known(asking: Caller, arn: str, directory: Directory) -> dict[str, tuple[str, ...]]:
    """What every request of this caller would have (3)."""
    named = _ENTITY.fullmatch(arn)
    assert named is not None
    kind, name = named["kind"], named["name"]
    known: dict[str, tuple[str, ...]] = {"aws:principalaccount": (asking.account,)}
    if kind == "group" or arn == NOBODY.format(partition=directory.partition, account=directory.account):
        return known
    known |= {
        "aws:principalarn": (arn,),
        "aws:principaltype": ("User" if kind == "user" else "AssumedRole",),
    }
    if kind == "user":
        known["aws:username"] = (name,)
    held = _entity(directory, kind, name)
    if held is not None and not isinstance(held, Group) and directory.arn_of(held) == arn:
        if isinstance(held, User):
            known["aws:userid"] = (held.user_id,)
        for key, value in held.tags.items():
            known[f"aws:principaltag/{key.lower()}"] = (value,)
    return known


def _clock(now: int) -> dict[str, tuple[str, ...]]:
    moment = datetime.fromtimestamp(now // 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"aws:currenttime": (moment,), "aws:epochtime": (str(now // 1000),)}


def _entity(directory: Directory, kind: str, name: str) -> Holder | None:
    if kind == "user":
        return directory.user_named(name)
    return directory.role_named(name) if kind == "role" else directory.group_named(name)


_KINDS: Mapping[type[Holder], SourceKind] = {
    User: SourceKind.USER,
    Group: SourceKind.GROUP,
    Role: SourceKind.ROLE,
}


def _standing(holder: Holder, directory: Directory) -> Iterator[Standing]:
    """The policies of a user, group or role; of a user its groups' too."""
    holders: list[Holder] = [holder]
    if isinstance(holder, User):
        holders += [directory.groups[one] for one in holder.groups if one in directory.groups]
    for one in holders:
        for name, document in sorted(one.inline.items()):
            source = Source(policy_id=name, kind=_KINDS[type(one)], document=document)
            yield Standing(source=source, holder=one.name)
        for arn in one.attached:
            attached = directory.document_of(arn)
            if attached is not None:
                kind = SourceKind.USER_MANAGED if aws_managed.policy(arn) is None else SourceKind.AWS_MANAGED
                source = Source(policy_id=arn.rpartition("/")[2], kind=kind, document=attached)
                yield Standing(source=source, arn=arn, holder=one.name)


# What is answered


def _result(action: str, results: list[Result]) -> iam.EvaluationResult:
    verdict = simulator.strictest(one.verdict for one in results)
    deciding = [one for one in results if one.verdict is verdict]
    specific = results if results[0].resource != "*" or len(results) > 1 else []
    details: dict[str, str] = {}
    for kind in dict.fromkeys(kind for one in results for kind in one.details):
        verdicts: list[Verdict] = [one.details[kind] for one in results if kind in one.details]
        details[kind] = simulator.strictest(verdicts)
    within = [one.within_boundary for one in results if one.within_boundary is not None]
    matched = dict.fromkeys(found for one in deciding for found in one.matched)
    return iam.EvaluationResult(
        eval_action_name=action,
        # AWS has the template of the action's resource type here, or this where it has none.
        eval_resource_name="*",
        eval_decision=verdict,
        matched_statements=tuple(map(_statement, matched)),
        missing_context_values=tuple(dict.fromkeys(key for one in results for key in one.missing)),
        permissions_boundary_decision_detail=_boundary(all(within) if within else None),
        eval_decision_details=details if specific else None,
        resource_specific_results=tuple(map(_of_resource, specific)),
    )


def _of_resource(result: Result) -> iam.ResourceSpecificResult:
    return iam.ResourceSpecificResult(
        eval_resource_name=result.resource,
        eval_resource_decision=result.verdict,
        matched_statements=tuple(map(_statement, result.matched)),
        missing_context_values=result.missing,
        eval_decision_details={kind: str(verdict) for kind, verdict in result.details.items()},
        permissions_boundary_decision_detail=_boundary(result.within_boundary),
    )


def _boundary(within: bool | None) -> iam.PermissionsBoundaryDecisionDetail | None:
    if within is None:
        return None
    return iam.PermissionsBoundaryDecisionDetail(allowed_by_permissions_boundary=within)


def _statement(matched: simulator.Matched) -> iam.Statement:
    document = matched.source.document
    span = policy_positions.statements(document)[matched.index]
    return iam.Statement(
        source_policy_id=matched.source.policy_id,
        source_policy_type=matched.source.kind,
        start_position=_position(document, span.start),
        end_position=_position(document, span.end),
    )


def _position(document: str, offset: int) -> iam.Position:
    line, column = policy_positions.line_and_column(document, offset)
    return iam.Position(line=line, column=column)


def bindings() -> tuple[Bound, ...]:
    return (
        Bound(operation=iam.SIMULATE_CUSTOM_POLICY, find=find_account, run=simulate_custom_policy),
        Bound(operation=iam.SIMULATE_PRINCIPAL_POLICY, find=find_entity, run=simulate_principal_policy),
        Bound(
            operation=iam.GET_CONTEXT_KEYS_FOR_CUSTOM_POLICY,
            find=find_account,
            run=get_context_keys_for_custom_policy,
        ),
        Bound(
            operation=iam.GET_CONTEXT_KEYS_FOR_PRINCIPAL_POLICY,
            find=find_entity,
            run=get_context_keys_for_principal_policy,
        ),
    )
