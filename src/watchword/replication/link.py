"""The primary's side of a link, as one pure function: `step(link, event, now)` gives the link after it and what to send.

State is replicated, not operations: a message carries the secret's present state, so that loss, repetition and
reordering are harmless. The rules, in the order in which a message meets them:

  1. A commit raises `written` and takes InSync back, in its own transaction (I2, I8).
  2. A claim records what is sent, before it is sent. While that is in doubt, nothing else is sent without a handshake:
     the handshake knows acked and sent, and would take any third state for a foreign history.
  3. No message before the present runs of both stores have shaken hands (I9). A handshake that the link did not wait
     for is not acted on: it raises the question again.
  4. An acknowledgement counts only for the message in doubt: its epoch, its run of the replica's store, its state (I8).
  5. What the handshake finds at the replica is either known here (acked, sent, older than acked, or sent by this very
     run) or it is a foreign history: Failed, until a person overwrites or removes (I9).
  6. Overwrite, another key and removal raise the epoch, which makes every earlier message harmless (I5, I6).
  7. Key trouble and loss are tried again, with back-off; what only a person can solve is not. What this Region will hear
     of, because its own copy of the account says it, is tried seldom, and at once when it hears.

Who decides at the other end is `incoming`. Not handled here: what a message carries, and two links to one Region, of
which the younger waits (`Claimed.behind`).

Source: ARCHITECTURE.md (I1-I18); Secrets Manager user guide, "Replicate secrets across Regions".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

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

__all__ = [
    "DIVERGED_MESSAGE",
    "FENCED_MESSAGE",
    "LEASE_MS",
    "RETRY_MS_MAX",
    "RETRY_MS_MIN",
    "RETRY_RARE_MS",
    "SUCCEEDED_MESSAGE",
    "Answered",
    "Apply",
    "Asked",
    "Claimed",
    "Committed",
    "Event",
    "Holds",
    "Lifecycle",
    "Link",
    "Lost",
    "Remove",
    "Removed",
    "Send",
    "Shake",
    "Shook",
    "Stand",
    "Status",
    "Unreadable",
    "Verdict",
    "committed",
    "is_behind",
    "lag_ms",
    "new_link",
    "step",
    "wait_ms",
]

LEASE_MS = 5_000
"""How long a claim keeps others off: far beyond a round trip, and what a link waits when its courier dies."""

RETRY_MS_MIN = 100
RETRY_MS_MAX = 5_000
"""A Region that returns is found within this time: half of the 10 s in which its links are to be InSync."""

RETRY_RARE_MS = 600_000
"""Of what `Unreadable.rarely` says: thousands of links may wait like this for months."""

PROMPT_ATTEMPTS_MAX = 6
"""SHAKE and NEED_ALL are followed up at once that often: the longest honest exchange (message, SHAKE, handshake, message,
NEED_ALL, message) takes four attempts; two ends that never agree fall back to the pace of retries."""

SUCCEEDED_MESSAGE = "Replication succeeded"
"""AWS's words (DescribeSecret's sample)."""

FENCED_MESSAGE = (
    "Replication failed: region {region} no longer accepts this replication; "
    "remove the region and replicate to it again."
)
DIVERGED_MESSAGE = (
    "Replication failed: the replica in region {region} has a history that is unknown here; "
    "overwrite it or remove the region."
)
"""Both are ours: AWS's stores are never set back."""


def new_link(
    *,
    link_id: str,
    region: str,
    ordinal: int,
    principal_arn: str,
    kms_key_id: str | None,
    overwrite: bool,
    revision: int,
    now: int,
) -> Link:
    """Return the link of a Region just added, due at once."""
    return Link(
        link_id=link_id,
        region=region,
        epoch=1,
        ordinal=ordinal,
        principal_arn=principal_arn,
        kms_key_id=kms_key_id,
        overwrite=overwrite,
        lifecycle=Lifecycle.ACTIVE,
        status=Status.IN_PROGRESS,
        message=None,
        written=revision,
        sent=None,
        acked=None,
        shaken=None,
        whole=True,
        dirty_since_ms=now,
        dirty_after_send_ms=None,
        attempts=0,
        next_attempt_ms=now,
        accessed_day=None,
    )


