"""A courier against a Region that is ill or hostile: real TLS, real threads, and a peer port that answers as it likes."""

from __future__ import annotations

import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest
from tests.contract import region as composed
from tests.contract.several_regions import Regions
from tests.integration.edge_serving import Served, serving

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.api.shapes import watchword
from watchword.envelope.transport import public_key_of
from watchword.replication.cargo import Cargo
from watchword.replication.met import Met
from watchword.replication.model import Kind
from watchword.server import certificates
from watchword.server.courier import Leader
from watchword.server.deployment import Address, Deployment, RegionSettings
from watchword.server.edge import Limits, threaded
from watchword.server.peers import Peer, PeerFailed, PeerUnreachable
from watchword.server.region import CARGOES, Region, now_ms
from watchword.wire.answer import edge_refusal

ONE, TWO, THREE = "us-east-1", "us-east-2", "eu-west-1"
DEPLOYMENT = "deployment"
WAIT_S = 8.0
HUGE = 10**40

Handler = Callable[[HTTPRequest], HTTPResponse]


class RunningClock(composed.Clock):
    """The machine's own: a courier's threads wait in real time."""

    def __call__(self) -> int:
        return now_ms()


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("regions")
    authority = certificates.new_authority(deployment_id=DEPLOYMENT, now=now_ms(), entropy=os.urandom)
    made = {}
    for name in (ONE, TWO):
        issued = certificates.issue(
            authority, deployment_id=DEPLOYMENT, region=name, now=now_ms(), entropy=os.urandom
        )
        made[name] = root / name
        made[name].mkdir()
        (made[name] / "ca.crt").write_bytes(authority.certificate)
        (made[name] / "peer.crt").write_bytes(issued.certificate)
        (made[name] / "peer.key").write_bytes(issued.key)
    return made


@contextmanager
def peer_port(folders: dict[str, Path], handler: Handler) -> Iterator[Served]:
    """The second Region's peer port."""
    dispatch = threaded(handler, threads=2, queued_max=64, refusal=edge_refusal)
    with serving(dispatch, limits=Limits(), tls=certificates.server_context(folders[TWO])) as served:
        yield served


@dataclass(kw_only=True)
class BreakingPort:
    """A peer port that answers some questions, and then takes what is asked and closes without a word."""

    listener: socket.socket
    context: ssl.SSLContext
    answers: int
    client: ssl.SSLContext
    hang_up: bool
    asked: int = 0
    hung_up: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, self.context.wrap_socket(connection, server_side=True) as secure:
                secure.settimeout(WAIT_S)
                self._serve(secure)
            self.hung_up.set()

    def _serve(self, secure: ssl.SSLSocket) -> None:
        with secure.makefile("rb") as reading:
            while True:
                length = 0
                while (line := reading.readline()) not in (b"\r\n", b""):
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                if not line:
                    return
                reading.read(length)
                self.asked += 1
                if self.asked > self.answers:
                    return
                body = b'{"Status": 200, "Headers": [], "Body": ""}'
                secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                if self.hang_up:
                    return


@contextmanager
def breaking_port(folders: dict[str, Path], *, answers: int, hang_up: bool = False) -> Iterator[BreakingPort]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = BreakingPort(
            listener=listener,
            context=certificates.server_context(folders[TWO]),
            client=certificates.client_context(folders[ONE]),
            answers=answers,
            hang_up=hang_up,
        )
        thread = threading.Thread(target=port.run, daemon=True)
        thread.start()
        yield port
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(WAIT_S)


def peer_at(port: BreakingPort) -> Peer:
    host, number = port.listener.getsockname()[:2]
    settings = region_at(Address(host=host, port=number))
    return Peer(settings, context=port.client, deployment_id=DEPLOYMENT)


def settings_of(served: Served, *, transport_key: bytes = bytes(32)) -> RegionSettings:
    assert isinstance(served.address, tuple)
    address = Address(host=str(served.address[0]), port=int(served.address[1]))
    return region_at(address, transport_key=transport_key)


def region_at(address: Address, *, transport_key: bytes = bytes(32)) -> RegionSettings:
    return RegionSettings(
        name=TWO,
        partition="aws",
        endpoint="http://127.0.0.1:1",
        peer=address,
        store="sqlite:none",
        custody_root=Path("none"),
        custody_key_file=Path("none"),
        transport_key=transport_key,
    )


def said(document: object, status: int = 200) -> HTTPResponse:
    return HTTPResponse(status=status, headers=(), body=json.dumps(document).encode())


# What one question may bring back

