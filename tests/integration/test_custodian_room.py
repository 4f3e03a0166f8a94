"""The closed room: every protection is tried, from inside a real custodian and from outside.

Inside, an intruder is started with it (`custodian_probe.py`) and makes one attempt when it is told to. Each attempt is first
made without the room, where it has to succeed: a refusal that everybody gets would prove nothing.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from watchword.custody import root, seccomp
from watchword.custody.client import CustodyClient
from watchword.custody.kernel import Kernel
from watchword.custody.landlock import version
from watchword.keys.custody import KeyUnavailable

INTRUDED = 77
"""As the probe has it."""
PROBE = Path(__file__).parent / "custodian_probe.py"
START_SECONDS_MAX = 10.0
END_SECONDS_MAX = 5.0
KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111"
NOBODY = "nobody"
KILLED = "killed"
REFUSED = "EPERM"
OUT_OF_REACH = "EACCES"


def has_landlock() -> bool:
    try:
        return version(Kernel()) > 0
    except OSError:
        return False


pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or Kernel().machine not in seccomp.MACHINES or not has_landlock(),
    reason="this kernel has no seccomp or no Landlock, as the custodian says at its start",
)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start the custodian as another user")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A custodian of one Region, and what it said until it was ready."""

    folder: Path
    process: subprocess.Popen[bytes]
    told: int
    log: Path

    @property
    def socket(self) -> Path:
        return self.folder / "custody.sock"

    def client(self) -> CustodyClient:
        return CustodyClient(self.socket)

    def intrude(self) -> str:
        """Have the attempt made, and return what became of it."""
        with suppress(KeyUnavailable):
            self.client().random(size=INTRUDED)
        said = line_of(self.told)
        assert said == "trying"
        said = line_of(self.told)
        if said is not None:
            return str(json.loads(said))
        assert self.process.wait(END_SECONDS_MAX) == -signal.SIGSYS
        return KILLED

    def status(self) -> dict[str, str]:
        """What the kernel says of the process."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def line_of(fd: int) -> str | None:
    """Return the next line, `None` at the end of file."""
    line = b""
    while not line.endswith(b"\n"):
        assert select.select([fd], [], [], END_SECONDS_MAX)[0], "nothing was said in time"
        piece = os.read(fd, 1)
        if not piece:
            return None
        line += piece
    return line.decode().rstrip("\n")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A Region's folder, below one that everybody may pass through, as pytest's own is not."""
    with tempfile.TemporaryDirectory() as held:
        Path(held).chmod(0o711)
        made = Path(held) / "region"
        made.mkdir(mode=0o711)
        root.create(made / "root", made / "key", region="us-east-1", entropy=os.urandom)
        (made / "beside").write_bytes(b"what is not the custodian's")
        elsewhere = Path(held) / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "other.key").write_bytes(bytes(32))
        yield made


def arguments(folder: Path, *more: str) -> list[str]:
    files = ("--root", str(folder / "root"), "--key-file", str(folder / "key"))
    return [*files, "--socket", str(folder / "custody.sock"), *more]


@contextmanager
def room(folder: Path, attempt: str, *more: str, system: str = "this") -> Iterator[Room]:
    """Start a custodian with an intruder in it; it has said that it is ready."""
    with ExitStack() as held:
        told, tells = os.pipe()
        beat, beats = os.pipe()
        for fd in (told, beat):
            held.callback(os.close, fd)
        log = folder.parent / "log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                [
                    *(sys.executable, str(PROBE), attempt, str(tells), system),
                    *arguments(folder, "--beat-fd", str(beats), *more),
                ],
                pass_fds=(tells, beats),
                stderr=said,
            )
        held.callback(process.wait)
        held.callback(process.kill)
        os.close(tells)
        os.close(beats)
        assert select.select([beat], [], [], START_SECONDS_MAX)[0]
        assert os.read(beat, 1) == b"R", log.read_text()
        yield Room(folder=folder, process=process, told=told, log=log)


# From inside

INSIDE = {
    "socket of IPv4": KILLED,
    "socket of IPv6": KILLED,
    "Unix socket": REFUSED,
    "another program": KILLED,
    "another process": KILLED,
    "trace": KILLED,
    "read a process's memory": KILLED,
    "read a file elsewhere": OUT_OF_REACH,
    "list a folder elsewhere": OUT_OF_REACH,
    "read another Region's key": OUT_OF_REACH,
    "make a file elsewhere": OUT_OF_REACH,
    "write a file beside the root": REFUSED,
    "make a folder beside the root": REFUSED,
    "make a socket beside the root": REFUSED,
    "open a file's mode": REFUSED,
    "signal a process": REFUSED,
    "be dumpable again": REFUSED,
    "change a limit": REFUSED,
    "memory that is executable": REFUSED,
    "a file in memory": REFUSED,
    "a new namespace": REFUSED,
}
OF_USE = ("read the root", "replace a file beside the root")
NEEDS_ROOT = ("a new namespace",)


