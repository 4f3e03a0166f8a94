"""What `watchword.toml` says: the accounts and Regions of a deployment, as frozen values.

    version = 1
    deployment = "6f0c…"                      # random; names the deployment in its certificates

    [front_door]                              # only where `watchword up` is used
    endpoint = "http://127.0.0.1:7700"

    [[accounts]]
    id = "123456789012"
    partition = "aws"                         # without it: one of every partition

    [limits.requests_per_second]              # optional: of an account, in each Region; not limited otherwise
    "secretsmanager:GetSecretValue" = 10000
    "secretsmanager:PutSecretValue secretsmanager:UpdateSecret" = 50   # counted together

    [custodian]                               # optional: how each Region's custodian is held here
    user = "watchword-keys"                   # its own user, where root starts it; else the user of all the rest
    strict = true                             # it does not start without every protection that the system can give
    questions_per_second = 20000              # of one process; what is above is refused
    decryptions_per_minute = 60000            # what is above is an alarm, in the log and in the trail
    keep_data_keys = true                     # by workers, for at most a minute; if false, each read asks the custodian

    [custodian.hsm]                           # optional: an HSM, by PKCS#11; see docs/hsm.md
    module = "/usr/lib/softhsm/libsofthsm2.so"
    token = "watchword"                       # the token's label
    key = "region-root"                       # the label of the key in it
    pin_file = "/run/keys/hsm-pin"            # or "credential:NAME"
    mode = "start"                            # or "every": the master stays in the HSM
    reach = "/var/lib/softhsm/tokens"         # what the module reads and writes, as in PATH
    # network = true                          # the module connects to its HSM by TCP
    # deadline_ms = 1000                      # of one answer

    [oidc."https://token.example.com"]        # optional: an identity provider whose tokens AssumeRoleWithWebIdentity takes
    jwks = "https://token.example.com/keys"   # its public keys (a JWK Set), or a file that holds them
    # ca = "tls/oidc-ca.crt"                  # who vouches for it, instead of the system's authorities

    [regions.us-east-1]                       # one table per Region, in the deployment's order
    partition = "aws"
    endpoint = "http://127.0.0.1:7701"
    peer = "127.0.0.1:7751"
    store = "sqlite:regions/us-east-1/store.sqlite3"
    custody_root = "regions/us-east-1/root.sealed"
    custody_key_file = "unseal/us-east-1.key" # if a key file opens the root; "credential:NAME" is one of systemd's
    # custody_passphrase_file = "/run/…"      # if a passphrase does; without it, the Region starts sealed
    transport_key = "…"                       # base64; public
    signing_key = "…"                         # base64; public: what this Region signs sessions with
    workers = 2
    # control = true                          # IAM is written here; else in the partition's first Region
    # opt_in = true                           # disabled until an account enables it; else as AWS has it
    # certificate = "tls/us-east-1.crt"       # both, for an https endpoint
    # certificate_key = "tls/us-east-1.key"
    # plain_http = true                       # allows http on an address that is not loopback

    [regions.us-east-1.kms]                   # optional: a KMS elsewhere instead of the Region's own; decision 0011
    endpoint = "https://kms.us-west-2.amazonaws.com"
    region = "us-west-2"                      # its Region, for which requests are signed
    default_key = "arn:aws:kms:us-west-2:111122223333:key/…"   # of secrets that name none
    credentials = "regions/us-east-1/kms.credentials"   # as the AWS CLI's file, [default]; or "credential:NAME"
    # ca = "tls/kms-ca.crt"                   # who vouches for it, instead of the system's authorities
    # deadline_ms = 2000                      # for one answer
    # concurrency = 8                         # questions of one process at a time; twice as many may wait
    # cache_ms = 1000                         # how long a released data key is used without asking; 0: never
    # plain_http = true                       # allows http to an address that is not loopback

A Region's API workers divide a rate: each lets its part through (`gate/rates.py`).

Paths are relative to HOME, which is the working folder of every process; an absolute one may point to another
mount. A setting that is not known is refused: a misspelt one would otherwise be silently without effect.
Nothing here touches a disk; `server/home.py` does.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from watchword.regions.partitions import DEFAULT_PARTITION, PARTITIONS, is_opt_in, is_region, partition_of

FORMAT_VERSION = 1
PORT_DEFAULT = 7700
WORKERS_DEFAULT = 2
WORKERS_MAX = 64
REGIONS_MAX = 40
"""Regions listen on P+1… and their peer ports on P+51…: more than 50 would meet."""
PEER_PORT_OFFSET = 50
PORT_MIN = 1024
PORT_MAX = 65_535 - PEER_PORT_OFFSET - REGIONS_MAX
REGION_CHARACTERS_MAX = 50
"""A Unix socket's path, `regions/REGION/control.sock`, must stay under 104 bytes (108 on Linux)."""
REQUESTS_PER_SECOND_MAX = 1_000_000
CUSTODIAN_RATE_MAX = 1_000_000_000
ACCOUNT_DEFAULT = "123456789012"
ACCOUNT_NAME = re.compile(r"[A-Za-z0-9+=.@_-]{1,50}")
"""Of what Account Management allows as an account's name, what the AWS CLI takes as a profile without quotes."""
PROFILE_DEFAULT = "default"
PUBLIC_KEY_BYTES = 32
KMS_DEADLINE_MS_MIN = 100
KMS_DEADLINE_MS_DEFAULT = 2_000
KMS_DEADLINE_MS_MAX = 8_000
"""The front door gives a Region 10 s."""
KMS_CONCURRENCY_DEFAULT = 8
KMS_CONCURRENCY_MAX = 64
KMS_CACHE_MS_DEFAULT = 1_000
KMS_CACHE_MS_MAX = 60_000
HSM_LABEL_BYTES_MAX = 32
"""Source: PKCS#11 2.40, CK_TOKEN_INFO."""
HSM_DEADLINE_MS = 1_000
HSM_DEADLINES_MS = range(50, 1_501)
"""Workers wait 2 s for their custodian."""


