"""Nothing that is sealed opens in another place than its own: not in another row, version, kind, account or Region.

Two Regions whose masters are the same and whose values share one data key: the worst case, in which nothing but what is
bound keeps one place from another. Everything that is sealed anywhere is carried to every place that opens something.
"""

from __future__ import annotations

import base64
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from watchword.custody import imports
from watchword.custody.core import Keyring
from watchword.custody.master import Master
from watchword.envelope import session, suite, token, transport, value
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.envelope.transport import Carriage, CredentialKind
from watchword.envelope.value import Binding

REGIONS = ("us-east-1", "us-east-2")
ACCOUNTS = ("111111111111", "222222222222")
DATA_KEY = bytes(range(32))
MASTER_KEY = bytes(range(32, 64))
TRANSPORT_KEY = bytes(range(64, 96))
NOW = 1_795_298_400_000


@dataclass(frozen=True, kw_only=True)
class Row:
    """One sealed thing, and what is done with the bytes that stand in its place."""

    name: str
    sealed: bytes
    opens: Callable[[bytes], object]
    """Raises EnvelopeRefused, or returns what it opened or did."""
    prefix_at: int = 0
    """Where the format and suite bytes stand."""


@cache
def keyring(region: str) -> Keyring:
    master = Master(partition="aws", region=region, key=MASTER_KEY, transport_private_key=TRANSPORT_KEY)
    return Keyring(master, entropy=os.urandom, pairs=lambda _: rsa_pair())


@cache
def rsa_pair() -> bytes:
    """One for all tokens: again the worst case."""
    return imports.make_pair(2_048)


def binding(region: str, account: str, secret: str, version: str, kind: value.ValueKind) -> Binding:
    return Binding(
        partition="aws",
        region=region,
        account=account,
        # The Region and the account are fields of their own: what tells the secrets apart is the name alone.
        secret_arn=f"arn:aws:secretsmanager:secret:{secret}",
        version_id=version,
        content_id="c",
        kind=kind,
    )


def values() -> Iterator[Row]:
    """Of two Regions, two accounts, two secrets, two versions, as string and as binary."""
    kinds: tuple[value.ValueKind, ...] = ("string", "binary")
    for place in itertools.product(REGIONS, ACCOUNTS, ("db", "web"), ("v1", "v2"), kinds):
        here = binding(*place)
        yield Row(
            name=f"value of {' '.join(place)}",
            sealed=value.seal(DATA_KEY, b"a value", binding=here, entropy=os.urandom),
            opens=partial(value.open_value, DATA_KEY, binding=here),
        )


def key_arns() -> Iterator[tuple[str, str]]:
    """Two keys of each account in each Region; the same ids everywhere."""
    for region, account, key in itertools.product(REGIONS, ACCOUNTS, ("k1", "k2")):
        yield region, f"arn:aws:kms:{region}:{account}:key/{key}"


def keys() -> Iterator[Row]:
    """Rows of the keys' table: two versions of each key's material, which must do their own row's work."""
    for (region, key_arn), version in itertools.product(key_arns(), (1, 2)):
        ring = keyring(region)
        material = ring.create_material(key_arn=key_arn, material_version=version)
        blob = ring.encrypt(material=material, key_arn=key_arn, context={}, plaintext=b"x")
        yield Row(
            name=f"material {version} of {key_arn}",
            sealed=material,
            opens=partial(_decrypted_with, ring, key_arn, blob),
        )


def _decrypted_with(ring: Keyring, key_arn: str, blob: bytes, material: bytes) -> bytes:
    return ring.decrypt(material=material, key_arn=key_arn, context={}, blob=blob)


def data_keys() -> Iterator[Row]:
    """KMS blobs, as the data keys of secrets: each for a key and an encryption context."""
    for region, key_arn in key_arns():
        ring = keyring(region)
        material = ring.create_material(key_arn=key_arn)
        for secret, version in itertools.product(("db", "web"), ("v1", "v2")):
            context = {"SecretARN": secret, "SecretVersionId": version}
            yield Row(
                name=f"data key of {secret} {version} under {key_arn}",
                sealed=ring.generate_data_key(material=material, key_arn=key_arn, context=context, size=32)[
                    1
                ],
                opens=partial(_blob_opened, ring, material, key_arn, context),
                prefix_at=3,
            )


