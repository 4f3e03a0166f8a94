"""What KMS says when it refuses: texts, and the checks that several operations share.

Texts are AWS's where they are recorded (facts A.2); DIVERGENCES.md lists those that are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from watchword.api.call import Principal
from watchword.api.errors import AccessDeniedException, ApiError
from watchword.api.operation import Operation
from watchword.api.shapes import kms
from watchword.keys.model import TAGS_MAX, Family, KeyManager, KeyUsage, KMSKey, Origin

INCORRECT_KEY = "The key ID in the request does not identify a CMK that can perform this operation."
DRY_RUN = "The request would have succeeded, but the DryRun option is set."
ALIAS_PREFIX_MISSING = (
    'Alias must start with the prefix "alias/". Please see '
    "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
)
ALIAS_OF_ALIAS = "Aliases must refer to keys. Not aliases"
ALIAS_RESERVED = "Alias names that begin with alias/aws/ are reserved"
ALIAS_WRONG = "Alias names are letters, digits, slashes, underscores and hyphens"
ALIAS_OF_OTHER_KIND = "The present and the new key of an alias have the same key usage and type"
LOCKED_OUT = "The new key policy will not allow you to update the key policy in the future."
NO_SUCH_PRINCIPAL = "The ARN does not refer to a valid principal."
INVALID_PRINCIPALS = "Policy contains a statement with one or more invalid principals."
NO_SUCH_POLICY = "No such policy exists"
ROTATIONS_USED_UP = (
    "The on-demand rotations limit has been reached for the given keyId. "
    "No more on-demand rotations can be performed for this key: {arn}"
)
NEED_USAGE = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
NO_SUCH_REGION = "{region} is not a Region in which this key can be replicated"
BAD_MARKER = "the marker is not valid for this request"


def alias_missing(arn: str) -> ApiError:
    return kms.NotFoundException(f"Alias {arn} is not found.")


def out_of_range(value: int, member: str, *, least: int, most: int) -> str:
    """AWS's words for a number that the model lets through and the service does not."""
    bound = f"greater than or equal to {least}" if value < least else f"less than or equal to {most}"
    return (
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: "
        f"Member must have value {bound}"
    )


def end_dry_run(dry_run: bool | None) -> None:
    """Source: KMS developer guide, testing permissions: what would have succeeded ends with this error."""
    if dry_run:
        raise kms.DryRunOperationException(DRY_RUN)


def check_managed_by_customer(key: KMSKey, principal: Principal) -> None:
    """Nobody changes an AWS managed key. Source: KMS developer guide, AWS managed keys."""
    if key.manager is KeyManager.AWS:
        raise AccessDeniedException(
            f"User: {principal.arn} is not authorized to change the AWS managed key {key.arn}"
        )


def not_authorized(key: KMSKey, operation: Operation, principal: Principal) -> ApiError:
    return AccessDeniedException(
        f"User: {principal.arn} is not authorized to perform: {operation.action} on resource: {key.arn}"
        f" because no resource-based policy allows the {operation.action} action"
    )


def check_usage(key: KMSKey, usage: KeyUsage, operation: str) -> None:
    if key.usage is not usage:
        raise kms.InvalidKeyUsageException(
            f"{key.arn} key usage is {key.usage.value} which is not valid for {operation}."
        )


def check_symmetric(key: KMSKey) -> None:
    """Rotation is for symmetric encryption keys alone; AWS refuses without a message (facts A.2)."""
    if key.usage is not KeyUsage.ENCRYPT_DECRYPT:
        raise kms.UnsupportedOperationException


def check_origin(key: KMSKey, origin: Origin) -> None:
    if key.origin is not origin:
        raise kms.UnsupportedOperationException(
            f"{key.arn} origin is {key.origin.value} which is not valid for this operation."
        )


def check_primary(key: KMSKey) -> Family:
    """What the Regions of a multi-Region key share, of its primary.

    Raises:
        UnsupportedOperationException: a key of one Region, or a replica (facts A.2).
    """
    shared = check_multi_region(key)
    if not key.is_primary:
        raise _not_primary(key)
    return shared


def check_multi_region(key: KMSKey) -> Family:
    if key.family is None:
        raise _not_primary(key)
    return key.family


def check_not_replica(key: KMSKey) -> None:
    """What all Regions of a key share is changed in its primary's. Raises UnsupportedOperationException."""
    if not key.is_primary:
        raise _not_primary(key)


def _not_primary(key: KMSKey) -> ApiError:
    return kms.UnsupportedOperationException(f"{key.arn} is not a multi-region primary key.")


def tagged(held: Mapping[str, str], tags: Iterable[kms.Tag]) -> dict[str, str]:
    """The tags of a key with those of a request added or put in the place of older ones.

    Raises:
        TagException: duplicate or reserved keys in the request, or more than a key can have.
    """
    listed = [(tag.tag_key or "", tag.tag_value or "") for tag in tags]
    added = dict(listed)
    if len(added) != len(listed):
        raise kms.TagException("Duplicate tag keys")
    check_tag_keys(added)
    after = {**held, **added}
    if len(after) > TAGS_MAX:
        raise kms.TagException("Too many tags")
    return after


def check_tag_keys(keys: Iterable[str]) -> None:
    if any(key.lower().startswith("aws:") for key in keys):
        raise kms.TagException("Tags beginning with aws: are reserved")
