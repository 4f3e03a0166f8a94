"""Redaction: no value of any operation reaches an event, whatever shape it hides in."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

import msgspec
import pytest

from watchword.api.shape import Instant, Member, Shape
from watchword.api.shapes import secretsmanager
from watchword.api.table import INTERNAL_OPERATIONS, OPERATIONS
from watchword.trail.redaction import HIDDEN, ITEMS_MAX, TEXT_CHARACTERS_MAX, event_name, plan, shown

CANARY = "canary-7f3a9c"
SHAPES = {
    shape.__name__: shape
    for operation in OPERATIONS + INTERNAL_OPERATIONS
    for shape in (operation.request, operation.response)
    if shape is not None
}


def planted(shape: type[Shape]) -> Shape:
    """A shape with every member filled: canaries where nothing may be shown, plain text elsewhere."""
    info = msgspec.inspect.type_info(shape)
    assert isinstance(info, msgspec.inspect.StructType)
    return shape(**{field.name: value_of(field.type, shape.MEMBERS.get(field.name)) for field in info.fields})


def value_of(kind: Any, member: Member | None, *, hidden: bool = False) -> Any:
    hidden = hidden or (member is not None and member.sensitive)
    inspect = msgspec.inspect
    if isinstance(kind, inspect.UnionType):
        return value_of(next(one for one in kind.types if not isinstance(one, inspect.NoneType)), member)
    if isinstance(kind, inspect.BytesType):
        return CANARY.encode()
    if isinstance(kind, inspect.StrType):
        return CANARY if hidden else "plain"
    if isinstance(kind, inspect.VarTupleType):
        item = member.item if member else None
        return (value_of(kind.item_type, item, hidden=hidden),) * 2
    if isinstance(kind, inspect.DictType):
        item = member.item if member else None
        return {"name": value_of(kind.value_type, item, hidden=hidden)}
    if isinstance(kind, inspect.StructType):
        assert issubclass(kind.cls, Shape)
        return planted(kind.cls)
    if isinstance(kind, inspect.CustomType):
        return Instant(0)
    return True if isinstance(kind, inspect.BoolType) else 1


def raw(shape: Shape) -> bytes:
    """The shape with nothing redacted."""
    return msgspec.json.encode(shape, enc_hook=lambda instant: instant.ms)


def has_canary(document: bytes) -> bool:
    return CANARY.encode() in document or base64.b64encode(CANARY.encode())[:-2] in document


def sensitive_members(shape: type[Shape]) -> list[str]:
    return [field for field, member in shape.MEMBERS.items() if member.sensitive]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_shape_of_any_operation_shows_what_is_hidden(shape: type[Shape]) -> None:
    filled = planted(shape)

    document = msgspec.json.encode(shown(filled))

    assert not has_canary(document)
    # The canaries were there: a test that plants nothing finds nothing.
    assert has_canary(raw(filled)) == (HIDDEN.encode() in document)
    for field in sensitive_members(shape):
        assert shown(filled)[event_name(shape.MEMBERS[field].name)] == HIDDEN


def test_the_table_holds_what_must_be_hidden() -> None:
    """The walk above meets the members that matter by name."""
    hidden = {
        f"{name}.{row[1]}"
        for name, shape in SHAPES.items()
        for row in plan(shape)
        if shown(planted(shape)).get(row[1]) == HIDDEN
    }

    assert {
        "CreateSecretRequest.secretString",
        "CreateSecretRequest.secretBinary",
        "PutSecretValueRequest.secretString",
        "GetSecretValueResponse.secretString",
        "GenerateDataKeyResponse.plaintext",
        "GenerateDataKeyResponse.ciphertextBlob",
        "DecryptRequest.ciphertextBlob",
        "DecryptResponse.plaintext",
        "EncryptRequest.plaintext",
    } <= hidden


def test_what_need_not_be_hidden_is_shown() -> None:
    request = secretsmanager.CREATE_SECRET.request
    filled = planted(request)

    document = shown(filled)

    assert document["name"] == "plain"
    assert document["tags"] == [{"key": "plain", "value": "plain"}] * 2
    assert document["addReplicaRegions"] == [{"region": "plain", "kmsKeyId": "plain"}] * 2


class Inner(Shape, frozen=True, kw_only=True):
    open: str | None = msgspec.field(name="Open", default=None)
    closed: str | None = msgspec.field(name="Closed", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "open": Member(name="Open"),
        "closed": Member(name="Closed", sensitive=True),
    }


class Outer(Shape, frozen=True, kw_only=True):
    """Every way in which something hidden can be held."""

    inner: Inner | None = msgspec.field(name="Inner", default=None)
    inners: tuple[Inner, ...] | None = msgspec.field(name="Inners", default=None)
    by_name: dict[str, Inner] | None = msgspec.field(name="ByName", default=None)
    items: tuple[str, ...] | None = msgspec.field(name="Items", default=None)
    values: dict[str, str] | None = msgspec.field(name="Values", default=None)
    keys: dict[str, str] | None = msgspec.field(name="Keys", default=None)
    whole: dict[str, str] | None = msgspec.field(name="Whole", default=None)
    blobs: tuple[bytes, ...] | None = msgspec.field(name="Blobs", default=None)
    several: str | int | None = msgspec.field(name="Several", default=None)
    anything: Any = msgspec.field(name="Anything", default=None)
    unknown: str | None = msgspec.field(name="Unknown", default=None)
    at: Instant | None = msgspec.field(name="At", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {
        "inner": Member(name="Inner"),
        "inners": Member(name="Inners"),
        "by_name": Member(name="ByName"),
        "items": Member(name="Items", item=Member(name="member", sensitive=True)),
        "values": Member(name="Values", item=Member(name="value", sensitive=True)),
        "keys": Member(name="Keys", key=Member(name="key", sensitive=True)),
        "whole": Member(name="Whole", sensitive=True),
        "blobs": Member(name="Blobs"),
        "several": Member(name="Several"),
        "anything": Member(name="Anything"),
        "at": Member(name="At"),
    }


HOLDERS: dict[str, tuple[Outer, Any]] = {
    "a nested shape": (
        Outer(inner=Inner(open="o", closed=CANARY)),
        {"inner": {"open": "o", "closed": HIDDEN}},
    ),
    "a list of shapes": (Outer(inners=(Inner(closed=CANARY),)), {"inners": [{"closed": HIDDEN}]}),
    "a map of shapes": (Outer(by_name={"a": Inner(closed=CANARY)}), {"byName": {"a": {"closed": HIDDEN}}}),
    "items": (Outer(items=(CANARY, CANARY)), {"items": [HIDDEN, HIDDEN]}),
    "values of a map": (Outer(values={"a": CANARY}), {"values": {"a": HIDDEN}}),
    "keys of a map": (Outer(keys={CANARY: "a"}), {"keys": HIDDEN}),
    "a whole map": (Outer(whole={"a": CANARY}), {"whole": HIDDEN}),
    "blobs": (Outer(blobs=(CANARY.encode(),)), {"blobs": [HIDDEN]}),
    "a member of several types": (Outer(several=CANARY), {"several": HIDDEN}),
    "a member of any type": (Outer(anything=CANARY), {"anything": HIDDEN}),
    "a member that is not described": (Outer(unknown=CANARY), {"unknown": HIDDEN}),
    "a moment is shown": (Outer(at=Instant(1_448_000_000_123)), {"at": "2015-11-20T06:13:20.123Z"}),
    "what is absent is absent": (Outer(), {}),
}


@pytest.mark.parametrize(("outer", "document"), HOLDERS.values(), ids=HOLDERS)
def test_what_is_hidden_is_hidden_wherever_it_is_held(outer: Outer, document: Any) -> None:
    assert shown(outer) == document


def test_long_text_and_long_lists_are_cut() -> None:
    longest = "x" * TEXT_CHARACTERS_MAX
    many = tuple(Inner(open=str(index)) for index in range(ITEMS_MAX + 5))

    assert shown(Inner(open=longest)) == {"open": longest}
    assert shown(Inner(open=longest + "yz")) == {"open": longest + "…"}
    assert len(shown(Outer(inners=many[:ITEMS_MAX]))["inners"]) == ITEMS_MAX
    assert shown(Outer(inners=many))["inners"][ITEMS_MAX - 1 :] == [{"open": "99"}, "… and 5 more"]
    by_name = shown(Outer(by_name={str(index): Inner() for index in range(ITEMS_MAX + 5)}))["byName"]
    assert len(by_name) == ITEMS_MAX + 1
    assert by_name["…"] == "and 5 more"
    assert list(shown(Outer(values={longest + "yz": "a"}))["values"]) == [longest + "…"]


NAMES = {
    "SecretId": "secretId",
    "ARN": "arn",
    "KmsKeyId": "kmsKeyId",
    "KMSKeyId": "kmsKeyId",
    "PrincipalARN": "principalARN",
    "VersionIdsToStages": "versionIdsToStages",
    "A": "a",
    "": "",
    "already": "already",
}


@pytest.mark.parametrize(("name", "expected"), NAMES.items(), ids=NAMES)
def test_members_have_cloudtrails_names(name: str, expected: str) -> None:
    assert event_name(name) == expected