def _blob_opened(ring: Keyring, material: bytes, key_arn: str, context: dict[str, str], blob: bytes) -> bytes:
    return ring.decrypt(material=material, key_arn=key_arn, context=context, blob=blob)


def mac_keys() -> Iterator[Row]:
    for region, key_arn in key_arns():
        ring = keyring(region)
        yield Row(
            name=f"MAC material of {key_arn}",
            sealed=ring.create_mac_material(key_arn=key_arn, size=32),
            opens=partial(_mac_with, ring, key_arn),
        )


def _mac_with(ring: Keyring, key_arn: str, material: bytes) -> bytes:
    return ring.generate_mac(material=material, key_arn=key_arn, algorithm="HMAC_SHA_256", message=b"x")


def import_tokens() -> Iterator[Row]:
    """What each gives out is wrapped under the same pair, so the token alone decides."""
    public = serialization.load_der_public_key(imports.public_half(rsa_pair()))
    assert isinstance(public, rsa.RSAPublicKey)
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    wrapped = public.encrypt(DATA_KEY, oaep)
    for region, key_arn in key_arns():
        ring = keyring(region)
        sealed = ring.import_parameters(
            key_arn=key_arn, bits=2_048, algorithm="RSAES_OAEP_SHA_256", expires_ms=NOW + 1
        )[1]
        yield Row(
            name=f"import token of {key_arn}",
            sealed=sealed,
            opens=partial(_imported, ring, key_arn, wrapped),
        )


def _imported(ring: Keyring, key_arn: str, wrapped: bytes, sealed: bytes) -> object:
    return ring.import_material(
        token=sealed,
        wrapped=wrapped,
        key_arn=key_arn,
        material_version=1,
        mac=False,
        size_min=32,
        size_max=32,
        now=NOW,
    )


def access_keys() -> Iterator[Row]:
    for region, name in itertools.product(REGIONS, ("AKIA1", "AKIA2", "AKIA3")):
        ring = keyring(region)
        yield Row(
            name=f"access key {name} in {region}",
            sealed=ring.seal_access_key(access_key_id=name, secret_access_key="s" * 40),
            opens=partial(_signed_with, ring, name),
        )


def _signed_with(ring: Keyring, name: str, sealed: bytes) -> bytes:
    return ring.signing_key(sealed=sealed, access_key_id=name, day="20261122", region="r", service="s")


def tokens() -> Iterator[Row]:
    """As bytes, not as text, so that they too are carried to the other places, and bits can be flipped."""
    for region, account, listing in itertools.product(REGIONS, ACCOUNTS, ("ListSecrets", "ListKeys")):
        key, purpose = keyring(region).token_key(), f"{listing} {account}"
        text = token.seal_token(key, b"after db", purpose=purpose, entropy=os.urandom)
        yield Row(
            name=f"token of {purpose} in {region}",
            sealed=base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)),
            opens=partial(_token_opened, key, purpose),
        )


def _token_opened(key: bytes, purpose: str, sealed: bytes) -> bytes:
    return token.open_token(key, base64.urlsafe_b64encode(sealed).rstrip(b"=").decode(), purpose=purpose)


CARRIAGE = Carriage(
    protocol_version=1,
    link_id="l1",
    epoch=1,
    revision=1,
    primary_arn="arn:db",
    replica_arn="arn:db",
    version_id="v1",
    content_id="c",
    kind="string",
    source_region=REGIONS[0],
    target_region=REGIONS[1],
)
CARRIAGES = (
    CARRIAGE,
    replace(CARRIAGE, protocol_version=2),
    replace(CARRIAGE, link_id="l2"),
    replace(CARRIAGE, epoch=2),
    replace(CARRIAGE, revision=2),
    replace(CARRIAGE, primary_arn="arn:web"),
    replace(CARRIAGE, replica_arn="arn:web"),
    replace(CARRIAGE, version_id="v2"),
    replace(CARRIAGE, content_id="d"),
    replace(CARRIAGE, kind="binary"),
    replace(CARRIAGE, source_region=REGIONS[1], target_region=REGIONS[0]),
)


