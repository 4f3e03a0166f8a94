"""TLS between Regions with a deployment's own certificates: over real sockets, who is let in and as whom."""

from __future__ import annotations

import os
import socket
import ssl
import stat
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509

from watchword.server.certificates import (
    Issued,
    PeerRefused,
    client_context,
    issue,
    new_authority,
    region_of,
    region_uri,
    require_region,
    server_context,
    uri_of,
)

DAY_MS = 86_400_000
NOW = time.time_ns() // 1_000_000
WAIT_S_MAX = 5.0


def region_folder(
    folder: Path, authority: Issued, *, region: str, deployment_id: str = "d1", now: int = NOW
) -> Path:
    """Lay out a Region's folder as `create` does."""
    issued = issue(authority, deployment_id=deployment_id, region=region, now=now, entropy=os.urandom)
    folder.mkdir(parents=True)
    (folder / "ca.crt").write_bytes(authority.certificate)
    (folder / "peer.crt").write_bytes(issued.certificate)
    (folder / "peer.key").write_bytes(issued.key)
    return folder


def authority_of(deployment_id: str = "d1", *, now: int = NOW) -> Issued:
    return new_authority(deployment_id=deployment_id, now=now, entropy=os.urandom)


def talk(server: ssl.SSLContext, client: ssl.SSLContext) -> tuple[str | None, str | None]:
    """Shake hands over a socket pair and pass a byte each way; return whom the server saw and whom the client
    saw."""
    ours, theirs = socket.socketpair()
    seen: list[str | None] = []
    failed: list[OSError] = []

    def serve() -> None:
        try:
            with server.wrap_socket(theirs, server_side=True) as connection:
                seen.append(uri_of(connection.getpeercert()))
                connection.sendall(connection.recv(1))
        except OSError as error:
            failed.append(error)
            # Closed, so that the client does not wait for an answer.
            theirs.close()

    for end in (ours, theirs):
        end.settimeout(WAIT_S_MAX)
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(ours, server_hostname="10.0.0.7") as connection:
            saw = uri_of(connection.getpeercert())
            connection.sendall(b"x")
            # In TLS 1.3 the client has finished before the server has judged its certificate: only an answer
            # tells.
            if connection.recv(1) != b"x":
                raise ssl.SSLError("no answer")
    finally:
        with suppress(OSError):
            ours.close()
        thread.join(timeout=WAIT_S_MAX)
    assert not failed
    return seen[0], saw


def test_two_regions_of_a_deployment_know_each_other_by_their_uris(tmp_path: Path) -> None:
    """Whatever host name was dialled: addresses change, a Region is its URI."""
    authority = authority_of()
    east, west = (
        region_folder(tmp_path / name, authority, region=name) for name in ("us-east-1", "us-west-2")
    )

    server_saw, client_saw = talk(server_context(east), client_context(west))

    assert (server_saw, client_saw) == ("watchword://d1/us-west-2", "watchword://d1/us-east-1")


def anonymous(tmp_path: Path, authority: Issued) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(cadata=authority.certificate.decode())
    return context


def stranger(tmp_path: Path, authority: Issued) -> ssl.SSLContext:
    """Of another deployment that took the same id; it trusts our server, so that only the server can
    refuse."""
    context = client_context(region_folder(tmp_path / "stranger", authority_of(), region="us-west-2"))
    context.load_verify_locations(cadata=authority.certificate.decode())
    return context


def outdated(tmp_path: Path, authority: Issued) -> ssl.SSLContext:
    return client_context(
        region_folder(tmp_path / "old", authority, region="us-west-2", now=NOW - 3_660 * DAY_MS)
    )


def early(tmp_path: Path, authority: Issued) -> ssl.SSLContext:
    return client_context(
        region_folder(tmp_path / "early", authority, region="us-west-2", now=NOW + 2 * DAY_MS)
    )


