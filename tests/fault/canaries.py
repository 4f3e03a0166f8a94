"""Canaries, and the search for them in everything that a deployment leaves behind or says of itself.

A canary is a value with a mark in it, before and behind its own part, so that a value which was cut short is found as
well. The mark consists of letters and digits: JSON, URLs, reprs and HTML write those as they are, so a search for the
mark finds a canary in all of them; what changes letters too (base64, hex, UTF-16, escapes of every character) is searched
for by name. One mark of 60 random bits serves a whole run; it is in no file by chance.
"""

from __future__ import annotations

import base64
import html
import json
import os
import secrets
import stat
import subprocess
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, quote_plus

from tests.integration.deployment import WATCHWORD, Deployment

SAID_S_MAX = 10.0
FILE_BYTES_MAX = 256 * 2**20
MARK_CHARACTERS = 15


def new_mark() -> str:
    return "k" + secrets.token_hex(MARK_CHARACTERS // 2)


@dataclass(kw_only=True)
class Canaries:
    """Makes canaries of one mark, each of them once."""

    mark: str = field(default_factory=new_mark)
    made: int = 0

    def text(self) -> str:
        """One more, with everything in it that some spelling escapes."""
        self.made += 1
        return f'{self.mark}{secrets.token_hex(6)}"é/&+ %<\\{self.mark}'

    def content(self) -> bytes:
        return self.text().encode()

    def material(self) -> bytes:
        """One of 32 bytes: key material."""
        self.made += 1
        return f"{self.mark}{secrets.token_hex(16)}".encode()[:32]


SPELLINGS: Mapping[str, Callable[[str], bytes]] = {
    "raw": lambda text: text.encode(),
    "JSON": lambda text: json.dumps(text).encode(),
    "JSON in UTF-8": lambda text: json.dumps(text, ensure_ascii=False).encode(),
    "JSON in JSON": lambda text: json.dumps(json.dumps({"SecretString": text})).encode(),
    "JSON, every character escaped": lambda text: "".join(f"\\u{ord(one):04x}" for one in text).encode(),
    "URL": lambda text: quote(text, safe="").encode(),
    "form": lambda text: quote_plus(text).encode(),
    "URL, every character escaped": lambda text: "".join(f"%{one:02X}" for one in text.encode()).encode(),
    "HTML": lambda text: html.escape(text).encode(),
    "repr": lambda text: repr(text.encode()).encode(),
    "hex": lambda text: text.encode().hex().encode(),
    "upper-case hex": lambda text: text.encode().hex().upper().encode(),
    "hex, spaced": lambda text: text.encode().hex(" ").encode(),
    "UTF-16": lambda text: text.encode("utf-16-le"),
    "UTF-16, big-endian": lambda text: text.encode("utf-16-be"),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, one byte on": lambda text: base64.b64encode(b"x" + text.encode()),
    "base64, two bytes on": lambda text: base64.b64encode(b"xy" + text.encode()),
    "base64 in lines": lambda text: base64.encodebytes(text.encode() * 4),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).rstrip(b"="),
}
"""What a canary may be written as by accident; the search is proven on each."""