KindT = TypeVar("KindT", str, int, bool)


class HomeError(Exception):
    """A deployment that can't be made, opened or run as asked, in one sentence; exit status 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where something listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of one partition; its Regions know it, and those of other partitions do not."""

    id: str
    partition: str = DEFAULT_PARTITION
    name: str | None = None
    """Its profile in HOME/credentials; `None`: it was made with the deployment."""

    @property
    def root_arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.id}:root"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRate:
    """How many requests an account may make in a second, in each Region."""

    operations: tuple[str, ...]
    """Counted together: `secretsmanager:TagResource`, `secretsmanager:UntagResource`."""
    per_second: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KMSSettings:
    """A KMS elsewhere that a Region uses instead of its own; decision 0011."""

    endpoint: str
    region: str
    default_key: str
    """An ARN, for an alias may come to mean another key: callers may use this one without a right of their own to it."""
    credentials: Path
    """`credential:NAME`: a credential that systemd hands over."""
    ca: Path | None = None
    """`None`: the system's authorities."""
    deadline_ms: int = KMS_DEADLINE_MS_DEFAULT
    concurrency: int = KMS_CONCURRENCY_DEFAULT
    cache_ms: int = KMS_CACHE_MS_DEFAULT
    plain_http: bool = False

    @property
    def is_secure(self) -> bool:
        return self.endpoint.startswith("https://")

    @property
    def address(self) -> Address:
        return _address_or_default(self.endpoint)

    @property
    def waiting_max(self) -> int:
        """Of one process: those that are being asked, and as many that wait for their turn."""
        return 2 * self.concurrency


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionSettings:
    """One Region as its host needs to know it; paths are relative to HOME."""

    name: str
    partition: str
    endpoint: str
    peer: Address
    store: str
    custody_root: Path
    custody_key_file: Path
    """`credential:NAME`: a credential that systemd hands over."""
    transport_key: bytes
    """Public: other Regions seal to it what only this Region's custodian may open."""
    signing_key: bytes | None = None
    """Public: by it the others know this Region's sessions. `None`: an earlier release made it, and nothing has opened its
    root since."""
    custody_passphrase_file: Path | None = None
    """What opens the root is said by the root itself; this is where to find it, if it is a passphrase."""
    workers: int = WORKERS_DEFAULT
    control: bool = False
    """Said to be the partition's control Region; who it is, `Deployment.control_region` knows."""
    opt_in: bool = False
    """Disabled until an account enables it."""
    certificate: Path | None = None
    certificate_key: Path | None = None
    plain_http: bool = False
    kms: KMSSettings | None = None
    """`None`: its own."""

    @property
    def address(self) -> Address:
        return address_of(self.endpoint)

    @property
    def folder(self) -> Path:
        return Path("regions") / self.name

    @property
    def door_socket(self) -> Path:
        """Takes the front door's requests, and `GET /-/status`; nobody but this user reaches it."""
        return self.folder / "door.sock"

    @property
    def lock(self) -> Path:
        """Held by the supervisor that runs this Region."""
        return self.folder / "lock"

    @property
    def custody_socket(self) -> Path:
        return self.folder / "custody.sock"

    @property
    def hsm_socket(self) -> Path:
        """Where the custodian waits for the process that speaks to its HSM."""
        return self.folder / "hsm.sock"


