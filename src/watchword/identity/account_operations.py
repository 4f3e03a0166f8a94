"""Account Management: which Regions an account may use, and what the account is called.

Enabling and disabling are set down here and carried out by the registrar (`distribution_sending.py`): ENABLING until the
account's identity has arrived in the Region, DISABLING until the Region has heard that it is out of force.

Listed are the Regions that this deployment hosts, in the caller's partition: AWS's others can't be used here.

Source: Account Management API reference; Enable or disable AWS Regions in your account; facts A.5.
"""

from __future__ import annotations

import msgspec

from watchword.api.call import Bound, Call, Found, Place, Scope
from watchword.api.errors import AccessDeniedException
from watchword.api.shape import IsoInstant
from watchword.api.shapes import account
from watchword.identity.directory import Directory
from watchword.identity.entities import directory_of, save
from watchword.identity.iam_lists import page
from watchword.identity.model import OptStatus, Settings
from watchword.identity.opt_in import status_of
from watchword.identity.store import IdentityStore

REGIONS_DEFAULT = 50
NO_SUCH_REGION = "The Region {region} is not one of this deployment's"
BY_DEFAULT = "The Region {region} is enabled by default, and can be neither enabled nor disabled"
CONFLICT = (
    "The request could not be processed because of a conflict in the current status of the resource: the Region"
    " {region} is {status}"
)
OTHER_ACCOUNT = "AccountId is for the management account of an organization, and this account is none"


class ListedRegion(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    status: OptStatus


def find_own(request: object, scope: Scope, _store: IdentityStore) -> Found[None]:
    """The caller's own account: there are no organizations here, whose management account may name another.

    Raises:
        AccessDeniedException: another account is named, or its own, which AWS refuses too.
    """
    if getattr(request, "account_id", None) is not None:
        raise AccessDeniedException(OTHER_ACCOUNT)
    arn = f"arn:{scope.place.partition}:account::{scope.account}:account"
    return Found(resource=None, arn=arn)


def list_regions(
    request: account.ListRegionsRequest, _found: None, call: Call[IdentityStore]
) -> account.ListRegionsResponse:
    wanted = request.region_opt_status_contains
    held = [
        region
        for region in _regions(directory_of(call.account, call.store), call.place)
        if not wanted or region.status in wanted
    ]
    regions, _, token = page(
        held,
        key=lambda region: region.name,
        marker=request.next_token,
        max_items=int(request.max_results or REGIONS_DEFAULT),
    )
    listed = tuple(
        account.Region(region_name=region.name, region_opt_status=region.status.value) for region in regions
    )
    return account.ListRegionsResponse(regions=listed, next_token=token)


def get_region_opt_status(
    request: account.GetRegionOptStatusRequest, _found: None, call: Call[IdentityStore]
) -> account.GetRegionOptStatusResponse:
    name, status = _status(request.region_name or "", call)
    return account.GetRegionOptStatusResponse(region_name=name, region_opt_status=status.value)


def enable_region(request: account.EnableRegionRequest, _found: None, call: Call[IdentityStore]) -> None:
    """Begin to enable a Region; one that is enabled stays so. Raises ValidationException, ConflictException."""
    name, status = _choosable(request.region_name or "", call)
    if status is OptStatus.DISABLING:
        raise account.ConflictException(CONFLICT.format(region=name, status=status.value))
    if status is OptStatus.DISABLED:
        _set(name, OptStatus.ENABLING, call)


def disable_region(request: account.DisableRegionRequest, _found: None, call: Call[IdentityStore]) -> None:
    """Begin to disable a Region: access ends, and nothing is deleted. Raises ValidationException, ConflictException."""
    name, status = _choosable(request.region_name or "", call)
    if status is OptStatus.ENABLING:
        raise account.ConflictException(CONFLICT.format(region=name, status=status.value))
    if status is OptStatus.ENABLED:
        _set(name, OptStatus.DISABLING, call)


def get_account_information(
    _request: account.GetAccountInformationRequest, _found: None, call: Call[IdentityStore]
) -> account.GetAccountInformationResponse:
    settings = directory_of(call.account, call.store).settings
    return account.GetAccountInformationResponse(
        account_id=call.account,
        account_name=settings.name or call.account,
        account_created_date=IsoInstant(settings.created_ms),
        account_state="ACTIVE",
    )


def put_account_name(request: account.PutAccountNameRequest, _found: None, call: Call[IdentityStore]) -> None:
    settings = directory_of(call.account, call.store).settings
    save(call, msgspec.structs.replace(settings, name=request.account_name))


def _regions(directory: Directory, place: Place) -> list[ListedRegion]:
    return [
        ListedRegion(name=region, status=status_of(directory.settings, region, place=place))
        for region in sorted(place.hosted_regions)
    ]


def _status(region: str, call: Call[IdentityStore]) -> tuple[str, OptStatus]:
    if region not in call.place.hosted_regions:
        raise account.ValidationException(NO_SUCH_REGION.format(region=region))
    settings = directory_of(call.account, call.store).settings
    return region, status_of(settings, region, place=call.place)


def _choosable(region: str, call: Call[IdentityStore]) -> tuple[str, OptStatus]:
    name, status = _status(region, call)
    if status is OptStatus.ENABLED_BY_DEFAULT:
        raise account.ValidationException(BY_DEFAULT.format(region=name))
    return name, status


def _set(region: str, status: OptStatus, call: Call[IdentityStore]) -> None:
    settings: Settings = directory_of(call.account, call.store).settings
    save(call, msgspec.structs.replace(settings, regions={**settings.regions, region: status}))


def bindings() -> tuple[Bound, ...]:
    return (
        Bound(operation=account.LIST_REGIONS, find=find_own, run=list_regions),
        Bound(operation=account.GET_REGION_OPT_STATUS, find=find_own, run=get_region_opt_status),
        Bound(operation=account.ENABLE_REGION, find=find_own, run=enable_region),
        Bound(operation=account.DISABLE_REGION, find=find_own, run=disable_region),
        Bound(operation=account.GET_ACCOUNT_INFORMATION, find=find_own, run=get_account_information),
        Bound(operation=account.PUT_ACCOUNT_NAME, find=find_own, run=put_account_name),
    )
