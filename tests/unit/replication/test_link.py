"""The primary's side, rule by rule: what is sent, what counts, what a person has to solve."""

from __future__ import annotations

from dataclasses import replace

import pytest

from watchword.replication.link import (
    DIVERGED_MESSAGE,
    FENCED_MESSAGE,
    LEASE_MS,
    PROMPT_ATTEMPTS_MAX,
    RETRY_MS_MAX,
    RETRY_MS_MIN,
    RETRY_RARE_MS,
    committed,
    is_behind,
    lag_ms,
    new_link,
    step,
    wait_ms,
)
from watchword.replication.model import (
    Answered,
    Apply,
    Asked,
    Claimed,
    Committed,
    Event,
    Holds,
    Lifecycle,
    Link,
    Lost,
    Remove,
    Removed,
    Role,
    Send,
    Shake,
    Shook,
    Stand,
    Status,
    Unreadable,
    Verdict,
)

REGION = "us-east-2"
ROOT = "arn:aws:iam::000000000000:root"
DIVERGED, FENCED = DIVERGED_MESSAGE.format(region=REGION), FENCED_MESSAGE.format(region=REGION)
TAKEN = "Replication failed: Secret name db already exists in region us-east-2."


def stand(revision: int, *, run: str = "p1", digest: str | None = None) -> Stand:
    return Stand(incarnation=run, revision=revision, digest=f"d{revision}" if digest is None else digest)


NEW = new_link(
    link_id="link",
    region=REGION,
    ordinal=0,
    principal_arn=ROOT,
    kms_key_id=None,
    overwrite=False,
    revision=1,
    now=0,
)
MET = replace(NEW, shaken=("p1", "r1"))
SENT = replace(MET, sent=stand(1), attempts=1, next_attempt_ms=LEASE_MS)
IN_SYNC = replace(
    MET,
    acked=stand(1),
    whole=False,
    status=Status.IN_SYNC,
    message="Replication succeeded",
    dirty_since_ms=None,
    next_attempt_ms=None,
)
BEHIND = replace(SENT, acked=stand(1), sent=stand(2), whole=False, written=2)
"""In sync once; the second state is on its way."""
LEAVING = step(IN_SYNC, Removed(), now=10)[0]


def claimed(revision: int, *, ours: str = "p1", theirs: str | None = "r1", behind: bool = False) -> Claimed:
    return Claimed(
        ours=ours, theirs=theirs, revision=revision, digest=f"d{revision}", jitter=0.0, behind=behind
    )


def answered(
    verdict: Verdict,
    held: Stand | None = None,
    *,
    epoch: int = 1,
    theirs: str | None = "r1",
    their_epoch: int = 1,
    message: str | None = None,
    day: int | None = None,
) -> Answered:
    return Answered(
        epoch=epoch,
        theirs=theirs,
        verdict=verdict,
        stand=held,
        their_epoch=their_epoch,
        message=message,
        accessed_day=day,
        jitter=0.0,
    )


def shook(role: Role, held: Stand | None = None, *, epoch: int = 1, ours: str = "p1") -> Shook:
    holds = Holds(role=role, epoch=epoch, stand=held, accessed_day=None)
    return Shook(ours=ours, theirs="r1", holds=holds)


def asked(*, key: str | None = None, overwrite: bool = False) -> Asked:
    return Asked(kms_key_id=key, overwrite=overwrite, principal_arn="arn:aws:iam::000000000000:user/ann")


def after(link: Link, *events: Event, now: int = 100) -> Link:
    for event in events:
        link, _ = step(link, event, now=now)
    return link


def sends(link: Link, event: Event, *, now: int = 100) -> tuple[Send, ...]:
    return step(link, event, now=now)[1]


# Claims.

