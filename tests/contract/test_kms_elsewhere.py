"""A Region whose keys are in another Region's KMS, in another account: both gates in this process, HTTP between them.

What a whole deployment shows of it is in `tests/integration/test_kms_elsewhere.py`.
"""

from __future__ import annotations

import json
import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.contract.people import add_user
from tests.contract.people import ask as ask_as
from tests.contract.region import CANARY, Answer, Region, make_region, scratch, token
from tests.contract.test_swapped_rows import CALLERS, OTHER_ACCOUNT
from tests.integration.edge_serving import inline, serving

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.envelope.refused import EnvelopeRefused
from watchword.gate.gate import Waiting
from watchword.identity import policy_checks
from watchword.identity.model import AccessKey
from watchword.keys import elsewhere_operations
from watchword.keys import operations as keys
from watchword.keys.data_keys import CacheLimits, DataKeys
from watchword.keys.elsewhere import Held, Released, framed, unframed
from watchword.keys.elsewhere_operations import Elsewhere
from watchword.server.deployment import KMSSettings
from watchword.server.edge_limits import Limits
from watchword.server.kms_client import KMSClient

DEFAULT_ALIAS = "alias/default"
AGE_MS = 1_000
AN_ID = "11111111-1111-4111-8111-111111111111"


@dataclass(kw_only=True)
class Both:
    """`region` uses the keys of `vault`, as an account that it does not have itself."""

    region: Region
    vault: Region
    may_wait: bool = True
    alters: Callable[[dict[str, Any]], object] | None = None
    """Changes what the vault answers, on its way."""
    asked: int = 0

    def answer(self, request: HTTPRequest) -> HTTPResponse:
        self.asked += 1
        response = self.vault.gate.answer(request)
        if self.alters is None or response.status != 200:
            return response
        said = json.loads(response.body)
        self.alters(said)
        return HTTPResponse(status=200, headers=response.headers, body=json.dumps(said).encode())

    def of_vault(self, operation: str, /, **members: object) -> dict[str, Any]:
        access_key_id, secret_access_key = CALLERS[OTHER_ACCOUNT]
        request = self.vault.request(
            operation,
            json.dumps(members).encode(),
            access_key_id=access_key_id,
            secret_access_key=secret_access_key,
        )
        answer = Answer(response=self.vault.gate.answer(request))
        assert answer.status == 200, answer.refusal
        return answer.members

    def new_key(self, alias: str) -> str:
        arn: str = self.of_vault("CreateKey")["KeyMetadata"]["Arn"]
        self.of_vault("CreateAlias", AliasName=alias, TargetKeyId=arn)
        return arn


def know_other_account(region: Region) -> None:
    access_key_id, secret_access_key = CALLERS[OTHER_ACCOUNT]
    region.stores.add_account(OTHER_ACCOUNT, now=region.clock.now)
    region.stores.add_access_key(
        AccessKey(
            access_key_id=access_key_id,
            account=OTHER_ACCOUNT,
            principal_arn=f"arn:aws:iam::{OTHER_ACCOUNT}:root",
            user_id=OTHER_ACCOUNT,
            sealed_secret=region.custody.seal_access_key(
                access_key_id=access_key_id, secret_access_key=secret_access_key
            ),
            active=True,
        )
    )


def write_credentials(folder: Path) -> Path:
    access_key_id, secret_access_key = CALLERS[OTHER_ACCOUNT]
    path = folder / "kms.credentials"
    path.write_text(
        f"[default]\naws_access_key_id = {access_key_id}\naws_secret_access_key = {secret_access_key}\n"
    )
    path.chmod(0o600)
    return path


def use_elsewhere(both: Both, *, port: int, folder: Path) -> None:
    """Compose the Region anew, with its keys in the vault."""
    region = both.region
    settings = KMSSettings(
        endpoint=f"http://127.0.0.1:{port}",
        region=both.vault.name,
        default_key=both.new_key(DEFAULT_ALIAS),
        credentials=write_credentials(folder),
        # Longer than anything takes on a busy machine: no test here is about time.
        deadline_ms=8_000,
    )
    client = KMSClient(settings, clock=both.vault.clock, may_wait=lambda: both.may_wait)
    own = keys.bindings(
        region.custody,
        DataKeys(region.custody, limits=CacheLimits()),
        read_policy=policy_checks.examine,
        token_key=region.custody.token_key,
        met=region.met,
    )
    elsewhere = Elsewhere(kms=client, released=Released(age_ms_max=AGE_MS), custody=region.custody)
    region.faults = elsewhere_operations.bindings(own, elsewhere)
    region.compose()


