"""What a request has for each condition key: from the call, from its own members, from what was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from watchword.api.call import Principal, PrincipalKind, Session, root_of
from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.api.shapes import kms
from watchword.api.shapes import secretsmanager as sm
from watchword.identity.context import Circumstances, RequestContext

ACCOUNT = "123456789012"
ROOT = root_of(ACCOUNT, partition="aws")
NOW = 1_795_305_600_000
"""2026-11-22T00:00:00Z."""


def context(
    operation: Operation,
    request: Shape,
    *,
    tags: Mapping[str, str] | None = None,
    facts: Mapping[str, tuple[str, ...]] | None = None,
    principal: Principal = ROOT,
    **circumstances: Any,
) -> RequestContext:
    return RequestContext(
        operation=operation,
        request=request,
        principal=principal,
        circumstances=Circumstances(**{"region": "us-east-2", "now": NOW, **circumstances}),
        account=ACCOUNT,
        tags=tags or {},
        facts=None if facts is None else lambda: facts,
    )


READ = sm.GetSecretValueRequest(secret_id="db", version_stage="AWSPREVIOUS")
OF_THE_CALL: dict[str, tuple[dict[str, Any], str, tuple[str, ...] | None]] = {
    "account": ({}, "aws:principalaccount", (ACCOUNT,)),
    "ARN": ({}, "aws:principalarn", (f"arn:aws:iam::{ACCOUNT}:root",)),
    "type": ({}, "aws:principaltype", ("Account",)),
    "user id": ({}, "aws:userid", (ACCOUNT,)),
    "a root user has no name": ({}, "aws:username", None),
    "Region": ({}, "aws:requestedregion", ("us-east-2",)),
    "Region, as EC2 calls it": ({}, "ec2:region", ("us-east-2",)),
    "owner": ({}, "aws:resourceaccount", (ACCOUNT,)),
    "time": ({}, "aws:currenttime", ("2026-11-22T00:00:00Z",)),
    "seconds": ({}, "aws:epochtime", ("1795305600",)),
    "address": ({"source": "192.0.2.7"}, "aws:sourceip", ("192.0.2.7",)),
    "no address of its own": ({}, "aws:sourceip", None),
    "TLS": ({"secure": True}, "aws:securetransport", ("true",)),
    "no TLS": ({}, "aws:securetransport", ("false",)),
    "agent": ({"user_agent": "Boto3/1.44"}, "aws:useragent", ("Boto3/1.44",)),
    "no agent": ({}, "aws:useragent", None),
    "itself": ({}, "aws:viaawsservice", ("false",)),
    "no service": ({}, "kms:viaservice", None),
    "a key that nobody knows": ({}, "aws:nothing", None),
    "temporary credentials only": ({}, "aws:tokenissuetime", None),
}


@pytest.mark.parametrize(("circumstances", "key", "values"), OF_THE_CALL.values(), ids=OF_THE_CALL)
def test_the_call_fills_the_global_keys(
    circumstances: dict[str, Any], key: str, values: tuple[str, ...] | None
) -> None:
    assert context(sm.GET_SECRET_VALUE, READ, **circumstances).get(key) == values


ANN_ARN, APP_ARN = f"arn:aws:iam::{ACCOUNT}:user/ann", f"arn:aws:iam::{ACCOUNT}:role/app"
ANN = Principal(
    kind=PrincipalKind.USER,
    arn=ANN_ARN,
    account=ACCOUNT,
    user_id="AIDAANN",
    unique_id="AIDAANN",
    name="ann",
    tags=(("team", "red"), ("Empty", "")),
)
ANN_FOR_AN_HOUR = msgspec.structs.replace(ANN, session=Session(issued_ms=NOW + 999))
SESSION = Principal(
    kind=PrincipalKind.ROLE_SESSION,
    arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/app/job",
    account=ACCOUNT,
    user_id="AROAAPP:job",
    unique_id="AROAAPP:job",
    issuer_arn=APP_ARN,
    issuer_id="AROAAPP",
    name="app",
    session=Session(
        issued_ms=NOW,
        source_identity="ann@example.com",
        federated_provider=f"arn:aws:iam::{ACCOUNT}:oidc-provider/x.y",
    ),
)
FEDERATED = Principal(
    kind=PrincipalKind.FEDERATED_USER,
    arn=f"arn:aws:sts::{ACCOUNT}:federated-user/fay",
    account=ACCOUNT,
    user_id=f"{ACCOUNT}:fay",
    issuer_arn=ANN_ARN,
    issuer_id="AIDAANN",
    session=Session(issued_ms=NOW),
)
# Source: IAM User Guide, AWS global condition context keys; aws:PrincipalType and aws:userid: Policy variables, the table.
OF_WHO_CALLS: dict[str, tuple[Principal, str, tuple[str, ...] | None]] = {
    "a user's type": (ANN, "aws:principaltype", ("User",)),
    "a user's name": (ANN, "aws:username", ("ann",)),
    "a user's id": (ANN, "aws:userid", ("AIDAANN",)),
    "a user's ARN": (ANN, "aws:principalarn", (ANN_ARN,)),
    "a user's tag": (ANN, "aws:principaltag/team", ("red",)),
    "a user's empty tag": (ANN, "aws:principaltag/empty", ("",)),
    "a tag that a user lacks": (ANN, "aws:principaltag/stage", None),
    "no time of issue with long-term keys": (ANN, "aws:tokenissuetime", None),
    "nothing of a second factor with long-term keys": (ANN, "aws:multifactorauthpresent", None),
    "no source identity": (ANN, "aws:sourceidentity", None),
    "a user's name with temporary credentials": (ANN_FOR_AN_HOUR, "aws:username", ("ann",)),
    "when they were issued, in seconds": (ANN_FOR_AN_HOUR, "aws:tokenissuetime", ("2026-11-22T00:00:00Z",)),
    "no second factor": (ANN_FOR_AN_HOUR, "aws:multifactorauthpresent", ("false",)),
    "and so no age of one": (ANN_FOR_AN_HOUR, "aws:multifactorauthage", None),
    "a session's type": (SESSION, "aws:principaltype", ("AssumedRole",)),
    "a session has no user's name": (SESSION, "aws:username", None),
    "a session's id": (SESSION, "aws:userid", ("AROAAPP:job",)),
    "a session's ARN is its role's": (SESSION, "aws:principalarn", (APP_ARN,)),
    "a session's source identity": (SESSION, "aws:sourceidentity", ("ann@example.com",)),
    "who vouched for it": (SESSION, "aws:federatedprovider", (f"arn:aws:iam::{ACCOUNT}:oidc-provider/x.y",)),
    "a federated user's type": (FEDERATED, "aws:principaltype", ("FederatedUser",)),
    "a federated user's ARN is its own": (FEDERATED, "aws:principalarn", (FEDERATED.arn,)),
    "a federated user's id": (FEDERATED, "aws:userid", (f"{ACCOUNT}:fay",)),
    "a federated user has no user's name": (FEDERATED, "aws:username", None),
}


@pytest.mark.parametrize(("who", "key", "values"), OF_WHO_CALLS.values(), ids=OF_WHO_CALLS)
def test_who_calls_fills_the_keys_of_the_principal(
    who: Principal, key: str, values: tuple[str, ...] | None
) -> None:
    assert context(sm.GET_SECRET_VALUE, READ, principal=who).get(key) == values


def test_what_a_service_asks_in_a_caller_s_name_shows_the_service_and_no_address() -> None:
    """IAM User Guide, aws:SourceIp and aws:ViaAWSService: the address would be the service's."""
    via = "secretsmanager.us-east-2.amazonaws.com"
    asked = context(kms.DECRYPT, kms.DecryptRequest(), via=via, source="192.0.2.7")

    assert asked.get("kms:viaservice") == (via,)
    assert asked.get("aws:viaawsservice") == ("true",)
    assert asked.get("kms:calleraccount") == (ACCOUNT,)
    assert asked.get("aws:sourceip") is None


