"""What custody does for identity, without its process."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import pytest

from watchword.custody.core import Keyring
from watchword.custody.credentials import Credentials, issuer_key, signing_key
from watchword.custody.master import Master
from watchword.envelope import session, transport
from watchword.envelope.fields import joined
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.session import Issued, Opened
from watchword.envelope.transport import CredentialKind
from watchword.identity.custody import IdentityCustody

ACCOUNT, OTHER_ACCOUNT = "123456789012", "210987654321"
CLAIMS = b'{"expires": 1795298400000}'
INFO = b"l1 e1 r1"


def master(region: str = "us-east-1") -> Master:
    return Master(partition="aws", region=region, key=os.urandom(32), transport_private_key=os.urandom(32))


def keyring(held: Master) -> Keyring:
    return Keyring(held, entropy=os.urandom)


HERE, THERE = master(), master("us-east-2")
KEYS, KEYS_THERE = keyring(HERE), keyring(THERE)
CUSTODY, CUSTODY_THERE = KEYS.credentials, KEYS_THERE.credentials
ISSUERS = {"us-east-1": CUSTODY.issuer_key(), "us-east-2": CUSTODY_THERE.issuer_key()}
SESSION_KEY = CUSTODY.make_session_key(account=ACCOUNT, key_id="k1")
ISSUED = CUSTODY.issue_session(SESSION_KEY, account=ACCOUNT, key_id="k1", claims=CLAIMS)


def carried(sealed: bytes, kind: CredentialKind, credential_id: str, *, account: str = ACCOUNT) -> bytes:
    """From here to there."""
    message = CUSTODY.carry_credential(
        sealed,
        kind=kind,
        account=account,
        credential_id=credential_id,
        recipient=transport.public_key_of(THERE.transport_private_key),
        info=INFO,
    )
    return CUSTODY_THERE.take_credential(
        message, kind=kind, account=account, credential_id=credential_id, info=INFO
    )


def opened(
    custody: IdentityCustody,
    session_key: bytes,
    issued: Issued = ISSUED,
    *,
    account: str = ACCOUNT,
    day: str = "20261122",
    region: str = "us-east-1",
    service: str = "kms",
) -> Opened:
    return custody.open_session(
        session_key,
        account=account,
        token=issued.token,
        access_key_id=issued.access_key_id,
        day=day,
        region=region,
        service=service,
        issuers=ISSUERS,
    )


def test_it_is_the_custody_that_identity_asks() -> None:
    """The type checker holds the two together; the custodian imports nothing of the rules."""
    custody: IdentityCustody = CUSTODY

    assert custody.issuer_key() == ISSUERS["us-east-1"]


def test_a_secret_access_key_is_made_shown_once_and_signs() -> None:
    secret, sealed = CUSTODY.make_access_key(access_key_id="AKIA1")

    assert len(secret) == 40
    assert secret.encode() not in sealed
    key = KEYS.signing_key(sealed=sealed, access_key_id="AKIA1", day="20261122", region="r", service="s")
    assert key == signing_key(secret.encode(), day="20261122", region="r", service="s")
    assert CUSTODY.make_access_key(access_key_id="AKIA1")[0] != secret


def test_an_access_key_is_carried_to_another_region_and_signs_there() -> None:
    secret, sealed = CUSTODY.make_access_key(access_key_id="AKIA1")

    there = carried(sealed, CredentialKind.ACCESS_KEY, "AKIA1")

    key = KEYS_THERE.signing_key(sealed=there, access_key_id="AKIA1", day="d", region="r", service="s")
    assert key == signing_key(secret.encode(), day="d", region="r", service="s")
    with pytest.raises(EnvelopeRefused):
        KEYS.signing_key(sealed=there, access_key_id="AKIA1", day="d", region="r", service="s")


def test_a_session_is_opened_where_it_was_issued_and_in_every_region_that_has_its_key() -> None:
    """Nobody asks another Region: the token is all."""
    there = carried(SESSION_KEY, CredentialKind.SESSION_KEY, "k1")
    expected = signing_key(
        ISSUED.secret_access_key.encode(), day="20261122", region="us-east-1", service="kms"
    )

    for custody, key in ((CUSTODY, SESSION_KEY), (CUSTODY_THERE, there)):
        held = opened(custody, key)
        assert (held.signing_key, held.claims, held.region) == (expected, CLAIMS, "us-east-1")


def test_a_session_of_another_region_is_told_from_one_s_own() -> None:
    there = carried(SESSION_KEY, CredentialKind.SESSION_KEY, "k1")
    issued = CUSTODY_THERE.issue_session(there, account=ACCOUNT, key_id="k1", claims=CLAIMS)

    assert opened(CUSTODY, SESSION_KEY, issued).region == "us-east-2"


def test_a_signing_key_is_of_one_day_region_and_service() -> None:
    keys = {
        opened(CUSTODY, SESSION_KEY).signing_key,
        opened(CUSTODY, SESSION_KEY, day="20261123").signing_key,
        opened(CUSTODY, SESSION_KEY, region="us-east-2").signing_key,
        opened(CUSTODY, SESSION_KEY, service="sts").signing_key,
    }

    assert len(keys) == 4
    assert opened(CUSTODY, SESSION_KEY).signing_key in keys


def test_a_session_opens_under_the_session_key_that_it_names_alone() -> None:
    """Two may be live: the new one does not open the old one's sessions, and a swap of their rows opens neither."""
    second = CUSTODY.make_session_key(account=ACCOUNT, key_id="k2")
    issued = CUSTODY.issue_session(second, account=ACCOUNT, key_id="k2", claims=CLAIMS)

    assert opened(CUSTODY, second, issued).claims == CLAIMS
    assert opened(CUSTODY, SESSION_KEY).claims == CLAIMS
    for key, token in ((second, ISSUED), (SESSION_KEY, issued)):
        with pytest.raises(EnvelopeRefused):
            opened(CUSTODY, key, token)
    with pytest.raises(EnvelopeRefused):
        CUSTODY.issue_session(second, account=ACCOUNT, key_id="k1", claims=CLAIMS)


