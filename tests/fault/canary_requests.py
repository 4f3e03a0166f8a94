"""Requests with canaries in them: through every operation, through every refusal, and through a whole life of a secret."""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from tests.fault.canaries import Canaries
from tests.integration.deployment import OHIO, VIRGINIA, Caller, Deployment

from watchword.api.operation import Operation, Protocol
from watchword.api.table import OPERATIONS

SECRETS = 30
VALUE_CHARACTERS_MAX = 65_536
BODY_BYTES_MAX = 1_048_576
WIRE_S_MAX = 10.0

JSON_OPERATIONS = tuple(one for one in OPERATIONS if one.service.protocol is Protocol.JSON)


@dataclass(kw_only=True)
class Outcome:
    """What came back: how often which status, refusals that show a canary, and secrets that Watchword itself drew."""

    statuses: dict[int, int] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    drawn: dict[str, bytes] = field(default_factory=dict, repr=False)

    def note(self, what: str, status: int, answer: bytes, *, canaries: Canaries) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status != 200 and canaries.mark.encode() in answer:
            self.shown.append(f"{status} {what}")


class Wire:
    """Sends a request as it stands, with the headers of a good one or of a bad one, over one kept connection."""

    def __init__(self, deployment: Deployment, region: str, *, door: bool = False) -> None:
        self.host = urlsplit(deployment.endpoint(region, door=door)).netloc
        self.caller = deployment.caller(region, door=door)
        self._connection = http.client.HTTPConnection(self.host, timeout=WIRE_S_MAX)

    def send(
        self, headers: Mapping[str, str], body: bytes, *, method: str = "POST", target: str = "/"
    ) -> tuple[int, bytes]:
        self._connection.request(method, target, body=body, headers=dict(headers))
        response = self._connection.getresponse()
        text = response.read()
        if response.will_close:
            self._connection.close()
        return response.status, text

    def signed(self, operation: Operation, body: bytes) -> dict[str, str]:
        service = operation.service
        target = f"{service.target_prefix}.{operation.name}"
        return self.caller.signed_headers(target, body, service=service.signing_name)

    def raw(self, content: bytes) -> bytes:
        """Send bytes on a connection of their own; return what comes back, if anything does."""
        host, _, port = self.host.partition(":")
        with closing(socket.create_connection((host, int(port)), timeout=WIRE_S_MAX)) as wire:
            with suppress(OSError):
                wire.sendall(content)
                wire.shutdown(socket.SHUT_WR)
            with suppress(OSError):
                return wire.recv(65_536)
        return b""

    def close(self) -> None:
        self._connection.close()
        self.caller.close()


# -- every operation


Way = Callable[[Wire, Operation, str], tuple[dict[str, str], bytes]]


def _unknown_member(wire: Wire, operation: Operation, canary: str) -> tuple[dict[str, str], bytes]:
    body = json.dumps({"SecretId": "none", "KeyId": "alias/none", "Canary": canary}).encode()
    return wire.signed(operation, body), body


def _broken(wire: Wire, operation: Operation, canary: str) -> tuple[dict[str, str], bytes]:
    body = f'{{"SecretId": "none", "SecretString": {json.dumps(canary)}, '.encode()
    return wire.signed(operation, body), body


def _refused_json(wire: Wire, operation: Operation, canary: str) -> tuple[dict[str, str], bytes]:
    """JSON to some parsers: a member twice, and a number that is none."""
    text = json.dumps(canary)
    body = f'{{"SecretString": {text}, "SecretString": {text}, "Plaintext": NaN}}'.encode()
    return wire.signed(operation, body), body


def _no_text(wire: Wire, operation: Operation, canary: str) -> tuple[dict[str, str], bytes]:
    """In UTF-16, which JSON was allowed once."""
    body = json.dumps({"SecretString": canary}).encode("utf-16")
    return wire.signed(operation, body), body


def _wrongly_signed(wire: Wire, operation: Operation, canary: str) -> tuple[dict[str, str], bytes]:
    body = json.dumps({"SecretString": canary}).encode()
    return wire.signed(operation, b"{}"), body