def old_tls(tmp_path: Path, authority: Issued) -> ssl.SSLContext:
    context = client_context(region_folder(tmp_path / "tls12", authority, region="us-west-2"))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def self_made(tmp_path: Path, authority: Issued) -> ssl.SSLContext:
    """A Region that plays authority: its own certificate signs another's."""
    region = issue(authority, deployment_id="d1", region="us-west-2", now=NOW, entropy=os.urandom)
    folder = region_folder(tmp_path / "forged", region, region="us-east-2")
    (folder / "ca.crt").write_bytes(authority.certificate)
    (folder / "peer.crt").write_bytes((folder / "peer.crt").read_bytes() + region.certificate)
    return client_context(folder)


@pytest.mark.parametrize("client", [anonymous, stranger, outdated, early, old_tls, self_made])
def test_nobody_else_is_let_in(tmp_path: Path, client: Callable[[Path, Issued], ssl.SSLContext]) -> None:
    authority = authority_of()
    server = server_context(region_folder(tmp_path / "us-east-1", authority, region="us-east-1"))

    with pytest.raises(OSError):
        talk(server, client(tmp_path, authority))


def test_a_server_of_another_deployment_is_refused(tmp_path: Path) -> None:
    ours = authority_of()
    client = client_context(region_folder(tmp_path / "us-west-2", ours, region="us-west-2"))
    theirs = server_context(region_folder(tmp_path / "theirs", authority_of(), region="us-east-1"))
    theirs.load_verify_locations(cadata=ours.certificate.decode())

    with pytest.raises(OSError):
        talk(theirs, client)


def test_certificates_are_valid_for_ten_years_and_from_an_hour_ago() -> None:
    authority = authority_of()
    made = x509.load_pem_x509_certificate(
        issue(authority, deployment_id="d1", region="us-east-1", now=NOW, entropy=os.urandom).certificate
    )

    assert (made.not_valid_after_utc.timestamp() - NOW / 1_000) / 86_400 == pytest.approx(3_653, abs=0.01)
    assert NOW / 1_000 - made.not_valid_before_utc.timestamp() == pytest.approx(3_600, abs=2)


def test_a_key_is_not_shown() -> None:
    authority = authority_of()

    assert b"PRIVATE KEY" in authority.key
    assert "PRIVATE" not in repr(authority)


URIS = {
    "a Region": ("watchword://d1/us-east-1", "us-east-1"),
    "another deployment": ("watchword://d2/us-east-1", None),
    "a deployment whose id begins like ours": ("watchword://d11/us-east-1", None),
    "no Region": ("watchword://d1/", None),
    "a path": ("watchword://d1/us-east-1/x", None),
    "another scheme": ("https://d1/us-east-1", None),
    "nothing": (None, None),
}


@pytest.mark.parametrize(("uri", "region"), URIS.values(), ids=URIS)
def test_a_uri_names_a_region_of_this_deployment_or_nobody(uri: str | None, region: str | None) -> None:
    if region is not None:
        assert region_of(uri, deployment_id="d1") == region
        return
    with pytest.raises(PeerRefused):
        region_of(uri, deployment_id="d1")


def test_a_certificate_for_two_regions_speaks_for_none() -> None:
    uris = tuple(
        ("URI", region_uri(deployment_id="d1", region=region)) for region in ("us-east-1", "us-east-2")
    )

    assert uri_of({"subjectAltName": uris}) is None
    assert uri_of({"subjectAltName": (*uris[:1], ("DNS", "localhost"))}) == "watchword://d1/us-east-1"
    assert uri_of({}) is None
    assert uri_of(None) is None


def test_the_wrong_region_is_refused_by_name() -> None:
    certificate = {"subjectAltName": (("URI", "watchword://d1/us-east-2"),)}

    require_region(certificate, deployment_id="d1", region="us-east-2")
    with pytest.raises(PeerRefused, match="the peer is Region `us-east-2`, not `us-east-1`"):
        require_region(certificate, deployment_id="d1", region="us-east-1")


def test_the_files_of_a_region_are_all_that_the_contexts_need(tmp_path: Path) -> None:
    folder = region_folder(tmp_path / "us-east-1", authority_of(), region="us-east-1")

    assert {path.name for path in folder.iterdir()} == {"ca.crt", "peer.crt", "peer.key"}
    assert stat.S_ISREG((folder / "peer.key").stat().st_mode)
    assert server_context(folder).verify_mode is ssl.CERT_REQUIRED
    assert client_context(folder).verify_mode is ssl.CERT_REQUIRED
