"""The home folder: how it is laid out, made whole or not at all, opened, and changed.

    HOME/watchword.toml             written last: a folder that has it holds a complete deployment
    HOME/credentials        0600    each account's root user's access key, laid out as the AWS CLI's file of that name
    HOME/regions/REGION/    0700    store.sqlite3, root.sealed, peer.key, peer.crt, ca.crt, trail/, sockets
    HOME/unseal/REGION.key  0600    opens root.sealed; apart, so that a backup of the data alone opens nothing
    HOME/operator/          0700    ca.key and ca.crt; no Region's host needs them
    HOME/run/               0700    lock and control socket of `watchword up`

How a deployment is made, so that a crash at any point leaves either a complete one or what the next attempt
clears:
  1. Take the lock on HOME itself.
  2. Build everything in HOME/.new.
  3. Move each entry from there into HOME, all but watchword.toml.
  4. Move that to HOME/watchword.toml.new, remove HOME/.new, and sync.
  5. Rename it to HOME/watchword.toml.
A folder with `.new` and no watchword.toml was interrupted in 2-4 and never held a secret: it is cleared. One
with watchword.toml.new and no `.new` was interrupted before 5, which is then done.

A Region that is added later is built beside its place (`regions/.new-REGION`) and moved there before watchword.toml names
it; one that is removed is named no more before its folder and key file are moved aside (`.removed-REGION-DATE`). So what
is in place and not named is never a Region in service; it is moved aside too, for it may be one that was removed.
"""

from __future__ import annotations

import base64
import configparser
import datetime as dt
import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from watchword.server import certificates
from watchword.server.deployment import (
    PROFILE_DEFAULT,
    Account,
    Deployment,
    HomeError,
    RegionSettings,
    from_toml,
    planned,
    to_toml,
)
from watchword.server.unsealing import needs_key_file

HOME_DEFAULT = "data"
HOME_VARIABLE = "WATCHWORD_HOME"
REGIONS_DEFAULT = ("us-east-1", "us-east-2")

TOML = "watchword.toml"
TOML_NEW = "watchword.toml.new"
STAGING = ".new"
CREDENTIALS = "credentials"
CREDENTIALS_NEW = "credentials.new"
REGION_NEW = ".new-{name}"
REGION_REMOVED = ".removed-{name}-{date}"
OUR_ENTRIES = (TOML_NEW, CREDENTIALS, "regions", "unseal", "operator", "run")
"""What step 3 may have moved into HOME before it was interrupted."""
NOT_FOREIGN = ("lost+found",)
"""Found in a fresh mount point."""
TOML_BYTES_MAX = 1_048_576

DEPLOYMENT_ID_BYTES = 16
ACCESS_KEY_ID_BYTES = 10
SECRET_ACCESS_KEY_BYTES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The access key of an account's root user, as a profile of HOME/credentials holds it."""

    access_key_id: str
    secret_access_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKeys:
    """What a Region's root says to the other Regions."""

    transport_key: bytes
    signing_key: bytes


class SealRoot(Protocol):
    """Make a Region's sealed root and the key file that opens it; return what of it is public."""

    def __call__(self, path: Path, key_file: Path, /, *, region: str, partition: str) -> PublicKeys: ...


PrepareRegion = Callable[[Deployment, RegionSettings, Account, Credentials | None], None]
"""Make a Region's database with the account and, if it is known, its root user's access key in it, and close it.

The settings' paths are where it is being built: they are gone afterwards.
"""


def home_folder(argument: str | None, environment: Mapping[str, str]) -> Path:
    """Return the absolute home folder: `--home`, else WATCHWORD_HOME, else `data` in the working folder."""
    return Path(argument or environment.get(HOME_VARIABLE) or HOME_DEFAULT).absolute()


def is_deployed(home: Path) -> bool:
    return (home / TOML).exists()


def create(
    home: Path,
    *,
    regions: Sequence[str],
    account_id: str,
    port: int,
    workers: int,
    entropy: Callable[[int], bytes],
    now: int,
    seal_root: SealRoot,
    prepare_region: PrepareRegion,
) -> Deployment:
    """Make a deployment in a folder that is new or empty; durable and complete when it returns.

    Raises:
        HomeError: an argument is wrong, or the folder is unwritable, holds something else or already a
        deployment.
            Whatever fails, nothing that was made here stays.
    """
    deployment = planned(
        home=home / STAGING,
        deployment_id=entropy(DEPLOYMENT_ID_BYTES).hex(),
        regions=regions,
        account_id=account_id,
        port=port,
        workers=workers,
    )
    with _folder_for(home), _locked_folder(home):
        _recover(home)
        if is_deployed(home):
            raise HomeError(f"`{home}` already holds a deployment; start it with `watchword up`")
        _require_empty(home)
        try:
            (home / STAGING).mkdir(mode=0o700)
            deployment = _build(
                deployment, entropy=entropy, now=now, seal_root=seal_root, prepare_region=prepare_region
            )
            _move_in(home)
        except OSError as error:
            _clear(home)
            raise _unwritable(home, error) from error
        except BaseException:
            # Ctrl-C too: a person who stops `init` finds the folder as it was.
            _clear(home)
            raise
    return replace(deployment, home=home)


