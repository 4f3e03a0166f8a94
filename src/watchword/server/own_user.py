"""Which files of HOME a custodian with a user of its own must reach: given to it before it starts.

It becomes that user before it opens anything, so the way to its files has to be open, and nothing else. Done before each
start of a custodian, for an operator's `rekey` may have made a file anew as root:

  the folders on the way    1 more for its group: to pass through, not to list
  the root's folder         its group may make files there, and by the sticky bit replace only what is its own: the root
  root, key file            its own

The store, the trail and the certificates beside them stay the others'. What lies outside HOME is the operator's.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Sequence
from pathlib import Path

from watchword.custody.lock import KeyFile
from watchword.server.deployment import HomeError, RegionSettings

ON_THE_WAY = 0o710
ROOT_FOLDER = 0o1770


def hand_over(settings: RegionSettings, *, home: Path, user: str, more: Sequence[Path] = ()) -> None:
    """Give a Region's root and key file to `user`, and `more` files; does nothing where this process is not root.

    Raises:
        HomeError: there is no such user, or a file is not one that may be given away.
    """
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        raise HomeError(f"[custodian] names a user that there is not: `{user}`") from None
    if os.geteuid() != 0:
        # The custodian itself reports that it has no user of its own, or under `strict` refuses.
        return
    root = settings.custody_root
    key_file, passphrase_file = settings.custody_key_file, settings.custody_passphrase_file
    # Beside a key file lies what a rekey that was interrupted has left.
    for file in (root, key_file, KeyFile(path=key_file).beside, passphrase_file, *more):
        if file is None or file.is_absolute() or not (home / file).exists():
            continue
        for folder in file.parents:
            _open_to_group(
                home / folder, gid=entry.pw_gid, mode=ROOT_FOLDER if folder == root.parent else ON_THE_WAY
            )
        _give(home / file, uid=entry.pw_uid, gid=entry.pw_gid)


def _open_to_group(folder: Path, *, gid: int, mode: int) -> None:
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fchown(held, -1, gid)
        # What is open to more than that already was made so by somebody.
        os.fchmod(held, stat.S_IMODE(os.fstat(held).st_mode) | mode)
    finally:
        os.close(held)


def _give(file: Path, *, uid: int, gid: int) -> None:
    # The custodian's user may make names in the root's folder: one of another file must not be given to it.
    try:
        held = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise HomeError(f"`{file}` can't be given to the custodian: {error.strerror}") from None
    try:
        status = os.fstat(held)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            raise HomeError(f"`{file}` can't be given to the custodian: it is no file of its own")
        os.fchown(held, uid, gid)
    finally:
        os.close(held)