def committed(links: Iterable[Link], *, revision: int, now: int) -> tuple[Link, ...]:
    """Mark every link of a secret whose `revision` is being committed; unchanged links come back as they are."""
    return tuple(step(link, Committed(revision=revision), now=now)[0] for link in links)


def is_behind(link: Link, links: Iterable[Link]) -> bool:
    """Say whether another of the secret's links is still leaving the link's Region: `Claimed.behind`."""
    return any(
        other.region == link.region and other.link_id != link.link_id and other.lifecycle is Lifecycle.LEAVING
        for other in links
    )


def lag_ms(link: Link, *, now: int) -> int | None:
    """Return the age of the oldest change that the replica has not acknowledged; `None` if there is none."""
    if link.lifecycle is not Lifecycle.ACTIVE or link.dirty_since_ms is None:
        return None
    return max(0, now - link.dirty_since_ms)


def wait_ms(attempts: int, *, jitter: float) -> int:
    """Return the wait before the next attempt; doubles per attempt up to RETRY_MS_MAX, of which up to half is jitter."""
    ceiling = min(RETRY_MS_MAX, RETRY_MS_MIN << min(max(attempts - 1, 0), 16))
    return ceiling - int(ceiling * jitter / 2)


def step(link: Link, event: Event, *, now: int) -> tuple[Link, tuple[Send, ...]]:
    """Return the link after `event`, and what to send once it is saved. Pure; `now` in milliseconds since 1970 UTC.

    Any event may come late, twice or never; one that means nothing any more returns the link itself. A send is made
    only after the commit that saves the link: what is in doubt must be on record before it is in doubt.
    """
    if link.lifecycle is Lifecycle.GONE:
        return link, ()
    match event:
        case Claimed():
            return _claimed(link, event, now=now)
        case Committed():
            return _committed(link, event, now=now), ()
        case Answered():
            return _answered(link, event, now=now), ()
        case Shook():
            return _shook(link, event, now=now), ()
        case Lost():
            return _retried(link, jitter=event.jitter, now=now), ()
        case Unreadable():
            return _unreadable(link, event, now=now), ()
        case Removed():
            return _removed(link, now=now), ()
        case Asked():
            return _asked(link, event, now=now), ()


# What this Region does.


def _committed(link: Link, event: Committed, *, now: int) -> Link:
    if link.lifecycle is not Lifecycle.ACTIVE or event.revision <= link.written:
        return link
    in_sync = link.status is Status.IN_SYNC
    # A lease, a back-off or a person's turn runs on: a change is no reason to hurry past any of them.
    waits = link.attempts > 0 or _waits_for_a_person(link)
    # Between a first change and its send both are carried by one message; only what comes after the send is younger.
    later = link.dirty_since_ms is not None and link.sent is not None and link.dirty_after_send_ms is None
    return replace(
        link,
        written=event.revision,
        status=Status.IN_PROGRESS if in_sync else link.status,
        message=None if in_sync else link.message,
        dirty_since_ms=now if link.dirty_since_ms is None else link.dirty_since_ms,
        dirty_after_send_ms=now if later else link.dirty_after_send_ms,
        next_attempt_ms=link.next_attempt_ms if waits else now,
    )


