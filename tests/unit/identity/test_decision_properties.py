"""What is true of every decision, whatever the policies are."""

from __future__ import annotations

import itertools
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.identity.decision_rows import (
    ANNA,
    BEN,
    DECRYPT,
    FEDERATED,
    GET,
    KEY,
    OURS,
    ROLE,
    ROOT,
    SECRET,
    SERVICE,
    SESSION,
    STRANGER,
    THEIRS,
)

from watchword.identity.compiled import (
    ANONYMOUS,
    Caller,
    CallerKind,
    PolicySet,
    caller,
    compiled,
    outsider,
    policy_set,
)
from watchword.identity.decision import (
    Asked,
    Decision,
    Granted,
    PoliciesOfPrincipal,
    ResourceSide,
    Side,
    decide,
)
from watchword.identity.policy_document import PolicyKind, parse

EXAMPLES = settings(max_examples=30, deadline=None)

CALLERS = [
    caller(CallerKind.ROOT, ROOT),
    caller(CallerKind.USER, ANNA),
    caller(CallerKind.USER, STRANGER),
    caller(CallerKind.ROLE_SESSION, SESSION, issuer_arn=ROLE),
    caller(CallerKind.FEDERATED_USER, FEDERATED, issuer_arn=ANNA),
    outsider(CallerKind.SERVICE, SERVICE),
    ANONYMOUS,
]
PRINCIPALS = [
    "*",
    *({"AWS": arn} for arn in (OURS, ROOT, ANNA, BEN, ROLE, SESSION, FEDERATED, STRANGER, THEIRS)),
]
TEAM = {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}}
NOT_TEAM = {"StringNotEquals": {"aws:PrincipalTag/team": "a"}}

contexts = st.dictionaries(
    st.sampled_from(["aws:principaltag/team", "aws:resourcetag/team"]),
    st.sampled_from([(), ("a",), ("b",)]),
)


@st.composite
def statements(draw: st.DrawFn, *, effect: str | None = None, principals: bool = False) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Effect": effect or draw(st.sampled_from(["Allow", "Deny"])),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(
            st.sampled_from(["*", GET, "secretsmanager:*", DECRYPT])
        ),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(
            st.sampled_from(["*", SECRET, KEY, SECRET[:-6] + "*", KEY[:40] + "${aws:PrincipalTag/team}*"])
        ),
    }
    if principals:
        made["Principal"] = draw(st.sampled_from([*PRINCIPALS, {"Service": SERVICE}]))
    condition = draw(st.sampled_from([None, None, TEAM, NOT_TEAM]))
    return made if condition is None else made | {"Condition": condition}


def policy(given_statements: list[dict[str, Any]], *, principals: bool = False) -> PolicySet:
    if not given_statements:
        return policy_set([])
    text = json.dumps({"Version": "2012-10-17", "Statement": given_statements})
    kind = PolicyKind.RESOURCE if principals else PolicyKind.IDENTITY
    return policy_set([compiled(parse(text, kind=kind), name="p")])


SIDES = ("identity", "boundary", "session", "resource")


class World(msgspec.Struct, frozen=True, kw_only=True):
    """A request, and the statements of all policies."""

    who: Caller
    action: str
    resource: str
    context: dict[str, tuple[str, ...]]
    policies: dict[str, list[dict[str, Any]]]
    """By side; a side that is missing has no policy."""
    grants: tuple[Granted, ...]

    def decided(self) -> Decision:
        boundary, session = self.policies.get("boundary"), self.policies.get("session")
        return decide(
            Asked(action=self.action, resource=self.resource, caller=self.who, context=self.context),
            identity=PoliciesOfPrincipal(
                identity=policy(self.policies.get("identity", [])),
                boundary=None if boundary is None else policy(boundary),
                session=None if session is None else policy(session),
            ),
            resource=ResourceSide(
                account=OURS,
                policy=policy(self.policies.get("resource", []), principals=True),
                decides_itself=self.resource == KEY,
                grants=self.grants,
            ),
        )

    def having(self, side: str, statement: dict[str, Any], *, at: int = 0) -> World:
        held = self.policies.get(side, [])
        changed = {**self.policies, side: [*held[:at], statement, *held[at:]]}
        return msgspec.structs.replace(self, policies=changed)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    policies = {
        side: draw(st.lists(statements(principals=side == "resource"), max_size=3))
        for side in SIDES
        if side in ("identity", "resource") or draw(st.booleans())
    }
    return World(
        who=draw(st.sampled_from(CALLERS)),
        action=draw(st.sampled_from([GET, DECRYPT])),
        resource=draw(st.sampled_from([SECRET, KEY])),
        context=draw(contexts),
        policies=policies,
        grants=draw(st.sampled_from([(), (), (Granted(grant_id="g", grantee=ANNA),)])),
    )


