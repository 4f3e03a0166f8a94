"""An exhaustive search of one secret, its links to one replica Region, and a network that forgets nothing.

The rules searched are the product's own functions, handed in as `Rules`. Around them stand only what the rules leave to
others: the secret's items, the name it takes in the replica Region, the transactions. Every message and every answer ever
sent stays deliverable, any number of times and in any order, so loss, repetition, delay and replay are all in it.
Time is taken out: back-off and leases have always run off, and timers are no part of a state.

Checked in every state and at every step: I3 (whole), I4 (never back), I5 and I6 (promoted and removed, for ever),
I8 (InSync is true), I9 (no history lost in silence), I10 (no name taken). From every state: once faults are over, every
link ends InSync, gone, or Failed for a reason that holds, and a person's overwrite or removal ends every Failed (I14).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Generic, NamedTuple, Protocol, TypeVar

from watchword.replication import incoming as incoming_rules
from watchword.replication import link as link_rules
from watchword.replication.link import DIVERGED_MESSAGE, FENCED_MESSAGE
from watchword.replication.model import (
    PROTOCOL_VERSION,
    Accept,
    Answered,
    Apply,
    Asked,
    Claimed,
    Committed,
    Event,
    Header,
    Holds,
    Incoming,
    Lifecycle,
    Link,
    Occupant,
    Refuse,
    Remove,
    Removed,
    Role,
    Send,
    Shake,
    Shook,
    Status,
    Unreadable,
    Verdict,
)

PRIMARY, REPLICA = "us-east-1", "us-east-2"
NAME_TAKEN_MESSAGE = "Replication failed: the name is taken."
KEY_MESSAGE = "Replication failed: the key cannot be used."
DIVERGED, FENCED = DIVERGED_MESSAGE.format(region=REPLICA), FENCED_MESSAGE.format(region=REPLICA)
ALONE = -1
"""The owner of a secret that is nobody's replica; otherwise the owner is the number of its link."""
SETTLING_ROUNDS_MAX = 40
"""The longest honest settling takes a dozen; beyond this two ends never agree."""

T = TypeVar("T")


class StepRule(Protocol):
    def __call__(self, link: Link, event: Event, *, now: int) -> tuple[Link, tuple[Send, ...]]: ...


class ReceiveRule(Protocol):
    def __call__(
        self,
        incoming: Incoming | None,
        header: Header,
        *,
        primary_region: str,
        ours: str,
        met: str | None,
        occupant: Occupant | None,
    ) -> Accept | Refuse: ...


class RemovalRule(Protocol):
    def __call__(
        self, incoming: Incoming | None, *, link_id: str, primary_region: str, epoch: int
    ) -> tuple[Incoming, bool, Verdict]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The functions that are searched."""

    step: StepRule = link_rules.step
    receive: ReceiveRule = incoming_rules.receive
    receive_removal: RemovalRule = incoming_rules.receive_removal
    promote: Callable[[Incoming], Incoming] = incoming_rules.promote
    new_runs: bool = True
    """An opened store has a new incarnation. Only a mutant says no."""


class Network(Enum):
    """How far the network goes."""

    HOSTILE = "every message and every answer may come again at any time"
    LATE = "as hostile, but the answer to a handshake comes once at most"
    ORDERLY = (
        "as late, but one exchange of a link at a time, and what is on its way to a process ends with it"
    )
    """What one courier over TCP makes of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How often each thing may happen on one path."""

    writes: int = 0
    primary_restarts: int = 0
    primary_restores: int = 0
    replica_restarts: int = 0
    replica_restores: int = 0
    promotes: int = 0
    removes: int = 0
    adds: int = 0
    overwrites: int = 0
    rekeys: int = 0
    retries: int = 0
    key_flips: int = 0
    handshakes: int = 0
    """Beyond those that a rule asks for: the hourly ones."""
    name_taken: bool = False
    """A secret that stands alone has the name in the replica Region at the start."""
    network: Network = Network.HOSTILE


class Primary(NamedTuple):
    """The primary Region's store."""

    links: tuple[int, ...]
    items: tuple[tuple[int, int], ...]
    """Of each item its content and the revision of its last change."""
    history: tuple[str, ...]
    """The digest of every revision, as this store remembers them."""