def needles(content: bytes) -> set[bytes]:
    """Every form in which these bytes would be written somewhere: what the search looks for."""
    found = {
        content,
        content.hex().encode(),
        content.hex().upper().encode(),
        content.hex(" ").encode(),
        content.hex(" ").upper().encode(),
        "".join(f"%{one:02x}" for one in content).encode(),
        "".join(f"%{one:02X}" for one in content).encode(),
    }
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + content + bytes(3))
        # The characters that these bytes alone decide: those at both ends hold bits of their neighbours.
        first, end = -(-8 * offset // 6), 8 * (offset + len(content)) // 6
        found |= {encoded[first:end], encoded[first:end].translate(bytes.maketrans(b"+/", b"-_"))}
    with suppress(UnicodeDecodeError):
        text = content.decode("ascii")
        escaped = "".join(f"\\u{ord(one):04x}" for one in text)
        found |= {text.encode("utf-16-le"), text.encode("utf-16-be"), escaped.encode()}
    return found


@dataclass(frozen=True, kw_only=True)
class Said:
    """What answers about the deployment, besides its files: addresses and commands."""

    urls: Sequence[str]
    commands: Sequence[Sequence[str]]

    @staticmethod
    def title(command: Sequence[str]) -> str:
        """What a command is called among the places."""
        return f"`{' '.join(command)[-40:]}`"


def said_by(deployment: Deployment) -> Said:
    home = ("--home", str(deployment.home))
    addresses = [deployment.env["endpoint_url"]]
    addresses += [one["endpoint_url"] for one in deployment.env["regions"].values()]
    return Said(
        urls=[f"{address}/-/{path}" for address in addresses for path in ("health", "status", "metrics")],
        commands=[(*WATCHWORD, "status", *home), (*WATCHWORD, "status", *home, "--json")],
    )


def places(deployment: Deployment, *, said: Said) -> Iterator[tuple[str, bytes]]:
    """Everything that outlives a request or is shown to others: its name and what it holds.

    1. The deployment's folder: databases with their free pages, WALs, trails, logs, temporary files, sockets' folders.
    2. The environment and the command line of every process of the machine.
    3. Files that the deployment's processes hold open and that have no name any more.
    4. Core files, where the kernel would put them.
    5. What it says of itself.
    """
    yield from _files(deployment.folder)
    yield from _processes()
    assert deployment.process is not None
    pids = {deployment.process.pid, *deployment.processes()}
    yield from _unlinked(pids)
    yield from _cores(pids)
    for url in said.urls:
        yield url, _answer(url)
    for command in said.commands:
        ran = subprocess.run(command, capture_output=True, timeout=SAID_S_MAX, check=False)
        yield said.title(command), ran.stdout + ran.stderr


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        # A file may go while the deployment works.
        with suppress(FileNotFoundError):
            if stat.S_ISREG(path.lstat().st_mode):
                assert path.stat().st_size < FILE_BYTES_MAX, f"too long to search: {path}"
                yield str(path), path.read_bytes()


def _processes() -> Iterator[tuple[str, bytes]]:
    for name in sorted(os.listdir("/proc")):
        for what in ("environ", "cmdline"):
            # Gone, or another user's.
            with suppress(OSError):
                if name.isdigit():
                    yield f"/proc/{name}/{what}", Path(f"/proc/{name}/{what}").read_bytes()


def _unlinked(pids: Iterable[int]) -> Iterator[tuple[str, bytes]]:
    for pid in pids:
        with suppress(OSError):
            for fd in os.listdir(f"/proc/{pid}/fd"):
                path = Path(f"/proc/{pid}/fd/{fd}")
                with suppress(OSError):
                    held = path.stat()
                    if stat.S_ISREG(held.st_mode) and held.st_nlink == 0:
                        yield f"{path} ({path.readlink()})", path.read_bytes()


def _cores(pids: Iterable[int]) -> Iterator[tuple[str, bytes]]:
    """core(5): a pattern without a folder is meant within the process's own."""
    pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
    folders = {Path(pattern).parent} if pattern.startswith("/") else set()
    if not pattern.startswith(("/", "|")):
        for pid in pids:
            with suppress(OSError):
                folders.add(Path(f"/proc/{pid}/cwd").readlink() / Path(pattern).parent)
    name = Path(pattern).name.partition("%")[0] or "core"
    for folder in folders:
        for path in folder.glob(f"{name}*"):
            with suppress(OSError):
                if path.is_file():
                    yield str(path), path.read_bytes()


def _answer(url: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=SAID_S_MAX) as answer:
            return bytes(answer.read())
    except HTTPError as refusal:
        with refusal:
            return refusal.read()


def found(sought: Mapping[str, bytes], where: Iterable[tuple[str, bytes]]) -> list[tuple[str, str]]:
    """Return (place, what) for everything that is sought and stands there, however it is spelled."""
    spelled = [(what, needle) for what, content in sought.items() for needle in needles(content)]
    hits = {(place, what) for place, held in where for what, needle in spelled if needle in held}
    return sorted(hits)
