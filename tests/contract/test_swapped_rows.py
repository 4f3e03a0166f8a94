"""Whoever can write the database moves sealed things between its rows: none opens, and nobody gets another's value.

Two Regions with one master, the worst case; in each two accounts with two secrets of the same names, and two versions of
each with the same ids. All of it is read first, so that every memory that a process has is warm.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import pytest
from tests.contract.region import (
    ACCESS_KEY_ID,
    ACCOUNT,
    SECRET_ACCESS_KEY,
    Answer,
    Region,
    make_master,
    make_region,
    scratch,
)

from watchword.identity.model import AccessKey

OTHER_ACCOUNT = "210987654321"
# AWS's own example keys, published as such.
CALLERS = {
    ACCOUNT: (ACCESS_KEY_ID, SECRET_ACCESS_KEY),
    OTHER_ACCOUNT: ("AKIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"),
}
VERSIONS = ("1" * 32, "2" * 32)


def ask(region: Region, account: str, operation: str, /, **members: object) -> Answer:
    access_key_id, secret_access_key = CALLERS[account]
    body = json.dumps(members).encode()
    return region.send(
        region.request(operation, body, access_key_id=access_key_id, secret_access_key=secret_access_key)
    )


@dataclass(frozen=True, kw_only=True)
class Place:
    """One row of a table that holds something sealed."""

    region: Region
    account: str
    sid: str
    secret_name: str
    version_id: str

    def read(self) -> Answer:
        return ask(
            self.region,
            self.account,
            "GetSecretValue",
            SecretId=self.secret_name,
            VersionId=self.version_id,
        )

    def held(self, table: str, columns: Sequence[str]) -> tuple[object, ...]:
        with closing(sqlite3.connect(self.region.path)) as stranger:
            asked = f"SELECT {', '.join(columns)} FROM {table} WHERE {WHERE}"  # noqa: S608 - names of this file
            (row,) = stranger.execute(asked, self.key).fetchall()
        return tuple(row)

    def put(self, table: str, columns: Sequence[str], row: Sequence[object]) -> None:
        assigned = ", ".join(f"{column} = ?" for column in columns)
        change = f"UPDATE {table} SET {assigned} WHERE {WHERE}"  # noqa: S608 - names of this file
        self.region.tamper(change, *row, *self.key)

    @property
    def key(self) -> tuple[str, str, str]:
        return self.account, self.sid, self.version_id

    def __str__(self) -> str:
        return f"{self.secret_name} {self.version_id[0]} of {self.account} in {self.region.name}"


WHERE = "account = ? AND sid = ? AND version_id = ?"


@pytest.fixture(scope="module")
def places() -> Iterator[list[Place]]:
    """Every version of every secret; each has a value of its own, a string or a binary."""
    with scratch() as folder:
        master = make_master("us-east-1")
        regions = [
            make_region(folder, name, master=replace(master, region=name))
            for name in ("us-east-1", "us-east-2")
        ]
        made = [place for region in regions for place in _written(region)]
        yield made
        for region in regions:
            region.stores.close()


def _written(region: Region) -> Iterator[Place]:
    access_key_id, secret_access_key = CALLERS[OTHER_ACCOUNT]
    region.stores.add_account(OTHER_ACCOUNT, now=region.clock.now)
    region.stores.add_access_key(
        AccessKey(
            access_key_id=access_key_id,
            account=OTHER_ACCOUNT,
            principal_arn=f"arn:aws:iam::{OTHER_ACCOUNT}:root",
            user_id=OTHER_ACCOUNT,
            sealed_secret=region.custody.seal_access_key(
                access_key_id=access_key_id, secret_access_key=secret_access_key
            ),
            active=True,
        )
    )
    for account, name in itertools.product(CALLERS, ("db", "web")):
        for version_id, kind in zip(VERSIONS, ("SecretString", "SecretBinary"), strict=True):
            text = f"{name} {version_id} {account} {region.name}"
            value = text if kind == "SecretString" else b64encode(text.encode()).decode()
            verb = {"CreateSecret": "Name"} if version_id == VERSIONS[0] else {"PutSecretValue": "SecretId"}
            ((operation, member),) = verb.items()
            said = {member: name, kind: value, "ClientRequestToken": version_id}
            answer = ask(region, account, operation, **said)
            assert answer.status == 200, answer.refusal
        with closing(sqlite3.connect(region.path)) as stranger:
            found = stranger.execute("SELECT sid FROM secret WHERE account = ? AND name = ?", (account, name))
            ((sid,),) = found.fetchall()
        for version_id in VERSIONS:
            yield Place(region=region, account=account, sid=sid, secret_name=name, version_id=version_id)


SEALED = ("secret_version", ("sealed",))
CONTENT = ("secret_version", ("sealed", "content_id", "kind"))
DATA_KEY = ("data_key", ("wrapped",))
NAMED_DATA_KEY = ("data_key", ("key_arn", "wrapped"))
MOVES = {
    "the value": [SEALED],
    "the value and what is said of it": [CONTENT],
    "the data key": [DATA_KEY],
    "the data key and its key's name": [NAMED_DATA_KEY],
    "the value and its data key": [SEALED, DATA_KEY],
    "everything": [CONTENT, NAMED_DATA_KEY],
}
"""What is moved from one version's rows to another's."""


def opened_after(move: Sequence[tuple[str, Sequence[str]]], places: Sequence[Place]) -> list[str]:
    """Move things from each place to each other; return where a read then succeeded."""
    opened = []
    for here, there in itertools.permutations(places, 2):
        before = [there.held(table, columns) for table, columns in move]
        for table, columns in move:
            there.put(table, columns, here.held(table, columns))
        if there.read().status == 200:
            opened.append(f"{here} -> {there}")
        for (table, columns), row in zip(move, before, strict=True):
            there.put(table, columns, row)
    return opened


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_what_is_moved_to_another_row_does_not_open_there(
    move: Sequence[tuple[str, Sequence[str]]], places: list[Place]
) -> None:
    assert [] == [str(place) for place in places if place.read().status != 200]

    opened = opened_after(move, places)

    assert [] == opened
    assert [] == [str(place) for place in places if place.read().status != 200]


def test_a_move_that_opens_is_found(places: list[Place]) -> None:
    """Labels are not sealed: a read by version id does not mind whose they are."""
    move = [("secret_version", ("labels",))]

    opened = opened_after(move, places[:3])

    assert len(opened) == 6


def test_an_access_key_that_is_moved_to_another_signs_nothing(places: list[Place]) -> None:
    """The other's secret under one's own key id would make the other's signatures one's own."""
    region = places[0].region
    ids = [access_key_id for access_key_id, _ in CALLERS.values()]
    with closing(sqlite3.connect(region.path)) as stranger:
        found = stranger.execute("SELECT access_key_id, sealed_secret FROM access_key").fetchall()
    sealed = dict(found)
    change = "UPDATE access_key SET sealed_secret = ? WHERE access_key_id = ?"
    for one, other in itertools.permutations(ids, 2):
        region.tamper(change, sealed[other], one)
        for _, secret_access_key in CALLERS.values():
            request = region.request(
                "ListSecrets", b"{}", access_key_id=one, secret_access_key=secret_access_key
            )

            assert region.send(request).status != 200
        region.tamper(change, sealed[one], one)

    assert [200] * 2 == [ask(region, account, "ListSecrets").status for account in CALLERS]


def test_key_material_that_is_moved_to_another_key_opens_nothing(places: list[Place]) -> None:
    """Between the default keys of two accounts and of two Regions."""
    held: list[tuple[Region, str, bytes]] = []
    for region in {id(place.region): place.region for place in places}.values():
        with closing(sqlite3.connect(region.path)) as stranger:
            rows = stranger.execute("SELECT account, wrapped FROM kms_material").fetchall()
        held += [(region, account, wrapped) for account, wrapped in rows]
    assert len(held) == 4
    change = "UPDATE kms_material SET wrapped = ? WHERE account = ?"

    for (_, _, wrapped), (region, account, own) in itertools.permutations(held, 2):
        region.tamper(change, wrapped, account)
        # A process that has just started: what it holds in memory would open without any material.
        region.compose()
        of_account = [place for place in places if (place.region, place.account) == (region, account)]
        assert [] == [str(place) for place in of_account if place.read().status == 200]
        region.tamper(change, own, account)
        region.compose()

    assert [] == [str(place) for place in places if place.read().status != 200]
