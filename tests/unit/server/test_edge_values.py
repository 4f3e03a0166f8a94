"""The edge's values: who counts as one source, and an answer as bytes."""

from __future__ import annotations

import pytest

from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.server.edge_answer import Writer
from watchword.server.edge_connection import peer_of
from watchword.server.edge_limits import is_loopback, source_group
from watchword.server.edge_reading import headers_like
from watchword.server.front_door import forwarded, region_of

GROUPS = {
    "an IPv4 address is itself": ("203.0.113.7", "203.0.113.7", False),
    "loopback": ("127.0.0.1", "127.0.0.1", True),
    "all of 127/8 is loopback": ("127.9.9.9", "127.9.9.9", True),
    "IPv6 loopback": ("::1", "::1", True),
    "IPv4 mapped into IPv6": ("::ffff:203.0.113.7", "203.0.113.7", False),
    "loopback mapped into IPv6": ("::ffff:127.0.0.1", "127.0.0.1", True),
    "IPv6 is its network of 64 bits": ("2001:db8:1:2:3:4:5:6", "20010db800010002", False),
    "a link-local address with its zone": ("fe80::1%eth0", "fe80000000000000", False),
}


@pytest.mark.parametrize(("source", "group", "loopback"), GROUPS.values(), ids=GROUPS)
def test_who_shares_one_bound(source: str, group: str, loopback: bool) -> None:
    assert (group, loopback) == (source_group(source), is_loopback(source_group(source)))


def test_neighbours_in_one_ipv6_network_share_a_bound_and_others_do_not() -> None:
    assert source_group("2001:db8:1:2::1") == source_group("2001:db8:1:2:ffff::9")
    assert source_group("2001:db8:1:2::1") != source_group("2001:db8:1:3::1")


def rendered(
    response: HTTPResponse, *, connection: str | None = None, head_only: bool = False
) -> list[bytes]:
    """The answer's lines without its date, and its body."""
    head, _, body = (
        Writer().render(response, connection=connection, head_only=head_only).partition(b"\r\n\r\n")
    )
    return [*(line for line in head.split(b"\r\n") if not line.startswith(b"Date: ")), body]


ANSWERS = {
    "an answer": (
        rendered(HTTPResponse(status=200, headers=(("A", "1"), ("A", "\xe9")), body=b"abc")),
        [b"HTTP/1.1 200 OK", b"A: 1", b"A: \xe9", b"Content-Length: 3", b"abc"],
    ),
    "the last of a connection": (
        rendered(HTTPResponse(status=400), connection="close"),
        [b"HTTP/1.1 400 Bad Request", b"Connection: close", b"Content-Length: 0", b""],
    ),
    "to HEAD": (
        rendered(HTTPResponse(status=200, body=b"abc"), head_only=True),
        [b"HTTP/1.1 200 OK", b"Content-Length: 3", b""],
    ),
    "no content": (rendered(HTTPResponse(status=204)), [b"HTTP/1.1 204 No Content", b""]),
    "a status without a name": (
        rendered(HTTPResponse(status=299)),
        [b"HTTP/1.1 299 ", b"Content-Length: 0", b""],
    ),
}


@pytest.mark.parametrize(("found", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_as_bytes(found: list[bytes], expected: list[bytes]) -> None:
    assert expected == found


@pytest.mark.parametrize(
    "header", [("X", "a\r\nY: b"), ("X", "a\nb"), ("X", "a\rb"), ("X\n", "a"), ("X", "\u2019")]
)
def test_a_header_that_would_split_the_answer_is_never_written(header: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=r"line end|latin-1"):
        rendered(HTTPResponse(status=200, headers=(header,)))


CERTIFICATES = {
    "one URI": ({"subjectAltName": (("DNS", "a"), ("URI", "watchword://d/r"))}, "watchword://d/r"),
    "two URIs are none": ({"subjectAltName": (("URI", "a"), ("URI", "b"))}, None),
    "no URI": ({"subjectAltName": (("DNS", "a"),)}, None),
    "no names": ({}, None),
    "no certificate": (None, None),
}


@pytest.mark.parametrize(("certificate", "peer"), CERTIFICATES.values(), ids=CERTIFICATES)
def test_a_peer_is_its_one_uri(
    certificate: dict[str, tuple[tuple[str, str], ...]] | None, peer: str | None
) -> None:
    assert peer == peer_of(certificate)


def test_a_hint_is_what_looks_like_a_header() -> None:
    data = b"POST / HTTP/1.1\r\nHost: a:1\r\nX-Amz-Target:  b \r\nX : c\r\nno\r\n: d\r\na b: e"

    assert headers_like(data) == [("host", "a:1"), ("x-amz-target", "b")]


def asked(*headers: tuple[str, str], target: str = "/", body: bytes = b"") -> HTTPRequest:
    return HTTPRequest(method="POST", target=target, headers=headers, body=body, source="203.0.113.7")


REGIONS = {
    "no hint": (asked(("host", "127.0.0.1:7700")), None),
    "an IPv6 host": (asked(("host", "[::1]:7700")), None),
    "no host": (asked(), None),
    "a scope of any Region": (
        asked(("authorization", "AWS4-HMAC-SHA256 Credential=a/b/mars-1/c/d, S=e")),
        "mars-1",
    ),
    "a scope without blanks": (
        asked(("authorization", "AWS4-HMAC-SHA256 Credential=a/b/mars-1/c/d,S=e")),
        "mars-1",
    ),
    "an empty Region": (
        asked(("authorization", "AWS4-HMAC-SHA256 Credential=a/b//c/d"), ("host", "x.r1")),
        "r1",
    ),
    "no credential": (asked(("authorization", "Bearer a"), ("host", "r1")), "r1"),
    "a query": (asked(target="/?a=b&X-Amz-Credential=a/b/r2/c/d"), "r2"),
    "an encoded query": (asked(target="/?X-Amz-Credential=a%2Fb%2fr2%2Fc%2Fd&e"), "r2"),
    "a label": (asked(("host", "kms.r1.amazonaws.com.cn")), "r1"),
    "a label of no Region of ours": (asked(("host", "kms.mars-1.amazonaws.com")), None),
}


@pytest.mark.parametrize(("request_", "region"), REGIONS.values(), ids=REGIONS)
def test_which_region_a_request_names(request_: HTTPRequest, region: str | None) -> None:
    assert region == region_of(request_, hosted=("r1", "r2"))


def test_a_request_as_a_region_gets_it() -> None:
    request = asked(
        ("host", "a"),
        ("connection", "keep-alive"),
        ("x-a", "1"),
        ("x-watchword-source", "10.0.0.1"),
        ("transfer-encoding", "chunked"),
        ("x-a", "2"),
        target="/a%2F?b",
        body=b"abc",
    )

    assert forwarded(request).split(b"\r\n") == [
        b"POST /a%2F?b HTTP/1.1",
        b"host: a",
        b"x-a: 1",
        b"x-a: 2",
        b"content-length: 3",
        b"x-watchword-source: 203.0.113.7",
        b"",
        b"abc",
    ]
