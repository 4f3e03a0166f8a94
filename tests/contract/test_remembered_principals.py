"""Policies and grants remember users and roles by unique id: nobody inherits from a namesake (facts A.3; decision 0008)."""

from __future__ import annotations

import json

import msgspec
import pytest
from tests.contract.kms_values import in_base64, make_key
from tests.contract.people import (
    add_role,
    add_user,
    ask,
    change,
    directory,
    remove_user,
    session_of,
    statement,
)
from tests.contract.region import ACCOUNT, ROOT_ARN, Region, token
from tests.contract.several_regions import several

from watchword.api.call import Principal
from watchword.api.errors import AccessDeniedException
from watchword.api.shapes import kms
from watchword.api.shapes import secretsmanager as sm

ANN, APP = f"arn:aws:iam::{ACCOUNT}:user/ann", f"arn:aws:iam::{ACCOUNT}:role/app"
PLAINTEXT = in_base64(b"plain")
GET = "secretsmanager:GetSecretValue"
CONTEXT = {"department": "finance"}


def letting_in(*principals: str, action: str = GET) -> str:
    """A policy in a layout of its own."""
    return (
        '{ "Version" : "2012-10-17",\n  "Statement" : [ { "Effect": "Allow", "Principal": { "AWS": '
        f'{json.dumps(principals)} }}, "Action": "{action}", "Resource": "*" }} ]\n}}'
    )


def make_secret(region: Region) -> str:
    made = region.call("CreateSecret", Name="db", SecretString="value", ClientRequestToken=token())
    arn: str = made["ARN"]
    return arn


def of_secret(region: Region) -> str:
    text: str = region.call("GetResourcePolicy", SecretId="db")["ResourcePolicy"]
    return text


def of_key(region: Region, arn: str) -> str:
    text: str = region.call("GetKeyPolicy", KeyId=arn)["Policy"]
    return text


# Policies of secrets


def test_a_policy_reads_as_it_was_written_and_lets_in_whom_it_names(region: Region) -> None:
    make_secret(region)
    add_user(region, "ann")
    policy = letting_in(ANN, ROOT_ARN)

    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=policy)

    assert of_secret(region) == policy
    assert ask(region, "ann", "GetSecretValue", SecretId="db").members["SecretString"] == "value"


def test_who_is_made_again_under_a_name_inherits_nothing(region: Region) -> None:
    make_secret(region)
    first = add_user(region, "ann")
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=letting_in(ANN))

    remove_user(region, first)
    assert of_secret(region) == letting_in(first.user_id)
    add_user(region, "ann", user_id="AIDASECOND")

    assert of_secret(region) == letting_in(first.user_id)
    assert ask(region, "ann", "GetSecretValue", SecretId="db").refusal[1] == "AccessDeniedException"
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=letting_in(ANN))
    assert of_secret(region) == letting_in(ANN)
    assert ask(region, "ann", "GetSecretValue", SecretId="db").status == 200


def test_who_moves_is_let_in_and_reads_under_the_new_name(region: Region) -> None:
    make_secret(region)
    user = add_user(region, "ann")
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=letting_in(ANN))

    change(region, msgspec.structs.replace(user, name="anna", path="/moved/"))

    assert of_secret(region) == letting_in(f"arn:aws:iam::{ACCOUNT}:user/moved/anna")
    assert ask(region, "ann", "GetSecretValue", SecretId="db").status == 200


def test_a_role_s_sessions_are_let_in_by_the_role(region: Region) -> None:
    make_secret(region)
    session = session_of(region, add_role(region, "app"))
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=letting_in(APP))

    read = region.gate.perform(
        sm.GET_SECRET_VALUE, sm.GetSecretValueRequest(secret_id="db"), principal=session
    )

    assert read.secret_string == "value"
    change(region, remove=(directory(region).roles["AROAAPP"],))
    namesake = session_of(region, add_role(region, "app", role_id="AROASECOND"))
    with pytest.raises(AccessDeniedException):
        region.gate.perform(sm.GET_SECRET_VALUE, sm.GetSecretValueRequest(secret_id="db"), principal=namesake)


