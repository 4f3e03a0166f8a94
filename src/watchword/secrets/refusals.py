"""What Secrets Manager says when it refuses, in its own words. Source: facts 0.2 (recorded texts) and 1.

Texts that AWS does not document are ours and stand in DIVERGENCES.md.
"""

from __future__ import annotations

from watchword.api.shapes.secretsmanager import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceNotFoundException,
)
from watchword.secrets.model import Secret

CANT_FIND = "Secrets Manager can't find the specified secret."
CANT_FIND_LABEL = "Secrets Manager can't find the specified secret value for staging label: {label}"
CANT_FIND_VERSION = "Secrets Manager can't find the specified secret value for VersionId: {version_id}"
STAGE_MISMATCH = "You provided a VersionStage that is not associated to the provided VersionId."
NAME_TAKEN = "The operation failed because the secret {name} already exists."
NAME_SCHEDULED = (
    "You can't create this secret because a secret with this name is already scheduled for deletion."
)
MARKED = "You can't perform this operation on the secret because it was marked for deletion."
NEED_TOKEN = "You must provide a ClientRequestToken value. We recommend a UUID-type value."  # noqa: S105 - AWS's text
TOKEN_IN_USE = (
    "You can't use ClientRequestToken {token} because that value "  # noqa: S105 - AWS's text
    "is already in use for a version of secret {arn}."
)
BOTH_VALUES = "You can't specify both a binary secret value and a string secret value in the same secret."
NO_VALUE = "You must provide either SecretString or SecretBinary."
ON_REPLICA = "Operation not permitted on a replica secret. Call must be made in primary secret's region."
NOT_REPLICA = "You can't stop replication of this secret because it is not a replica secret."
ON_REPLICA_ACROSS = (
    "Operation not permitted on a replica of another account's secret. "
    "Its values come from its primary until StopReplicationToReplica is called."
)
HAS_REPLICA_ACROSS = "You can't delete secret {arn} that still has the cross-account replica {replica}."
NOT_REPLICATED_ACROSS = (
    "You can't delete a cross-account replica secret. Call StopReplicationToReplica on it first."
)
HAS_REPLICAS = "You can't delete secret {arn} that still has replica regions [{regions}]."
INVALID_REGION = "Invalid replica region."
WINDOW_RANGE = "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
WINDOW_AND_FORCE = "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
KMS_DENIED = "Access to KMS is not allowed"
DEFAULT_KEY_ACROSS = (
    "You can't access a secret from a different AWS account if you encrypt the secret"
    " with the default KMS service key."
)
TOO_MANY_SECRETS = "You can't have more than {maximum} secrets in this Region."
TOO_MANY_TAGS = "You can't have more than {maximum} tags on a secret."
RESERVED_TAG = "You can't use a tag key that begins with aws:, because that prefix is reserved."
DUPLICATE_TAG = "You can't use the same tag key twice in one request."
TOO_MANY_LABELS = "You can't attach more than {maximum} staging labels to the versions of a secret."
TOO_MANY_VERSIONS = (
    "You can't have more than {maximum} versions of a secret younger than 24 hours or with a label."
)
BAD_PAGE_TOKEN = "The NextToken value is not valid."  # noqa: S105 - a text, no token


NAME_HOLDER = (
    "The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to version "
    "{version_id}, so you must explicitly reference that version in RemoveFromVersionId."
)
KEEP_CURRENT = (
    "You can only move staging label AWSCURRENT to a different secret version. "
    # The apostrophe is AWS's.
    "It can’t be completely removed."
)
NEITHER_VERSION = "You must specify MoveToVersionId, RemoveFromVersionId, or both."
NO_SUCH_VERSION = "Not a valid version: {version_id}"
LABEL_NOT_THERE = "Version stage {label} not found in version {version_id}"
NO_FUNCTION = "No Lambda rotation function ARN is associated with this secret."
CANT_INVOKE = (
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the "
    "principal secretsmanager.amazonaws.com."
)
ROTATION_PENDING = "A previous rotation isn't complete. That rotation will be reattempted."
TWO_SCHEDULES = "You cannot specify both rotation frequency and schedule expression together."
INVALID_SCHEDULE = "Invalid schedule expression."
RATE_HOURS = "Rate in hour should be least 4 and less than 24."
RATE_DAYS = "Rate in day should be greater than 0 and less than 1000."
DURATION_RANGE = "Duration must be at least 1 hour, at most 24 hour."
DURATION_OVER_RATE = "Duration cannot be greater than Rate in hour."
DURATION_OVER_DAY = "Starting hour and duration must be within a day."
DURATION_ALONE = "You can't specify Duration without AutomaticallyAfterDays or ScheduleExpression."
NO_FUNCTION_ARN = "RotationLambdaARN must be the ARN of a Lambda function."
NO_ROLE_ARN = "ExternalSecretRotationRoleArn must be the ARN of an IAM role."
FUNCTION_AND_PARTNER = "You can't specify RotationLambdaARN for a managed external secret."
NO_PARTNER = (
    "You can't specify external rotation parameters for a secret that is not a managed external secret."
)
NO_ROLE = "No external secret rotation role ARN is associated with this secret."
CANT_ASSUME = "Secrets Manager unable to assume role {role_arn}"
TOO_MUCH_METADATA = "You can't specify more than {maximum} items of external rotation metadata."
IDS_OR_FILTERS = "Either 'SecretIdList' or 'Filters' must be provided, but not both."
PAGE_WITHOUT_FILTERS = (
    "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided."
)
PASSWORD_TOO_SHORT = "Password length is too short based on the required types."  # noqa: S105 - AWS's text
TYPE_EXCLUDED = "All characters of the desired type have been excluded"
ALL_EXCLUDED = "All characters have been excluded from selection"


def not_found() -> ResourceNotFoundException:
    return ResourceNotFoundException(CANT_FIND)


def check_live(secret: Secret) -> None:
    """Refuse what a secret in its recovery window does not allow. Source: facts 4."""
    if secret.deleted_ms is not None:
        raise InvalidRequestException(MARKED)


def check_writable(secret: Secret) -> None:
    """Refuse a change of a replica: it is made at the primary, and arrives. Source: facts 5.9, 5.14."""
    check_head_writable(secret)
    if secret.primary_across is not None:
        raise InvalidParameterException(ON_REPLICA_ACROSS)


def check_head_writable(secret: Secret) -> None:
    """The same of policy, tags and description, which a replica in another account has of its own (facts 5.14)."""
    if secret.is_replica:
        raise InvalidParameterException(ON_REPLICA)