class HsmMode(StrEnum):
    START = "start"
    """The HSM opens the root, when the Region starts."""
    EVERY = "every"
    """And a new master stays in it: it is asked for each use of what is wrapped under that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HsmSettings:
    """An HSM that roots are locked with; decision 0009. What a root is locked with now, it says itself."""

    module: Path
    token: str
    key: str
    pin_file: Path
    """`credential:NAME`: a credential that systemd hands over."""
    mode: HsmMode = HsmMode.START
    reach: tuple[Path, ...] = ()
    network: bool = False
    deadline_ms: int = HSM_DEADLINE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodianSettings:
    """How the custodians of this host are held; decision 0007."""

    user: str | None = None
    """`None`: that of all other processes."""
    strict: bool = False
    questions_per_second: int | None = None
    """`None`: the custodian's own default, as below."""
    decryptions_per_minute: int | None = None
    keep_data_keys: bool = True
    """Whether a worker keeps data keys that the custodian has opened (`keys/data_keys.py`); its cost is in decision 0003."""
    hsm: HsmSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OIDCSettings:
    """An identity provider, and where its public keys are."""

    issuer: str
    """`https://…`, as its tokens say it."""
    jwks: str
    """A path, or a URL: of https, or of http on loopback."""
    ca: Path | None = None
    """`None`: the system's authorities."""

    @property
    def is_fetched(self) -> bool:
        return "://" in self.jwks


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A whole deployment, as one host's HOME describes it."""

    home: Path
    """Absolute."""
    id: str
    front_door: str | None
    accounts: tuple[Account, ...]
    regions: tuple[RegionSettings, ...]
    request_rates: tuple[RequestRate, ...] = ()
    """No operation is in two of them; one in none is not limited."""
    custodian: CustodianSettings = CustodianSettings()
    oidc: tuple[OIDCSettings, ...] = ()
    """The identity providers whose tokens count; each account says which of them it trusts."""
    without_control: frozenset[str] = frozenset()
    """Partitions whose control Region moves just now: no Region is it. Told to processes, never written down."""

    @property
    def partitions(self) -> tuple[str, ...]:
        """The partitions that have Regions here, in the order of their first ones."""
        return tuple(dict.fromkeys(settings.partition for settings in self.regions))

    def regions_of(self, partition: str) -> tuple[RegionSettings, ...]:
        return tuple(settings for settings in self.regions if settings.partition == partition)

    def accounts_of(self, partition: str) -> tuple[Account, ...]:
        return tuple(account for account in self.accounts if account.partition == partition)

    def control_region(self, partition: str) -> str:
        """Return the Region of a partition in which IAM is written: the one that is said to be it, else the first.

        Raises:
            HomeError: the partition has no Region here.
        """
        held = self.regions_of(partition)
        if not held:
            raise HomeError(f"this deployment has no Region of the partition `{partition}`")
        return next((settings.name for settings in held if settings.control), held[0].name)

    def region(self, name: str) -> RegionSettings:
        """Return one Region's settings.

        Raises:
            HomeError: this deployment has no such Region.
        """
        for settings in self.regions:
            if settings.name == name:
                return settings
        held = ", ".join(f"`{settings.name}`" for settings in self.regions)
        raise HomeError(f"this deployment has no Region `{name}`; it has {held}")


def address_of(endpoint: str) -> Address:
    """Return host and port of `http://HOST:PORT` or `https://HOST:PORT`; HomeError for anything else."""
    refusal = HomeError(
        f"`{endpoint}` is no endpoint: it should read `http://HOST:PORT` or `https://HOST:PORT`"
    )
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        raise refusal from None
    extra = parts.path or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in ("http", "https") or not parts.hostname or not port or extra:
        raise refusal
    return Address(host=parts.hostname, port=port)


def _address_or_default(endpoint: str) -> Address:
    """As `address_of`; without a port, the scheme's."""
    try:
        port = urlsplit(endpoint).port
    except ValueError:
        port = 0
    if port is None:
        endpoint += ":443" if endpoint.startswith("https://") else ":80"
    return address_of(endpoint)


def require_region_names(names: Sequence[str]) -> None:
    """Refuse Region names of the wrong form, one given twice, none or too many; HomeError."""
    if not 1 <= len(names) <= REGIONS_MAX:
        raise HomeError(f"a deployment has 1 to {REGIONS_MAX} Regions, not {len(names)}")
    for name in names:
        if len(name) > REGION_CHARACTERS_MAX or not is_region(name):
            raise HomeError(f"`{name}` is no Region name; `us-east-1` is one")
        if names.count(name) > 1:
            raise HomeError(f"the Region `{name}` is named twice")


def require_account_id(account_id: str) -> None:
    if len(account_id) != 12 or not (account_id.isascii() and account_id.isdigit()):
        raise HomeError(f"`{account_id}` is no account id; an account id has 12 digits")