@contextmanager
def made_both() -> Iterator[Both]:
    with scratch() as folder:
        both = Both(region=make_region(folder, "us-east-1"), vault=make_region(folder, "eu-west-1"))
        know_other_account(both.vault)
        with serving(inline(both.answer), limits=Limits()) as served:
            use_elsewhere(both, port=int(served.address[1]), folder=folder)
            yield both
        both.region.stores.close()
        both.vault.stores.close()


@pytest.fixture
def both() -> Iterator[Both]:
    with made_both() as made:
        yield made


def blobs(region: Region) -> dict[tuple[str, ...], bytes]:
    """Every data key in the store, by its row."""
    with closing(sqlite3.connect(region.path)) as stranger:
        rows = stranger.execute("SELECT account, sid, version_id, key_arn, wrapped FROM data_key").fetchall()
    return {tuple(row[:4]): row[4] for row in rows}


def put_blob(region: Region, row: tuple[str, ...], blob: bytes) -> None:
    where = "account = ? AND sid = ? AND version_id = ? AND key_arn = ?"
    region.tamper(f"UPDATE data_key SET wrapped = ? WHERE {where}", blob, *row)  # noqa: S608 - a name of this file


def test_a_key_in_an_account_that_is_not_here_serves_the_region(both: Both) -> None:
    """Policies here say nothing of it, those there decide on the Region's own right."""
    region = both.region
    region.call("CreateSecret", Name="a", SecretString="v")

    assert region.call("GetSecretValue", SecretId="a")["SecretString"] == "v"
    assert {row[3].split(":")[4] for row in blobs(region)} == {OTHER_ACCOUNT}


def test_what_is_stored_opens_nothing_without_the_kms_elsewhere(both: Both) -> None:
    region = both.region
    region.call("CreateSecret", Name="a", SecretString=CANARY)
    (frame,) = blobs(region).values()
    held = unframed(frame)

    assert CANARY.encode() not in region.everything_on_disk()
    with pytest.raises(EnvelopeRefused):
        region.custody.decrypt(
            material=region.custody.create_material(key_arn=held.key_arn),
            key_arn=held.key_arn,
            context={},
            blob=held.blob,
        )
    region.faults = ()
    region.compose()
    code, _ = region.refused("GetSecretValue", SecretId="a")
    assert code == "DecryptionFailure"


def test_a_data_key_is_no_other_secret_s_and_no_other_version_s(both: Both) -> None:
    """Also with every memory warm: the KMS elsewhere is told which secret and version it is for."""
    region = both.region
    for name in ("a", "b"):
        region.call("CreateSecret", Name=name, SecretString=name)
        region.call("PutSecretValue", SecretId=name, SecretString=f"{name}2")
        for stage in ("AWSCURRENT", "AWSPREVIOUS"):
            region.call("GetSecretValue", SecretId=name, VersionStage=stage)
    held = blobs(region)
    rows = list(held)

    for index, row in enumerate(rows):
        put_blob(region, row, held[rows[index - 1]])

    for name in ("a", "b"):
        for stage in ("AWSCURRENT", "AWSPREVIOUS"):
            code, text = region.refused("GetSecretValue", SecretId=name, VersionStage=stage)
            assert (code, "InvalidCiphertextException" in text) == ("DecryptionFailure", True)


@pytest.mark.parametrize(
    "what", ["another key's ARN", "no key's ARN", "cut short", "a frame alone", "turned"]
)
def test_a_frame_that_was_altered_opens_nothing(both: Both, what: str) -> None:
    region = both.region
    other = both.new_key("alias/other")
    region.call("CreateSecret", Name="a", SecretString="v")
    ((row, frame),) = blobs(region).items()
    held = unframed(frame)
    altered = {
        "another key's ARN": framed(Held(key_arn=other, blob=held.blob)),
        "no key's ARN": framed(Held(key_arn="arn", blob=held.blob)),
        "cut short": frame[:-1],
        "a frame alone": frame[:6],
        "turned": frame[:-1] + bytes((frame[-1] ^ 1,)),
    }[what]

    put_blob(region, row, altered)

    assert region.refused("GetSecretValue", SecretId="a")[0] == "DecryptionFailure"
    put_blob(region, row, frame)
    assert region.call("GetSecretValue", SecretId="a")["SecretString"] == "v"


