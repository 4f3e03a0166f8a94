"""KMS: grants. A grant is in force with its commit, so grant tokens, which bridge AWS's delay, decide nothing here.

Source: KMS API, CreateGrant, ListGrants, ListRetirableGrants, RetireGrant, RevokeGrant; facts A.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import msgspec

from watchword.api.call import Bound, Call, UnknownPrincipal
from watchword.api.errors import ValidationException
from watchword.api.shape import Instant
from watchword.api.shapes import kms
from watchword.envelope.refused import EnvelopeRefused
from watchword.envelope.token import open_token, seal_token
from watchword.keys import find, grants, pages, refusals, states
from watchword.keys.find import KeyAndGrant
from watchword.keys.model import Grant, KMSKey, Quotas
from watchword.keys.pages import Listing, TokenKey
from watchword.keys.store import GrantEnded, GrantMade, KeyStore

GRANT_ID_BYTES = 32
SEALED_FOR = "kms:GrantToken"
NO_SERVICES = "service principals and SourceArn are not supported in grants"


def opened_token(token: str, *, token_key: TokenKey) -> tuple[str, str, str]:
    """The account, key id and grant id that a grant token was given out with.

    Raises:
        InvalidGrantTokenException: this Region gave out no such token.
    """
    try:
        opened = open_token(token_key(), token, purpose=SEALED_FOR)
        return msgspec.json.decode(opened, type=tuple[str, str, str])
    except (EnvelopeRefused, msgspec.DecodeError) as error:
        raise kms.InvalidGrantTokenException("the grant token is not valid") from error


def check_tokens(tokens: Iterable[str] | None, *, token_key: TokenKey) -> None:
    """Raises InvalidGrantTokenException. A token of a grant that has ended since is still one."""
    for token in tokens or ():
        opened_token(token, token_key=token_key)


def create_grant(
    request: kms.CreateGrantRequest,
    key: KMSKey,
    call: Call[KeyStore],
    *,
    token_key: TokenKey,
    quotas: Quotas,
) -> kms.CreateGrantResponse:
    """Let a principal use a key. With a name, asking for the same again returns the same grant and a new token.

    Raises:
        ValidationException, InvalidArnException: as `grants.check_wanted` and `grants.check_constraints`; a principal that
            does not exist.
        LimitExceededException: the key has as many grants as it can have.
    """
    constraints = request.constraints or kms.GrantConstraints()
    if request.grantee_service_principal or request.retiring_service_principal or constraints.source_arn:
        raise ValidationException(NO_SERVICES)
    grants.check_wanted(
        grantee=request.grantee_principal,
        retiring=request.retiring_principal,
        operations=request.operations or (),
        usage=key.usage,
    )
    asked = grants.asked_for(request, key)
    grants.check_constraints(equals=asked.context_equals, subset=asked.context_subset, usage=key.usage)
    check_tokens(request.grant_tokens, token_key=token_key)
    refusals.check_managed_by_customer(key, call.principal)
    states.check("CreateGrant", key.state, arn=key.arn)
    grant = replace(
        asked,
        grant_id=call.entropy(GRANT_ID_BYTES).hex(),
        grantee=_kept(asked.grantee, call),
        retiring=_kept(asked.retiring, call),
        issuing_account=call.account,
        created_ms=call.now,
    )
    refusals.end_dry_run(request.dry_run)
    held = call.store.grants_named(key.account, key.key_id, grant.name) if grant.name else ()
    again = next((one for one in held if grants.same(one, grant)), None)
    if again is None:
        if not call.store.has_room_for_grant(key.account, key.key_id, grants_max=quotas.grants_of_key_max):
            raise kms.LimitExceededException(f"a key has at most {quotas.grants_of_key_max} grants")
        call.stage(GrantMade(grant=grant))
    named = msgspec.json.encode((grant if again is None else again).address)
    token = seal_token(token_key(), named, purpose=SEALED_FOR, entropy=call.entropy)
    return kms.CreateGrantResponse(grant_token=token, grant_id=(again or grant).grant_id)


def _kept(principal: str, call: Call[KeyStore]) -> str:
    """A principal as it is stored: a user or role by unique id (decision 0008)."""
    try:
        return call.names.remembered(principal)
    except UnknownPrincipal as error:
        raise kms.InvalidArnException(refusals.NO_SUCH_PRINCIPAL) from error


def _sought(principal: str, call: Call[KeyStore]) -> str:
    """A principal to look for. One that is gone is found by its id, which lists show then."""
    try:
        return call.names.remembered(principal)
    except UnknownPrincipal:
        return principal


def list_grants(
    request: kms.ListGrantsRequest, key: KMSKey, call: Call[KeyStore], *, token_key: TokenKey
) -> kms.ListGrantsResponse:
    """A page of a key's grants, or of those of one grantee, or the one of an id."""
    named = request.grantee_principal
    grantee = None if named is None else _sought(named, call)
    if request.grantee_service_principal is not None:
        raise ValidationException(NO_SERVICES)
    if request.grant_id is not None:
        return kms.ListGrantsResponse(grants=_one(request, key, call, grantee=grantee), truncated=False)
    listing = Listing(purpose=f"kms:ListGrants/{key.arn}/{grantee or ''}", default=50, most=100)
    (after,) = pages.after(request.marker, listing, token_key) or ("",)
    found = call.store.grants(
        key.account, key.key_id, grantee=grantee, after=after, limit=listing.size(request.limit) + 1
    )
    shown, marker = pages.page(
        found,
        listing,
        limit=request.limit,
        place=lambda grant: (grant.grant_id,),
        token_key=token_key,
        entropy=call.entropy,
    )
    entries = tuple(_entry(grant, call) for grant in shown)
    return kms.ListGrantsResponse(grants=entries, next_marker=marker, truncated=marker is not None)


