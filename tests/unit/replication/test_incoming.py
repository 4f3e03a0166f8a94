"""The replica's side, rule by rule: what is accepted, what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from watchword.replication.incoming import heard, holds, promote, receive, receive_removal
from watchword.replication.model import (
    PROTOCOL_VERSION,
    Accept,
    Header,
    Incoming,
    Occupant,
    Refuse,
    Role,
    Stand,
    Verdict,
)

PRIMARY, OTHER = "us-east-1", "eu-west-1"


def stand(revision: int, *, run: str = "p1", digest: str | None = None) -> Stand:
    return Stand(incarnation=run, revision=revision, digest=f"d{revision}" if digest is None else digest)


def header(revision: int, *, since: int = 0, base: Stand | None = None, run: str = "p1") -> Header:
    return Header(
        version=PROTOCOL_VERSION,
        link_id="link",
        epoch=2,
        incarnation=run,
        theirs="r1",
        base=base,
        since=since,
        revision=revision,
        digest=f"d{revision}",
        overwrite=False,
    )


REPLICA = Incoming(
    link_id="link", primary_region=PRIMARY, epoch=2, role=Role.REPLICA, stand=stand(5), told=False
)
PROMOTED = replace(REPLICA, role=Role.PROMOTED, epoch=3)
REMOVED = replace(REPLICA, role=Role.REMOVED, epoch=3)
BEFORE = replace(REPLICA, stand=stand(5, run="p0"))
"""What an earlier run of the primary's store sent."""
ALONE = Occupant(link_id=None, has_links=False, same_arn=False, scheduled_for_deletion=False)


def received(
    incoming: Incoming | None, message: Header, *, occupant: Occupant | None = None
) -> Accept | Refuse:
    return receive(
        incoming, message, primary_region=PRIMARY, ours="r1", met=message.incarnation, occupant=occupant
    )


RULES: dict[str, tuple[Incoming | None, Header, Verdict]] = {
    "the next state is applied": (REPLICA, header(6, since=5), Verdict.APPLIED),
    "several changes at once are applied": (REPLICA, header(9, since=5), Verdict.APPLIED),
    "what counts from before is applied": (REPLICA, header(6, since=3), Verdict.APPLIED),
    "everything is applied": (REPLICA, header(6), Verdict.APPLIED),
    "the same state again is no news": (REPLICA, header(5, since=4), Verdict.ALREADY),
    "an older state is no news": (REPLICA, header(4, since=3), Verdict.ALREADY),
    "another content under the same revision": (
        REPLICA,
        replace(header(5), digest="other"),
        Verdict.DIVERGED,
    ),
    "what counts from later needs all": (REPLICA, header(9, since=7), Verdict.NEED_ALL),
    "a new run that names what is there is applied": (
        BEFORE,
        header(6, since=5, base=stand(5, run="p0")),
        Verdict.APPLIED,
    ),
    "a new run that names something else shakes hands": (
        BEFORE,
        header(6, since=4, base=stand(4, run="p0")),
        Verdict.SHAKE,
    ),
    "a new run that names nothing shakes hands": (BEFORE, header(6), Verdict.SHAKE),
    "a new run with the same state is no news": (BEFORE, header(5), Verdict.ALREADY),
    "an earlier epoch is fenced": (REPLICA, replace(header(6, since=5), epoch=1), Verdict.FENCED),
    "a later epoch counts from nothing": (REPLICA, replace(header(6, since=5), epoch=3), Verdict.NEED_ALL),
    "a later epoch seals the same state again": (REPLICA, replace(header(5), epoch=3), Verdict.APPLIED),
    "a later epoch does not go back": (REPLICA, replace(header(4), epoch=3), Verdict.SHAKE),
    "a later epoch is no force": (BEFORE, replace(header(6), epoch=3), Verdict.SHAKE),
    "force goes over any history": (BEFORE, replace(header(4), epoch=3, overwrite=True), Verdict.APPLIED),
    "force of this epoch has been carried out": (
        REPLICA,
        replace(header(4), overwrite=True),
        Verdict.ALREADY,
    ),
    "promoted is promoted": (PROMOTED, header(6, since=5), Verdict.PROMOTED),
    "promoted is promoted for any epoch and force": (
        PROMOTED,
        replace(header(6), epoch=9, overwrite=True),
        Verdict.PROMOTED,
    ),
    "removed is removed": (REMOVED, header(6), Verdict.FENCED),
    "removed is removed for any epoch and force": (
        REMOVED,
        replace(header(6), epoch=9, overwrite=True),
        Verdict.FENCED,
    ),
    "a first message is applied": (None, header(6), Verdict.APPLIED),
    "a first message needs all": (None, header(6, since=5), Verdict.NEED_ALL),
    "another protocol shakes hands": (REPLICA, replace(header(6), version=2), Verdict.SHAKE),
    "a message for an earlier run of ours shakes hands": (
        REPLICA,
        replace(header(6), theirs="r0"),
        Verdict.SHAKE,
    ),
}


