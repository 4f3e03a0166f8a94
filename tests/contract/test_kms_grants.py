"""Grants on KMS keys, by signed requests (KMS API, CreateGrant and the like; facts A.2)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.contract.kms_values import ALICE, HERE, ROOT, in_base64, make_key
from tests.contract.people import add_user
from tests.contract.region import ACCOUNT, START_MS, Region

from watchword.api.unit import Moved
from watchword.keys.model import Grant, Quotas
from watchword.keys.store import GrantMade

PLAINTEXT = in_base64(b"plain")
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
CONTEXT = {"department": "finance"}
WANTED = {"GranteePrincipal": ALICE, "Operations": ["Decrypt", "Encrypt"]}


@pytest.fixture(autouse=True)
def _alice_and_bob(region: Region) -> None:
    add_user(region, "alice")
    add_user(region, "bob")


def grants_of(region: Region, arn: str, **members: object) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = region.call("ListGrants", KeyId=arn, **members)["Grants"]
    return listed


def test_a_grant_is_listed_as_it_was_made(region: Region) -> None:
    arn = make_key(region)

    made = region.call(
        "CreateGrant",
        KeyId=arn,
        GranteePrincipal=ALICE,
        RetiringPrincipal=BOB,
        Operations=["Encrypt", "Decrypt", "Encrypt"],
        Constraints={"EncryptionContextSubset": CONTEXT},
        Name="app",
    )

    (entry,) = grants_of(region, arn)
    assert entry == {
        "KeyId": arn,
        "GrantId": made["GrantId"],
        "Name": "app",
        "CreationDate": START_MS / 1000,
        "GranteePrincipal": ALICE,
        "RetiringPrincipal": BOB,
        "IssuingAccount": ROOT,
        "Operations": ["Decrypt", "Encrypt"],
        "Constraints": {"EncryptionContextSubset": CONTEXT},
    }
    assert len(made["GrantId"]) == 64


def test_the_same_grant_by_name_is_one_with_a_new_token(region: Region) -> None:
    """CreateGrant, Name: retries make no second grant; without a name every call does."""
    arn = make_key(region)
    first = region.call("CreateGrant", KeyId=arn, Name="app", **WANTED)
    again = region.call("CreateGrant", KeyId=arn, Name="app", **WANTED)
    other = region.call("CreateGrant", KeyId=arn, Name="app", **{**WANTED, "Operations": ["Decrypt"]})
    unnamed = [region.call("CreateGrant", KeyId=arn, **WANTED) for _ in range(2)]

    assert first["GrantId"] == again["GrantId"]
    assert first["GrantToken"] != again["GrantToken"]
    ids = {grant["GrantId"] for grant in (first, other, *unnamed)}
    assert len(ids) == 4
    assert {entry["GrantId"] for entry in grants_of(region, arn)} == ids


def test_grants_are_listed_each_once_by_grantee_and_by_id(region: Region) -> None:
    arn = make_key(region)
    made = [
        region.call("CreateGrant", KeyId=arn, GranteePrincipal=who, Operations=["Decrypt"])["GrantId"]
        for who in (ALICE, BOB, ALICE)
    ]

    pages = [region.call("ListGrants", KeyId=arn, Limit=2)]
    pages.append(region.call("ListGrants", KeyId=arn, Limit=2, Marker=pages[0]["NextMarker"]))

    listed = [entry["GrantId"] for page in pages for entry in page["Grants"]]
    assert sorted(listed) == sorted(made)
    of_bob = grants_of(region, arn, GranteePrincipal=BOB)
    assert [entry["GrantId"] for entry in of_bob] == made[1:2]
    assert [entry["GrantId"] for entry in grants_of(region, arn, GrantId=made[0])] == made[:1]
    assert grants_of(region, arn, GrantId=made[0], GranteePrincipal=BOB) == []
    assert region.refused("ListGrants", KeyId=arn, GrantId="f")[0] == "InvalidGrantIdException"


def test_grants_to_retire_are_listed_over_all_keys(region: Region) -> None:
    arns = sorted(make_key(region) for _ in range(3))
    for arn in arns:
        region.call("CreateGrant", KeyId=arn, RetiringPrincipal=BOB, **WANTED)
        region.call("CreateGrant", KeyId=arn, **WANTED)

    first = region.call("ListRetirableGrants", RetiringPrincipal=BOB, Limit=2)
    rest = region.call("ListRetirableGrants", RetiringPrincipal=BOB, Marker=first["NextMarker"])

    assert [entry["KeyId"] for entry in first["Grants"] + rest["Grants"]] == arns
    assert region.call("ListRetirableGrants", RetiringPrincipal=ALICE)["Grants"] == []


@pytest.mark.parametrize("by", ["token", "id", "revocation"])
def test_a_grant_ends(region: Region, by: str) -> None:
    arn = make_key(region)
    made = region.call("CreateGrant", KeyId=arn, **WANTED)
    kept = region.call("CreateGrant", KeyId=arn, **WANTED)["GrantId"]
    by_id = {"KeyId": arn, "GrantId": made["GrantId"]}
    operation, members = {
        "token": ("RetireGrant", {"GrantToken": made["GrantToken"]}),
        "id": ("RetireGrant", by_id),
        "revocation": ("RevokeGrant", by_id),
    }[by]
    region.call("ScheduleKeyDeletion", KeyId=arn)
    dry = region.refused(operation, DryRun=True, **members)
    assert dry[0] == "DryRunOperationException"

    region.call(operation, **members)

    assert [entry["GrantId"] for entry in grants_of(region, arn)] == [kept]
    assert region.refused(operation, **members) == (
        "NotFoundException",
        f"Grant ID {made['GrantId']} not found",
    )


NO_GRANT: dict[str, tuple[dict[str, object], str]] = {
    "nothing": ({}, "ValidationException"),
    "half of it": ({"GrantId": "f" * 64}, "ValidationException"),
    "both ways": ({"GrantToken": "t", "KeyId": f"{HERE}key/x"}, "ValidationException"),
    "a token that is none": ({"GrantToken": "t"}, "InvalidGrantTokenException"),
}


@pytest.mark.parametrize(("members", "code"), NO_GRANT.values(), ids=NO_GRANT)
def test_what_names_no_grant_retires_none(region: Region, members: dict[str, object], code: str) -> None:
    assert region.refused("RetireGrant", **members)[0] == code


@pytest.mark.parametrize("operation", ["RetireGrant", "RevokeGrant"])
def test_a_grant_id_has_its_form(region: Region, operation: str) -> None:
    refused = region.refused(operation, KeyId=make_key(region), GrantId="no-grant")

    assert refused == ("InvalidGrantIdException", "a grant id has 64 hexadecimal digits")


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "nobody": ({"GranteePrincipal": None}, "ValidationException"),
    "no operation": ({"Operations": []}, "ValidationException"),
    "an unknown operation": ({"Operations": ["Destroy"]}, "ValidationException"),
    "an operation of other keys": ({"Operations": ["GenerateMac"]}, "ValidationException"),
    "a principal that is none": ({"GranteePrincipal": "alice"}, "InvalidArnException"),
    "a user who is not there": ({"GranteePrincipal": f"{ALICE}2"}, "InvalidArnException"),
    "a role that is not there": (
        {"RetiringPrincipal": f"arn:aws:iam::{ACCOUNT}:role/none"},
        "InvalidArnException",
    ),
    "two constraints": (
        {"Constraints": {"EncryptionContextSubset": CONTEXT, "EncryptionContextEquals": CONTEXT}},
        "ValidationException",
    ),
    "a service": ({"GranteeServicePrincipal": "rds.amazonaws.com"}, "ValidationException"),
    "a token that is none": ({"GrantTokens": ["t"]}, "InvalidGrantTokenException"),
    "a dry run": ({"DryRun": True}, "DryRunOperationException"),
}


@pytest.mark.parametrize(("members", "code"), REFUSED.values(), ids=REFUSED)
def test_a_grant_is_refused(region: Region, members: dict[str, object], code: str) -> None:
    arn = make_key(region)

    assert region.refused("CreateGrant", KeyId=arn, **{**WANTED, **members})[0] == code

    assert grants_of(region, arn) == []


def test_lists_of_what_services_were_granted_are_refused(region: Region) -> None:
    service = "rds.amazonaws.com"

    for operation, members in (
        ("ListGrants", {"KeyId": make_key(region), "GranteeServicePrincipal": service}),
        ("ListRetirableGrants", {"RetiringServicePrincipal": service}),
        ("ListRetirableGrants", {}),
    ):
        assert region.refused(operation, **members)[0] == "ValidationException"


def test_a_key_has_so_many_grants_and_not_one_more(region: Region) -> None:
    region.key_quotas = Quotas(grants_of_key_max=2)
    region.compose()
    arn = make_key(region)
    for name in ("a", "b"):
        region.call("CreateGrant", KeyId=arn, Name=name, **WANTED)

    assert region.refused("CreateGrant", KeyId=arn, Name="c", **WANTED)[0] == "LimitExceededException"
    region.call("CreateGrant", KeyId=arn, Name="a", **WANTED)


def test_a_grant_token_is_taken_where_one_may_be_given(region: Region) -> None:
    """It decides nothing here: a grant is in force with its commit. One that is none is refused all the same."""
    arn = make_key(region)
    token = region.call("CreateGrant", KeyId=arn, **WANTED)["GrantToken"]
    sealed = region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT, GrantTokens=[token])["CiphertextBlob"]
    good: dict[str, dict[str, object]] = {
        "Decrypt": {"CiphertextBlob": sealed},
        "Encrypt": {"KeyId": arn, "Plaintext": PLAINTEXT},
        "GenerateDataKey": {"KeyId": arn, "KeySpec": "AES_256"},
        "GenerateDataKeyWithoutPlaintext": {"KeyId": arn, "KeySpec": "AES_256"},
        "ReEncrypt": {"CiphertextBlob": sealed, "DestinationKeyId": arn},
    }

    for operation, members in good.items():
        region.call(operation, **members, GrantTokens=[token])
        refused = region.refused(operation, **members, GrantTokens=["t"])
        assert refused == ("InvalidGrantTokenException", "the grant token is not valid"), operation


def test_of_two_who_make_the_same_named_grant_at_once_one_makes_it(region: Region) -> None:
    arn = make_key(region)
    key_id = arn.rpartition("/")[2]
    units = [region.open_stores().unit() for _ in range(2)]
    for number, unit in enumerate(units):
        assert unit.grants_named(ACCOUNT, key_id, "app") == []
        grant = Grant(
            account=ACCOUNT,
            key_id=key_id,
            grant_id=f"{number}" * 64,
            name="app",
            grantee=ALICE,
            retiring="",
            operations=("Decrypt",),
            context_equals=None,
            context_subset=None,
            issuing_account=ACCOUNT,
            created_ms=START_MS,
        )
        unit.stage(GrantMade(grant=grant))

    units[0].commit([])
    with pytest.raises(Moved):
        units[1].commit([])

    assert [entry["GrantId"] for entry in grants_of(region, arn)] == ["0" * 64]


def test_a_grant_on_a_disabled_key_is_refused_and_its_grants_stay(region: Region) -> None:
    arn = make_key(region)
    region.call("CreateGrant", KeyId=arn, **WANTED)
    region.call("DisableKey", KeyId=arn)

    assert region.refused("CreateGrant", KeyId=arn, **WANTED) == ("DisabledException", f"{arn} is disabled.")
    assert len(grants_of(region, arn)) == 1
