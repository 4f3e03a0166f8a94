"""One Region against the model of `secrets_model.py`: whatever is asked, in whatever order, the answers are the same.

Hypothesis makes up stories of requests and of time that passes, and each answer is compared whole: every member, and of a
refusal its code and text. Each story starts with a secret that has nearly as many versions as it may have. The
harness first finds every fault that is planted in the rules. `--deep` tells many more stories, other ones each time.
"""

from __future__ import annotations

import base64
import copy
import functools
import sqlite3
import types
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from tests.contract.region import ACCOUNT, DAY_MS, Clock, Region, make_region, scratch
from tests.contract.secrets_model import Model, Refusal

from watchword.api.call import Bound
from watchword.api.shapes import watchword
from watchword.custody.master import Master
from watchword.secrets import deletion, find, names, operations, tags, versions
from watchword.secrets.sealing import Openers
from watchword.storage.stores import Access

HERE = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:"
FULL = "full"
"""The secret with nearly a hundred versions."""
FULL_VERSIONS = 98
STEP_MS = 1_000
"""Time goes on with every request, so that no two versions are equally old."""
HOUR_MS = 3_600_000
PURGES_MAX = 10
ASKED_KEPT = 4

NAMES = ("db", "db-a1b2c3", "prod/app", FULL, "new")
EMPTY, LABELLED = "db-a1b2c3", "prod/app"
"""The secret without a value, and the one with twenty labels."""
"""`db-a1b2c3` is the trap: the ARN without its suffix reads as that of a secret `db`."""
LABELS = ("AWSCURRENT", "AWSPREVIOUS", "AWSPENDING", *(f"L{number:02}" for number in range(24)))
VALUES = (
    {"SecretString": "one"},
    {"SecretString": "two"},
    # The same bytes as the first: another kind of value.
    {"SecretBinary": base64.b64encode(b"one").decode()},
)


def token_at(number: int) -> str:
    return f"token-{number:026}"


def full_token(number: int) -> str:
    return f"full-{number:027}"


some_names = st.sampled_from(NAMES)
some_values = st.sampled_from(VALUES)
some_tokens = st.integers(0, 6).map(token_at)
some_version_ids = st.one_of(
    some_tokens, some_tokens, st.sampled_from((0, 1, FULL_VERSIONS - 2, FULL_VERSIONS - 1)).map(full_token)
)
some_labels = st.sampled_from(LABELS)
some_label = st.sampled_from(("AWSCURRENT", "AWSCURRENT", "AWSPREVIOUS", "L00", "L01", "L22", "L23"))
some_places = st.integers(0, 2)
some_stages = st.one_of(
    st.none(),
    st.lists(some_labels, unique=True, min_size=1, max_size=3),
    st.lists(some_labels, unique=True, min_size=6, max_size=12),
)
some_tags = st.one_of(
    st.just([{"Key": "a", "Value": "x"}]),
    st.lists(
        st.fixed_dictionaries({"Key": st.sampled_from(("a", "A")), "Value": st.sampled_from("xy")}),
        min_size=1,
        max_size=2,
    ),
    st.sampled_from((1, 2)).map(
        lambda set_: [{"Key": f"{set_}-{number}", "Value": ""} for number in range(26)]
    ),
    st.just([{"Key": "AWS:x", "Value": ""}]),
)
SPELLINGS: dict[str, Callable[[str, list[str]], str]] = {
    "by name": lambda name, arns: name,
    "by the last ARN": lambda name, arns: arns[-1],
    "by the first ARN": lambda name, arns: arns[0],
    "by an ARN without its suffix": lambda name, arns: HERE + name,
    "with another suffix": lambda name, arns: arns[-1][:-6] + arns[-1][-6:].swapcase()[::-1],
    "by a name with its suffix": lambda name, arns: arns[-1].removeprefix(HERE),
    "in another Region": lambda name, arns: arns[-1].replace("us-east-1", "us-east-2"),
    "in another case": lambda name, arns: name.upper(),
    "badly": lambda name, arns: f"{name}?",
    "by a bad ARN": lambda name, arns: f"{HERE}{name} x",
}
some_spellings = st.one_of(*3 * [st.just("by name")], st.sampled_from(tuple(SPELLINGS)))

Bindings = Callable[[Region], tuple[Bound, ...]]
Rule = dict[str, Any]