def require_port(port: int) -> None:
    """Refuse a base port from which the Regions' ports would not fit; HomeError."""
    if not PORT_MIN <= port <= PORT_MAX:
        raise HomeError(f"port {port} can't be used; choose one from {PORT_MIN} to {PORT_MAX}")


def require_workers(workers: int) -> None:
    if not 1 <= workers <= WORKERS_MAX:
        raise HomeError(f"a Region has 1 to {WORKERS_MAX} API workers, not {workers}")


def require_account_name(name: str) -> None:
    """Refuse what can't be a profile's name, or is the profile of a partition's first account; HomeError."""
    if ACCOUNT_NAME.fullmatch(name) is None or name in (PROFILE_DEFAULT, *PARTITIONS):
        raise HomeError(
            f"`{name}` is no name for an account: up to 50 letters, digits and `+=.@_-`, and none of a partition"
        )


def planned(
    *, home: Path, deployment_id: str, regions: Sequence[str], account_id: str, port: int, workers: int
) -> Deployment:
    """Return the deployment that `init` makes: on loopback, the front door on `port`, Regions after it.

    One account for each partition: `account_id` for the first, for each further one the id after it. The
    transport keys are empty, and there are no signing keys: custody makes them. Pure.

    Raises:
        HomeError: a name, number or id is not as it should be.
    """
    require_region_names(regions)
    require_account_id(account_id)
    require_port(port)
    require_workers(workers)
    settings = tuple(region_of_own(name, workers=workers) for name in regions)
    partitions = dict.fromkeys(held.partition for held in settings)
    unplaced = Deployment(
        home=home,
        id=deployment_id,
        front_door="http://127.0.0.1:0",
        accounts=tuple(
            Account(id=account_id_after(account_id, by=number), partition=partition)
            for number, partition in enumerate(partitions)
        ),
        regions=settings,
    )
    return with_base_port(unplaced, port)


def region_of_own(name: str, *, workers: int, partition: str | None = None) -> RegionSettings:
    """Return a Region with all its files below HOME, on loopback, its ports not yet chosen. Pure."""
    return RegionSettings(
        name=name,
        partition=partition or partition_of(name).name,
        endpoint="http://127.0.0.1:0",
        peer=Address(host="127.0.0.1", port=0),
        store=f"sqlite:regions/{name}/store.sqlite3",
        custody_root=Path("regions") / name / "root.sealed",
        custody_key_file=Path("unseal") / f"{name}.key",
        transport_key=b"",
        workers=workers,
        opt_in=is_opt_in(name),
    )


def account_id_after(account_id: str, *, by: int) -> str:
    """Return an account id further on: each partition has accounts of its own. Pure."""
    return f"{(int(account_id) + by) % 10**12:012}"


def with_base_port(deployment: Deployment, port: int) -> Deployment:
    """Return the deployment on other ports: the front door on `port`, its Regions after it. Pure.

    Hosts and schemes stay; Region n gets `port` + n and its peer port `port` + 50 + n, counted from 1.
    """
    require_port(port)
    regions = tuple(
        replace(
            settings,
            endpoint=_with_port(settings.endpoint, port + number),
            peer=replace(settings.peer, port=port + PEER_PORT_OFFSET + number),
        )
        for number, settings in enumerate(deployment.regions, start=1)
    )
    return replace(
        deployment,
        front_door=_with_port(deployment.front_door or "http://127.0.0.1:0", port),
        regions=regions,
    )


def _with_port(endpoint: str, port: int) -> str:
    scheme, _, rest = endpoint.partition("://")
    host = rest.rpartition(":")[0]
    return f"{scheme}://{host}:{port}"


def to_toml(deployment: Deployment) -> str:
    """Write `watchword.toml`; `from_toml` reads the same deployment back. Pure."""
    document: dict[str, object] = {"version": FORMAT_VERSION, "deployment": deployment.id}
    if deployment.front_door is not None:
        document["front_door"] = {"endpoint": deployment.front_door}
    if deployment.request_rates:
        rates = {" ".join(rate.operations): rate.per_second for rate in deployment.request_rates}
        document["limits"] = {"requests_per_second": rates}
    custodian = _custodian_table(deployment.custodian)
    if custodian:
        document["custodian"] = custodian
    if deployment.oidc:
        document["oidc"] = {one.issuer: _oidc_table(one) for one in deployment.oidc}
    document["accounts"] = [
        {"id": account.id, "partition": account.partition}
        | ({} if account.name is None else {"name": account.name})
        for account in deployment.accounts
    ]
    document["regions"] = {settings.name: _region_table(settings) for settings in deployment.regions}
    return toml_text(document)


