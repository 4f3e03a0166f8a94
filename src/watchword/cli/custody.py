"""`watchword custody …`: what opens a Region, given and changed by people.

What opens a root (a passphrase, a share, a key) is read from a prompt or from a file, never from the command line, which
every process of the machine can read.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from watchword.custody import files, root, shamir
from watchword.custody.core import Keyring
from watchword.custody.hsm import HsmAway, HsmOpener
from watchword.custody.hsm_apart import HsmApart
from watchword.custody.hsm_link import OK
from watchword.custody.identity_client import IdentityClient
from watchword.custody.limits import Report
from watchword.custody.lock import Lock, LockKind, Opener, Passphrase, passphrase_file, split_of
from watchword.custody.seal import Seal, Standing
from watchword.custody.seal_client import SealClient
from watchword.keys.custody import KeyUnavailable
from watchword.server.deployment import Deployment, HomeError, HsmMode, HsmSettings, RegionSettings
from watchword.server.home import add_signing_keys, locked
from watchword.server.unsealing import sources_of, token_of

SHARE_FILE = "{region}.{x}-of-{shares}.share"
SHARES_DEFAULT = 5
THRESHOLD_DEFAULT = 3
DEADLINE_MS = 10_000
"""Longer than a root takes to be written on a busy disk."""


class _Seal(Protocol):
    """The custodian of a Region that runs, or the root of one that does not."""

    def standing(self) -> Standing: ...
    def renew_master(self, proof: Sequence[bytes], *, in_hsm: str | None = None) -> None: ...
    def relock(self, proof: Sequence[bytes], *, lock: Lock, key: bytes) -> None: ...
    def hand_out_shares(self, proof: Sequence[bytes], *, threshold: int, shares: int) -> tuple[str, ...]: ...
    def lock_with_shares(self, proof: Sequence[bytes], *, returned: Sequence[str]) -> None: ...


def add_verbs(custody: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Add what stands behind `watchword custody`."""
    verbs = custody.add_subparsers(dest="custody_verb", metavar="VERB", required=True)

    def verb(name: str, summary: str, more: str = "") -> argparse.ArgumentParser:
        added = verbs.add_parser(
            name, parents=[common], help=summary, description=f"{summary}. {more}".rstrip()
        )
        added.add_argument("region", metavar="REGION")
        return added

    init = verb(
        "init",
        "choose what opens a Region that does not run",
        "Takes the key file that `watchword init` made.",
    )
    _add_new_lock(init, required=True)
    status = verb("status", "show whether a Region is sealed, what opens it, and how far a rekey is")
    status.add_argument("--json", action="store_true", help="print a JSON document")
    unseal = verb(
        "unseal",
        "give what opens a sealed Region",
        "Asks for a share or the passphrase, unless a file is named; each share may be given by somebody else.",
    )
    _add_proof(unseal)
    verb("seal", "have a Region forget its keys until it is unsealed")
    rekey = verb(
        "rekey",
        "change what opens a Region, or the master that everything in it is wrapped under",
        "Asks for what opens the Region now.",
    )
    _add_proof(rekey)
    _add_new_lock(rekey, required=False)
    rekey.add_argument(
        "--master", action="store_true", help="make a new master; everything is re-wrapped in the background"
    )


def _add_proof(verb: argparse.ArgumentParser) -> None:
    share = "a file with a share; repeat it"
    verb.add_argument(
        "--share-file", dest="share_files", type=_path, action="append", metavar="F", help=share
    )
    verb.add_argument("--passphrase-file", type=_path, metavar="F", help="a file with the passphrase")


def _add_new_lock(verb: argparse.ArgumentParser, *, required: bool) -> None:
    kinds = [kind.value for kind in LockKind]
    verb.add_argument("--to", choices=kinds, required=required, help="what is to open it from now on")
    verb.add_argument("--shares", type=int, default=SHARES_DEFAULT, help=f"how many ({SHARES_DEFAULT})")
    threshold = f"how many of them open it ({THRESHOLD_DEFAULT})"
    verb.add_argument("--threshold", type=int, default=THRESHOLD_DEFAULT, help=threshold)
    verb.add_argument(
        "--out", type=_path, metavar="DIR", help="where the shares are written, a file each, to be handed out"
    )
    verb.add_argument("--new-passphrase-file", type=_path, metavar="F", help="a file with the new passphrase")


