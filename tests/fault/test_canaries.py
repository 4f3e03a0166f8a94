"""Secrets in the clear are nowhere: not in a database, its log or its free pages, the trail, what processes print, or /proc.

Reliability, 4.7 and I15. More than 1,000 canaries go in through every operation of both Regions, and through every kind of
refusal and outage; then everything that the deployment has left behind or says of itself is searched for them.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.fault.canaries import SPELLINGS, Canaries, Said, found, new_mark, places, said_by
from tests.fault.canary_requests import (
    Outcome,
    Wire,
    fresh_token,
    through_a_life,
    through_every_operation,
    through_http,
    through_refusals,
)
from tests.fault.load import until_all_in_sync
from tests.integration.deployment import (
    MARK,
    OHIO,
    VARIABLES,
    VIRGINIA,
    Caller,
    Deployment,
    scratch,
    until,
)

IN_SYNC_S_MAX = 20.0
HOLD = """
import sys, tempfile, time
file = tempfile.TemporaryFile()
file.write(sys.stdin.buffer.read())
file.flush()
print(file.fileno(), flush=True)
time.sleep(60)
"""
"""A process of the deployment that holds a file without a name."""


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    """Its temporary files and its working folder, where core files would go, are in its folder."""
    with scratch() as folder, ExitStack() as at_last:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("temporary", "working"):
                (folder / name).mkdir()
            for variable in ("TMPDIR", "SQLITE_TMPDIR"):
                patch.setitem(VARIABLES, variable, str(folder / "temporary"))
            patch.chdir(folder / "working")
            running = Deployment(folder)
            at_last.callback(running.clear_away)
            running.up()
        yield running
        running.end()
        running.require_nothing_wrong()


@pytest.fixture(scope="module")
def written(deployment: Deployment) -> tuple[Canaries, Outcome]:
    """Every canary has gone in, and what is to be written about it has been."""
    canaries, outcome = Canaries(), Outcome()
    for region in (VIRGINIA, OHIO):
        for door in (False, True):
            with closing(Wire(deployment, region, door=door)) as wire:
                through_every_operation(wire, canaries, outcome)
                through_http(wire, canaries, outcome)
    names = through_a_life(deployment, canaries, outcome)
    until_all_in_sync(deployment, names, seconds_max=IN_SYNC_S_MAX)
    with closing(deployment.caller(OHIO)) as ohio:
        for name in names:
            ohio.ask("GetSecretValue", SecretId=name)
    through_refusals(deployment, canaries, outcome)
    _without_custodian(deployment, canaries, outcome)
    _without_ohio(deployment, canaries, outcome)
    until_all_in_sync(deployment, names, seconds_max=IN_SYNC_S_MAX)
    _crashed(deployment)
    for region in (VIRGINIA, OHIO):
        until(lambda region=region: _waiting_events(deployment, region) == 0, what="a joined trail")  # type: ignore[misc]  # a default binds it
    return canaries, outcome


def _without_custodian(deployment: Deployment, canaries: Canaries, outcome: Outcome) -> None:
    """Ohio's custodian is stopped: values that come in and that arrive from Virginia find nobody to seal them."""
    custodian = deployment.pids(OHIO)["custodian"]
    os.kill(custodian, signal.SIGSTOP)
    try:
        with closing(deployment.caller(VIRGINIA)) as caller:
            caller.ask("PutSecretValue", SecretId="canary/1", SecretString=canaries.text(), **fresh_token())
        with closing(deployment.caller(OHIO)) as caller:
            for number in range(5):
                _put(caller, f"outage/{number}", canaries, outcome)
    finally:
        os.kill(custodian, signal.SIGCONT)
    until(lambda: deployment.is_whole(OHIO), what="a whole Region")


def _without_ohio(deployment: Deployment, canaries: Canaries, outcome: Outcome) -> None:
    """Ohio is down: Virginia keeps what is to be sent, and the front door has nobody to hand a value to."""
    deployment.stop(OHIO)
    with closing(deployment.caller(VIRGINIA)) as caller:
        for number in range(5):
            caller.ask(
                "PutSecretValue", SecretId=f"canary/{number}", SecretString=canaries.text(), **fresh_token()
            )
    with closing(deployment.caller(OHIO, door=True)) as caller:
        for number in range(5):
            _put(caller, f"down/{number}", canaries, outcome)
    deployment.start(OHIO)


def _put(caller: Caller, name: str, canaries: Canaries, outcome: Outcome) -> None:
    status, said = caller.answer("CreateSecret", Name=name, SecretString=canaries.text(), **fresh_token())
    outcome.note("CreateSecret", status, json.dumps(said, ensure_ascii=False).encode(), canaries=canaries)


