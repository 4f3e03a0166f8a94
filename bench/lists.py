"""How lists grow with their Region: a page of 100 from a few secrets and from many, side by side.

One deployment, two Regions: the first holds a few secrets, the second many. What both hold in common was made through the
API; the many are copies of those rows, made by SQL behind the writers' lock, with names, sids, times and days of access of
their own. A copy's value does not open (its seal is bound to its secret), which lists never try; BatchGetSecretValue is
asked for secrets that were made through the API.

Each case is asked of both Regions in turn, over one kept connection, so that whatever else the machine does hits both.
Beside the time stands the CPU that the Region used: on a busy machine a page of 20 ms is interrupted where one of 4 ms is
not, and the ratio of times says more of its neighbours than of the list.
"""

from __future__ import annotations

import http.client
import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bench import load
from bench.deployment import Deployment
from bench.measures import Row
from watchword.storage.sqlite import BUSY_MS_MAX, Lock, lock_path

PAGE = 100
BATCH_PAGE = 20
OPENED = 40
"""Secrets that BatchGetSecretValue looks for and can open: two of its pages."""
REPLICATED = 20
VERSIONS = 100
CREATORS = 8
WARM_UP_ASKS = 8
"""Twice as many as a worker has threads: each has a connection and a memory of its own."""
TIMES_MAX = 5.0
CPU_MS_MIN = 0.01
"""No page costs less; a kernel that does not count says nothing."""

Members = Mapping[str, Any]


class Case(NamedTuple):
    name: str
    operation: str
    members: Members


class Taken(NamedTuple):
    """What one page took: on the clock, and of the Region's processors."""

    ms: float
    cpu_ms: float


class Pages(NamedTuple):
    first: Taken
    middle: Taken


def lists(deployment: Deployment, *, few: int, many: int, asks: int) -> list[Row]:
    """A page, of each order and each kind of filter: how many times longer it takes with many secrets than with few."""
    small, large = deployment.regions[:2]
    for region in (small, large):
        _create(deployment, region, count=few)
    _replicate(deployment, small, large)
    _multiply(deployment, large, count=many)
    setting = f"{few:,} and {many:,} secrets, 1 worker"
    with _Asker(deployment, small, secrets=few) as of_few, _Asker(deployment, large, secrets=many) as of_many:
        rows = [_row(case, of_few, of_many, asks=asks, setting=setting) for case in _cases(large)]
        walks = [_walk(asker) for asker in (of_few, of_many)]
    rows.append(
        Row(
            "ListSecrets, every page in turn",
            setting,
            f"{walks[0].ms:.1f} → {walks[1].ms:.1f} ms a page",
            _times(*walks),
        )
    )
    return rows


def _cases(region: str) -> list[Case]:
    cases = [
        Case(f"ListSecrets by {key}, {order}", "ListSecrets", {"SortBy": key, "SortOrder": order})
        for key in ("name", "created-date", "last-changed-date", "last-accessed-date")
        for order in ("asc", "desc")
    ]
    filters: list[tuple[str, str, str]] = [
        ("name", "many", "app/"),
        ("name", "none", "nobody/"),
        ("name", "all but some", "!app/0"),
        ("description", "many", "password data"),
        ("description", "none", "certificate"),
        ("tag-key", "many", "tea"),
        ("tag-key", "none", "cost"),
        ("tag-value", "a twentieth", "team-07"),
        ("tag-value", "none", "team-99"),
        ("tag-value", "all but a twentieth", "!team-07"),
        ("primary-region", "few", region[:4]),
        ("owning-service", "none", "rds"),
        ("all", "many", "data payments"),
        ("all", "none", "certificate"),
        ("all", "all but none", "!certificate"),
    ]
    cases += [
        Case(f"ListSecrets, {key} finds {found}", "ListSecrets", _filtered(key, value))
        for key, found, value in filters
    ]
    cases += [
        Case(
            "ListSecrets by name, name finds none",
            "ListSecrets",
            {**_filtered("name", "nobody/"), "SortBy": "name"},
        ),
        Case(
            "BatchGetSecretValue, tag-key finds few",
            "BatchGetSecretValue",
            {**_filtered("tag-key", "opened"), "MaxResults": BATCH_PAGE},
        ),
        Case(
            "BatchGetSecretValue, name finds few",
            "BatchGetSecretValue",
            {**_filtered("name", "opened/"), "MaxResults": BATCH_PAGE},
        ),
        Case(
            f"ListSecretVersionIds, {VERSIONS} versions",
            "ListSecretVersionIds",
            {"SecretId": "opened/00000", "IncludeDeprecated": True, "MaxResults": 50},
        ),
    ]
    return cases