def _oidc_table(settings: OIDCSettings) -> Mapping[str, object]:
    return {"jwks": settings.jwks} | ({} if settings.ca is None else {"ca": str(settings.ca)})


def _custodian_table(settings: CustodianSettings) -> dict[str, object]:
    """Write what differs from the default."""
    default = CustodianSettings()
    said = {name: getattr(settings, name) for name in settings.__slots__ if name != "hsm"}
    table = {name: value for name, value in said.items() if value != getattr(default, name)}
    return table if settings.hsm is None else table | {"hsm": _hsm_table(settings.hsm)}


def _hsm_table(hsm: HsmSettings) -> dict[str, object]:
    table: dict[str, object] = {
        "module": str(hsm.module),
        "token": hsm.token,
        "key": hsm.key,
        "pin_file": str(hsm.pin_file),
        "mode": hsm.mode.value,
        "deadline_ms": hsm.deadline_ms,
    }
    if hsm.reach:
        table["reach"] = os.pathsep.join(map(str, hsm.reach))
    if hsm.network:
        table["network"] = True
    return table


def _region_table(settings: RegionSettings) -> dict[str, object]:
    table: dict[str, object] = {
        "partition": settings.partition,
        "endpoint": settings.endpoint,
        "peer": str(settings.peer),
        "store": settings.store,
        "custody_root": str(settings.custody_root),
        "custody_key_file": str(settings.custody_key_file),
        "transport_key": base64.b64encode(settings.transport_key).decode("ascii"),
        "workers": settings.workers,
    }
    if settings.signing_key is not None:
        table["signing_key"] = base64.b64encode(settings.signing_key).decode("ascii")
    if settings.custody_passphrase_file is not None:
        table["custody_passphrase_file"] = str(settings.custody_passphrase_file)
    if settings.control:
        table["control"] = True
    if settings.opt_in != is_opt_in(settings.name):
        table["opt_in"] = settings.opt_in
    if settings.certificate is not None and settings.certificate_key is not None:
        table["certificate"] = str(settings.certificate)
        table["certificate_key"] = str(settings.certificate_key)
    if settings.plain_http:
        table["plain_http"] = True
    if settings.kms is not None:
        table["kms"] = _kms_table(settings.kms)
    return table


def _kms_table(settings: KMSSettings) -> dict[str, object]:
    """Write what has to be said, and of the rest what differs from the default."""
    table: dict[str, object] = {}
    for one in fields(settings):
        value = getattr(settings, one.name)
        if one.default is MISSING or value != one.default:
            table[one.name] = str(value) if isinstance(value, Path) else value
    return table


def toml_text(document: Mapping[str, object], *, path: tuple[str, ...] = ()) -> str:
    """Write strings, integers, booleans, tables and lists of tables as TOML. Pure.

    Ours because the standard library reads TOML and does not write it. Source: toml.io, v1.0.0.
    """
    lines: list[str] = []
    tables: list[str] = []
    for key, value in document.items():
        inner = (*path, key)
        title = ".".join(_toml_key(part) for part in inner)
        if isinstance(value, Mapping):
            tables.append(f"\n[{title}]\n{toml_text(value, path=inner)}")
        elif isinstance(value, list):
            tables.extend(f"\n[[{title}]]\n{toml_text(item, path=inner)}" for item in value)
        elif isinstance(value, bool | int):
            lines.append(f"{_toml_key(key)} = {json.dumps(value)}\n")
        else:
            assert isinstance(value, str)
            lines.append(f"{_toml_key(key)} = {_toml_string(value)}\n")
    # Tables come last: what follows a table's title belongs to the table.
    return "".join(lines) + "".join(tables)


def _toml_key(text: str) -> str:
    bare = text.isascii() and text.replace("-", "").replace("_", "").isalnum()
    return text if bare else _toml_string(text)


