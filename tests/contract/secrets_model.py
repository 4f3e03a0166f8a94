"""Secrets Manager in one Region, as AWS's pages and recordings describe it: what the Region's answers are compared with.

A model in memory of secrets, versions, staging labels, tags and deletion. It is written from facts 1 to 4 and, where those
are silent, from DIVERGENCES.md; it shares no code and no text with the service. Deliberately not in it: KMS keys, resource
policies, rotation and replicas, which have tests of their own.

The one thing that a model can't know is six random characters, so it is told which ARN the Region answered with.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Members = Mapping[str, Any]

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
DAY_MS = 86_400_000
VALUE_MEMBERS = ("SecretString", "SecretBinary")


class Refusal(Exception):
    """What AWS refuses, and in which words."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.said = (code, text)


def not_found(what: str) -> Refusal:
    return Refusal("ResourceNotFoundException", f"Secrets Manager can't find the specified secret{what}")


def invalid_request(text: str) -> Refusal:
    return Refusal("InvalidRequestException", text)


def invalid_parameter(text: str) -> Refusal:
    return Refusal("InvalidParameterException", text)


@dataclass(kw_only=True)
class Version:
    value: tuple[str, str]
    """The member that carried it, and what was in it: the same bytes of the other kind are another value."""
    labels: set[str]
    created_ms: int
    accessed_day: int | None = None


@dataclass(kw_only=True)
class Secret:
    name: str
    arn: str
    description: str
    tags: dict[str, str] | None
    created_ms: int
    changed_ms: int
    versions: dict[str, Version] = field(default_factory=dict)
    purge_ms: int | None = None
    """When the recovery window ends; `None`: not scheduled for deletion."""

    @property
    def accessed_day(self) -> int | None:
        """The latest day on which a version that is still there was read (DIVERGENCES.md)."""
        return max(
            (v.accessed_day for v in self.versions.values() if v.accessed_day is not None), default=None
        )

    def holder_of(self, label: str) -> str | None:
        return next((held for held, version in self.versions.items() if label in version.labels), None)

    @property
    def stages(self) -> dict[str, list[str]]:
        return {held: sorted(version.labels) for held, version in self.versions.items() if version.labels}


