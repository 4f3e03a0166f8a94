"""A Region whose keys are another deployment's: what boto3 sees of it, and what each side can tell afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.integration.deployment import OHIO, VIRGINIA, Deployment
from tests.integration.kms_elsewhere import (
    DEFAULT_ALIAS,
    OREGON,
    Vault,
    use_elsewhere,
    vault_and_deployment,
)

Both = tuple[Vault, Deployment]


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    with vault_and_deployment() as made:
        yield made


def code_of(refused: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def events(folder: Path, name: str) -> list[dict[str, Any]]:
    """The events of one operation in a Region's trail."""
    lines = [line for path in sorted(folder.iterdir()) for line in path.read_text().splitlines()]
    return [event for event in map(json.loads, lines) if event.get("eventName") == name]


def keys_of(client: Any, secret: str) -> list[list[str]]:
    """The KMS keys of each version."""
    return [version["KmsKeyIds"] for version in client.list_secret_version_ids(SecretId=secret)["Versions"]]


def test_secrets_live_under_a_key_elsewhere_as_under_one_here(both: Both) -> None:
    vault, deployment = both
    client = deployment.client(VIRGINIA)
    made = client.create_secret(Name="app/db", SecretString="one")
    client.put_secret_value(SecretId="app/db", SecretString="two")
    client.create_secret(Name="app/raw", SecretBinary=b"\x00\xff")
    arn = vault.default_key

    assert client.get_secret_value(SecretId="app/db")["SecretString"] == "two"
    previous = client.get_secret_value(SecretId="app/db", VersionStage="AWSPREVIOUS")
    assert (previous["SecretString"], previous["VersionId"]) == ("one", made["VersionId"])
    read = client.batch_get_secret_value(SecretIdList=["app/db", "app/raw"])["SecretValues"]
    assert {one["Name"]: one.get("SecretString", one.get("SecretBinary")) for one in read} == {
        "app/db": "two",
        "app/raw": b"\x00\xff",
    }
    assert "KmsKeyId" not in client.describe_secret(SecretId="app/db")
    assert keys_of(client, "app/db") == [[arn], [arn]]
    # A repeated call is known by the value that it opens.
    again = client.put_secret_value(
        SecretId="app/db", SecretString="one", ClientRequestToken=made["VersionId"]
    )
    assert again["VersionId"] == made["VersionId"]


def test_the_kms_elsewhere_sees_which_secret_and_version_it_is_asked_for(both: Both) -> None:
    vault, deployment = both
    client = deployment.client(VIRGINIA)
    made = client.create_secret(Name="told", SecretString="x", KmsKeyId=DEFAULT_ALIAS)
    client.get_secret_value(SecretId="told")

    trail = vault.deployment.home / "regions" / OREGON / "trail"
    for name in ("GenerateDataKey", "Decrypt"):
        said = [event["requestParameters"]["encryptionContext"] for event in events(trail, name)]
        # Each spelling of a key is tried first, as on AWS.
        for version in ("RequestToValidateKeyAccess", made["VersionId"]):
            assert {"SecretARN": made["ARN"], "SecretVersionId": version} in said, name
    here = events(deployment.home / "regions" / VIRGINIA / "trail", "Decrypt")
    assert made["VersionId"] in json.dumps(here)


def test_another_key_seals_the_versions_in_use_again(both: Both) -> None:
    vault, deployment = both
    client = deployment.client(VIRGINIA)
    first, second = vault.new_key("alias/first"), vault.new_key("alias/second")
    client.create_secret(Name="moved", SecretString="one", KmsKeyId="alias/first")

    client.update_secret(SecretId="moved", KmsKeyId=second)

    assert keys_of(client, "moved") == [[second, first]]
    vault.kms.disable_key(KeyId=first)
    assert client.get_secret_value(SecretId="moved")["SecretString"] == "one"
    assert client.describe_secret(SecretId="moved")["KmsKeyId"] == second
    vault.kms.disable_key(KeyId=second)
    with pytest.raises(ClientError) as refused:
        client.put_secret_value(SecretId="moved", SecretString="two")
    code, text = code_of(refused)
    assert (code, f"{second} is disabled." in text) == ("EncryptionFailure", True)


