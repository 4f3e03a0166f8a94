"""Every condition key of the operations table has a source, so that no policy asks for what nobody fills.

A key is filled by a member of the request, by the call itself, or by what its service says of what was found. What the
services say is taken from records that have everything a record can have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.contract.region import ACCOUNT, Region
from tests.contract.storage_values import secret
from tools.operations import unanswered

from watchword.api import table
from watchword.api.call import Place, Scope, Session, root_of
from watchword.api.operation import ConditionKey, Operation
from watchword.api.shapes import kms
from watchword.api.shapes import secretsmanager as sm
from watchword.identity import describe_regions, iam_conditions, web_identity
from watchword.identity.context import GLOBAL, PRINCIPAL_TAG, REQUEST_TAG, RESOURCE_TAG
from watchword.identity.model import User
from watchword.keys import conditions as keys
from watchword.keys.find import find_source_and_destination
from watchword.secrets import conditions as secrets
from watchword.secrets.model import Rotation

NOBODY_FILLS = {
    "iam:roletemplatearn": "there are no role templates",
    "kms:trailingdayswithoutkeyusage": "the request has no such member in this model, and nobody but KMS knows the days",
}
"""Condition keys of the reference that are always absent here, and why."""

OPEN_ENDED = (*RESOURCE_TAG, REQUEST_TAG, PRINCIPAL_TAG, "kms:encryptioncontext:")
ALL = [
    (operation, key) for operation in table.OPERATIONS + table.PERMISSIONS for key in operation.condition_keys
]
ASKED = [
    (operation, key)
    for operation, key in ALL
    if f"{operation.service.name}.{operation.name}" not in unanswered.NOT_YET
]


def without_end(name: str) -> str:
    """A key's name without what a policy's author, or a caller, puts at its end."""
    return next((prefix for prefix in OPEN_ENDED if name.startswith(prefix)), name)


def name_of(key: ConditionKey) -> str:
    return without_end(key.name.lower())


@pytest.fixture
def found(region: Region) -> frozenset[str]:
    """The keys that services fill from what was found."""
    full = replace(
        secret(),
        type="SnowflakePat",
        rotation=Rotation(enabled=True, lambda_arn="arn:aws:lambda:us-east-1:123456789012:function:rotate"),
    )
    region.call(
        "CreateAlias", AliasName="alias/db", TargetKeyId=region.call("CreateKey")["KeyMetadata"]["KeyId"]
    )
    unit: Any = region.stores.unit()
    place = Place(
        partition="aws", region=region.name, dns_suffix="amazonaws.com", hosted_regions=(region.name,)
    )
    scope = Scope(principal=root_of(ACCOUNT, partition="aws"), place=place)
    key = unit.key_of_alias(ACCOUNT, "alias/db")
    constraints = kms.GrantConstraints(encryption_context_equals={"team": "blue"})
    re_encrypted = kms.ReEncryptRequest(
        source_key_id="alias/db",
        destination_key_id="alias/db",
        dry_run=True,
        dry_run_modifiers=("IGNORE_CIPHERTEXT",),
    )
    both = find_source_and_destination(re_encrypted, scope, unit).facts
    assert both is not None
    session = Session(tags=(("team", "red"),), transitive=frozenset({"team"}), source_identity="ann")
    return frozenset(
        {
            *both(),
            *secrets.of_secret(full),
            *describe_regions.of_place(place),
            *iam_conditions.of_entity(
                User(user_id="AIDA", name="a", created_ms=0, boundary="arn:aws:iam::aws:policy/b")
            )(),
            *iam_conditions.of_passed_role(service="", associated="")(),
            *secrets.of_key(
                sm.CreateSecretRequest(kms_key_id="alias/db"), scope.place, unit, account=scope.account
            ),
            *keys.of_new_key(kms.CreateKeyRequest(multi_region=True)),
            *keys.of_key(key, named="alias/db", store=unit),
            *map(without_end, keys.of_grant(kms.CreateGrantRequest(constraints=constraints))),
            *map(without_end, web_identity.facts_of(session)),
            *RESOURCE_TAG,
        }
    )


def without_a_source(asked: list[tuple[Operation, ConditionKey]], found: frozenset[str]) -> Iterator[str]:
    for operation, key in asked:
        name = name_of(key)
        filled = key.member is not None or name in GLOBAL or name in found or name in NOBODY_FILLS
        if not filled:
            yield f"{operation}: {key.name}"


def test_every_condition_key_has_a_source(found: frozenset[str]) -> None:
    assert list(without_a_source(ASKED, found)) == []


def test_a_key_without_a_source_is_found_out(found: frozenset[str]) -> None:
    planted = (sm.GET_SECRET_VALUE, ConditionKey(name="secretsmanager:Nothing"))

    assert list(without_a_source([*ASKED, planted], found)) == [
        "<secretsmanager:GetSecretValue>: secretsmanager:Nothing"
    ]


def test_what_nobody_fills_is_asked_for_and_not_filled_after_all(found: frozenset[str]) -> None:
    names = {name_of(key) for _, key in ASKED}

    assert set(NOBODY_FILLS) <= names
    assert not found & set(NOBODY_FILLS)


def test_every_member_that_fills_a_key_is_in_its_request() -> None:
    for operation, key in ALL:
        if key.member is not None:
            assert key.member in operation.request.__struct_fields__, (operation, key)