TAGGED = (sm.Tag(key="Team", value="blue"), sm.Tag(key="stage", value=""))
REGIONS = (sm.ReplicaRegionType(region="us-east-2"), sm.ReplicaRegionType(region="eu-west-1"))
CREATE = sm.CreateSecretRequest(
    name="db", tags=TAGGED, add_replica_regions=REGIONS, force_overwrite_replica_secret=True
)
DECRYPT = kms.DecryptRequest(encryption_context={"SecretARN": "arn:x", "team": "Blue"})
OF_THE_REQUEST: dict[str, tuple[Operation, Shape, str, tuple[str, ...] | None]] = {
    "a name": (sm.CREATE_SECRET, CREATE, "secretsmanager:name", ("db",)),
    "a stage": (sm.GET_SECRET_VALUE, READ, "secretsmanager:versionstage", ("AWSPREVIOUS",)),
    "absent": (sm.GET_SECRET_VALUE, READ, "secretsmanager:versionid", None),
    "of another operation": (sm.GET_SECRET_VALUE, READ, "secretsmanager:name", None),
    "a switch": (sm.CREATE_SECRET, CREATE, "secretsmanager:forceoverwritereplicasecret", ("true",)),
    "a number": (
        sm.DELETE_SECRET,
        sm.DeleteSecretRequest(secret_id="db", recovery_window_in_days=7),
        "secretsmanager:recoverywindowindays",
        ("7",),
    ),
    "Regions": (sm.CREATE_SECRET, CREATE, "secretsmanager:addreplicaregions", ("us-east-2", "eu-west-1")),
    "a tag, whatever its case": (sm.CREATE_SECRET, CREATE, "aws:requesttag/team", ("blue",)),
    "an empty tag": (sm.CREATE_SECRET, CREATE, "aws:requesttag/stage", ("",)),
    "no such tag": (sm.CREATE_SECRET, CREATE, "aws:requesttag/tea", None),
    "tag keys": (sm.CREATE_SECRET, CREATE, "aws:tagkeys", ("Team", "stage")),
    "tag keys to remove": (
        sm.UNTAG_RESOURCE,
        sm.UntagResourceRequest(secret_id="db", tag_keys=("Team",)),
        "aws:tagkeys",
        ("Team",),
    ),
    "a KMS tag": (
        kms.CREATE_KEY,
        kms.CreateKeyRequest(tags=(kms.Tag(tag_key="Team", tag_value="blue"),)),
        "aws:requesttag/team",
        ("blue",),
    ),
    "an encryption context": (kms.DECRYPT, DECRYPT, "kms:encryptioncontext:secretarn", ("arn:x",)),
    "its keys": (kms.DECRYPT, DECRYPT, "kms:encryptioncontextkeys", ("SecretARN", "team")),
    "rules, whether they are there": (
        sm.ROTATE_SECRET,
        sm.RotateSecretRequest(secret_id="db", rotation_rules=sm.RotationRulesType(duration="2h")),
        "secretsmanager:modifyrotationrules",
        ("true",),
    ),
}