def _one(
    request: kms.ListGrantsRequest, key: KMSKey, call: Call[KeyStore], *, grantee: str | None
) -> tuple[kms.GrantListEntry, ...]:
    grant_id = request.grant_id or ""
    if find.GRANT_ID.fullmatch(grant_id) is None:
        raise kms.InvalidGrantIdException(find.WRONG_GRANT_ID)
    grant = call.store.grant(key.account, key.key_id, grant_id)
    is_meant = grant is not None and grantee in (None, grant.grantee)
    return (_entry(grant, call),) if grant is not None and is_meant else ()


def list_retirable_grants(
    request: kms.ListRetirableGrantsRequest, _found: None, call: Call[KeyStore], *, token_key: TokenKey
) -> kms.ListGrantsResponse:
    """A page of the grants, on any of the account's keys, that name a principal as the one who may retire them."""
    if request.retiring_service_principal is not None or request.retiring_principal is None:
        raise ValidationException("RetiringPrincipal says whose grants are meant; services are not supported")
    retiring = _sought(request.retiring_principal, call)
    listing = Listing(purpose=f"kms:ListRetirableGrants/{call.account}/{retiring}", default=50, most=100)
    key_id, grant_id = pages.after(request.marker, listing, token_key) or ("", "")
    found = call.store.retirable_grants(
        call.account, retiring, after=(key_id, grant_id), limit=listing.size(request.limit) + 1
    )
    shown, marker = pages.page(
        found,
        listing,
        limit=request.limit,
        place=lambda grant: (grant.key_id, grant.grant_id),
        token_key=token_key,
        entropy=call.entropy,
    )
    entries = tuple(_entry(grant, call) for grant in shown)
    return kms.ListGrantsResponse(grants=entries, next_marker=marker, truncated=marker is not None)


def retire_grant(request: kms.RetireGrantRequest, meant: KeyAndGrant, call: Call[KeyStore]) -> None:
    """End a grant; in every state of the key. Who may, was decided with it (`grants.retiring`)."""
    refusals.end_dry_run(request.dry_run)
    call.stage(GrantEnded(grant=meant.grant))


def revoke_grant(request: kms.RevokeGrantRequest, meant: KeyAndGrant, call: Call[KeyStore]) -> None:
    """End a grant, in force with the next request; in every state of the key."""
    refusals.end_dry_run(request.dry_run)
    call.stage(GrantEnded(grant=meant.grant))


def bindings(*, token_key: TokenKey, quotas: Quotas) -> tuple[Bound, ...]:
    to_retire = partial(find.find_grant_to_retire, open_token=partial(opened_token, token_key=token_key))
    return (
        Bound(
            operation=kms.CREATE_GRANT,
            find=find.find_key_to_grant,
            run=partial(create_grant, token_key=token_key, quotas=quotas),
        ),
        Bound(
            operation=kms.LIST_GRANTS,
            find=find.find_key_across,
            run=partial(list_grants, token_key=token_key),
        ),
        Bound(
            operation=kms.LIST_RETIRABLE_GRANTS,
            find=find.find_nothing,
            run=partial(list_retirable_grants, token_key=token_key),
        ),
        Bound(operation=kms.RETIRE_GRANT, find=to_retire, run=retire_grant),
        Bound(operation=kms.REVOKE_GRANT, find=find.find_grant, run=revoke_grant),
    )


def _entry(grant: Grant, call: Call[KeyStore]) -> kms.GrantListEntry:
    constraints = None
    if grant.context_equals is not None or grant.context_subset is not None:
        equals, subset = grant.context_equals, grant.context_subset
        constraints = kms.GrantConstraints(
            encryption_context_equals=None if equals is None else dict(equals),
            encryption_context_subset=None if subset is None else dict(subset),
        )
    return kms.GrantListEntry(
        key_id=f"arn:{call.place.partition}:kms:{call.place.region}:{grant.account}:key/{grant.key_id}",
        grant_id=grant.grant_id,
        name=grant.name or None,
        creation_date=Instant(grant.created_ms),
        grantee_principal=call.names.shown(grant.grantee),
        retiring_principal=call.names.shown(grant.retiring) if grant.retiring else None,
        issuing_account=f"arn:{call.place.partition}:iam::{grant.issuing_account}:root",
        operations=grant.operations,
        constraints=constraints,
    )