def messages() -> Iterator[Row]:
    """To custodians that hold the same transport key."""
    public = transport.public_key_of(TRANSPORT_KEY)
    for number, carriage in enumerate(CARRIAGES):
        yield Row(
            name=f"message {number}",
            sealed=transport.seal_to(public, b"a value", info=carriage.info()),
            opens=partial(_carried, carriage),
        )


def _carried(carriage: Carriage, sealed: bytes) -> bytes:
    return transport.open_sealed(TRANSPORT_KEY, sealed, info=carriage.info())


def account_keys() -> Iterator[Row]:
    """Rows of an account's keys: each must do its own kind's work, for its account and id."""
    for region, account, key_id in itertools.product(REGIONS, ACCOUNTS, ("k1", "k2")):
        held = keyring(region).credentials
        yield Row(
            name=f"session key {key_id} of {account} in {region}",
            sealed=held.make_session_key(account=account, key_id=key_id),
            opens=partial(_issued_with, region, account, key_id),
        )
        yield Row(
            name=f"password key {key_id} of {account} in {region}",
            sealed=held.make_password_key(account=account, key_id=key_id),
            opens=partial(_finished_with, region, account, key_id),
        )


def _issued_with(region: str, account: str, key_id: str, sealed: bytes) -> object:
    held = keyring(region).credentials
    return held.issue_session(sealed, account=account, key_id=key_id, claims=b"")


def _finished_with(region: str, account: str, key_id: str, sealed: bytes) -> bytes:
    return keyring(region).credentials.finish_password(
        sealed, account=account, key_id=key_id, user_id="AIDA1", parameters=b"", stretched=b""
    )


def session_tokens() -> Iterator[Row]:
    """Under one session key for all: the account, the access key id and the Region are what is bound."""
    for region, account, number in itertools.product(REGIONS, ACCOUNTS, (1, 2)):
        issued = session.issue(
            DATA_KEY,
            account=account,
            key_id="k1",
            region=region,
            signer=Ed25519PrivateKey.from_private_bytes(MASTER_KEY),
            claims=b"claims",
            entropy=os.urandom,
        )
        yield Row(
            name=f"session {number} of {account} by {region}",
            sealed=base64.urlsafe_b64decode(issued.token + "=" * (-len(issued.token) % 4)),
            opens=partial(_session_opened, region, account, issued.access_key_id),
        )


def _session_opened(region: str, account: str, access_key_id: str, sealed: bytes) -> object:
    public = Ed25519PrivateKey.from_private_bytes(MASTER_KEY).public_key().public_bytes_raw()
    return session.open_token(
        DATA_KEY,
        base64.urlsafe_b64encode(sealed).rstrip(b"=").decode(),
        account=account,
        access_key_id=access_key_id,
        issuers={region: public},
    )


CREDENTIAL_INFO = b"l1 e1 r1"
CREDENTIALS = tuple(
    (kind, account, name, info)
    for kind in CredentialKind
    for account in ACCOUNTS
    for name in ("k1", "k2")
    for info in (CREDENTIAL_INFO, CARRIAGE.info())
)


def carried_credentials() -> Iterator[Row]:
    """Between custodians that hold the same transport key, one of them for the very carriage of a value."""
    for place in CREDENTIALS:
        kind, account, name, info = place
        held = keyring(REGIONS[0]).credentials
        sealed = {
            CredentialKind.ACCESS_KEY: held.make_access_key(access_key_id=name)[1],
            CredentialKind.SESSION_KEY: held.make_session_key(account=account, key_id=name),
            CredentialKind.PASSWORD_KEY: held.make_password_key(account=account, key_id=name),
        }[kind]
        yield Row(
            name=f"message of {kind} {name} of {account} for {len(info)}",
            sealed=held.carry_credential(
                sealed,
                kind=kind,
                account=account,
                credential_id=name,
                recipient=transport.public_key_of(TRANSPORT_KEY),
                info=info,
            ),
            opens=partial(_credential_taken, place),
        )


