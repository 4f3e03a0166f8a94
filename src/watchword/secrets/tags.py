"""Tags of a secret. Pure. Source: Secrets Manager user guide, tagging; facts 9.5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watchword.api.shapes import secretsmanager as sm
from watchword.api.shapes.secretsmanager import InvalidParameterException
from watchword.secrets import refusals
from watchword.secrets.model import TAGS_MAX


def tagged(tags: Mapping[str, str] | None, added: Sequence[sm.Tag]) -> dict[str, str]:
    """The tags after adding some; an existing key gets the new value.

    Raises:
        InvalidParameterException: a reserved prefix, a key twice, or more than 50 tags.
    """
    keys = [tag.key or "" for tag in added]
    if any(key.lower().startswith("aws:") for key in keys):
        raise InvalidParameterException(refusals.RESERVED_TAG)
    if len(set(keys)) != len(keys):
        raise InvalidParameterException(refusals.DUPLICATE_TAG)
    after = dict(tags or {}) | {tag.key or "": tag.value or "" for tag in added}
    if len(after) > TAGS_MAX:
        raise InvalidParameterException(refusals.TOO_MANY_TAGS.format(maximum=TAGS_MAX))
    return after


def untagged(tags: Mapping[str, str] | None, keys: Sequence[str]) -> dict[str, str] | None:
    """The tags after removing some; unknown keys are ignored. Never tagged stays never tagged."""
    if tags is None:
        return None
    removed = set(keys)
    return {key: value for key, value in tags.items() if key not in removed}


def as_shapes(tags: Mapping[str, str] | None) -> tuple[sm.Tag, ...] | None:
    if tags is None:
        return None
    return tuple(sm.Tag(key=key, value=value) for key, value in tags.items())