@pytest.mark.parametrize(
    "alters",
    [
        lambda said: said.update(Plaintext="AAAAAAAAAAAAAAAAAAAAAA=="),
        lambda said: said.pop("Plaintext"),
        lambda said: said.update(KeyId=DEFAULT_ALIAS),
        lambda said: said.update(KeyId="arn:aws:kms:eu-west-1:210987654321:alias/default"),
        lambda said: said.pop("CiphertextBlob"),
    ],
)
def test_nothing_is_sealed_with_an_answer_that_can_not_be_used(
    both: Both, alters: Callable[[dict[str, Any]], object]
) -> None:
    """A short key would be a weak one, and what is stored under an alias may be another key's tomorrow."""
    both.alters = alters

    assert both.region.ask("CreateSecret", Name="a", SecretString=CANARY).status == 503
    assert blobs(both.region) == {}
    both.alters = None
    both.region.call("CreateSecret", Name="a", SecretString="v")


def test_another_data_key_than_the_one_it_was_sealed_with_is_a_fault_and_opens_nothing(both: Both) -> None:
    """A KMS elsewhere that lies can keep values from being read, and cannot make one up: the value commits to its key."""
    both.region.call("CreateSecret", Name="a", SecretString=CANARY)
    both.alters = lambda said: said.update(Plaintext="A" * 43 + "=")

    answer = both.region.ask("GetSecretValue", SecretId="a")

    assert answer.status == 500
    assert CANARY.encode() not in answer.body


def test_a_read_that_need_not_ask_is_answered_on_the_loop_and_no_other(both: Both) -> None:
    region = both.region
    region.call("CreateSecret", Name="a", SecretString="v")

    def at_once() -> HTTPResponse | None:
        body = json.dumps({"SecretId": "a"}).encode()
        (answer,) = region.gate.answer_at_once([region.request("GetSecretValue", body)])
        assert not isinstance(answer, Waiting)
        return answer

    both.may_wait = False
    assert at_once() is None
    both.may_wait = True
    region.call("GetSecretValue", SecretId="a")
    both.may_wait, asked = False, both.asked
    held = at_once()
    assert (held and held.status, both.asked) == (200, asked)
    region.clock.forward(AGE_MS)
    assert at_once() is None


def test_a_key_that_is_refused_once_is_asked_for_at_once_by_all_its_secrets(both: Both) -> None:
    """The read of one finds out; what is remembered of another under the same key is not used any more."""
    region = both.region
    arn = both.new_key("alias/shared")
    for name in ("a", "b"):
        region.call("CreateSecret", Name=name, SecretString="v", KmsKeyId=arn)
    region.call("GetSecretValue", SecretId="b")
    both.of_vault("DisableKey", KeyId=arn)

    assert region.call("GetSecretValue", SecretId="b")["SecretString"] == "v"
    assert region.refused("GetSecretValue", SecretId="a")[0] == "DecryptionFailure"
    assert region.refused("GetSecretValue", SecretId="b")[0] == "DecryptionFailure"


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("CreateKey", {}),
        ("ReplicateKey", {"KeyId": f"mrk-{'1' * 32}", "ReplicaRegion": "us-east-2"}),
        ("CreateAlias", {"AliasName": "alias/a", "TargetKeyId": AN_ID}),
        ("UpdateAlias", {"AliasName": "alias/a", "TargetKeyId": AN_ID}),
        (
            "CreateGrant",
            {"KeyId": AN_ID, "GranteePrincipal": "arn:aws:iam::1:root", "Operations": ["Decrypt"]},
        ),
        ("Encrypt", {"KeyId": DEFAULT_ALIAS, "Plaintext": "eA=="}),
        ("GenerateDataKey", {"KeyId": DEFAULT_ALIAS, "KeySpec": "AES_256"}),
        ("GenerateDataKeyWithoutPlaintext", {"KeyId": DEFAULT_ALIAS, "KeySpec": "AES_256"}),
        ("ReEncrypt", {"CiphertextBlob": "eA==", "DestinationKeyId": DEFAULT_ALIAS}),
        ("GenerateMac", {"KeyId": AN_ID, "Message": "eA==", "MacAlgorithm": "HMAC_SHA_256"}),
    ],
)
def test_kms_makes_and_seals_nothing_for_callers_of_its_own(
    both: Both, operation: str, members: dict[str, object]
) -> None:
    code, text = both.region.refused(operation, **members)

    assert code == "UnsupportedOperationException"
    assert text.startswith("This Region's keys are kept elsewhere: ask the KMS at http://127.0.0.1:")