def recover(home: Path) -> None:
    """Finish or clear what an interrupted `create` left; does nothing to a folder that was not interrupted.

    Raises:
        HomeError: the folder can't be written, or somebody is making a deployment in it now.
    """
    interrupted = not is_deployed(home) and ((home / STAGING).exists() or (home / TOML_NEW).exists())
    if interrupted:
        with _locked_folder(home):
            _recover(home)


def open_home(home: Path) -> Deployment:
    """Read the deployment that a folder holds.

    Raises:
        HomeError: there is none, or its watchword.toml is damaged, unreadable or of a newer version.
    """
    path = home / TOML
    try:
        if path.stat().st_size > TOML_BYTES_MAX:
            raise HomeError(f"`{path}` is damaged: it is over {TOML_BYTES_MAX} bytes")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise HomeError(f"there is no deployment in `{home}`; make one with `watchword init`") from None
    except NotADirectoryError:
        raise HomeError(f"`{home}` is not a folder") from None
    except UnicodeDecodeError:
        raise HomeError(f"`{path}` is damaged: it is not UTF-8 text") from None
    except OSError as error:
        raise HomeError(f"`{path}` can't be read: {error.strerror}") from None
    return from_toml(text, home=home)


def require_pieces(deployment: Deployment, region: str) -> None:
    """Refuse a Region of which a file is missing, or whose secret files others may read; HomeError."""
    settings = deployment.region(region)
    folder = deployment.home / settings.folder
    private = [folder / "peer.key"]
    if needs_key_file(settings, home=deployment.home):
        private.append(deployment.home / settings.custody_key_file)
    public = [
        deployment.home / settings.custody_root,
        folder / "peer.crt",
        folder / "ca.crt",
        deployment.home / settings.store.removeprefix("sqlite:"),
    ]
    if settings.certificate is not None and settings.certificate_key is not None:
        public.append(deployment.home / settings.certificate)
        private.append(deployment.home / settings.certificate_key)
    for path in (*private, *public):
        if not path.is_file():
            raise HomeError(f"Region `{region}` is damaged: `{path}` is missing")
    for path in private:
        _require_private(path)


def profile_of(deployment: Deployment, partition: str) -> str:
    """Return the profile of HOME/credentials for a partition: the first account's is the default one.

    So is that of every partition in which the first account stands too, as in deployments made before accounts had one.
    """
    first = deployment.accounts[0]
    if any(account.id == first.id for account in deployment.accounts_of(partition)):
        return PROFILE_DEFAULT
    return partition


def read_credentials(home: Path, *, profile: str = PROFILE_DEFAULT) -> Credentials:
    """Read a root user's access key.

    Raises:
        HomeError: the file is missing, damaged, or may be read by others.
    """
    path = home / CREDENTIALS
    # The parser's own messages quote the line at fault, which may be the key.
    damaged = HomeError(f"`{path}` is damaged")
    try:
        return _profiles(path)[profile]
    except (configparser.Error, UnicodeDecodeError, KeyError):
        raise damaged from None
    except OSError as error:
        raise HomeError(f"`{path}` can't be read: {error.strerror}") from None


def _profiles(path: Path) -> dict[str, Credentials]:
    if not path.is_file():
        raise HomeError(f"`{path}` is missing; it holds the root user's access key")
    _require_private(path)
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(path.read_text(encoding="utf-8"))
    return {
        name: Credentials(
            access_key_id=parser[name]["aws_access_key_id"],
            secret_access_key=parser[name]["aws_secret_access_key"],
        )
        for name in parser.sections()
    }


def save(deployment: Deployment) -> None:
    """Write watchword.toml anew; durable at return, and at any moment the old or the new one is there.

    Raises:
        HomeError: the folder can't be written.
    """
    home = deployment.home
    try:
        _replace(home / TOML, to_toml(deployment), beside=home / TOML_NEW, mode=0o644)
    except OSError as error:
        raise _unwritable(home, error) from error