def test_an_arn_of_an_account_that_is_not_held_is_kept_as_written(region: Region) -> None:
    make_secret(region)
    policy = letting_in("arn:aws:iam::210987654321:user/ann", "210987654321")

    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=policy)

    assert of_secret(region) == policy


UNSUPPORTED = "This resource policy contains an unsupported principal."


def test_a_policy_for_nobody_is_refused_and_a_validation_says_so(region: Region) -> None:
    """Facts 8.4, 8.5."""
    make_secret(region)
    policy = letting_in(ANN)

    refused = region.refused("PutResourcePolicy", SecretId="db", ResourcePolicy=policy)
    found = region.call("ValidateResourcePolicy", SecretId="db", ResourcePolicy=policy)

    assert refused == ("MalformedPolicyDocumentException", UNSUPPORTED)
    assert found["ValidationErrors"] == [{"CheckName": "Principal", "ErrorMessage": UNSUPPORTED}]


def test_a_validation_knows_its_author_by_id(region: Region) -> None:
    make_secret(region)
    add_user(region, "ann", policy=statement({"Effect": "Allow", "Action": "*", "Resource": "*"}))
    but_ann = {"Effect": "Deny", "NotPrincipal": {"AWS": [ROOT_ARN, ANN]}, "Action": "*", "Resource": "*"}
    deny_ann = {"Effect": "Deny", "Principal": {"AWS": ANN}, "Action": "*", "Resource": "*"}

    spared, locked_out = (
        ask(region, "ann", "ValidateResourcePolicy", SecretId="db", ResourcePolicy=statement(one)).members
        for one in (but_ann, deny_ann)
    )

    assert spared["PolicyValidationPassed"]
    assert [one["CheckName"] for one in locked_out["ValidationErrors"]] == ["LockOut"]


def test_the_same_policy_again_changes_nothing_and_for_a_namesake_it_does(region: Region) -> None:
    make_secret(region)
    first = add_user(region, "ann")
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=letting_in(ANN))
    changed = region.call("DescribeSecret", SecretId="db")["LastChangedDate"]
    region.clock.forward(1_000)

    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=letting_in(ANN))
    assert region.call("DescribeSecret", SecretId="db")["LastChangedDate"] == changed

    remove_user(region, first)
    add_user(region, "ann", user_id="AIDASECOND")
    region.call("PutResourcePolicy", SecretId="db", ResourcePolicy=letting_in(ANN))
    assert region.call("DescribeSecret", SecretId="db")["LastChangedDate"] > changed


def test_a_replica_s_policy_lets_in_whom_its_primary_s_does() -> None:
    with several("us-east-1", "us-east-2") as regions:
        here, there = regions["us-east-1"], regions["us-east-2"]
        for region in (here, there):
            add_user(region, "ann")
        make_secret(here)
        here.call("PutResourcePolicy", SecretId="db", ResourcePolicy=letting_in(ANN))

        here.call("ReplicateSecretToRegions", SecretId="db", AddReplicaRegions=[{"Region": there.name}])
        regions.settle()

        assert of_secret(there) == letting_in(ANN)
        assert ask(there, "ann", "GetSecretValue", SecretId="db").status == 200


# Policies of keys


def test_a_key_s_policy_remembers_whom_it_names(region: Region) -> None:
    first = add_user(region, "ann")
    policy = letting_in(ROOT_ARN, ANN, action="kms:*")
    made, put = make_key(region, Policy=policy), make_key(region)
    region.call("PutKeyPolicy", KeyId=put, Policy=policy)
    for arn in (made, put):
        assert of_key(region, arn) == policy
        assert ask(region, "ann", "Encrypt", KeyId=arn, Plaintext=PLAINTEXT).status == 200

    remove_user(region, first)
    add_user(region, "ann", user_id="AIDASECOND")

    for arn in (made, put):
        assert of_key(region, arn) == policy.replace(ANN, first.user_id)
        refused = ask(region, "ann", "Encrypt", KeyId=arn, Plaintext=PLAINTEXT)
        assert refused.refusal[1] == "AccessDeniedException"