def _unsigned(wire: Wire, operation: Operation, canary: str) -> tuple[dict[str, str], bytes]:
    body = json.dumps({"SecretString": canary}).encode()
    signed = wire.signed(operation, body)
    return {
        name: said for name, said in signed.items() if not name.startswith(("Authorization", "X-Amz-Date"))
    }, body


def _session_token(wire: Wire, operation: Operation, canary: str) -> tuple[dict[str, str], bytes]:
    """Temporary credentials that are none; a session token is a secret too."""
    return wire.signed(operation, b"{}") | {"X-Amz-Security-Token": quote(canary)}, b"{}"


WAYS: Mapping[str, Way] = {
    "an unknown member": _unknown_member,
    "broken JSON": _broken,
    "JSON that is refused": _refused_json,
    "JSON that is no UTF-8": _no_text,
    "wrongly signed": _wrongly_signed,
    "unsigned": _unsigned,
    "a session token": _session_token,
}


def secret_members(operation: Operation) -> Iterator[tuple[str, bool]]:
    """Each member of a request that holds a value or a blob: its name on the wire, and whether it is base64."""
    shape = operation.request
    for described in msgspec.structs.fields(shape):
        member = shape.MEMBERS.get(described.name)
        blob = "bytes" in str(described.type)
        if blob or (member is not None and member.sensitive):
            yield described.encode_name, blob


def _filled(canary: str, *, blob: bool) -> Mapping[str, object]:
    """Right in itself, too long, and of another type."""
    written = base64.b64encode(canary.encode()).decode() if blob else canary
    long = canary + "x" * VALUE_CHARACTERS_MAX
    return {
        "as it should be": written,
        "too long": base64.b64encode(long.encode()).decode() if blob else long,
        "a list": [written],
        "an object": {written: written},
        "not base64": f"{canary}!",
    }


IDENTIFIERS = {
    "Name": "canary/none",
    "SecretId": "canary/none",
    "KeyId": "alias/aws/secretsmanager",
    "DestinationKeyId": "alias/aws/secretsmanager",
    "MacAlgorithm": "HMAC_SHA_256",
    "SigningAlgorithm": "RSASSA_PSS_SHA_256",
}


def through_every_operation(wire: Wire, canaries: Canaries, outcome: Outcome) -> None:
    """Send each operation a canary in each way; a canary of its own each time."""
    for operation in JSON_OPERATIONS:
        for way, make in WAYS.items():
            headers, body = make(wire, operation, canaries.text())
            outcome.note(f"{operation}, {way}", *wire.send(headers, body), canaries=canaries)
        for name, blob in secret_members(operation):
            for how, member in _filled(canaries.text(), blob=blob).items():
                body = json.dumps({**IDENTIFIERS, **fresh_token(), name: member}).encode()
                answer = wire.send(wire.signed(operation, body), body)
                outcome.note(f"{operation}, {name} {how}", *answer, canaries=canaries)


# -- HTTP itself


def through_http(wire: Wire, canaries: Canaries, outcome: Outcome) -> None:
    """Requests that end before they name an operation: broken off, too big, ambiguous, or with values in the URL."""
    put = next(one for one in JSON_OPERATIONS if one.name == "PutSecretValue")
    body = json.dumps({"SecretId": "canary/none", "SecretString": canaries.text()}).encode()
    head = "POST / HTTP/1.1\r\n" + "".join(
        f"{name}: {said}\r\n" for name, said in wire.signed(put, body).items()
    )
    spelled = quote(canaries.text(), safe="")
    length = f"Content-Length: {len(body)}\r\n"
    raws = {
        "broken off": f"{head}Content-Length: {len(body) + 100}\r\n\r\n".encode() + body,
        "two lengths": f"{head}{length}Content-Length: 7\r\n\r\n".encode() + body,
        "a length beside chunks": f"{head}{length}Transfer-Encoding: chunked\r\n\r\n".encode() + body,
        "no request line": body + b"\r\n\r\n",
        "a header too long": f"{head}X-Value: {spelled * 4_000}\r\n\r\n".encode(),
        "a header that is broken": f"{head}{spelled}\r\n{length}\r\n".encode() + body,
        "another method": f"{spelled} / HTTP/1.1\r\nHost: h\r\n\r\n".encode(),
        "a value in the URL": f"GET /?Action=PutSecretValue&SecretString={spelled} HTTP/1.1\r\nHost: h\r\n\r\n".encode(),
        "a value in the path": f"GET /{spelled} HTTP/1.1\r\nHost: h\r\n\r\n".encode(),
        "a body too long": f"{head}Content-Length: {BODY_BYTES_MAX + 1}\r\n\r\n".encode() + body,
        "another version": b"POST / HTTP/9.9\r\n" + length.encode() + b"\r\n" + body,
        "a query service": b"POST / HTTP/1.1\r\nHost: sts\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        + f"Content-Length: {len(spelled) + 41}\r\n\r\nAction=GetCallerIdentity&Version=2011-06-15&C={spelled}".encode(),
    }
    for what, content in raws.items():
        answer = wire.raw(content)
        status = int(answer[9:12]) if answer.startswith(b"HTTP/1.") else 0
        outcome.note(f"{what} over HTTP", status, answer, canaries=canaries)


