"""Which account `watchword account create` makes, and what it says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from watchword.cli.accounts import created_text, wanted
from watchword.server.deployment import Account, Deployment, HomeError, from_toml, planned, to_toml

MADE = Account(id="123456789013", partition="aws", name="dev")


@pytest.fixture
def deployment() -> Deployment:
    made = planned(
        home=Path("/srv/watchword"),
        deployment_id="0" * 32,
        regions=("us-east-1", "us-gov-west-1"),
        account_id="123456789012",
        port=8200,
        workers=1,
    )
    regions = tuple(replace(held, transport_key=bytes(32)) for held in made.regions)
    return replace(made, regions=regions, accounts=(made.accounts[0], replace(made.accounts[1], id="5" * 12)))


def test_an_account_gets_the_next_free_id_and_its_id_as_name(deployment: Deployment) -> None:
    grown = replace(deployment, accounts=(*deployment.accounts, MADE))

    assert wanted(grown, name=None, partition=None, account_id=None) == Account(
        id="123456789014", partition="aws", name="123456789014"
    )
    assert wanted(grown, name="x", partition="aws-us-gov", account_id="9" * 12) == Account(
        id="9" * 12, partition="aws-us-gov", name="x"
    )


def test_who_asks_again_by_name_gets_the_account_that_is_there(deployment: Deployment) -> None:
    grown = replace(deployment, accounts=(*deployment.accounts, MADE))

    assert wanted(grown, name="dev", partition=None, account_id=None) == MADE
    assert wanted(grown, name="dev", partition="aws", account_id=MADE.id) == MADE


REFUSED: dict[str, tuple[dict[str, str | None], str]] = {
    "a name that is another's": ({"name": "dev", "account_id": "9" * 12}, "`dev` is the account"),
    "in another partition": ({"name": "dev", "partition": "aws-us-gov"}, "`dev` is the account"),
    "an id that is another's": ({"account_id": "5" * 12}, "has the account `555555555555` already"),
    "no id": ({"account_id": "5" * 11}, "is no account id"),
    "a partition without a Region": ({"partition": "aws-cn"}, "no Region of the partition `aws-cn`"),
    "the default profile": ({"name": "default"}, "is no name for an account"),
    "a partition's profile": ({"name": "aws-us-gov"}, "is no name for an account"),
    "a name that ends a section": ({"name": "a]"}, "is no name for an account"),
    "two lines": ({"name": "a\nb"}, "is no name for an account"),
    "too long": ({"name": "a" * 51}, "is no name for an account"),
}


@pytest.mark.parametrize(("asked", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_can_not_be_made_is_refused_in_one_sentence(
    deployment: Deployment, asked: dict[str, str | None], sentence: str
) -> None:
    grown = replace(deployment, accounts=(*deployment.accounts, MADE))
    arguments: dict[str, str | None] = {"name": None, "partition": None, "account_id": None}

    with pytest.raises(HomeError) as refused:
        wanted(grown, **(arguments | asked))

    assert sentence in str(refused.value)


def test_watchword_toml_keeps_an_account_s_name(deployment: Deployment) -> None:
    grown = replace(deployment, accounts=(*deployment.accounts, MADE))

    assert from_toml(to_toml(grown), home=grown.home).accounts == grown.accounts


def test_what_is_said_names_the_profile_and_who_does_not_know_yet() -> None:
    said = created_text(Path("/srv/w"), MADE, profile="dev", late=("us-east-2",))

    assert "AWS_SHARED_CREDENTIALS_FILE=/srv/w/credentials AWS_PROFILE=dev" in said
    assert "not known yet in us-east-2" in said
    assert "not known" not in created_text(Path("/srv/w"), MADE, profile="dev", late=())
