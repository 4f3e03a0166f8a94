"""EC2: which Regions there are.

Source: Service Authorization Reference, Actions, resources, and condition keys for Amazon EC2.
"""

from __future__ import annotations

from tools.operations import RESOURCE, Facts, ServiceFacts

from watchword.api.operation import AccessLevel

EC2 = ServiceFacts(
    service="ec2",
    event_source="ec2.amazonaws.com",
    operations={"DescribeRegions": Facts(access=AccessLevel.LIST, keys={"ec2:Region": RESOURCE})},
)
