"""Session tokens: opened with the account's session key, for their access key id, if their Region has signed them."""

from __future__ import annotations

import base64
import os
import string

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from watchword.envelope import session
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.session import Issued

KEY = bytes(range(32))
ACCOUNT, OTHER_ACCOUNT = "123456789012", "000000000007"
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
OTHER_SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96)))
ISSUERS = {
    "us-east-1": SIGNER.public_key().public_bytes_raw(),
    "us-east-2": OTHER_SIGNER.public_key().public_bytes_raw(),
}
CLAIMS = b'{"expires": 1795298400000}'
ALPHABET = string.ascii_letters + string.digits + "-_"


def issued(
    *,
    account: str = ACCOUNT,
    region: str = "us-east-1",
    key_id: str = "k1",
    claims: bytes = CLAIMS,
    signer: Ed25519PrivateKey = SIGNER,
) -> Issued:
    return session.issue(
        KEY,
        account=account,
        key_id=key_id,
        region=region,
        signer=signer,
        claims=claims,
        entropy=os.urandom,
    )


ISSUED = issued()


def opened(
    token: str,
    *,
    key: bytes = KEY,
    account: str = ACCOUNT,
    access_key_id: str = ISSUED.access_key_id,
    issuers: dict[str, bytes] = ISSUERS,
) -> session.Held:
    return session.open_token(key, token, account=account, access_key_id=access_key_id, issuers=issuers)


def refused_at(
    token: str,
    *,
    key: bytes = KEY,
    account: str = ACCOUNT,
    access_key_id: str = ISSUED.access_key_id,
    issuers: dict[str, bytes] = ISSUERS,
) -> Step:
    with pytest.raises(EnvelopeRefused) as refused:
        opened(token, key=key, account=account, access_key_id=access_key_id, issuers=issuers)
    return refused.value.step


