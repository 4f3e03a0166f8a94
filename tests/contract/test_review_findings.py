"""What an attacker tries who holds one Region, or one account: refused cleanly, and nothing of it is kept.

Source: reliability 2.2 (a malicious primary touches its own links alone, a malicious tenant starves nobody), I3, I9, I10.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.contract.region import ACCOUNT, Region
from tests.contract.several_regions import Regions, Sent, several

from watchword.api.shapes import watchword
from watchword.replication.model import Role, Verdict
from watchword.wire import json11

ONE, TWO = "us-east-1", "us-east-2"
OTHER_ACCOUNT = "999999999999"
VERY_LONG = "x" * 1_000_000
HUGE = 10**40

Body = dict[str, Any]


@pytest.fixture
def regions() -> Iterator[Regions]:
    with several(ONE, TWO) as made:
        yield made


def replicated(regions: Regions) -> None:
    regions[ONE].call("CreateSecret", Name="db", SecretString="v", AddReplicaRegions=[{"Region": TWO}])
    regions.settle()
    assert status(regions)["Status"] == "InSync"


def status(regions: Regions) -> Body:
    (entry,) = regions[ONE].call("DescribeSecret", SecretId="db")["ReplicationStatus"]
    described: Body = entry
    return described


def next_message(regions: Regions) -> Body:
    """What the primary sends after a change; everything in it is genuine."""
    regions[ONE].call("PutSecretValue", SecretId="db", SecretString="w")
    link = regions[ONE].stores.due_links(region=TWO, now=regions.clock.now, limit=1)[0].link
    message = regions.read(ONE, TWO, link.link_id).message
    assert message is not None
    body: Body = json.loads(json11.encode(message))
    return body


def deliver(regions: Regions, body: Body, operation: str = "ApplyReplica") -> tuple[int, str]:
    sent = Sent(
        source=ONE,
        target=TWO,
        operation=watchword.OPERATIONS[operation],
        body=json.dumps(body).encode(),
    )
    return regions.deliver(sent).refusal[:2]


def state(region: Region) -> tuple[Body, str]:
    described = region.call("DescribeSecret", SecretId="db")
    return described, region.call("GetSecretValue", SecretId="db")["SecretString"]


# A Region that speaks of what is not its own


@pytest.mark.parametrize(
    "other", [{"Account": OTHER_ACCOUNT}, {"Name": "another"}, {"Suffix": "Zzzzzz"}], ids=str
)
def test_a_link_carries_one_secret_for_its_whole_life(regions: Regions, other: Body) -> None:
    """Otherwise its values are sealed under another account's key, and open for nobody."""
    replicated(regions)
    message = next_message(regions)
    before = state(regions[TWO])

    assert deliver(regions, message | other) == (400, "AccessDeniedException")

    assert state(regions[TWO]) == before
    assert regions[TWO].stores.unit().key_of_alias(OTHER_ACCOUNT, "alias/aws/secretsmanager") is None
    assert deliver(regions, message)[0] == 200


ITEM: dict[str, Callable[[Body], Body]] = {
    "a version without its value": lambda item: item | {"ContentId": None, "Kind": None},
    "a value of no kind": lambda item: item | {"Kind": None},
    "the same value of another kind": lambda item: item | {"Kind": "binary"},
}


@pytest.mark.parametrize("changed", ITEM.values(), ids=ITEM)
def test_a_version_keeps_its_value_and_kind(regions: Regions, changed: Callable[[Body], Body]) -> None:
    replicated(regions)
    message = next_message(regions)
    held = regions[TWO].stores.unit().secret_named(ACCOUNT, "db")
    assert held is not None
    items = [changed(item) if item["VersionId"] in held.versions else item for item in message["Items"]]
    assert items != message["Items"]
    before = state(regions[TWO])

    assert deliver(regions, message | {"Items": items}) == (400, "ValidationException")

    assert state(regions[TWO]) == before