def _crashed(deployment: Deployment) -> None:
    """End a worker, the agent and the custodian as a fault in the interpreter would: with what dumps a core."""
    for name, pid in deployment.pids(OHIO).items():
        if name in ("worker-1", "agent", "custodian"):
            os.kill(pid, signal.SIGSEGV)
            until(lambda pid=pid: not Path(f"/proc/{pid}").exists(), what="a crash")  # type: ignore[misc]  # as above
    until(lambda: deployment.is_whole(OHIO), what="a whole Region")


def _database(deployment: Deployment, region: str) -> Path:
    return deployment.home / "regions" / region / "store.sqlite3"


def _waiting_events(deployment: Deployment, region: str) -> int:
    """How many events of changes the agent has not joined to the trail yet."""
    with closing(sqlite3.connect(_database(deployment, region))) as database:
        return int(database.execute("SELECT COUNT(*) FROM event").fetchone()[0])


def test_no_canary_is_anywhere(deployment: Deployment, written: tuple[Canaries, Outcome]) -> None:
    """Nor is what was drawn here: data keys, random bytes, passwords."""
    canaries, outcome = written

    hits = found(
        {"canary": canaries.mark.encode()} | outcome.drawn, places(deployment, said=said_by(deployment))
    )

    assert canaries.made >= 1_000
    assert len(outcome.drawn) == 15
    assert [] == hits


def test_every_kind_of_refusal_was_met(written: tuple[Canaries, Outcome]) -> None:
    """Success, what is wrong with a request, what is too long, what is out of reach, and connections that just end."""
    assert {200, 400, 413, 431, 503} <= set(written[1].statuses)


def test_no_refusal_shows_the_value_that_it_refuses(written: tuple[Canaries, Outcome]) -> None:
    """An error's text goes to the caller's logs."""
    assert [] == written[1].shown


def test_what_is_no_secret_is_found_where_it_belongs(
    deployment: Deployment, written: tuple[Canaries, Outcome]
) -> None:
    """Names, resource policies and encryption contexts: the search reads the very files that the canaries are not in."""
    context, policy = new_mark(), new_mark()
    statement = {
        "Sid": policy,
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "secretsmanager:RotateSecret",
        "Resource": "*",
    }
    with closing(deployment.caller(VIRGINIA)) as caller:
        caller.ask(
            "PutResourcePolicy",
            SecretId="canary/0",
            ResourcePolicy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        key = caller.ask("CreateKey", service="kms")["KeyMetadata"]["KeyId"]
        plaintext = base64.b64encode(b"x").decode()
        caller.ask("Encrypt", service="kms", KeyId=key, Plaintext=plaintext, EncryptionContext={"a": context})
    until(lambda: _waiting_events(deployment, VIRGINIA) == 0, what="a joined trail")

    hits = found(
        {"context": context.encode(), "policy": policy.encode()},
        places(deployment, said=said_by(deployment)),
    )

    folder = deployment.home / "regions" / VIRGINIA
    assert any(what == "context" and place.startswith(f"{folder}/trail/") for place, what in hits)
    assert any(what == "policy" and place.startswith(f"{folder}/store.sqlite3") for place, what in hits)


def test_the_secret_access_key_is_in_its_own_file_alone(deployment: Deployment) -> None:
    key = deployment.env["secret_access_key"].encode()

    hits = found({"key": key}, places(deployment, said=said_by(deployment)))

    assert [(str(deployment.home / "credentials"), "key")] == hits


def test_what_opens_a_region_is_in_its_own_file_alone(deployment: Deployment) -> None:
    files = sorted((deployment.home / "unseal").glob("*.key"))
    assert len(files) == 2

    hits = found(
        {path.name: path.read_bytes() for path in files}, places(deployment, said=said_by(deployment))
    )

    assert [(str(path), path.name) for path in files] == hits


# -- the search finds what is planted: every spelling, in every place


def planted_text() -> tuple[dict[str, bytes], bytes]:
    """A canary in every spelling, each with a mark of its own: the marks, and all of it in one piece."""
    marks = {spelling: new_mark() for spelling in SPELLINGS}
    pieces = [
        bytes(10) + SPELLINGS[spelling](Canaries(mark=mark).text()) + bytes(10)
        for spelling, mark in marks.items()
    ]
    return {spelling: mark.encode() for spelling, mark in marks.items()}, b"".join(pieces)


@contextmanager
def in_a_file(path: Path, content: bytes) -> Iterator[str]:
    before = path.read_bytes() if path.exists() else None
    with path.open("ab") as file:
        file.write(content)
    try:
        yield str(path)
    finally:
        if before is None:
            path.unlink()
        else:
            os.truncate(path, len(before))


def in_a_core_file(deployment: Deployment, content: bytes) -> AbstractContextManager[str]:
    """Where the kernel would put it: the working folder of a process."""
    (pid, *_) = deployment.pids(OHIO).values()
    return in_a_file(Path(f"/proc/{pid}/cwd").readlink() / "core.1", content)


@contextmanager
def in_the_write_ahead_log(deployment: Deployment, content: bytes) -> Iterator[str]:
    path = _database(deployment, OHIO)
    with closing(_planted_row(path, content)):
        yield f"{path}-wal"


@contextmanager
def in_the_database(deployment: Deployment, content: bytes) -> Iterator[str]:
    path = _database(deployment, OHIO)
    with closing(_planted_row(path, content)) as database:
        _checkpointed(database)
        yield str(path)


@contextmanager
def in_free_pages(deployment: Deployment, content: bytes) -> Iterator[str]:
    """In no row any more; overflow pages keep what they held until they are used again."""
    path = _database(deployment, OHIO)
    with closing(_planted_row(path, content)) as database:
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("DELETE FROM meta WHERE name = 'planted'")
        _checkpointed(database)
        assert database.execute("PRAGMA freelist_count").fetchone()[0] > 0
        yield str(path)


def _planted_row(path: Path, content: bytes) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, timeout=10.0)
    # Far above a page, so that it gets pages of its own.
    database.execute("INSERT OR REPLACE INTO meta VALUES ('planted', ?)", (content + bytes(100_000),))
    return database


