"""The exhaustive search finds nothing in the rules, and finds every planted fault.

`--deep` also runs the searches that take longer, about 45 s (`make test` gives it).
"""

from __future__ import annotations

import types
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from tests.unit.replication.search import (
    DIVERGED,
    FENCED,
    KEY_MESSAGE,
    NAME_TAKEN_MESSAGE,
    Bounds,
    Found,
    Network,
    Rules,
    Search,
)

from watchword.replication import incoming, link
from watchword.replication.model import Verdict

STATES_MAX = 400_000
"""Far beyond what any search here takes: one that reaches it has lost its bounds."""

orderly = partial(Bounds, network=Network.ORDERLY)
late = partial(Bounds, network=Network.LATE)
hostile = partial(Bounds, network=Network.HOSTILE)

SEARCHES = {
    "three changes": orderly(writes=3),
    "one change, everything again": hostile(writes=1),
    "both restart": orderly(writes=2, primary_restarts=1, replica_restarts=1),
    "the primary restarts, everything again": hostile(primary_restarts=1),
    "the primary is set back": orderly(writes=2, primary_restores=1),
    "the replica is set back": orderly(writes=2, replica_restores=1, primary_restarts=1),
    "the replica is set back, everything again": hostile(replica_restores=1),
    "both are set back": orderly(writes=1, primary_restores=1, replica_restores=1),
    "handshakes nobody waited for": orderly(writes=1, handshakes=1, primary_restarts=1, replica_restarts=1),
    "promoted, everything again": hostile(promotes=1),
    "promoted and added again": orderly(writes=1, promotes=1, adds=1),
    "removed and added again": orderly(writes=1, removes=1, adds=1),
    "removed and added again, everything late": late(removes=1, adds=1),
    "promoted, removed, added, overwritten": orderly(promotes=1, removes=1, adds=1, overwrites=1),
    "overwritten": orderly(writes=1, primary_restores=1, overwrites=1),
    "removed after the primary was set back": orderly(removes=1, overwrites=1, primary_restores=1),
    "another key": orderly(writes=1, rekeys=1, primary_restores=1),
    "another key, everything late": late(rekeys=1),
    "keys go off and on": orderly(writes=1, key_flips=2, replica_restarts=1),
    "the name is taken": late(writes=1, overwrites=1, name_taken=True),
    "the name is taken, and asked again": orderly(retries=1, overwrites=1, name_taken=True, key_flips=1),
}

DEEP_SEARCHES = {
    "two changes, everything late": late(writes=2),
    "the primary restarts, everything late": late(writes=1, primary_restarts=1),
    "the replica restarts, everything late": late(writes=1, replica_restarts=1),
    "the primary is set back, everything late": late(writes=1, primary_restores=1),
    "the primary is set back after two restarts": orderly(writes=3, primary_restarts=1, primary_restores=1),
    "the replica is set back, everything late": late(writes=1, replica_restores=1),
    "many restarts": orderly(writes=3, primary_restarts=2, replica_restarts=1),
    "restarts, and keys go off and on": orderly(
        writes=2, primary_restarts=1, replica_restarts=1, key_flips=2
    ),
    "overwritten, everything late": late(writes=1, overwrites=1),
    "another key and an overwrite": orderly(writes=1, rekeys=1, overwrites=1, primary_restores=1),
    "another key, the replica set back": orderly(writes=2, rekeys=1, overwrites=1, replica_restores=1),
    "promoted, removed, added": orderly(writes=1, promotes=1, removes=1, adds=1),
    "promoted, added, overwritten, another key": orderly(
        writes=1, promotes=1, adds=1, overwrites=1, rekeys=1
    ),
    "removed and added again, and a restart": orderly(writes=1, removes=1, adds=1, primary_restarts=1),
    "removed and added again, a change late": late(writes=1, removes=1, adds=1),
    "promoted, everything late": late(writes=1, promotes=1),
    "the name is taken, all kinds of trouble": orderly(
        writes=1, overwrites=2, retries=1, key_flips=2, replica_restarts=1, name_taken=True
    ),
}

VAST_SEARCHES = {
    "both are set back, and overwritten": orderly(
        writes=2, primary_restores=1, replica_restores=1, overwrites=1
    ),
}
VAST_STATES_MAX = 150_000
"""Breadth first, so every story up to that length: half as many again as its mutant takes. All 292,592 states of it take
half a minute by themselves, and nothing is wrong in them either."""

WITNESSES = {
    "InSync": 10_000,
    f"Failed {DIVERGED}": 1_000,
    f"Failed {FENCED}": 100,
    f"Failed {KEY_MESSAGE}": 100,
    f"Failed {NAME_TAKEN_MESSAGE}": 100,
    Verdict.APPLIED: 5_000,
    Verdict.ALREADY: 10_000,
    Verdict.SHAKE: 5_000,
    Verdict.FENCED: 1_000,
    Verdict.PROMOTED: 1_000,
    Verdict.NAME_TAKEN: 100,
    Verdict.KEY_UNUSABLE: 50,
    "removal Removed": 1_000,
    "removal Promoted": 100,
    "removal Fenced": 50,
    "settled InSync": 1_000,
    "settled Gone": 500,
    "settled Failed": 100,
    "healed by force": 100,
    "healed by removal": 50,
}
"""What the searches of every run must come by, and how often at least: one that does not get there shows nothing."""


