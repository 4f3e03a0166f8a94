"""EC2's DescribeRegions, which tools ask for the Regions of an account; nothing else of EC2 is here.

Source: EC2 API reference, DescribeRegions; facts A.5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from watchword.api.call import Bound, Call, Found, Place, Scope
from watchword.api.errors import ApiError
from watchword.api.shapes import ec2
from watchword.identity.entities import directory_of
from watchword.identity.model import OptStatus
from watchword.identity.opt_in import is_usable, status_of
from watchword.identity.store import IdentityStore
from watchword.identity.wildcards import parts_of, patterns

DRY_RUN = "Request would have succeeded, but DryRun flag is set."
UNKNOWN_REGION = "Invalid region provided: [{regions}]"
UNKNOWN_FILTER = "The filter '{name}' is invalid"
NOT_REQUIRED, OPTED_IN, NOT_OPTED_IN = "opt-in-not-required", "opted-in", "not-opted-in"


class InvalidParameterValue(ApiError):
    """EC2's model declares no errors; its codes are in the EC2 API reference, Error codes."""

    code = "InvalidParameterValue"


class DryRunOperation(ApiError):
    code = "DryRunOperation"
    status = 412


def find_regions(_request: ec2.DescribeRegionsRequest, scope: Scope, _store: IdentityStore) -> Found[None]:
    return Found(resource=None, arn="*", facts=partial(of_place, scope.place))


def of_place(place: Place) -> Mapping[str, tuple[str, ...]]:
    """What EC2's condition keys have to say of any request."""
    return {"ec2:region": (place.region,)}


def describe_regions(
    request: ec2.DescribeRegionsRequest, _found: None, call: Call[IdentityStore]
) -> ec2.DescribeRegionsResult:
    """The deployment's Regions that the account may use; with AllRegions, or by name, the others too.

    Raises:
        DryRunOperation: it would be answered. InvalidParameterValue: a Region or a filter that there is not.
    """
    if request.dry_run:
        raise DryRunOperation(DRY_RUN)
    named = request.region_names or ()
    unknown = [name for name in named if name not in call.place.hosted_regions]
    if unknown:
        raise InvalidParameterValue(UNKNOWN_REGION.format(regions=", ".join(unknown)))
    filters = tuple(map(_filter, request.filters or ()))
    settings = directory_of(call.account, call.store).settings
    found = []
    for name in sorted(call.place.hosted_regions):
        status = status_of(settings, name, place=call.place)
        if (named and name not in named) or not (named or request.all_regions or is_usable(status)):
            continue
        region = ec2.Region(
            region_name=name,
            endpoint=f"ec2.{name}.{call.place.dns_suffix}",
            opt_in_status=_opt_in_status(status),
        )
        if all(passes(region) for passes in filters):
            found.append(region)
    return ec2.DescribeRegionsResult(regions=tuple(found))


def _opt_in_status(status: OptStatus) -> str:
    if status is OptStatus.ENABLED_BY_DEFAULT:
        return NOT_REQUIRED
    return OPTED_IN if is_usable(status) else NOT_OPTED_IN


_FILTERS: Mapping[str, Callable[[ec2.Region], str]] = {
    "endpoint": lambda region: region.endpoint or "",
    "opt-in-status": lambda region: region.opt_in_status or "",
    "region-name": lambda region: region.region_name or "",
}


def _filter(one: ec2.Filter) -> Callable[[ec2.Region], bool]:
    """Whether a Region has one of a filter's values, in which `*` and `?` stand for anything.

    Raises:
        InvalidParameterValue: there is no such filter.
    """
    value_of = _FILTERS.get(one.name or "")
    if value_of is None:
        raise InvalidParameterValue(UNKNOWN_FILTER.format(name=one.name or "null"))
    values = patterns(parts_of(value) for value in one.values or ())
    return lambda region: values.match(value_of(region))


def bindings() -> tuple[Bound, ...]:
    return (Bound(operation=ec2.DESCRIBE_REGIONS, find=find_regions, run=describe_regions),)
