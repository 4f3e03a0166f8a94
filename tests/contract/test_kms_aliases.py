"""Aliases of KMS keys, by signed requests (KMS API, CreateAlias, UpdateAlias, DeleteAlias, ListAliases; facts A.2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.contract.kms_values import ABSENT_ID, DAY_MS, HERE, in_base64, mac_key, make_key
from tests.contract.region import ACCOUNT, ROOT_ARN, START_MS, Region

from watchword.api.unit import Moved
from watchword.keys.model import Alias, Quotas
from watchword.keys.store import AliasSaved

PLAINTEXT = in_base64(b"plain")


def alias_to(region: Region, key_id: str, name: str = "alias/mine") -> None:
    answer = region.ask("CreateAlias", AliasName=name, TargetKeyId=key_id)
    assert (answer.status, answer.body) == (200, b""), answer.refusal


def test_an_alias_names_its_key_until_it_names_another(region: Region) -> None:
    first, second = make_key(region), make_key(region)
    alias_to(region, first)
    sealed = region.call("Encrypt", KeyId="alias/mine", Plaintext=PLAINTEXT)
    assert sealed["KeyId"] == first

    region.clock.forward(1_000)
    region.call("UpdateAlias", AliasName="alias/mine", TargetKeyId=second)

    assert region.call("Encrypt", KeyId="alias/mine", Plaintext=PLAINTEXT)["KeyId"] == second
    assert region.call("Encrypt", KeyId=f"{HERE}alias/mine", Plaintext=PLAINTEXT)["KeyId"] == second
    opened = region.call("Decrypt", CiphertextBlob=sealed["CiphertextBlob"])
    assert opened["Plaintext"] == PLAINTEXT
    refused = region.refused("Decrypt", CiphertextBlob=sealed["CiphertextBlob"], KeyId="alias/mine")
    assert refused[0] == "IncorrectKeyException"
    (entry,) = region.call("ListAliases")["Aliases"]
    assert entry == {
        "AliasName": "alias/mine",
        "AliasArn": f"{HERE}alias/mine",
        "TargetKeyId": second.rpartition("/")[2],
        "CreationDate": START_MS / 1000,
        "LastUpdatedDate": (START_MS + 1_000) / 1000,
    }


def test_a_deleted_alias_is_free_and_its_key_stays(region: Region) -> None:
    arn = make_key(region)
    alias_to(region, arn)

    region.call("DeleteAlias", AliasName="alias/mine")

    missing = ("NotFoundException", f"Alias {HERE}alias/mine is not found.")
    assert region.refused("DescribeKey", KeyId="alias/mine") == missing
    assert region.refused("DeleteAlias", AliasName="alias/mine") == missing
    assert region.refused("UpdateAlias", AliasName="alias/mine", TargetKeyId=arn) == missing
    region.call("DescribeKey", KeyId=arn)
    alias_to(region, arn)


def test_an_alias_that_is_taken_is_refused(region: Region) -> None:
    arn = make_key(region)
    alias_to(region, arn)

    assert region.refused("CreateAlias", AliasName="alias/mine", TargetKeyId=arn) == (
        "AlreadyExistsException",
        f"An alias with the name {HERE}alias/mine already exists",
    )


PREFIX = (
    'Alias must start with the prefix "alias/". Please see '
    "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
)
WRONG_NAMES = {
    "no prefix": ("mine", "ValidationException", PREFIX),
    "a prefix and no more": (
        "alias/",
        "InvalidAliasNameException",
        "Alias names are letters, digits, slashes, underscores and hyphens",
    ),
    "a colon": (
        "alias/a:b",
        "InvalidAliasNameException",
        "Alias names are letters, digits, slashes, underscores and hyphens",
    ),
    "AWS's": (
        "alias/aws/mine",
        "InvalidAliasNameException",
        "Alias names that begin with alias/aws/ are reserved",
    ),
}


@pytest.mark.parametrize(("name", "code", "text"), WRONG_NAMES.values(), ids=WRONG_NAMES)
def test_a_name_that_no_alias_can_have(region: Region, name: str, code: str, text: str) -> None:
    assert region.refused("CreateAlias", AliasName=name, TargetKeyId=make_key(region)) == (code, text)


@pytest.mark.parametrize("operation", ["UpdateAlias", "DeleteAlias"])
def test_a_name_without_its_prefix_is_no_alias(region: Region, operation: str) -> None:
    target = {"TargetKeyId": make_key(region)} if operation == "UpdateAlias" else {}

    assert region.refused(operation, AliasName="mine", **target) == ("ValidationException", PREFIX)


def test_an_alias_names_a_key_and_no_alias(region: Region) -> None:
    alias_to(region, make_key(region))

    for target in ("alias/mine", f"{HERE}alias/mine"):
        assert region.refused("CreateAlias", AliasName="alias/other", TargetKeyId=target) == (
            "ValidationException",
            "Aliases must refer to keys. Not aliases",
        )
    for operation in ("CreateAlias", "UpdateAlias"):
        assert region.refused(operation, AliasName="alias/mine", TargetKeyId=ABSENT_ID) == (
            "NotFoundException",
            f"Key '{HERE}key/{ABSENT_ID}' does not exist",
        )


def test_an_alias_moves_to_a_key_of_its_kind_alone(region: Region) -> None:
    """KMS API, UpdateAlias: what is sealed by name could not be opened otherwise."""
    alias_to(region, make_key(region))
    mac, other = mac_key(region), mac_key(region, 512)
    alias_to(region, mac, "alias/mac")
    expected = (
        "ValidationException",
        "The present and the new key of an alias have the same key usage and type",
    )

    assert region.refused("UpdateAlias", AliasName="alias/mine", TargetKeyId=mac) == expected
    assert region.refused("UpdateAlias", AliasName="alias/mac", TargetKeyId=other) == expected


def test_an_alias_moves_away_from_a_key_that_is_pending_deletion_and_never_to_one(region: Region) -> None:
    """Key states: of UpdateAlias only the target key counts."""
    first, second = make_key(region), make_key(region)
    alias_to(region, first)
    region.call("ScheduleKeyDeletion", KeyId=first)
    region.call("UpdateAlias", AliasName="alias/mine", TargetKeyId=second)

    for operation, name in (("UpdateAlias", "alias/mine"), ("CreateAlias", "alias/more")):
        assert region.refused(operation, AliasName=name, TargetKeyId=first) == (
            "KMSInvalidStateException",
            f"{first} is pending deletion.",
        )
    alias_to(region, second, "alias/two")
    region.call("ScheduleKeyDeletion", KeyId=second)
    region.call("DeleteAlias", AliasName="alias/two")


def test_a_key_has_so_many_aliases_and_not_one_more(region: Region) -> None:
    region.key_quotas = Quotas(aliases_of_key_max=2)
    region.compose()
    full, other = make_key(region), make_key(region)
    alias_to(region, full, "alias/a")
    alias_to(region, full, "alias/b")
    alias_to(region, other, "alias/c")

    assert region.refused("CreateAlias", AliasName="alias/d", TargetKeyId=full)[0] == "LimitExceededException"
    assert region.refused("UpdateAlias", AliasName="alias/c", TargetKeyId=full)[0] == "LimitExceededException"
    region.call("UpdateAlias", AliasName="alias/a", TargetKeyId=full)


def test_the_aws_managed_key_s_alias_stays_where_it_is(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    managed, mine = "alias/aws/secretsmanager", make_key(region)
    arn = region.call("DescribeKey", KeyId=managed)["KeyMetadata"]["Arn"]

    for operation, members in (("UpdateAlias", {"TargetKeyId": mine}), ("DeleteAlias", {})):
        assert region.refused(operation, AliasName=managed, **members) == (
            "AccessDeniedException",
            f"User: {ROOT_ARN} is not authorized to change the AWS managed alias {HERE}{managed}",
        )
    refused = region.refused("CreateAlias", AliasName="alias/mine", TargetKeyId=arn)
    assert refused[0] == "AccessDeniedException"


def test_aliases_are_listed_each_once_and_by_key(region: Region) -> None:
    one, two = make_key(region), make_key(region)
    for number in range(5):
        alias_to(region, one if number % 2 else two, f"alias/{number}")

    pages = [region.call("ListAliases", Limit=2)]
    while pages[-1]["Truncated"]:
        pages.append(region.call("ListAliases", Limit=2, Marker=pages[-1]["NextMarker"]))
    of_one = region.call("ListAliases", KeyId=one)["Aliases"]

    names = [alias["AliasName"] for page in pages for alias in page["Aliases"]]
    assert names == [f"alias/{number}" for number in range(5)]
    assert [alias["AliasName"] for alias in of_one] == ["alias/1", "alias/3"]


def test_of_two_who_move_an_alias_at_once_one_moves_it(region: Region) -> None:
    arns = [make_key(region) for _ in range(3)]
    alias_to(region, arns[0])
    ids = [arn.rpartition("/")[2] for arn in arns]
    held = region.stores.unit().alias(ACCOUNT, "alias/mine")
    assert held is not None
    units = [region.open_stores().unit() for _ in range(2)]
    for unit, key_id in zip(units, ids[1:], strict=True):
        unit.stage(AliasSaved(before=held, after=replace(held, key_id=key_id)))

    units[0].commit([])
    with pytest.raises(Moved):
        units[1].commit([])

    found = region.stores.unit().alias(ACCOUNT, "alias/mine")
    assert found is not None
    assert found.key_id == ids[1]


def test_an_alias_of_a_key_that_was_destroyed_meanwhile_is_not_made(region: Region) -> None:
    arn = make_key(region)
    unit = region.stores.unit()
    held = unit.key(ACCOUNT, arn.rpartition("/")[2])
    assert held is not None
    other = region.open_stores()
    region.call("ScheduleKeyDeletion", KeyId=arn, PendingWindowInDays=7)
    alias = Alias(account=ACCOUNT, name="alias/late", key_id=held.key_id, created_ms=1, updated_ms=1)
    unit.stage(AliasSaved(before=None, after=alias))

    with pytest.raises(Moved):
        unit.commit([])

    other.close()
    region.clock.forward(7 * DAY_MS)
    assert region.stores.unit().alias(ACCOUNT, "alias/late") is None