def test_an_account_s_sessions_are_none_of_another_account() -> None:
    other = CUSTODY.make_session_key(account=OTHER_ACCOUNT, key_id="k1")

    with pytest.raises(EnvelopeRefused):
        opened(CUSTODY, other, account=OTHER_ACCOUNT)
    with pytest.raises(EnvelopeRefused):
        opened(CUSTODY, SESSION_KEY, account=OTHER_ACCOUNT)
    with pytest.raises(EnvelopeRefused):
        CUSTODY.issue_session(other, account=ACCOUNT, key_id="k1", claims=b"")


def test_a_credential_is_taken_for_its_kind_account_id_and_carriage_alone() -> None:
    message = CUSTODY.carry_credential(
        SESSION_KEY,
        kind=CredentialKind.SESSION_KEY,
        account=ACCOUNT,
        credential_id="k1",
        recipient=transport.public_key_of(THERE.transport_private_key),
        info=INFO,
    )

    def take(
        custody: Credentials = CUSTODY_THERE,
        kind: CredentialKind = CredentialKind.SESSION_KEY,
        account: str = ACCOUNT,
        credential_id: str = "k1",
        info: bytes = INFO,
    ) -> bytes:
        return custody.take_credential(
            message, kind=kind, account=account, credential_id=credential_id, info=info
        )

    assert take()
    elsewhere: tuple[Callable[[], bytes], ...] = (
        lambda: take(kind=CredentialKind.ACCESS_KEY),
        lambda: take(kind=CredentialKind.PASSWORD_KEY),
        lambda: take(account=OTHER_ACCOUNT),
        lambda: take(credential_id="k2"),
        lambda: take(info=b"l1 e1 r2"),
        lambda: take(custody=CUSTODY),
    )
    for taken in elsewhere:
        with pytest.raises(EnvelopeRefused):
            taken()


def test_a_credential_is_not_taken_over_as_a_secret_s_value() -> None:
    """A value's reader gets it in the clear; also not by one who writes the very bytes that the custodian binds."""
    message = CUSTODY.carry_credential(
        SESSION_KEY,
        kind=CredentialKind.SESSION_KEY,
        account=ACCOUNT,
        credential_id="k1",
        recipient=transport.public_key_of(THERE.transport_private_key),
        info=INFO,
    )
    bound = joined(b"session-key", ACCOUNT.encode(), b"k1", INFO)

    for info in (INFO, bound):
        with pytest.raises(EnvelopeRefused):
            transport.open_sealed(THERE.transport_private_key, message, info=info)


def test_only_what_is_a_credential_is_carried() -> None:
    """Key material is wrapped beside it, under the same master."""
    arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111"
    material = KEYS.create_material(key_arn=arn)

    for kind in CredentialKind:
        with pytest.raises(EnvelopeRefused):
            carried(material, kind, arn)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (CredentialKind.SESSION_KEY, bytes(31)),
        (CredentialKind.PASSWORD_KEY, bytes(33)),
        (CredentialKind.ACCESS_KEY, b""),
        (CredentialKind.ACCESS_KEY, b"s" * 129),
    ],
)
def test_a_credential_of_another_length_is_not_taken(kind: CredentialKind, content: bytes) -> None:
    message = transport.seal_to(
        transport.public_key_of(THERE.transport_private_key),
        content,
        info=joined(kind.value.encode(), ACCOUNT.encode(), b"k1", INFO),
        purpose=transport.CREDENTIAL_PURPOSE,
    )

    with pytest.raises(EnvelopeRefused) as refused:
        CUSTODY_THERE.take_credential(message, kind=kind, account=ACCOUNT, credential_id="k1", info=INFO)

    assert refused.value.step is Step.LENGTH