@pytest.mark.parametrize(("attempt", "answer"), INSIDE.items(), ids=INSIDE)
def test_an_intruder_is_refused(folder: Path, attempt: str, answer: str) -> None:
    with room(folder, attempt) as held:
        client = held.client()
        client.ping()

        assert held.intrude() == answer

        if answer is not KILLED:
            client.ping()


@pytest.mark.parametrize("attempt", INSIDE)
def test_without_the_room_the_same_succeeds(folder: Path, attempt: str) -> None:
    if attempt in NEEDS_ROOT and os.geteuid() != 0:
        pytest.skip("needs root without the room, too")
    told, tells = os.pipe()
    try:
        subprocess.run(
            [
                *(sys.executable, str(PROBE), attempt, str(tells), "open"),
                *arguments(folder),
            ],
            pass_fds=(tells,),
            check=True,
            timeout=START_SECONDS_MAX,
        )
        os.close(tells)

        # A file that is to be written is there, and a thing that is to be made is not.
        assert (line_of(told), json.loads(line_of(told) or "")) == ("trying", "done")
    finally:
        os.close(told)


@pytest.mark.parametrize("attempt", OF_USE)
def test_what_the_root_needs_is_within_reach(folder: Path, attempt: str) -> None:
    with room(folder, attempt) as held:
        assert held.intrude() == "done"


def test_it_works_in_the_room_and_ends_in_order(folder: Path) -> None:
    """Also what is loaded late and what takes a thread: HPKE, an RSA pair, a refusal, the end."""
    with room(folder, "modules") as held:
        client = held.client()
        material = client.create_material(key_arn=KEY_ARN)
        blob = client.encrypt(material=material, key_arn=KEY_ARN, context={}, plaintext=b"x")
        public, _ = client.import_parameters(
            key_arn=KEY_ARN, bits=2_048, algorithm="RSAES_OAEP_SHA_256", expires_ms=2**40
        )

        assert client.decrypt(material=material, key_arn=KEY_ARN, context={}, blob=blob) == b"x"
        assert len(public) > 256
        held.process.terminate()
        assert held.process.wait(END_SECONDS_MAX) == 0
        assert not held.socket.exists()


def test_it_depends_on_cryptography_and_the_standard_library_alone(folder: Path) -> None:
    with room(folder, "modules") as held:
        modules = set(held.intrude().split())

    ours = {"watchword", "custodian_probe", "__main__", "__mp_main__"}
    others = {name for name in modules - ours if name not in sys.stdlib_module_names}
    # cffi's module and `_openssl` are how `cryptography` calls OpenSSL. What an installer leaves to every interpreter is
    # not asked for.
    assert {"cryptography"} <= others
    installers = {name for name in others if name.startswith(("_editable", "__editable__", "_virtualenv"))}
    assert others - installers <= {
        "cryptography",
        "_cffi_backend",
        "_openssl",
        "sitecustomize",
        "_distutils_hack",
    }


# What it says of itself


def test_its_protections_are_one_line_of_the_log_and_what_the_kernel_says(folder: Path) -> None:
    with room(folder, "modules") as held:
        status = held.status()
        report = held.client().report()
        (line,) = held.log.read_text().splitlines()

    names = ["own user", "no dumps", "memory locked", "no new privileges", "Landlock", "seccomp"]
    assert [
        part.partition(":")[0]
        for part in re.sub(r"\([^)]*\)", "", line).removeprefix("watchword custodian: ").split(", ")
    ] == names
    assert list(report.protections) == names
    assert report.protections["own user"] == "no `user` is set"
    assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
    assert (report.protections["memory locked"] == "yes") == (status["VmLck"] != "0 kB")
    assert {
        report.protections[name] for name in ("no dumps", "no new privileges", "Landlock", "seccomp")
    } == {"yes"}


def test_a_limit_on_locked_memory_is_said_and_memory_is_never_locked_in_part(folder: Path) -> None:
    """Locked up to the limit, a request for memory would fail in the midst of a question."""
    before = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (65_536, before[1]))
    try:
        with room(folder, "no capabilities") as held:
            status = held.status()
            report = held.client().report()
    finally:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, before)

    assert report.protections["memory locked"] == (
        "the limit on locked memory is 64 KiB, and should be `unlimited`"
    )
    assert status["VmLck"] == "0 kB"


def test_on_an_older_kernel_it_says_what_is_missing_and_works(folder: Path) -> None:
    with room(folder, "modules", system="older") as held:
        held.client().ping()
        report = held.client().report()
        said = held.log.read_text()

    assert report.protections["Landlock"] == report.protections["seccomp"] == "function not implemented"
    assert "Landlock: no (function not implemented), seccomp: no (function not implemented)\n" in said


