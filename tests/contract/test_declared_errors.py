"""What every operation may answer by its model, and what is asked for that is not here.

`docs/compatibility.md` says of each declared error which test shows it; those that no other test is about are here.
"""

from __future__ import annotations

from typing import NoReturn

import botocore.session
import pytest
from tests.contract.region import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Answer, Region, token
from tests.fault import mutations
from tools.operations import unanswered

from watchword.api import table
from watchword.api.call import Bound
from watchword.api.http import HTTPRequest
from watchword.api.operation import Operation, Protocol, Service
from watchword.secrets.find import find_nothing
from watchword.sigv4.sign import sign

ABSENT_KEY = "00000000-0000-4000-8000-000000000000"
POOL = mutations.Pool(names=("db",), arns=(), key_ids=(ABSENT_KEY,), ciphertexts=(b"x",), page_tokens=("x",))


def broken(*_: object) -> NoReturn:
    raise RuntimeError


def ask_the_least(region: Region, operation: Operation) -> Answer:
    """Send the smallest good request."""
    asked = mutations.smallest(operation.service.name, operation.name, pool=POOL)
    return region.send(signed(region, operation.service, asked))


def signed(region: Region, service: Service, asked: mutations.Mutated) -> HTTPRequest:
    return sign(
        asked.request(host="localhost"),
        access_key_id=ACCESS_KEY_ID,
        secret_access_key=SECRET_ACCESS_KEY,
        region=region.name,
        service=service.signing_name,
        now=region.clock.now,
    )


FAULTS = {
    "secretsmanager": "InternalServiceError",
    "kms": "KMSInternalException",
    "iam": "ServiceFailure",
    "account": "InternalServerException",
}
"""Where no model of a service has a word for it, it is InternalFailure, as the common errors have it."""


def test_a_fault_of_any_operation_is_what_its_service_calls_a_fault(region: Region) -> None:
    # What nothing carries out yet has no faults either; a page that says it is unknown would be contradicted.
    answered = [
        operation
        for operation in table.OPERATIONS
        if f"{operation.service.name}.{operation.name}" not in unanswered.NOT_YET
    ]
    region.faults = tuple(Bound(operation=operation, find=find_nothing, run=broken) for operation in answered)
    region.compose()

    for operation in answered:
        answer = ask_the_least(region, operation)
        assert answer.status == 500, operation
        code = mutations.code_of(answer.body, answer.response.headers)
        assert code == FAULTS.get(operation.service.name, "InternalFailure")


def not_here(service: Service) -> list[str]:
    """Every operation of a service's model that is not in the table."""
    known = botocore.session.get_session().get_service_model(service.name).operation_names
    answered = {operation.name for operation in table.OPERATIONS if operation.service is service}
    return sorted(set(known) - answered)


@pytest.mark.parametrize("service", table.SERVICES, ids=lambda service: service.name)
def test_an_operation_of_the_model_that_is_not_here_is_unknown(region: Region, service: Service) -> None:
    names = not_here(service)
    assert all(is_unknown(region, service, name) for name in names), names


def is_unknown(region: Region, service: Service, name: str) -> bool:
    in_a_form = service.protocol in (Protocol.QUERY, Protocol.EC2)
    code = "InvalidAction" if in_a_form else "UnknownOperationException"
    status = 404 if service.protocol is Protocol.REST_JSON else 400
    asked = mutations.smallest(service.name, name, pool=POOL)
    answer = region.send(signed(region, service, asked))
    return (answer.status, mutations.code_of(answer.body, answer.response.headers)) == (status, code)


def test_an_operation_of_the_table_is_answered_or_listed_as_not_yet(region: Region) -> None:
    """The list of `unanswered.py` shrinks with what is added, and nothing is forgotten on it."""
    unknown = {
        f"{operation.service.name}.{operation.name}"
        for operation in table.OPERATIONS
        if is_unknown(region, operation.service, operation.name)
    }
    permissions = {f"{one.service.name}.{one.name}" for one in table.PERMISSIONS}

    assert unknown == unanswered.NOT_YET - permissions


@pytest.mark.parametrize("operation", ["EnableKey", "DisableKey"])
def test_a_key_that_is_not_there_is_not_found(region: Region, operation: str) -> None:
    key_arn = f"arn:aws:kms:{region.name}:123456789012:key/{ABSENT_KEY}"

    assert region.refused(operation, KeyId=ABSENT_KEY) == (
        "NotFoundException",
        f"Key '{key_arn}' does not exist",
    )


def test_a_ciphertext_under_a_key_that_is_not_there_is_not_opened(region: Region) -> None:
    key_id = region.call("CreateKey")["KeyMetadata"]["KeyId"]
    blob = region.call("Encrypt", KeyId=key_id, Plaintext="dg==")["CiphertextBlob"]

    assert region.refused("Decrypt", CiphertextBlob=blob, KeyId=ABSENT_KEY)[0] == "NotFoundException"


def test_an_algorithm_that_the_key_has_not_is_refused(region: Region) -> None:
    key_id = region.call("CreateKey")["KeyMetadata"]["KeyId"]
    blob = region.call("Encrypt", KeyId=key_id, Plaintext="dg==")["CiphertextBlob"]
    other = {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}

    assert region.refused("Encrypt", KeyId=key_id, Plaintext="dg==", **other)[0] == "InvalidKeyUsageException"
    assert region.refused("Decrypt", CiphertextBlob=blob, **other)[0] == "InvalidKeyUsageException"


@pytest.mark.parametrize(
    ("operation", "named"), [("CreateSecret", "Name"), ("UpdateSecret", "SecretId")], ids=lambda value: value
)
def test_a_token_whose_value_can_not_be_compared_is_a_failure_to_decrypt(
    region: Region, operation: str, named: str
) -> None:
    """Whether a repeated token brings the same value takes the right, and a key, to read it."""
    key_id = region.call("CreateKey")["KeyMetadata"]["KeyId"]
    repeated = {"ClientRequestToken": token(), "SecretString": "v"}
    region.call("CreateSecret", Name="db", KmsKeyId=key_id, **repeated)
    region.call("DisableKey", KeyId=key_id)
    region.compose()

    assert region.refused(operation, **{named: "db"}, **repeated)[0] == "DecryptionFailure"


def test_an_update_that_would_be_the_hundred_and_first_version_of_a_day_is_refused(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="0")
    for number in range(1, 100):
        region.call("UpdateSecret", SecretId="db", SecretString=str(number))

    code, _ = region.refused("UpdateSecret", SecretId="db", SecretString="one too many")

    assert code == "LimitExceededException"
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "99"