def _toml_string(text: str) -> str:
    # JSON's escapes are TOML's, but for DEL, which TOML wants escaped too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def from_toml(text: str, *, home: Path) -> Deployment:
    """Read `watchword.toml`.

    Raises:
        HomeError: it is damaged, of a newer version, or says something that can't be.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise HomeError(f"`{home / 'watchword.toml'}` is damaged: {error}") from None
    top = _Table(entries=document, where=f"`{home / 'watchword.toml'}`")
    version = top.take("version", int)
    # Before anything else: a newer version may say all the rest differently.
    if version > FORMAT_VERSION:
        raise HomeError(
            f"{top.where} is of version {version}, this Watchword reads version {FORMAT_VERSION}: "
            "use a newer Watchword"
        )
    if version < 1:
        raise top.damaged("`version` is below 1")
    deployment_id = top.take("deployment", str)
    door = top.table("front_door")
    limits = top.table("limits")
    custodian = top.table("custodian")
    oidc = top.table("oidc")
    account_tables = top.tables("accounts")
    regions_table = top.table("regions")
    if regions_table is None or not account_tables:
        raise top.damaged(f"`{'regions' if account_tables else 'accounts'}` is missing")
    regions = tuple(_read_region(name, regions_table) for name in list(regions_table.entries))
    require_region_names([settings.name for settings in regions])
    _require_one_control(regions, top)
    accounts = _read_accounts(account_tables, regions, top)
    deployment = Deployment(
        home=home,
        id=deployment_id,
        front_door=None if door is None else _read_front_door(door),
        accounts=accounts,
        regions=regions,
        request_rates=() if limits is None else _read_limits(limits),
        custodian=CustodianSettings() if custodian is None else _read_custodian(custodian),
        oidc=() if oidc is None else tuple(_read_oidc(issuer, oidc) for issuer in list(oidc.entries)),
    )
    top.require_nothing_left()
    return deployment


def _require_one_control(regions: Sequence[RegionSettings], top: _Table) -> None:
    named: dict[str, str] = {}
    for settings in regions:
        if settings.control and named.setdefault(settings.partition, settings.name) != settings.name:
            raise top.damaged(
                f"the partition `{settings.partition}` has two control Regions: "
                f"`{named[settings.partition]}` and `{settings.name}`"
            )


def _read_accounts(
    tables: Sequence[_Table], regions: Sequence[RegionSettings], top: _Table
) -> tuple[Account, ...]:
    partitions = tuple(dict.fromkeys(settings.partition for settings in regions))
    accounts = [account for table in tables for account in _read_account(table, partitions)]
    addresses = {(account.id, account.partition) for account in accounts}
    if len(addresses) != len(accounts):
        raise top.damaged("an account is named twice")
    for partition in partitions:
        if all(account.partition != partition for account in accounts):
            raise top.damaged(f"the partition `{partition}` has no account")
    return tuple(accounts)


def _read_account(table: _Table, partitions: Sequence[str]) -> list[Account]:
    """Read one; what was written before accounts had partitions is an account of each."""
    account_id = table.take("id", str)
    require_account_id(account_id)
    partition = table.take_optional("partition")
    name = table.take_optional("name")
    table.require_nothing_left()
    if name is not None:
        require_account_name(name)
    if partition is not None and partition not in PARTITIONS:
        raise table.damaged(f"`{partition}` is no partition")
    held = partitions if partition is None else (partition,)
    return [Account(id=account_id, partition=each, name=name) for each in held]


def _read_limits(limits: _Table) -> tuple[RequestRate, ...]:
    table = limits.table("requests_per_second")
    limits.require_nothing_left()
    if table is None:
        return ()
    # Here, and not above: every command reads a deployment, and the table takes longer to import than all the rest.
    from watchword.api.table import operation_named

    rates: list[RequestRate] = []
    limited: set[str] = set()
    for name in list(table.entries):
        per_second = table.take(name, int)
        if not 1 <= per_second <= REQUESTS_PER_SECOND_MAX:
            raise HomeError(f"{table.where} `{name}` should be from 1 to {REQUESTS_PER_SECOND_MAX}")
        operations = tuple(name.split())
        if not operations:
            raise HomeError(f"{table.where} has a rate of no operation")
        for operation in operations:
            if operation_named(operation) is None:
                raise HomeError(
                    f"{table.where} names no operation: `{operation}`; `secretsmanager:GetSecretValue` is one"
                )
            if operation in limited:
                raise HomeError(f"{table.where} limits `{operation}` twice")
            limited.add(operation)
        rates.append(RequestRate(operations=operations, per_second=per_second))
    return tuple(rates)


def _read_oidc(issuer: str, providers: _Table) -> OIDCSettings:
    table = providers.table(issuer)
    if table is None or not issuer.startswith("https://"):
        raise providers.damaged(f"`{issuer}` is no issuer; `https://token.example.com` is one")
    jwks, ca = table.take("jwks", str), table.take_optional("ca")
    table.require_nothing_left()
    settings = OIDCSettings(issuer=issuer, jwks=jwks, ca=None if ca is None else Path(ca))
    if settings.is_fetched and not jwks.startswith("https://"):
        parts = urlsplit(jwks)
        if parts.scheme != "http" or not Address(host=parts.hostname or "", port=0).is_loopback:
            raise table.damaged("`jwks` should be a path or an https URL")
    return settings


def _read_custodian(table: _Table) -> CustodianSettings:
    hsm = table.table("hsm")
    settings = CustodianSettings(
        user=table.take_optional("user"),
        strict=table.take_flag("strict"),
        questions_per_second=_read_rate(table, "questions_per_second"),
        decryptions_per_minute=_read_rate(table, "decryptions_per_minute"),
        keep_data_keys=table.take_flag("keep_data_keys", otherwise=True),
        hsm=None if hsm is None else _read_hsm(hsm),
    )
    table.require_nothing_left()
    return settings


def _read_hsm(table: _Table) -> HsmSettings:
    mode = table.take_optional("mode") or HsmMode.START.value
    deadline_ms = table.take("deadline_ms", int) if "deadline_ms" in table.entries else HSM_DEADLINE_MS
    reach = table.take_optional("reach") or ""
    settings = HsmSettings(
        module=Path(table.take("module", str)),
        token=table.take("token", str),
        key=table.take("key", str),
        pin_file=Path(table.take("pin_file", str)),
        mode=HsmMode(mode) if mode in set(HsmMode) else HsmMode.START,
        reach=tuple(Path(path) for path in reach.split(os.pathsep) if path),
        network=table.take_flag("network"),
        deadline_ms=deadline_ms,
    )
    table.require_nothing_left()
    if settings.mode != mode:
        raise HomeError(f"{table.where} `mode` should be `start` or `every`")
    if deadline_ms not in HSM_DEADLINES_MS:
        least, most = HSM_DEADLINES_MS[0], HSM_DEADLINES_MS[-1]
        raise HomeError(f"{table.where} `deadline_ms` should be from {least} to {most}")
    for name in ("token", "key"):
        if not 1 <= len(getattr(settings, name).encode()) <= HSM_LABEL_BYTES_MAX:
            raise HomeError(f"{table.where} `{name}` should have 1 to {HSM_LABEL_BYTES_MAX} bytes")
    # Not searched for: which library speaks to the HSM is nothing that an environment may decide.
    for path in (settings.module, *settings.reach):
        if not path.is_absolute():
            raise HomeError(f"{table.where} names a path that is not absolute: `{path}`")
    return settings


def _read_rate(table: _Table, name: str) -> int | None:
    if name not in table.entries:
        return None
    rate = table.take(name, int)
    if not 1 <= rate <= CUSTODIAN_RATE_MAX:
        raise HomeError(f"{table.where} `{name}` should be from 1 to {CUSTODIAN_RATE_MAX}")
    return rate


def _read_front_door(table: _Table) -> str:
    endpoint = table.take("endpoint", str)
    address = address_of(endpoint)
    # It has no certificate of its own yet: what it takes off the wire is signed, but a secret's value is not
    # sealed there.
    if not address.is_loopback or not endpoint.startswith("http://"):
        raise HomeError(f"the front door's endpoint `{endpoint}` must be plain http on loopback")
    table.require_nothing_left()
    return endpoint


def _read_region(name: str, regions: _Table) -> RegionSettings:
    table = regions.table(name)
    if table is None:
        raise regions.damaged(f"`{name}` is missing")
    certificate = table.take_optional("certificate")
    certificate_key = table.take_optional("certificate_key")
    passphrase_file = table.take_optional("custody_passphrase_file")
    kms = table.table("kms")
    settings = RegionSettings(
        name=name,
        partition=table.take("partition", str),
        endpoint=table.take("endpoint", str),
        peer=_read_peer(table),
        store=table.take("store", str),
        custody_root=Path(table.take("custody_root", str)),
        custody_key_file=Path(table.take("custody_key_file", str)),
        custody_passphrase_file=None if passphrase_file is None else Path(passphrase_file),
        transport_key=_read_key(table, "transport_key"),
        signing_key=_read_key(table, "signing_key") if "signing_key" in table.entries else None,
        workers=table.take("workers", int),
        control=table.take_flag("control"),
        opt_in=table.take("opt_in", bool) if "opt_in" in table.entries else is_opt_in(name),
        certificate=None if certificate is None else Path(certificate),
        certificate_key=None if certificate_key is None else Path(certificate_key),
        plain_http=table.take_flag("plain_http"),
        kms=None if kms is None else _read_kms(kms),
    )
    table.require_nothing_left()
    if settings.partition not in PARTITIONS:
        raise table.damaged(f"`{settings.partition}` is no partition")
    require_workers(settings.workers)
    require_safe_endpoint(settings)
    if not settings.store.startswith("sqlite:"):
        raise table.damaged("`store` should begin with `sqlite:`")
    return settings


def _read_kms(table: _Table) -> KMSSettings:
    ca = table.take_optional("ca")
    settings = KMSSettings(
        endpoint=table.take("endpoint", str),
        region=table.take("region", str),
        default_key=table.take("default_key", str),
        credentials=Path(table.take("credentials", str)),
        ca=None if ca is None else Path(ca),
        deadline_ms=_take_number(
            table,
            "deadline_ms",
            least=KMS_DEADLINE_MS_MIN,
            most=KMS_DEADLINE_MS_MAX,
            otherwise=KMS_DEADLINE_MS_DEFAULT,
        ),
        concurrency=_take_number(
            table, "concurrency", least=1, most=KMS_CONCURRENCY_MAX, otherwise=KMS_CONCURRENCY_DEFAULT
        ),
        cache_ms=_take_number(
            table, "cache_ms", least=0, most=KMS_CACHE_MS_MAX, otherwise=KMS_CACHE_MS_DEFAULT
        ),
        plain_http=table.take_flag("plain_http"),
    )
    table.require_nothing_left()
    address = settings.address
    if not is_region(settings.region):
        raise HomeError(f"{table.where} `{settings.region}` is no Region name; `us-west-2` is one")
    parts = settings.default_key.split(":", 5)
    if parts[:1] + parts[2:4] != ["arn", "kms", settings.region] or not parts[-1].startswith("key/"):
        raise HomeError(f"{table.where} `default_key` should be the ARN of a key in {settings.region}")
    if not settings.is_secure and settings.ca is not None:
        raise HomeError(f"{table.where} `ca` is for an https endpoint")
    if not settings.is_secure and not address.is_loopback and not settings.plain_http:
        raise HomeError(
            f"{table.where} data keys would come from `{address}` without TLS: "
            "use https, or say `plain_http = true`"
        )
    return settings


def _take_number(table: _Table, name: str, *, least: int, most: int, otherwise: int) -> int:
    if name not in table.entries:
        return otherwise
    number = table.take(name, int)
    if not least <= number <= most:
        raise HomeError(f"{table.where} `{name}` should be from {least} to {most}")
    return number


def require_safe_endpoint(settings: RegionSettings) -> None:
    """Refuse a Region that would talk to other machines in the clear without having said so; HomeError."""
    address = settings.address
    secure = settings.endpoint.startswith("https://")
    if secure != (settings.certificate is not None) or secure != (settings.certificate_key is not None):
        raise HomeError(
            f"Region `{settings.name}`: an https endpoint needs `certificate` and `certificate_key`, "
            "an http one has neither"
        )
    if not secure and not address.is_loopback and not settings.plain_http:
        raise HomeError(
            f"Region `{settings.name}` would listen on `{address}` without TLS: give it a certificate, "
            "or say `plain_http = true`"
        )


def _read_peer(table: _Table) -> Address:
    try:
        return peer_of(table.take("peer", str))
    except HomeError as refusal:
        raise table.damaged(str(refusal)) from None


def peer_of(text: str) -> Address:
    """Read `HOST:PORT`, where a Region's agent listens for others; HomeError for anything else."""
    try:
        return address_of(f"https://{text}")
    except HomeError:
        raise HomeError("`peer` should read `HOST:PORT`") from None