@dataclass(kw_only=True)
class Model:
    """Every operation is a method of its name; `answer` finds it."""

    arn_prefix: str
    """What stands before the name: `arn:aws:secretsmanager:us-east-1:123456789012:secret:`."""
    secrets: dict[str, Secret] = field(default_factory=dict)
    arns: dict[str, list[str]] = field(default_factory=dict)
    """By name, every ARN that was ever given, in order."""
    now: int = 0
    told_arn: str = ""

    def answer(self, operation: str, members: Members, *, now: int, told_arn: str) -> dict[str, Any]:
        """Answer as AWS does.

        Raises:
            Refusal: AWS refuses; nothing has changed.
        """
        self.now, self.told_arn = now, told_arn
        answered: dict[str, Any] = getattr(self, operation)(members)
        return answered

    def purge(self, *, now: int) -> int:
        """Let everything go whose window has passed; return how many. Facts 4."""
        due = [
            secret.name
            for secret in self.secrets.values()
            if secret.purge_ms is not None and secret.purge_ms <= now
        ]
        for name in due:
            del self.secrets[name]
        return len(due)

    # Which secret (facts 2)

    def _found(self, members: Members) -> Secret:
        secret_id = members["SecretId"]
        found = None
        if not secret_id.startswith("arn:"):
            check_name(secret_id)
            found = self.secrets.get(secret_id)
        else:
            tail = secret_id.split(":", 6)[6]
            name = re.sub("-[A-Za-z0-9]{6}$", "", tail)
            check_name(name)
            if name != tail:
                # Whatever it was meant for: it reads as a full ARN, and means that one or nothing.
                found = next((one for one in self.secrets.values() if one.arn == secret_id), None)
            elif secret_id == self.arn_prefix + tail:
                found = self.secrets.get(tail)
        if found is None:
            raise not_found(".")
        return found

    def _live(self, secret: Secret) -> None:
        if secret.purge_ms is not None:
            raise invalid_request(
                "You can't perform this operation on the secret because it was marked for deletion."
            )

    def _new_arn(self, name: str) -> str:
        """The six characters are new with every secret, so that none inherits what was written for another. Facts 2.1."""
        assert re.fullmatch(re.escape(self.arn_prefix + name) + "-[A-Za-z0-9]{6}", self.told_arn)
        assert self.told_arn not in self.arns.get(name, ())
        return self.told_arn

    # Secrets

    def CreateSecret(self, members: Members) -> dict[str, Any]:  # noqa: N802 - the operation's name
        """Facts 1.4, 2.4, 3.2."""
        name = members["Name"]
        check_name(name)
        token = token_of(members)
        value = value_of(members)
        tags = added_tags({}, members["Tags"]) if "Tags" in members else None
        held = self.secrets.get(name)
        if held is not None:
            if held.purge_ms is not None:
                raise invalid_request(
                    "You can't create this secret because a secret with this name is already scheduled for deletion."
                )
            if token not in held.versions:
                raise Refusal(
                    "ResourceExistsException",
                    f"The operation failed because the secret {name} already exists.",
                )
            check_token(held, token, value)
            return {"ARN": held.arn, "Name": name, "VersionId": token}
        made = Secret(
            name=name,
            arn=self._new_arn(name),
            description=members.get("Description", ""),
            tags=tags,
            created_ms=self.now,
            changed_ms=self.now,
        )
        self.secrets[name] = made
        self.arns.setdefault(name, []).append(made.arn)
        if value is None:
            return {"ARN": made.arn, "Name": name}
        made.versions[token] = Version(value=value, labels={CURRENT}, created_ms=self.now)
        return {"ARN": made.arn, "Name": name, "VersionId": token}

    def DescribeSecret(self, members: Members) -> dict[str, Any]:  # noqa: N802
        """Facts 1.7; also in the recovery window."""
        secret = self._found(members)
        return shown(secret) | named("VersionIdsToStages", secret.stages)

    def ListSecrets(self, members: Members) -> dict[str, Any]:  # noqa: N802
        """Facts 1.14, 9.2; by name, so that the order is known."""
        listed = [
            shown(secret) | named("SecretVersionsToStages", secret.stages)
            for _, secret in sorted(self.secrets.items())
            if secret.purge_ms is None or members.get("IncludePlannedDeletion")
        ]
        return {"SecretList": listed}

    def DeleteSecret(self, members: Members) -> dict[str, Any]:  # noqa: N802
        """Facts 1.6, 4."""
        force = members.get("ForceDeleteWithoutRecovery", False)
        days = members.get("RecoveryWindowInDays")
        try:
            secret = self._found(members)
        except Refusal as refused:
            if not force or refused.said[0] != "ResourceNotFoundException":
                raise
            secret = None
        if days is not None and force:
            raise invalid_parameter(
                "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
            )
        if days is not None and not 7 <= days <= 30:
            raise invalid_parameter(
                "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
            )
        if secret is None:
            # Which ARN is shown for what is not there, the recording does not say.
            name = re.sub("-[A-Za-z0-9]{6}$", "", self.told_arn.split(":", 6)[6])
            return {"ARN": self.told_arn, "Name": name, "DeletionDate": seconds(self.now)}
        if force:
            del self.secrets[secret.name]
            return {"ARN": secret.arn, "Name": secret.name, "DeletionDate": seconds(self.now)}
        self._live(secret)
        secret.purge_ms = self.now + (30 if days is None else days) * DAY_MS
        secret.changed_ms = self.now
        return {"ARN": secret.arn, "Name": secret.name, "DeletionDate": seconds(secret.purge_ms)}

    def RestoreSecret(self, members: Members) -> dict[str, Any]:  # noqa: N802
        """Facts 1.19, 4: also of a secret that is not scheduled, and till the purge really ran."""
        secret = self._found(members)
        if secret.purge_ms is not None:
            secret.purge_ms = None
            secret.changed_ms = self.now
        return {"ARN": secret.arn, "Name": secret.name}

    # Versions and staging labels

    def PutSecretValue(self, members: Members) -> dict[str, Any]:  # noqa: N802
        """Facts 1.16, 3.2, 3.3."""
        token = token_of(members)
        secret = self._found(members)
        value = value_of(members)
        if value is None:
            raise invalid_request("You must provide either SecretString or SecretBinary.")
        self._live(secret)
        if token in secret.versions:
            # The same value again does nothing, whatever labels are asked for.
            check_token(secret, token, value)
        else:
            self._add_version(secret, token, value, set(members.get("VersionStages", [CURRENT])))
        labels = sorted(secret.versions[token].labels)
        return {"ARN": secret.arn, "Name": secret.name, "VersionId": token} | named("VersionStages", labels)

    def UpdateSecret(self, members: Members) -> dict[str, Any]:  # noqa: N802
        """Facts 1.24, 3.2; DIVERGENCES.md: what a repeated token leaves to do is done."""
        token = token_of(members)
        secret = self._found(members)
        value = value_of(members)
        self._live(secret)
        if value is not None:
            if token in secret.versions:
                check_token(secret, token, value)
            else:
                self._add_version(secret, token, value, {CURRENT})
        description = members.get("Description", secret.description)
        if description != secret.description:
            secret.description = description
            secret.changed_ms = self.now
        made = {} if value is None else {"VersionId": token}
        return {"ARN": secret.arn, "Name": secret.name} | made

    def UpdateSecretVersionStage(self, members: Members) -> dict[str, Any]:  # noqa: N802
        """Facts 1.25, 3.3."""
        secret = self._found(members)
        self._live(secret)
        label = members["VersionStage"]
        to, from_ = members.get("MoveToVersionId"), members.get("RemoveFromVersionId")
        holder = secret.holder_of(label)
        if to is None and from_ is None:
            raise invalid_parameter("You must specify MoveToVersionId, RemoveFromVersionId, or both.")
        for version_id in (to, from_):
            if version_id is not None and version_id not in secret.versions:
                raise invalid_parameter(f"Not a valid version: {version_id}")
        if from_ is None and holder is not None:
            raise invalid_parameter(
                f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to "
                f"version {holder}, so you must explicitly reference that version in RemoveFromVersionId."
            )
        if from_ != holder:
            raise invalid_parameter(f"Version stage {label} not found in version {from_}")
        if to is None and label == CURRENT:
            raise invalid_parameter(
                "You can only move staging label AWSCURRENT to a different secret version. "
                "It can’t be completely removed."
            )
        if to != from_:
            after = copy.deepcopy(secret.versions)
            if from_ is not None:
                after[from_].labels.discard(label)
            if to is not None:
                after[to].labels.add(label)
            if label == CURRENT and from_ is not None:
                let_previous_follow(after, left=from_)
            check_labels(after)
            secret.versions = after
            secret.changed_ms = self.now
        return {"ARN": secret.arn, "Name": secret.name}

    def GetSecretValue(self, members: Members) -> dict[str, Any]:  # noqa: N802
        """Facts 1.11, 3.5."""
        secret = self._found(members)
        self._live(secret)
        version_id, label = members.get("VersionId"), members.get("VersionStage")
        if version_id is None:
            label = label or CURRENT
            version_id = secret.holder_of(label)
            if version_id is None:
                raise not_found(f" value for staging label: {label}")
        elif version_id not in secret.versions:
            raise not_found(f" value for VersionId: {version_id}")
        version = secret.versions[version_id]
        if label is not None and label not in version.labels:
            raise invalid_request(
                "You provided a VersionStage that is not associated to the provided VersionId."
            )
        version.accessed_day = self.now // DAY_MS
        return {
            "ARN": secret.arn,
            "Name": secret.name,
            "VersionId": version_id,
            version.value[0]: version.value[1],
            "CreatedDate": seconds(version.created_ms),
        } | named("VersionStages", sorted(version.labels))

    def ListSecretVersionIds(self, members: Members) -> dict[str, Any]:  # noqa: N802
        """Facts 1.13; also in the recovery window, oldest first (DIVERGENCES.md)."""
        secret = self._found(members)
        listed = [
            {
                "VersionId": version_id,
                "CreatedDate": seconds(version.created_ms),
                "KmsKeyIds": ["DefaultEncryptionKey"],
            }
            | named("VersionStages", sorted(version.labels))
            | day("LastAccessedDate", version.accessed_day)
            for version_id, version in sorted(secret.versions.items(), key=lambda row: row[1].created_ms)
            if version.labels or members.get("IncludeDeprecated")
        ]
        return {"ARN": secret.arn, "Name": secret.name, "Versions": listed}

    def _add_version(self, secret: Secret, token: str, value: tuple[str, str], labels: set[str]) -> None:
        """Each label leaves its former holder, and AWSPREVIOUS follows AWSCURRENT. Facts 3.3, 3.4."""
        after = copy.deepcopy(secret.versions)
        left = secret.holder_of(CURRENT)
        if left is None:
            labels |= {CURRENT}
        for version in after.values():
            version.labels -= labels
        after[token] = Version(value=value, labels=labels, created_ms=self.now)
        if left is not None and CURRENT in labels:
            let_previous_follow(after, left=left)
        # More than 100: the oldest without a label go, but none that is younger than 24 hours.
        for version_id, version in sorted(after.items(), key=lambda row: row[1].created_ms):
            if len(after) > 100 and not version.labels and self.now - version.created_ms >= DAY_MS:
                del after[version_id]
        check_labels(after)
        if len(after) > 100:
            raise Refusal(
                "LimitExceededException",
                "You can't have more than 100 versions of a secret younger than 24 hours or with a label.",
            )
        secret.versions = after
        secret.changed_ms = self.now

    # Tags (facts 9.5)

    def TagResource(self, members: Members) -> dict[str, Any]:  # noqa: N802
        """Facts 1.22."""
        secret = self._found(members)
        return self._retag(secret, added_tags(secret.tags or {}, members["Tags"]))

    def UntagResource(self, members: Members) -> dict[str, Any]:  # noqa: N802
        """Facts 1.23: unknown keys are ignored. All tags removed is not the same as never tagged (facts 1.7)."""
        secret = self._found(members)
        if secret.tags is None:
            return self._retag(secret, None)
        kept = {key: value for key, value in secret.tags.items() if key not in members["TagKeys"]}
        return self._retag(secret, kept)

    def _retag(self, secret: Secret, tags: dict[str, str] | None) -> dict[str, Any]:
        self._live(secret)
        if tags != secret.tags:
            secret.tags = tags
            secret.changed_ms = self.now
        return {}


