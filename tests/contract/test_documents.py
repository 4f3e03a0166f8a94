"""The documents say what is: names in them exist, lists in them are complete, and nothing in them is of one machine.

The second half pins what DIVERGENCES.md says and no other test does.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import botocore.session
import pytest
from tests.contract.region import ACCESS_KEY_ID, ACCOUNT, Region
from tools.generate_compatibility import TITLES
from tools.operations import unanswered

from watchword.api import table
from watchword.secrets import listing

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
FOLDERS = ("docs", "src", "tests", "tools", "bench", "requirements", ".ci")
PLACEHOLDER = re.compile(r"[A-Z]{4,}")
"""`HOME`, `REGION`, `NNNN`: a name in a deployment or yet to be made, and no file of ours."""

README_LINES_MAX = 150
ARCHITECTURE_LINES_MAX = 200
"""Four printed pages."""


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(document: str, heading: str) -> str:
    """What stands under a heading, up to the next one."""
    return document.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


# Tests that documents name


def named_tests(document: str) -> list[tuple[str, str]]:
    return re.findall(r"`([\w./]+\.py)::(test_\w+)`", document)


def missing_tests(named: Iterable[tuple[str, str]]) -> list[str]:
    missing = []
    for file, name in named:
        path = ROOT / "tests" / file
        source = path.read_text(encoding="utf-8") if path.is_file() else ""
        if not re.search(rf"^ *(async )?def {name}\(", source, re.MULTILINE):
            missing.append(f"{file}::{name}")
    return missing


def rows_of(document: str) -> Iterator[list[str]]:
    """The cells of the rows of every table, without headings and rules."""
    lines = document.splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        is_row = line.startswith("|") and not line.startswith("| ---") and before.startswith("|")
        if is_row:
            yield [cell.strip() for cell in line.strip("|").split("|")]


def test_every_test_that_divergences_names_exists() -> None:
    named = named_tests(text_of("DIVERGENCES.md"))

    assert len(named) > 50
    assert missing_tests(named) == []


def test_every_divergence_is_pinned_by_a_test() -> None:
    unpinned = [
        row[1] for row in rows_of(text_of("DIVERGENCES.md")) if len(row) == 4 and not named_tests(row[3])
    ]

    assert unpinned == []


def test_a_row_says_of_which_kind_it_is() -> None:
    kinds = {row[0] for row in rows_of(text_of("DIVERGENCES.md")) if len(row) == 4}

    assert kinds == {"differs", "chosen", "ours"}


def test_a_test_that_is_not_there_would_be_found_out() -> None:
    planted = "`contract/test_documents.py::test_nobody_wrote`, `contract/test_nowhere.py::test_a`"

    assert missing_tests(named_tests(planted)) == [
        "contract/test_documents.py::test_nobody_wrote",
        "contract/test_nowhere.py::test_a",
    ]


# Operations that documents list


def listed_operations() -> dict[str, set[str]]:
    rows = rows_of(section(text_of("DIVERGENCES.md"), "Operations that answer"))
    return {service: set(names.split(", ")) for service, names in rows}


def test_every_operation_of_the_table_is_listed_and_no_other() -> None:
    answering: dict[str, set[str]] = {}
    for operation in table.OPERATIONS:
        if f"{operation.service.name}.{operation.name}" not in unanswered.NOT_YET:
            answering.setdefault(TITLES[operation.service.name], set()).add(operation.name)

    assert listed_operations() == answering


def test_every_operation_of_secrets_manager_s_model_is_here() -> None:
    known = botocore.session.get_session().get_service_model("secretsmanager").operation_names

    assert set(known) == listed_operations()["Secrets Manager"]
    assert f"Secrets Manager's {len(known)} operations are all here" in text_of("DIVERGENCES.md")


# Files that documents name


def named_paths(document: str) -> list[str]:
    """What looks like a file of ours or a folder, in backticks, and every link to a file."""
    quoted = re.findall(r"`([\w./-]+\.(?:py|sql|md|sh)|[\w.-]+/(?:[\w.-]+/)*)`", document)
    return [name for name in quoted if not PLACEHOLDER.search(name)]


def missing_paths(names: Iterable[str]) -> list[str]:
    packages = ROOT / "src" / "watchword"
    missing = []
    for name in names:
        folders = [ROOT, packages, ROOT / "tests", ROOT / "src"]
        found = any((folder / name).exists() for folder in folders)
        if not found and "/" not in name:
            # `operations.py` in a sentence about every service.
            found = any(packages.rglob(name)) or any((ROOT / "tests").rglob(name))
        if not found:
            missing.append(name)
    return missing


IN_A_HOME = {"trail/", "operator/", "unseal/", ".venvs/"}
"""Folders of a deployment, or made by `make test`, not of the repository."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    named = set(named_paths(document.read_text(encoding="utf-8"))) - IN_A_HOME

    assert missing_paths(sorted(named)) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_architecture_names_its_files() -> None:
    named = set(named_paths(text_of("ARCHITECTURE.md")))

    assert {"gate/gate.py", "secrets/operations.py", "replication/link.py", "server/courier.py"} <= named
    assert len(named) > 60