CLAIMS: dict[str, tuple[Link, Claimed, tuple[type[Send], ...]]] = {
    "a new link shakes hands": (NEW, claimed(1), (Shake,)),
    "a link that shook hands sends": (MET, claimed(1), (Apply,)),
    "a new run of ours shakes hands": (MET, claimed(1, ours="p2"), (Shake,)),
    "a new run of theirs shakes hands": (MET, claimed(1, theirs="r2"), (Shake,)),
    "a run of theirs that nobody met shakes hands": (MET, claimed(1, theirs=None), (Shake,)),
    "what is in doubt is sent again": (replace(SENT, next_attempt_ms=0), claimed(1), (Apply,)),
    "something else shakes hands first": (
        replace(BEHIND, written=3, next_attempt_ms=0),
        claimed(3),
        (Shake,),
    ),
    "a lease that runs keeps others off": (SENT, claimed(1), ()),
    "a link in sync has nothing to send": (IN_SYNC, claimed(1), ()),
    "a link that leaves sends its removal": (LEAVING, claimed(0), (Remove,)),
    "a link behind one that leaves waits": (MET, claimed(1, behind=True), ()),
    "a link that is gone does nothing": (replace(MET, lifecycle=Lifecycle.GONE), claimed(1), ()),
}


@pytest.mark.parametrize(("link", "claim", "kinds"), CLAIMS.values(), ids=CLAIMS)
def test_a_claim_sends_what_is_due(link: Link, claim: Claimed, kinds: tuple[type[Send], ...]) -> None:
    assert kinds == tuple(type(send) for send in sends(link, claim))


def test_a_claim_is_on_record_before_it_is_sent() -> None:
    """The handshake knows only what the claim recorded (design section 5, incarnation)."""
    link = after(MET, claimed(1))

    assert (stand(1), 1, 100 + LEASE_MS) == (link.sent, link.attempts, link.next_attempt_ms)


def test_a_message_counts_from_what_was_acknowledged() -> None:
    due = replace(IN_SYNC, written=3, next_attempt_ms=0)

    (message,) = sends(due, claimed(3))

    assert isinstance(message, Apply)
    assert (stand(1), 1, 3, "p1", "r1") == (
        message.base,
        message.since,
        message.revision,
        message.incarnation,
        message.theirs,
    )


@pytest.mark.parametrize("link", [MET, replace(MET, acked=stand(1)), replace(MET, whole=False)])
def test_everything_is_sent_where_nothing_can_be_built_on(link: Link) -> None:
    (message,) = sends(link, claimed(1))

    assert isinstance(message, Apply)
    assert message.since == 0


def test_a_change_that_marked_no_link_is_a_programmer_error() -> None:
    with pytest.raises(AssertionError):
        step(MET, claimed(2), now=0)


def test_a_link_behind_one_that_leaves_asks_again_soon() -> None:
    link = after(MET, claimed(1, behind=True))

    assert (100 + RETRY_MS_MIN, 0) == (link.next_attempt_ms, link.attempts)


def test_only_a_link_that_leaves_the_same_region_is_in_the_way() -> None:
    added = replace(NEW, link_id="added")

    assert is_behind(added, [LEAVING, added])
    assert not is_behind(added, [IN_SYNC, added, replace(LEAVING, region="eu-west-1")])
    assert not is_behind(LEAVING, [LEAVING, added])


# Commits and the lag.


def test_a_commit_takes_insync_back_in_its_own_transaction() -> None:
    """I8."""
    (link,) = committed([IN_SYNC], revision=2, now=100)

    assert (Status.IN_PROGRESS, None, 2, 100) == (
        link.status,
        link.message,
        link.written,
        link.next_attempt_ms,
    )


def test_a_commit_marks_every_link_of_the_secret() -> None:
    """I2; what one Region's link is in is nothing to another's."""
    failed = after(SENT, answered(Verdict.NAME_TAKEN, message=TAKEN))

    links = committed([IN_SYNC, failed, SENT], revision=2, now=100)

    assert [2, 2, 2] == [link.written for link in links]
    assert [Status.IN_PROGRESS, Status.FAILED, Status.IN_PROGRESS] == [link.status for link in links]