def _path(text: str) -> Path:
    """Take a path as a person names it, from where he stands; later, HOME is the working folder."""
    return Path(text).absolute()


def run(deployment: Deployment, options: argparse.Namespace) -> int:
    """Carry out one verb.

    Raises:
        HomeError: it can't be done, in one sentence.
    """
    settings = deployment.region(options.region)
    options.hsm = deployment.custodian.hsm
    os.chdir(deployment.home)
    verbs: dict[str, Callable[[RegionSettings, argparse.Namespace], None]] = {
        "init": _init,
        "status": _status,
        "unseal": _unseal,
        "seal": _seal,
        "rekey": _rekey,
    }
    try:
        verbs[options.custody_verb](settings, options)
    except (root.RootError, HsmAway) as error:
        raise HomeError(str(error)) from None
    except KeyUnavailable as error:
        raise HomeError(f"Region `{settings.name}` does not answer: {error}") from None
    return 0


def _init(settings: RegionSettings, options: argparse.Namespace) -> None:
    with locked(settings.lock, taken=f"`{settings.name}` runs: use `watchword custody rekey`"):
        held = root.read(settings.custody_root)
        if held.lock.kind is not LockKind.KEY_FILE:
            raise HomeError(
                f"`{settings.name}` is opened by a {held.lock.kind}: use `watchword custody rekey`"
            )
        in_hsm = LockKind(options.to) is LockKind.HSM and _hsm_settings(options).mode is HsmMode.EVERY
        hsm = _hsm_apart(options) if in_hsm else None
        seal = Seal(
            settings.custody_root,
            entropy=os.urandom,
            keyring_of=lambda master: Keyring(master, entropy=os.urandom, hsm=hsm),
        )
        proof = [sources_of(settings).key_file_opener().key(held.lock)]
        if in_hsm:
            seal.unseal(proof[0])
            _renew_master(seal, options, proof=proof)
        _lock_anew(seal, settings, options, proof=proof)


def _status(settings: RegionSettings, options: argparse.Namespace) -> None:
    client = _client(settings)
    standing, report = client.standing(), client.report()
    if options.json:
        document = {
            "sealed": standing.sealed,
            "opened_by": standing.kind.value,
            "threshold": standing.threshold or None,
            "shares": standing.shares or None,
            "given": standing.given,
            "rewrapping": standing.rewrapping,
            "rewrapped": standing.rewrapped,
            "rows": standing.rows,
            "refused": standing.refused,
            "master_in_hsm": standing.in_hsm,
            "hsm": report.hsm or None,
        }
        print(json.dumps(document, indent=2))
    else:
        print(status_text(settings.name, standing, report))


def status_text(region: str, standing: Standing, report: Report) -> str:
    """Say it for a person. Pure."""
    opened_by = "an HSM" if standing.kind is LockKind.HSM else f"a {standing.kind}"
    if standing.kind is LockKind.SHARES:
        opened_by = f"{standing.threshold} of {standing.shares} shares"
    lines = [f"{region} is {'sealed' if standing.sealed else 'open'}; it is opened by {opened_by}"]
    if standing.given:
        lines.append(f"{standing.given} of {standing.threshold} shares are given")
    if standing.rewrapping:
        lines.append(f"a new master: {standing.rewrapped} of {standing.rows} rows are wrapped under it")
    if standing.rewrapping and standing.refused:
        lines.append(f"{standing.refused} rows open under neither master: the old one is kept")
    if standing.in_hsm:
        lines.append("its master stays in the HSM")
    if report.hsm:
        lines.append("the HSM answers" if report.hsm == OK else f"without its HSM: {report.hsm}")
    return "\n".join(lines)