def test_strict_it_does_not_start_on_an_older_kernel(folder: Path) -> None:
    told, tells = os.pipe()
    try:
        done = subprocess.run(
            [*(sys.executable, str(PROBE), "modules", str(tells), "older"), *arguments(folder, "--strict")],
            pass_fds=(tells,),
            capture_output=True,
            timeout=START_SECONDS_MAX,
            check=False,
        )
    finally:
        os.close(told)
        os.close(tells)

    assert done.returncode == 2
    report, refusal = done.stderr.decode().splitlines()
    assert "seccomp: no" in report
    assert refusal.startswith("watchword custodian: it is strict and does not start without ")
    assert "Landlock (function not implemented), seccomp (function not implemented)" in refusal


# From outside

READER = """
import os, sys
from watchword.custody.kernel import Kernel
Kernel().keep_capabilities(0)
pid = int(sys.argv[1])
said = []
for name in ("mem", "maps", "environ"):
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            if name != "mem":
                file.read(1)
        said.append("read")
    except PermissionError:
        said.append("refused")
try:
    Kernel()._asked("ptrace", 0x4206, pid, 0, 0)
    said.append("traced")
except PermissionError:
    said.append("refused")
print(*said)
"""
"""A process of the same user, without what root may do for being root. 0x4206 is PTRACE_SEIZE."""
BARE = """
import time
from watchword.custody.kernel import Kernel
Kernel().keep_capabilities(0)
print("ready", flush=True)
time.sleep(60)
"""


def reading(pid: int) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", READER, str(pid)], capture_output=True, check=True, timeout=END_SECONDS_MAX
    )
    return done.stdout.decode().split()


def test_no_process_of_its_user_reads_its_memory(folder: Path) -> None:
    with room(folder, "no capabilities") as held:
        assert reading(held.process.pid) == ["refused"] * 4
        held.client().ping()


def test_the_reader_would_read_another_process_of_its_user() -> None:
    with subprocess.Popen([sys.executable, "-c", BARE], stdout=subprocess.PIPE) as bare:
        try:
            assert bare.stdout is not None
            bare.stdout.readline()

            seen = reading(bare.pid)

            # Some systems let nobody be traced who did not ask for it.
            if seen[0] == "refused":
                pytest.skip("this system lets no process be read by another of its user")
            assert seen == ["read", "read", "read", "traced"]
        finally:
            bare.kill()


def dumped(
    command: list[str], *, cwd: Path, ready: int | None = None, pass_fds: tuple[int, ...] = ()
) -> bool:
    """Start a process that may dump core, end it with SIGABRT, and return whether the kernel says that it did."""
    limit = resource.getrlimit(resource.RLIMIT_CORE)[1]
    process = subprocess.Popen(
        command,
        cwd=cwd,
        pass_fds=pass_fds,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (limit, limit)),
    )
    try:
        assert process.stdout is not None
        assert os.read(process.stdout.fileno() if ready is None else ready, 1) in (b"r", b"R")
        os.kill(process.pid, signal.SIGABRT)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = status
        return os.WIFSIGNALED(status) and os.WCOREDUMP(status)
    finally:
        if process.returncode is None:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def test_it_leaves_no_core(folder: Path) -> None:
    beat, beats = os.pipe()
    try:
        command = [sys.executable, "-m", "watchword.custody", *arguments(folder, "--beat-fd", str(beats))]

        assert not dumped(command, cwd=folder, ready=beat, pass_fds=(beats,))

        assert not list(folder.glob("core*"))
    finally:
        os.close(beat)
        os.close(beats)


def test_another_process_would_leave_a_core(tmp_path: Path) -> None:
    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        pytest.skip("nobody here may leave a core")
    bare = "import time; print('ready', flush=True); time.sleep(60)"
    assert dumped([sys.executable, "-c", bare], cwd=tmp_path)


# A user of its own

STRANGER = """
import socket, sys
connection = socket.socket(socket.AF_UNIX)
connection.settimeout(5)
try:
    connection.connect(sys.argv[1])
    connection.sendall(bytes.fromhex("000000020100"))
    print("closed" if not connection.recv(100) else "answered")
except ConnectionError:
    print("closed")
except PermissionError:
    print("no way in")
"""


def asks_as(user: str, socket_path: Path) -> str:
    entry = pwd.getpwnam(user)
    # Not our own interpreter: it may lie where that user may not look.
    python = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
    done = subprocess.run(
        [python, "-I", "-c", STRANGER, str(socket_path)],
        user=entry.pw_uid,
        group=entry.pw_gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        timeout=END_SECONDS_MAX,
        check=False,
    )
    if done.returncode:
        pytest.skip("no interpreter here that another user may run")
    return done.stdout.decode().strip()


