"""What the contract tests of the services share: a Region in this process, on a real store with real keys.

Everything is composed as a server's process composes it: SQLite in a folder, a custodian's keyring, the gate with
every service bound. Only the edges of a process are the test's: a clock that stands still until it is set, a trail that
keeps what it is given, and a custodian that can be taken away. Requests are whole HTTP requests with real signatures.
"""

from __future__ import annotations

import functools
import json
import os
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from tests.contract.witness import witness

from watchword.api.call import Bound, Place, Principal, PrincipalKind
from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.api.shapes import kms, secretsmanager
from watchword.custody.core import Keyring
from watchword.custody.master import Master
from watchword.envelope.transport import generate_pair
from watchword.gate.gate import Gate
from watchword.gate.rates import Rates
from watchword.identity import (
    account_operations,
    describe_regions,
    distribution_receiving,
    distribution_sending,
    iam_operations,
    policy_checks,
    session_keys,
)
from watchword.identity import operations as identity
from watchword.identity.directory import founded
from watchword.identity.model import AccessKeyItem, AccountKey, Settings
from watchword.identity.store import IdentityChanged
from watchword.keys import operations as keys
from watchword.keys.custody import Custody, KeyUnavailable
from watchword.keys.data_keys import CacheLimits, DataKeys
from watchword.keys.model import QUOTAS, Quotas
from watchword.replication import hands
from watchword.replication.met import Met
from watchword.secrets import (
    cross_account,
    cross_account_copy,
    replica_receiving,
    replica_sending,
    rotation_operations,
)
from watchword.secrets import operations as secrets
from watchword.secrets import policy_operations as policies
from watchword.secrets.sealing import Openers
from watchword.server.access_key_uses import AccessKeyUses
from watchword.server.deployment import OIDCSettings
from watchword.server.key_uses import KeyUses
from watchword.server.provider_keys import ConfiguredProviders
from watchword.server.sessions import CustodySessions
from watchword.sigv4.sign import presign, sign
from watchword.sigv4.verify import SigningKey
from watchword.storage import migrate as schema
from watchword.storage.stores import SQLiteStores
from watchword.trail.segment import TrailUnavailable

ACCOUNT = "123456789012"
ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"
# AWS's own example key, published as such.
ACCESS_KEY_ID, SECRET_ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
REGIONS = ("us-east-1", "us-east-2", "eu-west-1")
CONTROL = "us-east-1"
OPT_IN = frozenset({"af-south-1", "eu-south-1"})
START_MS = 1_795_298_400_000
"""A moment in November 2026, at the start of a second."""
DAY_MS = 86_400_000
CANARY = "canary-9f4e1c7a-never-to-be-seen"
"""A value that may be in the answer of a read and nowhere else."""

_FORM = "application/x-www-form-urlencoded; charset=utf-8"
_JSON = "application/x-amz-json-1.1"
_PREFIXES = {"secretsmanager": "secretsmanager", "kms": "TrentService"}
_KMS = frozenset(kms.OPERATIONS) - frozenset(secretsmanager.OPERATIONS)
"""What both services name (TagResource, UntagResource) is Secrets Manager's unless `service` says otherwise."""
_WITH_TOKEN = frozenset({"CreateSecret", "PutSecretValue", "UpdateSecret", "RotateSecret"})
"""Operations whose ClientRequestToken SDKs fill in."""


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START_MS

    def __call__(self) -> int:
        return self.now

    def forward(self, ms: int) -> None:
        self.now += ms


