"""Write `api/shapes/` and `regions/catalogue.py` from botocore's models and `tools/operations/`.

    python tools/generate_api.py            write
    python tools/generate_api.py --check    change nothing; exit 1 with a diff if a byte would change

Only the operations that `tools/operations/` lists are written, and the shapes that can be reached from them.
Names are written out, member by member, because no rule of renaming gives back `ARN`. No documentation text
is copied. A trait of a model that the wire does not speak is an error here, never silence there.
"""

from __future__ import annotations

import difflib
import keyword
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import botocore
from botocore.loaders import Loader

ROOT = Path(__file__).resolve().parent.parent
# Run as a script, Python looks in this folder only, where there is no `tools.operations`.
sys.path.insert(0, str(ROOT))

from tools.operations import Facts, ServiceFacts  # noqa: E402 - after the path that makes it importable
from tools.operations.account import ACCOUNT  # noqa: E402
from tools.operations.ec2 import EC2  # noqa: E402
from tools.operations.iam import IAM  # noqa: E402
from tools.operations.kms import KMS  # noqa: E402
from tools.operations.regions import OPT_IN  # noqa: E402
from tools.operations.secretsmanager import SECRETS_MANAGER  # noqa: E402
from tools.operations.sts import STS  # noqa: E402

SERVICES = (SECRETS_MANAGER, KMS, IAM, STS, ACCOUNT, EC2)
PACKAGE = Path("src/watchword")
PROTOCOLS = {"json": "JSON", "query": "QUERY", "rest-json": "REST_JSON", "ec2": "EC2"}
SCALARS = {
    "string": "str",
    "integer": "Integer",
    "long": "Long",
    "float": "float",
    "double": "float",
    "boolean": "bool",
    "blob": "bytes",
    "timestamp": "Instant",
}
ROOT_PATH = {"method": "POST", "requestUri": "/"}
LIMITS = (("min", "minimum"), ("max", "maximum"))
SOURCES = {
    "watchword.api.errors": ("ApiError",),
    "watchword.api.operation": ("AccessLevel", "Also", "ConditionKey", "Operation", "Protocol", "Service"),
    "watchword.api.shape": ("Instant", "Integer", "IsoInstant", "Long", "Member", "Shape"),
}
"""What the generated modules import."""
IMPORTED = frozenset(name for names in SOURCES.values() for name in names)
# What a model may say beside types. The rest changes how something is written on the wire, and `wire` knows
# nothing of it: a new trait stops the generator until somebody has thought about it.
REMARKS = {"documentation", "deprecated", "deprecatedMessage", "deprecatedSince", "box", "synthetic"}
SCALAR_TRAITS = {"type", "min", "max", "pattern", "enum", "sensitive", "timestampFormat"}
# A union is a structure on the wire; that one of its members is there and no other, the operation has to see to.
SHAPE_TRAITS = frozenset(REMARKS | SCALAR_TRAITS | {"members", "required", "member", "key", "value", "union"})
# Whether clients try again is theirs to know.
ERROR_SHAPE_TRAITS = SHAPE_TRAITS | {"exception", "error", "fault", "retryable"}
# An idempotency token is filled in by clients; a server sees a string.
MEMBER_TRAITS = frozenset(REMARKS | {"shape", "idempotencyToken"})
SIDE_TRAITS = frozenset({"shape", "resultWrapper"})
ERROR_TRAITS = frozenset({"code", "httpStatusCode", "senderFault", "fault"})
OPERATION_TRAITS = frozenset(
    REMARKS | {"name", "http", "input", "output", "errors", "idempotent", "readonly", "auth", "authtype"}
)
UNSIGNED = {"authtype": "none", "auth": ["smithy.api#noAuth"]}

HEADER = '''"""Written by tools/generate_api.py from botocore {botocore}; do not edit.

{what}
"""
'''


class ModelSurprise(Exception):
    """The model, or our own facts, say something that the generator does not know how to carry over."""


def python_name(name: str) -> str:
    """Turn a member's name into a field's: `KmsKeyId` -> `kms_key_id`, `ARN` -> `arn`, `From` -> `from_`."""
    split = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", split)
    lowered = split.lower()
    return lowered + "_" if keyword.iskeyword(lowered) else lowered


def known(traits: Iterable[str], allowed: frozenset[str], where: str) -> None:
    surprises = sorted(set(traits) - allowed)
    if surprises:
        raise ModelSurprise(f"{where} has the traits {surprises}, which the wire does not speak")


