"""How policies are kept: users and roles by unique id, all else as it was written (IAM User Guide, Principal; facts A.3)."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.api.call import Principal, PrincipalKind, UnknownPrincipal
from watchword.identity.policy_document import PolicyKind, read
from watchword.identity.policy_principals import NamesOf, invalid_principal, rewritten

OURS, THEIRS = "123456789012", "210987654321"
ANN, APP = f"arn:aws:iam::{OURS}:user/ann", f"arn:aws:iam::{OURS}:role/team/app"
ANN_ID, APP_ID, GONE_ID = "AIDAANN", "AROAAPP", "AIDAGONE"
IDS = {ANN: ANN_ID, APP: APP_ID}


class People:
    """One account with a user and a role."""

    def __init__(self, ids: Mapping[str, str] = IDS) -> None:
        self._ids = ids

    def holds(self, account: str, /) -> bool:
        return account == OURS

    def id_of_arn(self, arn: str, /) -> str | None:
        return self._ids.get(arn)

    def arn_of_id(self, unique_id: str, /) -> str | None:
        return next((arn for arn, held in self._ids.items() if held == unique_id), None)

    def principal(self, unique_id: str, /, *, account: str) -> Principal | None:
        arn = self.arn_of_id(unique_id)
        if arn is None or account != OURS:
            return None
        return Principal(
            kind=PrincipalKind.USER, arn=arn, account=account, user_id=unique_id, unique_id=unique_id
        )


NAMES = NamesOf(People())


def kept(principal: str, *, element: str = "Principal") -> str:
    return (
        f'{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","{element}":{principal},'
        f'"Action":"kms:*","Resource":"*"}}}}'
    )


KEPT: dict[str, tuple[str, str]] = {
    "a user": (f'{{"AWS":"{ANN}"}}', f'{{"AWS":"{ANN_ID}"}}'),
    "a role with a path": (f'{{"AWS":"{APP}"}}', f'{{"AWS":"{APP_ID}"}}'),
    "several, as they are laid out": (
        f'{{\n  "AWS" : [ "{ANN}" ,\t"{OURS}",\n "{APP}" ]\n}}',
        f'{{\n  "AWS" : [ "{ANN_ID}" ,\t"{OURS}",\n "{APP_ID}" ]\n}}',
    ),
    "beside others": (
        f'{{"Service":"lambda.amazonaws.com","AWS":"{ANN}"}}',
        f'{{"Service":"lambda.amazonaws.com","AWS":"{ANN_ID}"}}',
    ),
    "everybody": ('"*"', '"*"'),
    "everybody in a list": ('{"AWS":["*"]}', '{"AWS":["*"]}'),
    "an account": (f'{{"AWS":"{OURS}"}}', f'{{"AWS":"{OURS}"}}'),
    "its root user": (
        f'{{"AWS":"arn:aws:iam::{OURS}:root"}}',
        f'{{"AWS":"arn:aws:iam::{OURS}:root"}}',
    ),
    "a session": (
        f'{{"AWS":"arn:aws:sts::{OURS}:assumed-role/app/job"}}',
        f'{{"AWS":"arn:aws:sts::{OURS}:assumed-role/app/job"}}',
    ),
    "a federated user": (
        f'{{"AWS":"arn:aws:sts::{OURS}:federated-user/ann"}}',
        f'{{"AWS":"arn:aws:sts::{OURS}:federated-user/ann"}}',
    ),
    "a user of an account that is not held": (
        f'{{"AWS":"arn:aws:iam::{THEIRS}:user/ann"}}',
        f'{{"AWS":"arn:aws:iam::{THEIRS}:user/ann"}}',
    ),
    "written with escapes": (
        '{"\\u0041WS":"arn:aws:iam::123456789012:user\\/ann"}',
        '{"\\u0041WS":"AIDAANN"}',
    ),
}


@pytest.mark.parametrize("element", ["Principal", "NotPrincipal"])
@pytest.mark.parametrize(("written", "stored"), KEPT.values(), ids=KEPT)
def test_a_policy_is_kept_as_it_was_written_but_for_users_and_roles(
    written: str, stored: str, element: str
) -> None:
    text = kept(written, element=element)
    read(text, kind=PolicyKind.RESOURCE)

    assert NAMES.policy_remembered(text) == kept(stored, element=element)


@pytest.mark.parametrize("written", [written for written, _ in KEPT.values() if "\\" not in written])
def test_what_was_kept_reads_as_it_was_written(written: str) -> None:
    text = kept(written)

    assert NAMES.policy_shown(NAMES.policy_remembered(text)) == text


def test_an_arn_elsewhere_is_a_text_to_compare_with() -> None:
    text = json.dumps(
        {
            "Id": ANN,
            "Statement": [
                {
                    "Sid": ANN,
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "*",
                    "Resource": [ANN, "*"],
                    "Condition": {
                        "ArnEquals": {"aws:PrincipalArn": [ANN, APP]},
                        "StringEquals": {"x:AWS": ANN, "x:Principal": '{["AWS": "' + ANN},
                    },
                },
                {"Effect": "Allow", "Principal": {"AWS": OURS}, "NotAction": "a:b", "NotResource": ANN},
            ],
        }
    )
    read(text, kind=PolicyKind.RESOURCE)

    assert NAMES.policy_remembered(text) == text


def test_of_two_equal_texts_only_the_principal_is_rewritten() -> None:
    statement = {
        "Effect": "Allow",
        "Resource": ANN,
        "Principal": {"AWS": ANN},
        "Action": "*",
        "Condition": {"ArnLike": {"aws:PrincipalArn": ANN}},
    }
    stored = json.loads(NAMES.policy_remembered(json.dumps({"Statement": [statement, statement]})))

    assert stored == {"Statement": [{**statement, "Principal": {"AWS": ANN_ID}}] * 2}


@pytest.mark.parametrize("name", ["user/ann2", "user/x/ann", "role/app", "user/Ann"])
def test_nobody_is_no_principal_in_an_account_that_is_held(name: str) -> None:
    arn = f"arn:aws:iam::{OURS}:{name}"

    with pytest.raises(UnknownPrincipal) as refused:
        NAMES.policy_remembered(kept(f'{{"AWS":["{ANN}","{arn}"]}}'))

    assert refused.value.arn == arn
    assert arn not in str(refused.value)
    assert invalid_principal(arn) == f'Invalid principal in policy: "AWS":"{arn}"'


def test_who_is_gone_reads_as_the_id_and_a_namesake_is_another() -> None:
    stored = NAMES.policy_remembered(kept(f'{{"AWS":"{ANN}"}}'))
    made_again = NamesOf(People({ANN: "AIDANEW"}))

    assert made_again.policy_shown(stored) == stored == kept(f'{{"AWS":"{ANN_ID}"}}')
    assert made_again.policy_remembered(kept(f'{{"AWS":"{ANN}"}}')) == kept('{"AWS":"AIDANEW"}')


def test_who_has_moved_reads_as_the_arn_of_today() -> None:
    moved = f"arn:aws:iam::{OURS}:user/moved/anna"

    assert NamesOf(People({moved: ANN_ID})).policy_shown(kept(f'{{"AWS":"{ANN_ID}"}}')) == kept(
        f'{{"AWS":"{moved}"}}'
    )


ALONE = {
    "a user": (ANN, ANN_ID),
    "a role": (APP, APP_ID),
    "an account": (f"arn:aws:iam::{OURS}:root", f"arn:aws:iam::{OURS}:root"),
    "another account's user": (f"arn:aws:iam::{THEIRS}:user/ann", f"arn:aws:iam::{THEIRS}:user/ann"),
}


@pytest.mark.parametrize(("arn", "stored"), ALONE.values(), ids=ALONE)
def test_one_principal_is_kept_in_the_same_way(arn: str, stored: str) -> None:
    assert NAMES.remembered(arn) == stored
    assert NAMES.shown(stored) == arn
    assert NAMES.shown(GONE_ID) == GONE_ID


texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=12)
principals = st.sampled_from([ANN, APP, OURS, "*"])
maps = st.dictionaries(
    st.sampled_from(["AWS", "Service", "Federated"]),
    st.one_of(principals, st.lists(principals, min_size=1, max_size=3)),
    min_size=1,
)
documents = st.fixed_dictionaries(
    {
        "Id": texts,
        "Statement": st.lists(
            st.fixed_dictionaries(
                {
                    "Sid": texts,
                    "Principal": maps,
                    "Condition": st.dictionaries(
                        texts, st.dictionaries(texts, st.one_of(texts, principals), max_size=2), max_size=2
                    ),
                }
            ),
            min_size=1,
            max_size=3,
        ),
    }
)


@given(document=documents, indent=st.sampled_from([None, 2]), escaped=st.booleans())
def test_whatever_else_stands_in_a_document_stays(
    document: dict[str, list[dict[str, dict[str, object]]]], indent: int | None, escaped: bool
) -> None:
    """Beside a rewriting of the document that was read, which has no text to keep."""
    text = json.dumps(document, indent=indent, ensure_ascii=escaped)

    found = json.loads(rewritten(text, lambda name: IDS.get(name, name)))

    for statement in document["Statement"]:
        aws = statement["Principal"].get("AWS")
        if isinstance(aws, list):
            statement["Principal"]["AWS"] = [IDS.get(one, one) for one in aws]
        elif isinstance(aws, str):
            statement["Principal"]["AWS"] = IDS.get(aws, aws)
    assert found == document
    assert rewritten(text, lambda name: name) == text


ROOT_OF_OURS = f"arn:aws:iam::{OURS}:root"
ACTING = {"a user": (ANN_ID, ANN), "the root user": (ROOT_OF_OURS, ROOT_OF_OURS)}


@pytest.mark.parametrize(("remembered", "arn"), ACTING.values(), ids=ACTING)
def test_who_acts_is_the_principal_as_it_is_now(remembered: str, arn: str) -> None:
    assert NAMES.acting(remembered, account=OURS).arn == arn


NOBODY = {
    "somebody who is gone": ("AIDAGONEGONEGONE", OURS),
    "somebody of another account": (ANN_ID, "210987654321"),
    "another account's root user": (ROOT_OF_OURS, "210987654321"),
    "nothing": ("", OURS),
}


@pytest.mark.parametrize(("remembered", "account"), NOBODY.values(), ids=NOBODY)
def test_nobody_acts_for_an_account_but_its_own_principals(remembered: str, account: str) -> None:
    with pytest.raises(UnknownPrincipal):
        NAMES.acting(remembered, account=account)
