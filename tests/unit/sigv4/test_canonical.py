"""The canonical request: each rule of the documentation as a row."""

from __future__ import annotations

import pytest

from watchword.api.http import HTTPRequest
from watchword.sigv4.canonical import canonical_path, canonical_query, canonical_request, trimmed

PATHS = {
    "the root": ("/", "/"),
    "nothing at all": ("", "/"),
    "plain": ("/2015-03-31/functions", "/2015-03-31/functions"),
    "a slash at the end stays": ("/a/", "/a/"),
    "slashes are one": ("//a///b", "/a/b"),
    "only slashes": ("///", "/"),
    "one dot": ("/a/./b", "/a/b"),
    "two dots": ("/a/../b", "/b"),
    "more dots than folders": ("/../../a", "/a"),
    "dots to the root": ("/a/..", "/"),
    "three dots are a name": ("/...", "/..."),
    "encoded dots are a name": ("/%2e%2e/a", "/%252e%252e/a"),
    "an encoded slash is encoded again": ("/a%2Fb", "/a%252Fb"),
    "an encoded blank": ("/a%20b", "/a%2520b"),
    "a bare percent sign": ("/100%", "/100%25"),
    "unreserved": ("/-_.~", "/-_.~"),
    "reserved": ("/a:b@c=d", "/a%3Ab%40c%3Dd"),
    "bytes above ASCII": ("/\xc3\xa9", "/%C3%A9"),
}


@pytest.mark.parametrize(("path", "canonical"), PATHS.values(), ids=PATHS)
def test_a_path_is_normalised_and_encoded_once_more(path: str, canonical: str) -> None:
    """RFC 3986 section 5.2.4; every service but S3 encodes the path twice."""
    assert canonical_path(path) == canonical


QUERIES = {
    "none": ("", ""),
    "one": ("a=1", "a=1"),
    "sorted by name": ("b=1&a=2", "a=2&b=1"),
    "sorted by value where names are equal": ("a=2&a=1", "a=1&a=2"),
    "sorted by name before value": ("a-b=0&a=1", "a=1&a-b=0"),
    "upper case first": ("a=1&A=2", "A=2&a=1"),
    "no equal sign": ("a", "a="),
    "an empty value": ("a=", "a="),
    "an empty name": ("=1", "=1"),
    "a second equal sign belongs to the value": ("a=b=c", "a=b%3Dc"),
    "empty pieces": ("&&a=1&", "a=1"),
    "hexadecimal digits in upper case": ("a=%2f", "a=%2F"),
    "what needs no encoding has none": ("%61=%7E", "a=~"),
    "what needs encoding has it": ("a=:/@", "a=%3A%2F%40"),
    "plus is a blank": ("a=b+c", "a=b%20c"),
    "an encoded plus is none": ("a=b%2Bc", "a=b%2Bc"),
    "a bare percent sign": ("a=100%", "a=100%25"),
    "UTF-8": ("a=%C3%A9", "a=%C3%A9"),
    "bytes above ASCII": ("a=\xc3\xa9", "a=%C3%A9"),
    "a name that is no UTF-8": ("\xff=1", "%FF=1"),
    "the signature is left out": ("a=1&X-Amz-Signature=00", "a=1"),
    "also in another spelling": ("a=1&X%2DAmz-Signature=00", "a=1"),
    "but not in another case": ("x-amz-signature=00", "x-amz-signature=00"),
}


@pytest.mark.parametrize(("query", "canonical"), QUERIES.values(), ids=QUERIES)
def test_a_query_has_one_spelling(query: str, canonical: str) -> None:
    assert canonical_query(query) == canonical


BLANKS = {
    "nothing to do": ("a b", "a b"),
    "at the ends": ("  a  ", "a"),
    "between": ("a   b", "a b"),
    "tabs": ("a\t\tb", "a b"),
    "between quotation marks": ('"a   b"', '"a b"'),
    "none": ("", ""),
    "only blanks": ("   ", ""),
    "no blank: half of a UTF-8 character": ("\xc3\xa0", "\xc3\xa0"),
    "no blank: the other such half": ("\xc2\x85 b", "\xc2\x85 b"),
}


@pytest.mark.parametrize(("value", "expected"), BLANKS.values(), ids=BLANKS)
def test_runs_of_blanks_are_one_space(value: str, expected: str) -> None:
    assert trimmed(value) == expected


def test_the_parts_stand_in_order() -> None:
    request = HTTPRequest(
        method="POST",
        target="/a?c=d",
        headers=(("x-b", "2"), ("host", "h"), ("unsigned", "u"), ("x-b", " 1")),
        body=b"",
        source="127.0.0.1",
    )

    canonical = canonical_request(request, signed_headers=("host", "x-b"), payload_hash="HASH")

    assert canonical == b"POST\n/a\nc=d\nhost:h\nx-b:2,1\n\nhost;x-b\nHASH"


def test_a_signed_header_that_is_not_there_is_an_error() -> None:
    request = HTTPRequest(method="GET", target="/", headers=(), body=b"", source="127.0.0.1")

    with pytest.raises(KeyError):
        canonical_request(request, signed_headers=("host",), payload_hash="")
