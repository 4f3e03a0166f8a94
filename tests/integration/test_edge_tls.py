"""The edge as the peer port: TLS 1.3 with client certificates, from real certificates and real handshakes."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.integration.edge_serving import QUICK, Served, Wire, eventually, inline, serving
from tests.integration.test_edge_flow import get

from watchword.api.http import HTTPResponse
from watchword.server import certificates

DEPLOYMENT = "d1"


def region_folder(folder: Path, *, region: str, authority: certificates.Issued) -> Path:
    """Write what a Region's folder holds for TLS."""
    issued = certificates.issue(
        authority,
        deployment_id=DEPLOYMENT,
        region=region,
        now=time.time_ns() // 1_000_000,
        entropy=os.urandom,
    )
    folder.mkdir()
    (folder / "ca.crt").write_bytes(authority.certificate)
    (folder / "peer.crt").write_bytes(issued.certificate)
    (folder / "peer.key").write_bytes(issued.key)
    return folder


def new_authority() -> certificates.Issued:
    now = time.time_ns() // 1_000_000
    return certificates.new_authority(deployment_id=DEPLOYMENT, now=now, entropy=os.urandom)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("regions")
    ours, theirs = new_authority(), new_authority()
    strange = region_folder(root / "strange", region="us-east-2", authority=theirs)
    (strange / "ca.crt").write_bytes(ours.certificate)  # it trusts us; we do not know it
    return {
        "us-east-1": region_folder(root / "us-east-1", region="us-east-1", authority=ours),
        "us-east-2": region_folder(root / "us-east-2", region="us-east-2", authority=ours),
        "strange": strange,
    }


@pytest.fixture
def served(folders: dict[str, Path]) -> Iterator[Served]:
    with serving(tls=certificates.server_context(folders["us-east-1"])) as edge:
        yield edge


def connect(served: Served, context: ssl.SSLContext) -> Wire:
    sock = served.connect().sock
    return Wire(context.wrap_socket(sock, server_hostname="127.0.0.1"))


def test_a_peer_is_the_uri_in_its_certificate(served: Served, folders: dict[str, Path]) -> None:
    with connect(served, certificates.client_context(folders["us-east-2"])) as wire:
        answers = [wire.send(get("/")).answer() for _ in range(2)]
        version = wire.sock.version() if isinstance(wire.sock, ssl.SSLSocket) else None

    assert [answer.seen["peer"] for answer in answers] == ["watchword://d1/us-east-2"] * 2
    assert answers[0].seen["secure"] is True
    assert answers[0].seen["source"] == "127.0.0.1"
    assert version == "TLSv1.3"


def trusting(folders: dict[str, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(folders["us-east-1"] / "ca.crt")
    return context


def asks(served: Served, context: ssl.SSLContext) -> int:
    with connect(served, context) as wire:
        return wire.send(get("/")).answer().status


def test_without_a_certificate_nothing_is_answered(served: Served, folders: dict[str, Path]) -> None:
    with pytest.raises((OSError, EOFError)):
        asks(served, trusting(folders))

    assert served.edge.requests == 0
    assert served.eventually(lambda edge: edge.refusals == 1 and edge.open_connections == 0)


def test_with_another_authority_s_certificate_nothing_is_answered(
    served: Served, folders: dict[str, Path]
) -> None:
    with pytest.raises((OSError, EOFError)):
        asks(served, certificates.client_context(folders["strange"]))

    assert served.edge.requests == 0
    assert served.eventually(lambda edge: edge.open_connections == 0)


def test_tls_1_2_is_refused(served: Served, folders: dict[str, Path]) -> None:
    context = trusting(folders)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(folders["us-east-2"] / "peer.crt", folders["us-east-2"] / "peer.key")

    with pytest.raises((OSError, EOFError)):
        asks(served, context)


def test_plain_http_is_refused(served: Served) -> None:
    with served.connect() as wire:
        wire.send(get("/"))

        with pytest.raises((OSError, EOFError)):
            wire.answer()


def test_a_handshake_has_a_deadline_and_counts_as_a_connection(
    served: Served, folders: dict[str, Path]
) -> None:
    with served.connect() as silent, served.connect() as begun:
        begun.send(b"\x16\x03\x01")
        assert served.eventually(lambda edge: edge.open_connections == 2)
        began = time.monotonic()

        assert silent.is_ended()
        assert begun.is_ended()
        assert 0.2 < time.monotonic() - began < 1.0
    assert eventually(lambda: served.edge.open_connections == 0)
    assert asks(served, certificates.client_context(folders["us-east-2"])) == 200


def test_deadlines_and_order_hold_over_tls(served: Served, folders: dict[str, Path]) -> None:
    with connect(served, certificates.client_context(folders["us-east-2"])) as wire:
        wire.send(get("/1") + get("/2") + b"GET /3")
        answers = [wire.answer() for _ in range(3)]

        assert [answer.status for answer in answers] == [200, 200, 408]
        assert wire.is_ended()
    assert eventually(lambda: served.edge.open_connections == 0)


def test_a_large_body_arrives_and_a_too_large_one_is_told(served: Served, folders: dict[str, Path]) -> None:
    context = certificates.client_context(folders["us-east-2"])
    post = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
    with connect(served, context) as wire:
        large = wire.send(post % 1_000_000 + b"a" * 1_000_000).answer()
    with connect(served, context) as wire:
        wire.send(post % 3_000_000 + b"a" * 3_000_000)
        beyond = wire.answer()

    assert (large.status, len(large.seen["body"]), beyond.status) == (200, 1_000_000, 413)


def test_drain_ends_handshakes_too(served: Served) -> None:
    with served.connect() as silent:
        assert served.eventually(lambda edge: edge.open_connections == 1)
        took = served.drain(ms=100)

        assert took < 0.5
        assert silent.is_ended()


def test_large_answers_arrive_over_tls_one_after_the_other(folders: dict[str, Path]) -> None:
    large = HTTPResponse(status=200, body=b"a" * 4_000_000)
    tls = certificates.server_context(folders["us-east-1"])
    context = certificates.client_context(folders["us-east-2"])
    limits = replace(QUICK, idle_ms=5_000)
    with serving(inline(lambda _: large), tls=tls, limits=limits) as served, connect(served, context) as wire:
        sizes = []
        for _ in range(3):
            wire.send(get("/"))
            time.sleep(0.05)
            sizes.append(len(wire.answer().body))
        time.sleep(0.45)  # longer than `write_ms`: nothing may be thought to be stuck

        sizes.append(len(wire.send(get("/")).answer().body))
    assert sizes == [4_000_000] * 4