class Trail:
    """Keeps the events it is given, a line each, or refuses them."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.writes = 0
        self.writable = True

    def append(self, line: bytes) -> None:
        if not self.writable:
            raise TrailUnavailable("the disk is full")
        self.writes += 1
        self.lines += line.split(b"\n")


def _gone(*_sealed: object, **_: object) -> NoReturn:
    raise KeyUnavailable("the custodian does not answer")


class GoneCustody:
    """A custodian that is out of reach."""

    create_material = create_mac_material = staticmethod(_gone)
    generate_data_key = generate_sealed_data_key = encrypt = re_encrypt = decrypt = staticmethod(_gone)
    import_parameters = import_material = generate_mac = verify_mac = random = staticmethod(_gone)
    seal_for_region = open_from_region = staticmethod(_gone)
    material_for_region = material_from_region = staticmethod(_gone)
    seal_access_key = signing_key = token_key = staticmethod(_gone)
    make_access_key = make_session_key = make_password_key = staticmethod(_gone)
    carry_credential = take_credential = issuer_key = staticmethod(_gone)
    issue_session = open_session = seal_password = check_password = staticmethod(_gone)


class SigningKeys:
    """Custody's signing keys in the verifier's type."""

    def __init__(self, custody: Custody) -> None:
        self._custody = custody

    def signing_key(
        self, *, sealed: bytes, access_key_id: str, day: str, region: str, service: str
    ) -> SigningKey:
        return SigningKey(
            self._custody.signing_key(
                sealed=sealed, access_key_id=access_key_id, day=day, region=region, service=service
            )
        )


def make_master(region: str) -> Master:
    return Master(
        partition="aws",
        region=region,
        key=os.urandom(32),
        transport_private_key=generate_pair(os.urandom).private_key,
    )


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An HTTP answer, read as a client of JSON services reads it."""

    response: HTTPResponse

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def body(self) -> bytes:
        return self.response.body

    @property
    def members(self) -> dict[str, Any]:
        members: dict[str, Any] = json.loads(self.response.body) if self.response.body else {}
        return members

    @property
    def xml(self) -> ET.Element:
        """The answer of a query service, without namespaces."""
        root = ET.fromstring(self.response.body)  # noqa: S314 - our own answer
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        return root

    def text(self, path: str) -> str:
        """The text of an element of a query service's answer: `.//UserId`."""
        found = self.xml.find(path)
        assert found is not None, self.response.body
        return found.text or ""

    @property
    def query_refusal(self) -> tuple[int, str, str]:
        """Status, code and text of a query service's refusal."""
        return self.status, self.text(".//Code"), self.text(".//Message")

    @property
    def refusal(self) -> tuple[int, str, str]:
        """Status, code and text."""
        members = self.members
        text = members.get("Message", members.get("message", ""))
        return self.status, members.get("__type", ""), text

    def header(self, name: str) -> str:
        return dict(self.response.headers)[name]


