"""What policies may ask of a secret, or of the key that a request names. Pure but for one read of an alias.

A condition key that has no value is absent, as AWS says of those that describe the request. Source: Service Authorization
Reference, Secrets Manager; facts 8.1.
"""

from __future__ import annotations

from collections.abc import Mapping

from watchword.api.call import Place
from watchword.api.shapes import secretsmanager as sm
from watchword.secrets.model import DEFAULT_KEY_ALIAS, Secret
from watchword.secrets.store import SecretStore

OF_SECRET = frozenset(
    {
        "secretsmanager:resource/allowrotationlambdaarn",
        "secretsmanager:resource/type",
        "secretsmanager:secretprimaryregion",
    }
)
OF_KEY = frozenset({"secretsmanager:kmskeyarn"})

Facts = Mapping[str, tuple[str, ...]]


def of_secret(secret: Secret) -> Facts:
    """Of a secret that stands alone, this Region is the primary Region."""
    primary = secret.primary_region or secret.region
    facts = {"secretsmanager:secretprimaryregion": (primary,)}
    if secret.type is not None:
        facts["secretsmanager:resource/type"] = (secret.type,)
    if secret.rotation is not None and secret.rotation.lambda_arn is not None:
        facts["secretsmanager:resource/allowrotationlambdaarn"] = (secret.rotation.lambda_arn,)
    return facts


def of_key(
    request: sm.CreateSecretRequest | sm.UpdateSecretRequest,
    place: Place,
    store: SecretStore,
    *,
    account: str,
) -> Facts:
    """The ARN of the KMS key that a request names, in any spelling; absent if it names none, or an alias of none.

    `account` is the secret's, whose keys need no ARN.
    """
    named = request.kms_key_id
    # An empty one is the account's default key (facts 1.24), and a Deny of that key has to see it.
    arn = None if named is None else _key_arn(named or DEFAULT_KEY_ALIAS, place, store, account=account)
    return {} if arn is None else {"secretsmanager:kmskeyarn": (arn,)}


def _key_arn(named: str, place: Place, store: SecretStore, *, account: str) -> str | None:
    prefix = _prefix(place, account)
    alias = named.removeprefix(prefix)
    if alias.startswith("alias/"):
        key = store.key_of_alias(account, alias)
        return None if key is None else key.arn
    return named if named.startswith("arn:") else f"{prefix}key/{named}"


def _prefix(place: Place, account: str) -> str:
    return f"arn:{place.partition}:kms:{place.region}:{account}:"