def check_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9/_+=.@!-]{1,512}", name):
        raise Refusal(
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, "
            "or any of the following: -/_+=.@!",
        )


def token_of(members: Members) -> str:
    token: str | None = members.get("ClientRequestToken")
    if token is None:
        raise invalid_request("You must provide a ClientRequestToken value. We recommend a UUID-type value.")
    return token


def check_token(secret: Secret, token: str, value: tuple[str, str] | None) -> None:
    if secret.versions[token].value != value:
        raise Refusal(
            "ResourceExistsException",
            f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret "
            f"{secret.arn}.",
        )


def value_of(members: Members) -> tuple[str, str] | None:
    given = [(member, members[member]) for member in VALUE_MEMBERS if member in members]
    if len(given) == 2:
        raise invalid_parameter(
            "You can't specify both a binary secret value and a string secret value in the same secret."
        )
    return given[0] if given else None


def let_previous_follow(versions: dict[str, Version], *, left: str) -> None:
    """AWSPREVIOUS goes to the version that AWSCURRENT has left, from wherever it was. Facts 3.3."""
    for version in versions.values():
        version.labels.discard(PREVIOUS)
    versions[left].labels.add(PREVIOUS)


def check_labels(versions: dict[str, Version]) -> None:
    if sum(len(version.labels) for version in versions.values()) > 20:
        raise Refusal(
            "LimitExceededException",
            "You can't attach more than 20 staging labels to the versions of a secret.",
        )