class Differs(AssertionError):
    """The Region and the model do not say the same."""


def told(members: dict[str, Any]) -> dict[str, Any]:
    """An answer as it is compared: tags are in no promised order."""
    match members:
        case {"Tags": list(held)}:
            return members | {"Tags": sorted(held, key=lambda tag: str(tag["Key"]))}
        case {"SecretList": list(held)}:
            return members | {"SecretList": [told(entry) for entry in held]}
        case _:
            return members


def both_answer(region: Region, model: Model, operation: str, members: dict[str, Any]) -> None:
    """Ask both, and compare; what is `None` is left out of the request.

    Raises:
        Differs
    """
    region.clock.forward(STEP_MS)
    members = {"ClientRequestToken": None, **members}
    answer = region.ask(operation, **members)
    said: object = told(answer.members) if answer.status == 200 else answer.refusal
    try:
        expected: object = told(
            model.answer(
                operation,
                {member: value for member, value in members.items() if value is not None},
                now=region.clock.now,
                told_arn=answer.members.get("ARN", ""),
            )
        )
    except Refusal as refusal:
        expected = (400, *refusal.said)
    if said != expected:
        raise Differs(f"{operation} {members}: the Region says {said}, the model {expected}")


@functools.cache
def beginning() -> tuple[bytes, int, Master, Model]:
    """A Region's database with four secrets in it, its keys, and the model of it."""
    with scratch() as folder:
        region = make_region(folder, "us-east-1")
        model = Model(arn_prefix=HERE)
        for number in range(FULL_VERSIONS):
            asked: dict[str, Any] = {"ClientRequestToken": full_token(number), "SecretString": "one"}
            if number == 0:
                both_answer(region, model, "CreateSecret", {"Name": FULL, **asked})
            else:
                both_answer(region, model, "PutSecretValue", {"SecretId": FULL, **asked})
        for made in (
            {"Name": "db", **VALUES[0], "Tags": [{"Key": "a", "Value": "x"}]},
            {"Name": EMPTY},
            {"Name": LABELLED},
        ):
            both_answer(region, model, "CreateSecret", {"ClientRequestToken": token_at(0), **made})
        for token, stages in ((token_at(0), LABELS[:1] + LABELS[3:12]), (token_at(1), LABELS[12:22])):
            asked = {"ClientRequestToken": token, "VersionStages": list(stages), **VALUES[1]}
            both_answer(region, model, "PutSecretValue", {"SecretId": LABELLED, **asked})
        region.stores.close()
        with closing(sqlite3.connect(region.path, isolation_level=None)) as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return region.path.read_bytes(), region.clock.now, region.master, model


