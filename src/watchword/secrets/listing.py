"""ListSecrets: pages, order and filters; and the pages of ListSecretVersionIds.

A page is read in one order from where the last one ended, so that secrets made or deleted meanwhile neither shift nor
repeat what follows. NextToken is sealed and bound to its query: with other filters, order or caller it does not open.
A page may be short or empty and still carry one, after `SCANNED_MAX` secrets were looked at (those that no filter lets
through, and those in their recovery window) or `SEARCHED_CHARACTERS_MAX` of their texts: ten filters of ten values over
large secrets would hold a thread for hours.

Source: Secrets Manager API, ListSecrets, ListSecretVersionIds; facts 1.13, 9.1 (what the filters really do) and 9.2.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from watchword.api.call import Call
from watchword.api.shape import Instant
from watchword.api.shapes import secretsmanager as sm
from watchword.api.shapes.secretsmanager import InvalidNextTokenException, InvalidParameterException
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.token import open_token, seal_token
from watchword.secrets import refusals, rotation
from watchword.secrets import tags as tag_rules
from watchword.secrets.deletion import DAY_MS
from watchword.secrets.model import DEFAULT_KEY_ALIAS, RotationRules, Secret, Version
from watchword.secrets.store import Glance, Place, SecretListing, SecretStore, Sought
from watchword.secrets.versions import labelled

PAGE_DEFAULT = 100
SCANNED_MAX = 4_000
"""A page that finds nothing is then at most four times the work of one in a Region of a thousand secrets."""
SCATTERED_MAX = 2_000
"""In every order but that of creation, in which rows lie side by side: elsewhere each may be on a page of the disk's own."""
SEARCHED_CHARACTERS_MAX = 4_000_000
"""Of texts that are taken apart into words: about half a second of computing."""
WORD_ASKED_CHARACTERS = 8
"""What looking one word up costs, in characters taken apart."""
LOOKED_FIRST_MAX = 10
"""Values whose longest word is looked for in the text before it is taken apart: beyond it that costs more than it spares."""
_SEARCHED = ("description", "all")

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
    order = _ORDERS[request.sort_by or "created-date"]
    purpose = _purpose(request, call.account)
    after = _opened(request.next_token, purpose, token_key) if request.next_token is not None else None
    scanned_max = SCANNED_MAX if order == "created" else SCATTERED_MAX
    search = _Search(
        filters=request.filters or (),
        wanted=request.max_results or PAGE_DEFAULT,
        include_deleted=bool(request.include_planned_deletion),
        after=after,
        scanned_max=scanned_max,
    )
    found = call.store.list_secrets(
        SecretListing(
            account=call.account,
            order=order,
            descending=request.sort_order == "desc",
            after=after,
            limit=scanned_max + 1,
        ),
        search.choose,
    )
    token = None
    if search.more:
        last = msgspec.json.encode(search.after)
        token = seal_token(token_key(), last, purpose=purpose, entropy=call.entropy)
    return sm.ListSecretsResponse(secret_list=tuple(map(entry, found)), next_token=token)


class _Search:
    """One page in the making: which rows it takes, where it ends, and whether anything may come after."""

    def __init__(
        self,
        *,
        filters: Sequence[sm.Filter],
        wanted: int,
        include_deleted: bool,
        after: Place | None,
        scanned_max: int,
    ) -> None:
        self.after = after
        self.more = False
        self._scanned_max = scanned_max
        self._sieve = Sieve(filters)
        self._wanted = wanted
        self._include_deleted = include_deleted

    def choose(self, rows: Iterable[Glance]) -> Sequence[str]:
        """Take rows until the page is full, or until looking for more would hold up others."""
        found: list[str] = []
        asked = self._sieve.words_asked * WORD_ASKED_CHARACTERS
        scanned = searched = 0
        last: Glance | None = None
        for row in rows:
            is_hidden = row.is_deleted and not self._include_deleted
            # A full page looks past those that are hidden, so that one which holds all there is carries no token.
            is_full = len(found) == self._wanted and not is_hidden
            if is_full or scanned == self._scanned_max or searched >= SEARCHED_CHARACTERS_MAX:
                self.more = True
                break
            last = row
            scanned += 1
            if is_hidden:
                continue
            if asked:
                searched += asked + _characters(row)
            if self._sieve.passes(row):
                found.append(row.sid)
        if last is not None:
            self.after = last.place
        return found


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
    rotated = rotation.shown(secret)
    return sm.SecretListEntry(
        arn=secret.arn,
        name=secret.name,
        type=secret.type,
        description=secret.description or None,
        kms_key_id=secret.kms_key_id,
        rotation_enabled=rotated.enabled,
        rotation_lambda_arn=rotated.lambda_arn,
        rotation_rules=rules_shape(rotated.rules),
        external_secret_rotation_metadata=metadata_shape(rotated.metadata),
        external_secret_rotation_role_arn=rotated.role_arn,
        last_rotated_date=instant(rotated.rotated_ms),
        last_changed_date=Instant(secret.changed_ms),
        last_accessed_date=day(secret.accessed_day),
        deleted_date=instant(secret.purge_ms),
        next_rotation_date=instant(rotated.due_ms),
        tags=tag_rules.as_shapes(secret.tags),
        secret_versions_to_stages=stages or None,
        created_date=Instant(secret.created_ms),
        primary_region=secret.primary_region,
    )


def rules_shape(rules: RotationRules | None) -> sm.RotationRulesType | None:
    if rules is None:
        return None
    return sm.RotationRulesType(
        automatically_after_days=rules.automatically_after_days,
        duration=rules.duration,
        schedule_expression=rules.schedule_expression,
    )


