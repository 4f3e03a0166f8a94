"""Data keys asked for together, on a real custodian: each its own answer, and a loop that no custodian holds up."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
import uvloop

from watchword.custody import protocol, root
from watchword.custody.client import CustodyClient
from watchword.custody.protocol import Op, Outcome
from watchword.envelope.refused import EnvelopeRefused
from watchword.keys.custody import KeyUnavailable, Opened, Opening
from watchword.server.openings import OVERDUE_MS, Openings

KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111"
CONTEXT = {"SecretARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"}
START_S_MAX = 10.0
ANSWER_S_MAX = 5.0
TICK_S = 0.002


@dataclass(kw_only=True)
class Place:
    """Where a custodian lives, and those that were started there."""

    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def socket(self) -> Path:
        return self.folder / "custody.sock"

    def start(self, *more: str) -> CustodyClient:
        files = ("--root", str(self.folder / "root"), "--key-file", str(self.folder / "key"))
        command = [sys.executable, "-m", "watchword.custody", "--socket", str(self.socket), *files, *more]
        self.started.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        client = CustodyClient(self.socket)
        ends = time.monotonic() + START_S_MAX
        while True:
            try:
                client.ping()
            except KeyUnavailable:
                assert time.monotonic() < ends, "the custodian did not come up"
                time.sleep(0.02)
            else:
                return client

    def kill(self) -> None:
        self.started[-1].kill()
        self.started[-1].wait()

    @contextmanager
    def paused(self) -> Iterator[None]:
        self.started[-1].send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.started[-1].send_signal(signal.SIGCONT)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    root.create(tmp_path / "root", tmp_path / "key", region="us-east-1", entropy=os.urandom)
    place = Place(folder=tmp_path)
    yield place
    for process in place.started:
        process.kill()
        process.wait()


def made(client: CustodyClient, *, count: int) -> tuple[list[Opening], list[bytes]]:
    """Openings, and what each of them holds."""
    material = client.create_material(key_arn=KEY_ARN)
    openings, data_keys = [], []
    for _ in range(count):
        data_key, blob = client.generate_data_key(
            material=material, key_arn=KEY_ARN, context=CONTEXT, size=32
        )
        openings.append(Opening(material=material, key_arn=KEY_ARN, context=CONTEXT, blob=blob))
        data_keys.append(data_key)
    return openings, data_keys


def asked(openings: Openings, wanted: Sequence[Opening]) -> asyncio.Future[list[Opened] | None]:
    told: asyncio.Future[list[Opened] | None] = asyncio.get_running_loop().create_future()
    assert openings.ask(wanted, told.set_result)
    return told


async def answer_of(openings: Openings, wanted: Sequence[Opening]) -> list[Opened] | None:
    return await asyncio.wait_for(asked(openings, wanted), ANSWER_S_MAX)


def on_loop(place: Place, work: Callable[[Openings], Awaitable[None]]) -> None:
    async def run() -> None:
        openings = Openings(place.socket)
        await work(openings)
        openings.close()

    uvloop.run(run())


async def until_free(openings: Openings, wanted: Sequence[Opening]) -> list[Opened] | None:
    """Ask until it can be asked again."""
    ends = time.monotonic() + ANSWER_S_MAX
    told: asyncio.Future[list[Opened] | None] = asyncio.get_running_loop().create_future()
    while not openings.ask(wanted, told.set_result):
        assert time.monotonic() < ends, "it can't be asked any more"
        await asyncio.sleep(TICK_S)
    return await asyncio.wait_for(told, ANSWER_S_MAX)


def test_each_is_answered_for_itself_and_in_order(place: Place) -> None:
    openings, data_keys = made(place.start(), count=4)
    openings[1] = msgspec.structs.replace(openings[1], context={"SecretARN": "another"})
    openings[2] = msgspec.structs.replace(openings[2], blob=openings[2].blob[:-1] + b"\0")

    async def work(way: Openings) -> None:
        first, other_context, changed, last = await answer_of(way, openings) or []

        assert [first, last] == [data_keys[0], data_keys[3]]
        assert isinstance(other_context, EnvelopeRefused)
        assert isinstance(changed, EnvelopeRefused)

    on_loop(place, work)


def test_each_is_counted_and_so_is_an_alarm(place: Place) -> None:
    client = place.start("--decryptions-per-minute", "20")
    openings, _ = made(client, count=16)

    async def work(way: Openings) -> None:
        await answer_of(way, openings)
        assert (client.report().uses["decrypt"], client.report().alarms) == (16, 0)
        await answer_of(way, openings)

    on_loop(place, work)

    report = client.report()
    assert (report.uses["decrypt"], report.alarms) == (32, 1)


def test_each_counts_against_the_rate_of_its_process(place: Place) -> None:
    """Questions that come together get no more than those that come alone."""
    client = place.start("--questions-per-second", "40")
    openings, data_keys = made(client, count=16)
    told: list[Opened] = []

    async def work(way: Openings) -> None:
        for _ in range(4):
            told.extend(await answer_of(way, openings) or [])

    on_loop(place, work)

    refused = [one for one in told if isinstance(one, KeyUnavailable)]
    given = [one for one in told if isinstance(one, bytes)]
    assert len(told) == 64
    assert len(refused) > 20
    assert set(given) <= set(data_keys)
    time.sleep(0.5)
    assert client.report().limited == len(refused)
    assert client.report().uses["decrypt"] == len(given)


def test_a_custodian_that_stands_still_does_not_hold_up_the_loop(place: Place) -> None:
    openings, data_keys = made(place.start(), count=2)
    slowest_s = 0.0

    async def tick() -> None:
        nonlocal slowest_s
        while True:
            began = time.monotonic()
            await asyncio.sleep(TICK_S)
            slowest_s = max(slowest_s, time.monotonic() - began)

    async def work(way: Openings) -> None:
        await answer_of(way, openings)
        ticking = asyncio.ensure_future(tick())
        with place.paused():
            began = time.monotonic()
            told = await answer_of(way, openings)
            took_s = time.monotonic() - began
            again = way.ask(openings, lambda _: None)
            free = way.is_free
        ticking.cancel()

        assert told is None
        # The loop's clock counts whole milliseconds.
        assert (OVERDUE_MS - 2) / 1_000 <= took_s < 1.0
        assert (again, free) == (False, True)
        # The late answer is dropped, and the next one is not taken for it.
        assert await until_free(way, openings[1:]) == data_keys[1:]

    on_loop(place, work)

    assert slowest_s < OVERDUE_MS / 1_000


def test_a_custodian_that_is_killed_is_told_at_once_and_its_successor_asked(place: Place) -> None:
    openings, data_keys = made(place.start(), count=1)

    async def work(way: Openings) -> None:
        await answer_of(way, openings)
        with place.paused():
            told = asked(way, openings)
            place.kill()

        assert await asyncio.wait_for(told, ANSWER_S_MAX) is None
        assert not way.ask(openings, lambda _: None), "there is nobody to ask"
        await asyncio.to_thread(place.start)
        assert await until_free(way, openings) == data_keys

    on_loop(place, work)


def test_where_there_is_no_custodian_nothing_is_asked(place: Place) -> None:
    opening = Opening(material=b"m", key_arn=KEY_ARN, context=CONTEXT, blob=b"b")

    async def work(way: Openings) -> None:
        assert not way.ask([opening], lambda _: None)
        assert way.is_free

    on_loop(place, work)


def test_what_can_t_be_asked_is_left_to_a_thread(place: Place) -> None:
    (opening,), _ = made(place.start(), count=1)
    endless = msgspec.structs.replace(opening, blob=bytes(protocol.FRAME_BYTES_MAX))

    async def work(way: Openings) -> None:
        assert not way.ask([opening, endless], lambda _: None)
        assert await answer_of(way, [opening]) is not None

    on_loop(place, work)


DONE = protocol.frame(Outcome.DONE, (bytes(32),))
BROKEN = {
    "nothing and the end": b"",
    "half an answer and the end": DONE[:-3],
    "too many answers": DONE * 3,
    "a frame of an impossible length": b"\xff" * 8,
    "another version": DONE[:4] + b"\x09" + DONE[5:],
}


@pytest.mark.parametrize("said", BROKEN.values(), ids=BROKEN)
def test_who_talks_nonsense_is_cut_off(place: Place, said: bytes) -> None:
    opening = Opening(material=b"m", key_arn=KEY_ARN, context=CONTEXT, blob=b"b")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place.socket))
        listener.listen()

        async def work(way: Openings) -> None:
            told = asked(way, [opening, opening])
            connection, _ = listener.accept()
            with connection:
                connection.sendall(said)

            assert await asyncio.wait_for(told, ANSWER_S_MAX) is None
            # On a new connection, it is asked again as if nothing had been.
            told = asked(way, [opening])
            connection, _ = listener.accept()
            with connection:
                connection.sendall(DONE)
                assert await asyncio.wait_for(told, ANSWER_S_MAX) == [bytes(32)]

        on_loop(place, work)


def test_an_answer_of_another_kind_is_no_key(place: Place) -> None:
    opening = Opening(material=b"m", key_arn=KEY_ARN, context=CONTEXT, blob=b"b")
    answers = [
        protocol.frame(Outcome.DONE, ()),
        protocol.frame(Outcome.NOT_YET, ()),
        protocol.frame(Outcome.CANNOT, (b"no",)),
        protocol.frame(Outcome.FAULT, ()),
        protocol.frame(Op.REPORT, (b"x",)),
    ]
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place.socket))
        listener.listen()

        async def work(way: Openings) -> None:
            told = asked(way, [opening] * len(answers))
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"".join(answers))
                opened = await asyncio.wait_for(told, ANSWER_S_MAX)

            assert opened is not None
            assert all(isinstance(one, KeyUnavailable) for one in opened)

        on_loop(place, work)
