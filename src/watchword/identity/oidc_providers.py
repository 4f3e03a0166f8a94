"""IAM's OpenID Connect identity providers: made, shown, changed, tagged and deleted.

Nobody here fetches a provider's certificate: thumbprints are kept as they are given, none if none are. Whose tokens a role
takes is its trust policy's say; whose keys prove them, the deployment's configuration's.

Source: IAM API reference, CreateOpenIDConnectProvider and its kin; facts A.3.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from watchword.api.call import Bound, Call, Found, Scope
from watchword.api.shapes import iam
from watchword.identity import iam_quotas as quotas
from watchword.identity.entities import (
    directory_of,
    find_account,
    moment,
    require_room,
    save,
    tagged,
    tags_of,
    untagged,
)
from watchword.identity.iam_lists import page
from watchword.identity.model import OIDCProvider
from watchword.identity.store import IdentityStore

SCHEME = "https://"
# A host and perhaps a path: no port, no query, nobody's name and password.
_URL = re.compile(
    r"https://(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}(?:/[A-Za-z0-9._~%!$&'()*+,;=:@/-]*)?", re.ASCII
)
_THUMBPRINT = re.compile(r"[0-9A-Fa-f]{40}", re.ASCII)
_ARN = re.compile(r"arn:[^:]+:iam::(?P<account>[0-9]{12}):oidc-provider/(?P<url>.+)", re.ASCII | re.DOTALL)
NOT_FOUND = "OpenIDConnect Provider not found for arn {arn}"
WRONG_URL = "Invalid Open ID Connect Provider URL"


def find_new_provider(
    request: iam.CreateOpenIDConnectProviderRequest, scope: Scope, _store: IdentityStore
) -> Found[None]:
    url = (request.url or "").removeprefix(SCHEME)
    arn = f"arn:{scope.place.partition}:iam::{scope.account}:oidc-provider/{url}"
    return Found(resource=None, arn=arn)


def find_provider(request: Any, scope: Scope, store: IdentityStore) -> Found[OIDCProvider | None]:
    """The provider of an ARN.

    Raises:
        InvalidInputException: it is no provider's ARN.
    """
    arn = request.open_id_connect_provider_arn or ""
    named = _ARN.fullmatch(arn)
    if named is None:
        raise iam.InvalidInputException(f"Invalid ARN: {arn}")
    directory = directory_of(scope.account, store)
    held = directory.oidc_providers.get(named["url"])
    if held is None or directory.arn_of(held) != arn:
        missing = iam.NoSuchEntityException(NOT_FOUND.format(arn=arn))
        return Found(resource=None, arn=arn, named=arn, missing=missing)
    return Found(resource=held, arn=arn, named=arn, tags=held.tags)


def find_provider_if_any(request: Any, scope: Scope, store: IdentityStore) -> Found[OIDCProvider | None]:
    """As `find_provider`, where there need not be one. Source: IAM API, DeleteOpenIDConnectProvider ("idempotent")."""
    return msgspec.structs.replace(find_provider(request, scope, store), missing=None)


def create_provider(
    request: iam.CreateOpenIDConnectProviderRequest, _found: None, call: Call[IdentityStore]
) -> iam.CreateOpenIDConnectProviderResponse:
    """Make a provider. Raises InvalidInput, EntityAlreadyExists, LimitExceeded."""
    url = request.url or ""
    if _URL.fullmatch(url) is None:
        raise iam.InvalidInputException(WRONG_URL)
    directory = directory_of(call.account, call.store)
    # Hosts are the same in any case, and so two providers of one host would be one.
    if any(held.lower() == url.removeprefix(SCHEME).lower() for held in directory.oidc_providers):
        raise iam.EntityAlreadyExistsException(f"Provider with url {url} already exists.")
    require_room(
        len(directory.oidc_providers),
        maximum=quotas.OIDC_PROVIDERS,
        what="OpenIdConnectProvidersPerAccount",
    )
    provider = OIDCProvider(
        url=url.removeprefix(SCHEME),
        created_ms=call.now,
        client_ids=_client_ids(request.client_id_list or ()),
        thumbprints=_thumbprints(request.thumbprint_list or ()),
        tags=tagged({}, request.tags or ()),
    )
    after = save(call, provider)
    return iam.CreateOpenIDConnectProviderResponse(
        open_id_connect_provider_arn=after.arn_of(provider), tags=tags_of(provider.tags)
    )


def get_provider(
    _request: iam.GetOpenIDConnectProviderRequest, provider: OIDCProvider | None, _call: Call[IdentityStore]
) -> iam.GetOpenIDConnectProviderResponse:
    provider = _held(provider)
    return iam.GetOpenIDConnectProviderResponse(
        url=provider.url,
        client_id_list=provider.client_ids,
        thumbprint_list=provider.thumbprints,
        create_date=moment(provider.created_ms),
        tags=tags_of(provider.tags),
    )


def list_providers(
    _request: iam.ListOpenIDConnectProvidersRequest, _found: None, call: Call[IdentityStore]
) -> iam.ListOpenIDConnectProvidersResponse:
    """All of them: this list has no pages."""
    directory = directory_of(call.account, call.store)
    arns = sorted(directory.arn_of(provider) for provider in directory.oidc_providers.values())
    listed = tuple(iam.OpenIDConnectProviderListEntry(arn=arn) for arn in arns)
    return iam.ListOpenIDConnectProvidersResponse(open_id_connect_provider_list=listed)


def add_client_id(
    request: iam.AddClientIDToOpenIDConnectProviderRequest,
    provider: OIDCProvider | None,
    call: Call[IdentityStore],
) -> None:
    """Raises LimitExceeded. One that is there already stays."""
    provider = _held(provider)
    client_id = request.client_id or ""
    if client_id not in provider.client_ids:
        client_ids = _client_ids((*provider.client_ids, client_id))
        save(call, msgspec.structs.replace(provider, client_ids=client_ids))


def remove_client_id(
    request: iam.RemoveClientIDFromOpenIDConnectProviderRequest,
    provider: OIDCProvider | None,
    call: Call[IdentityStore],
) -> None:
    """One that is not there is gone already."""
    provider = _held(provider)
    if request.client_id in provider.client_ids:
        left = tuple(held for held in provider.client_ids if held != request.client_id)
        save(call, msgspec.structs.replace(provider, client_ids=left))


def update_thumbprints(
    request: iam.UpdateOpenIDConnectProviderThumbprintRequest,
    provider: OIDCProvider | None,
    call: Call[IdentityStore],
) -> None:
    """Replace them all."""
    thumbprints = _thumbprints(request.thumbprint_list or ())
    save(call, msgspec.structs.replace(_held(provider), thumbprints=thumbprints))


def delete_provider(
    _request: iam.DeleteOpenIDConnectProviderRequest,
    provider: OIDCProvider | None,
    call: Call[IdentityStore],
) -> None:
    """Delete it if it is there; roles that trust it go on to name it, and let nobody in by it."""
    if provider is not None:
        save(call, remove=(provider,))


def tag_provider(
    request: iam.TagOpenIDConnectProviderRequest, provider: OIDCProvider | None, call: Call[IdentityStore]
) -> None:
    provider = _held(provider)
    save(call, msgspec.structs.replace(provider, tags=tagged(provider.tags, request.tags or ())))


def untag_provider(
    request: iam.UntagOpenIDConnectProviderRequest, provider: OIDCProvider | None, call: Call[IdentityStore]
) -> None:
    provider = _held(provider)
    save(call, msgspec.structs.replace(provider, tags=untagged(provider.tags, request.tag_keys or ())))


def list_provider_tags(
    request: iam.ListOpenIDConnectProviderTagsRequest,
    provider: OIDCProvider | None,
    _call: Call[IdentityStore],
) -> iam.ListOpenIDConnectProviderTagsResponse:
    tags, truncated, marker = page(
        tags_of(_held(provider).tags),
        key=lambda tag: tag.key or "",
        marker=request.marker,
        max_items=request.max_items,
    )
    return iam.ListOpenIDConnectProviderTagsResponse(tags=tags, is_truncated=truncated, marker=marker)


def _held(provider: OIDCProvider | None) -> OIDCProvider:
    assert provider is not None
    return provider


def _client_ids(given: tuple[str, ...]) -> tuple[str, ...]:
    """Each once, in the order in which they were given."""
    client_ids = tuple(dict.fromkeys(given))
    if len(client_ids) > quotas.CLIENT_IDS_OF_PROVIDER:
        raise iam.LimitExceededException(
            f"Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {quotas.CLIENT_IDS_OF_PROVIDER}"
        )
    return client_ids


def _thumbprints(given: tuple[str, ...]) -> tuple[str, ...]:
    if len(given) > quotas.THUMBPRINTS_OF_PROVIDER:
        raise iam.InvalidInputException(
            f"Thumbprint list must contain at most {quotas.THUMBPRINTS_OF_PROVIDER} entries."
        )
    if not all(_THUMBPRINT.fullmatch(one) for one in given):
        raise iam.InvalidInputException("A thumbprint is 40 hexadecimal digits.")
    return tuple(one.lower() for one in given)


def bindings() -> tuple[Bound, ...]:
    return (
        Bound(operation=iam.CREATE_OPEN_ID_CONNECT_PROVIDER, find=find_new_provider, run=create_provider),
        Bound(operation=iam.GET_OPEN_ID_CONNECT_PROVIDER, find=find_provider, run=get_provider),
        Bound(operation=iam.LIST_OPEN_ID_CONNECT_PROVIDERS, find=find_account, run=list_providers),
        Bound(operation=iam.ADD_CLIENT_ID_TO_OPEN_ID_CONNECT_PROVIDER, find=find_provider, run=add_client_id),
        Bound(
            operation=iam.REMOVE_CLIENT_ID_FROM_OPEN_ID_CONNECT_PROVIDER,
            find=find_provider,
            run=remove_client_id,
        ),
        Bound(
            operation=iam.UPDATE_OPEN_ID_CONNECT_PROVIDER_THUMBPRINT,
            find=find_provider,
            run=update_thumbprints,
        ),
        Bound(operation=iam.DELETE_OPEN_ID_CONNECT_PROVIDER, find=find_provider_if_any, run=delete_provider),
        Bound(operation=iam.TAG_OPEN_ID_CONNECT_PROVIDER, find=find_provider, run=tag_provider),
        Bound(operation=iam.UNTAG_OPEN_ID_CONNECT_PROVIDER, find=find_provider, run=untag_provider),
        Bound(operation=iam.LIST_OPEN_ID_CONNECT_PROVIDER_TAGS, find=find_provider, run=list_provider_tags),
    )