class Replica(NamedTuple):
    """The replica Region's store."""

    incoming: tuple[Incoming | None, ...]
    owner: int | None
    """Whose the secret is; `None`: there is none of this name."""
    contents: tuple[int, ...]
    ended: frozenset[int]
    """Links promoted or removed here, remembered by the search and not by the rules."""


class World(NamedTuple):
    primary: Primary
    replica: Replica
    ours: str
    theirs: str
    met: str | None
    readable: bool
    """The key in the primary Region opens the values."""
    sealable: bool
    """The key in the replica Region seals them."""
    net: frozenset[int]
    said: frozenset[int]
    primary_backup: Primary | None
    replica_backup: Replica | None
    used: tuple[int, ...]
    """By FAULTS, how often each has happened."""


FAULTS = (
    "writes",
    "primary_restarts",
    "primary_restores",
    "replica_restarts",
    "replica_restores",
    "promotes",
    "removes",
    "adds",
    "overwrites",
    "rekeys",
    "retries",
    "key_flips",
    "handshakes",
)
PLACE = {fault: place for place, fault in enumerate(FAULTS)}


class Message(NamedTuple):
    """On its way: a header with the items it carries, or a removal."""

    link: int
    header: Header | None
    changed: tuple[tuple[int, int], ...]
    removal_epoch: int
    history: tuple[str, ...]
    """What the sender's store knew; only the search looks at it."""


class Answer(NamedTuple):
    """On its way back."""

    link: int
    event: Event


class Violation(Exception):
    """A state or a step that breaks an invariant."""


