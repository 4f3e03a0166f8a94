"""Users and roles of the account in a contract test's Region, made behind IAM's operations, and what they ask."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, field
from typing import Any

from tests.contract.region import ACCOUNT, Answer, Region

from watchword.api.call import Principal, PrincipalKind
from watchword.identity.directory import Directory
from watchword.identity.model import AccessKeyItem, Item, Role, User
from watchword.identity.store import IdentityChanged

SECRET_OF_KEY = base64.b64encode(bytes(range(30))).decode()


def directory(region: Region, account: str = ACCOUNT) -> Directory:
    held = region.stores.unit().directory(account)
    assert held is not None
    return held


def change(
    region: Region,
    *save: Item,
    remove: tuple[Item, ...] = (),
    secrets: dict[str, bytes] | None = None,
    account: str = ACCOUNT,
) -> None:
    """Change the account behind its operations, in this Region."""
    before = directory(region, account)
    after = before.changed(save=save, remove=remove, now=region.clock.now, entropy=os.urandom)
    unit = region.stores.unit()
    unit.stage(IdentityChanged(before=before, after=after, secrets=secrets or {}))
    unit.commit(())


def statement(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def add_user(
    region: Region,
    name: str,
    *,
    policy: str | None = None,
    tags: dict[str, str] | None = None,
    user_id: str | None = None,
) -> User:
    """A user whose access key is named after it; with another `user_id`, somebody else of the same name."""
    user = User(
        user_id=user_id or f"AIDA{name.upper()}",
        name=name,
        created_ms=0,
        tags=tags or {},
        inline={} if policy is None else {"p": policy},
    )
    key = AccessKeyItem(access_key_id=f"AKIA{name.upper()}", owner_id=user.user_id, created_ms=0)
    sealed = region.custody.seal_access_key(access_key_id=key.access_key_id, secret_access_key=SECRET_OF_KEY)
    change(region, user, key, secrets={key.access_key_id: sealed})
    return user


def remove_user(region: Region, user: User) -> None:
    change(region, remove=(user, *directory(region).keys_of.get(user.user_id, ())))


def add_role(
    region: Region,
    name: str,
    *,
    role_id: str | None = None,
    policy: str | None = None,
    trust: str | None = None,
    tags: dict[str, str] | None = None,
    max_session_s: int = 3_600,
) -> Role:
    """A role; `trust` is as it is kept, with unique ids."""
    role = Role(
        role_id=role_id or f"AROA{name.upper()}",
        name=name,
        created_ms=0,
        trust=trust or statement(),
        tags=tags or {},
        max_session_s=max_session_s,
        inline={} if policy is None else {"p": policy},
    )
    change(region, role)
    return role


def trusting(*principals: str, actions: tuple[str, ...] = ("sts:AssumeRole",), **condition: Any) -> str:
    """A trust policy that lets these in, by unique id, role id or account."""
    one: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": list(actions)}
    return statement(one | ({"Condition": condition} if condition else {}))


@dataclass(frozen=True, kw_only=True)
class Lent:
    """Temporary credentials, as a client has them."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    token: str = field(repr=False)

    @classmethod
    def of(cls, answer: Answer) -> Lent:
        assert answer.status == 200, answer.query_refusal
        return cls(
            access_key_id=answer.text(".//AccessKeyId"),
            secret_access_key=answer.text(".//SecretAccessKey"),
            token=answer.text(".//SessionToken"),
        )

    def call(self, region: Region, action: str, /, *, service: str = "sts", **fields: str) -> Answer:
        """Ask a query service with them."""
        return region.iam(
            action,
            fields,
            service=service,
            access_key_id=self.access_key_id,
            secret_access_key=self.secret_access_key,
            session_token=self.token,
        )

    def ask(self, region: Region, operation: str, /, **members: object) -> Answer:
        """Ask a JSON service with them."""
        return region.send(
            region.request(
                operation,
                json.dumps(members).encode(),
                access_key_id=self.access_key_id,
                secret_access_key=self.secret_access_key,
                headers=(("x-amz-security-token", self.token),),
            )
        )


def call_as(region: Region, name: str, action: str, /, *, service: str = "sts", **fields: str) -> Answer:
    """Ask a query service as a user."""
    return region.iam(
        action,
        fields,
        service=service,
        access_key_id=f"AKIA{name.upper()}",
        secret_access_key=SECRET_OF_KEY,
    )


def role_arn(name: str, *, account: str = ACCOUNT) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def session_of(region: Region, role: Role, name: str = "job") -> Principal:
    """Somebody who has assumed a role."""
    return Principal(
        kind=PrincipalKind.ROLE_SESSION,
        arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.name}/{name}",
        account=ACCOUNT,
        user_id=f"{role.role_id}:{name}",
        unique_id=f"{role.role_id}:{name}",
        issuer_arn=directory(region).arn_of(role),
        issuer_id=role.role_id,
    )


def ask(region: Region, name: str, operation: str, **members: object) -> Answer:
    """Ask as a user."""
    body = json.dumps(members).encode()
    return region.send(
        region.request(
            operation,
            body,
            access_key_id=f"AKIA{name.upper()}",
            secret_access_key=SECRET_OF_KEY,
        )
    )