@pytest.mark.parametrize(
    ("key_id", "error"),
    [
        ("alias/nobody", "NotFoundException"),
        ("alias/macs", "InvalidKeyUsageException"),
    ],
)
def test_a_key_that_can_not_seal_is_refused_with_the_cause(both: Both, key_id: str, error: str) -> None:
    vault, deployment = both
    if key_id == "alias/macs":
        vault.new_key(key_id, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    with pytest.raises(ClientError) as refused:
        deployment.client(VIRGINIA).create_secret(Name="refused", SecretString="x", KmsKeyId=key_id)

    code, text = code_of(refused)
    assert (code, f"Error Code: {error})" in text) == ("EncryptionFailure", True), text


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("create_key", {}),
        ("create_alias", {"AliasName": "alias/a", "TargetKeyId": "11111111-1111-4111-8111-111111111111"}),
        ("generate_data_key", {"KeyId": DEFAULT_ALIAS, "KeySpec": "AES_256"}),
        ("encrypt", {"KeyId": DEFAULT_ALIAS, "Plaintext": b"x"}),
        ("decrypt", {"CiphertextBlob": b"WWE\x01\x00\x03arnblob"}),
    ],
)
def test_who_asks_kms_directly_is_told_where_the_keys_are(
    both: Both, operation: str, arguments: dict[str, Any]
) -> None:
    """And nothing of it is asked there: with the Region's credentials everybody here would be whom those are."""
    vault, deployment = both
    with pytest.raises(ClientError) as refused:
        getattr(deployment.client(VIRGINIA, service="kms"), operation)(**arguments)

    assert code_of(refused) == (
        "UnsupportedOperationException",
        f"This Region's keys are kept elsewhere: ask the KMS at {vault.endpoint} ({OREGON}).",
    )


def test_a_replica_is_sealed_under_its_own_region_s_kms_whichever_that_is(both: Both) -> None:
    vault, deployment = both
    virginia, ohio = deployment.client(VIRGINIA), deployment.client(OHIO)
    virginia.create_secret(Name="out", SecretString="from elsewhere", AddReplicaRegions=[{"Region": OHIO}])
    ohio.create_secret(Name="in", SecretString="to elsewhere", AddReplicaRegions=[{"Region": VIRGINIA}])

    deployment.until_in_sync("out")
    deployment.until_in_sync("in", primary=OHIO, replica=VIRGINIA)
    virginia.put_secret_value(SecretId="out", SecretString="again")
    deployment.until_in_sync("out")

    assert ohio.get_secret_value(SecretId="out")["SecretString"] == "again"
    assert virginia.get_secret_value(SecretId="in")["SecretString"] == "to elsewhere"
    arn = vault.default_key
    assert keys_of(virginia, "in") == [[arn]]
    assert keys_of(ohio, "out") == [["DefaultEncryptionKey"]] * 2
    promoted = virginia.stop_replication_to_replica(SecretId="in")
    assert virginia.get_secret_value(SecretId=promoted["ARN"])["SecretString"] == "to elsewhere"


def test_status_says_where_the_keys_are_and_how_they_stand(both: Both) -> None:
    vault, deployment = both
    said = json.loads(deployment.cli("status", "--json").stdout)["regions"]
    shown = deployment.cli("status").stdout

    assert said[VIRGINIA]["kms"] == {
        "name": f"{vault.endpoint} ({OREGON})",
        "default_key": vault.default_key,
        "standing": "ok",
    }
    assert said[OHIO]["kms"] is None
    assert f"kms of {VIRGINIA}  {vault.endpoint} ({OREGON}), default key {vault.default_key}: ok" in shown


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"credentials": "nowhere"}, "can't be read"),
        ({"ca": "watchword.toml"}, "is no file of certificates"),
        ({"endpoint": "https://127.0.0.1:1/kms"}, "is no endpoint"),
    ],
)
def test_a_region_that_could_never_reach_its_keys_is_not_started(
    both: Both, tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    """What is wrong is one sentence, before any process starts."""
    deployment = Deployment(tmp_path)
    use_elsewhere(deployment, both[0], **changed)

    ended = deployment.cli("up")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_what_a_region_s_own_keys_sealed_still_opens_and_moves_with_a_change_of_key() -> None:
    with vault_and_deployment(before=True) as (vault, deployment):
        client, kms = deployment.client(VIRGINIA), deployment.client(VIRGINIA, service="kms")
        own = kms.create_key()["KeyMetadata"]["Arn"]
        client.create_secret(Name="default", SecretString="one")
        client.create_secret(Name="named", SecretString="two", KmsKeyId=own)
        blob = kms.encrypt(KeyId=own, Plaintext=b"direct")["CiphertextBlob"]
        deployment.end()
        use_elsewhere(deployment, vault)
        deployment.up()
        arn = vault.default_key

        assert client.get_secret_value(SecretId="default")["SecretString"] == "one"
        assert client.get_secret_value(SecretId="named")["SecretString"] == "two"
        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"direct"
        client.update_secret(SecretId="default", KmsKeyId="")
        client.update_secret(SecretId="named", KmsKeyId=DEFAULT_ALIAS)
        assert keys_of(client, "default") == [[arn, "DefaultEncryptionKey"]]
        assert keys_of(client, "named") == [[arn, own]]
        # Its owner looks after it as before, and what was sealed anew does not miss it.
        kms.schedule_key_deletion(KeyId=own, PendingWindowInDays=7)
        assert client.get_secret_value(SecretId="named")["SecretString"] == "two"