def test_a_key_s_policy_for_nobody_is_refused(region: Region) -> None:
    policy = letting_in(ROOT_ARN, APP, action="kms:*")
    refused = (
        "MalformedPolicyDocumentException",
        "Policy contains a statement with one or more invalid principals.",
    )

    assert region.refused("CreateKey", Policy=policy) == refused
    assert region.refused("PutKeyPolicy", KeyId=make_key(region), Policy=policy) == refused


def test_who_gives_a_key_to_itself_alone_is_not_locked_out(region: Region) -> None:
    add_user(region, "ann", policy=statement({"Effect": "Allow", "Action": "kms:*", "Resource": "*"}))
    mine = letting_in(ANN, action="kms:*")

    made = ask(region, "ann", "CreateKey", Policy=mine)

    assert made.status == 200
    refused = ask(region, "ann", "CreateKey", Policy=letting_in(ROOT_ARN, action="kms:Describe*"))
    assert refused.refusal[1:] == (
        "MalformedPolicyDocumentException",
        "The new key policy will not allow you to update the key policy in the future.",
    )


# Grants


def grant(region: Region, arn: str, *operations: str, to: str = ANN, **members: object) -> dict[str, str]:
    made: dict[str, str] = region.call(
        "CreateGrant", KeyId=arn, GranteePrincipal=to, Operations=list(operations), **members
    )
    return made


DENIED = (400, "AccessDeniedException")


def test_a_grant_lets_a_user_use_a_key_until_it_ends(region: Region) -> None:
    arn = make_key(region)
    add_user(region, "ann")
    sealed = region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT, EncryptionContext=CONTEXT)[
        "CiphertextBlob"
    ]
    asked: dict[str, object] = {"CiphertextBlob": sealed, "EncryptionContext": CONTEXT}
    assert ask(region, "ann", "Decrypt", **asked).refusal[:2] == DENIED

    made = grant(region, arn, "Decrypt", Constraints={"EncryptionContextSubset": CONTEXT})

    assert ask(region, "ann", "Decrypt", **asked).members["Plaintext"] == PLAINTEXT
    assert ask(region, "ann", "Encrypt", KeyId=arn, Plaintext=PLAINTEXT).refusal[:2] == DENIED
    region.call("RevokeGrant", KeyId=arn, GrantId=made["GrantId"])
    assert ask(region, "ann", "Decrypt", **asked).refusal[:2] == DENIED


def test_a_grant_is_constrained_by_the_context_of_a_request(region: Region) -> None:
    arn = make_key(region)
    add_user(region, "ann")
    grant(region, arn, "GenerateDataKey", Constraints={"EncryptionContextEquals": CONTEXT})
    asked: dict[str, object] = {"KeyId": arn, "KeySpec": "AES_256"}

    assert ask(region, "ann", "GenerateDataKey", **asked, EncryptionContext=CONTEXT).status == 200
    more = {**CONTEXT, "more": "x"}
    assert ask(region, "ann", "GenerateDataKey", **asked, EncryptionContext=more).refusal[:2] == DENIED
    assert ask(region, "ann", "GenerateDataKey", **asked).refusal[:2] == DENIED


