"""Which Regions an account must opt in to: no model says so.

Source: Account Management Reference Guide, Enable or disable AWS Regions in your account. Regions launched
before 20 March 2019, and those of the partitions that are not listed, are always enabled.
"""

from __future__ import annotations

OPT_IN = frozenset(
    {
        "af-south-1",
        "ap-east-1",
        "ap-east-2",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-west-1",
        "eu-central-2",
        "eu-south-1",
        "eu-south-2",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "me-west-1",
        "mx-central-1",
        "sa-west-1",
    }
)