def search(bounds: Bounds, rules: Rules | None = None, *, states_max: int = STATES_MAX) -> Found:
    return Search(rules or Rules(), bounds).run(states_max=states_max)


@pytest.fixture(scope="module")
def witnesses() -> Counter[str]:
    return Counter()


@pytest.mark.parametrize("bounds", SEARCHES.values(), ids=SEARCHES)
def test_no_invariant_breaks_and_every_link_ends_as_it_should(
    bounds: Bounds, witnesses: Counter[str]
) -> None:
    """Reliability I3-I6, I8-I10, I14, I17, in every state within the bounds."""
    found = search(bounds)
    witnesses.update(found.witnesses)
    witnesses["searches"] += 1

    assert found.violation is None, "\n".join((found.violation, *found.path))
    assert found.complete


def test_the_searches_come_by_everything(witnesses: Counter[str]) -> None:
    """Runs after the searches above, and counts what they met."""
    if witnesses["searches"] < len(SEARCHES):
        pytest.skip("not all of the searches were run")

    assert {} == {name: witnesses[name] for name, least in WITNESSES.items() if witnesses[name] < least}


@pytest.mark.deep
@pytest.mark.parametrize("bounds", DEEP_SEARCHES.values(), ids=DEEP_SEARCHES)
def test_no_invariant_breaks_further_out(bounds: Bounds) -> None:
    """The same within wider bounds."""
    found = search(bounds)

    assert found.violation is None, "\n".join((found.violation, *found.path))
    assert found.complete


