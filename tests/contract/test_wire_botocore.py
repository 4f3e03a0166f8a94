"""The wire against botocore's own serializer and parser, for every listed operation.

What botocore would send, we read as the same values; what we write, botocore reads as the same values. The
values are drawn from botocore's model; our shapes are built from them here, by a walk of this file's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar

import msgspec
import pytest
from botocore import model as models
from botocore.awsrequest import AWSRequest, HeadersDict
from botocore.loaders import Loader
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect

from watchword.api import errors, table
from watchword.api.errors import ApiError
from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.api.operation import AccessLevel, Operation, Protocol, Service
from watchword.api.shape import Instant, Integer, Long, Member, Shape
from watchword.gate.route import route
from watchword.wire import answer, ec2, question

REQUEST_ID = "0b1f6f34-1c8f-4f5e-9a53-3f6d1f0b7a11"

# Each example is a whole request; a shared machine may be slow, which is no failure.
quick = settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def model_of(service: str) -> Any:
    loader = Loader(include_default_search_paths=False, extra_search_paths=[Loader.BUILTIN_DATA_PATH])
    return models.ServiceModel(loader.load_service_model(service, "service-2"), service)


# --- values
# ----------------------------------------------------------------------------------------------------------

# No lone surrogates, which no client can send; and for XML, only characters that XML can carry.
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
XML_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=20)
# botocore writes and reads a fraction in different ways for each protocol; whole milliseconds survive all of
# them.
MOMENTS = st.integers(0, 4_102_444_800_000).map(
    lambda ms: datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)
)


def values_of(shape: Any, text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Values as botocore takes them; constraints are not looked at, for that is not the wire's business."""
    if shape is None:
        return st.just({})
    match shape.type_name:
        case "structure":
            members = {name: values_of(member, text) for name, member in shape.members.items()}
            return st.fixed_dictionaries({}, optional=members)
        case "list":
            return st.lists(values_of(shape.member, text), max_size=3)
        case "map":
            return st.dictionaries(text, values_of(shape.value, text), max_size=3)
        case "string":
            return text
        case "integer":
            return st.integers(-(2**31), 2**31 - 1)
        case "long":
            return st.integers(-(2**63), 2**63 - 1)
        case "float" | "double":
            return st.floats(allow_nan=False, allow_infinity=False)
        case "boolean":
            return st.booleans()
        case "blob":
            return st.binary(max_size=20)
        case "timestamp":
            return MOMENTS
        case other:
            raise AssertionError(f"no values for {other}")


def ours(kind: inspect.Type, value: Any) -> Any:
    """Turn a botocore value into what our shapes hold."""
    match kind:
        case inspect.UnionType(types=(inner, inspect.NoneType())):
            return ours(inner, value)
        case inspect.StructType(cls=shape):
            assert issubclass(shape, Shape)
            # EC2's names on the wire are not the model's, which botocore's values have.
            names = {
                field.name: shape.MEMBERS[field.name].name if shape.MEMBERS else field.encode_name
                for field in msgspec.structs.fields(shape)
            }
            return shape(
                **{
                    field.name: ours(inspect.type_info(field.type), value[names[field.name]])
                    for field in msgspec.structs.fields(shape)
                    if names[field.name] in value
                }
            )
        case inspect.VarTupleType(item_type=item):
            return tuple(ours(item, one) for one in value)
        case inspect.DictType(value_type=item):
            return {key: ours(item, one) for key, one in value.items()}
        case inspect.CustomType(cls=moment):
            return moment(round(value.timestamp() * 1000))
        case _:
            return value


def shape_of(shape: type[Shape], value: Mapping[str, Any]) -> Any:
    return ours(inspect.type_info(shape), value)


IN_XML = (Protocol.QUERY, Protocol.EC2)


# --- both directions
# -------------------------------------------------------------------------------------------------


