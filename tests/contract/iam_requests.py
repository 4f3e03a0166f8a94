"""Requests of IAM that several contract tests make, and what is read of their answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from tests.contract.region import ACCOUNT, Region

Refusal = tuple[int, str, str]

READ = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}],
    }
)
AWS_READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def trust(*principals: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def of_length(characters: int) -> str:
    """A policy of that many characters that count, and many blanks, which do not."""
    bare = json.loads(READ)
    bare["Statement"][0]["Action"] = [f"secretsmanager:{'A' * 20}"]
    compact = json.dumps(bare, separators=(",", ":"))
    bare["Statement"][0]["Action"][0] += "A" * (characters - len(compact))
    spaced = json.dumps(bare, indent=8)
    assert len(spaced.translate(str.maketrans("", "", " \n"))) == characters
    return spaced


def done(region: Region, action: str, **fields: str) -> Any:
    """Ask for something, and expect a success."""
    answer = region.iam(action, fields)
    assert answer.status == 200, (action, answer.query_refusal)
    return answer


def refused(region: Region, action: str, **fields: str) -> Refusal:
    """Ask for something, and expect a refusal: its status, code and text."""
    return region.iam(action, fields).query_refusal


def role(region: Region, name: str, **fields: str) -> str:
    """Make a role that the account trusts; its id."""
    made = done(region, "CreateRole", RoleName=name, **{"AssumeRolePolicyDocument": trust(ACCOUNT), **fields})
    role_id: str = made.text(".//RoleId")
    return role_id


def policy(region: Region, name: str, document: str = READ) -> str:
    """Make a managed policy; its ARN."""
    arn: str = done(region, "CreatePolicy", PolicyName=name, PolicyDocument=document).text(".//Arn")
    return arn


def document(answer: Any, path: str) -> Any:
    """A policy document of an answer, as clients read it: URL-decoded, then JSON."""
    return json.loads(unquote(answer.text(path)))


def texts(answer: Any, path: str) -> list[str]:
    return [element.text or "" for element in answer.xml.iterfind(path)]


def pages(region: Region, action: str, path: str, **fields: str) -> Iterator[list[str]]:
    """The pages of a list, to its end."""
    marker: dict[str, str] = {}
    while True:
        answer = done(region, action, **fields, **marker)
        yield texts(answer, path)
        if answer.text(".//IsTruncated") == "false":
            return
        marker = {"Marker": answer.text(".//Marker")}


def tags(**pairs: str) -> dict[str, str]:
    """Tags as members of a form."""
    return {
        f"Tags.member.{number}.{member}": text
        for number, pair in enumerate(pairs.items(), 1)
        for member, text in zip(("Key", "Value"), pair, strict=True)
    }