def _claimed(link: Link, event: Claimed, *, now: int) -> tuple[Link, tuple[Send, ...]]:
    if link.next_attempt_ms is None or link.next_attempt_ms > now:
        return link, ()
    leased = replace(link, attempts=link.attempts + 1, next_attempt_ms=now + LEASE_MS)
    if link.lifecycle is Lifecycle.LEAVING:
        # No handshake: a removal is right whatever the replica holds, and leaves a tombstone even where there is nothing.
        return leased, (Remove(epoch=link.epoch),)
    if event.behind:
        # The older link's replica has the name until it is gone; asked before, the Region would say NAME_TAKEN.
        return replace(link, next_attempt_ms=now + wait_ms(1, jitter=event.jitter)), ()

    assert event.revision == link.written, "a change was committed without marking its links"
    sending = Stand(incarnation=event.ours, revision=event.revision, digest=event.digest)
    met = event.theirs is not None and link.shaken == (event.ours, event.theirs)
    if event.theirs is None or not met or link.sent not in (None, sending):
        return replace(leased, shaken=None), (Shake(),)

    since = 0 if link.whole or link.acked is None else link.acked.revision
    assert since == 0 or not link.overwrite, "an overwrite carries everything"
    message = Apply(
        epoch=link.epoch,
        incarnation=event.ours,
        theirs=event.theirs,
        base=link.acked,
        since=since,
        revision=event.revision,
        digest=event.digest,
        overwrite=link.overwrite,
    )
    return replace(leased, sent=sending, dirty_after_send_ms=None), (message,)


def _unreadable(link: Link, event: Unreadable, *, now: int) -> Link:
    # Heard late, after the state was acknowledged all the same, it says nothing any more.
    if link.lifecycle is not Lifecycle.ACTIVE or link.sent is None or _waits_for_a_person(link):
        return link
    failed = _failed(link, event.message, now=now)
    if event.rarely and failed.next_attempt_ms is not None:
        return replace(failed, next_attempt_ms=now + RETRY_RARE_MS - int(RETRY_RARE_MS * event.jitter / 2))
    return _retried(failed, jitter=event.jitter, now=now)


def _removed(link: Link, *, now: int) -> Link:
    if link.lifecycle is Lifecycle.LEAVING:
        return link
    return replace(
        link,
        lifecycle=Lifecycle.LEAVING,
        epoch=link.epoch + 1,
        overwrite=False,
        sent=None,
        attempts=0,
        next_attempt_ms=now,
    )


def _asked(link: Link, event: Asked, *, now: int) -> Link:
    """Take up ReplicateSecretToRegions again: a retry, a force or another key; otherwise nothing.

    Source: troubleshooting page ("retry replication"); another key re-encrypts (design section 9).
    """
    failed = link.status is Status.FAILED
    rekeyed = event.kms_key_id != link.kms_key_id
    if link.lifecycle is not Lifecycle.ACTIVE or not (failed or rekeyed or event.overwrite):
        return link
    # A replica that already stands at this revision seals again only for a higher epoch.
    raised = rekeyed or event.overwrite
    return replace(
        link,
        epoch=link.epoch + 1 if raised else link.epoch,
        principal_arn=event.principal_arn,
        kms_key_id=event.kms_key_id,
        # A force on its way stands; one that failed is asked again or withdrawn.
        overwrite=event.overwrite or (link.overwrite and not failed),
        status=Status.IN_PROGRESS,
        message=None,
        # Whatever went wrong before, the handshake looks again; it also settles a message still in doubt.
        shaken=None,
        whole=link.whole or raised,
        dirty_since_ms=now if link.dirty_since_ms is None else link.dirty_since_ms,
        attempts=0,
        next_attempt_ms=now,
    )


# What the replica Region says to a message.


def _answered(link: Link, event: Answered, *, now: int) -> Link:
    if event.epoch != link.epoch:
        return link
    if link.lifecycle is Lifecycle.LEAVING:
        return _removal_answered(link, event, now=now)
    if event.verdict is Verdict.PROMOTED:
        return _promoted(link, their_epoch=event.their_epoch, now=now)
    # Only an answer to the message in doubt counts, given by the run of the store that last shook hands: one from
    # before a store was set back would make InSync a lie.
    sent = link.sent
    if sent is None or link.shaken is None or link.shaken[1] != event.theirs or _waits_for_a_person(link):
        return link

    link = replace(link, accessed_day=_later(link.accessed_day, event.accessed_day))
    match event.verdict:
        case Verdict.APPLIED | Verdict.ALREADY:
            return _acknowledged(link, event.stand, sent=sent, now=now)
        case Verdict.NEED_ALL:
            return _followed_up(replace(link, whole=True), jitter=event.jitter, now=now)
        case Verdict.SHAKE:
            return _followed_up(replace(link, shaken=None), jitter=event.jitter, now=now)
        case Verdict.KEY_UNUSABLE:
            return _retried(_failed(link, event.message, now=now), jitter=event.jitter, now=now)
        case Verdict.NAME_TAKEN:
            return _stopped(link, event.message, now=now)
        case Verdict.FENCED:
            return _stopped(link, FENCED_MESSAGE.format(region=link.region), now=now)
        case Verdict.DIVERGED:
            return _stopped(link, DIVERGED_MESSAGE.format(region=link.region), now=now)
        case Verdict.REMOVED:
            # Of a removal that a restored primary has forgotten: the next message finds the tombstone.
            return link