def test_the_lag_is_the_age_of_the_oldest_change_not_acknowledged() -> None:
    first = after(IN_SYNC, Committed(revision=2), now=100)
    sent = after(first, claimed(2), now=110)
    second = after(sent, Committed(revision=3), now=120)
    third = after(second, Committed(revision=4), now=130)
    acked = after(third, answered(Verdict.APPLIED, stand(2)), now=140)
    resent = after(acked, claimed(4), now=150)
    done = after(resent, answered(Verdict.APPLIED, stand(4)), now=160)

    ages = [lag_ms(link, now=200) for link in (IN_SYNC, first, sent, second, third, acked, resent, done)]
    assert [None, 100, 100, 100, 100, 80, 80, None] == ages


def test_a_change_does_not_hurry_past_a_lease_or_a_person() -> None:
    stopped = after(SENT, answered(Verdict.NAME_TAKEN, message=TAKEN))

    assert after(SENT, Committed(revision=2)).next_attempt_ms == LEASE_MS
    assert after(stopped, Committed(revision=2)).next_attempt_ms is None


@pytest.mark.parametrize("link", [LEAVING, replace(IN_SYNC, lifecycle=Lifecycle.GONE)])
def test_a_commit_is_nothing_to_a_link_that_leaves(link: Link) -> None:
    assert (link,) == committed([link], revision=2, now=100)
    assert lag_ms(link, now=100) is None


# Answers.

ANSWERS: dict[str, tuple[Link, Answered, Status, str | None, bool]] = {
    "applied": (SENT, answered(Verdict.APPLIED, stand(1)), Status.IN_SYNC, "Replication succeeded", False),
    "already there": (
        SENT,
        answered(Verdict.ALREADY, stand(1)),
        Status.IN_SYNC,
        "Replication succeeded",
        False,
    ),
    "already there, from an earlier run of ours": (
        SENT,
        answered(Verdict.ALREADY, stand(1, run="p0")),
        Status.IN_SYNC,
        "Replication succeeded",
        False,
    ),
    "applied, and written since": (
        replace(SENT, written=2),
        answered(Verdict.APPLIED, stand(1)),
        Status.IN_PROGRESS,
        None,
        True,
    ),
    "an older one": (BEHIND, answered(Verdict.APPLIED, stand(1)), Status.IN_PROGRESS, None, True),
    "ahead of all we sent": (SENT, answered(Verdict.ALREADY, stand(2)), Status.FAILED, DIVERGED, False),
    "another content": (
        SENT,
        answered(Verdict.ALREADY, stand(1, digest="x")),
        Status.FAILED,
        DIVERGED,
        False,
    ),
    "diverged": (SENT, answered(Verdict.DIVERGED, stand(1)), Status.FAILED, DIVERGED, False),
    "fenced": (SENT, answered(Verdict.FENCED), Status.FAILED, FENCED, False),
    "the name is taken": (SENT, answered(Verdict.NAME_TAKEN, message=TAKEN), Status.FAILED, TAKEN, False),
    "the key cannot be used": (SENT, answered(Verdict.KEY_UNUSABLE, message="k"), Status.FAILED, "k", True),
    "needs all": (SENT, answered(Verdict.NEED_ALL), Status.IN_PROGRESS, None, True),
    "shake hands": (SENT, answered(Verdict.SHAKE), Status.IN_PROGRESS, None, True),
    "of another epoch": (SENT, answered(Verdict.FENCED, epoch=2), Status.IN_PROGRESS, None, True),
    "of an earlier run of theirs": (
        SENT,
        answered(Verdict.APPLIED, stand(1), theirs="r0"),
        Status.IN_PROGRESS,
        None,
        True,
    ),
    "to nothing that is in doubt": (
        IN_SYNC,
        answered(Verdict.KEY_UNUSABLE, message="k"),
        Status.IN_SYNC,
        "Replication succeeded",
        False,
    ),
    "to what a person is to solve": (
        after(SENT, answered(Verdict.NAME_TAKEN, message=TAKEN)),
        answered(Verdict.APPLIED, stand(1)),
        Status.FAILED,
        TAKEN,
        False,
    ),
}


