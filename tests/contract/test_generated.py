"""The generated code is current, hides what is sensitive, and every constraint has two sides."""

from __future__ import annotations

import copy
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from msgspec import inspect
from tests.contract import patterns
from tools import generate_api

from watchword.api import constraints, table
from watchword.api.errors import ApiError, ValidationException
from watchword.api.shape import Instant, Member, Shape
from watchword.regions import catalogue

ROOT = Path(__file__).resolve().parents[2]
CANARY = "5e7f-canary"


def inner(kind: inspect.Type) -> inspect.Type:
    """Return the type of a member that is there."""
    match kind:
        case inspect.UnionType(types=(held, inspect.NoneType())):
            return held
        case _:
            return kind


def kind_of(shape: type[Shape], field: str) -> inspect.Type:
    found = next(one for one in msgspec.structs.fields(shape) if one.name == field)
    return inner(inspect.type_info(found.type))


def reachable(shape: type[Shape]) -> Iterator[type[Shape]]:
    yield shape
    for field in shape.MEMBERS:
        kind = kind_of(shape, field)
        while isinstance(kind, inspect.VarTupleType | inspect.DictType):
            kind = kind.item_type if isinstance(kind, inspect.VarTupleType) else kind.value_type
        if isinstance(kind, inspect.StructType):
            assert issubclass(kind.cls, Shape)
            yield from reachable(kind.cls)


def unique(shapes: Iterator[type[Shape]]) -> list[type[Shape]]:
    return list(dict.fromkeys(shapes))


REQUESTS = unique(shape for operation in table.OPERATIONS for shape in reachable(operation.request))
SHAPES = unique(
    shape
    for operation in table.OPERATIONS
    for side in (operation.request, operation.response)
    if side is not None
    for shape in reachable(side)
)


def label(shape: type[Shape]) -> str:
    return f"{shape.__module__.rpartition('.')[2]}.{shape.__name__}"


# --- regeneration
# ----------------------------------------------------------------------------------------------------