def test_an_overwrite_names_in_the_trail_what_it_replaced(regions: Regions) -> None:
    """I10: with force the replacement is audited with the old ARN, which nothing else knows any more."""
    old = regions[TWO].call("CreateSecret", Name="db", SecretString="old")["ARN"]
    regions[TWO].forget_events()
    regions[ONE].call(
        "CreateSecret",
        Name="db",
        SecretString="v",
        AddReplicaRegions=[{"Region": TWO}],
        ForceOverwriteReplicaSecret=True,
    )
    regions.settle()

    applied = [event for event in regions[TWO].events() if event["eventName"] == "ApplyReplica"]
    assert [resource["ARN"] for event in applied for resource in event.get("resources", ())] == [old]


# A Region whose messages are nonsense


def test_a_message_with_a_member_missing_is_refused(regions: Regions) -> None:
    replicated(regions)
    message = next_message(regions)
    absent_means_something = {"Base", "Head", "KmsKeyId", "Overwrite", "PrincipalARN"}
    before = state(regions[TWO])

    for member in set(message) - absent_means_something:
        answer = deliver(regions, {name: said for name, said in message.items() if name != member})
        assert answer == (400, "ValidationException"), member
        assert state(regions[TWO]) == before


NONSENSE: dict[str, Callable[[Body], Body]] = {
    "a negative revision": lambda m: m | {"Revision": -1},
    "a revision that no database holds": lambda m: m | {"Revision": HUGE},
    "an epoch that no database holds": lambda m: m | {"Epoch": HUGE},
    "a negative base": lambda m: m | {"Since": -5},
    "a version made in a year without a name": lambda m: m | {"Items": [m["Items"][0] | {"CreatedMs": HUGE}]},
    "a kind that there is not": lambda m: m | {"Items": [m["Items"][0] | {"Kind": "other"}]},
    "a name that is none": lambda m: m | {"Name": "a:b"},
    "a suffix that is none": lambda m: m | {"Suffix": "a-b"},
    "an account that is none": lambda m: m | {"Account": "everybody"},
    "a very long digest": lambda m: m | {"Digest": VERY_LONG},
    "a very long incarnation": lambda m: m | {"Incarnation": VERY_LONG},
    "a very long description": lambda m: m | {"Head": {"Description": VERY_LONG}},
    "a tag without a key": lambda m: m | {"Head": {"Tags": [{"Value": "v"}]}},
    "very many versions": lambda m: m | {"Items": m["Items"][:1] * 5_000},
    "very many version ids": lambda m: m | {"VersionIds": ["v" * 32] * 100_000},
    "a value that is too large": lambda m: m | {"Items": [m["Items"][0] | {"Sealed": "AAAA" * 200_000}]},
    "a stand without a digest": lambda m: m | {"Base": {"Incarnation": "i", "Revision": 1}},
}


def test_a_message_that_makes_no_sense_is_refused_and_changes_nothing(regions: Regions) -> None:
    replicated(regions)
    message = next_message(regions)
    before = state(regions[TWO])

    for name, changed in NONSENSE.items():
        assert deliver(regions, changed(message)) == (400, "ValidationException"), name
        assert state(regions[TWO]) == before, name

    assert deliver(regions, message)[0] == 200


OTHER_NONSENSE: dict[str, tuple[str, Body]] = {
    "a removal of nothing": ("RemoveReplica", {}),
    "a removal at an epoch that no database holds": (
        "RemoveReplica",
        {"LinkId": "l", "Epoch": HUGE, "Account": ACCOUNT, "PrimaryRegion": ONE},
    ),
    "a promotion of nothing": ("NotePromotion", {}),
    "a promotion at a negative epoch": ("NotePromotion", {"LinkId": "l", "Epoch": -1}),
    "a handshake about very many links": ("ShakeHands", {"Incarnation": "i", "LinkIds": ["l"] * 100_000}),
    "a handshake of a very long incarnation": ("ShakeHands", {"Incarnation": VERY_LONG, "LinkIds": []}),
    "a handshake of nobody": ("ShakeHands", {"LinkIds": []}),
}


