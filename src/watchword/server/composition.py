"""What the commands need of the server: how a Region is made, checked and run."""

from __future__ import annotations

import os
from pathlib import Path

from watchword.custody import root
from watchword.custody.core import Keyring
from watchword.custody.credentials import issuer_key
from watchword.identity.model import AccessKey
from watchword.server import agent, api_worker, door, unsealing
from watchword.server.certificates import endpoint_context, server_context
from watchword.server.deployment import Account, Deployment, HomeError, RegionSettings
from watchword.server.groups import Composition, front_door_group, region_group
from watchword.server.home import Credentials, PublicKeys, add_signing_keys
from watchword.server.kms_client import KMSClient
from watchword.server.own_user import hand_over
from watchword.server.process import Context
from watchword.server.region import now_ms, store_path
from watchword.server.supervisor import Group
from watchword.storage import migrate as schema
from watchword.storage.stores import SQLiteStores


def composed() -> Composition:
    return Composition(
        seal_root=_seal_root,
        prepare_region=_prepare_region,
        add_signing_keys=_add_signing_keys,
        open_store=_open_store,
        region_group=_region_group,
        front_door_group=_front_door_group,
    )


def _seal_root(path: Path, key_file: Path, /, *, region: str, partition: str) -> PublicKeys:
    try:
        transport_key = root.create(path, key_file, region=region, partition=partition, entropy=os.urandom)
        signer = root.unlock(path, key_file).transport_private_key
    except root.RootError as error:
        raise HomeError(str(error)) from error
    return PublicKeys(
        transport_key=transport_key, signing_key=issuer_key(signer, partition=partition, region=region)
    )


def _add_signing_keys(deployment: Deployment) -> None:
    """Write down with what Regions sign whose roots can be opened here, where an earlier release has not."""
    home = deployment.home
    found = {
        settings.name: unsealing.signing_key(settings, home=home)
        for settings in deployment.regions
        if settings.signing_key is None
    }
    keys = {name: key for name, key in found.items() if key is not None}
    if keys:
        add_signing_keys(home, keys)


def _prepare_region(
    deployment: Deployment, settings: RegionSettings, account: Account, credentials: Credentials | None
) -> None:
    """Make the Region's database, with the account and its root user's access key, sealed to this Region."""
    home = deployment.home
    master = root.unlock(home / settings.custody_root, home / settings.custody_key_file)
    keyring = Keyring(master, entropy=os.urandom)
    path = store_path(settings, home=home)
    schema.migrate(path)
    stores = SQLiteStores(path, partition=settings.partition, region=settings.name)
    stores.add_account(account.id, now=now_ms())
    if credentials is not None:
        stores.add_access_key(
            AccessKey(
                access_key_id=credentials.access_key_id,
                account=account.id,
                principal_arn=account.root_arn,
                user_id=account.id,
                sealed_secret=keyring.seal_access_key(
                    access_key_id=credentials.access_key_id,
                    secret_access_key=credentials.secret_access_key,
                ),
                active=True,
            )
        )
    stores.close()


def _open_store(deployment: Deployment, settings: RegionSettings, *, migrate: bool) -> None:
    """Check root, certificates and database before any process starts, so that what is wrong is one sentence."""
    home = deployment.home
    try:
        unsealing.check(settings, home=home)
        if deployment.custodian.user is not None:
            hand_over(settings, home=home, user=deployment.custodian.user)
        path = store_path(settings, home=home)
        schema.check(path, command=f"watchword up --home {home}")
    except schema.SchemaMissing as error:
        # `init` has filled it: to make it anew would bring up a Region that knows nobody and holds nothing.
        raise HomeError(
            f"Region `{settings.name}`: the database `{path}` is empty: put it back from a backup"
        ) from error
    except schema.SchemaOlder as error:
        if not migrate:
            raise HomeError(f"Region `{settings.name}`: {error}") from error
        _migrate(settings, path)
    except (HomeError, schema.SchemaError) as error:
        raise HomeError(f"Region `{settings.name}`: {error}") from error
    _require_certificates(settings, home=home)
    if settings.kms is not None:
        try:
            KMSClient(settings.kms, home=home, clock=now_ms)
        except HomeError as error:
            raise HomeError(f"Region `{settings.name}`: {error}") from error


def _migrate(settings: RegionSettings, path: Path) -> None:
    try:
        schema.migrate(path)
    except schema.SchemaError as error:
        raise HomeError(f"Region `{settings.name}`: {error}") from error


def _require_certificates(settings: RegionSettings, *, home: Path) -> None:
    folder = home / settings.folder
    try:
        server_context(folder)
        folder = home
        if settings.certificate is not None and settings.certificate_key is not None:
            endpoint_context(
                certificate=home / settings.certificate, certificate_key=home / settings.certificate_key
            )
    except OSError as error:
        # ssl.SSLError is one; its text names OpenSSL's source file and no file of ours.
        what = (
            "a certificate or key of its endpoint"
            if folder == home
            else f"a certificate or key in `{folder}`"
        )
        raise HomeError(f"Region `{settings.name}`: {what} is damaged or does not fit the other") from error


def _region_group(deployment: Deployment, settings: RegionSettings) -> Group:
    def worker(context: Context) -> int:
        return api_worker.run(deployment, settings, context)

    def the_agent(context: Context) -> int:
        return agent.run(deployment, settings, context)

    peers = {
        other.name: other.transport_key
        for other in deployment.regions
        if other.name != settings.name and other.partition == settings.partition
    }
    return region_group(settings, worker=worker, agent=the_agent, held=deployment.custodian, peers=peers)


def _front_door_group(deployment: Deployment) -> Group:
    def run(context: Context) -> int:
        return door.run(deployment, context)

    return front_door_group(deployment, run=run)
