"""Users and roles of the account in a contract test's Region, made behind IAM's operations, and what they ask."""

from __future__ import annotations

import base64
import json
import os
from typing import Any

from tests.contract.region import ACCOUNT, Answer, Region

from watchword.api.call import Principal, PrincipalKind
from watchword.identity.directory import Directory
from watchword.identity.model import AccessKeyItem, Item, Role, User
from watchword.identity.store import IdentityChanged

SECRET_OF_KEY = base64.b64encode(bytes(range(30))).decode()


def directory(region: Region) -> Directory:
    held = region.stores.unit().directory(ACCOUNT)
    assert held is not None
    return held


def change(
    region: Region, *save: Item, remove: tuple[Item, ...] = (), secrets: dict[str, bytes] | None = None
) -> None:
    """Change the account behind its operations, in this Region."""
    before = directory(region)
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


def add_role(region: Region, name: str, *, role_id: str | None = None, policy: str | None = None) -> Role:
    role = Role(
        role_id=role_id or f"AROA{name.upper()}",
        name=name,
        created_ms=0,
        trust=statement(),
        inline={} if policy is None else {"p": policy},
    )
    change(region, role)
    return role


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
