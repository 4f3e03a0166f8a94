"""The access key with which a Region asks a KMS elsewhere, from a file that may be replaced at any time.

The file is laid out as the AWS CLI's (`[default]`, with `aws_session_token` for a temporary key), so that whatever renews
such a file serves a Region too. It is read anew when it has changed.
"""

from __future__ import annotations

import configparser
import os
import stat
import threading
from dataclasses import dataclass, field

from watchword.server.deployment import HomeError
from watchword.server.unsealing import KeySource

PROFILE = "default"
FILE_BYTES_MAX = 65_536

_Seen = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey:
    """Who asks, and what it signs with."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(repr=False, default=None)


class AccessKeyFile:
    """The access key as its file has it now. May be shared between threads."""

    def __init__(self, source: KeySource) -> None:
        self._source = source
        self._seen: _Seen | None = None
        self._held: AccessKey | None = None
        self._lock = threading.Lock()

    def access_key(self) -> AccessKey:
        """Return the access key.

        Raises:
            HomeError: the file is missing, damaged, or may be read by others.
        """
        path = self._source.path
        try:
            found = path.stat()
            seen = (found.st_ino, found.st_mtime_ns, found.st_size)
            with self._lock:
                if self._held is None or seen != self._seen:
                    # Whoever puts a credential of systemd's there sees to its mode.
                    if not self._source.is_credential and stat.S_IMODE(found.st_mode) & 0o077:
                        raise HomeError(f"`{path}` may be read by others; `chmod 600` it")
                    with path.open("rb") as file:
                        self._held = _parsed(file.read(FILE_BYTES_MAX), where=os.fspath(path))
                    self._seen = seen
                return self._held
        except OSError as error:
            raise HomeError(f"`{path}` can't be read: {error.strerror}") from None


def _parsed(text: bytes, *, where: str) -> AccessKey:
    # The parser's own messages quote the line at fault, which may be the key.
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text.decode())
        section = parser[PROFILE]
        key = AccessKey(
            access_key_id=section["aws_access_key_id"],
            secret_access_key=section["aws_secret_access_key"],
            session_token=section.get("aws_session_token") or None,
        )
    except (configparser.Error, UnicodeDecodeError, KeyError):
        raise HomeError(
            f"`{where}` is damaged: it should hold an access key, as the AWS CLI's file does"
        ) from None
    said = (key.access_key_id, key.secret_access_key, key.session_token or "x")
    if not all(one.isascii() and one.isprintable() and one and " " not in one for one in said):
        raise HomeError(f"`{where}` is damaged: it should hold an access key, as the AWS CLI's file does")
    return key
