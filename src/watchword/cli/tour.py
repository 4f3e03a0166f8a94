"""`watchword tour`: the lab "replicate a secret to another Region", told step by step against the running deployment.

Everything but stopping a Region is asked with plain boto3, as any program would. It cleans up after itself, also when a
step fails or somebody presses Ctrl-C.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from watchword.cli import operating
from watchword.server.deployment import Deployment, HomeError
from watchword.server.home import profile_of, read_credentials

WAIT_S_MAX = 30.0
LOOK_S = 0.01
CITIES = {"us-east-1": "Virginia", "us-east-2": "Ohio", "us-west-2": "Oregon", "eu-west-1": "Ireland"}
"""What people call the Regions that a first deployment is likely to have."""


class TourFailed(Exception):
    """A step did not show what it promised, in one sentence."""


class Tour:
    """One walk: the two Regions, a client for each, and what has to be undone."""

    def __init__(self, deployment: Deployment) -> None:
        partition = next(
            (held for held in deployment.partitions if len(deployment.regions_of(held)) > 1), None
        )
        if partition is None:
            raise HomeError(
                "the tour needs a deployment with two Regions in one partition; make one with `watchword init`"
            )
        pair = deployment.regions_of(partition)[:2]
        self._deployment = deployment
        self._home, self._away = (settings.name for settings in pair)
        self._name = f"tour/database-{secrets.token_hex(4)}"
        self._stopped: set[str] = set()
        self._steps = 0
        credentials = read_credentials(deployment.home, profile=profile_of(deployment, partition))
        endpoint = deployment.front_door
        config = Config(retries={"mode": "standard", "max_attempts": 3}, read_timeout=15)
        self._clients = {
            settings.name: boto3.client(
                "secretsmanager",
                region_name=settings.name,
                endpoint_url=endpoint or settings.endpoint,
                aws_access_key_id=credentials.access_key_id,
                aws_secret_access_key=credentials.secret_access_key,
                config=config,
            )
            for settings in pair
        }

    def walk(self) -> None:
        home, away = self._home, self._away
        self._create()
        self._find_replica()
        self._change()
        self._step(f"Stop {self._called(home)}: its processes really end")
        # Before it is asked for: Ctrl-C while it stops must not leave it stopped.
        self._stopped.add(home)
        operating.stop(self._deployment, home)
        self._say(f"{home} is stopped; {away} has to do without it")
        self._read_alone()
        self._promote()
        self._return()

    def clean_up(self) -> None:
        """Leave the deployment as it was: every Region running, the secret gone everywhere."""
        for region in sorted(self._stopped):
            operating.start(self._deployment, region)
        self._stopped.clear()
        for region, client in self._clients.items():
            with suppress(ClientError, BotoCoreError):
                described = client.describe_secret(SecretId=self._name)
                replicas = [entry["Region"] for entry in described.get("ReplicationStatus", ())]
                if replicas:
                    client.remove_regions_from_replication(SecretId=self._name, RemoveReplicaRegions=replicas)
                elif described.get("PrimaryRegion", region) != region:
                    client.stop_replication_to_replica(SecretId=self._name)
            with suppress(ClientError, BotoCoreError):
                client.delete_secret(SecretId=self._name, ForceDeleteWithoutRecovery=True)

    # -- the steps

    def _create(self) -> None:
        home, away = self._home, self._away
        self._step(f"Create a secret in {self._called(home)}, with a replica in {self._called(away)}")
        began = time.monotonic()
        created = self._clients[home].create_secret(
            Name=self._name,
            SecretString='{"username": "app", "password": "first"}',
            AddReplicaRegions=[{"Region": away}],
            Tags=[{"Key": "team", "Value": "blue"}],
        )
        self._say(f"CreateSecret answered: {created['ARN']}")
        self._say(f"ReplicationStatus: {created['ReplicationStatus'][0]['Status']}")
        self._wait_for(f"{away} to be InSync", self._in_sync)
        self._say(f"InSync after {_ms(began)}")

    def _find_replica(self) -> None:
        home, away = self._home, self._away
        self._step(f"Find it in {self._called(away)}: same name, same ARN but for the Region")
        described = self._clients[away].describe_secret(SecretId=self._name)
        self._say(f"ARN            {described['ARN']}")
        self._say(f"PrimaryRegion  {described['PrimaryRegion']}")
        self._expect(described["ARN"].rpartition("-")[2], self._arn(home).rpartition("-")[2], "ARN suffix")
        self._expect(self._password(away), "first", "password")
        self._say("the value is readable there, under that Region's own key")

    def _change(self) -> None:
        home, away = self._home, self._away
        self._step(f"Change it in {self._called(home)} and see it arrive")
        began = time.monotonic()
        self._put(home, "second")
        self._wait_for(f"the new value in {away}", lambda: self._password(away) == "second")
        self._say(f"readable in {away} {_ms(began)} after PutSecretValue was sent")
        refused = self._refusal(lambda: self._put(away, "wrong"))
        self._say(f"a write to the replica is refused: {refused}")

    def _read_alone(self) -> None:
        away = self._away
        self._step(f"Read in {self._called(away)} while {self._called(self._home)} is gone")
        self._expect(self._password(away), "second", "password")
        self._say("the value is there: nothing that a read needs lies in another Region")

    def _promote(self) -> None:
        away = self._away
        self._step(f"Promote the replica in {self._called(away)} and write to it")
        began = time.monotonic()
        self._clients[away].stop_replication_to_replica(SecretId=self._name)
        self._say(f"StopReplicationToReplica answered after {_ms(began)}")
        self._put(away, "third")
        self._expect(self._password(away), "third", "password")
        self._say("it takes writes now")

    def _return(self) -> None:
        home, away = self._home, self._away
        self._step(f"Start {self._called(home)} again and see what each side says")
        operating.start(self._deployment, home)
        self._stopped.discard(home)
        self._wait_for(
            f"{home} to learn of the promotion",
            lambda: "ReplicationStatus" not in self._clients[home].describe_secret(SecretId=self._name),
        )
        for region, password in ((home, "second"), (away, "third")):
            self._expect(self._password(region), password, f"password in {region}")
            self._say(f"{region}: standalone, its value is the {password} one")
        self._say(
            "two secrets now: the old primary no longer counts a replica and changes nothing over there"
        )

    # -- asking

    def _in_sync(self) -> bool:
        described = self._clients[self._home].describe_secret(SecretId=self._name)
        entry = described["ReplicationStatus"][0]
        if entry["Status"] == "Failed":
            raise TourFailed(f"replication failed: {entry.get('StatusMessage', 'no reason was given')}")
        return bool(entry["Status"] == "InSync")

    def _arn(self, region: str) -> str:
        return str(self._clients[region].describe_secret(SecretId=self._name)["ARN"])

    def _put(self, region: str, password: str) -> None:
        self._clients[region].put_secret_value(
            SecretId=self._name, SecretString=f'{{"username": "app", "password": "{password}"}}'
        )

    def _password(self, region: str) -> str:
        value = str(self._clients[region].get_secret_value(SecretId=self._name)["SecretString"])
        return value.rpartition('": "')[2].removesuffix('"}')

    def _refusal(self, ask: Callable[[], Any]) -> str:
        try:
            ask()
        except ClientError as error:
            return str(error.response["Error"]["Message"])
        raise TourFailed("a write to a replica was accepted")

    # -- telling

    def _called(self, region: str) -> str:
        return f"{CITIES[region]} ({region})" if region in CITIES else region

    def _step(self, what: str) -> None:
        self._steps += 1
        print(f"\n{self._steps}. {what}", flush=True)

    def _say(self, what: str) -> None:
        print(f"   {what}", flush=True)

    def _expect(self, found: str, wanted: str, what: str) -> None:
        if found != wanted:
            raise TourFailed(f"the {what} is not the one that was expected")

    def _wait_for(self, what: str, holds: Callable[[], bool]) -> None:
        """Wait, with a dot for each second that it takes."""
        began = time.monotonic()
        shown = 0
        while not holds():
            waited = time.monotonic() - began
            if waited > WAIT_S_MAX:
                raise TourFailed(f"waited {WAIT_S_MAX:.0f} s for {what}")
            if waited >= shown + 1:
                shown += 1
                print(f"   waiting for {what} " if shown == 1 else ".", end="", flush=True)
            time.sleep(LOOK_S)
        if shown:
            print(flush=True)


def run(deployment: Deployment) -> int:
    """Walk the tour; returns the exit status.

    Raises:
        HomeError: not all of the deployment is running; nothing was done.
    """
    operating.require_running(deployment)
    tour = Tour(deployment)
    try:
        tour.walk()
    except TourFailed as failed:
        print(f"watchword: the tour stopped: {failed}", file=sys.stderr)
        return 1
    except (ClientError, BotoCoreError) as error:
        print(f"watchword: the tour stopped: {error}", file=sys.stderr)
        return 1
    finally:
        print("\nCleaning up", flush=True)
        tour.clean_up()
    print("Done: a secret in two Regions, one Region lost, the other promoted and written.")
    return 0


def _ms(began: float) -> str:
    return f"{(time.monotonic() - began) * 1_000:.0f} ms"
