"""Whether a Region is enabled for an account. Pure.

Regions launched before March 2019 are enabled for everybody and for ever, and so are those with a name of the
deployment's own; the others have to be enabled.

Source: Account Management Reference Guide, Enable or disable AWS Regions in your account; facts A.5.
"""

from __future__ import annotations

from watchword.api.call import Place
from watchword.identity.directory import Directory
from watchword.identity.model import OptStatus, Settings


def status_of(settings: Settings, region: str, *, place: Place) -> OptStatus:
    """What GetRegionOptStatus says of a hosted Region. The control Region can't be without the accounts that it keeps."""
    if region not in place.opt_in or region == place.control:
        return OptStatus.ENABLED_BY_DEFAULT
    return settings.regions.get(region, OptStatus.DISABLED)


def is_wanted(status: OptStatus) -> bool:
    """Whether the account's identity belongs in the Region, or is on its way there."""
    return status in (OptStatus.ENABLED, OptStatus.ENABLING, OptStatus.ENABLED_BY_DEFAULT)


def is_usable(status: OptStatus) -> bool:
    """Whether the account's principals may call there, and what they got there counts elsewhere."""
    return status in (OptStatus.ENABLED, OptStatus.ENABLED_BY_DEFAULT)


def is_enabled(directory: Directory | None, region: str, *, place: Place) -> bool:
    """Whether an account may use a Region, by its identity as `place` has it.

    Of itself a Region knows it by what is in force; of the others by the account's settings. An account whose identity
    has never come may use what needs no enabling: it is of a release that had no IAM, or on its way.
    """
    if directory is None:
        return region not in place.opt_in or region == place.control
    if region == place.region:
        return directory.in_force
    return is_usable(status_of(directory.settings, region, place=place))