class OneRegion(RuleBasedStateMachine):
    """A story: requests to the Region and the model, and time."""

    def __init__(self, bindings: Bindings | None = None) -> None:
        super().__init__()
        database, last, master, model = beginning()
        self.model = copy.deepcopy(model)
        self.left = ExitStack()
        path = self.left.enter_context(scratch()) / "region.db"
        path.write_bytes(database)
        clock = Clock()
        clock.now = last
        self.region = Region(name="us-east-1", path=path, clock=clock, master=master)
        self.left.callback(self.region.stores.close)
        if bindings is not None:
            self.region.faults = bindings(self.region)
            self.region.compose()
        self.agrees = True
        self.asked: deque[tuple[str, dict[str, Any]]] = deque(maxlen=ASKED_KEPT)
        """The last requests for a change, to be asked again."""

    def ask(self, operation: str, /, **members: Any) -> None:
        self.agrees = False
        both_answer(self.region, self.model, operation, members)
        self.agrees = True
        if not operation.startswith(("List", "Describe")):
            self.asked.append((operation, members))
        self.write_days()

    def write_days(self) -> None:
        """The days of access, as the agent writes them within a minute."""
        today = self.region.clock.now // DAY_MS
        read = [Access(account=a, sid=sid, version_id=id_, day=today) for a, sid, id_ in self.region.accessed]
        if read:
            self.region.stores.record_access(read)
            self.region.accessed.clear()

    def spelled(self, name: str, spelling: str) -> str:
        return SPELLINGS[spelling](name, self.model.arns.get(name) or [f"{HERE}{name}-AbCd12"])

    def version_at(self, name: str, place: int) -> str:
        """One of the secret's versions, the latest first."""
        held = self.model.secrets.get(name)
        version_ids = [] if held is None else list(reversed(held.versions))
        return version_ids[place % len(version_ids)] if version_ids else token_at(0)

    # Secrets

    @rule(
        name=some_names,
        token=some_tokens,
        value=st.one_of(st.just({}), some_values, some_values, some_values),
        description=st.sampled_from((None, "mine")),
        tags=st.one_of(st.none(), some_tags),
    )
    def create(self, name: str, token: str, value: Rule, description: str | None, tags: Any) -> None:
        self.ask(
            "CreateSecret", Name=name, ClientRequestToken=token, **value, Description=description, Tags=tags
        )

    @rule(
        operation=st.sampled_from(("CreateSecret", "PutSecretValue", "UpdateSecret")),
        name=some_names,
        wrong=st.sampled_from(("no token", "both values", "no value", "no name")),
        token=some_tokens,
    )
    def ask_wrongly(self, operation: str, name: str, wrong: str, token: str) -> None:
        value: Rule = {"SecretString": "one"}
        if wrong == "both values":
            value |= VALUES[2]
        elif wrong == "no value":
            value = {}
        self.ask(
            operation,
            **{"Name" if operation == "CreateSecret" else "SecretId": "a b" if wrong == "no name" else name},
            ClientRequestToken=None if wrong == "no token" else token,
            **value,
        )

    @rule(name=some_names, spelling=some_spellings, all_=st.booleans())
    def look(self, name: str, spelling: str, all_: bool) -> None:
        secret_id = self.spelled(name, spelling)
        self.ask("DescribeSecret", SecretId=secret_id)
        self.ask("ListSecretVersionIds", SecretId=secret_id, IncludeDeprecated=all_)
        self.ask("ListSecrets", SortBy="name", IncludePlannedDeletion=all_)

    @precondition(lambda self: self.asked)
    @rule(back=st.integers(0, ASKED_KEPT - 1))
    def ask_again(self, back: int) -> None:
        """As a client does whose answer was lost."""
        operation, members = self.asked[-1 - back % len(self.asked)]
        self.ask(operation, **members)

    @rule(
        name=some_names,
        spelling=some_spellings,
        window=st.sampled_from((None, None, 7, 30, 6, 31)),
        force=st.sampled_from((None, None, False, True)),
    )
    def delete(self, name: str, spelling: str, window: int | None, force: bool | None) -> None:
        self.ask(
            "DeleteSecret",
            SecretId=self.spelled(name, spelling),
            RecoveryWindowInDays=window,
            ForceDeleteWithoutRecovery=force,
        )

    @rule(name=some_names, spelling=some_spellings)
    def restore(self, name: str, spelling: str) -> None:
        self.ask("RestoreSecret", SecretId=self.spelled(name, spelling))

    @rule(name=some_names, token=some_tokens, value=some_values)
    def mark_and_create(self, name: str, token: str, value: Rule) -> None:
        self.ask("DeleteSecret", SecretId=name)
        self.ask("CreateSecret", Name=name, ClientRequestToken=token, **value)

    @rule(name=some_names)
    def restore_and_wait(self, name: str) -> None:
        """Longer than any window."""
        self.ask("DeleteSecret", SecretId=name)
        self.ask("RestoreSecret", SecretId=name)
        self.region.clock.forward(30 * DAY_MS)
        self.reap()

    @rule(name=some_names, spelling=some_spellings, added=some_tags)
    def tag(self, name: str, spelling: str, added: Any) -> None:
        self.ask("TagResource", SecretId=self.spelled(name, spelling), Tags=added)

    @rule(
        name=some_names,
        spelling=some_spellings,
        removed=st.sampled_from((["a"], ["a", "A"], ["A", "1-0"])),
    )
    def untag(self, name: str, spelling: str, removed: list[str]) -> None:
        self.ask("UntagResource", SecretId=self.spelled(name, spelling), TagKeys=removed)

    # Versions and staging labels

    @rule(name=some_names, spelling=some_spellings, token=some_tokens, value=some_values, stages=some_stages)
    def put(self, name: str, spelling: str, token: str, value: Rule, stages: list[str] | None) -> None:
        secret_id = self.spelled(name, spelling)
        self.ask(
            "PutSecretValue", SecretId=secret_id, ClientRequestToken=token, **value, VersionStages=stages
        )

    @rule(name=some_names, first=st.integers(0, 9), count=st.integers(3, 6))
    def put_several(self, name: str, first: int, count: int) -> None:
        for number in range(first, first + count):
            self.ask(
                "PutSecretValue", SecretId=name, ClientRequestToken=token_at(20 + number), SecretString="one"
            )

    @rule(
        name=some_names,
        spelling=some_spellings,
        token=some_tokens,
        value=st.one_of(st.just({}), some_values),
        description=st.sampled_from((None, "", "mine", "yours")),
    )
    def update(self, name: str, spelling: str, token: str, value: Rule, description: str | None) -> None:
        secret_id = self.spelled(name, spelling)
        self.ask(
            "UpdateSecret", SecretId=secret_id, ClientRequestToken=token, **value, Description=description
        )

    @rule(
        name=some_names,
        label=some_labels,
        to=st.one_of(st.none(), some_version_ids),
        left=st.one_of(st.none(), some_version_ids),
        spelling=some_spellings,
    )
    def move_label(self, name: str, label: str, to: str | None, left: str | None, spelling: str) -> None:
        self.ask(
            "UpdateSecretVersionStage",
            SecretId=self.spelled(name, spelling),
            VersionStage=label,
            MoveToVersionId=to,
            RemoveFromVersionId=left,
        )

    @rule(name=some_names, to=some_places)
    def move_current(self, name: str, to: int) -> None:
        """Back to the version before, and further."""
        self.move_from_holder(name, "AWSCURRENT", to=self.version_at(name, to + 1))

    @rule(name=some_names, label=some_label, to=some_places)
    def move_label_from_its_holder(self, name: str, label: str, to: int) -> None:
        self.move_from_holder(name, label, to=self.version_at(name, to))

    @rule(name=some_names, label=some_label)
    def take_label_off(self, name: str, label: str) -> None:
        self.move_from_holder(name, label, to=None)

    @rule(name=some_names, label=some_label, to=some_places)
    def put_label_on(self, name: str, label: str, to: int) -> None:
        """Refused, if the label is on a version."""
        self.ask(
            "UpdateSecretVersionStage",
            SecretId=name,
            VersionStage=label,
            MoveToVersionId=self.version_at(name, to),
        )

    def move_from_holder(self, name: str, label: str, *, to: str | None) -> None:
        held = self.model.secrets.get(name)
        holder = None if held is None else held.holder_of(label)
        self.ask(
            "UpdateSecretVersionStage",
            SecretId=name,
            VersionStage=label,
            MoveToVersionId=to,
            RemoveFromVersionId=holder,
        )

    @rule(
        name=some_names,
        spelling=some_spellings,
        version=st.one_of(st.none(), some_version_ids, some_places),
        label=st.one_of(st.none(), st.none(), some_labels),
    )
    def get(self, name: str, spelling: str, version: str | int | None, label: str | None) -> None:
        secret_id = self.spelled(name, spelling)
        version_id = self.version_at(name, version) if isinstance(version, int) else version
        self.ask("GetSecretValue", SecretId=secret_id, VersionId=version_id, VersionStage=label)

    # Time

    @rule(ms=st.sampled_from((HOUR_MS, 23 * HOUR_MS, DAY_MS, 7 * DAY_MS)), restart=st.booleans())
    def time_passes(self, ms: int, restart: bool) -> None:
        """With the reaper at work, and perhaps another process that remembers nothing."""
        self.region.clock.forward(ms)
        self.reap()
        if restart:
            self.region.compose()

    @precondition(lambda self: any(secret.purge_ms for secret in self.model.secrets.values()))
    @rule(late_ms=st.sampled_from((-STEP_MS, 0, DAY_MS)))
    def a_window_ends(self, late_ms: int) -> None:
        """A second before, at that moment, or after some time of being stopped."""
        ends = min(secret.purge_ms for secret in self.model.secrets.values() if secret.purge_ms is not None)
        self.region.clock.now = max(self.region.clock.now, ends + late_ms)
        self.reap()

    def reap(self) -> None:
        asked = watchword.PurgeSecretsRequest(limit=PURGES_MAX)
        done = self.region.gate.perform(watchword.PURGE_SECRETS, asked, principal=self.region.itself)
        expected = self.model.purge(now=self.region.clock.now)
        if done.purged != expected:
            self.agrees = False
            raise Differs(f"{done.purged} secrets were purged, and {expected} were due")

    def teardown(self) -> None:
        """Whatever was not asked on the way is looked at in the end."""
        try:
            if self.agrees:
                self.ask("ListSecrets", SortBy="name", IncludePlannedDeletion=True)
                for name in NAMES:
                    self.ask("DescribeSecret", SecretId=name)
                    self.ask("ListSecretVersionIds", SecretId=name, IncludeDeprecated=True)
                    self.ask("GetSecretValue", SecretId=name)
        finally:
            self.left.close()