class Table(Generic[T]):
    """Numbers for values, so that states are small and cheap to compare."""

    def __init__(self) -> None:
        self.values: list[T] = []
        self._numbers: dict[T, int] = {}

    def number(self, value: T) -> int:
        held = self._numbers.get(value)
        if held is None:
            held = self._numbers[value] = len(self.values)
            self.values.append(value)
        return held


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found."""

    states: int
    settled: int
    violation: str | None
    path: tuple[str, ...]
    witnesses: Counter[str]
    complete: bool


def digest_of(contents: tuple[int, ...]) -> str:
    return ".".join(str(content) for content in contents)


def contents_of(primary: Primary) -> tuple[int, ...]:
    return tuple(content for content, _ in primary.items)


class Search:
    """One breadth-first search under given rules and bounds."""

    def __init__(self, rules: Rules, bounds: Bounds) -> None:
        self.rules = rules
        self.bounds = bounds
        self.limits = tuple(int(getattr(bounds, fault)) for fault in FAULTS)
        self.links: Table[Link] = Table()
        self.messages: Table[Message] = Table()
        self.answers: Table[Answer] = Table()
        self.events: Table[Event] = Table()
        self.stepped: dict[tuple[int, int], tuple[int, tuple[Send, ...]]] = {}
        self.quiet: set[tuple[object, ...]] = set()
        self.witnesses: Counter[str] = Counter()

    # The search.

    def run(self, *, states_max: int) -> Found:
        start = self.start()
        came_from: dict[World, tuple[World, str] | None] = {start: None}
        queue = deque([start])
        while queue:
            world = queue.popleft()
            try:
                for label, after in self.moves(world):
                    if after in came_from:
                        continue
                    came_from[after] = (world, label)
                    try:
                        self.check(after)
                        self.check_settles(after)
                    except (Violation, AssertionError) as violation:
                        return self._found(came_from, str(violation), path_of(came_from, after))
                    if len(came_from) > states_max:
                        return self._found(came_from, None, (), complete=False)
                    queue.append(after)
            except (Violation, AssertionError) as violation:
                # A step of a rule: its label is in the message, for the generator never yielded it.
                return self._found(came_from, str(violation), path_of(came_from, world))
        return self._found(came_from, None, ())

    def _found(
        self,
        came_from: dict[World, tuple[World, str] | None],
        violation: str | None,
        path: tuple[str, ...],
        *,
        complete: bool = True,
    ) -> Found:
        return Found(
            states=len(came_from),
            settled=len(self.quiet),
            violation=violation,
            path=path,
            witnesses=self.witnesses,
            complete=complete,
        )

    def start(self) -> World:
        items = ((1, 1), (0, 1))
        link = self.links.number(normal(self.link(0, revision=1, overwrite=False)))
        contents = tuple(content for content, _ in items)
        taken = self.bounds.name_taken
        return World(
            primary=Primary(links=(link,), items=items, history=(digest_of(contents),)),
            replica=Replica(
                incoming=(None, None),
                owner=ALONE if taken else None,
                contents=(99, 99) if taken else (),
                ended=frozenset(),
            ),
            ours="p0",
            theirs="r0",
            met=None,
            readable=True,
            sealable=True,
            net=frozenset(),
            said=frozenset(),
            primary_backup=None,
            replica_backup=None,
            used=(0,) * len(FAULTS),
        )

    def link(self, number: int, *, revision: int, overwrite: bool) -> Link:
        return link_rules.new_link(
            link_id=f"link{number}",
            region=REPLICA,
            ordinal=number,
            principal_arn="arn:aws:iam::000000000000:root",
            kms_key_id=None,
            overwrite=overwrite,
            revision=revision,
            now=0,
        )

    # What can happen next.

    def moves(self, world: World) -> Iterator[tuple[str, World]]:
        for number in range(len(world.primary.links)):
            yield from self.claims(world, number)
        for number in world.net:
            yield f"deliver {number}", self.delivered(world, number)
        for number in world.said:
            answer = self.answers.values[number]
            after = world
            if isinstance(answer.event, Shook) and self.bounds.network is not Network.HOSTILE:
                after = world._replace(said=world.said - {number})
            yield f"answer {number}", self.heard(after, answer)
        yield from self.faults(world)
        yield from self.calls(world)

    def claims(self, world: World, number: int) -> Iterator[tuple[str, World]]:
        link = self.links.values[world.primary.links[number]]
        if link.lifecycle is Lifecycle.GONE:
            return
        if link.next_attempt_ms is not None:
            yield f"claim {number}", self.claimed(world, number)
        elif link.shaken != (world.ours, world.theirs):
            yield f"meet {number}", self.shaken(world, number)
        if self.may(world, "handshakes"):
            yield f"hourly {number}", self.shaken(self.spent(world, "handshakes"), number)

    def faults(self, world: World) -> Iterator[tuple[str, World]]:
        if self.may(world, "primary_restarts"):
            yield "primary restarts", self.reopened(self.spent(world, "primary_restarts"))
        if self.may(world, "primary_restores"):
            if world.primary_backup is None:
                yield "primary is backed up", world._replace(primary_backup=world.primary)
            elif world.primary_backup != world.primary:
                back = self.spent(world, "primary_restores")._replace(
                    primary=world.primary_backup, primary_backup=None
                )
                yield "primary is set back", self.reopened(back)
        if self.may(world, "replica_restarts"):
            yield "replica restarts", self.reopened_there(self.spent(world, "replica_restarts"))
        if self.may(world, "replica_restores"):
            if world.replica_backup is None:
                yield "replica is backed up", world._replace(replica_backup=world.replica)
            elif world.replica_backup != world.replica:
                back = self.spent(world, "replica_restores")._replace(
                    replica=world.replica_backup, replica_backup=None
                )
                yield "replica is set back", self.reopened_there(back)
        if self.may(world, "key_flips"):
            flipped = self.spent(world, "key_flips")
            yield "key flips here", flipped._replace(readable=not world.readable)
            yield "key flips there", flipped._replace(sealable=not world.sealable)

    def calls(self, world: World) -> Iterator[tuple[str, World]]:
        if self.may(world, "writes"):
            yield "write", self.written(self.spent(world, "writes"))
        owner = world.replica.owner
        if owner is not None and owner != ALONE and self.may(world, "promotes"):
            yield "promote", self.promoted(self.spent(world, "promotes"), owner)
        active = [
            number
            for number, held in enumerate(world.primary.links)
            if self.links.values[held].lifecycle is Lifecycle.ACTIVE
        ]
        for number in active:
            if self.may(world, "removes"):
                yield "remove", self.stepped_on(self.spent(world, "removes"), number, Removed())
            for fault, asked in ASKED.items():
                if self.may(world, fault):
                    yield fault, self.stepped_on(self.spent(world, fault), number, asked)
        if not active and len(world.primary.links) == 1 and self.may(world, "adds"):
            for overwrite in (False, True):
                link = self.link(1, revision=len(world.primary.history), overwrite=overwrite)
                links = (*world.primary.links, self.links.number(normal(link)))
                yield (
                    f"add, overwrite={overwrite}",
                    self.spent(world, "adds")._replace(primary=world.primary._replace(links=links)),
                )

    def may(self, world: World, fault: str) -> bool:
        place = PLACE[fault]
        return world.used[place] < self.limits[place]

    def spent(self, world: World, fault: str) -> World:
        place = PLACE[fault]
        used = world.used
        return world._replace(used=(*used[:place], used[place] + 1, *used[place + 1 :]))

    # The primary Region.

    def written(self, world: World) -> World:
        """A change and its marks, in one transaction (I2); changes take turns between two items."""
        primary = world.primary
        count = world.used[PLACE["writes"]]
        revision = len(primary.history) + 1
        items = tuple(
            (count + 1, revision) if place == count % 2 else item for place, item in enumerate(primary.items)
        )
        history = (*primary.history, digest_of(tuple(content for content, _ in items)))
        after = world._replace(primary=primary._replace(items=items, history=history))
        for number in range(len(primary.links)):
            after = self.stepped_on(after, number, Committed(revision=revision))
        return after

    def stepped_on(self, world: World, number: int, event: Event) -> World:
        link, sends = self.step(world.primary.links[number], event)
        assert not sends, f"`{event}` sends nothing"
        return with_link(world, number, link)

    def step(self, link: int, event: Event) -> tuple[int, tuple[Send, ...]]:
        key = (link, self.events.number(event))
        known = self.stepped.get(key)
        if known is None:
            after, sends = self.rules.step(self.links.values[link], event, now=0)
            known = self.stepped[key] = self.links.number(normal(after)), sends
        return known

    def claimed(self, world: World, number: int) -> World:
        """The courier's claim, saved before anything is sent; it knows of the peer what the link says."""
        primary = world.primary
        link = self.links.values[primary.links[number]]
        met = link.shaken is not None and link.shaken[0] == world.ours
        others = [self.links.values[held] for held in primary.links]
        event = Claimed(
            ours=world.ours,
            theirs=link.shaken[1] if link.shaken is not None and met else None,
            revision=len(primary.history),
            digest=digest_of(contents_of(primary)),
            jitter=0.0,
            behind=link_rules.is_behind(link, others),
        )
        after, sends = self.step(primary.links[number], event)
        world = with_link(world, number, after)
        for send in sends:
            match send:
                case Shake():
                    world = self.shaken(world, number)
                case Apply() if not world.readable:
                    world = self.stepped_on(world, number, Unreadable(message=KEY_MESSAGE, jitter=0.0))
                case Apply():
                    world = self.sent(world, number, send)
                case Remove():
                    message = Message(
                        link=number, header=None, changed=(), removal_epoch=send.epoch, history=()
                    )
                    world = world._replace(net=world.net | {self.messages.number(message)})
        return world

    def sent(self, world: World, number: int, send: Apply) -> World:
        primary = world.primary
        header = Header(
            version=PROTOCOL_VERSION,
            link_id=f"link{number}",
            epoch=send.epoch,
            incarnation=send.incarnation,
            theirs=send.theirs,
            base=send.base,
            since=send.since,
            revision=send.revision,
            digest=send.digest,
            overwrite=send.overwrite,
        )
        changed = tuple(
            (place, content) for place, (content, stamp) in enumerate(primary.items) if stamp > send.since
        )
        message = Message(
            link=number, header=header, changed=changed, removal_epoch=0, history=primary.history
        )
        return world._replace(net=world.net | {self.messages.number(message)})

    def heard(self, world: World, answer: Answer) -> World:
        # A primary that was set back may have forgotten the link.
        known = answer.link < len(world.primary.links)
        return self.stepped_on(world, answer.link, answer.event) if known else world

    def reopened(self, world: World) -> World:
        if self.bounds.network is Network.ORDERLY:
            world = world._replace(said=frozenset())
        if not self.rules.new_runs:
            return world
        runs = world.used[PLACE["primary_restarts"]] + world.used[PLACE["primary_restores"]]
        return world._replace(ours=f"p{runs}")

    # The replica Region.

    def reopened_there(self, world: World) -> World:
        if self.bounds.network is Network.ORDERLY:
            world = self.without_handshakes(world)._replace(net=frozenset())
        if not self.rules.new_runs:
            return world
        runs = world.used[PLACE["replica_restarts"]] + world.used[PLACE["replica_restores"]]
        return world._replace(theirs=f"r{runs}", met=None)

    def shaken(self, world: World, number: int) -> World:
        """The handshake reaches the replica now; its answer comes back whenever it does."""
        holds: Holds = incoming_rules.holds(world.replica.incoming[number])
        answer = Answer(link=number, event=Shook(ours=world.ours, theirs=world.theirs, holds=holds))
        if self.bounds.network is Network.ORDERLY:
            world = self.without_messages(world, number)
        said = world.said | {self.answers.number(answer)}
        return world._replace(met=world.ours, said=said)

    def without_messages(self, world: World, number: int) -> World:
        return world._replace(
            net=frozenset(held for held in world.net if self.messages.values[held].link != number),
            said=frozenset(held for held in world.said if self.answers.values[held].link != number),
        )

    def without_handshakes(self, world: World) -> World:
        return world._replace(
            said=frozenset(
                held for held in world.said if not isinstance(self.answers.values[held].event, Shook)
            )
        )

    def delivered(self, world: World, number: int) -> World:
        """A message arrives; it stays in the network, and its answer joins it."""
        message = self.messages.values[number]
        if message.header is None:
            world, event = self.removal_received(world, message)
        else:
            world, event = self.received(world, message, message.header)
        said = world.said | {self.answers.number(Answer(link=message.link, event=event))}
        return world._replace(said=said)

    def received(self, world: World, message: Message, header: Header) -> tuple[World, Answered]:
        replica = world.replica
        decision = self.rules.receive(
            replica.incoming[message.link],
            header,
            primary_region=PRIMARY,
            ours=world.theirs,
            met=world.met,
            occupant=occupant_of(replica, apart_from=message.link),
        )
        verdict, refusal = Verdict.APPLIED, None
        if isinstance(decision, Refuse):
            verdict = decision.verdict
            refusal = NAME_TAKEN_MESSAGE if verdict is Verdict.NAME_TAKEN else None
        elif not world.sealable:
            verdict, refusal = Verdict.KEY_UNUSABLE, KEY_MESSAGE
        else:
            world = world._replace(replica=applied(replica, message, header, decision))
        self.witnesses[verdict] += 1
        incoming = world.replica.incoming[message.link]
        return world, Answered(
            epoch=header.epoch,
            theirs=header.theirs,
            verdict=verdict,
            stand=None if incoming is None else incoming.stand,
            their_epoch=0 if incoming is None else incoming.epoch,
            message=refusal,
            accessed_day=None,
            jitter=0.0,
        )

    def removal_received(self, world: World, message: Message) -> tuple[World, Answered]:
        replica = world.replica
        after, deletes, verdict = self.rules.receive_removal(
            replica.incoming[message.link],
            link_id=f"link{message.link}",
            primary_region=PRIMARY,
            epoch=message.removal_epoch,
        )
        if deletes and replica.owner != message.link:
            raise Violation("I5: a removal deleted what is not its link's replica")
        if verdict is Verdict.REMOVED:
            replica = replica._replace(ended=replica.ended | {message.link})
        if deletes:
            replica = replica._replace(owner=None, contents=())
        replica = replica._replace(incoming=put(replica.incoming, message.link, after))
        self.witnesses[f"removal {verdict}"] += 1
        return world._replace(replica=replica), Answered(
            epoch=message.removal_epoch,
            theirs=None,
            verdict=verdict,
            stand=after.stand,
            their_epoch=after.epoch,
            message=None,
            accessed_day=None,
            jitter=0.0,
        )

    def promoted(self, world: World, owner: int) -> World:
        replica = world.replica
        held = replica.incoming[owner]
        assert held is not None, "a replica's owner has a record"
        return world._replace(
            replica=replica._replace(
                incoming=put(replica.incoming, owner, self.rules.promote(held)),
                owner=ALONE,
                ended=replica.ended | {owner},
            )
        )

    # What must hold in every state.

    def check(self, world: World) -> None:
        for number, held in enumerate(world.primary.links):
            link = self.links.values[held]
            if link.lifecycle is Lifecycle.GONE:
                self.check_gone(world, number)
            if link.lifecycle is not Lifecycle.ACTIVE:
                continue
            if link.written != len(world.primary.history):
                raise Violation("I2: a change without its mark")
            if link.overwrite and not link.whole:
                raise Violation("I3: an overwrite that does not carry everything")
            if link.status is Status.IN_PROGRESS and link.next_attempt_ms is None:
                raise Violation("I14: InProgress, and nothing will be tried")
            if link.status is Status.IN_SYNC:
                self.witnesses["InSync"] += 1
                self.check_in_sync(world, number, link)
            if (link.dirty_since_ms is None) != (link.status is Status.IN_SYNC):
                raise Violation("I8: a lag without a change, or a change without a lag")
            if link.status is Status.FAILED:
                self.witnesses[f"Failed {link.message}"] += 1
                self.check_alarm(world, link)

    def check_gone(self, world: World, number: int) -> None:
        set_back = world.used[PLACE["primary_restores"]] or world.used[PLACE["replica_restores"]]
        if not set_back and number not in world.replica.ended:
            raise Violation("I6: the link is gone, and a late message could still make a replica")

    def check_in_sync(self, world: World, number: int, link: Link) -> None:
        acked = link.acked
        if acked is None or (acked.revision, acked.digest) != (link.written, world.primary.history[-1]):
            raise Violation("I8: InSync without an acknowledgement of the written revision")
        if link.shaken != (world.ours, world.theirs) or number in world.replica.ended:
            return  # Set back, promoted or removed since: the next contact tells.
        if world.replica.owner != number or world.replica.contents != contents_of(world.primary):
            raise Violation("I8: InSync is a lie")
        held = world.replica.incoming[number]
        if held is None or held.epoch != link.epoch:
            raise Violation("I8: InSync, and the replica has not taken what raised the epoch")

    def check_alarm(self, world: World, link: Link) -> None:
        """An alarm rings only where a store was set back."""
        if world.used[PLACE["primary_restores"]]:
            return
        restarted = bool(world.used[PLACE["primary_restarts"]]) and self.bounds.network is not Network.ORDERLY
        if link.message == FENCED or (link.message == DIVERGED and not restarted):
            raise Violation(f"I9: a false alarm, {link.message}")

    # When faults are over.

    def check_settles(self, world: World) -> None:
        """From here, with every key on and nothing lost, each link ends as it should; each state is tried once."""
        key = (
            world.primary,
            world.replica,
            world.ours,
            world.theirs,
            world.met,
            world.used[PLACE["primary_restores"]],
            world.used[PLACE["replica_restores"]],
        )
        if key in self.quiet:
            return
        self.quiet.add(key)
        settled = self.settled(
            world._replace(readable=True, sealable=True, net=frozenset(), said=frozenset())
        )
        for number, held in enumerate(settled.primary.links):
            link = self.links.values[held]
            match link.lifecycle:
                case Lifecycle.GONE:
                    self.witnesses["settled Gone"] += 1
                case Lifecycle.LEAVING:
                    raise Violation("I17: a removal that is never finished")
                case Lifecycle.ACTIVE:
                    self.check_settled(settled, number, link)

    def check_settled(self, world: World, number: int, link: Link) -> None:
        self.witnesses[f"settled {link.status}"] += 1
        replica = world.replica
        if number in replica.ended and link.status is not Status.FAILED:
            raise Violation("I5: promoted or removed, and the primary does not know after contact")
        if link.status is Status.IN_PROGRESS:
            raise Violation("I14: faults are over, and it never ends")
        if link.status is Status.IN_SYNC:
            if replica.owner != number or replica.contents != contents_of(world.primary):
                raise Violation("I14: settled InSync, and the replica differs")
            return
        self.check_failed(world, number, link)
        self.check_person_heals(world, number)

    def check_failed(self, world: World, number: int, link: Link) -> None:
        held = world.replica.incoming[number]
        # Who was told to wait for a person does, even if the replica has been set back to before the cause.
        set_back = bool(world.used[PLACE["replica_restores"]])
        if link.message == NAME_TAKEN_MESSAGE:
            right = set_back or world.replica.owner not in (None, number)
        elif link.message == FENCED:
            right = held is not None and held.role is Role.REMOVED
        elif link.message == DIVERGED:
            # A removal of the time that the primary has forgotten may follow the state of that time.
            right = set_back or (held is not None and held.role in (Role.REPLICA, Role.REMOVED))
        else:
            right = False
        if not right:
            raise Violation(f"I14: settled Failed without a cause that still holds: {link.message}")

    def check_person_heals(self, world: World, number: int) -> None:
        forced = self.settled(self.stepped_on(world, number, ASKED["overwrites"]))
        link = self.links.values[forced.primary.links[number]]
        if link.status is Status.IN_SYNC or link.lifecycle is Lifecycle.GONE:
            self.witnesses["healed by force"] += 1
            return
        if link.message == DIVERGED or (link.message == NAME_TAKEN_MESSAGE and world.replica.owner == ALONE):
            raise Violation("I9: a person's force does not heal")
        left = self.settled(self.stepped_on(forced, number, Removed()))
        if self.links.values[left.primary.links[number]].lifecycle is not Lifecycle.GONE:
            raise Violation("I17: a failed link cannot be removed")
        self.witnesses["healed by removal"] += 1

    def settled(self, world: World) -> World:
        for _ in range(SETTLING_ROUNDS_MAX):
            before = world
            for number in range(len(world.primary.links)):
                world = self.exchanged(world, number)
            if world == before:
                return world
        raise Violation("I14: faults are over, and the two ends never come to rest")

    def exchanged(self, world: World, number: int) -> World:
        """One round trip of a link: whatever the courier does next, delivered at once, nothing left on its way."""
        link = self.links.values[world.primary.links[number]]
        if link.lifecycle is Lifecycle.GONE:
            return world
        there = world.replica.incoming[number]
        untold = there is not None and there.role is Role.PROMOTED and not there.told
        if link.shaken != (world.ours, world.theirs):
            world = self.shaken(world, number)
        elif there is not None and untold:
            # The promoted side tells the primary; the same words as in a handshake.
            incoming = put(world.replica.incoming, number, incoming_rules.heard(there))
            world = self.shaken(world, number)
            world = world._replace(replica=world.replica._replace(incoming=incoming))
        elif link.next_attempt_ms is not None:
            world = self.claimed(world, number)
        while world.net:
            (message,) = world.net
            world = self.delivered(world._replace(net=frozenset()), message)._replace(net=frozenset())
        while world.said:
            (answer,) = world.said
            world = self.heard(world._replace(said=frozenset()), self.answers.values[answer])
        self.check(world)
        return world