def _credential_taken(place: tuple[CredentialKind, str, str, bytes], message: bytes) -> bytes:
    kind, account, name, info = place
    return keyring(REGIONS[1]).credentials.take_credential(
        message, kind=kind, account=account, credential_id=name, info=info
    )


KINDS: dict[str, Callable[[], Iterator[Row]]] = {
    "values": values,
    "key material": keys,
    "data keys": data_keys,
    "MAC material": mac_keys,
    "import tokens": import_tokens,
    "access keys": access_keys,
    "tokens": tokens,
    "messages": messages,
    "account keys": account_keys,
    "session tokens": session_tokens,
    "carried credentials": carried_credentials,
}


@cache
def rows(kind: str) -> Sequence[Row]:
    return tuple(KINDS[kind]())


def step_of(row: Row, sealed: bytes) -> Step | None:
    """Where it is refused; None where it opens."""
    try:
        row.opens(sealed)
    except EnvelopeRefused as refused:
        return refused.step
    return None


def opened_elsewhere(carried: Sequence[Row], places: Sequence[Row]) -> list[tuple[str, str]]:
    """Carry each sealed thing to each place that is not its own; return those that open there."""
    return [
        (row.name, place.name)
        for row, place in itertools.product(carried, places)
        if row.name != place.name and step_of(place, row.sealed) is None
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_it_opens_in_its_own_place(kind: str) -> None:
    """Without this the swaps would prove nothing."""
    assert [] == [row.name for row in rows(kind) if step_of(row, row.sealed) is not None]


@pytest.mark.parametrize(("carried", "to"), list(itertools.product(KINDS, KINDS)))
def test_nothing_opens_in_any_other_place(carried: str, to: str) -> None:
    assert [] == opened_elsewhere(rows(carried), rows(to))


def unbound(row_name: str, *, region: str) -> Row:
    """A value whose place forgets the Region: what the matrix is to find."""
    here = binding("", ACCOUNTS[0], "db", "v1", "string")
    return Row(
        name=f"{row_name} {region}",
        sealed=value.seal(DATA_KEY, b"a value", binding=here, entropy=os.urandom),
        opens=lambda sealed: value.open_value(DATA_KEY, sealed, binding=here),
    )


def test_a_place_that_forgets_one_of_its_fields_is_found() -> None:
    planted = [unbound("planted", region=region) for region in REGIONS]

    found = opened_elsewhere([*rows("values"), *planted], [*rows("values"), *planted])

    names = [row.name for row in planted]
    assert [(names[0], names[1]), (names[1], names[0])] == found


@pytest.mark.parametrize("kind", KINDS)
def test_every_single_bit_that_is_flipped_is_noticed(kind: str) -> None:
    row = rows(kind)[0]
    unnoticed = []
    for bit in range(len(row.sealed) * 8):
        changed = bytearray(row.sealed)
        changed[bit // 8] ^= 1 << bit % 8
        if step_of(row, bytes(changed)) is None:
            unnoticed.append(bit)

    assert [] == unnoticed


@pytest.mark.parametrize("kind", KINDS)
def test_every_other_format_and_suite_is_refused_as_such(kind: str) -> None:
    """Before any key is used: there is one format and one suite, and nothing to fall back to."""
    row = rows(kind)[0]
    for at, step in ((row.prefix_at, Step.FORMAT), (row.prefix_at + 1, Step.SUITE)):
        assert row.sealed[at] == suite.PREFIX[at - row.prefix_at]
        for other in set(range(256)) - {row.sealed[at]}:
            changed = row.sealed[:at] + bytes((other,)) + row.sealed[at + 1 :]

            assert step_of(row, changed) is step