def test_a_secret_is_read_by_right_of_a_grant_on_its_key(region: Region) -> None:
    """The grant's constraint is on what Secrets Manager says in the reader's name (facts A.2)."""
    arn = make_key(region)
    may_get = statement({"Effect": "Allow", "Action": GET, "Resource": "*"})
    add_user(region, "ann", policy=may_get)
    secret: str = region.call(
        "CreateSecret", Name="db", SecretString="value", KmsKeyId=arn, ClientRequestToken=token()
    )["ARN"]
    assert ask(region, "ann", "GetSecretValue", SecretId="db").refusal[:2] == DENIED

    grant(region, arn, "Decrypt", Constraints={"EncryptionContextSubset": {"SecretARN": secret}})

    assert ask(region, "ann", "GetSecretValue", SecretId="db").members["SecretString"] == "value"


def test_a_deny_takes_back_what_is_granted(region: Region) -> None:
    arn = make_key(region)
    deny = statement({"Effect": "Deny", "Action": "kms:Encrypt", "Resource": "*"})
    add_user(region, "ann", policy=deny)
    grant(region, arn, "Encrypt", "DescribeKey")

    assert ask(region, "ann", "DescribeKey", KeyId=arn).status == 200
    assert ask(region, "ann", "Encrypt", KeyId=arn, Plaintext=PLAINTEXT).refusal[:2] == DENIED


def test_a_grant_of_who_is_gone_is_listed_under_the_id_and_permits_no_namesake(region: Region) -> None:
    arn = make_key(region)
    first = add_user(region, "ann")
    role = add_role(region, "app")
    made = grant(region, arn, "Decrypt", RetiringPrincipal=APP)
    remove_user(region, first)
    change(region, remove=(role,))
    add_user(region, "ann", user_id="AIDASECOND")

    (entry,) = region.call("ListGrants", KeyId=arn)["Grants"]

    assert (entry["GranteePrincipal"], entry["RetiringPrincipal"]) == (first.user_id, role.role_id)
    assert region.call("ListGrants", KeyId=arn, GranteePrincipal=ANN)["Grants"] == []
    assert region.call("ListRetirableGrants", RetiringPrincipal=APP)["Grants"] == []
    of_id = region.call("ListGrants", KeyId=arn, GranteePrincipal=first.user_id)["Grants"]
    of_role = region.call("ListRetirableGrants", RetiringPrincipal=role.role_id)["Grants"]
    assert [one["GrantId"] for one in (*of_id, *of_role)] == [made["GrantId"]] * 2
    assert ask(region, "ann", "DescribeKey", KeyId=arn).refusal[:2] == DENIED


def test_the_same_named_grant_for_a_namesake_is_another(region: Region) -> None:
    arn = make_key(region)
    first = add_user(region, "ann")
    made = grant(region, arn, "Decrypt", Name="app")
    remove_user(region, first)
    add_user(region, "ann", user_id="AIDASECOND")

    again = grant(region, arn, "Decrypt", Name="app")

    assert again["GrantId"] != made["GrantId"]


def test_who_may_make_grants_by_a_grant_makes_none_that_is_wider(region: Region) -> None:
    """KMS Developer Guide, Creating grants."""
    arn = make_key(region)
    add_user(region, "ann")
    add_user(region, "ben")
    grant(region, arn, "CreateGrant", "Decrypt", Constraints={"EncryptionContextSubset": CONTEXT})
    to_ben: dict[str, object] = {"KeyId": arn, "GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:user/ben"}

    wider = ask(region, "ann", "CreateGrant", **to_ben, Operations=["Decrypt"])
    more = ask(
        region,
        "ann",
        "CreateGrant",
        **to_ben,
        Operations=["Encrypt"],
        Constraints={"EncryptionContextEquals": CONTEXT},
    )
    narrow = ask(
        region,
        "ann",
        "CreateGrant",
        **to_ben,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextEquals": CONTEXT},
    )

    assert wider.refusal[:2] == more.refusal[:2] == DENIED
    assert narrow.status == 200
    sealed = region.call("Encrypt", KeyId=arn, Plaintext=PLAINTEXT, EncryptionContext=CONTEXT)[
        "CiphertextBlob"
    ]
    opened = ask(region, "ben", "Decrypt", CiphertextBlob=sealed, EncryptionContext=CONTEXT)
    assert opened.members["Plaintext"] == PLAINTEXT


