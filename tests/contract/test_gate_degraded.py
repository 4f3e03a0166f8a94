"""What can't be carried out now is 5xx and never 4xx; what is our fault is 500 and says nothing of itself."""

from __future__ import annotations

import logging
import re
from typing import NoReturn

import pytest
from tests.contract.region import CANARY, Region

from watchword.api.call import Bound, Call
from watchword.api.operation import Operation
from watchword.api.shapes import kms, sts
from watchword.api.shapes import secretsmanager as sm
from watchword.secrets.find import find_nothing
from watchword.secrets.names import SECRETS_MAX
from watchword.secrets.operations import create_secret
from watchword.secrets.sealing import Openers
from watchword.secrets.store import SecretStore

UNAVAILABLE = (
    503,
    "ServiceUnavailable",
    "the Region can't carry out this request now; try again, or ask another Region",
)


# Custody is gone


def test_without_custody_no_value_is_read_or_written(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    region.lose_custody()

    assert region.ask("GetSecretValue", SecretId="db").refusal == UNAVAILABLE
    assert region.ask("PutSecretValue", SecretId="db", SecretString="w").refusal == UNAVAILABLE
    assert region.ask("CreateSecret", Name="other", SecretString="w").refusal == UNAVAILABLE
    assert region.ask("CreateKey").refusal == UNAVAILABLE


def test_without_custody_what_needs_no_key_goes_on(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    region.lose_custody()

    region.call("DescribeSecret", SecretId="db")
    region.call("ListSecrets")
    region.call("TagResource", SecretId="db", Tags=[{"Key": "k", "Value": "v"}])
    region.call("CreateSecret", Name="empty")
    region.call("DeleteSecret", SecretId="db")


def test_when_custody_is_back_so_is_everything(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    region.lose_custody()
    region.ask("PutSecretValue", SecretId="db", SecretString="w")

    region.restore_custody()

    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"
    region.call("PutSecretValue", SecretId="db", SecretString="w")
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "w"


def test_a_change_that_custody_did_not_carry_out_is_not_in_the_store(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    before = region.call("DescribeSecret", SecretId="db")
    commits = region.commits
    region.lose_custody()

    region.ask("PutSecretValue", SecretId="db", SecretString="w")
    region.ask("CreateSecret", Name="other", SecretString="w")

    assert region.call("DescribeSecret", SecretId="db") == before
    assert region.refused("DescribeSecret", SecretId="other")[0] == "ResourceNotFoundException"
    assert region.commits == commits


def test_custody_that_fails_is_logged_for_the_operator(
    region: Region, caplog: pytest.LogCaptureFixture
) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    region.lose_custody()

    answer = region.ask("GetSecretValue", SecretId="db")

    assert answer.header("x-amzn-RequestId") in caplog.text
    assert "KeyUnavailable" in caplog.text


# The store is out of reach


def test_a_store_that_is_no_database_is_unavailable(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    region.stores.close()
    for file in region.path.parent.iterdir():
        file.write_bytes(b"no database at all" * 1_000)

    assert region.ask("GetSecretValue", SecretId="db").refusal == UNAVAILABLE
    assert region.ask("CreateSecret", Name="other", SecretString="v").refusal == UNAVAILABLE


def test_a_store_that_is_not_there_is_unavailable(region: Region) -> None:
    region.stores.close()
    region.path.rename(region.path.with_suffix(".away"))

    assert region.ask("ListSecrets").refusal == UNAVAILABLE
    assert not region.path.exists()


def test_a_store_that_can_be_read_and_not_written_answers_reads(region: Region) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    region.tamper("ALTER TABLE event RENAME TO event_away")

    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"
    assert region.ask("CreateSecret", Name="other", SecretString="w").refusal == UNAVAILABLE
    assert region.ask("DeleteSecret", SecretId="db").refusal == UNAVAILABLE


def test_a_query_service_says_it_is_unavailable_in_its_own_spelling(region: Region) -> None:
    region.trail.writable = False

    answer = region.send(region.form({"Action": "GetCallerIdentity", "Version": "2011-06-15"}))

    assert answer.status == 503
    assert b"<Code>ServiceUnavailable</Code>" in answer.body
    assert b"<Type>Receiver</Type>" in answer.body


# Faults of ours


def fault(*_: object) -> NoReturn:
    raise RuntimeError(f"a bug at {CANARY}")


def planted(operation: Operation) -> tuple[Bound, ...]:
    return (Bound(operation=operation, find=find_nothing, run=fault),)


FAULTS = {
    "Secrets Manager": (sm.GET_SECRET_VALUE, "GetSecretValue", {"SecretId": "db"}, "InternalServiceError"),
    "KMS": (kms.DESCRIBE_KEY, "DescribeKey", {"KeyId": "k"}, "KMSInternalException"),
}


@pytest.mark.parametrize(("operation", "name", "members", "code"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_500_with_a_reference_and_nothing_else(
    region: Region,
    caplog: pytest.LogCaptureFixture,
    operation: Operation,
    name: str,
    members: dict[str, object],
    code: str,
) -> None:
    region.faults = planted(operation)
    region.compose()

    answer = region.ask(name, **members)

    reference = answer.header("x-amzn-RequestId")
    assert answer.refusal == (500, code, f"an internal error occurred; reference {reference}")
    assert reference in caplog.text
    assert "RuntimeError" in caplog.text
    assert "test_gate_degraded.py" in caplog.text
    assert CANARY not in caplog.text
    assert CANARY.encode() not in answer.body


def test_a_fault_in_a_query_service_is_500_in_its_own_spelling(region: Region) -> None:
    region.faults = planted(sts.GET_CALLER_IDENTITY)
    region.compose()

    answer = region.send(region.form({"Action": "GetCallerIdentity", "Version": "2011-06-15"}))

    assert answer.status == 500
    assert b"<Code>InternalFailure</Code>" in answer.body
    assert CANARY.encode() not in answer.body


def test_a_fault_in_a_key_operation_is_a_fault_of_the_secret_s_operation(region: Region) -> None:
    """A bug in KMS is no reason to tell a client that its key is at fault."""
    region.call("CreateSecret", Name="db", SecretString="v")
    region.faults = planted(kms.DECRYPT)
    region.compose()

    assert region.ask("GetSecretValue", SecretId="db").refusal[:2] == (500, "InternalServiceError")


def test_after_a_fault_the_next_request_is_answered(region: Region) -> None:
    region.faults = planted(sm.GET_SECRET_VALUE)
    region.compose()
    region.ask("GetSecretValue", SecretId="db")

    assert region.call("ListSecrets") == {"SecretList": []}


def test_a_change_that_ends_in_a_fault_is_not_in_the_store(region: Region) -> None:
    def half(request: sm.CreateSecretRequest, _: object, call: Call[SecretStore]) -> NoReturn:
        create_secret(request, None, call, openers=Openers(), secrets_max=SECRETS_MAX)
        raise RuntimeError("after staging")

    region.faults = (Bound(operation=sm.CREATE_SECRET, find=find_nothing, run=half),)
    region.compose()

    answer = region.ask("CreateSecret", Name="db", SecretString="v")

    assert answer.status == 500
    assert region.refused("DescribeSecret", SecretId="db")[0] == "ResourceNotFoundException"


def test_an_altered_value_is_a_fault_of_ours_and_not_the_caller_s(
    region: Region, caplog: pytest.LogCaptureFixture
) -> None:
    """The key is right and the value does not open: whoever has the database moved it. The operator is told."""
    region.call("CreateSecret", Name="db", SecretString=CANARY)
    region.tamper("UPDATE secret_version SET sealed = substr(sealed, 1, length(sealed) - 1)")
    region.compose()

    answer = region.ask("GetSecretValue", SecretId="db")

    reference = answer.header("x-amzn-RequestId")
    assert answer.refusal == (
        500,
        "InternalServiceError",
        f"an internal error occurred; reference {reference}",
    )
    assert reference in caplog.text
    assert CANARY not in caplog.text


def test_a_value_moved_to_another_secret_does_not_open_there(region: Region) -> None:
    region.call("CreateSecret", Name="mine", SecretString="mine")
    region.call("CreateSecret", Name="theirs", SecretString=CANARY)
    region.tamper(
        "UPDATE secret_version SET sealed = (SELECT other.sealed FROM secret_version AS other"
        " JOIN secret ON secret.sid = other.sid WHERE secret.name = 'theirs')"
        " WHERE sid = (SELECT sid FROM secret WHERE name = 'mine')"
    )
    region.tamper(
        "UPDATE data_key SET wrapped = (SELECT other.wrapped FROM data_key AS other"
        " JOIN secret ON secret.sid = other.sid WHERE secret.name = 'theirs')"
        " WHERE sid = (SELECT sid FROM secret WHERE name = 'mine')"
    )
    region.compose()

    answer = region.ask("GetSecretValue", SecretId="mine")

    assert answer.status in (400, 500)
    assert CANARY.encode() not in answer.body


def test_a_reference_is_all_that_a_caller_hears_of_a_fault(region: Region) -> None:
    region.faults = planted(sm.GET_SECRET_VALUE)
    region.compose()

    text = region.ask("GetSecretValue", SecretId="db").refusal[2]

    assert re.fullmatch(r"an internal error occurred; reference [0-9a-f-]{36}", text)


def test_nothing_of_a_fault_is_logged_but_where_it_happened(
    region: Region, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    region.faults = planted(sm.CREATE_SECRET)
    region.compose()

    region.ask("CreateSecret", Name="db", SecretString=CANARY)

    assert CANARY not in caplog.text
    assert all(record.exc_info is None for record in caplog.records)
