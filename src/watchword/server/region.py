"""A Region, composed in one process: stores, custody, trail and the gate over them.

Every process that works on a Region's state (API worker, agent) composes its own and shares the database, the custodian
and the trail's folder with the others. This is where the clock, randomness and the stores are handed in.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from watchword.api import table
from watchword.api.call import Place, Principal, PrincipalKind
from watchword.custody.client import CustodyClient
from watchword.custody.identity_client import IdentityClient
from watchword.gate.gate import Gate
from watchword.gate.rates import Rate, Rates
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
from watchword.keys import operations as keys
from watchword.keys.custody import KeySealed, KeyUnavailable, WouldWait
from watchword.keys.data_keys import NOTHING_KEPT, CacheLimits, DataKeys
from watchword.regions.partitions import PARTITIONS
from watchword.replication import hands
from watchword.replication.cargo import Cargo
from watchword.replication.met import Met
from watchword.replication.model import Kind
from watchword.secrets import (
    cross_account,
    cross_account_copy,
    replica_receiving,
    replica_sending,
    rotation_operations,
)
from watchword.secrets import operations as secrets
from watchword.secrets import policy_operations as policies
from watchword.secrets.sealing import OPENERS_MAX, Openers
from watchword.server import forwarding
from watchword.server.access_key_uses import AccessKeyUses
from watchword.server.certificates import region_uri
from watchword.server.deployment import Deployment, RegionSettings
from watchword.server.key_uses import KeyUses
from watchword.server.keys_elsewhere import KeysElsewhere, keys_elsewhere
from watchword.server.provider_keys import ConfiguredProviders
from watchword.server.sessions import CustodySessions, issuers_of
from watchword.sigv4.verify import SigningKey
from watchword.storage.stores import Access, SQLiteStores
from watchword.trail.segment import SegmentWriter, TrailUnavailable

SEAL_LOOK_S = 1.0
"""How long values that were just read may still be read in a Region that was sealed."""
SIGNING_KEYS_MAX = 10_000
ACCESS_ROWS = 500
"""Days of last access in one commit: writers of secrets wait meanwhile."""
ACCESS_FLUSH_S = 30.0
"""A day of last access reaches the store within a minute."""
DAY_MS = 86_400_000
STORE_PREFIX = "sqlite:"
CARGOES: Mapping[Kind, Cargo] = {
    cargo.kind: cargo for cargo in (replica_sending.CARGO, keys.CARGO, distribution_sending.CARGO)
}
"""What replication carries: by which operations each kind of link is read, applied and acknowledged."""
KEYS_SHOWN = 10
"""The most used ones, in `watchword status --json`."""

_log = logging.getLogger(__name__)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def store_path(settings: RegionSettings, *, home: Path) -> Path:
    return home / settings.store.removeprefix(STORE_PREFIX)


def place_of(deployment: Deployment, settings: RegionSettings) -> Place:
    """Where a Region stands; of the deployment it sees its own partition alone."""
    partition = settings.partition
    hosted = deployment.regions_of(partition)
    return Place(
        partition=partition,
        region=settings.name,
        dns_suffix=PARTITIONS[partition].dns_suffix,
        hosted_regions=tuple(held.name for held in hosted),
        control="" if partition in deployment.without_control else deployment.control_region(partition),
        opt_in=frozenset(held.name for held in hosted if held.opt_in),
    )


def rates_of(deployment: Deployment, settings: RegionSettings) -> Rates | None:
    """The rates of one API worker's clients; `None` where the deployment limits nothing."""
    if not deployment.request_rates:
        return None
    return Rates(
        Rate(
            operations=tuple(filter(None, map(table.operation_named, rate.operations))),
            per_second=rate.per_second,
            shared_by=settings.workers,
        )
        for rate in deployment.request_rates
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """What a process holds of its Region."""

    deployment: Deployment
    settings: RegionSettings
    place: Place
    stores: SQLiteStores
    custody: IdentityClient
    sessions: CustodySessions
    trail: SegmentWriter
    gate: Gate
    reads: Reads
    key_uses: KeyUses
    access_key_uses: AccessKeyUses
    cargoes: Mapping[Kind, Cargo]
    met: Met
    forget: Callable[[], None]
    """Drop what was kept in memory and is too old to be used."""
    shut: Callable[[], None]
    """Drop every opened data key; what checks signatures stays, so that callers go on with what needs no key."""
    elsewhere: KeysElsewhere | None = None
    """Where its keys are, if not here."""

    @property
    def itself(self) -> Principal:
        """This Region's own agent."""
        name = self.settings.name
        uri = region_uri(deployment_id=self.deployment.id, region=name)
        return Principal(kind=PrincipalKind.REGION, arn=uri, account="", user_id=name)


class Reads:
    """Which versions were read, in memory until the next flush; a read never waits for a commit."""

    def __init__(self, *, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._noted: set[tuple[str, str, str, int]] = set()
        self._written: set[tuple[str, str, str, int]] = set()
        self._lock = threading.Lock()

    def note(self, account: str, sid: str, version_id: str) -> None:
        read = (account, sid, version_id, self._clock() // DAY_MS)
        if read not in self._written:
            self._noted.add(read)

    def flush(self, stores: SQLiteStores) -> None:
        """Write what is new. Raises StoreUnavailable; then the rest is written next time."""
        with self._lock:
            today = self._clock() // DAY_MS
            batch = [read for read in list(self._noted) if read not in self._written]
            if not batch:
                return
            self._written = {read for read in self._written if read[3] == today}
            for start in range(0, len(batch), ACCESS_ROWS):
                rows = batch[start : start + ACCESS_ROWS]
                stores.record_access(
                    [Access(account=a, sid=s, version_id=v, day=day) for a, s, v, day in rows]
                )
                self._written |= set(rows)
                self._noted.difference_update(rows)


class CustodySigningKeys:
    """Signing keys from the custodian, kept by (sealed secret, day, Region, service): a new key is a new entry."""

    def __init__(self, custody: CustodyClient) -> None:
        self._custody = custody
        self._held: dict[tuple[bytes, str, str, str], SigningKey] = {}
        self._lock = threading.Lock()

    def signing_key(
        self, *, sealed: bytes, access_key_id: str, day: str, region: str, service: str
    ) -> SigningKey:
        wanted = (sealed, day, region, service)
        held = self._held.get(wanted)
        if held is None:
            held = SigningKey(
                self._custody.signing_key(
                    sealed=sealed, access_key_id=access_key_id, day=day, region=region, service=service
                )
            )
            with self._lock:
                while len(self._held) >= SIGNING_KEYS_MAX:
                    self._held.pop(next(iter(self._held)))
                self._held[wanted] = held
        return held


class TokenKey:
    """The Region's key for sealed tokens, asked of the custodian once."""

    def __init__(self, custody: CustodyClient) -> None:
        self._custody = custody
        self._key: bytes | None = None

    def __call__(self) -> bytes:
        if self._key is None:
            self._key = self._custody.token_key()
        return self._key


class Waker:
    """Tells the Region's agent that something was committed: a datagram that may be lost, since the agent looks anyway."""

    def __init__(self, path: Path) -> None:
        self._path = os.fspath(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def __call__(self) -> None:
        try:
            self._socket.sendto(b".", self._path)
        except OSError:
            # The agent is being replaced, or has datagrams waiting: it will look within a second, or at once.
            return


def wake_path(settings: RegionSettings) -> Path:
    return settings.folder / "wake.sock"


def compose(
    deployment: Deployment,
    settings: RegionSettings,
    *,
    process: str,
    committed: Callable[[], None],
    may_wait: Callable[[], bool] = lambda: True,
    rates: Rates | None = None,
) -> Region:
    """Compose a Region in this process. The working folder is HOME; nothing is opened that a fork would share.

    `may_wait` says whether the calling thread may wait for the custodian; `rates` are those of its clients.
    """
    place = place_of(deployment, settings)
    stores = SQLiteStores(
        store_path(settings, home=deployment.home), partition=settings.partition, region=settings.name
    )
    custody = IdentityClient(settings.custody_socket, may_wait=may_wait)
    sessions = CustodySessions(
        custody, region=settings.name, issuers=issuers_of(deployment, partition=settings.partition)
    )
    limits = CacheLimits() if deployment.custodian.keep_data_keys else NOTHING_KEPT
    data_keys = DataKeys(custody, limits=limits)
    # A cipher is as good as its data key: where those are not kept, it is not either.
    openers = Openers(entries_max=min(limits.entries_max, OPENERS_MAX))
    reads = Reads(clock=now_ms)
    key_uses = KeyUses()
    access_key_uses = AccessKeyUses()
    token_key = TokenKey(custody)
    met = Met()
    elsewhere = keys_elsewhere(
        settings.kms, clock=now_ms, may_wait=may_wait, remembers=limits.entries_max > 0
    )
    own_keys = keys.bindings(
        custody,
        data_keys,
        read_policy=policy_checks.examine,
        token_key=token_key,
        met=met,
        used=key_uses.note,
    )
    boot_id = os.urandom(4).hex()
    trail = SegmentWriter(settings.folder / "trail", process, boot_id=boot_id, clock=now_ms)
    bindings = (
        *secrets.bindings(openers=openers, token_key=token_key),
        *policies.bindings(read_policy=policy_checks.examine),
        *rotation_operations.bindings(rotators=rotation_operations.NoRotators(), openers=openers),
        *cross_account.bindings(),
        *cross_account_copy.bindings(),
        *replica_sending.bindings(),
        *replica_receiving.bindings(met=met),
        *hands.bindings(met=met, steps=keys.STEPS),
        *(own_keys if elsewhere is None else elsewhere.answering(own_keys, custody=custody)),
        *identity.bindings(
            sessions=sessions, token_key=token_key, providers=ConfiguredProviders(deployment.oidc)
        ),
        *session_keys.bindings(custody),
        *iam_operations.bindings(custody),
        *account_operations.bindings(),
        *describe_regions.bindings(),
        *distribution_sending.bindings(custody),
        *distribution_receiving.bindings(custody, met=met),
        *forwarding.bindings(
            answer=lambda request: gate.answer(request), revisions=stores.identity_revisions
        ),
    )
    gate = Gate(
        place=place,
        stores=stores,
        bindings=bindings,
        signing_keys=CustodySigningKeys(custody),
        sessions=sessions,
        process=f"{process}-{boot_id}",
        trail=trail,
        clock=now_ms,
        entropy=os.urandom,
        accessed=reads.note,
        access_key_used=access_key_uses.note,
        committed=committed,
        rates=rates,
        forward=None
        if place.is_control
        else forwarding.Forwarding(deployment, settings, control=place.control, stores=stores),
    )

    def forget() -> None:
        data_keys.expire(now=now_ms())
        if elsewhere is not None:
            elsewhere.released.expire(now=now_ms())
        openers.clear()

    def shut() -> None:
        if elsewhere is not None:
            elsewhere.seal()
        data_keys.clear()
        openers.clear()

    return Region(
        deployment=deployment,
        settings=settings,
        place=place,
        stores=stores,
        custody=custody,
        sessions=sessions,
        trail=trail,
        gate=gate,
        reads=reads,
        key_uses=key_uses,
        access_key_uses=access_key_uses,
        cargoes=CARGOES,
        met=met,
        forget=forget,
        shut=shut,
        elsewhere=elsewhere,
    )


def heed_seal(region: Region) -> None:
    """Look whether the Region is sealed; if so, a value that was read a moment ago is not read again either."""
    try:
        region.custody.ping()
    except KeySealed:
        region.shut()
    except KeyUnavailable:
        # Gone or slow is not sealed: what is in memory keeps reads going, for as long as it may.
        return
    else:
        if region.elsewhere is not None:
            region.elsewhere.unseal()


def close_trail(region: Region) -> None:
    """Sync and close this process's segment, at its end; if that fails, the log says so and the process still ends."""
    try:
        region.trail.close()
    except TrailUnavailable as error:
        _log.error("%s: %s", region.settings.name, error)


def health(region: Region) -> tuple[bool, dict[str, str]]:
    """Whether this Region can answer a read: its store is readable, its custodian answers, its trail takes events."""
    store = "ok" if region.stores.readable() else "unreachable"
    try:
        region.custody.ping()
        custody = "ok"
    except KeySealed:
        custody = "sealed"
    except KeyUnavailable:
        custody = "unreachable"
    try:
        region.trail.check()
        trail = "ok"
    except TrailUnavailable:
        trail = "unwritable"
    sound = store == custody == trail == "ok"
    said = {
        "region": region.settings.name,
        "store": store,
        "custody": custody,
        "trail": trail,
    }
    if region.elsewhere is not None:
        reachable = region.elsewhere.client.is_reachable()
        said["kms"] = "ok" if reachable else "unreachable"
        sound = sound and reachable
    return sound, {"status": "ok" if sound else "degraded", **said}


def status(region: Region) -> dict[str, object]:
    """What `watchword status` shows of a Region."""
    counts = region.stores.counts()
    now = now_ms()
    lags = {kind: max(0, now - since) for kind, since in counts.dirty_since_ms.items()}
    return {
        "secrets": counts.secrets,
        "links": dict(counts.links[Kind.SECRETS]),
        "leaving": counts.leaving,
        "worst_lag_ms": lags.get(Kind.SECRETS),
        "identity": {
            "links": dict(counts.links[Kind.IDENTITY]),
            "worst_lag_ms": lags.get(Kind.IDENTITY),
        },
        "custodian": custodian(region),
        "kms": None if region.elsewhere is None else region.elsewhere.status(),
    }


def custodian(region: Region) -> dict[str, object] | None:
    """What the custodian tells of itself, in short; `None` while it does not answer."""
    try:
        report = region.custody.report()
    except (KeyUnavailable, WouldWait):
        return None
    return {
        "protections": dict(report.protections),
        "hsm": report.hsm or None,
        "hsm_protections": dict(report.hsm_protections),
        "uses": dict(report.uses),
        "keys": [list(use) for use in report.keys[:KEYS_SHOWN]],
        "limited": report.limited,
        "alarms": report.alarms,
    }
