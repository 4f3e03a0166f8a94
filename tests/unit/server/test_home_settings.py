"""What watchword.toml may say: read back as written, refused in one sentence otherwise."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from watchword.server.deployment import (
    ACCOUNT_DEFAULT,
    PORT_MAX,
    PORT_MIN,
    REGIONS_MAX,
    WORKERS_MAX,
    Account,
    Address,
    Deployment,
    HomeError,
    address_of,
    from_toml,
    planned,
    to_toml,
    toml_text,
    with_base_port,
)

HOME = Path("/srv/watchword")


def plan(**changed: object) -> Deployment:
    arguments: dict[str, object] = {
        "home": HOME,
        "deployment_id": "d1",
        "regions": ("us-east-1", "cn-north-1"),
        "account_id": ACCOUNT_DEFAULT,
        "port": 7700,
        "workers": 2,
    }
    # Each test changes one argument, to a value of its type or to one that must be refused.
    made: Deployment = planned(**(arguments | changed))  # type: ignore[arg-type]
    return replace(made, regions=tuple(replace(held, transport_key=bytes(32)) for held in made.regions))


def test_a_deployment_is_read_back_as_it_was_written() -> None:
    first = plan()
    odd = replace(
        first.regions[0],
        control=True,
        opt_in=True,
        endpoint="https://[::1]:8443",
        certificate=Path('/mnt/a "b"\\c/é.crt'),
        certificate_key=Path("tls/key"),
        custody_key_file=Path("/media/usb/us-east-1.key"),
        transport_key=bytes(range(32)),
        signing_key=bytes(range(32, 64)),
        workers=7,
    )
    open_to_all = replace(first.regions[1], endpoint="http://0.0.0.0:80", plain_http=True)
    whole = replace(
        first,
        front_door=None,
        regions=(odd, open_to_all),
        accounts=(
            Account(id="0" * 12),
            Account(id="9" * 12, partition="aws-cn"),
            Account(id="9" * 12, partition="aws-us-gov"),
        ),
    )

    for deployment in (first, whole):
        assert from_toml(to_toml(deployment), home=HOME) == deployment


scalars = some.one_of(
    some.text(some.characters(exclude_categories=["Cs"])), some.integers(-(2**63), 2**63 - 1), some.booleans()
)
keys = some.text(some.characters(exclude_categories=["Cs"]))
tables = some.recursive(
    some.dictionaries(keys, scalars, max_size=4),
    lambda inner: some.dictionaries(
        keys, some.one_of(scalars, inner, some.lists(inner, min_size=1, max_size=3)), max_size=4
    ),
    max_leaves=12,
)


@given(tables)
def test_what_is_written_as_toml_is_what_the_standard_library_reads(document: dict[str, object]) -> None:
    """Source: toml.io v1.0.0, as `tomllib` understands it."""
    assert tomllib.loads(toml_text(document)) == document


def test_ports_follow_from_the_first() -> None:
    deployment = plan(port=9000)

    moved = with_base_port(deployment, 5000)

    assert deployment.front_door == "http://127.0.0.1:9000"
    assert [held.endpoint for held in deployment.regions] == [
        "http://127.0.0.1:9001",
        "http://127.0.0.1:9002",
    ]
    assert [str(held.peer) for held in deployment.regions] == ["127.0.0.1:9051", "127.0.0.1:9052"]
    assert moved == plan(port=5000)


def test_moving_ports_keeps_hosts_and_schemes() -> None:
    secure = replace(plan().regions[0], endpoint="https://[::1]:1", peer=Address(host="10.0.0.7", port=2))

    moved = with_base_port(replace(plan(), regions=(secure,)), 6000)

    assert moved.regions[0].endpoint == "https://[::1]:6001"
    assert str(moved.regions[0].peer) == "10.0.0.7:6051"


def test_no_two_ports_of_the_largest_deployment_are_the_same() -> None:
    names = tuple(f"us-east-{number}" for number in range(REGIONS_MAX))

    deployment = plan(regions=names, port=PORT_MAX)

    ports = [PORT_MAX, *(port for held in deployment.regions for port in (held.address.port, held.peer.port))]
    assert len(set(ports)) == len(ports)
    assert max(ports) <= 65_535


def test_a_region_is_placed_in_its_partition() -> None:
    assert [held.partition for held in plan().regions] == ["aws", "aws-cn"]


def test_each_partition_has_an_account_of_its_own() -> None:
    made = plan(regions=("us-east-1", "us-gov-west-1", "us-east-2", "lab-north-1"), account_id="9" * 12)

    assert made.partitions == ("aws", "aws-us-gov")
    assert [(account.id, account.partition) for account in made.accounts] == [
        ("9" * 12, "aws"),
        ("0" * 12, "aws-us-gov"),
    ]
    assert [account.root_arn for account in made.accounts_of("aws-us-gov")] == [
        f"arn:aws-us-gov:iam::{'0' * 12}:root"
    ]
    assert [held.name for held in made.regions_of("aws")] == ["us-east-1", "us-east-2", "lab-north-1"]


def test_the_control_region_is_the_first_unless_another_is_named() -> None:
    made = plan(regions=("us-east-2", "us-gov-west-1", "us-east-1"))
    named = replace(made, regions=(*made.regions[:2], replace(made.regions[2], control=True)))

    assert [made.control_region(partition) for partition in made.partitions] == ["us-east-2", "us-gov-west-1"]
    assert [named.control_region(partition) for partition in named.partitions] == [
        "us-east-1",
        "us-gov-west-1",
    ]
    with pytest.raises(HomeError, match="no Region of the partition `aws-cn`"):
        made.control_region("aws-cn")


def test_opting_in_is_as_aws_has_it_unless_it_is_said() -> None:
    made = plan(regions=("us-east-1", "af-south-1", "lab-north-1"))
    said = replace(
        made,
        regions=tuple(replace(held, opt_in=held.name != "af-south-1") for held in made.regions),
    )

    assert [held.opt_in for held in made.regions] == [False, True, False]
    assert "opt_in" not in to_toml(made)
    assert [held.opt_in for held in from_toml(to_toml(said), home=HOME).regions] == [True, False, True]


def test_what_was_written_before_accounts_had_partitions_is_read() -> None:
    """Its account is one of every partition that the deployment has Regions in, and its first Regions are in control."""
    old = to_toml(plan()).replace('id = "123456789012"\npartition = "aws"\n', 'id = "123456789012"\n', 1)
    old = old[: old.index('\n[[accounts]]\nid = "123456789013"')] + old[old.index("\n[regions]") :]

    read = from_toml(old, home=HOME)

    assert "partition" not in tomllib.loads(old)["accounts"][0]
    assert read.accounts == (
        Account(id=ACCOUNT_DEFAULT, partition="aws"),
        Account(id=ACCOUNT_DEFAULT, partition="aws-cn"),
    )
    assert read.regions == plan().regions
    assert from_toml(to_toml(read), home=HOME) == read


ACCEPTED = {
    "the lowest port": {"port": PORT_MIN},
    "the highest port": {"port": PORT_MAX},
    "one worker": {"workers": 1},
    "most workers": {"workers": WORKERS_MAX},
    "one Region": {"regions": ("us-east-1",)},
    "a Region of one's own": {"regions": ("mars-north-1",)},
    "an account of zeros": {"account_id": "0" * 12},
}
REFUSED = {
    "a port too low": ({"port": PORT_MIN - 1}, "port 1023 can't be used"),
    "a port too high": ({"port": PORT_MAX + 1}, "can't be used"),
    "no worker": ({"workers": 0}, "1 to 64 API workers, not 0"),
    "too many workers": ({"workers": WORKERS_MAX + 1}, "not 65"),
    "no Region": ({"regions": ()}, "1 to 40 Regions, not 0"),
    "too many Regions": ({"regions": tuple(f"us-east-{n}" for n in range(REGIONS_MAX + 1))}, "not 41"),
    "a Region twice": ({"regions": ("us-east-1", "us-east-2", "us-east-1")}, "`us-east-1` is named twice"),
    "no Region name": ({"regions": ("Virginia",)}, "`Virginia` is no Region name"),
    "a path for a Region": ({"regions": ("../etc-1",)}, "is no Region name"),
    "a Region name too long for a socket": ({"regions": ("a" * 60 + "-1",)}, "is no Region name"),
    "a short account": ({"account_id": "1" * 11}, "`11111111111` is no account id"),
    "a long account": ({"account_id": "1" * 13}, "is no account id"),
    "digits of another script": ({"account_id": "١" * 12}, "is no account id"),
}


@pytest.mark.parametrize("changed", ACCEPTED.values(), ids=ACCEPTED)
def test_a_plan_is_accepted_up_to_its_borders(changed: dict[str, object]) -> None:
    deployment = plan(**changed)

    assert from_toml(to_toml(deployment), home=HOME) == deployment


@pytest.mark.parametrize(("changed", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_plan_is_refused_in_one_sentence(changed: dict[str, object], sentence: str) -> None:
    with pytest.raises(HomeError) as refused:
        plan(**changed)

    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


GOOD = to_toml(plan())
Change = Callable[[str], str]


def swap(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


DAMAGE: dict[str, tuple[Change, str]] = {
    "not TOML": (lambda text: text[:40], "is damaged"),
    "empty": (lambda text: "", "`version` is missing"),
    "a newer version": (swap("version = 1", "version = 2"), "use a newer Watchword"),
    "a newer version that says the rest differently": (
        lambda text: 'version = 2\nregions = "elsewhere"',
        "newer Watchword",
    ),
    "version zero": (swap("version = 1", "version = 0"), "`version` is below 1"),
    "a version in words": (swap("version = 1", 'version = "1"'), "`version` should be an integer"),
    "true for a version": (swap("version = 1", "version = true"), "`version` should be an integer"),
    "an unknown setting": (swap("version = 1", "version = 1\ncolour = 1"), "not known: `colour`"),
    "a misspelt setting of a Region": (
        swap("workers = 2", "worker = 2"),
        "[us-east-1], is damaged: `workers` is missing",
    ),
    "one setting too many in a Region": (swap("workers = 2", "workers = 2\ncores = 2"), "not known: `cores`"),
    "no accounts": (
        lambda text: text[: text.index("[[accounts]]")] + text[text.index("[regions]") :],
        "`accounts` is missing",
    ),
    "an account twice": (
        swap('id = "123456789013"\npartition = "aws-cn"', 'id = "123456789012"\npartition = "aws"'),
        "an account is named twice",
    ),
    "an account of a partition that does not exist": (
        swap('id = "123456789012"\npartition = "aws"', 'id = "123456789012"\npartition = "azure"'),
        "`azure` is no partition",
    ),
    "a partition without an account": (
        swap('id = "123456789013"\npartition = "aws-cn"', 'id = "123456789013"\npartition = "aws"'),
        "the partition `aws-cn` has no account",
    ),
    "two control Regions of a partition": (
        lambda text: text.replace("workers = 2", "workers = 2\ncontrol = true").replace('"aws-cn"', '"aws"'),
        "two control Regions: `us-east-1` and `cn-north-1`",
    ),
    "control in words": (swap("workers = 2", 'workers = 2\ncontrol = "yes"'), "should be true or false"),
    "opt-in in words": (swap("workers = 2", 'workers = 2\nopt_in = "yes"'), "should be true or false"),
    "an account's id as a number": (
        swap('id = "123456789012"', "id = 123456789012"),
        "`id` should be a string",
    ),
    "no Regions": (lambda text: text[: text.index("[regions]")], "`regions` is missing"),
    "a Region that is no table": (
        lambda text: text[: text.index("[regions]")] + "[regions]\nus-east-1 = 1",
        "should be a table",
    ),
    "a wrong Region name": (
        swap("[regions.us-east-1]", "[regions.Virginia]"),
        "`Virginia` is no Region name",
    ),
    "a partition that does not exist": (
        swap('partition = "aws"\nendpoint', 'partition = "azure"\nendpoint'),
        "`azure` is no partition",
    ),
    "an endpoint without a port": (swap("http://127.0.0.1:7701", "http://127.0.0.1"), "is no endpoint"),
    "an endpoint with a path": (swap("http://127.0.0.1:7701", "http://127.0.0.1:7701/api"), "is no endpoint"),
    "an endpoint with a password": (
        swap("http://127.0.0.1:7701", "http://me:pw@127.0.0.1:7701"),
        "is no endpoint",
    ),
    "an endpoint of another scheme": (
        swap("http://127.0.0.1:7701", "ftp://127.0.0.1:7701"),
        "is no endpoint",
    ),
    "a port that is none": (swap("http://127.0.0.1:7701", "http://127.0.0.1:99999"), "is no endpoint"),
    "http beyond loopback": (swap("http://127.0.0.1:7701", "http://10.0.0.7:7701"), "without TLS"),
    "http on every address": (swap("http://127.0.0.1:7701", "http://0.0.0.0:7701"), "without TLS"),
    "https without a certificate": (
        swap("http://127.0.0.1:7701", "https://127.0.0.1:7701"),
        "needs `certificate`",
    ),
    "a certificate without https": (
        swap("workers = 2", 'workers = 2\ncertificate = "c"\ncertificate_key = "k"'),
        "neither",
    ),
    "half a certificate": (swap("workers = 2", 'workers = 2\ncertificate = "c"'), "neither"),
    "a front door for everybody": (
        swap("http://127.0.0.1:7700", "http://0.0.0.0:7700"),
        "must be plain http on loopback",
    ),
    "a peer without a port": (swap('peer = "127.0.0.1:7751"', 'peer = "127.0.0.1"'), "`peer` should read"),
    "a store that is none": (swap("sqlite:regions", "mysql:regions"), "should begin with `sqlite:`"),
    "a short transport key": (swap('AAAA="', '"'), "`transport_key` should be 32 bytes"),
    "a transport key that is no base64": (swap("AAAA", "A A!"), "`transport_key` should be 32 bytes"),
    "a short signing key": (
        swap("workers = 2", 'workers = 2\nsigning_key = "AAAA"'),
        "`signing_key` should be 32 bytes",
    ),
    "no workers": (swap("workers = 2", "workers = 0"), "1 to 64 API workers"),
    "plain_http in words": (
        swap("workers = 2", 'workers = 2\nplain_http = "yes"'),
        "should be true or false",
    ),
}


@pytest.mark.parametrize(("change", "sentence"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_toml_is_refused_in_one_sentence(change: Change, sentence: str) -> None:
    with pytest.raises(HomeError) as refused:
        from_toml(change(GOOD), home=HOME)

    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


LOOPBACK = {
    "127.0.0.1": True,
    "127.9.9.9": True,
    "[::1]": True,
    "localhost": True,
    "0.0.0.0": False,
    "10.0.0.1": False,
    "[::]": False,
}


@pytest.mark.parametrize(("host", "expected"), LOOPBACK.items(), ids=LOOPBACK)
def test_loopback_is_told_from_other_addresses(host: str, expected: bool) -> None:
    assert address_of(f"http://{host}:80").is_loopback is expected


def test_an_unknown_region_is_refused_with_the_ones_that_there_are() -> None:
    with pytest.raises(HomeError, match="no Region `eu-west-1`; it has `us-east-1`, `cn-north-1`"):
        plan().region("eu-west-1")