def test_a_file_that_is_not_there_would_be_found_out() -> None:
    planted = (
        "see `gate/nowhere.py`, `nobody.py`, `tests/nothing/` and `gate/gate.py`; HOME is `HOME/run/x.py`"
    )

    assert missing_paths(named_paths(planted)) == ["gate/nowhere.py", "nobody.py", "tests/nothing/"]


def test_the_floors_of_architecture_are_those_that_are_checked() -> None:
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    drawn = section(text_of("ARCHITECTURE.md"), "Floors").partition("```\n")[2].partition("```")[0]

    assert [re.split(r" {2,}", line)[0] for line in drawn.splitlines()] == layers


def test_every_invariant_says_where_it_is_held_and_tested() -> None:
    rows = [row for row in rows_of(text_of("ARCHITECTURE.md")) if re.fullmatch(r"I\d+", row[0])]

    assert [row[0] for row in rows] == [f"I{number}" for number in range(1, 19)]
    for row in rows:
        held, tested = named_paths(row[2]), named_paths(row[3])
        # The order across secrets is promised by nobody.
        assert (bool(held) and bool(tested)) != (row[0] == "I16"), row


def test_documents_are_as_short_as_they_promise() -> None:
    assert len(text_of("README.md").splitlines()) <= README_LINES_MAX
    assert len(text_of("ARCHITECTURE.md").splitlines()) <= ARCHITECTURE_LINES_MAX


# What belongs to one machine


def of_one_machine(text: str) -> list[str]:
    """Paths of this machine, addresses of registries, and options that name one."""
    # With what follows: `/root` alone begins a file of every Region.
    places = [rf"(?<!\w){re.escape(str(place))}/" for place in (ROOT, Path.home()) if len(place.parts) > 1]
    registries = r"--(?:extra-)?index-url[ =]\S+|--find-links[ =]\S+|--trusted-host[ =]\S+|https?://[\w.-]*\b(?:pypi|pythonhosted|registry)\b\S*"
    return re.findall("|".join([*places, registries]), text)


def sources() -> Iterator[Path]:
    yield from (path for path in ROOT.iterdir() if path.is_file())
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            known = path.suffix in (".py", ".md", ".sql", ".txt", ".toml", ".sh", "")
            if known and path.is_file() and "__pycache__" not in path.parts:
                yield path


def test_nothing_belongs_to_one_machine() -> None:
    found = {
        str(path.relative_to(ROOT)): of_one_machine(text)
        for path in sources()
        if (text := path.read_text(encoding="utf-8", errors="replace"))
    }

    assert len(found) > 200
    assert {name: places for name, places in found.items() if places} == {}


def test_a_machine_s_path_would_be_found_out() -> None:
    """In pieces, for this file is looked at too."""
    planted = (f"in {ROOT}/src", "--index-url" + " x", "https://" + "registry.example/simple")

    assert [len(of_one_machine(text)) for text in planted] == [1, 1, 1]


# What DIVERGENCES.md says and no other test pins


def make(region: Region, *names: str) -> None:
    """In this order, a millisecond apart."""
    for name in names:
        region.clock.forward(1)
        region.call("CreateSecret", Name=name)