def add_signing_keys(home: Path, keys: Mapping[str, bytes]) -> Deployment:
    """Write Regions' signing keys into watchword.toml where it has none, and return what it says now.

    HOME's lock is waited for: Regions that are started apart may come to this together.

    Raises:
        HomeError: the folder can't be read or written.
    """
    with _locked_folder(home, wait=True):
        deployment = open_home(home)
        regions = tuple(
            replace(held, signing_key=held.signing_key or keys.get(held.name)) for held in deployment.regions
        )
        changed = replace(deployment, regions=regions)
        if changed != deployment:
            save(changed)
    return changed


def add_region(
    deployment: Deployment,
    name: str,
    *,
    entropy: Callable[[int], bytes],
    now: int,
    seal_root: SealRoot,
    prepare_region: PrepareRegion,
) -> Deployment:
    """Make a Region of a deployment that names it and has no files of it yet; complete and durable at return.

    Returns the deployment with the Region's keys in its settings. The caller holds the lock on changes of Regions.

    Raises:
        HomeError: the authority's key is not on this host, or the folder can't be written; no Region is named that was
            not before.
    """
    home = deployment.home
    authority = _read_authority(home)
    settings = deployment.region(name)
    try:
        set_aside(home, settings, now=now)
        beside = _beside(settings)
        _clear_beside(home, beside)
        # The first of its partition alone: to any other, the control Region brings what is in force by now. A key that
        # was deleted since `init` must not be let in, not even until that has arrived.
        credentials: dict[str, Credentials] = {}
        if deployment.control_region(settings.partition) == name:
            credentials = _credentials_for(deployment, settings.partition, entropy=entropy)
        beside = _build_region(
            beside,
            home=home,
            deployment_id=deployment.id,
            authority=authority,
            entropy=entropy,
            now=now,
            seal_root=seal_root,
        )
        for account in deployment.accounts_of(settings.partition):
            prepare_region(deployment, beside, account, credentials.get(account.id))
        _move_region_in(home, settings)
        made = replace(
            beside,
            store=settings.store,
            custody_root=settings.custody_root,
            custody_key_file=settings.custody_key_file,
        )
        grown = replace(
            deployment, regions=tuple(made if held.name == name else held for held in deployment.regions)
        )
        save(grown)
    except OSError as error:
        raise _unwritable(home, error) from error
    return grown