def raw_of(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.mark.parametrize("size", [0, 1, len(CLAIMS), session.CLAIMS_BYTES_MAX])
def test_a_token_gives_back_its_claims_and_its_secret(size: int) -> None:
    made = issued(claims=bytes(size), region="x" * 64, key_id="k" * 64)

    held = opened(made.token, access_key_id=made.access_key_id, issuers={"x" * 64: ISSUERS["us-east-1"]})

    assert (held.claims, held.region) == (bytes(size), "x" * 64)
    assert held.secret_access_key == made.secret_access_key
    assert len(made.token) <= session.TOKEN_CHARACTERS_MAX
    assert set(made.token) <= set(ALPHABET)


def test_a_token_of_a_few_claims_is_short() -> None:
    """A header carries it with each request."""
    assert len(issued(claims=bytes(200)).token) < 600


def test_claims_that_are_too_long_are_not_issued() -> None:
    with pytest.raises(EnvelopeRefused) as refused:
        issued(claims=bytes(session.CLAIMS_BYTES_MAX + 1))

    assert refused.value.step is Step.LENGTH


@pytest.mark.parametrize("name", ["", "x" * 65])
def test_a_name_that_does_not_fit_is_not_written(name: str) -> None:
    for changed in ({"region": name}, {"key_id": name}):
        with pytest.raises(EnvelopeRefused):
            issued(**changed)  # type: ignore[arg-type]  # one name, of one of the two


def test_the_access_key_id_has_aws_s_form_and_names_its_account() -> None:
    """STS API, Credentials: AccessKeyId, 16 to 128 word characters; IAM User Guide: ASIA."""
    for account in (ACCOUNT, OTHER_ACCOUNT, "999999999999"):
        made = issued(account=account)

        assert made.access_key_id.startswith("ASIA")
        assert len(made.access_key_id) == 20
        assert set(made.access_key_id) <= set(string.ascii_uppercase + string.digits)
        assert session.account_of(made.access_key_id) == account
    assert len(ISSUED.secret_access_key) == 40


@pytest.mark.parametrize(
    "access_key_id",
    [
        "",
        "ASIA",
        "AKIAIOSFODNN7EXAMPLE",
        "ASIA77777777AAAAAAAA",
        "ASIAAAAA",
        "ASIAaaaaaaaaaaaaaaaa",
        "ASIA" + "1" * 16,
    ],
)
def test_an_access_key_id_that_is_no_session_s_names_nobody(access_key_id: str) -> None:
    """The fourth: a number that no account has."""
    with pytest.raises(EnvelopeRefused):
        session.account_of(access_key_id)


@pytest.mark.parametrize("account", ["", "12345678901", "1234567890123", "12345678901x", "١٢٣٤٥٦٧٨٩٠١٢"])
def test_what_is_no_account_has_no_sessions(account: str) -> None:
    with pytest.raises(EnvelopeRefused):
        issued(account=account)


def test_what_a_token_says_of_itself_can_be_read_without_a_key() -> None:
    assert session.header(ISSUED.token) == session.Header(region="us-east-1", key_id="k1")


def test_every_bit_that_is_flipped_is_refused() -> None:
    """Of the head, what is sealed, and the signature, whose second half has spellings that a lax check would take."""
    raw = raw_of(ISSUED.token)
    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        refused_at(text_of(bytes(changed)))


def test_every_other_character_and_every_truncation_is_refused() -> None:
    token = ISSUED.token
    for at in range(len(token)):
        others = ALPHABET if at == len(token) - 1 else ALPHABET[at % 13 :: 13]
        for other in others.replace(token[at], ""):
            refused_at(token[:at] + other + token[at + 1 :])
        refused_at(token[:at])
    for more in ("A", "=", "AAAA", " ", "\ud800", "A" * session.TOKEN_CHARACTERS_MAX):
        refused_at(token + more)


def test_a_signature_with_another_spelling_of_the_same_number_is_refused() -> None:
    """RFC 8032, 5.1.7: S counts if it is below the group's order; S + L would be the same point."""
    order = 2**252 + 27_742_317_777_372_353_535_851_937_790_883_648_493
    raw = raw_of(ISSUED.token)
    number = int.from_bytes(raw[-32:], "little") + order

    assert refused_at(text_of(raw[:-32] + number.to_bytes(32, "little"))) is Step.SIGNATURE


def test_a_token_opens_for_its_account_access_key_and_session_key_alone() -> None:
    other = issued()

    assert refused_at(ISSUED.token, key=bytes(32)) is Step.COMMITMENT
    assert refused_at(ISSUED.token, account=OTHER_ACCOUNT) is Step.TAG
    assert refused_at(ISSUED.token, access_key_id=other.access_key_id) is Step.TAG
    assert opened(other.token, access_key_id=other.access_key_id).claims == CLAIMS


def test_a_region_s_token_is_refused_where_that_region_does_not_count() -> None:
    without = {"us-east-2": ISSUERS["us-east-2"]}

    assert refused_at(ISSUED.token, issuers=without) is Step.KEY
    assert refused_at(ISSUED.token, issuers={}) is Step.KEY
    assert refused_at(ISSUED.token, issuers={"us-east-1": b"short"}) is Step.KEY


def test_a_region_that_holds_the_session_key_can_not_issue_in_another_s_name() -> None:
    forged = issued(signer=OTHER_SIGNER)
    moved = ISSUED.token[:-86] + issued(region="us-east-2", signer=OTHER_SIGNER).token[-86:]

    assert refused_at(forged.token, access_key_id=forged.access_key_id) is Step.SIGNATURE
    refused_at(moved)
    swapped = {"us-east-1": ISSUERS["us-east-2"]}
    assert refused_at(ISSUED.token, issuers=swapped) is Step.SIGNATURE


def test_a_token_of_more_than_it_may_hold_is_refused_before_it_is_read() -> None:
    assert refused_at("A" * (session.TOKEN_CHARACTERS_MAX + 1)) is Step.LENGTH


def test_nothing_secret_is_shown() -> None:
    held = opened(ISSUED.token)
    for shown in (f"{ISSUED!r} {ISSUED}", f"{held!r} {held}"):
        assert ISSUED.secret_access_key not in shown
        assert ISSUED.token not in shown
        assert "expires" not in shown