class Model:
    """One service's model and our facts, as text of a Python module."""

    def __init__(self, facts: ServiceFacts, *, model: Mapping[str, Any], paginated: frozenset[str]) -> None:
        self.facts = facts
        self.metadata: Mapping[str, Any] = model["metadata"]
        self.operations: Mapping[str, Any] = model["operations"]
        self.shapes: Mapping[str, Any] = model["shapes"]
        self.paginated = paginated
        self.ordered: list[str] = []
        """Structures that are no errors, each after those that it needs."""
        self.protocol: str = self.metadata["protocol"]
        # EC2 alone has names on the wire that are not the model's.
        self.member_traits = MEMBER_TRAITS | {"locationName"} if self.protocol == "ec2" else MEMBER_TRAITS
        self.sides: dict[str, str] = {}
        """Which side of an operation a structure is on: EC2 spells it differently on each."""
        self.errors: list[str] = []

    def collect(self) -> None:
        """Walk from the listed operations to every shape that they can reach."""
        for name in self.facts.operations:
            if name not in self.operations:
                raise ModelSurprise(f"{self.facts.service} has no operation {name}")
            operation = self.operations[name]
            known(operation, OPERATION_TRAITS, name)
            self.check_http(name, operation["http"])
            for side in ("input", "output"):
                if side in operation:
                    known(operation[side], SIDE_TRAITS, f"{name}.{side}")
                    self.visit(operation[side]["shape"], (), side)
            for error in operation.get("errors", ()):
                if error["shape"] not in self.errors:
                    self.errors.append(error["shape"])

    def check_http(self, name: str, http: Mapping[str, Any]) -> None:
        """REST services have a path for each operation and nothing in it; all others have `/`."""
        if self.protocol == "rest-json":
            path = http["requestUri"]
            if http != {"method": "POST", "requestUri": path, "responseCode": 200} or re.search(
                "[{?]|^/$", path
            ):
                raise ModelSurprise(f"{name} is not a POST of a path of its own")
        elif http != ROOT_PATH:
            raise ModelSurprise(f"{name} is not a POST of `/`")

    def visit(self, name: str, above: tuple[str, ...], side: str) -> None:
        shape = self.shapes[name]
        if name in above:
            raise ModelSurprise(f"{name} holds itself")
        known(shape, SHAPE_TRAITS, name)
        if "timestampFormat" in shape and (self.protocol, shape["timestampFormat"]) != (
            "rest-json",
            "iso8601",
        ):
            raise ModelSurprise(f"{name} has a format of its own, which is not ISO 8601 in JSON")
        if name in IMPORTED:
            raise ModelSurprise(f"{name} has the name of something that every module imports")
        for member in shape.get("members", {}).values():
            known(member, self.member_traits, name)
            self.visit(member["shape"], (*above, name), side)
        for part in ("member", "key", "value"):
            if part in shape:
                known(shape[part], self.member_traits, name)
                self.visit(shape[part]["shape"], (*above, name), side)
        if self.protocol == "ec2":
            self.check_ec2(name, shape, side)
        if shape["type"] == "structure" and shape.get("sensitive"):
            raise ModelSurprise(f"{name} is sensitive as a whole, and only members are hidden")
        if shape["type"] == "structure" and name not in self.ordered:
            self.ordered.append(name)

    def check_ec2(self, name: str, shape: Mapping[str, Any], side: str) -> None:
        """The wire knows one spelling of each structure, flat lists in requests, and lists of `item` in answers."""
        if shape["type"] == "structure" and self.sides.setdefault(name, side) != side:
            raise ModelSurprise(f"{name} is in a request and in an answer")
        if shape["type"] == "map":
            raise ModelSurprise(f"{name} is a map, which EC2's protocol does not have")
        if shape["type"] == "list" and side == "output" and shape["member"].get("locationName") != "item":
            raise ModelSurprise(f"{name} is a list of something that is not called `item`")

    def wire_name(self, structure: str, name: str, member: Mapping[str, Any]) -> str:
        """Smithy, AWS EC2 query protocol: a request spells a member's `locationName` with a capital."""
        spelled: str = member.get("locationName", name)
        return spelled[0].upper() + spelled[1:] if self.sides.get(structure) == "input" else spelled

    def sensitive(self, name: str) -> bool:
        """A list or map that holds something sensitive is sensitive as a whole."""
        shape = self.shapes[name]
        parts = [shape[part]["shape"] for part in ("member", "key", "value") if part in shape]
        hidden = bool(shape.get("sensitive")) or name in self.facts.sensitive
        return hidden or any(self.sensitive(part) for part in parts)

    def annotation(self, name: str) -> str:
        shape = self.shapes[name]
        match shape["type"]:
            case "structure":
                return name
            case "list":
                return f"tuple[{self.annotation(shape['member']['shape'])}, ...]"
            case "map":
                return f"dict[str, {self.annotation(shape['value']['shape'])}]"
            case "timestamp" if "timestampFormat" in shape:
                return "IsoInstant"
            case scalar:
                return SCALARS[scalar]

    def member(self, wire_name: str, shape_name: str, *, required: bool = False) -> str:
        shape = self.shapes[shape_name]
        said = [f"name={wire_name!r}"]
        if required:
            said.append("required=True")
        said += [f"{ours}={shape[theirs]}" for theirs, ours in LIMITS if theirs in shape]
        if shape["type"] in ("float", "double") and ("min" in shape or "max" in shape):
            raise ModelSurprise(f"{shape_name} bounds a fraction, and a Member's limits are whole numbers")
        if "pattern" in shape:
            said.append(f"pattern={shape['pattern']!r}")
        if "enum" in shape:
            said.append(f"values={tuple(shape['enum'])!r}")
        if self.sensitive(shape_name):
            said.append("sensitive=True")
        if shape["type"] == "list":
            said.append(f"item={self.member('member', shape['member']['shape'])}")
        if shape["type"] == "map":
            said.append(f"key={self.member('key', shape['key']['shape'])}")
            said.append(f"item={self.member('value', shape['value']['shape'])}")
        return f"Member({', '.join(said)})"

    def structure(self, name: str) -> Iterator[str]:
        shape = self.shapes[name]
        required = shape.get("required", ())
        members: Mapping[str, Any] = shape["members"]
        fields = {python_name(theirs): (theirs, member["shape"]) for theirs, member in members.items()}
        if len(fields) != len(members):
            raise ModelSurprise(f"two members of {name} have one Python name")
        yield f"class {name}(Shape, frozen=True, kw_only=True):"
        for field, (theirs, target) in fields.items():
            kind, wire = self.annotation(target), self.wire_name(name, theirs, members[theirs])
            yield f"    {field}: {kind} | None = msgspec.field(name={wire!r}, default=None)"
        if not fields:
            yield "    MEMBERS: ClassVar[dict[str, Member]] = {}"
            return
        yield "    MEMBERS: ClassVar[dict[str, Member]] = {"
        for field, (theirs, target) in fields.items():
            yield f"        {field!r}: {self.member(theirs, target, required=theirs in required)},"
        yield "    }"

    def error(self, name: str) -> Iterator[str]:
        shape = self.shapes[name]
        known(shape, ERROR_SHAPE_TRAITS, name)
        said = shape.get("error", {})
        known(said, ERROR_TRAITS, name)
        fault = bool(shape.get("fault") or said.get("fault"))
        # Most models carry no status: then a fault of the service is 500 and everything else 400.
        status = said.get("httpStatusCode", 500 if fault else 400)
        yield f"class {name}(ApiError):"
        yield f"    code = {said.get('code', name)!r}"
        if status != 400:
            yield f"    status = {status}"

    def message_member(self) -> str:
        """The member that holds an error's text, which is the same in all errors of a service."""
        names = {
            member
            for name in self.errors
            for member in self.shapes[name].get("members", {})
            if member.lower() == "message"
        }
        if len(names) > 1:
            raise ModelSurprise(f"{self.facts.service} spells an error's text {sorted(names)}")
        return names.pop() if names else "message"

    def service(self) -> Iterator[str]:
        metadata = self.metadata
        yield "SERVICE = Service("
        yield f"    name={self.facts.service!r},"
        yield f"    signing_name={metadata.get('signingName', metadata['endpointPrefix'])!r},"
        yield f"    protocol=Protocol.{PROTOCOLS[metadata['protocol']]},"
        for ours, theirs in (("target_prefix", "targetPrefix"), ("xml_namespace", "xmlNamespace")):
            if theirs in metadata:
                yield f"    {ours}={metadata[theirs]!r},"
        yield f"    api_version={metadata['apiVersion']!r},"
        yield f"    error_message_member={self.message_member()!r},"
        yield f"    event_source={self.facts.event_source!r},"
        for fact in ("any_region", "account_state"):
            if getattr(self.facts, fact):
                yield f"    {fact}=True,"
        yield ")"

    def request(self, operation: str) -> str:
        """The shape of a request; an operation without members has one that is made up, and empty."""
        return str(self.operations[operation].get("input", {"shape": f"{operation}Request"})["shape"])

    def empty_requests(self) -> Iterator[str]:
        for name in self.facts.operations:
            if "input" not in self.operations[name]:
                if self.request(name) in self.shapes:
                    raise ModelSurprise(f"{self.request(name)} is something else than the request of {name}")
                yield (
                    f"class {self.request(name)}(Shape, frozen=True, kw_only=True):\n"
                    "    MEMBERS: ClassVar[dict[str, Member]] = {}"
                )

    def field_of(self, operation: str, wire_name: str) -> str:
        """Return the Python name of a request's member that our facts name."""
        request = self.request(operation)
        if request not in self.shapes or wire_name not in self.shapes[request]["members"]:
            raise ModelSurprise(f"{request} has no member {wire_name}")
        return python_name(wire_name)

    def operation(self, name: str, facts: Facts) -> Iterator[str]:
        model = self.operations[name]
        output = model.get("output")
        yield f"{python_name(name).upper()} = Operation("
        yield "    service=SERVICE,"
        yield f"    name={name!r},"
        yield f"    request={self.request(name)},"
        yield f"    response={output['shape'] if output else None},"
        if model.get("errors"):
            yield f"    errors=({', '.join(error['shape'] for error in model['errors'])},),"
        if output and "resultWrapper" in output:
            yield f"    result_wrapper={output['resultWrapper']!r},"
        if self.protocol == "rest-json":
            yield f"    path={model['http']['requestUri']!r},"
        unsigned = {trait: model[trait] for trait in UNSIGNED if trait in model}
        if unsigned:
            if unsigned != UNSIGNED:
                raise ModelSurprise(f"{name} is signed in a way of its own")
            yield "    signed=False,"
        yield from self.facts_of(name, facts)
        if name in self.paginated:
            yield "    paginated=True,"
        yield ")"

    def permission(self, name: str, facts: Facts) -> Iterator[str]:
        """An action of policies that is no operation: nobody can send it."""
        if name in self.operations or facts.resource is not None:
            raise ModelSurprise(f"{name} is an operation, or has a request")
        yield f"{python_name(name).upper()} = Operation("
        yield "    service=SERVICE,"
        yield f"    name={name!r},"
        yield "    request=Shape,"
        yield "    response=None,"
        yield from self.facts_of(name, facts)
        yield ")"

    def facts_of(self, name: str, facts: Facts) -> Iterator[str]:
        # The services listed so far sign under the name that their IAM actions carry.
        prefix = self.metadata.get("signingName", self.metadata["endpointPrefix"])
        if facts.permission:
            yield f"    action={f'{prefix}:{facts.action or name}'!r},"
        yield f"    access=AccessLevel.{facts.access.name},"
        if facts.changes_nothing:
            yield "    changes_nothing=True,"
        if facts.resource is not None:
            yield f"    resource_member={self.field_of(name, facts.resource)!r},"
        if facts.keys:
            yield "    condition_keys=("
            for key, member in facts.keys.items():
                filled = "" if member is None else f", member={self.field_of(name, member)!r}"
                yield f"        ConditionKey(name={key!r}{filled}),"
            yield "    ),"
        if facts.also:
            yield "    also=("
            for other, member in facts.also.items():
                filled = self.field_of(name, member)
                yield f"        Also(action={f'{prefix}:{other}'!r}, member={filled!r}),"
            yield "    ),"

    def module(self) -> str:
        self.collect()
        title = self.metadata["serviceFullName"]
        parts = [
            HEADER.format(botocore=botocore.__version__, what=f"{title}, {self.metadata['apiVersion']}.")
        ]
        body: list[str] = []
        body += ["\n".join(self.service())]
        body += ["\n".join(self.error(name)) for name in self.errors]
        body += ["\n".join(self.structure(name)) for name in self.ordered]
        body += self.empty_requests()
        body += ["\n".join(self.operation(name, facts)) for name, facts in self.facts.operations.items()]
        names = [python_name(name).upper() for name in self.facts.operations]
        body += [
            "OPERATIONS: dict[str, Operation] = {\n"
            "    operation.name: operation\n"
            f"    for operation in ({', '.join(names)},)\n"
            "}"
        ]
        body += ["\n".join(self.permission(name, facts)) for name, facts in self.facts.permissions.items()]
        if self.facts.permissions:
            listed = ", ".join(python_name(name).upper() for name in self.facts.permissions)
            body += [
                f"PERMISSIONS: tuple[Operation, ...] = ({listed},)\n"
                '"""Actions of policies that no operation has the name of."""'
            ]
        text = "\n\n\n".join(body)
        parts.append(imports(text))
        parts.append(text)
        return "\n".join(parts) + "\n"