def sent(service_model: Any, operation: str, values: Mapping[str, Any]) -> HTTPRequest:
    """The request that botocore sends."""
    serializer = create_serializer(service_model.metadata["protocol"], include_validation=False)
    request = serializer.serialize_to_request(values, service_model.operation_model(operation))
    body = request["body"]
    if isinstance(body, Mapping):
        # botocore leaves a form to whoever prepares the request.
        body = AWSRequest(method="POST", url="http://x/", data=body).prepare().body
    headers = tuple((name.lower(), value) for name, value in request["headers"].items())
    raw = body.encode() if isinstance(body, str) else bytes(body)
    return HTTPRequest(
        method="POST", target=request["url_path"], headers=headers, body=raw, source="127.0.0.1"
    )


def received(service_model: Any, operation: str, response: HTTPResponse) -> dict[str, Any]:
    """What botocore makes of our answer."""
    parser = create_parser(service_model.metadata["protocol"])
    parsed: dict[str, Any] = parser.parse(
        {"body": response.body, "headers": HeadersDict(response.headers), "status_code": response.status},
        service_model.operation_model(operation).output_shape,
    )
    return parsed


@pytest.mark.parametrize("operation", table.OPERATIONS, ids=repr)
def test_what_botocore_sends_reads_as_the_same_values(operation: Operation) -> None:
    service_model = model_of(operation.service.name)
    input_shape = service_model.operation_model(operation.name).input_shape

    @quick
    @given(values=values_of(input_shape, TEXT).map(sendable_in(operation.service.protocol)))
    def holds(values: dict[str, Any]) -> None:
        request = sent(service_model, operation.name, values)

        assert shape_of(operation.request, values) == question.decode(operation, request)

    holds()


@pytest.mark.parametrize("operation", table.OPERATIONS, ids=repr)
def test_botocores_request_leads_to_its_operation(operation: Operation) -> None:
    request = sent(model_of(operation.service.name), operation.name, {})

    assert operation is route(request)


@pytest.mark.parametrize("operation", [one for one in table.OPERATIONS if one.response], ids=repr)
def test_what_we_answer_botocore_reads_as_the_same_values(operation: Operation) -> None:
    service_model = model_of(operation.service.name)
    output_shape = service_model.operation_model(operation.name).output_shape
    text = XML_TEXT if operation.service.protocol in IN_XML else TEXT
    response = operation.response
    assert response is not None

    @quick
    @given(values=values_of(output_shape, text))
    def holds(values: dict[str, Any]) -> None:
        written = answer.answer(operation, shape_of(response, values), REQUEST_ID)

        parsed = received(service_model, operation.name, written)
        assert parsed.pop("ResponseMetadata")["RequestId"] == REQUEST_ID
        assert values == parsed

    holds()


@pytest.mark.parametrize("operation", [one for one in table.OPERATIONS if one.response is None], ids=repr)
def test_an_operation_without_answer_has_none_in_its_body(operation: Operation) -> None:
    written = answer.answer(operation, None, REQUEST_ID)

    assert written.status == 200
    if operation.service.protocol is Protocol.QUERY:
        name = f"{operation.name}Response".encode()
        assert written.body.startswith(b"<" + name)
        assert written.body.endswith(b"</ResponseMetadata></" + name + b">\n")
    else:
        assert written.body == b""
    parsed = received(model_of(operation.service.name), operation.name, written)
    assert parsed["ResponseMetadata"]["RequestId"] == REQUEST_ID
    assert set(parsed) == {"ResponseMetadata"}


COMMON = [
    error
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, ApiError) and error is not ApiError
]