def regenerate(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(root / "tools/generate_api.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_regenerating_changes_no_byte() -> None:
    done = regenerate(ROOT)

    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for folder in ("tools", "src/watchword/api", "src/watchword/regions"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    edited = tmp_path / "src/watchword/api/shapes/secretsmanager.py"
    edited.write_text(edited.read_text().replace("maximum=65536", "maximum=65537", 1))

    done = regenerate(tmp_path)

    assert done.returncode == 1, done.stderr
    assert "maximum=65537" in done.stdout
    assert "maximum=65536" in done.stdout


# --- what a model may not say
# ----------------------------------------------------------------------------------------------------


def generated(service: str, edit: Callable[[dict[str, Any]], object]) -> str:
    """The module of a service whose model was edited."""
    model = copy.deepcopy(loader().load_service_model(service, "service-2"))
    edit(model)
    (facts,) = (one for one in generate_api.SERVICES if one.service == service)
    return generate_api.Model(facts, model=model, paginated=frozenset()).module()


SURPRISES: dict[str, tuple[str, Callable[[dict[str, Any]], object], str]] = {
    "a renamed member": (
        "iam",
        lambda model: model["shapes"]["User"]["members"]["Path"].update(locationName="path"),
        "has the traits ['locationName']",
    ),
    "a flat list": (
        "iam",
        lambda model: model["shapes"]["tagListType"].update(flattened=True),
        "has the traits ['flattened']",
    ),
    "a member in a header": (
        "account",
        lambda model: model["shapes"]["ListRegionsRequest"]["members"]["NextToken"].update(location="header"),
        "has the traits ['location']",
    ),
    "a path with a member in it": (
        "account",
        lambda model: model["operations"]["ListRegions"]["http"].update(requestUri="/regions/{AccountId}"),
        "is not a POST of a path of its own",
    ),
    "another method": (
        "account",
        lambda model: model["operations"]["ListRegions"]["http"].update(method="GET"),
        "is not a POST of a path of its own",
    ),
    "a path of a query service": (
        "iam",
        lambda model: model["operations"]["GetUser"]["http"].update(requestUri="/users"),
        "is not a POST of `/`",
    ),
    "a moment of another format": (
        "account",
        lambda model: model["shapes"]["AccountCreatedDate"].update(timestampFormat="rfc822"),
        "which is not ISO 8601 in JSON",
    ),
    "a moment with a format in XML": (
        "iam",
        lambda model: model["shapes"]["dateType"].update(timestampFormat="iso8601"),
        "which is not ISO 8601 in JSON",
    ),
    "a list of EC2's with another name": (
        "ec2",
        lambda model: model["shapes"]["RegionList"]["member"].update(locationName="region"),
        "is a list of something that is not called `item`",
    ),
    "a structure on both sides of EC2": (
        "ec2",
        lambda model: model["shapes"]["RegionList"].update(
            member={"shape": "Filter", "locationName": "item"}
        ),
        "Filter is in a request and in an answer",
    ),
    "half of an unsigned operation": (
        "sts",
        lambda model: model["operations"]["AssumeRoleWithWebIdentity"].pop("auth"),
        "is signed in a way of its own",
    ),
    "a permission that became an operation": (
        "iam",
        lambda model: model["operations"].update(PassRole=model["operations"]["GetUser"]),
        "PassRole is an operation",
    ),
    "a request of its own for what had none": (
        "iam",
        lambda model: model["shapes"].update(GetAccountSummaryRequest={"type": "structure", "members": {}}),
        "is something else than the request of GetAccountSummary",
    ),
    "the name of something imported": (
        "iam",
        lambda model: (
            model["shapes"].update(Member=model["shapes"]["User"])
            or model["shapes"]["GetUserResponse"]["members"].update(User={"shape": "Member"})
        ),
        "has the name of something that every module imports",
    ),
}


@pytest.mark.parametrize(("service", "edit", "said"), SURPRISES.values(), ids=SURPRISES)
def test_what_the_wire_does_not_speak_stops_the_generator(
    service: str, edit: Callable[[dict[str, Any]], object], said: str
) -> None:
    assert generated(service, lambda _: None)

    with pytest.raises(generate_api.ModelSurprise) as surprised:
        generated(service, edit)

    assert said in str(surprised.value)


# --- the model, read a second time
# -----------------------------------------------------------------------------------


@cache
def loader() -> Any:
    """botocore's own data only: a model in the home folder of whoever runs the tests says nothing here."""
    return Loader(include_default_search_paths=False, extra_search_paths=[Loader.BUILTIN_DATA_PATH])


def model_of(service: str) -> ServiceModel:
    return ServiceModel(loader().load_service_model(service, "service-2"), service)


def wire_name(member: Any, name: str, model: OperationModel) -> str:
    """EC2 alone has names on the wire that are not the model's, and capitals in requests."""
    said = member.serialization.get("name", name) if model.metadata["protocol"] == "ec2" else name
    asked = name in (model.input_shape.members if model.input_shape else {})
    return str(said[0].upper() + said[1:] if asked else said)


@pytest.mark.parametrize("operation", table.OPERATIONS, ids=repr)
def test_an_operation_has_the_members_and_errors_of_its_model(operation: Any) -> None:
    model = model_of(operation.service.name).operation_model(operation.name)

    if model.input_shape is None:
        # A request without members is one all the same.
        assert operation.request.MEMBERS == {}
    for ours, theirs in ((operation.request, model.input_shape), (operation.response, model.output_shape)):
        if theirs is None:
            assert ours in (None, operation.request)
        else:
            assert ours is not None
            assert list(theirs.members) == [member.name for member in ours.MEMBERS.values()]
            wire = [field.encode_name for field in msgspec.structs.fields(ours)]
            assert wire == [wire_name(member, name, model) for name, member in theirs.members.items()]
            required = {member.name for member in ours.MEMBERS.values() if member.required}
            assert set(theirs.required_members) == required
    assert [error.name for error in model.error_shapes] == [error.__name__ for error in operation.errors]


def test_a_status_is_the_model_s_and_where_it_has_none_only_faults_are_500() -> None:
    for service in {operation.service.name for operation in table.OPERATIONS}:
        shapes = loader().load_service_model(service, "service-2")["shapes"]
        wanted = {
            name: shape.get("error", {}).get("httpStatusCode", 500 if shape.get("fault") else 400)
            for name, shape in shapes.items()
        }
        codes = {name: shape.get("error", {}).get("code", name) for name, shape in shapes.items()}
        errors = {
            error
            for operation in table.OPERATIONS
            if operation.service.name == service
            for error in operation.errors
        }
        for error in errors:
            assert issubclass(error, ApiError)
            assert (error.code, error.status) == (codes[error.__name__], wanted[error.__name__]), error


def test_every_named_member_is_a_field_of_the_request() -> None:
    for operation in table.OPERATIONS + table.INTERNAL_OPERATIONS:
        named = [key.member for key in operation.condition_keys if key.member] + [
            *filter(None, [operation.resource_member])
        ]
        assert set(named) <= set(operation.request.__struct_fields__), operation


def test_pseudo_regions_are_left_out() -> None:
    regions = [region for *_, held in catalogue.PARTITIONS for region in held]

    assert not [region for region in regions if region.endswith("-global")]
    assert len(regions) == len(set(regions)) >= 40


# --- sensitive members
# -----------------------------------------------------------------------------------------------


def canary(kind: inspect.Type) -> Any:
    match kind:
        case inspect.StrType():
            return CANARY
        case inspect.BytesType():
            return CANARY.encode()
        case inspect.VarTupleType(item_type=item):
            return (canary(item),)
        case inspect.DictType(value_type=value):
            return {CANARY: canary(value)}
        case inspect.StructType(cls=shape):
            return full_of_canaries(shape)
        case _:
            return None


def full_of_canaries(shape: Any) -> Any:
    """A shape whose sensitive members hold the canary, down to the last one."""
    held = {}
    for field, member in shape.MEMBERS.items():
        kind = kind_of(shape, field)
        nested = any(isinstance(kind, one) for one in (inspect.StructType, inspect.VarTupleType))
        if member.sensitive or (nested and "StructType" in repr(kind)):
            held[field] = canary(kind)
    return shape(**held)


@pytest.mark.parametrize("shape", SHAPES, ids=label)
def test_no_repr_shows_a_sensitive_member(shape: type[Shape]) -> None:
    held = full_of_canaries(shape)

    assert CANARY not in repr(held)
    assert CANARY not in str(held)
    assert CANARY not in f"{(held,)}"


SENSITIVE_IN_KMS = {
    ("kms.CreateCustomKeyStoreRequest", "key_store_password"),
    ("kms.DecapsulateResponse", "shared_secret"),
    ("kms.DecryptResponse", "plaintext"),
    ("kms.DeriveSharedSecretResponse", "shared_secret"),
    ("kms.EncapsulateResponse", "shared_secret"),
    ("kms.EncryptRequest", "plaintext"),
    ("kms.GenerateDataKeyPairResponse", "private_key_plaintext"),
    ("kms.GenerateDataKeyResponse", "plaintext"),
    ("kms.GenerateMacRequest", "message"),
    ("kms.GenerateRandomResponse", "plaintext"),
    ("kms.GetParametersForImportResponse", "public_key"),
    ("kms.SignRequest", "message"),
    ("kms.UpdateCustomKeyStoreRequest", "key_store_password"),
    ("kms.VerifyMacRequest", "message"),
    ("kms.VerifyRequest", "message"),
    ("kms.XksProxyAuthenticationCredentialType", "access_key_id"),
    ("kms.XksProxyAuthenticationCredentialType", "raw_secret_access_key"),
    ("kms.XksProxyConfigurationType", "access_key_id"),
}


SENSITIVE_IN_IDENTITY = {
    ("iam.AccessKey", "secret_access_key"),
    ("iam.ChangePasswordRequest", "old_password"),
    ("iam.ChangePasswordRequest", "new_password"),
    ("iam.CreateLoginProfileRequest", "password"),
    ("iam.UpdateLoginProfileRequest", "password"),
    ("sts.AssumeRoleWithWebIdentityRequest", "web_identity_token"),
    ("sts.Credentials", "secret_access_key"),
    ("account.GetAccountInformationResponse", "account_name"),
    ("account.PutAccountNameRequest", "account_name"),
    # Not by their models.
    ("sts.AssumeRoleRequest", "token_code"),
    ("sts.GetSessionTokenRequest", "token_code"),
    ("sts.Credentials", "session_token"),
}


def test_the_walk_finds_what_is_sensitive() -> None:
    hidden = {
        (label(shape), field)
        for shape in SHAPES
        for field, member in shape.MEMBERS.items()
        if member.sensitive
    }

    assert hidden == {
        ("secretsmanager.CreateSecretRequest", "secret_string"),
        ("secretsmanager.CreateSecretRequest", "secret_binary"),
        ("secretsmanager.PutSecretValueRequest", "secret_string"),
        ("secretsmanager.PutSecretValueRequest", "secret_binary"),
        ("secretsmanager.PutSecretValueRequest", "rotation_token"),
        ("secretsmanager.UpdateSecretRequest", "secret_string"),
        ("secretsmanager.UpdateSecretRequest", "secret_binary"),
        ("secretsmanager.SecretValueEntry", "secret_string"),
        ("secretsmanager.SecretValueEntry", "secret_binary"),
        ("secretsmanager.GetRandomPasswordResponse", "random_password"),
        ("secretsmanager.GetSecretValueResponse", "secret_string"),
        ("secretsmanager.GetSecretValueResponse", "secret_binary"),
        *SENSITIVE_IN_KMS,
        *SENSITIVE_IN_IDENTITY,
    }


def test_a_shape_that_hides_nothing_is_noticed() -> None:
    """The planted bug of the two tests above: the walk does show a canary where nobody hides it."""

    class Careless(Shape, frozen=True, kw_only=True):
        value: str | None = msgspec.field(name="Value", default=None)
        MEMBERS: ClassVar[dict[str, Member]] = {"value": Member(name="Value")}

    assert CANARY in repr(Careless(value=CANARY))


# --- constraints
# -----------------------------------------------------------------------------------------------------

Find = Callable[[Shape], list[constraints.Violation]]


def found_by_us(request: Shape) -> list[constraints.Violation]:
    """Every violation, and proof that the fast pass agrees that there are some."""
    found = list(constraints.violations(request))
    if found:
        with pytest.raises(ValidationException) as refused:
            constraints.check(request)
        assert refused.value.message.startswith(f"{len(found)} validation error")
    else:
        constraints.check(request)
    return found


def sized(kind: inspect.Type, size: int) -> Any:
    match kind:
        case inspect.StrType():
            # Two bytes in UTF-8, one character: AWS counts characters.
            return "é" * size
        case inspect.BytesType():
            return b"x" * size
        case inspect.IntType():
            return size
        case inspect.VarTupleType(item_type=item):
            return (sample(item),) * size
        case _:
            raise AssertionError(f"no value of {kind} has a size")


def sample(kind: inspect.Type) -> Any:
    """Any value at all."""
    match kind:
        case inspect.StructType(cls=shape):
            return shape()
        case inspect.BoolType():
            return True
        case inspect.CustomType():
            return Instant(0)
        case inspect.DictType():
            return {}
        case _:
            return sized(kind, 1)


def matching(member: Member, kind: inspect.Type, size: int) -> Any:
    """A value of that size which obeys the member's pattern too, where the size leaves room for one."""
    if member.pattern == REGION:
        return "-1".rjust(size, "a")[-size:] if size else ""
    return sized(kind, size) if member.pattern is None else "a" * size


REGION = r"^([a-z]+-)+\d+$"

# A value that matches and some that do not, for each pattern of a request.
PATTERNS = {
    REGION: ("us-east-1", "us-east-1\n", "us-east-١", "US-east-1", "us-east"),
    r"^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$": ("!prod/db", "prod\n", "a#b", "é"),
    "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+": ('{"é": 1}\n', "a\u0100", "", "\u0000"),
    r"^[a-zA-Z0-9\-]+$": ("token-1", "token 1", "token\n", "é"),
    r"[0-9A-Za-z\-\_]+": ("My-policy_1", "my policy", "a\n", "é", ""),
    "[0-9]+h": ("3h", "h", "3", "3d", "3h\n", "٣h"),
    "[0-9A-Za-z\\(\\)#\\?\\*\\-\\/, ]+": (
        "cron(0 1 ? 1/3 SUN#1 *)",
        "rate(1.5 days)",
        "rate(1 day)\n",
        "é",
        "",
    ),
    "^[a-zA-Z0-9-_.]+$": ("Xks-1_.", "a b", "a\n", ""),
    # KMS
    "[\\u0020-\\u00FF]*": ("é marker", "a\u0100", "\n"),
    "[\\w]+": ("default", "a b", "é", ""),
    "^[a-zA-Z0-9:/_-]+$": ("alias/My-key_1", "alias/a.b", "a\n", ""),
    "^[a-zA-Z0-9:/_\\s.-]+$": ("Mine: 1/2_3.4", "a,b", "é", ""),
    "^[\\w+=,.@:/-]+$": ("arn:aws:iam::123456789012:user/a+b=c,d@e.f", "a b", "é", ""),
    "^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$": (
        "rds.amazonaws.com",
        "rds.com",
        "a.b.",
        "",
    ),
    "^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$": (
        "arn:aws-cn:rds:cn-north-1:123456789012:db:x",
        "arn:aws:s3:::bucket",
        "",
    ),
    "^[a-f0-9]+$": ("0f" * 32, "0F" * 32, "g", ""),
    "^([a-z]+-){2,3}\\d+$": ("us-gov-west-1", "us-1", "us-east-1\n", ""),
    "cluster-[2-7a-zA-Z]{11,16}": ("cluster-2a3b4c5d6e7", "cluster-1a3b4c5d6e7", "cluster-2a", ""),
    "^https://[a-zA-Z0-9.-]+$": ("https://xks.example", "http://xks.example", "https://a/b", ""),
    "^(/[a-zA-Z0-9\\/_-]+/kms/xks/v\\d{1,2})$|^(/kms/xks/v\\d{1,2})$": (
        "/kms/xks/v1",
        "/kms/xks/v",
        "/xks/v1",
        "",
    ),
    "^(com|eu)\\.amazonaws\\.vpce\\.([a-z]+-){2,3}\\d+\\.vpce-svc-[0-9a-z]+$": (
        "com.amazonaws.vpce.us-east-1.vpce-svc-0a",
        "com.amazonaws.us-east-1.vpce-svc-0a",
        "",
    ),
    "^[A-Z2-7]+$": ("ABC234", "abc", "A1", ""),
    "^[a-zA-Z0-9\\/+=]+$": ("Ab/+=", "a-b", ""),
    "[0-9]{12}": ("123456789012", "12345678901", "a" * 12),
}
# Of those that are not there, the values that `test_constraint_edges.py` sends.
PATTERNS = {pattern: (one.good[0], *one.bad) for pattern, one in patterns.PATTERNS.items()} | PATTERNS


def edges(kind: inspect.Type, member: Member) -> Iterator[tuple[str, Any, bool]]:
    """Yield (AWS's words, a value beside the edge, whether the value obeys)."""
    noun = "value" if isinstance(kind, inspect.IntType) else "length"
    if member.maximum is not None:
        words = f"Member must have {noun} less than or equal to {member.maximum}"
        yield words, matching(member, kind, member.maximum), True
        yield words, matching(member, kind, member.maximum + 1), False
    if member.minimum is not None and (member.minimum > 0 or noun == "value"):
        words = f"Member must have {noun} greater than or equal to {member.minimum}"
        yield words, matching(member, kind, member.minimum), True
        yield words, matching(member, kind, member.minimum - 1), False
    if member.pattern is not None:
        words = f"Member must satisfy regular expression pattern: {member.pattern}"
        good, *bad = PATTERNS[member.pattern]
        yield words, good, True
        yield from ((words, value, False) for value in bad)
    if member.values:
        words = f"Member must satisfy enum value set: [{', '.join(member.values)}]"
        yield from ((words, value, True) for value in member.values)
        yield words, member.values[0] + " ", False
        yield words, "", False


def wrong_edges(shape: type[Shape], find: Find) -> tuple[int, list[str]]:
    """Try both sides of every edge of a shape; return how many were tried, and what was judged wrongly."""
    tried, wrong = 0, []

    def judge(field: str, value: Any, words: str, obeys: bool) -> None:
        nonlocal tried
        tried += 1
        path = shape.MEMBERS[field].name
        path = path[0].lower() + path[1:]
        said = [
            one
            for one in find(shape(**{field: value}))
            if one.path == path and one.constraint.startswith(words)
        ]
        if bool(said) == obeys:
            wrong.append(f"{label(shape)}.{field}: {words}: obeys={obeys}")

    for field, member in shape.MEMBERS.items():
        kind = kind_of(shape, field)
        for words, value, obeys in edges(kind, member):
            judge(field, value, words, obeys)
        if member.required:
            judge(field, None, "Member must not be null", False)
            judge(field, sample(kind), "Member must not be null", True)
        if member.item is not None and isinstance(kind, inspect.VarTupleType):
            for _, value, obeys in edges(inner(kind.item_type), member.item):
                # The whole rule of a list's members is said at once, whichever part of it is violated.
                if member.item.pattern != REGION or value != "1":
                    judge(field, (value,), "Member must satisfy constraint: [", obeys)
    return tried, wrong


@pytest.mark.parametrize("shape", [shape for shape in REQUESTS if shape.MEMBERS], ids=label)
def test_every_constraint_stands_on_both_sides_of_its_edge(shape: type[Shape]) -> None:
    _, wrong = wrong_edges(shape, found_by_us)

    assert wrong == []


def test_the_edges_are_many() -> None:
    """A walk that finds nothing to try would find nothing wrong."""
    assert sum(wrong_edges(shape, found_by_us)[0] for shape in REQUESTS) >= 250


def without(words: str) -> Find:
    return lambda request: [one for one in found_by_us(request) if words not in one.constraint]


def too_strict(request: Shape) -> list[constraints.Violation]:
    """Off by one: what is exactly 512 long is refused as well."""
    found = found_by_us(request)
    if getattr(request, "name", None) is not None and len(request.name) == 512:  # type: ignore[attr-defined]
        # (the attribute was just asked for)
        found.append(
            constraints.Violation(path="name", constraint="Member must have length less than or equal to 512")
        )
    return found


PLANTED = {
    "nothing is longer than allowed": without("less than or equal"),
    "nothing is shorter than allowed": without("greater than or equal"),
    "patterns are not looked at": without("regular expression"),
    "enums are not looked at": without("enum value set"),
    "nothing is required": without("not be null"),
    "the longest name is refused": too_strict,
}


@pytest.mark.parametrize("find", PLANTED.values(), ids=PLANTED)
def test_a_planted_bug_is_caught(find: Find) -> None:
    assert [fault for shape in REQUESTS for fault in wrong_edges(shape, find)[1]]
