"""An account never grows beyond what a message between Regions holds: what would break its distribution is not written.

Were it written, no later change would reach another Region: a key that is deleted would stay in force there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.contract.people import add_user, change, directory, statement, trusting
from tests.contract.region import ACCOUNT, CONTROL, Region
from tests.contract.several_regions import Regions, several

from watchword.api.shapes import watchword
from watchword.identity import iam_quotas as quotas
from watchword.identity.model import AccessKeyItem, Role, User

OTHER = "us-east-2"
EVE = "eveeveeveeve"
KEY = f"AKIA{EVE.upper()}"
"""As long as IAM asks for."""
BLANKS = " " * 20_000
POLICY = statement({"Effect": "Allow", "Action": "sts:*", "Resource": "*"})


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several(CONTROL, OTHER) as made:
        for region in made.held.values():
            region.hosted = (CONTROL, OTHER)
            region.compose()
        distribute(made)
        yield made


def distribute(regions: Regions) -> None:
    for _ in range(2):
        control = regions[CONTROL]
        control.gate.perform(
            watchword.TEND_IDENTITY, watchword.TendIdentityRequest(), principal=control.itself
        )
        regions.settle(ms=0)


def fill(region: Region) -> None:
    """As much as the account may hold, behind IAM, in large items."""
    held = directory(region).carried_bytes
    roles: list[Role] = []
    while True:
        role = Role(role_id=f"AROA{len(roles)}", name=f"r{len(roles)}", created_ms=0, trust="x" * 190_000)
        held += 4 * 190_000 // 3 + 1_000
        if held > quotas.ACCOUNT_BYTES:
            break
        roles.append(role)
    change(region, *roles)


def test_blanks_that_no_quota_counts_do_not_stop_an_account_from_being_distributed(regions: Regions) -> None:
    control = regions[CONTROL]
    eve = add_user(control, "eve")
    trust = {"RoleName": "r", "AssumeRolePolicyDocument": trusting(ACCOUNT)}
    assert control.iam("CreateRole", trust).status == 200
    refusals = []
    for number in range(20):
        put = {"RoleName": "r", "PolicyName": f"p{number}", "PolicyDocument": POLICY + BLANKS}
        answer = control.iam("PutRolePolicy", put)
        if answer.status != 200:
            refusals.append(answer.query_refusal)

    assert len(directory(control).roles) == 1
    assert set(refusals) == {
        (409, "LimitExceeded", f"Cannot exceed quota for BytesPerEntity: {watchword.ITEM_BYTES_MAX}")
    }

    change(control, remove=(directory(control).access_keys["AKIAEVE"], eve))
    distribute(regions)
    assert directory(regions[OTHER]).digest == directory(control).digest


def test_a_full_account_takes_no_more_and_is_still_distributed(regions: Regions) -> None:
    control = regions[CONTROL]
    add_user(control, EVE)
    fill(control)
    large = {f"Tags.member.{n}.{part}": f"{n:0>128}" for n in range(1, 51) for part in ("Key", "Value")}
    code = 200
    for number in range(40):
        answer = control.iam("CreateUser", {"UserName": f"u{number}", **large})
        if answer.status != 200:
            code, _, text = answer.query_refusal
            break
    assert (code, text) == (409, f"Cannot exceed quota for BytesPerAccount: {quotas.ACCOUNT_BYTES}")

    off = {"UserName": EVE, "AccessKeyId": KEY, "Status": "Inactive"}
    assert control.iam("UpdateAccessKey", off).status == 200
    assert control.iam("DeleteUser", {"UserName": "u0"}).status == 200
    distribute(regions)

    assert not directory(regions[OTHER]).access_keys[KEY].active
    assert directory(regions[OTHER]).digest == directory(control).digest
    assert max(len(sent.body) for sent in regions.sent) < watchword.MESSAGE_BYTES_MAX


def test_a_message_has_at_most_the_bytes_that_are_counted(regions: Regions) -> None:
    """Of small things the most of a message is what is around them."""
    control = regions[CONTROL]
    secrets: dict[str, bytes] = {}
    items: list[Any] = []
    for number in range(200):
        user = User(user_id=f"AIDA{number:017}", name=f"u{number}", created_ms=0)
        key = AccessKeyItem(access_key_id=f"AKIA{number:016}", owner_id=user.user_id, created_ms=0)
        _, secrets[key.access_key_id] = control.identity_custody.make_access_key(
            access_key_id=key.access_key_id
        )
        items += [user, key]
    change(control, *items, secrets=secrets)
    counted = directory(control).carried_bytes

    distribute(regions)

    longest = max(len(sent.body) for sent in regions.sent)
    assert 0.7 * counted < longest < counted + 4_096


def test_what_a_region_was_sent_is_counted_as_where_it_was_written(regions: Regions) -> None:
    control = regions[CONTROL]
    add_user(control, "ann", tags={"päth": "ü" * 100})
    assert control.iam("TagUser", {"UserName": "ann", "Tags.member.1.Key": "a", "Tags.member.1.Value": "b"})

    distribute(regions)

    assert directory(regions[OTHER]).carried_bytes == directory(control).carried_bytes