@pytest.mark.parametrize(("link", "answer", "status", "message", "again"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_counts_for_what_it_is(
    link: Link, answer: Answered, status: Status, message: str | None, again: bool
) -> None:
    """I8, I9, I11; facts 5.3 for the status messages."""
    link = after(link, answer)

    assert (status, message, again) == (link.status, link.message, link.next_attempt_ms is not None)
    assert (link.dirty_since_ms is None) == (status is Status.IN_SYNC)


def test_what_a_replica_asks_for_is_followed_up_at_once_but_not_for_ever() -> None:
    tired = replace(SENT, attempts=PROMPT_ATTEMPTS_MAX + 1)

    assert after(SENT, answered(Verdict.NEED_ALL)).next_attempt_ms == 100
    assert after(tired, answered(Verdict.SHAKE)).next_attempt_ms == 100 + wait_ms(tired.attempts, jitter=0)


def test_a_force_is_over_once_it_is_carried_out() -> None:
    """Force is one explicit act: the same link never takes a name a second time."""
    forced = replace(SENT, overwrite=True)

    assert not after(forced, answered(Verdict.APPLIED, stand(1))).overwrite


def test_a_promotion_of_a_higher_epoch_drops_the_entry() -> None:
    assert after(IN_SYNC, answered(Verdict.PROMOTED, their_epoch=2)).lifecycle is Lifecycle.GONE
    assert after(IN_SYNC, answered(Verdict.PROMOTED, their_epoch=1)).status is Status.FAILED


def test_a_promotion_meets_an_epoch_raised_here_and_wins() -> None:
    forced = after(IN_SYNC, asked(overwrite=True))

    gone = after(forced, answered(Verdict.PROMOTED, epoch=2, their_epoch=2))

    assert gone.lifecycle is Lifecycle.GONE


def test_the_day_of_last_access_only_grows() -> None:
    later = after(SENT, answered(Verdict.APPLIED, stand(1), day=20_001))
    resent = replace(later, sent=stand(1))

    assert 20_001 == after(resent, answered(Verdict.ALREADY, stand(1), day=20_000)).accessed_day
    assert 20_001 == after(resent, answered(Verdict.ALREADY, stand(1), day=None)).accessed_day


# Handshakes that the link waits for.

WAITING = replace(BEHIND, shaken=None)
"""Revision 1 acknowledged, 2 sent and in doubt."""
LATER = replace(WAITING, written=4)

HANDSHAKES: dict[str, tuple[Link, Shook, Status, Stand | None, bool]] = {
    "what is in doubt has arrived": (WAITING, shook(Role.REPLICA, stand(2)), Status.IN_SYNC, stand(2), False),
    "what is in doubt has not arrived": (
        WAITING,
        shook(Role.REPLICA, stand(1)),
        Status.IN_PROGRESS,
        stand(1),
        False,
    ),
    "a state that a later claim hid": (
        LATER,
        shook(Role.REPLICA, stand(3)),
        Status.IN_PROGRESS,
        stand(3),
        True,
    ),
    "a state that another run may have sent": (
        LATER,
        shook(Role.REPLICA, stand(3, run="p0")),
        Status.FAILED,
        stand(1),
        False,
    ),
    "ahead of what was written": (
        WAITING,
        shook(Role.REPLICA, stand(3)),
        Status.FAILED,
        stand(1),
        False,
    ),
    "another content than was sent": (
        WAITING,
        shook(Role.REPLICA, stand(2, digest="x")),
        Status.FAILED,
        stand(1),
        False,
    ),
    "set back": (
        replace(WAITING, acked=stand(2), sent=None),
        shook(Role.REPLICA, stand(1, run="p0")),
        Status.IN_PROGRESS,
        stand(1, run="p0"),
        True,
    ),
    "set back to nothing": (WAITING, shook(Role.UNKNOWN, epoch=0), Status.IN_PROGRESS, None, True),
    "a later epoch": (WAITING, shook(Role.REPLICA, stand(2), epoch=2), Status.FAILED, stand(1), False),
    "removed": (WAITING, shook(Role.REMOVED, stand(1), epoch=2), Status.FAILED, stand(1), False),
}


@pytest.mark.parametrize(("link", "event", "status", "acked", "whole"), HANDSHAKES.values(), ids=HANDSHAKES)
def test_a_handshake_knows_its_own_history(
    link: Link, event: Shook, status: Status, acked: Stand | None, whole: bool
) -> None:
    """I9: equal revision with another digest, a replica ahead, another incarnation: Failed, never silent."""
    link = after(link, event)

    assert (status, acked, whole) == (link.status, link.acked, link.whole)
    assert ("p1", "r1") == link.shaken
    if status is Status.FAILED:
        assert link.next_attempt_ms is None


def test_a_force_climbs_over_epochs_that_a_primary_set_back_has_forgotten() -> None:
    forced = after(WAITING, asked(overwrite=True))

    link = after(forced, shook(Role.REPLICA, stand(7, run="lost"), epoch=4))

    assert (5, True, True, 100) == (link.epoch, link.overwrite, link.whole, link.next_attempt_ms)


def test_a_handshake_nobody_waited_for_only_raises_the_question() -> None:
    """It may have been given before the last message was applied."""
    link = after(IN_SYNC, shook(Role.UNKNOWN, epoch=0))

    assert (Status.IN_SYNC, stand(1), None, 100) == (
        link.status,
        link.acked,
        link.shaken,
        link.next_attempt_ms,
    )
    assert (Shake(),) == sends(link, claimed(1))


@pytest.mark.parametrize("event", [shook(Role.UNKNOWN, epoch=0), shook(Role.REPLICA, stand(1))])
def test_no_handshake_takes_a_persons_turn(event: Shook) -> None:
    """I9: resolved by a person or by force, also if the cause has gone."""
    stopped = after(SENT, answered(Verdict.NAME_TAKEN, message=TAKEN))

    assert stopped == after(stopped, event)


def test_an_idle_link_meets_a_new_run_in_one_round_trip() -> None:
    link = after(IN_SYNC, shook(Role.REPLICA, stand(1), ours="p2"))

    assert replace(IN_SYNC, shaken=("p2", "r1")) == link


def test_a_promotion_told_in_a_handshake_drops_the_entry() -> None:
    assert after(IN_SYNC, shook(Role.PROMOTED, stand(1), epoch=2)).lifecycle is Lifecycle.GONE


# Keys and loss.


def test_key_trouble_heals_by_itself() -> None:
    """I11."""
    failed = after(SENT, Unreadable(message="k", jitter=0.0))
    due = after(replace(failed, next_attempt_ms=0), claimed(1))
    healed = after(due, answered(Verdict.APPLIED, stand(1)))

    assert (Status.FAILED, "k", 100 + RETRY_MS_MIN) == (failed.status, failed.message, failed.next_attempt_ms)
    assert Status.IN_SYNC is healed.status


def test_what_its_region_will_hear_of_is_seldom_tried_and_at_once_when_asked_for() -> None:
    failed = after(SENT, Unreadable(message="k", jitter=0.0, rarely=True))
    changed = after(failed, Committed(revision=2))
    asked = after(
        changed, Asked(kms_key_id=None, overwrite=False, principal_arn=failed.principal_arn), now=200
    )

    assert (Status.FAILED, "k", 100 + RETRY_RARE_MS) == (
        failed.status,
        failed.message,
        failed.next_attempt_ms,
    )
    assert changed.next_attempt_ms == failed.next_attempt_ms
    assert (Status.IN_PROGRESS, 200) == (asked.status, asked.next_attempt_ms)


def test_key_trouble_heard_too_late_is_none() -> None:
    assert IN_SYNC == after(IN_SYNC, Unreadable(message="k", jitter=0.0))


def test_a_loss_is_tried_again_and_is_no_failure() -> None:
    link = after(SENT, Lost(jitter=0.0))

    assert (Status.IN_PROGRESS, 100 + RETRY_MS_MIN) == (link.status, link.next_attempt_ms)
    assert IN_SYNC == after(IN_SYNC, Lost(jitter=0.0))


def test_the_wait_doubles_up_to_its_cap_and_half_of_it_is_jitter() -> None:
    waits = [wait_ms(attempts, jitter=0.0) for attempts in (0, 1, 2, 3, 7, 8, 1_000_000)]

    assert [RETRY_MS_MIN, 100, 200, 400, RETRY_MS_MAX, RETRY_MS_MAX, RETRY_MS_MAX] == waits
    assert RETRY_MS_MAX // 2 < wait_ms(50, jitter=0.999) < RETRY_MS_MAX


# What a person asks for.


@pytest.mark.parametrize("link", [IN_SYNC, SENT, LEAVING], ids=["in sync", "in progress", "leaving"])
def test_asking_again_for_the_same_changes_nothing(link: Link) -> None:
    """Design section 9: already InSync with the same key does nothing."""
    assert link is after(link, asked())


def test_a_failed_link_is_tried_again_when_asked() -> None:
    """Facts 5.4: retry is ReplicateSecretToRegions again."""
    failed = after(SENT, answered(Verdict.NAME_TAKEN, message=TAKEN))

    link = after(failed, asked())

    assert (Status.IN_PROGRESS, None, 100, 1, None) == (
        link.status,
        link.message,
        link.next_attempt_ms,
        link.epoch,
        link.shaken,
    )
    assert link.principal_arn.endswith("ann")


@pytest.mark.parametrize("event", [asked(overwrite=True), asked(key="alias/other")], ids=["force", "key"])
def test_force_and_another_key_raise_the_epoch_and_send_everything(event: Asked) -> None:
    """A replica that stands at this revision already seals again only for a higher epoch."""
    link = after(IN_SYNC, event)

    assert (2, True, event.overwrite, event.kms_key_id) == (
        link.epoch,
        link.whole,
        link.overwrite,
        link.kms_key_id,
    )
    assert (Status.IN_PROGRESS, 100, 100) == (link.status, link.next_attempt_ms, link.dirty_since_ms)


def test_a_force_that_failed_is_withdrawn_by_asking_without() -> None:
    failed = after(replace(SENT, overwrite=True), answered(Verdict.NAME_TAKEN, message=TAKEN))

    assert not after(failed, asked()).overwrite
    assert after(replace(SENT, overwrite=True), asked(key="alias/other")).overwrite


# Removal.


def test_a_removal_raises_the_epoch_once() -> None:
    assert (Lifecycle.LEAVING, 2, 10) == (LEAVING.lifecycle, LEAVING.epoch, LEAVING.next_attempt_ms)
    assert LEAVING is after(LEAVING, Removed())


REMOVALS = {
    "removed": (answered(Verdict.REMOVED, epoch=2, theirs=None), Lifecycle.GONE, 2),
    "promoted": (answered(Verdict.PROMOTED, epoch=2, theirs=None, their_epoch=2), Lifecycle.GONE, 2),
    "fenced": (answered(Verdict.FENCED, epoch=2, theirs=None, their_epoch=5), Lifecycle.LEAVING, 6),
    "an answer to an earlier message": (answered(Verdict.APPLIED, stand(1)), Lifecycle.LEAVING, 2),
    "a handshake: unknown": (shook(Role.UNKNOWN, epoch=0), Lifecycle.LEAVING, 2),
    "a handshake: a replica": (shook(Role.REPLICA, stand(1)), Lifecycle.LEAVING, 2),
    "a handshake: removed": (shook(Role.REMOVED, stand(1), epoch=2), Lifecycle.GONE, 2),
    "a handshake: promoted": (shook(Role.PROMOTED, stand(1), epoch=2), Lifecycle.GONE, 2),
    "key trouble": (Unreadable(message="k", jitter=0.0), Lifecycle.LEAVING, 2),
}


@pytest.mark.parametrize(("event", "lifecycle", "epoch"), REMOVALS.values(), ids=REMOVALS)
def test_a_link_leaves_until_the_replica_region_says_it_is_over(
    event: Event, lifecycle: Lifecycle, epoch: int
) -> None:
    """I6, I17: "unknown" is no end, for only a tombstone stops a late message."""
    link = after(LEAVING, event)

    assert (lifecycle, epoch) == (link.lifecycle, link.epoch)
    assert (link.next_attempt_ms is None) == (lifecycle is Lifecycle.GONE)