def test_a_grant_to_a_role_is_one_to_its_sessions_and_to_none_of_a_namesake_s(region: Region) -> None:
    arn = make_key(region)
    role = add_role(region, "app")
    grant(region, arn, "DescribeKey", to=APP)

    def describe(who: Principal) -> None:
        region.gate.perform(kms.DESCRIBE_KEY, kms.DescribeKeyRequest(key_id=arn), principal=who)

    describe(session_of(region, role))
    change(region, remove=(role,))
    namesake = session_of(region, add_role(region, "app", role_id="AROASECOND"))
    with pytest.raises(AccessDeniedException):
        describe(namesake)


MAY_RETIRE: dict[str, object] = {"Effect": "Allow", "Action": "kms:RetireGrant", "Resource": "*"}
MAY_NOT_RETIRE: dict[str, object] = {"Effect": "Deny", "Action": "kms:RetireGrant", "Resource": "*"}
RETIRERS: dict[str, tuple[dict[str, object], list[dict[str, object]], bool]] = {
    "its retiring principal": ({"RetiringPrincipal": ANN}, [], True),
    "a grantee that was given RetireGrant": (
        {"GranteePrincipal": ANN, "Operations": ["Decrypt", "RetireGrant"]},
        [],
        True,
    ),
    "no other grantee": ({"GranteePrincipal": ANN}, [], False),
    "whom its account lets": ({}, [MAY_RETIRE], True),
    "nobody else": ({}, [], False),
    "nobody who is denied it": ({"RetiringPrincipal": ANN}, [MAY_NOT_RETIRE], False),
    "nobody for an account that retires, without its policies": ({"RetiringPrincipal": ROOT_ARN}, [], False),
}


@pytest.mark.parametrize(("members", "policy", "may"), RETIRERS.values(), ids=RETIRERS)
@pytest.mark.parametrize("by", ["token", "id"])
def test_a_grant_is_retired_by(
    region: Region, members: dict[str, object], policy: list[dict[str, object]], may: bool, by: str
) -> None:
    """KMS Developer Guide, Retiring and revoking grants. What the key's policy says of it has no effect."""
    add_user(region, "ann", policy=statement(*policy) if policy else None)
    add_user(region, "ben")
    arn = make_key(region)
    asked = {"GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:user/ben", "Operations": ["Decrypt"], **members}
    made = region.call("CreateGrant", KeyId=arn, **asked)
    region.call("PutKeyPolicy", KeyId=arn, Policy=letting_in(ROOT_ARN, ANN, action="kms:*"))
    named: dict[str, object] = (
        {"GrantToken": made["GrantToken"]} if by == "token" else {"KeyId": arn, "GrantId": made["GrantId"]}
    )

    retired = ask(region, "ann", "RetireGrant", **named)

    assert retired.status == 200 if may else retired.refusal[:2] == DENIED
    assert len(region.call("ListGrants", KeyId=arn)["Grants"]) == (0 if may else 1)


def test_a_role_that_may_retire_a_grant_does_so_by_its_sessions(region: Region) -> None:
    arn = make_key(region)
    role = add_role(region, "app")
    made = grant(region, arn, "Decrypt", to=ROOT_ARN, RetiringPrincipal=APP)
    request = kms.RetireGrantRequest(key_id=arn, grant_id=made["GrantId"])
    other = session_of(region, add_role(region, "other"))
    with pytest.raises(AccessDeniedException):
        region.gate.perform(kms.RETIRE_GRANT, request, principal=other)

    region.gate.perform(kms.RETIRE_GRANT, request, principal=session_of(region, role))

    assert region.call("ListGrants", KeyId=arn)["Grants"] == []