def deny_everybody(side: str) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    return statement | {"Principal": "*"} if side == "resource" else statement


@EXAMPLES
@given(worlds(), st.sampled_from(SIDES))
def test_an_explicit_deny_wins(world: World, side: str) -> None:
    own = world.who.account and world.who.kind is not CallerKind.ROOT
    if side != "resource" and not own:
        return

    decision = world.having(side, deny_everybody(side)).decided()

    assert not decision.allowed
    # Whom another account's resource does not let in anyway learns of that alone.
    assert decision.explicit or (world.who.account != OURS and decision.by is Side.RESOURCE)


@EXAMPLES
@given(
    worlds(), st.sampled_from([side for side in SIDES if side != "resource"]), statements(principals=False)
)
def test_who_is_kept_out_of_another_account_learns_nothing_by_its_own_policies(
    world: World, side: str, statement: dict[str, Any]
) -> None:
    before = world.decided()
    if not world.who.account or world.who.account == OURS or before.by is not Side.RESOURCE:
        return

    after = world.having(side, statement).decided()

    assert (after.allowed, after.by) == (before.allowed, before.by)


@EXAMPLES
@given(worlds(), st.data())
def test_another_allow_never_takes_access_away(world: World, data: st.DataObject) -> None:
    side = data.draw(st.sampled_from(sorted(world.policies)))
    statement = data.draw(statements(effect="Allow", principals=side == "resource"))

    before, after = world.decided(), world.having(side, statement).decided()

    assert after.allowed or not before.allowed


@EXAMPLES
@given(worlds(), st.data())
def test_another_deny_never_gives_access(world: World, data: st.DataObject) -> None:
    side = data.draw(st.sampled_from(sorted(world.policies)))
    statement = data.draw(statements(effect="Deny", principals=side == "resource"))

    before, after = world.decided(), world.having(side, statement).decided()

    assert before.allowed or not after.allowed


@EXAMPLES
@given(worlds(), st.sampled_from(["boundary", "session"]), st.data())
def test_a_boundary_or_session_policy_never_gives_access(
    world: World, side: str, data: st.DataObject
) -> None:
    without = {held: kept for held, kept in world.policies.items() if held != side}
    if side == "session" and world.who.kind is CallerKind.FEDERATED_USER:
        # A federated user has what its session policy lets through, and nothing without one.
        return

    before = msgspec.structs.replace(world, policies=without).decided()
    limits = data.draw(st.lists(statements(), max_size=3))
    after = msgspec.structs.replace(world, policies={**without, side: limits}).decided()

    assert before.allowed or not after.allowed


@EXAMPLES
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_statements_means_nothing(world: World, random: Any) -> None:
    shuffled = {side: random.sample(held, len(held)) for side, held in world.policies.items()}

    before, after = world.decided(), msgspec.structs.replace(world, policies=shuffled).decided()

    assert (before.allowed, before.explicit, before.by) == (after.allowed, after.explicit, after.by)


@EXAMPLES
@given(worlds())
def test_a_decision_names_a_statement_that_says_so(world: World) -> None:
    decision = world.decided()

    statement = decision.statement
    if statement is not None:
        assert statement.denies is not decision.allowed
        assert statement.means(world.action)
        assert statement.applies(world.resource, world.context)
    elif decision.allowed:
        assert decision.grant_id is not None or world.who.kind is CallerKind.ROOT


@EXAMPLES
@given(worlds())
def test_asking_again_changes_nothing(world: World) -> None:
    """Sets remember what they found, and nothing else."""
    made = policy(world.policies.get("identity", []))
    asked = Asked(action=world.action, resource=world.resource, caller=world.who, context=world.context)
    identity = PoliciesOfPrincipal(identity=made)

    first, second = decide(asked, identity=identity), decide(asked, identity=identity)

    assert (first.allowed, first.by, first.explicit) == (second.allowed, second.by, second.explicit)


def test_a_set_remembers_a_bounded_number_of_actions() -> None:
    made = policy([{"Effect": "Allow", "Action": "a:*", "Resource": "*"}])

    for number in range(3_000):
        assert made.relevant(f"a:{number}").allows

    assert len(made.remembered) <= 512


@pytest.mark.parametrize(("who", "resource"), list(itertools.product(CALLERS, [SECRET, KEY])))
def test_nobody_but_the_root_user_has_anything_by_default(who: Caller, resource: str) -> None:
    decision = decide(
        Asked(action=GET, resource=resource, caller=who, context={}),
        identity=PoliciesOfPrincipal(),
        resource=ResourceSide(account=OURS, decides_itself=resource == KEY),
    )

    assert decision.allowed is (who.kind is CallerKind.ROOT and resource == SECRET)