def metadata_shape(
    metadata: Sequence[tuple[str, str]],
) -> tuple[sm.ExternalSecretRotationMetadataItem, ...] | None:
    shapes = tuple(sm.ExternalSecretRotationMetadataItem(key=key, value=value) for key, value in metadata)
    return shapes or None


def instant(ms: int | None) -> Instant | None:
    return None if ms is None else Instant(ms)


def day(days: int | None) -> Instant | None:
    """A day of access, shown as AWS shows it: midnight UTC."""
    return None if days is None else Instant(days * DAY_MS)


def check_filters(filters: Sequence[sm.Filter]) -> None:
    for one in filters:
        if one.key is None:
            raise InvalidParameterException("Invalid filter key")
        if not one.values:
            raise InvalidParameterException(f"Invalid filter values for key: {one.key}")


class Sieve:
    """Filters, taken apart once for all secrets of a page: all of them must let a secret through, each by any value."""

    def __init__(self, filters: Sequence[sm.Filter]) -> None:
        self._filters = tuple(
            tuple(_Value.of(one.key or "", value) for value in one.values or ()) for one in filters
        )
        searched = [value for values in self._filters for value in values if value.key in _SEARCHED]
        self.words_asked = sum(len(value.words) for value in searched)
        """How many words are looked for in texts; a prefix is compared in no time."""
        self._looks_first = len(searched) <= LOOKED_FIRST_MAX

    def passes(self, secret: Sought) -> bool:
        if not self._filters:
            return True
        held = _Held(secret, looks_first=self._looks_first)
        # Loops, for generators cost as much again as what they ask, and a page may ask thousands of secrets.
        for values in self._filters:
            for value in values:
                if value.finds(held) is not value.is_negated:
                    break
            else:
                return False
        return True


class _Held:
    """What one secret holds, taken apart when it is first asked for, however many values ask."""

    # Of the class until they are asked for: setting each for thousands of secrets costs more than a prefix does.
    _tags: Mapping[str, str] | None = None
    _tag_keys: list[str] | None = None
    _tag_values: list[str] | None = None
    _primary_region: str | None = None
    _lowered: str | None = None
    _lowered_description: str | None = None
    _described: list[str] | None = None
    _all: list[str] | None = None

    def __init__(self, secret: Sought, *, looks_first: bool) -> None:
        self.secret = secret
        self.looks_first = looks_first

    @property
    def tags(self) -> Mapping[str, str]:
        if self._tags is None:
            self._tags = self.secret.tags or {}
        return self._tags

    @property
    def tag_keys(self) -> list[str]:
        """Sorted."""
        if self._tag_keys is None:
            self._tag_keys = sorted(self.tags)
        return self._tag_keys

    @property
    def tag_values(self) -> list[str]:
        """Sorted."""
        if self._tag_values is None:
            self._tag_values = sorted(self.tags.values())
        return self._tag_values

    @property
    def primary_region(self) -> str:
        """Empty, as no Region's name is, if the secret is not replicated."""
        # The store looks it up each time that it is asked.
        if self._primary_region is None:
            self._primary_region = self.secret.primary_region or ""
        return self._primary_region

    @property
    def lowered_description(self) -> str:
        if self._lowered_description is None:
            self._lowered_description = (self.secret.description or "").lower()
        return self._lowered_description

    @property
    def lowered(self) -> str:
        if self._lowered is None:
            self._lowered = "\n".join(self._texts()).lower()
        return self._lowered

    @property
    def described(self) -> list[str]:
        """The words of the description, sorted."""
        if self._described is None:
            self._described = sorted(self.lowered_description.split())
        return self._described

    @property
    def everywhere(self) -> list[str]:
        """All words, sorted."""
        if self._all is None:
            self._all = sorted(word.lower() for text in self._texts() for word in words(text))
        return self._all

    def _texts(self) -> Iterable[str]:
        return self.secret.name, self.secret.description or "", *self.tags, *self.tags.values()


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a filter; `!` in front turns it round."""

    key: str
    text: str
    is_negated: bool
    words: tuple[str, ...]
    """In lower case."""
    longest: str

    @staticmethod
    def of(key: str, value: str) -> _Value:
        text = value.lstrip("!")
        asked = tuple(map(str.lower, text.split() if key == "description" else words(text)))
        return _Value(
            key=key,
            text=text,
            is_negated=(len(value) - len(text)) % 2 == 1,
            words=asked,
            longest=max(asked, key=len, default=""),
        )

    def finds(self, held: _Held) -> bool:
        """Whether the text is there, negated or not."""
        match self.key:
            case "name":
                return held.secret.name.startswith(self.text)
            case "description":
                # To look for one word first spares most secrets the taking apart: a word is a part of its text.
                if held.looks_first and self.longest not in held.lowered_description:
                    return False
                return _begin(self.words, held.described)
            case "tag-key":
                return _begin((self.text,), held.tag_keys)
            case "tag-value":
                return _begin((self.text,), held.tag_values)
            case "primary-region":
                return held.primary_region != "" and held.primary_region.startswith(self.text)
            case "all":
                if not self.words or (held.looks_first and self.longest not in held.lowered):
                    return False
                return _begin(self.words, held.everywhere)
            case _:
                # No secret of this service belongs to another one: owning-service matches nothing.
                return False


def _characters(secret: Sought) -> int:
    """How much there is to take apart; the filters for words look at it all."""
    tags = secret.tags or {}
    texts = len(secret.name) + len(secret.description or "")
    return texts + sum(map(len, tags)) + sum(map(len, tags.values()))


def _begin(asked: Iterable[str], held: Sequence[str]) -> bool:
    """Whether each begins something in `held`, which is sorted: nothing that it begins sorts before it."""
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