def imports(text: str) -> str:
    """Import exactly what the module uses, in ruff's order."""
    lines = [
        "from __future__ import annotations",
        "",
        "from typing import ClassVar",
        "",
        "import msgspec",
        "",
    ]
    for source, names in SOURCES.items():
        used = [name for name in names if re.search(rf"\b{name}\b", text)]
        if used:
            lines.append(f"from {source} import {', '.join(used)}")
    return "\n".join(lines) + "\n"


def shapes(facts: ServiceFacts) -> str:
    loader = Loader(include_default_search_paths=False, extra_search_paths=[Loader.BUILTIN_DATA_PATH])
    model = loader.load_service_model(facts.service, "service-2")
    available = loader.list_available_services("paginators-1")
    pages: Mapping[str, Any] = {}
    if facts.service in available:
        pages = loader.load_service_model(facts.service, "paginators-1")["pagination"]
    return Model(facts, model=model, paginated=frozenset(pages)).module()


def catalogue() -> str:
    """Partitions and Regions, without the pseudo-Regions (`aws-global`) of endpoint lookups."""
    loader = Loader(include_default_search_paths=False, extra_search_paths=[Loader.BUILTIN_DATA_PATH])
    partitions = loader.load_data("partitions")["partitions"]
    rows = []
    found: set[str] = set()
    for partition in partitions:
        outputs = partition["outputs"]
        regions = {
            region: said["description"]
            for region, said in sorted(partition["regions"].items())
            if re.fullmatch(r"(?:[a-z]+-)+[0-9]+", region)
        }
        found |= set(regions)
        listed = "\n".join(f"            {region!r}: {said!r}," for region, said in regions.items())
        rows.append(
            f"    (\n        {partition['id']!r},\n        {outputs['dnsSuffix']!r},\n"
            f"        {outputs['implicitGlobalRegion']!r},\n        {partition['regionRegex']!r},\n"
            f"        {{\n{listed}\n        }},\n    ),"
        )
    if not found >= OPT_IN:
        raise ModelSurprise(f"no partition has the opt-in Regions {sorted(OPT_IN - found)}")
    return "\n".join(
        [
            HEADER.format(botocore=botocore.__version__, what="Partitions and Regions (partitions.json)."),
            "from __future__ import annotations\n",
            "PARTITIONS: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (",
            *rows,
            ")",
            '"""Name, DNS suffix, implicit Region, what Region codes look like, Region -> description."""\n',
            "OPT_IN = frozenset(\n    {",
            *(f"        {region!r}," for region in sorted(OPT_IN)),
            "    }\n)",
            '"""Regions that are disabled until the account enables them."""\n',
        ]
    )


def formatted(text: str, path: Path) -> str:
    """Return the text as `ruff format` leaves it."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(ROOT / path), "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode != 0:
        raise ModelSurprise(f"{path}: ruff format: {done.stderr}")
    return done.stdout


def outputs() -> dict[Path, Callable[[], str]]:
    """Every generated file and how its text is made."""
    written: dict[Path, Callable[[], str]] = {
        PACKAGE / "api/shapes" / f"{facts.service}.py": partial(shapes, facts) for facts in SERVICES
    }
    written[PACKAGE / "regions/catalogue.py"] = catalogue
    return written


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    stale = 0
    for path, text in outputs().items():
        wanted = formatted(text(), path)
        file = ROOT / path
        held = file.read_text() if file.exists() else ""
        if wanted == held:
            continue
        stale += 1
        if arguments:
            lines = difflib.unified_diff(
                held.splitlines(True), wanted.splitlines(True), str(path), f"{path} as generated"
            )
            sys.stdout.writelines(lines)
        else:
            file.write_text(wanted)
            print(f"wrote {path}")
    return 1 if arguments and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
