"""ListSecrets: pages, order and filters; and the pages of ListSecretVersionIds.

A page is read in one order from where the last one ended, so that secrets made or deleted meanwhile neither shift nor
repeat what follows. NextToken is sealed and bound to its query: with other filters, order or caller it does not open.
A filtered page may be short or empty and still carry one, after `SCANNED_MAX` secrets were looked at or
`SEARCHED_CHARACTERS_MAX` of their texts: ten filters of ten values over large secrets would hold a thread for hours.

Source: Secrets Manager API, ListSecrets, ListSecretVersionIds; facts 1.13, 9.1 (what the filters really do) and 9.2.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache

import msgspec

from watchword.api.call import Call
from watchword.api.shape import Instant
from watchword.api.shapes import secretsmanager as sm
from watchword.api.shapes.secretsmanager import InvalidNextTokenException, InvalidParameterException
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.token import open_token, seal_token
from watchword.secrets import refusals
from watchword.secrets import tags as tag_rules
from watchword.secrets.deletion import DAY_MS
from watchword.secrets.model import DEFAULT_KEY_ALIAS, Secret, Version
from watchword.secrets.store import SecretListing, SecretStore
from watchword.secrets.versions import labelled

PAGE_DEFAULT = 100
SCANNED_MAX = 5_000
SEARCHED_CHARACTERS_MAX = 4_000_000
"""Of texts that are taken apart into words: about half a second of computing."""
WORD_ASKED_CHARACTERS = 8
"""What looking one word up costs, in characters taken apart."""
ASKED_KEPT_MAX = 256
BATCH_ROWS = 500

TokenKey = Callable[[], bytes]
"""This Region's key for sealed tokens, from custody."""

_ORDERS = {
    "created-date": "created",
    "last-changed-date": "changed",
    "last-accessed-date": "accessed",
    "name": "name",
}
_SEPARATORS = "/_+=.@-"
_HUMP = re.compile(r"[A-Z]+(?=[A-Z][^A-Z])|[A-Z]+$|[A-Z][^A-Z]*|[^A-Z]+")


def page(
    request: sm.ListSecretsRequest, call: Call[SecretStore], *, token_key: TokenKey
) -> sm.ListSecretsResponse:
    """Read one page.

    Raises:
        InvalidNextTokenException: the token was not made by this Region for this very query.
        InvalidParameterException: a filter without key or values.
    """
    check_filters(request.filters or ())
    wanted = request.max_results or PAGE_DEFAULT
    order = _ORDERS[request.sort_by or "created-date"]
    purpose = _purpose(request, call.account)
    after = _opened(request.next_token, purpose, token_key) if request.next_token is not None else None
    filters = request.filters or ()
    asked = _words_asked(filters)
    matched: list[Secret] = []
    scanned = searched = 0
    more = True
    while more and len(matched) < wanted and scanned < SCANNED_MAX and searched < SEARCHED_CHARACTERS_MAX:
        batch = min(BATCH_ROWS, wanted - len(matched)) if not filters else BATCH_ROWS
        rows = call.store.list_secrets(
            SecretListing(
                account=call.account,
                order=order,
                descending=request.sort_order == "desc",
                include_deleted=bool(request.include_planned_deletion),
                after=after,
                limit=batch + 1,
            )
        )
        more = len(rows) > batch
        for secret in rows[:batch]:
            after = position(secret, order)
            scanned += 1
            searched += asked * WORD_ASKED_CHARACTERS + sum(map(len, _texts(secret))) if asked else 0
            if matches(secret, filters):
                matched.append(secret)
            if len(matched) == wanted or searched >= SEARCHED_CHARACTERS_MAX:
                more = more or secret is not rows[:batch][-1]
                break
    token = None
    if more and after is not None:
        token = seal_token(token_key(), msgspec.json.encode(after), purpose=purpose, entropy=call.entropy)
    return sm.ListSecretsResponse(secret_list=tuple(map(entry, matched)), next_token=token)


def version_page(
    request: sm.ListSecretVersionIdsRequest, secret: Secret, call: Call[SecretStore], *, token_key: TokenKey
) -> sm.ListSecretVersionIdsResponse:
    """Read one page of a secret's versions that hold a value, oldest first: one made meanwhile comes last.

    Raises:
        InvalidNextTokenException: the token was not made by this Region for this secret and kind of version.
    """
    deprecated = bool(request.include_deprecated)
    purpose = f"ListSecretVersionIds/{secret.account}/{secret.sid}/{deprecated}"
    after = _opened(request.next_token, purpose, token_key) if request.next_token is not None else (-1, "")
    places = sorted(
        (version.created_ms, version.id)
        for version in secret.versions.values()
        if version.content_id is not None and (version.labels or deprecated)
    )
    wanted = request.max_results or PAGE_DEFAULT
    # Both sides are a moment and a version id, for no other token opens for this purpose.
    rest = places[bisect_right(places, after) :]
    token = None
    if len(rest) > wanted:
        last = msgspec.json.encode(rest[wanted - 1])
        token = seal_token(token_key(), last, purpose=purpose, entropy=call.entropy)
    default = call.store.key_of_alias(secret.account, DEFAULT_KEY_ALIAS)
    default_arn = None if default is None else default.arn
    shown = [secret.versions[version_id] for _, version_id in rest[:wanted]]
    return sm.ListSecretVersionIdsResponse(
        arn=secret.arn,
        name=secret.name,
        versions=tuple(version_entry(version, default_arn=default_arn) for version in shown),
        next_token=token,
    )