def _acknowledged(link: Link, stand: Stand | None, *, sent: Stand, now: int) -> Link:
    assert stand is not None, "APPLIED and ALREADY say what the replica holds"
    if stand.same_state(sent):
        taken = replace(link, acked=stand, whole=False, overwrite=False, attempts=0)
        return _settled(replace(taken, status=Status.IN_PROGRESS, message=None), now=now)
    if stand.revision < sent.revision:
        return link
    # Ahead of all we sent, or another content under one revision number: two histories (I9).
    return _stopped(link, DIVERGED_MESSAGE.format(region=link.region), now=now)


def _removal_answered(link: Link, event: Answered, *, now: int) -> Link:
    match event.verdict:
        case Verdict.REMOVED | Verdict.PROMOTED:
            return _gone(link)
        case Verdict.FENCED:
            # A primary that was set back has forgotten the epochs it gave. The link is still ours, and a person asked
            # for its end (I17): climb over them.
            climbed = replace(link, epoch=max(link.epoch, event.their_epoch) + 1)
            return _followed_up(climbed, jitter=event.jitter, now=now)
        case _:
            return link


# What the replica Region says in the handshake.


def _shook(link: Link, event: Shook, *, now: int) -> Link:
    holds = event.holds
    pair = (event.ours, event.theirs)
    link = replace(link, accessed_day=_later(link.accessed_day, holds.accessed_day))
    if link.lifecycle is Lifecycle.LEAVING:
        # Not even "unknown" ends it: without a tombstone a late message would create the replica again (I6).
        over = holds.role in (Role.PROMOTED, Role.REMOVED)
        return _gone(link) if over else replace(link, shaken=pair)
    if holds.role is Role.PROMOTED:
        return _promoted(link, their_epoch=holds.epoch, now=now)
    if _waits_for_a_person(link):
        return replace(link, shaken=pair)
    if link.shaken is not None:
        return _looked_in(link, holds, pair=pair, now=now)

    link = replace(link, shaken=pair)
    match holds.role:
        case Role.UNKNOWN:
            return _settled(replace(link, acked=None, whole=True), now=now)
        case Role.REMOVED:
            return _stopped(link, FENCED_MESSAGE.format(region=link.region), now=now)
        case Role.REPLICA:
            return _found(link, holds, ours=event.ours, now=now)


def _looked_in(link: Link, holds: Holds, *, pair: tuple[str, str], now: int) -> Link:
    """Take a handshake that this link did not wait for: one of a batch, the hourly one, or a late answer.

    It may have been given before the last message was applied, so it only ever raises the question again.
    """
    as_known = holds.epoch == link.epoch and holds.stand is not None and holds.stand.same_state(link.acked)
    if as_known and (link.sent is None or link.shaken == pair):
        return replace(link, shaken=pair)
    return replace(link, shaken=None, next_attempt_ms=now)