@pytest.mark.deep
@pytest.mark.parametrize("bounds", VAST_SEARCHES.values(), ids=VAST_SEARCHES)
def test_no_invariant_breaks_as_far_as_the_search_goes(bounds: Bounds) -> None:
    """Too wide to be searched to the end each time."""
    found = search(bounds, states_max=VAST_STATES_MAX)

    assert found.violation is None, "\n".join((found.violation, *found.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A planted fault: what the search named finds when, in each module, the one text stands for the other."""

    search: str
    finds: str
    link: tuple[tuple[str, str], ...] = ()
    incoming: tuple[tuple[str, str], ...] = ()
    new_runs: bool = True


MUTANTS = {
    "the epoch of an answer is not checked": Mutant(
        search="another key, everything late",
        finds="I8",
        link=(("if event.epoch != link.epoch:", "if False:"),),
    ),
    "an acknowledgement is not matched to what was sent": Mutant(
        search="three changes",
        finds="I8",
        link=(
            ("if stand.same_state(sent):", "if True:"),
            ("acked=stand, whole=False", "acked=sent, whole=False"),
        ),
    ),
    "an acknowledgement of an older state is enough": Mutant(
        search="three changes",
        finds="I8",
        link=(("link.acked.revision == link.written", "link.acked.revision <= link.written"),),
    ),
    "a commit leaves InSync": Mutant(
        search="three changes",
        finds="I8",
        link=(("in_sync = link.status is Status.IN_SYNC\n    # A lease", "in_sync = False\n    # A lease"),),
    ),
    "a store opened again has the old incarnation": Mutant(
        search="the primary is set back", finds="I8", new_runs=False
    ),
    "the run of the replica's store is not checked in an answer": Mutant(
        search="the replica is set back, everything again",
        finds="I8",
        link=((" or link.shaken[1] != event.theirs", ""),),
    ),
    "a tombstone is forgotten": Mutant(
        search="removed and added again, everything late",
        finds="I5, I6",
        incoming=(("if incoming is None:", "if incoming is None or incoming.role is Role.REMOVED:"),),
    ),
    "a promotion does not raise the epoch": Mutant(
        search="promoted and added again",
        finds="I9",
        incoming=(("epoch=incoming.epoch + 1, told", "epoch=incoming.epoch, told"),),
    ),
    "a promoted secret takes messages": Mutant(
        search="promoted and added again",
        finds="I5, I6",
        link=(("if their_epoch > link.epoch or link.whole:", "if True:"),),
        incoming=(
            (
                "if incoming.role is Role.PROMOTED:\n        return _refuse",
                "if False:\n        return _refuse",
            ),
            ("epoch=incoming.epoch + 1, told", "epoch=incoming.epoch, told"),
        ),
    ),
    "a removal deletes what was promoted": Mutant(
        search="promoted, removed, added, overwritten",
        finds="I5",
        incoming=(("case Role.PROMOTED:", "case Role.UNKNOWN:"),),
    ),
    "a removal ends where the link is unknown": Mutant(
        search="removed and added again",
        finds="I6",
        link=(("in (Role.PROMOTED, Role.REMOVED)", "is not Role.REPLICA"),),
    ),
    "a removal does not climb over forgotten epochs": Mutant(
        search="removed after the primary was set back",
        finds="I17",
        link=(("epoch=max(link.epoch, event.their_epoch) + 1)", "epoch=link.epoch)"),),
    ),
    "a new link does not wait for the one that leaves": Mutant(
        search="removed and added again", finds="I14", link=(("if event.behind:", "if False:"),)
    ),
    "an older state is applied": Mutant(
        search="one change, everything again",
        finds="I4",
        incoming=(("if header.revision < stand.revision:", "if False:"),),
    ),
    "items are counted from what was sent": Mutant(
        search="three changes",
        finds="I3",
        link=(
            ("0 if link.whole or link.acked is None else link.acked.revision", "max(0, link.written - 1)"),
        ),
        incoming=(("header.since != 0", "False"), ("header.since > stand.revision", "False")),
    ),
    "an overwrite takes what is there for its base": Mutant(
        search="overwritten", finds="I3", link=(("whole=link.whole or raised", "whole=link.whole"),)
    ),
    "a replica that was set back is not sent everything": Mutant(
        search="the replica is set back",
        finds="I8",
        link=(("replace(link, acked=None, whole=True)", "link"),),
    ),
    "a second state is sent while the first is in doubt": Mutant(
        search="both restart", finds="I9", link=((" or link.sent not in (None, sending)", ""),)
    ),
    "a handshake that nobody waited for is believed": Mutant(
        search="handshakes nobody waited for",
        finds="I9",
        link=(
            (
                "if link.shaken is not None:\n        return _looked_in",
                "if False:\n        return _looked_in",
            ),
        ),
    ),
    "another key overwrites a foreign history": Mutant(
        search="another key",
        finds="I4",
        link=(("if link.overwrite:\n        # A person", "if link.whole:\n        # A person"),),
        incoming=(("if raised and header.overwrite:", "if raised:"),),
    ),
    "key trouble waits for a person": Mutant(
        search="keys go off and on",
        finds="I14",
        link=(
            (
                "_retried(_failed(link, event.message, now=now), jitter=event.jitter, now=now)",
                "_stopped(link, event.message, now=now)",
            ),
        ),
    ),
    "a name is taken without force": Mutant(
        search="the name is taken",
        finds="I10",
        incoming=(("if not (header.overwrite and alone):", "if not alone:"),),
    ),
}

DEEP_MUTANTS = {
    "a message of the primary's run before the handshake is taken": Mutant(
        search="the primary is set back, everything late",
        finds="I8",
        incoming=(("(header.incarnation, header.theirs) != (met, ours)", "header.theirs != ours"),),
    ),
    "a foreign history is taken for ours": Mutant(
        search="the primary is set back after two restarts",
        finds="I9",
        link=((" and _knows(link, stand, ours=ours):", ":"),),
    ),
    "the digest is ignored": Mutant(
        search="both are set back, and overwritten",
        finds="I9",
        link=(("any(stand.same_state(state) for", "any(stand.revision == state.revision for"),),
        incoming=(
            (
                "(header.revision, header.digest) == (stand.revision, stand.digest)",
                "header.revision == stand.revision",
            ),
        ),
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_a_planted_fault_is_found(mutant: Mutant) -> None:
    """The search that finds nothing in the rules finds the fault, and names what it breaks."""
    found = search(SEARCHES[mutant.search], mutated(mutant))

    assert found.violation is not None
    assert found.violation.startswith(mutant.finds)


@pytest.mark.deep
@pytest.mark.parametrize("mutant", DEEP_MUTANTS.values(), ids=DEEP_MUTANTS)
def test_a_planted_fault_is_found_further_out(mutant: Mutant) -> None:
    """Each of these has a second lock behind it, which only a longer story opens."""
    found = search((DEEP_SEARCHES | VAST_SEARCHES)[mutant.search], mutated(mutant))

    assert found.violation is not None
    assert found.violation.startswith(mutant.finds)


def mutated(mutant: Mutant) -> Rules:
    primary_side = patched(link, mutant.link)
    replica_side = patched(incoming, mutant.incoming)
    return Rules(
        step=primary_side.step,
        receive=replica_side.receive,
        receive_removal=replica_side.receive_removal,
        promote=replica_side.promote,
        new_runs=mutant.new_runs,
    )


def patched(module: types.ModuleType, changes: tuple[tuple[str, str], ...]) -> types.ModuleType:
    """Run a module's real source with some of its text exchanged; the values, in `model`, are the real ones."""
    assert module.__file__ is not None
    source = Path(module.__file__).read_text(encoding="utf-8")
    for there, instead in changes:
        assert there in source, f"the rules no longer say `{there}`: give the mutant new words"
        source = source.replace(there, instead)
    mutant = types.ModuleType(module.__name__)
    exec(compile(source, module.__file__, "exec"), mutant.__dict__)  # noqa: S102 - our own source
    return mutant