ANSWERS: dict[str, HTTPResponse] = {
    "a fault": said({}, 500),
    "a refusal": said({"__type": "AccessDeniedException"}, 400),
    "no JSON": HTTPResponse(status=200, headers=(), body=b"<html>"),
    "no verdict": said({}),
    "a verdict that there is not": said({"Verdict": "Splendid"}),
    "a day that no database holds": said({"Verdict": "Applied", "AccessedDay": HUGE}),
    "an epoch that no database holds": said({"Verdict": "Promoted", "Epoch": HUGE}),
    "a negative epoch": said({"Verdict": "Promoted", "Epoch": -1}),
    "a very long message": said({"Verdict": "KeyUnusable", "Message": "x" * 1_000_000}),
    "a stand without a digest": said({"Verdict": "Applied", "Stand": {"Incarnation": "i", "Revision": 1}}),
    "more than is read": HTTPResponse(status=200, headers=(), body=b" " * 5_000_000),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_is_none_fails_that_question_and_is_not_asked_again(
    folders: dict[str, Path], answer: HTTPResponse
) -> None:
    asked: list[str] = []

    def handler(request: HTTPRequest) -> HTTPResponse:
        asked.append(request.header("x-amz-target") or "")
        return said({"Verdict": "Removed"}) if len(asked) == 1 else answer

    removal = watchword.Removal(link_id="l", epoch=1, account=composed.ACCOUNT, primary_region=ONE)
    with peer_port(folders, handler) as served:
        peer = Peer(
            settings_of(served), context=certificates.client_context(folders[ONE]), deployment_id=DEPLOYMENT
        )
        assert peer.ask(watchword.REMOVE_REPLICA, removal).verdict == "Removed"

        with pytest.raises(PeerFailed):
            peer.ask(watchword.REMOVE_REPLICA, removal)
        peer.close()

    assert asked == ["Watchword.RemoveReplica"] * 2


@pytest.mark.parametrize(("repeat", "asked"), [(True, 3), (False, 2)])
def test_a_clients_write_is_forwarded_once_whatever_becomes_of_the_answer(
    folders: dict[str, Path], repeat: bool, asked: int
) -> None:
    """What was asked may have been done: it is not done again unless it may be."""
    with breaking_port(folders, answers=1) as port:
        peer = peer_at(port)
        forwarded = watchword.ForwardRequest(method="POST", target="/", account=composed.ACCOUNT)
        peer.ask(watchword.FORWARD, forwarded)

        with pytest.raises(PeerUnreachable):
            peer.ask(watchword.FORWARD, forwarded, repeat=repeat)
        peer.close()

        assert port.asked == asked


def test_a_connection_that_was_closed_meanwhile_is_replaced_before_anything_is_asked(
    folders: dict[str, Path],
) -> None:
    with breaking_port(folders, answers=2, hang_up=True) as port:
        peer = peer_at(port)
        for _ in range(2):
            forwarded = watchword.ForwardRequest(method="POST", target="/", account=composed.ACCOUNT)
            peer.ask(watchword.FORWARD, forwarded, repeat=False)
            assert port.hung_up.wait(WAIT_S)
            port.hung_up.clear()
        peer.close()

        assert port.asked == 2


def test_nobody_there_is_told_apart_from_an_answer_that_is_none(folders: dict[str, Path]) -> None:
    with peer_port(folders, lambda _: said({})) as served:
        settings = settings_of(served)
    peer = Peer(settings, context=certificates.client_context(folders[ONE]), deployment_id=DEPLOYMENT)

    with pytest.raises(PeerUnreachable) as refused:
        peer.ask(watchword.SHAKE_HANDS, watchword.ShakeHandsRequest(incarnation="i"))

    assert not isinstance(refused.value, PeerFailed)


# A courier at work


@dataclass(frozen=True, kw_only=True)
class Home:
    """As much of a composed Region as a courier asks for."""

    stores: Any
    gate: Any
    itself: Any
    deployment: Deployment
    settings: RegionSettings
    met: Met
    cargoes: Mapping[Kind, Cargo]


@dataclass(kw_only=True)
class Ill:
    """The second Region, whole and honest but for what `twist` does to its answers."""

    region: composed.Region
    twist: Callable[[str, dict[str, Any], dict[str, Any]], HTTPResponse | None]
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: HTTPRequest) -> HTTPResponse:
        operation = (request.header("x-amz-target") or "").removeprefix("Watchword.")
        self.asked.append(operation)
        response = self.region.gate.answer_peer(request)
        answer = json.loads(response.body) if response.body else {}
        return self.twist(operation, json.loads(request.body), answer) or response


