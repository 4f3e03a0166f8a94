"""The edge, with raw sockets: what it takes for a request, what it refuses, and what it hands on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.integration.edge_serving import QUICK, Served, serving

from watchword.server.edge import Limits

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
JSON_HEAD = HEAD + b"X-Amz-Target: secretsmanager.GetSecretValue\r\n"
FORM_HEAD = HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as edge:
        yield edge


# -- what is handed on


def test_the_target_is_handed_on_as_it_was_sent(served: Served) -> None:
    """SigV4 signs these characters; a decoded path can't be verified."""
    answer = served.ask(b"GET /a%2Fb/../%7e//c?x=%20&y=+&%zz HTTP/1.1\r\nHost: a\r\n\r\n")

    assert answer.seen["target"] == "/a%2Fb/../%7e//c?x=%20&y=+&%zz"


def test_headers_are_handed_on_in_order_one_by_one(served: Served) -> None:
    answer = served.ask(b"GET / HTTP/1.1\r\nHost: a:1\r\nX-B: 2 \r\nx-a:\t1\r\nX-b: \r\nX-B: 3\r\n\r\n")

    assert answer.seen["headers"] == [["host", "a:1"], ["x-b", "2"], ["x-a", "1"], ["x-b", ""], ["x-b", "3"]]


def test_header_values_are_latin_1(served: Served) -> None:
    answer = served.ask(b"GET / HTTP/1.1\r\nHost: a\r\nX-A: \xc3\xa9\xff\r\n\r\n")

    assert answer.seen["headers"][1] == ["x-a", "\xc3\xa9\xff"]