def _unseal(settings: RegionSettings, options: argparse.Namespace) -> None:
    client = _client(settings)
    standing = client.standing()
    if not standing.sealed:
        print(f"{settings.name} is open already")
        return
    if standing.kind is LockKind.SHARES:
        given = [_share_from(path) for path in options.share_files or ()] or [_asked("Share: ")]
        for share in given:
            client.unseal_by_share(share)
    else:
        lock = root.read(settings.custody_root).lock
        client.unseal(_opener(settings, options, lock).key(lock))
    standing = client.standing()
    if standing.sealed:
        print(f"{settings.name} is sealed; {standing.given} of {standing.threshold} shares are given")
    else:
        print(f"{settings.name} is open")
        if settings.signing_key is None:
            _write_signing_key(settings)


def _write_signing_key(settings: RegionSettings) -> None:
    """Complete the watchword.toml of an earlier release; its root was closed when it was started."""
    key = IdentityClient(settings.custody_socket, deadline_ms=DEADLINE_MS).issuer_key()
    add_signing_keys(Path.cwd(), {settings.name: key})
    print("its signing key is in watchword.toml now: start it again, and it issues sessions")


def _seal(settings: RegionSettings, options: argparse.Namespace) -> None:
    _client(settings).seal()
    print(f"{settings.name} is sealed")


def _rekey(settings: RegionSettings, options: argparse.Namespace) -> None:
    if options.to is None and not options.master:
        raise HomeError("say what is to change: `--to KIND`, `--master`, or both")
    client = _client(settings)
    # Asked first: nobody should type three shares to learn that nothing runs.
    client.standing()
    proof = _proof(settings, options)
    if options.master:
        # Before the lock: afterwards, this proof would be none.
        _renew_master(client, options, proof=proof)
    if options.to is not None:
        _lock_anew(client, settings, options, proof=proof)


def _renew_master(seal: _Seal, options: argparse.Namespace, *, proof: Sequence[bytes]) -> None:
    """Make a new master, where `[custodian.hsm]` says that a master is to be."""
    hsm: HsmSettings | None = options.hsm
    in_hsm = hsm is not None and hsm.mode is HsmMode.EVERY
    if in_hsm:
        _prepare_key(options)
    seal.renew_master(proof, in_hsm=hsm.key if hsm is not None and in_hsm else None)
    where = ", in the HSM," if in_hsm else ""
    print(f"a new master{where} is in force; what the store holds is re-wrapped in the background")


def _prepare_key(options: argparse.Namespace) -> None:
    """Have the key in the HSM before anything depends on it."""
    hsm = _hsm_settings(options)
    if _hsm_apart(options).prepare(key_label=hsm.key):
        print(f"the HSM has made the key `{hsm.key}`: back it up as its vendor says, for nothing else can")


def _lock_anew(
    seal: _Seal, settings: RegionSettings, options: argparse.Namespace, *, proof: Sequence[bytes]
) -> None:
    """Make what is to open the root durable, and only then lock the root with it."""
    held = root.read(settings.custody_root).lock
    kind = LockKind(options.to)
    if kind is LockKind.SHARES:
        _lock_with_shares(seal, settings, options, proof=proof)
    elif kind is LockKind.PASSPHRASE:
        lock, key = _new_passphrase(options).new(held=held, entropy=os.urandom)
        seal.relock(proof, lock=lock, key=key)
        print(f"{settings.name} is opened by the passphrase from now on")
    elif kind is LockKind.HSM:
        _prepare_key(options)
        lock, key = _hsm_opener(options).new(held=held, entropy=os.urandom)
        seal.relock(proof, lock=lock, key=key)
        print(f"{settings.name} is opened by the HSM's key `{_hsm_settings(options).key}` from now on")
    else:
        opener = sources_of(settings).key_file_opener()
        lock, key = opener.new(held=held, entropy=os.urandom)
        seal.relock(proof, lock=lock, key=key)
        opener.settle(lock)
        print(f"{settings.name} is opened by the key file `{opener.path}` from now on")
    if held.kind is LockKind.KEY_FILE and kind is not LockKind.KEY_FILE:
        left = settings.custody_key_file
        print(f"the key file `{left}` opens only old backups of the root now: remove it from this machine")