@pytest.mark.parametrize(
    ("operation", "request_", "key", "values"), OF_THE_REQUEST.values(), ids=OF_THE_REQUEST
)
def test_members_of_the_request_fill_the_keys_that_the_table_names(
    operation: Operation, request_: Shape, key: str, values: tuple[str, ...] | None
) -> None:
    assert context(operation, request_).get(key) == values


def test_what_was_found_fills_the_rest() -> None:
    found = context(
        sm.GET_SECRET_VALUE,
        READ,
        tags={"Team": "blue", "team": "red", "stage": "x"},
        facts={"secretsmanager:secretprimaryregion": ("us-east-1",)},
    )

    assert found.get("secretsmanager:secretprimaryregion") == ("us-east-1",)
    assert found.get("aws:resourcetag/stage") == ("x",)
    assert found.get("secretsmanager:resourcetag/stage") == ("x",)
    assert found.get("iam:resourcetag/stage") == ("x",)
    assert found.get("aws:resourcetag/team") == ("blue", "red")
    assert found.get("aws:resourcetag/none") is None


def test_nothing_is_worked_out_before_it_is_asked_for() -> None:
    def facts() -> Mapping[str, tuple[str, ...]]:
        raise AssertionError("asked too early")

    asked = RequestContext(
        operation=sm.GET_SECRET_VALUE,
        request=READ,
        principal=ROOT,
        circumstances=Circumstances(region="us-east-2", now=NOW),
        account=ACCOUNT,
        tags={},
        facts=facts,
    )

    assert asked.get("secretsmanager:secretid") == ("db",)