def test_the_caller_is_the_connection_s_address_whatever_headers_say(served: Served) -> None:
    answer = served.ask(b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n")

    assert answer.seen["source"] == "127.0.0.1"
    assert answer.seen["peer"] is None
    assert answer.seen["secure"] is False


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_seven_methods_are_known(served: Served, method: str) -> None:
    answer = served.ask(f"{method} / HTTP/1.1\r\nHost: a\r\n\r\n".encode())

    assert (answer.status, answer.seen["method"]) == (200, method)


def test_the_answer_to_head_has_no_body(served: Served) -> None:
    with served.connect() as wire:
        head = wire.send(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").answer(to_head=True)
        following = wire.send(GET).answer()

    assert int(head.header("content-length") or 0) > 0
    assert following.seen["method"] == "GET"


def test_an_answer_says_when_it_was_made_and_not_by_what(served: Served) -> None:
    answer = served.ask(GET)

    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", answer.header("date") or "")
    assert answer.header("server") is None
    assert answer.header("connection") is None


def test_a_body_may_come_in_pieces(served: Served) -> None:
    with served.connect() as wire:
        for piece in (HEAD[:7], HEAD[7:], b"Content-Len", b"gth: 6\r\n\r\n", b"ab", b"c", b"def"):
            wire.send(piece)
            assert wire.is_silent(seconds=0.02) or piece == b"def"
        answer = wire.answer()

    assert answer.seen["body"] == "abcdef"


CHUNKED = {
    "one chunk": (b"3\r\nabc\r\n0\r\n\r\n", "abc"),
    "several": (b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc"),
    "none": (b"0\r\n\r\n", ""),
    "an extension": (b"3;a=b\r\nabc\r\n0\r\n\r\n", "abc"),
    "a trailer, which is dropped": (b"3\r\nabc\r\n0\r\nX-Evil: 1\r\n\r\n", "abc"),
}


@pytest.mark.parametrize(("body", "expected"), CHUNKED.values(), ids=CHUNKED)
def test_chunked_bodies_are_joined(served: Served, body: bytes, expected: str) -> None:
    with served.connect() as wire:
        answer = wire.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + body).answer()
        following = wire.send(GET).answer()

    assert answer.seen["body"] == expected
    assert not any(name == "x-evil" for name, _ in answer.seen["headers"])
    assert following.status == 200


def test_a_connection_is_kept_for_the_next_request(served: Served) -> None:
    with served.connect() as wire:
        answers = [wire.send(GET).answer() for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 200]


CLOSING = {
    "asked to": b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "HTTP/1.0": b"GET / HTTP/1.0\r\n\r\n",
    "HTTP/1.0 with a Host": b"GET / HTTP/1.0\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("request_", CLOSING.values(), ids=CLOSING)
def test_a_connection_that_is_not_kept_says_so_and_closes(served: Served, request_: bytes) -> None:
    with served.connect() as wire:
        answer = wire.send(request_).answer()

        assert (answer.status, answer.header("connection")) == (200, "close")
        assert wire.is_ended()


def test_http_1_0_may_ask_to_keep_the_connection(served: Served) -> None:
    with served.connect() as wire:
        answer = wire.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").answer()
        following = wire.send(GET).answer()

    assert answer.header("connection") == "keep-alive"
    assert following.status == 200


def test_nothing_after_connection_close_is_answered(served: Served) -> None:
    with served.connect() as wire:
        answer = wire.send(CLOSING["asked to"] + GET + b"\x00garbage").answer()

        assert (answer.status, answer.header("connection")) == (200, "close")
        assert wire.is_ended()


def test_100_continue_is_sent_before_the_body_is_read(served: Served) -> None:
    with served.connect() as wire:
        wire.send(HEAD + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        interim = (wire.line(), wire.line())
        answer = wire.send(b"abc").answer()

    assert interim == (b"HTTP/1.1 100 Continue", b"")
    assert answer.seen["body"] == "abc"


def test_100_continue_is_not_sent_when_the_body_is_there(served: Served) -> None:
    with served.connect() as wire:
        answer = wire.send(HEAD + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc").answer()

    assert answer.seen["body"] == "abc"


def test_a_body_that_is_too_large_is_refused_instead_of_continued(served: Served) -> None:
    answer = served.ask(HEAD + b"Expect: 100-continue\r\nContent-Length: 1048577\r\n\r\n")

    assert answer.status == 413


def test_an_upgrade_without_a_body_is_ignored(served: Served) -> None:
    """RFC 9110, 7.8: a server may ignore Upgrade; Java's HttpClient offers h2c on its own."""
    upgrade = b"GET /1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"
    with served.connect() as wire:
        wire.send(upgrade + GET)
        answers = (wire.answer(), wire.answer())

    assert [answer.seen["target"] for answer in answers] == ["/1", "/"]


# -- what is refused


MALFORMED = {
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "two Hosts in HTTP/1.0": b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
    "length beside chunked": HEAD
    + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "chunked beside length": HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
    "two lengths": HEAD + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "a list of lengths": HEAD + b"Content-Length: 3, 3\r\n\r\nabc",
    "a signed length": HEAD + b"Content-Length: +3\r\n\r\nabc",
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n",
    "an empty length": HEAD + b"Content-Length:\r\n\r\n",
    "a length beyond 64 bits": HEAD + b"Content-Length: 18446744073709551617\r\n\r\n",
    "chunked in HTTP/1.0": b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a coding that is not ours": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "identity": HEAD + b"Transfer-Encoding: identity\r\n\r\n",
    "chunked twice": HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunked in two headers": HEAD
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a line end without CR in the request line": b"GET / HTTP/1.1\nHost: a\r\n\r\n",
    "a line end without CR in a header": b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
    "a CR without LF": b"GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
    "a line end without CR in a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
    "a folded header": HEAD + b"X: a\r\n b\r\n\r\n",
    "a folded first header": b"GET / HTTP/1.1\r\n X: a\r\nHost: a\r\n\r\n",
    "a blank before the colon": HEAD + b"X : a\r\n\r\n",
    "a blank before Host's colon": b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "no colon": HEAD + b"X\r\n\r\n",
    "no header name": HEAD + b": a\r\n\r\n",
    "NUL in a name": HEAD + b"X\0: a\r\n\r\n",
    "NUL in a value": HEAD + b"X: a\0\r\n\r\n",
    "NUL in the target": b"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a control character in a value": HEAD + b"X: a\x1bb\r\n\r\n",
    "a blank in the target": b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    "bytes above 127 in the target": b"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a fragment": b"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
    "another server's address": b"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "an unknown method": b"FOO / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a method in lower case": b"get / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a method that is not served": b"PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n",
    "CONNECT": b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "HTTP/2's preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/2.0": b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
    "HTTP/1.2": b"GET / HTTP/1.2\r\nHost: a\r\n\r\n",
    "HTTP/0.9": b"GET / HTTP/0.9\r\nHost: a\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50),
    "an upgrade beside a body": HEAD + b"Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc",
    "a chunk size that is none": HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "a chunk size beyond 64 bits": HEAD + b"Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
    "more data than the chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=MALFORMED)
def test_whatever_two_readers_could_read_differently_is_400(served: Served, sent: bytes) -> None:
    """RFC 9112, 2.2, 3.2, 5.1, 5.2, 6.1, 6.3; and a byte of the next request is never taken for one of this."""
    with served.connect() as wire:
        answer = wire.send(sent).answer()

        assert (answer.status, answer.header("connection")) == (400, "close")
        assert wire.is_ended()


def test_every_malformed_request_is_malformed_in_one_way_only(served: Served) -> None:
    """The table above would prove nothing if its common parts were refused."""
    assert served.ask(HEAD + b"\r\n").status == 200
    assert served.ask(HEAD + b"Content-Length: 3\r\n\r\nabc").status == 200
    assert served.ask(HEAD + b"Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n").status == 200


def test_an_expectation_that_is_not_known_is_417(served: Served) -> None:
    answer = served.ask(HEAD + b"Expect: tea\r\nContent-Length: 3\r\n\r\n")

    assert answer.status == 417


PROTOCOLS = {
    "JSON by its target": (JSON_HEAD + b"X : a\r\n\r\n", "application/x-amz-json-1.1"),
    "query by its form": (FORM_HEAD + b"X : a\r\n\r\n", "text/xml"),
    "JSON where nothing is known": (b"\x00", "application/x-amz-json-1.1"),
}


@pytest.mark.parametrize(("sent", "content_type"), PROTOCOLS.values(), ids=PROTOCOLS)
def test_a_refusal_speaks_the_service_s_protocol(served: Served, sent: bytes, content_type: str) -> None:
    answer = served.ask(sent)

    assert answer.status == 400
    assert answer.header("content-type") == content_type


def test_a_refusal_never_quotes_the_request(served: Served) -> None:
    answer = served.ask(JSON_HEAD + b"Authorization: hunter2\r\nX : hunter2\r\n\r\n")

    assert answer.status == 400
    assert b"hunter2" not in answer.body


# -- limits

TIGHT = Limits(
    header_bytes_max=1_000,
    header_count_max=10,
    target_bytes_max=100,
    body_bytes_max=1_000,
    sweep_ms=20,
    linger_ms=2_000,
)
"""Lines are counted with `: ` and the line end: `Host: a` is 9 bytes, `X: ` and what follows 5 more."""


@pytest.fixture(scope="module")
def tight() -> Iterator[Served]:
    with serving(limits=TIGHT) as edge:
        yield edge


def headed(*lines: bytes) -> bytes:
    return b"GET / HTTP/1.1\r\nHost: a\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


BORDERS = {
    "header bytes": (headed(b"X: " + b"a" * 986), headed(b"X: " + b"a" * 987), 431),
    "header bytes over several": (headed(b"X: " + b"a" * 976, b"Y: aaaaa"), headed(b"X: " + b"a" * 977, b"Y: aaaaa"), 431),
    "header count": (headed(*[b"X: a"] * 9), headed(*[b"X: a"] * 10), 431),
    "target": (
        b"GET /" + b"a" * 99 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /" + b"a" * 100 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        414,
    ),
    "body by its length": (
        HEAD + b"Content-Length: 1000\r\n\r\n" + b"a" * 1_000,
        HEAD + b"Content-Length: 1001\r\n\r\n",
        413,
    ),
    "body by its chunks": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + b"a" * 1_000 + b"\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + b"a" * 1_000 + b"\r\n1\r\na\r\n0\r\n\r\n",
        413,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("within", "beyond", "status"), BORDERS.values(), ids=BORDERS)
@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_a_limit_holds_on_both_sides_of_its_border(
    tight: Served, within: bytes, beyond: bytes, status: int, piece: int
) -> None:
    def ask(sent: bytes) -> int:
        with tight.connect() as wire:
            try:
                for at in range(0, len(sent), piece):
                    wire.send(sent[at : at + piece])
            except ConnectionError:
                pass  # refused while we were sending: the answer waits all the same
            return wire.answer().status

    assert (ask(within), ask(beyond)) == (200, status)


ENDLESS = {
    "a target": (b"GET /", b"a", 414),
    "a header's value": (b"GET / HTTP/1.1\r\nHost: a\r\nX: ", b"a", 431),
    "a header's name": (b"GET / HTTP/1.1\r\nHost: a\r\n", b"a", 431),
    "headers": (b"GET / HTTP/1.1\r\nHost: a\r\n", b"X:\r\n", 431),
    "a chunk's extension": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n3;", b"a", 400),
    "a trailer's value": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: ", b"a", 400),
    "trailers": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: aaaaaaaaaa\r\n", 431),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", 413),
}


@pytest.mark.parametrize(("start", "repeated", "status"), ENDLESS.values(), ids=ENDLESS)
def test_nothing_can_be_sent_without_end(tight: Served, start: bytes, repeated: bytes, status: int) -> None:
    with tight.connect() as wire:
        wire.send(start)
        # Written at once, and unread but for a limit: far more than any of them.
        wire.send(repeated * (40_000 // len(repeated)))
        answer = wire.answer()

    assert answer.status == status


def test_a_client_that_is_still_sending_reads_why_it_was_refused() -> None:
    """RFC 9112, 9.6: closing at once would reset the connection, and the reset takes the answer away."""
    with serving(limits=Limits(sweep_ms=20)) as edge, edge.connect() as wire:
        wire.send(JSON_HEAD + b"Content-Length: 30000000\r\n\r\n")
        for _ in range(300):
            wire.send(b"a" * 100_000)
        answer = wire.answer()

        assert answer.status == 413
        assert b"RequestEntityTooLargeException" in answer.body
        assert wire.is_ended()


def test_a_request_may_have_a_limit_of_its_own() -> None:
    def limit(headers: object) -> int:
        return 10 if ("x-small", "1") in list(headers) else 20  # type: ignore[call-overload]  # a sequence of pairs

    with serving(limits=QUICK, body_limit=limit) as edge:
        large = edge.ask(HEAD + b"Content-Length: 20\r\n\r\n" + b"a" * 20)
        small = edge.ask(HEAD + b"X-Small: 1\r\nContent-Length: 11\r\n\r\n")

    assert (large.status, small.status) == (200, 413)


def test_all_bodies_together_are_bounded_and_given_back() -> None:
    limits = Limits(bodies_bytes_max=1_500, body_bytes_max=1_000, sweep_ms=20)
    upload = HEAD + b"Content-Length: 1000\r\n\r\n" + b"a" * 999
    with serving(limits=limits) as edge:
        with edge.connect() as first, edge.connect() as second:
            first.send(upload)
            assert edge.eventually(lambda it: it.bodies_bytes == 999)
            refused = second.send(upload).answer()
            answered = first.send(b"a").answer()
        again = [edge.ask(upload + b"a").status for _ in range(5)]

        assert (refused.status, answered.status, again) == (503, 200, [200] * 5)
        assert edge.eventually(lambda it: it.bodies_bytes == 0)