def _found(link: Link, holds: Holds, *, ours: str, now: int) -> Link:
    """Judge a replica by what it holds: known here, to be overwritten, or of a foreign history."""
    stand = holds.stand
    assert stand is not None, "a replica holds something"
    if holds.epoch <= link.epoch and _knows(link, stand, ours=ours):
        taken = holds.epoch == link.epoch
        exact = stand.same_state(link.sent) or stand.same_state(link.acked)
        # With our epoch the replica has taken what raised it. After a state that is on record neither as acked nor as
        # sent, everything is sent: more than needed, and it rests on nothing.
        whole = not taken or not exact or (link.whole and not stand.same_state(link.sent))
        return _settled(
            replace(link, acked=stand, whole=whole, overwrite=link.overwrite and not taken), now=now
        )
    if link.overwrite:
        # A person's force wins over any history of this link, also over epochs that a primary set back has forgotten.
        epoch = link.epoch if holds.epoch < link.epoch else holds.epoch + 1
        return _settled(replace(link, acked=stand, whole=True, epoch=epoch), now=now)
    return _stopped(link, DIVERGED_MESSAGE.format(region=link.region), now=now)


def _knows(link: Link, stand: Stand, *, ours: str) -> bool:
    """Say whether a state found at the replica belongs to the history of this store."""
    known = [state for state in (link.sent, link.acked) if state is not None]
    if any(stand.same_state(state) for state in known):
        return True
    if any(stand.revision == state.revision for state in known):
        return False
    if link.acked is not None and stand.revision < link.acked.revision:
        return True  # The replica was set back, to what it held before it acknowledged more.
    # Sent by this very run, which has only ever gone forward; the answer was lost, and a later claim hid it.
    return stand.incarnation == ours and stand.revision <= link.written


# What follows from them.


def _settled(link: Link, *, now: int) -> Link:
    """End the doubt about `sent`: InSync if the replica holds the written revision, else due at once."""
    if link.acked is not None and link.acked.revision == link.written and not link.whole:
        return replace(
            link,
            status=Status.IN_SYNC,
            message=SUCCEEDED_MESSAGE,
            sent=None,
            dirty_since_ms=None,
            dirty_after_send_ms=None,
            attempts=0,
            next_attempt_ms=None,
        )
    in_sync = link.status is Status.IN_SYNC
    acknowledged = link.sent is not None and link.sent.same_state(link.acked)
    younger = link.dirty_after_send_ms if acknowledged else None
    dirty_since = link.dirty_since_ms if younger is None else younger
    return replace(
        link,
        status=Status.IN_PROGRESS if in_sync else link.status,
        message=None if in_sync else link.message,
        sent=None,
        dirty_since_ms=now if dirty_since is None else dirty_since,
        dirty_after_send_ms=None,
        next_attempt_ms=now,
    )


def _promoted(link: Link, *, their_epoch: int, now: int) -> Link:
    # Ours may have run ahead of a promotion: as long as `whole` stands, the replica has not taken what raised it.
    if their_epoch > link.epoch or link.whole:
        return _gone(link)
    return _stopped(link, FENCED_MESSAGE.format(region=link.region), now=now)


def _gone(link: Link) -> Link:
    return replace(link, lifecycle=Lifecycle.GONE, next_attempt_ms=None)


def _failed(link: Link, message: str | None, *, now: int) -> Link:
    # A link that was InSync until the handshake found otherwise had nothing to acknowledge; now it has.
    dirty_since = now if link.dirty_since_ms is None else link.dirty_since_ms
    return replace(link, status=Status.FAILED, message=message, dirty_since_ms=dirty_since)


def _stopped(link: Link, message: str | None, *, now: int) -> Link:
    """Fail, and wait for a person: ReplicateSecretToRegions, RemoveRegionsFromReplication."""
    return replace(_failed(link, message, now=now), next_attempt_ms=None)


def _retried(link: Link, *, jitter: float, now: int) -> Link:
    """Wait for the back-off, if there is anything to try again."""
    if link.next_attempt_ms is None:
        return link
    return replace(link, next_attempt_ms=now + wait_ms(link.attempts, jitter=jitter))


def _followed_up(link: Link, *, jitter: float, now: int) -> Link:
    prompt = link.attempts <= PROMPT_ATTEMPTS_MAX
    return replace(link, next_attempt_ms=now) if prompt else _retried(link, jitter=jitter, now=now)


def _waits_for_a_person(link: Link) -> bool:
    return link.status is Status.FAILED and link.next_attempt_ms is None


def _later(day: int | None, other: int | None) -> int | None:
    return other if day is None else day if other is None else max(day, other)