def test_a_page_holds_a_hundred_secrets_unless_said_otherwise(region: Region) -> None:
    make(region, *(f"s{number:03}" for number in range(101)))

    first = region.call("ListSecrets")
    rest = region.call("ListSecrets", NextToken=first["NextToken"])

    assert [entry["Name"] for entry in first["SecretList"]] == [f"s{number:03}" for number in range(100)]
    assert [entry["Name"] for entry in rest["SecretList"]] == ["s100"]


def test_a_filtered_page_may_be_empty_and_go_on(region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small limits: 4,000 secrets would take a minute to make."""
    monkeypatch.setattr(listing, "SCANNED_MAX", 2)
    make(region, "a", "b", "c", "d", "wanted")
    query = {"Filters": [{"Key": "name", "Values": ["wanted"]}]}

    pages = [region.call("ListSecrets", **query)]
    while "NextToken" in pages[-1]:
        pages.append(region.call("ListSecrets", NextToken=pages[-1]["NextToken"], **query))

    assert [[entry["Name"] for entry in page["SecretList"]] for page in pages] == [[], [], ["wanted"]]


@pytest.mark.parametrize("operation", ["DisableKey", "EnableKey"])
def test_the_default_key_is_not_switched_off(region: Region, operation: str) -> None:
    region.call("CreateSecret", Name="db", SecretString="v")
    key_id = region.call("DescribeKey", KeyId="alias/aws/secretsmanager")["KeyMetadata"]["KeyId"]

    code, text = region.refused(operation, KeyId=key_id)

    assert code == "AccessDeniedException"
    assert text.endswith(f"is not authorized to change the AWS managed key {key_arn(region, key_id)}")
    assert region.call("GetSecretValue", SecretId="db")["SecretString"] == "v"


def key_arn(region: Region, key_id: str) -> str:
    return f"arn:aws:kms:{region.name}:{ACCOUNT}:key/{key_id}"


def test_what_is_meant_for_an_enclave_is_refused(region: Region) -> None:
    key_id = region.call("CreateKey")["KeyMetadata"]["KeyId"]
    enclave = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": "dg=="}

    answer = region.call("GenerateDataKey", KeyId=key_id, KeySpec="AES_256")

    assert {"Plaintext", "CiphertextBlob"} <= answer.keys()
    for operation, members in (
        ("GenerateDataKey", {"KeyId": key_id, "KeySpec": "AES_256"}),
        ("Decrypt", {"CiphertextBlob": answer["CiphertextBlob"]}),
    ):
        refused = region.refused(operation, Recipient=enclave, **members)
        assert refused == ("ValidationException", "`Recipient` is not supported")


def test_what_names_no_operation_leaves_no_event(region: Region) -> None:
    assert region.refused("NoSuchOperation")[0] == "UnknownOperationException"

    assert region.events() == []


def test_iams_unique_ids_and_what_a_role_was_last_used_for(region: Region) -> None:
    trust = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}'

    user = region.iam("CreateUser", {"UserName": "ann"}).text(".//UserId")
    region.iam("CreateRole", {"RoleName": "job", "AssumeRolePolicyDocument": trust})
    role = region.iam("GetRole", {"RoleName": "job"})

    assert [len(unique_id) for unique_id in (user, role.text(".//RoleId"))] == [20, 20]
    assert role.text(".//RoleLastUsed") == ""


def test_a_root_user_changes_its_access_key_and_has_none_but_those(region: Region) -> None:
    made = region.iam("CreateAccessKey")
    new_id, secret = made.text(".//AccessKeyId"), made.text(".//SecretAccessKey")
    ask = partial(region.iam, access_key_id=new_id, secret_access_key=secret)

    assert ask("DeleteAccessKey", {"AccessKeyId": ACCESS_KEY_ID}).status == 200
    assert region.iam("GetUser").query_refusal[1] == "InvalidClientTokenId"
    assert ask("GetUser").text(".//Arn") == f"arn:aws:iam::{ACCOUNT}:root"
    assert ask("DeleteAccessKey", {"AccessKeyId": new_id}).status == 200
    assert ask("GetUser").query_refusal[1] == "InvalidClientTokenId"
