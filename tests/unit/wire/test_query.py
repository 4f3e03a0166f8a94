"""The query protocol: forms in, XML out. Against botocore: tests/contract/test_wire_botocore.py."""

from __future__ import annotations

from typing import ClassVar
from xml.etree import ElementTree as ET

import msgspec
import pytest

from watchword.api.errors import SerializationException
from watchword.api.operation import AccessLevel, Operation
from watchword.api.shape import Instant, Integer, Member, Shape
from watchword.api.shapes import sts
from watchword.wire import query

CANARY = "hunter2"


class Tag(Shape, frozen=True, kw_only=True):
    key: str | None = msgspec.field(name="Key", default=None)
    value: str | None = msgspec.field(name="Value", default=None)


class Probe(Shape, frozen=True, kw_only=True):
    name: str | None = msgspec.field(name="Name", default=None)
    seconds: Integer | None = msgspec.field(name="Seconds", default=None)
    fraction: float | None = msgspec.field(name="Fraction", default=None)
    flag: bool | None = msgspec.field(name="Flag", default=None)
    blob: bytes | None = msgspec.field(name="Blob", default=None)
    moment: Instant | None = msgspec.field(name="Moment", default=None)
    tag: Tag | None = msgspec.field(name="Tag", default=None)
    tags: tuple[Tag, ...] | None = msgspec.field(name="Tags", default=None)
    keys: tuple[str, ...] | None = msgspec.field(name="Keys", default=None)
    context: dict[str, str] | None = msgspec.field(name="Context", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {}


PROBE = Operation(service=sts.SERVICE, name="Probe", request=Probe, response=Probe, access=AccessLevel.READ)

READ = {
    "nothing": ("", Probe()),
    "what is not the operation's": ("Action=Probe&Version=2011-06-15&X-Amz-Date=1&Other.1.x=2", Probe()),
    "escapes": ("Name=a%20b+c%2B%C3%A9%26", Probe(name="a b c+é&")),
    "empty text": ("Name=", Probe(name="")),
    "the word null is text": ("Name=null", Probe(name="null")),
    "a number": ("Seconds=-12", Probe(seconds=-12)),
    "a fraction": ("Fraction=-1.5e2", Probe(fraction=-150.0)),
    "true": ("Flag=true", Probe(flag=True)),
    "false": ("Flag=false", Probe(flag=False)),
    "bytes": ("Blob=AP8%3D", Probe(blob=b"\x00\xff")),
    "a moment": ("Moment=2018-04-11T20%3A05%3A45Z", Probe(moment=Instant(1_523_477_145_000))),
    "a moment with a fraction": (
        "Moment=2018-04-11T20:05:45.7134Z",
        Probe(moment=Instant(1_523_477_145_713)),
    ),
    "a structure": ("Tag.Key=a&Tag.Value=b", Probe(tag=Tag(key="a", value="b"))),
    "a list of structures": (
        "Tags.member.1.Key=a&Tags.member.1.Value=b&Tags.member.2.Key=c",
        Probe(tags=(Tag(key="a", value="b"), Tag(key="c"))),
    ),
    "a list out of order": ("Keys.member.2=b&Keys.member.1=a", Probe(keys=("a", "b"))),
    "more than nine": (
        "&".join(f"Keys.member.{index}={index}" for index in range(1, 13)),
        Probe(keys=tuple(map(str, range(1, 13)))),
    ),
    "an empty list": ("Keys=", Probe(keys=())),
    "a map": (
        "Context.entry.1.key=a&Context.entry.1.value=b&Context.entry.2.key=&Context.entry.2.value=",
        Probe(context={"a": "b", "": ""}),
    ),
}


@pytest.mark.parametrize(("form", "request_"), READ.values(), ids=READ)
@pytest.mark.parametrize("as_body", [False, True], ids=["URL", "body"])
def test_a_form_reads_as_its_request(form: str, request_: Shape, *, as_body: bool) -> None:
    assert request_ == query.decode(PROBE, form.encode() if as_body else form)


WRONG = {
    "a name twice": "Name=hunter2&Name=b",
    "a name twice, once escaped": "Name=hunter2&N%61me=b",
    "bytes that are no UTF-8": "Name=%ff",
    "a number that is none": "Seconds=hunter2",
    "a number with blanks": "Seconds=+1",
    "a number in other digits": "Seconds=%D9%A1",
    "a number of 33 bits": "Seconds=2147483648",
    "a number without end": "Seconds=" + "1" * 5_000,
    "a fraction that is none": "Fraction=nan",
    "a fraction that is infinite": "Fraction=1e999",
    "an infinite fraction by name": "Fraction=inf",
    "no truth": "Flag=True",
    "no truth either": "Flag=1",
    "no base64": "Blob=hunter2%21",
    "no moment": "Moment=yesterday",
    "a moment that does not exist": "Moment=2026-02-30T00:00:00Z",
    "a moment of another zone": "Moment=2026-02-01T00:00:00%2B01:00",
    "text for a structure": "Tag=hunter2",
    "members for text": "Name.Key=hunter2",
    "a value and members": "Tag=hunter2&Tag.Key=a",
    "members and a value": "Tag.Key=a&Tag=hunter2",
    "members and a value, for text": "Name.Key=a&Name=hunter2",
    "a list with a gap": "Keys.member.1=a&Keys.member.3=hunter2",
    "a list from zero": "Keys.member.0=hunter2",
    "a list with leading zeros": "Keys.member.01=hunter2",
    "a list without numbers": "Keys.member.a=hunter2",
    "a list that is flat": "Keys.1=hunter2",
    "a list of text that holds a structure": "Keys.member.1.Key=hunter2",
    "a map without value": "Context.entry.1.key=hunter2",
    "a map without key": "Context.entry.1.value=hunter2",
    "a map with one key twice": (
        "Context.entry.1.key=a&Context.entry.1.value=b&Context.entry.2.key=a&Context.entry.2.value=hunter2"
    ),
    "too many names": "&".join(f"n{index}=hunter2" for index in range(query.FIELDS_MAX + 1)),
    "too many parts": "a" + ".b" * (query.DEPTH_MAX + 1) + "=hunter2",
}


@pytest.mark.parametrize("form", WRONG.values(), ids=WRONG)
def test_a_wrong_form_is_refused_and_not_repeated(form: str) -> None:
    with pytest.raises(SerializationException) as refused:
        query.decode(PROBE, form)

    assert refused.value.message.startswith("the ")
    assert CANARY not in refused.value.message
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_body_beyond_ascii_is_refused() -> None:
    """A form escapes what is not ASCII; a body that does not is no form."""
    with pytest.raises(SerializationException):
        query.decode(PROBE, "Name=é".encode())


def test_the_most_names_and_parts_are_read() -> None:
    query.decode(PROBE, "&".join(f"n{index}=a" for index in range(query.FIELDS_MAX)))
    query.decode(PROBE, "a" + ".b" * query.DEPTH_MAX + "=a")


def test_fields_are_what_routing_reads() -> None:
    form = query.fields(b"Action=GetCallerIdentity&Version=2011-06-15")

    assert form == {"Action": "GetCallerIdentity", "Version": "2011-06-15"}


def test_an_answer_is_wrapped_and_bears_the_request_id() -> None:
    shape = sts.GetCallerIdentityResponse(account="123456789012", arn="arn:aws:iam::123456789012:root")

    written = query.encode(sts.GET_CALLER_IDENTITY, shape, request_id="r-1")

    assert written == (
        b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        b"<GetCallerIdentityResult><Account>123456789012</Account>"
        b"<Arn>arn:aws:iam::123456789012:root</Arn></GetCallerIdentityResult>"
        b"<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>\n"
    )


def test_values_are_written_by_their_type() -> None:
    written = query.encode(
        PROBE,
        Probe(seconds=0, flag=False, blob=b"\xff", moment=Instant(1_523_477_145_007), keys=(), context={}),
        request_id="r",
    )

    for part in (
        b"<Seconds>0</Seconds>",
        b"<Flag>false</Flag>",
        b"<Blob>/w==</Blob>",
        b"<Moment>2018-04-11T20:05:45.007Z</Moment>",
        b"<Keys></Keys>",
        b"<Context></Context>",
    ):
        assert part in written
    assert b"Name" not in written


MARKUP = {
    "an element": "</Name><Admin>true</Admin>",
    "an entity": "&lt;&#x41;",
    "CDATA": "]]><![CDATA[",
    "quotes": "\"'",
    "blanks": " a\tb\nc\r ",
    "letters beyond the first plane": "\U0001f600",
}


@pytest.mark.parametrize("text", MARKUP.values(), ids=MARKUP)
def test_text_stays_text(text: str) -> None:
    written = query.encode(PROBE, Probe(name=text, context={text: text}), request_id=text)
    refusal = query.error(text, text, status=400, request_id=text, namespace=text)

    root = ET.fromstring(written)  # noqa: S314 - written by us a line above
    assert [text] == [one.text for one in root.iter() if one.tag.endswith("}Name")]
    assert [text] == [one.text for one in root.iter() if one.tag.endswith("}key")]
    parsed = ET.fromstring(refusal)  # noqa: S314 - likewise
    assert [text] == [one.text for one in parsed.iter() if one.tag.endswith("Message")]


def test_what_xml_cannot_hold_is_replaced() -> None:
    written = query.encode(PROBE, Probe(name="a\0\x08\ufffe\x1f"), request_id="r")

    assert "<Name>a\ufffd\ufffd\ufffd\ufffd</Name>" in written.decode()


@pytest.mark.parametrize(
    ("status", "blame"), [(400, "Sender"), (403, "Sender"), (500, "Receiver"), (503, "Receiver")]
)
def test_a_refusal_says_whose_fault_it_is(status: int, blame: str) -> None:
    written = query.error("Code", "text", status=status, request_id="r", namespace="n")

    assert written == (
        b'<ErrorResponse xmlns="n"><Error><Type>' + blame.encode() + b"</Type><Code>Code</Code>"
        b"<Message>text</Message></Error><RequestId>r</RequestId></ErrorResponse>\n"
    )