def give(folder: Path, user: str) -> None:
    """As the supervisor hands a Region's files over."""
    entry = pwd.getpwnam(user)
    for name in ("root", "key"):
        os.chown(folder / name, entry.pw_uid, entry.pw_gid)
    os.chown(folder, -1, entry.pw_gid)
    folder.chmod(0o1771)


@as_root
def test_started_by_root_it_becomes_its_own_user_and_keeps_one_power(folder: Path) -> None:
    give(folder, NOBODY)
    with room(folder, "modules", "--user", NOBODY, "--strict") as held:
        status = held.status()
        client = held.client()
        client.ping()
        report = client.report()

    uid, gid = pwd.getpwnam(NOBODY).pw_uid, pwd.getpwnam(NOBODY).pw_gid
    assert status["Uid"].split() == [str(uid)] * 4
    assert status["Gid"].split() == [str(gid)] * 4
    assert status["Groups"] == ""
    assert int(status["CapEff"], 16) | int(status["CapPrm"], 16) in (0, 1 << 14)
    assert int(status["CapInh"], 16) == int(status["CapAmb"], 16) == 0
    assert set(report.protections.values()) == {"yes"}


@as_root
def test_another_user_is_refused_though_the_socket_is_open_to_all(folder: Path) -> None:
    with room(folder, "modules") as held:
        held.socket.chmod(0o666)

        assert asks_as(NOBODY, held.socket) == "closed"

        held.client().ping()
        assert "a connection of another user" in held.log.read_text()


@as_root
def test_its_own_user_is_none_of_those_who_may_ask(folder: Path) -> None:
    give(folder, NOBODY)
    with room(folder, "modules", "--user", NOBODY) as held:
        held.socket.chmod(0o666)

        assert asks_as(NOBODY, held.socket) == "closed"
        held.client().ping()


NO_USER_OF_ITS_OWN = {
    "there is no such user": ("no-such-user", "there is no user `no-such-user`"),
    "root": ("root", "`root` is root, which is no user of its own"),
}


@pytest.mark.parametrize(("user", "sentence"), NO_USER_OF_ITS_OWN.values(), ids=NO_USER_OF_ITS_OWN)
def test_a_user_that_it_can_t_become_is_one_sentence(folder: Path, user: str, sentence: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "watchword.custody", *arguments(folder, "--user", user)],
        capture_output=True,
        timeout=START_SECONDS_MAX,
        check=False,
    )

    assert (done.returncode, done.stderr.decode()) == (2, f"watchword custodian: {sentence}\n")


# Rates and alarms


def test_a_process_that_asks_too_much_is_refused_and_others_are_not(folder: Path) -> None:
    with room(folder, "modules", "--questions-per-second", "50") as held:
        client = held.client()
        refused = 0
        sentences: set[str] = set()
        for _ in range(200):
            try:
                client.token_key()
            except KeyUnavailable as unavailable:
                refused += 1
                sentences.add(str(unavailable))
        another = subprocess.run(
            [sys.executable, "-c", ANOTHER, str(held.socket)], timeout=END_SECONDS_MAX, check=True
        )
        # A sign of life is always given.
        client.ping()

        assert refused > 100
        assert sentences == {"this process has asked the custodian more than it may in a second"}
        assert another.returncode == 0
        time.sleep(0.2)
        assert client.report().limited == refused
        assert "a process asks more than it may in a second" in held.log.read_text()


ANOTHER = (
    "import sys; from watchword.custody.client import CustodyClient; CustodyClient(sys.argv[1]).token_key()"
)


def test_a_process_gains_nothing_by_connecting_again(folder: Path) -> None:
    with room(folder, "modules", "--questions-per-second", "20") as held:
        answered = 0
        for _ in range(100):
            client = held.client()
            try:
                client.token_key()
                answered += 1
            except KeyUnavailable:
                pass
            sock = client._process.connections.sock
            if sock is not None:
                sock.close()

    assert 20 <= answered < 60


def test_many_decryptions_in_a_minute_are_an_alarm_and_all_are_answered(folder: Path) -> None:
    with room(folder, "modules", "--decryptions-per-minute", "10") as held:
        client = held.client()
        material = client.create_material(key_arn=KEY_ARN)
        blob = client.encrypt(material=material, key_arn=KEY_ARN, context={}, plaintext=b"x")
        for _ in range(30):
            assert client.decrypt(material=material, key_arn=KEY_ARN, context={}, blob=blob) == b"x"
        report = client.report()
        said = held.log.read_text()

    assert said.count("ALARM: more than 10 decryptions in a minute") == 1
    assert (report.alarms, [number for number, _ in report.alarms_told]) == (1, [1])
    assert report.uses["decrypt"] == 30
    assert ("decrypt", KEY_ARN, 30) in [tuple(use) for use in report.keys]