# -- a life


def through_a_life(deployment: Deployment, canaries: Canaries, outcome: Outcome) -> list[str]:
    """Write values in every way that succeeds, read them in both Regions; return the names of what is replicated."""
    names = [f"canary/{number}" for number in range(SECRETS)]
    with closing(deployment.caller(VIRGINIA)) as caller:
        for number, name in enumerate(names):
            value: dict[str, Any] = (
                {"SecretString": canaries.text()}
                if number % 3
                else {"SecretBinary": base64.b64encode(canaries.content()).decode()}
            )
            caller.ask(
                "CreateSecret", Name=name, **value, **fresh_token(), AddReplicaRegions=[{"Region": OHIO}]
            )
            caller.ask("PutSecretValue", SecretId=name, SecretString=canaries.text(), **fresh_token())
            caller.ask("UpdateSecret", SecretId=name, SecretString=canaries.text(), **fresh_token())
            pending: dict[str, Any] = {"SecretString": canaries.text(), "VersionStages": ["AWSPENDING"]}
            caller.ask("PutSecretValue", SecretId=name, **pending, **fresh_token())
            # The longest, so that pages overflow and are freed again when it is purged.
            long = canaries.text() + "x" * 20_000 + canaries.mark
            caller.ask(
                "PutSecretValue", SecretId=name, SecretString=long, VersionStages=["long"], **fresh_token()
            )
            caller.ask("GetSecretValue", SecretId=name)
        caller.ask("BatchGetSecretValue", SecretIdList=names[:20])
        for name in names[: SECRETS // 3]:
            caller.ask(
                "CreateSecret", Name=f"{name}/gone", SecretString=canaries.text() * 200, **fresh_token()
            )
            caller.ask("DeleteSecret", SecretId=f"{name}/gone", ForceDeleteWithoutRecovery=True)
        through_kms(caller, canaries, outcome)
    return names


def fresh_token() -> dict[str, str]:
    return {"ClientRequestToken": secrets.token_hex(16)}


def through_kms(caller: Caller, canaries: Canaries, outcome: Outcome) -> None:
    """Plaintexts, messages and material that go in, and keys, passwords and random bytes that come out."""

    def kms(operation: str, **members: object) -> dict[str, Any]:
        return caller.ask(operation, service="kms", **members)

    key = kms("CreateKey", Description="plaintexts")["KeyMetadata"]["KeyId"]
    mac = kms("CreateKey", KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    for number in range(20):
        plaintext = base64.b64encode(canaries.content()).decode()
        blob = kms("Encrypt", KeyId=key, Plaintext=plaintext)["CiphertextBlob"]
        assert kms("Decrypt", CiphertextBlob=blob)["Plaintext"] == plaintext
        kms("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=key, DestinationEncryptionContext={"a": "b"})
        message = base64.b64encode(canaries.content()).decode()
        made = kms("GenerateMac", KeyId=mac, Message=message, MacAlgorithm="HMAC_SHA_256")["Mac"]
        kms("VerifyMac", KeyId=mac, Message=message, MacAlgorithm="HMAC_SHA_256", Mac=made)
        if number < 5:
            drawn = {
                "data key": base64.b64decode(
                    kms("GenerateDataKey", KeyId=key, KeySpec="AES_256")["Plaintext"]
                ),
                "random": base64.b64decode(kms("GenerateRandom", NumberOfBytes=32)["Plaintext"]),
                "password": caller.ask("GetRandomPassword", ExcludePunctuation=True)[
                    "RandomPassword"
                ].encode(),
            }
            outcome.drawn |= {f"{what} {number}": content for what, content in drawn.items()}
    _import(kms, canaries.material())


def _import(kms: Callable[..., dict[str, Any]], material: bytes) -> None:
    key = kms("CreateKey", Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    given = kms(
        "GetParametersForImport",
        KeyId=key,
        WrappingAlgorithm="RSAES_OAEP_SHA_256",
        WrappingKeySpec="RSA_2048",
    )
    public = serialization.load_der_public_key(base64.b64decode(given["PublicKey"]))
    assert isinstance(public, rsa.RSAPublicKey)
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    kms(
        "ImportKeyMaterial",
        KeyId=key,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=base64.b64encode(public.encrypt(material, oaep)).decode(),
        ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
    )
    kms("Encrypt", KeyId=key, Plaintext="eA==")


# -- refusals by what is stored


def through_refusals(deployment: Deployment, canaries: Canaries, outcome: Outcome) -> None:
    """Values that are refused for what they meet: a replica, a policy, a key, a token, a window, a name."""
    with closing(deployment.caller(VIRGINIA)) as caller, closing(deployment.caller(OHIO)) as ohio:

        def refused(
            asked: Caller, operation: str, *, service: str = "secretsmanager", **members: object
        ) -> None:
            status, said = asked.answer(operation, service=service, **members)
            assert status == 400, (operation, members.get("SecretId"), status, said.get("__type"))
            outcome.note(operation, status, json.dumps(said, ensure_ascii=False).encode(), canaries=canaries)

        token = fresh_token()
        key = caller.ask("CreateKey", service="kms")["KeyMetadata"]["KeyId"]
        caller.ask("CreateSecret", Name="refuse/token", SecretString=canaries.text(), **token)
        caller.ask("CreateSecret", Name="refuse/window", SecretString=canaries.text(), **fresh_token())
        caller.ask("DeleteSecret", SecretId="refuse/window")
        caller.ask("CreateSecret", Name="refuse/policy", SecretString=canaries.text(), **fresh_token())
        denied = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "secretsmanager:PutSecretValue",
            "Resource": "*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
        caller.ask("PutResourcePolicy", SecretId="refuse/policy", ResourcePolicy=policy)
        caller.ask(
            "CreateSecret", Name="refuse/key", SecretString=canaries.text(), KmsKeyId=key, **fresh_token()
        )
        blob = caller.ask(
            "Encrypt",
            service="kms",
            KeyId=key,
            Plaintext=base64.b64encode(canaries.content()).decode(),
            EncryptionContext={"a": "b"},
        )["CiphertextBlob"]
        refused(caller, "Decrypt", service="kms", CiphertextBlob=blob, EncryptionContext={"a": "c"})
        caller.ask("DisableKey", service="kms", KeyId=key)
        refused(caller, "Decrypt", service="kms", CiphertextBlob=blob, EncryptionContext={"a": "b"})
        plaintext = base64.b64encode(canaries.content()).decode()
        refused(caller, "Encrypt", service="kms", KeyId=key, Plaintext=plaintext)
        for _ in range(5):
            refused(
                ohio, "PutSecretValue", SecretId="canary/1", SecretString=canaries.text(), **fresh_token()
            )
            refused(caller, "PutSecretValue", SecretId="refuse/token", SecretString=canaries.text(), **token)
            refused(
                caller, "CreateSecret", Name="refuse/token", SecretString=canaries.text(), **fresh_token()
            )
            refused(
                caller, "UpdateSecret", SecretId="refuse/key", SecretString=canaries.text(), **fresh_token()
            )
            refused(caller, "CreateSecret", Name="a?b", SecretString=canaries.text(), **fresh_token())
            for name in ("window", "policy", "key", "none"):
                secret = f"refuse/{name}"
                refused(
                    caller, "PutSecretValue", SecretId=secret, SecretString=canaries.text(), **fresh_token()
                )
        refused(caller, "GetSecretValue", SecretId="refuse/key")