def _filtered(key: str, value: str) -> dict[str, Any]:
    return {"Filters": [{"Key": key, "Values": [value]}]}


def _row(case: Case, of_few: _Asker, of_many: _Asker, *, asks: int, setting: str) -> Row:
    few, many = _both(case, (of_few, of_many), asks=asks)
    return Row(
        f"{case.name}: first / middle page",
        setting,
        f"{few.first.ms:.1f} → {many.first.ms:.1f} / {few.middle.ms:.1f} → {many.middle.ms:.1f} ms",
        f"{_times(few.first, many.first)} / {_times(few.middle, many.middle)}",
    )


def _times(few: Taken, many: Taken) -> str:
    ratio = many.ms / few.ms
    said = f"{ratio:.1f} times" if ratio <= TIMES_MAX else f"**{ratio:.1f} times**"
    return f"{said} (CPU {many.cpu_ms / few.cpu_ms:.1f})"


def _middling(taken: Sequence[Taken]) -> Taken:
    return Taken(median(one.ms for one in taken), median(one.cpu_ms for one in taken))


def _both(case: Case, askers: Sequence[_Asker], *, asks: int) -> list[Pages]:
    """The median of a first page and of a middle one, of each Region; where one page is all, it is the middle too."""
    asked = [[asker.signed(case, None), asker.signed(case, _middle(case, asker))] for asker in askers]
    taken: list[list[list[Taken]]] = [[[], []] for _ in askers]
    for turn in range(WARM_UP_ASKS + asks):
        for asker, pages, times in zip(askers, asked, taken, strict=True):
            for page, held in zip(pages, times, strict=True):
                one, _ = asker.ask(page)
                if turn >= WARM_UP_ASKS:
                    held.append(one)
    return [Pages(_middling(first), _middling(middle)) for first, middle in taken]