ASKED: dict[str, Asked] = {
    "overwrites": Asked(kms_key_id=None, overwrite=True, principal_arn="arn:aws:iam::000000000000:root"),
    "rekeys": Asked(
        kms_key_id="alias/other", overwrite=False, principal_arn="arn:aws:iam::000000000000:root"
    ),
    "retries": Asked(kms_key_id=None, overwrite=False, principal_arn="arn:aws:iam::000000000000:root"),
}


def normal(link: Link) -> Link:
    """Take time out: every wait has run off, and only whether there were attempts matters."""
    due = None if link.next_attempt_ms is None else 0
    return replace(link, attempts=min(link.attempts, 1), next_attempt_ms=due)


def with_link(world: World, number: int, link: int) -> World:
    links = world.primary.links
    if links[number] == link:
        return world
    return world._replace(primary=world.primary._replace(links=(*links[:number], link, *links[number + 1 :])))


def put(incoming: tuple[Incoming | None, ...], number: int, after: Incoming) -> tuple[Incoming | None, ...]:
    return (*incoming[:number], after, *incoming[number + 1 :])


def occupant_of(replica: Replica, *, apart_from: int) -> Occupant | None:
    if replica.owner is None or replica.owner == apart_from:
        return None
    return Occupant(
        link_id=None if replica.owner == ALONE else f"link{replica.owner}",
        has_links=False,
        same_arn=True,
        scheduled_for_deletion=False,
    )


