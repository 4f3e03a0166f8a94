"""Values that the patterns of the models let pass, as long as asked for, and values that they refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    good: tuple[str, ...]
    bad: tuple[str, ...]
    long: Callable[[int], str]
    """As many characters; too few for a whole value may not match."""


def repeated(text: str) -> Callable[[int], str]:
    return lambda size: (text * size)[:size]


LETTERS = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]"

PATTERNS = {
    r"^([a-z]+-)+\d+$": Pattern(
        good=("us-east-1", "a-0", "us-gov-west-12"),
        # The last digit is Arabic: the models' patterns are Java's, where a digit is ASCII.
        bad=("us-east-1\n", "us-east-١", "US-east-1", "us-east", "us--1", "-1", "us-east-1 "),
        long=lambda size: "-1".rjust(size, "a")[-size:] if size else "",
    ),
    r"^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$": Pattern(
        good=("!prod/db", "", "a b:c_d@e/f+g=h.i-j!", "!"),
        bad=("prod\n", "a#b", "é", "a*", "\t"),
        long=repeated("a"),
    ),
    r"^[a-zA-Z0-9\-]+$": Pattern(
        good=("token-1-" * 5,), bad=("token 1" * 6, "token\n" * 6, "é" * 36), long=repeated("a1-")
    ),
    r"[0-9A-Za-z\-\_]+": Pattern(
        good=("My-policy_1",), bad=("my policy", "a\n", "é", "a.b"), long=repeated("a-_1")
    ),
    r"[0-9A-Za-z\(\)#\?\*\-\/, ]+": Pattern(
        good=("rate(10 days)", "cron(0 8/8 ? * 2#1 *)", "L-1,2"),
        bad=("rate[10]", "cron(0;1)", "é", "rate(1 day)\n", "a_b"),
        long=repeated("1"),
    ),
    r"[0-9]+h": Pattern(
        good=("3h", "24h"), bad=("3H", "h3", "3 h", "3h\n", "٣h"), long=lambda size: "h".rjust(size, "1")
    ),
    "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+": Pattern(
        good=('{"é": 1}\n', "\t\r"), bad=("a\u0100", "\u0000", "\u0008"), long=repeated("é ")
    ),
    "^[a-zA-Z0-9-_.]+$": Pattern(good=("Xks-1_.",), bad=("a b", "a\n", "é"), long=repeated("x")),
    "^[a-zA-Z0-9:/_-]+$": Pattern(good=("alias/a:b_c-1",), bad=("a b", "a.b", "é"), long=repeated("a/")),
    r"^[a-zA-Z0-9:/_\s.-]+$": Pattern(good=("of 2026.11\n",), bad=("a,b", "é"), long=repeated("a ")),
    r"[\w]+": Pattern(good=("a_default_of_16_1",), bad=("a-b", "é", "a\n"), long=repeated("w")),
    r"^[\w+=,.@:/-]+$": Pattern(good=("arn:aws:iam::1:role/a",), bad=("a b", "é"), long=repeated("p")),
    r"^([A-Za-z0-9\-]+)\.([A-Za-z0-9\-]+)(\.[A-Za-z0-9\-]+)+$": Pattern(
        good=("secretsmanager.amazonaws.com",), bad=("amazonaws.com", "a..b", "a.b.c."), long=repeated("a.")
    ),
    "^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$": Pattern(
        good=("arn:aws:s3::123456789012:x",),
        bad=("arn:aws:s3::12345678901:x" + "y" * 20, "arn:Aws:s3::123456789012:xx"),
        long=lambda size: "arn:aws:s3::123456789012:".ljust(size, "x")[:size],
    ),
    "[0-9]{12}": Pattern(good=("123456789012",), bad=("12345678901x", "12345678901٣"), long=repeated("1")),
    "^[a-f0-9]+$": Pattern(good=("0f" * 32,), bad=("0F" * 32, "g" * 64), long=repeated("0f")),
    "[\\u0020-\\u00FF]*": Pattern(good=("next é",), bad=("a\n", "\u0100"), long=repeated("é")),
    r"^([a-z]+-){2,3}\d+$": Pattern(
        good=("us-east-1", "us-gov-west-1"),
        bad=("us-1", "a-b-c-d-1", "us-east-١"),
        long=lambda size: "-a-1".rjust(size, "a")[-size:] if size else "",
    ),
    "cluster-[2-7a-zA-Z]{11,16}": Pattern(
        good=("cluster-234567abcde",),
        bad=("cluster-1" + "2" * 12,),
        long=lambda size: "cluster-".ljust(size, "2"),
    ),
    "^https://[a-zA-Z0-9.-]+$": Pattern(
        good=("https://xks.example",),
        bad=("http://xks.example", "https://a/b"),
        long=lambda size: "https://".ljust(size, "a"),
    ),
    r"^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$": Pattern(
        good=("/kms/xks/v1", "/a/b/kms/xks/v12"),
        bad=("/kms/xks/v123", "kms/xks/v1", "/kms/xks/v١"),
        long=lambda size: "/kms/xks/v1".rjust(size, "a").replace("a", "/", 1)[-size:],
    ),
    "^[A-Z2-7]+$": Pattern(good=("A2" * 10,), bad=("a2" * 10, "A1" * 10), long=repeated("A2")),
    r"^[a-zA-Z0-9\/+=]+$": Pattern(good=("a/+=" * 11,), bad=("a-_=" * 11,), long=repeated("a/")),
    r"^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$": Pattern(
        good=("com.amazonaws.vpce.us-east-1.vpce-svc-0a",),
        bad=("org.amazonaws.vpce.us-east-1.vpce-svc-0a", "com.amazonaws.vpce.us-1.vpce-svc-0a"),
        long=lambda size: "com.amazonaws.vpce.us-east-1.vpce-svc-".ljust(size, "0")[:size],
    ),
}


PATTERNS |= {
    # IAM, STS and Account
    r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)": Pattern(
        good=("/", "/a/", "/a/b~!/"),
        bad=("a", "/a", "a/", "/a b/", "/é/", "/a/\n"),
        long=lambda size: "/" + "a" * (size - 2) + "/" if size > 1 else "/" * size,
    ),
    r"[\w+=,.@-]+": Pattern(good=("a+b=c,d.e@f-g_h",), bad=("a b", "é", "a/b", "a\n"), long=repeated("a")),
    LETTERS + "+": Pattern(
        good=("Kosten Stelle_.:/=+-@", "日本語", "a\u00a0b", "٣²Ⅷ", "\U0001d7d8"),
        bad=("a#b", "a\n", "a\tb", "a\u0301", "€", "\U0001f600"),
        long=repeated("é"),
    ),
    LETTERS + "*": Pattern(good=("", "日本 語"), bad=("a#b", "a\r", "\u200b"), long=repeated("ü ")),
    r"\u002F[\u0021-\u007F]*": Pattern(
        good=("/", "/a", "/a/\x7f"), bad=("a", "/a b", "/é"), long=lambda size: "/".ljust(size, "a")[:size]
    ),
    r"[\u0020-\u00FF]+": Pattern(good=("next é",), bad=("a\n", "\u0100"), long=repeated("é")),
    r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*": Pattern(
        good=("", "a\tb\né"), bad=("\u00a0", "\x7f", "\u0100"), long=repeated("é")
    ),
    r"((/[A-Za-z0-9\.,\+@=_-]+)*)/": Pattern(
        good=("/", "/a/", "/a/b.c,d+e@f=g_h-i/"),
        bad=("a", "/a", "//", "/a//b/", "/é/", "/a/\n", "/a" * 200),
        long=lambda size: "/" + "a" * (size - 2) + "/" if size > 1 else "/" * size,
    ),
    r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?": Pattern(
        good=("v1", "v12.", "v1.a-B"), bad=("v0", "1", "v", "v1.é", "v٣"), long=repeated("v1")
    ),
    "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$": Pattern(
        good=("abc", "a-1", "a-b-c"), bad=("a--b", "-ab", "ab-", "ABC", "a_b"), long=repeated("a")
    ),
    r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+": Pattern(
        good=("arn:aws:iam::123456789012:role/é日",),
        bad=("arn:aws:iam::123456789012:role/\x00", "\ufffe" * 20),
        long=repeated("é"),
    ),
    r"[\w+=,.@-]*": Pattern(good=("a+b=c,d.e@f-g_h",), bad=("a:b", "é" * 4, "a\n"), long=repeated("a")),
    r"[\w+=,.@:\/-]*": Pattern(good=("a:b/c", "=,"), bad=("a b", "é" * 4), long=repeated("a:")),
    r"[\w+=/:,.@-]*": Pattern(good=("GAHT12345678",), bad=("a b c d e f", "é" * 12), long=repeated("a")),
    r"[\d]*": Pattern(good=("123456",), bad=("12345x", "12345٣"), long=repeated("1")),
    r"[\w]*": Pattern(good=("AKIAIOSFODNN7EXAMPLE",), bad=("A" * 15 + "-", "é" * 16), long=repeated("A")),
    r"\d{12}": Pattern(good=("123456789012",), bad=("12345678901", "12345678901٣"), long=repeated("1")),
    "[ -;=?-~]+": Pattern(good=("My account; (2)",), bad=("a<b", "a>b", "é", "a\n"), long=repeated("a")),
}