@contextmanager
def two_regions() -> Iterator[Regions]:
    with composed.scratch() as folder:
        clock = RunningClock()
        held = {name: composed.make_region(folder, name, clock=clock) for name in (ONE, TWO)}
        # Requests are signed with the clock's own attribute.
        clock.now = now_ms()
        yield Regions(clock=clock, held=held)
        for region in held.values():
            region.stores.close()


@contextmanager
def courier(regions: Regions, ill: Ill, folders: dict[str, Path]) -> Iterator[Leader]:
    """The first Region's courier to the second."""
    with peer_port(folders, ill) as served:
        transport_key = public_key_of(regions[TWO].master.transport_private_key)
        settings = settings_of(served, transport_key=transport_key)
        deployment = Deployment(
            home=Path("/"),
            id=DEPLOYMENT,
            front_door=None,
            accounts=(),
            regions=(replace(settings, name=ONE), settings),
        )
        one = regions[ONE]
        home = Home(
            stores=one.stores,
            gate=one.gate,
            itself=one.itself,
            deployment=deployment,
            settings=deployment.regions[0],
            met=one.met,
            cargoes=CARGOES,
        )
        # A courier takes a whole Region and asks for these of it; the others would need a custodian's process.
        leader = Leader(cast(Region, home), settings, context=certificates.client_context(folders[ONE]))
        leader.start()
        try:
            yield leader
        finally:
            leader.stop()
            time.sleep(0.2)


def created(region: composed.Region, name: str, *replicas: str) -> None:
    added = [{"Region": one} for one in replicas]
    region.call("CreateSecret", Name=name, SecretString="v", AddReplicaRegions=added)


def statuses(region: composed.Region, name: str) -> dict[str, str]:
    entries = region.call("DescribeSecret", SecretId=name).get("ReplicationStatus", ())
    return {entry["Region"]: entry["Status"] for entry in entries}


def eventually(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return False


def test_one_secret_that_a_region_can_t_apply_keeps_no_other_waiting(folders: dict[str, Path]) -> None:
    """I18: that Region answers 500 to one secret's messages; the other links neither wait nor shake hands again."""

    def twist(operation: str, asked: dict[str, Any], _answer: dict[str, Any]) -> HTTPResponse | None:
        poisoned = operation == "ApplyReplica" and asked["Name"] == "poisoned"
        return said({}, 500) if poisoned else None

    with two_regions() as regions:
        one, ill = regions[ONE], Ill(region=regions[TWO], twist=twist)
        created(one, "poisoned", TWO)
        created(one, "good", TWO)
        with courier(regions, ill, folders) as leader:
            assert eventually(lambda: statuses(one, "good") == {TWO: "InSync"})
            for value in "abc":
                one.call("PutSecretValue", SecretId="good", SecretString=value)
                leader.wake()
                assert eventually(lambda: statuses(one, "good") == {TWO: "InSync"})
            time.sleep(1.0)

        assert statuses(one, "poisoned") == {TWO: "InProgress"}
        applied = ill.asked.count("ApplyReplica")
        assert applied >= 6
        # One about all links, and one about each when it was first sent.
        assert ill.asked.count("ShakeHands") <= 4


def test_a_region_speaks_of_its_own_links_alone_also_in_a_handshake(folders: dict[str, Path]) -> None:
    """A Region that says that another Region's replica was promoted would end replication there."""
    link_ids: list[str] = []

    def twist(operation: str, _asked: dict[str, Any], answer: dict[str, Any]) -> HTTPResponse | None:
        if operation != "ShakeHands":
            return None
        lies = [{"LinkId": link_id, "Role": "promoted", "Epoch": 99} for link_id in link_ids]
        return said(answer | {"Holds": [*lies, *answer.get("Holds", ()), *lies]})

    with two_regions() as regions:
        one, ill = regions[ONE], Ill(region=regions[TWO], twist=twist)
        created(one, "db", TWO, THREE)
        link_ids += [row.link.link_id for row in one.stores.links_to_shake(THREE, "", 10)]
        assert len(link_ids) == 1
        with courier(regions, ill, folders):
            assert eventually(lambda: statuses(one, "db").get(TWO) == "InSync")

        assert statuses(one, "db") == {TWO: "InSync", THREE: "InProgress"}


def test_a_clock_that_was_set_back_makes_no_link_wait_for_it(folders: dict[str, Path]) -> None:
    """I14: a link backed off, then the clock went back by a day; waits are kept as moments of that clock."""
    with two_regions() as regions:
        one, ill = regions[ONE], Ill(region=regions[TWO], twist=lambda *_: None)
        created(one, "db", TWO)
        one.tamper("UPDATE link SET attempts = 3, next_attempt_ms = next_attempt_ms + 86400000")
        with courier(regions, ill, folders):
            assert eventually(lambda: statuses(one, "db") == {TWO: "InSync"})