@pytest.mark.parametrize(("operation", "body"), OTHER_NONSENSE.values(), ids=OTHER_NONSENSE)
def test_other_questions_that_make_no_sense_are_refused(regions: Regions, operation: str, body: Body) -> None:
    assert deliver(regions, body, operation) == (400, "ValidationException")


def test_a_region_is_no_peer_of_itself(regions: Regions) -> None:
    sent = Sent(
        source=TWO,
        target=TWO,
        operation=watchword.SHAKE_HANDS,
        body=b'{"Incarnation": "i", "LinkIds": []}',
    )

    assert regions.deliver(sent).refusal[:2] == (400, "AccessDeniedException")


def test_who_is_turned_away_at_the_peer_port_is_in_the_trail(regions: Regions) -> None:
    sent = Sent(source="ap-south-1", target=TWO, operation=watchword.SHAKE_HANDS, body=b"{}")

    regions.deliver(sent)

    event = regions[TWO].events()[-1]
    assert (event["eventName"], event["errorCode"]) == ("ShakeHands", "AccessDeniedException")


# A Region whose answers are nonsense


def test_the_words_that_regions_say_to_each_other_are_the_rules_own() -> None:
    assert set(watchword.VERDICTS) == {verdict.value for verdict in Verdict}
    assert set(watchword.ROLES) == {role.value for role in Role}


ANSWERS = {
    "a verdict that there is not": watchword.ReplicaVerdict(verdict="Splendid"),
    "no verdict": watchword.ReplicaVerdict(),
    "applied, and holding nothing": watchword.ReplicaVerdict(verdict="Applied"),
    "held already, and holding nothing": watchword.ReplicaVerdict(verdict="Already"),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_makes_no_sense_is_as_good_as_none(
    regions: Regions, answer: watchword.ReplicaVerdict
) -> None:
    """The link backs off and tries again; it neither fails for good nor says InSync."""
    replicated(regions)
    message = next_message(regions)
    one = regions[ONE]
    ack = watchword.AckReplicaRequest(
        link_id=message["LinkId"], epoch=message["Epoch"], theirs=message["Theirs"], answer=answer, jitter=0.0
    )

    one.gate.perform(watchword.ACK_REPLICA, ack, principal=one.itself)

    assert status(regions)["Status"] == "InProgress"
    due = one.stores.next_due_ms(region=TWO, after=regions.clock.now)
    assert due is not None
    assert due - regions.clock.now <= 1_000
    regions.settle()
    assert status(regions)["Status"] == "InSync"


HOLDS = {
    "a role that there is not": {"role": "emperor", "epoch": 1},
    "no role": {"epoch": 1},
    "a replica of nothing": {"role": "replica", "epoch": 1},
}


@pytest.mark.parametrize("said", HOLDS.values(), ids=HOLDS)
def test_nonsense_about_one_link_spares_the_others_of_its_batch(regions: Regions, said: Body) -> None:
    replicated(regions)
    one = regions[ONE]
    one.call("CreateSecret", Name="other", AddReplicaRegions=[{"Region": TWO}])
    links = one.stores.links_to_shake(TWO, "", 10)
    (fresh,) = [row.link.link_id for row in links if row.link.shaken is None]
    (old,) = [row.link.link_id for row in links if row.link.shaken is not None]
    hands = watchword.AckHandsRequest(
        incarnation="i",
        holds=(
            watchword.Holds(link_id=old, **said),
            watchword.Holds(link_id=fresh, role="unknown", epoch=0),
        ),
    )

    one.gate.perform(watchword.ACK_HANDS, hands, principal=one.itself)

    after = {row.link.link_id: row.link.shaken for row in one.stores.links_to_shake(TWO, "", 10)}
    assert after[fresh] == (one.stores.unit().incarnation(), "i")
    assert after[old] != after[fresh]


# A tenant that wants it all


def test_a_search_of_large_secrets_ends_its_page_early(region: Region) -> None:
    """Ten filters of ten values over large secrets: hours, were every secret of a page searched for every word."""
    tags = [{"Key": f"{i:02} " + "ab " * 40, "Value": "cd " * 85} for i in range(50)]
    for number in range(60):
        region.call("CreateSecret", Name=f"s{number}", Description="ef " * 680, Tags=tags)
    words = " ".join(f"a{i}" for i in range(120))
    filters = [
        {"Key": "all", "Values": [*(f"{words} {one}{other}" for other in range(9)), "!zzz"]}
        for one in range(10)
    ]
    pages: list[list[str]] = []
    after: str | None = None

    while not pages or after is not None:
        page = region.call("ListSecrets", Filters=filters, NextToken=after)
        pages.append([secret["Name"] for secret in page["SecretList"]])
        after = page.get("NextToken")

    assert sorted(name for names in pages for name in names) == sorted(f"s{number}" for number in range(60))
    assert max(map(len, pages)) <= 40
    # The same secrets in one page, where nothing is searched for.
    assert len(region.call("ListSecrets")["SecretList"]) == 60


def test_one_access_key_id_does_not_buy_derived_keys_without_end(region: Region) -> None:
    """A service of the whole partition takes a signature for any Region of it, and for nothing else (design section 2)."""
    who = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}

    assert region.send(region.form(who, region="eu-south-2")).status == 200
    for bogus in ("us-east-99", "cn-north-1", "x" * 200):
        answer = region.send(region.form(who, region=bogus))
        assert answer.status == 403, bogus
        assert b"<Code>SignatureDoesNotMatch</Code>" in answer.body
        assert b"scoped to a valid region" in answer.body