def applied(replica: Replica, message: Message, header: Header, decision: Accept) -> Replica:
    """Apply a message in one transaction, and look at what it did."""
    number = message.link
    before = replica.incoming[number]
    if number in replica.ended:
        raise Violation("I5, I6: a message changed what was promoted, or re-created what was removed")
    if replica.owner not in (None, number) and not (replica.owner == ALONE and header.overwrite):
        raise Violation("I10: a name was taken without force, or from another's replica")
    if (replica.owner not in (None, number)) != decision.replaces:
        raise Violation("I10: `replaces` does not say what happens")
    if before is not None and before.stand is not None and not header.overwrite:
        stand = before.stand
        if header.revision < stand.revision:
            raise Violation("I4: the replica went back")
        if message.history[stand.revision - 1] != stand.digest:
            raise Violation("I9: a history was overwritten in silence")
    contents = list(replica.contents if replica.owner == number else (-1, -1))
    for place, content in message.changed:
        contents[place] = content
    stand_after = decision.incoming.stand
    if stand_after is None or digest_of(tuple(contents)) != stand_after.digest:
        raise Violation("I3: a blend of two states")
    return replica._replace(
        incoming=put(replica.incoming, number, decision.incoming), owner=number, contents=tuple(contents)
    )


def path_of(came_from: dict[World, tuple[World, str] | None], world: World) -> tuple[str, ...]:
    steps: list[str] = []
    at = came_from[world]
    while at is not None:
        steps.append(at[1])
        at = came_from[at[0]]
    return tuple(reversed(steps))