def run(story: Callable[[], OneRegion], *, stories: int, steps: int, at_random: bool = False) -> None:
    run_state_machine_as_test(
        # (Hypothesis calls it, and says in its types that it is a class)
        story,  # type: ignore[arg-type]
        settings=settings(
            max_examples=stories,
            stateful_step_count=steps,
            deadline=None,
            derandomize=not at_random,
            database=None,
            # A planted fault is to be found, and nobody reads how.
            phases=(Phase.generate, Phase.shrink) if story is OneRegion else (Phase.generate,),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_region_answers_as_the_model_does(deep: bool) -> None:
    """Facts 1 to 4, in every order that the stories come by."""
    run(OneRegion, stories=2_000 if deep else 70, steps=60 if deep else 40, at_random=deep)


# The harness finds what is planted


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A planted fault: in one module of the rules, the one text stands for the other."""

    module: types.ModuleType
    there: str
    instead: str


MUTANTS = {
    "AWSPREVIOUS does not follow AWSCURRENT": Mutant(
        module=versions,
        there="versions[demoted.id] = versions[demoted.id].labelled(PREVIOUS, revision=revision)",
        instead="pass",
    ),
    "a label stays on its former version": Mutant(
        module=versions,
        there="moving = labels if demoted is None else labels | {PREVIOUS}",
        instead="moving = frozenset({CURRENT, PREVIOUS}) & labels if demoted is None else {CURRENT, PREVIOUS}",
    ),
    "the first value is current only if asked": Mutant(
        module=versions,
        there="if secret.holder_of(CURRENT) is None:\n        labels |= {CURRENT}",
        instead="if False:\n        labels |= {CURRENT}",
    ),
    "a young version is removed": Mutant(
        module=versions, there="UNLABELLED_MS_MIN = 86_400_000", instead="UNLABELLED_MS_MIN = 0"
    ),
    "the newest version without a label is removed": Mutant(
        module=versions, there="removable[: max(0,", instead="removable[::-1][: max(0,"
    ),
    "no version is removed": Mutant(
        module=versions,
        there="for version in removable[: max(0,",
        instead="for version in removable[: min(0,",
    ),
    "a label is taken without naming its holder": Mutant(
        module=versions, there="if from_version is None and holder is not None:", instead="if False:"
    ),
    "the current label is taken off": Mutant(
        module=versions, there="if label == CURRENT and to_version is None:", instead="if False:"
    ),
    "a moved AWSCURRENT leaves AWSPREVIOUS where it was": Mutant(
        module=versions,
        there="frozenset({CURRENT, PREVIOUS} if label == CURRENT and holder is not None else {label})",
        instead="frozenset({label})",
    ),
    "a moved label is not counted": Mutant(
        module=versions, there="    _check_labels(versions)\n    return replace", instead="    return replace"
    ),
    "a version without a label is not read": Mutant(
        module=versions,
        there="secret.versions.get(version_id)\n    if version is None or version.content_id is None:",
        instead="secret.versions.get(version_id)\n    if version is None or not version.labels:",
    ),
    "a read does not compare label and version": Mutant(
        module=versions, there="if label is not None and label not in version.labels:", instead="if False:"
    ),
    "a repeated put makes a version": Mutant(
        module=operations,
        there="if held is None or held.content_id is None:\n        return False",
        instead="if True:\n        return False",
    ),
    "a token may be used for another value": Mutant(
        module=operations,
        there="if open_version(secret, held, call, openers=openers) != value:",
        instead="if False:",
    ),
    "a repeated create is refused": Mutant(
        module=operations, there="version = holder.versions.get(token)", instead="version = None"
    ),
    "a marked secret is read": Mutant(
        module=operations,
        there="    refusals.check_live(secret)\n    version = versions.chosen",
        instead="    version = versions.chosen",
    ),
    "a name is free while its secret is marked": Mutant(
        module=operations,
        there="if holder.deleted_ms is not None:\n        raise InvalidRequestException(refusals.NAME_SCHEDULED)",
        instead="if False:\n        raise InvalidRequestException(refusals.NAME_SCHEDULED)",
    ),
    "a secret is purged a day early": Mutant(
        module=operations,
        there="due_for_purge(now=call.now,",
        instead="due_for_purge(now=call.now + 86_400_000,",
    ),
    "a window is a week by itself": Mutant(
        module=deletion, there="WINDOW_DAYS_DEFAULT = 30", instead="WINDOW_DAYS_DEFAULT = 7"
    ),
    "a force is no force": Mutant(
        module=operations,
        there="    if force:\n        call.stage",
        instead="    if False:\n        call.stage",
    ),
    "a restored secret is purged all the same": Mutant(
        module=deletion,
        there="deleted_ms=None, purge_ms=None",
        instead="deleted_ms=None, purge_ms=secret.purge_ms",
    ),
    "an ARN with another suffix will do": Mutant(
        module=find, there="meant.suffix not in (None, secret.suffix)", instead="False"
    ),
    "an ARN of another Region will do": Mutant(
        module=find, there="return meant.region is None or ", instead="return True or "
    ),
    "the partial ARN of a name that ends like a suffix is understood": Mutant(
        module=names, there='r"(.+)-([A-Za-z0-9]{6})"', instead='r"(.+)-((?!a1b2c3)[A-Za-z0-9]{6})"'
    ),
    "all tags removed is never tagged": Mutant(
        module=tags,
        there="return {key: value for key, value in tags.items() if key not in removed}",
        instead="return {key: value for key, value in tags.items() if key not in removed} or None",
    ),
}
QUICK_MUTANTS = (
    "AWSPREVIOUS does not follow AWSCURRENT",
    "a young version is removed",
    "a label is taken without naming its holder",
    "a moved label is not counted",
    "a name is free while its secret is marked",
    "a restored secret is purged all the same",
    "an ARN with another suffix will do",
)
"""Those that are found soonest."""
MUTANT_STORIES = 400
"""Far more than any needs."""


@pytest.mark.parametrize("name", QUICK_MUTANTS)
def test_a_planted_fault_is_found(name: str) -> None:
    with pytest.raises(Differs):
        run(partial(OneRegion, planted(MUTANTS[name])), stories=MUTANT_STORIES, steps=40)


@pytest.mark.deep
@pytest.mark.parametrize("name", [name for name in MUTANTS if name not in QUICK_MUTANTS])
def test_another_planted_fault_is_found(name: str) -> None:
    with pytest.raises(Differs):
        run(partial(OneRegion, planted(MUTANTS[name])), stories=MUTANT_STORIES, steps=40)


def planted(mutant: Mutant) -> Bindings:
    """The operations of Secrets Manager over rules of which one is wrong; everything else is the real thing."""
    rules = {
        module: patched(module, mutant) if module is mutant.module else module
        for module in (names, find, versions, deletion, tags)
    }
    rules[find] = patched(find, mutant)
    rules[find].__dict__["names"] = rules[names]
    wrong = patched(operations, mutant)
    wrong.__dict__.update(
        names=rules[names],
        find=rules[find],
        versions=rules[versions],
        deletion=rules[deletion],
        tag_rules=rules[tags],
    )

    def bindings(region: Region) -> tuple[Bound, ...]:
        bound: tuple[Bound, ...] = wrong.bindings(
            openers=Openers(), token_key=lambda: region.custody.token_key()
        )
        return bound

    return bindings


def patched(module: types.ModuleType, mutant: Mutant) -> types.ModuleType:
    """Run a module's real source, with the planted text if it is the mutant's."""
    assert module.__file__ is not None
    source = Path(module.__file__).read_text(encoding="utf-8")
    if module is mutant.module:
        assert mutant.there in source, f"the rules no longer say `{mutant.there}`: give the mutant new words"
        source = source.replace(mutant.there, mutant.instead)
    run = types.ModuleType(module.__name__)
    exec(compile(source, module.__file__, "exec"), run.__dict__)  # noqa: S102 - our own source
    return run