# What KMS must not answer as if it had not been said


def test_a_dry_run_releases_nothing(region: Region) -> None:
    """Facts A.2: DryRunOperationException, where it would have succeeded."""
    arn = region.call("CreateKey")["KeyMetadata"]["Arn"]
    sealed = region.call("Encrypt", KeyId=arn, Plaintext="YWJj")["CiphertextBlob"]
    would = ("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")

    assert region.refused("GenerateDataKey", KeyId=arn, KeySpec="AES_256", DryRun=True) == would
    assert region.refused("Encrypt", KeyId=arn, Plaintext="YWJj", DryRun=True) == would
    assert region.refused("Decrypt", CiphertextBlob=sealed, DryRun=True) == would
    region.call("DisableKey", KeyId=arn)
    assert region.refused("Decrypt", CiphertextBlob=sealed, DryRun=True)[0] == "DisabledException"


def test_a_plaintext_for_an_enclave_is_given_to_nobody_else(region: Region) -> None:
    arn = region.call("CreateKey")["KeyMetadata"]["Arn"]
    sealed = region.call("Encrypt", KeyId=arn, Plaintext="YWJj")["CiphertextBlob"]
    enclave = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": "YWJj"}

    for operation, members in {
        "GenerateDataKey": {"KeyId": arn, "KeySpec": "AES_256"},
        "Decrypt": {"CiphertextBlob": sealed},
    }.items():
        code, _ = region.refused(operation, Recipient=enclave, **members)
        assert code == "ValidationException"


def test_a_context_that_is_too_long_is_refused_and_is_no_fault(region: Region) -> None:
    arn = region.call("CreateKey")["KeyMetadata"]["Arn"]
    sealed = region.call("Encrypt", KeyId=arn, Plaintext="YWJj")["CiphertextBlob"]
    context = {"name": "x" * 100_000}
    too_long = ("ValidationException", "the encryption context must not be longer than 65536 bytes")

    assert (
        region.refused("GenerateDataKey", KeyId=arn, KeySpec="AES_256", EncryptionContext=context) == too_long
    )
    assert region.refused("Encrypt", KeyId=arn, Plaintext="YWJj", EncryptionContext=context) == too_long
    code, _ = region.refused("Decrypt", CiphertextBlob=sealed, EncryptionContext=context)
    assert code == "InvalidCiphertextException"
