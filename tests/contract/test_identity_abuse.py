"""What a tenant tries who has some rights over identity and wants more: refused, and nothing of it is kept.

And what a busy one does to the others: nothing.

Source: reliability 2.2, a malicious tenant; IAM User Guide, Permissions boundaries, Delegating responsibility to others.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from tests.contract.people import (
    Lent,
    add_role,
    add_user,
    ask,
    call_as,
    change,
    directory,
    role_arn,
    statement,
    trusting,
)
from tests.contract.region import ACCOUNT, Region, token

from watchword.api.call import Bound, Found, Scope
from watchword.api.shapes import iam, secretsmanager
from watchword.identity import users
from watchword.identity.entities import find_user
from watchword.identity.model import Group, Item, ManagedPolicy, PolicyVersion, User
from watchword.identity.store import IdentityStore
from watchword.secrets import operations as secrets
from watchword.secrets.sealing import Openers

EVERYTHING = statement({"Effect": "Allow", "Action": "*", "Resource": "*"})
NARROW = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
IAM = f"arn:aws:iam::{ACCOUNT}"


@pytest.fixture(autouse=True)
def _secret(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")


def test_the_path_of_service_linked_roles_does_not_free_a_role_of_its_boundary(region: Region) -> None:
    """No boundary limits a service-linked role; so nobody makes one that only looks like it."""
    delegated = statement(
        {
            "Effect": "Allow",
            "Action": ["iam:CreateRole", "iam:PutRolePolicy"],
            "Resource": "*",
            "Condition": {"StringEquals": {"iam:PermissionsBoundary": NARROW}},
        }
    )
    eve = add_user(region, "eve", policy=delegated)
    for path in ("/aws-service-role/", "/aws-service-role/x/", "/AWS-service-role/x/"):
        refused = call_as(
            region,
            "eve",
            "CreateRole",
            service="iam",
            RoleName="free",
            Path=path,
            PermissionsBoundary=NARROW,
            AssumeRolePolicyDocument=trusting(f"{IAM}:user/eve"),
        )
        assert refused.query_refusal[:2] == (400, "InvalidInput"), path
    assert directory(region).role_named("free") is None

    bounded = call_as(
        region,
        "eve",
        "CreateRole",
        service="iam",
        RoleName="bounded",
        PermissionsBoundary=NARROW,
        AssumeRolePolicyDocument=trusting(f"{IAM}:user/eve"),
    )
    assert bounded.status == 200, bounded.query_refusal
    put = call_as(
        region,
        "eve",
        "PutRolePolicy",
        service="iam",
        RoleName="bounded",
        PolicyName="all",
        PolicyDocument=EVERYTHING,
    )
    assert put.status == 200, put.query_refusal
    lent = Lent.of(
        call_as(region, eve.name, "AssumeRole", RoleArn=role_arn("bounded"), RoleSessionName="job")
    )
    assert lent.ask(region, "GetSecretValue", SecretId="db").refusal[1] == "AccessDeniedException"


@pytest.mark.parametrize(
    ("action", "fields", "ours", "theirs"),
    [
        ("UpdateUser", {"UserName": "bob"}, "user/dev/bob", "user/admin/bob"),
        ("UpdateGroup", {"GroupName": "crew"}, "group/dev/crew", "group/admin/crew"),
    ],
)
def test_who_moves_something_needs_permission_on_where_it_goes_too(
    region: Region, action: str, fields: dict[str, str], ours: str, theirs: str
) -> None:
    """Paths carry permissions. Source: IAM API, UpdateUser and UpdateGroup: on the source and on the target."""
    kind = ours.partition("/")[0].capitalize()
    assert region.iam(f"Create{kind}", {**fields, "Path": "/dev/"}).status == 200
    add_user(
        region,
        "eve",
        policy=statement({"Effect": "Allow", "Action": f"iam:{action}", "Resource": f"{IAM}:*/dev/*"}),
    )

    moved = call_as(region, "eve", action, service="iam", NewPath="/admin/", **fields)
    assert moved.query_refusal[:2] == (403, "AccessDenied")

    within = call_as(region, "eve", action, service="iam", NewPath="/dev/new/", **fields)
    assert within.status == 200, within.query_refusal


def test_a_rename_needs_permission_on_the_new_name_too(region: Region) -> None:
    assert region.iam("CreateUser", {"UserName": "bob"}).status == 200
    add_user(
        region,
        "eve",
        policy=statement({"Effect": "Allow", "Action": "iam:UpdateUser", "Resource": f"{IAM}:user/bob"}),
    )

    renamed = call_as(region, "eve", "UpdateUser", service="iam", UserName="bob", NewUserName="admin")

    assert renamed.query_refusal[:2] == (403, "AccessDenied")
    assert ask(region, "eve", "GetSecretValue", SecretId="db").refusal[1] == "AccessDeniedException"


def test_many_who_change_one_account_at_once_are_all_answered(region: Region) -> None:
    """Each change moves the account for all the others; none of them is refused for that."""

    def find(request: iam.CreateUserRequest, scope: Scope, store: IdentityStore) -> Found[None]:
        found = users.find_new_user(request, scope, store)
        store.directory(scope.account)
        # Long enough for all the others to read the same.
        time.sleep(0.02)
        return found

    region.faults = (Bound(operation=iam.CREATE_USER, find=find, run=users.create_user),)
    region.compose()

    def make(number: int) -> int:
        try:
            return region.iam("CreateUser", {"UserName": f"user{number}"}).status
        finally:
            region.stores.close()

    with ThreadPoolExecutor(max_workers=12) as crowd:
        assert list(crowd.map(make, range(12))) == [200] * 12
    assert len(directory(region).users) == 12


def test_who_changes_a_password_keeps_nobody_from_changing_anything_else(region: Region) -> None:
    """Many passwords may have to be hashed first; others have their turn meanwhile."""
    add_user(region, "ann", policy=EVERYTHING)
    begun, may_end = threading.Event(), threading.Event()

    def hashes_for_long(_request: Any, _user: Any, _call: Any) -> None:
        begun.set()
        may_end.wait(10.0)
        raise iam.PasswordPolicyViolationException("used before")

    region.faults = (Bound(operation=iam.CHANGE_PASSWORD, find=find_user, run=hashes_for_long),)
    region.compose()
    with ThreadPoolExecutor(max_workers=2) as crowd:
        changing = crowd.submit(
            call_as, region, "ann", "ChangePassword", service="iam", OldPassword="a", NewPassword="b"
        )
        assert begun.wait(5.0)
        try:
            made = crowd.submit(region.iam, "CreateUser", {"UserName": "bob"})
            assert made.result(timeout=5.0).status == 200
        finally:
            may_end.set()
        assert changing.result().query_refusal[1] == "PasswordPolicyViolation"


def put_beside(region: Region, *items: Item) -> list[str]:
    """Have identity change beside each PutSecretValue that has found its secret, an item each time; returns the rounds."""
    (bound,) = (
        one
        for one in secrets.bindings(openers=Openers(), token_key=lambda: region.custody.token_key())
        if one.operation is secretsmanager.PUT_SECRET_VALUE
    )
    left, rounds = list(items), []

    def find(request: Any, scope: Scope, store: Any) -> Found[Any]:
        rounds.append("round")
        found: Found[Any] = bound.find(request, scope, store)
        if left:
            beside = threading.Thread(target=change, args=(region, left.pop()))
            beside.start()
            beside.join()
        return found

    region.faults = (replace(bound, find=find),)
    region.compose()
    return rounds


READS_AND_WRITES = statement({"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"})


def test_changes_of_others_do_not_make_a_request_begin_again(region: Region) -> None:
    """Somebody changes identity all the time: who writes secrets does not wait for the moment when nobody does."""
    add_user(region, "ann", policy=READS_AND_WRITES)
    others = [User(user_id=f"AIDA{number}", name=f"u{number}", created_ms=0) for number in range(9)]
    rounds = put_beside(region, *others)

    put = ask(region, "ann", "PutSecretValue", SecretId="db", SecretString="w", ClientRequestToken=token())

    assert (put.status, rounds) == (200, ["round"])


@pytest.mark.parametrize("what", ["user", "group", "policy", "boundary", "role"])
def test_whatever_a_decision_rests_on_makes_it_decided_again(region: Region, what: str) -> None:
    """The rights that somebody loses between decision and commit are lost."""
    denies = statement({"Effect": "Deny", "Action": "*", "Resource": "*"})
    version = PolicyVersion(version_id="v1", document=READS_AND_WRITES, created_ms=0)
    policy = ManagedPolicy(
        policy_id="ANPAP",
        name="p",
        created_ms=0,
        updated_ms=0,
        versions=(version,),
        default_version="v1",
        last_version=1,
    )
    group = Group(group_id="AGPAG", name="g", created_ms=0, inline={"p": READS_AND_WRITES})
    change(region, policy, group)
    ann = add_user(region, "ann", policy=READS_AND_WRITES if what in ("user", "boundary") else None)
    role = add_role(region, "r", policy=READS_AND_WRITES, trust=trusting(ann.user_id))
    arn = directory(region).arn_of(policy)
    given: dict[str, dict[str, Any]] = {
        "policy": {"attached": (arn,)},
        "boundary": {"boundary": arn},
        "group": {"groups": ("AGPAG",)},
    }
    ann = msgspec.structs.replace(ann, **given.get(what, {}))
    change(region, ann)
    lost: dict[str, Item] = {
        "user": msgspec.structs.replace(ann, inline={"p": denies}),
        "group": msgspec.structs.replace(group, inline={"p": denies}),
        "role": msgspec.structs.replace(role, inline={"p": denies}),
        "policy": msgspec.structs.replace(
            policy, versions=(msgspec.structs.replace(version, document=denies),)
        ),
    }
    lent = Lent.of(call_as(region, "ann", "AssumeRole", RoleArn=role_arn("r"), RoleSessionName="job"))
    rounds = put_beside(region, lost["policy" if what == "boundary" else what])
    put = {"SecretId": "db", "SecretString": "w", "ClientRequestToken": token()}

    answer = (
        lent.ask(region, "PutSecretValue", **put)
        if what == "role"
        else ask(region, "ann", "PutSecretValue", **put)
    )

    assert (answer.refusal[1], len(rounds)) == ("AccessDeniedException", 2)
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"


def test_who_asks_is_looked_up_again_with_what_policy_says(region: Region) -> None:
    """A request that begins again sees tags and policies of one state, not the tags of the one before."""
    by_tag = statement(
        {
            "Effect": "Allow",
            "Action": "secretsmanager:PutSecretValue",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}},
        }
    )
    ann = add_user(region, "ann", policy=by_tag, tags={"team": "red"})
    put_beside(region, msgspec.structs.replace(ann, tags={"team": "blue"}))

    refused = ask(
        region, "ann", "PutSecretValue", SecretId="db", SecretString="w", ClientRequestToken=token()
    )
    assert refused.refusal[1] == "AccessDeniedException"
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"
