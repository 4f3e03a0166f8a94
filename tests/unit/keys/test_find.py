"""Which key a KeyId means: an id, an ARN, an alias, an alias ARN; in this Region and account only (facts A.2)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from tests.unit.keys.made import grant

from watchword.api.call import Found, Granting, Place, Principal, PrincipalKind, Scope, root_of
from watchword.api.errors import ApiError
from watchword.api.shapes import kms
from watchword.envelope import ciphertext
from watchword.keys import find, refusals
from watchword.keys.model import Alias, Grant, KeyManager, KeyState, KMSKey, Material

ACCOUNT, STRANGER = "123456789012", "210987654321"
HERE = f"arn:aws:kms:us-east-1:{ACCOUNT}:"
PLACE = Place(
    partition="aws", region="us-east-1", dns_suffix="amazonaws.com", hosted_regions=("us-east-1", "us-east-2")
)
SCOPE = Scope(principal=root_of(ACCOUNT, partition="aws"), place=PLACE)
ID, MANAGED_ID = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
MULTI_REGION_ID = "mrk-0123456789abcdef0123456789abcdef"
ABSENT_ID = "99999999-9999-4999-8999-999999999999"


def key(key_id: str, manager: KeyManager = KeyManager.CUSTOMER) -> KMSKey:
    return KMSKey(
        account=ACCOUNT,
        key_id=key_id,
        partition="aws",
        region="us-east-1",
        description="",
        manager=manager,
        state=KeyState.ENABLED,
        tags={"team": "red"},
        policy=None,
        materials={1: Material(material_id="0" * 64, wrapped=b"wrapped")},
        current_version=1,
        created_ms=0,
        stamp=1,
    )


@dataclass(frozen=True)
class Keys:
    """The keys of one Region, as values."""

    held: Mapping[tuple[str, str], KMSKey] = field(default_factory=dict)
    names: Mapping[tuple[str, str], KMSKey] = field(default_factory=dict)
    granted: Sequence[Grant] = ()

    def key(self, account: str, key_id: str) -> KMSKey | None:
        return self.held.get((account, key_id))

    def key_of_alias(self, account: str, alias: str) -> KMSKey | None:
        return self.names.get((account, alias))

    def aliases(self, account: str, *, key_id: str | None, after: str, limit: int) -> Sequence[Alias]:
        return [
            Alias(account=held, name=name, key_id=key.key_id, created_ms=0, updated_ms=0)
            for (held, name), key in sorted(self.names.items())
            if held == account and key_id in (None, key.key_id) and name > after
        ][:limit]

    def grants(
        self, account: str, key_id: str, *, grantee: str | None = None, after: str = "", limit: int
    ) -> Sequence[Grant]:
        return sorted(
            (
                one
                for one in self.granted
                if (one.account, one.key_id) == (account, key_id)
                and grantee in (None, one.grantee)
                and one.grant_id > after
            ),
            key=lambda one: one.grant_id,
        )[:limit]


MINE, MANAGED, MULTI = key(ID), key(MANAGED_ID, KeyManager.AWS), key(MULTI_REGION_ID)
EMPTY = Keys()
KEYS = Keys(
    held={(ACCOUNT, each.key_id): each for each in (MINE, MANAGED, MULTI)},
    names={(ACCOUNT, "alias/mine"): MINE, (ACCOUNT, find.SECRETS_ALIAS): MANAGED},
)

MEANINGS = {
    "an id": (ID, MINE),
    "a key ARN": (f"{HERE}key/{ID}", MINE),
    "an alias": ("alias/mine", MINE),
    "an alias ARN": (f"{HERE}alias/mine", MINE),
    "an id of a multi-Region key": (MULTI_REGION_ID, MULTI),
    "the default key's alias": ("alias/aws/secretsmanager", MANAGED),
    "the default key's id": (MANAGED_ID, MANAGED),
}


@pytest.mark.parametrize(("key_id", "meant"), MEANINGS.values(), ids=MEANINGS)
def test_a_key_id_means(key_id: str, meant: KMSKey) -> None:
    found = find.named(key_id, SCOPE, KEYS, aliases=True)

    assert (found.resource, found.arn, found.tags) == (meant, meant.arn, {"team": "red"})
    assert found.decides_itself


MISSING = {
    "no id at all": ("fake-key-id", "fake-key-id", "Invalid keyId 'fake-key-id'"),
    "a short id": ("11111111", "11111111", "Invalid keyId '11111111'"),
    "an id in capitals": (
        ID.replace("1", "A"),
        ID.replace("1", "A"),
        f"Invalid keyId '{ID.replace('1', 'A')}'",
    ),
    "an id with `key/` before it": (f"key/{ID}", f"key/{ID}", f"Invalid keyId 'key/{ID}'"),
    "an absent id": (ABSENT_ID, f"{HERE}key/{ABSENT_ID}", f"Key '{HERE}key/{ABSENT_ID}' does not exist"),
    "an absent key ARN": (
        f"{HERE}key/{ABSENT_ID}",
        f"{HERE}key/{ABSENT_ID}",
        f"Key '{HERE}key/{ABSENT_ID}' does not exist",
    ),
    "an absent alias": ("alias/none", f"{HERE}alias/none", f"Alias {HERE}alias/none is not found."),
    "an absent alias ARN": (
        f"{HERE}alias/none",
        f"{HERE}alias/none",
        f"Alias {HERE}alias/none is not found.",
    ),
    "another service's default alias": (
        "alias/aws/rds",
        f"{HERE}alias/aws/rds",
        f"Alias {HERE}alias/aws/rds is not found.",
    ),
    "another Region": (
        f"arn:aws:kms:us-east-2:{ACCOUNT}:key/{ID}",
        f"arn:aws:kms:us-east-2:{ACCOUNT}:key/{ID}",
        "Invalid arn us-east-2",
    ),
    "another partition": (
        f"arn:aws-cn:kms:us-east-1:{ACCOUNT}:key/{ID}",
        f"arn:aws-cn:kms:us-east-1:{ACCOUNT}:key/{ID}",
        "Invalid arn us-east-1",
    ),
    "another account": (
        f"arn:aws:kms:us-east-1:{STRANGER}:key/{ID}",
        f"arn:aws:kms:us-east-1:{STRANGER}:key/{ID}",
        f"Key 'arn:aws:kms:us-east-1:{STRANGER}:key/{ID}' does not exist",
    ),
    "another service's ARN": (
        f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:db",
        f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:db",
        f"Invalid keyId 'arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:db'",
    ),
    "an ARN cut short": ("arn:aws:kms", "arn:aws:kms", "Invalid keyId 'arn:aws:kms'"),
}


@pytest.mark.parametrize(("key_id", "arn", "text"), MISSING.values(), ids=MISSING)
def test_a_key_id_that_means_nothing(key_id: str, arn: str, text: str) -> None:
    """Facts A.2, recorded messages. The refusal is kept until policy has decided on the ARN."""
    found = find.named(key_id, SCOPE, KEYS, aliases=True)

    assert found.resource is None
    assert found.arn == arn
    assert isinstance(found.missing, kms.NotFoundException)
    assert found.missing.message == text


@pytest.mark.parametrize("key_id", ["alias/mine", f"{HERE}alias/mine"])
def test_an_alias_is_refused_where_the_api_takes_none(key_id: str) -> None:
    """EnableKey and DisableKey take an id or a key ARN."""
    found = find.find_key(kms.EnableKeyRequest(key_id=key_id), SCOPE, KEYS)

    assert found.resource is None
    assert isinstance(found.missing, kms.NotFoundException)


def test_the_default_key_is_not_missing_before_its_first_use() -> None:
    """Secrets Manager makes it; the operation decides whether this is a use by Secrets Manager."""
    found = find.named("alias/aws/secretsmanager", SCOPE, EMPTY, aliases=True)

    assert found == Found(resource=None, arn=f"{HERE}alias/aws/secretsmanager")


def blob(key_arn: str) -> bytes:
    return ciphertext.seal(
        bytes(32), b"plain", key_arn=key_arn, material_version=1, context={}, entropy=os.urandom
    )


def test_a_ciphertext_names_its_key() -> None:
    request = kms.DecryptRequest(ciphertext_blob=blob(MINE.arn))

    assert find.find_key_of_ciphertext(request, SCOPE, KEYS).resource == MINE


@pytest.mark.parametrize("key_id", [ID, MINE.arn, "alias/mine", f"{HERE}alias/mine"])
def test_a_key_id_beside_a_ciphertext_may_be_spelled_in_any_way(key_id: str) -> None:
    request = kms.DecryptRequest(ciphertext_blob=blob(MINE.arn), key_id=key_id)

    assert find.find_key_of_ciphertext(request, SCOPE, KEYS).resource == MINE


REFUSED: dict[str, tuple[bytes, str | None, type[ApiError], str]] = {
    "garbage": (b"garbage", None, kms.InvalidCiphertextException, ""),
    "nothing": (b"", None, kms.InvalidCiphertextException, ""),
}


@pytest.mark.parametrize(("sent", "key_id", "error", "text"), REFUSED.values(), ids=REFUSED)
def test_a_ciphertext_that_is_refused(
    sent: bytes, key_id: str | None, error: type[ApiError], text: str
) -> None:
    request = kms.DecryptRequest(ciphertext_blob=sent, key_id=key_id)

    with pytest.raises(error) as refused:
        find.find_key_of_ciphertext(request, SCOPE, KEYS)

    assert refused.value.message == text


def test_another_key_than_the_ciphertext_s_is_told_to_those_alone_who_may_use_it() -> None:
    """Facts A.2; which key an alias means is something found, so policy is asked first."""
    request = kms.DecryptRequest(ciphertext_blob=blob(MINE.arn), key_id=MANAGED_ID)

    found = find.find_key_of_ciphertext(request, SCOPE, KEYS)

    assert found.resource is None
    assert isinstance(found.missing, kms.IncorrectKeyException)
    assert found.missing.message == refusals.INCORRECT_KEY
    assert found.arn.endswith(f":key/{MANAGED_ID}")


def test_a_missing_key_beside_a_ciphertext_is_missing() -> None:
    request = kms.DecryptRequest(ciphertext_blob=blob(MINE.arn), key_id=ABSENT_ID)

    assert isinstance(find.find_key_of_ciphertext(request, SCOPE, KEYS).missing, kms.NotFoundException)


def test_a_ciphertext_of_a_key_that_is_not_here_names_nothing() -> None:
    request = kms.DecryptRequest(ciphertext_blob=blob(f"{HERE}key/{ABSENT_ID}"))

    assert isinstance(find.find_key_of_ciphertext(request, SCOPE, KEYS).missing, kms.NotFoundException)


ANN = Principal(
    kind=PrincipalKind.USER,
    arn=f"arn:aws:iam::{ACCOUNT}:user/ann",
    account=ACCOUNT,
    user_id="AIDAANN",
    unique_id="AIDAANN",
)
CONTEXT = {"department": "finance"}
GRANTED = (
    grant("Decrypt", "Encrypt", grantee="AIDAANN", equals=CONTEXT, grant_id="1" * 64),
    grant(
        "CreateGrant",
        "DescribeKey",
        "Decrypt",
        "RetireGrant",
        grantee="AIDAANN",
        subset=CONTEXT,
        grant_id="2" * 64,
    ),
    grant("ReEncryptFrom", grantee="AIDAANN", equals={"of": "source"}, grant_id="3" * 64),
    grant("ReEncryptTo", grantee="AIDAANN", equals={"of": "destination"}, grant_id="4" * 64),
    grant("GenerateDataKey", grantee=ANN.arn, grant_id="5" * 64),
)
WITH_GRANTS = replace(KEYS, granted=GRANTED)
OF_ANN = Scope(principal=ANN, place=PLACE)


def granted(found: Found[Any], action: str) -> list[str]:
    """The first digits of the grants that permit an action."""
    assert found.grants is not None
    permitting = list(found.grants(action))
    assert {one.grantee for one in permitting} <= {ANN.unique_id}
    return [one.grant_id[0] for one in permitting]


def test_grants_permit_what_they_list_in_the_context_of_the_request() -> None:
    fits = find.find_key_or_alias(
        kms.EncryptRequest(key_id=ID, encryption_context=CONTEXT), OF_ANN, WITH_GRANTS
    )
    other = find.find_key_or_alias(kms.EncryptRequest(key_id=ID), OF_ANN, WITH_GRANTS)
    opened = find.find_key_of_ciphertext(
        kms.DecryptRequest(ciphertext_blob=blob(MINE.arn), encryption_context={**CONTEXT, "a": "b"}),
        OF_ANN,
        WITH_GRANTS,
    )

    assert granted(fits, "kms:Encrypt") == ["1"]
    assert granted(fits, "kms:DescribeKey") == ["2"]
    assert granted(fits, "kms:RetireGrant") == [], "one grant says nothing of who retires another"
    assert granted(fits, "kms:ScheduleKeyDeletion") == granted(other, "kms:Encrypt") == []
    assert granted(opened, "kms:Decrypt") == ["2"]


def test_a_grant_to_the_arn_of_somebody_who_is_known_by_id_permits_nobody() -> None:
    request = kms.GenerateDataKeyRequest(key_id=ID)

    assert granted(find.find_key_or_alias(request, OF_ANN, WITH_GRANTS), "kms:GenerateDataKey") == []


def test_each_side_of_a_reencryption_is_permitted_in_its_own_context() -> None:
    request = kms.ReEncryptRequest(
        ciphertext_blob=blob(MINE.arn),
        destination_key_id=ID,
        source_encryption_context={"of": "source"},
        destination_encryption_context={"of": "destination"},
    )

    found = find.find_source_and_destination(request, OF_ANN, WITH_GRANTS)

    ((operation, source),) = found.also
    assert operation.action is not None
    assert granted(source, operation.action) == ["3"]
    assert granted(found, "kms:ReEncryptTo") == ["4"]


WANTED = {
    "as narrow": (("Decrypt",), CONTEXT, ["2"]),
    "an operation more": (("Decrypt", "Encrypt"), CONTEXT, []),
    "no constraint": (("Decrypt",), None, []),
}


@pytest.mark.parametrize(("operations", "context", "permitted"), WANTED.values(), ids=WANTED)
def test_who_may_make_grants_by_a_grant_makes_none_that_is_wider(
    operations: tuple[str, ...], context: dict[str, str] | None, permitted: list[str]
) -> None:
    """KMS Developer Guide, Creating grants, "Granting CreateGrant permission"."""
    request = kms.CreateGrantRequest(
        key_id=ID,
        grantee_principal=ANN.arn,
        operations=operations,
        constraints=kms.GrantConstraints(encryption_context_equals=context),
    )

    assert granted(find.find_key_to_grant(request, OF_ANN, WITH_GRANTS), "kms:CreateGrant") == permitted


def test_grants_are_looked_through_to_the_last() -> None:
    many = [
        grant("Encrypt", grantee="AIDAANN", equals={"number": str(number)}, grant_id=f"{number:064}")
        for number in range(2 * find.GRANTS_READ + 1)
    ]
    last = kms.EncryptRequest(key_id=ID, encryption_context={"number": str(2 * find.GRANTS_READ)})

    found = find.find_key_or_alias(last, OF_ANN, replace(KEYS, granted=many))

    assert found.grants is not None
    assert list(found.grants("kms:Encrypt")) == [Granting(grant_id=many[-1].grant_id, grantee="AIDAANN")]
