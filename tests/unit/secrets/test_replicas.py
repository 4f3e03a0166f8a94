"""Which Regions may be added, what the API shows of a link, and what a message makes of a replica (facts 5)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.secrets.made import (
    ACCOUNT,
    DAY_MS,
    KEY_ARN,
    NOW,
    PLACE,
    bytes_in_turn,
    failed,
    in_sync,
    incoming,
    link,
    secret,
    version,
)

from watchword.api.shape import Instant
from watchword.api.shapes import watchword
from watchword.api.shapes.secretsmanager import (
    InvalidParameterException,
    ReplicaRegionType,
    ReplicationStatusType,
)
from watchword.replication.digest import digest
from watchword.replication.model import Link, Occupant, Role, Stand, Status
from watchword.secrets import replicas
from watchword.secrets.model import CURRENT, PREVIOUS, Rotation, RotationRules, Secret
from watchword.secrets.replicas import Wanted, wanted

THERE = replace(PLACE, region="us-east-2")
THEIR_KEY = KEY_ARN.replace("us-east-1", "us-east-2")


def test_a_region_is_wanted_with_its_key() -> None:
    asked = [ReplicaRegionType(region="us-east-2"), ReplicaRegionType(region="eu-west-1", kms_key_id="k")]

    assert wanted(asked, place=PLACE) == (
        Wanted(region="us-east-2", kms_key_id=None),
        Wanted(region="eu-west-1", kms_key_id="k"),
    )


@pytest.mark.parametrize("spelled", [None, "", "alias/aws/secretsmanager"])
def test_the_default_key_has_one_spelling_inside(spelled: str | None) -> None:
    """Facts 6.3: three spellings of one fact."""
    assert replicas.key_of(spelled) is None


INVALID_REGIONS = {
    "the secret's own": ["us-east-1"],
    "one that this deployment does not host": ["ap-south-1"],
    "one of another partition": ["cn-north-1"],
    "one that nobody has": ["moon-base-1"],
    "one twice": ["us-east-2", "us-east-2"],
    "a good one beside a bad one": ["us-east-2", "us-east-1"],
}


@pytest.mark.parametrize("regions", INVALID_REGIONS.values(), ids=INVALID_REGIONS)
def test_a_region_that_is_refused_at_the_call(regions: list[str]) -> None:
    with pytest.raises(InvalidParameterException) as refused:
        wanted([ReplicaRegionType(region=region) for region in regions], place=PLACE)

    assert refused.value.message == "Invalid replica region."


def test_new_links_come_after_those_that_are_there() -> None:
    held = secret(links=(link("ap-south-1", ordinal=4),))

    added = replicas.new_links(
        held,
        [Wanted(region="us-east-2", kms_key_id=None), Wanted(region="eu-west-1", kms_key_id="k")],
        overwrite=True,
        principal_arn="arn:p",
        now=NOW,
        entropy=bytes_in_turn(),
    )

    assert [(each.region, each.ordinal, each.kms_key_id) for each in added] == [
        ("us-east-2", 5, None),
        ("eu-west-1", 6, "k"),
    ]
    assert all(each.overwrite and each.written == held.revision for each in added)
    assert added[0].link_id != added[1].link_id


DEFAULT = "alias/aws/secretsmanager"


def shown(region: str, status: str, message: str | None = None, key: str = DEFAULT) -> ReplicationStatusType:
    return ReplicationStatusType(region=region, kms_key_id=key, status=status, status_message=message)


def test_statuses_keep_the_order_in_which_regions_were_added() -> None:
    later, first = link("ap-south-1", ordinal=7), link("us-east-2", ordinal=2)

    assert replicas.statuses([later, first]) == (
        shown("us-east-2", "InProgress"),
        shown("ap-south-1", "InProgress"),
    )


STATUSES = {
    "in progress says nothing more": (link("us-east-2"), shown("us-east-2", "InProgress")),
    "in progress after a failure says nothing more": (
        replace(failed(link("us-east-2"), "old"), status=Status.IN_PROGRESS),
        shown("us-east-2", "InProgress"),
    ),
    "in sync": (in_sync(link("us-east-2")), shown("us-east-2", "InSync", "Replication succeeded")),
    "failed, with the reason": (failed(link("us-east-2"), "why"), shown("us-east-2", "Failed", "why")),
    "a key of its own, as it was given": (
        link("us-east-2", kms_key_id="alias/mine"),
        shown("us-east-2", "InProgress", key="alias/mine"),
    ),
    "the day of last access there": (
        replace(in_sync(link("us-east-2")), accessed_day=20_000),
        ReplicationStatusType(
            region="us-east-2",
            kms_key_id=DEFAULT,
            status="InSync",
            status_message="Replication succeeded",
            last_accessed_date=Instant(20_000 * DAY_MS),
        ),
    ),
}


@pytest.mark.parametrize(("held", "expected"), STATUSES.values(), ids=STATUSES)
def test_a_status_is_shown(held: Link, expected: ReplicationStatusType) -> None:
    """Facts 5.2, 5.3."""
    assert replicas.statuses([held]) == (expected,)


def test_no_replica_shows_no_status_at_all() -> None:
    assert replicas.statuses([]) is None


FULL = secret(
    version("a", PREVIOUS),
    version("b", CURRENT, "X"),
    version("d"),
    description="d",
    tags={"k": "v", "l": "w"},
)
LOCAL: dict[str, Secret] = {
    "the Region": replace(FULL, region="us-east-2"),
    "the row": replace(FULL, sid="6" * 32),
    "the key": replace(FULL, kms_key_id="alias/mine"),
    "the keys that hold a version": replace(
        FULL, versions={**FULL.versions, "a": replace(FULL.versions["a"], key_arns=(THEIR_KEY,))}
    ),
    "dates": replace(FULL, created_ms=1, changed_ms=2),
    "counters of this store": replace(FULL, stamp=99, head_revision=9),
    "the day of last access": replace(
        FULL, versions={**FULL.versions, "a": replace(FULL.versions["a"], accessed_day=5)}
    ),
    "versions without a label": replace(
        FULL, versions={key: held for key, held in FULL.versions.items() if key != "d"}
    ),
    "links": replace(FULL, links=(link("eu-west-1"),)),
    "where it came from": replace(FULL, incoming=incoming()),
    "the order of tags": replace(FULL, tags={"l": "w", "k": "v"}),
}


@pytest.mark.parametrize("other", LOCAL.values(), ids=LOCAL)
def test_the_digest_does_not_see_what_is_local(other: Secret) -> None:
    assert replicas.digest_of(other) == replicas.digest_of(FULL)


def relabelled(version_id: str, *labels: str) -> Secret:
    changed = replace(FULL.versions[version_id], labels=frozenset(labels))
    return replace(FULL, versions={**FULL.versions, version_id: changed})


ROTATION = Rotation(
    enabled=True,
    lambda_arn="arn:function",
    rules=RotationRules(automatically_after_days=7),
    rotated_ms=NOW - 1,
    due_ms=NOW + 1,
)
TRAVELLING: dict[str, Secret] = {
    "the description": replace(FULL, description="e"),
    "an empty description is not none": replace(FULL, description=""),
    "the policy": replace(FULL, policy="{}"),
    "a tag": replace(FULL, tags={"k": "v", "l": "x"}),
    "all tags removed": replace(FULL, tags={}),
    "never tagged": replace(FULL, tags=None),
    "a label": relabelled("b", CURRENT),
    "a label on another version": relabelled("d", "Y"),
    "a type": replace(FULL, type="SalesforceClientSecret"),
    "rotation": replace(FULL, rotation=ROTATION),
    "whether it rotates": replace(FULL, rotation=replace(ROTATION, enabled=False)),
    "the function": replace(FULL, rotation=replace(ROTATION, lambda_arn="arn:other")),
    "the days": replace(FULL, rotation=replace(ROTATION, rules=RotationRules(automatically_after_days=8))),
    "the expression": replace(
        FULL, rotation=replace(ROTATION, rules=RotationRules(schedule_expression="rate(7 days)"))
    ),
    "the duration": replace(
        FULL, rotation=replace(ROTATION, rules=RotationRules(automatically_after_days=7, duration="3h"))
    ),
    "no rules": replace(FULL, rotation=replace(ROTATION, rules=None)),
    "the role": replace(FULL, rotation=replace(ROTATION, role_arn="arn:role")),
    "the metadata": replace(FULL, rotation=replace(ROTATION, metadata=(("k", "v"),))),
    "the last rotation": replace(FULL, rotation=replace(ROTATION, rotated_ms=NOW)),
    "the next rotation": replace(FULL, rotation=replace(ROTATION, due_ms=NOW)),
    "the content of a version": replace(
        FULL, versions={**FULL.versions, "a": replace(FULL.versions["a"], content_id="other")}
    ),
}


def test_what_is_under_way_is_the_primary_s_affair() -> None:
    """A replica rotates nothing, so it does not know of it and must have the same digest."""
    still = replace(FULL, rotation=ROTATION)
    under_way = replace(FULL, rotation=replace(ROTATION, version_id="p", tests=True))

    assert replicas.digest_of(under_way) == replicas.digest_of(still)
    assert replicas.head_of(under_way) == replicas.head_of(still)


def test_without_type_and_rotation_a_digest_is_of_what_it_always_was() -> None:
    """Regions may be a release apart, and stores are older than their program."""
    head = {"description": FULL.description, "policy": FULL.policy, "tags": dict(FULL.tags or {})}
    items = [(each.id, each.content_id or "", each.labels) for each in FULL.versions.values() if each.labels]

    assert replicas.digest_of(FULL) == digest(head, items)
    assert (replicas.head_of(FULL).type, replicas.head_of(FULL).rotation) == (None, None)


def test_rotation_arrives_as_it_was_sent() -> None:
    for held in (
        None,
        ROTATION,
        replace(ROTATION, rules=None),
        Rotation(enabled=False, role_arn="arn:role", metadata=(("k", "v"), ("k", "w"))),
    ):
        head = replicas.head_of(replace(FULL, type="T", rotation=held))
        after = applied(None, message(alive=(), head=head))

        assert (after.type, after.rotation) == ("T", held)


@pytest.mark.parametrize("other", TRAVELLING.values(), ids=TRAVELLING)
def test_the_digest_sees_everything_that_travels(other: Secret) -> None:
    assert replicas.digest_of(other) != replicas.digest_of(FULL)


def test_the_digests_of_all_that_differs_differ() -> None:
    digests = {replicas.digest_of(other) for other in TRAVELLING.values()}

    assert len(digests) == len(TRAVELLING)


def item(version_id: str, *labels: str, content_id: str | None = None) -> watchword.Item:
    return watchword.Item(
        version_id=version_id,
        content_id=content_id or f"content of {version_id}",
        kind="string",
        labels=labels,
        created_ms=NOW - 9,
    )


def message(
    *items: watchword.Item, alive: tuple[str, ...], revision: int = 7, head: watchword.Head | None = None
) -> watchword.Message:
    return watchword.Message(
        revision=revision,
        account=ACCOUNT,
        name="db",
        suffix="AbCdEf",
        primary_region="us-east-1",
        kms_key_id="alias/theirs",
        head=head,
        items=items,
        version_ids=alive,
    )


def applied(held: Secret | None, arrived: watchword.Message, **sealed_under: str) -> Secret:
    stand = Stand(incarnation="theirs", revision=arrived.revision or 0, digest="digest")
    return replicas.applied(
        held,
        arrived,
        place=THERE,
        incoming=replace(incoming(), stand=stand),
        sealed_under=sealed_under,
        now=NOW,
        sid="7" * 32,
    )


HEAD = watchword.Head(description="d", policy="{}", tags=(watchword.Tag(key="k", value="v"),))
FIRST = message(item("a", PREVIOUS), item("b", CURRENT, "X"), alive=("a", "b"), head=HEAD)


def test_a_first_message_makes_the_whole_replica() -> None:
    made = applied(None, FIRST, a=THEIR_KEY, b=THEIR_KEY)

    assert made.arn == f"arn:aws:secretsmanager:us-east-2:{ACCOUNT}:secret:db-AbCdEf"
    assert (made.sid, made.description, made.policy, made.tags) == ("7" * 32, "d", "{}", {"k": "v"})
    assert (made.revision, made.head_revision, made.kms_key_id) == (7, 7, "alias/theirs")
    assert {held.id: set(held.labels) for held in made.versions.values()} == {
        "a": {PREVIOUS},
        "b": {CURRENT, "X"},
    }
    assert all(held.key_arns == (THEIR_KEY,) for held in made.versions.values())
    assert all(held.created_ms == NOW - 9 for held in made.versions.values())
    # Facts 5.8: a replica carries its own CreatedDate.
    assert made.created_ms == NOW
    assert made.is_replica
    assert made.primary_region == "us-east-2"


def test_a_replica_has_the_digest_of_its_primary() -> None:
    primary = replace(
        secret(version("a", PREVIOUS), version("b", CURRENT, "X"), tags={"k": "v"}, description="d"),
        policy="{}",
    )
    made = applied(None, FIRST, a=THEIR_KEY, b=THEIR_KEY)

    assert replicas.digest_of(made) == replicas.digest_of(primary)


def test_a_later_message_carries_only_what_changed() -> None:
    before = applied(None, FIRST, a=THEIR_KEY, b=THEIR_KEY)

    after = applied(
        before,
        message(item("b", PREVIOUS, "X"), item("c", CURRENT), alive=("b", "c"), revision=8),
        c=THEIR_KEY,
    )

    assert {held.id: set(held.labels) for held in after.versions.values()} == {
        # Lost its label: not named any more, its value stays readable by its id.
        "a": set(),
        "b": {PREVIOUS, "X"},
        "c": {CURRENT},
    }
    assert (after.description, after.tags) == ("d", {"k": "v"})
    assert (after.revision, after.head_revision) == (8, before.head_revision)
    assert (after.sid, after.created_ms) == (before.sid, before.created_ms)
    assert after.stamp == before.stamp + 1


def test_a_version_whose_value_is_here_keeps_its_row_when_only_labels_move() -> None:
    before = applied(None, FIRST, a=THEIR_KEY, b=THEIR_KEY)
    read = replace(before.versions["a"], accessed_day=5)
    before = replace(before, versions={**before.versions, "a": read})

    after = applied(before, message(item("a", "Y"), alive=("a", "b"), revision=8))

    assert after.versions["a"].key_arns == (THEIR_KEY,)
    assert after.versions["a"].accessed_day == 5
    assert after.versions["a"].labels == {"Y"}


def test_all_tags_removed_arrives_as_that() -> None:
    before = applied(None, FIRST, a=THEIR_KEY, b=THEIR_KEY)
    head = watchword.Head(tags=())

    after = applied(before, message(alive=("a", "b"), revision=8, head=head))

    assert after.tags == {}
    assert after.description is None
    assert applied(None, message(alive=(), head=watchword.Head())).tags is None


def test_a_replica_keeps_no_more_versions_than_its_primary_may() -> None:
    """Versions that lost their label pile up with every new value: the oldest go as they go at the primary."""
    old = [version(f"v{number:03}", created_ms=NOW - 2 * DAY_MS + number) for number in range(150)]
    before = replace(secret(*old), region="us-east-2", incoming=incoming())

    after = applied(before, message(item("new", CURRENT), alive=("new",)), new=THEIR_KEY)

    assert len(after.versions) == 100
    assert "new" in after.versions
    assert "v149" in after.versions
    assert "v000" not in after.versions


def test_a_replica_is_never_refused_for_its_number_of_versions() -> None:
    """The primary has judged: young versions beyond the quota stay until they may be removed."""
    young = [version(f"v{number:03}") for number in range(150)]
    before = replace(secret(*young), region="us-east-2", incoming=incoming())

    after = applied(before, message(item("new", CURRENT), alive=("new",)), new=THEIR_KEY)

    assert len(after.versions) == 151


def test_what_is_sent_of_a_secret_is_its_head_and_its_items() -> None:
    assert replicas.head_of(FULL) == watchword.Head(
        description="d",
        tags=(watchword.Tag(key="k", value="v"), watchword.Tag(key="l", value="w")),
    )
    assert replicas.item_of(FULL.versions["b"], sealed=b"sealed") == watchword.Item(
        version_id="b",
        content_id="content of b",
        kind="string",
        labels=(CURRENT, "X"),
        created_ms=NOW,
        sealed=b"sealed",
    )


OCCUPANTS = {
    "nobody": (None, None),
    "a secret that stands alone": (
        secret(),
        Occupant(link_id=None, has_links=False, same_arn=True, scheduled_for_deletion=False),
    ),
    "a secret of another suffix": (
        replace(secret(), suffix="Zzzzzz"),
        Occupant(link_id=None, has_links=False, same_arn=False, scheduled_for_deletion=False),
    ),
    "a primary": (
        secret(links=(link("eu-west-1"),)),
        Occupant(link_id=None, has_links=True, same_arn=True, scheduled_for_deletion=False),
    ),
    "a replica of another link": (
        secret(incoming=incoming(link_id="other")),
        Occupant(link_id="other", has_links=False, same_arn=True, scheduled_for_deletion=False),
    ),
    "a promoted secret stands alone": (
        secret(incoming=incoming(Role.PROMOTED, link_id="other")),
        Occupant(link_id=None, has_links=False, same_arn=True, scheduled_for_deletion=False),
    ),
    "one in its recovery window": (
        replace(secret(), deleted_ms=NOW, purge_ms=NOW),
        Occupant(link_id=None, has_links=False, same_arn=True, scheduled_for_deletion=True),
    ),
}


@pytest.mark.parametrize(("holder", "occupant"), OCCUPANTS.values(), ids=OCCUPANTS)
def test_who_holds_a_name(holder: Secret | None, occupant: Occupant | None) -> None:
    assert replicas.occupant_of(holder, suffix="AbCdEf") == occupant


TAKEN = {
    "by a secret of its own": (
        Occupant(link_id=None, has_links=False, same_arn=False, scheduled_for_deletion=False),
        "Replication failed: Secret name db already exists in region us-east-2.",
    ),
    "by a replica of another ARN": (
        Occupant(link_id="l", has_links=False, same_arn=False, scheduled_for_deletion=False),
        "Replication failed: Secret name db is currently replicated to us-east-2 with a different arn",
    ),
}


@pytest.mark.parametrize(("occupant", "text"), TAKEN.values(), ids=TAKEN)
def test_a_taken_name_is_told_in_aws_s_words(occupant: Occupant, text: str) -> None:
    """Facts 5.4."""
    assert replicas.name_taken("db", region="us-east-2", occupant=occupant) == text


HERE_AND_THERE: dict[str, tuple[Secret | None, int | None, int, str | None]] = {
    "a new replica gets the key that was asked for": (None, None, 1, "asked"),
    "a replica keeps the key that it was given here": (replace(secret(), kms_key_id="given"), 1, 1, "given"),
    "and the default key that it was given here": (secret(), 1, 1, None),
    "until the primary asks for another": (replace(secret(), kms_key_id="given"), 1, 2, "asked"),
}


@pytest.mark.parametrize(("held", "known", "sent", "key"), HERE_AND_THERE.values(), ids=HERE_AND_THERE)
def test_a_replica_s_key_is_that_of_who_changed_it_last(
    held: Secret | None, known: int | None, sent: int, key: str | None
) -> None:
    """Facts 5.1: the key stays local; another key, asked for at the primary, raises the link's epoch."""
    message = watchword.Message(epoch=sent, kms_key_id="asked")

    assert replicas.key_of_replica(held, message, epoch=known) == key