def set_aside(home: Path, settings: RegionSettings, *, now: int) -> tuple[Path, ...]:
    """Move a Region's folder and key file to where nothing looks; return where they are, relative to HOME.

    Nothing is deleted. What its settings place elsewhere than below HOME stays where it is.
    """
    date = dt.datetime.fromtimestamp(now // 1_000, tz=dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = REGION_REMOVED.format(name=settings.name, date=date)
    moved = []
    for place, where in (
        (settings.folder, settings.folder.parent / aside),
        (settings.custody_key_file, settings.custody_key_file.parent / f"{aside}.key"),
    ):
        if not place.is_absolute() and (home / place).exists():
            (home / place).rename(home / where)
            _sync_folder((home / place).parent)
            moved.append(where)
    return tuple(moved)


@contextmanager
def locked(path: Path, *, taken: str) -> Iterator[None]:
    """Hold a lock file while the block runs; the kernel lets go of it with this process, however that ends.

    Raises:
        HomeError: another process holds it (`taken` is the sentence), or the file can't be made.
    """
    descriptor = hold(path, taken=taken)
    try:
        yield
    finally:
        os.close(descriptor)


def hold(path: Path, *, taken: str) -> int:
    """Take a lock file and return its descriptor: closing that lets go. HomeError as in `locked`."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise HomeError(f"`{path}` can't be written: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise HomeError(taken) from None
    except OSError as error:
        os.close(descriptor)
        raise HomeError(f"`{path}` can't be locked: {error.strerror}") from error
    return descriptor


def _build(
    deployment: Deployment,
    *,
    entropy: Callable[[int], bytes],
    now: int,
    seal_root: SealRoot,
    prepare_region: PrepareRegion,
) -> Deployment:
    staging = deployment.home
    for name in ("regions", "unseal", "operator", "run"):
        (staging / name).mkdir(mode=0o700)
    authority = certificates.new_authority(deployment_id=deployment.id, now=now, entropy=entropy)
    _write(staging / "operator" / "ca.crt", authority.certificate, mode=0o644)
    _write(staging / "operator" / "ca.key", authority.key, mode=0o600)
    credentials = {account.id: _new_credentials(entropy) for account in deployment.accounts}
    profiles = {
        profile_of(deployment, account.partition): credentials[account.id] for account in deployment.accounts
    }
    _write(staging / CREDENTIALS, _credentials_text(profiles), mode=0o600)
    regions = [
        _build_region(
            settings,
            home=staging,
            deployment_id=deployment.id,
            authority=authority,
            entropy=entropy,
            now=now,
            seal_root=seal_root,
        )
        for settings in deployment.regions
    ]
    deployment = replace(deployment, regions=tuple(regions))
    # After all transport keys are known: a Region's database may name its peers.
    for settings in deployment.regions:
        # A Region that has to be enabled first knows nobody until it is.
        is_control = deployment.control_region(settings.partition) == settings.name
        knows = is_control or not settings.opt_in
        for account in deployment.accounts_of(settings.partition):
            prepare_region(deployment, settings, account, credentials[account.id] if knows else None)
    _write(staging / TOML, to_toml(deployment), mode=0o644)
    return deployment


def _build_region(
    settings: RegionSettings,
    *,
    home: Path,
    deployment_id: str,
    authority: certificates.Issued,
    entropy: Callable[[int], bytes],
    now: int,
    seal_root: SealRoot,
) -> RegionSettings:
    """Make a Region's folder with all but its database, where its root is to lie; return it with its keys."""
    root, key_file = home / settings.custody_root, home / settings.custody_key_file
    folder = root.parent
    folder.mkdir(mode=0o700)
    (folder / "trail").mkdir(mode=0o700)
    issued = certificates.issue(
        authority, deployment_id=deployment_id, region=settings.name, now=now, entropy=entropy
    )
    _write(folder / "ca.crt", authority.certificate, mode=0o644)
    _write(folder / "peer.crt", issued.certificate, mode=0o644)
    _write(folder / "peer.key", issued.key, mode=0o600)
    public = seal_root(root, key_file, region=settings.name, partition=settings.partition)
    return replace(settings, transport_key=public.transport_key, signing_key=public.signing_key)


def _beside(settings: RegionSettings) -> RegionSettings:
    """Return a Region's settings with its files where they are built."""
    name = REGION_NEW.format(name=settings.name)
    folder = settings.folder.parent / name
    return replace(
        settings,
        store=f"sqlite:{folder / 'store.sqlite3'}",
        custody_root=folder / "root.sealed",
        custody_key_file=settings.custody_key_file.parent / f"{name}.key",
    )


def _clear_beside(home: Path, beside: RegionSettings) -> None:
    """Clear what an attempt left that was interrupted: it was never in its place, so it never held a secret."""
    shutil.rmtree(home / beside.custody_root.parent, ignore_errors=True)
    with suppress(FileNotFoundError):
        (home / beside.custody_key_file).unlink()


def _move_region_in(home: Path, settings: RegionSettings) -> None:
    beside = _beside(settings)
    for folder, _, _ in os.walk(home / beside.custody_root.parent):
        _sync_folder(Path(folder))
    # The key file before the folder: a root that nothing opens would look like a Region.
    for place, where in (
        (beside.custody_key_file, settings.custody_key_file),
        (beside.custody_root.parent, settings.folder),
    ):
        (home / place).rename(home / where)
        _sync_folder((home / where).parent)


def _read_authority(home: Path) -> certificates.Issued:
    certificate, key = home / "operator" / "ca.crt", home / "operator" / "ca.key"
    for path in (certificate, key):
        if not path.is_file():
            raise HomeError(
                f"`{path}` is missing: a Region is added where the deployment was made, and its folder copied from there"
            )
    _require_private(key)
    return certificates.Issued(certificate=certificate.read_bytes(), key=key.read_bytes())


def _credentials_for(
    deployment: Deployment, partition: str, *, entropy: Callable[[int], bytes]
) -> dict[str, Credentials]:
    """Return the root user's access key of a partition's first account, by account; a new one if there is none."""
    path = deployment.home / CREDENTIALS
    try:
        profiles = _profiles(path)
    except (configparser.Error, UnicodeDecodeError, KeyError):
        raise HomeError(f"`{path}` is damaged") from None
    profile = profile_of(deployment, partition)
    if profile not in profiles:
        profiles[profile] = _new_credentials(entropy)
        _replace(path, _credentials_text(profiles), beside=deployment.home / CREDENTIALS_NEW, mode=0o600)
    return {deployment.accounts_of(partition)[0].id: profiles[profile]}


def credentials_of_new_account(
    deployment: Deployment, profile: str, *, entropy: Callable[[int], bytes]
) -> Credentials:
    """Return the access key that an account's root user is to have; a new one is durable in HOME/credentials first.

    So an attempt that was interrupted goes on with the same key. Raises HomeError as `read_credentials`.
    """
    path = deployment.home / CREDENTIALS
    try:
        profiles = _profiles(path)
    except (configparser.Error, UnicodeDecodeError, KeyError):
        raise HomeError(f"`{path}` is damaged") from None
    if profile not in profiles:
        profiles[profile] = _new_credentials(entropy)
        try:
            _replace(path, _credentials_text(profiles), beside=deployment.home / CREDENTIALS_NEW, mode=0o600)
        except OSError as error:
            raise _unwritable(deployment.home, error) from error
    return profiles[profile]


def _new_credentials(entropy: Callable[[int], bytes]) -> Credentials:
    return Credentials(
        access_key_id="AKIA" + base64.b32encode(entropy(ACCESS_KEY_ID_BYTES)).decode("ascii"),
        secret_access_key=base64.b64encode(entropy(SECRET_ACCESS_KEY_BYTES)).decode("ascii"),
    )


def _credentials_text(profiles: Mapping[str, Credentials]) -> str:
    return "\n".join(
        f"[{profile}]\n"
        f"aws_access_key_id = {credentials.access_key_id}\n"
        f"aws_secret_access_key = {credentials.secret_access_key}\n"
        for profile, credentials in profiles.items()
    )


def _move_in(home: Path) -> None:
    staging = home / STAGING
    for folder, _, _ in os.walk(staging):
        _sync_folder(Path(folder))
    for entry in sorted(staging.iterdir()):
        if entry.name != TOML:
            entry.rename(home / entry.name)
    (staging / TOML).rename(home / TOML_NEW)
    staging.rmdir()
    _sync_folder(home)
    (home / TOML_NEW).rename(home / TOML)
    _sync_folder(home)


def _recover(home: Path) -> None:
    try:
        if is_deployed(home):
            return
        if (home / STAGING).exists():
            _clear(home)
        elif (home / TOML_NEW).exists():
            (home / TOML_NEW).rename(home / TOML)
            _sync_folder(home)
    except OSError as error:
        raise _unwritable(home, error) from error


def _clear(home: Path) -> None:
    # Only ever called where HOME held nothing but our own entries when the attempt began, and no
    # watchword.toml now; if the last rename is what failed to sync, the deployment is complete and stays.
    if is_deployed(home):
        return
    for name in (*OUR_ENTRIES, STAGING):
        path = home / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()


def _require_empty(home: Path) -> None:
    foreign = sorted(entry.name for entry in home.iterdir() if entry.name not in NOT_FOREIGN)
    if foreign:
        raise HomeError(
            f"`{home}` is no deployment and not empty: it holds `{foreign[0]}`; name an empty or new folder"
        )


@contextmanager
def _folder_for(home: Path) -> Iterator[None]:
    """Make HOME and what is missing above it; if the block fails, remove what was made here."""
    made: list[Path] = []
    try:
        for folder in (*reversed(home.parents), home):
            if not folder.exists():
                folder.mkdir(mode=0o700)
                made.append(folder)
        if not home.is_dir():
            raise HomeError(f"`{home}` is not a folder")
        yield
    except BaseException as error:
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        if isinstance(error, NotADirectoryError):
            raise HomeError(f"`{home}` can't be made: something above it is not a folder") from error
        if isinstance(error, OSError):
            raise _unwritable(home, error) from error
        raise


@contextmanager
def locked_home(home: Path) -> Iterator[None]:
    """Hold off every other change of watchword.toml while the block runs; HomeError if one is under way."""
    with _locked_folder(home, taken=f"another `watchword` is changing the deployment in `{home}`"):
        yield


@contextmanager
def _locked_folder(home: Path, *, wait: bool = False, taken: str | None = None) -> Iterator[None]:
    # The folder itself is locked, not a file in it: a lock file would be foreign content to the next attempt.
    try:
        descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _unwritable(home, error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise HomeError(taken or f"another `watchword` is making a deployment in `{home}`") from None
        yield
    finally:
        os.close(descriptor)


def _require_private(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise HomeError(f"`{path}` may be read by others (mode {mode:04o}); `chmod 600` it")


def _unwritable(home: Path, error: OSError) -> HomeError:
    return HomeError(f"`{home}` can't be written: {error.strerror or error}")


def _write(path: Path, content: str | bytes, *, mode: int) -> None:
    payload = content.encode("utf-8") if isinstance(content, str) else content
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        # The umask may have taken bits away from a public file; it never adds any.
        os.fchmod(file.fileno(), mode)
        file.write(payload)
        file.flush()
        os.fsync(file.fileno())


def _replace(path: Path, content: str, *, beside: Path, mode: int) -> None:
    with suppress(FileNotFoundError):
        beside.unlink()
    _write(beside, content, mode=mode)
    beside.rename(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