def _checkpointed(database: sqlite3.Connection) -> None:
    """Until everything is in the database itself, and the log holds nothing that is not."""

    def done() -> bool:
        busy, written, moved = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return bool(busy == 0 and written == moved)

    until(done, what="a checkpoint")


@contextmanager
def in_a_process(deployment: Deployment, content: bytes, *, what: str) -> Iterator[str]:
    """A process of the run, with the content in its environment, its command line, or a file without a name."""
    text = content.replace(b"\0", b" ")
    arguments = [text] if what == "cmdline" else []
    variables = {
        name.encode(): value.encode() for name, value in (VARIABLES | {MARK: deployment.mark}).items()
    }
    process = subprocess.Popen(
        [sys.executable.encode(), b"-c", HOLD.encode(), *arguments],
        env=variables | ({b"PLANTED": text} if what == "environ" else {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        with process.stdin as given:
            given.write(content if what == "fd" else b"")
        fd = int(process.stdout.readline())
        yield f"/proc/{process.pid}/fd/{fd} " if what == "fd" else f"/proc/{process.pid}/{what}"
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def in_an_answer(content: bytes) -> Iterator[str]:
    """A server that says it at its health address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/-/health"
        server.shutdown()


Planted = Callable[[Deployment, bytes], AbstractContextManager[str]]
PLACES: Mapping[str, Planted] = {
    "the log": lambda deployment, content: in_a_file(deployment.err, content),
    "the trail": lambda deployment, content: in_a_file(
        deployment.home / "regions" / OHIO / "trail" / "planted", content
    ),
    "a temporary file": lambda deployment, content: in_a_file(
        deployment.folder / "temporary" / "planted", content
    ),
    "a core file": in_a_core_file,
    "the write-ahead log": in_the_write_ahead_log,
    "the database": in_the_database,
    "free pages": in_free_pages,
    "an environment": partial(in_a_process, what="environ"),
    "a command line": partial(in_a_process, what="cmdline"),
    "a file without a name": partial(in_a_process, what="fd"),
}


WITH_NULS = {"UTF-16", "UTF-16, big-endian"}
"""No environment and no command line can hold these: a NUL ends a string there."""


@pytest.mark.parametrize("place", PLACES)
def test_a_planted_canary_is_found_in_every_spelling(deployment: Deployment, place: str) -> None:
    marks, content = planted_text()

    with PLACES[place](deployment, content) as where:
        hits = found(marks, places(deployment, said=Said(urls=(), commands=())))

    possible = set(SPELLINGS) - (WITH_NULS if where.endswith(("environ", "cmdline")) else set())
    assert possible == {what for held, what in hits if held.startswith(where)}


def test_a_planted_canary_is_found_in_what_is_said(deployment: Deployment) -> None:
    """By an address and by a command; and when nothing was planted, nothing is found."""
    marks, content = planted_text()
    command = (sys.executable, "-c", f"import sys; sys.stdout.buffer.write({content!r})")

    with in_an_answer(content) as url:
        said = Said(urls=(url,), commands=(command,))
        hits = found(marks, places(deployment, said=said))

    assert set(SPELLINGS) == {what for held, what in hits if held == url}
    assert set(SPELLINGS) == {what for held, what in hits if held == said.title(command)}
    assert [] == found(marks, places(deployment, said=said_by(deployment)))