def _lock_with_shares(
    seal: _Seal, settings: RegionSettings, options: argparse.Namespace, *, proof: Sequence[bytes]
) -> None:
    if options.out is None:
        raise HomeError("name an empty folder for the shares: `--out DIR`")
    folder: Path = options.out
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise HomeError(f"`{folder}` is not empty")
    written = []
    handed_out = seal.hand_out_shares(proof, threshold=options.threshold, shares=options.shares)
    for x, text in enumerate(handed_out, start=1):
        path = folder / SHARE_FILE.format(region=settings.name, x=x, shares=options.shares)
        remark = f"# share {x} of {options.shares} of {settings.name}; {options.threshold} of them open it\n"
        files.write(path, f"{remark}{text}\n".encode("ascii"))
        written.append(path)
    # Read back: what opens the root from now on is what lies in these files.
    seal.lock_with_shares(proof, returned=[_share_from(path) for path in written])
    print(f"{settings.name} is opened by {options.threshold} of {options.shares} shares from now on:")
    for path in written:
        print(f"  {path}")
    print("hand them out, each to one person, and leave none of them on this machine")


def _proof(settings: RegionSettings, options: argparse.Namespace) -> list[bytes]:
    """Return what opens the root now: its key, or enough shares."""
    lock = root.read(settings.custody_root).lock
    if lock.kind is not LockKind.SHARES:
        return [_opener(settings, options, lock).key(lock)]
    _, threshold, _ = split_of(lock)
    given = [_share_from(path) for path in options.share_files or ()]
    given += [_asked(f"Share {number} of {threshold}: ") for number in range(len(given) + 1, threshold + 1)]
    return [share.encode("utf-8") for share in given]


def _opener(settings: RegionSettings, options: argparse.Namespace, lock: Lock) -> Opener:
    if lock.kind is LockKind.KEY_FILE:
        return sources_of(settings).key_file_opener()
    if lock.kind is LockKind.HSM:
        return _hsm_opener(options)
    if options.passphrase_file is not None:
        return passphrase_file(options.passphrase_file)
    at_hand = sources_of(settings).openers().get(LockKind.PASSPHRASE)
    return at_hand or Passphrase(read=lambda: _asked("Passphrase: ").encode("utf-8"))


def _hsm_settings(options: argparse.Namespace) -> HsmSettings:
    hsm: HsmSettings | None = options.hsm
    if hsm is None:
        raise HomeError("`watchword.toml` names no HSM: it should have a table `[custodian.hsm]`")
    return hsm


def _hsm_apart(options: argparse.Namespace) -> HsmApart:
    return HsmApart(token=token_of(_hsm_settings(options)))


def _hsm_opener(options: argparse.Namespace) -> HsmOpener:
    return HsmOpener(hsm=_hsm_apart(options), key_label=_hsm_settings(options).key)


def _new_passphrase(options: argparse.Namespace) -> Passphrase:
    if options.new_passphrase_file is not None:
        return passphrase_file(options.new_passphrase_file)
    passphrase = _asked("New passphrase: ")
    if _asked("Again: ") != passphrase:
        raise HomeError("the two differ: nothing was changed")
    return Passphrase(read=lambda: passphrase.encode("utf-8"))


def _share_from(path: Path) -> str:
    content = files.read(path, what="share", bytes_max=shamir.TEXT_CHARACTERS_MAX, others=0o700)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise HomeError(f"share `{path}` is damaged: it is no text") from None


def _asked(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise HomeError("there is nobody to ask: name a file that holds it")
    return getpass.getpass(prompt)


def _client(settings: RegionSettings) -> SealClient:
    return SealClient(settings.custody_socket, deadline_ms=DEADLINE_MS)