@dataclass(kw_only=True)
class Region:
    """One Region in this process. `compose` makes a new process of it over the same store."""

    name: str
    path: Path
    clock: Clock
    master: Master
    trail: Trail = field(default_factory=Trail)
    cache: CacheLimits = field(default_factory=CacheLimits)
    peers: dict[str, bytes] = field(default_factory=dict)
    """The other Regions' transport keys, as the custodian is told of them; filled in when they are made."""
    met: Met = field(init=False)
    custody: Any = field(init=False)
    """Custody and IdentityCustody; `Any`, for a test takes it away."""
    stores: SQLiteStores = field(init=False)
    gate: Gate = field(init=False)
    accessed: list[tuple[str, str, str]] = field(default_factory=list)
    commits: int = 0
    rotators: rotation_operations.Rotators = field(default_factory=rotation_operations.NoRotators)
    """Who can carry a rotation out; as in a server's process, nobody."""
    rates: Rates | None = None
    key_quotas: Quotas = QUOTAS
    key_uses: KeyUses = field(default_factory=KeyUses)
    access_key_uses: AccessKeyUses = field(default_factory=AccessKeyUses)
    hosted: tuple[str, ...] = REGIONS
    control: str = CONTROL
    """As its own watchword.toml says; empty while it moves."""
    issuers: dict[str, bytes] = field(default_factory=dict)
    """The public keys of the Regions whose sessions count, as watchword.toml has them; of this one, it is added."""
    oidc: tuple[OIDCSettings, ...] = ()
    """The identity providers whose tokens count."""
    faults: tuple[Bound, ...] = ()
    """Bindings that replace those of the same operations, to plant a fault."""

    def __post_init__(self) -> None:
        self.custody = Keyring(self.master, entropy=os.urandom, peers=self.peers)
        self.issuers.setdefault(self.name, self.identity_custody.issuer_key())
        self.stores = self.open_stores()
        self.compose()

    def open_stores(self) -> SQLiteStores:
        return SQLiteStores(self.path, partition="aws", region=self.name)

    def compose(self) -> None:
        """Compose the gate, with nothing remembered, as a process that has just started."""

        def committed() -> None:
            self.commits += 1

        self.met = met = Met()
        sessions = CustodySessions(self.identity_custody, region=self.name, issuers=self.issuers)
        self.gate = Gate(
            place=Place(
                partition="aws",
                region=self.name,
                dns_suffix="amazonaws.com",
                hosted_regions=self.hosted,
                control=self.control,
                opt_in=OPT_IN,
            ),
            stores=self.stores,
            bindings=(
                *secrets.bindings(openers=Openers(), token_key=lambda: self.custody.token_key()),
                *policies.bindings(read_policy=policy_checks.examine),
                *rotation_operations.bindings(rotators=self.rotators, openers=Openers()),
                *cross_account.bindings(),
                *cross_account_copy.bindings(),
                *replica_sending.bindings(),
                *replica_receiving.bindings(met=met),
                *hands.bindings(met=met, steps=keys.STEPS),
                *keys.bindings(
                    self.custody,
                    DataKeys(self.custody, limits=self.cache),
                    read_policy=policy_checks.examine,
                    token_key=lambda: self.custody.token_key(),
                    met=met,
                    used=self.key_uses.note,
                    quotas=self.key_quotas,
                ),
                *identity.bindings(
                    sessions=sessions,
                    token_key=lambda: self.custody.token_key(),
                    providers=ConfiguredProviders(self.oidc, home=self.path.parent),
                ),
                *session_keys.bindings(self.identity_custody),
                *iam_operations.bindings(self.identity_custody),
                *account_operations.bindings(),
                *describe_regions.bindings(),
                *distribution_sending.bindings(self.identity_custody),
                *distribution_receiving.bindings(self.identity_custody, met=met),
                *self.faults,
            ),
            signing_keys=SigningKeys(Keyring(self.master, entropy=os.urandom, peers=self.peers)),
            sessions=sessions,
            process=f"test-{os.urandom(4).hex()}",
            trail=self.trail,
            clock=self.clock,
            entropy=os.urandom,
            access_key_used=self.access_key_uses.note,
            accessed=lambda account, sid, version_id: self.accessed.append((account, sid, version_id)),
            committed=committed,
            rates=self.rates,
        )

    @property
    def identity_custody(self) -> Any:
        return getattr(self.custody, "credentials", self.custody)

    def lose_custody(self) -> None:
        """The custodian is gone; signing keys are remembered, as a process remembers them."""
        self.custody = GoneCustody()
        self.compose()

    def restore_custody(self) -> None:
        self.custody = Keyring(self.master, entropy=os.urandom, peers=self.peers)
        self.compose()

    @property
    def itself(self) -> Principal:
        return Principal(kind=PrincipalKind.REGION, arn=peer_uri(self.name), account="", user_id=self.name)

    # Requests

    def request(
        self,
        operation: str,
        body: bytes,
        *,
        service: str | None = None,
        region: str | None = None,
        now: int | None = None,
        access_key_id: str = ACCESS_KEY_ID,
        secret_access_key: str = SECRET_ACCESS_KEY,
        headers: Sequence[tuple[str, str]] = (),
    ) -> HTTPRequest:
        """A signed request of a JSON service; what is not said is as a good client does it."""
        service = service or ("kms" if operation in _KMS else "secretsmanager")
        unsigned = HTTPRequest(
            method="POST",
            target="/",
            headers=(
                ("host", f"{service}.{self.name}.amazonaws.com"),
                ("content-type", _JSON),
                ("x-amz-target", f"{_PREFIXES[service]}.{operation}"),
                *headers,
            ),
            body=body,
            source="192.0.2.7",
        )
        return sign(
            unsigned,
            access_key_id=access_key_id,
            secret_access_key=secret_access_key,
            region=region or self.name,
            service=service,
            now=self.clock.now if now is None else now,
        )

    def send(self, request: HTTPRequest) -> Answer:
        response = self.gate.answer(request)
        witness.note(request, response)
        return Answer(response=response)

    def ask(self, operation: str, /, **members: object) -> Answer:
        """Ask as an SDK does: a ClientRequestToken is filled in; one that is None is left out."""
        if operation in _WITH_TOKEN:
            members = {"ClientRequestToken": token(), **members}
        said = {name: value for name, value in members.items() if value is not None}
        return self.send(self.request(operation, json.dumps(said).encode()))

    def call(self, operation: str, /, **members: object) -> dict[str, Any]:
        """Ask, and expect success."""
        answer = self.ask(operation, **members)
        assert answer.status == 200, answer.refusal
        return answer.members

    def refused(self, operation: str, /, **members: object) -> tuple[str, str]:
        """Ask, and expect a refusal with status 400: its code and text."""
        status, code, text = self.ask(operation, **members).refusal
        assert status == 400, (status, code, text)
        return code, text

    def form(self, fields: dict[str, str], *, method: str = "POST", region: str | None = None) -> HTTPRequest:
        """A signed request of a query service: in the body of a POST, or presigned in the URL of a GET."""
        encoded = urlencode(fields)
        base = HTTPRequest(
            method=method,
            target=f"/?{encoded}" if method == "GET" else "/",
            headers=(("host", f"sts.{self.name}.amazonaws.com"),)
            if method == "GET"
            else (("host", f"sts.{self.name}.amazonaws.com"), ("content-type", _FORM)),
            body=b"" if method == "GET" else encoded.encode(),
            source="192.0.2.7",
        )
        if method == "GET":
            return presign(
                base,
                access_key_id=ACCESS_KEY_ID,
                secret_access_key=SECRET_ACCESS_KEY,
                region=region or self.name,
                service="sts",
                now=self.clock.now,
                expires_seconds=60,
            )
        return sign(
            base,
            access_key_id=ACCESS_KEY_ID,
            secret_access_key=SECRET_ACCESS_KEY,
            region=region or self.name,
            service="sts",
            now=self.clock.now,
        )

    def iam(
        self,
        action: str,
        fields: dict[str, str] | None = None,
        *,
        access_key_id: str = ACCESS_KEY_ID,
        secret_access_key: str = SECRET_ACCESS_KEY,
        service: str = "iam",
        session_token: str | None = None,
    ) -> Answer:
        """Ask a query service, members as they are in its form: `Tags.member.1.Key`."""
        version = {"iam": "2010-05-08", "sts": "2011-06-15"}[service]
        headers: tuple[tuple[str, str], ...] = (
            ("host", f"{service}.{self.name}.amazonaws.com"),
            ("content-type", _FORM),
        )
        if session_token is not None:
            headers = (*headers, ("x-amz-security-token", session_token))
        base = HTTPRequest(
            method="POST",
            target="/",
            headers=headers,
            body=urlencode({"Action": action, "Version": version, **(fields or {})}).encode(),
            source="192.0.2.7",
        )
        signed = sign(
            base,
            access_key_id=access_key_id,
            secret_access_key=secret_access_key,
            region=self.name,
            service=service,
            now=self.clock.now,
        )
        return self.send(signed)

    # What is left behind

    def events(self) -> list[dict[str, Any]]:
        """Every event so far, of reads and refusals and of changes, in the order in which they were written."""
        lines = [*self.trail.lines, *(row.line for row in self.stores.events(limit=10_000))]
        events: list[dict[str, Any]] = [json.loads(line) for line in lines]
        return sorted(
            events, key=lambda event: (event["watchword"]["process"], event["watchword"]["sequence"])
        )

    def event_names(self) -> list[str]:
        return [event["eventName"] for event in self.events()]

    def forget_events(self) -> None:
        self.trail.lines.clear()
        self.stores.drop_events([row.event_id for row in self.stores.events(limit=10_000)])

    def everything_on_disk(self) -> bytes:
        """The database's files, the log included."""
        return b"".join(file.read_bytes() for file in sorted(self.path.parent.iterdir()))

    def tamper(self, statement: str, *parameters: object) -> None:
        """Change the database behind everybody's back."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as stranger:
            stranger.execute(statement, parameters)


def peer_uri(region: str) -> str:
    """What a Region's certificate says of it."""
    return f"watchword://deployment/{region}"