@pytest.mark.parametrize("operation", table.OPERATIONS, ids=repr)
def test_botocore_reads_every_refusal(operation: Operation) -> None:
    service_model = model_of(operation.service.name)
    protocol = operation.service.protocol
    for error in (*operation.errors, *COMMON):
        refused = error('it\'s <refused> & "over"')
        written = answer.refusal(operation.service, refused, REQUEST_ID)

        parsed = received(service_model, operation.name, written)
        code, status, text = ec2.spelled(refused)
        if protocol is not Protocol.EC2:
            code = (protocol is Protocol.QUERY and error.query_code) or error.code
            status = (protocol is not Protocol.JSON and error.query_status) or error.status
            text = refused.message
        if protocol is Protocol.REST_JSON and error is errors.UnknownOperationException:
            status = 404
        assert (parsed["Error"]["Code"], parsed["Error"]["Message"]) == (code, text)
        assert parsed["ResponseMetadata"]["RequestId"] == REQUEST_ID
        assert parsed["ResponseMetadata"]["HTTPStatusCode"] == written.status == status


@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize("status", [400, 408, 413, 414, 431, 500, 503])
def test_botocore_reads_a_refusal_of_the_edge(status: int, protocol: Protocol) -> None:
    operation = next(one for one in table.OPERATIONS if one.service.protocol is protocol)
    request = sent(model_of(operation.service.name), operation.name, {})
    scope = f"AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/{operation.service.signing_name}/aws4_request"
    headers = [*request.headers, ("authorization", f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0")]

    written = answer.edge_refusal(headers, status, "the header is too long")

    parsed = received(model_of(operation.service.name), operation.name, written)
    assert status == written.status == parsed["ResponseMetadata"]["HTTPStatusCode"]
    assert parsed["Error"]["Message"] == "the header is too long"
    assert parsed["Error"]["Code"].isalpha()


# --- the query protocol, with every kind of member
# -------------------------------------------------------------------

# No listed operation has all kinds of members at once. This service has one of each.
PROBE_MODEL = {
    "version": "2.0",
    "metadata": {
        "apiVersion": "2026-01-01",
        "endpointPrefix": "probe",
        "protocol": "query",
        "protocols": ["query"],
        "serviceId": "Probe",
        "serviceFullName": "Probe",
        "signatureVersion": "v4",
        "uid": "probe-2026-01-01",
        "xmlNamespace": "https://probe.example/doc/2026-01-01/",
    },
    "operations": {
        "Probe": {
            "name": "Probe",
            "http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": "All"},
            "output": {"shape": "All", "resultWrapper": "ProbeResult"},
        }
    },
    "shapes": {
        "Text": {"type": "string"},
        "Number": {"type": "integer"},
        "BigNumber": {"type": "long"},
        "Fraction": {"type": "double"},
        "Flag": {"type": "boolean"},
        "Bytes": {"type": "blob"},
        "Moment": {"type": "timestamp"},
        "Texts": {"type": "list", "member": {"shape": "Text"}},
        "Pair": {"type": "structure", "members": {"Key": {"shape": "Text"}, "Value": {"shape": "Number"}}},
        "Pairs": {"type": "list", "member": {"shape": "Pair"}},
        "Map": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
        "All": {
            "type": "structure",
            "members": {
                "Text": {"shape": "Text"},
                "Number": {"shape": "Number"},
                "BigNumber": {"shape": "BigNumber"},
                "Fraction": {"shape": "Fraction"},
                "Flag": {"shape": "Flag"},
                "Bytes": {"shape": "Bytes"},
                "Moment": {"shape": "Moment"},
                "Texts": {"shape": "Texts"},
                "Pair": {"shape": "Pair"},
                "Pairs": {"shape": "Pairs"},
                "Map": {"shape": "Map"},
            },
        },
    },
}


class Pair(Shape, frozen=True, kw_only=True):
    key: str | None = msgspec.field(name="Key", default=None)
    value: Integer | None = msgspec.field(name="Value", default=None)


class All(Shape, frozen=True, kw_only=True):
    text: str | None = msgspec.field(name="Text", default=None)
    number: Integer | None = msgspec.field(name="Number", default=None)
    big_number: Long | None = msgspec.field(name="BigNumber", default=None)
    fraction: float | None = msgspec.field(name="Fraction", default=None)
    flag: bool | None = msgspec.field(name="Flag", default=None)
    bytes_: bytes | None = msgspec.field(name="Bytes", default=None)
    moment: Instant | None = msgspec.field(name="Moment", default=None)
    texts: tuple[str, ...] | None = msgspec.field(name="Texts", default=None)
    pair: Pair | None = msgspec.field(name="Pair", default=None)
    pairs: tuple[Pair, ...] | None = msgspec.field(name="Pairs", default=None)
    map: dict[str, str] | None = msgspec.field(name="Map", default=None)
    MEMBERS: ClassVar[dict[str, Member]] = {}


PROBE = Operation(
    service=Service(
        name="probe",
        signing_name="probe",
        protocol=Protocol.QUERY,
        api_version="2026-01-01",
        xml_namespace="https://probe.example/doc/2026-01-01/",
        event_source="probe.example",
    ),
    name="Probe",
    request=All,
    response=All,
    result_wrapper="ProbeResult",
    access=AccessLevel.READ,
)

probe_model = models.ServiceModel(PROBE_MODEL, "probe")
probe_shape = probe_model.operation_model("Probe").input_shape


def is_sendable(value: Any) -> bool:
    """A form cannot say that a structure or an element is there and empty; an empty list it can."""
    if isinstance(value, dict):
        return bool(value) and all(is_sendable(one) for one in value.values())
    return all(is_sendable(one) for one in value) if isinstance(value, list) else True


def sendable(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if is_sendable(value)}


def sendable_in(protocol: Protocol) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What botocore can say in a protocol; EC2's has no empty list either."""
    if protocol is Protocol.EC2:
        return lambda values: {
            name: value for name, value in sendable(values).items() if holds_something(value)
        }
    return sendable if protocol is Protocol.QUERY else dict


def holds_something(value: Any) -> bool:
    match value:
        case dict():
            return bool(value) and all(map(holds_something, value.values()))
        case list():
            return bool(value) and all(map(holds_something, value))
    return True


@quick
@given(values=values_of(probe_shape, TEXT).map(sendable))
def test_a_form_reads_as_the_same_values(values: dict[str, Any]) -> None:
    request = sent(probe_model, "Probe", values)

    assert shape_of(All, values) == question.decode(PROBE, request)


@quick
@given(values=values_of(probe_shape, XML_TEXT))
def test_xml_reads_as_the_same_values(values: dict[str, Any]) -> None:
    written = answer.answer(PROBE, shape_of(All, values), REQUEST_ID)

    parsed = received(probe_model, "Probe", written)
    assert parsed.pop("ResponseMetadata")["RequestId"] == REQUEST_ID
    assert values == parsed


# --- the comparison itself
# -------------------------------------------------------------------------------------------

PLANTED = {
    "a member is lost": ({"Text": "a", "Flag": True}, {"Text": "a"}),
    "a moment is off by a millisecond": (
        {"Moment": datetime(2026, 1, 1, tzinfo=UTC)},
        {"Moment": datetime(2026, 1, 1, microsecond=1000, tzinfo=UTC)},
    ),
    "a list is in another order": ({"Texts": ["a", "b"]}, {"Texts": ["b", "a"]}),
    "a nested member is lost": ({"Pairs": [{"Key": "a", "Value": 1}]}, {"Pairs": [{"Key": "a"}]}),
    "bytes became text": ({"Bytes": b"YQ=="}, {"Bytes": b"a"}),
}


@pytest.mark.parametrize(("wanted", "planted"), PLANTED.values(), ids=PLANTED)
def test_a_planted_difference_is_seen(wanted: dict[str, Any], planted: dict[str, Any]) -> None:
    assert shape_of(All, wanted) != question.decode(PROBE, sent(probe_model, "Probe", planted))

    parsed = received(probe_model, "Probe", answer.answer(PROBE, shape_of(All, planted), REQUEST_ID))
    assert wanted != {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