def added_tags(tags: dict[str, str], added: list[dict[str, str]]) -> dict[str, str]:
    keys = [tag["Key"] for tag in added]
    if any(key.lower().startswith("aws:") for key in keys):
        raise invalid_parameter(
            "You can't use a tag key that begins with aws:, because that prefix is reserved."
        )
    if len(set(keys)) < len(keys):
        raise invalid_parameter("You can't use the same tag key twice in one request.")
    after = tags | {tag["Key"]: tag["Value"] for tag in added}
    if len(after) > 50:
        raise invalid_parameter("You can't have more than 50 tags on a secret.")
    return after


def shown(secret: Secret) -> dict[str, Any]:
    """What DescribeSecret and ListSecrets both show: members that have a value, and no others. Facts 1.7."""
    return (
        {
            "ARN": secret.arn,
            "Name": secret.name,
            "CreatedDate": seconds(secret.created_ms),
            "LastChangedDate": seconds(secret.changed_ms),
        }
        | named("Description", secret.description)
        | day("LastAccessedDate", secret.accessed_day)
        | ({} if secret.purge_ms is None else {"DeletedDate": seconds(secret.purge_ms)})
        | (
            {}
            if secret.tags is None
            else {"Tags": [{"Key": key, "Value": value} for key, value in secret.tags.items()]}
        )
    )


def named(member: str, value: Any) -> dict[str, Any]:
    """A member that is left out when it is empty."""
    return {member: value} if value else {}


def day(member: str, days: int | None) -> dict[str, Any]:
    """Midnight UTC; absent if never read."""
    return {} if days is None else {member: seconds(days * DAY_MS)}


def seconds(ms: int) -> float:
    return ms / 1000