def _read_key(table: _Table, name: str) -> bytes:
    try:
        key = base64.b64decode(table.take(name, str), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != PUBLIC_KEY_BYTES:
        raise table.damaged(f"`{name}` should be {PUBLIC_KEY_BYTES} bytes in base64")
    return key


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One table of the document, emptied as it is read, so that what is left over was not known."""

    entries: dict[str, object]
    where: str

    def damaged(self, what: str) -> HomeError:
        return HomeError(f"{self.where} is damaged: {what}")

    def take(self, name: str, kind: type[KindT]) -> KindT:
        if name not in self.entries:
            raise self.damaged(f"`{name}` is missing")
        value = self.entries.pop(name)
        # Not isinstance: True is an int to Python.
        if type(value) is not kind:
            wanted = {str: "a string", int: "an integer", bool: "true or false"}[kind]
            raise self.damaged(f"`{name}` should be {wanted}")
        # mypy does not narrow by `type(…) is` over a type variable; isinstance repeats what was just checked.
        assert isinstance(value, kind)
        return value

    def take_optional(self, name: str) -> str | None:
        return self.take(name, str) if name in self.entries else None

    def take_flag(self, name: str, *, otherwise: bool = False) -> bool:
        return self.take(name, bool) if name in self.entries else otherwise

    def table(self, name: str) -> _Table | None:
        value = self.entries.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.damaged(f"`{name}` should be a table")
        return _Table(entries=value, where=f"{self.where.removesuffix(',')}, [{name}],")

    def tables(self, name: str) -> list[_Table]:
        value = self.entries.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.damaged(f"`{name}` should be a list of tables")
        return [_Table(entries=item, where=f"{self.where}, [[{name}]],") for item in value]

    def require_nothing_left(self) -> None:
        for name in self.entries:
            raise HomeError(f"{self.where} has a setting that is not known: `{name}`")
