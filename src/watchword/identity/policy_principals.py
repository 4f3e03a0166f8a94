"""How users and roles are remembered in policies and grants: by unique id, so that nobody inherits from a namesake.

A policy that is saved names a user or role by its ARN; it is kept with the id in the ARN's place (`AIDA…`, `AROA…`), and
read back with the ARN that the user or role has then. One that is gone reads as its id, and whoever is made again under
its name has another one.

  1. Only what stands in `Principal` or `NotPrincipal` under `AWS` is rewritten. All else stays byte for byte: the same
     ARN in a condition or a resource is a text to compare with.
  2. A user or role of an account whose identity this Region holds has to exist.
  3. One of any other account is kept as written: it names nobody here, now and later.
  4. Accounts (twelve digits, or their root user's ARN), sessions and federated users are kept as written.

Source: IAM User Guide, JSON policy elements: Principal, "IAM role principals" and "IAM user principals"; KMS Developer
Guide, Grants in AWS KMS; facts A.3; decision 0008.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Protocol

from watchword.api.call import Principal, UnknownPrincipal, root_of
from watchword.identity.store import IdentityStore

_USER_OR_ROLE = re.compile(r"arn:[^:]+:iam::(?P<account>[0-9]{12}):(?:user|role)/.+", re.ASCII | re.DOTALL)
_UNIQUE_ID = re.compile(r"(?:AIDA|AROA)[A-Z0-9]+", re.ASCII)

# Strings are taken whole, so that a bracket in one opens nothing. What a colon follows names a member.
JSON_TOKEN = re.compile(
    r'(?P<text>"(?:[^"\\]++|\\.)*+")(?P<names>\s*:)?|(?P<opens>[{\[])|(?P<closes>[}\]])', re.ASCII | re.DOTALL
)
_PLACES = (("Statement", "Principal", "AWS"), ("Statement", "NotPrincipal", "AWS"))


class Known(Protocol):
    """Who there is, in every account that is held here."""

    def holds(self, account: str, /) -> bool: ...

    def id_of_arn(self, arn: str, /) -> str | None:
        """The unique id of the user or role that has an ARN now."""

    def arn_of_id(self, unique_id: str, /) -> str | None:
        """The ARN that a user or role has now; `None`: it is gone."""

    def principal(self, unique_id: str, /, *, account: str) -> Principal | None:
        """A user of an account, or a role as if it had a session that nothing limits."""


class KnownHere:
    """Who there is, as this Region's copies of the accounts' identity have it."""

    __slots__ = ("_store",)

    def __init__(self, store: IdentityStore) -> None:
        self._store = store

    def holds(self, account: str, /) -> bool:
        return self._store.directory(account) is not None

    def id_of_arn(self, arn: str, /) -> str | None:
        directory = self._store.directory(arn.split(":", 5)[4])
        return None if directory is None else directory.id_of_arn(arn)

    def arn_of_id(self, unique_id: str, /) -> str | None:
        # An id does not say whose it is. A deployment has few accounts, and their directories are in memory.
        for account in self._store.accounts():
            directory = self._store.directory(account)
            found = None if directory is None else directory.arn_of_id(unique_id)
            if found is not None:
                return found
        return None

    def principal(self, unique_id: str, /, *, account: str) -> Principal | None:
        directory = self._store.directory(account)
        return None if directory is None else directory.principal_of_id(unique_id)


class NamesOf:
    """`api.call.Names`, by who is known. Pure but for what `known` reads."""

    __slots__ = ("_known",)

    def __init__(self, known: Known) -> None:
        self._known = known

    def remembered(self, arn: str, /) -> str:
        """How a principal is kept.

        Raises:
            UnknownPrincipal: no such user or role in an account that this deployment holds.
        """
        named = _USER_OR_ROLE.fullmatch(arn)
        # (3), (4)
        if named is None or not self._known.holds(named["account"]):
            return arn
        # (2)
        unique_id = self._known.id_of_arn(arn)
        if unique_id is None:
            raise UnknownPrincipal(arn)
        return unique_id

    def shown(self, remembered: str, /) -> str:
        """How a principal that was kept is called now."""
        if _UNIQUE_ID.fullmatch(remembered) is None:
            return remembered
        return self._known.arn_of_id(remembered) or remembered

    def policy_remembered(self, text: str, /) -> str:
        """How a policy is kept, which was read strictly before (`policy_document.read`).

        Raises:
            UnknownPrincipal: as `remembered`, for the first in the text.
        """
        return rewritten(text, self.remembered)

    def policy_shown(self, text: str, /) -> str:
        """A policy that was kept, with the names of today."""
        return rewritten(text, self.shown)

    def acting(self, remembered: str, /, *, account: str) -> Principal:
        """Who is remembered so (`Principal.acts_as`), as it is now.

        Raises:
            UnknownPrincipal: nobody of this account, or it is gone.
        """
        _, _, rest = remembered.partition(":iam::")
        if rest == f"{account}:root":
            return root_of(account, partition=remembered.split(":")[1])
        found = self._known.principal(remembered, account=account)
        if found is None:
            raise UnknownPrincipal(remembered)
        return found


def invalid_principal(arn: str) -> str:
    """IAM's words for a principal that does not exist, in its MalformedPolicyDocument."""
    return f'Invalid principal in policy: "AWS":"{arn}"'


def rewritten(text: str, name: Callable[[str], str]) -> str:
    """The text with another name for each principal under `AWS`, and all else as it was (1). Pure.

    `text` is one JSON object that can be read in one way only.
    """
    pieces: list[str] = []
    done = 0
    for found in _principals(text):
        held = json.loads(found["text"])
        named = name(held)
        if named != held:
            pieces += (text[done : found.start("text")], json.dumps(named))
            done = found.end("text")
    return "".join((*pieces, text[done:]))


def _principals(text: str) -> Iterator[re.Match[str]]:
    """The strings under `AWS`, alone or in a list, in their order."""
    # For each bracket that is open: the member that we are in, or nothing for a list.
    path: list[str] = []
    for found in JSON_TOKEN.finditer(text):
        if found["opens"]:
            path.append("")
        elif found["closes"]:
            path.pop()
        elif found["names"]:
            path[-1] = json.loads(found["text"])
        elif tuple(filter(None, path)) in _PLACES:
            yield found
