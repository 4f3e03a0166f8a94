"""The client of a KMS elsewhere against servers that answer what no KMS should: every question ends, within its deadline."""

from __future__ import annotations

import base64
import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.integration.deployment import is_free
from tests.integration.kms_elsewhere import write_certificate

from watchword.api.errors import AccessDeniedException, ApiError
from watchword.api.shapes import kms
from watchword.keys.custody import KeySealed, KeyUnavailable, WouldWait
from watchword.server.deployment import HomeError, KMSSettings
from watchword.server.kms_client import ANSWER_BYTES_MAX, KMSClient
from watchword.server.region import now_ms

ARN = "arn:aws:kms:us-west-2:999999999999:key/11111111-1111-4111-8111-111111111111"
DATA_KEY = b"canary-data-key-never-to-be-seen"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
DEADLINE_MS = 400
SLACK_S = 0.6
GOOD = json.dumps(
    {
        "KeyId": ARN,
        "Plaintext": base64.b64encode(DATA_KEY).decode(),
        "CiphertextBlob": base64.b64encode(b"blob").decode(),
    }
).encode()
ASKED = kms.GenerateDataKeyRequest(key_id="alias/a", key_spec="AES_256", encryption_context={"a": "b"})

Serve = Callable[[socket.socket], None]


def answer(status: int, body: bytes, *, head: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body


def error(code: str, text: str = "", *, status: int = 400) -> bytes:
    return answer(status, json.dumps({"__type": code, "message": text}).encode())


def request_of(sock: socket.socket) -> bytes:
    """Read one whole request; empty at the connection's end."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = sock.recv(65_536)
        if not piece:
            return b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += sock.recv(65_536)
    return head + b"\r\n\r\n" + body


class Server:
    """A listener on loopback: each connection is handed to `serve` in a thread of its own."""

    def __init__(self, serve: Serve, *, port: int = 0) -> None:
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(sock)
            threading.Thread(target=self._run, args=(sock,), daemon=True).start()

    def _run(self, sock: socket.socket) -> None:
        with sock:
            try:
                self._serve(sock)
            except OSError:
                return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


@contextmanager
def serving(serve: Serve, *, port: int = 0) -> Iterator[Server]:
    server = Server(serve, port=port)
    try:
        yield server
    finally:
        server.close()


def always(*answers: bytes) -> Serve:
    """Each question gets the next answer; the last one for ever."""
    left = list(answers)

    def serve(sock: socket.socket) -> None:
        while request_of(sock):
            sock.sendall(left.pop(0) if len(left) > 1 else left[0])

    return serve


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    path = tmp_path / "credentials"
    path.write_text(
        f"[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {SECRET}\n"
    )
    path.chmod(0o600)
    return path


def client_of(port: int, credentials: Path, **changed: Any) -> KMSClient:
    settings: dict[str, Any] = {
        "endpoint": f"http://127.0.0.1:{port}",
        "region": "us-west-2",
        "default_key": ARN,
        "credentials": credentials,
        "deadline_ms": DEADLINE_MS,
        "concurrency": 2,
    }
    may_wait = changed.pop("may_wait", lambda: True)
    return KMSClient(KMSSettings(**(settings | changed)), clock=now_ms, may_wait=may_wait)


def ask(client: KMSClient) -> kms.GenerateDataKeyResponse:
    said: kms.GenerateDataKeyResponse = client.ask(kms.GENERATE_DATA_KEY, ASKED)
    return said


def unavailable(client: KMSClient) -> str:
    """Ask, and expect no answer; the reason, which holds nothing of what was asked or answered."""
    with pytest.raises(KeyUnavailable) as refused:
        ask(client)
    reason = str(refused.value)
    assert DATA_KEY.decode() not in reason
    assert SECRET not in reason
    return reason


def test_a_question_is_asked_as_kms_s_api_says_and_its_connection_is_kept(credentials: Path) -> None:
    seen: list[bytes] = []

    def serve(sock: socket.socket) -> None:
        while request := request_of(sock):
            seen.append(request)
            sock.sendall(answer(200, GOOD))

    with serving(serve) as server:
        client = client_of(server.port, credentials)
        answers = [ask(client) for _ in range(3)]

    assert {one.plaintext for one in answers} == {DATA_KEY}
    assert server.connections == 1
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST / HTTP/1.1\r\n")
    assert b"x-amz-target: TrentService.GenerateDataKey\r\n" in head
    assert b"/us-west-2/kms/aws4_request" in head
    assert f"host: 127.0.0.1:{server.port}\r\n".encode() in head
    said = {"KeyId": "alias/a", "KeySpec": "AES_256", "EncryptionContext": {"a": "b"}}
    assert json.loads(body) == said


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        pytest.param([answer(200, b"<html>")], "its answer is refused", id="no JSON"),
        pytest.param([answer(200, b'{"Plaintext":7}')], "its answer is refused", id="a wrong type"),
        pytest.param([answer(200, b'{"Plaintext":""}')], "its answer is refused", id="no data key"),
        pytest.param([answer(200, b"x" * (ANSWER_BYTES_MAX + 1))], "its answer is refused", id="too long"),
        pytest.param(
            [answer(302, b"", head="Location: http://127.0.0.1:1/\r\n")], "answered 302", id="a redirect"
        ),
        pytest.param([answer(403, b"<html>no</html>")], "answered 403 without a code", id="a proxy"),
        pytest.param([answer(400, b'{"__type":"../x y"}')], "answered 400 without a code", id="no code"),
        pytest.param([error("SomethingNew")], "answered 400 SomethingNew", id="an unknown code"),
        pytest.param([error("UnrecognizedClientException")], "refuses this Region's credentials", id="who?"),
        pytest.param([error("ExpiredTokenException")], "refuses this Region's credentials", id="expired"),
        pytest.param([error("ThrottlingException")], "answered 400 ThrottlingException", id="throttled"),
        pytest.param([error("KMSInternalException", status=500)], "answered 500", id="a fault of KMS"),
        pytest.param([answer(503, b"")], "answered 503", id="busy"),
        pytest.param([b"SSH-2.0-nothing\r\n"], "is out of reach", id="no HTTP"),
    ],
)
def test_what_is_no_answer_of_kms_is_the_region_s_trouble(
    credentials: Path, answers: list[bytes], said: str
) -> None:
    with serving(always(*answers)) as server:
        reason = unavailable(client_of(server.port, credentials))
    assert said in reason


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("DisabledException", kms.DisabledException),
        ("com.amazonaws.kms#DisabledException", kms.DisabledException),
        ("NotFoundException:http://internal.amazon.com/", kms.NotFoundException),
        ("KMSInvalidStateException", kms.KMSInvalidStateException),
        ("InvalidKeyUsageException", kms.InvalidKeyUsageException),
        ("AccessDeniedException", AccessDeniedException),
    ],
)
def test_what_is_about_the_key_is_a_refusal_in_kms_s_words(
    credentials: Path, code: str, kind: type[ApiError]
) -> None:
    with serving(always(error(code, f"{ARN} is disabled."))) as server:
        client = client_of(server.port, credentials)
        with pytest.raises(kind) as refused:
            ask(client)
    assert refused.value.message == f"{ARN} is disabled."


@pytest.mark.parametrize(
    "once",
    [error("ThrottlingException"), answer(500, b""), answer(503, b"", head="Connection: close\r\n")],
)
def test_a_busy_kms_is_asked_once_more(credentials: Path, once: bytes) -> None:
    with serving(always(once, answer(200, GOOD))) as server:
        assert ask(client_of(server.port, credentials)).plaintext == DATA_KEY


def test_kept_connections_that_were_closed_cost_nobody_an_answer(credentials: Path) -> None:
    """All of them: a KMS that was restarted has closed every one."""

    def one_answer(sock: socket.socket) -> None:
        request_of(sock)
        time.sleep(0.05)
        sock.sendall(answer(200, GOOD))

    with serving(one_answer) as server:
        client = client_of(server.port, credentials)
        asking = [threading.Thread(target=ask, args=(client,)) for _ in range(2)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        assert server.connections == 2
        time.sleep(0.1)

        assert ask(client).plaintext == DATA_KEY


def dripping(sock: socket.socket) -> None:
    request_of(sock)
    for byte in answer(200, GOOD):
        sock.sendall(bytes((byte,)))
        time.sleep(0.02)


def silent(sock: socket.socket) -> None:
    request_of(sock)
    time.sleep(10 * DEADLINE_MS / 1_000)


@pytest.mark.parametrize("serve", [dripping, silent])
def test_a_slow_answer_ends_with_the_deadline_and_not_with_its_last_byte(
    credentials: Path, serve: Serve
) -> None:
    with serving(serve) as server:
        client = client_of(server.port, credentials)
        began = time.monotonic()
        reason = unavailable(client)
        took_s = time.monotonic() - began

    assert "did not answer within 400 ms" in reason
    assert DEADLINE_MS / 1_000 <= took_s < DEADLINE_MS / 1_000 + SLACK_S


def test_a_silent_kms_holds_up_a_bounded_number_and_heals_with_its_first_answer(credentials: Path) -> None:
    slow = threading.Event()
    slow.set()

    def serve(sock: socket.socket) -> None:
        while request_of(sock):
            if slow.is_set():
                time.sleep(10)
            sock.sendall(answer(200, GOOD))

    with serving(serve) as server:
        client = client_of(server.port, credentials)
        took: list[float] = []

        def timed() -> None:
            began = time.monotonic()
            unavailable(client)
            took.append(time.monotonic() - began)

        # Two are asked and two wait for their turn; once it is known to be silent, one finds out for all.
        for wait in (4, 1):
            took.clear()
            crowd = [threading.Thread(target=timed) for _ in range(12)]
            for thread in crowd:
                thread.start()
            for thread in crowd:
                thread.join()
            assert len([one for one in took if one > DEADLINE_MS / 2_000]) == wait
            assert max(took) < DEADLINE_MS / 1_000 + SLACK_S
        assert not client.is_reachable()
        slow.clear()

        assert [ask(client).plaintext for _ in range(3)] == [DATA_KEY] * 3
        assert client.is_reachable()


def test_threads_that_were_cut_off_serve_again(credentials: Path) -> None:
    """Each of the two hangs in an answer that never ends; after their deadlines both are free."""
    first = iter([True] * 4)

    def serve(sock: socket.socket) -> None:
        while request_of(sock):
            if next(first, False):
                dripping_for_ever(sock)
            sock.sendall(answer(200, GOOD))

    with serving(serve) as server:
        client = client_of(server.port, credentials)
        for _ in range(4):
            unavailable(client)
        assert [ask(client).plaintext for _ in range(4)] == [DATA_KEY] * 4


def dripping_for_ever(sock: socket.socket) -> None:
    sock.sendall(b"HTTP/1.1 200 X\r\n")
    while True:
        sock.sendall(b"x")
        time.sleep(0.02)


def test_nobody_there_is_told_at_once_and_heals(credentials: Path) -> None:
    port = next(port for port in range(17_000, 18_000) if is_free(port))
    client = client_of(port, credentials)
    began = time.monotonic()
    assert "out of reach" in unavailable(client)
    assert time.monotonic() - began < DEADLINE_MS / 1_000
    with serving(always(answer(200, GOOD)), port=port):
        assert ask(client).plaintext == DATA_KEY


def test_who_must_not_wait_does_not(credentials: Path) -> None:
    client = client_of(1, credentials, may_wait=lambda: False)
    with pytest.raises(WouldWait):
        ask(client)


def test_a_sealed_region_asks_nobody(credentials: Path) -> None:
    with serving(always(answer(200, GOOD))) as server:
        client = client_of(server.port, credentials)
        client.seal(True)
        with pytest.raises(KeySealed):
            ask(client)
        assert server.connections == 0
        client.seal(False)
        assert ask(client).plaintext == DATA_KEY


def test_credentials_that_are_replaced_are_used_with_the_next_question(credentials: Path) -> None:
    seen: list[bytes] = []

    def serve(sock: socket.socket) -> None:
        while request := request_of(sock):
            seen.append(request)
            sock.sendall(answer(200, GOOD))

    with serving(serve) as server:
        client = client_of(server.port, credentials)
        ask(client)
        renewed = credentials.with_suffix(".new")
        renewed.write_text(
            f"[default]\naws_access_key_id = ASIARENEWED\naws_secret_access_key = {SECRET}\naws_session_token = t/k=\n"
        )
        renewed.chmod(0o600)
        renewed.rename(credentials)
        ask(client)

    assert b"Credential=AKIAIOSFODNN7EXAMPLE/" in seen[0]
    assert b"Credential=ASIARENEWED/" in seen[1]
    assert b"x-amz-security-token: t/k=\r\n" in seen[1]


def test_a_credential_of_systemd_s_may_have_the_mode_that_systemd_gives_it(
    credentials: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials.chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials.parent))
    with serving(always(answer(200, GOOD))) as server:
        client = client_of(server.port, Path(f"credential:{credentials.name}"))
        assert ask(client).plaintext == DATA_KEY
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(HomeError, match="there is no credential"):
        client_of(1, Path("credential:kms"))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.chmod(0o640), "may be read by others"),
        (lambda path: path.unlink(), "can't be read"),
        (lambda path: path.write_text(f"aws_secret_access_key = {SECRET}"), "is damaged"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "is damaged"),
        (
            lambda path: path.write_text("[default]\naws_access_key_id = \naws_secret_access_key = x"),
            "is damaged",
        ),
        (
            lambda path: path.write_text("[default]\naws_access_key_id = a\n b\naws_secret_access_key = x"),
            "is damaged",
        ),
    ],
)
def test_credentials_that_can_not_be_used_stop_a_start_and_are_not_quoted(
    credentials: Path, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(credentials)
    with pytest.raises(HomeError) as refused:
        client_of(1, credentials)
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)


def test_authorities_that_can_not_be_read_stop_a_start(credentials: Path, tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("no certificate")
    for ca in (tmp_path / "ca.crt", tmp_path / "missing.crt"):
        with pytest.raises(HomeError, match="is no file of certificates"):
            client_of(1, credentials, endpoint="https://127.0.0.1:1", ca=ca)


@pytest.mark.parametrize(
    ("host", "trusts", "reason"),
    [
        ("127.0.0.1", True, ""),
        ("127.0.0.1", False, "certificate verify failed"),
        ("localhost", True, "certificate verify failed"),
    ],
)
def test_who_answers_over_tls_must_be_the_one_that_is_meant(
    credentials: Path, tmp_path: Path, host: str, trusts: bool, reason: str
) -> None:
    """Else the access key's holder would hand data keys to, and take them from, whoever stands between."""
    for name in ("server", "other"):
        write_certificate(tmp_path / name)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "server" / "endpoint.crt", tmp_path / "server" / "endpoint.key")
    asked: list[bytes] = []

    def serve(sock: socket.socket) -> None:
        with tls.wrap_socket(sock, server_side=True) as secured:
            asked.append(request_of(secured))
            secured.sendall(answer(200, GOOD))

    with serving(serve) as server:
        ca = tmp_path / ("server" if trusts else "other") / "endpoint.crt"
        client = client_of(server.port, credentials, endpoint=f"https://{host}:{server.port}", ca=ca)
        if reason:
            assert reason in unavailable(client)
            assert asked == []
        else:
            assert ask(client).plaintext == DATA_KEY


def test_nothing_of_a_client_shows_its_credentials(credentials: Path) -> None:
    client = client_of(1, credentials)
    held = client._access_key.access_key()
    assert SECRET not in repr(client) + repr(held) + str(held)
    assert os.fspath(credentials) not in repr(client)


def test_what_answered_a_moment_ago_is_believed_and_what_never_did_is_asked(credentials: Path) -> None:
    """Health is asked for often, and a question may cost money."""
    with serving(always(answer(200, GOOD))) as server:
        client = client_of(server.port, credentials)
        assert client.is_reachable()
        assert client.is_reachable()
        assert server.connections == 1
    assert client.is_reachable()
    unavailable(client)
    assert not client.is_reachable()
    assert not client_of(server.port, credentials).is_reachable()
