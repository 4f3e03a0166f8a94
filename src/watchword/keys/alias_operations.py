"""KMS: names of keys.

An alias belongs to one account and Region and names one key; moving it moves every caller that uses the name.

Source: KMS API, CreateAlias, UpdateAlias, DeleteAlias, ListAliases; facts A.2.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from watchword.api.call import Bound, Call
from watchword.api.errors import AccessDeniedException, ValidationException
from watchword.api.shape import Instant
from watchword.api.shapes import kms
from watchword.keys import find, pages, refusals, states
from watchword.keys.find import AliasAndKey
from watchword.keys.model import Alias, KMSKey, Quotas
from watchword.keys.pages import Listing, TokenKey
from watchword.keys.store import AliasSaved, KeyStore

NAME = re.compile(r"alias/[a-zA-Z0-9/_-]+")


def create_alias(
    request: kms.CreateAliasRequest, meant: AliasAndKey, call: Call[KeyStore], *, quotas: Quotas
) -> None:
    """Give a key of the customer's one more name.

    Raises:
        InvalidAliasNameException: reserved for AWS, or other characters than an alias has.
        AlreadyExistsException: it names a key already. LimitExceededException: the key has as many as it can have.
    """
    assert meant.key is not None
    _check_new_name(meant.name)
    if meant.alias is not None:
        arn = _arn(meant.alias, call)
        raise kms.AlreadyExistsException(f"An alias with the name {arn} already exists")
    _check_target(meant.key, "CreateAlias", call)
    _check_room(meant.key, call, quotas)
    alias = Alias(
        account=call.account,
        name=meant.name,
        key_id=meant.key.key_id,
        created_ms=call.now,
        updated_ms=call.now,
    )
    call.stage(AliasSaved(before=None, after=alias))


def update_alias(
    _request: kms.UpdateAliasRequest, meant: AliasAndKey, call: Call[KeyStore], *, quotas: Quotas
) -> None:
    """Let an alias name another key of the same kind and usage.

    Raises:
        ValidationException: a key of another kind: what is sealed by name could not be opened any more.
    """
    assert meant.key is not None
    assert meant.alias is not None
    _check_own(meant.alias, call)
    _check_target(meant.key, "UpdateAlias", call)
    if meant.alias.key_id == meant.key.key_id:
        return
    present = call.store.key(call.account, meant.alias.key_id)
    if present is not None and (present.usage, present.spec) != (meant.key.usage, meant.key.spec):
        raise ValidationException(refusals.ALIAS_OF_OTHER_KIND)
    _check_room(meant.key, call, quotas)
    after = replace(meant.alias, key_id=meant.key.key_id, updated_ms=call.now)
    call.stage(AliasSaved(before=meant.alias, after=after))


def delete_alias(_request: kms.DeleteAliasRequest, alias: Alias, call: Call[KeyStore]) -> None:
    """Take a name away, in every state of its key; the key stays."""
    _check_own(alias, call)
    call.stage(AliasSaved(before=alias, after=None))


def list_aliases(
    request: kms.ListAliasesRequest, key: KMSKey | None, call: Call[KeyStore], *, token_key: TokenKey
) -> kms.ListAliasesResponse:
    """A page of the account's aliases, or of one key's, by name."""
    key_id = None if key is None else key.key_id
    listing = Listing(purpose=f"kms:ListAliases/{call.account}/{key_id or ''}", default=50, most=100)
    (after,) = pages.after(request.marker, listing, token_key) or ("",)
    found = call.store.aliases(
        call.account, key_id=key_id, after=after, limit=listing.size(request.limit) + 1
    )
    shown, marker = pages.page(
        found,
        listing,
        limit=request.limit,
        place=lambda alias: (alias.name,),
        token_key=token_key,
        entropy=call.entropy,
    )
    return kms.ListAliasesResponse(
        aliases=tuple(_entry(alias, call) for alias in shown),
        next_marker=marker,
        truncated=marker is not None,
    )


def bindings(*, token_key: TokenKey, quotas: Quotas) -> tuple[Bound, ...]:
    both = find.find_alias_and_target
    return (
        Bound(operation=kms.CREATE_ALIAS, find=both, run=partial(create_alias, quotas=quotas)),
        Bound(operation=kms.UPDATE_ALIAS, find=both, run=partial(update_alias, quotas=quotas)),
        Bound(operation=kms.DELETE_ALIAS, find=find.find_alias, run=delete_alias),
        Bound(
            operation=kms.LIST_ALIASES,
            find=find.find_key_if_named,
            run=partial(list_aliases, token_key=token_key),
        ),
    )


def _check_new_name(name: str) -> None:
    if name.startswith(find.AWS_ALIAS_PREFIX):
        raise kms.InvalidAliasNameException(refusals.ALIAS_RESERVED)
    if NAME.fullmatch(name) is None:
        raise kms.InvalidAliasNameException(refusals.ALIAS_WRONG)


def _check_own(alias: Alias, call: Call[KeyStore]) -> None:
    """Nobody moves or deletes an AWS managed key's alias."""
    if alias.name.startswith(find.AWS_ALIAS_PREFIX):
        raise AccessDeniedException(
            f"User: {call.principal.arn} is not authorized to change the AWS managed alias {_arn(alias, call)}"
        )


def _check_target(key: KMSKey, operation: str, call: Call[KeyStore]) -> None:
    refusals.check_managed_by_customer(key, call.principal)
    states.check(operation, key.state, arn=key.arn)


def _check_room(key: KMSKey, call: Call[KeyStore], quotas: Quotas) -> None:
    most = quotas.aliases_of_key_max
    if len(call.store.aliases(key.account, key_id=key.key_id, after="", limit=most)) >= most:
        raise kms.LimitExceededException(f"a key has at most {most} aliases")


def _entry(alias: Alias, call: Call[KeyStore]) -> kms.AliasListEntry:
    return kms.AliasListEntry(
        alias_name=alias.name,
        alias_arn=_arn(alias, call),
        target_key_id=alias.key_id,
        creation_date=Instant(alias.created_ms),
        last_updated_date=Instant(alias.updated_ms),
    )


def _arn(alias: Alias, call: Call[KeyStore]) -> str:
    return f"arn:{call.place.partition}:kms:{call.place.region}:{alias.account}:{alias.name}"
