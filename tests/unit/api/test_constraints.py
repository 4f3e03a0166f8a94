"""Constraint violations, in AWS's words. Both sides of every edge are in tests/contract/test_generated.py."""

from __future__ import annotations

from typing import ClassVar

import msgspec
import pytest

from watchword.api import constraints
from watchword.api.errors import ValidationException
from watchword.api.shape import Instant, Integer, Member, Shape
from watchword.api.shapes import kms
from watchword.api.shapes import secretsmanager as sm


class Entry(Shape, frozen=True, kw_only=True):
    text: str | None = msgspec.field(name="Text", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {"text": Member(name="Text", required=True, maximum=3)}


class Everything(Shape, frozen=True, kw_only=True):
    """What no listed operation asks for, but a model may say."""

    labels: dict[str, str] | None = msgspec.field(name="Labels", default=None)
    entries: dict[str, Entry] | None = msgspec.field(name="Entries", default=None)
    entry: Entry | None = msgspec.field(name="Entry", default=None)
    tokens: tuple[str, ...] | None = msgspec.field(name="Tokens", default=None)
    ratio: float | None = msgspec.field(name="Ratio", default=None)
    sizes: tuple[Integer, ...] | None = msgspec.field(name="Sizes", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "labels": Member(
            name="Labels",
            maximum=2,
            key=Member(name="key", minimum=1, maximum=4),
            item=Member(name="value", values=("on", "off")),
        ),
        "entries": Member(name="Entries", key=Member(name="key"), item=Member(name="value")),
        "entry": Member(name="Entry"),
        "tokens": Member(
            name="Tokens", sensitive=True, item=Member(name="member", sensitive=True, maximum=3)
        ),
        "ratio": Member(name="Ratio", minimum=0, maximum=1),
        "sizes": Member(name="Sizes", item=Member(name="member", minimum=1)),
    }


MUST = "failed to satisfy constraint: Member must"

REFUSED = {
    "a missing member is null": (
        sm.GetSecretValueRequest(),
        f"1 validation error detected: Value null at 'secretId' {MUST} not be null",
    ),
    "too long": (
        sm.CreateSecretRequest(name="n" * 513),
        f"1 validation error detected: Value '{'n' * 513}' at 'name' {MUST} "
        "have length less than or equal to 512",
    ),
    "too short": (
        sm.CreateSecretRequest(name=""),
        f"1 validation error detected: Value '' at 'name' {MUST} have length greater than or equal to 1",
    ),
    "only the first letter is lowered": (
        sm.CreateSecretRequest(name="n", cross_account_primary_arn="short"),
        "1 validation error detected: Value 'short' at 'crossAccountPrimaryARN' "
        f"{MUST} have length greater than or equal to 20",
    ),
    "a number out of range": (
        kms.GenerateDataKeyRequest(key_id="k", number_of_bytes=0),
        f"1 validation error detected: Value '0' at 'numberOfBytes' {MUST} "
        "have value greater than or equal to 1",
    ),
    "an enum": (
        sm.ListSecretsRequest(sort_order="up"),
        f"1 validation error detected: Value 'up' at 'sortOrder' {MUST} satisfy enum value set: [asc, desc]",
    ),
    "a member of a structure in a list": (
        sm.CreateSecretRequest(
            name="n",
            add_replica_regions=(
                sm.ReplicaRegionType(region="us-east-2"),
                sm.ReplicaRegionType(region="Ohio"),
            ),
        ),
        f"1 validation error detected: Value 'Ohio' at 'addReplicaRegions.2.member.region' {MUST} "
        r"satisfy regular expression pattern: ^([a-z]+-)+\d+$",
    ),
    "an empty list": (
        sm.CreateSecretRequest(name="n", add_replica_regions=()),
        f"1 validation error detected: Value '[]' at 'addReplicaRegions' {MUST} "
        "have length greater than or equal to 1",
    ),
    "a list of plain values says its members' whole rule once": (
        sm.UntagResourceRequest(secret_id="s", tag_keys=("a", "", "b" * 129)),
        f"1 validation error detected: Value '[a, , {'b' * 129}]' at 'tagKeys' {MUST} satisfy constraint: "
        "[Member must have length less than or equal to 128, Member must have length greater than or equal to 1]",
    ),
    "all violations at once, in the model's order": (
        sm.PutSecretValueRequest(secret_string="", version_stages=()),
        "3 validation errors detected: "
        f"Value null at 'secretId' {MUST} not be null; "
        f"Value at 'secretString' {MUST} have length greater than or equal to 1; "
        f"Value '[]' at 'versionStages' {MUST} have length greater than or equal to 1",
    ),
    "two violations of one member": (
        sm.RemoveRegionsFromReplicationRequest(secret_id="", remove_replica_regions=("",)),
        "2 validation errors detected: "
        f"Value '' at 'secretId' {MUST} have length greater than or equal to 1; "
        f"Value '[]' at 'removeReplicaRegions' {MUST} satisfy constraint: "
        "[Member must have length less than or equal to 128, "
        "Member must have length greater than or equal to 1, "
        r"Member must satisfy regular expression pattern: ^([a-z]+-)+\d+$]",
    ),
    "a sensitive member's value is not shown": (
        kms.EncryptRequest(key_id="k", plaintext=b"x" * 4097),
        f"1 validation error detected: Value at 'plaintext' {MUST} have length less than or equal to 4096",
    ),
    "bytes are not shown": (
        kms.DecryptRequest(ciphertext_blob=b""),
        f"1 validation error detected: Value at 'ciphertextBlob' {MUST} have length greater than or equal to 1",
    ),
    "a map's keys": (
        Everything(labels={"": "on"}),
        "1 validation error detected: Value '{=on}' at 'labels' failed to satisfy constraint: "
        "Map keys must satisfy constraint: [Member must have length less than or equal to 4, "
        "Member must have length greater than or equal to 1]",
    ),
    "a map's values": (
        Everything(labels={"a": "on", "b": "up"}),
        "1 validation error detected: Value '{a=on, b=up}' at 'labels' failed to satisfy constraint: "
        "Map value must satisfy constraint: [Member must satisfy enum value set: [on, off]]",
    ),
    "a map's size": (
        Everything(labels={"a": "on", "b": "on", "c": "on"}),
        "1 validation error detected: Value '{a=on, b=on, c=on}' at 'labels' "
        f"{MUST} have length less than or equal to 2",
    ),
    "a structure in a map": (
        Everything(entries={"one": Entry(text="long")}),
        f"1 validation error detected: Value 'long' at 'entries.one.member.text' {MUST} "
        "have length less than or equal to 3",
    ),
    "a structure in a structure": (
        Everything(entry=Entry()),
        f"1 validation error detected: Value null at 'entry.text' {MUST} not be null",
    ),
    "sensitive members of a list": (
        Everything(tokens=("s3cret",)),
        "1 validation error detected: Value at 'tokens' "
        f"{MUST} satisfy constraint: [Member must have length less than or equal to 3]",
    ),
    "a fraction": (
        Everything(ratio=1.5),
        f"1 validation error detected: Value '1.5' at 'ratio' {MUST} have value less than or equal to 1",
    ),
    "numbers in a list": (
        Everything(sizes=(1, 0)),
        f"1 validation error detected: Value '[1, 0]' at 'sizes' {MUST} "
        "satisfy constraint: [Member must have value greater than or equal to 1]",
    ),
}


@pytest.mark.parametrize(("request_", "words"), REFUSED.values(), ids=REFUSED)
def test_a_violation_is_refused_in_aws_s_words(request_: Shape, words: str) -> None:
    with pytest.raises(ValidationException) as refused:
        constraints.check(request_)

    assert words == refused.value.message


OBEYS = {
    "only what is required": sm.GetSecretValueRequest(secret_id="s"),
    "everything": sm.CreateSecretRequest(
        name="n",
        client_request_token="t" * 32,
        description="",
        kms_key_id="",
        secret_string="é" * 65_536,
        tags=(sm.Tag(key="k", value=""), sm.Tag()),
        add_replica_regions=(sm.ReplicaRegionType(region="lab-1"),),
    ),
    "empty lists without a least": sm.TagResourceRequest(secret_id="s", tags=()),
    "nothing said, nothing asked": Everything(),
    "maps and structures": Everything(
        labels={"a": "on"}, entries={"": Entry(text="abc")}, entry=Entry(text=""), ratio=0.5, sizes=()
    ),
}


@pytest.mark.parametrize("request_", OBEYS.values(), ids=OBEYS)
def test_what_obeys_is_let_through(request_: Shape) -> None:
    constraints.check(request_)

    assert not list(constraints.violations(request_))


def test_secrets_are_never_in_a_refusal() -> None:
    secret = "correct horse battery staple " * 3_000

    with pytest.raises(ValidationException) as refused:
        constraints.check(sm.PutSecretValueRequest(secret_string=secret, secret_binary=secret.encode()))

    assert refused.value.message.startswith("3 validation errors detected")
    assert "horse" not in refused.value.message


def test_a_refusal_counts_all_and_spells_out_a_bounded_number() -> None:
    tags = tuple(sm.Tag(key="") for _ in range(20_000))

    with pytest.raises(ValidationException) as refused:
        constraints.check(sm.TagResourceRequest(secret_id="s", tags=tags))

    message = refused.value.message
    assert message.startswith("20000 validation errors detected: ")
    assert message.count("failed to satisfy") == constraints.SHOWN_VIOLATIONS_MAX


def test_a_refusal_repeats_a_bounded_part_of_a_value() -> None:
    with pytest.raises(ValidationException) as refused:
        constraints.check(sm.GetSecretValueRequest(secret_id="s" * 1_000_000))

    assert len(refused.value.message) < constraints.SHOWN_CHARACTERS_MAX + 200


def test_a_moment_beside_a_violation_is_passed_over() -> None:
    """Once the words are looked for, every member is looked at, also one that nothing bounds."""

    class Timed(Shape, frozen=True, kw_only=True):
        name: str | None = None
        at: Instant | None = None

        MEMBERS: ClassVar[dict[str, Member]] = {
            "name": Member(name="Name", required=True),
            "at": Member(name="At"),
        }

    assert [str(found) for found in constraints.violations(Timed(at=Instant(0)))] == [
        "Value null at 'name' failed to satisfy constraint: Member must not be null"
    ]
