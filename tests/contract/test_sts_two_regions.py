"""Sessions among Regions: a token of one is good in another, unless the account has disabled the one that issued it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from tests.contract.people import Lent, add_role, add_user, call_as, change, directory, role_arn, trusting
from tests.contract.region import ACCOUNT, CONTROL
from tests.contract.several_regions import Regions, several
from tests.contract.test_identity_distribution import distribute

from watchword.api.errors import ServiceUnavailable, ValidationException
from watchword.api.shapes import watchword
from watchword.identity.model import OptStatus
from watchword.identity.session_issuing import KEY_SETTLES_MS

OTHER, OPT_IN = "us-east-2", "af-south-1"
INVALID = (403, "InvalidClientTokenId", "The security token included in the request is invalid.")


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several(CONTROL, OTHER, OPT_IN) as made:
        issuers = {name: region.identity_custody.issuer_key() for name, region in made.held.items()}
        for region in made.held.values():
            region.hosted = (CONTROL, OTHER, OPT_IN)
            region.issuers = issuers
            region.compose()
        distribute(made)
        add_user(made[CONTROL], "ann")
        add_role(made[CONTROL], "reader", trust=trusting("AIDAANN"))
        opt(made, OptStatus.ENABLING)
        distribute(made)
        yield made


def opt(regions: Regions, status: OptStatus) -> None:
    """What EnableRegion and DisableRegion stage."""
    settings = directory(regions[CONTROL]).settings
    change(regions[CONTROL], msgspec.structs.replace(settings, regions={OPT_IN: status}))


def assume(regions: Regions, region: str) -> Lent:
    asked = {"RoleArn": role_arn("reader"), "RoleSessionName": "job"}
    return Lent.of(call_as(regions[region], "ann", "AssumeRole", **asked))


def let_in(session: Lent, regions: Regions, region: str) -> bool:
    answer = session.call(regions[region], "GetCallerIdentity")
    assert answer.status == 200 or answer.query_refusal == INVALID
    return answer.status == 200


def renew(regions: Regions, *, end_old: bool, account: str = ACCOUNT, region: str = CONTROL) -> None:
    asked = watchword.RenewSessionsRequest(account=account, end_old=end_old)
    where = regions[region]
    where.gate.perform(watchword.RENEW_SESSIONS, asked, principal=where.itself)


def test_a_token_of_one_region_is_good_in_every_other_while_that_one_is_gone(regions: Regions) -> None:
    session = assume(regions, OTHER)
    regions.down |= {OTHER, CONTROL}

    assert all(let_in(session, regions, name) for name in (OTHER, CONTROL, OPT_IN))


def test_a_token_of_a_disabled_region_is_refused_everywhere(regions: Regions) -> None:
    session, other = assume(regions, OPT_IN), assume(regions, OTHER)

    opt(regions, OptStatus.DISABLING)
    distribute(regions)

    assert [let_in(session, regions, name) for name in (CONTROL, OTHER, OPT_IN)] == [False] * 3
    assert [let_in(other, regions, name) for name in (CONTROL, OTHER, OPT_IN)] == [True, True, False]


def test_a_role_that_is_deleted_ends_its_sessions_in_every_region_that_has_heard(regions: Regions) -> None:
    session = assume(regions, OTHER)
    change(regions[CONTROL], remove=(directory(regions[CONTROL]).roles["AROAREADER"],))
    assert let_in(session, regions, OTHER)

    distribute(regions)

    assert not any(let_in(session, regions, name) for name in (CONTROL, OTHER, OPT_IN))


def test_a_region_that_watchword_toml_does_not_name_issues_nothing_that_counts(regions: Regions) -> None:
    session = assume(regions, OTHER)
    regions[CONTROL].issuers = {CONTROL: regions[CONTROL].identity_custody.issuer_key()}
    regions[CONTROL].compose()

    assert not let_in(session, regions, CONTROL)


def test_old_sessions_go_on_after_a_renewal_and_new_ones_are_understood_at_once(regions: Regions) -> None:
    before = assume(regions, OTHER)

    renew(regions, end_old=False)
    at_once = assume(regions, CONTROL)
    # The other Regions have not heard of the new key yet.
    assert let_in(at_once, regions, OTHER)
    distribute(regions)
    regions.clock.forward(KEY_SETTLES_MS)
    after = assume(regions, OTHER)

    assert all(let_in(one, regions, CONTROL) for one in (before, at_once, after))
    assert len(directory(regions[OTHER]).settings.session_keys) == 2
    renew(regions, end_old=False)
    distribute(regions)
    assert [let_in(one, regions, OTHER) for one in (before, at_once, after)] == [False, False, True]


def test_old_sessions_end_where_they_shall(regions: Regions) -> None:
    before = assume(regions, OTHER)

    renew(regions, end_old=True)
    distribute(regions)

    assert not any(let_in(before, regions, name) for name in (CONTROL, OTHER, OPT_IN))
    assert let_in(assume(regions, OTHER), regions, CONTROL)
    former = regions[OTHER].stores.unit()
    assert former.sealed_credential(ACCOUNT, "session-key", "none") is None


def test_keys_are_renewed_in_the_control_region_of_accounts_that_are_there(regions: Regions) -> None:
    with pytest.raises(ServiceUnavailable):
        renew(regions, end_old=False, region=OTHER)
    with pytest.raises(ValidationException):
        renew(regions, end_old=False, account="210987654321")


def test_a_region_that_is_enabled_only_in_words_is_refused(regions: Regions) -> None:
    """A Region that has the account's keys from before must not issue for it after it was disabled and not told."""
    regions.down.add(OPT_IN)
    opt(regions, OptStatus.DISABLING)
    distribute(regions)
    session = assume(regions, OPT_IN)

    assert let_in(session, regions, OPT_IN)
    assert not let_in(session, regions, CONTROL)
    assert not let_in(session, regions, OTHER)