def version_entry(version: Version, *, default_arn: str | None) -> sm.SecretVersionsListEntry:
    """The account's default key has a name of its own here (facts 6.3); the others are shown by their ARNs."""
    keys = tuple("DefaultEncryptionKey" if arn == default_arn else arn for arn in version.key_arns)
    return sm.SecretVersionsListEntry(
        version_id=version.id,
        version_stages=tuple(sorted(version.labels)) or None,
        last_accessed_date=day(version.accessed_day),
        created_date=Instant(version.created_ms),
        kms_key_ids=keys or None,
    )


def entry(secret: Secret) -> sm.SecretListEntry:
    stages = {version.id: tuple(sorted(version.labels)) for version in labelled(secret)}
    return sm.SecretListEntry(
        arn=secret.arn,
        name=secret.name,
        description=secret.description or None,
        kms_key_id=secret.kms_key_id,
        last_changed_date=Instant(secret.changed_ms),
        last_accessed_date=day(secret.accessed_day),
        deleted_date=None if secret.purge_ms is None else Instant(secret.purge_ms),
        tags=tag_rules.as_shapes(secret.tags),
        secret_versions_to_stages=stages or None,
        created_date=Instant(secret.created_ms),
        primary_region=secret.primary_region,
    )


def day(days: int | None) -> Instant | None:
    """A day of access, shown as AWS shows it: midnight UTC."""
    return None if days is None else Instant(days * DAY_MS)


def position(secret: Secret, order: str) -> tuple[int | str, str]:
    """Where a secret stands in an order; the sid makes it unique."""
    match order:
        case "name":
            return secret.name, secret.sid
        case "changed":
            return secret.changed_ms, secret.sid
        case "accessed":
            # Never read sorts before every day.
            return (-1 if secret.accessed_day is None else secret.accessed_day), secret.sid
        case _:
            return secret.created_ms, secret.sid


def check_filters(filters: Sequence[sm.Filter]) -> None:
    for one in filters:
        if one.key is None:
            raise InvalidParameterException("Invalid filter key")
        if not one.values:
            raise InvalidParameterException(f"Invalid filter values for key: {one.key}")


def matches(secret: Secret, filters: Sequence[sm.Filter]) -> bool:
    """All filters, and of each filter any value."""
    held = _Words(secret)
    return all(
        any(_matches(secret, one.key or "", value, held) for value in one.values or ()) for one in filters
    )


class _Words:
    """A secret's words in lower case and sorted, taken apart once however many values ask for them."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    @cached_property
    def described(self) -> list[str]:
        return sorted((self._secret.description or "").lower().split())

    @cached_property
    def everywhere(self) -> list[str]:
        return sorted(word.lower() for text in _texts(self._secret) for word in words(text))


def _texts(secret: Secret) -> list[str]:
    tags = secret.tags or {}
    return [secret.name, secret.description or "", *tags, *tags.values()]


def _words_asked(filters: Sequence[sm.Filter]) -> int:
    """How many words the filters look for in texts; a prefix is compared in no time."""
    return sum(
        len(_asked(one.key, value))
        for one in filters
        if one.key in ("description", "all")
        for value in one.values or ()
    )


@lru_cache(maxsize=ASKED_KEPT_MAX)
def _asked(key: str, value: str) -> tuple[str, ...]:
    """The words of one value, in lower case. Cached, for every secret of a page is asked for the same."""
    return tuple(map(str.lower, value.split() if key == "description" else words(value)))


def _matches(secret: Secret, key: str, value: str, held: _Words) -> bool:
    """Whether one value of a filter matches; `!` in front turns it round."""
    if value.startswith("!"):
        return not _matches(secret, key, value[1:], held)
    tags = secret.tags or {}
    match key:
        case "name":
            return secret.name.startswith(value)
        case "description":
            return _has_words(_asked(key, value), held.described)
        case "tag-key":
            return any(name.startswith(value) for name in tags)
        case "tag-value":
            return any(text.startswith(value) for text in tags.values())
        case "primary-region":
            return (secret.primary_region or "").startswith(value) and secret.primary_region is not None
        case "all":
            asked = _asked(key, value)
            return bool(asked) and _has_words(asked, held.everywhere)
        case _:
            # No secret of this service belongs to another one: owning-service matches nothing.
            return False


def _has_words(asked: Iterable[str], held: Sequence[str]) -> bool:
    """Whether each word begins some word of `held`, which is sorted: no word that it begins sorts before it."""
    for one in asked:
        at = bisect_left(held, one)
        if at == len(held) or not held[at].startswith(one):
            return False
    return True


def words(text: str) -> list[str]:
    """Split as the `all` filter does: at blanks, at camel humps, and at a separator if only one kind of it occurs.

    `COMPANYthings` is `COMPAN` and `Ythings`: the last capital goes with what follows.
    """
    found: list[str] = []
    for part in text.split():
        kinds = {char for char in part if char in _SEPARATORS}
        pieces = part.split(kinds.pop()) if len(kinds) == 1 else [part]
        for piece in pieces:
            found += _HUMP.findall(piece)
    return found


def _purpose(request: sm.ListSecretsRequest, account: str) -> str:
    query = msgspec.structs.replace(request, next_token=None, max_results=None)
    return f"ListSecrets/{account}/{hashlib.sha256(msgspec.json.encode(query)).hexdigest()}"


def _opened(token: str, purpose: str, token_key: TokenKey) -> tuple[int | str, str]:
    try:
        return msgspec.json.decode(
            open_token(token_key(), token, purpose=purpose), type=tuple[int | str, str]
        )
    except (EnvelopeRefused, msgspec.ValidationError) as error:
        raise InvalidNextTokenException(refusals.BAD_PAGE_TOKEN) from error