def _middle(case: Case, asker: _Asker) -> str | None:
    """The token of the page in the middle of the list; None: all is in one page."""
    tokens: list[str] = []
    token: str | None = None
    # A list has at most so many full pages, and half of them lead to the middle.
    for _ in range(asker.secrets // PAGE // 2):
        _, page = asker.ask(asker.signed(case, token))
        token = page.get("NextToken")
        if token is None:
            break
        tokens.append(token)
    else:
        return tokens[-1]
    return tokens[len(tokens) // 2] if tokens else None


def _walk(asker: _Asker) -> Taken:
    """The median of a page when each is another one: of many secrets, none that is asked for is still in memory."""
    case = Case("", "ListSecrets", {"SortBy": "name"})
    taken: list[Taken] = []
    token: str | None = None
    while not taken or token is not None:
        one, page = asker.ask(asker.signed(case, token))
        taken.append(one)
        token = page.get("NextToken")
    return _middling(taken)


class _Asker:
    """One kept connection to one Region, with requests that are signed before the clock starts."""

    def __init__(self, deployment: Deployment, region: str, *, secrets: int) -> None:
        self.secrets = secrets
        self._deployment = deployment
        self._region = region
        self._endpoint = deployment.endpoint(region)
        self._pids = deployment.processes(region)
        self._connection = http.client.HTTPConnection(urlsplit(self._endpoint).netloc, timeout=60)

    def __enter__(self) -> _Asker:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def signed(self, case: Case, token: str | None) -> load.Signed:
        size = {} if "MaxResults" in case.members else {"MaxResults": PAGE}
        more = {} if token is None else {"NextToken": token}
        return load.sign(
            self._endpoint,
            region=self._region,
            target=f"secretsmanager.{case.operation}",
            body=json.dumps({**size, **case.members, **more}),
            access_key_id=self._deployment.env["access_key_id"],
            secret_access_key=self._deployment.env["secret_access_key"],
        )

    def ask(self, request: load.Signed) -> tuple[Taken, dict[str, Any]]:
        used = _cpu_ms(self._pids)
        began = time.perf_counter()
        self._connection.request("POST", "/", body=request.body, headers=request.headers)
        response = self._connection.getresponse()
        body = response.read()
        ms = (time.perf_counter() - began) * 1_000
        taken = Taken(ms, max(CPU_MS_MIN, _cpu_ms(self._pids) - used))
        if response.status != 200:
            raise RuntimeError(f"{self._region} answered {response.status}: {body[:200]!r}")
        answer: dict[str, Any] = json.loads(body)
        if answer.get("Errors"):
            raise RuntimeError(f"{self._region} could not open {len(answer['Errors'])} secrets")
        return taken, answer


def _cpu_ms(pids: Sequence[int]) -> float:
    """What all threads of these processes have used so far, to the microsecond. Linux, proc(5), schedstat."""
    ns = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            # A thread that ends meanwhile had nothing to do with a list.
            with suppress(OSError):
                ns += int(task.read_text().split()[0])
    return ns / 1e6


# How the Regions are filled


def _create(deployment: Deployment, region: str, *, count: int) -> None:
    """Secrets as a company has them: a path for a name, a sentence, three tags, a value."""
    client = deployment.client(region)

    def create(number: int) -> None:
        opened = number < OPENED
        team, environment = f"team-{number % 20:02}", ("prod", "test")[number % 2]
        tags = {"team": team, "environment": environment, "service": f"service{number % 300}"}
        client.create_secret(
            Name=f"opened/{number:05}" if opened else f"app/{number:05}/{environment}/database",
            Description=f"Password of the database of payments {number}, rotated by hand each quarter",
            SecretString=json.dumps({"username": "app", "password": "p" * 120}),
            Tags=[
                {"Key": key, "Value": value}
                for key, value in {**tags, **({"opened": "1"} if opened else {})}.items()
            ],
        )

    with ThreadPoolExecutor(CREATORS) as creators:
        list(creators.map(create, range(count)))
    for number in range(1, VERSIONS):
        client.put_secret_value(SecretId="opened/00000", SecretString=str(number))


def _replicate(deployment: Deployment, one: str, other: str) -> None:
    """A few secrets of each Region have a copy in the other one, under a name that is free there."""
    for region, replica in ((one, other), (other, one)):
        client = deployment.client(region)
        for number in range(REPLICATED):
            client.create_secret(
                Name=f"shared/{region}/{number:05}",
                SecretString="p",
                AddReplicaRegions=[{"Region": replica}],
            )


COPIES = """
CREATE TEMP TABLE copied AS
SELECT sid AS origin, lower(hex(randomblob(16))) AS sid,
       CASE abs(random()) % 3 WHEN 0 THEN -1 ELSE 20000 + abs(random()) % 400 END AS day
FROM secret WHERE sid IN (SELECT sid FROM original) ORDER BY created_ms
"""
CHANGED = {
    "secret": {
        "sid": "copied.sid",
        "name": "held.name || '-' || :copy",
        "created_ms": "held.created_ms + :copy * 60000",
        "changed_ms": "held.created_ms + :copy * 60000 + abs(random()) % 10000000",
        "accessed_day": "copied.day",
    },
    "secret_version": {
        "sid": "copied.sid",
        "accessed_day": "CASE copied.day WHEN -1 THEN NULL ELSE copied.day END",
    },
    "data_key": {"sid": "copied.sid"},
}
"""What a copy of a row holds instead of what its original holds."""


def _multiply(deployment: Deployment, region: str, *, count: int) -> None:
    """Copy a Region's secrets that have no replica until there are so many, a thousand or so in each transaction."""
    path = deployment.home / "regions" / region / "store.sqlite3"
    lock = Lock(lock_path(path))
    with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_MS_MAX / 1_000)) as raw:
        raw.execute("CREATE TEMP TABLE original AS SELECT sid FROM secret WHERE name LIKE 'app/%'")
        originals: int = raw.execute("SELECT COUNT(*) FROM original").fetchone()[0]
        account, held = raw.execute("SELECT MIN(account), COUNT(*) FROM secret").fetchone()
        for copy in range(1, 1 + (count - held) // originals):
            with lock:
                raw.execute("BEGIN IMMEDIATE")
                raw.execute(COPIES)
                for table in CHANGED:
                    raw.execute(_copy_statement(raw, table), {"copy": copy, "account": account})
                raw.execute("DROP TABLE copied")
                raw.execute("COMMIT")
    lock.close()


def _copy_statement(raw: sqlite3.Connection, table: str) -> str:
    """Every column as it is, but for those that `CHANGED` names; in the order of creation, as rows lie in a real store."""
    columns = [name for _, name, *_ in raw.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(CHANGED[table].get(name, f"held.{name}") for name in columns)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} "  # noqa: S608 - names are this schema's
        f"FROM copied CROSS JOIN {table} AS held ON held.account = :account AND held.sid = copied.origin"
    )