def test_the_key_that_a_region_signs_with_is_its_root_s_and_outlives_its_master() -> None:
    renewed = replace(HERE, key=os.urandom(32), before=HERE.key, token_key=bytes(32))

    assert keyring(renewed).credentials.issuer_key() == CUSTODY.issuer_key()
    assert opened(keyring(renewed).credentials, SESSION_KEY).claims == CLAIMS
    assert CUSTODY.issuer_key() == issuer_key(HERE.transport_private_key, partition="aws", region="us-east-1")
    others = {
        keyring(replace(HERE, region="us-east-2")).credentials.issuer_key(),
        keyring(replace(HERE, partition="aws-cn")).credentials.issuer_key(),
        CUSTODY_THERE.issuer_key(),
        transport.public_key_of(HERE.transport_private_key),
    }
    assert len(others | {CUSTODY.issuer_key()}) == 5


@pytest.mark.parametrize("kind", [CredentialKind.SESSION_KEY, CredentialKind.PASSWORD_KEY])
def test_an_account_s_keys_are_rewrapped_under_a_new_master(kind: CredentialKind) -> None:
    make = {
        CredentialKind.SESSION_KEY: CUSTODY.make_session_key,
        CredentialKind.PASSWORD_KEY: CUSTODY.make_password_key,
    }[kind]
    sealed = make(account=ACCOUNT, key_id="k1")
    renewed = keyring(replace(HERE, key=os.urandom(32), before=HERE.key))

    again = renewed.rewrap_credential(sealed=sealed, kind=kind, account=ACCOUNT, key_id="k1")

    assert again != sealed
    assert again == renewed.rewrap_credential(sealed=again, kind=kind, account=ACCOUNT, key_id="k1")
    for changed in ({"account": OTHER_ACCOUNT}, {"key_id": "k2"}, {"kind": CredentialKind.ACCESS_KEY}):
        named = {"kind": kind, "account": ACCOUNT, "key_id": "k1", **changed}
        with pytest.raises(EnvelopeRefused):
            renewed.rewrap_credential(sealed=sealed, **named)  # type: ignore[arg-type]  # one other name each
    with pytest.raises(EnvelopeRefused):
        KEYS.rewrap_credential(sealed=again, kind=kind, account=ACCOUNT, key_id="k1")


def test_a_password_is_checked_in_every_region_of_the_account() -> None:
    key = CUSTODY.make_password_key(account=ACCOUNT, key_id="p1")
    there = carried(key, CredentialKind.PASSWORD_KEY, "p1")
    hashed = CUSTODY.seal_password(
        key, account=ACCOUNT, key_id="p1", user_id="AIDA1", password="correct horse"
    )

    def right(password: str, user_id: str = "AIDA1", *, here: bool = True) -> bool:
        custody, held = (CUSTODY, key) if here else (CUSTODY_THERE, there)
        return custody.check_password(
            held, account=ACCOUNT, user_id=user_id, password=password, hashed=hashed
        )

    assert right("correct horse")
    assert right("correct horse", here=False)
    assert not right("correct hors")
    assert not right("correct horse", "AIDA2")
    again = CUSTODY.seal_password(
        key, account=ACCOUNT, key_id="p1", user_id="AIDA1", password="correct horse"
    )
    assert again != hashed


def test_a_password_is_checked_with_the_key_that_its_hash_names() -> None:
    first = CUSTODY.make_password_key(account=ACCOUNT, key_id="p1")
    second = CUSTODY.make_password_key(account=ACCOUNT, key_id="p2")
    hashed = CUSTODY.seal_password(first, account=ACCOUNT, key_id="p1", user_id="u", password="x")

    with pytest.raises(EnvelopeRefused):
        CUSTODY.check_password(second, account=ACCOUNT, user_id="u", password="x", hashed=hashed)


def test_the_account_is_read_from_a_session_s_access_key_id() -> None:
    assert session.account_of(ISSUED.access_key_id) == ACCOUNT


def test_nothing_secret_is_shown() -> None:
    held = opened(CUSTODY, SESSION_KEY)
    shown = f"{CUSTODY!r} {held!r} {held} {ISSUED!r}"

    for secret in (ISSUED.secret_access_key, ISSUED.token, "expires", repr(held.signing_key)[2:-1]):
        assert secret not in shown
