"""The one exception of this package: an envelope was not made, or did not open."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """Where it ended. Public: it tells nothing about a key or a value that the envelope's bytes do not."""

    FORMAT = "format"
    """Not this kind of envelope, or a format that this release does not know; there is no older one."""
    SUITE = "suite"
    """A suite outside the allow-list."""
    LENGTH = "length"
    """Cut short, or above a limit."""
    TEXT = "text"
    """A name that is no Unicode text, or a token that is no base64url."""
    KEY = "key"
    """A key of the wrong size, or not the key that the envelope names."""
    COMMITMENT = "commitment"
    """Another key, or a changed header."""
    TAG = "tag"
    """Changed content, or another place than the one it was sealed for."""
    SIGNATURE = "signature"
    """A session token that the Region which it names has not signed."""
    EXPIRED = "expired"
    """An import token that is too old."""
    IMPORT = "import"
    """Material that was not wrapped under the token's public key in the token's way."""
    MATERIAL = "material"
    """Imported material of a size that the key can't have."""


class EnvelopeRefused(Exception):
    """An envelope that is refused. Carries the step and never content, so that it may be logged."""

    def __init__(self, step: Step) -> None:
        super().__init__(f"the envelope is refused at step `{step}`")
        self.step = step