def test_a_stored_ciphertext_of_elsewhere_is_not_opened_for_a_caller(both: Both) -> None:
    """Whoever has one, from a backup, say, would be allowed by the Region's credentials what nobody allowed them."""
    region = both.region
    made = region.call("CreateSecret", Name="a", SecretString="v")
    (frame,) = blobs(region).values()
    context = {"SecretARN": made["ARN"], "SecretVersionId": made["VersionId"]}
    asked = both.asked

    blob = b64encode(frame).decode()
    code, _ = region.refused("Decrypt", CiphertextBlob=blob, EncryptionContext=context)

    assert (code, both.asked) == ("UnsupportedOperationException", asked)


def may(*actions: str, resource: str = "*") -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def test_a_user_needs_no_right_to_the_default_key_and_one_to_any_other(both: Both) -> None:
    """As on AWS: the default key is for all principals through the service; others are decided on by the account."""
    region = both.region
    arn, other = both.new_key("alias/a"), both.new_key("alias/b")
    region.call("CreateSecret", Name="default", SecretString="v")
    region.call("CreateSecret", Name="named", SecretString="v", KmsKeyId=arn)
    reading, opening = "secretsmanager:GetSecretValue", "kms:Decrypt"
    both_of = json.loads(may(reading)) | {
        "Statement": [
            json.loads(may(reading))["Statement"],
            json.loads(may(opening, resource=arn))["Statement"],
        ]
    }
    add_user(region, "plain", policy=may(reading))
    add_user(region, "keyed", policy=json.dumps(both_of))
    add_user(region, "wrong", policy=json.dumps(both_of).replace(arn, other))

    def read(name: str, secret: str) -> tuple[int, str]:
        answer = ask_as(region, name, "GetSecretValue", SecretId=secret)
        return answer.status, answer.refusal[2]

    for name in ("plain", "keyed", "wrong"):
        assert read(name, "default")[0] == 200
    denied = (400, "Access to KMS is not allowed")
    assert [read("plain", "named"), read("wrong", "named")] == [denied, denied]
    assert read("keyed", "named")[0] == 200


def test_a_user_who_names_a_key_by_alias_needs_a_right_to_that_alias(both: Both) -> None:
    region = both.region
    alias = both.new_key("alias/a").rpartition(":")[0] + ":alias/a"
    actions = ("secretsmanager:CreateSecret", "kms:GenerateDataKey", "kms:Decrypt")
    add_user(region, "every", policy=may(*actions))
    add_user(region, "other", policy=may(*actions, resource="arn:aws:kms:*:*:alias/b"))
    add_user(region, "none", policy=may("secretsmanager:CreateSecret"))

    def create(name: str, key_id: str) -> int:
        members = {"Name": f"{name}{len(key_id)}", "SecretString": "v", "KmsKeyId": key_id}
        answer = ask_as(region, name, "CreateSecret", ClientRequestToken=token(), **members)
        return answer.status

    for key_id in ("alias/a", alias):
        assert [create(name, key_id) for name in ("every", "other", "none")] == [200, 400, 400]


def test_an_event_tells_of_each_use_and_shows_no_data_key(both: Both) -> None:
    region = both.region
    region.call("CreateSecret", Name="a", SecretString=CANARY)
    region.forget_events()
    released: list[str] = []
    both.alters = lambda said: released.append(said["Plaintext"])

    region.call("GetSecretValue", SecretId="a")
    region.call("GetSecretValue", SecretId="a")

    assert region.event_names() == ["Decrypt", "GetSecretValue"] * 2
    assert len(released) == 1
    written = b"".join(region.trail.lines)
    assert released[0].encode() not in written
    assert CANARY.encode() not in written


def test_own_keys_are_looked_after_as_before(both: Both) -> None:
    region = both.region
    elsewhere, region.faults = region.faults, ()
    region.compose()
    key_id = region.call("CreateKey")["KeyMetadata"]["KeyId"]
    region.call("CreateSecret", Name="a", SecretString="v", KmsKeyId=key_id)
    region.faults = elsewhere
    region.compose()

    assert region.call("GetSecretValue", SecretId="a")["SecretString"] == "v"
    region.call("DisableKey", KeyId=key_id)
    assert region.refused("GetSecretValue", SecretId="a")[0] == "DecryptionFailure"
    region.call("EnableKey", KeyId=key_id)
    assert region.call("ListKeys")["Keys"][0]["KeyId"] == key_id
    # A bare id is one of elsewhere's now.
    assert (
        region.refused("CreateSecret", Name="b", SecretString="v", KmsKeyId=key_id)[0] == "EncryptionFailure"
    )