@pytest.mark.parametrize(("incoming", "message", "verdict"), RULES.values(), ids=RULES)
def test_a_message_meets_the_rules(incoming: Incoming | None, message: Header, verdict: Verdict) -> None:
    """Design section 5: apply iff replica of this link, epoch and incarnation match, a <= applied < n."""
    decision = received(incoming, message)

    if verdict is Verdict.APPLIED:
        assert isinstance(decision, Accept)
        after = decision.incoming
        assert stand(message.revision, run=message.incarnation) == after.stand
        assert (message.epoch, Role.REPLICA, PRIMARY) == (after.epoch, after.role, after.primary_region)
        assert not decision.replaces
    else:
        epoch, held = (0, None) if incoming is None else (incoming.epoch, incoming.stand)
        assert Refuse(verdict=verdict, epoch=epoch, stand=held) == decision


@pytest.mark.parametrize("met", [None, "p0"])
def test_a_run_of_the_primary_that_has_not_shaken_hands_is_asked_to(met: str | None) -> None:
    decision = receive(REPLICA, header(6, since=5), primary_region=PRIMARY, ours="r1", met=met, occupant=None)

    assert isinstance(decision, Refuse)
    assert decision.verdict is Verdict.SHAKE


@pytest.mark.parametrize("incoming", [REPLICA, PROMOTED, REMOVED], ids=lambda held: held.role)
def test_a_link_belongs_to_one_region(incoming: Incoming) -> None:
    """The link and that Region authorise a message: a third Region that knows the id gets nothing."""
    decision = receive(incoming, header(6), primary_region=OTHER, ours="r1", met="p1", occupant=None)

    assert isinstance(decision, Refuse)
    assert decision.verdict is Verdict.FENCED
    assert (incoming, False, Verdict.FENCED) == receive_removal(
        incoming, link_id="link", primary_region=OTHER, epoch=9
    )


NAMES = {
    "a secret that stands alone, without force": (ALONE, False, Verdict.NAME_TAKEN),
    "a secret that stands alone, with force": (ALONE, True, Verdict.APPLIED),
    "one scheduled for deletion, without force": (
        replace(ALONE, scheduled_for_deletion=True),
        False,
        Verdict.NAME_TAKEN,
    ),
    "one scheduled for deletion, with force": (
        replace(ALONE, scheduled_for_deletion=True),
        True,
        Verdict.APPLIED,
    ),
    "another link's replica, with force": (replace(ALONE, link_id="other"), True, Verdict.NAME_TAKEN),
    "the same secret by another link, with force": (
        replace(ALONE, link_id="other", same_arn=True),
        True,
        Verdict.NAME_TAKEN,
    ),
    "a primary with replicas, with force": (replace(ALONE, has_links=True), True, Verdict.NAME_TAKEN),
}


@pytest.mark.parametrize(("occupant", "force", "verdict"), NAMES.values(), ids=NAMES)
def test_a_name_is_taken_by_force_from_a_secret_that_stands_alone(
    occupant: Occupant, force: bool, verdict: Verdict
) -> None:
    """I10; facts 5.5: a replica or stranded replica of another primary is not overwritten."""
    decision = received(None, replace(header(6), overwrite=force), occupant=occupant)

    if verdict is Verdict.APPLIED:
        assert isinstance(decision, Accept)
        assert decision.replaces
    else:
        assert Refuse(verdict=verdict, epoch=0, stand=None) == decision


REMOVALS: dict[str, tuple[Incoming | None, int, Role, bool, Verdict]] = {
    "a replica is deleted": (REPLICA, 3, Role.REMOVED, True, Verdict.REMOVED),
    "a removal of the same epoch is fenced": (REPLICA, 2, Role.REPLICA, False, Verdict.FENCED),
    "a removal of an earlier epoch is fenced": (REPLICA, 1, Role.REPLICA, False, Verdict.FENCED),
    "what was promoted stays": (PROMOTED, 9, Role.PROMOTED, False, Verdict.PROMOTED),
    "what was removed stays removed": (REMOVED, 1, Role.REMOVED, False, Verdict.REMOVED),
    "what never came leaves a tombstone": (None, 3, Role.REMOVED, False, Verdict.REMOVED),
}


@pytest.mark.parametrize(("incoming", "epoch", "role", "deletes", "verdict"), REMOVALS.values(), ids=REMOVALS)
def test_a_removal_meets_the_rules(
    incoming: Incoming | None, epoch: int, role: Role, deletes: bool, verdict: Verdict
) -> None:
    """I6: afterwards no message of the link creates the secret."""
    after, deleted, answer = receive_removal(incoming, link_id="link", primary_region=PRIMARY, epoch=epoch)

    assert (role, deletes, verdict) == (after.role, deleted, answer)
    assert after.epoch >= (0 if incoming is None else incoming.epoch)


def test_a_promotion_raises_the_epoch_and_is_still_to_be_told() -> None:
    after = promote(REPLICA)

    assert (Role.PROMOTED, 3, False) == (after.role, after.epoch, after.told)
    assert heard(after).told
    assert not heard(REPLICA).told


def test_the_handshake_says_what_is_held() -> None:
    assert (Role.UNKNOWN, 0, None) == (holds(None).role, holds(None).epoch, holds(None).stand)
    told = holds(PROMOTED, accessed_day=20_000)
    assert (Role.PROMOTED, 3, stand(5), 20_000) == (told.role, told.epoch, told.stand, told.accessed_day)