def token() -> str:
    """A ClientRequestToken as SDKs make them."""
    return str(uuid.uuid4())


@functools.cache
def _migrated() -> bytes:
    """An empty database of this release's schema: making one takes longer than most tests."""
    with scratch() as folder:
        path = folder / "empty.db"
        schema.migrate(path)
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for databases, in memory where the machine has such a place.

    What survives a power cut is for the storage's own tests; here thousands of syncs would only wait for a busy disk.
    """
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def make_region(
    folder: Path, name: str, *, clock: Clock | None = None, master: Master | None = None
) -> Region:
    """Make a Region's database with the account and its root user's access key, and compose the Region over it."""
    path = folder / name / "region.db"
    path.parent.mkdir(parents=True)
    path.write_bytes(_migrated())
    region = Region(name=name, path=path, clock=clock or Clock(), master=master or make_master(name))
    region.stores.new_incarnation(os.urandom)
    found_account(region, ACCOUNT, access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET_ACCESS_KEY)
    return region


def found_account(region: Region, account: str, *, access_key_id: str, secret_access_key: str) -> None:
    """Found an account in this Region alone, with its root user's access key."""
    now = region.clock.now
    sealed = region.custody.seal_access_key(access_key_id=access_key_id, secret_access_key=secret_access_key)
    key_id = os.urandom(16).hex()
    key = AccountKey(key_id=key_id, created_ms=now)
    items = (
        Settings(created_ms=now, session_keys=(key,), password_keys=(key,)),
        AccessKeyItem(access_key_id=access_key_id, owner_id=account, created_ms=now),
    )
    after = founded(account=account, partition="aws", items=items, now=now, entropy=os.urandom)
    credentials = {
        ("session-key", key_id): region.identity_custody.make_session_key(account=account, key_id=key_id),
        ("password-key", key_id): region.identity_custody.make_password_key(account=account, key_id=key_id),
    }
    unit = region.stores.unit()
    unit.stage(
        IdentityChanged(before=None, after=after, secrets={access_key_id: sealed}, credentials=credentials)
    )
    unit.commit(())
